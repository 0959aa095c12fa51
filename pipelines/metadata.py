"""What Dagster shows of tables: column schemas, column lineage, findings as a table.

Belongs here: turning our descriptions into Dagster's. Does not belong here: the descriptions (``schemas``).
"""

from collections.abc import Mapping

import dagster as dg
import pandas as pd
import pyarrow as pa

from schemas.figure import Chapter
from schemas.form import KEYS, Form
from schemas.marts import description

_FINDING_HEADINGS = {
    "commune": "Xã",
    "code": "Mã",
    "reporter": "Đơn vị",
    "file": "Tệp",
    "sheet": "Trang",
    "cells": "Ô",
    "written": "Đã ghi",
    "expected": "Cần là",
    "suggestion": "Gợi ý",
    "message": "Việc cần làm",
}
_LONGEST_TABLE = 500
"""Rows of findings put into Dagster's event log; the Parquet table has them all."""


def column_schema(schema: pa.Schema) -> Mapping[str, object]:
    """Return definition metadata with every column of a table, its type, label, unit and definition."""
    columns = [dg.TableColumn(field.name, str(field.type), description=description(field)) for field in schema]
    return {"dagster/column_schema": dg.TableSchema(columns=columns)}


def mart_lineage(form: type[Form]) -> Mapping[str, object]:
    """Return definition metadata that leads every column of a mart to the returns it was read from."""
    returns = dg.AssetKey(["returns", form.domain])
    deps = {name: [dg.TableColumnDep(returns, name)] for name in KEYS}
    deps |= {name: [dg.TableColumnDep(returns, "value")] for name in form.fields()}
    return {"dagster/column_lineage": dg.TableColumnLineage(deps_by_column=deps)}


def figures_lineage(chapter: Chapter) -> Mapping[str, object]:
    """Return definition metadata that leads the values of a chapter's figures to the mart columns they are made of."""
    fields = dict.fromkeys(field for figure in chapter.figures for field in figure.formula.fields())
    deps = [dg.TableColumnDep(dg.AssetKey(["marts", field.form.domain]), str(field)) for field in fields]
    return {"dagster/column_lineage": dg.TableColumnLineage(deps_by_column={"value": deps, "exact": deps})}


def findings_table(findings: pd.DataFrame) -> dg.TableMetadataValue:
    """Return findings as a table with Vietnamese headings."""
    columns = [dg.TableColumn(heading, "string") for heading in _FINDING_HEADINGS.values()]
    shown = findings[list(_FINDING_HEADINGS)].rename(columns=_FINDING_HEADINGS).head(_LONGEST_TABLE)
    return dg.MetadataValue.table(_records(shown), schema=dg.TableSchema(columns=columns))


def plain_table(frame: pd.DataFrame, headings: Mapping[str, str]) -> dg.TableMetadataValue:
    """Return some columns of a frame as a table, with headings."""
    shown = frame[list(headings)].rename(columns=dict(headings)).head(_LONGEST_TABLE)
    columns = [dg.TableColumn(heading, "string") for heading in headings.values()]
    return dg.MetadataValue.table(
        _records(shown.astype(object).where(shown.notna(), "")), dg.TableSchema(columns=columns)
    )


def _records(frame: pd.DataFrame) -> list[dg.TableRecord]:
    return [dg.TableRecord({name: str(value) for name, value in row.items()}) for row in frame.to_dict("records")]
