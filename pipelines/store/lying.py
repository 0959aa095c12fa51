"""What lies in a folder that people fill: its files and folders, how each looks, its bytes or why there are none.

Belongs here: looking at one such path or folder, whatever it is of. Does not belong here: which folder is whose
(``pipelines.store.folders``), what a name says (``pipelines.store.raw_names``), files of ours
(``pipelines.store.files``).
"""

import errno
import hashlib
import os
from collections.abc import Iterator
from functools import cached_property
from operator import attrgetter
from pathlib import Path
from stat import S_ISLNK, S_ISREG

from pipelines.steps.collect.limits import LIMITS
from pipelines.steps.collect.raw_file import RawFile
from pipelines.store.raw_names import NOT_RETURNS, is_of_people, left_behind, printable
from pipelines.store.remote import is_remote, mark_in
from schemas.sentences import SentenceError
from schemas.text import composed

SETTLED = 2_000_000_000
"""Nanoseconds after which a file that changed counts as at rest: some file systems count in steps of two seconds."""


class LyingFile(RawFile):
    """A file whose hash is known, and whose bytes are read when somebody asks for them.

    Raises:
        ChangedError: They are not those of that hash any more, or are not there.
    """

    def __init__(
        self,
        period: str,
        commune: str,
        name: str,
        lies: tuple[Path, str],
        sha256: str,
        at_rest: tuple[int, int, int] | None,
    ) -> None:
        """Note in which folder it lies under which name, and what is known of it."""
        self.__dict__.update(period=period, commune=commune, name=name, trouble="", at_rest=at_rest)
        self.__dict__.update(lies=lies, sha256=sha256)

    @cached_property
    def content(self) -> bytes:
        """The bytes."""
        folder, own = self.__dict__["lies"]
        try:
            content: bytes | None = (folder / own).read_bytes()
        except OSError:
            content = None
        if content is None or hashlib.sha256(content).hexdigest() != self.sha256:
            raise ChangedError(f"Tệp {self.name} của {self.commune} vừa được thay trong lúc đang đọc. Chạy lại.")
        return content


class ChangedError(SentenceError):
    """A file is another one than when it was looked at; the message says what to do."""


def content_of(path: Path, root: Path) -> tuple[bytes, str]:
    """Return the bytes of a file below the raw folder, or the reason why they cannot be had."""
    try:
        trouble = _not_to_be_read(path, root)
        return (b"" if trouble else path.read_bytes()), trouble
    except OSError as error:
        return b"", reason(error)


def table_at(path: Path, root: Path) -> tuple[bytes, str] | None:
    """Return the same as ``content_of`` of a table that people keep; nothing only where none lies there."""
    try:
        looked_at(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return b"", reason(error)
    content, trouble = content_of(path, root)
    return (b"", _NO_TEXT) if b"\0" in content else (content, trouble)


def _not_to_be_read(path: Path, root: Path) -> str:
    """Return why a file is not to be read, or nothing.

    Raises:
        OSError: It cannot be looked at.
    """
    if printable(path.name) != composed(path.name):
        return "tên tệp không phải bảng mã UTF-8, hoặc có ký tự điều khiển; đổi tên tệp"
    stat = looked_at(path)
    if S_ISLNK(stat.st_mode):
        stat = path.stat()
        if not any(path.resolve().is_relative_to(folder.resolve()) for folder in (root, path.parent)):
            return "đây là liên kết tới chỗ ngoài thư mục báo cáo; chép chính tệp đó vào đây"
    if not S_ISREG(stat.st_mode):
        return "đây không phải một tệp thường; chép chính tệp đó vào đây"
    if stat.st_size > LIMITS.file:
        return LIMITS.file_is_larger
    return ""


def seen_at(path: Path) -> tuple[int, int, int] | None:
    """Return the size and the times of change of a regular file; on object storage the object's mark for a time."""
    if not is_remote(path):
        return seen_here(str(path))
    try:
        stat = looked_at(path)
    except OSError:
        return None
    return stat.st_size, int.from_bytes(hashlib.sha256(mark_in(stat).encode()).digest()[:7]), 0


def seen_here(path: str) -> tuple[int, int, int] | None:
    """Return what ``seen_at`` does of a file on this machine."""
    try:
        stat = os.lstat(path)
    except OSError:
        return None
    return (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns) if S_ISREG(stat.st_mode) else None


def looked_at(path: Path) -> os.stat_result:
    """Return what a folder says of a file or link in it."""
    return path.stat() if is_remote(path) else path.lstat()


def is_at_rest(folder: bytes, since: int, seen: list[bytes]) -> bool:
    """Take down how the files below a folder look; return whether all are files that have been as they are for long."""
    with os.scandir(folder) as found:
        for entry in sorted(found, key=attrgetter("name")):
            if entry.is_dir(follow_symlinks=False):
                seen.append(entry.path)
                if not is_at_rest(entry.path, since, seen):
                    return False
                continue
            stat = entry.stat(follow_symlinks=False)
            if not S_ISREG(stat.st_mode) or stat.st_mtime_ns > since:
                return False
            seen.append(b"%b %d %d %d" % (entry.name, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns))
    return True


def inside(folder: Path) -> list[Path]:
    """Return what lies in a folder, in order; nothing where there is none."""
    return sorted(folder.iterdir()) if folder.is_dir() else []


def is_peoples_folder(path: Path) -> bool:
    """Return whether there is a folder that somebody made for what is received."""
    return path.is_dir() and is_of_people(path.name)


def lying_in(folder: Path) -> tuple[list[str], list[Path]]:
    """Return the names of the files, and the folders, that somebody put into a folder of a return set.

    Raises:
        OSError: It cannot be looked into.
    """
    sent = [(name, is_folder) for name, is_folder in entries(folder) if not left_behind(name)]
    files = [name for name, is_folder in sent if not is_folder and name not in NOT_RETURNS]
    return files, [folder / name for name, is_folder in sent if is_folder and name[0] not in "._"]


def entries(folder: Path) -> list[tuple[str, bool]]:
    """Return the names of what lies in a folder, and whether it is a folder: a disk says so of all at once."""
    if is_remote(folder) or not folder.is_dir():
        return [(path.name, path.is_dir()) for path in inside(folder)]
    with os.scandir(folder) as found:
        # Where a link leads, and whether it leads anywhere, is looked at one by one.
        return sorted((one.name, (folder / one.name).is_dir() if one.is_symlink() else one.is_dir()) for one in found)


def holds_files(folder: Path) -> bool:
    """Return whether anything that somebody sent lies in a folder; one that cannot be looked into is told later."""
    try:
        return folder.is_dir() and any(not left_behind(path.name) for path in folder.iterdir())
    except OSError:
        return True


def files_below(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder; links to other folders are not followed.

    Raises:
        OSError: It, or a folder in it, cannot be looked into.
    """
    for path in inside(folder):
        if path.is_dir() and not path.is_symlink():
            yield from files_below(path)
        else:
            yield path


def reason(error: OSError) -> str:
    """Return in Vietnamese why a file or folder cannot be read."""
    return _REASONS.get(
        error.errno or 0, f"không đọc được ({error.strerror or error}); chép lại tệp, hoặc kiểm tra ổ đĩa"
    )


_NO_TEXT = "có ký tự NUL nên không phải bảng mã UTF-8; lưu lại thành CSV UTF-8"

_REASONS = {
    errno.EACCES: "không có quyền đọc; mở quyền đọc cho tệp",
    errno.EPERM: "không có quyền đọc; mở quyền đọc cho tệp",
    errno.EIO: "ổ đĩa báo lỗi khi đọc; chép lại tệp, và kiểm tra ổ đĩa",
    errno.ENOENT: "đây là liên kết tới một tệp không có; chép chính tệp đó vào đây",
    errno.ELOOP: "đây là liên kết vòng quanh, không tới tệp nào; chép chính tệp đó vào đây",
}
