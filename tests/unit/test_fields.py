"""References to fields: what formulas and edits are declared over."""

import pickle
import subprocess
import sys

import pytest

from schemas.edits import agrees
from schemas.fields import field
from schemas.form import VillageForm
from schemas.forms.b01_livestock import Livestock
from schemas.forms.b02_sales import Sales
from schemas.formula import sum_of, total
from schemas.units import Heads
from tests.unit.builders import ROOT


def test_a_field_read_off_its_form_says_its_name_its_form_and_its_unit() -> None:
    assert (Livestock.horse.name, Livestock.horse.form, Livestock.horse.unit) == ("horse", Livestock, Heads)
    assert Livestock.horse is Livestock.fields()["horse"]


def test_fields_of_one_name_on_two_forms_are_not_equal() -> None:
    assert Livestock.total.name == Sales.total.name
    assert Livestock.total != Sales.total
    assert len({Livestock.total, Sales.total}) == 2
    assert total(Livestock.total) != total(Sales.total)


def test_fields_described_in_the_same_words_are_not_equal() -> None:
    assert field(Heads, "Trâu") != field(Heads, "Trâu")


def test_a_formula_over_fields_of_one_name_reads_both() -> None:
    formula = sum_of(Livestock.total, Sales.total, Livestock.total)
    assert formula.fields() == (Livestock.total, Sales.total)


def test_a_field_that_another_process_sends_back_is_the_same_field() -> None:
    sent = pickle.loads(pickle.dumps((Livestock.total, total(Livestock.total))))
    assert sent == (Livestock.total, total(Livestock.total))


def test_an_edit_over_forms_tells_fields_of_one_name_apart() -> None:
    edit = agrees("Z90-01", "sum", Livestock.total, Sales.total)

    class Both(VillageForm, code="Z90", sheet="S", title="T", domain="z"):
        sum = field(Heads, "Cộng")
        edits = (edit,)

    assert edit.operands == (Both.sum, Livestock.total, Sales.total)
    assert "biểu B01" in edit.sentence
    assert "biểu B02" in edit.sentence


@pytest.mark.parametrize("name", ["schemas.forms", "schemas.figures", "schemas.tables"])
def test_to_know_the_forms_neither_pandas_nor_pandera_is_imported(name: str) -> None:
    code = f"import sys, {name}; print(sorted({{'pandas', 'pandera', 'dagster'}} & set(sys.modules)))"
    said = subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, text=True)
    assert said.strip() == "[]"
