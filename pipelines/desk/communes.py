"""What has come of the communes of a period, for whoever looks after several of them.

Belongs here: a line for each commune, those first in which there is something to do. Does not belong here: what has
come of a territory (``pipelines.present.levels``), one commune's board (``pipelines.desk.board``), the page.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from pipelines.present.levels import Territory
from pipelines.store.raw import Raw
from pipelines.store.tables import Store
from schemas.catalogue import CATALOGUE
from schemas.outcomes import Severity, Status
from schemas.periods import Period
from schemas.places.place import Place
from schemas.return_sets import ReturnSetKey

IN_ORDER = 4
"""The rank of a commune in which there is nothing to do."""


@dataclass(frozen=True)
class CommuneLine:
    """What has come of a commune."""

    key: ReturnSetKey
    name: str
    has_board: bool
    """Whether anything of it lies there, or has been read."""
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
    known: Collection[ReturnSetKey]
    """The return sets there are."""

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
    def _lines(self) -> list[CommuneLine]:
        found = [self._line(one) for one in (*self.of.communes.values(), *self.of.not_then)]
        return sorted(found, key=lambda line: line.rank)

    @property
    def lines(self) -> list[CommuneLine]:
        """Its communes in which there is something to do, the first to look at first."""
        return [one for one in self._lines if one.rank < IN_ORDER]

    @property
    def in_order(self) -> list[CommuneLine]:
        """The others."""
        return [one for one in self._lines if one.rank == IN_ORDER]

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
            has_board=key in self.known,
            read=commune.code in self.of.come.present,
            sent=sum(row["sent"] for row in rows),
            expected=self.of.returns_due(commune, (form.code for form in CATALOGUE.forms)),
            missing=[f"{name} ({', '.join(forms)})" for name, forms in missing.items()],
            held=[row["form"] for row in rows if row["status"] == Status.HELD],
            errors=self._findings[commune.code, True],
            remarks=self._findings[commune.code, False],
        )


def districts(raw: Raw, store: Store, period: str, known: Sequence[ReturnSetKey]) -> Iterator[District]:
    """Yield the territories in which the communes of a period lie.

    Args:
        raw: The raw folder.
        store: The output folder.
        period: The period.
        known: The return sets there are.
    """
    places, when = raw.places, Period.parse(period)
    own = sorted(key.commune for key in known if key.period == period)
    for above in dict.fromkeys(places.above(commune, when)[:1] for commune in own if places.commune(commune)):
        for place in above:
            yield District(Territory(store, places, period, place), frozenset(known))
