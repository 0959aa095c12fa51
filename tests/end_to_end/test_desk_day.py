"""A day at the desk, in a browser without JavaScript, from an empty machine to a release that holds; no terminal."""

import io
import re
import shutil
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Browser, Page, expect

from pipelines.handout.layout import Answer
from schemas.periods import Period
from tests.end_to_end import small_commune
from tests.end_to_end.dagster_pages import first_start
from tests.end_to_end.office import Office
from tests.end_to_end.waiting import wait_for

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.browser, pytest.mark.daemon, pytest.mark.slow]

PASSWORD = "mot-cau-that-dai"
KEY = small_commune.RETURN_SET
RUN = 300_000
"""Milliseconds that a run may take on a machine that does other work as well."""


NEXT_PERIOD = Period.parse("2024-H2")
NEXT = f"{NEXT_PERIOD.code}_{small_commune.COMMUNE}"
NEW = "ban_moi"
"""A fourth village."""
WARNED = "ban_duoi"
"""The village that registers less forest than is usual for its households, and is right."""


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """What comes in: four workbooks, with slips in two of them, one of another period, and one that is no workbook."""
    elsewhere = tmp_path_factory.mktemp("sent")
    small_commune.send_to(elsewhere, slip=True)
    folder = elsewhere / small_commune.PERIOD.code / small_commune.COMMUNE
    none = dict.fromkeys(small_commune.answers(WARNED), Answer(0))
    (folder / f"{NEW}.xlsx").write_bytes(small_commune.returned("Bản Mới", none))
    little = {("B04", "", "registered_households"): Answer(10)} | {
        ("B04", "", name): Answer(2) for name in ("registered_area", "registered_pine")
    }
    warned = small_commune.returned(small_commune.VILLAGES[WARNED], small_commune.answers(WARNED) | little)
    (folder / f"{WARNED}.xlsx").write_bytes(warned)
    old = small_commune.returned("Bản Trên", small_commune.answers("ban_tren"), Period.parse("2023-H2"))
    (folder / "ban_tren-cu.xlsx").write_bytes(old)
    (folder / "ghi-chu.xlsx").write_text("gọi lại Bản Dưới")
    return sorted(folder.glob("*.xlsx"))


@pytest.fixture(scope="module")
def sent_next(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """What comes for the period after: a village has one ordinary horse more."""
    folder = tmp_path_factory.mktemp("sent-next")
    for village, name in {**small_commune.VILLAGES, NEW: "Bản Mới"}.items():
        given = small_commune.answers(village if village != NEW else WARNED)
        if village == NEW:
            given = dict.fromkeys(given, Answer(0))
        if village == "ban_tren":
            more = {"horse_ordinary": 31, "horse": 43, "total": 43}
            given |= {("B01", "", field): Answer(heads) for field, heads in more.items()}
        (folder / f"{village}.xlsx").write_bytes(small_commune.returned(name, given, NEXT_PERIOD))
    return sorted(folder.glob("*.xlsx"))


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """A machine on which nobody has been: places, and nothing else."""
    office = Office(tmp_path, KEY)
    office.raw.mkdir()
    village = f"{NEW},village,Bản Mới,{small_commune.COMMUNE},,,,,,\n"
    (office.raw / "places.csv").write_text(small_commune.PLACES + village, encoding="utf-8")
    return office


def opened(browser: Browser, url: str, width: int = 1366) -> Page:
    """Open a page of somebody of their own; without JavaScript."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, locale="en-US", java_script_enabled=False, base_url=url
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    return page


def enter(page: Page, link: str, **fields: str) -> None:
    """Follow a link that works once, and set a password."""
    page.goto(link)
    for name, value in {**fields, "password1": PASSWORD, "password2": PASSWORD}.items():
        page.locator(f"[name={name}]").fill(value)
    page.get_by_role("button", name="Đặt mật khẩu và vào").click()


def add_user(page: Page, name: str, title: str, role: str) -> str:
    """Add a user on the administrator's page; return their link."""
    page.goto("/users")
    page.locator("[name=username]").fill(name)
    page.locator("[name=title]").fill(title)
    page.locator(f"[name=roles][value={role}]").check()
    page.get_by_role("button", name="Thêm và đưa liên kết").click()
    return page.locator("code").inner_text()


def drop(page: Page, files: list[Path], key: str = KEY) -> None:
    """Let workbooks be checked."""
    page.goto("/receive")
    page.locator("select").select_option(key)
    page.locator("input[type=file]").set_input_files(files)
    page.get_by_role("button", name="Kiểm tra").click()


def run_what_has_changed(page: Page) -> None:
    """Press the button, or find that the sensor was quicker; wait for the sentence at the end."""
    button = page.get_by_role("button", name="Chạy những gì đã đổi")
    last = page.get_by_text("Lần cuối").get_by_role("link")

    def pressed() -> bool:
        page.goto("/")
        if button.count() and button.is_enabled():
            button.click()
        elif not button.count() and last.count():
            last.click()
        page.wait_for_load_state()
        return "/run/" in page.url

    wait_for("Dagster answers, and runs or has run", pressed, seconds=120)
    expect(page.get_by_text("Đã chạy xong")).to_be_visible(timeout=RUN)


def until_dagster_answers(page: Page) -> None:
    """The page reloads itself, without JavaScript too."""
    page.goto("/dagster/")
    expect(page.get_by_text("Dagster đang khởi động")).to_have_count(0, timeout=120_000)


def test_a_day_from_an_empty_machine_to_a_release(
    office: Office, sent: list[Path], sent_next: list[Path], browser: Browser, tmp_path: Path, artefacts: Path
) -> None:
    with first_start(office, tmp_path / "ui.log", {"RETURNS_TODAY": "2024-07-05"}) as (url, link):
        admin, officer, approver, auditor = (opened(browser, url) for _ in range(4))
        enter(admin, link, username="thanh", title="Chánh văn phòng")
        for page, name, title, role in (
            (officer, "lan", "Công chức thống kê", "officer"),
            (approver, "hoa", "Phó chủ tịch", "approver"),
            (auditor, "minh", "Thanh tra", "auditor"),
        ):
            enter(page, add_user(admin, name, title, role))
        admin.screenshot(path=artefacts / "1-link.png")
        expect(officer.get_by_text("Chưa nhận được sổ tính nào")).to_be_visible()
        until_dagster_answers(officer)

        # Blank forms are handed out, and the workbooks that come back received: what is none of this period is not.
        officer.goto(f"/blanks/{KEY}")
        officer.screenshot(path=artefacts / "1-blanks.png", full_page=True)
        with officer.expect_download() as given:
            officer.get_by_role("link", name="Tải sổ tính của Thôn Bản Giữa").click()
        assert openpyxl.load_workbook(io.BytesIO(given.value.path().read_bytes())).sheetnames[:2] == [
            "Chăn nuôi",
            "Lâm nghiệp",
        ]
        drop(officer, sent)
        expect(officer.get_by_text("Không nhận được.")).to_have_count(2)
        expect(officer.get_by_text("có 1 lỗi")).to_be_visible()
        officer.screenshot(path=artefacts / "2-checked.png", full_page=True)
        assert not office.returns.exists(), "nothing is kept yet"
        officer.get_by_role("button", name="Nhận", exact=True).click()
        expect(officer.get_by_text("Biên nhận:")).to_have_count(4)
        # Nothing has been read yet, so nobody is said to be complete.
        expect(officer.get_by_text("–/4")).to_be_visible()
        officer.screenshot(path=artefacts / "3-board.png", full_page=True)
        run_what_has_changed(officer)
        expect(officer.get_by_text("Giữ lại: B01")).to_be_visible()

        # The village is asked, and the slip is put right from what is proposed.
        officer.goto(f"/findings/{KEY}/of/{small_commune.SLIP[0]}")
        officer.screenshot(path=artefacts / "4-findings.png", full_page=True)
        expect(officer.get_by_label("Lời nhắn")).to_have_value(re.compile("Kính gửi Thôn Bản Giữa"))
        officer.locator("summary").first.click()
        proposal = (
            officer.locator("form").filter(has=officer.locator(f"input[value='{small_commune.SLIPPED}=35']")).first
        )
        proposal.get_by_label("Lý do").fill("Trưởng thôn xác nhận cộng nhầm")
        proposal.get_by_role("button", name="Ghi đính chính").click()
        expect(officer.get_by_text("«40» thành «35»").first).to_be_visible()
        # The other says that its number is right.
        left_open = officer.context.new_page()
        left_open.goto(f"/findings/{KEY}/of/{WARNED}")
        officer.goto(f"/findings/{KEY}/of/{WARNED}")
        own = officer.locator("form").filter(has=officer.get_by_role("button", name="Giữ nguyên")).first
        own.get_by_label("Lý do").fill("Thôn xác nhận, mỗi hộ đăng ký ít")
        own.get_by_role("button", name="Giữ nguyên").click()
        expect(officer.get_by_text("Đã quyết định, chờ lần chạy tới").first).to_be_visible()
        officer.screenshot(path=artefacts / "5-decided.png", full_page=True)
        run_what_has_changed(officer)
        expect(officer.get_by_text("Không giữ lại biểu nào; đủ mọi đơn vị.")).to_be_visible()
        officer.goto("/")
        expect(officer.get_by_text("Không còn gì phải làm")).to_be_visible()

        # Another approves; who has entered may not.
        officer.goto(f"/approve/{KEY}")
        expect(officer.get_by_role("button", name="Duyệt, phát hành và đóng kỳ")).to_have_count(0)
        approver.goto(f"/approve/{KEY}")
        expect(approver.get_by_text("Người đã nhập: lan.")).to_be_visible()
        approver.get_by_role("button", name="Duyệt, phát hành và đóng kỳ").click()
        expect(approver.get_by_text("Đã duyệt và phát hành")).to_be_visible()
        approver.screenshot(path=artefacts / "6-approved.png", full_page=True)

        # The period is closed: what comes now is told so, and so is who decides on a page left open, or copies a file.
        drop(officer, [path for path in sent if path.stem == small_commune.SLIP[0]])
        expect(officer.get_by_text("đã đóng bằng bản phát hành")).to_be_visible()
        expect(officer.get_by_role("button", name="Nhận", exact=True)).to_have_count(0)
        officer.screenshot(path=artefacts / "7-closed.png", full_page=True)
        decided = (office.returns / "corrections.csv").read_bytes()
        late = left_open.locator("form").filter(has=left_open.get_by_role("button", name="Giữ nguyên")).first
        late.get_by_label("Lý do").fill("Thôn gọi lại sau khi duyệt")
        late.get_by_role("button", name="Giữ nguyên").click()
        expect(left_open.get_by_text("đã đóng bằng bản phát hành").first).to_be_visible()
        left_open.screenshot(path=artefacts / "7-decided-late.png", full_page=True)
        assert (office.returns / "corrections.csv").read_bytes() == decided
        shutil.copy(sent_next[0], office.returns / f"{small_commune.SLIP[0]}.xlsx")
        officer.goto(f"/sets/{KEY}")
        expect(officer.get_by_text("Đổi sau khi đóng nên không công bố: ban_giua.xlsx")).to_be_visible()
        officer.screenshot(path=artefacts / "7-copied-late.png", full_page=True)

        # The next period is compared with this one.
        drop(officer, sent_next, NEXT)
        officer.get_by_role("button", name="Nhận", exact=True).click()
        expect(officer.get_by_text("Biên nhận:")).to_have_count(4)
        run_what_has_changed(officer)
        officer.goto("/compare")
        horses = officer.get_by_role("row").filter(has=officer.get_by_role("link", name="Đàn ngựa", exact=True))
        assert horses.get_by_role("cell").all_inner_texts()[1:] == ["67", "66", "+1", "+1,5"]
        officer.screenshot(path=artefacts / "8-compare.png", full_page=True)
        horses.get_by_role("link").click()
        village = officer.get_by_role("row").filter(has=officer.get_by_role("rowheader", name="Thôn Bản Trên"))
        assert village.get_by_role("cell").all_inner_texts() == ["43", "42", "+1", "+2,4"]
        officer.screenshot(path=artefacts / "8-figure.png", full_page=True)

        # The auditor reads all of it and changes nothing.
        auditor.goto("/record")
        for words in ("Nhận sổ tính", "Ghi đính chính", "Bắt đầu một lần chạy", "Duyệt và phát hành"):
            expect(auditor.get_by_role("cell", name=words).first).to_be_visible()
        auditor.screenshot(path=artefacts / "9-record.png", full_page=True)
        auditor.goto(f"/explorer/{KEY}/chapters/livestock.html")
        auditor.get_by_role("row").filter(has_text="livestock.horse.heads").get_by_role("link", name="66").first.click()
        trace = auditor.locator("article:target")
        trace.get_by_role("link", name=re.compile(r"D\d")).first.click()
        expect(auditor.locator("td:target")).to_be_visible()
        auditor.screenshot(path=artefacts / "10-cell.png")
        narrow = opened(browser, url, width=375)
        narrow.context.add_cookies(
            [{"name": one["name"], "value": one["value"], "url": url} for one in officer.context.cookies()]
        )
        for number, path in enumerate(("/", "/receive", f"/findings/{KEY}", f"/approve/{KEY}", "/compare")):
            narrow.goto(path)
            narrow.screenshot(path=artefacts / f"narrow-{number}.png", full_page=True)
            assert narrow.locator("body").evaluate("body => body.scrollWidth") <= 375, path
    assert office.rows("figures", "--period", small_commune.PERIOD.code)
    figures = pq.read_table(office.data / "figures" / "livestock" / f"{KEY}.parquet").to_pylist()
    values = {row["id"]: row["value"] for row in figures}
    assert values["livestock.horse.heads"] == 66
    assert values["livestock.poultry.heads"] == 35 * 3, "as it was corrected"
    office.run("verify", "2024-h1-thu-nghiem-lan-1")
