"""Cells to entries: which cell answers which field of which form.

Belongs here: the order of the search. Does not belong here: its parts, each of which has a module beside this one;
rules between fields (``pipelines.steps.validate.check``).
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from pipelines.steps.collect.columns import runs
from pipelines.steps.collect.correct import Corrected
from pipelines.steps.collect.duplicates import duplicates, repeated, return_of
from pipelines.steps.collect.encodings import in_unicode, old_encodings
from pipelines.steps.collect.entries import Entry, asides, entries_of, merged, notes_unread, unread
from pipelines.steps.collect.grid import Grid
from pipelines.steps.collect.lines import asked_for
from pipelines.steps.collect.quick import Found, place, quickly
from pipelines.steps.collect.sheets import Key, Sheet, recognise, sheets_of
from pipelines.steps.problems import joined
from schemas.form import Form
from schemas.periods import Period
from schemas.places import Places
from schemas.tables import ENTRIES, SHEET_KEY


@dataclass(frozen=True)
class Located:
    """What was found in the workbooks.

    Attributes:
        entries: ``schemas.tables.ENTRIES``.
        sheets: One row per sheet: its key, ``form`` and ``reporter`` (empty where not known), and whether it is usable.
        problems: ``schemas.tables.PROBLEMS`` met on the way.
        quickly: How many of the sheets had no problem, and were located by those of the same layout.
    """

    entries: pa.Table
    sheets: pd.DataFrame
    problems: pd.DataFrame
    quickly: int


def locate(corrected: Corrected, forms: Sequence[type[Form]], places: Places) -> Located:
    """Find the entries of every form in corrected cells.

    Args:
        corrected: The cells, and what was decided of them.
        forms: The forms to look for; of each the version is read that is in force in the period of the sheets.
        places: Who may report, by name.

    Raises:
        ValueError: The sheets are of several periods, and a form has other versions in these.
    """
    forms = in_force(forms, {key[0] for key in corrected.sheets.keys})
    numbers = {key: number for number, key in enumerate(corrected.sheets.keys)}
    if len(numbers) < len(corrected.sheets.keys):  # the cells of a sheet do not stand together
        return locate(Corrected(_together(corrected.cells), corrected.decided), forms, places)
    grid = Grid.of(corrected.cells, corrected.sheets)
    decided = {numbers[key] for key in runs(corrected.decided, SHEET_KEY).keys}
    found = quickly(grid, forms, places, decided)
    left = _recognised(corrected, grid, found.sheets.keys(), forms, places)
    if doubled := _doubled(grid, found, left.sheets):
        found = found.without(doubled)
        left = _recognised(corrected, grid, found.sheets.keys(), forms, places)
    entries, problems = _thoroughly(left, forms)
    known = {number: (*of, True) for number, of in found.sheets.items()}
    known |= {numbers[sheet.key]: (sheet.form, sheet.reporter, sheet.usable) for sheet in left.sheets}
    return Located(
        _in_order(found, entries, numbers, forms),
        pd.DataFrame(
            [(*key, *known[number]) for number, key in enumerate(grid.keys)],
            columns=[*SHEET_KEY, "form", "reporter", "usable"],
        ),
        problems,
        len(found.sheets),
    )


def in_force(forms: Sequence[type[Form]], periods: Collection[str]) -> Sequence[type[Form]]:
    """Return forms as they are asked in some periods.

    Raises:
        ValueError: That is not the same in all of them.
    """
    then = {tuple(form.in_force(Period.parse(period)) for form in forms) for period in periods}
    if len(then) > 1:
        raise ValueError("Forms have other versions in other periods; sheets of each are located by themselves.")
    return next(iter(then), forms)


def _together(cells: pa.Table) -> pa.Table:
    """Return cells with those of each sheet one after the other, in the order in which the sheets first come."""
    numbers: dict[tuple[str, ...], int] = {}
    keys = zip(*(cells[name].to_pylist() for name in SHEET_KEY), strict=True)
    order = np.argsort([numbers.setdefault(key, len(numbers)) for key in keys], kind="stable")
    return cells.take(pa.array(order))


@dataclass(frozen=True)
class _Left:
    """The sheets that are located thoroughly: recognised, and not yet looked through.

    Attributes:
        sheets: In the order of the cells.
        unusable: What keeps some of them from being read (``schemas.tables.PROBLEMS``).
        encodings: By the key of a sheet, the encoding of its texts, where that is an old one.
    """

    sheets: Sequence[Sheet]
    unusable: pd.DataFrame
    encodings: Mapping[tuple[str, ...], str]


def _recognised(
    corrected: Corrected, grid: Grid, located: Collection[int], forms: Sequence[type[Form]], places: Places
) -> _Left:
    """Recognise all sheets but those that are located already."""
    cells, encodings = in_unicode(corrected.of_sheets(set(range(len(grid))) - set(located)), forms)
    sheets = sheets_of(cells)
    return _Left(sheets, recognise(sheets, forms, places), encodings)


def _doubled(grid: Grid, found: Found, others: Sequence[Sheet]) -> set[int]:
    """Return the sheets that were found of which another one is of the same form and reporter."""
    times = Counter(return_of(sheet.key, sheet.form, sheet.reporter) for sheet in others if sheet.usable)
    own = {number: return_of(grid.keys[number], *of) for number, of in found.sheets.items()}
    times.update(own.values())
    return {number for number, of in own.items() if times[of] > 1}


def _thoroughly(left: _Left, forms: Sequence[type[Form]]) -> tuple[Sequence[Entry], pd.DataFrame]:
    """Return the entries of sheets that are used, and all that is to be told of the sheets."""
    by_code = {form.code: form for form in forms}
    usable = [sheet for sheet in left.sheets if sheet.usable]
    asked, of_lines = asked_for(usable, forms)
    entries = entries_of(asked, by_code)
    of_merged = merged(entries)
    # Which of two returns is right is not ours to guess: both are told, with what differs, and neither is used.
    twice = repeated(left.sheets)
    for sheet in twice:
        sheet.usable = False
    of_twice = duplicates(twice, [entry for entry in entries if not entry.asked.sheet.usable], by_code)
    of_cells = [unread(entries, by_code), of_merged, notes_unread(entries), asides(entries)]
    within = joined([of_lines, *of_cells, old_encodings(left.encodings, usable)])
    out_of_use = {sheet.key for sheet in twice}
    kept = [key not in out_of_use for key in zip(*(within[name] for name in SHEET_KEY), strict=True)]
    used = [entry for entry in entries if entry.asked.sheet.usable]
    return used, joined([left.unusable, of_twice, within[kept]])


def _in_order(
    found: Found, entries: Sequence[Entry], numbers: Mapping[tuple[str, ...], int], forms: Sequence[type[Form]]
) -> pa.Table:
    """Return entries of both ways, ``schemas.tables.ENTRIES``: form by form, and of each sheet by sheet."""
    if not entries:
        return found.entries
    number_of = {form.code: number for number, form in enumerate(forms)}
    times: Counter[Key] = Counter()
    order = []
    for entry in entries:
        sheet = entry.asked.sheet
        order.append((number_of[sheet.form], numbers[sheet.key], times[sheet.key]))
        times[sheet.key] += 1
    at_own = place(*np.array(order, np.int64).T)
    sorting = np.argsort(at_own, kind="stable")
    own = pa.Table.from_pylist([entries[number].row for number in sorting.tolist()], ENTRIES)
    at = np.concatenate([found.order, at_own[sorting]])
    by_place = np.argsort(at, kind="stable")
    # Each way has its entries in order, so that no more is to be done than to set pieces of them one after the other.
    thorough = by_place >= len(found.order)
    ends = [*(np.flatnonzero(np.diff(thorough)) + 1).tolist(), len(at)]
    pieces, taken = [], {False: 0, True: 0}
    for begin, end in zip([0, *ends], ends, strict=False):
        way = bool(thorough[begin])
        pieces.append((own if way else found.entries).slice(taken[way], end - begin))
        taken[way] += end - begin
    return pa.concat_tables(pieces).combine_chunks()
