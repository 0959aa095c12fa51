"""The cells behind marts, laid out one row per cell.

Belongs here: unfolding the ``sources`` that every mart row carries. Does not belong here: what is done with them.
"""

from collections.abc import Sequence

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.frames import belongs, to_frame
from schemas.fields import KEYS, LINE_NAME, REPORTER_KEYS
from schemas.form import Form
from schemas.return_sets import ReturnSetKey
from schemas.tables import ACCEPTED


def cells(form: type[Form], mart: pa.Table, return_sets: Sequence[ReturnSetKey], more: Sequence[str] = ()) -> pa.Table:
    """Return one row per cell behind a form's records, with the record's keys, and more of its columns."""
    wanted = belongs(mart, "commune", return_sets)
    own = mart if pc.all(wanted).as_py() else mart.filter(wanted)
    sources = own["sources"].combine_chunks()
    record = pc.list_parent_indices(sources)
    keys = {name: own[name].take(record) for name in (*KEYS, *more)}
    flat = pa.Table.from_struct_array(sources.flatten())
    named = {"form": pa.repeat(form.code, len(flat)), "mart": pa.repeat(form.domain, len(flat))}
    return pa.table({**keys, **named, **{name: flat[name] for name in flat.column_names}})


def accepted(form: type[Form], mart: pa.Table, return_sets: Sequence[ReturnSetKey]) -> pa.Table:
    """Return all that a mart says of some return sets: ``schemas.tables.ACCEPTED``."""
    named = [LINE_NAME] if LINE_NAME in form.texts() else []
    long = cells(form, mart, return_sets, named)
    return (long if named else long.append_column(LINE_NAME, pa.repeat("", len(long)))).select(ACCEPTED.names)


def whence(mart: pa.Table) -> pd.DataFrame:
    """Return the sheets that a form's accepted records came from, with the keys of their reporters, each once."""
    schema = pa.schema([(name, pa.string()) for name in (*REPORTER_KEYS, "file", "sheet")])
    if not len(mart):
        return to_frame([], schema)
    sources = mart["sources"].combine_chunks()
    record, flat = pc.list_parent_indices(sources), sources.flatten()
    columns = {name: mart[name].take(record) for name in REPORTER_KEYS}
    columns |= {name: pc.struct_field(flat, name) for name in ("file", "sheet")}
    found = pa.table(columns).group_by(list(columns), use_threads=False).aggregate([])
    return to_frame([found], schema)
