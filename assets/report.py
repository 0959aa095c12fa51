"""Layer 7: the annexes to the plan, to print and to hand in."""

import dagster as dg

from pipelines.orchestration.failures import told
from pipelines.orchestration.metadata import column_schema
from pipelines.orchestration.partitions import ONE_RUN, RETURN_SETS, keys_of
from pipelines.orchestration.resources import Folders
from pipelines.refresh import layers
from schemas import tables
from schemas.figures import CHAPTERS


@dg.asset(
    deps=["statements", *(["figures", chapter.code] for chapter in CHAPTERS), ["findings", "workbooks"]],
    partitions_def=RETURN_SETS,
    backfill_policy=ONE_RUN,
    automation_condition=dg.AutomationCondition.eager(),
    kinds={"word", "excel"},
    metadata=column_schema(tables.REPORT),
    description="Phụ lục số liệu kèm kế hoạch: bản Word theo thể thức Nghị định 30/2020/NĐ-CP, "
    "bản Excel với công thức trên số liệu đã chấp nhận.",
)
@told
def report(context: dg.AssetExecutionContext, folders: Folders) -> dg.MaterializeResult[None]:
    """Write the annexes of the return sets."""
    written = layers.write_report(folders.raw, folders.store, keys_of(context))
    metadata: dict[str, dg.MetadataValue] = {}
    for path in (path for paths in written.values() for path in paths):
        metadata |= {path.name: dg.MetadataValue.url(path.as_uri()), f"{path.name} (tệp)": dg.MetadataValue.path(path)}
    return dg.MaterializeResult(metadata=metadata)


ASSETS = [report]
