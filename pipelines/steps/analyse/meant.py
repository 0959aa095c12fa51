"""Whether a printed line is about the very figure of its id: of which time it is, of whom, and what of it.

Belongs here: holding what the line says of itself against the figure's own time and scope. Does not belong here: which
number of the text is meant (``pipelines.steps.analyse.printed``), the verdict (``pipelines.steps.analyse.verdicts``).

People write both columns as they like, so a line is set aside only where what it says rules the figure out: a text that
names no time, or nobody, rules out nothing.
"""

import re
from datetime import date

from pipelines.steps.analyse.printed import PrintedNumber
from schemas.figure import Figure
from schemas.periods import Period, times_in
from schemas.text import fold, visible

_NEXT_YEAR, _YEAR_BEFORE = "năm sau", "năm trước"
"""How forms and figures say that a number is of another year than its period."""

_PLAN = re.compile(r"\b(?:kế hoạch|chỉ tiêu|mục tiêu|dự toán|target|plan)\b")
_ABOVE = re.compile(r"(?:toàn )?(?:district|province|nation|huyện|tỉnh|cả nước|vn)\b")
_COMMUNE = re.compile(r"(?:toàn )?(?:commune|xã)\b")
_VILLAGE = re.compile(r"(?:village|thôn|bản|xóm)\b")
_SCHOOL = re.compile(r"(?:school|kindergarten|primary|thcs|trường)\b")


def of_another_time(said: str, period: str, figure: Figure | None) -> bool:
    """Return whether a text says of which time a printed number is, and that is not that of a figure.

    Args:
        said: What the line says: «2023-H1», «kế hoạch 2025», «as-of 2024-06-28».
        period: The period of the figure, by code.
        figure: What it is; nothing where it is not declared.
    """
    if not said or figure is None:
        return False
    words = visible(f"{figure.label} {figure.formula.words()}").casefold()
    headings = visible(" ".join(form.heading for form in figure.forms)).casefold()
    is_plan = _PLAN.search(f"{words} {headings}") is not None
    own = Period.parse(period)
    spans = [(own.begin, own.end)]
    # A plan made in a period is for the year after it.
    for named, year in ((_NEXT_YEAR in words or is_plan, own.year + 1), (_YEAR_BEFORE in words, own.year - 1)):
        spans += [(date(year, 1, 1), date(year, 12, 31))] if named else []
    times = times_in(said)
    meets = any(begin <= end_of and begin_of <= end for begin, end in times for begin_of, end_of in spans)
    return (bool(times) and not meets) or (_PLAN.search(visible(said).casefold()) is not None and not is_plan)


def of_others(said: str, scope: str, expected: int) -> bool:
    """Return whether a text says of whom a printed number is, and that is not whom a figure is of.

    Args:
        said: What the line says: «commune», «thôn Nà Lìa», «school:THCS».
        scope: Whom the figure is of (``schemas.tables.FIGURES``).
        expected: How many reporters it is made of: one desk may tell of one village, what all villages send may not.
    """
    words = visible(said).casefold()
    kind, _, name = scope.partition(":")
    if _ABOVE.match(words):
        return True
    if _COMMUNE.match(words):
        return kind == "village"
    narrow = _VILLAGE.match(words) or _SCHOOL.match(words)
    if narrow is None:
        return False
    if not name:
        return expected > 1
    who = fold(words[narrow.end() :])
    return kind != "line" and bool(who) and who not in fold(name) and fold(name) not in who


def is_a_change(said: PrintedNumber, figure: Figure | None) -> bool:
    """Return whether a text says by how much something rose or fell, and a figure is no such number by its label."""
    label = "" if figure is None else figure.label.casefold()
    return said.direction is not None and figure is not None and "tăng" not in label and "giảm" not in label
