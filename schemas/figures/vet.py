"""Figures on disinfection and vaccination (plan P1.II.1.a)."""

from schemas.figure import Chapter, Figure, fields_of
from schemas.forms.n02_vet import AREA_PER_HOUSEHOLD, Veterinary
from schemas.formula import constant, times
from schemas.units import SquareMetres

CHAPTER = Chapter(
    "vet",
    "Thú y",
    (
        *fields_of(Veterinary),
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
