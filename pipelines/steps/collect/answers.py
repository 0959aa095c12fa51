"""What many sheets answer, read in columns: each number that is written alike, and asked for alike, once.

Belongs here: the answers to which there is nothing to be said, and which are not such. Does not belong here: where they
stand (``pipelines.steps.collect.layouts``), reading a number that is written otherwise (``pipelines.steps.numbers``),
saying what is wrong with one (``pipelines.steps.collect.entries``).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.collect.asides import MERGED
from pipelines.steps.collect.cells import ERROR, FORMULA, NUMBER
from pipelines.steps.collect.columns import MISSING, Numbers
from pipelines.steps.collect.grid import Grid, LaidOut
from pipelines.steps.frames import alike
from pipelines.steps.numbers import LONGEST, read_cell, same_unit
from schemas.fields import FormField
from schemas.units import DECIMAL, Unit


@dataclass(frozen=True)
class Asked:
    """Fields that sheets ask for: one entry in each array per field and sheet.

    Attributes:
        sheet: The number of the sheet.
        row: Where the answer is to stand, like ``column``.
        field: The number of the field.
        units: Column of the unit beside it, 0 where there is none.
        notes: Column of the note beside it, 0 where there is none.
        form: The number of the form.
        number: Where it comes on its sheet.
        code: The cell with the code of the line; ``MISSING`` in a form without lines.
        names: Column of the name of the line.
    """

    sheet: Numbers
    row: Numbers
    column: Numbers
    field: Numbers
    units: Numbers
    notes: Numbers
    form: Numbers
    number: Numbers
    code: Numbers
    names: Numbers


_SCALE = 10**DECIMAL.scale
"""Smallest parts of one, as a table keeps numbers."""


@dataclass(frozen=True)
class Answers:
    """What the fields that were asked for were answered.

    Attributes:
        cell: The cell of the answer, like ``note`` that of the note beside it; ``MISSING`` where it is blank.
        value: The number, in its smallest part.
        known: Whether there is one.
        good: Whether there is nothing to be told of it.
    """

    cell: Numbers
    note: Numbers
    value: Numbers
    known: Numbers
    good: Numbers

    @classmethod
    def of(cls, laid: LaidOut, fields: Sequence[FormField], asked: Asked) -> "Answers":
        """Look all answers up, and read each that is written alike, and asked for alike, once.

        Args:
            laid: The cells.
            fields: The fields by the numbers that ``asked`` has for them.
            asked: What is asked for.
        """
        grid = laid.grid
        cell, note, unit = (
            laid.at(asked.sheet, asked.row, column) for column in (asked.column, asked.notes, asked.units)
        )
        sorts, of_field = _sorts((item.unit, item.optional) for item in fields)
        sort = of_field[asked.field]
        fits = np.ones(len(cell), bool)
        printed = np.flatnonzero(unit != MISSING)
        words, of_words = grid.text[unit[printed]], sort[printed]
        which, first = alike(words * np.int64(len(sorts)) + of_words)
        distinct = zip(words[first].tolist(), of_words[first].tolist(), strict=True)
        fits[printed] = np.array(
            [bool(grid.words[one].strip()) and same_unit(grid.words[one], sorts[at][0]) for one, at in distinct], bool
        )[which]
        fits[(unit == MISSING) & (asked.units > 0)] = False
        blank = cell == MISSING
        value, known = np.zeros(len(cell), np.int64), np.zeros(len(cell), bool)
        good = np.array([optional for _, optional in sorts], bool)[sort]
        own = cell[~blank]
        value[~blank], known[~blank], good[~blank] = _read(grid, own, sort[~blank], sorts)
        told = np.array(
            [any(not word.startswith(f"{MERGED}=") for word in aside.split()) for aside in grid.asides], bool
        )
        good[~blank] &= ~told[grid.aside[own]]
        has_note = note != MISSING
        good[has_note] &= ~grid.is_kind(ERROR, FORMULA)[note[has_note]]
        good &= fits
        return cls(cell, note, value, known, good)


_Sort = tuple[Unit, bool]
"""The unit of a field, and whether it may be left blank."""


def _sorts(fields: Iterable[_Sort]) -> tuple[Sequence[_Sort], Numbers]:
    """Return the distinct sorts of fields, and which of these each field is of."""
    numbers: dict[_Sort, int] = {}
    which = [numbers.setdefault(sort, len(numbers)) for sort in fields]
    return list(numbers), np.array(which, np.int64)


def _read(grid: Grid, cells: Numbers, sort: Numbers, sorts: Sequence[_Sort]) -> tuple[Numbers, Numbers, Numbers]:
    """Return the numbers in cells, whether there is one in each, and whether there is nothing to be told of it."""
    kinds, texts = len(grid.kinds), np.int64(len(grid.texts) + 1)
    written = (grid.text[cells] * texts + grid.shown[cells] + 1) * kinds + grid.kind[cells]
    which, _ = alike(written)
    of_cell, first = alike(which * np.int64(len(sorts)) + sort)
    one, of_sort = cells[first], sort[first]
    value, good = _plainly(grid, one, np.array([unit.decimals for unit, _ in sorts], np.int64)[of_sort])
    known = good.copy()
    for at in np.flatnonzero(~good).tolist():
        value[at], known[at], good[at] = _told(grid, int(one[at]), *sorts[of_sort[at]])
    return value[of_cell], known[of_cell], good[of_cell]


_DECIMALS = rf"(?P<decimals>[0-9]{{1,{DECIMAL.scale}}})"
_KEPT = rf"^(?P<whole>[0-9]{{1,{LONGEST}}})(?:\.{_DECIMALS})?$"
_GROUPED = r"[0-9]{1,3}(?:\.[0-9]{3}){1,3}|[0-9]{1,2}(?:\.[0-9]{3}){4}"
_SHOWN = rf"^(?P<whole>[0-9]{{1,{LONGEST}}}|{_GROUPED})(?:,{_DECIMALS})?$"
"""Numbers as they are kept and as they are shown, nearly all of them: of no more digits than a table can hold."""


def _plainly(grid: Grid, cells: Numbers, places: Numbers) -> tuple[Numbers, Numbers]:
    """Return numbers of which nothing is to be told: kept as their unit has it, and shown so, rounded or not.

    Args:
        grid: The cells.
        cells: Those to be read.
        places: How many digits the unit of each keeps after the comma.

    Returns:
        The numbers, in their smallest part; and which cells have one.
    """
    kept, decimals, is_kept = _amounts(grid.texts.take(pa.array(grid.text[cells])), _KEPT)
    shown = grid.texts.take(pa.array(grid.shown[cells], mask=grid.shown[cells] == MISSING))
    seen, digits, is_seen = _amounts(shown, _SHOWN)
    near = 2 * np.abs(kept - seen) <= 10 ** (DECIMAL.scale - digits)
    return kept, is_kept & is_seen & (decimals <= places) & near & grid.is_kind(NUMBER)[cells]


def _amounts(texts: pa.Array, pattern: str) -> tuple[Numbers, Numbers, Numbers]:
    """Return numbers in their smallest part, how many digits each has after the comma, and which texts have one."""
    found = pc.extract_regex(texts, pattern)
    whole, decimals = (pc.struct_field(found, at).fill_null("0") for at in (0, 1))
    thousands = pc.replace_substring(whole, ".", "").cast(pa.int64()).to_numpy()
    parts = pc.utf8_rpad(decimals, DECIMAL.scale, "0").cast(pa.int64()).to_numpy()
    digits = pc.binary_length(decimals).to_numpy().astype(np.int64)
    return thousands * _SCALE + parts, digits, found.is_valid().to_numpy(zero_copy_only=False)


def _told(grid: Grid, cell: int, unit: Unit, optional: bool) -> tuple[int, bool, bool]:
    """Return the number in a cell, whether there is one, and whether there is nothing to be told of it."""
    kind, text = grid.kinds[grid.kind[cell]], grid.words[grid.text[cell]]
    shown = None if grid.shown[cell] == MISSING else grid.words[grid.shown[cell]]
    reading = read_cell(kind, text, shown, unit)
    told = reading.problem is not None or reading.remark is not None
    if told or (kind == NUMBER and (shown is None or not shown.strip())):
        return 0, False, False
    if reading.value is None:
        return 0, False, optional
    return int(reading.value * _SCALE), True, True
