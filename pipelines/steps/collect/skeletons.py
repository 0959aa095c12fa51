"""The quick way for .xlsx: of a sheet that is like another one but for its values, the values alone are read.

Belongs here: taking the values out of the XML of a sheet, remembering what the rest of it says, and putting the values
of many sheets into columns at once. Does not belong here: what any element means (``spreadsheetml``, which reads each
skeleton once), and anything unusual, of which nothing is said here but that it is to be read thoroughly.

A skeleton is the XML of a sheet without what stands in ``<v>`` and, where texts stand in the cells themselves, in
``<t>``. Two sheets of one skeleton, in workbooks of the same styles, differ in nothing but these values, byte by byte.
The villages of a commune send the same form, and most of a sheet is form. So no Python object is made of a value, and
none of a piece of XML: many sheets are taken apart at once, in Arrow.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import count, groupby, islice
from operator import itemgetter
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.collect.asides import HIDDEN_SHEET, within
from pipelines.steps.collect.cells import NUMBER, TEXT, Said
from pipelines.steps.collect.columns import MISSING, Columns, Numbers, Run
from pipelines.steps.collect.comments_part import COMMENTS
from pipelines.steps.collect.elements import plain
from pipelines.steps.collect.limits import Budget, Limits
from pipelines.steps.collect.package import part_name
from pipelines.steps.collect.sheet_part import BrokenSheetError, ScatteredError, SheetReader, Slot, sheet_of
from pipelines.steps.collect.shown import GENERAL, text_shown
from pipelines.steps.collect.spreadsheetml import BLANKS, Book, areas_changing, linked_aside, number_said, told
from pipelines.steps.collect.strings_part import strings_of
from pipelines.steps.collect.styles_part import styles_of
from pipelines.steps.collect.unreadable import UnreadableError
from pipelines.steps.collect.workbook_part import Outline, Sheet, outline
from pipelines.steps.collect.zipped import unzipped

_ROOT, _WORKBOOK, _LINKS = "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
"""Where office programs put these parts."""
_RELATIONSHIPS, _COMMENTS = ".rels", [f"/{kind}".encode() for kind in COMMENTS]
"""How parts are called that lead to others, and what stands in them where these hold comments."""

ALONE, STRING, NUMBERED, TOLD, INLINE, TOLD_INLINE = range(6)
"""How a cell comes by what it says: it has no value; or its value is the number of a string, or a number; or it is a
text in the cell itself; or one or the other of which ``spreadsheetml`` tells cell by cell, as of cells without any."""


@dataclass(frozen=True, eq=False)
class _Setting:
    """What the workbook says that has a bearing on what the cells of a sheet say; of the same the same object."""

    styles: bytes
    since_1904: bool
    stale: bool
    linked_names: frozenset[str]
    hidden: bool
    limits: Limits


_setting = lru_cache(maxsize=256)(_Setting)


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


# --- Taking the values out ---

_VALUE, _TEXT = b"\x00", b"\x01"
"""Bytes that no XML has in it, and that stand in a skeleton for a ``<v>`` or a ``<t>`` and all that is in it."""


def _contents(parts: Iterable[bytes]) -> pa.Array:
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


def _cut(contents: pa.Array, begin: str, end: str, mark: bytes) -> _Cut:
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
class _Apart:
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
    def of(cls, sheets: Sequence[bytes]) -> "_Apart":
        """Take sheets apart."""
        values = _cut(_contents(sheets), "<v>", "</v>", _VALUE)
        # Where no text stands in the cells, most sheets are alike by now.
        without = values.left.dictionary_encode()
        which = without.indices.to_numpy()
        texts = _cut(without.dictionary, "<t>", "</t>", _TEXT)
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

    def skeleton(self, number: int, setting: _Setting) -> Skeleton | None:
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
def _skeleton(frame: bytes, setting: _Setting) -> Skeleton | None:
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
        return (b"<v>%d</v>" if mark[0] == _VALUE else b"<t>%d</t>") % (counts[mark[0]] - 1)

    sheet = sheet_of([_MARKS.sub(number, frame)], Budget(limits), "trang tính")
    places: dict[bytes, list[int]] = {_VALUE: [], _TEXT: []}
    for slot in sheet.slots:
        if (place := _place(slot)) is not None:
            places[_TEXT if slot.value is None else _VALUE].append(place)
    in_order = all(places[mark] == list(range(counts[mark])) for mark in places)
    return sheet if in_order and (not counts[_TEXT] or _IN_UTF8.match(frame)) else None


_MARKS = re.compile(rb"[\x00\x01]")


def _place(slot: Slot) -> int | None:
    """Return the number of the value of a cell; nothing where it has none."""
    said = slot.inline if slot.value is None else slot.value
    return int(said) if said and said.isascii() and said.isdigit() else None


# One answer that is left out, or one note, makes another skeleton; but most of its rows are known.


def _in_rows(frame: bytes, limits: Limits) -> SheetReader | None:
    """Return what is read of the XML of a sheet without values, row by row; nothing where that is not certain.

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


def _way(slot: Slot, form: str, setting: _Setting) -> int:
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


# --- The workbook around the sheets ---


class _Unpacked:
    """Some parts of a package, and the names of all."""

    def __init__(self, parts: Mapping[str, bytes], names: frozenset[str]) -> None:
        self._parts, self._names = parts, names

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def read(self, name: str) -> bytes:
        return self._parts[name]

    def chunks(self, name: str) -> Iterator[bytes]:
        yield self._parts[name]


@lru_cache(maxsize=1024)
def _outline(root: bytes, workbook: bytes, links: bytes, names: frozenset[str], limits: Limits) -> Outline | None:
    package = _Unpacked({_ROOT: root, _WORKBOOK: workbook, _LINKS: links}, names)
    try:
        return outline(package, Budget(limits))
    except (UnreadableError, KeyError):  # the workbook is another part
        return None


_LISTED = re.compile(
    rb'(?:\xef\xbb\xbf)?(?:<\?xml version="1\.0" encoding="(?i:utf-8)"(?: standalone="(?:yes|no)")?\?>\s*)?'
    rb'<sst xmlns="http://schemas\.openxmlformats\.org/spreadsheetml/2006/main"'
    rb'(?: count="\d+")?(?: uniqueCount="\d+")?>(?:<si>\x01</si>)*</sst>'
)
"""A list of strings, each of which was cut out, in which nothing else stands."""


@dataclass(frozen=True, eq=False)
class _Strings:
    """The strings of some workbooks.

    Attributes:
        texts: All of them.
        numbers: Which of these are the strings of each workbook; nothing where they are broken.
    """

    texts: Sequence[str]
    numbers: Sequence[Numbers | None]

    @classmethod
    def of(cls, parts: Sequence[bytes], limits: Limits) -> "_Strings":
        """Return the strings of parts, each of a workbook; an empty one has none."""
        cut = _cut(_contents(parts), "<t>", "</t>", _TEXT)
        frames, written = cut.left.dictionary_encode(), cut.pieces.dictionary_encode()
        counts = [
            frame.count(_TEXT) if _LISTED.fullmatch(frame) else MISSING for frame in frames.dictionary.to_pylist()
        ]
        sizes, which = np.diff(cut.first), written.indices.to_numpy()
        listed = cut.even & (np.array(counts)[frames.indices.to_numpy()] == sizes)
        said = [_text(one) for one in written.dictionary.to_pylist()]
        unclear = np.array([text is None for text in said], bool)[which]
        listed[np.repeat(np.arange(len(parts)), sizes)[unclear]] = False
        texts = [text or "" for text in said]
        numbers: list[Numbers | None] = []
        for part, own, is_listed in zip(parts, np.split(which, cut.first[1:-1]), listed.tolist(), strict=True):
            if is_listed or not part:
                numbers.append(own)
                continue
            try:
                found = strings_of([part], "sharedStrings", Budget(limits))
            except UnreadableError:
                numbers.append(None)
            else:
                numbers.append(np.arange(len(texts), len(texts) + len(found)))
                texts += found
        return cls(texts, numbers)

    def of_book(self, number: int) -> Sequence[str]:
        """Return the strings of one workbook."""
        own = self.numbers[number]
        return [] if own is None else [self.texts[at] for at in own.tolist()]


def _text(value: bytes) -> str | None:
    """Return a text that stands in a cell itself, or nothing where it is not certain what it is."""
    if b"<" in value or not _is_plain(value):
        return None
    try:
        return _unescaped(value.decode())
    except (UnicodeDecodeError, KeyError):
        return None


_CONTROLS = bytes(set(range(32)) - set(b"\t\n"))


def _is_plain(content: bytes) -> bool:
    """Return whether a text, its entities aside, is what a reader of XML makes of it."""
    unlike = any(mark in content for mark in (b"]]>", b"\xef\xbf\xbe", b"\xef\xbf\xbf"))
    return not unlike and len(content.translate(None, _CONTROLS)) == len(content)


_ENTITY = re.compile("&#([0-9]{1,7});|&(\\w*;?)")
_ENTITIES = {"amp;": "&", "lt;": "<", "gt;": ">", "quot;": '"', "apos;": "'"}


def _unescaped(text: str) -> str:
    """Return a text without entities.

    Raises:
        KeyError: It has one that is not of the five that every XML has, and no letter by its number.
    """
    return plain(_ENTITY.sub(_meant, text) if "&" in text else text)


def _meant(entity: re.Match[str]) -> str:
    if entity[1] is None:
        return _ENTITIES[entity[2]]
    number = int(entity[1])
    if not (
        32 <= number < 0xD800 or 0xE000 <= number < 0xFFFE or 0x10000 <= number < 0x110000 or number in (9, 10, 13)
    ):
        raise KeyError(number)
    return chr(number)


# --- Putting the values in ---


Told = tuple[str, str, str | None, str]
"""Kind, text and shown text of a cell, and what is to be noted of it."""


@dataclass(frozen=True)
class QuickSheet:
    """A sheet that was taken apart, and what the cells say that are told of one by one: nothing where they are empty.

    Args:
        name: Its name.
        skeleton: All but its values.
        apart: The sheets that were taken apart together with it.
        number: Which of these it is.
        single: The place among its cells of each that is told of, and what it says.
    """

    name: str
    skeleton: Skeleton
    apart: _Apart
    number: int
    single: Sequence[tuple[int, Told | None]]


@dataclass(frozen=True)
class QuickBook:
    """A workbook that was taken apart.

    Args:
        sheets: Its sheets.
        strings: The strings of all workbooks that were taken apart together with it.
        number: Which of these it is.
    """

    sheets: Sequence[QuickSheet]
    strings: _Strings
    number: int


_TOGETHER = 256
"""Workbooks that are taken apart at once: enough for the work to be Arrow's, few enough for its memory."""


def taken(contents: Iterable[bytes], limits: Limits) -> Iterator[QuickBook | None]:
    """Take workbooks apart, in order; of one that is to be read thoroughly nothing is yielded in its place."""
    left = iter(contents)
    while opened := [_opened(content, limits) for content in islice(left, _TOGETHER)]:
        books = [book for book in opened if book is not None]
        found = iter(_taken_together(books, limits) if books else [])
        yield from (None if book is None else next(found) for book in opened)


def _taken_together(books: Sequence["_Opened"], limits: Limits) -> Iterator[QuickBook | None]:
    strings = _Strings.of([book.strings for book in books], limits)
    apart = _Apart.of([sheet for book in books for sheet in book.contents])
    numbers = count()
    for number, book in enumerate(books):
        yield book.taken(strings, number, apart, list(islice(numbers, len(book.contents))))


_LONGEST_NUMBER = 400
"""Digits that are written of a number."""


@dataclass(frozen=True)
class _Opened:
    """A workbook before it is taken apart.

    Args:
        book: What it says of all its sheets, but for its strings.
        settings: What has a bearing on the cells of each.
        contents: The XML of each.
        strings: The XML of its strings, if any.
        size: Bytes of all parts.
        limits: What it may hold.
    """

    book: Book
    settings: Sequence[_Setting]
    contents: Sequence[bytes]
    strings: bytes
    size: int
    limits: Limits

    def taken(self, strings: _Strings, of_book: int, apart: _Apart, of_sheets: Sequence[int]) -> QuickBook | None:
        """Return the workbook once it is taken apart, or nothing where it is to be read thoroughly.

        Args:
            strings: The strings of some workbooks.
            of_book: Which of these it is.
            apart: The sheets of all of them.
            of_sheets: Which are its own.
        """
        skeletons = [apart.skeleton(*one) for one in zip(of_sheets, self.settings, strict=True)]
        known = [skeleton for skeleton in skeletons if skeleton is not None]
        cells = sum(len(skeleton.rows) for skeleton in known)
        # No more letters than if every cell had all strings in it, or the longest number.
        letters = self.size + cells * (len(self.strings) + _LONGEST_NUMBER)
        if len(known) < len(skeletons) or cells > self.limits.cells or letters > self.limits.text:
            return None
        if strings.numbers[of_book] is None:
            return None
        # Few cells are told of one by one, and only of them the strings are asked for.
        alone = any(skeleton.single for skeleton in known)
        book = replace(self.book, strings=strings.of_book(of_book)) if alone else self.book
        found = []
        for sheet, skeleton, number in zip(book.sheets, known, of_sheets, strict=True):
            single = _single(sheet, skeleton, apart, number, book)
            if single is None:
                return None
            found.append(QuickSheet(sheet.called, skeleton, apart, number, single))
        return QuickBook(found, strings, of_book)


def _single(
    sheet: Sheet, skeleton: Skeleton, apart: _Apart, number: int, book: Book
) -> Sequence[tuple[int, Told | None]] | None:
    """Return what the cells of a sheet say that are told of one by one; nothing where that of one is not certain."""
    found: list[tuple[int, Told | None]] = []
    hidden = f"{HIDDEN_SHEET} " if sheet.hidden else ""
    for at, slot, form, place in skeleton.single:
        own = slot if place is None else _with_value(slot, apart, number, place)
        if own is None:
            return None
        try:
            cell = told(own, form, book, hides_zeros=skeleton.hides_zeros)
        except BrokenSheetError:
            return None
        found.append((at, cell and (*cell[:3], f"{hidden}{cell[3]}".strip())))
    return found


def _opened(content: bytes, limits: Limits) -> _Opened | None:
    """Open a workbook, or return nothing where it is to be read thoroughly."""
    unpacked = unzipped(content, limits)
    if unpacked is None:
        return None
    parts = {part_name(name): part for name, part in unpacked.items()}
    size = sum(map(len, parts.values()))
    if len(parts) < len(unpacked) or size > min(limits.markup, limits.elements, limits.tag):
        return None
    if any(name not in parts for name in (_ROOT, _WORKBOOK, _LINKS)):
        return None
    if any(name.endswith(_RELATIONSHIPS) and any(kind in part for kind in _COMMENTS) for name, part in parts.items()):
        return None
    found = _outline(parts[_ROOT], parts[_WORKBOOK], parts[_LINKS], frozenset(parts), limits)
    if found is None or not found.styles or not found.sheets:
        return None
    said = (parts[found.styles], found.since_1904, found.stale, found.linked_names)
    try:
        styles = styles_of(said[0], "styles", limits)
    except UnreadableError:
        return None
    return _Opened(
        Book(found.sheets, [], styles, *said[1:]),
        [_setting(*said, sheet.hidden, limits) for sheet in found.sheets],
        [parts[sheet.part] for sheet in found.sheets],
        parts[found.strings] if found.strings else b"",
        size,
        limits,
    )


def _with_value(slot: Slot, apart: _Apart, number: int, place: int) -> Slot | None:
    """Return a cell with its value, or nothing where it is not certain what that is."""
    is_text = slot.value is None
    value = apart.piece(number, place, is_text=is_text)
    if not _is_plain(value) or b"<" in value or b"&" in value:
        return None
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return None
    return slot._replace(inline=text) if is_text else slot._replace(value=text)


class Batch:
    """Sheets of many workbooks, whose values are put into columns at once."""

    def __init__(self, columns: Columns) -> None:
        """Begin with no sheet."""
        self._columns = columns
        self._sheets: list[Run] = []
        self._ways: list[Numbers] = []
        self._forms: list[Numbers] = []
        self._apart: list[tuple[_Apart, int]] = []
        self._strings: list[Numbers] = []
        self._of_sheets: list[tuple[int, int, int]] = []
        """Of each sheet, its workbook, its first string, and how many strings there are."""
        self._single: list[tuple[int, Told | None]] = []
        self._drawn: list[int] = []
        self._known: dict[Skeleton, tuple[Run, Numbers]] = {}
        self._known_strings: dict[_Strings, Numbers] = {}
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
        texts = self._columns.texts.all_of(map(_text, written.dictionary.to_pylist()))[written.indices.to_numpy()]
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
