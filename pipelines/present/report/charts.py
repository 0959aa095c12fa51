"""The charts of the Word report, drawn as pictures for black-and-white print.

Belongs here: how a chart looks on paper. Does not belong here: which figures make one, their order and their words
(``pipelines.present.charts``); the workbook's own charts (``excel``).
"""

import io
import textwrap
from functools import cache
from typing import Any

from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font
from matplotlib.patches import Patch

from pipelines.present.charts import PlanChart

WIDTH_MM = 160
_DPI, _INCH_MM, _POINTS = 300, 25.4, 11
_LINE_MM, _FRAME_MM, _LABEL_LETTERS, _LEGEND_LETTERS = 4.6, 5.0, 44, 62
_GAP = 0.6

_FONTS = ("Times New Roman", "Tinos", "Liberation Serif", "DejaVu Serif")
"""The report's own font, two of the same widths, and the one that the drawing library brings along."""

_VIETNAMESE = "ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ"
"""Letters that some releases of these fonts lack."""

_FILLS = (
    {"facecolor": "0.35"},
    {"facecolor": "1.00", "hatch": "////"},
    {"facecolor": "0.75"},
    {"facecolor": "1.00", "hatch": "...."},
    {"facecolor": "0.10"},
    {"facecolor": "0.88", "hatch": "\\\\\\\\"},
    {"facecolor": "1.00"},
)
"""Greys and hatches that stay apart on a photocopy."""


def picture(chart: PlanChart) -> bytes:
    """Return a chart as PNG, to be shown ``WIDTH_MM`` wide."""
    font = _font()
    labels = [textwrap.wrap(bar.label, _LABEL_LETTERS) for bar in chart.bars]
    # Bars are placed in lines of text: each has as many as its label takes, and a gap.
    slots = [len(label) + _GAP for label in labels]
    centres = [sum(slots[:at]) + slot / 2 for at, slot in enumerate(slots)]
    abreast = max(1, _LEGEND_LETTERS // (max(map(len, chart.series), default=0) + 6))
    legend = -(-len(chart.series) // abreast)
    height = _LINE_MM * (sum(slots) + 1.3 * legend + bool(chart.reference)) + _FRAME_MM
    figure = Figure(figsize=(WIDTH_MM / _INCH_MM, height / _INCH_MM), dpi=_DPI, layout="constrained")
    axes = figure.add_subplot()
    ends = [float(chart.reference[0])] if chart.reference else [0.0]
    for at, bar in zip(centres, chart.bars, strict=True):
        end = 0.0
        for part in bar.segments:
            if part.value > 0:
                axes.barh(at, float(part.value), left=end, height=1.0, **_fill(part.series))
                end += float(part.value)
        beside: dict[str, Any] = {"textcoords": "offset points", "va": "center", "font": font}
        # On white, so that the line of the reference does not run through the figure.
        axes.annotate(bar.text, (end, at), (5, 0), bbox={"facecolor": "white", "linewidth": 0, "pad": 1}, **beside)
        ends.append(end)
    if chart.reference:
        value, words = float(chart.reference[0]), chart.reference[1]
        axes.axvline(value, color="black", linewidth=0.8, linestyle="--")
        axes.annotate(words, (value, 0), (0, 2), textcoords="offset points", ha="center", font=font)
    axes.set_yticks(centres, ["\n".join(label) for label in labels], font=font)
    axes.set_ylim(sum(slots), 0)
    axes.set_xlim(0, max(ends) or 1)
    axes.xaxis.set_visible(False)
    axes.spines[["top", "right", "bottom"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    if chart.series:
        keys = [Patch(label=words, **_fill(series)) for series, words in enumerate(chart.series, start=1)]
        figure.legend(handles=keys, loc="outside lower center", ncols=abreast, frameon=False, prop=font)
    drawn = io.BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(drawn, format="png")
    return drawn.getvalue()


def _fill(series: int) -> dict[str, Any]:
    return {"edgecolor": "black", "linewidth": 0.6, **_FILLS[(series - 1) % len(_FILLS)]}


@cache
def _font() -> FontProperties:
    """Return the first font that is there and has every Vietnamese letter."""
    known = {font.name: font.fname for font in font_manager.fontManager.ttflist if font.name in _FONTS}
    found = (name for name in _FONTS if name in known and _writes_vietnamese(known[name]))
    return FontProperties(family=next(found, "serif"), size=_POINTS)


def _writes_vietnamese(path: str) -> bool:
    letters = FT2Font(path).get_charmap()
    return all(ord(letter) in letters for letter in _VIETNAMESE)
