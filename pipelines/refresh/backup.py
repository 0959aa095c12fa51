"""Backups: all of an office that cannot be made again, in one folder, and an office made of one on an empty machine.

Belongs here: what goes into a backup, whether one is whole, putting it back. Does not belong here: when one is made.

A backup folder has the bytes of files once, in ``files/`` under their own hash, and a list for each backup, written
last: what has no list is no backup. So the next one adds what is new and changes nothing of an earlier one, but for
bytes that were damaged there: those it puts right.

A part's state, its tables and its raw files are read under the part's lock, so they fit together whatever runs
meanwhile; the desk's database by SQLite's own backup. What a refresh or a command makes again from these is left out:
documents, indexes, locks, the records of runs, and the secret that signs the desk's sessions.
"""

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from pipelines.refresh.batches import tidy
from pipelines.refresh.parts import Part
from pipelines.settings import Settings, now
from pipelines.steps.collect.released import RELEASES
from pipelines.store import state as states
from pipelines.store.archive import ARCHIVE
from pipelines.store.closings import CLOSINGS
from pipelines.store.desk_database import at_one_moment
from pipelines.store.files import clear_unfinished, lying_in, write_whole
from pipelines.store.locks import locked
from pipelines.store.raw import Raw
from pipelines.store.raw_names import left_behind
from pipelines.store.remote import is_remote
from pipelines.store.restoring import begin_restoring, end_restoring
from pipelines.store.state import LostStateError
from pipelines.store.tables import DamagedError, OvertakenError, Store, file_of
from schemas.flow import FLOW, OFFICE, Extent, Kind
from schemas.return_sets import BatchKey
from schemas.sentences import SentenceError

FORMAT = 1
FILES = "files"
RAW, DATA, DESK, HOME = "raw", "data", "desk", "dagster"
"""Whose files they are, as a list has it before the first ``/`` of a name."""

_MOST_TRIES, _SECONDS = 4, 0.5
"""How often, and after how long, a file is read again that somebody was writing."""


class BackupError(SentenceError):
    """A backup that cannot be made or put back; the message is the sentence for the administrator."""


@dataclass(frozen=True)
class Backup:
    """One backup of a backup folder."""

    root: Path
    name: str

    @cached_property
    def _said(self) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        head, _, below = (self.root / f"{self.name}.ndjson").read_bytes().partition(b"\n")
        try:
            said = json.loads(head)
            if said["sha256"] != hashlib.sha256(below).hexdigest():
                raise ValueError
            if said["format"] != FORMAT:
                raise BackupError(f"Bản sao lưu {self.name} do phiên bản khác của phần mềm ghi. Dùng phiên bản đó.")
            return said, [json.loads(line) for line in below.splitlines()]
        except (ValueError, KeyError, TypeError):
            raise BackupError(
                f"Danh sách của bản sao lưu {self.name} trong {self.root} bị hỏng. Dùng bản khác: --name"
            ) from None

    @property
    def files(self) -> Mapping[str, str]:
        """The hash of every file, by its name.

        Raises:
            BackupError: The list is not as it was written.
        """
        return {row["name"]: row["sha256"] for row in self._said[1]}

    @property
    def created(self) -> str:
        """When it was made."""
        return str(self._said[0]["created"])

    @property
    def lacking(self) -> list[str]:
        """What could not be taken into it, each in a sentence; of one of an earlier version that is not known."""
        return list(self._said[0].get("lacking", ()))

    def content(self, sha256: str) -> bytes | None:
        """Return bytes that were kept; nothing where they are not there as they were kept."""
        return _kept(self.root, sha256)

    def damaged(self) -> list[str]:
        """Return the names of the files whose bytes are not there as they were kept.

        Raises:
            BackupError: The list is not as it was written.
        """
        return [name for name, sha256 in self.files.items() if self.content(sha256) is None]


@dataclass
class Made:
    """What making a backup gave.

    Args:
        backup: The backup.
        new: How many bytes had to be added.
        lacking: What could not be taken into it, each in a sentence.
    """

    backup: Backup
    new: int = 0
    lacking: list[str] = field(default_factory=list)


_TIME = len("2024-07-03T080000")
"""Of the name of a backup, how much says when it was made."""


def names(root: Path) -> list[str]:
    """Return the names of the backups in a folder, in order of their names, which begin with when they were made."""
    return sorted(path.stem for path in lying_in(root, ".ndjson"))


def found(root: Path, name: str = "") -> Backup:
    """Return a backup; the last one where none is named.

    Raises:
        BackupError: There is none.
    """
    known = names(root)
    if not known:
        raise BackupError(f"Trong {root} không có bản sao lưu hoàn chỉnh nào. Tạo bằng: returns backup {root}")
    if name and name not in known:
        raise BackupError(f"Không có bản sao lưu {name} trong {root}; hiện có: {', '.join(known)}.")
    return Backup(root, name or known[-1])


def make(
    settings: Settings, root: Path, waiting: Callable[[str], None] = lambda _: None, now: Callable[[], Any] = now
) -> Made:
    """Back up an office into a folder that may have earlier backups of it.

    Args:
        settings: The raw folder and the output folder.
        root: The backup folder.
        waiting: Told, in a sentence, for whom it has to wait.
        now: The clock.

    Raises:
        BackupError: The folder lies in what is to be backed up, or there is nothing to back up.
    """
    for own in (settings.raw, settings.data):
        if not is_remote(own) and not is_remote(root) and root.resolve().is_relative_to(own.resolve()):
            raise BackupError(f"Thư mục sao lưu {root} nằm trong {own}. Chọn thư mục khác, tốt nhất ở ổ đĩa khác.")
    if states.is_of_before(settings.data):
        raise BackupError(f"Kết quả trong {settings.data} do phiên bản trước ghi. Chạy một lần: returns refresh")
    if not is_remote(root):
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        clear_unfinished(root)
    at = now()
    known = names(root)
    # After those that are there, for the last is restored: by a clock that was set back it would not be the last.
    begun = max([f"{at:%Y-%m-%dT%H%M%S}", *(one[:_TIME] for one in known)])
    name = next(one for one in (begun, *(f"{begun}-{more:02}" for more in range(2, 100))) if one not in known)
    made = Made(Backup(root, name))
    files: dict[str, str] = {}
    for named, content in _everything(settings, waiting, made.lacking, files):
        sha256 = hashlib.sha256(content).hexdigest()
        if _kept(root, sha256) is None:
            write_whole(_place(root, sha256), content)
            made.new += len(content)
        files[named] = sha256
    if not files:
        raise BackupError(f"Không có gì để sao lưu trong {settings.raw} và {settings.data}. Xem lại --raw và --data.")
    below = "".join(f"{json.dumps({'name': one, 'sha256': files[one]}, ensure_ascii=False)}\n" for one in sorted(files))
    head = {"format": FORMAT, "created": at.isoformat(timespec="seconds")}
    head |= {"sha256": hashlib.sha256(below.encode()).hexdigest(), "lacking": made.lacking}
    write_whole(root / f"{name}.ndjson", f"{json.dumps(head, ensure_ascii=False)}\n{below}".encode())
    return made


_Files = Iterator[tuple[str, bytes]]


def _everything(
    settings: Settings, waiting: Callable[[str], None], lacking: list[str], taken: Mapping[str, str]
) -> _Files:
    """Yield every file, in an order in which what is yielded later knows all that was yielded before."""
    raw, store = Raw(settings.raw), Store(settings.data)
    batches = set[str]()
    with suppress(SentenceError):  # a commune with two folders: they are taken all the same, further down
        batches = {str(batch) for batch in raw.batches()}
    for name in sorted({*store.parts(), *batches}):
        with locked(store.root, name, "returns backup", waiting):
            yield from _of_part(raw, store, name, lacking)
    # Files of no batch; those of a batch were read under its lock.
    yield from _below(settings.raw, settings.raw, RAW, lacking, taken)
    # What a release was made of lies in the archive before the release is there, and that before it closes anything.
    for folder in (CLOSINGS, RELEASES, ARCHIVE):
        yield from _below(settings.data / folder, settings.data, DATA, lacking, taken)
    yield from _of_desk(settings, lacking)
    configuration = settings.home / "dagster.yaml"
    if configuration.is_file():
        yield f"{HOME}/{configuration.name}", configuration.read_bytes()


def _of_part(raw: Raw, store: Store, name: str, lacking: list[str]) -> _Files:
    """Yield state and tables of a part, and the raw files of a batch."""
    batch = BatchKey.parse(name) if "_" in name else None
    extent = Extent.BATCH if batch else Extent.OFFICE if name == OFFICE else Extent.PERIOD
    held: list[tuple[str, bytes]] = []
    for _ in range(_MOST_TRIES):
        try:
            tidy(store, Part(name, extent))
            held = list(_tables(store, name, lacking))
        except LostStateError as reason:  # the raw files are worth the more now
            lacking.append(str(reason))
        except OvertakenError:  # on object storage, where there is no lock
            continue
        break
    else:
        raise BackupError(f"Kết quả của {name} liên tục được cập nhật nên chưa sao lưu được. Làm lại lệnh này.")
    yield from held
    if batch is not None:
        yield from _below(raw.root / batch.period / batch.folder, raw.root, RAW, lacking)


def _tables(store: Store, name: str, lacking: list[str]) -> _Files:
    state = store.state(name, anew=True)
    documents = {table.name for table in FLOW.tables if table.kind is Kind.DOCUMENT}
    for table in sorted(state.tables.keys() - documents):
        try:
            content = store.content(table, name)
        except DamagedError as reason:
            lacking.append(str(reason))
            continue
        assert content is not None
        yield f"{DATA}/{file_of(table, name)}", content
    for path in states.paths(store.root, name):
        if path.is_file():
            yield f"{DATA}/{path.relative_to(store.root).as_posix()}", path.read_bytes()


def _below(folder: Path, root: Path, whose: str, lacking: list[str], taken: Mapping[str, str] = {}) -> _Files:
    """Yield every file below a folder that has not been taken yet, as it lies there at rest."""

    def refused(path: object, why: object) -> None:
        told = f"Không sao lưu được {path}: {why}."
        if told not in lacking:  # a file of a batch is come to again with those of none
            lacking.append(told)

    for _ in range(_MOST_TRIES):
        gone = False
        for path in _paths(folder, lambda error: refused(error.filename, error.strerror)):
            name = f"{whose}/{path.relative_to(root).as_posix()}"
            if name in taken:
                continue
            try:
                content = _at_rest(path, root)
            except FileNotFoundError:  # moved away since: perhaps to a name that was not there when we looked
                gone = True
            except (OSError, SentenceError) as reason:
                refused(path, reason if isinstance(reason, SentenceError) else getattr(reason, "strerror", reason))
            else:
                yield name, content
        if not gone:
            return


def _paths(folder: Path, refused: Callable[[OSError], None]) -> list[Path]:
    """Return what lies below a folder, but for what programs leave behind for a moment.

    Args:
        folder: The folder.
        refused: Told of each folder that cannot be looked into. One that is gone by then is none.
    """

    def met_with(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            refused(error)

    if is_remote(folder):
        found = [path for path in folder.rglob("*") if path.is_file()]
    else:
        found, met = [], set[str]()
        for inside, folders, files in os.walk(folder, onerror=met_with, followlinks=True):
            if (real := os.path.realpath(inside)) in met:  # a link that leads back
                folders.clear()
                continue
            met.add(real)
            found += [Path(inside, name) for name in files]
    return sorted(path for path in found if not (left_behind(path.name) or path.suffix in (".lock", ".tmp")))


def _at_rest(path: Path, root: Path) -> bytes:
    """Return the bytes of a file that nobody is writing.

    Raises:
        SentenceError: Somebody does not stop writing it; or it is a link that leaves the folder, which nobody reads.
    """
    if is_remote(path):
        return path.read_bytes()
    if path.is_symlink() and not any(path.resolve().is_relative_to(one.resolve()) for one in (root, path.parent)):
        raise SentenceError("đây là liên kết tới chỗ ngoài thư mục báo cáo")
    for number in range(_MOST_TRIES):
        if number:
            time.sleep(_SECONDS)
        before = path.stat()
        content = path.read_bytes()
        after = path.stat()
        if (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns) and len(content) == after.st_size:
            return content
    raise SentenceError("tệp đang được ghi")


def _of_desk(settings: Settings, lacking: list[str]) -> _Files:
    """Yield the desk's database as it is at one moment; one that is damaged keeps nothing else from being taken."""
    path = settings.desk_database
    if path.is_file():
        try:
            yield f"{DESK}/{path.name}", at_one_moment(path)
        except SentenceError as reason:
            lacking.append(str(reason))


def _place(root: Path, sha256: str) -> Path:
    return root / FILES / sha256[:2] / sha256


def _kept(root: Path, sha256: str) -> bytes | None:
    try:
        content = _place(root, sha256).read_bytes()
    except OSError:
        return None
    return content if hashlib.sha256(content).hexdigest() == sha256 else None


def restore(backup: Backup, settings: Settings) -> int:
    """Put a backup back into folders that are empty, or have nothing but what a restore that was stopped put there.

    Returns:
        The number of files.

    Raises:
        BackupError: Something of the backup is missing or damaged, or something else lies in the folders; in either
            case nothing is written.
    """
    if damaged := backup.damaged():
        raise BackupError(
            f"Bản sao lưu {backup.name} thiếu hoặc hỏng {len(damaged)} tệp, ví dụ {damaged[0]}; chưa ghi gì. "
            "Dùng bản khác (--name), hoặc chép lại thư mục sao lưu."
        )
    places = {_target(settings, name): sha256 for name, sha256 in backup.files.items()}
    for path in _lying(settings):
        if places.get(path) != hashlib.sha256(path.read_bytes()).hexdigest():
            raise BackupError(f"Đã có {path}, nên chưa khôi phục gì. Khôi phục vào thư mục trống: --raw và --data.")
    begin_restoring(settings.data, backup.root)
    # States last: half of an office says that it has nothing yet, and not that something is damaged.
    for path in sorted(places, key=lambda path: path.parent == settings.data / states.STATE):
        if not path.is_file():
            content = backup.content(places[path])
            assert content is not None
            write_whole(path, content)
    if settings.desk_database in places:
        settings.desk.chmod(0o700)
        settings.desk_database.chmod(0o600)
    end_restoring(settings.data)
    return len(places)


def _target(settings: Settings, name: str) -> Path:
    """Return where a file of a backup goes.

    Raises:
        BackupError: It would go elsewhere.
    """
    whose, _, below = name.partition("/")
    roots = {RAW: settings.raw, DATA: settings.data, DESK: settings.desk, HOME: settings.home}
    if whose not in roots or not below or ".." in below.split("/") or below.startswith("/"):
        raise BackupError(f"Bản sao lưu có tên tệp lạ «{name}»; chưa khôi phục gì.")
    return roots[whose] / below


def _raised(error: OSError) -> None:
    raise error


def _lying(settings: Settings) -> Iterable[Path]:
    """Yield what lies in the folders of an office, less what was left by a restore that was killed."""
    for root in dict.fromkeys((settings.raw, settings.data, settings.desk, settings.home)):
        if root.is_dir():
            clear_unfinished(root)
            yield from _paths(root, _raised)
