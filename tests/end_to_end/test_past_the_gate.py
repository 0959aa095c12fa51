"""No way of running gets past the gate or leaves half a table: single assets, kills, two refreshes at once."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest

from pipelines.definitions import defs
from tests.end_to_end.office import CLEAN, HELD, RETURN_SET, Office

CELLS, RETURNS, FINDINGS, MART, FIGURES = (
    dg.AssetSelection.assets("cells"),
    dg.AssetSelection.key_prefixes("returns"),  # one step makes them all
    dg.AssetSelection.assets(["findings", "livestock"]),
    dg.AssetSelection.assets(["marts", "livestock"]),
    dg.AssetSelection.assets(["figures", "livestock"]),
)

DYING_REFRESH = """
import os, signal, sys
from pipelines import cli
from pipelines.store.tables import Store

nth, replace = int(sys.argv.pop(1)), Store._replace
seen = []

def killed_at_the_nth_mart(store, path, *rest):
    if path.parent.name == "marts":
        seen.append(path)
        if len(seen) == nth:
            os.kill(os.getpid(), signal.SIGKILL)
    replace(store, path, *rest)

Store._replace = killed_at_the_nth_mart
sys.argv = ["returns", "refresh"]
cli.main()
"""
"""A refresh that is killed where it is about to replace its n-th mart: argument 1 is n."""


@contextmanager
def dagster_at(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """Let this process see the office's folders, and its Dagster instance."""
    for name in ("RETURNS_RAW", "RETURNS_DATA", "DAGSTER_HOME"):
        monkeypatch.setenv(name, office.environment[name])
    with dg.DagsterInstance.get() as instance:
        yield instance


def materialise(instance: dg.DagsterInstance, *parts: dg.AssetSelection) -> bool:
    """Materialise some assets as one does by clicking them in the UI; return whether the run succeeded."""
    keys = {key for part in parts for key in part.resolve(defs.resolve_asset_graph())}
    result = defs.resolve_implicit_global_asset_job_def().execute_in_process(
        instance=instance,
        partition_key=RETURN_SET,
        asset_selection=sorted(keys),
        raise_on_error=False,
    )
    return result.success


def refresh_killed_at_mart(office: Office, nth: int) -> None:
    """Run a refresh that dies by SIGKILL where it is about to replace its n-th mart."""
    process = subprocess.run(
        [sys.executable, "-c", DYING_REFRESH, str(nth)],
        cwd=office.root,
        env=office.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert process.returncode == -signal.SIGKILL, process.stderr


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


def unfinished(office: Office) -> list[Path]:
    """Return temporary files left in the output folder."""
    return sorted(path for path in office.data.rglob("*.tmp") if "dagster" not in path.parts)


class TestSingleAssets:
    def test_the_mart_alone_after_a_failed_check(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        office.fill("na_lia.xlsx", "Chăn nuôi", {"D10": 56})
        before = office.tables("marts")["livestock"]
        with dagster_at(office, monkeypatch) as instance:
            assert not materialise(instance, CELLS, RETURNS, FINDINGS)
            assert materialise(instance, MART)
            event = instance.get_latest_materialization_event(dg.AssetKey(["marts", "livestock"]))
            assert office.tables("marts")["livestock"] == before
            assert materialise(instance, FIGURES)
        assert event is not None
        assert event.asset_materialization is not None
        assert event.asset_materialization.metadata["giữ lại"].value == RETURN_SET
        assert office.tables("marts")["livestock"] == before
        assert office.values("livestock.buffalo.heads", "livestock.total.heads") == ["205", "5373"]

    def test_the_mart_of_returns_that_were_never_checked(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        change_two_forms(office)
        before = office.tables("marts")["livestock"]
        with dagster_at(office, monkeypatch) as instance:
            assert materialise(instance, CELLS, RETURNS)
            assert materialise(instance, MART)
            assert office.tables("marts")["livestock"] == before, "not checked is held"
            assert materialise(instance, FINDINGS)
            assert materialise(instance, MART)
            assert office.tables("marts")["livestock"] != before
            assert materialise(instance, FIGURES)
        assert office.values("livestock.buffalo.heads", "livestock.total.heads") == ["215", "5383"]

    def test_findings_of_older_returns_admit_nothing(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        """The check is green for the returns before; those that came since must not slip in on it."""
        before = office.tables("marts")["livestock"]
        office.fill("na_lia.xlsx", "Chăn nuôi", {"D10": 56})
        with dagster_at(office, monkeypatch) as instance:
            assert materialise(instance, CELLS, RETURNS, MART)
        assert office.tables("marts")["livestock"] == before

    @pytest.mark.slow
    def test_the_whole_job_from_dagster_ends_as_the_command_does(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        change_two_forms(office)
        with dagster_at(office, monkeypatch) as instance:
            job = defs.resolve_job_def("refresh")
            assert job.execute_in_process(instance=instance, partition_key=RETURN_SET).success
        assert office.values(*NEW_VALUES) == list(NEW_VALUES.values())
        assert "Không có gì thay đổi" in office.run("refresh")


@pytest.fixture(scope="module")
def killed(refreshed: Office, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office whose refresh was killed between staging and publishing."""
    office = refreshed.copy(tmp_path_factory.mktemp("killed"))
    change_two_forms(office)
    refresh_killed_at_mart(office, 1)
    return office


@pytest.fixture(scope="module")
def recovered(killed: Office, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The same office after another refresh, which was told nothing."""
    office = killed.copy(tmp_path_factory.mktemp("recovered"))
    assert "Không có gì thay đổi" not in office.run("refresh", expect=CLEAN)
    return office


class TestKilled:
    def test_between_staging_and_publishing_leaves_what_was_published(self, killed: Office, refreshed: Office) -> None:
        for folder in ("marts", "figures", "lineage"):
            assert killed.tables(folder) == refreshed.tables(folder)

    @pytest.mark.slow
    def test_is_finished_by_the_next_refresh(self, recovered: Office) -> None:
        assert recovered.values(*NEW_VALUES) == list(NEW_VALUES.values())
        assert unfinished(recovered) == []
        assert "Không có gì thay đổi" in recovered.run("refresh", expect=CLEAN)

    def test_leaves_no_run_that_seems_to_go_on_for_ever(
        self, recovered: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with dagster_at(recovered, monkeypatch) as instance:
            going_on = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))
        assert [run.run_id for run in going_on] == []

    @pytest.mark.slow
    def test_between_two_marts(self, office: Office, refreshed: Office) -> None:
        change_two_forms(office)
        before = office.tables("marts")

        refresh_killed_at_mart(office, 3)

        after = office.tables("marts")
        assert 0 < sum(after[name] != before[name] for name in before) <= 2
        assert office.tables("figures") == refreshed.tables("figures")
        office.run("refresh", expect=CLEAN)
        assert office.values(*NEW_VALUES) == list(NEW_VALUES.values())
        assert "Không có gì thay đổi" in office.run("refresh", expect=CLEAN)

    @pytest.mark.slow
    def test_on_the_very_first_refresh(self, tmp_path: Path, refreshed: Office) -> None:
        office = Office.founded(tmp_path / "office")
        (office.data / "dagster").mkdir(parents=True)
        refresh_killed_at_mart(office, 2)
        office.run("refresh", expect=CLEAN)
        assert office.numbers() == refreshed.numbers()
        assert office.figures() == refreshed.figures()


@pytest.mark.slow
class TestTwoAtOnce:
    @pytest.mark.parametrize("first", [True, False], ids=["on an empty folder", "after a change"])
    def test_refreshes_end_in_the_right_tables(self, tmp_path: Path, refreshed: Office, *, first: bool) -> None:
        office = Office.founded(tmp_path / "office") if first else refreshed.copy(tmp_path / "office")
        if not first:
            change_two_forms(office)

        both = [office.start("refresh") for _ in range(2)]
        said = [process.communicate(timeout=180) for process in both]

        assert [process.returncode for process in both] == [CLEAN, CLEAN], said
        figures = {name: row["value"] for name, row in office.figures().items()}
        expected = {name: row["value"] for name, row in refreshed.figures().items()} | ({} if first else NEW_VALUES)
        assert figures == expected
        assert unfinished(office) == []
        assert "Không có gì thay đổi" in office.run("refresh")

    def test_one_that_breaks_a_return_meanwhile_never_publishes_it(self, office: Office) -> None:
        before = office.tables("marts")["livestock"]
        office.fill("na_lia.xlsx", "Chăn nuôi", {"D10": 56})
        both = [office.start("refresh") for _ in range(2)]
        for process in both:
            process.communicate(timeout=180)
        assert [process.returncode for process in both] == [HELD, HELD]
        assert office.tables("marts")["livestock"] == before
