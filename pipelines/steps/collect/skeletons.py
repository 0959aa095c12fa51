"""The quick way for .xlsx: of a sheet that is like another one but for its values, the values alone are read.

Belongs here: taking the values out of the XML of a sheet, remembering what the rest of it says, and putting the values
of many sheets into columns at once. Does not belong here: what any element means (``spreadsheetml``, which reads each
skeleton once), and anything unusual, of which nothing is said here but that it is to be read thoroughly.

A skeleton is the XML of a sheet without what stands in ``<v>`` and, where texts stand in the cells themselves, in
``<t>``. Two sheets of one skeleton, in workbooks of the same styles, differ in nothing but these values, byte by byte.
The villages of a commune send the same form, and most of a sheet is form.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.collect.asides import HIDDEN_SHEET, within
from pipelines.steps.collect.cells import NUMBER, TEXT
from pipelines.steps.collect.columns import MISSING, Columns, Numbers, Run
from pipelines.steps.collect.limits import Budget, Limits
from pipelines.steps.collect.package import part_name
from pipelines.steps.collect.shown import GENERAL, text_shown
from pipelines.steps.collect.spreadsheetml import (
    BLANKS,
    UNKNOWN_FORMAT,
    Book,
    BrokenSheetError,
    Outline,
    Said,
    ScatteredError,
    Sheet,
    SheetReader,
    Slot,
    areas_changing,
    linked_aside,
    number_said,
    outline,
    plain,
    sheet_of,
    strings_of,
    styles_of,
    told,
)
from pipelines.steps.collect.unreadable import UnreadableError
from pipelines.steps.collect.zipped import unzipped

_ROOT, _WORKBOOK, _LINKS = "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
"""Where office programs put these parts."""

ALONE, STRING, NUMBERED, INLINE, TOLD = range(5)
"""How a cell comes by what it says: it has no value; or its value is the number of a string, a number, a text; or one
of which ``spreadsheetml`` tells cell by cell, as it does of cells without a value."""


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
            is its own, if any.
        forms: Of a number, its format, and whether a zero is not shown.
        ends: How the values end, one byte each.
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
    ends: bytes
    drawn: bool
    hides_zeros: bool


# --- Taking the values out ---

_VALUE_END, _TEXT_END, _TEXT_BEGIN = b"\x00", b"\x02", b"\x01"
"""Bytes that no XML has in it, and that stand here for ``</v>``, ``</t>`` and ``<t>``."""

_NO_ENDS = bytes(set(range(256)) - set(_VALUE_END + _TEXT_END))


def _taken_apart(content: bytes) -> tuple[bytes, bytes] | None:
    """Return the XML of a sheet without its values, and these; nothing where the one is not certain to be the other.

    Both have the values' ends in them, so that the XML could be put together again.
    """
    if _VALUE_END in content or _TEXT_END in content or _TEXT_BEGIN in content:
        return None
    content = content.replace(b"</v>", b"\x00<v>")
    if b"<is>" in content:
        content = content.replace(b'<t xml:space="preserve">', b"<t>").replace(b"</t>", b"\x02<v>")
        content = content.replace(b"<t>", b"\x01<v>")
    pieces = content.split(b"<v>")
    if len(pieces) % 2 == 0:
        return None
    return b"\x00".join(pieces[::2]), b"".join(pieces[1::2])


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
    ends: list[bytes] = []
    ways, formats, asides, single, forms = [], [], [], [], []
    for number, slot in enumerate(layout.slots):
        form = UNKNOWN_FORMAT if within(changing, slot.row, slot.column) else styles.format(slot.style)
        has_value = _place(slot) is not None
        place = len(ends) if has_value else None
        way = _way(slot, form, setting) if has_value else ALONE
        if has_value:
            ends.append(_TEXT_END if slot.value is None else _VALUE_END)
        if way in (ALONE, TOLD):
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
        b"".join(ends),
        layout.drawn,
        layout.hides_zeros,
    )


def _numbered(frame: bytes, limits: Limits) -> SheetReader | None:
    """Return what is read of XML without values, each value being its number; nothing where one is not a cell's."""
    pieces = frame.split(b"\x00")
    values = [b"<t>%d</t>" if piece.endswith(_TEXT_BEGIN) else b"<v>%d</v>" for piece in pieces[:-1]]
    xml = [part for at, value in enumerate(values) for part in (pieces[at].removesuffix(_TEXT_BEGIN), value % at)]
    sheet = sheet_of([b"".join([*xml, pieces[-1]])], Budget(limits), "trang tính")
    places = [place for slot in sheet.slots if (place := _place(slot)) is not None]
    return sheet if places == list(range(len(values))) and (_TEXT_BEGIN not in frame or _IN_UTF8.match(frame)) else None


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
    return TOLD


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


_STRINGS = re.compile(
    r'\ufeff?(?:<\?xml version="1\.0" encoding="(?i:utf-8)"(?: standalone="(?:yes|no)")?\?>\s*)?'
    r'<sst xmlns="http://schemas\.openxmlformats\.org/spreadsheetml/2006/main"(?: count="\d+")?(?: uniqueCount="\d+")?>'
)
_BEGIN, _BETWEEN, _END = "<si><t>", "</t></si><si><t>", "</t></si>"


def _strings(content: bytes, limits: Limits) -> Sequence[str]:
    """Return the strings of a part.

    Raises:
        UnreadableError: The part is broken.
    """
    try:
        text = content.decode().removesuffix("</sst>")
        head = _STRINGS.match(text)
        body = text[head.end() :].replace('<t xml:space="preserve">', "<t>") if head else ""
        if body.startswith(_BEGIN) and body.endswith(_END) and _is_plain(content):
            found = body[len(_BEGIN) : -len(_END)].split(_BETWEEN)
            if body.count("<") == _BETWEEN.count("<") * len(found):
                return [_unescaped(one) for one in found] if "&" in body or "_x" in body else found
    except (UnicodeDecodeError, KeyError):
        pass
    return strings_of([content], "sharedStrings", Budget(limits))


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
    """A sheet, its values, and what the cells say that say it by themselves: nothing where they are empty."""

    name: str
    skeleton: Skeleton
    values: Sequence[bytes]
    single: Sequence[tuple[int, Told | None]]


@dataclass(frozen=True)
class QuickBook:
    """A workbook that was taken apart."""

    sheets: Sequence[QuickSheet]
    strings: Sequence[str]


_LONGEST_NUMBER = 400
"""Digits that are written of a number."""


def taken(content: bytes, limits: Limits) -> QuickBook | None:
    """Take a workbook apart, or return nothing where it is to be read thoroughly."""
    unpacked = unzipped(content, limits)
    if unpacked is None:
        return None
    parts = {part_name(name): part for name, part in unpacked.items()}
    size = sum(map(len, parts.values()))
    if len(parts) < len(unpacked) or size > min(limits.markup, limits.elements, limits.tag):
        return None
    if any(name not in parts for name in (_ROOT, _WORKBOOK, _LINKS)):
        return None
    found = _outline(parts[_ROOT], parts[_WORKBOOK], parts[_LINKS], frozenset(parts), limits)
    if found is None or not found.styles or not found.sheets:
        return None
    said = (parts[found.styles], found.since_1904, found.stale, found.linked_names)
    settings = {hidden: _setting(*said, hidden, limits) for hidden in {sheet.hidden for sheet in found.sheets}}
    try:
        strings = _strings(parts[found.strings], limits) if found.strings else []
        styles = styles_of(said[0], "styles", limits)
        book = Book(found.sheets, strings, styles, *said[1:])
        sheets = [_sheet(parts[sheet.part], book, sheet, settings[sheet.hidden]) for sheet in found.sheets]
    except (UnreadableError, BrokenSheetError, UnicodeDecodeError):
        return None
    known = [sheet for sheet in sheets if sheet is not None]
    cells = sum(len(sheet.skeleton.rows) for sheet in known)
    # No more letters than if every cell had all strings in it, or the longest number.
    letters = size + cells * (len(parts.get(found.strings, b"")) + _LONGEST_NUMBER)
    if len(known) < len(sheets) or cells > limits.cells or letters > limits.text:
        return None
    return QuickBook(known, strings)


def _sheet(content: bytes, book: Book, sheet: Sheet, setting: _Setting) -> QuickSheet | None:
    apart = _taken_apart(content)
    if apart is None or len(apart[0]) > _LARGEST:
        return None
    frame, said = apart
    skeleton = _skeleton(frame, setting)
    if skeleton is None or said.translate(None, _NO_ENDS) != skeleton.ends:
        return None
    values = said.replace(_TEXT_END, _VALUE_END).split(_VALUE_END)[:-1]
    single: list[tuple[int, Told | None]] = []
    if skeleton.single:
        hidden = f"{HIDDEN_SHEET} " if sheet.hidden else ""
        for number, slot, form, place in skeleton.single:
            own = slot if place is None else _with_value(slot, values[place])
            if own is None:
                return None
            cell = told(own, form, book, hides_zeros=skeleton.hides_zeros)
            single.append((number, cell and (*cell[:3], f"{hidden}{cell[3]}".strip())))
    return QuickSheet(sheet.called, skeleton, values, single)


def _with_value(slot: Slot, value: bytes) -> Slot | None:
    if not _is_plain(value) or b"<" in value or b"&" in value:
        return None
    return slot._replace(inline=value.decode()) if slot.value is None else slot._replace(value=value.decode())


class Batch:
    """Sheets of many workbooks, whose values are put into columns at once."""

    def __init__(self, columns: Columns) -> None:
        """Begin with no sheet."""
        self._columns = columns
        self._sheets: list[Run] = []
        self._ways: list[Numbers] = []
        self._forms: list[Numbers] = []
        self._values: list[bytes] = []
        self._strings: list[Numbers] = []
        self._of_sheets: list[tuple[int, int, int]] = []
        """Of each sheet, its workbook, its first string, and how many strings there are."""
        self._single: list[tuple[int, Told | None]] = []
        self._drawn: list[int] = []
        self._known: dict[Skeleton, tuple[Run, Numbers]] = {}
        self._known_forms: dict[tuple[str, bool, bool], int] = {}
        self._size = self._string_count = 0

    def add(self, number: int, book: QuickBook) -> None:
        """Add the sheets of a workbook, which goes by a number."""
        strings = self._columns.texts.all_of(book.strings)
        self._strings.append(strings)
        for sheet in book.sheets:
            skeleton = sheet.skeleton
            run, forms = self._known.get(skeleton) or self._know(skeleton)
            if skeleton.drawn:
                self._drawn.append(len(self._sheets))
            self._sheets.append(run)
            self._ways.append(skeleton.ways)
            self._forms.append(forms)
            self._values += sheet.values
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
        has_value = np.flatnonzero(ways != ALONE)
        values = pa.array(self._values, pa.binary())
        doubtful = [np.zeros(0, np.int64)]
        for way, put in ((STRING, self._put_strings), (NUMBERED, self._put_numbers), (INLINE, self._put_texts)):
            own = np.flatnonzero(ways[has_value] == way)
            at = has_value[own]
            if len(at):
                doubtful.append(at[~put(cells, at, values.take(pa.array(own)), sheets[at])])
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
        columns = self._columns
        written = values.dictionary_encode()
        width = len(self._known_forms)
        pairs = written.indices.to_numpy() * np.int64(width) + _joined(self._forms, np.int64)
        distinct, which = np.unique(pairs, return_inverse=True)
        texts, forms = written.dictionary.to_pylist(), list(self._known_forms)
        said = [_number(texts[pair // width], *forms[pair % width]) for pair in distinct.tolist()]
        kinds = columns.kinds.all_of(None if one is None else one[0] for one in said)
        cells.kind[at] = kinds[which]
        cells.text[at] = columns.texts.all_of(None if one is None else one[1] for one in said)[which]
        cells.shown[at] = columns.texts.all_of(None if one is None else one[2] for one in said)[which]
        return np.asarray(kinds != MISSING)[which]

    def _put_texts(self, cells: Run, at: Numbers, values: pa.Array, _sheets: Numbers) -> Numbers:
        """Put in the texts that stand in the cells themselves; return of which it is certain what they are."""
        written = values.dictionary_encode()
        texts = self._columns.texts.all_of(map(_text, written.dictionary.to_pylist()))[written.indices.to_numpy()]
        cells.text[at] = cells.shown[at] = texts
        return np.asarray(texts != MISSING)


def _joined(parts: Sequence[Numbers], kind: type = np.int64) -> Numbers:
    return np.concatenate(parts) if parts else np.zeros(0, kind)


_WHOLE = frozenset({GENERAL, "0"})
_GROUPED = "#,##0"


def _number(value: bytes, form: str, hides_zeros: bool, since_1904: bool) -> Said | None:
    """Return what a cell says whose value is a number, or nothing where it is none."""
    if value.isdigit() and len(value) <= 15 and (value[:1] != b"0" or len(value) == 1):
        # As ``number_said`` has it, for what nearly all numbers of returns are.
        text = value.decode("ascii")
        if text == "0" and hides_zeros and form in (*_WHOLE, _GROUPED):
            return NUMBER, text, ""
        if form in _WHOLE:
            return NUMBER, text, text
        if form == _GROUPED:
            return NUMBER, text, f"{int(text):,}".replace(",", ".")
    try:
        kind, text, shown = number_said(value.decode("ascii").strip(BLANKS), form, since_1904)
    except (BrokenSheetError, UnicodeDecodeError):
        return None
    return kind, text, "" if hides_zeros and kind == NUMBER and text == "0" else shown


def _text(value: bytes) -> str | None:
    """Return a text that stands in a cell itself, or nothing where it is not certain what it is."""
    if b"<" in value or not _is_plain(value):
        return None
    try:
        return _unescaped(value.decode())
    except (UnicodeDecodeError, KeyError):
        return None
