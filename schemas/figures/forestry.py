"""Figures on forest planting and registration (plan P1.II.1.a and footnote 3)."""

from schemas.chart import Against, Chart, ChartKind
from schemas.figure import Chapter, Figure, fields_of
from schemas.forms.b04_forestry import Forestry
from schemas.forms.k01_assigned_plan import AssignedPlan
from schemas.forms.n01_agriculture import AgricultureLine
from schemas.formula import share
from schemas.units import Percent

CHAPTER = Chapter(
    "forestry",
    "Lâm nghiệp",
    (
        *fields_of(Forestry, AgricultureLine),
        Figure(
            "forestry.planted.pct_of_plan",
            "Trồng rừng sản xuất so với kế hoạch huyện giao",
            Percent,
            share(Forestry.planted_area, AssignedPlan.planted_area_plan),
            decimals=0,
            plan="P1.II.1.a",
            against=Against.PLAN,
        ),
    ),
    charts=(
        Chart(
            ChartKind.BY_REPORTER,
            "forestry.registration.area",
            tuple(f"forestry.registration.{tree}" for tree in ("pine", "eucalyptus", "anise")),
        ),
    ),
)
