"""Dagster forgets old runs, frees their room, and still shows of every partition how it was made last."""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines.desk import dagster_process
from pipelines.orchestration import retention
from pipelines.settings import RECORDS_VARIABLE, now, records_days
from schemas.sentences import SentenceError

PARTS = dg.StaticPartitionsDefinition(["a", "b"])


@dg.asset(partitions_def=PARTS, check_specs=[dg.AssetCheckSpec("sound", asset="made")])
def made() -> Iterator[dg.Output[None] | dg.AssetCheckResult]:
    yield dg.Output(None)
    yield dg.AssetCheckResult(passed=True)


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    own: dict[str, Any] = {"telemetry": {"enabled": False}}
    own |= {"event_log_storage": {"module": "pipelines.orchestration.event_log", "class": "KeptSqliteEventLog"}}
    own["event_log_storage"]["config"] = {"base_dir": str(tmp_path / "runs")}
    with dg.DagsterInstance.local_temp(str(tmp_path), overrides=own) as instance:
        yield instance


def run(instance: dg.DagsterInstance, part: str) -> str:
    return dg.materialize([made], instance=instance, partition_key=part).run_id


def later(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    def then() -> datetime:
        return now() + timedelta(days=days)

    monkeypatch.setattr(retention, "now", then)


def size(tmp_path: Path) -> int:
    """Of the databases; what waits to be written into one grows to four megabytes whatever is kept."""
    return sum(path.stat().st_size for path in (tmp_path / "runs").glob("*.db"))


@pytest.mark.slow
def test_old_runs_go_but_for_the_one_in_which_a_partition_was_made_last(
    instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "LATEST", 1)
    only = run(instance, "b")
    runs = [run(instance, "a") for _ in range(5)]
    assert retention.prune(instance) == 0
    later(monkeypatch, records_days() + 1)
    before = {path.stem for path in (tmp_path / "runs").glob("*.db")}
    assert before >= {only, *runs}
    assert retention.prune(instance) == 4
    left = {record.dagster_run.run_id for record in instance.get_run_records()}
    assert left == {only, runs[-1]}
    assert {path.name.partition(".")[0] for path in (tmp_path / "runs").iterdir()} == {only, runs[-1], "index"}
    assert instance.get_materialized_partitions(made.key) == {"a", "b"}
    assert instance.all_logs(only) != []
    (check,) = made.check_keys
    assert check in instance.event_log_storage.get_latest_asset_check_execution_by_key([check])
    assert retention.prune(instance) == 0


@pytest.mark.slow
def test_the_records_of_many_nights_take_no_more_room_than_those_of_a_few(
    instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "LATEST", 3)
    later(monkeypatch, records_days() + 1)
    sizes = []
    for _ in range(12):
        run(instance, "a")
        retention.prune(instance)
        sizes.append(size(tmp_path))
    assert max(sizes[4:]) <= 1.02 * max(sizes[:4])


def test_the_environment_says_for_how_long_in_days(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(RECORDS_VARIABLE, "30")
    assert records_days() == 30
    monkeypatch.setenv(RECORDS_VARIABLE, "0")
    with pytest.raises(SentenceError, match="cần số ngày"):
        records_days()


def test_a_log_that_has_become_large_is_begun_anew_under_who_writes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dagster_process, "LOG_BYTES", 10)
    log = tmp_path / "dagster.log"
    with log.open("ab") as file:
        os.write(file.fileno(), b"0123456789ab")
        dagster_process._begin_anew(log)
        os.write(file.fileno(), b"new")
    assert log.read_bytes() == b"new"
    assert (tmp_path / "dagster.log.1").read_bytes() == b"0123456789ab"
