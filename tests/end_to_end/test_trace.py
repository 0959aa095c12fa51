"""Every source a trace names holds what the trace says, seen by another reader."""

import hashlib
from typing import Any

import openpyxl
import pytest

from tests.end_to_end.office import CANNOT, Office

TRACED = {
    "budget.revenue.total": 1,
    "livestock.horse.white.share": 16,
    "forestry.registration.pa_phao.area": 1,
    "crops.annual.area.pct_of_plan": 9,
    "crops.spring_rice.yield": 16,
    "livestock.horse.ordinary.heads": 8,
    "sales.revenue.total": 8,
}
"""Figure: the number of cells behind it."""


@pytest.fixture(scope="module")
def traces(refreshed: Office) -> dict[str, dict[str, Any]]:
    return {figure: refreshed.trace(figure) for figure in TRACED}


@pytest.mark.parametrize(("figure", "cells"), TRACED.items())
def test_every_source_is_in_the_workbook_as_told(
    refreshed: Office, traces: dict[str, dict[str, Any]], figure: str, cells: int
) -> None:
    sources = traces[figure]["sources"]
    assert len(sources) == cells
    for source in sources:
        path = refreshed.returns / source["file"]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == source["sha256"]
        assert str(openpyxl.load_workbook(path)[source["sheet"]][source["cell"]].value) == source["text"]


@pytest.mark.parametrize("figure", TRACED)
def test_the_trace_and_the_list_of_figures_agree(
    refreshed: Office, traces: dict[str, dict[str, Any]], figure: str
) -> None:
    row = refreshed.figures()[figure]
    assert str(traces[figure]["value"]) == row["value"]
    assert (traces[figure]["label"], traces[figure]["unit"]) == (row["label"], row["unit"])
    assert traces[figure]["formula"]


def test_a_plain_sum_is_the_sum_of_its_cells(traces: dict[str, dict[str, Any]]) -> None:
    traced = traces["livestock.horse.ordinary.heads"]
    assert sum(source["value"] for source in traced["sources"]) == traced["value"] == 996


def test_a_source_in_words_shows_all_it_knows_in_a_narrow_terminal(refreshed: Office) -> None:
    said = refreshed.ask("trace", "budget.revenue.total")
    sha256 = hashlib.sha256((refreshed.returns / "finance.xlsx").read_bytes()).hexdigest()
    for words in ("finance.xlsx", "Ngân sách", "ô D9", "«3.819.888.592đ»", "= 3.819.888.592", sha256[:12]):
        assert words in said


def test_an_unknown_figure_is_told_in_a_sentence(refreshed: Office) -> None:
    said = refreshed.ask("trace", "livestock.unicorn.heads", expect=CANNOT)
    assert "«livestock.unicorn.heads»" in said
    assert said.count("\n") == 1
