"""The data package and the OpenLineage events, judged by frictionless, OpenLineage's own classes and the tables."""

import copy
import hashlib
import json
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import frictionless
import pyarrow.parquet as pq
import pytest
from openlineage.client.event_v2 import RunEvent
from openlineage.client.facet_v2 import column_lineage_dataset, schema_dataset

from pipelines.present import data_package, openlineage
from pipelines.refresh import layers
from pipelines.store.tables import Store
from schemas import tables
from schemas.figures import CHAPTERS
from schemas.form import KEYS
from schemas.forms import FORMS
from tests.unit.conftest import KEY, SHIPPED

Event = dict[str, Any]


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
    paths = {example.root / str(one.path) for one in loaded.resources}
    published = [*example.published("marts"), *example.published("figures"), *example.published("lineage")]
    assert paths == {*published, example.path("statements")}
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
    schema = resource(package, "marts-livestock")["schema"]
    row = pq.read_table(example.path("marts/livestock")).to_pylist()[0]
    assert faults([row], schema) == []
    assert fault in faults([row | change], schema)
    assert faults([row, row], schema) == ["primary-key"]


def test_a_field_has_title_definition_unit_and_range(package: dict[str, Any]) -> None:
    fields = {field["name"]: field for field in resource(package, "marts-livestock")["schema"]["fields"]}
    assert fields["total"] == {
        "name": "total",
        "type": "integer",
        "title": "Tổng đàn gia súc",
        "description": "Trâu, bò, ngựa, dê, lợn, chó, mèo có mặt tại thời điểm báo cáo.",
        "unit": "con",
        "constraints": {"minimum": 0},
    }
    assert resource(package, "marts-livestock")["schema"]["primaryKey"] == list(KEYS)


def test_the_nested_column_is_told_as_a_list_of_objects(package: dict[str, Any]) -> None:
    for form in FORMS:
        field = resource(package, f"marts-{form.domain}")["schema"]["fields"][-1]
        assert (field["name"], field["type"], field["arrayItem"]) == ("sources", "array", {"type": "object"})
        inner = tables.SOURCES.type.value_type
        assert [one["name"] for one in field["properties"]] == [one.name for one in inner]
        assert {one["name"]: one["type"] for one in field["properties"]}["value"] == "number"


def test_only_what_is_there_is_listed() -> None:
    assert [one["path"] for one in data_package.package(["marts/places"])["resources"]] == ["marts/places.parquet"]
    assert "livestock" not in data_package.views(["marts/places"])


def test_views_have_names_of_their_own() -> None:
    names = [table.view for table in data_package.published() if table.name.startswith("marts/")]
    assert len({*names, "figures", "lineage", "statements"}) == len(names) + 3


def of(told: list[Event], job: str, state: str = "COMPLETE") -> Event:
    (event,) = [event for event in told if (event["job"]["name"], event["eventType"]) == (job, state)]
    return event


def test_every_run_starts_and_completes_once_within_its_parent(told: list[Event]) -> None:
    jobs = ["cells", "returns", "findings", "marts", "observations", "figures", "statements"]
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


def test_the_events_are_accepted_by_the_classes_of_openlineage(told: list[Event], example: Store) -> None:
    made = openlineage.run_events(KEY, layers._seen(example, KEY))
    assert all(isinstance(event, RunEvent) for event in made)
    assert [event.run.runId for event in made] == [event["run"]["runId"] for event in told]
    for event in told:
        for dataset in event["outputs"]:
            facets = dataset["facets"]
            if "columnLineage" in facets:
                rebuilt = {
                    name: column_lineage_dataset.Fields(
                        [
                            column_lineage_dataset.InputField(
                                **{
                                    **given,
                                    "transformations": [
                                        column_lineage_dataset.Transformation(**one) for one in given["transformations"]
                                    ],
                                }
                            )
                            for given in made_of["inputFields"]
                        ]
                    )
                    for name, made_of in facets["columnLineage"]["fields"].items()
                }
                assert rebuilt
            for column in facets.get("schema", {}).get("fields", []):
                assert schema_dataset.SchemaDatasetFacetFields(**column).description


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
            (figure.id, f"marts/{read.form.domain}", str(read))
            for figure in chapter.figures
            for read in figure.formula.fields()
        }


def test_workbooks_are_inputs_with_their_hashes(told: list[Event]) -> None:
    given = {one["name"]: one["facets"]["version"]["datasetVersion"] for one in of(told, "cells")["inputs"]}
    assert given == {
        f"raw/{KEY.period}/{KEY.commune}/{file.name}": hashlib.sha256(file.content).hexdigest()
        for file in SHIPPED.files(KEY)
    }


def test_events_name_no_path_of_this_machine(example: Store) -> None:
    text = (example.root / "openlineage" / f"{KEY}.ndjson").read_text("utf-8")
    assert str(example.root) not in text
    assert str(SHIPPED.root) not in text
    assert str(Path.home()) + "/" not in text


def test_a_form_held_back_is_not_told_as_written(example: Store) -> None:
    seen = layers._seen(example, KEY)
    assert seen.held == frozenset()
    held = openlineage.Seen(seen.files, seen.versions, frozenset({"livestock"}), seen.started, seen.completed)
    for event in openlineage.run_events(KEY, held):
        if event.job.name in ("marts", "refresh"):
            assert "marts/livestock" not in {dataset.name for dataset in event.outputs or []}
            assert "marts/sales" in {dataset.name for dataset in event.outputs or []}


@pytest.fixture
def copied(example: Store, tmp_path: Path) -> Store:
    shutil.copytree(example.root, tmp_path / "data")
    return Store(tmp_path / "data")


def test_a_second_refresh_does_nothing(copied: Store) -> None:
    assert "interchange" not in layers.stale_followers(SHIPPED, copied, KEY)


def test_events_told_again_are_the_same_runs(copied: Store, told: list[Event]) -> None:
    layers.publish_interchange(copied, [KEY])
    again = (copied.root / "openlineage" / f"{KEY}.ndjson").read_text("utf-8").splitlines()
    without = [{**json.loads(line), "eventTime": ""} for line in again]
    assert without == [{**event, "eventTime": ""} for event in told]


def _remove(name: str) -> Callable[[Store], None]:
    return lambda store: (store.root / name).unlink()


def _restage(store: Store) -> None:
    table = store.read("cells", [str(KEY)])[0]
    store.stage("cells", str(KEY), table, "another")


@pytest.mark.parametrize(
    "change",
    [_remove("datapackage.json"), _remove("views.sql"), _remove(f"openlineage/{KEY}.ndjson"), _restage],
    ids=["package", "views", "events", "returns"],
)
def test_what_is_missing_or_of_other_returns_is_written_again(change: Callable[[Store], None], copied: Store) -> None:
    change(copied)
    assert "interchange" in layers.stale_followers(SHIPPED, copied, KEY)
    layers.publish_interchange(copied, [KEY])
    assert "interchange" not in layers.stale_followers(SHIPPED, copied, KEY)


def test_the_table_says_what_was_written(example: Store) -> None:
    (row,) = example.read("interchange", [str(KEY)])[0].to_pylist()
    content = (example.root / row["file"]).read_bytes()
    assert (row["sha256"], row["events"]) == (hashlib.sha256(content).hexdigest(), 16)
    assert row["columns"] > len(FORMS) * len(KEYS)
