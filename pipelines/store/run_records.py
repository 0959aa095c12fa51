"""The records of runs as files: whether those that Dagster keeps in SQLite are whole.

Belongs here: what SQLite itself says of them. Does not belong here: what is in them, which Dagster alone knows
(``pipelines.orchestration``).
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from schemas.sentences import SentenceError

_OF_ALL = ("history/runs.db", "history/runs/index.db", "schedules/schedules.db")
"""The databases of which there is one each; beside them there is one for each run."""

_DAMAGED = (
    "Nhật ký các lần chạy bị hỏng: tệp {file}. Đóng bàn làm việc, chuyển thư mục {home} đi chỗ khác, rồi chạy lại; chỉ "
    "mất lịch sử các lần chạy."
)


def damaged(home: Path) -> str:
    """Return a sentence on the first database below a Dagster home that is not whole; empty where all are.

    It reads all of them through, which takes a second for every few hundred megabytes.
    """
    paths = sorted(home.rglob("*.db"), key=lambda path: (path.relative_to(home).as_posix() not in _OF_ALL, path))
    return next((_DAMAGED.format(file=path, home=home) for path in paths if not _is_whole(path)), "")


def refuse_damaged(home: Path) -> None:
    """Stop where a database of all runs lies there and is none, without reading it through.

    Nobody may be making one meanwhile: until it is made it looks like one that was cut off.

    Raises:
        SentenceError: One is none; the message says what to do.
    """
    for name in _OF_ALL:
        if (path := home / name).is_file() and not _is_made(path):
            raise SentenceError(_DAMAGED.format(file=path, home=home))


def _is_whole(path: Path) -> bool:
    return _is_made(path) and _asked(path, "PRAGMA quick_check(1)", ("ok",))


def _is_made(path: Path) -> bool:
    """Return whether a database has its tables: the version of these, which Dagster notes last, stands in one."""
    there = "SELECT count(*) > 0 FROM sqlite_master WHERE name = 'alembic_version'"
    return _asked(path, there, (1,)) and _asked(path, "SELECT count(*) > 0 FROM alembic_version", (1,))


def _asked(path: Path, question: str, expected: tuple[object, ...]) -> bool:
    """Return whether a database answers as expected; who is busy, or may not be opened, is not damaged."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=60)) as database:
            return bool(database.execute(question).fetchall() == [expected])
    except sqlite3.OperationalError:
        return True
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        return False
