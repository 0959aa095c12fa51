"""Amounts that were probably written in another unit of money: 3.819 where 3.819.888.592 đồng was meant.

Belongs here: what an amount is held against, and when it is off by thousands. Does not belong here: a unit column that
names another unit (C-03, ``pipelines.steps.collect.locate``), the sentence (``schemas.problems``), the cells.

A wrong unit is a systematic error: it shifts an amount by a power of a thousand, whatever the amount, and mostly all
amounts of a record together. So amounts are compared by the order of their ratio, with three things in turn: the same
cell in an earlier period, the same cell of the commune's other villages, and the sums of the record itself, where one
amount times a thousand or a million makes a broken sum right.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from pipelines.steps.frames import sets_of
from pipelines.steps.numbers import vietnamese
from pipelines.steps.validate.change import LEAST_VILLAGES, before_of, earlier, has_likes, numbers
from schemas.edits import Balance
from schemas.form import Form

SLACK, WIDE_SLACK = 0.5, 1.0
"""How far, in powers of ten, a ratio may lie from a thousand, and from a million or more: amounts differ by themselves,
and a tenfold village among others is common where a thousandfold one is not."""

SHARE = 0.5
"""Share of a record's comparable amounts that must be off by one power: a single one may have grown a thousandfold."""

LEAST_DIGITS = 100
"""Smallest amount, in its smallest step, whose thousandfold is looked for in a sum: any sum has room for a 1 or a 2."""

_UNITS = {0: "đồng", 3: "nghìn đồng", 6: "triệu đồng", 9: "tỷ đồng"}
"""Units of money by the power of ten that makes đồng of them."""


@dataclass(frozen=True)
class Scaled:
    """Amounts of one record that are off by one power of a thousand."""

    row: Any
    fields: tuple[str, ...]
    unit: str
    """The unit they were probably written in."""
    against: str
    """What they were held against, in words."""


def scaled(form: type[Form], frame: pd.DataFrame, accepted: pd.DataFrame) -> list[Scaled]:
    """Return the amounts of money that were probably written in another unit than the form's.

    Args:
        form: The form; one without amounts of money gives nothing.
        frame: Its records now.
        accepted: Its records in the mart, of all periods.

    Returns:
        At most one entry per record, for the first of the three comparisons that tells.
    """
    names = [name for name, item in form.fields().items() if item.unit.is_money]
    if not names or not len(frame):
        return []
    found: dict[Any, Scaled] = {}
    for one in (*_earlier(form, frame, accepted, names), *_others(form, frame, names), *_sums(form, frame)):
        found.setdefault(one.row, one)
    return list(found.values())


def _earlier(form: type[Form], frame: pd.DataFrame, accepted: pd.DataFrame, names: list[str]) -> Iterator[Scaled]:
    found = before_of(form, frame, accepted)
    if not (found >= 0).any():
        return
    periods, (sets, number) = earlier(form, frame, accepted), sets_of(frame)
    before = np.where(found[:, None] >= 0, numbers(accepted[names])[found], np.nan)
    for at, columns, power in _shifted(numbers(frame[names]), before):
        then = vietnamese(Decimal(str(accepted[names[columns[0]]].iat[found[at]])))
        period = periods[sets[number[at]]]
        yield _scaled(form, frame.index[at], names, columns, power, f"{period.title} là {then}")


def _others(form: type[Form], frame: pd.DataFrame, names: list[str]) -> Iterator[Scaled]:
    if not has_likes(form):
        return
    now = pd.DataFrame(numbers(frame[names]), columns=names)
    now = now.where(now > 0)
    groups = now.groupby([frame["period"].to_numpy(), frame["commune"].to_numpy()])
    usual = groups.transform("median").where(groups.transform("count") >= LEAST_VILLAGES)
    for at, columns, power in _shifted(now.to_numpy(), usual.to_numpy()):
        middle = Decimal(str(round(usual.iat[at, columns[0]], 3)))
        yield _scaled(form, frame.index[at], names, columns, power, f"mức giữa của các thôn là {vietnamese(middle)}")


def _sums(form: type[Form], frame: pd.DataFrame) -> Iterator[Scaled]:
    for edit in form.edits:
        if not isinstance(edit, Balance) or not form.fields()[edit.names[0]].unit.is_money:
            continue
        (row,) = edit.rows()
        names = list(edit.names)
        known = frame[names].notna().all(axis="columns")  # parts may be more than their total while one is blank
        for index in frame.index[known & ~edit.holds(frame).fillna(True).astype(bool)]:
            steps = {name: int(frame.at[index, name] * 10 ** form.fields()[name].unit.decimals) for name in names}
            gap = sum(row.coefficients[name] * steps[name] for name in names)
            for name in names:
                for power in (-3, -6):
                    missing = row.coefficients[name] * steps[name] * (10**-power - 1)
                    # The amount was rounded when it was written in the larger unit.
                    rounding = abs(row.coefficients[name]) * 10**-power / 2
                    if steps[name] >= LEAST_DIGITS and abs(gap + missing) <= rounding:
                        yield _scaled(form, index, [name], [0], power, f"như vậy thì đúng {edit.code}")


def _scaled(form: type[Form], row: Any, names: list[str], columns: list[int], power: int, against: str) -> Scaled:
    fields = tuple(names[column] for column in columns)
    own = round(math.log10(form.fields()[fields[0]].unit.factor))
    return Scaled(row, fields, _UNITS.get(own - power, "một đơn vị tiền khác"), against)


def _shifted(now: Any, before: Any) -> Iterator[tuple[int, list[int], int]]:
    """Yield the rows in which enough amounts are off by the same power of a thousand, with their columns."""
    comparable = (now > 0) & (before > 0)
    order = np.log10(np.divide(now, before, where=comparable, out=np.ones_like(now)))
    power = np.where(comparable, 3 * np.round(order / 3), 0)
    near = comparable & (power != 0) & (np.abs(order - power) <= np.where(np.abs(power) > 3, WIDE_SLACK, SLACK))
    for at in np.flatnonzero(near.any(axis=1)):
        columns = np.flatnonzero(near[at])
        values, counts = np.unique(power[at, columns], return_counts=True)
        most = values[counts.argmax()]
        if counts.max() >= SHARE * comparable[at].sum():
            yield int(at), [int(column) for column in columns if power[at, column] == most], int(most)
