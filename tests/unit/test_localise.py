from collections.abc import Mapping
from fractions import Fraction
from itertools import combinations
from math import floor
from random import Random
from typing import Any

import pytest

from pipelines.steps.validate.localise import Limits, localise
from pipelines.steps.validate.typos import Record
from schemas.exact import Range, find_point
from schemas.form import Form
from schemas.forms.t01_budget import Budget
from schemas.system import Row, System
from tests.unit.slips import consistent, systems, with_slips

SUM = System.of(Row("sum", {"total": 1, "a": -1, "b": -1}))
TOWER = System.of(
    Row("top", {"total": 1, "a": -1, "b": -1}),
    Row("low", {"a": 1, "c": -1, "d": -1}),
    Row("limit", {"d": 1, "b": -1}, "<="),
)
GOOD = {"total": 100, "a": 60, "b": 40, "c": 35, "d": 25}


def cells(of: System, record: Record, **more: Any) -> list[tuple[str, ...]]:
    return [answer.cells for block in localise(of, record, **more) for answer in block.answers]


def test_a_record_that_holds_has_nothing_to_localise() -> None:
    assert localise(TOWER, GOOD) == ()


def test_the_cell_common_to_both_sums_is_the_smallest_answer() -> None:
    (block,) = localise(TOWER, GOOD | {"a": 70})
    assert block.violated == ("top", "low")
    assert [(answer.cells, answer.values) for answer in block.answers] == [(("a",), {"a": 60})]
    assert (block.weight, block.complete, block.gave_up) == (1, True, "")


def test_all_smallest_answers_are_listed_in_the_order_of_the_form() -> None:
    assert cells(SUM, {"total": 10, "a": 3, "b": 5}) == [("total",), ("a",), ("b",)]


def test_the_answers_of_a_limited_list_are_said_to_be_not_all() -> None:
    (block,) = localise(SUM, {"total": 10, "a": 3, "b": 5}, limits=Limits(answers=2))
    assert (len(block.answers), block.complete) == (2, False)


def test_a_frozen_cell_is_not_changed() -> None:
    # Not b and d: with a total of 100, b would be 30, and d at most that.
    assert cells(TOWER, GOOD | {"a": 70}, frozen={"a"}) == [("total", "c"), ("total", "d"), ("b", "c")]


def test_weights_decide_between_cells() -> None:
    assert cells(SUM, {"total": 10, "a": 3, "b": 5}, weights={"total": 3, "b": 2}) == [("a",)]


def test_a_value_out_of_range_must_change() -> None:
    assert cells(SUM, {"total": 2, "a": 5, "b": -3}) == [("total", "b"), ("a", "b")]


def test_an_inequality_can_be_met_by_either_side_and_fixes_no_value() -> None:
    (block,) = localise(System.of(Row("limit", {"part": 1, "whole": -1}, "<=")), {"part": 9, "whole": 5})
    assert [(answer.cells, dict(answer.values)) for answer in block.answers] == [(("part",), {}), (("whole",), {})]


def test_a_missing_cell_costs_nothing_and_is_told_with_its_value() -> None:
    record: Record = {**GOOD, "a": None, "total": 90}
    (block,) = localise(TOWER, record)
    assert block.missing == ("a",)
    assert [(answer.cells, dict(answer.values)) for answer in block.answers] == [
        (("total",), {"total": 100, "a": 60}),
        (("b",), {"b": 30, "a": 60}),
        (("c",), {"a": 50, "c": 25}),
        (("d",), {"a": 50, "d": 15}),
    ]


def test_no_filling_of_a_blank_can_help_where_a_part_is_above_the_total() -> None:
    assert cells(SUM, {"total": 5, "a": 9, "b": None}) == [("total",), ("a",)]
    assert cells(SUM, {"total": 9, "a": 5, "b": None}) == []


def test_everything_frozen_is_given_up_and_said() -> None:
    (block,) = localise(SUM, {"total": 10, "a": 3, "b": 5}, frozen=SUM.variables)
    assert (block.answers, block.complete) == ((), False)
    assert "giữ nguyên" in block.gave_up


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(cells=2), "3 ô liên quan"),
        (Limits(rounds=0), "0 lượt tìm"),
        (Limits(seconds=1, clock=iter(range(0, 100, 2)).__next__), "1 giây"),
    ],
)
def test_a_limit_is_said(limits: Limits, reason: str) -> None:
    (block,) = localise(SUM, {"total": 10, "a": 3, "b": 5}, limits=limits, weights={"a": 2})
    assert not block.complete
    assert reason in block.gave_up


def test_one_dong_in_twelve_billion_is_found() -> None:
    record = {
        "revenue_total_estimate": 12_345_678_901,
        "revenue_local_estimate": 12_345_678_801,
        "revenue_transfer_estimate": 99,
    }
    (block,) = localise(Budget.system, record)
    assert [list(answer.values.values()) for answer in block.answers] == [[12_345_678_900], [12_345_678_802], [100]]


def test_only_values_that_can_be_written_count() -> None:
    thousands = System.of(Row("sum", {"dong": 1, "thousand": -1000}))
    (block,) = localise(thousands, {"dong": 12_345, "thousand": 12})
    assert [(answer.cells, dict(answer.values)) for answer in block.answers] == [(("dong",), {"dong": 12_000})]


def table(rows: int, columns: int) -> System:
    """A table with both margins, as in the methods page."""
    names = [f"x{row}_{column}" for row in range(rows) for column in range(columns)]
    across = [
        Row(f"row{row}", {f"r{row}": 1, **{name: -1 for name in names if name.startswith(f"x{row}_")}})
        for row in range(rows)
    ]
    down = [
        Row(f"col{at}", {f"c{at}": 1, **{name: -1 for name in names if name.endswith(f"_{at}")}})
        for at in range(columns)
    ]
    whole = [
        Row("rows", {"all": 1, **{f"r{row}": -1 for row in range(rows)}}),
        Row("cols", {"all": 1, **{f"c{at}": -1 for at in range(columns)}}),
    ]
    return System.of(*across, *down, *whole)


def test_two_errors_of_any_mixture_of_sizes_are_among_the_answers_for_a_table() -> None:
    of, random = table(8, 5), Random(20)
    for _ in range(10):
        good = {f"x{row}_{at}": int(10 ** random.uniform(0, 9)) for row in range(8) for at in range(5)}
        good |= {f"r{row}": sum(good[f"x{row}_{at}"] for at in range(5)) for row in range(8)}
        good |= {f"c{at}": sum(good[f"x{row}_{at}"] for row in range(8)) for at in range(5)}
        good["all"] = sum(good[f"c{at}"] for at in range(5))
        wrong = random.sample(of.variables, 2)
        record = good | {name: good[name] + int(10 ** random.uniform(0, 8)) for name in wrong}
        (block,) = localise(of, record)
        assert set(wrong) in [set(answer.cells) for answer in block.answers]
        for answer in block.answers:
            assert all(row.holds({**record, **answer.example}) for row in of.rows)


def smallest(of: System, record: dict[str, int]) -> set[tuple[str, ...]]:
    """All smallest answers by trying every set of cells."""
    outside = {name for name in of.variables if not of.allows(name, record[name])}
    for size in range(len(of.variables) + 1):
        found = {
            chosen
            for chosen in combinations(of.variables, size)
            if outside <= set(chosen) and can_be_filled(of, record, chosen)
        }
        if found:
            return found
    raise AssertionError("no answer")


def can_be_filled(of: System, record: dict[str, int], chosen: tuple[str, ...]) -> bool:
    """Whether whole numbers in the chosen cells make every edit hold."""
    return has_whole(of, {name: limit if name in chosen else (record[name],) * 2 for name, limit in of.ranges.items()})


def has_whole(of: System, ranges: Mapping[str, Range]) -> bool:
    """Whether every edit holds for some whole numbers within the ranges: of a corner between two, both sides."""
    point = find_point([row.coefficients for row in of.rows], [row.range for row in of.rows], ranges, {})
    if not isinstance(point, dict):
        return False
    between = next((name for name, value in point.items() if Fraction(value).denominator != 1), None)
    if between is None:
        return True
    (low, high), below = ranges[between], floor(point[between])
    return any(has_whole(of, {**ranges, between: part}) for part in ((low, below), (below + 1, high)))


@pytest.mark.parametrize("of", [block for _, of in systems() for block in of.blocks if len(block.variables) <= 8])
def test_every_small_block_of_the_forms_gives_what_trying_everything_gives(of: System) -> None:
    random = Random(of.rows[0].code)
    for count in range(1, min(2, len(of.variables)) + 1):
        record = with_slips(of, consistent(of, random), count, random)
        told = {answer.cells for block in localise(of, record, limits=Limits(answers=100)) for answer in block.answers}
        expected = smallest(of, record)
        assert told == (expected if expected != {()} else set())


@pytest.mark.parametrize("form", [form for form, _ in systems()], ids=lambda form: form.code)
def test_the_answers_of_trying_are_those_of_the_solver(form: type[Form], monkeypatch: pytest.MonkeyPatch) -> None:
    random = Random(form.code)
    records = [with_slips(form.system, consistent(form.system, random), count, random) for count in (1, 1, 2)]
    tried = [localise(form.system, record) for record in records]
    monkeypatch.setattr("pipelines.steps.validate.localise._MOST_TRIED", 0)
    solved = [localise(form.system, record) for record in records]
    for ours, theirs in zip(tried, solved, strict=True):
        assert [(block.weight, block.complete) for block in ours] == [
            (block.weight, block.complete) for block in theirs
        ]
        # Of more answers than are listed, the two need not list the same.
        assert [block.answers for block in ours if block.complete] == [
            block.answers for block in theirs if block.complete
        ]
