"""Marts to figures: the catalogue evaluated for every place, and the edges from each figure to its cells.

Belongs here: adding up over reporters and places, rounding, what a missing reporter does to a figure, lineage.
Does not belong here: any particular figure (``schemas.figures``).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.numbers import round_half_up
from pipelines.steps.sources import cells
from schemas.fields import LINE_NAME, REPORTER_KEYS
from schemas.figure import Chapter, Figure
from schemas.form import Form
from schemas.formula import At, Leaf, Value
from schemas.outcomes import Status
from schemas.periods import Period
from schemas.places import Place, Places
from schemas.return_sets import ReturnSetKey
from schemas.tables import FIGURES, LINEAGE
from schemas.units import DECIMAL


def evaluate(
    chapter: Chapter, marts: Mapping[type[Form], pa.Table], wanted: Iterable[tuple[str, Place]], places: Places
) -> pd.DataFrame:
    """Evaluate a chapter: ``schemas.tables.FIGURES``.

    Args:
        chapter: The figures.
        marts: The published records of every form the chapter draws on, of all communes that the wanted places have.
        wanted: Periods and places whose figures are wanted.
        places: Which territory lies in which, and who is expected to report.
    """
    totals = {form: _Totals(form, mart, places) for form, mart in marts.items()}
    rows = [
        row
        for period, place in wanted
        for figure in chapter.figures
        for row in _rows(chapter, figure, period, place, totals, places)
    ]
    return _frame(rows)


def of_communes(return_sets: Iterable[ReturnSetKey], places: Places) -> list[tuple[str, Place]]:
    """Return periods and communes of return sets."""
    return [(key.period, commune) for key in return_sets if (commune := places.commune(key.commune)) is not None]


def above(return_sets: Iterable[ReturnSetKey], places: Places) -> list[tuple[str, Place]]:
    """Return periods and places of every level above the communes of return sets, each once."""
    found = {
        (key.period, place.code): (key.period, place)
        for key in return_sets
        if places.commune(key.commune)
        for place in places.ancestors(key.commune)
    }
    return list(found.values())


class _Totals:
    """The totals of one form's fields, per period and place, and how many reporters stand behind each."""

    def __init__(self, form: type[Form], mart: pa.Table, places: Places) -> None:
        self._form, self._mart, self._places = form, mart, places
        names = list(form.fields())
        mart = _of_expected(form, mart, places)
        # Added up in Arrow, where sums of decimals are exact and fast: over the lines of a reporter, who has given a
        # field only if no line of it is blank; over the reporters of a commune; and then upwards place by place.
        both = [(name, how) for name in names for how in ("sum", "count")]
        given = mart.group_by(list(REPORTER_KEYS)).aggregate([*both, ([], "count_all")])
        whole = {name: pc.equal(given[f"{name}_count"], given["count_all"]).cast(pa.int64()) for name in names}
        given = pa.table(
            {name: given[name] for name in REPORTER_KEYS[:2]}
            | {f"{name}_sum": given[f"{name}_sum"] for name in names}
            | {f"{name}_count": whole[name] for name in names}
        )
        summed = given.group_by(["period", "commune"]).aggregate([(f"{name}_{how}", "sum") for name, how in both])
        self._sums: dict[tuple[str, str], dict[str, Decimal | int]] = {}
        self._counts: dict[tuple[str, str], dict[str, int]] = {}
        for row in summed.to_pylist():
            above = places.ancestors(row["commune"]) if places.commune(row["commune"]) else []
            for code in (row["commune"], *(place.code for place in above)):
                sums = self._sums.setdefault((row["period"], code), dict.fromkeys(names, 0))
                counts = self._counts.setdefault((row["period"], code), dict.fromkeys(names, 0))
                for name in names:
                    sums[name] += row[f"{name}_sum_sum"] or 0
                    counts[name] += row[f"{name}_count_sum"]
        self._expected: dict[tuple[str, str], int] = {}

    @cached_property
    def _records(self) -> dict[tuple[str, str], list[dict[str, Any]]]:
        records: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for row in self._mart.drop_columns(["sources"]).to_pylist():
            records.setdefault((row["period"], row["commune"]), []).append(row)
        return records

    def records(self, period: str, commune: str) -> list[dict[str, Any]]:
        """Return the records of one commune."""
        return self._records.get((period, commune), [])

    def expected(self, period: str, place: Place) -> int:
        """Return how many reporters of a place are to send the form."""
        key = (period, place.code)
        if key not in self._expected:
            self._expected[key] = sum(
                len(self._places.reporters(commune.code, self._form.reporter_kind, Period.parse(period)))
                for commune in self._places.communes_of(place, Period.parse(period))
                if self._places.expects(commune.code, self._form.code)
            )
        return self._expected[key]

    def reported(self, period: str, place: Place, names: Sequence[str]) -> int:
        """Return how many reporters have given every one of the named fields."""
        counts = self._counts.get((period, place.code), {})
        return min((int(counts.get(name, 0)) for name in names), default=0)

    def total(self, period: str, place: Place, name: str) -> Value:
        """Return a field's total, missing unless every expected reporter has given it."""
        if self.reported(period, place, [name]) != self.expected(period, place):
            return None
        return Fraction(self._sums[period, place.code][name])

    def at(self, period: str, place: Place, line: str, name: str) -> Value:
        """Return a field of one line, added up over the communes of the place; missing where one of them lacks it."""
        found = [
            next((record[name] for record in self.records(period, commune.code) if record["line"] == line), None)
            for commune in self._places.communes_of(place, Period.parse(period))
            if self._places.expects(commune.code, self._form.code)
        ]
        given = [Fraction(value) for value in found if value is not None]
        return sum(given, Fraction(0)) if given and len(given) == len(found) else None


def _of_expected(form: type[Form], mart: pa.Table, places: Places) -> pa.Table:
    """Return the records of those who are to report: a village that is no more must not stand in for one missing."""
    sets = {(period, commune) for period, commune, _ in _reporters(mart)}
    expected = {
        (period, commune, place.code)
        for period, commune in sets
        for place in places.reporters(commune, form.reporter_kind, Period.parse(period))
    }
    return mart.filter(pa.array([key in expected for key in _reporters(mart)], pa.bool_()))


def _reporters(mart: pa.Table) -> Iterator[tuple[str, str, str]]:
    return zip(*(mart[name].to_pylist() for name in REPORTER_KEYS), strict=True)


def _rows(
    chapter: Chapter, figure: Figure, period: str, place: Place, totals: Mapping[type[Form], _Totals], places: Places
) -> Iterator[tuple[Any, ...]]:
    expected = {form: totals[form].expected(period, place) for form in figure.forms}
    if not all(expected.values()):
        return

    def lookup(leaf: Leaf) -> Value:
        of_form = totals[leaf.field.form]
        if isinstance(leaf, At):
            return of_form.at(period, place, leaf.line, leaf.field.name)
        return of_form.total(period, place, leaf.field.name)

    if figure.per_record:
        if place.level == "commune":
            yield from _record_rows(chapter, figure, period, place, totals[figure.forms[0]], places)
        return
    if place.level != "commune" and any(not leaf.field.unit.additive for leaf in figure.formula.leaves()):
        return  # rates of several communes do not add up; a rate above them must be a formula over what does
    names = {form: [field.name for field in figure.formula.fields() if field.form is form] for form in figure.forms}
    reported = sum(totals[form].reported(period, place, fields) for form, fields in names.items())
    scope = "commune" if place.level == "commune" else f"{place.level}:{place.name}"
    what = (period, place, "", "", figure.id, figure.label, scope)
    yield _row(chapter, figure, what, figure.formula.compute(lookup), reported, sum(expected.values()))


def _record_rows(
    chapter: Chapter, figure: Figure, period: str, place: Place, totals: _Totals, places: Places
) -> Iterator[tuple[Any, ...]]:
    """Yield a figure once per record of its form."""
    fields = figure.formula.fields()
    for record in totals.records(period, place.code):
        blank = [field for field in fields if record[field.name] is None]
        if blank and all(field.optional for field in blank):
            continue  # it does not concern this reporter, so there is no such figure
        known = {field: Fraction(record[field.name]) for field in fields if record[field.name] is not None}
        value = figure.formula.compute(lambda leaf, known=known: known.get(leaf.field))  # type: ignore[misc]
        line, reporter = record["line"], record["reporter"]
        name = record[LINE_NAME] if line else places.title(place.code, reporter)
        kind = "line" if line else places.kind(place.code, reporter)
        identifier = figure.id.format(reporter=reporter, line=line)
        if identifier in chapter.explicit:
            continue
        what = (period, place, reporter, line, identifier, f"{figure.label} – {name}", f"{kind}:{name}")
        yield _row(chapter, figure, what, value, int(not blank), 1)


def _row(
    chapter: Chapter,
    figure: Figure,
    what: tuple[str, Place, str, str, str, str, str],
    value: Value,
    reported: int,
    expected: int,
) -> tuple[Any, ...]:
    period, place, reporter, line, identifier, label, scope = what
    exact = None if value is None else value / figure.unit.factor
    rounded = None if exact is None else round_half_up(exact, figure.decimals)
    missing = Status.UNDEFINED if reported == expected else Status.INCOMPLETE
    return (
        period,
        place.level,
        place.code,
        reporter,
        line,
        identifier,
        label,
        rounded,
        figure.unit.label,
        scope,
        missing if value is None else Status.COMPLETE,
        reported,
        expected,
        "" if exact is None else str(exact),
        figure.formula.words(),
        " ".join(form.code for form in figure.forms),
        figure.plan,
        chapter.code,
    )


def _frame(rows: Sequence[tuple[Any, ...]]) -> pd.DataFrame:
    special: dict[str, Any] = {"value": pd.ArrowDtype(DECIMAL), "reported": "int64", "expected": "int64"}
    columns: list[list[Any]] = (
        [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in FIGURES.names]
    )
    return pd.DataFrame(
        {
            name: pd.array(column, dtype=special.get(name, pd.StringDtype()))
            for name, column in zip(FIGURES.names, columns, strict=True)
        }
    )


def lineage(chapter: Chapter, marts: Mapping[type[Form], pa.Table], return_sets: Sequence[ReturnSetKey]) -> pa.Table:
    """Return ``schemas.tables.LINEAGE``: a row per figure of a commune or one of its reporters, and cell behind it."""
    long = pa.concat_tables([cells(form, mart, return_sets) for form, mart in marts.items()])
    uses = pa.Table.from_pylist(_uses(chapter), pa.schema([(name, pa.string()) for name in _USE_COLUMNS]))
    edges = long.join(uses, ["form", "field"], join_type="inner")
    edges = edges.filter(pc.or_(pc.equal(edges["only_line"], ""), pc.equal(edges["only_line"], edges["line"])))
    patterns = edges["figure"]
    names = [
        figure.format(reporter=reporter, line=line)
        for figure, reporter, line in zip(
            *(edges[name].to_pylist() for name in ("figure", "reporter", "line")), strict=True
        )
    ]
    edges = edges.set_column(edges.column_names.index("figure"), "figure", pa.array(names, pa.string()))
    taken = pc.is_in(edges["figure"], pa.array(chapter.explicit, pa.string()))
    edges = edges.filter(pc.or_(pc.invert(taken), pc.equal(edges["figure"], patterns)))
    order = ("period", "commune", "figure", "form", "field", "reporter", "line")
    return edges.select(LINEAGE.names).cast(LINEAGE).sort_by([(name, "ascending") for name in order])


_USE_COLUMNS = ("figure", "form", "field", "only_line")


def _uses(chapter: Chapter) -> list[dict[str, str]]:
    """Return which figure uses which field, of one line only where the formula says so."""
    uses = {
        (figure.id, leaf.field.form.code, leaf.field.name, leaf.line if isinstance(leaf, At) else "")
        for figure in chapter.figures
        for leaf in figure.formula.leaves()
    }
    return [dict(zip(_USE_COLUMNS, use, strict=True)) for use in sorted(uses)]
