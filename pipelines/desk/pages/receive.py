"""Receiving workbooks: what would be found is told at once, and nothing is kept before «Nhận».

Belongs here: the page and its forms. Does not belong here: checking and taking (``pipelines.desk.receipts``).
"""

import re
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
from pipelines.refresh.rehearsal import Rehearsed
from pipelines.store.receiving import ReceivingError
from schemas.places import Places
from schemas.return_sets import ReturnSetKey
from schemas.text import composed

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
        allow_empty_file=True,  # told of that one, like all that is wrong with a file
        label=later("Sổ tính"),
        widget=Files(attrs={"accept": ".xlsx,.xlsm,.ods,.csv"}),
        help_text=later("Kéo thả vào đây hoặc bấm để chọn, nhiều tệp một lần cũng được."),
        error_messages={
            "required": later("Chưa chọn tệp nào."),
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
    place = raw.places.commune(request.GET.get("commune", "") or request.POST.get("key", "").partition("_")[2])
    keys = receivable(raw, store, place.code if place else "")
    if keys is None:
        return redirect("choose", "receive")
    sent = request.method == "POST"
    form = SendForm(request.POST, request.FILES, keys=keys) if sent else SendForm(keys=keys)
    of_one = [place, *raw.places.ancestors(place.code)] if place and receivable(raw, store) is None else []
    page = {"form": form, "keys": keys, "of_one": ", ".join(one.title for one in of_one)}
    if not sent or not form.is_valid():
        return render(request, "receive.html", page, status=400 if sent else 200)
    key = ReturnSetKey.parse(form.cleaned_data["key"])
    named = [(_name(one.name), one) for one in form.cleaned_data["files"]]
    given = {name: one.read() for name, one in named}
    if len(given) < len(named):
        twice = sorted(name for name, times in Counter(name for name, _ in named).items() if times > 1)
        form.add_error(
            "files", _("Có hai tệp cùng tên: {names}. Kiểm tra từng tệp một.").format(names=", ".join(twice))
        )
        return render(request, "receive.html", page, status=400)
    checked = receipts.check(raw, store, key, given, request.user)
    others = {one.sent_as: _to_ask_first(raw.places, key.commune, one) for one, _upload in checked}
    shown = {"checked": checked, "others": others, "key": key, "title": dict(keys)[str(key)], "places": raw.places}
    return render(request, "checked.html", shown)


def _to_ask_first(places: Places, commune: str, one: Rehearsed) -> str:
    """Return why it is better to ask who sent a workbook before it is taken, or nothing."""
    without = ""
    if one.loses:
        words = _(
            "Tệp này không có biểu {forms} đang có ở {names}: nhận thì các biểu ấy bị giữ lại vì không còn. Đề nghị "
            "đơn vị gửi cả sổ tính."
        )
        without = words.format(forms=", ".join(one.loses), names=", ".join(one.replaces))
    return " ".join(filter(None, [_named_after(places, commune, one), without]))


def _named_after(places: Places, commune: str, one: Rehearsed) -> str:
    """Return what is told of a workbook that is called like a reporter, where the forms in it are another one's."""
    code = re.sub(r"[\s-]+", "_", PurePosixPath(one.sent_as).stem.casefold())
    if not one.reporters or code in one.reporters or not places.kind(commune, code):
        return ""
    words = _("Tên tệp là của {other}, trong sổ lại là của {names}: hỏi lại đơn vị trước khi chọn nhận.")
    names = ", ".join(places.title(commune, each) for each in one.reporters)
    return str(words.format(other=places.title(commune, code), names=names))


def _name(sent: str) -> str:
    """Return the last part of a name, whatever system it was sent from, as it would be known in the raw folder."""
    return composed(PureWindowsPath(PurePosixPath(sent).name).name)


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
    sets = {upload.key for upload in found}
    return redirect("board", *sets) if len(sets) == 1 else redirect("home")
