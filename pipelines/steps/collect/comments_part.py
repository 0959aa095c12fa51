"""Comments on cells, of both kinds that Excel writes.

Belongs here: who wrote what beside which cell. Does not belong here: whether it says another number than the cell
(``comments``).
"""

from collections.abc import Mapping, Sequence

from pipelines.steps.collect.comments import Comment
from pipelines.steps.collect.elements import Quiet, named, plain, position_of, whole_number
from pipelines.steps.collect.limits import Budget
from pipelines.steps.collect.markup import parse
from pipelines.steps.collect.package import Parts
from pipelines.steps.collect.strings_part import WORDS
from pipelines.steps.collect.unreadable import UnreadableError
from pipelines.steps.collect.workbook_part import Sheet, links_of

COMMENTS = ("comments", "threadedComment")
"""Kinds of parts with comments: as of old, and those that are answered; of these the old ones have a copy."""


def comments_of(package: Parts, budget: Budget, sheet: Sheet) -> Mapping[tuple[int, int], Sequence[Comment]]:
    """Return the comments on cells; none where they are broken, for that keeps no cell from being read."""
    found = _Comments()
    try:
        for link in links_of(package, budget, sheet.part).values():
            if link.kind in COMMENTS and link.target in package:
                parse(package.chunks(link.target), found, budget, link.target)
    except UnreadableError:
        return {}
    return found.found


_AUTHOR, _COMMENT = map(named, ("author", "comment"))

_THREADED = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"

_COPY = "tc="
"""How the author of a copy of a threaded comment begins."""


class _Comments(Quiet):
    """The elements of comments."""

    def __init__(self) -> None:
        self.found: dict[tuple[int, int], list[Comment]] = {}
        self._authors: list[str] = []
        self._author = ""
        self._at: tuple[int, int] | None = None
        self._said: list[str] = []
        self._letters: list[str] | None = None

    def opened(self, name: str, _parent: str, attributes: Mapping[str, str]) -> None:
        if name in _COMMENT or name == f"{_THREADED} threadedComment":
            self._at, self._said = position_of(attributes.get("ref", "")), []
            number = whole_number(attributes.get("authorId", ""), -1)
            self._author = self._authors[number] if 0 <= number < len(self._authors) else ""
        elif name in _AUTHOR or name in WORDS or name == f"{_THREADED} text":
            self._letters = []

    def text(self, text: str) -> None:
        if self._letters is not None:
            self._letters.append(text)

    def closed(self, name: str) -> None:
        if name in _AUTHOR:
            self._authors.append("".join(self._letters or ()))
        elif name in WORDS or name == f"{_THREADED} text":
            self._said += self._letters or ()
        elif name in _COMMENT or name == f"{_THREADED} threadedComment":
            if self._at is not None and not self._author.startswith(_COPY):
                comment = Comment(self._author, plain("".join(self._said)))
                self.found.setdefault(self._at, []).append(comment)
            return
        else:
            return
        self._letters = None
