"""Exact linear arithmetic: whether linear forms can be kept inside their ranges, and if not, why not.

Belongs here: the simplex method on fractions, and elimination. Does not belong here: edits, forms, records.

Floats will not do: a gap of 1 đồng in 12 345 678 901 lies below the tolerance of every floating-point solver. The
problems are tiny (the cells of a few connected sums), so exactness costs little.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

Rational = int | Fraction

Range = tuple[int | None, int | None]
"""Smallest and largest value allowed; ``None`` where there is no limit."""

Coefficients = Mapping[str, int]


@dataclass(frozen=True)
class Conflict:
    """Why no point exists: these forms, each times its factor, add up to something their ranges do not allow.

    What the factors leave of the variables is held against the variables' own ranges (``variables``).
    """

    factors: Mapping[int, Rational]
    variables: frozenset[str]


def find_point(
    forms: Sequence[Coefficients],
    form_ranges: Sequence[Range],
    ranges: Mapping[str, Range],
    start: Mapping[str, int],
) -> dict[str, Rational] | Conflict:
    """Return a point at which every form and every variable is inside its range, or the reason why there is none.

    The general simplex of Dutertre and de Moura (2006) with Bland's rule, so that it always ends.

    Args:
        forms: Coefficients per variable; every variable is in ``ranges``.
        form_ranges: The range of each form.
        ranges: The range of each variable.
        start: Where to begin; a variable without a start begins at its limit nearest to 0.
    """
    names = list(ranges)
    number = {name: index for index, name in enumerate(names)}
    limits: list[Range] = [*ranges.values(), *form_ranges]
    values: list[Rational] = [_inside(start.get(name, 0), limit) for name, limit in ranges.items()]
    table: dict[int, dict[int, Rational]] = {}
    for index, form in enumerate(forms, start=len(names)):
        table[index] = {number[name]: coefficient for name, coefficient in form.items()}
        values.append(sum((values[number[name]] * coefficient for name, coefficient in form.items()), 0))

    while True:
        basic = min((index for index in table if _shift(values[index], limits[index])), default=None)
        if basic is None:
            return dict(zip(names, values, strict=False))
        row, shift = table[basic], _shift(values[basic], limits[basic])
        up = shift > 0
        movable = (column for column, at in row.items() if _room(values[column], limits[column], up=up == (at > 0)))
        entering = min(movable, default=None)
        if entering is None:
            used: dict[int, Rational] = {basic: 1, **{column: -at for column, at in row.items()}}
            return Conflict(
                {index - len(names): factor for index, factor in used.items() if index >= len(names)},
                frozenset(names[index] for index in used if index < len(names)),
            )
        _exchange(table, values, basic, entering, shift)


def determined(forms: Sequence[Coefficients], totals: Sequence[Rational]) -> dict[str, Rational]:
    """Return the variables to which the equations ``forms`` = ``totals`` leave only one value, with that value.

    The equations must have a solution.
    """
    solved: dict[str, tuple[dict[str, Rational], Rational]] = {}
    for form, total in zip(forms, totals, strict=True):
        left: dict[str, Rational] = {**form}
        right = total
        for name in [name for name in left if name in solved]:
            left, right = _less(left, right, left[name], *solved[name])
        pivot = min(left, default=None)
        if pivot is None:
            continue
        scale = left[pivot]
        left, right = {name: _divided(at, scale) for name, at in left.items()}, _divided(right, scale)
        for name, (row, value) in solved.items():
            if pivot in row:
                solved[name] = _less(row, value, row[pivot], left, right)
        solved[pivot] = (left, right)
    return {name: value for name, (row, value) in solved.items() if len(row) == 1}


def _less(
    row: Mapping[str, Rational], value: Rational, factor: Rational, other: Mapping[str, Rational], other_value: Rational
) -> tuple[dict[str, Rational], Rational]:
    """Return an equation less ``factor`` times another."""
    left = {name: row.get(name, 0) - factor * other.get(name, 0) for name in {**row, **other}}
    return {name: at for name, at in left.items() if at}, value - factor * other_value


def _inside(value: int, limit: Range) -> int:
    low, high = limit
    return low if low is not None and value < low else high if high is not None and value > high else value


def _shift(value: Rational, limit: Range) -> Rational:
    """Return by how much a value must move to be inside its range: more than 0 upwards, less than 0 downwards."""
    low, high = limit
    if low is not None and value < low:
        return low - value
    return high - value if high is not None and value > high else 0


def _room(value: Rational, limit: Range, *, up: bool) -> bool:
    low, high = limit
    return (high is None or value < high) if up else (low is None or value > low)


def _exchange(
    table: dict[int, dict[int, Rational]], values: list[Rational], basic: int, entering: int, shift: Rational
) -> None:
    """Move ``basic`` by ``shift``, paid for by ``entering``, and let the two change places in the table."""
    row = table.pop(basic)
    scale = row.pop(entering)
    step = _divided(shift, scale)
    values[basic] += shift
    values[entering] += step
    solved: dict[int, Rational] = {column: _divided(-at, scale) for column, at in row.items()}
    solved[basic] = _divided(1, scale)
    for index, other in table.items():
        factor = other.pop(entering, 0)
        if not factor:
            continue
        values[index] += factor * step
        for column, at in solved.items():
            total = other.get(column, 0) + factor * at
            if total:
                other[column] = total
            else:
                other.pop(column, None)
    table[entering] = solved


def _divided(value: Rational, by: Rational) -> Rational:
    """Return the quotient, as an int where it is whole: Python's ints are many times faster than its fractions."""
    if isinstance(value, int) and isinstance(by, int) and not value % by:
        return value // by
    quotient = Fraction(value) / by
    return quotient.numerator if quotient.denominator == 1 else quotient
