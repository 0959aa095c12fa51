"""Corrections: the ledger's replacements put over the cells, each only where the old text still stands.

Belongs here: the ledger's columns, and applying it. Does not belong here: writing to the ledger.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

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
        reader = csv.DictReader(io.StringIO(text), delimiter=_separator(text))
        missing = [name for name in LEDGER_COLUMNS if name not in (reader.fieldnames or ())]
        if missing or UNDECODED in text:
            trouble = f"thiếu cột {', '.join(missing)}" if missing else "không phải bảng mã UTF-8"
            problems.append(
                {
                    "period": period,
                    "commune": commune,
                    "file": "corrections.csv",
                    "written": trouble,
                    "expected": ", ".join(LEDGER_COLUMNS),
                }
            )
            continue
        entries.extend({"period": period, "commune": commune, **_text_only(row)} for row in reader)
    columns = ["period", "commune", *LEDGER_COLUMNS]
    return pd.DataFrame(entries, columns=columns, dtype=pd.StringDtype()), problem_rows(
        Problems.LEDGER_UNREADABLE, problems
    )


UNDECODED = "\ufffd"
"""What stands in a text for bytes that are not UTF-8."""


def _separator(text: str) -> str:
    """Return what separates the columns; a spreadsheet set to Vietnamese saves semicolons."""
    heading = text.partition("\n")[0]
    return ";" if heading.count(";") > heading.count(",") else ","


def _text_only(row: Mapping[str, str | None]) -> dict[str, str]:
    return {name: (row.get(name) or "") for name in LEDGER_COLUMNS}


def correct(cells: pd.DataFrame, ledger: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Put the accepted corrections over the cells; the last entry for a cell counts.

    Returns:
        The cells with three more columns, ``received`` (the text as it came, whatever ``text`` says now),
        ``correction`` (the reason) and ``corrected_by``; and the problems: entries without a reason, and entries whose
        old text is no longer what the workbook says.
    """
    accepted = ledger[ledger["decision"] == ACCEPTED].drop_duplicates(_AT, keep="last")
    unreasoned = accepted[(accepted["reason"].str.strip() == "") | (accepted["who"].str.strip() == "")]
    accepted = accepted.drop(unreasoned.index)

    cells = cells.assign(received=cells["text"], correction="", corrected_by="")
    rows = dict(zip(_keys(cells), cells.index, strict=True)) if len(accepted) else {}
    hashes = dict(zip(_keys(cells, _AT[:-1]), cells["sha256"], strict=True)) if len(accepted) else {}
    stale, new = [], []
    for entry, key, sheet in zip(accepted.to_dict("records"), _keys(accepted), _keys(accepted, _AT[:-1]), strict=True):
        row = rows.get(key)
        received = "" if row is None else cells.at[row, "received"]
        if sheet not in hashes or received != entry["old"]:
            stale.append(entry | {"received": received})
        elif row is not None:
            cells.loc[row, ["text", "kind", "correction", "corrected_by"]] = [
                entry["new"],
                "text",
                entry["reason"],
                entry["who"],
            ]
        else:
            new.append(_filled_in(entry, hashes[sheet]))  # a blank cell that the correction fills
    if new:
        cells = pd.concat([cells, pd.DataFrame(new).astype(cells.dtypes.to_dict())], ignore_index=True)
    problems = joined(
        [
            problem_rows(Problems.LEDGER_STALE, _told(stale, written="received")),
            problem_rows(Problems.LEDGER_NO_REASON, _told(unreasoned.to_dict("records"), written="new")),
        ]
    )
    return cells, problems


_AT = ["period", "commune", "file", "sheet", "cell"]


def _keys(frame: pd.DataFrame, names: Sequence[str] = _AT) -> Iterable[tuple[str, ...]]:
    return zip(*(frame[name] for name in names), strict=True)


def _filled_in(entry: Mapping[str, str], sha256: str) -> dict[str, object]:
    """Return the cell that an accepted correction of a blank brings into being; its received text stays empty."""
    row, column = coordinate_to_tuple(entry["cell"])
    return {name: entry[name] for name in _AT} | {
        "sha256": sha256,
        "row": row,
        "column": column,
        "kind": "text",
        "text": entry["new"],
        "received": "",
        "correction": entry["reason"],
        "corrected_by": entry["who"],
    }


def _told(entries: Iterable[Mapping[str, str]], *, written: str) -> list[dict[str, str]]:
    names = ("period", "commune", "file", "sheet")
    return [
        {name: entry[name] for name in names}
        | {"cells": entry["cell"], "written": entry[written], "expected": entry["old"]}
        for entry in entries
    ]
