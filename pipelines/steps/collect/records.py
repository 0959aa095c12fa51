"""Entries to records: the typed table of one form.

Belongs here: turning entries into one row per reporter, in the types the form declares. Does not belong here: rules.
"""

import pyarrow as pa
import pyarrow.compute as pc

from schemas.fields import KEYS
from schemas.form import Form


def records(entries: pa.Table, form: type[Form]) -> pa.Table:
    """Return the records of one form.

    Args:
        entries: ``schemas.tables.ENTRIES``, of any forms.
        form: The form whose records are wanted.

    Returns:
        A table with the schema ``form.arrow()``, one row per period, commune, reporter and line, in the order of these;
        what is blank or could not be read is missing.
    """
    own = of_form(entries, form)
    names = list(form.fields())
    by_name = pc.PivotWiderOptions(key_names=names, unexpected_key_behavior="raise")
    wide = own.group_by(list(form.texts()), use_threads=False).aggregate([(["field", "value"], "pivot_wider", by_name)])
    values = wide["field_value_pivot_wider"].combine_chunks()
    columns = [wide[key] for key in form.texts()] + [values.field(name) for name in names]
    schema = form.arrow()
    return pa.table([column.cast(kind) for column, kind in zip(columns, schema.types, strict=True)], schema=schema)


def of_form(entries: pa.Table, form: type[Form]) -> pa.Table:
    """Return the entries of one form, ordered by period, commune, reporter and line."""
    own = entries.filter(pc.equal(entries["form"], form.code))
    return own.sort_by([(key, "ascending") for key in KEYS])
