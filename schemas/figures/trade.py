"""Figures on prices and cooperatives (plan P1.II.1.c and d)."""

from schemas.figure import Chapter, summed
from schemas.forms.k04_trade import Trade

CHAPTER = Chapter(
    "trade",
    "Giá cả, hợp tác xã",
    (
        summed(Trade.livestock_price_decrease, "prices.livestock.decrease", decimals=0, plan="P1.II.1.c"),
        summed(Trade.cooperatives, "cooperatives.active", plan="P1.II.1.d"),
    ),
)
