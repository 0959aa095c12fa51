"""Cells to entries: which cell answers which field of which form, found by wording, never by row number.

Belongs here: recognising a sheet's form, its reporter, its columns, its lines; and reading the number in each value
cell. Does not belong here: rules between fields (``pipelines.steps.findings``).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from pipelines.steps.numbers import read_number, same_unit
from pipelines.steps.problems import joined, problem_rows
from pipelines.steps.read import address
from schemas.form import Form, FormField
from schemas.marts import ENTRIES
from schemas.periods import Period
from schemas.places import Places
from schemas.problems import Problems
from schemas.text import fold
from schemas.units import DECIMAL

LABEL_HEADING, UNIT_HEADING, VALUE_HEADING, NOTE_HEADING = "Chỉ tiêu", "ĐVT", "Giá trị", "Ghi chú"
LINE_HEADING = "Mã dòng"
REPORTER_MARK, PERIOD_MARK, COMMUNE_MARK, FORM_MARK = "Đơn vị báo cáo", "Kỳ báo cáo", "Xã", "Biểu"

ENTRY_COLUMNS = tuple(ENTRIES.names)
"""One row per field a sheet was asked for. ``received``: text of the cell as sent; ``text``: after correction;
``value``: the number, missing for a blank or a problem; ``problem``: a name in ``schemas.problems``, or empty."""

SHEET = ["period", "commune", "file", "sheet"]

_DECIDED = ["correction", "corrected_by", "confirmed", "confirmed_by"]

_FORM_CODE = re.compile(r"^\s*(?:mẫu\s+)?biểu\s+(?:số\s*)?:?\s*([A-Z]\d{2})\b(?:.*phiên\s+bản\s+(\d+))?", re.IGNORECASE)


@dataclass(frozen=True)
class Located:
    """What was found in the workbooks: the entries, the sheets with their form and reporter, and the trouble met."""

    entries: pd.DataFrame
    sheets: pd.DataFrame
    problems: pd.DataFrame


def locate(cells: pd.DataFrame, forms: Sequence[type[Form]], places: Places) -> Located:
    """Find the entries of every form in corrected cells.

    Args:
        cells: As ``correct.correct`` returns them: ``read.CELL_COLUMNS``, what was received, what was decided.
        forms: The forms to look for.
        places: Who may report, by name.
    """
    cells = cells.assign(folded=cells["text"].map(fold, na_action="ignore"))
    sheets, problems = _sheets(cells, forms, places)
    usable = sheets[sheets["usable"]]
    cells = cells.merge(usable.drop(columns="usable"), on=SHEET)
    asked = [form for form in forms if form.code in set(usable["form"])]
    found = [_listed_lines(cells, [form for form in asked if not form.line_title])]
    found += [_tabled_lines(cells[cells["form"] == form.code], form) for form in asked if form.line_title]
    lines = pd.concat([lines for lines, _ in found], ignore_index=True)
    entries, entry_problems = _entries(cells, lines, {form.code: form for form in forms})
    return Located(entries, sheets, joined([problems, *(told for _, told in found), entry_problems]))


def _sheets(cells: pd.DataFrame, forms: Sequence[type[Form]], places: Places) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return one row per sheet with its form, reporter and column positions, and what keeps sheets from being read."""
    by_code = {form.code: form for form in forms}
    by_sheet_name = {fold(form.sheet): form.code for form in forms}
    headings = {
        fold(word): name
        for word, name in (
            (LABEL_HEADING, "label_at"),
            (UNIT_HEADING, "unit_at"),
            (VALUE_HEADING, "value_at"),
            (NOTE_HEADING, "note_at"),
            (LINE_HEADING, "line_at"),
        )
    }
    marks = _marks(cells)
    rows: list[dict[str, Any]] = []
    trouble: list[tuple[Problems, dict[str, str]]] = []
    heads = cells[cells["folded"].isin(list(headings))]
    heads_of = dict(iter(heads.groupby(SHEET, sort=False)))
    for key in cells[SHEET].drop_duplicates().itertuples(index=False, name=None):
        period, commune, file, sheet = key
        said = marks.get(key, Said())
        at = {"period": period, "commune": commune, "file": file, "sheet": sheet}
        code = said.form or by_sheet_name.get(fold(sheet), "")
        row = {**at, "form": code, "reporter": "", "usable": False, "header": 0} | dict.fromkeys(headings.values(), 0)
        rows.append(row)
        form = by_code.get(code)
        if form is None:
            trouble.append((Problems.NO_FORM, at))
            continue
        at["form"] = code
        reporter = places.reporter_named(commune, said.reporter or "")
        row["reporter"] = at["reporter"] = reporter or ""
        found = _header(heads_of.get(key), headings)
        refusal = _refusal(form, at, said, reporter, places)
        if refusal is None and found is None:
            refusal = (Problems.NO_HEADER, {})
        if refusal is not None:
            trouble.append((refusal[0], at | refusal[1]))
        if found is not None:
            row |= found
            row["usable"] = refusal is None
    frame = pd.DataFrame(rows, columns=[*SHEET, "form", "reporter", "usable", "header", *headings.values()])
    frame, duplicates = _without_duplicates(frame)
    told = [problem_rows(kind, [words]) for kind, words in trouble]
    return frame, joined([*told, duplicates])


@dataclass
class Said:
    """What the heading of a sheet says of itself; nothing where it does not say."""

    form: str = ""
    version: str = ""
    period: str | None = None
    commune: str | None = None
    reporter: str | None = None


def _marks(cells: pd.DataFrame) -> dict[tuple[str, ...], Said]:
    """Return, per sheet, what its heading says."""
    wanted = {
        fold(mark): name
        for mark, name in ((REPORTER_MARK, "reporter"), (PERIOD_MARK, "period"), (COMMUNE_MARK, "commune"))
    }
    pattern = "|".join(f"{re.escape(mark)}(?: |$)" for mark in (*wanted, fold(FORM_MARK)))
    headings = cells[cells["folded"].str.match(pattern) & (cells["kind"] == "text")]
    texts = cells.set_index([*SHEET, "row", "column"])["text"]
    marks: dict[tuple[str, ...], Said] = {}
    for row in headings.itertuples(index=False):
        key = (row.period, row.commune, row.file, row.sheet)
        said = marks.setdefault(key, Said())
        code = _FORM_CODE.match(row.text)
        if code is not None and not said.form:
            said.form, said.version = code[1].upper(), code[2] or ""
            continue
        before, colon, after = row.text.partition(":")
        name = wanted.get(fold(before))
        if name is not None and colon and getattr(said, name) is None:
            beside = texts.get((*key, row.row, row.column + 1), "")
            setattr(said, name, after.strip() or str(beside).strip())
    return marks


def _header(heads: pd.DataFrame | None, headings: dict[str, str]) -> dict[str, int] | None:
    """Return the row of the column headings and the column of each, or nothing where no row has what a form needs."""
    if heads is None:
        return None
    for row, group in heads.groupby("row"):
        if group["folded"].duplicated().any():
            continue  # two columns of one name: which of them is meant is not ours to guess
        at = {headings[folded]: int(column) for folded, column in zip(group["folded"], group["column"], strict=True)}
        if {"label_at", "value_at"} <= set(at) or "line_at" in at:
            return {"header": int(row)} | at
    return None


def _refusal(
    form: type[Form], at: dict[str, str], said: Said, reporter: str | None, places: Places
) -> tuple[Problems, dict[str, str]] | None:
    """Return why a sheet is not to be read as this return set's, or nothing."""
    period, commune = Period.parse(at["period"]), at["commune"]
    if said.version not in ("", str(form.version)):
        return Problems.WRONG_VERSION, {"written": said.version, "expected": str(form.version)}
    if said.period is not None and not period.is_named(said.period):
        return Problems.WRONG_PERIOD, {"written": said.period, "expected": period.title}
    if said.commune is not None and not places.is_commune_named(commune, said.commune):
        return Problems.WRONG_COMMUNE, {"written": said.commune, "expected": places.territory(commune)}
    if reporter is None:
        return Problems.UNKNOWN_REPORTER, {"written": said.reporter or ""}
    if reporter not in {place.code for place in places.reporters(commune, form.reporter_kind, period)}:
        return Problems.WRONG_REPORTER_KIND, {"written": said.reporter or ""}
    return None


def _without_duplicates(sheets: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Take sheets that repeat a form and reporter out of use: which of them is right is not ours to guess."""
    keys = ["period", "commune", "form", "reporter"]
    repeated = sheets["usable"] & sheets[sheets["usable"]].duplicated(keys, keep=False).reindex(
        sheets.index, fill_value=False
    )
    told = [
        dict(zip(keys, key, strict=True))
        | {"file": group["file"].iloc[0], "written": "; ".join(group["file"] + " – " + group["sheet"])}
        for key, group in sheets[repeated].groupby(keys)
    ]
    return sheets.assign(usable=sheets["usable"] & ~repeated), problem_rows(Problems.DUPLICATE_RETURN, told)


_LINE_COLUMNS = [*SHEET, "form", "reporter", "line", "line_name", "field", "row", "column", "unit_text"]
"""Where a field is asked for: the cell its value belongs in, and the unit printed beside it."""


def _listed_lines(cells: pd.DataFrame, forms: Sequence[type[Form]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Find the fields of forms that list one field per row; also return the fields without one clear row."""
    wordings = pd.DataFrame(
        [
            (form.code, fold(label), name)
            for form in forms
            for name, item in form.fields().items()
            for label in item.labels
        ],
        columns=["form", "folded", "field"],
        dtype=pd.StringDtype(),
    )
    labels = cells[(cells["row"] > cells["header"]) & (cells["column"] == cells["label_at"])]
    found = labels.merge(wordings, on=["form", "folded"])
    times = found.groupby([*SHEET, "field"])["row"].transform("size")
    asked = (
        cells[[*SHEET, "form", "reporter"]]
        .drop_duplicates()
        .merge(wordings[["form", "field"]].drop_duplicates(), on="form")
    )
    missing = asked.merge(found[[*SHEET, "field"]].drop_duplicates(), on=[*SHEET, "field"], how="left", indicator=True)
    missing = missing[missing["_merge"] == "left_only"]
    repeated = (
        found[times > 1].groupby([*SHEET, "form", "reporter", "field"], as_index=False).agg(cells=("cell", ";".join))
    )
    units = cells[cells["column"] == cells["unit_at"]][[*SHEET, "row", "text"]].rename(columns={"text": "unit_text"})
    lines = found[times == 1].assign(line="", line_name="", column=found["value_at"])
    lines = lines.merge(units, on=[*SHEET, "row"], how="left", validate="one_to_one").fillna({"unit_text": ""})
    return lines[_LINE_COLUMNS], joined(
        [
            problem_rows(Problems.LABEL_MISSING, missing.to_dict("records")),
            problem_rows(Problems.LABEL_REPEATED, repeated.to_dict("records")),
        ]
    )


def _tabled_lines(cells: pd.DataFrame, form: type[Form]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Find the fields of a form with one line per row and one field per column, the unit in the column's heading."""
    wordings = pd.DataFrame(
        [(wording, name) for name, item in form.fields().items() for wording in _headings(item)],
        columns=["folded", "field"],
        dtype=pd.StringDtype(),
    )
    heads = cells[cells["row"] == cells["header"]]
    columns = heads.merge(wordings, on="folded")[[*SHEET, "form", "reporter", "field", "column", "cell"]]
    asked = (
        cells[[*SHEET, "form", "reporter"]].drop_duplicates().merge(wordings[["field"]].drop_duplicates(), how="cross")
    )
    found = columns[[*SHEET, "field"]].drop_duplicates()
    missing = asked.merge(found, on=[*SHEET, "field"], how="left", indicator=True)
    missing = missing[missing["_merge"] == "left_only"]
    doubled = columns.duplicated([*SHEET, "field"], keep=False)
    by_field = columns[doubled].groupby([*SHEET, "form", "reporter", "field"], as_index=False)
    repeated = by_field.agg(cells=("cell", ";".join))
    columns = columns[~doubled]
    named = heads[heads["folded"] == fold(form.line_title)][[*SHEET, "column"]].rename(columns={"column": "name_at"})
    below = cells[cells["row"] > cells["header"]].merge(named, on=SHEET, how="left")
    codes = below[below["column"] == below["line_at"]][[*SHEET, "row", "text", "cell"]].rename(columns={"text": "line"})
    codes["line"] = codes["line"].str.strip()
    names = below[below["column"] == below["name_at"]][[*SHEET, "row", "text"]].rename(columns={"text": "line_name"})
    rows = codes.merge(names, on=[*SHEET, "row"], how="left").fillna({"line_name": ""})
    filled = below.merge(columns[[*SHEET, "field", "column"]], on=[*SHEET, "column"])
    nameless = filled.merge(codes[[*SHEET, "row"]], on=[*SHEET, "row"], how="left", indicator=True)
    nameless = nameless[nameless["_merge"] == "left_only"].drop_duplicates([*SHEET, "row"])
    nameless = nameless.rename(columns={"cell": "cells", "text": "written"}).drop(columns="field")
    twice = rows.duplicated([*SHEET, "line"], keep=False)
    told = rows[twice].merge(asked[[*SHEET, "form", "reporter"]].drop_duplicates(), on=SHEET)
    told = told.rename(columns={"cell": "cells", "line": "written"})
    lines = rows[~twice].drop(columns="cell").merge(columns.drop(columns="cell"), on=SHEET).assign(unit_text="")
    return lines[_LINE_COLUMNS], joined(
        [
            problem_rows(Problems.LABEL_MISSING, missing.to_dict("records")),
            problem_rows(Problems.LABEL_REPEATED, repeated.to_dict("records")),
            problem_rows(Problems.LINE_REPEATED, told.to_dict("records")),
            problem_rows(Problems.LINE_WITHOUT_CODE, nameless.to_dict("records")),
        ]
    )


def heading_of(item: FormField) -> str:
    """Return the column heading of a field in a form with lines: its label and its unit."""
    return f"{item.label} ({item.unit.label})"


def _headings(item: FormField) -> list[str]:
    units = (item.unit.label, *item.unit.aliases)
    return list(
        {fold(wording) for label in item.labels for wording in (label, *(f"{label} ({unit})" for unit in units))}
    )


def _entries(
    cells: pd.DataFrame, lines: pd.DataFrame, forms: dict[str, type[Form]]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the entries of the lines, each with its number read, and the cells that hold none."""
    at = [*SHEET, "row", "column"]
    values = cells[[*at, "cell", "kind", "received", "text", *_DECIDED]]
    notes = cells[cells["column"] == cells["note_at"]][[*SHEET, "row", "text"]].rename(columns={"text": "note"})
    hashes = cells.drop_duplicates(SHEET)[[*SHEET, "sha256"]]
    entries = (
        lines.astype({"row": "int64", "column": "int64"})
        .merge(values, on=at, how="left", validate="one_to_one")
        .merge(notes, on=[*SHEET, "row"], how="left", validate="many_to_one")
        .merge(hashes, on=SHEET, how="left", validate="many_to_one")
    )
    blank = entries["cell"].isna()
    if blank.any():
        positions = entries.loc[blank, ["row", "column"]].itertuples(index=False)
        entries.loc[blank, "cell"] = [address(row, column) for row, column in positions]
    entries["kind"] = entries["kind"].fillna("blank")
    for name in ("received", "text", "note", *_DECIDED):
        entries[name] = entries[name].fillna("")
    read = [
        _entry(forms[code], field, kind, text, unit)
        for code, field, kind, text, unit in entries[["form", "field", "kind", "text", "unit_text"]].itertuples(
            index=False
        )
    ]
    entries["value"] = pd.array([value for value, _ in read], dtype=pd.ArrowDtype(DECIMAL))
    entries["problem"] = pd.array([problem.name if problem else "" for _, problem in read], dtype=pd.StringDtype())
    return entries[list(ENTRY_COLUMNS)], _entry_problems(entries, forms)


def _entry(
    form: type[Form], field: str, kind: str, text: str, unit_text: str
) -> tuple[Decimal | None, Problems | None]:
    item = form.fields()[field]
    if not same_unit(unit_text, item.unit):
        return None, Problems.WRONG_UNIT
    reading = read_number(kind, text, item.unit)
    if reading.problem is None and reading.value is None and not item.optional:
        return None, Problems.BLANK
    return reading.value, reading.problem


def _entry_problems(entries: pd.DataFrame, forms: dict[str, type[Form]]) -> pd.DataFrame:
    troubled = entries[entries["problem"] != ""]
    told = []
    for name, group in troubled.groupby("problem"):
        problem = Problems[str(name)]
        rows = []
        for row in group.to_dict("records"):
            unit = type(forms[row["form"]].ref(row["field"])).label
            written = row["unit_text"] if problem is Problems.WRONG_UNIT else row["text"]
            rows.append({**row, "cells": row["cell"], "written": written, "expected": unit})
        told.append(problem_rows(problem, rows))
    return joined(told)
