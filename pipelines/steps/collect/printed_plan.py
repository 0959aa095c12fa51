"""``printed.csv``: what a plan prints, row by row.

Belongs here: which rows can be read and what is wrong with the others, and which a newer one has lost. Does not belong
here: what a CSV file that people keep has in common with others (``schemas.kept``), which number a printed text means
(``pipelines.steps.analyse.printed``).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice

import numpy as np
import pandas as pd
import pyarrow as pa

from pipelines.steps.problems import problem_rows
from schemas.kept import PRINTED_FILE, KeptError, KeptRow, Lines, kept_lines
from schemas.problems import Problems
from schemas.return_sets import ReturnSetKey
from schemas.tables import PRINTED, PRINTED_KEY, PRINTED_MAY_SAY, in_folder
from schemas.text import fold

_COLUMNS = [name for name in in_folder(PRINTED) if name not in PRINTED_MAY_SAY]
"""What a ``printed.csv`` must have."""

_NAMED = [_COLUMNS.index(name) for name in in_folder(PRINTED) if name in PRINTED_KEY]
"""Which of them tell its rows apart."""


def read_printed(texts: Mapping[ReturnSetKey, str]) -> tuple[pa.Table, pd.DataFrame]:
    """Read what plans print, given as CSV text by return set.

    Returns:
        ``schemas.tables.PRINTED``, the rows that can be read; and ``schemas.tables.PROBLEMS``: what cannot.
    """
    rows, numbers = _Rows(), []
    unreadable: list[dict[str, str]] = []
    for key, text in texts.items():
        quickly = rows.of_plan(text)
        numbers.append(rows.added(_line_by_line(key, text, unreadable)) if quickly is None else quickly)
    plan = pa.array(np.repeat(np.arange(len(texts)), list(map(len, numbers))))
    number = pa.array(list(chain.from_iterable(numbers)), pa.int64())
    # By position: the plan's own column of periods, where it has one, is another.
    whole = [pa.array(words, pa.string()).take(plan) for words in zip(*texts, strict=True)]
    whole = [*(whole or [pa.array([], pa.string())] * len(ReturnSetKey._fields)), *rows.taken(number)]
    printed = pa.table(whole, [*ReturnSetKey._fields, *in_folder(PRINTED)])
    return printed.select(PRINTED.names).cast(PRINTED), problem_rows(Problems.PRINTED_UNREADABLE, unreadable)


def vanished(then: str, now: str) -> list[str]:
    """Return the ids of the rows that were there and are no more, unless a figure now stands at another position.

    Args:
        then: What the plan printed, as CSV text.
        now: What it prints.
    """
    before, present = _positions(then), _positions(now)
    moved = {position[0] for position in present if position not in before}
    return [position[0] for position in before if position not in present and position[0] not in moved]


def _positions(text: str) -> dict[tuple[str, ...], None]:
    """Return the positions of the rows of a plan, the id of a figure first; none where it cannot be read."""
    try:
        rows = [row.cells for row in kept_lines(text, _COLUMNS).rows()]
    except KeptError:
        return {}
    return {tuple(row.get(_COLUMNS[at], "") for at in _NAMED): None for row in rows}


class _Rows:
    """What plans print, each row that is written alike once: plans of many communes have most of them in common."""

    def __init__(self) -> None:
        self._rows: list[Sequence[str]] = []
        self._printed_at: list[int] = []
        self._positions: dict[tuple[str, ...], int] = {}
        self._known: dict[str, dict[str, int]] = {}

    def of_plan(self, text: str) -> Sequence[int] | None:
        """Return the numbers of the rows of a plan; nothing where it has to be read line by line.

        That is wherever a line is no row by itself, or there is trouble with one, or two say the same of a position.
        """
        heading, *lines = text.split("\n")
        new = [line for line in dict.fromkeys(lines) if line and line not in self._known.get(heading, ())]
        if new or heading not in self._known:
            try:
                read = kept_lines("\n".join([heading, *new]), _COLUMNS)
            except KeptError:
                return None
            columns = _columns_of(read)
            each_by_itself = "\r" not in text.replace("\r\n", "") and [*read.number] == [*range(2, len(new) + 2)]
            if (
                columns is None
                or not each_by_itself
                or not _is_sound(dict(zip(in_folder(PRINTED), columns, strict=True)))
            ):
                return None
            self._known.setdefault(heading, {}).update(zip(new, self.added(zip(*columns, strict=True)), strict=True))
        known = self._known[heading]
        numbers = [known[line] for line in lines if line]
        return numbers if len({self._printed_at[one] for one in numbers}) == len(numbers) else None

    def added(self, rows: Iterable[Sequence[str]]) -> Sequence[int]:
        """Return the numbers of more rows, which need not be known again."""
        first = len(self._rows)
        self._rows.extend(rows)
        for row in islice(self._rows, first, None):
            position = tuple(row[at] for at in _NAMED)
            self._printed_at.append(self._positions.setdefault(position, len(self._positions)))
        return range(first, len(self._rows))

    def taken(self, numbers: pa.Array) -> list[pa.Array]:
        """Return the rows with some numbers, column by column."""
        columns = list(zip(*self._rows, strict=True)) or [()] * len(in_folder(PRINTED))
        return [pa.array(column, pa.string()).take(numbers) for column in columns]


def _columns_of(lines: Lines) -> list[Sequence[str]] | None:
    """Return the columns of ``schemas.tables.PRINTED`` of a plan; nothing where a line does not fit the headings."""
    own = [name for name in PRINTED_MAY_SAY.values() if name in lines.heading]
    found = lines.columns([*_COLUMNS, *own])
    if found is None:
        return None
    said = dict(zip(own, found[len(_COLUMNS) :], strict=True))
    return found[: len(_COLUMNS)] + [said.get(name, [""] * len(lines.cells)) for name in PRINTED_MAY_SAY.values()]


def _line_by_line(key: ReturnSetKey, text: str, unreadable: list[dict[str, str]]) -> Iterator[Sequence[str]]:
    """Yield the rows of a plan without trouble; the others go to ``unreadable``."""
    at = {**key._asdict(), "file": PRINTED_FILE}
    try:
        lines = kept_lines(text, _COLUMNS)
    except KeptError as reason:
        unreadable.append({**at, "written": str(reason), "expected": ", ".join(_COLUMNS)})
        return
    read_at: dict[tuple[str, ...], int] = {}
    for row in lines.rows():
        if _is_withdrawn(row):
            continue
        trouble = _trouble(row)
        if trouble is None:
            first = read_at.setdefault(tuple(row.cells[_COLUMNS[at]] for at in _NAMED), row.line)
            trouble = None if first == row.line else (f"đã có ở dòng {first}", "một dòng cho chỉ tiêu ở một vị trí")
        if trouble:
            said, expected = trouble
            called = f", {row.cells['id']}" if row.cells.get("id") else ""
            unreadable.append({**at, "written": f"dòng {row.line}{called}: {said}", "expected": expected})
        else:
            yield [row.cells[name] for name in _COLUMNS] + [
                row.cells.get(called, "") for called in PRINTED_MAY_SAY.values()
            ]


def _is_withdrawn(row: KeptRow) -> bool:
    """Return whether a row says, in words, that the plan does not print a figure: it stays, so that none is lost."""
    return not row.trouble and not row.cells["value"].strip() and fold(row.cells["printed"]) == fold(NOT_PRINTED)


NOT_PRINTED = "không in"
"""What stands in the place of a printed text where the plan prints none."""


def _is_sound(columns: Mapping[str, Sequence[str]]) -> bool:
    """Return whether no row of what a plan prints is in trouble, as ``_trouble`` tells it of one."""
    return all(map(_VALUE.fullmatch, set(columns["value"]))) and all(
        0 < len(one.strip()) <= len(one) <= _LONGEST_TEXT for one in columns["printed"]
    )


_VALUE = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,18})?")
_LONGEST_TEXT = 1000
"""Letters of a printed text: some sentences, of which one has the number."""


def _trouble(row: KeptRow) -> tuple[str, str] | None:
    """Return what of a row cannot be read and what would be right, or nothing where all can."""
    if row.trouble:
        return row.trouble, "số ô bằng số cột"
    if _VALUE.fullmatch(row.cells["value"]) is None:
        return f"giá trị «{row.cells['value'][:_SHORT]}»", "một số viết với dấu chấm"
    if not row.cells["printed"].strip():
        return "không ghi kế hoạch in gì", "chữ như kế hoạch in"
    if len(row.cells["printed"]) > _LONGEST_TEXT:
        return f"kế hoạch in «{row.cells['printed'][:_SHORT]}…»", f"không quá {_LONGEST_TEXT} chữ"
    return None


_SHORT = 40
"""Letters of what is wrong that a sentence repeats."""
