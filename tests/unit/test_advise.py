"""What is said of a finding: which edits are facts, what is shown beside the first answer, what last period adds."""

from collections.abc import Collection, Mapping
from decimal import Decimal

import pytest

from pipelines.steps.validate.advise import Advice, Breaches, Written, advise
from schemas.form import Form
from schemas.forms.b01_livestock import Livestock
from schemas.forms.b02_sales import Sales
from schemas.forms.g03_thcs import LowerSecondary
from schemas.forms.x04_tet_gifts import TetGifts
from schemas.outcomes import Severity
from schemas.proposals import as_kept, proposals

HERD = {"total": 120, "buffalo": 30, "cattle": 34, "horse": 50, "horse_ordinary": 20, "horse_white": 30, "cat": 6}
PUPILS = {
    **{"pupils": 176, "grades678_pupils": 141, "grade9_pupils": 35, "assessed": 171, "disabled": 5},
    **{"grades678_disabled": 5, "grades678_study_pass": 141},
}
ALONE = "Không có cách nào khác"


def told(
    form: type[Form],
    values: Mapping[str, int],
    edits: Collection[str],
    *,
    refused: Collection[tuple[str, str]] = (),
    before: Mapping[str, int] | None = None,
    blank: Collection[str] = (),
    top: int = 9,
) -> Advice:
    record = {name: Decimal(values.get(name, 0)) for name in form.fields() if name not in blank}
    written = {name: Written("f.xlsx", "S", f"D{at}", str(record[name]), False) for at, name in enumerate(record, top)}
    return advise(form, record, written, edits, refused, {name: Decimal(one) for name, one in (before or {}).items()})


def test_a_standing_warning_rules_out_no_cell_of_a_sum_that_fails() -> None:
    """G03-10 fails on the true record: taken for a fact, it would ask for a second wrong cell."""
    advice = told(LowerSecondary, PUPILS | {"assessed": 117}, {"G03-03", "G03-10"})
    assert (advice.field, advice.proposed) == ("assessed", "171")


def test_where_only_a_warning_fails_no_answer_is_called_the_only_one() -> None:
    assert ALONE not in told(LowerSecondary, PUPILS, {"G03-10"}).words


def test_every_other_answer_of_one_cell_is_shown_beside_the_first() -> None:
    words = told(Livestock, HERD | {"cattle": 84}, {"B01-01"}).words
    assert words == (
        "Ô D11: «Đàn bò» ghi 84, có lẽ là 34 (gõ sai một chữ số). "
        "Sửa như vậy thì hết sai quy tắc: B01-01. Còn 1 khả năng khác ngang mức này. "
        "Hoặc: Ô D9: «Tổng đàn gia súc» ghi 120, có lẽ là 170 (gõ sai một chữ số). "
        "Sửa như vậy thì hết sai quy tắc: B01-01. Còn 1 khả năng khác ngang mức này."
    )


def test_an_answer_that_would_stand_by_itself_is_shown_with_one_of_the_next_rank() -> None:
    words = told(Livestock, {"buffalo": 40, "cattle": 3}, {"B01-01"}).words
    first, *others = words.split("Hoặc: ")
    assert "«Tổng đàn gia súc» ghi 0, theo phép tính là 43 nếu các ô khác đúng" in first
    assert others
    assert all("Tổng đàn" not in other for other in others)


def test_numbers_of_one_digit_are_suspected_too() -> None:
    words = told(Livestock, {"total": 22, "buffalo": 21, "cattle": 5}, {"B01-01"}).words
    assert "«Đàn bò» ghi 5, có lẽ là 1 (gõ sai một chữ số)" in words
    assert "«Tổng đàn gia súc» ghi 22, có lẽ là 26" in words


@pytest.mark.parametrize(
    ("before", "first"), [({"cattle": 33, "total": 118}, "D11"), ({"cattle": 85, "goat": 2}, "D9")]
)
def test_last_period_decides_which_of_two_slips_comes_first(before: dict[str, int], first: str) -> None:
    assert told(Livestock, HERD | {"cattle": 84}, {"B01-01"}, before=before).words.startswith(f"Ô {first}:")


def test_two_cells_interchanged_are_told_as_one_slip() -> None:
    words = told(Livestock, HERD | {"horse": 30, "horse_white": 50}, {"B01-01", "B01-02"}).words
    assert "(hai ô ghi đổi chỗ cho nhau)" in words


def test_all_amounts_but_one_in_another_unit_are_told_as_one_slip() -> None:
    sales = {"revenue_total": 1_230_600, "revenue_livestock": 856_000_000, "revenue_poultry": 374_600_000}
    words = told(Sales, sales, {"B02-03"}).words
    assert "(các ô này cùng ghi theo một đơn vị tiền khác)" in words


def test_a_refused_suggestion_is_not_made_again_and_the_next_one_is() -> None:
    words = told(Livestock, HERD | {"cattle": 84}, {"B01-01"}, refused={("cattle", "34")}).words
    assert "«Đàn bò» ghi 84, có lẽ là 34" not in words
    assert "«Tổng đàn gia súc» ghi 120, có lẽ là 170" in words


def test_a_wrong_factor_of_a_product_is_told_with_the_slip() -> None:
    gifts = {"packages": 15, "unit_value": 500_700, "value": 7_500_000}
    words = told(TetGifts, gifts, {"X04-02"}, blank=["unit_cash", "unit_kind"]).words
    assert "ghi 500.700, có lẽ là 500.000 (gõ sai một chữ số)" in words
    assert "«Tổng trị giá» ghi 7.500.000, có lẽ là 7.510.500 (số đã làm tròn)" in words


def test_the_same_record_in_other_cells_is_told_with_its_own() -> None:
    here, there = (told(Livestock, HERD | {"cattle": 84}, {"B01-01"}, top=top).words for top in (9, 19))
    assert here.startswith("Ô D11: ")
    assert there.startswith("Ô D21: ")


def test_as_many_rules_break_by_a_change_as_do_when_all_are_looked_at_anew() -> None:
    form = LowerSecondary
    rules = [edit for edit in form.edits if edit.severity is Severity.WARNING or not edit.is_linear]
    record = {name: Decimal(PUPILS.get(name, 0)) for name in form.fields()}
    counted, counts = Breaches(form, record), set()
    for name in form.fields():
        for value in (0, 1, 1000):
            changed = record | {name: form.system.decimal(name, value)}
            known = [edit for edit in rules if set(edit.needs) <= changed.keys()]
            counts.add(count := sum(not edit.fits(changed) for edit in known))
            assert counted({name: value}) == count, (name, value)
    assert len(counts) > 1


def test_each_way_to_mend_carries_its_cells_with_what_would_stand_in_them() -> None:
    """They are kept as they were known, whatever stands in the words; none where one of the cells has no value."""
    one, both, undecided = (
        told(Livestock, HERD | {"cattle": 84}, {"B01-01"}),
        told(Livestock, HERD | {"horse": 30, "horse_white": 50}, {"B01-01", "B01-02"}),
        told(Livestock, HERD | {"cattle": 184}, {"B01-01"}, blank=["buffalo"]),
    )
    assert [way.changes for way in one.ways] == [(("D11", "34"),), (("D9", "170"),)]
    assert (("D12", "50"), ("D14", "30")) in [way.changes for way in both.ways]
    assert [way.changes for way in undecided.ways] == [(), (), (("D9", "184"), ("D10", "120"))]
    for advice in (one, both, undecided):
        assert proposals(as_kept(advice.ways)) == list(advice.ways)
    assert (as_kept([]), proposals(""), proposals(None)) == ("", [], [])
