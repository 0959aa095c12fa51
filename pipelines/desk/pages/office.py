"""What pages on returns begin and end with: the folders, the return set that an address names, a file given out.

Belongs here: these, and which return sets workbooks can be of. Does not belong here: a page.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from pipelines.desk.offered import MOST, is_there, read, there
from pipelines.handout.owed import Handout
from pipelines.settings import Settings, today
from pipelines.store import designs, published
from pipelines.store.closings import closed
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
    found = parsed(key)
    if not is_there(raw, store, found):
        raise Http404
    return found


def parsed(key: str) -> ReturnSetKey:
    """Return the return set that an address names, whether there is one or not.

    Raises:
        Http404: It is not written as one.
    """
    with suppress(ValueError):
        found = ReturnSetKey.parse(key)
        if str(found) == key:
            return found
    raise Http404


def named_read(raw: Raw, store: Store, key: str) -> ReturnSetKey:
    """Return the return set that an address names, one that has been read.

    Raises:
        Http404: There is none.
    """
    found = named(raw, store, key)
    if not published.is_checked(store, found):
        raise Http404
    return found


def newest_read(request: HttpRequest, raw: Raw, store: Store, page: str) -> ReturnSetKey | HttpResponse:
    """Return the newest return set that has been read; where a commune is chosen first, or none is there, that page."""
    known = read(store)
    if not known.every:
        return redirect("choose", page)
    return known.sets[0] if known.sets else nothing_there(request, raw)


def nothing_there(request: HttpRequest, raw: Raw) -> HttpResponse:
    """Tell that there is no return set yet, and how there will be one."""
    return render(request, "board-empty.html", {"folder": raw.root, "misplaced": list(misplaced(raw))})


def misplaced(raw: Raw) -> Iterator[str]:
    """Yield a sentence for each folder with workbooks where none is read: of very many, for the first."""
    found = raw.misplaced()
    yield from (one.sentence for one in found[:_FOLDERS])
    if len(found) > _FOLDERS:
        words = _("Còn {n} thư mục nữa có tệp không được đọc; xong các thư mục trên thì kể tiếp.")
        yield words.format(n=len(found) - _FOLDERS)


_FOLDERS = 20
"""Folders of which a page tells."""


def handout_of(key: str) -> Handout:
    """Return what the reporters of a return set owe.

    Raises:
        Http404: It is none that can be received.
    """
    raw, store = folders()
    found = parsed(key)
    if str(found) not in dict(receivable(raw, store, found.commune) or ()):
        raise Http404
    return Handout(raw, store, found)


def states_of(store: Store, key: ReturnSetKey, figures: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return how figures stand, by their ids, as pages name it behind their values: held back, with estimates."""
    held = published.held_forms(published.findings(store, key))
    return {row["id"]: published.status(row, held) for row in figures}


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def download(content: bytes, name: str, kind: str) -> HttpResponse:
    """Return a file to be kept under a name."""
    disposition = {"Content-Disposition": content_disposition_header(True, name) or "attachment"}
    return HttpResponse(content, content_type=kind, headers=disposition)


def receivable(raw: Raw, store: Store, commune: str = "") -> list[tuple[str, str]] | None:
    """Return the return sets that workbooks can be of: those there are, and those that come next, of each commune.

    Next come the periods of each kind for which a form of the commune is asked. Where there are none, the communes are
    those whose villages are known. In an office of very many it is those of one commune alone; nothing where none is
    named.
    """
    offered = there(raw, store, commune)
    known = offered.sets
    of_known = [(key.commune, Period.parse(key.period)) for key in reversed(known)]
    latest = {(commune, period.kind): period for commune, period in of_known}
    communes = list(dict.fromkeys(commune for commune, _ in latest))
    if not communes:
        communes = [place.code for place in raw.places.communes if raw.places.reporters(place.code, "village")]
    if not offered.every or len(communes) > MOST:
        if not commune:
            return None
        communes = [one for one in communes if one == commune]
    coming = [
        ReturnSetKey(period.code, commune)
        for commune in communes
        for kind in raw.places.kinds_of(commune)
        for period in _coming(latest.get((commune, kind)), kind)
    ]
    shut = " " + _("(đã đóng)")
    titles = {
        key: f"{raw.places.territory(key.commune)}, {Period.parse(key.period).title}" for key in (*known, *coming)
    }
    return [(str(key), title + (shut if closed(store.root, key) else "")) for key, title in titles.items()]


def _coming(latest: Period | None, kind: PeriodKind) -> tuple[Period, ...]:
    """Return the period after the last of a kind; where there is none, the one that ended last and the one going on."""
    going = Period.of_day(today(), kind)
    return (going.before, going) if latest is None else (latest.after,)
