"""What goes on while nobody looks: new return sets, the nightly schedule, the digest; and who works beside that."""

import contextlib
import shutil
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end import small_commune
from tests.end_to_end.dagster_pages import LOCATION, Pages, dagster_dev, returns_ui
from tests.end_to_end.mail import OFFICER, Postbox, mail_server, via
from tests.end_to_end.office import CLEAN, RETURN_SET, SHIPPED, Office
from tests.end_to_end.waiting import free_port, wait_for

pytestmark = [pytest.mark.daemon, pytest.mark.slow]

TICKS = """
query Ticks($selector: InstigationSelector!) {
  instigationStateOrError(instigationSelector: $selector) {
    __typename
    ... on PythonError { message }
    ... on InstigationState { status ticks(limit: 20) { status skipReason runIds timestamp error { message } } }
  }
}
"""

MADE = """
query Made($run: ID!) {
  logsForRun(runId: $run, limit: 1000) {
    ... on EventConnection { events { ... on MaterializationEvent { assetKey { path } } } }
  }
}
"""

INSTIGATORS = ("new_return_sets", "nightly", "returns_due", "digest")
MINUTE = 60
"""The schedule of these tests fires once in a minute."""
PATIENCE = 6 * MINUTE
"""A run takes half a minute, and several on a machine that does other work as well."""


def ended(pages: Pages, run: str) -> str | None:
    """Return how a run has ended, once it has."""
    (status,) = [one["status"] for one in pages.runs() if one["runId"] == run]
    return str(status) if status in ("SUCCESS", "FAILURE", "CANCELED") else None


def instigator(pages: Pages, name: str) -> dict[str, Any]:
    selector = {"repositoryName": "__repository__", "repositoryLocationName": LOCATION, "name": name}
    state: dict[str, Any] = pages.ask(TICKS, selector=selector)["instigationStateOrError"]
    assert state["__typename"] == "InstigationState", (name, state)
    assert not [tick for tick in state["ticks"] if tick["status"] == "FAILURE"], state["ticks"]
    return state


def tick(pages: Pages, name: str, status: str, *, after: float = 0.0) -> dict[str, Any] | None:
    """Return the first tick with this status since a moment, or nothing yet."""
    latest_first = instigator(pages, name)["ticks"]
    fitting = [tick for tick in latest_first if tick["status"] == status and tick["timestamp"] > after]
    return fitting[-1] if fitting else None


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office to which no return has been sent yet."""
    office = Office(tmp_path_factory.mktemp("daemon"))
    office.raw.mkdir()
    return office


@pytest.fixture(scope="module")
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture(scope="module")
def pages(office: Office, postbox: Postbox) -> Iterator[Pages]:
    port = free_port()
    environment = {"RETURNS_CRON": "* * * * *", **via(port, OFFICER)}
    with mail_server(postbox, port), returns_ui(office, office.root / "ui.log", environment) as pages:
        yield pages


def materialised(pages: Pages, run: str) -> set[str]:
    """Return the assets that a run has told to be other than they were."""
    told = pages.ask(MADE, run=run)["logsForRun"]["events"]
    return {"/".join(event["assetKey"]["path"]) for event in told if event.get("assetKey")}


def send_returns(office: Office) -> None:
    """Let the folder of the return set appear at once."""
    arriving = office.root / "arriving"
    shutil.copytree(SHIPPED, arriving)
    office.returns.parent.mkdir(parents=True)
    arriving.rename(office.returns)


def succeeded(pages: Pages, run: str) -> None:
    assert wait_for(f"run {run} ends", lambda: ended(pages, run), seconds=PATIENCE) == "SUCCESS"


def test_a_year_of_the_office_in_five_minutes(office: Office, pages: Pages, postbox: Postbox, artefacts: Path) -> None:
    for name in INSTIGATORS:
        assert instigator(pages, name)["status"] == "RUNNING", name

    # Nothing has come yet.
    skipped = wait_for("the sensor looks", lambda: tick(pages, "new_return_sets", "SKIPPED"), seconds=PATIENCE)
    assert skipped["skipReason"] == "Không có bộ báo cáo mới."
    assert pages.runs() == []

    # A return set appears: it is registered and run.
    send_returns(office)
    seen = wait_for("the sensor sees the set", lambda: tick(pages, "new_return_sets", "SUCCESS"), seconds=PATIENCE)
    (first,) = seen["runIds"]
    succeeded(pages, first)
    assert office.values("livestock.total.heads", "poultry.sold.heads") == ["5373", "3000"]
    assert "Không có gì thay đổi" in office.ask("refresh")

    # The schedule fires while nothing has changed, and says so: that one run was enough.
    moment = time.time()
    skipped = wait_for("the schedule skips", lambda: tick(pages, "nightly", "SKIPPED", after=moment), seconds=PATIENCE)
    assert skipped["skipReason"] == "Không có bộ báo cáo nào thay đổi."
    (run,) = pages.runs()
    assert (run["runId"], run["jobName"]) == (first, "refresh")
    assert run["tags"]["dagster/partition"] == RETURN_SET
    assert run["tags"]["dagster/sensor_name"] == "new_return_sets"

    # A workbook changes: the schedule fires for real, and makes what is made of it.
    before = office.tables("marts")
    office.fill("na_lia.xlsx", "Xuất bán", {"D16": 813})
    fired = wait_for(
        "the schedule fires", lambda: tick(pages, "nightly", "SUCCESS", after=skipped["timestamp"]), seconds=PATIENCE
    )
    (second,) = fired["runIds"]
    succeeded(pages, second)
    assert office.values("livestock.total.heads", "poultry.sold.heads") == ["5373", "3010"]
    told = materialised(pages, second)
    assert {"cells", "marts/sales", "figures/livestock", "explorer"} <= told
    assert not told & {"marts/budget", "findings/budget", "figures/budget", "report"}
    assert office.tables("marts")["budget"] == before["budget"]
    assert postbox.mails == []

    # A workbook breaks in one form and changes in another: one run holds what is broken and lets the rest through.
    office.fill("na_lia.xlsx", "Chăn nuôi", {"D10": 56})
    office.fill("na_lia.xlsx", "Xuất bán", {"D16": 823})
    broken = wait_for(
        "the schedule fires on the broken workbook",
        lambda: tick(pages, "nightly", "SUCCESS", after=fired["timestamp"]),
        seconds=PATIENCE,
    )
    (third,) = broken["runIds"]
    succeeded(pages, third)
    assert office.values("livestock.total.heads", "poultry.sold.heads") == ["5373", "3020"]
    assert [row["file"] for row in office.blocking()] == ["na_lia.xlsx"]
    mail = wait_for("the officer is told by mail", lambda: postbox.mails, seconds=PATIENCE)
    assert mail[0]["Subject"] == "Báo cáo Xã Hữu Kiên, 6 tháng đầu năm 2024: 1 đơn vị phải sửa số liệu"

    # What is held is not run again every night.
    again = wait_for(
        "the schedule skips what is held",
        lambda: tick(pages, "nightly", "SKIPPED", after=broken["timestamp"]),
        seconds=PATIENCE,
    )
    assert again["skipReason"] == "Không có bộ báo cáo nào thay đổi."
    assert [run["runId"] for run in pages.runs()] == [third, second, first]
    assert len(postbox.mails) == 1, "and the officer is not told again"

    # Somebody at the command line, somebody at the pages and the schedule, all at once and into one event log.
    office.fill("na_lia.xlsx", "Chăn nuôi", {"D10": 55})
    office.fill("na_lia.xlsx", "Xuất bán", {"D16": 833})
    with office.start("refresh", "--all") as command:
        launched = [pages.launch("refresh", RETURN_SET), pages.launch("report", RETURN_SET)]
        for run_id in launched:
            succeeded(pages, run_id)
        out, err = command.communicate(timeout=PATIENCE)
        assert command.returncode == CLEAN, out + err
    wait_for("no run goes on", lambda: all(ended(pages, run["runId"]) for run in pages.runs()), seconds=PATIENCE)
    assert {run["status"] for run in pages.runs()} == {"SUCCESS"}
    assert office.values("livestock.total.heads", "poultry.sold.heads") == ["5373", "3030"]
    assert len(list((office.data / "report" / RETURN_SET).iterdir())) == 2
    for path in (office.data / "dagster").rglob("*.db"):
        with contextlib.closing(sqlite3.connect(path)) as log:
            assert log.execute("PRAGMA integrity_check").fetchall() == [("ok",)], path
    for name in INSTIGATORS:
        instigator(pages, name)  # no tick of any of them has failed
    shutil.copy(pages.log, artefacts / "ui.log")


def test_dagster_runs_without_anything_of_ours_in_front(tmp_path: Path) -> None:
    office = small_commune.founded(tmp_path)
    with dagster_dev(office, tmp_path / "dev.log") as pages:
        (run,) = wait_for("the sensor has started a run", pages.runs, seconds=PATIENCE)
        succeeded(pages, run["runId"])
        assert office.values("livestock.horse.heads") == ["66"]
