"""What decisions are about: each is of a field, of a line and a reporter, and not of whatever its cell answers one day.

Belongs here: locating the cells as the ledger has them, without the decisions whose cell answers something else now
than when they were written, or says by itself what was decided. Does not belong here: applying decisions
(``pipelines.steps.collect.correct``), what a cell answers (``pipelines.steps.collect.locate``).

A ledger names a cell by its address. A workbook that comes again with its rows in another order has another number at
that address, and by chance the same text, most easily none. One that comes again with the number that it was corrected
to, however it is written, needs no correction any more: its sender has put it right.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.collect.cells import TEXT
from pipelines.steps.collect.correct import Corrected, Entry, Key, correct, followed, key_of, standing
from pipelines.steps.collect.locate import Located, locate
from pipelines.steps.frames import joined_text, texts_of
from pipelines.steps.numbers import read_number
from schemas.form import Form
from schemas.outcomes import Decision
from schemas.places import Places
from schemas.problems import Problems
from schemas.tables import AIM, CELL_KEY, SHEET_KEY

Answers = dict[Key, list[tuple[str, ...]]]
"""By cell what it answers, ``schemas.tables.AIM``; one cell may answer two fields."""


def located(
    cells: pa.Table, ledger: pd.DataFrame, forms: Sequence[type[Form]], places: Places
) -> tuple[Corrected, pd.DataFrame, Located]:
    """Put the ledger's decisions over the cells and find the entries of every form in them.

    Args:
        cells: ``schemas.tables.CELLS``.
        ledger: ``schemas.tables.LEDGER``.
        forms: The forms to look for.
        places: Who may report.

    Returns:
        As ``correct`` and ``locate`` do.
    """
    corrected, problems = correct(cells, ledger)
    found = locate(corrected, forms, places)
    if not len(_stale(problems)):
        moved = ledger
    elif (moved := followed(ledger, found.entries)) is not ledger:
        corrected, problems = correct(cells, moved)
        found = locate(corrected, forms, places)
    accepted, confirmed = standing(moved)
    aimed = {key_of(entry): entry for entry in (*accepted, *confirmed) if entry["field"]}
    # Where a corrected number was confirmed too, the correction says which number that is.
    decided = {key_of(entry): entry for entry in (*confirmed, *accepted)}
    astray: dict[Key, Mapping[str, str]] = {}
    said: set[Key] = set()
    while True:
        strays = _astray(corrected, found, aimed, forms, places) if aimed.keys() - astray.keys() else {}
        more = _said(problems, corrected.decided, found.entries, decided, forms)
        if not strays and not more:
            return corrected, problems, found
        astray |= strays  # what was decided on them may have moved others: once without it is not enough
        said |= more
        corrected, problems = correct(cells, moved, astray, said)
        found = locate(corrected, forms, places)


def _stale(problems: pd.DataFrame) -> pd.DataFrame:
    return problems[problems["problem"] == Problems.LEDGER_STALE.name]


def _said(
    problems: pd.DataFrame,
    cells: pa.Table,
    entries: pa.Table,
    decided: Mapping[Key, Entry],
    forms: Sequence[type[Form]],
) -> set[Key]:
    """Return the cells whose old text no longer stands, and that say by themselves what was decided on them.

    A number is the same as its field reads it: 1000 of a cell is the «1.000» of the ledger. Anything else is the same
    only in the same words.
    """
    keys = {key for key in map(tuple, texts_of(_stale(problems), [*SHEET_KEY, "cells"])) if key in decided}
    if not keys:
        return set()
    wanted = pa.array(["\n".join(key) for key in keys], pa.string())
    answers: dict[Key, list[dict[str, Any]]] = {}
    for row in _named(entries, wanted).to_pylist():
        answers.setdefault(key_of(row), []).append(row)
    by_code = {form.code: form for form in forms}
    texts = {key_of(row): row["text"] for row in _named(cells, wanted).to_pylist() if row["kind"] == TEXT}
    return {key for key in keys if _says(decided[key], answers.get(key, ()), texts.get(key), by_code)}


def _named(table: pa.Table, wanted: pa.Array) -> pa.Table:
    """Return the rows of some cells."""
    return table.filter(pc.is_in(joined_text(table, CELL_KEY), wanted))


def _says(
    entry: Entry, answers: Sequence[Mapping[str, Any]], text: str | None, forms: Mapping[str, type[Form]]
) -> bool:
    """Return whether a cell says what was decided on it.

    Args:
        entry: The decision.
        answers: What the cell answers (``schemas.tables.ENTRIES``).
        text: The text that stands in it, where that is no number.
        forms: The forms, by code.
    """
    new = entry["new"] or (entry["old"] if entry["decision"] == Decision.AS_IS else "")
    if entry["field"] and _aim(entry) not in map(_aim, answers):
        return False
    if len(answers) == 1:
        (answer,) = answers
        number = read_number(TEXT, new, forms[answer["form"]].fields()[answer["field"]].unit).value
        if number is not None:
            return bool(answer["value"] == number)
        return bool(answer["text"] == new)
    return text is not None and text == new


def _astray(
    corrected: Corrected, found: Located, aimed: Mapping[Key, Entry], forms: Sequence[type[Form]], places: Places
) -> dict[Key, Mapping[str, str]]:
    """Return the cells decided on that do not answer what the decision is about, of sheets that are read."""
    made = _decided(corrected.decided).select(CELL_KEY).to_pylist()
    applied = [key for row in made if (key := tuple(row.values())) in aimed]
    if not applied:
        return {}
    read = found.sheets[found.sheets["usable"].astype(bool)]
    usable = set(read[SHEET_KEY].itertuples(index=False, name=None))
    now = _answers(_decided(found.entries))
    strays = [key for key in applied if key[:-1] in usable and _aim(aimed[key]) not in now.get(key, ())]
    if not strays:
        return {}
    # A line's code, or a reporter's name, may have been corrected after a number beside it.
    received = _answers(locate(_received(corrected, {key[:-1] for key in strays}), forms, places).entries)
    words = _Words({form.code: form for form in forms}, places)
    return {
        key: {"now": words.of(key, now.get(key, ())), "then": words.of(key, [_aim(aimed[key])])}
        for key in strays
        if _aim(aimed[key]) not in received.get(key, ())
    }


def _decided(table: pa.Table) -> pa.Table:
    return table.filter(pc.or_(pc.not_equal(table["correction"], ""), pc.not_equal(table["confirmed"], "")))


def _answers(entries: pa.Table) -> Answers:
    answers: Answers = {}
    for row in entries.select([*CELL_KEY, *AIM]).to_pylist():
        answers.setdefault(key_of(row), []).append(_aim(row))
    return answers


def _aim(row: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(row[name] for name in AIM)


def _received(corrected: Corrected, sheets: set[Key]) -> Corrected:
    """Return the cells of some sheets as they were received."""
    wanted = np.array([key in sheets for key in corrected.sheets.keys], bool)
    return Corrected(corrected.cells.filter(pa.array(wanted[corrected.sheets.number])))


@dataclass(frozen=True)
class _Words:
    """What a cell answers, in words."""

    forms: Mapping[str, type[Form]]
    places: Places

    def of(self, key: Key, answers: Sequence[tuple[str, ...]]) -> str:
        """Return it of a cell."""
        if not answers:
            return "không phải ô ghi số"
        code, reporter, line, name = answers[0]
        fields = self.forms[code].fields() if code in self.forms else {}
        label = fields[name].label if name in fields else name
        of_line = f", dòng {line}" if line else ""
        return f"là ô «{label}»{of_line}, biểu {code} của {self.places.title(key[1], reporter)}"
