"""A Dask cluster on this machine: a scheduler and workers, each a process of its own, as an office would start them.

Belongs here: starting and stopping it, and killing what works on a batch, in any engine. Does not belong here: what is
done on it.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from pipelines.refresh.engines import DASK
from pipelines.store.locks import LOCKS
from tests.end_to_end.waiting import wait_for

PROJECT = Path(__file__).parents[2]
PATIENCE = 60
"""Seconds that starting the cluster, or a batch being worked on, may take."""


@dataclass(frozen=True)
class Cluster:
    """The address of the scheduler, and the workers."""

    address: str
    workers: tuple["subprocess.Popen[bytes]", ...]

    @property
    def engine(self) -> str:
        return f"{DASK}:{self.address}"


@contextlib.contextmanager
def cluster(box: Path, workers: int = 2) -> Iterator[Cluster]:
    """Start a scheduler and workers of one thread each; stop them at the end. Their output goes into a folder."""
    box.mkdir(parents=True, exist_ok=True)
    at = box / "scheduler.json"
    with contextlib.ExitStack() as stack:

        def start(program: str, name: str, *words: str) -> "subprocess.Popen[bytes]":
            said = stack.enter_context((box / f"{name}.log").open("wb"))
            command = [sys.executable, "-m", f"distributed.cli.{program}", "--no-dashboard", *words]
            # The code beside these tests, wherever the environment was installed from.
            environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
            process = subprocess.Popen(command, cwd=box, env=environment, stdout=said, stderr=said)
            stack.callback(_stop, process)
            return process

        local = ("--host", "127.0.0.1")
        start("dask_scheduler", "scheduler", *local, "--port", "0", "--scheduler-file", str(at))
        wait_for("the scheduler has an address", at.exists, seconds=PATIENCE)
        # Without the nanny that would start another in its place: what is killed is gone.
        named = ("--scheduler-file", str(at), "--nthreads", "1", "--no-nanny", *local)
        found = [start("dask_worker", f"worker-{number}", *named) for number in range(workers)]
        address = json.loads(at.read_text("utf-8"))["address"]
        _wait_for_workers(address, workers)
        yield Cluster(address, tuple(found))


def _wait_for_workers(address: str, workers: int) -> None:
    client_of: Any = import_module("distributed").Client
    with client_of(address, set_as_default=False) as client:
        client.wait_for_workers(workers, timeout=PATIENCE)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def kill_one_at_work(data: Path, after: float = 0.3) -> tuple[int, str]:
    """Kill the process that works on a batch, once it has been at it for some seconds; return it and the batch.

    Only other processes than this one are killed, and only such as hold the lock of a batch of this output folder.
    """
    end = time.monotonic() + PATIENCE
    since: dict[tuple[int, str], float] = {}
    while time.monotonic() < end:
        for path in (data / LOCKS).glob("*.holder"):
            with contextlib.suppress(OSError, ValueError, KeyError):
                process = int(json.loads(path.read_text("utf-8"))["process"])
                one = process, path.stem
                if process != os.getpid() and time.monotonic() - since.setdefault(one, time.monotonic()) > after:
                    os.kill(process, signal.SIGKILL)
                    return one
        time.sleep(0.01)
    raise AssertionError(f"Nobody worked on a batch of {data} within {PATIENCE} seconds.")
