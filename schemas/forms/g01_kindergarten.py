"""Form G01: staff, classes and children of a kindergarten in the school year (plan P1.II.2.c, footnote 6)."""

from functools import partial

from schemas.edits import at_most, balance, bound
from schemas.fields import field
from schemas.form import DeskForm
from schemas.units import ChildGroups, Classes, People, Percent, Pupils

_STAFF, _CHILDREN, _LAST_YEAR = "Cán bộ, giáo viên, nhân viên", "Nhóm lớp và trẻ", "So với năm học trước"

_field = partial(field, plan="fn6")


class Kindergarten(
    DeskForm,
    code="G01",
    sheet="Mầm non",
    title="Kết quả năm học của trường mầm non",
    domain="kindergarten",
    reporter="kindergarten",
):
    """One row per kindergarten: the school year that ended in the period."""

    staff_total = _field(
        People,
        "Tổng số cán bộ, giáo viên, nhân viên",
        figure="edu.kindergarten.staff.total",
        section=_STAFF,
        stock=True,
    )
    staff_permanent = _field(People, "Biên chế", figure="edu.kindergarten.staff.permanent", section=_STAFF, stock=True)
    contract_teachers = _field(
        People, "Giáo viên hợp đồng", figure="edu.kindergarten.staff.contract_teacher", section=_STAFF, stock=True
    )
    contract_staff = _field(
        People, "Nhân viên hợp đồng", figure="edu.kindergarten.staff.contract_staff", section=_STAFF, stock=True
    )
    contract_staff_indefinite = _field(
        People,
        "Nhân viên hợp đồng không xác định thời hạn",
        figure="edu.kindergarten.staff.contract_staff.indefinite",
        section=_STAFF,
        stock=True,
    )
    contract_staff_fixed_term = _field(
        People,
        "Nhân viên hợp đồng xác định thời hạn",
        figure="edu.kindergarten.staff.contract_staff.fixed_term",
        section=_STAFF,
        stock=True,
    )
    groups = _field(ChildGroups, "Tổng số nhóm lớp", figure="edu.kindergarten.groups", section=_CHILDREN, stock=True)
    kindergarten_classes = _field(
        Classes, "Lớp mẫu giáo", figure="edu.kindergarten.kindergarten_classes", section=_CHILDREN, stock=True
    )
    pupils = _field(Pupils, "Tổng số trẻ", figure="edu.kindergarten.pupils", section=_CHILDREN, stock=True)
    attendance_pct = _field(
        Percent,
        "Tỷ lệ trẻ mẫu giáo ra lớp",
        figure="edu.kindergarten.attendance.pct",
        decimals=1,
        maximum=100,
        section=_CHILDREN,
    )
    pupils_last_year = _field(
        Pupils, "Tổng số trẻ năm học trước", figure="edu.kindergarten.pupils.last_year", section=_LAST_YEAR, stock=True
    )
    nursery_rate_increase = _field(
        Percent,
        "Mức tăng tỷ lệ huy động trẻ nhà trẻ ra lớp",
        definition="Điểm phần trăm so với năm học trước; giảm thì ghi số âm.",
        figure=None,
        each="edu.{reporter}.nursery_rate.increase",
        decimals=1,
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
