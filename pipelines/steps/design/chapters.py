"""Rows of chapters, figures and charts.

Belongs here: a figure's row, what keeps a formula from being one of a figure. Does not belong here: units of formulas
(``pipelines.steps.design.dimensions``), the language of formulas (``schemas.design.notation``).
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from pipelines.steps.design.dimensions import refuse_other_units
from pipelines.steps.design.forms import Forms
from pipelines.steps.design.rows import Row, Told
from pipelines.steps.design.units import UNKNOWN_UNIT
from pipelines.steps.design.values import (
    CODE,
    MOST_DECIMALS,
    Once,
    Rows,
    choice_in,
    names_in,
    nearest,
    slugged,
    well_formed,
    whole_in,
)
from schemas.chart import Chart
from schemas.design import written
from schemas.design.faults import Faults
from schemas.design.notation import NotationError, formula_text, read_formula
from schemas.design.parts import Known
from schemas.design.sheets import AGAINST, CHART_KINDS
from schemas.figure import Chapter, Figure, over_lines
from schemas.form import Form, VillageForm
from schemas.formula import At, Formula, Leaf, Own, Total, rates_over_lines

_FIGURE_ID = re.compile(r"[a-z][a-z0-9_]*(?:\.(?:[a-z0-9_]+|\{reporter\}|\{line\}))*")

_MOST_TIMES = 10**14
"""How many times its fields a formula may be: what is made of the largest field then still fits a table."""


def chapters_of(rows: Rows, forms: Forms, known: Known, told: Told) -> tuple[Chapter, ...]:
    """Return the chapters that rows say, each with the figures and charts that are without a fault."""
    once, titles = Once(told), {}
    for row in rows.get("chapters", ()):
        if well_formed(row, "code", CODE, slugged(row["code"]), told) and once.take(row["code"], row, "code"):
            titles[row["code"]] = row
    figures: dict[str, list[Figure]] = defaultdict(list)
    ids = Once(told)
    said: dict[str, Row] = {}
    for row in rows.get("figures", ()):
        figure = _figure(row, forms, told)
        if row["chapter"] and row["chapter"] not in titles:
            told.tell(Faults.UNKNOWN, row, "chapter", expected=nearest(row["chapter"], titles))
        if figure is None:
            ids.take(row["id"], row, "id")
            continue
        if not _each(figure):
            code = figure.formula.fields()[0].form.code
            expected = f"có {{line}} nhưng không dòng nào của biểu {code} hỏi đủ các chỉ tiêu của công thức"
            told.tell(Faults.PER_RECORD, row, "id", expected=expected)
        for one in _each(figure):
            if ids.take(one.id, row, "id", one.id):
                figures[row["chapter"]].append(one)
                said[one.id] = row
    charts: dict[str, list[Chart]] = defaultdict(list)
    for row in rows.get("charts", ()):
        named = {one["id"] for one in rows.get("figures", ()) if one["chapter"] == row["chapter"]}
        chart = _chart(row, named | {figure.id for figure in figures[row["chapter"]]}, told)
        charts[row["chapter"]] += [chart] if chart is not None else []
    told_ids = {figure.id for chapter in figures.values() for figure in chapter}
    found = []
    for code, row in titles.items():
        drawn = [chart for chart in charts[code] if {chart.whole, *chart.parts} <= told_ids]
        chapter = Chapter(code, row["title"], tuple(figures[code]), tuple(drawn))
        _refuse_taken(row, chapter, said, known, told)
        found.append(chapter)
    return tuple(found)


def _each(figure: Figure) -> Sequence[Figure]:
    """Return a figure; of one per line, where the form prints its lines, that of each."""
    return over_lines(figure) if _is_over_lines(figure.id, figure.formula) else (figure,)


def _is_over_lines(identifier: str, formula: Formula) -> bool:
    """Return whether a figure is one for each line that its form prints, whoever reports it."""
    return "{line}" in identifier and "{reporter}" not in identifier and bool(formula.fields()[0].form.fixed)


def _is_added_up(identifier: str, formula: Formula) -> bool:
    """Return whether a figure is made of what all who report have written together."""
    return not _is_per_record(identifier) or _is_over_lines(identifier, formula)


def _of_villages(formula: Formula) -> bool:
    return any(_is_of_villages(item.form) for item in formula.fields())


def _is_of_villages(form: type[Form]) -> bool:
    return form.reporter_kind == VillageForm.reporter_kind


def _refuse_taken(row: Row, chapter: Chapter, said: Mapping[str, Row], known: Known, told: Told) -> None:
    """Tell of a chapter or a figure that means something else in what is in use."""
    for other in known.design.chapters:
        in_use = {figure.id: written.figure_row(other, figure) for figure in other.figures}
        if other.code == chapter.code and other.title != chapter.title:
            told.tell(Faults.TAKEN, row, "code", expected=f"các chương đang dùng («{other.title}»)")
        for figure in chapter.figures:
            if figure.id in in_use:
                if in_use[figure.id] != written.figure_row(chapter, figure):
                    told.tell(Faults.TAKEN, said[figure.id], "id", expected=f"chương «{other.title}» đang dùng")
            elif other.code == chapter.code:
                told.tell(Faults.TAKEN, said[figure.id], "chapter", expected="các chương đang dùng; lập chương mới")


def _formula(row: Row, forms: Forms, told: Told) -> Formula | None:
    """Return the formula of a figure's row; nothing of one that cannot be read, or that no figure can have."""
    try:
        formula = read_formula(row["formula"], forms.rules.names(), own=_is_per_record(row["id"]))
    except NotationError as wrong:
        told.tell(Faults.FORMULA, row, "formula", written=wrong.written, expected=wrong.expected)
        return None
    misuse = next(_misuses(row["id"], formula), None)  # told alone: others may follow from it
    if misuse is not None:
        told.tell(misuse.fault, row, misuse.column, written=misuse.written, expected=misuse.expected)
    return formula if misuse is None else None


class _Misuse(NamedTuple):
    """Why a formula that can be read is none of a figure."""

    fault: Faults
    column: str
    expected: str
    written: str | None = None
    """What is wrong in the cell; nothing where that is all of it."""


def _misuses(identifier: str, formula: Formula) -> Iterator[_Misuse]:
    """Yield why a formula is none of the figure with an id."""
    leaves = formula.leaves()
    if not leaves:
        yield _Misuse(Faults.FORMULA, "formula", "ít nhất một chỉ tiêu của biểu")
        return
    if _is_per_record(identifier):
        yield from _misuses_per_record(identifier, leaves)
    for leaf in leaves:
        if isinstance(leaf, At):
            yield from _misuses_of_line(leaf)
        elif isinstance(leaf, Total):
            yield from _misuses_of_lines(leaf)
    if rates := rates_over_lines(formula):
        words = dict.fromkeys(f"{formula_text(leaf)} ({leaf.field.unit.label})" for leaf in rates)
        yield _Misuse(Faults.RATES_ADDED, "formula", "", ", ".join(words))
    if abs(formula.compute(lambda leaf: 1 / leaf.field.unit.factor) or 0) > _MOST_TIMES:
        yield _Misuse(Faults.FORMULA, "formula", f"các số nhân lại nhiều nhất {_MOST_TIMES}")


def _is_per_record(identifier: str) -> bool:
    """Return whether an id is of a figure per reporter, or per line of a form."""
    return "{" in identifier


def _misuses_per_record(identifier: str, leaves: Sequence[Leaf]) -> Iterator[_Misuse]:
    """Yield why fields are none of a figure per reporter or line."""
    form, *others = dict.fromkeys(leaf.field.form for leaf in leaves)
    if others or not all(isinstance(leaf, Own) for leaf in leaves):
        expected = "là của từng đơn vị hoặc từng dòng, nên công thức chỉ được dùng chỉ tiêu của một biểu"
        yield _Misuse(Faults.PER_RECORD, "id", expected)
    if "{line}" in identifier and not form.line_title:
        yield _Misuse(Faults.PER_RECORD, "id", f"có {{line}} nhưng biểu {form.code} không có dòng")
    if "{line}" not in identifier and form.line_title:
        expected = (
            f"không có {{line}} nhưng biểu {form.code} có nhiều dòng, nên nhiều con số cùng một mã; ghi thêm {{line}}"
        )
        yield _Misuse(Faults.PER_RECORD, "id", expected)
    if "{reporter}" not in identifier and form.line_title and not form.fixed and _is_of_villages(form):
        expected = f"không có {{reporter}} nhưng các thôn tự đặt mã dòng của biểu {form.code}; ghi thêm {{reporter}}"
        yield _Misuse(Faults.PER_RECORD, "id", expected)


def _misuses_of_line(leaf: At) -> Iterator[_Misuse]:
    """Yield why a form has no line that a formula asks for."""
    form = leaf.field.form
    printed = form.printed_lines()
    if not form.line_title:
        expected = f"mã chỉ tiêu không kèm at: biểu {form.code} không có dòng"
        yield _Misuse(Faults.FORMULA, "formula", expected, formula_text(leaf))
    elif printed and leaf.line not in printed:
        expected = f"mã dòng của biểu {form.code} ({nearest(leaf.line, printed)})"
        yield _Misuse(Faults.FORMULA, "formula", expected, leaf.line)
    elif printed and leaf.field.name in printed[leaf.line].line.without:
        expected = f"dòng có hỏi {leaf.field.name}: dòng {leaf.line} ghi chỉ tiêu này ở cột «Không hỏi»"
        yield _Misuse(Faults.FORMULA, "formula", expected, leaf.line)


def _misuses_of_lines(leaf: Total) -> Iterator[_Misuse]:
    """Yield why a field has no sum over the lines that its form prints."""
    form, name = leaf.field.form, leaf.field.name
    lines = [form.printed_lines()[code].line for code in form.counted_lines(name)]
    if leaf.field.unit.additive and (without := [line.code for line in lines if name in line.without]):
        expected = (
            f'chỉ tiêu kèm at "mã dòng", hoặc {{line}} ở mã số: dòng {", ".join(without)} ghi {name} ở cột «Không hỏi» '
            "mà các dòng cộng vào cũng không cho biết, nên không có tổng"
        )
        yield _Misuse(Faults.FORMULA, "formula", expected, formula_text(leaf))


def _figure(row: Row, forms: Forms, told: Told) -> Figure | None:
    """Return the figure that a row describes; nothing where its id or its formula is none."""
    shape = "chữ thường không dấu nối bằng dấu chấm, như thuy_san.ho; {reporter} hoặc {line} là một phần riêng"
    if not well_formed(row, "id", _FIGURE_ID, shape, told) or not row["formula"]:
        return None
    formula = _formula(row, forms, told)
    if formula is None:
        return None
    alone = formula.field if isinstance(formula, Total | Own) else None
    for name in ("label", "unit") if alone is None else ():
        if not row[name]:
            told.tell(Faults.MISSING, row, name, expected="Công thức có nhiều chỉ tiêu thì phải ghi.")
    if _is_added_up(row["id"], formula) and not formula.adds_up and _of_villages(formula):
        told.tell(Faults.NO_SUM, row, "formula")
    unit = alone.unit if alone is not None and not row["unit"] else forms.fields.unit(row, "unit")
    if unit != UNKNOWN_UNIT:
        refuse_other_units(row, formula, unit, forms.fields.units, told)
    decimals = whole_in(row, "decimals", unit.decimals)
    if decimals > MOST_DECIMALS:
        told.tell(Faults.MALFORMED, row, "decimals", expected=f"nhiều nhất {MOST_DECIMALS}")
    label = row["label"] or (alone.label if alone is not None else "")
    return Figure(row["id"], label, unit, formula, decimals, row["plan"], choice_in(row, "against", AGAINST))


def _chart(row: Row, declared: set[str], told: Told) -> Chart | None:
    kind, parts = choice_in(row, "kind", CHART_KINDS), names_in(row, "parts")
    for name, ids in (("whole", [row["whole"]]), ("parts", parts)):
        for unknown in [one for one in ids if one and one not in declared]:
            told.tell(Faults.UNKNOWN, row, name, written=unknown, expected=nearest(unknown, declared))
    return Chart(kind, row["whole"], parts) if kind is not None else None
