"""Form C02: production projects of the national target programmes."""

from schemas.edits import balance, within
from schemas.fields import field
from schemas.form import LineForm
from schemas.forms.x03_poverty import Poverty
from schemas.outcomes import Severity
from schemas.units import Dong, Households


class ProductionProjects(
    LineForm,
    code="C02",
    sheet="Dự án sản xuất",
    title="Dự án hỗ trợ phát triển sản xuất",
    domain="production_projects",
    reporter="programmes",
    lines="Tên dự án",
):
    """One row per project: who takes part, and who pays.

    What a programme gives is split into central and local budget only where the decision splits it.
    """

    households = field(
        Households, "Tổng số hộ tham gia", definition="Hộ tham gia hai dự án tính hai lần trong tổng toàn xã."
    )
    households_poor = field(Households, "Hộ nghèo tham gia")
    households_near_poor = field(Households, "Hộ cận nghèo tham gia")
    households_escaped = field(Households, "Hộ mới thoát nghèo tham gia")
    cost = field(Dong, "Tổng kinh phí")
    programme = field(Dong, "Kinh phí hỗ trợ từ chương trình")
    central = field(Dong, "Ngân sách Trung ương", optional=True)
    local = field(Dong, "Ngân sách địa phương", optional=True)
    contribution = field(Dong, "Vốn đối ứng của các hộ")

    edits = (
        balance("C02-01", "households", ["households_poor", "households_near_poor", "households_escaped"]),
        balance("C02-02", "cost", ["programme", "contribution"]),
        balance("C02-03", "programme", ["central", "local"]),
        # A warning: the list of poor households is fixed once a year, a project chooses from it at any time.
        within("C02-04", "households_poor", Poverty.poor, severity=Severity.WARNING),
    )
