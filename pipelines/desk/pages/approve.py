"""Approving a return set, and its releases.

Belongs here: the page. Does not belong here: who may approve what (``pipelines.desk.approvals``).
"""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from pipelines.desk import approvals, hints
from pipelines.desk.board import board_of
from pipelines.desk.pages import closing
from pipelines.desk.pages.office import download, folders, named
from pipelines.desk.roles import May
from pipelines.settings import today
from pipelines.steps.collect.released import SUFFIX
from pipelines.store.raw import Raw
from pipelines.store.releases import as_sent
from pipelines.store.tables import Store
from schemas.return_sets import ReturnSetKey
from schemas.sentences import SentenceError


@require_http_methods(["GET", "HEAD", "POST"])
def approve(request: HttpRequest, key: str) -> HttpResponse:
    """Show what would be approved and what has been; approve it."""
    raw, store = folders()
    chosen = named(raw, store, key)
    if request.method == "POST":
        if not request.user.has_perm(May.APPROVE.full):
            raise PermissionDenied
        looked_at, despite = request.POST.get("seen", ""), request.POST.get("despite", "").strip()
        try:
            made = approvals.approve(raw, store, chosen, request.user, looked_at=looked_at, despite=despite)
        except SentenceError as why:
            messages.error(request, hints.told(why))
        else:
            words = _("Đã duyệt và phát hành «{name}»; kỳ này đã đóng. Ghi mã này vào biên bản: {seal}")
            messages.success(request, words.format(name=made.name, seal=made.seal))
        return redirect("approve", key)
    seen = approvals.seen(store, chosen)  # before the rest: of what is published meanwhile it then is not the hash
    shown = {
        "board": board_of(raw, store, chosen, today()),
        "seen": seen,
        "in_the_way": _in_the_way(raw, store, chosen),
        "entered": approvals.entered_by(chosen),
        "approved": approvals.approved(store, chosen),
        **closing.told(raw, store, chosen),
    }
    return render(request, "approve.html", shown)


def _in_the_way(raw: Raw, store: Store, key: ReturnSetKey) -> str:
    """Return why a return set is released only for a reason, and what can be done; nothing where it needs none."""
    # Releases read everything, with pandas and Pandera: only who opens this page waits for these.
    from pipelines.refresh import release

    why = release.in_the_way(raw, store, key)
    return hints.told(why) if why is not None else ""


@permission_required(May.APPROVE.full, raise_exception=True)
@require_safe
def packed(request: HttpRequest, key: str, name: str) -> HttpResponse:
    """Give out a release as the one file in which it is sent to the level above."""
    raw, store = folders()
    chosen = named(raw, store, key)
    if name not in {one.release.name for one in approvals.approved(store, chosen)}:
        raise Http404
    try:
        content = as_sent(store.root, name)
    except SentenceError as why:
        messages.error(request, str(why))
        return redirect("approve", key)
    return download(content, f"{name}{SUFFIX}", "application/zip")
