"""Marts to figures: the catalogue evaluated for every place, and the edges from each figure to its cells.

Belongs here: adding up over reporters and places, rounding, what a missing reporter does to a figure, lineage.
Does not belong here: any particular figure (``schemas.figures``).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.findings import ReturnSet
from pipelines.steps.gate import belongs
from pipelines.steps.numbers import round_half_up
from schemas.figure import Chapter, Figure
from schemas.form import KEYS, Form
from schemas.formula import Value
from schemas.marts import LINEAGE
from schemas.periods import Period
from schemas.places import Place, Places
from schemas.units import DECIMAL

FIGURE_COLUMNS = (
    "period",
    "level",
    "place",
    "reporter",
    "id",
    "label",
    "value",
    "unit",
    "scope",
    "status",
    "reported",
    "expected",
    "exact",
    "formula",
    "plan",
    "chapter",
)
"""One row per period, place (a reporter's code for figures of one reporter) and figure. ``value``: rounded half up, missing
unless every expected reporter has reported; ``exact``: the unrounded value as a fraction; ``status``: a ``STATUS_*``."""

STATUS_COMPLETE, STATUS_INCOMPLETE, STATUS_UNDEFINED = "complete", "incomplete", "undefined"
"""Every expected value is there; some are missing, so there is no value; all are there but a divisor is zero."""


@dataclass(frozen=True)
class Evaluated:
    """What a chapter gave: its figures, and the edges down to the cells."""

    figures: pd.DataFrame
    lineage: pa.Table
    """``schemas.marts.LINEAGE``: one row per figure of a commune, or of one of its reporters, and cell it is made from."""


def evaluate(
    chapter: Chapter, marts: Mapping[type[Form], pa.Table], return_sets: Sequence[ReturnSet], places: Places
) -> Evaluated:
    """Evaluate a chapter for the given return sets, and for every territory above their communes.

    Args:
        chapter: The figures.
        marts: The published records of every form the chapter draws on, with their ``sources``, all return sets together.
        return_sets: The sets whose figures are wanted.
        places: Which territory lies in which, and who is expected to report.
    """
    totals = {form: _Totals(form, mart, places) for form, mart in marts.items()}
    rows = [
        row
        for period, place in _wanted(return_sets, places)
        for figure in chapter.figures
        for row in _rows(chapter, figure, period, place, totals, places)
    ]
    return Evaluated(_frame(rows), _lineage(chapter, marts, return_sets))


def _wanted(return_sets: Sequence[ReturnSet], places: Places) -> list[tuple[str, Place]]:
    wanted: dict[tuple[str, str], tuple[str, Place]] = {}
    for period, code in return_sets:
        commune = places.commune(code)
        for place in [commune, *places.ancestors(code)] if commune else []:
            wanted[period, place.code] = (period, place)
    return list(wanted.values())


class _Totals:
    """The totals of one form's fields, per period and place, and how many reporters stand behind each."""

    def __init__(self, form: type[Form], mart: pa.Table, places: Places) -> None:
        self._form, self._places = form, places
        names = list(form.fields())
        # Added up once per commune, in Arrow, where sums of decimals are exact and fast; then upwards place by place.
        per_commune = mart.group_by(["period", "commune"])
        summed = per_commune.aggregate([(name, how) for name in names for how in ("sum", "count")]).to_pylist()
        self._sums: dict[tuple[str, str], dict[str, Decimal | int]] = {}
        self._counts: dict[tuple[str, str], dict[str, int]] = {}
        for row in summed:
            above = places.ancestors(row["commune"]) if places.commune(row["commune"]) else []
            for code in (row["commune"], *(place.code for place in above)):
                sums = self._sums.setdefault((row["period"], code), dict.fromkeys(names, 0))
                counts = self._counts.setdefault((row["period"], code), dict.fromkeys(names, 0))
                for name in names:
                    sums[name] += row[f"{name}_sum"] or 0
                    counts[name] += row[f"{name}_count"]
        self._mart = mart
        self._expected: dict[tuple[str, str], int] = {}

    @cached_property
    def _own(self) -> dict[tuple[str, str, str], dict[str, Any]]:
        rows = self._mart.drop_columns(["sources"]).to_pylist()
        return {(row["period"], row["commune"], row["reporter"]): row for row in rows}

    def expected(self, period: str, place: Place) -> int:
        """Return how many reporters of a place are to send the form."""
        key = (period, place.code)
        if key not in self._expected:
            communes = (
                [place]
                if place.level == "commune"
                else [
                    row
                    for row in self._places.rows
                    if row.level == "commune" and place in self._places.ancestors(row.code)
                ]
            )
            self._expected[key] = sum(
                len(self._places.reporters(commune.code, self._form.reporter_kind, Period.parse(period)))
                for commune in communes
                if self._places.expects(commune.code, self._form.code)
            )
        return self._expected[key]

    def reported(self, period: str, place: Place, names: Sequence[str]) -> int:
        """Return how many reporters have given every one of the named fields."""
        counts = self._counts.get((period, place.code), {})
        return min(int(counts.get(name, 0)) for name in names)

    def total(self, period: str, place: Place, name: str) -> Value:
        """Return a field's total, missing unless every expected reporter has given it."""
        if self.reported(period, place, [name]) != self.expected(period, place):
            return None
        return Fraction(self._sums[period, place.code][name])

    def own(self, period: str, commune: str, reporter: str, name: str) -> Value:
        """Return what one reporter gave for a field."""
        value = self._own.get((period, commune, reporter), {}).get(name)
        return None if value is None else Fraction(value)


def _rows(
    chapter: Chapter, figure: Figure, period: str, place: Place, totals: Mapping[type[Form], _Totals], places: Places
) -> Iterator[tuple[Any, ...]]:
    fields = figure.formula.fields()
    if figure.per_reporter:
        if place.level == "commune" and places.expects(place.code, figure.forms[0].code):
            for reporter in places.reporters(place.code, figure.forms[0].reporter_kind, Period.parse(period)):
                value = figure.formula.compute(
                    lambda field, code=reporter.code: totals[field.form].own(period, place.code, code, field)  # type: ignore[misc]
                )
                scope = f"{reporter.level}:{reporter.name}"
                identifier = figure.id.format(reporter=reporter.code)
                yield _row(
                    chapter, figure, (period, place, reporter.code, identifier, scope), value, int(value is not None), 1
                )
        return
    expected = sum(totals[form].expected(period, place) for form in figure.forms)
    if any(not totals[form].expected(period, place) for form in figure.forms):
        return
    reported = sum(
        totals[form].reported(period, place, [field for field in fields if field.form is form]) for form in figure.forms
    )
    value = figure.formula.compute(lambda field: totals[field.form].total(period, place, field))
    scope = "commune" if place.level == "commune" else f"{place.level}:{place.name}"
    yield _row(chapter, figure, (period, place, "", figure.id, scope), value, reported, expected)


def _row(
    chapter: Chapter, figure: Figure, what: tuple[str, Place, str, str, str], value: Value, reported: int, expected: int
) -> tuple[Any, ...]:
    period, place, reporter, identifier, scope = what
    exact = None if value is None else value / figure.unit.factor
    rounded = None if exact is None else round_half_up(exact, figure.decimals)
    missing = STATUS_UNDEFINED if reported == expected else STATUS_INCOMPLETE
    return (
        period,
        place.level,
        place.code,
        reporter,
        identifier,
        figure.label,
        rounded,
        figure.unit.label,
        scope,
        missing if value is None else STATUS_COMPLETE,
        reported,
        expected,
        "" if exact is None else str(exact),
        figure.formula.words(),
        figure.plan,
        chapter.code,
    )


def _frame(rows: Sequence[tuple[Any, ...]]) -> pd.DataFrame:
    special: dict[str, Any] = {"value": pd.ArrowDtype(DECIMAL), "reported": "int64", "expected": "int64"}
    columns: list[list[Any]] = (
        [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in FIGURE_COLUMNS]
    )
    return pd.DataFrame(
        {
            name: pd.array(column, dtype=special.get(name, pd.StringDtype()))
            for name, column in zip(FIGURE_COLUMNS, columns, strict=True)
        }
    )


def _lineage(chapter: Chapter, marts: Mapping[type[Form], pa.Table], return_sets: Sequence[ReturnSet]) -> pa.Table:
    """Return the edges of the chapter's figures, for the communes of the return sets and their reporters."""
    uses = pa.table(
        list(
            zip(
                *[
                    (figure.id, field.form.code, str(field))
                    for figure in chapter.figures
                    for field in dict.fromkeys(figure.formula.fields())
                ],
                strict=True,
            )
        ),
        names=["figure", "form", "field"],
    )
    cells = pa.concat_tables([_cells(form, mart, return_sets) for form, mart in marts.items()])
    edges = cells.join(uses, ["form", "field"], join_type="inner").select(LINEAGE.names)
    edges = edges.sort_by(
        [(name, "ascending") for name in ("period", "commune", "figure", "form", "field", "reporter")]
    )
    names = [
        figure.format(reporter=reporter)
        for figure, reporter in zip(edges["figure"].to_pylist(), edges["reporter"].to_pylist(), strict=True)
    ]
    return edges.set_column(edges.column_names.index("figure"), "figure", pa.array(names, pa.string())).cast(LINEAGE)


def _cells(form: type[Form], mart: pa.Table, return_sets: Sequence[ReturnSet]) -> pa.Table:
    """Return one row per cell behind a form's records, with the record's keys."""
    own = mart.filter(belongs(mart, "commune", return_sets))
    sources = own["sources"].combine_chunks()
    record = pc.list_parent_indices(sources)
    keys = {name: own[name].take(record) for name in KEYS}
    flat = pa.Table.from_struct_array(sources.flatten())
    return pa.table(
        {**keys, "form": pa.repeat(form.code, len(flat)), **{name: flat[name] for name in flat.column_names}}
    )
