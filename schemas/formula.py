"""Formulas: how a figure is made of the fields of forms.

Belongs here: the few kinds of expression a plan needs, each able to compute itself exactly, name its fields, and say itself
in Vietnamese words. Does not belong here: fetching values, rounding (``pipelines.steps.figures``).

Values are fractions in the base unit of their dimension (đồng for money), or ``None`` where something is missing: a blank
makes everything built on it missing, never smaller.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from schemas.units import Quantity

Value = Fraction | None
Lookup = Callable[[Quantity], Value]
"""Gives a field's total over the reporters in view, in its own unit, or ``None`` where one of them is missing."""


class Formula(ABC):
    """An expression over fields."""

    @abstractmethod
    def compute(self, lookup: Lookup) -> Value:
        """Return the exact value in base units, or ``None`` where an operand is missing or a divisor is zero."""

    @abstractmethod
    def fields(self) -> tuple[Quantity, ...]:
        """Return references to every field the expression reads, in the order it is written."""

    @abstractmethod
    def words(self) -> str:
        """Return the expression in Vietnamese."""


@dataclass(frozen=True)
class Total(Formula):
    """A field added up over the reporters of a place."""

    field: Quantity

    def compute(self, lookup: Lookup) -> Value:
        value = lookup(self.field)
        return None if value is None else value * self.field.factor

    def fields(self) -> tuple[Quantity, ...]:
        return (self.field,)

    def words(self) -> str:
        form = self.field.form
        label = form.fields()[self.field].label
        return (
            f"cộng «{label}» của các thôn (biểu {form.code})"
            if form.reporter_kind == "village"
            else (f"«{label}» (biểu {form.code})")
        )


@dataclass(frozen=True)
class Own(Total):
    """A field of one reporter, as that reporter sent it."""

    def words(self) -> str:
        return f"«{self.field.form.fields()[self.field].label}» của đơn vị báo cáo (biểu {self.field.form.code})"


@dataclass(frozen=True)
class Sum(Formula):
    """Terms added up."""

    terms: tuple[Formula, ...]

    def compute(self, lookup: Lookup) -> Value:
        values = [term.compute(lookup) for term in self.terms]
        known = [value for value in values if value is not None]
        return sum(known, Fraction(0)) if len(known) == len(values) else None

    def fields(self) -> tuple[Quantity, ...]:
        return tuple(field for term in self.terms for field in term.fields())

    def words(self) -> str:
        return " + ".join(term.words() for term in self.terms)


@dataclass(frozen=True)
class Difference(Formula):
    """One term less another."""

    left: Formula
    right: Formula

    def compute(self, lookup: Lookup) -> Value:
        left, right = self.left.compute(lookup), self.right.compute(lookup)
        return None if left is None or right is None else left - right

    def fields(self) -> tuple[Quantity, ...]:
        return (*self.left.fields(), *self.right.fields())

    def words(self) -> str:
        return f"{self.left.words()} − {_grouped(self.right)}"


@dataclass(frozen=True)
class Ratio(Formula):
    """One term over another, times a constant (100 for a percentage)."""

    part: Formula
    whole: Formula
    times: int = 100

    def compute(self, lookup: Lookup) -> Value:
        part, whole = self.part.compute(lookup), self.whole.compute(lookup)
        return None if part is None or not whole else self.times * part / whole

    def fields(self) -> tuple[Quantity, ...]:
        return (*self.part.fields(), *self.whole.fields())

    def words(self) -> str:
        times = f"{self.times} × " if self.times != 1 else ""
        return f"{times}{_grouped(self.part)} : {_grouped(self.whole)}"


def _grouped(formula: Formula) -> str:
    return f"({formula.words()})" if isinstance(formula, Sum | Difference | Ratio) else formula.words()


def _formula(term: Quantity | Formula) -> Formula:
    return term if isinstance(term, Formula) else Total(term)


def total(field: Quantity) -> Total:
    """Return a field's total over the reporters of the place."""
    return Total(field)


def sum_of(*terms: Quantity | Formula) -> Sum:
    """Return the sum of fields or expressions."""
    return Sum(tuple(_formula(term) for term in terms))


def difference(left: Quantity | Formula, right: Quantity | Formula) -> Difference:
    """Return ``left`` - ``right``; between two percentages it is in percentage points."""
    return Difference(_formula(left), _formula(right))


def share(part: Quantity | Formula, whole: Quantity | Formula) -> Ratio:
    """Return ``part`` as a percentage of ``whole``: a share, a rate, percent of plan or of the same period."""
    return Ratio(_formula(part), _formula(whole))


def per(part: Quantity | Formula, whole: Quantity | Formula, times: int = 1) -> Ratio:
    """Return ``part`` per unit of ``whole``, times a constant of the units (10 for tạ/ha from tấn and ha)."""
    return Ratio(_formula(part), _formula(whole), times)
