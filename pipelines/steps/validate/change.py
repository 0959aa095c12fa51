"""The same cell in an earlier period: values that changed quite unlike those of the commune's other villages.

Belongs here: which earlier records a value is held against, the test, and its parameters. Does not belong here: the
sentence (``schemas.problems``), the cells and the confirmed numbers (``pipelines.steps.validate.check``).

The test is that of Hidiroglou and Berthelot (1986), Statistical editing and imputation for periodic business surveys,
Survey Methodology 12, 73-83. The ratio of now to before is centred on the median of the villages and turned into an
effect that is 0 at the median, the same for doubling as for halving, and larger for larger numbers. What lies many
quartile distances from the median effect is told. A village whose value is blank or 0 in either period has no ratio:
it is not judged, and others are not judged by it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from pipelines.steps.frames import return_sets_in
from schemas.form import Form, VillageForm
from schemas.periods import Period
from schemas.return_sets import ReturnSetKey
from schemas.units import Dong, Hectares, Unit

LEAST_VILLAGES = 5
"""Villages with a ratio that a field needs in a commune; below that, quartiles say nothing."""

SIZE_POWER = 0.5
"""U of the paper, from 0 (only the ratio counts) to 1: its middle, which univOutl and Kostra take as well."""

FAR = 20.0
"""C of the paper, in quartile distances. With few villages the quartiles are uncertain, so it is the 20 of Kostra
(Statistics Norway) and not the 4 of univOutl."""

LEAST_EFFECT = 10.0
"""An effect nearer to the median than this is never told: 10 to 31, or 400 to 600, where all others stayed the same.

It stands for A of the paper, a share of the median effect, which is about 0 in so small a group. Without it one head
more would be told wherever the other villages report the same number as before.
"""


@dataclass(frozen=True)
class Change:
    """One value that changed unlike the others: the row and field of the record, and what it was held against."""

    row: Any
    field: str
    period: Period
    before: Decimal
    typical: Fraction
    """The median of the villages' ratios of now to before."""


def changed_much(form: type[Form], frame: pd.DataFrame, accepted: pd.DataFrame) -> list[Change]:
    """Return the values of a village form that changed unlike those of the commune's other villages.

    Args:
        form: The form; one that villages do not send gives nothing.
        frame: Its records now.
        accepted: Its records in the mart, of all periods.
    """
    names = [name for name, item in form.fields().items() if _is_compared(item.unit)]
    compared_with = earlier(frame, accepted) if issubclass(form, VillageForm) else {}
    rows = frame[[key in compared_with for key in return_sets_in(frame)]]
    if not len(rows) or not names:
        return []
    periods = [compared_with[key] for key in return_sets_in(rows)]
    keys = pd.MultiIndex.from_arrays([[period.code for period in periods], rows["commune"], rows["reporter"]])
    before = accepted.set_index(["period", "commune", "reporter"])[names].reindex(keys)
    group = rows.groupby(["period", "commune"]).ngroup().to_numpy()
    told = _outlying(numbers(rows[names]), numbers(before), group)
    return [
        Change(
            rows.index[row],
            names[column],
            periods[row],
            Decimal(str(before.iat[row, column])),
            Fraction(typical),
        )
        for row, column, typical in told.itertuples(index=False, name=None)
    ]


def _is_compared(unit: Unit) -> bool:
    """Return whether a unit is of counts or of areas; money, weights and rates move with prices and the weather."""
    counted = unit.additive and not unit.decimals and unit.dimension != Dong.dimension
    return counted or unit is Hectares


def earlier(frame: pd.DataFrame, accepted: pd.DataFrame) -> Mapping[ReturnSetKey, Period]:
    """Return, per return set with accepted records of an earlier period, the period to compare with."""
    known = set(return_sets_in(accepted))
    found = {}
    for key in dict.fromkeys(return_sets_in(frame)):
        period, commune = key
        fitting = [one for one in Period.parse(period).comparable if (one.code, commune) in known]
        if fitting:
            found[key] = fitting[0]
    return found


def numbers(frame: pd.DataFrame) -> "np.ndarray[Any, np.dtype[np.float64]]":
    """Return a frame's columns as floats, what is missing as not a number."""
    columns = [frame[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in frame]
    return np.column_stack(columns)


def _outlying(now: Any, before: Any, group: Any) -> pd.DataFrame:
    """Return row, column and median ratio of the outlying values, group by group and column by column."""
    row, column = np.nonzero((now > 0) & (before > 0))
    cells = pd.DataFrame(
        {"row": row, "column": column, "group": group[row], "now": now[row, column], "before": before[row, column]}
    )
    by = ["group", "column"]
    cells = cells[cells.groupby(by)["row"].transform("size") >= LEAST_VILLAGES]
    ratio = cells["now"] / cells["before"]
    keys = [cells[name] for name in by]
    typical = ratio.groupby(keys).transform("median")
    centred = np.where(ratio < typical, 1 - typical / ratio, ratio / typical - 1)
    effect = centred * cells[["now", "before"]].max(axis="columns") ** SIZE_POWER
    groups = effect.groupby(keys)
    low, middle, high = (groups.transform("quantile", at) for at in (0.25, 0.5, 0.75))
    distance = effect - middle
    allowed = np.maximum(FAR * np.where(distance < 0, middle - low, high - middle), LEAST_EFFECT)
    return cells[["row", "column"]].assign(typical=typical)[distance.abs() > allowed]
