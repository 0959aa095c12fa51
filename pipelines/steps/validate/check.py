"""Records to findings: every edit of a form evaluated, and what does not hold told with its cells.

Belongs here: the order of the checks, and the four outcomes of edits. Does not belong here: what a rule is
(``schemas.edits``), what only a form's neighbours can tell (``pipelines.steps.validate.beyond``, ``remarks``), what a
finding says (``pipelines.steps.validate.wording``) and holds back (``pipelines.steps.validate.gate``).
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pandera.errors
import pyarrow as pa
import pyarrow.compute as pc
from pandera.config import config_context

from pipelines.steps.collect.correct import Key, followed, key_of, overruled, refused
from pipelines.steps.collect.locate import in_force
from pipelines.steps.collect.records import records
from pipelines.steps.problems import joined, problem_rows
from pipelines.steps.validate import beside, overruling, wording
from pipelines.steps.validate.advise import asked_for
from pipelines.steps.validate.between import Periods
from pipelines.steps.validate.beyond import Beyond
from pipelines.steps.validate.cells import Cells
from pipelines.steps.validate.change import before_of
from pipelines.steps.validate.columns import Columns
from pipelines.steps.validate.continued import continued
from pipelines.steps.validate.missing import lost_corrections, missing_returns, withdrawn_lines, withdrawn_values
from pipelines.steps.validate.refusals import Refusals
from pipelines.steps.validate.remarks import remarks
from pipelines.steps.validate.taken_in import AsMuch, of_as_much
from schemas.edit import Edit
from schemas.fields import KEYS
from schemas.form import Form
from schemas.implied_edits import BetweenPeriods
from schemas.listed import first_of
from schemas.outcomes import Outcome, Severity
from schemas.pandera_schemas import RANGES, outside, schema
from schemas.periods import Period
from schemas.places import Places
from schemas.problems import Problems
from schemas.proposals import Proposal
from schemas.return_sets import ReturnSetKey
from schemas.tables import CELL_KEY, OUTCOMES, SHEET_KEY


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
    (form,) = in_force([form], {key.period for key in return_sets})
    given = _Given(form, entries, problems, continued(form, accepted), return_sets, places, ledger, whence, mart)
    outside, breaking = _judged(form, given.frame)
    outside, ranges_settled = overruling.ranges(form, given.frame, outside, given.cells, given.overruled)
    trouble = _trouble(given, outside)
    in_doubt = _by_record(given.columns.record_of, _doubtful(trouble))
    # What is only remarkable puts no cell in doubt: were it told before, it would silence the cell's edits.
    met = joined([trouble, remarks(form, given.frame, given.accepted, given.of_as_much.records, given.cells)])
    came = _evaluated(given, breaking, in_doubt)
    breaches, edits_settled = _standing(given, came)
    found = [
        _told_of_problems(given, met, in_doubt),
        _told_of_edits(given, breaches),
        # Told in spite of a confirmation, for it is of these that it tells.
        wording.findings(wording.of_problems(joined([ranges_settled, edits_settled]), form, places, {})),
    ]
    return Checked(pd.concat(found, ignore_index=True), _outcomes(form, given.columns.records, came))


@dataclass(frozen=True)
class _Given:
    """What one form is checked with, as ``check`` says of it: the form in its version, what was accepted likewise."""

    form: type[Form]
    entries: pa.Table
    problems: pd.DataFrame
    accepted: pd.DataFrame
    return_sets: Sequence[ReturnSetKey]
    places: Places
    ledger: pd.DataFrame | None
    whence: pd.DataFrame | None
    mart: pa.Table | None

    @cached_property
    def columns(self) -> Columns:
        """The records."""
        return Columns(records(self.entries, self.form), self.form)

    @property
    def frame(self) -> pd.DataFrame:
        """The records as a frame, beside which the edits note what they look at beyond them."""
        return self.columns.frame

    @cached_property
    def cells(self) -> Cells:
        """Where the fields of the records were written."""
        return Cells(self.entries, self.form)

    @cached_property
    def of_as_much(self) -> AsMuch:
        """What was accepted of reporters that were as large then as they are now."""
        return of_as_much(self.form, self.accepted, self.return_sets, self.places)

    @cached_property
    def decisions(self) -> pd.DataFrame | None:
        """The entries of the ledgers, each on the cell that has its number now."""
        return None if self.ledger is None else followed(self.ledger, self.entries)

    @cached_property
    def overruled(self) -> overruling.Decided:
        """Which rules are wrong where, by the ledger."""
        return {} if self.decisions is None else overruled(self.decisions)

    @cached_property
    def confirmed_beside(self) -> Mapping[Key, Mapping[str, str]]:
        """By confirmed cell, the numbers beside which it was confirmed."""
        return beside.noted(self.decisions)

    @cached_property
    def refusals(self) -> Refusals:
        """The suggestions that are not to be made again."""
        return Refusals(self.form, () if self.decisions is None else refused(self.decisions))


_InDoubt = Mapping[int, Sequence[tuple[str, ...]]]
"""By number of a record, keys and field of its cells that are in doubt."""


def _trouble(given: _Given, outside: overruling.Outside) -> pd.DataFrame:
    """Return what is wrong with single cells and whole returns: what was met on the way here, and what is found now."""
    form, problems = given.form, given.problems
    of_form = problems[problems["form"] == form.code] if len(problems) else problems
    return joined(
        [
            of_form,
            missing_returns(
                form, given.columns.records, problems, given.accepted, given.whence, given.return_sets, given.places
            ),
            withdrawn_values(form, given.frame, given.accepted, given.cells),
            lost_corrections(form, given.columns, given.mart, given.cells, given.decisions),
            withdrawn_lines(form, given.frame, of_form, given.accepted, given.whence),
            _out_of_range(form, given.frame, outside, given.cells),
        ]
    )


def _evaluated(given: _Given, breaking: Mapping[str, Sequence[Any]], in_doubt: _InDoubt) -> Any:
    """Return what came of each edit, the rows, on each record, the columns, by its place in ``_OUTCOMES``.

    What edits look at beyond a record is noted beside it.
    """
    form, columns = given.form, given.columns
    whens = {key.period for key in given.return_sets}
    periods = Periods(form, given.frame, given.of_as_much)
    beyond = Beyond(columns, given.cells, given.entries, given.problems, given.places, whens, periods, given.mart)
    contradicted = columns.contradicted({at: {name for *_, name in cells} for at, cells in in_doubt.items()})
    came = np.empty((len(form.edits), len(given.frame)), np.int8)
    for number, edit in enumerate(form.edits):
        judged = beyond.judged(edit)
        if judged is None:
            judged = np.ones(len(given.frame), bool), columns.known(*edit.names)
            judged[0][breaking.get(edit.code, [])] = False
            judged[0][[at for at, codes in contradicted.items() if edit.code in codes]] = False
        holds, known = judged
        came[number] = np.where(~holds, _FAILS, np.where(known, _HOLDS, _UNDECIDED))
        unusable = [at for at, cells in in_doubt.items() if any(name in edit.names for *_, name in cells)]
        came[number, unusable] = _NOT_EVALUABLE
    return came


def _standing(given: _Given, came: Any) -> tuple[overruling.Breaches, pd.DataFrame]:
    """Return the breaches that no decision settles, and ``schemas.tables.PROBLEMS`` of those that one does."""
    fails = zip(*np.nonzero(came == _FAILS), strict=True)
    breaches = [(given.frame.index[at], given.form.edits[number]) for number, at in fails]
    if not breaches:
        return [], joined([])
    return overruling.edits(given.frame, breaches, given.cells, given.overruled, given.confirmed_beside)


def _told_of_problems(given: _Given, met: pd.DataFrame, in_doubt: _InDoubt) -> pd.DataFrame:
    """Return the findings on problems, but for those that a confirmation answers."""
    asked = _asked_for(met, given.form, given.columns, in_doubt, given.cells)
    told = wording.of_problems(met, given.form, given.places, asked)
    return _not_confirmed(wording.findings(told), given.entries)


def _told_of_edits(given: _Given, breaches: overruling.Breaches) -> pd.DataFrame:
    """Return the findings on edits that fail, each of all that share a cell, but for those that a confirmation answers.

    A confirmation that was given beside other numbers answers none: the finding reminds of it.
    """
    connected = list(wording.connected(breaches))
    if not connected:
        return wording.findings([])
    failing = [index for index, _ in connected]
    before = _before(given.form, given.frame.iloc[failing], given.accepted)
    broken = _rows(given.frame, failing)
    given.cells.look_up(tuple(record[name] for name in KEYS) for record in broken)
    told, again = [], set[Key]()
    for record, then, (_, edits) in zip(broken, before, connected, strict=True):
        refused_here = given.refusals.of(given.cells.of_record(tuple(record[name] for name in KEYS)), record)
        changed = _confirmed_beside_others(record, edits, given.cells, given.confirmed_beside)
        reminder = beside.reminder(dict.fromkeys(one for words in changed.values() for one in words))
        told.append(wording.of_edits(record, edits, given.cells, given.places, refused_here, then, reminder))
        again |= changed.keys()
    return _not_confirmed(wording.findings(told), given.entries, again)


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
    beyond = Beyond(columns, cells, entries, problems, places, whens, periods)
    for edit in edits:
        beyond.judged(edit)
    names = dict.fromkeys(name for edit in edits for name in beside.looked_at(edit) if name != field)
    return {} if at is None else {name: frame[name].iloc[at] if name in frame else None for name in names}


def _rows(frame: pd.DataFrame, numbers: Sequence[int]) -> Sequence[Mapping[str, Any]]:
    """Return some rows of a frame whose index counts its rows: all at once, since one by one each takes as long."""
    return frame.iloc[numbers].to_dict("records") if numbers else []


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


def _confirmed_beside_others(
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


_UNUSABLE = frozenset(kind.name for kind in Problems if kind.value.status is not Outcome.UNDECIDED)


def _doubtful(met: pd.DataFrame) -> set[tuple[str, ...]]:
    """Return keys and field of every cell that is itself in doubt, so that no edit can use it."""
    if not len(met):
        return set()
    columns = zip(*(met[name] for name in ("problem", *KEYS, "field")), strict=True)
    return {where for problem, *where_ in columns if problem in _UNUSABLE and (where := tuple(where_))[-1]}


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
