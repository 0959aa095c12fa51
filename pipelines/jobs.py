"""The refresh job, its nightly schedule, the sensor for new return sets, the automation that catches figures up.

Belongs here: when what is run. Does not belong here: what a run does (``assets``),
which sets are stale (``pipelines.layers``).
"""

import os

import dagster as dg

from pipelines.layers import stale_return_sets
from pipelines.partitions import RETURN_SETS, run_tags
from pipelines.resources import Folders

NIGHTLY = os.environ.get("RETURNS_CRON", "0 2 * * *")
"""Two in the morning; the variable lets a test see the real schedule fire without waiting for the night."""

refresh = dg.define_asset_job(
    "refresh",
    selection=dg.AssetSelection.all(),
    executor_def=dg.in_process_executor,
    description="Từ sổ tính các đơn vị gửi về đến chỉ tiêu của kế hoạch: đọc, đính chính, kiểm tra, công bố, tính.",
)


@dg.schedule(
    job=refresh,
    cron_schedule=NIGHTLY,
    execution_timezone="Asia/Ho_Chi_Minh",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Hằng đêm lúc 02:00: chỉ chạy những bộ báo cáo có tệp thay đổi.",
)
def nightly(context: dg.ScheduleEvaluationContext, folders: Folders) -> list[dg.RunRequest] | dg.SkipReason:
    """Request runs for the return sets whose files changed since they were last checked."""
    known = set(context.instance.get_dynamic_partitions(str(RETURN_SETS.name)))
    stale = [key for key in stale_return_sets(folders.raw, folders.store) if str(key) in known]
    if not stale:
        return dg.SkipReason("Không có bộ báo cáo nào thay đổi.")
    tick = context.scheduled_execution_time.isoformat()
    runs = enumerate(run_tags(context.instance, stale))
    return [dg.RunRequest(run_key=f"{tick}/{number}", tags=tags) for number, tags in runs]


@dg.sensor(
    job=refresh,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Thấy thư mục của một bộ báo cáo mới thì đăng ký bộ đó và chạy lần đầu.",
)
def new_return_sets(context: dg.SensorEvaluationContext, folders: Folders) -> dg.SensorResult:
    """Register the return sets whose folder has appeared, and run them."""
    known = set(context.instance.get_dynamic_partitions(str(RETURN_SETS.name)))
    new = [str(key) for key in folders.raw.return_sets() if str(key) not in known]
    if not new:
        return dg.SensorResult(skip_reason="Không có bộ báo cáo mới.")
    return dg.SensorResult(
        dynamic_partitions_requests=[RETURN_SETS.build_add_request(new)],
        run_requests=[dg.RunRequest(run_key=f"new/{key}", partition_key=key) for key in new],
    )


_FOLLOWERS = dg.AssetSelection.key_prefixes("marts", "figures") | dg.AssetSelection.assets(
    "statements", "interchange", "explorer"
)

catch_up = dg.define_asset_job(
    "catch_up",
    selection=_FOLLOWERS,
    executor_def=dg.in_process_executor,
    description="Tính lại những gì một kiểm tra màu đỏ của biểu khác đã chặn lại trong lần chạy chính.",
)

followers = dg.AutomationConditionSensorDefinition(
    "catch_up_followers", target=_FOLLOWERS, default_status=dg.DefaultSensorStatus.RUNNING
)
"""Does the same by itself where the daemon runs."""
