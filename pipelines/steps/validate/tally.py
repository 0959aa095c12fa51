"""Findings and returns counted by commune and form: what those above the communes read first.

Belongs here: the counts, and which findings say that a return has not come. Does not belong here: any finding
(``pipelines.steps.validate.check``), what holds a form back (``schemas.findings``).
"""

from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from schemas.findings import forms_held
from schemas.form import Form
from schemas.outcomes import Severity, Status
from schemas.periods import Period
from schemas.places import Places
from schemas.problems import NOT_THERE
from schemas.return_sets import ReturnSetKey
from schemas.tables import FINDINGS_BY_FORM, SENT_BY_FORM

_OF_HELD = ("period", "commune", "code", "severity", "form", "message")


def findings_by_form(findings: pa.Table) -> pa.Table:
    """Count findings: ``schemas.tables.FINDINGS_BY_FORM`` of ``schemas.tables.FINDINGS``."""
    keys = FINDINGS_BY_FORM.names[:-1]
    counted = findings.group_by(keys).aggregate([([], "count_all")]).rename_columns(FINDINGS_BY_FORM.names)
    return counted.sort_by([(name, "ascending") for name in keys]).cast(FINDINGS_BY_FORM)


def sent_by_form(
    findings: pa.Table, forms: Sequence[type[Form]], return_sets: Iterable[ReturnSetKey], places: Places
) -> pa.Table:
    """Count returns: ``schemas.tables.SENT_BY_FORM``.

    Args:
        findings: ``schemas.tables.FINDINGS`` of the return sets.
        forms: All forms.
        return_sets: The return sets.
        places: Who is expected to report.
    """
    absent = _named(findings.filter(pc.is_in(findings["code"], pa.array(sorted(NOT_THERE)))), "form", "reporter")
    errors: dict[ReturnSetKey, list[dict[str, Any]]] = {}
    for row in findings.filter(pc.equal(findings["severity"], Severity.ERROR.value)).select(_OF_HELD).to_pylist():
        errors.setdefault(ReturnSetKey(row["period"], row["commune"]), []).append(row)
    every = [form.code for form in forms]
    rows: list[tuple[object, ...]] = []
    for key in return_sets:
        period, held = Period.parse(key.period), forms_held(errors.get(key, ()), lambda: every)
        for form in forms:
            if not places.expects(key.commune, form.code, period):
                continue
            expected = places.reporters(key.commune, form.reporter_kind, period)
            missing = [place.code for place in expected if (*key, form.code, place.code) in absent]
            status = Status.INCOMPLETE if missing else Status.COMPLETE
            if form.code in held:
                status = Status.HELD
            sent = len(expected) - len(missing)
            rows.append((*key, form.code, len(expected), sent, " ".join(missing), str(status)))
    return pa.Table.from_pylist([dict(zip(SENT_BY_FORM.names, row, strict=True)) for row in rows], SENT_BY_FORM)


def _named(findings: pa.Table, *names: str) -> set[tuple[str, ...]]:
    """Return period and commune of findings, and what else they say in some columns."""
    return set(zip(*(findings[name].to_pylist() for name in ("period", "commune", *names)), strict=True))
