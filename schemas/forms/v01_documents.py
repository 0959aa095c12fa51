"""Form V01: documents the People's Committee issued, by type."""

from schemas.edits import balance
from schemas.fields import field
from schemas.form import DeskForm
from schemas.units import Documents

_TYPES = "Chia theo loại văn bản"


class IssuedDocuments(
    DeskForm,
    code="V01",
    sheet="Văn bản ban hành",
    title="Văn bản đã ban hành",
    domain="documents",
    when="từ đầu năm đến hết kỳ",
    reporter="office",
):
    """One row per commune: documents issued since the start of the year, in all and by type."""

    total = field(Documents, "Tổng số văn bản đã ban hành", section="Tổng số")
    reports = field(Documents, "Báo cáo", section=_TYPES)
    decisions = field(Documents, "Quyết định", section=_TYPES)
    proposals = field(Documents, "Tờ trình", section=_TYPES)
    plans = field(Documents, "Kế hoạch", section=_TYPES)
    official_letters = field(Documents, "Công văn", section=_TYPES)
    guidance = field(Documents, "Hướng dẫn", section=_TYPES)
    notices = field(Documents, "Thông báo", section=_TYPES)
    programmes = field(Documents, "Chương trình", section=_TYPES)
    launches = field(Documents, "Phát động", section=_TYPES)
    directives = field(Documents, "Chỉ thị", section=_TYPES)
    schemes = field(Documents, "Phương án", section=_TYPES)

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
