"""What is stale: which tables of a part are not what their inputs, as they are now, would give.

Belongs here: that question, answered from the flow, the state of the parts, and the bytes in the raw folder and on
disk. Does not belong here: making anything; importing what makes it, for where nothing is stale there is nothing to
make.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.refresh.parts import Part
from pipelines.refresh.seals import Seals
from pipelines.refresh.stamps import code_of, digest, stamp
from pipelines.steps.collect import released
from pipelines.steps.collect.raw_file import suffix_of
from pipelines.store import closings, index
from pipelines.store.archive import PACKS, RECEIVED, Archive
from pipelines.store.raw import Raw
from pipelines.store.received import Received
from pipelines.store.state import State, Written
from pipelines.store.tables import DamagedError, OvertakenError, Store, file_of
from schemas import flow
from schemas.catalogue import CATALOGUE
from schemas.flow import FLOW, OFFICE, PARTS, WORKBOOKS, Extent, Kind, Table
from schemas.implied_edits import BetweenPeriods
from schemas.periods import Period
from schemas.return_sets import BatchKey, ReturnSetKey
from schemas.sentences import SentenceError


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

    @property
    def is_of_one(self) -> bool:
        """Whether the batch is a commune's own folder."""
        return self.part.extent is Extent.BATCH and [str(key) for key in self.sets] == [self.part.name]

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """The tables that a refresh makes of the part, in order."""
        asked_for = {table for table in FLOW.tables if table.on_demand or (table.of_one and not self.is_of_one)}
        return tuple(table for table in FLOW.of(self.part.extent) if table not in asked_for)

    @cached_property
    def sets(self) -> tuple[ReturnSetKey, ...]:
        """The return sets of a batch; of what lies above, those of all batches of which something has been written.

        Raises:
            SentenceError: Two batches of a period hold the same commune: added up, it would count twice.
        """
        if self.part.extent is Extent.BATCH:
            return tuple(self.received.sets)
        if self.part.extent is Extent.PERIOD and (twice := self.store.held_twice(self.part.name)):
            raise SentenceError(
                f"Xã có mã {min(twice).commune} nằm trong kết quả của hai thư mục kỳ "
                f"{Period.parse(self.part.name).title}, nên chưa cộng. "
                "Để tất cả tệp của xã vào một thư mục của kỳ rồi chạy: returns refresh"
            )
        return tuple(sorted(key for part in self.below for key in self.store.sets_in(part)))

    @cached_property
    def below(self) -> tuple[str, ...]:
        """The batches, of which something has been written, that lie below a period or the office."""
        period = self.part.name if self.part.extent is Extent.PERIOD else ""
        return tuple(str(batch) for batch in self.store.batches(period))

    @cached_property
    def earlier(self) -> tuple[str, ...]:
        """The batches of earlier periods that have return sets of the same communes, oldest first."""
        if self.part.extent is not Extent.BATCH:
            return ()
        own, communes = Period.parse(self.part.batch.period), {key.commune for key in self.sets}
        before = [batch for batch in self.store.batches() if Period.parse(batch.period) < own]
        known = [batch for batch in before if any(key.commune in communes for key in self.store.sets_in(str(batch)))]
        return tuple(str(batch) for batch in sorted(known, key=lambda batch: (Period.parse(batch.period), batch)))

    def content(self, name: str, state: State, received: Mapping[str, str] | None = None) -> str:
        """Return the hash of what a table of this part is made of; empty where it has never been written.

        Args:
            name: The table, or what was received.
            state: What is known of the part.
            received: The hashes of what was received at another time than now.
        """
        if name in flow.RECEIVED:
            return self.received.contents[name] if received is None else received.get(name, "")
        if name == PARTS:
            return digest([part for part in self.store.filled_parts() if part != OFFICE])
        if FLOW[name].extent is self.part.extent:
            written = state.get(name)
            return written.content if written else ""
        return digest([(part, _content(self.store.written(name, part))) for part in self.below])

    def stamp(self, table: Table, state: State, before: State | None = None) -> str:
        """Return the stamp that a table of this part would carry if it were made now.

        Args:
            table: The table.
            state: What is known of the part.
            before: As if it were made of the return sets, and of what was received, when this was known; now otherwise.
        """
        received = None if before is None else before.contents
        sets = before.communes if before is not None else self._communes
        earlier = [
            f"{part} {_content(self.store.written(name, part))}" for name in table.earlier for part in self.earlier
        ]
        marts = [one for name in table.accepted if (one := state.get(name)) is not None]
        held = [f"{one.content} {' '.join(one.held)}" for one in marts if one.held]
        return stamp(table, lambda name: self.content(name, state, received), earlier, held, sets)

    @cached_property
    def _communes(self) -> tuple[str, ...]:
        """The communes of a batch, or of all batches of a period: a level's figures depend on whose are lacking."""
        if self.part.extent is Extent.PERIOD:
            return tuple(commune for part in self.below for commune in self.store.state(part).communes)
        return tuple(key.commune for key in self.received.sets)


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
    """Return whether a table, and every file that it lists, lies there as it was written.

    Of a batch of several return sets each table is read once in a process, as long as it looks the same; and on object
    storage, which keeps what it was given, only asked for its size.
    """
    if len(store.state(part).communes) > 1:
        if not store.looks_whole(file_of(table.name, part), written):
            return False
    elif not store.holds(file_of(table.name, part), written.content, part):
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
    archive = store.archive_of(part)
    if len(inputs.received.sets) > 1:
        return state.contents.get(PACKS) == archive.packed()
    files = store.rows("files", part) if "files" in state.tables else None
    deciding = [(kept.sha256, kept.suffix) for kept in inputs.received.deciding(files)]
    lists = {state.received, *lists_of(archive, state.received).values()}
    return all(archive.get(*one) is not None for one in (*deciding, *((sha256, RECEIVED) for sha256 in lists)))


def stale_tables(inputs: Inputs) -> set[str]:
    """Return the tables that are not current, and those that may follow.

    What follows a stale table may come out as it was and then makes nothing else stale. It may be the other way round
    too: where workbooks came in the place of others, only the forms that those others held are taken to be stale.
    Where another process publishes at this moment, all of them are.
    """
    try:
        return _stale_tables(inputs)
    except (DamagedError, OvertakenError):
        return {table.name for table in inputs.tables}


def _stale_tables(inputs: Inputs) -> set[str]:
    state = inputs.store.state(inputs.part.name)
    tables = inputs.tables
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


_READ = {table.name for table in FLOW.tables if WORKBOOKS in table.made_of}
"""What is made of the workbooks themselves."""


def _replaced(inputs: Inputs, state: State) -> set[str] | None:
    """Return the forms in the workbooks that others of the same name have replaced; nothing where more has changed."""
    part, store = inputs.part.name, inputs.store
    known = [state.get(name) for name in sorted(_READ)]
    if any(one is None or one.maker != code_of(FLOW[one.table].maker) for one in known):
        return None
    files, sheets = store.rows("files", part), store.rows("sheets", part)
    if files is None or sheets is None:
        return None
    before = dict(zip(_names(files), files["sha256"].to_pylist(), strict=True))
    present = {(file.commune, file.name): file.sha256 for file in inputs.received.workbooks}
    if before.keys() != present.keys():
        return None
    changed = {name for name, sha256 in present.items() if before[name] != sha256}
    if any(suffix_of(file) == released.SUFFIX for _, file in changed):
        return None
    sheets = sheets.filter(pc.is_in(sheets["file"], pa.array([file for _, file in changed], pa.string())))
    return {form for file, form in zip(_names(sheets), sheets["form"].to_pylist(), strict=True) if file in changed}


def _names(table: pa.Table) -> Iterator[tuple[str, str]]:
    """Yield commune and name of the workbook of every row."""
    return zip(table["commune"].to_pylist(), table["file"].to_pylist(), strict=True)


def lists_of(archive: Archive, received: str) -> dict[str, str]:
    """Return, by commune, the lists that the list of a territory names; none where it is of a commune's own folder."""
    content = archive.get(received, RECEIVED) if received else None
    found: dict[str, str] = json.loads(content).get("sets", {}) if content is not None else {}
    return found


def last_read(store: Store, key: ReturnSetKey) -> dict[str, str]:
    """Return the hash of each file of a return set, its ledger and its plan, by name, as a refresh read it last."""
    part = store.part_of(key)
    return files_in(store.archive_of(part), store.state(part).received, [key])[key]


def files_in(archive: Archive, received: str, keys: Iterable[ReturnSetKey]) -> dict[ReturnSetKey, dict[str, str]]:
    """Return the hash of each file of some return sets of a part, by name, as the list of what was received has it."""
    lists = lists_of(archive, received)
    found: dict[ReturnSetKey, dict[str, str]] = {}
    for key in keys:
        own = lists.get(key.commune, received)
        content = archive.get(own, RECEIVED) if own else None
        found[key] = {} if content is None else json.loads(content).get("files", {})
    return found


def inputs_of(raw: Raw, store: Store, part: Part, *, reread: bool = False) -> Inputs:
    """Read what lies in the raw folder of a part, now.

    A return set whose folder is no more stays in its batch: that all its workbooks are gone is told, and its published
    rows stay. One whose folder lies in another batch now is of that one. One that is closed is as it was then.

    Args:
        raw: The raw folder.
        store: The output folder.
        part: The part.
        reread: Read every file, also one that looks as when it was read last.
    """
    if part.extent is not Extent.BATCH:
        return Inputs(store, part, Received.of(raw, ()))
    here = set(raw.sets_of(part.batch))
    gone = {key for key in store.sets_in(part.name) if key not in here and not _lies_elsewhere(raw, key, part.batch)}
    keys = sorted(here | gone)
    # Of a commune's few workbooks every byte is looked at each time.
    known = index.load(store.root, part.name) if len(keys) > 1 and not reread else index.NOTHING_NOTED
    shut = {key: closing for key in keys if (closing := closings.closed(store.root, key)) is not None}
    live = Received.of(raw, [key for key in keys if key not in shut], known)
    return Inputs(store, part, closings.received(raw, store.archive_of(part.name), live, shut) if shut else live)


def _lies_elsewhere(raw: Raw, key: ReturnSetKey, batch: BatchKey) -> bool:
    """Return whether the folder of a return set, with files in it, lies in another batch."""
    return raw.batch_of(key) != batch and raw.holds_files(key)


def left_by(raw: Raw, store: Store, batches: Collection[BatchKey]) -> list[BatchKey]:
    """Return the other batches of the same periods whose tables hold what lies in another folder now.

    Only return sets that come into these batches, or are held twice already, are looked at.
    """
    coming = {key for batch in batches for key in raw.sets_of(batch)}
    found = []
    for period in sorted({batch.period for batch in batches}):
        moved = coming | store.held_twice(period)
        found += [
            batch
            for batch in store.batches(period)
            if batch not in batches
            and any(_lies_elsewhere(raw, key, batch) for key in moved.intersection(store.sets_in(str(batch))))
        ]
    return found


def held_against(raw: Raw, store: Store, batches: Collection[BatchKey]) -> list[BatchKey]:
    """Return the other batches that are stale, and that have to be made before some that are held against them.

    Else the gate would let in what it keeps out where these are made first. They are of earlier periods of a year: what
    is held against another year holds nothing back, and is told anew where that changes.
    """
    if not any(isinstance(edit, BetweenPeriods) for form in CATALOGUE.forms for edit in form.edits):
        return []
    periods = [Period.parse(code) for code in raw.periods()]
    found: dict[BatchKey, None] = {}
    for batch in batches:
        own = Period.parse(batch.period)
        for code in (one.code for one in periods if one.year == own.year and one < own):
            found |= dict.fromkeys(raw.batch_of(ReturnSetKey(code, key.commune)) for key in raw.sets_of(batch))
    seals = Seals(raw, store)
    others = [one for one in found if one not in batches and raw.sets_of(one)]
    return [one for one in others if _stale(raw, store, Part.of(one), seals)]


def vanished(
    store: Store, there: Mapping[BatchKey, Sequence[ReturnSetKey]], period: str = ""
) -> dict[BatchKey, list[ReturnSetKey]]:
    """Return, by batch in whose tables they are, the return sets of which nothing lies in any folder any more.

    Args:
        store: The output folder.
        there: All batches that have a folder, with their return sets.
        period: Only those of this period; of every one where none is named.
    """
    lying = {key for keys in there.values() for key in keys}
    found = {batch: [key for key in store.sets_in(str(batch)) if key not in lying] for batch in store.batches(period)}
    return {batch: keys for batch, keys in found.items() if keys}


def note_files(inputs: Inputs) -> None:
    """Note size, time and hash of the files of a batch of several return sets, once they have been refreshed."""
    sets = inputs.received.sets
    if len(sets) > 1:
        noted = ((key, name, one) for key, received in sets.items() for name, one in received.noted)
        index.save(inputs.store.root, inputs.part.name, noted)


def stale_batches(raw: Raw, store: Store, batches: Iterable[BatchKey]) -> Mapping[BatchKey, set[str]]:
    """Return the batches for which something has to be done, with the tables concerned, their levels above too.

    A form that was checked as it lies now and held back is not stale: another run would hold it back again.
    """
    found: dict[BatchKey, set[str]] = {}
    last: dict[Part, BatchKey] = {}
    seals = Seals(raw, store)
    twice = cache(store.held_twice)
    for batch in batches:
        part = Part.of(batch)
        found[batch] = _stale(raw, store, part, seals)
        if twice(batch.period).intersection(store.sets_in(part.name)):
            found[batch] |= {table.name for table in inputs_of(raw, store, part).tables}
        # What lies above is brought up to date by the last of the batches that it is made of.
        last |= dict.fromkeys(part.above(), batch)
    for higher, batch in last.items():
        found[batch] |= _stale(raw, store, higher, seals)
    return {batch: stale for batch, stale in found.items() if stale}


def compared_with(changed: Collection[BatchKey], batches: Mapping[BatchKey, Sequence[ReturnSetKey]]) -> list[BatchKey]:
    """Return batches that were made, and those of later periods of their communes: they are compared with them.

    Args:
        changed: What was made.
        batches: All there are, with their return sets.
    """
    first: dict[str, Period] = {}
    for batch in changed:
        period = Period.parse(batch.period)
        for key in batches.get(batch, ()):
            first[key.commune] = min(period, first.get(key.commune, period))
    return [
        batch
        for batch, keys in batches.items()
        if batch in changed
        or any(key.commune in first and first[key.commune] < Period.parse(key.period) for key in keys)
    ]


def _stale(raw: Raw, store: Store, part: Part, seals: Seals) -> set[str]:
    """Return the stale tables of a part; where there are none, that is sealed, and the next time seen at a glance."""
    seal = seals.of(part)
    if seals.holds(part, seal):
        return set()
    raw.places.checked()
    if part.extent is Extent.BATCH and not store.state(part.name).tables:
        # Of what has never been made nothing need be looked at.
        return {table.name for table in Inputs(store, part, Received.named(raw.sets_of(part.batch))).tables}
    inputs = inputs_of(raw, store, part)
    stale = stale_tables(inputs)
    # What could not be read may be read the next time, and nothing of it would look different.
    if not stale and not inputs.received.troubled and seal == Seals(raw, store).of(part):
        seals.note(part, seal)
    return stale


def figures_current(raw: Raw, store: Store, key: ReturnSetKey) -> bool:
    """Return whether figures and statements follow from the raw files as they lie now, forms held back excepted.

    What only presents them may lag behind, and whether the archive has everything is asked by who needs it.
    """
    inputs = inputs_of(raw, store, Part.of(raw.batch_of(key)))
    state = store.state(inputs.part.name)
    decisive = (table for table in inputs.tables if table.kind is not Kind.DOCUMENT and table.maker.task != "observe")
    return all(is_current(inputs, table, state) for table in decisive)
