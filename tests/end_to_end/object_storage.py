"""Object storage on this machine: a server that speaks S3, a process of its own, and a bucket in it.

Belongs here: starting and stopping it, filling it. Does not belong here: what of the product is tried on it.
"""

import contextlib
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipelines.settings import folder
from tests.end_to_end.waiting import free_port, wait_for

BUCKET = "huyen"
PATIENCE = 60


@dataclass(frozen=True)
class Storage:
    """How the bucket is reached."""

    environment: Mapping[str, str]

    def folder(self, name: str) -> Path:
        """Return a folder in the bucket, as the product names and opens it."""
        return folder(f"s3://{BUCKET}/{name}")

    def take(self, source: Path, name: str) -> Path:
        """Put the files of a folder of the disk into one of the bucket; return that."""
        place = self.folder(name)
        for path in sorted(source.rglob("*")):
            if path.is_file():
                (place / path.relative_to(source).as_posix()).write_bytes(path.read_bytes())
        return place


@contextlib.contextmanager
def storage(log: Path) -> Iterator[Storage]:
    """Start a server with an empty bucket, reachable also from this process; stop it at the end."""
    port = free_port()
    environment = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    with log.open("wb") as sink:
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        server = subprocess.Popen(command, stdout=sink, stderr=sink)
    os.environ |= environment
    try:
        wait_for("the storage answers", lambda: _answers(environment["AWS_ENDPOINT_URL"]), seconds=PATIENCE)
        folder(f"s3://{BUCKET}").fs.mkdir(BUCKET)  # type: ignore[attr-defined]  # of a folder on object storage
        yield Storage(environment)
    finally:
        for name in environment:
            os.environ.pop(name, None)
        server.terminate()
        server.wait(PATIENCE)


def _answers(address: str) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5):
        return True
    return False
