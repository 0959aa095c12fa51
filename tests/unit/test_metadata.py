from pathlib import Path

import dagster as dg
import pyarrow as pa

from pipelines.orchestration import metadata
from pipelines.orchestration.metadata import column_schema, figures_table, findings_table
from pipelines.store.tables import Store
from schemas import tables
from schemas.flow import OFFICE
from schemas.forms import BY_CODE
from schemas.return_sets import BatchKey
from tests.unit.offices import KEY


def test_a_finding_says_first_what_to_do_and_its_cells_can_be_broken_over_lines() -> None:
    finding = dict.fromkeys(tables.FINDINGS.names, "") | {
        "code": "B01-02",
        "message": "Đàn ngựa ghi 664.",
        "suggestion": "Có lẽ là 663.",
        "file": "na_lia.xlsx",
        "sheet": "Chăn nuôi",
        "cells": "D12;D13;D14",
    }
    table = findings_table([finding])
    assert [column.name for column in table.schema.columns] == ["Việc cần làm", "Gợi ý", "Tệp", "Trang", "Ô"]
    (row,) = table.records
    assert list(row.data.values()) == [
        "[B01-02] Đàn ngựa ghi 664.",
        "Có lẽ là 663.",
        "na_lia.xlsx",
        "Chăn nuôi",
        "D12; D13; D14",
    ]


def test_figures_are_shown_as_a_plan_prints_them_with_the_id_to_trace(example: Store) -> None:
    figures = example.rows("figures/livestock", str(KEY))
    assert figures is not None
    rows = {row.data["Mã (truy nguồn: returns trace MÃ)"]: row.data for row in figures_table(figures).records}
    assert rows["livestock.horse.white.heads"] == {
        "Chỉ tiêu": "Ngựa bạch",
        "Giá trị": "1.482",
        "ĐVT": "con",
        "Tình trạng": "Đủ báo cáo (8/8)",
        "Mã (truy nguồn: returns trace MÃ)": "livestock.horse.white.heads",
    }
    assert rows["sales.revenue.livestock"]["Giá trị"] == "3,2"


def test_a_figure_without_a_value_is_shown_blank(example: Store) -> None:
    published = example.rows("figures/livestock", str(KEY), id="livestock.horse.heads")
    assert published is not None
    (row,) = published.to_pylist()
    figures = pa.Table.from_pylist([row | {"value": None, "status": "incomplete", "reported": 7}], published.schema)
    (row,) = figures_table(figures).records
    assert (row.data["Giá trị"], row.data["Tình trạng"]) == ("", "Thiếu báo cáo (7/8)")


def test_the_rows_of_what_the_whole_office_has_are_counted_where_they_lie(example: Store) -> None:
    places = example.rows("marts/places", OFFICE)
    assert places is not None
    assert metadata.of("marts/places", example, BatchKey(*KEY))["dagster/row_count"] == len(places) > 0


def test_of_what_is_not_written_no_rows_are_counted(example: Store, tmp_path: Path) -> None:
    assert "dagster/row_count" in metadata.of("explorer", example, BatchKey(*KEY))
    for asset in ("explorer", "cells", "marts/places"):
        assert metadata.of(asset, Store(tmp_path), BatchKey(*KEY)) == {}, asset


def test_no_page_is_named_that_is_not_there(tmp_path: Path) -> None:
    assert not [key for key in metadata.of("explorer", Store(tmp_path), BatchKey(*KEY)) if "trang" in key]


def test_every_column_is_described_and_a_nested_one_does_not_fill_the_page() -> None:
    schema = column_schema(tables.mart(BY_CODE["B01"]))["dagster/column_schema"]
    assert isinstance(schema, dg.TableSchema)
    types = {column.name: column.type for column in schema.columns}
    assert types["horse"] == str(pa.int64())
    assert types["sources"] == "list"
