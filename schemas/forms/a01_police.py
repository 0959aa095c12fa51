"""Form A01: security and public order (plan P1.II.4.b and P1.III.1)."""

from schemas.edits import Severity, balance, within
from schemas.form import DeskForm, field
from schemas.forms.g01_kindergarten import Kindergarten
from schemas.forms.g02_primary import Primary
from schemas.forms.g03_thcs import LowerSecondary
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

    security_cases: Incidents = field(
        "Vụ việc liên quan đến an ninh quốc gia",
        figure="police.national_security.cases",
        plan="P1.II.4.b",
        section=_ORDER,
    )
    traffic_accidents: Incidents = field(
        "Vụ tai nạn giao thông", figure="police.traffic_accidents", plan="P1.III.1", section=_ORDER
    )
    patrols: Sessions = field("Cuộc tuần tra kiểm soát", figure="police.patrols", plan="P1.II.4.b", section=_ORDER)
    patrol_turns: PersonTurns = field(
        "Lượt cán bộ, chiến sĩ tuần tra", figure="police.patrols.turns", plan="P1.II.4.b", section=_ORDER
    )
    campaigns: Sessions = field(
        "Tổng số cuộc tuyên truyền", figure="police.campaigns", plan="P1.II.4.b", section=_CAMPAIGNS
    )
    campaigns_traffic_drugs: Sessions = field(
        "Tuyên truyền trật tự an toàn giao thông, phòng chống ma túy học đường",
        figure="police.campaigns.traffic_drugs",
        plan="P1.II.4.b",
        section=_CAMPAIGNS,
    )
    campaigns_fireworks: Sessions = field(
        "Tuyên truyền pháp luật về pháo, vũ khí, vật liệu nổ",
        figure="police.campaigns.fireworks",
        plan="P1.II.4.b",
        section=_CAMPAIGNS,
    )
    campaign_schools: Schools = field(
        "Trường học được tuyên truyền", figure="police.campaigns.schools", plan="P1.II.4.b", section=_CAMPAIGNS
    )
    leaflets: Leaflets = field("Tờ rơi đã phát", figure="police.leaflets", plan="P1.II.4.b", section=_CAMPAIGNS)
    posters: Posters = field("Pano, áp phích đã dán", figure="police.posters", plan="P1.II.4.b", section=_CAMPAIGNS)
    loudspeaker: Sessions = field(
        "Cuộc tuyên truyền qua loa phát thanh",
        figure="police.loudspeaker_sessions",
        plan="P1.II.4.b",
        section=_CAMPAIGNS,
    )
    drug_plants: Cases = field(
        "Trường hợp trồng trái phép cây có chứa chất ma túy",
        figure="police.drug_plants.cases",
        plan="P1.II.4.b",
        section=_VIOLATIONS,
    )
    drug_plants_fine: MillionDong = field(
        "Tiền phạt trồng cây có chứa chất ma túy",
        figure="police.drug_plants.fine",
        decimals=1,
        plan="P1.II.4.b",
        section=_VIOLATIONS,
    )
    forest_clearing: Cases = field(
        "Trường hợp phá rừng", figure="police.forest_clearing.cases", plan="P1.II.4.b", section=_VIOLATIONS
    )
    forest_clearing_fine: Dong = field(
        "Tiền phạt phá rừng", figure="police.forest_clearing.fine", plan="P1.II.4.b", section=_VIOLATIONS
    )
    electrofishing: Cases = field(
        "Trường hợp dùng kích điện khai thác thủy sản",
        figure="police.electrofishing.cases",
        plan="P1.II.4.b",
        section=_VIOLATIONS,
    )
    electrofishing_fine: Dong = field(
        "Tiền phạt dùng kích điện khai thác thủy sản",
        figure="police.electrofishing.fine",
        plan="P1.II.4.b",
        section=_VIOLATIONS,
    )
    guns: Guns = field("Súng tự chế thu hồi", figure="police.weapons.guns", plan="P1.II.4.b", section=_WEAPONS)
    bullets: Bullets = field("Đạn thu hồi", figure="police.weapons.bullets", plan="P1.II.4.b", section=_WEAPONS)
    pledged_staff: People = field(
        "Cán bộ, giáo viên ký cam kết về pháo",
        figure="police.fireworks_pledge.staff",
        plan="P1.II.4.b",
        section=_WEAPONS,
    )
    pledged_pupils: Pupils = field(
        "Học sinh ký cam kết về pháo",
        figure="police.fireworks_pledge.pupils",
        plan="P1.II.4.b",
        section=_WEAPONS,
    )
    pledged_households: Households = field(
        "Hộ ký cam kết về pháo",
        figure="police.fireworks_pledge.households",
        plan="P1.II.4.b",
        section=_WEAPONS,
    )
    foreigners: People = field(
        "Người nước ngoài khai báo tạm trú",
        figure="police.foreigners.registered",
        plan="P1.II.4.b",
        section=_RESIDENTS,
    )
    self_governing: Models = field(
        "Mô hình tự quản về an ninh trật tự",
        figure="police.self_governing_models",
        plan="P1.II.4.b",
        section=_RESIDENTS,
    )
    beneficiaries_reviewed: People = field(
        "Đối tượng an sinh xã hội được rà soát, bổ sung",
        figure="police.social_beneficiaries.reviewed",
        plan="P1.II.4.b",
        section=_RESIDENTS,
    )
    data_updated: Percent = field(
        "Tỷ lệ cập nhật thông tin dân cư của các hội, đối tượng",
        figure="police.data_update.pct",
        decimals=0,
        maximum=100,
        plan="P1.II.4.b",
        section=_RESIDENTS,
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
    )
