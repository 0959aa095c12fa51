"""What Dagster shows of tables: column schemas, column lineage, findings as a table.

Belongs here: turning our descriptions into Dagster's. Does not belong here: the descriptions (``schemas``), what a
column is made of (``pipelines.present.columns``).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg
import pyarrow as pa

from pipelines.present.columns import columns
from pipelines.refresh.documents import explorer_page
from pipelines.refresh.parts import Part
from pipelines.steps.numbers import shown
from pipelines.store.tables import Store
from schemas.flow import FLOW, Table
from schemas.listed import items_of
from schemas.outcomes import Verdict
from schemas.return_sets import BatchKey, ReturnSetKey
from schemas.tables import description, uncoded
from schemas.words import VERDICTS, WORDS

MOST_ROWS = 50
"""Rows of a table put into Dagster's event log; the Parquet table has them all."""


def column_schema(schema: pa.Schema) -> Mapping[str, object]:
    """Return definition metadata with every column of a table, its type, label, unit and definition."""
    columns = [dg.TableColumn(field.name, _kind(field.type), description=description(field)) for field in schema]
    return {"dagster/column_schema": dg.TableSchema(columns=columns)}


def _kind(type_: pa.DataType) -> str:
    """Return the name of a type; of a nested one only that it is, for all it holds would fill the page."""
    return "list" if pa.types.is_list(type_) else str(uncoded(type_))


def key_of(asset: str) -> dg.AssetKey:
    """Return the key of an asset of the flow."""
    return dg.AssetKey(asset.split("/"))


def column_lineage(table: Table) -> Mapping[str, object]:
    """Return definition metadata that leads the columns of a table to those they are made of; empty where none are."""
    made_of = {
        column: [
            dg.TableColumnDep(key_of(one.table), one.column)
            for one in sources
            if one.table in FLOW.by_name and FLOW[one.table].shown_as == one.table
        ]
        for column, sources in columns(table).items()
    }
    traced = {column: deps for column, deps in made_of.items() if deps}
    return {"dagster/column_lineage": dg.TableColumnLineage(deps_by_column=traced)} if traced else {}


def of(asset: str, store: Store, batch: BatchKey) -> Mapping[str, dg.MetadataValue | int]:
    """Return what a materialisation of an asset shows: counts, and at most ``MOST_ROWS`` rows."""
    table = FLOW.assets[asset][0]
    own = Part.of(batch)
    part = next(one for one in (own, *own.above()) if one.extent is table.extent)
    written = store.written(table.name, part.name)
    shown: dict[str, dg.MetadataValue | int] = {"dagster/row_count": written.rows} if written else {}
    more = _MORE.get(table.family)
    return shown | (more(table, store, batch) if more else {})


def _of_files(_: Table, store: Store, batch: BatchKey) -> dict[str, dg.MetadataValue | int]:
    written = store.written("files", str(batch))
    return {"tệp": written.rows} if written else {}


def _of_figures(table: Table, store: Store, batch: BatchKey) -> dict[str, dg.MetadataValue | int]:
    rows = store.rows(table.name, str(batch))
    page = explorer_page(store, ReturnSetKey(*batch), f"trace/{table.maker.subject}.html")
    shown: dict[str, dg.MetadataValue | int] = (
        {"trang tra cứu": dg.MetadataValue.path(str(page))} if page.is_file() else {}
    )
    return shown if rows is None else shown | {"chỉ tiêu": figures_table(rows)}


def _of_statements(_: Table, store: Store, batch: BatchKey) -> dict[str, dg.MetadataValue | int]:
    table = store.rows("statements", str(batch))
    rows = [] if table is None else table.to_pylist()
    counts = Counter(row["verdict"] for row in rows)
    conflicts = [row for row in rows if row["verdict"] == Verdict.CONFLICT]
    return {f"số {VERDICTS[verdict].lower()}": count for verdict, count in counts.items()} | {
        "mâu thuẫn": plain_table(conflicts, _STATEMENT_HEADINGS)
    }


_STATEMENT_HEADINGS = {
    "id": "Mã",
    "printed": "Kế hoạch in",
    "computed": "Tính được",
    "unit": "ĐVT",
    "section": "Vị trí",
    "note": "Giải thích",
}


def _of_site(_: Table, store: Store, batch: BatchKey) -> dict[str, dg.MetadataValue | int]:
    page = explorer_page(store, ReturnSetKey(*batch))
    if not page.is_file():
        return {}
    return {"trang đầu": dg.MetadataValue.url(page.as_uri()), "trang đầu (tệp)": dg.MetadataValue.path(str(page))}


_MORE = {"cells": _of_files, "figures": _of_figures, "statements": _of_statements, "explorer": _of_site}


def findings_table(findings: Sequence[Mapping[str, Any]]) -> dg.TableMetadataValue:
    """Return findings as a table: what to do and what is suggested first, for a browser gives long words the room."""
    rows = [
        {
            "message": f"[{row['code']}] {row['message']}",
            # With a blank after each a browser can break the line.
            "cells": "; ".join(items_of(row["cells"])),
            **{name: row[name] for name in ("suggestion", "file", "sheet")},
        }
        for row in findings
    ]
    return plain_table(rows, _FINDING_HEADINGS)


_FINDING_HEADINGS = {
    "message": "Việc cần làm",
    "suggestion": "Gợi ý",
    "file": "Tệp",
    "sheet": "Trang",
    "cells": "Ô",
}


def figures_table(figures: pa.Table) -> dg.TableMetadataValue:
    """Return ``schemas.tables.FIGURES`` as a table: the value as a plan prints it, and the command that traces it."""
    rows = [
        {
            "label": row["label"],
            "value": shown(row["value"]),
            "unit": row["unit"],
            "status": f"{_state(row['status'])} ({row['reported']}/{row['expected']})",
            "id": row["id"],
        }
        for row in figures.slice(0, MOST_ROWS).to_pylist()
    ]
    return plain_table(rows, _FIGURE_HEADINGS, of=len(figures))


def _state(status: str) -> str:
    return WORDS[f"state.{status}"][0]


_FIGURE_HEADINGS = {
    "label": "Chỉ tiêu",
    "value": "Giá trị",
    "unit": "ĐVT",
    "status": "Tình trạng",
    "id": "Mã (truy nguồn: returns trace MÃ)",
}


def plain_table(rows: Sequence[Mapping[str, Any]], headings: Mapping[str, str], of: int = 0) -> dg.TableMetadataValue:
    """Return some columns of rows as a table with headings: the first ``MOST_ROWS``, and how many more there are.

    Args:
        rows: The rows, or the first of them.
        headings: The heading of each column that is shown.
        of: How many rows there are, where these are the first.
    """
    of = of or len(rows)
    shown = [
        {heading: "" if row[name] is None else str(row[name]) for name, heading in headings.items()}
        for row in rows[:MOST_ROWS]
    ]
    if of > MOST_ROWS:
        first = next(iter(headings.values()))
        more = f"… và {of - MOST_ROWS} dòng nữa, xem trang tra cứu hoặc bảng Parquet."
        shown.append(dict.fromkeys(headings.values(), "") | {first: more})
    columns = [dg.TableColumn(heading, "string") for heading in headings.values()]
    return dg.MetadataValue.table([dg.TableRecord(dict(row)) for row in shown], dg.TableSchema(columns=columns))
