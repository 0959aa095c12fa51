"""Suggestions on the cells of a finding: from a record's failing edits to «ô D13 ghi 141, có lẽ là 114».

Belongs here: what a record's fields are to the system of its form, which suggestions concern a finding, which have been
refused, and their words with the addresses of cells. Does not belong here: how a suggestion is found
(``pipelines.steps.validate.suggest``), how one is kept (``schemas.proposals``), applying one, which only a person does.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import NamedTuple

import pandas as pd

from pipelines.steps.numbers import round_half_up, vietnamese
from pipelines.steps.validate.evidence import Evidence
from pipelines.steps.validate.suggest import Suggestion, suggest, suggest_factors
from pipelines.steps.validate.typos import one_slip_away
from schemas.edit import Edit
from schemas.edits import Product
from schemas.form import Form
from schemas.outcomes import Severity
from schemas.proposals import Proposal
from schemas.system import System

SHOWN = 3
"""Suggestions told with their evidence; more would be no help on the telephone."""

LISTED = 12
"""Suggestions told at all, the others in a few words: as many cells as the longest sum has."""


class Written(NamedTuple):
    """One field of a record as it stands in its workbook."""

    file: str
    sheet: str
    cell: str
    text: str
    settled: bool
    """Whether nothing is to be suggested for it, such as where a correction or a confirmation stands behind it."""


@dataclass(frozen=True)
class Advice:
    """What can be said on a finding: ways to mend it; and the field to look at first, where one leads the others."""

    ways: tuple[Proposal, ...] = ()
    field: str = ""
    seen: str = ""
    proposed: str = ""

    @property
    def words(self) -> str:
        """The ways in words."""
        return " Hoặc: ".join(one.words for one in self.ways)


Refused = Collection[tuple[str, str]]
"""Field and proposed text of the suggestions on a record that a person has refused."""


def advise(
    form: type[Form],
    values: Mapping[str, Decimal],
    written: Mapping[str, Written],
    edits: Collection[str],
    refused: Refused,
    before: Mapping[str, Decimal],
) -> Advice:
    """Return what is probably wrong behind failing edits of one record.

    Args:
        form: The form.
        values: The record's known values by field.
        written: Where and how each field was written.
        edits: Codes of the failing edits.
        refused: What is not to be suggested again.
        before: What is known of the record in the last comparable period.
    """
    return _advice(
        form,
        tuple(values.items()),
        tuple(written.items()),
        frozenset(edits),
        frozenset(refused),
        tuple(before.items()),
    )


@lru_cache(maxsize=256)  # returns of many communes say the same, above all that little happened: more are long past
def _advice(
    form: type[Form],
    known: tuple[tuple[str, Decimal], ...],
    where: tuple[tuple[str, Written], ...],
    edits: frozenset[str],
    refused: frozenset[tuple[str, str]],
    then: tuple[tuple[str, Decimal], ...],
) -> Advice:
    """Return what ``advise`` does, of what can be told apart from other records."""
    values, written, before = dict(known), dict(where), dict(then)
    rules, certain = _rules(form, edits)
    texts = {name: _as_printed(item.text, values.get(name)) for name, item in written.items()}
    frozen = [name for name, item in written.items() if item.settled]
    evidence = Evidence(_whole(rules, before), Breaches(form, values))
    record = _whole(rules, values)
    found = suggest(rules, record, texts, frozen=frozen, evidence=evidence, certain=certain)
    products = [edit for edit in form.edits if edit.code in edits and isinstance(edit, Product) and not edit.rows()]
    if products and set(edits) == {edit.code for edit in products}:
        tried = _factors(products, rules, values, frozen)
        found = suggest_factors(rules, record, texts, tried, tuple(edit.code for edit in products), evidence)
    fitting = [one for one in found.ranked if not set(edits).isdisjoint(one.closes) and not _was_refused(one, refused)]
    # Which cells stand in the edits the finding says itself; worth saying here is a value, or where it must lie.
    if not any(change.text or any(change.limits) for one in fitting for change in one.changes):
        return Advice((Proposal(" ".join(found.gave_up)),) if found.gave_up else ())
    ways = [Proposal(_words(one, written), _changes(one, written)) for one in fitting[:SHOWN]]
    ways += [Proposal(_few_words(one, written), _changes(one, written)) for one in fitting[SHOWN:LISTED]]
    if len(fitting) > LISTED:
        ways[-1] = replace(ways[-1], words=f"{ways[-1].words} Còn {len(fitting) - LISTED} cách khác.")
    told = tuple(ways)
    (change, *others) = fitting[0].changes
    if others or not change.text or sum(one.tie == fitting[0].tie for one in fitting) > 1:
        return Advice(told)
    return Advice(told, change.variable, vietnamese(values[change.variable]), change.text)


@lru_cache(maxsize=256)  # few rules of a form fail in many communes; a system is worked out of all its rows
def _rules(form: type[Form], edits: frozenset[str]) -> tuple[System, bool]:
    """Return the rules to go by where some edits fail, and whether all of them are facts.

    A warning is no fact. Only where nothing else fails is its own breach looked into, and then nothing is certain.
    """
    warnings = {edit.code for edit in form.edits if edit.severity is Severity.WARNING}
    certain = not warnings.issuperset(edits)
    return form.facts if certain else form.system.without(warnings.difference(edits)), certain


def _factors(
    products: Sequence[Product], rules: System, values: Mapping[str, Decimal], frozen: Collection[str]
) -> list[tuple[str, int]]:
    """Return the cells and values with which products hold: what they ask for, and what is one slip from the seen."""
    tried: list[tuple[str, int]] = []
    for name in dict.fromkeys(name for edit in products for name in edit.names if name not in frozen):
        money = rules.units[name].is_money
        seen = rules.whole(name, values[name])
        tried += [(name, value) for value in one_slip_away(seen, rules.decimals(name), money=money)]
        tried += [(name, value) for edit in products if (value := _asked(edit, rules, name, values)) is not None]
    tried = [(name, value) for name, value in dict.fromkeys(tried) if rules.allows(name, value)]
    frame = pd.DataFrame([{**values, name: rules.decimal(name, value)} for name, value in tried])
    holds = [edit.holds(frame).tolist() for edit in products if len(tried)]
    return [one for one, *outcomes in zip(tried, *holds, strict=True) if all(outcomes)]


def _asked(edit: Product, rules: System, name: str, values: Mapping[str, Decimal]) -> int | None:
    """Return what a product asks for in one of its cells, rounded to its unit; nothing where any value will do."""
    if name not in edit.names:
        return None
    if name == edit.product:
        wanted = Fraction(edit.expected(values))
    else:
        of_one = Fraction(edit.expected({**values, name: Decimal(1)}))
        if not of_one:
            return None
        wanted = Fraction(values[edit.product]) / of_one
    return rules.whole(name, round_half_up(wanted, rules.decimals(name)))


def asked_for(
    form: type[Form], values: Mapping[str, Decimal], written: Mapping[str, Written], in_doubt: Collection[str]
) -> dict[str, Proposal]:
    """Return, for cells that are blank or in doubt, what the sums ask for.

    Args:
        form: The form.
        values: The record's known values by field.
        written: Where and how each field was written.
        in_doubt: Fields whose value is not to be relied on.
    """
    rules = form.facts
    known = {name: value for name, value in _whole(rules, values).items() if name not in in_doubt}
    found = {}
    asking = {**dict(_products_asking(form, values, known)), **rules.forced(known)}
    for name, (value, codes) in asking.items():
        if name not in written:
            continue
        text = vietnamese(rules.decimal(name, value))
        said = _said(written[name].text, values.get(name))
        cell, asking_so = written[name].cell, ", ".join(codes)
        words = f"Ô {cell}: «{rules.label(name)}» {said}, theo phép tính là {text} ({asking_so})."
        found[name] = Proposal(words, ((cell, text),))
    return found


def _products_asking(
    form: type[Form], values: Mapping[str, Decimal], known: Collection[str]
) -> Iterator[tuple[str, tuple[int, tuple[str, ...]]]]:
    """Yield, for each cell that is the only unknown one of a product, what the product asks for there, and its code."""
    for edit in form.edits:
        unknown = [name for name in edit.names if name not in known]
        if isinstance(edit, Product) and not edit.rows() and len(unknown) == 1:
            value = _asked(edit, form.facts, unknown[0], values)
            if value is not None and form.facts.allows(unknown[0], value):
                yield unknown[0], (value, (edit.code,))


def _said(text: str, value: Decimal | None) -> str:
    """Return what is written in a cell, in a sentence; words and what is no clear number are quoted."""
    if not text:
        return "để trống"
    return f"ghi «{text}»" if value is None else f"ghi {_as_printed(text, value)}"


def _as_printed(text: str, value: Decimal | None) -> str:
    """Return what a cell shows; of a number cell, whose text is a machine's, as Vietnamese prints it."""
    try:
        return vietnamese(value) if value is not None and Decimal(text) == value else text
    except ArithmeticError:
        return text


def _whole(rules: System, values: Mapping[str, Decimal]) -> dict[str, int]:
    return {name: rules.whole(name, value) for name, value in values.items() if name in rules.variables}


class Breaches:
    """How many rules that rule nothing out would fail on a changed record: warnings, products, agreements."""

    def __init__(self, form: type[Form], given: Mapping[str, Decimal]) -> None:
        self._form, self._given = form, given

    def __call__(self, changed: Mapping[str, int]) -> int:
        """Return how many would fail were some values others, in smallest units; of most rules none is read."""
        values = {**self._given, **{name: self._form.system.decimal(name, value) for name, value in changed.items()}}
        as_before = sum(changed.keys().isdisjoint(needs) for needs in self._broken)
        reading = [one for one in _ruling_nothing_out(self._form) if not changed.keys().isdisjoint(one[1])]
        return as_before + len(_broken(reading, values))

    @cached_property
    def _broken(self) -> list[frozenset[str]]:
        """What each of the rules reads that fail on the record as it stands."""
        return _broken(_ruling_nothing_out(self._form), self._given)


@lru_cache(maxsize=256)  # as many forms as there are, several times over
def _ruling_nothing_out(form: type[Form]) -> list[tuple[Edit, frozenset[str]]]:
    """Return the rules that rule nothing out, each with the names of all that it reads."""
    rules = [edit for edit in form.edits if edit.severity is Severity.WARNING or not edit.is_linear]
    return [(edit, frozenset(edit.needs)) for edit in rules]


def _broken(rules: Iterable[tuple[Edit, frozenset[str]]], values: Mapping[str, Decimal]) -> list[frozenset[str]]:
    """Return what each of some rules reads that fail on known values."""
    return [needs for edit, needs in rules if needs <= values.keys() and not edit.fits(values)]


def _was_refused(one: Suggestion, refused: Refused) -> bool:
    return any((change.variable, change.text) in refused for change in one.changes)


def _changes(one: Suggestion, written: Mapping[str, Written]) -> tuple[tuple[str, str], ...]:
    """Return the cells of a suggestion with what would stand in them; none where that is not known of every cell."""
    if not all(change.variable in written and change.text for change in one.changes):
        return ()
    return tuple((written[change.variable].cell, change.text) for change in one.changes)


def _cells(one: Suggestion, written: Mapping[str, Written]) -> tuple[str, ...]:
    return tuple(written[change.variable].cell for change in one.changes if change.variable in written)


def _words(one: Suggestion, written: Mapping[str, Written]) -> str:
    return f"Ô {', '.join(_cells(one, written))}: {one.evidence}"


def _few_words(one: Suggestion, written: Mapping[str, Written]) -> str:
    changes = [(written[change.variable].cell, change) for change in one.changes if change.variable in written]
    words = "; ".join(
        f"ô {cell}: «{change.label}» phải là {change.text}"
        if change.text
        else f"ô {cell}: «{change.label}» cũng phải sửa"
        for cell, change in changes
    )
    return f"{words[:1].upper()}{words[1:]}."
