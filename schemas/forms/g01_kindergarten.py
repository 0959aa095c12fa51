"""Form G01: staff, classes and children of a kindergarten in the school year (plan P1.II.2.c, footnote 6)."""

from functools import partial

from schemas.edits import balance, bound
from schemas.form import DeskForm, field
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

    staff_total: People = _field(
        "Tổng số cán bộ, giáo viên, nhân viên", figure="edu.kindergarten.staff.total", section=_STAFF
    )
    staff_permanent: People = _field("Biên chế", figure="edu.kindergarten.staff.permanent", section=_STAFF)
    contract_teachers: People = _field(
        "Giáo viên hợp đồng", figure="edu.kindergarten.staff.contract_teacher", section=_STAFF
    )
    contract_staff: People = _field(
        "Nhân viên hợp đồng", figure="edu.kindergarten.staff.contract_staff", section=_STAFF
    )
    contract_staff_indefinite: People = _field(
        "Nhân viên hợp đồng không xác định thời hạn",
        figure="edu.kindergarten.staff.contract_staff.indefinite",
        section=_STAFF,
    )
    contract_staff_fixed_term: People = _field(
        "Nhân viên hợp đồng xác định thời hạn",
        figure="edu.kindergarten.staff.contract_staff.fixed_term",
        section=_STAFF,
    )
    groups: ChildGroups = _field("Tổng số nhóm lớp", figure="edu.kindergarten.groups", section=_CHILDREN)
    kindergarten_classes: Classes = _field(
        "Lớp mẫu giáo", figure="edu.kindergarten.kindergarten_classes", section=_CHILDREN
    )
    pupils: Pupils = _field("Tổng số trẻ", figure="edu.kindergarten.pupils", section=_CHILDREN)
    attendance_pct: Percent = _field(
        "Tỷ lệ trẻ mẫu giáo ra lớp",
        figure="edu.kindergarten.attendance.pct",
        decimals=1,
        maximum=100,
        section=_CHILDREN,
    )
    pupils_last_year: Pupils = _field(
        "Tổng số trẻ năm học trước", figure="edu.kindergarten.pupils.last_year", section=_LAST_YEAR
    )
    nursery_rate_increase: Percent = _field(
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
    )
