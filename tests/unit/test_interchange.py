"""The data package and the OpenLineage events, judged by frictionless, OpenLineage's own classes and the tables."""

import copy
import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import frictionless
import pyarrow.parquet as pq
import pytest
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import (
    column_lineage_dataset,
    dataset_version_dataset,
    documentation_dataset,
    job_type_job,
    parent_run,
    schema_dataset,
)
from openlineage.client.serde import Serde

from pipelines.present import data_package, openlineage
from pipelines.store import published
from pipelines.store.tables import Store, file_of
from schemas import tables
from schemas.fields import KEYS
from schemas.figures import CHAPTERS
from schemas.flow import FLOW, Kind
from schemas.forms import FORMS
from schemas.return_sets import BatchKey
from tests.unit.offices import KEY, SHIPPED, Office

Event = dict[str, Any]
PART = str(KEY).lower()
LIVESTOCK = f"marts-livestock-{PART}"


@pytest.fixture(scope="module")
def package(example: Store) -> dict[str, Any]:
    descriptor: dict[str, Any] = json.loads((example.root / "datapackage.json").read_text("utf-8"))
    return descriptor


@pytest.fixture(scope="module")
def told(example: Store) -> list[Event]:
    lines = (example.root / "openlineage" / f"{KEY}.ndjson").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def resource(package: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [one for one in package["resources"] if one["name"] == name]
    return dict(found)


def faults(rows: list[dict[str, Any]], schema: dict[str, Any]) -> list[str]:
    """What frictionless finds wrong with rows."""
    data = frictionless.Resource(data=rows, schema=frictionless.Schema.from_descriptor(schema))
    return [str(kind) for (kind,) in frictionless.validate(data).flatten(["type"])]


def test_the_package_is_valid_and_lists_every_published_table(package: dict[str, Any], example: Store) -> None:
    assert list(frictionless.Package.metadata_validate(package)) == []
    loaded = frictionless.Package.from_descriptor(package, basepath=str(example.root))
    paths = {str(one.path) for one in loaded.resources}
    assert paths == {
        file_of(name, part)
        for part in example.parts()
        for name in example.state(part).tables
        if FLOW[name].kind is Kind.PUBLISHED
    }
    assert {f"marts/livestock/{KEY}.parquet", "levels/livestock/2024-H1.parquet", "marts/places/all.parquet"} < paths
    assert len({one["name"] for one in package["resources"]}) == len(package["resources"])


def test_frictionless_would_find_a_faulty_package(package: dict[str, Any]) -> None:
    broken = copy.deepcopy(package)
    broken["resources"][0]["schema"]["fields"][0]["type"] = "heads"
    with pytest.raises(frictionless.FrictionlessException, match="heads"):
        frictionless.Package.from_descriptor(broken)


def test_the_columns_of_every_table_are_those_of_its_file(package: dict[str, Any], example: Store) -> None:
    for one in package["resources"]:
        schema = pq.read_schema(example.root / one["path"])
        assert [field["name"] for field in one["schema"]["fields"]] == schema.names, one["path"]
        assert all(field["title"] for field in one["schema"]["fields"]), one["path"]


@pytest.mark.slow
def test_the_rows_of_every_table_are_what_the_package_says(package: dict[str, Any], example: Store) -> None:
    seen = 0
    for one in package["resources"]:
        rows = pq.read_table(example.root / one["path"], partitioning=None).to_pylist()
        assert not rows or faults(rows, one["schema"]) == [], one["path"]
        seen += len(rows)
    assert seen > 1000


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"horse": -1}, "constraint-error"),
        ({"horse": 2.5}, "type-error"),
        ({"reporter": None}, "constraint-error"),
        ({"sources": "D13"}, "type-error"),
        ({"sources": ["D13"]}, "type-error"),
    ],
)
def test_the_package_refuses_rows_that_are_not_so(
    change: dict[str, Any], fault: str, package: dict[str, Any], example: Store
) -> None:
    schema = resource(package, LIVESTOCK)["schema"]
    row = pq.read_table(example.path("marts/livestock", str(KEY)), partitioning=None).to_pylist()[0]
    assert faults([row], schema) == []
    assert fault in faults([row | change], schema)
    assert faults([row, row], schema) == ["primary-key"]


def test_a_field_has_title_definition_unit_and_range(package: dict[str, Any]) -> None:
    fields = {field["name"]: field for field in resource(package, LIVESTOCK)["schema"]["fields"]}
    assert fields["total"] == {
        "name": "total",
        "type": "integer",
        "title": "Tổng đàn gia súc",
        "description": "Trâu, bò, ngựa, dê, lợn, chó, mèo có mặt tại thời điểm báo cáo.",
        "unit": "con",
        "constraints": {"minimum": 0},
    }
    assert resource(package, LIVESTOCK)["schema"]["primaryKey"] == list(KEYS)


def test_the_nested_column_is_told_as_a_list_of_objects(package: dict[str, Any]) -> None:
    for form in FORMS:
        field = resource(package, f"marts-{form.domain}-{PART}")["schema"]["fields"][-1]
        assert (field["name"], field["type"], field["arrayItem"]) == ("sources", "array", {"type": "object"})
        inner = tables.SOURCES.type.value_type
        assert [one["name"] for one in field["properties"]] == [one.name for one in inner]
        assert {one["name"]: one["type"] for one in field["properties"]}["value"] == "number"


def test_only_parts_that_are_there_are_listed() -> None:
    assert [one["path"] for one in data_package.package(["all"])["resources"]] == ["marts/places/all.parquet"]
    assert "livestock" not in data_package.views(["all"])
    two = {one["path"] for one in data_package.package(["2024-H1", "2024-H1_a", "2024-H1_b", "all"])["resources"]}
    assert {path for path in two if "livestock" in path} == {
        *(
            f"{table}/livestock/{part}.parquet"
            for table in ("marts", "sums", "figures", "lineage")
            for part in ("2024-H1_a", "2024-H1_b")
        ),
        "levels/livestock/2024-H1.parquet",
    }


def test_the_tables_of_all_chapters_share_a_view_and_every_other_has_one_of_its_own() -> None:
    views = [data_package.view_of(table) for table in data_package.published()]
    shared = {"sums", "figures", "lineage", "levels"}
    counts = dict.fromkeys(shared, len(CHAPTERS)) | {"sums": len(FORMS)}
    assert {view: views.count(view) for view in views if views.count(view) > 1} == counts
    assert {table.family for table in data_package.published() if data_package.view_of(table) in shared} == shared


def seen(store: Store) -> openlineage.Seen:
    """What lay there when the example was refreshed."""
    state = store.state(str(KEY))
    files = {row["file"]: row["sha256"] for row in published.files(store, KEY)}
    versions = {name: state.tables[name].content for name in FLOW["openlineage"].made_of}
    return openlineage.Seen(files, versions, frozenset(), datetime(2024, 7, 2, tzinfo=UTC))


def of(told: list[Event], job: str, state: str = "COMPLETE") -> Event:
    (event,) = [event for event in told if (event["job"]["name"], event["eventType"]) == (job, state)]
    return event


def test_every_run_starts_and_completes_once_within_its_parent(told: list[Event]) -> None:
    jobs = [
        "cells",
        "approved",
        "returns",
        "estimates",
        "findings",
        "marts",
        "sums",
        "findings_by_form",
        "observations",
        "figures",
        "statements",
    ]
    names = [(event["job"]["name"], event["eventType"]) for event in told]
    layered = [(job, state) for job in jobs for state in ("START", "COMPLETE")]
    assert names == [("refresh", "START"), *layered, ("refresh", "COMPLETE")]
    parent = told[0]["run"]["runId"]
    for job in jobs:
        start, complete = of(told, job, "START"), of(told, job)
        assert start["run"]["runId"] == complete["run"]["runId"] != parent
        assert complete["run"]["facets"]["parent"]["run"]["runId"] == parent
        times = [datetime.fromisoformat(event["eventTime"]) for event in (start, complete)]
        assert all(time.tzinfo for time in times)
        assert times == sorted(times)
        for side in ("inputs", "outputs"):
            assert [one["name"] for one in start[side]] == [one["name"] for one in complete[side]]


def facets_in(value: Any) -> list[dict[str, Any]]:
    """Every facet of an event, however deep."""
    inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return ([value] if isinstance(value, dict) and "_schemaURL" in value else []) + [
        facet for one in inner for facet in facets_in(one)
    ]


def test_events_have_what_the_specification_requires(told: list[Event]) -> None:
    for event in told:
        assert str(UUID(event["run"]["runId"])) == event["run"]["runId"]
        assert event["schemaURL"].endswith("OpenLineage.json#/$defs/RunEvent")
        assert event["producer"] == openlineage.PRODUCER
        for dataset in [*event["inputs"], *event["outputs"], event["job"]]:
            assert (dataset["namespace"], bool(dataset["name"])) == (openlineage.NAMESPACE, True)
        for facet in facets_in(event):
            assert facet["_producer"] == openlineage.PRODUCER
            assert facet["_schemaURL"].startswith("https://openlineage.io/spec/")


FACETS: dict[str, Any] = {
    "columnLineage": column_lineage_dataset.ColumnLineageDatasetFacet,
    "version": dataset_version_dataset.DatasetVersionDatasetFacet,
    "documentation": documentation_dataset.DocumentationDatasetFacet,
    "jobType": job_type_job.JobTypeJobFacet,
    "parent": parent_run.ParentRunFacet,
    "schema": schema_dataset.SchemaDatasetFacet,
}


def facet(name: str, said: dict[str, Any]) -> Any:
    """A facet as OpenLineage's own class has it; it refuses what it does not know."""
    assert said["_schemaURL"] == FACETS[name]._get_schema(), name
    own = {key: value for key, value in said.items() if key not in ("_producer", "_schemaURL")}
    match name:
        case "columnLineage":
            own = {
                "fields": {
                    column: column_lineage_dataset.Fields([given(one) for one in made_of["inputFields"]])
                    for column, made_of in own["fields"].items()
                },
                "dataset": [given(one) for one in own["dataset"]],
            }
        case "schema":
            own = {"fields": [schema_dataset.SchemaDatasetFacetFields(**column) for column in own["fields"]]}
        case "parent":
            own = {"run": parent_run.Run(**own["run"]), "job": parent_run.Job(**own["job"])}
    return FACETS[name](producer=said["_producer"], **own)


def given(one: dict[str, Any]) -> column_lineage_dataset.InputField:
    steps = [column_lineage_dataset.Transformation(**step) for step in one["transformations"]]
    return column_lineage_dataset.InputField(**{**one, "transformations": steps})


def rebuilt(event: Event) -> RunEvent:
    """An event as OpenLineage's own classes have it."""

    def of_dataset(kind: type, one: dict[str, Any]) -> Any:
        return kind(one["namespace"], one["name"], facets={name: facet(name, it) for name, it in one["facets"].items()})

    run, job = event["run"], event["job"]
    return RunEvent(
        eventTime=event["eventTime"],
        eventType=RunState(event["eventType"]),
        producer=event["producer"],
        run=Run(run["runId"], {name: facet(name, it) for name, it in run["facets"].items()}),
        job=Job(job["namespace"], job["name"], {name: facet(name, it) for name, it in job["facets"].items()}),
        inputs=[of_dataset(InputDataset, one) for one in event["inputs"]],
        outputs=[of_dataset(OutputDataset, one) for one in event["outputs"]],
    )


def test_the_classes_of_openlineage_say_the_same_of_every_event(told: list[Event]) -> None:
    for event in told:
        again: Event = json.loads(Serde.to_json(rebuilt(event)))
        assert without_nothing(again) == without_nothing(event)
        for dataset in event["outputs"]:
            assert all(column["description"] for column in dataset["facets"].get("schema", {}).get("fields", []))


def without_nothing(value: Any) -> Any:
    """A value without what is empty, which the classes write and the specification does not ask for."""
    if isinstance(value, dict):
        inner = {name: without_nothing(one) for name, one in value.items()}
        return {name: one for name, one in inner.items() if one not in (None, {}, [])}
    return [without_nothing(one) for one in value] if isinstance(value, list) else value


def test_the_same_sight_gives_the_same_runs(told: list[Event], example: Store) -> None:
    made = openlineage.run_events(BatchKey(*KEY), seen(example))
    assert [event["run"]["runId"] for event in made] == [event["run"]["runId"] for event in told]


def test_column_lineage_leads_from_columns_that_are_to_columns_that_are(told: list[Event]) -> None:
    columns = {
        dataset["name"]: {column["name"] for column in dataset["facets"]["schema"]["fields"]}
        for event in told
        for dataset in event["outputs"]
        if "schema" in dataset["facets"]
    }
    seen = 0
    for event in told:
        inputs = {dataset["name"] for dataset in event["inputs"]}
        for dataset in event["outputs"]:
            lineage = dataset["facets"].get("columnLineage", {"fields": {}, "dataset": []})
            assert set(lineage["fields"]) <= columns[dataset["name"]]
            made_of = [given for one in lineage["fields"].values() for given in one["inputFields"]]
            for given in [*made_of, *lineage["dataset"]]:
                seen += 1
                assert given["name"] in inputs
                assert given["field"] in columns.get(
                    given["name"], {given["field"]} if "raw/" in given["name"] else set()
                )
                assert {one["type"] for one in given["transformations"]} <= {"DIRECT", "INDIRECT"}
    assert seen > 2000


def test_every_field_and_every_figure_is_led_to_where_it_came_from(told: list[Event]) -> None:
    made = {dataset["name"]: dataset["facets"] for dataset in of(told, "marts")["outputs"]}
    for form in FORMS:
        assert set(form.arrow().names) <= set(made[f"marts/{form.domain}"]["columnLineage"]["fields"])
    figures = {dataset["name"]: dataset["facets"] for dataset in of(told, "figures")["outputs"]}
    for chapter in CHAPTERS:
        value = figures[f"figures/{chapter.code}"]["columnLineage"]["fields"]["value"]["inputFields"]
        told_of = {
            (one["description"].partition(": ")[0], given["name"], given["field"])
            for given in value
            for one in given["transformations"]
        }
        assert told_of == {
            (figure.id, f"marts/{read.form.domain}", read.name)
            for figure in chapter.figures
            for read in figure.formula.fields()
        }


def test_workbooks_are_inputs_with_their_hashes(told: list[Event]) -> None:
    inputs = {one["name"].removeprefix(f"raw/{KEY.period}/{KEY.commune}/"): one for one in of(told, "cells")["inputs"]}
    assert inputs.keys() == {*SHIPPED.names(KEY), "corrections.csv", "printed.csv"}
    for file in SHIPPED.files(KEY):
        version = inputs[file.name]["facets"]["version"]["datasetVersion"]
        assert version == hashlib.sha256(file.content).hexdigest(), file.name


def test_events_name_no_path_of_this_machine(example: Store) -> None:
    text = (example.root / "openlineage" / f"{KEY}.ndjson").read_text("utf-8")
    assert str(example.root) not in text
    assert str(SHIPPED.root) not in text
    assert str(Path.home()) + "/" not in text


def test_a_form_held_back_is_not_told_as_written(example: Store) -> None:
    held = replace(seen(example), held=frozenset({"marts/livestock"}))
    outputs = {
        event["job"]["name"]: {dataset["name"] for dataset in event["outputs"]}
        for event in openlineage.run_events(BatchKey(*KEY), held)
        if event["outputs"]
    }
    for job in ("marts", "refresh"):
        assert "marts/livestock" not in outputs[job]
        assert "marts/sales" in outputs[job]


def test_a_second_refresh_tells_nothing_anew(office: Office) -> None:
    before = office.files()
    assert office.refresh().made == frozenset()
    assert office.files() == before


def test_events_told_again_are_the_same_runs(office: Office, told: list[Event]) -> None:
    events = office.store.root / "openlineage" / f"{KEY}.ndjson"
    events.unlink()
    office.refresh()
    again = [json.loads(line) for line in events.read_text("utf-8").splitlines()]
    assert [{**event, "eventTime": ""} for event in again] == [{**event, "eventTime": ""} for event in told]


@pytest.mark.parametrize("name", ["datapackage.json", "views.sql", f"openlineage/{KEY}.ndjson"])
def test_what_is_missing_or_changed_is_written_again_and_nothing_else(name: str, office: Office) -> None:
    path = office.store.root / name
    before = path.read_bytes()
    for harm in (path.unlink, lambda: path.write_bytes(b"changed")):
        harm()
        assert {FLOW[table].shown_as for table in office.stale()} == {"interchange"}
        office.refresh()
        assert office.stale() == set()
        if not name.endswith(".ndjson"):  # events say when they were told
            assert path.read_bytes() == before


def test_the_tables_say_what_was_written(office: Office) -> None:
    for table, part, names in (
        ("openlineage", str(KEY), {f"openlineage/{KEY}.ndjson"}),
        ("data_package", "all", {"datapackage.json", "views.sql"}),
    ):
        listed = {row["file"]: row for row in office.rows(table, part)}
        assert listed.keys() == names
        for name, row in listed.items():
            content = (office.store.root / name).read_bytes()
            assert (row["sha256"], row["bytes"]) == (hashlib.sha256(content).hexdigest(), len(content))
