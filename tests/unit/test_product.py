"""Products of what is measured: what the last digits leave open, what was worked out, and a rule that is wrong here."""

from decimal import Decimal

import pandas as pd
import pytest

from pipelines.steps.collect.correct import read_ledger
from schemas.edit import Edit
from schemas.edits import Product
from schemas.forms import FORMS
from schemas.forms.b03_crops import Crops
from schemas.forms.x04_tet_gifts import TetGifts
from schemas.outcomes import Severity
from schemas.return_sets import ReturnSetKey
from schemas.units import Percent
from tests.edits.examples import holds
from tests.unit.builders import COMMUNE, LEDGER_HEADING, PERIOD, Cell, Run, address_of, filled, raw_file, run, told

RICE = next(edit for edit in Crops.edits if edit.code == "B03-03")
GIFTS = next(edit for edit in TetGifts.edits if edit.code == "X04-02")


def product_holds(edit: Edit, *values: str) -> bool | None:
    assert isinstance(edit, Product)
    return holds(edit, **dict(zip(edit.names, values, strict=True)))


@pytest.mark.parametrize(
    ("production", "area", "rate", "expected"),
    [
        ("236.5", "43", "55", True),
        ("558.3", "101.5", "55", True),
        ("623.77", "123.45", "50.53", True),  # 50,528 tạ/ha, which no yield of two decimals gives within 0,05 t
        ("624.5", "123.45", "50.53", False),
        ("1.9", "0.35", "55.25", True),
        ("2.2", "0.35", "55.25", False),
        ("23.8", "4.35", "55", True),
        ("32.8", "4.35", "55", False),
        ("0", "0", "55", True),
        ("1", "0", "55", False),
        ("-236.5", "-43", "55", True),
        ("236.5", "-43", "-55", True),
        ("236.5", "-43", "55", False),
        ("-558.3", "101.5", "55", False),
        ("0", "-43", "55", False),
    ],
)
def test_the_product_lies_where_the_last_digits_of_its_factors_leave_it(
    production: str, area: str, rate: str, expected: bool
) -> None:
    assert product_holds(RICE, production, area, rate) is expected


@pytest.mark.parametrize(("value", "expected"), [("27000000", True), ("27000001", False), ("27300000", False)])
def test_what_is_counted_is_exact(value: str, expected: bool) -> None:
    assert product_holds(GIFTS, value, "45", "600000") is expected


def crops(
    production: Cell,
    *,
    area: Cell = "101,5",
    rate: Cell = "55",
    cereals: Cell = "558,26",
    ledger: pd.DataFrame | None = None,
) -> Run:
    answers: dict[str, Cell] = dict.fromkeys(Crops.fields(), 0)
    answers |= {"annual_area": area, "rice_area": area, "rice_yield": rate, "rice_production": production}
    return run(raw_file(filled(Crops, answers | {"cereal_production": cereals})), ledger=ledger)


def grown(answers: dict[str, Cell], ledger: pd.DataFrame | None = None) -> Run:
    """What a village grew, all of it rice."""
    return crops(**answers, cereals=answers["production"], ledger=ledger)


@pytest.mark.parametrize("production", [558.2575, "558,2575"])
def test_more_decimals_than_the_unit_keeps_are_rounded_with_a_note_where_the_factors_explain_them(
    production: Cell,
) -> None:
    done = crops(production, rate="55,0007")
    assert done.value("rice_yield") is None  # two numbers too fine at once explain nothing
    done = crops(production)
    assert done.value("rice_production") == Decimal("558.26")
    (finding,) = told(done.check(Crops))
    assert (finding["code"], finding["severity"], finding["expected"]) == ("C-22", "warning", "558,26")
    assert finding["cells"] == address_of(Crops, "rice_production")
    assert done.held(Crops) == set()


def test_a_yield_that_was_worked_out_is_rounded_too() -> None:
    done = crops("558,26", rate=55.00098522167488)
    assert done.value("rice_yield") == Decimal("55.00")
    assert [row["code"] for row in told(done.check(Crops))] == ["C-22"]


def test_more_decimals_that_nothing_explains_are_refused_as_before() -> None:
    done = crops(1.234)
    assert "C-06" in {row["code"] for row in told(done.check(Crops))}
    assert done.value("rice_production") is None


def decided(rule: str, name: str = "rice_production", value: str = "558,26") -> pd.DataFrame:
    cell, kept = address_of(Crops, name), f'"{value}","{value}"'
    line = f'2024-07-02,cán bộ thống kê xã,pa_phao.xlsx,"{Crops.sheet}",{cell},{kept},Gặt hai lần,{rule},as_is'
    ledger, problems = read_ledger({ReturnSetKey(PERIOD.code, COMMUNE): f"{LEDGER_HEADING}\n{line}"})
    assert problems.empty
    return ledger


def test_a_decision_that_names_the_rule_makes_its_breach_a_warning_that_says_who_and_why() -> None:
    wrong = crops("558,26", area="50,75")
    assert wrong.held(Crops) != set()
    ledger = decided("B03-03")
    checked = crops("558,26", area="50,75", ledger=ledger).check(Crops)
    (finding,) = told(checked)
    assert (finding["code"], finding["severity"], finding["written"]) == ("H-08", "warning", "558,26")
    for part in ("B03-03", "cán bộ thống kê xã", "Gặt hai lần"):
        assert part in finding["message"]
    outcomes = checked.outcomes
    assert [row["outcome"] for row in outcomes.to_pylist() if row["edit"] == "B03-03"] == ["fails"]


@pytest.mark.parametrize("rule", ["", "B03-04", "B03-02"])
def test_a_decision_that_names_no_rule_or_another_lets_the_error_stand(rule: str) -> None:
    ledger = decided(rule)
    checked = crops("558,26", area="50,75", ledger=ledger).check(Crops)
    assert [(row["code"], row["severity"]) for row in told(checked)] == [("B03-03", "error")]


def test_what_follows_from_adding_up_is_never_a_wrong_rule() -> None:
    errors = [edit for edit in Crops.edits if edit.severity is Severity.ERROR]
    assert {edit.code for edit in errors if edit.confirmable} == {"B03-03", "B03-04"}


def test_a_yield_above_all_that_is_known_can_be_kept_by_a_decision_that_names_the_range() -> None:
    answers: dict[str, Cell] = {"area": "101,5", "rate": "130", "production": "1.319,5"}
    assert [(row["code"], row["severity"]) for row in told(grown(answers).check(Crops))] == [("C-11", "error")]
    done = grown(answers, decided("C-11", "rice_yield", "130"))
    (finding,) = told(done.check(Crops))
    assert (finding["code"], finding["severity"], finding["written"]) == ("H-08", "warning", "130")
    for part in ("C-11: Năng suất lúa xuân từ 0 đến 120", "cán bộ thống kê xã", "Gặt hai lần"):
        assert part in finding["message"]
    (row,) = done.mart(Crops).to_pylist()
    edits = {source["field"]: source["edits"] for source in row["sources"]}
    assert edits["rice_yield"].startswith("C-11 fails;")
    assert edits["maize_yield"].startswith("C-11 holds;")
    outcomes = done.check(Crops).outcomes.to_pylist()
    assert [row["outcome"] for row in outcomes if row["edit"] == "B03-03"] == ["holds"]


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [("rice_yield", "130", ""), ("rice_yield", "130", "B03-03"), ("rice_yield", "-130", "C-11")],
)
def test_a_range_stands_where_no_decision_names_it_and_below_nothing_always(name: str, value: str, rule: str) -> None:
    done = grown({"area": "101,5", "rate": value, "production": "1.319,5"}, decided(rule, name, value))
    assert ("C-11", "error") in {(row["code"], row["severity"]) for row in told(done.check(Crops))}


def test_only_a_maximum_that_no_definition_gives_may_be_wrong() -> None:
    confirmable = [item for form in FORMS for item in form.fields().values() if item.confirmable]
    assert [item.maximum is not None and item.unit is not Percent for item in confirmable] == [True] * 2


def test_a_product_with_a_number_that_no_table_holds_is_judged() -> None:
    """Suggestions try a number with a digit more, also where it has 14 already."""
    edit = next(edit for edit in TetGifts.edits if isinstance(edit, Product))
    huge = Decimal(10**19)
    frame = pd.DataFrame(
        [dict.fromkeys(edit.names, huge), dict(zip(edit.names, (huge, huge, Decimal(1)), strict=True))]
    )
    assert edit.holds(frame).tolist() == [False, True]
