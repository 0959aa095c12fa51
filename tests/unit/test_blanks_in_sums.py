"""A blank is no amnesty: what a sum with a blank cell still says, as the officer reads it."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pipelines.store.raw import Raw
from schemas.form import Form
from schemas.forms.b01_livestock import Livestock
from schemas.forms.b03_crops import Crops
from schemas.outcomes import Outcome, Severity
from tests.unit.builders import ROOT, Cell, Row, Run, changed, put, rows, run, run_one, told

HERD: Mapping[str, Cell] = {
    **dict.fromkeys(Livestock.fields(), 0),
    **{"total": 120, "buffalo": 30, "cattle": 34, "horse": 50, "horse_ordinary": 20, "horse_white": 30, "cat": 6},
}


def without(name: str, **changed: Cell) -> Run:
    """The herd with one cell left blank and others changed."""
    return run_one(Livestock, {key: value for key, value in {**HERD, **changed}.items() if key != name})


def of(run_: Run, code: str, form: type[Form] = Livestock) -> list[Row]:
    return [row for row in rows(run_.check(form).findings) if row["code"] == code]


def outcome(run_: Run, code: str) -> str:
    outcomes = run_.check(Livestock).outcomes.to_pylist()
    (row,) = (row for row in outcomes if row["edit"] == code and row["reporter"] == "pa_phao")
    return str(row["outcome"])


def test_the_herd_holds() -> None:
    assert told(run_one(Livestock, HERD).check(Livestock)) == []


def test_known_parts_above_the_total_are_held_though_a_part_is_blank() -> None:
    seen = without("cat", cattle=50_000)
    (finding,) = of(seen, "B01-01")
    assert seen.held(Livestock) == set(seen.return_sets)
    assert finding["severity"] == Severity.ERROR
    assert "các phần cộng lại là 50.080" in finding["message"]
    assert "D21 còn để trống nhưng không số nào điền vào là đúng được" in finding["message"]
    assert "«Đàn bò» ghi 50.000, cần sửa, phải từ 0 đến 40 nhưng" in finding["suggestion"]


def test_the_example_with_a_blank_beside_cattle_a_thousandfold_is_held() -> None:
    raw = Raw(ROOT / "raw")
    (key,) = raw.return_sets()
    files = [
        replace(file, content=_broken(file.content)) if file.name == "pa_phao.xlsx" else file for file in raw.files(key)
    ]
    seen = run(*files)
    assert seen.held(Livestock) == {key}
    (finding,) = of(seen, "B01-01")
    assert finding["reporter"] == "pa_phao"


def _broken(content: bytes) -> bytes:
    def change(book: Any) -> None:
        sheet = book.parent[Livestock.sheet]
        put(Livestock, "cattle", 50_000)(sheet)
        put(Livestock, "cat", None)(sheet)

    return changed(content, change)


def test_a_blank_that_has_room_leaves_the_sum_undecided_and_is_told_what_the_others_ask_for() -> None:
    seen = without("cat")
    assert outcome(seen, "B01-01") == Outcome.UNDECIDED
    assert of(seen, "B01-01") == []
    (blank,) = of(seen, "C-10")
    assert blank["suggestion"] == "Ô D21: «Mèo» để trống, theo phép tính là 6 (B01-01)."


def test_two_sums_that_ask_for_different_values_in_one_blank_cannot_both_hold() -> None:
    seen = without("horse", cattle=44)
    assert {outcome(seen, code) for code in ("B01-01", "B01-02")} == {"fails"}
    (finding,) = [row for row in told(seen.check(Livestock)) if row["code"].startswith("B01")]
    assert {"D9", "D12", "D13", "D14"} <= set(finding["cells"].split(";"))
    assert re.search("«Đàn bò» (ghi 44, có lẽ|phải) là 34", finding["suggestion"])


def test_two_blanks_in_one_sum_are_undecided_while_the_rest_is_below_the_total() -> None:
    seen = run_one(Livestock, {key: value for key, value in HERD.items() if key not in ("cat", "dog")})
    assert outcome(seen, "B01-01") == Outcome.UNDECIDED
    assert all(row["suggestion"] == "" for row in of(seen, "C-10"))


def test_a_part_above_its_whole_fails_though_another_part_is_blank() -> None:
    seen = run_one(Livestock, {**{k: v for k, v in HERD.items() if k != "horse_white"}, "horse_ordinary_breeding": 21})
    assert outcome(seen, "B01-05") == "fails"


def test_what_cannot_be_read_is_told_what_the_sums_ask_for() -> None:
    seen = run_one(Livestock, {**HERD, "cattle": 1034, "total": 1120}, put(Livestock, "cattle", "1,034"))
    (finding,) = [row for row in told(seen.check(Livestock)) if "D11" in row["cells"].split(";")]
    assert finding["suggestion"] == "Ô D11: «Đàn bò» ghi «1,034», theo phép tính là 1.034 (B01-01)."


def test_a_negative_number_is_told_what_the_sums_ask_for() -> None:
    (finding,) = of(run_one(Livestock, {**HERD, "cattle": -34}), "C-11")
    assert finding["suggestion"] == "Ô D11: «Đàn bò» ghi -34, theo phép tính là 34 (B01-01)."


def test_a_number_cell_is_quoted_with_vietnamese_marks() -> None:
    crops = {"rice_area": 41.5, "rice_yield": 50, "rice_production": 207.5, "maize_area": 2, "maize_yield": 50}
    crops |= {"maize_production": 10, "cereal_production": 271.5, "annual_area": 43.5}
    seen = run_one(Crops, {**dict.fromkeys(Crops.fields(), 0), **crops})
    (finding,) = [row for row in told(seen.check(Crops)) if row["code"] == "B03-02"]
    assert "ghi 271,5, có lẽ là 217,5 (hai chữ số cạnh nhau bị đổi chỗ)" in finding["suggestion"]
    assert "." not in finding["suggestion"].replace(". ", "").rstrip(".").replace("B03-", "")
