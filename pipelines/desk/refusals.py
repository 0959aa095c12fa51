"""What is told where a page cannot be shown: one sentence, and the way back.

Belongs here: these answers. Does not belong here: deciding on them.
"""

import errno
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def told(request: HttpRequest, status: int, sentence: str, **more: Any) -> HttpResponse:
    """Return a page with a sentence."""
    return render(request, "sentence.html", {"sentence": sentence, "again": 0, **more}, status=status)


def csrf(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django tells it
    """Tell of a form that was sent from a page no longer valid."""
    return told(
        request,
        403,
        _("Trang này đã cũ nên chưa ghi gì. Mở lại trang rồi làm lại; trình duyệt phải nhận cookie."),
    )


def not_understood(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Tell of a request that makes no sense."""
    return told(request, 400, _("Yêu cầu này không đọc được. Mở lại trang rồi làm lại."))


def not_allowed(request: HttpRequest, exception: PermissionDenied) -> HttpResponse:  # noqa: ARG001
    """Tell of what the role does not bring."""
    return told(request, 403, _("Vai trò của bạn không làm được việc này. Hỏi người quản trị nếu cần."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Tell of an address at which there is nothing."""
    return told(request, 404, _("Không có trang này."))


def refused_by_the_system(request: HttpRequest, error: OSError) -> HttpResponse:
    """Tell of a full disk, or of a file that may not be read or written: no fault of ours, and others can mend it."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        words = _(
            "Hết chỗ trên đĩa nên chưa làm được; số đã công bố không bị ảnh hưởng. Nhờ người quản trị dọn bớt tệp."
        )
        return told(request, 503, words)
    words = _(
        "Không đọc hoặc ghi được {path} ({why}) nên chưa làm được; số đã công bố không bị ảnh hưởng. "
        "Nhờ người quản trị kiểm tra ổ đĩa và quyền của thư mục."
    )
    path = Path(str(error.filename2 or error.filename or "")).name or _("một tệp")
    return told(request, 503, words.format(path=path, why=error.strerror))


def broken(request: HttpRequest) -> HttpResponse:
    """Tell of a fault of our own."""
    return told(
        request,
        500,
        _("Trang này gặp lỗi ngoài dự kiến; số đã công bố không bị ảnh hưởng. Báo cho người phụ trách phần mềm."),
    )
