"""Layer 2: the entries of every form. Text becomes number here and only here."""

from collections.abc import Iterator

import dagster as dg

from pipelines.orchestration.failures import told
from pipelines.orchestration.metadata import column_schema
from pipelines.orchestration.partitions import ONE_RUN, RETURN_SETS, keys_of
from pipelines.orchestration.resources import Folders
from pipelines.refresh import layers
from schemas import tables
from schemas.form import Form
from schemas.forms import FORMS


def _spec(form: type[Form]) -> dg.AssetSpec:
    return dg.AssetSpec(
        ["returns", form.domain],
        deps=["cells"],
        kinds={"parquet"},
        metadata=column_schema(tables.ENTRIES),
        description=f"Biểu {form.code} «{form.heading}»: từng chỉ tiêu của từng đơn vị, kèm ô nguồn, "
        "đã áp dụng sổ đính chính.",
        partitions_def=RETURN_SETS,
    )


PROBLEMS = dg.AssetKey(["returns", "problems"])

_PROBLEMS_SPEC = dg.AssetSpec(
    PROBLEMS,
    deps=["cells"],
    kinds={"parquet"},
    metadata=column_schema(tables.PROBLEMS),
    description="Những gì gặp phải khi đọc: tệp, trang, nhãn, ô không đọc được; đính chính không còn khớp.",
    partitions_def=RETURN_SETS,
)


@dg.multi_asset(
    specs=[*(_spec(form) for form in FORMS), _PROBLEMS_SPEC], backfill_policy=ONE_RUN, partitions_def=RETURN_SETS
)
@told
def returns(context: dg.AssetExecutionContext, folders: Folders) -> Iterator[dg.MaterializeResult[None]]:
    """Stage the entries of every form of the return sets: one pass over the cells, whatever the number of forms."""
    counts = layers.locate_returns(folders.raw, folders.store, keys_of(context))
    yield dg.MaterializeResult(asset_key=PROBLEMS)
    for form in FORMS:
        yield dg.MaterializeResult(
            asset_key=["returns", form.domain], metadata={"dagster/row_count": counts[form.domain]}
        )


ASSETS = [returns]
