"""Comparisons: a figure held against a plan, an estimate, granted capital or last year, with the amount it is held to.

Belongs here: which lines are comparisons (``schemas.chart.Against`` says so), the amount and the difference; the
tables that hold a chapter against earlier periods. Does not belong here: the percentage itself, which is the line's own
value; the differences from earlier periods (``pipelines.present.compared``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from pipelines.present.charts import marked
from pipelines.present.compared import Side, heads, texts
from pipelines.present.report.lines import FigureLine
from pipelines.present.report.lookup import Lookup
from pipelines.present.report.nesting import restates
from pipelines.present.report.notes import BLANK, NotedCell, NoteNumbers
from pipelines.present.report.records import RecordTable
from pipelines.steps.numbers import round_half_up, vietnamese
from schemas.formula import Leaf, Ratio
from schemas.outcomes import Status
from schemas.periods import Period
from schemas.units import Unit
from schemas.words import WORDS


@dataclass(frozen=True)
class Comparison:
    """One figure held against a plan, an estimate, granted capital or last year."""

    line: FigureLine
    """The percentage."""
    label: str
    against: str
    unit: str
    """Of ``amount``; the difference is in the unit of what is compared."""
    amount: str
    """What it is held against."""
    change: str
    """By how much it is more, or less."""


def compared(line: FigureLine) -> tuple[Leaf, Leaf] | None:
    """Return the fields a line compares, and what with; nothing of a line that is no comparison."""
    declared = line.declared
    match declared.formula if declared and declared.against and not declared.per_record else None:
        case Ratio(part=Leaf() as part, whole=Leaf() as whole):
            return part, whole
    return None


def amounts(lines: Sequence[FigureLine]) -> list[FigureLine]:
    """Return the lines that the plan does not print and that only say what others are compared with."""
    wholes = [leaves[1] for line in lines if (leaves := compared(line))]
    return [
        line
        for line in lines
        if line.declared and not line.figure.printed and any(whole == line.declared.formula for whole in wholes)
    ]


def beside_table(side: Side, period: str, lines: Sequence[FigureLine]) -> RecordTable | None:
    """Return the figures of a chapter held against an earlier period; nothing where none was known in it.

    Those of single reporters and lines are left out: a page has no room for them, the workbook and the explorer do. So
    is what was only reported of last year, which stands among the other comparisons.
    """
    whole = [line for line in lines if line.declared is None or not line.declared.per_record]
    known = [(line.figure, line.figure.beside[side]) for line in whole if side in line.figure.beside]
    rows = tuple(
        (
            marked(f"{figure.label} ({figure.unit})", figure.state),
            tuple(NotedCell(text or BLANK) for text in (figure.value, *texts(held, side))),
        )
        for figure, held in known
        if not held.reported
    )
    words = [WORDS[key][0] for key in ("compared.now", *heads(side))]
    title = f"So với {words[1].lower()}: {Period.parse(period).title}"
    return RecordTable(title, WORDS["figure"][0], tuple(words), rows, ()) if rows else None


def comparisons(lines: Sequence[FigureLine], lookup: Lookup, numbers: NoteNumbers) -> tuple[Comparison, ...]:
    """Return the comparisons among the lines of a chapter, in their order.

    Args:
        lines: All lines of the chapter.
        lookup: The rows of its return set.
        numbers: The notes of the chapter so far.
    """
    return tuple(
        _comparison(line.marked(numbers), *leaves, lines, lookup) for line in lines if (leaves := compared(line))
    )


def _comparison(line: FigureLine, part: Leaf, whole: Leaf, lines: Sequence[FigureLine], lookup: Lookup) -> Comparison:
    have, against = (_amount(line, leaf, lookup) for leaf in (part, whole))
    same = (one for one in sorted(lines, key=restates) if one.declared and one.declared.formula == part)
    base = next(same, None)
    gap = None if have is None or against is None else have - against
    return Comparison(
        line=line,
        label=base.figure.label if base else part.field.label,
        against=whole.field.label,
        unit=whole.field.unit.label,
        amount=_counted(against, whole.field.unit),
        change=f"{'+' if gap is not None and gap > 0 else ''}{_counted(gap, part.field.unit)}",
    )


def _amount(line: FigureLine, leaf: Leaf, lookup: Lookup) -> Fraction | None:
    """Return a field's total in its base unit; nothing unless everything the figure needs is there."""
    values = [
        edge["value"]
        for edge in lookup.edges(line.figure.id)
        if (edge["form"], edge["field"]) == (leaf.field.form.code, leaf.field.name)
    ]
    if line.row is None or line.row["status"] == Status.INCOMPLETE or not values or None in values:
        return None
    return sum(map(Fraction, values), Fraction(0)) * leaf.field.unit.factor


def _counted(amount: Fraction | None, unit: Unit) -> str:
    """Return an amount of base units as Vietnamese prints it in a unit."""
    return BLANK if amount is None else vietnamese(round_half_up(amount / unit.factor, unit.decimals))
