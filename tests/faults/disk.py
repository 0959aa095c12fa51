"""A disk on which something goes wrong at one chosen point.

Belongs here: counting the points at which a refresh writes or reads, and what goes wrong there. Does not belong here:
what is expected afterwards.

Every way by which ``pipelines.store`` changes a disk is a point: making a file, writing into it (half of the bytes come
to lie there), syncing, renaming, removing, making a folder. Nothing is really synced: no test cuts the power.
"""

import errno
import io
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest


@dataclass
class Points:
    """The points met so far, and what happens at them.

    Args:
        happens: Told number and name of the point; what it raises goes wrong there.
    """

    happens: Callable[[int, str], None]
    met: list[str] = field(default_factory=list)

    def reach(self, name: str) -> None:
        """Meet a point."""
        self.met.append(name)
        self.happens(len(self.met) - 1, name)


class _Half(io.FileIO):
    """A file of which half has been written where something goes wrong."""

    points: Points

    def write(self, content: Any) -> int:
        whole = bytes(content)
        super().write(whole[: len(whole) // 2])
        self.points.reach("write")
        super().write(whole[len(whole) // 2 :])
        return len(whole)


@contextmanager
def writes(happens: Callable[[int, str], None]) -> Iterator[Points]:
    """Let something happen at every point at which a disk is changed."""
    points = Points(happens)

    def before(name: str, does: Callable[..., Any]) -> Callable[..., Any]:
        def met(*arguments: Any, **named: Any) -> Any:
            points.reach(name)
            return does(*arguments, **named)

        return met

    def opened(handle: int, mode: str = "r", *arguments: Any, **named: Any) -> Any:
        if mode != "wb":
            return real(handle, mode, *arguments, **named)
        file = _Half(handle, mode)
        file.points = points
        return io.BufferedWriter(file)

    real = os.fdopen
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fdopen", opened)
        patch.setattr(os, "fsync", before("sync", lambda _: None))
        patch.setattr(tempfile, "mkstemp", before("make", tempfile.mkstemp))
        for name in ("replace", "rename", "unlink", "mkdir", "write_text"):
            patch.setattr(Path, name, before(name, getattr(Path, name)))
        yield points


@contextmanager
def reads(happens: Callable[[int, str], None]) -> Iterator[Points]:
    """Let something happen at every point at which the bytes of a file, or the names in a folder, have been read."""
    points = Points(happens)

    def after(name: str, does: Callable[..., Any]) -> Callable[..., Any]:
        def met(path: Path, *arguments: Any) -> Any:
            found = does(path, *arguments)
            found = list(found) if name == "iterdir" else found
            points.reach(f"{name} {path.name}")
            return found

        return met

    with pytest.MonkeyPatch.context() as patch:
        for name in ("read_bytes", "iterdir"):
            patch.setattr(Path, name, after(name, getattr(Path, name)))
        yield points


def full_from(number: int) -> Callable[[int, str], None]:
    """Let the disk take nothing more from a point on; what is there can be removed."""

    def happens(reached: int, name: str) -> None:
        if reached >= number and name != "unlink":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    return happens


def start_child(work: Callable[[], object]) -> int:
    """Do something in a process of its own, and do not wait for it; return its number."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return child


def end_of(child: int) -> int:
    """Return the exit code of a process once it ends: 0 where it did all, 1 where it raised, minus that of a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
