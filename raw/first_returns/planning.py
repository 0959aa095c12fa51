"""What the planning desk fills in: the district's plan is in the plan only as a percentage, so it is solved back."""

from decimal import Decimal

from raw.first_returns.common import BACK_SOLVED_NOTE, Filled, Given, as_printed, back_solve, place, printed

CEREAL = Decimal("794.75")
"""43 ha and 101,5 ha at 55 tạ/ha; the plan prints it rounded, 794,8."""


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
        }
    }
