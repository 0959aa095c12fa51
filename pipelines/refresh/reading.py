"""From the raw folder to entries: who makes ``files``, ``cells``, ``ledger`` and ``returns``.

Belongs here: which step is given what. Does not belong here: the steps (``pipelines.steps.collect``).
"""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from pipelines.refresh.given import Given, Made
from pipelines.steps import problems, sources
from pipelines.steps.analyse import estimates, statements
from pipelines.steps.collect import aim, correct, read
from pipelines.steps.collect.columns import runs
from pipelines.steps.frames import parted, to_frame, to_table, together
from schemas import tables
from schemas.catalogue import CATALOGUE
from schemas.problems import Problems


def read_workbooks(given: Given) -> Mapping[str, Made]:
    """Make ``files`` and ``cells``: a workbook whose bytes this very code has read before is not opened again."""
    before = [given.previous(name) for name in ("files", "cells")]
    files, cells = (
        schema.empty_table() if table is None or None in before else table
        for table, schema in zip(before, (tables.FILES, tables.CELLS), strict=True)
    )
    present = {(file.commune, file.name, file.sha256): file for file in given.workbooks}
    known = {key for key in runs(files, _NAMED).keys if key in present}
    new = read.read([present[key] for key in sorted(present.keys() - known)])
    if not known:
        return {"files": Made(new.files), "cells": Made(new.cells)}
    # In the order of the files, so that the same workbooks give the same bytes, whichever was read anew.
    all_files = pa.concat_tables([_of(files, known), new.files]).sort_by([(name, "ascending") for name in _NAMED])
    all_cells = pa.concat_tables([_of(cells, known), together([new.cells], tables.CELLS)])
    order = {key: number for number, key in enumerate(runs(all_files, _NAMED).keys)}
    of_files = runs(all_cells, _NAMED)
    at = np.array([order[key] for key in of_files.keys], np.int64)[of_files.number]
    in_order = (at[1:] >= at[:-1]).all()
    return {
        "files": Made(all_files),
        "cells": Made(all_cells if in_order else all_cells.take(np.argsort(at, kind="stable"))),
    }


_NAMED = ["commune", "file", "sha256"]
"""What tells one workbook from all others of a period."""


def _of(table: pa.Table, kept: Collection[tuple[str, ...]]) -> pa.Table:
    of_files = runs(table, _NAMED)
    return table.filter(pa.array(np.array([key in kept for key in of_files.keys], bool)[of_files.number]))


def read_decisions(given: Given) -> Mapping[str, Made]:
    """Make ``ledger`` and ``ledger_problems``."""
    ledger, met = correct.read_ledger(given.ledgers)
    unread = _unread(Problems.LEDGER_UNREADABLE, given.unread_ledgers, tables.LEDGER)
    return {
        "ledger": Made(to_table(ledger, tables.LEDGER)),
        "ledger_problems": Made(to_table(problems.joined([unread, met]), tables.PROBLEMS)),
    }


def _unread(problem: Problems, files: Sequence[Mapping[str, str]], schema: pa.Schema) -> pd.DataFrame:
    """Return what there is to tell of files beside the workbooks that cannot be read at all."""
    expected = ", ".join(tables.in_folder(schema))
    return problems.problem_rows(problem, [{**file, "expected": expected} for file in files])


def read_printed(given: Given) -> Mapping[str, Made]:
    """Make ``printed`` and ``printed_problems``."""
    printed, met = statements.read_printed(given.printed)
    unread = _unread(Problems.PRINTED_UNREADABLE, given.unread_plans, tables.PRINTED)
    return {
        "printed": Made(printed),
        "printed_problems": Made(to_table(problems.joined([unread, met]), tables.PROBLEMS)),
    }


def read_estimates(given: Given) -> Mapping[str, Made]:
    """Make ``estimates`` and ``estimates_problems``."""
    found, met = estimates.read_estimates(given.estimates, given.table("sheets"), given.places)
    unread = problems.problem_rows(
        Problems.ESTIMATE_UNREADABLE,
        [{**file, "expected": ", ".join(tables.ESTIMATED)} for file in given.unread_estimates],
    )
    return {
        "estimates": Made(found),
        "estimates_problems": Made(to_table(problems.joined([unread, met]), tables.PROBLEMS)),
    }


def locate_returns(given: Given) -> Mapping[str, Made]:
    """Make ``returns/…``, ``problems/…`` and ``sheets``: entries, trouble met, sheets with a form in them."""
    files, ledger, ledger_problems = (
        to_frame([given.table(name)], schema)
        for name, schema in (
            ("files", tables.FILES),
            ("ledger", tables.LEDGER),
            ("ledger_problems", tables.PROBLEMS),
        )
    )
    _, correction_problems, located = aim.located(given.table("cells"), ledger, CATALOGUE.forms, given.places)
    accepted = (
        {form: given.accepted(f"marts/{form.domain}") for form in CATALOGUE.forms} if len(correction_problems) else {}
    )
    whence = {form: sources.whence(mart) for form, mart in accepted.items()}
    stale = correct.not_lost(correction_problems, files, located.sheets, whence)
    met = pd.concat(
        [
            _file_problems(files),
            located.problems,
            _with_form(pd.concat([ledger_problems, stale]), located.sheets),
        ],
        ignore_index=True,
    )
    entries, told = parted(located.entries, "form"), parted(to_table(met, tables.PROBLEMS), "form")
    made = {
        "sheets": Made(to_table(located.sheets, tables.SHEETS)),
        "problems/workbooks": Made(told.get("", tables.PROBLEMS.empty_table())),
    }
    for form in CATALOGUE.forms:
        made[f"problems/{form.domain}"] = Made(told.get(form.code, tables.PROBLEMS.empty_table()))
        made[f"returns/{form.domain}"] = Made(entries.get(form.code, tables.ENTRIES.empty_table()))
    return made


def _file_problems(files: pd.DataFrame) -> pd.DataFrame:
    troubled = files[files["problem"] != ""]
    met = [
        problems.problem_rows(
            Problems[str(name)],
            rows.rename(columns={"detail": "written"})[["period", "commune", "file", "written"]].to_dict("records"),
        )
        for name, rows in troubled.groupby("problem")
    ]
    return pd.concat(met, ignore_index=True) if met else problems.problem_rows(Problems.UNREADABLE_FILE, [])


def _with_form(met: pd.DataFrame, sheets: pd.DataFrame) -> pd.DataFrame:
    """Give problems of the ledger the form and reporter of the sheet they point at."""
    known = sheets[[*tables.SHEET_KEY, "form", "reporter"]]
    return (
        met.drop(columns=["form", "reporter"])
        .merge(known, on=tables.SHEET_KEY, how="left")
        .fillna({"form": "", "reporter": ""})
    )
