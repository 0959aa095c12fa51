"""The style sheet and what else pages load: the explorer's, and the desk's own after it.

Belongs here: which files these are. Does not belong here: what is in them.
"""

from functools import cache
from importlib import resources

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse

from pipelines.present.explorer.render import static

_KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
_EXPLORERS = ("explorer.css",)


@login_not_required
def asset(_request: HttpRequest, name: str) -> HttpResponse:
    """Return one of the files."""
    kind = next((kind for suffix, kind in _KINDS.items() if name.endswith(suffix)), None)
    content = None if kind is None else _content(name)
    if content is None:
        raise Http404
    return HttpResponse(content, content_type=kind, headers={"Cache-Control": "no-cache"})


@cache
def _content(name: str) -> str | None:
    if name in _EXPLORERS:
        return static(name)
    own = {one.name: one for one in resources.files("pipelines.desk").joinpath("static").iterdir()}
    return own[name].read_text("utf-8") if name in own else None
