"""What other programs read of the published tables: the data package, and views for DuckDB.

Belongs here: the list of published tables, and their description as a Data Package with Table Schema and as SQL.
Does not belong here: what a column means (``schemas.tables`` and the forms say it), writing files
(``pipelines.refresh.presenting``), OpenLineage (``pipelines.present.openlineage``).
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from schemas import tables
from schemas.fields import FormField
from schemas.flow import FLOW, OFFICE, Extent, Kind, Table

PACKAGE, VIEWS = "datapackage.json", "views.sql"
"""Both lie at the top of the output folder: a package may only name files below itself."""


def published() -> tuple[Table, ...]:
    """Return the published tables, as the flow has them."""
    return FLOW.kind(Kind.PUBLISHED)


def _parts(table: Table, parts: Iterable[str]) -> list[str]:
    """Return the parts that a table has, of those that have been written."""
    known = [part for part in parts if part != OFFICE]
    if table.extent is Extent.OFFICE:
        return [OFFICE]
    return [part for part in known if ("_" in part) == (table.extent is Extent.BATCH)]


def package(parts: Iterable[str]) -> dict[str, Any]:
    """Return the Data Package descriptor of the published tables, a resource for each part."""
    parts = list(parts)
    return {
        "name": "returns",
        "title": "Số liệu đã chấp nhận của xã",
        "description": "Các bảng đã công bố: biểu của từng đơn vị, chỉ tiêu của kế hoạch, dẫn nguồn tới từng ô.",
        "resources": [_resource(table, part) for table in published() for part in _parts(table, parts)],
    }


def _resource(table: Table, part: str) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "fields": [_field(field, table) for field in table.schema],
        # Parquet knows blanks from empty texts: the line code of a form with one record is an empty text.
        "missingValues": [],
    }
    if table.keys:
        schema["primaryKey"] = list(table.keys)
    return {
        "name": f"{table.name}-{part}".replace("/", "-").lower(),
        "type": "table",
        "title": f"{table.title} ({part})" if part != OFFICE else table.title,
        "description": table.meaning,
        "path": f"{table.name}/{part}.parquet",
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "schema": schema,
    }


def _fields(table: Table) -> Mapping[str, FormField]:
    return table.form.fields() if table.form else {}


def _field(field: pa.Field, table: Table) -> dict[str, Any]:
    described = _described(field)
    constraints: dict[str, Any] = {"required": True} if field.name in table.keys else {}
    if item := _fields(table).get(field.name):
        ends = {"minimum": item.minimum, "maximum": None if item.confirmable else item.maximum}
        constraints |= {name: value for name, value in ends.items() if value is not None}
    return described | ({"constraints": constraints} if constraints else {})


def _described(field: pa.Field) -> dict[str, Any]:
    said = tables.said_of(field)
    described: dict[str, Any] = {"name": field.name, "type": table_type(field.type), "title": said.get("label", "")}
    described |= {key: said[name] for key, name in (("description", "definition"), ("unit", "unit")) if said.get(name)}
    if pa.types.is_list(field.type):
        # Table Schema has no fields within a field. What a list holds is told in a property of our own.
        described["arrayItem"] = {"type": "object"}
        described["properties"] = [_described(inner) for inner in field.type.value_type]
    return described


def table_type(kind: pa.DataType) -> str:
    """Return the Table Schema type of an Arrow type.

    Raises:
        ValueError: No published column has had this type before.
    """
    for fits, name in (
        (pa.types.is_string, "string"),
        (pa.types.is_integer, "integer"),
        (pa.types.is_decimal, "number"),
        (pa.types.is_date, "date"),
        (pa.types.is_list, "array"),
    ):
        if fits(tables.uncoded(kind)):
            return name
    raise ValueError(f"No type of Table Schema is known for {kind}.")


def views(parts: Iterable[str]) -> str:
    """Return the SQL that makes a commented DuckDB view of every published table, over all its parts.

    The tables of all chapters appear in one view together. Paths are relative to the output folder, so that the folder
    can be moved: see ``schemas/QUERIES.md``.
    """
    parts = list(parts)
    shown = by_view(table for table in published() if _parts(table, parts))
    return "".join(line + "\n" for view, table in shown.items() for line in _view(view, table))


def by_view(found: Iterable[Table]) -> dict[str, Table]:
    """Return the views in which tables appear, each with the first of its tables."""
    shown: dict[str, Table] = {}
    for table in found:
        shown.setdefault(view_of(table), table)
    return shown


def view_of(table: Table) -> str:
    """Return the name of the view in which a table appears: the chapters' tables appear in one together."""
    return table.name.rpartition("/")[2] if table.family == "marts" else table.family


def _view(view: str, table: Table) -> Iterator[str]:
    path = f"{table.name}/*.parquet" if view != table.family or table.family == table.name else f"{view}/*/*.parquet"
    yield f"create or replace view \"{view}\" as from read_parquet('{path}');"
    yield f'comment on view "{view}" is {_text(table.meaning)};'
    for field in table.schema:
        yield f'comment on column "{view}"."{field.name}" is {_text(tables.description(field))};'


def _text(words: str) -> str:
    quoted = words.replace("'", "''")
    return f"'{quoted}'"
