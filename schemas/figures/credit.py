"""Figures on credit and loan files (plan P1.II.1.a and e)."""

from schemas.figure import Chapter, summed
from schemas.forms.c03_loans import Loans
from schemas.forms.p01_policy_bank import PolicyBank

CHAPTER = Chapter(
    "credit",
    "Tín dụng, vay vốn",
    (
        summed(Loans.file_completed, "loans.nq08.households.file_completed", plan="P1.II.1.a"),
        summed(Loans.file_submitted, "loans.nq08.households.file_submitted", plan="P1.II.1.a"),
        summed(PolicyBank.outstanding, "credit.policy_bank.outstanding", plan="P1.II.1.e"),
    ),
)
