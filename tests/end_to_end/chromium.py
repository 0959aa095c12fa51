"""Debian's Chromium, driven by Playwright.

Belongs here: starting it, and the page an officer has. Does not belong here: clicking (the tests of each site).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, expect, sync_playwright

expect.set_options(timeout=30_000)  # milliseconds; the five seconds it gives by itself are few on a machine at work


@contextmanager
def launched() -> Iterator[Browser]:
    """Run the browser until the block ends."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def officers_page(width: int = 1600, height: int = 1000) -> Iterator[Page]:
    """Run the browser with one page, in Vietnamese and on Vietnam's time, until the block ends."""
    with launched() as browser:
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh"
        )
        page = context.new_page()
        page.set_default_timeout(30_000)
        yield page
