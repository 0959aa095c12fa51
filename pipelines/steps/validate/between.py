"""A field held against itself in other periods of the same year: which those are, and what they make of it.

Belongs here: finding the records of the other periods, and the outcome of the edits between periods. Does not belong
here: what such an edit says (``schemas.implied_edits``), which a form has (``schemas.form``), what is held against last
year (``pipelines.steps.validate.change``).

Only what was accepted counts, and only of periods that sort before: a longer one is judged when it comes, and again
when one of those that make it up changes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from pipelines.steps.frames import positions
from pipelines.steps.numbers import vietnamese
from pipelines.steps.validate.taken_in import AsMuch
from schemas.fields import KEYS
from schemas.form import Form
from schemas.implied_edits import AddedUp, BetweenPeriods, Grown, SameDay
from schemas.periods import Period
from schemas.tables import SOURCES

Array = Any
"""A numpy array with an entry per record."""


@dataclass(frozen=True)
class Judged:
    """What came of one edit.

    Attributes:
        holds: Per record, true also where nothing is known.
        known: Per record, whether the field and all it is held against are.
        compared: Per record what the other periods make of it, in smallest units; nothing where that is not known.
        whence: Per other period the row of ``accepted`` that was looked at for each record; -1 for none.
    """

    holds: Array
    known: Array
    compared: Array
    whence: Mapping[Period, Array]


class Periods:
    """The records of one form in the other periods of its year.

    Args:
        form: The form.
        frame: Its records now.
        accepted: Its records in the mart, of all periods, of reporters as large as they are now.
    """

    def __init__(self, form: type[Form], frame: pd.DataFrame, accepted: AsMuch) -> None:
        self._form, self._frame, self._accepted, self._added = form, frame, accepted.records, accepted.added

    @cached_property
    def _others(self) -> Mapping[Period, Mapping[Period, Array]]:
        """The rows of the records of each period in those before it, the latest and of these the longest last."""
        edited = any(isinstance(edit, BetweenPeriods) for edit in self._form.edits)
        known = sorted(map(Period.parse, set(self._accepted["period"]))) if edited and len(self._accepted) else []
        found: dict[Period, dict[Period, Array]] = {}
        for own in map(Period.parse, set(self._frame["period"])) if known else ():
            rows = (self._frame["period"] == own.code).to_numpy()
            found[own] = {
                other: np.where(rows, positions(self._keys(other), self._accepted, KEYS), -1)
                for other in known
                if other < own and other.year == own.year and other.kind in self._form.periods
            }
        return found

    def _keys(self, other: Period) -> Sequence[Any]:
        return [np.full(len(self._frame), other.code, object), *(self._frame[name] for name in KEYS[1:])]

    def judge(self, edit: BetweenPeriods) -> Judged:
        """Return what comes of an edit; while nothing is known of the other periods, it is undecided."""
        count, decimals = len(self._frame), edit.fields[edit.name].unit.decimals
        compared, found = np.zeros(count, np.int64), np.zeros(count, bool)
        whence: dict[Period, Array] = {}
        if any(self._others.values()):
            then, given = smallest(self._accepted[edit.name], decimals)
            for own, others in self._others.items():
                for way in _ways(edit, own, others):
                    rows = [others[other] for other in way]
                    fits = np.logical_and.reduce([(at >= 0) & given[at] for at in rows])
                    value = np.add.reduce([then[at] for at in rows])
                    # Of what grows every earlier period is looked at, otherwise the first way of which all is known.
                    new = fits & (~found | ((value > compared) if isinstance(edit, Grown) else False))
                    whence = {other: np.where(new, -1, at) for other, at in whence.items()}
                    whence |= {
                        other: np.where(new, at, whence.get(other, -1)) for other, at in zip(way, rows, strict=True)
                    }
                    compared, found = np.where(new, value, compared), found | fits
        if not found.any():
            return Judged(np.ones(count, bool), found, compared, whence)
        now, own_known = smallest(self._frame[edit.name], decimals)
        known = found & own_known
        return Judged(~known | edit.agrees(now, compared), known, compared, whence)

    def told(self, edit: BetweenPeriods, judged: Judged, row: int, sources: pa.Table | None) -> str:
        """Return in words what a record was held against: form, period, value and cell of each.

        Args:
            edit: The edit.
            judged: What came of it.
            row: Number of the record.
            sources: The mart itself, whose rows say in which cells the accepted values were written.
        """
        words = []
        for period in sorted(judged.whence):
            at = int(judged.whence[period][row])
            if at >= 0:
                value = vietnamese(edit.form.system.decimal(edit.name, _one(self._accepted[edit.name], at, edit)))
                label = int(self._accepted.index[at])
                rows = [label, *self._added.get(label, ())]
                cells = [] if sources is None else [_cell(sources, number, edit.name) for number in rows]
                where = f" ({'; '.join(filter(None, cells))})" if any(cells) else ""
                words.append(f"biểu {edit.form.code} {period.title}: {value}{where}")
        return "; ".join(words)


def _ways(edit: BetweenPeriods, own: Period, others: Mapping[Period, Array]) -> Sequence[Sequence[Period]]:
    """Return the other periods that a period is held against, in each way in which it can be; the better first."""
    latest_first = sorted(others, reverse=True)
    match edit:
        case SameDay():
            return [[other] for other in latest_first if other.end == own.end]
        case Grown():
            return [[other] for other in latest_first if other.end < own.end]
        case AddedUp():
            ways = [own.parts(kind) for kind in reversed(edit.form.periods)]
            return [way for way in ways if way and set(way) <= others.keys()]
    raise TypeError(f"Edit {edit.code} is of a kind that is not known here.")


def smallest(values: pd.Series, decimals: int) -> tuple[Array, Array]:
    """Return a column as whole numbers of smallest units, and which of them are known."""
    known = values.notna().to_numpy()
    whole = np.zeros(len(values), np.int64)
    whole[known] = (values[known] * 10**decimals).astype("int64[pyarrow]").to_numpy()
    return whole, known


def _one(values: pd.Series, at: int, edit: BetweenPeriods) -> int:
    return int(smallest(values.iloc[[at]], edit.fields[edit.name].unit.decimals)[0][0])


def _cell(sources: pa.Table, at: int, name: str) -> str:
    """Return in which file and cell an accepted value was written, as far as the mart says."""
    cells = sources[SOURCES.name][at].as_py() or ()
    cell = next((one for one in cells if one["field"] == name), None)
    return f"tệp {cell['file']}, trang «{cell['sheet']}», ô {cell['cell']}" if cell else ""
