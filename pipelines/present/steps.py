"""How far a run is, as a line of its log: written by the run, and read by whoever shows how far it is.

Belongs here: the line, both ways. Does not belong here: how often it is told (``pipelines.orchestration.refreshing``),
asking Dagster for it (``pipelines.desk.runs``).
"""

import re

_LINE = "Đã làm {done}/{whole} bước."
_READ = re.compile(re.escape(_LINE).replace(r"\{done\}", r"(\d+)").replace(r"\{whole\}", r"(\d+)"))


def steps_line(done: int, whole: int) -> str:
    """Return the line that so many steps are done, of so many."""
    return _LINE.format(done=done, whole=whole)


def steps_of(line: str) -> tuple[int, int] | None:
    """Return how many steps are done, of how many, by a line of a log; nothing where it is another line."""
    found = _READ.fullmatch(line)
    return (int(found[1]), int(found[2])) if found else None
