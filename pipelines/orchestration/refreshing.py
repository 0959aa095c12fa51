"""A refresh as Dagster sees it: which tables a run was asked for, and what is told of those that were made.

Belongs here: turning a selection of assets into tables, and what was made into materialisations and checks. Does not
belong here: the work (``pipelines.refresh.batches``), what a page shows of a table
(``pipelines.orchestration.metadata``).
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import islice
from typing import ParamSpec

import dagster as dg

from pipelines.orchestration import checks, metadata
from pipelines.orchestration.resources import Calendar, Folders
from pipelines.present.completeness import all_overdue
from pipelines.present.steps import steps_line
from pipelines.refresh import batches, closing
from pipelines.refresh.designs import take_in
from pipelines.settings import engine
from pipelines.store import published
from pipelines.store.tables import Store
from schemas.flow import FLOW, Extent
from schemas.return_sets import BatchKey

P = ParamSpec("P")

REREAD_TAG = "returns/reread"
"""Run tag that makes known workbooks be opened again, and everything be made anew."""


def run_name(context: dg.AssetExecutionContext) -> str:
    """Return what a run is called where it is named to others: who waits for a lock, who wrote a document."""
    return f"Dagster, lần chạy {context.run.run_id[:8]}"


def refreshed(
    context: dg.AssetExecutionContext, folders: Folders, calendar: Calendar, keys: Sequence[BatchKey]
) -> None:
    """Refresh batches; log a materialisation of every asset that came out other than Dagster knows it, and every check.

    Logged, not yielded: for every output of a step Dagster looks up the versions of all it depends on, and stores an
    event more, which took longer than all the work. Where nothing came out other than it was, nothing is logged.
    """
    selected = {key.to_user_string() for key in context.selected_asset_keys}
    store, who = folders.store, run_name(context)
    everything = context.run.asset_selection is None or selected == _everything()
    designs = take_in(folders.raw, store, who=who)
    if everything:  # also what designs have added since the graph of this run was made
        selected = _everything()
    batches.tidy_all(store, keys, who=who)
    untold = {batch for batch in keys if not store.state(str(batch)).shown}
    for batch, done in _done(context, folders, store, keys, selected, who):
        made = set(done.made)
        if batch in untold:
            # An earlier run was killed before Dagster was told of what it had published: all there is is told now.
            made |= {name for name in _tables(selected) if _is_there(name, done)}
        shown_as = {FLOW[name].shown_as for name in made}
        for name in (name for name in FLOW.assets if name in shown_as):
            shown = metadata.of(name, store, batch)
            context.log_event(dg.AssetMaterialization(metadata.key_of(name), metadata=shown, partition=str(batch)))
        for check in context.selected_asset_check_keys:
            if check.name == checks.CHECK:
                context.log_event(checks.evaluation(check.asset_key.to_user_string(), store, batch))
        batches.shown(store, batch)
        held = {
            key: forms for key, found in published.findings_of(store, batch) if (forms := published.held_forms(found))
        }
        for key, forms in islice(held.items(), metadata.MOST_ROWS):
            named = folders.raw.places.titled(key)
            context.log.warning(f"{named}: giữ lại {', '.join(forms)}; số đã công bố trước đó được giữ nguyên.")
    read = [key for batch in keys for key in store.sets_in(str(batch))]
    for one in islice(closing.later(folders.raw, store, read), metadata.MOST_ROWS):
        context.log.warning(one.sentence)
    if any(check.name == checks.DESIGNS_CHECK for check in context.selected_asset_check_keys):
        context.log_event(checks.designs_evaluation(designs))
    if any(check.name == checks.LATE_CHECK for check in context.selected_asset_check_keys):
        context.log_event(checks.late_evaluation(all_overdue(folders.raw, store, calendar.today)))


def _done(
    context: dg.AssetExecutionContext,
    folders: Folders,
    store: Store,
    keys: Sequence[BatchKey],
    selected: Collection[str],
    who: str,
) -> Iterator[tuple[BatchKey, batches.Done]]:
    """Refresh batches, on the engine that the settings name; yield each when it is done."""
    told = _both(batches.progress(), _tenths(context.log.info, len(keys)))
    with batches.followed(told, _both(batches.waiting(), context.log.info)):
        yield from batches.refresh_each(
            folders.raw,
            store,
            keys,
            who=who,
            wanted=None if selected == _everything() else _tables(selected),
            anew=context.run.tags.get(REREAD_TAG) == "true",
            engine=engine(),
        )


def _everything() -> set[str]:
    return set(FLOW.refreshed_assets)


def _tables(selected: Collection[str]) -> set[str]:
    return {table.name for name in selected for table in FLOW.assets[name]}


def _is_there(name: str, done: batches.Done) -> bool:
    """Return whether a table has been made of a batch; those above are, at the latest when all batches are done."""
    return FLOW[name].extent is not Extent.BATCH or name in done.state.tables


def _tenths(tell: Callable[[str], None], parts: int) -> batches.Progress:
    """Tell how far a run is ten times at most, for an event costs more than many a step."""
    done = 0

    def count(_: str, of: int) -> None:
        nonlocal done
        done += 1
        whole = of * parts
        if done * 10 // whole > (done - 1) * 10 // whole:
            tell(steps_line(done, whole))

    return count


def _both(one: Callable[P, None], other: Callable[P, None]) -> Callable[P, None]:
    def tell(*args: P.args, **more: P.kwargs) -> None:
        one(*args, **more)
        other(*args, **more)

    return tell
