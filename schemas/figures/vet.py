"""Figures on disinfection and vaccination (plan P1.II.1.a)."""

from schemas.figure import Chapter, Figure, printed_at, summed
from schemas.forms.n02_vet import AREA_PER_HOUSEHOLD, Veterinary
from schemas.formula import constant, times
from schemas.units import SquareMetres

CHAPTER = Chapter(
    "vet",
    "Thú y",
    (
        *printed_at(
            "P1.II.1.a",
            summed(Veterinary.disinfected_households, "vet.disinfection.households"),
            summed(Veterinary.disinfected_villages, "vet.disinfection.villages"),
            summed(Veterinary.disinfectant, "vet.disinfection.chemical", decimals=0),
            summed(Veterinary.rabies_dogs, "vet.vaccination.rabies.dogs"),
            summed(Veterinary.pasteurellosis, "vet.vaccination.pasteurellosis"),
            summed(Veterinary.foot_and_mouth, "vet.vaccination.fmd"),
        ),
        Figure(
            "vet.disinfection.area",
            "Diện tích phun khử trùng",
            SquareMetres,
            times(
                Veterinary.disinfected_households,
                constant(AREA_PER_HOUSEHOLD, f"{AREA_PER_HOUSEHOLD} m2 phun khử trùng một hộ"),
            ),
            decimals=0,
            plan="P1.II.1.a",
        ),
    ),
)
