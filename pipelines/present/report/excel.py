"""The Excel annex: the same figures as live formulas over the accepted values.

Belongs here: sheets, formats, native charts. Does not belong here: what the report says (``contents``), a formula of
ours written as one of Excel's (``formulas``).

The accepted values stand on a sheet of their own, form by form, by reporter. A figure is a formula over those cells
wherever they give exactly the published value, and the bare value with a remark where they do not. Every formula
carries our value as its cached result, so that it is right also where nothing recalculates.
"""

import io
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import xlsxwriter
from xlsxwriter.utility import quote_sheetname, xl_rowcol_to_cell

from pipelines.present import compared, plan
from pipelines.present.charts import PlanChart, marked
from pipelines.present.report.contents import COMPARISONS, Report, ReportChapter
from pipelines.present.report.formulas import DATA, FormData, Record, excel, form_data
from pipelines.present.report.lines import FigureLine
from pipelines.present.report.notes import BLANK
from pipelines.present.rows import TableRow
from pipelines.steps.numbers import read_number
from schemas.form import Form
from schemas.formula import Total
from schemas.kept import ESTIMATES_FILE
from schemas.periods import Period
from schemas.units import decimals_needed, unit_labelled
from schemas.words import VERDICTS, WORDS

_CONTENTS, _CHARTS = WORDS["nav.start"][0], WORDS["charts"][0]
_LONGEST_NAME, _FORBIDDEN = 31, str.maketrans(dict.fromkeys("[]:*?/\\", " "))
"""What Excel asks of the name of a sheet."""

_VIETNAMESE = "[$-42A]"
"""Makes a number format group by dots and begin decimals with a comma, whatever the reader's settings."""

_TITLE = "Số liệu các chỉ tiêu"
_ABOUT = (
    "Ô «Giá trị» là công thức trên trang «Số liệu», nơi ghi số đã được chấp nhận của từng đơn vị; "
    "ô tô màu là số đã đính chính hoặc số ước, có chú thích. Dấu «…» là không có số liệu, không phải bằng 0."
)
_STATIC = "Số ghi thẳng, không phải công thức: các ô số liệu không cho đúng số này."

_HEADINGS = (
    ("STT", 6),
    (WORDS["figure"][0], 46),
    (WORDS["unit"][0], 12),
    ("Giá trị", 18),
    (WORDS["printed"][0], 18),
    (WORDS["verdict"][0], 11),
    (WORDS["note"][0], 56),
    (WORDS["trace.formula"][0], 70),
)
_VALUE, _PRINTED, _ON_PAPER = 3, 4, 7
"""The columns of the value and of the plan's number; how many are printed: formulas in words are for the screen."""

_ROWS_OF_A_PAGE = 55
"""Rows of one line that a page across holds, of the sheets with values and charts."""

_BESIDE = WORDS["compared"][0]

_GREYS = ("#404040", "#D9D9D9", "#808080", "#F2F2F2", "#000000", "#BFBFBF", "#FFFFFF")


def workbook(report: Report) -> bytes:
    """Return the Excel annex; the same report gives the same bytes."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    title, office = f"{_TITLE} {report.period}", f"Ủy ban nhân dân {report.commune}"
    book.set_properties({"title": f"{title}, {report.commune}", "author": office, "created": report.date})
    styles = _Styles(book)
    data = form_data(report.rows)
    contents = book.add_worksheet(_CONTENTS)
    names = _sheet_names(report.chapters)
    sheets = [book.add_worksheet(name) for name in names]
    cells: dict[str, str] = {}
    for chapter, sheet in zip(report.chapters, sheets, strict=True):
        written = _Chapter(sheet, styles, report, data)
        written.write(chapter)
        cells |= written.cells
    if any(chapter.compared for chapter in report.chapters):
        _write_comparison(book.add_worksheet(_BESIDE), styles, report, cells)
    _Charts(book, book.add_worksheet(_CHARTS), styles, report, data, cells).write()
    _write_values(book.add_worksheet(DATA), data.values(), styles, report)
    _write_contents(contents, styles, report, names, data.values())
    book.close()
    return buffer.getvalue()


class _Styles:
    """The formats of the workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[str, Any] = {}

    def __call__(self, look: str, **more: Any) -> Any:
        """Return a format: a named look, and what one cell needs beyond it."""
        key = f"{look}{sorted(more.items())}"
        if key not in self._made:
            self._made[key] = self._book.add_format(_BASE | _LOOKS[look] | more)
        return self._made[key]

    def number(self, value: Decimal, mark: str = "") -> Any:
        """Return the format that shows a number as Vietnamese prints it, with the decimals it has, and a mark after."""
        decimals = decimals_needed(value)
        places = f".{'0' * decimals}" if decimals else ""
        return self("number", num_format=f"{_VIETNAMESE}#,##0{places}" + (f'"{mark}"' if mark else ""))


_FONT, _LINE_POINTS, _ROW_PIXELS, _LETTERS = "Times New Roman", 16.5, 22, 1.25
_BASE: dict[str, Any] = {"font_name": _FONT, "font_size": 12, "valign": "vcenter"}
_LOOKS: dict[str, dict[str, Any]] = {
    "plain": {},
    "title": {"bold": True, "font_size": 14},
    "heading": {"bold": True, "border": 1, "align": "center", "text_wrap": True, "bg_color": "#E7E6E6"},
    "section": {"bold": True, "border": 1, "bg_color": "#F2F2F2"},
    "label": {"border": 1, "text_wrap": True},
    "centre": {"border": 1, "align": "center", "text_wrap": True},
    "right": {"border": 1, "align": "right", "text_wrap": True},
    "number": {"border": 1, "align": "right"},
    "remarked": {"border": 1, "align": "right", "bg_color": "#FFF2CC"},
    "link": {"font_color": "#0563C1", "underline": 1},
}


def _sheet_names(chapters: Sequence[ReportChapter]) -> list[str]:
    """Return the names of the chapters' sheets; the number in front keeps them apart when they are cut."""
    return [f"{chapter.number}. {chapter.title}".translate(_FORBIDDEN)[:_LONGEST_NAME].strip() for chapter in chapters]


def _page(sheet: Any, report: Report, styles: "_Styles", title: str, repeated: int) -> None:
    """Write what all sheets begin with, and set what they share on paper: A4 across, one page wide, same headings."""
    sheet.write_string(0, 0, title, styles("title"))
    sheet.write_url(1, 0, f"internal:{quote_sheetname(_CONTENTS)}!A1", styles("link"), _CONTENTS)
    sheet.set_default_row(_LINE_POINTS)
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.8, right=0.6, top=0.8, bottom=0.8)
    sheet.repeat_rows(0, repeated)
    sheet.freeze_panes(repeated + 1, 0)
    commune = (report.commune[0].upper() + report.commune[1:]).replace("&", "&&")
    sheet.set_header(f'&L&"{_FONT}"{commune}, {report.period}&R&"{_FONT}"Trang &P/&N')


def _fit(sheet: Any, row: int, texts: Iterable[tuple[str, int]]) -> None:
    """Make a row as high as its longest text needs in its column: not every program does so by itself."""
    lines = max(len(textwrap.wrap(text, int(width * _LETTERS))) for text, width in texts)
    if lines > 1:
        sheet.set_row(row, lines * _LINE_POINTS)


@dataclass
class _Chapter:
    """The sheet of one chapter, written from the top down."""

    sheet: Any
    styles: _Styles
    report: Report
    data: Mapping[type[Form], FormData]
    row: int = 0
    cells: dict[str, str] = field(default_factory=dict)
    """Where each figure stands."""

    def write(self, chapter: ReportChapter) -> None:
        """Write the headings and the figures."""
        for column, (words, width) in enumerate(_HEADINGS):
            self.sheet.set_column(column, column, width)
            self.sheet.write_string(2, column, words, self.styles("heading"))
        _page(self.sheet, self.report, self.styles, f"{chapter.number}. {chapter.title}", 2)
        self.row = 3
        self._section("", chapter.printed)
        self._section(WORDS["figures.others"][0], chapter.others)
        self._section(COMPARISONS, [*(one.line for one in chapter.comparisons), *chapter.amounts])
        for table in chapter.tables:
            self._section(table.title, table.lines)
        self.sheet.print_area(0, 0, self.row, _ON_PAPER - 1)

    def _section(self, title: str, lines: Sequence[FigureLine]) -> None:
        if title and lines:
            self.sheet.merge_range(self.row, 0, self.row, _ON_PAPER - 1, title, self.styles("section"))
            self.row += 1
        for line in lines:
            self._line(line)
            self.row += 1

    def _line(self, line: FigureLine) -> None:
        styles, figure = self.styles, line.figure
        formula = excel(line, self.data)
        notes = [*line.notes]
        if not formula and line.row is not None and line.row["value"] is not None:
            notes.append(_STATIC)
        verdicts = "; ".join(dict.fromkeys(VERDICTS[printed.verdict] for printed in figure.printed))
        all_notes = " ".join(notes)
        texts = (line.number, figure.label, figure.unit, "", line.printed.text, verdicts, all_notes, line.formula)
        looks = ("centre", "label", "centre", "", "", "centre", "label", "label")
        for column, (text, look) in enumerate(zip(texts, looks, strict=True)):
            if look:
                indent = {"indent": line.depth} if column == 1 else {}
                self.sheet.write_string(self.row, column, text, styles(look, **indent))
        self.cells[figure.id] = f"{quote_sheetname(self.sheet.name)}!{xl_rowcol_to_cell(self.row, _VALUE)}"
        self._value(line, formula)
        self._printed(line)
        widths = [width - 2 * line.depth if column == 1 else width for column, (_, width) in enumerate(_HEADINGS)]
        _fit(self.sheet, self.row, zip(texts, widths, strict=True))

    def _value(self, line: FigureLine, formula: str) -> None:
        value = line.row["value"] if line.row else None
        if value is None:
            self.sheet.write_string(self.row, _VALUE, line.value.text, self.styles("right"))
        elif formula:
            self.sheet.write_formula(self.row, _VALUE, formula, self.styles.number(value), float(value))
        else:
            self.sheet.write_number(self.row, _VALUE, float(value), self.styles.number(value))

    def _printed(self, line: FigureLine) -> None:
        """Write the plan's number as a number where it is written as one, else as it is worded."""
        rows = [row for row in self.report.rows.statements if row["id"] == line.figure.id]
        unit = unit_labelled(rows[0]["unit"]) if len(rows) == 1 else None
        read = read_number("text", rows[0]["printed"], unit).value if unit else None
        if read is not None and read == Decimal(rows[0]["value"]):
            self.sheet.write_number(self.row, _PRINTED, float(read), self.styles.number(read))
        else:
            self.sheet.write_string(self.row, _PRINTED, line.printed.text, self.styles("right"))


@dataclass
class _Charts:
    """The sheet of the charts, each below the table that it is drawn from, written from the top down."""

    book: Any
    sheet: Any
    styles: _Styles
    report: Report
    data: Mapping[type[Form], FormData]
    cells: Mapping[str, str]
    """Where each figure stands."""
    row: int = 3

    def write(self) -> None:
        """Write the charts, as many on a page as it holds whole."""
        charts = [chart for chapter in self.report.chapters for chart in chapter.charts]
        self.sheet.set_column(0, 0, 60)
        self.sheet.set_column(1, max((len(chart.series) for chart in charts), default=1), 15)
        _page(self.sheet, self.report, self.styles, _CHARTS, 1)
        blocks = []
        for chart in charts:
            top = self.row
            self._chart(chart)
            blocks.append((top, self.row))
        self.sheet.set_h_pagebreaks(_breaks(blocks))

    def _chart(self, chart: PlanChart) -> None:
        """Write the numbers, which follow the figures' cells, and draw them."""
        top, last = self.row, self.row + len(chart.bars)
        names = chart.series or (_HEADINGS[_VALUE][0],)
        for column, words in enumerate([chart.title, *names]):
            self.sheet.write_string(top, column, words, self.styles("heading"))
        for at, bar in enumerate(chart.bars):
            self.sheet.write_string(top + 1 + at, 0, bar.label, self.styles("label"))
            _fit(self.sheet, top + 1 + at, ((bar.label, 60),))
            for part, segment in enumerate(bar.segments):
                behind = (
                    self._part(chart.ids[part], bar.reporter) if chart.series else self.cells.get(chart.ids[at], "")
                )
                cell, look = (top + 1 + at, 1 + part), self.styles.number(segment.value)
                if not chart.table[at][1][part]:
                    self.sheet.write_string(*cell, BLANK, self.styles("right"))
                elif behind:
                    self.sheet.write_formula(*cell, f"={behind}", look, float(segment.value))
                else:
                    self.sheet.write_number(*cell, float(segment.value), look)
        height = 120 + 34 * len(chart.bars)
        drawn = self._drawn(chart, names, top, last)
        drawn.set_size({"width": 900, "height": height})
        self.sheet.insert_chart(last + 2, 0, drawn, {"description": f"{chart.title}: {chart.described}."})
        self.row = last + 4 + height // _ROW_PIXELS

    def _drawn(self, chart: PlanChart, names: Sequence[str], top: int, last: int) -> Any:
        drawn = self.book.add_chart({"type": "bar", "subtype": "stacked"} if chart.series else {"type": "bar"})
        for column in range(1, 1 + len(names)):
            drawn.add_series(
                {
                    "name": [_CHARTS, top, column],
                    "categories": [_CHARTS, top + 1, 0, last, 0],
                    "values": [_CHARTS, top + 1, column, last, column],
                    "fill": {"color": _GREYS[(column - 1) % len(_GREYS)]},
                    "border": {"color": "#000000", "width": 0.5},
                    "gap": 60,
                    "data_labels": {"value": not chart.series},
                }
            )
        font = {"name": _FONT, "size": 11}
        drawn.set_title({"name": chart.title, "name_font": {**font, "bold": True}})
        drawn.set_y_axis({"reverse": True, "num_font": font})
        drawn.set_x_axis(
            {"num_font": font, "num_format": f"{_VIETNAMESE}#,##0", "major_gridlines": {"visible": False}, "min": 0}
        )
        drawn.set_legend({"position": "bottom", "font": font} if chart.series else {"none": True})
        return drawn

    def _part(self, identifier: str, reporter: str) -> str:
        """Return the cell of what one reporter gave to a figure; nothing where it is not one cell."""
        figures = (one for chapter in self.report.rows.chapters for one in chapter.figures)
        declared = next((one for one in figures if one.id == identifier), None)
        if declared is None or not isinstance(declared.formula, Total):
            return ""
        asked = declared.formula.field
        data = self.data.get(asked.form)
        records = data.records if data and asked.unit.factor == declared.unit.factor else ()
        own = [record for record in records if record[0] == reporter and data and (record, asked.name) in data.values]
        return data.at(own[0], asked.name) if data and len(own) == 1 else ""


def _write_comparison(sheet: Any, styles: _Styles, report: Report, cells: Mapping[str, str]) -> None:
    """Write the figures beside those of earlier periods and the plan, chapter by chapter."""
    sides = plan.sides(line.figure for chapter in report.chapters for line in chapter.compared)
    periods = compared.beside(report.rows.period, report.rows.earlier)
    last = 2 + 3 * len(sides)
    sheet.set_column(0, 0, 46)
    sheet.set_column(1, 1, 12)
    sheet.set_column(2, last, 15)
    _page(sheet, report, styles, _BESIDE, 3)
    for column, key in enumerate(("figure", "unit", "compared.now")):
        sheet.merge_range(2, column, 3, column, WORDS[key][0], styles("heading"))
    for column, side in zip(range(3, last, 3), sides, strict=True):
        against, *changes = compared.heads(side)
        period = f" ({Period.parse(periods[side]).title})" if side in periods else ""
        sheet.merge_range(2, column, 2, column + 2, f"{WORDS[against][0]}{period}", styles("heading"))
        for number, key in enumerate(("compared.value", *changes)):
            sheet.write_string(3, column + number, WORDS[key][0], styles("heading"))
    row = 4
    for chapter in (one for one in report.chapters if one.compared):
        sheet.merge_range(row, 0, row, last, f"{chapter.number}. {chapter.title}", styles("section"))
        for line in chapter.compared:
            row += 1
            figure, value = line.figure, line.row["value"] if line.row else None
            label = marked(figure.label, figure.state)
            sheet.write_string(row, 0, label, styles("label"))
            sheet.write_string(row, 1, figure.unit, styles("centre"))
            _fit(sheet, row, ((label, 46), (figure.unit, 12)))
            if value is not None:
                sheet.write_formula(row, 2, f"={cells[figure.id]}", styles.number(value), float(value))
            else:
                sheet.write_string(row, 2, BLANK, styles("right"))
            held = [figure.beside.get(side, compared.NOTHING) for side in sides]
            for column, one in zip(range(3, last, 3), held, strict=True):
                for number, told in enumerate((one.value, one.change, one.percent)):
                    if told is None:
                        sheet.write_string(row, column + number, BLANK, styles("right"))
                    else:
                        look = styles.number(told, "" if number else one.mark)
                        sheet.write_number(row, column + number, float(told), look)
        row += 1
    if any(line.figure.reported_last_year for chapter in report.chapters for line in chapter.compared):
        sheet.write_string(row, 0, WORDS["compared.reported"][0], styles("plain"))


def _write_values(sheet: Any, data: Iterable[FormData], styles: _Styles, report: Report) -> None:
    """Write the accepted values, form by form: one below another, so that paper is not a page per form."""
    _page(sheet, report, styles, DATA, 1)
    sheet.set_column(0, 0, 46)
    sheet.set_column(1, 1, 30)
    sheet.set_column(2, max((one.first[1] + len(one.fields) for one in data), default=2), 17)
    ends = []
    for one in data:
        _write_data(sheet, one, styles, report)
        ends.append((one.top, one.end))
    sheet.set_h_pagebreaks(_breaks(ends))


def _breaks(blocks: Sequence[tuple[int, int]]) -> list[int]:
    """Return before which blocks of rows, from the first to the one below the last, a new page begins."""
    breaks, begun = [], blocks[0][0] if blocks else 0
    for top, end in blocks:
        if end - begun > _ROWS_OF_A_PAGE and top > begun:
            breaks.append(top)
            begun = top
    return breaks


def _write_data(sheet: Any, data: FormData, styles: _Styles, report: Report) -> None:
    """Write the accepted values of a form: its reporters down and its fields across, or the other way round."""
    form, fields, top = data.form, data.form.fields(), data.top
    names = [report.rows.reporter(reporter) for reporter, _ in data.records]
    lines = [_line_name(report, form, record) for record in data.records]
    down, _ = data.first
    sheet.write_string(top, 0, f"{form.code}. {form.heading}", styles("plain", bold=True))
    if data.upright:
        headings = (
            (WORDS["figure"][0], WORDS["unit"][0], *names),
            ("", "", *lines),
        )
        for row, name in enumerate(data.fields, start=down):
            sheet.write_string(row, 0, fields[name].label, styles("label"))
            sheet.write_string(row, 1, fields[name].unit.label, styles("centre"))
            _fit(sheet, row, ((fields[name].label, 46),))
    else:
        headed = [WORDS["reporter"][0], *([form.line_title] if form.line_title else [])]
        headings = (
            (*headed, *(fields[name].label for name in data.fields)),
            (*([""] * len(headed)), *(fields[name].unit.label for name in data.fields)),
        )
        for row, (name, line) in enumerate(zip(names, lines, strict=True), start=down):
            sheet.write_string(row, 0, name, styles("label"))
            if form.line_title:
                sheet.write_string(row, 1, line, styles("label"))
                _fit(sheet, row, ((line, 30),))
    for row, words in enumerate(headings, start=top + 1):
        for column, said in enumerate(words):
            sheet.write_string(row, column, said, styles("heading"))
        _fit(sheet, row, ((said, 17 if column > 1 else 30) for column, said in enumerate(words)))
    for (record, name), found in data.values.items():
        row, column = data.place(record, name)
        remark = _remark(found)
        if found["value"] is None:
            sheet.write_string(row, column, BLANK, styles("remarked" if remark else "right"))
            continue
        plain = styles.number(found["value"])
        shown = styles("remarked", num_format=plain.num_format) if remark else plain
        sheet.write_number(row, column, float(found["value"]), shown)
        if remark:
            sheet.write_comment(row, column, remark, {"author": found["corrected_by"], "x_scale": 2.5, "y_scale": 1.5})


def _remark(found: TableRow) -> str:
    """Return what makes a value another than the reporter wrote; of one that is as it was sent, nothing."""
    if found["file"] == ESTIMATES_FILE:
        return str(found["note"])
    return f"«{found['received']}» thành «{found['text']}»: {found['correction']}" if found["correction"] else ""


def _line_name(report: Report, form: type[Form], record: Record) -> str:
    """Return what a line is called: figures of the line have its name as their scope."""
    named = (
        row["scope"].partition(":")[2]
        for row in report.rows.figures
        if record[1] and (row["reporter"], row["line"]) == record and form.code in row["forms"].split()
    )
    return next(named, record[1])


def _write_contents(
    sheet: Any, styles: _Styles, report: Report, names: Sequence[str], data: Iterable[FormData]
) -> None:
    """Write the first sheet: what this is, what is held back, and the way to every other sheet."""
    sheet.set_column(0, 0, 8)
    sheet.set_column(1, 1, 70)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.write_string(0, 0, f"Ủy ban nhân dân {report.commune}".upper(), styles("title"))
    sheet.write_string(1, 0, f"{_TITLE} {report.period}".upper(), styles("title"))
    row = 3
    sentences = [f"{WORDS['held.notice'][0]} {'; '.join(report.held)}."] if report.held else []
    sentences += [f"Số liệu theo bản đã phát hành «{report.released}»."] if report.released else []
    counted = "; ".join(f"{word.lower()} {count}" for word, count in report.verdicts.items())
    sentences += [f"{WORDS['printed.count'][0]}: {sum(report.verdicts.values())} ({counted}).", _ABOUT]
    for words in sentences:
        sheet.merge_range(row, 0, row, 1, words, styles("plain", text_wrap=True))
        sheet.set_row(row, 18 * (1 + len(words) // 75))
        row += 1
    row += 1
    linked = [(chapter.number, name, chapter.title, 0) for chapter, name in zip(report.chapters, names, strict=True)]
    linked += [("", _BESIDE, _BESIDE, 0)] if any(chapter.compared for chapter in report.chapters) else []
    linked += [(one.form.code, DATA, f"{DATA}: {one.form.heading}", one.top) for one in data]
    for number, name, words, top in linked:
        sheet.write_string(row, 0, number, styles("plain"))
        sheet.write_url(row, 1, f"internal:{quote_sheetname(name)}!A{top + 1}", styles("link"), words)
        row += 1
