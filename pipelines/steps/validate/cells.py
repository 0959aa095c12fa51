"""The cells behind records: where each field of each record was written.

Belongs here: looking that up, and saying it in the columns of a problem. Does not belong here: what is wrong with it.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import islice

import numpy as np
import pandas as pd
import pyarrow as pa

from pipelines.steps.collect.records import of_form
from pipelines.steps.frames import joined_text, numbered
from schemas.fields import KEYS
from schemas.form import Form
from schemas.tables import CELL_KEY

_SAID = (*CELL_KEY, "field", "text", "correction", "confirmed", "problem")
"""Columns of ``schemas.tables.ENTRIES`` in which an entry says where it was written, and how it stands there."""


class Cells:
    """Where each field of each record was written; looked up only where there is something to tell."""

    def __init__(self, entries: pa.Table, form: type[Form]) -> None:
        self._entries, self._form = entries, form
        self._known: dict[tuple[str, ...], Mapping[str, Mapping[str, str]]] = {}

    @cached_property
    def _own(self) -> pa.Table:
        return of_form(self._entries, self._form)

    @cached_property
    def _records(self) -> dict[str, tuple[int, int]]:
        """By record, the first of its entries and the one after the last: they are sorted by record."""
        number, first = numbered(self._own, KEYS)
        ends = [*first[1:].tolist(), len(number)]
        names = joined_text(self._own.select(KEYS).take(pa.array(first)), KEYS).to_pylist()
        return dict(zip(names, zip(first.tolist(), ends, strict=True), strict=True))

    def look_up(self, keys: Iterable[tuple[str, ...]]) -> None:
        """Look some records up together, before they are asked for: one by one, each takes as long as all of them."""
        spans = {key: self._records.get("\n".join(key), (0, 0)) for key in keys if key not in self._known}
        if spans:
            rows = pa.array(np.concatenate([np.arange(*span) for span in spans.values()]))
            said = self._own.select(_SAID).take(rows)
            entries = (dict(zip(_SAID, one, strict=True)) for one in zip(*map(_texts, said.columns), strict=True))
            for key, (first, end) in spans.items():
                self._known[key] = {row["field"]: row for row in islice(entries, end - first)}

    def of_record(self, key: tuple[str, ...]) -> Mapping[str, Mapping[str, str]]:
        """Return what the entries of a record say of their cells, by field; nothing where there are none."""
        self.look_up([key])
        return self._known[key]

    def at(self, key: tuple[str, ...], field: str) -> Mapping[str, str] | None:
        """Return what the entry of a record's field says of its cell, or nothing where no cell was found."""
        return self.of_record(key).get(field)

    def where(self, record: pd.Series, field: str) -> dict[str, str]:
        """Return where a record's field was written, in the columns of ``schemas.tables.PROBLEMS``."""
        key = tuple(record[name] for name in KEYS)
        cell = self.at(key, field)
        assert cell is not None, "a value that was checked was read from a cell"
        return dict(zip(KEYS, key, strict=True)) | {
            "form": self._form.code,
            "field": field,
            "file": cell["file"],
            "sheet": cell["sheet"],
            "cells": cell["cell"],
            "written": cell["text"],
        }


def _texts(column: pa.ChunkedArray) -> list[str]:
    return list(column.cast(pa.string()).to_pylist())
