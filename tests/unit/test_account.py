"""What others come to that are added and taken off, and what rounding may leave of a sum."""

from decimal import Decimal

import pytest

from pipelines.handout.live_checks import check
from pipelines.steps.validate.suggest import suggest
from schemas.edit import Edit
from schemas.edits import account
from schemas.fields import field
from schemas.form import VillageForm
from schemas.outcomes import Severity
from schemas.system import Row
from schemas.units import Dong, Hectares, MillionDong, People
from tests.edits.examples import example, holds, results
from tests.unit.builders import run_one, told


class Land(VillageForm, code="Z80", sheet="Đất", title="Đất đai", domain="land80"):
    opening = field(Hectares, "Đầu năm")
    gained = field(Hectares, "Tăng")
    lost = field(Hectares, "Giảm")
    sold = field(Hectares, "Bán")
    closing = field(Hectares, "Cuối năm")
    all = field(MillionDong, "Tổng thu")
    tax = field(MillionDong, "Thuế")
    fees = field(Dong, "Phí")
    people = field(People, "Nhân khẩu")
    men = field(People, "Nam")
    women = field(People, "Nữ")
    edits = (
        account("Z80-01", "closing", ["opening", "gained"], ["lost", "sold"]),
        account("Z80-02", "all", ["tax", "fees"], tolerance="1"),
        account("Z80-03", "people", ["men", "women"], tolerance="0.5", severity=Severity.WARNING),
    )


STOCK, ROUNDED, HALF = Land.edits


def test_its_sentence_says_what_is_taken_off_and_what_is_let_pass() -> None:
    assert STOCK.sentence == "Cuối năm = Đầu năm + Tăng − Giảm − Bán"
    assert ROUNDED.sentence == "Tổng thu = Thuế + Phí (lệch không quá 1)"


@pytest.mark.parametrize(("closing", "expected"), [("8.5", True), ("8.51", False), ("13.5", False)])
def test_what_is_taken_off_is_not_added(closing: str, expected: bool) -> None:
    others = {"opening": "10", "gained": "1.25", "lost": "2", "sold": "0.75"}
    assert holds(STOCK, closing=closing, **others) is expected
    assert STOCK.expected({name: Decimal(value) for name, value in others.items()}) == Decimal("8.5")


@pytest.mark.parametrize(
    ("all_", "expected"), [("11", True), ("13", True), ("13.001", False), ("10.999", False), ("12", True)]
)
def test_a_sum_may_be_off_by_its_tolerance_on_both_sides_in_the_unit_of_the_total(all_: str, expected: bool) -> None:
    assert holds(ROUNDED, all=all_, tax="5", fees="7000000") is expected


def test_it_is_rows_of_the_linear_system() -> None:
    assert STOCK.rows() == (Row("Z80-01", {"closing": 1, "opening": -1, "gained": -1, "lost": 1, "sold": 1}, "=", 0),)
    assert [row.relation for row in ROUNDED.rows()] == ["<=", "<="]
    assert HALF.rows()[0] == Row("Z80-03", {"people": 2, "men": -2, "women": -2}, "<=", 1)


def test_a_blank_leaves_open_only_what_the_others_leave_room_for() -> None:
    assert holds(STOCK, opening="10", gained="1", lost="2", sold="0") is None
    assert holds(STOCK, opening="10", gained="1", lost="20", closing="1") is False, "nothing sold makes 1 of -9"
    assert holds(STOCK, opening="10", lost="2", sold="0", closing="12") is None


@pytest.mark.parametrize("edit", Land.edits, ids=lambda edit: edit.code)
def test_it_has_the_outcomes_of_every_edit(edit: Edit) -> None:
    told_of = results(edit)
    assert (told_of["good"].outcomes, told_of["good"].of(edit.code)) == ({"holds": 1}, [])
    (finding,) = told_of["bad"].of(edit.code)
    assert finding["severity"] == edit.severity
    assert "tính từ các số khác là" in finding["message"]
    assert example(edit).good != example(edit).bad


def test_a_slip_in_what_is_taken_off_is_found() -> None:
    record = dict.fromkeys(Land.fields(), 0) | {"opening": 50000, "gained": 1200, "lost": 3210, "closing": 48080}
    found = [one.values for one in suggest(Land.system, record).ranked]
    assert {"lost": 3120} in found
    assert {"lost": 3300} not in found


def test_a_finding_says_what_the_others_make_of_it_and_where() -> None:
    given = {"opening": "500", "gained": "12", "lost": "30", "sold": "0", "closing": "542"}
    done = run_one(Land, dict.fromkeys(Land.fields(), "0") | given, forms=(Land,))
    (found,) = told(done.check(Land))
    assert (found["code"], found["written"], found["expected"]) == ("Z80-01", "542", "482")
    assert "ghi 542, tính từ các số khác là 482 (ô D8, D9, D10, D11), lệch 60" in found["message"]


def test_a_blank_form_checks_it_while_somebody_is_typing() -> None:
    cells = {name: f"D{row}" for row, name in enumerate(Land.fields(), start=8)}
    stock, rounded = check(STOCK, cells), check(ROUNDED, cells)
    assert stock is not None
    assert rounded is not None
    assert "ROUND(N(D12)-N(D8)-N(D9)+N(D10)+N(D11),2)<>0" in stock.fails
    assert "ABS(ROUND(N(D13)-N(D14)-N(D15)/1000000,6))>1" in rounded.fails
