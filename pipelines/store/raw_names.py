"""Names in the raw folder: what a file or folder is, to go by what it is called.

Belongs here: what the tables that people keep are called, what programs leave beside workbooks, and how a name is shown
and told from others. Does not belong here: looking at what lies there (``pipelines.store.lying``).
"""

import re
import unicodedata
from collections.abc import Sequence

from schemas.harmless import visible
from schemas.kept import ESTIMATES_FILE, LEDGER_FILE, PRINTED_FILE
from schemas.text import composed

LEDGER, PRINTED, PLACES, ESTIMATES = LEDGER_FILE, PRINTED_FILE, "places.csv", ESTIMATES_FILE

BESIDE = (LEDGER, PRINTED, ESTIMATES)
"""What lies beside the workbooks of a return set and decides what it says."""

DESIGNS = "bieu-mau"
"""The folder with the design workbooks of the office."""

NOT_RETURNS = frozenset({*BESIDE, PLACES})
"""Names under which a return set's folder has something else than a workbook that was sent."""

LEFT_BEHIND = {
    r"\..*": "hidden on Linux and macOS: LibreOffice's lock (.~lock), .DS_Store, ._ of macOS, what syncing keeps",
    r"~\$.*": "Office's note of who has the workbook open",
    r"~.*\.tmp": "Office's copy while it saves",
    r"(eh)?thumbs\.db": "Windows' small pictures of a folder",
    r"desktop\.ini": "Windows' look of a folder",
    r"icon\r": "macOS' look of a folder",
    r".*[:\uf03a]zone\.identifier(:\$data)?": "Windows' mark that a file was downloaded, as it shows on other systems",
    r".*[:\uf03a](smartscreen|afp_afpinfo|afp_resource|com\.apple\..*)(:\$data)?": "the like, of browsers and macOS",
    r"\$recycle\.bin|system volume information|lost\+found": "what a disk keeps at its root",
    r"@eadir|#recycle|__macosx": "what network disks and macOS' archives keep beside files",
}
"""Names, in small letters, of what programs and systems leave beside workbooks, and of what; nobody sent them."""

_LEFT_BEHIND = re.compile("|".join(f"(?:{pattern})" for pattern in LEFT_BEHIND), re.DOTALL)


def left_behind(name: str) -> bool:
    """Return whether a file or folder of a name is one that a program or a system leaves beside workbooks."""
    return _LEFT_BEHIND.fullmatch(name.lower()) is not None


def is_of_people(name: str) -> bool:
    """Return whether a folder of a name can be one that somebody made for what is received."""
    return name[0] not in "._" and not left_behind(name)


def known_by(names: Sequence[str]) -> dict[str, str]:
    """Return, by the name that each file of a folder is known by, the one that it has there, in the order of these.

    One system writes a letter and its marks as one sign, another as several: whoever sees the names sees no difference,
    and none is made here. Of two files side by side that look alike, one is known by the numbers of its marks.
    """
    own = {name: printable(name) for name in names}
    if all(name == known for name, known in own.items()):
        return own
    found: dict[str, str] = {}
    for name in sorted(names, key=lambda one: one != composed(one)):
        known = printable(_by_numbers(name)) if own[name] in found else own[name]
        while known in found:
            known = f"{known}_"
        found[known] = name
    return dict(sorted(found.items(), key=lambda item: names.index(item[1])))


def _by_numbers(name: str) -> str:
    """Return a name in which every sign that composing would change stands by its number."""
    return "".join(
        f"\\u{ord(sign):04x}" if unicodedata.combining(sign) or composed(sign) != sign else sign for sign in name
    )


def printable(name: str) -> str:
    """Return a name as it can be stored and shown: what is no UTF-8, or not seen, stands in it by its numbers."""
    written = visible(name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace"))
    return composed(written.translate(_NOT_IN_NAMES))


_NOT_IN_NAMES = str.maketrans({"\n": "\\n", "\t": "\\t"})
"""What a text may have, and a name in a sentence may not: it would look like a blank."""
