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
from itertools import chain, islice
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.amounts import Array
from pipelines.steps.analyse.meant import is_a_change, of_another_time, of_others
from pipelines.steps.analyse.printed import APPROXIMATE, Direction, How, PrintedNumber, said_in
from pipelines.steps.frames import cases, coded, in_rank, joined_text, numbered, ordered
from pipelines.steps.numbers import plain, round_half_up, truncate, vietnamese
from pipelines.steps.problems import problem_rows
from schemas.edit import Edit
from schemas.edits import Balance, Bound
from schemas.fields import FormField
from schemas.figure import Figure
from schemas.form import Form
from schemas.formula import Difference, Own, Total
from schemas.kept import PRINTED_FILE, KeptError, KeptRow, Lines, kept_lines
from schemas.outcomes import Verdict
from schemas.periods import Period
from schemas.problems import Problems
from schemas.return_sets import ReturnSetKey
from schemas.tables import PRINTED, PRINTED_KEY, PRINTED_MAY_SAY, STATEMENTS, in_folder
from schemas.text import fold
from schemas.units import PERCENTAGES, Unit, conversion, unit_labelled

_COLUMNS = [name for name in in_folder(PRINTED) if name not in PRINTED_MAY_SAY]
"""What a ``printed.csv`` must have."""

_NAMED = [_COLUMNS.index(name) for name in in_folder(PRINTED) if name in PRINTED_KEY]
"""Which of them tell its rows apart."""


def read_printed(texts: Mapping[ReturnSetKey, str]) -> tuple[pa.Table, pd.DataFrame]:
    """Read what plans print, given as CSV text by return set.

    Returns:
        ``schemas.tables.PRINTED``, the rows that can be read; and ``schemas.tables.PROBLEMS``: what cannot.
    """
    rows, numbers = _Rows(), []
    unreadable: list[dict[str, str]] = []
    for key, text in texts.items():
        quickly = rows.of_plan(text)
        numbers.append(rows.added(_line_by_line(key, text, unreadable)) if quickly is None else quickly)
    plan = pa.array(np.repeat(np.arange(len(texts)), list(map(len, numbers))))
    number = pa.array(list(chain.from_iterable(numbers)), pa.int64())
    # By position: the plan's own column of periods, where it has one, is another.
    whole = [pa.array(words, pa.string()).take(plan) for words in zip(*texts, strict=True)]
    whole = [*(whole or [pa.array([], pa.string())] * len(ReturnSetKey._fields)), *rows.taken(number)]
    printed = pa.table(whole, [*ReturnSetKey._fields, *in_folder(PRINTED)])
    return printed.select(PRINTED.names).cast(PRINTED), problem_rows(Problems.PRINTED_UNREADABLE, unreadable)


def vanished(then: str, now: str) -> list[str]:
    """Return the ids of the rows that were there and are no more, unless a figure now stands at another position.

    Args:
        then: What the plan printed, as CSV text.
        now: What it prints.
    """
    before, present = _positions(then), _positions(now)
    moved = {position[0] for position in present if position not in before}
    return [position[0] for position in before if position not in present and position[0] not in moved]


def _positions(text: str) -> dict[tuple[str, ...], None]:
    """Return the positions of the rows of a plan, the id of a figure first; none where it cannot be read."""
    try:
        rows = [row.cells for row in kept_lines(text, _COLUMNS).rows()]
    except KeptError:
        return {}
    return {tuple(row.get(_COLUMNS[at], "") for at in _NAMED): None for row in rows}


class _Rows:
    """What plans print, each row that is written alike once: plans of many communes have most of them in common."""

    def __init__(self) -> None:
        self._rows: list[Sequence[str]] = []
        self._printed_at: list[int] = []
        self._positions: dict[tuple[str, ...], int] = {}
        self._known: dict[str, dict[str, int]] = {}

    def of_plan(self, text: str) -> Sequence[int] | None:
        """Return the numbers of the rows of a plan; nothing where it has to be read line by line.

        That is wherever a line is no row by itself, or there is trouble with one, or two say the same of a position.
        """
        heading, *lines = text.split("\n")
        new = [line for line in dict.fromkeys(lines) if line and line not in self._known.get(heading, ())]
        if new or heading not in self._known:
            try:
                read = kept_lines("\n".join([heading, *new]), _COLUMNS)
            except KeptError:
                return None
            columns = _columns_of(read)
            each_by_itself = "\r" not in text.replace("\r\n", "") and [*read.number] == [*range(2, len(new) + 2)]
            if (
                columns is None
                or not each_by_itself
                or not _is_sound(dict(zip(in_folder(PRINTED), columns, strict=True)))
            ):
                return None
            self._known.setdefault(heading, {}).update(zip(new, self.added(zip(*columns, strict=True)), strict=True))
        known = self._known[heading]
        numbers = [known[line] for line in lines if line]
        return numbers if len({self._printed_at[one] for one in numbers}) == len(numbers) else None

    def added(self, rows: Iterable[Sequence[str]]) -> Sequence[int]:
        """Return the numbers of more rows, which need not be known again."""
        first = len(self._rows)
        self._rows.extend(rows)
        for row in islice(self._rows, first, None):
            position = tuple(row[at] for at in _NAMED)
            self._printed_at.append(self._positions.setdefault(position, len(self._positions)))
        return range(first, len(self._rows))

    def taken(self, numbers: pa.Array) -> list[pa.Array]:
        """Return the rows with some numbers, column by column."""
        columns = list(zip(*self._rows, strict=True)) or [()] * len(in_folder(PRINTED))
        return [pa.array(column, pa.string()).take(numbers) for column in columns]


def _columns_of(lines: Lines) -> list[Sequence[str]] | None:
    """Return the columns of ``schemas.tables.PRINTED`` of a plan; nothing where a line does not fit the headings."""
    own = [name for name in PRINTED_MAY_SAY.values() if name in lines.heading]
    found = lines.columns([*_COLUMNS, *own])
    if found is None:
        return None
    said = dict(zip(own, found[len(_COLUMNS) :], strict=True))
    return found[: len(_COLUMNS)] + [said.get(name, [""] * len(lines.cells)) for name in PRINTED_MAY_SAY.values()]


def _line_by_line(key: ReturnSetKey, text: str, unreadable: list[dict[str, str]]) -> Iterator[Sequence[str]]:
    """Yield the rows of a plan without trouble; the others go to ``unreadable``."""
    at = {**key._asdict(), "file": PRINTED_FILE}
    try:
        lines = kept_lines(text, _COLUMNS)
    except KeptError as reason:
        unreadable.append({**at, "written": str(reason), "expected": ", ".join(_COLUMNS)})
        return
    read_at: dict[tuple[str, ...], int] = {}
    for row in lines.rows():
        if _is_withdrawn(row):
            continue
        trouble = _trouble(row)
        if trouble is None:
            first = read_at.setdefault(tuple(row.cells[_COLUMNS[at]] for at in _NAMED), row.line)
            trouble = None if first == row.line else (f"đã có ở dòng {first}", "một dòng cho chỉ tiêu ở một vị trí")
        if trouble:
            said, expected = trouble
            called = f", {row.cells['id']}" if row.cells.get("id") else ""
            unreadable.append({**at, "written": f"dòng {row.line}{called}: {said}", "expected": expected})
        else:
            yield [row.cells[name] for name in _COLUMNS] + [
                row.cells.get(called, "") for called in PRINTED_MAY_SAY.values()
            ]


def _is_withdrawn(row: KeptRow) -> bool:
    """Return whether a row says, in words, that the plan does not print a figure: it stays, so that none is lost."""
    return not row.trouble and not row.cells["value"].strip() and fold(row.cells["printed"]) == fold(NOT_PRINTED)


NOT_PRINTED = "không in"
"""What stands in the place of a printed text where the plan prints none."""


def _is_sound(columns: Mapping[str, Sequence[str]]) -> bool:
    """Return whether no row of what a plan prints is in trouble, as ``_trouble`` tells it of one."""
    return all(map(_VALUE.fullmatch, set(columns["value"]))) and all(
        0 < len(one.strip()) <= len(one) <= _LONGEST_TEXT for one in columns["printed"]
    )


_VALUE = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,18})?")
_LONGEST_TEXT = 1000
"""Letters of a printed text: some sentences, of which one has the number."""


def _trouble(row: KeptRow) -> tuple[str, str] | None:
    """Return what of a row cannot be read and what would be right, or nothing where all can."""
    if row.trouble:
        return row.trouble, "số ô bằng số cột"
    if _VALUE.fullmatch(row.cells["value"]) is None:
        return f"giá trị «{row.cells['value'][:_SHORT]}»", "một số viết với dấu chấm"
    if not row.cells["printed"].strip():
        return "không ghi kế hoạch in gì", "chữ như kế hoạch in"
    if len(row.cells["printed"]) > _LONGEST_TEXT:
        return f"kế hoạch in «{row.cells['printed'][:_SHORT]}…»", f"không quá {_LONGEST_TEXT} chữ"
    return None


_SHORT = 40


_NOTES_SHOWN = 3
"""Notes repeated in a statement; a total over villages may have one per village."""


class Behind:
    """What stands behind figures: their fields with totals in words, and what reporters noted beside the cells."""

    def __init__(self, lineage: pa.Table, forms: Sequence[type[Form]]) -> None:
        """Take ``schemas.tables.LINEAGE``, also of figures that no plan prints."""
        self._lineage, self._forms = lineage.select(_BEHIND), {form.code: form for form in forms}

    def cells(self, plans: "_Plans") -> Array:
        """Return, per edge, the cell of ``plans`` that it is behind; -1 where its figure is not printed."""
        return plans.cells_of(self._lineage, "commune", "figure")

    def notes(self, plans: "_Plans", cells: Array) -> tuple[list[str], Array]:
        """Return the first notes and corrections behind what is printed, field by field.

        Args:
            plans: What is printed.
            cells: As ``cells`` returns them.

        Returns:
            Texts; and per row of what is printed the number of its own, -1 where nothing is noted.
        """
        said = {name: coded(self._lineage[name].fill_null("")) for name in _SAID}
        noted = np.logical_or.reduce([_is_text(*said[name]) for name in ("correction", "note")])
        rows = np.flatnonzero(noted & (cells >= 0))
        own = {name: (numbers[rows], texts) for name, (numbers, texts) in said.items()}
        number, firsts = cases(own.values(), len(rows))
        each = zip(*(texts.take(pa.array(of[firsts])).to_pylist() for of, texts in own.values()), strict=True)
        noted_there = [_Noted(*one) for one in each]
        order = ordered(
            ((cells[rows], range(plans.size)), *(in_rank(*own[name]) for name in ("form", "field"))), len(rows)
        )
        cell = cells[rows][order]
        begins = np.flatnonzero(np.diff(cell, prepend=-1))
        # Reporters of many communes note the same, if anything: what is noted behind a cell is a run of numbers.
        case = _runs(number[order], begins).dictionary_encode()
        of = np.full(plans.size, -1)
        of[cell[begins]] = case.indices.to_numpy()
        return [
            _first_notes([noted_there[at] for at in np.frombuffer(run, np.int32)])
            for run in case.dictionary.to_pylist()
        ], of[plans.cell]

    def operands(self, plans: "_Plans", cells: Array, rows: Array) -> dict[int, list[str]]:
        """Return the fields that the figures of some rows of what is printed are made of, each with its total."""
        is_wanted = np.zeros(plans.size + 1, bool)
        is_wanted[plans.cell[rows]] = True
        edges = np.flatnonzero(is_wanted[cells])
        own = self._lineage.select(("form", "field", "value")).take(pa.array(edges))
        with_cell = own.append_column("of", pa.array(cells[edges]))
        per_field = with_cell.group_by(["of", "form", "field"], use_threads=False).aggregate([("value", "sum")])
        found: dict[int, list[str]] = {}
        for row in per_field.sort_by([("form", "ascending"), ("field", "ascending")]).to_pylist():
            item = self._forms[row["form"]].fields()[row["field"]]
            if row["value_sum"] is not None:
                found.setdefault(row["of"], []).append(f"{item.label} {vietnamese(row['value_sum'])}")
        return {row: found[at] for row, at in zip(rows.tolist(), plans.cell[rows].tolist(), strict=True) if at in found}


_BEHIND = ("period", "commune", "figure", "form", "field", "value", "correction", "note")


class _Noted(NamedTuple):
    """What is noted beside the cell of a field."""

    form: str
    field: str
    correction: str
    note: str


_SAID = _Noted._fields


def _is_text(numbers: Array, texts: pa.Array) -> Array:
    """Return, per row, whether its text is not empty."""
    return pc.not_equal(texts, "").to_numpy(zero_copy_only=False)[numbers]


def _runs(numbers: Array, begins: Array) -> pa.Array:
    """Return runs of numbers as one run of bytes each, that they can be told apart by."""
    ends = np.append(begins, len(numbers)).astype(np.int32) * 4
    content = pa.py_buffer(np.ascontiguousarray(numbers, np.int32))
    return pa.Array.from_buffers(pa.binary(), len(begins), [None, pa.py_buffer(ends), content])


def _first_notes(cells: Iterable[_Noted]) -> str:
    """Return what is noted beside the cells behind a figure, that of each field in order, as far as it is shown."""
    by_field: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for cell in cells:
        by_field.setdefault((cell.form, cell.field), []).append((cell.correction, cell.note))
    said = [
        one
        for own in by_field.values()
        for one in (
            *(f"Đính chính: {reason}" for reason in dict.fromkeys(correction for correction, _ in own) if reason),
            *sorted({note for _, note in own if note}),
        )
    ]
    return " ".join(f"({one})" for one in list(dict.fromkeys(said))[:_NOTES_SHOWN])


def compare(printed: pa.Table, figures: pa.Table, sources: Behind, catalogue: Iterable[Figure]) -> pa.Table:
    """Compare every printed figure with the one computed.

    Plans of many communes print the same of the same, above all that something did not occur: each case is judged once.

    Args:
        printed: ``schemas.tables.PRINTED``.
        figures: ``schemas.tables.FIGURES`` of the same communes, their own level only, also what no plan prints.
        sources: What stands behind the figures.
        catalogue: The declared figures, to know which printed numbers are parts and totals of one another.

    Returns:
        ``schemas.tables.STATEMENTS``, one row per printed figure.
    """
    catalogue = list(catalogue)
    declared, plans = _Declared(catalogue), _Plans(printed)
    of_period, codes = coded(printed["period"])
    periods = [Period.parse(period) for period in printed["period"].unique().to_pylist()]
    at = plans.where_in(figures, "place", "id")
    computed = [(np.append(of, -1)[at], values) for of, values in (coded(figures[name]) for name in _Computed._fields)]
    case, firsts = cases([(plans.code, plans.said), (of_period, codes), *computed], len(printed))
    ours = figures.select(_Computed._fields).take(pa.array(at[firsts], mask=at[firsts] < 0)).to_pylist()
    theirs = plans.said.take(pa.array(firsts)).to_pylist()
    whens = codes.take(pa.array(of_period[firsts])).to_pylist()
    told = [
        (_Said(**said), None if own["id"] is None else _Computed(**own), declared.figure(said["id"]), when)
        for said, own, when in zip(theirs, ours, whens, strict=True)
    ]
    others = [_of_other(*one) for one in told]
    judged = [
        (Verdict.NOT_RECOMPUTABLE, "", why) if why else _judge(*one[:3]) for one, why in zip(told, others, strict=True)
    ]
    plans.set_aside(np.flatnonzero(np.array([bool(why) for why in others], bool)[case]))
    verdicts = np.array([_VERDICTS.index(verdict) for verdict, *_ in judged], np.int64)[case]
    notes = _Notes([note for *_, note in judged], case)
    bounds = {
        row: sentences
        for row, sentences in _printed_bounds(plans, declared, periods).items()
        if verdicts[row] != _VERDICTS.index(Verdict.NOT_RECOMPUTABLE)
    }
    verdicts[list(bounds)] = _VERDICTS.index(Verdict.CONFLICT)
    notes.add_each(bounds)
    conflicts = np.flatnonzero(verdicts == _VERDICTS.index(Verdict.CONFLICT))
    edges = sources.cells(plans)
    made_from = sources.operands(plans, edges, conflicts)
    notes.add_each({row: [f"Tính từ: {'; '.join(operands)}."] for row, operands in made_from.items()})
    sums = _printed_sums(plans, catalogue, periods)
    notes.add_each({row: sums[row] for row in conflicts.tolist() if row in sums})
    notes.add(*sources.notes(plans, edges))
    columns = {name: printed[name] for name in PRINTED.names} | {
        "computed": pa.array([value for _, value, _ in judged], pa.string()).take(pa.array(case)),
        "verdict": pa.array([str(one) for one in _VERDICTS], pa.string()).take(pa.array(verdicts)),
        "note": notes.column(),
    }
    return pa.table([columns[name] for name in STATEMENTS.names], schema=STATEMENTS)


_VERDICTS = tuple(Verdict)


class _Notes:
    """What is said of rows, each text once: most rows have one that many others have."""

    def __init__(self, texts: Sequence[str], of: Array) -> None:
        """Take some texts, and per row the number of its text."""
        self._texts, self._of = texts, of

    def add(self, texts: Sequence[str], of: Array) -> None:
        """Say more: take some texts, and per row the number of its text, -1 where there is no more to say of it."""
        pair, firsts = cases([(self._of, self._texts), (of, texts)], len(of))
        pairs = zip(self._of[firsts].tolist(), of[firsts].tolist(), strict=True)
        self._texts = [
            " ".join(filter(None, (self._texts[one], texts[more] if more >= 0 else ""))) for one, more in pairs
        ]
        self._of = pair

    def add_each(self, sentences: Mapping[int, Iterable[str]]) -> None:
        """Say more of some rows."""
        of = np.full(len(self._of), -1)
        of[list(sentences)] = np.arange(len(sentences))
        self.add([" ".join(own) for own in sentences.values()], of)

    def column(self) -> pa.Array:
        """Return the text of each row."""
        return pa.array(self._texts, pa.string()).take(pa.array(self._of))


class _Said(NamedTuple):
    """What a plan prints of a figure."""

    id: str
    printed: str
    value: str
    unit: str
    scope: str
    time: str


class _Computed(NamedTuple):
    """What was computed of a figure, as far as a verdict can depend on it."""

    id: str
    exact: str
    unit: str
    scope: str
    reported: int
    expected: int


class _Plans:
    """What plans print, as a table of plans by figures: which row says what of a figure, if any.

    Attributes:
        said: Per row, what is said of which figure.
        figures: The ids that are printed, with their columns.
        rows: Plans by figures: the row, or -1.
        cell: Per row, where it is in that table, counted through.
        size: How many there are to be counted.
        code: Per row the number of what is said, figure included.
    """

    def __init__(self, printed: pa.Table) -> None:
        self.said = printed.select(_Said._fields)
        plan = joined_text(printed, ("period", "commune")).dictionary_encode()
        at, self._ids = coded(printed["id"])
        self._plans, self.figures = plan.dictionary, {one: number for number, one in enumerate(self._ids.to_pylist())}
        self.cell, self.size = plan.indices.to_numpy() * len(self._ids) + at, len(self._plans) * len(self._ids)
        self._stand(np.arange(len(printed)))
        self.code, _ = cases(map(coded, self.said.columns), len(printed))

    def _stand(self, said: Array) -> None:
        """Let the table have these rows of what is said."""
        rows = np.full(self.size, -1)
        rows[self.cell[said]] = said
        self.rows = rows.reshape(len(self._plans), len(self._ids))

    def set_aside(self, said: Array) -> None:
        """Let some rows, which are not about the figures of their ids, stand beside no other any more."""
        if len(said):
            self._stand(np.setdiff1d(np.arange(len(self.cell)), said))

    def where_in(self, table: pa.Table, place: str, figure: str) -> Array:
        """Return, per row of what is printed, the first row of such a table that is about it; -1 for none."""
        cell = self.cells_of(table, place, figure)
        rows = np.flatnonzero(cell >= 0)[::-1]
        first = np.full(self.size, -1)
        first[cell[rows]] = rows
        return first[self.cell]

    def cells_of(self, table: pa.Table, place: str, figure: str) -> Array:
        """Return which printed figure each row of a table is about, as ``cell`` counts them; -1 for none.

        Args:
            table: The table.
            place: Its column that names the commune.
            figure: Its column that names the figure.
        """
        keys = ("period", place)
        set_of, firsts = numbered(table, keys)
        plan = _places_in(joined_text(table.select(keys).take(pa.array(firsts)), keys), self._plans)[set_of]
        of, figures = coded(table[figure])
        at = _places_in(figures, self._ids)[of]
        cell = np.where((plan >= 0) & (at >= 0), plan * len(self._ids) + at, -1)
        return np.where(np.append(self.rows, -1)[cell] >= 0, cell, -1)

    def together(self, identifiers: Sequence[str]) -> Iterator[tuple[list[_Said], Array]]:
        """Yield what is said of several figures in plans that print them all, each case once, with the plans' rows."""
        if not all(one in self.figures for one in identifiers):
            return
        rows = self.rows[:, [self.figures[one] for one in identifiers]]
        rows = rows[(rows >= 0).all(axis=1)]
        case, first = cases([(self.code[of_figure], self.said) for of_figure in rows.T], len(rows))
        for number, at in enumerate(first.tolist()):
            said = self.said.take(pa.array(rows[at])).to_pylist()
            yield [_Said(**one) for one in said], rows[case == number]


def _places_in(texts: pa.Array, known: pa.Array) -> Array:
    """Return positions among known texts, -1 where unknown; one more -1 at the end answers for the index -1."""
    return np.append(pc.index_in(texts, known).fill_null(-1).to_numpy(zero_copy_only=False), -1)


def _of_other(row: _Said, figure: _Computed | None, declared: Figure | None, period: str) -> str:
    """Return a sentence where a line says that it is of another time, or of others, than the figure of its id."""
    if figure is None:
        return ""
    if of_another_time(row.time or "", period, declared):
        return f"Kế hoạch in số của «{row.time}», chỉ tiêu này là của kỳ {period}, nên không đối chiếu."
    if of_others(row.scope or "", figure.scope or "", figure.expected):
        whose = (figure.scope or "").partition(":")[2] or "cả xã"
        return f"Kế hoạch in số của «{row.scope}», chỉ tiêu này là của {whose}, nên không đối chiếu."
    return ""


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
    if is_a_change(said, declared) and not is_change(declared):
        told = f"Kế hoạch in «{row.printed}», chỉ tiêu này không phải mức tăng hay giảm, nên không đối chiếu."
        return Verdict.NOT_RECOMPUTABLE, "", told
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


def _is_reversed(said: PrintedNumber, figure: Figure | None) -> bool:
    """Return whether the text says «giảm» of a figure that counts a rise, or «tăng» of one that counts a fall."""
    if said.direction is None or said.value < 0 or not is_change(figure):
        return False
    label = "" if figure is None else figure.label.casefold()
    falls, rises = label.find("giảm"), label.find("tăng")
    counts_fall = falls >= 0 and (rises < 0 or falls < rises)
    return (said.direction is Direction.DOWN) != counts_fall


def _verdict(said: PrintedNumber, stated: Decimal, exact: Fraction) -> tuple[Verdict, str]:
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


def _rules(forms: Iterable[type[Form]], periods: Sequence[Period]) -> Iterator[Edit]:
    """Yield the edits of forms that are in force in all of some periods."""
    for form in forms:
        numbers = {form.in_force(period).version for period in periods}
        yield from (edit for edit in form.edits if all(edit.is_in(number) for number in numbers))


def _printed_sums(plans: _Plans, catalogue: Sequence[Figure], periods: Sequence[Period]) -> dict[int, list[str]]:
    """Return, per row of what is printed, a sentence for every balance edit that the printed numbers break."""
    id_of: dict[FormField, str] = {}
    for figure in catalogue:
        if type(figure.formula) is Total:
            id_of.setdefault(figure.formula.field, figure.id)
    told: dict[int, list[str]] = {}
    forms = dict.fromkeys(field.form for field in id_of)
    for edit in (edit for edit in _rules(forms, periods) if isinstance(edit, Balance)):
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

    def fields(self, identifier: str) -> Iterator[tuple[FormField, str]]:
        """Yield the fields of which an id tells the amount, with the record's code; an empty one where it is of all."""
        if identifier in self._plain:
            figures: Iterable[tuple[Figure, str]] = [(self._plain[identifier], "")]
        else:
            found = ((figure, pattern.fullmatch(identifier)) for pattern, figure in self._patterns)
            figures = [(figure, record[1]) for figure, record in found if record is not None]
        for figure, record in figures:
            if isinstance(figure.formula, Total | Own):
                yield figure.formula.field, record

    def telling(self, field: FormField, record: str) -> Iterator[str]:
        """Yield the ids that tell the amount of a field of a record, or of all of them."""
        for figure in self._of_field.get((field, bool(record)), ()):
            yield figure.id_for(record, record) if record else figure.id


_ANY_RECORD = re.compile(r"\\\{\w+\\\}")
"""The place of a record's code in an escaped id."""


@cache
def _of_any_record(identifier: str) -> "re.Pattern[str]":
    """Return the pattern of the ids that an id with a place for a record's code stands for."""
    return re.compile(_ANY_RECORD.sub("(.+)", re.escape(identifier)))


def _printed_bounds(plans: _Plans, declared: _Declared, periods: Sequence[Period]) -> dict[int, list[str]]:
    """Return, per row of what is printed, a sentence for every bound by which it may not stand beside another.

    Whatever its severity: a bound of which true returns may break a warning still forbids what a plan says of both.
    """
    bounds = _bounds(declared, periods)
    beside = (
        (edit, field, whole, plans.together([identifier, name]))
        for identifier in plans.figures
        for field, record in declared.fields(identifier)
        for edit, whole in bounds.get(field, ())
        for name in declared.telling(whole, record)
    )
    told: dict[int, list[str]] = {}
    for edit, field, whole, printed in beside:
        for (one, other), rows in printed:
            if _exceeds(one, other):
                sentence = (
                    f"Trong kế hoạch, «{field.label}» in {one.printed}, nhiều hơn «{whole.label}» "
                    f"in {other.printed} (quy tắc {edit.code})."
                )
                for row in rows[:, 0].tolist():
                    told.setdefault(row, []).append(sentence)
    return told


def _bounds(declared: _Declared, periods: Sequence[Period]) -> Mapping[FormField, Sequence[tuple[Bound, FormField]]]:
    """Return, by a part that alone may not be more than its whole, the edits that say so, each with the whole."""
    found: dict[FormField, list[tuple[Bound, FormField]]] = {}
    for edit in (edit for edit in _rules(declared.forms, periods) if isinstance(edit, Bound)):
        for part in edit.parts:
            if all(_is_no_less_than_nothing(edit.fields[other]) for other in edit.parts if other != part):
                found.setdefault(edit.fields[part], []).append((edit, edit.fields[edit.whole]))
    return found


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
