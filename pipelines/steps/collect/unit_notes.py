"""Units that a sheet says outside the cells that are for them: «Đơn vị tính: triệu đồng» above a table, «(nghìn con)».

Belongs here: which texts say a unit of others, for which rows, and whether that is the unit a field is counted in. Does
not belong here: the units (``schemas.units``), the unit printed beside a field (``pipelines.steps.collect.lines``).
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from pipelines.steps.collect.cells import TEXT
from pipelines.steps.collect.headings import UNIT_HEADING
from pipelines.steps.collect.sheets import Sheet
from pipelines.steps.numbers import same_unit
from pipelines.steps.numerals import SCALES
from schemas.text import visible
from schemas.units import Unit, conversion, unit_labelled


class Amount(NamedTuple):
    """How many of a unit one stands for, as in «nghìn con»; without a unit, of whatever is counted."""

    times: Fraction
    unit: Unit | None


_TIMES = {"chục": 10, "trăm": 100, "vạn": 10_000} | {
    word: scale for words, scale in SCALES for word in words.split("|")
}
_BEGINS = re.compile(rf"(?:(?P<word>{'|'.join(_TIMES)})|(?P<digits>1(?:[.,]?000)+))(?![\w.,])\s*")


def amount(text: str) -> Amount | None:
    """Return what a text says that is a unit and nothing else, with words for thousands before it."""
    unit = unit_labelled(text)
    if unit is not None:
        return Amount(Fraction(1), unit)
    begin = _BEGINS.match(text.strip().casefold())
    if begin is None:
        return None
    times = Fraction(_TIMES.get(begin["word"] or "") or int(re.sub("[.,]", "", begin["digits"])))
    rest = text.strip()[begin.end() :]
    of = amount(rest) if rest else Amount(Fraction(1), None)
    return of and Amount(times * of.times, of.unit)


class Note(NamedTuple):
    """What a text says of units; ``named``: whether it says so in words, and not by a unit in brackets at its end."""

    text: str
    amounts: tuple[Amount, ...]
    named: bool


_NAMED = re.compile(r"(?<!\w)(?:đơn vị(?: tính)?|đvt)(?!\w)\s*[:(]?(?P<said>[^()]*)\)?\s*$", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\((?P<said>[^()]*)\)\s*$")
_BETWEEN = re.compile(r"[,;]\s|;|\svà\s", re.IGNORECASE)


@lru_cache(maxsize=65536)
def note_of(text: str) -> Note | None:
    """Return what a text says of the units of others; nothing where it says none."""
    seen = visible(text)
    for pattern in (_NAMED, _IN_BRACKETS):
        if found := pattern.search(seen):
            parts = (part.strip(" .:-") for part in _BETWEEN.split(found["said"]))
            said = tuple(one for part in parts if part and (one := amount(part)) is not None)
            if said:
                return Note(found["said"].strip(" .:-"), said, pattern is _NAMED)
    return None


@dataclass(frozen=True)
class Notes:
    """What a sheet says of units: for all of it, and for some rows."""

    everywhere: Sequence[Note] = ()
    of_row: dict[int, list[Note]] = field(default_factory=dict)

    @classmethod
    def of(cls, sheet: Sheet, asked: Collection[int], labels: int) -> "Notes":
        """Return those of a sheet.

        Args:
            sheet: The sheet.
            asked: The rows with fields or lines.
            labels: The column with their labels or names.
        """
        units = sheet.columns.get(UNIT_HEADING, 0)
        everywhere: list[Note] = []
        of_row: dict[int, list[Note]] = {}
        found = [(cell, note) for cell in sheet.cells if cell.kind == TEXT and (note := note_of(cell.text))]
        last = max(asked, default=0)
        for cell, note in found:
            above = cell.row < sheet.header or (cell.row == sheet.header and cell.column == units)
            if above or (note.named and cell.row > last):
                everywhere.append(note)
            elif cell.row in asked:
                if note.named and cell.column not in (units, labels):
                    of_row.setdefault(cell.row, []).append(note)
            elif sheet.header < cell.row <= last:
                for row in _within(sheet, cell.row, asked, labels):
                    of_row.setdefault(row, []).append(note)
        return cls(everywhere, of_row)

    def unit_of(self, row: int, own: str, unit: Unit) -> str:
        """Return in what unit a number is said to be: as the form has it where that is so, and nothing where none is.

        Args:
            row: Its row.
            own: What is printed beside it.
            unit: What it is counted in.
        """
        if own.strip() and not same_unit(own, unit):
            return own
        notes: list[Note] = [*self.of_row.get(row, ()), *self.everywhere]
        held = [(note, _fits(note.amounts, unit)) for note in notes]
        if wrong := next((note for note, fits in held if fits is False), None):
            return wrong.text
        said = unit.label if any(fits for _, fits in held) else ""
        return own.strip() or said


def _within(sheet: Sheet, section: int, asked: Collection[int], labels: int) -> Iterable[int]:
    """Return the rows of a section: those after its own, down to the next one."""
    others = (cell.row for cell in sheet.cells if cell.row > section and cell.row not in asked)
    beside = {cell.row for cell in sheet.cells if cell.column <= labels}
    end = min((row for row in others if row in beside), default=max(asked) + 1)
    return (row for row in asked if section < row < end)


def _fits(amounts: Sequence[Amount], unit: Unit) -> bool | None:
    """Return whether units said of others are that of a field; nothing where they measure something else."""
    of_it = [
        (times, Fraction(1) if said is None else conversion(said, unit))
        for times, said in amounts
        if said is not None or unit.additive
    ]
    related = [times * rate for times, rate in of_it if rate is not None]
    return 1 in related if related else None
