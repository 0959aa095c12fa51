"""Marts to observations: every accepted value of every form in one long table, for analysts.

Belongs here: that one shape. Does not belong here: deciding what is accepted (``pipelines.steps.validate.gate``).
"""

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.frames import in_order, joined_text, sorted_by
from pipelines.steps.sources import cells
from schemas.form import Form
from schemas.return_sets import ReturnSetKey
from schemas.tables import OBSERVATIONS


def observe(
    marts: Mapping[type[Form], pa.Table], return_sets: Sequence[ReturnSetKey], others: pa.Table | None = None
) -> pa.Table:
    """Return ``schemas.tables.OBSERVATIONS`` of the return sets.

    Args:
        marts: The published marts of some forms.
        return_sets: The sets.
        others: The observations of the same sets of all other forms.
    """
    if not marts:
        return OBSERVATIONS.empty_table() if others is None else others.cast(OBSERVATIONS)
    fields = [(form.code, name, item) for form in marts for name, item in form.fields().items()]
    named = pa.array([f"{code}\n{name}" for code, name, _ in fields], pa.string())
    long = pa.concat_tables([cells(form, mart, return_sets) for form, mart in marts.items()])
    long = long.select([name for name in OBSERVATIONS.names if name in long.column_names])
    field = pc.index_in(joined_text(long, ("form", "field")), named)
    if field.null_count:
        long, field = long.filter(field.is_valid()), field.drop_null()
    order = pa.array(in_order(long, _ORDER))
    long, field = long.take(order), field.take(order)
    for name, words in (
        ("label", [item.label for *_, item in fields]),
        ("unit", [item.unit.label for *_, item in fields]),
    ):
        long = long.append_column(name, pa.array(words, pa.string()).take(field))
    rows = long.select(OBSERVATIONS.names).cast(OBSERVATIONS)
    return rows if others is None else sorted_by(pa.concat_tables([rows, others.cast(OBSERVATIONS)]), _ORDER)


_ORDER = ("period", "commune", "form", "field", "reporter", "line")
