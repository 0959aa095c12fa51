"""Suggestions on the cells of a finding: from a record's failing edits to «ô D13 ghi 141, có lẽ là 114».

Belongs here: what a record's fields are to the system of its form, which suggestions concern a finding, which have been
refused, and their words with the addresses of cells. Does not belong here: how a suggestion is found
(``pipelines.steps.validate.suggest``), applying one, which only a person does.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from pipelines.steps.numbers import vietnamese
from pipelines.steps.validate.suggest import Suggestion, suggest
from schemas.form import Form

SHOWN = 3
"""Suggestions told per finding; more would be no help on the telephone."""


@dataclass(frozen=True)
class Written:
    """One field of a record as it stands in its workbook."""

    file: str
    sheet: str
    cell: str
    text: str
    settled: bool
    """Whether a correction or a confirmation stands behind it, so that it is not to be doubted again."""


@dataclass(frozen=True)
class Advice:
    """What can be said on a finding: the sentences; and the field to look at first, where one leads the others."""

    words: str = ""
    field: str = ""
    seen: str = ""
    proposed: str = ""


Refused = Collection[tuple[str, ...]]
"""File, sheet, cell and proposed text of suggestions that a person has refused."""


def advise(
    form: type[Form],
    values: Mapping[str, Decimal],
    written: Mapping[str, Written],
    edits: Collection[str],
    refused: Refused,
) -> Advice:
    """Return what is probably wrong behind failing edits of one record.

    Args:
        form: The form.
        values: The record's known values by field.
        written: Where and how each field was written.
        edits: Codes of the failing edits.
        refused: What is not to be suggested again.
    """
    rules = form.system
    record = {name: rules.whole(name, value) for name, value in values.items() if name in rules.variables}
    texts = {name: item.text for name, item in written.items()}
    frozen = [name for name, item in written.items() if item.settled]
    found = suggest(rules, record, texts, frozen=frozen)
    fitting = [
        one
        for one in found.ranked
        if not set(edits).isdisjoint(one.closes)
        and any(change.text for change in one.changes)
        and not _was_refused(one, written, refused)
    ]
    if not fitting:
        return Advice(" ".join(found.gave_up))
    best = [one for one in fitting if one.tie == fitting[0].tie][:SHOWN]
    words = " Hoặc: ".join(_words(one, written) for one in best)
    (change, *others) = best[0].changes
    if others or len(best) > 1 or not change.text:
        return Advice(words)
    return Advice(words, change.variable, vietnamese(values[change.variable]), change.text)


def _was_refused(one: Suggestion, written: Mapping[str, Written], refused: Refused) -> bool:
    places = [(written[change.variable], change.text) for change in one.changes if change.variable in written]
    return any((item.file, item.sheet, item.cell, text) in refused for item, text in places)


def _cells(one: Suggestion, written: Mapping[str, Written]) -> tuple[str, ...]:
    return tuple(written[change.variable].cell for change in one.changes if change.variable in written)


def _words(one: Suggestion, written: Mapping[str, Written]) -> str:
    return f"Ô {', '.join(_cells(one, written))}: {one.evidence}"
