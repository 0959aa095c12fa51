# mypy: ignore-errors
"""Workbooks to rows, as somebody would write it who has calamine and knows the forms. No module of the project's.

Belongs here: that, and what ``declared.json`` says of the forms. Does not belong here: checking, adding up.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

Declared = list[dict[str, Any]]
"""Of each form its code, the title of its sheet, its fields with what they are called, and its rules."""


def declared(path: Path) -> Declared:
    found: Declared = json.loads(path.read_text("utf-8"))
    return found


def rows(raw: Path, forms: Declared) -> dict[str, list[dict[str, Any]]]:
    """By form its records: commune, file, and every field as a whole number of its last digit."""
    by_sheet = {form["sheet"]: form for form in forms}
    found: dict[str, list[dict[str, Any]]] = {form["code"]: [] for form in forms}
    for path in sorted(raw.rglob("*.xlsx")):
        with CalamineWorkbook.from_path(path) as book:
            for name in book.sheet_names:
                if name in by_sheet:
                    form, sheet = by_sheet[name], book.get_sheet_by_name(name).to_python()
                    for values in _records(form, sheet):
                        found[form["code"]].append({"commune": path.parent.name, "file": path.name, **values})
    return found


def _records(form: dict[str, Any], sheet: list[list[Any]]) -> Iterator[dict[str, int | None]]:
    """Yield the records in a sheet: of a list of questions one, of a table one for each line that is filled in."""
    fields = {label: (name, 10 ** one["decimals"]) for name, one in form["fields"].items() for label in one["labels"]}
    at = next(number for number, row in enumerate(sheet) if form["heading"] in row)
    heading = sheet[at]
    if not form["lines"]:
        label, value = heading.index("Chỉ tiêu"), heading.index("Giá trị")
        asked = ((row[label], row[value]) for row in sheet[at + 1 :] if row[label] in fields)
        yield {fields[words][0]: _whole(answer, fields[words][1]) for words, answer in asked}
        return
    columns = [(number, *fields[words]) for number, words in enumerate(heading) if words in fields]
    code = heading.index(form["heading"])
    for row in sheet[at + 1 :]:
        if row[code] != "":
            yield {name: _whole(row[number], digits) for number, name, digits in columns}


def _whole(value: Any, digits: int) -> int | None:
    return None if value == "" else round(value * digits)
