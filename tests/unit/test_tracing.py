"""What a trace says of a figure that has no value."""

import pytest

from pipelines.present.tracing import amount
from schemas.outcomes import Status


@pytest.mark.parametrize(
    ("status", "words"),
    [(Status.UNDEFINED, "mẫu số bằng 0, không tính được"), (Status.INCOMPLETE, "chưa đủ số liệu")],
)
def test_a_figure_without_a_value_says_why(status: Status, words: str) -> None:
    assert amount(None, "%", status) == words
