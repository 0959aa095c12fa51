"""Fixed lines: what a form prints down its side, crops or kinds of livestock, and which of them add up to which.

Belongs here: a line, the lines within it, and the same lines once per season. Does not belong here: which form has them
(``schemas.form``), what must hold between them (``schemas.implied_edits``).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Line:
    """One line that a form prints.

    Args:
        code: What names it, on the form and in the data.
        name: What it is, as the form prints it.
        parts: The lines below it that add up to it.
        of_which: The lines below it that are part of it and need not be all: «trong đó».
        without: Names of the fields that are not asked for of it, such as the yield of several crops together.
        since: The first version of its form that prints it.
        until: The last one that does; ``None`` where it still does.
    """

    code: str
    name: str
    parts: tuple["Line", ...] = ()
    of_which: tuple["Line", ...] = ()
    without: tuple[str, ...] = ()
    since: int = 1
    until: int | None = None

    def is_printed_in(self, version: int) -> bool:
        """Return whether a version of its form prints it."""
        return self.since <= version and (self.until is None or version <= self.until)

    @property
    def below(self) -> tuple["Line", ...]:
        """The lines one level below it, in the order of the form."""
        return (*self.parts, *self.of_which)


@dataclass(frozen=True)
class Placed:
    """A line of a form, and how deep it lies: 0 for one that is part of no other."""

    line: Line
    level: int


def flat(lines: Iterable[Line], level: int = 0) -> Iterator[Placed]:
    """Yield lines with all below them, in the order in which a form prints them."""
    for line in lines:
        yield Placed(line, level)
        yield from flat(line.below, level + 1)


def outermost(lines: Iterable[Line], name: str) -> Iterator[Line]:
    """Yield the lines that a field is added up over, so that nothing counts twice: those that have all others in them.

    Of a line that does not ask for the field, its parts count instead. Where it is asked of those that are «trong đó»,
    these need not be all of it: the line itself counts, and nobody can know the sum.
    """
    for line in lines:
        if name in line.without and not any(name not in placed.line.without for placed in flat(line.of_which)):
            yield from outermost(line.parts, name)
        else:
            yield line


def in_version(lines: Iterable[Line], version: int) -> tuple[Line, ...]:
    """Return the lines that a version of a form prints; those below one that it does not print are not printed."""
    return tuple(
        replace(line, parts=in_version(line.parts, version), of_which=in_version(line.of_which, version))
        for line in lines
        if line.is_printed_in(version)
    )


def by_season(seasons: Iterable[Line], lines: Sequence[Line]) -> tuple[Line, ...]:
    """Return a line per season, whose parts are the lines, each with the season's code before its own.

    Args:
        seasons: What the season's own line is called, its code and what is not asked for of it.
        lines: The lines of each season.
    """
    return tuple(replace(season, parts=tuple(_within(season, line) for line in lines)) for season in seasons)


def _within(season: Line, line: Line) -> Line:
    return replace(
        line,
        code=f"{season.code}_{line.code}",
        parts=tuple(_within(season, part) for part in line.parts),
        of_which=tuple(_within(season, part) for part in line.of_which),
    )
