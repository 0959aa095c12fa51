"""Figures on culture, food safety, media and mobile coverage (plan P1.II.2.b and P1.II.6.a)."""

from schemas.figure import Chapter, Figure, fields_of
from schemas.forms.l01_culture import Culture
from schemas.forms.l02_food_safety import FoodSafety
from schemas.formula import total
from schemas.units import Villages

CHAPTER = Chapter(
    "culture",
    "Văn hóa, thông tin",
    (
        *fields_of(Culture, FoodSafety),
        Figure(
            "telecom.mobile.villages.base",
            "Tổng số thôn của xã (nhắc lại)",
            Villages,
            total(Culture.villages),
            decimals=0,
            plan="P1.II.6.a",
        ),
    ),
)
