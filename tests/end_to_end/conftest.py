"""Offices for end-to-end tests, and who looks at them. A refresh takes seconds, so one is made and copied."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.end_to_end.chromium import launched, officers_page
from tests.end_to_end.dagster_pages import Pages, returns_ui
from tests.end_to_end.machine import Machine
from tests.end_to_end.office import Office
from tests.end_to_end.office_server import OfficeServer, bare_machine, installed, make_wheels
from tests.end_to_end.once import made_once


@pytest.fixture(scope="session")
def refreshed(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office after its first refresh, by the command; look, do not touch, and let no Dagster open its records."""
    return Office(made_once(tmp_path_factory, "refreshed", lambda root: Office.founded(root).run("refresh")))


@pytest.fixture
def office(refreshed: Office, tmp_path: Path) -> Office:
    """An office after its first refresh, to do with as the test likes."""
    return refreshed.copy(tmp_path / "office")


@pytest.fixture(scope="module")
def pages(office: Office) -> Iterator[Pages]:
    """Dagster's pages and the desk, of the one office that a module has."""
    with returns_ui(office, office.root / "ui.log") as pages:
        yield pages


@pytest.fixture
def page(pages: Pages) -> Iterator[Page]:
    """A page in the browser of an officer who has signed in."""
    with officers_page() as page:
        pages.let_in(page)
        yield page


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser in which nothing is open."""
    with launched() as browser:
        yield browser


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A machine of its own with this package, installed without a network, and nothing else of ours."""
    wheels = made_once(tmp_path_factory, "wheels", make_wheels)
    with bare_machine(tmp_path_factory.mktemp("bare"), wheels) as made:
        yield made


@pytest.fixture(scope="session")
def server(bare: Machine, tmp_path_factory: pytest.TempPathFactory) -> OfficeServer:
    """An office server on that machine, with the returns of a small commune in its raw folder."""
    return installed(bare, tmp_path_factory.mktemp("server"))
