"""Figures on credit and loan files (plan P1.II.1.a and e)."""

from schemas.figure import Chapter, fields_of
from schemas.forms.c03_loans import Loans
from schemas.forms.p01_policy_bank import PolicyBank

CHAPTER = Chapter("credit", "Tín dụng, vay vốn", tuple(fields_of(Loans, PolicyBank)))
