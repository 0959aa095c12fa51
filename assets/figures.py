"""Layer 5: the figures the plan reports, chapter by chapter, and the edges from each to its cells."""

import dagster as dg

from pipelines import layers
from pipelines.metadata import column_schema, figures_lineage, plain_table
from pipelines.partitions import ONE_RUN, RETURN_SETS, keys_of
from pipelines.resources import Folders
from schemas import marts
from schemas.figure import Chapter
from schemas.figures import CHAPTERS

_HEADINGS = {
    "id": "Mã",
    "label": "Chỉ tiêu",
    "value": "Giá trị",
    "unit": "ĐVT",
    "scope": "Phạm vi",
    "status": "Tình trạng",
    "reported": "Đã báo cáo",
    "expected": "Phải báo cáo",
}


def _figures(chapter: Chapter) -> dg.AssetsDefinition:
    @dg.asset(
        key=["figures", chapter.code],
        deps=[["marts", form.domain] for form in chapter.forms],
        partitions_def=RETURN_SETS,
        backfill_policy=ONE_RUN,
        # A form held back stops its chapter within a run;
        # what the other marts of the chapter changed is caught up here.
        automation_condition=dg.AutomationCondition.eager(),
        group_name="chi_tieu",
        kinds={"parquet", "table"},
        metadata={**column_schema(marts.FIGURES), **figures_lineage(chapter)},
        description=f"Chỉ tiêu chương «{chapter.title}», tính từ các bảng đã công bố, kèm bảng dẫn nguồn tới từng ô.",
    )
    def figures(context: dg.AssetExecutionContext, folders: Folders) -> dg.MaterializeResult[None]:
        evaluated = layers.evaluate_chapter(folders.raw, folders.store, chapter, keys_of(context))
        own = evaluated[evaluated["level"] == "commune"]
        return dg.MaterializeResult(
            metadata={"dagster/row_count": len(evaluated), "chỉ tiêu": plain_table(own, _HEADINGS)}
        )

    return figures


ASSETS = [_figures(chapter) for chapter in CHAPTERS]
