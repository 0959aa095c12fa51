"""What a number kept as it is does to the findings, and what it does not."""

import pandas as pd
import pytest

from pipelines.steps.collect.correct import read_ledger
from schemas.form import Form
from schemas.forms.b01_livestock import Livestock
from schemas.forms.h01_civil_registry import CivilRegistry
from schemas.return_sets import ReturnSetKey
from tests.unit.builders import COMMUNE, LEDGER_HEADING, PERIOD, Row, address_of, filled, raw_file, rows, run

DESK = "Bộ phận Tư pháp - Hộ tịch"
DEATHS = {"linked_deaths": 33, "deaths": 7}
"""More deaths handled together than deaths registered: a warning (H01-03)."""


def kept(form: type[Form], field: str, old: str, new: str = "") -> pd.DataFrame:
    line = f"2024-07-02,thống kê,pa_phao.xlsx,{quoted(form.sheet)},{address_of(form, field)},{old},{new},hỏi rồi,,as_is"
    entries, problems = read_ledger({ReturnSetKey(PERIOD.code, COMMUNE): f"{LEDGER_HEADING}\n{line}"})
    assert problems.empty
    return entries


def quoted(text: str) -> str:
    return f'"{text}"'


def findings(ledger: pd.DataFrame | None, form: type[Form], answers: dict[str, int], reporter: str) -> list[Row]:
    done = run(raw_file(filled(form, answers, reporter=reporter)), ledger=ledger)
    return [row for row in rows(done.check(form).findings) if row["code"] != "H-01"]


def test_a_warning_on_a_kept_number_is_told_no_more_and_all_others_are() -> None:
    before = findings(None, CivilRegistry, DEATHS, DESK)
    after = findings(kept(CivilRegistry, "linked_deaths", "33", "33"), CivilRegistry, DEATHS, DESK)
    assert "H01-03" in {row["code"] for row in before}
    assert after == [row for row in before if row["code"] != "H01-03"]


def test_only_the_cell_that_the_warning_names_first_settles_it() -> None:
    after = findings(kept(CivilRegistry, "deaths", "7", "7"), CivilRegistry, DEATHS, DESK)
    assert "H01-03" in {row["code"] for row in after}


@pytest.mark.parametrize("old", ["34", ""])
def test_a_kept_number_that_has_changed_settles_nothing_and_is_told(old: str) -> None:
    ledger = kept(CivilRegistry, "linked_deaths", old, old)
    done = run(raw_file(filled(CivilRegistry, DEATHS, reporter=DESK)), ledger=ledger)
    assert [row["problem"] for row in done.met()] == ["LEDGER_STALE"]
    assert "H01-03" in set(done.check(CivilRegistry).findings["code"])


def test_a_row_written_by_hand_without_the_new_text_means_the_number_in_use() -> None:
    after = findings(kept(CivilRegistry, "linked_deaths", "33"), CivilRegistry, DEATHS, DESK)
    assert "H01-03" not in {row["code"] for row in after}


def test_an_error_cannot_be_waved_through() -> None:
    horses = {"horse": 101, "horse_ordinary": 60, "horse_white": 40}
    before = findings(None, Livestock, horses, "Thôn Pá Phào")
    after = findings(kept(Livestock, "horse", "101", "101"), Livestock, horses, "Thôn Pá Phào")
    assert "B01-02" in {row["code"] for row in after}
    # The confirmed cell is not suspected any more; the error itself stays word for word.
    assert [(row["code"], row["message"]) for row in after] == [(row["code"], row["message"]) for row in before]


def test_a_blank_that_is_confirmed_is_told_no_more() -> None:
    before = findings(None, Livestock, {"horse": 1}, "Thôn Pá Phào")
    after = findings(kept(Livestock, "goat", ""), Livestock, {"horse": 1}, "Thôn Pá Phào")
    assert [row for row in before if row not in after] == [row for row in before if "«Đàn dê»" in row["message"]]


def test_the_decision_goes_with_the_cell_into_the_mart() -> None:
    ledger = kept(Livestock, "horse", "100", "100")
    answers = dict.fromkeys(Livestock.fields(), 0) | {"horse": 100, "horse_ordinary": 100, "total": 100}
    (row,) = run(raw_file(filled(Livestock, answers)), ledger=ledger).mart(Livestock).to_pylist()
    kept_cells = {source["field"]: source for source in row["sources"] if source["confirmed"]}
    assert set(kept_cells) == {"horse"}
    assert (kept_cells["horse"]["confirmed"], kept_cells["horse"]["confirmed_by"]) == ("hỏi rồi", "thống kê")
