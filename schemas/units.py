"""Units of measure, in which the fields of forms are counted.

Belongs here: one ``Unit`` for each that the plan uses, with the label printed in the ĐVT column, the decimals kept, and
how it converts inside its dimension. Does not belong here: how a number is read from text
(``pipelines.steps.numbers``), the fields (``schemas.fields``).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any

import pyarrow as pa

DECIMAL = pa.decimal128(18, 4)
"""How quantities with decimals are kept: exact, and wide enough that the product of two still fits 38 digits."""


def decimals_needed(value: Decimal) -> int:
    """Return how many digits after the comma a number needs."""
    return max(0, -int(value.normalize().as_tuple().exponent))


_MONEY = "tiền"
"""The dimension of amounts of money."""


@dataclass(frozen=True)
class Unit:
    """What a field is counted in.

    Args:
        label: As the ĐVT column of a form prints it.
        decimals: Digits kept after the comma.
        dimension: What it is a measure of; units of one dimension convert into one another. Empty: of its own.
        factor: How many base units of its dimension make one of it (1 triệu đồng = 10^6 đồng).
        aliases: Other labels met in real workbooks.
        additive: Whether it may be added up over communes; a rate may not.
    """

    label: str
    decimals: int = 0
    dimension: str = ""
    factor: Fraction = Fraction(1)
    aliases: tuple[str, ...] = ()
    additive: bool = True

    def __post_init__(self) -> None:
        """Give a unit without one a dimension of its own."""
        object.__setattr__(self, "dimension", self.dimension or self.label)

    @property
    def is_money(self) -> bool:
        """Whether it is an amount of money."""
        return self.dimension == _MONEY

    def rounding(self, values: Any) -> Any:
        """Return half a unit of the last digit that each of an array's values needs: 43,2 ha is 43,15 to 43,25.

        Of what is counted nothing is left off, and so nothing is returned for it.
        """
        smallest = (values * 10**self.decimals).round()
        zeros = sum((smallest % 10**place == 0) * 9 * 10 ** (place - 1) for place in range(1, self.decimals + 1))
        return (zeros + 1) * (0.5 if self.decimals else 0) / 10**self.decimals


Heads = Unit("con")
"""Animals present, counted one by one."""

Hectares = Unit("ha", decimals=2)
"""Area of land."""

SquareMetres = Unit("m2", aliases=("m²",))
"""Area treated."""

Tonnes = Unit("tấn", decimals=2)
"""Weight of a harvest."""

QuintalsPerHectare = Unit("tạ/ha", decimals=2, additive=False)
"""Yield; a tạ is 100 kg, so area x yield is ten times the tonnes."""

Quintals = Unit("tạ", decimals=2)
"""Weight as plans print it; no form asks for it."""

TonnesPerHectare = Unit("tấn/ha", decimals=2, additive=False)
"""Yield as some plans print it; no form asks for it."""

Households = Unit("hộ")
"""Households."""

Bullets = Unit("viên")
"""Bullets handed in."""

Cards = Unit("thẻ")
"""Health insurance cards."""

Cases = Unit("trường hợp")
"""Cases dealt with by an office."""

Centimetres = Unit("cm", decimals=1, dimension="chiều dài", factor=Fraction(1, 100))
"""Thickness of a road."""

ChildGroups = Unit("nhóm lớp")
"""Groups and classes of a kindergarten."""

Children = Unit("trẻ")
"""Children counted by the health station."""

Cooperatives = Unit("hợp tác xã", aliases=("htx",))
"""Cooperatives."""

Classes = Unit("lớp")
"""Classes of schools."""

Couples = Unit("cặp")
"""Couples married."""

CubicMetres = Unit("m3", decimals=2, aliases=("m³", "khối"))
"""Sand, stone and other building material."""

DiseaseCases = Unit("ca")
"""Cases of a disease or a poisoning."""

Documents = Unit("văn bản")
"""Documents issued by an office."""

Establishments = Unit("cơ sở")
"""Shops and eating places."""

Files = Unit("hồ sơ")
"""Files received or settled by an office."""

GiftPackages = Unit("suất quà", aliases=("suất", "xuất quà"))
"""Gift packages."""

Guns = Unit("khẩu")
"""Firearms handed in."""

Incidents = Unit("vụ")
"""Incidents of public order."""

Incinerators = Unit("lò")
"""Rubbish incinerators."""

Kilograms = Unit("kg", decimals=2)
"""Weight of rice and other relief goods."""

Kilometres = Unit("km", decimals=2, dimension="chiều dài", factor=Fraction(1000))
"""Length of roads and drains."""

LabourDays = Unit("ngày công")
"""Days of work that people contribute to a building site."""

LabourTurns = Unit("công")
"""Days of work in a campaign of one or a few days, one per participant and day."""

Leaflets = Unit("tờ rơi")
"""Leaflets handed out."""

LevelsReached = Unit("mức độ", additive=False)
"""Level at which a standard is met, the higher the better."""

Litres = Unit("lít", decimals=1)
"""Volume of a liquid."""

Metres = Unit("m", decimals=2, dimension="chiều dài")
"""Length of a road, or its width."""

Models = Unit("mô hình")
"""Models kept up, such as self-governing groups."""

Months = Unit("tháng", decimals=1)
"""How long something is granted."""

NewsItems = Unit("tin bài")
"""News items published."""

PersonTurns = Unit("lượt người")
"""People taking part, counted each time they do."""

People = Unit("người")
"""People, one by one."""

Petitions = Unit("đơn")
"""Petitions and complaints."""

Posters = Unit("pano/áp phích")
"""Posters put up."""

Prizes = Unit("giải")
"""Prizes won in contests."""

ProcedureGroups = Unit("nhóm TTHC")
"""Groups of linked administrative procedures."""

Procedures = Unit("TTHC")
"""Administrative procedures."""

Projects = Unit("dự án")
"""Projects under way."""

Pupils = Unit("học sinh")
"""Pupils of schools."""

Rounds = Unit("đợt")
"""Rounds of an inspection or a campaign."""

SchoolSites = Unit("điểm trường")
"""Sites of a school: the main one and those in villages."""

Schools = Unit("trường")
"""Schools."""

ServiceGroups = Unit("nhóm dịch vụ công")
"""Groups of public services."""

Sessions = Unit("cuộc")
"""Sessions, patrols and campaigns held."""

Slides = Unit("lam")
"""Blood slides taken."""

Tasks = Unit("việc")
"""Pieces of work done, such as copies issued."""

Teams = Unit("đội")
"""Sports teams."""

Teachers = Unit("giáo viên")
"""Teachers."""

Times = Unit("lần")
"""How often something was held."""

TimesPerDay = Unit("lượt/ngày", additive=False)
"""How often a day something is broadcast."""

Trees = Unit("cây")
"""Trees planted, one by one."""

VillageGates = Unit("cổng làng")
"""Village gates."""

Villages = Unit("thôn")
"""Villages."""

Dong = Unit("đồng", dimension=_MONEY, aliases=("đ", "₫", "d", "vnd", "vnđ"))
"""Money, to the đồng."""

DongPerGift = Unit("đồng/suất", additive=False)
"""Value of one gift, to the đồng."""

MillionDong = Unit(
    "triệu đồng", decimals=3, dimension=_MONEY, factor=Fraction(10**6), aliases=("tr.đ", "trđ", "triệu", "tr")
)
"""Money, as villages report sales."""

BillionDong = Unit("tỷ đồng", decimals=3, dimension=_MONEY, factor=Fraction(10**9), aliases=("tỉ đồng", "tỷ", "tỉ"))
"""Money, as the plan sums up sales."""


Percent = Unit("%", decimals=4, additive=False)
"""A share or a rate."""

PercentPoints = Unit("điểm %", decimals=4, aliases=("điểm phần trăm",), additive=False)
"""What lies between two percentages, as plans print it; forms and figures count it in %."""


_MEASURED: tuple[Mapping[Unit, Fraction], ...] = (
    {Kilograms: Fraction(1), Quintals: Fraction(100), Tonnes: Fraction(1000)},
    {QuintalsPerHectare: Fraction(1), TonnesPerHectare: Fraction(10)},
    {SquareMetres: Fraction(1), Hectares: Fraction(10_000)},
)
"""Units that measure the same and are each the base of a dimension of their own, so that a formula may count in any of
them; how many of one make another matters only where a plan prints another than the figure's."""


def conversion(given: Unit, wanted: Unit) -> Fraction | None:
    """Return how many of the wanted unit make one of the given, or nothing where they measure different things."""
    if given.dimension == wanted.dimension:
        return given.factor / wanted.factor
    for measured in _MEASURED:
        if given in measured and wanted in measured:
            return measured[given] / measured[wanted]
    return None


def is_measure(unit: Unit) -> bool:
    """Return whether a unit measures (ha, tấn, đồng, %) and does not count things that are called like it."""
    measured = {one for units in _MEASURED for one in units}
    return unit in measured or unit in PERCENTAGES or unit.is_money or unit.dimension == Metres.dimension


PERCENTAGES = frozenset({Percent, PercentPoints})
"""What is counted in hundredths, and converts into nothing else."""


@cache
def declared() -> tuple[Unit, ...]:
    """Return every unit of this module."""
    return tuple(unit for unit in globals().values() if isinstance(unit, Unit))


_KNOWN: dict[Unit, None] = {}


def know(units: Iterable[Unit]) -> None:
    """Know the units of packs, and no others but those of this module, by their words from now on.

    Raises:
        ValueError: A word is that of another unit.
    """
    known = by_word(declared())
    units = tuple(units)
    for unit in units:
        for word in (*unit.aliases, unit.label):
            if known.setdefault(word.casefold(), unit) != unit:
                raise ValueError(f"The unit {word} is declared twice, and not as the same.")
    _KNOWN.clear()
    _KNOWN.update(dict.fromkeys(units))
    for made_of_them in (_by_word, _longest_first, unit_at):
        made_of_them.cache_clear()


def by_word(units: Iterable[Unit]) -> dict[str, Unit]:
    """Return units by every word that means one of them, in small letters."""
    return {word.casefold(): unit for unit in units for word in (*unit.aliases, unit.label)}


@cache
def _by_word() -> dict[str, Unit]:
    return by_word((*declared(), *_KNOWN))


@cache
def _longest_first() -> tuple[str, ...]:
    return tuple(sorted(_by_word(), key=len, reverse=True))


@lru_cache(maxsize=4096)
def unit_at(text: str) -> Unit | None:
    """Return the unit that a text begins with, the longest where one is the beginning of another."""
    word = _word_at(_clean(text))
    return _by_word()[word] if word else None


def said_alone(text: str) -> bool:
    """Return whether a text begins with a unit and nothing more is said with it: «hộ, tăng», and not «công văn»."""
    clean = _clean(text)
    word = _word_at(clean)
    return bool(word) and clean[len(word) :].lstrip()[:1] in _ENDS


_ENDS = ("", *".,;:)!?/")


def _clean(text: str) -> str:
    return text.lstrip().casefold().replace("²", "2").replace("³", "3")


def _word_at(clean: str) -> str:
    for word in _longest_first():
        ends = not word[-1].isalnum() or not clean[len(word) : len(word) + 1].isalnum()
        if clean.startswith(word) and ends:
            return word
    return ""


def unit_labelled(label: str) -> Unit | None:
    """Return the unit printed as ``label``, or nothing where no unit is called that."""
    return _by_word().get(label.strip().casefold())
