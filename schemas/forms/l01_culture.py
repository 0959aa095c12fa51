"""Form L01: sport, the commune's page and loudspeakers, mobile coverage."""

from schemas.edits import bound, within
from schemas.fields import field
from schemas.form import DeskForm
from schemas.forms.v01_documents import IssuedDocuments
from schemas.outcomes import Severity
from schemas.units import Documents, NewsItems, Teams, TimesPerDay, Villages

_SPORT, _PAGE, _RELAY, _MOBILE = "Thể thao", "Trang thông tin điện tử", "Truyền thanh", "Sóng di động"


class Culture(
    DeskForm,
    code="L01",
    sheet="Văn hóa, thông tin",
    title="Hoạt động văn hóa, thể thao, thông tin",
    domain="culture",
    reporter="culture",
):
    """One row per commune: what was held, posted and broadcast, and how many villages it reaches."""

    villages = field(Villages, "Tổng số thôn của xã", stock=True)
    football_teams = field(Teams, "Số đội tham dự giải bóng đá", section=_SPORT)
    news_items = field(NewsItems, "Tin bài đã đăng", section=_PAGE)
    documents_posted = field(Documents, "Văn bản chỉ đạo, điều hành đã đăng", section=_PAGE)
    relay_villages = field(Villages, "Số thôn được tiếp sóng truyền thanh", section=_RELAY, stock=True)
    relay_sessions = field(TimesPerDay, "Số lượt tiếp sóng mỗi ngày", section=_RELAY)
    rabies_announcements = field(TimesPerDay, "Số lượt tuyên truyền phòng bệnh dại mỗi ngày", section=_RELAY)
    mobile_villages = field(Villages, "Số thôn được phủ sóng di động", section=_MOBILE, stock=True)

    edits = (
        bound("L01-01", ["relay_villages"], "villages"),
        bound("L01-02", ["mobile_villages"], "villages"),
        # What the office has issued can be posted. A warning, for it may post what came from above as well.
        within("L01-03", "documents_posted", IssuedDocuments.total, severity=Severity.WARNING),
    )
