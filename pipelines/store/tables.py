"""Storage: every table that is written, and the one way of writing it.

Belongs here: where tables lie, replacing them whole, the stamps that say from which raw files they were made.
Does not belong here: what is in a table.

Two kinds of table. Staged tables (cells, returns, findings) have one file per return set, since each run replaces what
it works on. Published tables (marts, figures, lineage) are one file for all, which an analyst opens; it is read,
changed and replaced whole under a lock. Either way a file changes in a single rename: a reader, or a run killed in the
middle, sees the old table or the new one and nothing between.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock

_STAMPS, _WRITERS = b"returns.stamps", b"returns.writers"

ARCHIVE = "archive"
WORKBOOK, TABLE, STATE = ".xlsx", ".csv", ".json"
"""What is archived: workbooks as received, those in another format under its suffix; ledgers, plans and place tables;
lists of all that a stamp stands for."""


@dataclass(frozen=True)
class Writer:
    """Who writes: a Dagster run, and the version of this software. Every table keeps it beside its stamps."""

    run: str = ""
    code: str = ""


NOBODY = Writer()


@dataclass(frozen=True)
class Store:
    """The output folder."""

    root: Path
    writer: Writer = NOBODY

    def path(self, table: str, return_set: str = "") -> Path:
        """Return where a table (or a staged table's part) lies."""
        return self.root / f"{table}/{return_set}.parquet" if return_set else self.root / f"{table}.parquet"

    def read(self, table: str, return_sets: Iterable[str]) -> list[pa.Table]:
        """Return the parts of a staged table that exist, for the given return sets."""
        paths = [self.path(table, key) for key in return_sets]
        return [read_whole(path) for path in paths if path.exists()]

    def read_published(self, table: str) -> pa.Table | None:
        """Return a published table, or nothing where it has never been published."""
        path = self.path(table)
        return read_whole(path) if path.exists() else None

    def published(self, folder: str) -> list[Path]:
        """Return the files of all published tables of a folder, such as ``figures``; a release has one file instead."""
        whole = self.path(folder)
        return [whole] if whole.exists() else sorted((self.root / folder).glob("*.parquet"))

    def archived(self, sha256: str, suffix: str) -> Path:
        """Return where archived bytes lie, or would lie."""
        return self.root / ARCHIVE / f"{sha256}{suffix}"

    def archive(self, content: bytes, suffix: str) -> str:
        """Keep bytes under their hash, once and for good; return the hash."""
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.archived(sha256, suffix)
        if not path.exists():
            write_whole(path, lambda file: file.write(content))
        return sha256

    def stage(self, table: str, return_set: str, part: pa.Table, stamp: str) -> None:
        """Replace one return set's part of a staged table."""
        self._replace(self.path(table, return_set), part, {return_set: stamp}, {return_set: self.writer})

    def publish(self, table: str, change: Callable[[pa.Table | None], pa.Table], stamps: Mapping[str, str]) -> pa.Table:
        """Replace a published table by what ``change`` makes of it.

        Args:
            table: Its name.
            change: Gets the table as published now (or nothing), returns the new one.
            stamps: What to record for each return set whose rows are new; of the others the old stamps stay.

        Returns:
            The new table. Its file is left alone where neither rows nor stamps are new.
        """
        path = self.path(table)
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(f".{path.name}.lock")):
            now, recorded = self.read_published(table), self.stamps(table)
            new = change(now)
            # What says the same as before still is what it was written as, and by whom: its bytes stay.
            if now is None or not stamps.items() <= recorded.items() or not new.equals(now):
                writers = self.writers(table) | dict.fromkeys(stamps, self.writer)
                self._replace(path, new, {**recorded, **stamps}, writers)
        return new

    def stamps(self, table: str, return_set: str = "") -> dict[str, str]:
        """Return, per return set, from which raw files a table's rows were made; empty where there is no table."""
        return _noted(self.path(table, return_set), _STAMPS)

    def writers(self, table: str, return_set: str = "") -> dict[str, Writer]:
        """Return, per return set, who wrote its rows of a table."""
        return {key: Writer(*who) for key, who in _noted(self.path(table, return_set), _WRITERS).items()}

    def _replace(self, path: Path, table: pa.Table, stamps: Mapping[str, str], writers: Mapping[str, Writer]) -> None:
        metadata = {
            **(table.schema.metadata or {}),
            _STAMPS: json.dumps(stamps, sort_keys=True).encode(),
            _WRITERS: json.dumps({key: astuple(who) for key, who in writers.items()}, sort_keys=True).encode(),
        }
        described = table.replace_schema_metadata(metadata)
        write_whole(path, lambda file: pq.write_table(described, file, compression="zstd"))


def _noted(path: Path, what: bytes) -> dict[str, Any]:
    """Return what the writer of a table noted by return set; empty where there is no table."""
    if not path.exists():
        return {}
    noted: dict[str, Any] = json.loads((pq.read_schema(path).metadata or {}).get(what, b"{}"))
    return noted


def read_whole(path: Path) -> pa.Table:
    """Return a table. ``read_table`` would import pandas for it, which the quick verbs have no time for."""
    with pq.ParquetFile(path) as file:
        return file.read()


def write_whole(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write beside the file, then rename over it: the only write of a file in the project."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync(path.parent)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Give an empty folder beside the one wanted, and rename it there once it is filled. Nothing is ever replaced.

    Raises:
        FileExistsError: The folder is there already.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.parent / ".lock"):
        # Under the lock nobody else fills a folder: what lies there was left by one that was killed.
        for left in path.parent.glob(".*.tmp"):
            shutil.rmtree(left, ignore_errors=True)
        if path.exists():
            raise FileExistsError(path)
        made = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent))
        try:
            yield made
            made.chmod(0o755)
            made.rename(path)
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise
        _sync(path.parent)


def _sync(folder: Path) -> None:
    """Make renames in a folder outlast a power cut."""
    directory = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
