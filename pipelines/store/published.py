"""Reading what has been published: for the verbs that answer quickly.

Belongs here: questions put to the Parquet tables with Arrow alone. Does not belong here: importing forms, pandas or
Dagster, which would take longer than the answer.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import chain
from typing import Any

import pyarrow as pa

from pipelines.store.parquet import with_texts
from pipelines.store.state import Writer
from pipelines.store.tables import Store, Tables
from schemas.findings import forms_held
from schemas.kept import LEDGER_FILE
from schemas.outcomes import Severity, Status
from schemas.problems import NOT_THERE
from schemas.return_sets import COMMUNE, BatchKey, ReturnSetKey, commune_column, oldest_first
from schemas.sentences import SentenceError


class OldTableError(SentenceError):
    """A table that another version of this software wrote, without a column that is asked for."""


_OLD = "Kết quả trong thư mục này do phiên bản trước của phần mềm ghi (thiếu cột «{}»). Chạy lại: returns refresh --all"


class PublishedRow(dict[str, Any]):
    """One row of a table, by column name."""

    def __missing__(self, column: str) -> Any:
        """Tell what to do about a column that the writer of the table did not know."""
        raise OldTableError(_OLD.format(column))


def _rows(table: pa.Table) -> list[PublishedRow]:
    return [PublishedRow(row) for row in table.to_pylist()]


FORMLESS = "workbooks"
"""What stands for a mart where findings are on no form: what is wrong with a whole workbook, ledger or release."""


def findings(tables: Tables, key: ReturnSetKey, marts: Iterable[str] = ()) -> list[PublishedRow]:
    """Return the findings of one return set, errors first, then by form and code.

    Args:
        tables: The output folder, or a release's tables.
        key: The return set.
        marts: Only the findings on the forms of these marts; of all where none is named.

    Returns:
        Findings, each once: what is wrong with a workbook is every form's that came in it, and then ``form`` has the
        codes of all of them, with spaces between.
    """
    named = [_listed(tables, key, f"findings/{mart}") for mart in marts]
    own = [one for one in named if one is not None]
    found = own if own else map(_rows, _family(tables, key, "findings"))
    return _in_order(chain.from_iterable(found))


def findings_of(store: Store, batch: BatchKey) -> Iterator[tuple[ReturnSetKey, list[PublishedRow]]]:
    """Yield the return sets of a batch, in order, each with its findings as ``findings`` has them."""
    found: dict[str, list[PublishedRow]] = {}
    for table in store.family("findings", str(batch)):
        for row in _rows(table):
            found.setdefault(row["commune"], []).append(row)
    for key in store.sets_in(str(batch)):
        yield key, _in_order(found.get(key.commune, ()))


def _in_order(rows: Iterable[PublishedRow]) -> list[PublishedRow]:
    return sorted(
        _each_once(rows),
        key=lambda row: (row["severity"] != Severity.ERROR, row["form"], row["code"], row["reporter"], row["cells"]),
    )


def _each_once(rows: Iterable[PublishedRow]) -> list[PublishedRow]:
    found: dict[tuple[str, ...], PublishedRow] = {}
    for row in rows:
        first = found.setdefault((row["code"], row["file"], row["sheet"], row["cells"], row["message"]), row)
        if row["form"] not in first["form"].split():
            first["form"] = " ".join(sorted({*first["form"].split(), *row["form"].split()}))
            first["reporter"] = first["reporter"] or row["reporter"]
    return list(found.values())


def checked_sets(store: Store) -> list[ReturnSetKey]:
    """Return every return set that has been read, oldest first."""
    return oldest_first(key for batch in store.batches() for key in store.sets_in(str(batch)))


def checked_of(store: Store, commune: str) -> list[ReturnSetKey]:
    """Return those of one commune, oldest first, asking of each period no more than ``is_checked`` does."""
    periods = {batch.period for batch in store.batches()}
    return oldest_first(key for key in (ReturnSetKey(one, commune) for one in periods) if is_checked(store, key))


def is_checked(store: Store, key: ReturnSetKey) -> bool:
    """Return whether a return set has been read; no batch is asked but those of its period, until it is found."""
    return key in store.sets_in(store.part_of(key))


def files(tables: Tables, key: ReturnSetKey) -> list[PublishedRow]:
    """Return the files of one return set as they were when it was last read."""
    return _listed(tables, key, "files") or []


def approved(tables: Tables, key: ReturnSetKey) -> list[PublishedRow]:
    """Return the release that a commune sent in the place of workbooks; none where none lies in its folder."""
    return _listed(tables, key, "approved") or []


def sheets(tables: Tables, key: ReturnSetKey) -> list[PublishedRow]:
    """Return the sheets of one return set in which a form was recognised, with whose it is."""
    return _listed(tables, key, "sheets") or []


def figures(tables: Tables, key: ReturnSetKey) -> list[PublishedRow]:
    """Return the published figures of one commune, chapter by chapter."""
    return [row for table in _family(tables, key, "figures") for row in _rows(table)]


def counted_figures(store: Store, batch: BatchKey) -> dict[str, tuple[int, int]]:
    """Return, by commune of a batch, how many figures are published, and how many of these lack a return."""
    counts: dict[str, tuple[int, int]] = {}
    import pyarrow.compute as pc  # as in ``pipelines.store.tables``

    for table in store.family("figures", str(batch)):
        lacking = pc.and_(pc.is_null(table["value"]), pc.less(table["reported"], table["expected"]))
        for places, add in ((table["place"], (1, 0)), (table["place"].filter(lacking), (0, 1))):
            for one in places.value_counts().to_pylist():
                known = counts.get(one["values"], (0, 0))
                counts[one["values"]] = known[0] + add[0] * one["counts"], known[1] + add[1] * one["counts"]
    return counts


def counted_returns(store: Store, batch: BatchKey) -> dict[str, tuple[int, bool]]:
    """Return, by commune of a batch, how many returns of a form have come, and whether anything is held back or wrong.

    Raises:
        OldTableError: As ``by_form`` says.
    """
    import numpy as np  # as in ``pipelines.store.tables``
    import pyarrow.compute as pc

    def counted(table: str, column: str, wanted: str, count: str) -> dict[str, tuple[int, int]]:
        found = store.rows(table, str(batch))
        if found is None:
            raise OldTableError(_OLD.format(table))
        codes, at = np.unique(np.array(found[COMMUNE].to_pylist(), str), return_inverse=True)
        counts = np.bincount(at, found[count].to_numpy(), len(codes)).astype(int)
        wrong = np.bincount(at, pc.equal(found[column], wanted).to_numpy(), len(codes)).astype(int)
        return dict(zip(codes.tolist(), zip(counts.tolist(), wrong.tolist(), strict=True), strict=True))

    sent = counted("sent_by_form", "status", Status.HELD, "sent")
    errors = counted("findings_by_form", "severity", Severity.ERROR, "findings")
    none = (0, 0)
    return {
        code: (sent.get(code, none)[0], bool(sent.get(code, none)[1] or errors.get(code, none)[1]))
        for code in dict.fromkeys((*sent, *errors))
    }


def figures_above(tables: Tables, period: str, place: str) -> list[PublishedRow]:
    """Return the published figures of one place above the communes, chapter by chapter."""
    return [row for table in tables.family("levels", period, place=place) for row in _rows(table)]


def figure_above(store: Store, period: str, place: str, identifier: str) -> PublishedRow | None:
    """Return one published figure of a place above the communes, or nothing where there is none of this id."""
    for table in store.family("levels", period, place=place, id=identifier):
        for row in _rows(table):
            return row
    return None


def writer_above(store: Store, period: str, chapter: str) -> Writer:
    """Return who wrote the figures of a chapter of the places above the communes."""
    return store.writer_of(f"levels/{chapter}", period)


def figure_of_each(
    store: Store, period: str, identifier: str, chapter: str, communes: Collection[str]
) -> dict[str, PublishedRow]:
    """Return one published figure of every place of a period above communes, and of some communes, by place."""
    holding = (str(batch) for batch in store.batches(period))
    batches = [part for part in holding if any(key.commune in communes for key in store.sets_in(part))]
    parts = [("levels", period), *(("figures", part) for part in batches)]
    found = (store.rows(f"{family}/{chapter}", part, id=identifier) for family, part in parts)
    return {row["place"]: row for table in found for row in _of(table)}


def each_figure(store: Store, period: str, chapter: str) -> pa.Table:
    """Return the figures of a chapter of every place of a period, of communes too, but for those of single records."""
    # Only here, for a quick verb asks for one figure.
    from schemas.tables import FIGURES

    parts = [("levels", period), *(("figures", str(batch)) for batch in store.batches(period))]
    found = [store.rows(f"{family}/{chapter}", part, reporter="", line="") for family, part in parts]
    return pa.concat_tables([FIGURES.empty_table(), *(one for one in found if one is not None)])


def communes_with(store: Store, period: str, identifier: str) -> set[str]:
    """Return the communes that have a published figure of an id in a period."""
    batches = (str(batch) for batch in store.batches(period))
    found = (table for part in batches for table in store.family("figures", part, id=identifier))
    return {place for table in found for place in table["place"].to_pylist()}


def by_form(
    store: Store, table: str, batch: BatchKey, forms: Collection[str] = (), **wanted: str
) -> Iterator[PublishedRow]:
    """Yield what is counted of a batch by commune and form: ``findings_by_form`` or ``sent_by_form``.

    Args:
        store: The output folder.
        table: Which of the two.
        batch: The batch.
        forms: Only these, by code; all where none are named.
        wanted: Only rows in which columns have these texts.

    Raises:
        OldTableError: The batch was last refreshed by software that did not count.
    """
    for of_form in [{"form": form} for form in forms] or [{}]:
        found = store.rows(table, str(batch), **of_form, **wanted)
        if found is None:
            raise OldTableError(_OLD.format(table))
        yield from _rows(found)


def held_in(store: Store, batch: BatchKey) -> dict[str, set[str]]:
    """Return, by commune of a batch, the forms that are held back.

    Raises:
        OldTableError: The batch was last refreshed by software that did not count.
    """
    found: dict[str, set[str]] = {}
    for row in by_form(store, "sent_by_form", batch, status=str(Status.HELD)):
        found.setdefault(row["commune"], set()).add(row["form"])
    return found


def figure(tables: Tables, key: ReturnSetKey, identifier: str) -> PublishedRow | None:
    """Return one published figure of a commune, or nothing where there is none of this id."""
    # Most ids begin with the name of their chapter: asked first, it spares a look into every other.
    likely = _listed(tables, key, f"figures/{identifier.partition('.')[0]}", id=identifier) or ()
    others = (row for table in _family(tables, key, "figures", id=identifier) for row in _rows(table))
    return next(chain(likely, others), None)


def statements(tables: Tables, key: ReturnSetKey) -> list[PublishedRow]:
    """Return what the plan of a commune prints against what was computed, in the order of the plan."""
    return _listed(tables, key, "statements") or []


def lineage(tables: Tables, key: ReturnSetKey, figure: str, chapter: str = "") -> list[PublishedRow]:
    """Return the cells a figure is made from, by form, field and reporter; knowing its chapter makes it quick."""
    own = _listed(tables, key, f"lineage/{chapter}", figure=figure) if chapter else None
    found = map(_rows, _family(tables, key, "lineage", figure=figure)) if own is None else [own]
    return list(chain.from_iterable(found))


def every_edge(tables: Tables, key: ReturnSetKey) -> list[PublishedRow]:
    """Return the cells behind every figure of a return set."""
    return [row for table in _family(tables, key, "lineage") for row in _rows(table)]


def estimates_in_use(tables: Tables, key: ReturnSetKey) -> list[PublishedRow]:
    """Return the estimates that are recorded and not taken back, also of what has been accepted meanwhile."""
    return _listed(tables, key, "estimates") or []


def estimates(tables: Tables, key: ReturnSetKey) -> list[PublishedRow]:
    """Return the estimates that stand in for what has not come, or is not accepted yet."""
    # As ``_every_form`` says.
    from schemas.catalogue import CATALOGUE

    recorded = estimates_in_use(tables, key)
    accepted = set()
    for code in {row["form"] for row in recorded}:
        mart = _table(tables, key, f"marts/{CATALOGUE.by_code[code].domain}")
        accepted |= {(code, reporter) for reporter in mart["reporter"].to_pylist()} if mart is not None else set()
    return [row for row in recorded if (row["form"], row["reporter"]) not in accepted]


def blanks(tables: Tables, key: ReturnSetKey) -> dict[str, list[PublishedRow]]:
    """Return, by figure, the cells behind it that are blank."""
    found: dict[str, list[PublishedRow]] = {}
    for table in _family(tables, key, "lineage"):
        for row in _rows(table.filter(table["value"].is_null())):
            found.setdefault(row["figure"], []).append(row)
    return found


def uses(tables: Tables, key: ReturnSetKey, file: str, cell: str) -> list[PublishedRow]:
    """Return the edges from every figure to one cell of any sheet of a workbook: the lineage read backwards."""
    found = _family(tables, key, "lineage", file=file, cell=cell)
    return [row for table in found for row in _rows(table)]


def used(tables: Tables, key: ReturnSetKey, cells: Collection[str]) -> list[PublishedRow]:
    """Return the edges from every figure to cells of some addresses, of any sheet of any workbook."""
    import pyarrow.compute as pc  # as in ``pipelines.store.tables``

    wanted = pa.array(sorted(cells), pa.string())
    return [
        row for table in _family(tables, key, "lineage") for row in _rows(table.filter(pc.is_in(table["cell"], wanted)))
    ]


def sentences(tables: Tables, key: ReturnSetKey, marts: Iterable[str]) -> dict[str, str]:
    """Return the edits of the forms behind some marts, by code, each in its sentence."""
    named = [_listed(tables, key, f"outcomes/{mart}") for mart in marts]
    own = [one for one in named if one is not None]
    # Not grouped in Arrow: that imports pandas.
    found = own if own else map(_rows, _family(tables, key, "outcomes"))
    return {row["edit"]: row["sentence"] for row in chain.from_iterable(found)}


def writer(tables: Tables, key: ReturnSetKey, table: str) -> Writer:
    """Return who wrote a return set's rows of a published table."""
    return tables.writer_of(table, tables.part_of(key))


def filled(tables: Tables, key: ReturnSetKey, file: str) -> list[PublishedRow]:
    """Return the filled cells of one workbook as they were when it was last read."""
    return _listed(tables, key, "cells", file=file) or []


def kinds(tables: Tables, key: ReturnSetKey) -> dict[tuple[str, str, str, str], str]:
    """Return the kinds of all filled cells, by file, its hash, sheet and address, as they were when last read."""
    rows = _listed(tables, key, "cells") or ()
    return {(row["file"], row["sha256"], row["sheet"], row["cell"]): row["kind"] for row in rows}


def filled_in(tables: Tables, key: ReturnSetKey, file: str, sheet: str, rows: Collection[int]) -> list[PublishedRow]:
    """Return those of some rows of one of its sheets."""
    return [row for row in _listed(tables, key, "cells", file=file, sheet=sheet) or () if row["row"] in rows]


def filled_at(tables: Tables, key: ReturnSetKey, cell: str) -> list[PublishedRow]:
    """Return the filled cells of an address, of every sheet of every workbook."""
    return _listed(tables, key, "cells", cell=cell) or []


def drawn_sheets(tables: Tables, key: ReturnSetKey) -> list[tuple[str, str]]:
    """Return every sheet in which anything is filled, by the name of its workbook and its own."""
    found = _table(tables, key, "cells")
    names = () if found is None else zip(*(found[name].to_pylist() for name in ("file", "sheet")), strict=True)
    return list(dict.fromkeys(names))


def accepted_as(tables: Tables, key: ReturnSetKey, numbers: Collection[Decimal]) -> list[PublishedRow]:
    """Return the accepted values of every form that are one of some numbers (``schemas.tables.OBSERVATIONS``)."""
    return [row for row in _listed(tables, key, "marts/observations") or () if row["value"] in numbers]


def accepted(store: Store, mart: str, commune: str, reporter: str) -> list[PublishedRow]:
    """Return the published records of one reporter in one mart, of all periods."""
    sets = checked_of(store, commune)
    return [row for key in sets for row in _listed(store, key, f"marts/{mart}", reporter=reporter) or ()]


def each_accepted(store: Store, mart: str, commune: str) -> list[pa.Table]:
    """Return the published records of a commune in one mart, period by period."""
    found = (_table(store, key, f"marts/{mart}") for key in checked_of(store, commune))
    return [one for one in found if one is not None]


def asked(tables: Tables, key: ReturnSetKey, file: str, cell: str, marts: Iterable[str] = ()) -> list[PublishedRow]:
    """Return the entries that forms read from one cell of any sheet of a workbook, accepted or not.

    Args:
        tables: The output folder, or a release's tables.
        key: The return set.
        file: The workbook.
        cell: The cell.
        marts: Only the forms of these marts; all where none is named.
    """
    wanted = {"file": file, "cell": cell}
    named = [_table(tables, key, f"returns/{mart}") for mart in marts]
    found = [one for one in named if one is not None] or _family(tables, key, "returns")
    return [
        row for table in found if wanted.keys() <= set(table.column_names) for row in _rows(with_texts(table, **wanted))
    ]


def entries(tables: Tables, key: ReturnSetKey, **wanted: str) -> Iterator[pa.Table]:
    """Yield the entries that forms read from workbooks, accepted or not, form by form; where wanted, some of them."""
    yield from _family(tables, key, "returns", **wanted)


def corrected(tables: Tables, key: ReturnSetKey, **wanted: str) -> list[PublishedRow]:
    """Return the entries of a reporter, or of a file, whose text is that of a correction, accepted or not."""
    return [row for table in entries(tables, key, **wanted) for row in _rows(table) if row["correction"]]


def _table(tables: Tables, key: ReturnSetKey, table: str, **wanted: str) -> pa.Table | None:
    """Return the rows of a return set in a table that may be of a whole batch."""
    return tables.rows(table, tables.part_of(key), **_own(key, table), **wanted)


def _listed(tables: Tables, key: ReturnSetKey, table: str, **wanted: str) -> list[PublishedRow] | None:
    """Return the same rows one by one, as quick verbs take them."""
    found = tables.listed(table, tables.part_of(key), **_own(key, table), **wanted)
    return None if found is None else [PublishedRow(row) for row in found]


def _family(tables: Tables, key: ReturnSetKey, family: str, **wanted: str) -> Iterator[pa.Table]:
    """Yield the same of all tables of a family."""
    return tables.family(family, tables.part_of(key), **_own(key, family), **wanted)


def _own(key: ReturnSetKey, table: str) -> dict[str, str]:
    """Return what the rows of a return set have in common in a table, or in all of a family."""
    return {commune_column(table.partition("/")[0]): key.commune}


def _of(table: pa.Table | None) -> list[PublishedRow]:
    return [] if table is None else _rows(table)


def sentences_of(row: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines in which a finding is told: its code and sentence, then what is suggested, if anything."""
    yield f"[{row['code']}] {row['message']}"
    if row["suggestion"]:
        yield f"Gợi ý: {row['suggestion']}"


def held_forms(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return, per form that findings hold back, the first sentence why."""
    return forms_held(rows, _every_form)


def held_files(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return, per file that is in error and that no form can answer for, the first sentence why."""
    held: dict[str, str] = {}
    for row in rows:
        if row["severity"] == Severity.ERROR and not row["form"]:
            # Only a row of the ledger can lack the file that it is about; the trouble is then the ledger's own.
            held.setdefault(row["file"] or LEDGER_FILE, row["message"])
    return held


def unsent(findings: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return, by form, the codes of the reporters whose form is not there."""
    found: dict[str, dict[str, None]] = {}
    for row in findings:
        if row["code"] in NOT_THERE and row["reporter"]:
            for form in row["form"].split():
                found.setdefault(form, {})[row["reporter"]] = None
    return {form: list(codes) for form, codes in found.items()}


def lacking(
    figure: Mapping[str, Any], unsent: Mapping[str, Iterable[str]], edges: Iterable[Mapping[str, Any]]
) -> tuple[list[str], list[str]]:
    """Return the codes of the reporters whom an incomplete figure lacks: those without a form, and those with a blank.

    Args:
        figure: As published (``schemas.tables.FIGURES``).
        unsent: By form, whose is not there.
        edges: The cells behind the figure (``schemas.tables.LINEAGE``).
    """
    if figure["status"] != Status.INCOMPLETE:
        return [], []
    waited_for = (one for form in figure["forms"].split() for one in unsent.get(form, ()))
    sent_none = [one for one in dict.fromkeys(waited_for) if figure["reporter"] in ("", one)]
    return sent_none, list(dict.fromkeys(edge["reporter"] for edge in edges if edge["value"] is None))


def _every_form() -> Iterable[str]:
    # Only here: most answers do without forms, which take longer to import than the answer.
    from schemas.catalogue import CATALOGUE

    return CATALOGUE.by_code


def status(figure: Mapping[str, Any], held: Mapping[str, str]) -> str:
    """Return the state of a figure as it is told: as published, or that one of its forms is held back."""
    return str(figure["status"]) if held.keys().isdisjoint(figure["forms"].split()) else str(Status.HELD)
