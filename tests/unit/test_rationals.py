"""Columns of fractions, held against Python's own, also where 64 bits are too few."""

from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from pipelines.steps.amounts import as_int64, decimals_of, times
from pipelines.steps.analyse.rationals import Rationals
from pipelines.steps.numbers import round_half_up
from schemas.tables import SUM
from schemas.units import DECIMAL

SIZES = {"small": 9, "ordinary": 10**5, "large": 10**14, "largest": 2**63 - 1, "beyond": 10**30}


def column(random: Random, size: int, rows: int = 200) -> tuple[Rationals, list[Fraction | None]]:
    numbers = [random.choice([0, 1, -1, random.randint(-size, size)]) for _ in range(rows)]
    known = np.array([random.random() < 0.9 for _ in range(rows)])
    over = random.choice([1, 100, 10_000])
    kind: Any = np.int64 if size < 2**63 else np.object_
    expected = [Fraction(one, over) if told else None for one, told in zip(numbers, known, strict=True)]
    return Rationals.of(np.array(numbers, kind), over, known), expected


def told(values: Rationals) -> list[Fraction | None]:
    return [Fraction(text) if text else None for text in values.texts().to_pylist()]


def each(left: list[Fraction | None], right: list[Fraction | None], how: str) -> list[Fraction | None]:
    def one(a: Fraction | None, b: Fraction | None) -> Fraction | None:
        if a is None or b is None or (how == "/" and not b):
            return None
        return {"+": a + b, "-": a - b, "*": a * b, "/": a / (b or 1)}[how]

    return [one(a, b) for a, b in zip(left, right, strict=True)]


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("how", ["+", "-", "*", "/"])
def test_a_column_computes_as_each_of_its_fractions_does(how: str, size: int) -> None:
    random = Random(f"{how}{size}")
    for _ in range(10):
        left, right, third = (column(random, size) for _ in range(3))
        ratio = Fraction(random.randint(1, 9), random.choice([1, 100]))
        operators: dict[str, Any] = {
            "+": (left[0] + right[0], ratio + left[0], left[0] + ratio),
            "-": (left[0] - right[0], ratio - left[0], left[0] - ratio),
            "*": (left[0] * right[0], ratio * left[0], left[0] * ratio),
            "/": (left[0] / right[0], left[0] / ratio, (left[0] / right[0]) / third[0]),
        }
        same: list[Fraction | None] = [ratio] * 200
        wanted = each(left[1], right[1], how)
        assert told(operators[how][0]) == wanted
        assert told(operators[how][1]) == (each(same, left[1], how) if how != "/" else each(left[1], same, how))
        assert told(operators[how][2]) == (each(left[1], same, how) if how != "/" else each(wanted, third[1], how))


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("decimals", range(5))
def test_a_column_is_rounded_as_each_of_its_fractions_is(decimals: int, size: int) -> None:
    random = Random(f"{decimals}{size}")
    (left, one), (right, other) = column(random, size), column(random, 2**40)
    found = (left / right).rounded(decimals).tolist()
    for number, value in zip(found, each(one, other, "/"), strict=True):
        assert value is None or Decimal(number).scaleb(-decimals) == round_half_up(value, decimals)


def test_a_number_over_a_column_is_missing_where_the_column_is_nought_or_missing() -> None:
    values = Rationals.of(np.array([4, -5, 0, 7]), 10, np.array([True, True, True, False]))
    assert told(3 / values) == [Fraction(15, 2), -6, None, None]
    assert told(Fraction(1, 2) / values) == [Fraction(5, 4), -1, None, None]


def test_over_nought_all_are_missing() -> None:
    values = Rationals.of(np.array([4, -5, 0]), 10, np.ones(3, bool))
    assert told(values / 0) == told(values / Fraction(0)) == [None, None, None]


@pytest.mark.parametrize("number", [1000, Fraction(1, 4), -3])
def test_of_a_column_over_a_number_some_rows_can_be_taken(number: Fraction) -> None:
    values = Rationals.of(np.array([4, -5, 0]), 10, np.array([True, True, False])) / number
    assert told(values.take(np.array([1, 0]))) == [Fraction(-1, 2) / number, Fraction(2, 5) / number]
    assert (values * 10).rounded(1).tolist() == [round_half_up_whole(Fraction(one) / number, 1) for one in (4, -5, 0)]


def round_half_up_whole(value: Fraction, decimals: int) -> int:
    return int(round_half_up(value, decimals).scaleb(decimals))


def test_a_half_is_rounded_away_from_zero() -> None:
    halves = Rationals.of(np.array([-5, -15, 5, 15, 4, -4]), 10, np.ones(6, bool))
    assert halves.rounded(0).tolist() == [-1, -2, 1, 2, 0, 0]


@pytest.mark.parametrize("kind", [DECIMAL, SUM], ids=["value", "sum"])
def test_decimals_come_back_as_they_went(kind: pa.DataType) -> None:
    largest = 10**kind.precision - 1
    values = [0, 1, -1, 123_456, -largest, largest, 2**63 - 1 if kind is SUM else 5]
    found = decimals_of(np.array(values, np.object_), kind=kind)
    assert found.to_pylist() == [Decimal((int(one < 0), Decimal(abs(one)).as_tuple().digits, -4)) for one in values]
    assert as_int64(found).tolist() == values
    assert as_int64(found.slice(2, 3)).tolist() == values[2:5]
    told = decimals_of(np.array([7, 8]), np.array([False, True]), kind)
    assert told.to_pylist() == [None, Decimal("0.0008")]
    assert as_int64(told).tolist() == [0, 8]


@pytest.mark.parametrize("largest", [2**63 // 10**4, 2**63 // 10**4 + 1, 2**62])
def test_numbers_are_as_many_times_as_large_as_asked_whatever_their_size(largest: int) -> None:
    values = [0, 7, largest, -largest]
    assert times(np.array(values), 10**4).tolist() == [one * 10**4 for one in values]


def test_a_number_too_large_for_its_column_is_refused() -> None:
    with pytest.raises(pa.ArrowInvalid):
        decimals_of(np.array([10**18]))
