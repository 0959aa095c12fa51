"""Addresses: of cells in a sheet, as a spreadsheet writes them, and of the pages and places of the site.

Belongs here: ``D13`` and its position, the file name of each sheet's page, the link to a cell or a trace. Does not
belong here: what stands there (``pipelines.present.explorer.sheets``, ``pages``).
"""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote

from schemas.text import slug

EXPLORER, INDEX = "explorer", "index.html"
"""The folder of all sites, and the start page of each."""

SheetName = tuple[str, str]
"""What a workbook is called, and its sheet."""

CellName = tuple[str, str, str]
"""What a workbook is called, its sheet, and a cell of it."""

_ADDRESS = re.compile(r"^([A-Z]{1,3})([1-9][0-9]{0,6})$")


def position(address: str) -> tuple[int, int] | None:
    """Return row and column of a cell's address, from 1; nothing where it is none."""
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


def sheet_pages(names: Iterable[SheetName]) -> dict[SheetName, str]:
    """Return the file name of each sheet's page: readable, and no two alike."""
    given: dict[SheetName, str] = {}
    taken: set[str] = set()
    for workbook, sheet in sorted(set(names)):
        base = f"{slug(workbook.rpartition('.')[0] or workbook)[:40] or 'tep'}-{slug(sheet)[:40] or 'trang'}"
        name, number = base, 1
        while name in taken:
            number += 1
            name = f"{base}-{number}"
        taken.add(name)
        given[workbook, sheet] = f"sheets/{name}.html"
    return given


def link(pages: Mapping[SheetName, str], workbook: str, sheet: str, cell: str) -> str:
    """Return where a cell is, from the top of the site; empty where its sheet has no page.

    Args:
        pages: The file name of each sheet's page.
        workbook: What the workbook is called.
        sheet: Its sheet.
        cell: The cell; what is no address leads to the top of the page.
    """
    page = pages.get((workbook, sheet), "")
    return f"{page}#{cell}" if page and position(cell) else page


def trace(chapter: str, figure: str) -> str:
    """Return where the trace of a figure is, from the top of the site."""
    return f"trace/{chapter}.html#{quote(figure)}"
