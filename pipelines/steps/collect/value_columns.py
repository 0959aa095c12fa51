"""The values of many sheets that were taken apart, put into columns at once.

Belongs here: which cell has which value, and what numbers look like, many together. Does not belong here: where values
come from (``look_alikes``), what one number looks like (``shown``), which is asked wherever it is not certain here.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.collect.cells import NUMBER, TEXT, Said
from pipelines.steps.collect.columns import MISSING, Columns, Numbers, Run
from pipelines.steps.collect.look_alikes import QuickBook, Strings, Told, text_of
from pipelines.steps.collect.sheet_part import BrokenSheetError
from pipelines.steps.collect.shown import GENERAL
from pipelines.steps.collect.skeletons import ALONE, INLINE, NUMBERED, STRING, Apart, Skeleton
from pipelines.steps.collect.spreadsheetml import BLANKS, number_said


class Batch:
    """Sheets of many workbooks, whose values are put into columns at once."""

    def __init__(self, columns: Columns) -> None:
        """Begin with no sheet."""
        self._columns = columns
        self._sheets: list[Run] = []
        self._ways: list[Numbers] = []
        self._forms: list[Numbers] = []
        self._apart: list[tuple[Apart, int]] = []
        self._strings: list[Numbers] = []
        self._of_sheets: list[tuple[int, int, int]] = []
        """Of each sheet, its workbook, its first string, and how many strings there are."""
        self._single: list[tuple[int, Told | None]] = []
        self._drawn: list[int] = []
        self._known: dict[Skeleton, tuple[Run, Numbers]] = {}
        self._known_strings: dict[Strings, Numbers] = {}
        self._known_forms: dict[tuple[str, bool, bool], int] = {}
        self._size = self._string_count = 0

    def add(self, number: int, book: QuickBook) -> None:
        """Add the sheets of a workbook, which goes by a number."""
        if book.strings not in self._known_strings:
            self._known_strings[book.strings] = self._columns.texts.all_of(book.strings.texts)
        strings = self._known_strings[book.strings][book.strings.numbers[book.number]]
        self._strings.append(strings)
        for sheet in book.sheets:
            skeleton = sheet.skeleton
            run, forms = self._known.get(skeleton) or self._know(skeleton)
            if skeleton.drawn:
                self._drawn.append(len(self._sheets))
            self._sheets.append(run)
            self._ways.append(skeleton.ways)
            self._forms.append(forms)
            self._apart.append((sheet.apart, sheet.number))
            self._of_sheets.append((number, self._string_count, len(strings)))
            self._single += [(self._size + at, said) for at, said in sheet.single]
            self._size += len(run)
        self._string_count += len(strings)

    def _know(self, skeleton: Skeleton) -> tuple[Run, Numbers]:
        columns, size = self._columns, len(skeleton.rows)
        run = Run(
            np.array(skeleton.rows, np.int64),
            np.array(skeleton.columns, np.int64),
            columns.cells.all_of(skeleton.cells),
            np.full(size, columns.kinds.of(TEXT), np.int32),
            np.zeros(size, np.int32),
            np.zeros(size, np.int32),
            columns.formats.all_of(skeleton.formats),
            columns.asides.all_of(skeleton.asides),
        )
        forms = [self._known_forms.setdefault(form, len(self._known_forms)) for form in skeleton.forms]
        self._known[skeleton] = run, np.array(forms, np.int64)
        return self._known[skeleton]

    def add_run(self, number: int, run: Run) -> None:
        """Add a sheet that was read thoroughly, of the workbook that goes by a number."""
        self._sheets.append(run)
        self._ways.append(np.zeros(len(run), np.int8))
        self._of_sheets.append((number, 0, 0))
        self._size += len(run)

    def settle(self) -> tuple[Run, Numbers, set[int]]:
        """Put all values in.

        Returns:
            The cells that say something, sheet by sheet; how many each sheet has; and the numbers of the workbooks that
            are to be read thoroughly after all: of theirs it is not certain what they say.
        """
        cells = Run(*(_joined([getattr(run, name) for run in self._sheets]) for name in Run.__dataclass_fields__))
        ways, sizes = _joined(self._ways, np.int8), np.array([len(run) for run in self._sheets], np.int64)
        sheets = np.repeat(np.arange(len(sizes)), sizes)
        values, texts = self._pieces()
        has_value, has_text = np.flatnonzero((ways != ALONE) & (ways < INLINE)), np.flatnonzero(ways >= INLINE)
        doubtful = [np.zeros(0, np.int64)]
        for way, put, having, pieces in (
            (STRING, self._put_strings, has_value, values),
            (NUMBERED, self._put_numbers, has_value, values),
            (INLINE, self._put_texts, has_text, texts),
        ):
            own = np.flatnonzero(ways[having] == way)
            at = having[own]
            if len(at):
                doubtful.append(at[~put(cells, at, pieces.take(pa.array(own)), sheets[at])])
        empty = self._columns.texts.number.get("", MISSING - 1)
        kept = ~(((ways == STRING) | (ways == INLINE)) & (cells.text == empty))
        for place, said in self._single:
            kept[place] = said is not None
            if said is not None:
                kind, text, shown, aside = said
                cells.kind[place], cells.text[place] = self._columns.kinds.of(kind), self._columns.texts.of(text)
                cells.shown[place] = MISSING if shown is None else self._columns.texts.of(shown)
                cells.aside[place] = self._columns.asides.of(aside)
        filled = np.bincount(sheets[kept], minlength=len(sizes))
        unclear = {*sheets[np.concatenate(doubtful)].tolist(), *(sheet for sheet in self._drawn if not filled[sheet])}
        if not kept.all():
            cells = Run(*(getattr(cells, name)[kept] for name in Run.__dataclass_fields__))
        return cells, filled, {self._of_sheets[sheet][0] for sheet in unclear}

    def _pieces(self) -> tuple[pa.Array, pa.Array]:
        """Return the values of all sheets, and the texts that stand in their cells."""
        values, texts = [pa.array([], pa.binary())], [pa.array([], pa.binary())]
        for apart, own in groupby(self._apart, key=itemgetter(0)):
            sheets = np.array([number for _, number in own], np.int64)
            values.append(apart.values_of(sheets))
            texts.append(apart.texts_of(sheets))
        return pa.concat_arrays(values), pa.concat_arrays(texts)

    def _put_strings(self, cells: Run, at: Numbers, values: pa.Array, sheets: Numbers) -> Numbers:
        """Put in the strings that values name by their numbers; return which of them name one."""
        digits = values.cast(pa.string(), safe=False)
        is_number = pc.and_(pc.ascii_is_decimal(digits), pc.less(pc.binary_length(digits), 10))
        numbers = pc.if_else(is_number, digits, "0").cast(pa.int64()).to_numpy()
        _, first, count = np.array(self._of_sheets, np.int64).T[:, sheets]
        known = is_number.to_numpy(zero_copy_only=False) & (numbers < count)
        cells.text[at[known]] = cells.shown[at[known]] = _joined(self._strings)[(first + numbers)[known]]
        return np.asarray(known)

    def _put_numbers(self, cells: Run, at: Numbers, values: pa.Array, _sheets: Numbers) -> Numbers:
        """Put in numbers, each that is written alike and has one format once; return which of them are numbers."""
        columns, forms = self._columns, list(self._known_forms)
        written = values.dictionary_encode()
        pairs = written.indices.to_numpy() * np.int64(len(forms)) + _joined(self._forms, np.int64)
        alike = pa.array(pairs).dictionary_encode()
        value, form_of = np.divmod(alike.dictionary.to_numpy(), len(forms))
        said: list[Said | None] = [None] * len(value)
        for number, form in enumerate(forms):
            own = np.flatnonzero(form_of == number)
            for place, one in zip(
                own.tolist(), numbers_said(written.dictionary.take(pa.array(value[own])), *form), strict=True
            ):
                said[place] = one
        which = alike.indices.to_numpy()
        kinds = columns.kinds.all_of(None if one is None else one[0] for one in said)
        cells.kind[at] = kinds[which]
        cells.text[at] = columns.texts.all_of(None if one is None else one[1] for one in said)[which]
        cells.shown[at] = columns.texts.all_of(None if one is None else one[2] for one in said)[which]
        return np.asarray((kinds != MISSING)[which])

    def _put_texts(self, cells: Run, at: Numbers, values: pa.Array, _sheets: Numbers) -> Numbers:
        """Put in the texts that stand in the cells themselves; return of which it is certain what they are."""
        written = values.dictionary_encode()
        texts = self._columns.texts.all_of(map(text_of, written.dictionary.to_pylist()))[written.indices.to_numpy()]
        cells.text[at] = cells.shown[at] = texts
        return np.asarray(texts != MISSING)


def _joined(parts: Sequence[Numbers], kind: type = np.int64) -> Numbers:
    return np.concatenate(parts) if parts else np.zeros(0, kind)


_MOST_DECIMALS = 4

_PLAIN = rf"^(?P<whole>0|[1-9][0-9]{{0,10}})(?:\.(?P<decimals>[0-9]{{0,{_MOST_DECIMALS - 1}}}[1-9]))?$"
"""A number that is kept as it is written: of 15 digits at most, and none too many."""

_FIXED = re.compile(r"(#,##)?0(?:\.(0+))?")
"""The formats of nearly all numbers of returns, but for the general one."""


def numbers_said(written: pa.Array, form: str, hides_zeros: bool, since_1904: bool) -> Iterator[Said | None]:
    """Yield what cells say whose values are numbers; nothing for one that is none."""
    for value, shown in zip(
        written.to_pylist(), _shown(written, form, hides_zeros=hides_zeros).to_pylist(), strict=True
    ):
        if shown is not None:
            yield NUMBER, value.decode("ascii"), shown
            continue
        try:
            kind, text, looks = number_said(value.decode("ascii").strip(BLANKS), form, since_1904)
        except (BrokenSheetError, UnicodeDecodeError):
            yield None
        else:
            yield kind, text, "" if hides_zeros and kind == NUMBER and text == "0" else looks


def _shown(written: pa.Array, form: str, *, hides_zeros: bool) -> pa.Array:
    """Return what numbers look like, as ``number_said`` has it; nothing for one that needs a closer look."""
    fixed = _FIXED.fullmatch(form)
    if fixed is None and form != GENERAL:
        return pa.nulls(len(written), pa.string())
    found = pc.extract_regex(written, _PLAIN)
    whole, decimals = (pc.struct_field(found, at).cast(pa.string()).fill_null("0") for at in (0, 1))
    if fixed is None:
        shown = pc.if_else(pc.equal(decimals, ""), whole, pc.binary_join_element_wise(whole, decimals, ","))
    else:
        shown = _rounded(whole, decimals, len(fixed[2] or ""), grouped=bool(fixed[1]))
    if hides_zeros:
        shown = pc.if_else(pc.and_(pc.equal(whole, "0"), pc.equal(decimals, "")), "", shown)
    return pc.if_else(found.is_valid(), shown, None)


def _rounded(whole: pa.Array, decimals: pa.Array, places: int, *, grouped: bool) -> pa.Array:
    """Return numbers, given by their digits before and after the comma, rounded half up to some places."""
    digits = pc.binary_join_element_wise(whole, pc.utf8_rpad(decimals, _MOST_DECIMALS, "0"), "")
    known = min(places, _MOST_DECIMALS)
    step = 10 ** (_MOST_DECIMALS - known)
    before, after = np.divmod((digits.cast(pa.int64()).to_numpy() + step // 2) // step, 10**known)
    shown = pa.array(before).cast(pa.string())
    if grouped:
        shown = _in_thousands(shown)
    if places:
        after = pc.utf8_rpad(pc.utf8_lpad(pa.array(after).cast(pa.string()), known, "0"), places, "0")
        shown = pc.binary_join_element_wise(shown, after, ",")
    return shown


def _in_thousands(whole: pa.Array) -> pa.Array:
    """Return whole numbers of up to 12 digits with dots between groups of three."""
    shown = pc.utf8_slice_codeunits(whole, -3)
    for behind in (3, 6, 9):
        before = pc.utf8_slice_codeunits(whole, -behind - 3, -behind)
        shown = pc.if_else(pc.equal(before, ""), shown, pc.binary_join_element_wise(before, shown, "."))
    return shown
