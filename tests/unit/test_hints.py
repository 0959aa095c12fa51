"""What can be done next after a refusal: every interface says it in its own words, and no refusal in those of one."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import pipelines.cli.hints
import pipelines.desk.hints
from pipelines.store.ledger import LedgerError
from schemas.sentences import Hint, SentenceError
from tests.unit.builders import ROOT

COMMAND = re.compile(r"\breturns [a-z]|(?<!\w)--[a-z]")
SHOWN_AT_THE_DESK = ("LedgerError", "EstimateError", "ReleaseError", "HeldBackError")
"""Refusals of what an officer decides or an approver releases, on the command line as at the desk."""


# A desk's words are looked up in the language of its settings.
@pytest.mark.usefixtures("empty_desk")
@pytest.mark.parametrize("hint", Hint)
def test_the_command_line_says_how_and_the_pages_name_no_command(hint: Hint) -> None:
    refused = LedgerError("Không được.", hint)
    told = pipelines.cli.hints.told(refused)
    assert told.startswith("Không được. ")
    assert COMMAND.search(told)
    shown = pipelines.desk.hints.told(refused)
    assert shown.startswith("Không được.")
    assert not COMMAND.search(shown)


def test_hints_are_said_in_their_order_and_a_sentence_without_any_is_as_it_is() -> None:
    words = {Hint.RULE: "Rule", Hint.REFRESH: "Refresh"}
    assert SentenceError("Không.").worded(words) == "Không."
    assert SentenceError("Không.", Hint.REFRESH, Hint.WHO, Hint.RULE).worded(words) == "Không. Refresh. Rule"
    assert str(SentenceError("Không.", Hint.RULE)) == "Không."


def refusals() -> Iterator[tuple[str, str]]:
    """Every text in a refusal of a decision, with where it stands."""
    for path in sorted((ROOT / "pipelines").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SHOWN_AT_THE_DESK:
                for part in ast.walk(node):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        yield f"{path.relative_to(ROOT)}:{part.lineno}", part.value


def test_no_refusal_of_a_decision_names_a_command() -> None:
    found = list(refusals())
    assert {Path(where.partition(":")[0]).name for where, _ in found} >= {
        "ledger.py",
        "deciding.py",
        "estimating.py",
        "release.py",
    }
    assert [one for one in found if COMMAND.search(one[1])] == []
