"""Slips drawn in the cells of the example, and what checking tells of each; for the benchmark and its tests.

A slip changes the text of one cell, and the text is read as any other. What counts is only what an officer would read:
the findings that are not there without the slip, and the suggestions as their sentences show them.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property
from random import Random
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.collect.correct import read_ledger
from pipelines.steps.collect.records import records
from pipelines.steps.frames import to_frame
from pipelines.steps.numbers import read_number, vietnamese
from pipelines.steps.problems import joined, problem_rows
from pipelines.steps.validate.check import check
from pipelines.store.raw import Raw
from schemas.edits import Agreement, Balance
from schemas.fields import FormField
from schemas.form import Form
from schemas.forms import FORMS
from schemas.periods import Period
from schemas.tables import ENTRIES
from tests.unit.builders import PLACES, ROOT, Run, run
from tests.unit.slips import slipped

KINDS = {"digit": 7, "unit": 1, "money unit": 1, "comma": 1}
"""How often each kind of slip is drawn, among those that a cell allows."""

MONEY = "tiền"

NOISE = 0.1
"""How far the invented earlier value of a cell lies from the true one at most."""


@cache
def example() -> Run:
    """The example as it is read, its ledger applied."""
    raw = Raw(ROOT / "raw")
    (key,) = raw.return_sets()
    ledger, _ = read_ledger({key: raw.ledger(key) or ""})
    return run(*raw.files(key), ledger=ledger)


@dataclass(frozen=True)
class Drawn:
    """One slip: the entry it was made in, what kind, and the text that stands there now."""

    entry: Mapping[str, Any]
    kind: str
    text: str

    @property
    def form(self) -> type[Form]:
        """The form of the cell."""
        return next(form for form in FORMS if form.code == self.entry["form"])

    @property
    def item(self) -> FormField:
        """The field of the cell."""
        return self.form.fields()[self.entry["field"]]

    @property
    def in_equality(self) -> bool:
        """Whether the cell stands in a sum."""
        return any(isinstance(edit, Balance) and self.item.name in edit.names for edit in self.form.edits)


def _text(value: int, decimals: int) -> str:
    return vietnamese(Decimal(value).scaleb(-decimals))


def _slip(kind: str, item: FormField, value: Decimal, random: Random) -> str | None:
    """The text of a cell after a slip, or nothing where the cell allows no such slip."""
    decimals = item.unit.decimals
    whole = int(value.scaleb(decimals))
    printed = vietnamese(value)
    match kind:
        case "digit":
            return _text(slipped(whole, decimals, random), decimals)
        case "unit" if whole and item.unit.dimension != MONEY:
            return vietnamese(value * random.choice((10, 100, 1000)))
        case "money unit" if whole and item.unit.dimension == MONEY:
            powers = [power for power in (-6, -3, 3, 6) if value.scaleb(power) == round(value.scaleb(power), decimals)]
            return vietnamese(value.scaleb(random.choice(powers)))
        case "comma" if "," in printed:
            digits, at = printed.replace(".", "").replace(",", ""), printed.replace(".", "").index(",")
            moved = [place for place in range(1, len(digits) + 1) if place != at and abs(place - at) <= 2]
            place = random.choice(moved)
            return vietnamese(Decimal(f"{digits[:place]}.{digits[place:] or 0}"))
        case "comma" if "." in printed:
            return printed.replace(".", ",", 1)
    return None


def draw(count: int, seed: int) -> Iterator[Drawn]:
    """That many slips, each in a cell drawn from all that hold a number."""
    random = Random(seed)
    rows = example().entries.to_pylist()
    # A cell that a person has settled is not suspected again, so a slip in it is none that anybody makes.
    cells = [row for row in rows if row["value"] is not None and not row["correction"] and not row["confirmed"]]
    forms = {form.code: form for form in FORMS}
    for _ in range(count):
        entry = random.choice(cells)
        item = forms[entry["form"]].fields()[entry["field"]]
        possible = {kind: _slip(kind, item, entry["value"], random) for kind in KINDS}
        allowed = [kind for kind, text in possible.items() if text is not None]
        (kind,) = random.choices(allowed, [KINDS[kind] for kind in allowed])
        yield Drawn(entry, kind, str(possible[kind]))


Said = dict[str, Any]


def _key(finding: Said) -> tuple[str, ...]:
    return tuple(str(finding[name]) for name in ("code", "file", "sheet", "cells", "message"))


_VALUE = re.compile(r"«([^»]+)»[^«]*?(?:có lẽ là|phải là|theo phép tính là) (-?[\d.]+(?:,\d+)?)")

ALONE = "Không có cách nào khác"


def shown(suggestion: str) -> list[dict[str, str]]:
    """The suggestions in a finding, in the order they are told: label to text of the cells that get a value."""
    found = [dict(_VALUE.findall(part.rstrip("."))) for part in suggestion.split("Hoặc: ")] if suggestion else []
    return [{label: text.rstrip(".") for label, text in one.items()} for one in found]


class Office:
    """The example's office, without or with an invented earlier period."""

    def __init__(self, *, earlier: bool, seed: int = 1) -> None:
        self._run, self._earlier, self._seed = example(), earlier, seed
        self._entries = self._run.entries
        self._clean: dict[str, set[tuple[str, ...]]] = {}

    @cached_property
    def _accepted(self) -> Mapping[str, pd.DataFrame]:
        random = Random(self._seed)
        found = {}
        for form in FORMS:
            before = records(self._entries, form).to_pylist() if self._earlier else []
            for row in before:
                row["period"] = Period.parse(row["period"]).comparable[0].code
                for name, item in form.fields().items():
                    if row[name] is not None:
                        other = Decimal(row[name]) * Decimal(1 + random.uniform(-NOISE, NOISE))
                        value = round(other, item.unit.decimals)
                        row[name] = value if item.unit.decimals else int(value)
            found[form.code] = to_frame([pa.Table.from_pylist(before, form.arrow())], form.arrow())
        return found

    def _told(self, form: type[Form], entries: pa.Table, problems: pd.DataFrame) -> list[Said]:
        wanted = {form.code, *(other.form.code for edit in form.edits for other in edit.operands)}
        of_forms = entries.filter(pc.is_in(entries["form"], pa.array(sorted(wanted))))
        checked = check(form, of_forms, problems, self._accepted[form.code], self._run.return_sets, PLACES)
        return [dict(row) for row in checked.findings.to_dict("records")]

    def without(self, form: type[Form]) -> set[tuple[str, ...]]:
        """What is told of a form as it stands in the example."""
        if form.code not in self._clean:
            self._clean[form.code] = {_key(one) for one in self._told(form, self._entries, self._run.problems)}
        return self._clean[form.code]

    def told(self, slip: Drawn) -> list[Said]:
        """What is told of a slip, in the form itself and in those whose edits look at its cell."""
        readers = [
            form
            for form in FORMS
            for edit in form.edits
            if isinstance(edit, Agreement) and any(other is slip.item for other in edit.others)
        ]
        entries, problems = self._with(slip)
        return [
            one
            for form in dict.fromkeys([slip.form, *readers])
            for one in self._told(form, entries, problems)
            if _key(one) not in self.without(form)
        ]

    def _with(self, slip: Drawn) -> tuple[pa.Table, pd.DataFrame]:
        reading = read_number("text", slip.text, slip.item.unit)
        where = {name: slip.entry[name] for name in ("form", "reporter", "line", "field")}
        rows = self._entries.to_pylist()
        (row,) = (row for row in rows if all(row[name] == value for name, value in where.items()))
        problem = reading.problem.name if reading.problem else ""
        changed = row | {"text": slip.text, "value": reading.value, "problem": problem}
        rows[rows.index(row)] = changed
        problems = self._run.problems
        if reading.problem:
            at = changed | {"cells": row["cell"], "written": slip.text, "expected": slip.item.unit.label}
            problems = joined([problems, problem_rows(reading.problem, [at])])
        return pa.Table.from_pylist(rows, ENTRIES), problems


def judged(slip: Drawn, told: list[Said]) -> set[str]:
    """What can be said of the findings on a slip, in the words of the benchmark's lines."""
    if not told:
        return {"silent"}
    label, cell, true = slip.item.label, slip.entry["cell"], vietnamese(slip.entry["value"])
    lines, first = {"detected"}, None
    if any(cell in one["cells"].split(";") for one in told):
        lines.add("true cell named")
    for one in told:
        listed = shown(one["suggestion"])
        right = [values == {label: true} for values in listed]
        if any(right):
            lines.add("true value suggested")
        if right and first is None:
            first = right[0]
        if len(listed) == 1:
            lines.add("sole and right" if right[0] else "sole and wrong")
        if ALONE in one["suggestion"]:
            lines.add("alone and right" if right[:1] == [True] else "alone and wrong")
    if first:
        lines.add("first right")
    return lines


LINES = (
    "silent",
    "detected",
    "true cell named",
    "true value suggested",
    "first right",
    "sole and right",
    "sole and wrong",
    "alone and right",
    "alone and wrong",
)


def measure(slips: list[Drawn], *, earlier: bool) -> dict[str, Counter[str]]:
    """Count the lines over slips: all, those in cells of a sum, and kind by kind."""
    office = Office(earlier=earlier)
    counts: dict[str, Counter[str]] = {name: Counter() for name in ("all", "in a sum", *KINDS)}
    for slip in slips:
        lines = judged(slip, office.told(slip)) | {"slips"}
        for name in ("all", slip.kind, *(["in a sum"] if slip.in_equality else [])):
            counts[name].update(lines)
    return counts
