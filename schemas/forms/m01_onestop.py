"""Form M01: files at the one-stop desk and procedures offered online."""

from schemas.edits import balance, bound
from schemas.fields import field
from schemas.form import DeskForm
from schemas.outcomes import Severity
from schemas.units import Files, Procedures

_ALL, _FIELDS, _ONLINE = "Hồ sơ trong kỳ", "Hồ sơ theo lĩnh vực", "Dịch vụ công trực tuyến"


class OneStop(
    DeskForm,
    code="M01",
    sheet="Một cửa",
    title="Hồ sơ thủ tục hành chính tại bộ phận Một cửa",
    domain="onestop",
    reporter="onestop",
):
    """One row per commune: files by how they came in and by what they were about, and the procedures offered online."""

    received = field(Files, "Tổng số hồ sơ tiếp nhận", section=_ALL)
    resolved = field(Files, "Tổng số hồ sơ đã giải quyết", section=_ALL)
    direct = field(Files, "Hồ sơ giải quyết trực tiếp", section=_ALL)
    online = field(Files, "Hồ sơ giải quyết trực tuyến", section=_ALL)
    civil_status = field(Files, "Lĩnh vực hộ tịch", section=_FIELDS)
    civil_status_online = field(Files, "Hộ tịch, trực tuyến", section=_FIELDS)
    certification = field(Files, "Lĩnh vực chứng thực", section=_FIELDS)
    certification_online = field(Files, "Chứng thực, trực tuyến", section=_FIELDS)
    labour_social = field(Files, "Lĩnh vực lao động, thương binh xã hội, dân tộc", section=_FIELDS)
    labour_social_online = field(Files, "Lao động, thương binh xã hội, dân tộc, trực tuyến", section=_FIELDS)
    land = field(Files, "Lĩnh vực đất đai", section=_FIELDS)
    land_online = field(Files, "Đất đai, trực tuyến", section=_FIELDS)
    procedures_online = field(Procedures, "Tổng số dịch vụ công trực tuyến", section=_ONLINE, stock=True)
    procedures_full = field(Procedures, "Toàn trình", section=_ONLINE, stock=True)
    procedures_partial = field(Procedures, "Một phần", section=_ONLINE, stock=True)

    edits = (
        balance("M01-01", "received", ["civil_status", "certification", "labour_social", "land"]),
        balance("M01-02", "resolved", ["direct", "online"]),
        # A warning: files left over from an earlier period may be settled in this one.
        bound("M01-03", ["resolved"], "received", severity=Severity.WARNING),
        balance(
            "M01-04",
            "online",
            ["civil_status_online", "certification_online", "labour_social_online", "land_online"],
        ),
        bound("M01-05", ["civil_status_online"], "civil_status"),
        bound("M01-06", ["certification_online"], "certification"),
        bound("M01-07", ["labour_social_online"], "labour_social"),
        bound("M01-08", ["land_online"], "land"),
        balance("M01-09", "procedures_online", ["procedures_full", "procedures_partial"]),
    )
