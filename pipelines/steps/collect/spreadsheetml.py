"""Workbooks of Office Open XML (.xlsx, .xlsm): values and what is to be noted of them, from one reading of the parts.

Belongs here: what a cell says, once the parts are read that have a bearing on it. Does not belong here: packages and
XML as such (``package``, ``markup``), the elements of each part (``workbook_part``, ``strings_part``, ``styles_part``,
``sheet_part``, ``comments_part``), what the cells mean (``pipelines.steps.collect.locate``).

This is the thorough way: it understands every workbook, or says why it does not. Most are read by what it made of
another of the same form (``skeletons``), which knows no element of XML by itself.
"""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from pipelines.steps.collect.asides import COMMENTED, HIDDEN_SHEET, LINKED, PICTURE, STALE, Area, within
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
from pipelines.steps.collect.comments import say_another
from pipelines.steps.collect.comments_part import comments_of
from pipelines.steps.collect.elements import TRUE, plain, whole_number
from pipelines.steps.collect.limits import Budget
from pipelines.steps.collect.package import Parts
from pipelines.steps.collect.sheet_part import BrokenSheetError, ScatteredError, SheetLayout, Slot, layout_of
from pipelines.steps.collect.shown import GENERAL, date_shown, is_date, number_shown, text_shown
from pipelines.steps.collect.strings_part import strings_of
from pipelines.steps.collect.styles_part import Styles, styles_of
from pipelines.steps.collect.unreadable import BROKEN, UnreadableError
from pipelines.steps.collect.workbook_part import Sheet, outline
from schemas.addresses import LAST_COLUMN, LAST_ROW


def read(package: Parts, budget: Budget) -> Iterator[Cell]:
    """Yield the filled cells of every sheet of cells; other sheets, such as charts, have none.

    Raises:
        UnreadableError: The workbook is broken or larger than a return can be; the message names the cell where one is.
    """
    book = _opened(package, budget)
    for sheet in book.sheets:
        yield from _cells(package, budget, book, sheet)


@dataclass(frozen=True)
class Book:
    """What the workbook says of all its sheets."""

    sheets: Sequence[Sheet]
    strings: Sequence[str]
    styles: "Styles"
    since_1904: bool
    stale: bool
    """Whether the results of its formulas are to be worked out anew before anybody sees them."""
    linked_names: frozenset[str]
    """Names, in small letters, that stand for cells of other files."""


def _opened(package: Parts, budget: Budget) -> Book:
    found = outline(package, budget)
    strings = strings_of(package.chunks(found.strings), found.strings, budget) if found.strings else []
    styles = _styles(package.read(found.styles), found.styles, budget) if found.styles else Styles()
    return Book(found.sheets, strings, styles, found.since_1904, found.stale, found.linked_names)


def _styles(content: bytes, part: str, budget: Budget) -> Styles:
    """Return the styles of a part."""
    budget.take_markup(content)
    return styles_of(content, part, budget.limits)


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


def _cells(package: Parts, budget: Budget, book: Book, sheet: Sheet) -> Iterator[Cell]:
    """Yield the filled cells of one sheet, or the one that stands for its pictures."""
    layout = _layout(package, budget, sheet)
    changing = areas_changing(layout, book.styles)
    hidden = f"{HIDDEN_SHEET} " if sheet.hidden else ""
    comments = comments_of(package, budget, sheet)
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


def areas_changing(layout: SheetLayout, styles: Styles) -> Sequence[Area]:
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
            text = "TRUE" if value in TRUE else "FALSE"
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
        number = whole_number(index, -1)
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
