"""From the raw folder to entries: who makes ``files``, ``cells``, ``ledger`` and ``returns``.

Belongs here: which step is given what. Does not belong here: the steps (``pipelines.steps.collect``).
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.refresh.given import Given, Made
from pipelines.steps import problems, sources
from pipelines.steps.analyse import estimates
from pipelines.steps.collect import aim, correct, printed_plan, read
from pipelines.steps.collect.columns import runs
from pipelines.steps.frames import parted, to_frame, to_table, together
from schemas import tables
from schemas.catalogue import CATALOGUE
from schemas.kept import ESTIMATES_FILE, PRINTED_FILE, decoded
from schemas.problems import Problems
from schemas.return_sets import ReturnSetKey


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
    present = given.printed
    printed, met = printed_plan.read_printed(present)
    unread = _unread(Problems.PRINTED_UNREADABLE, given.unread_plans, tables.PRINTED)
    lost = _lost(
        given,
        PRINTED_FILE,
        _told_before(given, "printed_problems", Problems.PRINTED_SHORTER),
        lambda key, then: printed_plan.vanished(decoded(then), present.get(key, "")),
    )
    told = problems.problem_rows(Problems.PRINTED_SHORTER, [row for row, _ in lost])
    return {
        "printed": Made(printed),
        "printed_problems": Made(to_table(problems.joined([unread, met, told]), tables.PROBLEMS)),
    }


def read_estimates(given: Given) -> Mapping[str, Made]:
    """Make ``estimates`` and ``estimates_problems``: where rows have vanished, of the file that had them all."""
    present = given.estimates
    files = given.before("estimates").select(_NAMED_FILE).group_by(_NAMED_FILE, use_threads=False).aggregate([])
    made_of = [(ReturnSetKey(row["period"], row["commune"]), row["sha256"]) for row in files.to_pylist()]
    lost = _lost(
        given,
        ESTIMATES_FILE,
        (*_told_before(given, "estimates_problems", Problems.ESTIMATES_SHORTER), *made_of),
        lambda key, then: estimates.vanished(then, present.get(key, b"")),
    )
    whole = {ReturnSetKey(row["period"], row["commune"]): content for row, content in reversed(lost)}
    used = dict(sorted({**present, **whole}.items()))
    found, met = estimates.read_estimates(used, given.table("sheets"), given.places)
    told = problems.problem_rows(Problems.ESTIMATES_SHORTER, [row for row, _ in lost])
    unread = problems.problem_rows(
        Problems.ESTIMATE_UNREADABLE,
        [{**file, "expected": ", ".join(tables.ESTIMATED)} for file in given.unread_estimates],
    )
    return {
        "estimates": Made(found),
        "estimates_problems": Made(to_table(problems.joined([unread, met, told]), tables.PROBLEMS)),
    }


_NAMED_FILE = [*ReturnSetKey._fields, "sha256"]
"""What tells the file of a return set from those that it had before."""


def _lost(
    given: Given,
    file: str,
    before: Iterable[tuple[ReturnSetKey, str]],
    vanished: Callable[[ReturnSetKey, bytes], Sequence[str]],
) -> list[tuple[dict[str, str], bytes]]:
    """Return what there is to tell of files that have lost rows, each with the file that had them, the first first.

    What is read last is short itself by the next run. So what was told is held against what lies there again and
    again, until every row is there, or something newer is recorded in its place.

    Args:
        given: What the maker is given.
        file: What the file is called.
        before: Return sets with the hash of a file that had more, as far as these were known before.
        vanished: Returns of what the rows are that were in such a file of a return set, and are no more.
    """
    found = []
    for key, sha256 in dict.fromkeys((*before, *given.read_last(file).items())):
        content = given.kept(sha256) if key in given.sets else None
        if content is not None and (lost := vanished(key, content)):
            named = f"{', '.join(dict.fromkeys(lost[:_NAMED_ROWS]))}{', …' if len(lost) > _NAMED_ROWS else ''}"
            said = {"file": file, "written": f"{len(lost)} dòng ({named})", "expected": f"{sha256}.csv"}
            found.append((key._asdict() | said, content))
    return found


_NAMED_ROWS = 5
"""Rows that a sentence names."""


def _told_before(given: Given, table: str, problem: Problems) -> Iterator[tuple[ReturnSetKey, str]]:
    """Yield the return sets of which it was told that rows have vanished, with the hash of the file that had them."""
    met = given.before(table)
    for row in met.filter(pc.equal(met["problem"], problem.name)).to_pylist():
        yield ReturnSetKey(row["period"], row["commune"]), row["expected"].removesuffix(".csv")


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
    corrected, correction_problems, located = aim.located(given.table("cells"), ledger, CATALOGUE.forms, given.places)
    accepted = (
        {form: given.accepted(f"marts/{form.domain}") for form in CATALOGUE.forms} if len(correction_problems) else {}
    )
    whence = {form: sources.whence(mart) for form, mart in accepted.items()}
    read = {*corrected.sheets.keys} if len(correction_problems) else set[correct.Key]()
    stale = correct.not_lost(correction_problems, files, located.sheets, whence, ledger, read, given.places)
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
    """Give problems of the ledger the form and reporter of the sheet they point at; of one that is gone those known."""
    known = sheets[[*tables.SHEET_KEY, "form", "reporter"]]
    left = {name: f"{name}_left" for name in ("form", "reporter")}
    found = met.rename(columns=left).merge(known, on=tables.SHEET_KEY, how="left")
    return found.assign(**{name: found[name].fillna(found[of]) for name, of in left.items()}).drop(
        columns=left.values()
    )
