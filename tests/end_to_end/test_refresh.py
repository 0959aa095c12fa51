"""The main path: refresh, the plan's own numbers, and a second refresh that reads nothing or only what changed."""

import csv
from decimal import Decimal

import dagster as dg
import pytest

from tests.end_to_end.office import CLEAN, RETURN_SET, SHIPPED, Office, Row

WORKBOOKS = len(list(SHIPPED.glob("*.xlsx")))

CHAPTERS = ("livestock", "poultry", "crops", "forestry", "budget", "sales")

NOT_AS_PRINTED = {
    "livestock.horse.ordinary.heads": ("936", "996"),  # the plan's slip, which the ledger mends
    "livestock.sold.horse.heads": ("103", "104"),  # the plan's other slip: 80 + 24
    "livestock.poultry.heads.bound": ("16000", "15300"),  # printed as «trên 16.000»
}
"""Figure: the plan's number, and ours."""


@pytest.fixture(scope="module")
def figures(refreshed: Office) -> dict[str, Row]:
    return refreshed.figures()


def printed() -> list[Row]:
    with (SHIPPED / "printed.csv").open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["id"].split(".")[0] in CHAPTERS]


def what_cells_read(office: Office) -> dict[str, object]:
    """Return what the latest materialisation of the cells asset says it did."""
    with dg.DagsterInstance.from_config(str(office.data / "dagster")) as instance:
        event = instance.get_latest_materialization_event(dg.AssetKey("cells"))
    assert event is not None
    assert event.asset_materialization is not None
    return {name: entry.value for name, entry in event.asset_materialization.metadata.items()}


def touched(office: Office, folder: str) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in (office.data / folder).rglob("*.parquet")}


class TestFirstRefresh:
    @pytest.mark.parametrize(
        ("figure", "value"),
        [
            ("livestock.total.heads", "5373"),
            ("budget.revenue.total", "3819888592"),
            ("forestry.registration.area", "93"),
            ("livestock.horse.white.share", "59.8"),
            ("crops.cereal.production", "794.8"),
        ],
    )
    def test_figures_that_the_issue_names(self, figures: dict[str, Row], figure: str, value: str) -> None:
        assert figures[figure]["value"] == value
        assert figures[figure]["status"] == "complete"

    @pytest.mark.parametrize("row", printed(), ids=lambda row: str(row["id"]))
    def test_figure_is_what_the_plan_prints(self, figures: dict[str, Row], row: Row) -> None:
        figure = figures[row["id"]]
        plan, ours = NOT_AS_PRINTED.get(row["id"], (row["value"], row["value"]))
        assert Decimal(row["value"]) == Decimal(plan)
        assert Decimal(figure["value"]) == Decimal(ours)
        assert (figure["unit"], figure["status"]) == (row["unit"], "complete")

    def test_every_exception_is_one_the_plan_prints(self) -> None:
        assert set(NOT_AS_PRINTED) <= {row["id"] for row in printed()}

    def test_it_holds_nothing_back(self, refreshed: Office) -> None:
        assert refreshed.blocking() == []
        assert refreshed.rows("findings", expect=CLEAN) == refreshed.findings()

    def test_it_opens_every_workbook_once(self, refreshed: Office) -> None:
        said = what_cells_read(refreshed)
        workbooks = sorted(path.name for path in refreshed.returns.glob("*.xlsx"))
        assert said["tệp đã đọc"] == len(workbooks) == WORKBOOKS
        assert said["danh sách đã đọc"] == [f"{RETURN_SET}/{name}" for name in workbooks]

    def test_it_writes_nothing_beside_the_workbooks(self, refreshed: Office) -> None:
        shipped = {path.name: path.read_bytes() for path in SHIPPED.iterdir()}
        assert {path.name: path.read_bytes() for path in refreshed.returns.iterdir()} == shipped


class TestSecondRefresh:
    def test_nothing_changed_and_nothing_is_read(self, office: Office) -> None:
        before, tables = touched(office, "."), office.tables("marts")
        said = office.run("refresh")
        assert "Không có gì thay đổi" in said
        assert "không đọc lại tệp nào" in said
        assert touched(office, ".") == before
        assert office.tables("marts") == tables

    @pytest.mark.slow
    def test_all_reads_again_and_ends_in_the_same_tables(self, office: Office) -> None:
        before, tables = touched(office, "cells"), [office.tables(folder) for folder in ("marts", "figures", "lineage")]
        office.run("refresh", "--all")
        assert touched(office, "cells") != before
        assert what_cells_read(office)["tệp đã đọc"] == WORKBOOKS
        assert [office.tables(folder) for folder in ("marts", "figures", "lineage")] == tables

    def test_one_changed_workbook_is_the_only_one_read(self, office: Office) -> None:
        assert office.values("poultry.sold.heads") == ["3000"]
        office.fill("na_lia.xlsx", "Xuất bán", {"D16": 813})  # 803 before; in no sum

        assert "Không có gì thay đổi" not in office.run("refresh")

        said = what_cells_read(office)
        assert (said["tệp đã đọc"], said["tệp không đổi"]) == (1, WORKBOOKS - 1)
        assert said["danh sách đã đọc"] == [f"{RETURN_SET}/na_lia.xlsx"]
        assert office.values("poultry.sold.heads", "livestock.total.heads") == ["3010", "5373"]
        assert "Không có gì thay đổi" in office.run("refresh")

    @pytest.mark.slow
    def test_a_changed_ledger_alone_opens_no_workbook(self, office: Office) -> None:
        office.correct("na_lia.xlsx", "Xuất bán", "D16", old="803", new="813", reason="Thôn báo lại.")
        office.run("refresh")
        assert what_cells_read(office)["tệp đã đọc"] == 0
        assert office.values("poultry.sold.heads") == ["3010"]

    @pytest.mark.slow
    def test_a_workbook_saved_again_with_the_same_numbers_changes_no_figure(self, office: Office) -> None:
        figures = office.figures()
        office.fill("na_lia.xlsx", "Xuất bán", {})
        office.run("refresh")
        assert what_cells_read(office)["tệp đã đọc"] == 1
        assert office.figures() == figures
