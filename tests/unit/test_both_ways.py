"""The quick ways of reading and of locating, each held against the thorough one: they say the same, to the letter."""

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Font

from pipelines.handout.layout import workbook
from pipelines.steps.collect import locate, look_alikes
from pipelines.steps.collect.cells import NUMBER, Said
from pipelines.steps.collect.correct import Corrected, correct
from pipelines.steps.collect.locate import Located
from pipelines.steps.collect.quick import Found
from pipelines.steps.collect.raw_file import RawFile
from pipelines.steps.collect.read import Reading, read
from pipelines.steps.collect.sheet_part import BrokenSheetError
from pipelines.steps.collect.spreadsheetml import number_said
from pipelines.steps.collect.value_columns import numbers_said
from schemas.form import Form
from schemas.forms import FORMS
from schemas.forms.b01_livestock import Livestock
from schemas.forms.b03_crops import Crops
from schemas.forms.g02_primary import Primary
from schemas.places import Places
from schemas.tables import ENTRIES
from tests.unit.builders import (
    COMMUNE,
    PERIOD,
    PLACES,
    ROOT,
    address_of,
    changed,
    filled,
    ledger_of,
    places_with,
    put,
    raw_file,
    row_of,
    rows,
)
from tests.unit.test_second_reader import FORMATS, TIMES, converted, flipped, made, rewritten

pytestmark = pytest.mark.slow

EXAMPLE = sorted((ROOT / "raw" / PERIOD.code / COMMUNE).glob("*.xlsx"))


@contextmanager
def thoroughly() -> Iterator[None]:
    """As if nothing were known of any workbook, and of any layout."""
    nothing = Found(ENTRIES.empty_table(), np.zeros(0, np.int64), {})
    with (
        patch.object(look_alikes, "taken", lambda contents, _: [None for _ in contents]),
        patch.object(locate, "quickly", return_value=nothing),
    ):
        yield


def both_read(files: Sequence[RawFile]) -> Reading:
    """What is read of files the quick way, which is what is read of them the thorough way."""
    with thoroughly():
        wanted = read(files)
    found = read(files)
    assert wanted.quickly == 0
    assert found.files.equals(wanted.files)
    assert found.cells.to_pydict() == wanted.cells.to_pydict()
    return found


def both_located(
    files: Sequence[RawFile], ledger: pd.DataFrame | None = None, places: Places = PLACES, forms: Any = FORMS
) -> Located:
    """What is located in files the quick way, which is what is located the thorough way."""
    found = both_read(files)
    decisions = Corrected(found.cells) if ledger is None else correct(found.cells, ledger)[0]
    with thoroughly():
        wanted = locate.locate(decisions, forms, places)
    located = locate.locate(decisions, forms, places)
    assert wanted.quickly == 0
    assert located.entries.to_pydict() == wanted.entries.to_pydict()
    pd.testing.assert_frame_equal(located.sheets, wanted.sheets)
    pd.testing.assert_frame_equal(located.problems, wanted.problems)
    return located


def example(change: Callable[[bytes], bytes] = bytes) -> list[RawFile]:
    return [raw_file(change(path.read_bytes()), path.name) for path in EXAMPLE]


def test_the_example_goes_the_quick_way() -> None:
    assert both_read(example()).quickly == len(EXAMPLE)
    located = both_located(example())
    assert located.quickly == len(located.sheets) > len(EXAMPLE)


def test_corrected_sheets_alone_go_the_thorough_way() -> None:
    ledger = ledger_of("na_lia.xlsx,Chăn nuôi,D13,207,267,ghi nhầm", "na_lia.xlsx,Xuất bán,D99,,5,quên ghi")
    located = both_located(example(), ledger)
    assert located.quickly == len(located.sheets) - 2


def resaved(content: bytes) -> bytes:
    return changed(content, lambda sheet: None)


def test_the_example_saved_again_by_openpyxl_goes_the_quick_way() -> None:
    assert both_read(example(resaved)).quickly == len(EXAMPLE)
    located = both_located(example(resaved))
    assert located.quickly == len(located.sheets)


@pytest.mark.libreoffice
@pytest.mark.slow
@pytest.mark.needs("soffice")
def test_the_example_saved_again_by_libreoffice_goes_the_quick_way(tmp_path: Path) -> None:
    converted(tmp_path, "xlsx:Calc MS Excel 2007 XML", *map(str, EXAMPLE))
    files = [raw_file((tmp_path / path.name).read_bytes(), path.name) for path in EXAMPLE]
    assert both_read(files).quickly == len(files)
    located = both_located(files)
    assert located.quickly == len(located.sheets)


def test_blank_forms_are_read_the_quick_way() -> None:
    blanks = [workbook([form], period=PERIOD, commune="Hữu Kiên", reporter="Thôn Pá Phào") for form in FORMS]
    files = [raw_file(content, f"{number}.xlsx") for number, content in enumerate(blanks)]
    assert both_read(files).quickly == len(files)
    both_located(files)


def test_many_communes_are_each_located_by_their_own_names() -> None:
    names = {"ban-moi": "Bản Mới", "dong-xa": "Đồng Xa"}
    villages = [f"pa_phao,village,Pá Phào,{code},,,," for code in names]
    places = places_with(*(f"{code},commune,{name},chi-lang,,,," for code, name in names.items()), *villages)
    files = [
        raw_file(filled(Livestock, dict.fromkeys(Livestock.fields(), 10 + number), commune=name), commune=code)
        for number, (code, name) in enumerate(names.items())
    ]
    wrong = raw_file(files[0].content, "của xã khác.xlsx", commune="dong-xa")
    located = both_located([*files, wrong], places=places)
    assert located.quickly == 2
    assert [row["problem"] for row in rows(located.problems)] == ["WRONG_COMMUNE"]


@pytest.mark.parametrize("part", range(4))
def test_workbooks_made_by_chance_are_read_alike(part: int) -> None:
    quickly = 0
    for seed in range(part, TIMES, 4):
        _, content = made(seed)
        quickly += both_read([raw_file(content)]).quickly
        both_read([raw_file(flipped(content, Random(seed)))])
        both_read([raw_file(rewritten(content, Random(seed)))])
    assert quickly == len(range(part, TIMES, 4))


VALUES = re.compile(rb"<v>([^<]*)</v>|<t>([^<]*)</t>")
ODD = ["", " ", "0", "-0", "007", "1e3", "1E+400", "1,5", " 7 ", "7.50", "²", "9" * 20, "99", "TRUE", "_x0041_"]
ODD += ["&#53;", "&amp;", "&nbsp;", "<!-- -->5", "<![CDATA[5]]>", "]]>", "</v><v>", "5</v><v>6"]
ODD += ["a\rb", "\x01", "\x00", "\ufffe", "5</t><t>6", "</t></si><si><t>", "<t>"]


@pytest.mark.parametrize("change", [bytes, resaved], ids=["as made", "texts in the cells"])
def test_odd_values_are_read_alike(change: Callable[[bytes], bytes]) -> None:
    content = change(filled(Livestock, dict.fromkeys(Livestock.fields(), 12)))
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    for name in [name for name in parts if name.endswith(("sheet1.xml", "sharedStrings.xml"))]:
        places = list(VALUES.finditer(parts[name]))
        for place in (places[0], places[len(places) // 2], places[-1]):
            at = slice(*place.span(place.lastindex or 1))
            for odd in ODD:
                said = parts[name][: at.start] + odd.encode() + parts[name][at.stop :]
                buffer = io.BytesIO()
                with zipfile.ZipFile(buffer, "w") as new:
                    for one, data in parts.items():
                        new.writestr(one, said if one == name else data)
                both_read([raw_file(content, "a.xlsx"), raw_file(buffer.getvalue(), "b.xlsx")])


@pytest.mark.parametrize("before", [b"<html><body>x</body></html>", b"PK, and no zip", b"\x00"])
def test_what_has_something_before_its_zip_is_refused_both_ways(before: bytes) -> None:
    """With offsets that count it in, as programs write them that put a page before a download."""
    buffer = io.BytesIO(before)
    buffer.seek(len(before))
    with zipfile.ZipFile(io.BytesIO(filled(Livestock, {"horse": 5}))) as old, zipfile.ZipFile(buffer, "a") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    done = both_read([raw_file(buffer.getvalue(), "a.xlsx")])
    assert done.files["problem"].to_pylist() != [""]


def patched(content: bytes, change: Callable[[bytes], bytes], part: str = "xl/worksheets/sheet1.xml") -> bytes:
    """The workbook with one of its parts changed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return buffer.getvalue()


DRAWING = b'<extLst><ext uri="x"><drawing r:id="rId1"/></ext></extLst></row>'
VIEW = b'<extLst><ext uri="x"><sheetView showZeros="0"/></ext></extLst></row>'
ROWS: dict[str, Callable[[bytes], bytes]] = {
    "a row twice": lambda xml: xml.replace(b'<row r="13"', b'<row r="12"').replace(b'r="B13"', b'r="B12"'),
    "rows out of order": lambda xml: re.sub(rb'(<row r="12".*?</row>)(<row r="13".*?</row>)', rb"\2\1", xml),
    "a row without a number": lambda xml: re.sub(rb'<row r="12" (.*?)</row>', rb"<row \1</row>", xml),
    "rows without numbers": lambda xml: re.sub(rb'<row r="\d+" ', b"<row ", re.sub(rb'<c r="[A-Z]+\d+"', b"<c", xml)),
    "an empty row": lambda xml: xml.replace(b'<row r="12"', b'<row r="6"/><row r="12"'),
    "a row twice, once empty": lambda xml: xml.replace(b'<row r="12"', b'<row r="12"></row><row r="12"'),
    "an end that is a beginning": lambda xml: xml.replace(b"</v>", b"<v>", 1).replace(b"</t>", b"<t>", 1),
    "a beginning that is an end": lambda xml: xml.replace(b"<v>", b"</v>", 1).replace(b"<t>", b"</t>", 1),
    "a row without a number, nor its cells": lambda xml: re.sub(
        rb'<row r="12".*?</row>',
        lambda row: re.sub(rb' r="[A-Z]*12"', b"", row[0]),
        re.sub(rb'<row r="1".*?</row>', b"", xml),
    ),
    "a view told of in a row": lambda xml: xml.replace(b"</row>", VIEW, 1),
    "bytes in the place of a value": lambda xml: re.sub(
        rb"<t>[^<]*</t>", b"\x01", re.sub(rb"<v>[^<]*</v>", b"\x00", xml, count=1), count=1
    ),
    "bytes that stand for a value with us": lambda xml: xml.replace(b"<v>", b"\x00<v>", 1).replace(
        b"<t>", b"\x01<t>", 1
    ),
    "a value within a text": lambda xml: xml.replace(b"<v>", b"<v><t>1</t>", 1).replace(b"<t>", b"<t><v>1</v>", 1),
    "a value within a text that begins with it": lambda xml: xml.replace(b"<v>", b"<is><t><v>", 1).replace(
        b"</v>", b"</v></t></is>", 1
    ),
    "a letter in another encoding": lambda xml: (
        b'<?xml version="1.0" encoding="ISO-8859-1"?>'
        + xml[xml.index(b"<worksheet") :].replace(b"<t>STT</t>", b"<t>ST\xc3\x89</t>")
    ),
    "an empty row twice": lambda xml: xml.replace(b'<row r="12"', b'<row r="12"/><row r="12"'),
    "a row hidden": lambda xml: xml.replace(b'<row r="12"', b'<row r="12" hidden="1"'),
    "a row neither hidden nor not": lambda xml: xml.replace(b'<row r="12"', b'<row r="12" hidden="yes"'),
    "a row of no height": lambda xml: xml.replace(b'<row r="12"', b'<row r="12" ht="0"'),
    "a row in a comment": lambda xml: xml.replace(b'<row r="12"', b'<!-- </row><row r="12"', 1).replace(
        b'<row r="13"', b'--><row r="13"', 1
    ),
    "a comment in a row": lambda xml: xml.replace(b'<row r="13"', b'<!-- </row> --><row r="13"'),
    "an instruction in a row": lambda xml: xml.replace(b'<row r="13"', b'<?x </row>?><row r="13"'),
    "a picture told of in a row": lambda xml: xml.replace(b"</row>", DRAWING, 1),
    "a row left open": lambda xml: xml.replace(b"</row>", b"", 1),
    "text between rows": lambda xml: xml.replace(b"</row>", b"</row>x", 1),
    "an unknown prefix": lambda xml: xml.replace(b'<row r="12"', b'<row r="12" x14ac:dyDescent="0.25"'),
    "a known prefix": lambda xml: xml.replace(b"<worksheet ", b'<worksheet xmlns:x14ac="urn:x" ').replace(
        b'<row r="12"', b'<row r="12" x14ac:dyDescent="0.25"'
    ),
    "two tables of rows": lambda xml: xml.replace(b"</sheetData>", b"</sheetData><sheetData></sheetData>"),
    "a cell in another row": lambda xml: xml.replace(b'r="B13"', b'r="B14"'),
    "a cell twice": lambda xml: xml.replace(b'r="C13"', b'r="B13"'),
    "a formula shared by rows": lambda xml: re.sub(
        rb'<c r="D(\d+)"( s="\d+")><v>', rb'<c r="D\1"\2><f t="shared" si="0">A1</f><v>', xml
    ),
    "a formula": lambda xml: re.sub(rb'<c r="D12"( s="\d+")><v>', rb'<c r="D12"\1><f>A1</f><v>', xml),
    "columns hidden": lambda xml: xml.replace(b"<sheetData>", b"<!-- --><sheetData>", 1).replace(
        b"<cols>", b'<cols><col min="5" max="5" hidden="1"/>'
    ),
    "zeros not shown": lambda xml: xml.replace(b"<sheetView ", b'<sheetView showZeros="0" '),
    "another encoding": lambda xml: xml.replace(b'encoding="UTF-8"', b'encoding="ISO-8859-1"'),
    "an encoding nobody knows": lambda xml: xml.replace(b'encoding="UTF-8"', b'encoding="windows-1258"'),
    "a document type": lambda xml: xml.replace(b"<worksheet ", b"<!DOCTYPE x><worksheet "),
    "no end": lambda xml: xml[:-20],
    "more after the end": lambda xml: xml + b"<v>",
    "a selection": lambda xml: xml.replace(b"<selection ", b'<selection activeCell="D9" '),
}


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("change", [bytes, resaved], ids=["as made", "texts in the cells"])
def test_odd_rows_are_read_alike(name: str, change: Callable[[bytes], bytes]) -> None:
    content = change(filled(Livestock, dict.fromkeys(Livestock.fields(), 0)))
    odd = patched(content, ROWS[name])
    assert patched(content, ROWS[name]) != patched(content, bytes) or change is resaved
    both_read([raw_file(content, "a.xlsx"), raw_file(odd, "b.xlsx"), raw_file(patched(odd, ROWS["a selection"]))])


def test_answers_left_out_and_notes_are_read_and_located_alike_by_rows_that_are_known() -> None:
    files = []
    for seed in range(20):
        chance = Random(seed)
        answers: dict[str, Any] = {field: chance.randint(0, 10**6) for field in Livestock.fields()}
        for field in chance.sample(list(answers), 3):
            answers[field] = chance.choice([None, "1.234", "không", 12.5])

        def noted(sheet: Any, chance: Random = chance) -> None:
            for field in chance.sample(list(Livestock.fields()), 3):
                at = row_of(sheet, Livestock.fields()[field].label)
                sheet[f"E{at}"] = chance.choice(["Đã đếm lại", "Giá trị", 5])

        given = {field: said for field, said in answers.items() if said is not None}
        files.append(raw_file(changed(filled(Livestock, given), noted), f"{seed}.xlsx", commune=f"xa-{seed}"))
    places = places_with(
        *(f"xa-{seed},commune,Hữu Kiên,chi-lang,,,," for seed in range(20)),
        *(f"pa_phao,village,Pá Phào,xa-{seed},,,," for seed in range(20)),
    )
    assert both_read(files).quickly == len(files)
    both_located(files, places=places)


def value(field: str, said: object) -> Callable[[Any], None]:
    return put(Livestock, field, said)


def beside(field: str, column: str, said: object) -> Callable[[Any], None]:
    return lambda sheet: sheet.__setitem__(f"{column}{row_of(sheet, Livestock.fields()[field].label)}", said)


def look(field: str, code: str, form: type[Form] = Livestock) -> Callable[[Any], None]:
    return lambda sheet: setattr(sheet[address_of(form, field)], "number_format", code)


def copied(sheet: Any) -> None:
    """A second table below the first."""
    for row in list(sheet.iter_rows(min_row=7, max_row=sheet.max_row, values_only=True)):
        sheet.append(row)


def mark(says: str, instead: str) -> Callable[[Any], None]:
    def change(sheet: Any) -> None:
        (cell,) = [cell for row in sheet.iter_rows(max_row=6) for cell in row if str(cell.value).startswith(says)]
        cell.value = instead

    return change


def comment_alone(sheet: Any) -> None:
    sheet.delete_rows(1, sheet.max_row)
    sheet["A1"].comment = Comment("x", "y")


def label_over_two(sheet: Any) -> None:
    last = max(row_of(sheet, item.label) for item in Livestock.fields().values())
    sheet.merge_cells(f"B{last}:B{last + 1}")
    sheet[f"D{last + 1}"] = 5


def headings(sheet: Any) -> None:
    sheet["G20"], sheet["H20"] = "Chỉ tiêu", "Giá trị"


def mark_beside(sheet: Any) -> None:
    for area in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(area))
    mark("Đơn vị báo cáo", "Đơn vị báo cáo:")(sheet)
    (cell,) = [cell for row in sheet.iter_rows(max_row=6) for cell in row if cell.value == "Đơn vị báo cáo:"]
    sheet.cell(cell.row, cell.column + 1).value = "Thôn Suối Mạ"


def text_struck_out(sheet: Any) -> None:
    value("pig", "12")(sheet)
    sheet[address_of(Livestock, "pig")].font = Font(strike=True)


PIG = Livestock.fields()["pig"].label

QUICK: dict[str, Callable[[Any], object]] = {
    "nothing": lambda sheet: None,
    "another number": value("pig", 4321),
    "a number with decimals that says a whole": value("pig", 4321.0),
    "a number as text": value("pig", "1.234"),
    "a number as text with its unit": value("pig", "12 con"),
    "nothing of it": value("pig", "không"),
    "a note": beside("pig", "E", "Đã đếm lại"),
    "a note in a cell far off": lambda sheet: sheet.__setitem__("H40", "Trưởng thôn đã ký"),
    "a number in another format": look("pig", '#,##0" con"'),
    "the name of another village": mark("Đơn vị báo cáo", "Đơn vị báo cáo: thôn SUỐI MẠ"),
    "the name beside the mark": mark_beside,
    "marks without a colon": lambda sheet: [
        sheet.__setitem__(f"A{row}", sheet[f"A{row}"].value.replace(":", "")) for row in (3, 4, 5)
    ],
    "a letterhead left over": lambda sheet: sheet.__setitem__("A1", "UBND XÃ CHI LĂNG"),
    "no commune but in the letterhead": mark("Xã", "Mẫu dùng chung"),
    "the year in the title": lambda sheet: sheet.__setitem__("A6", "Năm 2024"),
    "a unit by another name": beside("pig", "C", " Con "),
    "a title merged over cells": lambda sheet: sheet.merge_cells("A5:D5"),
    "a heading in a note, which makes a layout of its own": beside("pig", "E", "Giá trị"),
    "a font": lambda sheet: setattr(sheet["D12"], "font", Font(bold=True)),
}
"""What leaves a sheet among those that are located by their layout."""

THOROUGH: dict[str, Callable[[Any], object]] = {
    "a blank": value("pig", None),
    "a text that is no number": value("pig", "nhiều"),
    "an unclear number": value("pig", "1.23"),
    "too many decimals": value("pig", 1.5),
    "a date": look("pig", "dd/mm/yyyy"),
    "a format that hides the number": look("pig", ";;;"),
    "a format that shows another number": look("pig", "0,"),
    "a formula without a result": value("pig", "=1+1"),
    "a link to another file": value("pig", "=[1]Sheet1!A1"),
    "an error": value("pig", "#N/A"),
    "a truth": value("pig", True),
    "a unit left out": beside("pig", "C", None),
    "a unit of blanks": beside("pig", "C", " "),
    "a unit above the table": lambda sheet: sheet.__setitem__("L6", "Đơn vị tính: nghìn con"),
    "a unit in the heading of the units": lambda sheet: sheet.__setitem__("C7", "ĐVT (nghìn)"),
    "no column of units": lambda sheet: sheet.__setitem__("C7", "Cách tính"),
    "a unit merged over rows": lambda sheet: sheet.merge_cells("C23:C27"),
    "a unit in a note": beside("pig", "E", "ĐVT: nghìn con"),
    "a heading over two columns of numbers": lambda sheet: (
        sheet.__setitem__("E9", 5),
        sheet.__setitem__("E7", None),
        sheet.merge_cells("D7:E7"),
    ),
    "words below a heading": lambda sheet: (sheet.insert_rows(8), sheet.__setitem__("D8", "Kế hoạch")),
    "a row of its own": lambda sheet: sheet.append([None, "Thỏ", "con", 5]),
    "another unit": beside("pig", "C", "tấn"),
    "a number for a unit": beside("pig", "C", 5),
    "a note that is an error": beside("pig", "E", "#REF!"),
    "a label twice": lambda sheet: sheet.append([None, PIG, "con", 5]),
    "a label missing": beside("pig", "B", "Tổng số khác"),
    "a second table": copied,
    "a heading twice": lambda sheet: sheet.__setitem__("F7", "Giá trị"),
    "a row of headings in notes": lambda sheet: (
        sheet.__setitem__("G20", "Chỉ tiêu"),
        sheet.__setitem__("H20", "Giá trị"),
    ),
    "a hidden row": lambda sheet: setattr(sheet.row_dimensions[row_of(sheet, PIG)], "hidden", True),
    "a hidden column": lambda sheet: setattr(sheet.column_dimensions["D"], "hidden", True),
    "a label over two numbers": label_over_two,
    "a zero that is not shown": lambda sheet: (value("pig", 0)(sheet), look("pig", "#,##0;-#,##0;")(sheet)),
    "a format that is not rendered": look("pig", "# ?/?"),
    "a number struck out": lambda sheet: setattr(sheet["D12"], "font", Font(strike=True)),
    "a text struck out": text_struck_out,
    "a number in white": lambda sheet: setattr(sheet["D12"], "font", Font(color="FFFFFFFF")),
    "a raised number behind a number": value(
        "pig", CellRichText("65", TextBlock(InlineFont(vertAlign="superscript"), "1"))
    ),
    "a text of one piece that is struck out": value("pig", CellRichText(TextBlock(InlineFont(strike=True), "65"))),
    "a comment that says another number": lambda sheet: setattr(sheet["D12"], "comment", Comment("Đúng là 53", "x")),
    "a dot that groups nothing": look("pig", '0"."00'),
    "numbers merged": lambda sheet: sheet.merge_cells("D12:D13"),
    "labels merged": lambda sheet: sheet.merge_cells("B12:B13"),
    "an unknown reporter": mark("Đơn vị báo cáo", "Đơn vị báo cáo: Thôn Nào Đó"),
    "a reporter of another kind": mark("Đơn vị báo cáo", "Đơn vị báo cáo: Trạm Y tế"),
    "no reporter": mark("Đơn vị báo cáo", "Người báo cáo"),
    "another period": mark("Kỳ báo cáo", "Kỳ báo cáo: 6 tháng đầu năm 2023"),
    "another commune": mark("Xã", "Xã: Bản Khác"),
    "another period without a colon": mark("Kỳ báo cáo", "Kỳ báo cáo 6 tháng đầu năm 2023"),
    "a second period": lambda sheet: sheet.__setitem__("A6", "Kỳ báo cáo: 6 tháng đầu năm 2023"),
    "a second commune": lambda sheet: sheet.__setitem__("D6", "Xã Chi Lăng"),
    "a second reporter": lambda sheet: sheet.__setitem__("C6", "Đơn vị báo cáo: Thôn Nà Lìa"),
    "another commune in the letterhead alone": lambda sheet: (
        sheet.__setitem__("A1", "UBND XÃ CHI LĂNG"),
        sheet.__setitem__("A4", "Mẫu dùng chung"),
    ),
    "no period": mark("Kỳ báo cáo", "(bản chính)"),
    "another version": mark("Biểu", "Biểu B01 (phiên bản 9)"),
    "another form": mark("Biểu", "Biểu Z99"),
    "a label in an old encoding": beside("pig", "B", "§¬n vÞ b¸o c¸o"),
    "a note in an old encoding": beside("pig", "E", "Ghi chó"),
    "a form that came before": mark("Đơn vị báo cáo", "Đơn vị báo cáo: Pá Phào"),
    "a sheet without anything but a comment": comment_alone,
}
"""What is told of, or needs a closer look."""


@pytest.mark.parametrize("name", [*QUICK, *THOROUGH])
def test_one_oddity_is_located_alike_among_sheets_without_any(name: str) -> None:
    answers = {field: number for number, field in enumerate(Livestock.fields(), start=100)}
    plain = [
        raw_file(resaved(filled(Livestock, answers, reporter=f"Thôn {village}")), f"{village}.xlsx")
        for village in ("Pá Phào", "Nà Lìa", "Suối Phầy")
    ]
    odd = changed(filled(Livestock, answers, reporter="Thôn Suối Mạ"), (QUICK | THOROUGH)[name])
    for files in ([*plain, raw_file(odd, "odd.xlsx")], [raw_file(odd, "odd.xlsx"), *plain]):
        located = both_located(files)
        of_plain = 3 - (name == "a form that came before")
        assert located.quickly == of_plain + (name in QUICK)


def test_one_number_for_two_fields_that_may_be_blank_is_told() -> None:
    """The second of them is blank, of which nothing else would be told."""

    def merge(sheet: Any) -> None:
        row = row_of(sheet, Primary.fields()["teachers"].label)
        assert row_of(sheet, Primary.fields()["support"].label) == row + 1
        sheet.merge_cells(f"D{row}:D{row + 1}")

    answers = dict.fromkeys(Primary.fields(), 3)
    plain = resaved(filled(Primary, answers, reporter="Trường Tiểu học 1"))
    odd = changed(filled(Primary, answers, reporter="Trường Tiểu học 2"), merge)
    located = both_located([raw_file(plain, "1.xlsx"), raw_file(odd, "2.xlsx")])
    assert located.quickly == 1
    assert set(located.problems["problem"]) == {"MERGED_CELLS"}


LOOKS = [*FORMATS, "#,##0.0", "#,##0.000", "0.0000", "0.00000", *['0",5"', '#,##0".5"', '0"0"'] * 3]


def drawn(chance: Random) -> int | float:
    """A number as a cell keeps it."""
    size = 10 ** chance.randint(0, 14)
    return chance.choice([0, chance.randint(0, size), round(chance.uniform(0, size), chance.randint(0, 5)), -1.5])


def test_numbers_say_the_same_one_by_one_and_many_at_a_time() -> None:
    chance = Random(1)
    written = [repr(drawn(chance)) for _ in range(300)] + ["0", "0.0", "007", "1E5", "0.5 ", "1.50", "-0", "x", ""]
    for form in LOOKS:
        for hides_zeros in (False, True):
            wanted: list[Said | None] = []
            for value in written:
                try:
                    kind, text, shown = number_said(value.strip(), form, since_1904=False)
                except BrokenSheetError:
                    wanted.append(None)
                else:
                    wanted.append((kind, text, "" if hides_zeros and kind == NUMBER and text == "0" else shown))
            values = pa.array([value.encode() for value in written], pa.binary())
            assert list(numbers_said(values, form, hides_zeros, since_1904=False)) == wanted


def test_numbers_are_read_alike_however_they_look() -> None:
    """One odd number in each sheet, for one with a problem goes the thorough way as a whole."""
    files, chance = [], Random(1)
    for number in range(120):
        answers: dict[str, Any] = dict.fromkeys(Crops.fields(), 1)
        field = chance.choice(list(answers))
        answers[field] = drawn(chance)
        content = changed(filled(Crops, answers), look(field, chance.choice(LOOKS), Crops))
        files.append(raw_file(content, commune=f"xa-{number}"))
    places = places_with(
        *(f"xa-{number},commune,Hữu Kiên,chi-lang,,,," for number in range(120)),
        *(f"pa_phao,village,Pá Phào,xa-{number},,,," for number in range(120)),
    )
    assert 20 < both_located(files, places=places).quickly < 100


def test_lines_are_located_alike() -> None:
    """Forms with lines: a code twice, a line without one, and a sheet that is as it should be."""
    made = [path for path in EXAMPLE if path.stem in ("works", "social", "programmes", "military")]
    plain = [raw_file(path.read_bytes(), path.name) for path in made]
    assert both_located(plain).quickly == len(both_located(plain).sheets)

    def oddly(change: Callable[[Any], object]) -> list[RawFile]:
        files = []
        for path in made:
            book = openpyxl.load_workbook(path)
            for sheet in book.worksheets:
                change(sheet)
            buffer = io.BytesIO()
            book.save(buffer)
            files.append(raw_file(buffer.getvalue(), path.name))
        return files

    def code_twice(sheet: Any) -> None:
        headed = next((row[0].row for row in sheet.iter_rows() if any(cell.value == "Mã dòng" for cell in row)), 0)
        sheet.append([cell.value for cell in sheet[headed + 1]])

    def no_code(sheet: Any) -> None:
        sheet.append([None, None, *([5] * 6)])

    def headings_again(sheet: Any) -> None:
        header = next((row for row in sheet.iter_rows(values_only=True) if "Mã dòng" in row), ())
        sheet.append(list(header))

    def first_line(column: int, text: str) -> Callable[[Any], None]:
        def change(sheet: Any) -> None:
            headed = next((row[0].row for row in sheet.iter_rows() if any(cell.value == "Mã dòng" for cell in row)), 0)
            if headed:
                sheet.cell(headed + 1, column).value = text

        return change

    for change in (code_twice, no_code, headings_again):
        both_located(oddly(change))
    for column, text in ((2, "total"), (2, 'a/../x "1"'), (3, "Tổng cộng")):
        assert both_located(oddly(first_line(column, text))).quickly < len(both_located(plain).sheets)
