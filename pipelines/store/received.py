"""What lay in the raw folder at one moment: read once, so that all that is said of it is said of the same bytes.

Belongs here: the bytes of one return set and of what decides it, and their hashes. Does not belong here: which files
are returns (``pipelines.store.raw``), what the bytes say.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

from pipelines.steps.collect.raw_file import RawFile
from pipelines.store.archive import TABLE
from pipelines.store.raw import LEDGER, PRINTED, Raw, places_of
from schemas.flow import CORRECTIONS, PLACES, WORKBOOKS
from schemas.flow import PRINTED as PRINTED_NUMBERS
from schemas.kept import decoded
from schemas.places import Places
from schemas.return_sets import ReturnSetKey


@dataclass(frozen=True)
class Received:
    """The workbooks of a return set, its ledger, what its plan prints, and the tables of places."""

    workbooks: tuple[RawFile, ...]
    beside: Mapping[str, RawFile]
    place_tables: Mapping[str, bytes]

    @classmethod
    def of(cls, raw: Raw, key: ReturnSetKey) -> "Received":
        """Read a return set."""
        return cls(tuple(raw.files(key)), raw.beside(key), raw.place_tables())

    @classmethod
    def places_only(cls, raw: Raw) -> "Received":
        """Read what is not of one return set."""
        return cls((), {}, raw.place_tables())

    @property
    def ledger(self) -> str:
        """The text of the ledger of corrections; empty where there is none, or none that can be read."""
        return decoded(self.beside[LEDGER].content) if LEDGER in self.beside else ""

    @property
    def printed(self) -> str | None:
        """The text of what the plan prints; nothing where there is none, or none that can be read."""
        file = self.beside.get(PRINTED)
        return None if file is None or file.trouble else decoded(file.content)

    def unread(self, name: str) -> RawFile | None:
        """Return the ledger, or what the plan prints, where it lies there and cannot be read; nothing otherwise."""
        file = self.beside.get(name)
        return file if file is not None and file.trouble else None

    @cached_property
    def places(self) -> Places:
        """The places."""
        return places_of(self.place_tables.values())

    @cached_property
    def contents(self) -> Mapping[str, str]:
        """The hash of each of ``schemas.flow.RECEIVED``."""
        return {
            WORKBOOKS: _hash({file.name: file.sha256 for file in self.workbooks}),
            CORRECTIONS: _hash(_hashes(self.beside, LEDGER)),
            PRINTED_NUMBERS: _hash(_hashes(self.beside, PRINTED)),
            PLACES: _hash(self._places),
        }

    @property
    def _places(self) -> list[tuple[str, str]]:
        return [(name, hashlib.sha256(table).hexdigest()) for name, table in self.place_tables.items()]

    def deciding(self, files: pa.Table | None) -> Iterator[tuple[bytes, str]]:
        """Yield the bytes that decide what the return set says, each with its suffix in the archive.

        Args:
            files: ``schemas.tables.FILES`` of the set: what could not be opened decides nothing.
        """
        rows = [] if files is None else zip(files["sha256"].to_pylist(), files["problem"].to_pylist(), strict=True)
        readable = {sha256 for sha256, problem in rows if not problem}
        yield from ((file.content, file.suffix) for file in self.workbooks if file.sha256 in readable)
        beside = (file.content for file in self.beside.values() if not file.trouble)
        yield from ((content, TABLE) for content in (*beside, *self.place_tables.values()))

    def listed(self, code: str) -> bytes:
        """Return the list of all this, as the archive keeps it; its hash names it.

        Args:
            code: The version of the software that read it.
        """
        files = {file.name: file.sha256 for file in (*self.workbooks, *self.beside.values())}
        unread = {name: file.trouble for name in self.beside if (file := self.unread(name))}
        files = {name: sha256 for name, sha256 in files.items() if name not in unread}
        state = {"code": code, "places": self._places, "files": files} | ({"unread": unread} if unread else {})
        return json.dumps(state, sort_keys=True, ensure_ascii=False).encode()


def _hashes(files: Mapping[str, RawFile], *names: str) -> dict[str, str]:
    return {name: files[name].sha256 for name in names if name in files}


def _hash(what: object) -> str:
    return hashlib.sha256(json.dumps(what, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
