"""Recording an estimate, on the command line and at the desk: what is refused beforehand.

Belongs here: what needs both the raw folder and what has come. Does not belong here: writing it down
(``pipelines.store.estimates``), who may do it.
"""

from collections.abc import Mapping

from pipelines.refresh.closing import refuse_closed
from pipelines.refresh.rehearsal import lying
from pipelines.settings import now
from pipelines.steps.analyse.estimates import standing, unfit
from pipelines.store import published
from pipelines.store.estimates import EstimateError, append
from pipelines.store.raw import Raw
from pipelines.store.raw_names import ESTIMATES
from pipelines.store.tables import Store
from schemas.catalogue import CATALOGUE
from schemas.kept import KeptError
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
) -> list[dict[str, str]]:
    """Record what a field of a return that has not come is taken to be, until it comes; return the rows.

    Args:
        raw: The raw folder.
        store: The output folder.
        key: The return set.
        reporter: The code of who has not sent.
        form: The code of the form.
        field: The name of the field, or its label; empty to take back all estimates of the form.
        value: The number as a person writes it; empty to take the estimate back, also when the return has come.
        method: How it was estimated.
        reason: Why the return is not waited for.
        who: The role of whoever says so.

    Raises:
        ClosingError: The return set is closed; nothing was recorded.
        EstimateError: There is no such field, or the return has come, or nothing is estimated that could be taken back,
            or something is not said; nothing was recorded.
    """
    refuse_closed(raw, store, key)
    given = {"value": value, "method": method, "reason": reason, "who": who}
    row = {"when": now().isoformat(timespec="seconds"), "form": form, "reporter": reporter, "field": field}
    row |= {name: " ".join(text.split()) for name, text in given.items()}
    known = CATALOGUE.by_code.get(form)
    if known is not None and field not in known.fields():
        row["field"] = next((name for name, item in known.fields().items() if field in item.labels), field)
    rows = [row] if row["value"] else [row | {"field": one} for one in _to_take_back(raw, store, key, row)]
    for one in rows:
        if why := unfit(key, one, raw.places):
            raise EstimateError(f"Chưa ghi số ước: {why}.")
    title = raw.places.title(key.commune, reporter)
    if row["value"] and any((reporter, form) in own for own in lying(raw, store, key).values()):
        raise EstimateError(
            f"Đã nhận biểu {form} của {title}, nên không ước thay được. Số chưa đúng thì ghi đính chính.",
            Hint.CORRECT,
        )
    append(raw, key, rows)
    return rows


def _to_take_back(raw: Raw, store: Store, key: ReturnSetKey, row: Mapping[str, str]) -> list[str]:
    """Return the fields whose estimates are to be taken back: the one that is named, or all of the form.

    Those are among them that are in use though the file has lost them.

    Raises:
        EstimateError: None of them is estimated.
    """
    file = raw.beside(key).get(ESTIMATES)
    try:
        recorded = {} if file is None else standing(key, file.content, raw.places)[0]
    except KeptError as reason:
        raise EstimateError(f"Sổ số ước {ESTIMATES} không đọc được: {reason}. Chưa ghi gì.") from reason
    in_use = published.estimates_in_use(store, key) if published.is_checked(store, key) else []
    every = dict.fromkeys((*recorded, *((one["form"], one["reporter"], one["field"]) for one in in_use)))
    found = [field for form, reporter, field in every if (form, reporter) == (row["form"], row["reporter"])]
    if not found or row["field"] not in ("", *found):
        about = f"«{row['field']}», biểu" if row["field"] else "biểu"
        title = raw.places.title(key.commune, row["reporter"])
        raise EstimateError(f"Không có số ước nào của {about} {row['form']}, {title} để bỏ.")
    return [row["field"]] if row["field"] else found
