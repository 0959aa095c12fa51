"""Workbooks to cells: the only step that opens a spreadsheet.

Belongs here: every filled cell with its address and text, as written. Does not belong here: what the cells mean.
"""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

import openpyxl
import pandas as pd
from openpyxl.utils import get_column_letter
from python_calamine import CalamineWorkbook

from pipelines.steps.collect import other_formats, package
from pipelines.steps.collect.raw_file import RawFile

CELL_COLUMNS = (
    "period",
    "commune",
    "file",
    "sha256",
    "sheet",
    "row",
    "column",
    "cell",
    "kind",
    "text",
    "aside",
)
"""One row per filled cell. ``kind``: number, text, date, boolean; formula or error where the cell shows no value;
picture for a sheet that holds nothing else. ``aside``: what a reader of the page does not see, in the words of
``pipelines.steps.collect.package``."""

FILE_COLUMNS = ("period", "commune", "file", "sha256", "problem", "detail")
"""One row per file of a return set; ``problem`` names an entry of ``schemas.problems`` or is empty."""

_LARGEST_SHEET = 256 * 2**20
"""Unpacked bytes beyond which a workbook is refused: no return is that large, a zip bomb is."""


FORMATS = (".xlsx", other_formats.ODS, other_formats.CSV)
"""Files that are read, by the end of their names."""


def read(files: Iterable[RawFile]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read workbooks.

    Returns:
        The files (``FILE_COLUMNS``) and the cells (``CELL_COLUMNS``). A workbook that cannot be opened has a row in the
        first with the problem, and none in the second; it stops nothing else.
    """
    seen: list[tuple[str, ...]] = []
    cells: list[tuple[Any, ...]] = []
    for file in files:
        key = (file.period, file.commune, file.name, file.sha256)
        problem, detail = "", ""
        if file.name.endswith("/"):
            problem, detail = "IN_SUBFOLDER", package.listed(file.content.decode().splitlines())
        elif file.suffix not in FORMATS:
            problem, detail = "UNSUPPORTED_FILE", package.kind_named(file.name)
        else:
            try:
                cells.extend((*key, *cell) for cell in list(_cells(file)))
            except other_formats.FormatError as reason:
                problem, detail = "UNREADABLE_FILE", str(reason)
            except Exception as reason:
                problem, detail = "UNREADABLE_FILE", package.unreadable(file.content, reason)
        seen.append((*key, problem, detail))
    return (
        pd.DataFrame(seen, columns=list(FILE_COLUMNS), dtype=pd.StringDtype()),
        pd.DataFrame(cells, columns=list(CELL_COLUMNS)).astype(_CELL_TYPES),
    )


_CELL_TYPES: dict[str, Any] = {
    name: "int64" if name in ("row", "column") else pd.StringDtype() for name in CELL_COLUMNS
}


def _cells(file: RawFile) -> Iterator[tuple[str, int, int, str, str, str, str]]:
    """Yield sheet, row, column, address, kind, text and aside of every filled cell; rows and columns count from 1."""
    if file.suffix == other_formats.CSV:
        sheet = file.name[: -len(other_formats.CSV)]  # as spreadsheet programs call it
        for r, c, text in other_formats.delimited(file.content):
            yield sheet, r, c, address(r, c), "text", text, ""
        return
    workbook, sheets = _opened(file)
    for sheet, (aside, unread) in sheets.items():
        filled = bool(unread)
        for r, values in enumerate(workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False), start=1):
            for c, value in enumerate(values, start=1):
                if value != "":
                    kind, text = _said(value)
                    filled = True
                    yield sheet, r, c, address(r, c), kind, text, aside.at(r, c, address(r, c))
        for (r, c), (kind, text) in unread.items():
            yield sheet, r, c, address(r, c), kind, text, aside.at(r, c, address(r, c))
        if aside.drawn and not filled:
            yield sheet, 1, 1, address(1, 1), package.PICTURE, "", ""


def _opened(file: RawFile) -> tuple[CalamineWorkbook, dict[str, tuple[package.Aside, other_formats.Gaps]]]:
    """Return a workbook for its values; and by sheet what is to be noted of it, and what the values do not show."""
    if file.suffix == other_formats.ODS or other_formats.is_ods(file.content):
        return other_formats.ods(file.content, most=_LARGEST_SHEET)
    has_gaps = _inspect(file.content)
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(file.content))
    gaps = _cells_without_value(file.content) if has_gaps else {}
    asides = package.asides(file.content, workbook)
    return workbook, {sheet: (aside, gaps.get(sheet, {})) for sheet, aside in asides.items()}


def address(row: int, column: int) -> str:
    """Return the spreadsheet address of a cell, such as D11."""
    return f"{get_column_letter(column)}{row}"


def _said(value: Any) -> tuple[str, str]:
    match value:
        case str():
            return "text", value
        case bool():
            return "boolean", "TRUE" if value else "FALSE"
        case int() | float():
            return "number", format(value, ".15g") if abs(value) < 10**15 else str(int(value))
        case dt.date() | dt.time() | dt.timedelta():
            return "date", str(value)
        case _:
            return "text", str(value)


def _inspect(content: bytes) -> bool:
    """Return whether any sheet has error cells, or formulas without a result, which the fast reader shows as empty.

    Raises:
        ValueError: The workbook unpacks to more than any return could hold.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as zipped:
        if sum(part.file_size for part in zipped.infolist()) > _LARGEST_SHEET:
            raise ValueError("tệp giải nén ra quá lớn")
        sheets = [part for part in zipped.namelist() if part.startswith("xl/worksheets/") and part.endswith(".xml")]
        return any(_has_gaps(zipped.read(part)) for part in sheets)


_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_ERROR = re.compile(rb"\st=[\"']e[\"']")
_END_OF_CELL = re.compile(rb"</(?:\w+:)?c>")
_TEXT_RESULT = re.compile(rb"\st=[\"']str[\"']")
_RESULT = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>[^<]")


def _has_gaps(sheet: bytes) -> bool:
    """Return whether the XML of a sheet has an error cell, or a formula whose result was not kept.

    Forms come with formulas, so that a formula alone must not send a workbook the slow way. A result that is a text
    may be empty.
    """
    if _ERROR.search(sheet):
        return True
    for cell in _END_OF_CELL.split(sheet) if _FORMULA.search(sheet) else ():
        formula = _FORMULA.search(cell)
        if formula is None:
            continue
        tag = cell[cell.rfind(b"<", 0, formula.start()) : formula.start()]
        if not _RESULT.search(cell, formula.end()) and not _TEXT_RESULT.search(tag):
            return True
    return False


_EMPTY_TEXT = "str"
"""What openpyxl leaves as the type of a formula whose result is an empty text."""


def _cells_without_value(content: bytes) -> dict[str, dict[tuple[int, int], tuple[str, str]]]:
    """Return, per sheet, the formula cells without a cached result and the error cells, as openpyxl sees them."""
    written = openpyxl.load_workbook(io.BytesIO(content))
    cached = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    found: dict[str, dict[tuple[int, int], tuple[str, str]]] = {}
    for sheet in written.worksheets:
        values = cached[sheet.title]
        cells = found.setdefault(sheet.title, {})
        for row in sheet.iter_rows():
            for cell in row:
                shown = values.cell(cell.row, cell.column)
                if shown.data_type == "e":
                    cells[cell.row, cell.column] = ("error", str(shown.value))
                elif cell.data_type == "f" and shown.value is None and shown.data_type != _EMPTY_TEXT:
                    cells[cell.row, cell.column] = ("formula", str(cell.value))
    return found
