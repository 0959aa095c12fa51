"""Backups: an empty machine becomes the office that was backed up; what is damaged is told; no backup harms another."""

import errno
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.desk.opening import opened
from pipelines.refresh import backup
from pipelines.refresh.backup import Backup, BackupError
from pipelines.refresh.batches import tidy_all
from pipelines.refresh.release import make, verify
from pipelines.settings import HOME_VARIABLE, Settings
from pipelines.store import closings
from pipelines.store.closings import Closing, Turn
from pipelines.store.locks import locked
from pipelines.store.raw_names import LEDGER
from schemas.sentences import SentenceError
from tests.faults.disk import end_of, start_child
from tests.unit.desks import Desk, desk_at
from tests.unit.harms import cut, cut_in_half, flip
from tests.unit.offices import KEY, Office

pytestmark = pytest.mark.slow

CELL = ("na_lia.xlsx", "Chăn nuôi", "D13")


@pytest.fixture(autouse=True)
def _no_home_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOME_VARIABLE, "")


def settings(root: Path) -> Settings:
    return Settings(root / "raw", root / "data")


def backed_up(office: Office, into: Path) -> Backup:
    made = backup.make(settings(office.root), into)
    assert made.lacking == []
    return made.backup


def restored(one: Backup, root: Path) -> Office:
    backup.restore(one, settings(root))
    return Office(root)


def first_file(one: Backup, begins: str) -> Path:
    sha256 = next(one.files[name] for name in sorted(one.files) if name.startswith(begins))
    return one.root / backup.FILES / sha256[:2] / sha256


def without_documents(office: Office) -> dict[str, bytes]:
    own = ("explorer/", "openlineage/", "datapackage", "views.sql", "reports/", "state/", "releases/.lock")
    return {name: content for name, content in office.files().items() if not name.startswith(own)}


@pytest.mark.slow
def test_an_empty_machine_becomes_the_office_that_was_backed_up(office: Office, tmp_path: Path) -> None:
    office.refresh()
    make(office.raw, office.store, KEY, "lan-1", despite="thử")
    other_key = KEY._replace(period="2023-H2")
    closings.add(office.store.root, other_key, Closing(Turn.CLOSED, "2024-07-03T08:00:00+07:00", "thử", "lan-1"))
    office.write(CELL, 7)
    office.decide(f"{','.join(CELL)},7,8,Đã hỏi")
    other = restored(backed_up(office, tmp_path / "backup"), tmp_path / "other")
    assert verify(other.store.root, "lan-1").differences == []
    assert closings.every(other.store.root) == closings.every(office.store.root) != {}
    assert other.rows("figures/livestock") == office.rows("figures/livestock")
    assert (other.folder / LEDGER).read_bytes() == (office.folder / LEDGER).read_bytes()
    office.refresh()
    other.refresh()
    assert without_documents(other) == without_documents(office)
    assert other.stale() == set()


@pytest.mark.slow
def test_a_backup_of_what_has_not_changed_adds_nothing_and_a_later_one_harms_no_earlier_one(
    office: Office, tmp_path: Path
) -> None:
    first = backed_up(office, tmp_path / "backup")
    assert backup.make(settings(office.root), tmp_path / "backup").new == 0
    before = office.rows("figures/livestock"), (office.folder / CELL[0]).read_bytes()
    office.write(CELL, 7)
    office.refresh()
    last = backed_up(office, tmp_path / "backup")
    assert backup.names(tmp_path / "backup")[-1] == last.name
    then, now = restored(first, tmp_path / "then"), restored(last, tmp_path / "now")
    assert (then.rows("figures/livestock"), (then.folder / CELL[0]).read_bytes()) == before
    assert (now.folder / CELL[0]).read_bytes() == (office.folder / CELL[0]).read_bytes() != before[1]
    assert now.rows("findings/livestock") == office.rows("findings/livestock")


def test_a_backup_by_a_clock_that_was_set_back_is_the_last(example_office: Path, tmp_path: Path) -> None:
    office = Office.copied(example_office, tmp_path / "office")
    first = datetime(2024, 7, 3, 8, tzinfo=UTC)
    days = (first, first - timedelta(days=1), first - timedelta(days=2), first, first + timedelta(hours=1))
    clock, made = iter(days), list[Backup]()
    for day in days:
        office.write(CELL, len(made))
        made.append(backup.make(settings(office.root), tmp_path / "backup", now=lambda: next(clock)).backup)
        assert backup.found(tmp_path / "backup").name == made[-1].name
        assert made[-1].created == day.isoformat(timespec="seconds")
    assert backup.names(tmp_path / "backup") == [one.name for one in made]
    assert [one.name for one in made][::4] == ["2024-07-03T080000", "2024-07-03T090000"]


@pytest.mark.parametrize(
    ("harm", "what"), [(Path.unlink, "raw/"), (cut, "data/archive/"), (flip, "data/marts/"), (flip, "data/state/")]
)
def test_a_damaged_backup_is_told_and_nothing_is_written_and_the_next_backup_puts_it_right(
    example_office: Path, tmp_path: Path, harm: Callable[[Path], None], what: str
) -> None:
    one = backed_up(Office(example_office), tmp_path / "backup")
    harm(first_file(one, what))
    assert any(name.startswith(what) for name in one.damaged())
    with pytest.raises(BackupError, match="chưa ghi gì"):
        restored(one, tmp_path / "other")
    assert not (tmp_path / "other").exists()
    backed_up(Office(example_office), tmp_path / "backup")
    assert one.damaged() == []


@pytest.mark.parametrize("harm", [cut, flip])
def test_a_damaged_list_is_told(example_office: Path, tmp_path: Path, harm: Callable[[Path], None]) -> None:
    one = backed_up(Office(example_office), tmp_path / "backup")
    harm(one.root / f"{one.name}.ndjson")
    with pytest.raises(BackupError, match="bị hỏng"):
        restored(Backup(one.root, one.name), tmp_path / "other")


def test_a_backup_that_was_stopped_is_none(example_office: Path, tmp_path: Path) -> None:
    one = backed_up(Office(example_office), tmp_path / "backup")
    (one.root / f"{one.name}.ndjson").unlink()
    with pytest.raises(BackupError, match="không có bản sao lưu hoàn chỉnh"):
        backup.found(one.root)


def test_what_lies_there_is_never_written_over_and_a_restore_that_was_stopped_goes_on(
    example_office: Path, tmp_path: Path
) -> None:
    one = backed_up(Office(example_office), tmp_path / "backup")
    other = restored(one, tmp_path / "other")
    everything = other.files()
    workbook = other.folder / "na_lia.xlsx"
    workbook.unlink()
    (other.store.root / "state" / f"{other.part}.ndjson").unlink()
    assert restored(one, other.root).files() == everything
    workbook.write_bytes(b"another")
    with pytest.raises(BackupError, match=r"na_lia\.xlsx"):
        restored(one, other.root)
    assert workbook.read_bytes() == b"another"


def test_a_backup_does_not_lie_in_what_is_backed_up(example_office: Path) -> None:
    with pytest.raises(BackupError, match="nằm trong"):
        backup.make(settings(example_office), example_office / "data" / "backup")


def _without_a_schema(path: Path) -> None:
    """Write over what says which tables there are, but for the very head of the file."""
    content = path.read_bytes()
    path.write_bytes(content[:100] + bytes(byte ^ 0xFF for byte in content[100:4096]) + content[4096:])


@pytest.mark.slow
def test_a_damaged_table_and_a_link_that_leaves_the_raw_folder_are_told(office: Office, tmp_path: Path) -> None:
    flip(office.store.path("marts/livestock", office.part))
    (tmp_path / "outside.xlsx").write_bytes(b"x")
    (office.folder / "linked.xlsx").symlink_to(tmp_path / "outside.xlsx")
    made = backup.make(settings(office.root), tmp_path / "backup")
    assert [one for one in made.lacking if "marts/livestock" in one]
    assert len([one for one in made.lacking if "linked.xlsx" in one and "liên kết" in one]) == 1, "told once"
    other = restored(made.backup, tmp_path / "other")
    other.refresh()
    assert other.rows("marts/livestock") != []


def _shut(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Have the system refuse to look into a folder, whoever runs the tests."""
    scan, listing = os.scandir, os.listdir

    def refusing(looks: Callable[[object], object]) -> Callable[[object], object]:
        def look(path: object = ".") -> object:
            if Path(os.fsdecode(path)) == folder:  # type: ignore[arg-type]
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
            return looks(path)

        return look

    monkeypatch.setattr(os, "scandir", refusing(scan))  # type: ignore[arg-type]
    monkeypatch.setattr(os, "listdir", refusing(listing))  # type: ignore[arg-type]


@pytest.mark.parametrize("which", ["raw/2024-H1/huu-kien", "data/archive", "data/releases", "data/closings"])
def test_a_folder_that_may_not_be_looked_into_is_told_and_is_not_as_if_nothing_lay_in_it(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    office.refresh()
    make(office.raw, office.store, KEY, "lan-1", despite="thử")
    closings.add(office.store.root, KEY, Closing(Turn.CLOSED, "2024-07-03T08:00:00+07:00", "thử", "lan-1"))
    with monkeypatch.context() as shut:
        _shut(shut, office.root / which)
        made = backup.make(settings(office.root), tmp_path / "backup")
    assert [one for one in made.lacking if str(office.root / which) in one]
    assert backup.make(settings(office.root), tmp_path / "backup").lacking == []


def test_into_a_folder_that_may_not_be_looked_into_nothing_is_restored(
    example_office: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = backed_up(Office(example_office), tmp_path / "backup")
    shut = tmp_path / "other" / "raw" / "2024-H1"
    shut.mkdir(parents=True)
    _shut(monkeypatch, shut)
    with pytest.raises(PermissionError):
        restored(one, tmp_path / "other")
    assert not (tmp_path / "other" / "data").exists()


def test_it_waits_for_who_has_a_part(example_office: Path, tmp_path: Path) -> None:
    office, told = Office(example_office), list[str]()
    has_it, go_on = os.pipe(), os.pipe()

    def hold() -> None:
        with locked(office.store.root, office.part, "người khác"):
            os.write(has_it[1], b".")
            os.read(go_on[0], 1)

    def waiting(sentence: str) -> None:
        told.append(sentence)
        os.write(go_on[1], b".")

    child = start_child(hold)
    os.read(has_it[0], 1)
    backup.make(settings(office.root), tmp_path / "backup", waiting)
    assert end_of(child) == 0
    for end in (*has_it, *go_on):
        os.close(end)
    assert "người khác" in told[0]


def test_the_users_of_the_desk_are_backed_up_while_they_work(
    empty_desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty_desk.user("hoa", "officer")
    one = backup.make(empty_desk.folders, tmp_path / "backup").backup
    empty_desk.user("lan", "approver")
    other = settings(tmp_path / "other")
    backup.restore(one, other)
    assert other.desk_database.stat().st_mode & 0o077 == 0
    assert not (other.desk / "secret").exists()
    shutil.copy(other.desk_database, tmp_path / "kept.sqlite3")
    with desk_at(tmp_path / "elsewhere", monkeypatch):
        from django.db import connections

        from pipelines.desk.models import User

        connections.close_all()
        shutil.copy(tmp_path / "kept.sqlite3", tmp_path / "elsewhere" / "data" / "desk" / "desk.sqlite3")
        assert [one.username for one in User.objects.all()] == ["hoa"]


def test_what_a_backup_could_not_take_is_known_of_it_and_the_raw_files_are_in_it_all_the_same(
    office: Office, tmp_path: Path
) -> None:
    office.refresh()
    for path in (office.store.root / "state").glob(f"{office.part}.*"):
        cut(path)
    made = backup.make(settings(office.root), tmp_path / "backup")
    assert [one for one in made.lacking if f"{office.part}.copy.ndjson" in one]
    one = backup.found(tmp_path / "backup")
    assert one.lacking == made.lacking
    assert {name for name in one.files if name.startswith("raw/")} >= {f"raw/{'/'.join(KEY)}/na_lia.xlsx"}


@pytest.mark.parametrize("harm", [lambda path: path.write_bytes(b"no database" * 999), cut_in_half, _without_a_schema])
def test_a_damaged_database_of_the_desk_is_told_and_all_else_is_backed_up(
    empty_desk: Desk, tmp_path: Path, harm: Callable[[Path], object]
) -> None:
    empty_desk.user("hoa", "officer")
    other = settings(tmp_path / "other")
    backup.restore(backup.make(empty_desk.folders, tmp_path / "backup").backup, other)
    other.raw.mkdir(parents=True, exist_ok=True)
    (other.raw / "places.csv").write_text("code,level,name,parent\n", encoding="utf-8")
    assert not backup.make(other, tmp_path / "second").lacking
    harm(other.desk_database)
    made = backup.make(other, tmp_path / "second")
    assert [one for one in made.lacking if str(other.desk_database) in one and "returns ui" in one]
    assert "raw/places.csv" in made.backup.files
    with pytest.raises(SentenceError, match=r"desk\.sqlite3.* bị hỏng"):
        opened(other)


def test_while_a_backup_is_half_put_back_nothing_is_refreshed(example_office: Path, tmp_path: Path) -> None:
    one = backed_up(Office(example_office), tmp_path / "backup")
    other = settings(tmp_path / "other")

    def half() -> None:
        taken = iter(range(30))
        keep = Backup.content

        def content(self: Backup, sha256: str) -> bytes | None:
            if next(taken, None) is None:
                os._exit(9)
            return keep(self, sha256)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Backup, "damaged", lambda _: [])
            patch.setattr(Backup, "content", content)
            backup.restore(one, other)

    assert end_of(start_child(half)) == 9
    office = Office(tmp_path / "other")
    with pytest.raises(SentenceError, match=rf"chưa xong.*returns restore {one.root}"):
        office.refresh()
    with pytest.raises(SentenceError, match="chưa xong"):
        tidy_all(office.store, [])
    backup.restore(one, other)
    office.refresh()
    assert office.stale() == set()
