"""Form A01: security and public order (plan P1.II.4.b and P1.III.1)."""

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

    security_cases = field(
        Incidents,
        "Vụ việc liên quan đến an ninh quốc gia",
        figure="police.national_security.cases",
        plan="P1.II.4.b",
        section=_ORDER,
    )
    traffic_accidents = field(
        Incidents, "Vụ tai nạn giao thông", figure="police.traffic_accidents", plan="P1.III.1", section=_ORDER
    )
    patrols = field(Sessions, "Cuộc tuần tra kiểm soát", figure="police.patrols", plan="P1.II.4.b", section=_ORDER)
    patrol_turns = field(
        PersonTurns, "Lượt cán bộ, chiến sĩ tuần tra", figure="police.patrols.turns", plan="P1.II.4.b", section=_ORDER
    )
    campaigns = field(
        Sessions, "Tổng số cuộc tuyên truyền", figure="police.campaigns", plan="P1.II.4.b", section=_CAMPAIGNS
    )
    campaigns_traffic_drugs = field(
        Sessions,
        "Tuyên truyền trật tự an toàn giao thông, phòng chống ma túy học đường",
        figure="police.campaigns.traffic_drugs",
        plan="P1.II.4.b",
        section=_CAMPAIGNS,
    )
    campaigns_fireworks = field(
        Sessions,
        "Tuyên truyền pháp luật về pháo, vũ khí, vật liệu nổ",
        figure="police.campaigns.fireworks",
        plan="P1.II.4.b",
        section=_CAMPAIGNS,
    )
    campaign_schools = field(
        Schools, "Trường học được tuyên truyền", figure="police.campaigns.schools", plan="P1.II.4.b", section=_CAMPAIGNS
    )
    leaflets = field(Leaflets, "Tờ rơi đã phát", figure="police.leaflets", plan="P1.II.4.b", section=_CAMPAIGNS)
    posters = field(Posters, "Pano, áp phích đã dán", figure="police.posters", plan="P1.II.4.b", section=_CAMPAIGNS)
    loudspeaker = field(
        Sessions,
        "Cuộc tuyên truyền qua loa phát thanh",
        figure="police.loudspeaker_sessions",
        plan="P1.II.4.b",
        section=_CAMPAIGNS,
    )
    drug_plants = field(
        Cases,
        "Trường hợp trồng trái phép cây có chứa chất ma túy",
        figure="police.drug_plants.cases",
        plan="P1.II.4.b",
        section=_VIOLATIONS,
    )
    drug_plants_fine = field(
        MillionDong,
        "Tiền phạt trồng cây có chứa chất ma túy",
        figure="police.drug_plants.fine",
        decimals=1,
        plan="P1.II.4.b",
        section=_VIOLATIONS,
    )
    forest_clearing = field(
        Cases, "Trường hợp phá rừng", figure="police.forest_clearing.cases", plan="P1.II.4.b", section=_VIOLATIONS
    )
    forest_clearing_fine = field(
        Dong, "Tiền phạt phá rừng", figure="police.forest_clearing.fine", plan="P1.II.4.b", section=_VIOLATIONS
    )
    electrofishing = field(
        Cases,
        "Trường hợp dùng kích điện khai thác thủy sản",
        figure="police.electrofishing.cases",
        plan="P1.II.4.b",
        section=_VIOLATIONS,
    )
    electrofishing_fine = field(
        Dong,
        "Tiền phạt dùng kích điện khai thác thủy sản",
        figure="police.electrofishing.fine",
        plan="P1.II.4.b",
        section=_VIOLATIONS,
    )
    guns = field(Guns, "Súng tự chế thu hồi", figure="police.weapons.guns", plan="P1.II.4.b", section=_WEAPONS)
    bullets = field(Bullets, "Đạn thu hồi", figure="police.weapons.bullets", plan="P1.II.4.b", section=_WEAPONS)
    pledged_staff = field(
        People,
        "Cán bộ, giáo viên ký cam kết về pháo",
        figure="police.fireworks_pledge.staff",
        plan="P1.II.4.b",
        section=_WEAPONS,
    )
    pledged_pupils = field(
        Pupils,
        "Học sinh ký cam kết về pháo",
        figure="police.fireworks_pledge.pupils",
        plan="P1.II.4.b",
        section=_WEAPONS,
    )
    pledged_households = field(
        Households,
        "Hộ ký cam kết về pháo",
        figure="police.fireworks_pledge.households",
        plan="P1.II.4.b",
        section=_WEAPONS,
    )
    foreigners = field(
        People,
        "Người nước ngoài khai báo tạm trú",
        figure="police.foreigners.registered",
        plan="P1.II.4.b",
        section=_RESIDENTS,
    )
    self_governing = field(
        Models,
        "Mô hình tự quản về an ninh trật tự",
        figure="police.self_governing_models",
        plan="P1.II.4.b",
        section=_RESIDENTS,
        stock=True,
    )
    beneficiaries_reviewed = field(
        People,
        "Đối tượng an sinh xã hội được rà soát, bổ sung",
        figure="police.social_beneficiaries.reviewed",
        plan="P1.II.4.b",
        section=_RESIDENTS,
    )
    data_updated = field(
        Percent,
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
        # By order: somebody goes on every patrol.
        bound("A01-03", ["patrols"], "patrol_turns"),
        # No norm: a commune has not so many policemen and militiamen to send on one patrol.
        at_most("A01-04", "patrol_turns", "50", "patrols"),
        reporting("A01-05", "campaign_schools", Kindergarten, Primary, LowerSecondary),
    )
