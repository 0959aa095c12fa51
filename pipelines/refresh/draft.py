"""The tables of one part while they are made: how each was before, how it is by now, and what is known of it.

Belongs here: their rows and bytes, and in which order of the two they are had: of what was made in this run, of what
lies there, of the archive. Does not belong here: in what order they are made, and what is taken of what was made
(``pipelines.refresh.making``).
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TypeGuard

import pyarrow as pa

from pipelines.refresh import stamps
from pipelines.refresh.rows import in_order, of_communes, put_among, written_among
from pipelines.refresh.stale import Inputs
from pipelines.settings import now
from pipelines.store.parquet import Opened, row_count, rows_with, serialized
from pipelines.store.state import Written
from pipelines.store.tables import DamagedError, Publication, file_of
from schemas.flow import FLOW, Extent, Kind, Table
from schemas.return_sets import ReturnSetKey
from schemas.tables import commune_of


@dataclass
class Draft:
    """The tables of one part, none of which is published before ``publication`` is committed.

    Args:
        inputs: What the tables are made of.
        restore: Makes a mart again of what the archive keeps, where its file was lost.
        anew: Whether everything is made, also what is current.
    """

    inputs: Inputs
    restore: Callable[[Inputs, Table, Written], pa.Table]
    anew: bool = False
    read: set[tuple[str, str]] = field(default_factory=set)
    """Which table was made reading which: held against the flow by a test."""
    touched: dict[str, Sequence[ReturnSetKey]] = field(default_factory=dict)
    """The tables that came out other than they were, and of which return sets."""

    def __post_init__(self) -> None:
        """Begin with what is known."""
        store, part = self.inputs.store, self.inputs.part.name
        self.known = store.state(part, anew=True)
        """What was known of the part before."""
        self.state = replace(self.known, renames={}, removals=())
        """What is known of it by now."""
        self.publication = Publication(store, part)
        self._tables: dict[str, pa.Table] = {}
        self._earlier: dict[str, pa.Table] = {}
        self._parts_of_tables: dict[str, dict[tuple[tuple[ReturnSetKey, ...], bool], pa.Table]] = {}
        self._files: dict[str, Opened | None] = {}

    @property
    def made(self) -> list[str]:
        """The tables that came out other than they were."""
        return list(self.touched)

    def is_some(self, sets: Sequence[ReturnSetKey] | None) -> TypeGuard[Sequence[ReturnSetKey]]:
        """Return whether these are some of the return sets, and not all: those of which something can be other."""
        return sets is not None and len(sets) < len(self.inputs.sets)

    def table(self, name: str, sets: Sequence[ReturnSetKey] | None = None) -> pa.Table:
        """Return a table as it is now, or of a batch the rows of some return sets."""
        part = self.inputs.part.name
        if self.is_some(sets) and name not in self._tables:
            return self._some(name, sets, self.publication.taken(file_of(name, part)))
        if name not in self._tables:
            made = self.publication.taken(file_of(name, part))
            found = self.inputs.store.rows(name, part) if made is None else rows_with(made)
            self._tables[name] = FLOW[name].schema.empty_table() if found is None else _as_now(found, name)
        return of_communes(self._tables[name], sets) if self.is_some(sets) else self._tables[name]

    def before(self, name: str, sets: Sequence[ReturnSetKey] | None = None) -> pa.Table:
        """Return a table as it was before this run, or some of its rows; empty where it has never been written."""
        if self.is_some(sets) and name not in self._earlier:
            with suppress(DamagedError):
                return self._some(name, sets)
        if name not in self._earlier:
            self._earlier[name] = self._was(name)
        return of_communes(self._earlier[name], sets) if self.is_some(sets) else self._earlier[name]

    def _some(self, name: str, sets: Sequence[ReturnSetKey], made: bytes | None = None) -> pa.Table:
        """Return the rows of some return sets in a table that lies there, or in the bytes that were made of it."""
        key, schema, written = (tuple(sets), made is None), FLOW[name].schema, self.known.get(name)
        if made is None and (written is None or not written.rows):
            return schema.empty_table()
        parts = self._parts_of_tables.setdefault(name, {})
        if key not in parts:
            file = self._file(name) if made is None else Opened(made)
            assert file is not None
            parts[key] = _as_now(file.having(commune_of(schema), [one.commune for one in sets]), name)
        return parts[key]

    def _file(self, name: str) -> Opened | None:
        """Return the file of a table as it lies there; nothing where it was never written."""
        if name not in self._files:
            content = self.inputs.store.content(name, self.inputs.part.name)
            self._files[name] = None if content is None else Opened(content)
        return self._files[name]

    def _was(self, name: str) -> pa.Table:
        written = self.known.get(name)
        if written is None:
            return FLOW[name].schema.empty_table()
        try:
            found = self.inputs.store.rows(name, self.inputs.part.name)
        except DamagedError:
            # What was accepted must not be lost with a file: the archive has all that it was made of.
            found = self.restore(self.inputs, FLOW[name], written)
        assert found is not None
        return _as_now(found, name)

    def of_parts(self, name: str, parts: Iterable[str]) -> pa.Table:
        """Return a table of several batches, one under the other."""
        found = [self.inputs.store.rows(name, part) for part in parts]
        return pa.concat_tables(
            [FLOW[name].schema.empty_table(), *(_as_now(one, name) for one in found if one is not None)]
        )

    def reusable(self, table: Table, sets: Sequence[ReturnSetKey]) -> pa.Table | None:
        """Return rows as the very code of now made them before; nothing where other code did, or all is made anew."""
        known = self.known.get(table.name)
        if self.anew or known is None or known.maker != stamps.code_of(table.maker):
            return None
        # Not what is made again where a file was lost: that is not what this code made of these bytes.
        with suppress(DamagedError):
            if self.is_some(sets):
                return self._some(table.name, sets)
            found = self.inputs.store.rows(table.name, self.inputs.part.name)
            return None if found is None else _as_now(found, table.name)
        return None

    def put(self, table: Table, rows: pa.Table | None, sets: Sequence[ReturnSetKey]) -> Written:
        """Have a table published as it comes out, unless it lies there with these very bytes; return what is known.

        Args:
            table: The table.
            rows: What was made of it; nothing where it stays what it was.
            sets: The return sets of which it is other than it was; the rows of all others stay.
        """
        content, count = self._written(table, rows, sets)
        known, sha256 = self.state.get(table.name), stamps.sha256(content)
        may_stay = known is not None and known.content == sha256
        store, part = self.inputs.store, self.inputs.part.name
        if known is None or not may_stay:
            code = store.writer.code or stamps.code_version()
            at, run = now().isoformat(timespec="seconds"), store.writer.run
            known = Written(table.name, "", sha256, len(content), count, run=run, code=code, at=at)
            self.touched[table.name] = sets
        if not may_stay or not store.holds(file_of(table.name, part), sha256, part):
            self.publication.put(file_of(table.name, part), content)
        return known

    def _written(self, table: Table, rows: pa.Table | None, sets: Sequence[ReturnSetKey]) -> tuple[bytes, int]:
        """Return the file of a whole table, what was made in its place among the others' rows; how many rows it has."""
        self._tables.pop(table.name, None)
        if rows is None:
            return self._kept(table, self.before(table.name).cast(table.schema))
        if not rows.schema.equals(table.schema, check_metadata=True):
            rows = rows.cast(table.schema)
        if self.inputs.part.extent is not Extent.BATCH or len(self.inputs.sets) < 2 or table.kind is Kind.DOCUMENT:
            return self._kept(table, rows)
        if table.whole or not self.is_some(sets):
            return self._kept(table, in_order(rows))
        rows = in_order(of_communes(rows, sets))
        try:
            before = self._file(table.name)
        except DamagedError:
            before = None
        if before is None:
            return self._kept(table, put_among(rows, self.before(table.name), sets))
        self._parts_of_tables.setdefault(table.name, {})[tuple(sets), False] = rows
        content = written_among(rows, before, sets)
        return content, row_count(content)

    def _kept(self, table: Table, rows: pa.Table) -> tuple[bytes, int]:
        """Return the file of rows, which are kept for those who read them in this run."""
        # With the very schema: in one that was read, what is said of the columns stands in another order.
        self._tables[table.name] = pa.table(rows.columns, schema=table.schema)
        return serialized(self._tables[table.name]), len(rows)

    def note(self, table: Table, written: Written) -> None:
        """Note what is known of a table, with the stamp of what it was made of as that is now."""
        self._know(written)
        self._know(replace(written, stamp=self.inputs.stamp(table, self.state)))

    def _know(self, written: Written) -> None:
        self.state = replace(self.state, tables={**self.state.tables, written.table: written})

    def let_go(self, names: Iterable[str]) -> None:
        """Drop the rows that nobody reads any more; who does after all gets them from their bytes."""
        for name in names:
            self._tables.pop(name, None)
            self._earlier.pop(name, None)
            self._parts_of_tables.pop(name, None)
            self._files.pop(name, None)


def _as_now(rows: pa.Table, name: str) -> pa.Table:
    """Return the rows of a table with the columns of now: its form may ask for other fields than when it was made."""
    schema = FLOW[name].schema
    if rows.column_names == schema.names:
        return rows
    # It loads pandas, which takes as long as all else of a refresh with nothing to do.
    from pipelines.steps.frames import together

    return together([rows], schema)
