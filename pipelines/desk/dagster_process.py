"""Dagster's pages and daemon as a process beside the desk, started again where it ends.

Belongs here: starting it, where its pages can be reached, how it fares. Does not belong here: what it is
(``pipelines.orchestration.serving``), passing requests on (``pipelines.desk.proxy``).
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from pipelines import posix
from pipelines.settings import LOG_BYTES

_FIRST_WAIT, _LONGEST_WAIT = 5.0, 300.0
_SECONDS_TO_END = 90
_LONGEST_SOCKET = 100
"""Bytes that the name of a socket may have on Linux, nearly."""


class DagsterProcess:
    """The process, from when it is entered until the block ends."""

    def __init__(self, command: Sequence[str], log: Path) -> None:
        """Note how it is started; the name of its socket is added.

        Args:
            command: The program and its words.
            log: Where what it prints goes; begun anew at every start of the desk.
        """
        self.command, self.log = tuple(command), log
        self._folder = tempfile.TemporaryDirectory(prefix="returns-", dir=_short_folder())
        self._ending = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self.ended_with: int | None = None
        """How it ended the last time, where it did and has not been started again."""

    @property
    def socket(self) -> Path:
        """Where its pages listen; in a folder that is its user's alone."""
        return Path(self._folder.name) / "dagster"

    def __enter__(self) -> "DagsterProcess":
        """Start it; this does not wait."""
        self.log.unlink(missing_ok=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        self._ending.set()
        self._thread.join()
        self._folder.cleanup()

    def _keep(self) -> None:
        wait = _FIRST_WAIT
        while not self._ending.is_set():
            with self.log.open("ab") as log:
                self._run(log.fileno())
            if not self._ending.wait(wait):
                wait = min(wait * 2, _LONGEST_WAIT)

    def _run(self, log: int) -> None:
        """Run it until it ends or is to end; whatever it has started ends with it."""
        # What it starts puts its sockets where temporary files go: into the folder that is its user's alone.
        environment = {**os.environ, "TMPDIR": self._folder.name}
        # Ctrl+C is for the desk, which then ends it in order; its standard input closes with us, however we end.
        process = posix.started_apart([*self.command, str(self.socket)], environment, log)
        self.ended_with, self._process = None, process
        while process.poll() is None and not self._ending.is_set():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.5)
            _begin_anew(self.log)
        assert process.stdin is not None
        process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_SECONDS_TO_END)
        posix.end_with_all_it_started(process)
        self.ended_with = process.wait()


def _begin_anew(log: Path) -> None:
    """Begin a log anew that has become too large, and keep what it had beside it; who writes only ever adds."""
    if log.stat().st_size > LOG_BYTES:
        shutil.copyfile(log, log.with_suffix(".log.1"))
        os.truncate(log, 0)


def _short_folder() -> str | None:
    """Return where a socket's name is not too long: where temporary files go, or else ``/tmp``."""
    usual = tempfile.gettempdir()
    return None if len(os.fsencode(usual)) + 40 < _LONGEST_SOCKET else "/tmp"


@dataclass(frozen=True)
class DagsterElsewhere:
    """Dagster's pages that somebody else keeps running, such as systemd on an office server."""

    socket: Path
    log: str
    """Where to read how they fare."""
    ended_with: None = None


current: DagsterProcess | DagsterElsewhere | None = None
"""The one beside this desk, as long as it is served."""
