"""What is stale: which tables of a part are not what their inputs, as they are now, would give.

Belongs here: that question, answered from the flow, the state of the parts, and the bytes in the raw folder and on
disk. Does not belong here: making anything; importing what makes it, for where nothing is stale there is nothing to
make.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from pipelines.refresh.stamps import code_of, digest, stamp
from pipelines.store import archive
from pipelines.store.raw import Raw
from pipelines.store.received import Received
from pipelines.store.state import State, Written
from pipelines.store.tables import DamagedError, OvertakenError, Store, file_of
from schemas.flow import FLOW, OFFICE, PARTS, RECEIVED, Extent, Kind, Table
from schemas.periods import Period
from schemas.return_sets import ReturnSetKey


@dataclass(frozen=True)
class Part:
    """What is refreshed together: a return set, all of a period, or the whole office.

    Args:
        name: Its name in paths and partitions.
        extent: Which of the three it is.
    """

    name: str
    extent: Extent

    @classmethod
    def of(cls, key: ReturnSetKey) -> "Part":
        """Return the part that a return set is."""
        return cls(str(key), Extent.RETURN_SET)

    @property
    def key(self) -> ReturnSetKey:
        """The return set that it is."""
        return ReturnSetKey.parse(self.name)

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables of which it has a part, less those that only come when somebody asks."""
        return tuple(table for table in FLOW.of(self.extent) if not table.on_demand)

    def above(self) -> tuple["Part", ...]:
        """Return the parts that are made of this one too, in the order in which they can be made."""
        office = Part(OFFICE, Extent.OFFICE)
        if self.extent is Extent.RETURN_SET:
            return (Part(self.key.period, Extent.PERIOD), office)
        return (office,) if self.extent is Extent.PERIOD else ()


@dataclass(frozen=True)
class Inputs:
    """The contents of all that the tables of a part can be made of, as they are now.

    Args:
        store: The output folder.
        part: The part.
        received: What lay in the raw folder.
    """

    store: Store
    part: Part
    received: Received

    @cached_property
    def sets(self) -> tuple[ReturnSetKey, ...]:
        """The return sets of which something has been written: of the part's period where it is one."""
        known = sorted(ReturnSetKey.parse(name) for name in self.store.parts() if "_" in name)
        whole = self.part.extent is Extent.PERIOD
        return tuple(key for key in known if not whole or key.period == self.part.name)

    @cached_property
    def earlier(self) -> tuple[ReturnSetKey, ...]:
        """The return sets of the same commune in earlier periods, oldest first."""
        if self.part.extent is not Extent.RETURN_SET:
            return ()
        own = Period.parse(self.part.key.period)
        mine = [key for key in self.sets if key.commune == self.part.key.commune]
        return tuple(
            sorted((key for key in mine if Period.parse(key.period) < own), key=lambda key: Period.parse(key.period))
        )

    def content(self, name: str, state: State) -> str:
        """Return the hash of what a table of this part is made of; empty where it has never been written."""
        if name in RECEIVED:
            return self.received.contents[name]
        if name == PARTS:
            return digest([part for part in self.store.parts() if part != OFFICE])
        if FLOW[name].extent is self.part.extent:
            written = state.get(name)
            return written.content if written else ""
        return digest([(str(key), _content(self.store.written(name, str(key)))) for key in self.sets])

    def stamp(self, table: Table, state: State) -> str:
        """Return the stamp that a table of this part would carry if it were made now."""
        earlier = [
            f"{key} {_content(self.store.written(name, str(key)))}" for name in table.earlier for key in self.earlier
        ]
        marts = [one for name in table.accepted if (one := state.get(name)) is not None]
        return stamp(table, lambda name: self.content(name, state), earlier, [one.content for one in marts if one.held])


def _content(written: Written | None) -> str:
    return written.content if written else ""


def is_current(inputs: Inputs, table: Table, state: State) -> bool:
    """Return whether a table says what its inputs give, and lies there as it was written."""
    written = state.get(table.name)
    return (
        written is not None
        and written.stamp == inputs.stamp(table, state)
        and is_whole(inputs.store, table, inputs.part.name, written)
    )


def is_whole(store: Store, table: Table, part: str, written: Written) -> bool:
    """Return whether a table, and every file that it lists, lies there as it was written."""
    if not store.holds(file_of(table.name, part), written.content, part):
        return False
    if table.kind is not Kind.DOCUMENT:
        return True
    listed = store.rows(table.name, part)
    assert listed is not None
    files = zip(*(listed[name].to_pylist() for name in ("file", "sha256")), strict=True)
    return all(store.holds(name, sha256, part) for name, sha256 in files)


def is_archived(inputs: Inputs, state: State) -> bool:
    """Return whether the archive has what was made of the raw folder: it may have lost a file, as every folder may."""
    store, part = inputs.store, inputs.part.name
    files = store.rows("files", part) if "files" in state.tables else None
    deciding = ((hashlib.sha256(content).hexdigest(), suffix) for content, suffix in inputs.received.deciding(files))
    return all(store.archive.get(*one) is not None for one in (*deciding, (state.received, archive.RECEIVED)))


def stale_tables(inputs: Inputs) -> set[str]:
    """Return the tables of a part that are not current, and those that are made of them as far as it can be told.

    What follows a stale table may come out as it was and then makes nothing else stale. It may be the other way round
    too: where workbooks came in the place of others, only the forms that those others held are taken to be stale.
    Where another process publishes at this moment, all of them are.
    """
    try:
        return _stale_tables(inputs)
    except (DamagedError, OvertakenError):
        return {table.name for table in inputs.part.tables}


def _stale_tables(inputs: Inputs) -> set[str]:
    state = inputs.store.state(inputs.part.name)
    tables = inputs.part.tables
    behind = {table.name for table in tables if not is_current(inputs, table, state)}
    if not behind and not is_archived(inputs, state):
        behind = {tables[0].name}
    if behind == _READ and (forms := _replaced(inputs, state)) is not None:
        located = {table.name for table in tables if table.maker == FLOW["sheets"].maker}
        of_forms = {name for name in located if (form := FLOW[name].form) is not None and form.code in forms}
        behind |= of_forms
        followers = behind | FLOW.followers(of_forms) | (FLOW.followers(behind) - FLOW.followers(located) - located)
        # The documents show the cells themselves.
        followers |= {name for name in FLOW.followers(_READ) if FLOW[name].kind is Kind.DOCUMENT}
    else:
        followers = FLOW.followers(behind)
    return followers & {table.name for table in tables}


_READ = {"files", "cells"}


def _replaced(inputs: Inputs, state: State) -> set[str] | None:
    """Return the forms in the workbooks that others of the same name have replaced; nothing where more has changed."""
    part, store = inputs.part.name, inputs.store
    known = [state.get(name) for name in sorted(_READ)]
    if any(one is None or one.maker != code_of(FLOW[one.table].maker.task) for one in known):
        return None
    files, sheets = store.rows("files", part), store.rows("sheets", part)
    if files is None or sheets is None:
        return None
    before = dict(zip(files["file"].to_pylist(), files["sha256"].to_pylist(), strict=True))
    present = {file.name: file.sha256 for file in inputs.received.workbooks}
    if before.keys() != present.keys():
        return None
    changed = {name for name, sha256 in present.items() if before[name] != sha256}
    found = zip(sheets["file"].to_pylist(), sheets["form"].to_pylist(), strict=True)
    return {form for file, form in found if file in changed}


def inputs_of(raw: Raw, store: Store, part: Part) -> Inputs:
    """Read what lies in the raw folder of a part, now."""
    received = Received.of(raw, part.key) if part.extent is Extent.RETURN_SET else Received.places_only(raw)
    return Inputs(store, part, received)


def stale_sets(raw: Raw, store: Store, keys: list[ReturnSetKey]) -> Mapping[ReturnSetKey, set[str]]:
    """Return the return sets for which something has to be done, with the tables concerned, their levels above too.

    A form that was checked as it lies now and held back is not stale: another run would hold it back again.
    """
    found: dict[ReturnSetKey, set[str]] = {}
    above: dict[Part, set[str]] = {}
    for key in keys:
        part = Part.of(key)
        stale = stale_tables(inputs_of(raw, store, part))
        for higher in part.above():
            if higher not in above:
                above[higher] = stale_tables(inputs_of(raw, store, higher))
        # What lies above is brought up to date by the last of the sets that it is made of.
        found[key] = stale
    for higher, behind in above.items():
        below = [key for key in keys if higher in Part.of(key).above()]
        if behind:
            found[below[-1]] |= behind
    return {key: stale for key, stale in found.items() if stale}


def figures_current(raw: Raw, store: Store, key: ReturnSetKey) -> bool:
    """Return whether figures and statements follow from the raw files as they lie now, forms held back excepted.

    What only presents them may lag behind, and whether the archive has everything is asked by who needs it.
    """
    inputs = inputs_of(raw, store, Part.of(key))
    state = store.state(inputs.part.name)
    decisive = (
        table for table in inputs.part.tables if table.kind is not Kind.DOCUMENT and table.maker.task != "observe"
    )
    return all(is_current(inputs, table, state) for table in decisive)
