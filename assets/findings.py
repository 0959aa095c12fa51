"""Layer 3: what does not hold, form by form, with the check that shows it."""

from collections.abc import Iterator

import dagster as dg

from pipelines import checks, layers
from pipelines.metadata import column_schema
from pipelines.partitions import ONE_RUN, RETURN_SETS, keys_of
from pipelines.resources import Folders
from schemas import marts
from schemas.form import Form
from schemas.forms import FORMS


def _findings(form: type[Form]) -> dg.AssetsDefinition:
    key = dg.AssetKey(["findings", form.domain])

    @dg.asset(
        key=key,
        deps=[["returns", other.domain] for other in layers.forms_read_by(form)],
        check_specs=[checks.spec(key, f"Biểu {form.code} «{form.heading}»", blocking=True)],
        partitions_def=RETURN_SETS,
        backfill_policy=ONE_RUN,
        group_name=form.domain,
        kinds={"pandera", "parquet"},
        metadata=column_schema(marts.FINDINGS),
        description=f"Những gì chưa đúng trong biểu {form.code} «{form.heading}»: ô nào, đã ghi gì, cần là gì, phải làm gì.",
    )
    def findings(context: dg.AssetExecutionContext, folders: Folders) -> Iterator[dg.MaterializeResult[None]]:
        keys = keys_of(context)
        report = layers.check_form(folders.raw, folders.store, form, keys)
        yield dg.MaterializeResult(
            metadata={"dagster/row_count": len(report.findings)}, check_results=[checks.result(report, keys)]
        )
        if checks.blocks(report, keys):
            # Dagster would stop here of itself, but with words for programmers.
            raise dg.Failure(checks.sentence(report), allow_retries=False)

    return findings


_WORKBOOKS = dg.AssetKey(["findings", "workbooks"])


@dg.asset(
    key=_WORKBOOKS,
    deps=[["returns", form.domain] for form in FORMS],
    check_specs=[checks.spec(_WORKBOOKS, "Tệp và trang tính", blocking=False)],
    partitions_def=RETURN_SETS,
    backfill_policy=ONE_RUN,
    group_name="tiep_nhan",
    kinds={"parquet"},
    metadata=column_schema(marts.FINDINGS),
    description="Tệp không mở được, trang không nhận ra biểu nào: những lỗi không thuộc riêng biểu nào.",
)
def workbook_findings(context: dg.AssetExecutionContext, folders: Folders) -> Iterator[dg.MaterializeResult[None]]:
    """Stage the findings on files and sheets in which no form was recognised."""
    keys = keys_of(context)
    report = layers.check_workbooks(folders.raw, folders.store, keys)
    yield dg.MaterializeResult(
        metadata={"dagster/row_count": len(report.findings)}, check_results=[checks.result(report, keys)]
    )


ASSETS = [workbook_findings, *map(_findings, FORMS)]
