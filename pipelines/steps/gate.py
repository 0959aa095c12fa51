"""The gate: which records enter a mart, and which rows stay because what came is not fit to replace them.

Belongs here: that decision, as data. Does not belong here: publishing, Dagster's checks (they only show it).
"""

from collections.abc import Collection, Iterable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.findings import ReturnSet
from pipelines.steps.records import of_form, records
from schemas.edits import Severity
from schemas.form import KEYS, Form
from schemas.marts import SOURCES
from schemas.problems import Problems


def held(findings: pd.DataFrame, problems: pd.DataFrame, form: type[Form]) -> set[ReturnSet]:
    """Return the return sets whose form is held back.

    By a finding of severity error on the form itself; or by a ledger that cannot be read, which holds every form of its
    set: without it, numbers that were corrected would come back as first received.
    """
    blocking = findings[(findings["severity"] == Severity.ERROR.value) & (findings["form"] == form.code)]
    unreadable = problems[problems["problem"] == Problems.LEDGER_UNREADABLE.name]
    return {pair for rows in (blocking, unreadable) for pair in zip(rows["period"], rows["commune"], strict=True)}


def admit(
    form: type[Form],
    entries: pa.Table,
    mart: pa.Table,
    entering: Collection[ReturnSet],
) -> pa.Table:
    """Return the mart as it is to be published.

    Args:
        form: The form.
        entries: ``schemas.marts.ENTRIES`` of the form.
        mart: The mart as published now, with the schema ``schemas.marts.mart(form)``.
        entering: The sets that have been checked and are not held.

    Returns:
        Rows of all other sets unchanged; of the entering ones the new records, each with its ``sources``.
    """
    own = of_form(entries, form)
    own = own.filter(belongs(own, "commune", entering))
    kept = mart.filter(pc.invert(belongs(mart, "commune", entering)))
    fresh = records(own, form).append_column(SOURCES, _sources(own))
    return pa.concat_tables([kept, fresh]).sort_by([(key, "ascending") for key in KEYS])


def belongs(table: pa.Table, place: str, wanted: Iterable[tuple[str, str]]) -> pa.ChunkedArray:
    """Return, per row, whether its period and ``place`` are among the wanted pairs."""
    joined = pc.binary_join_element_wise(table["period"], table[place], "\n")
    return pc.is_in(joined, pa.array(["\n".join(pair) for pair in wanted], pa.string()))


def _sources(entries: pa.Table) -> pa.Array:
    """Return, per record, the cells behind its values, from entries in the order of their records."""
    counts = entries.group_by(list(KEYS), use_threads=False).aggregate([([], "count_all")])["count_all"].to_numpy()
    offsets = pa.array(np.concatenate([[0], np.cumsum(counts)]), pa.int32())
    fields = list(SOURCES.type.value_type)
    columns = [entries[field.name].combine_chunks().cast(field.type) for field in fields]
    cells = pa.StructArray.from_arrays(columns, fields=fields)
    return pa.ListArray.from_arrays(offsets, cells, type=SOURCES.type)
