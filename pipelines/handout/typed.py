"""A return typed in by somebody else than its reporter: the workbook made of it, and what was typed read back.

Belongs here: these two, which are each other's inverse. Does not belong here: the layout
(``pipelines.handout.layout``), where the workbook goes, the page on which it is typed.

What is typed is written into the cells as text, as it was typed, so that it is read like what any reporter writes.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from zipfile import BadZipFile

import openpyxl

from pipelines.handout.layout import CROSSED_OUT, Answer, Record, cells_of, workbook
from schemas.form import Form
from schemas.periods import Period

Typed = Mapping[str, Sequence[Record]]
"""The records of each form of which something was typed, by its code."""


def is_blank(record: Record) -> bool:
    """Return whether nothing at all was typed into a record."""
    typed = (record.line, record.line_name, record.note)
    return not any((*typed, *(text for one in record.answers.values() for text in (one.value, one.note))))


def workbook_of(typed: Typed, forms: Iterable[type[Form]], *, period: Period, commune: str, reporter: str) -> bytes:
    """Return the workbook of a reporter, with a sheet for each form of which something was typed.

    The same always gives the same bytes.

    Args:
        typed: What was typed.
        forms: The reporter's forms, in the order of the sheets.
        period: The period it is of.
        commune: The commune's name as printed.
        reporter: The reporter's name as printed.
    """
    answered = [form for form in forms if typed.get(form.code)]
    return workbook(answered, period=period, commune=commune, reporter=reporter, records=typed)


def typed_in(content: bytes, forms: Sequence[type[Form]], **heading: Any) -> Typed | None:
    """Return what was typed to make a workbook; nothing of one that was not made so, or has been changed since.

    Args:
        content: The workbook.
        forms: The reporter's forms.
        heading: Period, commune and reporter, as ``workbook_of`` takes them.
    """
    try:
        book = openpyxl.load_workbook(io.BytesIO(content))
    except (BadZipFile, KeyError, ValueError, OSError):
        return None
    found = {form.code: _read(book[form.sheet], form) for form in forms if form.sheet in book.sheetnames}
    # What cannot be made again from what was found holds something that this would not show.
    return found if workbook_of(found, forms, **heading) == content else None


def _read(sheet: Any, form: type[Form]) -> list[Record]:
    """Return the records of a sheet as it would be laid out."""
    if not form.line_title:
        (places,) = cells_of(form)
        answers = {name: Answer(_text(sheet, *at), _text(sheet, at[0], at[1] + 1)) for name, at in places.items()}
        return [Record(_written(answers))]  # the note stands beside the value
    records = []
    for row, places in enumerate(cells_of(form, sheet.max_row), start=1):
        at, last = max(places.values())
        if sheet.cell(at + 1, 1).value != row:  # the lines are numbered
            break
        answers = {name: Answer(_text(sheet, *cell)) for name, cell in places.items()}
        code, name, note = (_text(sheet, at, column) for column in (1, 2, last + 1))
        printed = form.printed_lines().get(code)
        crossed_out = printed.line.without if printed is not None else ()
        answers = {name: one for name, one in answers.items() if name not in crossed_out or one.value != CROSSED_OUT}
        records.append(Record(_written(answers), code, name, note))
    return records


def _written(answers: Mapping[str, Answer]) -> dict[str, Answer]:
    return {name: answer for name, answer in answers.items() if answer.value or answer.note}


def _text(sheet: Any, row: int, column: int) -> str:
    value = sheet.cell(row + 1, column + 1).value
    return value if isinstance(value, str) else ""
