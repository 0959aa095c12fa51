"""What is made by chance in tests: how much of it, each from a number of its own, so that one that fails is made again.

A run of all tests makes some hundreds or thousands of each kind. ``RETURNS_FUZZ`` says how many times as many a run by
hand makes; ``RETURNS_FUZZ=50`` makes 20,000 workbooks, 1,000,000 texts of numbers, and 100,000 ledgers, tables of
places and printed plans each. ``RETURNS_RELIABILITY=1`` puts the counts onto the page of the faults.
"""

import os
import re
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from tests.faults.tally import Tally, Wrong, is_long

FACTOR = int(os.environ.get("RETURNS_FUZZ", "1"))


def seeds(count: int, part: int = 0, parts: int = 1) -> Iterator[tuple[int, Random]]:
    """Numbers and the chance that each starts: of ``count`` times the factor, those of one of several parts."""
    for seed in range(part, count * FACTOR, parts):
        _made.update(["made"])
        yield seed, Random(seed)


def on_the_page(what: str, sees: str) -> Any:
    """Return a fixture for a module: all that its tests make is a line of the page, where that is asked for.

    Args:
        what: What is made, as the page calls it.
        sees: What whoever sends such a thing is told.
    """

    @pytest.fixture(autouse=True, scope="module")
    def counted(request: pytest.FixtureRequest) -> Iterator[None]:
        made, failed = _made["made"], request.session.testsfailed
        yield
        if is_long():
            wrong = [(Wrong.SILENT, "a test failed")] * (request.session.testsfailed - failed)
            Tally(what, _made["made"] - made, wrong, Counter([sees])).write()

    return counted


_made: Counter[str] = Counter()


def damaged(content: bytes, chance: Random) -> bytes:
    """The bytes with some of them other, gone, or doubled."""
    found = bytearray(content)
    for _ in range(chance.choice([1, 1, 2, 4])):
        if not found:
            break
        at = chance.randrange(len(found))
        match chance.randrange(6):
            case 0:
                found[at] ^= 1 << chance.randrange(8)
            case 1:
                del found[at]
            case 2:
                found[at:at] = bytes([chance.choice(b'",;\n\r\0\t\xff\xef 0')])
            case 3:
                del found[at:]
            case 4:
                found[at:at] = found[at : at + chance.randint(1, 40)]
            case _:
                del found[at : at + chance.randint(1, 40)]
    return bytes(found)


_LONGEST_CELL = 131_072
"""Letters of a cell, of which the csv module reads no more."""


def records_of(text: str, separator: str) -> list[list[str]] | None:
    """The records of a table as .csv, blank lines as empty ones; nothing where its quotation marks do not pair.

    Letter by letter and without the csv module, which it is held against.
    """
    records: list[list[str]] = []
    row: list[str] = []
    at, begun = 0, False
    while at < len(text):
        sign = text[at]
        if sign in "\r\n":
            at += 2 if text[at : at + 2] == "\r\n" else 1
            records.append([*row, ""] if begun else row)
            row, begun = [], False
            continue
        if sign == '"':
            end = at + 1
            while True:
                end = text.find('"', end)
                if end < 0:
                    return None
                if text[end : end + 2] != '""':
                    break
                end += 2
            field, at = text[at + 1 : end].replace('""', '"'), end + 1
            if text[at : at + 1] not in ("", separator, "\r", "\n"):
                return None
        else:
            found = re.compile(f"[{separator}\r\n]").search(text, at)
            end = found.start() if found else len(text)
            field, at = text[at:end], end
        if len(field) > _LONGEST_CELL:
            return None
        row.append(field)
        begun = text[at : at + 1] == separator
        at += begun
        if not begun and at < len(text):
            at += 2 if text[at : at + 2] == "\r\n" else 1
            records.append(row)
            row = []
    if row or begun:
        records.append([*row, ""] if begun else row)
    return records
