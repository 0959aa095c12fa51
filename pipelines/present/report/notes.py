"""Notes under the tables of a chapter: each once, numbered in the order in which the tables come to them.

Belongs here: a cell with its notes, and their numbers. Does not belong here: what there is to note (``lines``).
"""

from dataclasses import dataclass, replace

BLANK = "…"
"""What stands where there is no number; never a zero."""


@dataclass(frozen=True)
class NotedCell:
    """What stands in a cell of a table, and what there is to note about it."""

    text: str
    notes: tuple[str, ...] = ()
    marks: str = ""
    """The numbers of the notes under the table, such as ``(1, 3)``; given by ``NoteNumbers``."""


@dataclass(frozen=True)
class Note:
    """A note under the tables of a chapter."""

    number: int
    text: str


class NoteNumbers:
    """The notes of one chapter so far: each has one number, however many cells it is about."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def mark(self, cell: NotedCell) -> NotedCell:
        """Return the cell with the numbers of its notes; a new note gets the next number."""
        numbers = [str(self._numbers.setdefault(text, len(self._numbers) + 1)) for text in cell.notes]
        return replace(cell, marks=f"({', '.join(numbers)})" if numbers else "")

    @property
    def notes(self) -> tuple[Note, ...]:
        """The notes, in the order in which they were met."""
        return tuple(Note(number, text) for text, number in self._numbers.items())
