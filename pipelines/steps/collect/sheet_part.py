"""A sheet of cells: what stands in which cell, and what is to be noted of it that the sheet itself says.

Belongs here: the elements of a sheet, where they may stand, and what is refused. Does not belong here: what a cell says
(``spreadsheetml``), for which strings and styles have to be known.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import NamedTuple

from pipelines.steps.collect.asides import Area, Asides, OverlapError, far_away
from pipelines.steps.collect.elements import MAINS, OTHER_FILE, Quiet, holds, position_of, whole_number
from pipelines.steps.collect.limits import Budget, Limits
from pipelines.steps.collect.markup import parse
from pipelines.steps.collect.strings_part import Rich, dress_piece
from pipelines.steps.collect.styles_part import Painter
from schemas.addresses import LAST_COLUMN, LAST_ROW, address


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

_LATER, _LATER_AREAS = (
    "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main",
    "http://schemas.microsoft.com/office/excel/2006/main",
)
"""Namespaces of what Excel has written since 2010 of conditions: the rules themselves, and where they apply."""

_LOCALS = {
    f"{main} {local}": local
    for main in MAINS
    for local in (
        *("worksheet", "sheetData", "row", "c", "v", "f", "is", "t", "r", "rPh", "cols", "col", "sheetView"),
        *("rPr", "strike", "vertAlign", "color", "numFmt", "patternFill", "gradientFill", "bgColor"),
        *("mergeCells", "mergeCell", "conditionalFormatting", "cfRule", "dataBar", "iconSet", "extLst"),
        *_DRAWINGS,
    )
}
_LOCALS |= {f"{_LATER} {local}": local for local in ("dataBar", "iconSet")}
_LOCALS |= {f"{_LATER} {local}": f"later {local}" for local in ("conditionalFormatting", "cfRule", "dxf")}
_LOCALS |= {f"{_LATER_AREAS} sqref": "later sqref"}
"""How the elements that are looked at are called here, by their names in XML."""

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


def _areas(text: str) -> list[Area]:
    found = []
    for one in text.split():
        first, _, last = one.replace("$", "").partition(":")
        start, end = position_of(first), position_of(last or first)
        if start is None or end is None:
            raise BrokenSheetError(f"vùng ô «{one[:40]}» không có trong trang tính")
        rows, columns = sorted((start[0], end[0])), sorted((start[1], end[1]))
        found.append((rows[0], columns[0], rows[1], columns[1]))
    return found


class SheetReader(Quiet):
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
        self._painter: Painter | None = None
        self._areas: list[Area] = []
        self._shared: dict[str, tuple[str, str]] = {}
        # Of the cell that is being read:
        self._cell: Mapping[str, str] = {}
        self._parts: dict[str, str] = {}
        self._formula: Mapping[str, str] = {}
        self._rich = Rich()
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
            dress_piece(self._rich, name, attributes)
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
        if local not in _CHILDREN.get(above, (local,)) and name.startswith(MAINS):
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
            self._rich = Rich()
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
        self._changing.append((whole_number(attributes.get("dxfId", ""), -1), self._areas))

    def _take_drawn_value(self, attributes: Mapping[str, str]) -> None:
        """Note a bar or icon that takes the place of the number."""
        if not self._is_so(attributes.get("showValue", "1")):
            self._changes = True

    def _open_later_conditions(self, _: Mapping[str, str]) -> None:
        self._changes, self._areas = False, []

    def _open_later_areas(self, _: Mapping[str, str]) -> None:
        self._letters = []

    def _open_later_dress(self, _: Mapping[str, str]) -> None:
        self._painter = Painter()
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
            return holds(said)
        except ValueError as reason:
            raise BrokenSheetError(f"dòng {self._row}: {reason}") from None

    @property
    def _address(self) -> str:
        return address(self._row or 1, self._column or 1)

    def _open_row(self, attributes: Mapping[str, str]) -> None:
        said = attributes.get("r")
        row = self._row + 1 if said is None else whole_number(said, 0)
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
            position = position_of(said.strip())
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
        linked = formula is not None and OTHER_FILE.search(formula) is not None
        value, inline = self._parts.get("v"), self._parts.get("is")
        self.slots.append(Slot(*position, cell, kind, style, value, inline, formula, origin, linked, ""))

    def _add_columns(self, attributes: Mapping[str, str]) -> None:
        first, last = (whole_number(attributes.get(name, ""), 0) for name in ("min", "max"))
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
        """Return the layout, once the sheet has come to its end.

        Raises:
            BrokenSheetError: There is no table in it, or its cells are merged over one another.
            ScatteredError: Its cells lie too far apart.
        """
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
