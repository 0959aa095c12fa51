"""Which columns a column is made of: read off the flow, the forms and the formulas.

Belongs here: that, for every table that the flow makes of others. Does not belong here: which table is made of which
(``schemas.flow``); how other programs are told (``pipelines.present.openlineage``) or Dagster shows it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from schemas import tables
from schemas.catalogue import CATALOGUE
from schemas.fields import KEYS
from schemas.figure import Chapter, Figure
from schemas.flow import FLOW, Table
from schemas.formula import Leaf, Total

_SOURCE = ("file", "sha256", "sheet", "cell", "received", "text", "value", "note")


class Step(NamedTuple):
    """How a column is made of another: what is done, by the word of OpenLineage for it, and that in words."""

    subtype: str
    words: str = ""


class Source(NamedTuple):
    """A column that another is made of, and how."""

    table: str
    column: str
    steps: tuple[Step, ...] = (Step("IDENTITY"),)


Columns = dict[str, list[Source]]
"""By column, what it is made of."""


def _from(table: str, column: str, subtype: str = "IDENTITY", *words: str) -> Source:
    """Return a column as what another is made of, directly; one step for each of the words."""
    return Source(table, column, tuple(Step(subtype, one) for one in words or ("",)))


def _same(table: str, *names: str) -> Columns:
    return {name: [_from(table, name)] for name in names}


def columns(table: Table) -> Columns:
    """Return the columns that each column of a table is made of; none of a table whose columns nobody follows."""
    follow = _FOLLOWED.get(table.family) or _FOLLOWED.get(table.name)
    return follow(table) if follow and table.name not in _NOT_FOLLOWED else {}


def _of(table: Table, family: str) -> list[str]:
    """Return the tables of a family that a table is made of; a form's own come first."""
    return [name for name in table.made_of if name.partition("/")[0] == family]


def _returns(_: Table) -> Columns:
    made = _same("cells", "period", "commune", "file", "sha256", "sheet", "cell")
    made["received"] = [_from("cells", "text")]
    for name in ("form", "reporter", "line", "line_name", "field", "note"):
        made[name] = [_from("cells", "text", "TRANSFORMATION")]
    for name in ("text", "value"):  # an accepted correction stands in for the cell
        made[name] = [_from("cells", "text", "TRANSFORMATION"), _from("ledger", "new", "TRANSFORMATION")]
    for name, decided in zip(tables.DECIDED, ("reason", "who") * 2, strict=True):
        made[name] = [_from("ledger", decided)]
    made["problem"] = [_from("cells", name, "TRANSFORMATION") for name in ("kind", "text")]
    return made


def _findings(table: Table) -> Columns:
    own, form = _of(table, "returns")[0], table.form
    made = _same(own, "period", "commune", "form", "reporter", "file", "sheet")
    made["cells"] = [_from(own, "cell", "AGGREGATION")]
    made["written"] = [_from(own, "text", "TRANSFORMATION")]
    rules = [f"{one.code}: {one.sentence}" for one in form.edits] if form else []
    for name in ("code", "status", "expected", "edits", "proposed"):
        made[name] = [_from(own, "value", "TRANSFORMATION", *rules)]
    return made


def _findings_by_form(table: Table) -> Columns:
    own = _of(table, "findings")
    made = {name: [_from(one, name) for one in own] for name in table.keys}
    return made | {"findings": [_from(one, "code", "AGGREGATION") for one in own]}


def _sent_by_form(table: Table) -> Columns:
    own = _of(table, "findings")
    made = {name: [_from(one, name) for one in own] for name in table.keys}
    made["missing"] = [_from(one, name, "TRANSFORMATION") for one in own for name in ("code", "reporter")]
    return made | {"status": [_from(one, name, "TRANSFORMATION") for one in own for name in ("code", "severity")]}


def _marts(table: Table) -> Columns:
    if table.form is None:
        return _observations(table)
    own = _of(table, "returns")[0]
    made = _same(own, *table.form.texts())
    for name, item in table.form.fields().items():
        made[name] = [_from(own, "value", "TRANSFORMATION", f"field = {name}: {item.label}")]
    made[tables.SOURCES.name] = [_from(own, name, "AGGREGATION") for name in ("field", *_SOURCE, *tables.DECIDED)]
    return made


def filters(table: Table) -> list[Source]:
    """Return what decides whether rows enter a table at all: of a mart, the gate."""
    return [_from(name, "severity", "FILTER") for name in _of(table, "findings")] if table.family == "marts" else []


def _observations(table: Table) -> Columns:
    made: Columns = {}
    for mart in _of(table, "marts"):
        form = FLOW[mart].form
        assert form is not None
        for name in KEYS:
            made.setdefault(name, []).append(_from(mart, name))
        for name in form.fields():
            made.setdefault("value", []).append(_from(mart, name))
        for name in ("field", "file", "sha256", "sheet", "cell", "note", "correction"):
            made.setdefault(name, []).append(_from(mart, tables.SOURCES.name, "TRANSFORMATION", f"sources.{name}"))
    return made


def _chapter(table: Table) -> Chapter:
    (chapter,) = [chapter for chapter in CATALOGUE.chapters if chapter.code == table.maker.subject]
    return chapter


def _how(figure: Figure) -> str:
    if not isinstance(figure.formula, Leaf):
        return "TRANSFORMATION"
    return "AGGREGATION" if isinstance(figure.formula, Total) else "IDENTITY"


def _figures(table: Table) -> Columns:
    marts = {FLOW[mart].form: mart for mart in _of(table, "marts")}
    used: dict[tuple[str, str], list[Figure]] = {}
    for figure in _chapter(table).figures:
        for field in figure.reads:
            used.setdefault((marts[field.form], field.name), []).append(figure)
    made: Columns = {
        "value": [_used(mart, column, figures) for (mart, column), figures in used.items()],
        "exact": [_from(mart, column, "TRANSFORMATION") for mart, column in used],
        "place": [_from(mart, "commune") for mart in marts.values()],
        "reported": [_from(mart, "reporter", "AGGREGATION") for mart in marts.values()],
    }
    return made | {name: [_from(mart, name) for mart in marts.values()] for name in ("period", "reporter", "line")}


def _used(mart: str, column: str, figures: Sequence[Figure]) -> Source:
    """Return a mart's column with one step for each figure of the chapter that reads it."""
    steps = (Step(_how(figure), f"{figure.id}: {figure.formula.words()}") for figure in figures)
    return Source(mart, column, tuple(steps))


def _sums(table: Table) -> Columns:
    (mart,) = _of(table, "marts")
    form = FLOW[mart].form
    assert form is not None
    guessed = [_from("estimates", "value", "AGGREGATION")]
    return {
        "period": [_from(mart, "period")],
        "place": [_from(mart, "commune")],
        "line": [_from(mart, "line")],
        "sum": [*(_from(mart, name, "AGGREGATION") for name in form.fields()), *guessed],
        "given": [_from(mart, "reporter", "AGGREGATION")],
        "estimated": [_from("estimates", "reporter", "AGGREGATION")],
    }


def _levels(table: Table) -> Columns:
    sums = {form: f"sums/{form.domain}" for form in _chapter(table).forms}
    used: dict[str, list[Figure]] = {}
    for figure in (one for one in _chapter(table).figures if not one.per_record):
        for form in figure.forms:
            used.setdefault(sums[form], []).append(figure)
    return {
        "value": [_used(one, "sum", figures) for one, figures in used.items()],
        "exact": [_from(one, "sum", "TRANSFORMATION") for one in used],
        "reported": [_from(one, "given", "AGGREGATION") for one in used],
        **{name: [_from(one, name) for one in used] for name in ("period", "place")},
    }


def _lineage(table: Table) -> Columns:
    marts = _of(table, "marts")
    made = {name: [_from(mart, name) for mart in marts] for name in KEYS}
    for name in ("field", *_SOURCE, *tables.DECIDED):
        made[name] = [_from(mart, tables.SOURCES.name, "TRANSFORMATION", f"sources.{name}") for mart in marts]
    return made


def _statements(table: Table) -> Columns:
    figures = _of(table, "figures")
    made: Columns = {name: [_from("printed", name)] for name in ("id", "section", "printed", "unit")}
    made["value"] = [_from("printed", "printed", "TRANSFORMATION")]
    made["computed"] = [_from(one, "value") for one in figures]
    made["verdict"] = [
        _from("printed", "printed", "TRANSFORMATION"),
        *(_from(one, "exact", "TRANSFORMATION") for one in figures),
    ]
    return made


_FOLLOWED: Mapping[str, Callable[[Table], Columns]] = {
    "returns": _returns,
    "findings": _findings,
    "findings_by_form": _findings_by_form,
    "sent_by_form": _sent_by_form,
    "marts": _marts,
    "figures": _figures,
    "levels": _levels,
    "sums": _sums,
    "lineage": _lineage,
    "statements": _statements,
}

_NOT_FOLLOWED = frozenset({"findings/workbooks", "marts/places"})
"""Made of everything that was met, or of no table."""
