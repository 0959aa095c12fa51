"""Where nothing changed a refresh looks and ends; where anything did, nothing is taken on trust."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.refresh import stale, stamps
from pipelines.refresh.batches import refresh
from pipelines.refresh.parts import Part
from pipelines.refresh.seals import Seals
from pipelines.refresh.stale import stale_batches
from pipelines.store.closings import Closing, Turn, add
from pipelines.store.raw import Raw
from pipelines.store.tables import Store
from schemas.return_sets import BatchKey
from tests.unit.territories import TERRITORY, commune, territory

pytestmark = pytest.mark.slow

PART = Part.of(TERRITORY)
PARTS = (PART, *PART.above())
LONG_AGO = (1_700_000_000, 1_700_000_000)


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A territory of two communes, refreshed and at rest."""
    root = tmp_path_factory.mktemp("territory")
    territory(root / "raw", {1: 1, 2: 3})
    for path in (root / "raw").rglob("*.*"):
        os.utime(path, LONG_AGO)
    refresh(Raw(root / "raw"), Store(root / "data"), TERRITORY, who="test")
    assert not stale_batches(Raw(root / "raw"), Store(root / "data"), [TERRITORY])
    return root


def holding(root: Path) -> list[str]:
    """The parts whose seal holds."""
    raw, store = Raw(root / "raw"), Store(root / "data")
    seals = Seals(raw, store)
    return [part.name for part in PARTS if seals.holds(part, seals.of(part))]


def workbook(root: Path) -> Path:
    return Raw(root / "raw").folder(commune(2)) / "health.xlsx"


def test_where_nothing_changed_no_file_is_looked_into(sealed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert holding(sealed) == [part.name for part in PARTS]
    monkeypatch.delattr(stale, "inputs_of")
    assert not stale_batches(Raw(sealed / "raw"), Store(sealed / "data"), [TERRITORY])


def _another_time(root: Path) -> None:
    os.utime(workbook(root), (1_600_000_000, 1_600_000_000))


def _the_old_time(root: Path) -> None:
    workbook(root).write_bytes(workbook(root).read_bytes()[::-1])
    os.utime(workbook(root), LONG_AGO)


def _a_moment_ago(root: Path) -> None:
    os.utime(workbook(root))


def _a_ledger(root: Path) -> None:
    (workbook(root).parent / "corrections.csv").unlink()


def _a_folder(root: Path) -> None:
    (workbook(root).parent / "ảnh").mkdir()


def _a_link(root: Path) -> None:
    workbook(root).with_name("again.xlsx").symlink_to(workbook(root))


def _a_place(root: Path) -> None:
    with (root / "raw" / "places.csv").open("a", encoding="utf-8") as file:
        file.write("x,village,Xa,xa-00001,,,,\n")


def _a_table(root: Path) -> None:
    Store(root / "data").path("marts/livestock", PART.name).unlink()


def _a_table_of_the_old_time(root: Path) -> None:
    path = Store(root / "data").path("marts/livestock", PART.name)
    before = path.stat()
    path.write_bytes(path.read_bytes()[::-1])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _a_document(root: Path) -> None:
    (root / "data" / "openlineage" / f"{PART.name}.ndjson").unlink()


def _what_a_document_says(root: Path) -> None:
    path = root / "data" / "openlineage" / f"{PART.name}.ndjson"
    path.write_bytes(path.read_bytes() + b"{}")


def _a_pack(root: Path) -> None:
    shutil.rmtree(root / "data" / "archive")


def _an_earlier_period(root: Path) -> None:
    shutil.copy(root / "data" / "state" / f"{PART.name}.ndjson", root / "data" / "state" / "2023-H1_chi-lang.ndjson")


def _a_closing(root: Path) -> None:
    add(root / "data", commune(2), Closing(Turn.CLOSED, "2024-07-10T08:00:00+07:00", "chủ tịch xã", "lan-1"))


@pytest.mark.parametrize(
    "change",
    [
        _a_closing,
        _another_time,
        _the_old_time,
        _a_moment_ago,
        _a_ledger,
        _a_folder,
        _a_link,
        _a_place,
        _a_table,
        _a_table_of_the_old_time,
        _a_document,
        _what_a_document_says,
        _a_pack,
        _an_earlier_period,
    ],
    ids=lambda change: change.__name__,
)
def test_a_batch_in_which_anything_looks_different_has_another_seal(
    sealed: Path, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    copied = tmp_path / "copied"
    shutil.copytree(sealed, copied)
    os.utime(workbook(copied), LONG_AGO)
    before = Seals(Raw(copied / "raw"), Store(copied / "data")).of(PART)
    change(copied)
    assert before != Seals(Raw(copied / "raw"), Store(copied / "data")).of(PART)


def test_a_level_above_has_another_seal_where_a_batch_below_or_a_file_of_its_own_is_another(
    sealed: Path, tmp_path: Path
) -> None:
    shutil.copytree(sealed, tmp_path / "copied")
    root = tmp_path / "copied"
    period, office = PART.above()
    before = [Seals(Raw(root / "raw"), Store(root / "data")).of(part) for part in (period, office)]
    (root / "data" / "views.sql").unlink()
    with (root / "data" / "state" / f"{PART.name}.ndjson").open("a") as file:
        file.write("\n")
    after = [Seals(Raw(root / "raw"), Store(root / "data")).of(part) for part in (period, office)]
    assert all(before)
    assert before[0] != after[0]
    assert before[1] != after[1]


def test_a_damaged_seal_does_not_hold_and_stops_nothing(sealed: Path, tmp_path: Path) -> None:
    root = tmp_path / "copied"
    shutil.copytree(sealed, root)
    raw, store = Raw(root / "raw"), Store(root / "data")
    (root / "data" / "state" / f"{PART.name}.seal").write_bytes(b"\xff\xfe")
    assert not stale_batches(raw, store, [TERRITORY])
    assert PART.name in holding(root)


def test_other_code_breaks_every_seal(sealed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stamps, "code_looks", lambda: "other")
    assert holding(sealed) == []


def test_what_could_not_be_read_is_looked_at_again_each_time(sealed: Path, tmp_path: Path) -> None:
    shutil.copytree(sealed, tmp_path / "copied")
    root = tmp_path / "copied"
    with workbook(root).with_name("long.xlsx").open("wb") as file:
        file.truncate(2**40)
    os.utime(workbook(root).with_name("long.xlsx"), LONG_AGO)
    raw, store = Raw(root / "raw"), Store(root / "data")
    refresh(raw, store, TERRITORY, who="test")
    assert not stale_batches(raw, Store(store.root), [TERRITORY])
    assert PART.name not in holding(root)


def test_of_a_communes_own_folder_every_byte_is_looked_at(tmp_path: Path) -> None:
    territory(tmp_path / "raw", {1: 1}, folder="")
    raw, store, batch = Raw(tmp_path / "raw"), Store(tmp_path / "data"), BatchKey(*commune(1))
    refresh(raw, store, batch, who="test")
    assert not stale_batches(raw, Store(store.root), [batch])
    seals = Seals(raw, Store(store.root))
    assert [seals.of(part) for part in (Part.of(batch), *Part.of(batch).above())] == ["", "", ""]
