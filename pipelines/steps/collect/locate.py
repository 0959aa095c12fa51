"""Cells to entries: which cell answers which field of which form, found by wording, never by row number.

Belongs here: recognising a sheet's form, its reporter, its columns, its lines; and reading the number in each value
cell. Does not belong here: rules between fields (``pipelines.steps.validate.check``).
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd
from openpyxl.utils import range_boundaries

from pipelines.steps.collect.encodings import DECODERS, decoded
from pipelines.steps.collect.package import HIDDEN_COLUMN, HIDDEN_ROW, HIDDEN_SHEET, LINKED, MERGED, PICTURE
from pipelines.steps.collect.read import address
from pipelines.steps.numbers import NONE_HERE, read_number, same_unit
from pipelines.steps.problems import joined, problem_rows
from schemas.form import Form, FormField
from schemas.periods import Period
from schemas.places import Places
from schemas.problems import Problems
from schemas.tables import ENTRIES
from schemas.text import fold, visible
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
    cells, encoded = _in_unicode(cells, forms)
    cells = _with_extent(cells.assign(folded=cells["text"].map(fold, na_action="ignore")))
    sheets, problems = _sheets(cells, forms, places)
    sent_twice = _repeated(sheets)
    usable = sheets[sheets["usable"]]
    cells = cells.merge(usable.drop(columns="usable"), on=SHEET)
    asked = [form for form in forms if form.code in set(usable["form"])]
    found = [_listed_lines(cells, [form for form in asked if not form.line_title])]
    found += [_tabled_lines(cells[cells["form"] == form.code], form) for form in asked if form.line_title]
    lines = pd.concat([lines for lines, _ in found], ignore_index=True)
    by_code = {form.code: form for form in forms}
    entries, entry_problems = _entries(cells, lines, by_code)
    # Which of two returns is right is not ours to guess: both are told, with what differs, and neither is used.
    out_of_use = set(sheets.loc[sent_twice, SHEET].itertuples(index=False, name=None))
    told_twice = _duplicates(entries[_on(entries, out_of_use)], sheets[sent_twice], by_code)
    within = joined([*(told for _, told in found), entry_problems, _asides(entries), _encoded(encoded, usable)])
    return Located(
        entries.loc[~_on(entries, out_of_use), list(ENTRY_COLUMNS)].reset_index(drop=True),
        sheets.assign(usable=sheets["usable"] & ~sent_twice),
        joined([problems, told_twice, within[~_on(within, out_of_use)]]),
    )


def _on(frame: pd.DataFrame, sheets: Collection[tuple[str, ...]]) -> "pd.Series[bool]":
    """Return, per row, whether it is of one of the sheets."""
    return pd.Series(
        [key in sheets for key in frame[SHEET].itertuples(index=False, name=None)], frame.index, dtype=bool
    )


def _in_unicode(cells: pd.DataFrame, forms: Sequence[type[Form]]) -> tuple[pd.DataFrame, dict[tuple[str, ...], str]]:
    """Return the cells with texts of old encodings in Unicode, and the encoding of each sheet that has some.

    A sheet is taken for one of TCVN3 or VNI only where words that forms print are recognised in it after decoding and
    not before; and then it is the encoding that explains more of them.
    """
    known = _known_words(forms)

    def is_known(text: str) -> bool:
        return fold(text) in known or fold(text.partition(":")[0]) in known

    texts = [text for text in cells.loc[cells["kind"] == "text", "text"].unique() if _OLD_LETTER.search(text)]
    unknown = [text for text in texts if not is_known(text)]
    gained = {name: {text for text in unknown if is_known(decoded(text, name))} for name in DECODERS}
    gained = {name: found for name, found in gained.items() if found}
    if not gained:
        return cells, {}
    encodings: dict[tuple[str, ...], str] = {}
    text = cells["text"].copy()
    for key, own in cells.groupby(SHEET, sort=False):
        times = {name: int(own["text"].isin(found).sum()) for name, found in gained.items()}
        best = max(times, key=lambda name: times[name])
        if times[best]:
            encodings[tuple(key)] = best
            foreign = own["text"][(own["kind"] == "text") & ~own["text"].map(is_known)]
            text[foreign.index] = foreign.map(lambda said, best=best: decoded(said, best))
    return cells.assign(text=text), encodings


_OLD_LETTER = re.compile("[\u00a1-\u00ff]")
"""What every Vietnamese word with a sign has in TCVN3 and VNI."""


def _known_words(forms: Sequence[type[Form]]) -> set[str]:
    """Return the folded words that forms print: headings, marks, labels, and «không» in a cell."""
    words = {LABEL_HEADING, UNIT_HEADING, VALUE_HEADING, NOTE_HEADING, LINE_HEADING, *NONE_HERE}
    words |= {REPORTER_MARK, PERIOD_MARK, COMMUNE_MARK, *(form.line_title for form in forms)}
    listed = {fold(label) for form in forms for item in form.fields().values() for label in item.labels}
    tabled = {word for form in forms if form.line_title for item in form.fields().values() for word in _headings(item)}
    return ({fold(word) for word in words} | listed | tabled) - {""}


def _encoded(encodings: Mapping[tuple[str, ...], str], usable: pd.DataFrame) -> pd.DataFrame:
    """Tell of the sheets that were read by an old encoding."""
    rows = [
        {**row, "written": encodings[key]}
        for row in usable[[*SHEET, "form", "reporter"]].to_dict("records")
        if (key := tuple(row[name] for name in SHEET)) in encodings
    ]
    return problem_rows(Problems.OLD_ENCODING, rows)


def _with_extent(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the cells with the last row and column that each takes: its own, or those it is merged with."""
    merged = cells["aside"].str.extract(rf"\b{MERGED}=(\S+)", expand=False).dropna()
    last_row, last_column = cells["row"].copy(), cells["column"].copy()
    for index, where in merged.items():
        _, _, last_column[index], last_row[index] = range_boundaries(where)
    return cells.assign(last_row=last_row, last_column=last_column)


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
    pictures = set(cells.loc[cells["kind"] == PICTURE, SHEET].itertuples(index=False, name=None))
    for key in cells[SHEET].drop_duplicates().itertuples(index=False, name=None):
        period, commune, file, sheet = key
        said = marks.get(key, Said())
        at = {"period": period, "commune": commune, "file": file, "sheet": sheet}
        code = said.form or by_sheet_name.get(fold(sheet), "")
        row = {**at, "form": code, "reporter": "", "usable": False, "header": 0} | dict.fromkeys(headings.values(), 0)
        rows.append(row)
        form = by_code.get(code)
        if key in pictures:
            trouble.append((Problems.PICTURE_ONLY, at | {"form": code}))
            continue
        if form is None:
            trouble.append((Problems.NO_FORM, at))
            continue
        at["form"] = code
        reporter = places.reporter_named(commune, said.reporter or "")
        row["reporter"] = at["reporter"] = reporter or ""
        found, unclear = _header(heads_of.get(key), headings)
        refusal = _refusal(form, at, said, reporter, places) or unclear
        if refusal is None and found is not None:
            refusal = _two_tables(form, cells, key, heads_of[key], headings)
        if refusal is not None:
            trouble.append((refusal[0], at | refusal[1]))
        if found is not None:
            row |= found
            row["usable"] = refusal is None
    frame = pd.DataFrame(rows, columns=[*SHEET, "form", "reporter", "usable", "header", *headings.values()])
    # Of no sheets at all, pandas would not know that it is a column of yes and no.
    return frame.astype({"usable": bool}), joined([problem_rows(kind, [words]) for kind, words in trouble])


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
        text = visible(row.text)
        code = _FORM_CODE.match(text)
        if code is not None and not said.form:
            said.form, said.version = code[1].upper(), code[2] or ""
            continue
        before, colon, after = text.partition(":")
        name = wanted.get(fold(before))
        if name is not None and colon and getattr(said, name) is None:
            beside = texts.get((*key, row.row, row.column + 1), "")
            setattr(said, name, after.strip() or str(beside).strip())
    return marks


Refusal = tuple[Problems, dict[str, str]]
"""Why a sheet is not read, and the words of the sentence that says so."""


def _header(heads: pd.DataFrame | None, headings: dict[str, str]) -> tuple[dict[str, int] | None, Refusal | None]:
    """Return the row of the column headings and the column of each, or why there is none to go by."""
    for row, group in heads.groupby("row") if heads is not None else ():
        at = _columns(group, headings)
        if not at:
            continue
        doubled = group[group["folded"].duplicated(keep=False)]
        if len(doubled):  # two columns of one name: which of them is meant is not ours to guess
            first = doubled[doubled["folded"] == doubled["folded"].iloc[0]]
            return None, (Problems.TWO_COLUMNS, {"written": first["text"].iloc[0], "cells": ";".join(first["cell"])})
        return {"header": int(row)} | at, None
    return None, (Problems.NO_HEADER, {})


def _columns(heads: pd.DataFrame, headings: dict[str, str]) -> dict[str, int]:
    """Return the column of each heading in a row that has what a form needs; of another row, nothing."""
    at = {headings[folded]: int(column) for folded, column in zip(heads["folded"], heads["column"], strict=True)}
    return at if {"label_at", "value_at"} <= set(at) or "line_at" in at else {}


def _two_tables(
    form: type[Form], cells: pd.DataFrame, key: tuple[str, ...], heads: pd.DataFrame, headings: dict[str, str]
) -> Refusal | None:
    """Return a refusal where a second row of headings begins another table; one repeated on a new page does not."""
    tables = [(int(row), group, at) for row, group in heads.groupby("row") if (at := _columns(group, headings))]
    if len(tables) < 2:
        return None
    (_, first, at), *others = tables
    own = cells[_on(cells, {key}) & (cells["column"] == at.get("label_at", at.get("line_at")))]
    asked = {fold(label) for item in form.fields().values() for label in item.labels}
    asked = asked if not form.line_title else set(own["folded"]) - {fold(LINE_HEADING)}
    below = own[own["folded"].isin(asked)]
    table = pd.cut(below["row"], [row for row, _, _ in tables] + [float("inf")], labels=False)
    twice = below.assign(table=table).groupby("folded")["table"].nunique().max()
    if all(other.items() <= at.items() for _, _, other in others) and not twice > 1:
        return None
    starts = [group["cell"].iloc[0] for _, group, _ in ((0, first, at), *others)]
    return Problems.TWO_TABLES, {"cells": ";".join(starts)}


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


_RETURN = ["period", "commune", "form", "reporter"]


def _repeated(sheets: pd.DataFrame) -> "pd.Series[bool]":
    """Return, per sheet, whether another one is of the same form and reporter."""
    return sheets["usable"] & sheets[sheets["usable"]].duplicated(_RETURN, keep=False).reindex(
        sheets.index, fill_value=False
    )


def _duplicates(entries: pd.DataFrame, sheets: pd.DataFrame, forms: Mapping[str, type[Form]]) -> pd.DataFrame:
    """Tell of forms that came more than once, and in what the sheets differ."""
    told = []
    for key, group in sheets.groupby(_RETURN):
        words = dict(zip(_RETURN, key, strict=True))
        own = entries[(entries[_RETURN] == list(key)).all(axis="columns")]
        written = "; ".join(group["file"] + " – " + group["sheet"])
        expected = _differences(own, len(group), forms[words["form"]])
        told.append(words | {"file": group["file"].iloc[0], "written": written, "expected": expected})
    return problem_rows(Problems.DUPLICATE_RETURN, told)


_FEW = 3


def _differences(entries: pd.DataFrame, sheets: int, form: type[Form]) -> str:
    """Return in words where the sheets of one return differ; as numbers, so that 5.373 and 5373 are the same."""
    said = []
    for (line, field), cells in entries.groupby(["line", "field"], sort=False):
        answers = cells["value"].astype("string").fillna(cells["text"])
        if answers.nunique() > 1 or len(cells) != sheets:
            where = ", ".join(
                f"{file} ô {cell} ghi «{visible(text)[:60]}»"
                for file, cell, text in zip(cells["file"], cells["cell"], cells["text"], strict=True)
            )
            said.append(f"«{form.fields()[field].label}»{f' dòng {line}' if line else ''}: {where}")
    if not said:
        return "số liệu giống hệt nhau"
    more = f"; và {len(said) - _FEW} chỗ khác" if len(said) > _FEW else ""
    return f"khác nhau ở {len(said)} chỗ: {'; '.join(said[:_FEW])}{more}"


_LINE_COLUMNS = [*SHEET, "form", "reporter", "line", "line_name", "field", "row", "last_row", "column", "unit_text"]
"""Where a field is asked for: the cell its value belongs in, how far down its label reaches, the unit printed beside
it."""


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
    # A label may be merged with the cells left and right of it.
    across = (cells["column"] <= cells["label_at"]) & (cells["label_at"] <= cells["last_column"])
    labels = cells[(cells["row"] > cells["header"]) & across]
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
    again = below[(below["column"] == below["line_at"]) & (below["folded"] == fold(LINE_HEADING))]
    again = set(again[[*SHEET, "row"]].itertuples(index=False, name=None))  # the headings printed anew on a new page
    below = below[[at not in again for at in below[[*SHEET, "row"]].itertuples(index=False, name=None)]]
    codes = below[below["column"] == below["line_at"]][[*SHEET, "row", "text", "cell"]].rename(columns={"text": "line"})
    codes["last_row"] = codes["row"]
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
    values = cells[[*at, "cell", "kind", "received", "text", "aside", *_DECIDED]]
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
    for name in ("received", "text", "note", "aside", *_DECIDED):
        entries[name] = entries[name].fillna("")
    shared, merged_problems = _sharing(cells, entries)
    asked = entries[["form", "field", "kind", "text", "unit_text"]].itertuples(index=False)
    read = [
        (None, Problems.MERGED_CELLS) if index in shared else _entry(forms[code], field, kind, text, unit)
        for index, (code, field, kind, text, unit) in zip(entries.index, asked, strict=True)
    ]
    entries["value"] = pd.array([value for value, _ in read], dtype=pd.ArrowDtype(DECIMAL))
    entries["problem"] = pd.array([problem.name if problem else "" for _, problem in read], dtype=pd.StringDtype())
    told = _entry_problems(entries[~entries.index.isin(shared)], forms)
    return entries[[*ENTRY_COLUMNS, "aside"]], joined([told, merged_problems])


def _sharing(cells: pd.DataFrame, entries: pd.DataFrame) -> tuple[set[Any], pd.DataFrame]:
    """Find the entries that share merged cells: one number for several lines, or one label for several numbers.

    Returns:
        The index of the entries none of which can be read, and what is to be told.
    """
    shared: set[Any] = set()
    told: list[dict[str, str]] = []
    column = ["column"]
    values = cells.merge(entries[[*SHEET, *column]].drop_duplicates(), on=[*SHEET, *column])
    values = values[values["row"] > values["header"]]
    down = values[values["last_row"] > values["row"]]
    for cell in down.itertuples(index=False):
        same = (entries[SHEET] == [cell.period, cell.commune, cell.file, cell.sheet]).all(axis="columns")
        across = (entries["column"] >= cell.column) & (entries["column"] <= cell.last_column)
        own = entries[same & across & entries["row"].between(cell.row, cell.last_row)]
        if len(own) > 1:
            shared |= set(own.index)
            told.append({**own.iloc[0].to_dict(), "cells": ";".join(own["cell"]), "written": cell.text})
    tall = entries[(entries["last_row"] > entries["row"])]
    for index, entry in tall.iterrows():
        same = (values[SHEET] == list(entry[SHEET])).all(axis="columns") & (values["column"] == entry["column"])
        filled = values[same & (values["row"] > entry["row"]) & (values["row"] <= entry["last_row"])]
        if len(filled):
            shared.add(index)
            cells_of = [entry["cell"], *filled["cell"]]
            written = "; ".join(filter(None, [entry["text"], *filled["text"]]))
            told.append({**entry.to_dict(), "cells": ";".join(cells_of), "written": written})
    return shared, problem_rows(Problems.MERGED_CELLS, told)


_HIDING = {HIDDEN_SHEET: "trang ẩn", HIDDEN_ROW: "dòng ẩn", HIDDEN_COLUMN: "cột ẩn"}


def _asides(entries: pd.DataFrame) -> pd.DataFrame:
    """Tell, once per sheet, of answers that whoever looks at the page does not see, and of those from other files."""
    told = []
    answered = entries[(entries["aside"] != "") & (entries["text"] != "")]
    for key, group in answered.groupby([*SHEET, "form", "reporter"]):
        at = dict(zip([*SHEET, "form", "reporter"], key, strict=True))
        said = {index: aside.split() for index, aside in group["aside"].items()}
        for problem, words in ((Problems.HIDDEN_CELLS, list(_HIDING)), (Problems.LINKED_CELLS, [LINKED])):
            found = group[[not set(words).isdisjoint(said[index]) for index in group.index]]
            if len(found):
                present = {word for index in found.index for word in said[index]}
                written = ", ".join(_HIDING[word] for word in words if word in present and word in _HIDING)
                told.append(problem_rows(problem, [at | {"cells": ";".join(found["cell"]), "written": written}]))
    return joined(told)


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
