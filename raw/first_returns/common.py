"""What the modules of first returns share: the plan's printed values, splits over villages, back-solving, notes."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

from pipelines.store.raw_names import PRINTED
from schemas.periods import Period

RAW = Path(__file__).parent.parent
PERIOD, COMMUNE = Period.parse("2024-H1"), "huu-kien"
FOLDER = RAW / PERIOD.code / COMMUNE

SPLIT_NOTE = "Chia từ số toàn xã"
BACK_SOLVED_NOTE = "Tính ngược từ tỷ lệ % in trong kế hoạch, không phải số báo cáo"
BOUND_NOTE = "Kế hoạch chỉ in mức «trên», lấy đúng mức đó; " + SPLIT_NOTE

# Households registered for planting, footnote 3: the only count by village that the plan prints. Nine is added so that
# a village with one registered household still has animals and fields.
_REGISTERED = {
    "pa_phao": 9,
    "suoi_ma": 13,
    "suoi_phay": 9,
    "suoi_mo": 11,
    "me_thanh": 6,
    "na_lia": 33,
    "tham_na": 3,
    "co_huong": 1,
}
WEIGHTS = {village: households + 9 for village, households in _REGISTERED.items()}


@dataclass(frozen=True)
class Given:
    """What a reporter fills in for one field."""

    value: Decimal
    note: str = ""
    line_name: str = ""


Filled = dict[tuple[str, str, str], Given]
"""By form code, line code (empty in a form with one record) and field."""


def place(line: str) -> str:
    """Return the note on a value the plan prints as it stands."""
    return f"Kế hoạch, mục {line}"


@cache
def printed() -> Mapping[str, Decimal]:
    """Return every printed value by figure id."""
    with (FOLDER / PRINTED).open(encoding="utf-8", newline="") as file:
        return {row["id"]: Decimal(row["value"]) for row in csv.DictReader(file)}


def as_printed(form: str, figures: Mapping[str, str], note: str, *, line: str = "", line_name: str = "") -> Filled:
    """Return the fields of a form (or of one line) that the plan prints as they stand, by field and figure id."""
    plan = printed()
    return {(form, line, field): Given(plan[figure], note, line_name) for field, figure in figures.items()}


def summed(filled: Mapping[tuple[str, str, str], Given], form: str, parts: Iterable[str], note: str) -> Given:
    """Return the total of fields of one record that are filled in already."""
    return Given(sum((filled[form, "", part].value for part in parts), Decimal(0)), note)


def split(total: Decimal, step: str = "1") -> dict[str, Decimal]:
    """Split a commune total over the villages in multiples of ``step``, by weight and largest remainder."""
    units, weight = int(total / Decimal(step)), sum(WEIGHTS.values())
    shares = {village: divmod(units * own, weight) for village, own in WEIGHTS.items()}
    left = units - sum(whole for whole, _ in shares.values())
    first = sorted(shares, key=lambda village: (-shares[village][1], list(shares).index(village)))[:left]
    return {village: (whole + (village in first)) * Decimal(step) for village, (whole, _) in shares.items()}


def back_solve(part: Decimal, percent: Decimal, decimals: int) -> Decimal:
    """Return the roundest whole of which ``part`` is ``percent``, as printed with ``decimals`` digits."""
    half = Decimal(5).scaleb(-decimals - 1)
    low, high = 100 * part / (percent + half), 100 * part / (percent - half)
    for power in range(12, -3, -1):
        step = Decimal(1).scaleb(power)
        candidates = int(low / step) + 1, int(high / step)
        if candidates[0] <= candidates[1]:
            middle = ((low + high) / 2 / step).to_integral_value(ROUND_HALF_UP)
            return min(max(middle, Decimal(candidates[0])), Decimal(candidates[1])) * step
    return (low / Decimal("0.01")).to_integral_value(ROUND_CEILING) * Decimal("0.01")
