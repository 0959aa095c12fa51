"""The desk's database as a file: whether it is whole, and its bytes at one moment.

Belongs here: what SQLite itself says of it. Does not belong here: what is in it (``pipelines.desk.models``).
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from schemas.sentences import SentenceError

_DAMAGED = (
    "Tệp {} (người dùng của bàn làm việc và sổ việc đã làm) bị hỏng. Đóng bàn làm việc, chuyển tệp đó và hai tệp -wal, "
    "-shm cạnh nó đi chỗ khác, rồi lấy lại từ bản sao lưu; không có thì mở lại: returns ui, và thêm lại người dùng. "
    "Báo cáo và số đã công bố không nằm trong tệp này."
)


def refuse_damaged(path: Path) -> None:
    """Stop where the database lies there and is not whole.

    Raises:
        SentenceError: It is not; the message says what to do.
    """
    if path.is_file():
        with _opened(path) as database:
            _refuse_damaged(database, path)


def at_one_moment(path: Path) -> bytes:
    """Return the bytes of the database as it is now, whoever writes into it.

    Raises:
        SentenceError: As ``refuse_damaged`` says.
    """
    with TemporaryDirectory() as folder:
        copy = Path(folder, path.name)
        with _opened(path) as source, closing(sqlite3.connect(copy)) as target:
            try:
                source.backup(target)
            except sqlite3.DatabaseError as error:
                raise _of(error, path) from error
            _refuse_damaged(target, path)
        return copy.read_bytes()


def _opened(path: Path) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=60))


def _refuse_damaged(database: sqlite3.Connection, path: Path) -> None:
    try:
        found = database.execute("PRAGMA quick_check(1)").fetchall()
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        raise _of(error, path) from error
    if found != [("ok",)]:
        raise SentenceError(_DAMAGED.format(path))


def _of(error: Exception, path: Path) -> Exception:
    """Return what is to be raised: a sentence where the file is damaged, and what SQLite says where it is busy."""
    return error if isinstance(error, sqlite3.OperationalError) else SentenceError(_DAMAGED.format(path))
