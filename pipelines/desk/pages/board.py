"""The first page: who has sent what, and what to do next.

Belongs here: showing the board, and starting a run from it. Does not belong here: counting (``pipelines.desk.board``).
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.views.decorators.http import require_POST, require_safe

from pipelines.desk import offered, record, runs
from pipelines.desk.board import Board, Sent, board_of
from pipelines.desk.communes import IN_ORDER, MOST_LINES, District, overview
from pipelines.desk.pages import closing
from pipelines.desk.pages.office import folders, misplaced, named, nothing_there
from pipelines.desk.proxy import NotReachedError
from pipelines.desk.record import Did
from pipelines.desk.roles import May
from pipelines.present.explorer.addresses import INDEX
from pipelines.refresh.designs import DesignStanding, Standing, looked_at, take_in
from pipelines.refresh.documents import explorer_page
from pipelines.refresh.stale import stale_batches
from pipelines.settings import today
from pipelines.store.raw import Raw
from pipelines.store.tables import Store
from schemas.periods import Period
from schemas.places import Places
from schemas.return_sets import BatchKey, ReturnSetKey

WORDS = {
    Sent.CLEAN: later("Đạt"),
    Sent.WARNED: later("Cảnh báo"),
    Sent.HELD: later("Lỗi"),
    Sent.MISSING: later("Thiếu"),
    Sent.UNREAD: later("Chưa chạy"),
    Sent.NOT_ASKED: "",
}


class Step(NamedTuple):
    """Something to do next."""

    kind: str
    words: str
    detail: str = ""


@require_safe
def board(request: HttpRequest, key: str = "") -> HttpResponse:
    """Show the board of a return set; where none is named of the newest, or what has come of all communes of it."""
    raw, store = folders()
    if not key:
        newest = next(offered.periods(raw, store), "")
        if not newest:
            return nothing_there(request, raw)
        if offered.are_several(raw, store, newest):
            return redirect("communes", newest)
        key = str(next(offered.each(raw, store, newest)))
    chosen = named(raw, store, key)
    shown = board_of(raw, store, chosen, today())
    turns = closing.told(raw, store, chosen)
    page = {
        "board": shown,
        "key": chosen,
        "offered": offered.there(raw, store, chosen.commune),
        "several": offered.are_several(raw, store, chosen.period),
        "near": [one.code for one in raw.places.above(chosen.commune, shown.period)[:1]],
        "name": raw.places.territory,
        "words": WORDS,
        "steps": [*_of_all(raw, store), *_steps(shown, behind=_behind(raw, store, shown))],
        **turns,
        "explorer": INDEX if explorer_page(store, chosen).exists() else "",
        **_of_dagster(),
    }
    return render(request, "board.html", page)


@require_safe
def communes(request: HttpRequest, period: str, place: str = "") -> HttpResponse:
    """Show what has come of each commune of a period, or of those in a place; of very many, of each place below."""
    raw, store = folders()
    periods = list(offered.periods(raw, store))
    of = raw.places.place_above(place) if place else None
    if period not in periods or (place and of is None):
        raise Http404
    when, found = Period.parse(period), overview(raw, store, period, of)
    numbered = {one.of.place.code: _page_of(one, request.GET.get("page")) for one in found.districts}
    shown = {
        "period": when,
        "periods": periods,
        "most": _NAMED,
        "days_late": (today() - when.due()).days,
        "key": "",
        "steps": list(_of_all(raw, store)),
        "reached": True,  # as far as is known: a page of many communes does not wait for Dagster
        "overview": found,
        "page_of": numbered,
        # Asked of every line that is shown: it is told of a commune with two folders.
        "boards": {line.key for one in found.districts for line in numbered[one.of.place.code] if one.has_board(line)},
        "turn": lambda number: f"?page={number}",
        "in_order": IN_ORDER,
    }
    return render(request, "communes.html", shown)


def _page_of(district: District, number: str | None) -> Page:
    """Return the communes of a territory that are listed at once: all but where they are very many."""
    many = len(district.every) > MOST_LINES
    return Paginator(district.every, _PER_PAGE if many else MOST_LINES).get_page(number)


_PER_PAGE = 200
"""Communes on each page of a territory of very many."""


def _of_all(raw: Raw, store: Store) -> Iterator[Step]:
    """Yield what to do about what is of no return set."""
    yield from _of_designs(looked_at(raw, store))
    yield from _of_misplaced(raw)


def _of_dagster() -> dict[str, Any]:
    """Return the last run and the nightly, or that Dagster tells of neither."""
    try:
        run, night = runs.latest_and_night()
        return {"run": run, "night": night, "reached": True}
    except (NotReachedError, runs.RefusedError):
        return {"run": None, "night": None, "reached": False}


def _of_designs(looked: Iterable[DesignStanding]) -> Iterator[Step]:
    """Yield what to do about the design workbooks of the office."""
    for one in looked:
        if one.standing is Standing.NEW:
            yield Step("run", _("Thiết kế {file} đã đổi mà chưa chạy.").format(file=one.file))
        elif one.standing is Standing.GONE:
            words = _(
                "Thiết kế {file} không còn trong bieu-mau mà vẫn đang dùng: chép lại, hoặc nhờ người quản trị rút."
            )
            yield Step("design", words.format(file=one.file))
        elif one.standing is Standing.HELD:
            words = _("Sửa thiết kế {file} trong bieu-mau: có {n} lỗi nên bị giữ lại; bản trước, nếu có, vẫn dùng.")
            told = " ".join(finding["message"] for finding in one.findings[:_NAMED])
            yield Step("design", words.format(file=one.file, n=len(one.findings)), told)


def _of_misplaced(raw: Raw) -> Iterator[Step]:
    """Yield what to do about workbooks that lie where none is read."""
    yield from (Step("misplaced", words) for words in misplaced(raw))


def _behind(raw: Raw, store: Store, board: Board) -> bool:
    """Return whether a run has something to do though every file of a set is as one has read it.

    So it is where what the set is compared with is another, or the forms, or the software.
    """
    looked = board.read and not board.unread and not board.closed and not board.missing
    return looked and bool(stale_batches(raw, store, [board.batch]))


def _steps(board: Board, *, behind: bool) -> Iterator[Step]:
    """Yield what to do next, the first first; of a closed return set, nobody is asked any more."""
    if board.missing:
        yield Step("missing", board.missing)
    if board.closed:
        return
    if board.unread or not board.read:
        words = _("{n} tệp đã đổi mà chưa chạy.")
        yield Step("run", words.format(n=len(board.unread)), ", ".join(board.unread[:_NAMED]))
    elif behind:
        yield Step("run", _("Kỳ khác, biểu mẫu hoặc phần mềm đã đổi, nên số của bộ này phải tính lại."))
    if board.held:
        forms = ", ".join(f"{form.code} «{form.sheet}»" for form in board.forms if form.code in board.held)
        yield Step("findings", _("Hỏi lại đơn vị: có lỗi nên giữ lại {forms}.").format(forms=forms))
    if board.silent:
        words = _("Liên hệ để nhận báo cáo: còn thiếu {some}/{all} đơn vị.").format(
            some=len(board.silent), all=len(board.complete.expected)
        )
        if board.days_late:
            words += " " + _("Đã quá hạn {days} ngày.").format(days=board.days_late)
        yield Step("missing", words, board.complete.named)
    if board.remarks:
        words = _("Xem {n} cảnh báo; riêng cảnh báo không giữ lại biểu.")
        yield Step("remarks", words.format(n=board.remarks))


_NAMED = 8
"""Files, or faults, that a step names."""


@permission_required(May.RUN.full, raise_exception=True)
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Start a run for what has changed, and go to see how far it is."""
    take_in(*folders(), who=f"{request.user.username}, bàn làm việc")
    raw, store = folders()
    asked = _asked(raw, store, request.POST.get("key", ""))
    back = redirect("board", asked) if asked else redirect("home")
    stale = list(stale_batches(raw, store, raw.batches()))
    if not stale:
        messages.info(request, _("Không có gì thay đổi, nên không có gì để chạy."))
        return back
    try:
        going = runs.latest()
        if going is not None and going.goes_on:
            messages.info(request, _("Đang có một lần chạy; xem nó ở đây."))
            return redirect("run", going.id)
        started = runs.start(stale, request.user.username)
    except NotReachedError:
        messages.error(request, _("Dagster chưa trả lời, nên chưa chạy được. Đợi nửa phút rồi bấm lại."))
        return back
    except runs.RefusedError as why:
        messages.error(request, _("Dagster không chạy: {why}").format(why=why))
        return back
    record.write(request.user.username, Did.STARTED_RUN, ", ".join(map(str, stale)), runs=started)
    if len(started) > 1:
        first = "; ".join(_titled(one, raw.places) for one in stale[:_NAMED]) + ("; …" if len(stale) > _NAMED else "")
        messages.info(request, _("Đã bắt đầu {n} lần chạy: {batches}.").format(n=len(started), batches=first))
    of = dict(zip(stale, started, strict=True))
    return redirect("run", of.get(raw.batch_of(asked), started[-1]) if asked else started[-1])


def _asked(raw: Raw, store: Store, key: str) -> ReturnSetKey | None:
    """Return the return set from whose board a run was started; nothing where it was from another page."""
    with suppress(Http404):
        return named(raw, store, key)
    return None


def _titled(batch: BatchKey, places: Places) -> str:
    return f"{places.territory(batch.place)}, {Period.parse(batch.period).title}"


@require_safe
def run(request: HttpRequest, identifier: str) -> HttpResponse:
    """Show how far a run is, and at its end what came of it, in a sentence."""
    try:
        found = runs.run(identifier)
    except (NotReachedError, runs.RefusedError):
        words = _("Dagster chưa trả lời; trang này tự hỏi lại.")
        return render(request, "run.html", {"run": None, "said": words, "again": 3}, status=503)
    if found is None:
        return redirect("home")
    raw, store = folders()
    said, of = "", _sets_of(found.batch)
    if not found.goes_on:
        said = _said(found, [board_of(raw, store, key, today()) for key in of])
    shown = {"run": found, "said": said, "key": of[0] if of else None, "again": 2 if found.goes_on else 0}
    return render(request, "run.html", shown)


def _sets_of(batch: str) -> list[ReturnSetKey]:
    """Return the return set of a batch that holds but one."""
    raw, store = folders()
    with suppress(ValueError):
        lying = (*raw.sets_of(BatchKey.parse(batch)), *store.sets_in(batch))
        known = [key for key in dict.fromkeys(lying) if str(raw.batch_of(key)) == batch]
        return known if len(known) == 1 else []
    return []


def _said(run: runs.Run, boards: list[Board]) -> str:
    """Return how a run has ended."""
    if run.status != "SUCCESS":
        words = _(
            "Lần chạy {batch} gặp trục trặc; số đã công bố không bị ảnh hưởng. Chạy lại; vẫn hỏng thì mở «Xem ở trang "
            "Dagster» và gửi trang đó cho người phụ trách phần mềm."
        )
    elif not boards:
        words = _("Đã chạy xong {batch}.")
    elif boards[0].held:
        words = _("Đã chạy xong {batch}. Giữ lại: {forms}; số đã công bố trước đó được giữ nguyên.")
    elif boards[0].silent:
        words = _("Đã chạy xong {batch}. Không giữ lại biểu nào; còn thiếu {some}/{all} đơn vị.")
    else:
        words = _("Đã chạy xong {batch}. Không giữ lại biểu nào; đủ mọi đơn vị.")
    forms = ", ".join(sorted(boards[0].held)) if boards else ""
    some, every = (len(boards[0].silent), len(boards[0].complete.expected)) if boards else (0, 0)
    return str(words.format(batch=run.batch, forms=forms, some=some, all=every))
