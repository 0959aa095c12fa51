"""The assets of a refresh: every table of the flow, from the cells of the workbooks to the explorer, in one step.

Belongs here: one asset for each name under which the flow shows tables, one check for each table of findings. Does not
belong here: which is made of which (``schemas.flow``), making them (``pipelines.refresh``), what the pages of Dagster
show of them (``pipelines.orchestration``).

One step, since starting one costs Dagster more than checking a form costs us, and since what is published is published
together. A red check shows and stops nothing: the gate is in the data.
"""

from collections.abc import Iterator

import dagster as dg

from assets.described import spec
from pipelines.orchestration import checks
from pipelines.orchestration.failures import in_sentences
from pipelines.orchestration.partitions import BATCHES, ONE_RUN, batches_of
from pipelines.orchestration.refreshing import refreshed
from pipelines.orchestration.resources import Calendar, Folders
from schemas.flow import FLOW

NAMES = FLOW.refreshed_assets


@dg.multi_asset(
    specs=[spec(name) for name in NAMES],
    check_specs=[*(checks.spec(name) for name in NAMES if checks.is_checked(name)), checks.LATE, checks.DESIGNS],
    partitions_def=BATCHES,
    backfill_policy=ONE_RUN,
    can_subset=True,
)
@in_sentences
def tables(
    context: dg.AssetExecutionContext, folders: Folders, calendar: Calendar
) -> Iterator[dg.MaterializeResult[None]]:
    """Bring what was selected up to date; tell Dagster of what came out other than it was."""
    refreshed(context, folders, calendar, batches_of(context))
    yield from ()  # what there is to tell has been logged


ASSETS = [tables]
