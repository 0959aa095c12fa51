"""Which forms share a Dagster step.

Belongs here: that grouping. Does not belong here: what a step does.

Starting a step costs Dagster more than checking a form costs us, so the forms of one desk are checked in
one step and published in one; each still is an asset with a check of its own. The villages' forms, where
most trouble is, stay apart.
"""

from schemas.form import Form
from schemas.forms import FORMS


def _grouped() -> dict[str, tuple[type[Form], ...]]:
    groups: dict[str, list[type[Form]]] = {}
    for form in FORMS:
        groups.setdefault(form.domain if form.reporter_kind == "village" else form.reporter_kind, []).append(form)
    return {name: tuple(forms) for name, forms in groups.items()}


GROUPS: dict[str, tuple[type[Form], ...]] = _grouped()
"""Name of the step to its forms."""
