"""Rationals: a column of exact fractions, with which formulas compute as they do with one.

Belongs here: the arithmetic, rounding half up, and the texts of fractions. Does not belong here: any formula
(``schemas.formula``), where the numbers come from.

Numerators and denominators are 64-bit numbers as long as none can overflow, and Python's whole numbers beyond that: it
is known of every column how large its numbers may be, so no overflow has to be looked for.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Union

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.amounts import LARGEST, Array

Operand = Union["Rationals", Fraction, int]


@dataclass(frozen=True, eq=False)
class Whole:
    """Whole numbers: a column, or one number for all rows; and what none of them exceeds, whatever its sign."""

    values: Array | int
    largest: int

    def __mul__(self, other: "Whole") -> "Whole":
        """Return the products."""
        largest = self.largest * other.largest
        return Whole(self.wide(largest) * other.wide(largest), largest)

    def __add__(self, other: "Whole") -> "Whole":
        """Return the sums."""
        largest = self.largest + other.largest
        return Whole(self.wide(largest) + other.wide(largest), largest)

    def wide(self, largest: int) -> Array | int:
        """Return the numbers so that one as large as this can be made of them."""
        if largest <= LARGEST or isinstance(self.values, int):
            return self.values
        return self.values.astype(np.object_)


@dataclass(frozen=True, eq=False)
class Rationals:
    """Fractions, some of them missing: numerators over denominators above 0, which need not be in lowest terms.

    Args:
        numerators: Whole numbers, one per row.
        denominators: Whole numbers, one per row or one for all.
        known: Whether there is a fraction; what stands where there is none means nothing.
    """

    numerators: Whole
    denominators: Whole
    known: Array

    __array_ufunc__ = None  # a numpy array must not take its operators for its own

    @classmethod
    def of(cls, numerators: Array, denominator: int, known: Array) -> "Rationals":
        """Return whole numbers over one denominator."""
        kept = np.where(known, numerators, 0)
        return cls(Whole(kept, int(np.abs(kept).max(initial=0))), Whole(denominator, denominator), known)

    def _column(self, other: Operand) -> "Rationals":
        if isinstance(other, Rationals):
            return other
        number = Fraction(other)
        over = Whole(number.denominator, number.denominator)
        return Rationals(Whole(number.numerator, abs(number.numerator)), over, self.known)

    def __mul__(self, other: Operand) -> "Rationals":
        """Return the products; one with a missing factor is missing."""
        by = self._column(other)
        return Rationals(self.numerators * by.numerators, self.denominators * by.denominators, self.known & by.known)

    __rmul__ = __mul__

    def __add__(self, other: Operand) -> "Rationals":
        """Return the sums; one with a missing term is missing."""
        more = self._column(other)
        known = self.known & more.known
        mine, theirs = self.denominators, more.denominators
        if isinstance(mine.values, int) and isinstance(theirs.values, int):
            common = lcm(mine.values, theirs.values)
            left, right = (Whole(common // one, common // one) for one in (mine.values, theirs.values))
            return Rationals(self.numerators * left + more.numerators * right, Whole(common, common), known)
        return Rationals(self.numerators * theirs + more.numerators * mine, mine * theirs, known)

    __radd__ = __add__

    def __sub__(self, other: Operand) -> "Rationals":
        """Return the differences; one with a missing term is missing."""
        return self + self._column(other) * -1

    def __rsub__(self, other: Operand) -> "Rationals":
        """Return what each is less than a number."""
        return self * -1 + other

    def __truediv__(self, other: Operand) -> "Rationals":
        """Return the quotients; one whose divisor is missing or 0 is missing."""
        if not isinstance(other, Rationals):
            known = self.known if other else np.zeros_like(self.known)
            return Rationals(self.numerators, self.denominators, known) * (1 / Fraction(other or 1))
        by = other
        divisor = by.numerators.values
        sign, size = np.sign(divisor), np.abs(divisor)
        known = self.known & by.known & (size != 0)
        numerators = self.numerators * by.denominators * Whole(sign, 1)
        size = Whole(np.where(size == 0, 1, size), max(by.numerators.largest, 1))
        return Rationals(numerators, self.denominators * size, known)

    def __rtruediv__(self, other: Operand) -> "Rationals":
        """Return a number over each; over one that is missing or 0 it is missing."""
        return self._column(other) / self

    def take(self, rows: Array) -> "Rationals":
        """Return the fractions of some rows."""
        numerators, denominators = (
            one if isinstance(one.values, int) else Whole(one.values[rows], one.largest)
            for one in (self.numerators, self.denominators)
        )
        return Rationals(numerators, denominators, self.known[rows])

    def rounded(self, decimals: int) -> Array:
        """Return whole numbers of the last of so many decimals, halves rounded away from 0."""
        scaled = self.numerators * Whole(10**decimals, 10**decimals)
        twice = Whole(2, 2)
        over = scaled * twice + self.denominators  # only to see how large it becomes
        doubled, under = np.abs((scaled * twice).wide(over.largest)), self.denominators.wide(over.largest)
        whole = (doubled + under) // ((self.denominators * twice).wide(over.largest))
        return np.where(np.sign(self.numerators.values) < 0, -whole, whole)

    @property
    def is_wide(self) -> bool:
        """Whether a number needs more than 64 bits, or may: its column is of Python's whole numbers, which are slow."""
        return any(one.dtype == np.object_ for one in self._in_rows)

    @cached_property
    def _in_rows(self) -> tuple[Array, Array]:
        """Numerator and denominator of each row."""
        under = self.denominators.values
        if isinstance(under, int):
            under = np.full(len(self.known), under, np.int64 if under <= LARGEST else np.object_)
        return np.broadcast_to(self.numerators.values, self.known.shape), under

    def texts(self) -> pa.Array:
        """Return each in lowest terms, such as ``100/3`` or ``17``; an empty text where it is missing."""
        numerators, denominators = self._in_rows
        divisor = np.where(self.known, np.gcd(numerators, denominators), 1)
        above, below = _texts(numerators // divisor), _texts(denominators // divisor)
        is_whole = pa.array(denominators == divisor)
        text = pc.if_else(is_whole, above, pc.binary_join_element_wise(above, below, "/"))
        return pc.if_else(pa.array(self.known), text, "")


def joined(columns: Iterable[Rationals]) -> Rationals:
    """Return columns one under the other."""
    columns = list(columns)
    numerators, denominators = zip(*(one._in_rows for one in columns), strict=True)
    return Rationals(
        Whole(np.concatenate(numerators), max(one.numerators.largest for one in columns)),
        Whole(np.concatenate(denominators), max(one.denominators.largest for one in columns)),
        np.concatenate([one.known for one in columns]),
    )


def _texts(numbers: Array) -> pa.Array:
    if numbers.dtype == np.object_:
        return pa.array([str(number) for number in numbers], pa.string())
    return pa.array(numbers).cast(pa.string())
