"""Findings by reporter, and deciding on them.

Belongs here: the pages and their forms. Does not belong here: what is shown (``pipelines.desk.doubts``), what a
decision does (``pipelines.desk.decisions``).
"""

from collections.abc import Sequence

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pipelines.desk import decisions, hints
from pipelines.desk.doubts import NOBODY, by_reporter, doubts
from pipelines.desk.pages import closing
from pipelines.desk.pages.contacts import contact_of
from pipelines.desk.pages.office import XLSX, download, folders, named
from pipelines.desk.roles import May
from pipelines.present.marked import SUFFIX, UnmarkableError, letter, mark, of_reporter
from pipelines.refresh.stale import last_read
from pipelines.store import published
from pipelines.store.archive import WORKBOOK
from pipelines.store.ledger import CellPlace
from schemas.addresses import as_meant
from schemas.outcomes import Decision
from schemas.periods import as_people_write
from schemas.sentences import SentenceError

decides = permission_required(May.DECIDE.full, raise_exception=True)


@require_safe
def findings(request: HttpRequest, key: str) -> HttpResponse:
    """List the reporters with findings."""
    raw, store = folders()
    chosen = named(raw, store, key)
    found = by_reporter(published.findings(store, chosen) if published.is_checked(store, chosen) else [])
    undoable = decisions.latest(raw, chosen, last_read(store, chosen))
    corrected = sorted(
        {row["reporter"] for row in decisions.Decided.now(raw, store, chosen).corrections} - {*found, ""}
    )
    shown = {"key": chosen, "found": found, "places": raw.places, "nobody": NOBODY, "undoable": undoable}
    shown |= {"corrected": corrected}
    shown |= {"missing": raw.missing(chosen), **closing.told(raw, store, chosen)}
    return render(request, "findings.html", shown)


@require_safe
def reporter(request: HttpRequest, key: str, reporter: str) -> HttpResponse:
    """Show the findings of one reporter, with what helps to decide on them."""
    return _of_reporter(request, key, reporter)


def _of_reporter(request: HttpRequest, key: str, reporter: str, refusal: str = "") -> HttpResponse:
    """Return the page; with what was sent, in the form it was sent from, and why that was refused, if it was."""
    raw, store = folders()
    chosen = named(raw, store, key)
    rows = by_reporter(published.findings(store, chosen)).get(reporter, [])
    known = reporter != NOBODY and raw.places.kind(chosen.commune, reporter) != ""
    whole = raw.places.title(chosen.commune, reporter) if reporter != NOBODY else _("Không của đơn vị nào")
    files = sorted({row["file"] for row in rows if row["file"]})
    shut = closing.told(raw, store, chosen)
    read = last_read(store, chosen)
    pending = decisions.waiting(raw, store, chosen, read)
    decided = decisions.Decided.now(raw, store, chosen)
    # Of most return sets nothing has been corrected, and then no entries are looked through.
    corrected = published.corrected(store, chosen, reporter=reporter) if decided.corrections else []
    moved = [] if shut["closed"] else decisions.replaced(raw, chosen, files, read)
    shown = {
        "key": chosen,
        "reporter": reporter,
        "name": whole,
        "doubts": list(doubts(store, chosen, rows)),
        "letter": letter(chosen, reporter, raw.places, rows, corrected) if reporter != NOBODY else "",
        "known": known,
        "contact": contact_of(chosen, reporter) if known else None,
        "files": [file for file in files if file.endswith(WORKBOOK) and file in read and file not in moved],
        "moved": moved,
        "read": read,
        "undoable": decisions.latest(raw, chosen, read),
        "decided": decided,
        **shut,
        "words": decisions.words,
        "waiting": [(place, decisions.words(entry)) for place, entry in pending.items()],
        "pending": {(place.file, place.sheet, place.cell) for place in pending},
        "date": as_people_write,
        "sent": {"form": "", "at": "", "change": "", **request.POST.dict()},
        "refusal": refusal,
    }
    return render(request, "doubts.html", shown, status=409 if refusal else 200)


@decides
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, key: str, reporter: str) -> HttpResponse:
    """Record a decision: on one cell, or on all that one proposal is about.

    What was refused is told on a page of this address, which is asked for again when the language is changed there.
    """
    if request.method != "POST":
        return redirect("reporter", key, reporter)
    raw, store = folders()
    chosen, sent = named(raw, store, key), request.POST
    back = redirect(f"{reverse('reporter', args=[key, reporter])}#{sent.get('at', '')}")
    try:
        decision = Decision(sent.get("decision", ""))
        # What is kept as it is is the cell that the finding is about first, whichever is chosen for a number.
        kept = sent.get("kept", "") if decision is Decision.AS_IS else ""
        changes = [_change(one) for one in sent.getlist("change")] or [(kept or sent["cell"], sent.get("new", ""))]
        _refuse_unmeant(changes, decision)
    except (ValueError, KeyError):
        messages.error(request, _("Yêu cầu này không đọc được. Mở lại trang rồi làm lại."))
        return back
    placed = [(CellPlace(sent.get("file", ""), sent.get("sheet", ""), cell), new) for cell, new in changes]
    more = {name: sent.get(name, "") for name in ("reason", "rule")}
    mark = sent.get("mark", "") or (sent.get(f"mark-{changes[0][0]}", "") if len(changes) == 1 else "")
    seen = decisions.Seen(sent.get("of", ""), mark)
    try:
        entries = decisions.decide(raw, store, chosen, placed, decision, request.user, seen=seen, **more)
    except SentenceError as why:
        refusal = hints.told(why)
        messages.error(request, refusal)  # beside the form as well, where that is still there
        return _of_reporter(request, key, reporter, refusal)
    for entry in entries:
        messages.success(request, _("Đã ghi vào sổ đính chính: {what}.").format(what=decisions.words(entry)))
    return back


def _change(sent: str) -> tuple[str, str]:
    cell, equals, new = sent.partition("=")
    if not equals:
        raise ValueError(sent)
    return cell, new


def _refuse_unmeant(changes: Sequence[tuple[str, str]], decision: Decision) -> None:
    """Raise where several cells are sent with what is decided on one, or a cell with two numbers."""
    if len({as_meant(cell) for cell, _new in changes}) < len(changes):
        raise ValueError(changes)
    if len(changes) > 1 and decision is not Decision.ACCEPTED:
        raise ValueError(decision)


@decides
@require_POST
def undo(request: HttpRequest, key: str) -> HttpResponse:
    """Take the last decision back."""
    raw, store = folders()
    chosen, number = named(raw, store, key), request.POST.get("deed", "")
    try:
        decisions.undo(raw, store, chosen, int(number) if number.isdecimal() else 0, request.user)
        messages.success(request, _("Đã hoàn tác quyết định cuối."))
    except SentenceError as why:
        messages.error(request, hints.told(why))
    return redirect("findings", key)


@require_safe
def marked(request: HttpRequest, key: str, file: str) -> HttpResponse:
    """Give out a reporter's workbook with the doubtful cells marked, to be sent back."""
    raw, store = folders()
    chosen = named(raw, store, key)
    rows = of_reporter([row for row in published.findings(store, chosen) if row["file"] == file])
    lying = raw.file(chosen, file) if rows else None
    if lying is None or lying.suffix != WORKBOOK:
        raise Http404
    replaced = decisions.replaced(raw, chosen, [file], last_read(store, chosen))
    if replaced and not closing.told(raw, store, chosen)["closed"]:
        words = _("Tệp {file} đã thay sau lần chạy cuối, nên chưa đánh dấu được ô. Chạy rồi tải lại.")
        messages.error(request, words.format(file=file))
        return redirect("findings", key)
    try:
        content = mark(lying.content, rows, raw.places, published.corrected(store, chosen, file=file))
    except UnmarkableError as why:
        messages.error(request, _("Tệp {file} không đánh dấu được ({why}).").format(file=file, why=why))
        return redirect("findings", key)
    return download(content, f"{file.removesuffix(WORKBOOK)}{SUFFIX}{WORKBOOK}", XLSX)
