"""The gate: which records enter a mart, and which rows stay because what came is not fit to replace them.

Belongs here: that decision, as data. Does not belong here: publishing, Dagster's checks (they only show it).
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.amounts import Array
from pipelines.steps.collect.records import by_record, typed
from pipelines.steps.frames import belongs, coded, joined_text, sorted_by
from schemas.fields import KEYS, FormField
from schemas.findings import HOLDS_EVERYTHING, forms_held
from schemas.form import Form
from schemas.listed import outcomes_listed
from schemas.outcomes import Outcome, Severity
from schemas.problems import Problems
from schemas.return_sets import ReturnSetKey
from schemas.tables import SOURCES


def held(findings: pd.DataFrame, problems: pd.DataFrame, form: type[Form]) -> set[ReturnSetKey]:
    """Return the return sets whose form is held back.

    By a finding of severity error on the form itself; or by what holds every form of its set, as a ledger does that
    cannot be read: without it, numbers that were corrected would come back as first received.
    """
    of_sets: dict[ReturnSetKey, list[Mapping[str, Any]]] = {}
    for row in (*_errors(findings), *_holding_everything(problems)):
        of_sets.setdefault(ReturnSetKey(row["period"], row["commune"]), []).append(row)
    return {key for key, rows in of_sets.items() if form.code in forms_held(rows, lambda: (form.code,))}


def _errors(findings: pd.DataFrame) -> Iterator[Mapping[str, Any]]:
    """Yield the findings that can hold a form back."""
    if len(findings):
        yield from _rows(findings[findings["severity"] == Severity.ERROR.value])


def _holding_everything(problems: pd.DataFrame) -> Iterator[Mapping[str, Any]]:
    """Yield the problems that hold every form, as findings; those on single forms are findings of these."""
    for kind in (kind for kind in Problems if kind.value.code in HOLDS_EVERYTHING) if len(problems) else ():
        for row in _rows(problems[problems["problem"] == kind.name]):
            told = {"code": kind.value.code, "severity": kind.value.severity, "message": kind.value.holds_all}
            yield {**row, **told}


def _rows(frame: pd.DataFrame) -> Iterator[Mapping[str, Any]]:
    names = frame.columns.tolist()
    return (dict(zip(names, row, strict=True)) for row in frame.itertuples(index=False, name=None))


def admit(
    form: type[Form],
    entries: pa.Table,
    outcomes: pa.Table,
    mart: pa.Table,
    entering: Collection[ReturnSetKey],
) -> pa.Table:
    """Return the mart as it is to be published.

    Args:
        form: The form.
        entries: ``schemas.tables.ENTRIES`` of the form.
        outcomes: ``schemas.tables.OUTCOMES`` of the form: what came of its edits on these entries.
        mart: The mart as published now, with the schema ``schemas.tables.mart(form)``.
        entering: The sets that have been checked and are not held.

    Returns:
        Rows of all other sets unchanged; of the entering ones the new records, each with its ``sources``.
    """
    enters = belongs(entries, "commune", entering)
    own, number, first = by_record(entries if pc.all(enters).as_py() else entries.filter(enters), form)
    kept = mart.filter(pc.invert(belongs(mart, "commune", entering)))
    own = own.append_column("edits", _edits(form, own, number, first, outcomes))
    made = _with_cells(own, number, first, form)
    return sorted_by(pa.concat_tables([kept, made]), KEYS) if len(kept) else made


def readmitted(form: type[Form], accepted: pa.Table) -> pa.Table:
    """Return the mart of a form again, ``schemas.tables.mart(form)``, from all that it said.

    Args:
        form: The form.
        accepted: ``schemas.tables.ACCEPTED``, of any forms.
    """
    return _with_cells(*by_record(accepted, form), form)


def _with_cells(entries: pa.Table, number: Array, first: Array, form: type[Form]) -> pa.Table:
    """Return the records of entries in their order, each with the cells behind it."""
    return typed(entries, form, number, first).append_column(SOURCES, _sources(entries, first))


_OUTCOMES = tuple(Outcome)


def _edits(form: type[Form], entries: pa.Table, number: Array, first: Array, outcomes: pa.Table) -> pa.Array:
    """Return, per entry, the codes of the edits that looked at its cell, each with what came of it.

    Args:
        form: The form.
        entries: Its entries, record by record.
        number: Per entry the number of its record.
        first: Per record its first entry.
        outcomes: What came of the edits.
    """
    edits = sorted(form.edits, key=lambda edit: edit.code)
    record = pc.index_in(joined_text(outcomes, KEYS), joined_text(entries.select(KEYS).take(pa.array(first)), KEYS))
    edit = pc.index_in(outcomes["edit"], pa.array([edit.code for edit in edits], pa.string())).combine_chunks()
    told = pc.index_in(outcomes["outcome"], pa.array([str(one) for one in _OUTCOMES])).combine_chunks()
    known = pc.and_(record.is_valid(), edit.is_valid()).to_numpy(zero_copy_only=False)
    # Of a record and an edit of which nothing is told: one more outcome, in no words.
    came = np.full((len(first), len(edits)), len(_OUTCOMES))
    record, edit, told = (one.fill_null(0).to_numpy()[known] for one in (record, edit, told))
    came[record, edit] = told
    words: dict[str, int] = {"": 0}
    found = np.zeros(len(entries), np.int64)
    field, names = coded(entries["field"])
    numbers = {name: at for at, name in enumerate(names.to_pylist())}
    given = entries["value"].is_valid().to_numpy()
    for name, item in form.fields().items():
        looking = [at for at, edit in enumerate(edits) if name in edit.names]
        is_limited = (item.minimum, item.maximum) != (None, None)
        at = np.flatnonzero(field == numbers[name]) if name in numbers else np.empty(0, np.int64)
        # What came of all of them, as one number; and whether a value lies within its range: one out of it holds the
        # form back, so one that enters does, or a decision keeps it.
        bases = (len(_OUTCOMES) + 1) ** np.arange(len(looking))
        beyond = _beyond(item, entries["value"], at)
        cases = 4 * (came[number[at]][:, looking] @ bases) + 2 * beyond + (given[at] & is_limited)
        _, example, which = np.unique(cases, return_index=True, return_inverse=True)
        texts = []
        for one, exceeds in zip(at[example].tolist(), beyond[example].tolist(), strict=True):
            range_holds = Outcome.FAILS if exceeds else Outcome.HOLDS
            within = [(Problems.OUT_OF_RANGE.value.code, range_holds)] if given[one] and is_limited else []
            codes = [(edits[edit].code, int(came[number[one], edit])) for edit in looking]
            told_of = ((code, _OUTCOMES[out]) for code, out in codes if out < len(_OUTCOMES))
            texts.append(outcomes_listed([*within, *told_of]))
        found[at] = np.array([words.setdefault(text, len(words)) for text in texts], np.int64)[which]
    return pa.array(list(words), pa.string()).take(pa.array(found))


def _beyond(item: FormField, values: pa.ChunkedArray, at: Array) -> Array:
    """Return, of values in some rows, whether each exceeds a maximum that is a judgement, and is kept by a decision."""
    if not item.confirmable:
        return np.zeros(len(at), bool)
    exceeds = pc.greater(values.take(pa.array(at)), pa.scalar(item.maximum, values.type)).fill_null(False)
    return exceeds.to_numpy()


def _sources(entries: pa.Table, first: Array) -> pa.Array:
    """Return, per record, the cells behind its values, from entries in the order of their records."""
    offsets = pa.array([*first.tolist(), len(entries)], pa.int32())
    fields = list(SOURCES.type.value_type)
    columns = [entries[field.name].combine_chunks().cast(field.type) for field in fields]
    cells = pa.StructArray.from_arrays(columns, fields=fields)
    return pa.ListArray.from_arrays(offsets, cells, type=SOURCES.type)
