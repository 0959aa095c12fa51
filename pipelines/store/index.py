"""The file index of a batch: size, times of change and hash of every file, so that only what changed is read again.

Belongs here: the index, and when it is believed. Does not belong here: looking at files (``pipelines.store.raw``).

The hash decides what is made anew; size and times only save reading a file to know its hash. They are from before it
was read, and of files at rest only (``RawFile.at_rest``): one that is replaced while a refresh runs is read by the
next. The index is no part of the state: without it everything is read. It begins with the hash of the rest: of a hash
in it that is another than it was, every refresh would say that the file has just been replaced.
"""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.store.files import write_whole
from pipelines.store.state import STATE
from schemas.return_sets import ReturnSetKey

_COLUMNS = pa.schema(
    [
        ("period", pa.string()),
        ("commune", pa.string()),
        ("name", pa.string()),
        ("size", pa.int64()),
        ("changed", pa.int64()),
        ("replaced", pa.int64()),
        ("sha256", pa.string()),
    ]
)


class Noted(NamedTuple):
    """What is noted of a file: its size, when it last changed and when it came to lie there, its hash.

    Times are in nanoseconds. Whoever copies a file can give it the first of them, but not the second.
    """

    size: int
    changed: int
    replaced: int
    sha256: str


_CHECKED = hashlib.sha256().digest_size
"""Bytes that the hash of the rest takes."""

Index = Mapping[tuple[ReturnSetKey, str], Noted]
"""By return set and name of the file."""

NOTHING_NOTED: Index = {}


def load(root: Path, part: str) -> Index:
    """Return the index of a batch; an empty one where there is none that can be read."""
    try:
        written = _path(root, part).read_bytes()
    except OSError:
        return {}
    checked, content = written[:_CHECKED], written[_CHECKED:]
    if checked != hashlib.sha256(content).digest():
        return {}
    columns = pq.ParquetFile(pa.BufferReader(content)).read(use_threads=False).to_pydict()
    rows = zip(*(columns[name] for name in _COLUMNS.names), strict=True)
    return {(ReturnSetKey(period, commune), name): Noted(*more) for period, commune, name, *more in rows}


def save(root: Path, part: str, files: Iterable[tuple[ReturnSetKey, str, Noted]]) -> None:
    """Write the index of a batch."""
    rows = [(*key, name, *noted) for key, name, noted in files]
    columns = zip(*rows, strict=True) if rows else ([] for _ in _COLUMNS)
    buffer = pa.BufferOutputStream()
    table = pa.table([pa.array(column, kind) for column, kind in zip(columns, _COLUMNS.types, strict=True)], _COLUMNS)
    pq.write_table(table, buffer, compression="zstd")
    content = buffer.getvalue().to_pybytes()
    write_whole(_path(root, part), hashlib.sha256(content).digest() + content)


def _path(root: Path, part: str) -> Path:
    return root / STATE / f"{part}.index"
