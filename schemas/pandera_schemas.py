"""The forms as Pandera schemas: the types and ranges of a form's columns, and its edits as checks of whole frames.

Belongs here: what Pandera and pandas need to know of a form. Only what checks records loads it: Pandera and pandas take
longer to import than most questions take to answer. Does not belong here: any rule (``schemas.edits``), what is done
about a breach (``pipelines.steps.validate.check``).
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.dtypes import immutable
from pandera.engines.pandas_engine import STRING, DataType, Engine

from schemas.edit import Edit
from schemas.fields import FormField
from schemas.form import Form
from schemas.units import DECIMAL


def dtypes(form: type[Form]) -> dict[str, Any]:
    """Return column name to pandas dtype of a form's records, keys first."""
    return dict.fromkeys(form.texts(), pd.StringDtype()) | {name: dtype(item) for name, item in form.fields().items()}


def dtype(item: FormField) -> Any:
    """Return the pandas dtype of a field's column: whole numbers or exact decimals, both with blanks."""
    return pd.ArrowDtype(DECIMAL) if item.unit.decimals else pd.Int64Dtype()


@Engine.register_dtype(equivalents=[pd.ArrowDtype(DECIMAL)])
@immutable
class Exact(DataType):
    """The dtype of exact decimals, so that Pandera knows it and does not look each time for what it may be."""

    type = pd.ArrowDtype(DECIMAL)


@immutable(init=True)
class Text(STRING):
    """The dtype of texts, held against that of a column and not against each of its values.

    Pandera's own looks at these too, and puts all that are none into words even if there are none.
    """

    def check(self, pandera_dtype: Any, data_container: Any = None) -> bool:  # noqa: ARG002 - as Pandera calls it
        """Return whether a column's dtype is that of texts; one of any objects is not."""
        return isinstance(pandera_dtype, STRING) and bool(super().check(pandera_dtype))


@cache
def schema(form: type[Form]) -> pa.DataFrameSchema:
    """Return the whole Pandera schema of a form's records: names, types and ranges, and every edit within the form.

    Columns are exactly those of the form; nothing is coerced, since text has become number before. The ranges of all
    fields are one check, called ``RANGES``: one each would take as long as all the rest, whatever the number of rows.
    """
    texts = {name: pa.Column(Text()) for name in form.texts()}  # type: ignore[call-arg]
    fields = {
        name: pa.Column(dtype(item), nullable=True, title=item.label, description=item.definition)
        for name, item in form.fields().items()
    }
    edits = [_check(edit) for edit in form.edits if not edit.beyond]
    return pa.DataFrameSchema(texts | fields, checks=[_ranges(form), *edits], strict=True, coerce=False, name=form.code)


RANGES = "ranges"
"""The name of the check that every value lies in the range of its field."""


def outside(form: type[Form], frame: pd.DataFrame) -> Iterator[tuple[str, Any]]:
    """Yield the fields with values outside their range, each with whether a row's is, as an array; a blank is not."""
    for name, item in form.fields().items():
        values = frame[name]
        # The least and the greatest are found in a third of the time in which all are compared.
        if item.minimum is not None and pd.notna(least := values.min()) and least < item.minimum:
            yield name, (values < item.minimum).to_numpy(dtype=bool, na_value=False)
        if item.maximum is not None and pd.notna(greatest := values.max()) and greatest > item.maximum:
            yield name, (values > item.maximum).to_numpy(dtype=bool, na_value=False)


def _ranges(form: type[Form]) -> pa.Check:
    """Return the ranges of a form as a check of a frame; where none is left, it says so at once."""

    def hold(frame: pd.DataFrame) -> Any:
        beyond = [rows for _, rows in outside(form, frame)]
        return pd.Series(~np.logical_or.reduce(beyond), index=frame.index) if beyond else True

    return pa.Check(hold, name=RANGES, ignore_na=False)


def _check(edit: Edit) -> pa.Check:
    """Return an edit as a check of a frame; a blank is no breach, so undecided rows pass it."""

    def holds(frame: pd.DataFrame) -> Any:
        told = edit.holds(frame).array.to_numpy(dtype=bool, na_value=True)
        # One word for all rows is taken as it is; of many words Pandera looks at each again.
        return True if told.all() else pd.Series(told, index=frame.index)

    return pa.Check(holds, name=edit.code, error=edit.sentence, ignore_na=False)
