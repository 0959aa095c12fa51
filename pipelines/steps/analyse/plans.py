"""What many plans print, as one table of plans by figures.

Belongs here: finding the row of a plan that says something of a figure, and what plans say of several figures together.
Does not belong here: reading what is printed (``pipelines.steps.collect.printed_plan``), judging it
(``pipelines.steps.analyse.verdicts``).
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.amounts import Array
from pipelines.steps.frames import cases, coded, joined_text, numbered


class Said(NamedTuple):
    """What a plan prints of a figure."""

    id: str
    printed: str
    value: str
    unit: str
    scope: str
    time: str


class Plans:
    """What plans print, as a table of plans by figures: which row says what of a figure, if any.

    Attributes:
        said: Per row, what is said of which figure.
        figures: The ids that are printed, with their columns.
        rows: Plans by figures: the row, or -1.
        cell: Per row, where it is in that table, counted through.
        size: How many there are to be counted.
        code: Per row the number of what is said, figure included.
    """

    def __init__(self, printed: pa.Table) -> None:
        self.said = printed.select(Said._fields)
        plan = joined_text(printed, ("period", "commune")).dictionary_encode()
        at, self._ids = coded(printed["id"])
        self._plans, self.figures = plan.dictionary, {one: number for number, one in enumerate(self._ids.to_pylist())}
        self.cell, self.size = plan.indices.to_numpy() * len(self._ids) + at, len(self._plans) * len(self._ids)
        self._stand(np.arange(len(printed)))
        self.code, _ = cases(map(coded, self.said.columns), len(printed))

    def _stand(self, said: Array) -> None:
        """Let the table have these rows of what is said."""
        rows = np.full(self.size, -1)
        rows[self.cell[said]] = said
        self.rows = rows.reshape(len(self._plans), len(self._ids))

    def set_aside(self, said: Array) -> None:
        """Let some rows, which are not about the figures of their ids, stand beside no other any more."""
        if len(said):
            self._stand(np.setdiff1d(np.arange(len(self.cell)), said))

    def where_in(self, table: pa.Table, place: str, figure: str) -> Array:
        """Return, per row of what is printed, the first row of such a table that is about it; -1 for none."""
        cell = self.cells_of(table, place, figure)
        rows = np.flatnonzero(cell >= 0)[::-1]
        first = np.full(self.size, -1)
        first[cell[rows]] = rows
        return first[self.cell]

    def cells_of(self, table: pa.Table, place: str, figure: str) -> Array:
        """Return which printed figure each row of a table is about, as ``cell`` counts them; -1 for none.

        Args:
            table: The table.
            place: Its column that names the commune.
            figure: Its column that names the figure.
        """
        keys = ("period", place)
        set_of, firsts = numbered(table, keys)
        plan = _places_in(joined_text(table.select(keys).take(pa.array(firsts)), keys), self._plans)[set_of]
        of, figures = coded(table[figure])
        at = _places_in(figures, self._ids)[of]
        cell = np.where((plan >= 0) & (at >= 0), plan * len(self._ids) + at, -1)
        return np.where(np.append(self.rows, -1)[cell] >= 0, cell, -1)

    def together(self, identifiers: Sequence[str]) -> Iterator[tuple[list[Said], Array]]:
        """Yield what is said of several figures in plans that print them all, each case once, with the plans' rows."""
        if not all(one in self.figures for one in identifiers):
            return
        rows = self.rows[:, [self.figures[one] for one in identifiers]]
        rows = rows[(rows >= 0).all(axis=1)]
        case, first = cases([(self.code[of_figure], self.said) for of_figure in rows.T], len(rows))
        for number, at in enumerate(first.tolist()):
            said = self.said.take(pa.array(rows[at])).to_pylist()
            yield [Said(**one) for one in said], rows[case == number]


def _places_in(texts: pa.Array, known: pa.Array) -> Array:
    """Return positions among known texts, -1 where unknown; one more -1 at the end answers for the index -1."""
    return np.append(pc.index_in(texts, known).fill_null(-1).to_numpy(zero_copy_only=False), -1)
