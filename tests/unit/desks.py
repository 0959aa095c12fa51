"""A desk for tests: its pages in this process, without its server and without Dagster.

Belongs here: opening one, its users, asking its pages as a browser does, finding all of them by their links. Does not
belong here: what a page says.
"""

import shutil
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest

from pipelines.desk.opening import opened
from pipelines.refresh.stale import last_read
from pipelines.settings import DATA_VARIABLE, HOME_VARIABLE, RAW_VARIABLE, Settings
from schemas.return_sets import ReturnSetKey

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


def read_as(key: ReturnSetKey, file: str) -> str:
    """Return what a form of a page with findings sends of the workbook that these are of."""
    from pipelines.desk.pages.office import folders

    return last_read(folders()[1], key).get(file, "")


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)


def every_page(html_at: Callable[[str], str], each: int = 2) -> list[str]:
    """Return the addresses of the desk's pages, all that links lead to from the first: of each page so many at most.

    Args:
        html_at: Returns what is at an address; nothing where that is no page.
        each: How many reporters, chapters and so on of one page.
    """
    found: dict[tuple[str, ...], list[str]] = {}
    waiting, known = deque(["/"]), {"/"}
    while waiting:
        address = waiting.popleft()
        alike = found.setdefault(_page_of(address), [])
        if len(alike) == each or not (html := html_at(address)):
            continue
        alike.append(address)
        reader = _Links()
        reader.feed(html)
        for link in reader.links:
            there = urljoin(address, link).partition("#")[0]
            if there.startswith("/") and not there.startswith("/dagster") and there not in known:
                known.add(there)
                waiting.append(there)
    return [address for alike in found.values() for address in alike]


def _page_of(address: str) -> tuple[str, ...]:
    """Return which page is at an address: every second part of it, how many there are, what it is asked for by name.

    The third of three is a reporter or a figure, but for the explorer's. Asked for several things at once it is one
    more page, whichever they are: of sorting, filtering and comparing there are hundreds of ways to put them together,
    and each is there alone.
    """
    parts = urlsplit(address)
    names, asked = parts.path.strip("/").split("/"), sorted(parse_qs(parts.query))
    words = names[:1] if len(names) == 3 and names[0] != "explorer" else names[::2]
    return (*words, str(len(names)), *(asked if len(asked) < 2 else ["*"]))


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and "download" not in given:
            self.links += [link for link in (given.get("href"),) if link]
