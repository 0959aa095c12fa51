"""Marked copies: a reporter's workbook with the doubtful cells coloured and the findings as comments, to send back.

Belongs here: which cells of a copy are marked and how. Does not belong here: what a finding says
(``pipelines.steps.validate.check``); any change to the workbook that was received, which stays as it is.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from pipelines.store.archive import WORKBOOK
from pipelines.store.files import write_whole
from pipelines.store.raw import Raw
from schemas.problems import Problems
from schemas.return_sets import ReturnSetKey
from schemas.sentences import SentenceError

SUFFIX = " - cần sửa"
"""Added to the name of a marked copy."""

DOUBTFUL, INVOLVED = "FFFF9999", "FFFFF2CC"
"""Fill of the cell a finding names first, and of the other cells it was found with."""

AUTHOR = "Thống kê xã"

_OF_THE_OFFICE = frozenset(kind.value.code for kind in Problems if kind.name.startswith("LEDGER_"))
"""Findings on the office's own ledger are no business of a reporter."""

_LINE, _WIDTH, _LINE_HEIGHT = 70, 480, 18
"""Letters in a line of a comment, its width, and the height of a line."""

_SEND_FINDINGS = "Gửi lại đơn vị kèm kết quả của: returns findings"

Finding = Mapping[str, Any]


class MarkedError(SentenceError):
    """Copies cannot be written where they were asked for; the message is the sentence for the officer."""


class UnmarkableError(Exception):
    """A workbook that openpyxl cannot open, or not write again; the message is its reason."""


@dataclass(frozen=True)
class Marked:
    """What was written, and the sentences on what could not be."""

    written: tuple[Path, ...]
    left_out: tuple[str, ...]


def write(
    raw: Raw, key: ReturnSetKey, findings: Sequence[Finding], files: Sequence[Mapping[str, Any]], folder: Path
) -> Marked:
    """Write a marked copy of every workbook of a return set that has findings.

    Args:
        raw: Where the workbooks lie.
        key: The return set.
        findings: ``schemas.tables.FINDINGS`` of the return set.
        files: ``schemas.tables.FILES`` of the return set, from the run that made the findings.
        folder: Where the copies go; made where it does not exist.

    Raises:
        MarkedError: The folder is the raw folder or lies in it, where a copy would pass for a return; or is a file.
    """
    if folder.resolve().is_relative_to(raw.root.resolve()):
        raise MarkedError(f"Thư mục {folder} nằm trong thư mục báo cáo nhận về. Chọn thư mục khác cho các bản cần sửa.")
    if folder.exists() and not folder.is_dir():
        raise MarkedError(f"{folder} là một tệp, không phải thư mục. Chọn thư mục khác cho các bản cần sửa.")
    by_file: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding["file"] and finding["code"] not in _OF_THE_OFFICE:
            by_file.setdefault(finding["file"], []).append(finding)
    read = {file["file"]: file for file in files}
    written: list[Path] = []
    left_out: list[str] = []
    for name, own in by_file.items():
        content = raw.file(key, name)
        if content is None or content.sha256 != read.get(name, {}).get("sha256"):
            left_out.append(
                f"Tệp {name} đã khác so với lần chạy gần nhất nên chưa được đánh dấu. Chạy: returns refresh"
            )
            continue
        if read[name]["problem"]:  # it cannot be opened, and its finding says so
            left_out.append(own[0]["message"])
            continue
        if content.suffix != WORKBOOK:
            left_out.append(f"Tệp {name} không phải .xlsx nên không đánh dấu được ô. {_SEND_FINDINGS}")
            continue
        try:
            copy = mark(content.content, own)
        except UnmarkableError as reason:
            left_out.append(f"Tệp {name} không đánh dấu được ({reason}). {_SEND_FINDINGS}")
            continue
        path = _unlike(folder / f"{Path(name).stem}{SUFFIX}.xlsx", written)
        write_whole(path, copy)
        written.append(path)
    return Marked(tuple(written), tuple(left_out))


def _unlike(path: Path, written: Sequence[Path]) -> Path:
    """Return a path no other copy of this run has: two files may differ in the case of .xlsx alone."""
    number, free = 1, path
    while free in written:
        number += 1
        free = path.with_name(f"{path.stem} ({number}).xlsx")
    return free


def mark(content: bytes, findings: Sequence[Finding]) -> bytes:
    """Return a workbook's copy with the cells of findings coloured and commented.

    A finding without a cell stands at the head of its sheet, one without a sheet at the head of the first.

    Raises:
        UnmarkableError: The workbook cannot be opened, or not be written again.
    """
    with _openpyxl_alone():
        book = openpyxl.load_workbook(io.BytesIO(content))
    sentences: dict[tuple[str, str], list[str]] = {}
    doubtful: set[tuple[str, str]] = set()
    for finding in findings:
        sheet = book[finding["sheet"] if finding["sheet"] in book.sheetnames else book.sheetnames[0]]
        cells = [_anchor(sheet, cell) for cell in finding["cells"].split(";") if cell]
        if cells:
            doubtful.add((sheet.title, cells[0]))
        for cell in cells or ["A1"]:
            words = sentences.setdefault((sheet.title, cell), [])
            if (sentence := _sentence(finding)) not in words:
                words.append(sentence)
    for (title, address), words in sentences.items():
        cell = book[title][address]
        colour = DOUBTFUL if (title, address) in doubtful else INVOLVED
        cell.fill = PatternFill("solid", start_color=colour, end_color=colour)
        cell.comment = _comment([cell.comment.text] if cell.comment else [], words)
    # Formulas lose their results in the copy; the program that opens it is to work them out again.
    book.calculation.fullCalcOnLoad = True
    buffer = io.BytesIO()
    with _openpyxl_alone():
        book.save(buffer)
    return buffer.getvalue()


@contextmanager
def _openpyxl_alone() -> Iterator[None]:
    """Tell what is wrong with a workbook from what is wrong with us: no code of ours may run in here.

    What openpyxl raises for a broken workbook is no short list: errors of zip, zlib and XML, but also the KeyError of a
    part that is missing and the TypeError of an attribute that it does not know.
    """
    try:
        yield
    except Exception as reason:
        raise UnmarkableError(str(reason)) from reason


def _anchor(sheet: Any, address: str) -> str:
    """Return the cell that can be marked for an address: of merged cells only the first can."""
    for merged in sheet.merged_cells.ranges:
        if address in merged:
            return str(merged.start_cell.coordinate)
    return address


def _sentence(finding: Finding) -> str:
    suggestion = f"\nGợi ý: {finding['suggestion']}" if finding["suggestion"] else ""
    return f"[{finding['code']}] {finding['message']}{suggestion}"


def _comment(before: Sequence[str], words: Sequence[str]) -> Comment:
    text = "\n\n".join([*before, *words])
    lines = sum(len(line) // _LINE + 1 for line in text.splitlines())
    return Comment(text, AUTHOR, width=_WIDTH, height=_LINE_HEIGHT * (lines + 1))
