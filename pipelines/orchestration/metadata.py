"""What Dagster shows of tables: column schemas, column lineage, findings as a table.

Belongs here: turning our descriptions into Dagster's. Does not belong here: the descriptions (``schemas``), what a
column is made of (``pipelines.present.openlineage``).
"""

from collections.abc import Mapping
from functools import cache

import dagster as dg
import pandas as pd
import pyarrow as pa

from pipelines.present import openlineage
from pipelines.steps.numbers import vietnamese
from schemas.tables import description
from schemas.words import WORDS

_LONGEST_TABLE = 500
"""Rows of findings put into Dagster's event log; the Parquet table has them all."""


def column_schema(schema: pa.Schema) -> Mapping[str, object]:
    """Return definition metadata with every column of a table, its type, label, unit and definition."""
    columns = [dg.TableColumn(field.name, _kind(field.type), description=description(field)) for field in schema]
    return {"dagster/column_schema": dg.TableSchema(columns=columns)}


def _kind(type_: pa.DataType) -> str:
    """Return the name of a type; of a nested one only that it is, for all it holds would fill the page."""
    return "list" if pa.types.is_list(type_) else str(type_)


def column_lineage(key: dg.AssetKey) -> Mapping[str, object]:
    """Return definition metadata that leads the columns of an asset to those they are made of; empty where none are."""
    made_of = {
        column: [dg.TableColumnDep(dg.AssetKey(table.split("/")), name) for table, name in deps if table not in _BESIDE]
        for column, deps in _made_of().get(key.to_user_string(), {}).items()
    }
    traced = {column: deps for column, deps in made_of.items() if deps}
    return {"dagster/column_lineage": dg.TableColumnLineage(deps_by_column=traced)} if traced else {}


_made_of = cache(openlineage.made_of)

_BESIDE = frozenset({"ledger"})
"""What is staged beside an asset and is none of its own."""


def findings_table(findings: pd.DataFrame) -> dg.TableMetadataValue:
    """Return findings as a table: what to do and what is suggested first, for a browser gives long words the room."""
    shown = pd.DataFrame(
        {
            "message": "[" + findings["code"] + "] " + findings["message"],
            "suggestion": findings["suggestion"],
            "file": findings["file"],
            "sheet": findings["sheet"],
            # With a blank after each a browser can break the line.
            "cells": findings["cells"].str.replace(";", "; "),
        }
    )
    return plain_table(shown, _FINDING_HEADINGS)


_FINDING_HEADINGS = {
    "message": "Việc cần làm",
    "suggestion": "Gợi ý",
    "file": "Tệp",
    "sheet": "Trang",
    "cells": "Ô",
}


def figures_table(figures: pd.DataFrame) -> dg.TableMetadataValue:
    """Return ``schemas.tables.FIGURES`` as a table: the value as a plan prints it, and the command that traces it."""
    shown = pd.DataFrame(
        {
            "label": figures["label"],
            "value": ["" if pd.isna(value) else vietnamese(value) for value in figures["value"]],
            "unit": figures["unit"],
            "status": [
                f"{WORDS[f'state.{status}'][0]} ({reported}/{expected})"
                for status, reported, expected in zip(
                    figures["status"], figures["reported"], figures["expected"], strict=True
                )
            ],
            "id": figures["id"],
        }
    )
    return plain_table(shown, _FIGURE_HEADINGS)


_FIGURE_HEADINGS = {
    "label": "Chỉ tiêu",
    "value": "Giá trị",
    "unit": "ĐVT",
    "status": "Tình trạng",
    "id": "Mã (truy nguồn: returns trace MÃ)",
}


def plain_table(frame: pd.DataFrame, headings: Mapping[str, str]) -> dg.TableMetadataValue:
    """Return some columns of a frame as a table, with headings."""
    shown = frame[list(headings)].rename(columns=dict(headings)).head(_LONGEST_TABLE)
    columns = [dg.TableColumn(heading, "string") for heading in headings.values()]
    return dg.MetadataValue.table(
        _records(shown.astype(object).where(shown.notna(), "")), dg.TableSchema(columns=columns)
    )


def _records(frame: pd.DataFrame) -> list[dg.TableRecord]:
    return [dg.TableRecord({name: str(value) for name, value in row.items()}) for row in frame.to_dict("records")]
