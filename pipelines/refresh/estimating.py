"""Recording an estimate, on the command line and at the desk: what is refused beforehand.

Belongs here: what needs both the raw folder and what has come. Does not belong here: writing it down
(``pipelines.store.estimates``), who may do it.
"""

from pipelines.refresh.closing import refuse_closed
from pipelines.refresh.rehearsal import lying
from pipelines.settings import now
from pipelines.steps.analyse.estimates import unfit
from pipelines.store.estimates import EstimateError, append
from pipelines.store.raw import Raw
from pipelines.store.tables import Store
from schemas.catalogue import CATALOGUE
from schemas.return_sets import ReturnSetKey
from schemas.sentences import Hint


def estimate(
    raw: Raw,
    store: Store,
    key: ReturnSetKey,
    reporter: str,
    form: str,
    field: str,
    value: str,
    *,
    method: str,
    reason: str,
    who: str,
) -> dict[str, str]:
    """Record what a field of a return that has not come is taken to be, until it comes; return the row.

    Args:
        raw: The raw folder.
        store: The output folder.
        key: The return set.
        reporter: The code of who has not sent.
        form: The code of the form.
        field: The name of the field, or its label.
        value: The number as a person writes it; empty to take the estimate back.
        method: How it was estimated.
        reason: Why the return is not waited for.
        who: The role of whoever says so.

    Raises:
        ClosingError: The return set is closed; nothing was recorded.
        EstimateError: There is no such field, or the return has come, or something is not said; nothing was recorded.
    """
    refuse_closed(store, key)
    given = {"value": value, "method": method, "reason": reason, "who": who}
    row = {"when": now().isoformat(timespec="seconds"), "form": form, "reporter": reporter, "field": field}
    row |= {name: " ".join(text.split()) for name, text in given.items()}
    known = CATALOGUE.by_code.get(form)
    if known is not None and field not in known.fields():
        row["field"] = next((name for name, item in known.fields().items() if field in item.labels), field)
    if why := unfit(key, row, raw.places):
        raise EstimateError(f"Chưa ghi số ước: {why}.")
    title = raw.places.title(key.commune, reporter)
    if any((reporter, form) in own for own in lying(raw, store, key).values()):
        raise EstimateError(
            f"Đã nhận biểu {form} của {title}, nên không ước thay được. Số chưa đúng thì ghi đính chính.",
            Hint.CORRECT,
        )
    append(raw, key, row)
    return row
