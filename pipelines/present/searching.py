"""Finding by what somebody has in hand: a printed or computed number, words, a place in the plan, a cell, file, rule.

Belongs here: what a query may mean, and what of a return set fits it. Does not belong here: which words stand in a text
(``schemas.text``), pages.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import NamedTuple

from pipelines.present.rows import TableRow
from pipelines.store import published
from pipelines.store.tables import Tables
from schemas.catalogue import CATALOGUE
from schemas.problems import Problems
from schemas.return_sets import ReturnSetKey
from schemas.text import says, slug

_NUMBER = re.compile(r"[-+]?\d[\d.,\s]*%?")
_CELL = re.compile(r"(?:(.*?)[\s!·,:]+)?(?:ô\s*)?\$?([A-Za-z]{1,3})\$?([1-9]\d{0,6})")


@dataclass(frozen=True)
class Query:
    """What somebody typed, with or without diacritics."""

    text: str

    @cached_property
    def numbers(self) -> frozenset[Decimal]:
        """The numbers that it can be, as Vietnamese and as machines write them: 5.373 is both 5373 and 5,373."""
        typed = "".join(self.text.split())
        if not _NUMBER.fullmatch(typed):
            return frozenset()
        bare = typed.rstrip("%").lstrip("+")
        readings = [bare.replace(".", "").replace(",", "."), bare.replace(",", "")]
        if {".", ","} <= set(bare):  # what stands last is the decimal mark
            readings = [readings[bare.rindex(".") > bare.rindex(",")]]
        return frozenset(number for one in readings if (number := _decimal(one)) is not None)

    @cached_property
    def cell(self) -> tuple[str, str] | None:
        """The words before a cell's address, and that; nothing where it is none."""
        found = _CELL.fullmatch(self.text.strip())
        return None if found is None else (found[1] or "", f"{found[2].upper()}{found[3]}")

    def says(self, *texts: str) -> bool:
        """Return whether all its words stand in some texts together."""
        return bool(self.text.strip()) and says(" ".join(texts), self.text)

    def is_number(self, value: Decimal | None) -> bool:
        """Return whether a number is one that it can be."""
        return value is not None and value in self.numbers


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


class Rule(NamedTuple):
    """A rule or a kind of finding that fits."""

    code: str
    sentence: str
    findings: int
    """How often it is found in the return set."""


@dataclass(frozen=True)
class Found:
    """What of a return set fits a query; the rows are those of the published tables."""

    figures: Sequence[TableRow] = ()
    """By name, id or computed number; those called just so come first."""
    printed: Sequence[TableRow] = ()
    """By printed number, or by place in the plan."""
    cells: Sequence[TableRow] = ()
    """By address, or by what was accepted from them."""
    files: Sequence[TableRow] = ()
    rules: Sequence[Rule] = ()

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return any((self.figures, self.printed, self.cells, self.files, self.rules))


def search(tables: Tables, key: ReturnSetKey, query: Query) -> Found:
    """Return what of a return set fits a query."""
    if not query.text.strip():
        return Found()
    figures, findings = published.figures(tables, key), published.findings(tables, key)
    return Found(
        _figures(figures, query),
        [row for row in published.statements(tables, key) if _is_printed(row, query)],
        list(_cells(tables, key, query)),
        [row for row in published.files(tables, key) if query.says(row["file"], _stem(row["file"]))],
        list(_rules(findings, query)),
    )


def _stem(file: str) -> str:
    return file.rpartition(".")[0].replace("_", " ")


def _figures(rows: Iterable[TableRow], query: Query) -> list[TableRow]:
    """Return figures: those of the number, else those that have the words, the very name first."""
    found = [
        row
        for row in rows
        if query.is_number(row["value"]) or (not query.numbers and query.says(row["label"], row["id"]))
    ]
    wanted = slug(query.text)
    return sorted(found, key=lambda row: (slug(row["label"]) != wanted, not slug(row["label"]).startswith(wanted)))


def _is_printed(row: TableRow, query: Query) -> bool:
    if query.numbers:
        return query.is_number(_decimal(row["value"] or "")) or query.text.strip() in row["printed"]
    return query.says(row["section"], row["id"])


def _cells(tables: Tables, key: ReturnSetKey, query: Query) -> Iterator[TableRow]:
    """Yield filled cells of an address, and cells from which a number was accepted."""
    if query.cell is not None:
        words, address = query.cell
        for row in published.filled_at(tables, key, address):
            if says(f"{row['file']} {_stem(row['file'])} {row['sheet']}", words):
                yield row
    if query.numbers:
        yield from published.accepted_as(tables, key, query.numbers)


_BLANK = re.compile(r"\{[^}]*\}")
"""What a kind of finding leaves open."""


def _rules(findings: Iterable[TableRow], query: Query) -> Iterator[Rule]:
    counts: dict[str, int] = {}
    for row in findings:
        counts[row["code"]] = counts.get(row["code"], 0) + 1
    edits = {edit.code: edit.sentence for form in CATALOGUE.forms for edit in form.edits}
    told: Mapping[str, str] = edits | {one.value.code: _BLANK.sub("…", one.value.message) for one in Problems}
    for code, sentence in told.items():
        if not query.numbers and query.cell is None and query.says(code, sentence):
            yield Rule(code, sentence, counts.get(code, 0))
