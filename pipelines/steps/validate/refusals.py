"""Refused suggestions: each stands for a field of a record and the number written there, wherever that stands now.

Belongs here: which of them concern a record as it is written now. Does not belong here: reading the ledger
(``pipelines.steps.collect.correct``), finding suggestions (``pipelines.steps.validate.advise``).

Whoever says that 84 is not 34 says so of the cattle of a village. Its next workbook may have them in another row, and
in the old row another number, of which nobody has said anything.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from pipelines.steps.collect.cells import TEXT
from pipelines.steps.collect.correct import Entry, Key, key_of
from pipelines.steps.numbers import read_number
from schemas.fields import KEYS
from schemas.form import Form
from schemas.tables import CELL_KEY
from schemas.units import Unit


class Refusals:
    """What has been refused of a form."""

    def __init__(self, form: type[Form], entries: Iterable[Entry]) -> None:
        """Sort entries by what they are about.

        Args:
            form: The form.
            entries: As ``correct.refused`` returns them.
        """
        self._form = form
        self._by_field: dict[Key, list[Entry]] = {}
        self._by_cell: dict[Key, list[Entry]] = {}
        """Those of earlier software, which say the cell alone."""
        for entry in entries:
            if not entry["field"]:
                self._by_cell.setdefault(key_of(entry), []).append(entry)
            elif entry["form"] == form.code:
                self._by_field.setdefault((*(entry[name] for name in KEYS), entry["field"]), []).append(entry)

    def of(self, written: Mapping[str, Mapping[str, str]], record: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
        """Return field and proposed text of what has been refused of a record, where the same is written now as then.

        Args:
            written: Its cells by field, as ``Cells.of_record`` returns them.
            record: The record.
        """
        if not self._by_field and not self._by_cell:
            return frozenset()
        key = tuple(record[name] for name in KEYS)
        return frozenset(
            (name, entry["new"])
            for name, at in written.items()
            for entry in (*self._by_field.get((*key, name), ()), *self._by_cell.get(_cell(at), ()))
            if _is_same(entry["old"], at["text"], self._form.fields()[name].unit)
        )


def _cell(at: Mapping[str, str]) -> Key:
    return tuple(at[name] for name in CELL_KEY)


def _is_same(one: str, other: str, unit: Unit) -> bool:
    """Return whether two texts are the same, or say the same number: 1000 of a cell is the «1.000» of another."""
    if one == other:
        return True
    value = read_number(TEXT, one, unit).value
    return value is not None and value == read_number(TEXT, other, unit).value
