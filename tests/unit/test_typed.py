"""A return typed in by somebody else: its workbook is read as it was typed, and what was typed is read back."""

import io
from typing import Any

import openpyxl
import pytest

from pipelines.handout.layout import Answer, Record
from pipelines.handout.typed import Typed, typed_in, workbook_of
from schemas.fields import LINE_NAME
from schemas.form import Form
from schemas.forms import FORMS
from tests.unit.builders import COMMUNE, PERIOD, PLACES, raw_file, run

TEXTS = (
    "1.234,5",
    "12",
    "-",
    "không",
    "=1+1",
    "'7",
    "chưa rõ",
    "5 con",
    " 8 ",
    "1,5",
    "...",
    "_x0041_",
    "0012",
    "+3",
    "<b>",
)


def reporter_of(form: type[Form]) -> str:
    return PLACES.reporters(COMMUNE, form.reporter_kind, PERIOD)[0].title


def heading(form: type[Form]) -> dict[str, Any]:
    return {"period": PERIOD, "commune": "Hữu Kiên", "reporter": reporter_of(form)}


def typed(form: type[Form]) -> Typed:
    """Odd texts in turn, every fourth cell left blank; in a form with lines in two of them, one without a code."""

    def record(start: int, **more: str) -> Record:
        answers = {}
        for number, name in enumerate(form.fields(), start=start):
            note = "" if form.line_title or number % 5 else f"hỏi lại {number}"
            if number % 4:
                answers[name] = Answer(TEXTS[number % len(TEXTS)], note)
            elif note:
                answers[name] = Answer("", note)
        return Record(answers, **more)

    if not form.line_title:
        return {form.code: [record(1)]}
    return {form.code: [record(1, line="l1", line_name="Dòng một", note="sổ tay"), record(3, line_name="Không mã")]}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.code)
def test_what_is_typed_on_a_form_is_read_as_it_was_typed(form: type[Form]) -> None:
    given = typed(form)
    content = workbook_of(given, [form], **heading(form))
    entries = run(raw_file(content, "x.xlsx"), forms=[form]).entries.to_pylist()
    records = [one for one in given[form.code] if one.line or not form.line_title]
    found = {(row["line"], row["field"]): row for row in entries}
    assert len(found) == len(records) * len(form.fields())
    for record in records:
        for name in form.fields():
            row, answer = found[record.line, name], record.answers.get(name, Answer(""))
            assert row["received"] == answer.value, name
            assert (row["value"] is None) or row["received"], "a blank is no number"
            assert row["note"] == (answer.note or record.note)
        if form.line_title:
            assert found[record.line, name][LINE_NAME] == record.line_name


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.code)
def test_what_was_typed_is_read_back_from_the_workbook_and_from_no_other(form: type[Form]) -> None:
    given = typed(form)
    content = workbook_of(given, [form], **heading(form))
    assert typed_in(content, FORMS, **heading(form)) == given
    assert workbook_of(given, [form], **heading(form)) == content, "the same bytes of the same"
    book = openpyxl.load_workbook(io.BytesIO(content))
    book.worksheets[0]["K40"] = "something that a page would not show"
    buffer = io.BytesIO()
    book.save(buffer)
    assert typed_in(buffer.getvalue(), FORMS, **heading(form)) is None
    assert typed_in(b"no workbook", FORMS, **heading(form)) is None
