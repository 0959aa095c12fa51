"""The machine goes off in the middle of a run, and was off at night: with Dagster's own daemon, pages and runs.

Expected: the run that was cut short is told to have ended, so that nobody waits for it; the night that was missed is
caught up, once; and what is published at the end is that of an office that was never off.

``RETURNS_RELIABILITY=1`` does so many times and writes the counts onto the page of the faults.
"""

import os
import shutil
import signal
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import dagster as dg
import pytest
from dagster._core.scheduler.instigation import InstigatorState, ScheduleInstigatorData

from tests.end_to_end import small_commune
from tests.end_to_end.dagster_here import dagster_at
from tests.end_to_end.dagster_pages import Pages, returns_ui
from tests.end_to_end.office import Office
from tests.end_to_end.test_daemon import ended, instigator, tick
from tests.end_to_end.waiting import wait_for
from tests.faults.tally import Tally, Wrong, tries

pytestmark = [pytest.mark.daemon, pytest.mark.slow]

PATIENCE = 240.0
DAYS = 3
"""The machine was off for so many nights."""


def all_below(process: int) -> Iterator[int]:
    """Yield a process and all that it has started, whatever session they are in."""
    children = defaultdict(list)
    told = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    for line in told.splitlines():
        child, parent = map(int, line.split())
        children[parent].append(child)
    left = [process]
    while left:
        yield (one := left.pop())
        left += children[one]


def power_cut(pages: Pages) -> None:
    """End all processes at once, none of which can do anything about it."""
    for process in list(all_below(pages.process.pid)):
        os.kill(process, signal.SIGKILL)


def night(instance: dg.DagsterInstance) -> tuple[InstigatorState, ScheduleInstigatorData] | None:
    """What Dagster keeps of the nightly schedule, once it has looked at it."""
    for state in instance.all_instigator_state():
        if state.name == "nightly" and isinstance(state.instigator_data, ScheduleInstigatorData):
            return state, state.instigator_data
    return None


def was_looked_at_days_ago(office: Office) -> None:
    """Let all that Dagster knows of the schedule's time be of some days ago, as if the machine had been off since."""
    with dagster_at(office) as instance:
        found = night(instance)
        assert found is not None
        state, data = found
        past = time.time() - DAYS * 86400
        instance.update_instigator_state(state.with_data(ScheduleInstigatorData(data.cron_schedule, past, past)))


def asked_for(pages: Pages) -> list[str]:
    """The runs that the nightly schedule has asked for, tick by tick."""
    return [run for one in instigator(pages, "nightly")["ticks"] for run in one["runIds"]]


def holder(office: Office) -> Path:
    """The file that is there while somebody is at work on the office's returns."""
    return office.data / "locks" / f"{office.return_set}.holder"


def cut_short(office: Office, log: Path, chance: Random) -> str:
    """Have the machine go off in the middle of the first run; return the run."""
    at_work = holder(office)
    with returns_ui(office, log) as pages, dagster_at(office) as instance:
        wait_for("the schedule is looked at", lambda: night(instance), seconds=PATIENCE)
        wait_for("a run is at work", at_work.exists, seconds=PATIENCE)
        (run,) = pages.runs()
        time.sleep(chance.random() * 0.4)
        power_cut(pages)
    return str(run["runId"])


@dataclass
class Tallies:
    """What came of the tries."""

    cut: Tally
    missed: Tally
    again: Tally


CHANGED = "ban_duoi.xlsx"
"""The workbook that is another in the middle of it all."""


def a_day(folder: Path, number: int, tallies: Tallies, undisturbed: Office, changed: Office) -> None:
    """Power goes in the middle of the first run; nights pass; the machine is on again; it is restarted during a run."""
    office, log = small_commune.founded(folder / f"office-{number}"), folder / "ui.log"
    first = cut_short(office, log, Random(number))
    was_looked_at_days_ago(office)
    with returns_ui(office, log) as pages:
        told = wait_for("the run is told to have ended", lambda: ended(pages, first), seconds=PATIENCE)
        tallies.cut.tried([] if told == "FAILURE" else [(Wrong.SILENT, told)], reason(pages, first))
        wait_for("the night is caught up", lambda: tick(pages, "nightly", "SUCCESS"), seconds=PATIENCE)
        wait_for("all runs end", lambda: all_ended(pages), seconds=PATIENCE)
        tallies.missed.tried(differing(office, undisturbed))
        shutil.copy(changed.returns / CHANGED, office.returns)
        last = pages.launch("refresh", office.return_set)
        at_work = holder(office)
        wait_for("it is at work", lambda: at_work.exists() or ended(pages, last), seconds=PATIENCE)
    with returns_ui(office, log) as pages:
        how = wait_for("that run has ended", lambda: ended(pages, last), seconds=PATIENCE)
        if how != "SUCCESS":
            pages.launch("refresh", office.return_set)
        wait_for("all runs end", lambda: all_ended(pages), seconds=PATIENCE)
        if (nights := len(asked_for(pages))) != 1:
            tallies.missed.wrong.append((Wrong.SILENT, f"it ran {nights} times"))
        tallies.again.tried(differing(office, changed), reason(pages, last))


def test_a_night_that_was_missed_is_caught_up_once_and_who_was_cut_short_is_not_waited_for(tmp_path: Path) -> None:
    undisturbed, changed = small_commune.founded(tmp_path / "undisturbed"), small_commune.founded(tmp_path / "changed")
    changed.fill(CHANGED, small_commune.SHEET, {"D9": 13, "D12": 13, "D13": 13})
    for office in (undisturbed, changed):
        office.refresh()
    tallies = Tallies(
        Tally("Máy tắt giữa lần chạy, rồi bật lại"),
        Tally("Lần chạy đêm lỡ vì máy tắt mấy đêm"),
        Tally("Bàn làm việc và Dagster mở lại giữa lần chạy"),
    )
    for number in range(tries(10, 1)):
        a_day(tmp_path, number, tallies, undisturbed, changed)
        for tally in vars(tallies).values():
            tally.write()
            assert tally.wrong == []


def differing(one: Office, other: Office) -> Iterator[tuple[Wrong, str]]:
    """Yield the tables that are other than another office's, byte by byte."""
    for family in ("marts", "figures", "statements"):
        for name, content in other.tables(family).items():
            if one.tables(family).get(name) != content:
                yield Wrong.SILENT, f"{family}/{name} is another"


def all_ended(pages: Pages) -> bool:
    """Whether no run goes on."""
    return all(ended(pages, run["runId"]) for run in pages.runs())


WHY = """
query Why($run: ID!) {
  logsForRun(runId: $run, limit: 1000) { ... on EventConnection { events { ... on RunFailureEvent { message } } } }
}
"""


def reason(pages: Pages, run: str) -> str:
    """Return why a run failed, where it did."""
    events = pages.ask(WHY, run=run)["logsForRun"]["events"]
    return " ".join(event["message"] for event in events if "message" in event)
