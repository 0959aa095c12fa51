"""Printed numbers held against one another: sums that do not add up, and parts that are more than their whole.

Belongs here: the edits of forms asked of what a plan prints of the same fields. Does not belong here: a printed number
against the one computed (``pipelines.steps.analyse.verdicts``), what the edits say (``schemas.edits``).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache

from pipelines.steps.analyse.plans import Plans, Said
from pipelines.steps.analyse.printed import How, said_in
from pipelines.steps.numbers import vietnamese
from schemas.edit import Edit
from schemas.edits import Balance, Bound
from schemas.fields import FormField
from schemas.figure import Figure
from schemas.form import Form
from schemas.formula import Own, Total
from schemas.periods import Period
from schemas.units import unit_labelled


def _rules(forms: Iterable[type[Form]], periods: Sequence[Period]) -> Iterator[Edit]:
    """Yield the edits of forms that are in force in all of some periods."""
    for form in forms:
        numbers = {form.in_force(period).version for period in periods}
        yield from (edit for edit in form.edits if all(edit.is_in(number) for number in numbers))


def broken_sums(plans: Plans, catalogue: Sequence[Figure], periods: Sequence[Period]) -> dict[int, list[str]]:
    """Return, per row of what is printed, a sentence for every balance edit that the printed numbers break."""
    id_of: dict[FormField, str] = {}
    for figure in catalogue:
        if type(figure.formula) is Total:
            id_of.setdefault(figure.formula.field, figure.id)
    told: dict[int, list[str]] = {}
    forms = dict.fromkeys(field.form for field in id_of)
    for edit in (edit for edit in _rules(forms, periods) if isinstance(edit, Balance)):
        for said, rows in plans.together([id_of.get(field, "") for field in edit.operands]):
            total, *parts = (Decimal(one.value) for one in said)
            if total != sum(parts):
                added = " + ".join(one.printed for one in said[1:])
                sentence = (
                    f"Trong kế hoạch, {added} = {vietnamese(sum(parts, Decimal(0)))}, "
                    f"không phải {said[0].printed} (quy tắc {edit.code})."
                )
                for row in rows.ravel().tolist():
                    told.setdefault(row, []).append(sentence)
    return told


class Declared:
    """The figures that are declared, by the ids that a plan may print: those per record have patterns for ids."""

    def __init__(self, catalogue: Sequence[Figure]) -> None:
        self._plain = {figure.id: figure for figure in catalogue if not figure.per_record}
        self._patterns = [(_of_any_record(figure.id), figure) for figure in catalogue if figure.per_record]
        self._of_field: dict[tuple[FormField, bool], list[Figure]] = {}
        for figure in catalogue:
            if isinstance(figure.formula, Total | Own):
                self._of_field.setdefault((figure.formula.field, figure.per_record), []).append(figure)
        self.forms = dict.fromkeys(form for figure in catalogue for form in figure.forms)

    def figure(self, identifier: str) -> Figure | None:
        """Return the figure that an id is of."""
        return self._plain.get(identifier) or next(
            (figure for pattern, figure in self._patterns if pattern.fullmatch(identifier)), None
        )

    def fields(self, identifier: str) -> Iterator[tuple[FormField, str]]:
        """Yield the fields of which an id tells the amount, with the record's code; an empty one where it is of all."""
        if identifier in self._plain:
            figures: Iterable[tuple[Figure, str]] = [(self._plain[identifier], "")]
        else:
            found = ((figure, pattern.fullmatch(identifier)) for pattern, figure in self._patterns)
            figures = [(figure, record[1]) for figure, record in found if record is not None]
        for figure, record in figures:
            if isinstance(figure.formula, Total | Own):
                yield figure.formula.field, record

    def telling(self, field: FormField, record: str) -> Iterator[str]:
        """Yield the ids that tell the amount of a field of a record, or of all of them."""
        for figure in self._of_field.get((field, bool(record)), ()):
            yield figure.id_for(record, record) if record else figure.id


_ANY_RECORD = re.compile(r"\\\{\w+\\\}")
"""The place of a record's code in an escaped id."""


@cache
def _of_any_record(identifier: str) -> re.Pattern[str]:
    """Return the pattern of the ids that an id with a place for a record's code stands for."""
    return re.compile(_ANY_RECORD.sub("(.+)", re.escape(identifier)))


def broken_bounds(plans: Plans, declared: Declared, periods: Sequence[Period]) -> dict[int, list[str]]:
    """Return, per row of what is printed, a sentence for every bound by which it may not stand beside another.

    Whatever its severity: a bound of which true returns may break a warning still forbids what a plan says of both.
    """
    bounds = _bounds(declared, periods)
    beside = (
        (edit, field, whole, plans.together([identifier, name]))
        for identifier in plans.figures
        for field, record in declared.fields(identifier)
        for edit, whole in bounds.get(field, ())
        for name in declared.telling(whole, record)
    )
    told: dict[int, list[str]] = {}
    for edit, field, whole, printed in beside:
        for (one, other), rows in printed:
            if _exceeds(one, other):
                sentence = (
                    f"Trong kế hoạch, «{field.label}» in {one.printed}, nhiều hơn «{whole.label}» "
                    f"in {other.printed} (quy tắc {edit.code})."
                )
                for row in rows[:, 0].tolist():
                    told.setdefault(row, []).append(sentence)
    return told


def _bounds(declared: Declared, periods: Sequence[Period]) -> Mapping[FormField, Sequence[tuple[Bound, FormField]]]:
    """Return, by a part that alone may not be more than its whole, the edits that say so, each with the whole."""
    found: dict[FormField, list[tuple[Bound, FormField]]] = {}
    for edit in (edit for edit in _rules(declared.forms, periods) if isinstance(edit, Bound)):
        for part in edit.parts:
            if all(_is_no_less_than_nothing(edit.fields[other]) for other in edit.parts if other != part):
                found.setdefault(edit.fields[part], []).append((edit, edit.fields[edit.whole]))
    return found


def _is_no_less_than_nothing(field: FormField) -> bool:
    return field.minimum is not None and field.minimum >= 0


def _exceeds(part: Said, whole: Said) -> bool:
    """Return whether a printed part is more than its printed whole, whatever «trên» and «dưới» leave open."""
    amounts = []
    for one, open_ended in ((part, How.AT_MOST), (whole, How.AT_LEAST)):
        unit = unit_labelled(one.unit)
        said = None if unit is None else said_in(one.printed, Decimal(one.value), unit)
        if (
            said is None
            or said.contradiction
            or said.how not in (How.EXACT, *({How.AT_LEAST, How.AT_MOST} - {open_ended}))
        ):
            return False
        amounts.append(Fraction(said.value) * said.unit.factor)
    return amounts[0] > amounts[1]
