"""Corrections whose cell, sent again, says by itself what it was corrected to."""

from typing import Any

import openpyxl
import pandas as pd
import pytest

from pipelines.refresh.deciding import refuse_needless
from pipelines.steps.collect.correct import read_ledger
from pipelines.store.ledger import CellPlace, Ledger
from pipelines.store.raw import Raw
from pipelines.store.tables import Store
from schemas.forms.b01_livestock import Livestock
from schemas.return_sets import ReturnSetKey
from schemas.tables import LATER
from tests.unit.builders import (
    COMMUNE,
    LEDGER_HEADING,
    PERIOD,
    Cell,
    Row,
    Run,
    address_of,
    changed,
    filled,
    ledger_of,
    put,
    raw_file,
    run,
)

KEY = ReturnSetKey(PERIOD.code, COMMUNE)
SHEET = Livestock.sheet
HORSE, GOAT = address_of(Livestock, "horse"), address_of(Livestock, "goat")
AIM = "B01,pa_phao,,horse,"


def entries(*lines: str) -> pd.DataFrame:
    """A ledger of rows ``cell,old,new,reason,suggestion,decision`` with what they are about."""
    said = [f"2024-07-01,thống kê,pa_phao.xlsx,{SHEET},{line}" for line in lines]
    found, problems = read_ledger({KEY: "\n".join([",".join([LEDGER_HEADING, *LATER]), *said])})
    assert problems.empty
    return found


CORRECTED = f"{HORSE},207,1267,ghi nhầm,,accepted,{AIM}"


def sent(horse: Cell, *, ledger: pd.DataFrame | None = None) -> Run:
    """What is read where the village writes this number of horses, which was corrected to 1267."""
    content = changed(filled(Livestock), put(Livestock, "horse", horse))
    return run(raw_file(content), ledger=entries(CORRECTED) if ledger is None else ledger)


def of_ledger(done: Run) -> list[tuple[str, str, str]]:
    return [(row["problem"], row["written"], row["expected"]) for row in done.met() if row["problem"][:6] == "LEDGER"]


@pytest.mark.parametrize(
    ("horse", "written"), [(1267, "1267"), ("1.267", "1.267"), ("1267", "1267"), (" 1.267 con ", "1.267 con")]
)
def test_the_number_that_a_cell_was_corrected_to_fulfils_the_correction_however_it_is_written(
    horse: Cell, written: str
) -> None:
    done = sent(horse)
    ((problem, told, before),) = of_ledger(done)
    assert (problem, told.strip(), before) == ("LEDGER_FULFILLED", written, "207")
    entry = done.entry("horse")
    assert (entry["value"], entry["received"].strip(), entry["correction"], entry["corrected_by"]) == (
        1267,
        written,
        "",
        "",
    )


@pytest.mark.parametrize("horse", [1268, 126, "1267 hoặc 207", None, "1.267 hộ"])
def test_any_other_number_or_none_is_told_as_before(horse: Cell) -> None:
    assert [problem for problem, _, _ in of_ledger(sent(horse))] == ["LEDGER_STALE"]


def test_a_number_in_another_unit_is_not_the_same() -> None:
    def change(sheet: Any) -> None:
        put(Livestock, "horse", 1267)(sheet)
        sheet[f"C{HORSE[1:]}"] = "nghìn con"

    done = run(raw_file(changed(filled(Livestock), change)), ledger=entries(CORRECTED))
    assert [problem for problem, _, _ in of_ledger(done)] == ["LEDGER_STALE"]


def test_the_old_number_is_corrected_again() -> None:
    assert of_ledger(sent(207)) == []
    assert sent(207).value("horse") == 1267


def test_a_ledger_of_before_that_does_not_say_what_it_is_about_is_fulfilled_too() -> None:
    done = sent(1267, ledger=ledger_of(f"pa_phao.xlsx,{SHEET},{HORSE},207,1267,ghi nhầm"))
    assert [problem for problem, _, _ in of_ledger(done)] == ["LEDGER_FULFILLED"]


def test_the_same_number_of_another_field_fulfils_nothing() -> None:
    done = sent(1267, ledger=entries(CORRECTED.replace("horse", "goat")))
    assert [problem for problem, _, _ in of_ledger(done)] == ["LEDGER_STALE"]


def test_a_corrected_number_that_was_confirmed_stays_confirmed() -> None:
    done = sent(1267, ledger=entries(CORRECTED, f"{HORSE},207,1267,đúng là thế,,as_is,{AIM}"))
    assert [problem for problem, _, _ in of_ledger(done)] == ["LEDGER_FULFILLED"]
    assert done.entry("horse")["confirmed"] == "đúng là thế"


def test_a_confirmed_number_that_is_written_otherwise_stays_confirmed() -> None:
    done = sent("1.267", ledger=entries(f"{HORSE},1267,1267,đúng là thế,,as_is,{AIM}"))
    assert (of_ledger(done), done.entry("horse")["confirmed"]) == ([], "đúng là thế")
    other = sent("1.268", ledger=entries(f"{HORSE},1267,1267,đúng là thế,,as_is,{AIM}"))
    assert [problem for problem, _, _ in of_ledger(other)] == ["LEDGER_STALE"]


def test_a_name_that_was_corrected_at_the_head_of_a_sheet_is_fulfilled_in_the_same_words_alone() -> None:
    ledger = ledger_of(f"pa_phao.xlsx,{SHEET},A5,Đơn vị báo cáo: ?,Đơn vị báo cáo: Thôn Pá Phào,hỏi rồi")
    done = run(raw_file(filled(Livestock)), ledger=ledger)
    assert [problem for problem, _, _ in of_ledger(done)] == ["LEDGER_FULFILLED"]
    other = run(raw_file(filled(Livestock, reporter="Thôn Suối Mạ")), ledger=ledger)
    assert [problem for problem, _, _ in of_ledger(other)] == ["LEDGER_STALE"]


def test_kept_as_it_is_it_is_told_no_more(tmp_path: Any) -> None:
    folder = tmp_path / "raw" / KEY.period / KEY.commune
    folder.mkdir(parents=True)
    (folder / "pa_phao.xlsx").write_bytes(changed(filled(Livestock), put(Livestock, "horse", 207)))
    ledger = Ledger(Raw(tmp_path / "raw"), KEY)
    place = CellPlace("pa_phao.xlsx", SHEET, HORSE)
    ledger.accept(place, "1.267", reason="Đã gọi", who="thống kê")
    book = openpyxl.load_workbook(folder / "pa_phao.xlsx")
    book[SHEET][HORSE] = 1267
    book.save(folder / "pa_phao.xlsx")

    def now() -> Run:
        decided, _ = read_ledger({KEY: ledger.raw.ledger(KEY) or ""})
        return run(raw_file((folder / "pa_phao.xlsx").read_bytes()), ledger=decided)

    assert [row[0] for row in of_ledger(now())] == ["LEDGER_FULFILLED"]
    refuse_needless(Store(tmp_path / "data"), KEY, place, "")
    ledger.confirm(place, reason="Thôn đã sửa", who="thống kê")
    assert of_ledger(now()) == []
    found: Row = now().entry("horse")
    assert (found["value"], found["correction"], found["confirmed"]) == (1267, "", "Thôn đã sửa")
