"""Engines: the same bytes whichever ran, and a killed worker costs nothing but the time its batch takes again.

Scheduler and workers are real ones, each a process; what is killed is killed in the middle of a batch.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipelines.refresh.batches import refresh_each
from pipelines.refresh.engines import HERE, PROCESSES
from pipelines.refresh.stale import stale_batches
from pipelines.store.raw import Raw
from pipelines.store.tables import Store
from tests.benchmarks.country import Rates, Size, Truth, country, differences
from tests.end_to_end.cluster import cluster, kill_one_at_work

pytestmark = pytest.mark.slow

SIZE = Size(4, together=1)
"""Four territories: two workers have two batches each."""

RATES = Rates(slips=0.2, blanks=0.05, texts=0.05, missing=0.05)
TWO = f"{PROCESSES}:2"


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A country of a few territories; only to be read."""
    box = tmp_path_factory.mktemp("country")
    country(box, SIZE, rates=RATES, in_layouts=("own", "openpyxl"))
    return box


def refreshed(sent: Path, data: Path, engine: str) -> Path:
    raw = Raw(sent / "raw")
    batches = list(raw.batches())
    done = [batch for batch, _ in refresh_each(raw, Store(data), batches, who="test", engine=engine)]
    assert sorted(done) == batches
    assert not stale_batches(raw, Store(data), batches)
    return data


@pytest.fixture(scope="module")
def here(sent: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What this process makes of it."""
    data = refreshed(sent, tmp_path_factory.mktemp("here"), HERE)
    assert differences(data, Truth.of(sent)) == []
    return data


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The engine of a cluster with two workers."""
    with cluster(tmp_path_factory.mktemp("cluster")) as found:
        yield found.engine


TIMED = "openlineage"
"""The table whose rows say when the run was."""


def tables(data: Path) -> dict[str, bytes]:
    found = {path.relative_to(data).as_posix(): path.read_bytes() for path in sorted(data.rglob("*.parquet"))}
    return {name: content for name, content in found.items() if not name.startswith(f"{TIMED}/")}


def states(data: Path) -> dict[str, Any]:
    """What the states say, but for when and by whom, and of the table that says when."""
    store = Store(data)
    found = {}
    for part in store.parts():
        state = store.state(part)
        written = {name: replace(one, at="", run="", code="") for name, one in state.tables.items() if name != TIMED}
        found[part] = written, state.communes, state.received, state.contents
    return found


def assert_same(one: Path, other: Path) -> None:
    wanted, found = tables(one), tables(other)
    assert found.keys() == wanted.keys()
    assert [name for name in wanted if wanted[name] != found[name]] == []
    assert states(other) == states(one)


def test_two_processes_write_the_same_bytes(sent: Path, here: Path, tmp_path: Path) -> None:
    assert_same(here, refreshed(sent, tmp_path / "data", TWO))


def test_workers_of_a_cluster_write_the_same_bytes(sent: Path, here: Path, dask: str, tmp_path: Path) -> None:
    assert_same(here, refreshed(sent, tmp_path / "data", dask))


def killed_on_the_way(sent: Path, data: Path, engine: str) -> tuple[int, str]:
    """Refresh, while one who is at work is killed; return who, and on what."""
    with ThreadPoolExecutor(1) as beside:
        killed = beside.submit(kill_one_at_work, data)
        refreshed(sent, data, engine)
        return killed.result()


def test_a_killed_process_is_replaced_and_its_batch_done_again(sent: Path, here: Path, tmp_path: Path) -> None:
    _, part = killed_on_the_way(sent, tmp_path / "data", TWO)
    assert part in Store(here).parts()
    assert_same(here, tmp_path / "data")


def test_the_batch_of_a_killed_worker_is_done_by_another(sent: Path, here: Path, tmp_path: Path) -> None:
    with cluster(tmp_path / "cluster") as found:
        process, part = killed_on_the_way(sent, tmp_path / "data", found.engine)
        assert process in [worker.pid for worker in found.workers]
        assert [worker.poll() is None for worker in found.workers].count(False) == 1
    assert part in Store(here).parts()
    assert_same(here, tmp_path / "data")
