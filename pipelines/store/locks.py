"""One batch is worked on by one process at a time.

Belongs here: the lock of a part, and who holds it. Does not belong here: what is done under it.

The lock is the system's, on an open file: where its holder is killed it is free at once, and nothing has to be cleared
away. On object storage there is none: there the state is put by condition (``pipelines.store.remote``).
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from pipelines.settings import now
from pipelines.store.remote import is_remote

LOCKS = "locks"


@contextmanager
def locked(root: Path, part: str, who: str, waiting: Callable[[str], None] = lambda _: None) -> Iterator[None]:
    """Hold a part's lock; where another process has it, say so and wait.

    Args:
        root: The output folder.
        part: The part.
        who: What is being done, as others are to be told of it.
        waiting: Told, once, in a sentence who holds the lock.
    """
    if is_remote(root):
        yield
        return
    folder = root / LOCKS
    folder.mkdir(parents=True, exist_ok=True)
    lock, holder = FileLock(folder / f"{part}.lock"), folder / f"{part}.holder"
    try:
        lock.acquire(timeout=0)
    except Timeout:
        waiting(f"{_holding(holder)} Đang chờ.")
        lock.acquire()
    try:
        holder.write_text(
            json.dumps({"who": who, "process": os.getpid(), "since": f"{now():%H:%M:%S %d/%m/%Y}"}, ensure_ascii=False),
            encoding="utf-8",
        )
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def clear_notes(root: Path) -> None:
    """Remove the notes of who held locks and was killed: locks that nobody holds now."""
    for holder in (root / LOCKS).glob("*.holder") if not is_remote(root) else ():
        with suppress(Timeout), FileLock(holder.with_suffix(".lock"), timeout=0):
            holder.unlink(missing_ok=True)


def _holding(holder: Path) -> str:
    """Return who holds a lock, in a sentence. The note is written after the lock is taken, so it may not be there."""
    try:
        note = json.loads(holder.read_text("utf-8"))
    except (OSError, json.JSONDecodeError):
        return "Một tiến trình khác đang làm bộ báo cáo này."
    return f"«{note['who']}» (tiến trình {note['process']}, từ {note['since']}) đang làm bộ báo cáo này."
