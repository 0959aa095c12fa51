"""Entries to records: the typed table of one form.

Belongs here: turning entries into one row per reporter, in the types the form declares. Does not belong here: rules.
"""

import pandas as pd

from schemas.form import KEYS, Form


def records(entries: pd.DataFrame, form: type[Form]) -> pd.DataFrame:
    """Return the records of one form.

    Args:
        entries: ``locate.ENTRY_COLUMNS``, of any forms.
        form: The form whose records are wanted.

    Returns:
        One row per period, commune and reporter, with the columns and dtypes of ``form.columns()``; what is blank or could
        not be read is missing.
    """
    own = entries[entries["form"] == form.code]
    wide = own.pivot(index=list(KEYS), columns="field", values="value").reset_index()
    wide.columns.name = None
    return wide.reindex(columns=list(form.columns())).astype(form.columns())
