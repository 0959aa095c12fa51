"""Layer 4: the published tables. The gate is inside: what is not fit to be published leaves the table as it was."""

import dagster as dg

from pipelines import layers
from pipelines.metadata import column_schema, mart_lineage
from pipelines.partitions import ONE_RUN, RETURN_SETS, keys_of
from pipelines.resources import Folders
from schemas import marts
from schemas.form import Form
from schemas.forms import FORMS


def _mart(form: type[Form]) -> dg.AssetsDefinition:
    @dg.asset(
        key=["marts", form.domain],
        deps=[["returns", form.domain], ["findings", form.domain]],
        partitions_def=RETURN_SETS,
        backfill_policy=ONE_RUN,
        group_name=form.domain,
        kinds={"parquet", "table"},
        metadata={**column_schema(marts.mart(form)), **mart_lineage(form)},
        description=f"Bảng công bố của biểu {form.code} «{form.heading}»: mỗi dòng một đơn vị báo cáo, chỉ gồm số đã được chấp nhận.",
    )
    def mart(context: dg.AssetExecutionContext, folders: Folders) -> dg.MaterializeResult[None]:
        report = layers.admit_records(folders.store, form, keys_of(context))
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": report.rows,
                "nhận mới": dg.MetadataValue.text(", ".join(map(str, report.admitted)) or "không"),
                "giữ lại": dg.MetadataValue.text(", ".join(map(str, report.held)) or "không"),
            }
        )

    return mart


@dg.asset(
    key=["marts", "observations"],
    deps=[["marts", form.domain] for form in FORMS],
    partitions_def=RETURN_SETS,
    backfill_policy=ONE_RUN,
    automation_condition=dg.AutomationCondition.eager(),
    group_name="phan_tich",
    kinds={"parquet", "table"},
    metadata=column_schema(marts.OBSERVATIONS),
    description="Bảng dài cho người phân tích: mỗi dòng một giá trị đã được chấp nhận, kèm ô nguồn.",
)
def observations(context: dg.AssetExecutionContext, folders: Folders) -> dg.MaterializeResult[None]:
    """Publish every accepted value of the return sets, one row each."""
    rows = layers.publish_observations(folders.store, keys_of(context))
    return dg.MaterializeResult(metadata={"dagster/row_count": rows})


@dg.asset(
    key=["marts", "places"],
    partitions_def=RETURN_SETS,
    backfill_policy=ONE_RUN,
    group_name="phan_tich",
    kinds={"parquet", "table"},
    metadata=column_schema(marts.PLACES),
    description="Danh mục địa bàn và đơn vị báo cáo: tỉnh, huyện, xã, thôn, mã hành chính, tên gọi khác, hiệu lực, sáp nhập.",
)
def places(context: dg.AssetExecutionContext, folders: Folders) -> dg.MaterializeResult[None]:
    """Publish the places dimension."""
    rows = layers.publish_places(folders.raw, folders.store, keys_of(context))
    return dg.MaterializeResult(metadata={"dagster/row_count": rows})


ASSETS = [*map(_mart, FORMS), observations, places]
