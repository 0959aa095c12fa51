"""Form L02: food safety inspected around Tết."""

from schemas.edits import balance
from schemas.fields import field
from schemas.form import DeskForm
from schemas.units import Establishments


class FoodSafety(
    DeskForm,
    code="L02",
    sheet="An toàn thực phẩm Tết",
    title="Kiểm tra an toàn thực phẩm dịp Tết và mùa lễ hội",
    domain="food_safety",
    when="dịp Tết và mùa lễ hội",
    reporter="culture",
):
    """One row per commune: establishments the inter-agency team inspected, in all and by kind."""

    establishments = field(Establishments, "Tổng số cơ sở được kiểm tra")
    canteens = field(Establishments, "Bếp ăn tập thể")
    noodle_shops = field(Establishments, "Quán bán phở")
    confectionery = field(Establishments, "Quán kinh doanh bánh kẹo, giải khát")

    edits = (balance("L02-01", "establishments", ["canteens", "noodle_shops", "confectionery"]),)
