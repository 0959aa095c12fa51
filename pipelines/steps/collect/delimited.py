"""Returns as .csv, which holds one sheet and says neither its encoding nor its separator.

Belongs here: what is particular to reading them. Does not belong here: other formats.

What can only be guessed is refused, in words that say how to save it again: a wrong guess makes other letters of a
name, or two columns of one number.
"""

import codecs
import csv
import io
import statistics
from collections.abc import Iterator

from pipelines.steps.collect.cells import Cell, plain_text
from pipelines.steps.collect.limits import Budget
from pipelines.steps.collect.unreadable import COPY_OVER, UnreadableError

SUFFIX = ".csv"

_SEPARATORS = ";,\t"
_FEWEST_COLUMNS = 3
"""A form has at least a label, a unit and a value in most of its rows."""


def read(content: bytes, sheet: str, budget: Budget) -> Iterator[Cell]:
    """Yield the filled cells of a .csv; all of them are texts, for it says no more.

    Raises:
        UnreadableError: The encoding or the separator is not clear, a quotation mark is left open, or it is too large.
    """
    if len(content) > budget.limits.delimited:
        raise UnreadableError(f"tệp .csv lớn hơn {budget.limits.delimited // 2**20} MB; {COPY_OVER}")
    text = _decoded(content)
    for row, values in enumerate(_rows(text, _separator(text, budget)), start=1):
        for column, value in enumerate(values, start=1):
            if value:
                budget.take_cell(value)
                yield plain_text(sheet, row, column, value)


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


def _rows(text: str, separator: str) -> list[list[str]]:
    """Return the rows as they are with this separator; none where it leaves a quotation mark open."""
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error:
        return []
