"""Workbooks as they really come, through the real steps: read on where that is unambiguous, else told in a sentence."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import xlsxwriter

from pipelines.handout.layout import Answer, workbook
from pipelines.steps.collect.encodings import decoded
from pipelines.store import published
from pipelines.store.received import Received
from pipelines.store.tables import Store
from schemas.flow import WORKBOOKS
from schemas.forms.b01_livestock import Livestock
from schemas.forms.b04_forestry import Forestry
from schemas.forms.n01_agriculture import AgricultureLine
from schemas.return_sets import ReturnSetKey
from tests.unit.builders import (
    HORSES,
    LEDGER_HEADING,
    PERIOD,
    PLACES,
    VILLAGE,
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
    unmerged,
)
from tests.unit.offices import Office

Change = Callable[[Any], object]
WHOLE = dict.fromkeys(Livestock.fields(), 0) | {"total": 100} | HORSES
FILE, SHEET = "pa_phao.xlsx", Livestock.sheet
HORSE_ROW = 12


def sentences(done: Run, *, all_forms: bool = False) -> dict[str, Row]:
    """What an officer is told of the livestock form, by code, blanks and other reporters aside."""
    found = told(done.check(Livestock))
    assert len({row["code"] for row in found}) == len(found) or all_forms, found
    return {row["code"]: row for row in found}


def only(done: Run) -> Row:
    """The one thing that is told, which names its file and sheet."""
    (finding,) = sentences(done).values()
    assert FILE in finding["message"]
    assert SHEET in finding["message"]
    return finding


def horses(done: Run) -> dict[str, Any]:
    return {name: done.value(name) for name in HORSES}


class TestRearranged:
    def test_an_extra_column_of_another_name_changes_nothing(self) -> None:
        def change(sheet: Any) -> None:
            unmerged(sheet)
            sheet.insert_cols(4)
            sheet["D7"], sheet["D12"] = "Kỳ trước", 999

        done = run_one(Livestock, HORSES, change)
        assert sentences(done) == {}
        assert horses(done) == HORSES

    def test_two_columns_of_values_are_told_with_both_headings(self) -> None:
        def change(sheet: Any) -> None:
            sheet["F7"], sheet["F12"] = "Giá trị", 101

        done = run_one(Livestock, HORSES, change)
        finding = only(done)
        assert (finding["code"], finding["cells"], finding["written"]) == ("W-12", "D7;F7", "Giá trị")
        assert "ô D7, F7" in finding["message"]
        assert done.located.entries.empty

    def test_a_second_table_with_the_same_lines_is_told_and_neither_is_read(self) -> None:
        def change(sheet: Any) -> None:
            for column, heading in zip("BCD", ("Chỉ tiêu", "ĐVT", "Giá trị"), strict=True):
                sheet[f"{column}40"] = heading
            sheet["B41"], sheet["C41"], sheet["D41"] = "Đàn ngựa", "con", 101

        done = run_one(Livestock, HORSES, change)
        finding = only(done)
        assert (finding["code"], finding["cells"]) == ("W-13", "B7;B40")
        assert done.located.entries.empty

    def test_a_heading_printed_again_on_the_next_page_is_no_second_table(self) -> None:
        def change(sheet: Any) -> None:
            unmerged(sheet)
            sheet.insert_rows(13)
            for column, heading in zip("BCD", ("Chỉ tiêu", "ĐVT", "Giá trị"), strict=True):
                sheet[f"{column}13"] = heading

        done = run_one(Livestock, HORSES, change)
        assert sentences(done) == {}
        assert horses(done) == HORSES

    def test_a_later_table_whose_columns_lie_elsewhere_is_not_guessed(self) -> None:
        def change(sheet: Any) -> None:
            sheet["F40"], sheet["G40"] = "Chỉ tiêu", "Giá trị"

        assert only(run_one(Livestock, HORSES, change))["code"] == "W-13"


class TestHidden:
    def test_a_hidden_row_and_column_are_read_and_named(self) -> None:
        def change(sheet: Any) -> None:
            sheet.row_dimensions[HORSE_ROW].hidden = True

        done = run_one(Livestock, HORSES, change)
        finding = only(done)
        assert (finding["code"], finding["severity"], finding["cells"]) == ("C-15", "warning", "D12")
        assert "dòng ẩn (ô D12)" in finding["message"]
        assert horses(done) == HORSES

    def test_a_hidden_column_is_one_finding_for_all_its_answers(self) -> None:
        def change(sheet: Any) -> None:
            sheet.column_dimensions["D"].hidden = True

        finding = only(run_one(Livestock, WHOLE, change))
        assert len(finding["cells"].split(";")) == len(Livestock.fields())
        assert "cột ẩn" in finding["message"]
        assert "ô khác" in finding["message"]

    def test_a_hidden_sheet_is_read_and_named(self) -> None:
        answers = {("B01", "", "horse"): Answer(5), ("B04", "", "planted_area"): Answer("1,5")}
        book = openpyxl.load_workbook(
            io.BytesIO(
                workbook([Forestry, Livestock], period=PERIOD, commune="Hữu Kiên", reporter=VILLAGE, answers=answers)
            )
        )
        book[SHEET].sheet_state = "veryHidden"
        done = run(raw_file(saved(book)))
        assert "trang ẩn" in only(done)["message"]
        assert done.value("horse") == 5

    def test_nothing_is_told_where_only_a_blank_or_a_heading_is_hidden(self) -> None:
        def change(sheet: Any) -> None:
            sheet.row_dimensions[1].hidden = sheet.row_dimensions[14].hidden = True

        assert sentences(run_one(Livestock, {"horse": 5}, change)) == {}

    def test_a_remark_on_a_sheet_does_not_silence_what_another_form_says_of_it(self) -> None:
        """The villages' sum is known: that one row was hidden is no reason not to hold the desk's number against it."""

        def hide(sheet: Any) -> None:
            sheet.row_dimensions[sheet_row].hidden = True

        sheet_row = int(address_of(Forestry, "planted_area").removeprefix("D"))
        villages = PLACES.reporters("huu-kien", "village", PERIOD)
        contents = {village.code: filled(Forestry, {"planted_area": 1}, reporter=village.title) for village in villages}
        contents["pa_phao"] = changed(contents["pa_phao"], hide)
        (desk,) = PLACES.reporters("huu-kien", AgricultureLine.reporter_kind, PERIOD)
        contents[desk.code] = filled(AgricultureLine, {"planted_area": len(villages) + 1}, reporter=desk.name)
        done = run(*(raw_file(content, f"{code}.xlsx") for code, content in contents.items()))
        assert "C-15" in {row["code"] for row in told(done.check(Forestry))}
        assert "N01-01" in {row["code"] for row in told(done.check(AgricultureLine))}


class TestMerged:
    def test_one_number_over_two_lines_is_told_and_is_neither_lines(self) -> None:
        done = run_one(Livestock, HORSES, lambda sheet: sheet.merge_cells("D12:D13"))
        finding = only(done)
        assert (finding["code"], finding["cells"], finding["written"]) == ("C-16", "D12;D13", "100")
        assert horses(done) == {"horse": None, "horse_ordinary": None, "horse_white": 40}

    def test_one_label_over_two_numbers_is_told_and_neither_is_taken(self) -> None:
        def change(sheet: Any) -> None:
            unmerged(sheet)
            sheet.insert_rows(13)
            sheet["D13"] = 7
            sheet.merge_cells("B12:B13")

        done = run_one(Livestock, HORSES, change)
        finding = only(done)
        assert (finding["code"], finding["cells"], finding["written"]) == ("C-16", "D12;D13", "100; 7")
        assert horses(done) == HORSES | {"horse": None}

    def test_a_label_merged_with_its_neighbours_stays_that_lines(self) -> None:
        def change(sheet: Any) -> None:
            sheet["A12"] = sheet["B12"].value
            sheet.merge_cells("A12:B12")
            sheet.merge_cells("D13:E13")

        done = run_one(Livestock, HORSES, change)
        assert sentences(done) == {}
        assert horses(done) == HORSES


def saved(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


class TestTwice:
    def test_a_sheet_copied_within_the_workbook_is_the_form_twice(self) -> None:
        book = openpyxl.load_workbook(io.BytesIO(filled(Livestock, HORSES)))
        copy = book.copy_worksheet(book[SHEET])
        copy.title = f"{SHEET} (2)"
        finding = only(run(raw_file(saved(book))))
        assert finding["code"] == "W-09"
        assert f"{SHEET} (2)" in finding["written"]
        assert "giống hệt nhau" in finding["message"]

    def test_of_a_corrected_number_the_one_that_was_sent_is_told_as_that(self) -> None:
        content = filled(Livestock, {"goat": 5})
        ledger = ledger_of(f"a.xlsx,{Livestock.sheet},{address_of(Livestock, 'goat')},5,6,đếm lại")
        done = run(raw_file(content, "a.xlsx"), raw_file(content, "b.xlsx"), ledger=ledger)
        (twice,) = (row for row in done.met() if row["problem"] == "DUPLICATE_RETURN")
        at = address_of(Livestock, "goat")
        assert f"a.xlsx ô {at} ghi «5» (xã đã sửa thành «6»), b.xlsx ô {at} ghi «5»" in twice["expected"]

    def test_two_names_for_one_return_are_said_to_be_alike_even_if_written_otherwise(self) -> None:
        other = filled(Livestock, HORSES | {"horse": "100 con"})
        finding = only(run(raw_file(filled(Livestock, HORSES)), raw_file(other, "pa_phao (1).xlsx")))
        assert finding["expected"] == "số liệu giống hệt nhau"

    def test_two_returns_that_differ_are_told_with_the_cells_in_which_they_do(self) -> None:
        other = filled(Livestock, HORSES | {"horse": 110, "horse_white": 50})
        done = run(raw_file(filled(Livestock, HORSES)), raw_file(other, "lan_2.xlsx"))
        finding = only(done)
        assert "khác nhau ở 2 chỗ" in finding["message"]
        assert "«Đàn ngựa»: pa_phao.xlsx ô D12 ghi «100», lan_2.xlsx ô D12 ghi «110»" in finding["message"]
        assert done.located.entries.empty

    def test_trouble_within_a_return_that_came_twice_waits_until_one_is_chosen(self) -> None:
        done = run(raw_file(filled(Livestock, HORSES | {"horse": "?"})), raw_file(filled(Livestock, HORSES), "b.xlsx"))
        assert list(sentences(done)) == ["W-09"]


TCVN3 = (
    "BiÓu B01 (phiªn b¶n 1)",
    ("§¬n vÞ b¸o c¸o: Th«n P¸ Phµo", "Kú b¸o c¸o: 6 th¸ng ®Çu n¨m 2024", "X·: H÷u Kiªn"),
    ("ChØ tiªu", "§VT", "Gi¸ trÞ", "Ghi chó"),
    ("§µn ngùa", "Ngùa th\u00adêng", "Ngùa b¹ch"),
    "kh«ng",
)
VNI = (
    "Bieåu B01 (phieân baûn 1)",
    ("Ñôn vò baùo caùo: Thoân Paù Phaøo", "Kyø baùo caùo: 6 thaùng ñaàu naêm 2024", "Xaõ: Höõu Kieân"),
    ("Chæ tieâu", "ÑVT", "Giaù trò", "Ghi chuù"),
    ("Ñaøn ngöïa", "Ngöïa thöôøng", "Ngöïa baïch"),
    "khoâng",
)


def typed_by_hand(
    form: str, marks: tuple[str, ...], headings: tuple[str, ...], labels: tuple[str, ...], none: str
) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Sheet1"
    sheet.append([form])
    for mark in marks:
        sheet.append([mark])
    sheet.append(["TT", *headings])
    for number, (label, value) in enumerate(zip(labels, (60, 60, none), strict=True), start=1):
        sheet.append([number, label, "con", value])
    return saved(book)


class TestBeforeUnicode:
    @pytest.mark.parametrize(("name", "words"), [("TCVN3", TCVN3), ("VNI", VNI)])
    def test_an_old_encoding_is_read_and_named_and_the_cells_stay_as_written(self, name: str, words: Any) -> None:
        content = typed_by_hand(*words)
        done = run(raw_file(content))
        assert horses(done) == {"horse": 60, "horse_ordinary": 60, "horse_white": 0}
        finding = sentences(done, all_forms=True)["W-15"]
        assert (finding["severity"], finding["reporter"], finding["written"]) == ("warning", "pa_phao", name)
        assert f"gõ bằng phông {name}" in finding["message"]
        assert words[2][0] in {row["text"] for row in rows(read([raw_file(content)])[1])}
        assert done.entry("horse_white")["received"] == words[4]

    def test_a_few_old_labels_in_a_sheet_of_today_are_read_too(self) -> None:
        done = run_one(Livestock, HORSES, lambda sheet: sheet.__setitem__("B12", "§µn ngùa"))
        assert horses(done) == HORSES
        assert only(done)["code"] == "W-15"

    def test_texts_of_today_are_never_taken_for_old_ones(self) -> None:
        done = run_one(Livestock, HORSES, lambda sheet: sheet.__setitem__("E12", "tính cả ngựa con, đã đếm lại"))
        assert sentences(done) == {}
        assert done.entry("horse")["note"] == "tính cả ngựa con, đã đếm lại"

    @pytest.mark.parametrize(
        ("written", "encoding", "meant"),
        [
            ("Tæng ®µn gia sóc, gia cÇm", "TCVN3", "Tổng đàn gia súc, gia cầm"),
            ("Toång ñaøn gia suùc, gia caàm", "VNI", "Tổng đàn gia súc, gia cầm"),
            ("NGÖÔØI DAÂN ÑÖÔÏC MIEÃN", "VNI", "NGƯỜI DÂN ĐƯỢC MIỄN"),
            ("Dª, lîn rõng", "TCVN3", "Dê, lợn rừng"),
            ("Đàn ngựa", "TCVN3", "Đàn ngựa"),
        ],
    )
    def test_decoding(self, written: str, encoding: str, meant: str) -> None:
        assert decoded(written, encoding) == meant


ZERO_WIDTH, WIDE = "\u200b", str.maketrans({code - 0xFEE0: code for code in range(0xFF01, 0xFF5F)})


@pytest.mark.parametrize(
    "label",
    [
        "Đàn\u00a0ngựa",
        f"Đàn{ZERO_WIDTH} ngựa",
        "\ufeffĐàn ngựa:",
        "Đàn ngưạ",
        "Đàn ngựa".translate(WIDE),
        "Đàn\nngựa :",
    ],
    ids=ascii,
)
def test_what_cannot_be_seen_in_a_label_does_not_count(label: str) -> None:
    done = run_one(Livestock, HORSES, lambda sheet: sheet.__setitem__("B12", label))
    assert done.met() == []
    assert horses(done) == HORSES


def test_a_heading_with_a_wide_colon_is_understood() -> None:
    def change(sheet: Any) -> None:
        for cell in (cell for line in sheet.iter_rows(max_row=6) for cell in line if cell.value):
            cell.value = str(cell.value).replace(": ", "：")

    assert horses(run_one(Livestock, HORSES, change)) == HORSES


NUMBERS: dict[str, int | str] = {
    "1.234": 1234,
    " 12 ": 12,
    "12 con": 12,
    "１２": 12,
    "1\u200b2": 12,
    "1.234,0": 1234,
    "-": 0,
    "\u2212": 0,
    "Không": 0,
    "k": "C-04",
    "x": "C-04",
    "?": "C-04",
    "1O": "C-04",
    "≈ 120": "C-04",
    "120-130": "C-04",
    "1/2": "C-04",
    "½": "C-04",
    "10²": "C-04",
    "12,5 %": "C-04",
    "một trăm": "C-04",
    "1,234.5": "C-05",
    "1.234,5": "C-06",
}
"""What people write, and the number it is or the finding it gives."""


@pytest.fixture(scope="module")
def numbers() -> tuple[Run, dict[str, Row]]:
    """One return with all of that, each in a field of its own as far as there are fields, and what is told by cell."""
    fields = list(Livestock.fields())
    assert len(fields) <= len(NUMBERS) <= 2 * len(fields)
    written = list(NUMBERS)
    halves = [dict(zip(fields, written, strict=False)), dict(zip(fields, written[len(fields) :], strict=False))]
    villages = [("Thôn Pá Phào", "pa_phao"), ("Thôn Nà Lìa", "na_lia")]
    done = run(
        *(
            raw_file(filled(Livestock, half, reporter=name), f"{code}.xlsx")
            for (name, code), half in zip(villages, halves, strict=True)
        )
    )
    return done, {row["written"]: row for row in told(done.check(Livestock)) if row["code"].startswith("C-")}


@pytest.mark.parametrize("written", NUMBERS, ids=ascii)
def test_a_number_as_people_write_it_is_that_number_or_is_told_and_never_guessed(
    numbers: tuple[Run, dict[str, Row]], written: str
) -> None:
    done, findings = numbers
    (entry,) = [row for row in rows(done.located.entries) if row["received"] == written]
    expected = NUMBERS[written]
    if isinstance(expected, int):
        assert entry["value"] == expected
        assert written not in findings
    else:
        finding = findings[written]
        assert (finding["code"], finding["cells"], finding["file"]) == (expected, entry["cell"], entry["file"])
        assert f"ô {entry['cell']}" in finding["message"]
        assert f"«{written}»" in finding["message"]
        assert pd.isna(entry["value"])


@pytest.mark.parametrize(
    ("written", "meant"), [(1.234, "Có thể là 1.234:"), (1.2, "Có thể là 1.200:"), (0.5, ""), (12.3456, "")]
)
def test_a_dot_that_excel_took_for_the_decimal_sign_is_pointed_out(written: float, meant: str) -> None:
    finding = only(run_one(Livestock, HORSES, put(Livestock, "horse", written)))
    assert finding["code"] == "C-06"
    assert finding["suggestion"].startswith(meant)
    assert ("Có thể là" in finding["suggestion"]) == bool(meant)
    # The other cells of its sums say what it should be, whatever was meant.
    assert "theo phép tính là 100" in finding["suggestion"]


class TestStrangeCells:
    def test_a_very_long_text_is_told_in_a_short_sentence(self) -> None:
        finding = only(run_one(Livestock, HORSES, put(Livestock, "horse", "a" * 32_767)))
        assert len(finding["written"]) == 32_767
        assert len(finding["message"]) < 800

    def test_control_characters_do_not_reach_the_sentence(self) -> None:
        finding = only(run_one(Livestock, HORSES, put(Livestock, "horse", "12\n\tcon\u202e lợn")))
        assert "«12 con lợn»" in finding["message"]

    def test_a_number_from_another_file_is_used_and_told(self) -> None:
        def write(book: xlsxwriter.Workbook, sheet: Any, line: int, name: str) -> None:
            if name == "horse":
                sheet.write_formula(line, 3, "='C:\\[tong_hop.xlsx]S'!B2", None, 100)
            elif name == "horse_ordinary":
                sheet.write_formula(line, 3, "=20+40", None, 60)

        done = run(raw_file(_drawn(write)))
        finding = sentences(done, all_forms=True)["C-17"]
        assert (finding["severity"], finding["cells"]) == ("warning", "D12")
        assert horses(done) == {"horse": 100, "horse_ordinary": 60, "horse_white": None}

    def test_a_link_in_a_value_cell_is_no_number(self) -> None:
        def write(book: xlsxwriter.Workbook, sheet: Any, line: int, name: str) -> None:
            if name == "horse":
                sheet.write_url(line, 3, "https://example.org/", string="xem tệp")

        assert sentences(run(raw_file(_drawn(write))), all_forms=True)["C-04"]["written"] == "xem tệp"


def _drawn(write: Callable[[Any, Any, int, str], None]) -> bytes:
    """A livestock sheet written line by line, for what only a writer of its own can put into a cell."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet(SHEET)
    template = openpyxl.load_workbook(io.BytesIO(filled(Livestock))).worksheets[0]
    labels = {item.label: name for name, item in Livestock.fields().items()}
    for cell in (cell for line in template.iter_rows() for cell in line if cell.value is not None):
        sheet.write(cell.row - 1, cell.column - 1, cell.value)
        if cell.value in labels:
            write(book, sheet, cell.row - 1, labels[cell.value])
    book.close()
    return buffer.getvalue()


class TestSizes:
    def test_a_text_far_away_is_refused_before_memory_is_spent_on_it(self) -> None:
        files, cells = read([raw_file(changed(filled(Livestock), lambda sheet: sheet.__setitem__("XFD1048576", "x")))])
        assert cells.empty
        assert "cột XFD hoặc dòng 1048576" in files["detail"].iloc[0]

    def test_a_text_some_way_off_is_read_on(self) -> None:
        done = run_one(Livestock, HORSES, lambda sheet: sheet.__setitem__("AZ2000", "x"))
        assert horses(done) == HORSES

    def test_rows_that_are_formatted_and_empty_are_no_cells(self) -> None:
        lines = "".join(f'<row r="{row}" s="1"><c r="A{row}" s="1"/></row>' for row in range(500, 100_500))
        content = _with_part(
            filled(Livestock, HORSES),
            "sheet1.xml",
            lambda xml: xml.replace(b"</sheetData>", lines.encode() + b"</sheetData>"),
        )
        done = run(raw_file(content))
        assert horses(done) == HORSES
        assert done.cells["row"].max() < 100


def _with_part(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            data = old.read(part)
            new.writestr(part, change(data) if part.endswith(name) else data)
    return buffer.getvalue()


def _with_macro(content: bytes) -> bytes:
    buffer = io.BytesIO(content)
    with zipfile.ZipFile(buffer, "a") as package:
        package.writestr("xl/vbaProject.bin", b"macro")
    return buffer.getvalue()


def _protected_sheet(sheet: Any) -> None:
    sheet.protection.set_password("x")


def _picture_only() -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.add_worksheet(SHEET).write_comment("B2", "trâu 55 con")
    book.add_worksheet("Sheet2")
    book.close()
    return buffer.getvalue()


COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)
KEY = ReturnSetKey("2024-H1", "huu-kien")
FILES = {
    "rong.xlsx": b"",
    "mat_khau.xlsx": COMPOUND + "EncryptedPackage".encode("utf-16-le"),
    "kieu_cu.xlsx": COMPOUND + "Workbook".encode("utf-16-le"),
    "trang_web.xlsx": b"<html><table><tr><td>1</td></tr></table></html>",
    "cat_ngang.xlsx": filled(Livestock)[:2000],
    "nhi_phan.xlsb": _with_macro(filled(Livestock)),
    "anh.xlsx": _picture_only(),
    "thang_6/na_lia.xlsx": filled(Livestock, HORSES, reporter="Thôn Nà Lìa"),
    "~$suoi_ma.xlsx": b"lock",
    ".~lock.suoi_ma.xlsx#": b"lock",
    "Thumbs.db": b"x",
    "desktop.ini": b"x",
    "pa_phao.xlsx": changed(filled(Livestock, WHOLE), _protected_sheet),
    "suoi_ma.xlsm": _with_macro(filled(Livestock, WHOLE, reporter="Thôn Suối Mạ")),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """A folder of files that are hardly workbooks, and two that are, taken through the layers."""
    root = tmp_path_factory.mktemp("messy")
    for name, content in FILES.items():
        path = root / "raw" / KEY.period / KEY.commune / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    office = Office(root, KEY)
    office.refresh({"findings/workbooks", "findings/livestock"})
    return office


class TestFolder:
    @pytest.mark.parametrize(
        ("file", "code", "words"),
        [
            ("rong.xlsx", "W-01", ("rỗng", "gửi lại")),
            ("mat_khau.xlsx", "W-01", ("đặt mật khẩu", "bỏ mật khẩu rồi lưu lại")),
            ("kieu_cu.xlsx", "W-01", ("kiểu cũ (.xls)", "lưu thành .xlsx")),
            ("trang_web.xlsx", "W-01", ("trang web",)),
            ("cat_ngang.xlsx", "W-01", ("hỏng", "chưa xong")),
            ("nhi_phan.xlsb", "W-02", ("dạng nhị phân (.xlsb)", "Lưu thành .xlsx")),
            ("anh.xlsx", "W-14", (SHEET, "chỉ có hình hoặc chú thích")),
            ("thang_6/", "W-11", ("1 tệp (na_lia.xlsx)", "chưa được đọc")),
        ],
    )
    def test_each_file_has_its_own_sentence(self, folder: Office, file: str, code: str, words: tuple[str, ...]) -> None:
        found = [row for row in published.findings(folder.store, KEY) if row["file"] == file]
        assert [row["code"] for row in found] == [code]
        for word in (file, *words):
            assert word in found[0]["message"]

    def test_what_programs_leave_behind_is_not_spoken_of(self, folder: Office) -> None:
        seen = {row["file"] for row in published.files(folder.store, KEY)}
        assert seen == {name for name in FILES if name[0] not in "~." and name[0] not in "Td"} - {
            "thang_6/na_lia.xlsx"
        } | {"thang_6/"}

    def test_the_others_are_read_also_with_a_protected_sheet_or_a_macro(self, folder: Office) -> None:
        found = folder.rows("returns/livestock")
        assert {row["reporter"]: row["value"] for row in found if row["field"] == "horse"} == {
            "pa_phao": 100,
            "suoi_ma": 100,
        }

    def test_a_change_below_a_subfolder_is_a_change(self, folder: Office) -> None:
        def received() -> str:
            return Received.of(folder.raw, [KEY]).contents[WORKBOOKS]

        before = received()
        extra = folder.folder / "thang_6" / "them.xlsx"
        extra.write_bytes(b"x")
        after = received()
        extra.unlink()
        assert before != after
        assert received() == before


class TestLostWorkbook:
    """A form was accepted from a workbook; now the workbook does not open, or is not there."""

    @pytest.fixture
    def accepted(self, tmp_path: Path) -> Office:
        office = Office(tmp_path, KEY)
        office.send(FILE, filled(Livestock, WHOLE | {"horse": 99}))
        office.decide(f"{FILE},{SHEET},D12,99,100,ghi nhầm")
        assert self.admits(office)
        assert self.told(office) == []
        return office

    @staticmethod
    def admits(office: Office) -> bool:
        """Whether a refresh lets the form into its mart."""
        state = office.refresh({"findings/workbooks", "marts/livestock"}).state
        return not state.tables["marts/livestock"].held

    @staticmethod
    def told(office: Office) -> list[Row]:
        return [row for row in published.findings(Store(office.store.root), KEY) if row["severity"] == "error"]

    def test_one_that_does_not_open_is_one_finding_and_holds_its_form(self, accepted: Office) -> None:
        accepted.send(FILE, b"junk")
        assert not self.admits(accepted)
        (finding,) = self.told(accepted)
        assert (finding["code"], finding["form"], finding["reporter"], finding["file"]) == (
            "W-01",
            "B01",
            "pa_phao",
            FILE,
        )
        assert list(published.held_forms([finding])) == ["B01"]

    def test_one_that_is_gone_is_named_and_its_corrections_say_nothing_more(self, accepted: Office) -> None:
        (accepted.folder / FILE).unlink()
        assert not self.admits(accepted)
        (finding,) = self.told(accepted)
        assert (finding["code"], finding["file"], finding["sheet"]) == ("H-02", FILE, SHEET)
        assert FILE in finding["message"]

    def test_one_sent_again_under_another_name_leaves_its_correction_to_be_told(self, accepted: Office) -> None:
        """Otherwise the number that was corrected would come back as first received, without a word."""
        (accepted.folder / FILE).rename(accepted.folder / "moi.xlsx")
        assert not self.admits(accepted)
        (told,) = [row for row in self.told(accepted) if row["code"].startswith("L-")]
        assert (told["code"], told["form"], told["reporter"], told["file"]) == ("L-10", "B01", "pa_phao", FILE)
        meant = "Dòng ấy thay «99» bằng «100», ở biểu B01 của Thôn Pá Phào, nay nằm ở tệp moi.xlsx, trang «Chăn nuôi»."
        assert meant in told["message"]
        assert "nay ghi «»" not in told["message"]
        ledger = accepted.folder / "corrections.csv"
        ledger.write_text(ledger.read_text("utf-8").replace(FILE, "moi.xlsx"), "utf-8")
        assert self.admits(accepted), "once the row is in the ledger for the new workbook, and the old one is not"

    def test_of_one_that_was_never_accepted_its_sheet_says_which_form_it_was(self, tmp_path: Path) -> None:
        office = Office(tmp_path, KEY)
        office.send("moi.xlsx", filled(Livestock, WHOLE))
        office.decide(f"{FILE},{SHEET},D12,99,100,ghi nhầm")
        assert not self.admits(office)
        (told,) = self.told(office)
        assert (told["code"], told["form"], told["reporter"]) == ("L-10", "B01", "")
        assert "Dòng ấy thay «99» bằng «100», ở biểu B01." in told["message"]

    def test_of_a_sheet_that_is_no_forms_it_is_told_that_nobody_knows(self, accepted: Office) -> None:
        ledger = accepted.folder / "corrections.csv"
        ledger.write_text(
            f"{ledger.read_text('utf-8')}2024-07-03,thống kê,{FILE},Nháp,B2,7,7,hỏi rồi,,as_is\n", "utf-8"
        )
        self.admits(accepted)
        (told,) = self.told(accepted)
        assert (told["code"], told["form"], told["sheet"]) == ("L-10", "", "Nháp")
        assert "Dòng ấy giữ nguyên «7», không rõ ở biểu nào." in told["message"]

    def test_words_that_were_corrected_in_one_that_is_gone_are_a_remark(self, accepted: Office) -> None:
        """Nobody could take such a row back at the desk, and what was wrong is told of the new workbook."""
        ledger, at = accepted.folder / "corrections.csv", f"2024-07-02,thống kê,{FILE},{SHEET},A5"
        row = f"{at},Đơn vị báo cáo: Thôn Ai Đó,Đơn vị báo cáo: Thôn Pá Phào,hỏi rồi,,accepted"
        ledger.write_text(f"{LEDGER_HEADING}\n{row}\n", "utf-8")
        accepted.send(FILE, filled(Livestock, WHOLE, reporter="Thôn Ai Đó"))
        assert self.admits(accepted)
        (accepted.folder / FILE).unlink()
        accepted.send("moi.xlsx", filled(Livestock, WHOLE))
        assert self.admits(accepted)
        found = published.findings(Store(accepted.store.root), KEY)
        (told,) = [one for one in found if one["code"].startswith("L-")]
        assert (told["code"], told["severity"], told["file"], told["cells"]) == ("L-09", "warning", FILE, "A5")
        accepted.send("moi.xlsx", filled(Livestock, WHOLE, reporter="Thôn Ai Đó"))
        assert not self.admits(accepted)
        assert "W-05" in {one["code"] for one in self.told(accepted)}

    def test_one_whose_reporter_is_no_longer_known_is_one_finding(self, accepted: Office) -> None:
        (accepted.folder / "corrections.csv").unlink()
        accepted.send(FILE, filled(Livestock, WHOLE, reporter="Thôn Ai Đó"))
        assert not self.admits(accepted)
        assert [row["code"] for row in self.told(accepted)] == ["W-05"]
