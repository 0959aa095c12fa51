import subprocess
import sys
from pathlib import Path

import pandas as pd
import pandera.errors
import pyarrow as pa
import pytest

from schemas.edits import balance, bound
from schemas.fields import KEYS, field
from schemas.figures import CHAPTERS
from schemas.form import Form, VillageForm
from schemas.forms import BY_CODE, FORMS
from schemas.forms.b01_livestock import Livestock
from schemas.pandera_schemas import dtypes, schema
from schemas.units import DECIMAL, Heads
from tests.unit.builders import EACH_FORM, PLACES, ROOT


def test_two_fields_of_a_form_cannot_share_a_wording() -> None:
    with pytest.raises(ValueError, match=r"Z10.*one and two share the wording"):

        class Shared(VillageForm, code="Z10", sheet="S", title="T", domain="z"):
            one = field(Heads, "Hòa bình")
            two = field(Heads, "- HOÀ  BÌNH:")


def test_an_alias_cannot_be_another_fields_wording() -> None:
    with pytest.raises(ValueError, match="share the wording"):

        class Shared(VillageForm, code="Z11", sheet="S", title="T", domain="z"):
            one = field(Heads, "Trâu")
            two = field(Heads, "Bò", aliases=["Trâu"])


def test_an_edit_cannot_name_a_field_the_form_does_not_have() -> None:
    with pytest.raises(ValueError, match=r"Z12-01.*Z12.*three"):

        class Unknown(VillageForm, code="Z12", sheet="S", title="T", domain="z"):
            one = field(Heads, "Trâu")
            two = field(Heads, "Bò")
            edits = (balance("Z12-01", "one", ["two", "three"]),)


def test_a_field_cannot_take_the_name_of_a_fact_about_the_form() -> None:
    with pytest.raises(ValueError, match="cannot be called version"):

        class Taken(VillageForm, code="Z13", sheet="S", title="T", domain="z"):
            version = field(Heads, "Trâu")  # type: ignore[assignment]


_ADD_MODULE = """
import pathlib, schemas.{package}
where = pathlib.Path({folder!r})
schemas.{package}.__path__.append(str(where))
schemas.{package}._declared()
"""


@pytest.mark.parametrize(
    ("package", "source", "error"),
    [
        (
            "figures",
            "from schemas.figures.livestock import CHAPTER as OTHER\n"
            "from schemas.figure import Chapter\n"
            "CHAPTER = Chapter('again', 'Lặp lại', OTHER.figures[:1])\n",
            "is declared twice",
        ),
        (
            "forms",
            "from schemas.fields import field\n"
            "from schemas.form import VillageForm\n"
            "from schemas.units import Heads\n"
            "class Again(VillageForm, code='B01', sheet='S', title='T', domain='z'):\n"
            "    one = field(Heads, 'Một')\n",
            "have the same code B01",
        ),
    ],
)
def test_an_id_or_a_code_declared_twice_is_refused(tmp_path: Path, package: str, source: str, error: str) -> None:
    (tmp_path / "zz_again.py").write_text(source, encoding="utf-8")
    code = _ADD_MODULE.format(package=package, folder=str(tmp_path))
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert error in done.stderr


def test_codes_sheets_and_domains_name_one_form_each() -> None:
    for name in ("code", "sheet", "domain"):
        names = [getattr(form, name) for form in FORMS]
        assert len(set(names)) == len(names), name
    assert tuple(BY_CODE.values()) == FORMS


def test_edit_codes_are_unique_and_begin_with_their_forms_code() -> None:
    codes = [edit.code for form in FORMS for edit in form.edits]
    assert len(set(codes)) == len(codes)
    assert all(edit.code.startswith(f"{form.code}-") and edit.form is form for form in FORMS for edit in form.edits)


@EACH_FORM
def test_every_form_says_who_sends_it_what_it_is_and_why(form: type[Form]) -> None:
    assert form.heading
    assert form.sheet
    assert form.__doc__
    assert form.__doc__ != VillageForm.__doc__
    assert PLACES.reporters("huu-kien", form.reporter_kind), form.reporter_kind
    assert form.fields()


@EACH_FORM
def test_a_sheet_name_is_one_that_excel_takes(form: type[Form]) -> None:
    assert len(form.sheet) <= 31
    assert not set(form.sheet) & set("[]:*?/\\")


@EACH_FORM
def test_fields_of_one_section_stand_together(form: type[Form]) -> None:
    sections = [item.section for item in form.fields().values()]
    starts = [name for before, name in zip(["", *sections], sections, strict=False) if name != before]
    assert len(starts) == len(set(starts))


@EACH_FORM
def test_the_parquet_schema_says_label_and_unit_of_every_column(form: type[Form]) -> None:
    schema = form.arrow()
    assert schema.names[: len(KEYS)] == list(KEYS)
    for column in schema:
        assert column.metadata[b"label"], column.name
    for name, item in form.fields().items():
        column = schema.field(name)
        assert column.metadata[b"label"].decode() == item.label
        assert column.metadata[b"unit"].decode() == item.unit.label
        assert column.type == (DECIMAL if item.unit.decimals else pa.int64())


def test_a_record_of_other_types_is_our_fault_and_raises() -> None:
    wrong = pd.DataFrame({name: ["x"] for name in dtypes(Livestock)})
    with pytest.raises(pandera.errors.SchemaErrors):
        schema(Livestock).validate(wrong, lazy=True)


def test_texts_among_any_objects_are_of_another_type() -> None:
    right = pd.DataFrame({name: ["x"] if name in KEYS else [0] for name in dtypes(Livestock)}).astype(dtypes(Livestock))
    schema(Livestock).validate(right, lazy=True)
    with pytest.raises(pandera.errors.SchemaErrors, match="WRONG_DATATYPE"):
        schema(Livestock).validate(right.astype({"reporter": object}), lazy=True)


def test_no_value_is_coerced_to_fit() -> None:
    half = pd.DataFrame({name: ["x"] if name in KEYS else [2.5] for name in dtypes(Livestock)})
    with pytest.raises(pandera.errors.SchemaErrors):
        schema(Livestock).validate(half.astype(dict.fromkeys(KEYS, pd.StringDtype())), lazy=True)


def test_every_form_is_read_by_some_figure() -> None:
    assert {form for chapter in CHAPTERS for form in chapter.forms} == set(FORMS)


def test_every_field_is_used_by_a_figure_or_an_edit() -> None:
    used = {
        (leaf.field.form.code, leaf.field.name)
        for chapter in CHAPTERS
        for figure in chapter.figures
        for leaf in figure.formula.leaves()
    }
    used |= {(operand.form.code, operand.name) for form in FORMS for edit in form.edits for operand in edit.operands}
    assert {(form.code, name) for form in FORMS for name in form.fields()} - used == set()


def test_a_sentence_of_an_edit_uses_the_words_of_the_form() -> None:
    edit = bound("Z14-01", ["one"], "two")

    class Spoken(VillageForm, code="Z14", sheet="S", title="T", domain="z"):
        one = field(Heads, "Bò đực")
        two = field(Heads, "Đàn bò")
        edits = (edit,)

    assert edit.sentence == "Bò đực ≤ Đàn bò"
    assert balance("x", "one", ["two"]).names == ("one", "two")
