"""Figures against what the plan prints: agrees, rounded, truncated, conflict, not recomputable.

Belongs here: the verdict, and saying which numbers disagree and by how much. Does not belong here: reading a printed
text (``pipelines.steps.analyse.printed``), anything about one particular plan; the same comparison serves every
commune.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.analyse.printed import APPROXIMATE, PERCENTAGES, Direction, How, Said, said_in
from pipelines.steps.frames import belongs, frame_of, joined_text
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
    rows: list[dict[str, str]] = []
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
                rows.append({**row.cells, **key._asdict()})  # the plan's own column of periods is another
    return frame_of(rows, PRINTED), problem_rows(Problems.PRINTED_UNREADABLE, unreadable)


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

Key = tuple[str, str, str]
"""Period, commune, figure id."""

KEY = ("period", "commune", "id")
"""The columns of what is printed that make the key."""


def of_printed(rows: pa.Table, printed: pa.Table, place: str, figure: str) -> pa.Table:
    """Return the rows of a table that are about a figure that some plan prints: most communes' plans print none.

    Args:
        rows: The table.
        printed: ``schemas.tables.PRINTED``.
        place: Its column that names the commune.
        figure: Its column that names the figure.
    """
    if not len(printed):
        return rows.slice(0, 0)
    own = rows.filter(belongs(rows, place, {*zip(*(printed[name].to_pylist() for name in KEY[:2]), strict=True)}))
    return own.filter(pc.is_in(joined_text(own, ("period", place, figure)), joined_text(printed, KEY)))


class Behind:
    """What stands behind figures: their fields with totals in words, and what reporters noted beside the cells."""

    def __init__(self, lineage: pa.Table, forms: Sequence[type[Form]]) -> None:
        """Take ``schemas.tables.LINEAGE`` of the figures that are printed."""
        self._lineage, self._forms = lineage, {form.code: form for form in forms}

    def notes(self) -> dict[Key, list[str]]:
        """Return the first notes and corrections behind each figure that has any, field by field."""
        noted = pc.or_(*(pc.not_equal(self._lineage[name].fill_null(""), "") for name in ("note", "correction")))
        found: dict[Key, dict[str, None]] = {}
        for row in _per_field(self._lineage.filter(noted)):
            corrections = [f"Đính chính: {reason}" for reason in row["correction_distinct"] if reason]
            said = [*corrections, *sorted(note for note in row["note_distinct"] if note)]
            found.setdefault((row["period"], row["commune"], row["figure"]), {}).update(dict.fromkeys(said))
        return {key: list(said)[:_NOTES_SHOWN] for key, said in found.items()}

    def operands(self, keys: Iterable[Key]) -> dict[Key, list[str]]:
        """Return the fields that some figures are made of, each with its total."""
        wanted = pa.array(["\n".join(key) for key in keys], pa.string())
        own = self._lineage.filter(pc.is_in(joined_text(self._lineage, ("period", "commune", "figure")), wanted))
        found: dict[Key, list[str]] = {}
        for row in _per_field(own):
            item = self._forms[row["form"]].fields()[row["field"]]
            if row["value_sum"] is not None:
                key = (row["period"], row["commune"], row["figure"])
                found.setdefault(key, []).append(f"{item.label} {vietnamese(row['value_sum'])}")
        return found


def _per_field(lineage: pa.Table) -> list[dict[str, Any]]:
    """Return the cells behind figures added up field by field, with the notes and corrections beside them."""
    per_field = lineage.group_by(["period", "commune", "figure", "form", "field"]).aggregate(
        [("value", "sum"), ("note", "distinct"), ("correction", "distinct")]
    )
    rows: list[dict[str, Any]] = per_field.sort_by([("form", "ascending"), ("field", "ascending")]).to_pylist()
    return rows


def compare(
    printed: pd.DataFrame,
    figures: pd.DataFrame,
    sources: Behind,
    catalogue: Iterable[Figure],
) -> pd.DataFrame:
    """Compare every printed figure with the one computed.

    Args:
        printed: The result of ``read_printed``.
        figures: ``schemas.tables.FIGURES`` of the same communes, their own level only.
        sources: What stands behind the figures.
        catalogue: The declared figures, to know which printed numbers are parts and totals of one another.

    Returns:
        ``schemas.tables.STATEMENTS``, one row per printed figure.
    """
    computed = {(one.period, one.place, one.id): one for one in _computed(figures)}
    catalogue = list(catalogue)
    declared = _Declared(catalogue)
    stated = [_Printed(*row) for row in zip(*(printed[name] for name in _Printed._fields), strict=True)]
    by_key = {one.key: one for one in stated}
    sums, above = _printed_sums(by_key, catalogue), _printed_bounds(by_key, declared)
    judged: dict[tuple[object, ...], tuple[Verdict, str, str]] = {}
    verdicts: list[tuple[Verdict, str, str]] = []
    for one in stated:
        figure = computed.get(one.key)
        # Plans of many communes print the same of the same, above all that something did not occur.
        case = (*one.said, None if figure is None else figure[3:])
        if case not in judged:
            judged[case] = _judge(one, figure, declared.figure(one.id))
        verdict, value, note = judged[case]
        if one.key in above and verdict is not Verdict.NOT_RECOMPUTABLE:
            verdict, note = Verdict.CONFLICT, " ".join(filter(None, [note, *above[one.key]]))
        verdicts.append((verdict, value, note))
    conflicts = [one.key for one, (verdict, *_) in zip(stated, verdicts, strict=True) if verdict is Verdict.CONFLICT]
    operands, notes = sources.operands(conflicts), sources.notes()
    told = []
    for one, (verdict, _, note) in zip(stated, verdicts, strict=True):
        more = [f"({remark})" for remark in notes.get(one.key, ())]
        if verdict is Verdict.CONFLICT:
            made_from = [f"Tính từ: {'; '.join(operands[one.key])}."] if one.key in operands else []
            more = [*made_from, *sums.get(one.key, ()), *more]
        told.append(" ".join(filter(None, [note, *more])))
    return printed.assign(
        computed=pd.array([value for _, value, _ in verdicts], pd.StringDtype()),
        verdict=pd.array([str(verdict) for verdict, *_ in verdicts], pd.StringDtype()),
        note=pd.array(told, pd.StringDtype()),
    )[STATEMENTS.names]


class _Printed(NamedTuple):
    """One number that a plan prints."""

    period: str
    commune: str
    id: str
    printed: str
    value: str
    unit: str

    @property
    def key(self) -> Key:
        return self[:3]

    @property
    def said(self) -> tuple[str, ...]:
        """Which figure it is, and what is said of it."""
        return self[2:]


class _Computed(NamedTuple):
    """One figure that was computed; behind its key, all that a verdict can depend on."""

    period: str
    place: str
    id: str
    exact: str
    unit: str
    reported: int
    expected: int


def _computed(figures: pd.DataFrame) -> Iterator[_Computed]:
    return map(_Computed._make, zip(*(figures[name].tolist() for name in _Computed._fields), strict=True))


def _judge(row: _Printed, figure: _Computed | None, declared: Figure | None) -> tuple[Verdict, str, str]:
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


def _printed_sums(values: Mapping[Key, _Printed], catalogue: Sequence[Figure]) -> dict[Key, list[str]]:
    """Return, per printed figure, a sentence for every balance edit that the printed numbers themselves break."""
    id_of: dict[FormField, str] = {}
    for figure in catalogue:
        if type(figure.formula) is Total:
            id_of.setdefault(figure.formula.field, figure.id)
    told: dict[Key, list[str]] = {}
    forms = dict.fromkeys(field.form for field in id_of)
    balances = [
        (edit, ids)
        for form in forms
        for edit in form.edits
        if isinstance(edit, Balance) and all(ids := [id_of.get(field, "") for field in edit.operands])
    ]
    for period, commune in dict.fromkeys(key[:2] for key in values):
        for edit, ids in balances:
            keys = [(period, commune, one) for one in ids]
            if not all(key in values for key in keys):
                continue
            total, *parts = (Decimal(values[key].value) for key in keys)
            if total != sum(parts):
                added = " + ".join(values[key].printed for key in keys[1:])
                sentence = (
                    f"Trong kế hoạch, {added} = {vietnamese(sum(parts, Decimal(0)))}, "
                    f"không phải {values[keys[0]].printed} (quy tắc {edit.code})."
                )
                for key in keys:
                    told.setdefault(key, []).append(sentence)
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


def _printed_bounds(values: Mapping[Key, _Printed], declared: _Declared) -> dict[Key, list[str]]:
    """Return, per printed figure, a sentence for every bound by which it may not stand beside another printed one.

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
    beside = {
        identifier: [
            (edit, part, whole, name)
            for edit, part, whole in bounds
            for name in declared.beside(identifier, part, whole)
        ]
        for identifier in dict.fromkeys(key[-1] for key in values)
    }
    told: dict[Key, list[str]] = {}
    for key, row in values.items():
        for edit, part, whole, name in beside[row.id]:
            other = values.get((*key[:2], name))
            if other is not None and _exceeds(row.said[1:], other.said[1:]):
                told.setdefault(key, []).append(
                    f"Trong kế hoạch, «{part.label}» in {row.printed}, nhiều hơn «{whole.label}» "
                    f"in {other.printed} (quy tắc {edit.code})."
                )
    return told


def _is_no_less_than_nothing(field: FormField) -> bool:
    return field.minimum is not None and field.minimum >= 0


@lru_cache(maxsize=4096)
def _exceeds(part: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    """Return whether a printed part is more than its printed whole, whatever «trên» and «dưới» leave open.

    Args:
        part: Its text, value and unit.
        whole: The same of the whole.
    """
    amounts = []
    for (printed, value, label), open_ended in ((part, How.AT_MOST), (whole, How.AT_LEAST)):
        unit = unit_labelled(label)
        said = None if unit is None else said_in(printed, Decimal(value), unit)
        if (
            said is None
            or said.contradiction
            or said.how not in (How.EXACT, *({How.AT_LEAST, How.AT_MOST} - {open_ended}))
        ):
            return False
        amounts.append(Fraction(said.value) * said.unit.factor)
    return amounts[0] > amounts[1]
