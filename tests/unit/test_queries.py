"""Every query of schemas/QUERIES.md on the example data, and what the page shows of its result."""

import re
from pathlib import Path

import duckdb
import pytest

from pipelines.store.tables import Store
from tests.unit.builders import ROOT

PAGE = ROOT / "schemas" / "QUERIES.md"
QUERIES: list[tuple[str, str]] = re.findall(r"```sql\n([^`]*)```\n\n((?:\|.*\n)*)", PAGE.read_text("utf-8"))


def opened(store: Store) -> duckdb.DuckDBPyConnection:
    """The page's own two lines."""
    (lines,) = re.findall(r"^db = .*\ndb\.execute.*$", PAGE.read_text("utf-8"), re.MULTILINE)
    names: dict[str, object] = {"duckdb": duckdb, "Path": Path}
    exec(lines.replace("'data'", f"'{store.root}'").replace('"data/', f'"{store.root}/'), names)
    db = names["db"]
    assert isinstance(db, duckdb.DuckDBPyConnection)
    return db


def printed(result: duckdb.DuckDBPyRelation) -> str:
    """A result as a Markdown table."""
    rows = [["" if value is None else str(value) for value in row] for row in result.fetchall()]
    lines = [result.columns, ["---"] * len(result.columns), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


@pytest.fixture(scope="module")
def db(example: Store) -> duckdb.DuckDBPyConnection:
    return opened(example)


def test_the_page_has_queries() -> None:
    assert len(QUERIES) == PAGE.read_text("utf-8").count("```sql") > 5


@pytest.mark.parametrize(("query", "shown"), QUERIES, ids=[query.split("from ")[1].split()[0] for query, _ in QUERIES])
def test_a_query_gives_what_the_page_shows(query: str, shown: str, db: duckdb.DuckDBPyConnection) -> None:
    assert printed(db.sql(query)) == shown


def test_the_views_outlive_a_move_of_the_folder(example: Store, tmp_path_factory: pytest.TempPathFactory) -> None:
    moved = tmp_path_factory.mktemp("elsewhere") / "data"
    moved.mkdir()
    for path in example.root.iterdir():
        (moved / path.name).symlink_to(path)
    assert opened(Store(moved)).sql("select count(*) from livestock").fetchall() != [(0,)]


def test_every_view_and_column_is_described(db: duckdb.DuckDBPyConnection) -> None:
    assert db.sql("select count(*) from duckdb_views() where comment is null and not internal").fetchall() == [(0,)]
    bare = db.sql(
        "select table_name, column_name from duckdb_columns() where comment is null and not internal"
    ).fetchall()
    assert bare == []
