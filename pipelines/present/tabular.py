"""A table as a file that somebody takes along: CSV for programs, an Excel workbook for people.

Belongs here: these two, of any columns and rows. Does not belong here: which (the pages), the annex
(``pipelines.present.report.excel``).
"""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal

import xlsxwriter

from pipelines.steps.numbers import plain
from schemas.harmless import in_csv

Cell = str | int | Decimal | None
"""A text, a number, or nothing."""

_WIDEST = 48


def as_csv(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a table as CSV in UTF-8 with the mark by which Excel knows it: numbers with a dot, texts made harmless."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([_said(one) for one in row] for row in rows)
    return buffer.getvalue().encode("utf-8-sig")


def _said(cell: Cell) -> str:
    if cell is None:
        return ""
    return plain(cell) if isinstance(cell, Decimal) else in_csv(str(cell))


def as_workbook(title: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a table as a workbook of one sheet: a title, headings that stay, numbers as numbers."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        sheet = book.add_worksheet()
        strong, wrapped = (
            book.add_format({"bold": True}),
            book.add_format({"bold": True, "text_wrap": True, "bottom": 1}),
        )
        sheet.write_string(0, 0, title, strong)
        for column, name in enumerate(head):
            sheet.write_string(2, column, name, wrapped)
        widths = [len(name) // 2 for name in head]
        for at, row in enumerate(rows, start=3):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(at, column, cell)
                elif cell is not None:
                    sheet.write_number(at, column, cell)
                widths[column] = max(widths[column], len(_said(cell)))
        for column, width in enumerate(widths):
            sheet.set_column(column, column, min(_WIDEST, width + 3))
        sheet.freeze_panes(3, 0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(2)
    return buffer.getvalue()
