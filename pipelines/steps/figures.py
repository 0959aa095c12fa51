"""Marts to figures: the catalogue evaluated for every place, and the edges from each figure to its cells.

Belongs here: adding up over reporters and places, rounding, what a missing reporter does to a figure, lineage.
Does not belong here: any particular figure (``schemas.figures``).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd

from pipelines.steps.findings import ReturnSet
from pipelines.steps.gate import SOURCE_COLUMNS
from pipelines.steps.numbers import round_half_up
from schemas.figure import Chapter, Figure
from schemas.form import Form
from schemas.formula import Value
from schemas.periods import Period
from schemas.places import LEVELS, Place, Places
from schemas.units import DECIMAL, Quantity

FIGURE_COLUMNS = (
    "period", "level", "place", "reporter", "id", "label", "value", "unit", "scope", "status", "reported", "expected",
    "exact", "formula", "plan", "chapter",
)
"""One row per period, place (a reporter's code for figures of one reporter) and figure. ``value``: rounded half up, missing
unless every expected reporter has reported; ``exact``: the unrounded value as a fraction; ``status``: a ``STATUS_*``."""

STATUS_COMPLETE, STATUS_INCOMPLETE, STATUS_UNDEFINED = "complete", "incomplete", "undefined"
"""Every expected value is there; some are missing, so there is no value; all are there but a divisor is zero."""

LINEAGE_COLUMNS = ("period", "commune", "figure", "form", "reporter", *SOURCE_COLUMNS)
"""One row per figure of a commune (or of one of its reporters) and cell it is made from."""


@dataclass(frozen=True)
class Evaluated:
    """What a chapter gave: its figures, and the edges down to the cells."""

    figures: pd.DataFrame
    lineage: pd.DataFrame


def evaluate(
    chapter: Chapter, marts: Mapping[type[Form], pd.DataFrame], return_sets: Sequence[ReturnSet], places: Places
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

    def __init__(self, form: type[Form], mart: pd.DataFrame, places: Places) -> None:
        self._form, self._places = form, places
        names = list(form.fields())
        above = {code: {place.level: place.code for place in places.ancestors(code)} | {"commune": code}
                 for code in mart["commune"].unique() if places.commune(code)}
        self._sums: dict[tuple[str, str], dict[str, Any]] = {}
        self._counts: dict[tuple[str, str], dict[str, int]] = {}
        for level in LEVELS[:4]:
            place = mart["commune"].map({code: levels.get(level) for code, levels in above.items()})
            groups = mart.assign(place=place).dropna(subset=["place"]).groupby(["period", "place"])[names]
            self._sums |= groups.sum().to_dict("index")
            self._counts |= groups.count().to_dict("index")
        self._own = {
            (row["period"], row["commune"], row["reporter"]): row for row in mart.drop(columns="sources").to_dict("records")
        }
        self._expected: dict[tuple[str, str], int] = {}

    def expected(self, period: str, place: Place) -> int:
        """Return how many reporters of a place are to send the form."""
        key = (period, place.code)
        if key not in self._expected:
            communes = [place] if place.level == "commune" else [
                row for row in self._places.rows
                if row.level == "commune" and place in self._places.ancestors(row.code)
            ]
            self._expected[key] = sum(
                len(self._places.reporters(commune.code, self._form.reporter_kind, Period.parse(period)))
                for commune in communes if self._places.expects(commune.code, self._form.code)
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
        return None if value is None or pd.isna(value) else Fraction(value)


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
                yield _row(chapter, figure, (period, place, reporter.code, identifier, scope), value, int(value is not None), 1)
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
        period, place.level, place.code, reporter, identifier, figure.label, rounded, figure.unit.label, scope,
        missing if value is None else STATUS_COMPLETE, reported, expected, "" if exact is None else str(exact),
        figure.formula.words(), figure.plan, chapter.code,
    )


def _frame(rows: Sequence[tuple[Any, ...]]) -> pd.DataFrame:
    special: dict[str, Any] = {"value": pd.ArrowDtype(DECIMAL), "reported": "int64", "expected": "int64"}
    columns: list[list[Any]] = [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in FIGURE_COLUMNS]
    return pd.DataFrame({
        name: pd.array(column, dtype=special.get(name, pd.StringDtype()))
        for name, column in zip(FIGURE_COLUMNS, columns, strict=True)
    })


def _lineage(
    chapter: Chapter, marts: Mapping[type[Form], pd.DataFrame], return_sets: Sequence[ReturnSet]
) -> pd.DataFrame:
    """Return the edges of the chapter's figures, for the communes of the return sets and their reporters."""
    uses = pd.DataFrame(
        [(figure.id, field.form.code, str(field)) for figure in chapter.figures for field in dict.fromkeys(figure.formula.fields())],
        columns=["figure", "form", "field"],
    )
    wanted = set(return_sets)
    cells = [
        {"period": row.period, "commune": row.commune, "form": form.code, "reporter": row.reporter, **source}
        for form, mart in marts.items()
        for row in mart.itertuples(index=False)
        if (row.period, row.commune) in wanted
        for source in row.sources
    ]
    edges = uses.merge(pd.DataFrame(cells, columns=[c for c in LINEAGE_COLUMNS if c != "figure"]), on=["form", "field"])
    edges["figure"] = [
        figure.format(reporter=reporter) for figure, reporter in edges[["figure", "reporter"]].itertuples(index=False)
    ]
    types: dict[str, Any] = {name: pd.StringDtype() for name in LINEAGE_COLUMNS if name != "value"}
    values = pd.array([Decimal(v) if v is not None and not pd.isna(v) else None for v in edges["value"]], dtype=pd.ArrowDtype(DECIMAL))
    return edges.assign(value=values).astype(types)[list(LINEAGE_COLUMNS)]
