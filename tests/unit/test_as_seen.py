"""What a person sees on a sheet is what is read, whichever way a program wrote it down: each kind of trouble once.

Every test here stands for a kind of file that was once read wrongly without a word, or that kept others from being
read.
"""

import csv
import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Color, PatternFill
from openpyxl.styles import Font as OpenFont
from openpyxl.worksheet.formula import ArrayFormula

from pipelines.steps.collect.headings import MARKED_BY, NOTE_HEADING
from schemas.forms.b01_livestock import Livestock
from schemas.forms.b02_sales import Sales
from schemas.forms.g01_kindergarten import Kindergarten
from tests.unit.builders import (
    HORSES,
    ROOT,
    Row,
    Run,
    address_of,
    changed,
    filled,
    ledger_of,
    put,
    raw_file,
    read,
    rows,
    run,
    run_one,
    told,
)

SHEET1, STRINGS, BOOK, LINKS = (
    "xl/worksheets/sheet1.xml",
    "xl/sharedStrings.xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
)
LATER = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
SHEET_LINKS = "xl/worksheets/_rels/sheet1.xml.rels"
Patch = Callable[[str], str]


def repacked(content: bytes, patches: Mapping[str, Patch] | None = None, name: Patch = str) -> bytes:
    """The workbook with some of its parts changed, and its parts named otherwise."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            patch = (patches or {}).get(part, str)
            new.writestr(name(part), patch(old.read(part).decode()).encode())
    return buffer.getvalue()


def sub(pattern: str, replacement: str) -> Patch:
    """A change that is known to have changed something."""

    def change(text: str) -> str:
        changed_text, times = re.subn(pattern, replacement, text, flags=re.DOTALL)
        assert times, pattern
        return changed_text

    return change


PLAIN = filled(Livestock, HORSES)


def cell_xml(address: str, xml: str) -> Patch:
    """A change that writes a cell's XML anew."""
    return sub(rf'<c r="{address}"[^>]*?(/>|>.*?</c>)', xml.replace("\\", r"\\"))


def with_cell(address: str, xml: str, content: bytes = PLAIN) -> bytes:
    return repacked(content, {SHEET1: cell_xml(address, xml)})


def codes(done: Run, form: Any = Livestock) -> dict[str, Row]:
    return {row["code"]: row for row in told(done.check(form))}


def horse(content: bytes) -> Any:
    """The number of horses, where nothing is told."""
    done = run(raw_file(content))
    assert codes(done) == {}
    return done.value("horse")


def refused(content: bytes, name: str = "x.xlsx") -> str:
    """The one sentence on a file that is not read."""
    files, cells = read([raw_file(content, name)])
    assert cells.empty
    assert files["problem"].tolist() == ["UNREADABLE_FILE"]
    return str(files["detail"].iloc[0])


def number_in(content: bytes, form: Any, field: str, value: float, number_format: str) -> Run:
    def change(sheet: Any) -> None:
        put(form, field, value)(sheet)
        sheet[address_of(form, field)].number_format = number_format

    return run(raw_file(changed(content, change)))


def conditional(look: dict[str, Any]) -> dict[str, str]:
    """What cells show of which the first, if it is above nought, looks otherwise."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet("S")
    sheet.write_number("A1", 5)
    sheet.write_number("A9", 5)
    rule = {"type": "cell", "criteria": ">", "value": 0, "format": book.add_format(look)}
    sheet.conditional_format("A1:B2", rule)
    book.close()
    _, cells = read([raw_file(buffer.getvalue())])
    return {row["cell"]: row["shown"] for row in cells.fillna("?").to_dict("records")}


KINDERGARTEN = filled(Kindergarten, reporter="Trường Mầm non")
RATE = next(name for name, item in Kindergarten.fields().items() if item.unit.label == "%")


class TestShown:
    @pytest.mark.parametrize(
        ("kept", "number_format", "value"),
        [
            (1, "0%", 100),
            (0.598, "0.0%", "59.8"),
            (0.598, "0%", "59.8"),
            (15 / 23, "0.0%", "65.2"),
            (0, "0%", 0),
            (59.8, "General", "59.8"),
            (59.8, '0.0"%"', "59.8"),
            (59.8, "0.00", "59.8"),
        ],
    )
    def test_a_share_in_a_field_of_percents_is_what_a_person_sees(
        self, kept: float, number_format: str, value: Any
    ) -> None:
        done = number_in(KINDERGARTEN, Kindergarten, RATE, kept, number_format)
        (entry,) = [row for row in rows(done.located.entries) if row["field"] == RATE]
        assert (entry["value"], entry["problem"]) == (Decimal(str(value)), "")

    @pytest.mark.parametrize(
        ("kept", "number_format", "seen"),
        [
            (100, "0%", "10000%"),
            (100, "0,", "0"),
            (5373, '0,"K"', "5K"),
            (100, '0" ha"', "100 ha"),
            (100, "[$$-409]0", "$100"),
            (100, ";;;", "không có gì"),
            (100, '"không"', "không"),
            (100, '0"00"', "10000"),
            (-100, "0;0", "100"),
        ],
    )
    def test_a_number_that_is_shown_as_another_is_neither(self, kept: float, number_format: str, seen: str) -> None:
        done = number_in(PLAIN, Livestock, "horse", kept, number_format)
        finding = codes(done)["C-18"]
        assert finding["cells"] == "D12"
        assert f"{kept}; hiện: {seen}" in finding["message"]
        assert done.value("horse") is None

    @pytest.mark.parametrize(
        "number_format",
        [
            "General",
            "0",
            "0.00",
            "#,##0",
            "#,##0.00",
            '#,##0" con"',
            "0000",
            "@",
            "0.00E+00",
            '_-* #,##0_-;\\-* #,##0_-;_-* "-"_-;_-@_-',
            "[>=1000]#,##0;0",
            "[Red]0",
            "[$-42A]#,##0",
            "# ##0",
        ],
    )
    def test_a_number_in_any_dress_is_that_number(self, number_format: str) -> None:
        done = number_in(PLAIN, Livestock, "horse", 100, number_format)
        assert codes(done) == {}
        assert done.value("horse") == 100

    def test_a_dash_for_zero_is_zero(self) -> None:
        done = number_in(PLAIN, Livestock, "goat", 0, '_-* #,##0_-;\\-* #,##0_-;_-* "-"_-;_-@_-')
        assert codes(done) == {}
        assert done.value("goat") == 0

    @pytest.mark.parametrize("number_format", ["#", "#,###", "0;-0;;@"])
    def test_a_zero_that_is_not_shown_is_read_and_told(self, number_format: str) -> None:
        done = number_in(PLAIN, Livestock, "goat", 0, number_format)
        assert "không hiện số 0" in codes(done)["C-15"]["message"]
        assert done.value("goat") == 0

    def test_zeros_that_a_sheet_hides_are_read_and_told(self) -> None:
        def change(sheet: Any) -> None:
            sheet.sheet_view.showZeros = False
            put(Livestock, "goat", 0)(sheet)

        done = run_one(Livestock, HORSES, change)
        assert codes(done)["C-15"]["cells"] == address_of(Livestock, "goat")

    @pytest.mark.parametrize("number_format", ["# ?/?", "##0.0E+0", "[DBNum1]0", "0 con"])
    def test_a_format_that_is_not_rendered_is_said_and_not_guessed(self, number_format: str) -> None:
        done = number_in(PLAIN, Livestock, "horse", 100, number_format)
        finding = codes(done)["C-19"]
        assert (finding["severity"], finding["cells"]) == ("warning", "D12")
        assert f"«{number_format}»" in finding["message"]
        assert done.value("horse") == 100

    def test_a_format_that_depends_on_the_value_is_not_rendered(self) -> None:
        assert conditional({"num_format": "0%"}) == {"A1": "?", "A9": "5"}

    @pytest.mark.parametrize(
        ("rule", "shown"),
        [
            ('<x14:dxf><numFmt numFmtId="164" formatCode="0&quot;00&quot;"/></x14:dxf>', None),
            ("<x14:dxf><font><strike/></font></x14:dxf>", None),
            ('<x14:dxf><font><color rgb="FFFFFFFF"/></font></x14:dxf>', None),
            ('<x14:iconSet iconSet="3Triangles" showValue="0"/>', None),
            ('<x14:dataBar showValue="0"/>', None),
            ('<x14:dxf><font><color rgb="FF9C0006"/></font><fill><patternFill><bgColor rgb="FFFFC7CE"/></patternFill>'
             "</fill></x14:dxf>", "100"),
            ('<x14:dxf><font><color rgb="FFFFFFFF"/></font><fill><patternFill><bgColor rgb="FF9C0006"/></patternFill>'
             "</fill></x14:dxf>", "100"),
            ('<x14:iconSet iconSet="3Triangles"/>', "100"),
        ],
    )  # fmt: skip
    def test_a_condition_of_later_programs_is_as_any_other(self, rule: str, shown: str | None) -> None:
        conditions = (
            f'<extLst><ext xmlns:x14="{LATER}" uri="{{78C0D931-6437-407d-A8EE-F0AAD7539E65}}">'
            '<x14:conditionalFormattings><x14:conditionalFormatting xmlns:xm="http://schemas.microsoft.com/office/excel/'
            f'2006/main"><x14:cfRule type="expression" priority="1"><xm:f>TRUE</xm:f>{rule}</x14:cfRule>'
            "<xm:sqref>D12:D13 F4</xm:sqref></x14:conditionalFormatting></x14:conditionalFormattings></ext></extLst>"
        )
        done = run(raw_file(repacked(PLAIN, {SHEET1: sub("</worksheet>", f"{conditions}</worksheet>")})))
        assert {code: row["cells"] for code, row in codes(done).items()} == ({} if shown else {"C-19": "D12;D13"})
        assert [done.value(name) for name in HORSES] == [100, 60, 40]

    @pytest.mark.parametrize("kind", ["dataBar", "iconSet"])
    def test_a_number_in_the_place_of_which_a_picture_is_shown_is_told(self, kind: str) -> None:
        bar = f'<conditionalFormatting sqref="D12"><cfRule type="{kind}"><{kind} showValue="0"/></cfRule>'
        xml = f"</sheetData>{bar}</conditionalFormatting>"
        done = run(raw_file(repacked(PLAIN, {SHEET1: sub("</sheetData>", xml)})))
        assert codes(done)["C-19"]["cells"] == "D12"
        assert horse(repacked(PLAIN, {SHEET1: sub("</sheetData>", xml.replace(' showValue="0"', ""))})) == 100

    def test_a_text_that_is_shown_as_another_is_neither(self) -> None:
        def change(sheet: Any) -> None:
            sheet["D12"] = "100"
            sheet["D12"].number_format = '0;0;0;@"00"'

        assert "100; hiện: 10000" in codes(run_one(Livestock, HORSES, change))["C-18"]["message"]


Font = dict[str, Any]
STRUCK, RAISED, LOWERED = {"font_strikeout": True}, {"font_script": 1}, {"font_script": 2}
WHITE: Font = {"font_color": "#FFFFFF"}


def worded(*pieces: tuple[str, Font], cell: Font | None = None) -> bytes:
    """The horses in a workbook in which the pieces of their text have fonts of their own, and the cell one too."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet("S")
    words = [part for text, font in pieces for part in (book.add_format(font or {"bold": True}), text)]
    style = [] if cell is None else [book.add_format(cell)]
    sheet.write_rich_string("A1", *words, *style) if len(pieces) > 1 else sheet.write_string("A1", words[1], *style)
    book.close()
    return buffer.getvalue()


def seen_in(content: bytes, name: str = "x.xlsx") -> str:
    """What the first cell shows."""
    _, cells = read([raw_file(content, name)])
    return str(cells["shown"].iloc[0])


def with_font(font: Any, value: object = 100, fill: str = "") -> Run:
    """The horses in a font."""

    def change(sheet: Any) -> None:
        put(Livestock, "horse", value)(sheet)
        sheet["D12"].font = font
        if fill:
            sheet["D12"].fill = PatternFill("solid", fgColor=fill)

    return run(raw_file(changed(PLAIN, change)))


class TestFonts:
    @pytest.mark.parametrize(
        ("pieces", "seen"),
        [
            ([("65", {}), ("1", RAISED)], "65¹"),
            ([("1", RAISED), ("65", {})], "¹65"),
            ([("65", {}), ("1", LOWERED)], "65₁"),
            ([("6", {}), (".500", RAISED)], "6˙⁵⁰⁰"),
            ([("6", {}), (",5", RAISED)], "6ʼ⁵"),
            ([("549", STRUCK), ("12", {})], "5̶4̶9̶12"),
            ([("549 ", STRUCK), ("12", {})], "5̶4̶9̶ 12"),
            ([("12", {}), ("0", WHITE)], "12⟦0⟧"),
            ([("1", WHITE), ("20", WHITE | {"bold": True})], "⟦120⟧"),
            ([("Đàn", WHITE), (" 2", WHITE | STRUCK)], "Đàn 2̶"),
            ([("120 m", {}), ("2", RAISED)], "120 m2"),
            ([("(1)", RAISED), (" Đàn ngựa", {})], "(1) Đàn ngựa"),
            ([("Tổng", WHITE), (" số", {})], "Tổng số"),
            ([("65", {}), ("1", {"bold": True, "font_color": "#FF0000"})], "651"),
        ],
        ids=str,
    )
    def test_a_text_in_several_fonts_is_what_a_person_sees(self, pieces: list[tuple[str, Font]], seen: str) -> None:
        assert seen_in(worded(*pieces)) == seen

    @pytest.mark.parametrize("fonts", [RAISED, LOWERED, WHITE | {"bg_color": "#336699"}])
    def test_a_text_all_in_one_font_is_that_text(self, fonts: Font) -> None:
        assert seen_in(worded(("651", fonts), cell=fonts)) == "651"

    def test_a_text_in_the_cell_itself_is_what_a_person_sees(self) -> None:
        struck = CellRichText(TextBlock(InlineFont(strike=True), "549"), TextBlock(InlineFont(), "12"))
        raised = CellRichText(TextBlock(InlineFont(), "65"), TextBlock(InlineFont(vertAlign="superscript"), "1"))
        alone = CellRichText(TextBlock(InlineFont(strike=True), "549"))
        for value, code in ((struck, "C-35"), (raised, "C-04"), (alone, "C-35")):
            done = run_one(Livestock, HORSES, put(Livestock, "horse", value))
            assert codes(done)[code]["cells"] == "D12"
            assert done.value("horse") is None

    @pytest.mark.parametrize("value", [100, "100", "-", 0])
    def test_a_number_that_is_struck_out_is_none(self, value: object) -> None:
        done = with_font(OpenFont(strike=True), value)
        finding = codes(done)["C-35"]
        assert (finding["severity"], finding["cells"]) == ("error", "D12")
        assert f"«{value}»" in finding["message"]
        assert done.value("horse") is None

    def test_a_struck_number_in_a_format_that_is_not_rendered_is_none_either(self) -> None:
        def change(sheet: Any) -> None:
            sheet["D12"].font = OpenFont(strike=True)
            sheet["D12"].number_format = "# ?/?"

        assert "C-35" in codes(run(raw_file(changed(PLAIN, change))))

    def test_a_correction_of_a_struck_number_is_read(self) -> None:
        def change(sheet: Any) -> None:
            sheet["D12"].font = OpenFont(strike=True)

        content = changed(PLAIN, change)
        done = run(raw_file(content), ledger=ledger_of("pa_phao.xlsx,Chăn nuôi,D12,100,101,đã hỏi"))
        assert done.value("horse") == 101

    @pytest.mark.parametrize(
        ("colour", "fill"),
        [("FFFFFFFF", ""), ("00FFFFFF", "FFFFFFFF"), (Color(theme=0), ""), (Color(indexed=9), ""), ("FF336699",) * 2],
    )
    def test_a_number_of_the_colour_of_its_cell_is_as_one_that_is_not_shown(self, colour: Any, fill: str) -> None:
        done = with_font(OpenFont(color=colour), 100, fill)
        assert "100; hiện: không có gì" in codes(done)["C-18"]["message"]
        assert done.value("horse") is None
        assert "không hiện số 0" in codes(with_font(OpenFont(color=colour), 0, fill))["C-15"]["message"]

    @pytest.mark.parametrize(
        ("colour", "fill"),
        [
            ("FFFFFFFF", "FF336699"),
            (Color(theme=0), "FF000000"),
            (Color(theme=0, tint=-0.5), ""),
            ("FF336699", ""),
            (Color(auto=True), ""),
            (None, "FF000000"),
        ],
    )
    def test_a_number_in_any_other_colour_is_that_number(self, colour: Any, fill: str) -> None:
        done = with_font(OpenFont(color=colour), 100, fill)
        assert codes(done) == {}
        assert done.value("horse") == 100

    @pytest.mark.parametrize(
        ("number_format", "value"), [("[White]0", 100), ("0;[color 2]-0", -5), ("0;0;0;[WHITE]@", "9")]
    )
    def test_a_format_in_white_shows_a_number_on_a_colour_alone(self, number_format: str, value: object) -> None:
        def change(sheet: Any, fill: str = "") -> None:
            put(Livestock, "horse", value)(sheet)
            sheet["D12"].number_format = number_format
            if fill:
                sheet["D12"].fill = PatternFill("solid", fgColor=fill)

        assert f"{value}; hiện: không có gì" in codes(run_one(Livestock, HORSES, change))["C-18"]["message"]
        assert "C-18" not in codes(run_one(Livestock, HORSES, lambda sheet: change(sheet, "FF336699")))

    @pytest.mark.parametrize("font", [{"font_strikeout": True}, WHITE])
    def test_a_font_that_depends_on_the_value_is_told(self, font: Font) -> None:
        assert conditional(font) == {"A1": "?", "A9": "5"}

    def test_a_colour_that_depends_on_the_value_hides_nothing(self) -> None:
        assert conditional({"font_color": "#9C0006", "bg_color": "#FFC7CE"}) == {"A1": "5", "A9": "5"}


def commented(text: str, author: str = "Kế toán", value: object = 100) -> Run:
    def change(sheet: Any) -> None:
        put(Livestock, "horse", value)(sheet)
        sheet["D12"].comment = Comment(text, author)

    return run(raw_file(changed(PLAIN, change)))


class TestComments:
    @pytest.mark.parametrize(
        "text",
        [
            *("Số đúng là 53", "53", "Kế toán:\nsố đúng: 1.100", "đến 30/6 có 53 con", "100 hay 101?", "năm 2024: 53"),
            "Sửa ngày 30/6/2024 thành 53",
        ],
    )
    def test_a_comment_that_says_another_number_is_told_and_the_cell_is_read(self, text: str) -> None:
        done = commented(text)
        finding = codes(done)["C-36"]
        assert (finding["severity"], finding["cells"]) == ("warning", "D12")
        assert done.value("horse") == 100

    @pytest.mark.parametrize(
        ("text", "author"),
        [
            ("Đã đếm lại", "x"),
            ("Đúng là 100 con", "x"),
            ("Đếm ngày 30/6/2024, 30/6, 6/2024, 2024-06-30, lúc 14h30", "x"),
            ("Số tháng 6 năm 2024, quý 2", "x"),
            ("Phòng 3:\nđã đếm lại", "Phòng 3"),
            ("B02, xem https://xa.vn/?id=123", "x"),
            ("Ghi 53 thì không khớp tổng 160", MARKED_BY),
        ],
    )
    def test_another_comment_is_not(self, text: str, author: str) -> None:
        done = commented(text, author)
        assert codes(done) == {}
        assert done.value("horse") == 100

    def test_a_number_with_its_unit_is_that_of_the_comment(self) -> None:
        assert codes(commented("Đúng 1200", value="1.200 con")) == codes(commented("", value="1.200 con"))

    def test_a_comment_beside_the_answers_is_not_told(self) -> None:
        def change(sheet: Any) -> None:
            sheet["B12"].comment = Comment("Năm trước 53", "x")

        assert horse(changed(PLAIN, change)) == 100

    def test_a_comment_on_a_cell_that_was_decided_on_is_not_told(self) -> None:
        content = changed(PLAIN, lambda sheet: setattr(sheet["D12"], "comment", Comment("Số đúng là 101", "x")))
        done = run(raw_file(content), ledger=ledger_of("pa_phao.xlsx,Chăn nuôi,D12,100,101,đã hỏi"))
        assert "C-36" not in codes(done)
        assert done.value("horse") == 101

    def test_a_comment_that_can_be_answered_is_read_once_and_without_its_copy(self) -> None:
        copy = "[Threaded comment] https://go.microsoft.com/fwlink/?linkid=870924 Excel 2016 Comment: Đã đếm lại"
        content = changed(PLAIN, lambda sheet: setattr(sheet["D12"], "comment", Comment(copy, "tc={1F2A-07}")))
        assert horse(content) == 100
        space = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
        threaded = (
            f'<ThreadedComments xmlns="{space}"><threadedComment ref="D12" dT="2024-06-30T07:00:00.00" id="{{1}}">'
            "<text>Số đúng là 53</text></threadedComment></ThreadedComments>"
        )
        kind = "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"
        link = f'<Relationship Id="tc1" Type="{kind}" Target="/xl/threadedComments/threadedComment1.xml"/>'
        linked = repacked(content, {SHEET_LINKS: sub("</Relationships>", f"{link}</Relationships>")})
        buffer = io.BytesIO(linked)
        with zipfile.ZipFile(buffer, "a") as package:
            package.writestr("xl/threadedComments/threadedComment1.xml", threaded)
        assert codes(run(raw_file(buffer.getvalue())))["C-36"]["cells"] == "D12"

    def test_broken_comments_keep_nothing_from_being_read(self) -> None:
        content = changed(PLAIN, lambda sheet: setattr(sheet["D12"], "comment", Comment("Số đúng là 53", "x")))
        (part,) = [name for name in zipfile.ZipFile(io.BytesIO(content)).namelist() if "comments/" in name]
        assert horse(repacked(content, {part: sub("</comments>", "")})) == 100


class TestTyped:
    @pytest.mark.parametrize("written", ["2,000", "1,500", "12,000", "1.000,000"])
    def test_a_comma_with_three_digits_is_no_decimals_where_things_are_counted(self, written: str) -> None:
        field = next(name for name, item in Sales.fields().items() if not item.unit.decimals)
        done = run_one(Sales, {field: written})
        finding = codes(done, Sales)["C-05"]
        assert f"«{written}»" in finding["message"]

    def test_the_same_from_a_csv(self) -> None:
        sheet = openpyxl.load_workbook(io.BytesIO(filled(Livestock))).worksheets[0]
        numbers = {"Đàn ngựa": "5,000", "Ngựa thường": "3,000", "Ngựa bạch": "2,000"}
        written = io.StringIO()
        for row in sheet.iter_rows(values_only=True):
            cells = [numbers.get(str(row[1]), cell) if at == 3 else cell for at, cell in enumerate(row)]
            csv.writer(written, delimiter=";").writerow(cells)
        done = run(raw_file(written.getvalue().encode(), "pa_phao.csv"))
        assert codes(done)["C-05"]
        assert [row["written"] for row in done.met()] == ["5,000", "3,000", "2,000"]


class TestOtherPackages:
    def test_an_old_workbook_with_a_zip_in_it_is_an_old_workbook(self) -> None:
        old = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504) + PLAIN
        assert "kiểu cũ (.xls)" in refused(old)

    def test_backslashes_in_names_of_parts_hide_nothing(self) -> None:
        def change(sheet: Any) -> None:
            sheet.merge_cells("D12:D13")
            sheet["D14"] = "#N/A"

        content = repacked(changed(PLAIN, change), name=lambda part: part.replace("/", "\\"))
        assert {"C-16", "C-09"} <= set(codes(run(raw_file(content))))

    def test_the_case_of_targets_hides_nothing(self) -> None:
        merged = changed(PLAIN, lambda sheet: sheet.merge_cells("D12:D13"))
        content = repacked(merged, {LINKS: sub("worksheets/sheet1.xml", "Worksheets/Sheet1.XML")})
        assert "C-16" in codes(run(raw_file(content)))

    def test_rows_and_cells_without_addresses_and_other_quotes_hide_nothing(self) -> None:
        hidden = changed(PLAIN, lambda sheet: sheet.row_dimensions.__getitem__(12).__setattr__("hidden", True))

        def bare(text: str) -> str:
            """Addresses only where a row or a column is left out; attributes in single quotes."""
            lines = re.findall(r"<row .*?</row>|<row [^>]*/>", text, re.DOTALL)
            made, last = [], 0
            for line in lines:
                number = int(re.search(r'r="(\d+)"', line)[1])  # type: ignore[index]
                made += ["<row/>"] * (number - last - 1)
                made.append(re.sub(r' (r|spans)="[^"]*"', "", line).replace('hidden="1"', "hidden = '1'"))
                last = number
            return re.sub(
                r"<sheetData>.*</sheetData>", f"<sheetData>{''.join(made)}</sheetData>", text, flags=re.DOTALL
            )

        content = repacked(hidden, {SHEET1: bare})
        assert ' r="D12"' not in zipfile.ZipFile(io.BytesIO(content)).read(SHEET1).decode()
        done = run(raw_file(content))
        assert codes(done)["C-15"]["cells"] == "D12"
        assert done.value("horse") == 100

    def test_a_link_in_a_cell_without_an_address_is_seen(self) -> None:
        xml = '<row r="12"><c/><c t="str"><v>Đàn ngựa</v></c><c/><c><f>[1]S!B2</f><v>100</v></c></row>'
        content = repacked(PLAIN, {SHEET1: sub(r'<row r="12".*?</row>', xml)})
        done = run(raw_file(content))
        assert codes(done)["C-17"]["cells"] == "D12"

    def test_a_link_behind_a_name_is_seen(self) -> None:
        name = '<definedNames><definedName name="TongNgua">[1]S!$B$2</definedName></definedNames>'
        content = repacked(
            PLAIN,
            {
                SHEET1: cell_xml("D12", '<c r="D12"><f>TongNgua</f><v>100</v></c>'),
                BOOK: sub("</sheets>", f"</sheets>{name}"),
            },
        )
        assert codes(run(raw_file(content)))["C-17"]["cells"] == "D12"

    def test_a_number_under_merged_cells_is_read_and_told(self) -> None:
        content = repacked(PLAIN, {SHEET1: sub(r"<mergeCells[^>]*>", '<mergeCells><mergeCell ref="C12:D12"/>')})
        done = run(raw_file(content))
        assert "ô gộp che" in codes(done)["C-15"]["message"]

    @pytest.mark.parametrize("size", ['ht="0" customHeight="1"', 'hidden="true"'])
    def test_a_row_without_height_is_hidden(self, size: str) -> None:
        content = repacked(PLAIN, {SHEET1: sub('<row r="12"', f'<row r="12" {size}')})
        assert codes(run(raw_file(content)))["C-15"]["cells"] == "D12"

    def test_a_sheet_in_utf16_is_read(self) -> None:
        buffer = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(PLAIN)) as old, zipfile.ZipFile(buffer, "w") as new:
            for part in old.namelist():
                text = old.read(part).decode()
                wide = text.replace("UTF-8", "UTF-16").encode("utf-16")
                new.writestr(part, wide if part in (SHEET1, STRINGS) else text)
        assert horse(buffer.getvalue()) == 100

    def test_the_strict_form_of_the_standard_is_read(self) -> None:
        transitional = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        strict = sub(transitional, "http://purl.oclc.org/ooxml/spreadsheetml/main")
        assert horse(repacked(PLAIN, {SHEET1: strict, BOOK: strict, STRINGS: strict})) == 100

    @pytest.mark.parametrize(
        ("part", "name"), [(BOOK, "xl/book.xml"), (LINKS, "xl/_rels/w.rels"), (SHEET1, "a.xml"), (STRINGS, "b.xml")]
    )
    def test_a_part_that_is_not_where_others_point_is_told(self, part: str, name: str) -> None:
        assert refused(repacked(PLAIN, name=lambda own: name if own == part else own))

    def test_two_parts_of_one_name_are_not_chosen_from(self) -> None:
        buffer = io.BytesIO(PLAIN)
        with zipfile.ZipFile(buffer, "a") as package:
            package.writestr(SHEET1.upper(), "<worksheet/>")
        assert "cùng tên" in refused(buffer.getvalue())

    def test_a_part_without_a_name_keeps_nothing_from_being_read(self) -> None:
        buffer = io.BytesIO(PLAIN)
        with zipfile.ZipFile(buffer, "a") as package:
            package.writestr("~~~~~~~~", b"")
        assert horse(buffer.getvalue().replace(b"~~~~~~~~", bytes(8))) == 100

    def test_a_string_with_something_in_its_letters_is_told(self) -> None:
        assert "phần tử lạ" in refused(repacked(PLAIN, {STRINGS: sub("</t></si>", "<b/>5</t></si>")}))

    def test_a_flipped_bit_in_any_part_is_told(self) -> None:
        sizes = {}
        with zipfile.ZipFile(io.BytesIO(PLAIN)) as package:
            for entry in package.infolist():
                sizes[entry.filename] = entry.header_offset + 30 + len(entry.filename) + entry.compress_size // 2
        for offset in sizes.values():
            damaged = bytearray(PLAIN)
            damaged[offset] ^= 4
            assert "hỏng" in refused(bytes(damaged))


def cells_of(content: bytes) -> dict[str, tuple[str, str]]:
    files, cells = read([raw_file(content)])
    assert files["problem"].tolist() == [""], files["detail"].tolist()
    return {row["cell"]: (row["kind"], row["text"]) for row in rows(cells)}


class TestBrokenCells:
    @pytest.mark.parametrize(
        "xml",
        [
            '<c r="D12"><v>NaN</v></c>',
            '<c r="D12"><v>INF</v></c>',
            '<c r="D12"><v>1e999</v></c>',
            '<c r="D12"><v>1_000</v></c>',
            '<c r="D12"><v>1,5</v></c>',
            '<c r="D12" t="s"><v>-1</v></c>',
            '<c r="D12" t="s"><v>10000000000000000000000</v></c>',
            '<c r="D12" t="s"><v>9999</v></c>',
            '<c r="D12" t="b"><v>yes</v></c>',
            '<c r="D12" t="x"><v>5</v></c>',
            '<c r="D12" t="d"><v>hôm qua</v></c>',
            '<c r="D12"><v>5</v><v>6</v></c>',
            '<c r="D12"><v>5</v></c><c r="D12"><v>6</v></c>',
            '<c r="D13"><v>5</v></c>',
            '<c r="D12"><v>1<is/>5</v></c>',
            '<c r="D12" t="inlineStr"><is><t>1<t>5</t></t></is></c>',
        ],
    )  # fmt: skip
    def test_a_cell_that_says_what_no_cell_can_is_named(self, xml: str) -> None:
        said = refused(with_cell("D12", xml))
        assert "ô D1" in said
        assert Livestock.sheet in said
        assert re.search(r"[a-z]{4,} (is|not|invalid|could)", said) is None

    @pytest.mark.parametrize(
        "address", ["ZZZZ12", "ZZZZZZZZZ12", "D99999999", "D1048577", "XFE12", "D0", "12", "D", "Đ12", "D-12"]
    )
    @pytest.mark.parametrize("written", ['<c r="{}">', "<c r='{}'>", "<c r = '{}' >"])
    def test_a_cell_that_no_sheet_has_is_one_finding(self, address: str, written: str) -> None:
        said = refused(with_cell("D12", f"{written.format(address)}<v>5</v></c>"))
        assert f"«{address}»" in said

    @pytest.mark.parametrize("row", ["1048577", "99999999999", "0", "-1", "x"])
    def test_a_row_that_no_sheet_has_is_one_finding(self, row: str) -> None:
        said = refused(repacked(PLAIN, {SHEET1: sub('<row r="12"', f'<row r="{row}"')}))
        assert f"«{row}»" in said

    def test_a_row_that_comes_twice_is_one_finding(self) -> None:
        said = refused(repacked(PLAIN, {SHEET1: sub('<row r="12"', '<row r="12" hidden="1"/><row r="12"')}))
        assert "dòng 12 có hai lần" in said

    @pytest.mark.parametrize("written", ["yes", "F12", "2", ""])
    @pytest.mark.parametrize(
        ("part", "before", "after"),
        [
            (SHEET1, '<row r="12"', '<row hidden="{}" r="12"'),
            (SHEET1, "<sheetData>", '<cols><col min="4" max="4" hidden="{}"/></cols><sheetData>'),
            (SHEET1, "<sheetView ", '<sheetView showZeros="{}" '),
            (BOOK, "<calcPr[^>]*/>", '<calcPr fullCalcOnLoad="{}"/>'),
            (BOOK, "<workbookPr[^>]*/>", '<workbookPr date1904="{}"/>'),
        ],
        ids=["row", "column", "zeros", "results", "dates"],
    )
    def test_what_is_neither_true_nor_false_is_not_taken_for_false(
        self, part: str, before: str, after: str, written: str
    ) -> None:
        cols = {SHEET1: sub("<cols>.*</cols>", "")} if "<cols>" in after else {}
        content = repacked(repacked(PLAIN, cols), {part: sub(before, after.format(written))})
        assert f"«{written}»" in refused(content)

    @pytest.mark.parametrize("address", ["XFD1048576", "xfd1048576"])
    def test_a_cell_far_from_the_table_is_one_finding(self, address: str) -> None:
        row = f"<row r=\"1048576\"><c r='{address}'><v>5</v></c></row>"
        said = refused(repacked(PLAIN, {SHEET1: sub("</sheetData>", f"{row}</sheetData>")}))
        assert "rất xa bảng, tới cột XFD hoặc dòng 1048576" in said

    def test_a_cell_that_is_far_because_of_empty_rows_is_one_finding(self) -> None:
        rows_between = "<row/>" * (2**20 - 100) + "<row><c><v>5</v></c></row>"
        said = refused(repacked(PLAIN, {SHEET1: sub("</sheetData>", f"{rows_between}</sheetData>")}))
        assert "rất xa bảng" in said

    @pytest.mark.parametrize("error", ["#SPILL!", "#CALC!", "#BUSY!", "#FIELD!", "#N/A"])
    def test_an_error_in_a_note_is_that_cells_finding_and_the_numbers_are_read(self, error: str) -> None:
        xml = f'<c r="E12" t="e"><v>{error}</v></c>'
        done = run(raw_file(with_cell("E12", xml)))
        finding = codes(done)["C-20"]
        assert (finding["cells"], finding["severity"], finding["written"]) == ("E12", "warning", error)
        assert done.value("horse") == 100

    @pytest.mark.parametrize("error", ["#SPILL!", "#CALC!", "#BUSY!"])
    def test_an_error_in_a_number_is_that_cells_finding(self, error: str) -> None:
        done = run(raw_file(with_cell("D12", f'<c r="D12" t="e"><v>{error}</v></c>')))
        assert error in codes(done)["C-09"]["message"]
        assert done.value("horse_white") == 40

    def test_a_font_of_no_known_family_keeps_nothing_from_being_read(self) -> None:
        content = changed(PLAIN, put(Livestock, "goat", "=1+1"))
        content = repacked(content, {"xl/styles.xml": sub(r'<family val="2"\s*/>', '<family val="34"/>')})
        done = run(raw_file(content))
        assert codes(done)["C-08"]["cells"] == address_of(Livestock, "goat")
        assert done.value("horse") == 100


class TestFormulas:
    def test_an_array_formula_is_told_as_it_stands_in_the_cell(self) -> None:
        content = changed(PLAIN, lambda sheet: sheet.__setitem__("D9", ArrayFormula("D9", "=SUM(D10:D12)")))
        finding = codes(run(raw_file(content)))["C-08"]
        assert (finding["cells"], finding["written"]) == ("D9", "=SUM(D10:D12)")

    def test_a_zero_that_stands_in_for_a_result_is_not_calculated(self) -> None:
        content = repacked(
            PLAIN,
            {
                SHEET1: cell_xml("D12", '<c r="D12"><f>SUM(D13:D14)</f><v>0</v></c>'),
                BOOK: sub(r"<calcPr[^>]*/>", '<calcPr calcId="1" fullCalcOnLoad="1"/>'),
            },
        )
        done = run(raw_file(content))
        assert codes(done)["C-08"]["written"] == "=SUM(D13:D14)"
        assert done.value("horse") is None

    def test_another_result_that_is_to_be_calculated_anew_is_used_and_told(self) -> None:
        content = repacked(
            PLAIN,
            {
                SHEET1: cell_xml("D12", '<c r="D12"><f>SUM(D13:D14)</f><v>100</v></c>'),
                BOOK: sub(r"<calcPr[^>]*/>", '<calcPr calcId="1" fullCalcOnLoad="1"/>'),
            },
        )
        done = run(raw_file(content))
        assert (codes(done)["C-21"]["cells"], done.value("horse")) == ("D12", 100)

    def test_a_zero_that_a_spreadsheet_worked_out_is_zero(self) -> None:
        content = repacked(
            with_cell("D12", '<c r="D12"><f>SUM(D13:D14)</f><v>0</v></c>'), {BOOK: sub(r"<calcPr[^>]*/>", "<calcPr/>")}
        )
        assert run(raw_file(content)).value("horse") == 0


def two_sheets(second: str) -> bytes:
    """A workbook with the form twice, the second with another number, under a name of its own."""
    book = openpyxl.load_workbook(io.BytesIO(PLAIN))
    copy = book.copy_worksheet(book.worksheets[0])
    copy["D12"] = 110
    copy.title = "Khac"
    buffer = io.BytesIO()
    book.save(buffer)
    return repacked(buffer.getvalue(), {BOOK: sub('name="Khac"', f'name="{second}"')})


class TestTwoSheets:
    @pytest.mark.parametrize(
        ("second", "called"),
        [(f"{Livestock.sheet} ", f"{Livestock.sheet}␣"), (Livestock.sheet, f"{Livestock.sheet} [trang 2]")],
    )
    def test_two_sheets_of_like_names_are_both_told_with_their_values(self, second: str, called: str) -> None:
        finding = codes(run(raw_file(two_sheets(second))))["W-09"]
        assert f"trang «{Livestock.sheet}» ô D12 ghi «100»" in finding["message"]
        assert f"trang «{called}» ô D12 ghi «110»" in finding["message"]


SHEET_XML = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{}<sheetData>{}</sheetData></worksheet>'


def sheet_of(lines: str, before: str = "") -> bytes:
    return repacked(PLAIN, {SHEET1: lambda _: SHEET_XML.format(before, lines)})


def many_sheets(number: int) -> bytes:
    links = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="rId1"/>' for n in range(number))
    return repacked(PLAIN, {BOOK: sub(r"<sheets>.*</sheets>", f"<sheets>{links}</sheets>")})


def bomb(size: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", bytes(size))
    return buffer.getvalue()


ODS_NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)


def ods_of(tables: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        package.writestr("content.xml", f"<office:document-content {ODS_NAMES}>{tables}</office:document-content>")
    return buffer.getvalue()


def ods_sheet(cell: str, rows: int = 1) -> str:
    line = f'<table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-row>'
    return f'<table:table table:name="S">{line}</table:table>'


ONE = '<table:table-cell office:value-type="float" office:value="1" {}><text:p>1</text:p></table:table-cell>'


def attributes(number: int) -> str:
    return "".join(f' a{n}-r="1"' for n in range(number))


KILLERS: dict[str, tuple[Callable[[], bytes], str]] = {
    "columns": (lambda: sheet_of("", '<cols><col min="1" max="99999999999" hidden="1"/></cols>'), "cột"),
    "columns again and again": (
        lambda: sheet_of("", "<cols>" + '<col min="1" max="16384" hidden="1"/>' * 100_000 + "</cols>"),
        "cột",
    ),
    "attributes": (lambda: sheet_of(f'<row><c r="A1"{attributes(80_000)}><v>1</v></c></row>'), "thẻ XML"),
    "a tag without end": (lambda: sheet_of("<row><c r='A1' x='" + "y" * 3_000_000 + "'/></row>"), "thẻ XML"),
    "depth": (lambda: sheet_of(f"{'<row>' * 100_000}{'</row>' * 100_000}"), "hỏng"),
    "depth elsewhere": (lambda: sheet_of("", f"{'<x>' * 100_000}{'</x>' * 100_000}"), "quá sâu"),
    "rows": (lambda: sheet_of("<row/>" * 2_000_000), "không có trong trang tính"),
    "elements": (lambda: sheet_of("", "<x/>" * 5_100_000), "thẻ XML"),
    "cells": (lambda: sheet_of(("<row>" + "<c><v>1</v></c>" * 1000 + "</row>") * 600), "ô có nội dung"),
    "text": (lambda: sheet_of(("<row><c t='str'><v>" + "x" * 30_000 + "</v></c></row>") * 1500), "dài quá"),
    "one text many times": (
        lambda: repacked(
            sheet_of(("<row>" + '<c t="s"><v>0</v></c>' * 100 + "</row>") * 100),
            {STRINGS: sub("<si>.*?</si>", f"<si><t>{'x' * 30_000}</t></si>")},
        ),
        "dài quá",
    ),
    "merges over one another": (
        lambda: repacked(
            PLAIN, {SHEET1: sub("<mergeCells[^>]*>", "<mergeCells>" + '<mergeCell ref="A1:XFD1048576"/>' * 20_000)}
        ),
        "chồng lên nhau",
    ),
    "areas merged": (
        lambda: repacked(
            PLAIN, {SHEET1: sub("<mergeCells[^>]*>", "<mergeCells>" + f'<mergeCell ref="{"A1 " * 300_000}"/>' * 4)}
        ),
        "vùng ô",
    ),
    "sheets": (lambda: many_sheets(100_000), "hơn 256 trang"),
    "unpacked": (lambda: bomb(300 * 2**20), "quá lớn"),
    "document type": (
        lambda: repacked(
            PLAIN,
            {
                STRINGS: lambda text: text.replace(
                    "?>", '?><!DOCTYPE s [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">]>', 1
                )
            },
        ),
        "DOCTYPE",
    ),
    "an .ods of repeated cells": (
        lambda: ods_of(ods_sheet(ONE.format('table:number-columns-repeated="100"'), 19_999) * 30),
        "ô có nội dung",
    ),
    "an .ods of blanks": (
        lambda: ods_of(
            ods_sheet('<table:table-cell><text:p><text:s text:c="2000000000"/></text:p></table:table-cell>')
        ),
        "dấu cách",
    ),
    "a .csv of 100 MB": (lambda: b"a;b;c;d\n" * (100 * 2**17), "quá lớn"),
    "a .csv of separators": (lambda: b";" * (8 * 2**20 - 1), "quá nhiều cột"),
}
SLOW = ["elements", "cells", "text", "rows", "unpacked", "sheets", "merges over one another"]
"""Kinds that take a second or more to make or to refuse."""

GUARDED = """
import resource, sys
from pathlib import Path
from pipelines.steps.collect.raw_file import RawFile
from pipelines.steps.collect.read import read
resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
paths = [Path(name) for name in sys.argv[1:]]
files, cells, _ = read([RawFile("2024-H1", "huu-kien", path.name, path.read_bytes()) for path in paths])
assert cells["file"].unique().to_pylist() == ["good.xlsx"], cells
print(*files["detail"].to_pylist(), sep="\\n")
""".replace("MEMORY", str(2 * 2**30)).replace("SECONDS", "60")
"""Reads files with two gigabytes of memory and a minute; the last is a workbook like any other, and is read."""


@pytest.mark.parametrize(
    "kinds",
    [[kind for kind in KILLERS if kind not in SLOW], *(pytest.param([kind], marks=pytest.mark.slow) for kind in SLOW)],
)
def test_files_made_to_hurt_are_each_one_finding_within_time_and_memory(kinds: list[str], tmp_path: Path) -> None:
    names = []
    for kind in kinds:
        suffix = match[0] if (match := re.search(r"\.\w+", kind)) else ".xlsx"
        names.append(str(tmp_path / f"{kind.replace('.', '')}{suffix}"))
        Path(names[-1]).write_bytes(KILLERS[kind][0]())
    good = tmp_path / "good.xlsx"
    good.write_bytes(PLAIN)
    command = [sys.executable, "-c", GUARDED, *names, str(good)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    for kind, told_of in zip(kinds, done.stdout.splitlines(), strict=False):
        assert KILLERS[kind][1] in told_of, kind


def test_many_conditions_on_many_areas_keep_nothing_from_being_read() -> None:
    areas, conditions = "A1:XFD9 " * 100_000, '<cfRule dxfId="0"/>' * 1000
    xml = f'</sheetData><conditionalFormatting sqref="{areas}">{conditions}</conditionalFormatting>'
    assert horse(repacked(PLAIN, {SHEET1: sub("</sheetData>", xml)})) == 100


def test_the_notes_column_is_where_the_tests_take_it_to_be() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(PLAIN)).worksheets[0]
    assert sheet["E7"].value == NOTE_HEADING
