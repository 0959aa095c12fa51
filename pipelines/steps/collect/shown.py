"""What a spreadsheet shows of a cell: its number in its number format, with Vietnamese marks.

Belongs here: the format codes of Office Open XML, which of them are rendered, and the text that comes out. Does not
belong here: where a cell's format is found (``spreadsheetml``), and what follows where a cell shows another number than
it keeps (``pipelines.steps.numbers``).

Rendered are the formats that office programs offer for numbers: General; digits with ``0``, ``#``, ``?``, grouped or
scaled by commas, with a decimal point; percent; exponents of one digit before the point; literal words, signs and
currencies; blanks (``_x``) and filling (``*x``); sections for negative numbers, zero and text, and those with a
condition; dates and times in digits, and times that run on (``[h]:mm``). Not rendered, and said to be so by returning
nothing: fractions, names of months, days and halves of a day, exponents in steps of three, digits of other scripts,
eras, and whatever is not known. Colours but white and the languages of dates change no digit and are passed over. How
wide a column is, is not looked at.
"""

import datetime as dt
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from pipelines.steps.collect.dress import struck_out
from pipelines.steps.numbers import plain

GENERAL, TEXT = "General", "@"

STRUCK, UNSEEN = "[struck]", "[unseen]"
"""What stands before the format of a cell whose font strikes everything out, or has the colour of the cell."""

BUILT_IN: dict[int, str] = {
    0: GENERAL,
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    5: '#,##0\\ "₫";\\-#,##0\\ "₫"',
    6: '#,##0\\ "₫";[Red]\\-#,##0\\ "₫"',
    7: '#,##0.00\\ "₫";\\-#,##0.00\\ "₫"',
    8: '#,##0.00\\ "₫";[Red]\\-#,##0.00\\ "₫"',
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "dd/mm/yyyy",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "dd/mm/yyyy h:mm",
    37: "#,##0\\ _₫;\\-#,##0\\ _₫",
    38: "#,##0\\ _₫;[Red]\\-#,##0\\ _₫",
    39: "#,##0.00\\ _₫;\\-#,##0.00\\ _₫",
    40: "#,##0.00\\ _₫;[Red]\\-#,##0.00\\ _₫",
    41: '_-* #,##0\\ _₫_-;\\-* #,##0\\ _₫_-;_-* "-"\\ _₫_-;_-@_-',
    42: '_-* #,##0\\ "₫"_-;\\-* #,##0\\ "₫"_-;_-* "-"\\ "₫"_-;_-@_-',
    43: '_-* #,##0.00\\ _₫_-;\\-* #,##0.00\\ _₫_-;_-* "-"??\\ _₫_-;_-@_-',
    44: '_-* #,##0.00\\ "₫"_-;\\-* #,##0.00\\ "₫"_-;_-* "-"??\\ "₫"_-;_-@_-',
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    48: "##0.0E+0",
    49: TEXT,
}
"""The formats that files name by a number alone, as a spreadsheet set to Vietnamese shows them."""

_LONGEST_CODE = 255
"""Characters of a format code; a program that obeys the standard writes no more."""

_TOKEN = re.compile(
    r"""
      (?P<general>general)
    | "(?P<quoted>[^"]*)"
    | \\(?P<escaped>.)
    | _(?P<blank>.)
    | \*(?P<fill>.)
    | \[(?P<elapsed>h+|m+|s+)\]
    | \[\$(?P<currency>[^\]\-]*)(?:-[^\]]*)?\]
    | \[(?P<condition>(?:<=|>=|<>|<|>|=)\s*-?[\d.]+)\]
    | \[(?:white|color\s*2)\](?P<white>)
    | \[(?:black|blue|cyan|green|magenta|red|yellow|color\s*\d+)\](?P<colour>)
    | (?P<noon>am/pm|a/p)
    | (?P<date>d+|m+|y+|h+|s+)
    | (?P<exponent>e[+-])
    | (?P<digit>[0#?])
    | (?P<point>\.)
    | (?P<comma>,)
    | (?P<percent>%)
    | (?P<fraction>/)
    | (?P<text>@)
    | (?P<plain>[-\s$+():!^&'~{}<>=₫]|[^\x00-\x7f])
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)

Token = tuple[str, str]


@dataclass(frozen=True)
class Section:
    """One of the up to four parts of a format code."""

    tokens: tuple[Token, ...]
    condition: tuple[str, Decimal] | None = None
    negative: bool = False
    """Whether it is for negative numbers alone."""
    white: bool = False
    """Whether it is written in white."""

    def has(self, *kinds: str) -> bool:
        """Return whether a token of one of the kinds is in it."""
        return any(kind in kinds for kind, _ in self.tokens)

    @property
    def is_date(self) -> bool:
        """Whether it shows a number as a date or a time."""
        return self.has("date", "elapsed")


@lru_cache(maxsize=4096)
def sections(code: str) -> tuple[Section, ...] | None:
    """Return the sections of a format code, or nothing where it has something in it that is not known."""
    if len(code) > _LONGEST_CODE:
        return None
    found: list[Section] = []
    tokens: list[Token] = []
    condition: tuple[str, Decimal] | None = None
    white = False
    at = 0
    while at <= len(code):
        if at == len(code) or code[at] == ";":
            negative = len(found) == 1 and condition is None
            found.append(Section(tuple(tokens), condition, negative, white))
            tokens, condition, white, at = [], None, False, at + 1
            continue
        match = _TOKEN.match(code, at)
        if match is None or match.lastgroup is None:
            return None
        kind, said, at = match.lastgroup, match[match.lastgroup], match.end()
        if kind == "condition":
            sign = re.match(r"[<>=]+", said)
            assert sign is not None
            try:
                condition = sign[0], Decimal(said[sign.end() :].strip())
            except ArithmeticError:
                return None
        elif kind in ("quoted", "escaped", "currency", "plain"):
            tokens.append(("literal", said))
        elif kind == "white":
            white = True
        elif kind == "blank":
            tokens.append(("literal", " "))
        elif kind not in ("fill", "colour"):
            tokens.append((kind, said.lower()))
    return tuple(found) if len(found) <= 4 else None


def on_colour(code: str) -> str:
    """Return the format of a cell that is not as white as paper, where what is white is seen."""
    return _WHITE.sub("", code)


_WHITE = re.compile(r"\[(?:white|color\s*2)\]", re.IGNORECASE)


def _undressed(code: str) -> str:
    return code.removeprefix(STRUCK).removeprefix(UNSEEN)


def is_date(code: str, value: Decimal) -> bool:
    """Return whether a format shows a number as a date or a time."""
    section = _chosen(_undressed(code), value)
    return section is not None and section.is_date


@lru_cache(maxsize=65536)
def number_shown(value: Decimal, code: str) -> str | None:
    """Return what a number looks like in a format, or nothing where that format is not rendered."""
    if code.startswith(STRUCK):
        return struck_out(number_shown(value, code.removeprefix(STRUCK)) or general(value))
    if code.startswith(UNSEEN):
        return ""
    section = _chosen(code, value)
    if section is None or section.is_date or (section.condition is not None and value < 0):
        return None
    if section.white or not section.tokens:
        return ""
    rendered = _digits(section, abs(value))
    # A section of its own for negative numbers writes their sign itself; what is rounded to zero has none.
    signed = value < 0 and not section.negative and rendered is not None and re.search("[1-9]", rendered)
    return f"-{rendered}" if signed else rendered


def text_shown(text: str, code: str) -> str | None:
    """Return what a text looks like in a format."""
    if code.startswith(STRUCK):
        return struck_out(text_shown(text, code.removeprefix(STRUCK)) or text)
    if code.startswith(UNSEEN):
        return ""
    found = sections(code)
    if found is None:
        return text if TEXT not in code and code.count(";") < 3 else None
    own = found[3] if len(found) == 4 else found[-1] if found[-1].has("text") else None
    if own is None:
        return text
    if own.white:
        return ""
    return "".join(text if kind == "text" else said for kind, said in own.tokens)


def date_shown(moment: dt.datetime, days: float, code: str) -> str | None:
    """Return what a date looks like in a format, or nothing where it is not rendered, as no time before all dates is.

    Args:
        moment: The date and time of day.
        days: The number kept for it, for times that run on beyond a day.
        code: The format.
    """
    if code.startswith(UNSEEN):
        return ""
    section = _chosen(_undressed(code), Decimal(repr(days)))
    if section is None or days < 0 or section.has("digit", "exponent", "percent", "text", "general", "noon"):
        return None
    said: list[str] = []
    dates = [token for token in section.tokens if token[0] in ("date", "elapsed")]
    seen = -1
    for kind, token in section.tokens:
        if kind == "literal":
            said.append(token)
        elif kind in ("fraction", "point", "comma"):
            said.append({"fraction": "/", "point": ",", "comma": ","}[kind])
        else:
            seen += 1
            minutes = token[0] == "m" and (
                (seen > 0 and dates[seen - 1][1][0] == "h") or (seen + 1 < len(dates) and dates[seen + 1][1][0] == "s")
            )
            part = _elapsed(token, days) if kind == "elapsed" else _date_part(token, moment, minutes)
            if part is None:
                return None
            said.append(part)
    return "".join(said)


def _elapsed(token: str, days: float) -> str:
    seconds = round(days * 86400)
    whole = {"h": seconds // 3600, "m": seconds // 60, "s": seconds}[token[0]]
    return str(whole).zfill(len(token))


def _date_part(token: str, moment: dt.datetime, minutes: bool) -> str | None:
    if len(token) > 2 and token[0] in "md":
        return None  # names, which are of a language
    match token[0]:
        case "y":
            return str(moment.year % 100).zfill(2) if len(token) < 3 else str(moment.year).zfill(4)
        case "m" if not minutes:
            number = moment.month
        case "m":
            number = moment.minute
        case "d":
            number = moment.day
        case "h":
            number = moment.hour
        case _:
            number = moment.second
    return str(number).zfill(min(len(token), 2))


def _chosen(code: str, value: Decimal) -> Section | None:
    """Return the section that shows a number, or nothing where the code is not known or no rule says which."""
    found = sections(code)
    if found is None:
        return None
    numeric = found[:3]
    if any(section.condition for section in numeric):
        for section in numeric:
            if section.condition is None or _holds(section.condition, value):
                return section
        return None
    if len(numeric) == 1 or (len(numeric) == 2 and numeric[1].has("text")) or value > 0:
        return numeric[0]
    if value < 0:
        return numeric[1]
    return numeric[2] if len(numeric) == 3 and not numeric[2].has("text") else numeric[0]


def _holds(condition: tuple[str, Decimal], value: Decimal) -> bool:
    sign, limit = condition
    return {
        "<": value < limit,
        "<=": value <= limit,
        ">": value > limit,
        ">=": value >= limit,
        "=": value == limit,
        "<>": value != limit,
    }[sign]


def general(value: Decimal) -> str:
    """Return a number as it is shown without a format: its digits, with a comma for the decimals."""
    return plain(value).replace(".", ",")


def _digits(section: Section, value: Decimal) -> str | None:
    """Return a number that is not negative as a section shows it; nothing where that is not rendered."""
    if section.has("fraction"):
        return None
    if section.has("general", "text"):
        return _in_general(section, value)
    if not section.has("digit"):
        return "".join(_mark(kind, said) for kind, said in section.tokens if kind in ("literal", "percent"))
    places = _places(section.tokens)
    return None if places is None else _in_places(section.tokens, places, value)


def _in_general(section: Section, value: Decimal) -> str | None:
    """Return a number in a section that shows its digits as they are."""
    if section.has("digit", "exponent", "percent"):
        return None
    return "".join(general(value) if kind in ("general", "text") else said for kind, said in section.tokens)


@dataclass(frozen=True)
class _Places:
    """Where the digits of a number go in a section, each by its place among the tokens."""

    whole: list[int]
    decimals: list[int]
    power: list[int]
    """The digits of the power of ten; none where the section writes none."""
    grouped: bool
    """Whether dots stand between groups of three."""
    hundreds: int
    """How often a number is multiplied by 100: once per sign of per cent."""
    thousands: int
    """How often it is divided by 1000: once per comma that is not between whole digits."""


def _places(tokens: tuple[Token, ...]) -> _Places | None:
    """Return where digits go in a section that has some; nothing where it is in no order that is known."""
    kinds = [kind for kind, _ in tokens]
    exponent_at = kinds.index("exponent") if "exponent" in kinds else len(kinds)
    point_at = kinds.index("point") if "point" in kinds else exponent_at
    digits, commas = ([at for at, kind in enumerate(kinds) if kind == wanted] for wanted in ("digit", "comma"))
    whole = [at for at in digits if at < point_at]
    power = [at for at in digits if at > exponent_at]
    if kinds.count("point") > 1 or point_at > exponent_at:
        return None
    if "exponent" in kinds and (len(whole) != 1 or not power):
        return None
    grouping = [at for at in commas if whole and whole[0] < at < whole[-1]]
    return _Places(
        whole,
        [at for at in digits if point_at < at < exponent_at],
        power,
        grouped=bool(grouping),
        hundreds=kinds.count("percent"),
        thousands=len(commas) - len(grouping),
    )


def _in_places(tokens: tuple[Token, ...], places: _Places, value: Decimal) -> str:
    """Return a number whose digits go to some places of a section."""
    value = value * Decimal(100) ** places.hundreds / Decimal(1000) ** places.thousands
    power = _power(value, len(places.decimals)) if places.power else 0
    rounded = _rounded(value.scaleb(-power), len(places.decimals))
    before, _, after = format(rounded, "f").partition(".")
    written = {
        **_filled(tokens, places.whole, before.lstrip("0"), grouped=places.grouped),
        **_decimals(tokens, places.decimals, after),
        **_filled(tokens, places.power, str(abs(power)).lstrip("0"), grouped=False),
    }
    return "".join(written[at] if at in written else _mark(*token, power) for at, token in enumerate(tokens))


def _power(value: Decimal, decimals: int) -> int:
    """Return the power of ten of a number, of which one digit is left before the comma once it is rounded."""
    if not value:
        return 0
    power = value.adjusted()
    return power + (_rounded(value.scaleb(-power), decimals) >= 10)


def _mark(kind: str, said: str, power: int = 0) -> str:
    """Return what is seen of a token that is no digit."""
    match kind:
        case "literal":
            return said
        case "point":
            return ","
        case "percent":
            return "%"
        case "exponent":
            return "E-" if power < 0 else "E+" if said == "e+" else "E"
        case _:
            return ""


def _rounded(value: Decimal, decimals: int) -> Decimal:
    unit = Decimal(1).scaleb(-decimals)
    # A number of more digits than decimals can be rounded to is as it is.
    return value if value.adjusted() + decimals > 26 else value.quantize(unit, ROUND_HALF_UP)


_EMPTY_PLACE = {"0": "0", "#": "", "?": " "}


def _filled(tokens: tuple[Token, ...], places: list[int], digits: str, *, grouped: bool) -> dict[int, str]:
    """Return what stands at each digit's place before the comma: from the right, what is left over at the first."""
    written: dict[int, str] = {}
    for count, index in enumerate(reversed(places)):
        if index == places[0]:
            rest = digits[: len(digits) - count] if count < len(digits) else ""
            own = rest or _EMPTY_PLACE[tokens[index][1]]
            written[index] = _grouped(own, count) if grouped else own
            continue
        digit = digits[-1 - count] if count < len(digits) else _EMPTY_PLACE[tokens[index][1]]
        written[index] = digit + ("." if grouped and digit.strip() and count and count % 3 == 0 else "")
    return written


def _grouped(digits: str, behind: int) -> str:
    """Return digits with dots between groups of three; ``behind`` digits follow them."""
    said = ""
    for count, digit in enumerate(reversed(digits), start=behind):
        said = digit + ("." if count and count % 3 == 0 and digit.isdigit() else "") + said
    return said


def _decimals(tokens: tuple[Token, ...], places: list[int], digits: str) -> dict[int, str]:
    written = {index: digits[count] if count < len(digits) else "0" for count, index in enumerate(places)}
    for index in reversed(places):
        if written[index] != "0" or tokens[index][1] == "0":
            break
        written[index] = _EMPTY_PLACE[tokens[index][1]]
    return written
