"""What the pages say: rows of the published tables, brought together per figure, chapter, sheet and decision.

Belongs here: joining and ordering, as pure functions of rows. Does not belong here: HTML (``templates``), words of the
interface (``words``), reading tables (``pipelines.refresh.layers``).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any
from urllib.parse import quote

from pipelines.present.explorer import sheets
from pipelines.present.explorer.bars import CHARTS, Bar, Chart, Segment, bars, stacked
from pipelines.steps.analyse.figures import STATUS_COMPLETE
from pipelines.steps.numbers import plain, round_half_up, vietnamese
from pipelines.store.published import HELD, edit_outcomes, status
from schemas.figure import Chapter, Figure
from schemas.form import Form
from schemas.words import WORDS

Row = Mapping[str, Any]

ABSENT = "absent"
"""State of a figure on a page beside the published ones and ``HELD``: there is no value that was ever published."""

OUTSIDE = "outside"
"""The chapter of printed numbers that the catalogue does not know."""


@dataclass(frozen=True)
class Published:
    """The published rows of one return set, and the declarations that name what is in them."""

    period: str
    commune: str
    title: str
    """The commune's name."""
    period_title: str
    figures: Sequence[Row]
    statements: Sequence[Row]
    lineage: Sequence[Row]
    findings: Sequence[Row]
    held: Mapping[str, str]
    """Forms held back, each with the first sentence why."""
    files: Sequence[Row]
    cells: Sequence[Row]
    superseded: Sequence[Row]
    """Cells of workbooks that figures still come from, though another one of that name, or none, lies there now."""
    ledger: Sequence[Row]
    reporters: Mapping[str, str]
    """Code to name."""
    chapters: Sequence[Chapter]
    forms: Mapping[str, type[Form]]

    @cached_property
    def hashes(self) -> Mapping[str, str]:
        """The hash of each workbook as it was read last."""
        return {row["file"]: row["sha256"] for row in self.files}

    def named(self, file: str, sha256: str) -> str:
        """Return what to call a workbook: its name, and for one that another has replaced the start of its hash."""
        return file if self.hashes.get(file, sha256) == sha256 else f"{file} ({sha256[:8]})"

    @cached_property
    def drawn(self) -> Sequence[Row]:
        """The cells of every sheet that is drawn, under the name of its workbook."""
        earlier = ({**row, "file": self.named(row["file"], row["sha256"])} for row in self.superseded)
        return [*self.cells, *earlier]


@dataclass(frozen=True)
class Printed:
    """A figure as the plan prints it."""

    text: str
    verdict: str
    note: str
    place: str


@dataclass(frozen=True)
class Source:
    """One cell behind a figure."""

    reporter: str
    line: str
    file: str
    sheet: str
    cell: str
    href: str
    sha256: str
    received: str
    used: str
    value: str
    note: str
    correction: str
    corrected_by: str
    confirmed: str
    confirmed_by: str
    replaced: bool
    """Whether the workbook has been sent anew since, and the new one is held back."""
    edits: tuple[tuple[str, str], ...]
    """Code and outcome of every edit that looked at the cell when it was accepted."""


@dataclass(frozen=True)
class Operand:
    """One field a figure is made from, with its cells."""

    form: str
    heading: str
    label: str
    unit: str
    sources: tuple[Source, ...]
    total: str
    """The cells added up, where there are several and all are numbers."""


@dataclass(frozen=True)
class PageFigure:
    """One figure as pages show it."""

    id: str
    label: str
    value: str
    unit: str
    state: str
    reported: int
    expected: int
    place: str
    formula: str
    exact: str
    chapter: str
    printed: tuple[Printed, ...]
    operands: tuple[Operand, ...] = ()

    @property
    def href(self) -> str:
        """Where its trace is, from the top of the site."""
        return f"trace/{self.chapter}.html#{quote(self.id)}"


@dataclass(frozen=True)
class DrawnChart:
    """A chart, and the table that says the same."""

    kind: str
    label: str
    """The label of the figure whose parts are shown, where there is one."""
    title: str
    """What the chart shows."""
    svg: str
    series: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    bars: tuple[Bar, ...]
    ids: tuple[str, ...]
    """The figures drawn: one per segment of every bar where reporters are stacked, else one per bar."""
    reference: tuple[Decimal, str] | None
    """A value marked across all bars, and its wording."""


@dataclass(frozen=True)
class PageChapter:
    """One chapter of the site."""

    code: str
    title: str
    printed: tuple[PageFigure, ...]
    others: tuple[PageFigure, ...]
    charts: tuple[DrawnChart, ...]

    @property
    def figures(self) -> tuple[PageFigure, ...]:
        """All its figures, those the plan prints first."""
        return (*self.printed, *self.others)

    @cached_property
    def verdicts(self) -> dict[str, int]:
        """How many printed numbers came to which verdict."""
        counts: dict[str, int] = {}
        for one in (text.verdict for figure in self.printed for text in figure.printed):
            counts[one] = counts.get(one, 0) + 1
        return counts


@dataclass(frozen=True)
class PageSheet:
    """One sheet with what its cells are used for."""

    file: str
    sheet: str
    href: str
    sha256: str
    grid: sheets.Grid
    uses: Mapping[str, tuple[PageFigure, ...]]
    corrections: Mapping[str, Row]
    findings: Mapping[str, tuple[Row, ...]]


@dataclass(frozen=True)
class PageFinding:
    """One finding, with links to its cells."""

    row: Row
    reporter: str
    links: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PageCorrection:
    """One decision of the ledger, with a link to its cell and the figures that use it."""

    row: Row
    href: str
    figures: tuple[PageFigure, ...]


@dataclass(frozen=True)
class PageFile:
    """One workbook, with its sheets."""

    row: Row
    sheets: tuple[PageSheet, ...]


@dataclass(frozen=True)
class Site:
    """Everything the templates need."""

    published: Published
    chapters: tuple[PageChapter, ...]
    sheets: tuple[PageSheet, ...]
    files: tuple[PageFile, ...]
    findings: tuple[PageFinding, ...]
    corrections: tuple[PageCorrection, ...]
    held: tuple[tuple[str, str], ...] = field(default=())

    @property
    def figures(self) -> tuple[PageFigure, ...]:
        """All figures of all chapters."""
        return tuple(figure for chapter in self.chapters for figure in chapter.figures)

    @property
    def conflicts(self) -> tuple[tuple[PageFigure, Printed], ...]:
        """The printed numbers that contradict what was computed."""
        return tuple((one, text) for one in self.figures for text in one.printed if text.verdict == "conflict")


def chapters(published: Published) -> tuple[PageChapter, ...]:
    """Return the chapters with their figures and charts, in the order in which the plan comes to them."""
    return _chapters(published, _figures(published, _addresses(published)))


def _addresses(published: Published) -> dict[sheets.SheetName, str]:
    return sheets.pages({(row["file"], row["sheet"]) for row in published.drawn})


def site(published: Published) -> Site:
    """Bring the published rows of a return set together into pages."""
    addresses = _addresses(published)
    figures = _figures(published, addresses)
    chapters = _chapters(published, figures)
    by_id = {figure.id: figure for chapter in chapters for figure in chapter.figures}
    uses = _uses(published, by_id)
    drawn = _sheets(published, addresses, uses)
    return Site(
        published,
        chapters,
        drawn,
        tuple(PageFile(row, tuple(one for one in drawn if one.file == row["file"])) for row in published.files),
        tuple(_finding(row, published, addresses) for row in published.findings),
        tuple(
            PageCorrection(
                row,
                _link(addresses, row["file"], row["sheet"], row["cell"]),
                uses.get((row["file"], row["sheet"], row["cell"]), ()),
            )
            for row in published.ledger
        ),
        tuple((code, _heading(published, code)) for code in sorted(published.held)),
    )


def _heading(published: Published, code: str) -> str:
    return published.forms[code].heading if code in published.forms else code


def _link(addresses: Mapping[sheets.SheetName, str], file: str, sheet: str, cell: str) -> str:
    page = addresses.get((file, sheet), "")
    return f"{page}#{cell}" if page and sheets.parse(cell) else page


_SECTION = re.compile(r"^(?:P(\d+)\.)?(.+)$")


def place_in_plan(code: str) -> str:
    """Return a place in the plan in words: ``P1.II.1.a`` is part 1, item II.1.a; ``fn2`` is footnote 2."""
    if code.startswith("fn"):
        return f"Chú thích {code.removeprefix('fn')}"
    match = _SECTION.match(code)
    if match is None:
        return ""
    return f"Phần {match[1]}, mục {match[2]}" if match[1] else f"Mục {match[2]}"


def number(value: Decimal | None) -> str:
    """Return a number as Vietnamese prints it; nothing where there is none."""
    return "" if value is None else vietnamese(value)


def _exact(row: Row) -> str:
    """Return the unrounded value where it differs from the one shown: the fraction, and its first digits."""
    if not row["exact"] or row["value"] is None:
        return ""
    exact = Fraction(row["exact"])
    if exact == Fraction(row["value"]):
        return ""
    digits = vietnamese(Decimal(plain(round_half_up(exact, 8))))
    return f"{vietnamese(Decimal(exact.numerator))} / {vietnamese(Decimal(exact.denominator))} ≈ {digits}"


def _figures(published: Published, addresses: Mapping[sheets.SheetName, str]) -> list[PageFigure]:
    printed: dict[str, list[Printed]] = {}
    for row in published.statements:
        said = Printed(row["printed"], row["verdict"], row["note"], place_in_plan(row["section"]))
        printed.setdefault(row["id"], []).append(said)
    operands = _operands(published, addresses)
    found = [
        PageFigure(
            id=row["id"],
            label=row["label"],
            value=number(row["value"]),
            unit=row["unit"],
            state=status(row, published.held),
            reported=row["reported"],
            expected=row["expected"],
            place=place_in_plan(row["plan"]) if row["plan"] else "",
            formula=row["formula"],
            exact=_exact(row),
            chapter=row["chapter"],
            printed=tuple(printed.get(row["id"], ())),
            operands=operands.get(row["id"], ()),
        )
        for row in published.figures
    ]
    return found + list(_absent(published, {figure.id for figure in found}, printed))


def _absent(published: Published, known: set[str], printed: Mapping[str, Sequence[Printed]]) -> Iterable[PageFigure]:
    """Yield the figures without a row: those the plan prints, and those whose forms have only ever been held back."""
    declared = {figure.id: (chapter, figure) for chapter in published.chapters for figure in chapter.figures}
    for identifier, (chapter, figure) in declared.items():
        held = not figure.per_record and any(form.code in published.held for form in figure.forms)
        if identifier not in known and (identifier in printed or held):
            yield _without_value(chapter.code, figure, printed, HELD if held else ABSENT)
    units = {row["id"]: row["unit"] for row in published.statements}
    for identifier in printed:
        if identifier not in known and identifier not in declared:
            texts = tuple(printed[identifier])
            yield PageFigure(identifier, identifier, "", units[identifier], ABSENT, 0, 0, "", "", "", OUTSIDE, texts)


def _without_value(chapter: str, figure: Figure, printed: Mapping[str, Sequence[Printed]], state: str) -> PageFigure:
    texts = tuple(printed.get(figure.id, ()))
    place = place_in_plan(figure.plan) if figure.plan else ""
    words = figure.formula.words()
    return PageFigure(figure.id, figure.label, "", figure.unit.label, state, 0, 0, place, words, "", chapter, texts)


def _operands(published: Published, addresses: Mapping[sheets.SheetName, str]) -> dict[str, tuple[Operand, ...]]:
    grouped: dict[str, dict[tuple[str, str], list[Row]]] = {}
    for row in published.lineage:
        grouped.setdefault(row["figure"], {}).setdefault((row["form"], row["field"]), []).append(row)
    return {
        figure: tuple(_operand(published, addresses, form, name, rows) for (form, name), rows in fields.items())
        for figure, fields in grouped.items()
    }


def _operand(
    published: Published, addresses: Mapping[sheets.SheetName, str], form: str, name: str, rows: Sequence[Row]
) -> Operand:
    described = published.forms[form].fields().get(name) if form in published.forms else None
    values = [row["value"] for row in rows]
    whole = len(values) > 1 and all(value is not None for value in values)
    additive = described is None or described.unit.additive
    return Operand(
        form,
        _heading(published, form),
        described.label if described else name,
        described.unit.label if described else "",
        tuple(_source(published, addresses, row) for row in rows),
        number(sum(values, Decimal(0))) if whole and additive else "",
    )


def _source(published: Published, addresses: Mapping[sheets.SheetName, str], row: Row) -> Source:
    return Source(
        reporter=published.reporters.get(row["reporter"], row["reporter"]),
        line=row["line"],
        file=row["file"],
        sheet=row["sheet"],
        cell=row["cell"],
        href=_link(addresses, published.named(row["file"], row["sha256"]), row["sheet"], row["cell"]),
        sha256=row["sha256"],
        received=row["received"] or "",
        used=row["text"] or "",
        value=number(row["value"]),
        note=row["note"] or "",
        correction=row["correction"] or "",
        corrected_by=row["corrected_by"] or "",
        confirmed=row["confirmed"] or "",
        confirmed_by=row["confirmed_by"] or "",
        replaced=published.named(row["file"], row["sha256"]) != row["file"],
        edits=tuple(edit_outcomes(row["edits"])),
    )


def _chapters(published: Published, figures: Sequence[PageFigure]) -> tuple[PageChapter, ...]:
    """Return the chapters that have figures, in the order in which the plan comes to them."""
    order = {row["id"]: index for index, row in reversed(list(enumerate(published.statements)))}
    titles = {chapter.code: chapter.title for chapter in published.chapters} | {OUTSIDE: WORDS["outside"][0]}
    own: dict[str, list[PageFigure]] = {}
    for figure in figures:
        own.setdefault(figure.chapter, []).append(figure)
    last = len(order)

    def first(code: str) -> int:
        return min((order.get(figure.id, last) for figure in own[code]), default=last)

    amounts = {row["id"]: row["value"] for row in published.figures if row["value"] is not None}
    return tuple(
        PageChapter(
            code,
            titles.get(code, code),
            tuple(sorted((one for one in own[code] if one.printed), key=lambda one: order[one.id])),
            tuple(one for one in own[code] if not one.printed),
            tuple(_charts(published, own[code], amounts)),
        )
        for code in sorted(own, key=lambda code: (code == OUTSIDE, first(code), code))
    )


def _charts(
    published: Published, figures: Sequence[PageFigure], amounts: Mapping[str, Decimal]
) -> Iterable[DrawnChart]:
    by_id = {figure.id: figure for figure in figures if figure.state == STATUS_COMPLETE or figure.value}
    for index, chart in enumerate(CHARTS):
        chosen = [by_id[name] for name in chart.chosen(list(by_id)) if name in amounts]
        if not chosen or (chart.whole and chart.whole not in by_id):
            continue
        whole = by_id.get(chart.whole)
        name = f"chart{index}"
        if chart.kind == "by_reporter":
            yield _by_reporter(published, name, chosen, whole)
        else:
            yield _single(name, chart, chosen, whole, amounts)


def _by_reporter(published: Published, name: str, parts: Sequence[PageFigure], whole: PageFigure | None) -> DrawnChart:
    wanted = {figure.id for figure in parts}
    values: dict[str, dict[str, Decimal]] = {}
    for row in published.lineage:
        if row["figure"] in wanted and row["value"] is not None:
            own = values.setdefault(published.reporters.get(row["reporter"], row["reporter"]), {})
            own[row["figure"]] = own.get(row["figure"], Decimal(0)) + row["value"]
    label, unit = (whole.label, whole.unit) if whole else ("", "")
    order = stacked(values)
    rows = [
        Bar(
            reporter,
            f"{number(sum(values[reporter].values(), Decimal(0)))} {unit}",
            tuple(
                Segment(
                    series + 1,
                    values[reporter].get(part.id, Decimal(0)),
                    f"{reporter}, {part.label}: {number(values[reporter].get(part.id))} {unit}",
                )
                for series, part in enumerate(parts)
            ),
        )
        for reporter in order
    ]
    title = f"{label} {WORDS['chart.by_reporter'][0]}"
    described = "; ".join(f"{row.label} {row.text}" for row in rows)
    return DrawnChart(
        "by_reporter",
        f"{label} ({unit})",
        title,
        bars(name, title, described, rows, None),
        tuple(part.label for part in parts),
        tuple((reporter, tuple(number(values[reporter].get(part.id)) for part in parts)) for reporter in order),
        tuple(rows),
        tuple(part.id for part in parts),
        None,
    )


def _single(
    name: str,
    chart: Chart,
    parts: Sequence[PageFigure],
    whole: PageFigure | None,
    amounts: Mapping[str, Decimal],
) -> DrawnChart:
    if chart.kind == "parts":
        parts = sorted(parts, key=lambda part: -amounts[part.id])
    beginning = f"{whole.label} – " if whole else ""
    rows = [
        Bar(
            part.label.removeprefix(beginning),
            f"{part.value} {part.unit}",
            (Segment(1, amounts[part.id], f"{part.label}: {part.value}"),),
        )
        for part in parts
    ]
    against_hundred = chart.kind in ("progress", "change")
    title = WORDS[f"chart.{chart.kind}"][0] if whole is None else f"{whole.label}, {WORDS['chart.parts'][0]}"
    described = "; ".join(f"{row.label} {row.text}" for row in rows)
    reference = (Decimal(100), "100 %") if against_hundred else None
    return DrawnChart(
        chart.kind,
        f"{whole.label} ({whole.unit})" if whole else "",
        title,
        bars(name, title, described, rows, reference),
        (),
        tuple((row.label, (row.text,)) for row in rows),
        tuple(rows),
        tuple(part.id for part in parts),
        reference,
    )


Place = tuple[str, str, str]
"""File, sheet, cell."""


def _uses(published: Published, by_id: Mapping[str, PageFigure]) -> dict[Place, tuple[PageFigure, ...]]:
    uses: dict[Place, dict[str, PageFigure]] = {}
    for row in published.lineage:
        if row["figure"] in by_id:
            bare = replace(by_id[row["figure"]], operands=())
            file = published.named(row["file"], row["sha256"])
            uses.setdefault((file, row["sheet"], row["cell"]), {})[row["figure"]] = bare
    return {place: tuple(figures.values()) for place, figures in uses.items()}


def _sheets(
    published: Published,
    addresses: Mapping[sheets.SheetName, str],
    uses: Mapping[Place, tuple[PageFigure, ...]],
) -> tuple[PageSheet, ...]:
    cells: dict[sheets.SheetName, list[Row]] = {name: [] for name in addresses}
    hashes: dict[str, str] = {}
    for row in published.drawn:
        cells[row["file"], row["sheet"]].append(row)
        hashes[row["file"]] = row["sha256"]
    used: dict[sheets.SheetName, dict[str, tuple[PageFigure, ...]]] = {}
    for (file, sheet, cell), figures in uses.items():
        used.setdefault((file, sheet), {})[cell] = figures
    corrected: dict[sheets.SheetName, dict[str, Row]] = {}
    for row in published.ledger:
        corrected.setdefault((row["file"], row["sheet"]), {})[row["cell"]] = row
    found: dict[sheets.SheetName, dict[str, tuple[Row, ...]]] = {}
    for row in published.findings:
        for cell in filter(None, row["cells"].split(";")):
            own = found.setdefault((row["file"], row["sheet"]), {})
            own[cell] = (*own.get(cell, ()), row)
    return tuple(
        PageSheet(
            *name,
            href,
            hashes[name[0]],
            sheets.draw(cells[name], {*used.get(name, ()), *corrected.get(name, ()), *found.get(name, ())}),
            dict(sorted(used.get(name, {}).items(), key=lambda item: sheets.parse(item[0]) or (0, 0))),
            corrected.get(name, {}),
            found.get(name, {}),
        )
        for name, href in addresses.items()
    )


def _finding(row: Row, published: Published, addresses: Mapping[sheets.SheetName, str]) -> PageFinding:
    links = tuple(
        (cell, _link(addresses, row["file"], row["sheet"], cell)) for cell in filter(None, row["cells"].split(";"))
    )
    return PageFinding(row, published.reporters.get(row["reporter"], row["reporter"]), links)
