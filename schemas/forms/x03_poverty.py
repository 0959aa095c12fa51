"""Form X03: poor and near-poor households, and support for their electricity."""

from schemas.edits import bound
from schemas.fields import field
from schemas.form import DeskForm
from schemas.outcomes import Severity
from schemas.units import Dong, Households, Months

_POVERTY, _ELECTRICITY = "Rà soát hộ nghèo, hộ cận nghèo thường xuyên", "Hỗ trợ tiền điện"


class Poverty(
    DeskForm,
    code="X03",
    sheet="Hộ nghèo",
    title="Hộ nghèo, hộ cận nghèo và hỗ trợ tiền điện",
    domain="poverty",
    reporter="social",
):
    """One row per commune: households on the list at its last fixing, and those helped with their electricity bill."""

    new_poor = field(Households, "Hộ nghèo phát sinh mới trong kỳ", section=_POVERTY)
    poor = field(Households, "Tổng số hộ nghèo", section=_POVERTY, stock=True)
    near_poor = field(Households, "Tổng số hộ cận nghèo", section=_POVERTY, stock=True)
    electricity_households = field(
        Households,
        "Hộ được đề nghị hỗ trợ tiền điện",
        definition="Hộ nghèo, hộ chính sách xã hội, hộ dân tộc thiểu số ở nơi chưa có điện lưới.",
        section=_ELECTRICITY,
    )
    electricity_months = field(Months, "Số tháng được hỗ trợ tiền điện trong kỳ", maximum=12, section=_ELECTRICITY)
    electricity_rate = field(
        Dong,
        "Mức hỗ trợ tiền điện một hộ một tháng",
        definition="Tương đương 30 kWh theo giá bán lẻ điện sinh hoạt bậc 1 hiện hành.",
        section=_ELECTRICITY,
    )

    edits = (
        bound("X03-01", ["new_poor"], "poor"),
        # Every poor household is helped, and others besides (Quyết định 28/2014/QĐ-TTg). A warning, for the list may
        # have changed since it was asked for.
        bound("X03-02", ["poor"], "electricity_households", severity=Severity.WARNING),
    )
