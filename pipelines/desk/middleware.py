"""What every answer of the desk carries, in which language it speaks, and how it tells what cannot be done.

Belongs here: Django middleware. Does not belong here: what stands before Django, for Dagster's pages too
(``pipelines.desk.guard``).
"""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.decorators import sync_and_async_middleware
from django.utils.http import url_has_allowed_host_and_scheme

from pipelines.desk.refusals import refused_by_the_system, told
from schemas.sentences import SentenceError

Ask = Callable[[HttpRequest], HttpResponse] | Callable[[HttpRequest], Awaitable[HttpResponse]]

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""What a page may load and where its forms may go: nothing but ourselves. Pages that say otherwise keep theirs."""


@sync_and_async_middleware
def headers(ask: Ask) -> Ask:
    """Let pages load nothing from elsewhere, and let nobody keep them."""

    def with_headers(answer: HttpResponse) -> HttpResponse:
        answer.headers.setdefault("Content-Security-Policy", POLICY)
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer

    return _around(ask, lambda _: None, with_headers)


class SessionRequired(LoginRequiredMiddleware):
    """Lead who has no session to the sign-in: and who sent a form, as of a session of yesterday, back to its page.

    At the address of the form itself there often is no page, and nothing of it was done.
    """

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponse:
        """Answer a request of nobody's."""
        if request.method in ("GET", "HEAD"):
            answer: HttpResponse = super().handle_no_permission(request, view_func)
            return answer
        from_page = request.headers.get("Referer", "")
        ours = url_has_allowed_host_and_scheme(from_page, {request.get_host()}, require_https=request.is_secure())
        page = urlsplit(from_page)
        there = page._replace(scheme="", netloc="", fragment="").geturl() if ours else reverse("home")
        return redirect(f"{reverse('sign-in')}?{urlencode({'next': there, LOST: 1})}")


LOST = "lost"
"""Says in the address of the sign-in that a form was sent of which nothing was done."""


@sync_and_async_middleware
def language(ask: Ask) -> Ask:
    """Speak the language that was chosen, and Vietnamese where none was.

    Browsers ask for English on many an officer's machine, whoever sits at it, so they are not listened to.
    """

    def choose(request: HttpRequest) -> None:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        known = dict(settings.LANGUAGES)
        translation.activate(chosen if chosen in known else settings.LANGUAGE_CODE)

    return _around(ask, choose, lambda answer: answer)


@sync_and_async_middleware
def sentences(ask: Ask) -> Ask:
    """Tell what a page could not do in the sentence that says so, where the page itself has not told it."""

    def tell(request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, SentenceError):
            return told(request, 409, str(error))
        if isinstance(error, OSError) and error.strerror and not isinstance(error, ConnectionError):
            return refused_by_the_system(request, error)
        return None

    around: Any = _around(ask, lambda _: None, lambda answer: answer)
    around.process_exception = tell
    passed: Ask = around
    return passed


def _around(ask: Ask, before: Callable[[HttpRequest], None], after: Callable[[HttpResponse], HttpResponse]) -> Ask:
    """Return a middleware that does something before and after, whether Django waits for it or not."""
    if iscoroutinefunction(ask):

        async def around(request: HttpRequest) -> HttpResponse:
            before(request)
            return after(await ask(request))

        return around

    def around_plain(request: HttpRequest) -> HttpResponse:
        before(request)
        return after(ask(request))

    return around_plain
