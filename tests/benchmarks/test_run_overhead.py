"""How much longer a run of the whole job takes than a run of the same graph with nothing in it.

Measured in one process and one Dagster instance, the two in turn, so that a slow machine slows both.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import pytest

from pipelines.cli import runs
from pipelines.definitions import defs
from pipelines.orchestration.partitions import RETURN_SETS, register
from pipelines.settings import Settings
from pipelines.store.raw import Raw

ROUNDS = 5
GOAL = 1.3


def empty_twin() -> dg.JobDefinition:
    """A job with the same assets, dependencies, checks and partitions, step by step, whose steps do nothing."""
    graph = defs.resolve_asset_graph()
    twins: list[dg.AssetsDefinition] = []
    for definition in defs.assets or []:
        assert isinstance(definition, dg.AssetsDefinition)
        keys = list(definition.keys)
        specs = [dg.AssetSpec(key, deps=list(graph.get(key).parent_keys), partitions_def=RETURN_SETS) for key in keys]
        checks = [dg.AssetCheckSpec(spec.name, asset=spec.asset_key) for spec in definition.check_specs]
        twins.append(_empty(definition.node_def.name, specs, checks))
    job = dg.define_asset_job("refresh", executor_def=dg.in_process_executor)
    return dg.Definitions(assets=twins, jobs=[job]).resolve_job_def("refresh")


def _empty(name: str, specs: list[dg.AssetSpec], checks: list[dg.AssetCheckSpec]) -> dg.AssetsDefinition:
    @dg.multi_asset(name=name, specs=specs, check_specs=checks, partitions_def=RETURN_SETS)
    def nothing() -> Iterator[dg.MaterializeResult[None]]:
        passed = [
            dg.AssetCheckResult(check_name=check.name, asset_key=check.asset_key, passed=True) for check in checks
        ]
        for number, spec in enumerate(specs):
            yield dg.MaterializeResult(asset_key=spec.key, check_results=[] if number else passed)

    return nothing


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


@pytest.mark.slow
def test_whole_job_against_an_empty_one_of_the_same_shape(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = Path(__file__).parents[2] / "raw"
    for variable in ("RETURNS_RAW", "RETURNS_DATA", "DAGSTER_HOME"):
        monkeypatch.setenv(variable, "")  # put back afterwards
    Settings.of(str(raw), str(tmp_path)).export()
    keys = Raw(raw).return_sets()
    tags = {"dagster/partition": str(keys[0]), "returns/reread": "true"}
    whole, empty = defs.resolve_job_def("refresh"), empty_twin()
    with dg.DagsterInstance.get() as instance:
        register(instance, keys)

        def run(job: dg.JobDefinition) -> None:
            runs.run(instance, job, tags, lambda _step, _steps: None)

        run(whole)
        run(empty)
        ratios = [seconds(lambda: run(whole)) / seconds(lambda: run(empty)) for _ in range(ROUNDS)]
    with capsys.disabled():
        print(f"\nwhole job / empty job of the same shape: {statistics.median(ratios):.2f} (goal {GOAL}), {ratios}")
    # Not a test of speed: only that the measurement measured two jobs that both did what they say.
    assert len(ratios) == ROUNDS
    assert len(empty.graph.node_defs) == len(whole.graph.node_defs)
