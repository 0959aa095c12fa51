"""A day of the data officer, from blank forms to a release, with the programs she has: a spreadsheet, a browser, Word.

One period later than the shipped one. The reporters answer what they answered then, cell by cell, so that
every figure is known; two of them make a mistake.
"""

import re
import shutil
import subprocess
from pathlib import Path

import docx
import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from playwright.sync_api import Page, expect

from tests.end_to_end.dagster_pages import Pages
from tests.end_to_end.office import CLEAN, SHIPPED, Office, Row
from tests.end_to_end.test_browser import look_at, materialise, outcome
from tests.end_to_end.waiting import wait_for

pytestmark = [
    pytest.mark.needs("chromium", "soffice", "pdftoppm"),
    *(pytest.mark.browser, pytest.mark.daemon, pytest.mark.libreoffice, pytest.mark.slow),
]

PERIOD, COMMUNE = "2024-H2", "huu-kien"
RETURN_SET = f"{PERIOD}_{COMMUNE}"
CHOSEN = ("--period", PERIOD, "--commune", COMMUNE)
MINUTE = 60

SWAPPED = ("pa_phao.xlsx", "Chăn nuôi", "D13")
"""114 ordinary horses: 141 is written."""
SPELT = ("na_lia.xlsx", "Xuất bán", "D16")
"""803 chickens sold: «tám trăm linh ba» is written."""
CONFIRMED = ("na_lia.xlsx", "Chăn nuôi", "D13")
"""The mistake of the period before; this time it is right from the start."""


def answered(blank: openpyxl.Workbook, before: openpyxl.Workbook) -> None:
    """Type the answers of the period before into the same cells: every entry, note, line code and line name."""
    for sheet in blank.worksheets:
        assert isinstance(sheet, Worksheet)
        old = before[sheet.title]
        for row in sheet.iter_rows(min_row=8):
            for cell in row:
                if cell.coordinate in sheet.merged_cells or cell.protection.locked:
                    continue
                value = old[cell.coordinate].value
                if value is not None:
                    cell.value = value


def saved_by_libreoffice(sheets: list[Path], folder: Path, kind: str) -> None:
    """Open files in LibreOffice and save them again: what a reporter's own program would write."""
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", str(folder), *map(str, sheets)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)


@pytest.fixture(scope="module")
def office(refreshed: Office, tmp_path_factory: pytest.TempPathFactory) -> Office:
    return refreshed.copy(tmp_path_factory.mktemp("day"))


def blocking(office: Office) -> dict[str, Row]:
    rows = office.rows("findings", *CHOSEN)
    return {row["cells"].split(";")[0]: row for row in rows if row["severity"] == "error"}


def figures(office: Office) -> dict[str, Row]:
    return {row["id"]: row for row in office.rows("figures", *CHOSEN)}


def test_a_day_of_the_data_officer(office: Office, pages: Pages, page: Page, tmp_path: Path, artefacts: Path) -> None:
    # Blank forms go out, one workbook for each who has to report, with last period's values beside the entries.
    blanks = tmp_path / "blanks"
    office.ask("forms", *CHOSEN, "--output", str(blanks))
    sent = sorted(blanks.glob("*.xlsx"))
    assert [path.name for path in sent] == [path.name for path in sorted(SHIPPED.glob("*.xlsx"))]

    # The reporters fill them in. Two make a mistake.
    filled = tmp_path / "filled"
    filled.mkdir()
    for path in sent:
        book = openpyxl.load_workbook(path)
        answered(book, openpyxl.load_workbook(SHIPPED / path.name))
        for (name, sheet, cell), value in ((SWAPPED, 141), (SPELT, "tám trăm linh ba"), (CONFIRMED, 267)):
            if name == path.name:
                book[sheet][cell] = value
        book.save(filled / path.name)
    arriving = office.root / "arriving"
    arriving.mkdir()
    saved_by_libreoffice(sorted(filled.glob("*.xlsx")), arriving, "xlsx")
    shutil.rmtree(arriving / "profile", ignore_errors=True)
    assert len(list(arriving.glob("*.xlsx"))) == len(sent)

    # They arrive. The sensor sees the folder, registers the return set and runs it; two forms are held back.
    (office.raw / PERIOD).mkdir()
    arriving.rename(office.raw / PERIOD / COMMUNE)
    wait_for(
        "the run that the sensor started has ended",
        lambda: [
            run
            for run in pages.runs()
            if run["tags"].get("dagster/partition") == RETURN_SET and run["status"] == "SUCCESS"
        ],
        seconds=5 * MINUTE,
    )
    found = blocking(office)
    assert set(found) == {SWAPPED[2], SPELT[2]}
    assert "114" in found[SWAPPED[2]]["suggestion"]
    assert "tám trăm linh ba" in found[SPELT[2]]["message"]

    # She looks at the red checks in the browser: file, sheet, cell, what to do, and the suggestion.
    look_at(page, f"{pages.url}/assets/findings/livestock?view=checks", artefacts / "1-red-check.png")
    for words in (SWAPPED[0], re.compile("có lẽ là 114")):
        expect(page.get_by_text(words).first).to_be_visible()
    look_at(page, f"{pages.url}/assets/findings/sales?view=checks", artefacts / "2-second-red-check.png")
    expect(page.get_by_text(re.compile("tám trăm linh ba")).first).to_be_visible()

    # She phones both villages, and records what they say.
    office.ask("correct", *SWAPPED, "114", "--reason", "Trưởng thôn xác nhận: đảo hai chữ số.", *CHOSEN)
    office.ask("correct", *SPELT, "803", "--reason", "Trưởng thôn đọc lại số.", *CHOSEN)

    # She runs the return set again, from the browser.
    materialise(page, pages.url, RETURN_SET)
    assert outcome(page) == "SUCCESS"
    page.screenshot(path=artefacts / "3-run-again.png")
    look_at(page, f"{pages.url}/assets/findings/livestock?view=checks", artefacts / "4-green-check.png")
    # Every answer is that of the period before: that is remarked, and holds nothing.
    expect(page.get_by_text(re.compile(r"\[H-07\]")).first).to_be_visible()
    expect(page.get_by_text(re.compile(r"\[B01-02\]"))).to_have_count(0)
    assert blocking(office) == {}

    # Every figure is the one of the period before, as all answers are.
    now, before = figures(office), {row["id"]: row for row in office.rows("figures", "--period", "2024-H1")}
    assert {name: row["value"] for name, row in now.items()} == {name: row["value"] for name, row in before.items()}
    assert {row["status"] for row in now.values()} == {"complete"}

    # She has the annexes made; the Word one opens, here and in LibreOffice.
    office.run("report", *CHOSEN)
    (annex,) = sorted((office.data / "report" / RETURN_SET).glob("*.docx"))
    words = all_words(annex)
    assert "Ngựa thường" in words
    assert "996" in words
    saved_by_libreoffice([annex], tmp_path, "pdf")
    printed = tmp_path / f"{annex.stem}.pdf"
    subprocess.run(["pdftoppm", "-r", "60", "-png", "-f", "1", "-l", "3", printed, artefacts / "5-annex"], check=True)
    assert len(list(artefacts.glob("5-annex*.png"))) == 3

    # A number is traced to the cell that was corrected.
    page.goto((office.data / "explorer" / RETURN_SET / "chapters" / "livestock.html").as_uri())
    page.get_by_role("row").filter(has_text="livestock.horse.ordinary.heads").get_by_role("link", name="996").click()
    source = page.get_by_role("article", name="Ngựa thường 996 con").get_by_role("row").filter(has_text="Thôn Pá Phào")
    expect(source.get_by_text("đảo hai chữ số")).to_be_visible()
    page.screenshot(path=artefacts / "6-trace.png")
    traced = office.trace("livestock.horse.ordinary.heads", *CHOSEN)
    assert [
        (one["file"], one["cell"], one["text"], one["value"]) for one in traced["sources"] if one["correction"]
    ] == [(SWAPPED[0], SWAPPED[2], "141", 114)]

    # The figures are released, and the release can be verified.
    office.run("release", f"{PERIOD.lower()}-lan-1", *CHOSEN, expect=CLEAN)
    assert "đều khớp" in office.ask("verify", f"{PERIOD.lower()}-lan-1", expect=CLEAN)


def all_words(path: Path) -> str:
    document = docx.Document(str(path))
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return "\n".join([*(one.text for one in document.paragraphs), *cells])
