"""The estimates of a return set: recording one.

Belongs here: the file beside the ledger of corrections, which only ever grows by whole rows. Does not belong here: what
may be estimated (``pipelines.refresh.estimating``), reading it (``pipelines.steps.analyse.estimates``).
"""

import csv
import io
from collections.abc import Mapping, Sequence

from filelock import FileLock, Timeout

from pipelines.store.files import read_marked, write_over
from pipelines.store.raw import Raw
from pipelines.store.raw_names import ESTIMATES
from pipelines.store.remote import is_remote
from schemas.harmless import in_csv, of_csv
from schemas.kept import KeptError, decoded, kept_rows
from schemas.return_sets import ReturnSetKey
from schemas.sentences import SentenceError
from schemas.tables import ESTIMATED

_LONGEST_WAIT = 60
"""Seconds that another writer may hold the file."""


class EstimateError(SentenceError):
    """An estimate that is not recorded; the message is the sentence for who asked."""


def append(raw: Raw, key: ReturnSetKey, rows: Sequence[Mapping[str, str]]) -> None:
    """Add rows, all in one write, and change none of those that are there.

    Raises:
        EstimateError: The file cannot be read, or not be written; it is as it was.
    """
    path = raw.folder(key) / ESTIMATES
    if not path.parent.is_dir():
        raise EstimateError(f"Không có thư mục {path.parent}. Chọn đúng kỳ và xã.")
    lock = FileLock(path.with_name(f".{ESTIMATES}.lock"), timeout=_LONGEST_WAIT)
    try:
        if not is_remote(path):  # there, of two that write at once the second is told to do it again
            lock.acquire()
        old, mark = read_marked(path)
        new = (old or _heading()) + b"".join(map(_written, rows))
        wanted = [*_rows(old or _heading()), *map(dict, rows)]
        if _rows(new) != wanted:  # an open quotation mark at the end would swallow the row
            raise EstimateError(
                f"Sổ số ước {path} bị hỏng ở cuối tệp, nên chưa ghi thêm được. Sửa dòng cuối rồi làm lại."
            )
        write_over(path, new, mark)
    except KeptError as reason:
        raise EstimateError(f"Sổ số ước {path} không đọc được: {reason}. Chưa ghi gì.") from reason
    except (Timeout, OSError) as reason:
        raise EstimateError(f"Không ghi được sổ số ước {path} ({reason}); sổ vẫn như cũ.") from reason
    finally:
        lock.release()


def _rows(content: bytes) -> list[dict[str, str]]:
    return [{name: of_csv(row.cells[name]) for name in ESTIMATED} for row in kept_rows(decoded(content), ESTIMATED)]


def _heading() -> bytes:
    return _line(dict(zip(ESTIMATED, ESTIMATED, strict=True)))


def _written(row: Mapping[str, str]) -> bytes:
    return _line({name: in_csv(text) for name, text in row.items()})


def _line(row: Mapping[str, str]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.DictWriter(buffer, ESTIMATED, lineterminator="\n").writerow(row)
    return buffer.getvalue().encode()
