"""What has come of the communes of a period, for whoever looks after several of them.

Belongs here: a line for each commune, those first in which there is something to do; of very many communes, a line for
each place one level down. Does not belong here: what has come of a territory (``pipelines.present.levels``), one
commune's board (``pipelines.desk.board``), the page.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from pipelines.desk.offered import read_in
from pipelines.present.levels import Coverage, Territory
from pipelines.store import published
from pipelines.store.raw import Raw
from pipelines.store.tables import Store
from schemas.catalogue import CATALOGUE
from schemas.outcomes import Severity, Status
from schemas.periods import Period
from schemas.places import Places
from schemas.places.place import Place
from schemas.return_sets import ReturnSetKey

IN_ORDER = 4
"""The rank of a commune in which there is nothing to do."""


@dataclass(frozen=True)
class CommuneLine:
    """What has come of a commune."""

    key: ReturnSetKey
    name: str
    read: bool
    """Whether a run has read it."""
    sent: int
    expected: int
    """Returns of a form of a reporter."""
    missing: Sequence[str]
    """Who has not sent what."""
    held: Sequence[str]
    """Forms held back."""
    errors: int
    """Findings that hold something back: a form, or a workbook of which nobody can tell what it is."""
    remarks: int
    """The other findings."""

    @property
    def rank(self) -> int:
        """The first to look at first: in error, nothing sent, something missing, only warned of, in order."""
        is_silent = not self.sent and (self.read or self.expected)
        to_do = (self.held or self.errors, is_silent, self.sent < self.expected, self.remarks)
        return next((rank for rank, is_so in enumerate(to_do) if is_so), IN_ORDER)


@dataclass(frozen=True)
class District:
    """The communes of a territory."""

    of: Territory
    raw: Raw

    @cached_property
    def _findings(self) -> Counter[tuple[str, bool]]:
        """How many findings there are, by commune and whether they hold something back."""
        found: Counter[tuple[str, bool]] = Counter()
        for (commune, _form, severity), count in self.of.come.findings.items():
            found[commune, severity == Severity.ERROR] += count
        return found

    @property
    def said(self) -> str:
        """How many have sent, in a sentence."""
        return next(self.of.lines())

    @cached_property
    def every(self) -> list[CommuneLine]:
        """Its communes, the first to look at first."""
        found = [self._line(one) for one in (*self.of.communes.values(), *self.of.not_then)]
        return sorted(found, key=lambda line: line.rank)

    def has_board(self, line: CommuneLine) -> bool:
        """Return whether anything of a commune lies there, or has been read."""
        return self.raw.has(line.key) or line.read

    def _line(self, commune: Place) -> CommuneLine:
        key, places = ReturnSetKey(self.of.period, commune.code), self.of.places
        rows = self.of.come.returns.get(commune.code, ())
        missing: dict[str, list[str]] = {}
        for row in rows:
            for reporter in row["missing"].split():
                missing.setdefault(places.title(commune.code, reporter), []).append(row["form"])
        return CommuneLine(
            key,
            commune.title,
            read=commune.code in self.of.come.present,
            sent=sum(row["sent"] for row in rows),
            expected=self.of.returns_due(commune, (form.code for form in CATALOGUE.forms)),
            missing=[f"{name} ({', '.join(forms)})" for name, forms in missing.items()],
            held=[row["form"] for row in rows if row["status"] == Status.HELD],
            errors=self._findings[commune.code, True],
            remarks=self._findings[commune.code, False],
        )


@dataclass(frozen=True)
class PlaceLine:
    """What has come of a place of which the communes are not listed."""

    place: Place
    communes_sent: int
    communes: int
    sent: int
    expected: int
    """Returns of a form of a reporter."""
    wrong: int
    """Communes in which something is held back or in error."""


MOST_LINES = 400
"""Communes that are listed at once; of more, the places one level down are, or a page of them."""


@dataclass(frozen=True)
class Overview:
    """What a page shows of a period: the communes, or where these are too many, the places one level down."""

    districts: Sequence[District]
    """The territories whose communes are listed."""
    parts: Sequence[PlaceLine]
    """The places one level down."""
    path: Sequence[Place]
    """The place that all of it lies in and what that lies in, the highest first; none where it is all there is."""


def overview(raw: Raw, store: Store, period: str, place: Place | None) -> Overview:
    """Return what has come of a place in a period, or of all.

    Args:
        raw: The raw folder.
        store: The output folder.
        period: The period.
        place: Where; everywhere if none is named.
    """
    places, when = raw.places, Period.parse(period)
    ways = {
        one: [one, *(above for above in places.ancestors(one.code) if above.existed_in(when))]
        for one in nearest(raw, store, period)
    }
    ways = {one: way for one, way in ways.items() if place is None or place in way}
    path = [] if place is None else [*places.ancestors(place.code)[::-1], place]
    few = sum(len(places.communes_of(one, when)) for one in ways) <= MOST_LINES
    below: dict[Place, None] = {}
    while not few:
        # What is the only one below another is gone past.
        below = dict.fromkeys(_next(way, place) for way in ways.values())
        if len(below) > 1 or place in below:
            break
        (place,) = below
    listed = [one for one in ways if few or one == place]
    found = [District(Territory(store, places, period, one), raw) for one in listed]
    return Overview(found, _part_lines(store, places, period, [one for one in below if one not in listed]), path)


def _next(way: Sequence[Place], place: Place | None) -> Place:
    """Return the place one level below another on the way up from a territory; that itself where it is the other."""
    return way[-1] if place is None else way[max(0, way.index(place) - 1)]


def nearest(raw: Raw, store: Store, period: str) -> list[Place]:
    """Return the nearest territories above the communes of which anything has come, in the order of their communes.

    What lies in a folder is walked only as long as that can say anything new.
    """
    places, when = raw.places, Period.parse(period)

    def above(commune: str) -> tuple[Place, ...]:
        return places.above(commune, when)[:1] if places.commune(commune) else ()

    found = {one for key in read_in(store, period) for one in above(key.commune)}
    for folder in raw.folders_in(period):
        communes = [one.code for one in places.ever_in(folder)] or [folder]
        possible = {one for commune in communes for one in above(commune)}
        for key in raw.each_in(period, folder) if possible - found else ():
            found |= {*above(key.commune)}
            if possible <= found:
                break
    return sorted(found, key=lambda place: min(one.code for one in places.ever_in(place.code)))


def _part_lines(store: Store, places: Places, period: str, parts: Sequence[Place]) -> list[PlaceLine]:
    """Return the lines of places, those first in which something is wrong, then those of which something is missing."""
    when = Period.parse(period)
    communes = {part: [one.code for one in places.communes_of(part, when)] for part in parts}
    counted: dict[str, tuple[int, bool]] = {}
    of_any = {code for codes in communes.values() for code in codes}
    for batch in store.batches(period) if parts else ():
        if not of_any.isdisjoint(key.commune for key in store.sets_in(str(batch))):
            counted |= published.counted_returns(store, batch)
    come = Coverage(store, period, frozenset(of_any))
    lines = []
    for part, codes in communes.items():
        of = Territory(store, places, period, part, come)
        known = [counted[code] for code in codes if code in counted]
        lines.append(
            PlaceLine(
                part,
                communes_sent=len(of.present),
                communes=len(of.present) + len(of.silent),
                sent=sum(sent for sent, _ in known),
                expected=of.returns_due(part, (form.code for form in CATALOGUE.forms)),
                wrong=sum(is_wrong for _, is_wrong in known),
            )
        )
    return sorted(lines, key=lambda line: (not line.wrong, line.sent >= line.expected))
