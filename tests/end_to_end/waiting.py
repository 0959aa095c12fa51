"""Waiting for what other processes do, and a port for one to listen on.

Belongs here: that alone, without a browser or any other package. Does not belong here: starting a process.
"""

import socket
import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def wait_for(what: str, look: Callable[[], Found | None], *, seconds: float) -> Found:
    """Look again and again until there is something; fail with ``what`` when the time is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.2)
    raise AssertionError(f"Not within {seconds:.0f} seconds: {what}.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
