"""Lists in one cell of a table: the cells of a finding, the rules it tells of, what came of them, numbers beside one.

Belongs here: how such a list is written and read, one way for all of them. Does not belong here: which columns hold one
(``schemas.tables``), lists of codes with spaces between, which no codes have. Imports only the standard library, so
that a verb that answers quickly can use it.

A text may hold the separator itself: a cell's address is what somebody typed into a ledger. It is escaped, so that
whoever cuts at each separator, as in a spreadsheet, has as many texts as there are.
"""

from collections.abc import Iterable, Iterator, Mapping

_BETWEEN, _ESCAPED = ";", "%3B"
_ESCAPE, _ESCAPE_ITSELF = "%", "%25"


def listed(texts: Iterable[str]) -> str:
    """Return texts as one cell has them; empty ones are left out."""
    return _BETWEEN.join(_written(text) for text in texts if text)


def items_of(cell: str | None) -> list[str]:
    """Return the texts that ``listed`` made a cell of; none of an empty or missing one."""
    return [_read(text) for text in (cell or "").split(_BETWEEN) if text]


def first_of(cell: str) -> str:
    """Return the first of these texts; empty where there is none."""
    return next(iter(items_of(cell)), "")


def outcomes_listed(outcomes: Iterable[tuple[str, str]]) -> str:
    """Return codes of edits, each with what came of it, as one cell has them: ``B01-01 holds;B01-02 undecided``."""
    return listed(f"{code} {outcome}" for code, outcome in outcomes)


def outcomes_of(cell: str | None) -> Iterator[tuple[str, str]]:
    """Yield the codes and outcomes that ``outcomes_listed`` made a cell of."""
    for text in items_of(cell):
        code, _, outcome = text.rpartition(" ")
        yield code, outcome


def pairs_listed(values: Mapping[str, str]) -> str:
    """Return texts by name as one cell has them: ``died=3; born=7``, for people who look at the table."""
    return f"{_BETWEEN} ".join(_written(f"{name}={text}") for name, text in values.items())


def pairs_of(cell: str | None) -> dict[str, str]:
    """Return the texts by name that ``pairs_listed`` made a cell of; the texts are numbers, without ``=``."""
    pairs = (text.removeprefix(" ").rpartition("=") for text in items_of(cell))
    return {name: text for name, equal, text in pairs if equal}


def _written(text: str) -> str:
    return text.replace(_ESCAPE, _ESCAPE_ITSELF).replace(_BETWEEN, _ESCAPED)


def _read(text: str) -> str:
    return text.replace(_ESCAPED, _BETWEEN).replace(_ESCAPE_ITSELF, _ESCAPE)
