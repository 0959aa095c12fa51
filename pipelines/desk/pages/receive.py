"""Receiving workbooks: what would be found is told at once, and nothing is kept before «Nhận».

Belongs here: the page and its forms. Does not belong here: checking and taking (``pipelines.desk.receipts``).
"""

from collections import Counter
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.views.decorators.http import require_http_methods, require_POST

from pipelines.desk import receipts
from pipelines.desk.pages.office import folders, receivable
from pipelines.desk.roles import May
from pipelines.store.receiving import ReceivingError
from schemas.return_sets import ReturnSetKey

receives = permission_required(May.RECEIVE.full, raise_exception=True)
MOST_FILES = 30


class Files(forms.ClearableFileInput):
    """An input for several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, each with a name that may lie in the raw folder."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Look at each of them."""
        found = [super(FilesField, self).clean(one, initial) for one in data or [None]]
        if len(found) > MOST_FILES:
            raise ValidationError(_("Mỗi lần kiểm tra tối đa {most} tệp.").format(most=MOST_FILES))
        return found


class SendForm(forms.Form):
    """Which return set, and the workbooks."""

    key = forms.ChoiceField(label=later("Kỳ và xã"))
    files = FilesField(
        label=later("Sổ tính"),
        widget=Files(attrs={"accept": ".xlsx,.xlsm,.ods,.csv"}),
        help_text=later("Kéo thả vào đây hoặc bấm để chọn, nhiều tệp một lần cũng được."),
        error_messages={
            "required": later("Chưa chọn tệp nào."),
            "empty": later("Tệp rỗng, không có gì trong đó. Gửi lại tệp."),
        },
    )

    def __init__(self, *args: Any, keys: list[tuple[str, str]], **more: Any) -> None:
        """Offer the return sets."""
        super().__init__(*args, **more)
        self.fields["key"].choices = keys


@receives
@require_http_methods(["GET", "HEAD", "POST"])
def receive(request: HttpRequest) -> HttpResponse:
    """Ask for workbooks, and tell what would be found in them."""
    raw, store = folders()
    keys = receivable(raw, store)
    sent = request.method == "POST"
    form = SendForm(request.POST, request.FILES, keys=keys) if sent else SendForm(keys=keys)
    if not sent or not form.is_valid():
        return render(request, "receive.html", {"form": form, "keys": keys}, status=400 if sent else 200)
    key = ReturnSetKey.parse(form.cleaned_data["key"])
    named = [(_name(one.name), one) for one in form.cleaned_data["files"]]
    given = {name: one.read() for name, one in named}
    if len(given) < len(named):
        twice = sorted(name for name, times in Counter(name for name, _ in named).items() if times > 1)
        form.add_error(
            "files", _("Có hai tệp cùng tên: {names}. Kiểm tra từng tệp một.").format(names=", ".join(twice))
        )
        return render(request, "receive.html", {"form": form, "keys": keys}, status=400)
    checked = receipts.check(raw, store, key, given, request.user)
    shown = {"checked": checked, "key": key, "title": dict(keys)[str(key)], "places": raw.places}
    return render(request, "checked.html", shown)


def _name(sent: str) -> str:
    """Return the last part of a name, whatever system it was sent from."""
    return PureWindowsPath(PurePosixPath(sent).name).name


@receives
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """Take the workbooks that were ticked."""
    raw, store = folders()
    numbers = [int(one) for one in request.POST.getlist("take") if one.isascii() and one.isdigit()]
    found = receipts.waiting(request.user, numbers)
    taken = 0
    for upload in found:
        try:
            sha256 = receipts.take(raw, store, upload)
        except (ReceivingError, OSError) as why:
            messages.error(request, _("{name}: chưa nhận. {why}").format(name=upload.sent_as, why=why))
            continue
        if sha256:
            taken += 1
            words = _("Đã nhận {name}. Biên nhận: {sha256}")
            messages.success(request, words.format(name=upload.name, sha256=sha256))
    if len(found) < len(numbers):
        messages.info(
            request,
            _(
                "Có tệp đã được nhận từ trước, hoặc đã chờ quá một ngày; không nhận lần nữa. "
                "Nếu vẫn cần nhận, thả tệp vào kiểm tra lại."
            ),
        )
    if not numbers:
        messages.warning(request, _("Chưa chọn sổ tính nào để nhận."))
    return redirect("home")
