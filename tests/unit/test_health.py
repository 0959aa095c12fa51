"""What is wrong with an installation is told, each by its own sentence; a sound one is told of as sound."""

import os
import shutil
import time
from collections import namedtuple
from collections.abc import Callable
from importlib import metadata

import pytest

from pipelines.refresh import health
from pipelines.settings import Settings
from pipelines.store import state as states
from tests.unit.harms import flip
from tests.unit.offices import Office


def wrong(office: Office) -> dict[str, str]:
    """Return what is wrong, by what was looked at."""
    found = health.symptoms(Settings(office.raw.root, office.store.root))
    return {one.what: one.wrong for one in found if one.wrong}


def harm_a_table(office: Office) -> None:
    flip(office.store.path("marts/livestock", office.part), 0)


def lose_a_table(office: Office) -> None:
    office.store.path("marts/livestock", office.part).unlink()


def harm_the_archive(office: Office) -> None:
    flip(next((office.store.root / "archive").glob("*.xlsx")), 0)


def lose_the_archive(office: Office) -> None:
    shutil.rmtree(office.store.root / "archive")


def tear_the_state(office: Office) -> None:
    flip(office.store.root / "state" / f"{office.part}.copy.ndjson", 0)


def leave_something_unfinished(office: Office) -> None:
    (office.store.root / "marts" / ".x.parquet.0.abc.tmp").write_bytes(b"")


def hold_a_form(office: Office) -> None:
    office.write(("co_huong.xlsx", "Chăn nuôi", "D13"), "ba con")
    office.refresh()


def name_a_folder_wrongly(office: Office) -> None:
    (office.raw.root / "2024-H1" / "huu-kein").mkdir()


def set_the_clock_back(office: Office) -> None:
    later = time.time() + 3600
    os.utime(office.store.root / "state" / f"{office.part}.ndjson", (later, later))


def open_the_folder_to_everybody(office: Office) -> None:
    office.store.root.chmod(0o777)


def harm_a_release(office: Office) -> None:
    folder = office.store.root / "releases" / "r1"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text("{}")


def harm_the_desk(office: Office) -> None:
    database = Settings(office.raw.root, office.store.root).desk_database
    database.parent.mkdir(parents=True)
    database.write_bytes(b"no database" * 999)


HARMS: dict[Callable[[Office], None], tuple[str, str]] = {
    harm_a_table: ("Bảng kết quả", "marts/livestock/2024-H1_huu-kien.parquet"),
    lose_a_table: ("Bảng kết quả", "marts/livestock/2024-H1_huu-kien.parquet"),
    harm_the_archive: ("Kho lưu", ".xlsx"),
    lose_the_archive: ("Kho lưu", "2024-H1_huu-kien"),
    tear_the_state: ("Lần chạy dở", "2024-H1_huu-kien"),
    leave_something_unfinished: ("Lần chạy dở", ".x.parquet"),
    hold_a_form: ("Biểu bị giữ lại", "6 tháng đầu năm 2024 của Xã Hữu Kiên"),
    name_a_folder_wrongly: ("Thư mục báo cáo", "huu-kein"),
    set_the_clock_back: ("Đồng hồ", "2024-H1_huu-kien.ndjson"),
    open_the_folder_to_everybody: ("Thư mục kết quả", "chmod o-w"),
    harm_a_release: ("Bản phát hành", "r1"),
    harm_the_desk: ("Bàn làm việc", "desk.sqlite3"),
}


def test_of_a_sound_installation_nothing_is_told(office: Office) -> None:
    assert wrong(office) == {}


@pytest.mark.parametrize("harm", HARMS, ids=lambda harm: harm.__name__)
def test_what_is_wrong_is_told_once_and_named(office: Office, harm: Callable[[Office], None]) -> None:
    what, named = HARMS[harm]
    harm(office)
    told = wrong(office)
    assert list(told) == [what]
    assert named in told[what]


def test_a_full_disk_is_told_before_it_is_full(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**10, 10**10 - 5 * 2**20, 5 * 2**20))
    assert list(wrong(office)) == ["Chỗ trống"]
    assert "chỉ còn 5 MB" in wrong(office)["Chỗ trống"]


def test_a_package_of_another_version_is_named(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    version = metadata.version
    monkeypatch.setattr(metadata, "version", lambda name: "1.2" if name == "pandas" else version(name))
    assert "pandas 1.2 (cần 3.1.1)" in wrong(office)["Phiên bản"]


def test_a_look_that_fails_hides_none_of_the_others(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(states, "damaged", lambda *_: 1 / 0)
    harm_a_table(office)
    told = wrong(office)
    assert list(told) == ["Lần chạy dở", "Bảng kết quả"]
    assert "ZeroDivisionError" in told["Lần chạy dở"]


def test_a_machine_on_which_nothing_has_run_yet_is_told_what_to_do(office: Office) -> None:
    shutil.rmtree(office.store.root)
    assert wrong(office) == {"Thư mục kết quả": f"Chưa có {office.store.root}. Chạy: returns refresh"}
