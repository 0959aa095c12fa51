"""The data dictionary in a real browser: found as people type, without a network."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from pipelines.present import dictionary
from tests.end_to_end.chromium import officers_page
from tests.unit.builders import PLACES

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.browser, pytest.mark.slow]


def test_words_are_found_with_diacritics_and_without(tmp_path: Path) -> None:
    path = tmp_path / "dictionary.html"
    path.write_text(dictionary.html(dictionary.sections(dictionary.contents(PLACES))), encoding="utf-8")
    with officers_page() as page:
        page.goto(path.as_uri())
        horses, goats = (
            page.locator("#form-b01 ~ .grid tbody tr", has=page.get_by_text(name, exact=True))
            for name in ("horse_white_breeding", "goat")
        )
        for words in ("ngua bach", "Ngựa bạch", "horse_white"):
            page.get_by_role("searchbox").fill(words)
            expect(horses).to_be_visible()
            expect(goats).to_be_hidden()
        page.get_by_role("searchbox").fill("ngưa bạch")
        expect(page.get_by_role("status")).to_have_text("0 dòng")
        page.get_by_role("searchbox").fill("")
        expect(goats).to_be_visible()
