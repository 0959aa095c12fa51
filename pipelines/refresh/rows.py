"""The rows of a batch, which stand in the order of its communes: taking those of some out, putting them in again.

Belongs here: that, also in the bytes of a file, and whose have changed. Does not belong here: what these bytes are
(``pipelines.store.parquet``, ``pipelines.store.row_groups``), making rows.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.store.parquet import Opened, serialized
from pipelines.store.row_groups import Group, Grouped, joined
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
    """Replace the rows of some return sets, each in its place among the others.

    Args:
        rows: Of these sets, in any order.
        others: Of a whole batch, in the order of its communes.
        sets: The sets.
    """
    own, rows = {key.commune for key in sets}, in_order(rows)
    blocks = [(commune, others, *place) for commune, *place in _blocks(others) if commune not in own]
    blocks += [(commune, rows, *place) for commune, *place in _blocks(rows)]
    pieces: list[tuple[pa.Table, int, int]] = []
    for _, table, start, stop in sorted(blocks, key=lambda block: block[0]):
        # What stands together stays together: many small pieces take longer than all the rest.
        follows = pieces and pieces[-1][0] is table and pieces[-1][2] == start
        pieces.append((table, pieces.pop()[1] if follows else start, stop))
    return pa.concat_tables([rows.slice(0, 0), *(table.slice(start, stop - start) for table, start, stop in pieces)])


def written_among(rows: pa.Table, others: Opened, sets: Sequence[ReturnSetKey]) -> bytes:
    """Return the file of a table in which the rows of some return sets are in their places among those of another.

    It is, to the byte, the file of all these rows; but groups that hold none of these sets are taken over unread.

    Args:
        rows: Of these sets, in any order.
        others: The file of the whole batch as it was.
        sets: The sets.
    """
    before = Grouped(others.content)
    known = before.communes(commune_of(rows.schema)) or []
    firsts = [first for first, _ in known]
    at = {key: max(bisect_right(firsts, key.commune) - 1, 0) for key in sets}
    # Who began a group may not do so any more, and is then of the one before.
    concerned = {*at.values(), *(number - 1 for key, number in at.items() if number and firsts[number] == key.commune)}
    groups: list[Group] = []
    for number, group in enumerate(before.groups if len(concerned) < len(known) else ()):
        if number not in concerned:
            groups.append(group)
        elif number - 1 not in concerned:
            stop = next(after for after in range(number, len(known) + 1) if after not in concerned)
            own = [key for key in sets if number <= at[key] < stop]
            whole = put_among(of_communes(rows, own), others.rows(range(number, stop)), own)
            written = Grouped(serialized(pa.table(whole.columns, schema=rows.schema)))
            if written.frame != before.frame:
                break
            groups += written.groups if len(whole) else ()
    else:
        if groups:
            return joined(before.frame, groups)
    whole = put_among(rows, others.rows(), sets)
    return serialized(pa.table(whole.columns, schema=rows.schema))


def differing(rows: pa.Table, before: pa.Table, sets: Iterable[ReturnSetKey]) -> list[ReturnSetKey]:
    """Return the return sets whose rows are not what they were.

    Args:
        rows: Of these sets, in any order.
        before: The same as they were, in the order of the communes.
        sets: The sets.
    """
    # By the same numbers of texts: they have others where they come in another order.
    both = pa.concat_tables([in_order(rows).cast(before.schema), before]).unify_dictionaries()
    tables = both.slice(0, len(rows)), both.slice(len(rows))
    if tables[0].equals(tables[1]):
        return []
    sizes = [{commune: stop - start for commune, start, stop in _blocks(table)} for table in tables]
    ordered = sorted(sets, key=lambda key: key.commune)
    firsts = [[0, *accumulate(of.get(key.commune, 0) for key in ordered)] for of in sizes]

    def within(low: int, high: int) -> list[ReturnSetKey]:
        one, other = (
            table.slice(first[low], first[high] - first[low]) for table, first in zip(tables, firsts, strict=True)
        )
        if one.equals(other):
            return []
        middle = (low + high) // 2
        return ordered[low:high] if middle == low else [*within(low, middle), *within(middle, high)]

    return within(0, len(ordered))


def _blocks(rows: pa.Table) -> Iterator[tuple[str, int, int]]:
    """Yield the communes in the order in which they stand, each with where its rows begin and end."""
    from pipelines.steps.collect.columns import runs

    found = runs(rows, [commune_of(rows.schema)])
    for (commune,), (start, stop) in zip(found.keys, pairwise(found.first.tolist()), strict=True):
        yield commune, start, stop
