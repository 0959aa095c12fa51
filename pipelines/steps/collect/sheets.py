"""Sheets: the filled cells of one sheet, which form it is, who sent it, where its columns stand; or why it is not read.

Belongs here: what is decided once per sheet. Does not belong here: its fields (``pipelines.steps.collect.lines``).
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple

import pandas as pd
import pyarrow as pa

from pipelines.steps.collect.asides import MERGED, PICTURE
from pipelines.steps.collect.cells import NUMBER, TEXT
from pipelines.steps.collect.headings import (
    ANSWER_HEADING,
    COMMUNE_MARK,
    COVER,
    FORM_MARK,
    HEADINGS,
    LABEL_HEADING,
    LETTERHEAD,
    LINE_HEADING,
    PERIOD_MARK,
    REPORTER_MARK,
    VALUE_HEADING,
    heading_said,
    headings_of,
    is_header,
    of_other_versions,
)
from pipelines.steps.problems import joined, problem_rows
from schemas.addresses import address, position
from schemas.form import Form
from schemas.listed import listed
from schemas.periods import Period, period_worded
from schemas.places import Places
from schemas.problems import Problems
from schemas.tables import DECIDED, SHEET_KEY
from schemas.text import fold, visible

Key = tuple[str, str, str, str]
"""Period, commune, file and name of a sheet."""


class Cell(NamedTuple):
    """One filled cell, as corrected. ``last_row`` and ``last_column``: how far it reaches, where it is merged.

    ``shown``: what a person sees; nothing where its format is not rendered.
    """

    row: int
    column: int
    cell: str
    kind: str
    text: str
    shown: str | None
    format: str
    received: str
    aside: str
    decided: tuple[str, ...]
    folded: str
    last_row: int
    last_column: int

    @classmethod
    def of(
        cls,
        row: int,
        column: int,
        cell: str,
        kind: str,
        text: str,
        shown: str | None,
        code: str,
        received: str,
        aside: str,
        decided: tuple[str, ...],
    ) -> "Cell":
        """Return a cell with what follows from its text and from what is noted of it."""
        last_column, last_row = _extent(aside) or (column, row)
        return cls(
            row, column, cell, kind, text, shown, code, received, aside, decided, fold(text), last_row, last_column
        )


@dataclass
class Sheet:
    """One sheet of a workbook, and what was recognised of it.

    Attributes:
        key: Its name and that of its workbook, commune and period.
        sha256: Hash of the workbook.
        cells: The filled cells, in the order in which they were read.
        form: Code of its form; empty where it is none that is known.
        reporter: Code of who sent it; empty where that is not clear.
        header: Row of the column headings; 0 where there is none to go by.
        columns: Column of each heading found there.
        usable: Whether its fields are to be read.
    """

    key: Key
    sha256: str
    cells: list[Cell] = field(default_factory=list)
    form: str = ""
    reporter: str = ""
    header: int = 0
    columns: Mapping[str, int] = field(default_factory=dict)
    usable: bool = False

    def below(self) -> Iterator[Cell]:
        """Yield the cells below the column headings."""
        return (cell for cell in self.cells if cell.row > self.header)

    def column(self, heading: str) -> dict[int, Cell]:
        """Return row to cell of the column under a heading, the cells above it included."""
        at = self.columns.get(heading)
        return {cell.row: cell for cell in self.cells if cell.column == at}

    @property
    def words(self) -> dict[str, str]:
        """What a problem says of the sheet."""
        return {**dict(zip(SHEET_KEY, self.key, strict=True)), "form": self.form, "reporter": self.reporter}


def sheets_of(cells: pa.Table) -> list[Sheet]:
    """Return corrected cells sheet by sheet, in the order in which the sheets first occur.

    Args:
        cells: ``schemas.tables.CELLS``, what was received, what was decided: as ``correct.Corrected.decided``.
    """
    found: dict[Key, Sheet] = {}
    said = ("row", "column", "cell", "kind", "text", "shown", "format", "received", "aside")
    keys, own, decided = (
        zip(*(cells[name].to_pylist() for name in names), strict=True) for names in (SHEET_KEY, said, DECIDED)
    )
    for key, sha256, cell, decisions in zip(keys, cells["sha256"].to_pylist(), own, decided, strict=True):
        sheet = found.get(key) or found.setdefault(key, Sheet(key, sha256))
        sheet.cells.append(Cell.of(*(*cell, decisions)))
    return list(found.values())


_MERGED = re.compile(rf"\b{MERGED}=[A-Z0-9]+:([A-Z0-9]+)")


def _extent(aside: str) -> tuple[int, int] | None:
    """Return the last column and row of the cells that a cell is merged with; nothing where it is not."""
    merged = _MERGED.search(aside)
    last = position(merged[1]) if merged else None
    return last[::-1] if last else None


def recognise(sheets: Sequence[Sheet], forms: Sequence[type[Form]], places: Places) -> pd.DataFrame:
    """Find form, reporter and columns of every sheet; return what keeps sheets from being read (``PROBLEMS``)."""
    by_code = {form.code: form for form in forms}
    asked: dict[str, list[type[Form]]] = {}
    trouble: list[tuple[Problems, dict[str, str]]] = []
    for sheet in sheets:
        rows = headed_rows(sheet)
        marks = _marks(sheet, next(iter(rows), 0))
        commune = sheet.key[1]
        if commune not in asked:
            asked[commune] = [form for form in forms if places.has(commune, form.code)]
        sheet.form = form_named(marks.form, sheet.key[-1], asked[commune])
        form = by_code.get(sheet.form)
        if any(cell.kind == PICTURE for cell in sheet.cells):
            trouble.append((Problems.PICTURE_ONLY, sheet.words))
            continue
        if form is None:
            if not _is_unanswered_cover(sheet):
                trouble.append((Problems.NO_FORM, sheet.words | {"form": ""}))
            continue
        if form not in asked[commune]:
            trouble.append((Problems.FORM_OF_OTHERS, sheet.words | {"form": "", "written": form.code}))
            sheet.form = ""
            continue
        of_set = Period.parse(sheet.key[0])
        if not places.asks(form.code, of_set):
            kinds = ", ".join(kind.label for kind in form.periods)
            trouble.append((Problems.NOT_ASKED, sheet.words | {"form": "", "written": form.code, "expected": kinds}))
            sheet.form = ""
            continue
        if not places.expects(commune, form.code):
            trouble.append((Problems.NOT_AMONG_FORMS, sheet.words | {"form": "", "written": form.code}))
        named = reporters_named(*sheet.key[:2], marks, places)
        reporter = named[0] if named else None
        sheet.reporter = reporter or ""
        unclear = take_columns(form, sheet, rows)
        refusal = _refusal(form, sheet, marks, reporter, places) or unclear or _two_tables(form, sheet, rows)
        refusal = refusal or mixed_versions(form, sheet) or _wide_heading(form, sheet)
        if refusal is None and len(named) > 1:
            refusal = Problems.TWO_REPORTERS, {"written": "», «".join(marks.of(REPORTER))}
        if refusal is not None:
            trouble.append((refusal[0], sheet.words | refusal[1]))
        elif lacking := lacking_marks(marks, of_set):
            expected = f"{of_set.title}, {places.territory(commune)}"
            trouble.append((Problems.MARK_MISSING, sheet.words | {"written": lacking, "expected": expected}))
        sheet.usable = refusal is None
    return joined(problem_rows(kind, [words]) for kind, words in trouble)


def _is_unanswered_cover(sheet: Sheet) -> bool:
    """Return whether a sheet is the cover that was put before a workbook sent back, and nobody has written into it."""
    headings = [cell for cell in sheet.cells if cell.folded == fold(ANSWER_HEADING)]
    return (
        sheet.key[-1] == COVER
        and len(headings) == 1
        and not any(cell.row > headings[0].row and cell.column >= headings[0].column for cell in sheet.cells)
    )


def form_named(marked: str, name: str, forms: Sequence[type[Form]]) -> str:
    """Return the code of the form that a sheet says to be, or by its name is; empty where it is none."""
    return marked or next((form.code for form in reversed(forms) if fold(form.sheet) == fold(name)), "")


@dataclass(frozen=True)
class Marks:
    """What the heading of a sheet says of itself.

    ``said``: the name of each mark but the form's, and what it says, in the order in which they stand.
    """

    form: str = ""
    version: str = ""
    said: tuple[tuple[str, str], ...] = ()

    def of(self, name: str) -> tuple[str, ...]:
        """Return all that marks of a name say; nothing where there is no such mark, an empty text where it is blank."""
        found = dict.fromkeys(said for own, said in self.said if own == name)
        return tuple(filter(None, found)) or tuple(found)


PERIOD, COMMUNE, REPORTER, WORDED, HEAD = "period", "commune", "reporter", "worded", "head"
"""Names of marks. ``WORDED``: a period without a word before it; ``HEAD``: the letterhead of a commune."""

_FORM_CODE = re.compile(r"^\s*(?:mẫu\s+)?biểu\s+(?:số\s*)?:?\s*([A-Z]\d{2})\b(?:.*phiên\s+bản\s+(\d+))?", re.IGNORECASE)

_MARKS = {fold(REPORTER_MARK): REPORTER, fold(PERIOD_MARK): PERIOD, fold("Kỳ"): PERIOD, fold(COMMUNE_MARK): COMMUNE}

_HEADS = tuple(map(fold, (f"{LETTERHEAD} xã", "UBND xã")))

_MARKED = re.compile("|".join(f"{re.escape(mark)}(?: |$)" for mark in (*_MARKS, *_HEADS, fold(FORM_MARK))))


class Mark(NamedTuple):
    """What a text says that begins like a mark.

    ``form``, ``version``: where it names a form. ``name``: which mark it is; ``after``: what stands behind its words;
    ``plain``: whether it has no colon after these, and so is a mark above a table alone.
    """

    form: str
    version: str
    name: str
    after: str
    plain: bool


@lru_cache(maxsize=65536)
def mark_of(text: str) -> Mark | None:
    """Return what a text says as a mark; nothing where it does not begin like one."""
    begin = _MARKED.match(fold(text))
    if not begin:
        return Mark("", "", WORDED, visible(text), True) if period_worded(text) else None
    code = _FORM_CODE.match(visible(text))
    form, version = (code[1].upper(), code[2] or "") if code else ("", "")
    before, colon, after = visible(text).partition(":")
    name = _MARKS.get(fold(before), "") if colon else ""
    if name or form:
        return Mark(form, version, name, after.strip(), False)
    words = begin[0].strip()
    return Mark("", "", *_plain(words, " ".join(visible(text).split()[len(words.split()) :])), True)


_MOST_WORDS = 4
"""Of the name of a commune."""


def _plain(words: str, after: str) -> tuple[str, str]:
    """Return which mark some folded words are that no colon follows, and what it says; no mark where they are a title.

    «Xã Hữu Kiên» is one, «Xã hội hóa giáo dục» and «Kỳ họp thứ bảy» are none.
    """
    if words in _HEADS:
        return HEAD, after
    name = _MARKS.get(words, "")
    if name == COMMUNE:
        own = _AFTER_NAME.split(after)[0]
        is_name = after[:1].isupper() and len(own.split()) <= _MOST_WORDS and fold(own).split()[:1] != [fold("hội")]
        return (name, own.strip()) if is_name or not after else ("", after)
    if name == PERIOD and words != fold(PERIOD_MARK) and not period_worded(after):
        return "", after
    return name, after


_AFTER_NAME = re.compile("[-–,;:(]")


def marked(cells: Sequence[Cell], header: int) -> list[tuple[str, Cell, Mark]]:
    """Return the cells of a sheet that say its form, period, commune and reporter: the name of the mark comes first.

    Those are marks that stand above the row of column headings, where there is one; a colon makes the first of a name a
    mark below it too, where there is none above: what comes after the table is for signatures.
    """
    found: list[tuple[str, Cell, Mark]] = []
    for above in (True, False) if header else (True,):
        names = {name for name, _, _ in found}
        for cell in cells:
            mark = mark_of(cell.text) if cell.kind == TEXT and above == (not header or cell.row < header) else None
            if mark is None or (mark.plain and not above):
                continue
            is_form = mark.form and "form" not in names and all(name != "form" for name, _, _ in found)
            name = "form" if is_form else mark.name
            if name and name not in names:
                found.append((name, cell, mark))
                if not above:
                    names.add(name)
    return found


def _marks(sheet: Sheet, header: int) -> Marks:
    form, said = Marks(), []
    for name, cell, mark in marked(sheet.cells, header):
        if name == "form":
            form = Marks(mark.form, mark.version)
        else:
            right = [one for one in sheet.cells if one.row == cell.row and one.column > cell.column]
            beside = min(right, key=lambda one: one.column).text.strip() if right else ""
            said.append((name, mark.after or beside))
    return replace(form, said=tuple(said))


Refusal = tuple[Problems, dict[str, str]]
"""Why a sheet is not read, and the words of the sentence that says so."""


def headed_rows(sheet: Sheet) -> dict[int, list[Cell]]:
    """Return the cells that say a column heading, by row, in the order of the rows that have what a form needs."""
    rows: dict[int, list[Cell]] = {}
    for cell in sheet.cells:
        if heading_said(cell.folded):
            rows.setdefault(cell.row, []).append(cell)
    return {row: rows[row] for row in sorted(rows) if is_header(_columns(rows[row]).keys())}


def _columns(heads: Iterable[Cell]) -> dict[str, int]:
    in_order = sorted(heads, key=lambda cell: cell.folded in HEADINGS)
    return {heading_said(cell.folded): cell.column for cell in in_order}


def take_columns(form: type[Form], sheet: Sheet, rows: Mapping[int, Sequence[Cell]]) -> Refusal | None:
    """Note the first row of column headings and the column of each, or return why there is none to go by."""
    title = fold(form.line_title) if form.line_title else None
    for row, heads in rows.items():
        named = [*heads, *(cell for cell in sheet.cells if cell.row == row and cell.folded == title)]
        times = Counter(cell.folded for cell in named)
        twice = next((cell for cell in named if times[cell.folded] > 1), None)
        if twice is not None:  # two columns of one name: which of them is meant is not ours to guess
            cells = [cell.cell for cell in named if cell.folded == twice.folded]
            return Problems.TWO_COLUMNS, {"written": twice.text, "cells": listed(cells)}
        sheet.header, sheet.columns = row, _columns(heads)
        return None
    return Problems.NO_HEADER, {}


_BEGINS_WITH_DIGIT = re.compile(r"\W*\d")


def holds_number(cell: Cell) -> bool:
    """Return whether a cell has a number in it, or a text that begins like one."""
    return cell.kind == NUMBER or (cell.kind == TEXT and begins_with_digit(cell.text))


def begins_with_digit(text: str) -> bool:
    """Return whether a text begins like a number."""
    return bool(_BEGINS_WITH_DIGIT.match(text))


def value_headings(form: type[Form], sheet: Sheet) -> list[Cell]:
    """Return the headings below which numbers are looked for."""
    asked = {heading for item in form.fields().values() for heading in headings_of(item)} if form.line_title else ()
    return [
        cell
        for cell in sheet.cells
        if cell.row == sheet.header
        and (cell.folded in asked if form.line_title else cell.column == sheet.columns.get(VALUE_HEADING))
    ]


def _wide_heading(form: type[Form], sheet: Sheet) -> Refusal | None:
    """Return a refusal where one heading stands over several columns, and numbers not in its own alone.

    It is merged over them, or has words of its own below it that the next column without a heading has too.
    """
    headed = {cell.column for cell in sheet.cells if cell.row == sheet.header}
    words = {cell.column: cell for cell in sheet.cells if cell.row == sheet.header + 1 and not holds_number(cell)}
    numbers = {cell.column for cell in sheet.below() if holds_number(cell)}
    for head in value_headings(form, sheet):
        last = head.last_column
        while last == head.column and head.column in words and last + 1 in words.keys() - headed:
            last += 1
        columns = [column for column in range(head.column, last + 1) if column in numbers]
        if any(column > head.column for column in columns):
            cells = [words[column].cell if column in words else address(head.row, column) for column in columns]
            return Problems.WIDE_HEADING, {"written": head.text, "cells": listed(cells)}
    return None


def _two_tables(form: type[Form], sheet: Sheet, rows: Mapping[int, Sequence[Cell]]) -> Refusal | None:
    """Return a refusal where a second row of headings begins another table; one repeated on a new page does not."""
    if len(rows) < 2:
        return None
    at = sheet.columns
    known = {fold(label) for item in form.fields().values() for label in item.labels}
    tables: dict[str, set[int]] = {}
    own = at.get(LABEL_HEADING, at.get(LINE_HEADING))
    for cell in sheet.below():
        asked = cell.folded != fold(LINE_HEADING) if form.line_title else cell.folded in known
        if cell.column == own and asked:
            tables.setdefault(cell.folded, set()).add(max(row for row in rows if row < cell.row))
    same = all(_columns(heads).items() <= at.items() for heads in rows.values())
    if same and all(len(where) < 2 for where in tables.values()):
        return None
    return Problems.TWO_TABLES, {"cells": listed(heads[0].cell for heads in rows.values())}


def _refusal(form: type[Form], sheet: Sheet, marks: Marks, reporter: str | None, places: Places) -> Refusal | None:
    """Return why a sheet is not to be read as this return set's, or nothing."""
    # First of all: what is of another period is not to be copied into the version of this one.
    elsewhere = not_of_set(*sheet.key[:2], marks, places)
    if elsewhere is None and marks.version not in ("", str(form.version)):
        return Problems.WRONG_VERSION, {"written": marks.version, "expected": str(form.version)}
    return elsewhere or _not_by(form, sheet, marks, reporter, places)


def mixed_versions(form: type[Form], sheet: Sheet) -> Refusal | None:
    """Return a refusal where a sheet asks for what only another version of its form does, whatever it says to be."""
    others, at = of_other_versions(form), sheet.columns.get(LABEL_HEADING, 0)
    for cell in sheet.cells if others else ():
        asks = cell.row == sheet.header if form.line_title else cell.row > sheet.header
        if cell.folded in others and asks and (form.line_title or cell.column <= at <= cell.last_column):
            return Problems.OTHER_VERSION, {"written": cell.text, "cells": cell.cell, "expected": str(form.version)}
    return None


def not_of_set(period: str, commune: str, marks: Marks, places: Places) -> Refusal | None:
    """Return why a sheet with some marks is none of a return set's, or nothing."""
    of_set = Period.parse(period)
    others = [said for said in marks.of(PERIOD) if not of_set.is_named(said)]
    worded = ((said, period_worded(said)) for said in marks.of(WORDED))
    # A title may name the year, or the month, beside the period that the sheet is of.
    others += [said for said, one in worded if one is not None and not of_set.meets(one)]
    if others:
        return Problems.WRONG_PERIOD, {"written": others[0], "expected": of_set.title}
    strange = [said for said in marks.of(COMMUNE) if not places.is_commune_named(commune, said)]
    if not marks.of(COMMUNE):  # a letterhead is easily left over from the workbook that this one was made of
        strange += [said for said in marks.of(HEAD) if not places.begins_with_commune(commune, said)]
    if strange:
        return Problems.WRONG_COMMUNE, {"written": strange[0], "expected": places.territory(commune)}
    return None


def reporters_named(period: str, commune: str, marks: Marks, places: Places) -> tuple[str | None, ...]:
    """Return who the marks of a sheet say that it is from: one where they agree, nothing in the place of a stranger."""
    of_set = Period.parse(period)
    return tuple(dict.fromkeys(places.reporter_named(commune, said, of_set) for said in marks.of(REPORTER)))


def lacking_marks(marks: Marks, of_set: Period | None = None) -> str:
    """Return in words which of period and commune no mark of a sheet says; nothing where both are said.

    A wording of the period alone says it only where it is the period that is given.
    """
    period = marks.of(PERIOD) or [said for said in marks.of(WORDED) if of_set and of_set.is_named(said)]
    commune = marks.of(COMMUNE) or marks.of(HEAD)
    return ", ".join(word.lower() for word, said in ((PERIOD_MARK, period), (COMMUNE_MARK, commune)) if not said)


def _not_by(form: type[Form], sheet: Sheet, marks: Marks, reporter: str | None, places: Places) -> Refusal | None:
    if reporter is None:
        return Problems.UNKNOWN_REPORTER, {"written": next(iter(marks.of(REPORTER)), "")}
    period, commune = sheet.key[:2]
    if reporter in senders(form.reporter_kind, period, commune, places):
        return None
    when = Period.parse(period)
    absent = places.absent(commune, reporter, when)
    if absent is None or absent.reports_as != form.reporter_kind:
        return Problems.WRONG_REPORTER_KIND, {"written": marks.of(REPORTER)[0]}
    after = absent.successor if absent.ended_by(when) else ""
    now = f" (nay là {places.title(commune, after)})" if after else ""
    return Problems.REPORTER_NOT_THEN, {"written": f"{absent.reports(when)}{now}"}


def senders(kind: str, period: str, commune: str, places: Places) -> frozenset[str]:
    """Return the codes of who may send a form of a return set."""
    return frozenset(place.code for place in places.reporters(commune, kind, Period.parse(period)))
