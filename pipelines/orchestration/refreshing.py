"""A refresh as Dagster sees it: which tables a run was asked for, and what is told of those that were made.

Belongs here: turning a selection of assets into tables, and what was made into materialisations and checks. Does not
belong here: the work (``pipelines.refresh.batches``), what a page shows of a table
(``pipelines.orchestration.metadata``).
"""

from collections.abc import Callable, Collection, Sequence

import dagster as dg

from pipelines.orchestration import checks, metadata
from pipelines.orchestration.resources import Calendar, Folders
from pipelines.present.completeness import all_overdue
from pipelines.refresh import batches
from pipelines.store import published
from pipelines.store.tables import Store
from schemas.flow import FLOW
from schemas.return_sets import ReturnSetKey

REREAD_TAG = "returns/reread"
"""Run tag that makes known workbooks be opened again, and everything be made anew."""


def refreshed(
    context: dg.AssetExecutionContext, folders: Folders, calendar: Calendar, keys: Sequence[ReturnSetKey]
) -> None:
    """Refresh return sets; log a materialisation of every asset that came out other than it was, and every check.

    Logged, not yielded: for every output of a step Dagster looks up the versions of all it depends on, and stores an
    event more, which took longer than all the work. Where nothing came out other than it was, nothing is logged.
    """
    selected = {key.to_user_string() for key in context.selected_asset_keys}
    store, who = folders.store, f"Dagster, lần chạy {context.run.run_id[:8]}"
    batches.tidy_all(store, keys, who=who)
    for key in keys:
        for name in _made(context, folders, store, key, selected, who):
            shown = metadata.of(name, store, key)
            context.log_event(dg.AssetMaterialization(metadata.key_of(name), metadata=shown, partition=str(key)))
        for check in context.selected_asset_check_keys:
            if check.name == checks.CHECK:
                context.log_event(checks.evaluation(check.asset_key.to_user_string(), store, key))
        batches.shown(store, key)
        if held := published.held_forms(published.findings(store, key)):
            context.log.warning(f"{key}: giữ lại {', '.join(held)}; số đã công bố trước đó được giữ nguyên.")
    if any(check.name == checks.LATE_CHECK for check in context.selected_asset_check_keys):
        context.log_event(checks.late_evaluation(all_overdue(folders.raw, store, calendar.today)))


def _made(
    context: dg.AssetExecutionContext,
    folders: Folders,
    store: Store,
    key: ReturnSetKey,
    selected: Collection[str],
    who: str,
) -> list[str]:
    """Refresh a return set; return the assets that came out other than they were, in the order of the flow.

    Where an earlier run was killed before Dagster was told of what it had published, all that is selected is told now.
    """
    wanted = {table.name for name in selected for table in FLOW.assets[name]}
    everything = selected == {name for name, tables in FLOW.assets.items() if not tables[0].on_demand}
    untold = not store.state(str(key)).shown
    with batches.followed(batches.progress(), _both(batches.waiting(), context.log.info)):
        done = batches.refresh(
            folders.raw,
            store,
            key,
            who=who,
            wanted=None if everything else wanted,
            anew=context.run.tags.get(REREAD_TAG) == "true",
        )
    made = {FLOW[name].shown_as for name in (done.made | wanted if untold else done.made)}
    return [name for name in FLOW.assets if name in made]


def _both(one: Callable[[str], None], other: Callable[[str], None]) -> Callable[[str], None]:
    def tell(sentence: str) -> None:
        one(sentence)
        other(sentence)

    return tell
