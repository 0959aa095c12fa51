"""The cells behind marts, laid out one row per cell.

Belongs here: unfolding the ``sources`` that every mart row carries. Does not belong here: what is done with them.
"""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.findings import ReturnSet
from pipelines.steps.gate import belongs
from schemas.form import KEYS, Form


def cells(form: type[Form], mart: pa.Table, return_sets: Sequence[ReturnSet]) -> pa.Table:
    """Return one row per cell behind a form's records, with the record's keys."""
    own = mart.filter(belongs(mart, "commune", return_sets))
    sources = own["sources"].combine_chunks()
    record = pc.list_parent_indices(sources)
    keys = {name: own[name].take(record) for name in KEYS}
    flat = pa.Table.from_struct_array(sources.flatten())
    return pa.table(
        {**keys, "form": pa.repeat(form.code, len(flat)), **{name: flat[name] for name in flat.column_names}}
    )
