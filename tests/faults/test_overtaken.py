"""What others do in the middle of a refresh, or of a reading: new returns arrive, another process publishes.

Expected at whatever point they do: nothing is ever said of bytes that were not read, and a plain refresh then ends
where an undisturbed one ends.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from pipelines.refresh.batches import followed, refresh
from pipelines.refresh.parts import Part
from pipelines.refresh.restoring import restored
from pipelines.refresh.stale import inputs_of
from pipelines.store import published
from pipelines.store.archive import ARCHIVE
from pipelines.store.locks import LOCKS
from pipelines.store.parquet import serialized
from pipelines.store.state import STATE
from schemas import flow
from schemas.flow import Extent
from schemas.return_sets import BatchKey, ReturnSetKey
from tests.faults.asking import CANNOT, said
from tests.faults.conftest import sampled, with_slow
from tests.faults.disk import end_of, reads, start_child
from tests.faults.office import BEFORE, CHANGES, COMMUNE, KEY, VILLAGES, Change, Office, cell_changes, ledger_grows

pytestmark = pytest.mark.slow

FEW = 3
"""Points of each kind at which something is done, where not all are wanted."""


TRACE = "trace livestock.horse.heads"


def published_bytes(office: Office) -> dict[str, Any]:
    """All that lies in the output folder, whatever it was accepted from on the way."""
    return {
        name: [{**row, "received": ""} for row in told[1:]] if name.rpartition("/")[0] == STATE else told
        for name, told in office.tree().items()
        if not name.startswith(f"{ARCHIVE}/")
    }


def not_accepted_from_it(office: Office) -> list[str]:
    """The marts that are not what the returns give from which, it is said, they were accepted."""
    found = []
    for key in office.raw.return_sets():
        inputs = inputs_of(office.raw, office.store, Part.of(BatchKey(*key)))
        for name, written in office.store.state(str(key)).tables.items():
            if name.startswith("marts/") and flow.FLOW[name].form and written.received:
                again = serialized(restored(inputs, flow.FLOW[name], written))
                if hashlib.sha256(again).hexdigest() != written.content:
                    found.append(f"{key} {name}")
    return found


def wrong(office: Office, either: Sequence[Office], meanwhile: Change, folder: Path, few: int = FEW) -> list[str]:
    """Refresh, and let something happen at each read in turn; return what was not as expected, each with its point."""
    found, ended = list[str](), set[str]()
    ends = [published_bytes(one) for one in either]
    with reads(lambda *_: None) as points:
        office.copy(folder).refresh()
    chosen = sampled(range(len(points.met)), few)
    for number in chosen:
        disturbed = office.copy(folder)

        def happens(reached: int, _: str, number: int = number, disturbed: Office = disturbed) -> None:
            if reached == number:
                meanwhile(disturbed)

        where = f"{number} {points.met[number]}"
        with reads(happens):
            disturbed.refresh()
        if (seen := disturbed.seen()) in ended:
            continue
        ended.add(seen)
        found += [f"{where}: {mart} was not accepted from it" for mart in not_accepted_from_it(disturbed)]
        disturbed.refresh()
        now = published_bytes(disturbed)
        if now not in ends:
            differ = sorted(name for name in now.keys() | ends[0] if now.get(name) != ends[0].get(name))
            found.append(f"{where}: other bytes in {differ}")
        found += [f"{where}: {mart} was not accepted from it at the end" for mart in not_accepted_from_it(disturbed)]
    print(f"{len(chosen)} points of {len(points.met)}, {len(ended)} ends")
    return found


def nothing_there(office: Office) -> None:
    first, _ = CHANGES["new_workbook"]
    assert first
    first(office)


def up_to_date_and_one_cell(office: Office) -> None:
    nothing_there(office)
    office.refresh()
    cell_changes(office)


def another_refreshes(office: Office) -> None:
    """Somebody else refreshes to the end, unless somebody is at it."""
    if not list((office.data / LOCKS).glob("*.holder")):
        office.refresh()


THERE: dict[str, Change] = {"nothing": nothing_there, "one_cell_changed": up_to_date_and_one_cell}

COMING: dict[str, Change] = {
    "new_workbook": CHANGES["new_workbook"][1],
    "ledger_line": ledger_grows,
    "workbook_removed": CHANGES["workbook_removed"][1],
}


@pytest.mark.parametrize("coming", with_slow(COMING, ["new_workbook"]))
@pytest.mark.parametrize("there", with_slow(THERE, ["one_cell_changed"]))
def test_what_arrives_while_a_refresh_reads_is_taken_in_by_the_next(
    small: None, tmp_path: Path, there: str, coming: str
) -> None:
    office = Office(tmp_path / "office")
    THERE[there](office)

    def meanwhile(disturbed: Office) -> None:
        COMING[coming](disturbed)
        another_refreshes(disturbed)

    # What has been accepted once is missed when its workbook goes, so it may make a difference whether it had been.
    at_once, one_by_one = office.copy(tmp_path / "at_once"), office.copy(tmp_path / "one_by_one")
    one_by_one.refresh()
    for undisturbed in (at_once, one_by_one):
        COMING[coming](undisturbed)
        undisturbed.refresh()
    assert wrong(office, [at_once, one_by_one], meanwhile, tmp_path / "disturbed") == []


@pytest.mark.slow
def test_figures_above_and_comparisons_with_earlier_periods_are_of_one_moment(small: None, tmp_path: Path) -> None:
    earlier = ReturnSetKey(BEFORE.code, COMMUNE)

    def meanwhile(disturbed: Office) -> None:
        disturbed.arrives("ban_tren", 2, period=BEFORE)
        own = {table.name for table in flow.FLOW.of(Extent.BATCH) if not table.on_demand}
        refresh(disturbed.raw, disturbed.store, BatchKey(*earlier), who="thử", wanted=own)

    office = Office(tmp_path / "office")
    office.opens(*VILLAGES, period=BEFORE)
    office.opens(*VILLAGES)
    office.refresh()
    cell_changes(office)
    undisturbed = office.copy(tmp_path / "undisturbed")
    undisturbed.arrives("ban_tren", 2, period=BEFORE)
    undisturbed.refresh()
    assert wrong(office, [undisturbed], meanwhile, tmp_path / "disturbed") == []


@pytest.mark.parametrize(
    "words", with_slow([TRACE, "uses ban_tren.xlsx Chăn~nuôi D12", "figures", "findings"], [TRACE])
)
def test_a_verb_that_a_refresh_overtakes_answers_of_one_moment(small: None, tmp_path: Path, words: str) -> None:
    office = Office(tmp_path / "office")
    office.opens(*VILLAGES)
    office.refresh()
    after = office.copy(tmp_path / "after")
    cell_changes(after)
    after.refresh()
    old, new = said(office, words), said(after, words)
    with reads(lambda *_: None) as points:
        said(office, words)
    found = []
    for number in range(len(points.met)):
        overtaken, made = office.copy(tmp_path / "overtaken"), after.copy(tmp_path / "made")

        def happens(
            reached: int, _: str, number: int = number, pair: tuple[Office, Office] = (overtaken, made)
        ) -> None:
            if reached == number:
                pair[0].data.rename(tmp_path / "gone")
                pair[1].data.rename(pair[0].data)

        with reads(happens):
            now = said(overtaken, words)
        shutil.rmtree(tmp_path / "gone")
        if now[:2] not in (old[:2], new[:2]) and now.code != CANNOT:
            found.append((points.met[number], now))
    assert found == []


def refreshing(office: Office, paused: Callable[[], object]) -> Callable[[], None]:
    """A refresh that is paused once it has read the raw folder and is about to locate the returns."""

    def progress(name: str, _: int) -> None:
        if name.startswith("returns/"):
            paused()

    def work() -> None:
        with followed(progress, lambda _: None):
            refresh(office.raw, office.store, BatchKey(*KEY), who="người thứ nhất")

    return work


@pytest.mark.parametrize("killed", [False, True])
def test_the_second_of_two_refreshes_waits_for_the_first_and_names_it(
    small: None, tmp_path: Path, killed: bool
) -> None:
    office = Office(tmp_path / "office")
    office.opens(*VILLAGES)
    office.refresh()
    cell_changes(office)
    undisturbed = office.copy(tmp_path / "undisturbed")
    ledger_grows(undisturbed)
    undisturbed.refresh()
    has_read, go_on = os.pipe(), os.pipe()

    def paused() -> None:
        os.write(has_read[1], b".")
        os.read(go_on[0], 1)

    first = start_child(refreshing(office, paused))
    os.read(has_read[0], 1)
    ledger_grows(office)
    told: list[str] = []

    def waiting(sentence: str) -> None:
        told.append(sentence)
        if killed:
            os.kill(first, 9)
        os.write(go_on[1], b".")

    with followed(lambda *_: None, waiting):
        office.refresh()
    os.write(go_on[1], b".")  # where nobody waited, which is wrong, the first still has to come to its end
    code = end_of(first)
    for end in (*has_read, *go_on):
        os.close(end)
    assert code == (-9 if killed else 0)
    (sentence,) = told
    assert "«người thứ nhất»" in sentence
    assert str(first) in sentence
    assert published_bytes(office) == published_bytes(undisturbed)
    assert not_accepted_from_it(office) == []
    assert published.figures(office.store, KEY) == published.figures(undisturbed.store, KEY)
