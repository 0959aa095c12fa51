"""The rows of a batch in the bytes of its file: those of some communes put among the others' as if all were written."""

import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.refresh.rows import differing, put_among, written_among
from pipelines.store import row_groups
from pipelines.store.parquet import Opened, rows_with, serialized
from pipelines.store.row_groups import Grouped
from schemas.return_sets import ReturnSetKey

SCHEMA = pa.schema(
    [
        pa.field("commune", pa.string(), metadata={"label": "Xã"}),
        ("file", pa.dictionary(pa.int32(), pa.string())),
        ("value", pa.decimal128(18, 4)),
        ("sources", pa.list_(pa.struct([("cell", pa.string()), ("sure", pa.bool_())]))),
    ]
)
COMMUNES = [f"xa-{number:02}" for number in range(30)]


def of(communes: list[str], chance: random.Random, most: int = 9) -> pa.Table:
    """Some rows of each commune, at times none."""
    rows = [
        {
            "commune": commune,
            "file": chance.choice(["a.xlsx", "b.xlsx", None]),
            "value": number,
            "sources": [{"cell": chance.choice("ABC"), "sure": chance.random() < 0.5}] * chance.randrange(3),
        }
        for commune in communes
        for number in range(chance.randrange(most))
    ]
    return pa.Table.from_pylist(rows, SCHEMA)


def keys(communes: list[str]) -> list[ReturnSetKey]:
    return [ReturnSetKey("2024-H1", commune) for commune in communes]


@pytest.fixture(autouse=True)
def _small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_groups, "VALUES", 60)


@pytest.fixture(params=range(20))
def chance(request: pytest.FixtureRequest) -> random.Random:
    return random.Random(request.param)


def test_rows_put_among_those_of_a_file_give_the_bytes_of_all_of_them_written_together(chance: random.Random) -> None:
    known = sorted(chance.sample(COMMUNES, chance.randrange(len(COMMUNES))))
    others = of(known, chance)
    some = chance.sample(COMMUNES, chance.choice([1, 1, 2, 3, 10]))
    rows = of(some, chance, chance.choice([1, 9, 40]))
    whole = put_among(rows, others, keys(some))
    content = serialized(pa.table(whole.columns, schema=SCHEMA))
    assert written_among(rows, Opened(serialized(others)), keys(some)) == content
    assert rows_with(content).to_pylist() == whole.to_pylist()
    own = whole.filter(pa.array([commune in some for commune in whole["commune"].to_pylist()], pa.bool_()))
    assert Opened(content).having("commune", some).to_pylist() == own.to_pylist()


def test_groups_that_hold_none_of_the_communes_are_taken_over_unread_and_no_other_is_read_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    others = Opened(serialized(of(COMMUNES, random.Random(1), 20)))
    read: list[int] = []
    whole = pq.ParquetFile.read_row_groups

    def watched(file: pq.ParquetFile, groups: list[int], **how: bool) -> pa.Table:
        read.extend(groups)
        return whole(file, groups, **how)

    monkeypatch.setattr(pq.ParquetFile, "read_row_groups", watched)
    others.having("commune", COMMUNES[14:15])
    written_among(of(COMMUNES[14:15], random.Random(2), 20), others, keys(COMMUNES[14:15]))
    assert len(Grouped(others.content).groups) > 8
    assert 1 <= len(read) <= 2
    assert len(read) == len(set(read))


def test_what_stands_in_lists_counts_where_a_file_is_cut() -> None:
    rows = of(COMMUNES, random.Random(1), 20).to_pylist()

    def groups(things: int) -> int:
        longer = [{**row, "sources": [{"cell": "A", "sure": True}] * things} for row in rows]
        return len(Grouped(serialized(pa.Table.from_pylist(longer, SCHEMA))).groups)

    assert groups(0) < groups(1) < groups(20) == len({row["commune"] for row in rows})


def test_a_file_that_is_cut_otherwise_or_has_another_footer_is_written_whole(chance: random.Random) -> None:
    table = of(COMMUNES, chance)
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, row_group_size=7, write_statistics=chance.random() < 0.5)
    rows = of(COMMUNES[3:5], chance)
    whole = put_among(rows, table, keys(COMMUNES[3:5]))
    content = serialized(pa.table(whole.columns, schema=SCHEMA))
    for others in (sink.getvalue().to_pybytes(), serialized(table.replace_schema_metadata({"by": "another version"}))):
        assert written_among(rows, Opened(others), keys(COMMUNES[3:5])) == content


def test_a_file_put_together_of_all_its_groups_is_that_file() -> None:
    content = serialized(of(COMMUNES, random.Random(3), 20))
    assert row_groups.joined(Grouped(content).frame, Grouped(content).groups) == content


def test_return_sets_differ_where_any_of_their_rows_does(chance: random.Random) -> None:
    before = of(COMMUNES, chance)
    rows = before.to_pylist()
    other = chance.choice(rows)
    mixed = pa.Table.from_pylist(sorted(rows, key=lambda row: (row["value"], row["commune"])), SCHEMA)
    assert differing(mixed, before, keys(COMMUNES)) == []
    one = [{**row, "value": row["value"] + (row is other)} for row in rows]
    assert differing(pa.Table.from_pylist(one, SCHEMA), before, keys(COMMUNES)) == keys([other["commune"]])
    without = [row for row in rows if row["commune"] != other["commune"]]
    assert differing(pa.Table.from_pylist(without, SCHEMA), before, keys(COMMUNES)) == keys([other["commune"]])
