"""The explorer of a return set, as its refresh has written it, for who has signed in.

Belongs here: giving out its files. Does not belong here: making them (``pipelines.present.explorer``).
"""

import mimetypes
from pathlib import Path, PurePosixPath

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from pipelines.desk.pages.office import folders, named
from pipelines.present.explorer.addresses import EXPLORER
from pipelines.refresh.documents import explorer_page

_POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; img-src 'self' data:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""As for every page, but that the explorer's drawings carry their styles."""


@require_safe
def explorer(_request: HttpRequest, key: str, page: str) -> HttpResponse:
    """Return one file of the explorer."""
    raw, store = folders()
    chosen = named(raw, store, key)
    path = explorer_page(store, chosen, page)
    if ".." in PurePosixPath(page).parts or not _lies_within(path, explorer_page(store, chosen, ".")):
        raise Http404
    kind, _encoding = mimetypes.guess_type(path.name)
    headers = {"Content-Security-Policy": _POLICY}
    # As its refresh wrote it, or a sentence. What was made only when somebody asked for it is listed nowhere.
    written = store.listed_file(EXPLORER, path.relative_to(store.root).as_posix(), store.part_of(chosen))
    content = path.read_bytes() if written is None else written
    return HttpResponse(content, content_type=kind or "application/octet-stream", headers=headers)


def _lies_within(path: Path, folder: Path) -> bool:
    """Return whether there is such a file, in the folder itself and not by a link out of it."""
    try:
        return path.resolve().is_relative_to(folder.resolve()) and path.is_file()
    except (OSError, ValueError):  # too long for a name, or with characters that no name has
        return False
