from random import Random

import pytest

from pipelines.steps.validate.typos import Slip, Status, find_slip, find_typos, one_slip_away
from schemas.forms.b01_livestock import Livestock
from schemas.forms.b02_sales import Sales
from schemas.forms.t01_budget import Budget
from schemas.system import Row, System
from tests.unit.slips import consistent, slipped, systems

SUM = System.of(Row("sum", {"total": 1, "a": -1, "b": -1}))


@pytest.mark.parametrize(
    ("seen", "meant", "decimals", "slip"),
    [
        (1482, 1428, 0, Slip.SWAPPED),
        (1482, 1462, 0, Slip.REPLACED),
        (148, 1482, 0, Slip.OMITTED),
        (14832, 1482, 0, Slip.ADDED),
        (5567, 567, 0, Slip.DOUBLED),
        (-567, 567, 0, Slip.SIGN),
        (5670, 567, 0, Slip.SHIFTED),
        (567, 567_000, 0, Slip.SHIFTED),
        (6258, 625_800, 2, Slip.SEPARATOR),
        (62_580, 6258, 2, Slip.SEPARATOR),
        (6250, 6258, 2, Slip.OMITTED),
        (6238, 6258, 2, Slip.REPLACED),
        (625, 6258, 2, None),
        (12_345_678_901, 12_345_678_902, 0, Slip.REPLACED),
        (10**40 + 5, 10**40 + 3, 0, Slip.REPLACED),
        (100_000, 10_000, 0, Slip.SHIFTED),
        (1482, 1482, 0, None),
        (1482, 1824, 0, None),
        (1500, 1482, 0, Slip.ROUNDED),
        (6300, 6258, 2, Slip.ROUNDED),
        (1400, 1482, 0, None),
        (70, 68, 0, None),
        (-1482, 1428, 0, None),
        (0, 411, 0, None),
    ],
)
def test_which_slip_makes_one_number_of_another(seen: int, meant: int, decimals: int, slip: Slip | None) -> None:
    assert find_slip(seen, meant, decimals) is slip


def test_a_unit_word_is_a_slip_only_of_money() -> None:
    assert find_slip(1482, 1_482_000_000, money=True) is Slip.UNIT_WORD
    assert find_slip(1482, 1_482_000_000) is None


def distance(a: str, b: str) -> int:
    """Restricted Damerau-Levenshtein distance by its textbook table."""
    table = {(i, 0): i for i in range(len(a) + 1)} | {(0, j): j for j in range(len(b) + 1)}
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            steps = [table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (a[i - 1] != b[j - 1])]
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                steps.append(table[i - 2, j - 2] + 1)
            table[i, j] = min(steps)
    return table[len(a), len(b)]


def test_a_slip_of_digits_is_distance_one_in_every_random_pair() -> None:
    random = Random(1)
    found = 0
    for _ in range(20_000):
        seen, meant = random.randrange(1, 1300), random.randrange(1, 1300)
        ratio = max(seen, meant) / min(seen, meant)
        if ratio not in (10, 100, 1000):
            near = distance(str(seen), str(meant)) == 1
            assert (find_slip(seen, meant) not in (None, Slip.ROUNDED)) == near, (seen, meant)
            found += near
    assert found > 100


@pytest.mark.parametrize("decimals", [0, 2, 3])
def test_every_slip_that_the_tests_make_is_recognised(decimals: int) -> None:
    random = Random(decimals)
    for _ in range(3000):
        meant = random.randrange(10 ** random.randint(1, 11))
        seen = slipped(meant, decimals, random)
        assert find_slip(seen, meant, decimals) is not None, (seen, meant)


@pytest.mark.parametrize(("decimals", "largest"), [(0, 3000), (2, 3000)])
def test_all_numbers_one_slip_away_are_found_and_no_others(decimals: int, largest: int) -> None:
    for seen in (0, 7, 10, 148, 620, -58):
        told = [value for value in one_slip_away(seen, decimals) if abs(value) < largest]
        slips = {value: find_slip(seen, value, decimals) for value in range(-largest + 1, largest)}
        assert told == [value for value, slip in slips.items() if slip not in (None, Slip.ROUNDED)]


def test_a_cell_that_another_sum_confirms_is_not_suspected() -> None:
    of = Livestock.system
    record = dict.fromkeys(of.variables, 0) | {"horse_ordinary": 60, "horse_white": 42, "horse": 102, "total": 120}
    typos = find_typos(of, record)
    assert [(one.variable, one.proposed, one.closes) for one in typos.candidates] == [("total", 102, ("B01-01",))]
    assert typos.candidates[0].slip is Slip.SWAPPED
    assert typos.status is Status.CORRECTED


def test_frozen_cells_are_left_alone() -> None:
    record = {"total": 1568, "a": 1452, "b": 161}
    assert find_typos(SUM, record).common[0].variable == "b"
    frozen = find_typos(SUM, record, frozen={"b"})
    assert (frozen.status, frozen.candidates) == (Status.INVALID, ())


def test_a_sum_with_a_blank_cell_neither_accuses_nor_confirms() -> None:
    of = System.of(Row("one", {"a": 1, "b": -1, "c": -1}), Row("two", {"b": 1, "d": -1, "e": -1}))
    typos = find_typos(of, {"a": 1568, "b": 161, "c": 1452, "d": 100, "e": None})
    assert [(one.variable, one.proposed) for one in typos.common] == [("b", 116)]
    assert find_typos(of, {"a": 1, "b": 2, "c": None}).status is Status.VALID


def test_no_candidate_leaves_its_range_or_breaks_a_limit_that_held() -> None:
    negative = {"total": 12, "a": 21, "b": 33}
    assert all(one.proposed >= 0 for one in find_typos(SUM, negative).candidates)
    limited = System((*SUM.rows, Row("limit", {"b": 1, "a": -1}, "<=")), SUM.ranges)
    record = {"total": 363, "a": 132, "b": 131}
    free, held = find_typos(SUM, record), find_typos(limited, record)
    assert ("b", 231) in [(one.variable, one.proposed) for one in free.common + free.candidates]
    assert ("b", 231) not in [(one.variable, one.proposed) for optimum in held.optima for one in optimum]


def test_equally_good_choices_are_a_tie_and_nothing_is_agreed() -> None:
    every = find_typos(SUM, {"total": 155, "a": 42, "b": 103})
    assert [(one.variable, one.proposed) for (one,) in every.optima] == [("a", 52), ("total", 145), ("b", 113)]
    assert (every.status, every.common) == (Status.INVALID, ())
    tied = find_typos(SUM, {"total": 135, "a": 42, "b": 103})
    assert {(one.variable, one.proposed) for optimum in tied.optima for one in optimum} == {("total", 145), ("a", 32)}
    assert (tied.status, tied.common) == (Status.INVALID, ())


def test_numbers_of_one_digit_are_no_evidence_unless_asked_for() -> None:
    record = {"total": 9, "a": 4, "b": 3}
    assert find_typos(SUM, record).candidates == ()
    assert {one.variable for one in find_typos(SUM, record, one_digit=True).candidates} == {"total", "a", "b"}


def test_one_dong_in_twelve_billion_is_seen() -> None:
    of = Budget.system
    record = {
        "revenue_total_estimate": 12_345_678_901,
        "revenue_local_estimate": 12_345_678_801,
        "revenue_transfer_estimate": 101,
    }
    assert find_typos(of, record).status is not Status.VALID
    assert find_typos(of, record | {"revenue_transfer_estimate": 100}).status is Status.VALID


def test_dong_written_for_million_dong_is_one_candidate() -> None:
    of = Sales.system
    meant = {"revenue_total": 1_500_250, "revenue_livestock": 1_500_000, "revenue_poultry": 250}
    typos = find_typos(of, meant | {"revenue_livestock": 1_500_000 * 10**6})
    assert [(one.variable, one.proposed, one.slip) for one in typos.common] == [
        ("revenue_livestock", 1_500_000, Slip.UNIT_WORD)
    ]


def test_too_many_candidates_are_given_up_and_said() -> None:
    of = System.of(*(Row(f"r{number}", {f"t{number}": 1, f"p{number}": -1}) for number in range(31)))
    record = {name: 145 if name[0] == "t" else 135 for name in of.variables}
    typos = find_typos(of, record)
    assert (len(typos.candidates), typos.optima) == (62, ())
    assert "62 khả năng" in typos.gave_up


def test_consistent_records_of_every_form_are_valid() -> None:
    for form, of in systems():
        assert find_typos(of, consistent(of, Random(form.code))).status is Status.VALID
