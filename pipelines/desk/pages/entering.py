"""The form as a page, for a reporter without a computer: typed in from paper or from the telephone.

Belongs here: the pages, and what they show of each input. Does not belong here: the workbook that is made of it
(``pipelines.desk.entering``), taking it in (``pipelines.desk.receipts``).
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from pipelines.desk import entering, receipts
from pipelines.desk.entering import LONGEST, MORE_LINES, MOST_LINES, Entry, LyingReturn, named
from pipelines.desk.models import Upload
from pipelines.desk.pages import closing
from pipelines.desk.pages.office import handout_of
from pipelines.desk.pages.receive import receives
from pipelines.handout.aids import depths_of
from pipelines.handout.layout import Answer, Record, as_printed
from pipelines.handout.typed import Typed
from pipelines.refresh.rehearsal import Rehearsed
from pipelines.steps.collect.headings import LABEL_HEADING, LINE_HEADING, NOTE_HEADING, UNIT_HEADING, VALUE_HEADING
from pipelines.steps.numbers import vietnamese
from pipelines.store.receiving import ReceivingError
from schemas.findings import parts_of
from schemas.form import Form
from schemas.listed import items_of
from schemas.outcomes import Severity
from schemas.problems import Problems
from schemas.sentences import SentenceError

HEADINGS = {
    "label": LABEL_HEADING,
    "unit": UNIT_HEADING,
    "value": VALUE_HEADING,
    "note": NOTE_HEADING,
    "line": LINE_HEADING,
}
"""As on the paper form, in every language of the page."""


@receives
@require_safe
def reporters(request: HttpRequest, key: str) -> HttpResponse:
    """List the reporters whose return can be typed in."""
    handout = handout_of(key)
    shown = {"key": handout.key, "name": handout.commune.title, "period": handout.period, "owed": handout.owed()}
    shown |= closing.told(handout.raw, handout.store, handout.key)
    return render(request, "entry-reporters.html", shown)


@receives
@require_http_methods(["GET", "HEAD", "POST"])
def entry(request: HttpRequest, key: str, reporter: str) -> HttpResponse:
    """Ask for the forms of a reporter; check what was typed, and take it in."""
    try:
        own = Entry.of(handout_of(key), reporter)
        there = own.there()
        if request.method != "POST":
            return _page(request, own, there, there.typed)
        return _sent(request, own, there)
    except SentenceError as why:
        messages.error(request, str(why))
        return redirect("home")


def _sent(request: HttpRequest, own: Entry, there: LyingReturn) -> HttpResponse:
    """Answer what was typed; nothing of it is lost whatever the answer is."""
    typed, wrong = own.typed(request.POST)
    more = {form.code: entering.lines_in(request.POST, form) for form in own.forms if form.line_title}
    do = request.POST.get("do", "check")
    if do in more:
        more[do] = min(more[do] + MORE_LINES, MOST_LINES)
        return _page(request, own, there, typed, lines=more, wrong=wrong)
    if wrong or not typed:
        said = _("Chưa ghi gì vào biểu nào.") if not typed else _("Có ô ghi chưa được; xem chỗ có chữ đỏ.")
        messages.error(request, said)
        return _page(request, own, there, typed, lines=more, wrong=wrong, status=400)
    content = own.workbook(typed)
    (waits,) = receipts.waiting(request.user, [_number(request.POST.get("checked", ""))]) or (None,)
    if do == "take" and (done := _taken(request, own, there, waits, content)):
        return done
    if request.POST.get("mark") != there.mark:
        names = ", ".join(there.files) or own.file
        words = _("{names} vừa đổi trong lúc bạn đang nhập, nên chưa ghi gì. Những gì bạn gõ vẫn ở dưới đây.")
        messages.error(request, words.format(names=names))
        return _page(request, own, there, typed, lines=more, moved=True, status=409)
    if do == "take":
        messages.warning(request, _("Số đã đổi sau lần kiểm tra, nên chưa nhận. Xem lại rồi bấm «Nhận»."))
    handout = own.handout
    ((checked, upload),) = receipts.check(
        handout.raw, handout.store, handout.key, {own.file: content}, request.user, typed=True
    )
    return _page(request, own, there, typed, lines=more, checked=checked, upload=upload)


def _taken(
    request: HttpRequest, own: Entry, there: LyingReturn, waits: Upload | None, content: bytes
) -> HttpResponse | None:
    """Take in what was checked, where it is what was typed; nothing where it has to be checked first."""
    raw, store = own.handout.raw, own.handout.store
    if waits is None:
        lying = raw.file(own.handout.key, own.file)
        if lying is None or lying.content != content:
            return None
        messages.info(request, _("{name} đã được nhận từ trước; không nhận lần nữa.").format(name=own.file))
        return redirect("board", own.handout.key)
    if bytes(waits.content) != content or request.POST.get("mark") != there.mark:
        return None
    waits.about["source"] = request.POST.get("source", "")[: LONGEST["note"]]
    try:
        sha256 = receipts.take(raw, store, waits)
    except (ReceivingError, OSError) as why:
        messages.error(request, _("{name}: chưa nhận. {why}").format(name=own.file, why=why))
        return None
    words = _("Đã nhận {name}. Biên nhận: {sha256}")
    messages.success(request, words.format(name=own.file, sha256=sha256))
    return redirect("board", own.handout.key)


def _number(sent: str) -> int:
    return int(sent) if sent.isascii() and sent.isdigit() else 0


class Input(NamedTuple):
    """An input for a number."""

    name: str
    text: str
    before: str
    """What was accepted before; empty where nothing is known."""
    found: Sequence[Mapping[str, Any]]
    """The findings that name its cell."""
    wrong: str


def _page(
    request: HttpRequest,
    own: Entry,
    there: LyingReturn,
    typed: Typed,
    *,
    lines: Mapping[str, int] | None = None,
    wrong: Mapping[str, str] | None = None,
    checked: Rehearsed | None = None,
    upload: Upload | None = None,
    moved: bool = False,
    status: int = 200,
) -> HttpResponse:
    handout, blank = own.handout, Problems.BLANK.value.code
    names = entering.at_cells(typed, own.forms)
    found = checked.findings if checked else ()
    by_input: dict[str, list[Mapping[str, Any]]] = {}
    for row in found:
        for cell in items_of(row["cells"]):
            by_input.setdefault(names.get((row["sheet"], cell), ""), []).append(row)
    shown = {
        "key": handout.key,
        "name": handout.raw.places.title(handout.key.commune, own.reporter.code),
        "period": handout.period,
        "due": {form.code: handout.due(form) for form in own.forms},
        "there": there,
        "moved": moved,
        "forms": [
            _form(own, form, typed, (lines or {}).get(form.code, 0), by_input, wrong or {}) for form in own.forms
        ],
        "checked": checked,
        "upload": upload,
        "findings": [_told(row, names) for row in found if row["code"] != blank],
        "blanks": [_told(row, names) for row in found if row["code"] == blank],
        "longest": LONGEST,
        "headings": HEADINGS,
        "source": request.POST.get("source", ""),
        "here": reverse("entry", args=[handout.key, own.reporter.code]),
        **closing.told(handout.raw, handout.store, handout.key),
    }
    return render(request, "entry.html", shown, status=status)


def _told(row: Mapping[str, Any], names: Mapping[tuple[str, str], str]) -> tuple[Mapping[str, Any], str, str]:
    """Return a finding, its words, and the name of the input that it is about; empty where there is none."""
    cells = ((row["sheet"], cell) for cell in items_of(row["cells"]))
    at = next((names[cell] for cell in cells if cell in names), "")
    said = parts_of(row)  # of where in a workbook it is nothing is to be seen here
    return row, f"{said.wrong}{said.office}" if at else row["message"], at


def _form(
    own: Entry,
    form: type[Form],
    typed: Typed,
    lines: int,
    found: Mapping[str, Sequence[Mapping[str, Any]]],
    wrong: Mapping[str, str],
) -> dict[str, Any]:
    """Return what the page shows of a form."""
    records = list(typed.get(form.code, ()))
    if form.fixed:
        records = as_printed(form, records)
    elif form.line_title:
        lines = lines or max(len(records) + MORE_LINES // 2, MORE_LINES)
        entering.refuse_long(form, lines)
        records += [Record()] * (lines - len(records))
    before = own.previous.get(form.code)
    rows = []
    for number, record in enumerate(records or [Record()]):
        known = before.lines.get(record.line) if before else None
        inputs = {
            name: Input(
                named(form.code, number, name),
                str(record.answers.get(name, Answer("")).value),
                vietnamese(Decimal(known.values[name])) if known and name in known.values else "",
                found.get(named(form.code, number, name), ()),
                wrong.get(named(form.code, number, name), ""),
            )
            for name in form.fields()
        }
        rows.append((record, inputs))
    return {
        "form": form,
        "rows": rows,
        "depths": depths_of(form),
        "filled": sum(bool(one.text) for _record, inputs in rows for one in inputs.values()),
        "before": before,
        "known": [(code, line.name) for code, line in before.lines.items()] if before and form.line_title else [],
        "worst": _worst(row for _record, inputs in rows for one in inputs.values() for row in one.found),
    }


def _worst(found: Iterable[Mapping[str, Any]]) -> str:
    severities = {row["severity"] for row in found}
    return next((str(one) for one in (Severity.ERROR, Severity.WARNING) if one in severities), "")
