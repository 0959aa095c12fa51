"""Arrow tables and pandas frames: one conversion each way, with the dtypes the steps work in.

Belongs here: only that, and which return set a row is of.
Does not belong here: what the columns are (``schemas.tables``).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from schemas.return_sets import ReturnSetKey


def _dtype(kind: pa.DataType) -> Any:
    if pa.types.is_decimal(kind):
        return pd.ArrowDtype(kind)
    return {pa.string(): pd.StringDtype(), pa.int64(): pd.Int64Dtype()}.get(kind)


def to_frame(tables: Sequence[pa.Table], schema: pa.Schema) -> pd.DataFrame:
    """Return tables one under the other as a frame with the columns of ``schema``; what a table lacks is missing."""
    frame: pd.DataFrame = together(tables, schema).to_pandas(types_mapper=_dtype)
    return frame


def together(tables: Sequence[pa.Table], schema: pa.Schema) -> pa.Table:
    """Return tables one under the other, with exactly the columns of ``schema``; what a table lacks is missing."""
    return pa.concat_tables([schema.empty_table(), *(_columns(table, schema) for table in tables)])


def _columns(table: pa.Table, schema: pa.Schema) -> pa.Table:
    if table.schema.equals(schema):
        return table
    present = [
        table[field.name].cast(field.type) if field.name in table.column_names else pa.nulls(len(table), field.type)
        for field in schema
    ]
    return pa.table(present, schema=schema)


def return_sets_in(frame: pd.DataFrame) -> Iterator[ReturnSetKey]:
    """Yield, row by row, the return set that a frame with ``period`` and ``commune`` speaks of."""
    return map(ReturnSetKey, frame["period"], frame["commune"])


def belongs(table: pa.Table, place: str, wanted: Iterable[tuple[str, str]]) -> pa.ChunkedArray:
    """Return, per row, whether ``period`` and the column ``place`` are one of the wanted pairs."""
    joined = pc.binary_join_element_wise(table["period"], table[place], "\n")
    return pc.is_in(joined, pa.array(["\n".join(pair) for pair in wanted], pa.string()))


def frame_of(rows: Iterable[Mapping[str, Any]], schema: pa.Schema) -> pd.DataFrame:
    """Return rows as a frame with the columns of ``schema``; what a row has beside them is left out.

    Raises:
        ArrowInvalid, ArrowTypeError: A value does not fit its column's type.
    """
    return to_frame([pa.Table.from_pylist(list(rows), schema)], schema)


def to_table(frame: pd.DataFrame, schema: pa.Schema) -> pa.Table:
    """Return a frame as a table of exactly the columns and types of ``schema``.

    Raises:
        ArrowInvalid: A value does not fit its column's type.
    """
    if not len(frame):
        return schema.empty_table()
    table: pa.Table = pa.Table.from_pandas(frame[schema.names], schema=schema, preserve_index=False)
    return table.replace_schema_metadata(None)
