"""Dagster's pages, passed on to who has signed in, as far as they may.

Belongs here: judging what a request would do, sending it over the private socket, bringing the answer back; the same
for the live events of a websocket. Does not belong here: whether it came from a page of ours
(``pipelines.desk.guard``), running Dagster (``pipelines.desk.dagster_process``).

Dagster itself asks nobody who they are, and does what a GET tells it to. So what changes something passes only as a
POST that was read here first, of somebody who may run the pipeline.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from urllib.parse import parse_qs
from weakref import WeakKeyDictionary

import httpx2
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, WebSocketException

from pipelines import posix
from pipelines.desk import dagster_process, graphql
from pipelines.desk.graphql import Asked
from pipelines.desk.guard import READS, Receive, Send

GRAPHQL = "/dagster/graphql"
_ANSWERS_WITHIN, _CONNECTS_WITHIN = 120.0, 5.0

_NOT_PASSED_ON = frozenset(
    {
        *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "upgrade"),
        *("transfer-encoding", "cookie", "set-cookie", "authorization", "content-length"),
        *("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"),
    }
)
"""Headers between two ends of one connection, and what would tell Dagster who is signed in."""

WITH_QUESTIONS: Mapping[str, str] = {
    "content-type": "application/json",
    "accept": "application/json",
    "accept-encoding": "identity",
}
"""The headers of a question to Dagster, which reads a body by its type, and the address where it knows none."""

_NAMES_THE_QUESTION = "op"
"""What Dagster's pages add to the address of a question: its name, for whoever reads logs."""


class NotReachedError(Exception):
    """Dagster's pages do not answer: it is starting, or has failed."""


class RefusedError(Exception):
    """A request that is not passed on; the status to answer with."""

    def __init__(self, status: int) -> None:
        """Note the status."""
        super().__init__(status)
        self.status = status


def permitted(method: str, path: str, query: str, kind: str, body: bytes, *, may_run: bool) -> Asked | None:
    """Return what a request asks of GraphQL, to be passed on in its place; nothing where it may pass as it is.

    Args:
        method: Of the request.
        path: Its path, unquoted.
        query: What follows the path.
        kind: The type of its body's content.
        body: Its body.
        may_run: Whether who sends it may change anything.

    Raises:
        RefusedError: It must not be passed on.
    """
    if not _DOTS.isdisjoint(path.split("/")):
        raise RefusedError(400)
    if method in READS:
        for document in parse_qs(query, keep_blank_values=True).get("query", []):
            _only_asks(path, document)
        return None
    if method != "POST" or path != GRAPHQL:  # elsewhere Dagster takes reports on assets, which nobody here sends
        raise RefusedError(405)
    if parse_qs(query, keep_blank_values=True).keys() - {_NAMES_THE_QUESTION}:
        raise RefusedError(400)
    if kind.partition(";")[0].strip().lower() != "application/json":
        raise RefusedError(415)
    try:
        asked = graphql.asked(body)
    except graphql.UnreadableError:
        raise RefusedError(400) from None
    if asked.mutations and not may_run:
        raise RefusedError(403)
    return asked


_DOTS = frozenset({".", ".."})
"""Pieces of a path that whoever follows it takes away, so that it leads elsewhere than what was judged."""


def _only_asks(path: str, document: str) -> None:
    """Refuse a document that would change something; an unreadable one too, where it is meant for GraphQL.

    Raises:
        RefusedError: It must not be passed on.
    """
    try:
        changes = bool(graphql.mutations_of(document))
    except graphql.UnreadableError:
        if path == GRAPHQL:
            raise RefusedError(400) from None
        return  # the words of a search in Dagster's pages
    if changes:
        raise RefusedError(405)


def socket() -> Path:
    """Return where Dagster's pages listen.

    Raises:
        NotReachedError: Nobody has started them.
    """
    if dagster_process.current is None:
        raise NotReachedError
    return dagster_process.current.socket


_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[Path, httpx2.AsyncClient]] = WeakKeyDictionary()


def _client() -> httpx2.AsyncClient:
    """Return the client of this event loop; its connections are kept open."""
    loop, path = asyncio.get_running_loop(), socket()
    known = _clients.get(loop)
    if known is None or known[0] != path:
        transport = posix.over_asynchronously(path)
        timeout = httpx2.Timeout(_ANSWERS_WITHIN, connect=_CONNECTS_WITHIN)
        known = (path, httpx2.AsyncClient(transport=transport, base_url="http://dagster", timeout=timeout))
        _clients[loop] = known
    return known[1]


async def passed_on(method: str, target: str, headers: Mapping[str, str], body: bytes) -> httpx2.Response:
    """Return Dagster's answer to a request that may pass as it is; its body is yet to be read.

    Raises:
        NotReachedError: There is none.
    """
    kept = {name: value for name, value in headers.items() if name.lower() not in _NOT_PASSED_ON}
    return await _answer(method, target, kept, body)


async def answered(asked: Asked, packed: str | None) -> httpx2.Response:
    """Return Dagster's answer to what was read of a request, and to nothing else that came with it.

    Args:
        asked: What was read.
        packed: In which ways the answer may be packed, as the browser has told it.

    Raises:
        NotReachedError: There is none.
    """
    headers = {**WITH_QUESTIONS, "accept-encoding": packed or WITH_QUESTIONS["accept-encoding"]}
    return await _answer("POST", GRAPHQL, headers, asked.body)


async def _answer(method: str, target: str, headers: Mapping[str, str], body: bytes) -> httpx2.Response:
    client = _client()
    request = client.build_request(method, target, headers=headers, content=body or None)
    try:
        return await client.send(request, stream=True)
    except httpx2.TransportError:
        raise NotReachedError from None


def headers_of(answer: httpx2.Response) -> dict[str, str]:
    """Return the headers of an answer that concern who asked."""
    return {name: value for name, value in answer.headers.items() if name.lower() not in _NOT_PASSED_ON}


async def body_of(answer: httpx2.Response) -> AsyncIterator[bytes]:
    """Yield the body of an answer as it comes, packed or not."""
    try:
        async for piece in answer.aiter_raw():
            yield piece
    finally:
        await answer.aclose()


_STILL_SIGNED_IN = 15.0
"""Seconds after which somebody who has signed out hears no more."""


class Events:
    """The live events of Dagster's pages: one websocket of a browser, one to Dagster."""

    def __init__(self, receive: Receive, send: Send) -> None:
        """Note how to hear the browser and how to tell it."""
        self.receive, self.send = receive, send

    async def passed_on(self, still_signed_in: Callable[[], Awaitable[bool]]) -> None:
        """Pass messages on both ways until either side has enough, or nobody is signed in any more."""
        await self.receive()  # the browser's wish to connect
        try:
            upstream = posix.events_over(socket(), f"ws://dagster{GRAPHQL}", "graphql-ws", _CONNECTS_WITHIN)
            async with upstream as dagster:
                await self.send({"type": "websocket.accept", "subprotocol": dagster.subprotocol})
                ways = (self._to(dagster), self._from(dagster), _until_signed_out(still_signed_in))
                tasks = [asyncio.ensure_future(way) for way in ways]
                try:
                    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for task in tasks:
                        task.cancel()
                    await asyncio.gather(*tasks, return_exceptions=True)
        except (NotReachedError, OSError, WebSocketException, TimeoutError):
            pass
        with contextlib.suppress(RuntimeError):  # the browser may have gone already
            await self.send({"type": "websocket.close", "code": 1001})

    async def _to(self, dagster: ClientConnection) -> None:
        while (message := await self.receive())["type"] == "websocket.receive":
            text = message.get("text")
            if text is None or would_change(text):
                return
            with contextlib.suppress(ConnectionClosed):
                await dagster.send(text)

    async def _from(self, dagster: ClientConnection) -> None:
        async for text in dagster:
            await self.send({"type": "websocket.send", "text": text})


def would_change(text: str) -> bool:
    """Return whether a message of a websocket asks for more than to be told of events, or cannot be read."""
    try:
        told = json.loads(text)
        payload = told.get("payload") or {}
        return "query" in payload and bool(graphql.mutations_of(payload["query"]))
    except (ValueError, AttributeError, TypeError, RecursionError):
        return True


async def _until_signed_out(still_signed_in: Callable[[], Awaitable[bool]]) -> None:
    while await still_signed_in():
        await asyncio.sleep(_STILL_SIGNED_IN)
