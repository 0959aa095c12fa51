"""Runs that were killed with the process or the machine they were on: Dagster would take them to go on for ever.

Belongs here: noting which process a run is in, and telling Dagster of those whose process is no more. Does not belong
here: what a run does, doing it again (the nightly schedule, and whoever presses the button).
"""

import threading
from datetime import timedelta

import dagster as dg

from pipelines import posix
from pipelines.settings import now

PROCESS_TAG = "returns/process"
"""Run tag with the run itself, for one that is done again is given the tags of the first, and the process it is in."""

UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]

_LONGEST_START = timedelta(minutes=10)
"""After which a run that is not queued is in a process, or never will be."""

_TOLD = "Lần chạy bị ngắt giữa chừng; số đã công bố không bị ảnh hưởng. Chạy lại để làm nốt."


def note(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    """Note that a run is in this process."""
    instance.add_run_tags(run.run_id, {PROCESS_TAG: f"{run.run_id} {posix.this_process()}"})


def close(instance: dg.DagsterInstance) -> int:
    """Report as failed the runs whose process is no more, so that they are waited for no longer; return how many."""
    closed = 0
    with _ONE_AT_A_TIME:
        for record in instance.get_run_records(dg.RunsFilter(statuses=UNFINISHED[1:])):
            # It may have ended since it was looked up.
            if _is_gone(record) and not _has_ended(instance, record):
                instance.report_run_failed(record.dagster_run, _TOLD)
                closed += 1
    return closed


_ONE_AT_A_TIME = threading.Lock()
"""Of the schedule and the sensor, which Dagster evaluates in threads of one process: a run ends once."""


def _is_gone(record: dg.RunRecord) -> bool:
    """Return whether the process of a run is no more, or there never was one."""
    noted, _, process = record.dagster_run.tags.get(PROCESS_TAG, "").partition(" ")
    if noted == record.dagster_run.run_id:
        return not posix.is_still_alive(process)
    return now() - record.create_timestamp > _LONGEST_START


def _has_ended(instance: dg.DagsterInstance, record: dg.RunRecord) -> bool:
    run = instance.get_run_by_id(record.dagster_run.run_id)
    return run is None or run.is_finished
