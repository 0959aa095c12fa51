"""Arrow tables and pandas frames: one conversion each way, with the dtypes the steps work in; rows by their keys.

Belongs here: that, which rows have the same texts in some columns or belong to which return set, and their order.
Does not belong here: what the columns are (``schemas.tables``).
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.amounts import LARGEST, Array
from schemas.return_sets import ReturnSetKey
from schemas.tables import uncoded


def _dtype(kind: pa.DataType) -> Any:
    if pa.types.is_decimal(kind):
        return pd.ArrowDtype(kind)
    return {pa.string(): pd.StringDtype(), pa.int64(): pd.Int64Dtype()}.get(kind)


def to_frame(tables: Sequence[pa.Table], schema: pa.Schema) -> pd.DataFrame:
    """Return tables one under the other as a frame with the columns of ``schema``; what a table lacks is missing."""
    if not any(map(len, tables)):
        return _nothing(schema).copy(deep=False)  # what is written into it is not written into the other
    texts = pa.schema([(field.name, uncoded(field.type)) for field in schema])
    frame: pd.DataFrame = together(tables, texts).to_pandas(types_mapper=_dtype)
    frame.columns = _names(tuple(schema.names))
    return frame


@cache
def _names(names: tuple[str, ...]) -> "pd.Index[str]":
    """Return column names as Python's texts: pandas' own are Arrow's, of which each look at a column makes one anew."""
    return pd.Index(names, dtype=object)


@cache
def _nothing(schema: pa.Schema) -> pd.DataFrame:
    """Return a frame without a row, made once: that takes as long as many rows, and most forms meet no problem."""
    texts = pa.schema([(field.name, uncoded(field.type)) for field in schema])
    frame: pd.DataFrame = texts.empty_table().to_pandas(types_mapper=_dtype)
    frame.columns = _names(tuple(schema.names))
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


Rows: TypeAlias = pd.DataFrame | pa.Table
"""Rows whose texts are looked at: a table's are there for it, a frame's have to be taken out."""


def sets_of(frame: Rows) -> tuple[list[ReturnSetKey], Any]:
    """Return the return sets that rows with ``period`` and ``commune`` speak of; and per row the number of its."""
    if not len(frame):
        return [], np.empty(0, np.int32)
    table = _texts([frame["period"], frame["commune"]])
    number, first = numbered(table, table.column_names)
    pairs = zip(*(table[name].take(pa.array(first)).to_pylist() for name in table.column_names), strict=True)
    return [ReturnSetKey(*pair) for pair in pairs], number


def texts_of(frame: pd.DataFrame, names: Sequence[str]) -> Iterable[tuple[str, ...]]:
    """Return, row by row, the texts of some columns of a frame."""
    return zip(*(frame[name] for name in names), strict=True)


def positions(wanted: Sequence[Any], frame: Rows, names: Sequence[str]) -> Any:
    """Return, for each row of wanted texts, the first of other rows that has them in some columns; -1 for none.

    Args:
        wanted: An array of texts for each of the columns.
        frame: Where they are looked up.
        names: The columns.
    """
    if not len(frame) or not len(wanted[0]):
        return np.full(len(wanted[0]), -1)
    one, other = _texts(wanted), _texts([frame[name] for name in names])
    at = pc.index_in(joined_text(one, one.column_names), joined_text(other, other.column_names))
    return at.fill_null(-1).to_numpy(zero_copy_only=False)


def _texts(columns: Sequence[Any]) -> pa.Table:
    return pa.table(
        {
            str(at): column if isinstance(column, pa.ChunkedArray) else pa.array(column, pa.string())
            for at, column in enumerate(columns)
        }
    )


def belongs(table: pa.Table, place: str, wanted: Iterable[tuple[str, str]]) -> pa.ChunkedArray:
    """Return, per row, whether ``period`` and the column ``place`` are one of the wanted pairs."""
    joined = pc.binary_join_element_wise(table["period"], table[place], "\n")
    return pc.is_in(joined, pa.array(["\n".join(pair) for pair in wanted], pa.string()))


def joined_text(table: pa.Table, names: Sequence[str]) -> pa.Array:
    """Return, per row, the texts of some columns as one, to look rows up by."""
    joined = pc.binary_join_element_wise(*(table[name] for name in names), "\n")
    return joined.combine_chunks() if isinstance(joined, pa.ChunkedArray) else joined


def numbered(table: pa.Table, names: Sequence[str]) -> tuple[Array, Array]:
    """Return which rows have the same texts in some columns.

    Returns:
        Per row the number of its group, in the order in which groups first occur; and per group its first row.
    """
    return cases([coded(table[name]) for name in names], len(table))


def cases(columns: Iterable[tuple[Array, Any]], count: int) -> tuple[Array, Array]:
    """Return which of some rows have the same values in all of some columns, each as ``coded`` gives it.

    Returns:
        Per row the number of its case, in the order in which cases first occur; and per case its first row.
    """
    return alike(_as_one(columns, count))


def alike(numbers: Array) -> tuple[Array, Array]:
    """Return which of the distinct ones each number is, by the order in which they first come; and where they do."""
    which = pa.array(numbers).dictionary_encode().indices.to_numpy()
    return which, np.flatnonzero(np.diff(np.maximum.accumulate(which), prepend=-1))


def coded(column: pa.Array | pa.ChunkedArray) -> tuple[Array, pa.Array]:
    """Return per row which of the values of a column it has, and these; -1, the last of them, where it has none."""
    texts = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.chunk(0) if texts.num_chunks == 1 else texts.unify_dictionaries().combine_chunks()
    indices = texts.indices.fill_null(-1) if texts.null_count else texts.indices
    return indices.to_numpy(zero_copy_only=False).astype(np.int32, copy=False), texts.dictionary


def _as_one(columns: Iterable[tuple[Array, Any]], count: int) -> Array:
    """Return per row one whole number, the same where all columns are and in their order, the first counting most."""
    place, places = np.zeros(count, np.int64), 1
    for numbers, values in columns:
        if places * (len(values) + 1) > LARGEST:
            distinct, place = np.unique(place, return_inverse=True)
            places = len(distinct)
        place, places = place * (len(values) + 1) + (numbers + 1), places * (len(values) + 1)
    return place


def in_order(table: pa.Table, names: Sequence[str]) -> Array:
    """Return the row numbers of a table in the order of some text columns, rows with the same texts as they stand."""
    return ordered((ranked(table[name]) for name in names), len(table))


def ordered(columns: Iterable[tuple[Array, pa.Array]], count: int) -> Array:
    """Return the numbers of some rows in the order of columns as ``ranked`` gives them, the first counting most."""
    return np.argsort(_as_one(columns, count), kind="stable")


def ranked(column: pa.Array | pa.ChunkedArray) -> tuple[Array, pa.Array]:
    """Return a column as ``coded`` does, its values numbered in their order."""
    return in_rank(*coded(column))


def in_rank(numbers: Array, values: pa.Array) -> tuple[Array, pa.Array]:
    """Return what ``coded`` gives with the values numbered in their order."""
    rank = np.full(len(values) + 1, -1)
    rank[pc.sort_indices(values).to_numpy()] = np.arange(len(values))
    return rank[numbers], values


def sorted_by(table: pa.Table, names: Sequence[str]) -> pa.Table:
    """Return a table in the order of some text columns; the table itself where it is in that order."""
    return table if len(table) < 2 or _is_in_order(table, names) else _placed(table, names)[0]


def grouped_by(table: pa.Table, names: Sequence[str]) -> tuple[pa.Table, Array, Array]:
    """Return a table as ``sorted_by`` does, and of its rows what ``numbered`` does: both ask which texts there are."""
    rows, place = _placed(table, names)
    begins = np.diff(place, prepend=-1) != 0
    return rows, np.cumsum(begins) - 1, np.flatnonzero(begins)


def _placed(table: pa.Table, names: Sequence[str]) -> tuple[pa.Table, Array]:
    """Return a table in the order of some text columns, and per row its place, the same where all these texts are."""
    place = _as_one((ranked(table[name]) for name in names), len(table))
    if (place[1:] >= place[:-1]).all():
        return table, place
    order = np.argsort(place, kind="stable")
    return table.take(pa.array(order)), place[order]


def _is_in_order(table: pa.Table, names: Sequence[str]) -> bool:
    """Return whether a table is known, without a ranking, to be in the order of one column of plain texts."""
    if len(names) != 1 or not pa.types.is_string(table.schema.field(names[0]).type):
        return False
    column = table[names[0]]
    return bool(pc.all(pc.less_equal(column.slice(0, len(column) - 1), column.slice(1)), skip_nulls=False).as_py())


def parted(table: pa.Table, name: str) -> dict[str, pa.Table]:
    """Return the rows of a table as they stand, by the text that they have in a column."""
    numbers, texts = coded(table[name])
    rows = table
    if (numbers[1:] < numbers[:-1]).any():
        order = np.argsort(numbers, kind="stable")
        rows, numbers = table.take(pa.array(order)), numbers[order]
    first = np.searchsorted(numbers, np.arange(len(texts) + 1)).tolist()
    return {
        text: rows.slice(start, stop - start)
        for text, (start, stop) in zip(texts.to_pylist(), pairwise(first), strict=True)
    }


def frame_of(rows: Iterable[Mapping[str, Any]], schema: pa.Schema) -> pd.DataFrame:
    """Return rows as a frame with the columns of ``schema``; what a row has beside them is left out.

    Raises:
        ArrowInvalid, ArrowTypeError: A value does not fit its column's type.
    """
    found = list(rows)
    return to_frame([pa.Table.from_pylist(found, schema)] if found else [], schema)


def to_table(frame: pd.DataFrame, schema: pa.Schema) -> pa.Table:
    """Return a frame as a table of exactly the columns and types of ``schema``.

    Raises:
        ArrowInvalid: A value does not fit its column's type.
    """
    if not len(frame):
        return schema.empty_table()
    table: pa.Table = pa.Table.from_pandas(frame[schema.names], schema=schema, preserve_index=False)
    return table.replace_schema_metadata(None)
