"""Reporting periods: half-years such as ``2024-H1``.

Belongs here: a period's code, its Vietnamese wording on a form, its last day, the day a return is due, the periods
before it; a moment as people write it.
Does not belong here: Dagster partitions.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from schemas.sentences import SentenceError
from schemas.text import fold

_CODE = re.compile(r"^(\d{4})-H([12])\Z")
_WORDS = {1: "6 tháng đầu năm", 2: "6 tháng cuối năm"}

DUE_AFTER = 10
"""How many days after the last day of a period a return has to be there, where nothing else is said."""


@dataclass(frozen=True, order=True)
class Period:
    """A half-year."""

    year: int
    half: int

    @classmethod
    def parse(cls, code: str) -> "Period":
        """Read a code such as ``2024-H1``.

        Raises:
            ValueError: The text is not the code of a half-year.
        """
        match = _CODE.match(code)
        if match is None:
            raise SentenceError(f"«{code}» không phải mã kỳ báo cáo; mã đúng có dạng 2024-H1 hoặc 2024-H2.")
        return cls(int(match[1]), int(match[2]))

    @property
    def code(self) -> str:
        """The folder name and partition part, ``2024-H1``."""
        return f"{self.year}-H{self.half}"

    @property
    def title(self) -> str:
        """The wording on forms, ``6 tháng đầu năm 2024``."""
        return f"{_WORDS[self.half]} {self.year}"

    @property
    def comparable(self) -> tuple["Period", "Period"]:
        """The earlier periods it may be compared with, the better first: the same half last year, the half before."""
        before = Period(self.year, 1) if self.half == 2 else Period(self.year - 1, 2)
        return (Period(self.year - 1, self.half), before)

    @property
    def end(self) -> date:
        """The last day of the period."""
        return date(self.year, 6, 30) if self.half == 1 else date(self.year, 12, 31)

    def due(self, days: int = DUE_AFTER) -> date:
        """Return the last day on which a return is in time that is due some days after the period's end."""
        return self.end + timedelta(days=days)

    @property
    def end_time(self) -> datetime:
        """The start of that day, for what is dated by the period and not by the clock."""
        return datetime(self.end.year, self.end.month, self.end.day)

    def is_named(self, wording: str) -> bool:
        """Return whether a form's wording, or the code itself, means this period."""
        return fold(wording) in {fold(self.title), fold(self.code)}


def as_people_write(moment: str) -> str:
    """Return a moment written for programs, ``2024-07-02T12:00:30+07:00``, as ``12:00 ngày 02/07/2024``.

    A text that is none stays as it is: whoever writes into the ledger by hand may have written something else.
    """
    try:
        return f"{datetime.fromisoformat(moment):%H:%M ngày %d/%m/%Y}"
    except ValueError:
        return moment
