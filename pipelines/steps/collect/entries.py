"""Entries: the cell that answers each field asked for, and the number in it.

Belongs here: finding that cell, reading its number, and what is wrong with it by itself. Does not belong here: rules
between fields (``pipelines.steps.validate.check``), the grammar of numbers (``pipelines.steps.numbers``).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd

from pipelines.steps.collect.asides import COMMENTED, COVERED, HIDDEN_COLUMN, HIDDEN_ROW, HIDDEN_SHEET, LINKED, STALE
from pipelines.steps.collect.cells import ERROR, FORMULA, NUMBER, TEXT
from pipelines.steps.collect.headings import NOTE_HEADING
from pipelines.steps.collect.lines import Asked
from pipelines.steps.collect.sheets import Cell, Sheet
from pipelines.steps.numbers import Pair, read_cell, read_number, read_pair, round_half_up, same_unit, vietnamese
from pipelines.steps.problems import joined, problem_rows
from schemas.addresses import address
from schemas.edits import Product
from schemas.form import Form
from schemas.listed import listed
from schemas.problems import Problems
from schemas.tables import DECIDED


@dataclass
class Entry:
    """A field that was asked for, the cell that answers it, and what that says.

    Attributes:
        asked: The field.
        cell: The cell; of a blank one the place alone.
        note: The cell in which the reporter wrote something beside it.
        value: The number; missing for a blank or a problem.
        problem: What keeps the number from being read.
        rounded: Whether it was written with more decimals than its unit keeps, which other numbers explain.
        remark: What is unusual in how the number is written.
        expected: What is told of it, where that is more than the number or the unit.
    """

    asked: Asked
    cell: Cell
    note: Cell | None
    value: Decimal | None = None
    problem: Problems | None = None
    rounded: bool = False
    remark: Problems | None = None
    expected: str = ""

    @property
    def row(self) -> dict[str, Any]:
        """The entry as a row of ``schemas.tables.ENTRIES``."""
        asked, cell = self.asked, self.cell
        return {
            **asked.sheet.words,
            "line": asked.line,
            "line_name": asked.line_name,
            "field": asked.field,
            "sha256": asked.sheet.sha256,
            "cell": cell.cell,
            "received": cell.received,
            "text": cell.text,
            "value": self.value,
            "note": self.note.text if self.note else "",
            **dict(zip(DECIDED, cell.decided, strict=True)),
            "problem": self.problem.name if self.problem else "",
        }


def entries_of(asked: Sequence[Asked], forms: Mapping[str, type[Form]]) -> list[Entry]:
    """Return the entries of the fields asked for, each with its number read."""
    cells: dict[int, dict[tuple[int, int], Cell]] = {}
    notes: dict[int, dict[int, Cell]] = {}
    found = []
    for one in asked:
        sheet = one.sheet
        if id(sheet) not in cells:
            cells[id(sheet)] = {(cell.row, cell.column): cell for cell in sheet.cells}
            notes[id(sheet)] = sheet.column(NOTE_HEADING)
        cell = cells[id(sheet)].get((one.row, one.column)) or _blank(one.row, one.column)
        note = notes[id(sheet)].get(one.row)
        found.append(Entry(one, cell, note))
    for entry in found:
        entry.value, entry.problem, entry.remark = _read(entry, forms[entry.asked.sheet.form])
    records: dict[tuple[int, str], dict[str, Entry]] = {}
    for entry in found:
        records.setdefault((id(entry.asked.sheet), entry.asked.line), {})[entry.asked.field] = entry
    for record in records.values():
        _take_apart(record, forms)
    _round_products(records.values(), forms)
    return found


def _take_apart(record: Mapping[str, Entry], forms: Mapping[str, type[Form]]) -> None:
    """Give what was done and what was planned to a field each, where a reporter wrote both into one cell."""
    for entry in record.values():
        if entry.problem is not Problems.NOT_A_NUMBER or entry.cell.kind != TEXT:
            continue
        item = forms[entry.asked.sheet.form].fields()[entry.asked.field]
        planned = record.get(item.planned)
        if planned is None or planned.problem is Problems.WRONG_UNIT:
            continue
        pair = read_pair(entry.cell.text, item.unit)
        seen = pair if entry.cell.shown is None else read_pair(entry.cell.shown, item.unit)
        if pair is not None and pair == seen:
            _take_pair(entry, planned, pair, forms[entry.asked.sheet.form].fields()[item.planned].label)


def _take_pair(done: Entry, planned: Entry, pair: Pair, label: str) -> None:
    """Take two numbers apart, unless the field of the second says another, or both may be one."""
    if planned.value != pair.planned:
        if planned.cell.text or pair.otherwise:
            own = f"ô {planned.cell.cell}, «{label}», ghi «{planned.cell.text}»"
            done.problem, done.expected = Problems.UNCLEAR_PLAN, own if planned.cell.text else pair.otherwise
            return
        planned.cell, planned.value, planned.problem = done.cell, pair.planned, None
    done.value, done.problem, done.remark = pair.done, None, Problems.TWO_IN_ONE
    done.expected = f"{vietnamese(pair.done)}, còn «{label}» là {vietnamese(pair.planned)}"


def _round_products(records: Iterable[Mapping[str, Entry]], forms: Mapping[str, type[Form]]) -> None:
    """Round what was worked out and not counted: 558,2575 tấn where area and yield give just that."""
    for record in records:
        too_precise = [one for one in record.values() if one.problem is Problems.TOO_PRECISE]
        for entry in too_precise:
            form = forms[entry.asked.sheet.form]
            unit = form.fields()[entry.asked.field].unit
            written = read_number(entry.cell.kind, entry.cell.text, replace(unit, decimals=_FINEST)).value
            if written is None:
                continue
            known = {name: one.value for name, one in record.items() if one.value is not None}
            products = [edit for edit in form.edits if type(edit) is Product and entry.asked.field in edit.names]
            for edit in products:
                others = {name: known[name] for name in edit.names if name in known}
                if len(others) == len(edit.names) - 1 and edit.fits(others | {entry.asked.field: written}):
                    entry.value = round_half_up(Fraction(written), unit.decimals)
                    entry.problem, entry.rounded = None, True


_FINEST = 14
"""Digits after the comma that are read of what a spreadsheet worked out; with 14 before it a Decimal is full."""


def _blank(row: int, column: int) -> Cell:
    where = address(row, column)
    return Cell(row, column, where, "blank", "", "", "", "", "", ("",) * len(DECIDED), "", row, column)


def _read(entry: Entry, form: type[Form]) -> tuple[Decimal | None, Problems | None, Problems | None]:
    item = form.fields()[entry.asked.field]
    if not same_unit(entry.asked.unit, item.unit):
        return None, Problems.WRONG_UNIT, None
    reading = read_cell(entry.cell.kind, entry.cell.text, entry.cell.shown, item.unit)
    if reading.problem is None and reading.value is None and not item.optional:
        return None, Problems.BLANK, None
    return reading.value, reading.problem, reading.remark


def unread(entries: Sequence[Entry], forms: Mapping[str, type[Form]]) -> pd.DataFrame:
    """Tell of cells without a number and of oddly written ones, kind by kind (``PROBLEMS``); ``merged`` has its own."""
    rows: dict[str, list[dict[str, str]]] = {}
    for entry in entries:
        if entry.problem is not None and entry.problem is not Problems.MERGED_CELLS:
            written = entry.asked.unit if entry.problem is Problems.WRONG_UNIT else entry.cell.text
            if entry.problem is Problems.SHOWN_OTHERWISE:
                written = f"{entry.cell.text}; hiện: {(entry.cell.shown or '').strip() or 'không có gì'}"
            expected = forms[entry.asked.sheet.form].fields()[entry.asked.field].unit.label
            words = {"written": written, "expected": entry.expected or expected}
            rows.setdefault(entry.problem.name, []).append(_where(entry) | words)
        told = Problems.ROUNDED if entry.rounded else entry.remark
        if told is not None and entry.value is not None:
            words = {"written": entry.cell.text, "expected": entry.expected or vietnamese(entry.value)}
            rows.setdefault(told.name, []).append(_where(entry) | words)
    return joined(problem_rows(Problems[name], rows[name]) for name in sorted(rows))


def merged(entries: Sequence[Entry]) -> pd.DataFrame:
    """Take the numbers from entries that share merged cells, and tell of them (``PROBLEMS``).

    One number for several lines, or one label for several numbers: which is whose is not ours to guess.
    """
    by_sheet: dict[int, list[Entry]] = {}
    for entry in entries:
        by_sheet.setdefault(id(entry.asked.sheet), []).append(entry)
    shared = [*_numbers_of_several(by_sheet), *_labels_of_several(by_sheet)]
    for own, _ in shared:
        for entry in own:
            entry.value, entry.problem = None, Problems.MERGED_CELLS
    return problem_rows(Problems.MERGED_CELLS, [words for _, words in shared])


Shared = tuple[list[Entry], dict[str, str]]
"""Entries of which none can be read, and what is told of them."""


def _numbers_of_several(by_sheet: Mapping[int, Sequence[Entry]]) -> Iterator[Shared]:
    """Yield the entries that one number, merged downwards, stands for."""
    for entries in by_sheet.values():
        sheet, columns = entries[0].asked.sheet, {entry.asked.column for entry in entries}
        for cell in sheet.below():
            if cell.last_row > cell.row and cell.column in columns:
                rows, across = range(cell.row, cell.last_row + 1), range(cell.column, cell.last_column + 1)
                own = [entry for entry in entries if entry.asked.row in rows and entry.asked.column in across]
                if len(own) > 1:
                    cells = listed(entry.cell.cell for entry in own)
                    yield own, _where(own[0]) | {"cells": cells, "written": cell.text}


def _labels_of_several(by_sheet: Mapping[int, Sequence[Entry]]) -> Iterator[Shared]:
    """Yield the entries whose label, merged downwards, stands beside several numbers."""
    for entries in by_sheet.values():
        for entry in entries:
            asked = entry.asked
            filled = [
                cell
                for cell in (asked.sheet.below() if asked.last_row > asked.row else ())
                if cell.column == asked.column and asked.row < cell.row <= asked.last_row
            ]
            if filled:
                cells = listed([entry.cell.cell, *(cell.cell for cell in filled)])
                written = "; ".join(filter(None, [entry.cell.text, *(cell.text for cell in filled)]))
                yield [entry], _where(entry) | {"cells": cells, "written": written}


def _where(entry: Entry) -> dict[str, str]:
    asked = entry.asked
    return asked.sheet.words | {"line": asked.line, "field": asked.field, "cells": entry.cell.cell}


def notes_unread(entries: Sequence[Entry]) -> pd.DataFrame:
    """Tell of notes that show no words (``PROBLEMS``)."""
    broken: dict[tuple[str, ...], dict[str, str]] = {}
    for entry in entries:
        note = entry.note
        if note is not None and note.kind in (ERROR, FORMULA):
            words = _where(entry) | {"cells": note.cell, "written": note.text}
            broken.setdefault((*entry.asked.sheet.key, note.cell), words)
    return problem_rows(Problems.NOTE_ERROR, broken.values())


_BLANK_ZERO, _UNKNOWN = "blank-zero", "unknown"
"""What is found of a number by its format, in words like those of ``pipelines.steps.collect.asides``."""

_HIDING = {
    HIDDEN_SHEET: "trang ẩn",
    HIDDEN_ROW: "dòng ẩn",
    HIDDEN_COLUMN: "cột ẩn",
    COVERED: "ô bị ô gộp che",
    _BLANK_ZERO: "ô có định dạng không hiện số 0",
}

_ASIDES = (
    (Problems.HIDDEN_CELLS, tuple(_HIDING)),
    (Problems.LINKED_CELLS, (LINKED,)),
    (Problems.STALE_FORMULA, (STALE,)),
    (Problems.FORMAT_UNKNOWN, (_UNKNOWN,)),
    (Problems.COMMENTED, (COMMENTED,)),
)


def asides(entries: Sequence[Entry]) -> pd.DataFrame:
    """Tell, once per sheet, of answers that may not be what whoever looks at the page takes them for (``PROBLEMS``).

    They do not see them, or it is not known what they see; or the answers come from other files, or are out of date.
    """
    by_sheet: dict[tuple[str, ...], tuple[Sheet, list[tuple[Entry, list[str]]]]] = {}
    for entry in entries:
        noted = _noted(entry)
        if noted and entry.cell.text and entry.problem is not Problems.MERGED_CELLS:
            sheet = entry.asked.sheet
            by_sheet.setdefault((*sheet.key, sheet.form, sheet.reporter), (sheet, []))[1].append((entry, noted))
    parts = []
    for _, (sheet, own) in sorted(by_sheet.items(), key=lambda item: item[0]):
        for problem, words in _ASIDES:
            found = [(entry, noted) for entry, noted in own if not set(words).isdisjoint(noted)]
            if found:
                present = {word for _, noted in found for word in noted}
                hiding = [_HIDING[word] for word in words if word in present and word in _HIDING]
                formats = dict.fromkeys(f"«{entry.cell.format}»" for entry, noted in found if _UNKNOWN in noted)
                written = ", ".join(formats if problem is Problems.FORMAT_UNKNOWN else hiding)
                cells = listed(entry.cell.cell for entry, _ in found)
                parts.append(problem_rows(problem, [sheet.words | {"cells": cells, "written": written}]))
    return joined(parts)


def _noted(entry: Entry) -> list[str]:
    """Return what is to be noted of the cell of an answer."""
    noted = entry.cell.aside.split()
    if COMMENTED in noted and any(entry.cell.decided):
        noted.remove(COMMENTED)  # somebody looked
    if entry.cell.kind == NUMBER and entry.problem is None:
        if entry.cell.shown is None:
            noted.append(_UNKNOWN)
        elif not entry.cell.shown.strip():
            noted.append(_BLANK_ZERO)
    return noted
