import csv
import io
import json
import subprocess
import sys
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from pipelines.present import dictionary
from schemas.edits import Balance
from schemas.figures import CHAPTERS
from schemas.forms import FORMS
from schemas.problems import Problems
from tests.unit.builders import PLACES

RETURNS = Path(sys.executable).parent / "returns"


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    return dictionary.contents(PLACES)


@pytest.fixture(scope="module")
def page(described: dict[str, Any]) -> str:
    return dictionary.html(dictionary.sections(described))


@pytest.fixture(scope="module")
def text(described: dict[str, Any]) -> str:
    return dictionary.markdown(dictionary.sections(described))


class Page(HTMLParser):
    """The elements of a page, and whether they close in order."""

    VOID = frozenset({"meta", "link", "br", "img", "input"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.cells: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, tag

    def handle_data(self, data: str) -> None:
        if {"td", "th"} & set(self.open):
            self.cells[-1] += data

    def attributes(self, tag: str, name: str) -> list[str | None]:
        return [attributes[name] for found, attributes in self.found if found == tag and name in attributes]


def test_every_field_of_every_form_is_described_as_it_is_declared(described: dict[str, Any]) -> None:
    assert [form["code"] for form in described["forms"]] == [form.code for form in FORMS]
    for form, entry in zip(FORMS, described["forms"], strict=True):
        assert [item["name"] for item in entry["fields"]] == list(form.fields())
        for item, one in zip(form.fields().values(), entry["fields"], strict=True):
            assert (one["label"], one["unit"]) == (item.label, item.unit.label)
            assert one["definition"].startswith(item.definition)
            assert (one["minimum"], one["maximum"], one["optional"]) == (item.minimum, item.maximum, item.optional)
        assert [edit["code"] for edit in entry["edits"]] == [edit.code for edit in form.edits]
        assert all(edit["sentence"] for edit in entry["edits"])


def test_every_field_has_a_definition_with_unit_time_and_reporter(described: dict[str, Any]) -> None:
    """Also where nobody wrote one, since the label says what is counted."""
    said = {(form["code"], one["name"]): one["definition"] for form in described["forms"] for one in form["fields"]}
    assert said["B01", "horse"] == (
        "Số con có mặt tại thời điểm báo cáo, từng thôn báo cáo. Bằng Ngựa thường + Ngựa bạch."
    )
    assert said["T01", "revenue_total"].startswith("Số đồng từ đầu năm đến hết kỳ, ")
    for form in FORMS:
        for name, item in form.fields().items():
            assert f" {item.unit.label} {form.time_of(item)}, " in said[form.code, name]
            assert not form.when.endswith(".")
    assert all(said.values())


def test_the_dictionary_is_vietnamese(page: str) -> None:
    assert 'lang="en"' not in page
    assert "One row" not in page


def test_a_part_names_its_total(described: dict[str, Any]) -> None:
    livestock = {item["name"]: item for form in described["forms"] if form["code"] == "B01" for item in form["fields"]}
    assert livestock["horse_white"]["part_of"] == ["horse"]
    assert livestock["horse"]["part_of"] == ["total"]
    assert livestock["total"]["part_of"] == []
    found = {
        (form["code"], item["name"], total)
        for form in described["forms"]
        for item in form["fields"]
        for total in item["part_of"]
    }
    balances = [(form, edit) for form in FORMS for edit in form.edits if isinstance(edit, Balance)]
    assert found == {(form.code, part, edit.total) for form, edit in balances for part in edit.parts}


def test_a_field_names_every_figure_that_is_made_of_it(described: dict[str, Any]) -> None:
    found = {
        (identifier, form["code"], item["name"])
        for form in described["forms"]
        for item in form["fields"]
        for identifier in item["figures"]
    }
    assert ("livestock.horse.white.share", "B01", "horse_white") in found
    assert found == {
        (figure.id, read.form.code, read.name)
        for chapter in CHAPTERS
        for figure in chapter.figures
        for read in figure.formula.fields()
    }


def test_every_figure_problem_and_published_column_is_there(described: dict[str, Any]) -> None:
    assert {one["id"] for one in described["figures"]} == {one.id for chapter in CHAPTERS for one in chapter.figures}
    assert [one["code"] for one in described["problems"]] == sorted(problem.value.code for problem in Problems)
    tables = {table["name"]: table for table in described["tables"]}
    of_no_form = {"marts/observations", "marts/places", "sums/*", "figures/*", "levels/*", "lineage/*", "statements"}
    of_no_form |= {"findings_by_form", "sent_by_form"}
    assert set(tables) == {*of_no_form, *(f"marts/{form.domain}" for form in FORMS)}
    for table in described["tables"]:
        assert table["meaning"]
        assert all(column["label"] for column in table["columns"]), table["name"]


def test_all_of_it_is_in_both_documents(described: dict[str, Any], page: str, text: str) -> None:
    cells = {cell.strip() for cell in Page(page).cells}
    lines = text.splitlines()
    for row in dictionary.entries(described):
        assert row["name"] in cells
        assert any(f"| `{row['name']}` |" in line for line in lines), row
        if row["kind"] in ("field", "figure"):
            assert row["label"] in cells


def test_the_page_stands_alone_and_can_be_used_without_seeing_it(page: str) -> None:
    parsed = Page(page)
    assert parsed.open == []
    assert page.startswith("<!DOCTYPE html>")
    assert parsed.attributes("html", "lang") == ["vi"]
    assert not {tag for tag, _ in parsed.found} & {"link", "img", "iframe"}
    assert parsed.attributes("script", "src") == []
    assert "http" not in page
    ids = [attributes["id"] for _, attributes in parsed.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = parsed.attributes("a", "href")
    assert {str(link).removeprefix("#") for link in links} <= set(ids)
    assert set(parsed.attributes("div", "aria-labelledby")) <= set(ids)
    tags = [tag for tag, _ in parsed.found]
    assert tags.count("table") == tags.count("caption") == tags.count("thead") > len(FORMS)
    assert set(parsed.attributes("th", "scope")) == {"col", "row"}
    assert (tags.count("h1"), tags.count("main"), tags.count("nav")) == (1, 1, 1)
    assert "@media print" in page


def test_every_row_of_a_markdown_table_has_the_cells_of_its_heading(text: str) -> None:
    bars = [line.replace("\\|", "").count("|") if line.startswith("|") else 0 for line in text.splitlines()]
    assert all(one == next_one for one, next_one in pairwise(bars) if one and next_one)
    assert sum(map(bool, bars)) > len(FORMS)


def test_words_that_look_like_markup_stay_words() -> None:
    table = dictionary.TextTable("c", ("a", "b"), (("`x_y`", "1 < 2 | *3* <b>\nmore"),))
    parts = [dictionary.Section("one", 2, "A & B", tables=(table,))]
    assert "1 &lt; 2 | *3* &lt;b&gt;" in dictionary.html(parts)
    assert "A &amp; B" in dictionary.html(parts)
    assert "| `x_y` | 1 \\< 2 \\| \\*3\\* \\<b> more |" in dictionary.markdown(parts)


def returns(*words: str) -> str:
    done = subprocess.run([str(RETURNS), *words], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_command_writes_both_files(tmp_path: Path, text: str, page: str) -> None:
    assert returns("dictionary", "--data", str(tmp_path)).count("Đã ghi") == 2
    assert (tmp_path / "dictionary" / "data-dictionary.md").read_text("utf-8") == text
    assert (tmp_path / "dictionary" / "data-dictionary.html").read_text("utf-8") == page


def test_the_command_prints_data_and_writes_only_where_it_is_told(tmp_path: Path, described: dict[str, Any]) -> None:
    assert json.loads(returns("dictionary", "--format", "json", "--data", str(tmp_path / "a"))) == described
    assert not (tmp_path / "a").exists()
    printed = returns("dictionary", "--format", "csv", "--output", str(tmp_path / "b"))
    assert list(csv.DictReader(io.StringIO(printed))) == dictionary.entries(described)
    assert sorted(path.name for path in (tmp_path / "b").iterdir()) == ["data-dictionary.html", "data-dictionary.md"]
