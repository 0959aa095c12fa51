"""What Linux and other POSIX systems can do and Windows cannot, or does otherwise.

Belongs here: every such call of this package, each with what Windows lacks; ``tests/wiring/test_posix.py`` finds it
elsewhere. The administrator's guide names what follows from it. Does not belong here: what only an office server does,
which is Debian's (``pipelines.deploy``).
"""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx2
    from websockets.asyncio.client import connect


def sync_folder(folder: Path) -> None:
    """Make renames in a folder outlast a power cut. Windows opens no folders."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def is_alive(process: int) -> bool:
    """Return whether there is a process of this number. On Windows the question would end it."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def this_process() -> str:
    """Return the number of this process, and which of the times it is that the machine is on, where that is told."""
    return f"{os.getpid()}@{_time_on()}"


def is_still_alive(process: str) -> bool:
    """Return whether a process goes on, as ``this_process`` called it: after the machine was off, none does."""
    number, _, time_on = process.partition("@")
    return time_on == _time_on() and is_alive(int(number))


def _time_on() -> str:
    """Return what Linux calls this time that the machine is on; nothing elsewhere."""
    told = Path("/proc/sys/kernel/random/boot_id")
    return told.read_text().strip() if told.is_file() else ""


def interrupt_this() -> None:
    """Do to this process what Ctrl+C does, from any thread. On Windows it would end at once."""
    os.kill(os.getpid(), signal.SIGINT)


def started_apart(command: Sequence[str], environment: dict[str, str], log: int) -> "subprocess.Popen[bytes]":
    """Start a command whom Ctrl+C here does not reach, and with it all that it starts. Windows knows no sessions."""
    return subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True
    )


def end_with_all_it_started(process: "subprocess.Popen[bytes]") -> None:
    """End what was started apart. Windows has no groups to kill."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def private_socket(path: Path) -> Iterator[socket.socket]:
    """Give a socket that listens; nobody but its user can connect, whatever the folder it lies in.

    Python has no such sockets on Windows; a port of the machine would be open to all its users.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as own:
        path.unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            own.bind(str(path))
        finally:
            os.umask(before)
        yield own


def over(path: Path) -> "httpx2.HTTPTransport":
    """Return the way to who listens on a private socket."""
    import httpx2

    return httpx2.HTTPTransport(uds=str(path), verify=False, trust_env=False)


def over_asynchronously(path: Path) -> "httpx2.AsyncHTTPTransport":
    """Return the way to who listens on a private socket, for an event loop."""
    import httpx2

    return httpx2.AsyncHTTPTransport(uds=str(path), verify=False, trust_env=False)


def events_over(path: Path, address: str, protocol: str, seconds: float) -> "connect":
    """Return a websocket to who listens on a private socket, yet to be opened; its messages may be of any size."""
    from websockets.asyncio.client import unix_connect
    from websockets.typing import Subprotocol

    return unix_connect(str(path), address, subprotocols=[Subprotocol(protocol)], open_timeout=seconds, max_size=None)
