"""Layer 1: every filled cell of every workbook. The only layer that opens a spreadsheet."""

import dagster as dg

from pipelines import layers
from pipelines.metadata import column_schema
from pipelines.partitions import ONE_RUN, RETURN_SETS, keys_of
from pipelines.resources import Folders
from schemas import marts

REREAD_TAG = "returns/reread"
"""Run tag that makes known workbooks be opened again."""


@dg.asset(
    partitions_def=RETURN_SETS,
    backfill_policy=ONE_RUN,
    group_name="tiep_nhan",
    kinds={"excel", "parquet"},
    metadata=column_schema(marts.CELLS),
    description="Mọi ô có nội dung của mọi sổ tính trong bộ báo cáo, nguyên văn, kèm mã băm của tệp. "
    "Chỉ mở lại tệp đã thay đổi.",
)
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


ASSETS = [cells]
