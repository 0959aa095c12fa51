"""Runs that were killed: who notes in which process a run is, and who of them is told to have ended."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest

from pipelines import posix
from pipelines.orchestration import abandoned
from pipelines.orchestration.abandoned import PROCESS_TAG
from pipelines.orchestration.resources import Folders
from pipelines.settings import now

DEAD = subprocess.Popen([sys.executable, "-c", ""])
"""A process that has been."""
DEAD.wait()


@dg.op
def nothing(folders: Folders) -> None:
    """Does nothing, with the folders that every asset has."""


@dg.job
def some() -> None:
    """A job as short as one can be."""
    nothing()


def test_a_run_says_in_which_process_it_is_whoever_started_it(tmp_path: Path) -> None:
    folders = Folders(raw_folder=str(tmp_path), data_folder=str(tmp_path))
    with dg.DagsterInstance.ephemeral() as instance:
        done = some.execute_in_process(instance=instance, resources={"folders": folders})
        run = instance.get_run_by_id(done.run_id)
        assert run is not None
        assert run.tags[PROCESS_TAG] == f"{run.run_id} {posix.this_process()}"


@pytest.mark.parametrize(
    ("process", "minutes", "closed"),
    [
        (posix.this_process(), 600, False),
        (f"{DEAD.pid}@{posix.this_process().partition('@')[2]}", 0, True),
        (posix.this_process().replace("@", "@before-"), 0, True),
        (None, 0, False),
        (None, 11, True),
    ],
    ids=["it goes on", "its process ended", "the machine was off", "it has just begun", "it never began"],
)
def test_a_run_without_its_process_is_told_to_have_ended(
    monkeypatch: pytest.MonkeyPatch, process: str | None, minutes: int, closed: bool
) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        run = instance.create_run_for_job(some, status=dg.DagsterRunStatus.STARTED)
        if process is not None:
            instance.add_run_tags(run.run_id, {PROCESS_TAG: f"{run.run_id} {process}"})
        monkeypatch.setattr(abandoned, "now", lambda: now() + timedelta(minutes=minutes))
        assert abandoned.close(instance) == closed
        assert (instance.get_run_by_id(run.run_id).status is dg.DagsterRunStatus.FAILURE) == closed  # type: ignore[union-attr]
        assert abandoned.close(instance) == 0


def test_a_run_that_is_done_again_has_not_ended_with_the_first() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        first = instance.create_run_for_job(some, status=dg.DagsterRunStatus.FAILURE)
        tags = {PROCESS_TAG: f"{first.run_id} {DEAD.pid}@"}
        instance.create_run_for_job(some, tags=tags, status=dg.DagsterRunStatus.STARTED)
        assert abandoned.close(instance) == 0
