"""Closing a return set by a release, opening it again, and what came in between.

Belongs here: when a set can be closed or reopened, and telling of what has changed since in its folder. Does not belong
here: the lines on it and what a closed set is made of (``pipelines.store.closings``), who may do it.

A closed set is refreshed like any other, but from the files of which it was closed: what comes later lies in the raw
folder, is told here, and enters nothing until the set is reopened.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.refresh.batches import held_still
from pipelines.settings import now
from pipelines.steps.collect.raw_file import suffix_of
from pipelines.store import index
from pipelines.store.archive import TABLE
from pipelines.store.closings import REOPENS, Closing, Turn, add, closed, closed_sets, refusal, sentence
from pipelines.store.raw import Raw
from pipelines.store.raw_names import BESIDE
from pipelines.store.received import ReceivedSet
from pipelines.store.releases import Release, ReleaseError, opened
from pipelines.store.remote import ReplacedError
from pipelines.store.tables import Store
from schemas.places import Places
from schemas.return_sets import ReturnSetKey
from schemas.sentences import Hint, SentenceError

if TYPE_CHECKING:
    from pipelines.store.ledger import Ledger


class ClosingError(SentenceError):
    """A return set that is not closed or reopened, or that is closed; the message is the sentence for who asked."""


def refuse_closed(raw: Raw, store: Store, key: ReturnSetKey) -> None:
    """Stop where a return set is closed.

    Raises:
        ClosingError: It is; the message says by whom, and who can reopen it.
    """
    if why := refusal(raw, store.root, key):
        raise ClosingError(why, Hint.REOPEN)


def ledger_of(raw: Raw, store: Store, key: ReturnSetKey) -> "Ledger":
    """Return the ledger of a return set, to be written to.

    Raises:
        ClosingError: The set is closed.
    """
    # It reads workbooks, with pandas and openpyxl; who only asks whether a period is closed does without.
    from pipelines.store.ledger import Ledger

    refuse_closed(raw, store, key)
    return Ledger(raw, key, store=store)


def release_and_close(
    raw: Raw,
    store: Store,
    key: ReturnSetKey,
    name: str,
    *,
    who: str,
    despite: str = "",
    guard: Callable[[], None] = lambda: None,
) -> Release:
    """Make a release of a return set, and close it by that; meanwhile nothing of it can change.

    Args:
        raw: The raw folder.
        store: The output folder.
        key: The return set.
        name: What to call the release.
        who: The title of who does it.
        despite: Why it is released although a form is held back.
        guard: Asked before anything else; what it raises stops it.

    Raises:
        ClosingError: It is closed already, or a file of which it is made is nowhere any more.
        ReleaseError: It cannot be released; it is not closed then.
    """
    kept: list[Closing] = []

    def before() -> None:
        guard()
        refuse_closed(raw, store, key)
        kept.append(_as_now(raw, store, key, name, who))

    def after(_: Release) -> None:
        _add(store, key, kept[0])

    # Releases read everything, with pandas and Pandera; who only asks whether a period is closed does without.
    from pipelines.refresh import release

    return release.make(raw, store, key, name, despite=despite, guard=before, then=after)


def close(raw: Raw, store: Store, name: str, *, who: str) -> Release:
    """Close a return set by a release that was made of what is published of it.

    Raises:
        ClosingError: It is closed already, or what is published of it is other than what was released.
        ReleaseError: There is no such release, or it is no longer what was released.
    """
    # As releases do, restoring loads pandas and Pandera.
    from pipelines.refresh.restoring import list_of

    made = opened(store.root, name)
    key = made.key
    with held_still(store, key, who=f"returns close {name}"):
        refuse_closed(raw, store, key)
        part = store.part_of(key)
        if list_of(store.archive_of(part), store.state(part).received, key) != made.manifest["state"]:
            raise ClosingError(
                f"Số đã công bố của kỳ {raw.places.titled(key)} không còn được tính từ những tệp của bản phát hành "
                f"«{name}», nên chưa đóng. Phát hành lại rồi đóng bằng bản mới."
            )
        _add(store, key, _as_now(raw, store, key, name, who))
    return made


def _as_now(raw: Raw, store: Store, key: ReturnSetKey, name: str, who: str) -> Closing:
    """Return what closes a return set as it was read last; the archive has every byte of it then.

    Raises:
        ClosingError: A file that was read is not in the archive, for nothing was accepted of it, and lies there no
            more.
    """
    # As in ``close``.
    from pipelines.refresh.restoring import list_of, listed

    part = store.part_of(key)
    archive = store.archive_of(part)
    received = list_of(archive, store.state(part).received, key)
    state = listed(archive, received) if received else {"files": {}, "places": []}
    lying = raw.lying(key)
    for file, sha256 in state["files"].items():
        suffix = TABLE if file in BESIDE else suffix_of(file)
        content = archive.get(sha256, suffix)
        if content is None:
            at_hand = lying.get(file)
            if at_hand is None or at_hand.trouble or at_hand.sha256 != sha256:
                raise ClosingError(
                    f"Tệp {file} lúc chạy không đọc được và không có bản lưu, nên chưa đóng được kỳ "
                    f"{raw.places.titled(key)}. Đưa tệp đó ra khỏi thư mục báo cáo, chạy lại rồi đóng."
                )
            content = at_hand.content
        archive.keep(content, suffix)
    places = tuple((table, sha256) for table, sha256 in state["places"])
    when, unread = now().isoformat(timespec="seconds"), state.get("unread", {})
    return Closing(Turn.CLOSED, when, who, name, files=state["files"], places=places, unread=unread)


def reopen(raw: Raw, store: Store, key: ReturnSetKey, *, who: str, reason: str) -> Closing:
    """Open a closed return set again: what lies in its folder is used from the next run on.

    Raises:
        ClosingError: It is not closed, or no reason is given.
    """
    given = " ".join(reason.split())
    if not given:
        raise ClosingError("Chưa ghi lý do mở lại kỳ.")
    with held_still(store, key, who=f"returns reopen {key}"):
        before = closed(store.root, key)
        if before is None:
            raise ClosingError(f"Kỳ {raw.places.titled(key)} không đóng, nên không cần mở lại.")
        line = Closing(Turn.REOPENED, now().isoformat(timespec="seconds"), who, before.release, given)
        _add(store, key, line)
    return line


def _add(store: Store, key: ReturnSetKey, closing: Closing) -> None:
    try:
        add(store.root, key, closing)
    except ReplacedError:
        raise ClosingError("Vừa có người đóng hoặc mở lại kỳ này ở nơi khác. Xem lại rồi làm lại.") from None


@dataclass(frozen=True)
class ChangedSinceClosing:
    """What has changed in the folder of a closed return set since."""

    key: ReturnSetKey
    closing: Closing
    files: tuple[str, ...]
    """Names of the files that came, went or became others."""
    places: Places

    @property
    def sentence(self) -> str:
        """What there is to tell, and what to do."""
        more = f" và {len(self.files) - _NAMED} tệp nữa" if len(self.files) > _NAMED else ""
        named = f"{', '.join(self.files[:_NAMED])}{more}"
        return f"{sentence(self.key, self.closing, self.places)} Đổi sau khi đóng nên không công bố: {named}. {REOPENS}"


_NAMED = 5


def later(raw: Raw, store: Store, keys: Iterable[ReturnSetKey] | None = None) -> list[ChangedSinceClosing]:
    """Return what has changed since in those of some return sets that are closed; in all where none are named."""
    of = {key: closed(store.root, key) for key in keys} if keys is not None else closed_sets(store.root)
    found = []
    noted: dict[str, index.Index] = {}
    for key, closing in of.items():
        if closing is None:
            continue
        part = store.part_of(key)
        if part not in noted:
            noted[part] = index.load(store.root, part) if len(store.sets_in(part)) > 1 else index.NOTHING_NOTED
        if files := changed(closing, ReceivedSet.of(raw, key, noted[part])):
            found.append(ChangedSinceClosing(key, closing, files, raw.places))
    return found


def lost(raw: Raw, store: Store) -> Iterator[str]:
    """Yield a sentence for each closed return set whose release is gone, or is no longer what was released."""
    for key, closing in closed_sets(store.root).items():
        try:
            opened(store.root, closing.release)
        except ReleaseError as why:
            yield f"{sentence(key, closing, raw.places)} {why}"


def changed(closing: Closing, lying: ReceivedSet) -> tuple[str, ...]:
    """Return the names of the files that are others now than when a return set was closed."""
    before: Mapping[str, str] = {**closing.files, **closing.unread}
    after: Mapping[str, str] = {**lying.files, **lying.unread}
    return tuple(sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name)))
