import hashlib
import io
import re
import textwrap
import zipfile
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from importlib import resources
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt

from pipelines.present.charts import PlanChart
from pipelines.present.report import charts, excel, formulas, template, word
from pipelines.present.report.contents import Report, ReportChapter, report
from pipelines.present.report.files import files
from pipelines.present.report.lines import FigureLine
from pipelines.present.report.nesting import roman
from pipelines.present.report.notes import BLANK
from pipelines.present.rows import ReturnSetRows
from pipelines.refresh.documents import report_of
from pipelines.refresh.presenting import shown
from pipelines.store.tables import Store
from schemas.figures import CHAPTERS
from schemas.forms.b01_livestock import Livestock
from schemas.forms.b02_sales import Sales
from schemas.formula import constant, difference, per, share, sum_of, times, total
from schemas.kept import ESTIMATES_FILE
from tests.unit.offices import KEY, SHIPPED, Office

NAMESPACE = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture(scope="module")
def published(example: Store) -> ReturnSetRows:
    return shown(SHIPPED.places, example, KEY, example.archive)


@pytest.fixture(scope="module")
def contents(published: ReturnSetRows) -> Report:
    return report(published)


@pytest.fixture(scope="module")
def few(published: ReturnSetRows) -> ReturnSetRows:
    """The rows of one chapter that has no charts: quick to write."""
    ids = {row["id"] for row in published.figures if row["chapter"] == "health"}
    return replace(
        published,
        figures=[row for row in published.figures if row["id"] in ids],
        statements=[row for row in published.statements if row["id"] in ids],
        lineage=[row for row in published.lineage if row["figure"] in ids],
    )


@pytest.fixture(scope="module")
def annexes(published: ReturnSetRows) -> dict[str, bytes]:
    return files(published)


@pytest.fixture(scope="module")
def document(annexes: dict[str, bytes]) -> Any:
    return Document(io.BytesIO(annexes["phu-luc-2024-H1-huu-kien.docx"]))


@pytest.fixture(scope="module")
def book(annexes: dict[str, bytes]) -> Any:
    return openpyxl.load_workbook(io.BytesIO(annexes["phu-luc-2024-H1-huu-kien.xlsx"]))


def chapter(contents: Report, code: str) -> ReportChapter:
    return next(one for one in contents.chapters if one.code == code)


def lines_of(one: ReportChapter) -> list[FigureLine]:
    of_records = [line for table in one.tables for line in table.lines]
    compared = [comparison.line for comparison in one.comparisons]
    return [*one.printed, *one.others, *compared, *one.amounts, *of_records]


def line(contents: Report, identifier: str) -> FigureLine:
    return next(found for one in contents.chapters for found in lines_of(one) if found.figure.id == identifier)


def with_figure(published: ReturnSetRows, identifier: str, **changed: Any) -> ReturnSetRows:
    """The same rows, but of one figure."""
    rows = [{**row, **changed} if row["id"] == identifier else row for row in published.figures]
    assert rows != list(published.figures)
    return replace(published, figures=rows)


def words_of(document: Any) -> str:
    return "\n".join(node.text or "" for node in document.element.body.iter(f"{NAMESPACE}t"))


def test_every_published_figure_is_reported_once(published: ReturnSetRows, contents: Report) -> None:
    reported = [found.figure.id for one in contents.chapters for found in lines_of(one)]
    assert sorted(reported) == sorted(row["id"] for row in published.figures)


def test_chapters_come_in_the_order_of_the_plan_and_are_numbered(contents: Report) -> None:
    order = [row["id"] for row in contents.rows.statements]
    firsts = [
        min(order.index(one.figure.id) for one in lines_of(each) if one.figure.printed) for each in contents.chapters
    ]
    assert firsts == sorted(firsts)
    assert [each.number for each in contents.chapters][:5] == ["I", "II", "III", "IV", "V"]


@pytest.mark.parametrize(
    ("number", "written"), [(1, "I"), (4, "IV"), (9, "IX"), (14, "XIV"), (22, "XXII"), (49, "XLIX")]
)
def test_roman_numbers(number: int, written: str) -> None:
    assert roman(number) == written


def test_parts_stand_below_their_whole(contents: Report) -> None:
    lines = {one.figure.id: one for one in chapter(contents, "livestock").printed}
    total, horse, white, share_of_white = (
        lines[name]
        for name in (
            "livestock.total.heads",
            "livestock.horse.heads",
            "livestock.horse.white.heads",
            "livestock.horse.white.share",
        )
    )
    assert horse.number.startswith(f"{total.number}.")
    assert white.number.startswith(f"{horse.number}.")
    assert [one.depth for one in (total, horse, white, share_of_white)] == [0, 1, 2, 0]
    # A figure that says another one again has no parts of its own.
    assert lines["livestock.chicken.heads"].number.startswith(f"{lines['livestock.poultry.heads'].number}.")
    assert lines["livestock.poultry.heads.bound"].number != lines["livestock.poultry.heads"].number


def test_what_the_plan_does_not_print_stands_after_what_it_prints(contents: Report) -> None:
    forestry = chapter(contents, "forestry")
    assert all(one.figure.printed for one in forestry.printed if one.depth == 0)
    assert forestry.others
    assert not [one for one in forestry.others if one.figure.printed]
    numbers = [one.number for one in (*forestry.printed, *forestry.others) if one.depth == 0]
    assert numbers == [str(number) for number in range(1, len(numbers) + 1)]


def test_a_percentage_of_plan_or_of_last_year_tells_what_it_is_a_percentage_of(contents: Report) -> None:
    found = {
        (one.label, one.against, one.unit): (one.amount, one.change, one.line.value.text)
        for one in chapter(contents, "budget").comparisons
    }
    assert found["Tổng thu ngân sách", "Tổng thu cùng kỳ năm trước", "đồng"] == (
        "3.092.000.000",
        "+727.888.592",
        "123,54",
    )
    assert found["Chi ngân sách xã", "Dự toán chi ngân sách xã", "đồng"] == (
        "5.596.000.000",
        "-3.500.323.831",
        "37,45",
    )


def test_every_figure_that_is_declared_to_be_held_against_another_is_a_comparison(contents: Report) -> None:
    expected = {figure.id for each in CHAPTERS for figure in each.figures if figure.against}
    assert len(expected) > 15
    assert {one.line.figure.id for each in contents.chapters for one in each.comparisons} == expected


def test_figures_per_reporter_make_one_table(contents: Report) -> None:
    (villages,) = chapter(contents, "forestry").tables
    assert villages.corner == "Đơn vị báo cáo"
    assert [name for name, _ in villages.rows][:2] == ["Thôn Pá Phào", "Thôn Suối Mạ"]
    assert villages.headings[1] == "Tổng diện tích đăng ký trồng rừng (ha)"
    (schools,) = chapter(contents, "education").tables
    assert schools.headings == ("Trường Tiểu học 1", "Trường Tiểu học 2")
    # What does not concern a school is blank, and no zero.
    assert dict(schools.rows)["Học sinh nữ (học sinh)"][1].text == BLANK


def test_a_number_of_the_plan_that_is_not_ours_has_a_note(contents: Report) -> None:
    differing = {row["id"]: row for row in contents.rows.statements if row["verdict"] in ("conflict", "truncated")}
    assert len(differing) == 14
    for identifier, row in differing.items():
        notes = " ".join(line(contents, identifier).notes)
        assert row["note"] in notes if row["verdict"] == "conflict" else f"in {row['printed']}" in notes
    assert line(contents, "mediation.village.success.pct").printed.notes == (
        "Kế hoạch cắt bớt phần lẻ: in 81,81%, tính được 81,8182.",
    )


def test_notes_are_numbered_in_a_chapter_and_told_once(contents: Report) -> None:
    livestock = chapter(contents, "livestock")
    assert [note.number for note in livestock.notes] == list(range(1, 1 + len(livestock.notes)))
    assert len({note.text for note in livestock.notes}) == len(livestock.notes)
    ordinary = next(one for one in livestock.printed if one.figure.id == "livestock.horse.ordinary.heads")
    for cell in (ordinary.value, ordinary.printed):
        (number,) = re.findall(r"\d+", cell.marks)
        assert livestock.notes[int(number) - 1].text in cell.notes


def test_a_correction_is_told_with_its_reason(contents: Report) -> None:
    (note,) = line(contents, "livestock.horse.ordinary.heads").value.notes
    assert note.startswith("Đã đính chính 1 ô: Thôn Nà Lìa, «207» thành «267» (Đã gọi trưởng thôn: ghi nhầm")
    assert note.endswith(").")


def test_a_missing_reporter_is_told_in_place_of_a_low_total(published: ReturnSetRows) -> None:
    unsent = {
        "code": "H-01",
        "severity": "warning",
        "form": "B01",
        "reporter": "na_lia",
        "file": "",
        "sheet": "",
        "cells": "",
    }
    changed = with_figure(
        published, "livestock.goat.heads", value=None, exact="", status="incomplete", reported=7, expected=8
    )
    goats = line(report(replace(changed, findings=[unsent])), "livestock.goat.heads")
    assert goats.value.text == "thiếu 1/8"
    assert goats.value.notes == ("Mới có 7/8 báo cáo. Chưa gửi: Thôn Nà Lìa.",)


def test_a_divisor_of_zero_leaves_a_blank_that_is_explained(published: ReturnSetRows) -> None:
    changed = with_figure(published, "livestock.horse.white.share", value=None, exact="", status="undefined")
    value = line(report(changed), "livestock.horse.white.share").value
    assert (value.text, value.notes) == (BLANK, ("Mẫu số bằng 0, không tính được tỷ lệ.",))


def test_figures_of_a_form_that_is_held_back_say_so(published: ReturnSetRows) -> None:
    with_hold = report(replace(published, held={"B01": "Sai."}))
    assert with_hold.held == ("B01 «Đàn gia súc, gia cầm hiện có»",)
    note = "Chưa cập nhật: biểu B01 «Đàn gia súc, gia cầm hiện có» đang bị giữ lại; số này là số đã chấp nhận trước đó."
    assert line(with_hold, "livestock.goat.heads").value.notes == (note,)
    # The note stands once, however many figures it is about.
    assert [one.text for one in chapter(with_hold, "livestock").notes].count(note) == 1
    never = replace(
        published,
        held={"B01": "Sai."},
        figures=[row for row in published.figures if row["forms"] != "B01"],
        lineage=[row for row in published.lineage if row["form"] != "B01"],
    )
    goats = line(report(never), "livestock.goat.heads")
    assert goats.value.text == BLANK
    assert goats.value.notes[0].endswith("chưa có số nào được chấp nhận trước đó.")


def test_a_number_outside_the_catalogue_is_told_without_a_value(published: ReturnSetRows) -> None:
    row = {**published.statements[0], "id": "no.such.figure", "verdict": "not_recomputable", "computed": "", "note": ""}
    unknown = line(report(replace(published, statements=[*published.statements, row])), "no.such.figure")
    assert (unknown.value.text, unknown.value.notes) == (BLANK, ("Chưa công bố.",))
    assert (unknown.printed.text, unknown.printed.notes) == (row["printed"], ())


def test_a_number_of_the_plan_is_told_even_where_its_table_has_no_room_for_it(published: ReturnSetRows) -> None:
    name = "edu.primary1.classes"
    short = with_figure(published, name, value=None, exact="", status="incomplete", reported=0, expected=1)
    unknown = {"verdict": "not_recomputable", "computed": "", "note": ""}
    rows = [{**row, **(unknown if row["id"] == name else {})} for row in published.statements]
    printed = next(row["printed"] for row in rows if row["id"] == name)
    (schools,) = chapter(report(replace(short, statements=rows)), "education").tables
    cell = dict(schools.rows)["Tổng số lớp (lớp)"][0]
    assert cell.text == "thiếu 1/1"
    assert cell.notes[-1] == f"Kế hoạch in {printed}; chưa tính được để đối chiếu."


def test_the_page_is_as_the_decree_has_it(document: Any) -> None:
    (section,) = document.sections
    assert [round(side.mm) for side in (section.page_width, section.page_height)] == [210, 297]
    edges = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(edge.mm) for edge in edges] == [20, 20, 30, 15]
    assert section.different_first_page_header_footer
    assert "PAGE" in section.header._element.xml
    assert section.header.paragraphs[0].alignment == WD_ALIGN_PARAGRAPH.CENTER
    assert "PAGE" not in section.first_page_header._element.xml
    assert document.styles["Normal"].font.size == Pt(14)
    assert {fonts.get(f"{NAMESPACE}ascii") for fonts in document.element.body.iter(f"{NAMESPACE}rFonts")} <= {None}
    for style in ("Normal", "Heading 1", "Header"):
        assert document.styles[style].font.name == "Times New Roman"


def test_the_document_says_all_in_vietnamese(document: Any) -> None:
    words = words_of(document)
    for wanted in (
        "XÃ HỮU KIÊN",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "PHỤ LỤC",
        "SỐ LIỆU CÁC CHỈ TIÊU 6 THÁNG ĐẦU NĂM 2024",
        "Đối chiếu 504 con số kế hoạch in: khớp 457; làm tròn 33; cắt bớt 3; mâu thuẫn 11; chưa tính được 0.",
        "3.819.888.592",
        "IV. Chăn nuôi và xuất bán",
    ):
        assert wanted in words
    assert not re.search(r"\b(nan|None|null|True|False)\b|[{}]|&(amp|lt|gt);", words)
    assert "phát hành" not in words


def test_rows_stay_whole_and_headings_are_repeated(document: Any) -> None:
    tables = document.tables[1:]
    assert len(tables) > 25
    for table in tables:
        head, *rows = table._tbl.tr_lst
        assert rows
        assert head.find(f"{NAMESPACE}trPr/{NAMESPACE}tblHeader") is not None
        for row in (head, *rows):
            assert row.find(f"{NAMESPACE}trPr/{NAMESPACE}cantSplit") is not None
        widths = [round(column.width.mm) for column in table.columns]
        assert abs(sum(widths) - 165) <= len(widths)


def test_every_picture_is_described(document: Any, contents: Report) -> None:
    drawn = [chart for one in contents.chapters for chart in one.charts]
    assert len(document.inline_shapes) == len(drawn) > 5
    for shape, chart in zip(document.inline_shapes, drawn, strict=True):
        assert shape._inline.docPr.get("descr").startswith(f"{chart.title}: ")
        assert round(shape.width.mm) == charts.WIDTH_MM


@pytest.mark.slow
def test_the_same_figures_give_the_same_bytes(published: ReturnSetRows, annexes: dict[str, bytes]) -> None:
    again = files(published)
    assert {name: hashlib.sha256(made).hexdigest() for name, made in again.items()} == {
        name: hashlib.sha256(made).hexdigest() for name, made in annexes.items()
    }
    for name, made in annexes.items():
        archive = zipfile.ZipFile(io.BytesIO(made))
        dates = {entry.date_time for entry in archive.infolist()}
        # No entry may carry the clock: two files made in one second would be alike by chance.
        assert dates == ({(2024, 6, 30, 0, 0, 0)} if name.endswith("docx") else {(1980, 1, 1, 0, 0, 0)})
        assert b"2024-06-30T00:00:00Z" in archive.read("docProps/core.xml")


def test_the_shipped_template_is_the_one_that_is_built() -> None:
    assert resources.files("pipelines.present.report").joinpath(*word.TEMPLATE).read_bytes() == template.build()


def test_a_label_with_markup_is_shown_as_it_is(few: ReturnSetRows) -> None:
    hostile = "<w:t>&\"'{{ 7*7 }}{% endfor %}"
    changed = with_figure(few, "health.births.total", label=hostile)
    made = Document(io.BytesIO(word.document(report(changed))))
    assert hostile in words_of(made)


def test_an_empty_return_set_makes_annexes_too(published: ReturnSetRows) -> None:
    bare = replace(published, figures=[], statements=[], lineage=[], findings=[])
    made = files(bare)
    words = words_of(Document(io.BytesIO(made["phu-luc-2024-H1-huu-kien.docx"])))
    assert "PHỤ LỤC" in words
    assert "Đối chiếu" not in words


def test_a_ward_is_named_as_what_it_is(few: ReturnSetRows) -> None:
    of_ward = replace(few, title="Phường Đông Kinh", called="phường Đông Kinh")
    made = {name.rpartition(".")[2]: content for name, content in files(of_ward).items()}
    document = Document(io.BytesIO(made["docx"]))
    heading = document.tables[0].rows[0].cells[0].text
    under = next(one.text for one in document.paragraphs if "Kèm theo" in one.text)
    assert ("PHƯỜNG ĐÔNG KINH" in heading, "XÃ" in heading) == (True, False)
    assert under.endswith("của Ủy ban nhân dân phường Đông Kinh)")
    book = openpyxl.load_workbook(io.BytesIO(made["xlsx"]))
    assert book.worksheets[0]["A1"].value == "ỦY BAN NHÂN DÂN PHƯỜNG ĐÔNG KINH"
    assert str(book.worksheets[1].oddHeader.left.text).startswith("Phường Đông Kinh, ")


def test_a_release_and_what_is_held_are_named(few: ReturnSetRows) -> None:
    of_release = report(replace(few, held={"B01": "Sai."}), "2024-h1-lan-1")
    words = words_of(Document(io.BytesIO(word.document(of_release))))
    assert "Số liệu theo bản đã phát hành «2024-h1-lan-1»." in words
    assert "đang bị giữ lại" in words
    first = openpyxl.load_workbook(io.BytesIO(excel.workbook(of_release))).worksheets[0]
    cells = [cell.value for row in first.iter_rows() for cell in row if cell.value]
    assert "Số liệu theo bản đã phát hành «2024-h1-lan-1»." in cells


def test_every_figure_of_the_example_is_a_live_formula(book: Any, published: ReturnSetRows) -> None:
    found: dict[str, int] = {}
    for sheet in book.worksheets:
        for row in sheet.iter_rows(min_row=4):
            if re.match(r"[IVXL]+\. ", sheet.title) and row[2].value:
                assert isinstance(row[3].value, str), (sheet.title, row[1].value)
                assert row[3].value.startswith("=")
                found[sheet.title] = found.get(sheet.title, 0) + 1
    assert sum(found.values()) == len(published.figures)


def test_sheets_are_set_up_to_be_printed(book: Any) -> None:
    for sheet in book.worksheets[1:]:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        # One page wide is the default, which the format does not write.
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (None, 0)
        assert sheet.print_title_rows
        assert len(sheet.title) <= 31
    numbers = book["XI. Thu, chi ngân sách"]
    assert numbers["D4"].number_format == "[$-42A]#,##0"
    assert numbers["E4"].value == 3819888592
    assert sum(len(sheet._charts) for sheet in book.worksheets) == 11


@pytest.mark.parametrize(
    ("formula", "unit_factor", "written"),
    [
        (total(Livestock.horse), 1, "SUM({horse})"),
        (share(Livestock.horse_white, Livestock.horse), 1, "100*SUM({white})/SUM({horse})"),
        (sum_of(Livestock.horse, Livestock.goat), 1, "SUM({horse})+SUM({goat})"),
        (
            difference(Livestock.horse, sum_of(Livestock.goat, Livestock.horse_white)),
            1,
            "SUM({horse})-(SUM({goat})+SUM({white}))",
        ),
        (
            share(sum_of(Livestock.horse, Livestock.goat), difference(Livestock.horse, Livestock.goat)),
            1,
            "100*(SUM({horse})+SUM({goat}))/(SUM({horse})-SUM({goat}))",
        ),
        (
            per(Livestock.horse, share(Livestock.goat, Livestock.horse)),
            1,
            "SUM({horse})/(100*SUM({goat})/SUM({horse}))",
        ),
        (times(Livestock.horse, constant("15", "15 kg")), 1, "SUM({horse})*15"),
        (times(Livestock.horse, constant("1.5", "một rưỡi")), 1, "SUM({horse})*3/2"),
        # triệu đồng, shown in tỷ đồng
        (total(Sales.revenue_total), 10**9, "SUM({revenue})/1000"),
        (share(Sales.revenue_poultry, Sales.revenue_total), 1, "100*SUM({poultry})/SUM({revenue})"),
    ],
)
def test_formulas_as_excel_writes_them(published: ReturnSetRows, formula: Any, unit_factor: int, written: str) -> None:
    sheets = formulas.form_data(published)
    ranges = {
        name: sheets[field.form].total(field.name).removeprefix("SUM(").removesuffix(")")
        for name, field in {
            "horse": Livestock.horse,
            "white": Livestock.horse_white,
            "goat": Livestock.goat,
            "revenue": Sales.revenue_total,
            "poultry": Sales.revenue_poultry,
        }.items()
    }
    assert formulas.written(formula, sheets, Fraction(unit_factor)) == written.format(**ranges)


def test_a_figure_that_the_cells_do_not_give_is_written_as_its_value(published: ReturnSetRows) -> None:
    """As where the row of a village that is no more stands among the values and does not count."""
    extra = [
        {**row, "reporter": "thon_cu"}
        for row in published.lineage
        if (row["figure"], row["reporter"]) == ("livestock.goat.heads", "na_lia")
    ]
    assert extra
    with_extra = report(replace(published, lineage=[*published.lineage, *extra]))
    sheet = openpyxl.load_workbook(io.BytesIO(excel.workbook(with_extra)))["IV. Chăn nuôi và xuất bán"]
    row = next(row for row in sheet.iter_rows(min_row=4) if row[1].value == "Đàn dê")
    assert row[3].value == 1475
    assert "không phải công thức" in row[6].value
    cattle = next(row for row in sheet.iter_rows(min_row=4) if row[1].value == "Đàn bò")
    assert cattle[3].value.startswith("=SUM(")


def test_the_values_of_all_forms_stand_on_one_sheet_and_paper_is_not_a_page_per_form(book: Any) -> None:
    assert [name for name in book.sheetnames if name.startswith("Số liệu")] == ["Số liệu"]
    titles = [str(cell.value) for (cell,) in book["Số liệu"].iter_rows(max_col=1) if cell.value]
    for form in ("B01. ", "T01. "):
        assert len([words for words in titles if words.startswith(form)]) == 1
    breaks = book["Số liệu"].row_breaks.brk
    assert 0 < len(breaks) < len([words for words in titles if re.match(r"[A-Z]\d\d\. ", words)]) / 2


def test_a_heading_over_numbers_takes_a_few_lines_and_is_no_column_of_words(document: Any) -> None:
    tables = [table for table in document.tables if table.style.name == word.RECORDS_STYLE]
    assert tables
    for cell in [cell for table in tables for cell in table.rows[0].cells[1:]]:
        letters = int(cell.width.mm - 2) // 2  # of some 2 mm, in bold
        assert len(textwrap.wrap(cell.text, letters, break_long_words=False)) <= 6, cell.text


def test_a_percentage_with_its_note_stands_on_one_line(document: Any) -> None:
    found = 0
    for table in document.tables:
        heads = [cell.text for cell in table.rows[0].cells]
        if "Tỷ lệ (%)" not in heads:
            continue
        at = heads.index("Tỷ lệ (%)")
        for row in table.rows[1:]:
            text = row.cells[at].text.partition("(")[0]
            wide = sum(2.1 if letter.isdigit() else 1.05 for letter in text)  # of Times at 12 points
            assert wide + 3.5 + 2.3 <= row.cells[at].width.mm, f"{text}, the mark of a note, and the margins"
            found += 1
    assert found > 10


def test_a_corrected_cell_is_marked_among_the_values(book: Any) -> None:
    sheet = book["Số liệu"]
    comments = [(cell.value, cell.comment.text) for row in sheet.iter_rows() for cell in row if cell.comment]
    assert [value for value, _ in comments] == [267]
    assert comments[0][1].startswith("«207» thành «267»: Đã gọi trưởng thôn")


def test_an_estimate_is_marked_among_the_values_and_in_the_charts(published: ReturnSetRows) -> None:
    guessed = {"file": ESTIMATES_FILE, "note": "Số ước, chưa có báo cáo. Cách ước: bằng kỳ trước"}
    edges = [
        {**row, **guessed} if (row["form"], row["reporter"], row["field"]) == ("B01", "suoi_mo", "goat") else row
        for row in published.lineage
    ]
    made = files(replace(with_figure(published, "livestock.goat.heads", status="estimated"), lineage=edges))
    book = openpyxl.load_workbook(io.BytesIO(made["phu-luc-2024-H1-huu-kien.xlsx"]))
    marked = [cell for row in book["Số liệu"].iter_rows() for cell in row if cell.comment]
    assert [(cell.value, cell.comment.text) for cell in marked if cell.value != 267] == [(188, guessed["note"])]
    assert len({cell.fill.fgColor.rgb for cell in marked}) == 1
    rows = [row for row in book["Biểu đồ"].iter_rows(values_only=True) if str(row[0]).startswith("Thôn Suối Mỏ")]
    assert rows[0][0] == "Thôn Suối Mỏ (có số ước)"
    assert all(str(value).startswith("='Số liệu'!") for value in rows[0][1:8]), "live, as those of the others"


def test_an_estimate_is_marked_where_it_is_compared_and_where_others_are_compared_with_it(few: ReturnSetRows) -> None:
    guessed = with_figure(few, "health.births.total", status="estimated")
    contents = report(replace(guessed, earlier={"2023-H2": guessed.figures}))
    (table,) = chapter(contents, "health").beside
    own = dict(table.rows)["Tổng số trẻ sinh ra (trẻ) (có số ước)"]
    assert [cell.text for cell in own] == ["23", "23 (ước)", "0", "0"]
    sheet = openpyxl.load_workbook(io.BytesIO(excel.workbook(contents)))["So sánh"]
    (row,) = (row for row in sheet.iter_rows() if row[0].value == "Tổng số trẻ sinh ra (có số ước)")
    assert [cell.number_format.endswith('" (ước)"') for cell in row[2:6]] == [False, True, False, False]


def test_a_picture_is_as_wide_as_it_is_shown_and_made_alike_each_time(contents: Report) -> None:
    drawn: PlanChart = chapter(contents, "livestock").charts[0]
    made = charts.picture(drawn)
    width = int.from_bytes(made[16:20], "big")
    assert abs(width - charts.WIDTH_MM / 25.4 * 300) <= 1
    assert charts.picture(drawn) == made


@pytest.mark.slow
def test_a_report_is_made_when_it_is_asked_for_and_anew_only_where_it_would_say_something_else(office: Office) -> None:
    def reported() -> list[Path]:
        return report_of(office.raw, office.store, KEY, who="test")

    assert not (office.store.root / "report").exists()
    office.refresh()
    assert not (office.store.root / "report").exists()
    written = reported()
    assert [path.suffix for path in written] == [".docx", ".xlsx"]
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in written}
    assert reported() == written
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in written} == before
    # Changed by hand, or gone: it is no longer what the pipeline wrote.
    written[0].write_bytes(b"changed")
    written[1].unlink()
    assert reported() == written
    assert {path: path.read_bytes() for path in written} == {path: content for path, (_, content) in before.items()}


def test_values_are_shown_with_all_their_decimals(book: Any, published: ReturnSetRows) -> None:
    shares = {row["label"]: row["value"] for row in published.figures if row["id"] == "budget.revenue.total.pct_yoy"}
    assert shares == {"Tổng thu so với cùng kỳ": Decimal("123.5400")}
    sheet = book["XI. Thu, chi ngân sách"]
    row = next(row for row in sheet.iter_rows(min_row=4) if row[1].value == "Tổng thu so với cùng kỳ")
    assert row[3].number_format == "[$-42A]#,##0.00"
    assert row[3].value.startswith("=ROUND(100*")
