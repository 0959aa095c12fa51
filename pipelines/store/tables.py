"""The tables on disk: reading them so that nothing wrong is read, and replacing those of a part together.

Belongs here: where tables lie, and the one way of replacing them. Does not belong here: the bytes of a table
(``pipelines.store.parquet``), what is in it, what it is made of (``schemas.flow``), when it is made
(``pipelines.refresh``).

A table has one file for each part: ``<table>/<part>.parquet``. A refresh writes what is new beside the old files,
then the part's state, which is the commit, and then gives the new files their names. Whoever reads asks the state
first, and takes only bytes with the hash that the state names; in the moment between, those beside the place. So a
reader sees what was before a refresh or what is after it, and a file that was damaged or removed is told, never read.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from pipelines.store import state as states
from pipelines.store.archive import Archive
from pipelines.store.files import rename, sync, write_beside
from pipelines.store.parquet import listed_with, rows_with
from pipelines.store.remote import ReplacedError, is_remote
from pipelines.store.state import NOBODY, State, Writer, Written
from schemas.return_sets import BatchKey, ReturnSetKey
from schemas.sentences import SentenceError


class DamagedError(SentenceError):
    """A table whose bytes are not there, or not those that were written; the message says what to do."""


class OvertakenError(SentenceError):
    """A table that a refresh has replaced while others of its part were being read; the message says what to do."""


_OVERTAKEN = "Kết quả của {} vừa được cập nhật trong lúc đang đọc, nên chưa trả lời được. Làm lại lệnh này."

_DAMAGED = "Tệp {} trong thư mục kết quả không còn, hoặc không còn như lúc ghi, nên chưa trả lời được. Chạy: {}"


_MOST_TRIES = 3
"""How often a reader that has told nothing yet takes what a refresh has just published instead."""


@dataclass(frozen=True)
class Store:
    """The tables of an output folder.

    Args:
        root: The output folder.
        writer: Who is noted as the writer of what is written.
    """

    root: Path
    writer: Writer = NOBODY
    _states: dict[str, State] = field(default_factory=dict, repr=False, compare=False)
    _parts: dict[ReturnSetKey, str] = field(default_factory=dict, repr=False, compare=False)

    @property
    def archive(self) -> Archive:
        """The archive beside the tables."""
        return Archive(self.root)

    def archive_of(self, part: str) -> Archive:
        """Return the archive, to be asked for what a batch was made of."""
        return Archive(self.root, part)

    def path(self, table: str, part: str) -> Path:
        """Return where a part of a table lies, or would lie."""
        return self.root / file_of(table, part)

    def parts(self) -> list[str]:
        """Return the names of all parts of which something has been written, in order."""
        return states.parts(self.root)

    def filled_parts(self) -> list[str]:
        """Return the same but for the batches that hold no return set any more: they have no tables."""
        return [part for part in self.parts() if "_" not in part or self.sets_in(part)]

    def batches(self, period: str = "") -> Iterator[BatchKey]:
        """Yield the batches, of one period where it is named, of which something has been written, in order."""
        for part in self.parts():
            if "_" in part and period in ("", part.partition("_")[0]):
                yield BatchKey.parse(part)

    def sets_in(self, part: str) -> list[ReturnSetKey]:
        """Return the return sets whose rows are in the tables of a batch, in order."""
        period = part.partition("_")[0]
        return [ReturnSetKey(period, commune) for commune in states.communes_in(self.root, part)]

    def held_twice(self, period: str) -> set[ReturnSetKey]:
        """Return the return sets of a period whose rows are in the tables of more than one batch."""
        counted = Counter(key for batch in self.batches(period) for key in self.sets_in(str(batch)))
        return {key for key, batches in counted.items() if batches > 1}

    def part_of(self, key: ReturnSetKey) -> str:
        """Return the batch in which the rows of a return set are; where there are none, in which they would be."""
        if key not in self._parts:
            own = [str(key), *(str(batch) for batch in self.batches(key.period) if batch.folder != key.commune)]
            holding = (part for part in own if key.commune in states.communes_in(self.root, part))
            found = next(holding, None)
            if found is None:
                return str(key)
            self._parts[key] = found
        return self._parts[key]

    def state(self, part: str, *, anew: bool = False) -> State:
        """Return the state of a part, as it was when it was first asked for, or as it is now."""
        if anew or part not in self._states:
            self._states[part] = states.load(self.root, part)
        return self._states[part]

    def written(self, table: str, part: str) -> Written | None:
        """Return what is known of a part of a table."""
        return self.state(part).get(table)

    def content(self, table: str, part: str) -> bytes | None:
        """Return the bytes of a part of a table; nothing where it has never been written.

        Raises:
            DamagedError: They are not there as they were written.
            OvertakenError: They are others since something was told of this part: the two would not fit together.
        """
        told, before = part in self._states, self.state(part)
        for _ in range(_MOST_TRIES):
            written = self.state(part).get(table)
            if written is None:
                return None
            if (content := self._bytes(file_of(table, part), written.content, part)) is not None:
                return content
            # A refresh may have ended since the state was read.
            if self.state(part, anew=True).tables != before.tables and told:
                raise OvertakenError(_OVERTAKEN.format(part))
        raise DamagedError(_DAMAGED.format(file_of(table, part), self.mended_by(part)))

    def mended_by(self, part: str) -> str:
        """Return the command that makes a damaged table of a part again.

        Of a batch of several return sets not every byte is read each time: what looks as it did may be another.
        """
        several = len(self.state(part).communes) > 1
        return "returns refresh --all" if several or is_remote(self.root) else "returns refresh"

    def _bytes(self, name: str, sha256: str, part: str) -> bytes | None:
        """Return the bytes of a file with a hash: in its place, or beside it where a commit was cut short."""
        beside = [source for source, place in self.state(part).renames.items() if place == name]
        for path in (self.root / name, *(self.root / source for source in beside)):
            try:
                content = path.read_bytes()
            except FileNotFoundError:
                continue
            if hashlib.sha256(content).hexdigest() == sha256:
                return content
        return None

    def listed_file(self, document: str, name: str, part: str) -> bytes | None:
        """Return a file that a document of a part lists; nothing where it lists none of this name.

        Raises:
            DamagedError: Its bytes are not there as they were written.
        """
        for _ in range(_MOST_TRIES):
            found = self.rows(document, part)
            files = (
                {} if found is None else dict(zip(*(found[one].to_pylist() for one in ("file", "sha256")), strict=True))
            )
            if name not in files:
                return None
            if (content := self._bytes(name, files[name], part)) is not None:
                return content
            self.state(part, anew=True)  # a refresh may have ended since it was read
        raise DamagedError(_DAMAGED.format(name, self.mended_by(part)))

    def holds(self, name: str, sha256: str, part: str) -> bool:
        """Return whether a file of a part is there as it was written."""
        return self._bytes(name, sha256, part) is not None

    def looks_whole(self, name: str, written: Written) -> bool:
        """Return whether a file is there as it was written, without reading again what looks as when it was read."""
        try:
            stat = (self.root / name).stat()
        except FileNotFoundError:
            return False
        if stat.st_size != written.size or is_remote(self.root):
            return stat.st_size == written.size
        looks = stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns
        return _hash_of(self.root / name, looks) == written.content

    def rows(self, table: str, part: str, **wanted: str) -> pa.Table | None:
        """Return the rows of a part of a table in which columns have some texts; nothing where it was never written.

        Raises:
            DamagedError, OvertakenError: As ``content`` says.
        """
        content = self.content(table, part)
        return None if content is None else rows_with(content, **wanted)

    def listed(self, table: str, part: str, **wanted: str) -> list[dict[str, Any]] | None:
        """Return the same rows one by one, as quick verbs take them."""
        content = self.content(table, part)
        return None if content is None else listed_with(content, **wanted)

    def family(self, family: str, part: str, **wanted: str) -> Iterator[pa.Table]:
        """Yield the same of all tables of a family that have been written, such as ``figures``, by name."""
        for name in sorted(self.state(part).tables):
            if name.partition("/")[0] == family and (found := self.rows(name, part, **wanted)) is not None:
                yield found

    def writer_of(self, table: str, part: str) -> Writer:
        """Return who wrote a part of a table."""
        written = self.written(table, part)
        return NOBODY if written is None else written.writer


@lru_cache(maxsize=4096)
def _hash_of(path: Path, _looks: tuple[int, ...]) -> str:
    """Return the hash of a file as it looks now."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True)
class Frozen:
    """The tables of a release: one file for a whole family, of one return set, whose bytes the manifest vouches for."""

    root: Path

    def part_of(self, key: ReturnSetKey) -> str:
        """Return the one part that there is."""
        return str(key)

    def rows(self, table: str, part: str, **wanted: str) -> pa.Table | None:  # noqa: ARG002 - as of a store
        """Return the rows of a table in which columns have some texts; nothing where releases do not keep it."""
        path = self.root / f"{table}.parquet"
        return rows_with(path.read_bytes(), **wanted) if path.is_file() else None

    def listed(self, table: str, part: str, **wanted: str) -> list[dict[str, Any]] | None:  # noqa: ARG002 - as of a store
        """Return the same rows one by one."""
        path = self.root / f"{table}.parquet"
        return listed_with(path.read_bytes(), **wanted) if path.is_file() else None

    def family(self, family: str, part: str, **wanted: str) -> Iterator[pa.Table]:
        """Yield the one table in which a release keeps a family."""
        found = self.rows(family, part, **wanted)
        if found is not None:
            yield found

    def writer_of(self, table: str, part: str) -> Writer:  # noqa: ARG002 - as of a store
        """Return who had written a table."""
        return Writer(*json.loads((self.root / WRITERS).read_bytes()).get(table, ()))


WRITERS = "written.json"
"""In a release: by table, who had written it."""


class Tables(Protocol):
    """What can be asked for rows: what is published now, a release, or a refresh in the making."""

    def part_of(self, key: ReturnSetKey) -> str:
        """Return the part in which the rows of a return set are."""

    def rows(self, table: str, part: str, **wanted: str) -> pa.Table | None:
        """Return the rows of a part of a table in which columns have some texts."""

    def listed(self, table: str, part: str, **wanted: str) -> list[dict[str, Any]] | None:
        """Return the same rows one by one."""

    def family(self, family: str, part: str, **wanted: str) -> Iterator[pa.Table]:
        """Yield the same of all tables of a family."""

    def writer_of(self, table: str, part: str) -> Writer:
        """Return who wrote a part of a table."""


def file_of(table: str, part: str) -> str:
    """Return where a part of a table lies, from the top of the output folder."""
    return f"{table}/{part}.parquet"


@dataclass
class Publication:
    """What a refresh of a part has made so far, to be published together.

    Nothing of it is seen, and nothing that was there is touched, until ``commit``.
    """

    store: Store
    part: str
    _files: dict[str, bytes] = field(default_factory=dict)
    _removals: list[str] = field(default_factory=list)

    def put(self, name: str, content: bytes) -> None:
        """Take the bytes of a file to be, by its name from the top of the output folder."""
        self._files[name] = content

    def taken(self, name: str) -> bytes | None:
        """Return the bytes that were taken of a file; nothing where none were."""
        return self._files.get(name)

    def remove(self, name: str) -> None:
        """Take a file that is to be no more."""
        self._removals.append(name)

    def commit(self, state: State) -> None:
        """Write what was taken, then the state of the part, then give the files their names.

        Raises:
            ReplacedError: On object storage, where nobody waits for another: somebody else has published meanwhile.
        """
        root = self.store.root
        beside = {
            write_beside(root / name, content).relative_to(root).as_posix(): name
            for name, content in self._files.items()
        }
        for folder in {(root / name).parent for name in beside}:
            sync(folder)
        state = replace(state, renames=beside, removals=tuple(self._removals))
        try:
            state = states.save(root, self.part, state)
        except ReplacedError:
            for name in beside:
                (root / name).unlink(missing_ok=True)
            raise
        self.store._states[self.part] = finish(root, self.part, state)
        self._files.clear()
        self._removals.clear()


def finish(root: Path, part: str, state: State) -> State:
    """Do what a commit has still to do, also one that was cut short by a kill, as often as one likes; return the state.

    On object storage, where looking whether a file has its name yet costs a request each, it is then noted as done.
    """
    left = [(root / source, root / place) for source, place in state.renames.items() if (root / source).exists()]
    for source, place in left:
        # On object storage two may do this at once, to the same end.
        with suppress(FileNotFoundError):
            rename(source, place)
    for name in state.removals:
        (root / name).unlink(missing_ok=True)
    for folder in {place.parent for _, place in left}:
        sync(folder)
    if is_remote(root) and (state.renames or state.removals):
        with suppress(ReplacedError):  # whoever has published since has seen to it
            return states.save(root, part, replace(state, renames={}, removals=()))
    return state
