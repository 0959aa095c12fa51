"""Reading what has been published: for the verbs that answer quickly.

Belongs here: questions put to the Parquet tables with Arrow alone. Does not belong here: importing forms, pandas or
Dagster, which would take longer than the answer.
"""

import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.storage import Store

Row = dict[str, Any]


def findings(store: Store, period: str, commune: str) -> list[Row]:
    """Return the findings of one return set, errors first, then by form and code."""
    frozen = store.path("findings")
    parts = (
        [_where(frozen, period=period, commune=commune)]
        if frozen.exists()
        else [
            part
            for folder in sorted((store.root / "findings").glob("*"))
            for part in store.read(f"findings/{folder.name}", [f"{period}_{commune}"])
        ]
    )
    found = [row for part in parts for row in part.to_pylist()]
    return sorted(
        found, key=lambda row: (row["severity"] != "error", row["form"], row["code"], row["reporter"], row["cells"])
    )


def checked_sets(store: Store) -> list[tuple[str, str]]:
    """Return period and commune of every return set that has been read."""
    keys = [path.stem.partition("_") for path in sorted((store.root / "cells").glob("*.parquet"))]
    return [(period, commune) for period, _, commune in keys]


def files(store: Store, period: str, commune: str) -> list[Row]:
    """Return the files of one return set as they were when it was last read."""
    return [row for part in store.read("files", [f"{period}_{commune}"]) for row in part.to_pylist()]


def figures(store: Store, period: str, place: str) -> list[Row]:
    """Return the published figures of one place, in the order of the chapters."""
    return [row for path in store.published("figures") for row in _where(path, period=period, place=place).to_pylist()]


def statements(store: Store, period: str, commune: str) -> list[Row]:
    """Return what the plan of a commune prints against what was computed, in the order of the plan."""
    path = store.path("statements")
    return _where(path, period=period, commune=commune).to_pylist() if path.exists() else []


def lineage(store: Store, period: str, commune: str, figure: str) -> list[Row]:
    """Return the cells a figure is made from, by form, field and reporter."""
    return [
        row
        for path in store.published("lineage")
        for row in _where(path, period=period, commune=commune, figure=figure).to_pylist()
    ]


def every_edge(store: Store, period: str, commune: str) -> list[Row]:
    """Return the cells behind every figure of a return set."""
    return [
        row for path in store.published("lineage") for row in _where(path, period=period, commune=commune).to_pylist()
    ]


def uses(store: Store, period: str, commune: str, file: str, cell: str) -> list[Row]:
    """Return the edges from every figure to one cell of any sheet of a workbook: the lineage read backwards."""
    return [
        row
        for path in store.published("lineage")
        for row in _where(path, period=period, commune=commune, file=file, cell=cell).to_pylist()
    ]


def filled(store: Store, period: str, commune: str, file: str) -> list[Row]:
    """Return the filled cells of one workbook as they were when it was last read."""
    path = store.path("cells", f"{period}_{commune}")
    return _where(path, file=file).to_pylist() if path.exists() else []


def asked(store: Store, period: str, commune: str, file: str, cell: str) -> list[Row]:
    """Return the entries that forms read from one cell of any sheet of a workbook, accepted or not."""
    paths = sorted((store.root / "returns").glob(f"*/{period}_{commune}.parquet"))
    return [row for path in paths for row in _where(path, file=file, cell=cell).to_pylist()]


def _literal(text: str) -> pa.Scalar:
    """Return a text as Arrow has it.

    Made of bytes, since Arrow's conversion of a Python value imports pandas to ask whether it is one of its own, which
    takes longer than all the rest of a quick verb.
    """
    content = text.encode()
    offsets = struct.pack("=ii", 0, len(content))
    return pa.StringArray.from_buffers(1, pa.py_buffer(offsets), pa.py_buffer(content))[0]


def _where(path: Path, **wanted: str) -> pa.Table:
    """Return the rows of a table in which columns have the wanted texts; groups of rows that hold none are not read.

    Not by the filters of ``read_table``: they and everything of Arrow's datasets import pandas.
    """
    with pq.ParquetFile(path) as file:
        groups = [number for number in range(file.num_row_groups) if _may_hold(file.metadata.row_group(number), wanted)]
        table = file.read_row_groups(groups)
    for column, value in wanted.items():
        table = table.filter(pc.equal(table[column], _literal(value)))
    return table


def _may_hold(group: Any, wanted: Mapping[str, str]) -> bool:
    """Return whether the statistics of a group of rows leave room for the wanted texts."""
    for number in range(group.num_columns):
        column = group.column(number)
        value = wanted.get(column.path_in_schema)
        said = column.statistics if value is not None else None
        if said is not None and said.has_min_max and not said.min <= value <= said.max:
            return False
    return True


def held_forms(rows: list[Row]) -> dict[str, str]:
    """Return, per form that findings hold back, the first sentence why."""
    held: dict[str, str] = {}
    for row in rows:
        if row["severity"] == "error" and row["form"]:
            held.setdefault(row["form"], row["message"])
    return held


def labels_of(rows: list[Row]) -> Iterator[str]:
    """Yield the distinct reporters behind lineage rows."""
    yield from dict.fromkeys(row["reporter"] for row in rows)
