"""Consistent records of any system, and slips of the hand drawn in the published ratio, for tests of suggestions."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from random import Random

from schemas.exact import find_point
from schemas.form import Form
from schemas.forms import FORMS
from schemas.system import System

KINDS = {"replaced": 112, "omitted": 15, "swapped": 14, "added": 11}
"""Scholtus (2009): how many of each among 152 slips."""

MONEY = "tiền"


def systems() -> list[tuple[type[Form], System]]:
    """The forms that have linear edits, with their systems."""
    return [(form, form.system) for form in FORMS if form.system.rows]


def consistent(of: System, random: Random) -> dict[str, int]:
    """A record on which every edit holds: cell after cell gets a random size that the edits still allow."""
    record: dict[str, int] = {}
    for block in of.blocks:
        forms, form_ranges = [row.coefficients for row in block.rows], [row.range for row in block.rows]
        ranges = dict(block.ranges)
        point: dict[str, int] = {}
        for name in random.sample(block.variables, len(block.variables)):
            high = block.ranges[name][1]
            wanted = _size(block, name, random) if high is None else random.randint(0, high)
            for size in (wanted, wanted // 10, wanted // 100, wanted // 1000, 0, 1):
                found = find_point(forms, form_ranges, {**ranges, name: (size, size)}, point)
                if isinstance(found, dict) and all(Fraction(value).denominator == 1 for value in found.values()):
                    ranges[name], point = (size, size), {key: int(value) for key, value in found.items()}
                    break
        record |= point
    assert all(row.holds(record) for row in of.rows)
    return record


def _size(of: System, name: str, random: Random) -> int:
    if random.random() < 0.1:
        return 0
    unit = of.units.get(name)
    digits = (
        random.uniform(5, 10.5)
        if unit is not None and unit.dimension == MONEY and not unit.decimals
        else random.uniform(0, 4)
    )
    size: int = int(10**digits) * 10 ** of.decimals(name)
    return size + random.randrange(10 ** of.decimals(name))


def printed(value: int, decimals: int) -> str:
    """A number as typed: no grouping, no needless zeros after the comma."""
    sign, digits = "-" * (value < 0), str(abs(value)).zfill(decimals + 1)
    whole, after = digits[: len(digits) - decimals], digits[len(digits) - decimals :].rstrip("0")
    return f"{sign}{whole},{after}" if after else f"{sign}{whole}"


def typed(text: str, decimals: int) -> int | None:
    """What a typed number is in its smallest unit, or nothing if it has more decimals than that."""
    whole, _, after = text.partition(",")
    return int(whole + after.ljust(decimals, "0")) if whole and len(after) <= decimals else None


def slipped(value: int, decimals: int, random: Random) -> int:
    """A value with one slip in it, different from it."""
    text = printed(value, decimals)
    while True:
        (kind,) = random.choices(list(KINDS), list(KINDS.values()))
        at = random.choice([index for index, character in enumerate(text) if character.isdigit()])
        digit = random.choice("0123456789")
        match kind:
            case "replaced":
                new = text[:at] + digit + text[at + 1 :]
            case "omitted":
                new = text[:at] + text[at + 1 :]
            case "swapped":
                new = text[:at] + text[at : at + 2][::-1] + text[at + 2 :]
            case _:
                new = text[:at] + digit + text[at:]
        leading_zero = len(new.partition(",")[0]) > 1 and new.startswith("0")
        result = None if leading_zero or abs(new.find(",") - text.find(",")) > 1 else typed(new, decimals)
        if result is not None and result != value:
            return result


def with_slips(of: System, record: Mapping[str, int], count: int, random: Random) -> dict[str, int]:
    """The record with slips in that many of the cells that stand in an edit."""
    cells = sorted({name for row in of.rows for name in row.names})
    chosen = random.sample(cells, count)
    return {**record, **{name: slipped(record[name], of.decimals(name), random) for name in chosen}}


def seeded(of: System, seed: str, bases: int) -> Iterator[dict[str, int]]:
    """That many consistent records."""
    random = Random(seed)
    for _ in range(bases):
        yield consistent(of, random)
