"""Form B02: animals a village sold in the period, and what they brought in (plan P1.II.1.c and footnote 4)."""

from schemas.edits import balance
from schemas.form import VillageForm, field
from schemas.units import Heads, MillionDong


class Sales(
    VillageForm, code="B02", sheet="Xuất bán", title="Gia súc, gia cầm xuất chuồng và doanh thu", domain="sales"
):
    """One row per village: animals sold since the start of the year, and the revenue as estimated by the village."""

    total: Heads = field(
        "Tổng số gia súc xuất chuồng", figure="livestock.sold.heads", plan="P1.II.1.c", section="Số con xuất chuồng"
    )
    horse: Heads = field(
        "Ngựa xuất chuồng", figure="livestock.sold.horse.heads", plan="fn4", section="Số con xuất chuồng"
    )
    horse_white: Heads = field(
        "Ngựa bạch xuất chuồng", figure="livestock.sold.horse.white.heads", plan="fn4", section="Số con xuất chuồng"
    )
    horse_ordinary: Heads = field(
        "Ngựa thường xuất chuồng",
        figure="livestock.sold.horse.ordinary.heads",
        plan="fn4",
        section="Số con xuất chuồng",
    )
    cattle: Heads = field(
        "Bò xuất chuồng", figure="livestock.sold.cattle.heads", plan="fn4", section="Số con xuất chuồng"
    )
    pig: Heads = field("Lợn xuất chuồng", figure="livestock.sold.pig.heads", plan="fn4", section="Số con xuất chuồng")
    goat: Heads = field("Dê xuất chuồng", figure="livestock.sold.goat.heads", plan="fn4", section="Số con xuất chuồng")
    poultry: Heads = field(
        "Gia cầm xuất chuồng", figure="poultry.sold.heads", plan="P1.II.1.c", section="Số con xuất chuồng"
    )
    revenue_total: MillionDong = field("Tổng doanh thu xuất chuồng", figure=None, section="Doanh thu ước tính")
    revenue_livestock: MillionDong = field("Doanh thu gia súc", figure=None, section="Doanh thu ước tính")
    revenue_poultry: MillionDong = field("Doanh thu gia cầm", figure=None, section="Doanh thu ước tính")

    edits = (
        balance("B02-01", "total", ["horse", "cattle", "pig", "goat"]),
        balance("B02-02", "horse", ["horse_white", "horse_ordinary"]),
        balance("B02-03", "revenue_total", ["revenue_livestock", "revenue_poultry"]),
    )
