"""The quick way from cells to entries: sheets on which the same words stand in the same cells share one answer.

Belongs here: which cells decide where the fields of a sheet are, finding that once for every layout of them, and taking
the entries of all its sheets in columns. Does not belong here: finding it (``sheets``, ``lines``), reading a number
(``pipelines.steps.numbers``), and whatever has a problem, of which nothing is said here but that it is to be located
thoroughly (``locate``): words are made only there.

What decides is every text, wherever it stands, that some form prints or that begins like a mark, and every cell of
which something is to be noted. A layout is all of them, with their places and kinds; it is located from these cells
alone, so that nothing else can have a bearing on it. Two sheets of one layout differ in answers, notes, units, codes of
lines, and in what stands behind the colon of a mark; those are looked at in every sheet.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.collect.asides import MERGED
from pipelines.steps.collect.cells import ERROR, FORMULA, NUMBER
from pipelines.steps.collect.columns import MISSING, Numbers, Runs
from pipelines.steps.collect.encodings import looks_old
from pipelines.steps.collect.layout import NOTE_HEADING, UNIT_HEADING, printed_words
from pipelines.steps.collect.lines import Met, columns_of, is_total, line_key, listed_in, names_a_line
from pipelines.steps.collect.sheets import (
    COMMUNE,
    HEAD,
    REPORTER,
    Cell,
    Key,
    Marks,
    Sheet,
    begins_with_digit,
    form_named,
    headed_rows,
    lacking_marks,
    mark_of,
    marked,
    mixed_versions,
    not_of_set,
    reporters_named,
    senders,
    take_columns,
    value_headings,
)
from pipelines.steps.collect.unit_notes import note_of
from pipelines.steps.frames import alike, coded
from pipelines.steps.numbers import LONGEST, read_cell, same_unit
from schemas.addresses import LAST_ROW, address
from schemas.fields import FormField
from schemas.form import Form
from schemas.periods import Period
from schemas.places import Places
from schemas.tables import DECIDED, ENTRIES, SHEET_KEY
from schemas.text import fold
from schemas.units import DECIMAL, Unit

# --- Cells by number ---


@dataclass(frozen=True)
class Grid:
    """The cells of many sheets in columns, their texts by number.

    Attributes:
        texts: What a number of ``text`` or ``shown`` stands for.
        sheets: Period, commune, file and name of each, and where it begins.
    """

    row: Numbers
    column: Numbers
    kind: Numbers
    text: Numbers
    shown: Numbers
    aside: Numbers
    texts: pa.Array
    kinds: Sequence[str]
    asides: Sequence[str]
    sheets: Runs
    sha256: Sequence[str]

    @classmethod
    def of(cls, cells: pa.Table, sheets: Runs) -> "Grid":
        """Return the cells of ``schemas.tables.CELLS``, in which the sheets follow one another."""
        first = pa.array(sheets.first[:-1])
        text, texts = coded(cells["text"])
        shown, of_shown = coded(cells["shown"])
        if not _are_same(texts, of_shown):
            texts, shown = _in_one(texts, of_shown, shown)
        kind, kinds = coded(cells["kind"])
        aside, asides = coded(cells["aside"])
        return cls(
            cells["row"].to_numpy(),
            cells["column"].to_numpy(),
            kind,
            text,
            shown,
            aside,
            texts,
            kinds.to_pylist(),
            asides.to_pylist(),
            sheets,
            cells["sha256"].take(first).to_pylist(),
        )

    def __len__(self) -> int:
        """Return how many sheets there are."""
        return len(self.keys)

    @cached_property
    def keys(self) -> Sequence[Key]:
        """Period, commune, file and name of each sheet."""
        return [(period, commune, file, sheet) for period, commune, file, sheet in self.sheets.keys]

    @property
    def first(self) -> Numbers:
        """Where each sheet begins, and where the last one ends."""
        return self.sheets.first

    @property
    def sheet(self) -> Numbers:
        """The number of the sheet of each cell."""
        return self.sheets.number

    @cached_property
    def words(self) -> Sequence[str]:
        """The texts by number."""
        return list(self.texts.to_pylist())

    def is_kind(self, *kinds: str) -> Numbers:
        """Return which cells are of one of some kinds."""
        return np.isin(self.kind, [at for at, kind in enumerate(self.kinds) if kind in kinds])

    def cells(self, at: Numbers) -> list[Cell]:
        """Return some cells, none of which a decision was made on."""
        found = []
        for row, column, kind, text, shown, aside in zip(
            *(getattr(self, name)[at].tolist() for name in ("row", "column", "kind", "text", "shown", "aside")),
            strict=True,
        ):
            said, seen = self.words[text], None if shown == MISSING else self.words[shown]
            where = address(row, column)
            none = ("",) * len(DECIDED)
            found.append(Cell.of(row, column, where, self.kinds[kind], said, seen, "", said, self.asides[aside], none))
        return found


def _are_same(texts: pa.Array, others: pa.Array) -> bool:
    """Return whether two arrays are one in memory."""
    return [(one.offset, len(one), [part and part.address for part in one.buffers()]) for one in (texts, others)].count(
        (texts.offset, len(texts), [part and part.address for part in texts.buffers()])
    ) == 2


def _in_one(texts: pa.Array, others: pa.Array, numbers: Numbers) -> tuple[pa.Array, Numbers]:
    """Return texts of two dictionaries in one, and the numbers of the second in it."""
    both = pa.chunked_array([texts, others]).combine_chunks()
    known = pc.index_in(others, texts)
    new = np.arange(len(texts), len(both))
    moved = np.append(np.where(known.is_null(), new, known.fill_null(0)), MISSING)
    return both, moved[numbers].astype(np.int32)


# --- What decides ---

_UNCLEAR = -1


@dataclass(frozen=True)
class _Words:
    """What texts mean for where things are: a number, the same for texts that mean the same."""

    forms: tuple[type[Form], ...]
    numbers: dict[object, int] = field(default_factory=dict)

    def of(self, text: str) -> int:
        """Return what a text means: 0 for nothing, ``_UNCLEAR`` where it is not to be decided here."""
        if looks_old(text, self.forms):
            return _UNCLEAR
        folded, mark = fold(text), mark_of(text)
        printed = folded if folded in printed_words(self.forms) else ""
        note = None if printed else note_of(text)
        if not printed and mark is None and note is None:
            return 0
        said = mark and (mark.form, mark.version, mark.name, bool(mark.after), mark.plain)
        return self.numbers.setdefault((printed, said, note), len(self.numbers) + 1)

    def all_of(self, texts: pa.Array) -> Numbers:
        """Return the same of many texts."""
        found = np.zeros(len(texts), np.int32)
        at = np.arange(len(texts))
        if not any(set(word) <= _OF_NUMBERS for word in printed_words(self.forms)):
            at = np.flatnonzero(pc.match_substring_regex(texts, "[^-+0-9.,]"))
        found[at] = [self.of(text) for text in texts.take(pa.array(at)).to_pylist()]
        return found


_OF_NUMBERS = frozenset("0123456789 ")
"""What is left of a number when it is folded."""


@dataclass(frozen=True, eq=False)
class _Layout:
    """Where the fields of a form are on a sheet, as the cells that decide have it.

    Attributes:
        marks: Where the sheet says its reporter, period and commune: the name of the mark, which of the cells that
            decide it is, and whether it says so in the cell to the right of that one.
        fields: The numbers of the fields.
        rows: Of a form that lists one field per row, the row of each; of one with lines nothing.
        columns: The column of each field.
        header: Row of the column headings.
        units: Column of the units; 0 where there is none.
        notes: Column of the notes; 0 where there is none.
        names: Column of the names of the lines.
        lines: Column of the codes of the lines; 0 in a form without.
    """

    form: type[Form]
    marks: Sequence[tuple[str, int, bool]]
    fields: Numbers
    rows: Numbers
    columns: Numbers
    header: int
    units: int
    notes: int
    names: int = 0
    lines: int = 0


def _layout(sheet: Sheet, forms: Sequence[type[Form]], numbers: Mapping[tuple[str, str], int]) -> _Layout | None:
    """Return the layout of a sheet of which only the cells that decide are given, or nothing where it has a problem."""
    rows = headed_rows(sheet)
    found = marked(sheet.cells, next(iter(rows), 0))
    of_form = next((mark for name, _, mark in found if name == "form"), None)
    sheet.form = form_named(of_form.form if of_form else "", sheet.key[-1], forms)
    form = next((form for form in forms if form.code == sheet.form), None)
    if form is None or form.fixed or (of_form and of_form.version not in ("", str(form.version))):
        return None  # printed lines are held against the form one by one
    if lacking_marks(Marks(said=tuple((name, mark.after) for name, _, mark in found))):
        return None
    if len(rows) != 1 or take_columns(form, sheet, rows) is not None or mixed_versions(form, sheet) is not None:
        return None
    place = {id(cell): at for at, cell in enumerate(sheet.cells)}
    unheard = {"form", HEAD} if any(name == COMMUNE for name, _, _ in found) else {"form"}
    marks = [(name, place[id(cell)], not mark.after) for name, cell, mark in found if name not in unheard]
    beside = sheet.columns.get(UNIT_HEADING, 0), sheet.columns.get(NOTE_HEADING, 0)
    met: Met = {}
    if form.line_title:
        columns = columns_of(sheet, form, met)
        if columns.bare:
            return None
        fields = np.array([numbers[form.code, name] for name in columns.fields], np.int64)
        at = np.array(list(columns.fields.values()), np.int64)
        layout = _Layout(form, marks, fields, at[:0], at, sheet.header, 0, beside[1], columns.names, columns.lines)
        reaching = False
    else:
        asked = listed_in(sheet, form, met)
        fields = np.array([numbers[form.code, one.field] for one in asked], np.int64)
        where = np.array([(one.row, one.column) for one in asked], np.int64).reshape(-1, 2)
        layout = _Layout(form, marks, fields, where[:, 0], where[:, 1], sheet.header, *beside)
        reaching = any(one.last_row > one.row for one in asked)
    if bool(form.line_title) != (layout.units == 0) or _says_units(sheet, forms):
        return None  # whether the numbers are in the units of the form is told where each is looked at
    if any(cell.last_column > cell.column for cell in value_headings(form, sheet)):
        return None
    tall = any(cell.last_row > cell.row and cell.column in layout.columns for cell in sheet.below())
    return None if reaching or tall or any(met.values()) else layout


def _says_units(sheet: Sheet, forms: Sequence[type[Form]]) -> bool:
    """Return whether a sheet says units elsewhere than where its form prints them."""
    printed = printed_words(tuple(forms))
    return any(note_of(cell.text) is not None for cell in sheet.cells if cell.folded not in printed)


# --- Many sheets of each layout ---


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


@dataclass(frozen=True)
class _Asked:
    """Fields that sheets ask for: one entry in each array per field."""

    sheet: Numbers
    row: Numbers
    column: Numbers
    field: Numbers
    units: Numbers
    """Column of the unit beside it, 0 where there is none."""
    notes: Numbers
    form: Numbers
    number: Numbers
    code: Numbers
    """The cell with the code of the line; ``MISSING`` in a form without lines."""
    names: Numbers
    """Column of the name of the line."""


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
        good: dict[int, _Layout] = {}
        for layout, sheets, first in self._by_layout(apart):
            for sheet, reporter in zip(sheets.tolist(), self._reporters(layout, sheets, first), strict=True):
                if reporter is not None:
                    good[sheet], reporters[sheet] = layout, reporter
        self._lay_out(np.array(sorted(good), np.int64))
        by_layout: dict[_Layout, list[int]] = {}
        for sheet in self.sheets.tolist():
            by_layout.setdefault(good[sheet], []).append(sheet)
        wrong: list[Numbers] = []
        asked = [self._asked(layout, np.array(sheets), wrong) for layout, sheets in by_layout.items()]
        entries = _Asked(*(_joined([getattr(one, name) for one in asked]) for name in _Asked.__dataclass_fields__))
        answers = _Answers.of(self, entries)
        wrong.append(entries.sheet[~answers.good])
        wrong.append(self._unasked(by_layout, answers.cell))
        bad = np.zeros(len(self.grid), bool)
        bad[_joined(wrong)] = True
        kept = np.flatnonzero(~bad[entries.sheet])
        order = place(entries.form[kept], entries.sheet[kept], entries.number[kept])
        sorting = np.argsort(order, kind="stable")
        kept = kept[sorting]
        located = {sheet: (good[sheet].form.code, reporters[sheet]) for sheet in self.sheets.tolist() if not bad[sheet]}
        return Found(self._table(entries, answers, kept, located), order[sorting], located)

    def _by_layout(self, apart: Collection[int]) -> Iterator[tuple[_Layout, Numbers, Numbers]]:
        """Yield each layout without a problem, its sheets, and of each the first of the cells that decide."""
        grid = self.grid
        meaning = _Words(self.forms).all_of(grid.texts)[grid.text]
        noted = np.array([bool(aside) for aside in grid.asides], bool)[grid.aside]
        self._deciding = np.flatnonzero((meaning > 0) | noted)
        left = np.zeros(len(grid), bool)
        left[list(apart)] = True
        left[grid.sheet[meaning == _UNCLEAR]] = True
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
            layout = _layout(Sheet(grid.keys[own[0]], grid.sha256[own[0]], cells), self.forms, self.numbers)
            if layout is not None:
                yield layout, np.array(own), first

    def _reporters(self, layout: _Layout, sheets: Numbers, first: Numbers) -> Iterator[str | None]:
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
            self._is_asked[asked] = then and self.places.has(commune, form.code)
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

    def _lay_out(self, sheets: Numbers) -> None:
        """Lay the cells of sheets out, so that each is found by its row and column."""
        grid = self.grid
        begins = grid.first[:-1]
        self._height = np.maximum.reduceat(grid.row, begins) if len(begins) else begins
        self._width = np.maximum.reduceat(grid.column, begins) if len(begins) else begins
        self.sheets = sheets[(self._height * self._width)[sheets] <= _LARGEST]
        area = np.zeros(len(grid), np.int64)
        area[self.sheets] = (self._height * self._width)[self.sheets]
        self._begin = np.cumsum(area) - area
        self._cell_at = np.full(int(area.sum()), MISSING, np.int32)
        cells = np.flatnonzero((area > 0)[grid.sheet])
        self._cell_at[self._position(grid.sheet[cells], grid.row[cells], grid.column[cells])] = cells

    def _position(self, sheet: Numbers, row: Numbers, column: Numbers) -> Numbers:
        return np.asarray(self._begin[sheet] + (row - 1) * self._width[sheet] + column - 1)

    def at(self, sheet: Numbers, row: Numbers, column: Numbers) -> Numbers:
        """Return the cells that stand in some places, ``MISSING`` where there is none."""
        within = (row >= 1) & (row <= self._height[sheet]) & (column >= 1) & (column <= self._width[sheet])
        found = np.full(len(sheet), MISSING, np.int64)
        found[within] = self._cell_at[self._position(sheet[within], row[within], column[within])]
        return found

    def _asked(self, layout: _Layout, sheets: Numbers, wrong: list[Numbers]) -> _Asked:
        """Return the fields that the sheets of a layout ask for; those with a wrong line go to ``wrong``."""
        count = len(layout.fields)
        if not layout.lines:
            sheet, times = np.repeat(sheets, count), len(sheets)
            code, row = np.full(len(sheet), MISSING, np.int64), np.tile(layout.rows, times)
            number = np.tile(np.arange(count), times)
        else:
            codes = self._lines(layout, sheets, wrong)
            code, times = np.repeat(codes, count), len(codes)
            sheet, row = self.grid.sheet[code], self.grid.row[code]
            number = code * count + np.tile(np.arange(count), times) - self.grid.first[sheet] * count
        size = len(sheet)
        return _Asked(
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

    def _lines(self, layout: _Layout, sheets: Numbers, wrong: list[Numbers]) -> Numbers:
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
        named = self.at(grid.sheet[codes], grid.row[codes], np.full(len(codes), layout.names))
        named = named[named != MISSING]
        wrong.append(grid.sheet[named[[is_total(grid.words[text].strip()) for text in grid.text[named].tolist()]]])
        return np.asarray(codes)

    def _unasked(self, by_layout: Mapping[_Layout, Sequence[int]], answers: Numbers) -> Numbers:
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
        self, asked: _Asked, answers: "_Answers", kept: Numbers, located: Mapping[int, tuple[str, str]]
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
        named = self.at(asked.sheet[kept], asked.row[kept], asked.names[kept])
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


_LARGEST = 2**16
"""Rows times columns of a sheet that is laid out."""

# --- What the cells say ---

_SCALE = 10**DECIMAL.scale


@dataclass(frozen=True)
class _Answers:
    """What the fields that were asked for were answered.

    Attributes:
        cell: The cell of the answer, and that of the note beside it; ``MISSING`` where it is blank.
        value: The number, in its smallest part; ``known``: whether there is one.
        good: Whether there is nothing to be told of it.
    """

    cell: Numbers
    note: Numbers
    value: Numbers
    known: Numbers
    good: Numbers

    @classmethod
    def of(cls, search: _Search, asked: _Asked) -> "_Answers":
        """Look all answers up, and read each that is written alike, and asked for alike, once."""
        grid = search.grid
        cell, note, unit = (
            search.at(asked.sheet, asked.row, column) for column in (asked.column, asked.notes, asked.units)
        )
        sorts, of_field = _sorts((item.unit, item.optional) for _, _, item in search.fields)
        sort = of_field[asked.field]
        fits = np.ones(len(cell), bool)
        printed = np.flatnonzero(unit != MISSING)
        words, of_words = grid.text[unit[printed]], sort[printed]
        which, first = alike(words * np.int64(len(sorts)) + of_words)
        distinct = zip(words[first].tolist(), of_words[first].tolist(), strict=True)
        fits[printed] = np.array(
            [bool(grid.words[one].strip()) and same_unit(grid.words[one], sorts[at][0]) for one, at in distinct], bool
        )[which]
        fits[(unit == MISSING) & (asked.units > 0)] = False
        blank = cell == MISSING
        value, known = np.zeros(len(cell), np.int64), np.zeros(len(cell), bool)
        good = np.array([optional for _, optional in sorts], bool)[sort]
        own = cell[~blank]
        value[~blank], known[~blank], good[~blank] = _read(grid, own, sort[~blank], sorts)
        told = np.array(
            [any(not word.startswith(f"{MERGED}=") for word in aside.split()) for aside in grid.asides], bool
        )
        good[~blank] &= ~told[grid.aside[own]]
        has_note = note != MISSING
        good[has_note] &= ~grid.is_kind(ERROR, FORMULA)[note[has_note]]
        good &= fits
        return cls(cell, note, value, known, good)


_Sort = tuple[Unit, bool]
"""The unit of a field, and whether it may be left blank."""


def _sorts(fields: Iterable[_Sort]) -> tuple[Sequence[_Sort], Numbers]:
    """Return the distinct sorts of fields, and which of these each field is of."""
    numbers: dict[_Sort, int] = {}
    which = [numbers.setdefault(sort, len(numbers)) for sort in fields]
    return list(numbers), np.array(which, np.int64)


def _read(grid: Grid, cells: Numbers, sort: Numbers, sorts: Sequence[_Sort]) -> tuple[Numbers, Numbers, Numbers]:
    """Return the numbers in cells, whether there is one in each, and whether there is nothing to be told of it."""
    kinds, texts = len(grid.kinds), np.int64(len(grid.texts) + 1)
    written = (grid.text[cells] * texts + grid.shown[cells] + 1) * kinds + grid.kind[cells]
    which, _ = alike(written)
    of_cell, first = alike(which * np.int64(len(sorts)) + sort)
    one, of_sort = cells[first], sort[first]
    value, good = _plainly(grid, one, np.array([unit.decimals for unit, _ in sorts], np.int64)[of_sort])
    known = good.copy()
    for at in np.flatnonzero(~good).tolist():
        value[at], known[at], good[at] = _told(grid, int(one[at]), *sorts[of_sort[at]])
    return value[of_cell], known[of_cell], good[of_cell]


_DECIMALS = rf"(?P<decimals>[0-9]{{1,{DECIMAL.scale}}})"
_KEPT = rf"^(?P<whole>[0-9]{{1,{LONGEST}}})(?:\.{_DECIMALS})?$"
_GROUPED = r"[0-9]{1,3}(?:\.[0-9]{3}){1,3}|[0-9]{1,2}(?:\.[0-9]{3}){4}"
_SHOWN = rf"^(?P<whole>[0-9]{{1,{LONGEST}}}|{_GROUPED})(?:,{_DECIMALS})?$"
"""Numbers as they are kept and as they are shown, nearly all of them: of no more digits than a table can hold."""


def _plainly(grid: Grid, cells: Numbers, places: Numbers) -> tuple[Numbers, Numbers]:
    """Return numbers of which nothing is to be told: kept as their unit has it, and shown so, rounded or not.

    Args:
        grid: The cells.
        cells: Those to be read.
        places: How many digits the unit of each keeps after the comma.

    Returns:
        The numbers, in their smallest part; and which cells have one.
    """
    kept, decimals, is_kept = _amounts(grid.texts.take(pa.array(grid.text[cells])), _KEPT)
    shown = grid.texts.take(pa.array(grid.shown[cells], mask=grid.shown[cells] == MISSING))
    seen, digits, is_seen = _amounts(shown, _SHOWN)
    near = 2 * np.abs(kept - seen) <= 10 ** (DECIMAL.scale - digits)
    return kept, is_kept & is_seen & (decimals <= places) & near & grid.is_kind(NUMBER)[cells]


def _amounts(texts: pa.Array, pattern: str) -> tuple[Numbers, Numbers, Numbers]:
    """Return numbers in their smallest part, how many digits each has after the comma, and which texts have one."""
    found = pc.extract_regex(texts, pattern)
    whole, decimals = (pc.struct_field(found, at).fill_null("0") for at in (0, 1))
    thousands = pc.replace_substring(whole, ".", "").cast(pa.int64()).to_numpy()
    parts = pc.utf8_rpad(decimals, DECIMAL.scale, "0").cast(pa.int64()).to_numpy()
    digits = pc.binary_length(decimals).to_numpy().astype(np.int64)
    return thousands * _SCALE + parts, digits, found.is_valid().to_numpy(zero_copy_only=False)


def _told(grid: Grid, cell: int, unit: Unit, optional: bool) -> tuple[int, bool, bool]:
    """Return the number in a cell, whether there is one, and whether there is nothing to be told of it."""
    kind, text = grid.kinds[grid.kind[cell]], grid.words[grid.text[cell]]
    shown = None if grid.shown[cell] == MISSING else grid.words[grid.shown[cell]]
    reading = read_cell(kind, text, shown, unit)
    told = reading.problem is not None or reading.remark is not None
    if told or (kind == NUMBER and (shown is None or not shown.strip())):
        return 0, False, False
    if reading.value is None:
        return 0, False, optional
    return int(reading.value * _SCALE), True, True
