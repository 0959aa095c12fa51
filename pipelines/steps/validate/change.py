"""The same cell in an earlier period: values that changed unlike the other villages', or unlike the reporter's own.

Belongs here: which earlier records a value is held against, the test, and its parameters. Does not belong here: the
sentence (``schemas.problems``), the cells and the confirmed numbers (``pipelines.steps.validate.check``).

The test is that of Hidiroglou and Berthelot (1986), Statistical editing and imputation for periodic business surveys,
Survey Methodology 12, 73-83. The ratio of now to before is centred on the median of the villages and turned into an
effect that is 0 at the median, the same for doubling as for halving, and larger for larger numbers. What lies many
quartile distances from the median effect is told. A village whose value is blank or 0 in either period has no ratio:
it is not judged, and others are not judged by it.

Where there are not enough villages to compare with, and at every desk, which has no like, a value is held against its
own earlier ones instead: it is told when it leaves their span by a factor that no ordinary year brings. And a return in
which nearly all numbers are those of an earlier period was probably never filled in anew.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from pipelines.steps.frames import positions, sets_of
from schemas.fields import KEYS, REPORTER_KEYS, FormField
from schemas.form import Form, VillageForm
from schemas.periods import Period
from schemas.return_sets import ReturnSetKey
from schemas.units import Hectares, LevelsReached, Unit

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

SPAN, STOCK_SPAN, MONEY_SPAN, NEW_LINE_SPAN = 2.0, 1.5, 3.0, 10.0
"""How many times the largest earlier value, or what part of the smallest, is still ordinary: of what is counted or
measured, of a stock, of money, which comes project by project, and of a line that is new, among the reporter's earlier
lines. Thirty per cent more or less in both periods make 1.3 / 0.7, which is less than two."""

LEAST_ROOTS = 3.0
"""Distance between the square roots of two counts that is still chance: of small ones the ratio says nothing, and the
root of a count varies by about a half whatever its size. So 4 may become 24, 100 no more than 200, and 0 become 8 or
the other way round. Of what is measured chance is only what the last digit leaves open; but what may be negative is a
difference, of which the ratio says as little as of a small count."""

LEAST_STEPS = 3
"""By how many a stock changes at least that is told: it does not come about by chance, but a class may be opened."""

LEAST_STARTED = 4
"""What is counted in a village where there was none before, while there is still none in all the other villages that
had none. Eleven times none, five villages and both periods, leave a rate of 0,27 open at most; by it one value in 5,000
is as large."""

SAME_SHARE, SAME_DIGITS = 0.9, 12
"""Share of a return's numbers, zeros left out, that are the earlier ones; and the digits these must have together, that
it is no coincidence."""


@dataclass(frozen=True)
class OwnChange:
    """One value that left the span of its reporter's earlier ones."""

    row: Any
    field: str
    lowest: Decimal
    highest: Decimal
    periods: tuple[Period, ...]
    is_new: bool
    """Whether the line is new, and was held against the reporter's earlier lines."""


@dataclass(frozen=True)
class Copied:
    """A return that is that of an earlier period in nearly all numbers."""

    cells: tuple[tuple[Any, str], ...]
    """Row and field of the numbers that are the same."""
    of: int
    """How many numbers the return has, zeros left out."""
    period: Period


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
    if not names or not len(accepted) or not has_likes(form):
        return []
    at = before_of(form, frame, accepted)
    if not (at >= 0).any():
        return []
    compared_with, (sets, group) = earlier(form, frame, accepted), sets_of(frame)
    told = _outlying(_judged(numbers(frame[names]), _then(accepted, names, at), group))
    return [
        Change(
            frame.index[row],
            names[column],
            compared_with[sets[group[row]]],
            Decimal(str(accepted[names[column]].iat[at[row]])),
            Fraction(typical),
        )
        for row, column, typical in told.itertuples(index=False, name=None)
    ]


def has_likes(form: type[Form]) -> bool:
    """Return whether its records are all of one kind, so that one can be judged by the others of its commune."""
    return issubclass(form, VillageForm) and not form.line_title


def changed_alone(form: type[Form], frame: pd.DataFrame, accepted: pd.DataFrame) -> list[OwnChange]:
    """Return the values that left the span of their reporter's own earlier ones, where no others can judge them.

    Args:
        form: The form.
        frame: Its records now.
        accepted: Its records in the mart, of all periods.
    """
    names = list(form.fields())
    before = [one for one in _before(form, frame, accepted) if one.known.any()]
    if not before or not len(frame):
        return []
    now = numbers(frame[names])
    values = np.stack([one.values(frame, accepted, names) for one in before])
    low, high = _least(values), _most(values)
    is_new = np.broadcast_to(np.isnan(values).all(axis=(0, 2))[:, None], now.shape) & bool(form.line_title)
    if is_new.any():
        lines = np.stack([one.span(frame, accepted, names) for one in before])
        low, high = np.where(is_new, _least(lines[..., 0]), low), np.where(is_new, _most(lines[..., 1]), high)
    told = np.column_stack(
        [
            _left(item, now[:, at], low[:, at], high[:, at], is_new[:, at])
            for at, item in enumerate(form.fields().values())
        ]
    )
    told &= ~_judged_by_others(form, frame, accepted, names)
    told |= _started(form, frame, now, high)
    return [
        OwnChange(
            frame.index[row],
            names[column],
            _exactly(low[row, column]),
            _exactly(high[row, column]),
            tuple(one.period(row) for one in before if one.known[row]),
            bool(is_new[row, column]),
        )
        for row, column in zip(*np.nonzero(told), strict=True)
    ]


def _left(item: FormField, now: Any, low: Any, high: Any, is_new: Any) -> Any:
    """Return, per value of one field, whether it left the span from ``low`` to ``high``."""
    unit = item.unit
    if unit is LevelsReached:  # a level is gained or lost one at a time, whatever its ratio
        return ~is_new & (now > 0) & (low > 0) & ((now > high + 1) | (now < low - 1))
    is_money = unit.is_money
    span = np.where(is_new, NEW_LINE_SPAN, MONEY_SPAN if is_money else SPAN)
    is_difference = item.minimum is None or item.minimum < 0
    if is_money or (unit.decimals and not is_difference):
        half = unit.rounding(now)
        rises = now - half > (high + unit.rounding(high)) * span
        falls = (now + half) * span < low - unit.rounding(low)
        return (now > 0) & (low > 0) & (rises | falls)
    roots, lowest, highest = (np.sqrt(np.maximum(values, 0)) for values in (now, low, high))
    if item.stock:
        rises = (now > high * STOCK_SPAN) & (now - high >= LEAST_STEPS)
        falls = (now * STOCK_SPAN < low) & (low - now >= LEAST_STEPS)
        return (now > 0) & (low > 0) & ~is_new & (rises | falls)
    rises = (now > high * span) & (roots - highest >= LEAST_ROOTS)
    falls = (now * span < low) & (lowest - roots >= LEAST_ROOTS)
    return (now >= 0) & (rises | falls)


def _started(form: type[Form], frame: pd.DataFrame, now: Any, high: Any) -> Any:
    """Return, per value, whether a village has some of what neither it nor the others had before, nor have now."""
    if not has_likes(form):
        return np.zeros(now.shape, bool)
    group = frame.groupby(["period", "commune"]).ngroup().to_numpy()
    had_none = high == 0
    still = pd.DataFrame(had_none & (now == 0)).groupby(group).transform("sum").to_numpy()
    others = pd.DataFrame(had_none).groupby(group).transform("sum").to_numpy() - had_none
    counted = np.array([not item.unit.decimals for item in form.fields().values()])
    return counted & had_none & (now >= LEAST_STARTED) & (still == others) & (others >= LEAST_VILLAGES)


def copied(form: type[Form], frame: pd.DataFrame, accepted: pd.DataFrame) -> list[Copied]:
    """Return the returns of which nearly all numbers are those of an earlier period."""
    names = list(form.fields())
    found: dict[tuple[str, ...], Copied] = {}
    if not len(accepted):
        return []
    now = numbers(frame[names]) if len(frame) else np.empty((0, len(names)))
    filled = now > 0
    columns = {name: frame[name].array for name in names}
    reporter = frame.groupby(list(REPORTER_KEYS), sort=False).ngroup().to_numpy()
    for one in _before(form, frame, accepted):
        if not one.known.any():
            continue
        same = filled & (now == one.values(frame, accepted, names))
        likely = _likely_copied(same, filled, reporter)
        rows = np.flatnonzero(likely)
        for key, own in frame[likely].groupby(list(REPORTER_KEYS), sort=False).indices.items():
            at = rows[own]
            equal = [(at[row], names[column]) for row, column in zip(*np.nonzero(same[at]), strict=True)]
            digits = sum(len(_exactly(columns[name][row]).normalize().as_tuple().digits) for row, name in equal)
            if digits >= SAME_DIGITS:
                cells = tuple((frame.index[row], name) for row, name in equal)
                found.setdefault(key, Copied(cells, int(filled[at].sum()), one.period(at[0])))
    return list(found.values())


def _likely_copied(same: Any, filled: Any, reporter: Any) -> Any:
    """Return, per row, whether it is of a return of which enough numbers are the earlier ones."""
    equal, of = (np.bincount(reporter, values.sum(axis=1)) for values in (same, filled))
    return ((equal > 0) & (equal >= SAME_SHARE * of))[reporter]


def _exactly(value: Any) -> Decimal:
    number = Decimal(str(value))
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number


class _Before:
    """For each row of a frame one earlier period, where there are accepted records of it."""

    def __init__(self, form: type[Form], frame: pd.DataFrame, which: int, present: set[ReturnSetKey]) -> None:
        sets, self._number = sets_of(frame)
        fitting = {code: one[which] for code, one in _comparable(form, sets).items() if which < len(one)}
        self._of_set = [fitting.get(key.period) or Period.parse(key.period) for key in sets]
        codes = {period: one.code for period, one in fitting.items()}
        self.known = np.array([(codes.get(key.period), key.commune) in present for key in sets], bool)[self._number]

    def period(self, row: int) -> Period:
        """Return the earlier period of a row."""
        return self._of_set[int(self._number[row])]

    @property
    def _codes(self) -> Any:
        return np.array([period.code for period in self._of_set])[self._number]

    def values(self, frame: pd.DataFrame, accepted: pd.DataFrame, names: list[str]) -> Any:
        """Return the values of the same records then; not a number where there was none."""
        keys = [self._codes, *(frame[name] for name in KEYS[1:])]
        return _then(accepted, names, positions(keys, accepted, KEYS))

    def span(self, frame: pd.DataFrame, accepted: pd.DataFrame, names: list[str]) -> Any:
        """Return the smallest and the largest value of the reporter's lines then, along the last axis."""
        keys = [self._codes, frame["commune"], frame["reporter"]]
        then = pd.DataFrame(numbers(accepted[names]), columns=names)
        then = then.where(then > 0).groupby([accepted[name].to_numpy() for name in REPORTER_KEYS])
        wanted = pd.MultiIndex.from_arrays(keys)
        return np.stack([one.reindex(wanted).to_numpy() for one in (then.min(), then.max())], axis=-1)


def _before(form: type[Form], frame: pd.DataFrame, accepted: pd.DataFrame) -> list[_Before]:
    present = set(sets_of(accepted)[0])
    return [_Before(form, frame, which, present) for which in range(2)] if present and len(frame) else []


def _least(values: Any) -> Any:
    return np.where(np.isnan(values), np.inf, values).min(axis=0) * np.where(np.isnan(values).all(axis=0), np.nan, 1)


def _most(values: Any) -> Any:
    return np.where(np.isnan(values), -np.inf, values).max(axis=0) * np.where(np.isnan(values).all(axis=0), np.nan, 1)


def _judged_by_others(form: type[Form], frame: pd.DataFrame, accepted: pd.DataFrame, names: list[str]) -> Any:
    """Return, per value, whether enough other villages changed to judge it."""
    judged = np.zeros((len(frame), len(names)), dtype=bool)
    if has_likes(form):
        before = _then(accepted, names, before_of(form, frame, accepted))
        cells = _judged(numbers(frame[names]), before, sets_of(frame)[1])
        judged[cells["row"], cells["column"]] = True
        judged &= np.array([_is_compared(item.unit) for item in form.fields().values()])
    return judged


def _is_compared(unit: Unit) -> bool:
    """Return whether a unit is of counts or of areas; money, weights and rates move with prices and the weather."""
    counted = unit.additive and not unit.decimals and not unit.is_money
    return counted or unit is Hectares


def earlier(form: type[Form], frame: pd.DataFrame, accepted: pd.DataFrame) -> Mapping[ReturnSetKey, Period]:
    """Return, per return set with accepted records of an earlier period, the period to compare with."""
    known, sets = set(sets_of(accepted)[0]), sets_of(frame)[0]
    may = {code: [(one.code, one) for one in those] for code, those in _comparable(form, sets).items()}
    fitting = {key: [one for code, one in may[key.period] if (code, key.commune) in known] for key in sets}
    return {key: those[0] for key, those in fitting.items() if those}


def _comparable(form: type[Form], sets: Iterable[ReturnSetKey]) -> Mapping[str, Sequence[Period]]:
    """Return, by the period of return sets, the earlier ones that a form's returns may be compared with."""
    return {code: form.comparable(Period.parse(code)) for code in {key.period for key in sets}}


def before_of(form: type[Form], frame: pd.DataFrame, accepted: pd.DataFrame) -> Any:
    """Return, per record, the number of the accepted one of its reporter and line in the period to compare with, or -1.

    That period is the one that ``earlier`` names.
    """
    if not len(accepted):
        return np.full(len(frame), -1)
    compared_with, (sets, number) = earlier(form, frame, accepted), sets_of(frame)
    codes = np.array([compared_with[key].code if key in compared_with else "" for key in sets], object)[number]
    return positions([codes, *(frame[name] for name in KEYS[1:])], accepted, KEYS)


def numbers(frame: pd.DataFrame) -> "np.ndarray[Any, np.dtype[np.float64]]":
    """Return a frame's columns as floats, what is missing as not a number."""
    columns = [frame[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in frame]
    return np.column_stack(columns)


def _then(accepted: pd.DataFrame, names: list[str], at: Any) -> Any:
    """Return the values of some rows as floats, what is missing or not there as not a number."""
    values = numbers(accepted[names]) if len(accepted) else np.full((1, len(names)), np.nan)
    return np.where(at[:, None] >= 0, values[at], np.nan)


def _judged(now: Any, before: Any, group: Any) -> pd.DataFrame:
    """Return row, column, group and both values where enough villages have a ratio."""
    row, column = np.nonzero((now > 0) & (before > 0))
    cells = pd.DataFrame(
        {"row": row, "column": column, "group": group[row], "now": now[row, column], "before": before[row, column]}
    )
    return cells[cells.groupby(_BY)["row"].transform("size") >= LEAST_VILLAGES]


_BY = ["group", "column"]


def _outlying(cells: pd.DataFrame) -> pd.DataFrame:
    """Return row, column and median ratio of the outlying values, group by group and column by column."""
    ratio = cells["now"] / cells["before"]
    keys = [cells[name] for name in _BY]
    typical = ratio.groupby(keys).transform("median")
    centred = np.where(ratio < typical, 1 - typical / ratio, ratio / typical - 1)
    effect = centred * cells[["now", "before"]].max(axis="columns") ** SIZE_POWER
    groups = effect.groupby(keys)
    low, middle, high = (groups.transform("quantile", at) for at in (0.25, 0.5, 0.75))
    distance = effect - middle
    allowed = np.maximum(FAR * np.where(distance < 0, middle - low, high - middle), LEAST_EFFECT)
    return cells[["row", "column"]].assign(typical=typical)[distance.abs() > allowed]
