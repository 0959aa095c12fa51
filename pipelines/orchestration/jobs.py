"""The jobs: refresh and report; the nightly schedule, the sensors.

Belongs here: when what is run or told. Does not belong here: what a run does (``assets``),
which sets are stale (``pipelines.refresh.stale``), what the digest says (``pipelines.present.digest``).
"""

import hashlib
from dataclasses import dataclass
from datetime import date

import dagster as dg

from pipelines.orchestration import abandoned, checks, mail
from pipelines.orchestration.failures import reasons
from pipelines.orchestration.memory import Memory
from pipelines.orchestration.partitions import BATCHES, partitions_of, run_tags
from pipelines.orchestration.resources import Calendar, Folders
from pipelines.orchestration.retention import prune
from pipelines.present import digest
from pipelines.present.completeness import all_overdue, overdue
from pipelines.refresh import closing
from pipelines.refresh.designs import take_in
from pipelines.refresh.documents import explorer_page
from pipelines.refresh.stale import stale_batches
from pipelines.settings import TIME_ZONE, MailServer, nightly_cron, now
from pipelines.store import closings, published

REPORT = dg.AssetSelection.assets("report")

refresh = dg.define_asset_job(
    "refresh",
    selection=dg.AssetSelection.all() - REPORT,
    description="Từ sổ tính các đơn vị gửi về đến chỉ tiêu của kế hoạch: đọc, đính chính, kiểm tra, công bố, tính. "
    "Bấm «Materialize all…», chọn bộ (kỳ_xã, kỳ_huyện), rồi «Launch run». Bảng nào không đổi thì không làm lại.",
)

report = dg.define_asset_job(
    "report",
    selection=REPORT,
    description="Phụ lục Word và Excel của bộ báo cáo, từ số đã công bố. "
    "Bấm «Materialize all…», chọn bộ báo cáo, rồi «Launch run».",
)


@dg.schedule(
    job=refresh,
    cron_schedule=nightly_cron(),
    execution_timezone=TIME_ZONE,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Hằng đêm, hoặc theo giờ đã đặt: chỉ chạy những bộ báo cáo có tệp thay đổi.",
)
def nightly(context: dg.ScheduleEvaluationContext, folders: Folders) -> list[dg.RunRequest] | dg.SkipReason:
    """Request runs for the batches whose files changed since they were last checked, and that no run is at.

    Before that, have Dagster forget what is old, and know which runs were killed.
    """
    try:
        prune(context.instance)
    except Exception as error:  # nothing that was not forgotten is a reason not to run
        context.log.warning(f"Chưa dọn được nhật ký cũ: {error}")
    abandoned.close(context.instance)
    known = set(context.instance.get_dynamic_partitions(str(BATCHES.name)))
    take_in(folders.raw, folders.store, who="Dagster, hằng đêm")
    stale = [one for one in stale_batches(folders.raw, folders.store, folders.raw.batches()) if str(one) in known]
    if not stale:
        closed = " ".join(one.sentence for one in closing.later(folders.raw, folders.store))
        return dg.SkipReason(f"Không có bộ báo cáo nào thay đổi. {closed}".strip())
    running = _running(context.instance)
    stale = [batch for batch in stale if str(batch) not in running]
    if not stale:
        return dg.SkipReason(_WAITING)
    tick = context.scheduled_execution_time.isoformat()
    runs = enumerate(run_tags(context.instance, stale))
    return [dg.RunRequest(run_key=f"{tick}/{number}", tags=tags) for number, tags in runs]


def _running(instance: dg.DagsterInstance) -> set[str]:
    """Return the batches that an unfinished run of the refresh is at."""
    unfinished = dg.RunsFilter(job_name=refresh.name, statuses=abandoned.UNFINISHED)
    return {key for run in instance.get_runs(unfinished) for key in partitions_of(instance, run.tags)}


@dg.sensor(
    job=refresh,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Thấy thư mục của một bộ báo cáo mới thì đăng ký bộ đó và chạy lần đầu.",
)
def new_return_sets(context: dg.SensorEvaluationContext, folders: Folders) -> dg.SensorResult:
    """Register the return sets whose folder has appeared, and run them."""
    known = set(context.instance.get_dynamic_partitions(str(BATCHES.name)))
    new = [str(batch) for batch in folders.raw.batches() if str(batch) not in known]
    if not new:
        return dg.SensorResult(skip_reason="Không có bộ báo cáo mới.")
    return dg.SensorResult(
        dynamic_partitions_requests=[BATCHES.build_add_request(new)],
        run_requests=[dg.RunRequest(run_key=f"new/{key}", partition_key=key) for key in new],
    )


@dataclass(frozen=True)
class Look:
    """The runs as they are at a moment, and the day: what they left behind is only looked at when either is new."""

    mark: str
    running: bool

    @classmethod
    def at(cls, instance: dg.DagsterInstance, today: date) -> "Look":
        """Look now."""
        latest = instance.get_run_records(limit=_LATEST)
        seen = [f"{one.dagster_run.run_id} {one.dagster_run.status.value}" for one in latest]
        return cls(
            hashlib.sha256("\n".join([today.isoformat(), *seen]).encode()).hexdigest(),
            any(not one.dagster_run.is_finished for one in latest),
        )


_LATEST = 20
_UNCHANGED = "Không có gì mới từ lần xem trước."
_WAITING = "Đang có lần chạy; chờ chạy xong rồi xem."


def _failures(instance: dg.DagsterInstance) -> list[str]:
    """Return why runs broke, of those since the last refresh that got through, red checks or not."""
    failures: list[str] = []
    for record in instance.get_run_records(limit=_LATEST):
        run = record.dagster_run
        broke = reasons(instance, run) if run.status is dg.DagsterRunStatus.FAILURE else []
        failures += broke
        if run.is_finished and not broke and run.job_name == refresh.name:
            break
    return failures


@dg.sensor(
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Sau mỗi lần chạy và mỗi ngày một lần: ghi vào kiểm tra của «cells» đơn vị nào quá hạn chưa gửi.",
)
def returns_due(context: dg.SensorEvaluationContext, folders: Folders, calendar: Calendar) -> dg.SensorResult:
    """Evaluate the check on late returns without a run: a day can pass without one.

    Before that, have Dagster know which runs were killed: nobody is to wait for them.
    """
    abandoned.close(context.instance)
    look, memory = Look.at(context.instance, calendar.today), Memory.of(context.cursor)
    if look.running or look.mark == memory.seen:
        return dg.SensorResult(skip_reason=_WAITING if look.running else _UNCHANGED)
    late = all_overdue(folders.raw, folders.store, calendar.today)
    sentence = checks.late_sentence(late)
    cursor = Memory(look.mark, {checks.LATE_CHECK: sentence}).cursor
    events = [] if memory.told.get(checks.LATE_CHECK) == sentence else [checks.late_evaluation(late)]
    return dg.SensorResult(skip_reason=sentence, asset_events=events, cursor=cursor)


@dg.sensor(
    name="digest",
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Sau mỗi lần chạy và mỗi ngày một lần: nếu có biểu bị giữ lại, đơn vị quá hạn hoặc lần chạy hỏng "
    "mà chưa báo thì gửi một thư tổng hợp: ai phải sửa gì, làm gì tiếp.",
)
def digest_mail(context: dg.SensorEvaluationContext, folders: Folders, calendar: Calendar) -> dg.SensorResult:
    """Send the digest where there is something to tell that has not been told.

    Where the mail server does not take it, the tick fails with a sentence, the cursor stays, and the next tick tries
    again.
    """
    server = MailServer.of_environment()
    if server is None:
        return dg.SensorResult(skip_reason="Chưa khai báo máy chủ thư (RETURNS_SMTP_HOST) nên không gửi thư tổng hợp.")
    look, memory = Look.at(context.instance, calendar.today), Memory.of(context.cursor)
    if look.running or look.mark == memory.seen:
        return dg.SensorResult(skip_reason=_WAITING if look.running else _UNCHANGED)
    parts = {name: part for name, part in _parts(context.instance, folders, calendar.today).items() if part}
    if Look.at(context.instance, calendar.today) != look:  # what was read may be half of what a run wrote meanwhile
        return dg.SensorResult(skip_reason=_WAITING)
    cursor = Memory(look.mark, {name: part.state for name, part in parts.items()}).cursor
    if all(memory.told.get(name) == part.state for name, part in parts.items()):
        reason = "Đã báo trong thư trước, chưa có gì thay đổi." if parts else "Không có gì phải báo."
        return dg.SensorResult(skip_reason=reason, cursor=cursor)
    refused = mail.send(digest.message(list(parts.values()), server, now()), server)
    taken = [one for one in server.recipients if one not in refused]
    reason = f"Đã gửi thư tổng hợp tới {', '.join(taken)}."
    if refused:
        reason += f" Máy chủ không nhận: {'; '.join(f'{one} ({why})' for one, why in refused.items())}."
    return dg.SensorResult(skip_reason=reason, cursor=cursor)


def _parts(instance: dg.DagsterInstance, folders: Folders, today: date) -> dict[str, digest.Part | None]:
    """Return what is to be told: of every return set, by its name, and of runs that broke."""
    store, places = folders.store, folders.raw.places
    sets = [one for batch in store.batches() for one in published.findings_of(store, batch)]
    shut = closings.closed_sets(store.root)
    since_closed = {one.key: one.sentence for one in closing.later(folders.raw, store)}
    parts: dict[str, digest.Part | None] = {}
    for key, found in sets:
        page = explorer_page(store, key)
        parts[str(key)] = digest.part(
            key,
            found,
            places,
            late=None if key in shut else overdue(key, found, places, today),
            since_closed=since_closed.get(key, ""),
            missing=folders.raw.missing(key),
            explorer=page if page.exists() else None,
            alone=len(sets) == 1,
        )
    return parts | {"": digest.failed(_failures(instance))}
