"""Form P01: credit of the Bank for Social Policies."""

from schemas.fields import field
from schemas.form import DeskForm
from schemas.units import Dong


class PolicyBank(
    DeskForm,
    code="P01",
    sheet="Tín dụng chính sách",
    title="Tín dụng chính sách xã hội trên địa bàn xã",
    domain="credit",
    when="tại ngày giao dịch hằng tháng gần nhất",
    reporter="policy_bank",
):
    """One row per commune: what households owe the bank on the latest monthly day of disbursement it reports."""

    outstanding = field(
        Dong, "Tổng dư nợ", definition="Tính đến phiên giao dịch gần nhất có số liệu; ngày ghi ở cột ghi chú."
    )
