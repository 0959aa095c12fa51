"""The desk attacked with real sockets: on a laptop, as ``returns ui`` serves it, and on an office server behind nginx.

The long form, in which everybody tries every mutation of Dagster so many times, is asked for by ``RETURNS_ATTACKS=12``,
which is in every way; it writes what came of it onto the page ``measured/requests.md`` of the guide on reliability.
"""

import contextlib
import http.server
import itertools
import json
import os
import re
import secrets
import socket
import ssl
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from pipelines.desk.roles import BRINGS, May
from tests.end_to_end import small_commune
from tests.end_to_end.chromium import launched
from tests.end_to_end.dagster_pages import returns_ui
from tests.end_to_end.office import CANNOT, PROJECT
from tests.end_to_end.office_server import post, token_of
from tests.end_to_end.waiting import wait_for

pytestmark = [pytest.mark.daemon, pytest.mark.slow]

TIMES = int(os.environ.get("RETURNS_ATTACKS", "1"))
"""How often each mutation is tried by each; in the ordinary tests once, each time in another disguise."""
TABLE = PROJECT / "pipelines" / "present" / "guides" / "measured" / "requests.md"
EVIL = "evil.example"
LAPTOP, SERVER = "máy của xã", "máy chủ"
LABELS = {
    "stranger": "người lạ",
    "officer": "cán bộ nhập liệu",
    "approver": "người duyệt",
    "auditor": "người kiểm tra",
    "administrator": "quản trị",
}
"""How the page calls whoever tries."""


@dataclass
class Desk:
    """A desk somewhere, and what was counted at it."""

    where: str
    url: str
    trusted: ssl.SSLContext | bool
    add_user: Callable[..., str]
    """Adds a user by the command; returns the link with which they set a password."""
    refused: Callable[..., str]
    """Types a ``returns`` command there that cannot be done; returns why not."""
    home: str
    """In which folder all that it writes lies."""
    types: Callable[..., str]
    """Types a command at its machine, as root; returns what is printed."""
    addresses: Iterator[int] = field(default_factory=lambda: itertools.count(2))
    counted: "Counter[tuple[str, str]]" = field(default_factory=Counter)

    def browser(self, **more: Any) -> httpx2.Client:
        """Return a browser, on a machine of its own: any address below 127 is this one's."""
        own = f"127.0.0.{next(self.addresses)}"
        transport = httpx2.HTTPTransport(verify=self.trusted, local_address=own, trust_env=False)
        headers = {"Origin": self.url, **more.pop("headers", {})}
        return httpx2.Client(base_url=self.url, transport=transport, headers=headers, timeout=300, **more)

    def user(self, *roles: str) -> tuple[httpx2.Client, str, str]:
        """Add a user; return the browser in which they have signed in, their name and their password."""
        name, password = f"user-{secrets.token_hex(4)}", secrets.token_urlsafe(16)
        browser = self.browser()
        answer = post(browser, self.add_user(name, *roles), {"password1": password, "password2": password})
        assert answer.status_code == 302, answer.text
        return browser, name, password

    def raw(self, *lines: str) -> str:
        """Send a request as it is written here; return the answer."""
        parts = urlsplit(self.url)
        assert parts.hostname is not None
        assert parts.port is not None
        with socket.create_connection(("127.0.0.1", parts.port), 30) as plain, contextlib.ExitStack() as stack:
            own = plain
            if isinstance(self.trusted, ssl.SSLContext):
                own = stack.enter_context(self.trusted.wrap_socket(plain, server_hostname=parts.hostname))
            own.sendall("\r\n".join([*lines, "Connection: close", "", ""]).encode())
            answer = b""
            with contextlib.suppress(ConnectionError):
                while piece := own.recv(65536):
                    answer += piece
        return answer.decode("utf-8", "replace")

    def try_to_sign_in(self, browser: httpx2.Client, name: str, password: str, **headers: str) -> httpx2.Response:
        """Fill in the form of the first page."""
        return post(browser, "/sign-in", {"username": name, "password": password}, headers=headers)

    def deeds(self, browser: httpx2.Client) -> str:
        """Return what the newest page of the record lists."""
        return "".join(re.findall(r"<tr>.*?</tr>", browser.get("/record").text, re.DOTALL))

    def count(self, attack: str, came: bool, allowed: bool = False) -> None:
        """Count a try, and whether it came through, or was none of an attacker but of somebody who may."""
        self.counted[attack, "tries"] += 1
        self.counted[attack, "through"] += came
        self.counted[attack, "allowed"] += allowed


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    office = small_commune.founded(tmp_path_factory.mktemp("laptop"))
    with returns_ui(office, office.root / "ui.log") as pages:

        def add_user(name: str, *roles: str) -> str:
            chosen = [word for role in roles for word in ("--role", role)]
            told = office.ask("desk", "add-user", name, "--title", "cán bộ kiểm thử", *chosen)
            found = re.search(r"/enter/\S+", told)
            assert found is not None, told
            return found[0]

        def types(*words: str) -> str:
            return subprocess.run(words, capture_output=True, text=True, check=True).stdout

        refused = partial(office.ask, expect=CANNOT)
        yield Desk(LAPTOP, pages.desk, True, add_user, refused, str(office.root), types)


@pytest.fixture(scope="module")
def behind_nginx(request: pytest.FixtureRequest) -> Desk:
    server = request.getfixturevalue("server")
    trusted = ssl.create_default_context(cafile=str(server.authority))
    refused = partial(server.returns, expect=CANNOT)
    return Desk(SERVER, server.url, trusted, server.add_user, refused, "/var/lib/returns", server.machine.run)


@pytest.fixture(
    scope="module",
    params=[
        "laptop",
        pytest.param("behind_nginx", marks=[pytest.mark.needs("nginx", "pg_ctlcluster"), pytest.mark.postgres]),
    ],
)
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    desk: Desk = request.getfixturevalue(request.param)
    yield desk
    if TIMES > 1:
        _written(desk)


@pytest.fixture(scope="module")
def people(desk: Desk) -> dict[str, httpx2.Client]:
    """Somebody of each role, and a stranger."""
    return {"stranger": desk.browser(), **{str(role): desk.user(str(role))[0] for role in BRINGS}}


def status(answer: str) -> int:
    """The status of an answer as it came; 0 where the connection was closed instead."""
    found = re.match(r"HTTP/[\d.]+ (\d+)", answer)
    return int(found[1]) if found else 0


def test_a_request_that_was_meant_for_another_name_is_not_answered(desk: Desk) -> None:
    own = urlsplit(desk.url).netloc
    forged = (
        ("GET /sign-in HTTP/1.1", f"Host: {EVIL}"),
        ("GET /sign-in HTTP/1.1", f"Host: {own}", f"Host: {EVIL}"),
        ("GET /sign-in HTTP/1.1", f"Host: {EVIL}", f"Host: {own}"),
        ("GET /sign-in HTTP/1.1", f"Host: {own}.{EVIL}"),
        ("GET /sign-in HTTP/1.1", f"Host: {own}@{EVIL}"),
        ("GET /sign-in HTTP/1.1", "Host: 127.0.0.1:1"),
        ("GET /sign-in HTTP/1.1", "Host:"),
        ("GET /sign-in HTTP/1.1",),
        ("GET /sign-in HTTP/1.0",),
        (f"GET http://{EVIL}/sign-in HTTP/1.1", f"Host: {EVIL}"),
    )
    for lines in forged:
        answer = desk.raw(*lines)
        desk.count("Địa chỉ (Host) giả", status(answer) == 200)
        assert status(answer) in (400, 421), (lines, answer)
    for header in ("X-Forwarded-Host", "X-Host", "Forwarded: host", "X-Original-URL", "X-Rewrite-URL"):
        name = header if ":" in header else f"{header}:"
        answer = desk.raw(
            "GET / HTTP/1.1", f"Host: {own}", f"{name}={EVIL}" if "Forwarded:" in name else f"{name} {EVIL}"
        )
        desk.count("Địa chỉ (Host) giả", EVIL in answer)
        assert status(answer) == 302
        assert EVIL not in answer, header


HOSTILE = """<!doctype html><title>x</title>
<form id=run method=post action="{url}/run" target=a><input name=x value=y></form>
<form id=out method=post action="{url}/sign-out" target=b></form>
<form id=user method=post action="{url}/users" target=c><input name=username value=evil></form>
<form id=plain method=post enctype="text/plain" action="{url}/dagster/graphql" target=d>
<input name='{{"query":"mutation {{ setNuxSeen }}","x":"' value='"}}'></form>
<iframe name=a></iframe><iframe name=b></iframe><iframe name=c></iframe><iframe name=d></iframe>
<img src="{url}/dagster/graphql?query=mutation%20%7B%20setNuxSeen%20%7D">
<img src="{url}/sign-out"><iframe src="{url}/"></iframe>
<script>
const ask = (path, more) => fetch("{url}" + path, {{credentials: "include", mode: "no-cors", ...more}}).catch(() => 0);
const body = JSON.stringify({{query: "mutation {{ setNuxSeen }}"}});
const socket = new WebSocket("{url}/dagster/graphql".replace("http", "ws"), "graphql-ws");
socket.onopen = () => socket.send(JSON.stringify({{type: "connection_init"}}));
const opened = new Promise(done => {{ socket.onmessage = () => done(true); socket.onclose = () => done(false); }});
Promise.all([
  ask("/dagster/graphql", {{method: "POST", body}}),
  ask("/dagster/graphql", {{method: "POST", body, headers: {{"Content-Type": "text/plain"}}}}),
  ask("/run", {{method: "POST", body: new URLSearchParams({{x: "y"}})}}),
  ask("/sign-out", {{method: "POST"}}),
  ask("/receive", {{method: "POST", body: new FormData()}}),
  opened,
]).then(all => {{
  for (const form of document.forms) form.submit();
  setTimeout(() => document.title = "socket " + all[5], 3000);
}});
</script>"""


@contextlib.contextmanager
def hostile_page(url: str) -> Iterator[str]:
    """Serve a page of somebody else, that asks a desk for everything; give its address."""
    page = HOSTILE.format(url=url).encode()

    class Serving(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, format: str, *words: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Serving) as served:
        thread = threading.Thread(target=served.serve_forever)
        thread.start()
        try:
            yield f"http://{urlsplit(url).hostname}:{served.server_port}/"
        finally:
            served.shutdown()
            thread.join()


@pytest.mark.browser
@pytest.mark.needs("chromium")
def test_a_page_of_others_in_the_officers_browser_does_nothing_in_their_name(desk: Desk) -> None:
    officer, name, _password = desk.user("officer", "administrator")
    before = desk.deeds(officer)
    with launched() as browser, hostile_page(desk.url) as evil:
        context = browser.new_context(ignore_https_errors=True)
        cookies = [{"name": one.name, "value": one.value, "url": desk.url} for one in officer.cookies.jar]
        context.add_cookies(cookies)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{desk.url}/")
        assert "/sign-in" not in page.url, "the browser is the officer's"
        page.goto(evil)
        page.wait_for_function("document.title.startsWith('socket')", timeout=60_000)
        assert page.title() == "socket false"
        page.wait_for_timeout(1000)
        page.goto(f"{desk.url}/record")
        assert "/sign-in" not in page.url, "and stays signed in"
    came = desk.deeds(officer) != before
    for _ in range(12):
        desk.count("Trang của người khác, trong Chromium", came)
    assert not came, name


def test_a_session_that_somebody_else_chose_is_not_the_officers(desk: Desk) -> None:
    _browser, name, password = desk.user("officer")
    (cookie,) = [one.name for one in _browser.cookies.jar if "session" in one.name]
    victim = desk.browser()
    for chosen in ("a" * 32, secrets.token_hex(16), "0"):
        victim.cookies.clear()
        host = urlsplit(desk.url).hostname
        victim.cookies.set(cookie, chosen, domain=f"{host}.local" if "." not in str(host) else str(host))
        assert desk.try_to_sign_in(victim, name, password).status_code == 302
        attacker = desk.browser(headers={"Cookie": f"{cookie}={chosen}"})
        came = attacker.get("/record").status_code == 200
        desk.count("Phiên do kẻ khác chọn sẵn", came)
        assert not came
        values = {one.value for one in victim.cookies.jar if one.name == cookie}
        assert values - {chosen}, "a new one"
    given = next(one for one in victim.cookies.jar if one.name == cookie and one.value != chosen)
    kept = desk.browser(headers={"Cookie": f"{cookie}={given.value}"})
    assert kept.get("/record").status_code == 200
    assert (
        victim.post("/sign-out", data={"csrfmiddlewaretoken": token_of(victim.get("/password").text)}).status_code
        == 302
    )
    came = kept.get("/record").status_code == 200
    desk.count("Phiên cũ dùng lại sau khi thoát", came)
    assert not came
    if desk.url.startswith("https"):
        assert cookie.startswith("__Host-")


def test_guessing_passwords_is_slowed_down_and_no_header_helps(desk: Desk) -> None:
    _browser, name, password = desk.user("officer")
    guessing = desk.browser()
    told = []
    for number in range(14):
        forged = dict.fromkeys(("X-Forwarded-For", "X-Real-IP", "Client-IP"), f"10.1.{number}.1")
        forged["Forwarded"] = f"for=10.1.{number}.1"
        # The last ones know it.
        guess = password if number > 9 else f"doan-bua-so-{number}"
        answer = desk.try_to_sign_in(guessing, name, guess, **forged)
        told.append("một phút" if answer.status_code == 429 else "năm phút" if "Đợi năm phút" in answer.text else "sai")
        desk.count("Đoán mật khẩu", answer.status_code == 302)
        assert answer.status_code in (200, 429), answer.text
    assert told[:5] == ["sai"] * 5
    assert "sai" not in told[5:]
    # What costs the desk nothing is not endless either, where nginx counts by the address that really asks.
    spoofed = ({"X-Forwarded-For": f"10.1.2.{number}"} for number in range(30))
    answers = {guessing.post("/sign-in", headers=headers).status_code for headers in spoofed}
    assert answers <= {403, 429}
    assert (429 in answers) is (desk.where == SERVER)
    owner = desk.browser()
    assert desk.try_to_sign_in(owner, name, password).status_code == 302, (
        "who knows it comes in, from their own machine"
    )
    assert "10.1." not in desk.deeds(owner)
    if desk.where == SERVER:
        assert re.search(r"từ máy:?\s*127\.0\.0\.\d", desk.deeds(owner)), "the record has the address that asked"


PATHS = (
    "/explorer/{key}/../../../../etc/passwd",
    "/explorer/{key}/..%2f..%2f..%2fetc%2fpasswd",
    "/explorer/{key}/%2e%2e/%2e%2e/desk/desk.sqlite3",
    "/explorer/{key}/....//....//desk/secret",
    "/explorer/{key}//etc/passwd",
    "/explorer/..%2fdesk/secret",
    "/explorer/%2e%2e/desk/secret",
    "/findings/{key}/marked/..%2f..%2fplaces.csv",
    "/findings/{key}/marked/%2e%2e%5cplaces.csv",
    "/findings/..%2f..%2f/of/x",
    "/approve/..%2f..%2f",
    "/sets/..%2f..%2fdesk",
    "/static/..%2fconf.py",
    "/static/..%5cconf.py",
    "/static/%2e%2e%2fmodels.py",
    "/dagster/../users",
    "/dagster/..%2f..%2fetc%2fpasswd",
    "/dagster/%2e%2e/%2e%2e/etc/passwd",
    "/dagster/logs/..%2f..%2f..%2fdesk%2fsecret/stdout",
)
TELLING = ("root:x:", "SQLite format", "SECRET_KEY", "class User", "level,name,parent")
"""What the files hold that these lead to."""


def test_no_path_leads_out_of_where_it_should(desk: Desk) -> None:
    officer, _name, _password = desk.user("officer")
    cookies = "; ".join(f"{one.name}={one.value}" for one in officer.cookies.jar)
    own = urlsplit(desk.url).netloc
    for path in PATHS:
        answer = desk.raw(
            f"GET {path.format(key=small_commune.RETURN_SET)} HTTP/1.1", f"Host: {own}", f"Cookie: {cookies}"
        )
        came = any(words in answer for words in TELLING)
        desk.count("Mẹo đường dẫn trong địa chỉ", came)
        assert not came, path
        # Nothing is there, and Dagster is not even asked.
        assert status(answer) in (400, 403, 404, 405), (path, answer)


TRICKED = "tricked"
"""In all names that are tricks: where a file of such a name lies, it was let in."""
WITH_WORKBOOK = (
    f"../../{TRICKED}-1.xlsx",
    f"..\\..\\{TRICKED}-2.xlsx",
    f"/tmp/{TRICKED}-3.xlsx",
    f"C:\\{TRICKED}-4.xlsx",
)
"""Behind these names is what can be taken in, behind the others nothing of the kind."""
NAMES = (
    *WITH_WORKBOOK,
    f"....//....//{TRICKED}-5.xlsx",
    f"%2e%2e%2f{TRICKED}-6.xlsx",
    f"..%c0%af{TRICKED}-7.xlsx",
    f"{TRICKED}-8\u202exslx.exe",
    f".{TRICKED}.tmp",
    "corrections.csv",
    "printed.csv",
    "CON.xlsx",
    f"{'x' * 300}.xlsx",
)
BROKEN = (f"{TRICKED}-9.xlsx\x00.csv", f"{TRICKED}-10\r\nX-Evil: 1.xlsx", "..", "")
"""Names that no browser sends."""


def test_no_name_of_an_upload_leads_out_of_the_folder_of_its_returns(desk: Desk, tmp_path: Path) -> None:
    officer, _name, _password = desk.user("officer")
    small_commune.send_to(tmp_path)
    content = (tmp_path / small_commune.PERIOD.code / small_commune.COMMUNE / "ban_giua.xlsx").read_bytes()
    own = f"{desk.home}/raw/{small_commune.PERIOD.code}/{small_commune.COMMUNE}"
    before = set(desk.types("find", f"{desk.home}/raw", "-type", "f").splitlines())
    taken = 0
    for names in (NAMES, *((name,) for name in BROKEN)):
        answer = _sent(officer, {name: content if name in WITH_WORKBOOK else b"x" for name in names})
        assert answer.status_code in (200, 400), (names, answer.text)
        assert "X-Evil" not in answer.headers
        numbers = re.findall(r'name="take" value="(\d+)"', answer.text)
        taken += len(numbers)
        form = {"csrfmiddlewaretoken": token_of(officer.get("/receive").text), "take": numbers}
        assert officer.post("/receive/take", data=form, follow_redirects=True).status_code == 200
    assert taken, "what is good is offered, whatever it is called"
    new = set(desk.types("find", f"{desk.home}/raw", "-type", "f").splitlines()) - before
    strange = [path for path in new if str(Path(path).parent) != own or Path(path).name in NAMES]
    above = ("/tmp", str(Path(desk.home).parent), str(Path(desk.home).parents[1]))
    strange += desk.types("find", *above, "-maxdepth", "1", "-name", f"*{TRICKED}*").split()
    strange += [path for path in desk.types("find", desk.home, "-name", f"*{TRICKED}*").split() if path not in new]
    for name in (*NAMES, *BROKEN):
        desk.count("Mẹo đường dẫn trong tên tệp gửi lên", any(name in path for path in strange))
    assert strange == []


def test_no_name_of_a_release_leads_out_of_the_folder_of_releases(desk: Desk) -> None:
    names = (f"../../{TRICKED}", f"/tmp/{TRICKED}", "..", "a/b", "a\\b", "-x", "x" * 300, "a\nb", "")
    for name in names if TIMES > 1 or desk.where == LAPTOP else names[:2]:
        told = wait_for("there is something to release", partial(_refused_name, desk, name), seconds=180)
        desk.count("Mẹo đường dẫn trong tên bản phát hành", "Đã phát hành" in told)
        assert told.startswith("Tên bản phát hành"), (name, told)


def _refused_name(desk: Desk, name: str) -> str:
    """Why nothing can be released under a name; nothing as long as the first run goes on and there is nothing."""
    told = desk.refused("release", "--", name)
    return "" if told.startswith("Chưa có kết quả") else told


def _sent(officer: httpx2.Client, files: Mapping[str, bytes]) -> httpx2.Response:
    """Send the form that checks workbooks, names and all as they are written here."""
    page = token_of(officer.get("/receive").text)
    parts = [('name="csrfmiddlewaretoken"', page.encode()), ('name="key"', small_commune.RETURN_SET.encode())]
    parts += [(f'name="files"; filename="{name}"', content) for name, content in files.items()]
    body = b"".join(
        f"--{EVIL}\r\nContent-Disposition: form-data; {about}\r\n\r\n".encode() + content + b"\r\n"
        for about, content in parts
    )
    headers = {"Content-Type": f"multipart/form-data; boundary={EVIL}"}
    return officer.post("/receive", content=body + f"--{EVIL}--\r\n".encode(), headers=headers)


MUTATIONS = (
    """{ __schema { mutationType { fields { name args { name type { kind name ofType { kind name } } } } } } }"""
)


def mutations(officer: httpx2.Client) -> list[str]:
    """The names of all mutations of Dagster's schema."""

    def asked() -> list[str]:
        answer = officer.post("/dagster/graphql", json={"query": MUTATIONS})
        return (
            [one["name"] for one in answer.json()["data"]["__schema"]["mutationType"]["fields"]]
            if answer.is_success
            else []
        )

    return wait_for("Dagster tells its mutations", asked, seconds=180)


@dataclass(frozen=True)
class Way:
    """A way to send a mutation: the request, but for where it goes; a disguise is never passed on, whoever sends it."""

    sends: Callable[[str], dict[str, Any]]
    method: str = "POST"
    path: str = "/dagster/graphql"
    disguised: bool = True


def _typed(kind: str) -> dict[str, dict[str, str]]:
    return {"headers": {"Content-Type": kind}}


WAYS: dict[str, Way] = {
    "plain": Way(lambda query: {"json": {"query": query}}, disguised=False),
    "behind a question": Way(
        lambda query: {"json": {"query": f"query Fine {{ version }} {query}", "operationName": "Evil"}}, disguised=False
    ),
    "GET": Way(lambda query: {"params": {"query": query}}, "GET"),
    "HEAD": Way(lambda query: {"params": {"query": query}}, "HEAD"),
    "in the address": Way(lambda query: {"params": {"query": query}, "json": {"query": "{ version }"}}),
    "as a form": Way(lambda query: {"data": {"query": query}}),
    "as GraphQL": Way(lambda query: {"content": query, **_typed("application/graphql")}),
    "as text": Way(lambda query: {"content": json.dumps({"query": query}), **_typed("text/plain")}),
    "in a batch": Way(lambda query: {"json": [{"query": "{ version }"}, {"query": query}]}),
    "PUT": Way(lambda query: {"json": {"query": query}}, "PUT"),
    "below it": Way(lambda query: {"json": {"query": query}}, path="/dagster/graphql/"),
    "twice said": Way(
        lambda query: {
            "content": f'{{"query": "{{ version }}", "query": {json.dumps(query)}}}',
            **_typed("application/json"),
        },
        disguised=False,
    ),
}
MAY_RUN = {str(role) for role, brings in BRINGS.items() if May.RUN in brings}


def test_no_mutation_of_dagster_is_done_for_who_may_not_or_in_disguise(
    desk: Desk, people: dict[str, httpx2.Client]
) -> None:
    names = mutations(people["officer"])
    assert len(names) > 30
    assert "launchRun" in names
    passed: Counter[str] = Counter()
    ways = itertools.cycle(WAYS.items())
    for name in names:
        for who, browser in people.items():
            for _ in range(TIMES):
                how, way = next(ways)
                # It is the door that is tried: with what no mutation knows Dagster does nothing, and says so.
                query = f"mutation Evil {{ {name}(evil: 1) {{ __typename }} }}"
                answer = browser.request(way.method, way.path, **way.sends(query))
                through = not _refused(answer)
                allowed = who in MAY_RUN and not way.disguised
                desk.count(f"Lệnh thay đổi của Dagster: {LABELS[who]}", through and not allowed, through and allowed)
                passed[who] += through
                assert through == allowed, (who, how, name, answer.status_code, answer.text)
    assert passed["stranger"] == passed["auditor"] == 0
    assert all(passed[who] for who in MAY_RUN), "the door opens for who may"


def _refused(answer: httpx2.Response) -> bool:
    """Whether we have answered; Dagster's own answer is that something is missing."""
    if answer.status_code in (302, 401, 405, 415):
        return True
    told = [one["message"] for one in answer.json().get("errors", [])]
    return any(message.startswith("Dagster không nhận yêu cầu này") for message in told)


def test_a_mutation_over_a_websocket_ends_it(desk: Desk, people: dict[str, httpx2.Client]) -> None:
    trusted = desk.trusted if isinstance(desk.trusted, ssl.SSLContext) else None
    address = f"{desk.url.replace('http', 'ws', 1)}/dagster/graphql"
    for who, browser in people.items():
        cookies = "; ".join(f"{one.name}={one.value}" for one in browser.cookies.jar)
        for name in mutations(people["officer"])[:: 1 if TIMES > 1 else 12]:
            came = False
            with (
                contextlib.suppress(InvalidStatus, ConnectionClosed),
                connect(
                    address,
                    additional_headers={"Cookie": cookies},
                    subprotocols=[Subprotocol("graphql-ws")],
                    origin=Origin(desk.url),
                    ssl=trusted,
                    proxy=None,
                ) as events,
            ):
                events.send(json.dumps({"type": "connection_init"}))
                events.recv(20)
                query = f"mutation {{ {name} {{ __typename }} }}"
                events.send(json.dumps({"type": "start", "id": "1", "payload": {"query": query}}))
                events.recv(20)
                came = True
            desk.count(f"Lệnh ấy qua websocket: {LABELS[who]}", came)
            assert not came, (who, name)


def _written(desk: Desk) -> None:
    """Write what was counted at a desk into the table, beside what was counted at the other."""
    kept = TABLE.read_text("utf-8").splitlines() if TABLE.exists() else []
    rows = [line for line in kept if line.startswith("| ") and not line.startswith((f"| {desk.where} |", *_HEAD))]
    for attack in dict.fromkeys(name for name, _ in desk.counted):
        told = (f"{desk.counted[attack, what]:,}".replace(",", ".") for what in ("tries", "through", "allowed"))
        rows.append(f"| {desk.where} | {attack} | {' | '.join(told)} |")
    TABLE.write_text("\n".join([*_HEAD, *sorted(rows), ""]), encoding="utf-8")


_HEAD = ("| Ở đâu | Thử gì | Số lần | lọt | được phép |", "| --- | --- | --: | --: | --: |")
