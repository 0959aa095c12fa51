"""A territory's folder of communes is one batch: each commune as if it were alone, and above them their sum."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.refresh import makers, release
from pipelines.refresh.batches import followed, refresh, refresh_each
from pipelines.refresh.draft import Draft
from pipelines.refresh.given import Given, Made
from pipelines.refresh.parts import Part
from pipelines.refresh.stale import Inputs, compared_with, inputs_of, note_files, stale_batches
from pipelines.steps.analyse import sums
from pipelines.store import index, published
from pipelines.store.lying import ChangedError
from pipelines.store.raw import Raw
from pipelines.store.received import Received, ReceivedSet
from pipelines.store.state import STATE
from pipelines.store.tables import DamagedError, Store, file_of
from schemas import return_sets
from schemas.flow import FLOW, Extent, Kind, Table
from schemas.forms.b01_livestock import Livestock
from schemas.return_sets import BatchKey, ReturnSetKey
from schemas.sentences import SentenceError
from schemas.tables import uncoded
from tests.unit.builders import address_of
from tests.unit.territories import TERRITORY, commune, territory

pytestmark = pytest.mark.slow

COMMUNES = {1: 1, 2: 3}
ONE, OTHER = commune(1), commune(2)
HERD, VILLAGE = "livestock.total.heads", "suoi_ma.xlsx"


@pytest.fixture(scope="module")
def refreshed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A territory of two communes, refreshed; only to be read and to be copied."""
    root = tmp_path_factory.mktemp("territory")
    territory(root / "raw", COMMUNES)
    for path in (root / "raw").rglob("*.xlsx"):
        os.utime(path, (1_700_000_000, 1_700_000_000))  # at rest
    refresh(Raw(root / "raw"), Store(root / "data"), TERRITORY, who="test")
    return root


@pytest.fixture
def copied(refreshed: Path, tmp_path: Path) -> Path:
    """A copy of it, to be changed."""
    shutil.copytree(refreshed, tmp_path / "copied")
    return tmp_path / "copied"


def again(root: Path) -> Store:
    store = Store(root / "data")
    refresh(Raw(root / "raw"), store, TERRITORY, who="test")
    return store


def herd(store: Store, key: ReturnSetKey) -> Any:
    row = published.figure(store, key, HERD)
    return None if row is None else row["value"]


def herd_above(store: Store, place: str) -> Any:
    rows = [row for row in published.figures_above(store, TERRITORY.period, place) if row["id"] == HERD]
    return rows[0]["value"] if rows else None


def add(root: Path, key: ReturnSetKey, **more: int) -> None:
    """A village sends its workbook again, with so many heads more in some fields."""
    path = root / "raw" / TERRITORY.period / TERRITORY.folder / key.commune / "pa_phao.xlsx"
    book = openpyxl.load_workbook(path)
    for field, heads in more.items():
        book[Livestock.sheet][address_of(Livestock, field)].value += heads
    book.save(path)


def errors_of(found: list[published.PublishedRow]) -> list[str]:
    return [row["code"] for row in found if row["severity"] == "error"]


def test_the_folder_of_a_territory_is_one_batch_of_all_its_communes(refreshed: Path) -> None:
    raw, store = Raw(refreshed / "raw"), Store(refreshed / "data")
    assert raw.batches() == {TERRITORY: [ONE, OTHER]}
    assert [raw.batch_of(key) for key in (ONE, OTHER)] == [TERRITORY, TERRITORY]
    assert store.sets_in(str(TERRITORY)) == published.checked_sets(store) == [ONE, OTHER]
    assert store.part_of(OTHER) == str(TERRITORY)
    assert not stale_batches(raw, store, [TERRITORY])


def test_each_commune_has_what_it_has_where_it_is_alone(refreshed: Path, tmp_path: Path) -> None:
    territory(tmp_path / "raw", COMMUNES, folder="")
    raw, alone, together = Raw(tmp_path / "raw"), Store(tmp_path / "data"), Store(refreshed / "data")
    assert list(raw.batches()) == [BatchKey(*ONE), BatchKey(*OTHER)]
    for _ in refresh_each(raw, alone, list(raw.batches()), who="test"):
        pass
    for key in (ONE, OTHER):
        for asked in (published.figures, published.statements, published.findings, published.every_edge):
            assert asked(together, key) == asked(alone, key)
    for place in ("chi-lang", "lang-son", "vn"):
        above = [published.figures_above(store, TERRITORY.period, place) for store in (together, alone)]
        assert above[0] == above[1]
        assert above[0]


def test_with_what_was_made_later_periods_of_the_same_communes_are_looked_at_again() -> None:
    def sets(period: str, *communes: str) -> tuple[BatchKey, list[ReturnSetKey]]:
        return BatchKey(period, communes[0]), [ReturnSetKey(period, code) for code in communes]

    known = dict(
        [sets("2023", "a"), sets("2024-Q1", "a", "b"), sets("2024-H1", "b"), sets("2024", "a"), sets("2024", "c")]
    )
    again = compared_with([BatchKey("2024-Q1", "a")], known)
    assert list(map(str, again)) == ["2024-Q1_a", "2024-H1_b", "2024_a"]


def test_what_lies_above_is_the_sum(refreshed: Path) -> None:
    store = Store(refreshed / "data")
    assert herd_above(store, "chi-lang") == herd(store, ONE) + herd(store, OTHER)


def test_a_held_form_of_one_commune_keeps_its_rows_and_the_others_are_published(copied: Path) -> None:
    store = Store(copied / "data")
    before = herd(store, ONE), herd(store, OTHER)
    add(copied, ONE, cat=5)
    add(copied, OTHER, cat=5, total=5)
    store = again(copied)
    errors = {key: errors_of(found) for key, found in published.findings_of(store, TERRITORY)}
    assert errors == {ONE: ["B01-01"], OTHER: []}
    assert (herd(store, ONE), herd(store, OTHER)) == (before[0], before[1] + 5)
    assert herd_above(store, "chi-lang") == before[0] + before[1] + 5
    add(copied, ONE, total=5)
    store = again(copied)
    assert (herd(store, ONE), herd(store, OTHER)) == (before[0] + 5, before[1] + 5)


def test_what_one_commune_sends_anew_is_all_that_is_looked_at_and_the_bytes_are_those_of_a_full_run(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: dict[str, list[ReturnSetKey]] = {}
    whole = makers.maker

    def watched(task: str) -> Callable[[Given], Mapping[str, Made]]:
        def make(given: Given) -> Mapping[str, Made]:
            looked_at.setdefault(task, list(given.sets))
            return whole(task)(given)

        return make

    monkeypatch.setattr(makers, "maker", watched)
    add(copied, OTHER, cat=5, total=5)
    again(copied)
    of_batch = {table.maker.task for table in FLOW.of(Extent.BATCH) if table.kind is not Kind.DOCUMENT}
    assert {task: sets for task, sets in looked_at.items() if task in of_batch and sets != [OTHER]} == {}
    assert looked_at.keys() & of_batch >= {"read", "locate", "check", "admit", "sum", "evaluate", "compare"}
    changed = dict(files_of(copied))
    refresh(Raw(copied / "raw"), Store(copied / "data"), TERRITORY, who="test", anew=True)
    assert dict(files_of(copied)) == changed


def test_rows_that_were_let_go_too_early_come_back_as_they_were_made(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(copied, OTHER, horse=1, horse_white=1)
    shutil.copytree(copied, copied.parent / "kept")
    monkeypatch.setattr(Draft, "let_go", lambda draft, _: draft._tables.clear())
    again(copied)
    monkeypatch.undo()
    again(copied.parent / "kept")
    for table in FLOW.of(Extent.BATCH):
        if table.kind is not Kind.DOCUMENT:
            name = file_of(table.name, str(TERRITORY))
            assert (copied / "data" / name).read_bytes() == (copied.parent / "kept" / "data" / name).read_bytes(), name


def test_where_an_earlier_period_changes_every_commune_is_looked_at_again(copied: Path) -> None:
    earlier = BatchKey("2023-H1", TERRITORY.folder)
    territory(copied / "raw", COMMUNES, period=earlier.period)
    raw, store = Raw(copied / "raw"), Store(copied / "data")
    refresh(raw, store, earlier, who="test")
    refresh(raw, store, TERRITORY, who="test")
    told = {key: {row["code"] for row in found} for key, found in published.findings_of(store, TERRITORY)}
    assert all("H-07" in codes for codes in told.values()), told  # copied from the earlier period


def test_a_file_that_lies_as_it_is_noted_is_not_read_and_one_of_other_bytes_is(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw, store = Raw(copied / "raw"), Store(copied / "data")
    path = copied / "raw" / TERRITORY.period / TERRITORY.folder / OTHER.commune / "health.xlsx"
    read: list[Path] = []
    whole = Path.read_bytes

    def watched(self: Path) -> bytes:
        if self.is_relative_to(raw.root) and self.suffix == ".xlsx":
            read.append(self)
        return whole(self)

    note_files(inputs_of(raw, store, Part.of(TERRITORY)))
    before = path.stat()
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    monkeypatch.setattr(Path, "read_bytes", watched)
    assert not stale_batches(raw, store, [TERRITORY])  # the time is another, the hash is not
    assert read == [path]
    content = whole(path)
    path.write_bytes(content + b"x")
    assert "files" in stale_batches(raw, Store(store.root), [TERRITORY])[TERRITORY]


def test_a_workbook_replaced_by_one_of_the_same_size_and_time_is_read(copied: Path) -> None:
    raw, store = Raw(copied / "raw"), Store(copied / "data")
    note_files(inputs_of(raw, store, Part.of(TERRITORY)))
    _replace_unseen(raw.folder(OTHER) / "health.xlsx")
    assert "files" in stale_batches(raw, Store(store.root), [TERRITORY])[TERRITORY]


def test_where_all_is_made_anew_every_file_is_read_whatever_is_noted_of_it(copied: Path) -> None:
    """Also on a disk that has no time that nobody can set."""
    raw, store = Raw(copied / "raw"), Store(copied / "data")
    path = raw.folder(OTHER) / "health.xlsx"
    _replace_unseen(path)
    inputs = inputs_of(raw, store, Part.of(TERRITORY))
    noted = [(key, name, one) for key, received in inputs.received.sets.items() for name, one in received.noted]
    lying = [(key, name, one._replace(sha256="0" * 64) if name == path.name else one) for key, name, one in noted]
    index.save(store.root, str(TERRITORY), lying)
    refresh(raw, store, TERRITORY, who="test", anew=True)
    assert not stale_batches(raw, Store(store.root), [TERRITORY])


def test_an_index_with_another_bit_is_not_believed_and_every_file_is_read(copied: Path) -> None:
    raw, store = Raw(copied / "raw"), Store(copied / "data")
    note_files(inputs_of(raw, store, Part.of(TERRITORY)))
    path = store.root / STATE / f"{TERRITORY}.index"
    whole = path.read_bytes()
    assert index.load(store.root, str(TERRITORY))
    random = Random(1)
    for _ in range(200):
        at = random.randrange(len(whole))
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << random.randrange(8)]) + whole[at + 1 :])
        assert index.load(store.root, str(TERRITORY)) == {}
    for cut in (b"", whole[:9], whole[:-1]):
        path.write_bytes(cut)
        assert index.load(store.root, str(TERRITORY)) == {}
    assert not stale_batches(raw, Store(store.root), [TERRITORY])


def _replace_unseen(path: Path) -> None:
    """Put another workbook of the same size in the place of one, with the time of its change, as ``cp -p`` does."""
    before = path.stat()
    path.write_bytes(path.read_bytes()[::-1])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_a_workbook_replaced_while_a_refresh_runs_is_read_by_the_next(copied: Path) -> None:
    """Also one that was copied with the old time of its change, as programs that copy folders do."""
    raw, sent = Raw(copied / "raw"), copied / "sent"
    territory(sent, {2: 5})
    newer = Raw(sent).folder(OTHER) / VILLAGE
    os.utime(newer, (1_600_000_000, 1_600_000_000))

    def send(*_: object) -> None:
        shutil.copy2(newer, raw.folder(OTHER) / newer.name)

    with (raw.folder(ONE) / "corrections.csv").open("a", encoding="utf-8") as ledger:
        ledger.write("\n")  # something to do
    with followed(send, lambda _: None):
        before = herd(again(copied), OTHER)
    assert stale_batches(raw, Store(copied / "data"), [TERRITORY])
    assert herd(again(copied), OTHER) > before
    assert not stale_batches(raw, Store(copied / "data"), [TERRITORY])


def test_a_held_commune_keeps_what_it_was_accepted_from_when_a_second_one_arrives(tmp_path: Path) -> None:
    raw, both = Raw(tmp_path / "raw"), tmp_path / "both"
    territory(raw.root, {1: 1})
    published_before = herd(again(tmp_path), ONE)
    with (raw.folder(ONE) / "corrections.csv").open("a", encoding="utf-8") as ledger:
        ledger.write('"x')
    again(tmp_path)
    territory(both, {1: 1, 2: 3})
    shutil.copytree(Raw(both).folder(OTHER), raw.folder(ONE).parent / OTHER.commune)
    shutil.copy(both / "places.csv", raw.root)
    store = again(tmp_path)
    assert published.held_forms(published.findings(store, ONE))
    release.make(Raw(raw.root), store, ONE, "lan-1", despite="vẫn phát hành số cũ")
    newcomer = herd(store, OTHER)
    store.path("marts/livestock", str(TERRITORY)).unlink()
    store = again(tmp_path)
    assert (herd(store, ONE), herd(store, OTHER)) == (published_before, newcomer)
    assert newcomer > published_before
    rows = store.rows("marts/livestock", str(TERRITORY))
    assert rows is not None
    communes = rows["commune"].to_pylist()
    assert communes.count(ONE.commune) == communes.count(OTHER.commune) == 8


@pytest.mark.parametrize("what", ["replaced", "gone"])
def test_a_file_that_is_another_when_it_is_read_than_when_it_was_looked_at_is_told(copied: Path, what: str) -> None:
    raw = Raw(copied / "raw")
    name, noted = next(ReceivedSet.of(raw, ONE).noted)
    lying, *_ = raw.files(ONE, {(ONE, name): noted})
    path = raw.folder(ONE) / name
    assert lying.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    if what == "gone":
        path.unlink()
    else:
        path.write_bytes(b"another")
    with pytest.raises(ChangedError, match=f"{name} .* vừa được thay"):
        len(lying.content)


def test_a_lost_pack_is_made_again(copied: Path) -> None:
    (pack,) = (copied / "data" / "archive").rglob("*.zip")
    before = pack.read_bytes()
    pack.unlink()
    again(copied)
    assert pack.read_bytes() == before


def test_a_table_with_one_byte_changed_is_made_again(copied: Path) -> None:
    raw, store = Raw(copied / "raw"), Store(copied / "data")
    assert not stale_batches(raw, store, [TERRITORY])
    path = store.path("marts/livestock", str(TERRITORY))
    before = path.read_bytes()
    path.write_bytes(before[:100] + bytes([before[100] ^ 1]) + before[101:])
    with pytest.raises(DamagedError, match="returns refresh --all"):
        store.rows("marts/livestock", str(TERRITORY))
    assert "marts/livestock" in stale_batches(raw, Store(store.root), [TERRITORY])[TERRITORY]
    again(copied)
    assert path.read_bytes() == before
    assert not stale_batches(raw, Store(store.root), [TERRITORY])


def test_a_commune_whose_folder_is_gone_is_told_and_keeps_its_rows(copied: Path) -> None:
    before = herd(Store(copied / "data"), OTHER)
    shutil.rmtree(copied / "raw" / TERRITORY.period / TERRITORY.folder / OTHER.commune)
    store = again(copied)
    assert herd(store, OTHER) == before
    assert {row["code"] for row in published.findings(store, OTHER)} >= {"H-02"}
    assert not [row for row in published.findings(store, ONE) if row["severity"] == "error"]


def told(root: Path, *words: str) -> tuple[int, str, str]:
    """How ``returns refresh`` ends, and what it says."""
    where = ["--data", str(root / "data"), "--raw", str(root / "raw")]
    command = [str(Path(sys.executable).parent / "returns"), "refresh", *where, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    return done.returncode, done.stdout, done.stderr


def told_of_other(root: Path) -> dict[str, Any]:
    """What it says of one commune in JSON."""
    code, rows, _ = told(root, "--format", "json", "--commune", OTHER.commune)
    assert code == 1
    (row,) = [one for one in json.loads(rows) if one["commune"] == OTHER.commune]
    return dict(row)


def test_a_refresh_tells_which_communes_folder_is_gone_and_ends_with_one(copied: Path) -> None:
    folder = copied / "raw" / TERRITORY.period / TERRITORY.folder / OTHER.commune
    shutil.rmtree(folder)
    again(copied)
    count = len(published.held_forms(published.findings(Store(copied / "data"), OTHER)))
    code, summary, _ = told(copied)
    assert (code, "; 2 xã, " in summary) == (1, True)
    assert f"Thư mục {OTHER.commune} của Xã Thử 00002 không còn; {count} biểu bị giữ lại." in summary
    assert ONE.commune not in summary
    row = told_of_other(copied)
    assert len(row["held"].split()) == count
    assert f": Thư mục {OTHER.commune} của Xã Thử 00002 không còn; " in row["message"]
    assert f"Thư mục {OTHER.commune} của Xã Thử 00002 không còn; " in told(copied, "--format", "csv")[1]
    folder.mkdir()
    assert f"Thư mục {OTHER.commune} của Xã Thử 00002 không còn tệp nào; " in told_of_other(copied)["message"]


def test_a_refresh_tells_which_communes_folder_lies_where_it_is_not_read(copied: Path) -> None:
    places = copied / "raw" / "places.csv"
    row = f"{OTHER.commune},commune,Thử 00002,"
    assert f"{row}chi-lang," in places.read_text("utf-8")
    places.write_text(places.read_text("utf-8").replace(f"{row}chi-lang,", f"{row}lang-son,"), "utf-8")
    again(copied)
    lies = f"{TERRITORY.period}/{TERRITORY.folder}/{OTHER.commune}"
    code, summary, notes = told(copied)
    assert code == 1
    assert f"Thư mục {OTHER.commune} của Xã Thử 00002 nằm ở {lies}, nơi không được đọc; " in summary
    assert f"ở thư mục «{lies}»: theo danh mục địa bàn, Xã Thử 00002 thuộc " in notes
    assert "không có xã nào mang mã này" not in notes


def test_a_commune_that_is_gone_with_the_whole_folder_of_its_batch_is_told(copied: Path) -> None:
    period = copied / "raw" / TERRITORY.period
    (period / TERRITORY.folder / OTHER.commune).rename(period / OTHER.commune)
    refresh(Raw(copied / "raw"), Store(copied / "data"), BatchKey(*OTHER), who="test")
    all_again(copied)
    assert told(copied)[0] == 0
    shutil.rmtree(period / OTHER.commune)
    code, summary, _ = told(copied)
    assert code == 1
    assert f": Thư mục {OTHER.commune} của Xã Thử 00002 không còn; " in summary
    assert "Số đã công bố trước đó được giữ nguyên." in summary
    assert f"Thư mục {OTHER.commune} của Xã Thử 00002 không còn" not in told(copied, "--commune", ONE.commune)[1]


def test_a_commune_of_a_territory_is_released_and_verified_of_what_the_packs_keep(copied: Path) -> None:
    raw, store = Raw(copied / "raw"), Store(copied / "data")
    assert not list((copied / "data" / "archive").glob("*.xlsx"))
    release.make(raw, store, OTHER, "lan-1")
    verified = release.verify(copied / "data", "lan-1")
    assert (verified.differences, verified.figures) == ([], len(published.figures(store, OTHER)))


def test_a_lost_mart_with_a_held_form_is_made_again_of_the_packs(copied: Path) -> None:
    add(copied, ONE, cat=5)
    store = again(copied)
    mart = store.path("marts/livestock", str(TERRITORY))
    before = mart.read_bytes()
    mart.unlink()
    assert again(copied).path("marts/livestock", str(TERRITORY)).read_bytes() == before


def files_of(root: Path) -> Iterator[tuple[str, bytes]]:
    """The tables of an output folder, but for the events, which say when; who wrote the others stands in the states."""
    for path in sorted((root / "data").rglob("*.parquet")):
        if path.parent.name != "openlineage":
            yield path.relative_to(root).as_posix(), path.read_bytes()


@pytest.mark.slow
def test_processes_write_the_same_bytes(tmp_path: Path) -> None:
    written = []
    for engine in ("", "processes:2"):
        root = tmp_path / (engine or "here").replace(":", "")
        territory(root / "raw", COMMUNES, folder="")
        raw = Raw(root / "raw")
        done = dict(refresh_each(raw, Store(root / "data"), list(raw.batches()), who="test", engine=engine))
        assert done.keys() == raw.batches().keys()
        written.append(dict(files_of(root)))
        assert {path.name for path in (root / "data" / STATE).iterdir()} >= {f"{ONE}.ndjson", f"{OTHER}.ndjson"}
    assert written[0] == written[1]


def test_a_commune_with_two_folders_in_a_period_is_refused(tmp_path: Path) -> None:
    territory(tmp_path / "raw", {1: 1})
    shutil.copytree(
        tmp_path / "raw" / TERRITORY.period / TERRITORY.folder / ONE.commune,
        tmp_path / "raw" / TERRITORY.period / ONE.commune,
    )
    with pytest.raises(SentenceError, match=r"xa-00001.*hai thư mục"):
        Raw(tmp_path / "raw").batches()


def all_again(root: Path) -> Store:
    """Refresh what is stale, as the verb does, until nothing is."""
    raw = Raw(root / "raw")
    for _ in range(3):
        if not (stale := stale_batches(raw, Store(root / "data"), raw.batches())):
            return Store(root / "data")
        for batch in stale:
            refresh(raw, Store(root / "data"), batch, who="test")
    raise AssertionError(stale)


def test_a_commune_whose_folder_moves_is_counted_once_there_and_back_again(copied: Path) -> None:
    period = copied / "raw" / TERRITORY.period
    within, alone = period / TERRITORY.folder / OTHER.commune, period / OTHER.commune
    before, total = dict(files_of(copied)), herd_above(Store(copied / "data"), "chi-lang")
    figures = published.figures(Store(copied / "data"), OTHER)
    within.rename(alone)
    refresh(Raw(copied / "raw"), Store(copied / "data"), BatchKey(*OTHER), who="test")
    store = all_again(copied)
    assert herd_above(store, "chi-lang") == total
    assert published.figures(store, OTHER) == figures
    assert [store.sets_in(str(batch)) for batch in store.batches()] == [[ONE], [OTHER]]
    alone.rename(within)
    store = all_again(copied)
    assert herd_above(store, "chi-lang") == total
    assert store.sets_in(str(BatchKey(*OTHER))) == []
    after = dict(files_of(copied))
    tables = {name for name in before if name.endswith(".parquet")}
    assert {name for name in after if name.endswith(".parquet")} == tables
    assert {name for name in tables if after[name] != before[name]} == set()


def test_an_empty_folder_in_a_territory_is_no_return_set(copied: Path) -> None:
    raw = Raw(copied / "raw")
    assert not stale_batches(raw, Store(copied / "data"), raw.batches())
    (raw.root / TERRITORY.period / TERRITORY.folder / "huu-kien").mkdir()
    assert raw.batches() == {TERRITORY: [ONE, OTHER]}
    assert raw.sets_of(TERRITORY) == [ONE, OTHER]
    assert not stale_batches(raw, Store(copied / "data"), raw.batches())


def test_a_commune_of_which_nothing_but_a_ledger_has_come_is_told_as_in_a_full_run(copied: Path) -> None:
    new = ReturnSetKey(TERRITORY.period, "huu-kien")
    folder = copied / "raw" / TERRITORY.period / TERRITORY.folder / new.commune
    folder.mkdir()
    shutil.copy(Raw(copied / "raw").folder(ONE) / "corrections.csv", folder)
    store = all_again(copied)
    before = dict(files_of(copied))
    told = published.findings(store, new)
    assert {row["code"] for row in told} >= {"H-01"}
    refresh(Raw(copied / "raw"), store, TERRITORY, who="test", anew=True)
    assert published.findings(Store(store.root), new) == told
    assert {name for name, content in files_of(copied) if before[name] != content} == set()


def test_of_three_communes_the_one_that_moves_leaves_nothing_behind(tmp_path: Path) -> None:
    territory(tmp_path / "raw", {1: 1, 2: 3, 3: 2})
    third, period = commune(3), tmp_path / "raw" / TERRITORY.period
    store = all_again(tmp_path)
    total = herd_above(store, "chi-lang")
    (period / TERRITORY.folder / third.commune).rename(period / third.commune)
    store = all_again(tmp_path)
    assert herd_above(store, "chi-lang") == total
    for name, written in store.state(str(TERRITORY)).tables.items():
        rows = store.rows(name, str(TERRITORY))
        assert rows is not None
        assert "commune" not in rows.column_names or third.commune not in rows["commune"].to_pylist(), written


def test_a_territory_that_is_cut_into_batches_has_the_rows_and_the_figures_above_of_one_that_is_not(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {table: rows_of(copied, table) for table in FLOW.tables if table.kind is not Kind.DOCUMENT}
    monkeypatch.setattr(return_sets, "MOST", 1)
    raw = Raw(copied / "raw")
    parts = raw.batches()
    assert [batch.place for batch in parts] == [TERRITORY.folder] * 2
    assert [raw.batch_of(key) for keys in parts.values() for key in keys] == list(parts)
    store = all_again(copied)
    assert {table: rows_of(copied, table) for table in before} == before
    assert store.sets_in(str(TERRITORY)) == []
    assert not stale_batches(raw, Store(store.root), parts)
    assert all(store.part_of(key) == str(batch) for batch, (key,) in parts.items())
    add(copied, OTHER, cat=5, total=5)
    assert {str(batch) for batch in stale_batches(raw, Store(store.root), parts)} >= {str(raw.batch_of(OTHER))}
    total = herd_above(store, "chi-lang")
    assert herd_above(all_again(copied), "chi-lang") == total + 5


def rows_of(root: Path, table: Table) -> list[dict[str, Any]]:
    """The rows of all parts of a table, sums of places above added up, in an order that is the same for all."""
    found = [pq.read_table(path) for path in sorted((root / "data" / table.name).glob("*.parquet"))]
    rows = pa.concat_tables(
        [one.cast(_in_full(one.schema)) for one in found if len(one)] or [table.schema.empty_table()]
    )
    return sorted((sums.merged([rows]) if table.whole else rows).to_pylist(), key=str)


def _in_full(schema: pa.Schema) -> pa.Schema:
    return pa.schema([pa.field(field.name, uncoded(field.type)) for field in schema])


def test_a_commune_that_two_batches_hold_is_not_added_up_and_the_next_refresh_mends_it(copied: Path) -> None:
    states = copied / "data" / STATE
    for copy in ("", ".copy"):
        shutil.copy(states / f"{TERRITORY}{copy}.ndjson", states / f"{OTHER}{copy}.ndjson")
    with pytest.raises(SentenceError, match=r"xa-00001.*hai thư mục"):
        _ = Inputs(Store(copied / "data"), Part.of(TERRITORY).above()[0], Received.named(())).sets
    store = all_again(copied)
    assert store.held_twice(TERRITORY.period) == set()
    assert store.sets_in(str(TERRITORY)) == [ONE, OTHER]


def test_a_folder_that_is_no_communes_below_a_territory_is_told(tmp_path: Path) -> None:
    territory(tmp_path / "raw", {1: 1})
    (tmp_path / "raw" / TERRITORY.period / TERRITORY.folder / "la").mkdir()
    (tmp_path / "raw" / TERRITORY.period / "la-hoac").mkdir()
    assert Raw(tmp_path / "raw").unknown_folders() == ["2024-H1/chi-lang/la", "2024-H1/la-hoac"]


def test_figures_are_whole_numbers_of_the_unit(refreshed: Path) -> None:
    assert herd(Store(refreshed / "data"), ONE) == Decimal(5373)
