"""Numbers kept as they are: each stands beside the other numbers that its rules looked at then, and beside no others.

Belongs here: how these are written into a ledger, and telling which of them are others now. Does not belong here: rules
that are said to be wrong (``pipelines.steps.validate.overruling``), reading decisions
(``pipelines.steps.collect.correct``).

Whoever confirms 33 deaths handled says so beside 7 deaths registered. Where only 1 is registered later, nobody has
confirmed that.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import pandas as pd

from pipelines.steps.collect.correct import Key, key_of, standing
from pipelines.steps.numbers import vietnamese
from schemas.edit import Edit
from schemas.edits import Alike
from schemas.listed import pairs_listed, pairs_of

Record = Mapping[str, Any]
"""A record, with what its edits look at beyond it."""


def looked_at(edit: Edit) -> tuple[str, ...]:
    """Return the columns that an edit looks at, but for what others' ratios span: each return moves that."""
    return edit.names if isinstance(edit, Alike) else edit.needs


def written(values: Mapping[str, Any]) -> str:
    """Return operands as a ledger has them."""
    return pairs_listed({name: _text(value) for name, value in values.items()})


def noted(ledger: pd.DataFrame | None) -> dict[Key, Mapping[str, str]]:
    """Return the operands of the confirmations that stand, by cell; those of an earlier version have none."""
    if ledger is None or not len(ledger):
        return {}
    return {key_of(entry): pairs_of(entry["operands"]) for entry in standing(ledger)[1] if entry["operands"]}


def others_now(record: Record, edits: Iterable[Edit], then: Mapping[str, str]) -> Iterator[str]:
    """Yield in words each operand of some edits that is another than it was."""
    told = set()
    for edit in edits:
        for name in looked_at(edit):
            now = _text(record.get(name))
            if name in then and then[name] != now and name not in told:
                told.add(name)
                label = f"«{edit.label(name)}»" if name in edit.names else f"số đem so theo {edit.code}"
                yield f"{label} là {then[name] or 'trống'}, nay là {now or 'trống'}"


def reminder(words: Iterable[str]) -> str:
    """Return what a message says of a confirmation that holds no more."""
    listed = "; ".join(words)
    return f"Số này đã được giữ nguyên khi {listed}. " if listed else ""


def _text(value: Any) -> str:
    return "" if value is None or pd.isna(value) else vietnamese(Decimal(str(value)))
