"""One folder as a careless month leaves it: the run goes through, each file has its sentence, and the rest is read."""

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.end_to_end.office import HELD, Office, Row

pytestmark = pytest.mark.slow

SHEET = "Chăn nuôi"


@pytest.fixture(scope="module")
def messy(refreshed: Office, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office that had accepted everything, after every village did something to its workbook."""
    office = refreshed.copy(tmp_path_factory.mktemp("messy"))
    returns = office.returns
    _hide_a_row(office, "co_huong.xlsx")
    _add_a_second_table(office, "me_thanh.xlsx")
    (returns / "na_lia.xlsx").write_bytes(b"")
    _copy_the_sheet(office, "pa_phao.xlsx")
    office.fill("suoi_ma.xlsx", SHEET, {"D10": "1O"})
    (returns / "suoi_mo (1).xlsx").write_bytes((returns / "suoi_mo.xlsx").read_bytes())
    office.edit("suoi_phay.xlsx", lambda book: book[SHEET].merge_cells("D10:D11"))
    office.fill("tham_na.xlsx", SHEET, {"XFD1048576": "x"})
    (returns / "thcs.xlsx").rename(returns / "thcs.xls")
    (returns / "Thumbs.db").write_bytes(b"x")
    (returns / "~$finance.xlsx").write_bytes(b"x")
    (returns / "thang_6").mkdir()
    (returns / "thang_6" / "finance.xlsx").write_bytes((returns / "finance.xlsx").read_bytes())
    (returns / "anh_chup.xlsx").write_bytes(_empty_workbook())
    office.refresh(expect=HELD)
    return office


def _hide_a_row(office: Office, workbook: str) -> None:
    def change(book: Any) -> None:
        book[SHEET].row_dimensions[10].hidden = True

    office.edit(workbook, change)


def _add_a_second_table(office: Office, workbook: str) -> None:
    def change(book: Any) -> None:
        sheet = book[SHEET]
        for column in "ABCDE":
            sheet[f"{column}60"] = sheet[f"{column}7"].value
            sheet[f"{column}61"] = sheet[f"{column}10"].value

    office.edit(workbook, change)


def _copy_the_sheet(office: Office, workbook: str) -> None:
    def change(book: Any) -> None:
        book.copy_worksheet(book[SHEET]).title = f"{SHEET} (2)"

    office.edit(workbook, change)


def _empty_workbook() -> bytes:
    buffer = io.BytesIO()
    openpyxl.Workbook().save(buffer)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def told(messy: Office) -> list[Row]:
    return messy.findings()


@pytest.mark.parametrize(
    ("file", "code", "severity"),
    [
        ("co_huong.xlsx", "C-15", "warning"),
        ("me_thanh.xlsx", "W-13", "error"),
        ("na_lia.xlsx", "W-01", "error"),
        ("pa_phao.xlsx", "W-09", "error"),
        ("suoi_ma.xlsx", "C-04", "error"),
        ("suoi_phay.xlsx", "C-16", "error"),
        ("tham_na.xlsx", "W-01", "error"),
        ("thcs.xls", "W-02", "error"),
        ("thang_6/", "W-11", "warning"),
    ],
)
def test_each_file_has_its_one_finding(told: list[Row], file: str, code: str, severity: str) -> None:
    assert [(row["code"], row["severity"]) for row in told if row["file"] == file] == [(code, severity)]
    assert file in next(row["message"] for row in told if row["file"] == file)


def test_a_return_sent_twice_is_told_for_each_of_its_forms(told: list[Row]) -> None:
    twice = [row for row in told if row["reporter"] == "suoi_mo"]
    assert {row["code"] for row in twice} == {"W-09"}
    assert len({row["form"] for row in twice}) == len(twice) > 1
    assert all("giống hệt nhau" in row["message"] for row in twice)


def test_a_workbook_renamed_to_what_is_not_read_is_missed_by_name(told: list[Row]) -> None:
    assert {(row["code"], row["form"]) for row in told if row["file"] == "thcs.xlsx"} == {("H-02", "G03")}


def test_nothing_that_programs_leave_behind_is_spoken_of(told: list[Row]) -> None:
    assert not [row for row in told if "Thumbs" in row["message"] or "~$" in row["message"]]


def test_what_is_in_order_is_published_and_the_rest_stays_as_accepted(messy: Office, refreshed: Office) -> None:
    before, after = refreshed.figures(), messy.figures()
    assert {name: row["value"] for name, row in after.items()} == {name: row["value"] for name, row in before.items()}
    assert after["livestock.total.heads"]["status"] == "held"
    assert after["budget.revenue.total"]["status"] == "complete"
    assert messy.tables("marts")["livestock"] == refreshed.tables("marts")["livestock"]


def test_the_list_begins_with_what_is_missing(messy: Office) -> None:
    first, second, *_ = messy.ask("findings", expect=HELD).splitlines()
    assert first.startswith("Đã nhận ")
    assert second.startswith("Còn thiếu: ")
    for name in ("Thôn Nà Lìa", "Thôn Thẩm Nà", "Trường THCS"):
        assert name in second


def test_the_pages_and_the_marked_copies_are_made_all_the_same(messy: Office, tmp_path: Path) -> None:
    said = messy.ask("findings", "--workbook", str(tmp_path / "back"), expect=HELD)
    assert "Đã ghi" in said
    assert (messy.data / "explorer" / "2024-H1_huu-kien" / "index.html").exists()


def test_figures_without_all_returns_say_so_in_place_of_a_number(refreshed: Office, tmp_path: Path) -> None:
    """In an office that has accepted nothing yet, so that there is no older number to keep."""
    office = Office.founded(tmp_path / "new")
    (office.returns / "co_huong.xlsx").unlink()
    office.refresh()
    said = office.ask("refresh")
    assert "chưa có số vì thiếu báo cáo" in said
    figure = office.figures()["livestock.total.heads"]
    assert (figure["value"], figure["status"], figure["reported"], figure["expected"]) == ("", "incomplete", "7", "8")
    line = next(line for line in office.ask("figures", expect=None).splitlines() if "livestock.total.heads" in line)
    assert "Thiếu 1/8: Thôn Co Hương" in line
