"""Tables that people keep as .csv beside the returns: the ledger of corrections, what the plan prints, the places.

Belongs here: from text to rows, each as it was written or with the reason why not. Does not belong here: reading files,
what the columns mean, returns sent as .csv (``pipelines.steps.collect.delimited``).

Such a table decides figures, and is edited by hand: a quotation mark left open swallows the rows below it, a comma
without one moves all that follows it one column on. So nothing is skipped and nothing is filled in.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

LEDGER_FILE, ESTIMATES_FILE, PRINTED_FILE = "corrections.csv", "estimates.csv", "printed.csv"
"""What the decisions on the cells of a return set, its estimates, and what its plan prints are kept in beside its
workbooks."""

UNDECODED = "\ufffd"
"""What stands in a text for bytes that are not UTF-8."""


class KeptError(ValueError):
    """A table cannot be read; the message says why, as a part of a Vietnamese sentence."""


@dataclass(frozen=True)
class KeptRow:
    """One row of a table that holds something."""

    line: int
    """The line of the file on which it ends, counted from 1."""
    cells: Mapping[str, str]
    """Column to text; of a row with trouble, what can be told of it."""
    trouble: str
    """Why its texts cannot be put under the headings, as a part of a Vietnamese sentence; empty where they can."""


def decoded(content: bytes) -> str:
    """Return the text of a table, with ``UNDECODED`` for what is not UTF-8."""
    return content.decode("utf-8-sig", errors="replace")


def separator(text: str) -> str:
    """Return what separates the columns; a spreadsheet set to Vietnamese saves semicolons."""
    heading = re.split("[\r\n]", text, maxsplit=1)[0]
    return ";" if heading.count(";") > heading.count(",") else ","


@dataclass(frozen=True)
class Lines:
    """The lines of a table below its headings, as they were cut into cells; lines without a word in them are none."""

    heading: Sequence[str]
    number: Sequence[int]
    """Per line, where in the file it ends, counted from 1."""
    cells: Sequence[Sequence[str]]

    def columns(self, names: Sequence[str]) -> list[Sequence[str]] | None:
        """Return the texts under some headings, column by column; nothing where a line does not fit the headings."""
        if "" in self.heading or {*map(len, self.cells)} - {len(self.heading)}:
            return None
        columns = list(zip(*self.cells, strict=True)) or [()] * len(self.heading)
        return [columns[self.heading.index(name)] for name in names]

    def rows(self) -> Iterator[KeptRow]:
        """Yield line by line what stands under the headings."""
        for number, cells in zip(self.number, self.cells, strict=True):
            yield _row(number, cells, self.heading)


def kept_lines(text: str, needed: Sequence[str], *, ragged: bool = False, later: Sequence[str] = ()) -> Lines:
    """Return the lines of a table.

    Args:
        text: As ``decoded`` returns it.
        needed: The columns it must have; it may have others.
        ragged: Whether blank cells at the end of a row may be left out, or be too many.
        later: Columns that were added at the end of the table when it had rows: these may lack all of them.

    Raises:
        KeptError: It is not UTF-8, lacks a column or has one twice, or its quotation marks do not pair.
    """
    if UNDECODED in text:
        raise KeptError("không phải bảng mã UTF-8")
    # newline="": a line break inside a quoted text is part of the text, and has to match the workbook's.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator(text), strict=True)
    try:
        lines = [(reader.line_num, _bounded(cells)) for cells in reader]
    except csv.Error:
        raise KeptError(
            f"từ dòng {reader.line_num} trở lên có chỗ thừa thiếu một dấu nháy kép, hoặc có ô quá dài"
        ) from None
    heading = lines[0][1] if lines else []
    if missing := [name for name in needed if name not in heading]:
        raise KeptError(f"thiếu cột {', '.join(missing)}")
    if twice := sorted({name for name in heading if name and heading.count(name) > 1}):
        raise KeptError(f"có hai cột {', '.join(twice)}")
    filled = [(line, _even(cells, len(heading)) if ragged else cells) for line, cells in lines[1:] if any(cells)]
    if later and heading[-len(later) :] == list(later):
        added, before = [""] * len(later), len(heading) - len(later)
        filled = [(line, [*cells, *added] if len(cells) == before else cells) for line, cells in filled]
    return Lines(heading, [line for line, _ in filled], [cells for _, cells in filled])


def kept_rows(text: str, needed: Sequence[str], *, ragged: bool = False, later: Sequence[str] = ()) -> list[KeptRow]:
    """Return the rows of a table under its headings, as ``kept_lines`` reads them.

    Raises:
        KeptError: As ``kept_lines`` says.
    """
    return list(kept_lines(text, needed, ragged=ragged, later=later).rows())


_LONGEST = 131_072
"""Letters of a cell. As many as the csv module reads by itself, which any package may change for the whole process."""


def _bounded(cells: list[str]) -> list[str]:
    if any(len(text) > _LONGEST for text in cells):
        raise csv.Error
    return cells


def _even(cells: list[str], width: int) -> list[str]:
    """Return the cells of a row, blank ones at its end added or taken away."""
    if len(cells) == width:
        return cells
    last = max((at for at, text in enumerate(cells, start=1) if text), default=0)
    return [*cells[: max(last, width)], *[""] * (width - len(cells))]


def _row(line: int, cells: Sequence[str], heading: Sequence[str]) -> KeptRow:
    under = dict(zip(heading, cells, strict=False))
    if len(cells) == len(heading) and "" not in under:
        return KeptRow(line, under, "")
    if len(cells) != len(heading) or any(text for name, text in zip(heading, cells, strict=True) if not name):
        return KeptRow(line, under, f"có {len(cells)} ô mà tiêu đề có {sum(map(bool, heading))} cột")
    return KeptRow(line, {name: text for name, text in under.items() if name}, "")
