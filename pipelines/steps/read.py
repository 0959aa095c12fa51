"""Workbooks to cells: the only step that opens a spreadsheet.

Belongs here: every filled cell with its address and text, as written. Does not belong here: what the cells mean.
"""

import datetime as dt
import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import openpyxl
import pandas as pd
from openpyxl.utils import get_column_letter
from python_calamine import CalamineWorkbook

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
)
"""One row per filled cell. ``kind``: number, text, date, boolean; formula or error where the cell shows no value."""

FILE_COLUMNS = ("period", "commune", "file", "sha256", "problem", "detail")
"""One row per file of a return set; ``problem`` names an entry of ``schemas.problems`` or is empty."""

_LARGEST_SHEET = 256 * 2**20
"""Unpacked bytes beyond which a workbook is refused: no return is that large, a zip bomb is."""


@dataclass(frozen=True)
class RawFile:
    """One file of a return set, with its bytes."""

    period: str
    commune: str
    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        """The hash that names the file's content."""
        return hashlib.sha256(self.content).hexdigest()


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
        if not file.name.lower().endswith(".xlsx"):
            problem = "UNSUPPORTED_FILE"
        else:
            try:
                cells.extend((*key, *cell) for cell in list(_cells(file.content)))
            except Exception as reason:
                problem, detail = "UNREADABLE_FILE", str(reason).splitlines()[0][:200] if str(reason) else "tệp hỏng"
        seen.append((*key, problem, detail))
    return (
        pd.DataFrame(seen, columns=list(FILE_COLUMNS), dtype=pd.StringDtype()),
        pd.DataFrame(cells, columns=list(CELL_COLUMNS)).astype(_CELL_TYPES),
    )


_CELL_TYPES: dict[str, Any] = {
    name: "int64" if name in ("row", "column") else pd.StringDtype() for name in CELL_COLUMNS
}


def _cells(content: bytes) -> Iterator[tuple[str, int, int, str, str, str]]:
    """Yield sheet, row, column, address, kind and text of every filled cell, rows and columns counted from 1."""
    has_formulas = _inspect(content)
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    silent = _cells_without_value(content) if has_formulas else {}
    for sheet in workbook.sheet_names:
        unread = silent.get(sheet, {})
        for r, values in enumerate(workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False), start=1):
            for c, value in enumerate(values, start=1):
                if value != "":
                    kind, text = _said(value)
                    yield sheet, r, c, address(r, c), kind, text
        for (r, c), (kind, text) in unread.items():
            yield sheet, r, c, address(r, c), kind, text


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
    """Return whether any sheet has formulas or error cells, which the fast reader shows as empty.

    Raises:
        ValueError: The workbook unpacks to more than any return could hold.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        if sum(part.file_size for part in package.infolist()) > _LARGEST_SHEET:
            raise ValueError("tệp giải nén ra quá lớn")
        sheets = [part for part in package.namelist() if part.startswith("xl/worksheets/") and part.endswith(".xml")]
        return any(b"<f" in data or b't="e"' in data for data in map(package.read, sheets))


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
                elif cell.data_type == "f" and shown.value is None:
                    cells[cell.row, cell.column] = ("formula", str(cell.value))
    return found
