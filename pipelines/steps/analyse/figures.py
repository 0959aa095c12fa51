"""Sums to figures: the catalogue evaluated for every place, and the edges from each figure to its cells.

Belongs here: formulas over columns of places and of records, rounding, what a missing reporter does to a figure,
lineage. Does not belong here: any particular figure (``schemas.figures``), sums (``pipelines.steps.analyse.sums``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from string import Formatter
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.amounts import Amounts, Array, as_int64, decimals_of, times
from pipelines.steps.analyse.estimates import beside
from pipelines.steps.analyse.rationals import Rationals, joined
from pipelines.steps.analyse.sums import sums_over
from pipelines.steps.frames import coded, joined_text, numbered, ordered, ranked
from pipelines.steps.sources import cells
from schemas.fields import KEYS, LINE_NAME, REPORTER_KEYS
from schemas.figure import Chapter, Figure
from schemas.form import Form
from schemas.formula import At, Leaf, Total
from schemas.outcomes import Status
from schemas.periods import Period
from schemas.places import Places
from schemas.places.place import Place
from schemas.return_sets import ReturnSetKey
from schemas.tables import FIGURES, LINEAGE, LINEAGE_KEY, SUM

Wanted = Sequence[tuple[str, Place]]
"""Periods and places."""


def evaluate(
    chapter: Chapter,
    sums: Mapping[type[Form], pa.Table],
    wanted: Iterable[tuple[str, Place]],
    places: Places,
    marts: Mapping[type[Form], pa.Table] | None = None,
    present: Sequence[ReturnSetKey] | None = None,
    estimates: pa.Table | None = None,
) -> pa.Table:
    """Evaluate a chapter: ``schemas.tables.FIGURES``.

    Where whole communes have sent nothing yet, the figures of what lies above them are those of the others, and say so:
    they are incomplete, with how many reporters stand behind them and how many are to. Of a commune that has sent
    something a figure is missing as long as anything that it needs is; also one that exists once per reporter, of a
    reporter who has sent nothing: only the lines that a form will have are not known before it comes.

    A figure of several forms is never made of parts of different communes: above communes it is that of those who send
    all of its forms, and incomplete where others send some of them; where no commune sends all, there is none.

    Args:
        chapter: The figures.
        sums: ``schemas.tables.SUMS`` of every form the chapter draws on, of all communes that the wanted places have.
        wanted: Periods and places whose figures are wanted.
        places: Which territory lies in which, and who is expected to report.
        marts: The published records of the forms, for the figures that exist once per reporter or line; without them
            there are none of these.
        present: The return sets of which something has come; those of all communes where it is not said.
        estimates: ``schemas.tables.ESTIMATES``, for the figures that exist once per reporter; sums have them already.

    Raises:
        ValueError: The places are wanted in several periods, of which a form has several versions.
    """
    wanted = list(wanted)
    chapter = _in_force(chapter, {period for period, _ in wanted})
    senders = _Senders(wanted, places)
    came = None if present is None else senders.among(present)
    totals = {form: _Totals(form, sums[form], senders, came) for form in chapter.forms}
    each = dict.fromkeys(figure.forms[0] for figure in chapter.figures if figure.per_record)
    records = {
        form: _Records(*beside(form, marts[form], estimates), form, wanted, totals[form], places)
        for form in each
        if marts and wanted
    }
    of_figures = dict.fromkeys((figure.forms for figure in chapter.figures), totals)
    for forms in of_figures:
        if (of_all := senders.of_all(forms)) is not None:
            of_figures[forms] = {form: _Totals(form, sums[form], senders, came, of_all) for form in forms}
    scopes = pa.array([_scope(place) for _, place in wanted], pa.string())
    rows: list[_Rows] = []
    for number, figure in enumerate(chapter.figures):
        if not figure.per_record:
            rows.append(_of_places(number, figure, wanted, of_figures[figure.forms], scopes))
        elif records:
            rows.append(_of_records(number, figure, chapter, records[figure.forms[0]]))
    return _table(chapter, wanted, rows)


def _in_force(chapter: Chapter, periods: Iterable[str]) -> Chapter:
    """Return a chapter as its forms are asked in some periods.

    Raises:
        ValueError: That is not the same in all of them.
    """
    found = [chapter.in_force(Period.parse(period)) for period in periods] or [chapter]
    if any(one.figures != found[0].figures for one in found):
        raise ValueError(f"Chapter {chapter.code} is of forms that have other versions in other periods.")
    return found[0]


def of_communes(return_sets: Iterable[ReturnSetKey], places: Places) -> list[tuple[str, Place]]:
    """Return periods and communes of return sets."""
    return [(key.period, commune) for key in return_sets if (commune := places.commune(key.commune)) is not None]


def above(return_sets: Iterable[ReturnSetKey], places: Places) -> list[tuple[str, Place]]:
    """Return periods and places of every level above the communes of return sets, each once."""
    found = {
        (key.period, place.code): (key.period, place)
        for key in return_sets
        if places.commune(key.commune)
        for place in places.above(key.commune, Period.parse(key.period))
    }
    return list(found.values())


class _Senders:
    """The communes of the wanted places, and who of them sends what.

    Args:
        wanted: The periods and places.
        places: Which commune lies in which place, and who is expected to report.
    """

    def __init__(self, wanted: Wanted, places: Places) -> None:
        self.wanted, self.places = wanted, places
        numbers: dict[tuple[Period, str], int] = {}
        lies = [
            (numbers.setdefault((when, commune.code), len(numbers)), number)
            for number, (when, place) in enumerate((Period.parse(period), place) for period, place in wanted)
            for commune in places.communes_of(place, when)
        ]
        self._communes = list(numbers)
        self._lies = np.array(lies, np.int64).reshape(-1, 2)
        self._reporters: dict[type[Form], Array] = {}

    def among(self, sets: Iterable[ReturnSetKey]) -> Array:
        """Return of each of the communes whether it is one of some return sets."""
        keys = set(sets)
        return np.array([ReturnSetKey(when.code, code) in keys for when, code in self._communes], bool)

    def sets(self, among: Array) -> list[ReturnSetKey]:
        """Return the return sets of some of the communes."""
        return [ReturnSetKey(when.code, code) for (when, code), own in zip(self._communes, among, strict=True) if own]

    def of_all(self, forms: Sequence[type[Form]]) -> Array | None:
        """Return which communes send all of some forms, for places above; nothing where none sends only some."""
        if len(forms) < 2 or all(place.level == "commune" for _, place in self.wanted):
            return None
        sending = [self._of(form)[:, 1] > 0 for form in forms]
        of_all: Array = np.logical_and.reduce(sending)
        return None if all((one == of_all).all() for one in sending) else of_all

    def counted(self, form: type[Form], among: Array | None = None) -> Array:
        """Return, by wanted place, how many communes send a form, and how many reporters in them; or of some alone."""
        each = self._of(form) if among is None else self._of(form) * among[:, np.newaxis]
        counts = np.zeros((len(self.wanted), 2), np.int64)
        np.add.at(counts, self._lies[:, 1], each[self._lies[:, 0]])
        return counts

    def _of(self, form: type[Form]) -> Array:
        """Return, by commune, whether it sends a form, and how many reporters are to."""
        if form not in self._reporters:
            each = [self.places.expected(code, form.code, form.reporter_kind, when) for when, code in self._communes]
            self._reporters[form] = np.array(each, np.int64).reshape(-1, 2)
        return self._reporters[form]


class _Totals:
    """The sums of one form at the wanted places, in columns.

    Args:
        form: The form.
        sums: Its sums.
        senders: The wanted places, and who sends what there.
        present: Of which communes something has come; of all where it is not said.
        among: The only communes that are added up, where not all are.
    """

    def __init__(
        self,
        form: type[Form],
        sums: pa.Table,
        senders: _Senders,
        present: Array | None = None,
        among: Array | None = None,
    ) -> None:
        wanted = senders.wanted
        if among is not None:
            sums = sums_over(senders.sets(among), sums, senders.places)
        keys = pa.array([f"{period}\n{place.code}" for period, place in wanted], pa.string())
        at = pc.index_in(joined_text(sums, ("period", "place")), keys)
        own, place = sums.filter(at.is_valid()), at.drop_null().to_numpy()
        cell = joined_text(own, ("field", "line")).dictionary_encode()
        self._cells = {name: number for number, name in enumerate(cell.dictionary.to_pylist())}
        number, sums_known = cell.indices.to_numpy(), as_int64(own["sum"].combine_chunks())
        # One more row, for a field of which there is no sum at all.
        self._sums = np.zeros((len(self._cells) + 1, len(wanted)), sums_known.dtype)
        self._given, self._estimated = np.zeros(self._sums.shape, np.int64), np.zeros(self._sums.shape, np.int64)
        self._sums[number, place], self._given[number, place] = sums_known, own["given"].to_numpy()
        self._estimated[number, place] = own["estimated"].to_numpy()
        self.expected = senders.counted(form)[:, 1]
        counts = senders.counted(form, among)
        self.told = counts[:, 1] > 0
        """Whether anybody is to give it there, of those who are added up."""
        if present is not None:
            counts = senders.counted(form, present if among is None else present & among)
        self._communes, self.due = counts[:, 0], counts[:, 1]

    def given(self, name: str, line: str = "") -> Array:
        """Return how many reporters of each place have given a field."""
        return self._given[self._cell(name, line)]

    def estimated(self, name: str) -> Array:
        """Return for how many others an estimate of a field stands in at each place."""
        return self._estimated[self._cell(name, "")]

    def _cell(self, name: str, line: str) -> int:
        return self._cells.get(f"{name}\n{line}", -1)

    def lookup(self, leaf: Leaf) -> Rationals:
        """Return a field's sum, missing at a place unless all who are to give it have, or are estimated."""
        line = leaf.line if isinstance(leaf, At) else ""
        due = self._communes if line and not leaf.field.form.fixed else self.due
        given = self.given(leaf.field.name, line) + self._estimated[self._cell(leaf.field.name, line)]
        known = (given == due) & (due > 0)
        sums = self._sums[self._cell(leaf.field.name, line)] // 10 ** (SUM.scale - leaf.field.unit.decimals)
        return Rationals.of(sums, 10**leaf.field.unit.decimals, known)


@dataclass(frozen=True)
class _Rows:
    """The rows of one figure: at some of the wanted places, or of some records there.

    Args:
        number: Its number in the chapter.
        figure: The figure.
        place: Per row, the number of the place among the wanted.
        value: Per row, in the unit of the figure.
        reported: Per row, how many reporters have given all that it needs.
        expected: Per row, how many are to.
        whole: Per row, whether something has come of every commune.
        estimated: Per row, whether estimates stand in for some.
        texts: Per row: reporter, line, id, label, scope.
    """

    number: int
    figure: Figure
    place: Array
    value: Rationals
    reported: Array
    expected: Array
    whole: Array
    estimated: Array
    texts: Mapping[str, pa.Array | pa.ChunkedArray]


def _of_places(
    number: int, figure: Figure, wanted: Wanted, totals: Mapping[type[Form], _Totals], scopes: pa.Array
) -> _Rows:
    """Return a figure once per place."""
    expected = np.array([totals[form].expected for form in figure.forms])
    told = np.logical_and.reduce([totals[form].told for form in figure.forms])
    if not figure.formula.adds_up:
        # Rates and products of several reporters or communes do not add up; there are only figures of those of one.
        told &= np.array([place.level == "commune" for _, place in wanted], bool) & (expected == 1).all(axis=0)
    at = np.flatnonzero(told)
    value = figure.formula.compute(lambda leaf: totals[leaf.field.form].lookup(leaf)) * (1 / figure.unit.factor)
    fields = figure.formula.fields()
    reported = sum(
        np.minimum.reduce([totals[form].given(field.name) for field in fields if field.form is form])
        for form in figure.forms
    )
    texts = {name: pa.repeat(text, len(at)) for name, text in _texts_of(figure).items()}
    texts["scope"] = scopes.take(pa.array(at))
    whole = np.logical_and.reduce([totals[form].due == totals[form].expected for form in figure.forms])
    estimated = np.logical_or.reduce([totals[field.form].estimated(field.name) > 0 for field in fields])
    return _Rows(
        number, figure, at, value.take(at), reported[at], expected.sum(axis=0)[at], whole[at], estimated[at], texts
    )


def _texts_of(figure: Figure) -> dict[str, str]:
    return {"reporter": "", "line": "", "id": figure.id, "label": figure.label}


def _scope(place: Place) -> str:
    return "commune" if place.level == "commune" else f"{place.level}:{place.name}"


class _Records:
    """The records of one form at the wanted communes, in columns; a blank one for each reporter who has sent none."""

    def __init__(
        self, mart: pa.Table, guessed: Array, form: type[Form], wanted: Wanted, totals: _Totals, places: Places
    ) -> None:
        # A code that no commune has stands for places that have no such figures.
        codes = [
            f"{period}\n{place.code if place.level == 'commune' and expected else ''}"
            for (period, place), expected in zip(wanted, totals.expected.tolist(), strict=True)
        ]
        at = pc.index_in(joined_text(mart, ("period", "commune")), pa.array(codes, pa.string()))
        sent = mart.filter(at.is_valid())
        place = at.drop_null().to_numpy()
        number, silent = _silent(sent, form, wanted, np.bincount(place, minlength=len(wanted)), totals, places)
        own = pa.concat_tables([sent, silent], promote_options="default")
        self.place, self.amounts = np.concatenate([place, number]), Amounts.of(own, form)
        self.silent = np.arange(len(own)) >= len(sent)
        self.estimated = np.append(guessed[at.is_valid().to_numpy(zero_copy_only=False)], np.zeros(len(silent), bool))
        self.reporter, self.line = own["reporter"], own["line"]
        number, first = numbered(own, ("commune", "reporter"))
        who = [
            (places.title(*one), places.kind(*one))
            for one in zip(*(own[name].take(first).to_pylist() for name in ("commune", "reporter")), strict=True)
        ]
        titles, kinds = (pa.array([one[at] for one in who], pa.string()).take(pa.array(number)) for at in (0, 1))
        is_line = pc.not_equal(self.line, "")
        self.name = pc.if_else(is_line, own[LINE_NAME], titles) if form.line_title else titles
        self.scope = pc.binary_join_element_wise(pc.if_else(is_line, "line", kinds), self.name, ":")

    def lookup(self, leaf: Leaf) -> Rationals:
        """Return a field of each record."""
        at = self.amounts.at[leaf.field.name]
        return Rationals.of(self.amounts.values[:, at], 10**leaf.field.unit.decimals, self.amounts.known[:, at])


def _silent(
    sent: pa.Table, form: type[Form], wanted: Wanted, counts: Array, totals: _Totals, places: Places
) -> tuple[Array, pa.Table]:
    """Return the reporters of whom there is no record: the numbers of their places, and their keys as records.

    Of lines nobody knows which there will be.
    """
    short = [] if form.line_title else np.flatnonzero(counts < totals.expected).tolist()
    known = set(zip(*(sent[name].to_pylist() for name in REPORTER_KEYS), strict=True)) if short else set()
    keys = [
        (at, (period, place.code, one.code, ""))
        for at, (period, place) in ((at, wanted[at]) for at in short)
        if place.level == "commune"
        for one in places.reporters(place.code, form.reporter_kind, Period.parse(period))
        if (period, place.code, one.code) not in known
    ]
    columns = zip(*(key for _, key in keys), strict=True) if keys else [()] * len(KEYS)
    rows = {name: pa.array(column, pa.string()) for name, column in zip(KEYS, columns, strict=True)}
    return np.array([at for at, _ in keys], np.int64), pa.table(rows)


def _of_records(number: int, figure: Figure, chapter: Chapter, records: _Records) -> _Rows:
    """Return a figure once per record of its form."""
    fields = figure.formula.fields()
    blank = ~records.amounts.known[:, records.amounts.columns([field.name for field in fields])]
    needed = np.array([not field.optional for field in fields])
    # What may be blank, and is, does not concern this reporter: then there is no such figure.
    told = ~blank.any(axis=1) | (blank & needed).any(axis=1) | records.silent
    ids = ids_of(figure.id, records.reporter, records.line)
    told &= ~pc.is_in(ids, pa.array(chapter.explicit, pa.string())).to_numpy(zero_copy_only=False)
    at = np.flatnonzero(told)
    value = (figure.formula.compute(records.lookup) * (1 / figure.unit.factor)).take(at)
    texts = {
        "reporter": records.reporter.take(at),
        "line": records.line.take(at),
        "id": ids.take(at),
        "label": pc.binary_join_element_wise(figure.label, records.name.take(at), " – "),
        "scope": records.scope.take(at),
    }
    known, estimated = ~blank.any(axis=1)[at], records.estimated[at]
    one = np.ones(len(at), np.int64)
    given = (known & ~estimated).astype(np.int64)
    return _Rows(number, figure, records.place[at], value, given, one, one.astype(bool), known & estimated, texts)


def ids_of(pattern: str, reporter: pa.ChunkedArray, line: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the ids that a figure's id with ``{reporter}`` or ``{line}`` in it has for records."""
    record = {"reporter": reporter, "line": line}
    pieces = [
        piece for before, name, *_ in Formatter().parse(pattern) for piece in (before, record.get(name or "", ""))
    ]
    return pc.binary_join_element_wise(*pieces, "")


_STATUSES = tuple(Status)


def _table(chapter: Chapter, wanted: Wanted, rows: Sequence[_Rows]) -> pa.Table:
    """Return rows as ``schemas.tables.FIGURES``: place by place, in the order in which the chapter declares them."""
    if not rows:
        return FIGURES.empty_table()
    place = np.concatenate([one.place for one in rows])
    number = np.repeat([one.number for one in rows], [len(one.place) for one in rows])
    order = np.lexsort((number, place))
    place, number = place[order], number[order]
    known, reported, expected, whole, estimated = (
        np.concatenate(columns)[order]
        for columns in zip(
            *((one.value.known, one.reported, one.expected, one.whole, one.estimated) for one in rows), strict=True
        )
    )
    value = [times(one.value.rounded(one.figure.decimals), 10 ** (SUM.scale - one.figure.decimals)) for one in rows]
    missing = np.where(reported == expected, _STATUSES.index(Status.UNDEFINED), _STATUSES.index(Status.INCOMPLETE))
    there = np.where(estimated, _STATUSES.index(Status.ESTIMATED), _STATUSES.index(Status.COMPLETE))
    status = np.where(known & whole, there, missing)

    def of_place(texts: Iterable[str]) -> pa.Array:
        return pa.array(list(texts), pa.string()).take(pa.array(place))

    def of_figure(texts: Iterable[str]) -> pa.Array:
        return pa.array(list(texts), pa.string()).take(pa.array(number))

    def of_row(texts: Iterable[pa.Array | pa.ChunkedArray]) -> pa.Array:
        pieces = [piece for one in texts for piece in pa.chunked_array(one).chunks]
        return pa.concat_arrays(pieces).take(pa.array(order))

    columns = {
        "period": of_place(period for period, _ in wanted),
        "level": of_place(one.level for _, one in wanted),
        "place": of_place(one.code for _, one in wanted),
        **{name: of_row(one.texts[name] for one in rows) for name in ("reporter", "line", "id", "label", "scope")},
        "value": decimals_of(np.concatenate(value)[order], known, SUM),
        "unit": of_figure(figure.unit.label for figure in chapter.figures),
        "status": pa.array([str(one) for one in _STATUSES]).take(pa.array(status)),
        "reported": pa.array(reported),
        "expected": pa.array(expected),
        "exact": of_row(joined(run).texts() for _, run in groupby((one.value for one in rows), attrgetter("is_wide"))),
        "formula": of_figure(figure.formula.words() for figure in chapter.figures),
        "forms": of_figure(" ".join(form.code for form in figure.forms) for figure in chapter.figures),
        "plan": of_figure(figure.plan for figure in chapter.figures),
        "chapter": pa.repeat(chapter.code, len(place)),
    }
    return pa.table({name: columns[name] for name in FIGURES.names}, schema=FIGURES)


def lineage(
    chapter: Chapter,
    marts: Mapping[type[Form], pa.Table],
    return_sets: Sequence[ReturnSetKey],
    figures: pa.Table,
    estimates: pa.Table | None = None,
) -> pa.Table:
    """Return ``schemas.tables.LINEAGE``: a row per figure of a commune or one of its reporters, and cell behind it.

    Args:
        chapter: The figures.
        marts: The published records of its forms.
        return_sets: Whose edges are wanted.
        figures: What ``evaluate`` made of the same: a cell leads to no figure that there is not.
        estimates: As in ``evaluate``.
    """
    chapter = _in_force(chapter, {key.period for key in return_sets})
    whole = {form: beside(form, mart, estimates)[0] for form, mart in marts.items()}
    long = pa.concat_tables([cells(form, mart, return_sets) for form, mart in whole.items()])
    uses = _uses(chapter)
    cell, use = _edges(long, uses)
    figure, names = _named(chapter, uses, long, cell, use)
    set_of, firsts = numbered(long, _SET)
    sets = joined_text(long.select(_SET).take(pa.array(firsts)), _SET)
    there = _are_there(figures, (set_of[cell], sets), (figure, names))
    cell, figure = cell[there], figure[there]

    def of_edges(name: str) -> tuple[Array, pa.Array]:
        numbers, texts = ranked(long[name])
        return numbers[cell], texts

    of_figure = ranked(pa.DictionaryArray.from_arrays(figure, names))
    columns = [of_figure if name == "figure" else of_edges(name) for name in _EDGE_ORDER]
    order = pa.array(ordered(columns, len(cell)))
    edges = long.take(pa.array(cell).take(order)).append_column("figure", names.take(pa.array(figure).take(order)))
    return edges.select(LINEAGE.names).cast(LINEAGE)


_SET = ("period", "commune")


def of_figures(edges: pa.Table, figures: pa.Table) -> pa.Table:
    """Return the edges of ``schemas.tables.LINEAGE`` that lead to one of some figures.

    Releases of former software hold others too.
    """
    set_of, firsts = numbered(edges, _SET)
    sets = joined_text(edges.select(_SET).take(pa.array(firsts)), _SET)
    return edges.filter(pa.array(_are_there(figures, (set_of, sets), coded(edges["figure"]))))


def _are_there(figures: pa.Table, sets: tuple[Array, pa.Array], names: tuple[Array, pa.Array]) -> Array:
    """Return, per edge, whether the figure that it leads to is one of some.

    Args:
        figures: ``schemas.tables.FIGURES``.
        sets: Per edge the number of its return set; and these, as ``joined_text`` gives them.
        names: Per edge the number of the id of its figure, -1 where that has none; and the ids.
    """
    place_of, firsts = numbered(figures, ("period", "place"))
    places = joined_text(figures.select(("period", "place")).take(pa.array(firsts)), ("period", "place"))
    own, ids = coded(figures["id"])
    # One more set and one more id, for all that no edge is of.
    there = np.zeros((len(sets[1]) + 1, len(names[1]) + 1), bool)
    there[_at(places, sets[1])[place_of], _at(ids, names[1])[own]] = True
    there[-1], there[:, -1] = False, False
    return there[sets[0], names[0]]


def _at(texts: pa.Array, among: pa.Array) -> Array:
    """Return where texts stand among others, -1 for what does not."""
    return pc.index_in(texts, among).fill_null(-1).to_numpy(zero_copy_only=False)


_EDGE_ORDER = sorted(LINEAGE_KEY, key=lambda name: name in ("reporter", "line"))
"""Edges of one field follow one another, whoever reported it."""


def _named(chapter: Chapter, uses: Sequence["_Use"], long: pa.Table, cell: Array, use: Array) -> tuple[Array, pa.Array]:
    """Return, per edge, the number of the id of its figure, -1 where another figure has that very id; and the ids."""
    number, names = use.copy(), [pa.array([one.figure for one in uses], pa.string())]
    for at, one in enumerate(uses):
        if one.per_record:
            edges = np.flatnonzero(use == at)
            ids = ids_of(one.figure, *(long[name].take(pa.array(cell[edges])) for name in ("reporter", "line")))
            of, own = coded(ids)
            taken = pc.is_in(own, pa.array(chapter.explicit, pa.string())).to_numpy(zero_copy_only=False)
            number[edges] = np.where(taken[of], -1, of + sum(map(len, names)))
            names.append(own)
    every = pa.concat_arrays(names).dictionary_encode()
    return np.append(every.indices.to_numpy(), -1)[number], every.dictionary


def _edges(long: pa.Table, uses: Sequence["_Use"]) -> tuple[Array, Array]:
    """Return the number of a cell and that of a use of its field, for each edge."""
    fields = list(dict.fromkeys((use.form, use.field) for use in uses))
    firsts = np.searchsorted([fields.index((use.form, use.field)) for use in uses], np.arange(len(fields) + 1))
    of = pc.index_in(joined_text(long, ("form", "field")), pa.array(["\n".join(one) for one in fields], pa.string()))
    used, of = np.flatnonzero(of.is_valid().to_numpy(zero_copy_only=False)), of.drop_null().to_numpy()
    count = np.diff(firsts)[of]
    cell, use = np.repeat(used, count), np.arange(count.sum()) + np.repeat(firsts[of] + count - np.cumsum(count), count)
    asked = pa.array([one.line for one in uses], pa.string()).take(pa.array(use))
    fitting = pc.or_(pc.equal(asked, ""), pc.equal(asked, long["line"].take(pa.array(cell)))).to_numpy()
    return cell[fitting], use[fitting]


class _Use(NamedTuple):
    """That a figure uses a field, of one line only where its formula names one."""

    form: str
    field: str
    figure: str
    line: str
    per_record: bool


def _lines_of(leaf: Leaf) -> Sequence[str]:
    """Return the lines a leaf reads: '' for all; a total over printed lines names them."""
    if isinstance(leaf, At):
        return [leaf.line]
    counted = leaf.field.form.counted_lines(leaf.field.name) if isinstance(leaf, Total) else ()
    return counted or [""]


def _uses(chapter: Chapter) -> list[_Use]:
    """Return which figure uses which field, those of a field one after the other."""
    found = {
        _Use(leaf.field.form.code, leaf.field.name, one.id, line, one.per_record)
        for one in chapter.figures
        for leaf in one.formula.leaves()
        for line in _lines_of(leaf)
    }
    return sorted(found)
