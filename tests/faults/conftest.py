"""Shared by the tests of faults: the small office, as it is at noon, up to date."""

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from random import Random
from typing import TypeVar

import pytest
from _pytest.mark import ParameterSet

from tests.faults.office import few_forms

ALL_POINTS = "RETURNS_ALL_POINTS"
"""Environment variable: 1 for every point, which takes an hour; a sample of them otherwise."""

Point = TypeVar("Point")


def sampled(points: Sequence[Point], few: int) -> list[Point]:
    """Return some points, spread over all of them and the same each time; all where the environment says so."""
    if os.environ.get(ALL_POINTS) == "1" or len(points) <= few:
        return list(points)
    random, width = Random(11), len(points) / few
    return [points[int((number + random.random()) * width)] for number in range(few)]


def with_slow(names: Iterable[str], quick: Collection[str]) -> list[ParameterSet]:
    """Return parameters of a test, those that are not among the quick ones marked as slow."""
    return [pytest.param(name, marks=[] if name in quick else [pytest.mark.slow]) for name in names]


@pytest.fixture(scope="module")
def small() -> Iterator[None]:
    """All modules know the forms of the small office only, and it is noon: while tests of faults run, and no longer."""
    with few_forms():
        yield
