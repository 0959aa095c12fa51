"""The output folder: tables, their state, locks, the archive; what a reader may see, and what a kill leaves."""

import errno
import hashlib
import json
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.refresh.batches import tidy, tidy_all
from pipelines.refresh.parts import Part
from pipelines.store import archive as archives
from pipelines.store import state as states
from pipelines.store.archive import TABLE, Archive, Kept
from pipelines.store.closings import every
from pipelines.store.files import clear_unfinished, write_beside, write_whole
from pipelines.store.locks import locked
from pipelines.store.parquet import serialized
from pipelines.store.published import checked_sets
from pipelines.store.state import NOBODY, NOTHING, LostStateError, OldFormatError, State, Writer, Written
from pipelines.store.tables import DamagedError, Publication, Store, file_of
from schemas.return_sets import BatchKey
from tests.unit.builders import ROOT
from tests.unit.harms import cut, empty, flip
from tests.unit.offices import KEY

PART = str(KEY)
NAME = "cells"
PATH = file_of(NAME, PART)
OLD, NEW = pa.table({"x": [1, 2, 3]}), pa.table({"x": [9]})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "data")


def written(name: str, rows: pa.Table, writer: Writer = NOBODY) -> tuple[bytes, Written]:
    content = serialized(rows)
    sha256 = hashlib.sha256(content).hexdigest()
    return content, Written(name, "stamp", sha256, len(content), len(rows), run=writer.run, code=writer.code)


def commit(store: Store, tables: Mapping[str, pa.Table], part: str = PART) -> None:
    """Publish tables of a part; what else it has stays."""
    publication, known = Publication(store, part), dict(store.state(part, anew=True).tables)
    for name, rows in tables.items():
        content, known[name] = written(name, rows, store.writer)
        publication.put(file_of(name, part), content)
    publication.commit(State(known, received="abc"))


def numbers(store: Store, name: str = NAME) -> list[int] | None:
    """The rows as somebody reads them who comes now."""
    found = Store(store.root).rows(name, PART)
    return None if found is None else [int(one) for one in found["x"].to_pylist()]


def files_of(store: Store) -> set[str]:
    return {path.relative_to(store.root).as_posix() for path in store.root.rglob("*") if path.is_file()}


STATE = {f"state/{PART}.ndjson", f"state/{PART}.copy.ndjson"}


class Killed(BaseException):
    """Stands for a kill: nobody catches it and cleans up."""


def python(code: str, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


class TestTables:
    def test_what_was_never_written_is_nothing(self, store: Store) -> None:
        assert store.rows(NAME, PART) is None
        assert list(store.family("figures", PART)) == []
        assert (store.parts(), store.state(PART), store.writer_of(NAME, PART)) == ([], NOTHING, NOBODY)

    def test_a_commit_replaces_what_it_names_and_leaves_the_rest_and_other_parts(self, store: Store) -> None:
        commit(store, {NAME: OLD, "ledger": OLD})
        commit(store, {NAME: OLD}, "2024-H1_another")
        commit(store, {NAME: NEW})
        assert (numbers(store), numbers(store, "ledger")) == ([9], [1, 2, 3])
        assert Store(store.root).rows(NAME, "2024-H1_another") == OLD
        assert store.parts() == ["2024-H1_another", PART]

    def test_who_wrote_a_table_stands_in_the_state_and_not_in_the_table(self, store: Store) -> None:
        commit(Store(store.root, Writer("run", "code")), {NAME: OLD})
        before = store.path(NAME, PART).read_bytes()
        assert store.writer_of(NAME, PART) == Writer("run", "code")
        assert b"run" not in (pq.read_schema(store.path(NAME, PART)).metadata or {})
        commit(Store(store.root, Writer("other", "code")), {NAME: OLD})
        assert store.path(NAME, PART).read_bytes() == before

    def test_a_family_is_read_table_by_table_with_the_rows_that_are_wanted(self, store: Store) -> None:
        rows = pa.table({"id": ["a", "b"]})
        commit(store, {"figures/b": rows, "figures/a": rows, "findings/a": rows})
        assert [one["id"].to_pylist() for one in store.family("figures", PART, id="b")] == [["b"], ["b"]]

    def test_what_a_column_means_is_kept_in_the_file(self, store: Store) -> None:
        schema = pa.schema([pa.field("x", pa.int64(), metadata={"label": "Tổng"})])
        commit(store, {NAME: pa.table({"x": [1]}, schema=schema)})
        assert pq.read_schema(store.path(NAME, PART)).field("x").metadata[b"label"].decode() == "Tổng"

    def test_a_file_that_was_removed_goes_with_the_commit(self, store: Store) -> None:
        publication = Publication(store, PART)
        publication.put("explorer/a.html", b"a")
        publication.commit(NOTHING)
        publication.remove("explorer/a.html")
        assert (store.root / "explorer/a.html").is_file()
        publication.commit(NOTHING)
        assert not (store.root / "explorer/a.html").exists()


def _flip(path: Path) -> None:
    flip(path, 40)


def _other(path: Path) -> None:
    path.write_bytes(serialized(pa.table({"x": [7, 7, 7]})))


class TestDamage:
    @pytest.mark.parametrize("harm", [Path.unlink, cut, _flip, _other], ids=["gone", "cut", "flipped", "another table"])
    def test_a_table_that_is_not_as_it_was_written_is_never_read(
        self, store: Store, harm: Callable[[Path], object]
    ) -> None:
        commit(store, {NAME: OLD})
        harm(store.path(NAME, PART))
        with pytest.raises(DamagedError, match=rf"Tệp {PATH} .* Chạy: returns refresh"):
            Store(store.root).rows(NAME, PART)
        assert not store.holds(PATH, store.state(PART).tables[NAME].content, PART)

    def test_a_file_that_no_state_knows_is_none_of_ours(self, store: Store) -> None:
        commit(store, {NAME: OLD})
        path = store.path("ledger", PART)
        path.parent.mkdir(parents=True)
        path.write_bytes(serialized(OLD))
        assert store.rows("ledger", PART) is None


class TestState:
    FULL = State(
        {NAME: Written(NAME, "s", "c", 1, 2, held=("huu-kien",), received="r", run="a", code="b", at="t", maker="m")},
        {"cells/.x.tmp": "cells/x"},
        ("explorer/a.html",),
        shown=False,
        received="abc",
    )

    def test_it_comes_back_as_it_was_saved(self, tmp_path: Path) -> None:
        states.save(tmp_path, PART, self.FULL)
        assert states.load(tmp_path, PART) == self.FULL
        assert states.parts(tmp_path) == [PART]
        assert not states.damaged(tmp_path, PART)

    @pytest.mark.parametrize("which", [0, 1], ids=["the file", "its copy"])
    @pytest.mark.parametrize("harm", [Path.unlink, cut, _flip, empty])
    def test_losing_one_of_its_two_files_loses_nothing_and_is_put_right(
        self, tmp_path: Path, which: int, harm: Callable[[Path], object]
    ) -> None:
        states.save(tmp_path, PART, self.FULL)
        paths = states.paths(tmp_path, PART)
        before = paths[0].read_bytes()
        harm(paths[which])
        assert states.load(tmp_path, PART) == self.FULL
        assert states.parts(tmp_path) == [PART]
        assert states.damaged(tmp_path, PART)
        tidy(Store(tmp_path), Part.of(BatchKey(*KEY)))
        assert [path.read_bytes() for path in paths] == [before, before]

    def test_a_byte_of_the_line_that_names_its_communes_is_told_and_its_copy_is_believed(self, tmp_path: Path) -> None:
        state = replace(self.FULL, communes=("huu-kien", "van-linh"))
        states.save(tmp_path, PART, state)
        path = states.paths(tmp_path, PART)[0]
        before = path.read_bytes()
        head, _, _ = before.partition(b"\n")
        for at in range(len(head)):
            path.write_bytes(before[:at] + bytes([before[at] ^ 1]) + before[at + 1 :])
            assert states.communes_in(tmp_path, PART) == ["huu-kien", "van-linh"]
            assert states.load(tmp_path, PART) == state
        path.write_bytes(before.replace(b"huu-kien", b"huu-kiem", 1))
        assert states.damaged(tmp_path, PART)

    def test_a_state_of_before_that_has_no_hash_of_its_communes_is_read(self, tmp_path: Path) -> None:
        states.save(tmp_path, PART, replace(self.FULL, communes=("huu-kien",)))
        for path in states.paths(tmp_path, PART):
            head, _, below = path.read_bytes().partition(b"\n")
            said = {name: value for name, value in json.loads(head).items() if name != "named"}
            path.write_bytes(json.dumps(said).encode() + b"\n" + below)
        assert states.communes_in(tmp_path, PART) == ["huu-kien"]
        assert not states.damaged(tmp_path, PART)
        assert states.load(tmp_path, PART).communes == ("huu-kien",)

    def test_killed_between_its_two_files_the_commit_has_happened_or_has_not(self, tmp_path: Path) -> None:
        """The copy is written first: where only that is new, the file still says what was, and is believed."""
        states.save(tmp_path, PART, self.FULL)
        first, copy = states.paths(tmp_path, PART)
        before = first.read_bytes()
        states.save(tmp_path, PART, NOTHING)
        first.write_bytes(before)
        assert states.load(tmp_path, PART) == self.FULL
        tidy(Store(tmp_path), Part.of(BatchKey(*KEY)))
        assert copy.read_bytes() == first.read_bytes() == before

    @pytest.mark.parametrize("harm", [cut, lambda path: path.write_bytes(b"x"), empty])
    def test_with_both_files_damaged_it_is_not_as_if_nothing_had_been_written(
        self, tmp_path: Path, harm: Callable[[Path], object]
    ) -> None:
        states.save(tmp_path, PART, self.FULL)
        for path in states.paths(tmp_path, PART):
            harm(path)
        with pytest.raises(LostStateError, match=rf"{PART}.*{PART}\.ndjson, .*{PART}\.copy\.ndjson.*bản sao lưu"):
            states.load(tmp_path, PART)
        with pytest.raises(LostStateError):
            tidy(Store(tmp_path), Part.of(BatchKey(*KEY)))

    def test_with_both_files_damaged_in_their_first_lines_nobody_takes_it_to_be_of_no_commune(
        self, tmp_path: Path
    ) -> None:
        states.save(tmp_path, PART, self.FULL)
        for path in states.paths(tmp_path, PART):
            path.write_bytes(b"\0" * 512)
        with pytest.raises(LostStateError):
            states.communes_in(tmp_path, PART)
        with pytest.raises(LostStateError):
            checked_sets(Store(tmp_path))

    def test_with_both_files_gone_nothing_is_known(self, tmp_path: Path) -> None:
        states.save(tmp_path, PART, self.FULL)
        for path in states.paths(tmp_path, PART):
            path.unlink()
        assert states.load(tmp_path, PART) == NOTHING
        assert states.communes_in(tmp_path, PART) == []

    @pytest.mark.parametrize("ask", [states.parts, every])
    def test_a_folder_that_may_not_be_looked_into_is_not_as_if_nothing_lay_in_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ask: Callable[[Path], object]
    ) -> None:
        states.save(tmp_path, PART, self.FULL)
        (tmp_path / "closings").mkdir()

        def refused(*_: object) -> None:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

        monkeypatch.setattr(os, "listdir", refused)
        monkeypatch.setattr(os, "scandir", refused)
        with pytest.raises(PermissionError):
            ask(tmp_path)

    def test_a_folder_of_a_version_to_come_is_refused_in_a_sentence(self, tmp_path: Path) -> None:
        states.save(tmp_path, PART, self.FULL)
        for path in states.paths(tmp_path, PART):
            head, _, below = path.read_bytes().partition(b"\n")
            path.write_bytes(json.dumps(json.loads(head) | {"format": states.FORMAT + 1}).encode() + b"\n" + below)
        with pytest.raises(
            OldFormatError, match=rf"dạng {states.FORMAT + 1}, phiên bản này dùng dạng {states.FORMAT}\)"
        ):
            states.load(tmp_path, PART)


class TestKilled:
    """A commit that was cut short, at every one of its steps."""

    @pytest.fixture
    def old(self, store: Store) -> Store:
        commit(store, {NAME: OLD, "ledger": OLD})
        return store

    @staticmethod
    def cut_short(store: Store, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
        def die(*_: object, **__: object) -> None:
            raise Killed

        with monkeypatch.context() as patch:
            patch.setattr(f"pipelines.store.{where}", die)
            with pytest.raises(Killed):
                commit(store, {NAME: NEW, "ledger": NEW})

    def test_before_the_state_is_written_all_is_as_it_was_and_what_is_left_goes(
        self, old: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = files_of(old)
        self.cut_short(old, monkeypatch, "state.save")
        assert (numbers(old), numbers(old, "ledger")) == ([1, 2, 3], [1, 2, 3])
        left = files_of(old) - before
        assert len(left) == 2
        tidy_all(Store(old.root), [BatchKey(*KEY)])
        assert files_of(old) == before
        assert numbers(old) == [1, 2, 3]

    def test_once_the_state_is_written_all_is_new_though_no_file_has_its_name_yet(
        self, old: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.cut_short(old, monkeypatch, "tables.finish")
        assert old.path(NAME, PART).read_bytes() == serialized(OLD)
        assert (numbers(old), numbers(old, "ledger")) == ([9], [9])
        tidy_all(Store(old.root), [BatchKey(*KEY)])
        assert old.path(NAME, PART).read_bytes() == serialized(NEW)
        assert (numbers(old), numbers(old, "ledger")) == ([9], [9])
        assert files_of(old) == {PATH, file_of("ledger", PART), f"locks/{PART}.lock", *STATE}

    def test_between_two_names_all_is_new(self, old: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        real, seen = Path.replace, list[Path]()

        def once(path: Path, target: Path) -> Path:
            if target.suffix == ".parquet":
                seen.append(target)
                if len(seen) == 2:
                    raise Killed
            return real(path, target)

        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", once)
            with pytest.raises(Killed):
                commit(old, {NAME: NEW, "ledger": NEW})
        assert (numbers(old), numbers(old, "ledger")) == ([9], [9])
        tidy(Store(old.root), Part.of(BatchKey(*KEY)))
        assert old.path("ledger", PART).read_bytes() == serialized(NEW)

    def test_what_a_commit_still_has_to_rename_is_not_cleared_away(
        self, old: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.cut_short(old, monkeypatch, "tables.finish")
        tidy_all(Store(old.root), [])  # somebody refreshes another return set
        assert numbers(old) == [9]

    def test_of_a_process_that_still_runs_nothing_is_cleared_away(self, tmp_path: Path) -> None:
        mine, path = write_beside(tmp_path / "a", b""), tmp_path / ".b.1.xyz.tmp"
        path.write_bytes(b"")  # of the first process of this machine, which runs for sure
        assert clear_unfinished(tmp_path) == [mine]
        assert path.is_file()


class TestDisk:
    def test_a_write_that_fails_leaves_the_old_file_and_nothing_half_written(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "a" / "b"
        write_whole(path, b"old")
        for where in ("os.fsync", "pathlib.Path.replace", "pathlib.Path.chmod"):

            def full(*_: object) -> None:
                raise OSError(28, "No space left on device")

            with monkeypatch.context() as patch:
                patch.setattr(where, full)
                with pytest.raises(OSError, match="No space"):
                    write_whole(path, b"new")
            assert (path.read_bytes(), list(path.parent.iterdir())) == (b"old", [path]), where

    CODE = """
import resource, signal, sys
from pathlib import Path
from tests.unit.test_store import NAME, commit
from pipelines.store.tables import Store
import pyarrow as pa, random
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
try:
    commit(Store(Path(sys.argv[1])), {NAME: pa.table({"x": [random.randrange(10**18) for _ in range(50_000)]})})
except OSError as error:
    print("refused", error.errno)
"""

    def test_a_disk_that_takes_no_more_leaves_what_was_published(self, store: Store) -> None:
        commit(store, {NAME: OLD})
        before = {name: (store.root / name).read_bytes() for name in files_of(store)}
        said, errors = python(self.CODE, str(store.root)).communicate(timeout=60)
        assert said.startswith("refused"), errors
        assert {name: (store.root / name).read_bytes() for name in files_of(store)} == before


class TestTogether:
    ADDS = """
import sys
from pathlib import Path
import pyarrow as pa
from pipelines.store.locks import locked
from pipelines.store.tables import Store
from tests.unit.test_store import NAME, PART, commit
root, name = Path(sys.argv[1]), sys.argv[2]
for number in range(8):
    with locked(root, PART, name):
        now = Store(root).rows(NAME, PART)
        row = pa.table({"who": [name], "number": [number]})
        commit(Store(root), {NAME: row if now is None else pa.concat_tables([now, row])})
"""

    @pytest.mark.slow
    def test_processes_that_take_the_lock_in_turn_lose_nothing_of_one_another(self, store: Store) -> None:
        names = ["a", "b", "c"]
        for running in [python(self.ADDS, str(store.root), name) for name in names]:
            _, errors = running.communicate(timeout=120)
            assert running.returncode == 0, errors
        rows = Store(store.root).rows(NAME, PART)
        assert rows is not None
        found = sorted(zip(rows["who"].to_pylist(), rows["number"].to_pylist(), strict=True))
        assert found == [(name, number) for name in names for number in range(8)]
        assert files_of(store) == {PATH, *STATE, f"locks/{PART}.lock"}

    READS = """
import sys
from pathlib import Path
from pipelines.store.tables import Store
root, seen = Path(sys.argv[1]), set()
def look():
    rows = Store(root).rows("cells", "2024-H1_huu-kien")["x"].to_pylist()
    seen.add((rows[0], len(rows), len(set(rows))))
look()
print("ready", flush=True)
while not Path(sys.argv[2]).exists():
    look()
print(len(seen), all(rows == 5000 and one == 1 for _, rows, one in seen), flush=True)
"""

    def test_a_reader_sees_the_old_table_or_the_new_one_and_nothing_between(self, store: Store, tmp_path: Path) -> None:
        commit(store, {NAME: pa.table({"x": [0] * 5000})})
        stop = tmp_path / "stop"
        reader = python(self.READS, str(store.root), str(stop))
        assert reader.stdout is not None
        assert reader.stdout.readline() == "ready\n"
        for number in range(1, 100):
            commit(store, {NAME: pa.table({"x": [number] * 5000})})
        stop.touch()
        said, errors = reader.communicate(timeout=60)
        assert reader.returncode == 0, errors
        count, whole = said.split()
        assert int(count) >= 2
        assert whole == "True"


class TestLock:
    HOLDS = """
import sys
from pathlib import Path
from pipelines.store.locks import locked
from schemas.return_sets import BatchKey
with locked(Path(sys.argv[1]), sys.argv[2], "lệnh kia"):
    print("holding", flush=True)
    sys.stdin.readline()
"""

    def holder(self, root: Path, part: str = PART) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", self.HOLDS, str(root), part],
            env={"PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "holding\n"
        return process

    def test_the_second_is_told_who_holds_it_and_waits(self, tmp_path: Path) -> None:
        told: list[str] = []
        with self.holder(tmp_path) as process:

            def waiting(sentence: str) -> None:
                told.append(sentence)
                assert process.stdin is not None
                process.stdin.write("\n")  # only now does the first one let go
                process.stdin.flush()

            with locked(tmp_path, PART, "lệnh này", waiting):
                pass
        (sentence,) = told
        assert sentence.startswith(f"«lệnh kia» (tiến trình {process.pid}, từ ")
        assert sentence.endswith("đang làm bộ báo cáo này. Đang chờ.")
        assert not (tmp_path / "locks" / f"{PART}.holder").exists()

    def test_one_that_was_killed_holds_it_no_longer(self, tmp_path: Path) -> None:
        with self.holder(tmp_path) as process:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        with locked(tmp_path, PART, "lệnh này", lambda _: pytest.fail("waited for a dead process")):
            pass

    def test_parts_do_not_wait_for_one_another(self, tmp_path: Path) -> None:
        with self.holder(tmp_path) as process:
            with locked(tmp_path, "2024-H1_another", "lệnh này", lambda _: pytest.fail("waited for another part")):
                pass
            assert process.stdin is not None
            process.stdin.close()


class TestArchive:
    def test_bytes_are_kept_once_under_their_hash_and_put_right_where_they_were_damaged(self, tmp_path: Path) -> None:
        archive = Archive(tmp_path)
        path = archive.path(archive.keep(b"abc", TABLE), TABLE)
        before = path.stat().st_ino
        archive.keep(b"abc", TABLE)
        assert path.stat().st_ino == before
        for harm in (b"abd", b"ab", b""):
            path.write_bytes(harm)
            archive.keep(b"abc", TABLE)
            assert path.read_bytes() == b"abc"


def test_what_is_known_of_a_part_is_asked_once_and_anew_where_that_is_wanted(store: Store) -> None:
    commit(store, {NAME: OLD})
    early = Store(store.root)
    assert early.state(PART).received == "abc"
    states.save(store.root, PART, replace(early.state(PART), received="def"))
    assert (early.state(PART).received, early.state(PART, anew=True).received) == ("abc", "def")


def test_the_same_texts_give_the_same_bytes_however_they_are_numbered() -> None:
    texts = ["b", "a", None, "b", "c"]
    alike = pa.array(texts).dictionary_encode()
    others = pa.DictionaryArray.from_arrays(pa.array([2, 1, None, 2, 0], pa.int32()), pa.array(["c", "a", "b", "x"]))
    tables = [pa.table({"text": column}) for column in (alike, others, pa.chunked_array([others[:2], alike[2:]]))]
    assert len({serialized(table) for table in tables}) == 1
    assert [table["text"].to_pylist() for table in tables] == [texts] * 3


def test_what_a_territory_received_lies_in_packs_that_any_program_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "_MOST", 2)
    archive = Archive(tmp_path, "2024-H1_chi-lang")
    every = [Kept.of(b"x" * number, TABLE) for number in range(5)]
    archive.keep_together(every)
    found: dict[str, bytes] = {}
    packs = list(tmp_path.rglob("*.zip"))
    for path in packs:
        with zipfile.ZipFile(path) as pack:
            assert pack.testzip() is None
            found |= {entry.filename: pack.read(entry) for entry in pack.infolist()}
    assert len(packs) == 3
    assert found == {kept.name: kept.content for kept in every}
    assert all(archive.get(kept.sha256, kept.suffix) == kept.content for kept in every)
    archive.keep_together(every)
    assert list(tmp_path.rglob("*.zip")) == packs


def test_what_is_said_of_the_columns_is_in_the_bytes_also_where_there_are_no_rows() -> None:
    one, other = (pa.schema([pa.field("a", pa.string(), metadata={"label": label})]) for label in ("Tên", "Mã"))
    assert one == other
    for schema in (one, other):
        (field,) = pq.read_schema(pa.BufferReader(serialized(schema.empty_table())))
        assert field.metadata[b"label"] == schema.field("a").metadata[b"label"]
