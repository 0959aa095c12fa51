"""Figures on land certificates, petitions and mediation (plan P1.II.3.a and P1.II.5.2)."""

from schemas.figure import Chapter, Figure, printed_at, summed
from schemas.forms.d01_land_petitions import LandPetitions
from schemas.formula import share
from schemas.units import Percent

CHAPTER = Chapter(
    "petitions",
    "Đất đai, đơn thư, hòa giải",
    (
        *printed_at(
            "P1.II.5.2",
            summed(LandPetitions.certificates, "land.certificate.cases", plan="P1.II.3.a"),
            summed(LandPetitions.received, "petitions.land.received"),
            summed(LandPetitions.withdrawn, "petitions.land.withdrawn"),
            summed(LandPetitions.failed, "petitions.land.failed"),
            summed(LandPetitions.pending, "petitions.land.pending"),
            summed(LandPetitions.village, "mediation.village.total"),
            summed(LandPetitions.village_handled, "mediation.village.handled"),
            summed(LandPetitions.village_success, "mediation.village.success"),
            summed(LandPetitions.village_failed, "mediation.village.failed"),
        ),
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
