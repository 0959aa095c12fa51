"""Decisions on cells, as the command line makes them, written down with the name of who made them.

Belongs here: making one, and taking the last one back. Does not belong here: what may be decided
(``pipelines.refresh.deciding``, ``pipelines.store.ledger``), pages.
"""

from collections import Counter

from pipelines.desk import record
from pipelines.desk.models import Deed, User
from pipelines.desk.record import Did
from pipelines.refresh.closing import ledger_of
from pipelines.refresh.deciding import LedgerState, refuse_needless, take_back
from pipelines.refresh.stale import last_read
from pipelines.steps.collect.correct import read_ledger
from pipelines.store.archive import TABLE
from pipelines.store.ledger import CellPlace, Entry
from pipelines.store.raw import LEDGER, Raw
from pipelines.store.tables import Store
from schemas.kept import decoded
from schemas.outcomes import Decision
from schemas.return_sets import ReturnSetKey
from schemas.sentences import SentenceError

DID = {Decision.ACCEPTED: Did.CORRECTED, Decision.AS_IS: Did.KEPT_AS_IS, Decision.REFUSED: Did.REFUSED_SUGGESTION}


def decide(
    raw: Raw,
    store: Store,
    key: ReturnSetKey,
    place: CellPlace,
    decision: Decision,
    user: User,
    *,
    new: str = "",
    reason: str,
    rule: str = "",
) -> Entry:
    """Record a decision in the ledger, under the user's title.

    Raises:
        SentenceError: It cannot be recorded; nothing was.
    """
    ledger, before = ledger_of(raw, store, key), LedgerState.now(raw, key)
    with record.begun(user.username, DID[decision], f"{key}: {place.file}, {place.sheet}, {place.cell}") as begun:
        if decision is Decision.ACCEPTED:
            entry = ledger.accept(place, new, reason=reason, who=user.title)
        elif decision is Decision.REFUSED:
            entry = ledger.refuse(place, new, reason=reason, who=user.title)
        else:
            refuse_needless(store, key, place, rule)
            entry = ledger.confirm(place, reason=reason, who=user.title, rule=rule)
    after = LedgerState.now(raw, key)
    details = {"key": str(key), **{name: entry[name] for name in ("old", "new", "reason")}}
    if after.rows == before.rows + 1:  # and not another's beside it, who then could lose theirs
        store.archive.keep(before.content, TABLE)
        details |= {"before": before.sha256, "after": after.sha256}
    about = f"{key}: {entry['file']}, {entry['sheet']}, {entry['cell']}"
    record.write(user.username, DID[decision], about, begun, **details)
    return entry


def latest(raw: Raw, store: Store, key: ReturnSetKey) -> Deed | None:
    """Return the decision that can be taken back: the last one, where no run has read it and nothing came after it."""
    file = raw.beside(key).get(LEDGER)
    if file is None or last_read(store, key).get(LEDGER) == file.sha256:
        return None
    made = Deed.objects.filter(what__in=list(DID.values()), details__key=str(key), details__after=file.sha256)
    last: Deed | None = made.first()
    return last


def waiting(raw: Raw, store: Store, key: ReturnSetKey) -> dict[CellPlace, Entry]:
    """Return the decisions that no run has read yet, of each cell the last; of a ledger that cannot be read, none."""
    file = raw.beside(key).get(LEDGER)
    if file is None or file.trouble or last_read(store, key).get(LEDGER) == file.sha256:
        return {}
    entries, _unreadable = read_ledger({key: decoded(file.content)})
    read = store.rows("ledger", store.part_of(key), commune=key.commune)
    known = Counter(tuple(row.values()) for row in read.to_pylist()) if read is not None else Counter()
    found = {}
    for entry in entries[read.column_names if read is not None else list(entries)].to_dict("records"):
        row = tuple(entry.values())
        known[row] -= 1
        if known[row] < 0:
            found[CellPlace(entry["file"], entry["sheet"], entry["cell"])] = entry
    return found


def undo(raw: Raw, store: Store, key: ReturnSetKey, number: int, user: User) -> None:
    """Take the last decision back.

    Raises:
        SentenceError: It is not the last one any more, or a run has read it.
    """
    made = Deed.objects.filter(pk=number, what__in=list(DID.values()), details__key=str(key)).first()
    if made is None:
        raise SentenceError("Không có quyết định này.")
    before = store.archive.get(made.details["before"], TABLE) if made.details["before"] else None
    if before is None and made.details["before"]:
        raise SentenceError("Bản trước của sổ đính chính không còn trong kho lưu, nên không hoàn tác được.")
    take_back(raw, store, key, before, made.details["after"])
    record.write(user.username, Did.UNDID, made.about)
