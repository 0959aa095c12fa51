"""Files and folders on disk: written whole, or not at all.

Belongs here: every write below the output folder and of the ledger, but for the locks and Dagster's own home; clearing
away what a killed process left behind. Does not belong here: what is written, and where.
"""

import os
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines import posix
from pipelines.store.remote import ReplacedError, is_remote, marked, move, put_over

_UNFINISHED = ".tmp"

_LONGEST_WRITE = 24 * 60 * 60
"""Seconds after which what was put on object storage and not yet published is taken to be left by a killed process."""


def write_whole(path: Path, content: bytes) -> None:
    """Write beside the file, then rename over it: a reader sees the old bytes or the new ones and nothing between."""
    if is_remote(path):
        path.write_bytes(content)
        return
    beside = write_beside(path, content)
    try:
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    sync(path.parent)


def read_marked(path: Path) -> tuple[bytes, str]:
    """Return the bytes of a file and, on object storage, their mark; nothing where there is none."""
    if is_remote(path):
        return marked(path)
    return (path.read_bytes() if path.is_file() else b""), ""


def write_over(path: Path, content: bytes, mark: str) -> None:
    """Write a file in the place of the one that was read: on object storage, by its mark, of no other.

    Raises:
        ReplacedError: On object storage there is another one now.
    """
    if is_remote(path):
        put_over(path, content, mark)
    else:
        write_whole(path, content)


def write_beside(path: Path, content: bytes) -> Path:
    """Write bytes into a hidden file beside the one they are for, as far as the device; return where they lie."""
    if is_remote(path):
        beside = path.with_name(f".{path.name}.{uuid.uuid4().hex}{_UNFINISHED}")
        beside.write_bytes(content)
        return beside
    path.parent.mkdir(parents=True, exist_ok=True)
    # The process in the name tells what is being written from what was left behind.
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.{os.getpid()}.", suffix=_UNFINISHED, dir=path.parent)
    beside = path.parent / Path(name).name  # by the name of the folder that was given, in which «..» may stand
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(0o644)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    return beside


def rename(source: Path, place: Path) -> None:
    """Give a file its name; what had that name before is no more."""
    if is_remote(place):
        move(source, place)
    else:
        source.replace(place)


def sync(folder: Path) -> None:
    """Make renames in a folder outlast a power cut."""
    if is_remote(folder):
        return
    posix.sync_folder(folder)


def lying_in(folder: Path, suffix: str) -> list[Path]:
    """Return the files of a suffix in a folder, hidden ones apart, in order; none where there is no such folder.

    Not by ``glob``: of a folder that may not be read that says that nothing lies in it.

    Raises:
        OSError: It cannot be looked into.
    """
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted(path for path in found if path.name[0] != "." and path.name.endswith(suffix))


def unfinished(root: Path) -> list[Path]:
    """Return what is being written below a folder, or was when its writer was killed."""
    if is_remote(root):
        return [path for path in root.rglob(f".*{_UNFINISHED}") if path.is_file()]
    return [
        Path(folder, name)
        for folder, _, names in os.walk(root)
        for name in names
        if name.startswith(".") and name.endswith(_UNFINISHED)
    ]


def clear_unfinished(root: Path, keep: Callable[[Path], bool] = lambda _: False) -> list[Path]:
    """Remove what killed processes were writing below a folder; return what was removed.

    Args:
        root: The folder.
        keep: Which of these files are still wanted; asked once their writers are all dead.
    """
    left = [path for path in unfinished(root) if path.is_file() and not _is_alive(path)]
    removed = [path for path in left if not keep(path)]
    for path in removed:
        path.unlink(missing_ok=True)
    return removed


def _is_alive(path: Path) -> bool:
    """Return whether another process, the one that writes a file, still runs; False where the name names no process.

    Of object storage, which is written to from anywhere, none is known: what is young may still be wanted.
    """
    if is_remote(path):
        return time.time() - path.stat().st_mtime < _LONGEST_WRITE
    words = path.name.split(".")
    writer = words[-3] if len(words) > 3 and words[-3].isdigit() else "0"
    return int(writer) not in (0, os.getpid()) and posix.is_alive(int(writer))


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Give an empty folder beside the one wanted, and rename it there once it is filled. Nothing is ever replaced.

    Raises:
        FileExistsError: The folder is there already.
    """
    if is_remote(path):
        with tempfile.TemporaryDirectory() as here:
            yield Path(here)
            _put_all(Path(here), path)
        return
    # Only here: every verb imports this module, and few lock a folder.
    from filelock import FileLock

    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.parent / ".lock"):
        # Under the lock nobody else fills a folder: what lies there was left by one that was killed.
        for left in path.parent.glob(f".*{_UNFINISHED}"):
            shutil.rmtree(left, ignore_errors=True)
        if path.exists():
            raise FileExistsError(path)
        made = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=_UNFINISHED, dir=path.parent))
        try:
            yield made
            made.chmod(0o755)
            made.rename(path)
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise
        sync(path.parent)


def _put_all(made: Path, place: Path) -> None:
    """Put the files of a folder on object storage, each only where there is none: of two, the second is refused."""
    for path in sorted(made.rglob("*")):
        try:
            put_over(place / path.relative_to(made).as_posix(), path.read_bytes(), "")
        except ReplacedError:
            raise FileExistsError(place) from None
