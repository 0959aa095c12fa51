"""Marts to observations: every accepted value of every form in one long table, for analysts.

Belongs here: that one shape. Does not belong here: deciding what is accepted (``pipelines.steps.validate.gate``).
"""

from collections.abc import Mapping, Sequence

import pyarrow as pa

from pipelines.steps.sources import cells
from schemas.form import Form
from schemas.return_sets import ReturnSetKey
from schemas.tables import OBSERVATIONS


def observe(marts: Mapping[type[Form], pa.Table], return_sets: Sequence[ReturnSetKey]) -> pa.Table:
    """Return ``schemas.tables.OBSERVATIONS`` of the return sets, from the published marts of all forms."""
    described = pa.Table.from_pylist(
        [
            {"form": form.code, "field": name, "label": item.label, "unit": item.unit.label}
            for form in marts
            for name, item in form.fields().items()
        ]
    )
    long = pa.concat_tables([cells(form, mart, return_sets) for form, mart in marts.items()])
    joined = long.join(described, ["form", "field"], join_type="inner").select(OBSERVATIONS.names).cast(OBSERVATIONS)
    order = ("period", "commune", "form", "field", "reporter", "line")
    return joined.sort_by([(name, "ascending") for name in order])
