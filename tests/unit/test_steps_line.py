"""How far a run is, is read from its log as it was written."""

import pytest

from pipelines.present.steps import steps_line, steps_of


@pytest.mark.parametrize(("done", "whole"), [(0, 1), (7, 66), (1234, 123456)])
def test_what_is_written_is_read(done: int, whole: int) -> None:
    assert steps_of(steps_line(done, whole)) == (done, whole)


def test_officers_read_it_as_a_sentence() -> None:
    assert steps_line(7, 66) == "Đã làm 7/66 bước."


@pytest.mark.parametrize("line", ["", "Đã làm bảy bước.", "Đã làm 7/66 bước", "B01: Đã làm 7/66 bước.", "Đã làm 7/66."])
def test_any_other_line_says_nothing_of_it(line: str) -> None:
    assert steps_of(line) is None
