"""The guides: what is listed is all there is, what is linked is there, what is typed exists."""

import re
import shlex
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import duckdb
import pytest
import typer
from typer.core import TyperGroup

from pipelines.cli.verbs import every_verb
from pipelines.present import guides
from pipelines.present.dictionary import plain_markdown
from pipelines.settings import HOME_VARIABLE
from pipelines.store.raw import Raw
from pipelines.store.tables import Store, file_of
from schemas.design.example import EXAMPLE
from schemas.design.faults import Faults
from schemas.design.sheets import SHEETS
from schemas.flow import FLOW, OFFICE, Extent
from schemas.forms import BY_CODE, FORMS
from schemas.problem import Problem
from schemas.problems import Problems
from schemas.words import VERDICTS
from tests.unit.builders import ROOT
from tests.unit.offices import KEY
from tests.unit.test_queries import opened, printed

MOST_PICTURES, LARGEST_PICTURE = 19, 200_000
VOID = frozenset({"meta", "link", "br", "img", "hr"})
PLACES = Raw(ROOT / "raw").places
EDITS = [edit for form in FORMS for edit in form.edits]


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    return guides.files(every_verb(), PLACES)


@pytest.fixture(scope="module")
def texts(made: dict[str, bytes]) -> dict[str, str]:
    return {name: made[f"{name}.md"].decode() for name in guides.GUIDES}


def rows(text: str, heading: str) -> list[list[str]]:
    """The rows of the table below a heading."""
    below = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    table = re.search(r"^\|.*\n\|[ -]*-.*\n((?:\|.*\n)+)", below, re.MULTILINE)
    assert table is not None, heading
    return [re.split(r"(?<!\\) ?\| ?", line)[1:-1] for line in table[1].splitlines()]


def test_the_same_is_made_every_time(made: dict[str, bytes]) -> None:
    assert guides.files(every_verb(), Raw(ROOT / "raw").places) == made


def test_every_finding_is_listed_with_what_to_do(texts: dict[str, str]) -> None:
    listed = {row[0].strip("`"): row[1:] for row in rows(texts["can-bo"], "Danh sách phát hiện")}
    assert set(listed) == {problem.value.code for problem in Problems}
    for code, (severity, wrong, next_step) in listed.items():
        assert severity.strip(), code
        assert re.fullmatch(r"\S.*\.", wrong), code
        assert re.fullmatch(r"\S.*\.", next_step), code


@pytest.mark.parametrize("problem", [one.value for one in Problems], ids=lambda problem: problem.code)
def test_a_finding_has_vietnamese_words_in_its_open_places(problem: Problem) -> None:
    assert not re.search(r"[{}]", " ".join(guides.wrong_and_next(problem)))


def test_every_fault_of_a_design_and_every_column_is_told_of(texts: dict[str, str]) -> None:
    listed = [row[0].strip("`") for row in rows(texts["thiet-ke"], "Những lỗi được báo")]
    assert listed == [fault.value.code for fault in Faults]
    for sheet in SHEETS:
        told = texts["thiet-ke"].partition(f"\n### Trang {sheet.title}\n")[2].partition("\n#")[0]
        assert [column for column in sheet.columns if plain_markdown(column.help) not in told] == []


def test_every_edit_is_listed(texts: dict[str, str]) -> None:
    assert [row[0].strip("`") for row in rows(texts["can-bo"], "Quy tắc của từng biểu")] == [
        edit.code for edit in EDITS
    ]


def test_every_form_is_listed_with_who_owes_it(texts: dict[str, str]) -> None:
    listed = {row[0].strip("`"): row[1:] for row in rows(texts["can-bo"], "Danh sách biểu")}
    assert list(listed) == [form.code for form in FORMS]
    for code, (sheet, title, who) in listed.items():
        form = BY_CODE[code]
        assert (sheet, title) == (form.sheet, form.heading)
        if form.reporter_kind == "village":
            assert "Mỗi thôn" in who
        else:
            owing = PLACES.reporters("huu-kien", form.reporter_kind)
            assert owing
            assert all(one.title in who and f"`{one.code}.xlsx`" in who for one in owing)


def commands() -> dict[str, set[str]]:
    """Every command of the command line with its options."""
    found = {}
    for name, command in typer.main.get_group(every_verb()).commands.items():
        below = command.commands if isinstance(command, TyperGroup) else {"": command}
        for inner, one in below.items():
            found[f"{name} {inner}".strip()] = {opt for parameter in one.params for opt in parameter.opts}
    return found


def test_every_command_and_option_is_listed_and_told_of(texts: dict[str, str]) -> None:
    listed = texts["can-bo"][texts["can-bo"].index("## Danh sách lệnh") :]
    words = "".join(text.partition("## Danh sách lệnh")[0] for text in texts.values())
    for name, options in commands().items():
        assert f"| `returns {name}" in listed
        assert f"returns {name}" in words, f"returns {name} is in no guide's text"
        for option in options:
            assert not option.startswith("--") or f"`{option}" in listed, (name, option)


def test_every_table_of_the_flow_is_in_the_list_of_outputs(texts: dict[str, str]) -> None:
    listed = {(row[0], row[1].strip("`")): row[2] for row in rows(texts["quan-tri"], "Thư mục kết quả")}
    told = {(guides.KINDS[table.kind], guides.file_with_open_places(table)): table for table in FLOW.tables}
    assert listed.keys() == told.keys()
    assert all(len(meaning) > 20 for meaning in listed.values())
    for kind in guides.KINDS.values():
        assert kind in {shown for shown, _ in listed}


def test_the_list_says_where_a_table_lies() -> None:
    parts = {Extent.BATCH: str(KEY), Extent.PERIOD: KEY.period, Extent.OFFICE: OFFICE}
    for table in FLOW.tables:
        filled = guides.file_with_open_places(table).replace("‹kỳ›", KEY.period).replace("‹xã›", KEY.commune)
        own = table.name.partition("/")[2]
        assert re.sub("‹biểu›|‹chương›", own, filled) == file_of(table.name, parts[table.extent])


def test_every_published_table_is_in_the_list_of_views(texts: dict[str, str], example: Store) -> None:
    listed = {row[0].strip("`"): row[1:] for row in rows(texts["phan-tich"], "Bảng nào chứa gì")}
    made = re.findall(r'^create or replace view "(\w+)"', (example.root / "views.sql").read_text("utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(made)
    for form in FORMS:
        file, meaning, key = listed[form.domain]
        assert file == f"`marts/{form.domain}/‹kỳ›_‹xã›.parquet`"
        assert form.heading in meaning
        assert "`reporter`" in key


def test_every_target_of_make_in_the_text_exists(texts: dict[str, str]) -> None:
    targets = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    pages = [*texts.values(), *((ROOT / name).read_text("utf-8") for name in ("README.md", "CONTRIBUTING.md"))]
    named = {target for page in pages for target in re.findall(r"(?:`|^)make ([a-z-]+)", page, re.MULTILINE)}
    assert {"refresh", "test", "ui"} <= named <= targets


def test_every_file_of_the_project_in_the_text_is_there(texts: dict[str, str]) -> None:
    pages = [*texts.values(), *((ROOT / name).read_text("utf-8") for name in ("README.md", "CONTRIBUTING.md"))]
    named = {path for page in pages for path in re.findall(r"\b((?:schemas|pipelines|assets|tests)/[\w./-]*\w)", page)}
    assert len(named) > 15
    assert sorted(path for path in named - NOT_YET if not (ROOT / path).exists()) == []


NOT_YET = {"schemas/forms/b06_fish.py", "schemas/figures/fish.py"}
"""What a reader is told to write."""


def test_commands_in_the_text_exist(texts: dict[str, str]) -> None:
    known = commands()
    found = [
        command
        for text in texts.values()
        for command in (
            *re.findall(r"`(returns [^`\n]+)`", text),
            *re.findall(r"^\$ (returns .*)$", text, re.MULTILINE),
        )
    ]
    assert len(found) > 40
    for command in found:
        _, name, *words = shlex.split(command, comments=True)
        if name not in known:  # a verb of a group
            name, words = " ".join([name, *words[:1]]), words[1:]
        for word in words:
            assert not word.startswith("-") or word in known[name], command


def test_every_environment_variable_is_told_of(texts: dict[str, str]) -> None:
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "pipelines").rglob("*.py"))
    variables = set(re.findall(r"\bRETURNS_[A-Z]+(?:_[A-Z]+)*\b(?!_)", sources))
    assert variables > {"RETURNS_RAW", "RETURNS_SMTP_PASSWORD"}
    words = "".join(texts.values())
    assert [name for name in sorted({*variables, HOME_VARIABLE}) if f"`{name}`" not in words] == []


def test_every_verdict_is_explained(texts: dict[str, str]) -> None:
    explained = {row[1].strip("`"): row for row in rows(texts["kiem-toan"], "Con số in ra có đúng không")}
    assert {name: row[0] for name, row in explained.items()} == VERDICTS
    assert all(len(row[2]) > 20 for row in explained.values())


def test_codes_in_the_text_exist(texts: dict[str, str]) -> None:
    known = {one.value.code for one in (*Problems, *Faults)} | {edit.code for edit in EDITS}
    known |= {row["code"] for row in EXAMPLE["rules"]}
    named = {code for text in texts.values() for code in re.findall(r"\b[A-Z]\d?\d?-\d\d\b", text)}
    assert len(named) > 100
    assert named <= known


class Page(HTMLParser):
    """The elements of a page, and whether they close in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, tag

    def all(self, tag: str, name: str) -> list[str]:
        return [str(attrs[name]) for found, attrs in self.found if tag in ("", found) and attrs.get(name)]


def test_no_link_and_no_picture_of_a_page_is_dead(made: dict[str, bytes]) -> None:
    pages = {name: Page(content.decode()) for name, content in made.items() if name.endswith(".html")}
    assert sorted(pages) == sorted(f"{name}.html" for name in guides.GUIDES)
    for name, page in pages.items():
        assert page.open == []
        ids = page.all("", "id")
        assert len(ids) == len(set(ids))
        links = page.all("a", "href")
        assert {f"{other}.html" for other in guides.GUIDES} <= set(links)
        for link in links:
            file, _, place = link.partition("#")
            assert file == "" or file in pages, (name, link)
            assert not place or unquote(place) in pages[file or name].all("", "id"), (name, link)
        for picture in page.all("img", "src"):
            assert picture in made, (name, picture)
        assert len(page.all("img", "alt")) == len(page.all("img", "src"))


def test_no_link_of_the_markdown_is_dead(made: dict[str, bytes], texts: dict[str, str]) -> None:
    anchors = {
        name: {guides.anchor(title) for title in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}
        for name, text in texts.items()
    }
    for name, text in texts.items():
        links = re.findall(r"\]\(([^) ]+)", text)
        assert links
        for link in links:
            file, _, place = link.partition("#")
            assert file == "" or file in made, (name, link)
            assert not place or place in anchors[file.removesuffix(".md") or name], (name, link)


def test_pictures_are_few_small_used_once_and_described(made: dict[str, bytes], texts: dict[str, str]) -> None:
    pictures = {name: content for name, content in made.items() if name.startswith("pictures/")}
    assert 0 < len(pictures) <= MOST_PICTURES
    for name, content in pictures.items():
        assert content.startswith(b"\x89PNG"), name
        assert len(content) < LARGEST_PICTURE, name
    shown = [one for text in texts.values() for one in re.findall(r'!\[([^\]]*)\]\((\S+) "([^"]*)"\)', text)]
    assert sorted(path for _, path, _ in shown) == sorted(pictures)
    assert all(len(alt) > 20 and len(caption) > 10 for alt, _, caption in shown)


def test_nothing_is_left_to_fill_in(made: dict[str, bytes]) -> None:
    for name, content in made.items():
        if not name.endswith(".png"):
            assert not re.search(rb"\{\{|\}\}|\{%|\{#|TODO", content.partition(b"</style>")[2] or content), name


SOURCES = "".join((Path(guides.__file__).parent / f"{name}.md").read_text("utf-8") for name in guides.GUIDES)
QUERIES: list[tuple[str, str]] = re.findall(r"```sql\n([^`]*)```\n\n((?:\|.*\n)+)", SOURCES)


def test_every_query_shows_what_comes_out() -> None:
    assert len(QUERIES) == SOURCES.count("```sql") > 5


@pytest.fixture(scope="module")
def db(example: Store) -> duckdb.DuckDBPyConnection:
    return opened(example)


@pytest.mark.parametrize(("query", "shown"), QUERIES, ids=[query.split("where ")[1][:40] for query, _ in QUERIES])
def test_a_query_gives_what_the_guide_shows(query: str, shown: str, db: duckdb.DuckDBPyConnection) -> None:
    assert printed(db.sql(query)) == shown
