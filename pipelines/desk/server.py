"""Serving the desk: at one loopback address with Dagster beside it, or behind the web server of an office.

Belongs here: listening, starting, stopping. Does not belong here: what is served.
"""

import contextlib
import socket
from collections.abc import Callable, Sequence
from pathlib import Path

import uvicorn

from pipelines.desk.guard import Address, Application
from pipelines.desk.opening import opened
from pipelines.settings import Settings
from schemas.sentences import SentenceError

_SECONDS_TO_END = 5


def serve(folders: Settings, port: int, dagster: Sequence[str], told: Callable[[str, str | None], None]) -> None:
    """Serve the desk of an output folder until it is stopped.

    Args:
        folders: The raw folder and the output folder.
        port: Of this machine's loopback address.
        dagster: The command that runs Dagster's pages on the socket that is added to it.
        told: Called once pages are served, with their address, and with the link that makes the first user where
            there is none.

    Raises:
        SentenceError: Another program has the port.
    """
    address = Address(port)
    with _listening(address) as own:
        opened(folders)
        from pipelines.desk import accounts, asgi, conf, dagster_process

        with dagster_process.DagsterProcess(dagster, conf.folder_of(folders) / "dagster.log") as process:
            dagster_process.current = process
            token = accounts.first_link()
            told(address.url, f"{address.url}/enter/{token}" if token else None)
            try:
                _run(asgi.application(address), own, behind_others=False)
            finally:
                dagster_process.current = None


def serve_behind(folders: Settings, site: str, pages: Path, own: socket.socket) -> None:
    """Serve the desk of an output folder behind a web server, until it is told to end.

    Args:
        folders: The raw folder and the output folder.
        site: The address at which browsers reach that web server.
        pages: The socket on which Dagster's pages listen; others keep them running.
        own: The socket on which to listen. Nobody but that web server may be able to connect, for it is believed what
            it tells of whose request it passes on.
    """
    address = Address.of(site)
    opened(folders)
    from pipelines.desk import asgi, dagster_process

    dagster_process.current = dagster_process.DagsterElsewhere(pages, "journalctl --namespace=returns")
    _run(asgi.application(address), own, behind_others=True)


def _run(application: Application, own: socket.socket, *, behind_others: bool) -> None:
    config = uvicorn.Config(
        application,
        log_level="warning",
        ws="websockets-sansio",
        proxy_headers=behind_others,
        forwarded_allow_ips="*" if behind_others else None,
        server_header=False,
        timeout_graceful_shutdown=_SECONDS_TO_END,
    )
    # Which stops on Ctrl+C, and then tells Python of it once more.
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[own])


def _listening(address: Address) -> socket.socket:
    own = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        own.bind((address.names[0], address.port))
        own.listen()
    except OSError:
        own.close()
        raise SentenceError(
            f"Cổng {address.port} đã có chương trình khác dùng. Chọn cổng khác, ví dụ: "
            f"returns ui --port {address.port + 1}"
        ) from None
    return own
