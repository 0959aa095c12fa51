"""The forms as Pandera schemas: the types and ranges of a form's columns, and its edits as checks of whole frames.

Belongs here: what Pandera and pandas need to know of a form. Only what checks records loads it: Pandera and pandas take
longer to import than most questions take to answer. Does not belong here: any rule (``schemas.edits``), what is done
about a breach (``pipelines.steps.validate.check``).
"""

from functools import cache
from typing import Any

import pandas as pd
import pandera.pandas as pa

from schemas.edits import Edit
from schemas.fields import FormField
from schemas.form import Form
from schemas.units import DECIMAL


def dtypes(form: type[Form]) -> dict[str, Any]:
    """Return column name to pandas dtype of a form's records, keys first."""
    return dict.fromkeys(form.texts(), pd.StringDtype()) | {name: dtype(item) for name, item in form.fields().items()}


def dtype(item: FormField) -> Any:
    """Return the pandas dtype of a field's column: whole numbers or exact decimals, both with blanks."""
    return pd.ArrowDtype(DECIMAL) if item.unit.decimals else pd.Int64Dtype()


@cache
def schema(form: type[Form]) -> pa.DataFrameSchema:
    """Return the whole Pandera schema of a form's records: names, types and ranges, and every edit within the form.

    Columns are exactly those of the form; nothing is coerced, since text has become number before.
    """
    texts = {name: pa.Column(pd.StringDtype()) for name in form.texts()}
    fields = {name: _column(item) for name, item in form.fields().items()}
    edits = [_check(edit) for edit in form.edits if not edit.beyond]
    return pa.DataFrameSchema(texts | fields, checks=edits, strict=True, coerce=False, name=form.code)


def _column(item: FormField) -> pa.Column:
    limits = [] if item.minimum is None else [pa.Check.ge(item.minimum)]
    if item.maximum is not None:
        limits.append(pa.Check.le(item.maximum))
    return pa.Column(dtype(item), limits, nullable=True, title=item.label, description=item.definition)


def _check(edit: Edit) -> pa.Check:
    """Return an edit as a check of a frame; a blank is no breach, so undecided rows pass it."""
    return pa.Check(
        lambda frame: edit.holds(frame).fillna(True).astype(bool), name=edit.code, error=edit.sentence, ignore_na=False
    )
