"""The ratios of the others: how far what one reporter sent may lie from all who sent the same form in one commune.

Belongs here: which ratios are compared, the test, and its parameters. Does not belong here: which fields are compared
(``schemas.forms``), when a ratio as it was written lies outside (``schemas.edits.Alike``).

The test is that of Dixon (1950), Analysis of extreme values, Annals of Mathematical Statistics 21, 488-506, on the
logarithms of the ratios: the gap between one and its nearest neighbour, against how far the others lie apart. Nothing
is supposed of how large a ratio is, nor of how much villages differ, which is another thing for a yield than for the
area that a household plants.
"""

from typing import Any

import numpy as np
import pandas as pd

from pipelines.steps.frames import cases, sets_of
from pipelines.steps.validate.change import LEAST_VILLAGES, numbers
from schemas.edits import Alike

GAPS = 12.0
"""How many times the others' mean distance from neighbour to neighbour is still ordinary. Where every
value varies by 30 per cent up and down, of eight villages one in 2,000 lies further off, of six one in 600."""

LEAST_GAP = 0.025
"""A ratio that differs less than this from another is never told, however alike the others are: 55 and 56 tạ/ha."""


def of_others(edit: Alike, frame: pd.DataFrame) -> Any:
    """Return, per record, the lowest and the highest ratio that the others leave open, and their median.

    Not a number where fewer than ``LEAST_VILLAGES`` others of the commune have a ratio: a zero has none, nor has a
    blank.

    Args:
        edit: What is compared.
        frame: The records of its form, of any return sets; of lines that it prints, each is compared by itself.
    """
    values = numbers(frame[list(edit.names)])
    values = np.where(values > 0, values, np.nan)
    ratio = values[:, 0] / (values[:, 1] if edit.base else 1)
    sets, group = sets_of(frame)
    if edit.form.fixed:  # a crop is held against the same crop of the others
        group, _ = cases([(group, sets), pd.factorize(frame["line"])], len(frame))
    known = ~np.isnan(ratio)
    order = np.lexsort((ratio, ~known, group))
    size = np.bincount(group, minlength=1)
    others = np.bincount(group, known, minlength=1).astype(int)[group] - known
    start = (np.cumsum(size) - size)[group]
    rank = np.empty(len(frame), int)
    rank[order] = np.arange(len(frame))
    rank = np.where(known, rank - start, len(frame))
    judged = others >= LEAST_VILLAGES

    def other(place: Any) -> Any:
        """Return the ratio at a place among the others, of each record that has enough of them."""
        at = start + place + (place >= rank)  # its own place is passed over
        return np.where(judged, ratio[order[np.where(judged, at, 0)]], np.nan)

    lowest, highest = other(0 * others), other(others - 1)
    gap = np.maximum((highest / lowest) ** (GAPS / np.maximum(others - 1, 1)), 1 + LEAST_GAP)
    usual = (other((others - 1) // 2) + other(others // 2)) / 2
    return np.column_stack([lowest / gap, highest * gap, usual])
