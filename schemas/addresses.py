"""Addresses of cells, as spreadsheets write them: D11 is the cell in row 11 of column 4.

Belongs here: the two ways to say where a cell is, and how large a sheet can be. Does not belong here: what stands in a
cell.
"""

import re
from functools import cache

LAST_ROW, LAST_COLUMN = 2**20, 2**14
"""Of the largest sheet that spreadsheets have."""

_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_MEANT = re.compile(r"\$?([A-Z]{1,3})\$?0*([1-9][0-9]{0,6})", re.IGNORECASE | re.ASCII)
"""With the signs of a formula, and zeros that fill a number up."""


def position(address: str) -> tuple[int, int] | None:
    """Return row and column of a cell's address, each counted from 1; nothing of a text that is none of any sheet."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        return None
    row, at = int(found[2]), column(found[1])
    return (row, at) if row <= LAST_ROW and at <= LAST_COLUMN else None


def as_meant(text: str) -> str:
    """Return the address that a person means who writes ``d13`` or ``$D$13``; the text itself where it is none."""
    found = _MEANT.fullmatch(text.strip())
    meant = "" if found is None else f"{found[1].upper()}{found[2]}"
    return text if position(meant) is None else meant


def known_position(address: str) -> tuple[int, int]:
    """Return the same of what is known to be an address.

    Raises:
        ValueError: It is none.
    """
    found = position(address)
    if found is None:
        raise ValueError(f"{address!r} is no cell of a sheet.")
    return found


@cache
def column(name: str) -> int:
    """Return the number of a column, counted from 1, by its capital letters."""
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


@cache
def letters(number: int) -> str:
    """Return the letters of a column by its number."""
    name = ""
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def address(row: int, column: int) -> str:
    """Return the address of a cell."""
    return f"{letters(column)}{row}"
