"""Entries to records: the typed table of one form.

Belongs here: turning entries into one row per reporter, in the types the form declares. Does not belong here: rules.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.amounts import Array, as_int64, decimals_of
from pipelines.steps.frames import grouped_by, numbered, sorted_by
from schemas.fields import KEYS, LINE_NAME
from schemas.form import Form
from schemas.units import DECIMAL


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
    own, number, first = by_record(entries, form)
    return typed(own, form, number, first)


def typed(own: pa.Table, form: type[Form], number: Array, first: Array) -> pa.Table:
    """Return the records of one form, as ``records`` does, from what ``by_record`` returns.

    Raises:
        ValueError: An entry is of a field that the form does not have, or two are of one.
    """
    if LINE_NAME in form.texts():
        number, first = numbered(own, form.texts())
    names = list(form.fields())
    field = pc.index_in(own["field"], pa.array(names)).combine_chunks()
    cell = number.astype(np.int64) * len(names) + field.fill_null(0).to_numpy(zero_copy_only=False)
    values, known = np.zeros((len(first), len(names)), np.int64), np.zeros((len(first), len(names)), bool)
    known.reshape(-1)[cell] = True
    if field.null_count or np.count_nonzero(known) < len(cell):
        raise ValueError(f"Form {form.code} has an entry of a field that it does not know, or two of one.")
    given = own["value"].combine_chunks()
    values.reshape(-1)[cell] = as_int64(given)
    known.reshape(-1)[cell] = given.is_valid().to_numpy(zero_copy_only=False)
    columns = [own[name].take(pa.array(first)) for name in form.texts()]
    columns += [
        _column(values[:, at], known[:, at], kind) for at, kind in enumerate(form.arrow().types[len(form.texts()) :])
    ]
    return pa.table(columns, schema=form.arrow())


def _column(values: Array, known: Array, kind: pa.DataType) -> pa.Array:
    """Return numbers of ten-thousandths as a column of decimals or of whole numbers.

    Raises:
        ArrowInvalid: A number has decimals and the column has none.
    """
    if pa.types.is_integer(kind):
        whole, rest = np.divmod(values, 10**DECIMAL.scale)
        if not rest.any():
            return pa.array(whole, kind, mask=~known)
    return decimals_of(values, known).cast(kind)


def by_record(entries: pa.Table, form: type[Form]) -> tuple[pa.Table, Array, Array]:
    """Return the entries of one form as ``of_form`` does; per entry the number of its record; per record its first."""
    return grouped_by(_own(entries, form), KEYS)


def of_form(entries: pa.Table, form: type[Form]) -> pa.Table:
    """Return the entries of one form, ordered by period, commune, reporter and line."""
    return sorted_by(_own(entries, form), KEYS)


def _own(entries: pa.Table, form: type[Form]) -> pa.Table:
    own = pc.equal(entries["form"], form.code)
    return entries if pc.all(own).as_py() else entries.filter(own)
