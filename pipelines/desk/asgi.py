"""The desk as one ASGI application: the guard, Django behind it, and beside Django the live events of Dagster's pages.

Belongs here: putting these together. Does not belong here: any of them.
"""

from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib import auth
from django.core.asgi import get_asgi_application
from django.db import connection
from django.http import HttpRequest

from pipelines.desk.guard import Address, Application, Guard, Receive, Refusal, Scope, Send, refuse
from pipelines.desk.proxy import GRAPHQL, Events


def application(address: Address) -> Guard:
    """Return the application that is served at an address."""
    return Guard(_routed(get_asgi_application()), address)


def _routed(pages: Application) -> Application:
    async def routed(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await pages(scope, receive, send)
        elif scope["type"] == "websocket":
            await _events(scope, receive, send)
        else:
            await _lifespan(receive, send)

    return routed


async def _events(scope: Scope, receive: Receive, send: Send) -> None:
    """Pass live events on to who has signed in."""

    async def signed_in() -> bool:
        return await sync_to_async(_is_signed_in, thread_sensitive=False)(scope)

    if scope["path"] != GRAPHQL:
        await refuse(scope, send, Refusal(404, ""))
    elif not await signed_in():
        await refuse(scope, send, Refusal(401, ""))
    else:
        await Events(receive, send).passed_on(signed_in)


def _is_signed_in(scope: Scope) -> bool:
    """Return whether the cookies of a request are those of a session that goes on."""
    cookies: SimpleCookie = SimpleCookie()
    for name, value in scope["headers"]:
        if name == b"cookie":
            try:
                cookies.load(value.decode("latin-1"))
            except CookieError:
                return False
    if (cookie := cookies.get(settings.SESSION_COOKIE_NAME)) is None:
        return False
    request: Any = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(cookie.value)
    try:
        return bool(auth.get_user(request).is_authenticated)
    finally:
        connection.close()  # no request ends here that would


async def _lifespan(receive: Receive, send: Send) -> None:
    while (message := await receive())["type"] != "lifespan.shutdown":
        await send({"type": f"{message['type']}.complete"})
    await send({"type": "lifespan.shutdown.complete"})
