"""The annexes that ``returns report`` makes, opened and printed by another program: what an official sees on paper."""

import io
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import openpyxl
import pytest
from docx import Document

from tests.end_to_end.office import CANNOT, HELD, PROJECT, RETURN_SET, Office

pytestmark = [pytest.mark.slow, pytest.mark.libreoffice, pytest.mark.needs("soffice", "pdftoppm", "pdftotext")]

NAME = "phu-luc-2024-H1-huu-kien"
POINTS_IN_MM = 72 / 25.4
XHTML = "{http://www.w3.org/1999/xhtml}"

FONTS = {"TimesNewRoman", "TimesNewRomanPSMT", "Tinos", "LiberationSerif", "DejaVuSerif", "DejaVuSans"}
"""Times, what stands in for it, and what brings the letters that the latter lacks."""


def converted(path: Path, kind: str, folder: Path) -> Path:
    """The file as LibreOffice makes another kind of it."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", str(folder), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    made = folder / f"{path.stem}.{kind.partition(':')[0]}"
    assert made.is_file()
    return made


def said(*command: str | Path) -> str:
    return subprocess.run(
        [str(word) for word in command], check=True, capture_output=True, text=True, timeout=120
    ).stdout


@pytest.fixture(scope="module")
def reported(refreshed: Office, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office that has made its annexes."""
    office = refreshed.copy(tmp_path_factory.mktemp("reported"))
    office.run("report")
    return office


@pytest.fixture(scope="module")
def report(reported: Office) -> Path:
    """The folder of the annexes."""
    return reported.data / "report" / RETURN_SET


@pytest.fixture(scope="module")
def pdf(report: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Word annex as it is printed; its pages are kept for who wants to look at them."""
    folder = tmp_path_factory.mktemp("printed")
    made = converted(report / f"{NAME}.docx", "pdf", folder)
    pictures = PROJECT / ".ci-artefacts" / "report"
    pictures.mkdir(parents=True, exist_ok=True)
    said("pdftoppm", "-r", "60", "-png", made, pictures / "page")
    return made


def words_on(pdf: Path) -> list[list[tuple[str, float, float, float]]]:
    """Page by page, each word with its left and right edge and its upper edge, in millimetres."""
    tree = ET.fromstring(said("pdftotext", "-bbox", pdf, "-"))
    return [
        [
            (
                word.text or "",
                float(word.attrib["xMin"]) / POINTS_IN_MM,
                float(word.attrib["xMax"]) / POINTS_IN_MM,
                float(word.attrib["yMin"]) / POINTS_IN_MM,
            )
            for word in page.iter(f"{XHTML}word")
        ]
        for page in tree.iter(f"{XHTML}page")
    ]


def test_the_word_annex_prints_inside_its_margins_with_a_number_on_every_page_but_the_first(pdf: Path) -> None:
    pages = words_on(pdf)
    assert 20 <= len(pages) <= 32
    for number, words in enumerate(pages, start=1):
        head = [text for text, _, _, top in words if top < 18]
        assert head == ([] if number == 1 else [str(number)])
        assert len(words) > 30, f"page {number} is as good as empty"
        for text, left, right, top in words:
            assert left > 29, (number, text)
            assert right < 196, (number, text)
            assert top < 297 - 20, (number, text)


def test_the_word_annex_says_on_paper_what_it_has_to(pdf: Path) -> None:
    text = said("pdftotext", pdf, "-")
    # The letters that a font lacks come from another one, which pdftotext may take for the beginning of a word.
    words = re.sub(r"\s+", "", text)
    for wanted in (
        "ỦY BAN NHÂN DÂN",
        "XÃ HỮU KIÊN",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "PHỤ LỤC",
        "6 THÁNG ĐẦU NĂM 2024",
        "3.819.888.592",
        "36.099.500.000",
        "thừa một chữ số so với số cộng",
        "Biểu đồ: Tổng đàn gia súc theo đơn vị báo cáo",
    ):
        assert wanted.replace(" ", "") in words
    assert not re.search(r"\b(nan|None|null|True|False|Figure|Total|Error)\b|[{}]", text)
    fonts = {line.split()[0].split("+")[-1].partition("-")[0] for line in said("pdffonts", pdf).splitlines()[2:]}
    assert fonts
    assert fonts <= FONTS


def test_no_heading_is_left_alone_at_the_foot_of_a_page(pdf: Path) -> None:
    pictured = [line.split()[0] for line in said("pdfimages", "-list", pdf).splitlines()[2:]]
    assert len(pictured) > 5
    for number, page in enumerate(said("pdftotext", "-layout", pdf, "-").split("\f"), start=1):
        lines = [line for line in page.splitlines() if line.strip()]
        if lines:
            assert not re.match(r"\s*([IVXL]+\. |STT\b)", lines[-1]), lines[-1]
            # A picture has no words that could be read: what names it may be the last that can be.
            assert "Biểu đồ:" not in page or str(number) in pictured


def test_every_formula_gives_our_figure_where_the_workbook_is_computed_anew(report: Path, tmp_path: Path) -> None:
    shipped = report / f"{NAME}.xlsx"
    # LibreOffice believes the results that lie in a workbook, so those of the formulas are taken out first.
    bare = tmp_path / "bare.xlsx"
    taken = 0
    with zipfile.ZipFile(shipped) as old, zipfile.ZipFile(bare, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("xl/worksheets/"):
                content, found = re.subn(rb"(</f>)<v>[^<]*</v>", rb"\1", content)
                taken += found
            new.writestr(name, content)
    assert taken > 600
    (tmp_path / "out").mkdir()
    recomputed = openpyxl.load_workbook(converted(bare, "xlsx", tmp_path / "out"), data_only=True)
    formulas = openpyxl.load_workbook(shipped)
    ours = openpyxl.load_workbook(shipped, data_only=True)
    compared = 0
    for sheet in formulas.worksheets:
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"):
            told = (sheet.title, cell.coordinate, cell.value)
            value, again = ours[sheet.title][cell.coordinate].value, recomputed[sheet.title][cell.coordinate].value
            decimals = len(cell.number_format.partition(".")[2])
            assert isinstance(again, int | float), told
            assert round(again, decimals) == round(value, decimals), told
            compared += 1
    assert compared == taken


def test_the_figures_in_the_workbook_are_those_that_are_published(report: Path, refreshed: Office) -> None:
    published = [float(row["value"]) for row in refreshed.rows("figures")]
    book = openpyxl.load_workbook(report / f"{NAME}.xlsx", data_only=True)
    chapters = [sheet for sheet in book.worksheets if re.match(r"[IVXL]+\. ", sheet.title)]
    told = [row[3].value for sheet in chapters for row in sheet.iter_rows(min_row=4) if row[2].value]
    assert sorted(told) == pytest.approx(sorted(published))


def test_the_workbook_prints_too(report: Path, tmp_path: Path) -> None:
    pages = words_on(converted(report / f"{NAME}.xlsx", "pdf", tmp_path))
    assert all(pages)
    text = " ".join(word for page in pages for word, *_ in page)
    assert not re.search(r"#(REF|NAME|VALUE|DIV/0|N/A)|###", text)


def test_the_annexes_are_named_made_once_and_copied_where_somebody_wants_them(
    reported: Office, report: Path, tmp_path: Path
) -> None:
    before = {path: path.stat().st_mtime_ns for path in report.iterdir()}
    assert reported.ask("report").split() == [str(report / f"{NAME}.docx"), str(report / f"{NAME}.xlsx")]
    reported.ask("report", "--output", str(tmp_path / "out"))
    assert {path: path.stat().st_mtime_ns for path in report.iterdir()} == before, "they were current"
    for path in (tmp_path / "out").iterdir():
        assert path.read_bytes() == (report / path.name).read_bytes()


def test_a_release_has_annexes_of_its_own_figures(office: Office, tmp_path: Path) -> None:
    office.ask("release", "lan-1")
    office.ask("report", "--release", "lan-1", expect=CANNOT)
    office.ask("report", "--release", "lan-1", "--output", str(tmp_path / "before"))
    shutil.rmtree(office.raw)  # a release is answered from without what it was once made of
    office.ask("report", "--release", "lan-1", "--output", str(tmp_path / "after"))
    for path in (tmp_path / "before").iterdir():
        assert path.read_bytes() == (tmp_path / "after" / path.name).read_bytes()
    words = Document(str(tmp_path / "after" / f"{NAME}.docx")).element.body.itertext()
    assert "Số liệu theo bản đã phát hành «lan-1»." in "".join(words)


def test_what_is_missing_or_held_back_is_told_and_never_a_low_total(tmp_path: Path) -> None:
    office = Office.founded(tmp_path / "office")
    (office.returns / "co_huong.xlsx").unlink()
    office.fill("culture.xlsx", "Văn hóa, thông tin", {"D15": 999})  # of eight villages
    office.refresh(expect=HELD)
    assert {row["form"] for row in office.blocking()} == {"L01"}
    office.ask("report", "--output", str(tmp_path / "out"))
    document = Document(str(tmp_path / "out" / f"{NAME}.docx"))
    rows = {
        cells[1].text: [cell.text for cell in cells[3:]]
        for table in document.tables[1:]
        for row in table.rows
        if len(cells := row.cells) == 5
    }
    assert rows["Đàn dê"][0].startswith("thiếu 1/8(")
    text = "".join(document.element.body.itertext())
    assert "Mới có 7/8 báo cáo. Chưa gửi: Thôn Co Hương." in text
    assert rows["Số đội tham dự giải bóng đá"][0].startswith("…(")
    assert "Chưa cập nhật: biểu L01 «Hoạt động văn hóa, thể thao, thông tin» đang bị giữ lại; chưa có số nào" in text
    book = openpyxl.load_workbook(io.BytesIO((tmp_path / "out" / f"{NAME}.xlsx").read_bytes()))
    goats = next(
        row
        for sheet in book.worksheets
        for row in sheet.iter_rows(min_row=4)
        if len(row) > 3 and row[1].value == "Đàn dê"
    )
    assert goats[3].value == "thiếu 1/8"
