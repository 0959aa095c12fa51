"""What a chart is: parts of a whole that are worth drawing, and what percentages are held against.

Belongs here: the declaration. Does not belong here: any particular chart (each chapter of ``schemas.figures`` has its
own), its bars (``pipelines.present.charts``). Imports only the standard library, so that the pages need no more.
"""

from dataclasses import dataclass
from enum import StrEnum


class Against(StrEnum):
    """What a percentage holds another figure against: its chapter draws it, the report tells the amount beside it."""

    ESTIMATE = "estimate"
    PLAN = "plan"
    CAPITAL = "capital"
    LAST_YEAR = "last_year"


class ChartKind(StrEnum):
    """What a declared chart shows: the parts of each reporter, stacked; or the parts side by side."""

    BY_REPORTER = "by_reporter"
    PARTS = "parts"


@dataclass(frozen=True)
class Chart:
    """Parts of a whole that are worth drawing.

    Args:
        kind: How.
        whole: Id of the figure the parts make up; it names the chart.
        parts: Ids of its parts as declared, in the order drawn; one with ``{line}`` in it stands for all its lines.
    """

    kind: ChartKind
    whole: str
    parts: tuple[str, ...]
