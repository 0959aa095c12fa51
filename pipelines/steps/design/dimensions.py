"""Whether a formula comes out in the unit of its figure.

Belongs here: following units through a formula, and telling where they do not fit. Does not belong here: whether a
formula is one of a figure at all (``pipelines.steps.design.chapters``), units that are asked for in rules
(``pipelines.steps.design.rules``).
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from pipelines.steps.design.rows import Row, Told
from pipelines.steps.design.units import told_apart
from pipelines.steps.design.values import WHOLE
from schemas.design.faults import Faults
from schemas.design.notation import number_text
from schemas.formula import Constant, Difference, Formula, Leaf, Product, Ratio, Sum, constants, worth
from schemas.units import PERCENTAGES, Unit

_HUNDRED = 100


class _Misfit(NamedTuple):
    """A unit in which a formula counts, and that does not come out as the unit of its figure."""

    unit: Unit
    twice: bool = False
    """Whether it would, if the formula did not convert by hand what is converted anyway."""


def refuse_other_units(row: Row, formula: Formula, unit: Unit, units: Mapping[str, Unit], told: Told) -> None:
    """Tell of a formula that does not come out in the unit of its figure."""
    above, factor = _rate(unit, units)
    converted = any(leaf.field.unit.dimension == above.dimension for leaf in formula.leaves()) if above else False
    if converted and factor != unit.factor and not _is_explained(formula):
        told.tell(Faults.RATE_WORTH, row, "unit", written=unit.label, expected=number_text(factor))
    elif _is_made_of_others(formula, unit) and (base := _base(unit, units)) is not None:
        told.tell(Faults.NOT_CONVERTED, row, "unit", written=unit.label, expected=base.label)
    elif (misfit := _other_unit(formula, unit, units)) is not None:
        fault = Faults.CONVERTED_TWICE if misfit.twice else Faults.OTHER_DIMENSION
        told.tell(fault, row, "formula", expected=f"{misfit.unit.label}, {unit.label}")


def _is_made_of_others(formula: Formula, unit: Unit) -> bool:
    """Return whether a formula multiplies or divides fields of which none converts into its unit: tấn by a price."""
    leaves = formula.leaves()
    converted = any(leaf.field.unit.dimension == unit.dimension for leaf in leaves)
    return unit.factor != 1 and not converted and len(leaves) > 1 and isinstance(formula, Product | Ratio)


def _base(unit: Unit, units: Mapping[str, Unit]) -> Unit | None:
    """Return the unit in which formulas count what a unit measures."""
    return next((one for one in units.values() if one.dimension == unit.dimension and one.factor == 1), None)


def _rate(unit: Unit, units: Mapping[str, Unit]) -> tuple[Unit | None, Fraction]:
    """Return of a unit such as triệu đồng/người what is divided, and how many base units the whole is worth."""
    above, slash, below = unit.label.partition("/")
    divided, by = units.get(above.strip().casefold()), units.get(below.strip().casefold(), WHOLE)
    return (divided, divided.factor / by.factor) if slash and divided is not None else (None, unit.factor)


def _is_explained(formula: Formula) -> bool:
    """Return whether a number in a formula says what fixes it, and may so bring a unit of its own."""
    return not all(map(_is_plain_number, constants(formula)))


def _other_unit(formula: Formula, unit: Unit, units: Mapping[str, Unit]) -> _Misfit | None:
    """Return a unit in which a formula counts, and that does not come out as the unit of its figure; nothing if all do.

    A product or a quotient of several fields may be anything, so only percentages, and units such as tạ/ha, are held
    against what they are made of.

    Args:
        formula: The figure's.
        unit: The figure's.
        units: Every unit by its words.
    """
    above, factor = _rate(unit, units)
    fitting = {unit.dimension, *([above.dimension] if above is not None and factor == unit.factor else [])}
    if unit.factor != 1 and not any(leaf.field.unit.dimension in fitting for leaf in formula.leaves()):
        return _Misfit(_first_unit(formula))  # it computes in base units, so it would be made smaller for nothing
    return _unfit(formula, unit, Fraction(1), units)


def _unfit(
    formula: Formula, unit: Unit, times: Fraction, units: Mapping[str, Unit], *, rate: bool = False
) -> _Misfit | None:
    """Return the first unit of a formula that does not come out as another, once it is taken so many times.

    Args:
        formula: The formula.
        unit: As what it is to come out.
        times: How many times it is taken.
        units: Every unit by its words.
        rate: Whether it is part of one in a unit such as triệu đồng/người, which is no multiple of what is divided.
    """
    match formula:
        case Leaf():
            given = formula.field.unit
            if given.dimension == unit.dimension and times != 1:
                converts = unit.factor / given.factor
                by_hand = converts != 1 and times in (converts, 1 / converts)
                return _Misfit(given, twice=True) if rate or by_hand else None
            apart = told_apart(given, unit, times)
            return None if apart is None else _Misfit(apart)
        case Sum() | Difference():
            terms = formula.terms if isinstance(formula, Sum) else (formula.left, formula.right)
            bare = [_Misfit(WHOLE) for term in terms if not term.leaves() and unit.factor != 1]
            others = (_unfit(term, unit, times, units, rate=rate) for term in terms)
            return next(iter([*bare, *filter(None, others)]), None)
        case Product():
            numbers, of_fields = [[one for one in formula.terms if bool(one.leaves()) is it] for it in (False, True)]
            if len(of_fields) != 1 or not all(map(_is_bare, numbers)):
                return None
            return _unfit(of_fields[0], unit, times * worth(Product(tuple(numbers))), units, rate=rate)
        case Ratio(part, whole, multiplier) if not whole.leaves():
            if unit in PERCENTAGES or not _is_bare(whole):
                return None
            return _unfit(part, unit, times * multiplier / worth(whole), units, rate=rate)
        case Ratio(part, whole, multiplier) if part.leaves():
            if unit in PERCENTAGES:
                if times * multiplier != _HUNDRED and _is_plain(part) and _is_plain(whole):
                    return None if _first_unit(part) in PERCENTAGES else _Misfit(WHOLE)
                first = _first_unit(whole)
                return _unfit(part, first, Fraction(1), units) or _unfit(whole, first, Fraction(1), units)
            above, below = (units.get(word.casefold()) for word in (*unit.label.split("/"), "", "")[:2])
            if above is None or below is None or unit.label.count("/") != 1:
                return None
            if unit.factor != above.factor / below.factor:
                return _Misfit(above)
            divided = _unfit(part, above, times * multiplier, units, rate=True)
            return divided or _unfit(whole, below, Fraction(1), units, rate=True)
        case _:
            return None


def _first_unit(formula: Formula) -> Unit:
    return formula.leaves()[0].field.unit


def _is_plain(formula: Formula) -> bool:
    """Return whether a formula is nothing but fields added up."""
    match formula:
        case Sum(terms):
            return all(map(_is_plain, terms))
        case Difference(left, right):
            return _is_plain(left) and _is_plain(right)
        case _:
            return isinstance(formula, Leaf)


def _is_bare(formula: Formula) -> bool:
    """Return whether a formula is of numbers, and these are nothing but numbers."""
    return not formula.leaves() and not _is_explained(formula)


def _is_plain_number(number: Constant) -> bool:
    """Return whether a number does not say what fixes it."""
    return number_text(number.value) == number.meaning
