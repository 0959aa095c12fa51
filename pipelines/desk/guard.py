"""What stands before every page, Dagster's too: whom a request was meant for, who sent it, how large it is.

Belongs here: judging a request by its headers, as an ASGI application around another. Does not belong here: who is
signed in and what they may do.

A browser carries cookies wherever a page of any site sends it, and other programs at this address share them, whatever
their port. So a request must name this very address (against names that are made to point here), and what may change
something must come from a page of ours.
"""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from schemas.sentences import SentenceError

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

READS = frozenset({"GET", "HEAD"})
MOST_BYTES = 64 * 1024 * 1024
"""Of the body of one request; ten workbooks of an office have less than one hundredth of it."""
_MOST_LISTENED_TO = 8 * MOST_BYTES
"""A browser reads an answer once it has sent all; beyond this it is cut off instead."""

NOT_HERE = "Địa chỉ này không phải của bàn làm việc. Mở {url} rồi làm lại ở đó."
FROM_ELSEWHERE = "Yêu cầu đến từ một trang khác, nên không làm gì. Mở lại trang của bàn làm việc rồi làm lại ở đó."
TOO_LARGE = (
    "Gửi quá nhiều một lần: tối đa {most} MB. Chưa nhận gì; chia ra gửi nhiều lần, hoặc xem lại có đúng tệp không."
)


_USUAL_PORTS = {"http": 80, "https": 443}
"""Those that browsers leave out."""


@dataclass(frozen=True)
class Address:
    """Where the desk is served: this machine and one port, or as the web server before it is called."""

    port: int
    names: tuple[str, ...] = ("127.0.0.1", "localhost")
    scheme: str = "http"

    @classmethod
    def of(cls, site: str) -> "Address":
        """Return the address that is written as a browser has it.

        Raises:
            SentenceError: It is none, or goes on behind the name.
        """
        try:
            parts = urlsplit(site.rstrip("/"))
            usual = _USUAL_PORTS[parts.scheme]
            if (
                parts.netloc.lower() != parts.netloc
                or parts.path
                or parts.query
                or parts.username
                or not parts.hostname
            ):
                raise ValueError
            return cls(parts.port or usual, (parts.hostname,), parts.scheme)
        except (KeyError, ValueError):
            raise SentenceError(f"«{site}» không phải địa chỉ của một trang; cần dạng https://ban.xa.vn") from None

    @property
    def hosts(self) -> frozenset[str]:
        """What a request may name as its host."""
        return frozenset(self._with_port(name) for name in self.names)

    @property
    def url(self) -> str:
        """What an officer opens."""
        return f"{self.scheme}://{self._with_port(self.names[0])}"

    def _with_port(self, name: str) -> str:
        return name if self.port == _USUAL_PORTS[self.scheme] else f"{name}:{self.port}"


@dataclass(frozen=True)
class Refusal:
    """Why a request goes no further."""

    status: int
    sentence: str


def judged(address: Address, kind: str, method: str, headers: Mapping[str, str]) -> Refusal | None:
    """Return why a request is refused, or nothing.

    Args:
        address: Where we are served.
        kind: ``http`` or ``websocket``.
        method: Of an HTTP request.
        headers: By their names in small letters.
    """
    host = headers.get("host", "")
    if host not in address.hosts:
        return Refusal(421, NOT_HERE.format(url=address.url))
    reads = kind == "http" and method in READS
    origin = headers.get("origin")
    if origin is None and not reads:  # every browser tells it with these
        return Refusal(403, FROM_ELSEWHERE)
    if origin is not None and origin != f"{address.scheme}://{host}":
        return Refusal(403, FROM_ELSEWHERE)
    from_elsewhere = headers.get("sec-fetch-site", "none") in ("cross-site", "same-site")
    followed_link = (
        reads and headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    )
    if from_elsewhere and not followed_link:
        return Refusal(403, FROM_ELSEWHERE)
    return None


class Guard:
    """An application behind the guard."""

    def __init__(self, inner: Application, address: Address) -> None:
        """Stand before an application."""
        self.inner, self.address = inner, address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it with a sentence."""
        if scope["type"] not in ("http", "websocket"):
            await self.inner(scope, receive, send)
            return
        names = [name for name, _ in scope["headers"]]
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        twice = any(names.count(name) > 1 for name in (b"host", b"origin"))
        refusal = judged(self.address, scope["type"], scope.get("method", ""), headers)
        if refusal is None and twice:
            refusal = Refusal(400, FROM_ELSEWHERE)
        if refusal is not None:
            await refuse(scope, send, refusal)
        elif scope["type"] == "http" and _announced(headers) > MOST_BYTES:
            await _listen(receive, _MOST_LISTENED_TO)
            await refuse(scope, send, Refusal(413, TOO_LARGE.format(most=MOST_BYTES // 1024**2)))
        else:
            await self.inner(scope, _at_most(receive, MOST_BYTES) if scope["type"] == "http" else receive, send)


def _announced(headers: Mapping[str, str]) -> int:
    length = headers.get("content-length", "0")
    return int(length) if length.isascii() and length.isdigit() else 0


async def _listen(receive: Receive, most: int) -> None:
    """Take in what is sent and forget it, until it ends or is too much."""
    heard, more = 0, True
    while more and heard < most:
        message = await receive()
        heard += len(message.get("body", b""))
        more = message.get("more_body", False)


def _at_most(receive: Receive, most: int) -> Receive:
    """Let a body that did not say how long it is end where it grows too large, as if the sender had gone."""
    heard = 0

    async def counted() -> Message:
        nonlocal heard
        message = await receive()
        heard += len(message.get("body", b""))
        return {"type": "http.disconnect"} if heard > most else message

    return counted


async def refuse(scope: Scope, send: Send, refusal: Refusal) -> None:
    """Answer with a refusal; a websocket is closed before it is opened."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 4000 + refusal.status})
        return
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": f"{refusal.sentence}\n".encode()})
