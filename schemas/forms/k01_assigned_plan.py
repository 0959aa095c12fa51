"""Form K01: the plan the district assigned for the year, and the same period of last year."""

from schemas.fields import field
from schemas.form import DeskForm
from schemas.units import Hectares, Tonnes


class AssignedPlan(
    DeskForm,
    code="K01",
    sheet="Kế hoạch giao",
    title="Kế hoạch huyện giao và số cùng kỳ",
    domain="planning",
    when="của kế hoạch năm và của cùng kỳ năm trước",
    reporter="planning",
):
    """One row per commune: the denominators of "so với kế hoạch huyện giao" and "so với cùng kỳ"."""

    annual_area_plan = field(Hectares, "Kế hoạch diện tích cây hàng năm", section="Kế hoạch huyện giao")
    cereal_plan = field(Tonnes, "Kế hoạch sản lượng lương thực có hạt", section="Kế hoạch huyện giao")
    planted_area_plan = field(Hectares, "Kế hoạch trồng rừng sản xuất", section="Kế hoạch huyện giao")
    annual_area_last_year = field(Hectares, "Diện tích cây hàng năm cùng kỳ năm trước", section="Cùng kỳ năm trước")
    cereal_last_year = field(Tonnes, "Sản lượng lương thực có hạt cùng kỳ năm trước", section="Cùng kỳ năm trước")
