"""The quick way for .xlsx: of a sheet that is like another one but for its values, the values alone are read.

Belongs here: taking the values out of the XML of a sheet, and remembering what the rest of it says. Does not belong
here: what any element means (``sheet_part``, which reads each skeleton once), the workbook around the sheets
(``look_alikes``), what becomes of the values (``value_columns``), and anything unusual, of which nothing is said here
but that it is to be read thoroughly.

A skeleton is the XML of a sheet without what stands in ``<v>`` and, where texts stand in the cells themselves, in
``<t>``. Two sheets of one skeleton, in workbooks of the same styles, differ in nothing but these values, byte by byte.
The villages of a commune send the same form, and most of a sheet is form. So no Python object is made of a value, and
none of a piece of XML: many sheets are taken apart at once, in Arrow.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.collect.asides import HIDDEN_SHEET, within
from pipelines.steps.collect.columns import MISSING, Numbers
from pipelines.steps.collect.limits import Budget, Limits
from pipelines.steps.collect.sheet_part import BrokenSheetError, ScatteredError, SheetReader, Slot, sheet_of
from pipelines.steps.collect.shown import GENERAL, text_shown
from pipelines.steps.collect.spreadsheetml import areas_changing, linked_aside
from pipelines.steps.collect.styles_part import styles_of
from pipelines.steps.collect.unreadable import UnreadableError

ALONE, STRING, NUMBERED, TOLD, INLINE, TOLD_INLINE = range(6)
"""How a cell comes by what it says: it has no value; or its value is the number of a string, or a number; or it is a
text in the cell itself; or one or the other of which ``spreadsheetml`` tells cell by cell, as of cells without any."""


@dataclass(frozen=True, eq=False)
class Setting:
    """What the workbook says that has a bearing on what the cells of a sheet say; of the same the same object."""

    styles: bytes
    since_1904: bool
    stale: bool
    linked_names: frozenset[str]
    hidden: bool
    limits: Limits


setting_of = lru_cache(maxsize=256)(Setting)


@dataclass(frozen=True, eq=False)
class Skeleton:
    """What is known of the cells of a sheet before their values are: one entry per cell, those of values in order.

    Attributes:
        ways: How each cell comes by what it says.
        single: The cells that are told of one by one: the place of each among the cells, its format, and which value
            or text is its own, if any.
        forms: Of a number, its format, and whether a zero is not shown.
        values: How many values there are.
        texts: How many texts stand in the cells themselves.
        drawn: Whether the sheet has pictures or comments.
    """

    rows: Sequence[int]
    columns: Sequence[int]
    cells: Sequence[str]
    formats: Sequence[str]
    asides: Sequence[str]
    ways: Numbers
    single: Sequence[tuple[int, Slot, str, int | None]]
    forms: Sequence[tuple[str, bool, bool]]
    values: int
    texts: int
    drawn: bool
    hides_zeros: bool


VALUE_MARK, TEXT_MARK = b"\x00", b"\x01"
"""Bytes that no XML has in it, and that stand in a skeleton for a ``<v>`` or a ``<t>`` and all that is in it."""


def contents_of(parts: Iterable[bytes]) -> pa.Array:
    """Return parts in which nothing tells a text that begins or ends with a blank from any other."""
    return pa.array([part.replace(b'<t xml:space="preserve">', b"<t>") for part in parts], pa.binary())


class _Cut(NamedTuple):
    """Contents of which something has been cut out.

    Attributes:
        left: What is left of each.
        pieces: What was cut out of all of them, one content after the other.
        first: Where the pieces of each begin, and where the last ones end.
        even: Whether every beginning in it has an end, and nothing ends before.
    """

    left: pa.Array
    pieces: pa.Array
    first: Numbers
    even: Numbers


def cut_out(contents: pa.Array, begin: str, end: str, mark: bytes) -> _Cut:
    """Cut out all that stands between a beginning and the end that comes next, both included; a mark takes its place.

    Where a content is even, and has no more marks than pieces, it could be put together again.
    """
    parts = pc.split_pattern(contents, begin)
    first = parts.offsets.to_numpy()
    halves = pc.split_pattern(parts.values, end, max_splits=1)
    at = halves.offsets.to_numpy()
    begun = np.ones(len(at) - 1, bool)
    begun[first[:-1]] = False
    rest = pa.ListArray.from_arrays(parts.offsets, halves.values.take(pa.array(at[1:] - 1)))
    return _Cut(
        pc.binary_join(rest, mark),
        halves.values.take(pa.array(at[:-1][begun])),
        first - np.arange(len(first)),
        np.logical_and.reduceat(np.diff(at) == 1 + begun, first[:-1]),
    )


@dataclass(frozen=True, eq=False)
class Apart:
    """Sheets that were taken apart: what is left of their XML, each that is alike once, and the values in order.

    Attributes:
        frames: The XML without values, each that is alike once.
        frame: Which of them is that of a sheet; ``MISSING`` where a sheet is to be read thoroughly.
        values, first_value: What stands in ``<v>``; where the values of each sheet begin, and where the last ones end.
        texts, first_text, text_count: What stands in ``<t>``; where those of each sheet begin, and how many they are.
    """

    frames: Sequence[bytes]
    frame: Numbers
    values: pa.Array
    first_value: Numbers
    texts: pa.Array
    first_text: Numbers
    text_count: Numbers

    @classmethod
    def of(cls, sheets: Sequence[bytes]) -> "Apart":
        """Take sheets apart."""
        values = cut_out(contents_of(sheets), "<v>", "</v>", VALUE_MARK)
        # Where no text stands in the cells, most sheets are alike by now.
        without = values.left.dictionary_encode()
        which = without.indices.to_numpy()
        texts = cut_out(without.dictionary, "<t>", "</t>", TEXT_MARK)
        small = pc.less_equal(pc.binary_length(texts.left), _LARGEST).to_numpy(zero_copy_only=False)
        frames = texts.left.dictionary_encode()
        known = values.even & (texts.even & small)[which]
        return cls(
            frames.dictionary.to_pylist(),
            np.where(known, frames.indices.to_numpy()[which], MISSING),
            values.pieces,
            values.first,
            texts.pieces,
            texts.first[:-1][which],
            np.diff(texts.first)[which],
        )

    def skeleton(self, number: int, setting: Setting) -> Skeleton | None:
        """Return that of a sheet, or nothing where it is to be read thoroughly."""
        frame = self.frame[number]
        found = None if frame == MISSING else _skeleton(self.frames[frame], setting)
        counts = self.first_value[number + 1] - self.first_value[number], self.text_count[number]
        return found if found is not None and counts == (found.values, found.texts) else None

    def piece(self, number: int, place: int, *, is_text: bool) -> bytes:
        """Return one of the texts in the cells of a sheet, or of the values."""
        first, pieces = (self.first_text, self.texts) if is_text else (self.first_value, self.values)
        piece: bytes = pieces[int(first[number]) + place].as_py()
        return piece

    def values_of(self, sheets: Numbers) -> pa.Array:
        """Return the values of some sheets."""
        return self.values.take(pa.array(_spans(self.first_value[sheets], np.diff(self.first_value)[sheets])))

    def texts_of(self, sheets: Numbers) -> pa.Array:
        """Return the texts that stand in the cells of some sheets."""
        return self.texts.take(pa.array(_spans(self.first_text[sheets], self.text_count[sheets])))


def _spans(first: Numbers, sizes: Numbers) -> Numbers:
    """Return the numbers from each first one on, as many as each size says."""
    return np.repeat(first - (np.cumsum(sizes) - sizes), sizes) + np.arange(sizes.sum())


_IN_UTF8 = re.compile(
    rb"(?:\xef\xbb\xbf)?"
    rb"""<(?:\?xml version=["']1\.0["'](?: encoding=["'](?i:utf-8)["'])?(?: standalone=["']\w+["'])?\s*\?>|\w)"""
)
"""How XML in UTF-8 begins."""

_LARGEST = 2**17
"""Bytes of a skeleton that is remembered."""


@lru_cache(maxsize=1024)
def _skeleton(frame: bytes, setting: Setting) -> Skeleton | None:
    """Return what the XML of a sheet says without its values, or nothing where it is to be read thoroughly."""
    try:
        sheet = _in_rows(frame, setting.limits) or _numbered(frame, setting.limits)
        layout = sheet.layout() if sheet else None
        styles = styles_of(setting.styles, "styles", setting.limits)
    except (BrokenSheetError, ScatteredError, UnreadableError):
        return None
    if layout is None:
        return None
    changing = areas_changing(layout, styles)
    hidden = f"{HIDDEN_SHEET} " if setting.hidden else ""
    counts = Counter[bool]()
    ways, formats, asides, single, forms = [], [], [], [], []
    for number, slot in enumerate(layout.slots):
        form = styles.format(slot.style, changing=within(changing, slot.row, slot.column))
        way, place = ALONE, None
        if _place(slot) is not None:
            is_text = slot.value is None
            way, place = _way(slot, form, setting), counts[is_text]
            counts[is_text] += 1
        if way in (ALONE, TOLD, TOLD_INLINE):
            single.append((number, slot, form, place))
        if way == NUMBERED:
            forms.append((form, layout.hides_zeros, setting.since_1904))
        ways.append(way)
        formats.append("" if form == GENERAL else form)
        asides.append(f"{hidden}{linked_aside(slot, setting.linked_names)}".strip())
    return Skeleton(
        [slot.row for slot in layout.slots],
        [slot.column for slot in layout.slots],
        [slot.cell for slot in layout.slots],
        formats,
        asides,
        np.array(ways, np.int8),
        single,
        forms,
        counts[False],
        counts[True],
        layout.drawn,
        layout.hides_zeros,
    )


def _numbered(frame: bytes, limits: Limits) -> SheetReader | None:
    """Return what is read of XML without values, each value being its number; nothing where one is not a cell's."""
    counts = Counter[bytes]()

    def number(mark: re.Match[bytes]) -> bytes:
        counts[mark[0]] += 1
        return (b"<v>%d</v>" if mark[0] == VALUE_MARK else b"<t>%d</t>") % (counts[mark[0]] - 1)

    sheet = sheet_of([_MARKS.sub(number, frame)], Budget(limits), "trang tính")
    places: dict[bytes, list[int]] = {VALUE_MARK: [], TEXT_MARK: []}
    for slot in sheet.slots:
        if (place := _place(slot)) is not None:
            places[TEXT_MARK if slot.value is None else VALUE_MARK].append(place)
    in_order = all(places[mark] == list(range(counts[mark])) for mark in places)
    return sheet if in_order and (not counts[TEXT_MARK] or _IN_UTF8.match(frame)) else None


_MARKS = re.compile(rb"[\x00\x01]")


def _place(slot: Slot) -> int | None:
    """Return the number of the value of a cell; nothing where it has none."""
    said = slot.inline if slot.value is None else slot.value
    return int(said) if said and said.isascii() and said.isdigit() else None


def _in_rows(frame: bytes, limits: Limits) -> SheetReader | None:
    """Return what is read of the XML of a sheet without values, row by row; nothing where that is not certain.

    One answer that is left out, or one note, makes another skeleton; but most of its rows are known.
    Where a comment or the like hides the end of a row, what is cut off there is no XML, and so it is not certain.
    """
    begin, end = frame.find(_ROWS), frame.find(_ROWS_END)
    root = _ROOT_TAG.search(frame)
    if not 0 <= begin < end or root is None or not _IN_UTF8.match(frame) or frame.count(_ROWS[:-1]) != 1:
        return None
    begin += len(_ROWS)
    shell = _shell(frame[:begin] + frame[end:], limits)
    opening, rows = _UID.sub(b"", root[0]) + _ROWS, frame[begin:end].split(_ROW_END)
    parts = [_rows(opening, row + _ROW_END, limits) for row in rows[:-1]]
    if rows[-1].strip():
        parts.append(_rows(opening, rows[-1], limits))
    known = [part for part in parts if part is not None]
    return shell.with_rows(known) if shell is not None and len(known) == len(parts) else None


_ROWS, _ROWS_END, _ROW_END = b"<sheetData>", b"</sheetData>", b"</row>"

_ROOT_TAG = re.compile(rb"<worksheet [^<>]*>")

_UID = re.compile(rb' xr:uid="[^"]*"')
"""What Excel writes to tell sheets apart, and nothing else."""


@lru_cache(maxsize=1024)
def _shell(frame: bytes, limits: Limits) -> SheetReader | None:
    return _numbered(frame, limits)


@lru_cache(maxsize=16384)
def _rows(opening: bytes, rows: bytes, limits: Limits) -> SheetReader | None:
    """Return what is read of rows, each of which says its number."""
    if rows.count(b"<row") != rows.count(b'<row r="'):
        return None
    return _numbered(opening + rows + _ROWS_END + b"</worksheet>", limits)


def _way(slot: Slot, form: str, setting: Setting) -> int:
    """Return how a cell with a value comes by what it says."""
    plainly = slot.formula is None and text_shown(_ANY_TEXT, form) == _ANY_TEXT
    if slot.kind == "s" and slot.inline is None and plainly:
        return STRING
    if slot.kind == "n" and slot.inline is None and (slot.formula is None or not setting.stale):
        return NUMBERED
    if slot.kind == "inlineStr" and slot.value is None and plainly:
        return INLINE
    return TOLD_INLINE if slot.value is None else TOLD


_ANY_TEXT = "\ue000"
"""A format shows either every text as it is, or this one neither."""
