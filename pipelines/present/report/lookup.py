"""The published rows of a return set, looked up by figure.

Belongs here: indexes over the rows, and which declaration a published figure is of. Does not belong here: sentences
(``lines``), tables.
"""

from collections.abc import Sequence
from functools import cached_property

from pipelines.present.plan import PlanFigure
from pipelines.present.rows import ReturnSetRows, TableRow, grouped
from schemas.figure import Figure
from schemas.form import Form


class Lookup:
    """Indexes over the rows of a return set, each made when it is first asked for."""

    def __init__(self, rows: ReturnSetRows) -> None:
        self._rows = rows

    def row(self, figure: str) -> TableRow | None:
        """Return the published row of a figure (``schemas.tables.FIGURES``); nothing where there is none."""
        return self._by_id.get(figure)

    @cached_property
    def _by_id(self) -> dict[str, TableRow]:
        return {row["id"]: row for row in self._rows.figures}

    def statements(self, figure: str) -> Sequence[TableRow]:
        """Return what the plan prints of a figure (``schemas.tables.STATEMENTS``), in its order."""
        return self._statements.get(figure, ())

    @cached_property
    def _statements(self) -> dict[str, list[TableRow]]:
        return grouped(self._rows.statements, "id")

    def edges(self, figure: str) -> Sequence[TableRow]:
        """Return the cells behind a figure (``schemas.tables.LINEAGE``)."""
        return self._rows.edges.get(figure, ())

    def figures(self, chapter: str) -> Sequence[Figure]:
        """Return the figures a chapter declares; none where the catalogue does not know it."""
        return self._figures.get(chapter, ())

    @cached_property
    def _figures(self) -> dict[str, Sequence[Figure]]:
        return {chapter.code: chapter.figures for chapter in self._rows.chapters}

    def declared(self, figure: PlanFigure) -> Figure | None:
        """Return what declares a figure: itself, or the figure per record that it is one of."""
        own, row = self.figures(figure.chapter), self.row(figure.id)
        whole = next((one for one in own if one.id == figure.id), None)
        if whole is not None or row is None or not (row["reporter"] or row["line"]):
            return whole
        record = (row["reporter"], row["line"])
        return next((one for one in own if one.per_record and one.id_for(*record) == figure.id), None)

    def held(self, figure: PlanFigure) -> list[str]:
        """Return the forms of a figure that are held back, each as a reader knows it."""
        row = self.row(figure.id)
        codes = row["forms"].split() if row else [form.code for form in self._forms(figure)]
        return [self.form(code) for code in codes if code in self._rows.held]

    def _forms(self, figure: PlanFigure) -> Sequence[type[Form]]:
        return next((one.forms for one in self.figures(figure.chapter) if one.id == figure.id), ())

    def form(self, code: str) -> str:
        """Return a form as a reader knows it: by its code and its heading."""
        return f"{code} «{self._rows.heading(code)}»" if code in self._rows.forms else code
