"""Estimates: numbers that an approver stands in with for a return that will not come in time.

Belongs here: reading what was recorded, which of it is in use, its records as a mart has them. Does not belong here:
recording one (``pipelines.store.estimates``), what a figure makes of them (``pipelines.steps.analyse.figures``).

Nothing estimated is ever received: no mart has it, no form counts as sent. Sums and figures take it in beside the marts
and say so.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.amounts import Array
from pipelines.steps.frames import joined_text
from pipelines.steps.numbers import read_number
from pipelines.steps.problems import joined, problem_rows
from schemas import tables
from schemas.catalogue import CATALOGUE
from schemas.fields import REPORTER_KEYS, FormField
from schemas.form import Form
from schemas.harmless import of_csv
from schemas.kept import ESTIMATES_FILE as FILE
from schemas.kept import KeptError, KeptRow, decoded, kept_rows
from schemas.periods import Period
from schemas.places import Places
from schemas.problems import Problems
from schemas.return_sets import ReturnSetKey
from schemas.tables import ESTIMATED, ESTIMATES

_ABOUT = ("form", "reporter", "field")
"""What an estimate is of: of several of the same, the last counts."""

_VALUE_COLUMN = chr(ord("A") + ESTIMATED.index("value"))


def read_estimates(
    contents: Mapping[ReturnSetKey, bytes], sheets: pa.Table, places: Places
) -> tuple[pa.Table, pd.DataFrame]:
    """Read what was recorded, of each field of a reporter what was recorded last.

    Args:
        contents: The bytes of the file of each return set.
        sheets: ``schemas.tables.SHEETS``: of which reporters which forms have come.
        places: Who reports what.

    Returns:
        ``schemas.tables.ESTIMATES``, those not taken back; and ``schemas.tables.PROBLEMS``: what cannot be read, which
        do not agree with one another, and of what the return has come. It takes the place of the estimates once it is
        accepted (``beside``): one that is held back leaves what was published as it is.
    """
    received = set(zip(*(sheets[name].to_pylist() for name in (*REPORTER_KEYS, "form")), strict=True))
    used: list[dict[str, str]] = []
    waited_for: list[dict[str, str]] = []
    unreadable: list[dict[str, str]] = []
    come: dict[tuple[str, ...], dict[str, str]] = {}
    for key, content in contents.items():
        told = {**key._asdict(), "file": FILE}
        try:
            recorded, troubles = standing(key, content, places)
        except KeptError as reason:
            recorded, troubles = {}, [str(reason)]
        unreadable += [{**told, "written": one, "expected": ", ".join(ESTIMATED)} for one in troubles]
        for (form, reporter, _), row in recorded.items():
            if (*key, reporter, form) in received:
                come[*key, form, reporter] = {**told, "reporter": reporter, "written": form}
            else:
                waited_for.append(row)
            used.append(row)
    found = pa.Table.from_pylist(used, ESTIMATES)
    met = [
        problem_rows(Problems.ESTIMATE_UNREADABLE, unreadable),
        problem_rows(Problems.ESTIMATE_PASSED, list(come.values())),
        problem_rows(Problems.ESTIMATES_DISAGREE, list(_disagreeing(waited_for))),
    ]
    return found, joined(met)


def _disagreeing(rows: Iterable[Mapping[str, str]]) -> Iterator[dict[str, str]]:
    """Yield the rules that the estimates of one return break, of those that look at nothing beyond it."""
    returns: dict[tuple[str, ...], dict[str, str]] = {}
    for row in rows:
        returns.setdefault(tuple(row[name] for name in (*REPORTER_KEYS, "form")), {})[row["field"]] = row["value"]
    for (*key, code), texts in returns.items():
        form = CATALOGUE.by_code[code].in_force(Period.parse(key[0]))
        values = {name: _value(text, form.fields()[name]) for name, text in texts.items()}
        for edit in form.edits:
            if not edit.beyond and values.keys() >= set(edit.names) and not edit.fits(values):
                told = {"file": FILE, "written": code, "expected": f"{edit.code}: {edit.sentence}"}
                yield dict(zip(REPORTER_KEYS, key, strict=True)) | told


def as_released(key: ReturnSetKey, content: bytes | None, lineage: pa.Table) -> pa.Table:
    """Return the estimates that the figures of a release are made of: ``schemas.tables.ESTIMATES``.

    Args:
        key: The return set of the release.
        content: The bytes of its file of estimates, where it has one.
        lineage: ``schemas.tables.LINEAGE`` of its figures, which names the cells of that file.
    """
    edges = lineage.filter(pc.equal(lineage["file"], FILE))
    cells = set(zip(edges["sha256"].to_pylist(), edges["cell"].to_pylist(), strict=True))
    rows = [] if content is None else [_told(key, content, row) for row in kept_rows(decoded(content), ESTIMATED)]
    return pa.Table.from_pylist([row for row in rows if (row["sha256"], row["cell"]) in cells], ESTIMATES)


def _told(key: ReturnSetKey, content: bytes, row: KeptRow) -> dict[str, str]:
    """Return a row of a file of estimates as it is recorded, with where it stands."""
    cells = {name: of_csv(row.cells.get(name, "")) for name in ESTIMATED}
    where = {"sha256": hashlib.sha256(content).hexdigest(), "cell": f"{_VALUE_COLUMN}{row.line}"}
    return {**key._asdict(), **cells, **where}


def vanished(then: bytes, now: bytes) -> list[str]:
    """Return of what the rows are that were recorded and are no more, unless something newer is recorded of the same.

    Args:
        then: The file as it was, which only ever grows.
        now: The file as it is.
    """
    before, present = _as_written(then), _as_written(now)
    newer = {about for row, about in present.items() if row not in before}
    return [" ".join(about) for row, about in before.items() if row not in present and about not in newer]


def _as_written(content: bytes) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return the rows of a file as they are written, each with what it is of; none where it cannot be read."""
    try:
        rows = [row.cells for row in kept_rows(decoded(content), ESTIMATED) if not row.trouble]
    except KeptError:
        return {}
    return {tuple(row[name] for name in ESTIMATED): tuple(row[name] for name in _ABOUT) for row in rows}


def standing(
    key: ReturnSetKey, content: bytes, places: Places
) -> tuple[dict[tuple[str, ...], dict[str, str]], list[str]]:
    """Return what is recorded last and not taken back, by form, reporter and field; and why other rows cannot be used.

    Raises:
        KeptError: The file cannot be read.
    """
    last: dict[tuple[str, ...], dict[str, str]] = {}
    troubles: list[str] = []
    for row in kept_rows(decoded(content), ESTIMATED):
        found = _told(key, content, row)
        if trouble := row.trouble or unfit(key, found, places):
            troubles.append(f"dòng {row.line}: {trouble}")
        else:
            last[tuple(found[name] for name in _ABOUT)] = found
    return {about: row for about, row in last.items() if row["value"]}, troubles


def unfit(key: ReturnSetKey, row: Mapping[str, str], places: Places) -> str:
    """Return why an estimate cannot be one, as a part of a Vietnamese sentence; or nothing."""
    form = CATALOGUE.by_code.get(row["form"])
    period = Period.parse(key.period)
    if form is None or not places.expects(key.commune, form.code, period):
        return f"xã không gửi biểu «{row['form']}»"
    if form.line_title:
        return f"biểu {form.code} có nhiều dòng, không biết sẽ có những dòng nào nên không ước được"
    if absent := places.absent(key.commune, row["reporter"], period):
        return f"{absent.title} chỉ báo cáo {absent.reports(period)}"
    if row["reporter"] not in {place.code for place in places.reporters(key.commune, form.reporter_kind, period)}:
        return f"«{row['reporter']}» không gửi biểu {form.code}"
    item = form.in_force(period).fields().get(row["field"])
    if item is None:
        return f"biểu {form.code} không có chỉ tiêu «{row['field']}»"
    if any(not row[name].strip() for name in ("when", "who", "reason")):
        return "thiếu người ước, thời điểm hoặc lý do"
    if not row["value"]:
        return ""
    return "thiếu cách ước" if not row["method"].strip() else _unfit_number(row["value"], item)


def _unfit_number(text: str, item: FormField) -> str:
    value = read_number("text", text, item.unit).value
    if value is None:
        return f"«{item.label}»: không đọc được «{text}» thành số, đơn vị tính {item.unit.label}"
    if (item.minimum is not None and value < item.minimum) or (item.maximum is not None and value > item.maximum):
        return f"«{item.label}»: «{text}» ngoài khoảng {item.limits}"
    return ""


def records(form: type[Form], estimates: pa.Table) -> pa.Table:
    """Return the records that estimates of a form make: ``schemas.tables.mart``, what is not estimated blank."""
    schema = tables.mart(form)
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for row in estimates.filter(pc.equal(estimates["form"], form.code)).to_pylist():
        item = form.fields()[row["field"]]
        value = _value(row["value"], item)
        keys = {name: row[name] for name in REPORTER_KEYS} | {"line": ""}
        record = found.setdefault(tuple(keys.values()), {**keys, "sources": []})
        record[row["field"]] = value if item.unit.decimals else int(value)
        record["sources"].append(_source(row, value))
    ordered = [found[key] for key in sorted(found)]
    return pa.Table.from_pylist(ordered, schema)


def _value(text: str, item: FormField) -> Decimal:
    """Return the number of an estimate that is fit to be one."""
    value = read_number("text", text, item.unit).value
    assert value is not None
    return value


def _source(row: Mapping[str, str], value: Decimal) -> dict[str, Any]:
    """Return what stands behind an estimated value, as of a cell: the file it was recorded in, who did so and how."""
    blank = dict.fromkeys((one.name for one in tables.SOURCES.type.value_type), "")
    return {
        **blank,
        "field": row["field"],
        "file": FILE,
        "sha256": row["sha256"],
        "sheet": SHEET,
        "cell": row["cell"],
        "received": row["value"],
        "text": row["value"],
        "value": value,
        "note": f"Số ước, chưa có báo cáo. Cách ước: {row['method']}; lý do: {row['reason']} "
        f"({row['who']}, {row['when'][:10]})",
    }


SHEET = "Số ước"
"""In the place of a sheet: it has none, and nothing of it is looked for in a workbook."""


def beside(form: type[Form], mart: pa.Table, estimates: pa.Table | None) -> tuple[pa.Table, Array]:
    """Return a mart with the records that estimates make below it, and per row whether it is one of these.

    Nobody of whom something is accepted is estimated, though it may be no more among what has come.
    """
    if estimates is None or not len(estimates):
        return mart, np.zeros(len(mart), bool)
    made = records(form, estimates)
    known = pc.is_in(
        joined_text(made, REPORTER_KEYS), pa.array(joined_text(mart, REPORTER_KEYS).to_pylist(), pa.string())
    )
    made = made.filter(pc.invert(known)).cast(mart.schema)
    return pa.concat_tables([mart, made]), np.arange(len(mart) + len(made)) >= len(mart)
