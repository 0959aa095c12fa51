"""Records of other periods as a version of their form has them: what goes on under another name, or in several fields.

Belongs here: that. Does not belong here: which field goes on as which (``schemas.form``), comparing.
"""

import numpy as np
import pandas as pd

from schemas.form import Form
from schemas.periods import Period


def continued(form: type[Form], records: pd.DataFrame) -> pd.DataFrame:
    """Return records of any periods with what they say of the fields that a version of their form asks for.

    A field that was not asked for under this name then is the sum of those that were; missing, where one of these is.

    Args:
        form: The form, as a period asks it.
        records: Its records with the fields of all versions, or of some.
    """
    if form.whole is form or not len(records):
        return records
    found = records.copy()
    for number in form.numbers():
        asked = [form.in_force(Period.parse(period)).version == number for period in records["period"]]
        rows = np.flatnonzero(asked)
        for name in form.fields() if len(rows) else ():
            names = form.continued(name, number)
            if names and names != (name,):
                found.iloc[rows, found.columns.get_loc(name)] = _sum(records, names).iloc[rows]
    return found


def _sum(records: pd.DataFrame, names: tuple[str, ...]) -> pd.Series:
    total = records[names[0]]
    for name in names[1:]:
        total = total + records[name]
    return total
