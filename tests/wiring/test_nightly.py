"""The nightly schedule asked as the daemon asks it: what it requests, and what it leaves to a run that is at it."""

import datetime as dt
import shutil
from pathlib import Path

import dagster as dg
import pytest

from pipelines.definitions import defs
from pipelines.orchestration import partitions
from pipelines.orchestration.jobs import nightly
from pipelines.orchestration.resources import Folders
from schemas.return_sets import BatchKey
from tests.unit.builders import ROOT
from tests.unit.offices import KEY


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    """A return set that has come and that nothing has been made of yet."""
    raw = tmp_path / "raw"
    (raw / KEY.period / KEY.commune).mkdir(parents=True)
    shutil.copy(ROOT / "raw" / KEY.period / KEY.commune / "na_lia.xlsx", raw / KEY.period / KEY.commune)
    return Folders(raw_folder=str(raw), data_folder=str(tmp_path / "data"))


def asked(instance: dg.DagsterInstance, folders: Folders) -> list[str] | str:
    """The partitions that are requested, or why none is."""
    context = dg.build_schedule_context(
        instance, scheduled_execution_time=dt.datetime(2024, 7, 2, 2, tzinfo=dt.UTC), resources={"folders": folders}
    )
    with context:
        found = nightly(context)
    if isinstance(found, dg.SkipReason):
        return str(found.skip_message)
    assert isinstance(found, list)
    return [request.tags["dagster/partition"] for request in found]


@pytest.mark.slow
def test_it_requests_what_changed_and_leaves_alone_what_a_run_is_at(folders: Folders, tmp_path: Path) -> None:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        partitions.register(instance, [BatchKey(*KEY)])
        assert asked(instance, folders) == [str(KEY)]
        run = instance.create_run_for_job(
            defs.resolve_job_def("refresh"),
            tags={"dagster/partition": str(KEY)},
            status=dg.DagsterRunStatus.STARTED,
        )
        assert asked(instance, folders) == "Đang có lần chạy; chờ chạy xong rồi xem."
        instance.report_run_failed(run)
        assert asked(instance, folders) == [str(KEY)]


def test_a_range_of_a_run_names_all_between_its_ends() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions(str(partitions.BATCHES.name), ["a", "b", "c", "d"])
        ends = {"dagster/asset_partition_range_start": "b", "dagster/asset_partition_range_end": "d"}
        assert partitions.partitions_of(instance, ends) == ["b", "c", "d"]
        assert partitions.partitions_of(instance, {"dagster/partition": "c"}) == ["c"]
        assert partitions.partitions_of(instance, {}) == []


@pytest.mark.parametrize(
    ("known", "batches", "expected"),
    [
        ("2024-H1_a 2024-H1_b 2024-H2_a", "2024-H1_a 2024-H2_a", ["2024-H1_a", "2024-H2_a"]),
        ("2024-H2_a 2024-H1_a", "2024-H2_a 2024-H1_a", ["2024-H2_a to 2024-H1_a"]),
        ("2024-H2_a 2023-H2_b 2024-H1_a", "2024-H2_a 2024-H1_a", ["2024-H1_a", "2024-H2_a"]),
        ("2024_a 2024-H1_a 2025-H1_b 2024-H2_a", "2024_a 2024-H1_a 2024-H2_a", ["2024-H1_a", "2024-H2_a", "2024_a"]),
        (
            "2024-H1_a 2024-H1_b 2023_a 2024-H1_c",
            "2024-H1_a 2024-H1_b 2024-H1_c",
            ["2024-H1_a to 2024-H1_b", "2024-H1_c"],
        ),
    ],
    ids=[
        "in order",
        "the earlier came later",
        "and is no neighbour",
        "one run would be of both sides",
        "of one period",
    ],
)
def test_no_run_is_of_an_earlier_period_than_one_before_it(known: str, batches: str, expected: list[str]) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions(str(partitions.BATCHES.name), known.split())
        tags = list(partitions.run_tags(instance, [BatchKey.parse(key) for key in batches.split()]))
        told = [" to ".join(value for _, value in sorted(one.items(), reverse=True)) for one in tags]
    assert told == expected
