"""Dagster's records that are damaged are told by whoever opens them: which file, and what to do."""

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.orchestration import health as of_dagster
from pipelines.orchestration.failures import sentence
from pipelines.orchestration.opening import opened
from pipelines.refresh.health import symptoms
from pipelines.settings import Settings
from schemas.sentences import SentenceError
from tests.unit.harms import cut_in_half, empty

DATABASES = ("history/runs.db", "history/runs/index.db", "schedules/schedules.db")


def first_page_alone(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:4096])


def no_database(path: Path) -> None:
    path.write_bytes(b"x" * 200 + path.read_bytes()[200:])


HARMS = (empty, first_page_alone, no_database)
"""What is seen before Dagster opens it."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = Settings(tmp_path_factory.mktemp("raw"), tmp_path_factory.mktemp("data"))
    with pytest.MonkeyPatch.context() as patch:
        for name in ("RETURNS_RAW", "RETURNS_DATA", "DAGSTER_HOME"):
            patch.setenv(name, "")
        settings.export()
        with opened():
            pass
    return settings.data


@pytest.fixture
def home(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(made, tmp_path / "data")
    home = tmp_path / "data/dagster"
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    return home


def told_by_doctor(home: Path) -> str:
    looked_at = symptoms(Settings(home.parents[1] / "raw", home.parent))
    return next(one.wrong for one in looked_at if one.what == "Nhật ký Dagster")


def test_records_as_they_were_made_are_opened(home: Path) -> None:
    with opened():
        assert told_by_doctor(home) == ""
    assert told_by_doctor(home) == ""


@pytest.mark.parametrize("harm", HARMS)
@pytest.mark.parametrize("name", DATABASES)
def test_a_damaged_database_is_told_by_its_name(name: str, harm: Callable[[Path], None], home: Path) -> None:
    harm(home / name)
    with pytest.raises(SentenceError, match=f"tệp {home / name}") as told, opened():
        pass
    assert str(told.value) == told_by_doctor(home)
    assert f"chuyển thư mục {home} đi chỗ khác" in str(told.value)
    assert any(str(told.value) in one.wrong for one in of_dagster.symptoms())


@pytest.mark.parametrize("name", DATABASES)
def test_a_database_that_only_its_reading_finds_damaged_is_told_by_its_name(name: str, home: Path) -> None:
    cut_in_half(home / name)
    assert f"tệp {home / name}" in told_by_doctor(home)
    error = sqlite3.DatabaseError("database disk image is malformed")
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    assert f"tệp {home / name}" in sentence(error)


def test_a_database_that_is_gone_is_made_anew(home: Path) -> None:
    for name in DATABASES:
        (home / name).unlink()
    with opened() as instance:
        assert instance.get_run_records() == []
    assert told_by_doctor(home) == ""
