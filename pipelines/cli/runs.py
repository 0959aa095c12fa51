"""Running the refresh job from the command line, in the Dagster instance that the UI shows.

Belongs here: one run, started in this process. Does not belong here: a second pipeline;
the job is the one the UI starts.
"""

import sys
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import dagster as dg
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.errors import DagsterExecutionInterruptedError
from dagster._core.execution.api import execute_run_iterator
from dagster._core.remote_origin import (
    ManagedGrpcPythonEnvCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin

from pipelines.definitions import defs
from pipelines.orchestration import abandoned
from pipelines.orchestration.failures import unexpected
from pipelines.orchestration.metadata import key_of
from pipelines.orchestration.opening import opened
from pipelines.orchestration.partitions import register, run_tags
from pipelines.orchestration.refreshing import REREAD_TAG
from pipelines.orchestration.resources import Folders
from pipelines.orchestration.retention import prune
from pipelines.refresh.batches import Progress, followed
from pipelines.refresh.stale import compared_with, stale_batches
from schemas.flow import FLOW
from schemas.return_sets import BatchKey, ReturnSetKey
from schemas.sentences import SentenceError

LOCATION, MODULE = "returns", "pipelines.definitions"
"""As workspace.yaml names them."""


def run_refresh(
    folders: Folders,
    stale: Mapping[BatchKey, Collection[str]],
    batches: Mapping[BatchKey, Sequence[ReturnSetKey]],
    *,
    reread: bool,
    progress: Progress,
    waiting: Callable[[str], None],
) -> set[BatchKey]:
    """Run the refresh job for batches, as few runs as cover them, on the assets that can be stale and no others.

    A form that is held back is no error here: it is in the findings. Returned is what was worked on: also batches of
    later periods, where those that they are compared with have changed.

    Args:
        folders: The raw folder and the output folder.
        stale: By batch, the tables that can be stale; more may turn out to be, and then another run follows.
        batches: All batches that may be worked on, with their return sets.
        reread: Make everything anew.
        progress: Told of every table that is made.
        waiting: Told where another process has a batch.

    Raises:
        SentenceError: A step failed; the run's page in the UI has the details.
    """
    with opened() as instance, followed(progress, waiting):
        abandoned.close(instance)
        prune(instance)
        worked_on = set[BatchKey]()
        for _ in range(_MOST_ROUNDS):
            register(instance, list(stale))
            worked_on |= stale.keys()
            assets = {FLOW[name].shown_as for names in stale.values() for name in names}
            for tags in run_tags(instance, list(stale)):
                run(instance, _job(assets), {**tags, REREAD_TAG: str(reread).lower()})
            again = compared_with(worked_on, batches)
            if reread or not (stale := stale_batches(folders.raw, folders.store, again)):
                break
        return worked_on


_MOST_ROUNDS = 3
"""A workbook may turn out to hold a form that it did not hold before, and a period is compared with the one before."""


def _job(assets: Collection[str]) -> dg.JobDefinition:
    """Return the refresh job, or the part of it that makes some assets."""
    whole = defs.resolve_job_def("refresh")
    every = {key.to_user_string() for key in whole.asset_layer.executable_asset_keys}
    if every <= set(assets):
        return whole
    return whole.get_subset(asset_selection={key_of(name) for name in assets})


def run(instance: dg.DagsterInstance, job: dg.JobDefinition, tags: dict[str, str]) -> None:
    """Run a job in this process.

    Raises:
        SentenceError: As ``run_refresh`` says.
        KeyboardInterrupt: Somebody stopped it. Dagster turns that into a failure of the step that was running.
    """
    # With a remote origin the UI lists the run under its job, and can run it again.
    target = LoadableTargetOrigin(executable_path=sys.executable, module_name=MODULE, working_directory=str(Path.cwd()))
    location = ManagedGrpcPythonEnvCodeLocationOrigin(loadable_target_origin=target, location_name=LOCATION)
    run = instance.create_run_for_job(
        job_def=job,
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},  # the progress bar tells enough
        tags={**job.run_tags, "dagster/code_location": LOCATION, **tags},
        remote_job_origin=RemoteJobOrigin(RemoteRepositoryOrigin(location, "__repository__"), job.name),
    )
    events = _uninterrupted(execute_run_iterator(InMemoryJob(job), run, instance))
    for event in events:
        if event.is_step_failure:
            with suppress(Exception):  # Dagster notes how the run ended; what stopped it may stop that, too
                events.close()
            error = event.step_failure_data.error
            if error and error.cls_name == DagsterExecutionInterruptedError.__name__:
                raise KeyboardInterrupt
            raise SentenceError(f"{unexpected(event.step_failure_data)} (Lần chạy {run.run_id}.)")


def _uninterrupted(events: Iterator[dg.DagsterEvent]) -> Generator[dg.DagsterEvent, None, None]:
    """Yield a run's events; where it is stopped between two steps, Dagster raises an exception of its own."""
    try:
        yield from events
    except DagsterExecutionInterruptedError:
        raise KeyboardInterrupt from None
