"""Figures on the commune budget (plan P1.II.1.đ)."""

from schemas.chart import Against, Chart, ChartKind
from schemas.fields import FormField
from schemas.figure import Chapter, Figure, printed_at, summed
from schemas.forms.t01_budget import Budget
from schemas.formula import share
from schemas.units import Percent

_ESTIMATE = ("so với dự toán", Against.ESTIMATE)
_COMMUNE_PLAN = ("so với kế hoạch điều hành của xã", Against.PLAN)
_LAST_YEAR = ("so với cùng kỳ", Against.LAST_YEAR)


def _percent(
    identifier: str, line: str, against: tuple[str, Against], part: FormField, whole: FormField, decimals: int = 2
) -> Figure:
    words, kind = against
    label, formula = f"{line} {words}", share(part, whole)
    return Figure(identifier, label, Percent, formula, decimals, plan="P1.II.1.đ", against=kind)


CHAPTER = Chapter(
    "budget",
    "Thu, chi ngân sách",
    (
        *printed_at(
            "P1.II.1.đ",
            summed(Budget.revenue_total, "budget.revenue.total"),
            summed(Budget.revenue_local, "budget.revenue.local"),
            summed(Budget.revenue_transfer, "budget.revenue.balance_transfer"),
            summed(Budget.revenue_carried_over, "budget.revenue.carried_over"),
            summed(Budget.expenditure_total, "budget.expenditure.total"),
        ),
        summed(Budget.revenue_total_estimate),
        summed(Budget.revenue_local_estimate),
        summed(Budget.revenue_transfer_estimate),
        summed(Budget.expenditure_estimate),
        summed(Budget.revenue_total_plan),
        summed(Budget.revenue_local_plan),
        summed(Budget.expenditure_plan),
        summed(Budget.revenue_total_last_year),
        summed(Budget.revenue_local_last_year),
        summed(Budget.revenue_transfer_last_year),
        summed(Budget.expenditure_last_year),
        _percent(
            "budget.revenue.total.pct_of_estimate",
            "Tổng thu",
            _ESTIMATE,
            Budget.revenue_total,
            Budget.revenue_total_estimate,
            decimals=1,
        ),
        _percent(
            "budget.revenue.total.pct_of_commune_plan",
            "Tổng thu",
            _COMMUNE_PLAN,
            Budget.revenue_total,
            Budget.revenue_total_plan,
        ),
        _percent(
            "budget.revenue.total.pct_yoy", "Tổng thu", _LAST_YEAR, Budget.revenue_total, Budget.revenue_total_last_year
        ),
        _percent(
            "budget.revenue.local.pct_of_estimate",
            "Thu trên địa bàn",
            _ESTIMATE,
            Budget.revenue_local,
            Budget.revenue_local_estimate,
            decimals=1,
        ),
        _percent(
            "budget.revenue.local.pct_of_commune_plan",
            "Thu trên địa bàn",
            _COMMUNE_PLAN,
            Budget.revenue_local,
            Budget.revenue_local_plan,
        ),
        _percent(
            "budget.revenue.local.pct_yoy",
            "Thu trên địa bàn",
            _LAST_YEAR,
            Budget.revenue_local,
            Budget.revenue_local_last_year,
        ),
        _percent(
            "budget.revenue.balance_transfer.pct_of_estimate",
            "Thu bổ sung cân đối",
            _ESTIMATE,
            Budget.revenue_transfer,
            Budget.revenue_transfer_estimate,
        ),
        _percent(
            "budget.revenue.balance_transfer.pct_yoy",
            "Thu bổ sung cân đối",
            _LAST_YEAR,
            Budget.revenue_transfer,
            Budget.revenue_transfer_last_year,
            decimals=1,
        ),
        _percent(
            "budget.expenditure.total.pct_of_estimate",
            "Chi ngân sách",
            _ESTIMATE,
            Budget.expenditure_total,
            Budget.expenditure_estimate,
        ),
        _percent(
            "budget.expenditure.total.pct_of_commune_plan",
            "Chi ngân sách",
            _COMMUNE_PLAN,
            Budget.expenditure_total,
            Budget.expenditure_plan,
        ),
        _percent(
            "budget.expenditure.total.pct_yoy",
            "Chi ngân sách",
            _LAST_YEAR,
            Budget.expenditure_total,
            Budget.expenditure_last_year,
            decimals=1,
        ),
    ),
    charts=(
        Chart(
            ChartKind.PARTS,
            "budget.revenue.total",
            tuple(f"budget.revenue.{source}" for source in ("balance_transfer", "carried_over", "local")),
        ),
    ),
)
