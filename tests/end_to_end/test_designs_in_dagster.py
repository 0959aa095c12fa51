"""A design that comes into force while Dagster serves: its form has assets and checks like any other, without a hand.

The real code server, daemon and pages, as they stand behind the desk, asked over their socket.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from pipelines.settings import DATA_VARIABLE, HOME_VARIABLE, RAW_VARIABLE, Settings
from pipelines.store import designs
from schemas.forms import BY_CODE
from tests.unit.builders import ROOT, filled
from tests.unit.designed import DESIGN, PLACES_CSV, put

pytestmark = [pytest.mark.slow, pytest.mark.daemon]

_LONGEST = 240


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Dagster's GraphQL, of an office in which one commune sends one form of the home pack."""
    raw, data = tmp_path / "raw", tmp_path / "data"
    own = raw / "2024-H1" / "ban-moi"
    own.mkdir(parents=True)
    (raw / "places.csv").write_text(PLACES_CSV.replace("home ba_vu", "home").replace(" R11 R12", ""), encoding="utf-8")
    herd = dict.fromkeys(BY_CODE["B01"].fields(), 0)
    (own / "mot.xlsx").write_bytes(filled(BY_CODE["B01"], herd, reporter="Bản Một", commune="Bản Mới"))
    folders = {RAW_VARIABLE: str(raw), DATA_VARIABLE: str(data), HOME_VARIABLE: str(data / "dagster")}
    with pytest.MonkeyPatch.context() as patch:
        for variable, folder in folders.items():
            patch.setenv(variable, folder)
        Settings.of().export()
        socket = tmp_path / "s"
        with (tmp_path / "log").open("wb") as log:
            served = subprocess.Popen(
                [sys.executable, "-m", "pipelines.orchestration.serving", str(socket)],
                cwd=ROOT,
                env=dict(os.environ),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
            )
        transport = httpx2.HTTPTransport(uds=str(socket), verify=False, trust_env=False)
        with httpx2.Client(transport=transport, base_url="http://dagster", timeout=60) as client:

            def asked(query: str, **variables: Any) -> Any:
                answer = client.post("/dagster/graphql", json={"query": query, "variables": variables}).json()
                assert "errors" not in answer, answer
                return answer["data"]

            try:
                yield asked
            finally:
                assert served.stdin is not None
                served.stdin.close()
                served.wait(90)


def until(found: Callable[[], Any]) -> Any:
    """What is found, once it is."""
    end = time.monotonic() + _LONGEST
    while time.monotonic() < end:
        try:
            if seen := found():
                return seen
        except (httpx2.TransportError, KeyError):  # it does not listen yet, or has not read its code
            time.sleep(2)
    raise AssertionError("It is not found.")


ASSETS = """{ assetNodes { assetKey { path } assetMaterializations(limit: 1) { runId }
    assetChecksOrError { ... on AssetChecks { checks { name executionForLatestMaterialization { status } } } } } }"""


def test_a_design_taken_in_by_a_run_has_assets_and_checks_of_its_own_without_a_hand(
    ask: Callable[..., Any], tmp_path: Path
) -> None:
    def assets() -> dict[str, Any]:
        return {"/".join(one["assetKey"]["path"]): one for one in ask(ASSETS)["assetNodes"]}

    before = until(assets)
    assert "marts/livestock" in before
    assert "marts/ba_vu" not in before
    put(tmp_path / "raw", ba_vu=DESIGN)
    (tmp_path / "raw" / "places.csv").write_text(PLACES_CSV, encoding="utf-8")
    repository = {"repositoryName": "__repository__", "repositoryLocationName": "returns"}
    ask(
        "mutation A($where: RepositorySelector!) { addDynamicPartition(repositorySelector: $where, "
        'partitionsDefName: "return_set", partitionKey: "2024-H1_ban-moi") { __typename } }',
        where=repository,
    )
    started = ask(
        "mutation S($what: ExecutionParams!) { launchRun(executionParams: $what) { __typename "
        "... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }",
        what={
            "selector": {**repository, "jobName": "refresh"},
            "executionMetadata": {"tags": [{"key": "dagster/partition", "value": "2024-H1_ban-moi"}]},
        },
    )["launchRun"]
    run = started["run"]["runId"]
    ended = until(
        lambda: (
            status
            if (
                status := ask("query R($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }", id=run)[
                    "runOrError"
                ]["status"]
            )
            in ("SUCCESS", "FAILURE")
            else None
        )
    )
    assert ended == "SUCCESS"
    (taken,) = designs.in_force(tmp_path / "data")
    assert taken.who.startswith("Dagster, lần chạy")
    after = until(lambda: found if "marts/ba_vu" in (found := assets()) else None)
    assert after.keys() - before.keys() >= {"marts/ba_vu", "returns/bao_ve_cay", "figures/ba_vu"}
    # The sensor that sees new folders may have been quicker than the hand: then the run that it started made the table.
    (made,) = (one["runId"] for one in after["marts/ba_vu"]["assetMaterializations"])
    runs = "query R($of: RunsFilter!) { runsOrError(filter: $of) { ... on Runs { results { runId } } } }"
    of_this_set = {"tags": [{"key": "dagster/partition", "value": "2024-H1_ban-moi"}]}
    assert made in [one["runId"] for one in ask(runs, of=of_this_set)["runsOrError"]["results"]]
    checks = after["findings/ba_vu"]["assetChecksOrError"]["checks"]
    assert [one["name"] for one in checks] == ["edits"]
    assert (tmp_path / "data" / "figures" / "ba_vu" / "2024-H1_ban-moi.parquet").is_file()
