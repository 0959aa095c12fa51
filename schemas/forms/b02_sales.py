"""Form B02: animals a village sold in the period, and what they brought in."""

from schemas.edits import alike, balance
from schemas.fields import field
from schemas.form import VillageForm
from schemas.units import Heads, MillionDong


class Sales(
    VillageForm,
    code="B02",
    sheet="Xuất bán",
    title="Gia súc, gia cầm xuất chuồng và doanh thu",
    domain="sales",
    when="từ đầu năm đến hết kỳ",
):
    """One row per village: animals sold since the start of the year, and the revenue as estimated by the village."""

    total = field(Heads, "Tổng số gia súc xuất chuồng", section="Số con xuất chuồng")
    horse = field(Heads, "Ngựa xuất chuồng", section="Số con xuất chuồng")
    horse_white = field(Heads, "Ngựa bạch xuất chuồng", section="Số con xuất chuồng")
    horse_ordinary = field(Heads, "Ngựa thường xuất chuồng", section="Số con xuất chuồng")
    cattle = field(Heads, "Bò xuất chuồng", section="Số con xuất chuồng")
    pig = field(Heads, "Lợn xuất chuồng", section="Số con xuất chuồng")
    goat = field(Heads, "Dê xuất chuồng", section="Số con xuất chuồng")
    poultry = field(Heads, "Gia cầm xuất chuồng", section="Số con xuất chuồng")
    revenue_total = field(MillionDong, "Tổng doanh thu xuất chuồng", section="Doanh thu ước tính")
    revenue_livestock = field(MillionDong, "Doanh thu gia súc", section="Doanh thu ước tính")
    revenue_poultry = field(MillionDong, "Doanh thu gia cầm", section="Doanh thu ước tính")

    edits = (
        balance("B02-01", "total", ["horse", "cattle", "pig", "goat"]),
        balance("B02-02", "horse", ["horse_white", "horse_ordinary"]),
        balance("B02-03", "revenue_total", ["revenue_livestock", "revenue_poultry"]),
        # Fowl are sold to the same dealers, so a village gets the price that the others get.
        alike("B02-04", "revenue_poultry", "poultry"),
    )
