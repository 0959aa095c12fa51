"""Who may sign in, and as what: the administrator's page.

Belongs here: its forms. Does not belong here: one's own password (``account``).
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import Group
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.views.decorators.http import require_http_methods

from pipelines.desk import accounts, roles
from pipelines.desk.models import User
from pipelines.desk.role import Role
from pipelines.desk.roles import May

administered = permission_required(May.ADMINISTER.full, raise_exception=True)


class RolesForm(forms.Form):
    """Roles, and whether somebody is let in at all."""

    roles = forms.MultipleChoiceField(
        label=later("Vai trò"), choices=tuple(roles.LABELS.items()), widget=forms.CheckboxSelectMultiple
    )

    def chosen(self) -> list[Role]:
        """Return the roles."""
        return [Role(one) for one in self.cleaned_data["roles"]]


class NewUserForm(RolesForm, forms.ModelForm):
    """A new user."""

    field_order = ("username", "name", "title", "roles")

    class Meta:
        """What is asked."""

        model = User
        fields = ("username", "name", "title")


@administered
@require_http_methods(["GET", "HEAD", "POST"])
def users(request: HttpRequest) -> HttpResponse:
    """List the users, and add one."""
    form = NewUserForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        new = accounts.add(
            given["username"], given["title"], form.chosen(), by=request.user.username, name=given["name"]
        )
        return _with_link(request, new)
    everybody = User.objects.order_by("username").prefetch_related(Prefetch("groups", Group.objects.order_by("pk")))
    shown = {
        "form": form,
        "users": everybody,
        "labels": roles.LABELS,
        "meanings": roles.MEANINGS,
        "brings": roles.BRINGS,
    }
    return render(request, "users.html", shown, status=400 if form.errors else 200)


@administered
@require_http_methods(["GET", "HEAD", "POST"])
def user(request: HttpRequest, user: int) -> HttpResponse:
    """Give somebody roles, a new link, or no way in any more."""
    other = get_object_or_404(User, pk=user)
    by = request.user.username
    form = RolesForm(initial={"roles": [group.name for group in other.groups.all()]})
    if request.method == "POST":
        does = request.POST.get("do")
        if does == "link" and other.is_active:
            return _with_link(request, other)
        if does in ("off", "on"):
            return _switched(request, other, on=does == "on", by=by)
        form = RolesForm(request.POST)
        if form.is_valid():
            if Role.ADMINISTRATOR in form.chosen() or not _told_last(request, other):
                accounts.give_roles(other, form.chosen(), by=by)
                messages.success(request, _("Đã giao vai trò cho {user}.").format(user=other))
            return redirect("users")
    return render(request, "user.html", {"form": form, "other": other}, status=400 if form.errors else 200)


def _switched(request: HttpRequest, other: User, *, on: bool, by: str) -> HttpResponse:
    if on or not _told_last(request, other):
        accounts.switch(other, on=on, by=by)
        words = _("{user} lại đăng nhập được.") if on else _("{user} không đăng nhập được nữa.")
        messages.success(request, words.format(user=other))
    return redirect("users")


def _told_last(request: HttpRequest, other: User) -> bool:
    """Return whether somebody is the last administrator, and has to stay one, which is then said."""
    last = accounts.administrators() == [other]
    if last:
        messages.error(request, _("Phải còn ít nhất một người quản trị."))
    return last


def _with_link(request: HttpRequest, other: User) -> HttpResponse:
    """Show the link that somebody sets their password with; it is shown this once."""
    token = accounts.link_for(other, by=request.user.username)
    address: Any = request.build_absolute_uri(reverse("enter", args=[token]))
    hours = int(accounts.LINK_HOLDS.total_seconds() // 3600)
    return render(request, "link.html", {"other": other, "address": address, "hours": hours})
