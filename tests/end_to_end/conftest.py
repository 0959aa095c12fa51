"""Offices for end-to-end tests. A refresh takes seconds, so one is made and copied."""

from pathlib import Path

import pytest

from tests.end_to_end.office import Office


@pytest.fixture(scope="session")
def refreshed(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office after its first refresh, by the command; look, do not touch."""
    office = Office.founded(tmp_path_factory.mktemp("office"))
    office.run("refresh")
    return office


@pytest.fixture
def office(refreshed: Office, tmp_path: Path) -> Office:
    """An office after its first refresh, to do with as the test likes."""
    return refreshed.copy(tmp_path / "office")
