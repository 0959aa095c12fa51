"""What a font makes of a text: what is struck out, raised, or of the colour of the paper, as a person sees it.

Belongs here: the marks by which that is handed on in a text. Does not belong here: the elements of a format that say so
(``spreadsheetml``, ``opendocument``), and what follows from it (``pipelines.steps.numbers``).

A text in one dress is that text, but for a number in white. Where part of it is dressed otherwise it says something
else than its letters alone: 65 with a raised 1 behind it is no 651.
"""

from collections.abc import Callable, Iterable
from itertools import groupby, pairwise
from typing import NamedTuple

from pipelines.steps.numbers import STROKE

SUPERSCRIPT, SUBSCRIPT, PALE = "superscript", "subscript", "pale"
"""How a part of a text can stand beside the others: above, below, or in white."""


class Piece(NamedTuple):
    """Letters of one dress."""

    text: str
    struck: bool = False
    place: str = ""
    """One of the above; empty for letters as usual."""


_DIGITS = "0123456789-"
_RAISED = str.maketrans(f"{_DIGITS}.,", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻˙ʼ")
_LOWERED = str.maketrans(_DIGITS, "₀₁₂₃₄₅₆₇₈₉₋")
_OF_A_NUMBER = frozenset(f"{_DIGITS}.,")


def dressed(pieces: Iterable[Piece], decoded: Callable[[str], str] = str) -> str:
    """Return a text as it is seen.

    What is raised, lowered or white is told apart only where letters alone would make one number of it and what stands
    beside it: m and a raised 2 are m2, and a raised (1) before a label is a bullet. So is a number that is all white:
    labels may be white on a colour that is the cell's.

    Args:
        pieces: The text; those of one dress that follow one another are one.
        decoded: What is made of letters as the file has them.
    """
    together = [(dress, "".join(own.text for own in group)) for dress, group in groupby(pieces, lambda own: own[1:])]
    pieces = [Piece(decoded(text), *dress) for dress, text in together if text]
    if all(piece.place == PALE and _OF_A_NUMBER.issuperset(piece.text) for piece in pieces):
        return "".join(_seen(piece, alone=False) for piece in pieces)
    touching = {
        number + own
        for number, (one, other) in enumerate(pairwise(pieces))
        for own in (0, 1)
        if one.place != other.place and one.text[-1] in _OF_A_NUMBER and other.text[0] in _OF_A_NUMBER
    }
    return "".join(_seen(piece, alone=number not in touching) for number, piece in enumerate(pieces))


def _seen(piece: Piece, *, alone: bool) -> str:
    text = piece.text
    if piece.place and not alone:
        match piece.place:
            case "superscript":
                text = text.translate(_RAISED)
            case "subscript":
                text = text.translate(_LOWERED)
            case _:
                text = f"⟦{text}⟧"
    return struck_out(text) if piece.struck else text


def struck_out(text: str) -> str:
    """Return a text with a line through it."""
    return "".join(sign if sign.isspace() else f"{sign}{STROKE}" for sign in text)
