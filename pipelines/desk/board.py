"""The board of a return set: who has sent what, in which state each form is, what to do next.

Belongs here: counting what is published and what lies in the raw folder. Does not belong here: who is to send what and
what is missing (``pipelines.present.completeness``), runs (``pipelines.desk.runs``), pages.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from pipelines.present.completeness import Completeness, completeness
from pipelines.refresh.stale import last_read
from pipelines.store import closings, published
from pipelines.store.raw import Raw
from pipelines.store.received import ReceivedSet
from pipelines.store.tables import Store
from schemas.catalogue import CATALOGUE
from schemas.outcomes import Severity
from schemas.periods import Period
from schemas.places.place import Place
from schemas.return_sets import BatchKey, ReturnSetKey


class Sent(StrEnum):
    """How a form of a reporter stands; the words are also the classes of the style sheet."""

    CLEAN = "clean"
    WARNED = "warned"
    HELD = "held"
    MISSING = "missing"
    UNREAD = "unread"
    """Something has come of the reporter that no run has read."""
    NOT_ASKED = "not-asked"


@dataclass(frozen=True)
class Square:
    """A form of a reporter."""

    sent: Sent
    remarks: int = 0
    """Findings on it."""


@dataclass(frozen=True)
class Line:
    """A reporter."""

    reporter: Place
    received: datetime | None
    """When the latest of their workbooks came to lie in the raw folder."""
    squares: Sequence[Square]
    """One for each form of the board."""


@dataclass(frozen=True)
class Board:
    """A return set."""

    key: ReturnSetKey
    batch: BatchKey
    period: Period
    commune: str
    today: date
    read: bool
    """Whether a run has read it at all."""
    closed: bool
    """Whether it is closed: nothing is waited for then, and what comes is not read."""
    missing: str
    """That its folder is no more, and what to do about it; nothing where it is there."""
    unread: Sequence[str]
    """What lies in its folder otherwise than a run has read it, or no more: workbooks, ledger, plan; none if closed,
    nor where the folder itself is no more, for which there is nothing to run."""
    forms: Sequence[Any]
    held: Mapping[str, str]
    """The forms held back, each with the first sentence why."""
    lines: Sequence[Line]
    complete: Completeness
    remarks: int
    """Findings that hold nothing back."""

    @property
    def due(self) -> date:
        """The last day on which the returns are in time: the first such day of what is missing, if there is any."""
        missing = {code for codes in self.complete.missing.values() for code in codes}
        days = [self.complete.due[code] for code in missing or {form.code for form in self.forms}]
        return min(days, default=self.period.due())

    @property
    def days_late(self) -> int:
        """Days since the returns were due; none before that."""
        return max(0, (self.today - self.due).days)

    @property
    def silent(self) -> list[str]:
        """The reporters of whom something is missing."""
        return list(self.complete.missing)


def board_of(raw: Raw, store: Store, key: ReturnSetKey, today: date) -> Board:
    """Return the board of a return set on a day."""
    period, places, batch = Period.parse(key.period), raw.places, raw.batch_of(key)
    read = key in store.sets_in(str(batch))
    found = published.findings(store, key) if read else []
    complete = completeness(key.period, key.commune, found, places)
    forms = [form for form in CATALOGUE.forms if places.expects(key.commune, form.code, period)]
    closed = closings.closed(store.root, key) is not None
    not_there = raw.missing(key)
    unread = set() if closed or not_there else _unread(raw, store, key)
    arrived = raw.arrived(key)
    files = _files(store, key) if read else {}
    known = {name for own in files.values() for name in own}
    lines = []
    for kind in dict.fromkeys(form.reporter_kind for form in forms):
        for place in places.reporters(key.commune, kind, period):
            own = [row for row in found if row["reporter"] == place.code]
            missing = complete.missing.get(place.title, ())
            # What no run has read is a reporter's if it is called so, as «Nhận» calls it.
            called = {name for name in unread - known if Path(name).stem == place.code}
            theirs = files.get(place.code, set()) | called
            when = [arrived[name] for name in theirs if name in arrived]
            new = not theirs.isdisjoint(unread)
            squares = [_square(form, kind, own, missing=form.code in missing, new=new, read=read) for form in forms]
            lines.append(Line(place, max(when, default=None), squares))
    remarks = sum(row["severity"] != Severity.ERROR for row in found)
    held = published.held_forms(found)
    title = places.territory(key.commune)
    return Board(
        *(key, batch, period, title, today, read, closed, not_there),
        *(sorted(unread), forms, held, lines, complete, remarks),
    )


def _square(form: Any, kind: str, own: Sequence[Mapping[str, Any]], *, missing: bool, new: bool, read: bool) -> Square:
    if form.reporter_kind != kind:
        return Square(Sent.NOT_ASKED)
    rows = [row for row in own if form.code in row["form"].split()]
    if new or not read:
        return Square(Sent.UNREAD, len(rows))
    if missing:
        return Square(Sent.MISSING, len(rows))
    if any(row["severity"] == Severity.ERROR for row in rows):
        return Square(Sent.HELD, len(rows))
    return Square(Sent.WARNED if rows else Sent.CLEAN, len(rows))


def _files(store: Store, key: ReturnSetKey) -> dict[str, set[str]]:
    """Return, by reporter, the workbooks in which forms of theirs were recognised."""
    found: dict[str, set[str]] = {}
    for row in published.sheets(store, key):
        found.setdefault(row["reporter"], set()).add(row["file"])
    return found


def _unread(raw: Raw, store: Store, key: ReturnSetKey) -> set[str]:
    """Return the names of what lies in the folder otherwise than a run has read it, or no more."""
    lying = ReceivedSet.of(raw, key).files
    known = last_read(store, key)
    return {name for name in lying.keys() | known.keys() if lying.get(name) != known.get(name)}
