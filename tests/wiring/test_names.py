"""A module that a docstring, a comment or a page names is there: nobody is sent to one that has moved or gone."""

import re

from tests.unit.builders import ROOT
from tests.wiring.test_imports import MODULES

PAGES = [*MODULES.values(), *ROOT.glob("*.md"), *(ROOT / "schemas").glob("*.md"), *(ROOT / "raw").glob("*.md")]
NAMED = re.compile(r"`((?:schemas|pipelines|assets)(?:\.\w+)+)`")


def is_there(name: str) -> bool:
    """Whether a dotted name is a module of ours, or something that its module speaks of."""
    if name in MODULES:
        return True
    module, _, own = name.rpartition(".")
    return module in MODULES and re.search(rf"\b{own}\b", MODULES[module].read_text("utf-8")) is not None


def test_every_module_that_is_named_is_there() -> None:
    named = {(path, name) for path in PAGES for name in NAMED.findall(path.read_text("utf-8"))}
    assert len(named) > 100
    assert [f"{path.relative_to(ROOT)} names {name}" for path, name in sorted(named) if not is_there(name)] == []


def test_such_a_name_is_told_from_others() -> None:
    assert is_there("schemas.flow")
    assert is_there("schemas.flow.FLOW")
    assert not is_there("schemas.flaw")
    assert not is_there("schemas.flow.FLAW")
