"""Problem rows: the frame in which trouble travels from the step that meets it to the findings.

Belongs here: the frame's columns and how a row is made. Does not belong here: the sentences (``schemas.problems``).
"""

from collections.abc import Iterable, Mapping

import pandas as pd

from schemas.problems import Problems

PROBLEM_COLUMNS = (
    "problem",
    "period",
    "commune",
    "form",
    "reporter",
    "line",
    "field",
    "file",
    "sheet",
    "cells",
    "written",
    "expected",
)
"""One row per trouble; ``problem`` is the name in ``schemas.problems``; what does not apply is an empty string."""


def problem_rows(problem: Problems, rows: Iterable[Mapping[str, str]]) -> pd.DataFrame:
    """Return problem rows of one kind from mappings of the columns that apply."""
    rows = list(rows)
    if not rows:
        return _NONE.copy()
    filled = [{name: row.get(name, "") for name in PROBLEM_COLUMNS} | {"problem": problem.name} for row in rows]
    return pd.DataFrame(filled, columns=list(PROBLEM_COLUMNS), dtype=pd.StringDtype())


_NONE = pd.DataFrame(columns=list(PROBLEM_COLUMNS), dtype=pd.StringDtype())


def joined(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return problem rows one under the other."""
    told = [part for part in parts if len(part)]
    return pd.concat(told, ignore_index=True) if told else _NONE.copy()
