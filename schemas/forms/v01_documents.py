"""Form V01: documents the People's Committee issued, by type (plan P1.I)."""

from schemas.edits import balance
from schemas.fields import field
from schemas.form import DeskForm
from schemas.units import Documents

_TYPES = "Chia theo loại văn bản"


class IssuedDocuments(
    DeskForm, code="V01", sheet="Văn bản ban hành", title="Văn bản đã ban hành", domain="documents", reporter="office"
):
    """One row per commune: documents issued since the start of the year, in all and by type."""

    total = field(Documents, "Tổng số văn bản đã ban hành", figure="docs.issued.total", plan="P1.I", section="Tổng số")
    reports = field(Documents, "Báo cáo", figure="docs.issued.reports", plan="P1.I", section=_TYPES)
    decisions = field(Documents, "Quyết định", figure="docs.issued.decisions", plan="P1.I", section=_TYPES)
    proposals = field(Documents, "Tờ trình", figure="docs.issued.proposals", plan="P1.I", section=_TYPES)
    plans = field(Documents, "Kế hoạch", figure="docs.issued.plans", plan="P1.I", section=_TYPES)
    official_letters = field(Documents, "Công văn", figure="docs.issued.official_letters", plan="P1.I", section=_TYPES)
    guidance = field(Documents, "Hướng dẫn", figure="docs.issued.guidance", plan="P1.I", section=_TYPES)
    notices = field(Documents, "Thông báo", figure="docs.issued.notices", plan="P1.I", section=_TYPES)
    programmes = field(Documents, "Chương trình", figure="docs.issued.programmes", plan="P1.I", section=_TYPES)
    launches = field(Documents, "Phát động", figure="docs.issued.launches", plan="P1.I", section=_TYPES)
    directives = field(Documents, "Chỉ thị", figure="docs.issued.directives", plan="P1.I", section=_TYPES)
    schemes = field(Documents, "Phương án", figure="docs.issued.schemes", plan="P1.I", section=_TYPES)

    edits = (
        balance(
            "V01-01",
            "total",
            [
                "reports",
                "decisions",
                "proposals",
                "plans",
                "official_letters",
                "guidance",
                "notices",
                "programmes",
                "launches",
                "directives",
                "schemes",
            ],
        ),
    )
