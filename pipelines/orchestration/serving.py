"""Dagster's own pages for the desk: ``python -m pipelines.orchestration.serving SOCKET [WORKSPACE]``.

Belongs here: what ``dagster dev`` does, but on a socket that only its user can reach, below ``PREFIX``. Does not belong
here: who may look at the pages (``pipelines.desk``), keeping this process running.

Without a workspace it runs the daemon and the code beside the pages, and ends when its standard input does, so that it
never outlives whoever started it. With one, as ``dagster-webserver``, which knows no sockets, it runs the pages alone.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import dagster as dg
import uvicorn
from dagster._cli.proxy_server_manager import ProxyServerManager
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import ModuleTarget, WorkspaceFileTarget
from dagster._utils.interrupts import setup_interrupt_handlers
from dagster._utils.log import configure_loggers
from dagster_shared.ipc import get_ipc_shutdown_pipe, open_ipc_subprocess, send_ipc_shutdown_message
from dagster_shared.serdes import serialize_value
from dagster_webserver.app import create_app_from_workspace_process_context

from pipelines import posix
from pipelines.orchestration.opening import opened
from pipelines.settings import Settings
from pipelines.store import designs
from pipelines.store.remote import is_remote
from schemas.sentences import SentenceError

PREFIX = "/dagster"
"""Below which path the pages lie."""

_SECONDS_TO_END, _SECONDS_FOR_DAEMON = 5, 60

_SECONDS_BETWEEN_LOOKS, _SECONDS_BETWEEN_REQUESTS = 2, 60
"""At the record of the designs in force, on a disk and on object storage."""


def main() -> None:
    """Serve until standard input ends, or the daemon does; exit 1 for the latter. With a workspace, until told to."""
    path, *workspace = sys.argv[1:]
    if not workspace:
        setup_interrupt_handlers()
        threading.Thread(target=_end_with_standard_input, daemon=True).start()
    configure_loggers(log_level="INFO")
    try:
        with posix.private_socket(Path(path)) as own, opened() as instance:
            if workspace:
                _serve_pages(instance, WorkspaceFileTarget(workspace), own)
                return
            daemon = _serve(instance, own)
    except KeyboardInterrupt:
        return
    except SentenceError as why:
        sys.exit(str(why))
    sys.exit(1 if daemon.returncode else 0)


def _end_with_standard_input() -> None:
    sys.stdin.buffer.read()
    posix.interrupt_this()


def _serve(instance: dg.DagsterInstance, own: socket.socket) -> "subprocess.Popen[bytes]":
    """Run code server, daemon and pages, until they are told to end; return the daemon, which has ended."""
    # What ``workspace.yaml`` says, which does not come with the installed package.
    code = ModuleTarget("pipelines.definitions", attribute=None, working_directory=None, location_name="returns")
    with (
        ProxyServerManager(instance, code, code_server_log_level="warning") as servers,
        tempfile.TemporaryDirectory() as folder,
    ):
        reached = Path(folder) / "workspace.yaml"
        reached.write_text(json.dumps({"load_from": [dict(one) for one in servers.get_code_server_specs()]}))
        with _daemon(instance, ["--workspace", str(reached)]) as daemon:
            threading.Thread(target=_end_with, args=(daemon,), daemon=True).start()
            _serve_pages(instance, WorkspaceFileTarget([str(reached)]), own)
    return daemon


def _serve_pages(instance: dg.DagsterInstance, workspace: WorkspaceFileTarget, own: socket.socket) -> None:
    with WorkspaceProcessContext(
        instance, version=dg.__version__, workspace_load_target=workspace, code_server_log_level="warning"
    ) as context:
        threading.Thread(target=_follow_designs, args=(context,), daemon=True).start()
        config = uvicorn.Config(
            create_app_from_workspace_process_context(context, PREFIX),
            log_level="warning",
            ws="websockets-sansio",
            proxy_headers=False,
            timeout_graceful_shutdown=_SECONDS_TO_END,
        )
        uvicorn.Server(config).run(sockets=[own])


def _follow_designs(context: WorkspaceProcessContext) -> None:
    """Load the code anew whenever designs have come into force, whoever took them in: of these its graph is made.

    The code server is started again by that; the daemon sees that it is another one, and asks it anew.
    """
    root = Settings.of().data
    before = _in_force(root)
    while True:
        time.sleep(_SECONDS_BETWEEN_REQUESTS if is_remote(root) else _SECONDS_BETWEEN_LOOKS)
        if (now := _in_force(root)) not in (None, before):
            before = now
            for location in context.code_location_names:
                context.reload_code_location(location)


def _in_force(root: Path) -> designs.Designs | None:
    """Return the designs in force; nothing where that cannot be told, as of a damaged record, which every run tells."""
    with suppress(SentenceError, OSError):
        return designs.in_force(root)
    return None


@contextmanager
def _daemon(instance: dg.DagsterInstance, target: Sequence[str]) -> Iterator["subprocess.Popen[bytes]"]:
    """Run the daemon, which starts what is due at night and what the sensors see."""
    read, write = get_ipc_shutdown_pipe()
    command = [sys.executable, "-m", "dagster._daemon", "run", "--log-level", "info", "--shutdown-pipe", str(read)]
    reference = ["--instance-ref", serialize_value(instance.get_ref())]
    daemon = open_ipc_subprocess([*command, *reference, *target], pass_fds=[read])
    os.close(read)
    try:
        yield daemon
    finally:
        if daemon.poll() is None:
            send_ipc_shutdown_message(write)
        try:
            daemon.wait(_SECONDS_FOR_DAEMON)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()


def _end_with(daemon: "subprocess.Popen[bytes]") -> None:
    daemon.wait()
    posix.interrupt_this()


if __name__ == "__main__":
    main()
