"""What changed between two releases, with reasons: each cell once; and what looks like a formula is text."""

from decimal import Decimal
from typing import Any

from pipelines.present import revisions

CELL = {"form": "B01", "field": "horse", "reporter": "na_lia", "line": ""}
SIDE = {"file": "na_lia.xlsx", "sheet": "Chăn nuôi", "cell": "D13", "text": "7", "correction": "", "corrected_by": ""}


def change(*cells: dict[str, Any], software: bool = False, **more: Any) -> dict[str, Any]:
    figure = {"id": "livestock.horse.heads", "label": "Đàn ngựa", "unit": "con", "change": ["value"]}
    values = {"old": {"value": Decimal(66)}, "new": {"value": Decimal(71)}}
    return {**figure, **values, "cells": cells, "software": software, **more}


def side(received: str, **more: str) -> dict[str, Any]:
    return {**SIDE, "received": received, "seen": received, "value": None, **more}


def why(*cells: dict[str, Any], software: bool = False) -> list[str]:
    return [row["why"] for row in revisions.rows([change(*cells, software=software)])]


def test_each_reason_is_told() -> None:
    corrected = side("7", text="8", correction="Thôn gọi lại", corrected_by="thống kê")
    assert why(CELL | {"old": side("7"), "new": side("9")}) == ["Gửi lại: «7» thành «9»."]
    assert why(CELL | {"old": None, "new": side("9")}) == ["Mới gửi."]
    assert why(CELL | {"old": side("9"), "new": None}) == ["Không còn gửi."]
    told = "Đính chính «7» thành «8» (thống kê: Thôn gọi lại)."
    assert why(CELL | {"old": side("7"), "new": corrected}) == [told]
    assert why(CELL | {"old": corrected, "new": side("7")}) == ["Bỏ đính chính thành «8» (thống kê: Thôn gọi lại)."]
    again = {**corrected, "text": "9"}
    assert why(CELL | {"old": corrected, "new": again}) == [
        "Bỏ đính chính thành «8» (thống kê: Thôn gọi lại). Đính chính «7» thành «9» (thống kê: Thôn gọi lại)."
    ]
    assert why(software=True) == [revisions.SOFTWARE]
    assert why() == [revisions.ROUNDED]


def test_a_number_of_a_cell_is_shown_as_a_person_sees_it_and_kept_for_programs_as_it_was_received() -> None:
    corrected = side("15.5", seen="15,5", text="16", correction="Thôn gọi lại", corrected_by="thống kê")
    changes = [change(CELL | {"old": side("14.49", seen="14,49"), "new": corrected})]
    ((row,), table) = (list(revisions.rows(changes)), revisions.table(changes))
    assert row["why"] == "Gửi lại: «14,49» thành «15,5». Đính chính «15,5» thành «16» (thống kê: Thôn gọi lại)."
    assert "«14.49» thành «15.5»" in table
    assert "14,49" not in table


def test_a_figure_that_was_not_there_is_told_as_such() -> None:
    (row,) = revisions.rows([change(old=None)])
    assert (row["old"], row["new"]) == ("không có", "71")


def test_a_formula_is_text_in_the_table() -> None:
    told = revisions.table([change(label="=cmd|'/C calc'!A0")])
    assert ",=cmd" not in told
    assert "cmd|" in told
