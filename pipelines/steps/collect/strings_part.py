"""The strings that cells of all sheets name by their number, and texts whose pieces are dressed each otherwise.

Belongs here: the elements of such texts, wherever they stand; what is a colour. Does not belong here: how a dressed
text is handed on (``dress``).
"""

from collections.abc import Iterable, Mapping, Sequence

from pipelines.steps.collect.dress import PALE, SUBSCRIPT, SUPERSCRIPT, Piece, dressed
from pipelines.steps.collect.elements import FALSE, Quiet, named, plain
from pipelines.steps.collect.limits import Budget
from pipelines.steps.collect.markup import parse
from pipelines.steps.collect.unreadable import BROKEN, UnreadableError

_ITEM, WORDS, _RUN, _RUN_LOOK = map(named, ("si", "t", "r", "rPr"))

STRIKE, _HEIGHT, COLOUR = map(named, ("strike", "vertAlign", "color"))

PAPER = "FFFFFF"

_WHITES, _BLACKS = frozenset({"1", "9", "65"}), frozenset({"0", "8", "64"})
"""Numbers of colours that are the same in every workbook."""


def colour_of(attributes: Mapping[str, str]) -> str:
    """Return a colour, in such words that the same are the same colour; empty where it is up to the program."""
    if "rgb" in attributes:
        return attributes["rgb"][-6:].upper()
    tint = attributes.get("tint", "0")
    if "theme" in attributes:
        plain_one = {"0": PAPER, "1": "000000"} if tint in ("0", "0.0") else {}
        return plain_one.get(attributes["theme"], f"theme {attributes['theme']} {tint}")
    number = attributes.get("indexed", "")
    return PAPER if number in _WHITES else "000000" if number in _BLACKS else number and f"indexed {number}"


class Rich:
    """A text in pieces, each of its own dress."""

    def __init__(self) -> None:
        self._pieces: list[Piece] = []
        self.begin()

    def begin(self) -> None:
        """Begin a piece, in the dress of the cell until something else is said."""
        self._struck, self._place = False, ""

    def strike(self, attributes: Mapping[str, str]) -> None:
        """Strike the piece out."""
        self._struck = is_struck(attributes)

    def put(self, attributes: Mapping[str, str]) -> None:
        """Raise or lower the piece."""
        self._place = attributes["val"] if attributes.get("val") in (SUPERSCRIPT, SUBSCRIPT) else self._place

    def colour(self, attributes: Mapping[str, str]) -> None:
        """Give the piece a colour."""
        self._place = self._place or (PALE if colour_of(attributes) == PAPER else "")

    def add(self, text: str) -> None:
        """Add the letters of the piece."""
        self._pieces.append(Piece(text, self._struck, self._place))

    @property
    def text(self) -> str:
        """The text as it is written in a workbook, where no dress has a bearing on it; else as it is seen."""
        if any(piece.struck or piece.place for piece in self._pieces):
            return dressed(self._pieces, plain)
        return "".join(piece.text for piece in self._pieces)


def is_struck(attributes: Mapping[str, str]) -> bool:
    """Return whether an element that strikes out does; it may say that it does not."""
    return attributes.get("val", "1") not in FALSE


class _Strings(Quiet):
    """The strings that cells of all sheets name by their number; letters that say how to speak them are left out."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._rich: Rich | None = None
        self._within = False

    def opened(self, name: str, parent: str, attributes: Mapping[str, str]) -> None:
        if name in _ITEM:
            self._rich = Rich()
        elif parent in WORDS:
            raise UnreadableError(f"{BROKEN} (chuỗi số {len(self.found)} có phần tử lạ)")
        elif name in WORDS:
            self._within = parent in _ITEM or parent in _RUN
        elif self._rich is not None and name in _RUN:
            self._rich.begin()
        elif self._rich is not None and parent in _RUN_LOOK:
            dress_piece(self._rich, name, attributes)

    def text(self, text: str) -> None:
        if self._within and self._rich is not None:
            self._rich.add(text)

    def closed(self, name: str) -> None:
        if name in WORDS:
            self._within = False
        elif name in _ITEM and self._rich is not None:
            self.found.append(plain(self._rich.text))
            self._rich = None


def dress_piece(rich: Rich, name: str, attributes: Mapping[str, str]) -> None:
    """Give a piece the dress that an element says."""
    if name in STRIKE:
        rich.strike(attributes)
    elif name in _HEIGHT:
        rich.put(attributes)
    elif name in COLOUR:
        rich.colour(attributes)


def strings_of(content: Iterable[bytes], part: str, budget: Budget) -> Sequence[str]:
    """Return the strings of a part, by the numbers under which cells name them.

    Raises:
        UnreadableError: The part is broken.
    """
    strings = _Strings()
    parse(content, strings, budget, part)
    return strings.found
