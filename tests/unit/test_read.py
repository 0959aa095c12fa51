import datetime as dt
import hashlib
import io
import re
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from schemas.forms.b01_livestock import Livestock
from tests.unit.builders import ROOT, Row, changed, filled, raw_file, read, rows

WORKBOOKS = sorted((ROOT / "raw").rglob("*.xlsx"))


def cells_of(content: bytes, name: str = "x.xlsx") -> dict[tuple[str, str], tuple[str, str]]:
    """Sheet and address to kind and text."""
    files, cells = read([raw_file(content, name)])
    assert files["problem"].tolist() == [""], files.to_dict("records")
    return {(row["sheet"], row["cell"]): (row["kind"], row["text"]) for row in rows(cells)}


def book(change: Callable[[Any], object]) -> bytes:
    """A workbook with one sheet called S."""
    made = openpyxl.Workbook()
    made.active.title = "S"
    change(made.active)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def file_row(content: bytes, name: str = "x.xlsx") -> Row:
    files, cells = read([raw_file(content, name)])
    assert cells.empty
    assert len(files) == 1
    return rows(files)[0]


def test_workbooks_are_shipped() -> None:
    assert len(WORKBOOKS) == 27


@pytest.mark.parametrize("path", WORKBOOKS, ids=lambda path: path.stem)
def test_a_second_reader_sees_the_same_cells_with_the_same_texts(path: Path) -> None:
    expected = {}
    for sheet in openpyxl.load_workbook(path).worksheets:
        for line in sheet.iter_rows():
            for cell in line:
                if cell.value not in (None, ""):
                    expected[sheet.title, cell.coordinate] = cell.value
    found = cells_of(path.read_bytes())
    assert set(found) == set(expected)
    for where, value in expected.items():
        kind, text = found[where]
        if isinstance(value, str):
            assert (kind, text) == ("text", value), where
        else:
            assert (kind, Decimal(text)) == ("number", Decimal(repr(value))), where


def test_every_cell_carries_its_file_and_the_files_hash() -> None:
    content = filled(Livestock, {"horse": 7})
    files, cells = read([raw_file(content, "a.xlsx")])
    digest = hashlib.sha256(content).hexdigest()
    assert files["sha256"].tolist() == [digest]
    assert set(cells["sha256"]) == {digest}
    assert set(cells["file"]) == {"a.xlsx"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (5373, ("number", "5373")),
        (226.04, ("number", "226.04")),
        (0.1 + 0.2, ("number", "0.3")),
        (3819888592, ("number", "3819888592")),
        (99999999999999, ("number", "99999999999999")),
        (0, ("number", "0")),
        (-2.5, ("number", "-2.5")),
        ("1.000", ("text", "1.000")),
        (" 5 ", ("text", " 5 ")),
        ("Đàn ngựa", ("text", "Đàn ngựa")),
        (True, ("boolean", "TRUE")),
        (False, ("boolean", "FALSE")),
        (dt.date(2024, 5, 1), ("date", "2024-05-01")),
        (dt.datetime(2024, 5, 1, 7, 30), ("date", "2024-05-01 07:30:00")),
        (dt.time(7, 30), ("date", "07:30:00")),
    ],
    ids=repr,
)
def test_a_cell_is_read_as_what_it_is(value: object, expected: tuple[str, str]) -> None:
    def change(sheet: Any) -> None:
        sheet["C4"] = value

    assert cells_of(book(change)) == {("S", "C4"): expected}


def test_a_number_shown_with_decimals_or_colours_is_still_its_number() -> None:
    def change(sheet: Any) -> None:
        sheet["A1"] = 1234.5
        sheet["A1"].number_format = "#,##0"

    assert cells_of(book(change)) == {("S", "A1"): ("number", "1234.5")}


def test_a_formula_that_was_never_calculated_is_a_cell_and_not_a_blank() -> None:
    def change(sheet: Any) -> None:
        sheet["A1"], sheet["B7"] = 1, "=SUM(A1:A3)"

    assert cells_of(book(change)) == {("S", "A1"): ("number", "1"), ("S", "B7"): ("formula", "=SUM(A1:A3)")}


def _with_sheet(content: bytes, patch: Callable[[bytes], bytes]) -> bytes:
    """The workbook with the XML of its first sheet patched, for what openpyxl does not write."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        for part in old.namelist():
            data = old.read(part)
            new.writestr(part, patch(data) if part == "xl/worksheets/sheet1.xml" else data)
    return buffer.getvalue()


NAMESPACES = (
    'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
)


def sheet_of(rows: str, before: str = "", after: str = "") -> bytes:
    """A workbook whose one sheet has these rows, and elements before and after them."""
    xml = f"<worksheet {NAMESPACES}>{before}<sheetData>{rows}</sheetData>{after}</worksheet>"
    return _with_sheet(book(lambda sheet: None), lambda _: xml.encode())


def test_a_formula_with_its_result_is_read_as_the_result() -> None:
    def change(sheet: Any) -> None:
        sheet["A1"] = "=6*7"

    content = _with_sheet(book(change), lambda data: re.sub(rb"<v ?/>|<v></v>", b"<v>42</v>", data))
    assert cells_of(content) == {("S", "A1"): ("number", "42")}


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('<c r="A1"><f>6*7</f><v>42</v></c>', ("number", "42")),
        ('<c r="A1" t="str"><f>"a"</f><v>a</v></c>', ("text", "a")),
        ('<c r="A1" t="str"><f aca="false">IF(B1=1,1,&quot;&quot;)</f><v></v></c>', None),
        ('<x:c r="A1"><x:f>6*7</x:f><x:v>42</x:v></x:c>', ("number", "42")),
        ('<c r="A1"><v>42</v></c>', ("number", "42")),
        ('<c r="A1"><v><![CDATA[42]]></v></c>', ("number", "42")),
        ('<c r="A1"/>', None),
        ('<c r="A1"><v/></c>', None),
        ('<c r="A1"><f>6*7</f></c>', ("formula", "=6*7")),
        ('<c r="A1"><f>6*7</f><v></v></c>', ("formula", "=6*7")),
        ('<c r="A1"><f>6*7</f><v /></c>', ("formula", "=6*7")),
        ('<c r="A1" t="str"><f>6*7</f></c>', ("formula", "=6*7")),
        ('<x:c r="A1"><x:f>6*7</x:f></x:c>', ("formula", "=6*7")),
        ('<c r="A1"><f t="array" ref="A1">SUM(B1:B3)</f></c>', ("formula", "=SUM(B1:B3)")),
        ('<c r="A1" t="e"><f>1/0</f><v>#DIV/0!</v></c>', ("error", "#DIV/0!")),
        ("<c r='A1' t='e'><v>#N/A</v></c>", ("error", "#N/A")),
        ('<c r="A1" t="e"><v>#SPILL!</v></c>', ("error", "#SPILL!")),
        ('<c r="A1" t="e"><v>#CALC!</v></c>', ("error", "#CALC!")),
        ('<c r="A1" t="e"><v>#BUSY!</v></c>', ("error", "#BUSY!")),
        (
            '<c r="A1" t="inlineStr"><is><r><t>12</t></r><r><t> con</t></r><rPh><t>x</t></rPh></is></c>',
            ("text", "12 con"),
        ),
        ('<c r="A1" t="str"><v>a_x000D_b_x005F_</v></c>', ("text", "a\rb_")),
        ('<c r="A1" t="d"><v>2024-05-01T00:00:00Z</v></c>', ("date", "2024-05-01")),
        ("<c><v>5</v></c>", ("number", "5")),
        ("<c r = 'a1' ><v> 5 </v></c>", ("number", "5")),
    ],
)
def test_a_cell_of_any_writing_is_read_as_what_it_says(cell: str, expected: tuple[str, str] | None) -> None:
    assert cells_of(sheet_of(f'<row r="1">{cell}</row>')) == ({} if expected is None else {("S", "A1"): expected})


def test_a_shared_formula_without_results_is_told_as_it_stands_in_each_cell() -> None:
    first = '<c r="A1"><f t="shared" ref="A1:B1" si="0">SUM(A2:A3)</f></c>'
    found = cells_of(sheet_of(f'<row r="1">{first}<c r="B1"><f t="shared" si="0"/></c></row>'))
    assert found == {("S", "A1"): ("formula", "=SUM(A2:A3)"), ("S", "B1"): ("formula", "=SUM(B2:B3)")}


def test_a_formula_whose_result_is_an_empty_text_is_a_blank_whatever_else_stands_on_the_sheet() -> None:
    def change(sheet: Any) -> None:
        sheet["A1"], sheet["A2"] = '=""', "=1+1"

    content = _with_sheet(book(change), lambda data: data.replace(b'<c r="A1">', b'<c r="A1" t="str">'))
    assert cells_of(content) == {("S", "A2"): ("formula", "=1+1")}


@pytest.mark.parametrize("error", ["#REF!", "#DIV/0!", "#N/A", "#VALUE!"])
def test_an_error_cell_is_told_with_its_error(error: str) -> None:
    def change(sheet: Any) -> None:
        sheet["A1"], sheet["B2"] = 5, error

    assert cells_of(book(change)) == {("S", "A1"): ("number", "5"), ("S", "B2"): ("error", error)}


def test_a_sheet_that_starts_far_from_the_corner_keeps_its_addresses() -> None:
    def change(sheet: Any) -> None:
        sheet["AB40"] = "xa"

    assert cells_of(book(change)) == {("S", "AB40"): ("text", "xa")}


def test_a_merged_heading_is_one_cell() -> None:
    def change(sheet: Any) -> None:
        sheet["A1"] = "tiêu đề"
        sheet.merge_cells("A1:D2")

    assert cells_of(book(change)) == {("S", "A1"): ("text", "tiêu đề")}


def _truncated(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _other_zip(_: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("hello.txt", "not a workbook")
    return buffer.getvalue()


@pytest.mark.parametrize(
    "damage",
    [lambda _: b"", lambda _: b"\x00\xff" * 500, lambda _: b"PK\x03\x04 not really", _truncated, _other_zip],
    ids=["empty", "junk", "zip head only", "cut in half", "another zip"],
)
def test_a_damaged_workbook_is_a_problem_of_that_file_alone(damage: Callable[[bytes], bytes]) -> None:
    good = filled(Livestock, {"horse": 7})
    files, cells = read([raw_file(damage(good), "bad.xlsx"), raw_file(good, "good.xlsx")])
    assert dict(zip(files["file"], files["problem"], strict=True)) == {"bad.xlsx": "UNREADABLE_FILE", "good.xlsx": ""}
    assert all(files.loc[files["file"] == "bad.xlsx", "detail"] != "")
    assert set(cells["file"]) == {"good.xlsx"}


def test_a_workbook_that_unpacks_to_more_than_any_return_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for part in range(5):
            package.writestr(f"xl/worksheets/sheet{part}.xml", bytes(60 * 2**20))
    assert len(buffer.getvalue()) < 2 * 2**20
    row = file_row(buffer.getvalue())
    assert (row["problem"], row["detail"]) == ("UNREADABLE_FILE", "tệp giải nén ra quá lớn")


@pytest.mark.parametrize("name", ["report.xls", "report.docx", "report.pdf", "report", "report.xlsx.bak"])
def test_a_file_of_another_kind_is_told_and_not_opened(name: str) -> None:
    assert file_row(filled(Livestock), name)["problem"] == "UNSUPPORTED_FILE"


def test_the_suffix_may_be_in_capitals() -> None:
    assert cells_of(filled(Livestock), "REPORT.XLSX")


def test_reading_changes_nothing_about_what_is_given_twice() -> None:
    content = changed(filled(Livestock, {"horse": 7}), lambda sheet: sheet.__setitem__("H20", "=1+1"))
    first, second = read([raw_file(content)]), read([raw_file(content)])
    assert first[0].equals(second[0])
    assert first[1].equals(second[1])
