"""What the report says: the figures of a return set by chapter, each with its value, the plan's number and its notes.

Belongs here: choosing, ordering, nesting, and the notes under a table, as pure functions of the published rows. Does
not belong here: the headings and standing sentences (the Word template), drawing (``charts``), file formats (``word``,
``excel``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fnmatch import fnmatchcase
from fractions import Fraction

from pipelines.present.explorer import pages
from pipelines.present.explorer.bars import CHARTS
from pipelines.present.explorer.pages import DrawnChart, PageChapter, PageFigure, Published, Row, Source
from pipelines.steps.analyse.figures import STATUS_INCOMPLETE, STATUS_UNDEFINED
from pipelines.steps.analyse.statements import Verdict
from pipelines.steps.numbers import round_half_up, vietnamese
from pipelines.store.published import HELD
from schemas.edits import Balance
from schemas.figure import Figure
from schemas.form import Form
from schemas.formula import Formula, Leaf, Ratio, Total
from schemas.periods import Period
from schemas.problems import Problems
from schemas.units import Quantity
from schemas.words import VERDICTS, WORDS

BLANK = "…"
"""What stands where there is no number; never a zero."""

_COMPARED = tuple(part for chart in CHARTS if chart.kind in ("progress", "change") for part in chart.parts)
"""Ids of the figures that hold another one against a plan, an estimate or last year."""

_FEW = 3
"""Up to so many records stand side by side as columns, where they have more figures than that."""


@dataclass(frozen=True)
class Cell:
    """What stands in a cell of a table, and what there is to note about it."""

    text: str
    notes: tuple[str, ...] = ()
    marks: str = ""
    """The numbers of the notes under the table, such as ``(1, 3)``."""


@dataclass(frozen=True)
class Line:
    """One figure."""

    figure: PageFigure
    declared: Figure | None
    row: Row | None
    """Its published row; there is none where nothing was ever published."""
    value: Cell
    printed: Cell
    number: str = ""
    depth: int = 0
    """How many wholes it is a part of."""

    @property
    def notes(self) -> tuple[str, ...]:
        """All there is to note about it."""
        return (*self.value.notes, *self.printed.notes)


@dataclass(frozen=True)
class Comparison:
    """One figure held against a plan, an estimate or last year."""

    line: Line
    """The percentage."""
    label: str
    against: str
    unit: str
    amount: str
    """What it is held against."""
    change: str
    """By how much it is more, or less."""


@dataclass(frozen=True)
class Grid:
    """The figures that exist once per reporter, or per line of a form, as a compact table."""

    title: str
    corner: str
    """The heading of the first column."""
    headings: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    lines: tuple[Line, ...]
    """The same, one after the other, record by record."""


@dataclass(frozen=True)
class Note:
    """A note under the tables of a chapter."""

    number: int
    text: str


@dataclass(frozen=True)
class ReportChapter:
    """One chapter of the report."""

    number: str
    code: str
    title: str
    printed: tuple[Line, ...]
    """What the plan prints, each whole followed by its parts."""
    others: tuple[Line, ...]
    """What the plan does not print."""
    comparisons: tuple[Comparison, ...]
    amounts: tuple[Line, ...]
    """The figures that only stand in ``comparisons``, as what is compared with."""
    grids: tuple[Grid, ...]
    charts: tuple[DrawnChart, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Report:
    """Everything the documents say."""

    commune: str
    period: str
    chapters: tuple[ReportChapter, ...]
    verdicts: Mapping[str, int]
    """How many numbers of the plan came to which verdict, by the verdict's Vietnamese name."""
    held: tuple[str, ...]
    """Forms held back, as a reader knows them."""
    released: str
    """The name of the release it was made of, if any."""
    published: Published

    @property
    def date(self) -> datetime:
        """What the files are dated: the last day of the period, so that the same figures give the same bytes."""
        return Period.parse(self.published.period).end_time


def report(published: Published, released: str = "") -> Report:
    """Bring the published rows of a return set together into what the report says.

    Args:
        published: The rows, and the declarations that name what is in them.
        released: The name of the release the rows are of, if they are of one.
    """
    said = _Said(published)
    verdicts = [row["verdict"] for row in published.statements]
    return Report(
        published.title,
        published.period_title,
        tuple(said.chapter(index, one) for index, one in enumerate(pages.chapters(published), start=1)),
        {word: verdicts.count(verdict) for verdict, word in VERDICTS.items()},
        tuple(said.form_named(code) for code in sorted(published.held)),
        released,
        published,
    )


class _Notes:
    """The notes of one chapter, each told once however many cells it is about."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def cell(self, cell: Cell) -> Cell:
        """Return the cell with the numbers of its notes."""
        numbers = [str(self._numbers.setdefault(text, len(self._numbers) + 1)) for text in cell.notes]
        return replace(cell, marks=f"({', '.join(numbers)})" if numbers else "")

    def line(self, line: Line) -> Line:
        """Return the line with the numbers of its notes."""
        return replace(line, value=self.cell(line.value), printed=self.cell(line.printed))

    @property
    def told(self) -> tuple[Note, ...]:
        """The notes, in the order in which they were met."""
        return tuple(Note(number, text) for text, number in self._numbers.items())


class _Said:
    """The published rows, looked up by figure."""

    def __init__(self, published: Published) -> None:
        self._published = published
        self._rows = {row["id"]: row for row in published.figures}
        self._statements: dict[str, list[Row]] = {}
        for row in published.statements:
            self._statements.setdefault(row["id"], []).append(row)
        self._declared = {chapter.code: chapter.figures for chapter in published.chapters}
        self._edges: dict[str, list[Row]] = {}
        for row in published.lineage:
            self._edges.setdefault(row["figure"], []).append(row)
        self._unsent: dict[str, list[str]] = {}
        for row in published.findings:
            if row["code"] == Problems.NOT_SENT.value.code:
                self._unsent.setdefault(row["form"], []).append(self._name(row["reporter"]))

    def _name(self, reporter: str) -> str:
        return self._published.reporters.get(reporter, reporter)

    def chapter(self, index: int, page: PageChapter) -> ReportChapter:
        """Return one chapter, with its notes numbered in the order of the tables."""
        lines = [self._line(figure) for figure in page.figures]
        records = _records(lines)
        apart = {line.figure.id for own in records.values() for line in own}
        compared = [(line, leaves) for line in lines if (leaves := _held_against(line))]
        amounts = [
            line
            for line in lines
            if line.declared
            and not line.figure.printed
            and any(_same(whole, line.declared.formula) for _, (_, whole) in compared)
        ]
        apart |= {line.figure.id for line in (*(line for line, _ in compared), *amounts)}
        roots = _nested([line for line in lines if line.figure.id not in apart])
        notes = _Notes()
        printed, others = (
            tuple(notes.line(line) for line in _numbered(tree, first))
            for tree, first in (
                ([root for root in roots if root.printed], 1),
                ([root for root in roots if not root.printed], 1 + sum(root.printed for root in roots)),
            )
        )
        return ReportChapter(
            number=roman(index),
            code=page.code,
            title=page.title,
            printed=printed,
            others=others,
            comparisons=tuple(self._comparison(notes.line(line), *leaves, lines) for line, leaves in compared),
            amounts=tuple(amounts),
            grids=tuple(self._grid(form, own, notes) for form, own in records.items()),
            charts=page.charts,
            notes=notes.told,
        )

    def form_named(self, code: str) -> str:
        """Return a form as a reader knows it: by its code and its title."""
        form = self._published.forms.get(code)
        return f"{code} «{form.heading}»" if form else code

    def _line(self, figure: PageFigure) -> Line:
        row = self._rows.get(figure.id)
        value = Cell(_amount(figure, row), tuple(self._on_value(figure, row)))
        printed = Cell("; ".join(one.text for one in figure.printed), tuple(self._on_printed(figure)))
        return Line(figure, self._declaration(figure, row), row, value, printed)

    def _declaration(self, figure: PageFigure, row: Row | None) -> Figure | None:
        declared = self._declared.get(figure.chapter, ())
        whole = next((one for one in declared if one.id == figure.id), None)
        if whole is not None or row is None or not (row["reporter"] or row["line"]):
            return whole
        named = {"reporter": row["reporter"], "line": row["line"]}
        return next((one for one in declared if one.per_record and one.id.format(**named) == figure.id), None)

    def _on_value(self, figure: PageFigure, row: Row | None) -> Iterable[str]:
        """Yield what there is to note about a computed value."""
        if figure.state == HELD:
            yield self._held(figure, row)
        elif row is None:
            yield f"{WORDS['state.absent'][0]}."
        if row is not None and _is_short(figure, row):
            yield self._missing(figure, row)
        if row is not None and row["status"] == STATUS_UNDEFINED:
            yield f"{WORDS['state.undefined'][0]}, không tính được tỷ lệ."
        sources = [source for operand in figure.operands for source in operand.sources if source.correction]
        corrected = {(source.file, source.sheet, source.cell): source for source in sources}
        if corrected:
            told = "; ".join(_correction(source) for source in corrected.values())
            yield f"Đã đính chính {len(corrected)} ô: {told}."

    def _held(self, figure: PageFigure, row: Row | None) -> str:
        codes = row["forms"].split() if row else [form.code for form in self._forms_of(figure)]
        named = ", ".join(self.form_named(code) for code in codes if code in self._published.held)
        if row is not None and _is_short(figure, row):
            kept = "số đã chấp nhận trước đó còn thiếu"
        else:
            kept = "số này là số đã chấp nhận trước đó" if figure.value else "chưa có số nào được chấp nhận trước đó"
        return f"Chưa cập nhật: biểu {named} đang bị giữ lại; {kept}."

    def _forms_of(self, figure: PageFigure) -> Sequence[type[Form]]:
        declared = self._declared.get(figure.chapter, ())
        return next((one.forms for one in declared if one.id == figure.id), ())

    def _missing(self, figure: PageFigure, row: Row) -> str:
        unsent = [name for code in row["forms"].split() for name in self._unsent.get(code, ())]
        sources = [source for operand in figure.operands for source in operand.sources]
        blank = dict.fromkeys(source.reporter for source in sources if not source.value)
        told = [f"Mới có {row['reported']}/{row['expected']} báo cáo."]
        told += [
            f"{what}: {', '.join(dict.fromkeys(who))}."
            for what, who in (("Chưa gửi", unsent), ("Để trống", blank))
            if who
        ]
        return " ".join(told)

    def _on_printed(self, figure: PageFigure) -> Iterable[str]:
        """Yield what there is to note about a number of the plan: where it is not what the returns give."""
        for printed, row in zip(figure.printed, self._statements.get(figure.id, ()), strict=True):
            match printed.verdict:
                case Verdict.CONFLICT:
                    yield printed.note
                case Verdict.TRUNCATED:
                    computed = vietnamese(Decimal(row["computed"]))
                    yield f"Kế hoạch cắt bớt phần lẻ: in {printed.text}, tính được {computed}."

    def _comparison(self, line: Line, part: Leaf, whole: Leaf, lines: Sequence[Line]) -> Comparison:
        have, against = (self._amount_of(line, leaf) for leaf in (part, whole))
        same = (one for one in sorted(lines, key=_restates) if one.declared and _same(one.declared.formula, part))
        base = next(same, None)
        gap = None if have is None or against is None else have - against
        return Comparison(
            line=line,
            label=base.figure.label if base else _field_label(part),
            against=_field_label(whole),
            unit=whole.field.label,
            amount=_counted(against, whole.field),
            change=f"{'+' if gap is not None and gap > 0 else ''}{_counted(gap, part.field)}",
        )

    def _amount_of(self, line: Line, leaf: Leaf) -> Fraction | None:
        """Return a field's total in its base unit; nothing unless everything the figure needs is there."""
        values = [
            row["value"]
            for row in self._edges.get(line.figure.id, ())
            if (row["form"], row["field"]) == (leaf.field.form.code, leaf.field)
        ]
        if line.row is None or line.row["status"] == STATUS_INCOMPLETE or not values or None in values:
            return None
        return sum(map(Fraction, values), Fraction(0)) * leaf.field.factor

    def _grid(self, form: type[Form], lines: Sequence[Line], notes: _Notes) -> Grid:
        """Return a form's figures per record, with the records as rows or, if they are few, as columns."""
        declared = self._declared[lines[0].figure.chapter]
        figures = sorted(
            {line.declared.id: line.declared for line in lines if line.declared}.values(), key=declared.index
        )
        names = {_record(line): _record_name(line) for line in lines}
        found = {(_record(line), line.declared.id): line for line in lines if line.declared}
        sides = len(names) <= _FEW and len(names) < len(figures)

        def cell(record: tuple[str, str], figure: Figure) -> Cell:
            line = found.get((record, figure.id))
            if line is None:
                return Cell(BLANK)
            # The table has no column for the plan's number, which is all there is where none could be computed.
            unknown = [one.text for one in line.figure.printed if one.verdict == Verdict.NOT_RECOMPUTABLE]
            printed = tuple(f"Kế hoạch in {text}; chưa tính được để đối chiếu." for text in unknown)
            return notes.cell(Cell(line.value.text, (*line.notes, *printed)))

        labels = {figure.id: f"{figure.label} ({figure.unit.label})" for figure in figures}
        if sides:
            rows = tuple((labels[one.id], tuple(cell(record, one) for record in names)) for one in figures)
        else:
            rows = tuple((name, tuple(cell(record, one) for one in figures)) for record, name in names.items())
        return Grid(
            title=form.heading,
            corner=WORDS["figure"][0] if sides else form.line_title or WORDS["reporter"][0],
            headings=tuple(names.values()) if sides else tuple(labels.values()),
            rows=rows,
            lines=tuple(
                found[key] for key in ((record, one.id) for record in names for one in figures) if key in found
            ),
        )


def _is_short(figure: PageFigure, row: Row) -> bool:
    """Return whether some reporters are missing; a form that was held back before it ever passed lacks none of them."""
    return row["status"] == STATUS_INCOMPLETE and not (figure.state == HELD and not row["reported"])


def _amount(figure: PageFigure, row: Row | None) -> str:
    if row is not None and _is_short(figure, row):
        return f"thiếu {row['expected'] - row['reported']}/{row['expected']}"
    return figure.value or BLANK


def _correction(source: Source) -> str:
    return f"{source.reporter}, «{source.received}» thành «{source.used}» ({source.correction.rstrip('.')})"


def _counted(amount: Fraction | None, unit: Quantity) -> str:
    """Return an amount of base units as Vietnamese prints it in a unit."""
    return BLANK if amount is None else vietnamese(round_half_up(amount / unit.factor, unit.decimals))


def _same(one: Formula, other: Formula) -> bool:
    """Return whether two formulas are the same field; references of two forms can have the same name."""
    return (
        isinstance(one, Leaf)
        and isinstance(other, Leaf)
        and one == other
        and type(one) is type(other)
        and one.field.form is other.field.form
    )


def _field_label(leaf: Leaf) -> str:
    return leaf.field.form.fields()[leaf.field].label


def _held_against(line: Line) -> tuple[Leaf, Leaf] | None:
    """Return the fields of a figure that holds one against a plan, an estimate or last year; nothing of any other."""
    match line.declared.formula if line.declared and not line.declared.per_record else None:
        case Ratio(part=Leaf() as part, whole=Leaf() as whole):
            named = any(fnmatchcase(line.figure.id, pattern) for pattern in _COMPARED)
            return (part, whole) if named else None
    return None


def _record(line: Line) -> tuple[str, str]:
    return (line.row["reporter"], line.row["line"]) if line.row else ("", "")


def _record_name(line: Line) -> str:
    """Return a reporter's or a line's name, which a figure per record has as its scope."""
    return str(line.row["scope"]).partition(":")[2] if line.row else ""


def _records(lines: Sequence[Line]) -> dict[type[Form], list[Line]]:
    """Return the figures per record of the forms that have several records; one record needs no table of its own."""
    own: dict[type[Form], list[Line]] = {}
    for line in lines:
        if line.declared is not None and line.declared.per_record:
            own.setdefault(line.declared.forms[0], []).append(line)
    return {form: found for form, found in own.items() if len({_record(line) for line in found}) > 1}


@dataclass(frozen=True)
class _Node:
    """A line with the lines that are parts of it."""

    line: Line
    parts: "tuple[_Node, ...]"

    @property
    def printed(self) -> bool:
        return bool(self.line.figure.printed) or any(part.printed for part in self.parts)


def _nested(lines: Sequence[Line]) -> list[_Node]:
    """Return the lines as trees, in their order; a part stands below its whole where a balance edit says it is one."""
    by_field: dict[tuple[type[Form], str], str] = {}
    for line in sorted(lines, key=_restates):
        formula = line.declared.formula if line.declared else None
        if isinstance(formula, Total):
            by_field.setdefault((formula.field.form, str(formula.field)), line.figure.id)
    whole_of: dict[str, str] = {}
    for edit in (edit for form in dict.fromkeys(form for form, _ in by_field) for edit in form.edits):
        if isinstance(edit, Balance) and (whole := by_field.get((edit.form, edit.total))):
            for part in (by_field.get((edit.form, name)) for name in edit.parts):
                if part and whole not in _below(part, whole_of):
                    whole_of.setdefault(part, whole)
    parts: dict[str, list[Line]] = {}
    for line in lines:
        parts.setdefault(whole_of.get(line.figure.id, ""), []).append(line)

    def node(line: Line) -> _Node:
        return _Node(line, tuple(node(part) for part in parts.get(line.figure.id, ())))

    order = {line.figure.id: index for index, line in enumerate(lines)}

    def first(one: _Node) -> int:
        return min([order[one.line.figure.id], *map(first, one.parts)])

    return sorted((node(line) for line in parts.get("", ())), key=first)


def _restates(line: Line) -> bool:
    """Return whether a figure says a field again in other words; the field's own figure has its very label."""
    formula = line.declared.formula if line.declared else None
    return isinstance(formula, Leaf) and line.figure.label != _field_label(formula)


def _below(identifier: str, whole_of: Mapping[str, str]) -> set[str]:
    """Return a figure and all that are parts of it, or of its parts."""
    found = {identifier}
    while more := {part for part, whole in whole_of.items() if whole in found} - found:
        found |= more
    return found


def _numbered(nodes: Iterable[_Node], first: int = 1, within: str = "") -> Iterable[Line]:
    for number, one in enumerate(nodes, start=first):
        name = f"{within}{number}"
        yield replace(one.line, number=name, depth=within.count("."))
        yield from _numbered(one.parts, within=f"{name}.")


_ROMAN = ((50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def roman(number: int) -> str:
    """Return a small number in Roman digits, which number the chapters of an annex."""
    written = ""
    for value, digits in _ROMAN:
        times, number = divmod(number, value)
        written += digits * times
    return written
