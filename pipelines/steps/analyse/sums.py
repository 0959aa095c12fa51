"""Marts to sums: every field added up over the reporters of a commune, and of every level above it.

Belongs here: adding up, who counts, and joining the sums of several batches. Does not belong here: what is made of the
sums (``pipelines.steps.analyse.figures``).

Sums are exact, and say how many stand behind them. How many are to stand behind them is not said here: places know it,
of those too who are in no batch because nothing at all came of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.amounts import LARGEST, Amounts, Array, as_int64, decimals_of
from pipelines.steps.analyse.estimates import beside
from pipelines.steps.frames import joined_text, numbered
from schemas.fields import REPORTER_KEYS
from schemas.figure import Chapter
from schemas.form import Form
from schemas.formula import At
from schemas.periods import Period
from schemas.places import Places
from schemas.return_sets import ReturnSetKey
from schemas.tables import SOURCES, SUM, SUMS

Lines = Sequence[tuple[str, str]]
"""Fields and lines of one form."""

Pair = tuple[Array, Array]
"""Sums, and how many stand behind them."""


def lines_asked(form: type[Form], chapters: Iterable[Chapter]) -> Lines:
    """Return of which line of a form some figure asks for which field."""
    leaves = [leaf for chapter in chapters for figure in chapter.figures for leaf in figure.formula.leaves()]
    own = {(leaf.field.name, leaf.line) for leaf in leaves if isinstance(leaf, At) and leaf.field.form is form}
    every = {(one, line) for name, line in own for number in form.numbers() for one in form.continued(name, number)}
    return sorted(own | every)


def added_up(
    form: type[Form], mart: pa.Table, places: Places, lines: Lines = (), estimates: pa.Table | None = None
) -> pa.Table:
    """Return the sums of one form: ``schemas.tables.SUMS``.

    Args:
        form: The form.
        mart: Its published records, of any return sets.
        places: Which territory lies in which, and who is expected to report: nobody else counts as one who has, for a
            village that is no more must not stand in for one missing. What was accepted of such a one stays in the sum
            as long as it stays in the mart: the form is held then, and what was published is kept.
        lines: The fields that are also wanted of one line.
        estimates: ``schemas.tables.ESTIMATES``, which stand in for who has sent nothing.
    """
    mart, guessed = beside(form, mart, estimates)
    # Not the cells behind the records: taking rows out of these takes longer than all the rest.
    mart = mart.select([name for name in mart.column_names if name != SOURCES.name])
    sends, counts = _counts(form, mart, places)
    mart, guessed, counts = mart.filter(pa.array(sends)), guessed[sends], counts[sends]
    if not len(mart):
        return SUMS.empty_table()
    amounts = Amounts.of(mart, form)
    reporter, of_reporter = numbered(mart, REPORTER_KEYS)
    commune, of_commune = numbered(mart, REPORTER_KEYS[:2])
    sets = [ReturnSetKey(*pair) for pair in _pairs(mart.take(of_commune))]
    # A reporter has given a field only if no line of it that counts is blank.
    counted = _counted(form, mart, amounts.names)
    lacking = _added(~amounts.known & counted, reporter, len(of_reporter))
    by_guess, expected = guessed[of_reporter][:, None], counts[of_reporter][:, None]
    given, estimated = (
        _added((lacking == 0) & expected & own, commune[of_reporter], len(sets)) for own in (~by_guess, by_guess)
    )
    total = _added(_with_room(amounts.values * counted), commune, len(sets))
    asked, sums, known, guesses = [*((name, "") for name in amounts.names), *lines], [total], [given], [estimated]
    of_lines = _of_printed if form.fixed else _of_lines
    if lines and not form.fixed:
        # A line that anybody may have is known only once all have sent what they have.
        due = [places.expected(key.commune, form.code, form.reporter_kind, Period.parse(key.period))[1] for key in sets]
        counts = counts & (np.bincount(commune[of_reporter], expected[:, 0], len(sets)) >= due)[commune]
    for values, of_line in of_lines(mart, amounts, counts, commune, len(sets), lines):
        sums.append(values)
        known.append(of_line)
        guesses.append(np.zeros(of_line.shape, np.int64))  # of lines nothing is estimated
    scale = [10 ** (SUM.scale - form.fields()[name].unit.decimals) for name, _ in asked]
    return _upwards(form, sets, places, asked, np.hstack(sums) * np.array(scale), np.hstack(known), np.hstack(guesses))


def above_too(form: type[Form], communes: pa.Table, places: Places) -> pa.Table:
    """Return the sums of communes of one form with those of every level above them: what ``added_up`` gives of them.

    Args:
        form: The form.
        communes: ``schemas.tables.SUMS`` of communes alone, made by ``added_up``.
        places: Which territory lies in which.
    """
    _, first = numbered(communes, ("period", "place"))
    if not len(first):
        return SUMS.empty_table()
    sets = [ReturnSetKey(*pair) for pair in _pairs(communes.take(first), "place")]
    # Each commune has the same cells, in the same order.
    asked = list(
        zip(*(communes[name][: len(communes) // len(sets)].to_pylist() for name in ("field", "line")), strict=True)
    )
    sums = as_int64(communes["sum"].combine_chunks())
    counts = (communes[name].to_numpy() for name in ("given", "estimated"))
    total, given, estimated = (one.reshape(len(sets), len(asked)) for one in (_with_room(sums, 1), *counts))
    return _upwards(form, sets, places, asked, total, given, estimated)


def of_forms(
    marts: Mapping[type[Form], pa.Table],
    places: Places,
    chapters: Sequence[Chapter],
    estimates: pa.Table | None = None,
) -> dict[type[Form], pa.Table]:
    """Return the sums of several forms, with the lines that the figures of some chapters ask for."""
    return {form: added_up(form, mart, places, lines_asked(form, chapters), estimates) for form, mart in marts.items()}


def merged(tables: Sequence[pa.Table]) -> pa.Table:
    """Return the sums of several batches, of which no two have a commune in common, as those of one."""
    whole = pa.concat_tables([SUMS.empty_table(), *tables])
    numbers = ["sum", "given", "estimated"]
    names = [name for name in SUMS.names if name not in numbers]
    added = whole.group_by(names, use_threads=False).aggregate([(name, "sum") for name in numbers])
    return added.rename_columns([*names, *numbers]).cast(SUMS)


def sums_over(sets: Iterable[ReturnSetKey], sums: pa.Table, places: Places) -> pa.Table:
    """Return the sums of some return sets' communes, and those of the places above that these alone make."""
    sets = list(sets)
    keys = pa.array(["\n".join(key) for key in sets], pa.string())
    at = pc.index_in(joined_text(sums, ("period", "place")), keys)
    own, number = sums.filter(at.is_valid()), at.drop_null()
    ways = [(code, *(place.code for place in places.above(code, Period.parse(period)))) for period, code in sets]
    tables = []
    for step in zip_longest(*ways):
        place = pa.array(step, pa.string()).take(number)
        at_step = own.set_column(own.column_names.index("place"), SUMS.field("place"), place)
        tables.append(at_step.filter(place.is_valid()))
    return merged(tables)


def _counts(form: type[Form], mart: pa.Table, places: Places) -> tuple[Array, Array]:
    """Return, per record, whether its commune sends the form, and whether its reporter is one who is to."""
    commune, of_commune = numbered(mart, REPORTER_KEYS[:2])
    sends, counting = [], []
    for code, name in _pairs(mart.take(of_commune)):
        period = Period.parse(code)
        sends.append(places.expects(name, form.code, period))
        if sends[-1]:
            counting += [
                f"{code}\n{name}\n{place.code}" for place in places.reporters(name, form.reporter_kind, period)
            ]
    counts = pc.is_in(joined_text(mart, REPORTER_KEYS), pa.array(counting, pa.string()))
    return np.array(sends, bool)[commune], counts.to_numpy(zero_copy_only=False)


def _counted(form: type[Form], mart: pa.Table, names: Iterable[str]) -> Array:
    """Return of each record whether each field of it is added up: of printed lines, the others may be in it."""
    if not form.fixed:
        return np.ones((len(mart), 1), bool)
    lines = [form.counted_lines(name) for name in names]
    among = {codes: pc.is_in(mart["line"], pa.array(codes, pa.string())).to_numpy() for codes in dict.fromkeys(lines)}
    return np.column_stack([among[codes] for codes in lines])


def _pairs(mart: pa.Table, place: str = "commune") -> Iterable[tuple[str, str]]:
    return zip(*(mart[name].to_pylist() for name in ("period", place)), strict=True)


def _with_room(values: Array, times: int = 10**SUM.scale) -> Array:
    """Return numbers so that all of them added up, and so many times as large, have room."""
    most = int(np.abs(values).max(initial=0)) * len(values) * times
    return values if most <= LARGEST else values.astype(np.object_)


def _added(values: Array, number: Array, count: int) -> Array:
    """Return the rows of a matrix added up by their numbers, from 0 to ``count``, each of which occurs."""
    order = np.argsort(number, kind="stable")
    starts = np.searchsorted(number[order], np.arange(count))
    kind = np.object_ if values.dtype == np.object_ else np.int64
    return np.add.reduceat(values[order], starts, axis=0, dtype=kind)


def _of_lines(
    mart: pa.Table, amounts: Amounts, counts: Array, commune: Array, count: int, lines: Lines
) -> Iterator[Pair]:
    """Yield sums and counts of communes by one field, for each field wanted of one line: of all who have it."""
    codes = mart["line"].to_numpy(zero_copy_only=False) if lines else None
    for name, line in lines:
        at = np.flatnonzero(codes == line)
        values, lacking = np.zeros((count, 1), amounts.values.dtype), np.ones((count, 1), np.int64)
        lacking[commune[at]] = 0
        np.add.at(values[:, 0], commune[at], amounts.values[at, amounts.at[name]])
        np.add.at(lacking[:, 0], commune[at], ~(amounts.known[at, amounts.at[name]] & counts[at]))
        yield values, lacking == 0


def _of_printed(
    mart: pa.Table, amounts: Amounts, counts: Array, commune: Array, count: int, lines: Lines
) -> Iterator[Pair]:
    """Yield the same for lines that a form prints: added up over the reporters, and how many have given it."""
    codes = mart["line"].to_numpy(zero_copy_only=False) if lines else None
    for name, line in lines:
        at = np.flatnonzero(codes == line)
        values, known = np.zeros((count, 1), amounts.values.dtype), np.zeros((count, 1), np.int64)
        np.add.at(values[:, 0], commune[at], amounts.values[at, amounts.at[name]])
        np.add.at(known[:, 0], commune[at], amounts.known[at, amounts.at[name]] & counts[at])
        yield values, known


def _upwards(
    form: type[Form],
    sets: Sequence[ReturnSetKey],
    places: Places,
    asked: Lines,
    sums: Array,
    given: Array,
    estimated: Array,
) -> pa.Table:
    """Return sums of communes, communes by cells, as a table that has those of the places above them too."""
    known: dict[tuple[str, str], int] = {}
    number, of = [], []
    for at, (period, commune) in enumerate(sets):
        for code in (commune, *(place.code for place in places.above(commune, Period.parse(period)))):
            number.append(known.setdefault((period, code), len(known)))
            of.append(at)
    sums, given, estimated = (_added(one[of], np.array(number), len(known)) for one in (sums, given, estimated))
    place, cell = np.repeat(np.arange(len(known)), len(asked)), np.tile(np.arange(len(asked)), len(known))
    columns = {
        "period": pa.array([period for period, _ in known]).take(pa.array(place)),
        "place": pa.array([code for _, code in known]).take(pa.array(place)),
        "form": pa.repeat(form.code, len(place)),
        "field": pa.array([name for name, _ in asked]).take(pa.array(cell)),
        "line": pa.array([line for _, line in asked]).take(pa.array(cell)),
        "sum": decimals_of(sums.ravel(), kind=SUM),
        "given": pa.array(given.ravel()),
        "estimated": pa.array(estimated.ravel()),
    }
    return pa.table(columns, schema=SUMS)
