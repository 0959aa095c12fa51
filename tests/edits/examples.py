"""Data for every edit of every form, made from the edit alone: records on which it holds, and records that trip it.

A new form needs nothing here. An edit that cannot be made to hold, or cannot be tripped, raises, and its test fails.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from random import Random

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.frames import to_frame
from pipelines.steps.problems import joined, problem_rows
from pipelines.steps.validate.check import Checked, check
from schemas.edit import Edit
from schemas.edits import Agreement, Alike, Reporting
from schemas.form import Form
from schemas.outcomes import Outcome, Severity
from schemas.pandera_schemas import dtype, dtypes
from schemas.places import Places
from schemas.problems import Problems
from schemas.return_sets import ReturnSetKey
from schemas.tables import ENTRIES
from tests.unit.builders import COMMUNE, PERIOD, PLACES, Row, places_with, rows

SIZES = (0, 1, 2, 3, 5, 10, 20, 50, 100, 120, 500, 1000, 5000)
STEPS = (1, -1, 10, -10, 1000, -1000)
TRIES = 400

Values = dict[str, Decimal]


def holds(edit: Edit, **values: str) -> bool | None:
    """Whether an edit holds on a record with these values, and blanks elsewhere; nothing where it cannot be told."""
    blank = dict.fromkeys(edit.form.texts(), "x") | dict.fromkeys(edit.form.fields())
    given = {name: Decimal(value) for name, value in values.items()}
    outcome = edit.holds(pd.DataFrame([blank | given]).astype(dtypes(edit.form))).iloc[0]
    return None if pd.isna(outcome) else bool(outcome)


@dataclass(frozen=True)
class Sent:
    """One record as it was read: a value per field; a field without one was left blank, or holds no number."""

    form: type[Form]
    reporter: str
    values: Mapping[str, Decimal]
    unreadable: frozenset[str] = frozenset()
    commune: str = COMMUNE

    def entries(self) -> Iterator[Row]:
        line = "l1" if self.form.line_title else ""
        nothing = dict.fromkeys(ENTRIES.names, "")
        for name in self.form.fields():
            value = self.values.get(name)
            told = "năm" if name in self.unreadable else "" if value is None else str(value)
            yield nothing | {
                "period": PERIOD.code,
                "commune": self.commune,
                "form": self.form.code,
                "reporter": self.reporter,
                "line": line,
                "line_name": line,
                "field": name,
                "file": f"{self.reporter}.xlsx",
                "sheet": self.form.sheet,
                "cell": cell(self.form, name),
                "text": told,
                "value": None if name in self.unreadable else value,
                "problem": "NOT_A_NUMBER" if name in self.unreadable else "BLANK" if value is None else "",
            }


def cell(form: type[Form], name: str) -> str:
    """Where ``Sent`` puts a field."""
    return f"D{list(form.fields()).index(name) + 8}"


def run_check(form: type[Form], sent: Iterable[Sent]) -> Checked:
    """Check a form, given records of it and of the forms its edits look at."""
    sent = list(sent)
    entries = [row for record in sent for row in record.entries()]
    unread = [row for row in entries if row["problem"] == "NOT_A_NUMBER"]
    told = [
        problem_rows(Problems.NOT_A_NUMBER, [row | {"cells": row["cell"], "written": row["text"]} for row in unread])
    ]
    sets = [ReturnSetKey(PERIOD.code, commune) for commune in dict.fromkeys(record.commune for record in sent)]
    table = pa.Table.from_pylist(entries, ENTRIES)
    return check(form, table, joined(told), to_frame([], form.arrow()), sets, _places(sent))


def _places(sent: Iterable[Sent]) -> Places:
    """The shipped places, and the communes of the cases, each with every village that reports in one of them."""
    sent = list(sent)
    villages = {record.reporter for record in sent if record.form.reporter_kind == "village"}
    communes = {record.commune for record in sent} - {COMMUNE}
    return places_with(
        *(f"{commune},commune,{commune},chi-lang,,,," for commune in communes),
        *(f"{village},village,{village},{commune},,,," for commune in communes for village in villages),
    )


def reporters(form: type[Form]) -> list[str]:
    found = [place.code for place in PLACES.reporters(COMMUNE, form.reporter_kind, PERIOD)]
    assert found, f"nobody in {COMMUNE} sends {form.code}"
    return found


def _fits(form: type[Form], name: str, value: Decimal) -> bool:
    item = form.fields()[name]
    low, high = item.minimum, item.maximum
    whole = value == value.quantize(Decimal(1).scaleb(-item.unit.decimals))
    return whole and (low is None or value >= low) and (high is None or value <= high)


def _fails(form: type[Form], values: Values) -> set[str]:
    """Codes of the edits of a form that fail on a record of these values; those that need other fields do not count."""
    frame = pd.DataFrame({name: pd.array([value], dtype(form.fields()[name])) for name, value in values.items()})
    rules = [edit for edit in form.edits if not edit.beyond and set(edit.names) <= set(values)]
    return {edit.code for edit in rules if edit.holds(frame).fillna(True).tolist() == [False]}


def broken(form: type[Form], values: Values) -> set[str]:
    """Fields of the edits that cannot hold on a record of these values, whatever it leaves blank."""
    fields = form.fields().items()
    frame = pd.DataFrame({name: pd.array([values.get(name)], dtype(item)) for name, item in fields})
    rules = [edit for edit in form.edits if not edit.beyond]
    failing = [edit for edit in rules if edit.holds(frame).fillna(True).tolist() == [False]]
    return {name for edit in failing for name in edit.names} or set(values)


def can_be_filled(edit: Edit, name: str) -> bool:
    """Whether some value of one field makes the edit hold beside the others of its bad example."""
    item, rest = edit.fields[name], {other: value for other, value in example(edit).bad.items() if other != name}
    if not edit.rows():
        return True
    smallest = {other: int(value.scaleb(edit.fields[other].unit.decimals)) for other, value in rest.items()}
    for row in edit.rows():
        asked, left = divmod(-row.excess(smallest | {name: 0}), row.coefficients[name])
        # A limit that the blank only makes easier to keep asks nothing of it.
        eased = row.relation == "<=" and row.coefficients[name] < 0
        if not eased and ((left and row.relation == "=") or asked < (item.minimum or 0)):
            return False
    return True


def valid(edit: Edit) -> Values:
    """Values of the edit's own fields on which it holds, and every other edit that they decide."""
    form, random = edit.form, Random(edit.code)
    for _ in range(TRIES):
        values = {name: Decimal(random.choice(SIZES)) for name in edit.names}
        values[edit.names[0]] = edit.expected(values)
        if all(_fits(form, name, value) for name, value in values.items()) and not _fails(form, values):
            return values
    raise AssertionError(f"no data found on which edit {edit.code} holds: {edit.sentence}")


def invalid(edit: Edit) -> Values:
    """The same values with the first operand changed, so that this edit fails and no other.

    Where that cannot be, a warning may fail beside an error, one that asks for more: what is above a limit is above a
    norm below it.
    """
    form, good = edit.form, valid(edit)
    warnings = {other.code for other in form.edits if other.severity is Severity.WARNING}
    first = edit.names[0]
    changed = [good | {first: good[first] + step} for step in STEPS if _fits(form, first, good[first] + step)]
    for stricter in (set(), warnings if edit.severity is Severity.ERROR else set()):
        for values in changed:
            if _fails(form, values) - stricter == {edit.code}:
                return values
    raise AssertionError(f"no data found that trips edit {edit.code} alone: {edit.sentence}")


@dataclass(frozen=True)
class Example:
    """Records for one edit."""

    edit: Edit
    good: Values
    bad: Values
    others: tuple[Sent, ...] = ()
    """Records of other forms, or of other reporters, on which the edit depends."""

    def cases(self) -> dict[str, tuple[Sent, ...]]:
        """What is tried, by name: good, bad, blank and unreadable operands, operands out of range, others missing."""
        edit, first = self.edit, self.edit.names[0]
        own = Sent(edit.form, reporters(edit.form)[0], self.bad)
        cases = {"good": (replace(own, values=self.good), *self.others), "bad": (own, *self.others)}
        for name in edit.names:
            rest = {other: value for other, value in self.bad.items() if other != name}
            cases[f"blank {name}"] = (replace(own, values=rest), *self.others)
            unread = replace(own, values=rest, unreadable=frozenset({name}))
            cases[f"unreadable {name}"] = (unread, *self.others)
        minimum = edit.form.fields()[first].minimum
        if minimum is not None:
            below = self.bad | {first: Decimal(minimum - 1)}
            cases["out of range"] = (replace(own, values=below), *self.others)
        for number, other in enumerate(self.others if isinstance(edit, Agreement) else ()):
            rest_of_others = [one for one in self.others if one is not other]
            cases[f"other {number} blank"] = (own, replace(other, values={}), *rest_of_others)
            unread = replace(other, values={}, unreadable=frozenset(other.values))
            cases[f"other {number} unreadable"] = (own, unread, *rest_of_others)
            cases[f"other {number} not sent"] = (replace(own, values=self.good), *rest_of_others)
        if self.others:
            cases["nothing else sent"] = (own,)
        return cases


@cache
def example(edit: Edit) -> Example:
    """Make the data of an edit.

    Raises:
        AssertionError: The edit cannot be made to hold, or cannot be tripped.
    """
    if isinstance(edit, Alike):
        good = dict(zip(edit.names, (Decimal(10), Decimal(20)), strict=False))
        others = tuple(Sent(edit.form, code, good) for code in reporters(edit.form)[1:])
        return Example(edit, good, good | {edit.compared: Decimal(15)}, others)
    if isinstance(edit, Reporting):
        number = Decimal(sum(len(reporters(form)) for form in edit.forms))
        return Example(edit, {edit.line: number}, {edit.line: number + 1})
    if not isinstance(edit, Agreement):
        assert not edit.beyond, f"edit {edit.code} is of a kind these tests do not know"
        return Example(edit, valid(edit), invalid(edit))
    sent = [
        Sent(form, code, {other.name: Decimal(number) for other in edit.others if other.form is form})
        for form in dict.fromkeys(other.form for other in edit.others)
        for number, code in enumerate(reporters(form), start=1)
    ]
    total = sum((value for record in sent for value in record.values.values()), Decimal(0))
    return Example(edit, {edit.line: total}, {edit.line: total + 1}, tuple(sent))


@dataclass(frozen=True)
class Told:
    """What checking one case gave."""

    outcomes: dict[str, int]
    findings: list[Row]

    def of(self, code: str) -> list[Row]:
        """Findings with a code, or with a code that starts so."""
        return [row for row in self.findings if row["code"].startswith(code)]


def results(edit: Edit) -> dict[str, Told]:
    """What checking every case of an edit gave, by the case's name."""
    cases = example(edit).cases()
    found = _checked(edit.form, (edit,) if edit.beyond else ())
    return {name: found[edit.code, name] for name in cases}


@cache
def _checked(form: type[Form], edits: tuple[Edit, ...]) -> dict[tuple[str, str], Told]:
    """Check the cases of these edits, or of all within the form, in one run: each case is a return set of its own."""
    wanted = edits or tuple(edit for edit in form.edits if not edit.beyond)
    cases = {(edit.code, name): sent for edit in wanted for name, sent in _cases_if_any(edit).items()}
    sent = [replace(record, commune="/".join(case)) for case, records in cases.items() for record in records]
    checked = run_check(form, sent)
    own = checked.outcomes.filter(pc.equal(checked.outcomes["reporter"], reporters(form)[0]))
    by_case: dict[tuple[str, str], Counter[str]] = {}
    for row in own.to_pylist():
        by_case.setdefault((row["commune"], row["edit"]), Counter())[row["outcome"]] += 1
    findings: dict[str, list[Row]] = {}
    for row in rows(checked.findings):
        findings.setdefault(row["commune"], []).append(row)
    told = {}
    for case in cases:
        commune = "/".join(case)
        counts = by_case[commune, case[0]]
        told[case] = Told({str(kind): counts[kind] for kind in Outcome if counts[kind]}, findings.get(commune, []))
    return told


def _cases_if_any(edit: Edit) -> dict[str, tuple[Sent, ...]]:
    try:
        return example(edit).cases()
    except AssertionError:
        return {}  # the tests of this edit tell; those of its neighbours go on


def tripped(forms: Iterable[type[Form]]) -> list[str]:
    """Codes of the edits within a form that are told of when each of them is tripped."""
    codes: set[str] = set()
    for form in forms:
        edits = [edit for edit in form.edits if not edit.beyond]
        sent = [replace(record, commune=edit.code) for edit in edits for record in example(edit).cases()["bad"]]
        found = rows(run_check(form, sent).findings) if sent else []
        codes |= {row["code"] for row in found if row["commune"] == row["code"]}
    return sorted(codes)
