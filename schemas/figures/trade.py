"""Figures on prices and cooperatives (plan P1.II.1.c and d)."""

from schemas.figure import Chapter, fields_of
from schemas.forms.k04_trade import Trade

CHAPTER = Chapter("trade", "Giá cả, hợp tác xã", tuple(fields_of(Trade)))
