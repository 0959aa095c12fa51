"""What lay in the raw folder at one moment: read once, so that all that is said of it is said of the same bytes.

Belongs here: the bytes of the return sets of a batch and of what decides them, and their hashes. Does not belong here:
which files are returns (``pipelines.store.raw``), what the bytes say.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

from pipelines.steps.collect.raw_file import RawFile
from pipelines.store.archive import TABLE, Kept
from pipelines.store.index import NOTHING_NOTED, Index, Noted
from pipelines.store.place_tables import places_of
from pipelines.store.raw import Raw
from pipelines.store.raw_names import ESTIMATES, LEDGER, PRINTED
from schemas.flow import CORRECTIONS, PLACES, RECORDED, WORKBOOKS
from schemas.flow import PRINTED as PRINTED_NUMBERS
from schemas.kept import decoded
from schemas.places import Places
from schemas.return_sets import ReturnSetKey


@dataclass(frozen=True)
class ReceivedSet:
    """The workbooks of a return set, its ledger, and what its plan prints."""

    workbooks: tuple[RawFile, ...]
    beside: Mapping[str, RawFile]

    @classmethod
    def of(cls, raw: Raw, key: ReturnSetKey, known: Index = NOTHING_NOTED) -> "ReceivedSet":
        """Read a return set, but for the files that lie there as they are noted."""
        return cls(tuple(raw.files(key, known)), raw.beside(key))

    @property
    def noted(self) -> Iterator[tuple[str, Noted]]:
        """What to note of each workbook, by its name, for the next time; nothing of one that is in doubt."""
        for file in self.workbooks:
            if file.at_rest is not None and not file.trouble:
                yield file.name, Noted(*file.at_rest, file.sha256)

    @property
    def unread(self) -> dict[str, str]:
        """Why the ledger, or what the plan prints, cannot be read though it lies there."""
        return {name: file.trouble for name, file in self.beside.items() if file.trouble}

    @property
    def files(self) -> dict[str, str]:
        """The hash of every workbook, of the ledger and of the plan, by name, but for what is unread."""
        beside = [file for file in self.beside.values() if not file.trouble]
        return {file.name: file.sha256 for file in (*self.workbooks, *beside)}


@dataclass(frozen=True)
class Received:
    """The return sets of a batch, in order, and the tables of places."""

    sets: Mapping[ReturnSetKey, ReceivedSet]
    place_tables: Mapping[str, bytes]

    @classmethod
    def of(cls, raw: Raw, keys: Iterable[ReturnSetKey], known: Index = NOTHING_NOTED) -> "Received":
        """Read some return sets, but for the files that lie there as they are noted."""
        return cls({key: ReceivedSet.of(raw, key, known) for key in keys}, raw.place_tables())

    @classmethod
    def named(cls, keys: Iterable[ReturnSetKey]) -> "Received":
        """Return some return sets of which nothing has been read."""
        return cls({key: ReceivedSet((), {}) for key in keys}, {})

    @property
    def workbooks(self) -> Iterator[RawFile]:
        """The workbooks of all sets."""
        return (file for one in self.sets.values() for file in one.workbooks)

    @property
    def troubled(self) -> bool:
        """Whether the bytes of any file could not be had."""
        return any(file.trouble for one in self.sets.values() for file in (*one.workbooks, *one.beside.values()))

    @property
    def ledgers(self) -> dict[ReturnSetKey, str]:
        """The text of the ledger of corrections of each set that has one that can be read."""
        return {key: decoded(content) for key, content in self._beside(LEDGER) if content}

    @property
    def printed(self) -> dict[ReturnSetKey, str]:
        """The text of what the plan prints, of each set that has it and in which it can be read."""
        return {key: decoded(content) for key, content in self._beside(PRINTED)}

    @property
    def estimates(self) -> dict[ReturnSetKey, bytes]:
        """The bytes of the estimates of each set that has some and in which they can be read."""
        return dict(self._beside(ESTIMATES))

    def _beside(self, name: str) -> Iterator[tuple[ReturnSetKey, bytes]]:
        for key, one in self.sets.items():
            if name in one.beside and not one.beside[name].trouble:
                yield key, one.beside[name].content

    def unread(self, name: str, keys: Iterable[ReturnSetKey]) -> list[RawFile]:
        """Return the ledgers, or what the plans print, that lie in some sets and cannot be read."""
        return [self.sets[key].beside[name] for key in keys if name in self.sets[key].unread]

    @cached_property
    def places(self) -> Places:
        """The places."""
        return places_of(self.place_tables.values())

    @cached_property
    def contents(self) -> Mapping[str, str]:
        """The hash of each of ``schemas.flow.RECEIVED``."""
        of_sets = {str(key): one for key, one in self.sets.items()}
        return {
            WORKBOOKS: _hash({key: {file.name: file.sha256 for file in one.workbooks} for key, one in of_sets.items()}),
            CORRECTIONS: _hash({key: _hashes(one.beside, LEDGER) for key, one in of_sets.items()}),
            PRINTED_NUMBERS: _hash({key: _hashes(one.beside, PRINTED) for key, one in of_sets.items()}),
            RECORDED: _hash({key: _hashes(one.beside, ESTIMATES) for key, one in of_sets.items()}),
            PLACES: _hash(self._places),
        }

    @cached_property
    def _places(self) -> list[tuple[str, str]]:
        return [(name, hashlib.sha256(table).hexdigest()) for name, table in self.place_tables.items()]

    def workbooks_of(self, keys: Iterable[ReturnSetKey]) -> Iterator[RawFile]:
        """Yield the workbooks of some sets."""
        return (file for key in keys for file in self.sets[key].workbooks)

    def deciding(self, files: pa.Table | None, keys: Iterable[ReturnSetKey] | None = None) -> Iterator[Kept]:
        """Yield the bytes that decide what the return sets say, or some of them.

        Args:
            files: ``schemas.tables.FILES`` of the sets: what could not be opened decides nothing.
            keys: The sets; all where none are named.
        """
        keys = list(self.sets if keys is None else keys)
        rows = [] if files is None else zip(files["sha256"].to_pylist(), files["problem"].to_pylist(), strict=True)
        readable = {sha256 for sha256, problem in rows if not problem}
        for file in self.workbooks_of(keys):
            if file.sha256 in readable:
                yield Kept(file.sha256, file.suffix, file.content)
        for key in keys:
            beside = self.sets[key].beside.values()
            yield from (Kept.of(file.content, TABLE) for file in beside if not file.trouble)
        yield from (Kept.of(content, TABLE) for content in self.place_tables.values())

    def listed(self, code: str) -> dict[ReturnSetKey, bytes]:
        """Return the list of all that decides each set, as the archive keeps it; its hash names it.

        Args:
            code: The version of the software that read it.
        """
        return {key: _json(self._listed(one, code)) for key, one in self.sets.items()}

    def _listed(self, one: ReceivedSet, code: str) -> dict[str, object]:
        listed: dict[str, object] = {"code": code, "places": self._places, "files": one.files}
        return {**listed, "unread": one.unread} if one.unread else listed


def accepted_from(lists: Mapping[ReturnSetKey, str]) -> bytes:
    """Return what the archive keeps of the lists from which the rows of several sets were accepted: their hashes."""
    return _json({"sets": {key.commune: sha256 for key, sha256 in lists.items()}})


def _json(what: object) -> bytes:
    return json.dumps(what, sort_keys=True, ensure_ascii=False).encode()


def _hashes(files: Mapping[str, RawFile], *names: str) -> dict[str, str]:
    return {name: files[name].sha256 for name in names if name in files}


def _hash(what: object) -> str:
    return hashlib.sha256(_json(what)).hexdigest()
