"""Layer 3: what does not hold, form by form, with the check that shows it."""

from collections.abc import Iterator

import dagster as dg

from assets.returns import PROBLEMS
from assets.steps import GROUPS
from pipelines.orchestration import checks
from pipelines.orchestration.failures import told
from pipelines.orchestration.metadata import column_schema
from pipelines.orchestration.partitions import ONE_RUN, RETURN_SETS, keys_of
from pipelines.orchestration.resources import Folders
from pipelines.refresh import layers
from schemas import tables
from schemas.form import Form


def _key(form: type[Form]) -> dg.AssetKey:
    return dg.AssetKey(["findings", form.domain])


def _spec(form: type[Form]) -> dg.AssetSpec:
    return dg.AssetSpec(
        _key(form),
        deps=[["returns", other.domain] for other in layers.forms_read_by(form)],
        kinds={"pandera", "parquet"},
        metadata=column_schema(tables.FINDINGS),
        description=f"Những gì chưa đúng trong biểu {form.code} «{form.heading}»: ô nào, đã ghi gì, cần gì, làm gì.",
        partitions_def=RETURN_SETS,
    )


def _findings(group: str, forms: tuple[type[Form], ...]) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name=f"findings_{group}",
        specs=[_spec(form) for form in forms],
        check_specs=[checks.spec(_key(form), f"Biểu {form.code} «{form.heading}»", blocking=True) for form in forms],
        partitions_def=RETURN_SETS,
        backfill_policy=ONE_RUN,
        can_subset=True,
    )
    @told
    def findings(context: dg.AssetExecutionContext, folders: Folders) -> Iterator[dg.MaterializeResult[None]]:
        keys, blocked = keys_of(context), []
        for form in (form for form in forms if _key(form) in context.selected_asset_keys):
            report = layers.check_form(folders.raw, folders.store, form, keys)
            yield dg.MaterializeResult(
                asset_key=_key(form),
                metadata={"dagster/row_count": len(report.findings)},
                check_results=[checks.result(report, keys, _key(form))],
            )
            if checks.blocks(report, keys):
                blocked.append(report)
        if blocked:
            raise checks.stop(blocked)

    return findings


_WORKBOOKS = dg.AssetKey(["findings", "workbooks"])


@dg.asset(
    key=_WORKBOOKS,
    deps=[PROBLEMS],
    check_specs=[checks.spec(_WORKBOOKS, "Tệp và trang tính", blocking=False)],
    partitions_def=RETURN_SETS,
    backfill_policy=ONE_RUN,
    kinds={"parquet"},
    metadata=column_schema(tables.FINDINGS),
    description="Tệp không mở được, trang không nhận ra biểu nào: những lỗi không thuộc riêng biểu nào.",
)
@told
def workbook_findings(context: dg.AssetExecutionContext, folders: Folders) -> Iterator[dg.MaterializeResult[None]]:
    """Stage the findings on files and sheets in which no form was recognised."""
    keys = keys_of(context)
    report = layers.check_workbooks(folders.raw, folders.store, keys)
    yield dg.MaterializeResult(
        metadata={"dagster/row_count": len(report.findings)}, check_results=[checks.result(report, keys, _WORKBOOKS)]
    )


ASSETS = [workbook_findings, *(_findings(group, forms) for group, forms in GROUPS.items())]
