"""From a workbook's cell to the figures made of it, through the command line."""

import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipelines.present import tracing
from pipelines.store import published
from pipelines.store.published import PublishedRow
from pipelines.store.tables import Store
from schemas import tables
from tests.unit.offices import KEY, Office, publish

RETURNS = Path(sys.executable).parent / "returns"
HELD, CANNOT = 1, 2


def uses(store: Store, *words: str, code: int = 0) -> str:
    command = [str(RETURNS), "uses", *words, "--data", str(store.root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr if code == CANNOT else done.stdout


def rows(store: Store, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(uses(store, *words, "--format", "json"))
    return found


def test_a_cell_names_every_figure_made_of_it(example: Store) -> None:
    found = rows(example, "na_lia.xlsx", "Chăn nuôi", "D14")
    assert {row["id"] for row in found} == {"livestock.horse.white.heads", "livestock.horse.white.share"}
    share = next(row for row in found if row["id"] == "livestock.horse.white.share")
    assert (share["form"], share["field"], share["reporter"], share["text"]) == ("B01", "horse_white", "na_lia", "396")
    assert (share["value"], share["unit"], share["status"]) == (59.8, "%", "complete")


def test_it_is_the_lineage_read_backwards(example: Store) -> None:
    edges = published.every_edge(example, KEY)
    assert len(edges) > 1000
    for place in sorted({(row["file"], row["cell"]) for row in edges})[::25]:
        assert {(row["sheet"], row["figure"]) for row in published.uses(example, KEY, *place)} == {
            (row["sheet"], row["figure"]) for row in edges if (row["file"], row["cell"]) == place
        }


def test_every_cell_of_the_lineage_is_answered_for(example: Store) -> None:
    edges: dict[tuple[str, str, str], list[PublishedRow]] = {}
    for row in published.every_edge(example, KEY):
        edges.setdefault((row["file"], row["sheet"], row["cell"]), []).append(row)
    figures = {row["id"]: row for row in published.figures(example, KEY)}
    assert len(edges) > 600
    for cell, own in edges.items():
        told = tracing.uses(example, KEY, own)
        assert [(row["id"], row["value"]) for row in told] == [
            (edge["figure"], figures[edge["figure"]]["value"]) for edge in own
        ], cell


def test_a_cell_of_which_a_reporter_has_no_figure_of_its_own_leads_to_the_commune(example: Store) -> None:
    """What a village may leave blank and does, here the percentage, it has no figure of."""
    found = {row["id"] for row in rows(example, "na_lia.xlsx", "Lò đốt rác", "D8")}
    assert found
    assert "env.incinerators.na_lia.pct" not in found


def test_edges_of_former_software_to_figures_that_it_did_not_publish_are_passed_over(office: Office) -> None:
    edges = office.rows("lineage/livestock")
    (ghost, *_) = [row for row in edges if (row["file"], row["cell"]) == ("na_lia.xlsx", "D14")]
    more = pa.Table.from_pylist([*edges, ghost | {"figure": "livestock.horse.na_lia.none"}], tables.LINEAGE)
    publish(office.store, KEY, {"lineage/livestock": more})
    found = rows(office.store, "na_lia.xlsx", "Chăn nuôi", "D14")
    assert {row["id"] for row in found} == {"livestock.horse.white.heads", "livestock.horse.white.share"}


def test_the_tree_shows_value_correction_and_formula(example: Store) -> None:
    told = uses(example, "na_lia.xlsx", "Chăn nuôi", "D13")
    assert "na_lia.xlsx · Chăn nuôi · ô D13 ghi «207» = 267" in told
    assert "Đính chính «207» thành «267»" in told
    assert "[livestock.horse.ordinary.heads]" in told
    assert "Công thức: cộng các thôn «Ngựa thường» (biểu B01)" in told


def test_sheet_and_cell_may_be_written_loosely(example: Store) -> None:
    assert rows(example, "na_lia.xlsx", "chăn  nuôi", "$d$14") == rows(example, "na_lia.xlsx", "Chăn nuôi", "D14")


def test_csv_has_a_line_per_figure(example: Store) -> None:
    told = uses(example, "na_lia.xlsx", "Chăn nuôi", "D14", "--format", "csv", "--period", KEY.period)
    assert [row["field"] for row in csv.DictReader(io.StringIO(told))] == ["horse_white", "horse_white"]


def test_a_cell_that_no_figure_uses_says_so(example: Store) -> None:
    assert "không có chỉ tiêu nào dùng đến ô này" in uses(example, "na_lia.xlsx", "Chăn nuôi", "B13")
    assert rows(example, "na_lia.xlsx", "Chăn nuôi", "B13") == []


def test_a_cell_of_a_form_held_back_says_that_it_waits(office: Office) -> None:
    found = office.rows("findings/livestock")
    held = dict.fromkeys(tables.FINDINGS.names, "") | {
        "period": KEY.period,
        "commune": KEY.commune,
        "severity": "error",
        "form": "B01",
    }
    publish(office.store, KEY, {"findings/livestock": pa.Table.from_pylist([*found, held], tables.FINDINGS)})
    told = uses(office.store, "na_lia.xlsx", "Chăn nuôi", "D14", "--format", "json")
    assert {row["status"] for row in json.loads(told)} == {"held"}
    # As before the form was accepted for the first time.
    publish(office.store, KEY, {"lineage/livestock": tables.LINEAGE.empty_table()})
    assert "biểu B01 đang bị giữ lại" in uses(office.store, "na_lia.xlsx", "Chăn nuôi", "D14", code=HELD)


def test_a_trace_of_a_figure_without_a_value_names_whom_it_lacks(office: Office) -> None:
    unsent = dict.fromkeys(tables.FINDINGS.names, "") | {"period": KEY.period, "commune": KEY.commune, "code": "H-01"}
    found = [*office.rows("findings/livestock"), unsent | {"severity": "warning", "form": "B01", "reporter": "na_lia"}]
    short = {"value": None, "exact": "", "status": "incomplete", "reported": 7}
    figures = [row | (short if row["id"] == "livestock.goat.heads" else {}) for row in office.rows("figures/livestock")]
    made = {"findings/livestock": (found, tables.FINDINGS), "figures/livestock": (figures, tables.FIGURES)}
    publish(office.store, KEY, {name: pa.Table.from_pylist(rows, schema) for name, (rows, schema) in made.items()})
    traced = tracing.trace(office.store, KEY, "livestock.goat.heads")
    assert traced["lacking"] == ["na_lia"]
    assert "Thiếu: NA_LIA" in [branch.words for branch in tracing.tree(traced, {}, str.upper).below]
    assert tracing.trace(office.store, KEY, "livestock.horse.heads")["lacking"] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("nobody.xlsx", "Chăn nuôi", "D13"),
            "Không có sổ tính «nobody.xlsx» đã đọc của Xã Hữu Kiên, kỳ 6 tháng đầu năm 2024.",
        ),
        (("na_lia.xlsx", "Chăn thả", "D13"), "«Chăn nuôi»"),
        (("na_lia.xlsx", "Chăn nuôi", "ZZ999"), "«ZZ999»"),
        (("na_lia.xlsx", "Chăn nuôi", "D13", "--commune", "nowhere"), "Không có bộ báo cáo này"),
    ],
)
def test_what_is_not_there_is_told_in_a_sentence(words: tuple[str, ...], said: str, example: Store) -> None:
    told = uses(example, *words, code=2)
    assert said in told
    assert len(told.splitlines()) == 1


def test_the_verb_loads_no_heavy_library(example: Store) -> None:
    script = (
        "import sys; from pipelines import cli; sys.argv = ['returns', 'uses', 'na_lia.xlsx', 'Chăn nuôi', 'D14', "
        f"'--data', {str(example.root)!r}, '--format', 'json']\n"
        "try:\n    cli.main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'pandas', 'dagster', 'pandera', 'openpyxl', 'scipy', 'openlineage', 'jinja2'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_number_that_a_workbook_keeps_is_told_as_a_person_sees_it_there(office: Office) -> None:
    edge = next(row for row in published.every_edge(office.store, KEY) if "," in row["received"] and row["value"] % 1)
    place, written = (edge["file"], edge["sheet"], edge["cell"]), f"{edge['value'].normalize():f}"
    office.write(place, float(edge["value"]))
    office.refresh()
    comma = written.replace(".", ",")
    (row, *_) = rows(office.store, *place)
    assert row["text"] == written, "what a program reads stays as it was received"
    assert f"ghi «{comma}» = {comma} " in uses(office.store, *place)
    traced = tracing.trace(office.store, KEY, edge["figure"])
    kinds = tracing.kinds(office.store, KEY, traced["sources"])
    told = [one.words for field in tracing.tree(traced, kinds, str).below for one in field.below]
    assert [words for words in told if f"ô {edge['cell']} ghi «{comma}»" in words and edge["file"] in words]
    pages = office.store.root / "explorer" / office.part
    assert f"<q>{comma}</q>" in "".join(page.read_text("utf-8") for page in (pages / "trace").iterdir())
    drawn = [
        page.read_text("utf-8") for page in pages.rglob("*.html") if page.parent.name not in ("trace", office.part)
    ]
    assert not [page for page in drawn if f">{written}<" in page]
    assert [page for page in drawn if re.search(f">{comma}0*<", page)], "with as many digits as its format shows"


def test_a_text_with_a_point_is_told_as_it_was_written() -> None:
    cell = {"file": "a.xlsx", "sha256": "1", "sheet": "B", "cell": "D8", "text": "14.49"}
    assert tracing.seen(cell, {("a.xlsx", "1", "B", "D8"): "text"}) == "14.49"
    assert tracing.seen(cell, {("a.xlsx", "1", "B", "D8"): "number"}) == "14,49"
    assert tracing.seen(cell, {("a.xlsx", "2", "B", "D8"): "number"}) == "14.49", "of another workbook nothing is known"
