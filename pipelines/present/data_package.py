"""What other programs read of the published tables: the data package, and views for DuckDB.

Belongs here: the list of published tables, and their description as a Data Package with Table Schema and as SQL.
Does not belong here: what a column means (``schemas.tables`` and the forms say it), writing files
(``pipelines.refresh.layers``), OpenLineage (``pipelines.present.openlineage``).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from schemas import tables
from schemas.figures import CHAPTERS
from schemas.form import KEYS, Form, FormField
from schemas.forms import FORMS

PACKAGE, VIEWS = "datapackage.json", "views.sql"
"""Both lie at the top of the output folder: a package may only name files below itself."""


@dataclass(frozen=True)
class Published:
    """One published table."""

    name: str
    title: str
    meaning: str
    schema: pa.Schema
    keys: tuple[str, ...] = ()
    """What names one row; empty where nothing does."""
    form: type[Form] | None = None

    @property
    def view(self) -> str:
        """The name of the view in which it appears; the chapters' tables appear in one together."""
        folder, _, own = self.name.partition("/")
        return own if folder == "marts" else folder

    @property
    def fields(self) -> Mapping[str, FormField]:
        """The columns that are fields of a form."""
        return self.form.fields() if self.form else {}


def published() -> tuple[Published, ...]:
    """Return every published table: the forms' marts, the tables made of them, the chapters' figures and lineage."""
    return (
        *(_of_form(form) for form in FORMS),
        _named("marts/observations", tables.OBSERVATIONS, (*KEYS, "form", "field")),
        _named("marts/places", tables.PLACES),
        *(
            _named(f"{kind}/{chapter.code}", schema, keys, chapter.title)
            for kind, schema, keys in (
                ("figures", tables.FIGURES, ("period", "place", "reporter", "line", "id")),
                ("lineage", tables.LINEAGE, ("period", "commune", "figure", "form", "reporter", "line", "field")),
            )
            for chapter in CHAPTERS
        ),
        _named("statements", tables.STATEMENTS, ("period", "commune", "id")),
    )


def _of_form(form: type[Form]) -> Published:
    title = f"{form.code} {form.heading}"
    return Published(f"marts/{form.domain}", title, tables.meaning(form), tables.mart(form), KEYS, form)


def _named(name: str, schema: pa.Schema, keys: tuple[str, ...] = (), chapter: str = "") -> Published:
    meaning = tables.MEANINGS[name.partition("/")[0] if chapter else name.rpartition("/")[2]]
    head = meaning.partition(":")[0]
    return Published(name, f"{head}: {chapter}" if chapter else head, meaning, schema, keys)


def package(present: Iterable[str]) -> dict[str, Any]:
    """Return the Data Package descriptor of the published tables that are present, by name."""
    names = set(present)
    return {
        "name": "returns",
        "title": "Số liệu đã chấp nhận của xã",
        "description": "Các bảng đã công bố: biểu của từng đơn vị, chỉ tiêu của kế hoạch, dẫn nguồn tới từng ô.",
        "resources": [_resource(table) for table in published() if table.name in names],
    }


def _resource(table: Published) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "fields": [_field(field, table) for field in table.schema],
        # Parquet knows blanks from empty texts: the line code of a form with one record is an empty text.
        "missingValues": [],
    }
    if table.keys:
        schema["primaryKey"] = list(table.keys)
    return {
        "name": table.name.replace("/", "-"),
        "type": "table",
        "title": table.title,
        "description": table.meaning,
        "path": f"{table.name}.parquet",
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "schema": schema,
    }


def _field(field: pa.Field, table: Published) -> dict[str, Any]:
    described = _described(field)
    constraints: dict[str, Any] = {"required": True} if field.name in table.keys else {}
    if item := table.fields.get(field.name):
        ends = {"minimum": item.minimum, "maximum": item.maximum}
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
        if fits(kind):
            return name
    raise ValueError(f"No type of Table Schema is known for {kind}.")


def views(present: Iterable[str]) -> str:
    """Return the SQL that makes a commented DuckDB view of every published table that is present.

    Paths are relative to the output folder, so that the folder can be moved: see ``schemas/QUERIES.md``.
    """
    names, shown = set(present), dict[str, Published]()
    for table in published():
        if table.name in names:
            shown.setdefault(table.view, table)
    return "".join(line + "\n" for view, table in shown.items() for line in _view(view, table))


def _view(view: str, table: Published) -> Iterator[str]:
    folder = table.name.partition("/")[0]
    path = f"{table.name}.parquet" if view != folder or folder == table.name else f"{folder}/*.parquet"
    yield f"create or replace view \"{view}\" as from read_parquet('{path}');"
    yield f'comment on view "{view}" is {_text(table.meaning)};'
    for field in table.schema:
        yield f'comment on column "{view}"."{field.name}" is {_text(tables.description(field))};'


def _text(words: str) -> str:
    quoted = words.replace("'", "''")
    return f"'{quoted}'"
