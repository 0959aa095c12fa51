"""Reporting periods: months, quarters, half-years, nine months and years, such as ``2024-Q1`` and ``2024-H1``.

Belongs here: a period's code, its Vietnamese wording on a form, its first and last day, the day a return is due, the
periods before it and the shorter ones that make it up; a moment as people write it.
Does not belong here: Dagster partitions, which form is asked for which period (``schemas.form``).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum
from functools import lru_cache

from schemas.sentences import SentenceError
from schemas.text import fold, visible

DUE_AFTER = 10
"""How many days after the last day of a period a return has to be there, where nothing else is said."""

_MONTHS = 12
_ROMAN = ("I", "II", "III", "IV")
_HALVES = ("tháng đầu năm", "tháng cuối năm")
_JOINED = (" năm ", "/", " ")
"""What stands between a month or quarter and its year; the space is what is left of a dash or a full stop."""


class PeriodKind(IntEnum):
    """How long a period is; the number is that of its months."""

    MONTH = 1
    QUARTER = 3
    HALF = 6
    NINE_MONTHS = 9
    YEAR = 12

    @property
    def label(self) -> str:
        """Its name in Vietnamese."""
        return _LABELS[self]


_LABELS = {
    PeriodKind.MONTH: "tháng",
    PeriodKind.QUARTER: "quý",
    PeriodKind.HALF: "6 tháng",
    PeriodKind.NINE_MONTHS: "9 tháng",
    PeriodKind.YEAR: "năm",
}

_CODE = re.compile(
    r"(?P<year>\d{4})(?:-(?:M(?P<month>0[1-9]|1[0-2])|Q(?P<quarter>[1-4])|H(?P<half>[12])|(?P<nine>9M)))?", re.ASCII
)


@dataclass(frozen=True, order=True)
class Period:
    """The months of a year that end with one of them.

    Periods sort by their last day and, of those that end together, the shorter first: what makes up a period is always
    before it.
    """

    year: int
    last: int
    """Its last month."""
    kind: PeriodKind

    def __hash__(self) -> int:
        """Return a number: periods are what much is looked up by, and that of an enumeration's member takes long."""
        return self.year * 10_000 + self.last * 100 + self.kind

    @classmethod
    @lru_cache(maxsize=4096)
    def parse(cls, code: str) -> "Period":
        """Read a code: ``2024-M05``, ``2024-Q1``, ``2024-H1``, ``2024-9M`` for nine months, ``2024``.

        Raises:
            ValueError: The text is not the code of a period.
        """
        match = _CODE.fullmatch(code)
        if match is None:
            raise SentenceError(
                f"«{code}» không phải mã kỳ báo cáo; mã đúng có dạng 2024-H1 hoặc 2024-H2 (6 tháng), 2024-M05 (tháng), "
                "2024-Q1 (quý), 2024-9M (9 tháng), 2024 (năm)."
            )
        kind = {
            "month": PeriodKind.MONTH,
            "quarter": PeriodKind.QUARTER,
            "half": PeriodKind.HALF,
            "nine": PeriodKind.NINE_MONTHS,
            "year": PeriodKind.YEAR,
        }[str(match.lastgroup)]
        number = int(match[match.lastgroup or 0]) if kind in (1, 3, 6) else 1
        return cls(int(match["year"]), number * kind, kind)

    @classmethod
    def of_day(cls, day: date, kind: PeriodKind) -> "Period":
        """Return the period of a kind in which a day lies; of nine months the first of the year that are not over."""
        last = -(-day.month // kind) * kind
        return cls(day.year + (last > _MONTHS), min(last, kind) if last > _MONTHS else last, kind)

    @property
    def number(self) -> int:
        """Which of its kind it is in its year."""
        return self.last // self.kind

    @property
    def code(self) -> str:
        """The folder name and partition part, ``2024-H1``."""
        match self.kind:
            case PeriodKind.MONTH:
                return f"{self.year}-M{self.last:02}"
            case PeriodKind.QUARTER:
                return f"{self.year}-Q{self.number}"
            case PeriodKind.HALF:
                return f"{self.year}-H{self.number}"
            case PeriodKind.NINE_MONTHS:
                return f"{self.year}-9M"
            case _:
                return str(self.year)

    @property
    def title(self) -> str:
        """The wording on forms, ``6 tháng đầu năm 2024``."""
        return self._wordings()[0]

    def _wordings(self) -> Sequence[str]:
        """Return how people write it, the wording on forms first."""
        year, number = self.year, self.number
        match self.kind:
            case PeriodKind.MONTH:
                words = [f"tháng {of}" for of in (number, f"{number:02}")]
            case PeriodKind.QUARTER:
                roman = _ROMAN[number - 1]
                words = [f"quý {roman}", f"quý {number}", f"quý {number:02}", f"q{number}", f"q{roman}"]
            case PeriodKind.HALF:
                return [f"{six} {_HALVES[number - 1]}{before}{year}" for before in " /" for six in ("6", "06", "sáu")]
            case PeriodKind.NINE_MONTHS:
                return [f"{nine} tháng{of}năm {year}" for of in (" đầu ", " ") for nine in ("9", "09", "chín")]
            case _:
                return [f"{of} {year}" for of in ("năm", "cả năm", "12 tháng năm")]
        return [f"{word}{before}{year}" for before in _JOINED for word in words]

    @property
    def last_year(self) -> "Period":
        """The same of last year."""
        return Period(self.year - 1, self.last, self.kind)

    @property
    def before(self) -> "Period":
        """The one before of the same kind; of nine months that of last year."""
        last = self.last - self.kind
        return Period(self.year, last, self.kind) if last else Period(self.year - 1, _LAST[self.kind], self.kind)

    @property
    def after(self) -> "Period":
        """The one after of the same kind; of nine months that of next year."""
        last = self.last + self.kind
        return Period(self.year, last, self.kind) if last <= _MONTHS else Period(self.year + 1, self.kind, self.kind)

    @property
    def comparable(self) -> "tuple[Period, ...]":
        """The earlier periods it may be compared with, the better first: the same of last year, the one before."""
        return tuple(dict.fromkeys((self.last_year, self.before)))

    def parts(self, kind: PeriodKind) -> "tuple[Period, ...]":
        """Return the shorter periods of a kind that make it up, in order; none where they do not."""
        if kind >= self.kind or self.kind % kind:
            return ()
        return tuple(Period(self.year, last, kind) for last in range(self._first + kind - 1, self.last + 1, kind))

    @property
    def _first(self) -> int:
        return self.last - self.kind + 1

    @property
    def begin(self) -> date:
        """The first day of the period."""
        return date(self.year, self._first, 1)

    @property
    def end(self) -> date:
        """The last day of the period."""
        return date(self.year + self.last // _MONTHS, self.last % _MONTHS + 1, 1) - timedelta(days=1)

    def due(self, days: int = DUE_AFTER) -> date:
        """Return the last day on which a return is in time that is due some days after the period's end."""
        return self.end + timedelta(days=days)

    @property
    def end_time(self) -> datetime:
        """The start of that day, for what is dated by the period and not by the clock."""
        return datetime(self.end.year, self.end.month, self.end.day)

    def is_named(self, wording: str) -> bool:
        """Return whether a form's wording, or the code itself, means this period."""
        return fold(wording) in {fold(word) for word in (*self._wordings(), self.code)}

    def meets(self, other: "Period") -> bool:
        """Return whether the two have a day in common."""
        return self.begin <= other.end and other.begin <= self.end


_ENDS_IN_A_YEAR = re.compile(r"\D(\d{4})$", re.ASCII)


@lru_cache(maxsize=4096)
def period_worded(text: str) -> Period | None:
    """Return the period of which a text is a wording and nothing else; nothing for any other text."""
    year = _ENDS_IN_A_YEAR.search(fold(text))
    if year is None or not date.min.year <= int(year[1]) < date.max.year:
        return None
    of_year = (Period(int(year[1]), last, kind) for kind in PeriodKind for last in range(kind, _LAST[kind] + 1, kind))
    # Nine months are the first of a year, and there are no others.
    return next((one for one in of_year if one.is_named(text)), None)


_MISWRITTEN = re.compile(r"(?P<year>[0-9]{4})[-_. ]*(?:M(?P<month>[0-9]{1,2})|(?P<longer>Q[1-4]|H[12]|9M))(?![0-9A-Z])")


def period_meant(text: str) -> Period | None:
    """Return the period whose code somebody meant to write, as in «2024-h2» and «2024-H1 (1)», where one can tell."""
    match = _MISWRITTEN.search(text.upper())
    try:
        if match is None:
            return period_worded(text)
        return Period.parse(f"{match['year']}-{match['longer'] or 'M' + match['month'].zfill(2)}")
    except ValueError:
        return None


_LAST = {kind: _MONTHS // kind * kind for kind in PeriodKind}
"""The last month of the last period of each kind in a year."""


_TIME = re.compile(
    r"""(?<![0-9])(?:
        (?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})
      | (?P<code>[0-9]{4}-(?:m[0-9]{2}|q[1-4]|h[12]|9m))
      | (?P<month>[0-9]{4}-[0-9]{2})
      | (?P<written>[0-9]{1,2}/[0-9]{1,2}/[0-9]{4})
      | (?P<worded>(?:(?:0?6|sáu)\ tháng\ (?:đầu|cuối)\ năm[\ /]|(?:0?9|chín)\ tháng\ (?:đầu\ )?năm\ |
          (?:(?:quý\ |q)(?:iii|iv|ii|i|0?[1-4])|tháng\ [0-9]{1,2})(?:\ năm\ |[-/.\ ]))[0-9]{4})
      | (?P<year>(?:19|20)[0-9]{2})
    )(?![0-9])""",
    re.VERBOSE,
)


def times_in(text: str) -> list[tuple[date, date]]:
    """Return the times that a text names, each by its first and last day: «as-of 2024-06-28», «quý II/2024», «2023».

    A number that looks like one and is none names none.
    """
    found = []
    for match in _TIME.finditer(visible(text).casefold()):
        try:
            found.append(_time(match[0], match.lastgroup or ""))
        except ValueError:
            continue
    return found


def _time(words: str, kind: str) -> tuple[date, date]:
    """Return the first and the last day of a time.

    Raises:
        ValueError: There is no such time.
    """
    if kind == "day":
        return (date.fromisoformat(words),) * 2
    if kind == "written":
        day, month, year = map(int, words.split("/"))
        return (date(year, month, day),) * 2
    if kind == "worded":
        period = period_worded(words)
        if period is None:
            raise ValueError(words)
    else:
        period = Period.parse(words.replace("-", "-M") if kind == "month" else words.upper())
    return period.begin, period.end


def as_people_write(moment: str) -> str:
    """Return a moment written for programs, ``2024-07-02T12:00:30+07:00``, as ``12:00 ngày 02/07/2024``.

    A text that is none stays as it is: whoever writes into the ledger by hand may have written something else.
    """
    try:
        return f"{datetime.fromisoformat(moment):%H:%M ngày %d/%m/%Y}"
    except ValueError:
        return moment
