"""Formulas: how a figure is made of the fields of forms.

Belongs here: the few kinds of expression a plan needs, each able to compute itself exactly, name its fields, and say
itself in Vietnamese words. Does not belong here: fetching values, rounding (``pipelines.steps.analyse.figures``).

Values are fractions in the base unit of their dimension (đồng for money), or ``None`` where something is missing: a
blank makes everything built on it missing, never smaller.
"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, TypeVar

from schemas.fields import FormField

T = TypeVar("T")

Value = Any
"""A fraction or nothing; or a whole column of them, which is computed with alike and knows itself what it lacks
(``pipelines.steps.analyse.rationals``)."""


class Formula(ABC):
    """An expression over fields."""

    @abstractmethod
    def compute(self, lookup: "Lookup") -> Value:
        """Return the exact value in base units, or ``None`` where an operand is missing or a divisor is zero."""

    @abstractmethod
    def leaves(self) -> "tuple[Leaf, ...]":
        """Return the fields the expression reads, in the order it is written."""

    @abstractmethod
    def words(self) -> str:
        """Return the expression in Vietnamese."""

    @property
    def adds_up(self) -> bool:
        """Whether of sums over communes it gives what is true of them together: a product of two sums is none."""
        return all(leaf.field.unit.additive for leaf in self.leaves())

    def with_leaves(self, change: "Callable[[Leaf], Formula]") -> "Formula":
        """Return the expression with something else for its leaves."""
        changed = {name: _with_leaves(value, change) for name, value in vars(self).items()}
        return replace(self, **changed)  # type: ignore[type-var]

    def fields(self) -> tuple[FormField, ...]:
        """Return references to every field the expression reads, each once."""
        return tuple(dict.fromkeys(leaf.field for leaf in self.leaves()))


def _with_leaves(value: Any, change: "Callable[[Leaf], Formula]") -> Any:
    match value:
        case Formula():
            return value.with_leaves(change)
        case tuple():
            return tuple(_with_leaves(one, change) for one in value)
        case _:
            return value


@dataclass(frozen=True)
class Leaf(Formula):
    """One field; the kinds of leaves say over which records."""

    field: FormField

    def with_leaves(self, change: "Callable[[Leaf], Formula]") -> Formula:
        return change(self)

    def compute(self, lookup: "Lookup") -> Value:
        value = lookup(self)
        return None if value is None else value * self.field.unit.factor

    def leaves(self) -> "tuple[Leaf, ...]":
        return (self,)

    def words(self) -> str:
        return f"«{self.field.label}» (biểu {self.field.form.code})"


@dataclass(frozen=True)
class Total(Leaf):
    """A field added up over the reporters of a place, and over their lines."""

    def words(self) -> str:
        over = {True: "cộng các thôn ", False: "cộng các dòng " if self.field.form.line_title else ""}
        return over[self.field.form.reporter_kind == "village"] + super().words()


@dataclass(frozen=True)
class Own(Leaf):
    """A field of the one record in view: a reporter's, or a line's. Only for figures that exist once per record."""


@dataclass(frozen=True)
class At(Leaf):
    """A field of the line with a given code."""

    line: str = ""

    def words(self) -> str:
        return f"{super().words()}, dòng {self.line}"


Lookup = Callable[[Leaf], Value]
"""Gives what a leaf stands for, in the field's own unit, or ``None`` where a reporter or a value is missing."""


def worth(number: Formula) -> Value:
    """Return what a formula without fields comes to."""
    return number.compute(lambda _: None)


@dataclass(frozen=True)
class Constant(Formula):
    """A number that a rule fixes, such as the 15 kg of rice a month that relief grants a person."""

    value: Fraction
    meaning: str

    def compute(self, lookup: Lookup) -> Value:  # noqa: ARG002 - a constant looks nothing up
        return self.value

    def leaves(self) -> tuple[Leaf, ...]:
        return ()

    def words(self) -> str:
        return self.meaning


@dataclass(frozen=True)
class Sum(Formula):
    """Terms added up."""

    terms: tuple[Formula, ...]

    @property
    def adds_up(self) -> bool:
        return _all_add_up(self.terms)

    def compute(self, lookup: Lookup) -> Value:
        values = [term.compute(lookup) for term in self.terms]
        known = [value for value in values if value is not None]
        return sum(known, Fraction(0)) if len(known) == len(values) else None

    def leaves(self) -> tuple[Leaf, ...]:
        return tuple(leaf for term in self.terms for leaf in term.leaves())

    def words(self) -> str:
        return " + ".join(term.words() for term in self.terms)


@dataclass(frozen=True)
class Difference(Formula):
    """One term less another."""

    left: Formula
    right: Formula

    @property
    def adds_up(self) -> bool:
        return _all_add_up((self.left, self.right))

    def compute(self, lookup: Lookup) -> Value:
        left, right = self.left.compute(lookup), self.right.compute(lookup)
        return None if left is None or right is None else left - right

    def leaves(self) -> tuple[Leaf, ...]:
        return (*self.left.leaves(), *self.right.leaves())

    def words(self) -> str:
        return f"{self.left.words()} − {_grouped(self.right)}"


@dataclass(frozen=True)
class Product(Formula):
    """Terms multiplied."""

    terms: tuple[Formula, ...]

    @property
    def adds_up(self) -> bool:
        return super().adds_up and sum(bool(term.leaves()) for term in self.terms) < 2 and _all_add_up(self.terms)

    def compute(self, lookup: Lookup) -> Value:
        result = Fraction(1)
        for term in self.terms:
            value = term.compute(lookup)
            if value is None:
                return None
            result *= value
        return result

    def leaves(self) -> tuple[Leaf, ...]:
        return tuple(leaf for term in self.terms for leaf in term.leaves())

    def words(self) -> str:
        return " × ".join(_grouped(term) for term in self.terms)


@dataclass(frozen=True)
class Ratio(Formula):
    """One term over another, times a constant (100 for a percentage)."""

    part: Formula
    whole: Formula
    times: int = 100

    @property
    def adds_up(self) -> bool:
        return _all_add_up((self.part, self.whole))

    def compute(self, lookup: Lookup) -> Value:
        part, whole = self.part.compute(lookup), self.whole.compute(lookup)
        return None if part is None or whole is None or whole == 0 else self.times * part / whole

    def leaves(self) -> tuple[Leaf, ...]:
        return (*self.part.leaves(), *self.whole.leaves())

    def words(self) -> str:
        times = f"{self.times} × " if self.times != 1 else ""
        return f"{times}{_grouped(self.part)} : {_grouped(self.whole)}"


def rates_over_lines(formula: Formula) -> tuple[Leaf, ...]:
    """Return the leaves of a formula that would add up over the lines of a form what is no sum of them.

    Prices and yields are none, nor are two fields of one form that are multiplied: the sum of products is not the
    product of sums.
    """

    def over_lines(one: Formula) -> list[Leaf]:
        return [leaf for leaf in one.leaves() if isinstance(leaf, Total) and leaf.field.form.line_title]

    found = [leaf for leaf in over_lines(formula) if not leaf.field.unit.additive]
    for product in _within(formula, Product):
        terms = [over_lines(term) for term in product.terms]
        several = Counter(form for term in terms for form in {leaf.field.form for leaf in term})
        found += [leaf for term in terms for leaf in term if several[leaf.field.form] > 1]
    return tuple(dict.fromkeys(found))


def constants(formula: Formula) -> tuple[Constant, ...]:
    """Return the numbers that stand in a formula."""
    return tuple(_within(formula, Constant))


def _within(formula: Any, kind: type[T]) -> Iterable[T]:
    """Yield the expressions of a kind in a formula, itself among them."""
    if isinstance(formula, kind):
        yield formula
    parts = vars(formula).values() if isinstance(formula, Formula) else formula if isinstance(formula, tuple) else ()
    for part in parts:
        yield from _within(part, kind)


def _all_add_up(terms: Iterable[Formula]) -> bool:
    return all(term.adds_up for term in terms)


def _grouped(formula: Formula) -> str:
    return f"({formula.words()})" if isinstance(formula, Sum | Difference | Ratio) else formula.words()


def _formula(term: FormField | Formula) -> Formula:
    return term if isinstance(term, Formula) else Total(term)


def total(field: FormField) -> Total:
    """Return a field's total over the reporters of the place."""
    return Total(field)


def own(field: FormField) -> Own:
    """Return a field of the reporter or line in view, for figures with ``{reporter}`` or ``{line}`` in their id."""
    return Own(field)


def at(field: FormField, line: str) -> At:
    """Return a field of one line of a form with many."""
    return At(field, line)


def constant(value: str, meaning: str) -> Constant:
    """Return a fixed number; ``meaning`` says in Vietnamese what fixes it."""
    return Constant(Fraction(value), meaning)


def times(*terms: FormField | Formula) -> Product:
    """Return the product of fields, expressions or constants."""
    return Product(tuple(_formula(term) for term in terms))


def sum_of(*terms: FormField | Formula) -> Sum:
    """Return the sum of fields or expressions."""
    return Sum(tuple(_formula(term) for term in terms))


def difference(left: FormField | Formula, right: FormField | Formula) -> Difference:
    """Return ``left`` - ``right``; between two percentages it is in percentage points."""
    return Difference(_formula(left), _formula(right))


def share(part: FormField | Formula, whole: FormField | Formula) -> Ratio:
    """Return ``part`` as a percentage of ``whole``: a share, a rate, percent of plan or of the same period."""
    return Ratio(_formula(part), _formula(whole))


def per(part: FormField | Formula, whole: FormField | Formula, times: int = 1) -> Ratio:
    """Return ``part`` per unit of ``whole``, times a constant of the units (10 for tạ/ha from tấn and ha)."""
    return Ratio(_formula(part), _formula(whole), times)
