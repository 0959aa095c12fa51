from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pytest

from pipelines.store import published
from pipelines.store.tables import Store
from schemas.forms.b02_sales import Sales
from schemas.forms.t01_budget import Budget
from schemas.periods import Period
from schemas.return_sets import ReturnSetKey
from tests.unit.builders import PERIOD, PLACES, Row, filled, raw_file, run, told

FINANCE = "Bộ phận Tài chính - Kế toán"
LAST_YEAR = Period.parse("2023-H1")
BEFORE = {"revenue_total": 3_600_000_000, "revenue_local": 600_000_000, "revenue_transfer": 3_000_000_000}
MILLIONS = {"revenue_total": 3_819, "revenue_local": 719, "revenue_transfer": 3_100}


def accepted_before(values: Mapping[str, Any]) -> pa.Table:
    return run(raw_file(filled(Budget, values, reporter=FINANCE, period=LAST_YEAR), period=LAST_YEAR)).mart(Budget)


def scaled(values: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> list[Row]:
    accepted = None if before is None else accepted_before(before)
    done = run(raw_file(filled(Budget, values, reporter=FINANCE), "finance.xlsx"))
    return [row for row in told(done.check(Budget, accepted)) if row["code"] == "H-05"]


def test_a_budget_in_millions_is_told_once_with_all_its_cells() -> None:
    (finding,) = scaled(MILLIONS, BEFORE)
    assert (finding["severity"], finding["status"], finding["written"]) == ("warning", "fails", "3.819")
    assert len(finding["cells"].split(";")) == len(MILLIONS)
    for word in ("finance.xlsx", "Tổng thu ngân sách", "có thể ghi theo triệu đồng", "là 3.600.000.000"):
        assert word in finding["message"]


def test_thousands_are_told_as_thousands() -> None:
    (finding,) = scaled({name: value * 1000 for name, value in MILLIONS.items()}, BEFORE)
    assert "có thể ghi theo nghìn đồng" in finding["message"]


@pytest.mark.parametrize(
    "values",
    [
        {name: value * 3 for name, value in BEFORE.items()},
        {name: value // 40 for name, value in BEFORE.items()},
        {**BEFORE, "revenue_total": 3_000_600_000, "revenue_local": 600_000},
        {"revenue_total": "-"},
        {},
    ],
    ids=["thrice", "a fortieth", "one of three a thousandth", "none", "blank"],
)
def test_real_changes_are_not_told(values: Mapping[str, Any]) -> None:
    assert scaled(values, BEFORE) == []


def test_without_an_earlier_period_small_numbers_alone_say_nothing() -> None:
    assert scaled(MILLIONS) == []


def test_one_amount_of_a_sum_in_millions_is_told_by_the_sum() -> None:
    values = {"revenue_total": 3_819_888_592, "revenue_local": 719_888_592, "revenue_transfer": 3_000}
    (finding,) = scaled({**values, "revenue_carried_over": 100_000_000})
    assert (finding["written"], finding["expected"]) == (
        "3.000",
        "có thể ghi theo triệu đồng, biểu mẫu dùng đồng (như vậy thì đúng T01-01)",
    )


def test_parts_that_pass_their_total_while_one_is_blank_are_left_to_the_edit() -> None:
    assert scaled({"revenue_total": 700_000_000, "revenue_local": 719_888_592, "revenue_transfer": ""}) == []


def test_a_village_that_writes_dong_among_villages_in_millions_is_told() -> None:
    files = []
    villages = PLACES.reporters("huu-kien", "village", PERIOD)
    for number, village in enumerate(villages, start=1):
        factor = 1_000_000 if village.code == "pa_phao" else 1
        values = {"revenue_total": 300 * number * factor, "revenue_livestock": 300 * number * factor}
        files.append(raw_file(filled(Sales, values, reporter=village.title), f"{village.code}.xlsx"))
    findings = [row for row in told(run(*files).check(Sales)) if row["code"] == "H-05"]
    assert [row["reporter"] for row in findings] == ["pa_phao"]
    assert "có thể ghi theo đồng, biểu mẫu dùng triệu đồng" in findings[0]["message"]


def test_the_returns_as_shipped_trip_none(example: Store) -> None:
    assert "H-05" not in {row["code"] for row in published.findings(example, ReturnSetKey("2024-H1", "huu-kien"))}
    assert ReturnSetKey("2024-H1", "huu-kien") in published.checked_sets(example)
