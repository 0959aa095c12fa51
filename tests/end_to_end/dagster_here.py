"""Dagster in this process, on an office's own instance: what the pages and the daemon do, without starting them.

Belongs here: the instance, running a job or assets of it, what a run has told. Does not belong here: Dagster's own
processes (``dagster_pages``).
"""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from pipelines.definitions import defs
from tests.end_to_end.office import Office


@contextmanager
def dagster_at(office: Office, **more: str) -> Iterator[dg.DagsterInstance]:
    """Let this process see the office's folders and its Dagster instance; ``more`` is for its environment."""
    with office.entered(**more), dg.DagsterInstance.get() as instance:
        yield instance


def run_job(instance: dg.DagsterInstance, office: Office, job: str, *assets: str) -> dg.ExecuteInProcessResult:
    """Run a job, or only some assets of it, for the office's return set, as a click in the pages does."""
    return defs.resolve_job_def(job).execute_in_process(
        instance=instance,
        partition_key=office.return_set,
        asset_selection=[dg.AssetKey(asset.split("/")) for asset in assets] or None,
        raise_on_error=False,
    )


def red_checks(instance: dg.DagsterInstance, result: dg.ExecuteInProcessResult) -> set[str]:
    """Return the assets whose check did not pass in a run, as it was logged."""
    found = instance.all_logs(result.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
    told = [entry.get_dagster_event().asset_check_evaluation_data for entry in found]
    return {one.asset_key.to_user_string() for one in told if not one.passed}


def materialised(instance: dg.DagsterInstance, result: dg.ExecuteInProcessResult) -> set[str]:
    """Return the assets that a run has told to be other than they were."""
    found = instance.all_logs(result.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
    keys = [entry.get_dagster_event().asset_key for entry in found]
    return {key.to_user_string() for key in keys if key is not None}
