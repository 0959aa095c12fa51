"""Partitions: one per batch, added as folders appear.

Belongs here: the partitions definition, and how batches become the tags of a run. Does not belong here: which of them
are stale (``pipelines.refresh.stale``).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, pairwise

import dagster as dg

from schemas.periods import Period
from schemas.return_sets import BatchKey

BATCHES = dg.DynamicPartitionsDefinition(name="return_set")
"""Called so since the time when a batch was one return set: under another name Dagster would forget its history."""

ONE_RUN = dg.BackfillPolicy.single_run()
"""A bulk refresh is one run over many batches, since starting a run costs more than a commune's batch does."""

_START, _END, _ONE = (
    "dagster/asset_partition_range_start",
    "dagster/asset_partition_range_end",
    "dagster/partition",
)


def batches_of(context: dg.AssetExecutionContext) -> list[BatchKey]:
    """Return the batches a step was asked for."""
    return [BatchKey.parse(key) for key in context.partition_keys]


def partitions_of(instance: dg.DagsterInstance, tags: Mapping[str, str]) -> list[str]:
    """Return the batches that the tags of a run name: one, or a range in the order in which they became known."""
    if _START not in tags:
        return [tags[_ONE]] if _ONE in tags else []
    known = list(instance.get_dynamic_partitions(str(BATCHES.name)))
    return known[known.index(tags[_START]) : known.index(tags[_END]) + 1]


def register(instance: dg.DagsterInstance, batches: Iterable[BatchKey]) -> None:
    """Make batches known to Dagster."""
    name = BATCHES.name
    assert name is not None
    known = set(instance.get_dynamic_partitions(name))
    new = [str(batch) for batch in batches if str(batch) not in known]
    if new:
        instance.add_dynamic_partitions(name, new)


def run_tags(instance: dg.DagsterInstance, batches: Sequence[BatchKey]) -> Iterator[dict[str, str]]:
    """Yield the tags of as few runs as cover the batches, such that none is of an earlier period than one before it.

    A range goes by the order in which Dagster came to know them and takes in all between its ends, so each stretch of
    neighbours is one run; where stretches reach over one another's periods, those of each period by itself.
    """
    known = list(instance.get_dynamic_partitions(str(BATCHES.name)))
    runs = sorted(_stretches(known, batches), key=lambda run: min(_periods(run)))
    if any(max(_periods(one)) > min(_periods(after)) for one, after in pairwise(runs)):
        periods = sorted({Period.parse(batch.period) for batch in batches})
        runs = [run for at in periods for run in _stretches(known, (one for one in batches if one.period == at.code))]
    for run in runs:
        yield {_ONE: run[0]} if len(run) == 1 else {_START: run[0], _END: run[-1]}


def _stretches(known: Sequence[str], batches: Iterable[BatchKey]) -> list[list[str]]:
    """Return batches as stretches of neighbours among all that are known."""
    wanted = set(map(str, batches))
    return [list(stretch) for is_wanted, stretch in groupby(known, wanted.__contains__) if is_wanted]


def _periods(run: Iterable[str]) -> list[Period]:
    return [Period.parse(BatchKey.parse(key).period) for key in run]
