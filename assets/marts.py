"""Layer 4: the published tables. The gate is inside: what is not fit to be published leaves the table as it was."""

from collections.abc import Iterator

import dagster as dg

from assets.steps import GROUPS
from pipelines.orchestration.failures import told
from pipelines.orchestration.metadata import column_schema
from pipelines.orchestration.partitions import ONE_RUN, RETURN_SETS, keys_of
from pipelines.orchestration.resources import Folders
from pipelines.refresh import layers
from schemas import tables
from schemas.form import Form
from schemas.forms import FORMS


def _key(form: type[Form]) -> dg.AssetKey:
    return dg.AssetKey(["marts", form.domain])


def _spec(form: type[Form]) -> dg.AssetSpec:
    return dg.AssetSpec(
        _key(form),
        deps=[["findings", form.domain]],  # which stands on the returns that are admitted here
        kinds={"parquet", "table"},
        metadata=column_schema(tables.mart(form)),
        description=tables.meaning(form),
        partitions_def=RETURN_SETS,
        # A red check stops its whole step; what the same desk sent in order is caught up. The gate is in the data.
        automation_condition=dg.AutomationCondition.eager(),
    )


def _marts(group: str, forms: tuple[type[Form], ...]) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name=f"marts_{group}",
        specs=[_spec(form) for form in forms],
        partitions_def=RETURN_SETS,
        backfill_policy=ONE_RUN,
        can_subset=True,
    )
    @told
    def publish(context: dg.AssetExecutionContext, folders: Folders) -> Iterator[dg.MaterializeResult[None]]:
        for form in (form for form in forms if _key(form) in context.selected_asset_keys):
            report = layers.admit_records(folders.store, form, keys_of(context))
            yield dg.MaterializeResult(
                asset_key=_key(form),
                metadata={
                    "dagster/row_count": report.rows,
                    "nhận mới": dg.MetadataValue.text(", ".join(map(str, report.admitted)) or "không"),
                    "giữ lại": dg.MetadataValue.text(", ".join(map(str, report.held)) or "không"),
                },
            )

    return publish


@dg.asset(
    key=["marts", "observations"],
    deps=[["marts", form.domain] for form in FORMS],
    partitions_def=RETURN_SETS,
    backfill_policy=ONE_RUN,
    automation_condition=dg.AutomationCondition.eager(),
    kinds={"parquet", "table"},
    metadata=column_schema(tables.OBSERVATIONS),
    description=tables.MEANINGS["observations"],
)
@told
def observations(context: dg.AssetExecutionContext, folders: Folders) -> dg.MaterializeResult[None]:
    """Publish every accepted value of the return sets, one row each."""
    rows = layers.publish_observations(folders.store, keys_of(context))
    return dg.MaterializeResult(metadata={"dagster/row_count": rows})


@dg.asset(
    key=["marts", "places"],
    partitions_def=RETURN_SETS,
    backfill_policy=ONE_RUN,
    kinds={"parquet", "table"},
    metadata=column_schema(tables.PLACES),
    description=tables.MEANINGS["places"],
)
@told
def places(context: dg.AssetExecutionContext, folders: Folders) -> dg.MaterializeResult[None]:
    """Publish the places dimension."""
    rows = layers.publish_places(folders.raw, folders.store, keys_of(context))
    return dg.MaterializeResult(metadata={"dagster/row_count": rows})


ASSETS = [*(_marts(group, forms) for group, forms in GROUPS.items()), observations, places]
