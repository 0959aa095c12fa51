"""Making the tables of one part: each from what the flow says it is made of, and from nothing else.

Belongs here: the order; of which return sets a table is made anew; what is taken of what a maker hands back; stopping
early where a table comes out as it was; committing. Does not belong here: what a maker is given
(``pipelines.refresh.given``), rows and bytes (``pipelines.refresh.draft``), any particular table
(``pipelines.refresh.makers`` lists who makes which), Dagster.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property

import pyarrow as pa

from pipelines.refresh import stamps
from pipelines.refresh.acceptance import Acceptance
from pipelines.refresh.approvals import Approvals
from pipelines.refresh.draft import Draft
from pipelines.refresh.given import Given, Made, Maker
from pipelines.refresh.rows import differing, of_communes
from pipelines.refresh.stale import Inputs, is_current, is_whole
from pipelines.store.state import State, Written
from pipelines.store.tables import DamagedError, Publication, file_of
from schemas import flow
from schemas.flow import APPROVED, FLOW, Extent, Kind, Table
from schemas.return_sets import ReturnSetKey


@dataclass
class Work:
    """The work on one part, of which nothing is seen before ``commit``.

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

    def __post_init__(self) -> None:
        """Begin with what is known."""
        inputs = self.inputs
        self.draft = Draft(inputs, self.restore, self.anew)
        self.acceptance = Acceptance(inputs, self.draft.known)
        others = inputs.earlier if inputs.part.extent is Extent.BATCH else inputs.below
        self._others = {part: inputs.store.state(part, anew=True) for part in others}
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
            if self.anew or not all(is_current(self.inputs, table, self.draft.state) for table in tables):
                yield tables
                self._make(tables)
            self._looked_at.update(table.name for table in tables)
            self.draft.let_go(FLOW.read_last_by.get(tables[0].maker, ()))

    def _make(self, tables: Sequence[Table]) -> None:
        sets = self._concerned(tables)
        approved = APPROVED in tables[0].made_of and tables[0].kind is not Kind.DOCUMENT
        asked = self._approvals.made_of(tables[0], sets) if approved else sets
        made = self.makers(tables[0].maker.task)(Given(tables, asked, self.draft))
        assert made.keys() == {table.name for table in tables}, tables[0].name
        if approved:
            self.draft.read.add((tables[0].name, APPROVED))
            made = {table.name: self._with_approved(table, made[table.name], asked, sets) for table in tables}
        for table in tables:
            self._take(table, made[table.name], sets)

    @cached_property
    def _approvals(self) -> Approvals:
        """The releases that communes of the batch sent in the place of workbooks."""
        received = self.inputs.received
        return Approvals(
            self.draft.table(APPROVED),
            lambda key, name: next(one.content for one in received.workbooks_of([key]) if one.name == name),
        )

    def _with_approved(
        self, table: Table, made: Made, asked: Sequence[ReturnSetKey], sets: Sequence[ReturnSetKey]
    ) -> Made:
        """Put what releases say of a table, and what stays because they cannot be used, beside what was made."""
        taken, stays = self._approvals.taken(table, sets), self._approvals.stays(table, sets)
        if not taken and not stays:
            return made
        rows = of_communes(self.draft.before(table.name), asked) if made.rows is None else made.rows
        before = of_communes(self.draft.before(table.name), stays)
        every = [one.cast(table.schema) for one in (rows, self._approvals.rows(table, taken), before)]
        held = {*(asked if made.rows is None else made.held), *stays}
        return replace(made, rows=pa.concat_tables(every), held=held)

    def _concerned(self, tables: Sequence[Table]) -> Sequence[ReturnSetKey]:
        """Return the return sets of which tables have to be made: all, unless only the rows of some can be others."""
        before = set(self.draft.known.communes)
        left = before - {key.commune for key in self.inputs.sets}
        if len(self.inputs.sets) < 2 or left or not all(map(self._was_current, tables)):
            return self.inputs.sets
        touched = {key for key in self.inputs.sets if key.commune not in before} | {
            key
            for table in tables
            for name in table.made_of
            for key in (self._changed if name in flow.RECEIVED else self.draft.touched.get(name, ()))
        }
        return [key for key in self.inputs.sets if key in touched] or self.inputs.sets

    def _was_current(self, table: Table) -> bool:
        """Return whether the table was current when everything was last made, by this code.

        If so, only the rows of the return sets that have changed since can be others.
        """
        known = self.draft.known.get(table.name)
        return (
            known is not None
            and table.kind is not Kind.DOCUMENT
            and known.maker == stamps.code_of(table.maker)
            and known.stamp == self.inputs.stamp(table, self.draft.known, self.draft.known)
            and is_whole(self.inputs.store, table, self.inputs.part.name, known)
        )

    @property
    def _changed(self) -> Sequence[ReturnSetKey]:
        """The return sets of the part of which something else was received, or that are to be made anew."""
        return tuple(self.acceptance.lists) if self.anew else self.acceptance.changed

    def _take(self, table: Table, made: Made, sets: Sequence[ReturnSetKey]) -> None:
        """Take a table that was made; where it came out as it was, its bytes and who wrote them stay.

        Args:
            table: The table.
            made: What its maker made.
            sets: The return sets of which it was made; the rows of others stay.
        """
        draft, before = self.draft, self.draft.known.get(table.name)
        own = sets if made.rows is None else made.held
        held = {key.commune for key in own} if table.family == "marts" else set()
        if draft.is_some(sets):
            held |= set(before.held if before else ()) - {key.commune for key in sets}
        known, other = draft.state.get(table.name), self._other(table, made, sets)
        if known is None or other:
            known = draft.put(table, made.rows, other)
        for name, file in made.files.items():
            if not self.inputs.store.holds(name, stamps.sha256(file), self.inputs.part.name):
                draft.publication.put(name, file)
        for name in made.removals:
            draft.publication.remove(name)
        if table.family == "marts" and made.rows is not None and not known.received:
            known = replace(known, received=self.acceptance.entered(before, own, sets))
        draft.note(table, replace(known, held=tuple(sorted(held)), maker=stamps.code_of(table.maker)))

    def _other(self, table: Table, made: Made, sets: Sequence[ReturnSetKey]) -> Sequence[ReturnSetKey]:
        """Return the return sets whose rows changed; all of them where all were made."""
        if not self.draft.is_some(sets):
            return sets
        if made.rows is None:
            return ()
        try:
            before = self.draft.before(table.name, sets)
        except DamagedError:
            return sets
        return differing(of_communes(made.rows, sets) if table.whole else made.rows, before, sets)

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
        draft = self.draft
        for table in self.inputs.tables:
            written = draft.state.get(table.name)
            if table.accepted and written is not None and table.name in self._looked_at:
                draft.note(table, written)
        self.acceptance.keep(draft.table("files") if "files" in draft.state.tables else None, self._changed)
        shown = [name for name in draft.made if not FLOW[name].on_demand]
        state = replace(
            draft.state,
            shown=draft.state.shown and not shown,
            communes=tuple(key.commune for key in self.acceptance.lists),
        )
        if whole:
            state = replace(state, received=self.acceptance.received, contents=self.acceptance.contents)
        draft.publication.commit(state)


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


def _with_inputs(names: Iterable[str]) -> set[str]:
    """Return tables and all that they are made of."""
    found = set(names)
    for table in reversed(FLOW.tables):
        if table.name in found:
            found.update(name for name in table.made_of if name in FLOW.by_name)
    return found
