"""What the report says: the figures of a return set by chapter, each with its value, the plan's number and its notes.

Belongs here: choosing which figure stands in which table, as a pure function of the published rows. Does not belong
here: the lines and tables themselves (``lines``, ``comparisons``, ``records``, ``nesting``), the headings and standing
sentences (the Word template), drawing (``charts``), file formats (``word``, ``excel``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pipelines.present import plan
from pipelines.present.charts import PlanChart
from pipelines.present.compared import Side, beside
from pipelines.present.plan import PlanChapter
from pipelines.present.report.comparisons import Comparison, amounts, beside_table, compared, comparisons
from pipelines.present.report.lines import FigureLine, line
from pipelines.present.report.lookup import Lookup
from pipelines.present.report.nesting import nested, numbered, roman
from pipelines.present.report.notes import Note, NoteNumbers
from pipelines.present.report.records import RecordTable, by_form, record_table
from pipelines.present.rows import ReturnSetRows
from schemas.periods import Period
from schemas.words import VERDICTS

COMPARISONS = "So với kế hoạch, dự toán, vốn giao và cùng kỳ năm trước"
"""What a chapter's comparisons are called, on paper and in the workbook."""


@dataclass(frozen=True)
class ReportChapter:
    """One chapter of the report."""

    number: str
    """In Roman digits."""
    code: str
    title: str
    printed: tuple[FigureLine, ...]
    """What the plan prints, each whole followed by its parts."""
    others: tuple[FigureLine, ...]
    """What the plan does not print."""
    comparisons: tuple[Comparison, ...]
    amounts: tuple[FigureLine, ...]
    """The figures that only stand in ``comparisons``, as what is compared with."""
    tables: tuple[RecordTable, ...]
    compared: tuple[FigureLine, ...]
    """Its figures that are held against anything, where there is an earlier period."""
    beside: tuple[RecordTable, ...]
    """The same, a table for each earlier period."""
    charts: tuple[PlanChart, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Report:
    """Everything the documents say."""

    commune: str
    """Its name as it stands within a sentence, with what it is."""
    period: str
    """Its title."""
    chapters: tuple[ReportChapter, ...]
    verdicts: Mapping[str, int]
    """How many numbers of the plan came to which verdict, by the verdict's Vietnamese name."""
    held: tuple[str, ...]
    """Forms held back, as a reader knows them."""
    released: str
    """The name of the release it was made of, if any."""
    rows: ReturnSetRows

    @property
    def date(self) -> datetime:
        """What the files are dated: the last day of the period, so that the same figures give the same bytes."""
        return Period.parse(self.rows.period).end_time


def report(rows: ReturnSetRows, released: str = "") -> Report:
    """Bring the published rows of a return set together into what the report says.

    Args:
        rows: The rows, and the declarations that name what is in them.
        released: The name of the release the rows are of, if they are of one.
    """
    lookup, periods = Lookup(rows), beside(rows.period, rows.earlier)
    verdicts = [row["verdict"] for row in rows.statements]
    return Report(
        rows.called,
        rows.period_title,
        tuple(_chapter(index, one, lookup, periods) for index, one in enumerate(plan.chapters(rows), start=1)),
        {word: verdicts.count(verdict) for verdict, word in VERDICTS.items()},
        tuple(lookup.form(code) for code in sorted(rows.held)),
        released,
        rows,
    )


def _chapter(index: int, chapter: PlanChapter, lookup: Lookup, periods: Mapping[Side, str]) -> ReportChapter:
    """Return one chapter, with its notes numbered in the order of the tables."""
    lines = [line(traced, lookup) for traced in chapter.figures]
    records, only_amounts = by_form(lines), amounts(lines)
    apart = [*(one for own in records.values() for one in own), *only_amounts, *filter(compared, lines)]
    elsewhere = {one.figure.id for one in apart}
    roots = nested([one for one in lines if one.figure.id not in elsewhere])
    printed, others = [root for root in roots if root.printed], [root for root in roots if not root.printed]
    numbers = NoteNumbers()
    # In the order of the tables, for so are the notes numbered.
    return ReportChapter(
        number=roman(index),
        code=chapter.code,
        title=chapter.title,
        printed=tuple(one.marked(numbers) for one in numbered(printed)),
        others=tuple(one.marked(numbers) for one in numbered(others, first=1 + len(printed))),
        comparisons=comparisons(lines, lookup, numbers),
        amounts=tuple(only_amounts),
        tables=tuple(record_table(form, own, lookup, numbers) for form, own in records.items()),
        compared=tuple(one for one in lines if one.figure.beside),
        beside=tuple(filter(None, (beside_table(side, period, lines) for side, period in periods.items()))),
        charts=chapter.charts,
        notes=numbers.notes,
    )
