"""Corrections that were in force in what was accepted, and are no more in the ledger."""

import pandas as pd
import pyarrow as pa
import pytest

from pipelines.steps.collect.correct import read_ledger
from schemas.forms.b01_livestock import Livestock
from schemas.return_sets import ReturnSetKey
from schemas.tables import LATER
from tests.unit.builders import (
    COMMUNE,
    LEDGER_HEADING,
    PERIOD,
    Row,
    address_of,
    filled,
    ledger_of,
    put,
    raw_file,
    run,
    run_one,
    told,
)

ANSWERS = dict.fromkeys(Livestock.fields(), 0) | {"goat": 10, "total": 11}
GOAT, PIG, SHEET = address_of(Livestock, "goat"), address_of(Livestock, "pig"), Livestock.sheet
FILE = raw_file(filled(Livestock, ANSWERS))
CORRECTION = f"pa_phao.xlsx,{SHEET},{GOAT},10,11,đã gọi"


def accepted(correction: str = CORRECTION) -> pa.Table:
    """What was accepted while the ledger had the correction."""
    mart = run(FILE, ledger=ledger_of(correction)).mart(Livestock)
    assert mart["goat"].to_pylist() == [11]
    return mart


def lost(found: list[Row]) -> list[Row]:
    return [row for row in found if row["code"] == "L-07"]


def test_a_correction_that_is_gone_is_told_and_what_was_accepted_stays() -> None:
    before, now = accepted(), run(FILE)
    (finding,) = lost(told(now.check(Livestock, before)))
    assert (finding["cells"], finding["written"], finding["expected"]) == (GOAT, "10", "11")
    assert finding["severity"] == "error"
    assert f"«{Livestock.fields()['goat'].label}» đã được chấp nhận là 11 theo sổ đính chính" in finding["message"]
    assert now.held(Livestock, before) == {ReturnSetKey(PERIOD.code, COMMUNE)}
    assert now.mart(Livestock, before)["goat"].to_pylist() == [11]


def test_so_is_one_of_a_cell_that_was_left_blank() -> None:
    blank = filled(Livestock, {name: value for name, value in ANSWERS.items() if name != "goat"})
    before = run(raw_file(blank), ledger=ledger_of(f"pa_phao.xlsx,{SHEET},{GOAT},,11,đã gọi")).mart(Livestock)
    (finding,) = lost(told(run(raw_file(blank)).check(Livestock, before)))
    assert (finding["written"], finding["expected"]) == ("", "11")


def entries(*rows: str, heading: str = LEDGER_HEADING) -> pd.DataFrame:
    found, problems = read_ledger({ReturnSetKey(PERIOD.code, COMMUNE): "\n".join([heading, *rows])})
    assert problems.empty
    return found


@pytest.mark.parametrize(
    "row",
    [
        f"2024-07-01,thống kê,{CORRECTION},,accepted",
        f"2024-07-01,thống kê,pa_phao.xlsx,{SHEET},{GOAT},10,12,đếm lại,,accepted",
        f"2024-07-01,thống kê,pa_phao.xlsx,{SHEET},{GOAT},10,10,đếm lại,,accepted",
        f"2024-07-01,thống kê,pa_phao.xlsx,{SHEET},{GOAT},10,10,đúng là 10,,as_is",
    ],
    ids=["put back", "corrected otherwise", "taken back", "kept as it is"],
)
def test_any_decision_on_the_cell_settles_it(row: str) -> None:
    assert lost(told(run(FILE, ledger=entries(row)).check(Livestock, accepted()))) == []


def test_where_the_reporter_sent_another_number_that_one_counts() -> None:
    assert lost(told(run_one(Livestock, ANSWERS, put(Livestock, "goat", 9)).check(Livestock, accepted()))) == []


def test_a_correction_that_is_there_and_fits_its_cell_no_more_is_told_as_that_alone() -> None:
    row = f"2024-07-01,thống kê,pa_phao.xlsx,{SHEET},{PIG},0,11,đã gọi,,accepted,B01,pa_phao,,goat,"
    now = run(FILE, ledger=entries(row, heading=",".join([LEDGER_HEADING, *LATER])))
    assert [row["problem"] for row in now.met()] == ["LEDGER_ASTRAY"]
    assert lost(told(now.check(Livestock, accepted()))) == []


def test_what_changed_no_number_is_not_missed() -> None:
    before = run(FILE, ledger=ledger_of(f'pa_phao.xlsx,{SHEET},{GOAT},10,"10,0",viết lại')).mart(Livestock)
    assert lost(told(run(FILE).check(Livestock, before))) == []


def test_nor_is_anything_where_nothing_was_accepted() -> None:
    assert lost(told(run(FILE).check(Livestock))) == []
