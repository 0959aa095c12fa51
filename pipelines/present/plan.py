"""The plan as it can be told from what is published: its chapters, their figures, and what stands behind each.

Belongs here: joining the rows of a return set per figure and ordering them, as pure functions, for whoever shows them:
the explorer and the report. Does not belong here: where a page lies (``pipelines.present.explorer``), how a document
is laid out (``pipelines.present.report``), the numbers of a chart (``pipelines.present.charts``).

All that is here is text and numbers as they are shown, with no row of a table and no declaration in it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from pipelines.present import compared
from pipelines.present.charts import PlanChart, charts
from pipelines.present.compared import Held, Side
from pipelines.present.rows import ReturnSetRows, TableRow
from pipelines.steps.numbers import as_seen, plain, round_half_up, shown, vietnamese
from pipelines.store import published
from pipelines.store.published import status
from schemas.figure import Figure
from schemas.listed import outcomes_of
from schemas.outcomes import Status
from schemas.words import WORDS

ABSENT = "absent"
"""State of a figure beside the published ones and ``Status.HELD``: there is no value that was ever published."""

OUTSIDE = "outside"
"""The chapter of printed numbers that the catalogue does not know."""


@dataclass(frozen=True)
class Printed:
    """A figure as the plan prints it."""

    text: str
    verdict: str
    note: str
    place: str
    """Where in the plan, in words."""


@dataclass(frozen=True)
class PlanFigure:
    """One figure as a table shows it."""

    id: str
    label: str
    value: str
    """As Vietnamese prints it; empty where there is none."""
    unit: str
    state: str
    reported: int
    expected: int
    chapter: str
    printed: tuple[Printed, ...]
    unsent: tuple[str, ...] = ()
    """Names of the reporters whose form it lacks."""
    blank: tuple[str, ...] = ()
    """Names of those who left blank what it needs."""

    beside: Mapping[Side, Held] = field(default_factory=dict)
    """What it is held against, in a return set that has an earlier period to be compared with."""

    @property
    def reported_last_year(self) -> bool:
        """Whether what it was last year is only what was reported of it."""
        return any(held.reported for held in self.beside.values())

    @property
    def lacking(self) -> tuple[str, ...]:
        """Names of all whom it lacks."""
        return tuple(dict.fromkeys((*self.unsent, *self.blank)))


@dataclass(frozen=True)
class SourceCell:
    """One cell behind a figure, and what was made of it."""

    reporter: str
    line: str
    file: str
    sheet: str
    cell: str
    workbook: str
    """What its workbook is called: not its file's name where another workbook of that name has come since."""
    sha256: str
    received: str
    used: str
    value: str
    note: str
    correction: str
    corrected_by: str
    confirmed: str
    confirmed_by: str
    edits: tuple[tuple[str, str], ...]
    """Code and outcome of every edit that looked at the cell when it was accepted."""

    @property
    def replaced(self) -> bool:
        """Whether the workbook has been sent anew since, and the new one is held back."""
        return self.workbook != self.file


@dataclass(frozen=True)
class Operand:
    """One field a figure is made from, with its cells."""

    form: str
    heading: str
    label: str
    unit: str
    sources: tuple[SourceCell, ...]
    total: str
    """The cells added up, where there are several and all are numbers."""


@dataclass(frozen=True)
class TracedFigure:
    """A figure with all that stands behind it."""

    figure: PlanFigure
    formula: str
    exact: str
    """The unrounded value, where it is not the one shown."""
    operands: tuple[Operand, ...] = ()

    @property
    def sources(self) -> tuple[SourceCell, ...]:
        """The cells of all its operands."""
        return tuple(source for operand in self.operands for source in operand.sources)


@dataclass(frozen=True)
class PlanChapter:
    """One chapter of the plan."""

    code: str
    title: str
    printed: tuple[TracedFigure, ...]
    """What the plan prints, in its order."""
    others: tuple[TracedFigure, ...]
    charts: tuple[PlanChart, ...]

    @property
    def figures(self) -> tuple[TracedFigure, ...]:
        """All its figures, those the plan prints first."""
        return (*self.printed, *self.others)

    @cached_property
    def verdicts(self) -> dict[str, int]:
        """How many printed numbers came to which verdict."""
        counts: dict[str, int] = {}
        for one in (text.verdict for traced in self.printed for text in traced.figure.printed):
            counts[one] = counts.get(one, 0) + 1
        return counts


def chapters(rows: ReturnSetRows) -> tuple[PlanChapter, ...]:
    """Return the chapters that have figures, in the order in which the plan comes to them."""
    order = {row["id"]: index for index, row in reversed(list(enumerate(rows.statements)))}
    titles = {chapter.code: chapter.title for chapter in rows.chapters} | {OUTSIDE: WORDS["outside"][0]}
    own: dict[str, list[TracedFigure]] = {}
    for traced in _figures(rows):
        own.setdefault(traced.figure.chapter, []).append(traced)
    last = len(order)

    def first(code: str) -> int:
        return min((order.get(traced.figure.id, last) for traced in own[code]), default=last)

    drawn = charts(rows)
    return tuple(
        PlanChapter(
            code,
            titles.get(code, code),
            tuple(sorted((one for one in own[code] if one.figure.printed), key=lambda one: order[one.figure.id])),
            tuple(one for one in own[code] if not one.figure.printed),
            drawn.get(code, ()),
        )
        for code in sorted(own, key=lambda code: (code == OUTSIDE, first(code), code))
    )


_SECTION = re.compile(r"^(?:P(\d+)\.)?(.+)$")


def place_in_plan(code: str) -> str:
    """Return a place in the plan in words: ``P1.II.1.a`` is part 1, item II.1.a; ``fn2`` is footnote 2."""
    if code.startswith("fn"):
        return f"Chú thích {code.removeprefix('fn')}"
    match = _SECTION.match(code)
    if match is None:
        return ""
    return f"Phần {match[1]}, mục {match[2]}" if match[1] else f"Mục {match[2]}"


def _exact(row: TableRow) -> str:
    """Return the unrounded value where it differs from the one shown: the fraction, and its first digits."""
    if not row["exact"] or row["value"] is None:
        return ""
    exact = Fraction(row["exact"])
    if exact == Fraction(row["value"]):
        return ""
    digits = vietnamese(Decimal(plain(round_half_up(exact, 8))))
    return f"{vietnamese(Decimal(exact.numerator))} / {vietnamese(Decimal(exact.denominator))} ≈ {digits}"


def _figures(rows: ReturnSetRows) -> list[TracedFigure]:
    printed: dict[str, list[Printed]] = {}
    for row in rows.statements:
        as_printed = Printed(row["printed"], row["verdict"], row["note"], place_in_plan(row["section"]))
        printed.setdefault(row["id"], []).append(as_printed)
    operands = _operands(rows)
    unsent, beside = published.unsent(rows.findings), _beside(rows)
    found = [
        TracedFigure(
            PlanFigure(
                id=row["id"],
                label=row["label"],
                value=shown(row["value"]),
                unit=row["unit"],
                state=status(row, rows.held),
                reported=row["reported"],
                expected=row["expected"],
                chapter=row["chapter"],
                printed=tuple(printed.get(row["id"], ())),
                beside=beside.get(row["id"], {}),
                **_lacking(rows, published.lacking(row, unsent, rows.edges.get(row["id"], ()))),
            ),
            row["formula"],
            _exact(row),
            operands.get(row["id"], ()),
        )
        for row in rows.figures
    ]
    return found + list(_absent(rows, {traced.figure.id for traced in found}, printed))


def _beside(rows: ReturnSetRows) -> dict[str, Mapping[Side, Held]]:
    """Return, by figure, what it is held against; nothing at all where there is no earlier period."""
    periods = compared.beside(rows.period, rows.earlier)
    if not periods:
        return {}
    others = {side: rows.earlier[period] for side, period in periods.items()}
    held = compared.lines(rows.figures, others)
    return {line.id: {side: one for side, one in line.sides.items() if one.is_known} for line in held}


def sides(figures: Iterable[PlanFigure]) -> tuple[Side, ...]:
    """Return the sides on which there is anything that some figures are held against."""
    held = {side for figure in figures for side in figure.beside}
    return tuple(side for side in Side if side in held)


def _lacking(rows: ReturnSetRows, found: tuple[list[str], list[str]]) -> dict[str, tuple[str, ...]]:
    return {what: tuple(map(rows.reporter, codes)) for what, codes in zip(("unsent", "blank"), found, strict=True)}


def _absent(rows: ReturnSetRows, known: set[str], printed: Mapping[str, Sequence[Printed]]) -> Iterable[TracedFigure]:
    """Yield the figures without a row: those the plan prints, and those whose forms have only ever been held back."""
    declared = {figure.id: (chapter, figure) for chapter in rows.chapters for figure in chapter.figures}
    for identifier, (chapter, figure) in declared.items():
        held = not figure.per_record and any(form.code in rows.held for form in figure.forms)
        if identifier not in known and (identifier in printed or held):
            yield _without_value(chapter.code, figure, printed, Status.HELD if held else ABSENT)
    units = {row["id"]: row["unit"] for row in rows.statements}
    for identifier in printed:
        if identifier not in known and identifier not in declared:
            texts = tuple(printed[identifier])
            bare = PlanFigure(identifier, identifier, "", units[identifier], ABSENT, 0, 0, OUTSIDE, texts)
            yield TracedFigure(bare, "", "")


def _without_value(chapter: str, figure: Figure, printed: Mapping[str, Sequence[Printed]], state: str) -> TracedFigure:
    texts = tuple(printed.get(figure.id, ()))
    bare = PlanFigure(figure.id, figure.label, "", figure.unit.label, state, 0, 0, chapter, texts)
    return TracedFigure(bare, figure.formula.words(), "")


def _operands(rows: ReturnSetRows) -> dict[str, tuple[Operand, ...]]:
    """Return the operands of each figure, by its id."""
    found: dict[str, tuple[Operand, ...]] = {}
    for figure, edges in rows.edges.items():
        fields: dict[tuple[str, str], list[TableRow]] = {}
        for edge in edges:
            fields.setdefault((edge["form"], edge["field"]), []).append(edge)
        found[figure] = tuple(_operand(rows, form, name, own) for (form, name), own in fields.items())
    return found


def _operand(rows: ReturnSetRows, form: str, name: str, edges: Sequence[TableRow]) -> Operand:
    described = rows.forms[form].fields().get(name) if form in rows.forms else None
    values = [edge["value"] for edge in edges]
    whole = len(values) > 1 and all(value is not None for value in values)
    additive = described is None or described.unit.additive
    return Operand(
        form,
        rows.heading(form),
        described.label if described else name,
        described.unit.label if described else "",
        tuple(_source(rows, edge) for edge in edges),
        shown(sum(values, Decimal(0))) if whole and additive else "",
    )


def _source(rows: ReturnSetRows, edge: TableRow) -> SourceCell:
    workbook = rows.workbook(edge["file"], edge["sha256"])
    return SourceCell(
        reporter=rows.reporter(edge["reporter"]),
        line=edge["line"],
        file=edge["file"],
        sheet=edge["sheet"],
        cell=edge["cell"],
        workbook=workbook,
        sha256=edge["sha256"],
        received=as_seen(rows.kinds.get((workbook, edge["sheet"], edge["cell"]), ""), edge["received"] or ""),
        used=edge["text"] or "",
        value=shown(edge["value"]),
        note=edge["note"] or "",
        correction=edge["correction"] or "",
        corrected_by=edge["corrected_by"] or "",
        confirmed=edge["confirmed"] or "",
        confirmed_by=edge["confirmed_by"] or "",
        edits=tuple(outcomes_of(edge["edits"])),
    )
