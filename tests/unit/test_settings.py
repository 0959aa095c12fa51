"""What is prepared for Dagster before it starts: its settings, whole, whoever was killed while they were written."""

from pathlib import Path

import pytest

from pipelines.settings import DATA_VARIABLE, HOME_VARIABLE, RAW_VARIABLE, Settings
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
