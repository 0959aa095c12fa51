"""The house: which room may know which, and what a room may know of the world outside.

Read from the source of every module, imports inside functions and under ``TYPE_CHECKING`` counted as all others.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path

import pytest

from tests.unit.builders import ROOT

PACKAGES = ("schemas", "pipelines", "assets")
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
}

FLOORS: tuple[tuple[str, ...], ...] = (
    ("schemas",),
    ("schemas.places", "schemas.forms", "schemas.design"),
    ("schemas.figures",),
    ("schemas.catalogue",),
    ("schemas.flow",),
    ("pipelines.settings", "pipelines.posix", "pipelines.garbage", "pipelines.steps"),
    ("pipelines.steps.collect",),
    ("pipelines.steps.validate", "pipelines.steps.analyse", "pipelines.steps.design"),
    ("pipelines.store",),
    ("pipelines.present", "pipelines.handout"),
    ("pipelines.present.explorer", "pipelines.present.report", "pipelines.present.guides"),
    ("pipelines.refresh",),
    ("pipelines.desk", "pipelines.orchestration"),
    ("pipelines.desk.migrations", "pipelines.desk.pages", "pipelines.deploy", "assets"),
    ("pipelines.definitions",),
    ("pipelines.cli",),
    ("pipelines.cli.locale",),
)
"""The rooms from the ground up. A room may import from the floors below it, and from no other room on its own."""

MAY_ONLY: Mapping[str, Collection[str]] = {
    "pipelines.settings": {"schemas"},
    "pipelines.posix": set(),
    "pipelines.garbage": set(),
    "pipelines.steps": {"schemas"},
    "pipelines.steps.collect": {"schemas", "pipelines.steps"},
    "pipelines.steps.analyse": {"schemas", "pipelines.steps"},
    "pipelines.steps.validate": {"schemas", "pipelines.steps"},
    "pipelines.store": {"schemas", "pipelines.settings", "pipelines.posix", "pipelines.steps"},
    "pipelines.handout": {"schemas", "pipelines.steps", "pipelines.store"},
    "pipelines.present": {"schemas", "pipelines.settings", "pipelines.steps", "pipelines.store"},
    "pipelines.desk": {
        *("schemas", "pipelines.settings", "pipelines.posix", "pipelines.steps", "pipelines.store"),
        *("pipelines.handout", "pipelines.present", "pipelines.refresh"),
    },
    "pipelines.desk.migrations": set(),
    "pipelines.deploy": {"schemas", "pipelines.settings", "pipelines.desk"},
    "assets": {"schemas", "pipelines.orchestration", "pipelines.refresh"},
    "pipelines.definitions": {"assets", "pipelines.orchestration"},
}
"""Rooms that may know less than all below them: what they may import, with what lies inside it."""

DAGSTER = {"assets", "pipelines.orchestration", "pipelines.definitions"}
"""The rooms that know Dagster; of the command line, the one module that starts a run."""

READS_OR_WRITES = frozenset(
    {
        *("os", "pathlib", "shutil", "tempfile", "glob", "fsspec", "fileinput", "mmap", "dbm", "shelve", "sqlite3"),
        *("socket", "ssl", "urllib", "http", "smtplib", "requests", "subprocess", "multiprocessing", "asyncio"),
        *("filelock", "fcntl", "resource", "signal", "logging", "time"),
    }
)
DOES_READ_OR_WRITE = frozenset(
    {
        *("read_text", "read_bytes", "write_text", "write_bytes", "unlink", "mkdir", "rename", "rmdir", "touch"),
        *("read_csv", "read_parquet", "read_excel", "read_table", "to_csv", "to_parquet", "to_excel", "write_table"),
        *("today", "now", "utcnow"),
    }
)
QUICK = (
    "pipelines.store.published",
    "pipelines.store.releases",
    "pipelines.store.tables",
    "pipelines.settings",
    "pipelines.present.explorer.site",
    "pipelines.present.tracing",
    # What a refresh with nothing to do asks.
    *(f"pipelines.refresh.{name}" for name in ("batches", "closing", "designs", "stale")),
)


@cache
def imports_of(path: Path, *, at_top: bool = False) -> frozenset[str]:
    """Full names of what a module imports; ``from x import y`` counts as x.y where that is a module, else as x."""
    tree = ast.parse(path.read_text("utf-8"))
    nodes = _outside_functions(tree) if at_top else list(ast.walk(tree))
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            modules = names & MODULES.keys()
            found |= modules
            if modules != names:
                found.add(node.module)
    return frozenset(found)


def _outside_functions(tree: ast.AST) -> list[ast.AST]:
    """What runs when a module is imported."""
    found: list[ast.AST] = []
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        guarded = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        if not guarded:
            found += [node, *_outside_functions(node)]
    return found


ROOMS = [room for floor in FLOORS for room in floor]
FLOOR_OF = {room: number for number, floor in enumerate(FLOORS) for room in floor}


def room_of(name: str) -> str:
    """The innermost room that a module lies in; of the package above all rooms, which only names them, itself."""
    while name not in FLOOR_OF and "." in name:
        name = name.rpartition(".")[0]
    return name


def own(names: Collection[str]) -> set[str]:
    return {name for name in names if name.split(".")[0] in PACKAGES}


def is_in(name: str, rooms: Collection[str]) -> bool:
    return any(name == room or name.startswith(f"{room}.") for room in rooms)


def modules_in(*rooms: str) -> list[str]:
    found = [name for name in MODULES if is_in(name, rooms)]
    assert found, rooms
    return found


def misplaced(name: str, imported: str) -> bool:
    """Whether a module may not import another."""
    here, there = room_of(name), room_of(imported)
    if here == there:
        return False
    around = [room for room in ROOMS if here.startswith(f"{room}.")]  # what it lies inside, outermost first
    allowed = next((MAY_ONLY[room] for room in (here, *reversed(around)) if room in MAY_ONLY), PACKAGES)
    return FLOOR_OF[there] >= FLOOR_OF[here] or not is_in(imported, {*allowed, *around})


def circle(edges: Mapping[str, Collection[str]]) -> list[str]:
    """What lies on a circle, or leads into one."""
    open_ = {name: set(imported) - {name} for name, imported in edges.items()}
    while ready := [name for name, imported in open_.items() if not imported & open_.keys()]:
        for name in ready:
            del open_[name]
    return sorted(open_)


def test_every_package_and_module_lies_in_a_declared_room() -> None:
    packages = {name for name, path in MODULES.items() if path.name == "__init__.py"} - {"pipelines"}
    alone = {name for name in MODULES if name.startswith("pipelines.") and name.count(".") == 1} - packages
    assert {*packages, *alone} <= set(ROOMS), "a new room has to be given its floor"
    assert set(ROOMS) <= set(MODULES)
    assert len(ROOMS) == len(set(ROOMS))


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_from_the_floors_below_and_only_what_it_may(room: str) -> None:
    wrong = [
        f"{name} imports {imported}"
        for name in MODULES
        if room_of(name) == room
        for imported in own(imports_of(MODULES[name]))
        if misplaced(name, imported)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("name", "imported", "wrong"),
    [
        ("schemas.units", "schemas.forms.b01_livestock", True),
        ("schemas.forms.b01_livestock", "schemas.places", True),
        ("schemas.figures.health", "schemas.flow", True),
        ("pipelines.steps.collect.read", "pipelines.store.raw", True),
        ("pipelines.steps.collect.read", "pipelines.settings", True),
        ("pipelines.steps.validate.gate", "pipelines.steps.analyse.figures", True),
        ("pipelines.store.raw", "pipelines.refresh.stale", True),
        ("pipelines.present.plan", "pipelines.handout.owed", True),
        ("pipelines.present.plan", "pipelines.present.explorer.pages", True),
        ("pipelines.refresh.making", "pipelines.orchestration.jobs", True),
        ("pipelines.orchestration.jobs", "assets.refresh", True),
        ("assets.refresh", "pipelines.store.tables", True),
        ("pipelines.refresh.making", "pipelines.cli.runs", True),
        ("pipelines.desk.record", "pipelines.desk.pages.record", True),
        ("pipelines.desk.proxy", "pipelines.orchestration.serving", True),
        ("pipelines.desk.pages.home", "pipelines.cli.base", True),
        ("pipelines.refresh.making", "pipelines.desk.models", True),
        ("pipelines.desk.pages.home", "pipelines.desk.models", False),
        ("pipelines.present.explorer.pages", "pipelines.present.plan", False),
        ("pipelines.steps.collect.read", "pipelines.steps.numbers", False),
        ("pipelines.cli.runs", "pipelines.definitions", False),
        ("schemas.flow", "schemas.catalogue", False),
    ],
)
def test_an_import_that_leads_upwards_or_aside_would_be_seen(name: str, imported: str, wrong: bool) -> None:
    assert misplaced(name, imported) is wrong


def test_no_module_and_no_room_leads_back_to_itself() -> None:
    modules = {name: own(imports_of(path)) for name, path in MODULES.items()}
    rooms: dict[str, set[str]] = {room: set() for room in ROOMS}
    for name, imported in modules.items():
        if name != "pipelines":
            rooms[room_of(name)] |= {room_of(one) for one in imported if one != "pipelines"}
    assert (circle(modules), circle(rooms)) == ([], [])
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}) == ["a", "b", "c"]


@pytest.mark.parametrize("name", ["units", "fields", "edit", "edits", "system"])
def test_what_forms_are_made_of_does_not_know_forms(name: str) -> None:
    imported = imports_of(MODULES[f"schemas.{name}"])
    assert not {one for one in imported if one.startswith(("schemas.form", "schemas.figure"))}


def test_what_forms_and_chapters_there_are_is_known_from_the_catalogue_alone() -> None:
    """The lists of the home pack are not all there is; a pack that is a design is read while they are gathered."""
    asking = {name for name, path in MODULES.items() if _imported_from(path) & {"schemas.forms", "schemas.figures"}}
    assert asking == {"schemas.catalogue", "pipelines.steps.design.pack"}


def _imported_from(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


def test_dagster_is_known_where_runs_are_and_nowhere_else() -> None:
    knowing = {
        name for name, path in MODULES.items() if is_in("dagster", {one.split(".")[0] for one in imports_of(path)})
    }
    assert {room_of(name) for name in knowing - {"pipelines.cli.runs"}} == DAGSTER


def reading_or_writing(source: str) -> set[str]:
    """What a module imports, calls or asks for that reads or writes files, or looks at the clock."""
    tree = ast.parse(source)
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                found |= {alias.name.split(".")[0] for alias in node.names} & READS_OR_WRITES
            case ast.ImportFrom():
                found |= {str(node.module).split(".")[0]} & READS_OR_WRITES
                found |= {alias.name for alias in node.names if (node.module, alias.name) == ("importlib", "resources")}
            case ast.Call(func=ast.Name(id=name)):
                found |= {name} & {"open", "print", "input", "exec", "eval"}
            case ast.Attribute(attr=name):
                found |= {name} & DOES_READ_OR_WRITE
    return found


@pytest.mark.parametrize("name", modules_in("schemas", "pipelines.steps"))
def test_declarations_and_steps_read_and_write_nothing(name: str) -> None:
    assert reading_or_writing(MODULES[name].read_text("utf-8")) == set()


@pytest.mark.parametrize(
    "line",
    [
        "import os.path",
        "from pathlib import Path",
        "from importlib import resources",
        "open('x')",
        "pd.read_csv('x')",
        "path.read_text()",
        "datetime.now()",
        "subprocess = __import__; from subprocess import run",
    ],
)
def test_reading_or_writing_would_be_seen(line: str) -> None:
    assert reading_or_writing(f"def f():\n    {line}")


def test_annotations_are_objects_where_dagster_reads_them() -> None:
    for name in modules_in("pipelines", "assets"):
        assert "__future__" not in imports_of(MODULES[name]), name


def test_the_quick_verbs_and_the_pages_load_no_heavy_library() -> None:
    code = (
        "import sys; from importlib import import_module\n"
        "heavy = {'pandas', 'dagster', 'pandera', 'openpyxl', 'python_calamine', 'scipy', 'xlsxwriter'}\n"
        "heavy |= {'matplotlib', 'docx', 'docxtpl'}\n"
        "for name in sys.argv[1:]:\n"
        "    import_module(name)\n"
        "    print(name, sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *QUICK],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [f"{name} []" for name in QUICK]


def test_the_command_line_starts_without_what_only_a_run_needs() -> None:
    heavy = {
        "dagster",
        "pandas",
        "pandera",
        "assets",
        "pipelines.definitions",
        "pipelines.cli.runs",
        "pipelines.refresh",
    }
    verbs = set(modules_in("pipelines.cli")) - {"pipelines.cli.runs"}
    assert len(verbs) > 5
    for name in sorted(verbs):
        assert not [one for one in imports_of(MODULES[name], at_top=True) if is_in(one, heavy)], name


_DECLARED = re.compile(r"schemas\.(forms|figures)\.|pipelines\.desk\.migrations\.|.*\.__main__$|tests(\.|$)")
"""Modules whose room says what belongs into each of them, and tests."""


def test_every_module_says_what_it_is_and_what_belongs_there() -> None:
    for name in sorted(MODULES):
        said = " ".join((ast.get_docstring(ast.parse(MODULES[name].read_text("utf-8"))) or "").split())
        assert said, name
        if not _DECLARED.match(name):
            assert re.search("Belongs? here[:,]", said), name
            assert re.search("(Does|Do) not belong here:", said), name
