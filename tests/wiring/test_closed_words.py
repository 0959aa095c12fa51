"""Closed words are typed once: outside ``schemas.outcomes`` and ``schemas.problems`` no module writes one as a text."""

import ast
from pathlib import Path

import pytest

from schemas.outcomes import Decision, Outcome, Severity, Status, Verdict
from schemas.problems import Problems
from tests.unit.builders import ROOT

WORDS = {str(word) for kind in (Decision, Outcome, Severity, Status, Verdict) for word in kind}
CODES = {problem.value.code for problem in Problems}
DECLARED = {"schemas/outcomes.py", "schemas/problems.py"}
ROOMS = ("schemas", "pipelines/steps", "pipelines/present", "pipelines/handout")
"""Rooms that keep the rule today."""

OTHER_MEANINGS = {
    "pipelines/steps/collect/cells.py": {"error"},  # kinds of cells
    "pipelines/steps/collect/opendocument.py": {"error"},
    "pipelines/steps/numbers.py": {"error"},
    "pipelines/present/report/template.py": {"held"},  # what the template calls the forms held back
    "pipelines/present/report/word.py": {"held"},
    # In a trace: who accepted the cells, and which forms of a release are not taken.
    "pipelines/present/tracing.py": {"accepted", "refused"},
    # Columns: of sums, how many reporters are estimated; of releases, the forms that are not taken; accepted values.
    "schemas/tables.py": {"estimated", "refused", "accepted"},
    "pipelines/steps/analyse/sums.py": {"estimated"},
    "pipelines/steps/analyse/figures.py": {"estimated"},
    "pipelines/present/columns.py": {"estimated"},
    "pipelines/steps/collect/released.py": {"accepted"},
}


def typed(path: Path) -> set[str]:
    """The words and codes that a module writes as texts of their own."""
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return texts & (WORDS | CODES)


@pytest.mark.parametrize("room", ROOMS)
def test_no_module_types_a_closed_word_or_the_code_of_a_problem(room: str) -> None:
    found = {path.relative_to(ROOT).as_posix(): typed(path) for path in sorted((ROOT / room).rglob("*.py"))}
    assert len(found) > 4
    told = {name: words - OTHER_MEANINGS.get(name, set()) for name, words in found.items() if name not in DECLARED}
    assert {name: words for name, words in told.items() if words} == {}
