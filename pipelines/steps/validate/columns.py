"""Columns: the records of a form as whole numbers of smallest units, and its edits evaluated over all of them at once.

Belongs here: those columns, and which records an edit holds on. Does not belong here: what an edit is
(``schemas.edits``), what is said of a breach (``pipelines.steps.validate.wording``).

Pandera's schema of a form (``schemas.pandera_schemas.schema``) says the same of every edit, record by record; a test
holds the two against each other. Here an edit is a few additions of arrays, whatever the number of records.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.frames import joined_text, sets_of, to_frame
from schemas.edit import Edit
from schemas.fields import KEYS
from schemas.form import Form
from schemas.return_sets import ReturnSetKey
from schemas.system import Row

_LARGEST = np.iinfo(np.int64).max


class Columns:
    """The records of one form, column by column.

    Args:
        records: A table with the schema ``form.arrow()``.
        form: The form.
    """

    def __init__(self, records: pa.Table, form: type[Form]) -> None:
        self.records, self.form = records, form
        self._known: dict[str, Any] = {}
        self._values: dict[str, Any] = {}

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The records as a pandas frame."""
        return to_frame([self.records], self.form.arrow())

    @cached_property
    def sets(self) -> tuple[list[ReturnSetKey], Any]:
        """The return sets of the records, and per record the number of its."""
        return sets_of(self.records)

    def record_of(self, key: tuple[str, ...]) -> int | None:
        """Return the number of a record, given its keys; nothing where there is none."""
        return self._numbers.get("\n".join(key))

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {key: number for number, key in enumerate(joined_text(self.records, KEYS).to_pylist())}

    def known(self, *names: str) -> Any:
        """Return, per record, whether it has a value in all of the columns."""
        for name in names:
            if name not in self._known:
                self._known[name] = self.records[name].is_valid().to_numpy()
        return np.logical_and.reduce([self._known[name] for name in names])

    def values(self, name: str) -> Any:
        """Return a column in whole numbers of its smallest unit, 0 where a value is missing."""
        if name not in self._values:
            column = self.records[name].fill_null(0)
            decimals = self.form.fields()[name].unit.decimals
            if decimals:
                column = pc.multiply(column, pa.scalar(10**decimals, pa.decimal128(decimals + 1, 0))).cast(pa.int64())
            self._values[name] = column.to_numpy()
        return self._values[name]

    def holds(self, edit: Edit) -> Any:
        """Return, per record, whether an edit holds; of a record that lacks a value, whether it still can."""
        rows = edit.rows()
        if not rows:
            return edit.holds(self.frame).fillna(True).to_numpy(dtype=bool)
        return np.logical_and.reduce([self._row_holds(row) for row in rows])

    def contradicted(self, left_out: Mapping[int, Collection[str]]) -> dict[int, frozenset[str]]:
        """Return, per record with values missing from its sums, the edits that cannot hold together, if there are any.

        Args:
            left_out: Record and columns of values that are in doubt, and so are taken for missing.
        """
        rules = self.form.facts
        names = sorted({name for row in rules.rows for name in row.names})
        lacking = sorted({*np.flatnonzero(~self.known(*names)).tolist(), *left_out}) if names else []
        cases: dict[_Case, frozenset[str]] = {}  # many have the same values, above all none
        found = {}
        for at, case in zip(lacking, self._cases(lacking, names), strict=True):
            without = left_out.get(at, ())
            used = tuple(None if name in without else value for name, value in zip(names, case, strict=True))
            if used not in cases:
                cases[used] = rules.contradicted(_known_of(names, used))
            found[at] = cases[used]
        return {at: codes for at, codes in found.items() if codes}

    def _cases(self, at: Sequence[int], names: Iterable[str]) -> Iterator["_Case"]:
        """Yield of some records what they have in some columns, in whole numbers of smallest units."""
        rows = np.array(at, np.int64)
        columns = ((self.known(name)[rows].tolist(), self.values(name)[rows].tolist()) for name in names)
        return zip(
            *([value if is_known else None for is_known, value in zip(*column, strict=True)] for column in columns),
            strict=True,
        )

    def _row_holds(self, row: Row) -> Any:
        terms = [(self.values(name), factor) for name, factor in row.coefficients.items()]
        largest = sum(int(np.abs(values).max(initial=0)) * abs(factor) for values, factor in terms)
        # Amounts in đồng against such in triệu đồng can pass 64 bits; Python's whole numbers have no end.
        kind = np.int64 if max(largest, abs(row.bound)) <= _LARGEST else np.object_
        total: Any = np.zeros(len(self.records), kind)
        for values, factor in terms:
            total = total + values.astype(kind) * factor
        holds = (total == row.bound if row.relation == "=" else total <= row.bound).astype(bool)
        lacking = np.flatnonzero(~self.known(*row.names)).tolist()
        leaves_room: dict[_Case, bool] = {}
        for at, case in zip(lacking, self._cases(lacking, row.names), strict=True):
            if case not in leaves_room:
                leaves_room[case] = row.can_hold(_known_of(row.names, case), self.form.system.ranges)
            holds[at] = leaves_room[case]
        return holds


_Case = tuple[int | None, ...]
"""What a record has in some columns; nothing where a value is missing."""


def _known_of(names: Iterable[str], case: _Case) -> dict[str, int]:
    return {name: value for name, value in zip(names, case, strict=True) if value is not None}
