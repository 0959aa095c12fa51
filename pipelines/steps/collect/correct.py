"""Corrections: the ledger's decisions put over the cells, each only where the old text still stands.

Belongs here: which decisions stand, and applying them. Does not belong here: the ledger's columns
(``schemas.tables``), writing to it (``pipelines.store.ledger``), what a cell answers (``pipelines.steps.collect.aim``).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.collect.columns import Runs, runs
from pipelines.steps.frames import frame_of, joined_text, texts_of
from pipelines.steps.problems import joined, problem_rows
from schemas.addresses import as_meant, known_position, position
from schemas.form import Form
from schemas.harmless import of_csv
from schemas.kept import LEDGER_FILE, KeptError, kept_rows
from schemas.listed import listed
from schemas.outcomes import Decision
from schemas.problems import Problems
from schemas.return_sets import ReturnSetKey
from schemas.tables import AIM, CELL_KEY, CELLS, DECIDED, FILE_KEY, IN_EVERY_LEDGER, LATER, LEDGER, SHEET_KEY, uncoded
from schemas.text import composed, fold

if TYPE_CHECKING:
    from schemas.places import Places

Entry = dict[str, str]
Key = tuple[str, ...]
"""What names a cell."""


def read_ledger(ledgers: Mapping[ReturnSetKey, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read the ledgers of return sets, given as CSV text by (period, commune).

    Returns:
        The entries, ``schemas.tables.LEDGER``, and the problems of ledgers and of rows that cannot be read.
    """
    entries: list[dict[str, str]] = []
    problems: list[dict[str, str]] = []
    for (period, commune), text in ledgers.items():
        where = {"period": period, "commune": commune}
        told = {**where, "file": LEDGER_FILE, "expected": ", ".join(IN_EVERY_LEDGER)}
        try:
            rows = kept_rows(text, IN_EVERY_LEDGER, later=LATER)
        except KeptError as reason:
            problems.append({**told, "written": str(reason)})
            continue
        problems.extend({**told, "written": f"dòng {row.line} {row.trouble}"} for row in rows if row.trouble)
        sound = (row for row in rows if not row.trouble)
        for row in sound:
            said = dict.fromkeys(LATER, "") | {name: of_csv(text) for name, text in row.cells.items()}
            named = {"file": composed(said["file"]), "cell": as_meant(said["cell"])}
            entries.append({**said, **named, **where})
    return frame_of(entries, LEDGER), problem_rows(Problems.LEDGER_UNREADABLE, problems)


def refused(ledger: pd.DataFrame) -> list[Entry]:
    """Return the entries that refuse a suggestion: it is not made again where the same is written for the same field.

    What is proposed, ``new``, is as ``pipelines.store.ledger`` writes it: of a number, its Vietnamese form
    (``numbers.vietnamese``). What was refused and accepted later is no longer refused.
    """
    found: list[Entry] = []
    for row in ledger.to_dict("records") if len(ledger) else ():
        if row["decision"] == Decision.REFUSED:
            found.append(row)
        elif row["decision"] == Decision.ACCEPTED:
            found = [one for one in found if not _is_of_same(one, row) or one["new"] != row["new"]]
    return found


def _is_of_same(one: Entry, other: Entry) -> bool:
    """Return whether two entries are about the same field of a record, or, as far as one says none, the same cell."""
    same = [*AIM, "period", "commune"] if one["field"] and other["field"] else CELL_KEY
    return all(one[name] == other[name] for name in same)


def overruled(ledger: pd.DataFrame) -> dict[Key, tuple[str, str, str]]:
    """Return the rule that a confirmation says is wrong on its cell, who says so and why, by the cell's key.

    The last decision on a cell counts; whether its number still stands is told by the cell (``confirmed``).
    """
    found: dict[Key, tuple[str, str, str]] = {}
    if not len(ledger) or not ((ledger["decision"] == Decision.AS_IS) & (ledger["suggestion"] != "")).any():
        return found
    for row in ledger[ledger["decision"].isin([Decision.AS_IS, Decision.ACCEPTED])].to_dict("records"):
        key = tuple(row[name] for name in CELL_KEY)
        if row["decision"] == Decision.AS_IS and row["suggestion"]:
            found[key] = (row["suggestion"], row["who"], row["reason"])
        else:
            found.pop(key, None)
    return found


_CORRECTED = pa.schema(
    [*((field.name, uncoded(field.type)) for field in CELLS), *((name, pa.string()) for name in ("received", *DECIDED))]
)


@dataclass(frozen=True)
class Corrected:
    """Cells, and what the ledger has to say of some of them.

    Attributes:
        cells: ``schemas.tables.CELLS``, as received.
        decided: All cells of the sheets that the ledger names, with its decisions on them: ``schemas.tables.CELLS`` and
            five more columns, ``received`` (the text as it came, whatever ``text`` says now), ``correction`` (the
            reason), ``corrected_by``, ``confirmed`` (the reason to keep a number that looks wrong), ``confirmed_by``.
    """

    cells: pa.Table
    decided: pa.Table = field(default_factory=_CORRECTED.empty_table)

    @cached_property
    def sheets(self) -> Runs:
        """The sheets as they follow one another: period, commune, file and name of each."""
        return runs(self.cells, SHEET_KEY)

    def of_sheets(self, wanted: Collection[int]) -> pa.Table:
        """Return all cells of some sheets, by their numbers, with the columns of ``decided``: sheet by sheet."""
        numbers, named = {key: number for number, key in enumerate(self.sheets.keys)}, runs(self.decided, SHEET_KEY)
        own = np.array([numbers[key] for key in named.keys], np.int64)[named.number]
        plain = np.zeros(len(numbers), bool)
        plain[list(wanted)] = True
        decided = np.flatnonzero(plain[own])
        plain[own] = False
        rows = np.flatnonzero(plain[self.sheets.number])
        both = pa.concat_tables([_undecided(self.cells.take(pa.array(rows))), self.decided.take(pa.array(decided))])
        of_sheet = np.concatenate([self.sheets.number[rows], own[decided]])
        return both.take(pa.array(np.argsort(of_sheet, kind="stable")))

    def whole(self) -> pa.Table:
        """Return all cells with the columns of ``decided``."""
        return self.of_sheets(range(len(self.sheets.keys)))


def _undecided(cells: pa.Table) -> pa.Table:
    """Return cells on which there is no decision, with the columns of ``Corrected.decided``."""
    said = [cells[name].cast(_CORRECTED.field(name).type) for name in CELLS.names]
    columns = [*said, said[CELLS.names.index("text")], *[pa.repeat("", len(cells))] * len(DECIDED)]
    return pa.table(columns, schema=_CORRECTED)


def correct(
    cells: pa.Table,
    ledger: pd.DataFrame,
    astray: Mapping[Key, Mapping[str, str]] = MappingProxyType({}),
    said: Collection[Key] = (),
) -> tuple[Corrected, pd.DataFrame]:
    """Put the ledger's decisions over the cells, ``schemas.tables.CELLS``.

    A correction that follows a confirmation takes its place. A confirmation of the text as received takes back the
    corrections before it; one of the corrected text stands beside its correction.

    Args:
        cells: The cells.
        ledger: The entries, ``schemas.tables.LEDGER``.
        astray: The cells that answer something else than the decisions on them are about, each with what it answers
            ``now`` and what it did ``then``, in words: they are not decided on.
        said: The cells that by themselves say the number that was decided on them. A correction of such a cell is
            fulfilled: nothing is replaced, and that is told. A confirmation of it stands.

    Returns:
        The cells; and the problems: entries without a reason, entries whose old text is no longer what the workbook
        says, those that are astray, and those that are fulfilled.
    """
    accepted, confirmed = standing(ledger)
    nowhere = [entry for entry in (*accepted, *confirmed) if position(entry["cell"]) is None]
    unreasoned = [entry for entry in (*accepted, *confirmed) if not _reasoned(entry)]
    strayed = {key: {**entry, **astray[key]} for entry in (*accepted, *confirmed) if (key := key_of(entry)) in astray}
    received = Corrected(cells)
    named = {tuple(entry[name] for name in SHEET_KEY) for entry in (*accepted, *confirmed)}
    of_ledger = received.of_sheets([number for number, key in enumerate(received.sheets.keys) if key in named])
    decided = _Cells(of_ledger, (*accepted, *confirmed), said)
    unfit = {*map(key_of, nowhere), *strayed}
    stale: list[Entry] = []
    decided.replace([entry for entry in accepted if _reasoned(entry) and key_of(entry) not in unfit], stale)
    decided.keep([entry for entry in confirmed if _reasoned(entry) and key_of(entry) not in unfit], stale)
    corrected = replace(received, decided=decided.table())
    unclear = [
        {**entry, "cells": listed([entry["cell"]]), "written": entry["decision"], "expected": ", ".join(Decision)}
        for entry in ledger[~ledger["decision"].isin(list(Decision))].to_dict("records")
    ]
    problems = joined(
        [
            problem_rows(Problems.LEDGER_DECISION, unclear),
            problem_rows(Problems.LEDGER_STALE, _told(stale, written="received")),
            problem_rows(Problems.LEDGER_FULFILLED, _told(decided.fulfilled, written="received")),
            problem_rows(Problems.LEDGER_ASTRAY, _told(strayed.values(), written="now", expected="then")),
            problem_rows(Problems.LEDGER_ADDRESS, _told(nowhere, written="new")),
            problem_rows(Problems.LEDGER_NO_REASON, _told(unreasoned, written="new")),
        ]
    )
    return corrected, problems


def not_lost(
    problems: pd.DataFrame,
    files: pd.DataFrame,
    sheets: pd.DataFrame,
    whence: Mapping[type[Form], pd.DataFrame],
    ledger: pd.DataFrame,
    read: Collection[Key],
    places: "Places",
) -> pd.DataFrame:
    """Return the problems of corrections without those on workbooks that are themselves told of.

    A workbook that cannot be read is told of (W-01 and its like), and so is one that a form was accepted from and that
    nobody sends now (H-02): that its corrections find no cell is no second trouble. Any other entry without its cell is
    told, for its workbook may be misspelt, or sent again under another name. Of one that put words in the place of
    others, such as a reporter's name, nothing can go wrong then that is not told of the new workbook: that is a remark.
    Of any other it is told which form it was about, and in which workbook that comes now.

    Args:
        problems: As ``correct`` returns them.
        files: ``schemas.tables.FILES`` of the return sets.
        sheets: As ``locate.locate`` found them.
        whence: Per form, the sheets that its accepted records came from (``sources.whence``).
        ledger: The entries, ``schemas.tables.LEDGER``.
        read: The sheets in which anything is filled, by ``schemas.tables.SHEET_KEY``.
        places: Who the reporters are.
    """
    if not len(problems):
        return problems
    unread = set(texts_of(files[files["problem"] != ""], FILE_KEY))
    present = set(texts_of(files, FILE_KEY))
    sent = set(texts_of(sheets, ["period", "commune", "form", "reporter"]))
    lost = {
        (row["period"], row["commune"], row["file"], row["sheet"])
        for form, found in whence.items()
        for row in found.to_dict("records")
        if (row["period"], row["commune"], form.code, row["reporter"]) not in sent
        and (row["period"], row["commune"], row["file"]) not in present
    }
    stale = problems["problem"] == Problems.LEDGER_STALE.name
    where = zip(texts_of(problems, FILE_KEY), texts_of(problems, SHEET_KEY), strict=True)
    told = pd.Series([file in unread or sheet in lost for file, sheet in where], index=problems.index, dtype=bool)
    of_words = {key_of(entry) for entry in standing(ledger)[0] if _puts_words(entry)}
    keys = [*map(tuple, texts_of(problems, [*SHEET_KEY, "cells"]))]
    moot = [key in of_words and key[:3] not in present for key in keys]
    named = problems["problem"].mask(stale & pd.Series(moot, index=problems.index), Problems.LEDGER_WITHOUT_FILE.name)
    gone = [key[:-1] not in read for key in keys]
    left = stale & (named == Problems.LEDGER_STALE.name) & pd.Series(gone, index=problems.index)
    found = problems.assign(problem=named.mask(left, Problems.LEDGER_LEFT_BEHIND.name))
    by_cell = {key_of(entry): entry for kept in standing(ledger) for entry in kept}
    for at, key in zip(found.index, keys, strict=True):
        if left[at]:
            entry = by_cell[key]
            of = (entry["form"], entry["reporter"]) if entry["field"] else _accepted_from(key[:-1], whence)
            found.loc[at, ["form", "reporter", "written"]] = [*of, _meant(entry, *of, sheets, places)]
    return found[~(stale & told)]


def _accepted_from(sheet: Key, whence: Mapping[type[Form], pd.DataFrame]) -> tuple[str, str]:
    """Return which form of which reporter was accepted from a sheet; by its name at least which form it would be."""
    for form, found in whence.items():
        for reporter, *key in texts_of(found, ["reporter", *SHEET_KEY]):
            if tuple(key) == sheet:
                return form.code, reporter
    return next((form.code for form in whence if fold(form.sheet) == fold(sheet[-1])), ""), ""


def _meant(entry: Entry, form: str, reporter: str, sheets: pd.DataFrame, places: "Places") -> str:
    """Return in words what an entry decided on which form, and where that comes now."""
    kept = entry["decision"] == Decision.AS_IS
    said = f"Dòng ấy giữ nguyên «{entry['old']}»" if kept else f"Dòng ấy thay «{entry['old']}» bằng «{entry['new']}»"
    if not reporter:
        return f"{said}, ở biểu {form}" if form else f"{said}, không rõ ở biểu nào"
    same = {"period": entry["period"], "commune": entry["commune"], "form": form, "reporter": reporter}
    now = sheets[pd.concat([sheets[name] == text for name, text in same.items()], axis=1).all(axis=1)]
    where = "; ".join(f"tệp {one['file']}, trang «{one['sheet']}»" for one in now.to_dict("records"))
    named = f"{said}, ở biểu {form} của {places.title(entry['commune'], reporter)}"
    return f"{named}, nay nằm ở {where}" if where else f"{named}, nay chưa có trong tệp nào"


def _puts_words(entry: Entry) -> bool:
    """Return whether a correction puts words in the place of others: where no number stands, or should stand."""
    return not entry["field"] and entry["new"].strip()[:1].isalpha() and entry["old"].strip()[:1].isalpha()


def followed(ledger: pd.DataFrame, entries: pa.Table) -> pd.DataFrame:
    """Return the ledger, each decision on a sheet that is not read any more on the cell that has its number now.

    A decision is about a number of a reporter, and not about the name of a file: a workbook that comes again under
    another name, or as .ods in the place of .xlsx, is corrected as it would be under the old one. Where the number
    stands nowhere, or in several sheets, nobody can say which is meant, and the decision stays where it was.

    Args:
        ledger: The entries of the ledgers, ``schemas.tables.LEDGER``.
        entries: ``schemas.tables.ENTRIES``.
    """
    aimed = ledger["field"] != "" if len(ledger) else pd.Series(dtype=bool)
    if not aimed.any():
        return ledger
    there = {*runs(entries, SHEET_KEY).keys}
    lacking = {at: row for at, row in ledger[aimed].iterrows() if tuple(row[SHEET_KEY]) not in there}
    if not lacking:
        return ledger
    names = ["period", "commune", *AIM]
    wanted = pa.array({"\n".join(row[names]) for row in lacking.values()}, pa.string())
    places: dict[Key, list[Key]] = {}
    for row in entries.filter(pc.is_in(joined_text(entries, names), wanted)).select([*names, *CELL_KEY]).to_pylist():
        places.setdefault(tuple(row[name] for name in names), []).append(tuple(row[name] for name in CELL_KEY))
    moved = ledger.copy()
    for at, row in lacking.items():
        now = places.get(tuple(row[names]), [])
        if len(now) == 1:
            moved.loc[at, CELL_KEY] = now[0]
    return moved


def key_of(entry: Mapping[str, str]) -> Key:
    """Return the cell of an entry."""
    return tuple(entry[name] for name in CELL_KEY)


def standing(ledger: pd.DataFrame) -> tuple[list[Entry], list[Entry]]:
    """Return the corrections and the confirmations that no later entry for the same cell has replaced."""
    last: dict[str, dict[tuple[str, ...], Entry]] = {Decision.ACCEPTED: {}, Decision.AS_IS: {}}
    for entry in ledger[ledger["decision"].isin(list(last))].to_dict("records"):
        key = key_of(entry)
        if entry["decision"] == Decision.ACCEPTED:
            last[Decision.AS_IS].pop(key, None)
        elif entry["new"] == entry["old"]:
            last[Decision.ACCEPTED].pop(key, None)
        last[entry["decision"]].pop(key, None)  # so that the entries stay in the order of the ledger
        last[entry["decision"]][key] = entry
    return list(last[Decision.ACCEPTED].values()), list(last[Decision.AS_IS].values())


def _reasoned(entry: Entry) -> bool:
    return bool(entry["reason"].strip() and entry["who"].strip())


class _Cells:
    """The cells of the sheets that decisions are made on: those of the decisions one mapping each, the others as is."""

    def __init__(self, cells: pa.Table, entries: Iterable[Entry], said: Collection[Key]) -> None:
        self._said = said
        self.fulfilled: list[Entry] = []
        """The corrections whose cell says by itself what they made of it."""
        wanted = pa.array({"\n".join(entry[name] for name in CELL_KEY) for entry in entries}, pa.string())
        self._cells, self._at = cells, np.flatnonzero(pc.is_in(joined_text(cells, CELL_KEY), wanted))
        self._rows: list[dict[str, Any]] = cells.take(pa.array(self._at)).to_pylist()
        self._by_key = {tuple(row[name] for name in CELL_KEY): row for row in self._rows}
        sheets = runs(cells, SHEET_KEY)
        hashes = cells["sha256"].take(pa.array(sheets.first[:-1])).to_pylist()
        self._hashes = dict(zip(sheets.keys, hashes, strict=True))

    def table(self) -> pa.Table:
        """Return all the cells, as they stand now; those that came into being by a decision are the last."""
        rows, own = np.arange(len(self._cells)), len(self._cells) + np.arange(len(self._rows))
        rows[self._at] = own[: len(self._at)]
        rows = np.append(rows, own[len(self._at) :])
        return pa.concat_tables([self._cells, pa.Table.from_pylist(self._rows, _CORRECTED)]).take(pa.array(rows))

    def replace(self, entries: Sequence[Entry], stale: list[Entry]) -> None:
        """Make corrections; those whose old text no longer stands go to ``stale``."""
        for entry in entries:
            *sheet, _ = key = key_of(entry)
            row = self._by_key.get(key)
            received = "" if row is None else row["received"]
            if key in self._said:
                self.fulfilled.append(entry | {"received": received})
            elif tuple(sheet) not in self._hashes or received != entry["old"]:
                stale.append(entry | {"received": received})
            elif entry["new"] != received:  # else it takes an earlier correction back: the cell is read as received
                new = {"kind": "text", "text": entry["new"], "shown": entry["new"], "format": ""}
                self._decide(entry, new | {"correction": entry["reason"], "corrected_by": entry["who"]})

    def keep(self, entries: Sequence[Entry], stale: list[Entry]) -> None:
        """Set confirmations beside the cells; those of a text no longer in use go to ``stale``."""
        already_told = {tuple(entry[name] for name in CELL_KEY) for entry in stale}
        for entry in entries:
            *sheet, _ = key = key_of(entry)
            row = self._by_key.get(key)
            received, used = ("", "") if row is None else (row["received"], row["text"])
            stands = received == entry["old"] and entry["new"] in ("", entry["old"], used)
            if key in self._said or (tuple(sheet) in self._hashes and stands):
                self._decide(entry, {"confirmed": entry["reason"], "confirmed_by": entry["who"]})
            elif key not in already_told:
                stale.append(entry | {"received": received})

    def _decide(self, entry: Entry, decision: Mapping[str, str]) -> None:
        """Put a decision on a cell; a blank one comes into being by it, and its received text stays empty."""
        key = key_of(entry)
        if key not in self._by_key:
            row, column = known_position(entry["cell"])
            where = {name: entry[name] for name in CELL_KEY} | {"row": row, "column": column, "kind": "blank"}
            none = dict.fromkeys(("text", "shown", "format", "aside", "received", *DECIDED), "")
            self._by_key[key] = {**where, "sha256": self._hashes[key[:-1]], **none}
            self._rows.append(self._by_key[key])
        self._by_key[key].update(decision)


def _told(entries: Iterable[Mapping[str, str]], *, written: str, expected: str = "old") -> list[dict[str, str]]:
    names = ("period", "commune", "file", "sheet")
    return [
        {name: entry[name] for name in names}
        | {"cells": listed([entry["cell"]]), "written": entry[written], "expected": entry[expected]}
        for entry in entries
    ]
