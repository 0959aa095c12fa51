from random import Random

import pytest

from pipelines.steps.validate.localise import Limits
from pipelines.steps.validate.suggest import Suggestions, suggest
from pipelines.steps.validate.typos import Slip
from schemas.form import Form
from schemas.forms.b01_livestock import Livestock
from schemas.forms.b03_crops import Crops
from schemas.system import Row, System
from tests.unit.slips import consistent, systems, with_slips

OF = Livestock.system
HERD = {"buffalo": 31, "cattle": 40, "horse": 1428, "horse_ordinary": 1016, "horse_white": 412, "total": 1499}
GOOD = dict.fromkeys(OF.variables, 0) | HERD


def test_a_record_that_holds_gets_no_suggestion() -> None:
    assert suggest(OF, GOOD) == Suggestions()


def test_a_swap_in_a_cell_of_two_sums_is_the_only_answer_and_says_why() -> None:
    one, *others = suggest(OF, GOOD | {"horse": 1482}, {"horse": "1.482 con"}).ranked
    assert {other.tie for other in others} == {1}
    assert all(len(other.changes) == 2 and "horse" not in other.values for other in others)
    assert one.values == {"horse": 1428}
    assert one.unique
    assert one.closes == ("B01-01", "B01-02")
    assert one.evidence == (
        "«Đàn ngựa» ghi 1.482 con, có lẽ là 1.428 (hai chữ số cạnh nhau bị đổi chỗ). "
        "Sửa như vậy thì hết sai cả 2 quy tắc: B01-01, B01-02. "
        "Không có cách nào khác sửa ít ô như vậy mà mọi ô đều do gõ nhầm."
    )


def test_a_cell_in_one_sum_may_be_alone_but_is_not_called_unique() -> None:
    no_slip = suggest(OF, GOOD | {"total": 1994}).ranked[0]
    assert (no_slip.values, no_slip.alone, no_slip.unique) == ({"total": 1499}, False, False)
    swapped = suggest(OF, GOOD | {"total": 4199}).ranked[0]
    assert (swapped.values, swapped.alone, swapped.unique) == ({"total": 1499}, True, False)


def test_three_zeros_too_many_are_called_unique_though_only_one_sum_says_so() -> None:
    best = suggest(OF, GOOD | {"total": 1_499_000}).ranked[0]
    assert (best.changes[0].slip, best.unique) == (Slip.SHIFTED, True)


def test_a_number_of_one_digit_takes_away_the_claim() -> None:
    of = System.of(Row("sum", {"total": 1, "a": -1, "b": -1}))
    sure = suggest(of, {"total": 158, "a": 124, "b": 28}).ranked[0]
    assert (sure.values, sure.alone) == ({"total": 152}, True)
    doubt = suggest(of, {"total": 158, "a": 149, "b": 3}).ranked  # 9 in the place of 3 is a slip, too
    assert [(one.values, one.alone) for one in doubt[:2]] == [({"total": 152}, False), ({"b": 9}, False)]
    assert not any(one.alone for one in doubt)


def test_ties_carry_one_number_and_say_how_many_they_are() -> None:
    of = System.of(Row("sum", {"total": 1, "a": -1, "b": -1}))
    ranked = suggest(of, {"total": 135, "a": 42, "b": 103}).ranked
    assert [(one.values, one.tie) for one in ranked] == [({"a": 32}, 0), ({"total": 145}, 0), ({"b": 93}, 1)]
    assert "Còn 1 khả năng khác ngang mức này" in ranked[0].evidence


def test_decimals_are_proposed_as_vietnamese_prints_them() -> None:
    of = Crops.system
    record = {"cereal_production": 10_058, "rice_production": 6528, "maize_production": 3800}
    texts = [
        (one.changes[0].variable, one.changes[0].written, one.changes[0].text) for one in suggest(of, record).ranked
    ]
    assert ("rice_production", "65,28", "62,58") in texts


def test_a_frozen_cell_is_never_proposed() -> None:
    ranked = suggest(OF, GOOD | {"horse": 1482}, frozen={"horse"}).ranked
    assert ranked
    assert all("horse" not in one.values for one in ranked)


def test_a_blank_that_follows_is_told_and_takes_away_the_claim() -> None:
    of = System.of(
        Row("one", {"t": 1, "a": -1, "b": -1}), Row("two", {"t": 1, "c": -1}), Row("three", {"b": 1, "d": -1})
    )
    record = {"t": 1482, "a": 1000, "b": 428, "c": 1428, "d": None}
    best = suggest(of, record).ranked[0]
    assert best.values == {"t": 1428, "d": 428}
    assert best.evidence.startswith("«t» ghi 1.482, có lẽ là 1.428 (hai chữ số cạnh nhau bị đổi chỗ); «d» để trống")
    assert not best.unique


def test_an_undecided_sum_alone_calls_for_nothing() -> None:
    assert suggest(OF, GOOD | {"horse": 1420, "horse_white": None, "cattle": None}).ranked == ()


def test_a_blank_is_no_amnesty_for_parts_above_the_total() -> None:
    ranked = suggest(OF, GOOD | {"cattle": 50_000, "cat": None}).ranked
    assert {name for one in ranked if one.tie == 0 for name in one.values} >= {"total", "cattle"}
    (cattle,) = (one for one in ranked if set(one.values) == {"cattle"})
    assert "«Đàn bò» ghi 50.000, cần sửa, phải từ 0 đến 40 " in cattle.evidence


def test_a_limit_that_is_broken_names_both_sides_without_a_value() -> None:
    ranked = suggest(OF, GOOD | {"horse_breeding": 2000, "horse_ordinary_breeding": 2000}).ranked
    assert {tuple(one.values) for one in ranked} >= {("horse_breeding", "horse_ordinary_breeding")}
    assert all("chưa cho biết số đúng" in one.evidence or one.changes[0].proposed is not None for one in ranked)


def test_of_cells_that_are_wrong_together_each_has_the_room_that_the_others_leave() -> None:
    of = System.of(
        Row("sum", {"pupils": 1, "young": -1, "old": -1}),
        Row("limit", {"able": 1, "young": -1}, "<="),
        Row("blank", {"old": 1, "boys": -1, "girls": -1}),
    )
    record = {"pupils": 186, "young": 146, "old": 40, "able": 151, "boys": 30, "girls": None}
    (two,) = (one for one in suggest(of, record).ranked if set(one.values) == {"young", "old"})
    assert "«young» ghi 146, cần sửa, phải từ 151 đến 186 nhưng" in two.evidence
    assert "«old» ghi 40, cần sửa, phải từ 30 đến 186 nhưng" in two.evidence


def test_two_blocks_get_their_own_ties() -> None:
    ranked = suggest(OF, GOOD | {"horse": 1482, "poultry": 10}).ranked
    assert ranked[0].tie == 0
    assert {one.tie for one in ranked if "horse" not in one.values}.isdisjoint({0})


def test_why_there_is_no_suggestion_is_said() -> None:
    told = suggest(OF, GOOD | {"horse": 1482}, limits=Limits(cells=3))
    assert "quá 3 ô" in told.gave_up[0]
    assert [one.values for one in told.ranked] == [{"horse": 1428}]
    assert not told.ranked[0].unique


@pytest.mark.parametrize(("form", "of"), systems(), ids=lambda one: getattr(one, "code", ""))
def test_on_every_form_suggestions_close_what_they_say_and_single_slips_are_never_claimed_wrongly(
    form: type[Form], of: System
) -> None:
    random = Random(form.code)
    for _ in range(6):
        good = consistent(of, random)
        assert suggest(of, good) == Suggestions()
        record = with_slips(of, good, 1, random)
        told = suggest(of, record)
        assert told == suggest(of, record)
        failing = {row.code for row in of.failing(record)}
        assert bool(told.ranked) == (bool(failing) or not all(map(of.allows, record, record.values())))
        for one in told.ranked:
            assert set(one.closes) | set(one.leaves) <= failing
            if None not in one.values.values():
                repaired = {**record, **{name: value for name, value in one.values.items() if value is not None}}
                assert not {row.code for row in of.failing(repaired)} & set(one.closes)
            if one.alone:
                assert all(good[name] == value for name, value in one.values.items())
