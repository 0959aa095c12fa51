"""Numbers in Vietnamese words: «một triệu hai trăm năm mươi nghìn» is 1.250.000.

Belongs here: the words and their order. Does not belong here: digits and units (``pipelines.steps.numbers``).

Only what can mean one number is one: «một trăm hai», which is 102 to some and 120 to others, is none.
"""

import re

_DIGITS = {
    **{"không": 0, "một": 1, "hai": 2, "ba": 3, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8, "chín": 9},
}
_LAST = {**_DIGITS, "mốt": 1, "tư": 4, "lăm": 5, "nhăm": 5}
"""As they may stand after tens."""

_DIGIT, _ANY = "|".join(_DIGITS), "|".join(_LAST)
_GROUP = re.compile(
    rf"(?:(?P<hundreds>{_DIGIT}) trăm)?"
    rf"(?: ?(?:(?:linh|lẻ) (?P<after>{_ANY})"
    rf"|(?:(?P<tens>{_DIGIT}) (?:mươi|mười|chục)|(?P<ten>mười))(?: (?P<ones>{_ANY}))?"
    rf"|(?P<alone>{_DIGIT})))?"
)
"""Up to three digits."""

SCALES = (("tỷ|tỉ", 10**9), ("triệu", 10**6), ("nghìn|ngàn", 10**3))
"""Words for thousands and more, the largest first, each with those that say the same."""


def numeral(words: str) -> int | None:
    """Return the number that words say, in small letters with one blank between them; nothing where they say none."""
    half = 0
    if words.endswith(" rưỡi"):
        words = words.removesuffix(" rưỡi")
        half = next((scale // 2 for names, scale in SCALES if re.search(rf"(?:^| )(?:{names})$", words)), 0)
        if not half:
            return None
    value = _value(words)
    return None if value is None else value + half


def _value(words: str, scales: tuple[tuple[str, int], ...] = SCALES, *, follows: bool = False) -> int | None:
    """Return what words say.

    Args:
        words: The words.
        scales: The scales that may stand in them, the largest first.
        follows: Whether they come after a larger scale.
    """
    if not scales:
        return _group(words, follows=follows)
    (names, scale), *smaller = scales
    parts = re.split(rf"(?:^| )(?:{names})(?: |$)", words)
    if len(parts) == 1:
        return _value(words, tuple(smaller), follows=follows)
    if len(parts) > 2 or not parts[0]:
        return None
    # Of billions there may be thousands: «hai nghìn tỷ».
    before = _value(parts[0], SCALES[2:]) if scale == SCALES[0][1] else _group(parts[0], follows=False)
    after = _value(parts[1], tuple(smaller), follows=True) if parts[1] else 0
    return None if before is None or after is None else before * scale + after


def _group(words: str, *, follows: bool) -> int | None:
    found = _GROUP.fullmatch(words)
    if found is None or not words or (words.startswith(("linh", "lẻ")) and not follows):
        return None
    hundreds, after, tens, ten, ones, alone = found.groups()
    if alone and (hundreds or follows):
        return None
    value = 100 * _DIGITS[hundreds] if hundreds else 0
    value += 10 if ten else 10 * _DIGITS[tens] if tens else 0
    return value + sum(_LAST[word] for word in (after, ones, alone) if word)
