"""The guides are true: what they tell to type is typed, what they show comes out, their pictures can be taken anew.

``GUIDE_PICTURES=pipelines/present/guides/pictures`` in the environment lets the tests of pictures replace the guides'.
"""

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from pipelines.present import guides
from tests.end_to_end.chromium import officers_page
from tests.end_to_end.dagster_pages import returns_ui
from tests.end_to_end.office import COMMAND, PROJECT, RETURN_SET, Office
from tests.end_to_end.test_browser import look_at, materialise, outcome, ready_to_launch

pytestmark = pytest.mark.slow

SOURCES = Path(guides.__file__).parent
STEP = re.compile(r"^\{# ghi: (?P<cell>.*) #\}$|^```console\n(?P<shown>.*?)^```$", re.MULTILINE | re.DOTALL)
"""A cell that somebody fills in wrongly, which the reader is not shown; or commands with what they print."""

GAP = "…"
LARGEST_PICTURE = 200_000


@dataclass(frozen=True)
class Shown:
    """A command as a guide shows it: what is typed, how it ends, and the pattern of what comes out."""

    command: str
    code: int
    pattern: "re.Pattern[str]"


def shown(block: str) -> Iterator[Shown]:
    """Read a block: ``$ command  # mã 1``, then its output, with ``…`` for what is left out."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        first, *lines = part.splitlines()
        command, _, remark = first.partition("  # mã ")
        patterns = [
            r"(?:.*\n)*?" if line == GAP else ".*".join(map(re.escape, line.split(GAP))) + "\n" for line in lines
        ]
        yield Shown(command, int(remark or 0), re.compile("".join(patterns)))


@pytest.mark.parametrize("name", guides.GUIDES)
def test_a_guide_shows_what_happens(name: str, office: Office) -> None:
    environment = {**office.environment, "PATH": f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}"}
    typed = 0
    for step in STEP.finditer((SOURCES / f"{name}.md").read_text("utf-8")):
        if step["cell"]:
            workbook, sheet, cell, value = step["cell"].split(" | ")
            office.fill(workbook, sheet, {cell: int(value)})
            continue
        for one in shown(step["shown"]):
            done = subprocess.run(
                ["bash", "-c", one.command],
                cwd=office.root,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                timeout=300,
            )
            assert done.returncode == one.code, f"{one.command}\n{done.stdout}\n{done.stderr}"
            assert one.pattern.fullmatch(done.stdout), f"{one.command}\n{done.stdout}\n{one.pattern.pattern}"
            typed += 1
    assert typed == (SOURCES / f"{name}.md").read_text("utf-8").count("\n$ ") > 8


@pytest.fixture
def pictures(artefacts: Path) -> Path:
    """Where pictures go: among the artefacts, or where the environment says."""
    return PROJECT / os.environ["GUIDE_PICTURES"] if os.environ.get("GUIDE_PICTURES") else artefacts


def is_good(picture: Path) -> bool:
    """Whether it is one that a guide shows, and small enough for it."""
    used = any(f"(pictures/{picture.name} " in (SOURCES / f"{name}.md").read_text("utf-8") for name in guides.GUIDES)
    return used and 5_000 < picture.stat().st_size < LARGEST_PICTURE


@pytest.fixture
def page() -> Iterator[Page]:
    with officers_page(1280, 760) as page:
        yield page


@pytest.mark.browser
@pytest.mark.daemon
@pytest.mark.needs("chromium")
def test_pictures_of_the_dagster_pages(office: Office, page: Page, pictures: Path) -> None:
    office.fill("pa_phao.xlsx", "Chăn nuôi", {"D13": 141})
    with returns_ui(office, office.root / "ui.log") as pages:
        dialog = ready_to_launch(page, pages.url)
        expect(dialog.get_by_role("button", name="Launch 1 run")).to_be_enabled()
        page.wait_for_timeout(1500)
        page.screenshot(path=pictures / "chay.png")

        materialise(page, pages.url)
        assert outcome(page) == "FAILURE"
        page.get_by_placeholder("Filter…").fill("type:STEP_FAILURE")
        page.wait_for_url("**type%3ASTEP_FAILURE*")
        page.reload()  # the word that the run was launched would cover it
        expect(page.get_by_text("Thôn Pá Phào, tệp pa_phao.xlsx").first).to_be_visible()
        page.screenshot(path=pictures / "lan-chay.png")

        look_at(page, f"{pages.url}/assets/findings/livestock?view=checks", pictures / "kiem-tra-do.png")
        expect(page.get_by_text("pa_phao.xlsx").first).to_be_visible()
        page.get_by_text("pa_phao.xlsx").last.scroll_into_view_if_needed()
        page.screenshot(path=pictures / "kiem-tra-do.png")
    for name in ("chay", "lan-chay", "kiem-tra-do"):
        assert is_good(pictures / f"{name}.png"), name


@pytest.mark.browser
@pytest.mark.needs("chromium")
def test_pictures_of_the_explorer(refreshed: Office, page: Page, pictures: Path) -> None:
    page.goto((refreshed.data / "explorer" / RETURN_SET / "chapters" / "livestock.html").as_uri())
    row = page.get_by_role("row").filter(has_text="livestock.horse.ordinary.heads")
    expect(row.get_by_text("Mâu thuẫn")).to_be_visible()
    row.scroll_into_view_if_needed()
    page.screenshot(path=pictures / "tra-cuu-chuong.png")
    row.get_by_role("link", name="996").click()
    trace = page.get_by_role("article", name="Ngựa thường 996 con")
    expect(trace).to_be_in_viewport()
    page.screenshot(path=pictures / "truy-nguon.png")
    trace.get_by_role("link", name=re.compile("D13")).nth(2).click()
    cell = page.locator("td:target")
    expect(cell).to_contain_text("207")
    expect(cell).to_contain_text("267")
    page.screenshot(path=pictures / "o-nguon.png")
    for name in ("tra-cuu-chuong", "truy-nguon", "o-nguon"):
        assert is_good(pictures / f"{name}.png"), name


@pytest.mark.libreoffice
@pytest.mark.needs("soffice", "pdftoppm", "pdftotext")
def test_pictures_of_paper(refreshed: Office, tmp_path: Path, pictures: Path) -> None:
    made = tmp_path / "bieu-mau.xlsx"
    refreshed.run("form", "B01", "--reporter", "na_lia", "--output", str(made))
    book = openpyxl.load_workbook(made)
    sheet = book["Chăn nuôi"]
    for address, value in {"D12": 284, "D13": 141, "D14": 170}.items():
        sheet[address] = value
    # On the screen the checks stand beside what is printed.
    sheet.print_area = None
    book.save(made)
    photograph(made, "Lệch", pictures / "bieu-mau.png", tmp_path, height=510)

    refreshed.run("report", "--output", str(tmp_path))
    (annex,) = tmp_path.glob("*.docx")
    photograph(annex, "Ngựa thường", pictures / "phu-luc.png", tmp_path)


def photograph(document: Path, words: str, picture: Path, folder: Path, *, height: int = 0) -> None:
    """Take a picture of the first page of a document on which some words stand, or of the top of it."""
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(document)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    pdf = str(folder / f"{document.stem}.pdf")
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True, text=True).stdout
    page = next(number for number, page in enumerate(text.split("\f"), start=1) if words in page)
    only = ["-f", str(page), "-l", str(page), "-singlefile", "-H", str(height)]
    subprocess.run(["pdftoppm", "-png", "-r", "80", *only, pdf, str(picture.with_suffix(""))], check=True, timeout=60)
    assert is_good(picture), picture
