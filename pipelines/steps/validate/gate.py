"""The gate: which records enter a mart, and which rows stay because what came is not fit to replace them.

Belongs here: that decision, as data. Does not belong here: publishing, Dagster's checks (they only show it).
"""

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.collect.records import of_form, records
from pipelines.steps.frames import belongs, return_sets_in
from schemas.fields import KEYS
from schemas.form import Form
from schemas.outcomes import Outcome, Severity
from schemas.problems import Problems
from schemas.return_sets import ReturnSetKey
from schemas.tables import SOURCES


def held(findings: pd.DataFrame, problems: pd.DataFrame, form: type[Form]) -> set[ReturnSetKey]:
    """Return the return sets whose form is held back.

    By a finding of severity error on the form itself; or by a ledger that cannot be read, which holds every form of its
    set: without it, numbers that were corrected would come back as first received.
    """
    blocking = findings[(findings["severity"] == Severity.ERROR.value) & (findings["form"] == form.code)]
    unreadable = problems[problems["problem"] == Problems.LEDGER_UNREADABLE.name]
    return {key for rows in (blocking, unreadable) for key in return_sets_in(rows)}


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
    own = of_form(entries, form)
    own = own.filter(belongs(own, "commune", entering))
    kept = mart.filter(pc.invert(belongs(mart, "commune", entering)))
    own = own.append_column("edits", _edits(form, own, outcomes))
    fresh = records(own, form).append_column(SOURCES, _sources(own))
    return pa.concat_tables([kept, fresh]).sort_by([(key, "ascending") for key in KEYS])


def _edits(form: type[Form], entries: pa.Table, outcomes: pa.Table) -> pa.Array:
    """Return, per entry, the codes of the edits that looked at its cell, each with what came of it."""
    limited = [name for name, item in form.fields().items() if (item.minimum, item.maximum) != (None, None)]
    ranged = pc.and_(pc.is_in(entries["field"], pa.array(limited, pa.string())), pc.is_valid(entries["value"]))
    # A value out of its range holds the form back, so one that enters lies within, or a decision keeps it.
    above: Any = pa.scalar(False)
    for name, item in form.fields().items():
        if item.confirmable:
            beyond = pc.greater(entries["value"], pa.scalar(item.maximum, entries["value"].type))
            above = pc.or_(above, pc.and_(pc.equal(entries["field"], name), beyond))
    outcome = pc.if_else(above, str(Outcome.FAILS), str(Outcome.HOLDS))
    told = pc.binary_join_element_wise(Problems.OUT_OF_RANGE.value.code, outcome, " ")
    within = pc.if_else(ranged, told, pa.scalar(None, pa.string()))
    looked = [(edit.code, name) for edit in form.edits for name in edit.names]
    if not looked:
        return within.combine_chunks().fill_null("")
    coverage = pa.table({"edit": [code for code, _ in looked], "field": [name for _, name in looked]})
    cell = [*KEYS, "field"]
    told = outcomes.select([*KEYS, "edit", "outcome"]).join(coverage, "edit", join_type="inner", use_threads=False)
    told = told.append_column("told", pc.binary_join_element_wise(told["edit"], told["outcome"], " "))
    told = told.sort_by("edit").group_by(cell, use_threads=False).aggregate([("told", "list")])
    told = told.set_column(told.num_columns - 1, "told", pc.binary_join(told["told_list"], ";"))
    numbered = entries.select(cell).append_column("at", pa.array(np.arange(len(entries))))
    found = numbered.join(told, cell, join_type="left outer", use_threads=False).sort_by("at")["told"]
    # Not null_handling="skip": where both are missing, Arrow then leaves the row out.
    return pc.coalesce(pc.binary_join_element_wise(within, found, ";"), within, found, "").combine_chunks()


def _sources(entries: pa.Table) -> pa.Array:
    """Return, per record, the cells behind its values, from entries in the order of their records."""
    counts = entries.group_by(list(KEYS), use_threads=False).aggregate([([], "count_all")])["count_all"].to_numpy()
    offsets = pa.array(np.concatenate([[0], np.cumsum(counts)]), pa.int32())
    fields = list(SOURCES.type.value_type)
    columns = [entries[field.name].combine_chunks().cast(field.type) for field in fields]
    cells = pa.StructArray.from_arrays(columns, fields=fields)
    return pa.ListArray.from_arrays(offsets, cells, type=SOURCES.type)
