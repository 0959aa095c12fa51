"""The kinds of edits that follow from what a form says of its numbers and lines: no form declares one.

Belongs here: a field held against itself, in other periods of its reporter and on other lines of the same return. Does
not belong here: which fields of a form are held so (``schemas.form``), what forms declare (``schemas.edits``), finding
what a field is held against (``pipelines.steps.validate``).
"""

from abc import abstractmethod
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from schemas.edit import Edit, Frame, Outcomes
from schemas.lines import Line


class Elsewhere(Edit):
    """One field is held against itself in other records of its reporter."""

    def __init__(self, code: str, name: str) -> None:
        """Hold a field against other records."""
        super().__init__(code)
        self.name = name
        self.compared = f"{code} compared"
        """Column under which the edit finds what the other records make of the field."""
        self.whence = f"{code} whence"
        """Column that says in which records it was found."""

    @property
    def beyond(self) -> tuple[str, ...]:
        return (self.compared,)

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name,)

    def holds(self, frame: Frame) -> Outcomes:
        """Return the outcome per row of a frame with the field, and what to compare it with in ``compared``."""
        return self.agrees(frame[self.name], frame[self.compared])

    def agrees(self, now: Any, compared: Any) -> Any:
        """Return whether a value stands beside what the other records make of it: of numbers, or of arrays of them."""
        return now == compared

    def fits(self, record: Mapping[str, Decimal]) -> bool:
        return bool(self.holds(record))

    def expected(self, record: Mapping[str, Decimal]) -> Decimal:
        return record[self.compared]


class BetweenPeriods(Elsewhere):
    """One field is held against itself in shorter or earlier periods of the same year, as they were accepted.

    The other period may be what is wrong, so a breach can be confirmed as it is.
    """

    confirmable = True


class SameDay(BetweenPeriods):
    """Of periods that end on the same day, such as June and the half-year, a stock is one and the same."""

    demand = "kỳ kết thúc cùng ngày ghi"

    @property
    def sentence(self) -> str:
        return f"{self.label(self.name)} như nhau ở các kỳ kết thúc cùng ngày"


class Grown(BetweenPeriods):
    """What is counted since the start of the year is no less than in an earlier period of that year."""

    demand = "không được dưới"
    relation = "≥"

    @property
    def sentence(self) -> str:
        return f"{self.label(self.name)} tính từ đầu năm, kỳ sau không ít hơn kỳ trước"

    def agrees(self, now: Any, compared: Any) -> Any:
        return now >= compared


class AddedUp(BetweenPeriods):
    """What is counted over a period is that of the shorter periods which make it up: three months make a quarter."""

    demand = "các kỳ cộng lại là"

    @property
    def sentence(self) -> str:
        return f"{self.label(self.name)} = các kỳ ngắn hơn cộng lại"


class AmongLines(Elsewhere):
    """One field of a printed line is held against that of the lines below it; of a line with none below, it holds."""

    @abstractmethod
    def below(self, line: Line) -> tuple[Line, ...]:
        """Return the lines that a line is held against."""


class LinesAddUp(AmongLines):
    """A printed line is the sum of its parts."""

    demand = "các dòng cộng lại là"

    @property
    def sentence(self) -> str:
        return f"{self.label(self.name)} của dòng tổng = các dòng trong đó cộng lại"

    def below(self, line: Line) -> tuple[Line, ...]:
        return line.parts


class LinesWithin(AmongLines):
    """A printed line is no less than those of which the form says «trong đó»."""

    demand = "không được dưới"
    relation = "≥"

    @property
    def sentence(self) -> str:
        return f"{self.label(self.name)} của một dòng không ít hơn các dòng «trong đó» cộng lại"

    def below(self, line: Line) -> tuple[Line, ...]:
        return line.of_which

    def agrees(self, now: Any, compared: Any) -> Any:
        return now >= compared


same_day, grown, added_up = SameDay, Grown, AddedUp

lines_add_up, lines_within = LinesAddUp, LinesWithin
