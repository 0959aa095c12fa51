"""Comments on cells: whether one says another number than its cell.

Belongs here: which numbers a comment says. Does not belong here: the elements of a format that hold it
(``spreadsheetml``, ``opendocument``), and what follows from it (``entries``).

A comment is never read as a number. Dates in it, its author's name before it, and comments of a workbook that was sent
back are passed over.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from pipelines.steps.collect.headings import MARKED_BY
from pipelines.steps.numbers import seen_in
from schemas.text import visible


class Comment(NamedTuple):
    """What somebody wrote beside a cell."""

    author: str
    text: str


_DATE = re.compile(
    r"\b\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)?\d\d\b|\b\d{1,2}/\d{1,2}\b|\b\d{1,2}/(?:19|20)\d\d\b|\b(?:19|20)\d\d-\d\d-\d\d\b"
    r"|\b(?:ngày|tháng|quý|năm|kỳ)\s+\d+(?:[-/.]\d+)*\b|\b\d{1,2}\s?(?:h|giờ|:)\s?\d\d\b|https?:\S+",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<!\w)\d+(?:[.,]\d+)*")


def say_another(comments: Iterable[Comment], shown: str) -> bool:
    """Return whether one of the comments on a cell says a number that the cell does not show."""
    own = seen_in(shown)
    for comment in comments:
        if comment.author == MARKED_BY:
            continue
        words = visible(comment.text).removeprefix(f"{visible(comment.author)}:")
        for written in _NUMBER.findall(_DATE.sub(" ", words)):
            said = seen_in(written)
            if own is None or said is None or said.value != own.value:
                return True
    return False
