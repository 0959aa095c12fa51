"""What each page of the site shows: exactly that, and nothing besides, so that what it shows tells when it changes.

Belongs here: one class per kind of page, and the site as a list of them, as pure functions of rows. Does not belong
here: HTML (``templates``), the words around it (``schemas.words``), files and when one is made (``site``).

Whatever a template puts out comes from its page's fields, from what ``schemas.words`` says and from the code of this
package. So two pages whose fields are written alike (``repr``) are the same bytes; ``site`` relies on that.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import ClassVar

from pipelines.present.charts import PlanChart
from pipelines.present.compared import Side, heads
from pipelines.present.explorer import addresses, sheets
from pipelines.present.explorer.addresses import CellName, SheetName
from pipelines.present.plan import PlanChapter, PlanFigure, TracedFigure, sides
from pipelines.present.rows import ReturnSetRows, TableRow
from schemas.addresses import position
from schemas.catalogue import CATALOGUE
from schemas.listed import items_of
from schemas.outcomes import Verdict
from schemas.periods import as_people_write
from schemas.problems import Problems
from schemas.proposals import expects_what_its_edit_asks


@dataclass(frozen=True)
class Frame:
    """What stands around every page: whose figures these are."""

    commune: str
    title: str
    """The commune's name, or that of the place above communes."""
    period: str
    period_title: str
    level: str = "commune"
    says_itself: bool = False
    """Whether the name says what it is, «Phường Đông Kinh», so that the word for its level stands not before it."""

    @property
    def pages(self) -> Mapping[str, str]:
        """The pages that every page leads to, by the word for each."""
        of_one = {"corrections": "corrections.html", "workbooks": "workbooks.html"} if self.level == "commune" else {}
        return {"start": "index.html", "findings": "findings.html", **of_one}


HeldForms = tuple[tuple[str, str], ...]
"""Code and heading of every form held back."""


@dataclass(frozen=True)
class FigureLink:
    """A figure where it is only named: its label and value, and where its trace is."""

    label: str
    value: str
    unit: str
    href: str


@dataclass(frozen=True)
class ChapterPage:
    """The figures and charts of a chapter."""

    template: ClassVar[str] = "chapter.html"
    frame: Frame
    held: HeldForms
    code: str
    title: str
    charts: tuple[PlanChart, ...]
    printed: tuple[PlanFigure, ...]
    others: tuple[PlanFigure, ...]

    @property
    def compared(self) -> tuple[PlanFigure, ...]:
        """The figures that are held against something."""
        return tuple(figure for figure in (*self.printed, *self.others) if figure.beside)

    @property
    def sides(self) -> Mapping[Side, tuple[str, str, str]]:
        """What they are held against, and what each of the three columns of that is called."""
        return {side: heads(side) for side in sides(self.compared)}


@dataclass(frozen=True)
class TracePage:
    """What stands behind each figure of a chapter."""

    template: ClassVar[str] = "trace.html"
    frame: Frame
    held: HeldForms
    code: str
    title: str
    figures: tuple[TracedFigure, ...]
    sheets: Mapping[SheetName, str]
    """The pages of the sheets its cells are in."""


@dataclass(frozen=True)
class CellDecision:
    """A decision of the ledger, beside the cell it is about."""

    decision: str
    old: str
    new: str
    reason: str
    who: str


@dataclass(frozen=True)
class SheetPage:
    """One sheet with what its cells are used for; the mappings are by a cell's address."""

    template: ClassVar[str] = "sheet.html"
    frame: Frame
    workbook: str
    sheet: str
    sha256: str
    cells: tuple[sheets.FilledCell, ...]
    uses: Mapping[str, tuple[FigureLink, ...]]
    corrections: Mapping[str, CellDecision]
    findings: Mapping[str, tuple[tuple[str, str], ...]]
    """Code and sentence of each."""

    @cached_property
    def drawn(self) -> sheets.DrawnSheet:
        """The sheet, drawn as far as it has to be seen."""
        return sheets.draw(self.cells, {*self.uses, *self.corrections, *self.findings})


@dataclass(frozen=True)
class ListedFinding:
    """One finding, with links to its cells."""

    severity: str
    code: str
    reporter: str
    """Its name; empty where the file's sender is not known."""
    file: str
    sheet: str
    message: str
    written: str
    expected: str
    suggestion: str
    links: tuple[tuple[str, str], ...]
    """Address and page of each of its cells."""


@dataclass(frozen=True)
class FindingsPage:
    """All findings."""

    template: ClassVar[str] = "findings.html"
    frame: Frame
    held: HeldForms
    findings: tuple[ListedFinding, ...]


@dataclass(frozen=True)
class ListedDecision:
    """One decision of the ledger, with a link to its cell and the figures that use it."""

    file: str
    sheet: str
    cell: str
    when: str
    decision: CellDecision
    href: str
    figures: tuple[FigureLink, ...]


@dataclass(frozen=True)
class CorrectionsPage:
    """All decisions of the ledger."""

    template: ClassVar[str] = "corrections.html"
    frame: Frame
    decisions: tuple[ListedDecision, ...]


@dataclass(frozen=True)
class ListedWorkbook:
    """One workbook as it was read last, with the pages of its sheets."""

    file: str
    sha256: str
    problem: str
    detail: str
    sheets: tuple[tuple[str, str], ...]
    """Name and page of each."""


@dataclass(frozen=True)
class WorkbooksPage:
    """All workbooks."""

    template: ClassVar[str] = "workbooks.html"
    frame: Frame
    workbooks: tuple[ListedWorkbook, ...]


@dataclass(frozen=True)
class ListedChapter:
    """A chapter in the table of contents; all numbers are counts."""

    code: str
    title: str
    figures: int
    printed: int
    """Figures that the plan prints."""
    verdicts: Mapping[str, int]
    """How many printed numbers came to which verdict."""


@dataclass(frozen=True)
class Conflict:
    """A printed number that contradicts what was computed."""

    figure: FigureLink
    place: str
    note: str


@dataclass(frozen=True)
class StartPage:
    """The table of contents."""

    template: ClassVar[str] = "index.html"
    frame: Frame
    held: HeldForms
    chapters: tuple[ListedChapter, ...]
    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True)
class SearchIndex:
    """What the search box looks through."""

    chapters: Mapping[str, str]
    """Code to title."""
    figures: tuple[tuple[str, str, str, str], ...]
    """Id, label, value with its unit, and chapter of each."""


HtmlPage = ChapterPage | TracePage | SheetPage | FindingsPage | CorrectionsPage | WorkbooksPage | StartPage


def search_index(plan: Iterable[PlanChapter]) -> SearchIndex:
    """Return what the search box looks through."""
    return SearchIndex(
        {chapter.code: chapter.title for chapter in plan},
        tuple(
            (one.id, one.label, f"{one.value} {one.unit}".strip() if one.value else "", one.chapter)
            for one in (traced.figure for chapter in plan for traced in chapter.figures)
        ),
    )


def html_pages(rows: ReturnSetRows, plan: Sequence[PlanChapter]) -> dict[str, HtmlPage]:
    """Return the pages of a return set's site, by file name from its top; the start page comes last.

    Args:
        rows: What is published of it.
        plan: Its chapters.
    """
    names_itself = rows.called.casefold() == rows.title.casefold()
    frame = Frame(rows.commune, rows.title, rows.period, rows.period_title, says_itself=names_itself)
    held = tuple((code, rows.heading(code)) for code in sorted(rows.held))
    drawn = addresses.sheet_pages({(row["file"], row["sheet"]) for row in rows.drawn})
    uses = _uses(rows, plan)
    pages: dict[str, HtmlPage] = {}
    for chapter in plan:
        pages[f"chapters/{chapter.code}.html"] = ChapterPage(
            frame,
            held,
            chapter.code,
            chapter.title,
            chapter.charts,
            tuple(traced.figure for traced in chapter.printed),
            tuple(traced.figure for traced in chapter.others),
        )
        pages[f"trace/{chapter.code}.html"] = _trace_page(frame, held, chapter, drawn)
    pages |= _sheet_pages(frame, rows, drawn, uses)
    pages["findings.html"] = FindingsPage(frame, held, tuple(_finding(rows, row, drawn) for row in rows.findings))
    pages["corrections.html"] = CorrectionsPage(frame, tuple(_decision(row, drawn, uses) for row in rows.ledger))
    pages["workbooks.html"] = WorkbooksPage(frame, tuple(_workbook(row, drawn) for row in rows.files))
    pages["index.html"] = _start_page(frame, held, plan)
    return pages


def _trace_page(frame: Frame, held: HeldForms, chapter: PlanChapter, drawn: Mapping[SheetName, str]) -> TracePage:
    named = dict.fromkeys((cell.workbook, cell.sheet) for one in chapter.figures for cell in one.sources)
    own = {name: drawn[name] for name in named if name in drawn}
    return TracePage(frame, held, chapter.code, chapter.title, chapter.figures, own)


def _start_page(frame: Frame, held: HeldForms, plan: Sequence[PlanChapter]) -> StartPage:
    return StartPage(
        frame,
        held,
        tuple(
            ListedChapter(
                chapter.code, chapter.title, len(chapter.figures), len(chapter.printed), dict(chapter.verdicts)
            )
            for chapter in plan
        ),
        tuple(
            Conflict(_linked(traced.figure), printed.place, printed.note)
            for chapter in plan
            for traced in chapter.figures
            for printed in traced.figure.printed
            if printed.verdict == Verdict.CONFLICT
        ),
    )


def _linked(figure: PlanFigure) -> FigureLink:
    return FigureLink(figure.label, figure.value, figure.unit, addresses.trace(figure.chapter, figure.id))


def _uses(rows: ReturnSetRows, plan: Iterable[PlanChapter]) -> dict[CellName, tuple[FigureLink, ...]]:
    """Return the figures that are made of each cell."""
    links = {traced.figure.id: _linked(traced.figure) for chapter in plan for traced in chapter.figures}
    uses: dict[CellName, dict[str, FigureLink]] = {}
    for edge in rows.lineage:
        if edge["figure"] in links:
            cell = (rows.workbook(edge["file"], edge["sha256"]), edge["sheet"], edge["cell"])
            uses.setdefault(cell, {})[edge["figure"]] = links[edge["figure"]]
    return {cell: tuple(figures.values()) for cell, figures in uses.items()}


def _sheet_pages(
    frame: Frame,
    rows: ReturnSetRows,
    drawn: Mapping[SheetName, str],
    uses: Mapping[CellName, tuple[FigureLink, ...]],
) -> Iterable[tuple[str, SheetPage]]:
    cells: dict[SheetName, list[sheets.FilledCell]] = {name: [] for name in drawn}
    hashes: dict[str, str] = {}
    for row in rows.drawn:
        cells[row["file"], row["sheet"]].append(sheets.FilledCell.of(row))
        hashes[row["file"]] = row["sha256"]
    used: dict[SheetName, dict[str, tuple[FigureLink, ...]]] = {}
    for (workbook, sheet, cell), figures in uses.items():
        used.setdefault((workbook, sheet), {})[cell] = figures
    corrected: dict[SheetName, dict[str, CellDecision]] = {}
    for row in rows.ledger:
        corrected.setdefault((row["file"], row["sheet"]), {})[row["cell"]] = _cell_decision(row)
    found: dict[SheetName, dict[str, tuple[tuple[str, str], ...]]] = {}
    for row in rows.findings:
        for cell in items_of(row["cells"]):
            own = found.setdefault((row["file"], row["sheet"]), {})
            own[cell] = (*own.get(cell, ()), (row["code"], row["message"]))
    for name, page in drawn.items():
        in_order = sorted(used.get(name, {}).items(), key=lambda item: position(item[0]) or (0, 0))
        workbook, sheet = name
        yield (
            page,
            SheetPage(
                frame,
                workbook,
                sheet,
                hashes[workbook],
                tuple(cells[name]),
                dict(in_order),
                corrected.get(name, {}),
                found.get(name, {}),
            ),
        )


def _cell_decision(row: TableRow) -> CellDecision:
    return CellDecision(row["decision"], row["old"], row["new"], row["reason"], row["who"])


def _finding(rows: ReturnSetRows, row: TableRow, drawn: Mapping[SheetName, str]) -> ListedFinding:
    return ListedFinding(
        severity=row["severity"],
        code=row["code"],
        reporter=rows.reporter(row["reporter"]),
        file=row["file"],
        sheet=row["sheet"],
        message=row["message"],
        written=row["written"],
        expected=_expected(row),
        suggestion=row["suggestion"],
        links=tuple((cell, addresses.link(drawn, row["file"], row["sheet"], cell)) for cell in items_of(row["cells"])),
    )


_OF_UNITS = frozenset(kind.value.code for kind in (Problems.WRONG_UNIT, Problems.UNIT_MISSING))
"""Codes of what expects a unit itself."""


@cache
def _units(form: str) -> frozenset[str]:
    """Return the units of a form's fields."""
    fields = CATALOGUE.by_code[form].fields() if form in CATALOGUE.by_code else {}
    return frozenset(item.unit.label for item in fields.values())


def _expected(row: TableRow) -> str:
    """Return what a finding expects: a number, with the sign of a bound before it where it is one, as in «≤ 141».

    Of a cell that says no number at all the unit is kept in which one is wanted.
    """
    if row["code"] not in _OF_UNITS and row["expected"] in _units(row["form"]):
        return f"số, tính bằng {row['expected']}"
    edit = CATALOGUE.edits.get(row["code"])
    if edit is not None and edit.relation and expects_what_its_edit_asks(row):
        return f"{edit.relation} {row['expected']}"
    return str(row["expected"])


def _decision(
    row: TableRow, drawn: Mapping[SheetName, str], uses: Mapping[CellName, tuple[FigureLink, ...]]
) -> ListedDecision:
    cell = (row["file"], row["sheet"], row["cell"])
    return ListedDecision(
        *cell, as_people_write(row["when"]), _cell_decision(row), addresses.link(drawn, *cell), uses.get(cell, ())
    )


def _workbook(row: TableRow, drawn: Mapping[SheetName, str]) -> ListedWorkbook:
    own = tuple((sheet, page) for (workbook, sheet), page in drawn.items() if workbook == row["file"])
    return ListedWorkbook(row["file"], row["sha256"], row["problem"], row["detail"], own)
