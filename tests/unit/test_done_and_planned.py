"""A reporter writes what was done and what was planned into one cell: «140/146 ha»."""

from decimal import Decimal
from typing import Any

import pytest

from pipelines.steps.numbers import Pair, read_pair
from schemas.edits import balance
from schemas.fields import field
from schemas.form import FormType, LineForm, VillageForm
from schemas.units import Heads, Hectares, Households, Unit
from tests.unit.builders import Run, address_of, put, run_one, told


class Sown(VillageForm, code="Q41", sheet="Gieo trồng", title="Gieo trồng", domain="sown"):
    """One row per village: what was sown, and what was to be."""

    area = field(Hectares, "Diện tích gieo trồng", planned="area_plan")
    area_plan = field(Hectares, "Kế hoạch diện tích gieo trồng")
    rice = field(Hectares, "Diện tích lúa")
    maize = field(Hectares, "Diện tích ngô")
    calves = field(Heads, "Số bê", optional=True, planned="calves_plan")
    calves_plan = field(Heads, "Kế hoạch số bê", optional=True)

    edits = (balance("Q41-01", "area_plan", ["rice", "maize"]),)


AREA, PLAN = address_of(Sown, "area"), address_of(Sown, "area_plan")


def sown(area: object, plan: object = None, name: str = "area", **answers: Any) -> Run:
    changes = [put(Sown, name, area)]
    return run_one(
        Sown, answers, *changes, *([put(Sown, f"{name}_plan", plan)] if plan is not None else []), forms=[Sown]
    )


@pytest.mark.parametrize(
    ("text", "unit", "done", "planned"),
    [
        ("140/146 ha", Hectares, "140", "146"),
        ("140 / 146", Hectares, "140", "146"),
        ("140ha/146ha", Hectares, "140", "146"),
        ("1.140,5/1.146", Hectares, "1140.5", "1146"),
        ("52.4/60 ha", Hectares, "52.4", "60"),
        ("10/12", Hectares, "10", "12"),
        ("3/2", Hectares, "3", "2"),
        ("1/2", Heads, "1", "2"),
        ("0/5 con", Heads, "0", "5"),
    ],
)
def test_two_numbers_with_a_slash_are_what_was_done_and_planned(text: str, unit: Unit, done: str, planned: str) -> None:
    assert read_pair(text, unit) == Pair(Decimal(done), Decimal(planned))


@pytest.mark.parametrize(
    "text",
    ["140", "140/", "/146", "-/146", "1/2/2024", "140/146 con", "140/một trăm", "1,5/1,23456", "140//146", "a/b"],
)
def test_what_is_not_two_numbers_of_the_unit_is_no_pair(text: str) -> None:
    assert read_pair(text, Hectares) is None


@pytest.mark.parametrize(
    ("text", "unit"), [("1/2 ha", Hectares), ("3/4", Hectares), ("6/2024", Heads), ("06/2024", Hectares)]
)
def test_what_may_be_a_fraction_or_a_month_says_so(text: str, unit: Unit) -> None:
    pair = read_pair(text, unit)
    assert pair is not None
    assert pair.otherwise


def test_each_of_two_numbers_goes_to_its_field_with_the_cell_it_stands_in_and_is_told() -> None:
    done = sown("140/146 ha", rice=100)
    assert (done.value("area"), done.value("area_plan")) == (140, 146)
    assert {done.entry(name)["cell"] for name in ("area", "area_plan")} == {AREA}
    assert {done.entry(name)["text"] for name in ("area", "area_plan")} == {"140/146 ha"}
    (met,) = told(done.check(Sown))
    assert (met["code"], met["severity"], met["cells"], met["written"]) == ("C-31", "warning", AREA, "140/146 ha")
    assert "đã đọc là 140, còn «Kế hoạch diện tích gieo trồng» là 146." in met["message"]
    assert done.mart(Sown)["area_plan"].to_pylist() == [146]


def test_the_plan_may_say_the_same_in_its_own_cell() -> None:
    done = sown("140/146 ha", 146, rice=100)
    assert (done.value("area"), done.value("area_plan"), done.entry("area_plan")["cell"]) == (140, 146, PLAN)
    assert [one["code"] for one in told(done.check(Sown))] == ["C-31"]


@pytest.mark.parametrize("plan", [150, "-", "chưa giao"])
def test_a_plan_that_says_otherwise_leaves_it_unread(plan: object) -> None:
    done = sown("140/146 ha", plan, rice=0)
    assert done.value("area") is None
    (met,) = (one for one in told(done.check(Sown)) if one["cells"] == AREA)
    assert (met["code"], met["severity"]) == ("C-32", "error")
    assert f"ô {PLAN}" in met["message"]


@pytest.mark.parametrize(("plan", "code", "value"), [(None, "C-32", None), (2, "C-31", 1)], ids=["blank", "the same"])
def test_half_a_hectare_is_not_one_of_two_unless_the_plan_says_two(plan: object, code: str, value: int | None) -> None:
    done = sown("1/2 ha", plan, rice=0)
    assert done.value("area") == value
    assert code in {one["code"] for one in told(done.check(Sown))}


def test_a_plan_that_may_be_blank_is_filled_just_so() -> None:
    done = sown("3/5", name="calves", rice=1)
    assert (done.value("calves"), done.value("calves_plan")) == (3, 5)


def test_where_no_plan_is_asked_a_slash_is_no_number() -> None:
    done = run_one(Sown, {}, put(Sown, "rice", "140/146 ha"), forms=[Sown])
    assert [(one["problem"], one["field"]) for one in done.met()] == [("NOT_A_NUMBER", "rice")]


def test_the_plan_s_own_cell_holds_no_pair() -> None:
    done = run_one(Sown, {"area": 140}, put(Sown, "area_plan", "140/146 ha"), forms=[Sown])
    assert [(one["problem"], one["field"]) for one in done.met()] == [("NOT_A_NUMBER", "area_plan")]


def test_nothing_is_suggested_for_one_of_two_numbers_of_a_cell() -> None:
    """A suggestion is written over the whole cell, and would take the other number away."""
    done = sown("140/146 ha", rice=100, maize=64)
    (met,) = (one for one in told(done.check(Sown)) if one["code"] == "Q41-01")
    assert AREA in met["cells"]
    assert f"Ô {AREA}" not in met["suggestion"]
    alone = told(sown(140, 146, rice=100, maize=64).check(Sown))
    assert f"Ô {PLAN}" in alone[0]["suggestion"], "of a number that stands alone it is"


def test_a_plan_is_asked_by_one_other_field_in_the_same_unit() -> None:
    for plan, unit in (("nowhere", Hectares), ("area", Hectares), ("area_plan", Households)):
        asked = {"area": field(Hectares, "Diện tích", planned=plan), "area_plan": field(unit, "Kế hoạch")}
        with pytest.raises(ValueError, match="cannot be what was planned of area"):
            FormType("Wrong", (VillageForm,), asked, code="Q42")


def test_in_a_form_with_lines_each_line_is_taken_apart_by_itself() -> None:
    class Roads(LineForm, code="Q43", sheet="Đường", title="Đường", domain="roads", reporter="village", lines="Đường"):
        done = field(Hectares, "Đã làm", planned="plan")
        plan = field(Hectares, "Kế hoạch")

    def lines(sheet: Any) -> None:
        (head,) = (cell for row in sheet.iter_rows() for cell in row if cell.value == "Mã dòng")
        at = {cell.value: cell.column_letter for cell in sheet[head.row] if cell.value}
        for row, (code, done) in enumerate((("a", "3,5/4"), ("b", "2")), start=head.row + 1):
            sheet[f"{at['Mã dòng']}{row}"] = code
            sheet[f"{at['Đường']}{row}"] = code
            sheet[f"{at['Đã làm (ha)']}{row}"] = done
        sheet[f"{at['Kế hoạch (ha)']}{head.row + 2}"] = 7

    done = run_one(Roads, {}, lines, forms=[Roads])
    found = done.located.entries.sort_values(["line", "field"])
    assert [str(value) for value in found["value"]] == ["3.5000", "4.0000", "2.0000", "7.0000"]
