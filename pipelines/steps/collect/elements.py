"""Elements of the parts of Office Open XML workbooks: what those of all parts have in common.

Belongs here: their names in both forms of the standard, attributes that say yes or no, numbers, addresses, texts. Does
not belong here: what the elements of one part mean (``workbook_part``, ``strings_part``, ``styles_part``,
``sheet_part``, ``comments_part``).
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from schemas.addresses import LAST_COLUMN, LAST_ROW, column

MAINS = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
"""The namespace, in the transitional and in the strict form of the standard."""


class Quiet:
    """A handler that passes over what its subclass does not look at."""

    def opened(self, name: str, parent: str, attributes: Mapping[str, str]) -> None:
        """Take the beginning of an element."""

    def closed(self, name: str) -> None:
        """Take its end."""

    def text(self, text: str) -> None:
        """Take letters in it."""


def named(*locals_: str) -> frozenset[str]:
    """Return element names in either form of the main namespace."""
    return frozenset(f"{main} {local}" for main in MAINS for local in locals_)


TRUE, FALSE = frozenset({"1", "true"}), frozenset({"0", "false", None})


def holds(said: str | None) -> bool:
    """Return what an attribute says that is true or false; one that is left out is false.

    Raises:
        ValueError: It is neither, and what it hides or changes cannot be known.
    """
    if said not in TRUE | FALSE:
        raise ValueError(f"thuộc tính ghi «{said[:20] if said else ''}» mà chỉ có thể là đúng hoặc sai")
    return said in TRUE


def whole_number(text: str, otherwise: int) -> int:
    """Return the whole number that an attribute says; what stands in for it where it says none."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else otherwise


OTHER_FILE = re.compile(r"(?<![\w\]])\[(?:\d+|[^\[\]]*\.(?:xls\w?|ods|csv))\]", re.IGNORECASE)
"""How a formula begins the name of a cell in another file."""

_ADDRESS = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")


@lru_cache(maxsize=65536)
def position_of(text: str) -> tuple[int, int] | None:
    """Return row and column of an address, or nothing where no sheet has it."""
    found = _ADDRESS.fullmatch(text)
    if found is None:
        return None
    row, at = int(found[2]), column(found[1].upper())
    return (row, at) if 1 <= row <= LAST_ROW and at <= LAST_COLUMN else None


_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


def plain(text: str) -> str:
    """Return a text of a workbook as it is shown: what XML cannot hold is written in it as _x000D_."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
