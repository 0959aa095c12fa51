"""Form D01: land certificates, petitions about land, and mediation in the villages."""

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

    certificates = field(Cases, "Trường hợp đề nghị cấp giấy chứng nhận quyền sử dụng đất", section=_LAND)
    received = field(Petitions, "Đơn tranh chấp đất đai tiếp nhận", section=_PETITIONS)
    withdrawn = field(Petitions, "Đơn tự nguyện xin rút", section=_PETITIONS)
    failed = field(Petitions, "Đơn hòa giải không thành, chuyển cơ quan có thẩm quyền", section=_PETITIONS)
    pending = field(Petitions, "Đơn đang trong thời gian giải quyết", section=_PETITIONS)
    village = field(Petitions, "Đơn về vụ việc xảy ra tại thôn", section=_MEDIATION)
    village_handled = field(Petitions, "Đơn đã hòa giải ở thôn", section=_MEDIATION)
    village_success = field(Petitions, "Đơn hòa giải thành ở thôn", section=_MEDIATION)
    village_failed = field(Petitions, "Đơn hòa giải không thành ở thôn", section=_MEDIATION)

    edits = (
        balance("D01-01", "received", ["withdrawn", "failed", "pending"]),
        balance("D01-02", "village_handled", ["village_success", "village_failed"]),
        bound("D01-03", ["village_handled"], "village"),
    )
