"""Figures on land certificates, petitions and mediation (plan P1.II.3.a and P1.II.5.2)."""

from schemas.figure import Chapter, Figure, fields_of
from schemas.forms.d01_land_petitions import LandPetitions
from schemas.formula import share
from schemas.units import Percent

CHAPTER = Chapter(
    "petitions",
    "Đất đai, đơn thư, hòa giải",
    (
        *fields_of(LandPetitions),
        Figure(
            "mediation.village.success.pct",
            "Tỷ lệ hòa giải thành ở thôn",
            Percent,
            share(LandPetitions.village_success, LandPetitions.village_handled),
            decimals=2,
            plan="P1.II.5.2",
        ),
    ),
)
