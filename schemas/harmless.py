"""Texts that somebody sent, made harmless where they leave: on a terminal, in a table that a spreadsheet opens.

Belongs here: what such a place would do with a text instead of showing it, and the one way of each to have it shown.
Does not belong here: pages and mail, where the libraries that make them escape; what is kept, which stays as it came.
"""

import re

_MARK = "'"
"""Stands before a text that a spreadsheet would take for a formula, as a person would type it there."""

_FORMULA = re.compile(
    r"[=+\-@\t\r\n\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}"
    r"\N{FULLWIDTH COMMERCIAL AT}]"
)
"""With which of these a text begins, Excel or LibreOffice may work it out, also those of Asian keyboards."""

_NUMBER = re.compile(r"[+-]?[\d.,\s%]*")
"""What begins like a formula and is only a number."""

_UNSEEN = {
    **{code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if code not in b"\t\n"},
    # What turns the direction of writing makes one text look like another.
    **{code: f"\\u{code:04x}" for code in (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))},
}


def in_csv(text: str) -> str:
    """Return a text as it may stand in a CSV file: never one that a spreadsheet would work out."""
    begins = _FORMULA.match(text) or text.startswith(_MARK)
    return f"{_MARK}{text}" if begins and not _NUMBER.fullmatch(text) else text


def of_csv(text: str) -> str:
    """Return the text that ``in_csv`` made harmless."""
    return text[1:] if text.startswith(_MARK) and in_csv(text[1:]) == text else text


def visible(text: str) -> str:
    """Return a text in which nothing can move the cursor, colour or hide: such characters are shown by number."""
    return text.translate(_UNSEEN)
