"""OpenLineage events: what a refresh read and wrote, and from which columns every column came.

Belongs here: the events of one batch, made of the flow and of what the caller saw lying. Does not belong here:
which table is made of which (``schemas.flow``), which column of which (``columns``), looking at files or the clock.

Plain JSON, since OpenLineage's own classes take longer to load and to fill than all else that follows a changed cell; a
test builds the events with those classes and compares.

One run of the job ``refresh`` per batch is the parent of a run per layer; every run has a START and a COMPLETE.
All are told after the fact, once what they speak of is published, so a run that did not get through tells nothing. Ids
come from the contents of what was read: events told again are the same events.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pyarrow as pa

from pipelines.present.columns import Source, columns, filters
from pipelines.store import raw_names
from schemas import tables
from schemas.flow import CORRECTIONS, FLOW, PLACES, PRINTED, RECORDED, WORKBOOKS, Extent, Kind, Table
from schemas.return_sets import BatchKey

NAMESPACE, PRODUCER = "returns", "urn:returns:pipelines.present.openlineage"
"""No path of a machine: the same returns give the same names wherever they are refreshed."""

_SPEC = "https://openlineage.io/spec"
_EVENT = f"{_SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent"
_FACETS = {
    "columnLineage": "1-2-0/ColumnLineageDatasetFacet",
    "version": "1-0-1/DatasetVersionDatasetFacet",
    "documentation": "1-1-0/DocumentationDatasetFacet",
    "jobType": "2-0-4/JobTypeJobFacet",
    "parent": "1-2-0/ParentRunFacet",
    "schema": "1-2-0/SchemaDatasetFacet",
}
"""The version and the name of the specification of each facet."""

Json = dict[str, Any]


@dataclass(frozen=True)
class Seen:
    """What lay there when a refresh of a batch was through.

    Args:
        files: The workbooks, or folders of workbooks, and their hashes.
        versions: The content hash of every table of the batch, by name.
        held: The marts that the gate held back.
        at: When.
    """

    files: Mapping[str, str]
    versions: Mapping[str, str]
    held: frozenset[str]
    at: datetime


@dataclass(frozen=True)
class _Layer:
    """A job of OpenLineage: what it reads, and the tables it writes."""

    job: str
    inputs: tuple[str, ...]
    outputs: tuple[Table, ...]


def run_events(batch: BatchKey, seen: Seen) -> list[Json]:
    """Return the events of one batch, the parent's around those of its layers."""
    received = {_raw(batch, name): sha256 for name, sha256 in seen.files.items()}
    layers = _layers(batch, tuple(received), seen.held)
    versions = received | dict(seen.versions)
    identity = f"{batch}/{versions}"
    written = tuple(table for layer in layers for table in layer.outputs)
    refresh = _Layer("refresh", tuple(received), written)
    run = {"run": {"runId": _id(identity, refresh.job)}, "job": {"namespace": NAMESPACE, "name": refresh.job}}
    parent = _facet("parent", **run)
    within = [event for layer in layers for event in _pair(layer, identity, seen, versions, parent)]
    start, complete = _pair(refresh, identity, seen, versions, {})
    return [start, *within, complete]


def _layers(batch: BatchKey, workbooks: tuple[str, ...], held: Collection[str]) -> list[_Layer]:
    """Return the flow as jobs, one for each family of assets, in order."""
    files = {
        WORKBOOKS: workbooks,
        CORRECTIONS: (_raw(batch, raw_names.LEDGER),),
        PRINTED: (_raw(batch, raw_names.PRINTED),),
        RECORDED: (_raw(batch, raw_names.ESTIMATES),),
        PLACES: ("raw/places.csv",),
    }
    found: dict[str, list[Table]] = {}
    for table in FLOW.of(Extent.BATCH):
        if table.kind is not Kind.DOCUMENT:
            found.setdefault(_job(table), []).append(table)
    return [
        _Layer(
            job,
            tuple(dict.fromkeys(one for table in group for name in table.made_of for one in files.get(name, (name,)))),
            # Where the gate held a form back, its mart was not written: it still is what an earlier refresh published.
            tuple(table for table in group if table.name not in held),
        )
        for job, group in found.items()
    ]


def _job(table: Table) -> str:
    """Return the name of the job that writes a table: what its maker makes first, and by the name of its family.

    What is made of marts is no job of theirs, or that would read what it writes.
    """
    first = FLOW.made_together[table.maker][0]
    if first.shown_as in first.made_of:
        return first.family
    family, _, own = first.shown_as.partition("/")
    return own if family == "marts" and first.form is None else family


def lines(events: Iterable[Json]) -> bytes:
    """Return events as a file of OpenLineage has them: JSON, one a line."""
    return "".join(json.dumps(event, ensure_ascii=False, sort_keys=True) + "\n" for event in events).encode()


def _pair(layer: _Layer, identity: str, seen: Seen, versions: Mapping[str, str], parent: Json) -> tuple[Json, Json]:
    """Return START, which only names what is read and written, and COMPLETE, which describes it."""
    kind = _facet("jobType", processingType="BATCH", integration="DAGSTER", jobType="ASSET" if parent else "JOB")

    def event(state: str) -> Json:
        whole = state == "COMPLETE"
        return {
            "eventTime": seen.at.isoformat(),
            "eventType": state,
            "producer": PRODUCER,
            "schemaURL": _EVENT,
            "run": {"runId": _id(identity, layer.job), "facets": parent},
            "job": {"namespace": NAMESPACE, "name": layer.job, "facets": kind},
            "inputs": [_dataset(name, _version(versions.get(name)) if whole else {}) for name in layer.inputs],
            "outputs": [
                # Of the parent's outputs the layers have said already what they are.
                _dataset(table.name, _described(table, versions) if whole and parent else {})
                for table in layer.outputs
            ],
        }

    return event("START"), event("COMPLETE")


def _dataset(name: str, facets: Json) -> Json:
    return {"namespace": NAMESPACE, "name": name, "facets": facets}


def _facet(name: str, **said: Any) -> Json:
    version, _, what = _FACETS[name].partition("/")
    return {name: {"_producer": PRODUCER, "_schemaURL": f"{_SPEC}/facets/{version}/{what}.json#/$defs/{what}", **said}}


def _id(identity: str, job: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"{PRODUCER}/{job}/{identity}"))


def _raw(batch: BatchKey, file: str) -> str:
    return f"raw/{batch.period}/{batch.place}/{file}"


def _version(content: str | None) -> Json:
    return _facet("version", datasetVersion=content) if content else {}


def _described(table: Table, versions: Mapping[str, str]) -> Json:
    return _version(versions.get(table.name)) | _standing(table)


@cache
def _standing(table: Table) -> Json:
    """Return what is said of a table whatever is in it."""
    facets = _facet("schema", fields=_fields(table.schema))
    if table.meaning:
        facets |= _facet("documentation", description=table.meaning)
    if lineage := columns(table):
        facets |= _facet(
            "columnLineage",
            fields={name: {"inputFields": [_input(one) for one in made_of]} for name, made_of in lineage.items()},
            dataset=[_input(one, "INDIRECT") for one in filters(table)],
        )
    return facets


def _fields(fields: Iterable[pa.Field]) -> list[Json]:
    found = []
    for number, column in enumerate(fields, start=1):
        nested = pa.types.is_list(column.type)
        found.append(
            {
                "name": column.name,
                "type": "array" if nested else str(tables.uncoded(column.type)),
                "description": tables.description(column),
                "ordinal_position": number,
                "fields": _fields(column.type.value_type) if nested else [],
            }
        )
    return found


def _input(source: Source, kind: str = "DIRECT") -> Json:
    made = [
        {"type": kind, "subtype": step.subtype, "masking": False} | ({"description": step.words} if step.words else {})
        for step in source.steps
    ]
    return {"namespace": NAMESPACE, "name": source.table, "field": source.column, "transformations": made}
