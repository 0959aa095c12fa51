"""What goes back to a reporter: their workbook with the doubtful cells marked, a cover sheet that prints, a message.

Belongs here: which cells of a copy are marked and how, and how what was found is told to whoever wrote it: without what
the office is to do, and without a guess at the right number before they have looked; what the office put in the place
of their numbers, which they would send again. Does not belong here: what a
finding says (``pipelines.steps.validate.check``); any change to the workbook that was received, which stays as it is.
"""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.hyperlink import Hyperlink

from pipelines.steps.collect.headings import ANSWER_HEADING, COVER, MARKED_BY
from pipelines.store.archive import WORKBOOK
from pipelines.store.files import write_whole
from pipelines.store.raw import Raw
from schemas.catalogue import CATALOGUE
from schemas.findings import parts_of, task_of
from schemas.listed import first_of, items_of
from schemas.periods import Period
from schemas.places import Places
from schemas.return_sets import ReturnSetKey
from schemas.sentences import SentenceError

SUFFIX = " - cần sửa"
"""Added to the name of a marked copy."""

DOUBTFUL, INVOLVED = "FFFF9999", "FFFFF2CC"
"""Fill of the cell a finding names first, and of the other cells it was found with."""

_LINE, _WIDTH, _LINE_HEIGHT = 70, 480, 18
"""Letters in a line of a comment, its width, and the height of a line."""

_SEND_FINDINGS = "Gửi lại đơn vị kèm kết quả của: returns findings"

_COLUMNS = (("STT", 6), ("Trang", 18), ("Ô", 8), ("Cần xem lại", 70), (ANSWER_HEADING, 24))
"""Headings of the cover sheet, and the widths in letters."""

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
    raw: Raw,
    key: ReturnSetKey,
    findings: Sequence[Finding],
    files: Sequence[Mapping[str, Any]],
    folder: Path,
    corrected: Sequence[Mapping[str, Any]] = (),
) -> Marked:
    """Write a marked copy of every workbook of a return set that has findings.

    Args:
        raw: Where the workbooks lie.
        key: The return set.
        findings: ``schemas.tables.FINDINGS`` of the return set.
        files: ``schemas.tables.FILES`` of the return set, from the run that made the findings.
        folder: Where the copies go; made where it does not exist.
        corrected: ``schemas.tables.ENTRIES`` of the return set in which another text stands for what was written.

    Raises:
        MarkedError: The folder is the raw folder or lies in it, where a copy would pass for a return; or is a file.
    """
    if folder.resolve().is_relative_to(raw.root.resolve()):
        raise MarkedError(f"Thư mục {folder} nằm trong thư mục báo cáo nhận về. Chọn thư mục khác cho các bản cần sửa.")
    if folder.exists() and not folder.is_dir():
        raise MarkedError(f"{folder} là một tệp, không phải thư mục. Chọn thư mục khác cho các bản cần sửa.")
    by_file: dict[str, list[Finding]] = {}
    for finding in of_reporter(findings):
        if finding["file"]:
            by_file.setdefault(finding["file"], []).append(finding)
    read = {file["file"]: file for file in files}
    written: list[Path] = []
    left_out: list[str] = []
    for name, own in by_file.items():
        content = raw.file(key, name)
        if content is None and name not in read:  # its finding says that it is gone, and a refresh would say no more
            left_out.append(f"Tệp {name} không còn trong thư mục báo cáo nên không có gì để đánh dấu. {_SEND_FINDINGS}")
            continue
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
            copy = mark(content.content, own, raw.places, [one for one in corrected if one["file"] == name])
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


def asks(finding: Finding, *, named: bool = True, placed: bool = True) -> str:
    """Return what a finding tells and asks of whoever wrote the workbook.

    Args:
        finding: The finding.
        named: Whether with their name.
        placed: Whether with the place in the workbook.
    """
    said = parts_of(finding)
    wrong = f"{said.who if named else ''}{said.where if placed else ''}{said.wrong}".lstrip(" ,:")
    return f"{wrong[:1].upper()}{wrong[1:]} {task_of(finding).reporter or ''}".rstrip()


def of_reporter(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings that something is asked of a reporter for; the others are the office's own business."""
    return [one for one in findings if task_of(one).reporter is not None]


def letter(
    key: ReturnSetKey,
    reporter: str,
    places: Places,
    findings: Sequence[Finding],
    corrected: Sequence[Mapping[str, Any]] = (),
) -> str:
    """Return a message to a reporter, ready to be copied; empty where there is nothing to ask or to tell.

    Args:
        key: The return set.
        reporter: The reporter.
        places: For names.
        findings: ``schemas.tables.FINDINGS`` of the reporter.
        corrected: ``schemas.tables.ENTRIES`` of the reporter in which another number stands for what they wrote.
    """
    asked, told = of_reporter(findings), []
    if asked:
        told += [_opening(key, asked), _listed(asks(one, named=one["reporter"] != reporter) for one in asked)]
    if corrected:
        told += [_CORRECTED.format(period=Period.parse(key.period).title), _listed(map(_as_corrected, corrected))]
    ends = f"Kính gửi {places.title(key.commune, reporter)},", f"{places.territory(key.commune)}, bộ phận thống kê"
    return "\n\n".join([ends[0], *told, ends[1]]) if told else ""


def _listed(sentences: Iterable[str]) -> str:
    return "\n".join(f"{number}. {words}" for number, words in enumerate(sentences, 1))


_CORRECTED = (
    "Xã đã sửa các số sau trong báo cáo {period} của đơn vị. Xin xem lại: nếu đúng thì sửa cả trong sổ của đơn vị, để "
    "lần sau không ghi lại số cũ; nếu không đúng, xin báo lại cho xã:"
)


def _as_corrected(entry: Mapping[str, Any]) -> str:
    """Return what the office put in the place of a number, and why, in words to whoever wrote it."""
    item = CATALOGUE.by_code[entry["form"]].fields().get(entry["field"])
    of_line = f", dòng {entry['line_name'] or entry['line']}" if entry["line"] else ""
    label = f"«{item.label if item else entry['field']}»{of_line}"
    wrote = f"ghi «{entry['received']}»" if entry["received"] else "để trống"
    now = f"«{entry['text']}»" if entry["text"] else "để trống"
    reason = entry["correction"]
    return (
        f"Trang «{entry['sheet']}», ô {entry['cell']}, {label}: đơn vị {wrote}, xã sửa thành {now}. "
        f"Lý do: {reason}{'' if reason.endswith(('.', '!', '?')) else '.'}"
    )


def _opening(key: ReturnSetKey, findings: Sequence[Finding]) -> str:
    words = f"Báo cáo {Period.parse(key.period).title} của đơn vị có {len(findings)} chỗ cần xem lại"
    if all(task_of(one).reporter for one in findings):  # each asks for something of its own
        return f"{words}:"
    return f"{words}. Xin đối chiếu với sổ gốc rồi trả lời số đúng của từng ô, hoặc xác nhận số đã ghi là đúng:"


def mark(
    content: bytes, findings: Sequence[Finding], places: Places, corrected: Sequence[Mapping[str, Any]] = ()
) -> bytes:
    """Return a workbook's copy with the cells of findings coloured and commented, and a cover sheet that lists them.

    A finding without a cell stands at the head of its sheet, one without a sheet at the head of the first.

    Args:
        content: The workbook.
        findings: ``schemas.tables.FINDINGS`` on it.
        places: For the reporter's name.
        corrected: ``schemas.tables.ENTRIES`` of it in which another text stands for what was written.

    Raises:
        UnmarkableError: The workbook cannot be opened, or not be written again.
    """
    with _openpyxl_alone():
        book = openpyxl.load_workbook(io.BytesIO(content))
    sentences: dict[tuple[str, str], list[str]] = {}
    doubtful: set[tuple[str, str]] = set()
    for finding in findings:
        sheet = book[finding["sheet"] if finding["sheet"] in book.sheetnames else book.sheetnames[0]]
        cells = [_anchor(sheet, cell) for cell in items_of(finding["cells"])]
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
    _cover(book, findings, places, corrected)
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
    return f"[{finding['code']}] {asks(finding)}"


def _cover(book: Any, findings: Sequence[Finding], places: Places, corrected: Sequence[Mapping[str, Any]]) -> None:
    """Put a sheet before the others that lists what is asked, with room for the answers, to be printed as well."""
    first = findings[0]
    key = ReturnSetKey(first["period"], first["commune"])
    reporter = next((one["reporter"] for one in findings if one["reporter"]), "")
    name = places.title(key.commune, reporter)
    sheet = book.create_sheet(COVER, 0)
    wrapped, edge = Alignment(wrap_text=True, vertical="top"), Side(style="thin")
    words = (f"Kính gửi {name}" if name else "Kính gửi đơn vị", _opening(key, findings))
    for row, text in enumerate(words, start=1):
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(_COLUMNS))
        sheet.cell(row, 1, text).alignment = wrapped
    sheet.cell(1, 1).font = Font(bold=True, size=14)
    sheet.row_dimensions[2].height = 2 * _LINE_HEIGHT
    for column, (heading, width) in enumerate(_COLUMNS, start=1):
        cell = sheet.cell(_HEADING, column, heading)
        cell.font, cell.border, cell.alignment = Font(bold=True), Border(edge, edge, edge, edge), wrapped
        sheet.column_dimensions[cell.column_letter].width = width
    for number, one in enumerate(findings, start=1):
        cells = first_of(one["cells"])
        # The place of a cell has columns of its own.
        asked = asks(one, named=not cells and one["reporter"] != reporter, placed=not cells)
        for column, value in enumerate((number, one["sheet"], cells, asked, None), start=1):
            cell = sheet.cell(_HEADING + number, column, value)
            cell.border, cell.alignment = Border(edge, edge, edge, edge), wrapped
            if isinstance(value, str):
                cell.data_type = "s"  # what a reporter wrote may begin like a formula
        sheet.row_dimensions[_HEADING + number].height = _LINE_HEIGHT * (len(asked) // _COVER_LINE + 1)
        if cells and one["sheet"] in book.sheetnames:
            at = f"C{_HEADING + number}"
            sheet[at].hyperlink = Hyperlink(ref=at, location=f"{quote_sheetname(one['sheet'])}!{cells}")
    last = _HEADING + len(findings) + 2
    of_office = [_CORRECTED.format(period=Period.parse(key.period).title), *map(_as_corrected, corrected)]
    for told in of_office if corrected else ():
        sheet.merge_cells(start_row=last, end_row=last, start_column=1, end_column=len(_COLUMNS))
        cell = sheet.cell(last, 1, told)
        cell.alignment, cell.data_type = wrapped, "s"
        sheet.row_dimensions[last].height = _LINE_HEIGHT * (len(told) // _WHOLE_LINE + 1)
        last += 1
    sheet.cell(last + bool(corrected), 1, "Người trả lời: ……………………………………      Ngày …… tháng …… năm ……")
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage = 0, True
    sheet.print_title_rows = f"{_HEADING}:{_HEADING}"
    for other in book.worksheets:
        other.sheet_view.tabSelected = other is sheet
    book.active = 0


_HEADING, _COVER_LINE, _WHOLE_LINE = 4, 66, 120
"""The row of the cover sheet's headings, the letters in a line of what is asked, and in one across all columns."""


def _comment(before: Sequence[str], words: Sequence[str]) -> Comment:
    text = "\n\n".join([*before, *words])
    lines = sum(len(line) // _LINE + 1 for line in text.splitlines())
    return Comment(text, MARKED_BY, width=_WIDTH, height=_LINE_HEIGHT * (lines + 1))
