"""Vietnamese from before Unicode: the tables of TCVN3 (fonts .VnTime and their like) and VNI (VNI-Times).

Belongs here: the two tables, as facts, and decoding a text by one of them. Does not belong here: deciding that a sheet
was typed so (``pipelines.steps.collect.locate``).

Such texts look right only in their own font; in a cell they are other letters: «Chỉ tiêu» is «ChØ tiªu» in TCVN3 and
«Chæ tieâu» in VNI.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping

_TCVN3 = str.maketrans(
    "¡¢§£¤¥¦µ¶·¸¹¨»¼½¾Æ©ÇÈÉÊË®ÌÎÏÐÑªÒÓÔÕÖ×ØÜÝÞßáâãä«åæçèé¬êëìíîïñòóô\u00adõö÷øùúûüýþ",
    "ĂÂĐÊÔƠƯàảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵ",
)
"""One letter for one letter. Capitals with a tone have no code of their own: their font draws small ones large."""

_GRAVE, _ACUTE, _HOOK, _TILDE, _DOT = "\u0300", "\u0301", "\u0309", "\u0303", "\u0323"
_CIRCUMFLEX, _BREVE, _HORN = "\u0302", "\u0306", "\u031b"

_VNI_MARKS = {
    **dict(zip("øùûõï", (_GRAVE, _ACUTE, _HOOK, _TILDE, _DOT), strict=True)),
    "â": _CIRCUMFLEX,
    **{mark: _CIRCUMFLEX + tone for mark, tone in zip("àáåãä", (_GRAVE, _ACUTE, _HOOK, _TILDE, _DOT), strict=True)},
    "ê": _BREVE,
    **{mark: _BREVE + tone for mark, tone in zip("èéúüë", (_GRAVE, _ACUTE, _HOOK, _TILDE, _DOT), strict=True)},
}
"""What a letter after a vowel means: the signs to set on that vowel."""

_VNI_LETTERS = dict(zip("ôöñìíæóòî", "ơưđìíỉĩịỵ", strict=True))
"""Letters that stand for one of their own; ơ and ư can carry a tone after them."""


def _both_cases(table: Mapping[str, str]) -> dict[str, str]:
    return {**table, **{key.upper(): value.upper() for key, value in table.items()}}


_VNI = _both_cases(_VNI_LETTERS)
_VNI_PAIR = re.compile(f"([aeouyôö])([{''.join(_VNI_MARKS)}])", re.IGNORECASE)
_VNI_SINGLE = re.compile(f"[{''.join(_VNI)}]")


def _tcvn3(text: str) -> str:
    return text.translate(_TCVN3)


def _vni(text: str) -> str:
    # Pairs first: in «oâ» the second letter is a sign, and no letter of its own. What a pair gives is kept decomposed
    # meanwhile, so that it is not taken for a single letter.
    marked = _VNI_PAIR.sub(lambda pair: _vowel(pair[1]) + _VNI_MARKS[pair[2].lower()], text)
    single = _VNI_SINGLE.sub(lambda letter: _VNI[letter[0]], marked)
    return unicodedata.normalize("NFC", single)


def _vowel(letter: str) -> str:
    return {"ô": f"o{_HORN}", "ö": f"u{_HORN}", "Ô": f"O{_HORN}", "Ö": f"U{_HORN}"}.get(letter, letter)


DECODERS: Mapping[str, Callable[[str], str]] = {"TCVN3": _tcvn3, "VNI": _vni}
"""By the name an officer knows the encoding under."""


def decoded(text: str, encoding: str) -> str:
    """Return a text of an old encoding in Unicode; one that has a letter outside it is Unicode already, and stays.

    Args:
        text: As it stands in the cell.
        encoding: A key of ``DECODERS``.
    """
    return DECODERS[encoding](text) if all(ord(letter) < 256 for letter in text) else text
