"""What is missing: returns that did not come, and values that were accepted before and are blank now.

Belongs here: finding both. Does not belong here: blanks that always were blank
(``pipelines.steps.collect.entries``).
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from pipelines.steps.frames import positions, texts_of
from pipelines.steps.numbers import vietnamese
from pipelines.steps.problems import joined, problem_rows
from pipelines.steps.validate.cells import Cells
from schemas.fields import KEYS, REPORTER_KEYS
from schemas.form import Form
from schemas.outcomes import Severity
from schemas.periods import Period
from schemas.places import Places
from schemas.problems import Problems
from schemas.return_sets import ReturnSetKey
from schemas.tables import FILE_KEY

ERRORS = frozenset(kind.name for kind in Problems if kind.value.severity is Severity.ERROR)
"""Names of the problems that hold a form back."""


def came_from(accepted: pd.DataFrame, whence: pd.DataFrame | None) -> dict[tuple[str, ...], dict[str, str]]:
    """Return, per reporter with accepted records, the file and sheet they came from, as far as that is known."""
    found: dict[tuple[str, ...], dict[str, str]] = {key: {} for key in texts_of(accepted, REPORTER_KEYS)}
    if whence is not None:
        for *key, file, sheet in texts_of(whence, (*REPORTER_KEYS, "file", "sheet")):
            found[tuple(key)] = {"file": file, "sheet": sheet}
    return found


def _file(row: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(row[name] for name in FILE_KEY)


def missing_returns(
    form: type[Form],
    records: pa.Table,
    problems: pd.DataFrame,
    accepted: pd.DataFrame,
    whence: pd.DataFrame | None,
    return_sets: Sequence[ReturnSetKey],
    places: Places,
) -> pd.DataFrame:
    """Tell who was to send the form and did not; a return that had been accepted before must not vanish.

    Where the workbook it was accepted from is still there and something is wrong with it, that is what is told: of the
    whole workbook as the form's own finding, for it is this form that is held.
    """
    expected = [
        (*key, place.code)
        for key in return_sets
        if places.expects(key.commune, form.code, Period.parse(key.period))
        for place in places.reporters(key.commune, form.reporter_kind, Period.parse(key.period))
    ]
    columns: Sequence[Any] = list(zip(*expected, strict=True)) or [[]] * len(REPORTER_KEYS)
    absent = [expected[at] for at in np.flatnonzero(positions(columns, records, REPORTER_KEYS) < 0).tolist()]
    if not absent:
        return joined([])
    before = came_from(accepted, whence)
    met = problems.to_dict("records") if len(problems) else []
    turned_away = {tuple(row[name] for name in REPORTER_KEYS) for row in met if row["form"] == form.code}
    blocking = [row for row in met if row["problem"] in ERRORS]
    refused_files = {_file(row) for row in blocking if row["form"] == form.code and not row["reporter"]}
    unopened = {_file(row): row for row in blocking if not row["form"] and not row["sheet"]}
    missing: list[dict[str, str]] = []
    withdrawn: list[dict[str, str]] = []
    unread: list[dict[str, str]] = []
    for key in absent:
        if key in turned_away:
            continue
        words = dict(zip(REPORTER_KEYS, key, strict=True)) | {"form": form.code}
        origin = before.get(key, {})
        file = (*key[:2], origin.get("file", ""))
        if file in unopened:
            unread.append(unopened[file] | words)
        elif key not in before:
            due = places.due(key[1], form.code, form.due_after, Period.parse(key[0]))
            missing.append(words | {"expected": f"{due:%d/%m/%Y}"})
        elif file not in refused_files:
            withdrawn.append(words | dict(origin))
    of_files = [problem_rows(Problems[row["problem"]], [row]) for row in unread]
    return joined(
        [*of_files, problem_rows(Problems.NOT_SENT, missing), problem_rows(Problems.WITHDRAWN_RETURN, withdrawn)]
    )


def withdrawn_values(form: type[Form], frame: pd.DataFrame, accepted: pd.DataFrame, cells: Cells) -> pd.DataFrame:
    """Tell of fields that are blank now though a value had been accepted; they replace the plain finding on a blank."""
    names = [name for name in form.fields() if name in accepted.columns]
    if not len(accepted) or not frame[names].isna().to_numpy().any():
        return problem_rows(Problems.WITHDRAWN_VALUE, [])
    lacking = frame[frame[names].isna().any(axis="columns")]
    at = positions([lacking[name] for name in KEYS], accepted, KEYS)
    lacking, at = lacking[at >= 0], at[at >= 0]
    before = accepted[names].iloc[at].set_index(lacking.index)
    gone = lacking[names].isna() & before.notna()
    rows = []
    for index in gone.index[gone.any(axis="columns")]:
        record = frame.loc[index]
        for name in gone.columns[gone.loc[index]]:
            cell = cells.at(tuple(record[list(KEYS)]), name)
            if cell is not None and cell["problem"] == Problems.BLANK.name:
                value = vietnamese(Decimal(str(before.loc[index, name])))
                rows.append(cells.where(record, name) | {"expected": value})
    return problem_rows(Problems.WITHDRAWN_VALUE, rows)
