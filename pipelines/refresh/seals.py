"""Seals: that nothing was stale when all lay as it lies now, so that a refresh with nothing to do looks and ends.

Belongs here: what a seal is made of, noting and asking for one. Does not belong here: finding what is stale
(``pipelines.refresh.stale``).

A seal is a hash of all by which it is decided what of a part is stale: bytes of states, place tables and closings;
name, size and time of change of the files received, of the tables and of the code, as Python itself asks whether what
it has compiled is still current. It only saves looking more closely: with any other seal, or none, everything is looked
at.
"""

import os
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from pipelines.refresh import stamps
from pipelines.refresh.parts import Part
from pipelines.store import closings
from pipelines.store import state as states
from pipelines.store.files import write_whole
from pipelines.store.raw import Raw
from pipelines.store.remote import is_remote
from pipelines.store.tables import Store, file_of
from schemas.flow import FLOW, Extent, Kind
from schemas.periods import Period


class Seals:
    """The seals of an output folder, as all lies at the time when each thing is first asked for.

    Only of a batch of several return sets, and of what lies above such: of a commune's few files every byte is looked
    at each time.
    """

    def __init__(self, raw: Raw, store: Store) -> None:
        """Look at nothing yet."""
        self._raw, self._store = raw, store
        self._states: dict[str, str] = {}

    def of(self, part: Part) -> str:
        """Return the seal of a part as it lies now; nothing where it has none.

        What lies on object storage has none: there every look is a request, and the state is asked for anyway.
        """
        if is_remote(self._raw.root) or is_remote(self._store.root):
            return ""
        received, turns = "", []
        if part.extent is Extent.BATCH:
            # Asked first: of very many batches of one commune each nothing else is looked at.
            if not self._is_of_several(part.name) or not (received := self._raw.glance(part.batch)):
                return ""
            others = self._earlier(part)
            turns = [closings.mark_of(self._store.root, key) for key in self._store.sets_in(part.name)]
        else:
            others = [str(batch) for batch in self._store.batches(part.name if part.extent is Extent.PERIOD else "")]
            if not any(map(self._is_of_several, others)) or any(map(self._is_of_one, others)):
                return ""
        states = [(name, self._state(name)) for name in (*others, part.name)]
        packs = self._store.archive_of(part.name).packed() if part.extent is Extent.BATCH else ""
        return stamps.digest([stamps.code_looks(), self._places, received, turns, states, packs, self._tables(part)])

    def holds(self, part: Part, seal: str) -> bool:
        """Return whether this seal of a part has been noted."""
        return bool(seal) and self._path(part).is_file() and self._path(part).read_bytes() == seal.encode()

    def note(self, part: Part, seal: str) -> None:
        """Note the seal of a part of which nothing is stale; where that cannot be written, nothing is lost."""
        if seal:
            with suppress(OSError):
                write_whole(self._path(part), seal.encode())

    def _path(self, part: Part) -> Path:
        return self._store.root / states.STATE / f"{part.name}.seal"

    def _is_of_several(self, part: str) -> bool:
        return len(self._store.sets_in(part)) > 1

    def _is_of_one(self, part: str) -> bool:
        return len(self._store.sets_in(part)) == 1

    def _earlier(self, part: Part) -> list[str]:
        """Return the batches of earlier periods: with those of the same communes a batch is compared."""
        own = Period.parse(part.batch.period)
        return [str(batch) for batch in self._store.batches() if Period.parse(batch.period) < own]

    def _state(self, part: str) -> str:
        """Return the hash of the state of a part."""
        if part not in self._states:
            self._states[part] = states.hash_of(self._store.root, part)
        return self._states[part]

    @cached_property
    def _places(self) -> list[str]:
        """The hashes of the tables of places."""
        return [stamps.sha256(table) for table in self._raw.place_tables().values()]

    def _tables(self, part: Part) -> list[tuple[str, int, int, int]]:
        """Return how the files of a part look: those of its tables and documents, of the office what lies on top."""
        tables = FLOW.of(part.extent)
        names = [file_of(table.name, part.name) for table in tables]
        for document in (table.name for table in tables if table.kind is Kind.DOCUMENT):
            beside = (self._store.root / document).glob(f"{part.name}.*")
            names += sorted({f"{document}/{path.name}" for path in beside}.difference(names))
        if part.extent is Extent.OFFICE:
            names += sorted(entry.name for entry in os.scandir(self._store.root) if entry.is_file())
        root = str(self._store.root)
        return [(name, *_look(f"{root}/{name}")) for name in names]


def _look(path: str) -> tuple[int, int, int]:
    """Return size and times of change of a file and of what its folder says of it; of one that is not there, none."""
    try:
        stat = os.stat(path)  # noqa: PTH116 - three times as quick
    except OSError:
        return -1, -1, -1
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns
