"""Rows as the bytes of a Parquet file, and back: all of them, or those that are wanted.

Belongs here: how a table is written, always to the same bytes, and how its rows are read. Does not belong here: where
its file lies (``pipelines.store.tables``), where its groups are cut and how one file is made of those of others
(``pipelines.store.row_groups``).

Arrow's functions on columns are imported where they are called: describing all of them takes it a fifth as long as
importing all the rest of it, and a quick verb lists its rows without.
"""

import struct
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

_IN_ORDER = ("period", "commune", "place")
"""The columns that the rows of tables are in the order of."""


def serialized(table: pa.Table) -> bytes:
    """Return the bytes of a Parquet file, its groups cut along communes; the same rows give the same bytes."""
    # Most tables of problems and findings have no rows, and are written for every batch.
    return _serialized(table) if len(table) else _without_rows(table.schema.serialize().to_pybytes())


@lru_cache(maxsize=1024)
def _without_rows(schema: bytes) -> bytes:
    """Return the same of no rows, by the bytes of the columns: two schemas are equal whatever is said of these."""
    return _serialized(pa.ipc.read_schema(pa.py_buffer(schema)).empty_table())


def _serialized(table: pa.Table) -> bytes:
    from pipelines.store.row_groups import cuts

    buffer = pa.BufferOutputStream()
    # In one piece: where its pieces end would be seen in the bytes.
    one = table.unify_dictionaries().combine_chunks()
    options = {
        # A quarter quicker to write than with zstd, and four tenths larger; numbers of dictionaries are small anyway.
        "compression": "snappy",
        # Of what rows are not in the order of, every group holds nearly everything.
        "write_statistics": [name for name in _IN_ORDER if name in table.column_names],
        "write_page_checksum": True,
    }
    with pq.ParquetWriter(buffer, table.schema, **options) as writer:
        for start, stop in pairwise(cuts(one)):
            columns = [_numbered_anew(column) for column in one.slice(start, stop - start).columns]
            writer.write_table(pa.table(columns, schema=table.schema), max(1, stop - start))
    content: bytes = buffer.getvalue().to_pybytes()
    return content


def _numbered_anew(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column with its dictionary, if it has one, in the order in which its texts first come."""
    if not pa.types.is_dictionary(column.type) or not len(column):
        return column
    (piece,) = column.chunks
    numbers = piece.indices.dictionary_encode()
    return pa.chunked_array(
        [pa.DictionaryArray.from_arrays(numbers.indices, piece.dictionary.take(numbers.dictionary))], column.type
    )


def rows_with(content: bytes, **wanted: str) -> pa.Table:
    """Return the rows of a Parquet file in which columns have the wanted texts; groups that hold none are not read.

    Not by the filters of ``read_table``: they and everything of Arrow's datasets import pandas, which takes longer than
    all the rest of a quick verb.
    """
    if not wanted:
        with pq.ParquetFile(pa.BufferReader(content)) as whole:
            return whole.read(use_threads=False)
    file, schema = _opened(content)
    with file:
        groups = _holding(file.metadata, {column: [text] for column, text in wanted.items()})
        # Without threads: the tables are small, and a verb that ends while Arrow's are starting is at times aborted.
        return with_texts(file.read_row_groups(groups, use_threads=False), **wanted).cast(schema)


def listed_with(content: bytes, **wanted: str) -> list[dict[str, Any]]:
    """Return the same rows one by one, as Python has them."""
    file, _ = _opened(content)
    with file:
        groups = _holding(file.metadata, {column: [text] for column, text in wanted.items()})
        table = file.read_row_groups(groups, use_threads=False)
    return [row for start, stop in _runs(table, wanted) for row in table.slice(start, stop - start).to_pylist()]


def _runs(table: pa.Table, wanted: Mapping[str, str]) -> list[tuple[int, int]]:
    """Return from where to where there are rows in which coded columns have the wanted texts."""
    here = np.ones(len(table), dtype=bool)
    for column, text in wanted.items():
        here &= np.concatenate([here[:0], *(_says(chunk, text) for chunk in table[column].chunks)])
    ends = np.flatnonzero(np.diff(here, prepend=False, append=False)).tolist()
    return list(zip(ends[::2], ends[1::2], strict=True))


def _says(coded: pa.DictionaryArray, text: str) -> np.ndarray:
    """Return of each row whether it has a text."""
    if coded.null_count:
        return np.array([one == text for one in coded.to_pylist()])
    is_it = np.array([one == text for one in coded.dictionary.to_pylist()], dtype=bool)
    # Not by Arrow's own way to numpy, which imports pandas.
    found: np.ndarray = is_it[np.from_dlpack(coded.indices)]
    return found


def row_count(content: bytes) -> int:
    """Return how many rows a Parquet file has."""
    count: int = pq.read_metadata(pa.BufferReader(content)).num_rows
    return count


class Opened:
    """A Parquet file of which rows are wanted more than once: each group of them is read at most once.

    Args:
        content: Its bytes.
    """

    def __init__(self, content: bytes) -> None:
        """Take the bytes, and read no rows of them yet."""
        self.content = content
        self._file, self._schema = _opened(content)
        self._read: dict[int, pa.Table] = {}

    def rows(self, groups: Iterable[int] | None = None) -> pa.Table:
        """Return the rows of some groups, one under the other; of all where none are named."""
        return self._of(range(self._file.num_row_groups) if groups is None else groups).cast(self._schema)

    def having(self, column: str, texts: Sequence[str]) -> pa.Table:
        """Return the rows in which a column has one of some texts; groups that hold none are not read."""
        import pyarrow.compute as pc

        table = self._of(_holding(self._file.metadata, {column: texts}))
        return table.filter(pc.is_in(table[column], pa.array(texts, pa.string()))).cast(self._schema)

    def _of(self, groups: Iterable[int]) -> pa.Table:
        numbers = list(groups)
        for number in numbers:
            if number not in self._read:
                self._read[number] = self._file.read_row_groups([number], use_threads=False)
        found = [self._read[number] for number in numbers]
        return pa.concat_tables(found) if found else self._file.read_row_groups([], use_threads=False)


def _opened(content: bytes) -> tuple[pq.ParquetFile, pa.Schema]:
    """Return a Parquet file of which some rows are wanted, and its columns as they were written.

    Texts are read by their numbers: putting them out in full only of the rows that are wanted is three times as quick.
    """
    with pq.ParquetFile(pa.BufferReader(content)) as file:
        schema, metadata = file.schema_arrow, file.metadata
    named = [field.name for field in schema if pa.types.is_string(field.type)]
    return pq.ParquetFile(pa.BufferReader(content), metadata=metadata, read_dictionary=named), schema


def with_texts(table: pa.Table, **wanted: str) -> pa.Table:
    """Return the rows of a table in which columns have the wanted texts."""
    import pyarrow.compute as pc

    for column, value in wanted.items():
        table = table.filter(pc.equal(table[column], _literal(value)))
    return table


def _literal(text: str) -> pa.Scalar:
    """Return a text as Arrow has it.

    Made of bytes, since Arrow's conversion of a Python value imports pandas to ask whether it is one of its own.
    """
    content = text.encode()
    offsets = struct.pack("=ii", 0, len(content))
    return pa.StringArray.from_buffers(1, pa.py_buffer(offsets), pa.py_buffer(content))[0]


def _holding(metadata: pq.FileMetaData, wanted: Mapping[str, Sequence[str]]) -> list[int]:
    """Return the groups of rows whose statistics leave room for one of the texts that are wanted of each column."""
    at = {metadata.schema.column(number).path: number for number in range(metadata.num_columns)}
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    return [number for number, group in enumerate(groups) if _may_hold(group, at, wanted)]


def _may_hold(group: pq.RowGroupMetaData, at: Mapping[str, int], wanted: Mapping[str, Sequence[str]]) -> bool:
    for column, texts in wanted.items():
        known = group.column(at[column]).statistics
        if known is not None and known.has_min_max:
            least, most = known.min, known.max
            if not any(least <= text <= most for text in texts):
                return False
    return True
