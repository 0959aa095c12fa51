"""Form H01: the civil registry, and the spreading of its law."""

from schemas.edits import at_most, bound
from schemas.fields import field
from schemas.form import DeskForm
from schemas.outcomes import Severity
from schemas.units import Cases, Couples, People, ProcedureGroups, Procedures, ServiceGroups, Sessions, Tasks

_LAW, _REGISTRY, _LINKED = "Phổ biến pháp luật", "Đăng ký hộ tịch", "Thủ tục liên thông"


class CivilRegistry(
    DeskForm,
    code="H01",
    sheet="Tư pháp, hộ tịch",
    title="Công tác tư pháp và đăng ký hộ tịch",
    domain="civil",
    reporter="justice",
):
    """One row per commune: what was entered in the registry, and which entries came through linked procedures."""

    law_sessions = field(Sessions, "Cuộc tuyên truyền luật Hộ tịch", section=_LAW)
    law_participants = field(People, "Người dự tuyên truyền luật Hộ tịch", section=_LAW)
    essential_procedures = field(
        Procedures, "Thủ tục hành chính hộ tịch thực hiện trên phần mềm dùng chung", section=_REGISTRY
    )
    essential_groups = field(ServiceGroups, "Nhóm dịch vụ công thiết yếu theo Đề án 06", section=_REGISTRY)
    births = field(Cases, "Đăng ký khai sinh", section=_REGISTRY)
    births_again = field(Cases, "Đăng ký lại khai sinh", section=_REGISTRY)
    marriages = field(Couples, "Đăng ký kết hôn", section=_REGISTRY)
    deaths = field(Cases, "Đăng ký khai tử", section=_REGISTRY)
    paternity = field(Cases, "Đăng ký nhận cha, con", section=_REGISTRY)
    copies = field(Tasks, "Cấp bản sao khai sinh, khai tử", section=_REGISTRY)
    linked_groups = field(ProcedureGroups, "Nhóm thủ tục hành chính liên thông", section=_LINKED)
    linked_births = field(Cases, "Liên thông khai sinh, thường trú, thẻ bảo hiểm y tế trẻ dưới 6 tuổi", section=_LINKED)
    linked_deaths = field(Cases, "Liên thông khai tử, xóa thường trú, mai táng phí", section=_LINKED)

    edits = (
        bound("H01-01", ["births_again"], "births"),
        bound("H01-02", ["linked_births"], "births"),
        # A warning: deaths of an earlier period may be settled late, so an office has to explain and not to correct.
        bound("H01-03", ["linked_deaths"], "deaths", severity=Severity.WARNING),
        # By order: somebody hears every session.
        bound("H01-04", ["law_sessions"], "law_participants"),
        # No norm: no hall of a commune holds more.
        at_most("H01-05", "law_participants", "500", "law_sessions"),
    )
