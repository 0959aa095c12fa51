"""The XML of a part, handed on element by element, within the limits.

Belongs here: what every part's XML goes through. Does not belong here: what its elements mean.

Python's parser is given a part piece by piece, so that memory is taken by what is kept of it and not by what it holds.
A document type is refused before the parser sees it: no office program writes one, and entities that grow as they are
unfolded need one.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NoReturn, Protocol
from xml.parsers import expat

from pipelines.steps.collect.limits import Budget
from pipelines.steps.collect.unreadable import BROKEN, UnreadableError

_DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))

_ENCODINGS = frozenset({"utf-8", "utf-16", "us-ascii", "iso-8859-1"})
"""What the parser itself knows; for others it would ask Python, which knows many and not how to read XML in them."""


class Handler(Protocol):
    """What takes the elements of a part; each is named by its namespace, a space, and its name there."""

    def opened(self, name: str, parent: str, attributes: Mapping[str, str], /) -> None:
        """Take the beginning of an element, with the name of the one it stands in."""

    def closed(self, name: str, /) -> None:
        """Take its end."""

    def text(self, text: str, /) -> None:
        """Take letters in it."""


def parse(pieces: Iterable[bytes], handler: Handler, budget: Budget, part: str) -> None:
    """Hand the elements of a part to a handler.

    Args:
        pieces: The bytes of the part.
        handler: What takes them.
        budget: What the file may still hold.
        part: What the part is called in a sentence.

    Raises:
        UnreadableError: It is no XML, or more of it than the limits allow.
    """
    limits, opened, closed = budget.limits, handler.opened, handler.closed
    path = [""]

    def refuse(why: str) -> NoReturn:
        raise UnreadableError(f"{BROKEN} (phần {part}: {why})")

    def begin(name: str, attributes: dict[str, str]) -> None:
        if len(attributes) > limits.attributes or len(path) > limits.depth:
            refuse("một thẻ XML có quá nhiều thuộc tính, hoặc nằm quá sâu")
        opened(name, path[-1], attributes)
        path.append(name)

    def finish(name: str) -> None:
        path.pop()
        closed(name)

    def doctype(*_: Any) -> NoReturn:
        refuse("có khai báo DOCTYPE")

    def declaration(_version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in _ENCODINGS:
            refuse(f"bảng mã «{encoding[:20]}»")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.XmlDeclHandler = declaration
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler, parser.EndElementHandler = begin, finish
    parser.CharacterDataHandler = handler.text
    given = 0
    try:
        for piece in pieces:
            if any(mark in piece for mark in _DOCTYPES):
                doctype()
            budget.take_markup(piece)
            parser.Parse(piece, False)
            given += len(piece)
            # What it has not handed on yet is one tag or comment that has not come to its end.
            if given - parser.CurrentByteIndex > limits.tag:
                refuse("một thẻ XML quá dài")
        parser.Parse(b"", True)
    except expat.ExpatError as reason:
        raise UnreadableError(f"{BROKEN} (phần {part}: sai XML ở dòng {reason.lineno})") from reason
