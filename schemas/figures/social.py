"""Figures on relief, social protection and poor households (plan P1.II.2.a)."""

from schemas.figure import Chapter, Figure, fields_of
from schemas.forms.x01_relief import Relief
from schemas.forms.x02_social_protection import SocialProtection
from schemas.forms.x03_poverty import Poverty
from schemas.formula import constant, times
from schemas.units import Dong, Kilograms

_RATION = constant("15", "15 kg gạo một người một tháng")

CHAPTER = Chapter(
    "social",
    "An sinh xã hội, giảm nghèo",
    (
        *fields_of(Relief, SocialProtection, Poverty),
        Figure(
            "relief.tet.rice",
            "Gạo đề nghị cứu đói dịp Tết",
            Kilograms,
            times(Relief.tet_persons, Relief.tet_months, _RATION),
            decimals=0,
            plan="P1.II.2.a",
        ),
        Figure(
            "relief.lean.rice",
            "Gạo đề nghị cứu đói giáp hạt",
            Kilograms,
            times(Relief.lean_persons, Relief.lean_months, _RATION),
            decimals=0,
            plan="P1.II.2.a",
        ),
        Figure(
            "electricity_support.amount",
            "Kinh phí hỗ trợ tiền điện",
            Dong,
            times(Poverty.electricity_households, Poverty.electricity_months, Poverty.electricity_rate),
            decimals=0,
            plan="P1.II.2.a",
        ),
    ),
)
