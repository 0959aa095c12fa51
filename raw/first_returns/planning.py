"""What the planning desk fills in: targets, prices and cooperatives as printed.

The district's plan is in the plan only as a percentage, so it is solved back.
"""

from decimal import Decimal

from raw.first_returns.common import BACK_SOLVED_NOTE, Filled, Given, as_printed, back_solve, place, printed

CEREAL = Decimal("794.75")
"""43 ha and 101,5 ha at 55 tạ/ha; the plan prints it rounded, 794,8."""

_TARGETS = {
    "II.3.a": {
        "annual_area": "crops.annual.area",
        "cereal_production": "crops.cereal.production",
        "revenue_local": "budget.revenue.local",
        "livestock": "livestock.total.heads",
        "horse_white": "livestock.horse.white.heads",
        "poultry": "livestock.poultry.heads",
    },
    "II.3.2": {
        "health_insurance": "health_insurance.pct",
        "labour_trained": "labour_trained.pct",
        "poverty_reduction_low": "poverty.reduction.low",
        "poverty_reduction_high": "poverty.reduction.high",
        "primary_level": "edu.primary_universal.level",
        "lower_secondary_level": "edu.thcs_universal.level",
        "lower_secondary_level_striven": "edu.thcs_universal.level.striving",
        "literacy_level": "edu.literacy.level",
    },
    "II.3.3": {
        "planted_area": "forestry.planted.area",
        "forest_cover": "forest.cover.pct",
        "clean_water": "clean_water.pct",
    },
}
_VILLAGE_TARGETS = {
    "village_gates": ("II.3.2", "me_thanh", "target.village_gate.me_thanh"),
    "incinerators": ("II.3.3", "me_thanh", "target.env.incinerators.me_thanh"),
}
_VILLAGE_NAMES = {"me_thanh": "Thôn Mè Thành"}


def _targets() -> Filled:
    """Return the targets of the coming year, in the second part of the plan."""
    filled: Filled = {}
    for section, figures in _TARGETS.items():
        note = place(f"{section}, phần thứ hai")
        filled |= as_printed("K02", {field: f"target.{figure}" for field, figure in figures.items()}, note)
    for field, (section, village, figure) in _VILLAGE_TARGETS.items():
        note, name = place(f"{section}, phần thứ hai"), _VILLAGE_NAMES[village]
        filled |= as_printed("K03", {field: figure}, note, line=village, line_name=name)
    return filled


def answers() -> dict[str, Filled]:
    """Return the desk's answers."""
    plan = printed()
    annual = plan["crops.annual.area"]
    solved = {
        "annual_area_plan": back_solve(annual, plan["crops.annual.area.pct_of_plan"], 2),
        "annual_area_last_year": back_solve(annual, plan["crops.annual.area.pct_yoy"], 2),
        "cereal_plan": back_solve(CEREAL, plan["crops.cereal.production.pct_of_plan"], 2),
        "cereal_last_year": back_solve(CEREAL, plan["crops.cereal.production.pct_yoy"], 2),
    }
    return {
        "planning": {
            **as_printed("K01", {"planted_area_plan": "forestry.planted.area.plan"}, place("II.1.a")),
            **{("K01", "", field): Given(value, BACK_SOLVED_NOTE) for field, value in solved.items()},
            **_targets(),
            **as_printed("K04", {"livestock_price_decrease": "prices.livestock.decrease"}, place("II.1.c")),
            **as_printed("K04", {"cooperatives": "cooperatives.active"}, place("II.1.d")),
        }
    }
