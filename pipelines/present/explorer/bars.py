"""Bars as inline SVG: how a chart looks on a page.

Belongs here: the drawing, with a title and a description for those who do not see it. Does not belong here: what is
drawn (``pipelines.present.charts``).

Widths are percentages and there is no viewBox, so that text keeps its size on a narrow screen.
"""

from decimal import Decimal
from html import escape

from pipelines.present.charts import PlanChart

_ROW, _TOP = 42, 22
_HUNDRED = Decimal(100)


def svg(chart: PlanChart, name: str) -> str:
    """Return the bars of a chart one under the other as SVG.

    Args:
        chart: The chart.
        name: An id that is unique on the page.
    """
    reference = chart.reference
    sums = [sum((max(part.value, Decimal(0)) for part in bar.segments), Decimal(0)) for bar in chart.bars]
    longest = max([*sums, *([reference[0]] if reference else [])], default=Decimal(0)) or Decimal(1)
    top = _TOP if reference else 0
    height = top + _ROW * len(chart.bars)
    drawn = [
        f'<svg class="chart" width="100%" height="{height}" role="img" '
        f'aria-labelledby="{name}-t" aria-describedby="{name}-d">',
        f'<title id="{name}-t">{escape(chart.title)}</title><desc id="{name}-d">{escape(chart.described)}</desc>',
    ]
    at = _share(reference[0], longest) if reference else ""
    if reference:
        drawn.append(
            f'<text class="reference" x="{at}%" y="12" text-anchor="{_anchor(at)}">{escape(reference[1])}</text>'
        )
    for index, bar in enumerate(chart.bars):
        y = top + index * _ROW
        # HTML inside, since SVG text neither wraps nor ends in dots where a narrow screen leaves no room for it.
        drawn.append(
            f'<foreignObject x="0" y="{y}" width="70%" height="19" style="width:calc(100% - {len(bar.text) + 1}ch)">'
            f"<div>{escape(bar.label)}</div></foreignObject>"
        )
        drawn.append(f'<text class="value" x="100%" y="{y + 14}" text-anchor="end">{escape(bar.text)}</text>')
        drawn.append(f'<rect class="track" x="0" y="{y + 21}" width="100%" height="11"/>')
        start = Decimal(0)
        for part in bar.segments:
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
