"""Amounts: the numbers of records as whole numbers of smallest units, one matrix per form; and the way back to Arrow.

Belongs here: that matrix, its mask, and Arrow's decimals as 64-bit numbers. Does not belong here: what is done with the
numbers.

A field kept to 2 decimals is counted here in hundredths: 62,58 ha is 6258. Every value of a table fits 64 bits, sums
and products of them need not: who makes such looks at how large they may become.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from schemas.form import Form
from schemas.units import DECIMAL

LARGEST = int(np.iinfo(np.int64).max)
"""The largest number of 64 bits."""

Array = Any
"""A numpy array: of 64-bit numbers, or of Python's whole numbers where these might not be enough."""


@dataclass(frozen=True)
class Amounts:
    """The numbers of the records of one form.

    Args:
        names: The fields, in the form's order.
        values: Records by fields, in whole numbers of each field's smallest unit; 0 where nothing is known.
        known: Records by fields: whether there is a value.
    """

    names: tuple[str, ...]
    values: Array
    known: Array

    @classmethod
    def of(cls, records: pa.Table, form: type[Form]) -> "Amounts":
        """Return the numbers of records, given as a table with the fields of ``form.arrow()``.

        Raises:
            ValueError: A value has more decimals than its unit keeps.
        """
        values = np.zeros((len(records), len(form.fields())), np.int64)
        known = np.zeros(values.shape, bool)
        for at, (name, item) in enumerate(form.fields().items()):
            column = records[name].combine_chunks()
            known[:, at] = column.is_valid().to_numpy(zero_copy_only=False)
            values[:, at] = whole(column, item.unit.decimals)
        return cls(tuple(form.fields()), values, known)

    @cached_property
    def at(self) -> dict[str, int]:
        """The column of each field."""
        return {name: at for at, name in enumerate(self.names)}

    def columns(self, names: Sequence[str]) -> list[int]:
        """Return the columns of fields."""
        return [self.at[name] for name in names]


def whole(column: pa.Array, decimals: int) -> Array:
    """Return a column of whole numbers, or of decimals, in steps of so many decimals; 0 where a value is missing.

    Raises:
        ValueError: A value has more decimals.
    """
    if not pa.types.is_decimal(column.type):
        return column.fill_null(0).to_numpy(zero_copy_only=False)
    kept = as_int64(column)
    if decimals == DECIMAL.scale:
        return kept
    values, rest = np.divmod(kept, 10 ** (DECIMAL.scale - decimals))
    if rest.any():
        raise ValueError(f"There is a value with more than {decimals} decimals.")
    return values


def as_int64(column: pa.Array) -> Array:
    """Return a column of decimals as whole numbers of its last digit, Python's where 64 bits are too few.

    A missing value is 0.
    """
    words = np.frombuffer(column.buffers()[1] or b"", np.int64).reshape(-1, 2)
    words = words[column.offset : column.offset + len(column)]
    if column.null_count:
        words = np.where(column.is_valid().to_numpy(zero_copy_only=False)[:, None], words, 0)
    if (words[:, 1] == words[:, 0] >> 63).all():
        return words[:, 0]
    high, low = words[:, 1].astype(np.object_), words[:, 0].view(np.uint64).astype(np.object_)
    return high * 2**64 + low


def times(values: Array, factor: int) -> Array:
    """Return whole numbers so many times as large, Python's where 64 bits are too few."""
    largest = int(np.abs(values).max(initial=0)) * factor
    return (values if largest <= LARGEST else values.astype(np.object_)) * factor


def decimals_of(values: Array, known: Array | None = None, kind: pa.DataType = DECIMAL) -> pa.Array:
    """Return whole numbers of the last digit as a column of decimals, missing where they are not known.

    Raises:
        ArrowInvalid: A number has more digits than the column holds.
    """
    if values.dtype == np.object_ or np.abs(values).max(initial=0) >= min(10**kind.precision, LARGEST):
        told = [True] * len(values) if known is None else known.tolist()
        return pa.array(
            [_decimal(one, kind.scale) if is_known else None for one, is_known in zip(values, told, strict=True)], kind
        )
    words = np.empty((len(values), 2), np.int64)
    words[:, 0], words[:, 1] = values, values >> 63
    mask = None if known is None or known.all() else pa.py_buffer(np.packbits(known, bitorder="little").tobytes())
    return pa.Array.from_buffers(kind, len(values), [mask, pa.py_buffer(words)])


def _decimal(value: int, scale: int) -> Decimal:
    sign, digits, _ = Decimal(int(value)).as_tuple()
    return Decimal((sign, digits, -scale))
