"""Form G01: staff, classes and children of a kindergarten in the school year."""

from schemas.edits import at_most, balance, bound
from schemas.fields import field
from schemas.form import DeskForm
from schemas.units import ChildGroups, Classes, People, Percent, Pupils

_STAFF, _CHILDREN, _LAST_YEAR = "Cán bộ, giáo viên, nhân viên", "Nhóm lớp và trẻ", "So với năm học trước"


class Kindergarten(
    DeskForm,
    code="G01",
    sheet="Mầm non",
    title="Kết quả năm học của trường mầm non",
    domain="kindergarten",
    when="của năm học kết thúc trong kỳ",
    reporter="kindergarten",
):
    """One row per kindergarten: the school year that ended in the period."""

    staff_total = field(People, "Tổng số cán bộ, giáo viên, nhân viên", section=_STAFF, stock=True)
    staff_permanent = field(People, "Biên chế", section=_STAFF, stock=True)
    contract_teachers = field(People, "Giáo viên hợp đồng", section=_STAFF, stock=True)
    contract_staff = field(People, "Nhân viên hợp đồng", section=_STAFF, stock=True)
    contract_staff_indefinite = field(People, "Nhân viên hợp đồng không xác định thời hạn", section=_STAFF, stock=True)
    contract_staff_fixed_term = field(People, "Nhân viên hợp đồng xác định thời hạn", section=_STAFF, stock=True)
    groups = field(ChildGroups, "Tổng số nhóm lớp", section=_CHILDREN, stock=True)
    kindergarten_classes = field(Classes, "Lớp mẫu giáo", section=_CHILDREN, stock=True)
    pupils = field(Pupils, "Tổng số trẻ", section=_CHILDREN, stock=True)
    attendance_pct = field(Percent, "Tỷ lệ trẻ mẫu giáo ra lớp", maximum=100, section=_CHILDREN)
    pupils_last_year = field(Pupils, "Tổng số trẻ năm học trước", section=_LAST_YEAR, stock=True)
    nursery_rate_increase = field(
        Percent,
        "Mức tăng tỷ lệ huy động trẻ nhà trẻ ra lớp",
        definition="Điểm phần trăm so với năm học trước; giảm thì ghi số âm.",
        minimum=-100,
        maximum=100,
        section=_LAST_YEAR,
    )

    edits = (
        balance("G01-01", "staff_total", ["staff_permanent", "contract_teachers", "contract_staff"]),
        balance("G01-02", "contract_staff", ["contract_staff_indefinite", "contract_staff_fixed_term"]),
        bound("G01-03", ["kindergarten_classes"], "groups"),
        # By order: no group or class is without a child.
        bound("G01-04", ["groups"], "pupils"),
        # The largest class a kindergarten may have (Thông tư 52/2020/TT-BGDĐT, Điều 15). A warning, for some have more.
        at_most("G01-05", "pupils", "35", "groups"),
    )
