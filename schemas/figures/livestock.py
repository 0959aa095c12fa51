"""Figures on herds, poultry and their sale (plan P1.II.1.a and c, footnotes 2 and 4)."""

from schemas.chart import Chart, ChartKind
from schemas.figure import Chapter, Figure, printed_at, summed
from schemas.forms.b01_livestock import Livestock
from schemas.forms.b02_sales import Sales
from schemas.formula import share, total
from schemas.units import BillionDong, Heads, Percent

CHAPTER = Chapter(
    "livestock",
    "Chăn nuôi và xuất bán",
    (
        *printed_at(
            "fn2",
            summed(Livestock.total, "livestock.total.heads", plan="P1.II.1.a"),
            summed(Livestock.buffalo, "livestock.buffalo.heads"),
            summed(Livestock.cattle, "livestock.cattle.heads"),
            summed(Livestock.horse, "livestock.horse.heads"),
            summed(Livestock.horse_ordinary, "livestock.horse.ordinary.heads"),
            summed(Livestock.horse_white, "livestock.horse.white.heads"),
            summed(Livestock.horse_breeding, "livestock.horse.breeding.heads"),
            summed(Livestock.horse_ordinary_breeding, "livestock.horse.ordinary.breeding.heads"),
            summed(Livestock.horse_white_breeding, "livestock.horse.white.breeding.heads"),
            summed(Livestock.goat, "livestock.goat.heads"),
            summed(Livestock.pig, "livestock.pig.heads"),
            summed(Livestock.dog, "livestock.dog.heads"),
            summed(Livestock.cat, "livestock.cat.heads"),
            summed(Livestock.poultry, "livestock.poultry.heads"),
            summed(Livestock.chicken, "livestock.chicken.heads"),
            summed(Livestock.muscovy, "livestock.muscovy.heads"),
            summed(Livestock.goose, "livestock.goose.heads"),
            summed(Livestock.duck, "livestock.duck.heads"),
            summed(Sales.total, "livestock.sold.heads", plan="P1.II.1.c"),
        ),
        *printed_at(
            "fn4",
            summed(Sales.horse, "livestock.sold.horse.heads"),
            summed(Sales.horse_white, "livestock.sold.horse.white.heads"),
            summed(Sales.horse_ordinary, "livestock.sold.horse.ordinary.heads"),
            summed(Sales.cattle, "livestock.sold.cattle.heads"),
            summed(Sales.pig, "livestock.sold.pig.heads"),
            summed(Sales.goat, "livestock.sold.goat.heads"),
            summed(Sales.poultry, "poultry.sold.heads", plan="P1.II.1.c"),
        ),
        Figure(
            "livestock.horse.white.share",
            "Tỷ lệ ngựa bạch trong tổng đàn ngựa",
            Percent,
            share(Livestock.horse_white, Livestock.horse),
            decimals=1,
            plan="fn2",
        ),
        Figure(
            "livestock.poultry.heads.bound",
            "Tổng đàn gia cầm (mức «trên»)",
            Heads,
            total(Livestock.poultry),
            decimals=0,
            plan="P1.II.1.a",
        ),
        Figure(
            "livestock.sold.heads.restated",
            "Gia súc xuất chuồng (nhắc lại)",
            Heads,
            total(Sales.total),
            decimals=0,
            plan="fn4",
        ),
        Figure(
            "poultry.sold.heads.restated",
            "Gia cầm xuất chuồng (nhắc lại)",
            Heads,
            total(Sales.poultry),
            decimals=0,
            plan="fn4",
        ),
        Figure(
            "sales.revenue.total",
            "Tổng doanh thu xuất chuồng",
            BillionDong,
            total(Sales.revenue_total),
            decimals=1,
            plan="P1.II.1.c",
        ),
        Figure(
            "sales.revenue.livestock",
            "Doanh thu gia súc xuất chuồng",
            BillionDong,
            total(Sales.revenue_livestock),
            decimals=1,
            plan="fn4",
        ),
        Figure(
            "sales.revenue.poultry",
            "Doanh thu gia cầm xuất chuồng",
            BillionDong,
            total(Sales.revenue_poultry),
            decimals=1,
            plan="fn4",
        ),
    ),
    charts=(
        Chart(
            ChartKind.BY_REPORTER,
            "livestock.total.heads",
            tuple(
                f"livestock.{animal}.heads" for animal in ("horse", "goat", "dog", "cattle", "pig", "buffalo", "cat")
            ),
        ),
        Chart(
            ChartKind.BY_REPORTER,
            "livestock.poultry.heads",
            tuple(f"livestock.{bird}.heads" for bird in ("chicken", "duck", "muscovy", "goose")),
        ),
    ),
)
