"""Choosing a commune out of very many: by name, or from what lies above it down.

Belongs here: the page, and where it leads. Does not belong here: when it is asked for (``pipelines.desk.offered``),
what has come of communes (``pipelines.desk.communes``).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.views.decorators.http import require_safe

from pipelines.desk import offered
from pipelines.desk.pages.office import folders
from pipelines.settings import today
from pipelines.store import published
from pipelines.store.raw import Raw
from pipelines.store.tables import Store
from schemas.periods import Period, PeriodKind
from schemas.places import Places
from schemas.places.place import Place
from schemas.return_sets import ReturnSetKey
from schemas.text import says

PER_PAGE = 100
"""Places that are shown at once."""


class Way(NamedTuple):
    """A page of one commune that a commune is chosen for."""

    title: Promise
    newest: Callable[[Raw, Store, str], Iterator[ReturnSetKey]] | None
    """Yields the return sets of a commune that it can show, the newest first; nothing where it asks for none."""
    address: Callable[[str], str]
    """Of that return set, or of the commune."""


def _there(raw: Raw, store: Store, commune: str) -> Iterator[ReturnSetKey]:
    keys = (ReturnSetKey(period, commune) for period in offered.periods(raw, store))
    return (key for key in keys if offered.is_there(raw, store, key))


def _read(_raw: Raw, store: Store, commune: str) -> Iterator[ReturnSetKey]:
    return reversed(published.checked_of(store, commune))


def _asking(page: str, **asked: str) -> str:
    sent = QueryDict(mutable=True)
    sent.update(asked)
    return f"{reverse(page)}?{sent.urlencode()}"


WAYS: Mapping[str, Way] = {
    "board": Way(later("Bảng theo dõi"), _there, lambda key: reverse("board", args=[key])),
    "receive": Way(later("Nhận sổ tính"), None, lambda commune: _asking("receive", commune=commune)),
    "compare": Way(later("So sánh"), _read, lambda key: reverse("compare-set", args=[key])),
    "find": Way(later("Tìm"), _read, lambda key: _asking("find", set=key)),
}
"""The pages, by the name that an address has for them."""


@require_safe
def choose(request: HttpRequest, to: str) -> HttpResponse:
    """Show the communes of a name; where none is sought, the places below one, or those that lie in none."""
    raw, store = folders()
    if to not in WAYS:
        raise Http404
    newest = next(offered.periods(raw, store), "")
    when = Period.parse(newest) if newest else Period.of_day(today(), PeriodKind.MONTH)
    words = request.GET.get("q", "").strip()[:100]
    above = _above(raw.places, request.GET.get("in", ""))
    found = _called(raw.places, words) if words else _below(raw.places, above[0] if above else None, when)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))

    def link(**other: str) -> str:
        asked = {"in": above[0].code if above else "", "q": words, **other}
        sent = QueryDict(mutable=True)
        sent.update({name: value for name, value in asked.items() if value})
        return f"{reverse('choose', args=[to])}?{sent.urlencode()}"

    shown = {
        "to": to,
        "title": WAYS[to].title,
        "words": words,
        "page": page,
        "path": above[::-1],
        "turn": lambda number: link(page=str(number)),
        "place_link": lambda place: link(**{"in": place, "q": "", "page": ""}),
        "communes_of": lambda place: len(raw.places.communes_of(place, when)),
        "lies_in": lambda commune: ", ".join(one.title for one in raw.places.ancestors(commune)),
    }
    return render(request, "choose.html", shown)


def _above(places: Places, code: str) -> list[Place]:
    """Return a place above communes and what it lies in, the nearest first; of none, none.

    Raises:
        Http404: There is no such place.
    """
    if not code:
        return []
    place = places.place_above(code)
    if place is None:
        raise Http404
    return [place, *places.ancestors(code)]


def _below(places: Places, place: Place | None, when: Period) -> Sequence[Place]:
    """Return the places one level below one; what is the only one there is is gone past."""
    found = places.tops(when) if place is None else places.parts_of(place, when)
    while len(found) == 1 and found[0].level != "commune":
        found = places.parts_of(found[0], when)
    return found


def _called(places: Places, words: str) -> list[Place]:
    return [one for one in places.communes if says(f"{one.title} {one.code}", words)]


@require_safe
def chosen(request: HttpRequest, to: str, commune: str) -> HttpResponse:
    """Go on to the page of a commune."""
    raw, store = folders()
    place = raw.places.commune(commune)
    if to not in WAYS or place is None:
        raise Http404
    way = WAYS[to]
    if way.newest is None:
        return redirect(way.address(commune))
    key = next(way.newest(raw, store, commune), None)
    if key is not None:
        return redirect(way.address(str(key)))
    words = _("Chưa nhận báo cáo nào của {commune}.")
    if any(True for _key in _there(raw, store, commune)):
        words = _("Báo cáo của {commune} chưa chạy lần nào, nên chưa có số.")
    messages.info(request, words.format(commune=place.title))
    return redirect("choose", to)
