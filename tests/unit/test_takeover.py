"""An output folder of the version before: what was accepted stays accepted, its releases still hold."""

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipelines.refresh.batches import tidy_all
from pipelines.refresh.release import verify
from pipelines.store import published
from pipelines.store.state import Writer, is_of_before
from pipelines.store.tables import Store
from pipelines.store.takeover import take_over
from schemas.flow import FLOW
from schemas.return_sets import BatchKey
from tests.unit.builders import ROOT
from tests.unit.offices import KEY, Office

RECORDED = ROOT / "tests" / "unit" / "recorded" / "format-1.zip"
RELEASES = ("lan-1", "lan-2")
HELD, RESENT = "marts/livestock", "marts/budget"
"""B01 is held since the village sent a wrong total; T01 was accepted again."""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The office as 6b84816 left it; only to be copied."""
    root = tmp_path_factory.mktemp("recorded")
    with zipfile.ZipFile(RECORDED) as file:
        file.extractall(root)
    return root


@pytest.fixture
def before(recorded: Path, tmp_path: Path) -> Office:
    return Office.copied(recorded, tmp_path / "office")


@pytest.fixture(scope="module")
def taken_over(recorded: Path, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The same, taken over and refreshed; only to be read."""
    office = Office.copied(recorded, tmp_path_factory.mktemp("taken over") / "office")
    take_over(office.store.root)
    office.refresh()
    return office


def horses(office: Office) -> dict[str, int]:
    return {row["reporter"]: row["horse"] for row in office.rows(HELD)}


def test_only_a_folder_of_that_version_is_taken_over(recorded: Path, taken_over: Office, tmp_path: Path) -> None:
    assert is_of_before(recorded / "data")
    assert not is_of_before(taken_over.store.root)
    assert not is_of_before(tmp_path)
    before = taken_over.files()
    take_over(taken_over.store.root)
    assert taken_over.files() == before


def test_what_was_accepted_is_in_the_marts_with_who_accepted_it_and_of_what(before: Office) -> None:
    rows = {path.stem: pq.read_table(path) for path in (before.store.root / "marts").glob("*.parquet")}
    take_over(before.store.root)
    state = before.store.state(before.part, anew=True)
    of_forms = {f"marts/{name}" for name in rows} & {table.name for table in FLOW.tables if table.form}
    assert state.tables.keys() == of_forms
    assert len(of_forms) > 10
    for name in of_forms:
        was, now = rows[name.removeprefix("marts/")], before.rows(name)
        assert [{column: row[column] for column in was.column_names} for row in now] == was.to_pylist(), name
    assert state.tables[HELD].writer == Writer("11111111-first", "6b84816023c0")
    assert state.tables[RESENT].writer == Writer("22222222-second", "6b84816023c0")
    assert state.tables[HELD].received != state.tables[RESENT].received
    for written in state.tables.values():
        assert before.store.archive.path(written.received, ".json").is_file()


def test_nothing_of_the_other_tables_is_left_to_be_read_as_if_it_were_of_now(before: Office) -> None:
    take_over(before.store.root)
    marts = {f"marts/{table.form.domain}/{before.part}.parquet" for table in FLOW.family("marts") if table.form}
    left = {name for name in before.files() if name.partition("/")[0] not in ("archive", "releases", "state")}
    assert left - marts == {"datapackage.json", "views.sql"}  # written anew by the next refresh


def test_a_refresh_keeps_what_is_held_and_what_was_accepted(taken_over: Office) -> None:
    state = taken_over.store.state(taken_over.part)
    assert [name for name, written in state.tables.items() if written.held] == [HELD]
    assert horses(taken_over) == {"na_lia": 663, "pa_phao": 284}
    assert list(published.held_forms(published.findings(taken_over.store, KEY))) == ["B01"]
    # What comes out as it was stays the work of whoever made it.
    assert state.tables[HELD].writer == Writer("11111111-first", "6b84816023c0")
    assert taken_over.stale() == set()


@pytest.mark.slow
@pytest.mark.parametrize("name", RELEASES)
def test_releases_of_that_version_hold(recorded: Path, taken_over: Office, name: str) -> None:
    for data in (recorded / "data", taken_over.store.root):
        verified = verify(data, name)
        assert (list(verified.differences), verified.figures) == ([], 493)


def test_the_figures_are_those_that_were_released(taken_over: Office) -> None:
    released = published.figures(verify(taken_over.store.root, "lan-2").release.tables, KEY)
    told = {row["id"]: (row["value"], row["status"]) for row in released}
    now = {row["id"]: (row["value"], row["status"]) for row in published.figures(taken_over.store, KEY)}
    # Not known then were growth, and the figures of who has not sent, one by one.
    besides = {name for name, (value, _) in now.items() if name.endswith(".growth") or value is None} - told.keys()
    now = {name: row for name, row in now.items() if name not in besides}
    assert now == told
    assert sum(value is not None for value, _ in now.values()) == 298


@pytest.mark.parametrize("nth", [0, 1, 5])
@pytest.mark.parametrize("step", ["pathlib.Path.unlink", "shutil.rmtree", "pathlib.Path.replace"])
def test_killed_in_between_it_is_done_again(
    recorded: Path, before: Office, tmp_path: Path, step: str, nth: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    undisturbed = Office.copied(recorded, tmp_path / "undisturbed")
    take_over(undisturbed.store.root)
    owner, _, name = step.rpartition(".")
    real: Callable[..., object] = getattr(shutil if owner == "shutil" else Path, name)
    calls: list[object] = []

    def die(*given: object, **more: object) -> object:
        if "locks" in Path(str(given[0])).parts:  # a process that is killed lets go of its locks, in whatever way
            return real(*given, **more)
        calls.append(given)
        if len(calls) > nth:
            raise KilledError
        return real(*given, **more)

    with monkeypatch.context() as patch:
        patch.setattr(step, die)
        with pytest.raises(KilledError):
            take_over(before.store.root)
    assert is_of_before(before.store.root)
    take_over(before.store.root)
    tidy_all(before.store, [BatchKey(*KEY)])
    # A commit that is done again names other files beside the places, which are gone by then.
    assert {name: content for name, content in before.files().items() if not name.startswith("state/")} == {
        name: content for name, content in undisturbed.files().items() if not name.startswith("state/")
    }
    assert Store(before.store.root).state(before.part).tables == Store(undisturbed.store.root).state(before.part).tables


class KilledError(BaseException):
    """Stands for a kill: nobody catches it and cleans up."""


def test_where_a_file_of_a_mart_is_lost_it_is_made_again_of_the_archive(before: Office) -> None:
    take_over(before.store.root)
    before.store.path(HELD, before.part).unlink()
    before.refresh({HELD})
    assert horses(before) == {"na_lia": 663, "pa_phao": 284}
    assert Store(before.store.root).state(before.part).tables[HELD].held
