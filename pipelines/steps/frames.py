"""Arrow tables and pandas frames: one conversion each way, with the dtypes the steps work in.

Belongs here: only that. Does not belong here: what the columns are (``schemas.tables``).
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pyarrow as pa


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


def to_table(frame: pd.DataFrame, schema: pa.Schema) -> pa.Table:
    """Return a frame as a table of exactly the columns and types of ``schema``.

    Raises:
        ArrowInvalid: A value does not fit its column's type.
    """
    if not len(frame):
        return schema.empty_table()
    table: pa.Table = pa.Table.from_pandas(frame[schema.names], schema=schema, preserve_index=False)
    return table.replace_schema_metadata(None)
