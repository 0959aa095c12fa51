"""The styles that cells name by their number: number formats, fonts, fills, and conditional ones.

Belongs here: which format a cell of a style has. Does not belong here: what a format makes of a number (``shown``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from pipelines.steps.collect.elements import Quiet, named, whole_number
from pipelines.steps.collect.limits import Budget, Limits
from pipelines.steps.collect.markup import parse
from pipelines.steps.collect.shown import BUILT_IN, GENERAL, STRUCK, UNSEEN, on_colour
from pipelines.steps.collect.strings_part import COLOUR, PAPER, STRIKE, colour_of, is_struck

_FORMAT, _FORMATS, _LOOK, _LOOKS, _CHANGE, _CHANGES = map(named, ("numFmt", "numFmts", "xf", "cellXfs", "dxf", "dxfs"))

_FONT, _FONTS, _FILL, _FILLS, _PATTERN, _GRADIENT, _FRONT, _BACK = map(
    named, ("font", "fonts", "fill", "fills", "patternFill", "gradientFill", "fgColor", "bgColor")
)

UNKNOWN_FORMAT = "không rõ"
"""Stands for a format that the workbook does not describe, or that depends on the value; it is not rendered."""


@dataclass
class _Paint:
    """A font and what lies behind it, or one of the two."""

    struck: bool = False
    colour: str = ""
    behind: str = PAPER
    """The colour of a fill; empty where it is not one alone."""
    solid: bool = False

    @property
    def dress(self) -> str:
        """What stands before the format of a cell that is painted so."""
        return UNSEEN if self.colour and self.colour == self.behind else STRUCK if self.struck else ""


class Painter:
    """Fonts and fills, as elements tell of them one after the other."""

    def __init__(self) -> None:
        self.fonts: list[_Paint] = []
        self.fills: list[_Paint] = []
        self.changes: list[_Paint] = []
        """Of conditional styles."""
        self._paint = _Paint()

    def opened(self, name: str, parent: str, attributes: Mapping[str, str]) -> None:
        """Take the beginning of an element."""
        if name in _CHANGE:
            self.begin_change()
        elif name in _FONT and parent in _FONTS:
            self._begin(self.fonts)
        elif name in _FILL and parent in _FILLS:
            self._begin(self.fills)
        elif parent in _FONT and name in STRIKE:
            self._paint.struck = is_struck(attributes)
        elif parent in _FONT and name in COLOUR:
            self._paint.colour = colour_of(attributes)
        elif name in _GRADIENT:
            self._paint.behind = ""
        elif name in _PATTERN:
            kind = attributes.get("patternType", "solid" if self._is_change else "none")
            self._paint.solid, self._paint.behind = kind == "solid", PAPER if kind == "none" else ""
        # What a solid fill is made of is its foreground, and in conditional styles its background.
        elif self._paint.solid and name in (_BACK if self._is_change else _FRONT):
            self._paint.behind = colour_of(attributes)

    def begin_change(self) -> None:
        """Begin a conditional style."""
        self._begin(self.changes)

    def _begin(self, those: list[_Paint]) -> None:
        self._paint = _Paint()
        those.append(self._paint)

    @property
    def _is_change(self) -> bool:
        return any(self._paint is change for change in self.changes[-1:])

    def is_paper(self, fill: int) -> bool:
        """Return whether a fill, by its number, is none or white."""
        return all(paint.behind == PAPER for paint in self.fills[fill : fill + 1])

    def dress(self, font: int, fill: int) -> str:
        """Return what stands before the format of a cell with a font and a fill, by their numbers."""
        fonts, fills = self.fonts[font : font + 1], self.fills[fill : fill + 1]
        own, behind = (*fonts, _Paint())[0], (*fills, _Paint())[0]
        return _Paint(own.struck, own.colour, behind.behind).dress


class Styles(Quiet):
    """The formats of the styles that cells name by their number, and which conditional ones change how a cell looks."""

    def __init__(self) -> None:
        self.formats: list[str] = []
        self.changing: set[int] = set()
        self._own: dict[int, str] = {}
        self._looks: list[tuple[int, int, int]] = []
        self._dresses: list[str] = []
        self._painter = Painter()
        self._changes = -1
        self._by_name: dict[tuple[str, bool], str] = {}

    def opened(self, name: str, parent: str, attributes: Mapping[str, str]) -> None:
        """Take the beginning of an element."""
        self._painter.opened(name, parent, attributes)
        if name in _FORMAT and parent in _FORMATS:
            self._own[whole_number(attributes.get("numFmtId", ""), -1)] = attributes.get("formatCode", "")
        elif name in _FORMAT and parent in _CHANGE:
            self.changing.add(self._changes)
        elif name in _LOOK and parent in _LOOKS:
            number, font, fill = (attributes.get(name, "0") for name in ("numFmtId", "fontId", "fillId"))
            self._looks.append((whole_number(number, -1), whole_number(font, 0), whole_number(fill, 0)))
        elif name in _CHANGE and parent in _CHANGES:
            self._changes += 1

    def settle(self) -> "Styles":
        """Look up the formats by their numbers, once all of them are known."""
        known = BUILT_IN | self._own
        self.formats = [
            form if self._painter.is_paper(fill) else on_colour(form)
            for form, fill in ((known.get(number, UNKNOWN_FORMAT), fill) for number, _, fill in self._looks)
        ]
        self._dresses = [self._painter.dress(font, fill) for _, font, fill in self._looks]
        self.changing |= {number for number, paint in enumerate(self._painter.changes) if paint.dress}
        return self

    def format(self, style: str, *, changing: bool) -> str:
        """Return the format of a cell with a style, what its font does before it.

        Args:
            style: The style; of a workbook without styles, the format is the general one.
            changing: Whether the cell may be shown by another number format than its own.
        """
        found = self._by_name.get((style, changing))
        if found is None:
            number = whole_number(style or "0", -1)
            formats, dresses = (self.formats, self._dresses) if self.formats else ([GENERAL], [""])
            is_known = 0 <= number < len(formats)
            form = formats[number] if is_known and not changing else UNKNOWN_FORMAT
            found = self._by_name[style, changing] = f"{dresses[number] if is_known else ''}{form}"
        return found


@lru_cache(maxsize=64)
def styles_of(content: bytes, part: str, limits: Limits) -> Styles:
    """Return the styles of a part; of the same bytes the same object.

    Raises:
        UnreadableError: The part is broken.
    """
    found = Styles()
    parse([content], found, Budget(limits), part)
    return found.settle()
