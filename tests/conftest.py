"""Shared by all tests: the marker for programs that must be installed, and a place for screenshots."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.store import designs

# The Debian package that brings each program, where its name is another.
DEBIAN_PACKAGES = {
    "libreoffice": "libreoffice-calc-nogui",
    "soffice": "libreoffice-calc-nogui",
    "pdftoppm": "poppler-utils",
    "pdftotext": "poppler-utils",
    "nginx": "nginx-light",
    "nsenter": "util-linux",
    "systemd-analyze": "systemd",
    "systemd-socket-activate": "systemd",
    "pg_ctlcluster": "postgresql",
    "psql": "postgresql-client",
}


def missing_program(item: pytest.Item) -> str | None:
    """The first program that the test's `needs` markers name and PATH lacks."""
    for marker in item.iter_markers("needs"):
        if not marker.args or marker.kwargs:
            raise pytest.UsageError(f"{item.nodeid}: needs() takes the names of programs")
        for program in marker.args:
            if shutil.which(program) is None:
                return str(program)
    return None


def pytest_configure() -> None:
    """Let no width decide what a test reads: pytest-xdist's processes find one that is no terminal's."""
    for name in ("COLUMNS", "LINES"):  # readline's doing, in the process that starts them
        os.environ.pop(name, None)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test that lacks a program, before its fixtures run; fail it where REQUIRE_SYSTEM_PACKAGES=1."""
    program = missing_program(item)
    if program is None:
        return
    reason = f"needs {program} (Debian package {DEBIAN_PACKAGES.get(program, program)})"
    if os.environ.get("REQUIRE_SYSTEM_PACKAGES") == "1":
        pytest.fail(f"{reason}, and REQUIRE_SYSTEM_PACKAGES=1 forbids to skip", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(autouse=True, scope="module")
def designs_of_none() -> Iterator[None]:
    """What a module of tests takes in of designs, other modules do not find in force in this process."""
    yield
    designs.use(Path(), ())


@pytest.fixture
def artefacts(request: pytest.FixtureRequest) -> Path:
    """A folder of this test's own for screenshots and other things to look at; git ignores it, CI keeps it."""
    name = re.sub(r"[^\w.-]+", "_", request.node.name).strip("_.")[:120]
    folder: Path = request.config.rootpath / ".ci-artefacts" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder
