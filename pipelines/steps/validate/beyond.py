"""Edits that look beyond a record: at other forms and reporters, the lines that a form prints, earlier periods.

Belongs here: whether such an edit holds, and noting beside the records what it was held against. Does not belong here:
edits over the fields of one record (``schemas.pandera_schemas``), what comes of an edit that does not hold
(``pipelines.steps.validate.check``).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.collect.locate import in_force
from pipelines.steps.collect.records import records
from pipelines.steps.frames import positions, sets_of
from pipelines.steps.validate.among import Lines
from pipelines.steps.validate.between import Periods
from pipelines.steps.validate.cells import Cells
from pipelines.steps.validate.columns import Columns
from pipelines.steps.validate.missing import ERRORS
from pipelines.steps.validate.peers import of_others
from schemas.edit import Edit
from schemas.edits import Agreement, Alike, Reporting
from schemas.fields import REPORTER_KEYS
from schemas.form import Form
from schemas.implied_edits import AmongLines, BetweenPeriods, Elsewhere
from schemas.periods import Period
from schemas.places import Places
from schemas.return_sets import ReturnSetKey
from schemas.units import DECIMAL


@dataclass(frozen=True)
class Beyond:
    """The edits of a form that look beyond a record, with all that they look at.

    Args:
        columns: The records of the form.
        cells: Where their fields were written.
        entries: ``schemas.tables.ENTRIES`` of every form that is looked at.
        problems: ``schemas.tables.PROBLEMS`` met on the way here.
        places: Who is expected to report.
        whens: The periods of the records.
        periods: What was accepted of other periods; where it is not given, no edit between periods is judged.
        mart: The records of these with the cells behind them.
    """

    columns: Columns
    cells: Cells
    entries: pa.Table
    problems: pd.DataFrame
    places: Places
    whens: Collection[str]
    periods: Periods | None = None
    mart: pa.Table | None = None

    def judged(self, edit: Edit) -> tuple[Any, Any] | None:
        """Return, per record, whether an edit holds, and whether all is known; nothing of one that looks at it alone.

        What the edit looks at is noted beside the records.
        """
        frame = self.columns.frame
        match edit:
            case Agreement():
                return _agreement(edit, self.columns, self._others, self.problems, self.places)
            case Alike():
                return _alike(edit, frame)
            case Reporting():
                return _reporting(edit, frame, self.places)
            case BetweenPeriods():
                assert self.periods is not None
                return _between(edit, frame, self.periods, self.mart)
            case AmongLines():
                return _among(edit, frame, self._lines, self.cells)
        return None

    @cached_property
    def _others(self) -> Mapping[type[Form], Columns]:
        """The records of the forms that agreements add up."""
        edits = self.columns.form.edits
        added_up = list({other.form for edit in edits if isinstance(edit, Agreement) for other in edit.others})
        each = zip(added_up, in_force(added_up, self.whens), strict=True)
        return {one: Columns(records(self.entries, then), then) for one, then in each}

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self.columns.form, self.columns.frame)


def _agreement(
    edit: Agreement, own: Columns, others: Mapping[type[Form], Columns], problems: pd.DataFrame, places: Places
) -> tuple[Any, Any]:
    """Evaluate a desk's line against other forms; return, per record, whether it holds, and whether all is known.

    The others' sum is missing, and the edit undecided, while one of their returns is missing or in doubt: the trouble
    is then told where it is, once, and not a second time here.
    """
    frame, (sets, number) = own.frame, own.sets
    totals: list[Decimal | None] = [Decimal(0)] * len(sets)
    asked = [
        (others[other.form], other.form.continued(other.name, others[other.form].form.version)) for other in edit.others
    ]
    if not all(names for _, names in asked):  # a field that is not asked for then, and with which nothing goes on
        totals = [None] * len(sets)
    for columns, name in ((columns, name) for columns, names in asked for name in names):
        form = columns.form
        given, of_given = columns.sets
        counted = _counted(columns, name)
        bad = counted & (_breaking(name, form.edits, columns) | ~columns.known(name))
        in_doubt = {given[at] for at in np.unique(of_given[bad]).tolist()}
        in_doubt |= {*_met(problems, form, name), *_lacking(form, columns.records, sets, places)}
        values = (columns.values(name) * counted).astype(object)
        sums = dict.fromkeys(given, 0)
        for at, value in zip(of_given.tolist(), values, strict=True):
            sums[given[at]] += value
        for at, key in enumerate(sets):
            total = totals[at] if key in sums and key not in in_doubt else None
            totals[at] = None if total is None else total + form.system.decimal(name, sums[key])
    found = pd.array([totals[at] for at in number.tolist()], dtype=pd.ArrowDtype(DECIMAL))
    frame[edit.added] = found.astype(frame[edit.line].dtype)
    return _as_found(edit, frame)


def _counted(columns: Columns, name: str) -> Any:
    """Return, per record, whether it is one over which a field is added up: of printed lines, the others lie in it."""
    if not columns.form.fixed:
        return np.ones(len(columns.records), bool)
    lines = pa.array(columns.form.counted_lines(name), pa.string())
    return pc.is_in(columns.records["line"], lines).to_numpy()


def _met(problems: pd.DataFrame, form: type[Form], name: str) -> list[ReturnSetKey]:
    """Return the return sets in which there is trouble with a field of a form, or with a sheet of it."""
    if not len(problems):
        return []
    of_sheet = problems["problem"].isin(ERRORS) & (problems["field"] == "")
    return sets_of(problems[(problems["form"] == form.code) & (of_sheet | (problems["field"] == name))])[0]


def _lacking(
    form: type[Form], records: pa.Table, sets: Sequence[ReturnSetKey], places: Places
) -> Iterator[ReturnSetKey]:
    """Yield the return sets in which somebody has not sent a form who is to send it."""
    expected = [
        (*key, place.code)
        for key in sets
        for place in places.reporters(key.commune, form.reporter_kind, Period.parse(key.period))
    ]
    if expected:
        sent = positions(list(zip(*expected, strict=True)), records, REPORTER_KEYS)
        yield from (ReturnSetKey(*expected[at][:2]) for at in np.flatnonzero(sent < 0).tolist())


def _alike(edit: Alike, frame: pd.DataFrame) -> tuple[Any, Any]:
    """Evaluate a ratio against those of the others; return, per record, whether it holds, and whether all is known."""
    frame[list(edit.beyond)] = of_others(edit, frame)
    return _as_found(edit, frame)


def _reporting(edit: Reporting, frame: pd.DataFrame, places: Places) -> tuple[Any, Any]:
    """Evaluate a desk's line against the number of reporters; undecided where none is known."""
    kinds = {form.reporter_kind for form in edit.forms}
    sets, number = sets_of(frame)
    counts = [
        sum(len(places.reporters(key.commune, kind, Period.parse(key.period))) for kind in kinds) or None
        for key in sets
    ]
    frame[edit.expected_reporters] = pd.array([counts[at] for at in number.tolist()], dtype=pd.Int64Dtype())
    return _as_found(edit, frame)


def _between(edit: BetweenPeriods, frame: pd.DataFrame, periods: Periods, mart: pa.Table | None) -> tuple[Any, Any]:
    """Evaluate an edit between periods; return, per record, whether it holds, and whether all is known.

    What it is held against is noted, for a message, where it does not hold.
    """
    judged = periods.judge(edit)
    failing = np.flatnonzero(~judged.holds).tolist()
    _note(edit, frame, judged.compared, {row: periods.told(edit, judged, row, mart) for row in failing})
    return judged.holds, judged.known


def _among(edit: AmongLines, frame: pd.DataFrame, lines: Lines, cells: Cells) -> tuple[Any, Any]:
    """Evaluate an edit among printed lines; return, per record, whether it holds, and whether all is known."""
    summed = lines.judge(edit)
    failing = np.flatnonzero(~summed.holds).tolist()
    _note(edit, frame, summed.compared, {row: lines.told(edit, row, cells) for row in failing})
    return summed.holds, summed.known


def _note(edit: Elsewhere, frame: pd.DataFrame, compared: Any, words: Mapping[int, str]) -> None:
    """Note beside the records that break an edit what they were held against."""
    if words:
        made = {row: edit.form.system.decimal(edit.name, int(compared[row])) for row in words}
        frame[edit.compared], frame[edit.whence] = ([one.get(at) for at in range(len(frame))] for one in (made, words))


def _as_found(edit: Edit, frame: pd.DataFrame) -> tuple[Any, Any]:
    """Return, per record, whether an edit holds, and whether all that it looks at is known, beyond the record too."""
    known = np.logical_and.reduce([~frame[name].array.isna() for name in edit.needs])
    return edit.holds(frame).array.to_numpy(dtype=bool, na_value=True), known


def _breaking(field: str, edits: Iterable[Edit], columns: Columns) -> Any:
    """Return, per record, whether it breaks an edit of its own form that reads a field."""
    reading = [edit for edit in edits if field in edit.names and not edit.beyond]
    broken = [columns.known(*edit.names) & ~columns.holds(edit) for edit in reading]
    return np.logical_or.reduce(broken) if broken else np.zeros(len(columns.frame), bool)
