"""Closings: that a return set was closed by a release and opened again, written down for good.

Belongs here: the lines on it, which are only ever added, and what a closed set is made of: the files as they were when
it was closed. Does not belong here: who may close or reopen, and when (``pipelines.refresh.closing``).

They lie in the output folder beside the releases that they name, a file for each return set that was ever closed. All
that is published is made of what ``received`` gives, whoever starts it: a closed set does not see what comes later.

A file that is gone would look like a return set that was never closed. So what is written of each lies a second time
with the states, as these do; on object storage, which loses nothing, once.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from pipelines.steps.collect.raw_file import RawFile
from pipelines.store.archive import TABLE, Archive
from pipelines.store.files import lying_in, read_marked
from pipelines.store.kept_twice import KeptTwice
from pipelines.store.raw import Raw
from pipelines.store.raw_names import BESIDE
from pipelines.store.received import Received, ReceivedSet
from pipelines.store.remote import is_remote
from pipelines.store.state import STATE
from schemas.periods import Period, as_people_write
from schemas.places import Places
from schemas.return_sets import ReturnSetKey
from schemas.sentences import SentenceError

CLOSINGS = "closings"


class Turn(StrEnum):
    """What was done to a return set."""

    CLOSED = "closed"
    REOPENED = "reopened"


@dataclass(frozen=True)
class Closing:
    """That a return set was closed or reopened: one line."""

    turn: Turn
    when: str
    """ISO 8601, with the time zone."""
    who: str
    """The title of who did it, as in a ledger."""
    release: str
    """The release by which it was closed."""
    reason: str = ""
    """Why it was reopened."""
    files: Mapping[str, str] = field(default_factory=dict)
    """The hash of every workbook, of the ledger and of the plan, by name, of which the release was made."""
    places: tuple[tuple[str, str], ...] = ()
    """The tables of places with their hashes, in their order."""
    unread: Mapping[str, str] = field(default_factory=dict)
    """Why the ledger, or the plan, could not be read."""


def closings(root: Path, key: ReturnSetKey) -> list[Closing]:
    """Return how often a return set was closed and reopened, the first first.

    Raises:
        SentenceError: What is written of it cannot be read, or is not all there any more; it then is not taken for one
            that was never closed.
    """
    record = _record(root, key)
    found, wrong = record.lines()
    if not wrong:
        return list(found)
    raise SentenceError(
        f"Tệp {record.path} ghi việc đóng và mở kỳ {wrong}, nên chưa biết kỳ "
        f"{Period.parse(key.period).title} của {key.commune} đang đóng hay mở. {record.back}."
    )


def _record(root: Path, key: ReturnSetKey) -> KeptTwice[Closing]:
    return KeptTwice(_path(root, key), root / STATE / CLOSINGS / f"{key}.ndjson", _read)


def keep_twice(root: Path) -> None:
    """Write the second files that are not there, or behind: of a closing that was killed, restored or made earlier."""
    for record in () if is_remote(root) else (_record(root, key) for key in _closed_ever(root)):
        if _size(record.path) != _size(record.copy):
            record.keep_twice()


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _read(line: str) -> Closing:
    row = json.loads(line)
    places = tuple((name, sha256) for name, sha256 in row["places"])
    return Closing(**{**row, "turn": Turn(row["turn"]), "places": places})


def closed(root: Path, key: ReturnSetKey) -> Closing | None:
    """Return by what a return set is closed; nothing where it is open."""
    return _last(closings(root, key))


def _last(own: Sequence[Closing]) -> Closing | None:
    return own[-1] if own and own[-1].turn is Turn.CLOSED else None


def every(root: Path) -> dict[ReturnSetKey, list[Closing]]:
    """Return the same of every return set that was ever closed, in order."""
    return {key: closings(root, key) for key in _closed_ever(root)}


def _closed_ever(root: Path) -> list[ReturnSetKey]:
    folders = (root / CLOSINGS,) if is_remote(root) else (root / CLOSINGS, root / STATE / CLOSINGS)
    stems = {path.stem for folder in folders for path in lying_in(folder, ".ndjson")}
    return [ReturnSetKey.parse(stem) for stem in sorted(stems)]


def closed_sets(root: Path) -> dict[ReturnSetKey, Closing]:
    """Return every return set that is closed, in order."""
    return {key: last for key, own in every(root).items() if (last := _last(own)) is not None}


REOPENS = "Muốn đổi số liệu, người duyệt mở lại kỳ và ghi lý do, ở trang «Duyệt và phát hành» của bàn làm việc."


def sentence(key: ReturnSetKey, closing: Closing, places: Places) -> str:
    """Return by what a return set is closed, or how it was reopened."""
    named, when, who = places.titled(key), as_people_write(closing.when), closing.who
    if closing.turn is Turn.REOPENED:
        return f"Kỳ {named} được {who} mở lại lúc {when}: {closing.reason}"
    return f"Kỳ {named} đã đóng bằng bản phát hành «{closing.release}» ({who}, {when})."


def refusal(raw: Raw, root: Path, key: ReturnSetKey) -> str:
    """Return why nothing is to be taken or decided for a return set, because it is closed; of an open one, nothing."""
    closing = closed(root, key)
    return f"{sentence(key, closing, raw.places)} {REOPENS}" if closing is not None else ""


def add(root: Path, key: ReturnSetKey, closing: Closing) -> None:
    """Add a line; who calls keeps everybody else from the return set.

    Raises:
        ReplacedError: On object storage somebody else has added one meanwhile.
    """
    closings(root, key)
    line = json.dumps(asdict(closing), ensure_ascii=False, sort_keys=True)
    _record(root, key).add(f"{line}\n")


def mark_of(root: Path, key: ReturnSetKey) -> str:
    """Return the hash of what is written of a return set, without asking what it says; of nothing, nothing."""
    content, _ = read_marked(_path(root, key))
    return hashlib.sha256(content).hexdigest() if content else ""


def _path(root: Path, key: ReturnSetKey) -> Path:
    return root / CLOSINGS / f"{key}.ndjson"


def received(raw: Raw, archive: Archive, live: Received, shut: Mapping[ReturnSetKey, Closing]) -> Received:
    """Return the inputs: open sets from the raw folder, closed ones as they were when closed.

    The tables of places are those of all return sets of a batch: as they were where all were closed with the same.

    Args:
        raw: The raw folder, where what the archive has lost may still lie.
        archive: The archive.
        live: The sets that are open, as they lie.
        shut: The sets that are closed.
    """
    sets = {**live.sets, **{key: _as_closed(raw, archive, key, one) for key, one in shut.items()}}
    places = {one.places for one in shut.values()}
    tables = live.place_tables
    if not live.sets and len(places) == 1:
        tables = {name: _table(archive, name, sha256, tables) for name, sha256 in places.pop()}
    return Received(dict(sorted(sets.items())), tables)


def _as_closed(raw: Raw, archive: Archive, key: ReturnSetKey, closing: Closing) -> ReceivedSet:
    files = {name: ArchivedFile(raw, archive, key, name, sha256) for name, sha256 in closing.files.items()}
    beside: dict[str, RawFile] = {name: file for name, file in files.items() if name in BESIDE}
    beside |= {name: RawFile(*key, name, b"", why) for name, why in closing.unread.items()}
    return ReceivedSet(tuple(file for name, file in files.items() if name not in BESIDE), beside)


def _table(archive: Archive, name: str, sha256: str, lying: Mapping[str, bytes]) -> bytes:
    content = archive.get(sha256, TABLE)
    if content is None and hashlib.sha256(lying.get(name, b"")).hexdigest() == sha256:
        return lying[name]
    return _there(content, archive, name, sha256, TABLE)


class ArchivedFile(RawFile):
    """A file of a closed return set: its hash is known, and its bytes are taken from the archive when somebody asks.

    Raises:
        SentenceError: They are neither there nor, any more, in the raw folder.
    """

    def __init__(self, raw: Raw, archive: Archive, key: ReturnSetKey, name: str, sha256: str) -> None:
        """Note where it is kept."""
        known = {"period": key.period, "commune": key.commune, "name": name, "trouble": "", "at_rest": None}
        for attribute, value in known.items():
            object.__setattr__(self, attribute, value)
        self.__dict__["raw"], self.__dict__["archive"], self.__dict__["sha256"] = raw, archive, sha256

    @cached_property
    def content(self) -> bytes:
        """The bytes."""
        raw, archive = self.__dict__["raw"], self.__dict__["archive"]
        found = archive.get(self.sha256, self.suffix)
        if found is None:
            lying = raw.lying(ReturnSetKey(self.period, self.commune)).get(self.name)
            found = lying.content if lying is not None and lying.sha256 == self.sha256 else None
        return _there(found, archive, self.name, self.sha256, self.suffix)


def _there(content: bytes | None, archive: Archive, name: str, sha256: str, suffix: str) -> bytes:
    if content is None:
        path = archive.path(sha256, suffix).relative_to(archive.root)
        raise SentenceError(
            f"Không có bản lưu {path} của tệp {name}, mà kỳ đã đóng được tính từ đó. Lấy lại tệp này từ bản sao lưu."
        )
    return content
