"""Stamps: of what, and by which code, a table was made.

Belongs here: the hash of a table's inputs as they are now, and the version of the code of each maker. Does not belong
here: what to do where a stamp is not the one that was noted (``pipelines.refresh.stale``).

``stamp(table) = hash(code of its maker, content of each table it is made of)``. It is of contents, not of stamps: one
that comes out as it was leaves all that is made of it current.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib import metadata, resources
from importlib.util import find_spec
from pathlib import Path

from schemas.catalogue import CATALOGUE
from schemas.design.parts import Design
from schemas.design.written import figure_row, rows_of, rule_row, unit_row
from schemas.edits import Product, Reporting
from schemas.figure import Chapter, units_in
from schemas.flow import Maker, Table, forms_read_by
from schemas.form import Form

_READ = ("pipelines/steps/collect", "pipelines/steps", "schemas")
"""Who knows no form and no place."""

_SCHEMAS = ("schemas", "schemas/places")
_PACKS = (*_SCHEMAS, "schemas/forms", "schemas/figures")
_COLLECT = (*_PACKS, "pipelines/steps", "pipelines/steps/collect")
_VALIDATE = (*_COLLECT, "pipelines/steps/validate")
_ANALYSE = (*_PACKS, "pipelines/steps", "pipelines/steps/analyse")
_PRESENT = (*_COLLECT, "pipelines/store", "pipelines/present")
"""What is shown may come from a workbook that was replaced, read again from the archive."""

ROOMS: Mapping[str, tuple[str, ...]] = {
    "read": _READ,
    "decisions": _READ,
    "printed": _READ,
    "approve": (*_VALIDATE, "pipelines/store"),
    "estimates": _ANALYSE,
    "locate": _COLLECT,
    "check": _VALIDATE,
    "formless": _VALIDATE,
    "tally": _VALIDATE,
    "admit": _VALIDATE,
    "observe": _ANALYSE,
    "sum": _ANALYSE,
    "evaluate": _ANALYSE,
    "add_up": _ANALYSE,
    "compare": _ANALYSE,
    "places": _ANALYSE,
    "explorer": (*_PRESENT, "pipelines/present/explorer"),
    "report": (*_PRESENT, "pipelines/present/report"),
    "openlineage": _PRESENT,
    "data_package": _PRESENT,
}
"""The rooms on which each task stands, itself in ``pipelines.refresh`` apart: what is imported to do it. A test holds
this against the imports."""

_MAKERS = "pipelines/refresh"
"""The room of the tasks themselves."""

_DESIGNS = ("schemas/design", "pipelines/steps/design")
"""The rooms that make forms of design workbooks, which installed packs may be."""

_PACKAGES = (
    *("docxtpl", "isal", "jinja2", "markupsafe", "matplotlib", "numpy", "openpyxl", "pandas", "pandera", "pyarrow"),
    *("python-docx", "scipy", "vietnam-provinces", "xlsxwriter"),
)
"""Whose versions can change what comes out. A test holds this against what the rooms import."""


_Packs = tuple[tuple[str, str, str], ...]
"""Of each pack its name, the Python package and the design workbook that it is made of."""


def _packs() -> _Packs:
    return tuple((pack.name, pack.package, pack.design) for pack in CATALOGUE.packs)


def code_of(maker: Maker) -> str:
    """Return the version of the code of who makes a table: a hash of the sources of the rooms that the task stands on.

    What forms and figures there are is code as well, of those tasks that know them: that of packs, and what designs say
    of what is made.
    """
    return _code_of(maker, _packs())


@cache
def _code_of(maker: Maker, packs: _Packs) -> str:
    others = [*_others(packs), *_said(maker, packs)] if {*_PACKS} <= {*ROOMS[maker.task]} else []
    return digest([*(_room(room) for room in (_MAKERS, *ROOMS[maker.task])), _packages(), *others])


def _said(maker: Maker, packs: _Packs) -> list[object]:
    """Return what the designs in use say of what a task makes, or all of them where it makes more than one thing.

    So a change of one form, or of one chapter, makes no other anew.
    """
    if not _designs(packs):
        return []
    designed, chapters = _designed(packs)
    match maker.task:
        case "locate":
            return [_of_all(packs), *map(_asking, designed)]
        case "check" | "admit":
            (form,) = (form for form in CATALOGUE.forms if form.domain == maker.subject)
            looked_at = _looked_at(form)
            return [_of_all(packs), *(_ruled(one) for one in designed if one in looked_at)]
        case "sum":
            (form,) = (form for form in CATALOGUE.forms if form.domain == maker.subject)
            every = [(chapter, figure) for chapter in chapters for figure in chapter.figures]
            used = [figure_row(*one) for one in every if form in one[1].forms]
            return [_of_all(packs), used, *(_asking(one) for one in designed if one is form)]
        case "evaluate" | "add_up":
            (chapter,) = (chapter for chapter in CATALOGUE.chapters if chapter.code == maker.subject)
            rows = [figure_row(chapter, figure) for figure in chapter.figures if chapter in chapters]
            return [_of_all(packs), rows, *(_asking(one) for one in designed if one in chapter.forms)]
    return list(_designs(packs))


def _designed(packs: _Packs) -> tuple[list[type[Form]], list[Chapter]]:
    """Return the forms and chapters that are of designs alone: those of other packs are the code of these."""
    own = {name for name, _ in _designs(packs)}
    others = [pack for pack in CATALOGUE.packs if pack.name not in own]
    forms = {form for pack in others for form in pack.forms}
    codes = {chapter.code for pack in others for chapter in pack.chapters}
    return (
        [form for form in CATALOGUE.forms if form not in forms],
        [chapter for chapter in CATALOGUE.chapters if chapter.code not in codes],
    )


@cache
def _of_all(packs: _Packs) -> list[object]:
    """Return what every task may ask of designs: which pack has what, whom and when forms are asked, the units."""
    forms = [
        (form.code, form.domain, form.reporter_kind, [kind.value for kind in form.periods], form.due_after)
        for form in CATALOGUE.forms
    ]
    own = {name for name, _ in _designs(packs)}
    held = [
        (pack.name, [form.code for form in pack.forms], [chapter.code for chapter in pack.chapters])
        for pack in CATALOGUE.packs
        if pack.name in own
    ]
    return [forms, held, list(map(unit_row, units_in(CATALOGUE.forms, CATALOGUE.chapters)))]


@cache
def _asking(form: type[Form]) -> object:
    """Return what a form asks: in which cell what is answered; a product says which numbers are rounded."""
    rows = rows_of(Design((form,)))
    products = [rule_row(edit) for edit in form.edits if isinstance(edit, Product)]
    return rows["forms"], rows["fields"], rows["lines"], products


@cache
def _ruled(form: type[Form]) -> object:
    """Return what a form asks, and its rules."""
    return rows_of(Design((form,)))


def _looked_at(form: type[Form]) -> list[type[Form]]:
    """Return the forms that the rules of a form look at, and itself."""
    return [*forms_read_by(form), *(one for edit in form.edits if isinstance(edit, Reporting) for one in edit.forms)]


def code_version() -> str:
    """Return a hash of all that makes tables: the version of this software, as tables and releases note it."""
    return _code_version(_packs())


@cache
def _code_version(packs: _Packs) -> str:
    return digest([*map(_room, _every_room(packs)), *_others(packs), *_designs(packs)])


def code_looks() -> str:
    """Return a hash of how all that makes tables looks: name, size and time of change of every source, the versions."""
    return _code_looks(_packs())


@cache
def _code_looks(packs: _Packs) -> str:
    of_rooms = [path for room in _every_room(packs) for path in sorted(_files(_folder(room)))]
    of_packs = [path for _, files in _sources(packs) for path in files]
    stats = [(str(path), path.stat()) for path in (*of_rooms, *of_packs)]
    looks = [(path, stat.st_size, stat.st_mtime_ns) for path, stat in stats]
    return digest([looks, _packages(), *_designs(packs)])


def _every_room(packs: _Packs) -> list[str]:
    designs = _DESIGNS if any(package or design for _, package, design in packs) else ()
    return sorted({_MAKERS, *designs, *(room for rooms in ROOMS.values() for room in rooms)})


def _folder(room: str) -> Path:
    package, *below = room.split("/")
    return Path(str(resources.files(package))).joinpath(*below)


@cache
def _room(room: str) -> str:
    """Return the hash of the files of a room, and of what it keeps in folders that are no packages."""
    folder = _folder(room)
    digest = hashlib.sha256()
    for path in sorted(_files(folder)):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


_CODE = frozenset({".py", ".html", ".css", ".js", ".jinja", ".docx"})


def _files(folder: Path) -> list[Path]:
    found = [path for path in folder.iterdir() if path.suffix in _CODE and path.is_file()]
    inner = [path for path in folder.iterdir() if path.is_dir() and not (path / "__init__.py").exists()]
    return found + [path for one in inner for path in one.rglob("*") if path.suffix in _CODE]


@cache
def _others(packs: _Packs) -> list[tuple[str, str]]:
    """Return the name of every pack but the home pack, with the hash of its Python package or of its design workbook.

    And what makes a pack of a workbook, where there is any that may be one.
    """
    found = [
        (name, digest([(file.name, sha256(file.read_bytes())) for file in files])) for name, files in _sources(packs)
    ]
    return [*found, *((room, _room(room)) for room in _DESIGNS)] if found or _designs(packs) else []


@cache
def _designs(packs: _Packs) -> list[tuple[str, str]]:
    return [(name, design) for name, _, design in packs if design]


def _sources(packs: _Packs) -> Iterator[tuple[str, list[Path]]]:
    """Yield the name of every pack that is installed, with the files of its Python package."""
    for name, package, _ in (pack for pack in packs if pack[1]):
        source = find_spec(package)
        assert source is not None
        assert source.origin is not None
        path = Path(source.origin)
        yield name, sorted(path.parent.rglob("*.py")) if source.submodule_search_locations else [path]


@cache
def _packages() -> list[tuple[str, str]]:
    return [(name, _version(name)) for name in _PACKAGES]


def _version(package: str) -> str:
    """Return the version of a package; of what is said of it only that is read, which is much quicker than all."""
    said = metadata.distribution(package).read_text("METADATA") or ""
    return said.partition("\nVersion: ")[2].partition("\n")[0].strip() or metadata.version(package)


def stamp(
    table: Table, content: Callable[[str], str], earlier: Sequence[str], held: Sequence[str], sets: Sequence[str]
) -> str:
    """Return the stamp of a table made now.

    Args:
        table: The table.
        content: Gives the hash of the content of what it is made of, by name.
        earlier: The contents of the parts of earlier periods that its maker reads, in order.
        held: The contents of the marts it looks at that are held.
        sets: The communes whose return sets are in the batch, also those of which nothing has come.
    """
    made_of = [(name, content(name)) for name in table.made_of]
    return digest([code_of(table.maker), table.name, made_of, list(earlier), list(held), list(sets)])


def sha256(content: bytes) -> str:
    """Return the hash of bytes."""
    return hashlib.sha256(content).hexdigest()


def digest(what: object) -> str:
    """Return the hash of something that JSON can say."""
    return hashlib.sha256(json.dumps(what, ensure_ascii=False).encode()).hexdigest()
