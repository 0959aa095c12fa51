"""What a page tells to type, typed: its commands and lines of Python in an office, and what comes out held against it.

Belongs here: reading such a page, and typing. Does not belong here: any page (the guides, the README).

In a page, a block ``console`` has commands after ``$``, each with what it prints; ``…`` is what is left out, and
``# mã 1`` the exit code where it is not 0. A block ``python`` is followed by one ``text`` with what it prints. A
comment ``{# ghi: WORKBOOK | SHEET | CELL | NUMBER #}``, which no reader sees, is somebody filling in a cell.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from tests.end_to_end.office import COMMAND, Office

GAP = "…"

_STEP = re.compile(
    r"^\{# ghi: (?P<cell>.*) #\}$"
    r"|^```console\n(?P<shown>.*?)^```$"
    r"|^```python\n(?P<code>.*?)^```\n\n```text\n(?P<printed>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Shown:
    """A command as a page shows it: what is typed, how it ends, and the pattern of what comes out."""

    typed: str
    code: int
    pattern: "re.Pattern[str]"


def _shown(block: str) -> Iterator[Shown]:
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        first, *lines = part.splitlines()
        command, _, remark = first.partition("  # mã ")
        yield Shown(command, int(remark or 0), _pattern(lines))


def _pattern(lines: list[str]) -> "re.Pattern[str]":
    return re.compile(
        "".join(r"(?:.*\n)*?" if line == GAP else ".*".join(map(re.escape, line.split(GAP))) + "\n" for line in lines)
    )


def type_all(page: str, office: Office) -> int:
    """Type everything on a page, in order; return how many things there were.

    Raises:
        AssertionError: Something ends otherwise, or prints something else, than the page shows.
    """
    count = 0
    for step in _STEP.finditer(page):
        if step["cell"]:
            workbook, sheet, cell, value = step["cell"].split(" | ")
            office.fill(workbook, sheet, {cell: int(value)})
        elif step["code"]:
            printed = _run(office, [sys.executable, "-c", step["code"]], expect=0)
            assert printed == step["printed"], step["code"]
            count += 1
        else:
            for one in _shown(step["shown"]):
                printed = _typed(office, one)
                assert one.pattern.fullmatch(printed), f"{one.typed}\n{printed}\n{one.pattern.pattern}"
                count += 1
    return count


_PLAIN = re.compile(r"returns (?P<words>[^|&;>]*?)(?: > (?P<file>[\w.-]+))?")
"""A command that needs no shell."""


def _typed(office: Office, one: Shown) -> str:
    plain = _PLAIN.fullmatch(one.typed)
    if plain is None:
        return _run(office, ["bash", "-c", one.typed], expect=one.code)
    # A design that a refresh takes in is in Dagster's graph only where that has not been loaded before.
    alone = plain["words"] == "refresh"
    printed = (office.run if alone else office.ask)(*shlex.split(plain["words"]), expect=one.code)
    if not plain["file"]:
        return printed
    (office.root / plain["file"]).write_text(printed, "utf-8")
    return ""


def _run(office: Office, words: list[str], *, expect: int) -> str:
    done = subprocess.run(
        words,
        cwd=office.root,
        env={**office.environment, "PATH": f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,  # a terminal shows both
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == expect, f"{words[-1]}\n{done.stdout}"
    return done.stdout
