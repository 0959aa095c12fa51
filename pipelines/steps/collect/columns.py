"""The cells of many workbooks in columns: each text once, and by its number from then on.

Belongs here: building ``schemas.tables.CELLS`` of runs of cells. Does not belong here: where they come from (``read``).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pyarrow as pa

from pipelines.steps.collect.cells import Cell
from pipelines.steps.frames import coded
from schemas.tables import CELLS

Numbers = np.ndarray
"""Whole numbers, one per cell: a value, or which text of a ``Texts``."""

MISSING = -1
"""The number of a text that is not known."""


@dataclass(frozen=True)
class Runs:
    """Rows that follow one another and agree in some columns.

    Attributes:
        first: Where each run begins, and where the last one ends.
        keys: What its rows agree in.
    """

    first: Numbers
    keys: Sequence[tuple[str, ...]]

    @cached_property
    def number(self) -> Numbers:
        """The number of the run of each row."""
        return np.repeat(np.arange(len(self.keys)), np.diff(self.first))


def runs(table: pa.Table, names: Sequence[str]) -> Runs:
    """Return the runs of rows of a table that agree in some columns of texts."""
    columns = [coded(table[name]) for name in names]
    changes = np.zeros(len(table), bool)
    changes[:1] = True
    for numbers, _ in columns:
        changes[1:] |= numbers[1:] != numbers[:-1]
    first = np.append(np.flatnonzero(changes), len(table))
    keys = zip(*(texts.take(pa.array(numbers[first[:-1]])).to_pylist() for numbers, texts in columns), strict=True)
    return Runs(first, list(keys))


@dataclass
class Texts:
    """Texts by number, in the order in which they first came."""

    number: dict[str, int] = field(default_factory=dict)

    def of(self, text: str) -> int:
        """Return the number of a text."""
        return self.number.setdefault(text, len(self.number))

    def all_of(self, texts: Iterable[str | None]) -> Numbers:
        """Return the numbers of texts; of a missing one ``MISSING``."""
        number = self.number
        found = [MISSING if text is None else number.setdefault(text, len(number)) for text in texts]
        return np.array(found, np.int32)

    def column(self, numbers: Numbers) -> pa.DictionaryArray:
        """Return the texts with some numbers."""
        mask = numbers == MISSING
        indices = pa.array(numbers, pa.int32(), mask=mask if mask.any() else None)
        return pa.DictionaryArray.from_arrays(indices, pa.array(list(self.number), pa.string()))


@dataclass(frozen=True)
class Run:
    """Cells of one sheet, one entry in each array per cell."""

    row: Numbers
    column: Numbers
    cell: Numbers
    kind: Numbers
    text: Numbers
    shown: Numbers
    format: Numbers
    aside: Numbers

    def __len__(self) -> int:
        return len(self.row)


@dataclass(frozen=True)
class Columns:
    """What the texts of cells are called by."""

    names: Texts = field(default_factory=Texts)
    """Of periods, communes, files, hashes and sheets."""
    cells: Texts = field(default_factory=Texts)
    kinds: Texts = field(default_factory=Texts)
    texts: Texts = field(default_factory=Texts)
    """Of what is kept and what is shown."""
    formats: Texts = field(default_factory=Texts)
    asides: Texts = field(default_factory=Texts)

    def run(self, cells: Sequence[Cell]) -> Run:
        """Return cells of one sheet in columns."""
        rows = list(zip(*cells, strict=True)) or [()] * len(Cell._fields)
        by_name = dict(zip(Cell._fields, rows, strict=True))
        return Run(
            np.array(by_name["row"], np.int64),
            np.array(by_name["column"], np.int64),
            self.cells.all_of(by_name["cell"]),
            self.kinds.all_of(by_name["kind"]),
            self.texts.all_of(by_name["text"]),
            self.texts.all_of(by_name["shown"]),
            self.formats.all_of(by_name["format"]),
            self.asides.all_of(by_name["aside"]),
        )

    def table(self, keys: Sequence[tuple[str, ...]], sizes: Numbers, cells: Run) -> pa.Table:
        """Return ``schemas.tables.CELLS`` with its texts as dictionaries.

        Args:
            keys: Period, commune, file, hash and sheet, one per sheet.
            sizes: How many cells each sheet has.
            cells: All of them, one sheet after the other.
        """
        named = zip(*keys, strict=True) if keys else [()] * 5
        where = [self.names.column(np.repeat(self.names.all_of(own), sizes)) for own in named]
        columns = [
            *where,
            pa.array(cells.row, pa.int64()),
            pa.array(cells.column, pa.int64()),
            self.cells.column(cells.cell),
            self.kinds.column(cells.kind),
            self.texts.column(cells.text),
            self.texts.column(cells.shown),
            self.formats.column(cells.format),
            self.asides.column(cells.aside),
        ]
        return pa.table(columns, schema=CELLS)
