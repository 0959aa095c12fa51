"""Tables of an output folder for a process that is asked again and again: what was read once is not read out again.

Belongs here: keeping rows in memory, by the hash of the file they were read from. Does not belong here: which bytes
those are, and telling that they are damaged or have been replaced (``pipelines.store.tables``), which is asked anew
every time.
"""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Any

import pyarrow as pa

from pipelines.store.parquet import rows_with
from pipelines.store.tables import Store

_MOST_BYTES = 64 * 1024 * 1024
"""Of rows that are kept; what has not been asked for longest goes first."""

_Asked = tuple[str, frozenset[tuple[str, str]]]
"""The hash of a file, and the texts that are wanted in columns."""


@dataclass(frozen=True)
class RememberingStore(Store):
    """The same tables, each file read out once as long as it is what it was."""

    def rows(self, table: str, part: str, **wanted: str) -> pa.Table | None:
        """Return the rows as a store does: its bytes are looked at each time, and what they say is remembered."""
        content = self.content(table, part)
        written = self.written(table, part)
        if content is None or written is None:
            return None
        return _ROWS.of((written.content, frozenset(wanted.items())), content)

    def listed(self, table: str, part: str, **wanted: str) -> list[dict[str, Any]] | None:
        """Return the same rows one by one, of those that are remembered."""
        found = self.rows(table, part, **wanted)
        return None if found is None else found.to_pylist()


class _Rows:
    """What has been read out of files, for all threads of the process."""

    def __init__(self) -> None:
        """Remember nothing."""
        self._kept: OrderedDict[_Asked, pa.Table] = OrderedDict()
        self._bytes, self._lock = 0, Lock()

    def of(self, asked: _Asked, content: bytes) -> pa.Table:
        """Return the wanted rows of a file with that hash and these bytes."""
        with self._lock:
            if asked in self._kept:
                self._kept.move_to_end(asked)
                return self._kept[asked]
        found = rows_with(content, **dict(asked[1]))
        with self._lock:
            if asked not in self._kept:
                self._kept[asked] = found
                self._bytes += found.nbytes
            while self._bytes > _MOST_BYTES:
                self._bytes -= self._kept.popitem(last=False)[1].nbytes
        return found


_ROWS = _Rows()
