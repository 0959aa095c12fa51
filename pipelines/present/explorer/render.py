"""What is shown becomes HTML: the templates filled in, the style sheet and the script beside them.

Belongs here: Jinja, and the words of the interface as the templates put them. Does not belong here: what is shown
(``pages``), when a file is made (``site``).
"""

import json
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pipelines.present import compared
from pipelines.present.charts import PlanChart
from pipelines.present.explorer import addresses, bars
from pipelines.present.explorer.levels import HtmlLevelPage
from pipelines.present.explorer.pages import HtmlPage, SearchIndex
from schemas.words import VERDICTS, WORDS


def html(name: str, page: HtmlPage | HtmlLevelPage) -> str:
    """Return a page; from its name follow the paths to the top of the site, since paths from disk are relative."""
    filled = _environment().get_template(page.template)
    return filled.render(page=page, name=name, root="../" * name.count("/"))


def data(index: SearchIndex) -> str:
    """Return the words and the search index; a script and no JSON file, since a page from disk may not fetch one."""
    held = {"words": WORDS, "chapters": index.chapters, "figures": index.figures}
    return f"window.explorer={json.dumps(held, separators=(',', ':'))};\n"


def static(name: str) -> str:
    """Return a file that is the same for every site."""
    return resources.files("pipelines.present.explorer").joinpath("static", name).read_text("utf-8")


@cache
def _environment() -> Environment:
    loader = PackageLoader("pipelines.present.explorer", "templates")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    # As filters, since a filter of a constant is worked out once, when its template is compiled.
    environment.filters |= {"word": word, "attribute": attribute, "either": either, "hash": shortened}
    environment.globals |= {
        "words": WORDS,
        "verdicts": tuple(VERDICTS),
        "link": addresses.link,
        "trace": addresses.trace,
        "svg": _svg,
        "texts": compared.texts,
        "nothing": compared.NOTHING,
    }
    return environment


@cache
def word(key: str) -> Markup:
    """Return a word of the interface, marked so that the script can change its language."""
    return Markup('<span data-w="{}">{}</span>').format(key, WORDS[key][0])


@cache
def attribute(key: str, name: str) -> Markup:
    """Return an attribute whose text is a word of the interface, marked in the same way."""
    return Markup('{}="{}" data-w-{}="{}"').format(Markup(name), WORDS[key][0], Markup(name), key)


def either(name: str, group: str) -> str:
    """Return the word for a name of a group, such as ``holds`` of ``outcome.``; the name where there is none."""
    return word(group + name) if group + name in WORDS else name


@cache
def shortened(sha256: str) -> Markup:
    """Return the beginning of a hash, which holds the whole of it."""
    return Markup('<abbr class="hash" title="{}">{}</abbr>').format(sha256, sha256[:12])


def _svg(chart: PlanChart, name: str) -> Markup:
    return Markup(bars.svg(chart, name))  # it has escaped its texts itself
