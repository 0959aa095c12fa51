"""A module that a docstring, a comment or a page names is there: nobody is sent to one that has moved or gone."""

import ast
import re
from functools import cache
from pathlib import Path

from tests.unit.builders import ROOT
from tests.wiring.test_imports import MODULES

PAGES = [*MODULES.values(), *ROOT.glob("*.md"), *(ROOT / "schemas").glob("*.md"), *(ROOT / "raw").glob("*.md")]
NAMED = re.compile(r"`((?:schemas|pipelines|assets)(?:\.\w+)+)`")


def is_there(name: str) -> bool:
    """Whether a dotted name is a module of ours, or something that its module declares, and does not only import."""
    module, _, own = name.rpartition(".")
    return name in MODULES or (module in MODULES and own in declared_in(MODULES[module]))


@cache
def declared_in(path: Path) -> frozenset[str]:
    """The functions, classes and other names that a module declares."""
    found: set[str] = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.Assign(targets=targets):
                found |= {one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=name)):
                found.add(name)
    return frozenset(found)


def test_every_module_that_is_named_is_there() -> None:
    named = {(path, name) for path in PAGES for name in NAMED.findall(path.read_text("utf-8"))}
    assert len(named) > 100
    assert [f"{path.relative_to(ROOT)} names {name}" for path, name in sorted(named) if not is_there(name)] == []


def test_such_a_name_is_told_from_others() -> None:
    assert is_there("schemas.flow")
    assert is_there("schemas.flow.FLOW")
    assert not is_there("schemas.flaw")
    assert not is_there("schemas.flow.FLAW")
    assert not is_there("schemas.flow.CATALOGUE")
