import csv

import pytest

from pipelines.steps.collect.correct import read_ledger
from schemas.forms.b01_livestock import Livestock
from schemas.forms.b02_sales import Sales
from schemas.listed import items_of
from schemas.return_sets import ReturnSetKey
from schemas.tables import IN_EVERY_LEDGER
from tests.unit.builders import (
    COMMUNE,
    LEDGER_HEADING,
    PERIOD,
    Row,
    address_of,
    decided,
    filled,
    ledger_of,
    raw_file,
    rows,
    run,
)

HORSE, GOAT = address_of(Livestock, "horse"), address_of(Livestock, "goat")
FILE = raw_file(filled(Livestock, {"horse": 207, "pig": "1.000"}))
SHEET = Livestock.sheet


def corrected(*entries: str) -> tuple[dict[str, Row], list[Row]]:
    """Cells by address, and problems, after the ledger's entries."""
    after, problems = decided([FILE], ledger_of(*entries))
    return {row["cell"]: row for row in rows(after)}, rows(problems)


def test_a_correction_replaces_the_text_and_keeps_what_was_received() -> None:
    cells, problems = corrected(f"pa_phao.xlsx,{SHEET},{HORSE},207,267,ghi nhầm")
    assert problems == []
    cell = cells[HORSE]
    assert (cell["received"], cell["text"], cell["correction"], cell["corrected_by"]) == (
        "207",
        "267",
        "ghi nhầm",
        "thống kê",
    )
    assert cell["kind"] == "text"


def test_cells_without_a_correction_stay_as_they_are() -> None:
    before, _ = corrected()
    after, _ = corrected(f"pa_phao.xlsx,{SHEET},{HORSE},207,267,ghi nhầm")
    assert set(before) == set(after)
    assert {at: row for at, row in before.items() if at != HORSE} == {
        at: row for at, row in after.items() if at != HORSE
    }
    assert all(row["received"] == row["text"] and row["correction"] == "" for row in before.values())


@pytest.mark.parametrize(
    ("entry", "written"),
    [
        (f"pa_phao.xlsx,{SHEET},{HORSE},208,267,r", "207"),
        (f"pa_phao.xlsx,{SHEET},{HORSE},,267,r", "207"),
        (f"pa_phao.xlsx,{SHEET},{GOAT},5,6,r", ""),
        (f"khac.xlsx,{SHEET},{HORSE},207,267,r", ""),
        (f"khac.xlsx,{SHEET},{HORSE},,267,r", ""),
        (f"pa_phao.xlsx,Trang khác,{HORSE},207,267,r", ""),
    ],
    ids=["other number", "was blank", "is blank now", "unknown file", "unknown file, blank cell", "unknown sheet"],
)
def test_a_correction_whose_old_text_no_longer_stands_is_told_and_not_made(entry: str, written: str) -> None:
    cells, problems = corrected(entry)
    assert cells[HORSE]["text"] == "207"
    assert [row["problem"] for row in problems] == ["LEDGER_STALE"]
    assert problems[0]["written"] == written
    assert problems[0]["expected"] == entry.split(",")[3]
    assert problems[0]["cells"] == entry.split(",")[2]
    assert all(row["corrected_by"] == "" for row in cells.values())


def test_the_last_entry_for_a_cell_counts() -> None:
    first, second = (f"pa_phao.xlsx,{SHEET},{HORSE},207,{new},lần {new}" for new in (267, 277))
    cells, problems = corrected(first, second)
    assert (cells[HORSE]["text"], cells[HORSE]["correction"], problems) == ("277", "lần 277", [])


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_correction_without_a_reason_is_told_and_not_made(reason: str) -> None:
    cells, problems = corrected(f"pa_phao.xlsx,{SHEET},{HORSE},207,267,{reason}")
    assert cells[HORSE]["text"] == "207"
    assert [row["problem"] for row in problems] == ["LEDGER_NO_REASON"]


def test_a_correction_without_a_name_is_told_and_not_made() -> None:
    line = f"2024-07-01,,pa_phao.xlsx,{SHEET},{HORSE},207,267,ghi nhầm,,accepted"
    ledger, _ = read_ledger({ReturnSetKey(PERIOD.code, COMMUNE): f"{LEDGER_HEADING}\n{line}"})
    after, problems = decided([FILE], ledger)
    assert problems["problem"].tolist() == ["LEDGER_NO_REASON"]
    assert "267" not in set(after["text"])


def test_a_refused_suggestion_changes_nothing() -> None:
    line = f"2024-07-01,thống kê,pa_phao.xlsx,{SHEET},{HORSE},207,267,không đúng,267,refused"
    ledger, _ = read_ledger({ReturnSetKey(PERIOD.code, COMMUNE): f"{LEDGER_HEADING}\n{line}"})
    after, problems = decided([FILE], ledger)
    assert problems.empty
    assert "267" not in set(after["text"])


def test_a_blank_cell_can_be_corrected_and_is_then_read() -> None:
    cells, problems = corrected(f"pa_phao.xlsx,{SHEET},{GOAT},,31,quên ghi")
    assert problems == []
    cell = cells[GOAT]
    assert (cell["received"], cell["text"], cell["sha256"]) == ("", "31", FILE.sha256)
    assert f"D{cell['row']}" == GOAT
    done = run(FILE, ledger=ledger_of(f"pa_phao.xlsx,{SHEET},{GOAT},,31,quên ghi"))
    assert done.value("goat") == 31
    assert done.entry("goat")["received"] == ""


def test_a_corrected_text_is_read_by_the_same_strict_grammar() -> None:
    done = run(FILE, ledger=ledger_of(f"pa_phao.xlsx,{SHEET},{HORSE},207,2000.000,r"))
    assert done.entry("horse")["problem"] == "UNCLEAR_NUMBER"


def test_a_correction_to_nothing_leaves_a_blank() -> None:
    done = run(FILE, ledger=ledger_of(f"pa_phao.xlsx,{SHEET},{HORSE},207,,rút số"))
    assert (done.value("horse"), done.entry("horse")["problem"]) == (None, "BLANK")


def test_a_ledger_of_one_set_does_not_touch_another_set_with_files_of_the_same_name() -> None:
    other = raw_file(FILE.content, commune="ban-moi")
    after, problems = decided([FILE, other], ledger_of(f"pa_phao.xlsx,{SHEET},{HORSE},207,267,ghi nhầm"))
    assert problems.empty
    texts = {row["commune"]: row["text"] for row in rows(after) if row["cell"] == HORSE}
    assert texts == {COMMUNE: "267", "ban-moi": "207"}


def test_a_file_that_only_another_set_has_is_unknown_here() -> None:
    other = raw_file(FILE.content, "only_there.xlsx", commune="ban-moi")
    after, problems = decided([FILE, other], ledger_of(f"only_there.xlsx,{SHEET},{GOAT},,31,quên ghi"))
    assert problems["problem"].tolist() == ["LEDGER_STALE"]
    assert after["sha256"].notna().all()


@pytest.mark.parametrize("cell", ["13D", "ô D13", "D0", ""])
def test_an_address_that_is_none_is_told_and_stops_nothing(cell: str) -> None:
    _, problems = corrected(f"pa_phao.xlsx,{SHEET},{cell},,31,quên ghi")
    assert [(row["problem"], row["cells"]) for row in problems] == [("LEDGER_ADDRESS", cell)]


def test_two_addresses_in_one_cell_of_the_ledger_are_one_text_that_names_no_cell() -> None:
    _, (told,) = corrected(f'pa_phao.xlsx,{SHEET},"{HORSE};{GOAT}",,31,quên ghi')
    assert (told["problem"], items_of(told["cells"])) == ("LEDGER_ADDRESS", [f"{HORSE};{GOAT}"])


@pytest.mark.parametrize("cell", [GOAT.lower(), f"D0{GOAT[1:]}", f"$D${GOAT[1:]}", f" {GOAT} "])
def test_an_address_as_people_write_it_is_that_of_the_cell(cell: str) -> None:
    cells, problems = corrected(f"pa_phao.xlsx,{SHEET},{cell},,31,quên ghi")
    assert (problems, cells[GOAT]["text"]) == ([], "31")


def test_a_blank_correction_on_a_sheet_that_is_not_there_is_told() -> None:
    cells, problems = corrected(f"pa_phao.xlsx,Trang khác,{GOAT},,31,quên ghi")
    assert [row["problem"] for row in problems] == ["LEDGER_STALE"]
    assert {row["sheet"] for row in cells.values()} == {SHEET}


@pytest.mark.parametrize("text", ["", "a;b;c\n1;2;3\n", "when,who,file\n2024,x,y\n"], ids=["empty", "other", "too few"])
def test_a_ledger_with_other_columns_is_told_with_the_right_ones(text: str) -> None:
    entries, problems = read_ledger({ReturnSetKey(PERIOD.code, COMMUNE): text})
    assert entries.empty
    told = rows(problems)
    assert [row["problem"] for row in told] == ["LEDGER_UNREADABLE"]
    assert told[0]["expected"] == ", ".join(IN_EVERY_LEDGER)
    assert (told[0]["period"], told[0]["commune"]) == (PERIOD.code, COMMUNE)


@pytest.mark.parametrize("text", [LEDGER_HEADING, f"{LEDGER_HEADING}\n"], ids=["heading", "heading line"])
def test_a_ledger_without_entries_is_no_problem(text: str) -> None:
    entries, problems = read_ledger({ReturnSetKey(PERIOD.code, COMMUNE): text})
    assert entries.empty
    assert problems.empty


def test_a_ledger_saved_with_semicolons_is_read() -> None:
    line = f"2024-07-01;thống kê;pa_phao.xlsx;{SHEET};{HORSE};207;267;đếm lại, cả chuồng sau;;accepted"
    entries, problems = read_ledger({ReturnSetKey(PERIOD.code, COMMUNE): f"{LEDGER_HEADING.replace(',', ';')}\n{line}"})
    assert problems.empty
    assert run(FILE, ledger=entries).entry("horse")["correction"] == "đếm lại, cả chuồng sau"


RIGHT = f"2024,thống kê,pa_phao.xlsx,{SHEET},{HORSE},207,267,đếm lại,,accepted"


ENDLESS = "2" * 200_000
UNPAIRED = "trở lên có chỗ thừa thiếu một dấu nháy kép, hoặc có ô quá dài"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (RIGHT.replace("đếm lại", "đếm lại, cả chuồng sau"), "dòng 2 có 11 ô mà tiêu đề có 10 cột"),
        (RIGHT.removesuffix(",,accepted"), "dòng 2 có 8 ô mà tiêu đề có 10 cột"),
        (RIGHT.replace("207", '"207'), f"từ dòng 3 {UNPAIRED}"),
        (RIGHT.replace("207", '"2"07"'), f"từ dòng 2 {UNPAIRED}"),
        (RIGHT.replace("207", ENDLESS), f"từ dòng 2 {UNPAIRED}"),
    ],
    ids=["a comma without marks", "cut short", "an open mark", "a mark within", "endless"],
)
def test_a_row_that_does_not_stand_under_the_headings_is_told_and_moves_no_other(line: str, told: str) -> None:
    entries, problems = read_ledger({ReturnSetKey(PERIOD.code, COMMUNE): f"{LEDGER_HEADING}\n{line}\n{RIGHT}"})
    assert [(row["problem"], row["written"]) for row in rows(problems)] == [("LEDGER_UNREADABLE", told)]
    assert len(entries) == ("dòng 2 có" in told and "ô mà" in told)


def test_how_long_a_cell_may_be_is_not_for_another_package_to_say() -> None:
    before = csv.field_size_limit(10 * len(ENDLESS))
    try:
        _, problems = read_ledger(
            {ReturnSetKey(PERIOD.code, COMMUNE): f"{LEDGER_HEADING}\n{RIGHT.replace('207', ENDLESS)}"}
        )
    finally:
        csv.field_size_limit(before)
    assert [row["written"] for row in rows(problems)] == [f"từ dòng 2 {UNPAIRED}"]


def test_a_column_that_stands_twice_in_a_ledger_is_not_chosen_from() -> None:
    text = f"{LEDGER_HEADING},new\n{RIGHT},300"
    entries, problems = read_ledger({ReturnSetKey(PERIOD.code, COMMUNE): text})
    assert entries.empty
    assert [row["written"] for row in rows(problems)] == ["có hai cột new"]


def test_corrected_sheets_stand_among_the_others_form_by_form() -> None:
    first = next(iter(Sales.fields()))
    files = [
        raw_file(filled(Sales), "a.xlsx"),
        raw_file(filled(Livestock), "b.xlsx"),
        raw_file(filled(Livestock, reporter="Thôn Suối Mạ"), "c.xlsx"),
    ]
    ledger = ledger_of(
        f"a.xlsx,{Sales.sheet},{address_of(Sales, first)},,5,quên ghi", f"b.xlsx,{SHEET},{HORSE},,7,quên ghi"
    )
    entries = run(*files, ledger=ledger).located.entries
    stand = [(row["form"], row["file"], row["field"]) for row in rows(entries)]
    own = [(Livestock, "b.xlsx"), (Livestock, "c.xlsx"), (Sales, "a.xlsx")]
    assert stand == [(form.code, file, name) for form, file in own for name in form.fields()]
