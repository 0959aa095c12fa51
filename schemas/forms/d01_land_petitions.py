"""Form D01: land certificates, petitions about land, and mediation in the villages (plan P1.II.3.a and P1.II.5.2)."""

from schemas.edits import balance, bound
from schemas.fields import field
from schemas.form import DeskForm
from schemas.units import Cases, Petitions

_LAND, _PETITIONS, _MEDIATION = "Đất đai", "Đơn tranh chấp đất đai", "Hòa giải ở thôn"


class LandPetitions(
    DeskForm,
    code="D01",
    sheet="Đất đai, đơn thư",
    title="Quản lý đất đai, giải quyết đơn thư và hòa giải",
    domain="petitions",
    reporter="land",
):
    """One row per commune: petitions received and what became of them."""

    certificates = field(
        Cases,
        "Trường hợp đề nghị cấp giấy chứng nhận quyền sử dụng đất",
        figure="land.certificate.cases",
        plan="P1.II.3.a",
        section=_LAND,
    )
    received = field(
        Petitions,
        "Đơn tranh chấp đất đai tiếp nhận",
        figure="petitions.land.received",
        plan="P1.II.5.2",
        section=_PETITIONS,
    )
    withdrawn = field(
        Petitions, "Đơn tự nguyện xin rút", figure="petitions.land.withdrawn", plan="P1.II.5.2", section=_PETITIONS
    )
    failed = field(
        Petitions,
        "Đơn hòa giải không thành, chuyển cơ quan có thẩm quyền",
        figure="petitions.land.failed",
        plan="P1.II.5.2",
        section=_PETITIONS,
    )
    pending = field(
        Petitions,
        "Đơn đang trong thời gian giải quyết",
        figure="petitions.land.pending",
        plan="P1.II.5.2",
        section=_PETITIONS,
    )
    village = field(
        Petitions,
        "Đơn về vụ việc xảy ra tại thôn",
        figure="mediation.village.total",
        plan="P1.II.5.2",
        section=_MEDIATION,
    )
    village_handled = field(
        Petitions, "Đơn đã hòa giải ở thôn", figure="mediation.village.handled", plan="P1.II.5.2", section=_MEDIATION
    )
    village_success = field(
        Petitions, "Đơn hòa giải thành ở thôn", figure="mediation.village.success", plan="P1.II.5.2", section=_MEDIATION
    )
    village_failed = field(
        Petitions,
        "Đơn hòa giải không thành ở thôn",
        figure="mediation.village.failed",
        plan="P1.II.5.2",
        section=_MEDIATION,
    )

    edits = (
        balance("D01-01", "received", ["withdrawn", "failed", "pending"]),
        balance("D01-02", "village_handled", ["village_success", "village_failed"]),
        bound("D01-03", ["village_handled"], "village"),
    )
