"""The design workbook: the sheets a person fills in to have a form of their own, empty or of what there is.

Belongs here: how it looks, its drop-downs and prompts, the page that says how to write. Does not belong here: the words
of the columns (``schemas.design.sheets``), what a design says row by row (``schemas.design.written``), reading it
(``pipelines.steps.design``).
"""

import io
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_range_abs

from pipelines.steps.design.pack import known_of
from schemas.catalogue import CATALOGUE
from schemas.design.notation import FORMULA_EXAMPLES, RULE_KINDS
from schemas.design.parts import Design, Known
from schemas.design.sheets import CHAPTERS, FORMS, HELP, HOW_TO, LISTS, SHEETS, Asked, Column, Listed, Sheet
from schemas.design.written import Rows, rows_of
from schemas.places import Places

_FONT = {"font_name": "Times New Roman", "font_size": 12, "valign": "top"}
_LOOKS: Mapping[str, Mapping[str, Any]] = {
    "plain": {"text_wrap": True},
    "bold": {"bold": True},
    "title": {"bold": True, "font_size": 16},
    "help": {"italic": True, "font_size": 10, "font_color": "#595959", "text_wrap": True},
    "heading": {"bold": True, "border": 1, "bg_color": "#DDE8F0", "text_wrap": True},
    "required": {"bold": True, "border": 1, "bg_color": "#FFE699", "text_wrap": True},
    "entry": {"border": 1, "border_color": "#BFBFBF", "num_format": "@", "text_wrap": True},
    "example": {"font_name": "Consolas", "text_wrap": True},
}

_HELP_ROW, _HEADING_ROW, _FIRST_ROW = 2, 3, 4
_HEIGHTS = (26, 20, 84, 34)
"""Of the rows above the first, so that a program that does not fit rows to their text shows all of it."""

_PRINTED = 12
"""Empty rows that are printed with those that are filled in."""

_ROOM = 60
"""Rows with drop-downs below what is filled in; more may be written under them."""

_DRAWN = datetime(2025, 1, 1)
"""A fixed date: the same design gives the same bytes."""

_LONGEST_PROMPT, _LONGEST_TITLE = 255, 32


def in_use(places: Places, replaced: Collection[str] = ()) -> Known:
    """Return all that a design can lean on: the forms, figures and units in use, and who can be asked.

    Args:
        places: For who can be asked.
        replaced: Names of packs that the design is to take the place of.
    """
    packs = CATALOGUE.packs
    kept, old = ([pack for pack in packs if (pack.name in replaced) is out] for out in (False, True))
    return known_of(kept, old, asked(places))


def asked(places: Places) -> dict[str, str]:
    """Return who can be asked, by kind, each with the names of those of that kind."""
    names: dict[str, list[str]] = {}
    for place in places.rows:
        if place.level == "desk":
            names.setdefault(place.reports_as, []).append(place.name)
    return {"village": "mỗi thôn", **{kind: ", ".join(dict.fromkeys(own)) for kind, own in names.items()}}


def workbook(design: Design, known: Known) -> bytes:
    """Return a design as a workbook to look at and go on with.

    Args:
        design: What stands in it; an empty one gives an empty workbook.
        known: What the drop-downs offer.
    """
    return of_rows(rows_of(design), known)


def of_rows(rows: Rows, known: Known) -> bytes:
    """Return rows as a workbook, those of reporters with the names of who that is."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"title": "Thiết kế biểu", "created": _DRAWN})
    styles = {name: book.add_format({**_FONT, **look}) for name, look in _LOOKS.items()}
    _help(book.add_worksheet(HELP), styles)
    lists = {
        Listed.UNITS: [unit.label for unit in known.design.units],
        Listed.REPORTERS: [_named(kind, known) for kind in known.reporters],
    }
    sources = {
        Listed.FORMS: _below(FORMS, "code"),
        Listed.CHAPTERS: _below(CHAPTERS, "code"),
        **{
            listed: f"='{LISTS}'!{xl_range_abs(1, column, max(len(names), 1), column)}"
            for column, (listed, names) in enumerate(lists.items())
        },
    }
    for sheet in SHEETS:
        _sheet(
            book.add_worksheet(sheet.title),
            sheet,
            [_shown(row, known) for row in rows.get(sheet.name, ())],
            sources,
            styles,
        )
    _lists(book.add_worksheet(LISTS), lists, styles)
    book.get_worksheet_by_name(FORMS.title).activate()
    book.close()
    return buffer.getvalue()


def _named(kind: str, known: Known) -> str:
    """Return a kind of reporter with who that is; only what stands before the colon is read."""
    return f"{kind}: {known.reporters[kind]}" if known.reporters.get(kind) else kind


def _shown(row: Mapping[str, str], known: Known) -> Mapping[str, str]:
    return {**row, "reporter": _named(row["reporter"], known)} if "reporter" in row else row


def _below(sheet: Sheet, name: str) -> str:
    """Return the reference to what is written into a column."""
    letter = xl_col_to_name([column.name for column in sheet.columns].index(name))
    return f"='{sheet.title}'!${letter}${_FIRST_ROW + 1}:${letter}${_FIRST_ROW + _ROOM}"


def _sheet(
    drawn: Any,
    sheet: Sheet,
    rows: Sequence[Mapping[str, str]],
    sources: Mapping[Listed, str],
    styles: Mapping[str, Any],
) -> None:
    drawn.write_string(0, 0, sheet.title, styles["title"])
    drawn.write_string(1, 0, sheet.help, styles["bold"])
    for number, height in enumerate(_HEIGHTS):
        drawn.set_row(number, height)
    end = _FIRST_ROW + len(rows) + _ROOM
    for at, column in enumerate(sheet.columns):
        drawn.set_column(at, at, column.width)
        drawn.write_string(_HELP_ROW, at, column.help, styles["help"])
        drawn.write_string(_HEADING_ROW, at, column.heading, styles["required" if column.required else "heading"])
        drawn.data_validation(_FIRST_ROW, at, end - 1, at, _validation(column, sources))
        for number in range(_FIRST_ROW, end):
            text = rows[number - _FIRST_ROW].get(column.name, "") if number < _FIRST_ROW + len(rows) else ""
            (drawn.write_string if text else drawn.write_blank)(number, at, text, styles["entry"])
    drawn.ignore_errors({"number_stored_as_text": f"A{_FIRST_ROW + 1}:{xl_col_to_name(len(sheet.columns) - 1)}{end}"})
    drawn.freeze_panes(_FIRST_ROW, 2 if sheet.columns[0].listed else 1)
    drawn.set_landscape()
    drawn.set_paper(9)
    drawn.fit_to_pages(1, 0)
    drawn.repeat_rows(_HEADING_ROW)
    drawn.print_area(0, 0, _FIRST_ROW + len(rows) + _PRINTED - 1, len(sheet.columns) - 1)


def _validation(column: Column, sources: Mapping[Listed, str]) -> dict[str, Any]:
    """Return the prompt of a column's cells, and their drop-down if they have one."""
    prompt = {"input_title": column.heading[:_LONGEST_TITLE], "input_message": column.help[:_LONGEST_PROMPT]}
    if column.asked is Asked.CHOICE:
        return {**prompt, "validate": "list", "source": list(column.choices)}
    if column.listed:
        # What is not in the list may stand elsewhere in the design; checking tells of what is nowhere.
        return {**prompt, "validate": "list", "source": sources[column.listed], "show_error": False}
    return {**prompt, "validate": "any"}


def _help(drawn: Any, styles: Mapping[str, Any]) -> None:
    drawn.set_column(0, 0, 52)
    drawn.set_column(1, 1, 80)
    drawn.set_row(0, _HEIGHTS[0])
    drawn.write_string(0, 0, "Cách thiết kế biểu", styles["title"])
    row = 1
    for words in HOW_TO:
        drawn.merge_range(row, 0, row, 1, words, styles["plain"])
        row += 1
    tables = (
        ("Quy tắc (trang «Quy tắc»)", "Nghĩa là", [(kind.example, kind.means) for kind in RULE_KINDS]),
        ("Công thức (trang «Số tổng hợp»)", "Nghĩa là", FORMULA_EXAMPLES),
    )
    for left, right, lines in tables:
        row += 1
        drawn.write_string(row, 0, left, styles["heading"])
        drawn.write_string(row, 1, right, styles["heading"])
        for example, means in lines:
            row += 1
            drawn.write_string(row, 0, example, styles["example"])
            drawn.write_string(row, 1, means, styles["plain"])
        row += 1
    drawn.hide_gridlines(2)
    drawn.set_landscape()
    drawn.set_paper(9)
    drawn.fit_to_pages(1, 0)


def _lists(drawn: Any, lists: Mapping[Listed, Sequence[str]], styles: Mapping[str, Any]) -> None:
    headings = {Listed.UNITS: "Đơn vị tính", Listed.REPORTERS: "Đơn vị báo cáo"}
    for column, (listed, names) in enumerate(lists.items()):
        drawn.set_column(column, column, 44)
        drawn.write_string(0, column, headings[listed], styles["heading"])
        for row, name in enumerate(names, start=1):
            drawn.write_string(row, column, name, styles["plain"])
