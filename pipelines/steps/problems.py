"""Problem rows: the frame in which trouble travels from the step that meets it to the findings.

Belongs here: the frame's columns and how a row is made. Does not belong here: the sentences (``schemas.problems``).
"""

from collections.abc import Iterable, Mapping

import pandas as pd

from schemas.problems import Problems

PROBLEM_COLUMNS = (
    "problem", "period", "commune", "form", "reporter", "field", "file", "sheet", "cells", "written", "expected",
)
"""One row per trouble; ``problem`` is the name in ``schemas.problems``; what does not apply is an empty string."""


def problem_rows(problem: Problems, rows: Iterable[Mapping[str, str]]) -> pd.DataFrame:
    """Return problem rows of one kind from mappings of the columns that apply."""
    filled = [{name: row.get(name, "") for name in PROBLEM_COLUMNS} | {"problem": problem.name} for row in rows]
    return pd.DataFrame(filled, columns=list(PROBLEM_COLUMNS), dtype=pd.StringDtype())
