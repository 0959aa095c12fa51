"""Folders that are dear to make and are only looked at: one of each in a test run, however many processes it has.

Belongs here: that alone. Does not belong here: what lies in such a folder.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a folder of the test run, made by the process that asks first; others wait for it.

    Args:
        factory: Knows where the temporary folders of this process lie.
        name: The folder's name, of which there is one.
        make: Is given its path, where nothing is yet. What it raises is passed on, and who asks next tries anew.
    """
    own = factory.getbasetemp()
    box = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder, made = box / name, box / f"{name}.made"
    with FileLock(box / f"{name}.lock"):
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)
            make(folder)
            made.touch()
    return folder
