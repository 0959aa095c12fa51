"""What people do in an office, one act at a time, and what has to be so however an act was cut short.

Belongs here: the acts, doing one again as a person would, and looking at what lies there. Does not belong here: what
cuts an act short (``tests.faults.disk``), counting (``tests.faults.tally``).
"""

import hashlib
import os
import pickle
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from pipelines import cli
from pipelines.refresh import backup
from pipelines.refresh.health import symptoms
from pipelines.refresh.release import make, verify
from pipelines.settings import Settings
from pipelines.steps.collect.raw_file import RawFile
from pipelines.store import releases
from pipelines.store.ledger import CellPlace, Ledger
from pipelines.store.locks import LOCKS
from pipelines.store.raw_names import LEDGER
from pipelines.store.receiving import take
from tests.faults.disk import start_child
from tests.faults.office import (
    DAMAGED,
    KEY,
    LIVESTOCK,
    NOON,
    VILLAGES,
    Answers,
    Change,
    Office,
    cell_changes,
    same_parts,
)
from tests.faults.tally import Wrong
from tests.unit.builders import address_of

SECONDS = 120
"""After which something hangs; on a busy machine nothing here takes ten."""

UNFORESEEN = "Phần mềm gặp lỗi ngoài dự kiến"

Wrongs = Iterator[tuple[Wrong, str]]


@dataclass(frozen=True)
class Act:
    """Something that somebody does.

    Args:
        label: What, as the page calls it.
        come: What has come to the office before.
        do: Doing it.
        done: Whether it is done, so that nobody would do it again.
        lost: What of it is not there although it is done.
    """

    label: str
    come: Change
    do: Change
    done: Callable[[Office], bool]
    lost: Callable[[Office], Iterator[str]]


def _up_to_date(office: Office) -> None:
    office.opens(*VILLAGES)
    office.refresh()


def _with_a_cell(office: Office) -> None:
    _up_to_date(office)
    cell_changes(office)


def _nothing(_: Office) -> Iterator[str]:
    yield from ()


def _refresh(office: Office) -> None:
    office.refresh()


REFRESH = Act("returns refresh", _with_a_cell, _refresh, lambda _: False, _nothing)

REASON = "Đã gọi hỏi lại"
NEW = "5"


def _correct(office: Office) -> None:
    place = CellPlace("ban_giua.xlsx", LIVESTOCK.sheet, address_of(LIVESTOCK, "dog"))
    Ledger(office.raw, KEY, lambda: NOON).accept(place, NEW, reason=REASON, who="thống kê")


def _rows(office: Office) -> str:
    return (office.folder() / LEDGER).read_text("utf-8")


def _rows_lost(office: Office) -> Iterator[str]:
    if _rows(office).count(REASON) != 1 or _rows(office).count("Đã hỏi") != 3:
        yield f"the ledger is {_rows(office)!r}"


CORRECT = Act("returns correct", _up_to_date, _correct, lambda office: REASON in _rows(office), _rows_lost)

RELEASE_NAME = "lan-1"


def _release(office: Office) -> None:
    # With a reason, for while something else happens the figures may not be up to date.
    make(office.raw, office.store, KEY, RELEASE_NAME, despite="Trình trước 10/7", now=lambda: NOON)


def _release_lost(office: Office) -> Iterator[str]:
    for one in verify(office.data, RELEASE_NAME).differences:
        yield one.message


RELEASE = Act(
    "returns release", _up_to_date, _release, lambda office: RELEASE_NAME in releases.names(office.data), _release_lost
)

BEFORE_NAME, AFTER_NAME = "ban_tren.xlsx", "ban_tren-2.xlsx"


@cache
def _sent() -> bytes:
    """The workbook that replaces another."""
    elsewhere = Office(Path("/dev/shm" if Path("/dev/shm").is_dir() else "/tmp") / f"sent-{os.getpid()}")
    elsewhere.arrives("ban_tren", 45)
    content = (elsewhere.folder() / BEFORE_NAME).read_bytes()
    shutil.rmtree(elsewhere.root)
    return content


@cache
def _replaced(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _receive_opens(office: Office) -> None:
    _up_to_date(office)
    (office.root / "replaced").write_bytes((office.folder() / BEFORE_NAME).read_bytes())


def _receive(office: Office) -> None:
    replaces = {BEFORE_NAME: _replaced((office.root / "replaced").read_bytes())}
    take(office.raw, office.store, RawFile(*KEY, AFTER_NAME, _sent()), replaces, who="người nhận")


def _received(office: Office) -> bool:
    new, old = office.folder() / AFTER_NAME, office.folder() / BEFORE_NAME
    return new.is_file() and new.read_bytes() == _sent() and not old.exists()


def _receipt_lost(office: Office) -> Iterator[str]:
    if office.store.archive.get(_replaced((office.root / "replaced").read_bytes()), ".xlsx") is None:
        yield "what was replaced is not in the archive"


RECEIVE = Act("nhận sổ tính", _receive_opens, _receive, _received, _receipt_lost)


def _backup(office: Office) -> None:
    backup.make(Settings(office.root / "raw", office.data), office.root / "backup", now=lambda: NOON)


def _backup_lost(office: Office) -> Iterator[str]:
    for name in backup.names(office.root / "backup"):
        one = backup.found(office.root / "backup", name)
        yield from one.damaged()


BACKUP = Act(
    "returns backup", _up_to_date, _backup, lambda office: bool(backup.names(office.root / "backup")), _backup_lost
)

ACTS = (REFRESH, CORRECT, RELEASE, RECEIVE, BACKUP)


@dataclass(frozen=True)
class Known:
    """An office in which an act is about to be done, and what comes of it undisturbed."""

    act: Act
    office: Office
    before: Answers
    after: Answers
    tree: dict[str, Any]
    seconds: float

    @classmethod
    def of(cls, act: Act, folder: Path) -> "Known":
        """Do an act undisturbed."""
        office = Office(folder / "office")
        act.come(office)
        before, other = office.answers(), office.copy(folder / "undisturbed")
        begun = time.monotonic()
        act.do(other)
        seconds = time.monotonic() - begun
        after = other.answers()
        other.refresh()
        assert not list(wrong_here(other))
        return cls(act, office, before, after, tree(other), seconds)


def tree(office: Office) -> dict[str, Any]:
    """What lies in an office, by name, less what says who and when."""
    raw = {
        f"raw/{path.relative_to(office.root / 'raw')}": hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (office.root / "raw").rglob("*")
        if path.is_file() and path.suffix != ".lock"
    }
    data = {name: said for name, said in office.tree().items() if not name.startswith(("desk/", "dagster/"))}
    return raw | {name: said for name, said in data.items() if not name.endswith((".lock", ".index"))}


@dataclass(frozen=True)
class Ended:
    """How a process ended: 0, 1 where it raised what it was told of, or minus a signal; and what was told."""

    code: int
    told: str = ""
    hung: bool = False


def told_of(error: BaseException) -> str:
    """Return what the command line says of an error."""
    return cli._reason(error) if isinstance(error, Exception) else repr(error)


def begin(work: Callable[[], object], note: Path) -> int:
    """Begin something in a process of its own; what stops it is noted."""

    def noting() -> None:
        try:
            work()
        except BaseException as error:
            note.write_bytes(pickle.dumps(told_of(error)))
            raise SystemExit(1) from None

    note.unlink(missing_ok=True)
    return start_child(noting)


def end(child: int, note: Path, seconds: float = SECONDS) -> Ended:
    """Wait for a process, and end it where it hangs."""
    until = time.monotonic() + seconds
    while True:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            code = os.waitstatus_to_exitcode(status)
            return Ended(code, pickle.loads(note.read_bytes()) if note.is_file() and code == 1 else "")
        if time.monotonic() > until:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return Ended(-signal.SIGKILL, hung=True)
        time.sleep(0.005)


def in_a_process(work: Callable[[], object], note: Path) -> Ended:
    """Do something in a process of its own, to its end."""
    return end(begin(work, note), note)


def wrong_ended(ended: Ended) -> Wrongs:
    """Yield what is wrong with how a process ended that nobody killed."""
    if ended.hung:
        yield Wrong.HUNG, "it did not end"
    if ended.code == 1 and (not ended.told or ended.told.startswith(UNFORESEEN) or "\n" in ended.told.strip()):
        yield Wrong.CRASHED, ended.told
    if ended.code < 0 and not ended.hung:
        yield Wrong.CRASHED, f"signal {-ended.code}"


_LOOKED_AT = ("Lần chạy dở", "Bảng kết quả", "Kho lưu", "Bản phát hành")


def wrong_here(office: Office) -> Wrongs:
    """Yield what is wrong with an office to which nothing more happens: what does not open, what was left behind."""
    for one in symptoms(Settings(office.root / "raw", office.data)):
        if one.wrong and one.what in _LOOKED_AT:
            yield Wrong.LOST, one.wrong
    for path in office.root.rglob("*"):
        if path.suffix == ".tmp" or (path.parent.name == LOCKS and path.suffix == ".holder"):
            yield Wrong.LEFT, str(path.relative_to(office.root))
        if path.suffix == ".lock":
            lock = FileLock(path)
            try:
                lock.acquire(timeout=0)
                lock.release()
            except Timeout:
                yield Wrong.LEFT, f"{path} is locked"


def wrong_between(known: Known, office: Office) -> Wrongs:
    """Yield what is wrong in the moment after an act was cut short, before anybody does anything."""
    answers = office.answers()
    if any(DAMAGED in told.values() for told in answers.values()):
        yield Wrong.LOST, "a table cannot be read"
    elif not same_parts(answers, known.before, known.after):
        yield Wrong.TORN, "answers are neither those before nor those after"
    for name in releases.names(office.data):
        for harm in releases.found(office.data, name).damage():
            yield Wrong.TORN, harm.message


def wrong_after(known: Known, office: Office, *, bytes_too: bool = True) -> Wrongs:
    """Do an act again, if it is not done, and refresh, as a person would; yield what is then wrong.

    Args:
        known: What comes of the act undisturbed.
        office: The office.
        bytes_too: Whether all bytes are to be those, or only the answers: what was held back on the way is archived.
    """
    try:
        if not known.act.done(office):
            known.act.do(office)
        office.refresh()
    except Exception as error:
        yield Wrong.CRASHED, f"done again: {told_of(error)}"
        return
    for lost in known.act.lost(office):
        yield Wrong.LOST, lost
    now = tree(office)
    if bytes_too and now != known.tree:
        differ = sorted(name for name in now.keys() | known.tree.keys() if now.get(name) != known.tree.get(name))
        yield Wrong.SILENT, f"other bytes in {differ}"
    yield from wrong_here(office)
