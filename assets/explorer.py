"""Layer 7: the static site in which every printed number leads to its cells."""

import dagster as dg

from pipelines.orchestration.failures import told
from pipelines.orchestration.metadata import column_schema
from pipelines.orchestration.partitions import ONE_RUN, RETURN_SETS, keys_of
from pipelines.orchestration.resources import Folders
from pipelines.refresh import layers
from schemas import tables


@dg.asset(
    deps=["statements", ["findings", "workbooks"]],
    partitions_def=RETURN_SETS,
    backfill_policy=ONE_RUN,
    automation_condition=dg.AutomationCondition.eager(),
    kinds={"html"},
    metadata=column_schema(tables.EXPLORER),
    description="Trang tra cứu tĩnh, mở thẳng từ đĩa: từng con số của kế hoạch, biểu đồ, truy nguồn tới từng ô.",
)
@told
def explorer(context: dg.AssetExecutionContext, folders: Folders) -> dg.MaterializeResult[None]:
    """Write the sites of the return sets."""
    written = layers.write_explorer(folders.raw, folders.store, keys_of(context))
    metadata: dict[str, dg.MetadataValue] = {}
    for key, page in written.items():
        metadata |= {f"{key}": dg.MetadataValue.url(page.as_uri()), f"{key} (tệp)": dg.MetadataValue.path(page)}
    return dg.MaterializeResult(metadata=metadata)


ASSETS = [explorer]
