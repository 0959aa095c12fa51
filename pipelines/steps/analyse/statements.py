"""Figures against what the plan prints: agrees, rounded, truncated, conflict, not recomputable.

Belongs here: the verdict, and saying which numbers disagree and by how much. Does not belong here: reading a printed
text (``pipelines.steps.analyse.printed``), anything about one particular plan; the same comparison serves every
commune.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.analyse.printed import APPROXIMATE, PERCENTAGES, Direction, How, Said, said_in
from pipelines.steps.frames import joined_text, sorted_by, to_frame
from pipelines.steps.numbers import plain, round_half_up, truncate, vietnamese
from pipelines.steps.problems import problem_rows
from schemas.edits import Balance, Bound
from schemas.fields import FormField
from schemas.figure import Figure
from schemas.form import Form
from schemas.formula import Difference, Own, Total
from schemas.kept import KeptError, KeptRow, kept_rows
from schemas.outcomes import Verdict
from schemas.problems import Problems
from schemas.return_sets import ReturnSetKey
from schemas.tables import PRINTED, STATEMENTS, in_folder
from schemas.units import Unit, conversion, unit_labelled

_COLUMNS = in_folder(PRINTED)
"""What a ``printed.csv`` must have."""


def read_printed(texts: Mapping[ReturnSetKey, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read what plans print, given as CSV text by return set.

    Returns:
        ``schemas.tables.PRINTED``, the rows that can be read; and ``schemas.tables.PROBLEMS``: what cannot.
    """
    rows: list[tuple[str, ...]] = []
    unreadable: list[dict[str, str]] = []
    for key, text in texts.items():
        at = {**key._asdict(), "file": "printed.csv"}
        try:
            kept = kept_rows(text, _COLUMNS)
        except KeptError as reason:
            unreadable.append({**at, "written": str(reason), "expected": ", ".join(_COLUMNS)})
            continue
        for row in kept:
            if trouble := _trouble(row):
                said, expected = trouble
                called = f", {row.cells['id']}" if row.cells.get("id") else ""
                unreadable.append({**at, "written": f"dòng {row.line}{called}: {said}", "expected": expected})
            else:
                # By position: the plan's own column of periods, where it has one, is another.
                rows.append((*key, *(row.cells[name] for name in _COLUMNS)))
    columns = zip(*rows, strict=True) if rows else ([] for _ in PRINTED)
    printed = pa.table([pa.array(column, pa.string()) for column in columns], [*ReturnSetKey._fields, *_COLUMNS])
    return to_frame([printed.select(PRINTED.names)], PRINTED), problem_rows(Problems.PRINTED_UNREADABLE, unreadable)


_VALUE = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,18})?")
_LONGEST_TEXT = 1000
"""Letters of a printed text: some sentences, of which one has the number."""


def _trouble(row: KeptRow) -> tuple[str, str] | None:
    """Return what of a row cannot be read and what would be right, or nothing where all can."""
    if row.trouble:
        return row.trouble, "số ô bằng số cột"
    if _VALUE.fullmatch(row.cells["value"]) is None:
        return f"giá trị «{row.cells['value'][:_SHORT]}»", "một số viết với dấu chấm"
    if len(row.cells["printed"]) > _LONGEST_TEXT:
        return f"kế hoạch in «{row.cells['printed'][:_SHORT]}…»", f"không quá {_LONGEST_TEXT} chữ"
    return None


_SHORT = 40


_NOTES_SHOWN = 3
"""Notes repeated in a statement; a total over villages may have one per village."""

KEY = ("period", "commune", "id")
"""The columns of what is printed that make the key."""


class Printing:
    """What some plans print, to pick out what is about it: most communes' plans print none."""

    def __init__(self, printed: pa.Table) -> None:
        """Take ``schemas.tables.PRINTED``."""
        self._figures = joined_text(printed, KEY).unique()
        self._plans = joined_text(printed, KEY[:2]).unique()

    def about(self, rows: pa.Table, place: str, figure: str) -> pa.Table:
        """Return the rows of a table that are about a figure that some plan prints.

        Args:
            rows: The table.
            place: Its column that names the commune.
            figure: Its column that names the figure.
        """
        if not len(self._figures):
            return rows.slice(0, 0)
        own = rows.filter(pc.is_in(joined_text(rows, ("period", place)), self._plans))
        return own.filter(pc.is_in(joined_text(own, ("period", place, figure)), self._figures))


class Behind:
    """What stands behind figures: their fields with totals in words, and what reporters noted beside the cells."""

    def __init__(self, lineage: pa.Table, forms: Sequence[type[Form]]) -> None:
        """Take ``schemas.tables.LINEAGE`` of the figures that are printed."""
        self._lineage, self._forms = lineage, {form.code: form for form in forms}

    def notes(self) -> dict[str, list[str]]:
        """Return the first notes and corrections behind each figure that has any, field by field, by ``KEY``."""
        noted = pc.or_(*(pc.not_equal(self._lineage[name].fill_null(""), "") for name in ("note", "correction")))
        rows = sorted_by(self._lineage.filter(noted), ("form", "field"))
        said = pc.binary_join_element_wise(*(rows[name].fill_null("") for name in _SAID), _WITHIN)
        of_figures = pa.table({"key": joined_text(rows, _BEHIND), "said": said})
        listed = of_figures.group_by("key", use_threads=False).aggregate([("said", "list")])
        # Reporters of many communes note the same, if anything.
        case = pc.binary_join(listed["said_list"].combine_chunks(), _BETWEEN).dictionary_encode()
        words = [_first_notes(text) for text in case.dictionary.to_pylist()]
        return {key: words[at] for key, at in zip(listed["key"].to_pylist(), case.indices.to_pylist(), strict=True)}

    def operands(self, keys: pa.Array) -> dict[str, list[str]]:
        """Return the fields that some figures are made of, each with its total, by ``KEY``."""
        own = self._lineage.filter(pc.is_in(joined_text(self._lineage, _BEHIND), keys))
        found: dict[str, list[str]] = {}
        for key, row in _per_field(own):
            item = self._forms[row["form"]].fields()[row["field"]]
            if row["value_sum"] is not None:
                found.setdefault(key, []).append(f"{item.label} {vietnamese(row['value_sum'])}")
        return found


_SAID = ("form", "field", "correction", "note")
_WITHIN, _BETWEEN = "\x1f", "\x1e"
"""What stands between the texts of a cell, and between cells: no text of a workbook holds either."""


def _first_notes(cells: str) -> list[str]:
    """Return what is noted beside the cells behind a figure, that of each field in order, as far as it is shown."""
    by_field: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for cell in cells.split(_BETWEEN):
        form, field, correction, note = cell.split(_WITHIN)
        by_field.setdefault((form, field), []).append((correction, note))
    said = [
        one
        for own in by_field.values()
        for one in (
            *(f"Đính chính: {reason}" for reason in dict.fromkeys(correction for correction, _ in own) if reason),
            *sorted({note for _, note in own if note}),
        )
    ]
    return list(dict.fromkeys(said))[:_NOTES_SHOWN]


_BEHIND = ("period", "commune", "figure")
"""The columns of the lineage that make the key."""


def _per_field(lineage: pa.Table) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the cells behind figures added up field by field."""
    per_field = lineage.group_by([*_BEHIND, "form", "field"]).aggregate([("value", "sum")])
    for row in per_field.sort_by([("form", "ascending"), ("field", "ascending")]).to_pylist():
        yield "\n".join(row[name] for name in _BEHIND), row


def compare(printed: pa.Table, figures: pa.Table, sources: Behind, catalogue: Iterable[Figure]) -> pa.Table:
    """Compare every printed figure with the one computed.

    Plans of many communes print the same of the same, above all that something did not occur: each case is judged once.

    Args:
        printed: ``schemas.tables.PRINTED``.
        figures: ``schemas.tables.FIGURES`` of the same communes, their own level only.
        sources: What stands behind the figures.
        catalogue: The declared figures, to know which printed numbers are parts and totals of one another.

    Returns:
        ``schemas.tables.STATEMENTS``, one row per printed figure.
    """
    catalogue = list(catalogue)
    declared, plans = _Declared(catalogue), _Plans(printed)
    at = pc.index_in(plans.keys, joined_text(figures, ("period", "place", "id")))
    computed = figures.select(_Computed._fields).take(at)
    case, firsts = _cases([*plans.said.columns, *computed.columns])
    judged = [
        _judge(_Said(**said), None if ours["id"] is None else _Computed(**ours), declared.figure(said["id"]))
        for said, ours in zip(*(one.take(firsts).to_pylist() for one in (plans.said, computed)), strict=True)
    ]
    verdicts = np.array([_VERDICTS.index(verdict) for verdict, *_ in judged], np.int64)[case]
    notes = [judged[one][2] for one in case.tolist()]
    for row, sentences in _printed_bounds(plans, declared).items():
        if verdicts[row] != _VERDICTS.index(Verdict.NOT_RECOMPUTABLE):
            verdicts[row] = _VERDICTS.index(Verdict.CONFLICT)
            notes[row] = _joined(notes[row], *sentences)
    conflicts = np.flatnonzero(verdicts == _VERDICTS.index(Verdict.CONFLICT))
    in_conflict = plans.keys.take(pa.array(conflicts))
    operands, sums = sources.operands(in_conflict), _printed_sums(plans, catalogue)
    for row, key in zip(conflicts.tolist(), in_conflict.to_pylist(), strict=True):
        made_from = [f"Tính từ: {'; '.join(operands[key])}."] if key in operands else []
        notes[row] = _joined(notes[row], *made_from, *sums.get(row, ()))
    remarks = sources.notes()
    for row, key in enumerate(plans.keys.to_pylist() if remarks else ()):
        if key in remarks:
            notes[row] = _joined(notes[row], *(f"({one})" for one in remarks[key]))
    columns = {name: printed[name] for name in PRINTED.names} | {
        "computed": pa.array([value for _, value, _ in judged], pa.string()).take(pa.array(case)),
        "verdict": pa.array([str(one) for one in _VERDICTS], pa.string()).take(pa.array(verdicts)),
        "note": pa.array(notes, pa.string()),
    }
    return pa.table([columns[name] for name in STATEMENTS.names], schema=STATEMENTS)


_VERDICTS = tuple(Verdict)


def _joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


def _cases(columns: Iterable[pa.Array | pa.ChunkedArray]) -> tuple[Any, pa.Array]:
    """Return per row the number of its case, rows being one case where all columns agree; and a row of each case."""
    codes = [_codes(column) for column in columns]
    _, first, case = np.unique(np.stack(codes, axis=1), axis=0, return_index=True, return_inverse=True)
    return case.reshape(-1), pa.array(first, pa.int64())


def _codes(column: pa.Array | pa.ChunkedArray) -> Any:
    """Return per row the number of its value among those of a column; one more for what is missing."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return whole.dictionary_encode().indices.fill_null(-1).to_numpy(zero_copy_only=False)


class _Said(NamedTuple):
    """What a plan prints of a figure."""

    id: str
    printed: str
    value: str
    unit: str


class _Computed(NamedTuple):
    """What was computed of a figure, as far as a verdict can depend on it."""

    id: str
    exact: str
    unit: str
    reported: int
    expected: int


class _Plans:
    """What plans print, as a table of plans by figures: which row says what of a figure, if any.

    Attributes:
        keys: Per row, its ``KEY``.
        said: Per row, what is said of which figure.
        figures: The ids that are printed, with their columns.
        rows: Plans by figures: the row, or -1.
        code: Per row the number of what is said, figure included.
    """

    def __init__(self, printed: pa.Table) -> None:
        self.keys, self.said = joined_text(printed, KEY), printed.select(_Said._fields)
        plan, figure = _codes(joined_text(printed, KEY[:2])), printed["id"].combine_chunks().dictionary_encode()
        self.figures = {identifier: number for number, identifier in enumerate(figure.dictionary.to_pylist())}
        self.rows = np.full((plan.max(initial=-1) + 1, len(self.figures)), -1)
        self.rows[plan, figure.indices.to_numpy()] = np.arange(len(printed))
        self.code, _ = _cases(self.said.columns)

    def together(self, identifiers: Sequence[str]) -> Iterator[tuple[list[_Said], Any]]:
        """Yield what is said of several figures in plans that print them all, each case once, with the plans' rows."""
        if not all(one in self.figures for one in identifiers):
            return
        rows = self.rows[:, [self.figures[one] for one in identifiers]]
        rows = rows[(rows >= 0).all(axis=1)]
        _, first, case = np.unique(self.code[rows], axis=0, return_index=True, return_inverse=True)
        for number, at in enumerate(first.tolist()):
            said = self.said.take(pa.array(rows[at])).to_pylist()
            yield [_Said(**one) for one in said], rows[case.reshape(-1) == number]


def _judge(row: _Said, figure: _Computed | None, declared: Figure | None) -> tuple[Verdict, str, str]:
    """Return the verdict, the computed value as text, and a sentence where there is something to say."""
    if figure is None:
        return (
            Verdict.NOT_RECOMPUTABLE,
            "",
            "Danh mục chỉ tiêu không có mã này, hoặc chưa có báo cáo nào của biểu liên quan.",
        )
    if not figure.exact:
        missing = f"Mới có {figure.reported}/{figure.expected} báo cáo."
        return Verdict.NOT_RECOMPUTABLE, "", missing
    exact = Fraction(figure.exact)
    ours, theirs = unit_labelled(figure.unit), unit_labelled(row.unit)
    if ours is None or theirs is None:
        unknown = row.unit if theirs is None else figure.unit
        return Verdict.NOT_RECOMPUTABLE, "", f"Chưa biết đơn vị tính «{unknown}» nên không đối chiếu được."
    said = said_in(row.printed, Decimal(row.value), theirs)
    ratio = _ratio(ours, said.unit, declared)
    if ratio is None:
        printed = row.unit if said.unit is theirs else said.unit.label
        return (
            Verdict.CONFLICT,
            plain(round_half_up(exact, 4)),
            f"Kế hoạch in đơn vị «{printed}», tính bằng «{figure.unit}».",
        )
    if said.contradiction:
        return Verdict.CONFLICT, plain(round_half_up(exact * ratio, said.decimals + 2)), said.contradiction
    stated = -said.value if _is_reversed(said, declared) else said.value
    verdict, note = _verdict(said, stated, exact * ratio)
    near = round_half_up(exact * ratio, said.decimals + 2)
    if verdict is Verdict.CONFLICT:
        sign, gap = ("cao hơn", stated - near) if stated > near else ("thấp hơn", near - stated)
        unit = "" if said.unit is theirs else f" {said.unit.label}"
        note = f"Kế hoạch in {row.printed}, tính được {vietnamese(near)}{unit}: in {sign} {vietnamese(gap)}{unit}."
    # The table holds it in its own unit, whatever the text says it in.
    back = Fraction(1) if said.unit is theirs else _ratio(said.unit, theirs, declared) or Fraction(1)
    shown = near if back == 1 else round_half_up(exact * ratio * back, theirs.decimals + 2)
    return verdict, plain(shown), note


def _ratio(ours: Unit, theirs: Unit, figure: Figure | None) -> Fraction | None:
    """Return what makes an amount in one unit one in another, or nothing where the two cannot be compared."""
    if {ours, theirs} <= PERCENTAGES and is_change(figure):
        return Fraction(1)
    return conversion(ours, theirs)


def is_change(figure: Figure | None) -> bool:
    """Return whether a figure lies between two percentages, so that a plan may print it in points."""
    if figure is None:
        return False
    leaves = figure.formula.leaves()
    own = len(leaves) == 1 and (leaves[0].field.minimum is None or leaves[0].field.minimum < 0)
    return isinstance(figure.formula, Difference) or own


def _is_reversed(said: Said, figure: Figure | None) -> bool:
    """Return whether the text says «giảm» of a figure that counts a rise, or «tăng» of one that counts a fall."""
    if said.direction is None or said.value < 0 or not is_change(figure):
        return False
    label = "" if figure is None else figure.label.casefold()
    falls, rises = label.find("giảm"), label.find("tăng")
    counts_fall = falls >= 0 and (rises < 0 or falls < rises)
    return (said.direction is Direction.DOWN) != counts_fall


def _verdict(said: Said, stated: Decimal, exact: Fraction) -> tuple[Verdict, str]:
    if exact == Fraction(stated):
        return Verdict.AGREES, ""
    if said.how is How.AT_LEAST:
        return (Verdict.AGREES if exact >= Fraction(stated) else Verdict.CONFLICT), ""
    if said.how is How.AT_MOST:
        return (Verdict.AGREES if exact <= Fraction(stated) else Verdict.CONFLICT), ""
    if round_half_up(exact, said.decimals) == stated:
        return Verdict.ROUNDED, ""
    if truncate(exact, said.decimals) == stated:
        return Verdict.TRUNCATED, ""
    width = APPROXIMATE * abs(Fraction(stated))
    below = Fraction(0) if said.how is How.NEARLY else width  # «gần 300» is never said of 301
    if said.how in (How.NEARLY, How.ABOUT) and -width <= exact - Fraction(stated) <= below:
        percent = vietnamese(round_half_up(100 * APPROXIMATE, 1))
        return Verdict.AGREES, f"Kế hoạch in số ước lượng («{said.word}»), số tính được lệch không quá {percent} %."
    return Verdict.CONFLICT, ""


def _printed_sums(plans: _Plans, catalogue: Sequence[Figure]) -> dict[int, list[str]]:
    """Return, per row of what is printed, a sentence for every balance edit that the printed numbers break."""
    id_of: dict[FormField, str] = {}
    for figure in catalogue:
        if type(figure.formula) is Total:
            id_of.setdefault(figure.formula.field, figure.id)
    told: dict[int, list[str]] = {}
    forms = dict.fromkeys(field.form for field in id_of)
    for edit in (edit for form in forms for edit in form.edits if isinstance(edit, Balance)):
        for said, rows in plans.together([id_of.get(field, "") for field in edit.operands]):
            total, *parts = (Decimal(one.value) for one in said)
            if total != sum(parts):
                added = " + ".join(one.printed for one in said[1:])
                sentence = (
                    f"Trong kế hoạch, {added} = {vietnamese(sum(parts, Decimal(0)))}, "
                    f"không phải {said[0].printed} (quy tắc {edit.code})."
                )
                for row in rows.ravel().tolist():
                    told.setdefault(row, []).append(sentence)
    return told


class _Declared:
    """The figures that are declared, by the ids that a plan may print: those per record have patterns for ids."""

    def __init__(self, catalogue: Sequence[Figure]) -> None:
        self._plain = {figure.id: figure for figure in catalogue if not figure.per_record}
        self._patterns = [(_of_any_record(figure.id), figure) for figure in catalogue if figure.per_record]
        self._of_field: dict[tuple[FormField, bool], list[Figure]] = {}
        for figure in catalogue:
            if isinstance(figure.formula, Total | Own):
                self._of_field.setdefault((figure.formula.field, figure.per_record), []).append(figure)

        self.forms = dict.fromkeys(form for figure in catalogue for form in figure.forms)

    def figure(self, identifier: str) -> Figure | None:
        """Return the figure that an id is of."""
        return self._plain.get(identifier) or next(
            (figure for pattern, figure in self._patterns if pattern.fullmatch(identifier)), None
        )

    def beside(self, identifier: str, part: FormField, whole: FormField) -> Iterator[str]:
        """Yield the ids of the whole that belong to a part of this id; none where the id is not that part's."""
        per_record = identifier not in self._plain
        wholes = self._of_field.get((whole, per_record), ())
        for mine in self._of_field.get((part, per_record), ()):
            record = _of_any_record(mine.id).fullmatch(identifier)
            if record is not None:
                yield from (other.id_for(record[1], record[1]) if per_record else other.id for other in wholes)


_ANY_RECORD = re.compile(r"\\\{\w+\\\}")
"""The place of a record's code in an escaped id."""


@cache
def _of_any_record(identifier: str) -> "re.Pattern[str]":
    """Return the pattern of the ids that an id with a place for a record's code stands for."""
    return re.compile(_ANY_RECORD.sub("(.+)", re.escape(identifier)))


def _printed_bounds(plans: _Plans, declared: _Declared) -> dict[int, list[str]]:
    """Return, per row of what is printed, a sentence for every bound by which it may not stand beside another.

    Whatever its severity: a bound of which true returns may break a warning still forbids what a plan says of both.
    """
    bounds = [
        (edit, edit.fields[part], edit.fields[edit.whole])
        for form in declared.forms
        for edit in form.edits
        if isinstance(edit, Bound)
        for part in edit.parts
        if all(_is_no_less_than_nothing(edit.fields[other]) for other in edit.parts if other != part)
    ]
    told: dict[int, list[str]] = {}
    for identifier in plans.figures:
        for edit, part, whole in bounds:
            for name in declared.beside(identifier, part, whole):
                for (one, other), rows in plans.together([identifier, name]):
                    if _exceeds(one, other):
                        sentence = (
                            f"Trong kế hoạch, «{part.label}» in {one.printed}, nhiều hơn «{whole.label}» "
                            f"in {other.printed} (quy tắc {edit.code})."
                        )
                        for row in rows[:, 0].tolist():
                            told.setdefault(row, []).append(sentence)
    return told


def _is_no_less_than_nothing(field: FormField) -> bool:
    return field.minimum is not None and field.minimum >= 0


def _exceeds(part: _Said, whole: _Said) -> bool:
    """Return whether a printed part is more than its printed whole, whatever «trên» and «dưới» leave open."""
    amounts = []
    for one, open_ended in ((part, How.AT_MOST), (whole, How.AT_LEAST)):
        unit = unit_labelled(one.unit)
        said = None if unit is None else said_in(one.printed, Decimal(one.value), unit)
        if (
            said is None
            or said.contradiction
            or said.how not in (How.EXACT, *({How.AT_LEAST, How.AT_MOST} - {open_ended}))
        ):
            return False
        amounts.append(Fraction(said.value) * said.unit.factor)
    return amounts[0] > amounts[1]
