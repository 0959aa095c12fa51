"""What was accepted in other periods, of reporters as large as they are now: places take others in.

Belongs here: what of it is left out, and what is added up. Does not belong here: who was merged into whom
(``schemas.places``), comparing (``pipelines.steps.validate.change``, ``pipelines.steps.validate.between``).

What a desk had before its commune took in another was of less, and what the other's desk had lies in another return
set: it is left out. A village stays what it was when its commune grows; but one into which another village was merged
is held against what both had, and one that began as several were merged against what these had.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from schemas.form import Form, VillageForm
from schemas.periods import Period
from schemas.places import Places
from schemas.return_sets import ReturnSetKey


@dataclass(frozen=True)
class AsMuch:
    """Accepted records of reporters as large as they are now.

    Attributes:
        records: The records, labelled by their numbers among all that were accepted.
        added: By such a number, those of the records that were added to it.
    """

    records: pd.DataFrame
    added: Mapping[int, Sequence[int]] = field(default_factory=dict)


def of_as_much(form: type[Form], accepted: pd.DataFrame, return_sets: Iterable[ReturnSetKey], places: Places) -> AsMuch:
    """Return accepted records as if every reporter of some return sets had been as large then as it is now.

    Args:
        form: The form.
        accepted: Its records in the mart, of all periods.
        return_sets: The return sets that are held against them.
        places: Who was merged into whom.
    """
    if not len(accepted):
        return AsMuch(accepted)
    if issubclass(form, VillageForm):
        return _together(form, accepted, return_sets, places)
    now = {key.commune: Period.parse(key.period) for key in return_sets if places.merged_into(key.commune)}
    if not now:
        return AsMuch(accepted)
    pairs = zip(accepted["period"], accepted["commune"], strict=True)
    grew = [code in now and places.grew(code, Period.parse(period), now[code]) for period, code in pairs]
    return AsMuch(accepted[~np.array(grew)])


def _together(form: type[Form], accepted: pd.DataFrame, return_sets: Iterable[ReturnSetKey], places: Places) -> AsMuch:
    """Return accepted records of villages with what those had that were merged into them since.

    Where a village was not there yet, those of the first of these are its own. Of what is no sum nothing is known of
    several together, and neither where one of them lacks it, or names its own lines.
    """
    records, added = accepted, dict[int, Sequence[int]]()
    for key in return_sets:
        for village, others in places.taken_in(key.commune, Period.parse(key.period)).items():
            records = accepted.copy() if records is accepted else records
            known = set(accepted.loc[(accepted["commune"] == key.commune).to_numpy(), "period"])
            for code in sorted(known, key=Period.parse):
                there = [other.code for other in others if other.existed_in(Period.parse(code))]
                is_there = places.absent(key.commune, village, Period.parse(code)) is None
                has_own = is_there or bool(_rows(accepted, key.commune, village, period=code))
                first, *rest = there if there and not has_own else [village, *there]
                for row in _rows(accepted, key.commune, first, period=code):
                    line = accepted.at[row, "line"]
                    rows = [at for other in rest for at in _rows(accepted, key.commune, other, period=code, line=line)]
                    records.at[row, "reporter"] = village
                    if rest:
                        added[row] = rows
                        _add(form, records, row, rows if len(rows) == len(rest) else [])
    return AsMuch(records, added)


def _rows(accepted: pd.DataFrame, commune: str, reporter: str, **wanted: str) -> list[int]:
    """Return the numbers of the records of a reporter; of those, the ones that have some texts."""
    texts = {"commune": commune, "reporter": reporter, **wanted}
    fits = np.logical_and.reduce([(accepted[name] == text).to_numpy() for name, text in texts.items()])
    return [int(label) for label in accepted.index[fits]]


def _add(form: type[Form], records: pd.DataFrame, row: int, rows: Sequence[int]) -> None:
    """Add other records to one, field by field; what then is not known becomes missing."""
    alike = bool(rows) and (not form.line_title or bool(form.fixed))
    for name, item in form.fields().items():
        known = alike and item.unit.additive
        records.at[row, name] = records.loc[[row, *rows], name].sum(skipna=False) if known else pd.NA
