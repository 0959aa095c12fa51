"""Form A01: security and public order."""

from schemas.edits import at_most, balance, bound, reporting, within
from schemas.fields import field
from schemas.form import DeskForm
from schemas.forms.g01_kindergarten import Kindergarten
from schemas.forms.g02_primary import Primary
from schemas.forms.g03_thcs import LowerSecondary
from schemas.outcomes import Severity
from schemas.units import (
    Bullets,
    Cases,
    Dong,
    Guns,
    Households,
    Incidents,
    Leaflets,
    MillionDong,
    Models,
    People,
    Percent,
    PersonTurns,
    Posters,
    Pupils,
    Schools,
    Sessions,
)

_ORDER, _CAMPAIGNS, _VIOLATIONS = "Tình hình và tuần tra", "Tuyên truyền", "Vi phạm phát hiện, xử lý"
_WEAPONS, _RESIDENTS = "Vũ khí và cam kết về pháo", "Quản lý dân cư"


class Police(
    DeskForm, code="A01", sheet="An ninh trật tự", title="An ninh trật tự", domain="police", reporter="police"
):
    """One row per commune: incidents, patrols, campaigns, violations fined, and what was done with residents' data."""

    security_cases = field(Incidents, "Vụ việc liên quan đến an ninh quốc gia", section=_ORDER)
    traffic_accidents = field(Incidents, "Vụ tai nạn giao thông", section=_ORDER)
    patrols = field(Sessions, "Cuộc tuần tra kiểm soát", section=_ORDER)
    patrol_turns = field(PersonTurns, "Lượt cán bộ, chiến sĩ tuần tra", section=_ORDER)
    campaigns = field(Sessions, "Tổng số cuộc tuyên truyền", section=_CAMPAIGNS)
    campaigns_traffic_drugs = field(
        Sessions, "Tuyên truyền trật tự an toàn giao thông, phòng chống ma túy học đường", section=_CAMPAIGNS
    )
    campaigns_fireworks = field(Sessions, "Tuyên truyền pháp luật về pháo, vũ khí, vật liệu nổ", section=_CAMPAIGNS)
    campaign_schools = field(Schools, "Trường học được tuyên truyền", section=_CAMPAIGNS)
    leaflets = field(Leaflets, "Tờ rơi đã phát", section=_CAMPAIGNS)
    posters = field(Posters, "Pano, áp phích đã dán", section=_CAMPAIGNS)
    loudspeaker = field(Sessions, "Cuộc tuyên truyền qua loa phát thanh", section=_CAMPAIGNS)
    drug_plants = field(Cases, "Trường hợp trồng trái phép cây có chứa chất ma túy", section=_VIOLATIONS)
    drug_plants_fine = field(MillionDong, "Tiền phạt trồng cây có chứa chất ma túy", section=_VIOLATIONS)
    forest_clearing = field(Cases, "Trường hợp phá rừng", section=_VIOLATIONS)
    forest_clearing_fine = field(Dong, "Tiền phạt phá rừng", section=_VIOLATIONS)
    electrofishing = field(Cases, "Trường hợp dùng kích điện khai thác thủy sản", section=_VIOLATIONS)
    electrofishing_fine = field(Dong, "Tiền phạt dùng kích điện khai thác thủy sản", section=_VIOLATIONS)
    guns = field(Guns, "Súng tự chế thu hồi", section=_WEAPONS)
    bullets = field(Bullets, "Đạn thu hồi", section=_WEAPONS)
    pledged_staff = field(People, "Cán bộ, giáo viên ký cam kết về pháo", section=_WEAPONS)
    pledged_pupils = field(Pupils, "Học sinh ký cam kết về pháo", section=_WEAPONS)
    pledged_households = field(Households, "Hộ ký cam kết về pháo", section=_WEAPONS)
    foreigners = field(People, "Người nước ngoài khai báo tạm trú", section=_RESIDENTS)
    self_governing = field(Models, "Mô hình tự quản về an ninh trật tự", section=_RESIDENTS, stock=True)
    beneficiaries_reviewed = field(People, "Đối tượng an sinh xã hội được rà soát, bổ sung", section=_RESIDENTS)
    data_updated = field(
        Percent, "Tỷ lệ cập nhật thông tin dân cư của các hội, đối tượng", maximum=100, section=_RESIDENTS
    )

    edits = (
        balance("A01-01", "campaigns", ["campaigns_traffic_drugs", "campaigns_fireworks"]),
        # Pupils move between the day the school counts and the day they sign.
        within(
            "A01-02",
            "pledged_pupils",
            Kindergarten.pupils,
            Primary.pupils,
            LowerSecondary.pupils,
            severity=Severity.WARNING,
        ),
        # By order: somebody goes on every patrol.
        bound("A01-03", ["patrols"], "patrol_turns"),
        # No norm: a commune has not so many policemen and militiamen to send on one patrol.
        at_most("A01-04", "patrol_turns", "50", "patrols"),
        reporting("A01-05", "campaign_schools", Kindergarten, Primary, LowerSecondary),
    )
