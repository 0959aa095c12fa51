"""The annexes in Word and Excel, given out: of what is published now, and of a release.

Belongs here: giving them out. Does not belong here: what is in them (``pipelines.present.report``), making them
(``pipelines.refresh.documents``).
"""

from collections.abc import Mapping

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from pipelines.desk import approvals
from pipelines.desk.pages.office import XLSX, download, folders, named, named_read
from pipelines.refresh import documents
from pipelines.store.releases import opened
from schemas.sentences import SentenceError

KINDS: Mapping[str, str] = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": XLSX,
}


@require_safe
def annex(_request: HttpRequest, key: str, kind: str) -> HttpResponse:
    """Give out an annex of what is published."""
    if kind not in KINDS:
        raise Http404
    raw, store = folders()
    chosen = named_read(raw, store, key)
    return _given(documents.annexes(raw, store, chosen, who="bàn làm việc"), kind)


@require_safe
def of_release(request: HttpRequest, key: str, name: str, kind: str) -> HttpResponse:
    """Give out an annex of a release, of its frozen figures."""
    raw, store = folders()
    chosen = named(raw, store, key)
    if kind not in KINDS or name not in {one.release.name for one in approvals.approved(store, chosen)}:
        raise Http404
    try:
        return _given(documents.release_report(opened(store.root, name)), kind, f"{name}-")
    except SentenceError as why:
        messages.error(request, str(why))
        return redirect("approve", key)


def _given(made: Mapping[str, bytes], kind: str, before: str = "") -> HttpResponse:
    (name,) = (name for name in made if name.endswith(f".{kind}"))
    return download(made[name], f"{before}{name}", KINDS[kind])
