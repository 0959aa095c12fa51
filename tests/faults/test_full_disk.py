"""A disk that is really full: the command ends with 2 and one sentence; with room again, it goes on as if nothing was.

The disk is a real one, of memory; making one takes the rights of root, and Linux.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.office import SHIPPED, Office

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        sys.platform != "linux" or os.geteuid() != 0, reason="needs root on Linux, to mount a disk of memory"
    ),
]

FULL_AT = ("1500k", "3m", "8m", "12m", "16m", "20m")
"""Sizes at which one write after the other is the one that finds no room: Dagster's records, tables, pages."""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office whose output folder lies on a disk of its own."""
    found = Office(tmp_path)
    found.raw.mkdir()
    (found.raw / "2024-H1").symlink_to(SHIPPED.parent)
    found.data.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(found.data)], check=True)
    yield found
    subprocess.run(["umount", "--lazy", str(found.data)], check=True)


def resize(office: Office, size: str) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size}", str(office.data)], check=True)


def test_wherever_there_is_no_room_one_sentence_says_so_and_the_next_run_goes_on(
    office: Office, tmp_path_factory: pytest.TempPathFactory
) -> None:
    undisturbed = Office.founded(tmp_path_factory.mktemp("undisturbed"))
    undisturbed.run("refresh")
    for size in FULL_AT:
        resize(office, size)
        process = office.start("refresh")
        out, err = process.communicate(timeout=120)
        assert process.returncode == 2, (size, out, err)
        assert not out, size
        assert len(err.strip().splitlines()) == 1, (size, err)
        assert "ết chỗ" in err, (size, err)
    resize(office, "200m")
    office.run("refresh")
    assert office.tables("marts") == undisturbed.tables("marts")
    assert office.tables("figures") == undisturbed.tables("figures")
    assert list(office.data.rglob(".*.tmp")) == []
