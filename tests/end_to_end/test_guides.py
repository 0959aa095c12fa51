"""The guides are true: what they tell to type is typed, what they show comes out, their pictures can be taken anew.

``GUIDE_PICTURES=pipelines/present/guides/pictures`` in the environment lets the tests of pictures replace the guides'.
"""

import html
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Locator, Page, expect

from pipelines.present import guides
from schemas.design.sheets import FIELDS, FIGURES
from tests.end_to_end import test_desk_day as desk_day
from tests.end_to_end.chromium import launched, officers_page
from tests.end_to_end.dagster_pages import first_start, returns_ui
from tests.end_to_end.office import HELD, PROJECT, RETURN_SET, Office
from tests.end_to_end.test_browser import look_at, materialise, outcome, ready_to_launch
from tests.end_to_end.typed import type_all

pytestmark = pytest.mark.slow

SOURCES = Path(guides.__file__).parent
LARGEST_PICTURE = 200_000
MEASURED = ("do-luong", "tin-cay")
"""The guides that show what was measured, and no command to type."""


@pytest.mark.parametrize("name", [name for name in guides.GUIDES if name not in MEASURED])
def test_a_guide_shows_what_happens(name: str, office: Office) -> None:
    text = (SOURCES / f"{name}.md").read_text("utf-8")
    assert type_all(text, office) == text.count("\n$ ") + text.count("```python\n") > 3


def test_every_file_and_folder_of_the_output_is_told_of(office: Office) -> None:
    for words in (["release", "lan-1"], ["report"], ["forms", "--period", "2024-H2"], ["dictionary"], ["guide"]):
        office.ask(*words)
    made = (office.data / "guides" / "quan-tri.md").read_text("utf-8")
    own = made[made.index("## Thư mục kết quả") : made.index("## Trạng thái và khóa")]
    listed = re.findall(r"`([\w.]+)(?=[/`])", own)
    assert sorted(path.name for path in office.data.iterdir() if path.name not in listed) == []


def test_the_verdicts_by_chapter_are_those_the_command_prints(refreshed: Office) -> None:
    text = (SOURCES / "kiem-toan.md").read_text("utf-8")
    shown = re.search(r"<!-- statements by chapter -->\n(.*?)<!-- end -->", text, re.DOTALL)
    assert shown is not None
    # The plan contradicts itself in places, and that is what the exit code says.
    assert shown[1] == refreshed.run("statements", "--by-chapter", expect=HELD)


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
        pages.let_in(page)
        dialog = ready_to_launch(page, pages.url)
        expect(dialog.get_by_role("button", name="Launch 1 run")).to_be_enabled()
        page.wait_for_timeout(1500)
        page.screenshot(path=pictures / "chay.png")

        materialise(page, pages.url)
        assert outcome(page) == "SUCCESS"
        page.get_by_placeholder("Filter…").fill("giữ lại")
        page.wait_for_url(re.compile("gi%E1%BB%AF"))
        page.reload()  # the word that the run was launched would cover it
        expect(page.get_by_text("giữ lại B01").first).to_be_visible()
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


@pytest.mark.browser
@pytest.mark.daemon
@pytest.mark.needs("chromium")
def test_pictures_of_the_desk(office: Office, tmp_path: Path, pictures: Path) -> None:
    sent = tmp_path / "pa_phao.xlsx"
    shutil.copy(office.returns / sent.name, sent)
    book = openpyxl.load_workbook(sent)
    book["Chăn nuôi"]["D13"] = 141
    book.save(sent)
    none = tmp_path / "ghi-chu.xlsx"
    none.write_text("gọi lại")

    def picture(page: Page, name: str, upto: Locator | None = None) -> None:
        """Take a picture of a page, from its top down to something on it."""
        box = upto.bounding_box() if upto else None
        height = round(box["y"] + box["height"]) + 24 if box else 680
        path = pictures / f"{name}.png"
        page.screenshot(path=path, full_page=True, clip={"x": 0, "y": 0, "width": WIDTH, "height": height})
        assert is_good(path), (name, path.stat().st_size)

    with (
        first_start(office, tmp_path / "ui.log", {"RETURNS_TODAY": "2024-07-08"}) as (url, link),
        launched() as browser,
    ):
        admin, officer, approver = (desk_day.opened(browser, url, width=WIDTH) for _ in range(3))
        desk_day.enter(admin, link, username="thanh", title="Chánh văn phòng")
        for page, name, title, role in (
            (officer, "lan", "Công chức thống kê", "officer"),
            (approver, "hoa", "Phó chủ tịch", "approver"),
        ):
            desk_day.enter(page, desk_day.add_user(admin, name, title, role))
        admin.goto("/users")
        picture(admin, "ban-nguoi-dung", admin.get_by_role("button", name="Thêm và đưa liên kết"))

        officer.goto(f"/blanks/{office.return_set}")
        picture(officer, "ban-bieu-trong", officer.get_by_role("row").nth(5))
        desk_day.drop(officer, [sent, none], office.return_set)
        expect(officer.get_by_text("Không nhận được.")).to_be_visible()
        picture(officer, "ban-kiem-tra", officer.get_by_role("button", name="Nhận", exact=True))
        officer.get_by_role("button", name="Nhận", exact=True).click()
        expect(officer.get_by_text("Biên nhận:")).to_be_visible()
        picture(officer, "ban-theo-doi", officer.get_by_role("table").first)

        office.refresh(expect=HELD)
        officer.goto(f"/findings/{office.return_set}/of/pa_phao")
        officer.locator("summary").first.click()
        picture(officer, "ban-phat-hien", officer.get_by_role("button", name="Từ chối gợi ý").first)
        proposal = officer.locator("form").filter(has=officer.get_by_role("button", name="Ghi đính chính D13 = 114"))
        proposal.get_by_label("Lý do").fill("Trưởng thôn xác nhận đảo hai chữ số")
        proposal.get_by_role("button", name="Ghi đính chính D13 = 114").click()
        expect(officer.get_by_text("Đã ghi vào sổ đính chính")).to_be_visible()
        office.refresh()

        approver.goto(f"/approve/{office.return_set}")
        approver.get_by_role("button", name="Duyệt, phát hành và đóng kỳ").click()
        expect(approver.get_by_text("Đã duyệt và phát hành")).to_be_visible()
        picture(approver, "ban-duyet", approver.get_by_role("table").first)
        approver.goto("/record")
        picture(approver, "ban-so-viec", approver.get_by_role("row").nth(6))


WIDTH = 1100
"""Of the pictures of the desk."""


@pytest.mark.libreoffice
@pytest.mark.needs("soffice", "pdftoppm", "pdftotext")
def test_pictures_of_paper(refreshed: Office, tmp_path: Path, pictures: Path) -> None:
    made = tmp_path / "bieu-mau.xlsx"
    refreshed.ask("form", "B01", "--reporter", "na_lia", "--output", str(made))
    book = openpyxl.load_workbook(made)
    sheet = book["Chăn nuôi"]
    for address, value in {"D12": 284, "D13": 141, "D14": 170}.items():
        sheet[address] = value
    # On the screen the checks stand beside what is printed.
    sheet.print_area = None
    book.save(made)
    photograph(made, "Lệch", pictures / "bieu-mau.png", tmp_path, height=510)

    refreshed.copy(tmp_path / "office").ask("report", "--output", str(tmp_path))
    (annex,) = tmp_path.glob("*.docx")
    photograph(annex, "Ngựa thường", pictures / "phu-luc.png", tmp_path)


@pytest.mark.libreoffice
@pytest.mark.needs("soffice", "pdftoppm", "pdftotext")
@pytest.mark.parametrize(
    ("title", "words", "columns", "picture", "height"),
    [
        (FIELDS.title, "dt_ca_chep", "A1:F12", "thiet-ke-chi-tieu", 380),
        (FIGURES.title, "thuy_san.ho", "A1:F9", "thiet-ke-so-tong-hop", 330),
    ],
)
def test_pictures_of_a_design(
    office: Office, tmp_path: Path, pictures: Path, title: str, words: str, columns: str, picture: str, height: int
) -> None:
    made = tmp_path / "ca.xlsx"
    office.ask("design", "new", "--output", str(made))
    book = openpyxl.load_workbook(made)
    for name in book.sheetnames:
        if name != title:
            del book[name]
    book[title].print_area = columns
    book.save(made)
    photograph(made, words, pictures / f"{picture}.png", tmp_path, height=height)


@pytest.mark.browser
@pytest.mark.needs("chromium")
def test_picture_of_what_is_told_of_a_design(office: Office, page: Page, tmp_path: Path, pictures: Path) -> None:
    made = tmp_path / "ong.xlsx"
    office.ask("design", "new", "--output", str(made))
    book = openpyxl.load_workbook(made)
    book[FIELDS.title]["D6"] = "đàn"
    book[FIGURES.title]["D5"] = "S01.ho_nuoi"
    book.save(made)
    told = office.ask("design", "check", str(made), expect=HELD).replace(f"{tmp_path}/", "")
    assert told.count("Tệp ong.xlsx") == 2
    shown = html.escape(f"$ returns design check ong.xlsx\n{told}")
    page.set_viewport_size({"width": 900, "height": 150})
    page.set_content(
        f"<pre style='margin:0;padding:16px;height:100vh;background:#1e1e1e;color:#eee;font:15px/1.5 monospace;"
        f"white-space:pre-wrap'>{shown}</pre>"
    )
    page.screenshot(path=pictures / "thiet-ke-loi.png")
    assert is_good(pictures / "thiet-ke-loi.png")


@pytest.mark.libreoffice
@pytest.mark.needs("soffice", "pdftoppm", "pdftotext")
def test_picture_of_the_blank_form_of_a_design(office: Office, tmp_path: Path, pictures: Path) -> None:
    design, made = tmp_path / "ca.xlsx", tmp_path / "ca-trong.xlsx"
    office.ask("design", "new", "--output", str(design))
    office.ask("design", "preview", str(design), "--output", str(made))
    book = openpyxl.load_workbook(made)
    (sheet,) = book.worksheets
    for label, value in {"Tổng diện tích ao nuôi": 12, "cá chép": 7, "cá khác": 4}.items():
        (row,) = (cell.row for cell in sheet["B"] if label in str(cell.value))
        sheet[f"D{row}"] = value
    sheet.print_area = None
    book.save(made)
    photograph(made, "Lệch", pictures / "thiet-ke-bieu-trong.png", tmp_path, height=400)


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
