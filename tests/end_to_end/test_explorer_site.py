"""The site that a refresh writes, opened from disk in headless Chromium, as an auditor would."""

import csv
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.end_to_end.office import RETURN_SET, SHIPPED, Office

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(refreshed: Office) -> Path:
    """The folder of the site of Hữu Kiên."""
    return refreshed.data / "explorer" / RETURN_SET


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails the test on any message of the console, any error, any request but for files."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="vi-VN")
    opened = context.new_page()
    opened.set_default_timeout(10_000)
    complaints: list[str] = []

    def asked(request: Request) -> None:
        if not request.url.startswith(("file:", "data:")):
            complaints.append(request.url)

    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("request", asked)
    opened.on("requestfailed", lambda request: complaints.append(request.url))
    yield opened
    context.close()
    assert complaints == []


class _Links(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.ids.append(value)
            elif name in ("href", "src") and value and not value.startswith("data:"):
                self.links.append(value)


def test_every_link_leads_somewhere_and_every_printed_id_to_its_cells(site: Path) -> None:
    pages = {path: _Links(path.read_text("utf-8")) for path in site.rglob("*.html")}
    leads = 0
    for path, found in pages.items():
        assert len(found.ids) == len(set(found.ids)), path
        for link in found.links:
            name, _, anchor = link.partition("#")
            target = (path.parent / name).resolve() if name else path
            assert target.is_file(), (path, link)
            assert target.is_relative_to(site)
            if anchor and target in pages:
                assert unquote(anchor) in pages[target].ids, (path, link)
                leads += 1
    assert leads > 3000
    with (SHIPPED / "printed.csv").open(encoding="utf-8") as file:
        printed = {row["id"] for row in csv.DictReader(file)}
    assert len(printed) == 504
    traced: dict[str, str] = {}
    for path in (site / "trace").glob("*.html"):
        for article in re.findall(r'<article class="trace" id="([^"]+)".*?</article>', path.read_text("utf-8"), re.S):
            traced[article] = path.stem
    assert printed <= set(traced)
    for path in (site / "trace").glob("*.html"):
        for identifier, said in re.findall(
            r'<article class="trace" id="([^"]+)"(.*?)</article>', path.read_text("utf-8"), re.S
        ):
            assert re.search(r'href="\.\./sheets/[a-z0-9_-]+\.html#[A-Z]+\d+"', said), identifier


@pytest.mark.browser
@pytest.mark.needs("chromium")
def test_two_clicks_from_a_figure_to_its_cell(site: Path, page: Page, artefacts: Path) -> None:
    page.goto((site / "chapters" / "livestock.html").as_uri())
    row = page.get_by_role("row").filter(has_text="livestock.horse.ordinary.heads")
    expect(row.get_by_text("Mâu thuẫn")).to_be_visible()

    row.get_by_role("link", name="996").click()
    trace = page.get_by_role("article", name="Ngựa thường 996 con")
    expect(trace).to_be_in_viewport()
    expect(trace.get_by_text("cộng các thôn «Ngựa thường» (biểu B01)")).to_be_visible()
    source = trace.get_by_role("row").filter(has_text="Thôn Nà Lìa")
    expect(source.get_by_text("ghi nhầm một chữ số")).to_be_visible()
    expect(source.locator("abbr")).to_have_attribute("title", re.compile(r"^[0-9a-f]{64}$"))
    page.screenshot(path=artefacts / "trace.png")

    source.get_by_role("link", name=re.compile("D13")).click()
    cell = page.locator("td:target")
    expect(cell).to_have_attribute("id", "D13")
    expect(cell).to_be_in_viewport()
    expect(cell).to_contain_text("207")
    expect(cell).to_contain_text("267")
    page.screenshot(path=artefacts / "cell.png")

    # And back: the cell says which figures use it.
    cell.get_by_role("link").click()
    uses = page.locator("#use-D13")
    uses.get_by_role("link", name="Ngựa thường", exact=True).click()
    expect(page).to_have_url(re.compile(r"trace/livestock\.html#livestock\.horse\.ordinary\.heads$"))


@pytest.mark.browser
@pytest.mark.needs("chromium")
def test_search_finds_with_and_without_diacritics_and_by_id(site: Path, page: Page, artefacts: Path) -> None:
    page.goto((site / "index.html").as_uri())
    box = page.get_by_role("searchbox", name="Tìm chỉ tiêu")
    results = page.get_by_role("list", name="Kết quả tìm").get_by_role("link")
    box.fill("ngua bach")
    expect(results.first).to_contain_text("Ngựa bạch")
    expect(results.first).to_contain_text("1.482 con")
    expect(page.get_by_role("status")).to_have_text("5 chỉ tiêu")
    page.screenshot(path=artefacts / "search.png")
    box.fill("NGỰA BẠCH")
    expect(results.first).to_contain_text("livestock.horse.white.heads")
    box.fill("dang ky suoi mo")
    expect(results.first).to_contain_text("Thôn Suối Mỏ")
    box.fill("suối mạ")
    expect(results.filter(has_text="Suối Mỏ")).to_have_count(0)
    box.fill("budget.revenue.total")
    expect(results.first).to_contain_text("3.819.888.592 đồng")
    box.fill("<img src=x>")
    expect(page.get_by_text("Không tìm thấy chỉ tiêu nào.")).to_be_visible()

    # By keyboard alone: / to the box, arrows into the results, Escape out of them, Enter to the first.
    box.fill("")
    page.locator("body").click(position={"x": 5, "y": 400})
    page.keyboard.press("/")
    page.keyboard.type("ngua bach")
    page.keyboard.press("ArrowDown")
    expect(results.first).to_be_focused()
    page.keyboard.press("Escape")
    expect(box).to_be_focused()
    expect(results).to_have_count(0)
    page.keyboard.press("End")
    page.keyboard.type(" sinh san")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("livestock.horse.white.breeding.heads$"))


@pytest.mark.browser
@pytest.mark.needs("chromium")
def test_the_interface_speaks_english_and_remembers_it(site: Path, page: Page, artefacts: Path) -> None:
    page.goto((site / "index.html").as_uri())
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("link", name="Findings")).to_be_visible()
    expect(page.get_by_role("searchbox", name="Find a figure")).to_have_attribute(
        "placeholder", "Name, with or without diacritics, or id"
    )
    page.get_by_role("link", name="Chăn nuôi và xuất bán").click()
    expect(page.get_by_role("columnheader", name="Computed").first).to_be_visible()
    expect(page.get_by_text("Ngựa thường", exact=True).first).to_be_visible()
    page.screenshot(path=artefacts / "english.png")
    page.get_by_role("button", name="Tiếng Việt").click()
    expect(page.get_by_role("columnheader", name="Tính được").first).to_be_visible()


@pytest.mark.browser
@pytest.mark.needs("chromium")
def test_a_keyboard_and_a_screen_reader_find_their_way(site: Path, page: Page) -> None:
    page.goto((site / "findings.html").as_uri())
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Đến nội dung chính")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    expect(page.get_by_role("navigation").get_by_role("link", name="Phát hiện")).to_have_attribute(
        "aria-current", "page"
    )
    for role in ("banner", "search", "main", "contentinfo"):
        expect(page.get_by_role(role)).to_have_count(1)
    page.goto((site / "chapters" / "livestock.html").as_uri())
    chart = page.get_by_role("img", name="Tổng đàn gia súc theo đơn vị báo cáo")
    expect(chart).to_be_visible()
    expect(chart).to_have_accessible_description(re.compile(r"Thôn Nà Lìa 1\.437 con"))
    page.get_by_text("Xem bằng bảng số").first.click()
    expect(page.get_by_role("cell", name="663", exact=True)).to_be_visible()


@pytest.mark.browser
@pytest.mark.needs("chromium")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_can_be_read(site: Path, browser: Browser, scheme: str, artefacts: Path) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    for name in ("index", "chapters/livestock", "chapters/budget", "trace/livestock", "sheets/na_lia-chan_nuoi"):
        page.goto((site / f"{name}.html").as_uri())
        page.screenshot(path=artefacts / f"{name.replace('/', '-')}.png", full_page=name != "trace/livestock")
        assert page.evaluate(_CONTRAST) == [], name
    context.close()


_CONTRAST = """() => {
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (node) => {
    for (let one = node; one; one = one.parentElement) {
      const color = parse(getComputedStyle(one).backgroundColor);
      if (color.length === 3 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const found = new Set();
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some((one) => one.nodeType === 3 && one.data.trim());
    if (!own || !node.checkVisibility() || node.closest("svg title, svg desc, .unseen, .skip")) continue;
    const style = getComputedStyle(node);
    const ink = parse(node instanceof SVGElement ? style.fill : style.color);
    const [a, b] = [light(ink), light(behind(node))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) found.add(`${node.tagName}.${node.getAttribute("class")} ${ratio.toFixed(2)}`);
  }
  return [...found];
}"""
"""Texts whose contrast is below 4.5 : 1, the AA level."""


@pytest.mark.browser
@pytest.mark.needs("chromium")
def test_on_a_telephone_nothing_runs_off_the_side(site: Path, browser: Browser, artefacts: Path) -> None:
    context = browser.new_context(viewport={"width": 380, "height": 800})
    page = context.new_page()
    for path in sorted(site.rglob("*.html")):
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 380, path
    for name in ("index", "chapters/livestock"):
        page.goto((site / f"{name}.html").as_uri())
        page.screenshot(path=artefacts / f"{name.replace('/', '-')}-380.png", full_page=True)
    page.goto((site / "trace" / "livestock.html").as_uri() + "#livestock.horse.white.share")
    page.screenshot(path=artefacts / "trace-380.png")
    context.close()


@pytest.mark.browser
@pytest.mark.needs("chromium")
def test_it_prints(site: Path, page: Page, artefacts: Path) -> None:
    page.goto((site / "chapters" / "livestock.html").as_uri())
    page.pdf(path=artefacts / "livestock.pdf", prefer_css_page_size=True)
    page.emulate_media(media="print")
    expect(page.get_by_role("search")).to_be_hidden()
    expect(page.get_by_text("Ngựa thường", exact=True).first).to_be_visible()
    page.screenshot(path=artefacts / "livestock-print.png")


@pytest.mark.browser
@pytest.mark.needs("chromium")
def test_it_can_be_read_without_scripts(site: Path, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site / "chapters" / "livestock.html").as_uri())
    expect(page.get_by_role("searchbox")).to_be_hidden()
    page.get_by_role("link", name="996").click()
    page.get_by_role("link", name=re.compile("na_lia")).locator("visible=true").first.click()
    expect(page.get_by_role("heading", name=re.compile("Chăn nuôi"))).to_be_visible()
    context.close()
