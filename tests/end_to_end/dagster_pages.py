"""Dagster's own pages and daemon, started as an officer starts them: ``returns ui``.

Belongs here: starting, waiting until it answers, asking, stopping. Does not belong here: clicking (``test_browser``).
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tests.end_to_end.office import COMMAND, Office

LOCATION = "returns"
READY_SECONDS, STOP_SECONDS = 120.0, 30.0

Found = TypeVar("Found")

READY = """
query Ready {
  workspaceOrError {
    ... on Workspace {
      locationEntries { name loadStatus locationOrLoadError { __typename ... on PythonError { message } } }
    }
  }
  instance { daemonHealth { allDaemonStatuses { daemonType required healthy } } }
}
"""


def wait_for(what: str, look: Callable[[], Found | None], *, seconds: float) -> Found:
    """Look again and again until there is something; fail with ``what`` when the time is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.5)
    raise AssertionError(f"Not within {seconds:.0f} seconds: {what}.")


@dataclass(frozen=True)
class Pages:
    """A running ``returns ui``."""

    url: str
    log: Path
    process: "subprocess.Popen[bytes]"

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """Put a GraphQL query, as the pages themselves do."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(f"{self.url}/graphql", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            told: dict[str, Any] = json.loads(answer.read())
        assert not told.get("errors"), told["errors"]
        data: dict[str, Any] = told["data"]
        return data

    def is_ready(self) -> bool:
        """Return whether the code is loaded and all daemons run; fail if it never will be."""
        assert self.process.poll() is None, f"returns ui ended early:\n{self.log.read_text()[-4000:]}"
        try:
            told = self.ask(READY)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False
        entries = told["workspaceOrError"].get("locationEntries", [])
        for entry in entries:
            loaded = entry["locationOrLoadError"]
            assert not loaded or loaded["__typename"] != "PythonError", loaded["message"]
        daemons = told["instance"]["daemonHealth"]["allDaemonStatuses"]
        return (
            [entry["name"] for entry in entries] == [LOCATION]
            and all(entry["loadStatus"] == "LOADED" for entry in entries)
            and all(daemon["healthy"] for daemon in daemons if daemon["required"])
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _stop(process: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGINT)  # as Ctrl+C does; the leader tells its children
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # whatever is left of the group that we started
    process.wait(10)


@contextlib.contextmanager
def returns_ui(office: Office, log: Path, environment: Mapping[str, str] | None = None) -> Iterator[Pages]:
    """Run ``returns ui`` over an office's folders, from when it answers until the block ends."""
    port = _free_port()
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [COMMAND, "ui", "--port", str(port)],
            cwd=office.root,
            env={**office.environment, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        pages = Pages(f"http://127.0.0.1:{port}", log, process)
        wait_for(f"returns ui answers; see {log}", pages.is_ready, seconds=READY_SECONDS)
        yield pages
    finally:
        _stop(process)
