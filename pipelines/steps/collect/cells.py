"""One filled cell as a file's reader hands it on, and the text of what is no text.

Belongs here: the shape that all readers share. Does not belong here: any file format.
"""

import datetime as dt
import math
import re
from typing import NamedTuple

from schemas.addresses import address

NUMBER, TEXT, DATE, BOOLEAN, FORMULA, ERROR = "number", "text", "date", "boolean", "formula", "error"
"""Kinds of cells; the last two show no value."""


class Cell(NamedTuple):
    """A filled cell; rows and columns count from 1."""

    sheet: str
    row: int
    column: int
    cell: str
    kind: str
    text: str
    """What is kept: of a number its shortest decimal form, of a date its ISO form."""
    shown: str | None
    """What a person sees on the sheet, with Vietnamese marks; nothing where the cell's format is not rendered."""
    format: str
    """The number format that makes the one of the other; empty for the general one."""
    aside: str


Said = tuple[str, str, str | None]
"""Kind, text and shown text of a cell."""


def plain_text(sheet: str, row: int, column: int, text: str) -> Cell:
    """Return a cell of a file that knows nothing but texts."""
    return Cell(sheet, row, column, address(row, column), TEXT, text, text, "", "")


_DIGITS = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII)


def number_kept(text: str) -> float:
    """Return the number that a file keeps, as XML writes numbers.

    Raises:
        ValueError: It is none, or none that is finite.
    """
    value = float(text) if _DIGITS.fullmatch(text) else math.nan
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def number_text(value: float) -> str:
    """Return a number in the digits that a spreadsheet keeps: 15, and of a larger one all before the point."""
    value += 0.0  # there is no zero below zero
    return format(value, ".15g") if abs(value) < 10**15 else str(int(value))


def date_text(moment: dt.datetime) -> str:
    """Return a date, with the time of day where it has one."""
    return str(moment.date() if moment.time() == dt.time() else moment)
