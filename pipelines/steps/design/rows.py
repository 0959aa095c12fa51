"""Cells of design workbooks to rows: under which heading each cell stands, and what a person sees in it.

Belongs here: finding headings, refusing what cannot be seen or placed. Does not belong here: what a row means
(``pipelines.steps.design.build``).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import pyarrow as pa

from pipelines.steps.collect import asides, cells
from pipelines.steps.numbers import STROKE
from schemas.addresses import address
from schemas.design.faults import FaultKind, Faults
from schemas.design.sheets import HELP, LISTS, NOTES, SHEETS, Sheet
from schemas.problem import Problem
from schemas.problems import Problems
from schemas.text import fold, slug, visible


@dataclass(frozen=True)
class Row:
    """One row of a sheet: the text under each heading that has one."""

    file: str
    sheet: Sheet
    number: int
    columns: Mapping[str, int]
    texts: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        """Return the text in a column; empty where there is none."""
        return self.texts.get(name, "")

    def at(self, name: str) -> str:
        """Return the address of the cell in a column."""
        return address(self.number, self.columns.get(name, 1))

    def place(self, name: str) -> str:
        """Return where a cell stands, in words."""
        return f"trang «{self.sheet.title}» ô {self.at(name)}, tệp {self.file}"


@dataclass(frozen=True)
class Fault:
    """One fault, and what its sentence says of it."""

    problem: Problem | FaultKind
    file: str
    sheet: str = ""
    cells: str = ""
    label: str = ""
    written: str = ""
    expected: str = ""

    @property
    def message(self) -> str:
        """The sentence."""
        return self.problem.message.format(**vars(self))


@dataclass
class Told:
    """The faults met so far."""

    faults: list[Fault] = field(default_factory=list)

    def tell(self, fault: Faults, row: Row, name: str, *, written: str | None = None, expected: str = "") -> None:
        """Note a fault of the cell in a column of a row."""
        what = row[name] if written is None else written
        heading = row.sheet.column(name).heading
        self.faults.append(Fault(fault.value, row.file, row.sheet.title, row.at(name), heading, what, expected))


_AGAIN = "Nhập lại ô này bằng chữ"
_APART = "Bỏ gộp ô rồi ghi lại ở từng dòng"

_UNSEEN = {
    asides.HIDDEN_ROW: ("ở dòng bị ẩn", "Bỏ ẩn dòng, hoặc xóa dòng nếu không dùng"),
    asides.HIDDEN_COLUMN: ("ở cột bị ẩn", "Bỏ ẩn cột, hoặc xóa cột nếu không dùng"),
    asides.HIDDEN_SHEET: ("ở trang bị ẩn", "Bỏ ẩn trang, hoặc xóa trang nếu không dùng"),
    asides.COVERED: ("bị ô gộp che", _APART),
    asides.MERGED: ("ở ô gộp", _APART),
    asides.LINKED: ("công thức lấy từ tệp khác", _AGAIN),
    asides.STALE: ("công thức chưa tính lại", _AGAIN),
}
"""By what is noted of a cell: how its text is not to be seen, and what to do."""

_STRUCK = ("chữ bị gạch ngang", "Bỏ gạch ngang, hoặc xóa dòng nếu không dùng")

_NO_TEXT = {
    cells.DATE: ("ngày tháng", _AGAIN),
    cells.BOOLEAN: ("đúng/sai", _AGAIN),
    cells.FORMULA: ("công thức", f"{_AGAIN}, không có dấu = đứng trước"),
    cells.ERROR: ("lỗi", f"{_AGAIN}, không có dấu = đứng trước"),
}
"""The same by the kind of a cell that holds no text."""

_BY_TITLE = {fold(sheet.title): sheet for sheet in SHEETS}
_NOT_READ = {fold(HELP), fold(LISTS)}

Cells = Sequence[Mapping[str, Any]]


def rows_of(files: pa.Table, read: pa.Table) -> tuple[Mapping[str, Sequence[Row]], list[Fault]]:
    """Return the rows of design workbooks by the name of the sheet, and what keeps cells from being in one.

    Args:
        files: ``schemas.tables.FILES``.
        read: ``schemas.tables.CELLS``.
    """
    told = [
        Fault(Problems[problem].value, file, written=why)
        for file, problem, why in zip(*(files[name].to_pylist() for name in ("file", "problem", "detail")), strict=True)
        if problem
    ]
    rows: dict[str, list[Row]] = defaultdict(list)
    titles: dict[str, set[str]] = {file: set() for file in files["file"].to_pylist()}
    for (file, title), group in groupby(read.to_pylist(), key=lambda cell: (cell["file"], cell["sheet"])):
        sheet = _BY_TITLE.get(fold(title))
        if sheet is not None:
            titles[file].add(sheet.name)
            rows[sheet.name] += _rows(file, sheet, list(group), told)
        elif fold(title) not in _NOT_READ:
            told.append(Fault(Faults.SHEET_UNKNOWN.value, file, title, expected=_what_to_do_with(title)))
    broken = {fault.file for fault in told if isinstance(fault.problem, Problem)}
    told += [
        Fault(Faults.NO_DESIGN.value, file, expected=SHEETS[0].title)
        for file, known in titles.items()
        if not known and file not in broken
    ]
    return rows, told


def _what_to_do_with(title: str) -> str:
    """Return what to do with a sheet that is none of a design's: one that is called nearly so may have been meant."""
    near = next((sheet.title for sheet in SHEETS if slug(title).startswith(slug(sheet.title))), "")
    return f"Nếu đây là trang «{near}» thì đổi lại tên. " if near else ""


def _rows(file: str, sheet: Sheet, found: Cells, told: list[Fault]) -> Iterable[Row]:
    in_order = sorted(found, key=lambda cell: (cell["row"], cell["column"]))
    by_row = {number: list(own) for number, own in groupby(in_order, key=lambda cell: cell["row"])}
    heading = _heading_row(sheet, by_row)
    columns: dict[int, str] = {}
    names = {fold(column.heading): column.name for column in sheet.columns}
    for cell in by_row.get(heading, ()):
        name = names.get(fold(_seen(cell)))
        if name is not None and name not in columns.values():
            columns[cell["column"]] = name
        elif fold(_seen(cell)) == fold(NOTES):
            columns[cell["column"]] = ""
        elif fold(_seen(cell)):
            told.append(Fault(Faults.HEADING_UNKNOWN.value, file, sheet.title, cell["cell"], written=_seen(cell)))
            columns[cell["column"]] = ""
    told += [
        Fault(Faults.NO_HEADINGS.value, file, sheet.title, expected=column.heading)
        for column in sheet.columns
        if column.required and column.name not in columns.values()
    ]
    at = {name: number for number, name in columns.items() if name}
    for number, own in by_row.items():
        if number > heading and (texts := _texts(file, sheet, columns, own, told)):
            yield Row(file, sheet, number, at, texts)


def _heading_row(sheet: Sheet, by_row: Mapping[int, Cells]) -> int:
    """Return the row with most of the headings; what stands above it is only to be looked at."""
    headings = {fold(column.heading) for column in sheet.columns}
    return max(by_row, key=lambda number: len(headings & {fold(_seen(cell)) for cell in by_row[number]}))


def _texts(file: str, sheet: Sheet, columns: dict[int, str], own: Cells, told: list[Fault]) -> dict[str, str]:
    """Return the texts of a row by column, and tell of what no text can be taken from."""
    texts = {}
    for cell in own:
        seen = _seen(cell)
        unseen = next((words for mark, words in _UNSEEN.items() if mark in cell["aside"]), None)
        unseen = unseen or (_STRUCK if STROKE in seen else None)
        name = columns.get(cell["column"])
        if not name:
            if name is None and seen:
                told.append(Fault(Faults.HEADING_UNKNOWN.value, file, sheet.title, cell["cell"], written=seen))
            continue
        if unseen or cell["kind"] in _NO_TEXT:
            what, task = unseen or _NO_TEXT[cell["kind"]]
            what = what if unseen else f"{what} ({cell['text']})"
            label = sheet.column(name).heading
            told.append(Fault(Faults.NOT_SEEN.value, file, sheet.title, cell["cell"], label, what, task))
        if seen:
            texts[name] = seen
    return texts


def _seen(cell: Mapping[str, Any]) -> str:
    """Return what a person sees; of a number whose format is not rendered, what is kept."""
    if cell["shown"] is not None:
        return visible(cell["shown"])
    return visible(cell["text"].replace(".", ",") if cell["kind"] == cells.NUMBER else cell["text"])
