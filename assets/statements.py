"""Layer 6: what the plan prints, against what was computed."""

import dagster as dg

from pipelines.orchestration.failures import told
from pipelines.orchestration.metadata import column_schema, plain_table
from pipelines.orchestration.partitions import ONE_RUN, RETURN_SETS, keys_of
from pipelines.orchestration.resources import Folders
from pipelines.refresh import layers
from schemas import tables
from schemas.figures import CHAPTERS
from schemas.words import VERDICTS

_HEADINGS = {
    "id": "Mã",
    "printed": "Kế hoạch in",
    "computed": "Tính được",
    "unit": "ĐVT",
    "section": "Vị trí",
    "note": "Giải thích",
}


@dg.asset(
    deps=[["figures", chapter.code] for chapter in CHAPTERS],
    partitions_def=RETURN_SETS,
    backfill_policy=ONE_RUN,
    automation_condition=dg.AutomationCondition.eager(),
    kinds={"parquet", "table"},
    metadata=column_schema(tables.STATEMENTS),
    description=tables.MEANINGS["statements"],
)
@told
def statements(context: dg.AssetExecutionContext, folders: Folders) -> dg.MaterializeResult[None]:
    """Publish the statements of the return sets."""
    compared = layers.compare_statements(folders.raw, folders.store, keys_of(context))
    conflicts = compared[compared["verdict"] == "conflict"]
    counts = {
        f"số {VERDICTS[verdict].lower()}": int(count) for verdict, count in compared["verdict"].value_counts().items()
    }
    return dg.MaterializeResult(
        metadata={"dagster/row_count": len(compared), "mâu thuẫn": plain_table(conflicts, _HEADINGS), **counts}
    )


ASSETS = [statements]
