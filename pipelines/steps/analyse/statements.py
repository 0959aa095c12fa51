"""Figures against what the plan prints: agrees, rounded, truncated, conflict, not recomputable.

Belongs here: reading a printed number's precision, the verdict, and saying which numbers disagree and by how much.
Does not belong here: anything about one particular plan; the same comparison serves every commune.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction

import pandas as pd
import pyarrow as pa

from pipelines.steps.frames import frame_of
from pipelines.steps.numbers import plain, round_half_up, truncate, vietnamese
from pipelines.steps.problems import problem_rows
from schemas.edits import Balance
from schemas.fields import FormField
from schemas.figure import Figure
from schemas.form import Form
from schemas.formula import Total
from schemas.outcomes import Verdict
from schemas.problems import Problems
from schemas.return_sets import ReturnSetKey
from schemas.tables import PRINTED, STATEMENTS, in_folder
from schemas.units import unit_labelled

_COLUMNS = in_folder(PRINTED)
"""What a ``printed.csv`` must have."""

_NUMBER = re.compile(r"\d[\d.\s]*(?:,(\d+))?")
_AT_LEAST = re.compile(r"^\s*(?:trên|hơn|ít nhất|tối thiểu|từ)\b|trở lên\s*$", re.IGNORECASE)
_AT_MOST = re.compile(r"^\s*(?:dưới|không quá|tối đa)\b|trở xuống\s*$", re.IGNORECASE)


def read_printed(texts: Mapping[ReturnSetKey, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read what plans print, given as CSV text by return set.

    Returns:
        ``schemas.tables.PRINTED``, the rows that can be read; and ``schemas.tables.PROBLEMS``: what cannot.
    """
    rows: list[dict[str, str]] = []
    unreadable: list[dict[str, str]] = []
    for key, text in texts.items():
        at = {**key._asdict(), "file": "printed.csv"}
        reader = csv.DictReader(io.StringIO(text))
        if missing := [name for name in _COLUMNS if name not in (reader.fieldnames or ())]:
            unreadable.append({**at, "written": f"thiếu cột {', '.join(missing)}", "expected": ", ".join(_COLUMNS)})
            continue
        for line, row in enumerate(reader, start=2):
            given = {name: row[name] or "" for name in _COLUMNS}
            if _is_number(given["value"]):
                rows.append({**key._asdict(), **given})
            else:
                written = f"dòng {line}, {given['id']}: giá trị «{given['value']}»"
                unreadable.append({**at, "written": written, "expected": "một số viết với dấu chấm"})
    return frame_of(rows, PRINTED), problem_rows(Problems.PRINTED_UNREADABLE, unreadable)


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


@dataclass(frozen=True)
class Behind:
    """What stands behind a figure: its fields with their totals in words, and what reporters noted beside the cells."""

    operands: tuple[str, ...]
    notes: tuple[str, ...]


_NOTES_SHOWN = 3
"""Notes repeated in a statement; a total over villages may have one per village."""

Key = tuple[str, str, str]
"""Period, commune, figure id."""


def behind(lineage: pa.Table, forms: Sequence[type[Form]]) -> dict[Key, Behind]:
    """Return what stands behind each figure, from ``schemas.tables.LINEAGE``."""
    by_code = {form.code: form for form in forms}
    per_field = lineage.group_by(["period", "commune", "figure", "form", "field"]).aggregate(
        [("value", "sum"), ("note", "distinct"), ("correction", "distinct")]
    )
    operands: dict[Key, list[str]] = {}
    notes: dict[Key, dict[str, None]] = {}
    for row in per_field.sort_by([("form", "ascending"), ("field", "ascending")]).to_pylist():
        key = (row["period"], row["commune"], row["figure"])
        item = by_code[row["form"]].fields()[row["field"]]
        if row["value_sum"] is not None:
            operands.setdefault(key, []).append(f"{item.label} {vietnamese(row['value_sum'])}")
        corrections = [f"Đính chính: {reason}" for reason in row["correction_distinct"] if reason]
        said = [*corrections, *sorted(note for note in row["note_distinct"] if note)]
        notes.setdefault(key, {}).update(dict.fromkeys(said))
    return {key: Behind(tuple(operands.get(key, ())), tuple(notes[key])[:_NOTES_SHOWN]) for key in notes}


def compare(
    printed: pd.DataFrame,
    figures: pd.DataFrame,
    sources: Mapping[Key, Behind],
    catalogue: Iterable[Figure],
) -> pd.DataFrame:
    """Compare every printed figure with the one computed.

    Args:
        printed: The result of ``read_printed``.
        figures: ``schemas.tables.FIGURES`` of the same communes, their own level only.
        sources: The result of ``behind``.
        catalogue: The declared figures, to know which printed numbers are parts and totals of one another.

    Returns:
        ``schemas.tables.STATEMENTS``, one row per printed figure.
    """
    computed = {(row["period"], row["place"], row["id"]): row for row in figures.to_dict("records")}
    sums = _printed_sums(printed, list(catalogue))
    rows = []
    for row in printed.to_dict("records"):
        key = (row["period"], row["commune"], row["id"])
        verdict, value, note = _judge(row, computed.get(key))
        stood = sources.get(key, Behind((), ()))
        if verdict is Verdict.CONFLICT:
            made_from = f"Tính từ: {'; '.join(stood.operands)}." if stood.operands else ""
            note = " ".join(filter(None, [note, made_from, *sums.get(key, ())]))
        note = " ".join(filter(None, [note, *(f"({remark})" for remark in stood.notes)]))
        rows.append({**row, "computed": value, "verdict": verdict, "note": note})
    return frame_of(rows, STATEMENTS)


def decimals_printed(printed: str, value: str) -> int:
    """Return how many decimals a printed text shows; of a text without digits, those of its value."""
    numbers = list(_NUMBER.finditer(printed))
    if numbers:
        return len(numbers[-1][1] or "")
    return max(0, -int(Decimal(value).normalize().as_tuple().exponent))


def _judge(row: Mapping[str, str], figure: Mapping[str, object] | None) -> tuple[Verdict, str, str]:
    """Return the verdict, the computed value as text, and a sentence where there is something to say."""
    if figure is None:
        return (
            Verdict.NOT_RECOMPUTABLE,
            "",
            "Danh mục chỉ tiêu không có mã này, hoặc chưa có báo cáo nào của biểu liên quan.",
        )
    if not figure["exact"]:
        missing = f"Mới có {figure['reported']}/{figure['expected']} báo cáo."
        return Verdict.NOT_RECOMPUTABLE, "", missing
    exact = Fraction(str(figure["exact"]))
    ours, theirs = unit_labelled(str(figure["unit"])), unit_labelled(row["unit"])
    if ours is not None and theirs is not None and ours is not theirs:
        if ours.dimension != theirs.dimension:
            return (
                Verdict.CONFLICT,
                plain(round_half_up(exact, 4)),
                f"Kế hoạch in đơn vị «{row['unit']}», tính bằng «{figure['unit']}».",
            )
        exact = exact * ours.factor / theirs.factor
    stated, decimals = Decimal(row["value"]), decimals_printed(row["printed"], row["value"])
    shown = plain(round_half_up(exact, decimals + 2))
    verdict = _verdict(row["printed"], stated, exact, decimals)
    if verdict is not Verdict.CONFLICT:
        return verdict, shown, ""
    gap = Decimal(row["value"]) - round_half_up(exact, decimals + 2)
    sign = "cao hơn" if gap > 0 else "thấp hơn"
    return (
        verdict,
        shown,
        f"Kế hoạch in {row['printed']}, tính được {vietnamese(Decimal(shown))}: in {sign} {vietnamese(abs(gap))}.",
    )


def _verdict(printed: str, stated: Decimal, exact: Fraction, decimals: int) -> Verdict:
    if exact == Fraction(stated):
        return Verdict.AGREES
    if _AT_LEAST.search(printed):
        return Verdict.AGREES if exact >= Fraction(stated) else Verdict.CONFLICT
    if _AT_MOST.search(printed):
        return Verdict.AGREES if exact <= Fraction(stated) else Verdict.CONFLICT
    if round_half_up(exact, decimals) == stated:
        return Verdict.ROUNDED
    if truncate(exact, decimals) == stated:
        return Verdict.TRUNCATED
    return Verdict.CONFLICT


def _printed_sums(printed: pd.DataFrame, catalogue: Sequence[Figure]) -> dict[Key, list[str]]:
    """Return, per printed figure, a sentence for every balance edit that the printed numbers themselves break."""
    id_of: dict[FormField, str] = {}
    for figure in catalogue:
        if type(figure.formula) is Total:
            id_of.setdefault(figure.formula.field, figure.id)
    values = {(row["period"], row["commune"], row["id"]): row for row in printed.to_dict("records")}
    told: dict[Key, list[str]] = {}
    forms = dict.fromkeys(field.form for field in id_of)
    for period, commune in printed[["period", "commune"]].drop_duplicates().itertuples(index=False, name=None):
        for edit in (edit for form in forms for edit in form.edits if isinstance(edit, Balance)):
            keys = [(period, commune, id_of.get(field, "")) for field in edit.operands]
            if not all(key in values for key in keys):
                continue
            total, *parts = (Decimal(values[key]["value"]) for key in keys)
            if total != sum(parts):
                added = " + ".join(values[key]["printed"] for key in keys[1:])
                sentence = (
                    f"Trong kế hoạch, {added} = {vietnamese(sum(parts, Decimal(0)))}, "
                    f"không phải {values[keys[0]]['printed']} (quy tắc {edit.code})."
                )
                for key in keys:
                    told.setdefault(key, []).append(sentence)
    return told
