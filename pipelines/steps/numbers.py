"""Vietnamese numbers: text to number here and only here, and number to text.

Belongs here: the grammar of a number in a cell, and the printed forms. Does not belong here: cells, findings.

The grammar is strict: a dot groups thousands, a comma starts the decimals, a unit word may follow if it is the field's
own. A dot before one or two last digits can only be meant for a comma, where the unit has decimals: that is read and
told. A number may stand again in words, in brackets behind it: «1.200 (một nghìn hai trăm)». What the grammar does not
cover is a problem to report, never a number to guess; so is what English would read otherwise (1,200), what may be two
numbers (5, 3), and what does not stand on the sheet in the order in which it is kept.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from pipelines.steps.numerals import numeral
from schemas.problems import Problems
from schemas.text import fold, visible
from schemas.units import DECIMAL, Dong, Unit

NONE_HERE = frozenset({"-", "–", "—", "không"})
"""What a reporter writes for "does not occur": a stated zero, unlike a blank."""

NOT_KNOWN = frozenset({"...", "…"})
"""What statistics writes for "occurs, but not known": missing, like a blank."""

_DASHES = str.maketrans("\u2010\u2011\u2212", "---")
"""Signs that look like the one on the keyboard: hyphens, and the minus of mathematics."""

STROKE = "\u0336"
"""A line through the sign before it: how a text says that it is struck out."""

_NUMBER = re.compile(r"^(-?)(\d+|[1-9]\d{0,2}(?:\.\d{3})+)(?:,(\d+))?$", re.ASCII)
_POINTED = re.compile(r"^-?\d+\.\d{1,2}$", re.ASCII)
"""Decimals after a dot, in so few digits that they cannot be a group of thousands."""
_THOUSANDS = 3
"""Digits of a group of thousands: after a comma they are one in the English way."""
_ENGLISH = re.compile(r"^-?[1-9]\d{0,2},\d{3}$", re.ASCII)
"""What English reads as thousands; with a nought or four digits before the comma nobody does."""
_DIGITS = re.compile(r"^-?[\d.,\s]+$")
_SPACED_SEPARATOR = re.compile(r"(?<=\d)(?: \. ?|\. )(?=\d{3}(?!\d))|(?<=\d)(?: , ?|, )(?=0\d)", re.ASCII)
"""A slip of the typewriter: with a group of thousands behind it, or decimals that begin with a nought, it is in one
number. «5, 3» and «1. 5» may be two."""
_TURNING = re.compile("[\u061c\u200f\u202b\u202e\u2067]")
"""Signs without width that have what follows written from right to left: 12 behind one may stand there as 21."""


LONGEST = DECIMAL.precision - DECIMAL.scale
"""Digits before the comma that a table can hold: 14, ten thousand times the budget of the country."""


@dataclass(frozen=True)
class Reading:
    """What a cell says: a number, nothing (both ``None``), or a problem."""

    value: Decimal | None = None
    problem: Problems | None = None
    remark: Problems | None = None
    """What is unusual in how the number is written, though it can mean but this one."""


@lru_cache(maxsize=65536)
def read_number(kind: str, text: str, unit: Unit) -> Reading:
    """Read one cell as a quantity of ``unit``.

    Args:
        kind: The cell's kind as the reader found it: number, text, date, boolean, formula, error, blank.
        text: The cell's text; of a number cell, its shortest decimal form.
        unit: The unit of the field; says how many decimals make sense and which unit words may follow.
    """
    match kind:
        case "blank":
            return Reading()
        case "date":
            return Reading(problem=Problems.DATE)
        case "formula":
            return Reading(problem=Problems.FORMULA)
        case "error":
            return Reading(problem=Problems.CELL_ERROR)
        case "number":
            return _fitting(Decimal(text), unit)
        case "text":
            return _read_text(text, unit)
        case _:
            return Reading(problem=Problems.NOT_A_NUMBER)


@lru_cache(maxsize=65536)
def read_cell(kind: str, text: str, shown: str | None, unit: Unit) -> Reading:
    """Read one cell of a sheet as a quantity of ``unit``: what is kept, where a person sees the same.

    A share in a field counted in % is what a person sees: 0.6 shown as 60% is 60.

    Args:
        kind: As for ``read_number``.
        text: What the cell keeps.
        shown: What it shows, with Vietnamese marks; nothing where that is not known.
        unit: The unit of the field.
    """
    kept = read_number(kind, text, unit)
    if shown is None or shown == text:
        return kept
    if STROKE in shown:
        return kept if kept.problem else Reading(problem=Problems.STRUCK)
    if kind == "text":
        return kept if read_number(kind, shown, unit) == kept else Reading(problem=Problems.SHOWN_OTHERWISE)
    return _read_shown(Decimal(text), shown, unit) if kind == "number" else kept


def _read_shown(kept: Decimal, shown: str, unit: Unit) -> Reading:
    if not shown.strip():
        return _fitting(kept, unit) if not kept else Reading(problem=Problems.SHOWN_OTHERWISE)
    seen = seen_in(shown)
    words = {word.casefold() for word in ("", unit.label, *unit.aliases)}
    if seen is None or seen.words not in words:
        return Reading(problem=Problems.SHOWN_OTHERWISE)
    if seen.words == "%" and seen.is_of(kept * 100):
        # Sixty per cent is kept as 0.6. A share worked out by a formula has more digits than anybody is shown.
        exact = _fitting(kept * 100, unit)
        return _fitting(seen.value, unit) if exact.problem is Problems.TOO_PRECISE else exact
    return _fitting(kept, unit) if seen.is_of(kept) else Reading(problem=Problems.SHOWN_OTHERWISE)


@dataclass(frozen=True)
class Seen:
    """A number as it stands on a sheet."""

    value: Decimal
    step: Decimal
    """One in its last digit."""
    words: str
    """What stands beside it, in small letters."""

    def is_of(self, kept: Decimal) -> bool:
        """Return whether it is ``kept`` rounded to the digits that are shown."""
        return abs(kept - self.value) * 2 <= self.step * _NEARLY


_NEARLY = Decimal("1.000001")
"""A kept number is itself rounded, to 15 digits."""

_SEEN = re.compile(r"^(\D*?)(\d+|\d{1,3}(?:\.\d{3})+|(?=,\d))(?:,(\d*))?(?:e([+-]?\d{1,3}))?(\D*)$")
"""With the comma that a format of optional digits leaves where it shows none before or behind it: «,5» and «12,»."""


@lru_cache(maxsize=65536)
def seen_in(shown: str) -> Seen | None:
    """Return the number in a shown text, or nothing where there is not one."""
    clean = "".join(visible(shown).translate(_DASHES).casefold().split())
    if clean.strip("-₫đ") == "" and "-" in clean:  # a dash stands for nothing, as accountants write
        return Seen(Decimal(0), Decimal(0), clean.strip("-"))
    found = _SEEN.match(clean)
    if found is None or _TURNING.search(shown):
        return None
    before, whole, decimals, power, after = found.groups()
    minus = before.count("-") + (before.count("(") if ")" in after else 0)
    value = Decimal(f"{whole.replace('.', '')}.{decimals or 0}").scaleb(int(power or 0))
    step = Decimal(1).scaleb(int(power or 0) - len(decimals or ""))
    words = before.replace("-", "").replace("(", "") + after.replace(")", "")
    return Seen(-value if minus == 1 else value, step, words)


_OTHER_MARKS = str.maketrans(".,", ",.")


def vietnamese_marks(kept: Decimal, shown: str) -> str:
    """Return a shown number with Vietnamese marks, as which of both ways of writing it is the number that is kept."""
    for text in (shown, shown.translate(_OTHER_MARKS)):
        seen = seen_in(text)
        if seen is not None and (seen.is_of(kept) or ("%" in seen.words and seen.is_of(kept * 100))):
            return text
    return shown


def _read_text(text: str, unit: Unit) -> Reading:
    if _TURNING.search(text) and any(map(str.isdigit, text)):
        return Reading(problem=Problems.TURNED)
    if STROKE in text:
        return Reading(problem=Problems.STRUCK)
    if _is_on_two_lines(text):
        return Reading(problem=Problems.UNCLEAR_NUMBER)
    clean = visible(text).translate(_DASHES).casefold()
    if not clean or clean in NOT_KNOWN:
        return Reading()
    if clean in NONE_HERE:
        return Reading(Decimal(0))
    digits, bracket, words = clean.rstrip(_END).rpartition("(")
    if bracket and words.endswith(")"):
        return _read_twice(digits.rstrip(), words.removesuffix(")"), unit)
    spaced = _without_unit(clean, unit)
    clean = _SPACED_SEPARATOR.sub(lambda found: found[0].strip(), spaced)
    number = _NUMBER.match(clean)
    if number is not None:
        sign, whole, decimals = number.groups()
        if decimals and len(decimals) == _THOUSANDS and not unit.decimals:
            return Reading(problem=Problems.UNCLEAR_NUMBER)
        read = _fitting(Decimal(f"{sign}{whole.replace('.', '')}.{decimals or 0}"), unit)
        if read.problem:
            return read
        if unit.decimals < _THOUSANDS and _ENGLISH.match(clean):
            return Reading(problem=Problems.UNCLEAR_NUMBER)
        return read if clean == spaced else replace(read, remark=Problems.SPACED)
    if unit.decimals and _POINTED.match(clean):
        pointed = _fitting(Decimal(clean), unit)
        return pointed if pointed.problem else replace(pointed, remark=Problems.POINT_FOR_COMMA)
    return Reading(problem=Problems.UNCLEAR_NUMBER if _DIGITS.match(clean) else Problems.NOT_A_NUMBER)


def _is_on_two_lines(text: str) -> bool:
    """Return whether a line ends in a number and the next one begins with one: two numbers, or one torn apart."""
    lines = [line for line in map(visible, text.splitlines()) if line]
    return any(_IN_NUMBERS.match(above[-1]) and _IN_NUMBERS.match(below[0]) for above, below in pairwise(lines))


_IN_NUMBERS = re.compile(r"[\d.,]")

_BEFORE_WORDS = re.compile(r"^(?:viết )?(?:số tiền )?bằng chữ ?:? ?")
_END = " ./;"
"""What may stand behind an amount, so that nobody writes anything to it."""


def _read_twice(digits: str, words: str, unit: Unit) -> Reading:
    """Read a number that stands there in digits and, in brackets, in words."""
    words = _BEFORE_WORDS.sub("", " ".join(words.rstrip(_END).split()), count=1).removesuffix(" chẵn")
    read, said = _read_text(digits, unit), set(_said(words, unit))
    if not said or read == Reading():
        return Reading(problem=Problems.NOT_A_NUMBER)
    return Reading(problem=Problems.WORDS_DISAGREE) if read.value is not None and read.value not in said else read


def _said(words: str, unit: Unit) -> Iterator[Fraction]:
    """Yield what words can say, in a unit: in its own, and of an amount of money in đồng."""
    units = [(word, Fraction(1)) for word in ("", unit.label, *unit.aliases)]
    if unit.is_money:
        units += [(word, Dong.factor / unit.factor) for word in ("", Dong.label)]
    for word, worth in units:
        if not word or words.endswith(f" {word.casefold()}"):
            value = numeral(words.removesuffix(word.casefold()).rstrip())
            if value is not None:
                yield value * worth


@dataclass(frozen=True)
class Pair:
    """Two numbers in one cell, with a slash between them: what was done, and what was planned.

    Attributes:
        done: The first.
        planned: The second.
        otherwise: What the text can mean besides, in Vietnamese; empty where there is nothing.
    """

    done: Decimal
    planned: Decimal
    otherwise: str = ""


_FRACTION, _MONTH = re.compile(r"^([1-9]) ?/ ?([1-9])$"), re.compile(r"^(0?[1-9]|1[0-2]) ?/ ?((?:19|20)\d\d)$")
"""Half a hectare, and a month of a year: as they are written without a unit behind them."""


@lru_cache(maxsize=65536)
def read_pair(text: str, unit: Unit) -> Pair | None:
    """Read a text such as «140/146 ha»; nothing where it is not two numbers that can each be read.

    Args:
        text: The cell's text.
        unit: The unit of both.
    """
    first, slash, second = visible(text).partition("/")
    # A dash is no nought here: «-/146» may say that nothing was counted yet.
    if not slash or not all(any(map(str.isdigit, part)) for part in (first, second)):
        return None
    done, planned = (_read_text(part.strip(), unit).value for part in (first, second))
    if done is None or planned is None:
        return None
    bare = _without_unit(visible(text).casefold(), unit)
    fraction, month = _FRACTION.match(bare), _MONTH.match(visible(text))
    if fraction is not None and unit.decimals and int(fraction[1]) < int(fraction[2]):
        return Pair(done, planned, f"{bare} cũng là một phân số")
    return Pair(done, planned, f"{visible(text)} cũng là tháng và năm" if month else "")


def _without_unit(clean: str, unit: Unit) -> str:
    for word in sorted((unit.label, *unit.aliases), key=len, reverse=True):
        if clean.endswith(word.casefold()) and clean[: -len(word)].rstrip()[-1:].isdigit():
            return clean[: -len(word)].rstrip()
    return clean


def _fitting(value: Decimal, unit: Unit) -> Reading:
    if value and value.adjusted() >= LONGEST:
        return Reading(problem=Problems.TOO_LARGE)
    # Rounding and comparing: what is normalised would itself be rounded, to 28 digits. There is no zero below zero.
    kept = value.quantize(Decimal(1).scaleb(-unit.decimals)) + 0
    return Reading(kept) if kept == value else Reading(problem=Problems.TOO_PRECISE)


def same_unit(printed: str, unit: Unit) -> bool:
    """Return whether the ĐVT column of a form names this unit; an empty one names none and is let pass."""
    return not printed.strip() or fold(printed) in {fold(word) for word in (unit.label, *unit.aliases)}


def round_half_up(value: Fraction, decimals: int) -> Decimal:
    """Return ``value`` rounded half away from zero to ``decimals`` digits, exactly."""
    scaled = abs(value) * 10**decimals
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(whole if value >= 0 else -whole).scaleb(-decimals)


def truncate(value: Fraction, decimals: int) -> Decimal:
    """Return ``value`` cut off after ``decimals`` digits, as some desks print percentages."""
    scaled = abs(value) * 10**decimals
    whole = scaled.numerator // scaled.denominator
    return Decimal(whole if value >= 0 else -whole).scaleb(-decimals)


def plain(value: Decimal) -> str:
    """Return a number as machines read it: a dot for the decimals, no grouping, no needless zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def shown(value: Decimal | None) -> str:
    """Return a number as Vietnamese prints it; nothing as an empty text."""
    return "" if value is None else vietnamese(value)


def as_seen(kind: str, text: str) -> str:
    """Return the text of a cell of a kind as a person sees it: a number that a workbook keeps has a comma there."""
    return text.replace(".", ",") if kind == "number" else text


def signed(value: Decimal | None) -> str:
    """Return a change as Vietnamese prints it, with its sign; nothing as an empty text."""
    return f"+{shown(value)}" if value is not None and value > 0 else shown(value)


def vietnamese(value: Decimal) -> str:
    """Return a number as Vietnamese prints it: 3.819.888.592 and 226,04."""
    whole, _, decimals = plain(value).partition(".")
    grouped = f"{int(whole):,}".replace(",", ".")
    if whole.startswith("-") and not grouped.startswith("-"):
        grouped = f"-{grouped}"
    return f"{grouped},{decimals}" if decimals else grouped
