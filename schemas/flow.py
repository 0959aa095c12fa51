"""The flow: which table is made of which. Said here and nowhere else.

Belongs here: every table that is written, in the order in which it can be made, with what it is made of, who makes it
and what it is for. Does not belong here: columns (``schemas.tables``), making or storing anything.

From it follow where a table lies, its stamp, what is stale, Dagster's assets and their dependencies, the inputs and
outputs of OpenLineage, what a release holds, the data package and the list of outputs in the guides.

Most of it is generated: a form has its returns, findings, outcomes, mart and sums; a chapter its figures, their lineage
and the figures of the levels above the commune.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, cast

import pyarrow as pa

from schemas import tables
from schemas.bound import Bound
from schemas.catalogue import CATALOGUE
from schemas.edits import Agreement
from schemas.fields import KEYS
from schemas.figure import Chapter
from schemas.form import Form
from schemas.pack import Pack


class Kind(StrEnum):
    """What a table is for."""

    RECEIVED = "received"
    """What lies in the raw folder, and is never written."""
    STAGED = "staged"
    """What the last run made of it; the gate has not been passed."""
    PUBLISHED = "published"
    """What has been accepted, or is made of that: what analysts read and releases freeze."""
    DOCUMENT = "document"
    """Files for people and other programs; the table lists them."""


class Layer(StrEnum):
    """Where on the way from the workbooks to the plan a table is shown, that is not of one form or chapter alone."""

    RECEIVED = "received"
    """What came, and what was found of it."""
    COMPARED = "compared"
    """What was computed, held against what is printed."""
    USED = "used"
    """What people and other programs go on with."""


class Extent(StrEnum):
    """Of what one part of a table is: each part is a file of its own."""

    BATCH = "batch"
    """One folder below a period, with the return sets in it: ``2024-H1_huu-kien``."""
    PERIOD = "period"
    """All communes of a period: ``2024-H1``."""
    OFFICE = "office"
    """All there is: ``all``."""


OFFICE = "all"
"""The name of the one part of a table of the whole office."""


@dataclass(frozen=True)
class Maker:
    """Who makes a table: a function of ``pipelines.refresh``, and the form or chapter it is called for.

    Args:
        task: The function, by the name under which ``pipelines.refresh.makers`` knows it.
        subject: Domain of the form or code of the chapter, where there is one call for each.
    """

    task: str
    subject: str = ""


@dataclass(frozen=True, eq=False)
class Table:
    """One table.

    Args:
        name: Its name, which is also where it lies: a part of it is ``<name>/<part>.parquet``.
        schema: Its columns.
        kind: What it is for.
        maker: Who makes it. Tables of one maker are made in one go.
        made_of: The tables whose rows its maker reads.
        extent: Of what one part is.
        earlier: The tables whose parts of the commune's earlier periods its maker reads too.
        accepted: Marts whose previously accepted rows the maker reads; this matters only while one is held.
        asset: The Dagster asset that shows it; its own name where none is given.
        keys: The columns that name a row, where some do.
        title: What it is, in a few words of Vietnamese; of a published table.
        meaning: What its rows are, in a sentence; of a published table.
        form: The form it holds the records of.
        layer: Where it is shown, if its maker is not called for a form or chapter, whose place is in the plan.
        on_demand: Made only when somebody asks for it, never by a refresh.
        whole: It has rows of the batch as a whole beside those of its communes.
        of_one: Made by a refresh only where the batch is a commune's own folder; of a territory's many communes when
            somebody asks for one.
    """

    name: str
    schema: pa.Schema
    kind: Kind
    maker: Maker
    made_of: tuple[str, ...] = ()
    extent: Extent = Extent.BATCH
    earlier: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()
    asset: str = ""
    keys: tuple[str, ...] = ()
    title: str = ""
    meaning: str = ""
    form: type[Form] | None = None
    layer: Layer | None = None
    on_demand: bool = False
    whole: bool = False
    of_one: bool = False

    @property
    def family(self) -> str:
        """The first word of its name: what tables of all forms, or of all chapters, have in common."""
        return self.name.partition("/")[0]

    @property
    def shown_as(self) -> str:
        """The Dagster asset that shows it."""
        return self.asset or self.name


WORKBOOKS, CORRECTIONS, PRINTED, PLACES = "raw/workbooks", "raw/corrections", "raw/printed", "raw/places"
RECORDED = "raw/estimates"
"""What lies in the raw folder, as tables are made of it."""

RECEIVED = (WORKBOOKS, CORRECTIONS, PRINTED, RECORDED, PLACES)

APPROVED = "approved"
"""Which communes sent a release in the place of workbooks: of these, tables that are made of this one are what the
release says."""

ESTIMATES = "estimates"
"""What stands in for returns that have not come."""

PARTS = "state/parts"
"""Of which parts there are tables: all that is said of the whole output folder is made of that."""


def forms_read_by(form: type[Form]) -> tuple[type[Form], ...]:
    """Return the forms whose returns a form's edits look at, its own first."""
    others = {field.form for edit in form.edits if isinstance(edit, Agreement) for field in edit.others}
    return (form, *sorted(others - {form}, key=lambda other: other.code))


def _staged(
    name: str, schema: pa.Schema, maker: Maker, made_of: tuple[str, ...], *, meaning: str = "", **more: Any
) -> Table:
    """Return a table in between; it means what all of its family do, where nothing else is said."""
    meaning = meaning or tables.MEANINGS[name.partition("/")[0]].sentence
    return Table(name, schema, Kind.STAGED, maker, made_of, meaning=meaning, layer=Layer.RECEIVED, **more)


def _published(
    name: str, schema: pa.Schema, maker: Maker, made_of: tuple[str, ...], what: str, of: str = "", **more: Any
) -> Table:
    """Return a published table: what it is, by its name in ``tables.MEANINGS``, and of which form or chapter."""
    meaning = tables.MEANINGS[what]
    title = ": ".join(filter(None, (meaning.title, of)))
    return Table(name, schema, Kind.PUBLISHED, maker, made_of, title=title, meaning=meaning.sentence, **more)


def _document(name: str, schema: pa.Schema, made_of: tuple[str, ...], **more: Any) -> Table:
    meaning = tables.MEANINGS[name].sentence
    return Table(name, schema, Kind.DOCUMENT, Maker(name), made_of, meaning=meaning, layer=Layer.USED, **more)


def _collected(forms: Iterable[type[Form]]) -> Iterator[Table]:
    read, decisions, printed, locate = Maker("read"), Maker("decisions"), Maker("printed"), Maker("locate")
    yield _staged("files", tables.FILES, read, (WORKBOOKS,), asset="cells")
    yield _staged("cells", tables.CELLS, read, (WORKBOOKS,), asset="cells")
    yield _staged("ledger", tables.LEDGER, decisions, (CORRECTIONS,), asset="cells")
    yield _staged("ledger_problems", tables.PROBLEMS, decisions, (CORRECTIONS,), asset="cells")
    yield _staged("printed", tables.PRINTED, printed, (PRINTED,), asset="cells")
    yield _staged("printed_problems", tables.PROBLEMS, printed, (PRINTED,), asset="cells")
    for name, schema in ((APPROVED, tables.APPROVED), ("approved_problems", tables.PROBLEMS)):
        yield _staged(name, schema, Maker("approve"), RECEIVED, asset=APPROVED)
    made_of = ("files", "cells", "ledger", "ledger_problems", APPROVED, PLACES)
    marts = tuple(f"marts/{form.domain}" for form in forms)
    for form in forms:
        own, meaning = f"returns/{form.domain}", tables.meaning_of_entries(form)
        yield _staged(own, tables.ENTRIES, locate, made_of, accepted=marts, meaning=meaning, form=form)
        problems = f"problems/{form.domain}"
        yield _staged(problems, tables.PROBLEMS, locate, made_of, accepted=marts, asset=own, form=form)
    for name, schema in (("problems/workbooks", tables.PROBLEMS), ("sheets", tables.SHEETS)):
        yield _staged(name, schema, locate, made_of, accepted=marts, asset="problems/workbooks")


def _estimates() -> Iterator[Table]:
    made_of = (RECORDED, "sheets", APPROVED, PLACES)
    for name, schema in ((ESTIMATES, tables.ESTIMATES), ("estimates_problems", tables.PROBLEMS)):
        yield _staged(name, schema, Maker(ESTIMATES), made_of, asset=ESTIMATES)


def _of_form(form: type[Form]) -> Iterator[Table]:
    own, check = form.domain, Maker("check", form.domain)
    read = [other.domain for other in forms_read_by(form)]
    made_of = (
        *(f"{family}/{name}" for family in ("returns", "problems") for name in read),
        "problems/workbooks",
        "ledger",
        APPROVED,
        PLACES,
    )
    mart = (f"marts/{own}",)
    for family, schema, meaning in (
        ("outcomes", tables.OUTCOMES, tables.meaning_of_outcomes(form)),
        ("findings", tables.FINDINGS, tables.meaning_of_findings(form)),
    ):
        yield _staged(
            f"{family}/{own}",
            schema,
            check,
            made_of,
            earlier=mart,
            accepted=mart,
            asset=f"findings/{own}",
            meaning=meaning,
            form=form,
        )
    yield Table(
        f"marts/{own}",
        tables.mart(form),
        Kind.PUBLISHED,
        Maker("admit", own),
        (f"returns/{own}", f"outcomes/{own}", f"findings/{own}", "problems/workbooks", APPROVED),
        accepted=mart,
        keys=KEYS,
        title=f"{form.code} {form.heading}",
        meaning=tables.meaning(form),
        form=form,
    )
    yield _published(
        f"sums/{own}",
        tables.SUMS,
        Maker("sum", own),
        (f"marts/{own}", ESTIMATES, PLACES),
        "sums",
        form.heading,
        asset=f"marts/{own}",
        keys=_SUM,
        whole=True,
    )


_SUM = ("period", "place", "field", "line")


def _of_chapter(chapter: Chapter) -> Iterator[Table]:
    marts, sums = (tuple(f"{family}/{form.domain}" for form in chapter.forms) for family in ("marts", "sums"))
    evaluate, of_batch = Maker("evaluate", chapter.code), (*marts, *sums, ESTIMATES, APPROVED, PLACES)
    for family, schema, maker, made_of, extent, keys in (
        ("figures", tables.FIGURES, evaluate, of_batch, Extent.BATCH, _FIGURE),
        ("lineage", tables.LINEAGE, evaluate, of_batch, Extent.BATCH, tables.LINEAGE_KEY),
        ("levels", tables.FIGURES, Maker("add_up", chapter.code), (*sums, PLACES), Extent.PERIOD, _FIGURE),
    ):
        yield _published(
            f"{family}/{chapter.code}",
            schema,
            maker,
            made_of,
            family,
            chapter.title,
            extent=extent,
            asset=f"figures/{chapter.code}",
            keys=keys,
        )


_FIGURE = ("period", "place", "id", "reporter", "line")
_FORM = ("period", "commune", "form")


def declared(forms: Iterable[type[Form]], chapters: Iterable[Chapter]) -> Iterator[Table]:
    """Yield every table of some forms and chapters, each after all it is made of."""
    forms, chapters = tuple(forms), tuple(chapters)
    marts = tuple(f"marts/{form.domain}" for form in forms)
    findings = (*(f"findings/{form.domain}" for form in forms), "findings/workbooks")
    figures, lineage = (tuple(f"{family}/{chapter.code}" for chapter in chapters) for family in ("figures", "lineage"))
    before = [*_collected(forms), *_estimates(), *(table for form in forms for table in _of_form(form))]
    formless = ("problems/workbooks", "printed_problems", "estimates_problems", APPROVED, "approved_problems", PLACES)
    meaning = tables.MEANINGS["workbooks"].sentence
    before.append(_staged("findings/workbooks", tables.FINDINGS, Maker("formless"), formless, meaning=meaning))
    compared = ("printed", *figures, *lineage, APPROVED)
    counted = (*findings, PLACES)
    tally = [
        ("findings_by_form", tables.FINDINGS_BY_FORM, (*_FORM, "severity", "status")),
        ("sent_by_form", tables.SENT_BY_FORM, _FORM),
    ]
    before += [
        _published(name, schema, Maker("tally"), counted, name, keys=keys, layer=Layer.RECEIVED)
        for name, schema, keys in tally
    ]
    observed = "marts/observations", tables.OBSERVATIONS, Maker("observe"), marts, "observations"
    before.append(_published(*observed, keys=(*KEYS, "form", "field"), layer=Layer.USED))
    before += [table for chapter in chapters for table in _of_chapter(chapter)]
    printed = tuple(tables.PRINTED_KEY)
    held_against = "statements", tables.STATEMENTS, Maker("compare"), compared, "statements"
    before.append(_published(*held_against, keys=printed, layer=Layer.COMPARED))
    yield from before
    shown = ("files", "cells", "ledger", *findings, *figures, *lineage, "statements", PLACES)
    yield _document("explorer", tables.PAGES, shown, earlier=figures, of_one=True)
    yield _document("report", tables.DOCUMENTS, shown, earlier=figures, on_demand=True)
    written = tuple(one.name for one in before if one.extent is Extent.BATCH and one.kind is not Kind.DOCUMENT)
    yield _document("openlineage", tables.DOCUMENTS, written, asset="interchange")
    places = "marts/places", tables.PLACES, Maker("places"), (PLACES,), "places"
    yield _published(*places, extent=Extent.OFFICE, layer=Layer.USED)
    yield _document("data_package", tables.DOCUMENTS, (PARTS,), extent=Extent.OFFICE, asset="interchange")


@dataclass(frozen=True)
class Flow:
    """Every table, in an order in which each comes after all it is made of."""

    tables: tuple[Table, ...]

    def __post_init__(self) -> None:
        """Refuse a flow in which a table is made of one that does not come before it, or has no place to be shown.

        Raises:
            ValueError: A table is named twice, made of one that is not declared or comes later, or of no layer.
        """
        known = {*RECEIVED, PARTS}
        for table in self.tables:
            if table.name in known:
                raise ValueError(f"Table {table.name} is declared twice.")
            if strange := set(table.made_of) - known:
                raise ValueError(f"Table {table.name} is made of {', '.join(sorted(strange))}, not declared before it.")
            if table.layer is None and not table.maker.subject:
                raise ValueError(f"Table {table.name} is of no form, no chapter and no layer.")
            known.add(table.name)

    @cached_property
    def by_name(self) -> Mapping[str, Table]:
        """The tables by name."""
        return {table.name: table for table in self.tables}

    def __getitem__(self, name: str) -> Table:
        """Return the table of a name."""
        return self.by_name[name]

    def of(self, extent: Extent) -> tuple[Table, ...]:
        """Return the tables with parts of one extent, in order."""
        return tuple(table for table in self.tables if table.extent is extent)

    def kind(self, *kinds: Kind) -> tuple[Table, ...]:
        """Return the tables of some kinds, in order."""
        return tuple(table for table in self.tables if table.kind in kinds)

    @cached_property
    def refreshed(self) -> tuple[Table, ...]:
        """The tables that a refresh makes: all but those on demand, in order."""
        return tuple(table for table in self.tables if not table.on_demand)

    @cached_property
    def refreshed_assets(self) -> tuple[str, ...]:
        """The Dagster assets that show them, in order."""
        return tuple(dict.fromkeys(table.shown_as for table in self.refreshed))

    def family(self, family: str) -> tuple[Table, ...]:
        """Return the tables whose names begin with a word, in order."""
        return tuple(table for table in self.tables if table.family == family)

    @cached_property
    def made_together(self) -> Mapping[Maker, tuple[Table, ...]]:
        """The tables of each maker, in order."""
        together: dict[Maker, list[Table]] = {}
        for table in self.tables:
            together.setdefault(table.maker, []).append(table)
        return {maker: tuple(group) for maker, group in together.items()}

    @cached_property
    def read_last_by(self) -> Mapping[Maker, tuple[str, ...]]:
        """By maker, the tables of which no maker after it reads the rows, itself included where none does.

        Documents that name every table tell of them, and do not read them.
        """
        last: dict[str, Maker] = {}
        for table in self.tables:
            last[table.name] = table.maker
            if table.kind is not Kind.DOCUMENT:
                last |= dict.fromkeys(table.made_of, table.maker)
        found: dict[Maker, list[str]] = {}
        for name, maker in last.items():
            found.setdefault(maker, []).append(name)
        return {maker: tuple(names) for maker, names in found.items()}

    @cached_property
    def assets(self) -> Mapping[str, tuple[Table, ...]]:
        """The tables that each Dagster asset shows, by the asset's name, the one of that name first."""
        shown: dict[str, list[Table]] = {}
        for table in self.tables:
            shown.setdefault(table.shown_as, []).append(table)
        return {name: tuple(sorted(group, key=lambda table: table.name != name)) for name, group in shown.items()}

    def followers(self, names: Iterable[str]) -> set[str]:
        """Return all tables that are made, over any number of steps, of one of these; these included."""
        found = set(names)
        for table in self.tables:
            if not found.isdisjoint((*table.made_of, *table.earlier)):
                found.add(table.name)
        return found


def _of_packs(_: tuple[Pack, ...]) -> Flow:
    return Flow(tuple(declared(CATALOGUE.forms, CATALOGUE.chapters)))


FLOW = cast(Flow, Bound(_of_packs, lambda: CATALOGUE.packs))
"""The flow of the forms and chapters that there are in this process."""
