"""Figures of the assigned plan itself (plan P1.II.1.a)."""

from schemas.figure import Chapter, summed
from schemas.forms.k01_assigned_plan import AssignedPlan

CHAPTER = Chapter(
    "planning",
    "Kế hoạch giao",
    (
        summed(AssignedPlan.annual_area_plan),
        summed(AssignedPlan.cereal_plan),
        summed(AssignedPlan.planted_area_plan, "forestry.planted.area.plan", plan="P1.II.1.a"),
        summed(AssignedPlan.annual_area_last_year),
        summed(AssignedPlan.cereal_last_year),
    ),
)
