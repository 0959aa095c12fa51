"""What stands before the desk's pages: meant for us, sent by a page of ours, not too large."""

import asyncio
from typing import Any

import pytest

from pipelines.desk import guard
from pipelines.desk.guard import Address, Guard, Message, Receive, Scope, Send, judged

ADDRESS = Address(3000)
OWN = {"host": "127.0.0.1:3000"}
POSTED = {**OWN, "origin": "http://127.0.0.1:3000", "sec-fetch-site": "same-origin"}
EVENTS = {**OWN, "origin": "http://127.0.0.1:3000"}


@pytest.mark.parametrize(
    ("kind", "method", "headers"),
    [
        ("http", "GET", OWN),
        ("http", "GET", {"host": "localhost:3000"}),
        ("http", "POST", POSTED),
        ("http", "POST", {"host": "localhost:3000", "origin": "http://localhost:3000"}),
        ("websocket", "", EVENTS),
        # A link in a mail, or in the report, opens a page and changes nothing.
        (
            "http",
            "GET",
            {**OWN, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"},
        ),
    ],
)
def test_what_a_browser_sends_from_our_own_pages_passes(kind: str, method: str, headers: dict[str, str]) -> None:
    assert judged(ADDRESS, kind, method, headers) is None


@pytest.mark.parametrize(
    ("kind", "method", "headers", "status"),
    [
        # Names that are made to point here, other ports, none at all.
        ("http", "GET", {"host": "evil.example:3000"}, 421),
        ("http", "GET", {"host": "127.0.0.1"}, 421),
        ("http", "GET", {"host": "127.0.0.1:3001"}, 421),
        ("http", "GET", {"host": "127.0.0.1:3000.evil.example"}, 421),
        ("http", "GET", {}, 421),
        ("websocket", "", {**EVENTS, "host": "evil.example:3000"}, 421),
        # Pages of others: of another site, of another port here, of a file, of a sandbox, or not told.
        ("http", "POST", {**POSTED, "origin": "http://evil.example"}, 403),
        ("http", "POST", {**POSTED, "origin": "http://127.0.0.1:8888"}, 403),
        ("http", "POST", {**POSTED, "origin": "https://127.0.0.1:3000"}, 403),
        ("http", "POST", {**POSTED, "origin": "http://localhost:3000"}, 403),
        ("http", "POST", {**POSTED, "origin": "null"}, 403),
        ("http", "POST", OWN, 403),
        ("http", "DELETE", OWN, 403),
        ("http", "GET", {**OWN, "origin": "http://evil.example"}, 403),
        ("websocket", "", {**OWN, "origin": "http://evil.example"}, 403),
        ("websocket", "", OWN, 403),
        # What another page loads as a picture, a script or a frame.
        ("http", "GET", {**OWN, "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}, 403),
        ("http", "GET", {**OWN, "sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors"}, 403),
        (
            "http",
            "GET",
            {**OWN, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"},
            403,
        ),
        (
            "http",
            "POST",
            {**POSTED, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"},
            403,
        ),
    ],
)
def test_what_is_not_meant_for_us_or_comes_from_elsewhere_is_refused(
    kind: str, method: str, headers: dict[str, str], status: int
) -> None:
    refusal = judged(ADDRESS, kind, method, headers)
    assert refusal is not None
    assert refusal.status == status
    assert refusal.sentence.endswith(".")


def asked(headers: list[tuple[bytes, bytes]], *bodies: bytes, kind: str = "http") -> tuple[list[Message], list[bytes]]:
    """What is answered to a POST that comes in pieces, and what of it has come through."""
    came, sent = list[bytes](), list[Message]()
    pieces = [{"type": "http.request", "body": body, "more_body": True} for body in bodies]
    pieces += [{"type": "http.request", "body": b"", "more_body": False}]

    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        while (message := await receive())["type"] == "http.request":
            came.append(message["body"])
            if not message["more_body"]:
                break

    async def receive() -> Message:
        return pieces.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    scope: dict[str, Any] = {"type": kind, "method": "POST", "headers": headers}
    asyncio.run(Guard(inner, ADDRESS)(scope, receive, send))
    return sent, came


HEADERS = [(name.encode(), value.encode()) for name, value in POSTED.items()]


def test_a_header_that_comes_twice_is_refused() -> None:
    sent, came = asked([*HEADERS, (b"origin", b"http://evil.example")])
    assert (sent[0]["status"], came) == (403, [])
    sent, came = asked([*HEADERS, (b"host", b"127.0.0.1:3000")])
    assert (sent[0]["status"], came) == (400, [])


def test_what_is_too_large_is_told_in_a_sentence_once_it_has_been_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "MOST_BYTES", 1024 * 1024)
    sent, came = asked([*HEADERS, (b"content-length", b"2000000")], b"x" * 1_000_000, b"x" * 1_000_000)
    assert (sent[0]["status"], came) == (413, [])
    assert "tối đa 1 MB" in sent[1]["body"].decode()


def test_what_does_not_say_how_large_it_is_ends_where_it_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "MOST_BYTES", 10)
    _, came = asked(HEADERS, b"12345", b"12345", b"6")
    assert came == [b"12345", b"12345"]


def test_a_websocket_is_closed_before_it_is_opened() -> None:
    sent, came = asked([(b"host", b"evil.example")], kind="websocket")
    assert (sent, came) == ([{"type": "websocket.close", "code": 4421}], [])
