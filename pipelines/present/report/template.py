"""The first version of the Word template: page, styles, standing words and the places where figures go.

Belongs here: writing ``templates/report.docx``. Does not belong here: filling it in (``word``), figures.

The template is an ordinary document with docxtpl's tags in it, so that an official can change its words and looks in
Word. Whoever rather does it here runs ``python -m pipelines.present.report.template``, which writes it anew. Once it
has been changed in Word this module has done its work: delete it, and the test that holds the two together.

Page, fonts and heading follow the annexes of Nghị định 30/2020/NĐ-CP: A4, margins 20, 15, 20 and 30 mm, Times New
Roman, the page number at the top from the second page on.
"""

import io
from collections.abc import Sequence
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

from pipelines.present.report.contents import COMPARISONS
from pipelines.present.report.word import DEPTHS, RECORDS_STYLE, TEMPLATE, TEXT_STYLE, frozen

_FONT, _SIZE, _TABLE_SIZE = "Times New Roman", 14, 12
_LEFT, _CENTRE, _RIGHT = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT

_NUMBER_STYLE, _HEAD_STYLE, _CAPTION_STYLE, _NOTE_STYLE = "Bảng - số", "Bảng - đầu", "Tên bảng", "Ghi chú bảng"
_LINED = "Bảng kẻ"


def build() -> bytes:
    """Return the template."""
    document = Document()
    _page(document)
    _styles(document)
    _heading(document)
    _introduction(document)
    _chapters(document)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = "{{ title }}", "{{ office }}", ""
    properties.last_modified_by, properties.language = "", "vi-VN"
    properties.created = properties.modified = _WRITTEN
    saved = io.BytesIO()
    document.save(saved)
    return frozen(saved.getvalue(), _WRITTEN)


_WRITTEN = datetime(2024, 1, 1)
"""A fixed date: the same words give the same bytes."""


def _page(document: WordDocument) -> None:
    (section,) = document.sections
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.header_distance = section.footer_distance = Mm(10)
    section.different_first_page_header_footer = True
    number = section.header.paragraphs[0]
    number.alignment = _CENTRE
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = number.add_run()
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)


def _styles(document: WordDocument) -> None:
    normal = document.styles["Normal"]
    _font(normal, _SIZE)
    normal.paragraph_format.space_after = Pt(6)
    normal.paragraph_format.space_before = Pt(0)
    normal.paragraph_format.line_spacing = 1.0
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "vi-VN")
    normal.element.get_or_add_rPr().append(language)
    _font(document.styles["Header"], 13)
    heading = document.styles["Heading 1"]
    _font(heading, _SIZE, bold=True)
    heading.paragraph_format.space_before, heading.paragraph_format.space_after = Pt(14), Pt(6)
    heading.paragraph_format.keep_with_next = True
    text = _paragraph_style(document, TEXT_STYLE)
    for depth in range(1, DEPTHS):
        _paragraph_style(document, f"{TEXT_STYLE} {depth}").paragraph_format.left_indent = Mm(4 * depth)
    _paragraph_style(document, _NUMBER_STYLE).paragraph_format.alignment = _RIGHT
    head = _paragraph_style(document, _HEAD_STYLE)
    head.font.bold, head.paragraph_format.alignment, head.paragraph_format.keep_with_next = True, _CENTRE, True
    text.paragraph_format.alignment = _LEFT
    caption = _paragraph_style(document, _CAPTION_STYLE, 13)
    caption.font.italic, caption.paragraph_format.keep_with_next = True, True
    caption.paragraph_format.space_before, caption.paragraph_format.space_after = Pt(8), Pt(4)
    note = _paragraph_style(document, _NOTE_STYLE)
    note.paragraph_format.space_before, note.paragraph_format.alignment = Pt(3), WD_ALIGN_PARAGRAPH.JUSTIFY
    for name in (_LINED, RECORDS_STYLE):
        _table_style(document, name)


def _font(style: Any, size: float, *, bold: bool = False) -> None:
    style.font.name, style.font.size, style.font.bold = _FONT, Pt(size), bold
    style.font.italic, style.font.color.rgb = False, RGBColor(0, 0, 0)
    fonts = style.element.rPr.rFonts
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    # The theme's fonts would win over these by name; Vietnamese letters are of the script that hAnsi names.
    for name in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{name}"), _FONT)


def _paragraph_style(document: WordDocument, name: str, size: float = _TABLE_SIZE) -> Any:
    style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = document.styles["Normal"]
    style.font.size = Pt(size)
    style.paragraph_format.space_after = Pt(0)
    style.quick_style = True
    return style


def _table_style(document: WordDocument, name: str) -> None:
    style = document.styles.add_style(name, WD_STYLE_TYPE.TABLE)
    properties = OxmlElement("w:tblPr")
    borders, margins = OxmlElement("w:tblBorders"), OxmlElement("w:tblCellMar")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        border = OxmlElement(f"w:{side}")
        for key, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "000000")):
            border.set(qn(f"w:{key}"), value)
        borders.append(border)
    for side, twips in (("top", "28"), ("left", "70"), ("bottom", "28"), ("right", "70")):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), twips)
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    properties.append(borders)
    properties.append(margins)
    style.element.append(properties)


def _heading(document: WordDocument) -> None:
    """Write the office on the left, the nation on the right, and the title."""
    table = document.add_table(1, 2)
    _widths(table, (60, 105))
    left, right = table.rows[0].cells
    _say(left.paragraphs[0], "ỦY BAN NHÂN DÂN", _CENTRE, 13, bold=True)
    _underline(_say(left.add_paragraph(), "{{ commune|upper }}", _CENTRE, 13, bold=True), 40)
    _say(right.paragraphs[0], "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", _CENTRE, 13, bold=True)
    _underline(_say(right.add_paragraph(), "Độc lập - Tự do - Hạnh phúc", _CENTRE, 14, bold=True), 18)
    title = _say(document.add_paragraph(), "PHỤ LỤC", _CENTRE, bold=True)
    title.paragraph_format.space_before = Pt(18)
    _say(document.add_paragraph(), "SỐ LIỆU CÁC CHỈ TIÊU {{ period|upper }}", _CENTRE, bold=True)
    words = "(Kèm theo …………… số ……/…… ngày …… tháng …… năm …… của Ủy ban nhân dân {{ commune }})"
    under = _say(document.add_paragraph(), words, _CENTRE, italic=True)
    under.paragraph_format.space_after = Pt(14)


def _underline(paragraph: Paragraph, side_mm: int) -> None:
    """Draw the decree's line below a paragraph, as the border of an empty one that is ``side_mm`` less wide."""
    cell: Any = paragraph._parent
    line = cell.add_paragraph()
    line.paragraph_format.left_indent = line.paragraph_format.right_indent = Mm(side_mm / 2)
    line.paragraph_format.line_spacing, line.paragraph_format.space_after = Pt(4), Pt(0)
    border = OxmlElement("w:pBdr")
    top = OxmlElement("w:top")
    for key, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        top.set(qn(f"w:{key}"), value)
    border.append(top)
    line._p.get_or_add_pPr().append(border)


_INTRODUCTION = (
    (
        "",
        "Cột «Giá trị» tính từ báo cáo đã được chấp nhận của các đơn vị; cột «Kế hoạch in» chép đúng con số in trong "
        "kế hoạch. Bảng theo từng đơn vị không có cột này; chỗ nào kế hoạch in khác thì có ghi chú. Dấu «…» là không "
        "có số liệu (để trống hoặc chưa gửi), không phải bằng 0. Số trong ngoặc đơn nhỏ phía trên chỉ ghi chú dưới "
        "bảng của từng mục.",
    ),
    (
        "printed",
        "Đối chiếu {{ printed }} con số kế hoạch in: {% for word, count in verdicts %}{{ word|lower }} {{ count }}"
        "{{ '; ' if not loop.last else '.' }}{% endfor %}",
    ),
    ("released", "Số liệu theo bản đã phát hành «{{ released }}»."),
    ("held", "{{ held_notice }} {{ held|join('; ') }}."),
)
"""What stands before the chapters: what a paragraph depends on, and its words."""


def _introduction(document: WordDocument) -> None:
    for condition, words in _INTRODUCTION:
        if condition:
            _tag(document, f"{{%p if {condition} %}}")
        paragraph = _say(document.add_paragraph(), words, WD_ALIGN_PARAGRAPH.JUSTIFY, bold=condition == "held")
        paragraph.paragraph_format.first_line_indent = Mm(10)
        if condition:
            _tag(document, "{%p endif %}")


def _chapters(document: WordDocument) -> None:
    _tag(document, "{%p for chapter in chapters %}")
    document.add_paragraph("{{ chapter.number }}. {{ chapter.title }}", "Heading 1")
    _tag(document, "{%p if chapter.lines %}")
    _figures(document)
    _tag(document, "{%p endif %}")
    _tag(document, "{%p if chapter.comparisons %}")
    document.add_paragraph(COMPARISONS, _CAPTION_STYLE)
    _comparisons(document)
    _tag(document, "{%p endif %}")
    _tag(document, "{%p for table in chapter.tables %}")
    document.add_paragraph("{{ table.title }}", _CAPTION_STYLE)
    _records(document)
    _tag(document, "{%p endfor %}")
    _tag(document, "{%p for note in chapter.notes %}")
    note = document.add_paragraph(style=_NOTE_STYLE)
    _marks(note, "({{ note.number }})")
    note.add_run(" {{ note.text }}")
    _tag(document, "{%p endfor %}")
    _tag(document, "{%p for chart in chapter.charts %}")
    document.add_paragraph("Biểu đồ: {{ chart.title }}", _CAPTION_STYLE)
    picture = document.add_paragraph("{{ chart.picture }}")
    picture.alignment = _CENTRE
    _tag(document, "{%p endfor %}")
    _tag(document, "{%p endfor %}")


def _figures(document: WordDocument) -> None:
    widths = (13, 69, 19, 30, 34)
    table = _table(document, _LINED, widths, ("STT", "Chỉ tiêu", "ĐVT", "Giá trị", "Kế hoạch in"))
    _tag_row(table, "{%tr for line in chapter.lines %}")
    _tag_row(table, "{%tr if line.heading %}")
    (heading, *others) = _row(table).cells
    merged = heading.merge(others[-1])
    merged.paragraphs[0].style = _HEAD_STYLE
    merged.paragraphs[0].add_run("{{ line.heading }}")
    _tag_row(table, "{%tr else %}")
    cells = _row(table).cells
    _fill(cells[0], "{{ line.number }}", TEXT_STYLE)
    _fill(cells[1], "{{p line.label }}", TEXT_STYLE)
    _fill(cells[2], "{{ line.unit }}", TEXT_STYLE).alignment = _CENTRE
    _fill(cells[3], "{{ line.value.text }}", _NUMBER_STYLE, "{{ line.value.marks }}")
    _fill(cells[4], "{{ line.printed.text }}", _NUMBER_STYLE, "{{ line.printed.marks }}")
    _tag_row(table, "{%tr endif %}")
    _tag_row(table, "{%tr endfor %}")
    _widths(table, widths)


def _comparisons(document: WordDocument) -> None:
    widths = (31, 36, 28, 29, 20, 21)
    headings = ("Chỉ tiêu", "So với", "Số để so", "Cao hơn (+), thấp hơn (-)", "Tỷ lệ (%)", "Kế hoạch in")
    table = _table(document, _LINED, widths, headings)
    _tag_row(table, "{%tr for one in chapter.comparisons %}")
    cells = _row(table).cells
    _fill(cells[0], "{{ one.label }}", TEXT_STYLE)
    _fill(cells[1], "{{ one.against }} ({{ one.unit }})", TEXT_STYLE)
    _fill(cells[2], "{{ one.amount }}", _NUMBER_STYLE)
    _fill(cells[3], "{{ one.change }}", _NUMBER_STYLE)
    _fill(cells[4], "{{ one.line.value.text }}", _NUMBER_STYLE, "{{ one.line.value.marks }}")
    _fill(cells[5], "{{ one.line.printed.text }}", _NUMBER_STYLE, "{{ one.line.printed.marks }}")
    _tag_row(table, "{%tr endfor %}")
    _widths(table, widths)


def _records(document: WordDocument) -> None:
    """Write the table with as many columns as there are; ``word`` sets their widths."""
    widths = (45, 10, 100, 10)
    table = _table(document, RECORDS_STYLE, widths, ("{{ table.corner }}",))
    head = table.rows[0].cells
    for cell, words in zip(
        head[1:], ("{%tc for words in table.headings %}", "{{ words }}", "{%tc endfor %}"), strict=True
    ):
        _fill(cell, words, _HEAD_STYLE)
    _tag_row(table, "{%tr for row in table.rows %}")
    cells = _row(table).cells
    _fill(cells[0], "{{ row.label }}", TEXT_STYLE)
    _fill(cells[1], "{%tc for cell in row.cells %}", TEXT_STYLE)
    _fill(cells[2], "{{ cell.text }}", _NUMBER_STYLE, "{{ cell.marks }}")
    _fill(cells[3], "{%tc endfor %}", TEXT_STYLE)
    _tag_row(table, "{%tr endfor %}")
    _widths(table, widths)


def _table(document: WordDocument, style: str, widths: Sequence[int], headings: Sequence[str]) -> Table:
    """Return a table of one row, the headings, which every page repeats."""
    table: Table = document.add_table(1, len(widths))
    table.style = style
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    (row,) = table.rows
    _whole(row)
    repeated = OxmlElement("w:tblHeader")
    row._tr.get_or_add_trPr().append(repeated)
    for cell, words in zip(row.cells, headings, strict=False):
        _fill(cell, words, _HEAD_STYLE)
    return table


def _row(table: Table) -> _Row:
    row: _Row = table.add_row()  # type: ignore[no-untyped-call]
    _whole(row)
    return row


def _whole(row: _Row) -> None:
    """Keep a row on one page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _tag_row(table: Table, tag: str) -> None:
    _row(table).cells[0].paragraphs[0].add_run(tag)


def _widths(table: Table, widths: Sequence[int]) -> None:
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            if len(set(row.cells)) == len(widths):
                cell.width = Mm(width)


def _fill(cell: _Cell, words: str, style: str, marks: str = "") -> Paragraph:
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph: Paragraph = cell.paragraphs[0]
    paragraph.style = style
    paragraph.add_run(words)
    if marks:
        _marks(paragraph, marks)
    return paragraph


def _marks(paragraph: Paragraph, words: str) -> None:
    paragraph.add_run(words).font.superscript = True


def _tag(document: WordDocument, tag: str) -> None:
    document.add_paragraph(tag)


def _say(
    paragraph: Paragraph,
    words: str,
    alignment: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.LEFT,
    size: float = _SIZE,
    *,
    bold: bool = False,
    italic: bool = False,
) -> Paragraph:
    run = paragraph.add_run(words)
    run.font.size, run.bold, run.italic = Pt(size), bold, italic
    paragraph.alignment = alignment
    return paragraph


if __name__ == "__main__":
    Path(str(resources.files("pipelines.present.report").joinpath(*TEMPLATE))).write_bytes(build())
