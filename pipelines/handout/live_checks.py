"""Live checks: a form's units, ranges and edits as spreadsheet formulas, which answer while the reporter is typing.

Belongs here: formulas, and the words beside them. Does not belong here: where cells lie and how they look
(``pipelines.handout.aids``); what an edit demands (``schemas.edits``): the formulas are made of it, and a test works
them out in LibreOffice against it. An edit that looks beyond the record has no formula, since no reporter has the forms
of others.

Only functions that Excel and LibreOffice share, and no array constants: Excel refuses those in validations and in
conditional formats.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import prod

from pipelines.steps.numbers import LONGEST, NONE_HERE, NOT_KNOWN
from schemas.edit import Edit
from schemas.edits import Account, Balance, Bound, Limit, Product, Ratio, Whole
from schemas.fields import FormField

RIGHT, WRONG = "Đúng", "Lệch"

_FINEST = 9
"""Digits to which a difference is rounded where its exact steps are no decimal fraction."""


@dataclass(frozen=True)
class Check:
    """One edit over given cells, as formulas without the equals sign."""

    edit: Edit
    decided: str
    """True where every cell holds a number, or a word for none: a blank is not a zero."""
    fails: str
    """True where the edit is decided and does not hold."""
    words: str
    """By how much, and what the first cell would have to be."""


def allowed(item: FormField, cell: str) -> str:
    """Return the formula that is true of what a cell of this field may hold; of a blank it is not asked."""
    low, high = item.minimum, item.maximum
    demands = [
        f"ROUND({cell},{item.unit.decimals})={cell}",
        f"ABS({cell})<1E{LONGEST}",
        *([f"{cell}>={low}"] if low is not None else []),
        *([f"{cell}<={high}"] if high is not None else []),
    ]
    return f"IF(ISNUMBER({cell}),AND({','.join(demands)}),{_is_one_of(cell, NONE_HERE | NOT_KNOWN)})"


def demand(item: FormField) -> str:
    """Return in words what ``allowed`` asks of a number."""
    low, high, decimals = item.minimum, item.maximum, item.unit.decimals
    words = "Ghi số nguyên" if not decimals else f"Ghi số, nhiều nhất {decimals} chữ số lẻ"
    if low is not None:
        return f"{words}, từ {low} {'trở lên' if high is None else f'đến {high}'}."
    return f"{words}{'' if high is None else f', nhiều nhất là {high}'}."


def check(edit: Edit, cells: Mapping[str, str], *, named: bool = False) -> Check | None:
    """Return an edit over the cells of one record; nothing of one that looks beyond the record.

    Args:
        edit: The edit.
        cells: The address of each field's cell.
        named: Whether the words name the field: where several fields share one check cell.

    Raises:
        TypeError: An edit of a kind that no formula is known for.
    """
    if edit.beyond:
        return None
    first = cells[edit.names[0]]
    gap, digits, broken = _gap(edit, cells)
    decided = f"AND({','.join(_is_stated(cells[name]) for name in edit.names)})"
    where = _about(edit.label(edit.names[0])) if named else ":"
    begun = f"{_quoted(f'{WRONG} ')}&{_shown(f'ABS({gap})', digits)}&{_quoted(f'{where} {edit.demand} ')}"
    return Check(
        edit,
        decided,
        f"AND({decided},{broken})",
        f"{begun}&{_shown(f'N({first})-{gap}', digits)}",
    )


def verdict(checks: Sequence[Check]) -> str:
    """Return the formula of a check cell: the first check that fails, that all hold, or nothing while one is open."""
    formula = f'IF(AND({",".join(one.decided for one in checks)}),{_quoted(RIGHT)},"")'
    for one in reversed(checks):
        formula = f"IF({one.fails},{one.words},{formula})"
    return formula


def is_wrong(cell: str, label: str = "") -> str:
    """Return the formula that is true where a check cell tells of an error; where it names fields, in that field.

    Told from the words, since Excel takes 255 letters for the formula of a format and the check may have more.
    """
    sought = _about(label) if label else WRONG
    return f"ISNUMBER(FIND({_quoted(sought)},{cell}))"


def _about(label: str) -> str:
    return f" ở «{label}»:"


def _gap(edit: Edit, cells: Mapping[str, str]) -> tuple[str, int, str]:
    """Return by how much the first cell is above what it should be, the digits to show, and when that is a breach.

    Rounded to the finest step its cells can make, so that 0,1 + 0,2 is 0,3.
    """
    first = edit.names[0]
    match edit:
        case Balance() | Account() | Bound() | Limit():
            row, *other_way = edit.rows()
            smallest = {name: Fraction(1, 10 ** edit.fields[name].unit.decimals) for name in row.names}
            lead = row.coefficients[first] / smallest[first]
            weights = {name: factor / smallest[name] / lead for name, factor in row.coefficients.items()}
            bound = Fraction(0) if other_way else row.bound / lead
            digits = _digits([bound, *(weight * smallest[name] for name, weight in weights.items())])
            less = f"-{_times(bound, '1')}" if bound else ""
            gap = f"ROUND({_sum(weights, cells)}{less},{digits})"
            if isinstance(edit, Account) and other_way:
                return gap, digits, f"ABS({gap})>{edit.tolerance:f}"
            return gap, digits, f"{gap}{'<>' if row.relation == '=' else '>' if lead > 0 else '<'}0"
        case Product():
            decimals = edit.fields[first].unit.decimals
            factor = Fraction(edit.multiplier if isinstance(edit, Ratio) else 1) / edit.divisor
            steps = prod((Fraction(1, 10 ** edit.fields[name].unit.decimals) for name in edit.factors), start=factor)
            product = "*".join(f"N({cells[name]})" for name in edit.factors)
            gap = f"ROUND(N({cells[first]})-{_times(factor, product)},{_digits([steps, Fraction(1, 10**decimals)])})"
            if isinstance(edit, Ratio) or not any(edit.fields[name].unit.decimals for name in edit.names):
                return gap, decimals, f"ABS({gap})>{edit.tolerance if isinstance(edit, Ratio) else 0}"
            halves = {name: _half(cells[name], edit.fields[name].unit.decimals) for name in edit.names}
            low, high = (
                _times(
                    factor, "*".join(f"MAX(0,{_size(edit, name, cells)}{sign}{halves[name]})" for name in edit.factors)
                )
                for sign in "-+"
            )
            turned = (f"*IF(N({cells[name]})<0,-1,1)" for name in edit.factors if _may_be_negative(edit, name))
            own = f"N({cells[first]}){''.join(turned)}"
            # Rounded, as the gap is: 0,1 + 0,2 is 0,3.
            below, above = f"ROUND({low}-{halves[first]}-{own},9)>0", f"ROUND({own}-{high}-{halves[first]},9)>0"
            return gap, decimals, f"OR({below},{above})"
        case Whole():
            cell = f"N({cells[first]})"
            gap = f"({cell}-ROUND({cell}/{edit.step},0)*{edit.step})"
            return gap, edit.fields[first].unit.decimals, f"{gap}<>0"
        case _:
            raise TypeError(f"No formula is known for edit {edit.code} of the kind {type(edit).__name__}.")


def _may_be_negative(edit: Edit, name: str) -> bool:
    least = edit.fields[name].minimum
    return least is None or least < 0


def _size(edit: Edit, name: str, cells: Mapping[str, str]) -> str:
    """Return the formula for a number without its sign."""
    return f"ABS(N({cells[name]}))" if _may_be_negative(edit, name) else f"N({cells[name]})"


def _half(cell: str, decimals: int) -> str:
    """Return the formula for half a unit of the last digit in a cell; nothing for a zero, or for what is counted."""
    if not decimals:
        return "0"
    formula = f"{Decimal(5).scaleb(-decimals - 1):f}"
    for digits in reversed(range(decimals)):
        formula = f"IF(ROUND(N({cell}),{digits})=N({cell}),{Decimal(5).scaleb(-digits - 1):f},{formula})"
    return f"IF(N({cell})=0,0,{formula})"


def _sum(weights: Mapping[str, Fraction], cells: Mapping[str, str]) -> str:
    terms = "".join(
        f"{'-' if weight < 0 else '+'}{_times(abs(weight), f'N({cells[name]})')}" for name, weight in weights.items()
    )
    return terms.removeprefix("+")


def _times(factor: Fraction, term: str) -> str:
    """Return a formula's term times a factor, by whole numbers: 0,001 is no exact number of a spreadsheet."""
    times = "" if factor.numerator == 1 else f"{factor.numerator}*"
    return f"{times}{term}" + ("" if factor.denominator == 1 else f"/{factor.denominator}")


def _digits(steps: Sequence[Fraction]) -> int:
    """Return how many digits after the comma all multiples of the steps need."""
    for digits in range(_FINEST):
        if all((step * 10**digits).denominator == 1 for step in steps):
            return digits
    return _FINEST


def _is_stated(cell: str) -> str:
    return f"OR(ISNUMBER({cell}),{_is_one_of(cell, NONE_HERE)})"


def _is_one_of(cell: str, words: frozenset[str]) -> str:
    """Return the formula that is true where a cell holds one of the words, in any case; a blank is none of them."""
    return f'ISNUMBER(FIND("|"&LOWER(TRIM({cell}))&"|",{_quoted("|".join(["", *sorted(words), ""]))}))'


def _shown(number: str, digits: int) -> str:
    """Return a number as text. Not by TEXT, whose format string means something else in a Vietnamese Excel."""
    return f"FIXED({number},{digits})"


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'
