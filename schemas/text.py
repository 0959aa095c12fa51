"""When two Vietnamese wordings are the same wording, and when one has the words of another.

Belongs here: the key under which labels, headings and names are compared; whether a text has the words that somebody
looks for; what in a text nobody can see. Does not belong here: numbers.
"""

import re
import unicodedata
from functools import lru_cache

_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_BULLET = re.compile(r"^(?:[-+*•–]\s*|trong đó\s*:?\s*|\(?[0-9ivxl]{1,4}[.)]\s*|[a-zđ]\)\s*)+", re.IGNORECASE)
_NOT_WORD = re.compile(r"[^\w%/]+")


def _tone_last(word: str) -> str:
    """Return the word with its tone mark moved behind it, so that hòa and hoà are one spelling, Mạ and Mỏ two."""
    parts = unicodedata.normalize("NFD", word)
    tones = "".join(mark for mark in parts if mark in _TONES)
    letters = "".join(mark for mark in parts if mark not in _TONES)
    return composed(letters) + tones


def composed(text: str) -> str:
    """Return a text with each letter and its marks as one sign: it looks the same, and is how most systems write it."""
    return unicodedata.normalize("NFC", text)


_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
"""Letters, digits and signs of double width, as some keyboards write them."""


@lru_cache(maxsize=65536)
def visible(text: str) -> str:
    """Return a text as it looks: composed letters, plain width, nothing that has no width, and single plain spaces.

    Nothing else is made alike: 10² stays apart from 102, and ½ from 1/2.
    """
    plain = composed(text).translate(_WIDE)
    if not plain.isprintable():
        plain = "".join(sign for sign in plain if sign.isspace() or _is_seen(sign))
    return " ".join(plain.split())


def _is_seen(sign: str) -> bool:
    return unicodedata.category(sign) not in ("Cf", "Cc")


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Return the key under which wordings are compared.

    Unicode form, letter case and width, what cannot be seen, spaces, punctuation, list bullets and the place of the
    tone mark do not count; every tone and every letter does: Suối Mạ and Suối Mỏ stay apart.
    """
    clean = visible(text).casefold()
    clean = _NOT_WORD.sub(" ", _BULLET.sub("", clean))
    return " ".join(_tone_last(word) for word in clean.split())


def says(text: str, wanted: str) -> bool:
    """Return whether every wanted word stands in a text, in whole or in part.

    Words without diacritics find everything that sounds like them, words with diacritics only what is written so.
    """
    exact = _searched(wanted)
    bare = _bare(exact)
    inside = _searched(text) if exact != bare else _bare(_searched(text))
    return all(word in inside for word in exact.split())


def _searched(text: str) -> str:
    return composed(visible(text).casefold())


def _bare(text: str) -> str:
    """Return a text without diacritics."""
    parts = unicodedata.normalize("NFD", text.replace("đ", "d"))
    return "".join(mark for mark in parts if not unicodedata.combining(mark))


def slug(text: str) -> str:
    """Return an ASCII name for ids: lower case, no diacritics, words joined by underscores."""
    return "_".join(re.findall(r"[a-z0-9]+", _bare(text.casefold())))
