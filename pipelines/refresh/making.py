"""Making the tables of one part: each from what the flow says it is made of, and from nothing else.

Belongs here: what a maker is given and what it hands back; the order; stopping early where a table comes out as it was;
committing. Does not belong here: any particular table (``pipelines.refresh.makers`` lists who makes which), Dagster.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeGuard, TypeVar

import pyarrow as pa

from pipelines.refresh import stamps
from pipelines.refresh.approvals import Approvals
from pipelines.refresh.parts import Part
from pipelines.refresh.rows import differing, in_order, of_communes, put_among, written_among
from pipelines.refresh.stale import Inputs, is_archived, is_current, is_whole, lists_of
from pipelines.settings import now
from pipelines.steps.collect.raw_file import RawFile
from pipelines.store.archive import PACKS, RECEIVED, Archive, Kept
from pipelines.store.raw import ESTIMATES, LEDGER
from pipelines.store.raw import PRINTED as PRINTED_FILE
from pipelines.store.received import accepted_from
from pipelines.store.state import State, Writer, Written
from pipelines.store.tables import (
    DamagedError,
    Publication,
    file_of,
    is_cut,
    row_count,
    rows_in,
    rows_with,
    serialized,
    with_texts,
)
from schemas import flow
from schemas.flow import (
    APPROVED,
    CORRECTIONS,
    FLOW,
    PARTS,
    PLACES,
    PRINTED,
    RECORDED,
    WORKBOOKS,
    Extent,
    Kind,
    Table,
)
from schemas.places import Places
from schemas.return_sets import BatchKey, ReturnSetKey
from schemas.tables import commune_of


class UndeclaredInputError(LookupError):
    """A maker read what the flow does not say that its tables are made of: our fault, never the data's."""


@dataclass(frozen=True)
class Made:
    """What a maker hands back for one table.

    Args:
        rows: The table; nothing where what was there stays, because the gate held back what came.
        files: Of a document, the bytes of the files to be written, by name from the top of the output folder.
        removals: Files that are no more.
        held: The return sets whose rows are those that were there, because the gate held back what came of them.
    """

    rows: pa.Table | None
    files: Mapping[str, bytes] = field(default_factory=dict)
    removals: tuple[str, ...] = ()
    held: Collection[ReturnSetKey] = ()


Maker = Callable[["Given"], Mapping[str, Made]]
"""A function that makes tables, by name, from what it is given."""


@dataclass(frozen=True)
class Given:
    """What a maker is given: the inputs of its tables, and nothing else can be read through it.

    Args:
        tables: The tables it is to make.
        sets: The return sets of which it is to make them: of a batch those that have changed, where the rows of the
            others can stay; or those below a period or the office. A table of the batch as a whole it makes whole.
    """

    tables: Sequence[Table]
    sets: Sequence[ReturnSetKey]
    _work: "Work"

    @property
    def batch(self) -> BatchKey:
        """The batch that is worked on."""
        return self._work.inputs.part.batch

    @property
    def key(self) -> ReturnSetKey:
        """The one return set of a batch that is a commune's own folder."""
        (key,) = self.sets
        return key

    @property
    def part(self) -> Part:
        """The part that is worked on."""
        return self._work.inputs.part

    @property
    def subject(self) -> str:
        """Domain of the form, or code of the chapter."""
        return self.tables[0].maker.subject

    @property
    def parts(self) -> Sequence[str]:
        """The names of all parts that have tables."""
        self._declared(PARTS)
        return self._work.inputs.store.filled_parts()

    @property
    def workbooks(self) -> Iterator[RawFile]:
        """The files as received."""
        self._declared(WORKBOOKS)
        return self._work.inputs.received.workbooks_of(self.sets)

    @property
    def ledgers(self) -> Mapping[ReturnSetKey, str]:
        """The text of each ledger of corrections."""
        self._declared(CORRECTIONS)
        return _of_keys(self._work.inputs.received.ledgers, self.sets)

    @property
    def unread_ledgers(self) -> Sequence[Mapping[str, str]]:
        """The ledgers of corrections that lie there and cannot be read, as a problem tells of them."""
        self._declared(CORRECTIONS)
        return _unread(self._work.inputs.received.unread(LEDGER, self.sets))

    @property
    def printed(self) -> Mapping[ReturnSetKey, str]:
        """The text of what each plan prints."""
        self._declared(PRINTED)
        return _of_keys(self._work.inputs.received.printed, self.sets)

    @property
    def unread_plans(self) -> Sequence[Mapping[str, str]]:
        """What plans print that lies there and cannot be read, as a problem tells of it."""
        self._declared(PRINTED)
        return _unread(self._work.inputs.received.unread(PRINTED_FILE, self.sets))

    @property
    def estimates(self) -> Mapping[ReturnSetKey, bytes]:
        """The bytes of each file of estimates."""
        self._declared(RECORDED)
        return _of_keys(self._work.inputs.received.estimates, self.sets)

    @property
    def unread_estimates(self) -> Sequence[Mapping[str, str]]:
        """The files of estimates that lie there and cannot be read, as a problem tells of them."""
        self._declared(RECORDED)
        return _unread(self._work.inputs.received.unread(ESTIMATES, self.sets))

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
        return self._work.table(name, self.sets)

    def part_of(self, _: ReturnSetKey) -> str:
        """Return the part that is worked on."""
        return self.part.name

    def family(self, family: str, part: str = "", **wanted: str) -> Iterator[pa.Table]:  # noqa: ARG002 - as of a store
        """Yield the declared tables of a family, such as ``figures``, by name, with the rows that have some texts."""
        declared = {name for table in self.tables for name in table.made_of}
        for name in sorted(declared):
            if name.partition("/")[0] == family:
                self._work.read.add((self.tables[0].name, name))
                yield with_texts(self._work.table(name, self.sets), **wanted)

    def rows(self, table: str, part: str = "", **wanted: str) -> pa.Table | None:  # noqa: ARG002 - as of a store
        """Return the rows of a table that have some texts: as ``Tables`` has it, for those who present."""
        return with_texts(self.table(table), **wanted)

    def writer_of(self, table: str, part: str = "") -> Writer:  # noqa: ARG002 - as of a store
        """Return who wrote a table."""
        self._declared(table)
        written = self._work.state.get(table)
        return written.writer if written else Writer()

    def each(self, name: str) -> pa.Table:
        """Return a table of all batches of the period, one under the other."""
        self._declared(name)
        return self._work.of_parts(name, self._work.inputs.below)

    def earlier(self, name: str, *periods: str) -> pa.Table:
        """Return a table of the batches of earlier periods, one under the other; of those named, if any are."""
        if not any(name in table.earlier for table in self.tables):
            raise UndeclaredInputError(f"{self.tables[0].name} does not declare that it reads earlier {name}.")
        self._work.read.add((self.tables[0].name, f"earlier {name}"))
        wanted = [one for one in self._work.inputs.earlier if not periods or one.partition("_")[0] in periods]
        return self._work.of_parts(name, wanted)

    def accepted(self, name: str) -> pa.Table:
        """Return the rows of a mart as they were accepted before this run; none where none ever were."""
        if not any(name in table.accepted for table in self.tables):
            raise UndeclaredInputError(f"{self.tables[0].name} does not declare that it looks at accepted {name}.")
        self._work.read.add((self.tables[0].name, f"accepted {name}"))
        return self._work.before(name, self.sets)

    def previous(self, name: str) -> pa.Table | None:
        """Return one of the maker's own tables as it was made before by the very code of now; nothing otherwise."""
        assert name in [table.name for table in self.tables]
        return self._work.reusable(FLOW[name], self.sets)

    def is_as_it_was(self, name: str) -> bool:
        """Return whether a table is what it was when the maker's own were made: so far as it goes, those can stay."""
        self._declared(name)
        return self._work.is_some(self.sets) and name not in self._work.touched

    def held(self, mart: str) -> bool:
        """Return whether a mart still is what it was, because the gate held back all that came."""
        self._declared(mart)
        written = self._work.state.get(mart)
        return written is not None and len(written.held) == len(self.sets)

    def content(self, name: str) -> str:
        """Return the hash of a table's bytes: its version, for those who tell it to other programs."""
        self._declared(name)
        return self._work.inputs.content(name, self._work.state)

    def before(self, name: str) -> pa.Table:
        """Return one of the maker's own tables as it was before, whoever made it; empty where it never was."""
        assert name in [table.name for table in self.tables]
        return self._work.before(name, self.sets)

    @property
    def others(self) -> Sequence[ReturnSetKey]:
        """The other return sets of the batch, which are what they were when the maker's own tables were made."""
        own = set(self.sets)
        return [key for key in self._work.inputs.sets if key not in own]

    def of_others(self, name: str) -> pa.Table:
        """Return the rows of these in one of the maker's own tables."""
        assert name in [table.name for table in self.tables]
        return of_communes(self._work.before(name), self.others)

    def is_there(self, file: str, sha256: str) -> bool:
        """Return whether a file of a document lies there as it was written."""
        return self._work.inputs.store.holds(file, sha256, self._work.inputs.part.name)

    @property
    def archive(self) -> Archive:
        """What was accepted before, as it was received."""
        return self._work.inputs.store.archive_of(self.part.name)

    def _declared(self, name: str) -> None:
        if not any(name in table.made_of for table in self.tables):
            raise UndeclaredInputError(f"{self.tables[0].name} does not declare that it is made of {name}.")
        self._work.read.add((self.tables[0].name, name))


def _unread(files: Iterable[RawFile]) -> list[Mapping[str, str]]:
    return [
        {"period": file.period, "commune": file.commune, "file": file.name, "written": file.trouble} for file in files
    ]


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
        others = inputs.earlier if inputs.part.extent is Extent.BATCH else inputs.below
        self._others = {part: store.state(part, anew=True) for part in others}
        self._before = store.state(inputs.part.name, anew=True)
        self.state = replace(self._before, renames={}, removals=())
        self._tables: dict[str, pa.Table] = {}
        self._earlier: dict[str, pa.Table] = {}
        self._known_lists: dict[str, Mapping[str, str]] = {}
        self._parts_of_tables: dict[str, dict[tuple[tuple[ReturnSetKey, ...], bool], pa.Table]] = {}
        self._publication = Publication(self.inputs.store, self.inputs.part.name)
        self._archived: list[bytes] = []
        self.made: list[str] = []
        self.touched: dict[str, Sequence[ReturnSetKey]] = {}
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
            names = {table.name for table in self.inputs.tables}
        else:
            names = set(wanted) if only else _with_inputs(wanted)
        for tables in FLOW.made_together.values():
            if tables[0].extent is not self.inputs.part.extent or names.isdisjoint(table.name for table in tables):
                continue
            if self.anew or not all(is_current(self.inputs, table, self.state) for table in tables):
                yield tables
                self._make(tables)
            self._looked_at.update(table.name for table in tables)
            self._let_go(tables)

    def _make(self, tables: Sequence[Table]) -> None:
        sets = self._concerned(tables)
        approved = APPROVED in tables[0].made_of and tables[0].kind is not Kind.DOCUMENT
        asked = self._approvals.made_of(tables[0], sets) if approved else sets
        made = self.makers(tables[0].maker.task)(Given(tables, asked, self))
        assert made.keys() == {table.name for table in tables}, tables[0].name
        if approved:
            self.read.add((tables[0].name, APPROVED))
            made = {table.name: self._with_approved(table, made[table.name], asked, sets) for table in tables}
        for table in tables:
            before, other = len(self.made), self._other(table, made[table.name], sets)
            self._take(table, made[table.name], sets, other)
            if len(self.made) > before:
                self.touched[table.name] = other

    def _let_go(self, tables: Sequence[Table]) -> None:
        """Drop the rows that nobody reads any more; who does after all gets them from their bytes."""
        for name in FLOW.read_last_by.get(tables[0].maker, ()):
            self._tables.pop(name, None)
            self._earlier.pop(name, None)
            self._parts_of_tables.pop(name, None)

    @cached_property
    def _approvals(self) -> Approvals:
        """The releases that communes of the batch sent in the place of workbooks."""
        received = self.inputs.received
        return Approvals(
            self.table(APPROVED),
            lambda key, name: next(one.content for one in received.workbooks_of([key]) if one.name == name),
        )

    def _with_approved(
        self, table: Table, made: Made, asked: Sequence[ReturnSetKey], sets: Sequence[ReturnSetKey]
    ) -> Made:
        """Put what releases say of a table, and what stays because they cannot be used, beside what was made."""
        taken, stays = self._approvals.taken(table, sets), self._approvals.stays(table, sets)
        if not taken and not stays:
            return made
        rows = of_communes(self.before(table.name), asked) if made.rows is None else made.rows
        before = of_communes(self.before(table.name), stays)
        every = [one.cast(table.schema) for one in (rows, self._approvals.rows(table, taken), before)]
        held = {*(asked if made.rows is None else made.held), *stays}
        return replace(made, rows=pa.concat_tables(every), held=held)

    def _concerned(self, tables: Sequence[Table]) -> Sequence[ReturnSetKey]:
        """Return the return sets of which tables have to be made: all, unless only the rows of some can be others."""
        before = set(self._before.communes)
        left = before - {key.commune for key in self.inputs.sets}
        if len(self.inputs.sets) < 2 or left or not all(map(self._was_current, tables)):
            return self.inputs.sets
        touched = {key for key in self.inputs.sets if key.commune not in before} | {
            key
            for table in tables
            for name in table.made_of
            for key in (self._changed if name in flow.RECEIVED else self.touched.get(name, ()))
        }
        return [key for key in self.inputs.sets if key in touched] or self.inputs.sets

    @cached_property
    def _changed(self) -> tuple[ReturnSetKey, ...]:
        """The return sets of the batch of which something else was received than when all of it was last made."""
        if len(self._lists) < 2 or self.anew:
            return tuple(self._lists)
        known = self._lists_in(self._before.received)
        return tuple(key for key, sha256 in self._entering.items() if known.get(key.commune) != sha256)

    def _was_current(self, table: Table) -> bool:
        """Return whether a table said what its inputs gave, as they were when all was last made: by this very code.

        If so, only the rows of the return sets that have changed since can be others.
        """
        known = self._before.get(table.name)
        return (
            known is not None
            and table.kind is not Kind.DOCUMENT
            and known.maker == stamps.code_of(table.maker)
            and known.stamp == self.inputs.stamp(table, self._before, self._before)
            and is_whole(self.inputs.store, table, self.inputs.part.name, known)
        )

    def _take(self, table: Table, made: Made, sets: Sequence[ReturnSetKey], other: Sequence[ReturnSetKey]) -> None:
        """Take a table that was made; where it came out as it was, its bytes and who wrote them stay.

        Args:
            table: The table.
            made: What its maker made.
            sets: The return sets of which it was made; the rows of others stay.
            other: Those of them whose rows are other than they were.
        """
        own = sets if made.rows is None else made.held
        held = {key.commune for key in own} if table.family == "marts" else set()
        if len(sets) < len(self.inputs.sets):
            before = self._before.get(table.name)
            held |= set(before.held if before else ()) - {key.commune for key in sets}
        known = self.state.get(table.name)
        if known is None or other:
            known = self._put(table, self._written(table, made, other))
        for name, file in made.files.items():
            if not self.inputs.store.holds(name, stamps.sha256(file), self.inputs.part.name):
                self._publication.put(name, file)
        for name in made.removals:
            self._publication.remove(name)
        entered = self._entered(table, own, sets) if table.family == "marts" and made.rows is not None else ""
        written = replace(
            known,
            held=tuple(sorted(held)),
            received=known.received or entered,
            maker=stamps.code_of(table.maker),
        )
        self.state = replace(self.state, tables={**self.state.tables, table.name: written})
        stamp = self.inputs.stamp(table, self.state)
        self.state = replace(self.state, tables={**self.state.tables, table.name: replace(written, stamp=stamp)})

    def _other(self, table: Table, made: Made, sets: Sequence[ReturnSetKey]) -> Sequence[ReturnSetKey]:
        """Return of which of some return sets a table comes out other than it was; of all where it is made of all."""
        if not self.is_some(sets):
            return sets
        if made.rows is None:
            return ()
        try:
            before = self.before(table.name, sets)
        except DamagedError:
            return sets
        return differing(of_communes(made.rows, sets) if table.whole else made.rows, before, sets)

    def _put(self, table: Table, content: bytes) -> Written:
        """Have a whole table published, unless it lies there with these very bytes; return what is known of it then."""
        known, sha256 = self.state.get(table.name), stamps.sha256(content)
        may_stay = known is not None and known.content == sha256
        store, part = self.inputs.store, self.inputs.part.name
        if known is None or not may_stay:
            code = store.writer.code or stamps.code_version()
            at, run, count = now().isoformat(timespec="seconds"), store.writer.run, row_count(content)
            known = Written(table.name, "", sha256, len(content), count, run=run, code=code, at=at)
            self.made.append(table.name)
        if not may_stay or not store.holds(file_of(table.name, part), sha256, part):
            self._publication.put(file_of(table.name, part), content)
        return known

    @cached_property
    def _lists(self) -> Mapping[ReturnSetKey, bytes]:
        """The list of all that lay in the raw folder, by return set: what its rows of a mart are accepted from."""
        return self.inputs.received.listed(stamps.code_version())

    @cached_property
    def _entering(self) -> Mapping[ReturnSetKey, str]:
        """The hashes of these lists."""
        return {key: stamps.sha256(content) for key, content in self._lists.items()}

    @cached_property
    def received(self) -> str:
        """The hash of the list of the return set; of a territory's batch, of the list of their lists."""
        return self._noted(self._entering)

    def _noted(self, lists: Mapping[ReturnSetKey, str]) -> str:
        """Return by which hash the archive knows from what the rows of some return sets were accepted.

        Of a commune's own folder that is its list; of a territory's the list of the lists of its communes, however few
        there are, for others may come.
        """
        if self.inputs.is_of_one:
            return next(iter(lists.values()), "")
        content = accepted_from(lists)
        self._archived.append(content)
        return stamps.sha256(content)

    def _entered(self, table: Table, held: Collection[ReturnSetKey], sets: Collection[ReturnSetKey]) -> str:
        """Return from what the rows of a mart were accepted: those that entered now, and those that stayed."""
        entering = {key: sha256 for key, sha256 in self._entering.items() if key in sets and key not in held}
        if len(entering) == len(self._entering):
            return self.received
        before = self._before.get(table.name)
        known = self._lists_in(before.received) if before else {}
        return self._noted({key: known[key.commune] for key in self._entering if key.commune in known} | entering)

    def _written(self, table: Table, made: Made, sets: Sequence[ReturnSetKey]) -> bytes:
        """Return the file of a whole table: what was made of some return sets, in its place among the others' rows."""
        self._tables.pop(table.name, None)
        if made.rows is None:
            return serialized(self._keep(table, self.before(table.name).cast(table.schema)))
        rows = made.rows
        if not rows.schema.equals(table.schema, check_metadata=True):
            rows = rows.cast(table.schema)
        if self.inputs.part.extent is not Extent.BATCH or len(self.inputs.sets) < 2 or table.kind is Kind.DOCUMENT:
            return serialized(self._keep(table, rows))
        if table.whole or not self.is_some(sets):
            return serialized(self._keep(table, in_order(rows)))
        rows = of_communes(rows, sets)
        try:
            before = self.inputs.store.content(table.name, self.inputs.part.name)
        except DamagedError:
            before = None
        if before is None:
            return serialized(self._keep(table, put_among(rows, self.before(table.name), sets)))
        return written_among(rows, before, sets, self._earlier.get(table.name))

    def _keep(self, table: Table, rows: pa.Table) -> pa.Table:
        """Keep the rows of a whole table for those who read it in this run."""
        # With the very schema: in one that was read, what is said of the columns stands in another order.
        self._tables[table.name] = pa.table(rows.columns, schema=table.schema)
        return self._tables[table.name]

    def _lists_in(self, received: str) -> Mapping[str, str]:
        """Return the lists that a list of a territory names; every mart of it may ask for the same."""
        if received not in self._known_lists:
            self._known_lists[received] = lists_of(self._archive_here, received)
        return self._known_lists[received]

    @property
    def _archive_here(self) -> Archive:
        return self.inputs.store.archive_of(self.inputs.part.name)

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
        for table in self.inputs.tables:
            written = self.state.get(table.name)
            if table.accepted and written is not None and table.name in self._looked_at:
                stamp = self.inputs.stamp(table, self.state)
                self.state = replace(
                    self.state, tables={**self.state.tables, table.name: replace(written, stamp=stamp)}
                )
        self._archive()
        received = self.received if whole else self.state.received
        shown = [name for name in self.made if not FLOW[name].on_demand]
        communes = tuple(key.commune for key in self._lists)
        contents = self.state.contents
        if whole:
            packs = {PACKS: self._archive_here.packed()} if len(self._lists) > 1 else {}
            contents = {**self.inputs.received.contents, **packs}
        self.state = replace(
            self.state,
            received=received,
            shown=self.state.shown and not shown,
            communes=communes,
            contents=contents,
        )
        self._publication.commit(self.state)

    def _archive(self) -> None:
        """Keep all that decides what the return sets say, the lists of it too.

        So whatever is accepted, and however long it then stays published, its bytes are there, also when the village
        has sent another workbook since. What cannot be opened is never accepted, and is not kept.
        """
        archive = self._archive_here
        files = self.table("files") if "files" in self.state.tables else None
        assert self.received
        lists = (Kept.of(content, RECEIVED) for content in (*self._lists.values(), *self._archived))
        # Of one return set everything is put there again: what there was may be lost, and cannot be asked then.
        alone = len(self._lists) < 2
        sets = self._changed if not alone and is_archived(self.inputs, self._before) else tuple(self._lists)
        every = (*self.inputs.received.deciding(files, sets), *lists)
        if len(self._lists) > 1:
            archive.keep_together(every)
        else:
            for kept in every:
                archive.keep(kept.content, kept.suffix)

    def table(self, name: str, sets: Sequence[ReturnSetKey] | None = None) -> pa.Table:
        """Return a table as it is now, or of a batch the rows of some return sets."""
        part = self.inputs.part.name
        if self.is_some(sets) and name not in self._tables:
            return self._some(name, sets, self._publication.taken(file_of(name, part)))
        if name not in self._tables:
            made = self._publication.taken(file_of(name, part))
            found = self.inputs.store.rows(name, part) if made is None else rows_with(made)
            self._tables[name] = FLOW[name].schema.empty_table() if found is None else _as_now(found, name)
        return of_communes(self._tables[name], sets) if self.is_some(sets) else self._tables[name]

    def before(self, name: str, sets: Sequence[ReturnSetKey] | None = None) -> pa.Table:
        """Return a table as it was before this run, or some of its rows; empty where it has never been written."""
        if self.is_some(sets) and (name not in self._earlier or name in self._parts_of_tables):
            with suppress(DamagedError):
                return self._some(name, sets)
        if name not in self._earlier:
            self._earlier[name] = self._was(name)
        return of_communes(self._earlier[name], sets) if self.is_some(sets) else self._earlier[name]

    def is_some(self, sets: Sequence[ReturnSetKey] | None) -> TypeGuard[Sequence[ReturnSetKey]]:
        """Return whether these are some of the return sets, and not all: those of which something can be other."""
        return sets is not None and len(sets) < len(self.inputs.sets)

    def _some(self, name: str, sets: Sequence[ReturnSetKey], made: bytes | None = None) -> pa.Table:
        """Return the rows of some return sets in a table that lies there, or in the bytes that were made of it."""
        key, schema, written = (tuple(sets), made is None), FLOW[name].schema, self._before.get(name)
        if made is None and (written is None or not written.rows):
            return schema.empty_table()
        parts = self._parts_of_tables.setdefault(name, {})
        if key not in parts:
            content = self.inputs.store.content(name, self.inputs.part.name) if made is None else made
            assert content is not None
            if made is None and not is_cut(content):
                # All of it has to be read for some of it, and again to put these back among the others.
                self._earlier[name] = _as_now(rows_with(content), name)
                parts[key] = of_communes(self._earlier[name], sets)
            else:
                found = rows_in(content, commune_of(schema), [one.commune for one in sets])
                parts[key] = _as_now(found, name)
        return parts[key]

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
        return _as_now(found, name)

    def of_parts(self, name: str, parts: Iterable[str]) -> pa.Table:
        """Return a table of several batches, one under the other."""
        found = [self.inputs.store.rows(name, part) for part in parts]
        return pa.concat_tables(
            [FLOW[name].schema.empty_table(), *(_as_now(one, name) for one in found if one is not None)]
        )

    def reusable(self, table: Table, sets: Sequence[ReturnSetKey]) -> pa.Table | None:
        """Return rows as the very code of now made them before; nothing where other code did, or all is made anew."""
        known = self._before.get(table.name)
        if self.anew or known is None or known.maker != stamps.code_of(table.maker):
            return None
        # Not what is made again where a file was lost: that is not what this code made of these bytes.
        with suppress(DamagedError):
            if self.is_some(sets):
                return self._some(table.name, sets)
            found = self.inputs.store.rows(table.name, self.inputs.part.name)
            return None if found is None else _as_now(found, table.name)
        return None


def _as_now(rows: pa.Table, name: str) -> pa.Table:
    """Return the rows of a table with the columns of now: its form may ask for other fields than when it was made."""
    schema = FLOW[name].schema
    if rows.column_names == schema.names:
        return rows
    # It loads pandas, which takes as long as all else of a refresh with nothing to do.
    from pipelines.steps.frames import together

    return together([rows], schema)


def give_up(inputs: Inputs) -> None:
    """Take away the tables of a batch whose return sets all lie in others now; what the archive keeps of them stays."""
    store, part = inputs.store, inputs.part.name
    state = store.state(part, anew=True)
    publication = Publication(store, part)
    for name in state.tables:
        publication.remove(file_of(name, part))
        if FLOW[name].kind is Kind.DOCUMENT:
            with suppress(DamagedError):
                listed = store.rows(name, part)
                for file in listed["file"].to_pylist() if listed is not None else ():
                    publication.remove(file)
    publication.commit(State(mark=state.mark))


Value = TypeVar("Value")


def _of_keys(found: Mapping[ReturnSetKey, Value], keys: Iterable[ReturnSetKey]) -> dict[ReturnSetKey, Value]:
    return {key: found[key] for key in keys if key in found}


def _with_inputs(names: Iterable[str]) -> set[str]:
    """Return tables and all that they are made of."""
    found = set(names)
    for table in reversed(FLOW.tables):
        if table.name in found:
            found.update(name for name in table.made_of if name in FLOW.by_name)
    return found
