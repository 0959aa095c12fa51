"""Dagster's pages, below ``/dagster``.

Belongs here: who is let through, and what is told where Dagster does not answer. Does not belong here: passing on
(``pipelines.desk.proxy``).
"""

from urllib.parse import urlsplit

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from pipelines.desk import dagster_process, proxy, record
from pipelines.desk.record import Did
from pipelines.desk.refusals import told
from pipelines.desk.roles import May


@csrf_exempt  # Dagster's pages know nothing of our tokens; the guard has seen that the request comes from them
@login_not_required  # told in another way to a script than to a person
async def dagster(request: HttpRequest, rest: str = "") -> HttpResponse:  # noqa: ARG001 - as the address has it
    """Pass a request on to Dagster's pages, and their answer back."""
    user = await request.auser()
    if not user.is_authenticated:
        if _asks_for_a_page(request):
            return redirect_to_login(request.get_full_path())
        return _refused(401, _("Phiên làm việc đã hết. Đăng nhập lại ở trang đầu."))
    may_run = await user.ahas_perm(May.RUN.full)
    try:
        asked = proxy.permitted(
            request.method or "",
            request.path,
            request.META.get("QUERY_STRING", ""),
            request.headers.get("Content-Type", ""),
            request.body,
            may_run=may_run,
        )
    except proxy.RefusedError as refused:
        return _refused(refused.status, _("Dagster không nhận yêu cầu này từ vai trò của bạn, hoặc theo cách này."))
    if asked is not None and asked.mutations:
        about = ", ".join(asked.mutations)
        await sync_to_async(record.write)(user.username, Did.CHANGED_DAGSTER, about, changed=asked.mutations)
    try:
        if asked is None:
            answer = await proxy.passed_on(request.method or "", _target(request), dict(request.headers), request.body)
        else:
            answer = await proxy.answered(asked, request.headers.get("Accept-Encoding"))
    except proxy.NotReachedError:
        return await sync_to_async(_not_there)(request)
    return StreamingHttpResponse(proxy.body_of(answer), status=answer.status_code, headers=proxy.headers_of(answer))


def _target(request: HttpRequest) -> str:
    """Return the path as it was judged, and what follows it as it was sent."""
    full = urlsplit(request.get_full_path())
    return f"{full.path}?{full.query}" if full.query else full.path


def _asks_for_a_page(request: HttpRequest) -> bool:
    return request.method == "GET" and "text/html" in request.headers.get("Accept", "")


def _refused(status: int, sentence: str) -> HttpResponse:
    """Tell a script, in the shape in which it expects to be told."""
    return JsonResponse({"errors": [{"message": sentence}]}, status=status)


def _not_there(request: HttpRequest) -> HttpResponse:
    process = dagster_process.current
    if process is not None and process.ended_with is not None:
        words = _(
            "Dagster đã dừng (mã {code}) và sẽ được mở lại sau ít phút. Bàn làm việc vẫn dùng được. Nhật ký: {log}"
        )
        sentence = words.format(code=process.ended_with, log=process.log)
    else:
        sentence = _("Dagster đang khởi động, thường mất khoảng nửa phút. Bàn làm việc đã dùng được.")
    if not _asks_for_a_page(request):
        return _refused(503, sentence)
    return told(request, 503, sentence, again=5)
