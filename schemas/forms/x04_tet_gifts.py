"""Form X04: gifts for the lunar new year, donor by donor."""

from schemas.edits import balance, bound, product
from schemas.fields import field
from schemas.form import LineForm
from schemas.units import Dong, GiftPackages, Households


class TetGifts(
    LineForm,
    code="X04",
    sheet="Quà Tết",
    title="Quà Tết đã tiếp nhận và trao",
    domain="tet_gifts",
    when="dịp Tết",
    reporter="social",
    lines="Đơn vị tặng",
):
    """One row per donor and unit value: how many packages, worth how much.

    Donors found in every commune have fixed line codes: ``state_merit.president`` and ``state_merit.province`` for the
    State's gifts to people of merit, ``veterans_central`` for the Veterans' Association, ``commune_committee`` for the
    commune's own. How a package divides into money and goods is left blank where the donor does not say it.
    """

    packages = field(GiftPackages, "Số suất quà")
    unit_cash = field(Dong, "Tiền mặt một suất", optional=True)
    unit_kind = field(Dong, "Hiện vật một suất", optional=True)
    unit_value = field(Dong, "Trị giá một suất")
    value = field(Dong, "Tổng trị giá")
    households = field(
        Households,
        "Số hộ được tặng",
        definition="Để trống nếu quà tặng cho cá nhân, hoặc không ghi số hộ.",
        optional=True,
    )

    edits = (
        balance("X04-01", "unit_value", ["unit_cash", "unit_kind"]),
        product("X04-02", "value", ["packages", "unit_value"]),
        bound("X04-03", ["households"], "packages"),
    )
