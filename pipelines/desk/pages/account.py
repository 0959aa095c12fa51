"""Signing in and out, and setting a password.

Belongs here: these forms and pages. Does not belong here: users of others (``users``).
"""

from typing import Any

from django import forms
from django.contrib import auth, messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordMixin
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.views.decorators.debug import sensitive_post_parameters

from pipelines.desk import accounts, record
from pipelines.desk.middleware import LOST
from pipelines.desk.models import User
from pipelines.desk.record import NO_USER, Did
from pipelines.desk.refusals import told


class SignInForm(AuthenticationForm):
    """Name and password, and not too many of them."""

    error_messages = {  # noqa: RUF012 - as Django has it
        "invalid_login": later("Tên đăng nhập hoặc mật khẩu không đúng."),
        "inactive": later("Tên đăng nhập hoặc mật khẩu không đúng."),
    }

    def clean(self) -> dict[str, Any]:
        """Look at the password, unless there were too many before it."""
        name = str(self.cleaned_data.get("username", ""))
        address = self.request.META.get("REMOTE_ADDR", "")
        if name and accounts.try_to_sign_in(name, address):
            raise ValidationError(_("Sai quá nhiều lần. Đợi năm phút rồi thử lại."))
        try:
            cleaned: dict[str, Any] = super().clean()
        except ValidationError:
            # Some type their password there, and what stands in the record stays in it.
            who = name if User.objects.filter(username=name).exists() else NO_USER
            record.write(who, Did.WAS_REFUSED, address=address)
            raise
        accounts.signed_in(name, address)
        return cleaned


class SignIn(LoginView):
    """The first page; the session is a new one from here on."""

    authentication_form = SignInForm
    template_name = "sign-in.html"
    redirect_authenticated_user = True

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        """Tell too whether a form was sent without a session."""
        context: dict[str, Any] = super().get_context_data(**more)
        return context | {"lost": LOST in self.request.GET}


class SignOut(LogoutView):
    """The end of a session."""


@login_not_required
def signed_in(request: HttpRequest) -> HttpResponse:
    """Tell the web server of an office, which asks before it passes a request on, whether it is of somebody here."""
    return HttpResponse(status=204 if request.user.is_authenticated else 401)


class NewPasswordForm(SetPasswordMixin, forms.Form):
    """A password, twice."""

    password1, password2 = SetPasswordMixin.create_password_fields(later("Mật khẩu"), later("Mật khẩu, lần nữa"))

    def __init__(self, *args: Any, user: User | None = None, **more: Any) -> None:
        """Note whose it is, so that it is not their name."""
        super().__init__(*args, **more)
        self.user = user

    def clean(self) -> dict[str, Any]:
        """Hold the passwords against each other and against what is easily guessed."""
        cleaned: dict[str, Any] = super().clean()
        self.validate_passwords()
        self.validate_password_for_user(self.user, "password2")
        return cleaned


class FirstUserForm(NewPasswordForm, forms.ModelForm):
    """The first user."""

    field_order = ("username", "name", "title", "password1", "password2")

    class Meta:
        """What is asked of them."""

        model = User
        fields = ("username", "name", "title")

    def clean(self) -> dict[str, Any]:
        """Hold the passwords against this user."""
        self.user = User(username=self.cleaned_data.get("username", ""), title=self.cleaned_data.get("title", ""))
        return super().clean()


@login_not_required
@sensitive_post_parameters()
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Follow a link that works once: set a password, and be signed in."""
    link = accounts.link(token)
    if link is None:
        return told(request, 404, _("Liên kết này không còn dùng được. Hỏi người quản trị để có liên kết mới."))
    sent = request.POST if request.method == "POST" else None
    form = FirstUserForm(sent) if link.user is None else NewPasswordForm(sent, user=link.user)
    if form.is_valid():
        given = form.cleaned_data
        about = {name: given[name] for name in ("username", "name", "title") if name in given}
        user = accounts.use(token, given["password1"], **about)
        if user is None:
            return told(
                request,
                404,
                _(
                    "Liên kết này vừa được dùng rồi. Đăng nhập bằng mật khẩu vừa đặt; "
                    "không phải bạn đặt thì báo ngay người quản trị."
                ),
            )
        auth.login(request, user)
        return redirect("home")
    return render(request, "enter.html", {"form": form, "whose": link.user}, status=400 if sent else 200)


class ChangePasswordForm(PasswordChangeForm):
    """The old password, and a new one twice."""

    def save(self, commit: bool = True) -> User:  # noqa: ARG002 - as Django calls it
        """Set it."""
        accounts.set_password(self.user, self.cleaned_data["new_password1"])
        user: User = self.user
        return user


class SetPassword(PasswordChangeView):
    """One's own password; sessions elsewhere end."""

    form_class = ChangePasswordForm
    template_name = "password.html"
    success_url = reverse_lazy("home")

    def form_valid(self, form: ChangePasswordForm) -> HttpResponse:
        """Set it and say so."""
        messages.success(self.request, _("Đã đổi mật khẩu."))
        answer: HttpResponse = super().form_valid(form)
        return answer
