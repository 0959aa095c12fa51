"""Record tables: the figures that exist once per reporter, or per line of a form, as one compact table.

Belongs here: which figures those are, their rows and columns. Does not belong here: widths and pages (``word``).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.present.report.lines import FigureLine
from pipelines.present.report.lookup import Lookup
from pipelines.present.report.notes import BLANK, NotedCell, NoteNumbers
from schemas.figure import Figure
from schemas.form import Form
from schemas.outcomes import Verdict
from schemas.words import WORDS

_FEW = 3
"""Up to so many records stand side by side as columns, where they have more figures than that."""


@dataclass(frozen=True)
class RecordTable:
    """The figures of the records of one form."""

    title: str
    corner: str
    """The heading of the first column."""
    headings: tuple[str, ...]
    rows: tuple[tuple[str, tuple[NotedCell, ...]], ...]
    """Each with its label, and a cell per heading."""
    lines: tuple[FigureLine, ...]
    """The same, one after the other, record by record."""


def by_form(lines: Sequence[FigureLine]) -> dict[type[Form], list[FigureLine]]:
    """Return the figures per record of the forms that have several records; one record needs no table of its own."""
    own: dict[type[Form], list[FigureLine]] = {}
    for line in lines:
        if line.declared is not None and line.declared.per_record:
            own.setdefault(line.declared.forms[0], []).append(line)
    return {form: found for form, found in own.items() if len({line.record for line in found}) > 1}


def record_table(form: type[Form], lines: Sequence[FigureLine], lookup: Lookup, numbers: NoteNumbers) -> RecordTable:
    """Return the figures of a form's records, with the records as rows or, if they are few, as columns.

    Args:
        form: The form.
        lines: Its figures, of all its records.
        lookup: The rows of the return set.
        numbers: The notes of the chapter so far.
    """
    declared = lookup.figures(lines[0].figure.chapter)
    figures = sorted({line.declared.id: line.declared for line in lines if line.declared}.values(), key=declared.index)
    names = {line.record: _record_name(line) for line in lines}
    found = {(line.record, line.declared.id): line for line in lines if line.declared}
    sides = len(names) <= _FEW and len(names) < len(figures)

    def cell(record: tuple[str, str], figure: Figure) -> NotedCell:
        line = found.get((record, figure.id))
        if line is None:
            return NotedCell(BLANK)
        # The table has no column for the plan's number, which is all there is where none could be computed.
        unknown = [one.text for one in line.figure.printed if one.verdict == Verdict.NOT_RECOMPUTABLE]
        printed = tuple(f"Kế hoạch in {text}; chưa tính được để đối chiếu." for text in unknown)
        return numbers.mark(NotedCell(line.value.text, (*line.notes, *printed)))

    labels = {figure.id: f"{figure.label} ({figure.unit.label})" for figure in figures}
    if sides:
        rows = tuple((labels[one.id], tuple(cell(record, one) for record in names)) for one in figures)
    else:
        rows = tuple((name, tuple(cell(record, one) for one in figures)) for record, name in names.items())
    return RecordTable(
        title=form.heading,
        corner=WORDS["figure"][0] if sides else form.line_title or WORDS["reporter"][0],
        headings=tuple(names.values()) if sides else tuple(labels.values()),
        rows=rows,
        lines=tuple(found[key] for key in ((record, one.id) for record in names for one in figures) if key in found),
    )


def _record_name(line: FigureLine) -> str:
    """Return a reporter's or a line's name, which a figure per record has as its scope."""
    return str(line.row["scope"]).partition(":")[2] if line.row else ""
