"""Finding, and the trace of a figure as one page to print.

Belongs here: the two pages. Does not belong here: what fits a query (``pipelines.present.searching``), what stands
behind a figure (``pipelines.present.tracing``), the explorer's own pages.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from pipelines.desk.offered import read
from pipelines.desk.pages.office import folders, named, named_read, newest_read, states_of
from pipelines.present import tracing
from pipelines.present.explorer.addresses import link, sheet_pages
from pipelines.present.explorer.addresses import trace as trace_of
from pipelines.present.searching import Query, search
from pipelines.refresh.documents import explorer_page
from pipelines.settings import now
from pipelines.store import published
from pipelines.store.closings import closed
from pipelines.store.tables import Store
from schemas.catalogue import CATALOGUE
from schemas.periods import Period, as_people_write
from schemas.return_sets import ReturnSetKey
from schemas.words import OUTCOMES, VERDICTS

MOST = 30
"""Of each kind that are listed."""


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Find in a return set, the newest where none is named."""
    raw, store = folders()
    asked = request.GET.get("set", "")
    chosen = named_read(raw, store, asked) if asked else newest_read(request, raw, store, "find")
    if isinstance(chosen, HttpResponse):
        return chosen
    query, sheets = Query(request.GET.get("q", "").strip()[:100]), _Sheets(store, chosen)
    found = search(store, chosen, query)
    page = {
        "key": chosen,
        "offered": read(store, chosen.commune),
        "name": raw.places.territory,
        "query": query.text,
        "found": found,
        "most": MOST,
        "verdicts": VERDICTS,
        "chapters": {chapter.code: chapter.title for chapter in CATALOGUE.chapters},
        "states": states_of(store, chosen, found.figures[:MOST]),
        "labels": {row["id"]: row["label"] for row in published.figures(store, chosen)} if found.printed else {},
        "sheet": sheets.address,
        "drawn": sheets.is_drawn,
        "uses": _uses(store, chosen, found.cells[:MOST]),
        "sheets": _sheets_of(store, chosen) if found.files else {},
    }
    return render(request, "find.html", page)


def _uses(store: Store, key: ReturnSetKey, cells: Sequence[Mapping[str, Any]]) -> dict[tuple[str, ...], list[str]]:
    """Return, by cell of the very bytes of a workbook, the ids of the figures that are made of it."""
    found: dict[tuple[str, ...], dict[str, None]] = {}
    for edge in published.used(store, key, {one["cell"] for one in cells}) if cells else ():
        found.setdefault((edge["sha256"], edge["file"], edge["sheet"], edge["cell"]), {})[edge["figure"]] = None
    return {at: list(ids) for at, ids in found.items()}


def _sheets_of(store: Store, key: ReturnSetKey) -> dict[str, list[str]]:
    """Return, by workbook, its sheets in which a form was recognised."""
    found: dict[str, list[str]] = {}
    for row in published.sheets(store, key):
        found.setdefault(row["file"], []).append(row["sheet"])
    return found


class _Sheets:
    """Where the explorer draws the sheets of a return set."""

    def __init__(self, store: Store, key: ReturnSetKey) -> None:
        """Look at nothing yet."""
        self._store, self._key = store, key
        self._pages: Mapping[tuple[str, str], str] | None = None

    @cached_property
    def hashes(self) -> Mapping[str, str]:
        """The hash of each workbook as it was read last."""
        return {row["file"]: row["sha256"] for row in published.files(self._store, self._key)}

    def is_drawn(self, source: Mapping[str, Any]) -> bool:
        """Return whether a number comes from a workbook as it was read last, and not from one that it has replaced."""
        return bool(self.hashes.get(source["file"]) == source["sha256"])

    def address(self, file: str, sheet: str, cell: str = "") -> str:
        """Return the address of a sheet, or of a cell in it; nothing where the explorer has no page of it."""
        if self._pages is None:
            self._pages = sheet_pages(published.drawn_sheets(self._store, self._key))
        return self._page(link(self._pages, file, sheet, cell))

    def of(self, figure: Mapping[str, Any], source: Mapping[str, Any]) -> str:
        """Return where a source of a figure is drawn; of one since replaced, the figure's trace tells."""
        if self.is_drawn(source):
            return self.address(source["file"], source["sheet"], source["cell"])
        return self._page(trace_of(figure["chapter"], figure["id"]))

    def _page(self, linked: str) -> str:
        page, _hash, at = linked.partition("#")
        if not page or not explorer_page(self._store, self._key, page).is_file():
            return ""
        return f"{reverse('explorer', args=[self._key, page])}{f'#{at}' if at else ''}"


@require_safe
def trace(request: HttpRequest, key: str, figure: str) -> HttpResponse:
    """Show all that stands behind a figure, so that it prints on a page."""
    raw, store = folders()
    chosen = named(raw, store, key)
    try:
        traced = tracing.trace(store, chosen, figure)
    except tracing.UnknownFigureError as why:
        raise Http404 from why
    row = published.figure(store, chosen, figure)
    assert row is not None
    sources: Sequence[Mapping[str, Any]] = traced["sources"]
    hashes = {(one["file"], one["sha256"]): None for one in sources}
    edits = {edit["code"]: edit["sentence"] for one in sources for edit in one["edits"]}
    shut = closed(store.root, chosen)
    page = {
        "key": chosen,
        "title": raw.places.territory(chosen.commune),
        "period": Period.parse(chosen.period).title,
        "row": row,
        "traced": traced,
        "lacking": [raw.places.title(chosen.commune, one) for one in traced["lacking"]],
        "printed": [one for one in published.statements(store, chosen) if one["id"] == figure],
        "verdicts": VERDICTS,
        "outcomes": OUTCOMES,
        "number": tracing.written,
        "seen": partial(tracing.seen, known=tracing.kinds(store, chosen, sources)),
        "who": raw.places.title,
        "fields": _by_field(sources),
        "hashes": hashes,
        "edits": edits,
        "made": tracing.who(traced["made"]),
        "release": shut.release if shut else "",
        "now": as_people_write(now().isoformat(timespec="seconds")),
        "sheets": _Sheets(store, chosen),
        "chapter": {chapter.code: chapter.title for chapter in CATALOGUE.chapters}.get(row["chapter"], row["chapter"]),
    }
    return render(request, "trace.html", page)


def _by_field(sources: Iterable[Mapping[str, Any]]) -> list[tuple[str, str, list[Mapping[str, Any]]]]:
    """Return sources by form and field: its code and label, and the cells; of a field known no more, its name."""
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for one in sources:
        found.setdefault((one["form"], one["field"]), []).append(one)
    return [(code, _label(code, name), own) for (code, name), own in found.items()]


def _label(code: str, name: str) -> str:
    form = CATALOGUE.by_code.get(code)
    item = form.fields().get(name) if form else None
    return item.label if item else name
