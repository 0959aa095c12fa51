"""The data dictionary: what every field, edit, column, figure and kind of trouble is, gathered from its declaration.

Belongs here: gathering, and laying it out as a document, as Markdown and as one HTML page. Does not belong here: any
word on a particular field or figure (``schemas``); writing files (``pipelines.cli``).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import jinja2
import pyarrow as pa

from pipelines.present.data_package import PACKAGE, by_view, published, table_type, view_of
from schemas import tables
from schemas.catalogue import CATALOGUE
from schemas.edits import Balance
from schemas.fields import FormField
from schemas.flow import Table
from schemas.form import Form
from schemas.outcomes import Severity
from schemas.places import Places
from schemas.problems import Problems
from schemas.units import Percent
from schemas.words import WORDS

TITLE = "Từ điển dữ liệu"

ENTRY_COLUMNS = ("kind", "of", "name", "type", "label", "unit", "definition", "rule", "figures")
"""One row for everything that is described, as CSV."""

SEVERITIES = {severity: WORDS[f"finding.{severity}"][0] for severity in Severity}
"""The word for each."""

_EFFECTS = SEVERITIES | {Severity.ERROR: f"{SEVERITIES[Severity.ERROR]}: giữ lại biểu"}
"""And what it does."""

_TYPES = {
    "string": "chữ",
    "integer": "số nguyên",
    "number": "số thập phân",
    "date": "ngày",
    "array": "danh sách",
}
_YES = "có"


@dataclass(frozen=True)
class TextTable:
    """A table of the document: headings and rows of text. A cell in backticks is a name in code."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Section:
    """A heading of the document with what stands under it."""

    anchor: str
    level: int
    title: str
    text: str = ""
    tables: tuple[TextTable, ...] = ()


def contents(places: Places) -> dict[str, Any]:
    """Return the whole dictionary as plain data: forms, tables, figures, problems.

    Args:
        places: For who reports what.
    """
    return {
        "forms": [_form(form, places) for form in CATALOGUE.forms],
        "tables": [_table(table) for table in by_view(published()).values()],
        "figures": [
            {
                "id": figure.id,
                "label": figure.label,
                "unit": figure.unit.label,
                "decimals": figure.decimals,
                "formula": figure.formula.words(),
                "forms": [form.code for form in figure.forms],
                "plan": figure.plan,
                "chapter": chapter.code,
                "chapter_title": chapter.title,
            }
            for chapter in CATALOGUE.chapters
            for figure in chapter.figures
        ],
        "problems": [
            {
                "code": problem.value.code,
                "name": problem.name,
                "severity": problem.value.severity.value,
                "outcome": problem.value.status.value,
                "sentence": problem.value.message,
            }
            for problem in sorted(Problems, key=lambda problem: problem.value.code)
        ],
    }


def _form(form: type[Form], places: Places) -> dict[str, Any]:
    who = reported_by(form, places)
    return {
        "code": form.code,
        "title": form.heading,
        "sheet": form.sheet,
        "version": form.version,
        "reporter": form.reporter_kind,
        "lines": form.line_title,
        "table": f"marts/{form.domain}",
        "grain": f"Mỗi {f'«{form.line_title}»' if form.line_title else 'đơn vị'} một dòng; {who} báo cáo.",
        "fields": [_field(form, name, item, who) for name, item in form.fields().items()],
        "edits": [
            {
                "code": edit.code,
                "sentence": edit.sentence,
                "severity": edit.severity.value,
                "fields": [f"{read.form.code}.{read.name}" for read in edit.operands],
            }
            for edit in form.edits
        ],
    }


def reported_by(form: type[Form], places: Places) -> str:
    """Return who sends a form, in words."""
    if form.reporter_kind == "village":
        return "từng thôn"
    # Desks are the same in every commune, so any commune will do.
    return ", ".join(desk.title for desk in places.reporters("", form.reporter_kind)) or form.reporter_kind


def _meaning(form: type[Form], item: FormField, who: str) -> str:
    """Return what a field is: its definition, and what follows from how it is declared."""
    counted = "Tỷ lệ" if item.unit is Percent else "Số"
    kept = f"{counted} {item.unit.label} {form.time_of(item)}, {who} báo cáo."
    parts = [
        " + ".join(form.fields()[part].label for part in edit.parts)
        for edit in form.edits
        if isinstance(edit, Balance) and edit.total == item.name
    ]
    return " ".join(filter(None, [item.definition, kept, *(f"Bằng {one}." for one in parts), *_validity(form, item)]))


def _validity(form: type[Form], item: FormField) -> Iterator[str]:
    """Yield in which versions a form asks for a field, and what goes on with it."""
    since = {number: f"phiên bản {number} (từ {period.title})" for number, period in form.since.items()}
    if item.since in since:
        before = " + ".join(f"«{one.label}»" for one in form.fields().values() if item.name in one.became)
        yield f"Hỏi từ {since[item.since]}{f', thay cho {before}' if before else ''}."
    if item.until is not None:
        after = " + ".join(f"«{form.fields()[one].label}»" for one in item.became)
        yield f"Hỏi đến phiên bản {item.until}{f', sau đó là {after}' if after else ''}."
    for number, label in sorted(item.worded.items()):
        yield f"Đến phiên bản {number} in là «{label}»."


def _field(form: type[Form], name: str, item: FormField, who: str) -> dict[str, Any]:
    balances = [edit for edit in form.edits if isinstance(edit, Balance) and name in edit.parts]
    return {
        "name": name,
        "type": table_type(item.arrow().type),
        "label": item.label,
        "aliases": list(item.aliases),
        "section": item.section,
        "unit": item.unit.label,
        "definition": _meaning(form, item, who),
        "part_of": list(dict.fromkeys(edit.total for edit in balances)),
        "minimum": item.minimum,
        "maximum": item.maximum,
        "optional": item.optional,
        "figures": list(CATALOGUE.figures_of.get((form.code, name), ())),
    }


def _table(table: Table) -> dict[str, Any]:
    name = table.name if view_of(table) in table.name.split("/")[-1] else f"{view_of(table)}/*"
    return {
        "name": name,
        "view": view_of(table),
        "meaning": table.meaning,
        "key": list(table.keys),
        "form": table.form.code if table.form else "",
        "columns": [_column(field) for field in table.schema],
    }


def _column(field: pa.Field) -> dict[str, Any]:
    metadata = tables.said_of(field)
    described: dict[str, Any] = {"name": field.name, "type": table_type(field.type), "label": metadata.get("label", "")}
    described |= {name: metadata.get(name, "") for name in ("unit", "definition")}
    if pa.types.is_list(field.type):
        described["items"] = [_column(inner) for inner in field.type.value_type]
    return described


def entries(described: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the dictionary as one long table, a row for each thing described."""
    return [dict.fromkeys(ENTRY_COLUMNS, "") | row for row in _entries(described)]


_OF_COLUMNS = ("name", "type", "label", "unit", "definition")
"""What is described of a field of a form as of a column of a table."""


def _entries(described: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for form in described["forms"]:
        for item in form["fields"]:
            named = {name: item[name] for name in _OF_COLUMNS}
            yield {
                "kind": "field",
                "of": form["code"],
                "rule": _range(item),
                "figures": " ".join(item["figures"]),
            } | named
        for edit in form["edits"]:
            yield {"kind": "edit", "of": form["code"], "name": edit["code"], "type": edit["severity"]} | {
                "rule": edit["sentence"]
            }
    for table in described["tables"]:
        for column in table["columns"]:
            yield {"kind": "column", "of": table["name"]} | {name: column[name] for name in _OF_COLUMNS}
    for figure in described["figures"]:
        yield {"kind": "figure", "of": figure["chapter"], "name": figure["id"], "type": "number"} | {
            "label": figure["label"],
            "unit": figure["unit"],
            "rule": figure["formula"],
        }
    for problem in described["problems"]:
        yield {"kind": "problem", "name": problem["code"], "type": problem["severity"], "rule": problem["sentence"]}


def _range(item: Mapping[str, Any]) -> str:
    low, high = item["minimum"], item["maximum"]
    if low is not None and high is not None:
        return f"từ {low} đến {high}"
    return f"≥ {low}" if low is not None else f"≤ {high}" if high is not None else ""


def sections(described: Mapping[str, Any]) -> list[Section]:
    """Return the dictionary as a document."""
    return [
        *_form_sections(described["forms"]),
        *_table_sections(described["tables"]),
        *_figure_sections(described["figures"]),
        _problem_section(described["problems"]),
    ]


def _form_sections(forms: Sequence[Mapping[str, Any]]) -> Iterator[Section]:
    yield Section("forms", 2, "Biểu", "Mỗi biểu là một trang của sổ tính; mỗi chỉ tiêu của biểu là một cột của bảng.")
    for form in forms:
        labels = {item["name"]: item["label"] for item in form["fields"]}
        fields = TextTable(
            f"Chỉ tiêu của biểu {form['code']}",
            ("Cột", "Kiểu", "Chỉ tiêu", "ĐVT", "Định nghĩa", "Là phần của", "Khoảng", "Được bỏ trống", "Dùng cho"),
            tuple(
                (
                    f"`{item['name']}`",
                    _TYPES[item["type"]],
                    item["label"],
                    item["unit"],
                    item["definition"],
                    "; ".join(labels[total] for total in item["part_of"]),
                    _range(item),
                    _YES if item["optional"] else "",
                    " ".join(f"`{identifier}`" for identifier in item["figures"]),
                )
                for item in form["fields"]
            ),
        )
        edits = TextTable(
            f"Quy tắc của biểu {form['code']}",
            ("Mã", "Quy tắc", "Mức"),
            tuple(
                (f"`{edit['code']}`", edit["sentence"], _EFFECTS[Severity(edit["severity"])]) for edit in form["edits"]
            ),
        )
        sheet = f"Trang «{form['sheet']}», phiên bản {form['version']}; bảng `{form['table']}`. {form['grain']}"
        tables = (fields, edits) if edits.rows else (fields,)
        title = f"{form['code']} {form['title']}"
        yield Section(f"form-{form['code'].lower()}", 3, title, sheet, tables)


def _table_sections(tables: Sequence[Mapping[str, Any]]) -> Iterator[Section]:
    yield Section(
        "tables",
        2,
        "Bảng đã công bố",
        f"Tệp Parquet trong thư mục kết quả. Tệp `{PACKAGE}` mô tả các bảng này cho chương trình khác.",
    )
    for table in tables:
        key = ", ".join(f"`{name}`" for name in table["key"])
        text = f"{table['meaning']} Một dòng được xác định bởi: {key}." if key else table["meaning"]
        yield Section(
            f"table-{table['view']}", 3, f"{table['name']}", text, tables=(_columns(table["name"], table["columns"]),)
        )


def _columns(table: str, columns: Sequence[Mapping[str, Any]]) -> TextTable:
    return TextTable(
        f"Các cột của {table}",
        ("Cột", "Kiểu", "Ý nghĩa", "ĐVT", "Định nghĩa"),
        tuple(
            (f"`{prefix}{one['name']}`", _TYPES[one["type"]], one["label"], one["unit"], one["definition"])
            for column in columns
            for prefix, one in [("", column), *((f"{column['name']}.", inner) for inner in column.get("items", ()))]
        ),
    )


def _figure_sections(figures: Sequence[Mapping[str, Any]]) -> Iterator[Section]:
    yield Section(
        "figures",
        2,
        "Chỉ tiêu của kế hoạch",
        "Mã có `{reporter}` hoặc `{line}` là một chỉ tiêu cho mỗi đơn vị báo cáo hoặc mỗi dòng.",
    )
    chapters: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for figure in figures:
        chapters.setdefault((figure["chapter"], figure["chapter_title"]), []).append(figure)
    for (code, title), own in chapters.items():
        rows = tuple(
            (
                f"`{figure['id']}`",
                figure["label"],
                figure["unit"],
                str(figure["decimals"]),
                figure["formula"],
                ", ".join(figure["forms"]),
                figure["plan"],
            )
            for figure in own
        )
        headings = ("Mã", "Chỉ tiêu", "ĐVT", "Số lẻ", "Công thức", "Biểu", "Vị trí trong kế hoạch")
        yield Section(f"figures-{code}", 3, title, tables=(TextTable(f"Chỉ tiêu: {title}", headings, rows),))


def _problem_section(problems: Sequence[Mapping[str, Any]]) -> Section:
    rows = tuple(
        (f"`{problem['code']}`", problem["sentence"], _EFFECTS[Severity(problem["severity"])]) for problem in problems
    )
    text = (
        "Ngoài quy tắc của từng biểu. Chữ trong ngoặc nhọn thay bằng tên tệp, trang, ô và nội dung của từng trường hợp."
    )
    return Section(
        "problems",
        2,
        "Lỗi của tệp, ô và sổ đính chính",
        text,
        tables=(TextTable("Các câu báo", ("Mã", "Câu báo", "Mức"), rows),),
    )


def markdown(parts: Iterable[Section]) -> str:
    """Return the document as Markdown."""
    return _environment().get_template("dictionary.md.jinja").render(title=TITLE, sections=list(parts))


def html(parts: Iterable[Section]) -> str:
    """Return the document as one HTML page that needs nothing beside it."""
    return _environment().get_template("dictionary.html.jinja").render(title=TITLE, sections=list(parts))


@cache
def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("pipelines.present"),
        autoescape=lambda name: bool(name) and ".html." in str(name),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {"plain": plain_markdown, "pieces": _pieces}
    return made


def plain_markdown(text: str) -> str:
    """Escape what Markdown would take for markup; names in backticks stay as they are."""
    return "".join(
        f"`{words}`" if code else re.sub(r"([\\|*_<\[\]])", r"\\\1", words).replace("\n", " ")
        for code, words in _pieces(text)
    )


def _pieces(text: str) -> list[tuple[bool, str]]:
    """Split a text into words, and names that stand in backticks."""
    return [(number % 2 == 1, words) for number, words in enumerate(text.split("`")) if words]
