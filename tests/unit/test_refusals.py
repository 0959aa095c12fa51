"""A refused suggestion stands for a field of a record and the number written there, wherever that stands now."""

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pytest

from pipelines.steps.collect.correct import read_ledger
from schemas.forms.b01_livestock import Livestock
from schemas.return_sets import ReturnSetKey
from tests.unit.builders import COMMUNE, LEDGER_HEADING, PERIOD, address_of, changed, filled, raw_file, rows, run

HERD = {
    **dict.fromkeys(Livestock.fields(), 0),
    **{"total": 120, "buffalo": 30, "cattle": 84, "horse": 50, "horse_ordinary": 20, "horse_white": 30, "cat": 6},
}
CATTLE = address_of(Livestock, "cattle")
SLIP = "«Đàn bò» ghi 84, có lẽ là 34"
"""What is suggested of the herd, and refused."""
AIMED = f"{LEDGER_HEADING},form,reporter,line,field"


def refusal(old: str = "84", aim: str = ",B01,pa_phao,,cattle", file: str = "pa_phao.xlsx") -> pd.DataFrame:
    line = f"2024-07-02,thống kê,{file},Chăn nuôi,{CATTLE},{old},34,thôn đếm lại,34,refused{aim}"
    entries, problems = read_ledger({ReturnSetKey(PERIOD.code, COMMUNE): f"{AIMED if aim else LEDGER_HEADING}\n{line}"})
    assert problems.empty
    return entries


def a_row_more(sheet: Any) -> None:
    """A row is inserted above all that is counted, so that each number stands one row lower."""
    sheet.insert_rows(int(address_of(Livestock, "total")[1:]))


def suggested(content: bytes, ledger: pd.DataFrame | None) -> str:
    found = rows(run(raw_file(content), ledger=ledger).check(Livestock).findings)
    return " ".join(row["suggestion"] for row in found if "B01-01" in json.dumps(row["edits"]))


def herd(**other: object) -> bytes:
    answers: Mapping[str, Any] = {**HERD, **other}
    return filled(Livestock, answers)


def test_it_stays_refused_where_the_same_is_written_in_another_row() -> None:
    for content in (herd(), changed(herd(), a_row_more)):
        assert SLIP in suggested(content, None)
        assert suggested(content, refusal())
        assert SLIP not in suggested(content, refusal())


def test_it_stays_refused_in_a_workbook_of_another_name_and_however_the_number_is_written() -> None:
    assert SLIP not in suggested(herd(cattle="84,0"), refusal())
    assert SLIP not in suggested(herd(), refusal(file="gui-lai.xlsx"))


def test_of_another_number_or_another_record_nothing_was_refused() -> None:
    assert "«Đàn bò» ghi 64, có lẽ là 34" in suggested(herd(cattle=64), refusal())
    assert SLIP in suggested(herd(), refusal(aim=",B01,na_lia,,cattle"))
    assert SLIP in suggested(herd(), refusal(aim=",B02,pa_phao,,cattle"))


@pytest.mark.parametrize("aim", [",B01,pa_phao,,cattle", ""])
def test_what_stands_in_its_old_cell_now_is_not_silenced(aim: str) -> None:
    moved = changed(herd(buffalo=84, cattle=30), a_row_more)
    assert "«Đàn trâu» ghi 84, có lẽ là 34" in suggested(moved, None)
    ledger = refusal(aim=aim) if aim else refusal(old="30", aim="")
    assert "«Đàn trâu» ghi 84, có lẽ là 34" in suggested(moved, ledger)


def test_one_of_earlier_software_stands_while_its_cell_says_the_same() -> None:
    assert SLIP not in suggested(herd(), refusal(aim=""))
    assert "«Đàn bò» ghi 64, có lẽ là 34" in suggested(herd(cattle=64), refusal(aim=""))


def test_what_is_accepted_after_all_is_refused_no_more() -> None:
    after = refusal().to_dict("records")[0] | {"decision": "accepted", "cell": "D99", "old": "85"}
    assert SLIP in suggested(herd(), pd.DataFrame([*refusal().to_dict("records"), after]))
