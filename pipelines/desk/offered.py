"""Which return sets there are, and which of them a page offers: where these are few, all; else those of one commune.

Belongs here: answering that without listing ten thousand where few are shown. Does not belong here: pages, and how a
commune is chosen (``pipelines.desk.pages.choosing``).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import NamedTuple

from pipelines.store import published
from pipelines.store.raw import Raw
from pipelines.store.tables import Store
from schemas.periods import Period
from schemas.return_sets import ReturnSetKey, oldest_first

MOST = 120
"""Return sets, or communes, that are offered in one list; of more a commune is chosen first, if there are several."""


class Offered(NamedTuple):
    """The return sets that a page offers."""

    sets: Sequence[ReturnSetKey]
    """The newest period first, those of one in order."""
    every: bool
    """Whether these are all there are."""


def is_there(raw: Raw, store: Store, key: ReturnSetKey) -> bool:
    """Return whether there is a return set, received or read, without asking of any other."""
    return raw.has(key) or published.is_checked(store, key)


def periods(raw: Raw, store: Store) -> Iterator[str]:
    """Yield the periods of which there is any return set, received or read, the newest first."""
    for period in _newest({*raw.periods(), *(batch.period for batch in store.batches())}):
        if any(True for _ in each(raw, store, period)):
            yield period


def each(raw: Raw, store: Store, period: str) -> Iterator[ReturnSetKey]:
    """Yield the return sets of a period as they are come upon, most of them twice: those read, and those received."""
    yield from read_in(store, period)
    yield from raw.each(period)


def read_in(store: Store, period: str) -> Iterator[ReturnSetKey]:
    """Yield those of a period that have been read, batch by batch."""
    for batch in store.batches(period):
        yield from store.sets_in(str(batch))


def are_several(raw: Raw, store: Store, period: str) -> bool:
    """Return whether a period has the returns of more than one commune."""
    return _all_of(each(raw, store, period), most=1) is None


def there(raw: Raw, store: Store, commune: str = "") -> Offered:
    """Return the return sets there are, received or read: all where these are few, else those of a commune.

    Of an office of one commune they are all, as many as the years make of them.

    Raises:
        SentenceError: The commune of one of these has two folders in its period.
    """
    found = _offered(periods(raw, store), partial(each, raw, store), partial(is_there, raw, store), commune)
    for key in found.sets:
        raw.has(key)
    return found


def read(store: Store, commune: str = "") -> Offered:
    """Return those that have been read, in the same way."""
    known = _newest({batch.period for batch in store.batches()})
    return _offered(known, partial(read_in, store), partial(published.is_checked, store), commune)


def _offered(
    known: Iterable[str],
    in_period: Callable[[str], Iterator[ReturnSetKey]],
    has: Callable[[ReturnSetKey], bool],
    commune: str,
) -> Offered:
    known = list(known)
    found = _all_of(chain.from_iterable(map(in_period, known)), MOST)
    if found is not None:
        return Offered(sorted(found, key=lambda key: Period.parse(key.period), reverse=True), every=True)
    own = [ReturnSetKey(period, commune) for period in known] if commune else []
    return Offered([key for key in own if has(key)], every=False)


def _all_of(found: Iterable[ReturnSetKey], most: int) -> list[ReturnSetKey] | None:
    """Return what is found, in order; where it is more and of several communes, nothing, and no more is looked for."""
    kept: set[ReturnSetKey] = set()
    communes: set[str] = set()
    for key in found:
        kept.add(key)
        communes.add(key.commune)
        if len(kept) > most and len(communes) > 1:
            return None
    return oldest_first(kept)


def _newest(known: Iterable[str]) -> list[str]:
    return sorted(known, key=Period.parse, reverse=True)
