"""What every page on returns begins with: the folders, and the return set that its address names.

Belongs here: these, and which return sets workbooks can be of. Does not belong here: a page.
"""

from django.http import Http404

from pipelines.desk import board
from pipelines.settings import Settings, today
from pipelines.store.raw import Raw
from pipelines.store.remembered import RememberingStore
from pipelines.store.tables import Store
from schemas.periods import Period
from schemas.return_sets import ReturnSetKey


def folders() -> tuple[Raw, Store]:
    """Return the raw folder and the output folder as they are now."""
    settings = Settings.of()
    return Raw(settings.raw), RememberingStore(settings.data)


def named(raw: Raw, store: Store, key: str) -> ReturnSetKey:
    """Return the return set that an address names.

    Raises:
        Http404: There is none.
    """
    found = next((one for one in board.sets(raw, store) if str(one) == key), None)
    if found is None:
        raise Http404
    return found


def receivable(raw: Raw, store: Store) -> list[tuple[str, str]]:
    """Return the return sets that workbooks can be of: those there are, and of each commune's period after its last.

    Where there are none, those of the communes whose villages are known: of the period that has ended last, and of the
    one that goes on.
    """
    known = board.sets(raw, store)
    latest = {key.commune: Period.parse(key.period) for key in reversed(known)}
    coming = [ReturnSetKey(_after(period).code, commune) for commune, period in latest.items()]
    if not known:
        day = today()
        going = Period(day.year, 1 if day.month <= 6 else 2)
        places = [place.code for place in raw.places.rows if raw.places.reporters(place.code, "village", going)]
        coming = [ReturnSetKey(period.code, code) for code in places for period in (going.comparable[1], going)]
    every = [*known, *coming]
    return [(str(key), f"{raw.places.territory(key.commune)}, {Period.parse(key.period).title}") for key in every]


def _after(period: Period) -> Period:
    return Period(period.year, 2) if period.half == 1 else Period(period.year + 1, 1)
