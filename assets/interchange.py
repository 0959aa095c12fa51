"""Layer 7: what other programs read: the data package, the views for DuckDB, the OpenLineage events."""

import dagster as dg

from pipelines.orchestration.failures import told
from pipelines.orchestration.metadata import column_schema, plain_table
from pipelines.orchestration.partitions import ONE_RUN, RETURN_SETS, keys_of
from pipelines.orchestration.resources import Folders
from pipelines.refresh import layers
from schemas import tables

_HEADINGS = {field.name: tables.description(field) for field in tables.INTERCHANGE}


@dg.asset(
    deps=["statements", ["marts", "observations"], ["marts", "places"]],
    partitions_def=RETURN_SETS,
    backfill_policy=ONE_RUN,
    automation_condition=dg.AutomationCondition.eager(),
    kinds={"json", "sql"},
    metadata=column_schema(tables.INTERCHANGE),
    description="Cho chương trình khác: gói dữ liệu datapackage.json, các khung nhìn DuckDB, "
    "sự kiện OpenLineage dẫn từng cột về nguồn.",
)
@told
def interchange(context: dg.AssetExecutionContext, folders: Folders) -> dg.MaterializeResult[None]:
    """Write the package and the views of the published tables, and the events of the return sets."""
    written = layers.publish_interchange(folders.store, keys_of(context))
    return dg.MaterializeResult(metadata={"dagster/row_count": len(written), "đã ghi": plain_table(written, _HEADINGS)})


ASSETS = [interchange]
