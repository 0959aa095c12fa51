"""No way of running gets past the gate, stops at it, or leaves half a refresh: single assets, kills, two at once."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
import openpyxl
import pytest

from schemas.words import WORDS
from tests.end_to_end.dagster_here import dagster_at, materialised, red_checks, run_job
from tests.end_to_end.office import CLEAN, HELD, RETURN_SET, SHIPPED, Office
from tests.end_to_end.waiting import wait_for

COMMAND = """
import os, signal, sys
from pathlib import Path
from pipelines import cli
from pipelines.store.state import State

DISTURBANCE

sys.argv = ["returns", "refresh"]
cli.main()
"""
"""``returns refresh`` in a process of its own, disturbed."""

DYING = """
nth, replace, seen = NTH, Path.replace, []

def killed_at_the_nth(source, target):
    if "marts" in Path(target).parts or "state" in Path(target).parts:
        seen.append(target)
        if len(seen) == nth:
            os.kill(os.getpid(), signal.SIGKILL)
    return replace(source, target)

Path.replace = killed_at_the_nth
"""
"""It is killed where it is about to give its n-th mart, or the state, its name."""

PAUSED = """
import time
from pipelines.refresh.making import Work

make, paused, go = Work._make, Path("paused"), Path("go")

def paused_before_locating(work, tables):
    if tables[0].maker.task == "locate" and not paused.exists():
        paused.touch()
        while not go.exists():
            time.sleep(0.05)
    return make(work, tables)

Work._make = paused_before_locating
"""
"""It waits, once all cells are staged, until there is a file ``go``."""

JOB = """
import sys
import dagster as dg
from pipelines.definitions import defs

with dg.DagsterInstance.get() as instance:
    job = defs.resolve_job_def("refresh")
    sys.exit(not job.execute_in_process(instance=instance, partition_key=sys.argv[1]).success)
"""
"""The job of the pages and the daemon, for a return set."""


@dataclass
class Processes:
    """Python started on an office's folders, by a name each; what one prints goes into ``<name>.log``."""

    office: Office
    started: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def start(self, name: str, *words: str) -> "subprocess.Popen[bytes]":
        with (self.office.root / f"{name}.log").open("wb") as log:
            self.started[name] = subprocess.Popen(
                [sys.executable, *words],
                cwd=self.office.root,
                env=self.office.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        return self.started[name]

    def said(self, name: str) -> str:
        return (self.office.root / f"{name}.log").read_text("utf-8")

    def end(self, name: str, expect: int) -> None:
        """Wait for one to end; ``expect`` is its exit code."""
        assert self.started[name].wait(180) == expect, self.said(name)


@contextmanager
def processes(office: Office) -> Iterator[Processes]:
    """Let processes be started on an office's folders; none is left when the block ends."""
    ours = Processes(office)
    try:
        yield ours
    finally:
        for process in ours.started.values():
            process.kill()
            process.wait(10)


def refresh_killed_at(office: Office, nth: int) -> None:
    """Run a refresh that dies by SIGKILL where it is about to give its n-th mart, or the state, its name."""
    with processes(office) as ours:
        ours.start("dying", "-c", COMMAND.replace("DISTURBANCE", DYING.replace("NTH", str(nth))))
        ours.end("dying", -signal.SIGKILL)


def change_two_forms(office: Office) -> None:
    """Let one village send other numbers in two forms, all of them consistent."""
    office.fill("na_lia.xlsx", "Chăn nuôi", {"D10": 65, "D9": 1447})  # ten buffaloes more, in the total too
    office.fill("na_lia.xlsx", "Xuất bán", {"D16": 813})


NEW_VALUES = {
    "livestock.buffalo.heads": "215",
    "livestock.total.heads": "5383",
    "poultry.sold.heads": "3010",
    "poultry.sold.heads.restated": "3010",
}


def more_dogs(office: Office, more: int) -> None:
    """Let a village count some dogs more than it did at first, in its total too."""
    shipped = {cell: office_value(cell) for cell in ("D9", "D20")}
    office.fill("me_thanh.xlsx", "Chăn nuôi", {cell: value + more for cell, value in shipped.items()})


def office_value(cell: str) -> int:
    """Return what the village's workbook holds as shipped."""
    return int(openpyxl.load_workbook(SHIPPED / "me_thanh.xlsx")["Chăn nuôi"][cell].value)


def waits_for(office: Office, process: int) -> bool:
    """Return whether a run in Dagster has said that it waits for a process."""
    with dagster_at(office) as instance:
        (run,) = instance.get_runs(limit=1)
        said = [entry.user_message for entry in instance.all_logs(run.run_id)]
    return any(f"(tiến trình {process}, từ " in words and "Đang chờ." in words for words in said)


def rows_of(page: Path) -> list[str]:
    """Return the rows of the tables of a page, as they are written."""
    return re.findall(r"<tr\b.*?</tr>", page.read_text("utf-8"), re.DOTALL)


def unfinished(office: Office) -> list[Path]:
    """Return temporary files left in the output folder."""
    return sorted(path for path in office.data.rglob("*.tmp") if "dagster" not in path.parts)


class TestInDagster:
    """A run as the pages and the daemon start it."""

    @pytest.mark.slow
    def test_a_red_check_stops_no_neighbour_and_one_run_brings_all_up_to_date(
        self, office: Office, refreshed: Office
    ) -> None:
        office.fill("na_lia.xlsx", "Chăn nuôi", {"D10": 56})
        office.fill("na_lia.xlsx", "Xuất bán", {"D16": 813})
        site = office.data / "explorer" / RETURN_SET
        notice = WORDS["held.notice"][0]
        assert notice not in (site / "index.html").read_text("utf-8")
        with dagster_at(office) as instance:
            result = run_job(instance, office, "refresh")
            assert result.success
            assert red_checks(instance, result) == {"findings/livestock"}
            assert {"marts/sales", "statements", "explorer"} <= materialised(instance, result)
            assert "marts/livestock" not in materialised(instance, result)
        assert office.tables("marts")["livestock"] == refreshed.tables("marts")["livestock"]
        figures = office.figures()
        assert (figures["poultry.sold.heads"]["value"], figures["poultry.sold.heads"]["status"]) == ("3010", "complete")
        assert (figures["livestock.total.heads"]["value"], figures["livestock.total.heads"]["status"]) == (
            *("5373", "held"),
        )
        statements = {row["id"]: row["computed"] for row in office.rows("statements")}
        assert (statements["poultry.sold.heads"], statements["livestock.total.heads"]) == ("3010", "5373")
        for page in ("index.html", "chapters/livestock.html"):
            assert notice in (site / page).read_text("utf-8"), page
        row = next(row for row in rows_of(site / "chapters" / "livestock.html") if "livestock.total.heads" in row)
        assert WORDS["state.held"][0] in row
        row = next(row for row in rows_of(site / "chapters" / "livestock.html") if "poultry.sold.heads<" in row)
        assert WORDS["state.held"][0] not in row
        assert "3.010" in row
        assert "Không có gì thay đổi" in office.ask("refresh", expect=HELD)

    def test_what_a_killed_process_was_writing_is_cleared_away(self, office: Office) -> None:
        killed = subprocess.Popen([sys.executable, "-c", ""])
        killed.wait()
        left = office.data / "marts" / "livestock" / f".{RETURN_SET}.parquet.{killed.pid}.x.tmp"
        left.write_bytes(b"half")
        with dagster_at(office) as instance:
            assert run_job(instance, office, "refresh", "cells").success
        assert unfinished(office) == []

    def test_the_mart_alone_of_a_broken_return_is_held(self, office: Office) -> None:
        office.fill("na_lia.xlsx", "Chăn nuôi", {"D10": 56})
        before = office.tables("marts")["livestock"]
        with dagster_at(office) as instance:
            result = run_job(instance, office, "refresh", "marts/livestock")
            assert result.success
        assert office.tables("marts")["livestock"] == before
        assert office.values("livestock.buffalo.heads", "livestock.total.heads") == ["205", "5373"]
        assert [row["form"] for row in office.blocking()] == ["B01"]

    @pytest.mark.slow
    def test_the_mart_alone_of_returns_that_were_never_checked_is_checked_first(
        self, office: Office, refreshed: Office
    ) -> None:
        change_two_forms(office)
        with dagster_at(office) as instance:
            assert run_job(instance, office, "refresh", "marts/livestock").success
            before, after = refreshed.tables("marts"), office.tables("marts")
            assert {name for name in after if after[name] != before[name]} == {"livestock"}, "nobody asked for more"
            assert run_job(instance, office, "refresh").success
        assert office.values(*NEW_VALUES) == list(NEW_VALUES.values())
        assert "Không có gì thay đổi" in office.ask("refresh")

    @pytest.mark.slow
    def test_the_annexes_are_made_by_their_own_job_from_what_is_published(self, office: Office) -> None:
        folder = office.data / "report" / RETURN_SET
        assert not folder.exists()
        change_two_forms(office)
        with dagster_at(office) as instance:
            result = run_job(instance, office, "report")
            assert result.success
            assert materialised(instance, result) == {"report"}
        made = {path.suffix: path.read_bytes() for path in folder.iterdir()}
        assert set(made) == {".docx", ".xlsx"}
        office.refresh()
        assert office.values(*NEW_VALUES) == list(NEW_VALUES.values())
        assert {path.suffix: path.read_bytes() for path in folder.iterdir()} == made, "a refresh does not touch them"


@pytest.mark.slow
class TestKilled:
    def test_before_it_is_committed_leaves_what_was_published(self, office: Office, refreshed: Office) -> None:
        change_two_forms(office)
        refresh_killed_at(office, 1)
        for family in ("cells", "marts", "figures", "lineage"):
            assert office.tables(family) == refreshed.tables(family)
        assert office.values(*NEW_VALUES) == refreshed.values(*NEW_VALUES)

        assert "Không có gì thay đổi" not in office.run("refresh", expect=CLEAN)
        assert office.values(*NEW_VALUES) == list(NEW_VALUES.values())
        assert unfinished(office) == []
        with dagster_at(office) as instance:
            going_on = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))
            assert [run.run_id for run in going_on] == [], "no run seems to go on for ever"
        assert "Không có gì thay đổi" in office.run("refresh", expect=CLEAN)

    def test_between_two_marts_is_committed_and_answers_as_if_nothing_had_been(self, office: Office) -> None:
        change_two_forms(office)
        refresh_killed_at(office, 4)
        assert unfinished(office) != []
        assert office.values(*NEW_VALUES) == list(NEW_VALUES.values())

        office.run("refresh", expect=CLEAN)
        assert office.values(*NEW_VALUES) == list(NEW_VALUES.values())
        assert unfinished(office) == []
        assert "Không có gì thay đổi" in office.run("refresh", expect=CLEAN)

    def test_on_the_very_first_refresh(self, tmp_path: Path, refreshed: Office) -> None:
        office = Office.founded(tmp_path / "office")
        refresh_killed_at(office, 1)
        assert office.tables("marts") == {}
        office.run("refresh", expect=CLEAN)
        for family in ("cells", "marts", "figures", "lineage"):
            assert office.tables(family) == refreshed.tables(family)
        assert unfinished(office) == []


@pytest.mark.slow
class TestTwoAtOnce:
    def test_a_second_one_waits_says_for_whom_and_the_end_is_right(self, office: Office) -> None:
        """The first reads, then a village's second workbook arrives; the job in another process is the second."""
        more_dogs(office, 1)
        with processes(office) as ours:
            first = ours.start("first", "-c", COMMAND.replace("DISTURBANCE", PAUSED))
            wait_for("the first has staged the cells", (office.root / "paused").exists, seconds=60)
            more_dogs(office, 5)

            second = ours.start("second", "-c", JOB, office.return_set)
            wait_for("the job says for whom it waits", lambda: waits_for(office, first.pid), seconds=60)
            third = ours.start("third", "-m", "pipelines.cli", "refresh")
            wait_for("the command says that it waits", lambda: "Đang chờ." in ours.said("third"), seconds=60)
            assert f"(tiến trình {first.pid}, từ " in ours.said("third")
            assert (second.poll(), third.poll()) == (None, None)
            (office.root / "go").touch()
            for name in ours.started:
                ours.end(name, CLEAN)
        assert office.values("livestock.dog.heads") == ["575"]
        assert "Không có gì thay đổi" in office.run("refresh")

    @pytest.mark.parametrize("first", [True, False], ids=["on an empty folder", "after a change"])
    def test_refreshes_end_in_the_right_tables(self, tmp_path: Path, refreshed: Office, *, first: bool) -> None:
        office = Office.founded(tmp_path / "office") if first else refreshed.copy(tmp_path / "office")
        if not first:
            change_two_forms(office)

        both = [office.start("refresh") for _ in range(2)]
        ends = [process.communicate(timeout=180) for process in both]

        assert [process.returncode for process in both] == [CLEAN, CLEAN], ends
        figures = {name: row["value"] for name, row in office.figures().items()}
        expected = {name: row["value"] for name, row in refreshed.figures().items()} | ({} if first else NEW_VALUES)
        assert figures == expected
        assert unfinished(office) == []
        assert "Không có gì thay đổi" in office.run("refresh")

    def test_of_two_with_a_broken_return_none_publishes_it(self, office: Office) -> None:
        before = office.tables("marts")["livestock"]
        office.fill("na_lia.xlsx", "Chăn nuôi", {"D10": 56})
        both = [office.start("refresh") for _ in range(2)]
        for process in both:
            process.communicate(timeout=180)
        assert [process.returncode for process in both] == [HELD, HELD]
        assert office.tables("marts")["livestock"] == before
