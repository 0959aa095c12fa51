"""The cells of many sheets in columns, to be looked up by sheet, row and column.

Belongs here: cells by number, and where they stand. Does not belong here: what they mean
(``pipelines.steps.collect.layouts``), the table they come from (``pipelines.steps.collect.columns``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.collect.columns import MISSING, Numbers, Runs
from pipelines.steps.collect.sheets import Cell, Key
from pipelines.steps.frames import coded
from schemas.addresses import address
from schemas.tables import DECIDED


@dataclass(frozen=True)
class Grid:
    """The cells of many sheets in columns, their texts by number.

    Attributes:
        row: Per cell its row, like ``column``: from 1.
        kind: Per cell the number of its kind in ``kinds``, like ``aside`` that of what is to be noted of it.
        text: Per cell the number of its text in ``texts``, like ``shown`` that of what the sheet shows; ``MISSING``
            where it shows nothing else.
        texts: What a number of ``text`` or ``shown`` stands for.
        sheets: Period, commune, file and name of each, and where it begins.
    """

    row: Numbers
    column: Numbers
    kind: Numbers
    text: Numbers
    shown: Numbers
    aside: Numbers
    texts: pa.Array
    kinds: Sequence[str]
    asides: Sequence[str]
    sheets: Runs
    sha256: Sequence[str]

    @classmethod
    def of(cls, cells: pa.Table, sheets: Runs) -> "Grid":
        """Return the cells of ``schemas.tables.CELLS``, in which the sheets follow one another."""
        first = pa.array(sheets.first[:-1])
        text, texts = coded(cells["text"])
        shown, of_shown = coded(cells["shown"])
        if not _are_same(texts, of_shown):
            texts, shown = _in_one(texts, of_shown, shown)
        kind, kinds = coded(cells["kind"])
        aside, asides = coded(cells["aside"])
        return cls(
            cells["row"].to_numpy(),
            cells["column"].to_numpy(),
            kind,
            text,
            shown,
            aside,
            texts,
            kinds.to_pylist(),
            asides.to_pylist(),
            sheets,
            cells["sha256"].take(first).to_pylist(),
        )

    def __len__(self) -> int:
        """Return how many sheets there are."""
        return len(self.keys)

    @cached_property
    def keys(self) -> Sequence[Key]:
        """Period, commune, file and name of each sheet."""
        return [(period, commune, file, sheet) for period, commune, file, sheet in self.sheets.keys]

    @property
    def first(self) -> Numbers:
        """Where each sheet begins, and where the last one ends."""
        return self.sheets.first

    @property
    def sheet(self) -> Numbers:
        """The number of the sheet of each cell."""
        return self.sheets.number

    @cached_property
    def words(self) -> Sequence[str]:
        """The texts by number."""
        return list(self.texts.to_pylist())

    def is_kind(self, *kinds: str) -> Numbers:
        """Return which cells are of one of some kinds."""
        return np.isin(self.kind, [at for at, kind in enumerate(self.kinds) if kind in kinds])

    def cells(self, at: Numbers) -> list[Cell]:
        """Return some cells, none of which a decision was made on."""
        found = []
        for row, column, kind, text, shown, aside in zip(
            *(getattr(self, name)[at].tolist() for name in ("row", "column", "kind", "text", "shown", "aside")),
            strict=True,
        ):
            said, seen = self.words[text], None if shown == MISSING else self.words[shown]
            where = address(row, column)
            none = ("",) * len(DECIDED)
            found.append(Cell.of(row, column, where, self.kinds[kind], said, seen, "", said, self.asides[aside], none))
        return found


def _are_same(texts: pa.Array, others: pa.Array) -> bool:
    """Return whether two arrays are one in memory."""
    one, other = (
        (array.offset, len(array), [part and part.address for part in array.buffers()]) for array in (texts, others)
    )
    return one == other


def _in_one(texts: pa.Array, others: pa.Array, numbers: Numbers) -> tuple[pa.Array, Numbers]:
    """Return texts of two dictionaries in one, and the numbers of the second in it."""
    both = pa.chunked_array([texts, others]).combine_chunks()
    known = pc.index_in(others, texts)
    new = np.arange(len(texts), len(both))
    moved = np.append(np.where(known.is_null(), new, known.fill_null(0)), MISSING)
    return both, moved[numbers].astype(np.int32)


@dataclass(frozen=True)
class LaidOut:
    """Sheets whose cells are laid out, so that each is found by its row and column.

    Attributes:
        grid: The cells.
        sheets: Those that are laid out, by number: the largest are not.
    """

    grid: Grid
    sheets: Numbers
    _height: Numbers
    _width: Numbers
    _begin: Numbers
    _cell_at: Numbers

    @classmethod
    def of(cls, grid: Grid, sheets: Numbers) -> "LaidOut":
        """Lay out the cells of some sheets."""
        begins = grid.first[:-1]
        height = np.maximum.reduceat(grid.row, begins) if len(begins) else begins
        width = np.maximum.reduceat(grid.column, begins) if len(begins) else begins
        sheets = sheets[(height * width)[sheets] <= _LARGEST]
        area = np.zeros(len(grid), np.int64)
        area[sheets] = (height * width)[sheets]
        cell_at = np.full(int(area.sum()), MISSING, np.int32)
        laid = cls(grid, sheets, height, width, np.cumsum(area) - area, cell_at)
        cells = np.flatnonzero((area > 0)[grid.sheet])
        cell_at[laid._position(grid.sheet[cells], grid.row[cells], grid.column[cells])] = cells
        return laid

    def _position(self, sheet: Numbers, row: Numbers, column: Numbers) -> Numbers:
        return np.asarray(self._begin[sheet] + (row - 1) * self._width[sheet] + column - 1)

    def at(self, sheet: Numbers, row: Numbers, column: Numbers) -> Numbers:
        """Return the cells that stand in some places, ``MISSING`` where there is none."""
        within = (row >= 1) & (row <= self._height[sheet]) & (column >= 1) & (column <= self._width[sheet])
        found = np.full(len(sheet), MISSING, np.int64)
        found[within] = self._cell_at[self._position(sheet[within], row[within], column[within])]
        return found


_LARGEST = 2**16
"""Rows times columns of a sheet that is laid out."""
