"""Layer 5: the figures the plan reports, chapter by chapter, and the edges from each to its cells."""

import dagster as dg

from pipelines.orchestration.failures import told
from pipelines.orchestration.metadata import column_schema, figures_table
from pipelines.orchestration.partitions import ONE_RUN, RETURN_SETS, keys_of
from pipelines.orchestration.resources import Folders
from pipelines.refresh import layers
from schemas import tables
from schemas.figure import Chapter
from schemas.figures import CHAPTERS


def _figures(chapter: Chapter) -> dg.AssetsDefinition:
    @dg.asset(
        key=["figures", chapter.code],
        deps=[["marts", form.domain] for form in chapter.forms],
        partitions_def=RETURN_SETS,
        backfill_policy=ONE_RUN,
        # A form held back stops its chapter within a run;
        # what the other marts of the chapter changed is caught up here.
        automation_condition=dg.AutomationCondition.eager(),
        kinds={"parquet", "table"},
        metadata=column_schema(tables.FIGURES),
        description=f"Chỉ tiêu chương «{chapter.title}», tính từ các bảng đã công bố, kèm bảng dẫn nguồn tới từng ô.",
    )
    @told
    def figures(context: dg.AssetExecutionContext, folders: Folders) -> dg.MaterializeResult[None]:
        evaluated = layers.evaluate_chapter(folders.raw, folders.store, chapter, keys_of(context))
        own = evaluated[evaluated["level"] == "commune"]
        pages = {
            f"trang tra cứu, {key}": dg.MetadataValue.path(
                layers.explorer_page(folders.store, key, f"trace/{chapter.code}.html")
            )
            for key in keys_of(context)
        }
        return dg.MaterializeResult(
            metadata={"dagster/row_count": len(evaluated), "chỉ tiêu": figures_table(own), **pages}
        )

    return figures


ASSETS = [_figures(chapter) for chapter in CHAPTERS]
