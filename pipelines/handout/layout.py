"""The blank form: the workbook a reporter fills in, made from the forms' own description.

Belongs here: the layout of a workbook. Does not belong here: labels and units (``schemas.forms``), finding them again
(``pipelines.steps.collect.locate``, which owns the words of the headings), what helps to fill it in
(``pipelines.handout.aids``), who gets which workbook (``pipelines.handout.owed``).

The bare layout is what is read. A workbook to send out has aids as well, which change no cell of the layout.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import xlsxwriter

from pipelines.handout import aids as filling_in
from pipelines.handout.aids import FIRST_ROW, HEADING_ROW, Aids, Laid
from pipelines.steps.collect.headings import (
    COMMUNE_MARK,
    FORM_MARK,
    LABEL_HEADING,
    LETTERHEAD,
    LINE_HEADING,
    NOTE_HEADING,
    PERIOD_MARK,
    REPORTER_MARK,
    UNIT_HEADING,
    VALUE_HEADING,
    heading_of,
)
from schemas.fields import FormField
from schemas.form import Form
from schemas.periods import Period
from schemas.places.place import called

NOTES_LINE = (
    "Cách ghi: ô để trống là chưa có số liệu; «-» hoặc «không» là không phát sinh (bằng 0). "
    "Số viết theo kiểu Việt Nam: 1.234,5. Không sửa tên chỉ tiêu và đơn vị tính."
)

_WIDTHS = (6, 46, 10, 20, 44)


@dataclass(frozen=True)
class Answer:
    """What goes into the value cell of a line, and into its note."""

    value: str | float | int
    note: str = ""
    line_name: str = ""


@dataclass(frozen=True)
class Record:
    """What goes into one record: answers by field; of a line its code, its name and its note as well."""

    answers: Mapping[str, Answer] = field(default_factory=dict)
    line: str = ""
    line_name: str = ""
    note: str = ""


_SET_IN = "   "
"""Before the name of a line that is part of another."""

CROSSED_OUT = "x"
"""What stands where a line is not asked for a field."""

BLANK_LINES = 20
"""Lines of a form with lines of which none is known."""

_FIRST_VALUE = 3
"""The column of the values, or of the first field's."""


def workbook(
    forms: Sequence[type[Form]],
    *,
    period: Period,
    commune: str,
    reporter: str,
    answers: Mapping[tuple[str, str, str], Answer] | None = None,
    records: Mapping[str, Sequence[Record]] | None = None,
    aids: Aids | None = None,
) -> bytes:
    """Return an .xlsx with one sheet per form.

    Args:
        forms: The forms, in the order of the sheets.
        period: The reporting period printed in the heading.
        commune: The commune's name as printed.
        reporter: The reporter's name as printed.
        answers: What to fill in, by form code, line code (empty in a form with one record) and field; without it the
            workbook is blank.
        records: The same by form code, as lines that need not have codes of their own.
        aids: What to add for whoever fills it in by hand; without it the workbook is the bare layout.
    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    # A fixed date: the same answers give the same bytes, and so the same hash.
    book.set_properties({"title": f"{reporter} - {period.title}", "created": period.end_time})
    styles = _styles(book, filling_in.LOOKS if aids else {})
    for form in forms:
        given = (records or {}).get(form.code) or _records(form, answers or {})
        sheet = book.add_worksheet(form.sheet)
        laid = _sheet(
            sheet, form, styles, (period.title, commune, reporter), given, filling_in.NOTES_LINE if aids else NOTES_LINE
        )
        if aids:
            due = aids.due.get(form.code, period.due(form.due_after))
            filling_in.add(sheet, form, styles, laid, due, aids.previous.get(form.code))
    book.close()
    return buffer.getvalue()


def _records(form: type[Form], answers: Mapping[tuple[str, str, str], Answer]) -> list[Record]:
    """Return the answers of a form by line, in the order in which the lines come."""
    lines: dict[str, dict[str, Answer]] = {}
    for (code, line, name), answer in answers.items():
        if code == form.code:
            lines.setdefault(line, {})[name] = answer
    return [
        Record(
            given,
            line,
            next((one.line_name for one in given.values() if one.line_name), ""),
            "; ".join(dict.fromkeys(answer.note for answer in given.values() if answer.note)),
        )
        for line, given in lines.items()
    ]


def as_printed(form: type[Form], records: Sequence[Record]) -> list[Record]:
    """Return records with those of the lines that a form prints and that are not among them, in the form's order.

    Names are set in by how deep a line lies.
    """
    rest, printed = list(records), []
    for code, placed in form.printed_lines().items():
        at = next((at for at, record in enumerate(rest) if record.line == code), None)
        record = Record() if at is None else rest.pop(at)
        printed.append(replace(record, line=code, line_name=f"{_SET_IN * placed.level}{placed.line.name}"))
    return [*printed, *rest]


def cells_of(form: type[Form], lines: int = 1) -> list[dict[str, tuple[int, int]]]:
    """Return where the numbers go: by record and field the row and the column of its cell, from zero."""
    if form.line_title:
        columns = {name: column for column, name in enumerate(form.fields(), start=_FIRST_VALUE)}
        return [
            {name: (row, column) for name, column in columns.items()} for row in range(FIRST_ROW, FIRST_ROW + lines)
        ]
    row, section, found = FIRST_ROW, "", {}
    for name, item in form.fields().items():
        row += item.section != section  # which has a row of its own
        section = item.section
        found[name] = row, _FIRST_VALUE
        row += 1
    return [found]


def _styles(book: xlsxwriter.Workbook, more: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    base = {"font_name": "Times New Roman", "font_size": 13, "valign": "vcenter"}
    looks: dict[str, dict[str, Any]] = {
        "plain": {},
        "title": {"bold": True, "font_size": 14, "align": "center"},
        "heading": {"bold": True, "border": 1, "align": "center", "bg_color": "#DDE8F0"},
        "section": {"bold": True, "border": 1, "bg_color": "#F2F2F2"},
        "label": {"border": 1, "text_wrap": True},
        "code": {"border": 1, "text_wrap": True},
        "centre": {"border": 1, "align": "center"},
        "whole": {"border": 1, "num_format": "#,##0"},
        "decimal": {"border": 1, "num_format": "#,##0.00"},
        "note": {"border": 1, "italic": True, "text_wrap": True},
        "footer": {"italic": True, "text_wrap": True, "valign": "top"},
    }
    styles = {name: book.add_format(base | looks.get(name, {}) | more.get(name, {})) for name in {**looks, **more}}
    return styles | {"wrong": book.add_format(filling_in.WRONG)}


def _sheet(
    sheet: Any,
    form: type[Form],
    styles: Mapping[str, Any],
    heading: tuple[str, str, str],
    records: Sequence[Record],
    notes_line: str,
) -> Laid:
    period, commune, reporter = heading
    last = len(_WIDTHS) - 1
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.merge_range(0, 0, 0, 2, f"{LETTERHEAD} {called('commune', commune)}".upper(), styles["plain"])
    sheet.merge_range(0, 3, 0, last, f"{FORM_MARK} {form.code} (phiên bản {form.version})", styles["plain"])
    sheet.merge_range(1, 0, 1, last, form.heading.upper(), styles["title"])
    for row, (mark, words) in enumerate(
        ((PERIOD_MARK, period), (COMMUNE_MARK, commune), (REPORTER_MARK, reporter)), start=2
    ):
        sheet.merge_range(row, 0, row, last, f"{mark}: {words}", styles["plain"])
    fill = _table if form.line_title else _list
    laid = fill(sheet, form, styles, records)
    sheet.merge_range(laid.end + 1, 0, laid.end + 2, laid.last, notes_line, styles["footer"])
    sheet.freeze_panes(FIRST_ROW, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    return laid


def _list(sheet: Any, form: type[Form], styles: Mapping[str, Any], records: Sequence[Record]) -> Laid:
    """Write one field per row."""
    last = len(_WIDTHS) - 1
    for column, words in enumerate(("STT", LABEL_HEADING, UNIT_HEADING, VALUE_HEADING, NOTE_HEADING)):
        sheet.write_string(HEADING_ROW, column, words, styles["heading"])
    answers = records[0].answers if records else {}
    (record,), section = cells_of(form), ""
    for number, (name, item) in enumerate(form.fields().items(), start=1):
        row, column = record[name]
        if item.section != section:
            section = item.section
            sheet.merge_range(row - 1, 0, row - 1, last, section, styles["section"])
        answer = answers.get(name, Answer(""))
        sheet.write_number(row, 0, number, styles["centre"])
        sheet.write_string(row, 1, item.label, styles["label"])
        sheet.write_string(row, 2, item.unit.label, styles["centre"])
        _write(sheet, row, column, item, answer, styles)
        sheet.write_string(row, last, answer.note, styles["note"])
    return Laid(row + 1, last, [record])


def _table(sheet: Any, form: type[Form], styles: Mapping[str, Any], records: Sequence[Record]) -> Laid:
    """Write one line per row and one field per column."""
    fields = form.fields()
    headings = ["STT", LINE_HEADING, form.line_title, *map(heading_of, fields.values()), NOTE_HEADING]
    last = len(headings) - 1
    sheet.set_column(1, 1, 24)
    sheet.set_column(2, 2, 46)
    sheet.set_column(3, last - 1, 16)
    sheet.set_column(last, last, 44)
    for column, words in enumerate(headings):
        sheet.write_string(HEADING_ROW, column, words, styles["heading"])
    records = as_printed(form, records) or [Record()] * BLANK_LINES
    cells = cells_of(form, len(records))
    for number, (record, places) in enumerate(zip(records, cells, strict=True), start=1):
        row = FIRST_ROW + number - 1
        sheet.write_number(row, 0, number, styles["centre"])
        printed = form.printed_lines().get(record.line)
        look = styles["label" if printed else "code"]
        sheet.write_string(row, 1, record.line, look)
        sheet.write_string(row, 2, record.line_name, look)
        for name, (_, column) in places.items():
            crossed_out = printed is not None and name in printed.line.without and name not in record.answers
            if crossed_out:
                sheet.write_string(row, column, CROSSED_OUT, styles["centre"])
            else:
                _write(sheet, row, column, fields[name], record.answers.get(name, Answer("")), styles)
        sheet.write_string(row, last, record.note, styles["note"])
    return Laid(FIRST_ROW + len(records), last, cells)


def _write(sheet: Any, row: int, column: int, item: FormField, answer: Answer, styles: Mapping[str, Any]) -> None:
    style = styles["decimal" if item.unit.decimals else "whole"]
    if isinstance(answer.value, str):
        (sheet.write_string if answer.value else sheet.write_blank)(row, column, answer.value, style)
    else:
        sheet.write_number(row, column, answer.value, style)
