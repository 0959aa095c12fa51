"""Problem rows: the frame in which trouble travels from the step that meets it to the findings.

Belongs here: how a row is made, and how frames are joined. Does not belong here: the sentences (``schemas.problems``),
the columns (``schemas.tables.PROBLEMS``).
"""

from collections.abc import Iterable, Mapping

import pandas as pd

from pipelines.steps.frames import frame_of
from schemas.problems import Problems
from schemas.tables import PROBLEMS


def problem_rows(problem: Problems, rows: Iterable[Mapping[str, str]]) -> pd.DataFrame:
    """Return ``schemas.tables.PROBLEMS`` of one kind from mappings of the columns that apply; the others are empty."""
    filled = [{**_EMPTY, **row, "problem": problem.name} for row in rows]
    return frame_of(filled, PROBLEMS)


_EMPTY = dict.fromkeys(PROBLEMS.names, "")


def joined(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return problem rows one under the other."""
    met = [part for part in parts if len(part)]
    return pd.concat(met, ignore_index=True) if met else frame_of([], PROBLEMS)
