"""Reading what has been published: for the verbs that answer quickly.

Belongs here: questions put to the Parquet tables with Arrow alone. Does not belong here: importing forms, pandas or
Dagster, which would take longer than the answer.
"""

import json
import struct
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.store.tables import NOBODY, Store, Writer


class OldTableError(ValueError):
    """A table that another version of this software wrote, without a column that is asked for."""


_OLD = "Kết quả trong thư mục này do phiên bản trước của phần mềm ghi (thiếu cột «{}»). Chạy lại: returns refresh --all"


class Row(dict[str, Any]):
    """One row of a table, by column name."""

    def __missing__(self, column: str) -> Any:
        """Tell what to do about a column that the writer of the table did not know."""
        raise OldTableError(_OLD.format(column))


def _rows(table: pa.Table) -> list[Row]:
    return [Row(row) for row in table.to_pylist()]


def findings(store: Store, period: str, commune: str, marts: Iterable[str] = ()) -> list[Row]:
    """Return the findings of one return set, errors first, then by form and code.

    Args:
        store: The output folder, or a release's tables.
        period: The period.
        commune: The commune.
        marts: Only the findings on the forms of these marts; of all where none is named.

    Returns:
        Findings, each once: what is wrong with a workbook is every form's that came in it, and then ``form`` has the
        codes of all of them, with spaces between.
    """
    frozen = store.path("findings")
    if frozen.exists():
        parts = [_where(frozen, period=period, commune=commune)]
    else:
        wanted = list(marts) or sorted(folder.name for folder in (store.root / "findings").glob("*"))
        parts = [part for name in wanted for part in store.read(f"findings/{name}", [f"{period}_{commune}"])]
    return sorted(
        _told_once(row for part in parts for row in _rows(part)),
        key=lambda row: (row["severity"] != "error", row["form"], row["code"], row["reporter"], row["cells"]),
    )


def _told_once(rows: Iterable[Row]) -> list[Row]:
    found: dict[tuple[str, ...], Row] = {}
    for row in rows:
        first = found.setdefault((row["code"], row["file"], row["sheet"], row["cells"], row["message"]), row)
        if row["form"] not in first["form"].split():
            first["form"] = " ".join(sorted({*first["form"].split(), *row["form"].split()}))
            first["reporter"] = first["reporter"] or row["reporter"]
    return list(found.values())


def checked_sets(store: Store) -> list[tuple[str, str]]:
    """Return period and commune of every return set that has been read."""
    keys = [path.stem.partition("_") for path in sorted((store.root / "cells").glob("*.parquet"))]
    return [(period, commune) for period, _, commune in keys]


def files(store: Store, period: str, commune: str) -> list[Row]:
    """Return the files of one return set as they were when it was last read."""
    return [row for part in store.read("files", [f"{period}_{commune}"]) for row in _rows(part)]


def figures(store: Store, period: str, place: str) -> list[Row]:
    """Return the published figures of one place, in the order of the chapters."""
    return [row for path in store.published("figures") for row in _rows(_where(path, period=period, place=place))]


def figure(store: Store, period: str, place: str, identifier: str) -> Row | None:
    """Return one published figure of one place, or nothing where there is none of this id."""
    for path in store.published("figures"):
        for row in _rows(_where(path, period=period, place=place, id=identifier)):
            return row
    return None


def statements(store: Store, period: str, commune: str) -> list[Row]:
    """Return what the plan of a commune prints against what was computed, in the order of the plan."""
    path = store.path("statements")
    return _rows(_where(path, period=period, commune=commune)) if path.exists() else []


def lineage(store: Store, period: str, commune: str, figure: str, chapter: str = "") -> list[Row]:
    """Return the cells a figure is made from, by form, field and reporter; knowing its chapter makes it quick."""
    own = store.path(f"lineage/{chapter}")
    paths = [own] if chapter and own.exists() else store.published("lineage")
    return [row for path in paths for row in _rows(_where(path, period=period, commune=commune, figure=figure))]


def every_edge(store: Store, period: str, commune: str) -> list[Row]:
    """Return the cells behind every figure of a return set."""
    return [row for path in store.published("lineage") for row in _rows(_where(path, period=period, commune=commune))]


def uses(store: Store, period: str, commune: str, file: str, cell: str) -> list[Row]:
    """Return the edges from every figure to one cell of any sheet of a workbook: the lineage read backwards."""
    return [
        row
        for path in store.published("lineage")
        for row in _rows(_where(path, period=period, commune=commune, file=file, cell=cell))
    ]


def sentences(store: Store, period: str, commune: str, marts: Iterable[str]) -> dict[str, str]:
    """Return the edits of the forms behind some marts, by code, each in its sentence."""
    frozen = store.path("outcomes")
    found = (
        [frozen]
        if frozen.exists()
        else [path for mart in marts if (path := store.path(f"outcomes/{mart}", f"{period}_{commune}")).exists()]
    )
    said: dict[str, str] = {}
    for path in found:
        with pq.ParquetFile(path) as file:
            columns = file.read(["edit", "sentence"])  # not grouped in Arrow: that, too, imports pandas
        said |= dict(zip(*(columns[name].to_pylist() for name in ("edit", "sentence")), strict=True))
    return said


WRITTEN = "written.json"
"""In a release: by table, who had written it."""


def writer(store: Store, period: str, commune: str, table: str) -> Writer:
    """Return who wrote a return set's rows of a published table."""
    frozen = store.root / WRITTEN
    if frozen.exists():
        return Writer(*json.loads(frozen.read_bytes()).get(table, ()))
    return store.writers(table).get(f"{period}_{commune}", NOBODY)


def filled(store: Store, period: str, commune: str, file: str) -> list[Row]:
    """Return the filled cells of one workbook as they were when it was last read."""
    path = store.path("cells", f"{period}_{commune}")
    return _rows(_where(path, file=file)) if path.exists() else []


def accepted(store: Store, mart: str, commune: str, reporter: str) -> list[Row]:
    """Return the published records of one reporter in one mart, of all periods."""
    path = store.path(f"marts/{mart}")
    return _rows(_where(path, commune=commune, reporter=reporter)) if path.exists() else []


def asked(store: Store, period: str, commune: str, file: str, cell: str) -> list[Row]:
    """Return the entries that forms read from one cell of any sheet of a workbook, accepted or not."""
    paths = sorted((store.root / "returns").glob(f"*/{period}_{commune}.parquet"))
    return [row for path in paths for row in _rows(_where(path, file=file, cell=cell))]


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
        if column not in table.column_names:
            raise OldTableError(_OLD.format(column))
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


def told(row: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines in which a finding is told: its code and sentence, then what is suggested, if anything."""
    yield f"[{row['code']}] {row['message']}"
    if row["suggestion"]:
        yield f"Gợi ý: {row['suggestion']}"


def held_forms(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return, per form that findings hold back, the first sentence why."""
    held: dict[str, str] = {}
    for row in rows:
        for form in row["form"].split() if row["severity"] == "error" else ():
            held.setdefault(form, row["message"])
    return held


HELD = "held"
"""The state of a figure whose form is held back: what is shown is the value accepted before."""


def status(figure: Mapping[str, Any], held: Mapping[str, str]) -> str:
    """Return the state of a figure as it is told: as published, or that one of its forms is held back."""
    return str(figure["status"]) if held.keys().isdisjoint(figure["forms"].split()) else HELD


def edit_outcomes(told: str | None) -> Iterator[tuple[str, str]]:
    """Yield code and outcome of every edit that looked at a cell, as the ``edits`` column of the lineage has them."""
    for one in filter(None, (told or "").split(";")):
        code, _, outcome = one.partition(" ")
        yield code, outcome
