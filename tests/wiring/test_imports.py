"""Reads the imports of every module from its source: schemas <- steps <- assets <- definitions <- command line."""

import ast
import subprocess
import sys
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

READS_OR_WRITES = {
    "os",
    "pathlib",
    "shutil",
    "tempfile",
    "glob",
    "socket",
    "urllib",
    "http",
    "subprocess",
    "requests",
    "sqlite3",
    "pickle",
    "openpyxl",
    "xlsxwriter",
    "python_calamine",
    "filelock",
    "fsspec",
    "logging",
}
QUICK = ("pipelines.store.published", "pipelines.store.releases", "pipelines.store.tables", "pipelines.settings")


@cache
def imports_of(path: Path, *, at_top: bool = False) -> set[str]:
    """Full names of what a module imports; ``from x import y`` counts as x.y where that is a module, else as x."""
    tree = ast.parse(path.read_text("utf-8"))
    nodes = list(_outside_functions(tree)) if at_top else list(ast.walk(tree))
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module
            submodules = {f"{node.module}.{alias.name}" for alias in node.names} & set(MODULES)
            found |= submodules or {node.module}
    return found


def _outside_functions(tree: ast.AST) -> list[ast.AST]:
    found: list[ast.AST] = []
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        guarded = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        if not guarded:
            found += [node, *_outside_functions(node)]
    return found


def layer(name: str) -> int:
    """How far up a module of this project stands; it may import what stands as high or lower."""
    if name.split(".", maxsplit=1)[0] == "schemas":
        return 0
    if name == "pipelines":
        return 0
    if name.startswith("pipelines.steps"):
        return 1
    if is_command_line(name):
        return 7
    if name.split(".", maxsplit=1)[0] == "assets":
        return 3
    tops = {
        "pipelines.definitions": 5,
        "pipelines.orchestration.jobs": 4,
        "pipelines.cli.runs": 6,
    }
    return tops.get(name, 2)


def is_command_line(name: str) -> bool:
    return name.startswith("pipelines.cli.") or name == "pipelines.cli"


def own(names: set[str]) -> set[str]:
    return {name for name in names if name.split(".")[0] in PACKAGES}


def test_there_are_modules() -> None:
    assert len(MODULES) > 30


def test_imports_go_downwards_only() -> None:
    for name in sorted(MODULES):
        for imported in own(imports_of(MODULES[name])):
            assert layer(imported) <= layer(name), f"{name} imports {imported}"


def test_the_tools_for_assets_do_not_import_the_assets() -> None:
    for name, path in MODULES.items():
        if layer(name) in (1, 2):
            assert not [one for one in imports_of(path) if one.split(".")[0] == "assets"], name


def test_modules_do_not_import_one_another_in_a_circle() -> None:
    edges = {name: own(imports_of(path, at_top=True)) & set(MODULES) - {name} for name, path in MODULES.items()}
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join((*path, name))
        if name not in done:
            for imported in edges[name]:
                visit(imported, (*path, name))
            done.add(name)

    for name in edges:
        visit(name, ())


def test_declarations_and_steps_know_no_dagster() -> None:
    for name in [name for name in sorted(MODULES) if layer(name) <= 1]:
        assert not [one for one in imports_of(MODULES[name]) if one.split(".")[0] == "dagster"], name


def test_declarations_read_and_write_nothing() -> None:
    for name in [name for name in sorted(MODULES) if name.startswith("schemas")]:
        imported = {one.split(".")[0] for one in imports_of(MODULES[name])}
        assert not imported & READS_OR_WRITES, name
        calls = [
            node.func for node in ast.walk(ast.parse(MODULES[name].read_text("utf-8"))) if isinstance(node, ast.Call)
        ]
        named = {call.id for call in calls if isinstance(call, ast.Name)}
        methods = {call.attr for call in calls if isinstance(call, ast.Attribute)}
        assert not named & {"open", "print", "input", "exec", "eval"}, name
        assert not methods & {
            "read_text",
            "read_bytes",
            "write_text",
            "write_bytes",
            "read_csv",
            "read_parquet",
            "to_csv",
        }


def test_steps_know_no_paths_no_clock_and_no_environment() -> None:
    for name in [name for name in sorted(MODULES) if name.startswith("pipelines.steps")]:
        imported = {one.split(".")[0] for one in imports_of(MODULES[name])}
        assert not imported & {"os", "pathlib", "shutil", "tempfile", "time", "glob", "subprocess", "socket"}, name
        source = MODULES[name].read_text("utf-8")
        assert "datetime.now" not in source, name
        assert ".today(" not in source, name


def test_annotations_are_objects_where_dagster_reads_them() -> None:
    for name in [name for name in sorted(MODULES) if name.split(".")[0] != "schemas"]:
        assert "__future__" not in imports_of(MODULES[name]), name


@pytest.mark.parametrize("name", QUICK)
def test_the_quick_verbs_load_no_heavy_library(name: str) -> None:
    code = (
        f"import sys, {name}\n"
        "heavy = {'pandas', 'dagster', 'pandera', 'openpyxl', 'python_calamine', 'scipy', 'xlsxwriter'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


def test_the_command_line_starts_without_dagster() -> None:
    heavy = {
        "dagster",
        "pandas",
        "pandera",
        "assets",
        "pipelines.definitions",
        "pipelines.cli.runs",
        "pipelines.refresh.layers",
    }
    verbs = [name for name in MODULES if is_command_line(name) and name != "pipelines.cli.runs"]
    assert len(verbs) > 5
    for name in verbs:
        assert heavy.isdisjoint(imports_of(MODULES[name], at_top=True)), name


def test_every_module_says_what_it_is() -> None:
    for name in sorted(MODULES):
        assert ast.get_docstring(ast.parse(MODULES[name].read_text("utf-8"))), name
