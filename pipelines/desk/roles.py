"""Who may do what: roles as Django's groups, each with the permissions that it brings.

Belongs here: the declaration, said once, and making the database say the same. Does not belong here: asking for a
permission, which each page does.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from pipelines.desk.role import Role


class May(StrEnum):
    """What takes a permission. Whoever has signed in may read everything."""

    RECEIVE = "receive"
    DECIDE = "decide"
    RUN = "run"
    APPROVE = "approve"
    ADMINISTER = "administer"

    @property
    def full(self) -> str:
        """As Django asks for it."""
        return f"desk.{self}"


MEANINGS: Mapping[May, Any] = {
    May.RECEIVE: _("Nhận sổ tính"),
    May.DECIDE: _("Ghi quyết định vào sổ đính chính"),
    May.RUN: _("Chạy quy trình và dùng trang Dagster"),
    May.APPROVE: _("Duyệt, phát hành, mở lại kỳ, ghi số ước"),
    May.ADMINISTER: _("Thêm người dùng và giao vai trò"),
}


LABELS: Mapping[Role, Any] = {
    Role.OFFICER: _("Cán bộ nhập liệu"),
    Role.APPROVER: _("Người duyệt"),
    Role.AUDITOR: _("Người kiểm tra (chỉ xem)"),
    Role.ADMINISTRATOR: _("Quản trị"),
}

BRINGS: Mapping[Role, frozenset[May]] = {
    Role.OFFICER: frozenset({May.RECEIVE, May.DECIDE, May.RUN}),
    Role.APPROVER: frozenset({May.RUN, May.APPROVE}),
    Role.AUDITOR: frozenset(),
    Role.ADMINISTRATOR: frozenset({May.ADMINISTER, May.RUN}),
}


def establish() -> None:
    """Make the groups of the database those that are declared here, with these permissions and no others."""
    from django.contrib.auth.models import Group, Permission

    known = {one.codename: one for one in Permission.objects.filter(content_type__app_label="desk")}
    for role, brings in BRINGS.items():
        group, _made = Group.objects.get_or_create(name=role)
        wanted = {known[may].pk for may in brings}
        if wanted != set(group.permissions.values_list("pk", flat=True)):
            group.permissions.set(wanted)


def held_by(user: Any) -> frozenset[str]:
    """Return what a user may do, by the names of ``May``; nothing for who has not signed in."""
    if user is None or not user.is_authenticated:
        return frozenset()
    return frozenset(may.value for may in May if user.has_perm(may.full))
