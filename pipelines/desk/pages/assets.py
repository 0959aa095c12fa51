"""The style sheets that pages load: the explorer's, and the desk's own after it.

Belongs here: which files these are. Does not belong here: what is in them.
"""

from collections.abc import Mapping
from functools import cache
from importlib import resources

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse

from pipelines.present.explorer.render import static


@login_not_required
def asset(_request: HttpRequest, name: str) -> HttpResponse:
    """Return one of the files."""
    content = _contents().get(name)
    if content is None:
        raise Http404
    return HttpResponse(content, content_type="text/css; charset=utf-8", headers={"Cache-Control": "no-cache"})


@cache
def _contents() -> Mapping[str, str]:
    own = resources.files("pipelines.desk").joinpath("static", "desk.css")
    return {"explorer.css": static("explorer.css"), "desk.css": own.read_text("utf-8")}
