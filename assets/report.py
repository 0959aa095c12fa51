"""The annexes to the plan, to print and to hand in: made when somebody wants them, never by a refresh.

Belongs here: that asset. Does not belong here: what is in the annexes (``pipelines.present.report``).
"""

import dagster as dg

from assets.described import spec
from pipelines.orchestration.failures import in_sentences
from pipelines.orchestration.metadata import MOST_ROWS
from pipelines.orchestration.partitions import ONE_RUN, RETURN_SETS, keys_of
from pipelines.orchestration.resources import Folders
from pipelines.refresh.documents import report_of


@dg.multi_asset(specs=[spec("report")], partitions_def=RETURN_SETS, backfill_policy=ONE_RUN)
@in_sentences
def annexes(context: dg.AssetExecutionContext, folders: Folders) -> dg.MaterializeResult[None]:
    """Make the annexes of the return sets from what is published now."""
    who = f"Dagster, lần chạy {context.run.run_id[:8]}"
    shown: dict[str, dg.MetadataValue] = {}
    for key in keys_of(context)[:MOST_ROWS]:
        for path in report_of(folders.raw, folders.store, key, who=who):
            shown |= {path.name: dg.MetadataValue.url(path.as_uri()), f"{path.name} (tệp)": dg.MetadataValue.path(path)}
    return dg.MaterializeResult(metadata=shown)


ASSETS = [annexes]
