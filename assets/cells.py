"""Layer 1: every filled cell of every workbook. The only layer that opens a spreadsheet."""

import dagster as dg

from pipelines.orchestration import checks
from pipelines.orchestration.failures import told
from pipelines.orchestration.metadata import column_schema
from pipelines.orchestration.partitions import ONE_RUN, RETURN_SETS, keys_of
from pipelines.orchestration.resources import Calendar, Folders
from pipelines.present import freshness
from pipelines.refresh import layers
from schemas import tables
from schemas.forms import FORMS

REREAD_TAG = "returns/reread"
"""Run tag that makes known workbooks be opened again."""


@dg.asset(
    partitions_def=RETURN_SETS,
    backfill_policy=ONE_RUN,
    kinds={"excel", "parquet"},
    metadata=column_schema(tables.CELLS),
    description="Mọi ô có nội dung của mọi sổ tính trong bộ báo cáo, nguyên văn, kèm mã băm của tệp. "
    "Chỉ mở lại tệp đã thay đổi.",
)
@told
def cells(context: dg.AssetExecutionContext, folders: Folders) -> dg.MaterializeResult[None]:
    """Stage the cells of the return sets."""
    reread = context.run.tags.get(REREAD_TAG) == "true"
    report = layers.read_cells(folders.raw, folders.store, keys_of(context), reread=reread)
    return dg.MaterializeResult(
        metadata={
            "tệp đã đọc": len(report.read),
            "tệp không đổi": len(report.reused),
            "danh sách đã đọc": dg.MetadataValue.json(list(report.read)),
        }
    )


@dg.asset_check(
    asset=cells,
    name=checks.LATE_CHECK,
    description=checks.LATE_DESCRIPTION,
    # Findings say who has not sent. A red one stops this check in its run; the sensor evaluates it all the same.
    additional_deps=[["findings", form.domain] for form in FORMS],
)
@told
def overdue(folders: Folders, calendar: Calendar) -> dg.AssetCheckResult:
    """Tell who has not sent, once the returns are due."""
    return checks.late_result(freshness.all_overdue(folders.raw, folders.store, calendar.today))


ASSETS = [cells]
CHECKS = [overdue]
