"""Workbooks of Office Open XML (.xlsx, .xlsm): values and what is to be noted of them, from one reading of the parts.

Belongs here: which part is what, by the relationships that lead to it, and what the elements of workbook, styles,
strings and sheets mean. Does not belong here: packages and XML as such (``package``, ``markup``), what the cells mean
(``pipelines.steps.collect.locate``).

This is the thorough way: it understands every workbook, or says why it does not. Most are read by what it made of
another of the same form (``skeletons``), which knows no element of XML by itself.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from pipelines.steps.collect.asides import (
    COMMENTED,
    HIDDEN_SHEET,
    LINKED,
    PICTURE,
    STALE,
    Area,
    Asides,
    OverlapError,
    far_away,
    within,
)
from pipelines.steps.collect.cells import (
    BOOLEAN,
    DATE,
    ERROR,
    FORMULA,
    NUMBER,
    TEXT,
    Cell,
    Said,
    date_text,
    number_kept,
    number_text,
)
from pipelines.steps.collect.comments import Comment, say_another
from pipelines.steps.collect.dress import PALE, SUBSCRIPT, SUPERSCRIPT, Piece, dressed
from pipelines.steps.collect.limits import Budget, Limits
from pipelines.steps.collect.markup import parse
from pipelines.steps.collect.package import Parts, part_name
from pipelines.steps.collect.shown import (
    BUILT_IN,
    GENERAL,
    STRUCK,
    UNSEEN,
    date_shown,
    is_date,
    number_shown,
    on_colour,
    text_shown,
)
from pipelines.steps.collect.unreadable import BROKEN, COPY_OVER, UnreadableError
from schemas.addresses import LAST_COLUMN, LAST_ROW, address, column

_MAINS = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
_LINKS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
"""Namespaces; of the first two, the transitional and the strict form of the standard."""


def read(package: Parts, budget: Budget) -> Iterator[Cell]:
    """Yield the filled cells of every sheet of cells; other sheets, such as charts, have none.

    Raises:
        UnreadableError: The workbook is broken or larger than a return can be; the message names the cell where one is.
    """
    book = _opened(package, budget)
    for sheet in book.sheets:
        yield from _cells(package, budget, book, sheet)


@dataclass(frozen=True)
class _Link:
    """One relationship of a part: what kind of thing it leads to, and where that is."""

    kind: str
    target: str


@dataclass(frozen=True)
class Sheet:
    """A sheet of cells, as the workbook names it."""

    called: str
    """Its name, made different from those of the sheets before it."""
    name: str
    part: str
    hidden: bool


@dataclass(frozen=True)
class Book:
    """What the workbook says of all its sheets."""

    sheets: Sequence[Sheet]
    strings: Sequence[str]
    styles: "_Styles"
    since_1904: bool
    stale: bool
    """Whether the results of its formulas are to be worked out anew before anybody sees them."""
    linked_names: frozenset[str]
    """Names, in small letters, that stand for cells of other files."""


@dataclass(frozen=True)
class Outline:
    """What the workbook says of itself, but for its strings and styles; of these, in which part they are, if any."""

    sheets: Sequence[Sheet]
    strings: str
    styles: str
    since_1904: bool
    stale: bool
    linked_names: frozenset[str]


def outline(package: Parts, budget: Budget) -> Outline:
    """Return what a workbook holds.

    Raises:
        UnreadableError: It is broken, or none.
    """
    part = _main_part(package, budget)
    found = _Workbook()
    parse(package.chunks(part), found, budget, part)
    if not found.is_workbook:
        raise UnreadableError("bên trong không có sổ tính; mở lại bằng Excel, lưu thành .xlsx")
    if len(found.sheets) > budget.limits.sheets:
        raise UnreadableError(f"tệp có hơn {budget.limits.sheets} trang; {COPY_OVER}")
    links = _links(package, budget, part)
    sheets: list[Sheet] = []
    names: set[str] = set()
    for name, link_id, state in found.sheets:
        link = links.get(link_id)
        if link is None or link.target not in package:
            raise UnreadableError(f"{BROKEN} (không thấy nội dung của trang «{name}»)")
        if link.kind not in _KINDS_OF_SHEETS:
            raise UnreadableError(f"{BROKEN} (không rõ trang «{name}» là loại trang gì)")
        if link.kind == "worksheet":
            # No program lets a name be given twice; where it was, both are read, and our own words tell them apart.
            own = name if name not in names else f"{name} [trang {len(sheets) + 1}]"
            names.add(own)
            sheets.append(Sheet(own, name, link.target, hidden=state != "visible"))
    strings, styles = (_target(package, links, kind) for kind in ("sharedStrings", "styles"))
    return Outline(sheets, strings, styles, found.since_1904, found.stale, frozenset(found.linked_names))


def _opened(package: Parts, budget: Budget) -> Book:
    found = outline(package, budget)
    strings = strings_of(package.chunks(found.strings), found.strings, budget) if found.strings else []
    styles = _styles(package.read(found.styles), found.styles, budget) if found.styles else _Styles()
    return Book(found.sheets, strings, styles, found.since_1904, found.stale, found.linked_names)


_KINDS_OF_SHEETS = frozenset({"worksheet", "chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet"})


def _main_part(package: Parts, budget: Budget) -> str:
    """Return the part that is the workbook: the one to which the package's own relationships lead."""
    found = [link.target for link in _links(package, budget, "").values() if link.kind == "officeDocument"]
    if not found and "xl/workbook.xml" in package:  # a package without relationships of its own
        found = ["xl/workbook.xml"]
    if not found or found[0] not in package:
        raise UnreadableError("bên trong không có sổ tính; mở lại bằng Excel, lưu thành .xlsx")
    if len(set(found)) > 1:
        raise UnreadableError(f"{BROKEN} (có hai sổ tính trong một tệp)")
    return found[0]


def _target(package: Parts, links: Mapping[str, _Link], kind: str) -> str:
    """Return the part of a kind that a workbook has at most one of; empty where it has none.

    Raises:
        UnreadableError: It has two, or one that is not there.
    """
    found = list({link.target for link in links.values() if link.kind == kind})
    if len(found) > 1 or any(target not in package for target in found):
        raise UnreadableError(f"{BROKEN} (thiếu hoặc thừa phần {kind})")
    return found[0] if found else ""


def _links(package: Parts, budget: Budget, part: str) -> dict[str, _Link]:
    """Return the relationships of a part, or of the package where it is empty, by their names."""
    folder, _, name = part.rpartition("/")
    own = part_name(f"{folder}/_rels/{name}.rels")
    if own not in package:
        return {}
    content = package.read(own)
    budget.take_markup(content)
    return _links_of(content, folder, own, budget.limits)


# Few programs write the workbooks of a commune: much of what they say beside the cells is the same, byte by byte.
@lru_cache(maxsize=256)
def _links_of(content: bytes, folder: str, part: str, limits: Limits) -> dict[str, _Link]:
    found = _Relationships(folder)
    parse([content], found, Budget(limits), part)
    return found.found


class _Quiet:
    """A handler that passes over what its subclass does not look at."""

    def opened(self, name: str, parent: str, attributes: Mapping[str, str]) -> None:
        """Take the beginning of an element."""

    def closed(self, name: str) -> None:
        """Take its end."""

    def text(self, text: str) -> None:
        """Take letters in it."""


class _Relationships(_Quiet):
    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.found: dict[str, _Link] = {}

    def opened(self, name: str, _parent: str, attributes: Mapping[str, str]) -> None:
        if name != f"{_RELATIONSHIPS} Relationship" or attributes.get("TargetMode") == "External":
            return
        target, link_id = attributes.get("Target", ""), attributes.get("Id", "")
        if link_id in self.found:
            raise UnreadableError(f"{BROKEN} (hai phần mang cùng mã {link_id})")
        path = target if target.startswith(("/", "\\")) else f"{self.folder}/{target}"
        self.found[link_id] = _Link(attributes.get("Type", "").rpartition("/")[2], part_name(path))


def _named(*locals_: str) -> frozenset[str]:
    """Return element names in either form of the main namespace."""
    return frozenset(f"{main} {local}" for main in _MAINS for local in locals_)


_WORKBOOK, _SHEETS, _SHEET, _PROPERTIES, _CALCULATION, _DEFINED = map(
    _named, ("workbook", "sheets", "sheet", "workbookPr", "calcPr", "definedName")
)
_LINK_IDS = tuple(f"{namespace} id" for namespace in _LINKS)
_TRUE, _FALSE = frozenset({"1", "true"}), frozenset({"0", "false", None})


def _holds(said: str | None) -> bool:
    """Return what an attribute says that is true or false; one that is left out is false.

    Raises:
        ValueError: It is neither, and what it hides or changes cannot be known.
    """
    if said not in _TRUE | _FALSE:
        raise ValueError(f"thuộc tính ghi «{said[:20] if said else ''}» mà chỉ có thể là đúng hoặc sai")
    return said in _TRUE


_OTHER_FILE = re.compile(r"(?<![\w\]])\[(?:\d+|[^\[\]]*\.(?:xls\w?|ods|csv))\]", re.IGNORECASE)
"""How a formula begins the name of a cell in another file."""


class _Workbook(_Quiet):
    """The elements of the workbook part."""

    def __init__(self) -> None:
        self.is_workbook = self.since_1904 = self.stale = False
        self.sheets: list[tuple[str, str, str]] = []
        self.linked_names: set[str] = set()
        self._name = ""
        self._definition: list[str] = []

    def opened(self, name: str, parent: str, attributes: Mapping[str, str]) -> None:
        if name in _WORKBOOK and not parent:
            self.is_workbook = True
        elif parent in _SHEETS:
            if name not in _SHEET:
                raise UnreadableError(f"{BROKEN} (danh sách các trang có phần tử lạ)")
            link = next((attributes[name] for name in _LINK_IDS if name in attributes), "")
            self.sheets.append((attributes.get("name", ""), link, attributes.get("state", "visible")))
        elif name in _PROPERTIES:
            self.since_1904 = self._is_so(attributes.get("date1904"))
        elif name in _CALCULATION:
            self.stale = self._is_so(attributes.get("fullCalcOnLoad"))
        elif name in _DEFINED:
            self._name, self._definition = attributes.get("name", ""), []

    @staticmethod
    def _is_so(said: str | None) -> bool:
        try:
            return _holds(said)
        except ValueError as reason:
            raise UnreadableError(f"{BROKEN} ({reason})") from reason

    def text(self, text: str) -> None:
        if self._name:
            self._definition.append(text)

    def closed(self, name: str) -> None:
        if name in _DEFINED:
            if _OTHER_FILE.search("".join(self._definition)):
                self.linked_names.add(self._name.lower())
            self._name = ""


_ITEM, _WORDS, _RUN, _RUN_LOOK = map(_named, ("si", "t", "r", "rPr"))
_STRIKE, _HEIGHT, _COLOUR = map(_named, ("strike", "vertAlign", "color"))

_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


def plain(text: str) -> str:
    """Return a text of a workbook as it is shown: what XML cannot hold is written in it as _x000D_."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


_PAPER = "FFFFFF"
_WHITES, _BLACKS = frozenset({"1", "9", "65"}), frozenset({"0", "8", "64"})
"""Numbers of colours that are the same in every workbook."""


def _colour(attributes: Mapping[str, str]) -> str:
    """Return a colour, in such words that the same are the same colour; empty where it is up to the program."""
    if "rgb" in attributes:
        return attributes["rgb"][-6:].upper()
    tint = attributes.get("tint", "0")
    if "theme" in attributes:
        plain_one = {"0": _PAPER, "1": "000000"} if tint in ("0", "0.0") else {}
        return plain_one.get(attributes["theme"], f"theme {attributes['theme']} {tint}")
    number = attributes.get("indexed", "")
    return _PAPER if number in _WHITES else "000000" if number in _BLACKS else number and f"indexed {number}"


class _Rich:
    """A text in pieces, each of its own dress."""

    def __init__(self) -> None:
        self._pieces: list[Piece] = []
        self.begin()

    def begin(self) -> None:
        """Begin a piece, in the dress of the cell until something else is said."""
        self._struck, self._place = False, ""

    def strike(self, attributes: Mapping[str, str]) -> None:
        """Strike the piece out."""
        self._struck = _is_struck(attributes)

    def put(self, attributes: Mapping[str, str]) -> None:
        """Raise or lower the piece."""
        self._place = attributes["val"] if attributes.get("val") in (SUPERSCRIPT, SUBSCRIPT) else self._place

    def colour(self, attributes: Mapping[str, str]) -> None:
        """Give the piece a colour."""
        self._place = self._place or (PALE if _colour(attributes) == _PAPER else "")

    def add(self, text: str) -> None:
        """Add the letters of the piece."""
        self._pieces.append(Piece(text, self._struck, self._place))

    @property
    def text(self) -> str:
        """The text as it is written in a workbook, where no dress has a bearing on it; else as it is seen."""
        if any(piece.struck or piece.place for piece in self._pieces):
            return dressed(self._pieces, plain)
        return "".join(piece.text for piece in self._pieces)


def _is_struck(attributes: Mapping[str, str]) -> bool:
    return attributes.get("val", "1") not in _FALSE


class _Strings(_Quiet):
    """The strings that cells of all sheets name by their number; letters that say how to speak them are left out."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._rich: _Rich | None = None
        self._within = False

    def opened(self, name: str, parent: str, attributes: Mapping[str, str]) -> None:
        if name in _ITEM:
            self._rich = _Rich()
        elif parent in _WORDS:
            raise UnreadableError(f"{BROKEN} (chuỗi số {len(self.found)} có phần tử lạ)")
        elif name in _WORDS:
            self._within = parent in _ITEM or parent in _RUN
        elif self._rich is not None and name in _RUN:
            self._rich.begin()
        elif self._rich is not None and parent in _RUN_LOOK:
            _dress(self._rich, name, attributes)

    def text(self, text: str) -> None:
        if self._within and self._rich is not None:
            self._rich.add(text)

    def closed(self, name: str) -> None:
        if name in _WORDS:
            self._within = False
        elif name in _ITEM and self._rich is not None:
            self.found.append(plain(self._rich.text))
            self._rich = None


def _dress(rich: _Rich, name: str, attributes: Mapping[str, str]) -> None:
    """Give a piece the dress that an element says."""
    if name in _STRIKE:
        rich.strike(attributes)
    elif name in _HEIGHT:
        rich.put(attributes)
    elif name in _COLOUR:
        rich.colour(attributes)


def strings_of(content: Iterable[bytes], part: str, budget: Budget) -> Sequence[str]:
    """Return the strings of a part, by the numbers under which cells name them.

    Raises:
        UnreadableError: The part is broken.
    """
    strings = _Strings()
    parse(content, strings, budget, part)
    return strings.found


_FORMAT, _FORMATS, _LOOK, _LOOKS, _CHANGE, _CHANGES = map(_named, ("numFmt", "numFmts", "xf", "cellXfs", "dxf", "dxfs"))
_FONT, _FONTS, _FILL, _FILLS, _PATTERN, _GRADIENT, _FRONT, _BACK = map(
    _named, ("font", "fonts", "fill", "fills", "patternFill", "gradientFill", "fgColor", "bgColor")
)

UNKNOWN_FORMAT = "không rõ"
"""Stands for a format that the workbook does not describe, or that depends on the value; it is not rendered."""


@dataclass
class _Paint:
    """A font and what lies behind it, or one of the two."""

    struck: bool = False
    colour: str = ""
    behind: str = _PAPER
    """The colour of a fill; empty where it is not one alone."""
    solid: bool = False

    @property
    def dress(self) -> str:
        """What stands before the format of a cell that is painted so."""
        return UNSEEN if self.colour and self.colour == self.behind else STRUCK if self.struck else ""


class _Painter:
    """Fonts and fills, as elements tell of them one after the other."""

    def __init__(self) -> None:
        self.fonts: list[_Paint] = []
        self.fills: list[_Paint] = []
        self.changes: list[_Paint] = []
        """Of conditional styles."""
        self._paint = _Paint()

    def opened(self, name: str, parent: str, attributes: Mapping[str, str]) -> None:
        """Take the beginning of an element."""
        if name in _CHANGE:
            self.begin_change()
        elif name in _FONT and parent in _FONTS:
            self._begin(self.fonts)
        elif name in _FILL and parent in _FILLS:
            self._begin(self.fills)
        elif parent in _FONT and name in _STRIKE:
            self._paint.struck = _is_struck(attributes)
        elif parent in _FONT and name in _COLOUR:
            self._paint.colour = _colour(attributes)
        elif name in _GRADIENT:
            self._paint.behind = ""
        elif name in _PATTERN:
            kind = attributes.get("patternType", "solid" if self._is_change else "none")
            self._paint.solid, self._paint.behind = kind == "solid", _PAPER if kind == "none" else ""
        # What a solid fill is made of is its foreground, and in conditional styles its background.
        elif self._paint.solid and name in (_BACK if self._is_change else _FRONT):
            self._paint.behind = _colour(attributes)

    def begin_change(self) -> None:
        """Begin a conditional style."""
        self._begin(self.changes)

    def _begin(self, those: list[_Paint]) -> None:
        self._paint = _Paint()
        those.append(self._paint)

    @property
    def _is_change(self) -> bool:
        return any(self._paint is change for change in self.changes[-1:])

    def is_paper(self, fill: int) -> bool:
        """Return whether a fill, by its number, is none or white."""
        return all(paint.behind == _PAPER for paint in self.fills[fill : fill + 1])

    def dress(self, font: int, fill: int) -> str:
        """Return what stands before the format of a cell with a font and a fill, by their numbers."""
        fonts, fills = self.fonts[font : font + 1], self.fills[fill : fill + 1]
        own, behind = (*fonts, _Paint())[0], (*fills, _Paint())[0]
        return _Paint(own.struck, own.colour, behind.behind).dress


class _Styles(_Quiet):
    """The formats of the styles that cells name by their number, and which conditional ones change how a cell looks."""

    def __init__(self) -> None:
        self.formats: list[str] = []
        self.changing: set[int] = set()
        self._own: dict[int, str] = {}
        self._looks: list[tuple[int, int, int]] = []
        self._dresses: list[str] = []
        self._painter = _Painter()
        self._changes = -1
        self._by_name: dict[tuple[str, bool], str] = {}

    def opened(self, name: str, parent: str, attributes: Mapping[str, str]) -> None:
        self._painter.opened(name, parent, attributes)
        if name in _FORMAT and parent in _FORMATS:
            self._own[_whole(attributes.get("numFmtId", ""), -1)] = attributes.get("formatCode", "")
        elif name in _FORMAT and parent in _CHANGE:
            self.changing.add(self._changes)
        elif name in _LOOK and parent in _LOOKS:
            number, font, fill = (attributes.get(name, "0") for name in ("numFmtId", "fontId", "fillId"))
            self._looks.append((_whole(number, -1), _whole(font, 0), _whole(fill, 0)))
        elif name in _CHANGE and parent in _CHANGES:
            self._changes += 1

    def settle(self) -> "_Styles":
        """Look up the formats by their numbers, once all of them are known."""
        known = BUILT_IN | self._own
        self.formats = [
            form if self._painter.is_paper(fill) else on_colour(form)
            for form, fill in ((known.get(number, UNKNOWN_FORMAT), fill) for number, _, fill in self._looks)
        ]
        self._dresses = [self._painter.dress(font, fill) for _, font, fill in self._looks]
        self.changing |= {number for number, paint in enumerate(self._painter.changes) if paint.dress}
        return self

    def format(self, style: str, *, changing: bool) -> str:
        """Return the format of a cell with a style, what its font does before it.

        Args:
            style: The style; of a workbook without styles, the format is the general one.
            changing: Whether the cell may be shown by another number format than its own.
        """
        found = self._by_name.get((style, changing))
        if found is None:
            number = _whole(style or "0", -1)
            formats, dresses = (self.formats, self._dresses) if self.formats else ([GENERAL], [""])
            is_known = 0 <= number < len(formats)
            form = formats[number] if is_known and not changing else UNKNOWN_FORMAT
            found = self._by_name[style, changing] = f"{dresses[number] if is_known else ''}{form}"
        return found


def _whole(text: str, otherwise: int) -> int:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else otherwise


def _styles(content: bytes, part: str, budget: Budget) -> _Styles:
    """Return the styles of a part."""
    budget.take_markup(content)
    return styles_of(content, part, budget.limits)


@lru_cache(maxsize=64)
def styles_of(content: bytes, part: str, limits: Limits) -> _Styles:
    """Return the styles of a part; of the same bytes the same object.

    Raises:
        UnreadableError: The part is broken.
    """
    found = _Styles()
    parse([content], found, Budget(limits), part)
    return found.settle()


class Slot(NamedTuple):
    """One cell that has something in it: where, of what type and style, and what stands there."""

    row: int
    column: int
    cell: str
    kind: str
    style: str
    value: str | None
    inline: str | None
    """Text that stands in the cell itself."""
    formula: str | None
    origin: str
    """The cell for which the formula is written, where several share it."""
    linked: bool
    aside: str


@dataclass(frozen=True)
class SheetLayout:
    """What the XML of a sheet says."""

    slots: Sequence[Slot]
    drawn: bool
    hides_zeros: bool
    changing: Sequence[tuple[int | None, Sequence[Area]]]
    """Conditional styles and the areas they may apply to; no number where the sheet itself says how cells then look."""


class BrokenSheetError(Exception):
    """A sheet is broken; the message says in Vietnamese where and how, but not in which sheet."""


class ScatteredError(Exception):
    """A sheet has cells far from its table; the message goes on from the name of the sheet."""


def _layout(package: Parts, budget: Budget, sheet: Sheet) -> SheetLayout:
    """Return the layout of a sheet.

    Raises:
        UnreadableError: The sheet is broken, or holds more than the limits allow.
    """
    try:
        return layout_of(package.chunks(sheet.part), budget, f"trang «{sheet.name}»")
    except BrokenSheetError as reason:
        raise UnreadableError(f"{BROKEN} (trang «{sheet.name}»: {reason})") from reason
    except ScatteredError as reason:
        raise UnreadableError(f"trang «{sheet.name}» {reason}") from reason


def layout_of(content: Iterable[bytes], budget: Budget, part: str) -> SheetLayout:
    """Return the layout of a sheet.

    Raises:
        BrokenSheetError, ScatteredError, UnreadableError: The sheet is broken, or holds more than the limits allow.
    """
    return sheet_of(content, budget, part).layout()


def sheet_of(content: Iterable[bytes], budget: Budget, part: str) -> "SheetReader":
    """Return what was read of a sheet, before it is laid out.

    Raises:
        BrokenSheetError, UnreadableError: The sheet is broken, or holds more than the limits allow.
    """
    reader = SheetReader(budget.limits)
    parse(content, reader, budget, part)
    return reader


_DRAWINGS = frozenset({"drawing", "legacyDrawing", "picture", "oleObjects", "controls"})
_LOCALS = {
    f"{main} {local}": local
    for main in _MAINS
    for local in (
        *("worksheet", "sheetData", "row", "c", "v", "f", "is", "t", "r", "rPh", "cols", "col", "sheetView"),
        *("rPr", "strike", "vertAlign", "color", "numFmt", "patternFill", "gradientFill", "bgColor"),
        *("mergeCells", "mergeCell", "conditionalFormatting", "cfRule", "dataBar", "iconSet", "extLst"),
        *_DRAWINGS,
    )
}
_LATER, _LATER_AREAS = (
    "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main",
    "http://schemas.microsoft.com/office/excel/2006/main",
)
"""Namespaces of what Excel has written since 2010 of conditions: the rules themselves, and where they apply."""
_LOCALS |= {f"{_LATER} {local}": local for local in ("dataBar", "iconSet")}
_LOCALS |= {f"{_LATER} {local}": f"later {local}" for local in ("conditionalFormatting", "cfRule", "dxf")}
_LOCALS |= {f"{_LATER_AREAS} sqref": "later sqref"}
_CHILDREN = {
    "sheetData": frozenset({"row"}),
    "row": frozenset({"c", "extLst"}),
    "c": frozenset({"f", "v", "is", "extLst"}),
    "cols": frozenset({"col"}),
    "mergeCells": frozenset({"mergeCell"}),
}
"""What these hold and nothing else; of anything else it is not known what it hides."""
_PARENTS = {"sheetData": "worksheet", "row": "sheetData", "c": "row", "cols": "worksheet", "col": "cols"} | {
    "mergeCells": "worksheet",
    "mergeCell": "mergeCells",
}
"""Required parents; an element elsewhere has no known meaning."""
_LETTERS = frozenset({"v", "f", "t"})
"""What has letters in it and no element."""
_PARTS_OF_A_CELL = frozenset({"v", "f", "is"})
_IN_PLACE = frozenset({*_PARENTS.items(), *((part, "c") for part in _PARTS_OF_A_CELL)})
"""Elements with what they are in, as nearly all of a sheet are: these need no closer look."""
_MOST_HIDDEN = 4 * LAST_COLUMN
"""Hidden columns, each counted as often as it is told of."""

_ADDRESS = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")


@lru_cache(maxsize=65536)
def _position(text: str) -> tuple[int, int] | None:
    """Return row and column of an address, or nothing where no sheet has it."""
    found = _ADDRESS.fullmatch(text)
    if found is None:
        return None
    row, at = int(found[2]), column(found[1].upper())
    return (row, at) if 1 <= row <= LAST_ROW and at <= LAST_COLUMN else None


def _areas(text: str) -> list[Area]:
    found = []
    for one in text.split():
        first, _, last = one.replace("$", "").partition(":")
        start, end = _position(first), _position(last or first)
        if start is None or end is None:
            raise BrokenSheetError(f"vùng ô «{one[:40]}» không có trong trang tính")
        rows, columns = sorted((start[0], end[0])), sorted((start[1], end[1]))
        found.append((rows[0], columns[0], rows[1], columns[1]))
    return found


class SheetReader(_Quiet):
    """The elements of a sheet of cells."""

    def __init__(self, limits: Limits) -> None:
        self.slots: list[Slot] = []
        self._limits = limits
        self._filled = Budget(limits)
        self._found: set[tuple[int, int]] = set()
        self._row = self._column = 0
        self._rows: set[int] = set()
        self._row_is_hidden = False
        self._hidden_rows: set[int] = set()
        self._columns = self._area_count = 0
        self._hidden_columns: set[int] = set()
        self._merged: list[Area] = []
        self._drawn = self._hides_zeros = self._has_data = False
        self._changing: list[tuple[int | None, Sequence[Area]]] = []
        self._changes = False
        self._painter: _Painter | None = None
        self._areas: list[Area] = []
        self._shared: dict[str, tuple[str, str]] = {}
        # Of the cell that is being read:
        self._cell: Mapping[str, str] = {}
        self._parts: dict[str, str] = {}
        self._formula: Mapping[str, str] = {}
        self._rich = _Rich()
        self._letters: list[str] | None = None

    def opened(self, name: str, parent: str, attributes: Mapping[str, str]) -> None:
        """Take the beginning of an element."""
        local, above = _LOCALS.get(name), _LOCALS.get(parent, "")
        if (local, above) not in _IN_PLACE or local in self._parts:
            self._refuse_misplaced(name, local, parent, above)
        if local == "c":
            self._open_cell(attributes)
        elif local in _PARTS_OF_A_CELL:
            self._open_part(local, attributes)
        elif local == "t":
            self._open_letters(above)
        elif local == "r":
            self._rich.begin()
        elif above == "rPr":
            _dress(self._rich, name, attributes)
        elif local in _OPENS:
            _OPENS[local](self, attributes)
        elif local is not None and self._painter is not None:
            self._painter.opened(name, parent, attributes)
            self._changes |= local == "numFmt"
        elif local in _DRAWINGS:
            self._drawn = True
        elif local == "sheetData":
            self._has_data = True

    def _refuse_misplaced(self, name: str, local: str | None, parent: str, above: str) -> None:
        """Refuse an element where none, or no such, can be: it is not known what it hides."""
        if above in _LETTERS:
            raise BrokenSheetError(f"ô {self._address}: có phần tử lạ «{name.rpartition(' ')[2][:20]}»")
        if local not in _CHILDREN.get(above, (local,)) and name.startswith(_MAINS):
            raise BrokenSheetError(f"có phần tử lạ «{name.rpartition(' ')[2][:20]}»")
        if local is None and not parent:
            raise BrokenSheetError("không phải trang tính")
        if local in _PARENTS and above != _PARENTS[local]:
            raise BrokenSheetError(f"phần tử «{local}» nằm sai chỗ")
        if local in _PARTS_OF_A_CELL and (above != "c" or local in self._parts):
            raise BrokenSheetError(f"ô {self._address}: phần tử «{local}» nằm sai chỗ")
        if local == "worksheet" and parent:
            raise BrokenSheetError("có hai trang tính trong một")

    def _open_part(self, local: str, attributes: Mapping[str, str]) -> None:
        self._parts[local] = ""
        if local == "f":
            self._formula = attributes
        if local == "is":
            self._rich = _Rich()
        else:
            self._letters = []

    def _open_letters(self, above: str) -> None:
        if "is" in self._parts and above in ("is", "r"):
            self._letters = []

    def _add_merged(self, attributes: Mapping[str, str]) -> None:
        self._merged += self._add_areas(attributes.get("ref", ""))

    def _open_view(self, attributes: Mapping[str, str]) -> None:
        self._hides_zeros |= not self._is_so(attributes.get("showZeros", "1"))

    def _open_conditions(self, attributes: Mapping[str, str]) -> None:
        self._changes, self._areas = False, self._add_areas(attributes.get("sqref", ""))

    def _add_rule(self, attributes: Mapping[str, str]) -> None:
        self._changing.append((_whole(attributes.get("dxfId", ""), -1), self._areas))

    def _take_drawn_value(self, attributes: Mapping[str, str]) -> None:
        """Note a bar or icon that takes the place of the number."""
        if not self._is_so(attributes.get("showValue", "1")):
            self._changes = True

    def _open_later_conditions(self, _: Mapping[str, str]) -> None:
        self._changes, self._areas = False, []

    def _open_later_areas(self, _: Mapping[str, str]) -> None:
        self._letters = []

    def _open_later_dress(self, _: Mapping[str, str]) -> None:
        self._painter = _Painter()
        self._painter.begin_change()

    def text(self, text: str) -> None:
        """Take letters in it."""
        if self._letters is not None:
            self._letters.append(text)

    def closed(self, name: str) -> None:
        """Take its end."""
        local = _LOCALS.get(name)
        if local == "c":
            if self._parts:
                self._close_cell()
        elif self._letters is not None and local in _LETTERS:
            if local == "t":
                self._rich.add("".join(self._letters))
            else:
                self._parts[local] += "".join(self._letters)
            self._letters = None
        elif local == "is":
            self._parts["is"] = self._rich.text
        elif local == "later sqref" and self._letters is not None:
            self._areas, self._letters = self._add_areas("".join(self._letters)), None
        elif local == "later dxf" and self._painter is not None:
            self._changes |= bool(self._painter.changes[0].dress)
            self._painter = None
        elif local in ("conditionalFormatting", "later conditionalFormatting") and self._changes:
            self._changing.append((None, self._areas))
            self._changes = False

    def _is_so(self, said: str | None) -> bool:
        try:
            return _holds(said)
        except ValueError as reason:
            raise BrokenSheetError(f"dòng {self._row}: {reason}") from None

    @property
    def _address(self) -> str:
        return address(self._row or 1, self._column or 1)

    def _open_row(self, attributes: Mapping[str, str]) -> None:
        said = attributes.get("r")
        row = self._row + 1 if said is None else _whole(said, 0)
        if not 1 <= row <= LAST_ROW:
            raise BrokenSheetError(f"dòng «{(said or str(row))[:40]}» không có trong trang tính")
        if row in self._rows:
            raise BrokenSheetError(f"dòng {row} có hai lần")
        self._rows.add(row)
        self._row, self._column = row, 0
        self._row_is_hidden = self._is_so(attributes.get("hidden")) or _is_zero(attributes.get("ht"))

    def _open_cell(self, attributes: Mapping[str, str]) -> None:
        said = attributes.get("r")
        if said is None:
            position = (self._row, self._column + 1) if self._column < LAST_COLUMN else None
        else:
            position = _position(said.strip())
        if position is None:
            raise BrokenSheetError(f"ô «{(said or '')[:40]}» không có trong trang tính")
        if position[0] != self._row:
            raise BrokenSheetError(f"ô {address(*position)} nằm trong dòng {self._row}")
        self._column = position[1]
        self._cell, self._parts, self._formula = attributes, {}, {}

    def _close_cell(self) -> None:
        position, cell = (self._row, self._column), self._address
        if position in self._found:
            raise BrokenSheetError(f"ô {cell} có hai lần")
        self._found.add(position)
        self._filled.take_cell("")
        if self._row_is_hidden:
            self._hidden_rows.add(self._row)
        kind, style = self._cell.get("t", "n"), self._cell.get("s", "")
        formula, origin = self._parts.get("f"), cell
        if formula is not None:
            shared = self._formula.get("si") if self._formula.get("t") == "shared" else None
            if self._formula.get("t") == "dataTable":
                formula = f"TABLE({self._formula.get('r1', '')};{self._formula.get('r2', '')})"
            elif shared is not None and formula:
                self._shared[shared] = formula, cell
            elif shared is not None:
                formula, origin = self._shared.get(shared, ("", cell))
        linked = formula is not None and _OTHER_FILE.search(formula) is not None
        value, inline = self._parts.get("v"), self._parts.get("is")
        self.slots.append(Slot(*position, cell, kind, style, value, inline, formula, origin, linked, ""))

    def _add_columns(self, attributes: Mapping[str, str]) -> None:
        first, last = (_whole(attributes.get(name, ""), 0) for name in ("min", "max"))
        if self._is_so(attributes.get("hidden")) or _is_zero(attributes.get("width")):
            self._columns += last - first + 1
            self._hidden_columns.update(range(first, min(last, LAST_COLUMN) + 1))
        if not 1 <= first <= last <= LAST_COLUMN or self._columns > _MOST_HIDDEN:
            ends = "–".join(attributes.get(name, "")[:20] for name in ("min", "max"))
            raise BrokenSheetError(f"không rõ đây là các cột nào: {ends}")

    def _add_areas(self, text: str) -> list[Area]:
        found = _areas(text)
        self._area_count += len(found)
        if self._area_count > self._limits.cells:
            raise BrokenSheetError(f"có hơn {self._limits.cells} vùng ô")
        return found

    def with_rows(self, parts: Sequence["SheetReader"]) -> "SheetReader | None":
        """Return a sheet of what was read of one without rows, and of its rows in parts.

        Nothing where two parts have the same row, or one has a bearing on others.
        """
        sheet = copy(self)
        sheet.slots, sheet._found, sheet._rows, sheet._hidden_rows = [], set(), set(), set()
        for part in parts:
            beside = (part._shared, part._drawn, part._hides_zeros, part._columns, part._area_count, part._changing)
            if any(beside) or not sheet._rows.isdisjoint(part._rows):
                return None
            sheet._rows |= part._rows
            sheet.slots += part.slots
            sheet._found |= part._found
            sheet._hidden_rows |= part._hidden_rows
        return sheet if len(sheet.slots) <= self._limits.cells else None

    def layout(self) -> SheetLayout:
        """Return the layout, once the sheet has come to its end."""
        if not self._has_data:
            raise BrokenSheetError("không có bảng nào")
        last_row = max((slot.row for slot in self.slots), default=0)
        last_column = max((slot.column for slot in self.slots), default=0)
        if last_row * last_column > self._limits.spread:
            raise ScatteredError(far_away(last_row, last_column))
        try:
            asides = Asides.of(self._merged, self._hidden_rows, self._hidden_columns, self._found, self._limits)
        except OverlapError:
            raise BrokenSheetError("các ô gộp chồng lên nhau") from None
        slots = [
            slot._replace(aside=aside) if (aside := asides.at(slot.row, slot.column, linked=slot.linked)) else slot
            for slot in self.slots
        ]
        return SheetLayout(slots, self._drawn, self._hides_zeros, self._changing)


_OPENS: Mapping[str | None, Callable[[SheetReader, Mapping[str, str]], None]] = {
    "row": SheetReader._open_row,
    "col": SheetReader._add_columns,
    "mergeCell": SheetReader._add_merged,
    "sheetView": SheetReader._open_view,
    "conditionalFormatting": SheetReader._open_conditions,
    "cfRule": SheetReader._add_rule,
    "dataBar": SheetReader._take_drawn_value,
    "iconSet": SheetReader._take_drawn_value,
    "later conditionalFormatting": SheetReader._open_later_conditions,
    "later sqref": SheetReader._open_later_areas,
    "later dxf": SheetReader._open_later_dress,
}
"""What is done at the beginning of the elements that say something of a whole sheet."""


def _is_zero(size: str | None) -> bool:
    return size is not None and re.fullmatch(r"\s*0*\.?0+\s*", size) is not None


def _cells(package: Parts, budget: Budget, book: Book, sheet: Sheet) -> Iterator[Cell]:
    """Yield the filled cells of one sheet, or the one that stands for its pictures."""
    layout = _layout(package, budget, sheet)
    changing = areas_changing(layout, book.styles)
    hidden = f"{HIDDEN_SHEET} " if sheet.hidden else ""
    comments = _comments(package, budget, sheet)
    filled = False
    for slot in layout.slots:
        form = book.styles.format(slot.style, changing=within(changing, slot.row, slot.column))
        try:
            said = told(slot, form, book, hides_zeros=layout.hides_zeros)
        except BrokenSheetError as reason:
            raise UnreadableError(f"{BROKEN} (trang «{sheet.name}», ô {slot.cell}: {reason})") from reason
        if said is None:
            continue
        filled = True
        kind, text, shown, aside = said
        budget.take_cell(text)
        if say_another(comments.get((slot.row, slot.column), ()), shown or text):
            aside = f"{aside} {COMMENTED}".strip()
        shown_by = "" if form == GENERAL else form
        yield Cell(
            sheet.called, slot.row, slot.column, slot.cell, kind, text, shown, shown_by, f"{hidden}{aside}".strip()
        )
    if layout.drawn and not filled:
        yield Cell(sheet.called, 1, 1, "A1", PICTURE, "", "", "", hidden.strip())


COMMENTS = ("comments", "threadedComment")
"""Kinds of parts with comments: as of old, and those that are answered; of these the old ones have a copy."""


def _comments(package: Parts, budget: Budget, sheet: Sheet) -> Mapping[tuple[int, int], Sequence[Comment]]:
    """Return the comments on cells; none where they are broken, for that keeps no cell from being read."""
    found = _Comments()
    try:
        for link in _links(package, budget, sheet.part).values():
            if link.kind in COMMENTS and link.target in package:
                parse(package.chunks(link.target), found, budget, link.target)
    except UnreadableError:
        return {}
    return found.found


_AUTHOR, _COMMENT = map(_named, ("author", "comment"))
_THREADED = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
_COPY = "tc="
"""How the author of a copy of a threaded comment begins."""


class _Comments(_Quiet):
    """The elements of comments."""

    def __init__(self) -> None:
        self.found: dict[tuple[int, int], list[Comment]] = {}
        self._authors: list[str] = []
        self._author = ""
        self._at: tuple[int, int] | None = None
        self._said: list[str] = []
        self._letters: list[str] | None = None

    def opened(self, name: str, _parent: str, attributes: Mapping[str, str]) -> None:
        if name in _COMMENT or name == f"{_THREADED} threadedComment":
            self._at, self._said = _position(attributes.get("ref", "")), []
            number = _whole(attributes.get("authorId", ""), -1)
            self._author = self._authors[number] if 0 <= number < len(self._authors) else ""
        elif name in _AUTHOR or name in _WORDS or name == f"{_THREADED} text":
            self._letters = []

    def text(self, text: str) -> None:
        if self._letters is not None:
            self._letters.append(text)

    def closed(self, name: str) -> None:
        if name in _AUTHOR:
            self._authors.append("".join(self._letters or ()))
        elif name in _WORDS or name == f"{_THREADED} text":
            self._said += self._letters or ()
        elif name in _COMMENT or name == f"{_THREADED} threadedComment":
            if self._at is not None and not self._author.startswith(_COPY):
                comment = Comment(self._author, plain("".join(self._said)))
                self.found.setdefault(self._at, []).append(comment)
            return
        else:
            return
        self._letters = None


def told(slot: Slot, form: str, book: Book, *, hides_zeros: bool) -> tuple[str, str, str | None, str] | None:
    """Return kind, text, shown text of a cell and what is to be noted of it, or nothing where it says nothing.

    Raises:
        BrokenSheetError: It cannot be known; the message does not name the cell.
    """
    said = _said(slot, form, book)
    if said is None:
        return None
    kind, text, shown = said
    aside = linked_aside(slot, book.linked_names)
    if book.stale and slot.formula is not None and kind != FORMULA:
        aside = f"{aside} {STALE}".strip()
    return kind, text, "" if hides_zeros and kind == NUMBER and text == "0" else shown, aside


def linked_aside(slot: Slot, names: frozenset[str]) -> str:
    """Return what is to be noted of a cell, once the names are known that stand for cells of other files."""
    if names and LINKED not in slot.aside and _names_other_file(slot.formula, names):
        return f"{slot.aside} {LINKED}".strip()
    return slot.aside


def areas_changing(layout: SheetLayout, styles: _Styles) -> Sequence[Area]:
    """Return the areas whose cells may be shown by another number format than their own."""
    found: list[Area] = []
    for style, areas in layout.changing:
        if style is None or style in styles.changing:
            found += areas
        if len(found) > _MOST_AREAS:
            return [(1, 1, LAST_ROW, LAST_COLUMN)]
    return found


_MOST_AREAS = 1000
"""Areas that a cell is looked for in; of more, the whole sheet is taken."""

_NAME = re.compile(r"[^\W\d][\w.\\]*")


def _names_other_file(formula: str | None, names: frozenset[str]) -> bool:
    return formula is not None and any(word.lower() in names for word in _NAME.findall(formula))


def _said(slot: Slot, form: str, book: Book) -> Said | None:
    """Return what a cell says, or nothing where it says nothing.

    Raises:
        BrokenSheetError: It cannot be known; the message does not name the cell.
    """
    if slot.kind in ("str", "inlineStr", "s"):
        said = _text(slot, book.strings)
        if said is None:
            return _formula(slot) if slot.formula is not None and slot.value is None else None
        return (TEXT, said, text_shown(said, form)) if said else None
    value = (slot.value or "").strip(BLANKS)
    if slot.inline is not None and not value:
        text = plain(slot.inline)
        return (TEXT, text, text_shown(text, form)) if text else None
    # What programs write that do not calculate: nothing, or a zero until somebody does.
    if slot.formula is not None and (not value or (book.stale and value == "0")):
        return _formula(slot)
    if not value:
        return (ERROR, "#", "#") if slot.kind == "e" else None
    match slot.kind:
        case "n":
            return number_said(value, form, book.since_1904)
        case "b" if value in ("0", "1", "true", "false"):
            text = "TRUE" if value in _TRUE else "FALSE"
            return BOOLEAN, text, text
        case "e":
            return ERROR, value, value
        case "d":
            return _date(value, form)
        case _:
            raise BrokenSheetError(f"kiểu «{slot.kind[:20]}» ghi «{value[:40]}»")


BLANKS = " \t\r\n"


def _text(slot: Slot, strings: Sequence[str]) -> str | None:
    """Return the text of a cell of text, or nothing where none was kept."""
    value = slot.value
    if slot.kind == "s":
        index = (value or "").strip(BLANKS)
        if not index:
            return None
        number = _whole(index, -1)
        if not 0 <= number < len(strings):
            raise BrokenSheetError(f"chỉ tới chuỗi số «{index[:40]}» mà tệp không có")
        return strings[number]
    if slot.kind == "inlineStr" and slot.inline is not None:
        return plain(slot.inline)
    if slot.kind == "inlineStr" and value:
        raise BrokenSheetError(f"ghi chữ «{value[:40]}» sai chỗ")
    return None if value is None else plain(value)


def _formula(slot: Slot) -> Said:
    """Return a formula whose result is not known, as it stands in this cell."""
    # Only here: few formulas have no result, and importing it takes a tenth of what all of a refresh's modules take.
    from openpyxl.formula.translate import Translator

    text = f"={slot.formula or ''}"
    if slot.origin != slot.cell:
        text = str(Translator(text, slot.origin).translate_formula(slot.cell))
    return FORMULA, text, None


@lru_cache(maxsize=65536)
def number_said(value: str, form: str, since_1904: bool) -> Said:
    """Return what a cell says that keeps a number.

    Raises:
        BrokenSheetError: It is none.
    """
    try:
        number = number_kept(value)
    except ValueError:
        raise BrokenSheetError(f"ghi «{value[:40]}», không phải là số") from None
    text = number_text(number)
    kept = Decimal(text)
    if not is_date(form, kept):
        return NUMBER, text, number_shown(kept, form)
    moment = _moment(number, since_1904)
    if moment is None:
        return DATE, text, None
    shown = date_shown(moment, number, form)
    return DATE, str(moment.time()) if 0 <= number < 1 else date_text(moment), shown


_FIRST_DAYS = {False: dt.datetime(1899, 12, 30), True: dt.datetime(1904, 1, 1)}
_LAST_DAY = 2958466
"""The first of January of the year 10000."""


def _moment(days: float, since_1904: bool) -> dt.datetime | None:
    """Return the date that a number of days stands for, to the second; nothing for one that no calendar has."""
    if not since_1904 and 0 <= days < 61:
        days += 1  # the calendar of spreadsheets has a 29th of February 1900
        if 61 <= days < 62:
            return None
    if not 0 <= days < _LAST_DAY - (1462 if since_1904 else 0):
        return None
    return _FIRST_DAYS[since_1904] + dt.timedelta(seconds=round(days * 86400))


def _date(value: str, form: str) -> Said:
    try:
        moment = dt.datetime.fromisoformat(value.removesuffix("Z"))
    except ValueError:
        raise BrokenSheetError(f"ghi «{value[:40]}», không phải ngày tháng") from None
    days = (moment.replace(tzinfo=None) - _FIRST_DAYS[False]).total_seconds() / 86400
    return DATE, date_text(moment), date_shown(moment, days, form)
