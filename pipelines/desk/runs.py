"""Runs as the desk sees them: asked of Dagster over its own GraphQL, so that they are in its pages too.

Belongs here: starting a run of the refresh, how far it is, the last one, the nightly. Does not belong here: what a run
does, passing on what a browser asks of Dagster (``pipelines.desk.proxy``).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx2

from pipelines import posix
from pipelines.desk.proxy import GRAPHQL, NotReachedError, socket
from pipelines.present.steps import steps_of
from schemas.return_sets import BatchKey

LOCATION, REPOSITORY = "returns", "__repository__"
"""As ``workspace.yaml`` and Dagster call them."""

JOB, SCHEDULE, PARTITIONS = "refresh", "nightly", "return_set"

WHO_TAG = "returns/who"
"""Run tag with who has started a run at the desk."""

_SECONDS = 20.0


class RefusedError(Exception):
    """Dagster does not do it; the words are its own."""


@dataclass(frozen=True)
class Run:
    """A run of the refresh."""

    id: str
    status: str
    batch: str
    who: str
    started: datetime | None
    ended: datetime | None
    steps: tuple[int, int] = (0, 0)
    """How many it has done, of how many there can be."""

    @property
    def goes_on(self) -> bool:
        """Whether it has not ended."""
        return self.status not in ("SUCCESS", "FAILURE", "CANCELED")


@dataclass(frozen=True)
class Night:
    """The nightly run."""

    on: bool
    next: datetime | None
    last: datetime | None
    said: str
    """What it said the last time, where it started nothing."""


_RUN = "fragment R on Run { runId status startTime endTime tags { key value } }"
_LATEST = "runsOrError(filter: {pipelineName: $job}, limit: 1) { ... on Runs { results { ...R } } }"
_NIGHT = (
    "scheduleOrError(scheduleSelector: $schedule) { ... on Schedule { futureTicks(limit: 1) { results { timestamp } } "
    "scheduleState { status ticks(limit: 1) { timestamp skipReason } } } }"
)


def latest() -> Run | None:
    """Return the latest run of the refresh.

    Raises:
        NotReachedError: Dagster does not answer.
    """
    return _latest(_ask(f"query Latest($job: String!) {{ {_LATEST} }} {_RUN}", job=JOB))


def latest_and_night() -> tuple[Run | None, Night | None]:
    """Return the same, and what there is to tell of the nightly run; no night where its schedule is not read yet.

    Raises:
        NotReachedError: Dagster does not answer.
    """
    told = _ask(
        f"query Both($job: String!, $schedule: ScheduleSelector!) {{ {_LATEST} {_NIGHT} }} {_RUN}",
        job=JOB,
        schedule={"repositoryName": REPOSITORY, "repositoryLocationName": LOCATION, "scheduleName": SCHEDULE},
    )
    return _latest(told), _night(told)


def run(identifier: str) -> Run | None:
    """Return a run, with how far it is; nothing where there is none.

    Raises:
        NotReachedError: Dagster does not answer.
    """
    told = _ask(
        "query One($id: ID!) { runOrError(runId: $id) { ...R } logsForRun(runId: $id, limit: 1000) "
        f"{{ ... on EventConnection {{ events {{ __typename ... on LogMessageEvent {{ message }} }} }} }} }} {_RUN}",
        id=identifier,
    )
    if "runId" not in told["runOrError"]:
        return None
    said = [event.get("message", "") for event in told["logsForRun"].get("events", [])]
    steps = [found for one in said if (found := steps_of(one))]
    return _run(told["runOrError"], steps[-1] if steps else (0, 0))


def start(batches: Iterable[BatchKey], who: str) -> list[str]:
    """Start a run of the refresh for each of some batches; return their ids.

    Raises:
        NotReachedError: Dagster does not answer.
        RefusedError: It does not start one.
    """
    return [_start(str(batch), who) for batch in batches]


def _start(batch: str, who: str) -> str:
    repository = {"repositoryName": REPOSITORY, "repositoryLocationName": LOCATION}
    _ask(  # where it is known, that is told as an error, which is none
        "mutation Known($where: RepositorySelector!, $name: String!, $key: String!) { addDynamicPartition("
        "repositorySelector: $where, partitionsDefName: $name, partitionKey: $key) { __typename } }",
        where=repository,
        name=PARTITIONS,
        key=batch,
    )
    told = _ask(
        "mutation Start($what: ExecutionParams!) { launchRun(executionParams: $what) { __typename "
        "... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }",
        what={
            "selector": {**repository, "jobName": JOB},
            "executionMetadata": {
                "tags": [{"key": "dagster/partition", "value": batch}, {"key": WHO_TAG, "value": who}]
            },
        },
    )["launchRun"]
    if told["__typename"] != "LaunchRunSuccess":
        raise RefusedError(told.get("message") or told["__typename"])
    return str(told["run"]["runId"])


def _ask(query: str, **variables: Any) -> dict[str, Any]:
    transport = posix.over(socket())
    try:
        with httpx2.Client(transport=transport, base_url="http://dagster", timeout=_SECONDS) as client:
            answer = client.post(GRAPHQL, json={"query": query, "variables": variables})
    except httpx2.TransportError:
        raise NotReachedError from None
    told = answer.json()
    if told.get("errors"):
        raise RefusedError(told["errors"][0].get("message", ""))
    data: dict[str, Any] = told["data"]
    return data


def _run(told: dict[str, Any], steps: tuple[int, int] = (0, 0)) -> Run:
    tags = {tag["key"]: tag["value"] for tag in told["tags"]}
    batch, who = tags.get("dagster/partition", ""), tags.get(WHO_TAG, "")
    return Run(told["runId"], told["status"], batch, who, _moment(told["startTime"]), _moment(told["endTime"]), steps)


def _latest(told: dict[str, Any]) -> Run | None:
    runs = told["runsOrError"].get("results", [])
    return _run(runs[0]) if runs else None


def _night(told: dict[str, Any]) -> Night | None:
    schedule = told["scheduleOrError"]
    if "scheduleState" not in schedule:
        return None
    state = schedule["scheduleState"]
    last = state["ticks"][0] if state["ticks"] else {}
    coming = schedule["futureTicks"]["results"]
    return Night(
        state["status"] == "RUNNING",
        _moment(coming[0]["timestamp"]) if coming else None,
        _moment(last.get("timestamp")),
        last.get("skipReason") or "",
    )


def _moment(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
