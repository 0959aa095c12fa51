"""Fields: what a form asks for, each described once, and the keys that name a record.

Belongs here: ``field``, the one place where a field is described. Does not belong here: units (``schemas.units``),
rules between fields (``schemas.edits``), forms (``schemas.form``).
"""

import dataclasses
from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import Enum
from typing import Any

import pyarrow as pa

from schemas.units import DECIMAL, Unit

KEYS = ("period", "commune", "reporter", "line")
"""What names one record. ``line`` is the code of the line in forms with many lines per reporter,
and empty in others."""

REPORTER_KEYS = KEYS[:3]
"""What names one reporter's return."""

LINE_NAME = "line_name"
"""The column with a line's name as written, in forms with many lines."""


@dataclasses.dataclass(eq=False)
class FormField:
    """One field of a form: ``horse = field(Heads, "Tổng đàn ngựa")``.

    Read off its form (``Livestock.horse``) it is what formulas and edits refer to. A field is equal to itself
    alone: the fields that two forms call ``total`` are two.

    Args:
        unit: What it is counted in.
        label: The Vietnamese wording of the paper form; unique within the form.
        definition: What is counted, where the label does not say it.
        section: The heading on the form above this field; fields of one section stand together.
        aliases: Other wordings met in real workbooks.
        minimum: Smallest possible value; ``None`` where a negative one has a meaning.
        maximum: Largest possible value, where there is one.
        confirmable: Whether the maximum is a judgement, as of a yield, and not a definition, as of a share in 100: a
            decision can then name the range as wrong for one value above it.
        optional: Whether a reporter may leave it blank because it does not concern them; no finding then.
        stock: Whether it counts what there is (classes, patients, poor households) and not what happened in the period,
            so that it changes slowly.
        planned: The field of the same form that asks what was planned, where reporters are used to write both into one
            cell: «140/146 ha».
        since: The first version of its form that asks for it.
        until: The last one that does; ``None`` where it still does.
        became: The next version's fields that continue it: one renames or absorbs it; several sum to it.
        worded: The label in earlier versions, by the last that printed it so.
    """

    unit: Unit
    label: str
    _: dataclasses.KW_ONLY
    definition: str = ""
    section: str = ""
    aliases: Sequence[str] = ()
    minimum: int | None = 0
    maximum: int | None = None
    confirmable: bool = False
    optional: bool = False
    stock: bool = False
    planned: str = ""
    since: int = 1
    until: int | None = None
    became: Sequence[str] = ()
    worded: Mapping[int, str] = dataclasses.field(default_factory=dict)
    name: str = dataclasses.field(init=False, default="")
    """The attribute of its form, which is the name of its column."""
    form: Any = dataclasses.field(init=False, repr=False)
    """The form that asks for it. Forms are made of fields, so ``schemas.form.Form`` is not known here."""

    def __set_name__(self, form: Any, name: str) -> None:
        """Take the place in the form that it is assigned to."""
        self.form, self.name = form, name

    def __reduce__(self) -> tuple[Any, ...]:
        """Be the same field where it is copied, or read back by another process."""
        return getattr, (self.form, self.name)

    @property
    def limits(self) -> str:
        """The range in words, as a message prints it: ``từ 0 đến 120``."""
        ends = (("từ", self.minimum), ("đến", self.maximum))
        return " ".join(f"{word} {end}" for word, end in ends if end is not None)

    def may_exceed(self, value: Decimal) -> bool:
        """Return whether a value is above a maximum that may be what is wrong, and not below the minimum."""
        return self.confirmable and self.maximum is not None and value > self.maximum

    @property
    def labels(self) -> tuple[str, ...]:
        """Every wording under which a workbook may print this field."""
        return (self.label, *self.aliases, *self.worded.values())

    def is_asked_in(self, version: int) -> bool:
        """Return whether a version of its form asks for it."""
        return self.since <= version and (self.until is None or version <= self.until)

    def as_in(self, version: int) -> "FormField":
        """Return the field as a version of its form prints it: itself, unless it had another label then."""
        last = min((one for one in self.worded if one >= version), default=None)
        if last is None:
            return self
        changed = dataclasses.replace(self, label=self.worded[last], aliases=(*self.aliases, self.label))
        changed.form, changed.name = self.form, self.name
        return changed

    def arrow(self) -> pa.Field:
        """Return the Parquet field: type, and label, unit and definition as metadata."""
        kind = DECIMAL if self.unit.decimals else pa.int64()
        described = {"label": self.label, "unit": self.unit.label, "definition": self.definition}
        return pa.field(self.name, kind, metadata=described)


class NoHeir(Enum):
    """Why a field that a form asks for no more cannot go on with another; the value says so of that other."""

    UNKNOWN = "there is no such field"
    ASKED_STILL = "it is asked for no more only where until= says so"
    NOT_NEXT = "that has to begin in the version after it"
    SPLIT_AND_MERGED = "it would be both split and merged"
    OTHER_UNIT = "that is in another unit"
    NO_SUM = "its unit does not add up"


def why_no_heir(item: FormField, other: str, fields: Mapping[str, FormField]) -> NoHeir | None:
    """Return why a field cannot go on with another of its form; nothing where it can."""
    heir = fields.get(other)
    merged = [one for one in fields.values() if other in one.became]
    if heir is None:
        return NoHeir.UNKNOWN
    if item.until is None:
        return NoHeir.ASKED_STILL
    if heir.since != item.until + 1:
        return NoHeir.NOT_NEXT
    if len(merged) > 1 and len(item.became) > 1:
        return NoHeir.SPLIT_AND_MERGED
    if heir.unit != item.unit:
        return NoHeir.OTHER_UNIT
    if len(merged) + len(item.became) > 2 and not item.unit.additive:
        return NoHeir.NO_SUM
    return None


field = FormField
