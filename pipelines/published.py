"""Reading what has been published: for the verbs that answer quickly.

Belongs here: questions put to the Parquet tables with Arrow alone. Does not belong here: importing forms, pandas or
Dagster, which would take longer than the answer.
"""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.storage import Store

Row = dict[str, Any]


def findings(store: Store, period: str, commune: str) -> list[Row]:
    """Return the findings of one return set, errors first, then by form and code."""
    found = [
        row
        for folder in sorted((store.root / "findings").glob("*"))
        for part in store.read(f"findings/{folder.name}", [f"{period}_{commune}"])
        for row in part.to_pylist()
    ]
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


def _where(path: Any, **wanted: str) -> pa.Table:
    condition = None
    for column, value in wanted.items():
        term = pc.field(column) == value
        condition = term if condition is None else condition & term
    return pq.read_table(path, filters=condition, partitioning=None)


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
