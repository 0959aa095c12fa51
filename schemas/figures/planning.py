"""Figures of the assigned plan itself (plan P1.II.1.a)."""

from schemas.figure import Chapter, fields_of
from schemas.forms.k01_assigned_plan import AssignedPlan

CHAPTER = Chapter("planning", "Kế hoạch giao", tuple(fields_of(AssignedPlan)))
