"""OpenLineage events: what a refresh read and wrote, and from which columns every column came.

Belongs here: the events of one return set, made of the forms, the formulas and what the caller saw lying; and, the same
for every return set, which columns a column is made of. Does not belong here: looking at files or the
clock (``pipelines.refresh.layers``), how Dagster shows it (``pipelines.orchestration.metadata``).

One run of the job ``refresh`` per return set is the parent of a run per layer; every run has a START and a COMPLETE.
All are told after the fact, once what they speak of is published, so a run that did not get through tells nothing. Ids
come from the stamp of what was read: events told again are the same events.
"""

import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import pyarrow as pa
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import (
    DatasetFacet,
    JobFacet,
    RunFacet,
    column_lineage_dataset,
    dataset_version_dataset,
    documentation_dataset,
    job_type_job,
    parent_run,
    schema_dataset,
)
from openlineage.client.transport.file import FileConfig, FileTransport

from pipelines.store.raw import PRINTED, ReturnSetKey
from schemas import tables
from schemas.figure import Chapter, Figure
from schemas.figures import CHAPTERS
from schemas.form import KEYS, Form
from schemas.forms import FORMS
from schemas.formula import Leaf, Total

NAMESPACE, PRODUCER = "returns", "urn:returns:pipelines.present.openlineage"
"""No path of a machine: the same returns give the same names wherever they are refreshed."""

_SOURCE = ("file", "sha256", "sheet", "cell", "received", "text", "value", "note")
_DECIDED = ("correction", "corrected_by", "confirmed", "confirmed_by")

_Columns = dict[str, list[column_lineage_dataset.InputField]]


@dataclass(frozen=True)
class Seen:
    """What lay there when a refresh of a return set was through.

    Args:
        files: The workbooks and their sha256.
        versions: The stamp of every table with rows of the return set, by name.
        held: Domains of the forms that the gate held back.
        started: When the refresh wrote its first table.
        completed: When it was through.
    """

    files: Mapping[str, str]
    versions: Mapping[str, str]
    held: frozenset[str]
    started: datetime
    completed: datetime


@dataclass(frozen=True)
class _Table:
    name: str
    schema: pa.Schema = ()
    meaning: str = ""
    columns: _Columns = field(default_factory=dict)
    filters: Sequence[column_lineage_dataset.InputField] = ()


@dataclass(frozen=True)
class _Layer:
    job: str
    inputs: tuple[str, ...]
    outputs: tuple[_Table, ...]


def run_events(key: ReturnSetKey, seen: Seen) -> list[RunEvent]:
    """Return the events of one return set, the parent's around those of its layers."""
    layers = _layers(key, seen.files, seen.held)
    files = tuple(_raw(key, name) for name in seen.files)
    versions = {_raw(key, name): sha256 for name, sha256 in seen.files.items()} | dict(seen.versions)
    written = tuple(table for layer in layers for table in layer.outputs)
    identity = f"{key}/{versions}"
    refresh = _Layer("refresh", files, tuple(_Table(table.name) for table in written))  # described by the layers
    parent = parent_run.ParentRunFacet(
        parent_run.Run(_id(identity, refresh.job)), parent_run.Job(NAMESPACE, refresh.job), producer=PRODUCER
    )
    told = [event for layer in layers for event in _pair(layer, identity, seen, versions, {"parent": parent})]
    start, complete = _pair(refresh, identity, seen, versions, {})
    return [start, *told, complete]


def made_of() -> dict[str, dict[str, list[tuple[str, str]]]]:
    """Return, by table and column, the tables and columns it is made of; what is read from files is left out."""
    layers = _layers(ReturnSetKey("", ""), (), frozenset())
    written = {table.name: table for layer in layers for table in layer.outputs}
    return {
        name: {
            column: [(one.name, one.field) for one in given if one.name in written]
            for column, given in table.columns.items()
        }
        for name, table in written.items()
    }


def lines(events: Iterable[RunEvent]) -> bytes:
    """Return events as the file transport writes them: JSON, one a line.

    The transport appends to its file in place, which a kill would leave half written; so it writes into a folder of
    its own, and what it wrote is published whole like every other file.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.ndjson"
        transport = FileTransport(FileConfig(log_file_path=str(path), append=True))
        for event in events:
            transport.emit(event)
        return path.read_bytes()


def traced_columns(events: Iterable[RunEvent]) -> int:
    """Return how many columns of outputs the events lead to where they came from."""
    facets = [
        (output.facets or {}).get("columnLineage")
        for event in events
        if event.eventType is RunState.COMPLETE
        for output in event.outputs or []
    ]
    return sum(
        len(facet.fields) for facet in facets if isinstance(facet, column_lineage_dataset.ColumnLineageDatasetFacet)
    )


def _pair(
    layer: _Layer, identity: str, seen: Seen, versions: Mapping[str, str], facets: dict[str, RunFacet]
) -> tuple[RunEvent, RunEvent]:
    """Return START, which only names what is read and written, and COMPLETE, which describes it."""
    kind: dict[str, JobFacet] = {
        "jobType": job_type_job.JobTypeJobFacet("BATCH", "DAGSTER", "JOB" if not facets else "ASSET", producer=PRODUCER)
    }

    def event(state: RunState, when: datetime) -> RunEvent:
        whole = state is RunState.COMPLETE
        return RunEvent(
            eventTime=when.isoformat(),
            eventType=state,
            run=Run(_id(identity, layer.job), dict(facets)),
            job=Job(NAMESPACE, layer.job, dict(kind)),
            inputs=[
                InputDataset(NAMESPACE, name, facets=_version(versions.get(name)) if whole else {})
                for name in layer.inputs
            ],
            outputs=[
                OutputDataset(NAMESPACE, table.name, facets=_facets(table, versions) if whole else {})
                for table in layer.outputs
            ],
            producer=PRODUCER,
        )

    return event(RunState.START, seen.started), event(RunState.COMPLETE, seen.completed)


def _id(identity: str, job: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"{PRODUCER}/{job}/{identity}"))


def _raw(key: ReturnSetKey, file: str) -> str:
    return f"raw/{key.period}/{key.commune}/{file}"


def _version(stamp: str | None) -> dict[str, DatasetFacet]:
    return {"version": dataset_version_dataset.DatasetVersionDatasetFacet(stamp, producer=PRODUCER)} if stamp else {}


def _facets(table: _Table, versions: Mapping[str, str]) -> dict[str, DatasetFacet]:
    facets = _version(versions.get(table.name))
    if table.schema:
        facets["schema"] = schema_dataset.SchemaDatasetFacet(_columns_of(table.schema), producer=PRODUCER)
    if table.meaning:
        facets["documentation"] = documentation_dataset.DocumentationDatasetFacet(table.meaning, producer=PRODUCER)
    if table.columns:
        facets["columnLineage"] = column_lineage_dataset.ColumnLineageDatasetFacet(
            {name: column_lineage_dataset.Fields(made_of) for name, made_of in table.columns.items()},
            list(table.filters),
            producer=PRODUCER,
        )
    return facets


def _columns_of(fields: Iterable[pa.Field]) -> list[schema_dataset.SchemaDatasetFacetFields]:
    return [
        schema_dataset.SchemaDatasetFacetFields(
            column.name,
            str(column.type) if not pa.types.is_list(column.type) else "array",
            tables.description(column),
            number,
            _columns_of(column.type.value_type) if pa.types.is_list(column.type) else [],
        )
        for number, column in enumerate(fields, start=1)
    ]


def _from(table: str, column: str, subtype: str = "IDENTITY", *words: str) -> column_lineage_dataset.InputField:
    """Return a column as what another is made of, directly; one transformation for each of the words."""
    made = [
        column_lineage_dataset.Transformation("DIRECT", subtype, one or None, masking=False) for one in words or ("",)
    ]
    return column_lineage_dataset.InputField(NAMESPACE, table, column, made)


def _same(table: str, *columns: str) -> _Columns:
    return {name: [_from(table, name)] for name in columns}


def _layers(key: ReturnSetKey, files: Iterable[str], held: Collection[str]) -> list[_Layer]:
    domains = [form.domain for form in FORMS]
    entries = tuple(f"returns/{domain}" for domain in domains)
    findings = tuple(f"findings/{domain}" for domain in domains)
    # Where the gate held a form back, its mart was not written: it still is what an earlier refresh published.
    written = [form for form in FORMS if form.domain not in held]
    figures = tuple(f"figures/{chapter.code}" for chapter in CHAPTERS)
    sheets = tuple(_raw(key, name) for name in files)
    return [
        _Layer("cells", sheets, (_Table("cells", tables.CELLS), _Table("ledger", tables.LEDGER))),
        _Layer("returns", ("cells", "ledger"), tuple(_returns(form) for form in FORMS)),
        _Layer("findings", entries, tuple(_findings(form) for form in FORMS)),
        _Layer("marts", (*entries, *findings), tuple(_mart(form) for form in written)),
        _Layer("observations", tuple(f"marts/{domain}" for domain in domains), (_observations(),)),
        _Layer(
            "figures",
            tuple(f"marts/{domain}" for domain in domains),
            tuple(made(chapter) for chapter in CHAPTERS for made in (_figures, _lineage)),
        ),
        _Layer("statements", (_raw(key, PRINTED), *figures), (_statements(_raw(key, PRINTED)),)),
    ]


def _returns(form: type[Form]) -> _Table:
    columns = _same("cells", "period", "commune", "file", "sha256", "sheet", "cell")
    columns["received"] = [_from("cells", "text")]
    for name in ("form", "reporter", "line", "line_name", "field", "note"):
        columns[name] = [_from("cells", "text", "TRANSFORMATION")]
    for name in ("text", "value"):  # an accepted correction stands in for the cell
        columns[name] = [_from("cells", "text", "TRANSFORMATION"), _from("ledger", "new", "TRANSFORMATION")]
    for name, decided in zip(_DECIDED, ("reason", "who") * 2, strict=True):
        columns[name] = [_from("ledger", decided)]
    columns["problem"] = [_from("cells", name, "TRANSFORMATION") for name in ("kind", "text")]
    return _Table(f"returns/{form.domain}", tables.ENTRIES, f"{form.code} {form.heading}", columns)


def _findings(form: type[Form]) -> _Table:
    table = f"returns/{form.domain}"
    columns = _same(table, "period", "commune", "form", "reporter", "file", "sheet")
    columns["cells"] = [_from(table, "cell", "AGGREGATION")]
    columns["written"] = [_from(table, "text", "TRANSFORMATION")]
    for name in ("code", "status", "expected"):
        columns[name] = [
            _from(table, "value", "TRANSFORMATION", *(f"{one.code}: {one.sentence}" for one in form.edits))
        ]
    return _Table(f"findings/{form.domain}", tables.FINDINGS, f"{form.code} {form.heading}", columns)


def _mart(form: type[Form]) -> _Table:
    table = f"returns/{form.domain}"
    columns = _same(table, *form.texts())
    for name, item in form.fields().items():
        columns[name] = [_from(table, "value", "TRANSFORMATION", f"field = {name}: {item.label}")]
    columns[tables.SOURCES.name] = [_from(table, name, "AGGREGATION") for name in ("field", *_SOURCE, *_DECIDED)]
    gate = column_lineage_dataset.InputField(
        NAMESPACE,
        f"findings/{form.domain}",
        "severity",
        [column_lineage_dataset.Transformation("INDIRECT", "FILTER", masking=False)],
    )
    return _Table(f"marts/{form.domain}", tables.mart(form), tables.meaning(form), columns, [gate])


def _observations() -> _Table:
    columns: _Columns = {}
    for form in FORMS:
        table = f"marts/{form.domain}"
        for name in KEYS:
            columns.setdefault(name, []).append(_from(table, name))
        for name in form.fields():
            columns.setdefault("value", []).append(_from(table, name))
        for name in ("field", "file", "sha256", "sheet", "cell", "note", "correction"):
            said = _from(table, tables.SOURCES.name, "TRANSFORMATION", f"sources.{name}")
            columns.setdefault(name, []).append(said)
    return _Table("marts/observations", tables.OBSERVATIONS, tables.MEANINGS["observations"], columns)


def _how(figure: Figure) -> str:
    if not isinstance(figure.formula, Leaf):
        return "TRANSFORMATION"
    return "AGGREGATION" if isinstance(figure.formula, Total) else "IDENTITY"


def _figures(chapter: Chapter) -> _Table:
    used: dict[tuple[str, str], list[Figure]] = {}
    for figure in chapter.figures:
        for one in figure.formula.fields():
            used.setdefault((f"marts/{one.form.domain}", str(one)), []).append(figure)
    value = [_used(table, column, figures) for (table, column), figures in used.items()]
    read = [f"marts/{form.domain}" for form in chapter.forms]
    columns: _Columns = {
        "value": value,
        "exact": [_from(table, column, "TRANSFORMATION") for table, column in used],
        "place": [_from(table, "commune") for table in read],
        "reported": [_from(table, "reporter", "AGGREGATION") for table in read],
    }
    columns |= {name: [_from(table, name) for table in read] for name in ("period", "reporter", "line")}
    return _Table(f"figures/{chapter.code}", tables.FIGURES, f"{tables.MEANINGS['figures']} {chapter.title}.", columns)


def _used(table: str, column: str, figures: Sequence[Figure]) -> column_lineage_dataset.InputField:
    """Return a mart's column with one transformation for each figure of the chapter that reads it."""
    return column_lineage_dataset.InputField(
        NAMESPACE,
        table,
        column,
        [
            column_lineage_dataset.Transformation(
                "DIRECT", _how(figure), f"{figure.id}: {figure.formula.words()}", masking=False
            )
            for figure in figures
        ],
    )


def _lineage(chapter: Chapter) -> _Table:
    read = [f"marts/{form.domain}" for form in chapter.forms]
    columns = {name: [_from(table, name) for table in read] for name in ("period", "commune", "reporter", "line")}
    for name in ("field", *_SOURCE, *_DECIDED):
        columns[name] = [_from(table, tables.SOURCES.name, "TRANSFORMATION", f"sources.{name}") for table in read]
    return _Table(f"lineage/{chapter.code}", tables.LINEAGE, f"{tables.MEANINGS['lineage']} {chapter.title}.", columns)


def _statements(printed: str) -> _Table:
    read = [f"figures/{chapter.code}" for chapter in CHAPTERS]
    columns: _Columns = {name: [_from(printed, name)] for name in ("id", "section", "printed", "unit")}
    columns["value"] = [_from(printed, "printed", "TRANSFORMATION")]
    columns["computed"] = [_from(table, "value") for table in read]
    columns["verdict"] = [
        _from(printed, "printed", "TRANSFORMATION"),
        *(_from(table, "exact", "TRANSFORMATION") for table in read),
    ]
    return _Table("statements", tables.STATEMENTS, tables.MEANINGS["statements"], columns)
