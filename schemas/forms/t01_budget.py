"""Form T01: revenue and expenditure of the commune budget."""

from schemas.edits import balance, bound, whole
from schemas.fields import field
from schemas.form import DeskForm
from schemas.outcomes import Severity
from schemas.units import Dong

_ACTUAL, _ESTIMATE = "Thực hiện trong kỳ", "Dự toán năm"
_COMMUNE_PLAN, _LAST_YEAR = "Kế hoạch điều hành của xã", "Cùng kỳ năm trước"


class Budget(
    DeskForm,
    code="T01",
    sheet="Ngân sách",
    title="Thu, chi ngân sách xã",
    domain="budget",
    when="từ đầu năm đến hết kỳ, riêng dự toán và kế hoạch là của cả năm",
    reporter="finance",
):
    """One row per commune: what came in and went out, against the estimate, the commune's plan and last year."""

    revenue_total = field(Dong, "Tổng thu ngân sách", section=_ACTUAL)
    revenue_local = field(Dong, "Thu ngân sách trên địa bàn", section=_ACTUAL)
    revenue_transfer = field(Dong, "Thu bổ sung cân đối", section=_ACTUAL)
    revenue_carried_over = field(Dong, "Thu chuyển nguồn từ năm trước", section=_ACTUAL)
    expenditure_total = field(Dong, "Chi ngân sách xã", section=_ACTUAL)
    revenue_total_estimate = field(Dong, "Dự toán tổng thu ngân sách", section=_ESTIMATE)
    revenue_local_estimate = field(Dong, "Dự toán thu trên địa bàn", section=_ESTIMATE)
    revenue_transfer_estimate = field(Dong, "Dự toán thu bổ sung cân đối", section=_ESTIMATE)
    expenditure_estimate = field(Dong, "Dự toán chi ngân sách xã", section=_ESTIMATE)
    revenue_total_plan = field(Dong, "Kế hoạch điều hành tổng thu", section=_COMMUNE_PLAN)
    revenue_local_plan = field(Dong, "Kế hoạch điều hành thu trên địa bàn", section=_COMMUNE_PLAN)
    expenditure_plan = field(Dong, "Kế hoạch điều hành chi ngân sách", section=_COMMUNE_PLAN)
    revenue_total_last_year = field(Dong, "Tổng thu cùng kỳ năm trước", section=_LAST_YEAR)
    revenue_local_last_year = field(Dong, "Thu trên địa bàn cùng kỳ năm trước", section=_LAST_YEAR)
    revenue_transfer_last_year = field(Dong, "Thu bổ sung cân đối cùng kỳ năm trước", section=_LAST_YEAR)
    expenditure_last_year = field(Dong, "Chi ngân sách cùng kỳ năm trước", section=_LAST_YEAR)

    edits = (
        balance("T01-01", "revenue_total", ["revenue_local", "revenue_transfer", "revenue_carried_over"]),
        balance("T01-02", "revenue_total_estimate", ["revenue_local_estimate", "revenue_transfer_estimate"]),
        # By definition: local revenue and the transfer are parts of the total; what is left is carried over.
        bound("T01-03", ["revenue_local_plan"], "revenue_total_plan"),
        bound("T01-04", ["revenue_local_last_year", "revenue_transfer_last_year"], "revenue_total_last_year"),
        # A commune budget may have no deficit (Luật Ngân sách nhà nước 2015, Điều 7). Warnings, for revenue and
        # expenditure are settled apart.
        bound("T01-05", ["expenditure_total"], "revenue_total", severity=Severity.WARNING),
        bound("T01-06", ["expenditure_estimate"], "revenue_total_estimate", severity=Severity.WARNING),
        bound("T01-07", ["expenditure_plan"], "revenue_total_plan", severity=Severity.WARNING),
        bound("T01-08", ["expenditure_last_year"], "revenue_total_last_year", severity=Severity.WARNING),
        # No norm: what is granted or planned is set in whole thousands at the finest, and is transferred as granted.
        whole("T01-09", "revenue_transfer", 1000),
        whole("T01-10", "revenue_local_estimate", 1000),
        whole("T01-11", "revenue_transfer_estimate", 1000),
        whole("T01-12", "expenditure_estimate", 1000),
        whole("T01-13", "revenue_total_plan", 1000),
        whole("T01-14", "revenue_local_plan", 1000),
        whole("T01-15", "expenditure_plan", 1000),
        whole("T01-16", "revenue_transfer_last_year", 1000),
    )
