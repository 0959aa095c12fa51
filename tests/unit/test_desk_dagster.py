"""Dagster's pages behind the desk: who is let through, and what passes on the way.

What stands for Dagster here is a real server on a real socket, which tells what it was asked.
"""

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pipelines.desk import dagster_process, graphql, proxy
from pipelines.desk.guard import Address
from pipelines.desk.proxy import RefusedError, permitted, would_change
from tests.unit.desks import HOST, ORIGIN, Desk, text

QUERY = "query Runs { runsOrError { __typename } }"
MUTATION = "mutation Wipe { wipeAssets(assetPartitionRanges: []) { __typename } }"
HIDDEN = f"{QUERY} {MUTATION}"
JSON = "application/json"


@pytest.mark.parametrize(
    ("query", "changes"),
    [
        (QUERY, ()),
        ("{ version }", ()),
        ("subscription { pipelineRunLogs(runId: 1) { __typename } }", ()),
        (MUTATION, ("wipeAssets",)),
        (HIDDEN, ("wipeAssets",)),
        ("#\nmutation{a:launchRun b:terminateRun}", ("launchRun", "terminateRun")),
        # Names that whoever asks may choose hide nothing, and what changes never looks as if it only asked.
        ("fragment F on Mutation { wipeAssets } mutation { ...F }", ("wipeAssets",)),
        ("mutation { ... on Mutation { a: wipeAssets } ... { launchRun } }", ("wipeAssets", "launchRun")),
        ("mutation { ...F } fragment F on Mutation { ...F ...G }", ("F", "G")),
        ("mutation { a: launchRun b: launchRun wipeAssets }", ("launchRun", "wipeAssets")),
    ],
)
def test_what_a_document_would_change_is_read_whichever_operation_is_chosen(query: str, changes: tuple[str]) -> None:
    assert graphql.mutations_of(query) == changes


@pytest.mark.parametrize("query", ["mutation {", "", "query " + "{a" * 100_000, "x" * 2_000_000])
def test_what_cannot_be_read_is_told_as_such(query: str) -> None:
    with pytest.raises(graphql.UnreadableError):
        graphql.mutations_of(query)


def body(query: str, **more: Any) -> bytes:
    return json.dumps({"query": query, **more}).encode()


@pytest.mark.parametrize("may_run", [True, False])
@pytest.mark.parametrize(
    ("method", "path", "query", "kind", "content", "status"),
    [
        ("GET", "/dagster/graphql", f"query={MUTATION}", "", b"", 405),
        ("HEAD", "/dagster/graphql", f"query={MUTATION}", "", b"", 405),
        ("GET", "/dagster/graphql", f"query={QUERY}&query={MUTATION}", "", b"", 405),
        ("GET", "/dagster/graphql", f"query={MUTATION}&query={QUERY}", "", b"", 405),
        ("GET", "/dagster/graphql", "query=%6Dutation%20%7B%20wipeAssets%20%7D", "", b"", 405),
        ("GET", "/dagster//graphql", f"query={HIDDEN}&operationName=Runs", "", b"", 405),
        ("PUT", "/dagster/graphql", "", JSON, body(QUERY), 405),
        ("OPTIONS", "/dagster/graphql", "", "", b"", 405),
        # Reports on assets, which the record would not show, and whatever else is not a question.
        ("POST", "/dagster/report_asset_materialization/marts/livestock", "", JSON, b"{}", 405),
        ("POST", "/dagster/graphql/", "", JSON, body(QUERY), 405),
        ("POST", "/dagster//graphql", "", JSON, body(QUERY), 405),
        # Paths that come to another place once they are followed.
        ("POST", "/dagster/x/../graphql", "", JSON, body(QUERY), 400),
        ("POST", "/dagster/./graphql", "", JSON, body(QUERY), 400),
        ("GET", "/dagster/logs/../graphql", "", "", b"", 400),
        ("HEAD", "/dagster/..", "", "", b"", 400),
        ("GET", "/dagster/graphql", "query=mutation {", "", b"", 400),
        ("GET", "/dagster/graphql", f"query={QUERY}&query=", "", b"", 400),
        ("POST", "/dagster/graphql", "", "text/plain", b"", 415),
        # What stands in the address is not what was read; Dagster's own pages put there what they call it, and no more.
        ("POST", "/dagster/graphql", f"query={MUTATION}", JSON, body(QUERY), 400),
        ("POST", "/dagster/graphql", f"op=Runs&query={MUTATION}", "Application/JSON", body(QUERY), 400),
        ("POST", "/dagster/graphql", "operationName=Wipe", JSON, body(HIDDEN), 400),
        ("POST", "/dagster/graphql", "op=Runs;query=x&%71uery=", JSON, body(QUERY), 400),
        ("POST", "/dagster/graphql", "", "application/graphql", MUTATION.encode(), 415),
        ("POST", "/dagster/graphql", "", "text/plain; application/json", body(MUTATION), 415),
        ("POST", "/dagster/graphql", "", JSON, b"[]", 400),
        ("POST", "/dagster/graphql", "", JSON, b"{", 400),
        ("POST", "/dagster/graphql", "", JSON, body("mutation {"), 400),
        ("POST", "/dagster/graphql", "", JSON, b"\xff", 400),
    ],
)
def test_nobody_changes_anything_but_by_a_post_that_can_be_read(
    method: str, path: str, query: str, kind: str, content: bytes, status: int, may_run: bool
) -> None:
    with pytest.raises(RefusedError) as refused:
        permitted(method, path, query, kind, content, may_run=may_run)
    assert refused.value.status == status


@pytest.mark.parametrize(
    "content",
    [
        body(MUTATION),
        body(HIDDEN, operationName="Runs"),
        # The last of two is what is read, here and by Dagster.
        b'{"query": "{ version }", "query": "mutation { wipeAssets }"}',
    ],
)
def test_who_only_reads_changes_nothing_by_post(content: bytes) -> None:
    with pytest.raises(RefusedError) as refused:
        permitted("POST", proxy.GRAPHQL, "", JSON, content, may_run=False)
    assert refused.value.status == 403
    permitted("POST", proxy.GRAPHQL, "", JSON, content, may_run=True)


def test_dagster_gets_what_was_read_and_nothing_beside_it() -> None:
    asked = permitted("POST", "/dagster/graphql", "", JSON, body(QUERY, variables={"a": 1}, more="x"), may_run=False)
    assert asked is not None
    assert (json.loads(asked.body), asked.mutations) == ({"query": QUERY, "variables": {"a": 1}}, ())


@pytest.mark.parametrize(
    ("message", "changes"),
    [
        ('{"type": "connection_init"}', False),
        (json.dumps({"type": "start", "id": "1", "payload": {"query": "subscription { logs }"}}), False),
        (json.dumps({"type": "start", "id": "1", "payload": {"query": MUTATION}}), True),
        (json.dumps({"type": "start", "id": "1", "payload": {"query": "mutation {"}}), True),
        ('{"payload": {"query": 1}}', True),
        ("[]", True),
        ("{", True),
    ],
)
def test_a_websocket_only_asks(message: str, changes: bool) -> None:
    assert would_change(message) is changes


class Answering:
    """A server on a socket, that answers with what it was asked."""

    def __init__(self, path: Path) -> None:
        self.socket = path
        self.asked: list[tuple[str, str, dict[str, str], str]] = []
        """Method, address, headers and body of each request."""
        self.ended_with: int | None = None
        self.log = path

    async def answer(self, request: Request) -> Response:
        content = (await request.body()).decode()
        address = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
        self.asked.append((request.method, address, dict(request.headers), content))
        return JSONResponse({"asked": content}, headers={"set-cookie": "returns_session=stolen", "x-of-dagster": "1"})


@pytest.fixture
def desk(empty_desk: Desk) -> Desk:
    """Nobody has sent anything yet."""
    return empty_desk


@pytest.fixture
def dagster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Answering]:
    """What stands for Dagster, for as long as a test goes."""
    here = Answering(tmp_path / "socket")
    pages = Starlette(routes=[Route("/{path:path}", here.answer, methods=["GET", "POST", "PUT"])])
    server = uvicorn.Server(uvicorn.Config(pages, uds=str(here.socket), log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        threading.Event().wait(0.01)
    monkeypatch.setattr(dagster_process, "current", here)
    yield here
    server.should_exit = True
    thread.join()


def ask(
    desk: Desk, user: Any, method: str, path: str, content: bytes = b"", kind: str = JSON, **headers: str
) -> httpx2.Response:
    """Ask the desk as somebody, from a page of its own; the whole of it answers, but for its server."""
    from pipelines.desk.asgi import application

    cookies = {name: one.value for name, one in desk.browser(user).cookies.items()}
    own = {"host": HOST, "origin": ORIGIN, "content-type": kind, **headers}

    async def asking() -> httpx2.Response:
        transport = httpx2.ASGITransport(application(Address(3000)))
        async with httpx2.AsyncClient(transport=transport, base_url=ORIGIN, cookies=cookies) as client:
            answer = await client.request(method, path, content=content, headers=own)
        for _, one in proxy._clients.values():
            await one.aclose()
        proxy._clients.clear()
        return answer

    return asyncio.run(asking())


def test_who_has_not_signed_in_gets_nothing_of_dagster(desk: Desk, dagster: Answering) -> None:
    assert ask(desk, None, "GET", "/dagster/runs").status_code == 401
    assert ask(desk, None, "POST", "/dagster/graphql", body(QUERY)).status_code == 401
    assert ask(desk, None, "POST", "/dagster/graphql", body(MUTATION)).status_code == 401
    page = ask(desk, None, "GET", "/dagster/runs?a=1", accept="text/html")
    assert (page.status_code, page.headers["location"]) == (302, "/sign-in?next=/dagster/runs%3Fa%3D1")
    gone = desk.user("gone", "officer")
    gone.is_active = False
    gone.save()
    assert ask(desk, gone, "GET", "/dagster/runs").status_code == 401
    assert dagster.asked == []


def test_an_auditor_reads_dagsters_pages_and_changes_nothing(desk: Desk, dagster: Answering) -> None:
    auditor = desk.user("auditor", "auditor")
    assert ask(desk, auditor, "GET", "/dagster/runs").status_code == 200
    assert ask(desk, auditor, "POST", "/dagster/graphql", body(QUERY)).status_code == 200
    seen = len(dagster.asked)
    refused = ask(desk, auditor, "POST", "/dagster/graphql", body(MUTATION))
    assert refused.status_code == 403
    assert "vai trò" in refused.json()["errors"][0]["message"]
    assert ask(desk, auditor, "POST", "/dagster/report_asset_check/a", b"{}").status_code == 405
    elsewhere = ask(desk, auditor, "POST", "/dagster/graphql", body(QUERY), origin="http://evil.example")
    assert elsewhere.status_code == 403
    assert len(dagster.asked) == seen


def test_what_an_officer_changes_passes_and_is_written_down(desk: Desk, dagster: Answering) -> None:
    officer = desk.user("officer", "officer")
    answer = ask(desk, officer, "POST", "/dagster/graphql", body(MUTATION), forwarded="for=x")
    assert (answer.status_code, answer.json()) == (200, {"asked": body(MUTATION).decode()})
    assert desk.deeds()[-1] == ("officer", "changed dagster", "wipeAssets")
    method, path, headers, _ = dagster.asked[-1]
    assert (method, path) == ("POST", "/dagster/graphql")
    assert not headers.keys() & {"cookie", "forwarded"}, "Dagster is not told who is signed in"
    assert answer.headers["x-of-dagster"] == "1"
    assert "returns_session" not in answer.cookies


def test_dagster_reads_a_question_as_it_was_judged_whatever_its_type_and_address_say(
    desk: Desk, dagster: Answering
) -> None:
    auditor = desk.user("auditor", "auditor")
    # Dagster tells types apart by case, and reads the address where it knows none.
    hidden = ask(desk, auditor, "POST", f"/dagster/graphql?query={MUTATION}", body(QUERY), kind="Application/JSON")
    assert (hidden.status_code, dagster.asked) == (400, [])
    own = ask(desk, auditor, "POST", "/dagster/graphql?op=Runs", body(QUERY), kind="Application/JSON; a=b", x="y")
    assert own.status_code == 200, "as Dagster's own pages ask"
    ((method, address, headers, content),) = dagster.asked
    assert (method, address, content) == ("POST", "/dagster/graphql", body(QUERY).decode())
    assert headers["content-type"] == JSON
    assert headers.keys() <= {*proxy.WITH_QUESTIONS, "host", "connection", "user-agent", "content-length"}


def test_dagsters_own_pages_may_be_asked_for_anything_that_is_no_question() -> None:
    for path, query in (
        ("/dagster/assets", "query=%7B"),
        ("/dagster/_next/static/a..b/.x.js", ""),
        ("/dagster/", "a=.."),
    ):
        assert permitted("GET", path, query, "", b"", may_run=False) is None


@pytest.mark.parametrize(
    ("path", "status"),
    [("/dagster/x/%2e%2e/graphql", 400), ("/dagster/report_asset_materialization/zzz", 405)],
)
def test_nobody_changes_dagster_past_the_record(desk: Desk, dagster: Answering, path: str, status: int) -> None:
    officer = desk.user("officer", "officer")
    assert ask(desk, officer, "POST", path, body(MUTATION)).status_code == status
    assert dagster.asked == []


def test_a_get_that_would_change_something_does_not_reach_dagster(desk: Desk, dagster: Answering) -> None:
    officer = desk.user("officer", "officer")
    assert ask(desk, officer, "GET", f"/dagster/graphql?query={MUTATION}").status_code == 405
    assert dagster.asked == []


def test_the_desk_says_that_dagster_starts_or_has_failed(desk: Desk, dagster: Answering, tmp_path: Path) -> None:
    officer = desk.user("officer", "officer")
    dagster.socket = tmp_path / "nobody"
    starting = ask(desk, officer, "GET", "/dagster/", accept="text/html")
    assert starting.status_code == 503
    assert "Dagster đang khởi động" in text(starting)
    dagster.ended_with = 1
    assert "Dagster đã dừng (mã 1)" in text(ask(desk, officer, "GET", "/dagster/", accept="text/html"))
    told = ask(desk, officer, "POST", "/dagster/graphql", body(QUERY))
    assert (told.status_code, "Dagster đã dừng" in told.json()["errors"][0]["message"]) == (503, True)
    assert desk.browser(officer).get("/").status_code == 200
