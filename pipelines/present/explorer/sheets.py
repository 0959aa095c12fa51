"""Sheets drawn again from their cells: the excerpt an auditor compares with the workbook.

Belongs here: which rows and columns are drawn, where each page lies. Does not belong here: what a cell means for a
figure (``pipelines.present.explorer.pages``).
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from schemas.text import slug

Row = Mapping[str, Any]
SheetName = tuple[str, str]
"""File and sheet."""

_ADDRESS = re.compile(r"^([A-Z]{1,3})([1-9][0-9]{0,6})$")
_MOST_ROWS, _MOST_COLUMNS, _AROUND = 400, 40, 12
"""A sheet beyond these is not a form somebody filled in; of it only the surroundings of the cells used are drawn."""


@dataclass(frozen=True)
class Cell:
    """One drawn cell; without an address of its own in the workbook's text it is an empty one."""

    address: str
    text: str
    kind: str
    span: int
    """Columns its text runs over, as in a spreadsheet where the neighbours are empty."""


@dataclass(frozen=True)
class Line:
    """One drawn row, and whether rows above it were left out."""

    number: int
    gap: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Grid:
    """What is drawn of a sheet."""

    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    windowed: bool


def parse(address: str) -> tuple[int, int] | None:
    """Return row and column of an address, or nothing where it is none."""
    match = _ADDRESS.match(address)
    if match is None:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]), column


def letters(column: int) -> str:
    """Return a column's letters."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def draw(cells: Iterable[Row], wanted: Collection[str]) -> Grid:
    """Lay out the filled cells of a sheet, and the ones that are pointed at though they are empty.

    Args:
        cells: ``schemas.tables.CELLS`` of the sheet.
        wanted: Addresses that must be drawn.
    """
    filled = {(row["row"], row["column"]): row for row in cells}
    pointed = {position for address in wanted if (position := parse(address))}
    places = {*filled, *pointed}
    rows, row_window = _kept({row for row, _ in places}, {row for row, _ in pointed}, _MOST_ROWS)
    columns, column_window = _kept({column for _, column in places}, {column for _, column in pointed}, _MOST_COLUMNS)
    lines, before = [], 0
    for row in rows:
        lines.append(Line(row, row > before + 1, tuple(_cells(row, columns, filled))))
        before = row
    return Grid(tuple(letters(column) for column in columns), tuple(lines), row_window or column_window)


def _kept(used: set[int], pointed: set[int], most: int) -> tuple[list[int], bool]:
    """Return which rows or columns to draw: all up to the last, with small gaps filled, unless they are too many."""
    filled = {number for one in used for number in (one - 1, one) if number >= 1}
    if len(filled) <= most:
        return sorted(filled), False
    near = {number for number in filled if any(abs(number - one) <= _AROUND for one in pointed)}
    return sorted(near or sorted(filled))[:most], True


def _cells(row: int, columns: list[int], filled: Mapping[tuple[int, int], Row]) -> Iterable[Cell]:
    skip = 0
    for index, column in enumerate(columns):
        if skip:
            skip -= 1
            continue
        cell = filled.get((row, column))
        if cell is None:
            yield Cell(f"{letters(column)}{row}", "", "blank", 1)
            continue
        span = 1
        if index == 0 and cell["kind"] == "text":
            # Titles stand in the narrow first column and run over what is empty beside them.
            while index + span < len(columns) and (row, columns[index + span]) not in filled:
                span += 1
        skip = span - 1
        yield Cell(cell["cell"], cell["text"], cell["kind"], span)


def pages(names: Iterable[SheetName]) -> dict[SheetName, str]:
    """Return the file name of each sheet's page: readable, and no two alike."""
    given: dict[SheetName, str] = {}
    taken: set[str] = set()
    for file, sheet in sorted(set(names)):
        base = f"{slug(file.rpartition('.')[0] or file)[:40] or 'tep'}-{slug(sheet)[:40] or 'trang'}"
        name, number = base, 1
        while name in taken:
            number += 1
            name = f"{base}-{number}"
        taken.add(name)
        given[file, sheet] = f"sheets/{name}.html"
    return given
