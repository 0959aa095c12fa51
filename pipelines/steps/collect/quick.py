"""The quick way from cells to entries: sheets of one layout share one answer.

Belongs here: finding a layout once for all its sheets, and taking the entries of these in columns. Does not belong
here: what makes a layout (``layouts``), reading the answers (``answers``), and whatever has a problem, of which nothing
is said here but that it is to be located thoroughly (``locate``): words are made only there.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipelines.steps.collect.answers import Answers, Asked
from pipelines.steps.collect.cells import NUMBER
from pipelines.steps.collect.columns import MISSING, Numbers
from pipelines.steps.collect.grid import Grid, LaidOut
from pipelines.steps.collect.layouts import UNCLEAR, Layout, Meanings, layout_of
from pipelines.steps.collect.lines import is_total, line_key, names_a_line
from pipelines.steps.collect.sheets import (
    REPORTER,
    Marks,
    Sheet,
    begins_with_digit,
    form_named,
    mark_of,
    not_of_set,
    reporters_named,
    senders,
)
from pipelines.steps.frames import alike
from schemas.addresses import LAST_ROW, address
from schemas.fields import FormField
from schemas.form import Form
from schemas.periods import Period
from schemas.places import Places
from schemas.tables import ENTRIES, SHEET_KEY
from schemas.units import DECIMAL


@dataclass(frozen=True)
class Found:
    """What was located.

    Attributes:
        entries: ``schemas.tables.ENTRIES``.
        order: Per entry where it comes among all: a number made by ``place``.
        sheets: By number, form and reporter of the sheets that were located, all of which are usable.
    """

    entries: pa.Table
    order: Numbers
    sheets: Mapping[int, tuple[str, str]]

    def without(self, sheets: Collection[int]) -> "Found":
        """Return what was located but for some sheets."""
        kept = ~np.isin((self.order >> _BITS) & _MOST_SHEETS, list(sheets))
        left = {sheet: of for sheet, of in self.sheets.items() if sheet not in sheets}
        return Found(self.entries.filter(pa.array(kept)), self.order[kept], left)


def place(form: Numbers, sheet: Numbers, number: Numbers) -> Numbers:
    """Return where entries come: first by the number of their form, then by sheet, then by their number on it."""
    of_form = np.asarray(form, np.int64) * (_MOST_SHEETS + 1) + np.asarray(sheet, np.int64)
    return (of_form << _BITS) + np.asarray(number, np.int64)


_BITS, _MOST_SHEETS = 24, 2**32 - 1
"""More entries than these bits can count no sheet has, and more sheets than these no batch."""


def quickly(grid: Grid, forms: Sequence[type[Form]], places: Places, apart: Collection[int]) -> Found:
    """Locate the sheets that have no problem.

    Args:
        grid: The cells.
        forms: The forms to look for.
        places: Who may report.
        apart: The numbers of sheets that are to be left alone.
    """
    return _Search(grid, tuple(forms), places).found(apart)


class _Search:
    """One search through a grid, with what it has looked up of places."""

    def __init__(self, grid: Grid, forms: tuple[type[Form], ...], places: Places) -> None:
        self.grid, self.forms, self.places = grid, forms, places
        self.fields: list[tuple[type[Form], str, FormField]] = [
            (form, name, item) for form in forms for name, item in form.fields().items()
        ]
        self._reporter: dict[tuple[object, ...], str | None] = {}
        self._is_of_set: dict[tuple[object, ...], bool] = {}
        self._senders: dict[tuple[str, str, str], frozenset[str]] = {}
        self._is_asked: dict[tuple[type[Form], str, str], bool] = {}
        self.numbers = {(form.code, name): at for at, (form, name, _) in enumerate(self.fields)}

    def found(self, apart: Collection[int]) -> Found:
        """Return the entries of all sheets without a problem but those that are set apart."""
        reporters: dict[int, str] = {}
        good: dict[int, Layout] = {}
        for layout, sheets, first in self._by_layout(apart):
            for sheet, reporter in zip(sheets.tolist(), self._reporters(layout, sheets, first), strict=True):
                if reporter is not None:
                    good[sheet], reporters[sheet] = layout, reporter
        laid = LaidOut.of(self.grid, np.array(sorted(good), np.int64))
        by_layout: dict[Layout, list[int]] = {}
        for sheet in laid.sheets.tolist():
            by_layout.setdefault(good[sheet], []).append(sheet)
        wrong: list[Numbers] = []
        asked = [self._asked(laid, layout, np.array(sheets), wrong) for layout, sheets in by_layout.items()]
        entries = Asked(*(_joined([getattr(one, name) for one in asked]) for name in Asked.__dataclass_fields__))
        answers = Answers.of(laid, [item for _, _, item in self.fields], entries)
        wrong.append(entries.sheet[~answers.good])
        wrong.append(self._unasked(by_layout, answers.cell))
        bad = np.zeros(len(self.grid), bool)
        bad[_joined(wrong)] = True
        kept = np.flatnonzero(~bad[entries.sheet])
        order = place(entries.form[kept], entries.sheet[kept], entries.number[kept])
        sorting = np.argsort(order, kind="stable")
        kept = kept[sorting]
        located = {sheet: (good[sheet].form.code, reporters[sheet]) for sheet in laid.sheets.tolist() if not bad[sheet]}
        return Found(self._table(laid, entries, answers, kept, located), order[sorting], located)

    def _by_layout(self, apart: Collection[int]) -> Iterator[tuple[Layout, Numbers, Numbers]]:
        """Yield each layout without a problem, its sheets, and of each the first of the cells that decide."""
        grid = self.grid
        meaning = Meanings(self.forms).all_of(grid.texts)[grid.text]
        noted = np.array([bool(aside) for aside in grid.asides], bool)[grid.aside]
        self._deciding = np.flatnonzero((meaning > 0) | noted)
        left = np.zeros(len(grid), bool)
        left[list(apart)] = True
        left[grid.sheet[meaning == UNCLEAR]] = True
        said = (grid.row, grid.column, meaning, grid.kind, grid.aside)
        decisions = np.column_stack([own[self._deciding].astype(np.int32) for own in said])
        content, width = decisions.tobytes(), decisions.itemsize * len(said)
        bounds = np.searchsorted(self._deciding, grid.first)
        sheets: dict[tuple[str, bytes], list[int]] = {}
        named: dict[str, str] = {}
        for sheet, (begin, end) in enumerate(zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)):
            if not left[sheet]:
                name = grid.keys[sheet][-1]
                form = named.get(name) or named.setdefault(name, form_named("", name, self.forms))
                sheets.setdefault((form, content[begin * width : end * width]), []).append(sheet)
        for own in sheets.values():
            first = bounds[own]
            cells = grid.cells(self._deciding[first[0] : bounds[own[0] + 1]])
            layout = layout_of(Sheet(grid.keys[own[0]], grid.sha256[own[0]], cells), self.forms, self.numbers)
            if layout is not None:
                yield layout, np.array(own), first

    def _reporters(self, layout: Layout, sheets: Numbers, first: Numbers) -> Iterator[str | None]:
        """Yield who sent each sheet of a layout; nothing where that is not clear, or the sheet is none of its set's."""
        said = [self._marked(sheets, self._deciding[first + at], beside=beside) for _, at, beside in layout.marks]
        names = tuple(name for name, _, _ in layout.marks)
        for sheet, *marks in zip(sheets.tolist(), *said, strict=True):
            period, commune, *_ = self.grid.keys[sheet]
            named = (period, commune, names, *marks)
            if named not in self._reporter:
                found = Marks(said=tuple(zip(names, marks, strict=True)))
                self._reporter[named] = self._named(period, commune, found)
            reporter = self._reporter[named]
            yield reporter if reporter in self._sending(layout.form, period, commune) else None

    def _named(self, period: str, commune: str, marks: Marks) -> str | None:
        """Return the one reporter who is named on sheets; nothing where they are another period's or commune's."""
        said = (period, commune, *(one for one in marks.said if one[0] != REPORTER))
        if said not in self._is_of_set:
            self._is_of_set[said] = not_of_set(period, commune, marks, self.places) is None
        named = reporters_named(period, commune, marks, self.places) if self._is_of_set[said] else ()
        return named[0] if len(named) == 1 else None

    def _sending(self, form: type[Form], period: str, commune: str) -> frozenset[str]:
        """Return who may send a form of a return set; nobody where it is not asked."""
        asked, sending = (form, period, commune), (form.reporter_kind, period, commune)
        if asked not in self._is_asked:
            then = self.places.asks(form.code, Period.parse(period))
            self._is_asked[asked] = then and self.places.expects(commune, form.code)
        if sending not in self._senders:
            self._senders[sending] = senders(*sending, self.places)
        return self._senders[sending] if self._is_asked[asked] else frozenset()

    def _marked(self, sheets: Numbers, cells: Numbers, *, beside: bool) -> list[str]:
        """Return what stands behind marks, in their own cells or in the next ones to the right of them."""
        grid = self.grid
        if not beside:
            texts = [grid.words[text] for text in grid.text[cells].tolist()]
            return [mark.after if (mark := mark_of(text)) else "" for text in texts]
        found = []
        for sheet, cell in zip(sheets.tolist(), cells.tolist(), strict=True):
            own = slice(grid.first[sheet], grid.first[sheet + 1])
            right = np.flatnonzero((grid.row[own] == grid.row[cell]) & (grid.column[own] > grid.column[cell]))
            nearest = right[np.argsort(grid.column[own][right])][:1]
            found.extend([grid.words[text].strip() for text in grid.text[own][nearest].tolist()] or [""])
        return found

    def _asked(self, laid: LaidOut, layout: Layout, sheets: Numbers, wrong: list[Numbers]) -> Asked:
        """Return the fields that the sheets of a layout ask for; those with a wrong line go to ``wrong``."""
        count = len(layout.fields)
        if not layout.lines:
            sheet, times = np.repeat(sheets, count), len(sheets)
            code, row = np.full(len(sheet), MISSING, np.int64), np.tile(layout.rows, times)
            number = np.tile(np.arange(count), times)
        else:
            codes = self._lines(laid, layout, sheets, wrong)
            code, times = np.repeat(codes, count), len(codes)
            sheet, row = self.grid.sheet[code], self.grid.row[code]
            number = code * count + np.tile(np.arange(count), times) - self.grid.first[sheet] * count
        size = len(sheet)
        return Asked(
            sheet,
            row,
            np.tile(layout.columns, times),
            np.tile(layout.fields, times),
            np.full(size, layout.units),
            np.full(size, layout.notes),
            np.full(size, self.forms.index(layout.form)),
            number,
            code,
            np.full(size, layout.names),
        )

    def _lines(self, laid: LaidOut, layout: Layout, sheets: Numbers, wrong: list[Numbers]) -> Numbers:
        """Return the cells with the codes of the lines of sheets."""
        grid = self.grid
        cells = np.concatenate([np.arange(grid.first[sheet], grid.first[sheet + 1]) for sheet in sheets])
        below = cells[grid.row[cells] > layout.header]
        is_code, is_answer = grid.column[below] == layout.lines, np.isin(grid.column[below], layout.columns)
        rows = grid.sheet[below] * (LAST_ROW + 1) + grid.row[below]
        wrong.append(grid.sheet[below[is_answer & ~np.isin(rows, rows[is_code])]])
        codes = below[is_code]
        texts = [grid.words[text].strip() for text in grid.text[codes].tolist()]
        times = Counter(zip(grid.sheet[codes].tolist(), map(line_key, texts), strict=True))
        wrong.append(np.array([sheet for (sheet, _), count in times.items() if count > 1], np.int64))
        strange = {text for text in set(texts) if not names_a_line(text)}
        wrong.append(grid.sheet[codes[[text in strange for text in texts]]])
        named = laid.at(grid.sheet[codes], grid.row[codes], np.full(len(codes), layout.names))
        named = named[named != MISSING]
        wrong.append(grid.sheet[named[[is_total(grid.words[text].strip()) for text in grid.text[named].tolist()]]])
        return np.asarray(codes)

    def _unasked(self, by_layout: Mapping[Layout, Sequence[int]], answers: Numbers) -> Numbers:
        """Return the sheets with a number in the column of values that answers no field, or words below its heading."""
        grid = self.grid
        header, values = np.zeros(len(grid), np.int64), np.zeros(len(grid), np.int64)
        for layout, sheets in by_layout.items():
            if not layout.lines and len(layout.columns):
                header[sheets], values[sheets] = layout.header, layout.columns[0]
        beside = (grid.column == values[grid.sheet]) & (grid.row > header[grid.sheet])
        beside[answers[answers != MISSING]] = False
        left = np.flatnonzero(beside)
        told = grid.is_kind(NUMBER)[left] | (grid.row[left] == header[grid.sheet[left]] + 1)
        told |= np.array([begins_with_digit(grid.words[text]) for text in grid.text[left].tolist()], bool)
        return np.asarray(grid.sheet[left[told]])

    def _table(
        self, laid: LaidOut, asked: Asked, answers: "Answers", kept: Numbers, located: Mapping[int, tuple[str, str]]
    ) -> pa.Table:
        """Return some of the fields as ``schemas.tables.ENTRIES``."""
        grid, sheet = self.grid, pa.array(asked.sheet[kept])
        keys = dict(zip(SHEET_KEY, zip(*grid.keys, strict=True), strict=True)) if len(grid) else {}
        of_sheets = {
            **{name: keys.get(name, ()) for name in SHEET_KEY},
            "form": [located.get(number, ("", ""))[0] for number in range(len(grid))],
            "reporter": [located.get(number, ("", ""))[1] for number in range(len(grid))],
            "sha256": grid.sha256,
        }
        columns = {name: pa.array(values, pa.string()).take(sheet) for name, values in of_sheets.items()}
        named = laid.at(asked.sheet[kept], asked.row[kept], asked.names[kept])
        codes = asked.code[kept]
        texts = grid.text[codes[codes != MISSING]]
        which, first = alike(texts)
        lines = pa.array([grid.words[text].strip() for text in texts[first].tolist()], pa.string())
        line = np.full(len(kept), MISSING, np.int64)
        line[codes != MISSING] = which
        row, column = asked.row[kept], asked.column[kept]
        at, first = alike(row << 20 | column)
        addresses = [address(*where) for where in zip(row[first].tolist(), column[first].tolist(), strict=True)]
        columns |= {
            "line": _taken(lines, line),
            "line_name": self._said(named),
            "field": pa.array([name for _, name, _ in self.fields], pa.string()).take(pa.array(asked.field[kept])),
            "cell": pa.array(addresses, pa.string()).take(pa.array(at)),
            "received": self._said(answers.cell[kept]),
            "text": self._said(answers.cell[kept]),
            "value": _decimals(answers.value[kept], answers.known[kept]),
            "note": self._said(answers.note[kept]),
        }
        empty = pa.repeat("", len(kept))
        return pa.table([columns.get(name, empty) for name in ENTRIES.names], schema=ENTRIES)

    def _said(self, cells: Numbers) -> pa.Array:
        """Return the texts of cells; empty where there is none."""
        return _taken(self.grid.texts, np.where(cells == MISSING, MISSING, self.grid.text[cells]))


def _taken(texts: pa.Array, numbers: Numbers) -> pa.Array:
    """Return texts by number; an empty one for ``MISSING``."""
    with_empty = pa.chunked_array([texts, pa.array([""])]).combine_chunks()
    return with_empty.take(pa.array(np.where(numbers == MISSING, len(texts), numbers)))


def _decimals(values: Numbers, known: Numbers) -> pa.Array:
    """Return numbers that are kept in their smallest part as decimals; missing where they are not known."""
    words = np.column_stack([values, values >> 63])
    mask = pa.array(known).buffers()[1]
    return pa.Array.from_buffers(DECIMAL, len(values), [mask, pa.py_buffer(np.ascontiguousarray(words))])


def _joined(parts: Sequence[Numbers]) -> Numbers:
    return np.concatenate(parts).astype(np.int64, copy=False) if parts else np.zeros(0, np.int64)
