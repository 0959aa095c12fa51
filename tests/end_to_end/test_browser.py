"""The officer's path in a real browser: a run of the command, a broken workbook, the red check that names the cell."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.end_to_end.dagster_pages import LOCATION, Pages
from tests.end_to_end.office import RETURN_SET, Office

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.browser, pytest.mark.daemon, pytest.mark.slow]

FINISHED = re.compile(r"\[(SUCCESS|FAILURE|CANCELED)\]")
RUN_SECONDS = 300


@pytest.fixture(scope="module")
def office(refreshed: Office, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office whose first refresh came from the command line."""
    return refreshed.copy(tmp_path_factory.mktemp("browser"))


def ready_to_launch(page: Page, url: str, return_set: str = RETURN_SET) -> Locator:
    """Job page, Materialize all…, choose the return set; return the dialog, which has only to be sent off."""
    page.goto(f"{url}/locations/{LOCATION}/jobs/refresh")
    page.get_by_role("button", name="Materialize all…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Select a partition or create one").click()
    page.get_by_role("menuitem").filter(has_text=return_set).click()
    page.keyboard.press("Escape")  # closes the menu, the dialog stays
    return dialog


def materialise(page: Page, url: str, return_set: str = RETURN_SET) -> None:
    """Choose the return set and launch its run; ends on the page of the run."""
    dialog = ready_to_launch(page, url, return_set)
    dialog.get_by_role("button", name="Launch 1 run").click()
    page.get_by_text(re.compile("Launched run")).first.wait_for()
    page.get_by_text("View", exact=True).first.click()  # the toast goes away after a few seconds
    page.wait_for_url("**/runs/*")


def outcome(page: Page) -> str:
    """Wait until the run whose page is open has ended; return how."""
    expect(page).to_have_title(FINISHED, timeout=RUN_SECONDS * 1000)
    found = FINISHED.search(page.title())
    assert found is not None
    return found.group(1)


def look_at(page: Page, url: str, picture: Path) -> None:
    page.goto(url)
    page.wait_for_load_state("load")
    page.wait_for_timeout(4000)  # the page goes on asking for ever, and lays its graph out in between
    page.screenshot(path=picture)


def test_a_run_of_the_command_is_there_to_look_at(pages: Pages, page: Page, artefacts: Path) -> None:
    look_at(page, f"{pages.url}/locations/{LOCATION}/jobs/refresh/runs", artefacts / "1-runs-of-the-job.png")
    expect(page.get_by_text("Success").first).to_be_visible()
    expect(page.get_by_text(RETURN_SET).first).to_be_visible()
    look_at(page, f"{pages.url}/assets/marts/livestock?view=events", artefacts / "2-mart-materialised.png")
    expect(page.get_by_text(RETURN_SET).first).to_be_visible()


def test_officer_materialises_and_finds_the_broken_cell(
    office: Office, pages: Pages, page: Page, artefacts: Path
) -> None:
    look_at(page, f"{pages.url}/asset-groups", artefacts / "1-asset-graph.png")
    look_at(page, f"{pages.url}/assets/findings/livestock?view=checks", artefacts / "2-check-green.png")
    expect(page.get_by_text("Không có phát hiện nào.").first).to_be_visible()
    look_at(page, f"{pages.url}/assets/marts/livestock", artefacts / "3-mart.png")
    before = office.tables("marts")["livestock"]

    # A broken form is no failure of the run: it is a red check, and a sentence in the run's log.
    office.fill("na_lia.xlsx", "Chăn nuôi", {"D12": 664})
    materialise(page, pages.url)
    assert outcome(page) == "SUCCESS"
    page.wait_for_timeout(1500)
    page.reload()  # begins at the end of the log
    said = page.get_by_text(
        "6 tháng đầu năm 2024 của Xã Hữu Kiên: giữ lại B01; số đã công bố trước đó được giữ nguyên."
    )
    expect(said.first).to_be_visible(timeout=30_000)  # by then the page has been told of every event
    page.screenshot(path=artefacts / "4-run.png")

    look_at(page, f"{pages.url}/assets/findings/livestock?view=checks", artefacts / "5-check-red.png")
    for text in ("na_lia.xlsx", "Chăn nuôi"):
        expect(page.get_by_role("cell", name=text, exact=True).first).to_be_visible()
    headings = page.get_by_role("table").filter(has_text="Việc cần làm").last.locator("th").all_inner_texts()
    assert headings == ["Việc cần làm", "Gợi ý", "Tệp", "Trang", "Ô"]
    cells = page.get_by_role("cell", name=re.compile(r"^D12\b")).first
    expect(cells).to_be_visible()
    cells.scroll_into_view_if_needed()
    page.screenshot(path=artefacts / "6-check-red-table.png")
    look_at(page, f"{pages.url}/asset-groups", artefacts / "7-asset-graph-red.png")
    assert office.tables("marts")["livestock"] == before
