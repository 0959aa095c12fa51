"""What stands behind printed figures: the totals that they are made of, and what was noted beside the cells.

Belongs here: edges of lineage told in words. Does not belong here: making the edges
(``pipelines.steps.analyse.figures``), a verdict (``pipelines.steps.analyse.verdicts``).
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.amounts import Array
from pipelines.steps.analyse.plans import Plans
from pipelines.steps.frames import cases, coded, in_rank, ordered
from pipelines.steps.numbers import vietnamese
from schemas.form import Form

_NOTES_SHOWN = 3
"""Notes repeated in a statement; a total over villages may have one per village."""


class Behind:
    """What stands behind figures: their fields with totals in words, and what reporters noted beside the cells."""

    def __init__(self, lineage: pa.Table, forms: Sequence[type[Form]]) -> None:
        """Take ``schemas.tables.LINEAGE``, also of figures that no plan prints."""
        self._lineage, self._forms = lineage.select(_BEHIND), {form.code: form for form in forms}

    def cells(self, plans: Plans) -> Array:
        """Return, per edge, the cell of ``plans`` that it is behind; -1 where its figure is not printed."""
        return plans.cells_of(self._lineage, "commune", "figure")

    def notes(self, plans: Plans, cells: Array) -> tuple[list[str], Array]:
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

    def operands(self, plans: Plans, cells: Array, rows: Array) -> dict[int, list[str]]:
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
