"""Figures on gifts for the lunar new year (plan P1.II.2.a and footnote 5)."""

from schemas.chart import Chart, ChartKind
from schemas.figure import Chapter, Figure, each, printed_at, summed
from schemas.forms.x04_tet_gifts import TetGifts
from schemas.formula import Formula, at, per, sum_of
from schemas.units import Dong, GiftPackages, MillionDong

_STATE = ("state_merit.president", "state_merit.province")


def _unit_value(line: str) -> Formula:
    """Return what one package of a line is worth; over several communes the mean, where the values would add up."""
    return per(at(TetGifts.value, line), at(TetGifts.packages, line))


CHAPTER = Chapter(
    "gifts",
    "Quà Tết",
    (
        *printed_at(
            "fn5",
            summed(TetGifts.packages, "tet.gifts.packages.total"),
            each(TetGifts.packages, "tet.gifts.{line}.packages"),
            each(TetGifts.unit_cash, "tet.gifts.{line}.unit_cash"),
            each(TetGifts.unit_kind, "tet.gifts.{line}.unit_kind"),
            each(TetGifts.unit_value, "tet.gifts.{line}.unit_value"),
            summed(TetGifts.value, "tet.gifts.value.total", plan="P1.II.2.a"),
            each(TetGifts.value, "tet.gifts.{line}.value", plan="P1.II.2.a"),
            each(TetGifts.households, "tet.gifts.{line}.households"),
        ),
        Figure(
            "tet.gifts.state_merit.packages",
            "Quà của Chủ tịch nước và của UBND tỉnh cho người có công",
            GiftPackages,
            sum_of(*(at(TetGifts.packages, line) for line in _STATE)),
            decimals=0,
            plan="fn5",
        ),
        Figure(
            "tet.gifts.state_merit.unit_value",
            "Trị giá một suất của Chủ tịch nước và một suất của UBND tỉnh cho người có công",
            Dong,
            sum_of(*map(_unit_value, _STATE)),
            decimals=0,
            plan="fn5",
        ),
        Figure(
            "tet.gifts.veterans_central.unit_value",
            "Trị giá một suất quà của Trung ương Hội Cựu chiến binh Việt Nam",
            MillionDong,
            _unit_value("veterans_central"),
            decimals=0,
            plan="fn5",
        ),
        Figure(
            "tet.gifts.commune_committee.packages.restated",
            "Suất quà của UBND xã (nhắc lại)",
            GiftPackages,
            at(TetGifts.packages, "commune_committee"),
            decimals=0,
            plan="fn5",
        ),
    ),
    charts=(Chart(ChartKind.PARTS, "tet.gifts.value.total", ("tet.gifts.{line}.value",)),),
)
