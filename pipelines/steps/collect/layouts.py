"""Layouts: where the fields of a form are on all sheets on which the same words stand in the same cells.

Belongs here: which cells decide where the fields of a sheet are, and finding that from these alone. Does not belong
here: finding it on a sheet that has a problem (``sheets``, ``lines``), which sheets are of one layout (``quick``).

What decides is every text, wherever it stands, that some form prints or that begins like a mark, and every cell of
which something is to be noted. A layout is all of them, with their places and kinds; it is located from these cells
alone, so that nothing else can have a bearing on it. Two sheets of one layout differ in answers, notes, units, codes of
lines, and in what stands behind the colon of a mark; those are looked at in every sheet.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.collect.columns import Numbers
from pipelines.steps.collect.encodings import looks_old
from pipelines.steps.collect.headings import NOTE_HEADING, UNIT_HEADING, printed_words
from pipelines.steps.collect.lines import Met, columns_of, listed_in
from pipelines.steps.collect.sheets import (
    COMMUNE,
    HEAD,
    Marks,
    Sheet,
    form_named,
    headed_rows,
    lacking_marks,
    mark_of,
    marked,
    mixed_versions,
    take_columns,
    value_headings,
)
from pipelines.steps.collect.unit_notes import note_of
from schemas.form import Form
from schemas.text import fold

UNCLEAR = -1
"""The meaning of a text in an old encoding: what it says is not to be decided from the cell alone."""


@dataclass(frozen=True)
class Meanings:
    """What texts mean for where things are: a number, the same for texts that mean the same."""

    forms: tuple[type[Form], ...]
    numbers: dict[object, int] = field(default_factory=dict)

    def of(self, text: str) -> int:
        """Return what a text means: 0 for nothing, ``UNCLEAR`` where it is not to be decided here."""
        if looks_old(text, self.forms):
            return UNCLEAR
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
class Layout:
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


def layout_of(sheet: Sheet, forms: Sequence[type[Form]], numbers: Mapping[tuple[str, str], int]) -> Layout | None:
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
        if columns.bare or columns.units:
            return None
        fields = np.array([numbers[form.code, name] for name in columns.fields], np.int64)
        at = np.array(list(columns.fields.values()), np.int64)
        layout = Layout(form, marks, fields, at[:0], at, sheet.header, 0, beside[1], columns.names, columns.lines)
        reaching = False
    else:
        asked = listed_in(sheet, form, met)
        fields = np.array([numbers[form.code, one.field] for one in asked], np.int64)
        where = np.array([(one.row, one.column) for one in asked], np.int64).reshape(-1, 2)
        layout = Layout(form, marks, fields, where[:, 0], where[:, 1], sheet.header, *beside)
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
