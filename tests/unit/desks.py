"""A desk for tests: its pages in this process, without its server and without Dagster.

Belongs here: opening one, its users, asking its pages as a browser does. Does not belong here: what a page says.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from pipelines.desk.opening import opened
from pipelines.settings import DATA_VARIABLE, HOME_VARIABLE, RAW_VARIABLE, Settings

HOST = "127.0.0.1:3000"
ORIGIN = f"http://{HOST}"
PASSWORD = "mot-cau-that-dai"

_made: list[Path] = []


@contextmanager
def desk_at(root: Path, patch: pytest.MonkeyPatch) -> Iterator["Desk"]:
    """Open the desk of an office, whose folders are ``raw`` and ``data``; its database is made once and then copied."""
    folders = Settings(root / "raw", root / "data")
    for variable in (RAW_VARIABLE, DATA_VARIABLE, HOME_VARIABLE):
        patch.setenv(variable, "")
    if _made:
        (folders.data / "desk").mkdir(parents=True)
        shutil.copy(_made[0], folders.data / "desk" / "desk.sqlite3")
    opened(folders)
    from django.db import connections
    from django.test.utils import override_settings

    if not _made:
        connections.close_all()
        kept = root.parent / "desk-as-made.sqlite3"
        shutil.copy(folders.data / "desk" / "desk.sqlite3", kept)
        _made.append(kept)
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield Desk(folders)
    connections.close_all()


class Desk:
    """An open desk."""

    def __init__(self, folders: Settings) -> None:
        self.folders = folders

    def user(self, name: str, *roles: str, password: str = "") -> Any:
        """Make a user; with a slow password only where one is asked for."""
        from pipelines.desk import accounts
        from pipelines.desk.role import Role

        return accounts.add(name, f"chức danh {name}", [Role(one) for one in roles], by="a test", password=password)

    def browser(self, user: Any = None, **more: Any) -> Any:
        """Return a browser in which somebody, or nobody, has signed in."""
        from django.test import Client

        client = Client(headers={"host": HOST, "origin": ORIGIN}, **more)
        if user is not None:
            client.force_login(user)
        return client

    def signed_in(self, name: str, *roles: str) -> Any:
        """Return the browser of a new user."""
        return self.browser(self.user(name, *roles))

    def deeds(self) -> list[tuple[str, str, str]]:
        """Return the record, the first first: who, what, about what."""
        from pipelines.desk.models import Deed

        return [(one.who, one.what, one.about) for one in Deed.objects.order_by("pk")]


def text(answer: Any) -> str:
    """Return what a person reads on a page."""
    reader = _Text()
    reader.feed(answer.content.decode())
    return " ".join(" ".join(reader.pieces).split())


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)
