"""Dagster's own pages and daemon, started as an officer starts them, ``returns ui``, or as Dagster's guides say.

Belongs here: starting, waiting until they answer, asking, launching a run, stopping. Does not belong here: clicking
(``test_browser``).
"""

import contextlib
import json
import os
import re
import secrets
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx2
from playwright.sync_api import Page

from tests.end_to_end.office import COMMAND, PROJECT, Office
from tests.end_to_end.waiting import free_port, wait_for

LOCATION = "returns"
READY_SECONDS, STOP_SECONDS = 120.0, 30.0


READY = """
query Ready {
  workspaceOrError {
    ... on Workspace {
      locationEntries { name loadStatus locationOrLoadError { __typename ... on PythonError { message } } }
    }
  }
  instance { daemonHealth { allDaemonStatuses { daemonType required healthy } } }
}
"""

RUNS = "query { runsOrError { ... on Runs { results { runId jobName status tags { key value } } } } }"

LAUNCH = """
mutation Launch($job: String!, $location: String!, $returnSet: String!) {
  launchRun(executionParams: {
    selector: { repositoryName: "__repository__", repositoryLocationName: $location, jobName: $job }
    executionMetadata: { tags: [{ key: "dagster/partition", value: $returnSet }] }
  }) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
  }
}
"""


@dataclass(frozen=True)
class Pages:
    """Dagster as it runs."""

    url: str
    log: Path
    process: "subprocess.Popen[bytes]"
    cookies: Mapping[str, str] = field(default_factory=dict)
    """Of who has signed in at the desk, where that stands before them."""

    @property
    def desk(self) -> str:
        """Where the desk is."""
        return self.url.removesuffix("/dagster")

    def let_in(self, page: Page) -> None:
        """Let a browser be signed in."""
        page.context.add_cookies([{"name": name, "value": one, "url": self.desk} for name, one in self.cookies.items()])

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """Put a GraphQL query, as the pages themselves do."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Content-Type": "application/json", "Origin": self.desk, "Cookie": cookies}
        request = urllib.request.Request(f"{self.url}/graphql", body, headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            told: dict[str, Any] = json.loads(answer.read())
        assert not told.get("errors"), told["errors"]
        data: dict[str, Any] = told["data"]
        return data

    def runs(self) -> list[dict[str, Any]]:
        """Return all runs, the latest first: id, job, status, tags."""
        found: list[dict[str, Any]] = self.ask(RUNS)["runsOrError"]["results"]
        return [{**run, "tags": {tag["key"]: tag["value"] for tag in run["tags"]}} for run in found]

    def launch(self, job: str, return_set: str) -> str:
        """Launch a job for a return set, as the pages do; return the id of the run."""
        told = self.ask(LAUNCH, job=job, location=LOCATION, returnSet=return_set)["launchRun"]
        assert told["__typename"] == "LaunchRunSuccess", told
        run: str = told["run"]["runId"]
        return run

    def is_ready(self) -> bool:
        """Return whether the code is loaded and all daemons run; fail if it never will be."""
        assert self.process.poll() is None, f"Dagster ended early:\n{self.log.read_text()[-4000:]}"
        try:
            told = self.ask(READY)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False
        entries = told["workspaceOrError"].get("locationEntries", [])
        for entry in entries:
            loaded = entry["locationOrLoadError"]
            assert not loaded or loaded["__typename"] != "PythonError", loaded["message"]
        daemons = told["instance"]["daemonHealth"]["allDaemonStatuses"]
        return (
            [entry["name"] for entry in entries] == [LOCATION]
            and all(entry["loadStatus"] == "LOADED" for entry in entries)
            and all(daemon["healthy"] for daemon in daemons if daemon["required"])
        )


def _stop(process: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGINT)  # as Ctrl+C does; the leader tells its children
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # whatever is left of the group that we started
    process.wait(10)


@contextlib.contextmanager
def returns_ui(office: Office, log: Path, environment: Mapping[str, str] | None = None) -> Iterator[Pages]:
    """Run ``returns ui`` over an office's folders, somebody let in, from when Dagster answers until the block ends."""
    with _running([COMMAND, "ui"], office, log, {**office.environment, **(environment or {})}) as pages:
        wait_for(f"the desk answers; see {log}", lambda: _answers(pages.url), seconds=READY_SECONDS)
        behind = replace(pages, url=f"{pages.url}/dagster", cookies=signed_in(office, pages.url))
        wait_for(f"Dagster answers; see {office.data / 'desk'}", behind.is_ready, seconds=READY_SECONDS)
        yield behind


@contextlib.contextmanager
def desk_alone(office: Office, log: Path, *roles: str) -> Iterator[Pages]:
    """Run the same, somebody with these roles let in, from when the desk answers: Dagster may still be starting."""
    with _running([COMMAND, "ui"], office, log, office.environment) as pages:
        wait_for(f"the desk answers; see {log}", lambda: _answers(pages.url), seconds=READY_SECONDS)
        yield replace(pages, cookies=signed_in(office, pages.url, *roles))


@contextlib.contextmanager
def first_start(office: Office, log: Path, environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Run ``returns ui`` on a machine where nobody has been yet; give its address, and the link that it prints."""
    with _running([COMMAND, "ui"], office, log, {**office.environment, **environment}) as pages:
        wait_for(f"the desk answers; see {log}", lambda: _answers(pages.url), seconds=READY_SECONDS)
        printed = wait_for("the link", lambda: re.search(r"http://\S+/enter/\S+", log.read_text()), seconds=30)
        yield pages.url, printed[0]


def _answers(url: str) -> bool:
    with contextlib.suppress(httpx2.TransportError):
        return httpx2.get(f"{url}/sign-in").status_code == 200
    return False


def signed_in(office: Office, url: str, *roles: str) -> dict[str, str]:
    """Add a user by the command and set a password by the link that it prints; return the cookies of the session."""
    name = f"user-{secrets.token_hex(4)}"
    chosen = [word for role in roles or ("officer",) for word in ("--role", role)]
    told = office.run("desk", "add-user", name, "--title", "cán bộ kiểm thử", *chosen)
    found = re.search(r"/enter/\S+", told)
    assert found is not None, told
    password = secrets.token_urlsafe(16)
    with httpx2.Client(base_url=url, headers={"Origin": url}) as browser:
        page = browser.get(found[0]).text
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token is not None, page
        answer = browser.post(
            found[0], data={"csrfmiddlewaretoken": token[1], "password1": password, "password2": password}
        )
        assert answer.status_code == 302, answer.text
        return dict(browser.cookies)


@contextlib.contextmanager
def dagster_dev(office: Office, log: Path) -> Iterator[Pages]:
    """Run ``dagster dev -w workspace.yaml`` in an office's folder, with nothing of ours in front of it.

    What the environment says of folders is what a terminal in that folder would say: nothing, and no Dagster home.
    """
    ours = ("RETURNS_RAW", "RETURNS_DATA", "DAGSTER_HOME")
    bare = {name: value for name, value in office.environment.items() if name not in ours}
    command: list[str | Path] = [COMMAND.parent / "dagster", "dev", "-w", PROJECT / "workspace.yaml", "-h", "127.0.0.1"]
    with _running(command, office, log, bare) as pages:
        wait_for(f"Dagster answers; see {log}", pages.is_ready, seconds=READY_SECONDS)
        yield pages


@contextlib.contextmanager
def _running(
    command: Sequence[str | Path], office: Office, log: Path, environment: Mapping[str, str]
) -> Iterator[Pages]:
    port = free_port()
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [*command, "--port", str(port)],
            cwd=office.root,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield Pages(f"http://127.0.0.1:{port}", log, process)
    finally:
        _stop(process)
