"""Every figure leads to cells that openpyxl finds as told, and follows from what stands in those cells alone.

The reader, the parsing of numbers and the sums are this test's own; only the formulas are the catalogue's.
"""

import csv
import hashlib
from collections import Counter
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipelines.present import tracing
from pipelines.store import published
from pipelines.store.archive import WORKBOOK
from pipelines.store.tables import Store
from schemas.figure import Figure
from schemas.figures import CHAPTERS
from schemas.formula import At, Leaf
from tests.unit.builders import ROOT
from tests.unit.offices import KEY

pytestmark = pytest.mark.slow

FOLDER = ROOT / "raw" / KEY.period / KEY.commune

PRINTED = [row["id"] for row in csv.DictReader((FOLDER / "printed.csv").read_text("utf-8-sig").splitlines())]

Traced = dict[str, Any]


@pytest.fixture(scope="module")
def traces(example: Store) -> dict[str, Traced]:
    return {figure: tracing.trace(example, KEY, figure) for figure in dict.fromkeys(PRINTED)}


@cache
def workbook(path: Path) -> tuple[str, openpyxl.Workbook]:
    return hashlib.sha256(path.read_bytes()).hexdigest(), openpyxl.load_workbook(path, data_only=True)


def number(written: object) -> Fraction:
    """Read a number as a person would: dots between thousands, a comma before decimals, a dash for none."""
    if isinstance(written, int | float):
        return Fraction(str(written))
    digits = "".join(sign for sign in str(written) if sign.isdigit() or sign in ".,")
    return Fraction(digits.replace(".", "").replace(",", ".") or "0")


def declared(row: dict[str, Any]) -> Figure:
    """Return the figure of the catalogue that a published one is."""
    ids = {
        row["id"],
        *(row["id"].replace(f".{own}", f".{{{name}}}") for name in ("reporter", "line") if (own := row[name])),
    }
    fitting = [figure for chapter in CHAPTERS for figure in chapter.figures if figure.id in ids]
    return min(fitting, key=lambda figure: figure.per_record)


def recomputed(figure: Figure, sources: list[dict[str, Any]]) -> Decimal:
    def lookup(leaf: Leaf) -> Fraction:
        own = [
            source
            for source in sources
            if (source["form"], source["field"]) == (leaf.field.form.code, leaf.field.name)
            and (not isinstance(leaf, At) or source["line"] == leaf.line)
        ]
        assert own, f"{figure.id}: the trace names no cell of {leaf.words()}"
        return sum((number((source["correction"] or {}).get("new", source["read"])) for source in own), Fraction(0))

    value = figure.formula.compute(lookup)
    assert value is not None
    exact = value / figure.unit.factor
    whole = (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(
        Decimal(1).scaleb(-figure.decimals), ROUND_HALF_UP
    )
    return whole


def test_the_plan_prints_504_and_all_have_cells(traces: dict[str, Traced]) -> None:
    assert len(PRINTED) == len(traces) == 504
    assert [figure for figure, traced in traces.items() if not traced["sources"]] == []


def test_every_cell_says_in_openpyxl_what_the_trace_says(traces: dict[str, Traced]) -> None:
    seen = 0
    for traced in traces.values():
        for source in traced["sources"]:
            sha256, book = workbook(FOLDER / source["file"])
            assert sha256 == source["sha256"]
            cell = book[source["sheet"]][source["cell"]].value
            assert str(cell) == source["text"], source
            used = source["correction"]["new"] if source["correction"] else cell
            assert number(used) == Fraction(str(source["value"])), source
            seen += 1
    assert seen > 1000


def test_every_figure_follows_from_its_traced_cells_alone(example: Store, traces: dict[str, Traced]) -> None:
    rows = {row["id"]: row for row in published.figures(example, KEY)}
    assert {row["level"] for row in rows.values()} == {"commune"}
    differing = {}
    for name, traced in traces.items():
        for source in traced["sources"]:
            source["read"] = workbook(FOLDER / source["file"])[1][source["sheet"]][source["cell"]].value
        again = recomputed(declared(rows[name]), traced["sources"])
        if again != rows[name]["value"]:
            differing[name] = (again, rows[name]["value"])
    assert differing == {}


def test_a_changed_cell_would_change_the_figure(example: Store, traces: dict[str, Traced]) -> None:
    """The recomputation is no echo of the published value."""
    traced = traces["livestock.horse.white.heads"]
    figure = next(figure for chapter in CHAPTERS for figure in chapter.figures if figure.id == traced["id"])
    sources = [{**source, "read": source["text"]} for source in traced["sources"]]
    assert recomputed(figure, sources) == traced["value"]
    sources[0]["read"] = str(number(sources[0]["read"]) + 1)
    assert recomputed(figure, sources) == traced["value"] + 1


def test_every_workbook_behind_a_figure_is_archived(example: Store, traces: dict[str, Traced]) -> None:
    hashes = {source["sha256"] for traced in traces.values() for source in traced["sources"]}
    assert hashes == {sha256 for sha256 in hashes if example.archive.path(sha256, WORKBOOK).is_file()}


def edits(traced: Traced) -> Iterator[tuple[str, str]]:
    for source in traced["sources"]:
        yield from ((edit["code"], edit["outcome"]) for edit in source["edits"])


def test_a_trace_tells_the_edits_that_covered_its_cells(traces: dict[str, Traced]) -> None:
    told = traces["livestock.horse.white.heads"]
    assert set(edits(told)) == {("B01-02", "holds"), ("B01-06", "holds"), ("C-11", "holds")}
    assert {edit["sentence"] for source in told["sources"] for edit in source["edits"]} >= {
        "Đàn ngựa = Ngựa thường + Ngựa bạch"
    }


def test_nothing_published_has_failed_an_edit_that_holds_back(traces: dict[str, Traced]) -> None:
    """Edits that only warn may fail, and the trace says so; of the example three do (one is between totals)."""
    failed = {code for traced in traces.values() for code, outcome in edits(traced) if outcome == "fails"}
    assert failed == {"G03-10", "H01-03", "Y01-13"}
    assert {outcome for traced in traces.values() for _, outcome in edits(traced)} <= {"holds", "fails", "undecided"}


def test_the_findings_of_the_example_are_what_the_plan_itself_prints(example: Store) -> None:
    """146 of 146 pupils pass, 05 of them disabled; 33 deaths handled together of 07; 646 pupils examined of 653."""
    found = published.findings(example, KEY)
    assert {(row["code"], row["severity"], row["written"], row["expected"]) for row in found} == {
        ("G03-10", "warning", "146", "141"),
        ("H01-03", "warning", "33", "7"),
        ("Y01-13", "warning", "646", "653"),
    }


def test_the_plan_contradicts_itself_or_the_returns_in_eleven_numbers(example: Store) -> None:
    rows = published.statements(example, KEY)
    assert Counter(row["verdict"] for row in rows) == {"agrees": 457, "rounded": 33, "truncated": 3, "conflict": 11}
    agreeing = [row for row in rows if row["verdict"] == "conflict" and row["value"] == row["computed"]]
    assert [row["id"] for row in agreeing] == ["civil.linked.deaths"]
    assert "in 33, nhiều hơn «Đăng ký khai tử» in 07 (quy tắc H01-03)" in agreeing[0]["note"]
