"""What a figure is: one number a plan reports, declared over fields.

Belongs here: the figure and the chapter. Does not belong here: any particular figure (``schemas.figures``), what a
chart of it is (``schemas.chart``).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from schemas.chart import Against, Chart
from schemas.fields import FormField
from schemas.form import Form
from schemas.formula import At, Formula, Leaf, Own, Sum, Total, constant, difference, rates_over_lines
from schemas.periods import Period
from schemas.units import Unit


@dataclass(frozen=True)
class Figure:
    """One number of the plan.

    Args:
        id: Its name, such as ``livestock.horse.white.share``; with ``{reporter}`` or ``{line}`` in it, one figure per
            record of its form.
        label: What it is, in Vietnamese.
        unit: The unit it is reported in; money is converted from the unit of its fields.
        formula: How it is made.
        decimals: Digits kept after the comma, rounded half up from the unrounded value, as the plan prints it.
        plan: Where the plan prints it.
        against: What it holds another figure against, for a percentage that does.
    """

    id: str
    label: str
    unit: Unit
    formula: Formula
    decimals: int
    plan: str = ""
    against: Against | None = None

    def __post_init__(self) -> None:
        """Refuse a figure per record that reads anything but its record, and one that adds up rates over lines.

        Raises:
            ValueError: The id has ``{reporter}`` or ``{line}``, and the formula other leaves than fields of one record;
                or the id has neither, and the formula such a leaf. Or rates are added up over lines.
        """
        owned = [isinstance(leaf, Own) for leaf in self.formula.leaves()]
        if any(owned) != self.per_record or (self.per_record and not (all(owned) and len(self.forms) == 1)):
            raise ValueError(f"Figure {self.id}: own fields go with an id that has {{reporter}} or {{line}} in it.")
        if rates := rates_over_lines(self.formula):
            names = ", ".join(leaf.field.name for leaf in rates)
            raise ValueError(f"Figure {self.id}: {names} would be added up over lines, and is no sum of them.")

    @property
    def per_record(self) -> bool:
        """Whether the figure exists once per reporter or line instead of once per place."""
        return "{" in self.id

    def id_for(self, reporter: str, line: str) -> str:
        """Return the id of the figure of one record; its own where it exists once per place."""
        return self.id.format(reporter=reporter, line=line)

    @property
    def forms(self) -> tuple[type[Form], ...]:
        """The forms it draws on, in the order of their codes."""
        return tuple(sorted({field.form for field in self.formula.fields()}, key=lambda form: form.code))

    @property
    def reads(self) -> tuple[FormField, ...]:
        """Every field it reads, in whatever version of its form."""
        own = self.formula.fields()
        names = ((item, item.form.continued(item.name, number)) for item in own for number in item.form.numbers())
        return tuple(dict.fromkeys([*own, *(item.form.fields()[name] for item, found in names for name in found)]))

    def in_force(self, period: Period) -> "Figure | None":
        """Return the figure as forms ask for its fields in a period; nothing where one of them is not asked for then.

        Nor is it one where a line of it is not printed then.

        A field that other fields go on with, or came before, is their sum (``schemas.form``).
        """
        if not any(form.since for form in self.forms):
            return self
        then = {leaf: _then(leaf, period) for leaf in self.formula.leaves()}
        if not all(then.values()):
            return None
        return replace(self, formula=self.formula.with_leaves(lambda leaf: _added(then[leaf])))


def _then(leaf: Leaf, period: Period) -> tuple[Leaf, ...]:
    """Return the leaves whose sum is what a leaf is in a period."""
    form = leaf.field.form
    if isinstance(leaf, At) and form.fixed and leaf.line not in form.in_force(period).printed_lines():
        return ()
    names = form.continued(leaf.field.name, form.in_force(period).version)
    return tuple(replace(leaf, field=form.fields()[name]) for name in names)


def _added(leaves: tuple[Leaf, ...]) -> Formula:
    return leaves[0] if len(leaves) == 1 else Sum(leaves)


@dataclass(frozen=True)
class Chapter:
    """The figures of one chapter of the plan, computed and published together, and the charts drawn of them."""

    code: str
    title: str
    figures: tuple[Figure, ...]
    charts: tuple[Chart, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a chart of other figures than the chapter's.

        Raises:
            ValueError: A chart names a figure that the chapter has not declared.
        """
        declared = {figure.id for figure in self.figures}
        drawn = [name for chart in self.charts for name in (chart.whole, *chart.parts)]
        if unknown := [name for name in drawn if name not in declared]:
            raise ValueError(f"Chapter {self.code}: its charts draw {', '.join(unknown)}, which it does not declare.")

    def in_force(self, period: Period) -> "Chapter":
        """Return the chapter as forms ask for its fields in a period, without the figures that are none then."""
        then = tuple(one for figure in self.figures if (one := figure.in_force(period)) is not None)
        if then == self.figures:
            return self
        ids = {figure.id for figure in then}
        drawn = tuple(chart for chart in self.charts if {chart.whole, *chart.parts} <= ids)
        return replace(self, figures=then, charts=drawn)

    @property
    def explicit(self) -> list[str]:
        """Ids that are declared as they stand; a pattern that would make one of them for some record makes way."""
        return [figure.id for figure in self.figures if not figure.per_record]

    @property
    def forms(self) -> tuple[type[Form], ...]:
        """Every form some figure of the chapter draws on."""
        return tuple(sorted({form for figure in self.figures for form in figure.forms}, key=lambda form: form.code))


def summed(field: FormField, id: str = "", *, decimals: int | None = None, plan: str = "") -> Figure:
    """Return the figure that a field is, added up over its reporters and lines.

    Args:
        field: What is added up.
        id: The figure's name; ``<domain>.<field>`` where none is given.
        decimals: Digits after the comma, where the plan prints fewer than the unit keeps.
        plan: Where the plan prints it.
    """
    return _plain(Total(field), id or f"{field.form.domain}.{field.name}", decimals, plan)


def each(field: FormField, id: str, *, decimals: int | None = None, plan: str = "") -> Figure:
    """Return the figures that a field is one by one, with ``{reporter}`` or ``{line}`` in their id."""
    return _plain(Own(field), id, decimals, plan)


def over_lines(figure: Figure) -> tuple[Figure, ...]:
    """Return one figure for each line that a form prints, added up over its reporters.

    A line that is not asked for one of the fields has none.

    Args:
        figure: What each is: with ``{line}`` in its id, made of own fields.
    """
    (form,) = figure.forms
    named = figure.formula.fields()
    return tuple(
        replace(
            figure,
            id=figure.id_for("", code),
            label=f"{figure.label} – {placed.line.name}",
            formula=figure.formula.with_leaves(lambda leaf, code=code: At(leaf.field, code)),  # type: ignore[misc]
        )
        for code, placed in form.printed_lines().items()
        if not any(item.name in placed.line.without for item in named)
    )


def _plain(leaf: Leaf, identifier: str, decimals: int | None, plan: str) -> Figure:
    unit = leaf.field.unit
    return Figure(identifier, leaf.field.label, unit, leaf, unit.decimals if decimals is None else decimals, plan)


def fields_of(*forms: type[Form]) -> Iterable[Figure]:
    """Return every field of some forms added up, under its own name."""
    return (summed(field) for form in forms for field in form.fields().values())


def printed_at(plan: str, *figures: Figure) -> Iterable[Figure]:
    """Return the figures as printed at one place of the plan, but for those that name another themselves."""
    return (figure if figure.plan else replace(figure, plan=plan) for figure in figures)


_YEAR_ON_YEAR, _GROWTH = ".pct_yoy", ".growth"


def with_growth(chapter: Chapter) -> Chapter:
    """Return the chapter with a figure of growth beside each percentage of last year: some plans print «tăng 3,4%».

    One that is declared stays as it is.
    """
    growth = [
        replace(
            figure,
            id=figure.id.removesuffix(_YEAR_ON_YEAR) + _GROWTH,
            label=f"{figure.label}, mức tăng (giảm thì là số âm)",
            formula=difference(figure.formula, constant("100", "100 %")),
            plan="",
            against=None,
        )
        for figure in chapter.figures
        if figure.id.endswith(_YEAR_ON_YEAR)
    ]
    declared = {figure.id for figure in chapter.figures}
    added = [figure for figure in growth if figure.id not in declared]
    return replace(chapter, figures=(*chapter.figures, *added)) if added else chapter


def units_in(forms: Iterable[type[Form]], chapters: Iterable[Chapter]) -> tuple[Unit, ...]:
    """Return the units that forms and figures count in, each once."""
    counted = [item.unit for form in forms for item in form.fields().values()]
    return tuple(dict.fromkeys([*counted, *(figure.unit for chapter in chapters for figure in chapter.figures)]))
