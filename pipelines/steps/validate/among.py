"""Printed lines held against the lines below them: which records those are, and what they make of a field.

Belongs here: the outcome of the edits among lines. Does not belong here: what such an edit says
(``schemas.implied_edits``), which lines a form prints (``schemas.lines``), lines that are missing
(``pipelines.steps.collect.lines``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipelines.steps.frames import positions
from pipelines.steps.numbers import vietnamese
from pipelines.steps.validate.between import smallest
from pipelines.steps.validate.cells import Cells
from schemas.fields import KEYS
from schemas.form import Form
from schemas.implied_edits import AmongLines
from schemas.lines import Line

Array = Any
"""A numpy array with an entry per record."""


@dataclass(frozen=True)
class Summed:
    """What came of one edit.

    Attributes:
        holds: Per record, true also where nothing is known.
        known: Per record, whether the field and all it is held against are; of a line with none below it, always.
        compared: Per record what the lines below make of it, in smallest units.
    """

    holds: Array
    known: Array
    compared: Array


class Lines:
    """The records of a form by the lines it prints.

    Args:
        form: The form.
        frame: Its records now.
    """

    def __init__(self, form: type[Form], frame: pd.DataFrame) -> None:
        self._frame = frame
        self._lines: Mapping[str, Line] = {code: placed.line for code, placed in form.printed_lines().items()}
        self._at: dict[str, Array] = {}

    def _row_of(self, code: str) -> Array:
        """Return, per record, the row of the same reporter's record of a line; -1 where there is none."""
        if code not in self._at:
            keys = [*(self._frame[name] for name in KEYS[:-1]), np.full(len(self._frame), code, object)]
            self._at[code] = positions(keys, self._frame, KEYS)
        return self._at[code]

    def judge(self, edit: AmongLines) -> Summed:
        """Return what comes of an edit."""
        now, own_known = smallest(self._frame[edit.name], edit.fields[edit.name].unit.decimals)
        compared, known, asked = np.zeros_like(now), own_known.copy(), np.zeros(len(now), bool)
        for code, line in self._lines.items():
            below = self._below(edit, line)
            rows = (self._frame["line"] == code).to_numpy(dtype=bool) if below else asked
            for part in below:
                at = self._row_of(part.code)
                asked |= rows
                known &= ~rows | ((at >= 0) & own_known[at])
                compared = np.where(rows & (at >= 0), compared + now[at], compared)
        return Summed(~(asked & known) | edit.agrees(now, compared), ~asked | known, compared)

    def told(self, edit: AmongLines, row: int, cells: Cells) -> str:
        """Return in words what a record was held against: name, value and cell of each line."""
        record = self._frame.iloc[row]
        words = []
        for part in self._below(edit, self._lines[record["line"]]):
            other = self._frame.iloc[int(self._row_of(part.code)[row])]
            cell = cells.where(other, edit.name)["cells"]
            words.append(f"«{part.name}» {vietnamese(other[edit.name])}, ô {cell}")
        return "; ".join(words)

    @staticmethod
    def _below(edit: AmongLines, line: Line) -> tuple[Line, ...]:
        """Return the lines that a line is held against; none where one of them, or it, is not asked for the field."""
        below = edit.below(line)
        return () if any(edit.name in one.without for one in (line, *below)) else below
