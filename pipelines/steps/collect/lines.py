"""Lines: where on a sheet each field of its form is asked for, found by wording, never by row number.

Belongs here: forms that list one field per row, and forms with one line per row and one field per column. Does not
belong here: what stands in the cell (``pipelines.steps.collect.entries``).
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

import pandas as pd

from pipelines.steps.collect.headings import LABEL_HEADING, LINE_HEADING, UNIT_HEADING, VALUE_HEADING, headings_of
from pipelines.steps.collect.sheets import Cell, Sheet, holds_number
from pipelines.steps.collect.unit_notes import Notes, amount
from pipelines.steps.problems import joined, problem_rows
from schemas.addresses import address
from schemas.form import Form
from schemas.listed import listed
from schemas.problems import Problems
from schemas.text import fold, slug, visible


@dataclass(frozen=True)
class Asked:
    """A field that a sheet asks for, and the cell its value belongs in.

    Attributes:
        sheet: The sheet.
        field: Name of the field.
        row: Row of the cell.
        column: Column of the cell.
        last_row: How far down the field's label reaches.
        unit: The unit that the sheet says it is in, ``Unit.label`` where that is the form's; empty where it says none.
        line: Code of the line, in a form with many.
        line_name: Name of the line, as written.
    """

    sheet: Sheet
    field: str
    row: int
    column: int
    last_row: int
    unit: str = ""
    line: str = ""
    line_name: str = ""


Met = dict[Problems, list[dict[str, str]]]
"""Problem rows by kind."""


def asked_for(sheets: Sequence[Sheet], forms: Sequence[type[Form]]) -> tuple[list[Asked], pd.DataFrame]:
    """Return the fields that usable sheets ask for, and what is wrong with lines and labels (``PROBLEMS``)."""
    listed = {form.code: form for form in forms if not form.line_title}
    met: Met = {}
    found = []
    for sheet in (sheet for sheet in sheets if sheet.form in listed):
        own = listed_in(sheet, listed[sheet.form], met)
        _strange_rows(sheet, listed[sheet.form], met)
        _without_unit(sheet, listed[sheet.form], own, met)
        found += own
    parts = [_told(met, *_OF_LISTS)]
    for form in (form for form in forms if form.line_title):
        met = {}
        for sheet in (sheet for sheet in sheets if sheet.form == form.code):
            own = _tabled(sheet, form, met)
            _without_unit(sheet, form, own, met)
            found += own
        parts.append(_told(met, *_OF_TABLES))
    return found, joined(parts)


_OF_LISTS = (Problems.LABEL_MISSING, Problems.LABEL_REPEATED, Problems.ROW_UNKNOWN, Problems.UNIT_MISSING)

_OF_TABLES = (
    Problems.LABEL_MISSING,
    Problems.LABEL_REPEATED,
    Problems.LINE_REPEATED,
    Problems.LINE_OF_TOTALS,
    Problems.NOT_A_CODE,
    Problems.LINE_WITHOUT_CODE,
    Problems.LINE_MISSING,
    Problems.LINE_UNKNOWN,
    Problems.LINE_RENAMED,
    Problems.NOT_OF_LINE,
    Problems.UNIT_MISSING,
)


def _told(met: Met, *kinds: Problems) -> pd.DataFrame:
    return joined(problem_rows(kind, met.get(kind, [])) for kind in kinds)


def _meet(met: Met, kind: Problems, rows: Iterable[dict[str, str]]) -> None:
    met.setdefault(kind, []).extend(rows)


@cache
def _labels(form: type[Form]) -> dict[str, str]:
    """Return folded wording to field of a form that lists one field per row."""
    return {fold(label): name for name, item in form.fields().items() for label in item.labels}


@cache
def _column_headings(form: type[Form]) -> dict[str, str]:
    """Return folded column heading to field of a form with one field per column."""
    return {heading: name for name, item in form.fields().items() for heading in headings_of(item)}


def listed_in(sheet: Sheet, form: type[Form], met: Met) -> list[Asked]:
    """Return the fields that a sheet lists one per row; of those without one clear row, a problem."""
    names, label_at = _labels(form), sheet.columns.get(LABEL_HEADING, 0)
    labels: dict[str, list[Cell]] = {}
    for cell in sheet.below():
        # A label may be merged with the cells left and right of it.
        if cell.column <= label_at <= cell.last_column and cell.folded in names:
            labels.setdefault(names[cell.folded], []).append(cell)
    _look_over(sheet, form, labels, met)
    value_at, fields = sheet.columns.get(VALUE_HEADING, 0), form.fields()
    found = [(name, label) for name, (label, *others) in labels.items() if not others]
    units = {
        row: cell.text
        for cell in sorted(sheet.column(UNIT_HEADING).values(), key=lambda cell: cell.last_row - cell.row)
        for row in range(cell.row, cell.last_row + 1)
        if cell.row > sheet.header
    }
    notes = Notes.of(sheet, {label.row for cells in labels.values() for label in cells}, label_at)
    return [
        Asked(
            sheet,
            name,
            label.row,
            value_at,
            label.last_row,
            notes.unit_of(label.row, units.get(label.row, ""), fields[name].unit),
        )
        for name, label in found
    ]


_NUMBERS_A_ROW = re.compile(r"[\divxl]{0,4}|[a-zđ]")
"""What rows are numbered by, folded: «12», «VIII», «a)»."""


def _strange_rows(sheet: Sheet, form: type[Form], met: Met) -> None:
    """Tell of rows with a label that the form does not have, and a number beside it."""
    names, label_at, value_at = _labels(form), sheet.columns.get(LABEL_HEADING, 0), sheet.columns.get(VALUE_HEADING, 0)
    labels = [cell for cell in sheet.below() if cell.column <= label_at and not _NUMBERS_A_ROW.fullmatch(cell.folded)]
    labels.sort(key=lambda cell: cell.column)
    known = {row for cell in sheet.below() if cell.folded in names for row in range(cell.row, cell.last_row + 1)}
    strange = {row: cell for cell in labels for row in range(cell.row, cell.last_row + 1) if row not in known}
    rows = []
    for cell in sheet.below():
        if cell.column == value_at and cell.row in strange and holds_number(cell):
            label = strange[cell.row]
            near = get_close_matches(label.folded, names, n=1)
            meant = f"; gần giống «{form.fields()[names[near[0]]].label}»" if near else ""
            rows.append(sheet.words | {"cells": cell.cell, "written": label.text, "expected": meant})
    _meet(met, Problems.ROW_UNKNOWN, rows)


def _without_unit(sheet: Sheet, form: type[Form], asked: Sequence[Asked], met: Met) -> None:
    """Tell of the fields of which a sheet says no unit, where a form prints one."""
    lacking = [one for one in asked if not one.unit]
    if lacking:
        at = dict.fromkeys((sheet.header if form.line_title else one.row, one.column) for one in lacking)
        labels = dict.fromkeys(form.fields()[one.field].unit.label for one in lacking)
        words = {"cells": listed(address(*where) for where in at), "expected": ", ".join(labels)}
        _meet(met, Problems.UNIT_MISSING, [sheet.words | words])


def _look_over(sheet: Sheet, form: type[Form], labels: Mapping[str, Sequence[Cell]], met: Met) -> None:
    """Tell of the fields of a form that have no label on a sheet, and of those that have several."""
    missing = [sheet.words | {"field": name} for name in form.fields() if name not in labels]
    _meet(met, Problems.LABEL_MISSING, missing)
    repeated = [
        sheet.words | {"field": name, "cells": listed(cell.cell for cell in cells)}
        for name, cells in sorted(labels.items())
        if len(cells) > 1
    ]
    _meet(met, Problems.LABEL_REPEATED, repeated)


@dataclass(frozen=True)
class Columns:
    """Where a form with lines has what: the column of each field, of the codes of the lines and of their names."""

    fields: Mapping[str, int]
    names: int
    lines: int
    bare: Collection[str]
    """The fields whose heading says no unit."""
    units: Mapping[str, str]
    """The unit that the heading of a field says, where it is another than the form's."""


def columns_of(sheet: Sheet, form: type[Form], met: Met) -> Columns:
    """Return the columns of a sheet with lines; of fields without one clear heading, a problem."""
    names = _column_headings(form)
    heads = [cell for cell in sheet.cells if cell.row == sheet.header]
    columns: dict[str, list[Cell]] = {}
    for head in heads:
        if head.folded in names:
            columns.setdefault(names[head.folded], []).append(head)
    units: dict[str, str] = {}
    for head in heads if len(columns) < len(form.fields()) else ():
        name, unit = _in_other_unit(form, head.text)
        # Beside a column that is headed as the form has it, one in another unit is none of the form's.
        if name and (name in units or name not in columns):
            columns.setdefault(name, []).append(head)
            units[name] = unit
    _look_over(sheet, form, columns, met)
    return Columns(
        {name: cells[0].column for name, cells in columns.items() if len(cells) == 1},
        next((head.column for head in heads if head.folded == fold(form.line_title)), 0),
        sheet.columns.get(LINE_HEADING, 0),
        {name for name, cells in columns.items() if cells[0].folded in map(fold, form.fields()[name].labels)},
        units,
    )


def _in_other_unit(form: type[Form], heading: str) -> tuple[str, str]:
    """Return the field that a heading names with a unit in brackets, and that unit; nothing where it says none."""
    said = _WITH_UNIT.fullmatch(visible(heading))
    if said is None or amount(said[2]) is None:
        return "", ""
    return _labels(form).get(fold(said[1]), ""), said[2].strip()


_WITH_UNIT = re.compile(r"(.*\S)\s*\(([^()]+)\)\s*")


def _tabled(sheet: Sheet, form: type[Form], met: Met) -> list[Asked]:
    """Return the fields of every line of a sheet, each in the column whose heading names it, with its unit."""
    found = columns_of(sheet, form, met)
    field_at, name_at, line_at = found.fields, found.names, found.lines
    again = {  # the headings printed anew on a new page
        cell.row for cell in sheet.below() if cell.column == line_at and cell.folded == fold(LINE_HEADING)
    }
    below = [cell for cell in sheet.below() if cell.row not in again]
    codes = [cell for cell in below if cell.column == line_at]
    coded = {cell.row for cell in codes}
    first_of_row: dict[int, Cell] = {}
    for cell in below:
        if cell.column in field_at.values() and cell.row not in coded:
            first_of_row.setdefault(cell.row, cell)
    nameless = [sheet.words | {"cells": cell.cell, "written": cell.text} for cell in first_of_row.values()]
    _meet(met, Problems.LINE_WITHOUT_CODE, nameless)
    names = {cell.row: cell for cell in below if cell.column == name_at}
    line_names = {row: cell.text for row, cell in names.items()}
    if not form.fixed:
        codes = _of_own(sheet, codes, names, met)
    times = Counter(line_key(cell.text) for cell in codes)
    twice = [cell for cell in codes if times[line_key(cell.text)] > 1]
    repeated = [sheet.words | {"cells": cell.cell, "written": cell.text.strip()} for cell in twice]
    _meet(met, Problems.LINE_REPEATED, repeated)
    if form.fixed:
        codes = _printed(sheet, form, codes, names, met)
    notes = Notes.of(sheet, {code.row for code in codes}, name_at)
    units = {name: item.unit for name, item in form.fields().items()}
    usual = {name: "" if name in found.bare else unit.label for name, unit in units.items()}
    printed = {name: found.units.get(name, label) for name, label in usual.items()}
    asked = [
        Asked(
            sheet,
            name,
            code.row,
            column,
            code.row,
            notes.unit_of(code.row, printed[name], units[name]),
            code.text.strip(),
            line_names.get(code.row, ""),
        )
        for code in codes
        if code not in twice
        for name, column in field_at.items()
    ]
    return _of_lines(asked, form, {(cell.row, cell.column): cell for cell in below}, met) if form.fixed else asked


def line_key(code: str) -> str:
    """Return what tells the code of a line from the others: they name figures, of which capitals make no others."""
    return visible(code).casefold()


_CODE = re.compile(r"\w+(?:[.-]\w+)*")
_NAMES_OF_TOTALS = frozenset(
    map(fold, ("tổng", "cộng", "tổng cộng", "tổng số", "tổng toàn xã", "cộng toàn xã", "toàn xã", "total"))
)
_CODES_OF_TOTALS = frozenset({"tong", "cong", "tong_cong", "tong_so", "toan_xa", "total"})


def is_total(words: str) -> bool:
    """Return whether the name of a line, or its code, says that it is the total of the others."""
    return fold(words) in _NAMES_OF_TOTALS or words.casefold() in _CODES_OF_TOTALS


def names_a_line(code: str) -> bool:
    """Return whether a text can be the code of a line, and so name the figures of it."""
    return bool(_CODE.fullmatch(code)) and not is_total(code)


def _of_own(sheet: Sheet, codes: Sequence[Cell], names: Mapping[int, Cell], met: Met) -> list[Cell]:
    """Return the codes of lines that a reporter names; tell of those that are none, and of totals of the others."""
    kept = []
    for code in codes:
        said = code.text.strip()
        name = names.get(code.row)
        words = sheet.words | {"cells": code.cell, "written": said}
        if is_total(said) or (name is not None and is_total(name.text.strip())):
            _meet(met, Problems.LINE_OF_TOTALS, [words | {"written": name.text if name is not None else said}])
        elif not names_a_line(said):
            _meet(met, Problems.NOT_A_CODE, [words | {"expected": slug(said) or f"dong_{code.row}"}])
        else:
            kept.append(code)
    return kept


def _printed(sheet: Sheet, form: type[Form], codes: Sequence[Cell], names: Mapping[int, Cell], met: Met) -> list[Cell]:
    """Return the codes of lines that the form prints; tell of those that it does not, lack, or are called otherwise."""
    printed, known, renamed, strange = form.printed_lines(), [], [], []
    for code in codes:
        placed, name = printed.get(code.text.strip()), names.get(code.row)
        if placed is None:
            near = get_close_matches(code.text.strip(), printed, n=3) or list(printed)[:3]
            strange.append(
                sheet.words | {"cells": code.cell, "written": code.text.strip(), "expected": ", ".join(near)}
            )
        elif name is not None and name.folded != fold(placed.line.name):
            renamed.append(sheet.words | {"cells": name.cell, "written": name.text, "expected": placed.line.name})
        else:
            known.append(code)
    _meet(met, Problems.LINE_UNKNOWN, strange)
    _meet(met, Problems.LINE_RENAMED, renamed)
    there = {code.text.strip() for code in codes}
    lacking = [f"{code} «{placed.line.name}»" for code, placed in printed.items() if code not in there]
    _meet(met, Problems.LINE_MISSING, [sheet.words | {"written": words} for words in lacking])
    return known


_CROSSED_OUT = frozenset({"", fold("x"), fold("-")})


def _of_lines(asked: Sequence[Asked], form: type[Form], cells: Mapping[tuple[int, int], Cell], met: Met) -> list[Asked]:
    """Return what is asked of printed lines without what is not asked of some; tell where something stands there."""
    printed = form.printed_lines()
    kept = []
    for one in asked:
        cell = cells.get((one.row, one.column))
        if one.field not in printed[one.line].line.without:
            kept.append(one)
        elif cell is not None and cell.folded not in _CROSSED_OUT:
            words = one.sheet.words | {"field": one.field, "cells": cell.cell, "written": cell.text}
            _meet(met, Problems.NOT_OF_LINE, [words])
    return kept
