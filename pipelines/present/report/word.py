"""The Word annex: the template filled in.

Belongs here: docxtpl, and what a template cannot say: widths of tables with any number of columns, descriptions of
pictures, fixed dates. Does not belong here: words and looks (the template), what the report says (``contents``).
"""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from importlib import resources
from typing import Any

from docx.document import Document
from docx.oxml.ns import qn
from docx.shared import Length, Mm
from docx.table import Table
from docx.text.paragraph import Paragraph
from docxtpl import DocxTemplate, InlineImage, RichText, RichTextParagraph
from jinja2 import Environment, StrictUndefined

from pipelines.present.report import charts
from pipelines.present.report.contents import Report, ReportChapter
from pipelines.present.report.lines import FigureLine
from pipelines.present.report.records import RecordTable
from schemas.words import WORDS

TEMPLATE = ("templates", "report.docx")

TEXT_STYLE, DEPTHS = "Bảng - chữ", 4
"""The template's style of a label, and how many of it there are: one for each depth, the deepest for all below."""

RECORDS_STYLE = "Bảng kẻ theo đơn vị"
"""The template's style of the tables whose columns are counted by the data."""

_PAGE_MM, _LABEL_MM, _LEAST_LABEL_MM = 165, 80, 40
_LETTER_MM, _NARROW_MM, _PADDING_MM = 2.2, 1.1, 3.0
"""How wide a digit, a dot or comma, and the edges of a cell are in the tables' size of letters."""

_HEADING_LINES = 4
"""Lines that a heading may take."""


def document(report: Report) -> bytes:
    """Return the Word annex; the same report gives the same bytes."""
    template = DocxTemplate(io.BytesIO(resources.files("pipelines.present.report").joinpath(*TEMPLATE).read_bytes()))
    styles = template.get_docx().styles
    names = [styles[f"{TEXT_STYLE} {depth}" if depth else TEXT_STYLE].style_id for depth in range(DEPTHS)]
    environment = Environment(undefined=StrictUndefined, autoescape=True)
    template.render(_context(report, template, names), environment)
    made: Document = template.docx
    for table in made.tables:
        _keep_ends(table)
    written = [table for table in made.tables if table.style is not None and table.style.name == RECORDS_STYLE]
    wanted = [part for chapter in report.chapters for part in _record_tables(chapter)]
    for table, records in zip(written, wanted, strict=True):
        _set_widths(table, records)
    drawn = [chart for chapter in report.chapters for chart in chapter.charts]
    for shape, chart in zip(made.inline_shapes, drawn, strict=True):
        shape._inline.docPr.set("descr", f"{chart.title}: {chart.described}.")
        shape._inline.docPr.set("name", chart.title)
    made.core_properties.created = made.core_properties.modified = report.date
    saved = io.BytesIO()
    template.save(saved)
    return frozen(saved.getvalue(), report.date)


def frozen(content: bytes, date: datetime) -> bytes:
    """Return a zip archive with all its entries dated alike, for the clock must not decide a report's bytes."""
    thawed = zipfile.ZipFile(io.BytesIO(content))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in thawed.namelist():
            entry = zipfile.ZipInfo(name, date.timetuple()[:6])
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            archive.writestr(entry, thawed.read(name))
    return buffer.getvalue()


def _context(report: Report, template: DocxTemplate, styles: Sequence[str]) -> dict[str, Any]:
    return {
        "title": f"Phụ lục số liệu {report.period}, {report.commune}",
        "office": f"Ủy ban nhân dân {report.commune}",
        "commune": report.commune,
        "period": report.period,
        "printed": sum(report.verdicts.values()),
        "verdicts": list(report.verdicts.items()),
        "released": report.released,
        "held": report.held,
        "held_notice": WORDS["held.notice"][0],
        "chapters": [_chapter(chapter, template, styles) for chapter in report.chapters],
    }


def _chapter(chapter: ReportChapter, template: DocxTemplate, styles: Sequence[str]) -> dict[str, Any]:
    lines: list[Mapping[str, Any]] = [_line(line, styles) for line in chapter.printed]
    if chapter.others:
        lines.append({"heading": WORDS["figures.others"][0]})
        lines += [_line(line, styles) for line in chapter.others]
    return {
        "number": chapter.number,
        "title": chapter.title,
        "lines": lines,
        "comparisons": chapter.comparisons,
        "tables": [
            {
                "title": part.title,
                "corner": part.corner,
                "headings": part.headings,
                "rows": [{"label": label, "cells": cells} for label, cells in part.rows],
            }
            for part in _record_tables(chapter)
        ],
        "charts": [
            {
                "title": chart.title,
                "picture": InlineImage(template, io.BytesIO(charts.picture(chart)), width=Mm(charts.WIDTH_MM)),
            }
            for chart in chapter.charts
        ],
        "notes": chapter.notes,
    }


def _record_tables(chapter: ReportChapter) -> list[RecordTable]:
    """Return the tables whose columns are counted by the data, as they come on paper."""
    return [part for records in (*chapter.tables, *chapter.beside) for part in _parts(records)]


def _line(line: FigureLine, styles: Sequence[str]) -> dict[str, Any]:
    label = RichTextParagraph()
    label.add(RichText(line.figure.label), parastyle=styles[min(line.depth, len(styles) - 1)])
    return {
        "heading": "",
        "number": line.number,
        "label": label,
        "unit": line.figure.unit,
        "value": line.value,
        "printed": line.printed,
    }


def _parts(records: RecordTable) -> list[RecordTable]:
    """Return a record table as it is, or as several below one another where it is too wide for the page."""
    room = _PAGE_MM - _LEAST_LABEL_MM
    parts: list[list[int]] = [[]]
    for column in range(len(records.headings)):
        if parts[-1] and sum(_needed(records, other) for other in (*parts[-1], column)) > room:
            parts.append([])
        parts[-1].append(column)
    return [
        replace(
            records,
            title=records.title if part is parts[0] else f"{records.title} (tiếp theo)",
            headings=tuple(records.headings[column] for column in part),
            rows=tuple((label, tuple(cells[column] for column in part)) for label, cells in records.rows),
        )
        for part in parts
    ]


def _needed(records: RecordTable, column: int) -> float:
    """Return how wide a column must be for its longest word, and for a heading of a few lines, in millimetres."""
    cells = (cells[column] for _, cells in records.rows)
    heading = records.headings[column]
    words = [*heading.split(), *(f"{word}{cell.marks}" for cell in cells for word in cell.text.split())]
    return _PADDING_MM + max(*map(_width, words), _width(heading) / _HEADING_LINES)


def _width(words: str) -> float:
    return sum(_NARROW_MM if letter in ".,() " else _LETTER_MM for letter in words)


def _set_widths(table: Table, records: RecordTable) -> None:
    """Give the columns what they need, the labels what is then left, and the rest to all alike."""
    needed = [_needed(records, column) for column in range(len(records.headings))]
    label = min(_LABEL_MM, _PAGE_MM - sum(needed))
    more = (_PAGE_MM - label - sum(needed)) / len(needed)
    widths: list[Length] = [Mm(label), *(Mm(width + more) for width in needed)]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = width


def _keep_ends(table: Table) -> None:
    """Keep the first rows of a table together, and the last ones, so that no page begins or ends with a single row."""
    rows = table._tbl.tr_lst
    for row in {id(row): row for row in (*rows[:2], *rows[-2:-1])}.values():
        for paragraph in row.iter(qn("w:p")):
            Paragraph(paragraph, table).paragraph_format.keep_with_next = True
