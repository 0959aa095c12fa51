"""Raw folder and output folder on object storage: the bytes of a disk, and nobody writes over what they have not read.

The server is a real one that speaks S3, a process of its own.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from pipelines.refresh import batches
from pipelines.refresh.batches import refresh, tidy
from pipelines.refresh.parts import Part
from pipelines.refresh.stale import stale_batches
from pipelines.settings import Settings
from pipelines.store import state as states
from pipelines.store import tables as store_tables
from pipelines.store.ledger import CellPlace, Ledger
from pipelines.store.parquet import serialized
from pipelines.store.raw import Raw
from pipelines.store.remote import ReplacedError, marked, put_over
from pipelines.store.state import NOTHING, State
from pipelines.store.tables import Publication, Store
from schemas.return_sets import BatchKey, ReturnSetKey
from schemas.sentences import SentenceError
from tests.end_to_end.object_storage import Storage, storage
from tests.end_to_end.office import SHIPPED, Office

pytestmark = pytest.mark.slow

PART = "2024-H1_huu-kien"
BATCH = BatchKey.parse(PART)
KEY = ReturnSetKey("2024-H1", "huu-kien")

MART = "marts/livestock"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storage]:
    """A storage, for tests that each have a folder of their own."""
    with storage(tmp_path_factory.mktemp("storage") / "server.log") as found:
        yield found


def bytes_below(root: Path) -> dict[str, bytes]:
    """Return the tables and pages of an output folder, but for what says when they were made."""
    files = {path.relative_to(root).as_posix(): path for path in root.rglob("*") if path.is_file()}
    return {
        name: path.read_bytes()
        for name, path in files.items()
        if name.partition("/")[0] not in ("state", "locks", "dagster", "openlineage")
    }


@pytest.fixture(scope="module")
def remote(kept: Storage) -> tuple[Raw, Store]:
    """The shipped returns there, and what a refresh made of them."""
    raw = Raw(kept.take(SHIPPED.parents[1], "raw"))
    store = Store(kept.folder("data"))
    refresh(raw, store, BATCH, who="test")
    return raw, store


def test_a_refresh_there_makes_the_bytes_of_a_refresh_on_a_disk(
    remote: tuple[Raw, Store], tmp_path_factory: pytest.TempPathFactory
) -> None:
    here = Store(tmp_path_factory.mktemp("here"))
    refresh(Raw(SHIPPED.parents[1]), here, BATCH, who="test")
    wanted, found = bytes_below(here.root), bytes_below(remote[1].root)
    assert found.keys() == wanted.keys()
    assert [name for name in wanted if wanted[name] != found[name]] == []


def test_nothing_is_made_twice_there(remote: tuple[Raw, Store]) -> None:
    raw, store = remote
    assert not stale_batches(raw, Store(store.root), [BATCH])


def test_the_commands_answer_from_there(remote: tuple[Raw, Store], kept: Storage, tmp_path: Path) -> None:
    raw, store = remote
    office = Office(tmp_path)
    folders = ("--raw", str(raw.root), "--data", str(store.root))
    trace = json.loads(office.ask("trace", "livestock.horse.heads", "--format", "json", *folders))
    assert trace["sources"][0]["file"] in {path.name for path in SHIPPED.iterdir()}
    assert "Không có gì thay đổi" in office.run("refresh", *folders)
    office.ask("release", "r1", *folders)
    office.ask("verify", "r1", *folders)
    assert not list(tmp_path.rglob("*.parquet"))


class TestOnlyOverWhatWasRead:
    ROWS = pa.table({"value": ["1"]})

    def test_of_two_that_publish_at_once_the_second_is_refused_and_leaves_nothing(self, kept: Storage) -> None:
        root = kept.folder("two")
        stores = [Store(root), Store(root)]
        before = [store.state(PART) for store in stores]
        for number, store in enumerate(stores):
            publication = Publication(store, PART)
            publication.put("ledger/x.parquet", serialized(pa.table({"value": [str(number)]})))
            state = replace(before[number], received=str(number))
            if number:
                with pytest.raises(ReplacedError):
                    publication.commit(state)
            else:
                publication.commit(state)
        assert states.load(root, PART).received == "0"
        assert [path.name for path in root.rglob("*") if path.is_file()] == ["x.parquet", f"{PART}.ndjson"]
        assert (root / "ledger/x.parquet").read_bytes() == serialized(pa.table({"value": ["0"]}))

    def test_one_that_has_read_what_the_other_published_publishes(self, kept: Storage) -> None:
        root = kept.folder("after")
        for number in range(3):
            store = Store(root)
            Publication(store, PART).commit(replace(store.state(PART), received=str(number)))
        assert states.load(root, PART).received == "2"

    def test_a_refresh_that_another_is_quicker_than_drops_what_it_made_and_looks_again(
        self, remote: tuple[Raw, Store], kept: Storage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        raw, alone = remote
        root = kept.folder("at-once")
        commit, refused = Publication.commit, []

        def too_late(publication: Publication, state: State) -> None:
            monkeypatch.setattr(Publication, "commit", commit)
            refresh(raw, Store(root), BATCH, who="other", wanted=[MART])
            try:
                commit(publication, state)
            except ReplacedError as error:
                refused.append(error)
                raise

        monkeypatch.setattr(Publication, "commit", too_late)
        refresh(raw, Store(root), BATCH, who="one", wanted=[MART])
        assert len(refused) == 1
        wanted, found = bytes_below(alone.root), bytes_below(root)
        assert f"{MART}/{PART}.parquet" in found
        assert [name for name in found if found[name] != wanted[name]] == []

    def test_a_commit_cut_short_is_read_and_finished_by_the_next(
        self, kept: Storage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store = Store(kept.folder("cut"))
        publication = Publication(store, PART)
        content = serialized(self.ROWS)
        publication.put(f"ledger/{PART}.parquet", content)
        with monkeypatch.context() as cut:
            cut.setattr(store_tables, "finish", lambda _root, _part, state: state)
            publication.commit(NOTHING)
        (beside,) = store.state(PART).renames
        assert not (store.root / f"ledger/{PART}.parquet").exists()
        assert store.holds(f"ledger/{PART}.parquet", hashlib.sha256(content).hexdigest(), PART)
        tidy(Store(store.root), Part.of(BATCH))
        assert (store.root / f"ledger/{PART}.parquet").read_bytes() == content
        assert not (store.root / beside).exists()

    def test_what_another_is_still_putting_is_not_cleared_away(self, kept: Storage) -> None:
        root = kept.folder("young")
        young = root / "ledger" / ".x.parquet.0.tmp"
        young.write_bytes(b"x")
        batches.tidy_all(Store(root), [BATCH])
        assert young.exists()

    def test_an_object_is_put_only_over_the_one_that_was_read(self, kept: Storage) -> None:
        path = kept.folder("marks") / "one"
        assert marked(path) == (b"", "")
        first = put_over(path, b"1", "")
        with pytest.raises(ReplacedError, match="vừa được nơi khác ghi"):
            put_over(path, b"2", "")
        second = put_over(path, b"2", first)
        with pytest.raises(ReplacedError):
            put_over(path, b"3", first)
        assert marked(path) == (b"2", second)
        path.unlink()
        with pytest.raises(ReplacedError):
            put_over(path, b"3", second)


def test_a_correction_is_recorded_there_and_never_over_one_that_was_not_read(
    kept: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = Raw(kept.take(SHIPPED, "corrected/2024-H1/huu-kien").parents[1])
    ledger, place = Ledger(raw, KEY), CellPlace("na_lia.xlsx", "Chăn nuôi", "D13")
    before = raw.ledger_path(KEY).read_bytes()
    ledger.accept(place, "1", reason="đã hỏi thôn", who="cán bộ thống kê xã")
    after = raw.ledger_path(KEY).read_bytes()
    assert (
        after.splitlines()[1:-1] == before.splitlines()[1:]
    )  # below the headings, of which a ledger gets those it lacks
    old = marked(raw.ledger_path(KEY))
    ledger.accept(place, "2", reason="đã hỏi lại", who="cán bộ thống kê xã")
    monkeypatch.setattr("pipelines.store.ledger.read_marked", lambda _: old)  # what one reads who comes too early
    with pytest.raises(ReplacedError):
        ledger.accept(place, "3", reason="đã hỏi lại", who="cán bộ thống kê xã")
    with pytest.raises(ReplacedError):
        ledger.put_back(before, hashlib.sha256(old[0]).hexdigest())
    monkeypatch.undo()
    assert raw.ledger_path(KEY).read_bytes().count(b"\n") == before.count(b"\n") + 2


def test_a_workbook_put_anew_is_another_at_once(kept: Storage) -> None:
    """Times there are in seconds: a workbook is known again by its mark."""
    raw = Raw(kept.folder("anew"))
    path = raw.root / "2024-H1" / "huu-kien" / "na_lia.xlsx"
    path.write_bytes(b"one")
    (one,) = raw.files(KEY)
    path.write_bytes(b"two")
    (two,) = raw.files(KEY)
    assert None not in (one.at_rest, two.at_rest)
    assert one.at_rest != two.at_rest


def test_a_storage_of_no_known_kind_is_refused_in_a_sentence() -> None:
    with pytest.raises(SentenceError, match="Không có loại kho nào như «kho://x»"):
        Settings.of("kho://x")


def test_a_storage_that_cannot_refuse_is_only_read() -> None:
    raw = Raw(Settings.of("memory://raw").raw)
    (raw.root / "2024-H1" / "huu-kien" / "na_lia.xlsx").write_bytes(b"x")
    assert raw.names(KEY) == ["na_lia.xlsx"]
    with pytest.raises(SentenceError, match="chỉ đọc được"):
        states.save(Settings.of(data="memory://data").data, PART, State())
