"""Pages to files: the templates filled in, the style sheet and the script beside them.

Belongs here: Jinja, and the names of the files. Does not belong here: what is said (``pages``), writing to disk
(``pipelines.refresh.layers``).
"""

import json
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pipelines.present.explorer.pages import Published, Site, site
from schemas.words import VERDICTS, WORDS

INDEX = "index.html"
_STATIC = ("explorer.css", "explorer.js")


def files(published: Published) -> dict[str, bytes]:
    """Return the site of a return set: file names, from its top, and contents; the start page comes last."""
    pages = site(published)
    made: dict[str, str] = {name: _static(name) for name in _STATIC}
    made["data.js"] = f"window.explorer={_data(pages)};\n"
    for chapter in pages.chapters:
        made[f"chapters/{chapter.code}.html"] = _page("chapter.html", pages, "../", chapter=chapter)
        made[f"trace/{chapter.code}.html"] = _page("trace.html", pages, "../", chapter=chapter)
    for sheet in pages.sheets:
        made[sheet.href] = _page("sheet.html", pages, "../", sheet=sheet)
    for name in ("findings", "corrections", "workbooks"):
        made[f"{name}.html"] = _page(f"{name}.html", pages, "", current=name)
    made[INDEX] = _page("index.html", pages, "", current="start")
    return {name: text.encode() for name, text in made.items()}


def _page(template: str, pages: Site, root: str, *, current: str = "", **more: object) -> str:
    """Fill in a template; ``root`` leads from the page to the top of the site, since paths from disk are relative."""
    return (
        _environment()
        .get_template(template)
        .render(site=pages, about=pages.published, root=root, current=current, **more)
    )


@cache
def _environment() -> Environment:
    loader = PackageLoader("pipelines.present.explorer", "templates")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals |= {
        "w": word,
        "attribute": attribute,
        "words": WORDS,
        "verdicts": tuple(VERDICTS),
        "svg": Markup,  # for what charts.py draws, which has escaped its texts itself
    }
    return environment


@cache
def word(key: str) -> Markup:
    """Return a word of the interface, marked so that the script can change its language."""
    return Markup('<span data-w="{}">{}</span>').format(key, WORDS[key][0])


@cache
def attribute(name: str, key: str) -> Markup:
    """Return an attribute whose text is a word of the interface, marked in the same way."""
    return Markup('{}="{}" data-w-{}="{}"').format(Markup(name), WORDS[key][0], Markup(name), key)


def _static(name: str) -> str:
    return resources.files("pipelines.present.explorer").joinpath("static", name).read_text("utf-8")


def _data(pages: Site) -> str:
    """Return the words and the search index; a script and no JSON file, since a page from disk may not fetch one."""
    figures = [
        [figure.id, figure.label, f"{figure.value} {figure.unit}".strip() if figure.value else "", figure.chapter]
        for figure in pages.figures
    ]
    return json.dumps(
        {"words": WORDS, "chapters": {chapter.code: chapter.title for chapter in pages.chapters}, "figures": figures},
        separators=(",", ":"),
    )
