"""What the desk remembers of its own: users, links that work once, attempts to sign in, who did what.

Belongs here: tables of the desk's database. Does not belong here: numbers, findings, decisions on cells; those lie in
the raw folder and the output folder, and would be there without the desk.
"""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from pipelines.desk.roles import MEANINGS

_NO_TELEPHONE = _("Số điện thoại chỉ gồm chữ số, dấu cách và các dấu + - . ( ).")


class Users(BaseUserManager):
    """Making users; without a password nobody can sign in as one."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """Return a new user."""
        user: User = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save()
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in. The ledger, which is published, gets the title and never the name."""

    username = models.CharField(
        _("tên đăng nhập"),
        max_length=60,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": _("Đã có người dùng tên này.")},
    )
    name = models.CharField(_("họ tên"), max_length=100, blank=True)
    title = models.CharField(_("chức danh"), max_length=100)
    is_active = models.BooleanField(default=True)

    objects = Users()
    USERNAME_FIELD = "username"

    class Meta:
        """The permissions that the roles bring."""

        permissions = tuple((may.value, str(may)) for may in MEANINGS)

    def __str__(self) -> str:
        return str(self.name or self.username)


class OneTimeLink(models.Model):
    """A link with which one password can be set, once: a user's, or that of the first user where it names none."""

    digest = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True)
    expires = models.DateTimeField()


class Attempt(models.Model):
    """A sign-in that has not succeeded, and the address of the machine that tried."""

    name = models.CharField(max_length=150, db_index=True)
    address = models.CharField(max_length=45, default="")
    when = models.DateTimeField(auto_now_add=True)


class Deed(models.Model):
    """Who did what; rows are added and never changed, which the database itself sees to.

    Who is written as a name, for a user may be gone one day, and what was done stays.
    """

    when = models.DateTimeField(auto_now_add=True)
    who = models.CharField(max_length=150)
    what = models.CharField(max_length=40)
    about = models.CharField(max_length=200, blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        """The latest first."""

        ordering = ("-pk",)


class Begun(models.Model):
    """What somebody has begun to do and is not in the record yet: a row stays where the desk stopped in between."""

    who = models.CharField(max_length=150)
    what = models.CharField(max_length=40)
    about = models.CharField(max_length=200)


class Upload(models.Model):
    """A workbook that somebody has had checked and has not taken in yet; kept for a day and then forgotten."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    key = models.CharField(max_length=100)
    sent_as = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    replaces = models.JSONField(default=dict)
    about = models.JSONField(default=dict)
    content = models.BinaryField()
    when = models.DateTimeField(auto_now_add=True)


class Contact(models.Model):
    """How to reach a reporter: an office and its telephone, and no person. They are nowhere but here."""

    commune = models.CharField(max_length=100)
    reporter = models.CharField(max_length=100)
    role = models.CharField(_("chức danh"), max_length=100)
    telephone = models.CharField(
        _("điện thoại"), max_length=40, validators=[RegexValidator(r"^[0-9+(). -]*[0-9][0-9+(). -]*\Z", _NO_TELEPHONE)]
    )

    class Meta:
        """One for each reporter."""

        constraints = (models.UniqueConstraint(fields=("commune", "reporter"), name="one_contact"),)
