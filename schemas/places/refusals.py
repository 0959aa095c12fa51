"""What place tables may not say: places that hang nowhere, two by one name, some merged into one another in a ring.

Belongs here: holding the places of all tables against one another, and how such a refusal begins. Does not belong here:
what a row by itself may not say (``schemas.places.rows``).
"""

from collections.abc import Iterable, Mapping

from schemas.places.place import LEVELS, REPORTING, Place, of_pack
from schemas.sentences import SentenceError
from schemas.text import fold


def refuse_shared_names(places: Iterable[Place]) -> None:
    """Refuse two reporters of a commune that go by one name or code, those included that stand in for its desks.

    Raises:
        SentenceError: There are two.
    """
    places = list(places)
    packs = {place.code: place.packs for place in places if place.level == "commune"}
    reporting = sorted((place for place in places if place.level in REPORTING), key=lambda place: bool(place.parent))
    named = {(place.parent, place.reports_as) for place in reporting}
    owners: dict[tuple[str, str, str], Place] = {}
    for place, home in [(one, home) for one in reporting for home in one.homes]:
        words = (("tên", name, fold(name)) for name in (place.name, *place.aliases))
        for said, word, shared in (("mã", place.code, place.code), *words):
            others = [owners.setdefault((home, said, shared), place)]
            for above in (*map(of_pack, packs.get(home, ())), "") if place.parent else ():
                stand_in = owners.get((above, said, shared), place)
                others += [stand_in] if (place.parent, stand_in.reports_as) not in named else []
            for other in (other for other in others if other is not place):
                raise refused(
                    f"«{other.code}» và «{place.code}» của {place.parent or 'các bộ phận của xã'} "
                    f"cùng mang {said} «{word}». Đổi một {said} rồi chạy lại."
                )


def refuse_rings(places: Iterable[Place]) -> None:
    """Refuse places of which each is merged into the next, and the last into the first: none would be there now.

    Raises:
        SentenceError: There are some.
    """
    into = {(_known_in(place), place.code): place.successor for place in places if place.successor}
    for home, code in into:
        way = [code]
        while (after := into.get((home, way[-1]), "")) and after not in way:
            way.append(after)
        if after:
            ring = " → ".join(f"«{one}»" for one in [*way[way.index(after) :], after])
            raise refused(
                f"cột successor nói vòng quanh ({ring}), nên không biết nay còn nơi nào. "
                "Sửa hoặc xóa ô đó ở một trong các dòng ấy rồi chạy lại."
            )


def _known_in(place: Place) -> str:
    """Return where the code of a place, and that of what it was merged into, mean one thing."""
    return place.parent if place.level in REPORTING else ""


def refused(why: str) -> SentenceError:
    """Return the refusal of a place table, to be raised; ``why`` says what is wrong and what to do."""
    return SentenceError(f"Danh mục địa bàn (places.csv): {why}")


def hangs(place: Place, territories: Mapping[str, Place]) -> bool:
    """Return whether a place lies in one that may hold it, so that every way up comes to an end."""
    above = territories[place.parent].level if place.parent in territories else None
    if place.level == "village" or (place.level == "desk" and place.parent):
        return above == "commune"
    if above is None:
        return not place.parent
    return above in LEVELS and LEVELS.index(above) < LEVELS.index(place.level)
