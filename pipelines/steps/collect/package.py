"""What a workbook's file says beside its values: what kind of file it really is, what is hidden, merged, linked, drawn.

Belongs here: looking into the bytes of a file, and the words for what is found. Does not belong here: the values
(``pipelines.steps.collect.read``), and what follows from a cell that is hidden or merged
(``pipelines.steps.collect.locate``).

Looked up in the XML as bytes: the fast reader does not tell these things, and the thorough one takes seconds.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree

from openpyxl.utils import column_index_from_string, get_column_letter
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

HIDDEN_ROW, HIDDEN_COLUMN, HIDDEN_SHEET, LINKED, MERGED = (
    "hidden-row",
    "hidden-column",
    "hidden-sheet",
    "linked",
    "merged",
)
"""What is noted of a cell. ``linked``: its value comes from another file; ``merged`` is followed by its range."""

PICTURE = "picture"
"""Kind of the one cell that stands for a sheet with pictures or comments and nothing else."""

MOST_CELLS = 2_000_000
"""Rows times columns that the values of one sheet may span; the reader lays out every cell between them."""


class ScatteredError(ValueError):
    """A sheet has values so far apart that laying it out would take more memory than any return is worth."""


@dataclass(frozen=True)
class Aside:
    """What is to be noted of one sheet."""

    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: Mapping[tuple[int, int], str] = field(default_factory=dict)
    """Ranges by their first cell."""
    linked: frozenset[str] = frozenset()
    drawn: bool = False

    def at(self, row: int, column: int, address: str) -> str:
        """Return what is noted of a cell, words with spaces between; empty for a plain cell."""
        said = [
            *([HIDDEN_SHEET] if self.hidden else ()),
            *([HIDDEN_ROW] if row in self.hidden_rows else ()),
            *([HIDDEN_COLUMN] if column in self.hidden_columns else ()),
            *([LINKED] if address in self.linked else ()),
            *([f"{MERGED}={self.merged[row, column]}"] if (row, column) in self.merged else ()),
        ]
        return " ".join(said)


def unreadable(content: bytes, error: Exception) -> str:
    """Return in Vietnamese why a file did not open and what to do about it; what is not known as it came."""
    start = content[:64].lstrip().lower()
    if not content.strip(b"\x00"):
        return f"tệp rỗng, {_CUT_SHORT}"
    if content.startswith(_COMPOUND):
        if _ENCRYPTED in content:
            return "tệp đặt mật khẩu; mở bằng Excel, bỏ mật khẩu rồi lưu lại"
        return "đây là tệp Office kiểu cũ (.xls) được đổi đuôi; mở bằng Excel, lưu thành .xlsx"
    for kind, opening in _KINDS.items():
        if start.startswith(opening):
            return f"đây là {kind}, không phải sổ tính; đề nghị đơn vị gửi sổ tính"
    if not content.startswith(b"PK"):
        return "đây không phải sổ tính; mở lại bằng Excel, lưu thành .xlsx"
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            if not any(name.startswith("xl/") for name in package.namelist()):
                return "bên trong không có sổ tính; mở lại bằng Excel, lưu thành .xlsx"
            if isinstance(error, ValueError):  # a workbook too large to unpack, which we ourselves refuse
                return str(error)
            if package.testzip() is None:
                return "tệp hỏng; mở lại bằng Excel, lưu thành .xlsx"
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError):
        pass
    return f"tệp hỏng, {_CUT_SHORT}"


_CUT_SHORT = "có lẽ chép hoặc tải về chưa xong; đề nghị đơn vị gửi lại"
_COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
"""How files of Office 97 to 2003 begin, and today's once a password encrypts them."""
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

_KINDS = {
    "tệp PDF": b"%pdf",
    "trang web (HTML)": b"<!doctype html",
    "trang web": b"<html",
    "tệp nén RAR": b"rar!",
    "tệp ảnh PNG": b"\x89png",
    "tệp ảnh JPEG": b"\xff\xd8\xff",
}


def kind_named(name: str) -> str:
    """Return in Vietnamese what kind of file a name promises."""
    _, dot, suffix = name.rpartition(".")
    known = _SUFFIXES.get(suffix.casefold(), "không phải sổ tính")
    return f"{known} (.{suffix})" if dot else f"{known} (không có đuôi)"


_SUFFIXES = {
    "xls": "sổ tính Excel kiểu cũ",
    "xlsm": "sổ tính có macro",
    "xlsb": "sổ tính dạng nhị phân",
    "doc": "văn bản Word",
    "docx": "văn bản Word",
    "pdf": "tệp PDF",
    "zip": "tệp nén",
    "rar": "tệp nén",
    "jpg": "ảnh",
    "jpeg": "ảnh",
    "png": "ảnh",
}

_NAMED = 3


def listed(names: Sequence[str]) -> str:
    """Return how many files a folder holds, and which: the first of them."""
    more = ", ..." if len(names) > _NAMED else ""
    return f"{len(names)} tệp ({', '.join(names[:_NAMED])}{more})"


def asides(content: bytes, workbook: CalamineWorkbook) -> dict[str, Aside]:
    """Return what is to be noted of every sheet of cells in an .xlsx; other sheets, such as charts, are left out.

    Raises:
        ScatteredError: The values of a sheet span more cells than any return has.
    """
    visible = {
        sheet.name: sheet.visible is SheetVisibleEnum.Visible
        for sheet in workbook.sheets_metadata
        if sheet.typ is SheetTypeEnum.WorkSheet
    }
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = _parts(package)
        data = {name: package.read(part) for name, part in parts.items() if name in visible}
        # The others too: whatever the fast reader may lay out is looked at first, for it ends the process.
        unnamed = {part for part in package.namelist() if _is_sheet(part)} - set(parts.values())
        data |= {part: package.read(part) for part in unnamed}
    for name, sheet in data.items():
        _refuse_scattered(name, sheet)
    return {name: _aside(data.get(name, b""), visible[name], workbook, name) for name in visible}


def _aside(data: bytes, visible: bool, workbook: CalamineWorkbook, name: str) -> Aside:
    merged = {}
    if b"mergeCell" in data:
        for (top, left), (bottom, right) in workbook.get_sheet_by_name(name).merged_cell_ranges or ():
            first, last = (
                f"{get_column_letter(column + 1)}{row + 1}" for row, column in ((top, left), (bottom, right))
            )
            merged[top + 1, left + 1] = f"{first}:{last}"
    rows = (_attribute(tag, b"r") for tag in _hidden(_ROW, data))
    columns = (range(_attribute(tag, b"min"), _attribute(tag, b"max") + 1) for tag in _hidden(_COLUMN, data))
    return Aside(
        hidden=not visible,
        hidden_rows=frozenset(rows),
        hidden_columns=frozenset(column for span in columns for column in span),
        merged=merged,
        linked=frozenset(_linked(data)) if b"[" in data else frozenset(),
        drawn=any(tag in data for tag in (b"<drawing", b"<legacyDrawing", b"<picture")),
    )


_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*>")
_COLUMN = re.compile(rb"<(?:\w+:)?col\b[^>]*>")
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_FILLED = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*(?<!/)>\s*<(?:\w+:)?(?:v|is|f)\b')
_FORMULA = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]+\d+)"[^>]*>\s*<(?:\w+:)?f\b([^>]*?)(?:/>|>([^<]*)<)')
_SHARED = re.compile(rb'\bsi="(\d+)"')
_OTHER_FILE = re.compile(rb"(?<![\w\]])\[(?:\d+|[^\[\]]*\.(?:xls\w?|ods|csv))\]", re.IGNORECASE)


def _hidden(tags: re.Pattern[bytes], data: bytes) -> Iterator[bytes]:
    if b"hidden=" in data:
        yield from (tag[0] for tag in tags.finditer(data) if _HIDDEN.search(tag[0]))


def _attribute(tag: bytes, name: bytes) -> int:
    found = re.search(rb"\b" + name + rb'="(\d+)"', tag)
    return int(found[1]) if found else 0


def _linked(data: bytes) -> Iterator[str]:
    """Yield the cells whose formula looks into another file; what shares a formula is found by the formula's number."""
    shared: set[bytes] = set()
    for cell, attributes, formula in _FORMULA.findall(data):
        number = _SHARED.search(attributes)
        if _OTHER_FILE.search(formula):
            shared |= {number[1]} if number else set()
        elif number is None or formula or number[1] not in shared:
            continue
        yield cell.decode()


def _refuse_scattered(name: str, data: bytes) -> None:
    columns: set[bytes] = set()
    farthest = 0
    for column, row in _FILLED.findall(data):
        columns.add(column)
        farthest = max(farthest, int(row))
    widest = max((column_index_from_string(column.decode()) for column in columns), default=0)
    if farthest * widest > MOST_CELLS:
        raise ScatteredError(
            f"trang «{name}» có nội dung nằm rất xa bảng, tới cột {get_column_letter(widest)} hoặc dòng {farthest}: "
            "xóa các ô đó"
        )


def _is_sheet(part: str) -> bool:
    return part.startswith("xl/worksheets/") and part.endswith(".xml")


def _parts(package: zipfile.ZipFile) -> dict[str, str]:
    """Return the part of the package that holds each sheet."""
    names = set(package.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return {}
    targets = {
        one.get("Id"): one.get("Target", "").removeprefix("/xl/")
        for one in ElementTree.fromstring(package.read("xl/_rels/workbook.xml.rels"))
    }
    found = {}
    for sheet in ElementTree.fromstring(package.read("xl/workbook.xml")).iter():
        if sheet.tag.endswith("}sheet"):
            number = next((value for name, value in sheet.attrib.items() if name.endswith("}id")), "")
            part = f"xl/{targets.get(number, '')}"
            if part in names:
                found[sheet.get("name", "")] = part
    return found
