"""The cells behind records: where each field of each record was written.

Belongs here: looking that up, and saying it in the columns of a problem. Does not belong here: what is wrong with it.
"""

from collections.abc import Mapping
from functools import cached_property

import pandas as pd
import pyarrow as pa

from pipelines.steps.collect.records import of_form
from schemas.fields import KEYS
from schemas.form import Form


class Cells:
    """Where each field of each record was written; looked up only where there is something to tell."""

    def __init__(self, entries: pa.Table, form: type[Form]) -> None:
        self._entries, self._form = entries, form

    @cached_property
    def _rows(self) -> dict[tuple[str, ...], dict[str, str]]:
        rows = of_form(self._entries, self._form).to_pylist()
        return {(*(row[key] for key in KEYS), row["field"]): row for row in rows}

    def at(self, key: tuple[str, ...], field: str) -> Mapping[str, str] | None:
        """Return the entry of a record's field (``schemas.tables.ENTRIES``), or nothing where no cell was found."""
        return self._rows.get((*key, field))

    def where(self, record: pd.Series, field: str) -> dict[str, str]:
        """Return where a record's field was written, in the columns of ``schemas.tables.PROBLEMS``."""
        key = tuple(record[list(KEYS)])
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
