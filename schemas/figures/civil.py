"""Figures of the civil registry and of law spreading (plan P1.II.5.4 and P1.II.6.b)."""

from schemas.figure import Chapter, fields_of
from schemas.forms.h01_civil_registry import CivilRegistry

CHAPTER = Chapter("civil", "Tư pháp, hộ tịch", tuple(fields_of(CivilRegistry)))
