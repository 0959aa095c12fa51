"""Remarks: values that are no error, but remarkable beside what was accepted of earlier periods, told with their cells.

Belongs here: the words of these problems. Does not belong here: what is remarkable
(``pipelines.steps.validate.change``, ``pipelines.steps.validate.scale``), the fixed parts of the sentences
(``schemas.problems``).
"""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd

from pipelines.steps.numbers import round_half_up, vietnamese
from pipelines.steps.problems import joined, problem_rows
from pipelines.steps.validate.cells import Cells
from pipelines.steps.validate.change import changed_alone, changed_much, copied
from pipelines.steps.validate.scale import scaled
from schemas.form import Form
from schemas.listed import listed
from schemas.problems import Problems


def remarks(
    form: type[Form], frame: pd.DataFrame, accepted: pd.DataFrame, of_as_much: pd.DataFrame, cells: Cells
) -> pd.DataFrame:
    """Return ``schemas.tables.PROBLEMS`` of what is remarkable in the records of a form.

    Args:
        form: The form.
        frame: The records.
        accepted: Its records of all periods.
        of_as_much: Those of them whose reporters were as large then as they are now.
        cells: Where the fields were written.
    """
    return joined(
        [
            _changed_much(form, frame, of_as_much, cells),
            _scaled(form, frame, accepted, cells),
            _copied(form, frame, accepted, cells),
            _changed_alone(form, frame, of_as_much, cells),
        ]
    )


def _changed_much(form: type[Form], frame: pd.DataFrame, accepted: pd.DataFrame, cells: Cells) -> pd.DataFrame:
    """Tell of values that changed since an earlier period unlike those of the other villages."""
    rows = []
    for change in changed_much(form, frame, accepted):
        record, decimals = frame.loc[change.row], form.fields()[change.field].unit.decimals
        usual = vietnamese(round_half_up(Fraction(change.before) * change.typical, decimals))
        percent = vietnamese(round_half_up(100 * change.typical, 1))
        expected = (
            f"khoảng {usual} ({change.period.title} là {vietnamese(change.before)}, "
            f"các thôn thường bằng {percent} % kỳ đó)"
        )
        rows.append(_value(record, change.field, cells) | {"expected": expected})
    return problem_rows(Problems.CHANGED_MUCH, rows)


def _changed_alone(form: type[Form], frame: pd.DataFrame, accepted: pd.DataFrame, cells: Cells) -> pd.DataFrame:
    """Tell of values that left the span of their reporter's own earlier ones."""
    rows = []
    for change in changed_alone(form, frame, accepted):
        record = frame.loc[change.row]
        values = " đến ".join(dict.fromkeys(vietnamese(value) for value in (change.lowest, change.highest)))
        lines = "các dòng " if change.is_new else ""
        expected = f"{lines}{', '.join(period.title for period in change.periods)}: {values}"
        rows.append(_value(record, change.field, cells) | {"expected": expected})
    return problem_rows(Problems.OWN_CHANGE, rows)


def _copied(form: type[Form], frame: pd.DataFrame, accepted: pd.DataFrame, cells: Cells) -> pd.DataFrame:
    """Tell, once per return, that nearly all its numbers are those of an earlier period."""
    rows = []
    for found in copied(form, frame, accepted):
        records = {row: frame.loc[row] for row, _ in found.cells}
        places = [cells.where(records[row], name) for row, name in found.cells]
        at = {"field": "", "line": "", "cells": listed(place["cells"] for place in places)}
        written, expected = f"{len(found.cells)}/{found.of} số", f"số {found.period.title}"
        rows.append(places[0] | at | {"written": written, "expected": expected})
    return problem_rows(Problems.COPIED, rows)


def _scaled(form: type[Form], frame: pd.DataFrame, accepted: pd.DataFrame, cells: Cells) -> pd.DataFrame:
    """Tell, once per record, of amounts of money that were probably written in another unit."""
    rows = []
    for found in scaled(form, frame, accepted):
        record, first = frame.loc[found.row], found.fields[0]
        where = _value(record, first, cells)
        others = [cells.where(record, name)["cells"] for name in found.fields[1:]]
        expected = f"có thể ghi theo {found.unit}, biểu mẫu dùng {form.fields()[first].unit.label} ({found.against})"
        rows.append(where | {"cells": listed([where["cells"], *others]), "expected": expected})
    return problem_rows(Problems.OTHER_SCALE, rows)


def _value(record: Any, field: str, cells: Cells) -> dict[str, str]:
    """Return where a value of a record was written, and the value as people write it."""
    return cells.where(record, field) | {"written": vietnamese(Decimal(str(record[field])))}
