"""Blank forms go out, are filled in, go through LibreOffice and come back: the same figures, and checks that say so."""

import subprocess
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipelines.handout.aids import CHECK_HEADING, Aids
from pipelines.handout.layout import Answer, workbook
from pipelines.handout.live_checks import RIGHT, WRONG
from schemas.edit import Edit
from schemas.form import Form
from schemas.forms import FORMS
from schemas.periods import Period
from tests.edits.examples import invalid, valid
from tests.end_to_end.office import CANNOT, SHIPPED, Office
from tests.unit.test_account import Land

pytestmark = [pytest.mark.slow, pytest.mark.libreoffice, pytest.mark.needs("soffice")]

HEADING, FIRST = 7, 8
WANTED = {"xlsx": "xlsx", "ods": "ods", "csv": "csv:Text - txt - csv (StarCalc):59,34,76,1,,1066,false,true,false"}
"""What LibreOffice is asked for: of .csv semicolons, UTF-8, Vietnamese, cells as shown."""

AT_ONCE = 80
"""Workbooks that LibreOffice opens in one run; of some hundreds it leaves out the last."""


def convert(paths: list[Path], kind: str, folder: Path) -> list[Path]:
    """Open workbooks in LibreOffice, which works them out, and save them."""
    profile = folder.parent / "profile"
    command = ["soffice", "--headless", f"-env:UserInstallation={profile.as_uri()}"]
    for some in (paths[at : at + AT_ONCE] for at in range(0, len(paths), AT_ONCE)):
        words = [*command, "--convert-to", WANTED[kind], "--outdir", str(folder), *map(str, some)]
        subprocess.run(words, check=True, capture_output=True, timeout=300)
    made = [folder / f"{path.stem}.{kind}" for path in paths]
    assert all(path.is_file() for path in made), made
    return made


def fill(blank: Path, values: Path, changes: Mapping[tuple[str, str], Any] | None = None) -> None:
    """Put what a shipped workbook says into every cell of a blank one that can be changed."""
    book, shipped = openpyxl.load_workbook(blank), openpyxl.load_workbook(values)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if not cell.protection.locked:
                    cell.value = shipped[sheet.title][cell.coordinate].value
    for (title, address), value in (changes or {}).items():
        book[title][address] = value
    book.save(blank)


def checks(path: Path, title: str = "") -> dict[int, str]:
    """Row to what a sheet's check cell there says, where it says anything."""
    book = openpyxl.load_workbook(path, data_only=True)
    sheet = book[title] if title else book.worksheets[0]
    (column,) = [cell.column for cell in sheet[HEADING] if cell.value == CHECK_HEADING]
    found = {row: sheet.cell(row, column).value for row in range(FIRST, sheet.max_row + 1)}
    return {row: str(said) for row, said in found.items() if said}


@pytest.fixture(scope="module")
def filled_in(refreshed: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The blank forms of the whole return set, filled in with what the shipped workbooks say, not yet worked out."""
    folder: Path = tmp_path_factory.mktemp("blank") / "forms"
    refreshed.ask("forms", "--period", "2024-H1", "--output", str(folder))
    for path in sorted(folder.glob("*.xlsx")):
        # What na_lia's shipped workbook has wrong, and the ledger puts right.
        right = {("Chăn nuôi", "D13"): 267} if path.stem == "na_lia" else {}
        fill(path, SHIPPED / path.name, right)
    return folder


def test_forms_that_come_back_in_three_formats_give_the_same_figures(
    refreshed: Office, filled_in: Path, tmp_path: Path
) -> None:
    paths = sorted(filled_in.glob("*.xlsx"))
    single = [path for path in paths if path.stem == "office"]
    kinds = {"csv": single, "ods": [path for path in paths if path.stem in ("pa_phao", "social", "works")]}
    kinds["xlsx"] = [path for path in paths if path not in (*kinds["csv"], *kinds["ods"])]
    office = Office(tmp_path / "office")
    office.returns.mkdir(parents=True)
    for kind, some in kinds.items():
        for path in convert(some, kind, tmp_path / kind):
            (office.returns / path.name).write_bytes(path.read_bytes())
    (office.returns / "printed.csv").write_bytes((SHIPPED / "printed.csv").read_bytes())
    office.refresh()
    assert office.blocking() == []
    assert {row["id"]: row["value"] for row in office.rows("figures")} == {
        row["id"]: row["value"] for row in refreshed.rows("figures")
    }
    trace = office.trace("livestock.horse.ordinary.heads")
    files = {source["file"] for source in trace["sources"]}
    assert {"pa_phao.ods", "na_lia.xlsx"} <= files
    # A decision on a cell of each.
    for file, sheet, cell in (("pa_phao.ods", "Chăn nuôi", "D13"), ("office.csv", "office", "D9")):
        office.ask("correct", file, sheet, cell, "1", "--reason", "thử")
    office.ask("findings", "--workbook", str(tmp_path / "marked"), expect=None)


def test_a_part_that_is_wrong_shows_at_once_and_what_is_right_says_so(filled_in: Path, tmp_path: Path) -> None:
    good = filled_in / "na_lia.xlsx"
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(good.read_bytes())
    fill(bad, good, {("Chăn nuôi", "D13"): 207, ("Chăn nuôi", "D18"): None, ("Chăn nuôi", "D26"): "không"})
    worked_good, worked_bad = convert([good, bad], "xlsx", tmp_path / "out")
    assert set(checks(worked_good, "Chăn nuôi").values()) == {RIGHT}
    said = checks(worked_bad, "Chăn nuôi")
    assert said[12].startswith(f"{WRONG} 60: các phần cộng lại là 603")
    assert said[23].startswith(f"{WRONG} 15: ")  # «không» is a zero
    assert 9 not in said  # a part of the total is blank


def every_edit() -> Iterator[Edit]:
    forms: list[type[Form]] = [*FORMS, Land]
    for form in forms:
        yield from (edit for edit in form.edits if not edit.beyond)


def test_every_live_check_agrees_with_its_edit(tmp_path: Path) -> None:
    folder = tmp_path / "made"
    folder.mkdir()
    cases: dict[Path, tuple[Edit, str]] = {}
    for edit in every_edit():
        form, good, bad = edit.form, valid(edit), invalid(edit)
        blank = {name: value for name, value in bad.items() if name != edit.names[-1]}
        for kind, values in {"good": good, "bad": bad, "blank": blank}.items():
            line = "l1" if form.line_title else ""
            answers = {(form.code, line, name): Answer(float(value)) for name, value in values.items()}
            path = folder / f"{edit.code}-{kind}.xlsx"
            path.write_bytes(
                workbook(
                    [form],
                    period=Period.parse("2024-H1"),
                    commune="Hữu Kiên",
                    reporter="Thôn Pá Phào",
                    answers=answers,
                    aids=Aids(),
                )
            )
            cases[path] = edit, kind
    worked = convert(list(cases), "xlsx", tmp_path / "worked")
    failing = 0
    for path, (edit, kind) in zip(worked, cases.values(), strict=True):
        said = list(checks(path).values())
        wrong = [one for one in said if one.startswith(WRONG)]
        if kind == "bad":
            assert len(wrong) == 1, (path.name, said)
            assert edit.demand in wrong[0]
            failing += 1
        else:
            assert wrong == [], path.name
        if kind == "good":
            # A check cell that several edits share is silent until all of them are decided.
            sharing = [one for one in every_edit() if one.form is edit.form and _same_cell(one, edit)]
            assert RIGHT in said or any(not set(one.names) <= set(edit.names) for one in sharing), path.name
    assert failing > 100


def _same_cell(one: Edit, other: Edit) -> bool:
    return bool(one.form.line_title) or one.names[0] == other.names[0]


def test_values_with_decimals_add_up_without_a_trace_of_binary_fractions(tmp_path: Path) -> None:
    form = next(form for form in FORMS if form.code == "B03")
    parts = {
        "annual_area": "0.7",
        "winter_area": "0.1",
        "rice_area": "0.2",
        "maize_area": "0.3",
        "vegetable_area": "0.1",
    }
    edit = next(edit for edit in form.edits if edit.code == "B03-01")
    values = dict(zip(edit.names, map(Decimal, parts.values()), strict=True))
    answers = {(form.code, "", name): Answer(float(value)) for name, value in values.items()}
    path = tmp_path / "a.xlsx"
    path.write_bytes(
        workbook([form], period=Period.parse("2024-H1"), commune="x", reporter="y", answers=answers, aids=Aids())
    )
    assert RIGHT in checks(convert([path], "xlsx", tmp_path / "out")[0]).values()


def test_the_command_refuses_what_would_overwrite_and_knows_periods_to_come(office: Office, tmp_path: Path) -> None:
    folder = tmp_path / "blank"
    words = ("forms", "--period", "2024-H2", "--output", str(folder))
    office.ask(*words)
    assert len(list(folder.glob("*.xlsx"))) == len(list(SHIPPED.glob("*.xlsx")))
    sheet = openpyxl.load_workbook(folder / "na_lia.xlsx")["Chăn nuôi"]
    assert sheet["A3"].value == "Kỳ báo cáo: 6 tháng cuối năm 2024"
    assert sheet["F7"].value == "Kỳ trước (6 tháng đầu năm 2024)"
    assert sheet["F13"].value == 267  # as corrected
    office.ask(*words, expect=CANNOT)
    office.ask(*words, "--overwrite")
    one = ("form", "B01", "--reporter", "na_lia", "--output", str(folder / "na_lia.xlsx"))
    office.ask(*one, expect=CANNOT)
    office.ask(*one, "--period", "2024-H2", "--overwrite")
    assert openpyxl.load_workbook(folder / "na_lia.xlsx").sheetnames == ["Chăn nuôi"]
    office.ask("forms", "--period", "2024-H9", expect=CANNOT)
