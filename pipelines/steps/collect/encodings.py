"""Vietnamese from before Unicode: the tables of TCVN3 (fonts .VnTime and their like) and VNI (VNI-Times).

Belongs here: the two tables, as facts; deciding by which of them a sheet was typed, and decoding it. Does not belong
here: anything else that a sheet is recognised by (``pipelines.steps.collect.sheets``).

Such texts look right only in their own font; in a cell they are other letters: «Chỉ tiêu» is «ChØ tiªu» in TCVN3 and
«Chæ tieâu» in VNI.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cache

import pandas as pd
import pyarrow as pa

from pipelines.steps.collect.cells import TEXT
from pipelines.steps.collect.headings import printed_words
from pipelines.steps.collect.sheets import Sheet
from pipelines.steps.numbers import NONE_HERE
from pipelines.steps.problems import problem_rows
from schemas.form import Form
from schemas.problems import Problems
from schemas.tables import SHEET_KEY
from schemas.text import fold

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


def in_unicode(cells: pa.Table, forms: Sequence[type[Form]]) -> tuple[pa.Table, dict[tuple[str, ...], str]]:
    """Return the cells with texts of old encodings in Unicode, and the encoding of each sheet that has some.

    A sheet is taken for one of TCVN3 or VNI only where words that forms print are recognised in it after decoding and
    not before; and then it is the encoding that explains more of them.
    """
    is_known = _knowing(forms)
    kinds, texts, shown = (cells[name].to_pylist() for name in ("kind", "text", "shown"))
    typed = dict.fromkeys(text for kind, text in zip(kinds, texts, strict=True) if kind == TEXT)
    unknown = [text for text in typed if _OLD_LETTER.search(text) and not is_known(text)]
    gained = {name: {text for text in unknown if is_known(decoded(text, name))} for name in DECODERS}
    gained = {name: found for name, found in gained.items() if found}
    if not gained:
        return cells, {}
    sheets: dict[tuple[str, ...], list[int]] = {}
    for at, key in enumerate(zip(*(cells[name].to_pylist() for name in SHEET_KEY), strict=True)):
        sheets.setdefault(key, []).append(at)
    encodings: dict[tuple[str, ...], str] = {}
    for key, own in sheets.items():
        times = {name: sum(texts[at] in found for at in own) for name, found in gained.items()}
        best = max(times, key=lambda name: times[name])
        if times[best]:
            encodings[key] = best
            for at in own:
                if kinds[at] == TEXT and not is_known(texts[at]) and (said := decoded(texts[at], best)) != texts[at]:
                    texts[at] = shown[at] = said
    for name, column in (("text", texts), ("shown", shown)):
        cells = cells.set_column(cells.column_names.index(name), name, pa.array(column, pa.string()))
    return cells, encodings


def looks_old(text: str, forms: Sequence[type[Form]]) -> bool:
    """Return whether a text is a word that forms print, once it is decoded, and not before."""
    is_known = _knowing(forms)
    if not _OLD_LETTER.search(text) or is_known(text):
        return False
    return any(is_known(decoded(text, name)) for name in DECODERS)


def _knowing(forms: Sequence[type[Form]]) -> Callable[[str], bool]:
    known = _known_words(tuple(forms))
    return lambda text: fold(text) in known or fold(text.partition(":")[0]) in known


_OLD_LETTER = re.compile("[\u00a1-\u00ff]")
"""What every Vietnamese word with a sign has in TCVN3 and VNI."""


@cache
def _known_words(forms: tuple[type[Form], ...]) -> frozenset[str]:
    """Return the folded words that forms print, and «không» in a cell."""
    return printed_words(forms) | {fold(word) for word in NONE_HERE} - {""}


def old_encodings(encodings: Mapping[tuple[str, ...], str], usable: Sequence[Sheet]) -> pd.DataFrame:
    """Tell of the sheets that were read by an old encoding (``PROBLEMS``)."""
    rows = [sheet.words | {"written": encodings[sheet.key]} for sheet in usable if sheet.key in encodings]
    return problem_rows(Problems.OLD_ENCODING, rows)
