"""How long Dagster's records are kept: runs with their events, checks and logs, and ticks.

Belongs here: which of them are too old, and having Dagster forget them. Does not belong here: how long that is
(``pipelines.settings``), who asks for it (the nightly schedule and ``returns refresh``), what a storage does to forget
a run (``pipelines.orchestration.event_log``).

What Dagster shows of an asset is taken from its events, so a run in which any part of an asset was made last is kept
however old it is, and so are the latest runs.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import dagster as dg
from dagster._core.storage.dagster_run import FINISHED_STATUSES

from pipelines.settings import now, records_days

LATEST = 20
"""Runs that are kept in any case."""

_AT_ONCE, _IDS = 200, 500
"""Runs that are forgotten in one go, so that no night takes long; ids in one question to a database."""


def prune(instance: dg.DagsterInstance) -> int:
    """Have Dagster forget what is older than the settings say; return how many runs that were."""
    before = now() - timedelta(days=records_days())
    old = list(forgettable(instance, before))[:_AT_ONCE]
    for run in old:
        instance.delete_run(run)
        instance.compute_log_manager.delete_logs(prefix=[run])
    for state in instance.all_instigator_state():
        instance.purge_ticks(state.instigator_origin_id, state.selector_id, before.timestamp())
    return len(old)


def forgettable(instance: dg.DagsterInstance, before: datetime) -> Iterator[str]:
    """Yield the ids of the runs that ended and are not needed any more, the oldest first."""
    filters = dg.RunsFilter(statuses=list(FINISHED_STATUSES), created_before=before)
    old = [record.dagster_run.run_id for record in instance.get_run_records(filters, ascending=True)]
    if old:
        kept = {record.dagster_run.run_id for record in instance.get_run_records(limit=LATEST)}
        kept.update(_made_last(instance, before))
        yield from (run for run in old if run not in kept)


def _made_last(instance: dg.DagsterInstance, before: datetime) -> Iterator[str]:
    """Yield the ids of older runs that last made some partition."""
    kind = dg.DagsterEventType.ASSET_MATERIALIZATION
    for asset in instance.all_asset_keys():
        latest = instance.event_log_storage.get_latest_storage_id_by_partition(asset, kind)
        ids = sorted(latest.values())
        for start in range(0, len(ids), _IDS):
            filters = dg.EventRecordsFilter(
                kind, asset, storage_ids=ids[start : start + _IDS], before_timestamp=before.timestamp()
            )
            yield from (record.run_id for record in instance.event_log_storage.get_event_records(filters))
