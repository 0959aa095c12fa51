"""Workbooks that are like others but for their values: taken apart together, many at once.

Belongs here: the workbook around the sheets, its strings, and the few cells that are told of one by one. Does not
belong here: taking a sheet apart (``skeletons``), what becomes of the values (``value_columns``).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import count, islice

import numpy as np

from pipelines.steps.collect.asides import HIDDEN_SHEET
from pipelines.steps.collect.columns import MISSING, Numbers
from pipelines.steps.collect.comments_part import COMMENTS
from pipelines.steps.collect.elements import plain
from pipelines.steps.collect.limits import Budget, Limits
from pipelines.steps.collect.package import part_name
from pipelines.steps.collect.sheet_part import BrokenSheetError, Slot
from pipelines.steps.collect.skeletons import TEXT_MARK, Apart, Setting, Skeleton, contents_of, cut_out, setting_of
from pipelines.steps.collect.spreadsheetml import Book, told
from pipelines.steps.collect.strings_part import strings_of
from pipelines.steps.collect.styles_part import styles_of
from pipelines.steps.collect.unreadable import UnreadableError
from pipelines.steps.collect.workbook_part import Outline, Sheet, outline
from pipelines.steps.collect.zipped import unzipped

_ROOT, _WORKBOOK, _LINKS = "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
"""Where office programs put these parts."""

_RELATIONSHIPS, _COMMENTS = ".rels", [f"/{kind}".encode() for kind in COMMENTS]
"""How parts are called that lead to others, and what stands in them where these hold comments."""


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
class Strings:
    """The strings of some workbooks.

    Attributes:
        texts: All of them.
        numbers: Which of these are the strings of each workbook; nothing where they are broken.
    """

    texts: Sequence[str]
    numbers: Sequence[Numbers | None]

    @classmethod
    def of(cls, parts: Sequence[bytes], limits: Limits) -> "Strings":
        """Return the strings of parts, each of a workbook; an empty one has none."""
        cut = cut_out(contents_of(parts), "<t>", "</t>", TEXT_MARK)
        frames, written = cut.left.dictionary_encode(), cut.pieces.dictionary_encode()
        counts = [
            frame.count(TEXT_MARK) if _LISTED.fullmatch(frame) else MISSING for frame in frames.dictionary.to_pylist()
        ]
        sizes, which = np.diff(cut.first), written.indices.to_numpy()
        listed = cut.even & (np.array(counts)[frames.indices.to_numpy()] == sizes)
        said = [text_of(one) for one in written.dictionary.to_pylist()]
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


def text_of(value: bytes) -> str | None:
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
    apart: Apart
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
    strings: Strings
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
    strings = Strings.of([book.strings for book in books], limits)
    apart = Apart.of([sheet for book in books for sheet in book.contents])
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
    settings: Sequence[Setting]
    contents: Sequence[bytes]
    strings: bytes
    size: int
    limits: Limits

    def taken(self, strings: Strings, of_book: int, apart: Apart, of_sheets: Sequence[int]) -> QuickBook | None:
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
    sheet: Sheet, skeleton: Skeleton, apart: Apart, number: int, book: Book
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
        [setting_of(*said, sheet.hidden, limits) for sheet in found.sheets],
        [parts[sheet.part] for sheet in found.sheets],
        parts[found.strings] if found.strings else b"",
        size,
        limits,
    )


def _with_value(slot: Slot, apart: Apart, number: int, place: int) -> Slot | None:
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
