"""Form K04: prices and cooperatives."""

from schemas.fields import field
from schemas.form import DeskForm
from schemas.units import Cooperatives, Percent


class Trade(
    DeskForm, code="K04", sheet="Giá cả, hợp tác xã", title="Giá cả và hợp tác xã", domain="trade", reporter="planning"
):
    """One row per commune: how the price of animals moved, and the cooperatives that are active."""

    livestock_price_decrease = field(
        Percent,
        "Mức giảm giá bán gia súc so với cùng kỳ năm trước",
        definition="Số âm nếu giá tăng.",
        section="Giá cả",
        minimum=None,
        maximum=100,
    )
    cooperatives = field(Cooperatives, "Số hợp tác xã đang hoạt động", section="Hợp tác xã", stock=True)
