"""The annexes to the plan, to print and to hand in: made when somebody wants them, never by a refresh.

Belongs here: that asset. Does not belong here: what is in the annexes (``pipelines.present.report``).
"""

from itertools import islice

import dagster as dg

from assets.described import spec
from pipelines.orchestration.failures import in_sentences
from pipelines.orchestration.metadata import MOST_ROWS
from pipelines.orchestration.partitions import BATCHES, ONE_RUN, batches_of
from pipelines.orchestration.refreshing import run_name
from pipelines.orchestration.resources import Folders
from pipelines.refresh.documents import report_of


@dg.multi_asset(specs=[spec("report")], partitions_def=BATCHES, backfill_policy=ONE_RUN)
@in_sentences
def annexes(context: dg.AssetExecutionContext, folders: Folders) -> dg.MaterializeResult[None]:
    """Make the annexes of the return sets from what is published now: of a territory's batch, of its first communes."""
    who = run_name(context)
    shown: dict[str, dg.MetadataValue] = {}
    keys = (key for batch in batches_of(context) for key in folders.store.sets_in(str(batch)))
    for key in islice(keys, MOST_ROWS):
        for path in report_of(folders.raw, folders.store, key, who=who):
            shown |= {
                path.name: dg.MetadataValue.url(path.as_uri()),
                f"{path.name} (tệp)": dg.MetadataValue.path(str(path)),
            }
    return dg.MaterializeResult(metadata=shown)


ASSETS = [annexes]
