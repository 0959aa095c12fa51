"""The desk as it is served: its door, Dagster behind it, and what does not get through to Dagster.

Asked as an attacker would, on the real server with the real Dagster behind it.
"""

import json
import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import expect
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from tests.end_to_end import small_commune
from tests.end_to_end.chromium import officers_page
from tests.end_to_end.dagster_pages import Pages, signed_in
from tests.end_to_end.office import Office
from tests.end_to_end.waiting import wait_for

pytestmark = [pytest.mark.daemon, pytest.mark.slow]

QUERY = "query { version }"
CHANGE = "mutation { setNuxSeen }"
"""The least that Dagster changes."""
EVENTS = {"type": "connection_init"}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return small_commune.founded(tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="module")
def auditor(office: Office, pages: Pages) -> dict[str, str]:
    return signed_in(office, pages.desk, "auditor")


def ask(pages: Pages, method: str, path: str, cookies: Any = None, **more: Any) -> httpx2.Response:
    """Ask as a program does that sets every header itself."""
    headers = {"Origin": pages.desk, **more.pop("headers", {})}
    if cookies:
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    told = {name: value for name, value in headers.items() if value is not None}
    return httpx2.request(method, f"{pages.desk}{path}", headers=told, **more)


def test_nothing_of_dagster_is_there_without_a_session(pages: Pages) -> None:
    for path in ("/dagster/", "/dagster/server_info", "/dagster/logs/x", "/dagster/_next/static/x.js"):
        assert ask(pages, "GET", path).status_code == 401, path
    assert ask(pages, "POST", "/dagster/graphql", json={"query": QUERY}).status_code == 401
    made_up = {"returns_session": "a" * 32}
    assert ask(pages, "POST", "/dagster/graphql", made_up, json={"query": QUERY}).status_code == 401


def test_dagster_would_do_what_a_get_tells_it_and_does_not_get_it(pages: Pages) -> None:
    told = ask(pages, "POST", "/dagster/graphql", pages.cookies, json={"query": CHANGE})
    assert (told.status_code, told.json()) == (200, {"data": {"setNuxSeen": True}}), "this way it passes"
    refused = ask(pages, "GET", "/dagster/graphql", pages.cookies, params={"query": CHANGE}, headers={"Origin": None})
    assert refused.status_code == 405
    read = ask(pages, "GET", "/dagster/graphql", pages.cookies, params={"query": QUERY}, headers={"Origin": None})
    assert read.json()["data"]["version"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "null"},
        {"Origin": None},
        {"Host": "evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
    ids=str,
)
def test_a_page_of_others_gets_nowhere_with_the_officers_cookies(pages: Pages, headers: dict[str, str]) -> None:
    for path in ("/dagster/graphql", "/sign-out", "/users"):
        refused = ask(pages, "POST", path, pages.cookies, json={"query": CHANGE}, headers=headers)
        assert refused.status_code in (403, 421), path
    assert ask(pages, "GET", "/dagster/server_info", pages.cookies).status_code == 200, "still signed in"


def test_an_auditor_sees_everything_and_changes_nothing(pages: Pages, auditor: dict[str, str]) -> None:
    assert ask(pages, "POST", "/dagster/graphql", auditor, json={"query": QUERY}).json()["data"]["version"]
    assert ask(pages, "POST", "/dagster/graphql", auditor, json={"query": CHANGE}).status_code == 403
    hidden = {"params": {"query": CHANGE}, "headers": {"Content-Type": "Application/JSON"}}
    assert ask(pages, "POST", "/dagster/graphql", auditor, json={"query": QUERY}, **hidden).status_code == 400
    assert ask(pages, "POST", "/dagster/report_asset_check/a", auditor, json={}).status_code == 405


def listen(pages: Pages, cookies: dict[str, str], **more: Any) -> Any:
    address = pages.url.replace("http:", "ws:") + "/graphql"
    told = "; ".join(f"{name}={value}" for name, value in cookies.items())
    protocols = [Subprotocol("graphql-ws")]
    return connect(address, additional_headers={"Cookie": told}, subprotocols=protocols, **more)


def test_live_events_are_for_who_has_signed_in_and_asks_from_our_pages(pages: Pages, auditor: dict[str, str]) -> None:
    own = Origin(pages.desk)
    with listen(pages, auditor, origin=own) as events:
        events.send(json.dumps(EVENTS))
        assert json.loads(events.recv(10)) == {"type": "connection_ack"}
        events.send(json.dumps({"type": "start", "id": "1", "payload": {"query": CHANGE}}))
        with pytest.raises(Exception, match="1001"):
            events.recv(10)
    for cookies, origin in (({}, own), (auditor, Origin("http://evil.example")), (auditor, None)):
        with pytest.raises(InvalidStatus) as refused:
            listen(pages, cookies, origin=origin)
        assert refused.value.response.status_code == 403


def test_sockets_and_what_the_desk_keeps_are_its_users_alone(office: Office, pages: Pages) -> None:
    assert (office.data / "desk").stat().st_mode & 0o077 == 0
    environment = Path(f"/proc/{serving(pages)}/environ").read_bytes().split(b"\0")
    (folder,) = [Path(os.fsdecode(one.partition(b"=")[2])) for one in environment if one.startswith(b"TMPDIR=")]
    assert folder.stat().st_mode & 0o077 == 0
    assert len([one for one in folder.iterdir() if one.is_socket()]) > 1, "of the pages, and of the code"


def serving(pages: Pages) -> int:
    """The process that runs Dagster's pages for the desk."""
    children: list[str] = []
    for thread in Path(f"/proc/{pages.process.pid}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread that has ended since
            children += (thread / "children").read_text().split()
    (found,) = children
    return int(found)


@pytest.mark.browser
@pytest.mark.needs("chromium")
def test_an_officer_runs_what_has_changed_from_the_board(office: Office, pages: Pages, artefacts: Path) -> None:
    wait_for("the sensor's first run ends", lambda: all(ended(run) for run in pages.runs()), seconds=300)
    office.fill(f"{small_commune.SLIP[0]}.xlsx", small_commune.SHEET, {small_commune.SLIPPED: small_commune.SLIP[3]})
    with officers_page(1366, 800) as page:
        pages.let_in(page)
        page.goto(pages.desk)
        page.screenshot(path=artefacts / "1-board.png")
        page.get_by_role("button", name="Chạy những gì đã đổi").click()
        page.wait_for_url("**/run/*")
        expect(page.get_by_text("Đã chạy xong")).to_be_visible(timeout=300_000)
        expect(page.get_by_text("Giữ lại: B01")).to_be_visible()
        page.screenshot(path=artefacts / "2-ended.png")
        page.get_by_role("link", name="Về bảng theo dõi").click()
        expect(page.get_by_text("có lỗi nên giữ lại B01")).to_be_visible()
        page.screenshot(path=artefacts / "3-board.png")
    assert [row["form"] for row in office.blocking()] == ["B01"]
    assert pages.runs()[0]["tags"]["returns/who"].startswith("user-")


def ended(run: dict[str, Any]) -> bool:
    return run["status"] in ("SUCCESS", "FAILURE", "CANCELED")


@pytest.mark.browser
@pytest.mark.needs("chromium")
def test_the_desk_stays_when_dagster_falls(pages: Pages) -> None:
    with officers_page() as page:
        pages.let_in(page)
        # Not before the browser is there: on a machine at work Dagster is started again sooner than that.
        os.kill(serving(pages), signal.SIGKILL)
        wait_for("it is told", lambda: _has_fallen(pages), seconds=20)
        page.goto(pages.url)
        expect(page.get_by_text("Dagster")).not_to_have_count(0)
        page.goto(pages.desk)
        expect(page.get_by_role("heading", name="Việc cần làm")).to_be_visible()
    wait_for("Dagster is there again", pages.is_ready, seconds=120)


def _has_fallen(pages: Pages) -> bool:
    return ask(pages, "GET", "/dagster/server_info", pages.cookies).status_code == 503
