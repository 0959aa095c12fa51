"""Corrections: the ledger's replacements put over the cells, each only where the old text still stands.

Belongs here: the ledger's columns, and applying it. Does not belong here: writing to the ledger.
"""

import csv
import io
from collections.abc import Iterable, Mapping

import pandas as pd
from openpyxl.utils import coordinate_to_tuple

from pipelines.steps.problems import joined, problem_rows
from schemas.problems import Problems

LEDGER_COLUMNS = ("when", "who", "file", "sheet", "cell", "old", "new", "reason", "suggestion", "decision")
"""``decision`` is accepted (the cell is replaced) or refused (a suggestion that is not to be made again)."""

ACCEPTED, REFUSED = "accepted", "refused"


def read_ledger(ledgers: Mapping[tuple[str, str], str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read the ledgers of return sets, given as CSV text by (period, commune).

    Returns:
        The entries, with period and commune before ``LEDGER_COLUMNS``, and the problems of ledgers that cannot be read.
    """
    entries: list[dict[str, str]] = []
    problems: list[dict[str, str]] = []
    for (period, commune), text in ledgers.items():
        rows = list(csv.DictReader(io.StringIO(text)))
        missing = [name for name in LEDGER_COLUMNS if rows and name not in rows[0]]
        if missing:
            problems.append(
                {
                    "period": period,
                    "commune": commune,
                    "file": "corrections.csv",
                    "written": f"thiếu cột {', '.join(missing)}",
                    "expected": ", ".join(LEDGER_COLUMNS),
                }
            )
            continue
        entries.extend({"period": period, "commune": commune, **_text_only(row)} for row in rows)
    columns = ["period", "commune", *LEDGER_COLUMNS]
    return pd.DataFrame(entries, columns=columns, dtype=pd.StringDtype()), problem_rows(
        Problems.LEDGER_UNREADABLE, problems
    )


def _text_only(row: Mapping[str, str | None]) -> dict[str, str]:
    return {name: (row.get(name) or "") for name in LEDGER_COLUMNS}


def correct(cells: pd.DataFrame, ledger: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Put the accepted corrections over the cells; the last entry for a cell counts.

    Returns:
        The cells with three more columns, ``received`` (the text as it came, whatever ``text`` says now), ``correction``
        (the reason) and ``corrected_by``; and the problems: entries without a reason, and entries whose old text is no longer
        what the workbook says.
    """
    at = ["period", "commune", "file", "sheet", "cell"]
    accepted = ledger[ledger["decision"] == ACCEPTED].drop_duplicates(at, keep="last")
    unreasoned = accepted[(accepted["reason"].str.strip() == "") | (accepted["who"].str.strip() == "")]
    accepted = accepted.drop(unreasoned.index)

    merged = cells.assign(received=cells["text"]).merge(
        accepted[[*at, "old", "new", "reason", "who"]], on=at, how="outer", validate="one_to_one", indicator=True
    )
    in_ledger = merged["_merge"] != "left_only"
    matches = in_ledger & (merged["received"].fillna("") == merged["old"]) & merged["file"].isin(cells["file"].unique())
    stale = merged[in_ledger & ~matches]
    # A correction of a blank cell brings the cell into being; it keeps an empty received text.
    merged = merged[(merged["_merge"] != "right_only") | matches]
    applied = matches.reindex(merged.index)
    merged.loc[applied, "text"] = merged.loc[applied, "new"]
    merged.loc[applied, "kind"] = "text"
    merged["received"] = merged["received"].fillna("")
    merged["correction"] = merged["reason"].where(applied, "").fillna("")
    merged["corrected_by"] = merged["who"].where(applied, "").fillna("")
    corrected = _completed(merged, cells).drop(columns=["old", "new", "reason", "who", "_merge"])

    problems = joined(
        [
            problem_rows(Problems.LEDGER_STALE, _told(stale, written="received", expected="old")),
            problem_rows(Problems.LEDGER_NO_REASON, _told(unreasoned, written="new", expected="old")),
        ]
    )
    return corrected, problems


def _completed(merged: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Give cells that only the ledger names their file's hash, and their row and column."""
    new = merged["row"].isna()
    if new.any():
        hashes = cells.drop_duplicates(["period", "commune", "file"]).set_index(["period", "commune", "file"])["sha256"]
        merged.loc[new, "sha256"] = hashes.reindex(
            pd.MultiIndex.from_frame(merged.loc[new, ["period", "commune", "file"]])
        ).to_numpy()
        positions = merged.loc[new, "cell"].map(coordinate_to_tuple)
        merged.loc[new, "row"] = positions.str[0]
        merged.loc[new, "column"] = positions.str[1]
    return merged.astype({"row": "int64", "column": "int64"})


def _told(rows: pd.DataFrame, *, written: str, expected: str) -> Iterable[dict[str, str]]:
    told = rows.rename(columns={"cell": "cells", written: "written", expected: "expected"})
    names = ["period", "commune", "file", "sheet", "cells", "written", "expected"]
    listed: list[dict[str, str]] = told[names].fillna("").to_dict("records")
    return listed
