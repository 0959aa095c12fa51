"""The pages of a place above communes: how much has come, its figures with those of the places below, its findings.

Belongs here: what each of these pages shows, as pure functions of rows. Does not belong here: the pages of a commune
(``pages``), HTML (``templates``), which communes lie in a place (``pipelines.present.levels``), files.

Such a site is made when somebody asks for it, and with it those of the places above communes within. The site of a
commune is linked where it lies beside them; where it does not, the page says how it is made.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from pipelines.present.explorer import addresses
from pipelines.present.explorer.pages import Frame, SearchIndex
from pipelines.present.levels import Territory, said_of
from pipelines.steps.numbers import shown
from schemas.catalogue import CATALOGUE
from schemas.outcomes import Severity, Status
from schemas.places.place import Place
from schemas.return_sets import ReturnSetKey

Pair = tuple[int, int]
"""How many of how many."""

Rows = Mapping[tuple[str, str], Mapping[str, Any]]
"""Rows of ``schemas.tables.FIGURES`` by place and id."""


@dataclass(frozen=True)
class Reach:
    """How much has come of a place, and in what order it is: communes and returns, forms held back, findings."""

    name: str
    href: str
    """Its own site; empty where there is none."""
    command: str
    """What makes that site; empty where nothing has come that it could show."""
    communes: Pair
    returns: Pair
    held: int
    errors: int
    warnings: int


@dataclass(frozen=True)
class ChapterReach:
    """A chapter in the table of contents: how many figures it has, and how many of each ``Status``."""

    code: str
    title: str
    figures: int
    states: Mapping[str, int]


@dataclass(frozen=True)
class PlacePage:
    """The start page: how much has come, of which place, and what is there of each chapter."""

    template: ClassVar[str] = "place.html"
    states: ClassVar[Sequence[str]] = (Status.COMPLETE, Status.ESTIMATED, Status.INCOMPLETE, Status.UNDEFINED)
    frame: Frame
    up: tuple[str, str] | None
    """The place above, and its site."""
    whole: Reach
    parts: tuple[Reach, ...]
    silent: tuple[str, ...]
    not_then: tuple[str, ...]
    chapters: tuple[ChapterReach, ...]


@dataclass(frozen=True)
class PartFigure:
    """A figure of a place one level below."""

    name: str
    href: str
    value: str
    state: str
    reported: int
    expected: int
    lacking: tuple[str, ...]
    """Of a commune, who has not sent what it is made of; of what lies above, whom it lacks is told there."""


@dataclass(frozen=True)
class PlaceFigure:
    """A figure of a place, with the same of the places one level below."""

    lacking: ClassVar[tuple[str, ...]] = ()
    """Who has not sent what it is made of is told place by place."""
    id: str
    label: str
    value: str
    unit: str
    state: str
    reported: int
    expected: int
    formula: str
    parts: tuple[PartFigure, ...]


@dataclass(frozen=True)
class LevelPage:
    """The figures of a chapter."""

    template: ClassVar[str] = "level.html"
    frame: Frame
    code: str
    title: str
    figures: tuple[PlaceFigure, ...]


@dataclass(frozen=True)
class CountedForm:
    """What has come of a form of a place, and how many findings there are; without a heading, what is of no form."""

    heading: str
    returns: Pair
    missing: str
    """Who has not sent it: reporters of a commune, communes of what lies above."""
    held: int
    """In how many communes it is held back."""
    errors: int
    warnings: int


@dataclass(frozen=True)
class CountedPlace:
    """A place one level below, with the forms of which something is missing or found."""

    name: str
    href: str
    """Its own findings; empty where it has no site."""
    forms: tuple[CountedForm, ...]


@dataclass(frozen=True)
class PlaceFindingsPage:
    """The findings by place and form."""

    template: ClassVar[str] = "place_findings.html"
    frame: Frame
    silent: tuple[str, ...]
    not_then: tuple[str, ...]
    parts: tuple[CountedPlace, ...]


HtmlLevelPage = PlacePage | LevelPage | PlaceFindingsPage


@dataclass(frozen=True)
class PlaceSite:
    """The site of a place above communes.

    Args:
        here: The place, and what has come of it.
        sites: The places whose sites lie beside this one, or will; of communes, too.
        up: The place above, where its site is among them.
    """

    here: Territory
    sites: Collection[str]
    up: Place | None = None

    @cached_property
    def frame(self) -> Frame:
        """What stands around every page."""
        place, when = self.here.place, self.here.when
        names_itself = place.title == place.name
        return Frame(place.code, place.name, when.code, when.title, place.level, names_itself)

    @property
    def silent(self) -> tuple[str, ...]:
        """The communes of which nothing has come."""
        return _named(self.here.silent)

    @property
    def not_then(self) -> tuple[str, ...]:
        """The communes that were not there then, of which something has come."""
        return _named(self.here.not_then)

    def start(self, chapters: Iterable[ChapterReach]) -> PlacePage:
        """Return the start page."""
        up = None if self.up is None else (self.up.title, self._site(self.up, "index.html"))
        parts = tuple(map(self._reach, self.here.parts))
        return PlacePage(
            self.frame, up, self._reach(self.here.place), parts, self.silent, self.not_then, tuple(chapters)
        )

    def _reach(self, place: Place) -> Reach:
        communes = [one.code for one in self.here.places.communes_of(place, self.here.when)]
        present = [code for code in communes if code in self.here.present]
        silent = len({one.code for one in self.here.silent}.intersection(communes))
        returns = [row for code in present for row in self.here.come.returns[code]]
        found = self.here.come.findings
        counts = Counter[str]()
        for code in present:
            for form in ("", *CATALOGUE.by_code):
                for severity in Severity:
                    counts[severity] += found.get((code, form, severity), 0)
        kind = "commune" if place.level == "commune" else "place"
        return Reach(
            place.title,
            self._site(place, "index.html"),
            f"returns report --{kind} {place.code} --period {self.here.period}" if present else "",
            (len(present), len(present) + silent),
            (sum(row["sent"] for row in returns), self.here.returns_due(place, CATALOGUE.by_code)),
            sum(row["status"] == Status.HELD for row in returns),
            counts[Severity.ERROR],
            counts[Severity.WARNING],
        )

    def _site(self, place: Place, page: str) -> str:
        """Return where a page of the site of another place is; empty where there is no such site."""
        return f"../{ReturnSetKey(self.here.period, place.code)}/{page}" if place.code in self.sites else ""

    def chapter(self, code: str, title: str, rows: Rows) -> LevelPage:
        """Return the page of a chapter.

        Args:
            code: The chapter.
            title: Its title.
            rows: Its figures of this place and of those one level below, that of each reporter or line apart.
        """
        own = [row for (place, _), row in rows.items() if place == self.here.place.code]
        return LevelPage(self.frame, code, title, tuple(self._figure(row, rows) for row in own))

    def _figure(self, row: Mapping[str, Any], rows: Rows) -> PlaceFigure:
        forms = row["forms"].split()
        parts = []
        for place in self.here.parts:
            said = said_of(self.here, place, forms, rows.get((place.code, row["id"])))
            if said["expected"]:
                href = self._site(place, addresses.trace(row["chapter"], row["id"])) if said["reported"] else ""
                told = (said["status"], said["reported"] or 0, said["expected"])
                parts.append(PartFigure(place.title, href, shown(said["value"]), *told, self._lacking(place, forms)))
        state = said_of(self.here, self.here.place, forms, row)["status"]
        own = (row["id"], row["label"], shown(row["value"]), row["unit"], state)
        return PlaceFigure(*own, row["reported"], row["expected"], row["formula"], tuple(parts))

    def _lacking(self, place: Place, forms: Sequence[str]) -> tuple[str, ...]:
        returns = self.here.come.returns.get(place.code, ()) if place.level == "commune" else ()
        missing = (one for row in returns if row["form"] in forms for one in row["missing"].split())
        return tuple(self.here.places.title(place.code, one) for one in dict.fromkeys(missing))

    def findings(self) -> PlaceFindingsPage:
        """Return the page of findings."""
        parts = (
            CountedPlace(place.title, self._site(place, "findings.html"), tuple(self._counted(place)))
            for place in self.here.parts
        )
        return PlaceFindingsPage(self.frame, self.silent, self.not_then, tuple(part for part in parts if part.forms))

    def _counted(self, place: Place) -> Iterable[CountedForm]:
        codes = [one.code for one in self.here.places.communes_of(place, self.here.when)]
        present = [code for code in codes if code in self.here.present]
        rows = {(code, row["form"]): row for code in present for row in self.here.come.returns[code]}
        for form in ("", *(one.code for one in CATALOGUE.forms)):
            own = [(code, row) for code in present if (row := rows.get((code, form))) is not None]
            errors, warnings = (
                sum(self.here.come.findings.get((code, form, severity), 0) for code in present) for severity in Severity
            )
            lacking = [(code, row) for code, row in own if row["missing"]]
            if lacking or errors or warnings:
                yield CountedForm(
                    f"{form} {CATALOGUE.by_code[form].heading}" if form else "",
                    (sum(row["sent"] for _, row in own), sum(row["expected"] for _, row in own)),
                    self._named(place, lacking),
                    sum(row["status"] == Status.HELD for _, row in own),
                    errors,
                    warnings,
                )

    def _named(self, place: Place, lacking: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
        """Return who has not sent a form: reporters of a commune, or the communes that lack some."""
        titles = self.here.places
        if place.level == "commune":
            return ", ".join(titles.title(code, one) for code, row in lacking for one in row["missing"].split())
        return ", ".join(titles.territory(code) for code, _ in lacking)


def reach_of(page: LevelPage) -> ChapterReach:
    """Return a chapter as the table of contents has it."""
    return ChapterReach(page.code, page.title, len(page.figures), dict(Counter(one.state for one in page.figures)))


def found_by_search(pages: Iterable[LevelPage]) -> SearchIndex:
    """Return what the search box looks through."""
    pages = list(pages)
    figures = ((one, page.code) for page in pages for one in page.figures)
    return SearchIndex(
        {page.code: page.title for page in pages},
        tuple((one.id, one.label, f"{one.value} {one.unit}".strip() if one.value else "", at) for one, at in figures),
    )


def _named(places: Iterable[Place]) -> tuple[str, ...]:
    return tuple(f"{one.title} ({one.code})" for one in places)
