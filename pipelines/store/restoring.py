"""That a backup is being put back: noted before its first file, and no more when its last one lies there.

Belongs here: the note, and refusing to refresh while it lies there. Does not belong here: putting a backup back
(``pipelines.refresh.backup``).

Of half an office a refresh would publish what half of its returns give, and the rest of the backup would no longer fit.
"""

from pathlib import Path

from pipelines.store.files import sync, write_whole
from schemas.sentences import SentenceError

_NOTE = ".restoring"
"""At the top of the output folder; hidden, so that it is no part of what is backed up."""


def begin_restoring(root: Path, source: Path) -> None:
    """Note that a backup is being put back, and from where."""
    write_whole(root / _NOTE, str(source).encode())


def end_restoring(root: Path) -> None:
    """Note that all of it lies there."""
    (root / _NOTE).unlink(missing_ok=True)
    sync(root)


def refuse_half_restored(root: Path) -> None:
    """Stop where a restore was cut short, or still goes on.

    Raises:
        SentenceError: It was; the message says how to go on with it.
    """
    note = root / _NOTE
    if note.is_file():
        source = note.read_bytes().decode("utf-8", "backslashreplace")
        raise SentenceError(
            f"Việc khôi phục bản sao lưu vào {root} chưa xong, nên chưa chạy: mới có một phần báo cáo. "
            f"Làm lại: returns restore {source}"
        )
