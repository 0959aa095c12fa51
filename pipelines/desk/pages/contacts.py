"""How to reach a reporter: written down, changed, deleted.

Belongs here: the page and its form. Does not belong here: showing it beside findings (``findings``); people, for a
contact is an office and its telephone.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.views.decorators.http import require_http_methods

from pipelines.desk import record
from pipelines.desk.models import Contact
from pipelines.desk.pages.office import folders, named
from pipelines.desk.record import Did
from pipelines.desk.roles import May
from schemas.return_sets import ReturnSetKey


class ContactForm(forms.ModelForm):
    """An office and its telephone."""

    class Meta:
        """What is asked."""

        model = Contact
        fields = ("role", "telephone")
        help_texts: dict[str, Any] = {  # noqa: RUF012 - as Django has it
            "role": later("Ví dụ: trưởng thôn, văn thư trường. Không ghi họ tên."),
            "telephone": later("Của đơn vị. Chỉ nằm ở bàn làm việc này, không vào báo cáo hay bản phát hành."),
        }


def contact_of(key: ReturnSetKey, reporter: str) -> Contact | None:
    """Return how to reach a reporter, where somebody has written it down."""
    found: Contact | None = Contact.objects.filter(commune=key.commune, reporter=reporter).first()
    return found


@permission_required(May.DECIDE.full, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest, key: str, reporter: str) -> HttpResponse:
    """Ask how to reach a reporter; keep it, or delete it."""
    raw, store = folders()
    chosen = named(raw, store, key)
    if raw.places.kind(chosen.commune, reporter) == "":
        raise Http404
    known = contact_of(chosen, reporter)
    form = ContactForm(request.POST or None, instance=known or Contact(commune=chosen.commune, reporter=reporter))
    about = f"{chosen.commune}: {reporter}"
    if request.method == "POST" and request.POST.get("do") == "delete":
        Contact.objects.filter(commune=chosen.commune, reporter=reporter).delete()
        record.write(request.user.username, Did.DELETED_CONTACT, about)
        messages.success(request, _("Đã xóa liên hệ."))
        return redirect("reporter", key, reporter)
    if request.method == "POST" and form.is_valid():
        form.save()
        record.write(request.user.username, Did.WROTE_CONTACT, about)  # that, and not what: the record is for ever
        messages.success(request, _("Đã ghi liên hệ."))
        return redirect("reporter", key, reporter)
    name = raw.places.title(chosen.commune, reporter)
    shown = {"key": chosen, "reporter": reporter, "name": name, "form": form, "known": known}
    return render(request, "contact.html", shown, status=400 if request.method == "POST" else 200)
