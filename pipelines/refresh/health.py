"""What is wrong with an installation, in sentences: what an administrator would look at, looked at in one go.

Belongs here: what lies on the disk and what the machine says. Does not belong here: what Dagster knows
(``pipelines.orchestration.health``); what is wrong with the returns, which findings say; mending anything.
"""

import hashlib
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from pipelines.refresh import closing
from pipelines.settings import TIME_ZONE, Settings, now
from pipelines.steps.collect.released import DISTRIBUTION
from pipelines.store import designs, releases, run_records
from pipelines.store import state as states
from pipelines.store.archive import ARCHIVE, PACKS, RECEIVED
from pipelines.store.closings import closed_sets
from pipelines.store.desk_database import refuse_damaged
from pipelines.store.files import unfinished
from pipelines.store.raw import Raw
from pipelines.store.remote import is_remote
from pipelines.store.tables import Store, file_of
from schemas.return_sets import BatchKey, ReturnSetKey
from schemas.sentences import SentenceError

_ROOM = 2 * 1024**3
"""Bytes that should be free: a refresh writes anew what it replaces before that goes."""

_LARGE = 2 * 1024**3
"""Bytes of Dagster's records beyond which its pages become slow."""


@dataclass(frozen=True)
class Symptom:
    """One thing that was looked at.

    Args:
        what: What, in a few Vietnamese words.
        wrong: What is wrong with it and what to do, in a sentence; empty where all is well.
        said: What there is to tell of it either way.
    """

    what: str
    wrong: str = ""
    said: str = ""


def symptoms(settings: Settings) -> Iterator[Symptom]:
    """Look at everything but Dagster, the quickest first; a look that fails is a symptom of its own."""
    raw, store = Raw(settings.raw), Store(settings.data)
    looks: tuple[tuple[str, Callable[[], Symptom]], ...] = (
        ("Phiên bản", _versions),
        (_DESIGNS, lambda: _in_force(store.root)),
        (_RAW, lambda: _raw_folder(raw)),
        ("Thư mục kết quả", lambda: _data_folder(store.root)),
        ("Chỗ trống", lambda: _room(store.root)),
        ("Đồng hồ", lambda: _clock(store)),
        ("Lần chạy dở", lambda: _unfinished(store)),
        ("Biểu bị giữ lại", lambda: _held(raw, store)),
        ("Bảng kết quả", lambda: _damaged_tables(store)),
        ("Kho lưu", lambda: _damaged_archive(store)),
        ("Bản phát hành", lambda: _damaged_releases(store.root)),
        (_CLOSED, lambda: _closed(raw, store)),
        ("Bàn làm việc", lambda: _desk(settings.desk_database)),
        ("Nhật ký Dagster", lambda: _records(settings.home)),
    )
    unknown = set[str]()
    for what, look in looks:
        if what in unknown:
            continue
        try:
            yield look()
        except SentenceError as error:
            unknown |= _BY_FORMS if what == _DESIGNS else set()
            yield Symptom(what, str(error))
        except Exception as error:
            yield Symptom(what, f"Không xem được ({type(error).__name__}: {error}).")


_DESIGNS, _RAW, _CLOSED = "Thiết kế biểu", "Thư mục báo cáo", "Kỳ đã đóng"

_BY_FORMS = {_RAW, _CLOSED}
"""What can be looked at only by who knows which forms there are."""


def _in_force(root: Path) -> Symptom:
    """Have this process use the designs in force."""
    return Symptom(_DESIGNS, said=f"{len(designs.use(root))} thiết kế đang dùng")


def _versions() -> Symptom:
    """Hold the packages that are installed against those that this software asks for."""
    wanted = (re.match(r"([\w.-]+)(?:\[.*])?==([\w.]+)$", one) for one in metadata.requires(DISTRIBUTION) or ())
    pinned = [found.groups() for found in wanted if found]
    other = []
    for name, version in pinned:
        try:
            installed = metadata.version(name)
        except metadata.PackageNotFoundError:
            installed = "chưa cài"
        if installed != version:
            other.append(f"{name} {installed} (cần {version})")
    wrong = f"Khác bản phần mềm cần: {', '.join(other)}. Chạy: make install" if other else ""
    return Symptom("Phiên bản", wrong, f"returns {metadata.version(DISTRIBUTION)}, {len(pinned)} gói đúng bản")


def _raw_folder(raw: Raw) -> Symptom:
    what = _RAW
    if not raw.root.is_dir():
        return Symptom(what, f"Không có thư mục {raw.root}. Tạo thư mục đó, hoặc chỉ đúng chỗ bằng --raw.")
    sets = [key for keys in raw.batches().values() for key in keys]
    shut = [] if is_remote(raw.root) else [key for key in sets if not os.access(raw.folder(key), os.R_OK | os.W_OK)]
    if shut:
        named = ", ".join(str(raw.folder(key)) for key in shut[:3])
        return Symptom(what, f"Không đọc và ghi được {named}, nên không ghi được sổ đính chính. Mở quyền cho thư mục.")
    if strange := raw.unknown_folders():
        return Symptom(what, f"Thư mục không thuộc xã nào: {', '.join(strange[:3])}. Đổi tên theo mã trong places.csv.")
    if misplaced := raw.misplaced():
        return Symptom(what, misplaced[0].sentence)
    return Symptom(what, said=f"{raw.root}: {len(sets)} bộ báo cáo")


def _data_folder(root: Path) -> Symptom:
    what = "Thư mục kết quả"
    if is_remote(root):
        return Symptom(what, said=f"{root}: trên kho đối tượng")
    if not root.is_dir():
        return Symptom(what, f"Chưa có {root}. Chạy: returns refresh")
    if not os.access(root, os.R_OK | os.W_OK | os.X_OK):
        return Symptom(what, f"Không ghi được vào {root}. Nhờ người quản trị máy cấp quyền.")
    others = [path for path in (root, root / "dagster", root / "desk") if path.exists() and path.stat().st_mode & 0o002]
    if others:
        return Symptom(what, f"Ai trên máy cũng ghi được vào {', '.join(map(str, others))}. Chạy: chmod o-w")
    return Symptom(what, said=str(root))


def _room(root: Path) -> Symptom:
    if is_remote(root):
        return Symptom("Chỗ trống", said="không giới hạn trên kho đối tượng")
    free = shutil.disk_usage(root if root.exists() else root.parent).free
    wrong = f"Ổ đĩa của {root} chỉ còn {_megabytes(free)}. Dọn bớt tệp." if free < _ROOM else ""
    return Symptom("Chỗ trống", wrong, f"còn {_megabytes(free)}")


def _clock(store: Store) -> Symptom:
    """Hold the clock against the times at which what lies there was written."""
    paths = [] if is_remote(store.root) else list((store.root / states.STATE).glob("*.ndjson"))
    ahead = [path.name for path in paths if path.stat().st_mtime > time.time() + 60]
    wrong = f"Giờ máy chạy chậm hơn lúc ghi {ahead[0]}. Chỉnh lại đồng hồ của máy." if ahead else ""
    return Symptom("Đồng hồ", wrong, f"{now():%H:%M %d/%m/%Y} ({TIME_ZONE})")


def _unfinished(store: Store) -> Symptom:
    parts = store.parts()
    torn = [part for part in parts if states.damaged(store.root, part)]
    left = [path.name for path in unfinished(store.root)]
    if torn or left:
        named = ", ".join([*torn, *left][:3])
        return Symptom("Lần chạy dở", f"Có lần chạy bị dừng giữa chừng, hoặc đang chạy: {named}. Chạy: returns refresh")
    return Symptom("Lần chạy dở", said="không có")


def _held(raw: Raw, store: Store) -> Symptom:
    held = sorted(
        {
            raw.places.titled(ReturnSetKey(BatchKey.parse(part).period, commune))
            for part in store.parts()
            for written in store.state(part).tables.values()
            for commune in written.held
        }
    )
    wrong = f"Còn biểu bị giữ lại của {', '.join(held[:5])}. Xem: returns findings" if held else ""
    return Symptom("Biểu bị giữ lại", wrong, "không có")


def _damaged_tables(store: Store) -> Symptom:
    """Hold every table against the hash that the state of its part names."""
    names = [
        (part, file_of(name, part), one) for part in store.parts() for name, one in store.state(part).tables.items()
    ]
    harmed = {name: store.mended_by(part) for part, name, one in names if not store.holds(name, one.content, part)}
    named, command = ", ".join(list(harmed)[:3]), max(harmed.values(), default="")
    wrong = f"Tệp mất hoặc không còn như lúc ghi: {named}. Chạy: {command}" if harmed else ""
    return Symptom("Bảng kết quả", wrong, f"{len(names)} tệp nguyên vẹn")


def _damaged_archive(store: Store) -> Symptom:
    """Hold every archived file against the hash that is its name, and what there is against what the states name."""
    folder = store.root / ARCHIVE
    lying = [path for path in folder.rglob("*") if path.is_file() and path.name[0] != "."] if folder.is_dir() else []
    paths = [path for path in lying if path != store.root / designs.RECORD]  # which has a name of its own
    harmed = [path.name for path in paths if not path.name.startswith(hashlib.sha256(path.read_bytes()).hexdigest())]
    wrong = f"Tệp lưu không còn như lúc nhận: {', '.join(harmed[:3])}. Lấy lại từ bản sao lưu." if harmed else ""
    if not harmed and (lacking := [part for part in store.parts() if not _is_archived(store, part)]):
        wrong = f"Kho lưu thiếu tệp đã nhận của {', '.join(lacking[:3])}. Chạy: returns refresh"
    return Symptom("Kho lưu", wrong, f"{len(paths)} tệp nguyên vẹn")


def _is_archived(store: Store, part: str) -> bool:
    """Return whether the archive has the packs that a part is known to have, and the list of what it was made of."""
    state, archive = store.state(part), store.archive_of(part)
    packs = state.contents.get(PACKS)
    listed = not state.received or archive.get(state.received, RECEIVED) is not None
    return listed and packs in (None, archive.packed())


def _damaged_releases(root: Path) -> Symptom:
    names = releases.names(root)
    harmed = [name for name in names if next(releases.Release(root, name).damage(), None)]
    wrong = f"Bản phát hành không còn nguyên vẹn: {', '.join(harmed)}. Xem: returns verify TÊN" if harmed else ""
    return Symptom("Bản phát hành", wrong, f"{len(names)} bản nguyên vẹn")


def _closed(raw: Raw, store: Store) -> Symptom:
    told = [*(one.sentence for one in closing.later(raw, store)), *closing.lost(raw, store)]
    shut = closed_sets(store.root)
    return Symptom(_CLOSED, " ".join(told), f"{len(shut)} bộ, không đổi từ khi đóng")


def _desk(database: Path) -> Symptom:
    refuse_damaged(database)
    return Symptom("Bàn làm việc", said=f"{database} nguyên vẹn" if database.is_file() else "chưa mở lần nào")


def _records(home: Path) -> Symptom:
    size = sum(path.stat().st_size for path in home.rglob("*") if path.is_file()) if home.is_dir() else 0
    slow = f"Nhật ký ở {home} đã {_megabytes(size)}, trang Dagster sẽ chậm. Xóa bớt lần chạy cũ."
    return Symptom("Nhật ký Dagster", run_records.damaged(home) or (slow if size > _LARGE else ""), _megabytes(size))


def _megabytes(size: int) -> str:
    return f"{size // 2**20:,} MB".replace(",", ".")
