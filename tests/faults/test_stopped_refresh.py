"""A refresh that is killed, or whose disk takes no more, at any of the points at which it changes the disk.

Expected of each: what is published is at once wholly what was before or wholly what comes after, return set by return
set, and a plain refresh then ends in the very bytes in which an undisturbed one ends.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.refresh import makers
from pipelines.refresh.given import Given, Made, Maker
from tests.faults.conftest import sampled, with_slow
from tests.faults.disk import end_of, full_from, start_child, writes
from tests.faults.office import CHANGES, DAMAGED, Answers, Office, same_parts

pytestmark = pytest.mark.slow

FEW = 2
"""Points of each kind at which each refresh is stopped in each way, where not all are wanted."""


@dataclass(frozen=True)
class Undisturbed:
    """An office to which something has come, and what an undisturbed refresh makes of it."""

    office: Office
    before: Answers
    after: Answers
    tree: dict[str, object]
    points: tuple[str, ...]


@pytest.fixture(scope="module", params=with_slow(CHANGES, ["one_cell", "new_workbook"]))
def undisturbed(small: None, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Undisturbed:
    before, change = CHANGES[request.param]
    folder = tmp_path_factory.mktemp(request.param)
    office = Office(folder / "office")
    if before:
        before(office)
        office.refresh()
    change(office)
    known = office.answers()
    other = office.copy(folder / "undisturbed")
    with writes(lambda *_: None) as points:
        other.refresh()
    return Undisturbed(office, known, other.answers(), other.tree(), tuple(points.met))


Stopped = Iterator[tuple[int, Office]]
"""Point by point, the office as it is left there."""


def killed(undisturbed: Undisturbed, points: Sequence[int], folder: Path) -> Stopped:
    """What lies on the disk at a point is what a kill there leaves: copied by the process, which then is gone."""
    office = undisturbed.office.copy(folder / "office")

    def happens(reached: int, _: str) -> None:
        if reached in points:
            office.copy(folder / str(reached))

    def work() -> None:
        with writes(happens):
            office.refresh()

    assert end_of(start_child(work)) == 0
    for number in points:
        yield number, Office(folder / str(number))


def on_a_full_disk(undisturbed: Undisturbed, points: Sequence[int], folder: Path) -> Stopped:
    """From the point on, the disk takes nothing; up to there the makers have made the same each time."""
    made: dict[tuple[str, ...], Mapping[str, Made]] = {}
    for number in points:
        office = undisturbed.office.copy(folder / "office")
        with making_once(made), writes(full_from(number)), suppress(OSError):
            office.refresh()
        yield number, office


@contextmanager
def making_once(made: dict[tuple[str, ...], Mapping[str, Made]]) -> Iterator[None]:
    """Have every maker called once, and what it made taken from then on: for refreshes that begin at the same."""

    def maker(task: str) -> Maker:
        def make(given: Given) -> Mapping[str, Made]:
            call = (task, given.subject, given.part.name)
            if call not in made:
                made[call] = real(task)(given)
            return made[call]

        return make

    real = makers.maker
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(makers, "maker", maker)
        yield


def wrong(undisturbed: Undisturbed, stopped: Stopped) -> list[str]:
    """Return what was not as expected of offices whose refresh was stopped, each with its point.

    What lies there once a refresh has tidied up decides what comes of it, so of each such state it goes on only once;
    and what is read is asked once of each state that shows the same.
    """
    found, tidied, asked, count = list[str](), set[str](), set[str](), 0
    for number, office in stopped:
        count += 1
        where = f"{number} {undisturbed.points[number]}"
        if (seen := office.seen()) not in asked:
            asked.add(seen)
            answers = office.answers()
            if any(DAMAGED in told.values() for told in answers.values()):
                found.append(f"{where}: lost")
            elif not same_parts(answers, undisturbed.before, undisturbed.after):
                found.append(f"{where}: torn")
        office.tidy()
        if office.unfinished():
            found.append(f"{where}: {office.unfinished()} left")
        if (now := office.seen()) not in tidied:
            tidied.add(now)
            office.refresh()
            tree = office.tree()
            if tree != undisturbed.tree:
                names = tree.keys() | undisturbed.tree
                differ = {name for name in names if tree.get(name) != undisturbed.tree.get(name)}
                found.append(f"{where}: other bytes in {sorted(differ)}")
        shutil.rmtree(office.root)
    print(f"{count} points of {len(undisturbed.points)}, {len(asked)} states read, {len(tidied)} refreshed")
    return found


@pytest.mark.parametrize("stop", [killed, on_a_full_disk])
def test_a_refresh_that_is_stopped_anywhere_loses_nothing_and_lies_nowhere(
    undisturbed: Undisturbed, stop: Callable[[Undisturbed, Sequence[int], Path], Stopped], tmp_path: Path
) -> None:
    points = [
        number
        for kind in dict.fromkeys(undisturbed.points)
        for number in sampled([at for at, name in enumerate(undisturbed.points) if name == kind], FEW)
    ]
    assert wrong(undisturbed, stop(undisturbed, points, tmp_path)) == []
