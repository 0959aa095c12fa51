"""Figures on relief, social protection and poor households (plan P1.II.2.a)."""

from schemas.figure import Chapter, Figure, printed_at, summed
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
        *printed_at(
            "P1.II.2.a",
            summed(Relief.tet_households, "relief.tet.households"),
            summed(Relief.tet_persons, "relief.tet.persons"),
            summed(Relief.lean_households, "relief.lean.households"),
            summed(Relief.lean_persons, "relief.lean.persons"),
            summed(SocialProtection.disability_rounds, "disability.assessment.rounds"),
            summed(SocialProtection.disability_persons, "disability.assessment.persons"),
            summed(SocialProtection.children_under3, "allowance.children_under3.persons"),
            summed(SocialProtection.disabled, "allowance.disabled.persons"),
            summed(SocialProtection.carers, "allowance.carers.households"),
            summed(SocialProtection.adjusted, "allowance.adjusted.persons"),
            summed(SocialProtection.funeral, "allowance.funeral.persons"),
            summed(SocialProtection.insurance_cards, "health_insurance.new_cards"),
            summed(Poverty.new_poor, "poverty.new_poor.households"),
            summed(Poverty.poor, "poverty.poor.households"),
            summed(Poverty.near_poor, "poverty.near_poor.households"),
        ),
        summed(Poverty.electricity_households, "electricity_support.households"),
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
