"""Sheets drawn again from their cells: the excerpt an auditor compares with the workbook.

Belongs here: which rows and columns are drawn. Does not belong here: what a cell means for a figure
(``pipelines.present.explorer.pages``), where its page lies (``addresses``).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from pipelines.steps.numbers import as_seen
from schemas.addresses import letters, position

_MOST_ROWS, _MOST_COLUMNS, _AROUND = 400, 40, 12
"""A sheet beyond these is not a form somebody filled in; of it only the surroundings of the cells used are drawn."""


class FilledCell(NamedTuple):
    """One cell of a workbook that is not empty; rows and columns count from 1."""

    row: int
    column: int
    address: str
    kind: str
    text: str
    """What is seen in it."""

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """Return a row of ``schemas.tables.CELLS`` as it is seen."""
        text = row["shown"] or as_seen(row["kind"], row["text"])
        return cls(row["row"], row["column"], row["cell"], row["kind"], text)


@dataclass(frozen=True)
class DrawnCell:
    """One drawn cell; without an address of its own in the workbook's text it is an empty one."""

    address: str
    text: str
    kind: str
    span: int
    """Columns its text runs over, as in a spreadsheet where the neighbours are empty."""


@dataclass(frozen=True)
class DrawnRow:
    """One drawn row, and whether rows above it were left out."""

    number: int
    gap: bool
    cells: tuple[DrawnCell, ...]


@dataclass(frozen=True)
class DrawnSheet:
    """What is drawn of a sheet."""

    columns: tuple[str, ...]
    rows: tuple[DrawnRow, ...]
    windowed: bool
    """Whether only the surroundings of the cells used are drawn."""


def draw(cells: Iterable[FilledCell], wanted: Collection[str]) -> DrawnSheet:
    """Lay out the filled cells of a sheet, and the ones that are pointed at though they are empty.

    Args:
        cells: The filled cells of the sheet.
        wanted: Addresses that must be drawn.
    """
    filled = {(cell.row, cell.column): cell for cell in cells}
    pointed = {place for address in wanted if (place := position(address))}
    places = {*filled, *pointed}
    rows, row_window = _kept({row for row, _ in places}, {row for row, _ in pointed}, _MOST_ROWS)
    columns, column_window = _kept({column for _, column in places}, {column for _, column in pointed}, _MOST_COLUMNS)
    drawn, before = [], 0
    for row in rows:
        drawn.append(DrawnRow(row, row > before + 1, tuple(_cells(row, columns, filled))))
        before = row
    return DrawnSheet(tuple(letters(column) for column in columns), tuple(drawn), row_window or column_window)


def _kept(used: set[int], pointed: set[int], most: int) -> tuple[list[int], bool]:
    """Return which rows or columns to draw: all up to the last, with small gaps filled, unless they are too many."""
    filled = {number for one in used for number in (one - 1, one) if number >= 1}
    if len(filled) <= most:
        return sorted(filled), False
    near = {number for number in filled if any(abs(number - one) <= _AROUND for one in pointed)}
    return sorted(near or sorted(filled))[:most], True


def _cells(row: int, columns: list[int], filled: Mapping[tuple[int, int], FilledCell]) -> Iterable[DrawnCell]:
    skip = 0
    for index, column in enumerate(columns):
        if skip:
            skip -= 1
            continue
        cell = filled.get((row, column))
        if cell is None:
            yield DrawnCell(f"{letters(column)}{row}", "", "blank", 1)
            continue
        span = 1
        if index == 0 and cell.kind == "text":
            # Titles stand in the narrow first column and run over what is empty beside them.
            while index + span < len(columns) and (row, columns[index + span]) not in filled:
                span += 1
        skip = span - 1
        yield DrawnCell(cell.address, cell.text, cell.kind, span)
