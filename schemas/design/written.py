"""A design as the rows of its workbook: what stands in each column, as text.

Belongs here: our objects put into the words of ``schemas.design.sheets``. Two objects are the same design where their
rows are. Does not belong here: reading rows (``pipelines.steps.design``), cells and looks
(``pipelines.handout.design``).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from schemas.chart import Chart
from schemas.design.notation import formula_text, number_text, rule_text
from schemas.design.parts import Design
from schemas.design.sheets import AGAINST, CHART_KINDS, NO, OF_WHICH, PART, SEPARATOR, SEVERITIES, YES
from schemas.edit import Edit
from schemas.edits import Balance
from schemas.fields import FormField
from schemas.figure import Chapter, Figure, units_in
from schemas.form import Form
from schemas.implied_edits import Elsewhere
from schemas.lines import Line
from schemas.outcomes import Severity
from schemas.units import Unit

Row = Mapping[str, str]
"""Texts by the names of a sheet's columns."""

Rows = Mapping[str, Sequence[Row]]
"""Rows by the names of the sheets."""


def rows_of(design: Design) -> Rows:
    """Return every row of a design."""
    return {
        "forms": list(map(form_row, design.forms)),
        "fields": [field_row(item) for form in design.forms for item in form.fields().values()],
        "lines": [row for form in design.forms for row in line_rows(form.code, form.fixed)],
        "rules": [rule_row(edit) for form in design.forms for edit in form.edits if _is_ruled(edit)],
        "chapters": [{"code": chapter.code, "title": chapter.title} for chapter in design.chapters],
        "figures": [figure_row(chapter, figure) for chapter in design.chapters for figure in chapter.figures],
        "charts": [chart_row(chapter, chart) for chapter in design.chapters for chart in chapter.charts],
        "units": list(map(unit_row, design.units)),
    }


def form_row(form: type[Form]) -> Row:
    """Return the row of a form."""
    return {
        "code": form.code,
        "sheet": form.sheet,
        "title": form.heading,
        "reporter": form.reporter_kind,
        "lines": form.line_title,
        "version": str(form.version),
        "due": str(form.due_after),
        "periods": _names(kind.label for kind in form.periods),
        "counts": form.counts.value,
        "domain": form.domain,
        "since": _names(period.code for _, period in sorted(form.since.items())),
    }


def field_row(item: FormField) -> Row:
    """Return the row of a field."""
    parts = [edit.parts for edit in item.form.edits if is_total(edit) and edit.total == item.name]
    return {
        "form": item.form.code,
        "code": item.name,
        "label": item.label,
        "unit": item.unit.label,
        "section": item.section,
        "parts": " + ".join(parts[0]) if parts else "",
        "least": NO if item.minimum is None else str(item.minimum),
        "most": "" if item.maximum is None else str(item.maximum),
        "confirmable": _yes(item.confirmable),
        "optional": _yes(item.optional),
        "stock": _yes(item.stock),
        "aliases": _names(item.aliases),
        "definition": item.definition,
        "planned": item.planned,
        **_versions(item),
        "became": " + ".join(item.became),
        "worded": _names(f"{number}: {label}" for number, label in sorted(item.worded.items())),
    }


def _versions(of: FormField | Line) -> Row:
    return {"since": "" if of.since == 1 else str(of.since), "until": "" if of.until is None else str(of.until)}


def line_rows(form: str, lines: Iterable[Line], within: str = "", how: str = "") -> Iterator[Row]:
    """Yield the rows of printed lines, each before those below it."""
    for line in lines:
        said = {"form": form, "code": line.code, "name": line.name, "within": within, "how": how}
        yield {**said, "without": _names(line.without), **_versions(line)}
        yield from line_rows(form, line.parts, line.code, PART)
        yield from line_rows(form, line.of_which, line.code, OF_WHICH)


def total_code(form: str, field: str) -> str:
    """Return the code of the sum that the field's own row declares."""
    return f"{form}-{field}"


def is_total(edit: Edit) -> bool:
    """Return whether an edit is the sum that its field's own row declares, and not a rule with a row of its own."""
    is_sum = type(edit) is Balance and edit.severity is Severity.ERROR
    return is_sum and edit.code == total_code(edit.form.code, edit.names[0])


def _is_ruled(edit: Edit) -> bool:
    """Return whether an edit has a row of its own, and does not follow from what another row says."""
    return not is_total(edit) and not isinstance(edit, Elsewhere)


def rule_row(edit: Edit) -> Row:
    """Return the row of an edit."""
    severity = next(word for word, severity in SEVERITIES.items() if severity is edit.severity)
    said = {"form": edit.form.code, "code": edit.code, "rule": rule_text(edit), "severity": severity}
    since, until = ("" if number == usual else str(number) for number, usual in ((edit.since, 1), (edit.until, 0)))
    return {**said, "since": since, "until": until}


def figure_row(chapter: Chapter, figure: Figure) -> Row:
    """Return the row of a figure of a chapter."""
    return {
        "chapter": chapter.code,
        "id": figure.id,
        "label": figure.label,
        "formula": formula_text(figure.formula),
        "unit": figure.unit.label,
        "decimals": str(figure.decimals),
        "plan": figure.plan,
        "against": next((word for word, against in AGAINST.items() if against is figure.against), ""),
    }


def chart_row(chapter: Chapter, chart: Chart) -> Row:
    """Return the row of a chart of a chapter."""
    kind = next(word for word, kind in CHART_KINDS.items() if kind is chart.kind)
    return {"chapter": chapter.code, "whole": chart.whole, "parts": _names(chart.parts), "kind": kind}


def unit_row(unit: Unit) -> Row:
    """Return the row of a unit."""
    return {
        "label": unit.label,
        "decimals": str(unit.decimals),
        "dimension": unit.dimension,
        "factor": number_text(unit.factor),
        "aliases": _names(unit.aliases),
        "additive": YES if unit.additive else NO,
    }


def _yes(holds: bool) -> str:
    return YES if holds else ""


def _names(names: Iterable[str]) -> str:
    return f" {SEPARATOR} ".join(names)


def of_forms(design: Design, codes: Iterable[str]) -> Design:
    """Return some forms of a design, with the figures that need no others."""
    wanted = set(codes)
    forms = tuple(form for form in design.forms if form.code in wanted)
    chapters = []
    for chapter in design.chapters:
        figures = [figure for figure in chapter.figures if {form.code for form in figure.forms} <= wanted]
        ids = {figure.id for figure in figures}
        charts = tuple(chart for chart in chapter.charts if {chart.whole, *chart.parts} <= ids)
        if figures:
            chapters.append(Chapter(chapter.code, chapter.title, tuple(figures), charts))
    return Design(forms, tuple(chapters), units_in(forms, chapters))


def by_chapter(design: Design) -> Mapping[str, Design]:
    """Return a design in parts: each chapter, with the forms that more of its figures draw on than of any other."""
    drawn = {
        chapter.code: Counter(form for figure in chapter.figures for form in figure.forms)
        for chapter in design.chapters
    }
    owners = {form: max(drawn, key=lambda code: drawn[code][form]) for form in design.forms}
    parts = {}
    for chapter in design.chapters:
        forms = tuple(form for form in design.forms if owners[form] == chapter.code)
        parts[chapter.code] = Design(forms, (chapter,), units_in(forms, [chapter]))
    return parts
