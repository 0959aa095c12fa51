"""The README is short, and what it shows as the project's own output is what the project puts out."""

from tests.end_to_end.office import PROJECT, Office
from tests.end_to_end.typed import type_all

README = (PROJECT / "README.md").read_text("utf-8")
LONGEST = 120


def test_a_newcomer_can_read_it_in_one_go() -> None:
    assert len(README.splitlines()) <= LONGEST


def test_it_shows_what_happens(office: Office) -> None:
    assert type_all(README, office) == README.count("\n$ ") > 0
