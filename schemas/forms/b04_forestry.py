"""Form B04: forest planted in a village and registered for support."""

from schemas.edits import at_least, balance
from schemas.fields import field
from schemas.form import VillageForm
from schemas.units import Hectares, Households


class Forestry(
    VillageForm, code="B04", sheet="Lâm nghiệp", title="Trồng rừng và đăng ký trồng rừng sản xuất", domain="forestry"
):
    """One row per village: new production forest planted, and the area households register for support, by species."""

    planted_area = field(Hectares, "Diện tích rừng sản xuất trồng mới", section="Trồng rừng")
    registered_households = field(Households, "Số hộ đăng ký trồng rừng", section="Đăng ký nhu cầu hỗ trợ")
    registered_area = field(Hectares, "Tổng diện tích đăng ký trồng rừng", section="Đăng ký nhu cầu hỗ trợ")
    registered_pine = field(Hectares, "Diện tích đăng ký trồng thông", section="Đăng ký nhu cầu hỗ trợ")
    registered_eucalyptus = field(Hectares, "Diện tích đăng ký trồng bạch đàn", section="Đăng ký nhu cầu hỗ trợ")
    registered_anise = field(Hectares, "Diện tích đăng ký trồng hồi", section="Đăng ký nhu cầu hỗ trợ")

    edits = (
        balance("B04-01", "registered_area", ["registered_pine", "registered_eucalyptus", "registered_anise"]),
        # Less than 0,3 ha in one piece is no forest (Luật Lâm nghiệp 2017, Điều 2). A warning, for several households
        # may plant one piece.
        at_least("B04-02", "registered_area", "0.3", "registered_households"),
    )
