"""Form Q01: recruits, reserve and the militia's work."""

from schemas.edits import balance
from schemas.fields import field
from schemas.form import DeskForm
from schemas.units import DongPerGift, Hectares, People

_RECRUITS, _FORCES = "Giao quân", "Lực lượng và huấn luyện"


class Military(
    DeskForm,
    code="Q01",
    sheet="Quân sự",
    title="Công tác quốc phòng",
    domain="military",
    when="trong năm, tính đến hết kỳ",
    reporter="military",
):
    """One row per commune: the year's recruits, the reserve registered and what the militia cleared in training."""

    recruits = field(People, "Thanh niên lên đường nhập ngũ", section=_RECRUITS)
    recruits_army = field(People, "Tham gia nghĩa vụ quân sự", section=_RECRUITS)
    recruits_police = field(People, "Tham gia nghĩa vụ công an", section=_RECRUITS)
    gift_value = field(DongPerGift, "Trị giá một suất quà tặng thanh niên nhập ngũ", section=_RECRUITS)
    reserve_registered = field(People, "Quân nhân xuất ngũ được đăng ký dự bị", section=_FORCES)
    range_cleared = field(Hectares, "Diện tích thao trường phát quang", section=_FORCES)

    edits = (balance("Q01-01", "recruits", ["recruits_army", "recruits_police"]),)
