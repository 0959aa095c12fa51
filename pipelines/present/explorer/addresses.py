"""Addresses of the pages and places of the site.

Belongs here: the file name of each sheet's page, the link to a cell or a trace. Does not belong here: what stands there
(``pipelines.present.explorer.sheets``, ``pages``), addresses of cells (``schemas.addresses``).
"""

from collections.abc import Iterable, Mapping
from urllib.parse import quote

from schemas.addresses import position
from schemas.text import slug

EXPLORER, INDEX = "explorer", "index.html"
"""The folder of all sites, and the start page of each."""

SheetName = tuple[str, str]
"""What a workbook is called, and its sheet."""

CellName = tuple[str, str, str]
"""What a workbook is called, its sheet, and a cell of it."""


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
