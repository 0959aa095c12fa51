"""Targets for the coming year (plan P2.II.3)."""

from schemas.figure import Chapter, Figure, each, printed_at, summed
from schemas.forms.k02_targets import Targets
from schemas.forms.k03_village_targets import VillageTargets
from schemas.formula import total
from schemas.units import Percent

CHAPTER = Chapter(
    "targets",
    "Chỉ tiêu năm kế hoạch",
    (
        *printed_at(
            "P2.II.3.a",
            summed(Targets.annual_area, "target.crops.annual.area", decimals=0),
            summed(Targets.cereal_production, "target.crops.cereal.production", decimals=0),
            summed(Targets.revenue_local, "target.budget.revenue.local", decimals=0),
            summed(Targets.livestock, "target.livestock.total.heads"),
            summed(Targets.horse_white, "target.livestock.horse.white.heads"),
            summed(Targets.poultry, "target.livestock.poultry.heads"),
        ),
        *printed_at(
            "P2.II.3.2",
            summed(Targets.health_insurance, "target.health_insurance.pct", decimals=0),
            summed(Targets.labour_trained, "target.labour_trained.pct", decimals=0),
            summed(Targets.poverty_reduction_low, "target.poverty.reduction.low", decimals=0),
            summed(Targets.poverty_reduction_high, "target.poverty.reduction.high", decimals=0),
            summed(Targets.primary_level, "target.edu.primary_universal.level"),
            summed(Targets.lower_secondary_level, "target.edu.thcs_universal.level"),
            summed(Targets.lower_secondary_level_striven, "target.edu.thcs_universal.level.striving"),
            summed(Targets.literacy_level, "target.edu.literacy.level"),
        ),
        *printed_at(
            "P2.II.3.3",
            summed(Targets.planted_area, "target.forestry.planted.area", decimals=0),
            summed(Targets.forest_cover, "target.forest.cover.pct", decimals=0),
            summed(Targets.clean_water, "target.clean_water.pct", decimals=0),
            each(VillageTargets.village_gates, "target.village_gate.{line}", plan="P2.II.3.2"),
            each(VillageTargets.incinerators, "target.env.incinerators.{line}"),
        ),
        Figure(
            "target.health_insurance.pct.restated",
            "Tỷ lệ người dân tham gia bảo hiểm y tế (nhắc lại)",
            Percent,
            total(Targets.health_insurance),
            decimals=0,
            plan="P2.III.3.3",
        ),
    ),
)
