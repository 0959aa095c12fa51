"""Figures on annual and perennial crops (plan P1.II.1.a and footnote 1)."""

from schemas.chart import Against
from schemas.figure import Chapter, Figure, printed_at, summed
from schemas.forms.b03_crops import Crops
from schemas.forms.k01_assigned_plan import AssignedPlan
from schemas.formula import per, share
from schemas.units import Percent, QuintalsPerHectare

CHAPTER = Chapter(
    "crops",
    "Trồng trọt",
    (
        *printed_at(
            "fn1",
            summed(Crops.annual_area, "crops.annual.area", plan="P1.II.1.a"),
            summed(Crops.winter_area, "crops.winter.area"),
            summed(Crops.rice_area, "crops.spring_rice.area"),
            summed(Crops.rice_production, "crops.spring_rice.production", decimals=1),
            summed(Crops.maize_area, "crops.spring_maize.area"),
            summed(Crops.maize_production, "crops.spring_maize.production", decimals=1),
        ),
        summed(Crops.other_area),
        *printed_at(
            "P1.II.1.a",
            summed(Crops.cereal_production, "crops.cereal.production", decimals=1),
            summed(Crops.perennial_area, "crops.perennial.area"),
            summed(Crops.anise_area, "crops.anise.area"),
            summed(Crops.anise_new_area, "crops.anise.area.new"),
            summed(Crops.fruit_new_area, "crops.fruit.area.new"),
        ),
        Figure(
            "crops.annual.area.pct_of_plan",
            "Diện tích cây hàng năm so với kế hoạch huyện giao",
            Percent,
            share(Crops.annual_area, AssignedPlan.annual_area_plan),
            decimals=2,
            plan="P1.II.1.a",
            against=Against.PLAN,
        ),
        Figure(
            "crops.annual.area.pct_yoy",
            "Diện tích cây hàng năm so với cùng kỳ",
            Percent,
            share(Crops.annual_area, AssignedPlan.annual_area_last_year),
            decimals=2,
            plan="P1.II.1.a",
            against=Against.LAST_YEAR,
        ),
        Figure(
            "crops.cereal.production.pct_of_plan",
            "Sản lượng lương thực có hạt so với kế hoạch huyện giao",
            Percent,
            share(Crops.cereal_production, AssignedPlan.cereal_plan),
            decimals=2,
            plan="P1.II.1.a",
            against=Against.PLAN,
        ),
        Figure(
            "crops.cereal.production.pct_yoy",
            "Sản lượng lương thực có hạt so với cùng kỳ",
            Percent,
            share(Crops.cereal_production, AssignedPlan.cereal_last_year),
            decimals=2,
            plan="P1.II.1.a",
            against=Against.LAST_YEAR,
        ),
        Figure(
            "crops.spring_rice.yield",
            "Năng suất lúa xuân",
            QuintalsPerHectare,
            per(Crops.rice_production, Crops.rice_area, times=10),
            decimals=2,
            plan="fn1",
        ),
        Figure(
            "crops.spring_maize.yield",
            "Năng suất ngô xuân",
            QuintalsPerHectare,
            per(Crops.maize_production, Crops.maize_area, times=10),
            decimals=2,
            plan="fn1",
        ),
    ),
)
