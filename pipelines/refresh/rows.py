"""The rows of a batch, which stand in the order of its communes: taking those of some out, putting them in again.

Belongs here: that. Does not belong here: reading and writing tables (``pipelines.store.tables``), making rows.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc

from schemas.return_sets import ReturnSetKey
from schemas.tables import commune_of


def of_communes(rows: pa.Table, sets: Iterable[ReturnSetKey]) -> pa.Table:
    """Return the rows of a batch that are of some return sets."""
    return rows.filter(pc.is_in(rows[commune_of(rows.schema)], pa.array([key.commune for key in sets], pa.string())))


def in_order(rows: pa.Table) -> pa.Table:
    """Return the rows of a batch in the order of its communes."""
    # Only here: it brings pandas, without which a refresh that has nothing to make is three times as quick.
    from pipelines.steps.frames import sorted_by

    return sorted_by(rows, [commune_of(rows.schema)])


def put_among(rows: pa.Table, others: pa.Table, sets: Iterable[ReturnSetKey]) -> pa.Table:
    """Return the rows of some return sets in their places among those of others; what others has of these sets goes.

    Args:
        rows: Of these sets, in any order.
        others: Of a whole batch, in the order of its communes.
        sets: The sets.
    """
    own, rows = {key.commune for key in sets}, in_order(rows)
    blocks = [(commune, others, *place) for commune, *place in _blocks(others) if commune not in own]
    blocks += [(commune, rows, *place) for commune, *place in _blocks(rows)]
    ordered = sorted(blocks, key=lambda block: block[0])
    return pa.concat_tables(
        [rows.slice(0, 0), *(table.slice(start, stop - start) for _, table, start, stop in ordered)]
    )


def _blocks(rows: pa.Table) -> Iterator[tuple[str, int, int]]:
    """Yield the communes in the order in which they stand, each with where its rows begin and end."""
    from pipelines.steps.collect.columns import runs

    found = runs(rows, [commune_of(rows.schema)])
    for (commune,), (start, stop) in zip(found.keys, pairwise(found.first.tolist()), strict=True):
        yield commune, start, stop
