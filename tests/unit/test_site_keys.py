"""The keys of the explorer's files: what is not made again would have come out as it lies there."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines.present import charts, compared, plan
from pipelines.present.explorer import site
from pipelines.present.rows import ReturnSetRows
from schemas import outcomes, words
from tests.unit.builders import ROOT
from tests.unit.published_rows import HORSES, SHA, cell, figure, printed, site_of

FULL = replace(
    HORSES,
    figures=[
        *HORSES.figures,
        figure("livestock.horse.white.share", "59.8", exact="24700/413", unit="%"),
        figure("livestock.total.heads", "950"),
        figure("crops.annual.area.pct_yoy", "101", chapter="crops", unit="%"),
    ],
    statements=[*HORSES.statements, printed("livestock.goat.heads", "951", "conflict", note="Khác.")],
    findings=[
        {"code": "B01-01", "severity": "error", "reporter": "na_lia", "file": "na_lia.xlsx", "sheet": "Chăn nuôi"}
        | {"cells": "D12;D13", "written": "663", "expected": "664", "message": "Không khớp.", "suggestion": "664"}
        | {"form": "B01"}
    ],
    held={"B01": "Không khớp."},
    superseded=[cell("D12", "278", "number", "pa_phao.xlsx")],
    ledger=[
        {"when": "2024-07-01", "who": "Cán bộ", "file": "na_lia.xlsx", "sheet": "Chăn nuôi", "cell": "D12"}
        | {"old": "663", "new": "664", "reason": "Gọi", "decision": "accepted"}
    ],
    earlier={"2023-H1": [figure("livestock.total.heads", "930", period="2023-H1")]},
)
"""Rows in which every table has some, of everything that pages can show."""

TABLES = ("figures", "statements", "lineage", "findings", "files", "cells", "superseded", "ledger")
CLOSED = {
    **{"complete": "incomplete", "incomplete": "undefined", "accepted": "refused"},
    **{"agrees": "conflict", "conflict": "rounded", "not_recomputable": "truncated"},
}
"""Words of which only some are known, each with another."""


def other(value: Any) -> Any:
    match value:
        case None:
            return Decimal(7)
        case str():
            return CLOSED.get(value, f"{value}1")
        case _:
            return value + 1


def with_other(rows: ReturnSetRows, name: str, value: Any) -> ReturnSetRows:
    changed: dict[str, Any] = {name: value}
    return replace(rows, **changed)


def changes(rows: ReturnSetRows) -> Iterator[tuple[str, ReturnSetRows]]:
    """The same rows with one value changed in turn, and with one column changed in all rows of a table."""
    for table in TABLES:
        given = list(getattr(rows, table))
        for column in given[0]:
            changed = [{**row, column: other(row[column])} for row in given]
            yield f"{table}.{column}", with_other(rows, table, changed)
            for index, row in enumerate(changed):
                yield f"{table}.{column}[{index}]", with_other(rows, table, [*given[:index], row, *given[index + 1 :]])
        yield f"less {table}", with_other(rows, table, given[1:])
    ((period, before),) = rows.earlier.items()
    for column in before[0]:
        yield (
            f"earlier.{column}",
            replace(rows, earlier={period: [{**row, column: other(row[column])} for row in before]}),
        )
    yield "less earlier", replace(rows, earlier={})
    yield "period", replace(rows, period="2024-H2")
    for name in ("commune", "called", "title", "period_title"):
        yield name, with_other(rows, name, f"{getattr(rows, name)}1")
    yield "held", replace(rows, held={})
    yield "chapters", replace(rows, chapters=())
    yield "forms", replace(rows, forms={})
    yield "reporters", replace(rows, reporters={code: f"{name}1" for code, name in rows.reporters.items()})


def test_the_changes_reach_everything_that_rows_hold() -> None:
    tried = {name.split(".")[0].removeprefix("less ") for name, _ in changes(FULL)}
    assert tried == {one.name for one in fields(FULL)}


@pytest.mark.slow
def test_a_file_with_the_same_key_has_the_same_bytes() -> None:
    before, keys = site_of(FULL), {name: file.key for name, file in site.files(FULL).items()}
    seen = set()
    for what, rows in changes(FULL):
        for name, file in site.files(rows).items():
            content = file.content()
            if content != before.get(name):
                seen.add(what.partition("[")[0])
                assert file.key != keys.get(name), f"{name} shows {what}, and its key does not tell"
    # What a page shows of each table, so that this test cannot pass by changing nothing.
    assert {what for what in seen if what.startswith(("lineage", "ledger", "cells", "earlier"))} >= {
        *("earlier.id", "earlier.exact"),
        *(f"lineage.{column}" for column in ("form", "reporter", "line", "file", "sha256", "sheet", "cell")),
        *(f"lineage.{column}" for column in ("received", "text", "value", "note", "correction", "edits")),
        *(f"ledger.{column}" for column in ("when", "who", "cell", "old", "new", "reason", "decision")),
        *(f"cells.{column}" for column in ("sheet", "cell", "kind", "text", "shown", "row", "column")),
    }


def test_what_a_page_does_not_show_leaves_its_key_as_it_was() -> None:
    before = site.files(FULL)
    (correction,) = FULL.ledger
    after = site.files(replace(FULL, ledger=[{**correction, "when": "2024-07-02"}]))
    assert [name for name in before if before[name].key != after[name].key] == ["corrections.html"]
    statement = {**FULL.statements[0], "note": "Ghi thêm."}
    after = site.files(replace(FULL, statements=[statement, *FULL.statements[1:]]))
    changed = [name for name in before if before[name].key != after[name].key]
    assert changed == ["chapters/livestock.html", "trace/livestock.html"]


def test_a_workbook_sent_anew_changes_its_sheets_and_what_names_it() -> None:
    before = site.files(FULL)
    anew = FULL
    for table in ("files", "cells", "lineage"):
        rows = [{**row, "sha256": "ef" * 32 if row["file"] == "na_lia.xlsx" else SHA} for row in getattr(FULL, table)]
        anew = with_other(anew, table, rows)
    after = site.files(anew)
    assert [name for name in before if before[name].key != after[name].key] == [
        "trace/livestock.html",
        "sheets/na_lia-chan_nuoi.html",
        "workbooks.html",
    ]


def test_another_version_of_the_templates_gives_every_file_another_key(monkeypatch: pytest.MonkeyPatch) -> None:
    before = site.files(FULL)
    monkeypatch.setattr(site, "code_version", lambda: "another")
    assert all(file.key != before[name].key for name, file in site.files(FULL).items())


def test_every_source_that_makes_a_page_is_in_its_key() -> None:
    """All of the package, and whatever else of this project it runs while it writes what it was given."""
    package = ROOT / "pipelines" / "present" / "explorer"
    own = {path for path in package.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    assert own <= set(site.sources())
    run = {Path(str(module.__file__)) for module in (charts, compared, plan, outcomes, words)}
    assert set(site.sources()) == own | run


def test_nothing_is_made_before_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> str:
        raise AssertionError

    for name in ("html", "data", "static"):
        monkeypatch.setattr(f"pipelines.present.explorer.render.{name}", refuse)
    assert len(site.files(FULL)) > 10


@pytest.mark.slow
def test_a_key_is_the_same_in_another_process() -> None:
    code = (
        "from tests.unit.test_site_keys import FULL\n"
        "from pipelines.present.explorer import site\n"
        "print(*(file.key for file in site.files(FULL).values()))"
    )
    keys = [
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        for seed in ("1", "2")
    ]
    assert keys[0] == keys[1] == [file.key for file in site.files(FULL).values()]
