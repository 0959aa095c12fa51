"""Rules that a decision says are wrong in one case: what breaks them is told as such, and holds nothing back.

Belongs here: which breaches a decision of the ledger settles. Does not belong here: which rules may be wrong at all
(``confirmable`` in ``schemas.edits`` and ``schemas.fields``), reading decisions (``pipelines.steps.collect.correct``).
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pandas as pd

from pipelines.steps.collect.correct import Key, key_of
from pipelines.steps.numbers import vietnamese
from pipelines.steps.problems import problem_rows
from pipelines.steps.validate.beside import others_now
from pipelines.steps.validate.cells import Cells
from schemas.edit import Edit
from schemas.fields import KEYS
from schemas.form import Form
from schemas.problems import Problems
from schemas.tables import CELL_KEY

Breaches = list[tuple[Any, Edit]]
"""Row of a record, and an edit that fails on it."""

Outside = list[tuple[Any, str]]
"""Row of a record, and the column of a value out of its range."""

Decided = Mapping[tuple[str, ...], tuple[str, str, str]]
"""As ``correct.overruled`` returns it: by the key of a cell the rule that is wrong there, who says so, and why."""


def edits(
    frame: pd.DataFrame, breaches: Breaches, cells: Cells, decided: Decided, noted: Mapping[Key, Mapping[str, str]]
) -> tuple[Breaches, pd.DataFrame]:
    """Return the breaches that stand, and ``schemas.tables.PROBLEMS`` of those that a decision settles.

    Args:
        frame: The records.
        breaches: What fails.
        cells: Where the fields were written.
        decided: Which rules are wrong where.
        noted: By cell what its rules looked at when that was decided (``beside.noted``): it settles nothing beside
            other numbers.
    """
    if not decided:
        return breaches, problem_rows(Problems.OVERRULED, [])
    standing: Breaches = []
    settled = []
    for index, edit in breaches:
        record, who = frame.loc[index], ""
        for name in edit.names if edit.confirmable else ():
            said = _who(record, name, edit.code, cells, decided)
            who = (said if said and not _others_now(record, name, edit, cells, noted) else "") or who
        if who:
            settled.append(_told(record, edit.names[0], f"{edit.code}: {edit.sentence}", who, cells))
        else:
            standing.append((index, edit))
    return standing, problem_rows(Problems.OVERRULED, settled)


def ranges(
    form: type[Form], frame: pd.DataFrame, outside: Outside, cells: Cells, decided: Decided
) -> tuple[Outside, pd.DataFrame]:
    """Return the values out of range that stand, and ``schemas.tables.PROBLEMS`` of those that a decision settles."""
    standing: Outside = []
    settled = []
    code = Problems.OUT_OF_RANGE.value.code
    for index, name in outside:
        record, item = frame.loc[index], form.fields()[name]
        may_stand = item.may_exceed(Decimal(str(record[name])))
        if may_stand and (who := _who(record, name, code, cells, decided)):
            settled.append(_told(record, name, f"{code}: {item.label} {item.limits}", who, cells))
        else:
            standing.append((index, name))
    return standing, problem_rows(Problems.OVERRULED, settled)


def _who(record: pd.Series, field: str, code: str, cells: Cells, decided: Decided) -> str:
    """Return who says, and why, that a rule is wrong in a cell, by a decision that still stands; empty where nobody."""
    cell = cells.at(tuple(record[list(KEYS)]), field) if decided else None
    if cell is None or not cell["confirmed"]:
        return ""
    rule, who, reason = decided.get(tuple(cell[key] for key in CELL_KEY), ("", "", ""))
    return f"{who}: {reason}" if rule == code else ""


def _others_now(
    record: pd.Series, field: str, edit: Edit, cells: Cells, noted: Mapping[Key, Mapping[str, str]]
) -> bool:
    """Return whether the rule looks at other numbers now than when it was said to be wrong."""
    cell = cells.at(tuple(record[list(KEYS)]), field)
    then = {} if cell is None else noted.get(key_of(cell), {})
    return any(others_now(record, [edit], then))


def _told(record: pd.Series, field: str, rule: str, who: str, cells: Cells) -> dict[str, str]:
    value = vietnamese(Decimal(str(record[field])))
    return cells.where(record, field) | {
        "written": value,
        "expected": f"{rule}; giữ nguyên theo quyết định của {who}",
    }
