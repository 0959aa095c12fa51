"""Returns as .csv, which holds one sheet and says neither its encoding nor its separator.

Belongs here: what is particular to reading them. Does not belong here: other formats.

What can only be guessed is refused, in words that say how to save it again: a wrong guess makes other letters of a
name, or two columns of one number. A program puts between quotation marks what has the separator in it, and saves no
row wider than the headings; a hand or a replacement of signs does neither, and so 12,5 becomes 12 with a note of 5.
"""

import codecs
import csv
import io
import re
import statistics
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipelines.steps.collect.cells import Cell, plain_text
from pipelines.steps.collect.headings import NOTE_HEADING, heading_said, is_header
from pipelines.steps.collect.limits import Budget
from pipelines.steps.collect.unreadable import COPY_OVER, UnreadableError
from schemas.text import fold

SUFFIX = ".csv"

_SEPARATORS = ";,\t"
_FEWEST_COLUMNS = 3
"""A form has at least a label, a unit and a value in most of its rows."""


def read(content: bytes, sheet: str, budget: Budget) -> Iterator[Cell]:
    """Yield the filled cells of a .csv; all of them are texts, for it says no more.

    Raises:
        UnreadableError: The encoding or the separator is not clear, a quotation mark is left open, the separator stands
            in a number or a text as well, or it is too large.
    """
    if len(content) > budget.limits.delimited:
        raise UnreadableError(f"tệp .csv lớn hơn {budget.limits.delimited // 2**20} MB; {COPY_OVER}")
    text = _decoded(content)
    separator = _separator(text, budget)
    lines = _rows(text, separator)
    for row, values in enumerate(lines, start=1):
        for column, value in enumerate(values, start=1):
            if value:
                budget.take_cell(value)
                yield plain_text(sheet, row, column, value)
    _refuse_split(lines, separator)  # last, when it is known that there are not too many cells to look at


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
        raise UnreadableError("tệp rỗng; đề nghị đơn vị gửi lại")
    if not text or "\0" in text:
        raise UnreadableError("không phải bảng mã UTF-8; mở lại bằng Excel, lưu thành .xlsx")
    return text


def _separator(text: str, budget: Budget) -> str:
    """Return the one character that makes columns of most rows.

    Not by ``csv.Sniffer``: it takes the first that occurs regularly, and in these forms commas do, in labels and
    numbers.
    """
    fitting = []
    for separator in _SEPARATORS:
        if text.count(separator) > budget.limits.spread:
            raise UnreadableError(f"tệp .csv có quá nhiều cột hoặc dòng; {COPY_OVER}")
        widths = [sum(1 for _ in row) for row in _rows(text, separator) if any(row)]
        if widths and statistics.median(widths) >= _FEWEST_COLUMNS:
            fitting.append(separator)
    if len(fitting) != 1:
        raise UnreadableError(
            "không rõ các cột cách nhau bằng dấu chấm phẩy, dấu phẩy hay tab, hoặc thừa thiếu một dấu nháy kép; "
            "mở lại bằng Excel, lưu thành .xlsx"
        )
    return fitting[0]


_WHOLE, _DECIMALS = re.compile(r"-?\d[\d.]*", re.ASCII), re.compile(r"\d+", re.ASCII)
"""What stands before and behind the comma of a decimal number."""


def _refuse_split(rows: Sequence[Sequence[str]], separator: str) -> None:
    """Refuse a table in which the separator stands in numbers or texts as well, outside quotation marks.

    Rows may be narrower than the headings: not every program, and no person, writes the empty cells at the end.
    """
    found = _headings(rows)
    if found is None:  # a sheet without headings is refused for that
        return
    at, folded = found
    width = len(folded)
    wide = next((row for row in range(at, len(rows)) if len(rows[row]) > width), None)
    if wide is not None:
        told = f"dòng {wide + 1} chia thành {len(rows[wide])} ô mà dòng tiêu đề (dòng {at + 1}) chỉ có {width}"
    elif _is_heading_split(rows, at):
        told = f"dòng tiêu đề (dòng {at + 1}) chia thành {width} ô, nhiều hơn các dòng khác"
    elif separator == "," and (noted := _noted_decimals(rows, at, folded)) is not None:
        told = f"dòng {noted + 1} có hai số liền nhau, số sau ở cột «{NOTE_HEADING}»"
    else:
        return
    raise UnreadableError(
        f"{told}: có lẽ dấu cách cột cũng nằm trong số (12,5) hoặc trong chữ mà không có nháy kép; mở sổ tính gốc, "
        "lưu thành .xlsx, hoặc thành .csv có các cột cách nhau bằng dấu chấm phẩy"
    )


def _headings(rows: Sequence[Sequence[str]]) -> tuple[int, list[str]] | None:
    """Return which row heads the table, and its texts folded."""
    for at, row in enumerate(rows):
        folded = [fold(value) for value in row]
        if is_header({heading_said(text) for text in folded}):
            return at, folded
    return None


def _is_heading_split(rows: Sequence[Sequence[str]], at: int) -> bool:
    """Return whether a heading goes on behind a comma and a blank, and so in a column of its own.

    Where all rows are equally wide a program wrote them, and the heading begins with the blank.
    """
    goes_on = any(value.startswith(" ") and before.strip() for before, value in pairwise(rows[at]))
    return goes_on and len({len(row) for row in rows if row}) > 1


def _noted_decimals(rows: Sequence[Sequence[str]], at: int, folded: Sequence[str]) -> int | None:
    """Return the first row with a number for a note and another before it: a decimal, or two cells, who knows.

    Where a number with decimals stands whole in a cell, whoever wrote the file puts quotation marks around such.
    """
    note = fold(NOTE_HEADING)
    if note not in folded[1:]:
        return None
    column = folded.index(note, 1)
    below = range(at + 1, len(rows))
    if any(_is_decimal(value) for row in below for value in rows[row]):
        return None
    return next((row for row in below if _is_decimal(",".join(rows[row][column - 1 : column + 1]))), None)


def _is_decimal(text: str) -> bool:
    whole, _, decimals = text.partition(",")
    return bool(_WHOLE.fullmatch(whole.strip()) and _DECIMALS.fullmatch(decimals.strip()))


def _rows(text: str, separator: str) -> list[list[str]]:
    """Return the rows as they are with this separator; none where it leaves a quotation mark open."""
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error:
        return []
