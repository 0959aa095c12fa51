"""Decisions on cells, as the command line makes them, written down with the name of who made them.

Belongs here: making one, and taking the last one back. Does not belong here: what may be decided
(``pipelines.refresh.deciding``, ``pipelines.store.ledger``), pages.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from pipelines.desk import record
from pipelines.desk.models import Deed, User
from pipelines.desk.record import Did
from pipelines.refresh.closing import ledger_of
from pipelines.refresh.deciding import LedgerState, refuse_needless, take_back
from pipelines.refresh.stale import last_read
from pipelines.refresh.stamps import digest
from pipelines.steps.collect.correct import followed, read_ledger, standing
from pipelines.store import published
from pipelines.store.archive import TABLE
from pipelines.store.ledger import CellPlace, Entry
from pipelines.store.raw import Raw
from pipelines.store.raw_names import BESIDE, LEDGER
from pipelines.store.tables import Store
from schemas.addresses import as_meant
from schemas.kept import decoded
from schemas.outcomes import Decision
from schemas.periods import as_people_write
from schemas.return_sets import ReturnSetKey
from schemas.sentences import SentenceError
from schemas.text import fold

DID = {Decision.ACCEPTED: Did.CORRECTED, Decision.AS_IS: Did.KEPT_AS_IS, Decision.REFUSED: Did.REFUSED_SUGGESTION}


@dataclass(frozen=True)
class Decided:
    """What the ledger of a return set says at a moment, of each cell."""

    entries: Sequence[Entry] | None
    """Its rows that decide; nothing where it cannot be read, which whoever writes to it is told."""
    corrections: Sequence[Entry] = ()
    """Those that put another text in the place of what was written, and that no later one has replaced."""

    @classmethod
    def now(cls, raw: Raw, store: Store, key: ReturnSetKey) -> "Decided":
        """Return what it says now; what it says of files that are there no more, of the cells with these numbers."""
        file = raw.beside(key).get(LEDGER)
        if file is None:
            return cls([])
        if file.trouble:
            return cls(None)
        text = decoded(file.content)
        entries, unreadable = read_ledger({key: text} if text.strip() else {})
        if len(unreadable):
            return cls(None)
        if not {*entries["file"]} <= {*raw.names(key)} and published.is_checked(store, key):
            for table in published.entries(store, key):
                entries = followed(entries, table)
        corrections = [row for row in standing(entries)[0] if row["new"] != row["old"]]
        return cls([row for row in entries.to_dict("records") if _decides(row)], corrections)

    def of(self, file: str, sheet: str, cells: Iterable[str]) -> list[Entry]:
        """Return what it says of cells of a sheet."""
        asked = {as_meant(cell) for cell in cells}
        rows = self.entries or []
        return [
            row for row in rows if row["file"] == file and fold(row["sheet"]) == fold(sheet) and row["cell"] in asked
        ]

    def last(self, file: str, sheet: str, cells: Iterable[str]) -> list[Entry]:
        """Return what it said last of each of these cells, where that is a number or that theirs stands."""
        rows = [row for row in self.of(file, sheet, cells) if row["decision"] != Decision.REFUSED]
        return list({row["cell"]: row for row in rows}.values())

    def mark(self, file: str, sheet: str, cells: Iterable[str]) -> str:
        """Return what a form sends along to say what had been decided on its cells; nothing where nothing had."""
        rows = self.of(file, sheet, cells)
        return digest(rows) if rows else ""


def _decides(entry: Entry) -> bool:
    """Return whether a row says a decision that there is; of one that somebody wrote by hand a run tells (L-04)."""
    return entry["decision"] in list(Decision)


def words(entry: Entry) -> str:
    """Return what a decision says of its cell."""
    said = {
        Decision.ACCEPTED: _("ô {cell}, «{old}» thành «{new}»"),
        Decision.AS_IS: _("ô {cell}, giữ «{old}»"),
        Decision.REFUSED: _("ô {cell}, không phải «{new}»"),
    }
    return str(said[Decision(entry["decision"])].format(cell=entry["cell"], old=entry["old"], new=entry["new"]))


@dataclass(frozen=True)
class Seen:
    """What a user looked at who decides."""

    sha256: str
    """The hash of the workbook whose findings it was."""
    mark: str
    """What had been decided on the cells, as ``Decided.mark`` says."""


def decide(
    raw: Raw,
    store: Store,
    key: ReturnSetKey,
    changes: Sequence[tuple[CellPlace, str]],
    decision: Decision,
    user: User,
    *,
    seen: Seen,
    reason: str,
    rule: str = "",
) -> list[Entry]:
    """Record a decision in the ledger, under the user's title: on all its cells, or on none.

    Args:
        raw: The raw folder.
        store: The output folder.
        key: The return set.
        changes: The cells of one sheet, each with its new text; several only where they are corrected.
        decision: What is decided.
        user: Who decides.
        seen: What the user looked at.
        reason: Why.
        rule: The rule that is said to be wrong.

    Raises:
        SentenceError: It cannot be recorded; nothing was.
    """
    (place, new), *_others = changes
    cells = [place.cell for place, _new in changes]

    def refuse_moved() -> None:
        _refuse_replaced(raw, store, key, place.file, seen.sha256)
        if decision is not Decision.REFUSED:  # a refused suggestion takes the place of no decision
            _refuse_decided(Decided.now(raw, store, key), place, cells, seen.mark)

    ledger, before = replace(ledger_of(raw, store, key), guard=refuse_moved), LedgerState.now(raw, key)
    about = f"{key}: {place.file}, {place.sheet}, {', '.join(cells)}"
    with record.begun(user.username, DID[decision], about) as begun:
        if decision is Decision.ACCEPTED:
            entries = ledger.accept_all(changes, reason=reason, who=user.title)
        elif decision is Decision.REFUSED:
            entries = [ledger.refuse(place, new, reason=reason, who=user.title)]
        else:
            refuse_needless(store, key, place, rule)
            entries = [ledger.confirm(place, reason=reason, who=user.title, rule=rule)]
    after = LedgerState.now(raw, key)
    said = {name: "; ".join(entry[name] for entry in entries) for name in ("old", "new")}
    details = {"key": str(key), **said, "reason": entries[0]["reason"]}
    if after.rows == before.rows + len(entries):  # and not another's beside it, who then could lose theirs
        store.archive.keep(before.content, TABLE)
        details |= {"before": before.sha256, "after": after.sha256}
    about = f"{key}: {entries[0]['file']}, {entries[0]['sheet']}, {', '.join(entry['cell'] for entry in entries)}"
    record.write(user.username, DID[decision], about, begun, **details)
    return entries


def _refuse_replaced(raw: Raw, store: Store, key: ReturnSetKey, file: str, seen: str) -> None:
    """Refuse where a workbook is another than was looked at, or than was read; of one that is gone the ledger tells.

    Raises:
        SentenceError: It is.
    """
    lying = raw.file(key, file)
    if lying is not None and {seen, last_read(store, key).get(file)} != {lying.sha256}:
        raise SentenceError(
            f"Tệp {file} đã thay sau khi có phát hiện này, nên chưa ghi gì: số trong tệp mới có thể khác. "
            "Về bảng theo dõi bấm «Chạy những gì đã đổi» nếu có nút đó, rồi xem lại phát hiện."
        )


def _refuse_decided(decided: Decided, place: CellPlace, cells: Sequence[str], seen: str) -> None:
    """Refuse where somebody has decided on cells of a sheet since the user looked at them.

    Raises:
        SentenceError: Somebody has; of a ledger that cannot be read, whoever writes to it is told.
    """
    if decided.entries is not None and decided.mark(place.file, place.sheet, cells) != seen:
        raise SentenceError(_told(decided.of(place.file, place.sheet, cells), cells))


def replaced(raw: Raw, key: ReturnSetKey, files: Iterable[str], read: Mapping[str, str]) -> list[str]:
    """Return which of some workbooks lie there otherwise than the last run has read them, or since no more, by name.

    Args:
        raw: The raw folder.
        key: The return set.
        files: Their names.
        read: What the last run has read (``last_read``), which pages ask once for all that stands on it.
    """
    lying = {name: raw.file(key, name) for name in files if name not in BESIDE}
    return [name for name, file in lying.items() if (None if file is None else file.sha256) != read.get(name)]


def _told(rows: Sequence[Entry], cells: Sequence[str]) -> str:
    """Return what is told who decides on cells on which somebody else has decided meanwhile."""
    last = {row["cell"]: row for row in rows}
    if not last:
        return (
            f"Quyết định về ô {', '.join(cells)} đã được hoàn tác sau khi bạn mở trang này. "
            "Xem lại; nếu vẫn muốn ghi thì bấm lần nữa."
        )
    made = "; ".join(
        f"{words(row)} ({row['who']}, {as_people_write(row['when'])}: {row['reason']})" for row in last.values()
    )
    return (
        f"Sau khi bạn mở trang này, đã có quyết định khác: {made}. Hỏi lại người đó; nếu vẫn muốn ghi quyết định của "
        "bạn thay vào thì bấm lần nữa."
    )


def latest(raw: Raw, key: ReturnSetKey, read: Mapping[str, str]) -> Deed | None:
    """Return the decision that can be taken back: the last one, where no run has read it and nothing came after it."""
    file = raw.beside(key).get(LEDGER)
    if file is None or read.get(LEDGER) == file.sha256:
        return None
    made = Deed.objects.filter(what__in=list(DID.values()), details__key=str(key), details__after=file.sha256)
    last: Deed | None = made.first()
    return last


def waiting(raw: Raw, store: Store, key: ReturnSetKey, read: Mapping[str, str]) -> dict[CellPlace, Entry]:
    """Return the decisions that no run has read yet, of each cell the last; of a ledger that cannot be read, none."""
    file = raw.beside(key).get(LEDGER)
    if file is None or file.trouble or read.get(LEDGER) == file.sha256:
        return {}
    entries, _unreadable = read_ledger({key: decoded(file.content)})
    before = store.rows("ledger", store.part_of(key), commune=key.commune)
    known = Counter(tuple(row.values()) for row in before.to_pylist()) if before is not None else Counter()
    found = {}
    for entry in entries[before.column_names if before is not None else list(entries)].to_dict("records"):
        row = tuple(entry.values())
        known[row] -= 1
        if known[row] < 0 and _decides(entry):
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
        raise SentenceError(
            "Bản trước của sổ đính chính không còn trong kho lưu, nên không hoàn tác được. Ghi một quyết định mới."
        )
    take_back(raw, store, key, before, made.details["after"])
    record.write(user.username, Did.UNDID, made.about)
