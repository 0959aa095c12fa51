"""The main path: refresh, the plan's own numbers, and a second refresh that reads nothing or only what changed."""

import csv
import subprocess
import sys
from collections.abc import Iterable
from decimal import Decimal

import dagster as dg
import pytest

from pipelines.steps.collect import read
from pipelines.steps.collect.raw_file import RawFile
from schemas.flow import FLOW
from tests.end_to_end.dagster_here import dagster_at
from tests.end_to_end.office import CLEAN, RETURN_SET, SHIPPED, Office, Row

WORKBOOKS = sorted(path.name for path in SHIPPED.glob("*.xlsx"))

CHAPTERS = ("livestock", "poultry", "crops", "forestry", "budget", "sales")

NOT_AS_PRINTED = {
    "livestock.horse.ordinary.heads": ("936", "996"),  # the plan's slip, which the ledger mends
    "livestock.sold.horse.heads": ("103", "104"),  # the plan's other slip: 80 + 24
    "livestock.poultry.heads.bound": ("16000", "15300"),  # printed as «trên 16.000»
}
"""Figure: the plan's number, and ours."""


@pytest.fixture(scope="module")
def figures(refreshed: Office) -> dict[str, Row]:
    return refreshed.figures()


def printed() -> list[Row]:
    with (SHIPPED / "printed.csv").open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["id"].split(".")[0] in CHAPTERS]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The workbooks that are opened from now on, in this process."""
    names: list[str] = []
    reading = read.read

    def noted(files: Iterable[RawFile]) -> read.Reading:
        files = list(files)
        names.extend(file.name for file in files)
        return reading(files)

    monkeypatch.setattr(read, "read", noted)
    return names


def told_of_last_run(office: Office) -> set[str]:
    """Return the assets that the last run told Dagster to be other than they were."""
    with dagster_at(office) as instance:
        (run,) = instance.get_runs(limit=1)
        told = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
    keys = [entry.get_dagster_event().asset_key for entry in told]
    return {key.to_user_string() for key in keys if key is not None}


def written(office: Office) -> dict[str, tuple[int, int]]:
    """Return, of every file of the output folder but Dagster's, when it was written and its place on the disk."""
    files = [path for path in office.data.rglob("*") if path.is_file()]
    own = {path.relative_to(office.data): path.stat() for path in files}
    return {
        str(path): (stat.st_mtime_ns, stat.st_ino)
        for path, stat in own.items()
        if path.parts[0] not in ("dagster", "locks")
    }


class TestFirstRefresh:
    @pytest.mark.parametrize(
        ("figure", "value"),
        [
            ("livestock.total.heads", "5373"),
            ("budget.revenue.total", "3819888592"),
            ("forestry.registration.area", "93"),
            ("livestock.horse.white.share", "59.8"),
            ("crops.cereal.production", "794.8"),
        ],
    )
    def test_figures_that_the_issue_names(self, figures: dict[str, Row], figure: str, value: str) -> None:
        assert figures[figure]["value"] == value
        assert figures[figure]["status"] == "complete"

    @pytest.mark.parametrize("row", printed(), ids=lambda row: str(row["id"]))
    def test_figure_is_what_the_plan_prints(self, figures: dict[str, Row], row: Row) -> None:
        figure = figures[row["id"]]
        plan, ours = NOT_AS_PRINTED.get(row["id"], (row["value"], row["value"]))
        assert Decimal(row["value"]) == Decimal(plan)
        assert Decimal(figure["value"]) == Decimal(ours)
        assert (figure["unit"], figure["status"]) == (row["unit"], "complete")

    def test_every_exception_is_one_the_plan_prints(self) -> None:
        assert set(NOT_AS_PRINTED) <= {row["id"] for row in printed()}

    def test_it_holds_nothing_back(self, refreshed: Office) -> None:
        assert refreshed.blocking() == []
        assert refreshed.rows("findings", expect=CLEAN) == refreshed.findings()

    def test_dagster_is_told_of_every_asset_but_what_comes_on_demand(self, office: Office) -> None:
        assert told_of_last_run(office) == {name for name, made in FLOW.assets.items() if not made[0].on_demand}

    def test_it_writes_nothing_beside_the_workbooks(self, refreshed: Office) -> None:
        shipped = {path.name: path.read_bytes() for path in SHIPPED.iterdir()}
        assert {path.name: path.read_bytes() for path in refreshed.returns.iterdir()} == shipped

    def test_it_makes_no_annexes(self, refreshed: Office) -> None:
        assert not (refreshed.data / "report").exists()
        assert not list(refreshed.data.rglob("*.docx"))


READING = """
import os, sys
from pathlib import Path
from pipelines.store.tables import Store

store, part = Store(Path(sys.argv[1])), sys.argv[2]
tables = store.state(part).tables
before = len(os.listdir("/proc/self/task"))
for name in tables:
    store.rows(name, part)
print(len(os.listdir("/proc/self/task")) - before)
"""


def test_reading_tables_leaves_no_thread_that_could_outlive_python(refreshed: Office) -> None:
    """A thread of Arrow's that held the bytes of a table when Python ended aborted the process, its work done."""
    command = [sys.executable, "-c", READING, str(refreshed.data), RETURN_SET]
    done = subprocess.run(command, env=refreshed.environment, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "0\n"


class TestSecondRefresh:
    def test_nothing_changed_and_nothing_is_read_or_written(self, office: Office) -> None:
        before = written(office)
        said = office.run("refresh")
        assert "Không có gì thay đổi" in said
        assert "không đọc lại tệp nào" in said
        assert written(office) == before

    @pytest.mark.slow
    def test_all_reads_again_and_ends_in_the_same_tables(self, office: Office, opened: list[str]) -> None:
        before = {family: office.tables(family) for family in ("files", "cells", "marts", "figures", "lineage")}
        office.ask("refresh", "--all")
        assert sorted(opened) == WORKBOOKS
        assert {family: office.tables(family) for family in before} == before

    @pytest.mark.slow
    def test_one_changed_workbook_is_the_only_one_read_and_only_what_follows_is_written(
        self, office: Office, opened: list[str]
    ) -> None:
        assert office.values("poultry.sold.heads") == ["3000"]
        office.fill("na_lia.xlsx", "Xuất bán", {"D16": 813})  # 803 before; in no sum
        before = written(office)

        assert "Không có gì thay đổi" not in office.ask("refresh")

        assert opened == ["na_lia.xlsx"]
        assert office.values("poultry.sold.heads", "livestock.total.heads") == ["3010", "5373"]
        after = written(office)
        changed = {name.rpartition("/")[0] for name, stat in after.items() if before.get(name) != stat}
        tables = {name for name in changed if name in FLOW.by_name}
        assert {"cells", "returns/sales", "marts/sales", "figures/livestock"} <= tables
        # All that came in this workbook names it by its hash; what other reporters send is left alone.
        assert {form.reporter_kind for name in tables if (form := FLOW[name].form) is not None} == {"village"}
        assert told_of_last_run(office) == {FLOW[name].shown_as for name in tables} | {"interchange"}
        assert "Không có gì thay đổi" in office.ask("refresh")

    @pytest.mark.slow
    def test_a_changed_ledger_alone_opens_no_workbook(self, office: Office, opened: list[str]) -> None:
        office.correct("na_lia.xlsx", "Xuất bán", "D16", old="803", new="813", reason="Thôn báo lại.")
        office.refresh()
        assert opened == []
        assert office.values("poultry.sold.heads") == ["3010"]

    def test_a_workbook_saved_again_with_the_same_numbers_changes_no_figure(
        self, office: Office, opened: list[str]
    ) -> None:
        figures = office.figures()
        office.fill("na_lia.xlsx", "Xuất bán", {})
        office.refresh()
        assert opened == ["na_lia.xlsx"]
        assert office.figures() == figures
