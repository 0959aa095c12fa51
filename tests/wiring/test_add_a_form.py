"""The promise of CONTRIBUTING.md: a new form is one file, its figures one line. Done here on a copy of the project."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.unit.builders import ROOT

FORM = '''
"""Form Z01: bees of a village."""

from schemas.edits import balance
from schemas.fields import field
from schemas.form import VillageForm
from schemas.units import Heads


class Bees(VillageForm, code="Z01", sheet="Nuôi ong", title="Đàn ong hiện có", domain="bees"):
    """One row per village: hives present on the reference day."""

    hives = field(Heads, "Tổng số đàn ong")
    hives_wild = field(Heads, "Đàn ong rừng")
    hives_tame = field(Heads, "Đàn ong nhà")

    edits = (balance("Z01-01", "hives", ["hives_wild", "hives_tame"]),)
'''

FIGURES = '''
"""Figures on bees."""

from schemas.figure import Chapter, fields_of
from schemas.forms.z01_bees import Bees

CHAPTER = Chapter("bees", "Nuôi ong", tuple(fields_of(Bees)))
'''

# What an officer does: hand out the blank form, get it back filled in, run. Every village of the commune sends one.
SCRIPT = """
import io, json, sys
from pathlib import Path

import openpyxl

import schemas
from pipelines.refresh.batches import refresh
from pipelines.store import published
from pipelines.handout.layout import workbook
from pipelines.definitions import defs
from pipelines.store.raw import Raw
from pipelines.store.tables import Store
from schemas.forms import BY_CODE
from schemas.figures import CHAPTERS
from schemas.periods import Period
from schemas.return_sets import BatchKey, ReturnSetKey

raw, store, broken = Raw(Path(sys.argv[1])), Store(Path(sys.argv[2])), sys.argv[3] == "broken"
form = BY_CODE["Z01"]
key = ReturnSetKey("2024-H1", "huu-kien")
folder = raw.root / key.period / key.commune
folder.mkdir(parents=True, exist_ok=True)
for number, village in enumerate(raw.places.reporters(key.commune, "village")):
    blank = workbook([form], period=Period.parse(key.period), commune="Hữu Kiên", reporter=village.title)
    book = openpyxl.load_workbook(io.BytesIO(blank))
    sheet = book[form.sheet]
    given = {"Tổng số đàn ong": 10 + number + broken, "Đàn ong rừng": number, "Đàn ong nhà": 10}
    for row in range(1, sheet.max_row + 1):
        if sheet.cell(row, 2).value in given:
            sheet.cell(row, 4).value = given[sheet.cell(row, 2).value]
    book.save(folder / f"{village.code}.xlsx")

(chapter,) = [chapter for chapter in CHAPTERS if form in chapter.forms]
done = refresh(raw, store, BatchKey(*key), who="test", wanted={f"figures/{chapter.code}"})
rows = {row["id"]: row for row in published.figures(store, key)}
print(json.dumps({
    "schemas": schemas.__file__,
    "assets": sorted(spec.key.to_user_string() for spec in defs.resolve_all_asset_specs() if "bees" in spec.key.path),
    "findings": sorted({row["code"] for row in published.findings(store, key, [form.domain])}),
    "held": [name for name, written in done.state.tables.items() if written.held],
    "value": None if rows["bees.hives"]["value"] is None else str(rows["bees.hives"]["value"]),
    "status": rows["bees.hives"]["status"],
    "trace": published.lineage(store, key, "bees.hives"),
}, default=str))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with one form more."""
    copy = tmp_path_factory.mktemp("project")
    for name in ("schemas", "pipelines", "assets"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "workspace.yaml", copy)
    (copy / "schemas" / "forms" / "z01_bees.py").write_text(FORM.lstrip(), encoding="utf-8")
    (copy / "schemas" / "figures" / "bees.py").write_text(FIGURES.lstrip(), encoding="utf-8")
    return copy


def run_in(project: Path, folder: Path, how: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(folder / "raw"), str(folder / "data"), how],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(project)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert said["schemas"].startswith(str(project)), "the copy was not what ran"
    return said


@pytest.mark.slow
def test_one_file_and_one_line_make_a_form_a_figure_and_its_trace(project: Path, tmp_path: Path) -> None:
    said = run_in(project, tmp_path, "good")
    assert said["assets"] == ["figures/bees", "findings/bees", "marts/bees", "returns/bees"]
    assert (said["findings"], said["held"]) == ([], [])
    assert (float(said["value"]), said["status"]) == (10 * 8 + sum(range(8)), "complete")
    assert len(said["trace"]) == 8
    for cell in said["trace"]:
        book = openpyxl.load_workbook(tmp_path / "raw" / "2024-H1" / "huu-kien" / cell["file"])
        assert str(book[cell["sheet"]][cell["cell"]].value) == cell["text"]
        assert book[cell["sheet"]][cell["cell"].replace("D", "B")].value == "Tổng số đàn ong"


@pytest.mark.slow
def test_the_new_forms_edit_holds_bad_returns_back(project: Path, tmp_path: Path) -> None:
    said = run_in(project, tmp_path, "broken")
    assert (said["findings"], said["held"]) == (["Z01-01"], ["marts/bees"])
    assert (said["value"], said["status"], said["trace"]) == (None, "incomplete", [])
