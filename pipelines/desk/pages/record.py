"""Who did what, for everybody to read.

Belongs here: showing the record. Does not belong here: writing it (``pipelines.desk.record``).
"""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as later
from django.views.decorators.http import require_safe

from pipelines.desk.models import Deed
from pipelines.desk.record import LABELS
from pipelines.desk.roles import LABELS as ROLES

PER_PAGE = 100

SHOWN = {
    "address": later("từ máy"),
    "roles": later("vai trò"),
    "sent_as": later("gửi với tên"),
    "typed": later("nhập tại bàn làm việc"),
    "source": later("lấy từ"),
    "sha256": "SHA-256",
    "old": later("đang ghi"),
    "new": later("số mới"),
    "reason": later("lý do"),
    "entered": later("người đã nhập"),
    "despite": later("lý do vẫn phát hành"),
    "seal": later("mã"),
}
"""What is shown of the details of a deed, in this order."""


@require_safe
def record(request: HttpRequest) -> HttpResponse:
    """List the deeds, the latest first."""
    page = Paginator(Deed.objects.all(), PER_PAGE).get_page(request.GET.get("page"))
    words = {"labels": LABELS, "shown": SHOWN, "roles": ROLES}
    return render(request, "record.html", {"page": page, "turn": "?page={}".format, **words})
