"""The blank form as it goes out: what can be changed, what is asked and checked, what stands beside, who gets which."""

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import range_boundaries

from pipelines.handout import live_checks
from pipelines.handout.aids import CHECK_HEADING, PREVIOUS_HEADING, Aids, Previous, PreviousLine
from pipelines.handout.layout import Answer, workbook
from pipelines.handout.owed import Handout, HandoutError, file_name
from pipelines.steps.collect.headings import NOTE_HEADING
from pipelines.store.raw import Raw
from pipelines.store.tables import Store
from schemas.form import Form
from schemas.forms.b01_livestock import Livestock
from schemas.forms.b03_crops import Crops
from schemas.forms.g01_kindergarten import Kindergarten
from schemas.forms.r02_concrete_roads import ConcreteRoads
from schemas.forms.x04_tet_gifts import TetGifts
from schemas.periods import Period
from schemas.return_sets import ReturnSetKey
from tests.unit.builders import COMMUNE, EACH_FORM, PERIOD, ROOT, VILLAGE, Cell, changed, put, raw_file, run
from tests.unit.offices import publish

NEXT = Period.parse("2024-H2")
HEADING, FIRST = 7, 8
MART = f"marts/{Livestock.domain}"

Answers = Mapping[tuple[str, str, str], Answer]
HORSES: dict[str, Cell] = {"horse": 7, "goat": "-"}
ROAD: dict[str, Cell] = {"length": 120.5, "main_length": 120.5, "alley_length": "không"}


def made(form: type[Form], answers: Answers | None = None, aids: Aids | None = None, name: str = VILLAGE) -> bytes:
    return workbook([form], period=PERIOD, commune="Hữu Kiên", reporter=name, answers=answers, aids=aids)


@cache
def blank(form: type[Form]) -> Any:
    """The sheet of a form as it goes out."""
    return openpyxl.load_workbook(io.BytesIO(made(form, aids=Aids()))).worksheets[0]


def column_of(sheet: Any, heading: str) -> int:
    found = [cell.column for cell in sheet[HEADING] if str(cell.value or "").startswith(heading)]
    assert len(found) == 1, f"{heading} heads {len(found)} columns"
    return int(found[0])


def validations(sheet: Any) -> dict[str, Any]:
    return {str(cells): rule for rule in sheet.data_validations.dataValidation for cells in rule.sqref.ranges}


def test_the_script_of_the_first_returns_still_makes_the_shipped_workbooks(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "raw", tmp_path / "raw", ignore=shutil.ignore_patterns("*.xlsx", "__pycache__"))
    paths = os.pathsep.join((str(tmp_path), str(ROOT)))
    subprocess.run(
        [sys.executable, "-m", "raw.first_returns"], cwd=tmp_path, env={**os.environ, "PYTHONPATH": paths}, check=True
    )
    shipped = sorted((ROOT / "raw").rglob("*.xlsx"))
    assert shipped
    for path in shipped:
        assert (tmp_path / path.relative_to(ROOT)).read_bytes() == path.read_bytes(), path.name


@EACH_FORM
def test_aids_change_nothing_in_the_columns_that_are_read(form: type[Form]) -> None:
    lines = ("l1", "l2") if form.line_title else ("",)
    answers = {
        (form.code, line, name): Answer(7, f"n {name}", line and f"dòng {line}")
        for line in lines
        for name in form.fields()
    }
    bare, aided = (
        openpyxl.load_workbook(io.BytesIO(made(form, answers, aids))).worksheets[0] for aids in (None, Aids())
    )
    last = column_of(bare, NOTE_HEADING)
    end = max(row for row in range(1, bare.max_row + 1) if bare.cell(row, 1).value is not None)
    for row in {*range(1, end)} - {HEADING - 1}:  # this one says when it is due, the last one how to fill it in
        for column in range(1, last + 1):
            assert aided.cell(row, column).value == bare.cell(row, column).value
    assert set(bare.merged_cells.ranges) < set(aided.merged_cells.ranges)


@EACH_FORM
def test_a_form_says_when_it_is_due_and_where_to_sign_and_prints_its_checks(form: type[Form]) -> None:
    sheet = blank(form)
    assert sheet.cell(HEADING - 1, 1).value == "Hạn gửi: ngày 10/07/2024"
    below = [str(cell.value) for (cell,) in sheet.iter_rows(min_col=1, max_col=1) if cell.value is not None][-3:]
    assert below[0] == "Ngày …… tháng …… năm ……"
    assert below[1].split("  ")[0] == "Người lập biểu"
    printed = range_boundaries(sheet.print_area.rpartition("!")[2])
    checked = [cell.column for cell in sheet[HEADING] if cell.value == CHECK_HEADING]
    assert printed[2] == max([column_of(sheet, NOTE_HEADING), *checked])
    assert printed[3] > max(cell.row for (cell,) in sheet.iter_rows(min_col=1, max_col=1) if cell.value is not None)


def test_parts_are_set_in_below_their_totals() -> None:
    sheet = blank(Livestock)
    indents = {row[1].value: row[1].alignment.indent for row in sheet.iter_rows(min_row=FIRST, max_col=2)}
    said = [indents[label] for label in ("Tổng đàn gia súc", "Đàn ngựa", "Ngựa bạch", "Đàn dê", "Tổng đàn gia cầm")]
    assert said == [0, 2, 4, 2, 0]


@EACH_FORM
def test_only_entries_notes_and_the_names_of_lines_can_be_changed(form: type[Form]) -> None:
    sheet = blank(form)
    assert (sheet.protection.sheet, sheet.protection.password) == (True, None)
    # Here False is what is allowed.
    assert not sheet.protection.formatColumns
    open_cells = {cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
    note = column_of(sheet, NOTE_HEADING)
    if form.line_title:
        wanted = {
            sheet.cell(row, column).coordinate for row in range(FIRST, FIRST + 20) for column in range(2, note + 1)
        }
    else:
        rows = [row for row in range(FIRST, sheet.max_row + 1) if isinstance(sheet.cell(row, 1).value, int)]
        wanted = {sheet.cell(row, column).coordinate for row in rows for column in (4, note)}
    assert open_cells == wanted


@EACH_FORM
def test_every_entry_says_what_it_wants_and_refuses_what_is_no_such_number(form: type[Form]) -> None:
    rules = validations(blank(form))
    asked = [rule for rule in rules.values() if rule.type == "custom"]
    assert len(asked) == len(form.fields())
    for item, rule in zip(form.fields().values(), asked, strict=True):
        assert rule.allow_blank
        assert rule.errorStyle in (None, "stop")
        assert item.label in rule.prompt
        assert live_checks.demand(item) in rule.prompt
        assert live_checks.demand(item) in rule.error
        for words, most in ((rule.prompt, 255), (rule.error, 255), (rule.promptTitle, 32), (rule.formula1, 255)):
            assert 0 < len(words) <= most


def test_the_demand_comes_from_the_unit_and_the_range() -> None:
    fields = Kindergarten.fields()
    assert live_checks.demand(Livestock.fields()["horse"]) == "Ghi số nguyên, từ 0 trở lên."
    assert live_checks.demand(Crops.fields()["rice_yield"]) == "Ghi số, nhiều nhất 2 chữ số lẻ, từ 0 đến 120."
    assert live_checks.demand(fields["nursery_rate_increase"]).endswith("từ -100 đến 100.")
    formula = live_checks.allowed(fields["nursery_rate_increase"], "D9")
    for part in ("ROUND(D9,4)=D9", "D9>=-100", "D9<=100", "|-|", "|không|"):
        assert part in formula


@EACH_FORM
def test_every_edit_on_the_form_alone_has_a_live_check_beside_its_first_cell(form: type[Form]) -> None:
    edits = [edit for edit in form.edits if not edit.beyond]
    sheet = blank(form)
    if not edits:
        assert CHECK_HEADING not in [cell.value for cell in sheet[HEADING]]
        return
    column = column_of(sheet, CHECK_HEADING)
    formulas = {row: sheet.cell(row, column).value for row in range(FIRST, sheet.max_row + 1)}
    rules = validations(sheet)
    # A form with lines has all its checks of a line in one cell.
    rows = {edit.code: FIRST if form.line_title else _row_of(sheet, edit.label(edit.names[0])) for edit in edits}
    said: dict[int, list[str]] = {}
    for edit in edits:
        assert edit.demand in formulas[rows[edit.code]]
        said.setdefault(rows[edit.code], []).append(edit.sentence)
    for row, sentences in said.items():
        whole = " ".join("; ".join(sentences).split())
        prompt = rules[sheet.cell(row, column).coordinate].prompt
        assert prompt == whole if len(whole) <= 255 else whole.startswith(prompt.removesuffix("…"))
        assert len(prompt) > 200 or len(whole) <= 255
    written = {row for row, formula in formulas.items() if formula}
    assert written == (set(range(FIRST, FIRST + 20)) if form.line_title else set(rows.values()))


def _row_of(sheet: Any, label: str) -> int:
    return next(row for row in range(FIRST, sheet.max_row + 1) if sheet.cell(row, 2).value == label)


def reddened(sheet: Any) -> dict[str, list[str]]:
    """Cell to the formulas that turn it red."""
    rules = sheet.conditional_formatting._cf_rules.items()
    return {str(cells.sqref): [rule.formula[0] for rule in own] for cells, own in rules}


def test_a_total_turns_red_with_its_check() -> None:
    sheet = blank(Livestock)
    row = _row_of(sheet, "Đàn ngựa")
    check = sheet.cell(row, column_of(sheet, CHECK_HEADING))
    red = reddened(sheet)
    assert red[check.coordinate] == red[f"D{row}"] == [f'ISNUMBER(FIND("Lệch",{check.coordinate}))']
    for cell in (f"D{row}", f"D{row + 1}", f"D{row + 2}"):
        assert f"ISNUMBER({cell})" in check.value  # a blank is not a zero


@EACH_FORM
def test_no_formula_is_longer_than_excel_takes(form: type[Form]) -> None:
    sheet = blank(form)
    formulas = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert all(len(formula) <= 8192 for formula in formulas)
    assert all(len(formula) <= 255 for own in reddened(sheet).values() for formula in own)


def test_checks_of_one_line_name_the_field_they_are_about() -> None:
    sheet = blank(TetGifts)
    check = sheet.cell(FIRST, column_of(sheet, CHECK_HEADING))
    for edit in TetGifts.edits:
        where = f" ở «{edit.label(edit.names[0])}»:"
        assert where in check.value
        assert [f'ISNUMBER(FIND("{where}",{check.coordinate}))'] in reddened(sheet).values()


def test_the_same_form_is_the_same_bytes() -> None:
    assert made(Crops, aids=Aids()) == made(Crops, aids=Aids())


def test_a_filled_aided_form_is_read_as_what_was_filled_in() -> None:
    answers = {(Livestock.code, "", name): Answer(value) for name, value in HORSES.items()}
    done = run(raw_file(made(Livestock, answers, Aids({Livestock.code: HERD}))))
    assert (done.value("horse"), done.value("goat"), done.value("pig")) == (7, 0, None)
    assert done.met() == []


def test_a_aided_form_with_lines_is_read_without_the_lines_of_last_period() -> None:
    answers = {(ConcreteRoads.code, "moi", name): Answer(value, line_name="Đường mới") for name, value in ROAD.items()}
    aids = Aids({ConcreteRoads.code: ROADS})
    done = run(raw_file(made(ConcreteRoads, answers, aids, "Bộ phận Giao thông - Xây dựng"), "works.xlsx"))
    assert done.met() == []
    assert set(done.located.entries["line"]) == {"moi"}
    assert done.value("length", "works") == Decimal("120.5")


def test_another_version_of_a_form_is_told_and_not_read() -> None:
    def older(sheet: Any) -> None:
        assert sheet["D1"].value == "Biểu B01 (phiên bản 1)"
        sheet["D1"] = "Biểu B01 (phiên bản 9)"

    done = run(raw_file(changed(made(Livestock, aids=Aids()), older)))
    (problem,) = done.met()
    assert (problem["problem"], problem["written"], problem["expected"]) == ("WRONG_VERSION", "9", "1")
    assert done.located.entries.empty


HERD = Previous(PERIOD, {"": PreviousLine("", {"horse": 284, "goat": 12})})
ROADS = Previous(
    PERIOD,
    {
        "a": PreviousLine("Đường A", {"length": Decimal("80.5")}),
        "b": PreviousLine("Đường B", {"length": Decimal(20), "thickness": Decimal("16.0")}),
    },
)


def sheet_with(form: type[Form], previous: Previous) -> Any:
    aids = Aids({form.code: previous})
    content = workbook([form], period=NEXT, commune="Hữu Kiên", reporter=VILLAGE, aids=aids)
    return openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]


def test_last_values_stand_locked_beside_their_entries() -> None:
    sheet = sheet_with(Livestock, HERD)
    column = column_of(sheet, PREVIOUS_HEADING)
    assert sheet.cell(HEADING, column).value == "Kỳ trước (6 tháng đầu năm 2024)"
    found = {sheet.cell(row, 2).value: sheet.cell(row, column) for row in range(FIRST, sheet.max_row + 1)}
    assert (found["Đàn ngựa"].value, found["Đàn dê"].value, found["Đàn lợn"].value) == (284, 12, None)
    assert all(cell.protection.locked for cell in found.values())
    assert PREVIOUS_HEADING not in {str(cell.value)[:8] for cell in blank(Livestock)[HEADING]}


def test_last_lines_stand_apart_and_their_codes_can_be_picked() -> None:
    sheet = sheet_with(ConcreteRoads, ROADS)
    at = next(cell.column for cell in sheet[HEADING] if cell.value == "Kỳ trước: Mã dòng")
    assert at > column_of(sheet, CHECK_HEADING)
    rows = [[sheet.cell(row, at + shift).value for shift in range(3)] for row in (FIRST, FIRST + 1, FIRST + 2)]
    assert rows == [["a", "Đường A", 80.5], ["b", "Đường B", 20], [None, None, None]]
    (picked,) = [rule for rule in validations(sheet).values() if rule.type == "list"]
    first, last = (sheet.cell(row, at) for row in (FIRST, FIRST + 1))
    assert picked.formula1 == f"${first.column_letter}${first.row}:${last.column_letter}${last.row}"
    assert not picked.showErrorMessage  # a new line is no error


def store_of(tmp_path: Path, heads: Mapping[Period, int]) -> Store:
    """An output folder in which one village's herds of some periods were accepted."""
    store = Store(tmp_path / "data")
    for period, value in heads.items():
        content = changed(made_for(period), put(Livestock, "horse", value))
        mart = run(raw_file(content, period=period), forms=[Livestock]).mart(Livestock)
        publish(store, ReturnSetKey(period.code, COMMUNE), {MART: mart})
    return store


def made_for(period: Period) -> bytes:
    return workbook([Livestock], period=period, commune="Hữu Kiên", reporter=VILLAGE, aids=Aids())


@pytest.mark.parametrize(
    ("published", "asked", "expected"),
    [
        (
            {Period.parse("2023-H1"): 1, Period.parse("2023-H2"): 2, Period.parse("2024-H1"): 3},
            NEXT,
            (Period.parse("2023-H2"), 2),
        ),
        ({Period.parse("2023-H1"): 1, Period.parse("2024-H1"): 3}, NEXT, (Period.parse("2024-H1"), 3)),
        ({Period.parse("2022-H1"): 1}, NEXT, (Period.parse("2022-H1"), 1)),
        ({NEXT: 4}, NEXT, None),
        ({Period.parse("2025-H1"): 5}, NEXT, None),
        ({}, NEXT, None),
    ],
    ids=["same half last year", "latest before", "long ago", "its own", "later", "none"],
)
def test_the_values_beside_are_of_the_same_half_last_year_or_else_the_latest(
    tmp_path: Path, published: Mapping[Period, int], asked: Period, expected: tuple[Period, int] | None
) -> None:
    store = store_of(tmp_path, published) if published else Store(tmp_path / "none")
    handout = Handout(Raw(ROOT / "raw"), store, ReturnSetKey(asked.code, COMMUNE))
    (village,) = [place for place in handout.reporters(Livestock) if place.title == VILLAGE]
    found = handout.previous(village, Livestock)
    assert (found and (found.period, found.lines[""].values)) == (expected and (expected[0], {"horse": expected[1]}))


def handout(store: Store, period: str = NEXT.code, commune: str = COMMUNE) -> Handout:
    return Handout(Raw(ROOT / "raw"), store, ReturnSetKey(period, commune))


def test_where_no_form_is_asked_for_such_a_period_none_is_written(tmp_path: Path) -> None:
    with pytest.raises(HandoutError, match="không có biểu nào gửi theo kỳ quý I năm 2025; có biểu gửi theo: 6 tháng"):
        handout(Store(tmp_path), "2025-Q1").owed()
    (village, *_) = handout(Store(tmp_path)).owed()
    with pytest.raises(HandoutError, match="Biểu B01 không gửi theo kỳ quý I năm 2025 mà theo: 6 tháng"):
        handout(Store(tmp_path), "2025-Q1").workbook(village, [Livestock])


def test_every_reporter_gets_the_forms_it_owes_under_the_name_of_the_shipped_workbook(tmp_path: Path) -> None:
    owed = handout(Store(tmp_path)).owed()
    shipped = {path.name: openpyxl.load_workbook(path).sheetnames for path in (ROOT / "raw").rglob("*.xlsx")}
    assert {file_name(place): [form.sheet for form in forms] for place, forms in owed.items()} == shipped


def test_lines_that_were_accepted_are_shown_to_who_sent_them(example: Store) -> None:
    made = handout(example)
    (works,) = [place for place in made.owed() if place.code == "works"]
    previous = made.previous(works, ConcreteRoads)
    assert previous is not None
    assert (previous.period, len(previous.lines)) == (PERIOD, 3)
    assert all(line.name and line.values["length"] for line in previous.lines.values())


@pytest.mark.parametrize(
    ("period", "commune", "sentence"),
    [("2026-H1", COMMUNE, "Nay là Xã Quan Sơn"), ("2024-H2", "khong-co", "khong-co")],
    ids=["merged since", "unknown"],
)
def test_a_commune_that_does_not_report_gets_no_forms(tmp_path: Path, period: str, commune: str, sentence: str) -> None:
    with pytest.raises(HandoutError, match=sentence):
        handout(Store(tmp_path), period, commune).owed()


def test_nothing_is_overwritten_but_on_demand_and_then_whole(tmp_path: Path) -> None:
    made = handout(Store(tmp_path / "data"))
    there, new = tmp_path / "out" / "a.xlsx", tmp_path / "out" / "b.xlsx"
    made.write({there: b"1"}, overwrite=False)
    with pytest.raises(HandoutError, match=r"a\.xlsx.*--overwrite"):
        made.write({new: b"2", there: b"2"}, overwrite=False)
    assert (there.read_bytes(), new.exists()) == (b"1", False)
    made.write({new: b"2", there: b"2"}, overwrite=True)
    assert there.read_bytes() == new.read_bytes() == b"2"


def test_no_blank_form_is_written_among_the_returns(tmp_path: Path) -> None:
    made = Handout(Raw(tmp_path / "raw"), Store(tmp_path / "data"), ReturnSetKey(NEXT.code, COMMUNE))
    with pytest.raises(HandoutError, match="thư mục báo cáo nhận về"):
        made.write({tmp_path / "raw" / NEXT.code / COMMUNE / "a.xlsx": b"1"}, overwrite=True)
    assert not (tmp_path / "raw").exists()


def test_a_table_that_lacks_a_field_gives_what_it_has(tmp_path: Path) -> None:
    store = store_of(tmp_path, {PERIOD: 3})
    key = ReturnSetKey(PERIOD.code, COMMUNE)
    mart = store.rows(MART, str(key))
    assert mart is not None
    publish(store, key, {MART: mart.drop_columns(["goat"])})
    made = handout(store)
    (village,) = [place for place in made.reporters(Livestock) if place.title == VILLAGE]
    previous = made.previous(village, Livestock)
    assert previous is not None
    assert previous.lines[""].values == {"horse": 3}


def test_the_day_it_is_due_is_the_places_or_else_the_forms() -> None:
    days = {None: "10/07/2024", date(2024, 8, 1): "01/08/2024"}
    for day, words in days.items():
        book = openpyxl.load_workbook(io.BytesIO(made(Livestock, aids=Aids(due={"B01": day} if day else {}))))
        assert book.worksheets[0]["A6"].value == f"Hạn gửi: ngày {words}"
