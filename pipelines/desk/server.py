"""Serving the desk: one loopback address, Dagster beside it.

Belongs here: listening, starting, stopping. Does not belong here: what is served.
"""

import contextlib
import socket
from collections.abc import Callable, Sequence

import uvicorn

from pipelines.desk.guard import Address
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
            config = uvicorn.Config(
                asgi.application(address),
                log_level="warning",
                ws="websockets-sansio",
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=_SECONDS_TO_END,
            )
            try:
                # Which stops on Ctrl+C, and then tells Python of it once more.
                with contextlib.suppress(KeyboardInterrupt):
                    uvicorn.Server(config).run(sockets=[own])
            finally:
                dagster_process.current = None


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
