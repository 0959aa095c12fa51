import re
import string

import pytest

from pipelines.steps.problems import joined, problem_rows
from schemas.outcomes import Outcome, Severity
from schemas.problems import Problems
from schemas.tables import PROBLEMS

WORDS = {*PROBLEMS.names, "label"}


def test_codes_are_unique_and_cannot_be_taken_for_an_edit() -> None:
    codes = [kind.value.code for kind in Problems]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[A-Z]-\d\d", code) for code in codes)


@pytest.mark.parametrize("kind", Problems, ids=lambda kind: kind.name)
def test_every_sentence_can_be_filled_and_says_what_to_do(kind: Problems) -> None:
    message = kind.value.message
    names = {name for _, name, _, _ in string.Formatter().parse(message) if name}
    assert names <= WORDS
    assert message.endswith(".")
    assert len(message.split(". ")) >= 2, "one sentence for what is wrong, one for what to do"
    assert isinstance(kind.value.severity, Severity)
    assert kind.value.status is not Outcome.HOLDS


def test_rows_have_every_column_and_what_does_not_apply_is_empty() -> None:
    frame = problem_rows(Problems.BLANK, [{"file": "a.xlsx", "unknown": "x"}])
    assert list(frame.columns) == PROBLEMS.names
    row = frame.to_dict("records")[0]
    assert (row["problem"], row["file"], row["cells"]) == ("BLANK", "a.xlsx", "")


def test_nothing_joined_is_an_empty_frame_with_the_columns() -> None:
    assert list(joined([]).columns) == PROBLEMS.names
    assert joined([problem_rows(Problems.BLANK, [])]).empty
