import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.store.tables import Store, Writer
from tests.unit.builders import ROOT

OLD = pa.table({"x": [1, 2, 3]})
# Parquet has no unions, so writing this fails when the file is already open.
UNWRITABLE = pa.table({"x": pa.UnionArray.from_sparse(pa.array([0], pa.int8()), [pa.array([1])])})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "data")


def files_of(store: Store) -> set[str]:
    """Every file of the output folder but the locks."""
    paths = (path for path in store.root.rglob("*") if path.is_file() and not path.name.endswith(".lock"))
    return {str(path.relative_to(store.root)) for path in paths}


def python(code: str, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_table_that_says_the_same_is_not_written_again(tmp_path: Path) -> None:
    rows = pa.table({"a": [1, 2]})
    first, second = (Store(tmp_path, Writer(run)) for run in ("first", "second"))
    first.publish("marts/x", lambda _: rows, {"2024-H1_a": "1"})
    before = first.path("marts/x").read_bytes()
    second.publish("marts/x", lambda _: pa.table({"a": [1, 2]}), {"2024-H1_a": "1"})
    assert first.path("marts/x").read_bytes() == before
    second.publish("marts/x", lambda _: rows, {"2024-H1_b": "1"})  # rows are the same, but they stand for one more set
    assert second.writers("marts/x") == {"2024-H1_a": Writer("first"), "2024-H1_b": Writer("second")}
    third = Store(tmp_path, Writer("third"))
    third.publish("marts/x", lambda _: pa.table({"a": [1, 3]}), {"2024-H1_a": "1"})
    assert third.writers("marts/x")["2024-H1_a"] == Writer("third")


def test_what_was_never_written_is_nothing(store: Store) -> None:
    assert store.read("cells", ["a"]) == []
    assert store.read_published("marts/x") is None
    assert store.stamps("marts/x") == {}
    assert store.published("figures") == []


def test_a_staged_part_is_replaced_and_its_neighbours_stay(store: Store) -> None:
    store.stage("cells", "a", OLD, "1")
    store.stage("cells", "b", OLD, "2")
    store.stage("cells", "a", pa.table({"x": [9]}), "3")
    assert [part["x"].to_pylist() for part in store.read("cells", ["a", "b", "never"])] == [[9], [1, 2, 3]]
    assert store.stamps("cells", "a") == {"a": "3"}
    assert store.stamps("cells", "b") == {"b": "2"}


def test_publishing_changes_the_table_as_it_lies_and_keeps_the_other_stamps(store: Store) -> None:
    assert store.publish("marts/x", lambda now: OLD if now is None else now, {"a": "1", "b": "1"}).equals(OLD)
    store.publish("marts/x", lambda now: pa.concat_tables([now, now]) if now else OLD, {"b": "2"})
    published = store.read_published("marts/x")
    assert published is not None
    assert published["x"].to_pylist() == [1, 2, 3, 1, 2, 3]
    assert store.stamps("marts/x") == {"a": "1", "b": "2"}
    assert [path.name for path in store.published("marts")] == ["x.parquet"]


def test_what_a_column_means_is_kept_in_the_file(store: Store) -> None:
    schema = pa.schema([pa.field("x", pa.int64(), metadata={"label": "Tổng"})])
    store.stage("cells", "a", pa.table({"x": [1]}, schema=schema), "1")
    written = pq.read_schema(store.path("cells", "a"))
    assert written.field("x").metadata[b"label"].decode() == "Tổng"


def _refuses(_: pa.Table | None) -> pa.Table:
    raise RuntimeError("no")


def _unwritable(_: pa.Table | None) -> pa.Table:
    return UNWRITABLE


@pytest.mark.parametrize(("change", "error"), [(_refuses, RuntimeError), (_unwritable, pa.ArrowNotImplementedError)])
def test_a_failing_change_leaves_the_old_table_and_nothing_half_written(
    store: Store, change: Callable[[pa.Table | None], pa.Table], error: type[Exception]
) -> None:
    store.publish("marts/x", lambda _: OLD, {"a": "1"})
    before = store.path("marts/x").read_bytes()
    with pytest.raises(error):
        store.publish("marts/x", change, {"a": "2"})
    assert store.path("marts/x").read_bytes() == before
    assert store.stamps("marts/x") == {"a": "1"}
    assert files_of(store) == {"marts/x.parquet"}


def test_a_failing_stage_leaves_the_old_part_and_nothing_half_written(store: Store) -> None:
    store.stage("cells", "a", OLD, "1")
    with pytest.raises(pa.ArrowNotImplementedError):
        store.stage("cells", "a", UNWRITABLE, "2")
    assert store.read("cells", ["a"])[0].equals(OLD)
    assert store.stamps("cells", "a") == {"a": "1"}
    assert files_of(store) == {"cells/a.parquet"}


def test_after_a_failure_the_table_can_be_published_again(store: Store) -> None:
    with pytest.raises(RuntimeError):
        store.publish("marts/x", _refuses, {"a": "1"})
    store.publish("marts/x", lambda _: OLD, {"a": "1"})
    assert store.stamps("marts/x") == {"a": "1"}


_FULL_DISK = """
import resource, signal, sys, random
from pathlib import Path
import pyarrow as pa
from pipelines.store.tables import Store
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
big = pa.table({"x": [random.random() for _ in range(200_000)]})
try:
    Store(Path(sys.argv[1])).publish("marts/x", lambda _: big, {"a": "2"})
except OSError as error:
    print("refused", error.errno)
"""


def test_a_disk_that_takes_no_more_leaves_the_old_table(store: Store) -> None:
    store.publish("marts/x", lambda _: OLD, {"a": "1"})
    before = store.path("marts/x").read_bytes()
    said, errors = python(_FULL_DISK, str(store.root)).communicate(timeout=60)
    assert said.startswith("refused"), errors
    assert store.path("marts/x").read_bytes() == before
    assert files_of(store) == {"marts/x.parquet"}


_PUBLISHES = """
import sys
from pathlib import Path
import pyarrow as pa
from pipelines.store.tables import Store
store, name = Store(Path(sys.argv[1])), sys.argv[2]
for number in range(15):
    row = pa.table({"who": [name], "number": [number]})
    stamps = {f"{name}-{number}": name}
    store.publish("marts/x", lambda now: row if now is None else pa.concat_tables([now, row]), stamps)
"""


def test_processes_that_publish_at_the_same_time_lose_nothing(store: Store) -> None:
    names = ["a", "b", "c"]
    for running in [python(_PUBLISHES, str(store.root), name) for name in names]:
        _, errors = running.communicate(timeout=60)
        assert running.returncode == 0, errors
    published = store.read_published("marts/x")
    assert published is not None
    found = sorted(zip(published["who"].to_pylist(), published["number"].to_pylist(), strict=True))
    assert found == [(name, number) for name in names for number in range(15)]
    assert store.stamps("marts/x") == {f"{name}-{number}": name for name, number in found}
    assert files_of(store) == {"marts/x.parquet"}


_READS = """
import sys
from pathlib import Path
from pipelines.store.tables import Store
store = Store(Path(sys.argv[1]))
seen = set()
store.read_published("marts/x")
print("ready", flush=True)
while not Path(sys.argv[2]).exists():
    table = store.read_published("marts/x")
    seen.add((table["x"].to_pylist()[0], len(table), len(set(table["x"].to_pylist()))))
print(len(seen), all(one == 1 and rows == 5000 for _, rows, one in seen))
"""


def test_a_reader_sees_the_old_table_or_the_new_one_and_nothing_between(store: Store, tmp_path: Path) -> None:
    store.publish("marts/x", lambda _: pa.table({"x": [0] * 5000}), {})
    stop = tmp_path / "stop"
    reader = python(_READS, str(store.root), str(stop))
    assert reader.stdout is not None
    assert reader.stdout.readline() == "ready\n"
    for number in range(1, 150):
        store.publish("marts/x", lambda _, number=number: pa.table({"x": [number] * 5000}), {})  # type: ignore[misc]
    stop.touch()
    said, errors = reader.communicate(timeout=60)
    assert reader.returncode == 0, errors
    count, whole = said.split()
    assert int(count) >= 2
    assert whole == "True"
