"""The guides for officer, auditor, analyst, administrator, and of what a run costs: Markdown filled in, and pages.

Belongs here: gathering what the guides list (findings, edits, forms, tables, commands) from where it is declared, and
laying the guides out as Markdown and as HTML. Does not belong here: what is told (the ``.md`` files beside this one),
any word on a particular form or finding (``schemas``), writing files (``pipelines.cli``), what helps to fill in a form
(``pipelines.handout.aids``).
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any

import jinja2
import typer
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token
from markupsafe import Markup
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from pipelines.present.data_package import by_view, published
from pipelines.present.dictionary import SEVERITIES, plain_markdown
from pipelines.store.state import FORMAT
from pipelines.store.tables import file_of
from schemas.catalogue import CATALOGUE
from schemas.design.faults import Faults
from schemas.design.notation import FORMULA_EXAMPLES, RULE_KINDS
from schemas.design.sheets import SHEETS
from schemas.flow import FLOW, OFFICE, Extent, Kind, Table
from schemas.periods import Period, PeriodKind
from schemas.places import Places
from schemas.problem import Problem
from schemas.problems import Problems
from schemas.words import VERDICTS

GUIDES = ("can-bo", "thiet-ke", "kiem-toan", "phan-tich", "quan-tri", "do-luong", "tin-cay")
"""Names of the guides' files."""

OPEN_PLACES = {
    "file": "tên tệp",
    "sheet": "tên trang",
    "cells": "địa chỉ ô",
    "label": "tên chỉ tiêu",
    "form": "mã biểu",
    "reporter": "Đơn vị báo cáo",
    "commune": "tên xã",
    "written": "nội dung đã ghi",
    "expected": "nội dung cần có",
}
"""What goes into the open places of a finding's sentence."""

KINDS = {
    Kind.STAGED: "Của lần đọc gần nhất, chưa công bố",
    Kind.PUBLISHED: "Đã công bố",
    Kind.DOCUMENT: "Tài liệu",
}
"""What a table is for, as the list of outputs says it."""

_PART = {Extent.BATCH: "‹kỳ›_‹xã›", Extent.PERIOD: "‹kỳ›", Extent.OFFICE: OFFICE}
"""How the file of a part is called, with the open places of the list of outputs."""

_COMMON = 4
"""An option that so many commands have is described once for all of them."""

_PICTURES, _MEASURED = "pictures", "measured"

_YEAR = 2024
"""Any year: returns are due on the same days in each."""
_LISTED = "h2"
"""The headings that a page's contents list."""

_TABLE_OPEN, _TABLE_CLOSE = (
    '<div class="scroll" role="region" aria-label="Bảng" tabindex="0">\n<table>\n',
    "</table>\n</div>\n",
)


@dataclass(frozen=True)
class Heading:
    """An entry of a page's contents."""

    anchor: str
    title: str


@dataclass(frozen=True)
class Verb:
    """A command: how it is typed, what it does, and its options, each as typed with what it is for."""

    usage: str
    does: str
    options: Mapping[str, str]


def files(app: typer.Typer, places: Places) -> dict[str, bytes]:
    """Return the guides as files: names from the top of their folder, and contents; pages come after their pictures.

    Args:
        app: The command line whose commands are listed.
        places: For who owes which form.
    """
    texts = {name: markdown(name, app, places) for name in GUIDES}
    pages = {name: _page(text) for name, text in texts.items()}
    titles = {name: title for name, (title, _, _) in pages.items()}
    template = _environment().get_template("templates/guide.html.jinja")
    made = dict(pictures())
    for name, (title, contents, body) in pages.items():
        page = template.render(
            title=title, name=name, titles=titles, contents=contents, body=Markup(body), style=Markup(_style())
        )
        made |= {f"{name}.md": texts[name].encode(), f"{name}.html": page.encode()}
    return made


def pictures() -> Iterator[tuple[str, bytes]]:
    """Yield the pictures by name, from the top of the guides' folder."""
    folder = resources.files(__name__) / _PICTURES
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        yield f"{_PICTURES}/{path.name}", path.read_bytes()


def markdown(name: str, app: typer.Typer, places: Places) -> str:
    """Return one guide as Markdown, with its tables."""
    known = verbs(app)
    return (
        _environment()
        .get_template(f"guides/{name}.md")
        .render(
            findings=_findings(),
            edits=_edits(),
            faults=_faults(),
            sheets=_sheets(),
            rules=_table(("Viết", "Nghĩa là"), ((f"`{one.example}`", one.means) for one in RULE_KINDS)),
            formulas=_table(("Viết", "Nghĩa là"), ((f"`{text}`", means) for text, means in FORMULA_EXAMPLES)),
            forms=_forms(places),
            commands=_commands(known),
            options=_options(known),
            outputs=_outputs(),
            measured=_measured(),
            views=_views(),
            format=FORMAT,
            verdicts=VERDICTS,
            due=[f"{day.day}/{day.month}" for day in (Period(_YEAR, last, PeriodKind.HALF).due() for last in (6, 12))],
        )
    )


def _measured() -> dict[str, str]:
    """Return the tables that harnesses and benchmarks wrote, by name."""
    folder = resources.files(__name__) / _MEASURED
    return {path.name.removesuffix(".md"): path.read_text("utf-8") for path in folder.iterdir()}


def _findings() -> str:
    problems = sorted((one.value for one in Problems), key=lambda problem: problem.code)
    rows = [(f"`{problem.code}`", SEVERITIES[problem.severity], *wrong_and_next(problem)) for problem in problems]
    return _table(("Mã", "Mức", "Báo gì", "Việc cần làm"), rows)


def _faults() -> str:
    faults = [one.value for one in Faults]
    words = {name: f"‹{words}›" for name, words in OPEN_PLACES.items()}
    rows = [(f"`{one.code}`", SEVERITIES[one.severity], _filled(one.message, words)) for one in faults]
    return _table(("Mã", "Mức", "Báo gì"), rows)


def _sheets() -> str:
    """Return what each sheet of a design workbook asks for, those columns marked that no row may leave blank."""
    parts = []
    for sheet in SHEETS:
        rows = [(f"{one.heading}{' (bắt buộc)' if one.required else ''}", one.help) for one in sheet.columns]
        parts += [f"### Trang {sheet.title}", sheet.help, _table(("Cột", "Cách ghi"), rows)]
    return "\n\n".join(parts)


def wrong_and_next(problem: Problem) -> tuple[str, str]:
    """Return what a finding of a kind says is wrong, less where it is, and what it says to do next."""
    wrong = problem.wrong
    what = f"{wrong.words[0].upper()}{wrong.words[1:]}" if wrong.where else wrong.sentence
    words = {name: f"‹{words}›" for name, words in OPEN_PLACES.items()}
    return _filled(what, words), _filled(problem.task.office, words)


def _filled(sentence: str, words: Mapping[str, str]) -> str:
    return sentence.format_map(words).replace("«‹", "‹").replace("›»", "›")


def _edits() -> str:
    edits = [edit for form in CATALOGUE.forms for edit in form.edits]
    rows = [(f"`{edit.code}`", SEVERITIES[edit.severity], edit.sentence) for edit in edits]
    return _table(("Mã", "Mức", "Quy tắc"), rows)


def _forms(places: Places) -> str:
    rows = [
        (f"`{form.code}`", form.sheet, form.heading, _owed_by(form.reporter_kind, places)) for form in CATALOGUE.forms
    ]
    return _table(("Mã", "Trang", "Biểu", "Ai gửi (tên tệp)"), rows)


def _owed_by(kind: str, places: Places) -> str:
    if kind == "village":
        return "Mỗi thôn (`mã thôn.xlsx`)"
    # Desks are the same in every commune, so any commune will do.
    return "; ".join(f"{desk.title} (`{desk.code}.xlsx`)" for desk in places.reporters("", kind))


def _outputs() -> str:
    """Return the list of all tables; those of all forms, or of all chapters, in one row."""
    meanings: dict[tuple[Kind, str], dict[str, None]] = {}
    for table in FLOW.tables:
        meanings.setdefault((table.kind, file_with_open_places(table)), {})[_of_any_form(table)] = None
    rows = [(KINDS[kind], f"`{file}`", *words) for (kind, file), words in meanings.items()]
    rows.sort(key=lambda row: list(KINDS.values()).index(row[0]))
    return _table(("Loại", "Tệp", "Là gì"), rows)


def file_with_open_places(table: Table) -> str:
    """Return where a table lies, with open places for its part, and for its form or chapter where each has one."""
    family, _, own = table.name.partition("/")
    if table.form is None and table.maker.subject:
        name = f"{family}/‹chương›"
    else:
        name = f"{family}/‹biểu›" if own in _domains() else table.name
    return file_of(name, _PART[table.extent])


def _domains() -> frozenset[str]:
    return frozenset(form.domain for form in CATALOGUE.forms)


def _of_any_form(table: Table) -> str:
    """Return what a table is, with open places for the words of its form."""
    form = table.form
    if form is None:
        return table.meaning
    words = table.meaning.replace(f"{form.code} «{form.heading}»", "‹mã và tên biểu›")
    return words.replace(f"«{form.line_title}»", "‹tên dòng›") if form.line_title else words


def _views() -> str:
    """Return the list of published tables as they are asked for: one row for each view of DuckDB."""
    rows = []
    for view, table in by_view(published()).items():
        file = file_of(table.name, _PART[table.extent]) if table.form else file_with_open_places(table)
        key = ", ".join(f"`{name}`" for name in table.keys)
        rows.append((f"`{view}`", f"`{file}`", table.meaning, key))
    return _table(("Bảng", "Tệp", "Là gì", "Khóa"), rows)


def verbs(app: typer.Typer) -> dict[str, Verb]:
    """Return the commands of a command line, as their own ``--help`` describes them."""
    return {name: _verb(name, command) for name, command in _below(typer.main.get_group(app))}


def _below(group: TyperGroup) -> Iterator[tuple[str, TyperCommand]]:
    """Yield the commands of a group, those of groups in it by both names, as they are typed."""
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from ((f"{name} {below}", one) for below, one in _below(command))
        elif isinstance(command, TyperCommand):
            yield name, command


def _verb(name: str, command: TyperCommand) -> Verb:
    arguments = [one for one in command.params if isinstance(one, TyperArgument)]
    named = [str(one.metavar or one.name) if one.required else f"[{one.metavar or one.name}]" for one in arguments]
    options = {_typed(one): one.help or "" for one in command.params if isinstance(one, TyperOption)}
    does = (command.help or "").split("\n\n", maxsplit=1)[0].replace("\n", " ").rstrip(".")
    return Verb(" ".join(["returns", name, *named]), does, options)


def _typed(option: TyperOption) -> str:
    name = max(option.opts, key=len)
    choices = "/".join(map(str, getattr(option.type, "choices", ())))
    value = "" if option.is_flag else choices or option.metavar or (option.name or "").strip("_").upper()
    return f"{name} {value}".strip()


def _commands(known: Mapping[str, Verb]) -> str:
    common = _common(known)
    rows = [
        (f"`{verb.usage}`", verb.does, *_own(option for option in verb.options.items() if option not in common))
        for verb in known.values()
    ]
    return _table(("Lệnh", "Việc", "Tùy chọn riêng"), rows)


def _own(options: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(f"`{typed}`: {words}" for typed, words in options) or ("",)


def _options(known: Mapping[str, Verb]) -> str:
    common = _common(known)
    rows = []
    for typed, words in common:
        having = [f"`{name}`" for name, verb in known.items() if typed in verb.options]
        rows.append((f"`{typed}`", words, "mọi lệnh" if len(having) == len(known) else ", ".join(having)))
    return _table(("Tùy chọn", "Việc", "Ở các lệnh"), rows)


def _common(known: Mapping[str, Verb]) -> list[tuple[str, str]]:
    counts = Counter(option for verb in known.values() for option in verb.options.items())
    return [option for option, count in counts.items() if count >= _COMMON]


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; what a row has more than there are headings goes below in its last cell."""
    last = len(headings) - 1
    lines = [[*map(plain_markdown, row[:last]), "<br>".join(map(plain_markdown, row[last:]))] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in [headings, ["---"] * len(headings), *lines])


def _page(text: str) -> tuple[str, list[Heading], str]:
    """Return the title, the contents and the body of a guide's page."""
    reader = MarkdownIt("commonmark").enable("table")
    reader.add_render_rule("image", _picture)
    reader.add_render_rule("table_open", lambda *_: _TABLE_OPEN)
    reader.add_render_rule("table_close", lambda *_: _TABLE_CLOSE)
    _, title, _, *tokens = reader.parse(text)
    contents = []
    for token, inner in pairwise(tokens):
        if token.type == "heading_open":
            heading = Heading(anchor(inner.content), inner.content)
            token.attrSet("id", heading.anchor)
            if token.tag == _LISTED:
                contents.append(heading)
        for one in inner.children or ():
            _mend_link(one)
    _stand_alone(tokens)
    return title.content, contents, reader.renderer.render(tokens, reader.options, {})


def anchor(title: str) -> str:
    """Return a heading's anchor, the one by which other readers of Markdown know it too."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _mend_link(token: Token) -> None:
    """Let a link to the other guide lead from page to page."""
    href = str(token.attrGet("href") or "")
    file, hash_, place = href.partition("#")
    if file.removesuffix(".md") in GUIDES:
        token.attrSet("href", f"{file.removesuffix('.md')}.html{hash_}{place}")


def _stand_alone(tokens: Sequence[Token]) -> None:
    """Make a figure of a paragraph that is a picture and nothing else."""
    for before, inner, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if inner.type == "inline" and [one.type for one in inner.children or ()] == ["image"]:
            before.tag = after.tag = "figure"


def _picture(_: RendererProtocol, tokens: Sequence[Token], at: int, *__: Any) -> str:
    """Return a picture with its caption, which Markdown keeps as its title."""
    token = tokens[at]
    return Markup('<img src="{}" alt="{}"><figcaption>{}</figcaption>').format(
        token.attrGet("src"), token.content, token.attrGet("title")
    )


def _style() -> str:
    return resources.files("pipelines.present.explorer").joinpath("static/explorer.css").read_text("utf-8")


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("pipelines.present", "."),
        autoescape=lambda name: bool(name) and ".html." in str(name),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
