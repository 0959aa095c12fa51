"""Making the tables of one part: each from what the flow says it is made of, and from nothing else.

Belongs here: what a maker is given and what it hands back; the order; stopping early where a table comes out as it was;
committing. Does not belong here: any particular table (``pipelines.refresh.makers`` lists who makes which), Dagster.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import pyarrow as pa

from pipelines.refresh import stamps
from pipelines.refresh.stale import Inputs, Part, is_current
from pipelines.settings import now
from pipelines.steps.collect.raw_file import RawFile
from pipelines.store.archive import RECEIVED, Archive
from pipelines.store.raw import LEDGER
from pipelines.store.raw import PRINTED as PRINTED_FILE
from pipelines.store.state import Writer, Written
from pipelines.store.tables import DamagedError, Publication, file_of, serialized, with_texts
from schemas.flow import CORRECTIONS, FLOW, PARTS, PLACES, PRINTED, WORKBOOKS, Extent, Table
from schemas.places import Places
from schemas.return_sets import ReturnSetKey


class UndeclaredInputError(LookupError):
    """A maker read what the flow does not say that its tables are made of: our fault, never the data's."""


@dataclass(frozen=True)
class Made:
    """What a maker hands back for one table.

    Args:
        rows: The table; nothing where what was there stays, because the gate held back what came.
        files: Of a document, the bytes of the files to be written, by name from the top of the output folder.
        removals: Files that are no more.
    """

    rows: pa.Table | None
    files: Mapping[str, bytes] = field(default_factory=dict)
    removals: tuple[str, ...] = ()


Maker = Callable[["Given"], Mapping[str, Made]]
"""A function that makes tables, by name, from what it is given."""


@dataclass(frozen=True)
class Given:
    """What a maker is given: the inputs of its tables, and nothing else can be read through it."""

    tables: Sequence[Table]
    _work: "Work"

    @property
    def key(self) -> ReturnSetKey:
        """The return set that is worked on."""
        return self._work.inputs.part.key

    @property
    def part(self) -> Part:
        """The part that is worked on."""
        return self._work.inputs.part

    @property
    def subject(self) -> str:
        """Domain of the form, or code of the chapter."""
        return self.tables[0].maker.subject

    @property
    def sets(self) -> Sequence[ReturnSetKey]:
        """The return sets below a period or the office."""
        return self._work.inputs.sets

    @property
    def parts(self) -> Sequence[str]:
        """The names of all parts."""
        self._declared(PARTS)
        return self._work.inputs.store.parts()

    @property
    def workbooks(self) -> Sequence[RawFile]:
        """The files as received."""
        self._declared(WORKBOOKS)
        return self._work.inputs.received.workbooks

    @property
    def ledger(self) -> str:
        """The text of the ledger of corrections."""
        self._declared(CORRECTIONS)
        return self._work.inputs.received.ledger

    @property
    def unread_ledger(self) -> Sequence[Mapping[str, str]]:
        """The ledger of corrections, where it lies there and cannot be read, as a problem tells of it."""
        self._declared(CORRECTIONS)
        return _unread(self._work.inputs.received.unread(LEDGER))

    @property
    def printed(self) -> str | None:
        """The text of what the plan prints."""
        self._declared(PRINTED)
        return self._work.inputs.received.printed

    @property
    def unread_plan(self) -> Sequence[Mapping[str, str]]:
        """What the plan prints, where it lies there and cannot be read, as a problem tells of it."""
        self._declared(PRINTED)
        return _unread(self._work.inputs.received.unread(PRINTED_FILE))

    @property
    def places(self) -> Places:
        """The places."""
        self._declared(PLACES)
        return self._work.inputs.received.places

    def table(self, name: str) -> pa.Table:
        """Return a table of this part as it is now, made in this run or before.

        Raises:
            UndeclaredInputError: The flow does not say that it is read.
        """
        self._declared(name)
        return self._work.table(name)

    def family(self, family: str, part: str = "", **wanted: str) -> Iterator[pa.Table]:  # noqa: ARG002 - as of a store
        """Yield the declared tables of a family, such as ``figures``, by name, with the rows that have some texts."""
        declared = {name for table in self.tables for name in table.made_of}
        for name in sorted(declared):
            if name.partition("/")[0] == family:
                self._work.read.add((self.tables[0].name, name))
                yield with_texts(self._work.table(name), **wanted)

    def rows(self, table: str, part: str = "", **wanted: str) -> pa.Table | None:  # noqa: ARG002 - as of a store
        """Return the rows of a table that have some texts: as ``Tables`` has it, for those who present."""
        return with_texts(self.table(table), **wanted)

    def writer_of(self, table: str, part: str = "") -> Writer:  # noqa: ARG002 - as of a store
        """Return who wrote a table."""
        self._declared(table)
        written = self._work.state.get(table)
        return written.writer if written else Writer()

    def each(self, name: str) -> pa.Table:
        """Return a table of all return sets of the period, one under the other."""
        self._declared(name)
        return self._work.of_sets(name, self.sets)

    def earlier(self, name: str) -> pa.Table:
        """Return a table of the commune's earlier periods, one under the other."""
        if not any(name in table.earlier for table in self.tables):
            raise UndeclaredInputError(f"{self.tables[0].name} does not declare that it reads earlier {name}.")
        self._work.read.add((self.tables[0].name, f"earlier {name}"))
        return self._work.of_sets(name, self._work.inputs.earlier)

    def accepted(self, name: str) -> pa.Table:
        """Return the rows of a mart as they were accepted before this run; none where none ever were."""
        if not any(name in table.accepted for table in self.tables):
            raise UndeclaredInputError(f"{self.tables[0].name} does not declare that it looks at accepted {name}.")
        self._work.read.add((self.tables[0].name, f"accepted {name}"))
        return self._work.before(name)

    def previous(self, name: str) -> pa.Table | None:
        """Return one of the maker's own tables as it was made before by the very code of now; nothing otherwise."""
        assert name in [table.name for table in self.tables]
        return self._work.reusable(FLOW[name])

    def held(self, mart: str) -> bool:
        """Return whether a mart still is what it was, because the gate held back what came."""
        self._declared(mart)
        written = self._work.state.get(mart)
        return written is not None and written.held

    def content(self, name: str) -> str:
        """Return the hash of a table's bytes: its version, for those who tell it to other programs."""
        self._declared(name)
        return self._work.inputs.content(name, self._work.state)

    def before(self, name: str) -> pa.Table:
        """Return one of the maker's own tables as it was before, whoever made it; empty where it never was."""
        assert name in [table.name for table in self.tables]
        return self._work.before(name)

    def is_there(self, file: str, sha256: str) -> bool:
        """Return whether a file of a document lies there as it was written."""
        return self._work.inputs.store.holds(file, sha256, self._work.inputs.part.name)

    @property
    def archive(self) -> Archive:
        """What was accepted before, as it was received."""
        return self._work.inputs.store.archive

    @property
    def writer(self) -> Writer:
        """Who is writing."""
        return self._work.inputs.store.writer

    def _declared(self, name: str) -> None:
        if not any(name in table.made_of for table in self.tables):
            raise UndeclaredInputError(f"{self.tables[0].name} does not declare that it is made of {name}.")
        self._work.read.add((self.tables[0].name, name))


def _unread(file: RawFile | None) -> Sequence[Mapping[str, str]]:
    if file is None:
        return ()
    return ({"period": file.period, "commune": file.commune, "file": file.name, "written": file.trouble},)


@dataclass
class Work:
    """The work on one part: what has been made so far, none of which is seen before ``commit``.

    Args:
        inputs: What the tables are made of.
        makers: Who makes them, by task.
        restore: Makes a mart again of what the archive keeps, where its file was lost.
        anew: Make everything, also what is current.
    """

    inputs: Inputs
    makers: Callable[[str], Maker]
    restore: Callable[[Inputs, Table, Written], pa.Table]
    anew: bool = False
    read: set[tuple[str, str]] = field(default_factory=set)
    """Which table was made reading which: held against the flow by a test."""

    def __post_init__(self) -> None:
        """Begin with what is known."""
        store, inputs = self.inputs.store, self.inputs
        others = inputs.earlier if inputs.part.extent is Extent.RETURN_SET else inputs.sets
        self._others = {str(key): store.state(str(key), anew=True) for key in others}
        self._before = store.state(inputs.part.name, anew=True)
        self.state = replace(self._before, renames={}, removals=())
        self._tables: dict[str, pa.Table] = {}
        self._earlier: dict[str, pa.Table] = {}
        self._publication = Publication(self.inputs.store, self.inputs.part.name)
        self.made: list[str] = []
        self._looked_at: set[str] = set()

    def run(self, wanted: Iterable[str] | None = None, *, only: bool = False) -> Iterator[Sequence[Table]]:
        """Make what is not current, in the order of the flow.

        Args:
            wanted: Only these tables and what they are made of; all where none are named.
            only: Not even what they are made of.

        Yields:
            The tables that one maker is about to make.
        """
        if wanted is None:
            names = {table.name for table in self.inputs.part.tables}
        else:
            names = set(wanted) if only else _with_inputs(wanted)
        for tables in FLOW.made_together.values():
            if tables[0].extent is not self.inputs.part.extent or names.isdisjoint(table.name for table in tables):
                continue
            if self.anew or not all(is_current(self.inputs, table, self.state) for table in tables):
                yield tables
                self._make(tables)
            self._looked_at.update(table.name for table in tables)

    def _make(self, tables: Sequence[Table]) -> None:
        made = self.makers(tables[0].maker.task)(Given(tables, self))
        assert made.keys() == {table.name for table in tables}, tables[0].name
        for table in tables:
            self._take(table, made[table.name])

    def _take(self, table: Table, made: Made) -> None:
        """Take a table that was made; where it came out as it was, its bytes and who wrote them stay."""
        held = made.rows is None
        rows = self.before(table.name) if made.rows is None else made.rows
        rows = rows.cast(table.schema)
        content, known = serialized(rows), self.state.get(table.name)
        sha256 = stamps.sha256(content)
        store, part = self.inputs.store, self.inputs.part.name
        if known is None or known.content != sha256:
            code = self.inputs.store.writer.code or stamps.code_version()
            at = now().isoformat(timespec="seconds")
            known = Written(table.name, "", sha256, len(content), len(rows), run=store.writer.run, code=code, at=at)
            self.made.append(table.name)
        if not store.holds(file_of(table.name, part), sha256, part):
            self._publication.put(file_of(table.name, part), content)
        for name, file in made.files.items():
            if not store.holds(name, stamps.sha256(file), part):
                self._publication.put(name, file)
        for name in made.removals:
            self._publication.remove(name)
        entered = self.received if table.family == "marts" and not held else ""
        written = replace(
            known,
            held=held,
            received=known.received or entered,
            maker=stamps.code_of(table.maker.task),
        )
        self._tables[table.name] = rows
        self.state = replace(self.state, tables={**self.state.tables, table.name: written})
        stamp = self.inputs.stamp(table, self.state)
        self.state = replace(self.state, tables={**self.state.tables, table.name: replace(written, stamp=stamp)})

    @cached_property
    def received(self) -> str:
        """The hash of the list of all that lay in the raw folder: what a mart is accepted from."""
        return stamps.sha256(self.inputs.received.listed(stamps.code_version()))

    def is_overtaken(self) -> bool:
        """Return whether another process has published, meanwhile, something that this work was made of."""
        return any(self.inputs.store.state(name, anew=True) != state for name, state in self._others.items())

    def commit(self, *, whole: bool) -> None:
        """Archive what was read, and publish what was made: all of it together.

        A held mart makes a difference to what looks at accepted rows, so the stamps of these are taken at the end; but
        not of what nobody asked for, which may have been made of something else.

        Args:
            whole: Whether all tables of the part follow now from what lay in the raw folder.
        """
        for table in self.inputs.part.tables:
            written = self.state.get(table.name)
            if table.accepted and written is not None and table.name in self._looked_at:
                stamp = self.inputs.stamp(table, self.state)
                self.state = replace(
                    self.state, tables={**self.state.tables, table.name: replace(written, stamp=stamp)}
                )
        self._archive()
        received = self.received if whole else self.state.received
        shown = [name for name in self.made if not FLOW[name].on_demand]
        self.state = replace(self.state, received=received, shown=self.state.shown and not shown)
        self._publication.commit(self.state)

    def _archive(self) -> None:
        """Keep all that decides what the return set says, the list of it too.

        So whatever is accepted, and however long it then stays published, its bytes are there, also when the village
        has sent another workbook since. What cannot be opened is never accepted, and is not kept.
        """
        archive, files = self.inputs.store.archive, self.table("files") if "files" in self.state.tables else None
        for content, suffix in self.inputs.received.deciding(files):
            archive.keep(content, suffix)
        archive.keep(self.inputs.received.listed(stamps.code_version()), RECEIVED)

    def table(self, name: str) -> pa.Table:
        """Return a table as it is now."""
        if name not in self._tables:
            found = self.inputs.store.rows(name, self.inputs.part.name)
            self._tables[name] = FLOW[name].schema.empty_table() if found is None else found
        return self._tables[name]

    def before(self, name: str) -> pa.Table:
        """Return a table as it was before this run; empty where it has never been written."""
        if name not in self._earlier:
            self._earlier[name] = self._was(name)
        return self._earlier[name]

    def _was(self, name: str) -> pa.Table:
        written = self._before.get(name)
        if written is None:
            return FLOW[name].schema.empty_table()
        try:
            found = self.inputs.store.rows(name, self.inputs.part.name)
        except DamagedError:
            # What was accepted must not be lost with a file: the archive has all that it was made of.
            found = self.restore(self.inputs, FLOW[name], written)
        assert found is not None
        return found

    def of_sets(self, name: str, keys: Sequence[ReturnSetKey]) -> pa.Table:
        """Return a table of several return sets, one under the other."""
        found = [self.inputs.store.rows(name, str(key)) for key in keys]
        return pa.concat_tables([FLOW[name].schema.empty_table(), *(one for one in found if one is not None)])

    def reusable(self, table: Table) -> pa.Table | None:
        """Return a table as the very code of now made it before; nothing where other code did, or all is made anew."""
        known = self._before.get(table.name)
        if self.anew or known is None or known.maker != stamps.code_of(table.maker.task):
            return None
        part = self.inputs.part.name
        whole = self.inputs.store.holds(file_of(table.name, part), known.content, part)
        return self.before(table.name) if whole else None


def _with_inputs(names: Iterable[str]) -> set[str]:
    """Return tables and all that they are made of."""
    found = set(names)
    for table in reversed(FLOW.tables):
        if table.name in found:
            found.update(name for name in table.made_of if name in FLOW.by_name)
    return found
