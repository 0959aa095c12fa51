"""Places and reporters: who belongs where, under which names, and from when to when.

Belongs here: the lookups over the place tables (``places.csv``: nation down to village; ``desks.csv``: the desks of a
commune office that names none itself). Does not belong here: one place (``schemas.places.place``), reading its row
(``schemas.places.rows``), what tables may not say (``schemas.places.refusals``); reading the files
(``pipelines.store.raw``), so that a raw folder can bring places of its own and a second commune needs no code.

A desk belongs to the commune that is its parent. One without a parent stands in for every commune, or for those of the
packs that it names, until the commune names a desk of that kind itself: the nearest count of which one has begun.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cached_property, wraps
from typing import Concatenate, ParamSpec, TypeVar

from schemas.pack import HOME
from schemas.periods import Period, PeriodKind
from schemas.places.place import LEVELS, REPORTING, Place, of_pack
from schemas.places.refusals import hangs, refuse_rings, refuse_shared_names, refused
from schemas.places.rows import place_of, rows_of
from schemas.return_sets import ReturnSetKey
from schemas.text import fold, slug

_NAME_PREFIXES = frozenset(map(fold, ("thôn", "xóm", "bản", "xã")))

P = ParamSpec("P")
T = TypeVar("T")


def _answered_once(method: Callable[Concatenate["Places", P], T]) -> Callable[Concatenate["Places", P], T]:
    """Keep with the places what a method answered: they do not change, and are asked the same for every form."""
    name = f"_{method.__name__}_answers"

    @wraps(method)
    def answer(places: "Places", /, *asked: P.args, **named: P.kwargs) -> T:
        key = (asked, *named.items()) if named else asked
        try:
            return places.__dict__[name][key]  # type: ignore[no-any-return]
        except KeyError:
            answers: dict[object, T] = places.__dict__.setdefault(name, {})
            return answers.setdefault(key, method(places, *asked, **named))

    return answer


@dataclass(frozen=True)
class Places:
    """The place tables of one run, villages of any number of communes together.

    What is asked for is read and checked, and the rest only then: which communes there are is known without a look at
    ten times as many villages.

    Args:
        tables: Place tables as CSV text; a later one replaces a place of an earlier one.
        packs: The codes of the forms of each pack; nothing where every commune has every form.
        kinds: For which kinds of periods each form is asked, by its code; nothing where each is for every kind.

    Raises:
        SentenceError: By whatever is asked, where it lies in what is wrong: a table or one of its rows cannot be read,
            a day is none, a place has an unknown level or pack, is in none that may hold it or is there twice, two
            of one commune go by one name, or some are said to be merged into one another in a ring.
    """

    tables: tuple[str, ...]
    packs: Mapping[str, frozenset[str]] | None = None
    kinds: Mapping[str, Collection[PeriodKind]] | None = None

    @classmethod
    def parse(
        cls,
        tables: Iterable[str],
        packs: Mapping[str, frozenset[str]] | None = None,
        kinds: Mapping[str, Collection[PeriodKind]] | None = None,
    ) -> "Places":
        """Read and check place tables to the last row.

        Raises:
            SentenceError: As the class says.
        """
        return cls(tuple(tables), packs, kinds).checked()

    def checked(self) -> "Places":
        """Return these places, checked to the last row.

        Raises:
            SentenceError: As the class says.
        """
        len(self.rows)
        return self

    @cached_property
    def _cells(self) -> dict[tuple[str, ...], Mapping[str, str]]:
        """What is written of each place, by what tells one from another."""
        found: dict[tuple[str, ...], Mapping[str, str]] = {}
        for table in self.tables:
            found |= rows_of(table)
        return found

    @cached_property
    def rows(self) -> tuple[Place, ...]:
        """Every place."""
        territories = self._territories
        places = [
            territories[cells["code"]] if len(key) == 1 else place_of(cells) for key, cells in self._cells.items()
        ]
        self._refuse_loose(places, territories)
        refuse_shared_names(places)
        refuse_rings(places)
        return tuple(places)

    @cached_property
    def _territories(self) -> dict[str, Place]:
        """The nation down to the communes, by code."""
        territories = {cells["code"]: place_of(cells) for key, cells in self._cells.items() if len(key) == 1}
        self._refuse_loose(territories.values(), territories)
        refuse_rings(territories.values())
        return territories

    def _refuse_loose(self, places: Iterable[Place], territories: Mapping[str, Place]) -> None:
        for place in places:
            if place.level not in (*LEVELS, "desk") or not hangs(place, territories):
                raise refused(
                    f"«{place.code}» ghi cấp «{place.level}», thuộc «{place.parent}»; "
                    "không có cấp này, hoặc nơi đó không phải địa bàn cấp trên của nó. Sửa dòng đó rồi chạy lại."
                )
            if place.packs and not (place.level == "commune" or (place.level == "desk" and not place.parent)):
                raise refused(
                    f"«{place.code}» ghi cột packs; cột này chỉ để cho xã, và cho bộ phận không thuộc xã nào. "
                    "Xóa ô đó rồi chạy lại."
                )
            known = place.packs if self.packs is None else self.packs
            if unknown := [name for name in place.packs if name not in known]:
                raise refused(
                    f"«{place.code}» ghi gói «{unknown[0]}», chưa có; các gói đang có: {', '.join(known)}. "
                    f"Đặt {unknown[0]}.xlsx vào bieu-mau/ cạnh places.csv, hoặc cài gói, hoặc sửa cột packs; chạy lại."
                )

    def commune(self, code: str) -> Place | None:
        """Return the commune whose code names a raw folder, or nothing where there is none."""
        place = self._territories.get(code)
        return place if place is not None and place.level == "commune" else None

    @cached_property
    def communes(self) -> tuple[Place, ...]:
        """The communes of any time, in the order of the tables."""
        return tuple(place for place in self._territories.values() if place.level == "commune")

    @_answered_once
    def tops(self, period: Period) -> tuple[Place, ...]:
        """Return the places that lay in no other in a period and had communes, and the communes that lay in none."""
        ways = ((one, *self.above(one.code, period)) for one in self.communes if one.existed_in(period))
        return tuple({way[-1].code: way[-1] for way in ways}.values())

    def lies_in(self, commune: str, territory: str) -> bool:
        """Return whether a code is that of a commune in a territory."""
        known = self.commune(commune) is not None
        return known and any(place.code == territory for place in self.ancestors(commune))

    def ancestors(self, commune: str) -> list[Place]:
        """Return the territories above a commune, nearest first."""
        above: list[Place] = []
        place = self._territories.get(self._territories[commune].parent)
        while place is not None:
            above.append(place)
            place = self._territories.get(place.parent)
        return above

    @_answered_once
    def above(self, commune: str, period: Period) -> tuple[Place, ...]:
        """Return the territories above a commune that there were in a period, nearest first."""
        return tuple(place for place in self.ancestors(commune) if place.existed_in(period))

    def communes_of(self, place: Place, period: Period) -> list[Place]:
        """Return the communes that lay in a place in a period; of a commune, itself; of what was not there, none."""
        return list(self._communes_in(place.code, period))

    @_answered_once
    def _communes_in(self, code: str, period: Period) -> tuple[Place, ...]:
        place = self._territories[code]
        below = [place] if place.level == "commune" else self._below.get(code, [])
        return tuple(one for one in below if one.existed_in(period)) if place.existed_in(period) else ()

    def size(self, territory: str) -> int:
        """Return how many communes a territory has, those of any time together."""
        return len(self.ever_in(territory))

    def ever_in(self, territory: str) -> Sequence[Place]:
        """Return these."""
        return self._below.get(territory, ())

    def parts_of(self, place: Place, period: Period) -> list[Place]:
        """Return the places one level below a place in a period: each of its communes lies in, or is, exactly one."""
        found: dict[str, Place] = {}
        for commune in self.communes_of(place, period):
            way = [commune, *self.above(commune.code, period)]
            part = way[[one.code for one in way].index(place.code) - 1]
            found[part.code] = part
        return list(found.values())

    def merged_into(self, commune: str) -> list[Place]:
        """Return the communes that were merged into one."""
        return list(self._merged.get(commune, ()))

    @cached_property
    def _merged(self) -> dict[str, list[Place]]:
        merged: dict[str, list[Place]] = {}
        for place in self._territories.values():
            if place.level == "commune" and place.successor:
                merged.setdefault(place.successor, []).append(place)
        return merged

    def grew(self, commune: str, since: Period, period: Period) -> bool:
        """Return whether communes that there were in a period had been merged into one by a later period."""
        return any(one.existed_in(since) and one.ended_by(period) for one in self.merged_into(commune))

    def taken_in(self, commune: str, period: Period) -> dict[str, list[Place]]:
        """Return, by the code of a village, those of the commune that had been merged into it by a period."""
        found: dict[str, list[Place]] = {}
        for place in self._villages_merged.get(commune, ()):
            way = [place]
            while (last := way[-1]).ended_by(period) and last.successor:
                after = self._reporter(commune, last.successor)
                if after is None or after in way:
                    break
                way.append(after)
            if len(way) > 1 and way[-1].existed_in(period):
                found.setdefault(way[-1].code, []).append(place)
        return found

    @cached_property
    def _villages_merged(self) -> dict[str, list[Place]]:
        found: dict[str, list[Place]] = {}
        for place in self.rows:
            if place.level == "village" and place.successor:
                found.setdefault(place.parent, []).append(place)
        return found

    def place_above(self, code: str) -> Place | None:
        """Return the territory of a code in which communes can lie, or nothing where there is none."""
        place = self._territories.get(code)
        return place if place is not None and place.level != "commune" else None

    def named_like(self, words: str) -> list[Place]:
        """Return the few territories whose code or name is closest to what somebody wrote, the closest first."""
        spelt = {slug(spelling): place for place in self._territories.values() for spelling in (place.code, place.name)}
        return list(dict.fromkeys(spelt[one] for one in get_close_matches(slug(words), spelt)))

    def called(self, words: str) -> Sequence[Place]:
        """Return the territories whose name is what somebody wrote, marks and capitals aside: there may be several."""
        return self._called.get(slug(words), [])

    @cached_property
    def _called(self) -> dict[str, list[Place]]:
        called: dict[str, list[Place]] = {}
        for place in self._territories.values():
            called.setdefault(slug(place.name), []).append(place)
        return called

    @cached_property
    def _below(self) -> dict[str, list[Place]]:
        below: dict[str, list[Place]] = {}
        for row in self._territories.values():
            for above in self.ancestors(row.code) if row.level == "commune" else []:
                below.setdefault(above.code, []).append(row)
        return below

    @_answered_once
    def reporters(self, commune: str, kind: str, period: Period | None = None) -> tuple[Place, ...]:
        """Return who may send a form: the villages of the commune, or its desks of a kind.

        Args:
            commune: The commune; empty for the desks that stand in where a commune names none.
            kind: Village, or the kind of a desk.
            period: When; all that ever were where none is given.
        """
        ever = self._named(commune, kind, period)
        return tuple(place for place in ever if period is None or place.existed_in(period))

    def _named(self, commune: str, kind: str, period: Period | None) -> list[Place]:
        """Return those of the nearest home of which any has begun (and may have ended): commune, packs in turn, all."""
        homes = (self._reporters.get((home, kind), []) for home in self._homes(commune))
        begun = (those for those in homes if any(period is None or place.began_by(period) for place in those))
        return next(begun, [])

    @cached_property
    def _reporters(self) -> dict[tuple[str, str], list[Place]]:
        found: dict[tuple[str, str], list[Place]] = {}
        for place in self.rows:
            for home in place.homes if place.level in REPORTING else ():
                found.setdefault((home, place.reports_as), []).append(place)
        return found

    def _homes(self, commune: str) -> tuple[str, ...]:
        """Return where a name or a code is looked for that a commune uses, the nearest first."""
        place = self.commune(commune)
        return (commune, *(map(of_pack, place.packs) if place else ()), "")

    def packs_of(self, commune: str) -> tuple[str, ...]:
        """Return the packs that a commune has; none for what is no commune."""
        place = self.commune(commune)
        return () if place is None else place.packs or (HOME,)

    def has(self, commune: str, form: str) -> bool:
        """Return whether a form is one of a commune's packs."""
        packs = self.packs_of(commune)
        return bool(packs) and self._in_packs(packs, form)

    def _in_packs(self, packs: Iterable[str], form: str) -> bool:
        return self.packs is None or any(form in self.packs[name] for name in packs)

    def expects(self, commune: str, form: str, period: Period | None = None) -> bool:
        """Return whether a commune sends a form at all; where a period is named, whether it does so then."""
        place = self.commune(commune)
        if place is None or (period is not None and not place.existed_in(period)):
            return False
        return self._asked_of(place.packs, place.forms, form, period)

    @_answered_once
    def _asked_of(self, packs: tuple[str, ...], forms: frozenset[str], form: str, period: Period | None) -> bool:
        """Return whether communes with some packs, and with only some forms of these, are asked for a form."""
        sends = (not forms or form in forms) and self._in_packs(packs or (HOME,), form)
        return sends and (period is None or self.asks(form, period))

    def asks(self, form: str, period: Period) -> bool:
        """Return whether a form is asked for such a period."""
        return self.kinds is None or period.kind in self.kinds.get(form, ())

    def kinds_of(self, commune: str) -> list[PeriodKind]:
        """Return the kinds of periods for which a commune sends any form, the shortest first."""
        kinds = self.kinds or {}
        return sorted({kind for form, of in kinds.items() if self.expects(commune, form) for kind in of})

    def due(self, commune: str, form: str, days: int, period: Period) -> date:
        """Return the last day on which a commune's returns of a form are in time.

        Args:
            commune: The commune; it says so itself, or else the nearest territory above that does.
            form: The form's code.
            days: Days after the period's end, as the form says, where no place says otherwise.
            period: Of which period.
        """
        own = self.commune(commune)
        said = [dict(place.due) for place in ([own, *self.ancestors(commune)] if own else [])]
        return period.due(next((due[word] for due in said for word in (form, "") if word in due), days))

    def expected(self, place: str, form: str, kind: str, period: Period) -> tuple[int, int]:
        """Return how many communes of a place send a form, and how many reporters in them.

        Args:
            place: The code of a commune, or of a place above.
            form: The form's code.
            kind: Who sends it: village, or the kind of a desk.
            period: When.
        """
        if self.commune(place) is not None:
            sends = self.expects(place, form, period)
            return (1, len(self.reporters(place, kind, period))) if sends else (0, 0)
        return self._expected_in(place, form, kind, period)

    @_answered_once
    def _expected_in(self, place: str, form: str, kind: str, period: Period) -> tuple[int, int]:
        counts = [self.expected(one.code, form, kind, period) for one in self._communes_in(place, period)]
        return sum(communes for communes, _ in counts), sum(reporters for _, reporters in counts)

    def kind(self, commune: str, reporter: str) -> str:
        """Return what kind of reporter a code names: village, or the kind of a desk."""
        place = self._reporter(commune, reporter)
        return place.reports_as if place else ""

    def title(self, commune: str, reporter: str) -> str:
        """Return a reporter's name as a message prints it; the code itself where it is unknown."""
        place = self._reporter(commune, reporter)
        return place.title if place else reporter

    def absent(self, commune: str, reporter: str, period: Period) -> Place | None:
        """Return a reporter of a commune that was no more, or not yet, in a period; nothing of any other."""
        place = self._reporter(commune, reporter)
        return None if place is None or place.existed_in(period) else place

    def _reporter(self, commune: str, code: str) -> Place | None:
        found = (self._by_code.get((home, code)) for home in self._homes(commune))
        return next(filter(None, found), None)

    @cached_property
    def _by_code(self) -> dict[tuple[str, str], Place]:
        return {(home, place.code): place for place in self.rows if place.level in REPORTING for home in place.homes}

    def territory(self, code: str) -> str:
        """Return a territory's name as a message prints it; the code itself where it is unknown."""
        place = self._territories.get(code)
        return place.title if place else code

    def titled(self, key: ReturnSetKey) -> str:
        """Return a return set as people call it: its period, and whose."""
        return "{period} của {commune}".format_map(self.words_of(key))

    def words_of(self, key: ReturnSetKey) -> dict[str, str]:
        """Return how people call the period and the commune of a return set, for sentences that name both."""
        return {"period": Period.parse(key.period).title, "commune": self.territory(key.commune)}

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], Place]:
        return {
            (home, fold(name)): place
            for place in self.rows
            if place.level in REPORTING
            for home in place.homes
            for name in (place.name, *place.aliases)
        }

    def reporter_named(self, commune: str, name: str, period: Period | None = None) -> str | None:
        """Return the code of the village or desk that goes by ``name`` in a commune, or nothing."""
        found = (self._by_name.get((home, key)) for key in _spellings(name) for home in self._homes(commune))
        known = (place for place in found if place and place in self._named(commune, place.reports_as, period))
        return next((place.code for place in known), None)

    def is_commune_named(self, commune: str, name: str) -> bool:
        """Return whether ``name`` is one of a commune's names."""
        place = self.commune(commune)
        return place is not None and any(fold(known) in _spellings(name) for known in (place.name, *place.aliases))

    def begins_with_commune(self, commune: str, text: str) -> bool:
        """Return whether a text is one of a commune's names, whatever words come after it."""
        words = text.split()
        return any(self.is_commune_named(commune, " ".join(words[:count])) for count in range(1, len(words) + 1))


def _spellings(name: str) -> dict[str, None]:
    """Return the keys a written name may stand for: as written, and without the word for village or commune before it.

    The word may be part of the name (Bản Trên is not Trên), so the name as written comes first.
    """
    words = fold(name).split()
    keys = {" ".join(words): None}
    while words and words[0] in _NAME_PREFIXES:
        words = words[1:]
        keys[" ".join(words)] = None
    return keys
