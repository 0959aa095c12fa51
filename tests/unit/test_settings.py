"""What is prepared for Dagster before it starts: its settings, whole, whoever was killed while they were written."""

from datetime import datetime, tzinfo
from pathlib import Path

import pytest

from pipelines import settings
from pipelines.settings import DATA_VARIABLE, HOME_VARIABLE, RAW_VARIABLE, TODAY_VARIABLE, Settings
from schemas.sentences import SentenceError
from tests.unit.builders import ROOT

SHIPPED = (ROOT / "pipelines" / "dagster.yaml").read_bytes()


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for variable in (RAW_VARIABLE, DATA_VARIABLE, HOME_VARIABLE):
        monkeypatch.setenv(variable, "")
    return Settings(tmp_path / "raw", tmp_path / "data")


@pytest.mark.parametrize(
    "left", [None, b"", SHIPPED[:40], SHIPPED[:-1]], ids=["none", "empty", "a line", "all but one"]
)
def test_what_somebody_who_was_killed_left_of_the_settings_of_dagster_is_made_whole(
    folders: Settings, left: bytes | None
) -> None:
    """Without them Dagster would tell others of what is done here."""
    assert b"telemetry:\n  enabled: false" in SHIPPED
    own = folders.home / "dagster.yaml"
    if left is not None:
        own.parent.mkdir(parents=True)
        own.write_bytes(left)
    folders.export()
    assert own.read_bytes() == SHIPPED
    assert list(own.parent.iterdir()) == [own]


def test_the_settings_of_an_administrator_stay(folders: Settings) -> None:
    own = folders.home / "dagster.yaml"
    own.parent.mkdir(parents=True)
    own.write_bytes(SHIPPED + b"retention: {}\n")
    folders.export()
    assert own.read_bytes() == SHIPPED + b"retention: {}\n"


class Shown(datetime):
    """A clock that shows what it is told to."""

    moment = datetime(2024, 7, 3, 12)

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return cls.moment.replace(tzinfo=tz)


@pytest.mark.parametrize("year", [1970, 2000, 2023, 2100, 2256])
def test_a_clock_that_has_not_been_set_is_told_and_gives_neither_time_nor_day(
    year: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(TODAY_VARIABLE, raising=False)
    monkeypatch.setattr(settings, "datetime", Shown)
    assert settings.today() == settings.now().date() == Shown.moment.date()
    monkeypatch.setattr(Shown, "moment", datetime(year, 1, 1, 8, 3))
    for asked in (settings.now, settings.today):
        with pytest.raises(SentenceError, match=f"Đồng hồ của máy chỉ 08:03 01/01/{year}"):
            asked()
    monkeypatch.setenv(TODAY_VARIABLE, "2024-07-11")
    assert f"{settings.today()}" == "2024-07-11"
