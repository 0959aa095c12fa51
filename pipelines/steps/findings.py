"""Records to findings: every edit of a form evaluated, and what does not hold told with its cells.

Belongs here: running Pandera, the four outcomes of edits, completeness, and the wording of a finding.
Does not belong here: what a rule is (``schemas.edits``), what a finding holds back (``pipelines.steps.gate``).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd
import pandera.errors
from pandera.config import config_context

from pipelines.steps.numbers import vietnamese
from pipelines.steps.problems import PROBLEM_COLUMNS, problem_rows
from pipelines.steps.records import records
from schemas.edits import Agreement, Edit, Outcome, Severity
from schemas.form import KEYS, Form
from schemas.periods import Period
from schemas.places import Places
from schemas.problems import Problems

FINDING_COLUMNS = (
    "period", "commune", "code", "severity", "status", "form", "reporter", "file", "sheet", "cells", "written",
    "expected", "message", "suggestion",
)
"""One row per finding. ``cells``: addresses joined by semicolons, the doubtful one first; ``written`` and ``expected`` as text."""

OUTCOME_COLUMNS = ("period", "commune", "form", "edit", "sentence", *(str(outcome) for outcome in Outcome))
"""One row per return set and edit: how many records it held on, failed on, was undecided or not evaluable on."""

ReturnSet = tuple[str, str]
"""Period and commune."""


@dataclass(frozen=True)
class Checked:
    """What checking one form gave."""

    findings: pd.DataFrame
    outcomes: pd.DataFrame


def check(
    form: type[Form],
    entries: pd.DataFrame,
    problems: pd.DataFrame,
    accepted: pd.DataFrame,
    return_sets: Sequence[ReturnSet],
    places: Places,
) -> Checked:
    """Check one form of any number of return sets.

    Args:
        form: The form.
        entries: ``locate.ENTRY_COLUMNS`` of the form, and of every form its edits look at.
        problems: ``problems.PROBLEM_COLUMNS`` met on the way here, of any forms.
        accepted: The form's records in the published mart: what must not silently go missing.
        return_sets: The sets being checked; a set without any entries is checked too.
        places: Who is expected to report.
    """
    frame = records(entries, form)
    own = entries[entries["form"] == form.code]
    cells = own.set_index([*KEYS, "field"])[["file", "sheet", "cell", "text", "problem"]].sort_index()
    met = problems[problems["form"] == form.code]
    found = [
        met,
        _missing_returns(form, frame, met, accepted, return_sets, places),
        _withdrawn_values(form, frame, accepted, cells),
    ]
    out_of_range, failing = _validate(form, frame)
    found.append(_out_of_range(form, frame, out_of_range, cells))
    told = pd.concat(found, ignore_index=True)

    doubtful = _doubtful(told)
    breaches, outcomes = [], []
    for edit in form.edits:
        if isinstance(edit, Agreement):
            holds = _agreement(edit, frame, entries, problems, failing)
            failing[edit.code] = frame.index[~holds.fillna(True)]
        fails = frame.index.isin(failing.get(edit.code, []))
        outcome = _outcomes(edit, frame, fails, doubtful)
        outcomes.append(_counted(form, edit, frame, outcome))
        breaches.extend((index, edit) for index in frame.index[outcome == Outcome.FAILS])
    told_edits = [_breach(frame.loc[index], edits, cells, places) for index, edits in _connected(breaches)]
    return Checked(
        pd.concat([_told(told, form, places), _findings(told_edits)], ignore_index=True),
        pd.DataFrame([row for rows in outcomes for row in rows], columns=list(OUTCOME_COLUMNS)),
    )


def formless(problems: pd.DataFrame, places: Places) -> pd.DataFrame:
    """Return the findings on files and sheets in which no form was recognised, so that no form's check tells of them."""
    return _told(problems[problems["form"] == ""], None, places)


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
    form: type[Form], frame: pd.DataFrame, where: Iterable[tuple[Any, str]], cells: pd.DataFrame
) -> pd.DataFrame:
    rows = []
    for index, name in where:
        item = form.fields()[name]
        limits = [f"từ {item.minimum}" if item.minimum is not None else "", f"đến {item.maximum}" if item.maximum is not None else ""]
        rows.append(_at(frame.loc[index], name, cells) | {"form": form.code, "expected": " ".join(filter(None, limits))})
    return problem_rows(Problems.OUT_OF_RANGE, rows)


def _at(record: pd.Series, name: str, cells: pd.DataFrame) -> dict[str, str]:
    """Return where a record's field was written, as problem columns."""
    key = tuple(record[list(KEYS)])
    cell = cells.loc[(*key, name)]
    return dict(zip(KEYS, key, strict=True)) | {
        "field": name, "file": cell["file"], "sheet": cell["sheet"], "cells": cell["cell"], "written": cell["text"],
    }


def _missing_returns(
    form: type[Form],
    frame: pd.DataFrame,
    met: pd.DataFrame,
    accepted: pd.DataFrame,
    return_sets: Sequence[ReturnSet],
    places: Places,
) -> pd.DataFrame:
    """Tell who was to send the form and did not; a return that had been accepted before must not vanish."""
    sent = set(frame[list(KEYS)].itertuples(index=False, name=None))
    refused = set(met[list(KEYS)].itertuples(index=False, name=None))
    before = set(accepted[list(KEYS)].itertuples(index=False, name=None))
    missing, withdrawn = [], []
    for period, commune in return_sets:
        if not places.expects(commune, form.code):
            continue
        for place in places.reporters(commune, form.reporter_kind, Period.parse(period)):
            key = (period, commune, place.code)
            if key not in sent and key not in refused:
                words = dict(zip(KEYS, key, strict=True)) | {"form": form.code}
                (withdrawn if key in before else missing).append(words)
    return pd.concat(
        [problem_rows(Problems.NOT_SENT, missing), problem_rows(Problems.WITHDRAWN_RETURN, withdrawn)], ignore_index=True
    )


def _withdrawn_values(
    form: type[Form], frame: pd.DataFrame, accepted: pd.DataFrame, cells: pd.DataFrame
) -> pd.DataFrame:
    """Tell of fields that are blank now though a value had been accepted; they replace the plain finding on a blank."""
    rows = []
    for name in form.fields():
        if name not in accepted.columns:
            continue
        before = frame[list(KEYS)].merge(accepted[[*KEYS, name]], on=list(KEYS), how="left", validate="one_to_one")[name]
        for index in frame.index[frame[name].isna() & before.notna()]:
            key = (*frame.loc[index, list(KEYS)], name)
            if key in cells.index and cells.loc[key, "problem"] == Problems.BLANK.name:
                told = _at(frame.loc[index], name, cells)
                rows.append(told | {"form": form.code, "expected": vietnamese(Decimal(str(before[index])))})
    return problem_rows(Problems.WITHDRAWN_VALUE, rows)


def _doubtful(told: pd.DataFrame) -> set[tuple[str, ...]]:
    """Return period, commune, reporter and field of every cell that is itself in doubt, so that no edit can use it."""
    unusable = {name for name, kind in Problems.__members__.items() if kind.value.status is not Outcome.UNDECIDED}
    rows = told[told["problem"].isin(unusable) & (told["field"] != "")]
    return set(rows[[*KEYS, "field"]].itertuples(index=False, name=None))


def _agreement(
    edit: Agreement, frame: pd.DataFrame, entries: pd.DataFrame, problems: pd.DataFrame, failing: dict[str, pd.Index]
) -> "pd.Series[Any]":
    """Evaluate a desk's line against its villages.

    The villages' sum is missing, and the edit undecided, while one of their returns is in doubt: the trouble is then told
    where it is, once, and not a second time here.
    """
    village_form = edit.villages.form
    villages = records(entries, village_form)
    out_of_range, broken = _validate(village_form, villages)
    in_doubt = {index for index, _ in out_of_range} | {index for rows in broken.values() for index in rows}
    troubled = problems[(problems["form"] == village_form.code)][["period", "commune"]].itertuples(index=False, name=None)
    doubtful_sets = set(troubled) | set(villages.loc[list(in_doubt), ["period", "commune"]].itertuples(index=False, name=None))
    sums = villages.groupby(["period", "commune"])[edit.villages].agg(lambda values: values.sum(skipna=False))
    keys = list(frame[["period", "commune"]].itertuples(index=False, name=None))
    given = [sums.get(key, pd.NA) if key not in doubtful_sets else pd.NA for key in keys]
    frame["villages"] = pd.array([None if value is pd.NA else value for value in given], dtype=frame[edit.line].dtype)
    return edit.holds(frame)


def _outcomes(edit: Edit, frame: pd.DataFrame, fails: Any, doubtful: set[tuple[str, ...]]) -> "pd.Series[Any]":
    """Return the outcome of one edit on every record."""
    names = [*edit.names, *(["villages"] if edit.crosses_forms else [])]
    outcome = pd.Series(Outcome.HOLDS.value, index=frame.index, dtype=object)
    outcome[frame[names].isna().any(axis="columns")] = Outcome.UNDECIDED.value
    if doubtful:
        keys = frame[list(KEYS)].itertuples(index=False, name=None)
        in_doubt = [any((*key, name) in doubtful for name in edit.names) for key in keys]
        outcome[in_doubt] = Outcome.NOT_EVALUABLE.value
        fails = fails & ~pd.Series(in_doubt, index=frame.index)
    outcome[fails] = Outcome.FAILS.value
    return outcome


def _counted(form: type[Form], edit: Edit, frame: pd.DataFrame, outcome: "pd.Series[Any]") -> Iterator[tuple[Any, ...]]:
    counts = pd.crosstab([frame["period"], frame["commune"]], outcome) if len(frame) else pd.DataFrame()
    for (period, commune), row in counts.iterrows():  # type: ignore[misc]
        yield (period, commune, form.code, edit.code, edit.sentence, *(int(row.get(kind.value, 0)) for kind in Outcome))


def _connected(breaches: Sequence[tuple[Any, Edit]]) -> Iterator[tuple[Any, list[Edit]]]:
    """Join edits that fail on one record and share a cell: one wrong cell is then one finding, not one per sum it is in."""
    groups: list[tuple[Any, list[Edit], set[str]]] = []
    for index, edit in breaches:
        names, edits = set(edit.names), [edit]
        for group in [group for group in groups if group[0] == index and group[2] & names]:
            groups.remove(group)
            edits, names = group[1] + edits, names | group[2]
        groups.append((index, edits, names))
    yield from ((index, edits) for index, edits, _ in groups)


def _breach(record: pd.Series, edits: Sequence[Edit], cells: pd.DataFrame, places: Places) -> dict[str, str]:
    """Return the finding on edits that fail together; cells common to all of them come first."""
    form = edits[0].form
    key = tuple(record[list(KEYS)])
    involved = list(dict.fromkeys(name for edit in edits for name in edit.names))
    involved.sort(key=lambda name: -sum(name in edit.names for edit in edits))
    cell = {name: str(cells.loc[(*key, name), "cell"]) for name in involved}
    values = {name: Decimal(str(record[name])) for name in [*involved, *(["villages"] if edits[0].crosses_forms else [])]}
    where = cells.loc[(*key, involved[0])]
    parts = []
    for edit in edits:
        first, expected = edit.names[0], edit.expected(values)
        others = "".join(f", ô {cell[name]}" for name in edit.names[1:])
        parts.append(
            f"«{edit.label(first)}» (ô {cell[first]}) ghi {vietnamese(values[first])}, theo phép tính «{edit.sentence}»{others} "
            f"{edit.demand} {vietnamese(expected)}, lệch {vietnamese(abs(values[first] - expected))}"
        )
    severity = Severity.ERROR if any(edit.severity is Severity.ERROR for edit in edits) else Severity.WARNING
    reporter = places.title(record["commune"], record["reporter"])
    return dict(zip(KEYS, key, strict=True)) | {
        "code": edits[0].code, "severity": severity, "status": Outcome.FAILS, "form": form.code, "file": where["file"],
        "sheet": where["sheet"], "cells": ";".join(cell[name] for name in involved),
        "written": vietnamese(values[edits[0].names[0]]), "expected": vietnamese(edits[0].expected(values)),
        "message": f"{reporter}, tệp {where['file']}, trang «{where['sheet']}»: {'; '.join(parts)}. "
        "Hỏi lại đơn vị báo cáo xem ô nào sai, rồi ghi đính chính.",
        "suggestion": "",
    }


def _told(problems: pd.DataFrame, form: type[Form] | None, places: Places) -> pd.DataFrame:
    """Return problem rows as findings, each with its sentence."""
    withdrawn = set(problems.loc[problems["problem"] == Problems.WITHDRAWN_VALUE.name, [*KEYS, "cells"]].itertuples(index=False, name=None))
    rows = []
    for row in problems[list(PROBLEM_COLUMNS)].to_dict("records"):
        kind = Problems[row["problem"]]
        if kind is Problems.BLANK and (*(row[key] for key in KEYS), row["cells"]) in withdrawn:
            continue
        label = form.fields()[row["field"]].label if form is not None and row["field"] else ""
        words: Mapping[str, str] = row | {
            "label": label, "reporter": places.title(row["commune"], row["reporter"]),
            "commune": (places.commune(row["commune"]) or _Unnamed(row["commune"])).title,
        }
        rows.append(row | {
            "code": kind.value.code, "severity": kind.value.severity, "status": kind.value.status,
            "message": kind.value.message.format_map(words), "suggestion": "",
        })
    return _findings(rows)


@dataclass(frozen=True)
class _Unnamed:
    title: str


def _findings(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    filled = [{name: str(row[name]) for name in FINDING_COLUMNS} for row in rows]
    return pd.DataFrame(filled, columns=list(FINDING_COLUMNS), dtype=pd.StringDtype())
