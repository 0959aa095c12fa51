"""Who did what, for everybody to read.

Belongs here: showing the record. Does not belong here: writing it (``pipelines.desk.record``).
"""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as later
from django.views.decorators.http import require_safe

from pipelines.desk.decisions import DID
from pipelines.desk.models import Deed
from pipelines.desk.pages.office import folders
from pipelines.desk.record import LABELS, Did
from pipelines.desk.roles import LABELS as ROLES
from schemas.catalogue import CATALOGUE
from schemas.places import Places
from schemas.return_sets import BatchKey, ReturnSetKey

PER_PAGE = 100

_OF_RETURN_SETS = (Did.STARTED_RUN, Did.RECEIVED, *DID.values(), Did.UNDID, Did.CLOSED, Did.REOPENED, Did.ESTIMATED)
"""What is done to return sets, whose codes stand first in what it was about."""

_OF_CONTACTS = (Did.WROTE_CONTACT, Did.DELETED_CONTACT)

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
    raw, _store = folders()
    about = {deed.pk: _about(deed, raw.places) for deed in page}
    words = {"labels": LABELS, "shown": SHOWN, "roles": ROLES, "about": about}
    return render(request, "record.html", {"page": page, "turn": "?page={}".format, **words})


def _about(deed: Deed, places: Places) -> str:
    """Return what a deed was about as people call it: the record keeps periods, places and fields by their codes."""
    of, colon, rest = deed.about.partition(": ")
    if deed.what in _OF_CONTACTS:
        return f"{places.territory(of)}{colon}{places.title(of, rest)}"
    if deed.what not in _OF_RETURN_SETS:
        return str(deed.about)
    named = ", ".join(_named(one, places) for one in of.split(", "))
    if deed.what == Did.ESTIMATED:
        reporter, _, field = rest.partition(", ")
        return f"{named}{colon}{places.title(ReturnSetKey.parse(of).commune, reporter)}, {_field(field)}"
    return f"{named}{colon}{rest}"


def _named(code: str, places: Places) -> str:
    """Return a return set or a batch as people call it; what was cut off, and is none any more, as it is."""
    try:
        batch = BatchKey.parse(code)
    except ValueError:
        return code
    return places.titled(ReturnSetKey(batch.period, batch.place)) if batch.folder else code


def _field(about: str) -> str:
    """Return a form and a field of it by its label, where there still is one."""
    form, _, name = about.partition(", ")
    fields = CATALOGUE.by_code[form].fields() if form in CATALOGUE.by_code else {}
    return f"{form}, {fields[name].label if name in fields else name}"
