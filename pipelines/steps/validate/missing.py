"""What is missing: returns that did not come, values that are blank now, corrections that are no more in the ledger.

Belongs here: finding these. Does not belong here: blanks that always were blank
(``pipelines.steps.collect.entries``).
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.collect.correct import key_of, standing
from pipelines.steps.frames import positions, texts_of
from pipelines.steps.numbers import vietnamese
from pipelines.steps.problems import joined, problem_rows
from pipelines.steps.validate.cells import Cells
from pipelines.steps.validate.columns import Columns
from schemas.fields import KEYS, LINE_NAME, REPORTER_KEYS
from schemas.form import Form
from schemas.outcomes import Severity
from schemas.periods import Period
from schemas.places import Places
from schemas.problems import Problems
from schemas.return_sets import ReturnSetKey
from schemas.tables import AIM, FILE_KEY, SOURCES

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


def withdrawn_lines(
    form: type[Form],
    frame: pd.DataFrame,
    problems: pd.DataFrame,
    accepted: pd.DataFrame,
    whence: pd.DataFrame | None,
) -> pd.DataFrame:
    """Tell of lines that had been accepted and are gone, of reporters who sent the form again.

    Of lines that a form prints that is told where they are looked for, and so it is of one that is there and not read.
    """
    if not form.line_title or form.fixed or not len(accepted) or not len(frame):
        return problem_rows(Problems.WITHDRAWN_LINE, [])
    sent_again = positions([accepted[name] for name in REPORTER_KEYS], frame, REPORTER_KEYS) >= 0
    before = accepted[sent_again]
    gone = before[positions([before[name] for name in KEYS], frame, KEYS) < 0]
    if not len(gone):
        return problem_rows(Problems.WITHDRAWN_LINE, [])
    unread = set(texts_of(problems, (*REPORTER_KEYS, "written")) if len(problems) else [])
    origin = came_from(accepted, whence)
    rows = [
        dict(zip(REPORTER_KEYS, key, strict=True))
        | origin[tuple(key)]
        | {"form": form.code, "written": f"{line} «{name}»" if name else line}
        for *key, line, name in texts_of(gone, (*KEYS, LINE_NAME))
        if (*key, line) not in unread
    ]
    return problem_rows(Problems.WITHDRAWN_LINE, rows)


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


def lost_corrections(
    form: type[Form], columns: Columns, mart: pa.Table | None, cells: Cells, ledger: pd.DataFrame | None
) -> pd.DataFrame:
    """Tell of values that were accepted as corrected and are again what was received, for the ledger corrects no more.

    Whoever takes a correction back does so by another decision, which the ledger keeps; where the reporter has sent
    another text since, it is that text which counts.

    Args:
        form: The form.
        columns: Its records now.
        mart: Its records as accepted, with the cells behind them.
        cells: Where the fields are written now.
        ledger: The entries of the correction ledgers.
    """
    rows = []
    decided: _Decided | None = None
    corrected = {(key := tuple(source[name] for name in KEYS), source["field"]): source for source in _corrected(mart)}
    present = {key: at for key, _ in corrected if (at := columns.record_of(key)) is not None}
    cells.look_up(present)
    for (key, name), source in corrected.items():
        cell = cells.at(key, name) if key in present else None
        if cell is None or cell["correction"] or cell["problem"] not in ("", Problems.BLANK.name):
            continue
        record = columns.frame.iloc[present[key]]
        value = record[name]
        back = cell["text"] == source["received"] and (pd.isna(value) or Decimal(str(value)) != source["value"])
        decided = decided or _Decided(ledger)
        if back and not decided.on(source | {"form": form.code}, cell):
            told = "" if source["value"] is None else vietnamese(source["value"])
            rows.append(cells.where(record, name) | {"expected": told})
    return problem_rows(Problems.LEDGER_SHORTER, rows)


def _corrected(mart: pa.Table | None) -> list[dict[str, Any]]:
    """Return the cells behind a mart that were corrected, with the keys of their records."""
    if mart is None or not len(mart):
        return []
    sources = mart[SOURCES.name].combine_chunks()
    record, flat = pc.list_parent_indices(sources), sources.flatten()
    rows = pa.array(np.flatnonzero(pc.not_equal(pc.struct_field(flat, "correction"), "").fill_null(False)))
    keys = mart.select(KEYS).take(record.take(rows)).to_pylist()
    return [key | source for key, source in zip(keys, flat.take(rows).to_pylist(), strict=True)]


class _Decided:
    """What the ledger decides, by cell and by what a cell answers."""

    def __init__(self, ledger: pd.DataFrame | None) -> None:
        entries = [] if ledger is None or not len(ledger) else [one for kind in standing(ledger) for one in kind]
        self._cells = {key_of(entry) for entry in entries}
        self._unaimed = {key_of(entry) for entry in entries if not entry["field"]}
        self._aims = {tuple(entry[name] for name in _AIMED) for entry in entries if entry["field"]}

    def on(self, source: Mapping[str, str], cell: Mapping[str, str]) -> bool:
        """Return whether there is a decision on what was accepted, or on the cell in which it is written now.

        One that does not fit its cell any more is told as that.
        """
        aim = tuple(source[name] for name in _AIMED)
        return key_of(cell) in self._cells or key_of(source) in self._unaimed or aim in self._aims


_AIMED = ["period", "commune", *AIM]
