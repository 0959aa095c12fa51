"""Returns as .ods of LibreOffice: values, shown texts and all that is to be noted of them, from one reading.

Belongs here: what its elements mean. Does not belong here: packages and XML as such (``package``, ``markup``), other
formats.

An .ods keeps beside each number the text that its program showed, in the marks of whatever language it was set to; that
text is what is shown, with Vietnamese marks.
"""

import datetime as dt
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from pipelines.steps.collect.asides import COMMENTED, PICTURE, Area, Asides, OverlapError, far_away
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
from pipelines.steps.collect.dress import PALE, SUBSCRIPT, SUPERSCRIPT, Piece, dressed, struck_out
from pipelines.steps.collect.limits import Budget
from pipelines.steps.collect.markup import parse
from pipelines.steps.collect.package import Package
from pipelines.steps.collect.unreadable import BROKEN, UnreadableError
from pipelines.steps.numbers import vietnamese_marks
from schemas.addresses import LAST_COLUMN, LAST_ROW, address

SUFFIX = ".ods"

_MIME = b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"


def is_ods(content: bytes) -> bool:
    """Return whether bytes are an OpenDocument spreadsheet, whatever the file is called."""
    return content.startswith(b"PK") and _MIME in content[:128]


def read(package: Package, budget: Budget) -> Iterator[Cell]:
    """Yield the filled cells of every sheet.

    Raises:
        UnreadableError: It needs a password, is broken, or is larger than a return can be.
    """
    if "content.xml" not in package:
        raise UnreadableError(f"{BROKEN} (không có phần content.xml)")
    if "meta-inf/manifest.xml" in package and b"encryption-data" in package.read("meta-inf/manifest.xml"):
        raise UnreadableError("tệp đặt mật khẩu; mở bằng LibreOffice, bỏ mật khẩu rồi lưu lại")
    looks = _Looks()
    if "styles.xml" in package:
        parse(package.chunks("styles.xml"), looks, budget, "styles.xml")
    found = _Content(budget, looks)
    parse(package.chunks("content.xml"), found, budget, "content.xml")
    names: set[str] = set()
    for number, sheet in enumerate(found.sheets, start=1):
        name = sheet.name if sheet.name not in names else f"{sheet.name} [trang {number}]"
        names.add(name)
        yield from sheet.cells(name, hidden=sheet.style in found.hidden_styles, budget=budget)


def _name(namespace: str, *locals_: str) -> tuple[str, ...]:
    return tuple(f"{namespace} {local}" for local in locals_)


_OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
_TABLE, _COLUMN, _ROW, _CELL, _COVERED, _TITLE, _VISIBILITY, _FORMULA, _TABLE_STYLE, _DISPLAY = _name(
    f"{_OASIS}table:1.0",
    *("table", "table-column", "table-row", "table-cell", "covered-table-cell", "name", "visibility", "formula"),
    *("style-name", "display"),
)
_ROWS, _COLUMNS, _ROW_SPAN, _COLUMN_SPAN, _SHAPES, _TRACKED, _CELL_STYLE = _name(
    f"{_OASIS}table:1.0",
    *("number-rows-repeated", "number-columns-repeated", "number-rows-spanned", "number-columns-spanned"),
    *("shapes", "tracked-changes", "default-cell-style-name"),
)
_TYPE, _VALUE, _DATE, _TIME, _BOOLEAN, _STRING, _ANNOTATION = _name(
    f"{_OASIS}office:1.0",
    *("value-type", "value", "date-value", "time-value", "boolean-value", "string-value", "annotation"),
)
_PARAGRAPH, _SPACE, _TAB, _BREAK, _TIMES, _RUBY, _SPAN, _SPAN_STYLE = _name(
    f"{_OASIS}text:1.0", "p", "s", "tab", "line-break", "c", "ruby-text", "span", "style-name"
)
_STYLE, _STYLE_NAME, _FAMILY, _PARENT, _PROPERTIES, _OF_TEXT, _OF_CELL = _name(
    f"{_OASIS}style:1.0",
    *("style", "name", "family", "parent-style-name", "table-properties", "text-properties", "table-cell-properties"),
)
_LINE_THROUGH, _POSITION, _WINDOW_COLOUR = _name(
    f"{_OASIS}style:1.0", "text-line-through-style", "text-position", "use-window-font-color"
)
_COLOUR, _BEHIND = _name(f"{_OASIS}xsl-fo-compatible:1.0", "color", "background-color")
(_SHOWN_TYPE,) = _name("urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0", "value-type")
_CREATOR = "http://purl.org/dc/elements/1.1/ creator"
_DRAWN = tuple(f"{_OASIS}drawing:1.0 {local}" for local in ("frame", "custom-shape", "g", "line", "rect", "ellipse"))

_OF_ANOTHER_FILE = "'#"
"""What stands between the address of another file, of whatever kind, and the sheet in it (OpenFormula, Source)."""


@dataclass
class _Look:
    """What a style says of letters and of what lies behind them; nothing where the one that it is made from says it."""

    parent: str = ""
    struck: bool | None = None
    place: str | None = None
    colour: str | None = None
    """Empty where it is up to the program."""
    behind: str | None = None

    def over(self, other: "_Look") -> "_Look":
        """Return the look of a style that is made from another."""
        return _Look(
            "",
            other.struck if self.struck is None else self.struck,
            other.place if self.place is None else self.place,
            other.colour if self.colour is None else self.colour,
            other.behind if self.behind is None else self.behind,
        )

    @property
    def is_unseen(self) -> bool:
        """Whether letters have the colour of what lies behind them."""
        return bool(self.colour) and self.colour == (self.behind or _PAPER)


_PAPER = "#ffffff"


class _Looks:
    """The styles of cells and of parts of texts, by family and name."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], _Look] = {}
        self._look: _Look | None = None
        self._whole: dict[tuple[str, str], _Look] = {}

    def opened(self, name: str, _parent: str, attributes: Mapping[str, str]) -> None:
        """Take the beginning of an element."""
        if name == _STYLE:
            self._look = _Look(attributes.get(_PARENT, ""))
            self._found[attributes.get(_FAMILY, ""), attributes.get(_STYLE_NAME, "")] = self._look
        elif self._look is not None and name == _OF_TEXT:
            if _LINE_THROUGH in attributes:
                self._look.struck = attributes[_LINE_THROUGH] != "none"
            if _POSITION in attributes:
                self._look.place = _place(attributes[_POSITION])
            if attributes.get(_WINDOW_COLOUR) == "true":
                self._look.colour = ""
            elif _COLOUR in attributes:
                self._look.colour = attributes[_COLOUR].lower()
        elif self._look is not None and name == _OF_CELL and _BEHIND in attributes:
            behind = attributes[_BEHIND].lower()
            self._look.behind = _PAPER if behind == "transparent" else behind

    def text(self, text: str) -> None:
        """Take letters in it."""

    def closed(self, name: str) -> None:
        """Take its end."""
        if name == _STYLE:
            self._look = None

    def of(self, family: str, name: str) -> _Look:
        """Return all that a style says, with what it is made from."""
        key = family, name
        if key not in self._whole:
            look, seen = _Look(), set[str]()
            while name not in seen and (family, name) in self._found:
                seen.add(name)
                look = look.over(self._found[family, name])
                name = self._found[family, name].parent
            self._whole[key] = look
        return self._whole[key]


def _place(position: str) -> str:
    """Return where letters stand, of which it is said by how much of their height they are raised."""
    by, *_ = (*position.split(), "0%")
    if by == "super":
        return SUPERSCRIPT
    if by == "sub":
        return SUBSCRIPT
    return "" if by.strip("-0.%") == "" else SUBSCRIPT if by.startswith("-") else SUPERSCRIPT


@dataclass
class _Sheet:
    """One sheet while its rows go by; rows and columns count from 1."""

    name: str
    style: str
    rows: int = 0
    columns: int = 0
    column: int = 0
    row_is_hidden: bool = False
    drawn: bool = False
    repeated: int = 1
    row_style: str = ""
    """Of cells that name none."""
    column_styles: list[str] = field(default_factory=list)
    last_columns: list[int] = field(default_factory=list)
    """Of cells that name none: their style, and up to which column it goes."""
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[Area] = field(default_factory=list)
    linked: set[tuple[int, int]] = field(default_factory=set)
    commented: set[tuple[int, int]] = field(default_factory=set)
    found: dict[tuple[int, int], tuple[str, str, str | None]] = field(default_factory=dict)

    def style_at(self, column: int) -> str:
        """Return the style of a cell that names none."""
        at = bisect_left(self.last_columns, column)
        return self.row_style or (self.column_styles[at] if at < len(self.column_styles) else "")

    def cells(self, name: str, *, hidden: bool, budget: Budget) -> Iterator[Cell]:
        """Yield the filled cells, or the one that stands for the sheet's pictures.

        Raises:
            UnreadableError: They lie too far apart, or are merged over one another.
        """
        last_row = max((row for row, _ in self.found), default=0)
        last_column = max((column for _, column in self.found), default=0)
        if last_row * last_column > budget.limits.spread:
            raise UnreadableError(f"trang «{self.name}» {far_away(last_row, last_column)}")
        try:
            asides = Asides.of(self.merged, self.hidden_rows, self.hidden_columns, self.found, budget.limits)
        except OverlapError:
            raise UnreadableError(f"{BROKEN} (trang «{self.name}»: các ô gộp chồng lên nhau)") from None
        for (row, column), (kind, text, shown) in self.found.items():
            aside = asides.at(row, column, hidden=hidden, linked=(row, column) in self.linked)
            if (row, column) in self.commented:
                aside = f"{aside} {COMMENTED}".strip()
            yield Cell(name, row, column, address(row, column), kind, text, shown, "", aside)
        if self.drawn and not self.found:
            yield Cell(name, 1, 1, "A1", PICTURE, "", "", "", asides.at(1, 1, hidden=hidden))


class _Content:
    """The elements of the content part."""

    def __init__(self, budget: Budget, looks: _Looks) -> None:
        self._looks = looks
        self.sheets: list[_Sheet] = []
        self.hidden_styles: set[str] = set()
        self._budget = budget
        self._sheet: _Sheet | None = None
        self._style = ""
        self._skipping = 0
        self._cell: Mapping[str, str] | None = None
        self._paragraphs: list[list[Piece]] = []
        self._spans: list[str] = []
        self._within = False
        self._comments: list[Comment] = []
        self._comment: dict[str, list[str]] = {}
        self._letters: list[str] | None = None

    def opened(self, name: str, parent: str, attributes: Mapping[str, str]) -> None:
        sheet = self._sheet
        if self._skipping:
            self._skipping += 1
            self._letters = self._comment.get(name, self._letters)
        elif sheet is None:
            self._outside(name, attributes)
        elif name in (_ANNOTATION, _SHAPES, _RUBY, _TABLE) or name in _DRAWN:
            # A table within a cell, a drawing, a comment: nothing in it is the cell's own.
            sheet.drawn |= name not in (_TABLE, _RUBY)
            self._skipping = 1
            self._comment = {_CREATOR: [], _PARAGRAPH: []} if name == _ANNOTATION else {}
        elif name in _PLACED and not self._stands(name, parent):
            raise UnreadableError(f"{BROKEN} (trang «{sheet.name}», dòng {sheet.rows + 1}: phần tử nằm sai chỗ)")
        elif name in (_CELL, _COVERED):
            self._cell, self._paragraphs, self._comments = attributes, [], []
        elif name == _PARAGRAPH and self._cell is not None:
            self._paragraphs.append([])
            self._within = True
            self._spans = []
        elif self._within and name == _SPAN:
            self._spans.append(attributes.get(_SPAN_STYLE, ""))
        elif self._within and name in (_SPACE, _TAB, _BREAK):
            times = self._times(attributes, _TIMES) if name == _SPACE else 1
            if times > _LONGEST_RUN:
                raise UnreadableError(f"{BROKEN} (phần content.xml: {times} dấu cách liền nhau)")
            self._add({_SPACE: " ", _TAB: "\t", _BREAK: "\n"}[name] * times)
        elif name == _ROW:
            sheet.column = 0
            sheet.repeated = self._times(attributes, _ROWS)
            sheet.row_is_hidden = attributes.get(_VISIBILITY, "visible") != "visible"
            sheet.row_style = attributes.get(_CELL_STYLE, "")
        elif name == _COLUMN:
            times = min(self._times(attributes, _COLUMNS), LAST_COLUMN)
            if attributes.get(_VISIBILITY, "visible") != "visible" and sheet.columns < LAST_COLUMN:
                sheet.hidden_columns.update(range(sheet.columns + 1, sheet.columns + times + 1))
            if sheet.columns < LAST_COLUMN:
                sheet.column_styles.append(attributes.get(_CELL_STYLE, ""))
                sheet.last_columns.append(sheet.columns + times)
            sheet.columns += times

    def _stands(self, name: str, parent: str) -> bool:
        """Return whether an element stands where it is known what it means."""
        if name == _PARAGRAPH:
            return not self._within
        return self._cell is None and (parent == _ROW) == (name in (_CELL, _COVERED))

    def _outside(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == _TABLE:
            title = attributes.get(_TITLE, "")
            if title.startswith("'") and _OF_ANOTHER_FILE in title:  # what is remembered of another file
                self._skipping = 1
                return
            self._budget.take_sheets(len(self.sheets) + 1)
            if not title:
                raise UnreadableError(f"{BROKEN} (phần content.xml: trang {len(self.sheets) + 1} không có tên)")
            self._sheet = _Sheet(title, attributes.get(_TABLE_STYLE, ""))
            self.sheets.append(self._sheet)
        elif name == _TRACKED:
            self._skipping = 1
        elif name == _STYLE:
            self._style = attributes.get(_STYLE_NAME, "")
            self._looks.opened(name, "", attributes)
        elif name in (_OF_TEXT, _OF_CELL):
            self._looks.opened(name, "", attributes)
        elif name == _PROPERTIES and attributes.get(_DISPLAY) == "false":
            self.hidden_styles.add(self._style)

    def text(self, text: str) -> None:
        if self._skipping:
            if self._letters is not None:
                self._letters.append(text)
        elif self._within:
            self._add(text)

    def _add(self, text: str) -> None:
        if not self._spans:
            self._paragraphs[-1].append(Piece(text))
            return
        look = _Look()
        for span in self._spans:
            look = self._looks.of("text", span).over(look) if span else look
        place = look.place or (PALE if look.colour == _PAPER else "")
        self._paragraphs[-1].append(Piece(text, look.struck or False, place))

    def closed(self, name: str) -> None:
        if self._skipping:
            self._skipping -= 1
            if self._letters is not None and name in self._comment:
                self._letters.append("\n")
                self._letters = None
            if not self._skipping and self._comment:
                author, said = ("".join(self._comment[part]) for part in (_CREATOR, _PARAGRAPH))
                self._comments.append(Comment(author.strip(), said))
                self._comment = {}
        elif self._sheet is None:
            self._looks.closed(name)
        elif name == _SPAN and self._spans:
            self._spans.pop()
        elif name == _PARAGRAPH:
            self._within = False
        elif name in (_CELL, _COVERED) and self._cell is not None:
            self._close_cell(self._sheet, self._cell)
            self._cell = None
        elif name == _ROW:
            self._sheet.rows += self._sheet.repeated
        elif name == _TABLE:
            self._sheet = None

    def _close_cell(self, sheet: _Sheet, cell: Mapping[str, str]) -> None:
        first, left = sheet.rows + 1, sheet.column + 1
        right = self._times(cell, _COLUMNS)
        sheet.column += right
        down_span, right_span = self._times(cell, _ROW_SPAN), self._times(cell, _COLUMN_SPAN)
        said = _said(cell, [dressed(pieces) for pieces in self._paragraphs], f"trang «{sheet.name}», dòng {first}")
        if said is not None:
            said = _looking(said, self._looks.of("table-cell", cell.get(_TABLE_STYLE) or sheet.style_at(left)))
        if (down_span, right_span) != (1, 1):
            sheet.merged.append((first, left, first + down_span - 1, left + right_span - 1))
        if said is None:
            return
        last, rightmost = first + sheet.repeated - 1, left + right - 1
        if last > LAST_ROW or rightmost > LAST_COLUMN:
            raise UnreadableError(f"trang «{sheet.name}» có ô ngoài trang tính (dòng {first})")
        if last * rightmost > self._budget.limits.spread:
            raise UnreadableError(f"trang «{sheet.name}» {far_away(last, rightmost)}")
        self._budget.take_cell(said[1], sheet.repeated * right)
        linked = _OF_ANOTHER_FILE in cell.get(_FORMULA, "")
        commented = say_another(self._comments, said[2] or said[1])
        for row in range(first, first + sheet.repeated):
            if sheet.row_is_hidden:
                sheet.hidden_rows.add(row)
            for column in range(left, left + right):
                sheet.found[row, column] = said
                if linked:
                    sheet.linked.add((row, column))
                if commented:
                    sheet.commented.add((row, column))

    def _times(self, attributes: Mapping[str, str], name: str) -> int:
        said = attributes.get(name, "1").strip()
        if not (said.isascii() and said.isdigit() and len(said) < 12):
            raise UnreadableError(f"{BROKEN} (phần content.xml: lặp lại «{said[:20]}» lần)")
        return int(said)


_PLACED = frozenset({_CELL, _COVERED, _ROW, _COLUMN, _PARAGRAPH})
"""What may not stand anywhere: cells in rows, nothing of the table in a cell, and no paragraph in another."""

_LONGEST_RUN = 2**15
"""Spaces in a row; a cell of a spreadsheet has no more letters."""

_TIME_OF_DAY = re.compile(r"-?PT(\d{1,9})H(?:(\d{1,2})M)?(?:(\d{1,2})(?:[.,]\d+)?S)?")


def _said(cell: Mapping[str, str], paragraphs: list[str], where: str) -> Said | None:
    """Return what a cell says, or nothing where it says nothing."""
    seen = "\n".join(paragraphs)
    kind, formula = cell.get(_TYPE), cell.get(_FORMULA, "")
    if cell.get(_SHOWN_TYPE) == "error" or (seen.strip() and cell.get(_STRING) == ""):
        return ERROR, seen.strip(), seen.strip()
    if formula and not kind and not paragraphs:
        return FORMULA, formula.removeprefix("of:"), None
    try:
        match kind:
            case "float" | "percentage" | "currency":
                text = number_text(number_kept(cell.get(_VALUE, "").strip()))
                return NUMBER, text, vietnamese_marks(Decimal(text), seen) if paragraphs else None
            case "date":
                return DATE, date_text(dt.datetime.fromisoformat(cell.get(_DATE, "").removesuffix("Z"))), seen
            case "time":
                return DATE, _time(cell.get(_TIME, "")), seen
            case "boolean" if cell.get(_BOOLEAN) in ("true", "false"):
                text = cell[_BOOLEAN].upper()
                return BOOLEAN, text, text
            case None | "string":
                text = cell.get(_STRING) or seen
                return (TEXT, text, seen) if text else None
            case _:
                raise ValueError(kind)
    except ValueError:
        written = f"{kind} {cell.get(_VALUE) or cell.get(_DATE) or cell.get(_TIME) or ''}".strip()
        raise UnreadableError(f"{BROKEN} ({where}: ô ghi «{written[:60]}»)") from None


def _looking(said: Said, look: _Look) -> Said:
    """Return what a cell says, shown as its style has it."""
    kind, text, shown = said
    if kind in (NUMBER, TEXT) and look.is_unseen:
        return kind, text, ""
    return (kind, text, struck_out(shown or text)) if kind in (NUMBER, TEXT) and look.struck else said


def _time(text: str) -> str:
    found = _TIME_OF_DAY.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return str(dt.timedelta(hours=int(found[1]), minutes=int(found[2] or 0), seconds=int(found[3] or 0))).rjust(8, "0")
