"""Running the refresh job from the command line, in the Dagster instance that the UI shows.

Belongs here: one run, started in this process. Does not belong here: a second pipeline;
the job is the one the UI starts.
"""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
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
from filelock import FileLock

from assets.cells import REREAD_TAG
from pipelines.definitions import defs
from pipelines.orchestration.failures import unexpected
from pipelines.orchestration.partitions import register, run_tags
from pipelines.orchestration.resources import Folders
from pipelines.refresh.layers import stale_followers
from pipelines.settings import HOME_VARIABLE
from pipelines.store.raw import ReturnSetKey

LOCATION, MODULE = "returns", "pipelines.definitions"
"""As workspace.yaml names them."""

Progress = Callable[[str, int], None]
"""Told the name of a finished step, and how many steps the run has."""


def run_refresh(folders: Folders, keys: Sequence[ReturnSetKey], *, reread: bool, progress: Progress) -> None:
    """Run the refresh job for return sets, as few runs as cover them, and catch up what a red check in it stopped.

    A run that a red check ends is no error here: what was held back is in the findings.

    Raises:
        RuntimeError: A step failed for another reason than the data; the run's page in the UI has the details.
    """
    with _opened() as instance:
        _close_abandoned(instance)
        register(instance, keys)
        for tags in run_tags(instance, keys):
            run(instance, defs.resolve_job_def("refresh"), {**tags, REREAD_TAG: str(reread).lower()}, progress)
        behind = [key for key in keys if stale_followers(folders.raw, folders.store, key)]
        for tags in run_tags(instance, behind):
            run(instance, defs.resolve_job_def("catch_up"), tags, progress)


@contextmanager
def _opened() -> Iterator[dg.DagsterInstance]:
    """Give the Dagster instance, made where there is none; of two commands that come at once, one waits for the other.

    Dagster makes its databases at the first look, and would let the second command find them half made.
    """
    with FileLock(Path(os.environ[HOME_VARIABLE]) / ".opening.lock"):
        instance = dg.DagsterInstance.get()
        for made in (instance.run_storage, instance.event_log_storage, instance.schedule_storage):
            assert made is not None
    with instance:
        yield instance


_PROCESS_TAG = "returns/process"
"""Run tag with the process that runs it; only runs from the command line have it."""

_UNFINISHED = [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED]


def _close_abandoned(instance: dg.DagsterInstance) -> None:
    """Report as failed what a killed command left behind, or its run would seem to go on for ever in the UI."""
    for run in instance.get_runs(dg.RunsFilter(statuses=_UNFINISHED)):
        process = run.tags.get(_PROCESS_TAG)
        if process is not None and not _is_alive(int(process)):
            instance.report_run_failed(run, "Lần chạy bị ngắt giữa chừng; số đã công bố không bị ảnh hưởng.")


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def run(instance: dg.DagsterInstance, job: dg.JobDefinition, tags: dict[str, str], progress: Progress) -> None:
    """Run a job in this process.

    Raises:
        RuntimeError: As ``run_refresh`` says.
        KeyboardInterrupt: Somebody stopped it. Dagster turns that into a failure of the step that was running.
    """
    # With a remote origin the UI lists the run under its job, and can run it again.
    target = LoadableTargetOrigin(executable_path=sys.executable, module_name=MODULE, working_directory=str(Path.cwd()))
    location = ManagedGrpcPythonEnvCodeLocationOrigin(loadable_target_origin=target, location_name=LOCATION)
    run = instance.create_run_for_job(
        job_def=job,
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},  # the progress bar tells enough
        tags={**job.run_tags, _PROCESS_TAG: str(os.getpid()), "dagster/code_location": LOCATION, **tags},
        remote_job_origin=RemoteJobOrigin(RemoteRepositoryOrigin(location, "__repository__"), job.name),
    )
    steps = len(run.step_keys_to_execute or job.graph.node_defs)
    for event in _uninterrupted(execute_run_iterator(InMemoryJob(job), run, instance)):
        if event.is_step_success or event.is_step_skipped:
            progress(event.step_key or "", steps)
        elif event.is_step_failure:
            progress(event.step_key or "", steps)
            error = event.step_failure_data.error
            if error and error.cls_name == DagsterExecutionInterruptedError.__name__:
                raise KeyboardInterrupt
            if reason := unexpected(event.step_failure_data):
                raise RuntimeError(f"Bước {event.step_key}: {reason} (Lần chạy {run.run_id}.)")


def _uninterrupted(events: Iterator[dg.DagsterEvent]) -> Iterator[dg.DagsterEvent]:
    """Yield a run's events; where it is stopped between two steps, Dagster raises an exception of its own."""
    try:
        yield from events
    except DagsterExecutionInterruptedError:
        raise KeyboardInterrupt from None
