"""What goes wrong in a run, in a sentence first: for the run's page, the command line, the digest.

Belongs here: the wording of failures that are not the data's fault, and finding it again in a run's events.
Does not belong here: what is wrong with the data, which findings say (``pipelines.orchestration.checks`` shows them).
"""

import errno
import inspect
import os
import sqlite3
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import dagster as dg
from dagster._core.execution.plan.objects import StepFailureData

from pipelines.settings import HOME_VARIABLE
from pipelines.store import run_records
from schemas.sentences import SentenceError

_UNEXPECTED = "lỗi"
"""Metadata by which such a failure is known from that of a red check."""

_KINDS = {
    errno.ENOSPC: "Hết chỗ trên đĩa. Dọn bớt tệp rồi chạy lại.",
    errno.EDQUOT: "Hết hạn mức đĩa. Dọn bớt tệp hoặc xin thêm hạn mức, rồi chạy lại.",
    errno.EACCES: "Không có quyền đọc hoặc ghi. Nhờ người quản trị máy cấp quyền, rồi chạy lại.",
    errno.EROFS: "Ổ đĩa chỉ cho đọc. Nhờ người quản trị máy mở lại quyền ghi, rồi chạy lại.",
    errno.EIO: "Ổ đĩa báo lỗi, hoặc đã hết chỗ. Dọn bớt tệp, kiểm tra ổ đĩa, rồi chạy lại.",
    errno.ENOMEM: "Máy hết bộ nhớ. Đóng bớt chương trình khác, rồi chạy lại.",
    errno.ENOENT: "Một tệp hoặc thư mục không còn ở chỗ cũ. Đặt lại, rồi chạy lại.",
}
_OF_SQLITE = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_IOERR: errno.EIO,
    sqlite3.SQLITE_READONLY: errno.EROFS,
    sqlite3.SQLITE_CANTOPEN: errno.EACCES,
}
"""What the database in which Dagster keeps its records says, as the system would."""

_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
"""What it says where its file is not one as it was written: running again never helps."""

_RECORDS = (
    "Nhật ký các lần chạy (thư mục dagster trong thư mục kết quả) bị hỏng. Đóng bàn làm việc, chuyển thư mục đó đi chỗ "
    "khác, rồi chạy lại; chỉ mất lịch sử các lần chạy."
)

_OTHER = "Chạy lại; nếu vẫn hỏng, gửi trang này cho người phụ trách phần mềm."
_SAFE = "Số đã công bố không bị ảnh hưởng."

Compute = TypeVar("Compute", bound=Callable[..., Any])


def in_sentences(compute: Compute) -> Compute:
    """Let what an asset's function did not expect be told in a sentence; the traceback stays below it.

    Goes under Dagster's decorator. A ``dagster.Failure`` is passed on as it is: somebody has put it into words already.
    """
    if inspect.isgeneratorfunction(compute):

        @wraps(compute)
        def each(*args: Any, **kwargs: Any) -> Iterator[Any]:
            try:
                yield from compute(*args, **kwargs)
            except dg.Failure:
                raise
            except Exception as error:
                raise _in_words(error) from error

        return each  # type: ignore[return-value]

    @wraps(compute)
    def once(*args: Any, **kwargs: Any) -> Any:
        try:
            return compute(*args, **kwargs)
        except dg.Failure:
            raise
        except Exception as error:
            raise _in_words(error) from error

    return once  # type: ignore[return-value]


def _in_words(error: Exception) -> dg.Failure:
    return dg.Failure(sentence(error), {_UNEXPECTED: f"{type(error).__name__}: {error}"}, allow_retries=False)


def sentence(error: Exception) -> str:
    """Return what stopped a step and what to do, in plain words."""
    what = f" ({error.filename})" if isinstance(error, OSError) and error.filename else ""
    if kind := _KINDS.get(_number(error)):
        return f"Dừng giữa chừng{what}: {kind} {_SAFE}"
    if _code(error) in _DAMAGED:
        return f"Dừng giữa chừng: {_damaged_records() or _RECORDS} {_SAFE}"
    if isinstance(error, SentenceError):
        return f"Dừng giữa chừng: {error} {_SAFE}"
    return f"Dừng giữa chừng vì một lỗi ngoài dự kiến: {str(error).rstrip('.')}. {_SAFE} {_OTHER}"


def _damaged_records() -> str:
    """Return which file of the records is damaged, and what to do; empty where none can be told from others."""
    home = os.environ.get(HOME_VARIABLE)
    return run_records.damaged(Path(home)) if home else ""


def _number(error: Exception) -> int:
    """Return the number by which the system calls an error; 0 where it is none of the system's."""
    cause = getattr(error, "orig", error)  # what SQLAlchemy has wrapped
    if isinstance(cause, OSError):
        return cause.errno or 0
    if isinstance(cause, MemoryError):
        return errno.ENOMEM
    return _OF_SQLITE.get(_code(error), 0)


def _code(error: Exception) -> int:
    """Return the number by which SQLite calls an error; 0 where it is none of SQLite's, or has no number."""
    cause = getattr(error, "orig", error)
    return getattr(cause, "sqlite_errorcode", 0) & 0xFF if isinstance(cause, sqlite3.Error) else 0


def unexpected(failure: StepFailureData) -> str:
    """Return what stopped a step other than the data, in a sentence; empty where a red check did."""
    user = failure.user_failure_data
    if user is None:  # Dagster's own trouble, or an asset that does without ``in_sentences``
        words = failure.error.message.strip().splitlines() if failure.error else []
        return f"Hỏng ngoài dự kiến: {words[0] if words else 'không rõ lý do'}"
    return str(user.description) if _UNEXPECTED in user.metadata else ""


def reasons(instance: dg.DagsterInstance, run: dg.DagsterRun) -> list[str]:
    """Return why a run failed, less what the data is to blame for; a red check alone leaves nothing to tell."""
    steps = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
    data = [event.get_dagster_event().step_failure_data for event in steps]
    if data:
        return [reason for one in data if (reason := unexpected(one))]
    ends = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
    return [event.get_dagster_event().message or event.message for event in ends]
