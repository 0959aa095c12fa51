import subprocess
import sys
from functools import cache

import dagster as dg
import pytest

from pipelines.orchestration.partitions import BATCHES
from pipelines.settings import CRON_VARIABLE, nightly_cron
from schemas.edits import Agreement
from schemas.figure import Chapter
from schemas.figures import CHAPTERS
from schemas.form import Form
from schemas.forms import FORMS
from tests.unit.builders import ROOT
from tests.wiring.graph import checks, defs, specs


def deps_of(key: str) -> set[str]:
    return {dep.asset_key.to_user_string() for dep in specs()[key].deps}


def upstream_of(key: str) -> set[str]:
    """Everything an asset is made of, however far back."""
    found = deps_of(key)
    return found.union(*(upstream_of(dep) for dep in found))


def columns_of(key: str) -> list[dg.TableColumn]:
    schema = specs()[key].metadata["dagster/column_schema"]
    value = schema.value if isinstance(schema, dg.TableSchemaMetadataValue) else schema
    assert isinstance(value, dg.TableSchema)
    return list(value.columns)


def test_the_definitions_load() -> None:
    dg.Definitions.validate_loadable(defs)


def test_the_definitions_load_without_a_warning_about_this_project() -> None:
    code = "import pipelines.definitions"
    done = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:pipelines.orchestration.jobs", "-c", code],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@cache
def resolved_upstream(key: str) -> frozenset[str]:
    """Everything an asset is made of as Dagster has it, however far back: a misspelt dependency loads, and is none."""
    graph = defs.resolve_asset_graph()
    return frozenset(one.to_user_string() for one in graph.get_ancestor_asset_keys(dg.AssetKey(key.split("/"))))


def test_every_dependency_is_an_asset_and_dagster_sees_the_same_graph() -> None:
    for key in sorted(specs()):
        assert deps_of(key) <= set(specs()), key
        assert resolved_upstream(key) - {key} == upstream_of(key), key


def test_there_is_a_check_on_the_findings_of_every_form_on_those_of_no_form_on_who_is_late_and_on_designs() -> None:
    of_cells = {"cells:overdue", "cells:designs"}
    assert (
        set(checks()) == {f"findings/{form.domain}:edits" for form in FORMS} | {"findings/workbooks:edits"} | of_cells
    )
    assert not [name for name, check in checks().items() if check.blocking]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.code)
def test_every_form_has_its_chain_of_assets(form: type[Form]) -> None:
    own = form.domain
    assert deps_of(f"returns/{own}") == {"cells", "approved"}
    others = {other.form.domain for edit in form.edits if isinstance(edit, Agreement) for other in edit.others}
    read = {f"returns/{one}" for one in {own, *others}}
    assert deps_of(f"findings/{own}") == {*read, "problems/workbooks", "cells", "approved"}
    received = {"problems/workbooks", "approved", "estimates"}
    assert deps_of(f"marts/{own}") == {f"returns/{own}", f"findings/{own}", *received}


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.code)
def test_every_chapter_has_an_asset_made_of_its_forms_marts(chapter: Chapter) -> None:
    marts = {f"marts/{form.domain}" for form in chapter.forms}
    # With what goes through the reading of workbooks: who has sent nothing, and so may be estimated.
    assert deps_of(f"figures/{chapter.code}") == {"approved", "estimates", *marts}


def test_statements_are_made_of_all_figures_and_documents_of_statements() -> None:
    figures = {f"figures/{chapter.code}" for chapter in CHAPTERS}
    findings = {f"findings/{form.domain}" for form in FORMS} | {"findings/workbooks"}
    assert deps_of("statements") == {"cells", "approved", *figures}
    assert deps_of("explorer") == deps_of("report") == {"cells", "statements", *figures, *findings}
    assert "explorer" not in upstream_of("interchange")


def test_nothing_but_what_is_read_from_raw_and_what_describes_it_is_without_a_dependency() -> None:
    assert {key for key in specs() if not deps_of(key)} == {"cells", "approved", "marts/places"}


def test_the_refresh_job_runs_every_asset_but_the_annexes_in_one_step_of_one_process() -> None:
    job = defs.resolve_job_def("refresh")
    layer = job.asset_layer
    assert {key.to_user_string() for key in layer.selected_asset_keys} == set(specs()) - {"report"}
    assert {key.to_user_string() for key in layer.asset_graph.asset_check_keys} == set(checks())
    assert len(list(job.nodes)) == 1
    assert job.executor_def.name == "in_process"
    assert job.partitions_def == BATCHES


def test_the_report_job_makes_the_annexes_and_nothing_else() -> None:
    job = defs.resolve_job_def("report")
    assert job.executor_def.name == "in_process"
    assert {key.to_user_string() for key in job.asset_layer.selected_asset_keys} == {"report"}
    assert {one.name for one in defs.resolve_all_job_defs() if not one.name.startswith("__")} == {"refresh", "report"}


def test_every_asset_has_a_group_a_description_and_the_partition_of_return_sets() -> None:
    for key in sorted(specs()):
        spec = specs()[key]
        assert spec.group_name not in (None, "", "default"), key
        assert spec.description, key
        assert spec.partitions_def == BATCHES, key
        assert key.isascii()


def test_groups_read_in_the_order_of_the_plan_and_an_asset_belongs_to_a_desk_not_to_a_person() -> None:
    groups = {key: str(spec.group_name) for key, spec in specs().items()}
    chapter = groups["figures/livestock"]
    assert groups["cells"] < groups["figures/office"] < chapter < groups["figures/budget"] < groups["statements"]
    assert groups["statements"] < groups["explorer"]
    for layer in ("returns", "findings", "marts"):
        assert groups[f"{layer}/livestock"] == groups[f"{layer}/sales"] == chapter
    assert len(set(groups.values())) == len(CHAPTERS) + 3
    for key, spec in specs().items():
        assert list(spec.owners) == ["team:thong-ke"], key
        assert spec.tags["returns/layer"] == key.split("/")[0], key
    assert len({frozenset(specs()[f"{layer}/livestock"].kinds) for layer in ("returns", "findings", "marts")}) == 3


def test_what_no_asset_expects_is_told_in_a_sentence() -> None:
    makers = [one for one in defs.assets or [] if isinstance(one, dg.AssetsDefinition)]
    assert {one.op.name for one in makers} == {"tables", "annexes"}
    for one in makers:
        compute = one.op.compute_fn.decorated_fn  # type: ignore[union-attr]
        assert compute.__code__.co_filename.endswith("failures.py"), one.op.name


def test_every_column_of_every_asset_is_described() -> None:
    for key in sorted(specs()):
        columns = columns_of(key)
        assert columns, key
        for column in columns:
            assert column.description, (key, column.name)
            assert column.description != column.name, (key, column.name)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.code)
def test_the_columns_of_a_mart_are_the_forms_fields_with_their_units(form: type) -> None:
    columns = {column.name: column for column in columns_of(f"marts/{form.domain}")}  # type: ignore[attr-defined]
    for name, item in form.fields().items():  # type: ignore[attr-defined]
        assert columns[name].description.startswith(f"{item.label} ({item.unit.label})")  # type: ignore[union-attr]


def test_column_lineage_leads_to_columns_that_exist() -> None:
    seen = 0
    for spec in specs().values():
        lineage = spec.metadata.get("dagster/column_lineage")
        value = lineage.value if isinstance(lineage, dg.TableColumnLineageMetadataValue) else lineage
        if not isinstance(value, dg.TableColumnLineage):
            continue
        names = {column.name for column in columns_of(spec.key.to_user_string())}
        assert set(value.deps_by_column) <= names
        for dep in [dep for deps in value.deps_by_column.values() for dep in deps]:
            seen += 1
            upstream = dep.asset_key.to_user_string()
            assert upstream in upstream_of(spec.key.to_user_string())
            assert dep.column_name in {column.name for column in columns_of(upstream)}
    assert seen


def lineage_of(key: str) -> dict[str, set[str]]:
    """By column, the assets' columns it is made of."""
    lineage = specs()[key].metadata["dagster/column_lineage"]
    value = lineage.value if isinstance(lineage, dg.TableColumnLineageMetadataValue) else lineage
    assert isinstance(value, dg.TableColumnLineage)
    return {
        column: {f"{dep.asset_key.to_user_string()}.{dep.column_name}" for dep in deps}
        for column, deps in value.deps_by_column.items()
    }


def test_column_lineage_goes_from_the_plan_to_the_cell() -> None:
    assert "figures/livestock.value" in lineage_of("statements")["computed"]
    assert "marts/livestock.horse_white" in lineage_of("figures/livestock")["value"]
    assert "marts/livestock.horse_white" in lineage_of("marts/observations")["value"]
    assert lineage_of("marts/livestock")["horse_white"] == {"returns/livestock.value"}
    assert lineage_of("returns/livestock")["value"] == {"cells.text"}
    assert lineage_of("findings/livestock")["cells"] == {"returns/livestock.cell"}


def test_every_check_says_what_it_means() -> None:
    for name in sorted(checks()):
        assert checks()[name].description, name


def test_the_nightly_schedule_runs_at_two_in_vietnam() -> None:
    (schedule,) = defs.schedules or []
    assert isinstance(schedule, dg.ScheduleDefinition)
    assert nightly_cron() == "0 2 * * *", f"{CRON_VARIABLE} is set in the environment of this test"
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 2 * * *", "Asia/Ho_Chi_Minh")
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
    assert schedule.job_name == "refresh"
    assert schedule.description
    assert "02" not in schedule.description, "whoever sets another hour is not told of this one"


def test_the_sensors_run_by_default_and_nothing_runs_by_itself_beside_them() -> None:
    sensors = {one.name: one for one in defs.sensors or []}
    assert set(sensors) == {"new_return_sets", "returns_due", "digest"}
    for name, sensor in sensors.items():
        assert sensor.default_status is dg.DefaultSensorStatus.RUNNING, name
    graph = defs.resolve_asset_graph()
    assert not [key for key in graph.get_all_asset_keys() if graph.get(key).automation_condition]
