"""Form V01: documents the People's Committee issued, by type (plan P1.I)."""

from schemas.edits import balance
from schemas.form import DeskForm, field
from schemas.units import Documents

_TYPES = "Chia theo loại văn bản"


class IssuedDocuments(
    DeskForm, code="V01", sheet="Văn bản ban hành", title="Văn bản đã ban hành", domain="documents", reporter="office"
):
    """One row per commune: documents issued since the start of the year, in all and by type."""

    total: Documents = field("Tổng số văn bản đã ban hành", figure="docs.issued.total", plan="P1.I", section="Tổng số")
    reports: Documents = field("Báo cáo", figure="docs.issued.reports", plan="P1.I", section=_TYPES)
    decisions: Documents = field("Quyết định", figure="docs.issued.decisions", plan="P1.I", section=_TYPES)
    proposals: Documents = field("Tờ trình", figure="docs.issued.proposals", plan="P1.I", section=_TYPES)
    plans: Documents = field("Kế hoạch", figure="docs.issued.plans", plan="P1.I", section=_TYPES)
    official_letters: Documents = field("Công văn", figure="docs.issued.official_letters", plan="P1.I", section=_TYPES)
    guidance: Documents = field("Hướng dẫn", figure="docs.issued.guidance", plan="P1.I", section=_TYPES)
    notices: Documents = field("Thông báo", figure="docs.issued.notices", plan="P1.I", section=_TYPES)
    programmes: Documents = field("Chương trình", figure="docs.issued.programmes", plan="P1.I", section=_TYPES)
    launches: Documents = field("Phát động", figure="docs.issued.launches", plan="P1.I", section=_TYPES)
    directives: Documents = field("Chỉ thị", figure="docs.issued.directives", plan="P1.I", section=_TYPES)
    schemes: Documents = field("Phương án", figure="docs.issued.schemes", plan="P1.I", section=_TYPES)

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
