"""Form C01: national target programmes, their projects and Project 1 by kind of support."""

from schemas.edits import at_most, balance, bound, within
from schemas.fields import field
from schemas.form import DeskForm
from schemas.forms.x03_poverty import Poverty
from schemas.outcomes import Severity
from schemas.units import Dong, Households, Projects

_PROJECTS, _COST = "Dự án đã triển khai trong năm", "Kinh phí Dự án 1"
_HOUSING, _TOOLS, _WATER = "Dự án 1: nhà ở", "Dự án 1: chuyển đổi nghề", "Dự án 1: nước sinh hoạt phân tán"
_CAPITAL = "Phần vốn giao thực hiện trong năm cho nội dung này."


class Programmes(
    DeskForm,
    code="C01",
    sheet="Chương trình MTQG",
    title="Thực hiện các chương trình mục tiêu quốc gia",
    domain="programmes",
    when="trong năm, tính đến hết kỳ",
    reporter="programmes",
):
    """One row per commune: projects under way, and what Project 1 was assigned, approved and disbursed this year.

    Project 1 of the programme for ethnic minority and mountainous areas supports the same in every commune: land,
    housing, a change of trade, water. Land has no line of its own here, so the capitals need not make up the cost.
    """

    projects = field(Projects, "Tổng số dự án đã triển khai", section=_PROJECTS)
    projects_poverty = field(Projects, "Dự án thuộc chương trình giảm nghèo bền vững", section=_PROJECTS)
    projects_development = field(
        Projects,
        "Dự án thuộc chương trình phát triển kinh tế - xã hội vùng dân tộc thiểu số và miền núi",
        section=_PROJECTS,
    )
    cost = field(Dong, "Tổng kinh phí Dự án 1", section=_COST)
    cost_central = field(Dong, "Ngân sách Trung ương cho Dự án 1", section=_COST)
    cost_local = field(Dong, "Ngân sách địa phương cho Dự án 1", section=_COST)
    housing_approved = field(Households, "Hộ được duyệt hỗ trợ xây mới nhà ở", section=_HOUSING)
    housing_households = field(Households, "Hộ đã giải ngân hỗ trợ xây mới nhà ở", section=_HOUSING)
    housing_capital = field(Dong, "Vốn giao hỗ trợ xây mới nhà ở", section=_HOUSING, definition=_CAPITAL)
    housing_disbursed = field(Dong, "Số tiền giải ngân hỗ trợ xây mới nhà ở", section=_HOUSING)
    tools_approved = field(Households, "Hộ được duyệt hỗ trợ mua sắm máy móc, nông cụ", section=_TOOLS)
    tools_households = field(Households, "Hộ đã giải ngân hỗ trợ mua sắm máy móc, nông cụ", section=_TOOLS)
    tools_capital = field(Dong, "Vốn giao hỗ trợ mua sắm máy móc, nông cụ", section=_TOOLS, definition=_CAPITAL)
    tools_disbursed = field(Dong, "Số tiền giải ngân hỗ trợ mua sắm máy móc, nông cụ", section=_TOOLS)
    water_approved = field(Households, "Hộ được duyệt hỗ trợ nước sinh hoạt phân tán", section=_WATER)
    water_households = field(Households, "Hộ đã giải ngân hỗ trợ nước sinh hoạt phân tán", section=_WATER)
    water_capital = field(Dong, "Vốn giao hỗ trợ nước sinh hoạt phân tán", section=_WATER, definition=_CAPITAL)
    water_disbursed = field(Dong, "Số tiền giải ngân hỗ trợ nước sinh hoạt phân tán", section=_WATER)

    edits = (
        balance("C01-01", "projects", ["projects_poverty", "projects_development"]),
        balance("C01-02", "cost", ["cost_central", "cost_local"]),
        bound("C01-03", ["housing_capital", "tools_capital", "water_capital"], "cost"),
        bound("C01-04", ["housing_households"], "housing_approved"),
        bound("C01-05", ["tools_households"], "tools_approved"),
        bound("C01-06", ["water_households"], "water_approved"),
        bound("C01-07", ["housing_disbursed"], "housing_capital"),
        bound("C01-08", ["tools_disbursed"], "tools_capital"),
        bound("C01-09", ["water_disbursed"], "water_capital"),
        # What one household gets at most (Quyết định 1719/QĐ-TTg, Dự án 1). A warning, for a province may add to it.
        at_most("C01-10", "tools_disbursed", "10000000", "tools_households"),
        at_most("C01-11", "water_disbursed", "3000000", "water_households"),
        # For poor households. A warning, as in C02: their list is fixed once a year.
        within("C01-12", "housing_approved", Poverty.poor, Poverty.near_poor, severity=Severity.WARNING),
        within("C01-13", "tools_approved", Poverty.poor, Poverty.near_poor, severity=Severity.WARNING),
        within("C01-14", "water_approved", Poverty.poor, Poverty.near_poor, severity=Severity.WARNING),
    )
