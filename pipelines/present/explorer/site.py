"""The site as files: what each would be called, when it is as it was, and its bytes for whoever wants them.

Belongs here: the key of a file, and making it on demand. Does not belong here: what is shown (``pages``), HTML
(``render``), reading and writing files (``pipelines.refresh``).

A file is made of what it shows and of the code that shows it. Its key is a hash of both, so it costs little to know
that a file need not be made: same key, same bytes. The other way round it is not so: two keys may give the same bytes.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from importlib import resources
from importlib.metadata import version
from pathlib import Path

from pipelines.present import plan
from pipelines.present.explorer import pages, render
from pipelines.present.rows import ReturnSetRows

STATIC = ("explorer.css", "explorer.js")
"""The files that are the same for every site."""

_MADE_BY = {
    "pipelines.present.explorer": ("*.py", "templates/*", "static/*"),
    "pipelines.present": ("charts.py", "compared.py", "plan.py"),
    "schemas": ("outcomes.py", "words.py"),
}
"""The sources of all that decides a file beside what it shows, by package; Jinja and its escaping besides."""


@dataclass(frozen=True)
class SiteFile:
    """One file of the site, not made yet."""

    key: str
    """A hash of all that decides its bytes."""
    content: Callable[[], bytes]
    """Makes it: the same key gives the same bytes."""


def files(rows: ReturnSetRows) -> dict[str, SiteFile]:
    """Return the files of a return set's site, by name from its top; the start page comes last."""
    chapters = plan.chapters(rows)
    index = pages.search_index(chapters)
    made = {name: _file(name, "", partial(render.static, name)) for name in STATIC}
    made["data.js"] = _file("data.js", repr(index), partial(render.data, index))
    for name, page in pages.html_pages(rows, chapters).items():
        made[name] = _file(name, repr(page), partial(render.html, name, page))
    return made


def _file(name: str, shown: str, make: Callable[[], str]) -> SiteFile:
    digest = hashlib.sha256(code_version().encode())
    for part in (name, shown):
        digest.update(b"\0" + part.encode("utf-8", "surrogatepass"))
    return SiteFile(digest.hexdigest(), lambda: make().encode())


@cache
def code_version() -> str:
    """Return a hash of the code that makes the files of what they show: change it, and every key is another."""
    digest = hashlib.sha256(" ".join(version(library) for library in ("jinja2", "markupsafe")).encode())
    for source in sources():
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()


def sources() -> list[Path]:
    """Return the files of this software that decide what a file of the site looks like, in a fixed order."""
    folders = {Path(str(resources.files(package))): patterns for package, patterns in _MADE_BY.items()}
    return [
        path for folder, patterns in folders.items() for pattern in patterns for path in sorted(folder.glob(pattern))
    ]
