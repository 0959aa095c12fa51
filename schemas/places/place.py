"""A place: a territory, a village or a desk, as one row of a place table has it.

Belongs here: what is said of one place alone, and what it is called in sentences. Does not belong here: the places
around it (``schemas.places``), reading the row (``schemas.places.rows``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from schemas.periods import Period
from schemas.text import fold

LEVELS = ("nation", "province", "district", "commune", "village")
"""The levels of all places but desks, from the top down."""

TERRITORIES = LEVELS[:-1]
"""The levels of those whose codes are known everywhere; that of a village is known in its commune."""

REPORTING = ("village", "desk")
"""The levels of those who send returns."""

_CALLED: Mapping[str, tuple[str, ...]] = {
    "village": ("Thôn", "Xóm", "Ấp", "Buôn", "Khóm", "Khu phố", "Tổ dân phố"),
    "commune": ("Xã", "Phường", "Thị trấn", "Đặc khu"),
    "district": ("Huyện", "Quận", "Thị xã", "Thành phố"),
    "province": ("Tỉnh", "Thành phố"),
}
"""What the places of a level are called: mostly the first, and another where a name begins with it."""


@dataclass(frozen=True)
class Place:
    """One row of a place table: a territory, or a desk of a commune office."""

    code: str
    level: str
    name: str
    parent: str
    aliases: tuple[str, ...]
    valid_from: date | None
    valid_to: date | None
    successor: str
    """Code of the place it was merged into, so that a comparison over time can go on."""
    kind: str
    """What kind of reporter it is: village, or the kind of a desk (the two primary schools are of one kind)."""
    forms: frozenset[str]
    """Codes of the only forms a commune sends; empty means every form of its packs."""
    packs: tuple[str, ...]
    """Of a commune, the packs it has; of a desk without a parent, those for whose communes it stands in, if not all."""
    due: tuple[tuple[str, int], ...]
    """Codes of forms, and after how many days of a period's end they are due there; all others without a code."""

    def existed_in(self, period: Period) -> bool:
        """Return whether the place was valid on the last day of the period."""
        return self.began_by(period) and not self.ended_by(period)

    @property
    def homes(self) -> tuple[str, ...]:
        """Where it is known by its code and its names: in its commune, or in those of a pack, or in all (empty)."""
        return (self.parent,) if self.parent or not self.packs else tuple(map(of_pack, self.packs))

    def began_by(self, period: Period) -> bool:
        """Return whether the place was valid on the last day of the period or before."""
        return self.valid_from is None or self.valid_from <= period.end

    def ended_by(self, period: Period) -> bool:
        """Return whether the place was no more on the last day of the period."""
        return self.valid_to is not None and self.valid_to < period.end

    def reports(self, period: Period) -> str:
        """Return in words until when, or since when, a place reports that was not valid in a period."""
        day, words = (self.valid_to, "đến hết") if self.ended_by(period) else (self.valid_from, "từ")
        return f"{words} {day:%d/%m/%Y}"

    @property
    def reports_as(self) -> str:
        """What kind of reporter it is for forms: every village is one, whatever somebody has written as its kind."""
        return "village" if self.level == "village" else self.kind

    @property
    def title(self) -> str:
        """The name as a message prints it."""
        usual = _CALLED.get(self.level, ("",))[0]
        return f"{usual} {self.name}" if usual and not _said_by(self.level, self.name) else self.name

    @property
    def called(self) -> str:
        """The name as it stands within a sentence: «xã Hữu Kiên», «phường Đông Kinh»."""
        return called(self.level, self.name)


def of_pack(name: str) -> str:
    """Return the home of the desks that stand in for a pack's communes; no commune's code has a colon in it."""
    return f"{name}:"


def called(level: str, name: str) -> str:
    """Return a place of a level as it stands within a sentence: «xã Hữu Kiên», «phường Đông Kinh»."""
    if word := _said_by(level, name):
        return " ".join([word.lower(), *name.split()[len(word.split()) :]])
    return f"{_CALLED[level][0].lower()} {name}" if level in _CALLED else name


def _said_by(level: str, name: str) -> str:
    """Return what a name itself says that the place is, where that is not what its level is mostly called."""
    return next((word for word in _CALLED.get(level, ())[1:] if _begins_with(name, word)), "")


def _begins_with(name: str, word: str) -> bool:
    return fold(name).startswith(f"{fold(word)} ")


def own_name(row: Mapping[str, str]) -> str:
    """Return the name of a place without what its level is mostly called, which is printed before it anyway."""
    name, (usual, *_) = row["name"], _CALLED.get(row["level"], ("",))
    return name.split(maxsplit=1)[1] if usual and _begins_with(name, usual) else name
