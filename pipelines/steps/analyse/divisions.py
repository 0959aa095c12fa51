"""The places dimension: every territory and reporter, with official codes.

Belongs here: finding the official code of a place by its name and what it lies in. Does not belong here: the places
themselves (``schemas.places``), the official list (a package).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from schemas.places import Places
from schemas.places.place import Place
from schemas.tables import PLACES
from schemas.text import fold

_TITLES = ("tỉnh", "thành phố", "huyện", "quận", "thị xã", "xã", "phường", "thị trấn")
_INSIDE = {"province": "districts", "district": "wards"}


def dimension(places: Places, divisions: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return the places dimension.

    Args:
        places: The places in use.
        divisions: The official list as it stood before July 2025: provinces, with ``districts``, with ``wards``, each
            with ``name`` and ``code``.

    Returns:
        ``schemas.tables.PLACES``; ``official_code`` is empty for villages and desks, which have none, and for places
        that came to be after the list.
    """
    codes = _codes(places, divisions)
    rows = [
        {
            "code": place.code,
            "level": place.level,
            "name": place.name,
            "parent": place.parent,
            "aliases": "|".join(place.aliases),
            "official_code": codes.get(place.code, "") if place.level != "village" else "",
            "valid_from": place.valid_from,
            "valid_to": place.valid_to,
            "successor": place.successor,
        }
        for place in places.rows
    ]
    return pd.DataFrame(rows, columns=PLACES.names)


def _codes(places: Places, divisions: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    inside: dict[str, list[Place]] = {}
    for place in places.rows:
        if place.level in ("province", "district", "commune") and place.valid_from is None:
            inside.setdefault(place.parent, []).append(place)
    codes: dict[str, str] = {}

    def walk(parents: Sequence[str], units: Sequence[Mapping[str, Any]]) -> None:
        named = {_bare(str(unit["name"])): unit for unit in units}
        for place in (place for parent in parents for place in inside.get(parent, ())):
            unit = named.get(_bare(place.name))
            if unit is not None:
                codes[place.code] = str(unit["code"])
                deeper = _INSIDE.get(place.level)
                walk([place.code], unit[deeper] if deeper else ())

    walk([place.code for place in places.rows if place.level == "nation"], divisions)
    return codes


def _bare(name: str) -> str:
    folded = fold(name)
    for title in sorted(map(fold, _TITLES), key=len, reverse=True):
        if folded.startswith(f"{title} "):
            return folded.removeprefix(f"{title} ")
    return folded
