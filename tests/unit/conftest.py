"""Shared by the tests of this folder: the example returns as a refresh publishes them, without Dagster."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.store.tables import Store
from tests.unit.builders import ROOT
from tests.unit.desks import Desk, desk_at
from tests.unit.offices import EXAMPLE_WRITER, KEY, Office


@pytest.fixture(scope="session", autouse=True)
def _no_power_cuts() -> Iterator[None]:
    """Nothing here outlasts the session: do not wait for the device. What a kill leaves is the same either way."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield


@pytest.fixture(scope="session")
def example_office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example office, refreshed; only to be read and to be copied."""
    root = tmp_path_factory.mktemp("example")
    shutil.copytree(ROOT / "raw" / KEY.period, root / "raw" / KEY.period)
    office = Office(root)
    office.signed(EXAMPLE_WRITER)
    office.refresh()
    return root


@pytest.fixture(scope="session")
def example(example_office: Path) -> Store:
    """The output folder of the example returns; only to be read."""
    return Store(example_office / "data")


@pytest.fixture
def office(example_office: Path, tmp_path: Path) -> Office:
    """A copy of the example office, to be changed."""
    return Office.copied(example_office, tmp_path / "office")


@pytest.fixture
def desk(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """The desk of the test's office: of the example, where its module makes no other."""
    with desk_at(office.root, monkeypatch) as desk:
        yield desk


@pytest.fixture
def empty_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """The desk of an office to which nothing has been sent."""
    (tmp_path / "raw").mkdir()
    with desk_at(tmp_path, monkeypatch) as desk:
        yield desk
