"""Form L02: food safety inspected around Tết (plan P1.II.2.b)."""

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
    reporter="culture",
):
    """One row per commune: establishments the inter-agency team inspected, in all and by kind."""

    establishments = field(
        Establishments, "Tổng số cơ sở được kiểm tra", figure="food_safety.tet.establishments", plan="P1.II.2.b"
    )
    canteens = field(Establishments, "Bếp ăn tập thể", figure="food_safety.tet.canteens", plan="P1.II.2.b")
    noodle_shops = field(Establishments, "Quán bán phở", figure="food_safety.tet.noodle_shops", plan="P1.II.2.b")
    confectionery = field(
        Establishments, "Quán kinh doanh bánh kẹo, giải khát", figure="food_safety.tet.confectionery", plan="P1.II.2.b"
    )

    edits = (balance("L02-01", "establishments", ["canteens", "noodle_shops", "confectionery"]),)
