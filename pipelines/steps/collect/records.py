"""Entries to records: the typed table of one form.

Belongs here: turning entries into one row per reporter, in the types the form declares. Does not belong here: rules.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.amounts import as_int64, decimals_of
from pipelines.steps.frames import numbered, sorted_by
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

    Raises:
        ValueError: There is an entry of a field that the form does not have, or there are two of one field.
        ArrowInvalid: A value has decimals where the form has whole numbers.
    """
    return typed(of_form(entries, form), form)


def typed(own: pa.Table, form: type[Form]) -> pa.Table:
    """Return the same of the entries of that form alone, in the order of ``of_form``."""
    number, first = numbered(own, form.texts())
    names = list(form.fields())
    field = pc.index_in(own["field"], pa.array(names)).combine_chunks()
    cell = number.astype(np.int64) * len(names) + field.to_numpy(zero_copy_only=False)
    if field.null_count or len(np.unique(cell)) < len(cell):
        raise ValueError(f"Form {form.code} has an entry of a field that it does not know, or two of one.")
    values, known = np.zeros((len(first), len(names)), np.int64), np.zeros((len(first), len(names)), bool)
    given = own["value"].combine_chunks()
    values.reshape(-1)[cell] = as_int64(given)
    known.reshape(-1)[cell] = given.is_valid().to_numpy(zero_copy_only=False)
    columns = [own[name].take(pa.array(first)) for name in form.texts()]
    columns += [
        decimals_of(values[:, at], known[:, at]).cast(kind)
        for at, kind in enumerate(form.arrow().types[len(form.texts()) :])
    ]
    return pa.table(columns, schema=form.arrow())


def of_form(entries: pa.Table, form: type[Form]) -> pa.Table:
    """Return the entries of one form, ordered by period, commune, reporter and line."""
    own = pc.equal(entries["form"], form.code)
    return sorted_by(entries if pc.all(own).as_py() else entries.filter(own), KEYS)
