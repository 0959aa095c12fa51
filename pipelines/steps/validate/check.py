"""Records to findings: every edit of a form evaluated, and what does not hold told with its cells.

Belongs here: the order of the checks, the four outcomes of edits, and what only a form's neighbours can tell: other
forms, other reporters, earlier periods. Does not belong here: what a rule is (``schemas.edits``), what a finding says
(``pipelines.steps.validate.wording``) and holds back (``pipelines.steps.validate.gate``).
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pandera.errors
import pyarrow as pa
import pyarrow.compute as pc
from pandera.config import config_context

from pipelines.steps.collect.correct import Key, key_of, overruled, refused
from pipelines.steps.collect.locate import in_force
from pipelines.steps.collect.records import records
from pipelines.steps.frames import positions, sets_of
from pipelines.steps.numbers import round_half_up, vietnamese
from pipelines.steps.problems import joined, problem_rows
from pipelines.steps.validate import beside, overruling, wording
from pipelines.steps.validate.advise import asked_for
from pipelines.steps.validate.among import Lines
from pipelines.steps.validate.between import Periods
from pipelines.steps.validate.cells import Cells
from pipelines.steps.validate.change import before_of, changed_alone, changed_much, copied
from pipelines.steps.validate.columns import Columns
from pipelines.steps.validate.continued import continued
from pipelines.steps.validate.missing import (
    ERRORS,
    lost_corrections,
    missing_returns,
    withdrawn_lines,
    withdrawn_values,
)
from pipelines.steps.validate.peers import of_others
from pipelines.steps.validate.scale import scaled
from pipelines.steps.validate.taken_in import of_as_much
from schemas.edits import Agreement, Alike, AmongLines, BetweenPeriods, Edit, Elsewhere, Reporting
from schemas.fields import KEYS, REPORTER_KEYS
from schemas.form import Form
from schemas.listed import first_of, listed
from schemas.outcomes import Outcome, Severity
from schemas.pandera_schemas import RANGES, outside, schema
from schemas.periods import Period
from schemas.places import Places
from schemas.problems import Problems
from schemas.proposals import Proposal
from schemas.return_sets import ReturnSetKey
from schemas.tables import CELL_KEY, OUTCOMES, SHEET_KEY
from schemas.units import DECIMAL


@dataclass(frozen=True)
class Checked:
    """What checking one form gave: ``schemas.tables.FINDINGS`` and ``OUTCOMES``."""

    findings: pd.DataFrame
    outcomes: pa.Table


def check(
    form: type[Form],
    entries: pa.Table,
    problems: pd.DataFrame,
    accepted: pd.DataFrame,
    return_sets: Sequence[ReturnSetKey],
    places: Places,
    ledger: pd.DataFrame | None = None,
    whence: pd.DataFrame | None = None,
    mart: pa.Table | None = None,
) -> Checked:
    """Check one form of any number of return sets.

    Args:
        form: The form; it is checked in the version that is in force in the period of the sets.
        entries: ``schemas.tables.ENTRIES`` of the form, and of every form its edits look at.
        problems: ``schemas.tables.PROBLEMS`` met on the way here, of any forms.
        accepted: The form's records in the published mart, of all periods: what must not silently go missing, and what
            the values are compared with.
        return_sets: The sets being checked; a set without any entries is checked too.
        places: Who is expected to report.
        ledger: The entries of the correction ledgers: suggestions that were refused, numbers kept as they are, and
            which corrections there still are.
        whence: The sheets that ``accepted`` came from (``sources.whence``), to name a workbook that went missing.
        mart: The rows of ``accepted`` with the cells behind them, to name those of other periods.

    Raises:
        SchemaErrors: The records do not have the form's columns and types, which is our fault and not the reporter's.
    """
    whens = {key.period for key in return_sets}
    (form,) = in_force([form], whens)
    accepted = continued(form, accepted)
    columns, cells = Columns(records(entries, form), form), Cells(entries, form)
    frame = columns.frame
    outside, breaking = _judged(form, frame)
    decided = {} if ledger is None else overruled(ledger)
    outside, ranges_settled = overruling.ranges(form, frame, outside, cells, decided)
    of_form = problems[problems["form"] == form.code] if len(problems) else problems
    met = joined(
        [
            of_form,
            missing_returns(form, columns.records, problems, accepted, whence, return_sets, places),
            withdrawn_values(form, frame, accepted, cells),
            lost_corrections(form, columns, mart, cells, ledger),
            withdrawn_lines(form, frame, of_form, accepted, whence),
            _out_of_range(form, frame, outside, cells),
        ]
    )
    doubtful = _doubtful(met)
    # A change that is only remarkable puts no cell in doubt: were it told before, it would silence the cell's edits.
    as_much = of_as_much(form, accepted, return_sets, places)
    compared = ((_changed_much, as_much.records), (_scaled, accepted), (_copied, accepted))
    alone = _changed_alone(form, frame, as_much.records, cells)
    met = joined([met, *(compare(form, frame, before, cells) for compare, before in compared), alone])
    in_doubt = _by_record(columns.record_of, doubtful)
    contradicted = columns.contradicted({at: {name for *_, name in group} for at, group in in_doubt.items()})
    came = np.empty((len(form.edits), len(frame)), np.int8)
    beyond = _Beyond(columns, cells, entries, problems, places, whens, Periods(form, frame, as_much), mart)
    for number, edit in enumerate(form.edits):
        judged = beyond.judged(edit)
        if judged is None:
            judged = np.ones(len(frame), bool), columns.known(*edit.names)
            judged[0][breaking.get(edit.code, [])] = False
            judged[0][[at for at, codes in contradicted.items() if edit.code in codes]] = False
        holds, known = judged
        came[number] = np.where(~holds, _FAILS, np.where(known, _HOLDS, _UNDECIDED))
        unusable = [at for at, cells_met in in_doubt.items() if any(name in edit.names for *_, name in cells_met)]
        came[number, unusable] = _NOT_EVALUABLE
    breaches = [(frame.index[at], form.edits[number]) for number, at in zip(*np.nonzero(came == _FAILS), strict=True)]
    kept: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for period, commune, *where in refused(ledger) if ledger is not None and breaches else ():
        kept.setdefault((period, commune), set()).add(tuple(where))
    noted = beside.noted(ledger) if breaches else {}
    breaches, edits_settled = overruling.edits(frame, breaches, cells, decided, noted)
    connected = list(wording.connected(breaches))
    failing = [index for index, _ in connected]
    before = _before(form, frame.iloc[failing], accepted) if failing else []
    of_edits, broken, again = [], _rows(frame, failing), set[Key]()
    cells.look_up(tuple(record[name] for name in KEYS) for record in broken)
    for record, then, (_, edits) in zip(broken, before, connected, strict=True):
        refused_here = kept.get((record["period"], record["commune"]), ())
        back = _back(record, edits, cells, noted)
        words = beside.reminder(dict.fromkeys(one for words in back.values() for one in words))
        of_edits.append(wording.of_edits(record, edits, cells, places, refused_here, then, words))
        again |= back.keys()
    told = wording.of_problems(met, form, places, _asked_for(met, form, columns, in_doubt, cells))
    found = pd.concat(
        [
            _not_confirmed(wording.findings(told), entries),
            _not_confirmed(wording.findings(of_edits), entries, again),
        ],
        ignore_index=True,
    )
    settled = joined([ranges_settled, edits_settled])
    if len(settled):  # told in spite of the confirmation, for it is of these that it tells
        found = pd.concat([found, wording.findings(wording.of_problems(settled, form, places, {}))], ignore_index=True)
    return Checked(found, _outcomes(form, columns.records, came))


def operands(
    form: type[Form],
    entries: pa.Table,
    problems: pd.DataFrame,
    places: Places,
    key: tuple[str, ...],
    field: str,
    accepted: pd.DataFrame | None = None,
) -> dict[str, Any]:
    """Return what the edits that read a field of a record look at beside it, by column.

    Args:
        form: The form.
        entries: ``schemas.tables.ENTRIES`` of the form, and of every form its edits look at.
        problems: ``schemas.tables.PROBLEMS`` met on the way here.
        places: Who is expected to report.
        key: The record, by ``schemas.fields.KEYS``.
        field: The field.
        accepted: The form's records in the published mart, of all periods; where they are not given, what edits between
            periods look at is not among it.
    """
    whens = {key[0]}
    (form,) = in_force([form], whens)
    columns, cells = Columns(records(entries, form), form), Cells(entries, form)
    frame, at = columns.frame, columns.record_of(key)
    edits = [edit for edit in form.edits if field in edit.names]
    periods = None
    if accepted is None:
        edits = [edit for edit in edits if not isinstance(edit, BetweenPeriods)]
    else:
        known = of_as_much(form, continued(form, accepted), [ReturnSetKey(*key[:2])], places)
        periods = Periods(form, frame, known)
    beyond = _Beyond(columns, cells, entries, problems, places, whens, periods)
    for edit in edits:
        beyond.judged(edit)
    names = dict.fromkeys(name for edit in edits for name in beside.looked_at(edit) if name != field)
    return {} if at is None else {name: frame[name].iloc[at] if name in frame else None for name in names}


def _rows(frame: pd.DataFrame, numbers: Sequence[int]) -> Sequence[Mapping[str, Any]]:
    """Return some rows of a frame whose index counts its rows: all at once, since one by one each takes as long."""
    return frame.iloc[numbers].to_dict("records") if numbers else []


@dataclass(frozen=True)
class _Beyond:
    """The edits of a form that look beyond a record: at other forms and reporters, printed lines, earlier periods.

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


def _by_record(
    record_of: Callable[[tuple[str, ...]], int | None], cells: Iterable[tuple[str, ...]]
) -> dict[int, list[tuple[str, ...]]]:
    """Return cells by the record they are in."""
    found: dict[int, list[tuple[str, ...]]] = {}
    for cell in cells:
        at = record_of(cell[:-1])
        if at is not None:
            found.setdefault(at, []).append(cell)
    return found


def _before(form: type[Form], frame: pd.DataFrame, accepted: pd.DataFrame) -> list[Mapping[str, Any]]:
    """Return, per record, that of the same reporter and line in the last comparable period; an empty one for none."""
    at = before_of(form, frame, accepted)
    then = iter(_rows(accepted, at[at >= 0].tolist()))
    return [next(then) if is_known else {} for is_known in (at >= 0).tolist()]


def _asked_for(
    met: pd.DataFrame,
    form: type[Form],
    columns: Columns,
    in_doubt: Mapping[int, Iterable[tuple[str, ...]]],
    cells: Cells,
) -> dict[tuple[str, ...], Proposal]:
    """Return, by key and field of cells that are blank or in doubt, what the sums ask for there."""
    if not len(met):
        return {}
    cells_met = set(met.loc[met["field"] != "", [*KEYS, "field"]].itertuples(index=False, name=None))
    found: dict[tuple[str, ...], Proposal] = {}
    groups = _by_record(columns.record_of, cells_met)
    for record, (at, group) in zip(_rows(columns.frame, list(groups)), groups.items(), strict=True):
        values, written = wording.as_written(record, form, cells)
        asked = asked_for(form, values, written, {name for *_, name in in_doubt.get(at, ())})
        found |= {cell: asked[cell[-1]] for cell in group if cell[-1] in asked}
    return found


def formless(
    problems: pd.DataFrame, places: Places, return_sets: Iterable[ReturnSetKey], releases: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return the findings of which no form's check tells: on whole files, sheets, releases and folders of communes."""
    of_releases = [] if releases is None else [releases]
    met = joined([problems[problems["form"] == ""], *of_releases, _not_then(return_sets, places)])
    return wording.findings(wording.of_problems(met, None, places, {}))


def _not_then(return_sets: Iterable[ReturnSetKey], places: Places) -> pd.DataFrame:
    """Tell of the folders of communes that were no more, or not yet, in the period."""
    rows = []
    for key in return_sets:
        commune, period = places.commune(key.commune), Period.parse(key.period)
        if commune is not None and not commune.existed_in(period):
            after = commune.successor if commune.ended_by(period) else ""
            others = [places.territory(after)] if after else []
            others = others or [one.title for one in places.merged_into(commune.code)]
            rows.append(
                key._asdict()
                | {
                    "file": f"{key.commune}/",
                    "written": commune.reports(period),
                    "expected": ", ".join(others) or "xã có trong kỳ này",
                }
            )
    return problem_rows(Problems.NOT_IN_PERIOD, rows)


def _back(
    record: Mapping[str, Any], edits: Sequence[Edit], cells: Cells, noted: Mapping[Key, Mapping[str, str]]
) -> dict[Key, Sequence[str]]:
    """Return the cells of failing edits that were confirmed beside other numbers, each with what is another now."""
    found: dict[Key, Sequence[str]] = {}
    for name in dict.fromkeys(name for edit in edits for name in edit.names) if noted else ():
        cell = cells.at(tuple(record[key] for key in KEYS), name)
        if cell is not None and cell["confirmed"]:
            found[key_of(cell)] = tuple(beside.others_now(record, edits, noted.get(key_of(cell), {})))
    return {key: words for key, words in found.items() if words}


def _not_confirmed(findings: pd.DataFrame, entries: pa.Table, again: Collection[Key] = ()) -> pd.DataFrame:
    """Return the findings without warnings on a cell whose reporter has confirmed the number; errors all stay.

    So do those on cells ``again``: their confirmation is of other numbers.
    """
    confirming = pc.not_equal(entries["confirmed"], "")
    if not len(findings) or not pc.any(confirming).as_py():
        return findings
    kept = entries.filter(confirming).select(CELL_KEY).to_pylist()
    confirmed = {tuple(cell.values()) for cell in kept} - set(again)
    first = findings["cells"].map(first_of)
    where = zip(*(findings[name] for name in SHEET_KEY), first, strict=True)
    settled = pd.Series([cell in confirmed for cell in where], index=findings.index)
    return findings[~(settled & (findings["severity"] == Severity.WARNING))]


def _out_of_range(
    form: type[Form], frame: pd.DataFrame, where: Iterable[tuple[Any, str]], cells: Cells
) -> pd.DataFrame:
    """Tell of the values outside the range of their field."""
    rows = []
    for index, name in where:
        rows.append(cells.where(frame.loc[index], name) | {"expected": form.fields()[name].limits})
    return problem_rows(Problems.OUT_OF_RANGE, rows)


def _judged(form: type[Form], frame: pd.DataFrame) -> tuple[list[tuple[Any, str]], dict[str, Any]]:
    """Have Pandera judge the records of a form: types, ranges and every edit within the form.

    Returns:
        Row and column of every value out of range; and by the code of an edit the rows that break it.

    Raises:
        SchemaErrors: The records do not have the form's columns and types.
    """
    beyond: list[tuple[Any, str]] = []
    breaking: dict[str, Any] = {}
    with config_context(validation_enabled=True):  # an environment variable must not be able to let everything pass
        try:
            schema(form).validate(frame, lazy=True, inplace=True)  # nothing is coerced, so nothing is changed
        except pandera.errors.SchemaErrors as errors:
            for error in errors.schema_errors:
                if error.failure_cases is None or error.reason_code.name != "DATAFRAME_CHECK":
                    raise
                if error.check.name == RANGES:
                    beyond = [(row, name) for name, rows in outside(form, frame) for row in frame.index[rows]]
                else:
                    breaking[error.check.name] = error.failure_cases["index"].unique()
    return beyond, breaking


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
        written = vietnamese(Decimal(str(record[change.field])))
        rows.append(cells.where(record, change.field) | {"written": written, "expected": expected})
    return problem_rows(Problems.CHANGED_MUCH, rows)


def _changed_alone(form: type[Form], frame: pd.DataFrame, accepted: pd.DataFrame, cells: Cells) -> pd.DataFrame:
    """Tell of values that left the span of their reporter's own earlier ones."""
    rows = []
    for change in changed_alone(form, frame, accepted):
        record = frame.loc[change.row]
        values = " đến ".join(dict.fromkeys(vietnamese(value) for value in (change.lowest, change.highest)))
        lines = "các dòng " if change.is_new else ""
        expected = f"{lines}{', '.join(period.title for period in change.periods)}: {values}"
        written = vietnamese(Decimal(str(record[change.field])))
        rows.append(cells.where(record, change.field) | {"written": written, "expected": expected})
    return problem_rows(Problems.OWN_CHANGE, rows)


def _copied(form: type[Form], frame: pd.DataFrame, accepted: pd.DataFrame, cells: Cells) -> pd.DataFrame:
    """Tell, once per return, that nearly all its numbers are those of an earlier period."""
    rows = []
    for found in copied(form, frame, accepted):
        places = [cells.where(frame.loc[row], name) for row, name in found.cells]
        at = {"field": "", "line": "", "cells": listed(place["cells"] for place in places)}
        written, expected = f"{len(found.cells)}/{found.of} số", f"số {found.period.title}"
        rows.append(places[0] | at | {"written": written, "expected": expected})
    return problem_rows(Problems.COPIED, rows)


def _scaled(form: type[Form], frame: pd.DataFrame, accepted: pd.DataFrame, cells: Cells) -> pd.DataFrame:
    """Tell, once per record, of amounts of money that were probably written in another unit."""
    rows = []
    for found in scaled(form, frame, accepted):
        record, first = frame.loc[found.row], found.fields[0]
        where = cells.where(record, first)
        others = [cells.where(record, name)["cells"] for name in found.fields[1:]]
        expected = f"có thể ghi theo {found.unit}, biểu mẫu dùng {form.fields()[first].unit.label} ({found.against})"
        written = vietnamese(Decimal(str(record[first])))
        at = {"cells": listed([where["cells"], *others])}
        rows.append(where | at | {"written": written, "expected": expected})
    return problem_rows(Problems.OTHER_SCALE, rows)


_UNUSABLE = frozenset(kind.name for kind in Problems if kind.value.status is not Outcome.UNDECIDED)


def _doubtful(met: pd.DataFrame) -> set[tuple[str, ...]]:
    """Return keys and field of every cell that is itself in doubt, so that no edit can use it."""
    if not len(met):
        return set()
    columns = zip(*(met[name] for name in ("problem", *KEYS, "field")), strict=True)
    return {where for problem, *where_ in columns if problem in _UNUSABLE and (where := tuple(where_))[-1]}


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
        bad = _breaking(name, form.edits, columns) | ~columns.known(name)
        in_doubt = {given[at] for at in np.unique(of_given[bad]).tolist()}
        in_doubt |= {*_met(problems, form, name), *_lacking(form, columns.records, sets, places)}
        values = columns.values(name).astype(object)
        sums = dict.fromkeys(given, 0)
        for at, value in zip(of_given.tolist(), values, strict=True):
            sums[given[at]] += value
        for at, key in enumerate(sets):
            total = totals[at] if key in sums and key not in in_doubt else None
            totals[at] = None if total is None else total + form.system.decimal(name, sums[key])
    found = pd.array([totals[at] for at in number.tolist()], dtype=pd.ArrowDtype(DECIMAL))
    frame[edit.added] = found.astype(frame[edit.line].dtype)
    return _as_found(edit, frame)


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


_OUTCOMES = tuple(Outcome)
_HOLDS, _FAILS, _UNDECIDED, _NOT_EVALUABLE = (
    _OUTCOMES.index(one) for one in (Outcome.HOLDS, Outcome.FAILS, Outcome.UNDECIDED, Outcome.NOT_EVALUABLE)
)


def _outcomes(form: type[Form], records: pa.Table, came: Any) -> pa.Table:
    """Return what came of each edit, the rows, on each record, the columns, as ``schemas.tables.OUTCOMES``."""
    edit, record = (pa.array(one.ravel()) for one in np.indices(came.shape))
    columns = {name: records[name].take(record) for name in KEYS} | {
        "form": pa.repeat(form.code, came.size),
        "edit": pa.array([one.code for one in form.edits], pa.string()).take(edit),
        "sentence": pa.array([one.sentence for one in form.edits], pa.string()).take(edit),
        "outcome": pa.array([str(one) for one in _OUTCOMES]).take(pa.array(came.ravel())),
    }
    return pa.table({name: columns[name] for name in OUTCOMES.names}, schema=OUTCOMES)
