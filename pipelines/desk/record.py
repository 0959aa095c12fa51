"""The record: who did what and when, for the auditor.

Belongs here: the kinds of deeds, and writing one down; noting before that one is begun, for the desk may stop between
the two. Does not belong here: showing them (``pipelines.desk.pages``).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from pipelines.desk.models import Begun, Deed
from schemas.sentences import SentenceError


class Did(StrEnum):
    """What can be done, as the database calls it."""

    SIGNED_IN = "signed in"
    SIGNED_OUT = "signed out"
    WAS_REFUSED = "was refused"
    SET_PASSWORD = "set password"
    ADDED_USER = "added user"
    GAVE_ROLES = "gave roles"
    GAVE_LINK = "gave link"
    SWITCHED_OFF = "switched off"
    SWITCHED_ON = "switched on"
    CHANGED_DAGSTER = "changed dagster"
    STARTED_RUN = "started run"
    RECEIVED = "received"
    CORRECTED = "corrected"
    KEPT_AS_IS = "kept as is"
    REFUSED_SUGGESTION = "refused suggestion"
    UNDID = "undid"
    APPROVED = "approved"
    CLOSED = "closed"
    REOPENED = "reopened"
    ESTIMATED = "estimated"
    WROTE_CONTACT = "wrote contact"
    DELETED_CONTACT = "deleted contact"


LABELS: Mapping[Did, Any] = {
    Did.SIGNED_IN: _("Đăng nhập"),
    Did.SIGNED_OUT: _("Đăng xuất"),
    Did.WAS_REFUSED: _("Đăng nhập không được"),
    Did.SET_PASSWORD: _("Đặt mật khẩu"),
    Did.ADDED_USER: _("Thêm người dùng"),
    Did.GAVE_ROLES: _("Giao vai trò"),
    Did.GAVE_LINK: _("Đưa liên kết đặt mật khẩu"),
    Did.SWITCHED_OFF: _("Khóa người dùng"),
    Did.SWITCHED_ON: _("Mở khóa người dùng"),
    Did.CHANGED_DAGSTER: _("Thao tác trên trang Dagster"),
    Did.STARTED_RUN: _("Bắt đầu một lần chạy"),
    Did.RECEIVED: _("Nhận sổ tính"),
    Did.CORRECTED: _("Ghi đính chính"),
    Did.KEPT_AS_IS: _("Giữ nguyên"),
    Did.REFUSED_SUGGESTION: _("Từ chối gợi ý"),
    Did.UNDID: _("Hoàn tác quyết định"),
    Did.APPROVED: _("Duyệt và phát hành"),
    Did.CLOSED: _("Đóng kỳ"),
    Did.REOPENED: _("Mở lại kỳ"),
    Did.ESTIMATED: _("Ghi số ước"),
    Did.WROTE_CONTACT: _("Ghi liên hệ"),
    Did.DELETED_CONTACT: _("Xóa liên hệ"),
}

COMMAND_LINE = "returns"
"""Who did it, where it was done at the command line and nobody signed in."""
NO_USER = "?"
"""Who it was, where the name that was typed is no user's."""


@contextmanager
def begun(who: str, did: Did, about: str) -> Iterator[Begun]:
    """Note what somebody begins to do, until it is written down, or a sentence says that it was not done.

    Args:
        who: Who does it.
        did: What.
        about: About what.
    """
    row: Begun = Begun.objects.create(who=who, what=did, about=about[:200])
    try:
        yield row
    except SentenceError:
        row.delete()
        raise


def write(who: str, did: Did, about: str = "", begun: Begun | None = None, **details: Any) -> None:
    """Write down what somebody did, in place of the note that it was begun."""
    with transaction.atomic():
        Deed.objects.create(who=who, what=did, about=about[:200], details=details)
        if begun is not None:
            begun.delete()


def signed_in(user: Any, **_signal: Any) -> None:
    """Write down that somebody has signed in."""
    write(user.username, Did.SIGNED_IN)


def signed_out(user: Any, **_signal: Any) -> None:
    """Write down that somebody has signed out."""
    if user is not None:
        write(user.username, Did.SIGNED_OUT)
