"""Partitions: one per return set, added as folders appear.

Belongs here: the partitions definition, and how sets become the tags of a run. Does not belong here: which sets are
stale (``pipelines.refresh.stale``).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import dagster as dg

from schemas.return_sets import ReturnSetKey

RETURN_SETS = dg.DynamicPartitionsDefinition(name="return_set")
ONE_RUN = dg.BackfillPolicy.single_run()
"""A bulk refresh is one run over many sets, since starting a run costs more than most sets do."""

_START, _END, _ONE = (
    "dagster/asset_partition_range_start",
    "dagster/asset_partition_range_end",
    "dagster/partition",
)


def keys_of(context: dg.AssetExecutionContext) -> list[ReturnSetKey]:
    """Return the return sets a step was asked for."""
    return [ReturnSetKey.parse(key) for key in context.partition_keys]


def partitions_of(instance: dg.DagsterInstance, tags: Mapping[str, str]) -> list[str]:
    """Return the return sets that the tags of a run name: one, or a range in the order in which they became known."""
    if _START not in tags:
        return [tags[_ONE]] if _ONE in tags else []
    known = list(instance.get_dynamic_partitions(str(RETURN_SETS.name)))
    return known[known.index(tags[_START]) : known.index(tags[_END]) + 1]


def register(instance: dg.DagsterInstance, keys: Iterable[ReturnSetKey]) -> None:
    """Make return sets known to Dagster."""
    name = RETURN_SETS.name
    assert name is not None
    known = set(instance.get_dynamic_partitions(name))
    new = [str(key) for key in keys if str(key) not in known]
    if new:
        instance.add_dynamic_partitions(name, new)


def run_tags(instance: dg.DagsterInstance, keys: Sequence[ReturnSetKey]) -> Iterator[dict[str, str]]:
    """Yield the tags of as few runs as cover the return sets.

    A range goes by the order in which Dagster came to know the sets and takes in all between its ends, so each
    stretch of neighbours is one run.
    """
    wanted, stretch = {str(key) for key in keys}, list[str]()
    for known in [*instance.get_dynamic_partitions(str(RETURN_SETS.name)), ""]:
        if known in wanted:
            stretch.append(known)
        elif stretch:
            yield {_ONE: stretch[0]} if len(stretch) == 1 else {_START: stretch[0], _END: stretch[-1]}
            stretch = []
