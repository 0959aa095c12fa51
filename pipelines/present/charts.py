"""Charts: the bars of each chapter, in words and numbers, for whoever draws them.

Belongs here: which of the declared charts (``schemas.figure``) have figures to draw, their bars and their order. Does
not belong here: how a bar looks, on a page (``pipelines.present.explorer.bars``) or on paper (``report.charts``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipelines.present.rows import ReturnSetRows, TableRow, grouped
from pipelines.steps.numbers import shown, vietnamese
from pipelines.store.published import status
from schemas.chart import Against, Chart, ChartKind
from schemas.figure import Chapter
from schemas.kept import ESTIMATES_FILE
from schemas.outcomes import Status
from schemas.words import WORDS

_AGAINST = {"change": (Against.LAST_YEAR,), "progress": (Against.ESTIMATE, Against.PLAN, Against.CAPITAL)}
"""Kinds of chart that every chapter has whose figures hold others against something, and against what."""

_HUNDRED = (Decimal(100), "100 %")


@dataclass(frozen=True)
class Segment:
    """A stretch of a bar."""

    series: int
    """Which part it is, from 1."""
    value: Decimal
    text: str
    """What it is and how much, for the pointer and for screen readers."""


@dataclass(frozen=True)
class Bar:
    """One bar with the words above it."""

    label: str
    text: str
    segments: tuple[Segment, ...]
    reporter: str = ""
    """Whose it is, by code, where the bars are reporters."""


@dataclass(frozen=True)
class PlanChart:
    """A chart, and the table that says the same."""

    kind: str
    """A ``ChartKind``; or ``change`` and ``progress``, where figures are held against something."""
    label: str
    """The label of the figure whose parts are shown, where there is one."""
    title: str
    """What the chart shows."""
    series: tuple[str, ...]
    """What the segments are where bars have several, in their order."""
    table: tuple[tuple[str, tuple[str, ...]], ...]
    """Per bar its name and its values as they are shown."""
    bars: tuple[Bar, ...]
    ids: tuple[str, ...]
    """The figures drawn: one per segment of every bar where reporters are stacked, else one per bar."""
    reference: tuple[Decimal, str] | None = None
    """A value marked across all bars, and its wording."""

    @property
    def described(self) -> str:
        """The chart in words, for those who do not see it."""
        return "; ".join(f"{bar.label} {bar.text}" for bar in self.bars)


def charts(rows: ReturnSetRows) -> dict[str, tuple[PlanChart, ...]]:
    """Return the charts of each chapter, by its code; those of whose whole there is no value are left out."""
    own: dict[str, dict[str, TableRow]] = {}
    for row in rows.figures:
        own.setdefault(row["chapter"], {})[row["id"]] = row
    return {
        chapter.code: (
            *_declared(rows, chapter.charts, own[chapter.code]),
            *_held_against(rows, chapter, own[chapter.code]),
        )
        for chapter in rows.chapters
        if chapter.code in own
    }


def _declared(rows: ReturnSetRows, declared: Iterable[Chart], figures: Mapping[str, TableRow]) -> Iterable[PlanChart]:
    for chart in declared:
        parts = [row for part in chart.parts for row in _published(part, figures)]
        known = sorted((row for row in parts if row["value"] is not None), key=lambda row: -row["value"])
        whole = figures.get(chart.whole)
        if not known or whole is None or whole["value"] is None:
            continue
        if chart.kind == ChartKind.BY_REPORTER:
            yield _by_reporter(rows, parts, whole)
        else:
            names = [row["label"].removeprefix(f"{whole['label']} – ") for row in known]
            title = f"{whole['label']}, {WORDS['chart.parts'][0]}"
            yield _side_by_side(rows, chart.kind, _in_unit(rows, whole), title, known, names)


def _published(part: str, figures: Mapping[str, TableRow]) -> Iterable[TableRow]:
    """Yield the published figures that a declared id stands for: several, where it exists once per record."""
    if "{" in part:
        yield from (
            row for row in figures.values() if part.format(reporter=row["reporter"], line=row["line"]) == row["id"]
        )
    elif part in figures:
        yield figures[part]


def _held_against(rows: ReturnSetRows, chapter: Chapter, figures: Mapping[str, TableRow]) -> Iterable[PlanChart]:
    for kind, against in _AGAINST.items():
        parts = [
            figures[figure.id]
            for one in against
            for figure in chapter.figures
            if figure.against == one and figure.id in figures and figures[figure.id]["value"] is not None
        ]
        if parts:
            names = [row["label"] for row in parts]
            yield _side_by_side(rows, kind, "", WORDS[f"chart.{kind}"][0], parts, names, _HUNDRED)


def _by_reporter(rows: ReturnSetRows, parts: Sequence[TableRow], whole: TableRow) -> PlanChart:
    """Return the parts of each reporter, stacked; what a reporter comes to is told only where no part is lacking."""
    edges = grouped((edge for edge in rows.lineage if edge["figure"] in {part["id"] for part in parts}), "reporter")
    values: dict[str, dict[str, Decimal]] = {}
    for reporter, cells in edges.items():
        own = values.setdefault(reporter, {})
        for edge in cells:
            if edge["value"] is not None:
                own[edge["figure"]] = own.get(edge["figure"], Decimal(0)) + edge["value"]
    sums = {reporter: sum(own.values(), Decimal(0)) for reporter, own in values.items() if own}
    names = {
        reporter: marked(rows.reporter(reporter), Status.ESTIMATED if _is_guessed(edges[reporter]) else "")
        for reporter in sums
    }
    order = sorted(sums, key=lambda reporter: (-sums[reporter], names[reporter]))
    # A part that is published may be blank where it need not be filled in.
    unknown = [part["id"] for part in parts if part["value"] is None]
    unit = whole["unit"]

    def told(reporter: str) -> str:
        lacking = sum(part not in values[reporter] for part in unknown)
        if lacking:
            return f"{WORDS['lacking'][0].lower()} {lacking}/{len(parts)}"
        return f"{vietnamese(sums[reporter])} {unit}"

    return PlanChart(
        ChartKind.BY_REPORTER,
        _in_unit(rows, whole),
        f"{marked(whole['label'], status(whole, rows.held))} {WORDS['chart.by_reporter'][0]}",
        tuple(part["label"] for part in parts),
        tuple((names[one], tuple(shown(values[one].get(part["id"])) for part in parts)) for one in order),
        tuple(
            Bar(
                names[reporter],
                told(reporter),
                tuple(
                    Segment(
                        series,
                        values[reporter].get(part["id"], Decimal(0)),
                        f"{names[reporter]}, {part['label']}: {shown(values[reporter].get(part['id']))} {unit}",
                    )
                    for series, part in enumerate(parts, start=1)
                ),
                reporter,
            )
            for reporter in order
        ),
        tuple(part["id"] for part in parts),
    )


def _is_guessed(cells: Iterable[TableRow]) -> bool:
    """Return whether an estimate is among some cells."""
    return any(cell["file"] == ESTIMATES_FILE for cell in cells)


def _side_by_side(
    rows: ReturnSetRows,
    kind: str,
    label: str,
    title: str,
    parts: Sequence[TableRow],
    names: Sequence[str],
    reference: tuple[Decimal, str] | None = None,
) -> PlanChart:
    bars = []
    for name, row in zip(names, parts, strict=True):
        value = vietnamese(row["value"])
        segment = Segment(1, row["value"], f"{row['label']}: {value}")
        bars.append(Bar(marked(name, status(row, rows.held)), f"{value} {row['unit']}", (segment,)))
    return PlanChart(
        kind,
        label,
        title,
        (),
        tuple((bar.label, (bar.text,)) for bar in bars),
        tuple(bars),
        tuple(row["id"] for row in parts),
        reference,
    )


def _in_unit(rows: ReturnSetRows, row: TableRow) -> str:
    return marked(f"{row['label']} ({row['unit']})", status(row, rows.held))


def marked(name: str, state: str) -> str:
    """Return what a number is called, with what makes it another than one of accepted returns."""
    if state not in (Status.ESTIMATED, Status.HELD):
        return name
    return f"{name} ({WORDS[f'state.{state}'][0].lower()})"
