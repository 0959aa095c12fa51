"""Lines: where on a sheet each field of its form is asked for, found by wording, never by row number.

Belongs here: forms that list one field per row, and forms with one line per row and one field per column. Does not
belong here: what stands in the cell (``pipelines.steps.collect.entries``).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

import pandas as pd

from pipelines.steps.collect.layout import LABEL_HEADING, LINE_HEADING, UNIT_HEADING, VALUE_HEADING, headings_of
from pipelines.steps.collect.sheets import Cell, Sheet
from pipelines.steps.problems import joined, problem_rows
from schemas.form import Form
from schemas.problems import Problems
from schemas.text import fold


@dataclass(frozen=True)
class Asked:
    """A field that a sheet asks for, and the cell its value belongs in.

    Attributes:
        sheet: The sheet.
        field: Name of the field.
        row: Row of the cell.
        column: Column of the cell.
        last_row: How far down the field's label reaches.
        unit: The unit printed beside it; empty where the heading of the column has it.
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
    found = [line for sheet in sheets if sheet.form in listed for line in listed_in(sheet, listed[sheet.form], met)]
    parts = [_told(met, Problems.LABEL_MISSING, Problems.LABEL_REPEATED)]
    for form in (form for form in forms if form.line_title):
        met = {}
        found += [line for sheet in sheets if sheet.form == form.code for line in _tabled(sheet, form, met)]
        parts.append(_told(met, *_OF_TABLES))
    return found, joined(parts)


_OF_TABLES = (
    Problems.LABEL_MISSING,
    Problems.LABEL_REPEATED,
    Problems.LINE_REPEATED,
    Problems.LINE_WITHOUT_CODE,
    Problems.LINE_MISSING,
    Problems.LINE_UNKNOWN,
    Problems.LINE_RENAMED,
    Problems.NOT_OF_LINE,
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
    units, value_at = sheet.column(UNIT_HEADING), sheet.columns.get(VALUE_HEADING, 0)
    return [
        Asked(sheet, name, label.row, value_at, label.last_row, units[label.row].text if label.row in units else "")
        for name, (label, *others) in labels.items()
        if not others
    ]


def _look_over(sheet: Sheet, form: type[Form], labels: Mapping[str, Sequence[Cell]], met: Met) -> None:
    """Tell of the fields of a form that have no label on a sheet, and of those that have several."""
    missing = [sheet.words | {"field": name} for name in form.fields() if name not in labels]
    _meet(met, Problems.LABEL_MISSING, missing)
    repeated = [
        sheet.words | {"field": name, "cells": ";".join(cell.cell for cell in cells)}
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


def columns_of(sheet: Sheet, form: type[Form], met: Met) -> Columns:
    """Return the columns of a sheet with lines; of fields without one clear heading, a problem."""
    names = _column_headings(form)
    heads = [cell for cell in sheet.cells if cell.row == sheet.header]
    columns: dict[str, list[Cell]] = {}
    for head in heads:
        if head.folded in names:
            columns.setdefault(names[head.folded], []).append(head)
    _look_over(sheet, form, columns, met)
    return Columns(
        {name: cells[0].column for name, cells in columns.items() if len(cells) == 1},
        next((head.column for head in heads if head.folded == fold(form.line_title)), 0),
        sheet.columns.get(LINE_HEADING, 0),
    )


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
    times = Counter(cell.text.strip() for cell in codes)
    twice = [cell for cell in codes if times[cell.text.strip()] > 1]
    repeated = [sheet.words | {"cells": cell.cell, "written": cell.text.strip()} for cell in twice]
    _meet(met, Problems.LINE_REPEATED, repeated)
    if form.fixed:
        codes = _printed(sheet, form, codes, names, met)
    asked = [
        Asked(sheet, name, code.row, column, code.row, "", code.text.strip(), line_names.get(code.row, ""))
        for code in codes
        if code not in twice
        for name, column in field_at.items()
    ]
    return _of_lines(asked, form, {(cell.row, cell.column): cell for cell in below}, met) if form.fixed else asked


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
