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


def _open(sentence: str) -> set[str]:
    """The open places of a sentence."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("kind", Problems, ids=lambda kind: kind.name)
def test_every_sentence_can_be_filled_and_says_what_to_do(kind: Problems) -> None:
    problem = kind.value
    assert _open(problem.message) <= WORDS
    assert all(words.endswith(".") for words in (problem.wrong.words, problem.task.office)), (
        "what is wrong, and what to do"
    )
    assert isinstance(kind.value.severity, Severity)
    assert kind.value.status is not Outcome.HOLDS


@pytest.mark.parametrize("kind", Problems, ids=lambda kind: kind.name)
def test_no_sentence_names_a_command_for_it_is_read_on_pages_too(kind: Problems) -> None:
    assert not re.search(r"\breturns \w|--\w", kind.value.message)


@pytest.mark.parametrize(
    "kind", [one for one in Problems if one.value.task.reporter is not None], ids=lambda one: one.name
)
def test_what_the_office_does_can_be_told_from_what_is_wrong_where_a_reporter_is_told_that(kind: Problems) -> None:
    assert _open(kind.value.task.office) == set()


def test_rows_have_every_column_and_what_does_not_apply_is_empty() -> None:
    frame = problem_rows(Problems.BLANK, [{"file": "a.xlsx", "unknown": "x"}])
    assert list(frame.columns) == PROBLEMS.names
    row = frame.to_dict("records")[0]
    assert (row["problem"], row["file"], row["cells"]) == ("BLANK", "a.xlsx", "")


def test_nothing_joined_is_an_empty_frame_with_the_columns() -> None:
    assert list(joined([]).columns) == PROBLEMS.names
    assert joined([problem_rows(Problems.BLANK, [])]).empty
