"""What is in doubt at a reporter: findings with the piece of the sheet, what it was before, what is proposed.

Belongs here: gathering these from what is published. Does not belong here: deciding (``pipelines.desk.decisions``),
pages.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, partial
from typing import Any

from pipelines.present.explorer.sheets import DrawnSheet, FilledCell, draw
from pipelines.present.tracing import written
from pipelines.refresh.deciding import may_be_wrong, tells_of
from pipelines.store import published
from pipelines.store.tables import Store
from schemas.addresses import position
from schemas.catalogue import CATALOGUE
from schemas.listed import items_of
from schemas.outcomes import Severity
from schemas.periods import Period
from schemas.problems import Problems
from schemas.proposals import Proposal, proposals
from schemas.return_sets import ReturnSetKey

_AROUND = 1
"""Rows above and below a doubtful cell that are shown with it."""

NOBODY = "-"
"""In addresses, for findings that are no reporter's."""


@dataclass(frozen=True)
class Doubt:
    """A finding."""

    row: Mapping[str, Any]
    cells: tuple[str, ...]
    """The doubtful one first."""
    sheet: DrawnSheet | None
    texts: Mapping[str, str]
    """What stands in each of these cells now, where there is anything."""
    before: str
    """What it was in the latest period before, with the period; empty where nothing is known."""
    proposed: tuple[Proposal, ...]
    overrulable: tuple[tuple[str, str], ...] = ()
    """Of an error: the rules of it that may be what is wrong, each with the cell in which that can be said."""

    @property
    def text(self) -> str:
        """What stands in the first cell now."""
        return self.texts.get(self.cells[0], "")

    @property
    def is_error(self) -> bool:
        """Whether it holds a form back."""
        return bool(self.row["severity"] == Severity.ERROR)

    @property
    def can_be_decided(self) -> bool:
        """Whether it is about a cell of a workbook."""
        return bool(self.row["file"] and self.row["sheet"] and self.cells)


def by_reporter(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """Return findings by reporter, those with errors first; what is nobody's under ``NOBODY``."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["reporter"] or NOBODY, []).append(row)
    return dict(sorted(found.items(), key=lambda one: all(row["severity"] != Severity.ERROR for row in one[1])))


Accepted = Callable[[str, str, str], list[published.PublishedRow]]
"""What has been accepted of a form's domain, by commune and reporter."""


def doubts(store: Store, key: ReturnSetKey, rows: Sequence[Mapping[str, Any]]) -> Iterator[Doubt]:
    """Yield findings with all that helps to decide on them."""
    accepted = cache(partial(published.accepted, store))  # findings share reporters
    for row in rows:
        cells = tuple(items_of(row["cells"]))
        near = _near(cells) if row["file"] and row["sheet"] else set()
        filled = published.filled_in(store, key, row["file"], row["sheet"], near) if near else []
        texts = {cell["cell"]: cell["shown"] or cell["text"] for cell in filled if cell["cell"] in cells}
        before = _before(store, key, row, cells[0], accepted) if near else ""
        drawn = _drawn(filled, cells, near) if filled else None
        rules = _overrulable(store, key, row, cells) if row["severity"] == Severity.ERROR and near else ()
        ways = proposals(row["proposed"]) or ([Proposal(row["suggestion"])] if row["suggestion"] else [])
        yield Doubt(row, cells, drawn, texts, before, tuple(ways), tuple(rules))


def _overrulable(
    store: Store, key: ReturnSetKey, row: Mapping[str, Any], cells: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Yield the rules of which a finding tells that may be wrong, each with the first of its cells that it is about."""
    told = sorted(rule for rule in may_be_wrong() if tells_of(row, rule))
    marts = [form.domain for form in CATALOGUE.forms if form.code in row["form"].split()]
    for rule in told:
        for cell in cells:
            found = published.asked(store, key, row["file"], cell, marts)
            if any(one["sheet"] == row["sheet"] and _is_about(rule, one) for one in found):
                yield rule, cell
                break


def _is_about(rule: str, entry: Mapping[str, Any]) -> bool:
    """Return whether a rule that may be wrong says something on the number of an entry."""
    form = CATALOGUE.by_code[entry["form"]]
    if rule == Problems.OUT_OF_RANGE.value.code:
        return entry["value"] is not None and form.fields()[entry["field"]].may_exceed(Decimal(entry["value"]))
    return any(edit.code == rule and entry["field"] in edit.names for edit in form.edits)


def _near(cells: Sequence[str]) -> set[int]:
    """Return the rows of doubtful cells, and those next to them."""
    rows = {place[0] for cell in cells if (place := position(cell))}
    return {row + step for row in rows for step in range(-_AROUND, _AROUND + 1)}


def _drawn(filled: Sequence[Mapping[str, Any]], cells: Sequence[str], near: Collection[int]) -> DrawnSheet:
    """Return those rows of a sheet as they look."""
    drawn = draw(map(FilledCell.of, filled), cells)
    # It draws the row above too, of which it was told nothing.
    return replace(drawn, rows=tuple(row for row in drawn.rows if row.number in near))


def _before(store: Store, key: ReturnSetKey, row: Mapping[str, Any], cell: str, accepted: Accepted) -> str:
    """Return what the field of a cell of a finding was in the reporter's latest accepted period of its kind before."""
    marts = [form.domain for form in CATALOGUE.forms if form.code in row["form"].split()]
    asked = published.asked(store, key, row["file"], cell, marts)
    entry = next((one for one in asked if one["sheet"] == row["sheet"]), None)
    if entry is None:
        return ""
    form = next(form for form in CATALOGUE.forms if form.code == entry["form"])
    own = Period.parse(key.period)
    earlier = [
        row
        for row in accepted(form.domain, key.commune, entry["reporter"])
        if (period := Period.parse(row["period"])) < own
        and period.kind is own.kind
        and row["line"] == entry["line"]
        and row.get(entry["field"]) is not None
    ]
    if not earlier:
        return ""
    latest = max(earlier, key=lambda row: Period.parse(row["period"]))
    return f"{written(latest[entry['field']])} ({Period.parse(latest['period']).title})"
