"""What helps whoever fills a blank form in by hand: prompts, checks as they type, last period's values, protection.

Belongs here: all that a workbook to send out has beyond the bare layout. Does not belong here: the layout itself
(``pipelines.handout.layout``), the formulas (``pipelines.handout.live_checks``), where last period's values come from
(``pipelines.handout.owed``).

All of it lies to the right of the layout's columns, or changes how a cell behaves and not what it says: a workbook with
aids is read as one without.
"""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from pipelines.handout import live_checks
from pipelines.steps.collect.headings import LINE_HEADING, heading_of
from schemas.edits import Balance
from schemas.fields import FormField
from schemas.form import Form
from schemas.periods import Period

NOTES_LINE = (
    "Cách ghi: chỉ ghi vào ô nền vàng. Gõ số liền, không gõ dấu ngăn hàng nghìn. "
    "Ô để trống là chưa có số liệu; «-» hoặc «không» là không phát sinh (bằng 0)."
)

CHECK_HEADING, PREVIOUS_HEADING = "Kiểm tra", "Kỳ trước"
_BEFORE = f"{PREVIOUS_HEADING}:"

DEEPEST = 3
"""How far parts of parts are set in."""

_ENTRY = {"locked": False, "bg_color": "#FFFBE6"}
_WAS = {"border": 1, "font_color": "#595959"}
LOOKS: dict[str, dict[str, Any]] = {
    "heading": {"text_wrap": True},
    "code": _ENTRY,
    "whole": _ENTRY,
    "decimal": _ENTRY | {"num_format": "#,##0.00##"},
    "note": _ENTRY,
    "was": _WAS,
    "was whole": _WAS | {"num_format": "#,##0"},
    "was decimal": _WAS | {"num_format": "#,##0.00##"},
    "check": {"border": 1, "font_color": "#1E6B34", "text_wrap": True},
    "due": {"bold": True},
    "day": {"italic": True, "align": "right"},
    "signature": {"italic": True, "align": "center"},
    "signer": {"bold": True, "align": "center"},
    **{f"label {depth}": {"border": 1, "text_wrap": True, "indent": 2 * depth} for depth in range(1, DEEPEST + 1)},
}
"""What aids change of the layout's looks, and add to them. Cells to fill in are those that are not locked."""

WRONG = {"font_color": "#9C0006", "bg_color": "#FFC7CE"}
"""The look of what does not add up; a conditional format changes nothing else."""

_TITLE_ROW, HEADING_ROW, FIRST_ROW = 5, 6, 7
"""Rows from zero: the one above the table, that of its headings, the first of its lines."""

_CHECK_WIDTH, _LINES_CHECK_WIDTH, _PREVIOUS_WIDTH = 40, 56, 18
_LONGEST = Period.parse("2000-H1").title
"""A period's title that is as long as any."""

_LIST_WIDTHS = (6, 46, 12, 18, 30)
_CODE_WIDTH, _NAME_WIDTH, _FIELD_WIDTH, _NOTE_WIDTH = 14, 30, 13, 24
"""Columns in letters, so that a page of paper holds them in a size to read."""

_LINE_HEIGHT, _ROOM = 17, 5
"""Height of a line of text, and what a row has above it; a program does not give a row that height by itself."""

_SIGNERS, _APART = ("Người lập biểu", "Phụ trách đơn vị"), " " * 60
"""Who signs, and what keeps them apart in one cell."""

_ROWS_TO_SIGN_IN, _ROWS_OF_A_PAGE = 3, 38
"""Rows left blank for signatures; as many as a page across holds in a size to read."""

_A4 = 9
_LONGEST_PROMPT, _LONGEST_PROMPT_TITLE = 255, 32
"""What Excel takes as the text of a prompt."""

_PROTECTION = {"format_columns": True, "format_rows": True, "insert_rows": True}
"""What may still be done to a protected sheet: see all of a text, and have more lines than it came with."""

_NONE_OR_UNKNOWN = "Không phát sinh thì ghi «-»; chưa có số thì để trống."

Styles = Mapping[str, Any]


@dataclass(frozen=True)
class PreviousLine:
    """What was accepted for one line: its name (empty in a form with one record) and its values by field."""

    name: str
    values: Mapping[str, Decimal | int]


@dataclass(frozen=True)
class Previous:
    """What was accepted from a reporter for an earlier period, by line code (empty in a form with one record)."""

    period: Period
    lines: Mapping[str, PreviousLine]


@dataclass(frozen=True)
class Aids:
    """What the aids know beyond the forms.

    Args:
        previous: Last values by form code. A form without has no column for them.
        due: The last day in time by form code, where a place says otherwise than the form.
    """

    previous: Mapping[str, Previous] = field(default_factory=dict)
    due: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True)
class Laid:
    """A sheet as laid out: the row after the last record, the last column, and by record and field its cell."""

    end: int
    last: int
    records: Sequence[Mapping[str, tuple[int, int]]]


def add(sheet: Any, form: type[Form], styles: Styles, laid: Laid, due: date, previous: Previous | None) -> None:
    """Add the aids to a sheet.

    Args:
        sheet: The xlsxwriter worksheet.
        form: The form it is of.
        styles: The formats by name, those of ``LOOKS`` and ``wrong`` among them.
        laid: Where the layout put what.
        due: The last day on which the return is in time.
        previous: Last values, if any.
    """
    paper = laid.last
    _shape(sheet, form, laid)
    sheet.merge_range(_TITLE_ROW, 0, _TITLE_ROW, 2, f"Hạn gửi: ngày {due:%d/%m/%Y}", styles["due"])
    end = _signatures(sheet, styles, laid)
    if not form.line_title:
        _indent(sheet, form, styles, laid)
    if previous and not form.line_title:
        paper += 1
        _last_values(sheet, form, styles, laid, previous, paper)
    checks = _check_column(sheet, form, styles, laid, paper + 1)
    paper += checks
    if previous and form.line_title:
        _last_lines(sheet, form, styles, laid, previous, paper + 2)
    for name, item in form.fields().items():
        (row, column), (last, _) = laid.records[0][name], laid.records[-1][name]
        formula = live_checks.allowed(item, xl_rowcol_to_cell(row, column))
        sheet.data_validation(row, column, last, column, {"value": f"={formula}", **_asked(item)})
    sheet.protect("", _PROTECTION)
    sheet.freeze_panes(FIRST_ROW, 3 if form.line_title else 2)
    first = next(iter(laid.records[0].values()))
    sheet.set_selection(*first, *first)
    sheet.set_paper(_A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer('&C&"Times New Roman"Trang &P/&N')
    sheet.repeat_rows(HEADING_ROW)
    sheet.print_area(0, 0, end, paper)
    if end <= _ROWS_OF_A_PAGE:
        sheet.fit_to_pages(1, 1)


def _shape(sheet: Any, form: type[Form], laid: Laid) -> None:
    """Set columns and rows so that no text is cut off."""
    fields = form.fields().values()
    if form.line_title:
        widths = (6, _CODE_WIDTH, _NAME_WIDTH, *[_FIELD_WIDTH] * len(fields), _NOTE_WIDTH)
        lines = max(_lines(f"{_BEFORE} {heading_of(item)}", _FIELD_WIDTH) for item in fields)
    else:
        widths, lines = _LIST_WIDTHS, _lines(f"{PREVIOUS_HEADING} ({_LONGEST})", _PREVIOUS_WIDTH)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.set_row(HEADING_ROW, _height(lines))
    for row in range(FIRST_ROW, laid.end):
        sheet.set_row(row, _height(1))
    for item, (row, _) in zip(fields, laid.records[0].values(), strict=True):
        if not form.line_title:
            sheet.set_row(row, _height(_lines(item.label, _LIST_WIDTHS[1])))


def _signatures(sheet: Any, styles: Styles, laid: Laid) -> int:
    """Write below the table where the day and the signatures go; return the last row."""
    # What a merged cell holds does not make its rows higher by itself.
    for row in (laid.end + 1, laid.end + 2):
        sheet.set_row(row, _height(1))
    # In the first column alone, or a form with lines would have them read as lines.
    day, names, how = range(laid.end + 4, laid.end + 7)
    said = (
        (day, "Ngày …… tháng …… năm ……", "day"),
        (names, _APART.join(_SIGNERS), "signer"),
        (how, _APART.join(["(Ký, ghi rõ họ tên)"] * len(_SIGNERS)), "signature"),
    )
    for row, words, look in said:
        sheet.merge_range(row, 0, row, laid.last, words, styles[look])
    return how + _ROWS_TO_SIGN_IN


def _indent(sheet: Any, form: type[Form], styles: Styles, laid: Laid) -> None:
    """Write the labels of parts again, set in below the total that they add up to."""
    for name, depth in depths_of(form).items():
        if depth:
            row, _ = laid.records[0][name]
            sheet.write_string(row, 1, form.fields()[name].label, styles[f"label {depth}"])


def depths_of(form: type[Form]) -> dict[str, int]:
    """Return how far each field is set in: a part one step more than the total that it adds up to and stands below."""
    wholes = {part: edit.total for edit in form.edits if isinstance(edit, Balance) for part in reversed(edit.parts)}
    depths: dict[str, int] = {}
    for name in form.fields():
        whole = wholes.get(name, "")
        depths[name] = min(depths[whole] + 1, DEEPEST) if whole in depths else 0
    return depths


def _lines(text: str, width: int) -> int:
    return len(textwrap.wrap(text, width - 2))


def _height(lines: int) -> int:
    return lines * _LINE_HEIGHT + _ROOM


def _asked(item: FormField) -> dict[str, Any]:
    """Return the prompt and the refusal of a field's cells, as xlsxwriter takes them."""
    before, after = f"{heading_of(item)}.", f"{live_checks.demand(item)} {_NONE_OR_UNKNOWN}"
    definition = textwrap.shorten(item.definition, _LONGEST_PROMPT - len(f"{before}  {after}"), placeholder="…")
    return {
        "validate": "custom",
        "input_title": f"Ô ghi số liệu ({item.unit.label})"[:_LONGEST_PROMPT_TITLE],
        "input_message": " ".join(filter(None, (before, definition, after))),
        "error_title": "Số ghi chưa đúng",
        "error_message": _fitting(
            f"«{item.label}»: {live_checks.demand(item)} Gõ số liền, không gõ dấu ngăn hàng nghìn. {_NONE_OR_UNKNOWN}"
        ),
    }


def _check_column(sheet: Any, form: type[Form], styles: Styles, laid: Laid, column: int) -> bool:
    """Write the checks of every record beside the first cell of each edit; return whether the form has any."""
    found = [(record, *group) for record in laid.records for group in _checks(form, record)]
    if not found:
        return False
    sheet.set_column(column, column, _LINES_CHECK_WIDTH if form.line_title else _CHECK_WIDTH)
    sheet.write_string(HEADING_ROW, column, CHECK_HEADING, styles["heading"])
    for record, row, checks in found:
        # Nothing is what it says of a blank sheet; a spreadsheet program works it out anew when it opens the file.
        sheet.write_formula(row, column, f"={live_checks.verdict(checks)}", styles["check"], "")
        cell = xl_rowcol_to_cell(row, column)
        _redden(sheet, styles, (row, column), live_checks.is_wrong(cell))
        for name in dict.fromkeys(one.edit.names[0] for one in checks):
            label = form.fields()[name].label if form.line_title else ""
            _redden(sheet, styles, record[name], live_checks.is_wrong(cell, label))
        rules = "; ".join(one.edit.sentence for one in checks)
        rule = {"validate": "any", "input_title": "Quy tắc", "input_message": _fitting(rules)}
        sheet.data_validation(row, column, row, column, rule)
    return True


def _checks(form: type[Form], record: Mapping[str, tuple[int, int]]) -> Iterator[tuple[int, list[live_checks.Check]]]:
    """Yield the rows of one record that have checks, each with those that share its check cell."""
    cells = {name: xl_rowcol_to_cell(*place) for name, place in record.items()}
    by_row: dict[int, list[live_checks.Check]] = {}
    for edit in form.edits:
        made = live_checks.check(edit, cells, named=bool(form.line_title))
        if made is not None:
            by_row.setdefault(record[edit.names[0]][0], []).append(made)
    yield from by_row.items()


def _redden(sheet: Any, styles: Styles, cell: tuple[int, int], formula: str) -> None:
    sheet.conditional_format(*cell, *cell, {"type": "formula", "criteria": f"={formula}", "format": styles["wrong"]})


def _last_values(sheet: Any, form: type[Form], styles: Styles, laid: Laid, previous: Previous, column: int) -> None:
    """Write what was accepted last beside each entry of a form with one record."""
    sheet.set_column(column, column, _PREVIOUS_WIDTH)
    sheet.write_string(HEADING_ROW, column, f"{PREVIOUS_HEADING} ({previous.period.title})", styles["heading"])
    for line in previous.lines.values():
        for name, (row, _) in laid.records[0].items():
            _was(sheet, row, column, form.fields()[name], line.values.get(name), styles)


def _last_lines(sheet: Any, form: type[Form], styles: Styles, laid: Laid, previous: Previous, column: int) -> None:
    """Write the lines that were accepted last as a table of their own, since this period's need not be the same.

    Their codes can be picked from a list, so that what goes on keeps its code.
    """
    fields = form.fields()
    headings = (LINE_HEADING, form.line_title, *map(heading_of, fields.values()))
    sheet.set_column(column, column, _CODE_WIDTH)
    sheet.set_column(column + 1, column + 1, _NAME_WIDTH)
    sheet.set_column(column + 2, column + len(headings) - 1, _FIELD_WIDTH)
    sheet.write_string(_TITLE_ROW, column, f"{_BEFORE} {previous.period.title}", styles["plain"])
    for at, words in enumerate(headings, start=column):
        # The words before keep it from being one of the headings that are read.
        sheet.write_string(HEADING_ROW, at, f"{_BEFORE} {words}", styles["heading"])
    for row, (code, line) in enumerate(previous.lines.items(), start=FIRST_ROW):
        sheet.write_string(row, column, code, styles["was"])
        sheet.write_string(row, column + 1, line.name, styles["was"])
        for at, (name, item) in enumerate(fields.items(), start=column + 2):
            _was(sheet, row, at, item, line.values.get(name), styles)
    ends = FIRST_ROW, FIRST_ROW + len(previous.lines) - 1
    codes = ":".join(xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True) for row in ends)
    # A line may be new, so another code is no error.
    picked = {"validate": "list", "source": f"={codes}", "show_error": False}
    sheet.data_validation(FIRST_ROW, 1, laid.end - 1, 1, picked)


def _was(sheet: Any, row: int, column: int, item: FormField, value: Decimal | int | None, styles: Styles) -> None:
    style = styles["was decimal" if item.unit.decimals else "was whole"]
    if value is None:
        sheet.write_blank(row, column, None, style)
    else:
        sheet.write_number(row, column, value, style)


def _fitting(text: str) -> str:
    return textwrap.shorten(text, _LONGEST_PROMPT, placeholder="…")
