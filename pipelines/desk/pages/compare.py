"""Comparing: a period with earlier ones and the plan; a figure over all periods, and by village.

Belongs here: the pages, what is chosen and in which order, the same as a file. Does not belong here: the differences
(``pipelines.present.compared``).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pipelines.desk.offered import read
from pipelines.desk.pages.office import XLSX, folders, named, named_read, newest_read, states_of
from pipelines.desk.templating import word
from pipelines.present import compared
from pipelines.present.charts import Bar, PlanChart, Segment
from pipelines.present.compared import Held, Line, Moment, Share, Side
from pipelines.present.explorer.bars import svg
from pipelines.present.tabular import Cell, as_csv, as_workbook
from pipelines.steps.numbers import shown
from pipelines.store import published
from pipelines.store.tables import Store
from schemas.catalogue import CATALOGUE
from schemas.periods import Period
from schemas.places import Places
from schemas.return_sets import ReturnSetKey
from schemas.text import says

KINDS: Mapping[str, tuple[str, Callable[[str, Sequence[str], Iterable[Sequence[Cell]]], bytes]]] = {
    "csv": ("text/csv; charset=utf-8", lambda _title, head, rows: as_csv(head, rows)),
    "xlsx": (XLSX, as_workbook),
}
"""The kinds of files in which a table can be taken along."""


class Column(NamedTuple):
    """A column of a table that is compared: its heading, and by which word it is sorted."""

    head: str
    sort: str = ""


def _words(side: Side) -> tuple[str, str, str]:
    """Return the headings of what something is held against: it, the change, the per cent."""
    value, change, percent = compared.heads(side)
    return word(value), word(change), word(percent)


@require_safe
def compare(request: HttpRequest, key: str = "") -> HttpResponse:
    """Show the figures of a return set beside others; of the newest where none is named."""
    raw, store = folders()
    chosen = named_read(raw, store, key) if key else newest_read(request, raw, store, "compare")
    if isinstance(chosen, HttpResponse):
        return chosen
    grew = _grew(raw.places, chosen.commune)
    of_commune = [one.period for one in reversed(published.checked_of(store, chosen.commune))]
    beside = compared.beside(chosen.period, of_commune).items()
    periods = {side: code for side, code in beside if not grew(code, chosen.period)}
    others = {side: published.figures(store, ReturnSetKey(period, chosen.commune)) for side, period in periods.items()}
    figures = published.figures(store, chosen)
    every, states = compared.lines(figures, others), states_of(store, chosen, figures)
    asked = _Asked.of(request.GET)
    sides = [side for side in Side if any(line.sides[side].value is not None for line in every)]
    asked_sides = [side for side in sides if asked.side in ("", side)] or sides
    lines = asked.chosen(every, asked_sides)
    shown_sides = [side for side in asked_sides if asked.side == side or _has(lines, side)]
    titles = {chapter.code: chapter.title for chapter in CATALOGUE.chapters}
    columns = _columns(word("compared.now"), shown_sides)
    chapters = {line.chapter: titles.get(line.chapter, line.chapter) for line in every}
    page = {
        "key": chosen,
        "offered": read(store, chosen.commune),
        "name": raw.places.territory,
        "title": raw.places.territory(chosen.commune),
        "period": Period.parse(chosen.period).title,
        "periods": {side: Period.parse(code).title for side, code in periods.items()},
        "asked": asked,
        "side_words": {side: _words(side)[0] for side in sides},
        "chapters": chapters,
        "lines": lines,
        "states": states,
        "every": len(every),
        "groups": {side: _words(side) for side in shown_sides},
        "reported": any(line.sides[Side.LAST_YEAR].reported for line in lines),
        "link": asked.link,
        "turn": lambda number: asked.link(page=str(number)),
        "head": asked.head,
    }
    if asked.kind:
        head = [_("Chương"), _("Mã"), _("Chỉ tiêu"), _("Đơn vị"), *(one.head for one in columns), word("trace.state")]
        rows = [
            [
                chapters[line.chapter],
                line.id,
                line.label,
                line.unit,
                *_cells(line.value, line.sides, shown_sides),
                word(f"state.{states[line.id]}"),
            ]
            for line in lines
        ]
        return _file(asked.kind, f"so-sanh-{chosen}", f"{page['title']}, {page['period']}", head, rows)
    shown = Paginator(lines, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "compare.html", {**page, "page": shown})


PER_PAGE = 100
"""Figures that are shown at once; a file has all."""


def _has(held: Iterable[Line | Moment | Share], side: Side) -> bool:
    """Return whether there is anything on a side that any of these is held against."""
    return any(one.sides[side].value is not None for one in held)


def _columns(first: str, sides: Sequence[Side]) -> list[Column]:
    made = [Column(first, "value")]
    for side in sides:
        value, change, percent = _words(side)
        made += [
            Column(value),
            Column(f"{change} – {value}", f"change-{side}"),
            Column(f"{percent} – {value}", f"percent-{side}"),
        ]
    return made


def _cells(value: Decimal | None, sides: Mapping[Side, Held], wanted: Sequence[Side]) -> Iterator[Cell]:
    yield value
    for side in wanted:
        yield from (sides[side].value, sides[side].change, sides[side].percent)


class _Asked(NamedTuple):
    """What was asked for in an address."""

    words: str
    chapter: str
    side: str
    changed: bool
    sort: str
    kind: str

    @classmethod
    def of(cls, sent: QueryDict) -> "_Asked":
        kind = sent.get("as", "")
        return cls(
            sent.get("q", "").strip()[:100],
            sent.get("chapter", ""),
            sent.get("against", ""),
            "changed" in sent,
            sent.get("sort", ""),
            kind if kind in KINDS else "",
        )

    def link(self, **other: str) -> str:
        """Return the rest of an address that asks for the same, but for some of it."""
        own = {"q": self.words, "chapter": self.chapter, "against": self.side, "sort": self.sort}
        sent = QueryDict(mutable=True)
        sent.update(
            {name: value for name, value in {**own, "changed": "1" if self.changed else "", **other}.items() if value}
        )
        return f"?{sent.urlencode()}"

    def head(self, words: str, by: str) -> str:
        """Return a heading; of a column that can be sorted by, with the link that does, the largest first."""
        if not by:
            return words
        down = f"-{by}" if by != "label" else by
        other = by if self.sort == down and by != "label" else down
        mark = {down: "▼", by: "▲"}.get(self.sort, "")
        return format_html(  # type: ignore[no-any-return]  # a text that templates do not escape
            '<a href="{}">{}</a> {}', self.link(sort=other), words, mark
        )

    def chosen(self, lines: Sequence[Line], sides: Sequence[Side]) -> list[Line]:
        """Return the lines that are meant, in the order that is."""
        found = [
            line
            for line in lines
            if self.chapter in ("", line.chapter)
            and says(f"{line.label} {line.id}", self.words)
            and (not self.changed or line.changed(sides))
        ]
        by = self.sort.removeprefix("-")
        what, _dash, side = by.partition("-")
        if what == "label":
            return sorted(found, key=lambda line: line.label.casefold(), reverse=self.sort != by)
        if what == "value":
            return _sorted(found, lambda line: line.value, down=self.sort != by)
        if what in ("change", "percent") and side in sides:
            return _sorted(found, lambda line: getattr(line.sides[Side(side)], what), down=self.sort != by)
        return found


def _sorted(lines: Sequence[Line], value: Callable[[Line], Decimal | None], *, down: bool) -> list[Line]:
    """Return lines by a number, those without one last."""
    have = [line for line in lines if value(line) is not None]
    return [
        *sorted(have, key=lambda line: value(line) or Decimal(0), reverse=down),
        *(line for line in lines if value(line) is None),
    ]


@require_safe
def figure(request: HttpRequest, key: str, figure: str) -> HttpResponse:
    """Show a figure over all periods of one kind, and in one of them by village."""
    raw, store = folders()
    chosen = named(raw, store, key)
    kind = Period.parse(chosen.period).kind
    known = [one for one in published.checked_of(store, chosen.commune) if Period.parse(one.period).kind is kind]
    row = published.figure(store, chosen, figure) if chosen in known else None
    if row is None:
        raise Http404
    rows_of = {one.period: published.figure(store, one, figure) for one in known}
    moments = compared.over_time(rows_of, _grew(raw.places, chosen.commune))
    shares = _by_reporter(store, chosen, row, [one.period for one in known])
    names = {share.reporter: raw.places.title(chosen.commune, share.reporter) for share in shares}
    wanted, table = request.GET.get("as", ""), request.GET.get("of", "")
    if wanted in KINDS:
        sides = [Side.BEFORE, Side.LAST_YEAR]
        head = [_("Đơn vị"), *(one.head for one in _columns(word("compared.now"), sides))]
        rows: list[list[Cell]] = [[names[one.reporter], *_cells(one.value, one.sides, sides)] for one in shares]
        if table != "reporters":
            head[0], head[1] = _("Kỳ"), _("Giá trị")
            rows = [[one.period, *_cells(one.value, one.sides, sides)] for one in moments]
        return _file(wanted, f"{figure.replace('.', '-')}-{chosen}", f"{row['label']} ({row['unit']})", head, rows)
    page = {
        "key": chosen,
        "row": row,
        "states": states_of(store, chosen, [row]),
        "title": raw.places.territory(chosen.commune),
        "moments_rows": [(Period.parse(one.period).title, one.value, one.sides) for one in moments],
        "steady": compared.steady(moments),
        "period_of": lambda code: Period.parse(code).title,
        "shares": shares,
        "shares_rows": [(names[one.reporter], one.value, one.sides) for one in shares],
        "over_time": _drawn(row, [(Period.parse(one.period).title, one.value) for one in moments], "t"),
        "by_reporter": _drawn(row, [(names[one.reporter], one.value) for one in shares], "r"),
        "groups": {side: _words(side) for side in Side if side is not Side.PLAN and _has([*moments, *shares], side)},
        "head": lambda words, _by: words,
    }
    return render(request, "compare-figure.html", page)


def _grew(places: Places, commune: str) -> Callable[[str, str], bool]:
    """Return what tells whether a commune took in another between two periods: its figures are of more then."""
    return lambda since, code: places.grew(commune, Period.parse(since), Period.parse(code))


def _by_reporter(store: Store, key: ReturnSetKey, row: Any, periods: Sequence[str]) -> list[Share]:
    def edges(period: str) -> list[published.PublishedRow]:
        return published.lineage(store, ReturnSetKey(period, key.commune), row["id"], row["chapter"])

    others = {side: edges(period) for side, period in compared.beside(key.period, periods).items()}
    return compared.by_reporter(row, edges(key.period), others)


def _drawn(row: Any, values: Sequence[tuple[str, Decimal | None]], name: str) -> str:
    """Return bars, where there are two or more to compare and none is below zero; nothing otherwise."""
    known = [(label, value) for label, value in values if value is not None]
    if len(known) < 2 or any(value < 0 for _label, value in known):
        return ""
    bars = tuple(
        Bar(label, f"{shown(value)} {row['unit']}", (Segment(1, value, shown(value)),)) for label, value in known
    )
    table = tuple((bar.label, (bar.text,)) for bar in bars)
    return svg(PlanChart("parts", "", f"{row['label']} ({row['unit']})", (), table, bars, (row["id"],)), name)


def _file(kind: str, name: str, title: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> HttpResponse:
    content_type, make = KINDS[kind]
    disposition = content_disposition_header(True, f"{name}.{kind}") or "attachment"
    return HttpResponse(
        make(title, head, rows), content_type=content_type, headers={"Content-Disposition": disposition}
    )
