"""Putting an office server in place, and taking it away.

Belongs here: writing the files and running the programs of Debian that act on them, in order. Does not belong here:
what is in the files (``pipelines.deploy.files``). The data, the secrets, the database and the user stay at a removal.
"""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.deploy.files import SYSUSERS, TMPFILES, File, files
from pipelines.deploy.office import DESK_SOCKET, TARGET, USER, Office, services
from schemas.sentences import SentenceError

_DATABASE = f"""
SELECT 'CREATE ROLE {USER} LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{USER}')\\gexec
SELECT 'CREATE DATABASE {USER} OWNER {USER}' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{USER}')\\gexec
REVOKE ALL ON DATABASE {USER} FROM PUBLIC;
"""


@dataclass(frozen=True)
class Step:
    """A program that is run, and what it reads."""

    command: tuple[str, ...]
    reads: str = ""


def install(office: Office) -> None:
    """Write the files and let the machine act on them; what is there of an earlier time is brought up to date.

    Raises:
        SentenceError: Not root, or a step could not be done; all steps may be done once more.
    """
    _needs_root()
    for path, file in files(office).items():
        if not (file.kept and path.exists()):
            _write(path, file)
    for step in _to_install(office):
        _run(step)


def remove(office: Office) -> None:
    """End the services and take away their files.

    Raises:
        SentenceError: Not root, or a step could not be done.
    """
    _needs_root()
    units = _unit_names(office)
    _run(Step(("systemctl", "stop", *units)))
    _run(Step(("systemctl", "disable", *units)))
    for path, file in files(office).items():
        if not file.kept:
            path.unlink(missing_ok=True)
    _run(Step(("systemctl", "daemon-reload")))
    _run(Step(("nginx", "-t", "-q")))
    _run(Step(("systemctl", "reload", "nginx")))


def _to_install(office: Office) -> Iterator[Step]:
    yield Step(("systemd-sysusers", str(SYSUSERS)))
    yield Step(("systemd-tmpfiles", "--create", str(TMPFILES)))
    yield Step(
        ("runuser", "-u", USER, "--", str(office.python), "-c", "import pipelines.deploy.desk, dagster_postgres")
    )
    yield Step(("runuser", "-u", "postgres", "--", "psql", "-q", "-v", "ON_ERROR_STOP=1"), _DATABASE)
    yield Step(("nginx", "-t", "-q"))
    yield Step(("systemctl", "daemon-reload"))
    yield Step(("systemctl", "enable", *_unit_names(office)))
    yield Step(("systemctl", "restart", TARGET))
    yield Step(("systemctl", "reload-or-restart", "nginx"))


def _unit_names(office: Office) -> tuple[str, ...]:
    return (TARGET, DESK_SOCKET, *(service.unit for service in services(office)))


def _needs_root() -> None:
    if os.geteuid() != 0:
        raise SentenceError("Việc này cần quyền quản trị của máy: chạy lại với sudo.")


def _write(path: Path, file: File) -> None:
    """Write a file; at no time can others read what they may not."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as written:
        written.write(file.content)
    beside.chmod(file.mode)
    beside.replace(path)


def _run(step: Step) -> None:
    command = " ".join(step.command)
    try:
        done = subprocess.run(step.command, input=step.reads, capture_output=True, text=True, check=False, cwd="/")
    except FileNotFoundError:
        raise SentenceError(f"Máy chưa có chương trình «{step.command[0]}». Cài gói còn thiếu rồi chạy lại.") from None
    if done.returncode:
        told = " ".join((done.stderr or done.stdout).split())[-500:]
        raise SentenceError(f"Bước «{command}» không xong: {told} Sửa rồi chạy lại; các bước đã xong không hỏng gì.")
