"""A machine of a test's own: everything that this one has, and what is done there is gone afterwards.

Belongs here: a layer over the file system, in which processes of its own run as its users, with this machine's network
or none. Does not belong here: what is installed there.
"""

import contextlib
import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.end_to_end.waiting import wait_for

_BEGIN = """
set -e
mount --make-rprivate /
mount -t tmpfs -o size=4g layer "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
mount --rbind /dev "$1/root/dev"
mount --rbind /sys "$1/root/sys"
mount -t proc proc "$1/root/proc"
mount -t tmpfs -o mode=755 run "$1/root/run"
exec chroot "$1/root" sleep infinity
"""
_NAMESPACES = ("unshare", "--mount", "--pid", "--fork", "--kill-child")

NO_NETWORK = ("unshare", "--net")
"""Before a command: it finds no network at all, not even of this machine."""


@dataclass(frozen=True)
class Machine:
    """The machine, as long as its first process runs."""

    first: int

    def _enter(self, command: Sequence[str]) -> list[str]:
        return ["nsenter", "--target", str(self.first), "--mount", "--pid", "--root", "--wd", *command]

    def run(self, *command: str, reads: str | None = None, expect: int | None = 0) -> str:
        """Run a command as its root; return what it prints."""
        done = subprocess.run(
            self._enter(command),
            input=reads,
            stdin=subprocess.DEVNULL if reads is None else None,
            capture_output=True,
            text=True,
            check=False,
            env=_BARE,
            timeout=600,
        )
        said = f"{' '.join(command)} ended with {done.returncode}.\n{done.stdout}\n{done.stderr}"
        assert expect is None or done.returncode == expect, said
        return done.stdout + done.stderr

    def code(self, *command: str) -> int:
        """Run a command as its root; return how it ended."""
        return subprocess.run(
            self._enter(command), stdin=subprocess.DEVNULL, capture_output=True, check=False, env=_BARE, timeout=60
        ).returncode

    def start(self, *command: str, log: Path) -> "subprocess.Popen[bytes]":
        """Start a command and do not wait for it; it ends with the machine."""
        with log.open("ab") as sink:
            return subprocess.Popen(self._enter(command), stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, env=_BARE)

    def as_user(self, user: str, *command: str) -> tuple[str, ...]:
        """Return a command as one of its users, who can become nobody else."""
        return ("setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", "--no-new-privs", *command)


_BARE = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}


@contextlib.contextmanager
def machine(folder: Path) -> Iterator[Machine]:
    """Give a machine over this one; skip where this process may not make one."""
    if os.geteuid() != 0 or subprocess.run([*_NAMESPACES, "true"], capture_output=True, check=False).returncode:
        reason = "needs root and namespaces for a machine of its own"
        if os.environ.get("REQUIRE_SYSTEM_PACKAGES") == "1":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    folder.mkdir()
    holder = subprocess.Popen([*_NAMESPACES, "bash", "-c", _BEGIN, "machine", str(folder)], stdin=subprocess.DEVNULL)
    try:
        yield Machine(wait_for("the machine is there", lambda: _first(holder), seconds=30))
    finally:
        holder.kill()
        holder.wait()


def _first(holder: "subprocess.Popen[bytes]") -> int | None:
    """Return the first process of the machine once it has its own root."""
    assert holder.poll() is None, "the machine could not be made"
    for child in Path(f"/proc/{holder.pid}/task/{holder.pid}/children").read_text().split():
        with contextlib.suppress(FileNotFoundError):
            if Path(f"/proc/{child}/comm").read_text().strip() == "sleep":
                return int(child)
    return None
