"""What the finance desk fills in.

What came in and went out is as printed; what it is held against is solved back from percentages.
"""

from raw.first_returns.common import BACK_SOLVED_NOTE, Filled, Given, as_printed, back_solve, place, printed

_BUDGET = {
    "revenue_total": "budget.revenue.total",
    "revenue_local": "budget.revenue.local",
    "revenue_transfer": "budget.revenue.balance_transfer",
    "revenue_carried_over": "budget.revenue.carried_over",
    "expenditure_total": "budget.expenditure.total",
}


def answers() -> dict[str, Filled]:
    """Return the desk's answers."""
    plan = printed()
    solved = {
        f"{field}_{against}": back_solve(plan[_BUDGET[part]], plan[f"{_BUDGET[part]}.{figure}"], decimals)
        for field, part, against, figure, decimals in (
            ("revenue_local", "revenue_local", "estimate", "pct_of_estimate", 1),
            ("revenue_transfer", "revenue_transfer", "estimate", "pct_of_estimate", 2),
            ("expenditure", "expenditure_total", "estimate", "pct_of_estimate", 2),
            ("revenue_total", "revenue_total", "plan", "pct_of_commune_plan", 2),
            ("revenue_local", "revenue_local", "plan", "pct_of_commune_plan", 2),
            ("expenditure", "expenditure_total", "plan", "pct_of_commune_plan", 2),
            ("revenue_total", "revenue_total", "last_year", "pct_yoy", 2),
            ("revenue_local", "revenue_local", "last_year", "pct_yoy", 2),
            ("revenue_transfer", "revenue_transfer", "last_year", "pct_yoy", 1),
            ("expenditure", "expenditure_total", "last_year", "pct_yoy", 1),
        )
    }
    solved["revenue_total_estimate"] = solved["revenue_local_estimate"] + solved["revenue_transfer_estimate"]
    return {
        "finance": {
            **as_printed("T01", _BUDGET, place("II.1.đ")),
            **{("T01", "", field): Given(value, BACK_SOLVED_NOTE) for field, value in solved.items()},
        }
    }
