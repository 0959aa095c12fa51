"""Returns in other formats than .xlsx: .ods of LibreOffice, and .csv, which holds one sheet.

Belongs here: what is particular to reading them. Does not belong here: what every sheet goes through
(``pipelines.steps.collect.read``), what the cells mean (``pipelines.steps.collect.locate``).

A .csv says neither its encoding nor its separator. What can only be guessed is refused, in words that say how to save
it again: a wrong guess makes other letters of a name, or two columns of one number.
"""

import codecs
import csv
import io
import statistics
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO
from xml.etree import ElementTree

from openpyxl.utils import get_column_letter
from python_calamine import CalamineWorkbook, SheetVisibleEnum

from pipelines.steps.collect.package import MOST_CELLS, Aside

ODS, CSV = ".ods", ".csv"

Gaps = dict[tuple[int, int], tuple[str, str]]
"""Cells that the fast reader shows as empty though they are not, with kind and text."""


class FormatError(ValueError):
    """A file that is not read; the message is the reason in Vietnamese and what to do about it."""


_MIME = b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"


def is_ods(content: bytes) -> bool:
    """Return whether bytes are an OpenDocument spreadsheet, whatever the file is called."""
    return content.startswith(b"PK") and _MIME in content[:128]


def ods(content: bytes, *, most: int) -> tuple[CalamineWorkbook, dict[str, tuple[Aside, Gaps]]]:
    """Open an .ods.

    Args:
        content: The file.
        most: Unpacked bytes beyond which it is refused.

    Returns:
        The workbook for its values; and by sheet what is to be noted of it, and what the values do not show.

    Raises:
        FormatError: It is no .ods, is too large, needs a password, or has values too far apart.
    """
    if not is_ods(content):
        raise FormatError("bên trong không phải sổ tính .ods; mở lại bằng LibreOffice hoặc Excel, lưu thành .xlsx")
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        if sum(part.file_size for part in package.infolist()) > most:
            raise FormatError("tệp giải nén ra quá lớn")
        if b"encryption-data" in package.read("META-INF/manifest.xml"):
            raise FormatError("tệp đặt mật khẩu; mở bằng LibreOffice, bỏ mật khẩu rồi lưu lại")
        # Before the reader of values sees it: a few bytes can say that a cell is repeated a million times.
        sheets = {sheet.name: sheet for sheet in _sheets(package.open("content.xml"))}
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    visible = {one.name: one.visible is SheetVisibleEnum.Visible for one in workbook.sheets_metadata}
    return workbook, {name: (sheets[name].aside(hidden=not visible[name]), sheets[name].gaps) for name in visible}


def _name(namespace: str, *locals_: str) -> tuple[str, ...]:
    return tuple(f"{{{namespace}}}{local}" for local in locals_)


_OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
_TABLE, _COLUMN, _ROW, _CELL, _COVERED, _TITLE, _HIDDEN, _FORMULA, _ROWS, _COLUMNS, _ROW_SPAN, _COLUMN_SPAN = _name(
    f"{_OASIS}table:1.0",
    *("table", "table-column", "table-row", "table-cell", "covered-table-cell", "name", "visibility", "formula"),
    *("number-rows-repeated", "number-columns-repeated", "number-rows-spanned", "number-columns-spanned"),
)
_TYPE, _STRING = _name(f"{_OASIS}office:1.0", "value-type", "string-value")
(_PARAGRAPH,) = _name(f"{_OASIS}text:1.0", "p")
(_SHOWN_TYPE,) = _name("urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0", "value-type")


@dataclass
class _Sheet:
    """One sheet of an .ods while its rows go by; rows and columns count from 1."""

    name: str
    rows: int = 0
    columns: int = 0
    widest: int = 0
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: dict[tuple[int, int], str] = field(default_factory=dict)
    linked: set[str] = field(default_factory=set)
    gaps: Gaps = field(default_factory=dict)

    def aside(self, *, hidden: bool) -> Aside:
        return Aside(
            hidden=hidden,
            hidden_rows=frozenset(self.hidden_rows),
            hidden_columns=frozenset(self.hidden_columns),
            merged=self.merged,
            linked=frozenset(self.linked),
        )

    def add_column(self, element: ElementTree.Element) -> None:
        times = int(element.get(_COLUMNS, "1"))
        if element.get(_HIDDEN, "visible") != "visible":
            self.hidden_columns |= set(range(self.columns + 1, self.columns + min(times, _FARTHEST) + 1))
        self.columns += times

    def add_row(self, element: ElementTree.Element) -> None:
        """Note what is to be noted of a row, which may stand for many.

        Raises:
            FormatError: The sheet has values too far apart.
        """
        first, times = self.rows + 1, int(element.get(_ROWS, "1"))
        self.rows += times
        column, filled = 1, False
        for cell in element:
            if cell.tag not in (_CELL, _COVERED):
                continue
            repeated = int(cell.get(_COLUMNS, "1"))
            if cell.get(_TYPE) or cell.get(_FORMULA):
                filled, self.widest = True, max(self.widest, column + repeated - 1)
                self._refuse_scattered()
                self._note(cell, range(first, first + times), range(column, column + repeated))
            column += repeated
        if filled and element.get(_HIDDEN, "visible") != "visible":
            self.hidden_rows |= set(range(first, first + times))

    def _refuse_scattered(self) -> None:
        if self.rows * self.widest > MOST_CELLS:
            raise FormatError(
                f"trang «{self.name}» có nội dung nằm rất xa bảng, tới cột {get_column_letter(self.widest)} "
                f"hoặc dòng {self.rows}: xóa các ô đó"
            )

    def _note(self, cell: ElementTree.Element, rows: range, columns: range) -> None:
        down, right = int(cell.get(_ROW_SPAN, "1")), int(cell.get(_COLUMN_SPAN, "1"))
        formula, gap = cell.get(_FORMULA, ""), _gap(cell)
        for place in ((row, column) for row in rows for column in columns):
            if gap:
                self.gaps[place] = gap
            if "'file:" in formula:
                self.linked.add(_address(*place))
            if (down, right) != (1, 1):
                self.merged[place] = f"{_address(*place)}:{_address(place[0] + down - 1, place[1] + right - 1)}"


_FARTHEST = 2**14
"""The last column of a sheet."""


def _gap(cell: ElementTree.Element) -> tuple[str, str] | None:
    """Return what a cell is that the reader of values shows as empty: an error, or a formula without a result."""
    texts = ["".join(one.itertext()) for one in cell.findall(_PARAGRAPH)]
    shown = " ".join(texts).strip()
    if cell.get(_SHOWN_TYPE) == "error" or (shown and cell.get(_STRING) == ""):
        return "error", shown
    if cell.get(_FORMULA) and not cell.get(_TYPE) and not texts:
        return "formula", cell.get(_FORMULA, "").removeprefix("of:")
    return None


def _sheets(content: IO[bytes]) -> Iterator[_Sheet]:
    sheet: _Sheet | None = None
    for event, element in ElementTree.iterparse(content, ("start", "end")):
        if event == "start":
            if element.tag == _TABLE and sheet is None:
                sheet = _Sheet(element.get(_TITLE, ""))
            continue
        # What lies outside the sheets, such as cells that were deleted, is none of theirs.
        if sheet is not None and element.tag == _COLUMN:
            sheet.add_column(element)
        elif sheet is not None and element.tag == _ROW:
            sheet.add_row(element)
            element.clear()
        elif sheet is not None and element.tag == _TABLE and element.get(_TITLE, "") == sheet.name:
            yield sheet
            sheet = None


def _address(row: int, column: int) -> str:
    return f"{get_column_letter(column)}{row}"


_SEPARATORS = ";,\t"
_FEWEST_COLUMNS = 3
"""A form has at least a label, a unit and a value in most of its rows."""


def delimited(content: bytes) -> Iterator[tuple[int, int, str]]:
    """Yield row, column and text of every filled cell of a .csv; all of them are text, for it says no more.

    Raises:
        FormatError: The encoding or the separator is not clear, or a quotation mark is left open.
    """
    text = _decoded(content)
    for r, values in enumerate(_rows(text, _separator(text)), start=1):
        for c, value in enumerate(values, start=1):
            if value:
                yield r, c, value


_EMPTY = codecs.BOM_UTF8 + codecs.BOM_UTF16_LE + b"\0"
"""Bytes that a file without a word may consist of."""


def _decoded(content: bytes) -> str:
    """Return the text of UTF-8, or of UTF-16 where a byte order mark says so, as Excel saves «Unicode Text»."""
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if marked else "utf-8-sig")
    except UnicodeDecodeError:
        text = ""
    if not content.strip(_EMPTY):
        raise FormatError("tệp rỗng; đề nghị đơn vị gửi lại")
    if not text or "\0" in text:
        raise FormatError("không phải bảng mã UTF-8; mở lại bằng Excel, lưu thành .xlsx")
    return text


def _separator(text: str) -> str:
    """Return the one character that makes columns of most rows.

    Not by ``csv.Sniffer``: it takes the first that occurs regularly, and in these forms commas do, in labels and
    numbers.
    """
    fitting = []
    for separator in _SEPARATORS:
        widths = [len(row) for row in _rows(text, separator) if any(row)]
        if widths and statistics.median(widths) >= _FEWEST_COLUMNS:
            fitting.append(separator)
    if len(fitting) != 1:
        raise FormatError(
            "không rõ các cột cách nhau bằng dấu chấm phẩy, dấu phẩy hay tab, hoặc thừa thiếu một dấu nháy kép; "
            "mở lại bằng Excel, lưu thành .xlsx"
        )
    return fitting[0]


def _rows(text: str, separator: str) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error:
        return []
