"""Charts: which figures make one, and the drawing, as inline SVG.

Belongs here: bars, stacked or single, with a title and a description for those who do not see them. Does not belong
here: values and labels of its own; both are those of the published figures.

Widths are percentages and there is no viewBox, so that text keeps its size on a narrow screen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from html import escape
from typing import Literal

Kind = Literal["by_reporter", "parts", "progress", "change"]


@dataclass(frozen=True)
class Chart:
    """A chart worth drawing.

    Args:
        kind: Parts of each reporter stacked; parts side by side; percentages against 100; the same against last year.
        parts: Ids of figures, or patterns of ids with ``*``, in the order drawn.
        whole: Id of the figure the parts make up; it names the chart.
    """

    kind: Kind
    parts: tuple[str, ...]
    whole: str = ""

    def chosen(self, ids: Sequence[str]) -> list[str]:
        """Return the ids that are parts, in the order of the parts."""
        found = [known for part in self.parts for known in ids if fnmatchcase(known, part)]
        return list(dict.fromkeys(found))


CHARTS: tuple[Chart, ...] = (
    Chart(
        "by_reporter",
        tuple(f"livestock.{animal}.heads" for animal in ("horse", "goat", "dog", "cattle", "pig", "buffalo", "cat")),
        "livestock.total.heads",
    ),
    Chart(
        "by_reporter",
        tuple(f"livestock.{bird}.heads" for bird in ("chicken", "duck", "muscovy", "goose")),
        "livestock.poultry.heads",
    ),
    Chart(
        "by_reporter",
        tuple(f"forestry.registration.{tree}" for tree in ("pine", "eucalyptus", "anise")),
        "forestry.registration.area",
    ),
    Chart(
        "parts",
        tuple(f"budget.revenue.{source}" for source in ("balance_transfer", "carried_over", "local")),
        "budget.revenue.total",
    ),
    Chart("parts", ("tet.gifts.*.value",), "tet.gifts.value.total"),
    Chart("change", ("*.pct_yoy",)),
    Chart("progress", ("*.pct_of_estimate", "*.pct_of_commune_plan", "*.pct_of_plan", "*.pct_of_capital")),
)
"""Drawn in the chapter their figures are in; one whose figures are not published is left out."""


@dataclass(frozen=True)
class Segment:
    """A stretch of a bar."""

    series: int
    value: Decimal
    text: str
    """What it is and how much, for the pointer and for screen readers."""


@dataclass(frozen=True)
class Bar:
    """One bar with the words above it."""

    label: str
    text: str
    segments: tuple[Segment, ...]


_ROW, _TOP = 42, 22
_HUNDRED = Decimal(100)


def bars(name: str, title: str, description: str, rows: Sequence[Bar], reference: tuple[Decimal, str] | None) -> str:
    """Return bars one under the other as SVG.

    Args:
        name: An id that is unique on the page.
        title: What the chart shows.
        description: The same in numbers, for those who do not see it.
        rows: The bars.
        reference: A value to mark with a line across all bars, and its wording.
    """
    sums = [sum((max(part.value, Decimal(0)) for part in row.segments), Decimal(0)) for row in rows]
    longest = max([*sums, *([reference[0]] if reference else [])], default=Decimal(0)) or Decimal(1)
    top = _TOP if reference else 0
    height = top + _ROW * len(rows)
    drawn = [
        f'<svg class="chart" width="100%" height="{height}" role="img" '
        f'aria-labelledby="{name}-t" aria-describedby="{name}-d">',
        f'<title id="{name}-t">{escape(title)}</title><desc id="{name}-d">{escape(description)}</desc>',
    ]
    at = _share(reference[0], longest) if reference else ""
    if reference:
        drawn.append(
            f'<text class="reference" x="{at}%" y="12" text-anchor="{_anchor(at)}">{escape(reference[1])}</text>'
        )
    for index, row in enumerate(rows):
        y = top + index * _ROW
        # HTML inside, since SVG text neither wraps nor ends in dots where a narrow screen leaves no room for it.
        drawn.append(
            f'<foreignObject x="0" y="{y}" width="70%" height="19" style="width:calc(100% - {len(row.text) + 1}ch)">'
            f"<div>{escape(row.label)}</div></foreignObject>"
        )
        drawn.append(f'<text class="value" x="100%" y="{y + 14}" text-anchor="end">{escape(row.text)}</text>')
        drawn.append(f'<rect class="track" x="0" y="{y + 21}" width="100%" height="11"/>')
        start = Decimal(0)
        for part in row.segments:
            if part.value > 0:
                drawn.append(
                    f'<rect class="s{part.series}" x="{_share(start, longest)}%" y="{y + 21}" '
                    f'width="{_share(part.value, longest)}%" height="11"><title>{escape(part.text)}</title></rect>'
                )
                start += part.value
        if reference:
            # Only across the bar: across the words above it they could not be read.
            drawn.append(f'<line class="reference" x1="{at}%" x2="{at}%" y1="{y + 18}" y2="{y + 35}"/>')
    return "".join([*drawn, "</svg>"])


def _share(value: Decimal, whole: Decimal) -> str:
    return f"{value / whole * _HUNDRED:.3f}".rstrip("0").rstrip(".")


def _anchor(at: str) -> str:
    return "end" if Decimal(at) > 80 else "middle"


def stacked(values: Mapping[str, Mapping[str, Decimal]]) -> list[str]:
    """Return the names of the bars, largest first; ``values`` gives per bar the parts' values."""
    return sorted(values, key=lambda name: (-sum(values[name].values(), Decimal(0)), name))
