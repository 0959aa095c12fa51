"""Records to findings: every edit of a form evaluated, and what does not hold told with its cells.

Belongs here: running Pandera, the four outcomes of edits, completeness, and the wording of a finding.
Does not belong here: what a rule is (``schemas.edits``), what a finding holds back (``pipelines.steps.validate.gate``).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

import pandas as pd
import pandera.errors
import pyarrow as pa
import pyarrow.compute as pc
from pandera.config import config_context

from pipelines.steps.collect.correct import refused
from pipelines.steps.collect.records import of_form, records
from pipelines.steps.frames import to_frame
from pipelines.steps.numbers import round_half_up, vietnamese
from pipelines.steps.problems import PROBLEM_COLUMNS, joined, problem_rows
from pipelines.steps.validate.advise import Advice, Written, advise
from pipelines.steps.validate.change import changed_much
from pipelines.steps.validate.scale import scaled
from schemas.edits import Agreement, Edit, Outcome, Severity
from schemas.form import KEYS, REPORTER_KEYS, Form
from schemas.periods import Period
from schemas.places import Places
from schemas.problems import Problems
from schemas.tables import FINDINGS, OUTCOMES
from schemas.text import visible
from schemas.units import DECIMAL

FINDING_COLUMNS = tuple(FINDINGS.names)
"""One row per finding. ``cells``: addresses joined by semicolons, the doubtful one first;
``written`` and ``expected`` as text."""

OUTCOME_COLUMNS = tuple(OUTCOMES.names)
"""One row per record and edit; ``outcome``: ``schemas.edits.Outcome``."""

ReturnSet = tuple[str, str]
"""Period and commune."""


@dataclass(frozen=True)
class Checked:
    """What checking one form gave."""

    findings: pd.DataFrame
    outcomes: pd.DataFrame


def check(
    form: type[Form],
    entries: pa.Table,
    problems: pd.DataFrame,
    accepted: pd.DataFrame,
    return_sets: Sequence[ReturnSet],
    places: Places,
    ledger: pd.DataFrame | None = None,
    whence: pd.DataFrame | None = None,
) -> Checked:
    """Check one form of any number of return sets.

    Args:
        form: The form.
        entries: ``schemas.tables.ENTRIES`` of the form, and of every form its edits look at.
        problems: ``problems.PROBLEM_COLUMNS`` met on the way here, of any forms.
        accepted: The form's records in the published mart, of all periods: what must not silently go missing, and what
            the values are compared with.
        return_sets: The sets being checked; a set without any entries is checked too.
        places: Who is expected to report.
        ledger: The entries of the correction ledgers, for the suggestions that have been refused.
        whence: The sheets that ``accepted`` came from (``sources.whence``), to name a workbook that went missing.
    """
    frame = to_frame([records(entries, form)], form.arrow())
    cells = _Cells(entries, form)
    met = problems[problems["form"] == form.code]
    found = [
        met,
        _missing_returns(form, frame, problems, _came_from(accepted, whence), return_sets, places),
        _withdrawn_values(form, frame, accepted, cells),
    ]
    out_of_range, failing = _validate(form, frame)
    found.append(_out_of_range(form, frame, out_of_range, cells))
    told = joined(found)

    doubtful = _doubtful(told)
    # A change that is only remarkable puts no cell in doubt: were it told before, it would silence the cell's edits.
    told = joined([told, _changed_much(form, frame, accepted, cells), _scaled(form, frame, accepted, cells)])
    breaches: list[tuple[Any, Edit]] = []
    outcomes: list[Iterable[tuple[Any, ...]]] = []
    for edit in form.edits:
        if isinstance(edit, Agreement):
            holds = _agreement(edit, frame, entries, problems, places)
            failing[edit.code] = frame.index[~holds.fillna(True)]
        fails = frame.index.isin(failing.get(edit.code, []))
        outcome = _outcomes(edit, frame, fails, doubtful)
        outcomes.append(_of_each(form, edit, frame, outcome))
        breaches.extend(
            (index, edit) for index, what in zip(frame.index, outcome, strict=True) if what == Outcome.FAILS
        )
    kept = refused(ledger) if ledger is not None else set()
    told_edits = [_breach(frame.loc[index], edits, cells, places, kept) for index, edits in _connected(breaches)]
    return Checked(
        _not_confirmed(_findings([*_told(told, form, places), *told_edits]), entries),
        pd.DataFrame([row for rows in outcomes for row in rows], columns=list(OUTCOME_COLUMNS)),
    )


def formless(problems: pd.DataFrame, places: Places) -> pd.DataFrame:
    """Return the findings on files and sheets in which no form was recognised, so no form's check tells of them."""
    return _findings(_told(problems[problems["form"] == ""], None, places))


def _not_confirmed(findings: pd.DataFrame, entries: pa.Table) -> pd.DataFrame:
    """Return the findings without warnings on a cell whose reporter has confirmed the number; errors all stay."""
    kept = entries.filter(pc.not_equal(entries["confirmed"], "")).select(_CELL_KEY).to_pylist()
    if not kept or not len(findings):
        return findings
    confirmed = {tuple(cell.values()) for cell in kept}
    first = findings["cells"].str.partition(";")[0]
    where = zip(*(findings[name] for name in _CELL_KEY[:-1]), first, strict=True)
    settled = pd.Series([cell in confirmed for cell in where], index=findings.index)
    return findings[~(settled & (findings["severity"] == Severity.WARNING.value))]


_CELL_KEY = ["period", "commune", "file", "sheet", "cell"]


class _Cells:
    """Where each field of each record was written; looked up only where there is something to tell."""

    def __init__(self, entries: pa.Table, form: type[Form]) -> None:
        self._entries, self._form = entries, form

    @cached_property
    def _rows(self) -> dict[tuple[str, ...], dict[str, str]]:
        rows = of_form(self._entries, self._form).to_pylist()
        return {(*(row[key] for key in KEYS), row["field"]): row for row in rows}

    def at(self, key: tuple[str, ...], field: str) -> dict[str, str] | None:
        """Return file, sheet, cell, text and problem of one entry, or nothing where no cell was found for the field."""
        return self._rows.get((*key, field))


def _validate(form: type[Form], frame: pd.DataFrame) -> tuple[list[tuple[Any, str]], dict[str, pd.Index]]:
    """Run Pandera.

    Returns:
        The cells out of range, as (row, column), and the failing rows per edit code.

    Raises:
        SchemaErrors: The records do not have the form's columns and types, which is our fault and not the reporter's.
    """
    out_of_range: list[tuple[Any, str]] = []
    failing: dict[str, pd.Index] = {}
    with config_context(validation_enabled=True):  # an environment variable must not be able to let everything pass
        try:
            form.validate(frame, lazy=True)
        except pandera.errors.SchemaErrors as errors:
            edits = {edit.code for edit in form.edits}
            for error in errors.schema_errors:
                name = getattr(error.check, "name", None)
                if error.failure_cases is None or error.reason_code.name != "DATAFRAME_CHECK":
                    raise
                index = pd.Index(error.failure_cases["index"].unique())
                if name in edits:
                    failing[str(name)] = index
                else:
                    out_of_range.extend((row, error.schema.name) for row in index)
    return out_of_range, failing


def _out_of_range(
    form: type[Form], frame: pd.DataFrame, where: Iterable[tuple[Any, str]], cells: _Cells
) -> pd.DataFrame:
    rows = []
    for index, name in where:
        item = form.fields()[name]
        limits = [
            f"từ {item.minimum}" if item.minimum is not None else "",
            f"đến {item.maximum}" if item.maximum is not None else "",
        ]
        rows.append(
            _at(frame.loc[index], name, cells) | {"form": form.code, "expected": " ".join(filter(None, limits))}
        )
    return problem_rows(Problems.OUT_OF_RANGE, rows)


def _at(record: pd.Series, name: str, cells: _Cells) -> dict[str, str]:
    """Return where a record's field was written, as problem columns."""
    key = tuple(record[list(KEYS)])
    cell = cells.at(key, name)
    assert cell is not None, "a value that was checked was read from a cell"
    return dict(zip(KEYS, key, strict=True)) | {
        "field": name,
        "file": cell["file"],
        "sheet": cell["sheet"],
        "cells": cell["cell"],
        "written": cell["text"],
    }


def _came_from(accepted: pd.DataFrame, whence: pd.DataFrame | None) -> dict[tuple[str, ...], dict[str, str]]:
    """Return, per reporter with accepted records, the file and sheet they came from, as far as that is known."""
    keys = list(REPORTER_KEYS)
    found: dict[tuple[str, ...], dict[str, str]] = {
        key: {} for key in accepted[keys].itertuples(index=False, name=None)
    }
    for row in [] if whence is None else whence.to_dict("records"):
        found[tuple(row[key] for key in keys)] = {"file": row["file"], "sheet": row["sheet"]}
    return found


def _missing_returns(
    form: type[Form],
    frame: pd.DataFrame,
    problems: pd.DataFrame,
    before: Mapping[tuple[str, ...], Mapping[str, str]],
    return_sets: Sequence[ReturnSet],
    places: Places,
) -> pd.DataFrame:
    """Tell who was to send the form and did not; a return that had been accepted before must not vanish.

    Where the workbook it was accepted from is still there and something is wrong with it, that is what is told: of the
    whole workbook as the form's own finding, for it is this form that is held.
    """
    keys = list(REPORTER_KEYS)
    met = problems[problems["form"] == form.code]
    sent = set(frame[keys].itertuples(index=False, name=None))
    turned_away = set(met[keys].itertuples(index=False, name=None))
    blocking = met[met["problem"].isin(_ERRORS) & (met["reporter"] == "")]
    refused_files = set(blocking[_FILE_KEY].itertuples(index=False, name=None))
    of_files = problems[problems["problem"].isin(_ERRORS) & (problems["form"] == "") & (problems["sheet"] == "")]
    unopened = {tuple(row[name] for name in _FILE_KEY): row for row in of_files.to_dict("records")}
    missing: list[dict[str, str]] = []
    withdrawn: list[dict[str, str]] = []
    unread: list[dict[str, str]] = []
    for period, commune in return_sets:
        if not places.expects(commune, form.code):
            continue
        for place in places.reporters(commune, form.reporter_kind, Period.parse(period)):
            key = (period, commune, place.code)
            if key in sent or key in turned_away:
                continue
            words = dict(zip(REPORTER_KEYS, key, strict=True)) | {"form": form.code}
            origin = before.get(key, {})
            file = (period, commune, origin.get("file", ""))
            if file in unopened:
                unread.append(unopened[file] | words)
            elif key not in before:
                missing.append(words)
            elif file not in refused_files:
                withdrawn.append(words | dict(origin))
    told = [problem_rows(Problems[row["problem"]], [row]) for row in unread]
    return joined([*told, problem_rows(Problems.NOT_SENT, missing), problem_rows(Problems.WITHDRAWN_RETURN, withdrawn)])


_FILE_KEY = ["period", "commune", "file"]

_ERRORS = [name for name, kind in Problems.__members__.items() if kind.value.severity is Severity.ERROR]


def _withdrawn_values(form: type[Form], frame: pd.DataFrame, accepted: pd.DataFrame, cells: _Cells) -> pd.DataFrame:
    """Tell of fields that are blank now though a value had been accepted; they replace the plain finding on a blank."""
    names = [name for name in form.fields() if name in accepted.columns]
    if not len(accepted) or not frame[names].isna().to_numpy().any():
        return problem_rows(Problems.WITHDRAWN_VALUE, [])
    before = accepted.set_index(list(KEYS))[names].reindex(pd.MultiIndex.from_frame(frame[list(KEYS)]))
    before.index = frame.index
    gone = frame[names].isna() & before.notna()
    rows = []
    for index in gone.index[gone.any(axis="columns")]:
        record = frame.loc[index]
        for name in gone.columns[gone.loc[index]]:
            cell = cells.at(tuple(record[list(KEYS)]), name)
            if cell is not None and cell["problem"] == Problems.BLANK.name:
                value = vietnamese(Decimal(str(before.loc[index, name])))
                rows.append(_at(record, name, cells) | {"form": form.code, "expected": value})
    return problem_rows(Problems.WITHDRAWN_VALUE, rows)


def _changed_much(form: type[Form], frame: pd.DataFrame, accepted: pd.DataFrame, cells: _Cells) -> pd.DataFrame:
    """Tell of values that changed since an earlier period unlike those of the other villages."""
    rows = []
    for change in changed_much(form, frame, accepted):
        record, decimals = frame.loc[change.row], form.ref(change.field).decimals
        usual = vietnamese(round_half_up(Fraction(change.before) * change.typical, decimals))
        percent = vietnamese(round_half_up(100 * change.typical, 1))
        expected = (
            f"khoảng {usual} ({change.period.title} là {vietnamese(change.before)}, "
            f"các thôn thường bằng {percent} % kỳ đó)"
        )
        written = vietnamese(Decimal(str(record[change.field])))
        where = _at(record, change.field, cells)
        rows.append(where | {"form": form.code, "written": written, "expected": expected})
    return problem_rows(Problems.CHANGED_MUCH, rows)


def _scaled(form: type[Form], frame: pd.DataFrame, accepted: pd.DataFrame, cells: _Cells) -> pd.DataFrame:
    """Tell, once per record, of amounts of money that were probably written in another unit."""
    rows = []
    for found in scaled(form, frame, accepted):
        record, first = frame.loc[found.row], found.fields[0]
        where = _at(record, first, cells)
        others = [_at(record, name, cells)["cells"] for name in found.fields[1:]]
        expected = f"có thể ghi theo {found.unit}, biểu mẫu dùng {form.ref(first).label} ({found.against})"
        written = vietnamese(Decimal(str(record[first])))
        at = {"form": form.code, "cells": ";".join([where["cells"], *others])}
        rows.append(where | at | {"written": written, "expected": expected})
    return problem_rows(Problems.OTHER_SCALE, rows)


def _doubtful(told: pd.DataFrame) -> set[tuple[str, ...]]:
    """Return period, commune, reporter and field of every cell that is itself in doubt, so that no edit can use it."""
    if not len(told):
        return set()
    unusable = {name for name, kind in Problems.__members__.items() if kind.value.status is not Outcome.UNDECIDED}
    rows = told[told["problem"].isin(unusable) & (told["field"] != "")]
    return set(rows[[*KEYS, "field"]].itertuples(index=False, name=None))


def _agreement(
    edit: Agreement, frame: pd.DataFrame, entries: pa.Table, problems: pd.DataFrame, places: Places
) -> "pd.Series[Any]":
    """Evaluate a desk's line against other forms.

    The others' sum is missing, and the edit undecided, while one of their returns is missing or in doubt: the trouble
    is then told where it is, once, and not a second time here.
    """
    sets = list(_sets(frame))
    of_sheet = problems["problem"].isin(_ERRORS) & (problems["field"] == "")
    totals: list[Any] = [Decimal(0)] * len(sets)
    for other in edit.others:
        form = other.form
        given = to_frame([records(entries, form)], form.arrow())
        reading = [rule for rule in form.edits if other in rule.names and not rule.crosses_forms]
        own_edits = [rule.holds(given).fillna(True) for rule in reading]
        broken = given[~pd.concat(own_edits, axis="columns").all(axis="columns")] if own_edits else given[:0]
        in_doubt = {
            *_sets(broken),
            *_sets(problems[(problems["form"] == form.code) & (of_sheet | (problems["field"] == other))]),
        }
        sums = given.groupby(["period", "commune"])[other].agg(lambda values: values.sum(skipna=False))
        sent = set(given[list(REPORTER_KEYS)].itertuples(index=False, name=None))
        for row, (period, commune) in enumerate(sets):
            expected = places.reporters(commune, form.reporter_kind, Period.parse(period))
            in_doubt |= (
                {(period, commune)} if any((period, commune, one.code) not in sent for one in expected) else set()
            )
            value = sums.get((period, commune), pd.NA)
            usable = (period, commune) not in in_doubt and not pd.isna(value) and totals[row] is not None
            totals[row] = totals[row] + Decimal(str(value)) if usable else None
    frame[edit.added] = pd.array(totals, dtype=pd.ArrowDtype(DECIMAL)).astype(frame[edit.line].dtype)
    return edit.holds(frame)


def _added(edit: Edit) -> list[str]:
    return [edit.added] if isinstance(edit, Agreement) else []


def _sets(frame: pd.DataFrame) -> Iterable[ReturnSet]:
    return zip(frame["period"], frame["commune"], strict=True)


def _outcomes(edit: Edit, frame: pd.DataFrame, fails: Any, doubtful: set[tuple[str, ...]]) -> list[str]:
    """Return the outcome of one edit on every record."""
    names = [*edit.names, *_added(edit)]
    blank = frame[names].isna().any(axis="columns").to_numpy()
    outcomes = [
        (Outcome.FAILS if failed else Outcome.UNDECIDED if open_ else Outcome.HOLDS).value
        for failed, open_ in zip(fails, blank, strict=True)
    ]
    if doubtful:
        for row, key in enumerate(frame[list(KEYS)].itertuples(index=False, name=None)):
            if any((*key, name) in doubtful for name in edit.names):
                outcomes[row] = Outcome.NOT_EVALUABLE.value
    return outcomes


def _of_each(form: type[Form], edit: Edit, frame: pd.DataFrame, outcome: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    for (period, commune, reporter, line), what in zip(
        frame[list(KEYS)].itertuples(index=False, name=None), outcome, strict=True
    ):
        yield (period, commune, form.code, reporter, line, edit.code, edit.sentence, what)


def counted(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Return one row per return set and edit, with the number of records in a column per outcome.

    Args:
        outcomes: ``OUTCOME_COLUMNS``.
    """
    edit = ["period", "commune", "form", "edit", "sentence"]
    counts = outcomes.groupby([*edit, "outcome"], sort=False).size().unstack("outcome", fill_value=0)
    return counts.reindex(columns=[str(outcome) for outcome in Outcome], fill_value=0).reset_index()


def _connected(breaches: Sequence[tuple[Any, Edit]]) -> Iterator[tuple[Any, list[Edit]]]:
    """Join edits that fail on one record and share a cell: one wrong cell is then one finding, not one per sum."""
    groups: list[tuple[Any, list[Edit], set[str]]] = []
    for index, edit in breaches:
        names, edits = set(edit.names), [edit]
        for group in [group for group in groups if group[0] == index and group[2] & names]:
            groups.remove(group)
            edits, names = group[1] + edits, names | group[2]
        groups.append((index, edits, names))
    yield from ((index, edits) for index, edits, _ in groups)


def _breach(
    record: pd.Series, edits: Sequence[Edit], cells: _Cells, places: Places, kept: Collection[tuple[str, ...]]
) -> dict[str, str]:
    """Return the finding on edits that fail together; the cells most in doubt come first."""
    form = edits[0].form
    key = tuple(record[list(KEYS)])
    advice = advise(
        form,
        *_as_written(record, form, cells),
        {edit.code for edit in edits},
        {tuple(where) for period, commune, *where in kept if (period, commune) == key[:2]},
    )
    involved = list(dict.fromkeys(name for edit in edits for name in edit.names))
    involved.sort(key=lambda name: -sum(name in edit.names for edit in edits))
    found = {name: cells.at(key, name) for name in involved}
    cell = {name: at["cell"] for name, at in found.items() if at is not None}
    values = {
        name: Decimal(str(record[name])) for name in [*involved, *(name for edit in edits for name in _added(edit))]
    }
    where = found[involved[0]] or {}
    parts = []
    for edit in edits:
        about, expected = edit.names[0], edit.expected(values)
        others = ", ".join(cell[name] for name in edit.names[1:])
        parts.append(
            f"«{edit.label(about)}» (ô {cell[about]}) ghi {vietnamese(values[about])}, "
            f"{edit.demand} {vietnamese(expected)}{f' (ô {others})' if others else ''}, "
            f"lệch {vietnamese(abs(values[about] - expected))}, theo {edit.code}: {edit.sentence}"
        )
    severity = Severity.ERROR if any(edit.severity is Severity.ERROR for edit in edits) else Severity.WARNING
    # A warning stays on the cell it is about, which a reporter may have confirmed as it is.
    leading = advice if severity is Severity.ERROR and advice.field in involved else Advice()
    # What was written and what is expected is said of the cell that stands first.
    main = next((edit for edit in edits if edit.names[0] == involved[0]), edits[0])
    involved.sort(key=lambda name: name != (leading.field or main.names[0]))
    reporter = places.title(record["commune"], record["reporter"])
    return dict(zip(KEYS, key, strict=True)) | {
        "code": main.code,
        "severity": severity,
        "status": Outcome.FAILS,
        "form": form.code,
        "file": where["file"],
        "sheet": where["sheet"],
        "cells": ";".join(cell[name] for name in involved),
        "written": leading.seen or vietnamese(values[main.names[0]]),
        "expected": leading.proposed or vietnamese(main.expected(values)),
        "message": f"{reporter}, tệp {where['file']}, trang «{where['sheet']}»: {'; '.join(parts)}. "
        "Hỏi lại đơn vị báo cáo xem ô nào sai, rồi ghi đính chính.",
        "suggestion": advice.words,
    }


def _as_written(record: pd.Series, form: type[Form], cells: _Cells) -> tuple[dict[str, Decimal], dict[str, Written]]:
    """Return the known values of a record, and where and how each of its fields stands in the workbook."""
    names = list(form.fields())
    found = {name: at for name in names if (at := cells.at(tuple(record[list(KEYS)]), name)) is not None}
    values = {name: Decimal(str(record[name])) for name in names if not pd.isna(record[name])}
    written = {
        name: Written(at["file"], at["sheet"], at["cell"], at["text"], bool(at["correction"] or at["confirmed"]))
        for name, at in found.items()
    }
    return values, written


def _told(problems: pd.DataFrame, form: type[Form] | None, places: Places) -> list[dict[str, str]]:
    """Return problem rows as findings, each with its sentence."""
    if not len(problems):
        return []
    withdrawn = set(
        problems.loc[problems["problem"] == Problems.WITHDRAWN_VALUE.name, [*KEYS, "cells"]].itertuples(
            index=False, name=None
        )
    )
    rows = []
    for row in problems[list(PROBLEM_COLUMNS)].to_dict("records"):
        kind = Problems[row["problem"]]
        if kind is Problems.BLANK and (*(row[key] for key in KEYS), row["cells"]) in withdrawn:
            continue
        label = form.fields()[row["field"]].label if form is not None and row["field"] else ""
        if row["line"]:
            label = f"{label}, dòng {row['line']}"
        words: Mapping[str, str] = row | {
            **{name: _short(row[name]) for name in ("written", "expected")},
            "cells": _few(row["cells"]),
            "label": label,
            "reporter": places.title(row["commune"], row["reporter"]),
            "commune": places.territory(row["commune"]),
        }
        rows.append(
            row
            | {
                "code": kind.value.code,
                "severity": kind.value.severity,
                "status": kind.value.status,
                "message": kind.value.message.format_map(words),
                "suggestion": _remark(kind, row["written"]),
            }
        )
    return rows


_LONGEST_TEXT, _MOST_CELLS = 400, 8


def _short(text: str) -> str:
    """Return a text as a sentence quotes it: on one line, and only the beginning of a very long one."""
    seen = visible(text)
    return seen if len(seen) <= _LONGEST_TEXT else f"{seen[:_LONGEST_TEXT]}…"


def _few(cells: str) -> str:
    """Return addresses as a sentence lists them: the first of many."""
    listed = cells.split(";")
    more = f" và {len(listed) - _MOST_CELLS} ô khác" if len(listed) > _MOST_CELLS else ""
    return ", ".join(listed[:_MOST_CELLS]) + more


def _remark(kind: Problems, written: str) -> str:
    """Return what a cell may have meant: whole thousands, whose dot Excel took for the decimal sign."""
    try:
        thousands = Decimal(written) * 1000 if kind is Problems.TOO_PRECISE else Decimal(0)
    except ArithmeticError:  # a text with a decimal comma, where a dot has no other meaning
        return ""
    if abs(thousands) < 1000 or thousands != thousands.to_integral_value():
        return ""
    return f"Có thể là {vietnamese(thousands)}: Excel hiểu dấu chấm phân nhóm là dấu thập phân."


def _findings(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    filled = [{name: str(row[name]) for name in FINDING_COLUMNS} for row in rows]
    return pd.DataFrame(filled, columns=list(FINDING_COLUMNS), dtype=pd.StringDtype())
