"""What follows from findings, rows of ``schemas.tables.FINDINGS``.

Belongs here: what is to be done about one, be it of a problem or of a broken edit, its sentences told apart, and which
forms some hold back. Does not belong here: making them (``pipelines.steps.validate``), what each kind of trouble says
(``schemas.problems``).
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from schemas.outcomes import Severity
from schemas.problem import Parts, Problem, Task
from schemas.problems import Problems

OF_BREACH: Mapping[str, Task] = {
    Severity.ERROR: Task("Hỏi lại đơn vị báo cáo xem ô nào sai, rồi ghi đính chính.", ""),
    Severity.WARNING: Task(
        "Hỏi lại đơn vị báo cáo; nếu có ô sai thì ghi đính chính, nếu các số đều đúng thì ghi giữ nguyên.",
        "",
        kept=True,
    ),
}
"""What is to be done where an edit fails, by how severe that is."""

HOLDS_EVERYTHING: Mapping[str, str] = {
    kind.value.code: kind.value.holds_all for kind in Problems if kind.value.holds_all
}
"""Codes of what holds back every form of its return set, each with why, in a few words."""


def forms_held(findings: Iterable[Mapping[str, Any]], every: Callable[[], Iterable[str]]) -> dict[str, str]:
    """Return, per form that the findings of a return set hold back, the first sentence why.

    An error holds the forms that it names, and of some kinds every form.

    Args:
        findings: With ``code``, ``severity``, ``form`` and ``message`` of ``schemas.tables.FINDINGS``.
        every: Gives the codes of all forms; asked only where something holds them all.
    """
    held: dict[str, str] = {}
    for row in findings:
        if row["severity"] == Severity.ERROR:
            for form in every() if row["code"] in HOLDS_EVERYTHING else row["form"].split():
                held.setdefault(form, row["message"])
    return held


_BY_CODE: Mapping[str, Problem] = {kind.value.code: kind.value for kind in Problems}


def task_of(finding: Mapping[str, str]) -> Task:
    """Return what is to be done about a finding: as its kind says, or where an edit fails, as its severity does.

    What a forged release gives for one is answered too, as an error.
    """
    problem = _BY_CODE.get(finding["code"])
    return problem.task if problem else OF_BREACH.get(finding["severity"], OF_BREACH[Severity.ERROR])


def parts_of(finding: Mapping[str, str]) -> Parts:
    """Return the sentences of a finding in their parts; what a release says of one is not told apart so far."""
    if finding["parts"]:
        return Parts(*json.loads(finding["parts"]))
    office = f" {task_of(finding).office}"
    wrong = finding["message"].removesuffix(office)
    return Parts("", "", wrong, finding["message"].removeprefix(wrong))
