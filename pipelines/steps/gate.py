"""The gate: which records enter a mart, and which rows stay because what came is not fit to replace them.

Belongs here: that decision, as data. Does not belong here: publishing, Dagster's checks (they only show it).
"""

from collections.abc import Sequence

import pandas as pd

from pipelines.steps.findings import ReturnSet
from pipelines.steps.locate import ENTRY_COLUMNS
from pipelines.steps.records import records
from schemas.edits import Severity
from schemas.form import KEYS, Form

SOURCE_COLUMNS = (
    "field", "file", "sha256", "sheet", "cell", "received", "text", "value", "note", "correction",
    "corrected_by",
)
"""What a mart row keeps of the cell behind each of its values, so that it can answer for itself after the file has changed."""


def held(findings: pd.DataFrame, form: type[Form]) -> set[ReturnSet]:
    """Return the return sets whose form a finding of severity error holds back."""
    blocking = findings[(findings["severity"] == Severity.ERROR.value) & (findings["form"] == form.code)]
    return set(blocking[["period", "commune"]].itertuples(index=False, name=None))


def admit(
    form: type[Form],
    entries: pd.DataFrame,
    findings: pd.DataFrame,
    mart: pd.DataFrame,
    return_sets: Sequence[ReturnSet],
) -> pd.DataFrame:
    """Return the mart as it is to be published.

    Args:
        form: The form.
        entries: ``locate.ENTRY_COLUMNS`` of the form.
        findings: ``findings.FINDING_COLUMNS`` of the same return sets, made from the same entries.
        mart: The mart as published now: the form's columns and ``sources``.
        return_sets: The sets being run.

    Returns:
        Rows of sets that are held, or not being run, unchanged; of all others the new records, each with its ``sources``.
    """
    entering = set(return_sets) - held(findings, form)
    kept = mart[[key not in entering for key in mart[["period", "commune"]].itertuples(index=False, name=None)]]
    own = entries[entries["form"] == form.code]
    own = own[[key in entering for key in own[["period", "commune"]].itertuples(index=False, name=None)]]
    fresh = records(own, form).merge(_sources(own), on=list(KEYS), how="left", validate="one_to_one")
    columns = [*form.columns(), "sources"]
    return pd.concat([kept.reindex(columns=columns), fresh[columns]], ignore_index=True).sort_values(list(KEYS), ignore_index=True)


def _sources(entries: pd.DataFrame) -> pd.DataFrame:
    assert set(SOURCE_COLUMNS) <= set(ENTRY_COLUMNS)
    groups = entries.groupby(list(KEYS), sort=False)
    rows = [(*key, group[list(SOURCE_COLUMNS)].to_dict("records")) for key, group in groups]
    return pd.DataFrame(rows, columns=[*KEYS, "sources"]).astype(dict.fromkeys(KEYS, pd.StringDtype()))
