"""The desk for everybody: what axe-core finds, the keyboard alone, a telephone's width, paper.

On the real server, in Chromium, on every page that a link leads to.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.end_to_end import small_commune
from tests.end_to_end.dagster_pages import Pages, desk_alone
from tests.end_to_end.office import CLEAN, HELD, Office
from tests.unit.desks import every_page

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.browser, pytest.mark.slow]

SERIOUS = {"serious", "critical"}
ROLES = ("officer", "approver", "administrator")
OF_REPORTER = f"/findings/{small_commune.RETURN_SET}/of/{small_commune.SLIP[0]}"

OF_MANY = ("/choose/receive", "/choose/find?in=chi-lang", "/choose/board?q=a", f"/communes/{small_commune.PERIOD.code}")
"""Pages that links lead to where there are more communes."""

NARROW, DESKTOP = {"width": 375, "height": 800}, {"width": 1366, "height": 900}
A4 = {"width": 794, "height": 1123}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office with a release and, since then, a slip."""
    office = small_commune.founded(tmp_path_factory.mktemp("access"))
    office.refresh(expect=CLEAN)
    office.ask("release", "lan-1")
    small_commune.send_to(office.root / "slipped", slip=True)
    name = f"{small_commune.SLIP[0]}.xlsx"
    (office.root / "slipped" / small_commune.PERIOD.code / small_commune.COMMUNE / name).rename(office.returns / name)
    office.refresh(expect=HELD)
    return office


@pytest.fixture(scope="module")
def desk(office: Office) -> Iterator[Pages]:
    with desk_alone(office, office.root / "ui.log", *ROLES) as desk:
        yield desk


@pytest.fixture(scope="module")
def addresses(desk: Pages) -> list[str]:
    """Of every page, once."""

    def html_at(address: str) -> str:
        answer = httpx2.get(desk.url + address, cookies=dict(desk.cookies))
        assert answer.status_code == 200, address
        return answer.text if answer.headers["content-type"].startswith("text/html") else ""

    found = every_page(html_at, each=1)
    assert OF_REPORTER in found
    return [*found, *OF_MANY]


def page_of(desk: Pages, browser: Browser, **more: Any) -> Page:
    context = browser.new_context(base_url=desk.url, locale="vi-VN", **{"viewport": DESKTOP, **more})
    page = context.new_page()
    page.set_default_timeout(60_000)
    desk.let_in(page)
    return page


ALL_RULES, CONTRAST = "{resultTypes: ['violations']}", "{runOnly: ['color-contrast']}"


@pytest.mark.parametrize(("scheme", "rules"), [("light", ALL_RULES), ("dark", CONTRAST)])
def test_axe_finds_nothing_serious_on_any_page(
    desk: Pages, browser: Browser, addresses: list[str], scheme: str, rules: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.base", reason="needs axe-playwright-python (make install)")
    page = page_of(desk, browser, color_scheme=scheme)
    found = []
    for address in addresses:
        page.goto(address)
        if address == "/receive":
            refuse_a_workbook(page)
        if address == OF_REPORTER:
            open_all(page)
        page.evaluate(axe.AXE_SCRIPT)
        told = page.evaluate(f"axe.run({rules})")["violations"]
        found += [(address, one["id"], one["nodes"][0]["html"]) for one in told if one["impact"] in SERIOUS]
    assert found == []
    page.context.close()


def refuse_a_workbook(page: Page) -> None:
    """Send what is no workbook, to see the page that says so."""
    page.locator("input[type=file]").set_input_files(
        {"name": "ghi-chu.txt", "mimeType": "text/plain", "buffer": "gọi lại".encode()}
    )
    page.get_by_role("button", name="Kiểm tra").click()
    expect(page.get_by_text("Không nhận được.")).to_be_visible()


def open_all(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")


CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary"
FOCUS = """
() => {
    const one = document.activeElement, style = getComputedStyle(one);
    const can = each => each.tabIndex >= 0 && !each.disabled && each.checkVisibility();
    const all = [...document.querySelectorAll(CONTROLS)].filter(can);
    const ringed = style.outlineStyle !== 'none' && style.outlineWidth !== '0px';
    return {at: all.indexOf(one), of: all.length, ringed};
}
""".replace("CONTROLS", repr(CONTROLS))


def test_the_keyboard_reaches_every_control_in_order_and_shows_where_it_is(
    desk: Pages, browser: Browser, addresses: list[str]
) -> None:
    page = page_of(desk, browser)
    for address in addresses:
        if address.startswith("/explorer"):
            continue
        page.goto(address)
        open_all(page)
        if page.locator("[autofocus]").count():
            page.locator("a.skip").focus()
        else:
            page.keyboard.press("Tab")
        expect(page.locator("a.skip")).to_be_focused()
        expect(page.locator("a.skip")).to_be_in_viewport()
        focus, reached = page.evaluate(FOCUS), []
        for _ in range(2 * focus["of"]):  # tables that scroll are stops as well
            if focus["at"] >= 0:
                reached.append(focus["at"])
                assert focus["ringed"], (address, focus)
            if focus["at"] == focus["of"] - 1:
                break
            page.keyboard.press("Tab")
            focus = page.evaluate(FOCUS)
        boxes = page.locator("input[type=radio]").count()
        assert reached == sorted(reached), address
        assert boxes or reached == list(range(focus["of"])), address
    page.context.close()


def test_a_decision_is_made_by_the_keyboard_alone_and_taken_back(desk: Pages, browser: Browser) -> None:
    page = page_of(desk, browser)
    page.goto(OF_REPORTER)
    to(page, page.locator("summary").first)
    page.keyboard.press("Enter")
    reason = page.get_by_label("Lý do").first
    to(page, reason)
    page.keyboard.type("Trưởng thôn xác nhận cộng nhầm")
    page.keyboard.press("Enter")
    expect(page.locator(".messages")).to_contain_text("Đã ghi vào sổ đính chính: ô")
    expect(page.locator(".messages")).to_be_in_viewport()
    expect(page.get_by_text("Đã quyết định, chờ lần chạy tới").first).to_be_visible()
    to(page, page.get_by_role("button", name="Hoàn tác"))
    page.keyboard.press("Space")
    expect(page.get_by_text("Đã hoàn tác quyết định cuối.")).to_be_visible()
    page.context.close()


def to(page: Page, wanted: Any) -> None:
    """Press the tabulator until something has the focus."""
    for _ in range(100):
        if wanted.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{wanted} is not reached")


def test_pages_fit_a_telephone_and_paper(desk: Pages, browser: Browser, addresses: list[str], artefacts: Path) -> None:
    page = page_of(desk, browser)
    for address in addresses:
        if address.startswith("/explorer"):
            continue
        page.goto(address)
        name = address.strip("/").replace("/", "-") or "board"
        page.screenshot(path=artefacts / f"{name}.png", full_page=True)
        for size, media in ((NARROW, "screen"), (A4, "print")):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            page.emulate_media(media=media)  # type: ignore[arg-type]
            page.screenshot(path=artefacts / f"{name}-{media}.png", full_page=True)
            assert page.evaluate("document.body.scrollWidth") <= size["width"], (address, media)
            assert media == "screen" or not page.get_by_role("button").all(), address
        page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
        page.emulate_media(media="screen")
    page.context.close()
