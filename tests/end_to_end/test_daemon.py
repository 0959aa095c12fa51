"""What goes on while nobody looks: new return sets, the nightly schedule, the sensor that catches figures up."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.dagster_pages import LOCATION, Pages, returns_ui, wait_for
from tests.end_to_end.mail import OFFICER, Postbox, free_port, mail_server, via
from tests.end_to_end.office import RETURN_SET, SHIPPED, Office

pytestmark = [pytest.mark.daemon, pytest.mark.slow]

RUNS = "query { runsOrError { ... on Runs { results { runId jobName status tags { key value } } } } }"
TICKS = """
query Ticks($selector: InstigationSelector!) {
  instigationStateOrError(instigationSelector: $selector) {
    __typename
    ... on PythonError { message }
    ... on InstigationState { status ticks(limit: 20) { status skipReason runIds timestamp error { message } } }
  }
}
"""

INSTIGATORS = ("new_return_sets", "nightly", "catch_up_followers", "returns_due", "digest")
MINUTE = 60
"""The schedule of these tests fires once in a minute."""
PATIENCE = 6 * MINUTE
"""A run takes half a minute, and several on a machine that does other work as well."""


def runs(pages: Pages, status: str = "SUCCESS") -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = pages.ask(RUNS)["runsOrError"]["results"]
    return [run for run in results if run["status"] == status]


def started_by(run: dict[str, Any]) -> dict[str, str]:
    return {tag["key"]: tag["value"] for tag in run["tags"]}


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


def send_returns(office: Office) -> None:
    """Let the folder of the return set appear at once."""
    arriving = office.root / "arriving"
    shutil.copytree(SHIPPED, arriving)
    office.returns.parent.mkdir(parents=True)
    arriving.rename(office.returns)


def test_a_year_of_the_office_in_five_minutes(office: Office, pages: Pages, postbox: Postbox, artefacts: Path) -> None:
    for name in INSTIGATORS:
        assert instigator(pages, name)["status"] == "RUNNING", name

    # Nothing has come yet.
    skipped = wait_for("the sensor looks", lambda: tick(pages, "new_return_sets", "SKIPPED"), seconds=PATIENCE)
    assert skipped["skipReason"] == "Không có bộ báo cáo mới."
    assert runs(pages) == []

    # A return set appears: it is registered and run.
    send_returns(office)
    seen = wait_for("the sensor sees the set", lambda: tick(pages, "new_return_sets", "SUCCESS"), seconds=PATIENCE)
    first = wait_for("the first run succeeds", lambda: runs(pages), seconds=PATIENCE)
    assert seen["runIds"] == [first[0]["runId"]]
    assert started_by(first[0])["dagster/partition"] == RETURN_SET
    assert started_by(first[0])["dagster/sensor_name"] == "new_return_sets"
    assert office.values("livestock.total.heads", "poultry.sold.heads") == ["5373", "3000"]
    assert "Không có gì thay đổi" in office.run("refresh")

    # The schedule fires while nothing has changed, and says so.
    moment = seen["timestamp"] + MINUTE
    skipped = wait_for("the schedule skips", lambda: tick(pages, "nightly", "SKIPPED", after=moment), seconds=PATIENCE)
    assert skipped["skipReason"] == "Không có bộ báo cáo nào thay đổi."
    before = {run["runId"] for run in runs(pages)}

    # A workbook changes: the schedule fires for real.
    office.fill("na_lia.xlsx", "Xuất bán", {"D16": 813})
    fired = wait_for(
        "the schedule fires", lambda: tick(pages, "nightly", "SUCCESS", after=skipped["timestamp"]), seconds=PATIENCE
    )
    assert len(fired["runIds"]) == 1
    wait_for(
        "its run succeeds",
        lambda: [run for run in runs(pages) if run["runId"] in fired["runIds"]],
        seconds=PATIENCE,
    )
    assert office.values("livestock.total.heads", "poultry.sold.heads") == ["5373", "3010"]
    assert not before & set(fired["runIds"])

    assert postbox.mails == []

    # A workbook breaks in one form and changes in another: what is broken is held, the rest gets through by itself.
    office.fill("na_lia.xlsx", "Chăn nuôi", {"D10": 56})
    office.fill("na_lia.xlsx", "Xuất bán", {"D16": 823})
    broken = wait_for(
        "the schedule fires on the broken workbook",
        lambda: tick(pages, "nightly", "SUCCESS", after=fired["timestamp"]),
        seconds=PATIENCE,
    )
    wait_for(
        "its run ends red",
        lambda: [run for run in runs(pages, "FAILURE") if run["runId"] in broken["runIds"]],
        seconds=PATIENCE,
    )
    told = wait_for("the officer is told by mail", lambda: postbox.mails, seconds=PATIENCE)
    assert told[0]["Subject"] == "Báo cáo Xã Hữu Kiên, kỳ 2024-H1: 1 đơn vị phải sửa số liệu"
    wait_for(
        "the figures are caught up by the sensor",
        lambda: office.figures()["poultry.sold.heads"]["value"] == "3020",
        seconds=PATIENCE,
    )
    assert office.figures()["livestock.total.heads"]["value"] == "5373"
    assert [row["file"] for row in office.blocking()] == ["na_lia.xlsx"]

    # What is held is not run again every night.
    again = wait_for(
        "the schedule skips what is held",
        lambda: tick(pages, "nightly", "SKIPPED", after=broken["timestamp"]),
        seconds=PATIENCE,
    )
    assert again["skipReason"] == "Không có bộ báo cáo nào thay đổi."
    assert len(postbox.mails) == 1, "and the officer is not told again"
    for name in INSTIGATORS:
        instigator(pages, name)  # no tick of any of them has failed
    shutil.copy(pages.log, artefacts / "ui.log")
