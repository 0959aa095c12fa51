"""Row groups of Parquet files: which communes each holds, and one file made of those of others, as they are.

Belongs here: where a file is cut, so that what one commune sends changes the group that holds it and no other; taking
groups over without reading their rows. Does not belong here: which table is written where (``pipelines.store.tables``).

A commune begins a group or not by its own code and how many values it has: so the same rows are cut alike, whether they
were written together or one commune after the other. What stands in a group says nothing of where it stands. Only the
footer does, which is a structure of Thrift in its compact protocol:
https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md; its fields are those of
https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from schemas.tables import commune_of

VALUES = 262_144
"""How many values a group has, more or less, those in lists counted one by one; of a commune with more, all of them."""

_MARK = b"PAR1"
_LENGTH = struct.Struct("<I")


def cuts(rows: pa.Table) -> list[int]:
    """Return where the groups of a table begin, and where the last one ends.

    Args:
        rows: In the order of the communes, if it says of what commune each is; every column in one piece.
    """
    column = commune_of(rows.schema)
    if not len(rows) or column not in rows.column_names:
        return [0, len(rows)]
    (communes,) = rows[column].chunks
    which = communes.indices if pa.types.is_dictionary(communes.type) else communes
    changes = pc.not_equal(which[1:], which[:-1]).to_numpy(zero_copy_only=False)
    first = [0, *(changes.nonzero()[0] + 1).tolist(), len(rows)]
    codes = communes.take(pa.array(first[1:-1], pa.int64())).to_pylist()
    counts = _values(rows, np.array(first))[1:].tolist()
    begin = [at for at, code, count in zip(first[1:], codes, counts, strict=False) if _begins(code, count)]
    return [0, *begin, len(rows)]


def _values(rows: pa.Table, first: np.ndarray) -> np.ndarray:
    """Return how many values there are from each of some rows to the next of them."""
    lists = [column for column in rows.columns if pa.types.is_list(column.type)]
    counts: np.ndarray = (rows.num_columns - len(lists)) * np.diff(first)
    for column in lists:
        (piece,) = column.chunks
        within = column.type.value_type
        each = within.num_fields if pa.types.is_struct(within) else 1
        counts += each * np.diff(piece.offsets.to_numpy()[first])
    return counts


def _begins(commune: str, values: int) -> bool:
    """Return whether a commune begins a group: one with more values the likelier, so that groups are of like size."""
    return zlib.crc32(commune.encode()) * VALUES < (values << 32)


@dataclass(frozen=True)
class Grouped:
    """A Parquet file of which groups are wanted as they are."""

    content: bytes

    @cached_property
    def metadata(self) -> pq.FileMetaData:
        """What its footer says."""
        return pq.read_metadata(pa.BufferReader(self.content))

    def communes(self, column: str) -> list[tuple[str, str]] | None:
        """Return the first and the last commune of each group; nothing where groups are not known to be cut so."""
        groups = [self.metadata.row_group(number) for number in range(self.metadata.num_row_groups)]
        names = [groups[0].column(number).path_in_schema for number in range(groups[0].num_columns)] if groups else []
        known = [group.column(names.index(column)).statistics for group in groups]
        if any(one is None or not one.has_min_max for one in known):
            return None
        found = [(one.min, one.max) for one in known]
        return found if all(last < first for (_, last), (first, _) in pairwise(found)) else None

    @property
    def _end(self) -> int:
        """Where its groups end, and its footer begins."""
        stop = len(self.content) - _LENGTH.size - len(_MARK)
        (length,) = _LENGTH.unpack_from(self.content, stop)
        return stop - int(length)

    @cached_property
    def _footer(self) -> "_Struct":
        return _Reader(self.content, self._end).struct()

    @property
    def frame(self) -> "_Struct":
        """All that its footer says beside the groups: only files of which this is the same have groups in common."""
        return {number: one for number, one in self._footer.items() if number not in (_NUM_ROWS, _GROUPS)}

    @cached_property
    def groups(self) -> list["Group"]:
        """The groups."""
        said = self._footer[_GROUPS][1][1]
        starts = [min(_offsets(column[_META][1])) for column in (one[_COLUMNS][1][1][0] for one in said)]
        ends = [*starts[1:], self._end]
        return [Group(self.content[start:end], start, one) for start, end, one in zip(starts, ends, said, strict=True)]


@dataclass(frozen=True)
class Group:
    """A group of rows: its bytes, where they began, and what a footer says of it."""

    content: bytes
    start: int
    said: "_Struct"

    def placed(self, start: int, ordinal: int) -> "_Struct":
        """Return what the footer of a file says in which it stands somewhere else."""
        by = start - self.start
        columns = [_moved(column, by, {_FILE_OFFSET}) for column in self.said[_COLUMNS][1][1]]
        columns = [{**one, _META: (_STRUCT, _moved(one[_META][1], by, _OFFSETS))} for one in columns]
        group = {**self.said, _COLUMNS: (_LIST, (_STRUCT, columns))}
        if _ORDINAL in group:
            group[_ORDINAL] = (_I16, ordinal)
        return _moved(group, by, {_GROUP_OFFSET})


def joined(frame: "_Struct", groups: Sequence[Group]) -> bytes:
    """Return a Parquet file of some groups, in their order, of files with this frame."""
    pieces, said, at = [_MARK], [], len(_MARK)
    for ordinal, group in enumerate(groups):
        said.append(group.placed(at, ordinal))
        pieces.append(group.content)
        at += len(group.content)
    rows = sum(group.said[_ROWS][1] for group in groups)
    footer = bytearray()
    _write_struct(footer, {**frame, _NUM_ROWS: (_I64, rows), _GROUPS: (_LIST, (_STRUCT, said))})
    return b"".join((*pieces, footer, _LENGTH.pack(len(footer)), _MARK))


_NUM_ROWS, _GROUPS = 3, 4
"""Fields of a footer."""
_COLUMNS, _ROWS, _GROUP_OFFSET, _ORDINAL = 1, 3, 5, 7
"""Fields of a group in it."""
_FILE_OFFSET, _META = 2, 3
"""Fields of a column of a group."""
_OFFSETS = {9, 10, 11}
"""Fields of that: where its pages begin: of data, of an index, of the dictionary."""

_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(1, 13)
"""Kinds of values."""

_Struct = dict[int, tuple[int, Any]]
"""By number of the field, its kind and its value; of a list, the kind of its values and these."""


def _offsets(meta: _Struct) -> Iterator[int]:
    return (meta[number][1] for number in _OFFSETS if number in meta)


def _moved(said: _Struct, by: int, fields: set[int]) -> _Struct:
    """Return a structure with some offsets moved, but for those that are nowhere."""
    moved = {number: (said[number][0], said[number][1] + by) for number in fields if number in said and said[number][1]}
    return {**said, **moved}


class _Reader:
    """Values one after the other, from some bytes on."""

    def __init__(self, content: bytes, at: int) -> None:
        self._content, self._at = content, at

    def struct(self) -> _Struct:
        found: _Struct = {}
        number = 0
        while head := self._byte():
            number = number + (head >> 4) if head >> 4 else self._whole()
            kind = head & 15
            found[number] = kind, self._value(kind)
        return found

    def _value(self, kind: int) -> Any:
        if kind in (_I16, _I32, _I64):
            return self._whole()
        if kind == _BINARY:
            return self._taken(self._varint())
        if kind == _STRUCT:
            return self.struct()
        if kind == _LIST:
            head = self._byte()
            count = head >> 4 if head >> 4 < 15 else self._varint()
            # In a list a truth is a byte; in a structure its kind says it.
            return head & 15, [self._byte() if head & 15 <= _BYTE else self._value(head & 15) for _ in range(count)]
        if kind in (_TRUE, _FALSE):
            return None
        if kind in (_BYTE, _DOUBLE):
            return self._taken(1 if kind == _BYTE else 8)
        raise ValueError(f"No footer of a Parquet file has values of kind {kind}.")

    def _byte(self) -> int:
        self._at += 1
        return self._content[self._at - 1]

    def _taken(self, count: int) -> bytes:
        self._at += count
        return self._content[self._at - count : self._at]

    def _varint(self) -> int:
        found = shift = 0
        while (byte := self._byte()) > 127:
            found |= (byte & 127) << shift
            shift += 7
        return found | byte << shift

    def _whole(self) -> int:
        number = self._varint()
        return (number >> 1) ^ -(number & 1)


def _write_struct(out: bytearray, said: _Struct) -> None:
    last = 0
    for number, (kind, value) in sorted(said.items()):
        if number - last <= 15:
            out.append((number - last) << 4 | kind)
        else:
            out.append(kind)
            _write_whole(out, number)
        _write(out, kind, value)
        last = number
    out.append(0)


def _write(out: bytearray, kind: int, value: Any) -> None:
    if kind in (_I16, _I32, _I64):
        _write_whole(out, value)
    elif kind == _BINARY:
        _write_varint(out, len(value))
        out += value
    elif kind == _STRUCT:
        _write_struct(out, value)
    elif kind == _LIST:
        of, values = value
        out.append(min(len(values), 15) << 4 | of)
        if len(values) >= 15:
            _write_varint(out, len(values))
        for one in values:
            if of <= _BYTE:
                out.append(one)
            else:
                _write(out, of, one)
    elif kind in (_BYTE, _DOUBLE):
        out += value


def _write_whole(out: bytearray, number: int) -> None:
    _write_varint(out, number << 1 if number >= 0 else (-number << 1) - 1)


def _write_varint(out: bytearray, number: int) -> None:
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
