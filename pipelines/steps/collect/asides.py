"""What is to be noted of a cell beside its value: what is hidden, merged, covered, taken from another file.

Belongs here: the words for it, and which cells of a sheet they are said of. Does not belong here: finding it in a file
(``spreadsheetml``, ``opendocument``), and what follows from it (``pipelines.steps.collect.locate``).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipelines.steps.collect.limits import Limits
from schemas.addresses import address, letters

HIDDEN_ROW, HIDDEN_COLUMN, HIDDEN_SHEET, COVERED, LINKED, STALE, COMMENTED, MERGED = (
    "hidden-row",
    "hidden-column",
    "hidden-sheet",
    "covered",
    "linked",
    "stale",
    "commented",
    "merged",
)
"""What is noted of a cell. ``covered``: it lies under the first cell of merged ones; ``linked``: its value comes from
another file; ``stale``: its formula is to be worked out anew when the file is opened; ``commented``: a comment on it
says another number; ``merged`` is followed by its range."""

PICTURE = "picture"
"""Kind of the one cell that stands for a sheet with pictures or comments and nothing else."""

Area = tuple[int, int, int, int]
"""First row, first column, last row, last column, each counted from 1."""


def within(areas: Iterable[Area], row: int, column: int) -> bool:
    """Return whether a cell lies in one of the areas."""
    return any(top <= row <= bottom and left <= column <= right for top, left, bottom, right in areas)


def far_away(row: int, column: int) -> str:
    """Return what is said of a sheet whose last filled row and column lie too far apart for a return."""
    return f"có nội dung nằm rất xa bảng, tới cột {letters(column)} hoặc dòng {row}: xóa các ô đó"


@dataclass(frozen=True)
class Asides:
    """What is to be noted of the filled cells of one sheet."""

    hidden_rows: Collection[int] = ()
    hidden_columns: Collection[int] = ()
    merged: Mapping[tuple[int, int], Area] = field(default_factory=dict)
    """By their first cell."""
    covered: Collection[tuple[int, int]] = ()

    @classmethod
    def of(
        cls,
        merged: Sequence[Area],
        hidden_rows: Collection[int],
        hidden_columns: Collection[int],
        filled: Collection[tuple[int, int]],
        limits: Limits,
    ) -> "Asides":
        """Work out which filled cells lie under others.

        Raises:
            OverlapError: Merged areas lie over one another, as no program makes them.
        """
        last_row = max((row for row, _ in filled), default=0)
        last_column = max((column for _, column in filled), default=0)
        covered: set[tuple[int, int]] = set()
        looked_at = 0
        for top, left, bottom, right in merged:
            rows, columns = range(top, min(bottom, last_row) + 1), range(left, min(right, last_column) + 1)
            looked_at += len(rows) * len(columns)
            if looked_at > limits.spread:
                raise OverlapError
            covered.update(
                (row, column)
                for row in rows
                for column in columns
                if (row, column) in filled and (row, column) != (top, left)
            )
        return cls(hidden_rows, hidden_columns, {area[:2]: area for area in merged}, covered)

    def at(self, row: int, column: int, *, hidden: bool = False, linked: bool = False) -> str:
        """Return what is noted of a cell, words with spaces between; empty for a plain cell.

        Args:
            row: Its row.
            column: Its column.
            hidden: Whether its sheet is hidden.
            linked: Whether its value comes from another file.
        """
        said = [HIDDEN_SHEET] if hidden else []
        if row in self.hidden_rows:
            said.append(HIDDEN_ROW)
        if column in self.hidden_columns:
            said.append(HIDDEN_COLUMN)
        if (row, column) in self.covered:
            said.append(COVERED)
        if linked:
            said.append(LINKED)
        area = self.merged.get((row, column))
        if area is not None:
            said.append(f"{MERGED}={address(*area[:2])}:{address(*area[2:])}")
        return " ".join(said)


class OverlapError(Exception):
    """Merged areas of a sheet lie over one another."""
