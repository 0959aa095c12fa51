"""Figures on forest planting and registration (plan P1.II.1.a and footnote 3)."""

from schemas.chart import Against, Chart, ChartKind
from schemas.figure import Chapter, Figure, each, printed_at, summed
from schemas.forms.b04_forestry import Forestry
from schemas.forms.k01_assigned_plan import AssignedPlan
from schemas.forms.n01_agriculture import AgricultureLine
from schemas.formula import share
from schemas.units import Percent

CHAPTER = Chapter(
    "forestry",
    "Lâm nghiệp",
    (
        summed(Forestry.planted_area, "forestry.planted.area", plan="P1.II.1.a"),
        summed(Forestry.registered_households, "forestry.registration.households", plan="fn3"),
        each(Forestry.registered_households, "forestry.registration.{reporter}.households", plan="fn3"),
        *printed_at(
            "fn3",
            summed(Forestry.registered_area, "forestry.registration.area", plan="P1.II.1.a"),
            each(Forestry.registered_area, "forestry.registration.{reporter}.area", plan="P1.II.1.a"),
            summed(Forestry.registered_pine, "forestry.registration.pine"),
            each(Forestry.registered_pine, "forestry.registration.{reporter}.pine"),
            summed(Forestry.registered_eucalyptus, "forestry.registration.eucalyptus"),
            each(Forestry.registered_eucalyptus, "forestry.registration.{reporter}.eucalyptus"),
            summed(Forestry.registered_anise, "forestry.registration.anise"),
            each(Forestry.registered_anise, "forestry.registration.{reporter}.anise"),
        ),
        summed(AgricultureLine.planted_area, "agriculture.planted.area"),
        summed(AgricultureLine.registered_area, "agriculture.registered.area"),
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
