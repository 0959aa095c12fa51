"""The edits of a form as one linear system, in whole numbers of each field's smallest unit.

Belongs here: rows and systems, compiled from the edits' declarations, and the refusal of edits that contradict or
repeat one another. Does not belong here: what an edit says (``schemas.edits``), what to do about one that fails.

A field kept to 2 decimals is counted here in hundredths: 62,58 ha is 6258. A row of fields in different units is scaled
until its coefficients are whole, so 1,5 triệu đồng and 1 500 000 đồng are the same amount.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import gcd, lcm
from typing import Literal

from schemas.exact import Conflict, Range, Rational, determined, find_point
from schemas.fields import FormField
from schemas.units import Unit


@dataclass(frozen=True)
class Row:
    """A linear rule: the sum of coefficient times variable is equal to the bound, or at most the bound."""

    code: str
    coefficients: Mapping[str, int]
    relation: Literal["=", "<="] = "="
    bound: int = 0

    @property
    def range(self) -> Range:
        """What the sum may be."""
        return (self.bound if self.relation == "=" else None, self.bound)

    @property
    def names(self) -> tuple[str, ...]:
        """The variables of the rule."""
        return tuple(self.coefficients)

    def excess(self, values: Mapping[str, int]) -> int:
        """Return by how much the sum is above the bound."""
        total = -self.bound
        for name, factor in self.coefficients.items():
            total += factor * values[name]
        return total

    def is_known(self, values: Mapping[str, int]) -> bool:
        """Return whether all its variables have values."""
        return self.coefficients.keys() <= values.keys()

    def holds(self, values: Mapping[str, int]) -> bool:
        """Return whether the rule holds on values given for all its variables."""
        excess = self.excess(values)
        return excess == 0 if self.relation == "=" else excess <= 0

    def lowered(self, values: Mapping[str, int]) -> "Row":
        """Return what the rule says of its other variables, once these have their values."""
        known = sum(factor * values[name] for name, factor in self.coefficients.items() if name in values)
        rest = {name: factor for name, factor in self.coefficients.items() if name not in values}
        return Row(self.code, rest, self.relation, self.bound - known)

    def can_hold(self, values: Mapping[str, int], ranges: Mapping[str, Range]) -> bool:
        """Return whether the known values leave room for the missing ones inside their ranges."""
        left = self.lowered(values)
        ends = [_times(ranges[name], factor) for name, factor in left.coefficients.items()]
        lows, highs = [low for low, _ in ends if low is not None], [high for _, high in ends if high is not None]
        if len(lows) == len(ends) and sum(lows) > left.bound:
            return False
        if self.relation == "<=":
            return True
        # Of a sum of whole multiples only such a number can come: 1.500 đồng is not reached by triệu đồng.
        step = gcd(*left.coefficients.values())
        return (len(highs) < len(ends) or sum(highs) >= left.bound) and not (left.bound % step if step else left.bound)


def _times(limit: Range, factor: int) -> Range:
    low, high = (None if end is None else factor * end for end in limit)
    return (low, high) if factor > 0 else (high, low)


@dataclass(frozen=True)
class System:
    """Rules over the cells of one record."""

    rows: tuple[Row, ...]
    ranges: Mapping[str, Range]
    """What each variable may be, in its smallest unit; the keys are the system's variables, in the form's order."""
    units: Mapping[str, Unit] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, *rows: Row, lowest: int | None = 0) -> "System":
        """Return a system of bare rows, in which no variable is below ``lowest``."""
        return cls(rows, {name: (lowest, None) for row in rows for name in row.names})

    @classmethod
    def over(cls, fields: Iterable[FormField], rows: Iterable[Row]) -> "System":
        """Return the system of rows over all fields of a form, those in no row included."""
        fields = list(fields)
        return cls(
            tuple(rows),
            {item.name: _scaled(item.minimum, item.maximum, 10**item.unit.decimals) for item in fields},
            {item.name: item.unit for item in fields},
            {item.name: item.label for item in fields},
        )

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of all variables."""
        return tuple(self.ranges)

    def decimals(self, name: str) -> int:
        """Return how many digits after the comma one of a variable's units is split into."""
        return self.units[name].decimals if name in self.units else 0

    def label(self, name: str) -> str:
        """Return the wording of a variable on the form."""
        return self.labels.get(name, name)

    def allows(self, name: str, value: int) -> bool:
        """Return whether a value of a variable is inside its range."""
        low, high = self.ranges[name]
        return (low is None or value >= low) and (high is None or value <= high)

    def failing(self, values: Mapping[str, int]) -> list[Row]:
        """Return the rows that do not hold; one with a missing value is undecided, and not among them."""
        return [row for row in self.rows if row.is_known(values) and not row.holds(values)]

    def contradicted(self, values: Mapping[str, int]) -> frozenset[str]:
        """Return the codes of rules with a missing value that cannot hold, whatever it is.

        Those that fail by themselves, where the known values leave no room; and such as cannot hold together, as where
        one sum asks for another value in the blank cell than the next.
        """
        open_ = [row for row in self.rows if not row.is_known(values)]
        if not open_:
            return frozenset()
        alone = {row.code for row in open_ if not row.can_hold(values, self.ranges)}
        blank = Counter(name for row in open_ for name in row.names if name not in values)
        if all(count == 1 for count in blank.values()):
            return frozenset(alone)  # no two of them share a blank, so each can have what it needs
        rest = [row.lowered(values) for row in open_ if row.code not in alone]
        blanks = {name for row in rest for name in row.names}
        found = _point(rest, {name: limit for name, limit in self.ranges.items() if name in blanks})
        return frozenset({*alone, *(_codes_in(rest, found) if isinstance(found, Conflict) else ())})

    def forced(self, values: Mapping[str, int]) -> dict[str, tuple[int, tuple[str, ...]]]:
        """Return the missing values that the sums leave no choice about, each with the codes of the sums it stands in.

        A value outside its range is none, nor is one of sums that contradict one another.
        """
        wrong = self.contradicted(values)
        sums = [row for row in self.rows if row.relation == "=" and row.code not in wrong]
        open_ = [row.lowered(values) for row in sums if not row.is_known(values)]
        if isinstance(_point(open_, {name: (None, None) for row in open_ for name in row.names}), Conflict):
            return {}
        known = determined([row.coefficients for row in open_], [row.bound for row in open_])
        return {
            name: (int(known[name]), tuple(row.code for row in open_ if name in row.coefficients))
            for name in self.variables
            if name in known and Fraction(known[name]).denominator == 1 and self.allows(name, int(known[name]))
        }

    def room(self, name: str, values: Mapping[str, int]) -> Range:
        """Return the smallest and largest value of one missing variable that every rule by itself leaves room for."""
        low, high = self.ranges[name]
        for row in self.rows:
            factor = row.coefficients.get(name)
            if factor is None:
                continue
            left = row.lowered(values)
            ends = [_times(self.ranges[other], at) for other, at in left.coefficients.items() if other != name]
            lows, highs = [end for end, _ in ends if end is not None], [end for _, end in ends if end is not None]
            most = left.bound - sum(lows) if len(lows) == len(ends) else None
            least = left.bound - sum(highs) if len(highs) == len(ends) and row.relation == "=" else None
            below, above = (most, least) if factor > 0 else (least, most)
            if below is not None:
                high = min([below // factor, *([] if high is None else [high])])
            if above is not None:
                low = max([-(-above // factor), *([] if low is None else [low])])
        return low, high

    def without(self, codes: Collection[str]) -> "System":
        """Return the system without some of its rules; the variables stay."""
        return replace(self, rows=tuple(row for row in self.rows if row.code not in codes))

    def whole(self, name: str, value: Decimal) -> int:
        """Return a value of a variable as a whole number of its smallest unit.

        Raises:
            ValueError: The value has more decimals than the unit keeps.
        """
        numerator, denominator = value.as_integer_ratio()
        smallest: int = 10 ** self.decimals(name)
        whole, rest = divmod(numerator * smallest, denominator)
        if rest:
            raise ValueError(f"{name} = {value} has more than {self.decimals(name)} decimals.")
        return whole

    def decimal(self, name: str, value: int) -> Decimal:
        """Return a whole number of a variable's smallest unit as a value in its unit."""
        sign, digits, _ = Decimal(value).as_tuple()
        return Decimal((sign, digits, -self.decimals(name)))

    @cached_property
    def blocks(self) -> tuple["System", ...]:
        """The parts of the system that share no variable; a variable in no row is in none of them."""
        groups: list[tuple[list[Row], set[str]]] = []
        for row in self.rows:
            joined, names = [row], set(row.names)
            for group in [group for group in groups if group[1] & names]:
                groups.remove(group)
                joined, names = group[0] + joined, names | group[1]
            groups.append((joined, names))
        return tuple(
            System(
                tuple(row for row in self.rows if row in rows),
                {name: limit for name, limit in self.ranges.items() if name in names},
                self.units,
                self.labels,
            )
            for rows, names in sorted(groups, key=lambda group: min(map(self.rows.index, group[0])))
        )


def row_of(
    code: str, relation: Literal["=", "<="], terms: Sequence[tuple[Rational, FormField]], bound: Rational = 0
) -> Row:
    """Return the row that says that the weighted terms add up to the bound, or to the bound at most.

    Args:
        code: The edit's.
        relation: Which of the two.
        terms: Weight and field, mostly 1 and -1; a field that occurs twice counts twice.
        bound: In the base unit of the fields' dimension.
    """
    amounts: dict[str, Fraction] = {}
    for weight, item in terms:
        smallest = item.unit.factor / 10**item.unit.decimals
        amounts[item.name] = amounts.get(item.name, Fraction(0)) + weight * smallest
    amounts = {name: amount for name, amount in amounts.items() if amount}
    numbers = [*amounts.values(), Fraction(bound)]
    scale = Fraction(
        lcm(*(number.denominator for number in numbers)), gcd(*(number.numerator for number in numbers)) or 1
    )
    # With numerators n and denominators d, lcm(d) / gcd(n) makes every n/d whole, since gcd(n) divides every n.
    return Row(code, {name: int(amount * scale) for name, amount in amounts.items()}, relation, int(bound * scale))


def _scaled(low: int | None, high: int | None, scale: int) -> Range:
    return (None if low is None else low * scale, None if high is None else high * scale)


@dataclass(frozen=True)
class Fault:
    """An edit that contradicts others, or says nothing that they do not."""

    edits: tuple[str, ...]
    """Codes of the edits it is about, the one that is too many first."""
    sentence: str
    repeats: bool = False
    """Whether the first edit follows from the others, or from the ranges of its fields where there are none."""


class FaultyError(ValueError):
    """Edits of a form that contradict or repeat one another; the message is of the first."""

    def __init__(self, code: str, faults: Sequence[Fault]) -> None:
        super().__init__(f"Form {code}: {faults[0].sentence}")
        self.faults = tuple(faults)


def refuse_faulty(code: str, system: System, errors: Collection[str]) -> None:
    """Check that the linear edits of a form can be met and that each says something.

    All parts zero satisfies every sum, so a contradiction is not only that nothing satisfies the edits: it is also one
    that a field named by an edit could never be anything but its minimum, as where a total is one of its own parts.
    An edit is redundant if the others, together with the ranges of the fields, imply it. A warning implies no error.

    Args:
        code: The form's.
        system: Its edits.
        errors: Codes of the edits whose breach is an error; that of any other is a warning.

    Raises:
        FaultyError: Edits contradict one another, or one follows from others.
    """
    if faults := [fault for block in system.blocks for fault in _faults(block, errors)]:
        raise FaultyError(code, faults)


def _faults(block: System, errors: Collection[str]) -> Iterator[Fault]:
    """Yield what is wrong with a block; from a contradiction everything follows, so no repetition is told beside it."""
    if contradiction := _contradiction(block):
        yield contradiction
        return
    kept = list(block.rows)
    for row in reversed(block.rows):
        others = [other for other in kept if other is not row and (other.code in errors or row.code not in errors)]
        implied = _implied_by(row, others, block.ranges)
        if implied is not None:
            kept.remove(row)  # of two edits that say the same, one is too many
            source = f"edits {', '.join(implied)}" if implied else "the ranges of its fields"
            sentence = f"edit {row.code} says nothing new, it follows from {source}."
            yield Fault((row.code, *implied), sentence, repeats=True)


def _contradiction(block: System) -> Fault | None:
    """Find one point above all minima; only where there is none, look for which fields, and by which edits."""
    above = {name: _raised(limit) for name, limit in block.ranges.items()}
    if not isinstance(_point(block.rows, above), Conflict):
        return None
    found = _point(block.rows, block.ranges)
    if isinstance(found, Conflict):
        codes = _codes_in(block.rows, found)
        return Fault(tuple(codes), f"edits {', '.join(codes)} contradict one another, no return satisfies them.")
    for name, limit in block.ranges.items():
        tried = [_point(block.rows, {**block.ranges, name: other}) for other in _elsewhere(limit)]
        conflicts = [_codes_in(block.rows, conflict) for conflict in tried if isinstance(conflict, Conflict)]
        if len(conflicts) == len(tried):
            codes = conflicts[0]
            only = f"the field {name} could never be anything but {limit[0] or 0}"
            return Fault(tuple(codes), f"by edits {', '.join(codes)} {only}.")
    return None


def _raised(limit: Range) -> Range:
    low, high = limit
    return (1 if low is None else low + 1, high)


def _elsewhere(limit: Range) -> list[Range]:
    return [_raised(limit)] if limit[0] is not None else [_raised(limit), (None, -1)]


def _implied_by(row: Row, others: Sequence[Row], ranges: Mapping[str, Range]) -> tuple[str, ...] | None:
    """Return the codes of the rows that imply a row, or nothing where a record breaks it and none of them."""
    breaches: list[Range] = [(row.bound + 1, None)]
    if row.relation == "=":
        breaches.append((None, row.bound - 1))
    codes: list[str] = []
    for breach in breaches:
        found = find_point(
            [row.coefficients, *(other.coefficients for other in others)],
            [breach, *(other.range for other in others)],
            ranges,
            {},
        )
        if not isinstance(found, Conflict):
            return None
        codes += [others[index - 1].code for index, factor in found.factors.items() if index and factor]
    return tuple(sorted(set(codes)))


def _point(rows: Sequence[Row], ranges: Mapping[str, Range]) -> dict[str, Rational] | Conflict:
    return find_point([row.coefficients for row in rows], [row.range for row in rows], ranges, {})


def _codes_in(rows: Sequence[Row], conflict: Conflict) -> list[str]:
    return sorted(rows[index].code for index, factor in conflict.factors.items() if factor)
