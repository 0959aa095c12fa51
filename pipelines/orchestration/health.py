"""What is wrong with what runs by itself: the daemon, the nightly run.

Belongs here: what only Dagster's own records tell. Does not belong here: the rest of an installation
(``pipelines.refresh.health``).
"""

from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import dagster as dg
from dagster._core.storage.tags import SCHEDULE_NAME_TAG

from pipelines.orchestration.failures import sentence
from pipelines.orchestration.jobs import nightly
from pipelines.orchestration.opening import opened
from pipelines.orchestration.retention import forgettable
from pipelines.refresh.health import Symptom
from pipelines.settings import TIME_ZONE, now, records_days
from schemas.periods import as_people_write

_GRACE = 7
"""Days after which what should have been forgotten is told; so many nights may have passed without one."""

_START = (
    "Mở bàn làm việc (make ui); trên máy chủ: systemctl start returns-daemon. "
    "Chưa chạy thì ban đêm không có gì được làm."
)


def symptoms() -> Iterator[Symptom]:
    """Ask the records in the home that the environment names.

    Is the daemon alive, are old records gone, what came of the nightly run. Records that cannot be asked are a symptom.
    """
    try:
        yield from _recorded()
    except Exception as error:
        yield Symptom("Nhật ký lần chạy", sentence(error))


def _recorded() -> Iterator[Symptom]:
    with opened() as instance:
        alive = [status.healthy for status in instance.get_daemon_statuses().values() if status.required]
        runs = instance.get_run_records(dg.RunsFilter(tags={SCHEDULE_NAME_TAG: nightly.name}), limit=1)
        left = list(forgettable(instance, now() - timedelta(days=records_days() + _GRACE)))
        count = instance.get_runs_count()
    asleep = "" if alive and all(alive) else f"Tiến trình nền của Dagster không chạy. {_START}"
    yield Symptom("Tiến trình nền", asleep, "đang chạy")
    late = f"Còn {len(left)} lần chạy cũ chưa được dọn, quá hạn {records_days()} ngày. Chạy: returns refresh"
    yield Symptom("Nhật ký lần chạy", late if left else "", f"{count} lần chạy, giữ {records_days()} ngày")
    yield _nightly(runs[0]) if runs else Symptom("Lần chạy đêm", said="chưa có lần nào phải làm gì")


def _nightly(record: dg.RunRecord) -> Symptom:
    at = as_people_write(record.create_timestamp.astimezone(ZoneInfo(TIME_ZONE)).isoformat())
    failed = record.dagster_run.status is dg.DagsterRunStatus.FAILURE
    wrong = f"Lần chạy đêm lúc {at} bị hỏng. Xem trang Runs của Dagster." if failed else ""
    return Symptom("Lần chạy đêm", wrong, f"gần nhất lúc {at}")
