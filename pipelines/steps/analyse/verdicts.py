"""The verdict on a printed number: agrees, rounded, truncated, conflict, not recomputable.

Belongs here: one printed number held against the one computed, and by how much they disagree. Does not belong here:
which number of a printed text is meant (``pipelines.steps.analyse.printed``), whether the line is about that figure at
all (``pipelines.steps.analyse.meant``), other printed numbers (``pipelines.steps.analyse.consistency``).
"""

from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from pipelines.steps.analyse.meant import is_a_change, of_another_time, of_others
from pipelines.steps.analyse.plans import Said
from pipelines.steps.analyse.printed import APPROXIMATE, Direction, How, PrintedNumber, said_in
from pipelines.steps.numbers import plain, round_half_up, truncate, vietnamese
from schemas.figure import Figure
from schemas.formula import Difference
from schemas.outcomes import Verdict
from schemas.units import PERCENTAGES, Unit, conversion, unit_labelled


class Computed(NamedTuple):
    """What was computed of a figure, as far as a verdict can depend on it."""

    id: str
    exact: str
    unit: str
    scope: str
    reported: int
    expected: int


def of_other(row: Said, figure: Computed | None, declared: Figure | None, period: str) -> str:
    """Return a sentence where a line says that it is of another time, or of others, than the figure of its id."""
    if figure is None:
        return ""
    if of_another_time(row.time or "", period, declared):
        return f"Kế hoạch in số của «{row.time}», chỉ tiêu này là của kỳ {period}, nên không đối chiếu."
    if of_others(row.scope or "", figure.scope or "", figure.expected):
        whose = (figure.scope or "").partition(":")[2] or "cả xã"
        return f"Kế hoạch in số của «{row.scope}», chỉ tiêu này là của {whose}, nên không đối chiếu."
    return ""


def judge(row: Said, figure: Computed | None, declared: Figure | None) -> tuple[Verdict, str, str]:
    """Return the verdict, the computed value as text, and a sentence where there is something to say."""
    if figure is None:
        return (
            Verdict.NOT_RECOMPUTABLE,
            "",
            "Danh mục chỉ tiêu không có mã này, hoặc chưa có báo cáo nào của biểu liên quan.",
        )
    if not figure.exact:
        missing = f"Mới có {figure.reported}/{figure.expected} báo cáo."
        return Verdict.NOT_RECOMPUTABLE, "", missing
    exact = Fraction(figure.exact)
    ours, theirs = unit_labelled(figure.unit), unit_labelled(row.unit)
    if ours is None or theirs is None:
        unknown = row.unit if theirs is None else figure.unit
        return Verdict.NOT_RECOMPUTABLE, "", f"Chưa biết đơn vị tính «{unknown}» nên không đối chiếu được."
    said = said_in(row.printed, Decimal(row.value), theirs)
    ratio = _ratio(ours, said.unit, declared)
    if ratio is None:
        printed = row.unit if said.unit is theirs else said.unit.label
        return (
            Verdict.CONFLICT,
            plain(round_half_up(exact, 4)),
            f"Kế hoạch in đơn vị «{printed}», tính bằng «{figure.unit}».",
        )
    if said.contradiction:
        return Verdict.CONFLICT, plain(round_half_up(exact * ratio, said.decimals + 2)), said.contradiction
    if is_a_change(said, declared) and not _is_difference(declared):
        told = f"Kế hoạch in «{row.printed}», chỉ tiêu này không phải mức tăng hay giảm, nên không đối chiếu."
        return Verdict.NOT_RECOMPUTABLE, "", told
    stated = -said.value if _is_reversed(said, declared) else said.value
    verdict, note = _verdict(said, stated, exact * ratio)
    near = round_half_up(exact * ratio, said.decimals + 2)
    if verdict is Verdict.CONFLICT:
        sign, gap = ("cao hơn", stated - near) if stated > near else ("thấp hơn", near - stated)
        unit = "" if said.unit is theirs else f" {said.unit.label}"
        note = f"Kế hoạch in {row.printed}, tính được {vietnamese(near)}{unit}: in {sign} {vietnamese(gap)}{unit}."
    # The table holds it in its own unit, whatever the text says it in.
    back = Fraction(1) if said.unit is theirs else _ratio(said.unit, theirs, declared) or Fraction(1)
    shown = near if back == 1 else round_half_up(exact * ratio * back, theirs.decimals + 2)
    return verdict, plain(shown), note


def _ratio(ours: Unit, theirs: Unit, figure: Figure | None) -> Fraction | None:
    """Return what makes an amount in one unit one in another, or nothing where the two cannot be compared."""
    if {ours, theirs} <= PERCENTAGES and _is_difference(figure):
        return Fraction(1)
    return conversion(ours, theirs)


def _is_difference(figure: Figure | None) -> bool:
    """Return whether a figure lies between two percentages, so that a plan may print it in points."""
    if figure is None:
        return False
    leaves = figure.formula.leaves()
    own = len(leaves) == 1 and (leaves[0].field.minimum is None or leaves[0].field.minimum < 0)
    return isinstance(figure.formula, Difference) or own


def _is_reversed(said: PrintedNumber, figure: Figure | None) -> bool:
    """Return whether the text says «giảm» of a figure that counts a rise, or «tăng» of one that counts a fall."""
    if said.direction is None or said.value < 0 or not _is_difference(figure):
        return False
    label = "" if figure is None else figure.label.casefold()
    falls, rises = label.find("giảm"), label.find("tăng")
    counts_fall = falls >= 0 and (rises < 0 or falls < rises)
    return (said.direction is Direction.DOWN) != counts_fall


def _verdict(said: PrintedNumber, stated: Decimal, exact: Fraction) -> tuple[Verdict, str]:
    """Return the verdict on a printed number, and a sentence where it is only nearly right.

    Args:
        said: What the text says, of how many decimals and how it is meant.
        stated: The number in it, with the sign that «tăng» or «giảm» gives it.
        exact: What was computed, not rounded, in the unit of the text.
    """
    if exact == Fraction(stated):
        return Verdict.AGREES, ""
    if said.how is How.AT_LEAST:
        return (Verdict.AGREES if exact >= Fraction(stated) else Verdict.CONFLICT), ""
    if said.how is How.AT_MOST:
        return (Verdict.AGREES if exact <= Fraction(stated) else Verdict.CONFLICT), ""
    if round_half_up(exact, said.decimals) == stated:
        return Verdict.ROUNDED, ""
    if truncate(exact, said.decimals) == stated:
        return Verdict.TRUNCATED, ""
    width = APPROXIMATE * abs(Fraction(stated))
    below = Fraction(0) if said.how is How.NEARLY else width  # «gần 300» is never said of 301
    if said.how in (How.NEARLY, How.ABOUT) and -width <= exact - Fraction(stated) <= below:
        percent = vietnamese(round_half_up(100 * APPROXIMATE, 1))
        return Verdict.AGREES, f"Kế hoạch in số ước lượng («{said.word}»), số tính được lệch không quá {percent} %."
    return Verdict.CONFLICT, ""
