"""One batch's work, from the raw folder to published tables: one process at a time, and all of it or nothing.

Belongs here: the lock, tidying up after a killed process, the order of a return set and of what lies above it, who is
told how far it is. Does not belong here: Dagster, which is one of those that call this; making tables
(``pipelines.refresh.making``).
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cache

from pipelines.refresh.making import Work
from pipelines.refresh.stale import Part, inputs_of, is_archived
from pipelines.store import state as states
from pipelines.store.files import clear_unfinished
from pipelines.store.locks import locked
from pipelines.store.raw import Raw
from pipelines.store.state import State
from pipelines.store.tables import OvertakenError, Store, finish
from pipelines.store.takeover import take_over
from schemas.flow import FLOW
from schemas.return_sets import ReturnSetKey
from schemas.sentences import SentenceError

Progress = Callable[[str, int], None]
"""Told what is about to be made, and how many such steps there can be."""

_PROGRESS: ContextVar[Progress | None] = ContextVar("progress", default=None)
_WAITING: ContextVar[Callable[[str], None] | None] = ContextVar("waiting", default=None)


@contextmanager
def followed(progress: Progress, waiting: Callable[[str], None]) -> Iterator[None]:
    """Have somebody told how far the work is, and for whom it has to wait, however it is started in this process."""
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
    """What a refresh of a return set did.

    Args:
        made: The tables that came out other than they were, those of the levels above too.
        state: What is known of the return set now.
    """

    made: frozenset[str]
    state: State


def refresh(
    raw: Raw,
    store: Store,
    key: ReturnSetKey,
    *,
    who: str,
    wanted: Collection[str] | None = None,
    only: bool = False,
    anew: bool = False,
) -> Done:
    """Bring the tables of a return set up to date, then those of the levels above it.

    Args:
        raw: The raw folder.
        store: The output folder.
        key: The return set.
        who: What is being done, as others that have to wait are told.
        wanted: Only these tables, and what they are made of; all where none are named.
        only: Not even what they are made of: that stays as it is published.
        anew: Make everything, also what is current.
    """
    take_over(store.root)
    made: set[str] = set()
    own = Part.of(key)
    for part in (own, *own.above()):
        named = None if wanted is None else {name for name in wanted if FLOW[name].extent is part.extent}
        if named is None or named:
            made.update(_refresh(raw, store, part, who, named, only=only, anew=anew))
    return Done(frozenset(made), store.state(own.name, anew=True))


_MOST_TRIES = 5
"""What lies above return sets, or is compared with earlier ones, is made again where one of these changed meanwhile."""


def _refresh(
    raw: Raw, store: Store, part: Part, who: str, wanted: Collection[str] | None, *, only: bool, anew: bool
) -> list[str]:
    from pipelines.refresh.makers import maker
    from pipelines.refresh.restoring import restored

    with _locked(store, part, who):
        tidy(store, part)
        for _ in range(_MOST_TRIES):
            work = Work(inputs_of(raw, store, part), maker, restored, anew)
            ran = False
            try:
                for tables in work.run(wanted, only=only):
                    ran = True
                    progress()(tables[0].shown_as, len(FLOW.made_together))
            except OvertakenError:
                continue
            if not work.is_overtaken():
                if ran or (wanted is None and not is_archived(work.inputs, work.state)):
                    work.commit(whole=wanted is None)
                return work.made
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
    with _locked(store, Part.of(key), who):
        store.state(str(key), anew=True)
        yield


def shown(store: Store, key: ReturnSetKey) -> None:
    """Note that Dagster has been told of all that was made of a return set."""
    part = str(key)
    with locked(store.root, part, "Dagster"):
        state = store.state(part, anew=True)
        if not state.shown:
            states.save(store.root, part, replace(state, shown=True))


def tidy(store: Store, part: Part) -> None:
    """Finish what a killed process had committed, and put a damaged copy of the state right; under the part's lock."""
    state = store.state(part.name, anew=True)
    finish(store.root, state)
    if states.damaged(store.root, part.name):
        states.save(store.root, part.name, state)


def tidy_all(store: Store, keys: Sequence[ReturnSetKey], *, who: str = "returns refresh") -> None:
    """Do the same for return sets and what lies above them, and remove what killed processes were writing."""
    for part in dict.fromkeys(one for key in keys for one in (Part.of(key), *Part.of(key).above())):
        state = store.state(part.name)
        if states.damaged(store.root, part.name) or any((store.root / name).exists() for name in state.renames):
            with _locked(store, part, who):
                tidy(store, part)

    @cache
    def wanted() -> set[str]:
        """Return what still has to be renamed; first asked when a writer is known to be dead, and to commit no more."""
        return {name for part in store.parts() for name in store.state(part, anew=True).renames}

    if store.root.is_dir():
        clear_unfinished(store.root, keep=lambda path: path.relative_to(store.root).as_posix() in wanted())
