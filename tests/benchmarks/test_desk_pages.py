"""What a page of the desk costs the process that serves it: ``measured/desk-pages.md`` among the guides.

The commune as shipped, with a slip and two releases, is asked through the application that is served, guard and all,
with Dagster's process beside it. Every page that a link leads to is asked, so a new page is measured by being there.
It takes a minute, so it is only run where ``make bench`` asks for it.
"""

import asyncio
import contextlib
import os
import re
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.desk.dagster_process import DagsterProcess
from pipelines.desk.guard import Address, Application, Message
from pipelines.settings import Settings
from tests.end_to_end.office import HELD, PROJECT, Office
from tests.end_to_end.waiting import wait_for
from tests.unit.desks import desk_at, every_page
from tests.unit.offices import KEY

ASKED = "RETURNS_BENCH"
TABLE = PROJECT / "pipelines" / "present" / "guides" / "measured" / "desk-pages.md"

TIMES = 15
MOST_TIMES = 5.0
"""The smallest page that the desk makes; those of the explorer are files."""
DAGSTER = [sys.executable, "-m", "pipelines.orchestration.serving"]


class Served:
    """The application, asked by somebody who has signed in."""

    def __init__(self, application: Application, address: Address, cookie: str) -> None:
        self.application, self.cookie, self.host = application, cookie, f"{address.names[0]}:{address.port}"

    def html_at(self, address: str) -> str:
        """What is at an address; nothing where that is no page."""
        kind, content = asyncio.run(self._asked(address))
        return content.decode() if kind.startswith("text/html") else ""

    def costs(self, addresses: Sequence[str]) -> dict[str, float]:
        """CPU seconds of this process for each, the median of several; all in turn, for a busy machine slows all."""
        took: dict[str, list[float]] = {address: [] for address in addresses}
        for _ in range(TIMES):
            for address, own in took.items():
                start = time.process_time()
                self.html_at(address)
                own.append(time.process_time() - start)
        return {address: statistics.median(own) for address, own in took.items()}

    async def _asked(self, address: str) -> tuple[str, bytes]:
        path, _, query = address.partition("?")
        headers = [(b"host", self.host.encode()), (b"cookie", self.cookie.encode())]
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": headers,
        }
        waiting, ended, told = [{"type": "http.request", "body": b""}], asyncio.Event(), []

        async def receive() -> Message:
            if waiting:
                return waiting.pop()
            await ended.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            told.append(message)

        await self.application(scope, receive, send)
        ended.set()
        assert told[0]["status"] == 200, (address, told[0])
        kind = next(value.decode() for name, value in told[0]["headers"] if name.lower() == b"content-type")
        return kind, b"".join(message["body"] for message in told[1:])


@pytest.mark.slow
@pytest.mark.daemon
def test_pages_of_a_commune(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if ASKED not in os.environ:
        pytest.skip(f"only where {ASKED} asks for it")
    office = Office.founded(tmp_path)
    office.fill("pa_phao.xlsx", "Chăn nuôi", {"D13": 141})
    office.run("refresh", expect=HELD)
    for number in (1, 2):
        office.run("release", f"lan-{number}", "--despite", "đo")
    with desk_at(tmp_path, monkeypatch) as desk:
        from pipelines.desk import asgi, dagster_process, proxy, runs

        browser = desk.signed_in("all", "officer", "approver", "administrator")
        cookie = "; ".join(f"{name}={one.value}" for name, one in browser.cookies.items())
        log = Settings.of().data / "desk" / "dagster.log"
        with DagsterProcess(DAGSTER, log) as process:
            monkeypatch.setattr(dagster_process, "current", process)

            def night() -> object:
                with contextlib.suppress(proxy.NotReachedError, runs.RefusedError):
                    return runs.latest_and_night()[1]
                return None

            wait_for(f"Dagster answers; see {log}", night, seconds=120)
            address = Address(3000)
            served = Served(asgi.application(address), address, cookie)
            took = served.costs(every_page(served.html_at))
    table = as_page(took)
    TABLE.write_text(table, encoding="utf-8")
    with capsys.disabled():
        print("\n" + table)
    assert max(took.values()) <= MOST_TIMES * least(took)


def least(took: Mapping[str, float]) -> float:
    """What the smallest page costs."""
    return min(seconds for page, seconds in took.items() if not page.startswith("/explorer/"))


_RUN = re.compile(r"[0-9a-f-]{36}")


def as_page(took: Mapping[str, float]) -> str:
    """The table among the guides."""
    smallest = least(took)
    rows = "\n".join(
        f"| `{_RUN.sub('‹run›', page.replace(str(KEY), '‹set›'))}` | {1000 * seconds:.1f} | {seconds / smallest:.1f} |"
        for page, seconds in sorted(took.items(), key=lambda one: -one[1])
    )
    return f"""# Pages of the desk

Measured by `tests/benchmarks/test_desk_pages.py` on {datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, load
{os.getloadavg()[0]:.0f}: the commune as shipped, with a slip and two releases. CPU time of the process that serves
the desk, the median of {TIMES} times, all pages in turn, Dagster answering beside it; every page that a link leads to,
of each kind two. The smallest is that of those that the desk makes: the explorer's are files.

| page | milliseconds | times the smallest |
|---|--:|--:|
{rows}
"""
