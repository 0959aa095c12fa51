"""Users, their passwords, the links with which they set one, and how often somebody may try.

Belongs here: every change of a user, written down in the record. Does not belong here: forms and pages.
"""

import hashlib
import secrets
import unicodedata
from collections.abc import Collection, Sequence
from datetime import timedelta

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from pipelines.desk import record
from pipelines.desk.models import Attempt, OneTimeLink, User
from pipelines.desk.record import Did
from pipelines.desk.role import Role

LINK_HOLDS = timedelta(hours=24)
MOST_ATTEMPTS, MOST_OF_A_NAME = 5, 50
"""To sign in by one name, from one address and from all: who knows a name alone does not keep its owner out."""

ATTEMPTS_COUNT_FOR = timedelta(minutes=5)


def add(username: str, title: str, roles: Collection[Role], *, by: str, name: str = "", password: str = "") -> User:
    """Make a user; without a password, one who can sign in once a link has been followed."""
    with transaction.atomic():
        user = User.objects.create_user(username, password or None, title=title, name=name)
        user.groups.set(Group.objects.filter(name__in=roles))
        record.write(by, Did.ADDED_USER, user.username, roles=sorted(roles))
    return user


def give_roles(user: User, roles: Collection[Role], *, by: str) -> None:
    """Give a user these roles and no others."""
    with transaction.atomic():
        before = set(user.groups.values_list("name", flat=True))
        if before != set(roles):
            user.groups.set(Group.objects.filter(name__in=roles))
            record.write(by, Did.GAVE_ROLES, user.username, roles=sorted(roles), before=sorted(before))


def switch(user: User, *, on: bool, by: str) -> None:
    """Let a user in, or no more; sessions that are open end with the next page."""
    with transaction.atomic():
        if user.is_active != on:
            user.is_active = on
            user.save(update_fields=["is_active"])
            record.write(by, Did.SWITCHED_ON if on else Did.SWITCHED_OFF, user.username)


def administrators() -> Sequence[User]:
    """Return who can give roles; without one nobody could."""
    return list(User.objects.filter(is_active=True, groups__name=Role.ADMINISTRATOR))


def link_for(user: User, *, by: str) -> str:
    """Return the token of a link with which a user sets a password; the ones before hold no longer."""
    with transaction.atomic():
        OneTimeLink.objects.filter(user=user).delete()
        record.write(by, Did.GAVE_LINK, user.username)
        return _link(user)


def first_link() -> str | None:
    """Return the token of the link that makes the first user, or nothing where there are users."""
    with transaction.atomic():
        OneTimeLink.objects.filter(user=None).delete()
        return None if User.objects.exists() else _link(None)


def _link(user: User | None) -> str:
    token = secrets.token_urlsafe(24)
    OneTimeLink.objects.create(digest=_digest(token), user=user, expires=timezone.now() + LINK_HOLDS)
    return token


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def link(token: str) -> OneTimeLink | None:
    """Return the link of a token, where it still holds."""
    found = OneTimeLink.objects.filter(digest=_digest(token), expires__gt=timezone.now()).select_related("user").first()
    if found is None or (found.user is None and User.objects.exists()):
        return None
    return None if found.user is not None and not found.user.is_active else found


def use(token: str, password: str, username: str = "", name: str = "", title: str = "") -> User | None:
    """Set the password of a link's user, or make the first one, who is administrator; nothing where it holds no more.

    Of two who follow a link at once, one finds it used.
    """
    with transaction.atomic():  # which waits for whoever else writes
        found = link(token)
        if found is None:
            return None
        user: User | None = found.user
        found.delete()
        if user is None:
            return add(username, title, [Role.ADMINISTRATOR], by=username, name=name, password=password)
        set_password(user, password)
        return user


def set_password(user: User, password: str) -> None:
    """Set a password; sessions that were opened with the one before end."""
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        Attempt.objects.filter(name=_spelt(user.username)).delete()
        record.write(user.username, Did.SET_PASSWORD)


def try_to_sign_in(name: str, address: str) -> bool:
    """Note an attempt before its password is looked at; return whether it is one too many."""
    with transaction.atomic():
        Attempt.objects.filter(when__lt=timezone.now() - ATTEMPTS_COUNT_FOR).delete()
        by_name = Attempt.objects.filter(name=_spelt(name))
        if by_name.count() >= MOST_OF_A_NAME or by_name.filter(address=address).count() >= MOST_ATTEMPTS:
            return True
        Attempt.objects.create(name=_spelt(name), address=address)
    return False


def signed_in(name: str, address: str) -> None:
    """Forget the attempts of somebody who knew the password; those from elsewhere may be of somebody else."""
    Attempt.objects.filter(name=_spelt(name), address=address).delete()


def _spelt(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()[:150]
