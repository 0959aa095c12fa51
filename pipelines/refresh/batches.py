"""One batch's work, from the raw folder to published tables: one process at a time, and all of it or nothing.

Belongs here: the lock, tidying up after a killed process, the order of a batch and of what lies above it, who is told
how far it is. Does not belong here: Dagster, which is one of those that call this; making tables
(``pipelines.refresh.making``).
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from pipelines.garbage import seldom
from pipelines.refresh.engines import HERE, each
from pipelines.refresh.making import Work, give_up
from pipelines.refresh.parts import Part
from pipelines.refresh.stale import held_against, inputs_of, is_archived, left_by, note_files
from pipelines.store import closings, designs
from pipelines.store import state as states
from pipelines.store.files import clear_unfinished, unfinished
from pipelines.store.locks import clear_notes, locked
from pipelines.store.raw import Raw
from pipelines.store.remote import ReplacedError
from pipelines.store.restoring import refuse_half_restored
from pipelines.store.state import State, Writer
from pipelines.store.tables import OvertakenError, Store, finish
from pipelines.store.takeover import take_over
from schemas.flow import FLOW, Extent
from schemas.periods import Period
from schemas.return_sets import BatchKey, ReturnSetKey
from schemas.sentences import SentenceError

Progress = Callable[[str, int], None]
"""Told what is about to be made, and how many such steps there can be."""

_PROGRESS: ContextVar[Progress | None] = ContextVar("progress", default=None)
_WAITING: ContextVar[Callable[[str], None] | None] = ContextVar("waiting", default=None)


@contextmanager
def followed(progress: Progress, waiting: Callable[[str], None]) -> Iterator[None]:
    """Report progress and waiting to these callbacks while the block runs."""
    tokens = _PROGRESS.set(progress), _WAITING.set(waiting)
    try:
        yield
    finally:
        _PROGRESS.reset(tokens[0])
        _WAITING.reset(tokens[1])


def waiting() -> Callable[[str], None]:
    """Return who is told in this process for whom the work has to wait; nobody where nobody asked."""
    return _WAITING.get() or (lambda _: None)


def progress() -> Progress:
    """Return who is told in this process how far the work is; nobody where nobody asked."""
    return _PROGRESS.get() or (lambda _, __: None)


@dataclass(frozen=True)
class Done:
    """What a refresh of a batch did.

    Args:
        made: The tables that came out other than they were, those of the levels above too.
        state: What is known of the batch now.
    """

    made: frozenset[str]
    state: State


def refresh(
    raw: Raw,
    store: Store,
    batch: BatchKey,
    *,
    who: str,
    wanted: Collection[str] | None = None,
    only: bool = False,
    anew: bool = False,
) -> Done:
    """Bring the tables of a batch up to date, then those of the levels above it.

    Args:
        raw: The raw folder.
        store: The output folder.
        batch: The batch.
        who: What is being done, as others that have to wait are told.
        wanted: Only these tables, and what they are made of; all where none are named.
        only: Not even what they are made of: that stays as it is published.
        anew: Make everything, also what is current.
    """
    ((_, done),) = refresh_each(raw, store, [batch], who=who, wanted=wanted, only=only, anew=anew)
    return done


def refresh_each(
    raw: Raw,
    store: Store,
    batches: Sequence[BatchKey],
    *,
    who: str,
    wanted: Collection[str] | None = None,
    only: bool = False,
    anew: bool = False,
    engine: str | Executor = HERE,
) -> Iterator[tuple[BatchKey, Done]]:
    """Bring the tables of batches up to date, each by itself, then those of the levels above them.

    The oldest first, with those before them that they are held against: what comes in which order makes no difference
    to what is accepted.

    Each argument is as in ``refresh``, but for the batches, and for ``engine``: where they are worked on
    (``pipelines.refresh.engines``).

    Yields:
        Each batch when it is done; the last of them when the levels above are done, too, with what was made there.
    """
    if not batches:
        return
    refuse_half_restored(store.root)
    take_over(store.root)
    in_force = designs.use(store.root)
    names = None if wanted is None else frozenset(wanted)
    jobs = [
        Job(raw.root, store.root, store.writer, Part.of(batch), who, names, only, anew, in_force) for batch in batches
    ]
    before = [] if only else held_against(raw, store, batches)
    jobs += [replace(jobs[0], part=Part.of(batch), wanted=None, anew=False) for batch in before]
    # First of all: what has moved into these batches must not be counted where it was, too.
    for batch in left_by(raw, store, batches):
        work(replace(jobs[0], part=Part.of(batch), wanted=None, only=False, anew=False))
    own = {part for batch in batches for part in Part.of(batch).above()}
    more = {part for batch in before for part in (Part.of(batch), *Part.of(batch).above())} - own
    above = sorted(own | more, key=lambda part: part.name)
    # In stages, for the office is made of the periods; and where the batches were, for there everything is loaded.
    levels = [
        [replace(jobs[0], part=part, wanted=None if part in more else names) for part in above if part.extent is extent]
        for extent in (Extent.PERIOD, Extent.OFFICE)
    ]
    last: tuple[BatchKey, Done] | None = None
    for job, made in each(engine, work, jobs, *levels, turn=_turn):
        if job.part in more:
            continue
        state = store.state(job.part.name, anew=True)
        if last is not None and job.part.extent is not Extent.BATCH:
            last = last[0], replace(last[1], made=last[1].made | frozenset(made))
            continue
        if last is not None:
            yield last
        last = job.part.batch, Done(frozenset(made), state)
    assert last is not None
    yield last


@dataclass(frozen=True)
class Job:
    """The work on one part, as another process can be told of it; done twice, it is as if done once.

    Args:
        raw: The raw folder.
        data: The output folder.
        writer: Who is noted as the writer.
        part: The part.
        who: What is being done, as others that have to wait are told.
        wanted: Only these tables; all where none are named.
        only: Not even what they are made of.
        anew: Make everything, also what is current.
        designs: Those in force, which every process uses that does one of these.
    """

    raw: Path
    data: Path
    writer: Writer
    part: Part
    who: str
    wanted: frozenset[str] | None
    only: bool
    anew: bool
    designs: designs.Designs


def _turn(job: Job) -> Period | int:
    """Return when in its stage a job is done: that of a batch after those that it is held against."""
    return Period.parse(job.part.batch.period) if job.part.extent is Extent.BATCH else 0


def work(job: Job) -> list[str]:
    """Do a job; return the tables that came out other than they were."""
    designs.use(job.data, job.designs)
    wanted = job.wanted
    named = None if wanted is None else {name for name in wanted if FLOW[name].extent is job.part.extent}
    if named is not None and not named:
        return []
    store = Store(job.data, job.writer)
    with seldom():
        return _refresh(Raw(job.raw), store, job.part, job.who, named, only=job.only, anew=job.anew)


_MOST_TRIES = 5
"""What lies above return sets, or is compared with earlier ones, is made again where one of these changed meanwhile."""


def _refresh(
    raw: Raw, store: Store, part: Part, who: str, wanted: Collection[str] | None, *, only: bool, anew: bool
) -> list[str]:
    # Only here: makers load all that the steps do, and who asks what is stale makes nothing.
    from pipelines.refresh.makers import maker
    from pipelines.refresh.restoring import restored

    with _locked(store, part, who):
        tidy(store, part)
        for _ in range(_MOST_TRIES):
            inputs = inputs_of(raw, store, part, reread=anew)
            if part.extent is Extent.BATCH and not inputs.sets:
                give_up(inputs)
                return []
            work = Work(inputs, maker, restored, anew)
            whole = wanted is None or {table.name for table in work.inputs.tables} <= set(wanted)
            ran = False
            try:
                for tables in work.run(wanted, only=only):
                    ran = True
                    progress()(tables[0].shown_as, len(FLOW.made_together))
                if not work.is_overtaken():
                    if ran or (whole and not is_archived(work.inputs, work.draft.state)):
                        work.commit(whole=whole)
                        note_files(work.inputs)
                    return work.draft.made
            except (OvertakenError, ReplacedError):
                continue
    raise SentenceError(
        f"Các bộ báo cáo khác của {part.name} liên tục được cập nhật nên chưa tổng hợp được. Chạy lại: returns refresh"
    )


@contextmanager
def _locked(store: Store, part: Part, who: str) -> Iterator[None]:
    with locked(store.root, part.name, who, waiting()):
        yield


@contextmanager
def held_still(store: Store, key: ReturnSetKey, *, who: str) -> Iterator[None]:
    """Keep everybody else from changing a return set, for one who reads many tables and wants them of one time."""
    part = store.part_of(key)
    with locked(store.root, part, who, waiting()):
        store.state(part, anew=True)
        yield


def shown(store: Store, batch: BatchKey) -> None:
    """Note that Dagster has been told of all that was made of a batch."""
    part = str(batch)
    with locked(store.root, part, "Dagster"):
        state = store.state(part, anew=True)
        if not state.shown:
            with suppress(ReplacedError):  # whoever has published since has it shown anew
                states.save(store.root, part, replace(state, shown=True))


def tidy(store: Store, part: Part) -> None:
    """Finish what a killed process had committed, and put a damaged copy of the state right; under the part's lock."""
    state = store.state(part.name, anew=True)
    state = finish(store.root, part.name, state)
    if states.damaged(store.root, part.name):
        states.save(store.root, part.name, state)


def tidy_all(store: Store, batches: Sequence[BatchKey], *, who: str = "returns refresh") -> None:
    """Do the same for batches and what lies above them, and remove what killed processes were writing.

    Raises:
        SentenceError: What is to be refreshed is half of a backup that is being put back.
    """
    refuse_half_restored(store.root)
    clear_notes(store.root)
    closings.keep_twice(store.root)
    designs.keep_twice(store.root)
    left = {path.relative_to(store.root).as_posix() for path in unfinished(store.root)}
    for part in dict.fromkeys(one for batch in batches for one in (Part.of(batch), *Part.of(batch).above())):
        if states.damaged(store.root, part.name) or (left and not left.isdisjoint(store.state(part.name).renames)):
            with _locked(store, part, who):
                tidy(store, part)

    @cache
    def wanted() -> set[str]:
        """Return what still has to be renamed; first asked when a writer is known to be dead, and to commit no more."""
        return {name for part in store.parts() for name in store.state(part, anew=True).renames}

    if left:
        clear_unfinished(store.root, keep=lambda path: path.relative_to(store.root).as_posix() in wanted())
