"""An office whose forms and figures are those of design workbooks and of nothing else publishes the same."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.handout.design import in_use, workbook
from schemas.design.written import by_chapter
from tests.unit.builders import PLACES, ROOT
from tests.unit.offices import Office

pytestmark = pytest.mark.slow

REFRESHED = """
import sys
from pathlib import Path

import schemas.figures
import schemas.forms
from pipelines.steps.design.check import checked
from schemas.design.parts import Known

books, root, reporters = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3].split()
workbooks = {path.name: path.read_bytes() for path in sorted(books.iterdir())}
found = checked(workbooks, Known(reporters=dict.fromkeys(reporters, "")))
assert found.findings == (), found.findings
forms = sorted(found.design.forms, key=lambda form: form.code)
assert not set(forms) & set(schemas.forms.FORMS)
schemas.forms.FORMS, schemas.figures.CHAPTERS = tuple(forms), found.design.chapters
schemas.forms.BY_CODE.clear()
schemas.forms.BY_CODE.update({form.code: form for form in forms})

from schemas.flow import FLOW
from tests.unit.offices import EXAMPLE_WRITER, Office

assert {table.form for table in FLOW.tables if table.form} == set(forms)
office = Office(root)
office.signed(EXAMPLE_WRITER)
office.refresh()
"""
"""In a process of its own: what there is has to be known before anything is made of it."""

TIMED = {"state", "openlineage"}
"""What says when it was made."""


def test_every_file_is_the_same_in_every_byte(example_office: Path, tmp_path: Path) -> None:
    known = in_use(PLACES)
    books, root = tmp_path / "designs", tmp_path / "office"
    books.mkdir()
    for code, part in by_chapter(known.design).items():
        (books / f"{code}.xlsx").write_bytes(workbook(part, known))
    shutil.copytree(example_office / "raw", root / "raw")
    words = [str(books), str(root), " ".join(known.reporters)]
    done = subprocess.run(
        [sys.executable, "-c", REFRESHED, *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    mine, theirs = Office(root), Office(example_office)
    assert mine.rows("findings") == theirs.rows("findings")
    assert mine.rows("statements") == theirs.rows("statements")
    assert len(mine.rows("statements")) > 500
    made, again = (
        {name: content for name, content in one.files().items() if name.partition("/")[0] not in TIMED}
        for one in (theirs, mine)
    )
    assert again.keys() == made.keys()
    assert [name for name, content in made.items() if again[name] != content] == []
    assert {name.partition("/")[0] for name in made} > {"marts", "figures", "lineage", "statements", "explorer"}
