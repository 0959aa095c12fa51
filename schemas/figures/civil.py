"""Figures of the civil registry and of law spreading (plan P1.II.5.4 and P1.II.6.b)."""

from schemas.figure import Chapter, printed_at, summed
from schemas.forms.h01_civil_registry import CivilRegistry

CHAPTER = Chapter(
    "civil",
    "Tư pháp, hộ tịch",
    (
        *printed_at(
            "P1.II.6.b",
            summed(CivilRegistry.law_sessions, "justice.civil_status_law.sessions", plan="P1.II.5.4"),
            summed(CivilRegistry.law_participants, "justice.civil_status_law.participants", plan="P1.II.5.4"),
            summed(CivilRegistry.essential_procedures, "civil.essential.procedures"),
            summed(CivilRegistry.essential_groups, "civil.essential.groups"),
            summed(CivilRegistry.births, "civil.births.registered"),
            summed(CivilRegistry.births_again, "civil.births.reregistered"),
            summed(CivilRegistry.marriages, "civil.marriages"),
            summed(CivilRegistry.deaths, "civil.deaths.registered"),
            summed(CivilRegistry.paternity, "civil.paternity"),
            summed(CivilRegistry.copies, "civil.copies"),
            summed(CivilRegistry.linked_groups, "civil.linked.groups"),
            summed(CivilRegistry.linked_births, "civil.linked.births"),
            summed(CivilRegistry.linked_deaths, "civil.linked.deaths"),
        ),
    ),
)
