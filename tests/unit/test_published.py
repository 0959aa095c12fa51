"""Reading published tables with conditions, groups of rows passed over included."""

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.store import state as states
from pipelines.store.parquet import listed_with, rows_with
from pipelines.store.published import checked_sets, is_checked
from pipelines.store.state import LostStateError, State
from pipelines.store.tables import Store
from schemas.flow import FLOW
from schemas.return_sets import COMMUNE, PLACE, ReturnSetKey, commune_column
from schemas.tables import commune_of
from tests.unit.builders import ROOT

ROWS = [
    {"period": f"2024-H{half}", "commune": commune, "figure": figure}
    for half in (1, 2)
    for commune in ("an-chau", "huu-kien", "đồng-mỏ")
    for figure in ("a", "b", None)
]


@pytest.fixture(params=[1, 2, 100])
def table(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "table.parquet"
    pq.write_table(pa.Table.from_pylist(ROWS), path, row_group_size=request.param)
    return path


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"period": "2024-H2"},
        {"period": "2024-H1", "commune": "đồng-mỏ"},
        {"commune": "huu-kien", "figure": "b"},
        {"commune": "ha"},
        {"period": "", "figure": "a"},
        {"figure": "a"},
    ],
)
def test_rows_are_those_that_python_would_choose(wanted: dict[str, str], table: Path) -> None:
    chosen = [row for row in ROWS if all(row[name] == value for name, value in wanted.items())]
    assert rows_with(table.read_bytes(), **wanted).to_pylist() == chosen
    assert listed_with(table.read_bytes(), **wanted) == chosen


def test_a_table_without_rows_gives_none(tmp_path: Path) -> None:
    pq.write_table(pa.Table.from_pylist(ROWS).slice(0, 0), tmp_path / "empty.parquet")
    found = rows_with((tmp_path / "empty.parquet").read_bytes(), period="2024-H1")
    assert (found.column_names, len(found)) == (["period", "commune", "figure"], 0)
    assert listed_with((tmp_path / "empty.parquet").read_bytes(), period="2024-H1") == []


def test_reading_imports_no_pandas_and_listing_no_functions_on_columns(table: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from pipelines.store import published, tables\n"
        "content = Path(sys.argv[1]).read_bytes()\n"
        "tables.listed_with(content, period='2024-H1')\n"
        "print('pyarrow.compute' in sys.modules)\n"
        "tables.rows_with(content, period='2024-H1').to_pylist()\n"
        "print('pandas' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(table)],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["False", "False"]


def test_rows_of_a_commune_are_asked_for_by_the_column_that_says_whose_they_are() -> None:
    whose = {
        table.name.partition("/")[0]: commune_of(table.schema)
        for table in FLOW.tables
        if {COMMUNE, PLACE} & set(table.schema.names)
    }
    assert set(whose.values()) == {COMMUNE, PLACE}
    assert {family: commune_column(family) for family in whose} == whose


BATCHES = {
    "2023-H2_huyen-a": ("xa-1", "xa-2"),
    "2024-H1_huyen-a": ("xa-1", "xa-2"),
    "2024-H1_huyen-b": ("xa-3",),
    "2024-H1_xa-4": ("xa-4",),
}
"""Batches, each with the communes in it."""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An output folder of several batches, of which there are the states."""
    for part, communes in BATCHES.items():
        states.save(tmp_path, part, State(communes=communes))
    return Store(tmp_path)


def test_whether_a_return_set_has_been_read_is_asked_of_its_period_alone(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, read = {*checked_sets(store)}, states.communes_in
    heads: list[str] = []

    def reading(root: Path, part: str) -> list[str]:
        heads.append(part)
        return read(root, part)

    monkeypatch.setattr(states, "communes_in", reading)
    for period in ("2023-H1", "2023-H2", "2024-H1"):
        for commune in ("xa-1", "xa-2", "xa-3", "xa-4", "huyen-a", "", ".."):
            key = ReturnSetKey(period, commune)
            assert is_checked(Store(store.root), key) == (key in there)
            assert {part.partition("_")[0] for part in heads} <= {period}
            heads.clear()
    assert is_checked(Store(store.root), ReturnSetKey("2024-H1", "xa-1"))
    assert {*heads} <= {"2024-H1_xa-1", "2024-H1_huyen-a"}, "and of no further batch once it is found"


def test_a_lost_state_is_told_to_who_asks_for_what_may_be_in_it_and_never_taken_for_nothing(store: Store) -> None:
    for path in states.paths(store.root, "2024-H1_huyen-b"):
        path.write_bytes(b"damaged")
    with pytest.raises(LostStateError):
        is_checked(Store(store.root), ReturnSetKey("2024-H1", "xa-3"))
    with pytest.raises(LostStateError):
        is_checked(Store(store.root), ReturnSetKey("2024-H1", "xa-9"))
    assert is_checked(Store(store.root), ReturnSetKey("2024-H1", "xa-1"))
    assert is_checked(Store(store.root), ReturnSetKey("2023-H2", "xa-1"))
