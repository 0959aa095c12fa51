"""The cells behind records: where each field of each record was written.

Belongs here: looking that up, and saying it in the columns of a problem. Does not belong here: what is wrong with it.
"""

from collections.abc import Mapping
from functools import cached_property

import pandas as pd
import pyarrow as pa

from pipelines.steps.collect.records import of_form
from pipelines.steps.frames import joined_text, numbered
from schemas.fields import KEYS
from schemas.form import Form


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

    def of_record(self, key: tuple[str, ...]) -> Mapping[str, Mapping[str, str]]:
        """Return the entries of a record (``schemas.tables.ENTRIES``) by field; nothing where there are none."""
        if key not in self._known:
            first, end = self._records.get("\n".join(key), (0, 0))
            self._known[key] = {row["field"]: row for row in self._own.slice(first, end - first).to_pylist()}
        return self._known[key]

    def at(self, key: tuple[str, ...], field: str) -> Mapping[str, str] | None:
        """Return the entry of a record's field (``schemas.tables.ENTRIES``), or nothing where no cell was found."""
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
