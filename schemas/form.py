"""What a form is: a Pandera model that reads like the paper form it stands for.

Belongs here: the base classes of forms, and ``field``, the one place where a field is described.
Does not belong here: any particular form (``schemas.forms``), the rules themselves (``schemas.edits``).

From a form's class come the blank workbook, the reader's labels, the Pandera types and checks, the Parquet schema with
its field metadata, Dagster's column schema and the data dictionary. None of them says a label or a unit again.
"""

import inspect
from collections.abc import Sequence
from functools import cache
from typing import Any, cast

import pandas as pd
import pandera.pandas as pa
import pyarrow
from pandera.api.dataframe.model_components import FieldInfo
from pandera.typing import Series

from schemas.edits import Edit
from schemas.system import refuse_faulty_edits
from schemas.text import fold
from schemas.units import DECIMAL, Quantity

KEYS = ("period", "commune", "reporter", "line")
"""What names one record. ``line`` is the code of the line in forms with many lines per reporter,
and empty in others."""

REPORTER_KEYS = KEYS[:3]
"""What names one reporter's return."""

LINE_NAME = "line_name"
"""The column with a line's name as written, in forms with many lines."""


_COLUMN: dict[bool, Any] = {False: Series[pd.Int64Dtype], True: Series[pd.ArrowDtype]}
"""Pandera's annotation of a column of whole numbers, and of one with decimals."""

_FACTS = frozenset({"code", "sheet", "heading", "domain", "reporter_kind", "version", "edits", "line_title"})


class FormField(FieldInfo):
    """A described field. Read off its form it gives a reference of its unit's class, not a bare column name."""

    __slots__ = (
        "aliases",
        "decimals",
        "definition",
        "each",
        "figure",
        "label",
        "maximum",
        "minimum",
        "optional",
        "plan",
        "section",
        "unit",
    )

    label: str
    unit: type[Quantity]
    definition: str
    section: str
    aliases: tuple[str, ...]
    figure: str | None
    each: str | None
    plan: str
    minimum: int | None
    maximum: int | None
    decimals: int | None
    optional: bool

    def __get__(self, instance: Any, owner: type) -> str:
        """Return the reference to this field on ``owner``."""
        return self.unit.of(cast("type[Form]", owner), self.name)

    @property
    def labels(self) -> tuple[str, ...]:
        """Every wording under which a workbook may print this field."""
        return (self.label, *self.aliases)

    def arrow(self) -> pyarrow.Field:
        """Return the Parquet field: type, and label, unit and definition as metadata."""
        kind = DECIMAL if self.unit.decimals else pyarrow.int64()
        described = {"label": self.label, "unit": self.unit.label, "definition": self.definition}
        return pyarrow.field(self.name, kind, metadata=described)


def field(
    label: str,
    *,
    definition: str = "",
    section: str = "",
    aliases: Sequence[str] = (),
    minimum: int | None = 0,
    maximum: int | None = None,
    figure: str | None = "",
    each: str | None = None,
    decimals: int | None = None,
    optional: bool = False,
    plan: str = "",
) -> Any:
    """Describe one field of a form.

    Args:
        label: The Vietnamese wording of the paper form; unique within the form.
        definition: What is counted, where the label does not say it.
        section: The heading on the form above this field; fields of one section stand together.
        aliases: Other wordings met in real workbooks.
        minimum: Smallest possible value; ``None`` where a negative one has a meaning.
        maximum: Largest possible value, where there is one.
        figure: Id of the figure that is the total of this field over its reporters. Empty: ``<domain>.<field>``;
            ``None``: the field adds up to nothing (a yield), so no figure comes from it alone.
        each: Id pattern of the figures that are this field reporter by reporter or line by line, with ``{reporter}`` or
            ``{line}`` in it.
        decimals: Digits after the comma of that figure, where the plan prints fewer than the unit keeps.
        optional: Whether a reporter may leave it blank because it does not concern them; no finding then.
        plan: The place in the plan that prints it (``fn2`` is footnote 2).
    """
    checks = [] if minimum is None else [pa.Check.ge(minimum)]
    if maximum is not None:
        checks.append(pa.Check.le(maximum))
    described = FormField(checks=checks, nullable=True, nullable_explicit=True, title=label, description=definition)
    described.label, described.definition, described.section = label, definition, section
    described.aliases, described.figure, described.each, described.plan = tuple(aliases), figure, each, plan
    described.minimum, described.maximum, described.decimals = minimum, maximum, decimals
    described.optional = optional
    return described


class Form(pa.DataFrameModel):
    """One row per reporter and period: the keys, then the fields the form asks for."""

    # Facts about the form carry no annotation: Pandera takes every annotated public name for a column.
    code = ""
    sheet = ""
    heading = ""
    domain = ""
    reporter_kind = ""
    version = 1
    line_title = ""
    """Heading of the column that names the lines; empty in a form with one record per reporter."""
    edits = tuple[Edit, ...]()

    period: Series[pd.StringDtype]
    commune: Series[pd.StringDtype]
    reporter: Series[pd.StringDtype]
    line: Series[pd.StringDtype]

    class Config:
        """Columns are exactly those of the form; nothing is coerced, since text has become number before."""

        strict = True
        coerce = False

    def __init_subclass__(
        cls,
        code: str = "",
        sheet: str = "",
        title: str = "",
        domain: str = "",
        reporter: str = "",
        version: int = 1,
        lines: str = "",
        **kwargs: Any,
    ) -> None:
        """Declare a form.

        Raises:
            ValueError: Two fields share a wording, an edit names a field that the form does not have, or the edits
                contradict or repeat one another.
        """
        for name, unit in list(inspect.get_annotations(cls).items()):
            described = cls.__dict__.get(name)
            if isinstance(described, FormField):
                if name in _FACTS:
                    raise ValueError(
                        f"Form {code}: a field cannot be called {name}, the form itself has that attribute."
                    )
                described.unit = unit
                described.dtype_kwargs = {"pyarrow_dtype": DECIMAL} if unit.decimals else None
                cls.__annotations__[name] = _COLUMN[bool(unit.decimals)]
        super().__init_subclass__(**kwargs)  # type: ignore[no-untyped-call]
        cls.reporter_kind, cls.line_title = reporter or cls.reporter_kind, lines or cls.line_title
        if not code:
            return
        cls.code, cls.sheet, cls.heading, cls.domain, cls.version = code, sheet, title, domain, version
        _refuse_shared_wordings(cls)
        for edit in cls.edits:
            edit.bind(cls)
        refuse_faulty_edits(cls)

    @classmethod
    def _get_model_attrs(cls) -> dict[str, Any]:
        """Return only the attributes that are columns, so that a form can carry facts about itself beside them."""
        attributes = super()._get_model_attrs()
        return {name: value for name, value in attributes.items() if name == "Config" or isinstance(value, FieldInfo)}

    @classmethod
    def fields(cls) -> dict[str, FormField]:
        """Return the described fields by column name, in the order of the paper form."""
        return _fields(cls)

    @classmethod
    def ref(cls, name: str) -> Quantity:
        """Return the reference to a field by its column name."""
        return cast("Quantity", getattr(cls, name))

    @classmethod
    def to_schema(cls) -> pa.DataFrameSchema:
        """Return the Pandera schema: the columns' types and ranges, and every edit of the form as a frame check."""
        schema = super().to_schema()
        schema.checks = [edit.check() for edit in cls.edits if not edit.crosses_forms]
        return schema

    @classmethod
    def texts(cls) -> tuple[str, ...]:
        """Return the text columns that stand before the fields."""
        return (*KEYS, LINE_NAME) if cls.line_title else KEYS

    @classmethod
    def columns(cls) -> dict[str, Any]:
        """Return column name to pandas dtype, keys first."""
        text = pd.StringDtype()
        return dict.fromkeys(cls.texts(), text) | {name: item.unit.dtype() for name, item in cls.fields().items()}

    @classmethod
    def arrow(cls) -> pyarrow.Schema:
        """Return the Parquet schema of the form's records, keys first, with what each column means."""
        labels = ("Kỳ báo cáo", "Xã", "Đơn vị báo cáo", "Mã dòng (trống với biểu một dòng)", cls.line_title)
        keys = [
            pyarrow.field(name, pyarrow.string(), metadata={"label": label})
            for name, label in zip(cls.texts(), labels, strict=False)
        ]
        return pyarrow.schema(keys + [item.arrow() for item in cls.fields().values()])


class VillageForm(Form, reporter="village"):
    """A form that every village of the commune fills in."""


class DeskForm(Form):
    """A form that one desk of the commune office fills in; ``reporter=`` names the desk, or the kind of desk."""


class LineForm(DeskForm):
    """A form with as many lines as there is to report, each named by a code of its own: gifts by donor, roads built.

    ``lines=`` is the heading of the column that names the lines.
    """

    line_name: Series[pd.StringDtype]


@cache
def _fields(form: type[Form]) -> dict[str, FormField]:
    attributes = form._get_model_attrs()
    return {name: value for name, value in attributes.items() if isinstance(value, FormField)}


def _refuse_shared_wordings(form: type[Form]) -> None:
    seen: dict[str, str] = {}
    for name, item in form.fields().items():
        for wording in item.labels:
            other = seen.setdefault(fold(wording), name)
            if other != name:
                raise ValueError(f"Form {form.code}: fields {other} and {name} share the wording «{wording}».")
