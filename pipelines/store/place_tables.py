"""The tables of places that are read together: those that come with the software and with packs, and an office's own.

Belongs here: what they are called where they are kept together, and the places that they describe. Does not belong
here: what a table says (``schemas.places``), the one in the raw folder (``pipelines.store.folders``).
"""

from collections.abc import Iterable
from functools import lru_cache
from importlib import resources

from schemas.catalogue import CATALOGUE
from schemas.kept import decoded
from schemas.periods import PeriodKind
from schemas.places import Places

SHIPPED_PLACES = ("places.csv", "desks.csv")
"""The tables of places that come with the software."""

OF_PACK = "pack-"
"""What the tables of places of other packs are called begins so."""

OWN_PLACES = "raw-places.csv"
"""What the raw folder's own ``places.csv`` is called beside the one that comes with the software."""


def shipped() -> dict[str, bytes]:
    """Return those that come with the software and with packs, in the order in which a later one replaces rows."""
    folder = resources.files("schemas.places")
    tables = {name: folder.joinpath(name).read_bytes() for name in SHIPPED_PLACES}
    return tables | {f"{OF_PACK}{pack.name}.csv": pack.places.encode() for pack in CATALOGUE.packs if pack.places}


def places_of(tables: Iterable[bytes], awaited: Iterable[str] = ()) -> Places:
    """Return the places that tables describe, in the order of ``Folders.place_tables``; the same of the same tables.

    Args:
        tables: The tables.
        awaited: Names of packs that a commune may name, and that have no forms yet.
    """
    packs = {name: frozenset[str]() for name in awaited} | dict(CATALOGUE.forms_by_pack)
    return _places_of(tuple(tables), tuple(packs.items()), tuple(CATALOGUE.asked_in.items()))


_Packs = tuple[tuple[str, frozenset[str]], ...]
_AskedIn = tuple[tuple[str, tuple[PeriodKind, ...]], ...]


@lru_cache(maxsize=1)
def _places_of(tables: tuple[bytes, ...], packs: _Packs, asked_in: _AskedIn) -> Places:
    return Places(tuple(map(decoded, tables)), dict(packs), dict(asked_in))
