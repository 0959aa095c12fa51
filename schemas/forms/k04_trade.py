"""Form K04: prices and cooperatives (plan P1.II.1.c and d)."""

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
        figure="prices.livestock.decrease",
        plan="P1.II.1.c",
        section="Giá cả",
        minimum=None,
        maximum=100,
        decimals=0,
    )
    cooperatives = field(
        Cooperatives,
        "Số hợp tác xã đang hoạt động",
        figure="cooperatives.active",
        plan="P1.II.1.d",
        section="Hợp tác xã",
        stock=True,
    )
