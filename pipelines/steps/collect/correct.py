"""Corrections: the ledger's decisions put over the cells, each only where the old text still stands.

Belongs here: the ledger's columns, and applying it. Does not belong here: writing to the ledger
(``pipelines.store.ledger``).
"""

import re
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd
from openpyxl.utils import coordinate_to_tuple

from pipelines.steps.frames import frame_of
from pipelines.steps.problems import joined, problem_rows
from schemas.form import Form
from schemas.kept import KeptError, kept_rows
from schemas.outcomes import Decision
from schemas.problems import Problems
from schemas.return_sets import ReturnSetKey
from schemas.tables import CELL_KEY, DECIDED, FILE_KEY, LEDGER, SHEET_KEY, in_folder

_COLUMNS = in_folder(LEDGER)

_ADDRESS = re.compile(r"[A-Z]{1,3}[1-9][0-9]{0,6}")
_LAST_ROW, _LAST_COLUMN = 2**20, 2**14


def read_ledger(ledgers: Mapping[ReturnSetKey, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read the ledgers of return sets, given as CSV text by (period, commune).

    Returns:
        The entries, ``schemas.tables.LEDGER``, and the problems of ledgers and of rows that cannot be read.
    """
    entries: list[dict[str, str]] = []
    problems: list[dict[str, str]] = []
    for (period, commune), text in ledgers.items():
        where = {"period": period, "commune": commune}
        told = {**where, "file": "corrections.csv", "expected": ", ".join(_COLUMNS)}
        try:
            rows = kept_rows(text, _COLUMNS)
        except KeptError as reason:
            problems.append({**told, "written": str(reason)})
            continue
        problems.extend({**told, "written": f"dòng {row.line} {row.trouble}"} for row in rows if row.trouble)
        entries.extend({**row.cells, **where} for row in rows if not row.trouble)
    return frame_of(entries, LEDGER), problem_rows(Problems.LEDGER_UNREADABLE, problems)


def refused(ledger: pd.DataFrame) -> set[tuple[str, str, str, str, str, str]]:
    """Return the suggestions not to be made again: period, commune, file, sheet, cell and proposed text of each.

    The text is as ``pipelines.store.ledger`` writes it: of a number, its Vietnamese form (``numbers.vietnamese``). What
    was refused and accepted later is no longer refused.
    """
    found: set[tuple[str, str, str, str, str, str]] = set()
    for row in ledger.to_dict("records"):
        period, commune, file, sheet, cell = (row[name] for name in CELL_KEY)
        key = (period, commune, file, sheet, cell, row["new"])
        if row["decision"] == Decision.REFUSED:
            found.add(key)
        elif row["decision"] == Decision.ACCEPTED:
            found.discard(key)
    return found


def overruled(ledger: pd.DataFrame) -> dict[tuple[str, ...], tuple[str, str, str]]:
    """Return the rule that a confirmation says is wrong on its cell, who says so and why, by the cell's key.

    The last decision on a cell counts; whether its number still stands is told by the cell (``confirmed``).
    """
    found: dict[tuple[str, ...], tuple[str, str, str]] = {}
    for row in ledger.to_dict("records"):
        key = tuple(row[name] for name in CELL_KEY)
        if row["decision"] == Decision.AS_IS and row["suggestion"]:
            found[key] = (row["suggestion"], row["who"], row["reason"])
        elif row["decision"] in (Decision.AS_IS, Decision.ACCEPTED):
            found.pop(key, None)
    return found


def is_address(text: str) -> bool:
    """Return whether a text is the address of a spreadsheet cell, such as D11."""
    if not _ADDRESS.fullmatch(text):
        return False
    row, column = coordinate_to_tuple(text)
    return bool(row <= _LAST_ROW and column <= _LAST_COLUMN)


def correct(cells: pd.DataFrame, ledger: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Put the ledger's decisions over the cells; the last entry of each kind counts for a cell.

    A correction that follows a confirmation takes its place. A confirmation of the text as received takes back the
    corrections before it; one of the corrected text stands beside its correction.

    Returns:
        The cells with five more columns, ``received`` (the text as it came, whatever ``text`` says now),
        ``correction`` (the reason), ``corrected_by``, ``confirmed`` (the reason to keep a number that looks wrong) and
        ``confirmed_by``; and the problems: entries without a reason, and entries whose old text is no longer what the
        workbook says.
    """
    accepted, confirmed = _standing(ledger)
    unreasoned = [entry for entry in (*accepted, *confirmed) if not _reasoned(entry)]
    cells = cells.assign(received=cells["text"], **dict.fromkeys(DECIDED, ""))
    stale: list[Entry] = []
    if accepted:
        cells = _replaced(cells, [entry for entry in accepted if _reasoned(entry)], stale)
    if confirmed:
        cells = _kept(cells, [entry for entry in confirmed if _reasoned(entry)], stale)
    unclear = [
        {**entry, "cells": entry["cell"], "written": entry["decision"], "expected": ", ".join(Decision)}
        for entry in ledger[~ledger["decision"].isin(list(Decision))].to_dict("records")
    ]
    problems = joined(
        [
            problem_rows(Problems.LEDGER_DECISION, unclear),
            problem_rows(Problems.LEDGER_STALE, _told(stale, written="received")),
            problem_rows(Problems.LEDGER_NO_REASON, _told(unreasoned, written="new")),
        ]
    )
    return cells, problems


def not_lost(
    problems: pd.DataFrame, files: pd.DataFrame, sheets: pd.DataFrame, whence: Mapping[type[Form], pd.DataFrame]
) -> pd.DataFrame:
    """Return the problems of corrections without those on workbooks that are themselves told of.

    A workbook that cannot be read is told of (W-01 and its like), and so is one that a form was accepted from and that
    nobody sends now (H-02): that its corrections find no cell is no second trouble. Any other entry without its cell is
    told, for its workbook may be misspelt, or sent again under another name.

    Args:
        problems: As ``correct`` returns them.
        files: ``schemas.tables.FILES`` of the return sets.
        sheets: As ``locate.locate`` found them.
        whence: Per form, the sheets that its accepted records came from (``sources.whence``).
    """
    unread = set(_keys(files[files["problem"] != ""], FILE_KEY))
    present = set(_keys(files, FILE_KEY))
    sent = set(_keys(sheets, ["period", "commune", "form", "reporter"]))
    lost = {
        (row["period"], row["commune"], row["file"], row["sheet"])
        for form, found in whence.items()
        for row in found.to_dict("records")
        if (row["period"], row["commune"], form.code, row["reporter"]) not in sent
        and (row["period"], row["commune"], row["file"]) not in present
    }
    stale = problems["problem"] == Problems.LEDGER_STALE.name
    where = zip(_keys(problems, FILE_KEY), _keys(problems, SHEET_KEY), strict=True)
    told = pd.Series([file in unread or sheet in lost for file, sheet in where], index=problems.index, dtype=bool)
    return problems[~(stale & told)]


Entry = dict[str, str]


def _standing(ledger: pd.DataFrame) -> tuple[list[Entry], list[Entry]]:
    """Return the corrections and the confirmations that no later entry for the same cell has replaced."""
    last: dict[str, dict[tuple[str, ...], Entry]] = {Decision.ACCEPTED: {}, Decision.AS_IS: {}}
    for entry in ledger[ledger["decision"].isin(list(last))].to_dict("records"):
        key = tuple(entry[name] for name in CELL_KEY)
        if entry["decision"] == Decision.ACCEPTED:
            last[Decision.AS_IS].pop(key, None)
        elif entry["new"] == entry["old"]:
            last[Decision.ACCEPTED].pop(key, None)
        last[entry["decision"]].pop(key, None)  # so that the entries stay in the order of the ledger
        last[entry["decision"]][key] = entry
    return list(last[Decision.ACCEPTED].values()), list(last[Decision.AS_IS].values())


def _reasoned(entry: Entry) -> bool:
    return bool(entry["reason"].strip() and entry["who"].strip())


def _replaced(cells: pd.DataFrame, entries: Sequence[Entry], stale: list[Entry]) -> pd.DataFrame:
    """Return the cells with the corrections made; those whose old text no longer stands go to ``stale``."""
    rows, hashes = dict(zip(_keys(cells), cells.index, strict=True)), _hashes(cells)
    new = []
    for entry in entries:
        *sheet, cell = (entry[name] for name in CELL_KEY)
        row = rows.get((*sheet, cell))
        received = "" if row is None else cells.at[row, "received"]
        if tuple(sheet) not in hashes or received != entry["old"] or not is_address(cell):
            stale.append(entry | {"received": received})
        elif entry["new"] == received:
            continue  # it takes an earlier correction back: the cell is read as received, with its own kind
        elif row is not None:
            cells.loc[row, ["text", "shown", "format", "kind", "correction", "corrected_by"]] = [
                entry["new"],
                entry["new"],
                "",
                "text",
                entry["reason"],
                entry["who"],
            ]
        else:  # a blank cell that the correction fills
            made = {
                "kind": "text",
                "text": entry["new"],
                "shown": entry["new"],
                "correction": entry["reason"],
                "corrected_by": entry["who"],
            }
            new.append(_blank(entry, hashes[tuple(sheet)]) | made)
    return _with(cells, new)


def _kept(cells: pd.DataFrame, entries: Sequence[Entry], stale: list[Entry]) -> pd.DataFrame:
    """Return the cells with the confirmations beside them; those of a text no longer in use go to ``stale``."""
    rows, hashes = dict(zip(_keys(cells), cells.index, strict=True)), _hashes(cells)
    already_told = {tuple(entry[name] for name in CELL_KEY) for entry in stale}
    new = []
    for entry in entries:
        *sheet, cell = (entry[name] for name in CELL_KEY)
        row = rows.get((*sheet, cell))
        received, used = ("", "") if row is None else (cells.at[row, "received"], cells.at[row, "text"])
        stands = received == entry["old"] and entry["new"] in ("", entry["old"], used)
        if tuple(sheet) not in hashes or not stands or not is_address(cell):
            if (*sheet, cell) not in already_told:
                stale.append(entry | {"received": received})
        elif row is not None:
            cells.loc[row, ["confirmed", "confirmed_by"]] = [entry["reason"], entry["who"]]
        else:  # a cell that the reporter confirms to be blank
            made = {"confirmed": entry["reason"], "confirmed_by": entry["who"]}
            new.append(_blank(entry, hashes[tuple(sheet)]) | made)
    return _with(cells, new)


def _keys(frame: pd.DataFrame, names: Sequence[str] = CELL_KEY) -> Iterable[tuple[str, ...]]:
    return zip(*(frame[name] for name in names), strict=True)


def _hashes(cells: pd.DataFrame) -> dict[tuple[str, ...], str]:
    return dict(zip(_keys(cells, SHEET_KEY), cells["sha256"], strict=True))


def _blank(entry: Entry, sha256: str) -> dict[str, object]:
    """Return the cell that a decision on a blank brings into being; its received text stays empty."""
    row, column = coordinate_to_tuple(entry["cell"])
    where = {name: entry[name] for name in CELL_KEY} | {"sha256": sha256, "row": row, "column": column}
    return where | {"kind": "blank"} | dict.fromkeys(("text", "shown", "format", "aside", "received", *DECIDED), "")


def _with(cells: pd.DataFrame, new: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    if not new:
        return cells
    return pd.concat([cells, pd.DataFrame(new).astype(cells.dtypes.to_dict())], ignore_index=True)


def _told(entries: Iterable[Mapping[str, str]], *, written: str) -> list[dict[str, str]]:
    names = ("period", "commune", "file", "sheet")
    return [
        {name: entry[name] for name in names}
        | {"cells": entry["cell"], "written": entry[written], "expected": entry["old"]}
        for entry in entries
    ]
