"""Reopening a closed return set, and what a page says of one.

Belongs here: the button, and the lines that other pages show. Does not belong here: closing, which approval does
(``pipelines.desk.pages.approve``); who may reopen, which ``pipelines.desk.roles`` says.
"""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pipelines.desk import approvals
from pipelines.desk.pages.office import folders, named
from pipelines.desk.roles import May
from pipelines.refresh.closing import later
from pipelines.store.closings import Turn, closings, sentence
from pipelines.store.raw import Raw
from pipelines.store.tables import Store
from schemas.return_sets import ReturnSetKey
from schemas.sentences import SentenceError


def told(raw: Raw, store: Store, key: ReturnSetKey) -> dict[str, Any]:
    """Return what a page tells of the closing of a return set.

    ``closed``: by what it is closed, in a sentence, or nothing; ``later``: the files that changed since; ``turns``:
    every closing and reopening, the last first, as sentences.
    """
    lines = closings(store.root, key)
    shut = bool(lines) and lines[-1].turn is Turn.CLOSED
    since = later(raw, store, [key]) if shut else []
    return {
        "closed": sentence(key, lines[-1], raw.places) if shut else "",
        "later": since[0].files if since else (),
        "turns": [sentence(key, line, raw.places) for line in reversed(lines)],
    }


@permission_required(May.APPROVE.full, raise_exception=True)
@require_POST
def reopen(request: HttpRequest, key: str) -> HttpResponse:
    """Open a closed return set again."""
    raw, store = folders()
    chosen = named(raw, store, key)
    try:
        approvals.reopen(raw, store, chosen, request.user, reason=request.POST.get("reason", ""))
    except SentenceError as why:
        messages.error(request, str(why))
    else:
        messages.success(request, _("Đã mở lại kỳ. Chạy rồi duyệt lại khi số đã đúng."))
    return redirect("approve", key)
