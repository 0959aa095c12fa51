"""How long Dagster's pages take to open with many batches and periods: ``measured/dagster-pages.md`` among the guides.

One territory is refreshed, as an office does it; what Dagster noted of it is then copied, in its own SQLite files,
under the names of 64 batches in each of 20 periods. So each page has as many partitions, runs, events and checks as it
would have, and the same kind. It takes minutes, so it is only run where ``make bench`` asks for it.
"""

import os
import shutil
import sqlite3
import time
import uuid
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page

from pipelines.orchestration.partitions import BATCHES
from tests.benchmarks.country import Size, country
from tests.end_to_end.chromium import launched
from tests.end_to_end.dagster_pages import LOCATION, returns_ui
from tests.end_to_end.office import PROJECT, Office
from tests.unit.builders import PERIOD

ASKED = "RETURNS_BENCH"
TABLE = PROJECT / "pipelines" / "present" / "guides" / "measured" / "dagster-pages.md"

TOGETHER, PERIODS = 64, [f"{year}-H{half}" for year in range(2014, 2024) for half in (1, 2)]
FIRST = f"{PERIOD.code}_huyen-0000"
"""The batch that is refreshed."""

MOST_SECONDS = 20.0
"""After which a page is of no use, on a machine that does nothing else."""

PAGES = {
    "Runs": ("/runs", "Success"),
    "One run of 64 batches": ("/runs/{run}", "refresh"),
    "Catalog": ("/assets", "cells"),
    "One asset": ("/assets/figures/livestock?view=overview", "livestock"),
    "Its partitions": ("/assets/figures/livestock?view=partitions", "Partitions Selected"),
    "Its events": ("/assets/figures/livestock?view=events", PERIODS[-1]),
    "The checks of an asset": ("/assets/findings/livestock?view=checks", "edits"),
    "The graph": ("/asset-groups", "chan_nuoi"),
    "The job": (f"/locations/__repository__@{LOCATION}/jobs/refresh", "refresh"),
    "Automation": ("/automation", "nightly"),
}
"""By what the page is: its address, and a text that is there when it can be read."""


@dataclass(frozen=True)
class History:
    """The SQLite files below a Dagster home."""

    home: Path

    def many(self, runs_of: Sequence[Sequence[str]]) -> int:
        """Copy what is noted of the one run of the one batch under the names of those of other runs; count events."""
        with closing(sqlite3.connect(self.home / "history" / "runs.db")) as runs:
            ((run, start),) = runs.execute("select run_id, start_time from runs").fetchall()
            with closing(sqlite3.connect(self._log("index"))) as index:
                for number, names in enumerate(runs_of):
                    own = str(uuid.uuid4())
                    shift = {"start_time": start - 86_400 * (number + 1), "end_time": start - 86_400 * number}
                    ends = {run: own, FIRST: names[0]}
                    _copy(runs, "runs", ("run_id", run), [ends], shift)
                    ends_of_range = {"start": names[0], "end": names[-1]}
                    told = [(own, f"dagster/asset_partition_range_{end}", name) for end, name in ends_of_range.items()]
                    runs.executemany("insert into run_tags(run_id, key, value) values (?, ?, ?)", told)
                    of_each = [{run: own, FIRST: name} for name in names]
                    for table in ("event_logs", "asset_check_executions"):
                        _copy(index, table, ("run_id", run), of_each)
                    added = [(BATCHES.name, name) for name in names]
                    index.executemany(
                        "insert into dynamic_partitions(partitions_def_name, partition) values (?, ?)", added
                    )
                    shutil.copy(self._log(run), self._log(own))
                    with closing(sqlite3.connect(self._log(own))) as log:
                        _copy(log, "event_logs", ("run_id", run), of_each)
                        log.execute("delete from event_logs where run_id = ?", (run,))
                        log.commit()
                (count,) = index.execute("select count(*) from event_logs").fetchone()
                index.commit()
            runs.commit()
        return int(count)

    def _log(self, name: str) -> Path:
        return self.home / "history" / "runs" / f"{name}.db"


def _copy(
    database: sqlite3.Connection,
    table: str,
    where: tuple[str, str],
    renamed: Sequence[Mapping[str, str]],
    values: Mapping[str, float] | None = None,
) -> None:
    """Copy rows of a table once for each renaming, which is done in all of their texts."""
    names = [name for _, name, *_ in database.execute(f"pragma table_info({table})") if name != "id"]
    rows = database.execute(f"select {', '.join(names)} from {table} where {where[0]} = ?", (where[1],)).fetchall()
    insert = f"insert into {table}({', '.join(names)}) values ({', '.join('?' * len(names))})"

    def under(row: Sequence[object], other: Mapping[str, str]) -> list[object]:
        found: list[object] = []
        for name, value in zip(names, row, strict=True):
            made = (values or {}).get(name, value)
            if isinstance(made, str):
                for old, new in other.items():
                    made = made.replace(old, new)
            found.append(made)
        return found

    database.executemany(insert, (under(row, other) for other in renamed for row in rows))


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.daemon
@pytest.mark.needs("chromium")
def test_pages_with_many_batches_and_periods(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if ASKED not in os.environ:
        pytest.skip(f"only where {ASKED} asks for it")
    office = Office(tmp_path)
    country(tmp_path, Size(2, 2))
    office.run("refresh")
    runs_of = [[f"{period}_huyen-{number:04}" for number in range(TOGETHER)] for period in PERIODS]
    events = History(office.data / "dagster").many(runs_of)
    with returns_ui(office, tmp_path / "ui.log") as pages, launched() as browser:
        run = pages.runs()[-1]["runId"]
        page = browser.new_context(viewport={"width": 1366, "height": 900}).new_page()
        pages.let_in(page)
        took = {
            name: [seconds(page, pages.url + path.format(run=run), text) for _ in range(2)]
            for name, (path, text) in PAGES.items()
        }
    TABLE.write_text(as_page(took, events), encoding="utf-8")
    with capsys.disabled():
        print("\n" + as_page(took, events))
    assert max(again for _, again in took.values()) < MOST_SECONDS


def seconds(page: Page, address: str, text: str) -> float:
    """How long until a text of a page can be read."""
    start = time.perf_counter()
    page.goto(address)
    page.get_by_text(text).first.wait_for()
    return time.perf_counter() - start


def as_page(took: Mapping[str, Sequence[float]], events: int) -> str:
    """The table among the guides."""
    rows = "\n".join(f"| {name} | {first:.1f} | {again:.1f} |" for name, (first, again) in took.items())
    return f"""# Dagster's pages with many batches

Measured by `tests/benchmarks/test_dagster_pages.py` on {datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, load
{os.getloadavg()[0]:.0f}, in Chromium: {TOGETHER} batches in each of {len(PERIODS)} periods, {events:,} events, SQLite.
Seconds by the clock until the page can be read.

| page | first time | again |
|---|--:|--:|
{rows}
"""
