"""What every page on returns begins with: the folders, and the return set that its address names.

Belongs here: these, and which return sets workbooks can be of. Does not belong here: a page.
"""

from django.http import Http404

from pipelines.desk import board
from pipelines.settings import Settings, today
from pipelines.store import designs
from pipelines.store.raw import Raw
from pipelines.store.remembered import RememberingStore
from pipelines.store.tables import Store
from schemas.periods import Period, PeriodKind
from schemas.return_sets import ReturnSetKey


def folders() -> tuple[Raw, Store]:
    """Return the raw folder and the output folder as they are now; forms are those of the designs in force now."""
    settings = Settings.of()
    designs.use(settings.data)
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
    """Return the return sets that workbooks can be of: those there are, and those that come next, of each commune.

    Next come the periods of each kind for which a form of the commune is asked. Where there are none, the communes are
    those whose villages are known.
    """
    known = board.sets(raw, store)
    of_known = [(key.commune, Period.parse(key.period)) for key in reversed(known)]
    latest = {(commune, period.kind): period for commune, period in of_known}
    communes = dict.fromkeys(commune for commune, _ in latest) or [
        place.code for place in raw.places.rows if raw.places.reporters(place.code, "village")
    ]
    coming = [
        ReturnSetKey(period.code, commune)
        for commune in communes
        for kind in raw.places.kinds_of(commune)
        for period in _coming(latest.get((commune, kind)), kind)
    ]
    every = [*known, *coming]
    return [(str(key), f"{raw.places.territory(key.commune)}, {Period.parse(key.period).title}") for key in every]


def _coming(latest: Period | None, kind: PeriodKind) -> tuple[Period, ...]:
    """Return the period after the last of a kind; where there is none, the one that ended last and the one going on."""
    going = Period.of_day(today(), kind)
    return (going.before, going) if latest is None else (latest.after,)
