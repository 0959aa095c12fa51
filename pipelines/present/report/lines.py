"""One figure as a line of a table: its value, the plan's number, and what there is to note about both.

Belongs here: the line and the sentences of its notes. Does not belong here: which table it stands in (``contents``),
the numbers of the notes (``notes``).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from pipelines.present.plan import PlanFigure, SourceCell, TracedFigure
from pipelines.present.report.lookup import Lookup
from pipelines.present.report.notes import BLANK, NotedCell, NoteNumbers
from pipelines.present.rows import TableRow
from pipelines.steps.numbers import vietnamese
from schemas.figure import Figure
from schemas.kept import ESTIMATES_FILE
from schemas.outcomes import Status, Verdict
from schemas.words import WORDS


@dataclass(frozen=True)
class FigureLine:
    """One figure as a line of a table."""

    figure: PlanFigure
    formula: str
    """In words."""
    declared: Figure | None
    row: TableRow | None
    """Its published row; there is none where nothing was ever published."""
    value: NotedCell
    printed: NotedCell
    number: str = ""
    """Its number in the table, such as ``2.1``."""
    depth: int = 0
    """How many wholes it is a part of."""

    @property
    def notes(self) -> tuple[str, ...]:
        """All there is to note about it."""
        return (*self.value.notes, *self.printed.notes)

    @property
    def record(self) -> tuple[str, str]:
        """Reporter and line of the record it is of; empty texts for a figure that exists once per place."""
        return (self.row["reporter"], self.row["line"]) if self.row else ("", "")

    def marked(self, numbers: NoteNumbers) -> "FigureLine":
        """Return the line with the numbers of its notes."""
        return replace(self, value=numbers.mark(self.value), printed=numbers.mark(self.printed))


def line(traced: TracedFigure, lookup: Lookup) -> FigureLine:
    """Return a figure as a line.

    Args:
        traced: The figure and what stands behind it.
        lookup: The rows of its return set.
    """
    figure = traced.figure
    row = lookup.row(figure.id)
    return FigureLine(
        figure,
        traced.formula,
        lookup.declared(figure),
        row,
        NotedCell(_amount(figure, row), tuple(_on_value(traced, row, lookup))),
        NotedCell("; ".join(one.text for one in figure.printed), tuple(_on_printed(figure, lookup))),
    )


def _amount(figure: PlanFigure, row: TableRow | None) -> str:
    if row is not None and _is_short(figure, row):
        return f"thiếu {row['expected'] - row['reported']}/{row['expected']}"
    return figure.value or BLANK


def _is_short(figure: PlanFigure, row: TableRow) -> bool:
    """Return whether some reporters are missing; a form that was held back before it ever passed lacks none of them."""
    return row["status"] == Status.INCOMPLETE and not (figure.state == Status.HELD and not row["reported"])


def _on_value(traced: TracedFigure, row: TableRow | None, lookup: Lookup) -> Iterable[str]:
    """Yield what there is to note about a computed value."""
    figure = traced.figure
    if figure.state == Status.HELD:
        yield _held(figure, row, lookup)
    elif row is None:
        yield f"{WORDS['state.absent'][0]}."
    if row is not None and _is_short(figure, row):
        yield _missing(figure)
    if row is not None and row["status"] == Status.UNDEFINED:
        yield f"{WORDS['state.undefined'][0]}, không tính được tỷ lệ."
    guessed = dict.fromkeys(cell.reporter for cell in traced.sources if cell.file == ESTIMATES_FILE)
    if guessed:
        yield f"Có số ước, chưa có báo cáo của: {', '.join(guessed)}."
    corrected = {(cell.file, cell.sheet, cell.cell): cell for cell in traced.sources if cell.correction}
    if corrected:
        each = "; ".join(_correction(cell) for cell in corrected.values())
        yield f"Đã đính chính {len(corrected)} ô: {each}."


def _held(figure: PlanFigure, row: TableRow | None, lookup: Lookup) -> str:
    if row is not None and _is_short(figure, row):
        kept = "số đã chấp nhận trước đó còn thiếu"
    else:
        kept = "số này là số đã chấp nhận trước đó" if figure.value else "chưa có số nào được chấp nhận trước đó"
    return f"Chưa cập nhật: biểu {', '.join(lookup.held(figure))} đang bị giữ lại; {kept}."


def _missing(figure: PlanFigure) -> str:
    sentences = [f"Mới có {figure.reported}/{figure.expected} báo cáo."]
    sentences += [
        f"{what}: {', '.join(who)}." for what, who in (("Chưa gửi", figure.unsent), ("Để trống", figure.blank)) if who
    ]
    return " ".join(sentences)


def _correction(cell: SourceCell) -> str:
    return f"{cell.reporter}, «{cell.received}» thành «{cell.used}» ({cell.correction.rstrip('.')})"


def _on_printed(figure: PlanFigure, lookup: Lookup) -> Iterable[str]:
    """Yield what there is to note about a number of the plan: where it is not what the returns give."""
    for printed, row in zip(figure.printed, lookup.statements(figure.id), strict=True):
        match printed.verdict:
            case Verdict.CONFLICT:
                yield printed.note
            case Verdict.TRUNCATED:
                computed = vietnamese(Decimal(row["computed"]))
                yield f"Kế hoạch cắt bớt phần lẻ: in {printed.text}, tính được {computed}."
