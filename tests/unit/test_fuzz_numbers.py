"""Texts made by chance, read as numbers: a value that the rules of writing give, or a problem; never anything else.

The rules are said here a second time, in another manner: by what a text is cut into, not by one pattern.
"""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest

from pipelines.steps.numbers import Reading, read_number, vietnamese
from schemas import units
from schemas.problems import Problems
from schemas.units import Unit
from tests.unit.fuzzing import on_the_page, seeds

TEXTS = 20_000

_on_the_page = on_the_page(
    "Số viết theo kiểu bất kỳ", "đúng số đó, hoặc một câu nói ô nào ghi gì; không bao giờ là số đoán"
)

UNITS = sorted({unit for unit in vars(units).values() if isinstance(unit, Unit)}, key=lambda unit: unit.label)

DASHES = ("-", "‐", "‑", "−")
NOTHING, ZERO = {"", "...", "…"}, {"-", "–", "—", "‐", "‑", "−", "không"}
DIGITS = "0123456789"
SPACES = (" ", "\u00a0", "\t", "\n", "\u2009", "\u3000", "  ")
TURNING = ("\u200f", "\u202e")
UNSEEN = ("\u200b", "\ufeff", "\u00ad", "\x00", "\x07", "\u202d", *TURNING)
STRANGE = "²½٣५１Ⅻ,.;:'’+-–—()eE%o O l I _/\\₫đ"


def whole(chance: Random) -> str:
    digits = str(chance.choice([chance.randrange(10), chance.randrange(10**4), chance.randrange(10**9), 0]))
    if chance.random() < 0.05:
        digits = "".join(chance.choice(DIGITS) for _ in range(chance.choice([13, 14, 15, 27, 28, 29, 40])))
    if chance.random() < 0.1:
        digits = "0" * chance.randint(1, 3) + digits
    return digits


def grouped(digits: str, sign: str) -> str:
    return f"{int(digits):,}".replace(",", sign)


def written(chance: Random, unit: Unit) -> str:
    """A text near what people write, or one or two slips away from it."""
    text = whole(chance)
    if chance.random() < 0.4:
        text = grouped(text, chance.choice(["."] * 8 + [",", " ", "'"]))
    if chance.random() < 0.5:
        places = chance.choice([1, 2, 2, 3, 3, 4, 5, 0, 30])
        decimals = "".join(chance.choice(DIGITS) for _ in range(places))
        if chance.random() < 0.3:
            decimals = chance.choice([decimals.rstrip(DIGITS[1:]) or "0", "0" * places, "0" * places + "1"])
        text += chance.choice([",", ",", ",", ",", ".", ", ", " ,"]) + decimals
    if chance.random() < 0.15:
        text = chance.choice([*DASHES, "+", "- ", "–"]) + text
    if chance.random() < 0.4:
        words = [unit.label, *unit.aliases]
        other = chance.choice(UNITS).label
        word = chance.choice([*words * 3, other])
        text += chance.choice(["", " ", " ", "\u00a0"]) + chance.choice([word, word.upper(), word.title()])
    if chance.random() < 0.05:
        text = chance.choice([*NOTHING, *ZERO, "Không", "KHÔNG", "NaN", "Infinity", "1e3", "1_000", "--", "năm"])
    for _ in range(chance.choice([0, 0, 0, 0, 1, 1, 2, 5])):
        at = chance.randint(0, len(text))
        sign = chance.choice([*SPACES, *UNSEEN, *STRANGE, *DIGITS, ".", ","])
        text = text[:at] + sign + text[at + chance.randint(0, 1) :]
    return text


def seen(text: str) -> str:
    """The text as it looks: small letters, one kind of dash, nothing without width, single spaces."""
    wide = "".join(chr(ord(sign) - 0xFEE0) if 0xFF01 <= ord(sign) <= 0xFF5E else sign for sign in text)
    plain = "".join(sign for sign in wide if sign.isspace() or not (sign in UNSEEN or ord(sign) < 32))
    for dash in DASHES:
        plain = plain.replace(dash, "-")
    return " ".join(plain.split()).casefold()


def without_slips(text: str) -> str:
    """The text without spaces beside a mark, where what follows can only belong to the number before it."""
    for mark in ".,":
        before, *parts = text.split(mark)
        for part in parts:
            behind = part.lstrip(" ")
            digits = len(behind) - len(behind.lstrip(DIGITS))
            belongs = digits == 3 if mark == "." else digits > 1 and behind[0] == "0"
            slip = belongs and before.rstrip(" ")[-1:] in {*DIGITS}
            before = before.rstrip(" ") + mark + behind if slip else before + mark + part
        text = before
    return text


def by_the_rules(text: str, unit: Unit) -> Fraction | None:
    """The amount that a text with digits in it says, or nothing where the rules of writing give none."""
    if any(turning in text for turning in TURNING) and any(map(str.isdigit, text)):
        return None
    lines = [seen(line) for line in text.splitlines() if seen(line)]
    if any(set(above[-1] + below[0]) <= {*DIGITS, ".", ","} for above, below in pairwise(lines)):
        return None
    text = seen(text)
    for word in sorted({unit.label, *unit.aliases}, key=len, reverse=True):
        before = text.removesuffix(word.casefold()).rstrip()
        if text.endswith(word.casefold()) and before[-1:] in {*DIGITS} - {""}:
            text = before
            break
    text = without_slips(text)
    minus = text.startswith("-")
    text = text[minus:]
    before, comma, after = text.partition(",")
    groups = before.split(".")
    if any(not group or set(group) - {*DIGITS} for group in groups) or (
        comma and (not after or set(after) - {*DIGITS})
    ):
        return None
    if unit.decimals and not comma and len(groups) == 2 and len(groups[1]) < 3:
        groups, after = groups[:1], groups[1]  # a dot that can only be meant for a comma
    if len(groups) > 1 and (len(groups[0]) > 3 or groups[0][0] == "0" or any(len(group) != 3 for group in groups[1:])):
        return None
    if unit.decimals == 0 and len(after) == 3:
        return None
    if unit.decimals < 3 and len(after) == 3 and before.isdigit() and len(before) <= 3 and before[0] != "0":
        return None  # thousands, to whoever writes English
    amount = Fraction(int("".join(groups) + after), 10 ** len(after))
    if amount >= 10**14 or (amount * 10**unit.decimals).denominator != 1:
        return None
    return -amount if minus else amount


@pytest.mark.parametrize("part", range(4))
def test_a_text_is_a_number_by_the_rules_or_a_problem(part: int) -> None:
    values = 0
    for seed, chance in seeds(TEXTS, part, 4):
        unit = chance.choice(UNITS)
        text = written(chance, unit)
        got = read_number("text", text, unit)
        clean = seen(text)
        if clean in NOTHING:
            assert (got.value, got.problem) == (None, None), (seed, text)
            continue
        wanted = Fraction(0) if clean in ZERO else by_the_rules(text, unit)
        assert (None if got.value is None else Fraction(got.value)) == wanted, (seed, text, unit.label, got)
        assert (got.problem is None) == (wanted is not None), (seed, text, unit.label, got)
        if got.value is None:
            continue
        values += 1
        said = vietnamese(got.value)
        again = read_number("text", said, unit)
        if wanted == 0:
            assert said == "0", (seed, text, said)
        # Where things are counted by the piece nothing is printed with three decimals, so that what is printed is read.
        assert again == Reading(got.value), (seed, text, said, again)
    assert values > TEXTS // 20


@pytest.mark.parametrize("kind", ["text", "number", "date", "boolean", "formula", "error", "blank", "new"])
def test_no_text_of_any_kind_of_cell_ends_in_anything_but_a_reading(kind: str) -> None:
    for seed, chance in seeds(TEXTS // 20):
        unit = chance.choice(UNITS)
        if kind == "number":
            value = chance.choice([chance.randint(-(10**16), 10**16), chance.uniform(-1000, 1000), 10.0**-7, 1e300])
            text = repr(value)
            got = read_number(kind, text, unit)
            exact = Fraction(Decimal(text))
            fits = abs(exact) < 10**14 and (exact * 10**unit.decimals).denominator == 1
            assert (None if got.value is None else Fraction(got.value)) == (exact if fits else None), (seed, text)
        else:
            got = read_number(kind, written(chance, unit), unit)
        assert got.problem is None or isinstance(got.problem, Problems)
        assert got.value is None or got.problem is None
