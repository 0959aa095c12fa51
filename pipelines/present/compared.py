"""Figures beside those of other periods and of the plan: value, change, per cent.

Belongs here: which period is held against which, what a plan says of a figure, the differences; a figure over all
periods and by reporter. Does not belong here: reading tables (``pipelines.store.published``), pages; the percentages
that a plan prints itself (``pipelines.present.report.comparisons``).

Differences are of the values before they were rounded, and then rounded half up like these. Where either side is
lacking there is none.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import cast

from pipelines.present.rows import TableRow, grouped
from pipelines.steps.numbers import round_half_up, shown, signed
from schemas.bound import Bound
from schemas.catalogue import CATALOGUE
from schemas.chart import Against
from schemas.figure import Figure
from schemas.form import Counts
from schemas.formula import At, Leaf, Ratio
from schemas.outcomes import Status
from schemas.pack import Pack
from schemas.periods import Period
from schemas.units import Percent


class Side(StrEnum):
    """What a figure is held against."""

    BEFORE = "before"
    """The one before of the same kind: half-year, quarter, month."""
    LAST_YEAR = "last_year"
    """The same of last year."""
    PLAN = "plan"
    """What was planned, estimated or granted."""


@dataclass(frozen=True)
class Held:
    """What a figure is held against, and how they differ; each as it is shown, none where there is nothing to tell."""

    value: Decimal | None = None
    change: Decimal | None = None
    """In the figure's unit; of a percentage in percentage points."""
    percent: Decimal | None = None
    """By how many per cent it has changed; against a plan, how many per cent of that it is."""
    reported: bool = False
    """Whether it is what a desk wrote of last year into this period's form: that period itself is not here."""

    estimated: bool = False
    """Whether estimates stand in it for returns that have not come."""

    @property
    def mark(self) -> str:
        """What is written after its value where that is not made of returns of its own alone."""
        return f"{'*' if self.reported else ''}{' (ước)' if self.estimated else ''}"

    @property
    def is_known(self) -> bool:
        """Whether there is anything that the figure is held against."""
        return self.value is not None


NOTHING = Held()
_DECIMALS = 1
"""Of a percentage."""


@dataclass(frozen=True)
class Line:
    """A figure of one period, held against others."""

    id: str
    label: str
    unit: str
    chapter: str
    value: Decimal | None
    sides: Mapping[Side, Held]

    def changed(self, sides: Iterable[Side]) -> bool:
        """Return whether it is another than what it is held against on any of some sides."""
        return any(self.sides[side].change for side in sides)


def beside(period: str, known: Collection[str]) -> dict[Side, str]:
    """Return the periods among those known with which one is compared, by what they are to it."""
    return {side: code for side, code in _beside(period).items() if code in known}


def periods(period: str) -> set[str]:
    """Return the periods with which one is compared where they are known."""
    return set(_beside(period).values())


def _beside(period: str) -> dict[Side, str]:
    own = Period.parse(period)
    wanted = {Side.BEFORE: own.before.code, Side.LAST_YEAR: own.last_year.code}
    if own.before == own.last_year:  # of a year there is one before
        del wanted[Side.BEFORE]
    return wanted


def heads(side: Side) -> tuple[str, str, str]:
    """Return what a figure's columns on a side are called: it, the change, the per cent; as keys of ``WORDS``."""
    change = "compared.gap" if side is Side.PLAN else "compared.change"
    return f"compared.{side}", change, f"{change}.percent"


def texts(held: Held, side: Side) -> tuple[str, str, str]:
    """Return the columns of a side as they are shown: nothing as an empty text, what was only reported with a star."""
    percent = shown(held.percent) if side is Side.PLAN else signed(held.percent)
    return f"{shown(held.value)}{held.mark}", signed(held.change), percent


def lines(figures: Sequence[TableRow], others: Mapping[Side, Sequence[TableRow]]) -> list[Line]:
    """Return the figures of a period held against others, in their order.

    Args:
        figures: ``schemas.tables.FIGURES`` of one place and period.
        others: The same of the periods they are compared with.
    """
    own = {row["id"]: row for row in figures}
    by_id = {side: {row["id"]: row for row in rows} for side, rows in others.items()}
    return [
        Line(
            row["id"],
            row["label"],
            row["unit"],
            row["chapter"],
            row["value"],
            {side: _held(row, side, own, by_id.get(side)) for side in Side},
        )
        for row in figures
    ]


def _held(row: TableRow, side: Side, own: Mapping[str, TableRow], other: Mapping[str, TableRow] | None) -> Held:
    if side is not Side.PLAN and other is not None and row["id"] in other:
        return _against(row, other[row["id"]], side)
    named = _DECLARED.planned.get(row["id"], {}).get(side)
    if named is None or named not in own:
        return NOTHING
    # What it is held against may be counted in another unit: đồng beside triệu đồng.
    factor = Fraction(_DECLARED.by_id[named].unit.factor) / Fraction(_DECLARED.by_id[row["id"]].unit.factor)
    told = _exact(own[named])
    held = against(_exact(row), None if told is None else told * factor, row, side)
    return replace(held, reported=side is Side.LAST_YEAR, estimated=_is_estimated(own[named]))


def _against(row: TableRow, other: TableRow, side: Side) -> Held:
    """Return how a figure differs from that of another period."""
    held = against(_exact(row), _exact(other), row, side)
    return replace(held, estimated=held.is_known and _is_estimated(other))


def _is_estimated(row: TableRow) -> bool:
    return bool(row["status"] == Status.ESTIMATED)


def against(value: Fraction | None, other: Fraction | None, row: TableRow, side: Side) -> Held:
    """Return how a value differs from another, both in the unit of a figure.

    What is counted since the start of the year is not held against a period in which less of one had gone by.
    """
    decimals = _DECLARED.decimals(row["id"])
    if other is None or (side is Side.BEFORE and _DECLARED.counts_up(row)):
        return NOTHING
    held = round_half_up(other, decimals)
    if value is None:
        return Held(held)
    percent = None
    if other > 0 and row["unit"] != Percent.label:
        percent = round_half_up(100 * (value if side is Side.PLAN else value - other) / other, _DECIMALS)
    return Held(held, round_half_up(value - other, decimals), percent)


def _exact(row: TableRow) -> Fraction | None:
    return None if row["value"] is None or not row["exact"] else Fraction(row["exact"])


_PLANS = (Against.PLAN, Against.ESTIMATE, Against.CAPITAL)
"""What stands for the plan, the first that a figure has."""


@dataclass(frozen=True)
class _Declared:
    """The figures that there are, by id, and what is read off their declarations."""

    by_id: Mapping[str, Figure]

    def at(self, row: TableRow) -> Figure | None:
        """Return the declaration of a published figure; nothing where this software knows it no more."""
        if row["id"] in self.by_id:
            return self.by_id[row["id"]]
        return next((one for one in self.per_record if one.id_for(row["reporter"], row["line"]) == row["id"]), None)

    def counts_up(self, row: TableRow) -> bool:
        """Return whether a published figure is made of what is counted since the start of the year."""
        figure = self.at(row)
        fields = () if figure is None else figure.formula.fields()
        return any(one.form.counted(one) is Counts.SINCE_START for one in fields)

    @cached_property
    def per_record(self) -> Sequence[Figure]:
        """Those that exist once per reporter or line."""
        return [one for one in self.by_id.values() if one.per_record]

    @cached_property
    def planned(self) -> Mapping[str, Mapping[Side, str]]:
        """By figure, the figures that tell what it is held against in its own period: read off the percentages."""
        by_formula = {figure.formula: figure.id for figure in self.by_id.values() if not figure.per_record}
        found: dict[str, dict[Side, str]] = {}
        percentages = [one for one in self.by_id.values() if one.against and isinstance(one.formula, Ratio)]
        order = [*_PLANS, Against.LAST_YEAR]
        for figure in sorted(
            percentages, key=lambda one: order.index(one.against) if one.against in order else len(order)
        ):
            assert isinstance(figure.formula, Ratio)
            part, whole = by_formula.get(figure.formula.part), by_formula.get(figure.formula.whole)
            side = Side.LAST_YEAR if figure.against is Against.LAST_YEAR else Side.PLAN
            if part and whole:
                found.setdefault(part, {}).setdefault(side, whole)
        return found

    def decimals(self, identifier: str) -> int:
        """Return to how many decimals a figure is shown."""
        own = self.by_id.get(identifier)
        if own is not None:
            return own.decimals
        shapes = (one for one in self.per_record if _fits(one.id, identifier))
        return max((one.decimals for one in shapes), default=_DECIMALS)


def _fits(shape: str, identifier: str) -> bool:
    begins, _, rest = shape.partition("{")
    return identifier.startswith(begins) and identifier.endswith(rest.rpartition("}")[2])


def _of_packs(_: tuple[Pack, ...]) -> _Declared:
    return _Declared({figure.id: figure for chapter in CATALOGUE.chapters for figure in chapter.figures})


_DECLARED = cast(_Declared, Bound(_of_packs, lambda: CATALOGUE.packs))
"""Those of the packs that there are now: a desk goes on while a design comes into force."""


@dataclass(frozen=True)
class Moment:
    """A figure in one period, held against earlier ones."""

    period: str
    value: Decimal | None
    sides: Mapping[Side, Held]


def over_time(rows: Mapping[str, TableRow | None], grew: Callable[[str, str], bool] | None = None) -> list[Moment]:
    """Return a figure over periods, the oldest first.

    Args:
        rows: The figure as published, by period; nothing in one in which there was no such figure.
        grew: Whether the commune took in another between two periods; then they are not compared.
    """
    codes = sorted(rows, key=Period.parse)
    made = []
    for code in codes:
        row = rows[code]
        if row is None:
            made.append(Moment(code, None, dict.fromkeys((Side.BEFORE, Side.LAST_YEAR), NOTHING)))
            continue
        others = beside(code, codes).items()
        other = {side: rows[then] for side, then in others if grew is None or not grew(then, code)}
        sides = {
            side: _against(row, then, side) if (then := other.get(side)) is not None else NOTHING
            for side in (Side.BEFORE, Side.LAST_YEAR)
        }
        made.append(Moment(code, row["value"], sides))
    return made


def steady(moments: Sequence[Moment]) -> bool:
    """Return whether no period is lacking between the first and the last."""
    return all(Period.parse(later.period).before.code == sooner.period for sooner, later in pairwise(moments))


@dataclass(frozen=True)
class Share:
    """What a figure comes to for one reporter alone, held against earlier periods."""

    reporter: str
    value: Decimal | None
    sides: Mapping[Side, Held]


def by_reporter(row: TableRow, edges: Sequence[TableRow], others: Mapping[Side, Sequence[TableRow]]) -> list[Share]:
    """Return what the formula of a figure gives for each reporter alone; nothing where it is not of reporters alike.

    Args:
        row: The figure.
        edges: ``schemas.tables.LINEAGE`` of it: the cells behind it.
        others: The same in the periods it is compared with.
    """
    figure = _DECLARED.at(row)
    if figure is None or figure.per_record or any(isinstance(leaf, At) for leaf in figure.formula.leaves()):
        return []
    if len({(form.reporter_kind, bool(form.line_title)) for form in figure.forms}) != 1 or figure.forms[0].line_title:
        return []
    now = _worths(figure, edges)
    then = {side: _worths(figure, rows) for side, rows in others.items()}
    if len(now) < 2:
        return []
    made = []
    for reporter in dict.fromkeys([*now, *(one for worths in then.values() for one in worths)]):
        value = now.get(reporter)
        sides = {
            side: against(value, then[side].get(reporter), row, side) if side in then else NOTHING
            for side in (Side.BEFORE, Side.LAST_YEAR)
        }
        made.append(Share(reporter, None if value is None else round_half_up(value, figure.decimals), sides))
    return made


def _worths(figure: Figure, edges: Sequence[TableRow]) -> dict[str, Fraction | None]:
    """Return what a figure's formula gives, in its unit, of the cells of each reporter alone."""
    return {reporter: _worth(figure, own) for reporter, own in grouped(edges, "reporter").items()}


def _worth(figure: Figure, edges: Sequence[TableRow]) -> Fraction | None:
    values: dict[tuple[str, str], list[Decimal | None]] = {}
    for edge in edges:
        values.setdefault((edge["form"], edge["field"]), []).append(edge["value"])

    def lookup(leaf: Leaf) -> Fraction | None:
        known = values.get((leaf.field.form.code, leaf.field.name), [None])
        return None if None in known else sum((Fraction(one) for one in known if one is not None), Fraction(0))

    then = figure.in_force(Period.parse(edges[0]["period"]))
    value: Fraction | None = None if then is None else then.formula.compute(lookup)
    return None if value is None else value / figure.unit.factor
