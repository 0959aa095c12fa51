import datetime as dt
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from openpyxl.utils import get_column_letter

from pipelines.handout.layout import Answer, workbook
from schemas.catalogue import CATALOGUE
from schemas.fields import field
from schemas.form import LineForm
from schemas.forms.b01_livestock import Livestock
from schemas.forms.b04_forestry import Forestry
from schemas.forms.t01_budget import Budget
from schemas.periods import Period
from schemas.units import Dong, Heads
from tests.unit.builders import (
    COMMUNE,
    HORSES,
    PERIOD,
    PLACES,
    VILLAGE,
    Row,
    Run,
    address_of,
    changed,
    filled,
    places_with,
    put,
    raw_file,
    row_of,
    run,
    run_one,
    unmerged,
)

Change = Callable[[Any], None]
LABELS = {name: Livestock.fields()[name].label for name in HORSES}
FINANCE = "Bộ phận Tài chính - Kế toán"


def write(address: str, value: object) -> Change:
    def change(sheet: Any) -> None:
        sheet[address] = value

    return change


def replaced(old: str, new: str) -> Change:
    """A change of every cell that starts with a text."""

    def change(sheet: Any) -> None:
        found = [cell for line in sheet.iter_rows() for cell in line if str(cell.value or "").startswith(old)]
        assert found, old
        for cell in found:
            cell.value = new

    return change


def problems_of(*changes: Change, answers: dict[str, Any] | None = None) -> list[Row]:
    return run_one(Livestock, answers or HORSES, *changes).met()


def test_a_filled_form_is_found_whole_with_the_cell_of_every_field() -> None:
    done = run_one(Livestock, HORSES)
    assert done.met() == []
    assert {name: done.value(name) for name in HORSES} == HORSES
    assert set(done.located.entries["field"]) == set(Livestock.fields())
    for name in Livestock.fields():
        assert done.entry(name)["cell"] == address_of(Livestock, name)
    assert done.entry("goat")["problem"] == "BLANK"


def _two_rows_above(sheet: Any) -> None:
    unmerged(sheet)
    sheet.insert_rows(1, 2)


def _two_columns_before(sheet: Any) -> None:
    unmerged(sheet)
    sheet.insert_cols(1, 2)


def _column_between_label_and_value(sheet: Any) -> None:
    unmerged(sheet)
    sheet.insert_cols(3, 1)
    sheet["C7"] = "Kỳ trước"
    for row in range(8, 30):
        sheet[f"C{row}"] = 999


def _rows_in_reverse(sheet: Any) -> None:
    unmerged(sheet)
    lines = [row for row in range(8, sheet.max_row + 1) if isinstance(sheet.cell(row, 1).value, int)]
    contents = [[sheet.cell(row, column).value for column in range(1, 6)] for row in lines]
    for row, content in zip(lines, reversed(contents), strict=True):
        for column, value in enumerate(content, start=1):
            sheet.cell(row, column).value = value


def _blank_rows_between(sheet: Any) -> None:
    unmerged(sheet)
    for row in range(sheet.max_row, 8, -1):
        sheet.insert_rows(row)


@pytest.mark.parametrize(
    "change",
    [_two_rows_above, _two_columns_before, _column_between_label_and_value, _rows_in_reverse, _blank_rows_between],
)
def test_values_are_found_by_wording_wherever_rows_and_columns_went(change: Change) -> None:
    done = run_one(Livestock, HORSES, change)
    assert done.met() == []
    assert {name: done.value(name) for name in HORSES} == HORSES


@pytest.mark.parametrize(
    "wording", ["ngựa thường", "- Ngựa thường", "NGỰA  THƯỜNG:", "Trong đó: Ngựa thường", "2. Ngựa thường"]
)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_label_may_be_written_in_other_ways(wording: str, form: str) -> None:
    def change(sheet: Any) -> None:
        sheet[f"B{row_of(sheet, LABELS['horse_ordinary'])}"] = unicodedata.normalize(form, wording)  # type: ignore[arg-type]

    done = run_one(Livestock, HORSES, change)
    assert done.met() == []
    assert done.value("horse_ordinary") == 60


def test_a_renamed_sheet_is_known_by_the_forms_code() -> None:
    def change(sheet: Any) -> None:
        sheet.title = "Sheet1"

    done = run_one(Livestock, HORSES, change)
    assert done.met() == []
    assert done.value("horse") == 100
    assert done.entry("horse")["sheet"] == "Sheet1"


def test_a_sheet_without_a_code_is_known_by_its_name() -> None:
    done = run_one(Livestock, HORSES, replaced("Biểu", "Báo cáo của thôn"))
    assert done.met() == []
    assert done.value("horse") == 100


def test_a_sheet_with_neither_code_nor_name_is_told_and_not_read() -> None:
    def change(sheet: Any) -> None:
        replaced("Biểu", "Báo cáo của thôn")(sheet)
        sheet.title = "Sheet1"

    done = run_one(Livestock, HORSES, change)
    assert [row["problem"] for row in done.met()] == ["NO_FORM"]
    assert done.located.entries.empty


def test_a_row_that_is_gone_is_missed_by_name() -> None:
    def change(sheet: Any) -> None:
        sheet[f"B{row_of(sheet, LABELS['horse_white'])}"] = "Ngựa vằn"

    done = run_one(Livestock, HORSES, change)
    assert [(row["problem"], row["field"]) for row in done.met()] == [
        ("LABEL_MISSING", "horse_white"),
        ("ROW_UNKNOWN", ""),
    ]
    assert done.value("horse") == 100
    message = done.check(Livestock).findings
    assert LABELS["horse_white"] in " ".join(message.loc[message["code"] == "C-01", "message"])


def test_a_row_that_stands_twice_is_told_with_both_cells_and_neither_is_read() -> None:
    def change(sheet: Any) -> None:
        unmerged(sheet)
        sheet["B40"], sheet["D40"] = LABELS["horse_white"], 40

    done = run_one(Livestock, HORSES, change)
    (told,) = done.met()
    assert (told["problem"], told["field"]) == ("LABEL_REPEATED", "horse_white")
    first = address_of(Livestock, "horse_white").replace("D", "B")
    assert set(told["cells"].split(";")) == {first, "B40"}
    assert done.located.entries.query("field == 'horse_white'").empty


@pytest.mark.parametrize("unit", ["triệu đồng", "1000 đồng", "tr.đ", "con"])
def test_a_unit_column_that_says_another_unit_is_told_and_the_number_not_taken(unit: str) -> None:
    def change(sheet: Any) -> None:
        sheet[f"C{row_of(sheet, Budget.fields()['revenue_total'].label)}"] = unit

    content = changed(filled(Budget, {"revenue_total": 3819}, reporter=FINANCE), change)
    done = run(raw_file(content))
    told = done.met()
    assert [(row["problem"], row["field"], row["written"], row["expected"]) for row in told] == [
        ("WRONG_UNIT", "revenue_total", unit, "đồng")
    ]
    assert done.value("revenue_total", "finance") is None


@pytest.mark.parametrize("unit", ["VNĐ", "Đồng", "đ"])
def test_a_unit_column_that_says_it_otherwise_is_let_pass(unit: str) -> None:
    def change(sheet: Any) -> None:
        sheet[f"C{row_of(sheet, Budget.fields()['revenue_total'].label)}"] = unit

    content = changed(filled(Budget, {"revenue_total": 3819}, reporter=FINANCE), change)
    done = run(raw_file(content))
    assert done.met() == []
    assert done.value("revenue_total", "finance") == 3819


DOGS, CATS = (f"D{row}" for row in (20, 21))
HEAD_COUNTS = dict.fromkeys(Livestock.fields(), 10)
LIVESTOCK_CELLS = {address_of(Livestock, name) for name in HEAD_COUNTS}


def of_units(done: Run) -> dict[str, tuple[str, ...]]:
    """What is told of units: the problem and what is written, and of which cells."""
    found: dict[str, tuple[str, ...]] = {}
    for row in done.met():
        name = f"{row['problem']} {row['written'] or row['expected']}"
        found[name] = (*found.get(name, ()), *row["cells"].split(";"))
    return found


def cells_set(cells: dict[str, str]) -> Change:
    """A change that unmerges all, and writes into some cells."""

    def change(sheet: Any) -> None:
        unmerged(sheet)
        for address, text in cells.items():
            sheet[address] = text or None

    return change


@pytest.mark.parametrize(
    ("cells", "told", "where"),
    [
        ({"C7": "ĐVT (nghìn)"}, "WRONG_UNIT nghìn", LIVESTOCK_CELLS),
        ({"C7": "Đơn vị tính: nghìn con"}, "WRONG_UNIT nghìn con", LIVESTOCK_CELLS),
        ({"L6": "Đơn vị tính: 1.000 con"}, "WRONG_UNIT 1.000 con", LIVESTOCK_CELLS),
        ({"A2": "ĐÀN GIA SÚC HIỆN CÓ (nghìn con)"}, "WRONG_UNIT nghìn con", LIVESTOCK_CELLS),
        ({"A31": "(ĐVT: trăm con)"}, "WRONG_UNIT trăm con", LIVESTOCK_CELLS),
        ({"C20": "nghìn con"}, "WRONG_UNIT nghìn con", {DOGS}),
        ({"E20": "đơn vị: chục con"}, "WRONG_UNIT chục con", {DOGS}),
        ({"A22": "Gia cầm (nghìn con)"}, "WRONG_UNIT nghìn con", {f"D{row}" for row in range(23, 28)}),
        ({"C20": "", "C21": " "}, "UNIT_MISSING con", {DOGS, CATS}),
        ({"C7": "Cách tính"}, "UNIT_MISSING con", LIVESTOCK_CELLS),
    ],
)
def test_any_unit_that_applies_to_a_number_is_held_against_its_own(
    cells: dict[str, str], told: str, where: set[str]
) -> None:
    done = run_one(Livestock, HEAD_COUNTS, cells_set(cells))
    found = of_units(done)
    assert list(found) == [told]
    assert set(found[told]) == where
    given = done.located.entries[done.located.entries["cell"].isin(where)]["value"]
    assert given.isna().all() == told.startswith("WRONG_UNIT")


@pytest.mark.parametrize(
    "cells",
    [
        {"C7": "Đơn vị tính"},
        {"C7": "ĐVT (con)", "C20": ""},
        {"L6": "Đơn vị tính: con, nghìn đồng", "C20": ""},
        {"L6": "(ĐVT: triệu đồng)"},
        {
            "A6": "Đơn vị: Trạm Y tế",
            "E20": "Giá bán (triệu đồng)",
            "E21": "Đơn vị tính ghi theo biểu",
            "A8": "Gia súc (con)",
        },
        {"A31": "Trưởng thôn (nghìn)", "F7": "Tỷ lệ (%)", "E22": "Xã hỗ trợ 5 nghìn đồng"},
    ],
)
def test_units_said_of_something_else_or_as_the_form_has_them_are_let_pass(cells: dict[str, str]) -> None:
    done = run_one(Livestock, HEAD_COUNTS, cells_set(cells))
    assert done.met() == []
    assert done.value("dog") == 10


def test_a_unit_merged_over_rows_is_that_of_them_all() -> None:
    """Its first cell may stand in the row of a section, which has no number."""

    def change(unit: str) -> Change:
        def merge(sheet: Any) -> None:
            unmerged(sheet)
            sheet["C22"] = unit
            sheet.merge_cells("C22:C27")

        return merge

    assert run_one(Livestock, HEAD_COUNTS, change("con")).met() == []
    found = of_units(run_one(Livestock, HEAD_COUNTS, change("trăm con")))
    assert found == {"WRONG_UNIT trăm con": tuple(f"D{row}" for row in range(23, 28))}


@pytest.mark.parametrize(
    ("headings", "told"),
    [
        ({"D7": "Chiều dài", "E7": "Kinh phí"}, {"UNIT_MISSING con, đồng": ("D7", "E7")}),
        ({"E7": "Kinh phí", "L6": "Đơn vị tính: triệu đồng"}, {"WRONG_UNIT triệu đồng": ("E8", "E9")}),
        ({"L6": "ĐVT: nghìn đồng"}, {"WRONG_UNIT nghìn đồng": ("E8", "E9")}),
        ({"F9": "ĐVT: triệu"}, {"WRONG_UNIT triệu": ("E9",)}),
        ({"E7": "Kinh phí", "L6": "Đơn vị tính: đồng"}, {}),
        ({"A6": "Đường đã làm (km)", "F9": "Dài 5 (km)"}, {}),
    ],
)
def test_columns_of_lines_have_their_units_from_headings_and_notes(
    headings: dict[str, str], told: dict[str, tuple[str, ...]]
) -> None:
    assert of_units(roads(cells_set(headings))) == told


def two_levels(*below: str, merge: bool) -> Change:
    """A change that puts words and a second column of numbers below the heading of the values."""

    def change(sheet: Any) -> None:
        unmerged(sheet)
        sheet.insert_rows(8)
        sheet.insert_cols(5)
        if merge:
            sheet.merge_cells("D7:E7")
        for address, word in zip(("D8", "E8"), below, strict=False):
            sheet[address] = word
        for row in range(9, 30):
            if isinstance(sheet[f"D{row}"].value, int):
                sheet[f"E{row}"] = sheet[f"D{row}"].value // 2

    return change


@pytest.mark.parametrize(
    ("change", "cells"),
    [
        (two_levels("Kế hoạch", "Thực hiện", merge=True), "D8;E8"),
        (two_levels(merge=True), "D7;E7"),
        (two_levels("Kế hoạch", "Thực hiện", merge=False), "D8;E8"),
    ],
)
def test_a_heading_over_several_columns_of_numbers_is_told_and_none_is_read(change: Change, cells: str) -> None:
    done = run_one(Livestock, HORSES, change)
    (told,) = done.met()
    assert (told["problem"], told["written"], told["cells"]) == ("WIDE_HEADING", "Giá trị", cells)
    assert done.located.entries.empty


def test_a_heading_merged_over_a_column_without_numbers_is_read() -> None:
    def change(sheet: Any) -> None:
        unmerged(sheet)
        sheet["E7"] = None
        sheet.merge_cells("D7:E7")
        sheet["E20"] = "đếm ngày 20/6"

    done = run_one(Livestock, HORSES, change)
    assert done.met() == []
    assert done.value("horse") == 100


def test_a_heading_of_lines_over_several_columns_of_numbers_is_told() -> None:
    def change(sheet: Any) -> None:
        unmerged(sheet)
        sheet.insert_cols(6)
        sheet.merge_cells("E7:F7")
        sheet["F8"] = 900_000

    (told,) = roads(change).met()
    assert (told["problem"], told["cells"]) == ("WIDE_HEADING", "E7;F7")


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"B28": "Thỏ", "D28": 500}, [("D28", "Thỏ", "")]),
        (
            {"B28": "Đàn ngựa trắng", "C28": "con", "D28": "120 con"},
            [("D28", "Đàn ngựa trắng", "; gần giống «Đàn ngựa»")],
        ),
        ({"A28": "Tổng cộng", "D28": 500}, [("D28", "Tổng cộng", "")]),
        ({"A28": "II", "D28": 500}, []),
        ({"B40": "Người lập biểu", "D40": "Hữu Kiên, ngày 20/6", "B41": "Ký tên", "D41": "Lý Văn 2"}, []),
        ({"D40": 1437}, []),
    ],
)
def test_a_row_with_a_number_that_the_form_does_not_have_is_told(
    cells: dict[str, Any], told: list[tuple[str, str, str]]
) -> None:
    done = run_one(Livestock, HEAD_COUNTS, cells_set(cells))
    assert [(row["cells"], row["written"], row["expected"]) for row in done.met()] == told
    assert {row["problem"] for row in done.met()} <= {"ROW_UNKNOWN"}
    assert done.value("horse") == 10


@pytest.mark.parametrize(
    ("mark", "said", "problem", "written"),
    [
        ("Kỳ báo cáo", "6 tháng cuối năm 2024", "WRONG_PERIOD", "6 tháng cuối năm 2024"),
        ("Kỳ báo cáo", "6 tháng đầu năm 2023", "WRONG_PERIOD", "6 tháng đầu năm 2023"),
        ("Xã", "Hữu Liên", "WRONG_COMMUNE", "Hữu Liên"),
        ("Đơn vị báo cáo", "Thôn Suối Má", "UNKNOWN_REPORTER", "Thôn Suối Má"),
        ("Đơn vị báo cáo", "", "UNKNOWN_REPORTER", ""),
        ("Đơn vị báo cáo", FINANCE, "WRONG_REPORTER_KIND", FINANCE),
    ],
)
def test_a_heading_that_does_not_fit_the_folder_keeps_the_sheet_out(
    mark: str, said: str, problem: str, written: str
) -> None:
    done = run_one(Livestock, HORSES, replaced(f"{mark}:", f"{mark}: {said}"))
    (told,) = done.met()
    assert (told["problem"], told["written"], told["form"]) == (problem, written, "B01")
    assert done.located.entries.empty


@pytest.mark.parametrize(
    ("mark", "cells", "problem", "written"),
    [
        ("Kỳ báo cáo", {"A3": "Kỳ báo cáo 6 tháng đầu năm 2023"}, "WRONG_PERIOD", "6 tháng đầu năm 2023"),
        ("Kỳ báo cáo", {"A3": "Kỳ: năm 2023"}, "WRONG_PERIOD", "năm 2023"),
        ("Kỳ báo cáo", {"A3": "Kỳ 6 tháng cuối năm 2024"}, "WRONG_PERIOD", "6 tháng cuối năm 2024"),
        ("Kỳ báo cáo", {"A3": "6 tháng đầu năm 2022"}, "WRONG_PERIOD", "6 tháng đầu năm 2022"),
        ("Kỳ báo cáo", {"A3": "(Quý III/2024)"}, "WRONG_PERIOD", "(Quý III/2024)"),
        ("Kỳ báo cáo", {"A3": "THÁNG 08 NĂM 2024"}, "WRONG_PERIOD", "THÁNG 08 NĂM 2024"),
        ("Kỳ báo cáo", {"A3": "06 tháng cuối năm 2024"}, "WRONG_PERIOD", "06 tháng cuối năm 2024"),
        ("Kỳ báo cáo", {"A3": "Kỳ báo cáo", "B3": "6 tháng đầu năm 2021"}, "WRONG_PERIOD", "6 tháng đầu năm 2021"),
        ("Kỳ báo cáo", {"A3": "Kỳ báo cáo", "D3": "6 tháng đầu năm 2021"}, "WRONG_PERIOD", "6 tháng đầu năm 2021"),
        ("", {"A6": "Kỳ báo cáo: 6 tháng đầu năm 2023"}, "WRONG_PERIOD", "6 tháng đầu năm 2023"),
        ("", {"A6": "Năm 2023"}, "WRONG_PERIOD", "Năm 2023"),
        ("Xã", {"A4": "Xã Chi Lăng"}, "WRONG_COMMUNE", "Chi Lăng"),
        ("Xã", {"A4": "XÃ CHI LĂNG, huyện Chi Lăng"}, "WRONG_COMMUNE", "CHI LĂNG"),
        ("Xã", {"A4": "Xã", "B4": "Chi Lăng"}, "WRONG_COMMUNE", "Chi Lăng"),
        ("", {"D6": "Xã: Chi Lăng"}, "WRONG_COMMUNE", "Chi Lăng"),
        ("Xã", {"A1": "UBND xã Chi Lăng"}, "WRONG_COMMUNE", "Chi Lăng"),
        ("Xã", {"A1": "ỦY BAN NHÂN DÂN XÃ HỮU KIÊN CŨ", "A6": "Xã Hữu"}, "WRONG_COMMUNE", "Hữu"),
        ("Đơn vị báo cáo", {"A5": "Đơn vị báo cáo Thôn Suối Má"}, "UNKNOWN_REPORTER", "Thôn Suối Má"),
        ("", {"C6": "Đơn vị báo cáo: Thôn Nà Lìa"}, "TWO_REPORTERS", f"{VILLAGE}», «Thôn Nà Lìa"),
        ("", {"C6": "Đơn vị báo cáo: Bản Nào Đó"}, "TWO_REPORTERS", f"{VILLAGE}», «Bản Nào Đó"),
    ],
)
def test_every_mark_above_the_table_counts_with_and_without_a_colon(
    mark: str, cells: dict[str, str], problem: str, written: str
) -> None:
    def change(sheet: Any) -> None:
        unmerged(sheet)
        if mark:
            replaced(f"{mark}:", "")(sheet)
        for address, text in cells.items():
            sheet[address] = text

    done = run_one(Livestock, HORSES, change)
    (told,) = done.met()
    assert (told["problem"], told["written"], told["form"]) == (problem, written, "B01")
    assert done.located.entries.empty


@pytest.mark.parametrize(
    "cells",
    [
        {"A3": "Kỳ báo cáo 6 tháng đầu năm 2024", "A4": "XÃ HỮU KIÊN", "A5": f"Đơn vị báo cáo - {VILLAGE}"},
        {"A3": "Kỳ: 06 tháng đầu năm 2024", "A4": "Xã Hữu Kiên, huyện Chi Lăng", "A6": f"Đơn vị báo cáo: {VILLAGE}"},
        {"A3": "(6 tháng đầu năm 2024)", "A1": "UBND XÃ HỮU KIÊN - HUYỆN CHI LĂNG", "A4": ""},
        {"A1": "UBND XÃ CHI LĂNG"},
        {"A3": "Kỳ báo cáo", "D3": "6 tháng đầu năm 2024", "A6": "Xã hội hóa chăn nuôi", "E6": "Năm 2024"},
        {"A6": "Kỳ họp thứ 7", "D6": "Xã đạt chuẩn nông thôn mới", "A40": "Kỳ báo cáo: (ghi sau)"},
        {"B9": "6 tháng đầu năm 2023", "E9": "Xã Chi Lăng cho 5 con", "E10": "Kỳ báo cáo 6 tháng đầu năm 2023"},
    ],
)
def test_a_sheet_that_says_its_period_and_commune_in_other_ways_is_read(cells: dict[str, str]) -> None:
    def change(sheet: Any) -> None:
        unmerged(sheet)
        for address, text in cells.items():
            sheet[address] = text

    done = run_one(Livestock, HORSES, change)
    assert {row["problem"] for row in done.met()} <= {"LABEL_MISSING"}
    assert done.value("horse") == 100


@pytest.mark.parametrize(
    ("marks", "written"),
    [(["Kỳ báo cáo:"], "kỳ báo cáo"), (["Xã:", "ỦY BAN"], "xã"), (["Kỳ báo cáo:", "Xã:", "ỦY BAN"], "kỳ báo cáo, xã")],
)
def test_a_sheet_that_does_not_say_its_period_or_commune_is_read_and_told(marks: list[str], written: str) -> None:
    done = run_one(Livestock, HORSES, *(replaced(mark, "Năm 2024") for mark in marks))
    (told,) = done.met()
    assert (told["problem"], told["written"], told["expected"]) == (
        "MARK_MISSING",
        written,
        "6 tháng đầu năm 2024, Xã Hữu Kiên",
    )
    assert done.value("horse") == 100


def test_a_form_of_another_version_is_not_read() -> None:
    done = run_one(Livestock, HORSES, replaced("Biểu", "Biểu B01 (phiên bản 99)"))
    (told,) = done.met()
    assert (told["problem"], told["written"], told["expected"]) == ("WRONG_VERSION", "99", str(Livestock.version))
    assert done.located.entries.empty


def test_a_form_of_another_period_is_fine_in_that_periods_folder() -> None:
    later = Period.parse("2025-H1")
    done = run(raw_file(filled(Livestock, HORSES, period=later), period=later))
    assert done.met() == []


def test_a_form_that_is_not_asked_for_such_a_period_is_told_and_not_read() -> None:
    quarter = Period.parse("2025-Q1")
    halves = replace(PLACES, kinds=CATALOGUE.asked_in)
    done = run(raw_file(filled(Livestock, HORSES, period=quarter), period=quarter), places=halves)
    (told,) = done.met()
    assert (told["problem"], told["written"], told["expected"], told["form"]) == ("NOT_ASKED", "B01", "6 tháng", "")
    assert done.located.entries.empty
    assert not halves.expects(COMMUNE, "B01", quarter)
    assert halves.expects(COMMUNE, "B01", PERIOD)


def test_a_village_that_no_longer_exists_cannot_report() -> None:
    """Its heads would be added to the commune while it is not counted among those expected to report."""
    places = places_with("cu,village,Bản Cũ,huu-kien,,,2023-12-31,")
    done = run(raw_file(filled(Livestock, HORSES, reporter="Bản Cũ")), places=places)
    assert done.located.entries.empty
    assert len(done.met()) == 1


@pytest.mark.parametrize("said", ["Thôn Suối Phây", "Suối Phầy", "suối phây"])
def test_a_village_is_known_under_its_other_names(said: str) -> None:
    done = run(raw_file(filled(Livestock, HORSES, reporter=said)))
    assert done.met() == []
    assert done.value("horse", "suoi_phay") == 100


def test_the_reporter_may_stand_in_the_cell_beside_its_mark() -> None:
    def change(sheet: Any) -> None:
        unmerged(sheet)
        for cell in (cell for line in sheet.iter_rows(max_row=6) for cell in line):
            mark, colon, said = str(cell.value or "").partition(":")
            if colon:
                cell.value = f"{mark}:"
                sheet.cell(cell.row, cell.column + 1).value = said.strip()

    done = run_one(Livestock, HORSES, change)
    assert done.met() == []
    assert done.value("horse") == 100


def test_what_the_heading_says_counts_and_not_a_signature_below_the_table() -> None:
    def change(sheet: Any) -> None:
        unmerged(sheet)
        sheet["A45"] = "Đơn vị báo cáo: (ký tên)"
        sheet["A46"] = "Xã: xác nhận"

    done = run_one(Livestock, HORSES, change)
    assert done.met() == []
    assert done.value("horse") == 100


def test_two_returns_of_one_reporter_are_told_and_neither_is_taken() -> None:
    done = run(
        raw_file(filled(Livestock, HORSES), "lan1.xlsx"),
        raw_file(filled(Livestock, HORSES | {"horse": 101}), "lan2.xlsx"),
        raw_file(filled(Livestock, HORSES, reporter="Thôn Suối Mạ"), "suoi_ma.xlsx"),
    )
    (told,) = done.met()
    assert (told["problem"], told["reporter"]) == ("DUPLICATE_RETURN", "pa_phao")
    assert "lan1.xlsx" in told["written"]
    assert "lan2.xlsx" in told["written"]
    assert set(done.located.entries["reporter"]) == {"suoi_ma"}


def test_an_alias_and_the_name_are_the_same_reporter() -> None:
    done = run(
        raw_file(filled(Livestock, HORSES, reporter="Mè Thành"), "a.xlsx"),
        raw_file(filled(Livestock, HORSES, reporter="Mè Thịnh"), "b.xlsx"),
    )
    assert [row["problem"] for row in done.met()] == ["DUPLICATE_RETURN"]


def test_suoi_ma_and_suoi_mo_never_merge() -> None:
    done = run(
        raw_file(filled(Livestock, {"horse": 1}, reporter="Thôn Suối Mạ"), "a.xlsx"),
        raw_file(filled(Livestock, {"horse": 2}, reporter="Thôn Suối Mỏ"), "b.xlsx"),
    )
    assert done.met() == []
    assert (done.value("horse", "suoi_ma"), done.value("horse", "suoi_mo")) == (1, 2)


@pytest.mark.parametrize("heading", ["Chỉ tiêu", "Giá trị"])
def test_without_a_heading_of_columns_a_sheet_is_not_read(heading: str) -> None:
    done = run_one(Livestock, HORSES, replaced(heading, "Khác"))
    assert [row["problem"] for row in done.met()] == ["NO_HEADER"]
    assert done.located.entries.empty


def test_two_columns_with_one_heading_are_told_and_none_of_them_is_guessed() -> None:
    def change(sheet: Any) -> None:
        unmerged(sheet)
        sheet["G7"] = "Giá trị"
        for row in range(8, 30):
            sheet[f"G{row}"] = 1

    done = run_one(Livestock, HORSES, change)
    assert done.met() != []
    assert {done.value(name) for name in HORSES if not done.located.entries.empty} <= {None}


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("khoảng 50", "NOT_A_NUMBER"),
        ("2000.000", "UNCLEAR_NUMBER"),
        ("5, 3", "UNCLEAR_NUMBER"),
        ("\u202e012", "TURNED"),
        (2.5, "TOO_PRECISE"),
        ("=SUM(D1:D2)", "FORMULA"),
        ("#REF!", "CELL_ERROR"),
        (True, "NOT_A_NUMBER"),
    ],
    ids=str,
)
def test_a_cell_that_holds_no_number_is_told_with_its_address_and_text(written: object, problem: str) -> None:
    done = run_one(Livestock, HORSES, put(Livestock, "horse", written))
    (told,) = done.met()
    assert (told["problem"], told["field"], told["cells"]) == (problem, "horse", address_of(Livestock, "horse"))
    assert told["written"] == ("TRUE" if written is True else str(written))
    assert done.value("horse") is None


def test_a_dot_for_a_comma_is_read_where_it_can_be_nothing_else_and_told() -> None:
    done = run_one(Forestry, {}, put(Forestry, "planted_area", "8.4 ha"))
    assert done.value("planted_area") == Decimal("8.4")
    (met,) = done.met()
    assert (met["problem"], met["written"], met["expected"]) == ("POINT_FOR_COMMA", "8.4 ha", "8,4")


@pytest.mark.parametrize(("written", "expected"), [("6. 500", "6.500"), ("8, 05", "8,05")])
def test_a_space_within_a_number_is_told(written: str, expected: str) -> None:
    (met,) = run_one(Forestry, {}, put(Forestry, "planted_area", written)).met()
    assert (met["problem"], met["written"], met["expected"]) == ("SPACED", written, expected)


def test_thousands_of_the_english_way_are_told_in_a_unit_with_decimals_too() -> None:
    done = run_one(Forestry, {}, put(Forestry, "planted_area", "1,200"))
    assert [(row["problem"], row["written"]) for row in done.met()] == [("UNCLEAR_NUMBER", "1,200")]
    assert done.value("planted_area") is None


def test_a_date_in_a_number_cell_is_told() -> None:
    (told,) = problems_of(put(Livestock, "horse", dt.date(2024, 3, 5)))
    assert (told["problem"], told["written"]) == ("DATE", "2024-03-05")


def test_the_note_beside_a_value_is_kept() -> None:
    def change(sheet: Any) -> None:
        sheet[f"E{row_of(sheet, LABELS['horse'])}"] = "ước tính"

    done = run_one(Livestock, HORSES, change)
    assert done.entry("horse")["note"] == "ước tính"
    assert done.entry("horse_white")["note"] == ""


def test_two_forms_in_one_workbook_are_both_read() -> None:
    answers = {("B01", "", "horse"): Answer(5), ("B04", "", "planted_area"): Answer("1,5")}
    content = workbook([Livestock, Forestry], period=PERIOD, commune="Hữu Kiên", reporter=VILLAGE, answers=answers)
    done = run(raw_file(content))
    assert done.met() == []
    assert done.value("horse") == 5
    assert str(done.value("planted_area")) == "1.5000"


def test_a_number_too_large_to_keep_is_told_and_does_not_stop_the_others() -> None:
    done = run(
        raw_file(filled(Budget, {"revenue_total": "9" * 30}, reporter=FINANCE), "finance.xlsx"),
        raw_file(filled(Livestock, HORSES), "pa_phao.xlsx"),
    )
    assert [row["field"] for row in done.met()] == ["revenue_total"]
    assert done.value("horse") == 100


def test_columns_beyond_z_are_addressed_rightly() -> None:
    def change(sheet: Any) -> None:
        unmerged(sheet)
        sheet.insert_cols(1, 30)

    done = run_one(Livestock, HORSES, change)
    row = address_of(Livestock, "horse").removeprefix("D")
    assert done.entry("horse")["cell"] == f"{get_column_letter(34)}{row}"


class Roads(
    LineForm, code="Z30", sheet="Đường", title="Đường đã làm", domain="z", reporter="finance", lines="Tên đường"
):
    """A form with lines, for these tests alone."""

    length = field(Heads, "Chiều dài")
    cost = field(Dong, "Kinh phí", optional=True)


def roads(*changes: Change) -> Run:
    """A return with the roads a and b, after changes to its sheet."""
    answers = {
        ("Z30", line, name): Answer(value, line_name=f"Đường {line}")
        for line, name, value in (("a", "length", 120), ("a", "cost", "1.000.000đ"), ("b", "length", "80"))
    }
    content = workbook([Roads], period=PERIOD, commune="Hữu Kiên", reporter=FINANCE, answers=answers)
    for change in changes:
        content = changed(content, change)
    return run(raw_file(content, "finance.xlsx"), forms=[Roads])


def lines_of(done: Run) -> dict[tuple[str, str], tuple[str, str]]:
    """Line and field to cell and text."""
    found = done.located.entries.to_dict("records")
    return {(row["line"], row["field"]): (row["cell"], row["text"]) for row in found}


def test_every_line_is_read_under_its_code_with_its_name() -> None:
    done = roads()
    assert done.met() == []
    assert lines_of(done) == {
        ("a", "length"): ("D8", "120"),
        ("a", "cost"): ("E8", "1.000.000đ"),
        ("b", "length"): ("D9", "80"),
        ("b", "cost"): ("E9", ""),
    }
    assert set(done.located.entries["line_name"]) == {"Đường a", "Đường b"}


@pytest.mark.parametrize(
    ("cells", "problem", "written", "expected"),
    [
        ({"B9": "tong", "C9": "Đường b"}, "LINE_OF_TOTALS", "Đường b", ""),
        ({"B9": "b", "C9": "Tổng cộng:"}, "LINE_OF_TOTALS", "Tổng cộng:", ""),
        ({"B9": "Cộng", "C9": ""}, "LINE_OF_TOTALS", "Cộng", ""),
        ({"B9": "total", "C9": "Đường b"}, "LINE_OF_TOTALS", "Đường b", ""),
        ({"B9": 'đường/../x "1"', "C9": "Đường b"}, "NOT_A_CODE", 'đường/../x "1"', "duong_x_1"),
        ({"B9": "đường b"}, "NOT_A_CODE", "đường b", "duong_b"),
        ({"B9": "…"}, "NOT_A_CODE", "…", "dong_9"),
    ],
)
def test_a_line_that_is_a_total_or_has_no_code_that_can_be_one_is_told_and_not_read(
    cells: dict[str, str], problem: str, written: str, expected: str
) -> None:
    done = roads(cells_set(cells))
    (told,) = done.met()
    assert (told["problem"], told["cells"], told["written"], told["expected"]) == (problem, "B9", written, expected)
    assert {line for line, _ in lines_of(done)} == {"a"}


@pytest.mark.parametrize("code", ["B", "đường_2", "state_merit.president", "l-1", "2"])
def test_other_codes_name_lines(code: str) -> None:
    done = roads(cells_set({"B9": code, "C9": "Đường tổng kho"}))
    assert done.met() == []
    assert {line for line, _ in lines_of(done)} == {"a", code}


def test_codes_that_differ_in_capitals_alone_are_one() -> None:
    (one, other) = roads(cells_set({"B9": "A"})).met()
    assert {one["problem"], other["problem"]} == {"LINE_REPEATED"}


def test_columns_of_lines_are_found_by_heading_wherever_they_went() -> None:
    def change(sheet: Any) -> None:
        unmerged(sheet)
        sheet.insert_cols(4, 2)
        sheet.insert_rows(1, 3)

    done = roads(change)
    assert done.met() == []
    assert lines_of(done)["a", "length"] == ("F11", "120")


def test_an_optional_cell_left_blank_is_no_problem() -> None:
    assert [row["field"] for row in roads().met(blanks=True)] == []


def test_a_code_that_names_two_lines_is_told_and_neither_is_read() -> None:
    done = roads(write("B9", "a"))
    assert {row["problem"] for row in done.met()} == {"LINE_REPEATED"}
    assert lines_of(done) == {}


@pytest.mark.parametrize(
    ("heading", "unit"),
    [("Kinh phí (triệu đồng)", "triệu đồng"), ("kinh phí(nghìn đồng )", "nghìn đồng"), ("KINH PHÍ  (m)", "m")],
)
def test_a_column_with_another_unit_in_its_heading_is_told_and_its_numbers_not_taken(heading: str, unit: str) -> None:
    done = roads(write("E7", heading), write("E8", 20), write("E9", 30))
    told = [(row["problem"], row["field"], row["cells"], row["written"], row["expected"]) for row in done.met()]
    assert told == [("WRONG_UNIT", "cost", cell, unit, "đồng") for cell in ("E8", "E9")]
    assert [done.located.entries["value"][done.located.entries["field"] == "cost"].isna().all()] == [True]


@pytest.mark.parametrize("heading", ["Kinh phí (đã chi)", "Kinh phí xã (đồng)", "Kinh phí triệu đồng"])
def test_another_heading_is_that_of_no_field(heading: str) -> None:
    assert [(row["problem"], row["field"]) for row in roads(write("E7", heading)).met()] == [("LABEL_MISSING", "cost")]


def test_beside_the_column_of_a_field_one_in_another_unit_is_none_of_the_forms() -> None:
    done = roads(write("H7", "Kinh phí (triệu đồng)"))
    assert done.met() == []
    assert lines_of(done)["a", "cost"] == ("E8", "1.000.000đ")


def test_a_problem_in_a_line_is_told_with_the_line() -> None:
    done = roads(write("D9", "dài"))
    (told,) = done.met()
    assert (told["problem"], told["line"], told["cells"], told["written"]) == ("NOT_A_NUMBER", "b", "D9", "dài")
    messages = done.check(Roads).findings["message"]
    assert "dòng b" in " ".join(messages)


def test_a_line_with_values_and_no_code_is_told() -> None:
    """Otherwise a road that somebody did write down would be left out of the total without a word."""
    (problem,) = roads(write("B9", None)).met()
    assert (problem["problem"], problem["cells"], problem["written"]) == ("LINE_WITHOUT_CODE", "D9", "80")


def test_two_columns_that_both_name_the_lines_are_refused_and_not_chosen_from() -> None:
    done = roads(write("F7", "Tên đường"), write("F8", "Đường khác"))
    (problem,) = done.met()
    assert (problem["problem"], problem["written"], problem["cells"]) == ("TWO_COLUMNS", "Tên đường", "C7;F7")
    assert lines_of(done) == {}
