"""What a plan prints for one figure: which number of the text it is, how precise, and how it is meant.

Belongs here: the grammar of a printed text. Does not belong here: the grammar of a number in a workbook's cell
(``pipelines.steps.numbers``), which is strict where this is lenient: nobody can ask a printed plan again; the verdict
(``pipelines.steps.analyse.verdicts``).

A text holds several numbers: «đạt 87,45% KH năm 2022», «104,3% (146/140)». The one meant is one whose unit fits, and of
those the one that the table beside the text gives; so its decimals are told from its own digits.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto
from fractions import Fraction

from pipelines.steps.numbers import vietnamese
from pipelines.steps.numerals import numeral
from schemas.text import visible
from schemas.units import PERCENTAGES, Unit, conversion, decimals_needed, is_measure, said_alone, unit_at

APPROXIMATE = Fraction(5, 100)
"""Share of itself by which a number may be off that is printed as «khoảng», «gần», «ước», «xấp xỉ», «trên dưới»."""

_NUMBER = re.compile(
    r"""(?<![\w.,])(?:
        (?P<grouped>\d+(?:\.\s?\d{3})+(?:,\d+)?(?![.,]?\d))  # 3.819.888.592đ, 1.234,5, and 5. 373 as some are typed
      | (?P<spaced>[1-9]\d{0,2}(?:[\ \u00a0]\d{3})+(?:,\d+)?(?![.,]?\d))
      | (?P<comma>\d+,\d+)
      | (?P<dot>\d+\.\d+(?![.,]?\d))                       # a dot that no three digits follow is a decimal one
      | (?P<whole>\d+)
    )""",
    re.VERBOSE,
)
_NAMING = re.compile(r"\b(?:năm|ngày|tháng|quý)\s*(?:\d{1,2}/)*$", re.IGNORECASE)
"""What stands before a number that names something and counts nothing: «năm 2022», «ngày 28/6»."""

_SECOND = re.compile(r"^\s*(?:/|-|–|đến)\s*\d[\d.,]*")
"""The second of two numbers that share a unit: «61,2/60 ha», «4 - 6%»."""

_VERB = re.compile(r"\b(?:tăng|giảm|đạt|được|là)\s*$", re.IGNORECASE)


class How(Enum):
    """How a number is meant."""

    EXACT = auto()
    AT_LEAST = auto()
    AT_MOST = auto()
    ABOUT = auto()
    NEARLY = auto()


class Direction(Enum):
    """Which way a change went."""

    UP = auto()
    DOWN = auto()


_SAID_BEFORE = (
    (How.ABOUT, r"trên dưới|khoảng|ước(?: (?:tính|đạt|thực hiện|khoảng))*|xấp xỉ|chừng"),
    (How.NEARLY, r"gần"),
    (How.AT_MOST, r"dưới|không quá|tối đa"),
    (How.AT_LEAST, r"trên|hơn|ít nhất|tối thiểu|từ"),
)
_SAID_AFTER = ((How.AT_LEAST, r"trở lên"), (How.AT_MOST, r"trở xuống"))
_DIRECTIONS = ((Direction.UP, r"tăng(?: thêm)?|vượt"), (Direction.DOWN, r"giảm(?: bớt)?"))


@dataclass(frozen=True)
class PrintedNumber:
    """What a printed text says.

    Args:
        value: In ``unit``.
        decimals: Digits after the comma that it shows.
        unit: The unit in the text; of a text without one, that of the table.
        how: How it is meant.
        word: The word that says so.
        direction: «tăng» or «giảm» before it; nothing where neither stands there.
        contradiction: A sentence, where text and table give different amounts.
    """

    value: Decimal
    decimals: int
    unit: Unit
    how: How = How.EXACT
    word: str = ""
    direction: Direction | None = None
    contradiction: str = ""


@dataclass(frozen=True)
class _Number:
    """One number of a text, what stands around it, and the unit that follows it."""

    value: Decimal
    decimals: int
    unit: Unit | None
    before: str
    after: str

    def ratio(self, unit: Unit) -> Fraction | None:
        """Return how many of ``unit`` the number's make one, or nothing where it measures something else."""
        if self.unit is None or {self.unit, unit} <= PERCENTAGES:
            return Fraction(1)  # whether points may be meant is a question of the figure
        ratio = conversion(self.unit, unit)
        # What follows a number may be a word that only begins like a unit: «108 công văn». «1.482 hộ.» is a unit.
        only_begins = not is_measure(self.unit) and not said_alone(self.after)
        return Fraction(1) if ratio is None and only_begins else ratio

    def has_unit(self, unit: Unit) -> bool:
        """Return whether a unit follows the number that can be counted in ``unit``."""
        return self.unit is not None and ({self.unit, unit} <= PERCENTAGES or conversion(self.unit, unit) is not None)

    @property
    def names(self) -> bool:
        """Return whether the number names something and counts nothing."""
        return _NAMING.search(self.before) is not None


def said_in(printed: str, value: Decimal, unit: Unit) -> PrintedNumber:
    """Return what a text says.

    Args:
        printed: The text; of one without digits («không có ca bệnh», «hai vụ») the table's number is what it says,
            where that is nothing or stands there in words.
        value: The number that the table gives.
        unit: Its unit.
    """
    numbers = sorted(_numbers(printed), key=lambda one: one.names)
    contradiction = f"Kế hoạch in «{printed}», cột số ghi {vietnamese(value)} {unit.label}: hai bên không khớp nhau."
    if not numbers and value and not _is_in_words(printed, abs(value)):
        return PrintedNumber(value, 0, unit, contradiction=contradiction)
    if not numbers:
        return PrintedNumber(value, decimals_needed(value), unit)
    fitting = [one for one in numbers if one.has_unit(unit)] or [one for one in numbers if one.ratio(unit) is not None]
    meant = [one for one in fitting if Fraction(one.value) * (one.ratio(unit) or 0) == abs(Fraction(value))]
    if not meant:
        shown = (fitting or numbers)[0]
        return PrintedNumber(shown.value, shown.decimals, unit, contradiction=contradiction)
    number = meant[0]
    how, word = _how(number)
    return PrintedNumber(
        number.value.copy_sign(value),
        number.decimals,
        number.unit if number.unit is not None and number.has_unit(unit) else unit,
        how,
        word,
        _direction(number),
    )


def _is_in_words(text: str, value: Decimal) -> bool:
    """Return whether some of the words of a text say a number."""
    words = re.findall(r"\w+", visible(text).casefold())
    return any(
        numeral(" ".join(words[start:stop])) == value
        for start in range(len(words))
        for stop in range(start + 1, min(start + _LONGEST_NUMERAL, len(words)) + 1)
    )


_LONGEST_NUMERAL = 16
"""Words of a number in words, of those that anybody would print."""


def _numbers(text: str) -> Iterator[_Number]:
    for match in _NUMBER.finditer(text):
        clean = re.sub(r"\s", "", match[0])
        machine = clean if match["dot"] else clean.replace(".", "").replace(",", ".")
        before, after = text[: match.start()], text[match.end() :]
        yield _Number(Decimal(machine), len(machine.partition(".")[2]), unit_at(_SECOND.sub("", after)), before, after)


def _how(number: _Number) -> tuple[How, str]:
    before = _VERB.sub("", number.before)
    for how, words in _SAID_BEFORE:
        if found := re.search(rf"\b({words})\s*$", before, re.IGNORECASE):
            return how, found[1].casefold()
    for how, words in _SAID_AFTER:
        if found := re.search(rf"\b({words})\s*$", number.after, re.IGNORECASE):
            return how, found[1].casefold()
    return How.EXACT, ""


def _direction(number: _Number) -> Direction | None:
    hedges = "|".join(words for _, words in _SAID_BEFORE)
    before = re.sub(rf"\b(?:{hedges})\s*$", "", number.before, flags=re.IGNORECASE)
    for direction, words in _DIRECTIONS:
        if re.search(rf"\b(?:{words})\s*$", before, re.IGNORECASE):
            return direction
    return None
