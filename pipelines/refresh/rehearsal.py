"""What would be found if workbooks lay in the raw folder: the steps of a refresh, of which nothing is kept.

Belongs here: putting workbooks in the place of those they would replace, making what a refresh would make, and telling
of it. Does not belong here: keeping a workbook (``pipelines.store.receiving``), the steps.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from pipelines.refresh.draft import Draft
from pipelines.refresh.makers import maker
from pipelines.refresh.making import Work
from pipelines.refresh.parts import Part
from pipelines.refresh.restoring import restored
from pipelines.refresh.stale import Inputs, inputs_of, last_read
from pipelines.steps.collect.raw_file import RawFile
from pipelines.store import closings, published
from pipelines.store.parquet import with_texts
from pipelines.store.raw import Raw
from pipelines.store.received import ReceivedSet
from pipelines.store.receiving import unfit
from pipelines.store.state import NOBODY, Writer
from pipelines.store.tables import Store, Tables
from schemas.findings import parts_of, task_of
from schemas.flow import FLOW
from schemas.outcomes import Severity
from schemas.problems import Problems
from schemas.return_sets import ReturnSetKey

_NOT_A_RETURN = frozenset(
    kind.value.code
    for kind in (
        *(Problems.UNREADABLE_FILE, Problems.UNSUPPORTED_FILE, Problems.PICTURE_ONLY, Problems.WRONG_PERIOD),
        *(Problems.WRONG_COMMUNE, Problems.UNKNOWN_REPORTER),
    )
)
"""Findings for which a workbook is not taken: it cannot be read, or is not one of this return set."""

_OTHER_PERIOD = Problems.WRONG_PERIOD.value.code


@dataclass(frozen=True)
class Rehearsed:
    """A workbook, and what would be found in it."""

    file: RawFile
    """Under the name under which it would lie in the raw folder."""
    sent_as: str
    asked: frozenset[tuple[str, str]]
    """The reporters and forms that were recognised in it."""
    replaces: tuple[str, ...]
    """The workbooks in whose place it would come, its own name among them where there is one."""
    findings: Sequence[Mapping[str, Any]]
    """``schemas.tables.FINDINGS`` on it, errors first."""
    loses: tuple[str, ...] = ()
    """Codes of the forms that are in what it replaces, and in nothing that would lie there then."""
    closed: str = ""
    """Why nothing is taken for its return set, where that is closed."""

    @property
    def reporters(self) -> tuple[str, ...]:
        """Codes of the reporters whose forms are in it."""
        return tuple(sorted({reporter for reporter, _ in self.asked if reporter}))

    @property
    def forms(self) -> tuple[str, ...]:
        """Codes of the forms in it."""
        return tuple(sorted({form for _, form in self.asked}))

    @property
    def refusal(self) -> str:
        """Why it would not be taken, or nothing."""
        if why := self.closed or unfit(self.file.name) or self.file.trouble:
            return why
        told = next((self._not_lying(row) for row in self.findings if row["code"] in _NOT_A_RETURN), "")
        if told or self.forms:
            return told
        first = next((self._not_lying(row) for row in self.findings), "")
        return first or f"Tệp {self.sent_as} không có biểu nào của danh mục, nên không phải báo cáo."

    def _not_lying(self, row: Mapping[str, Any]) -> str:
        """Return what is told of one that lies nowhere: under the name it was sent by, what its sender can do."""
        asked = task_of(row).reporter
        if asked is None:
            return str(row["message"])
        said = parts_of(row)
        wrong = f"{said.who}{said.where}{said.wrong}".replace(self.file.name, self.sent_as)
        other = " Nếu gửi đúng kỳ đó thì chọn kỳ đó rồi kiểm tra lại." if row["code"] == _OTHER_PERIOD else ""
        return f"{wrong}{other} Nhắn đơn vị: {asked}"

    @property
    def errors(self) -> int:
        """Findings that would hold a form back."""
        return sum(row["severity"] == Severity.ERROR for row in self.findings)


def rehearse(raw: Raw, store: Store, key: ReturnSetKey, sent: Mapping[str, bytes]) -> list[Rehearsed]:
    """Return what would be found in workbooks if they lay in a return set; nothing is written.

    Args:
        raw: The raw folder.
        store: The output folder.
        key: The return set.
        sent: The bytes of each workbook, by the name under which it was sent.
    """
    inputs = inputs_of(raw, store, Part.of(raw.batch_of(key)))
    files = [RawFile(*key, name, content) for name, content in sent.items()]
    lying = inputs.received.sets[key].workbooks if key in inputs.received.sets else ()
    # Alone first: whose they are decides which others they replace.
    asked = _asked(_made(_with(inputs, key, files), ["sheets"]), key)
    before = _lying(inputs, key, lying)
    told = []
    for file in files:
        own = asked.get(file.name, frozenset())
        name = _name(file, own, [one for one in files if one is not file], asked)
        replaced = [one.name for one in lying if one.name == name or (one.name in before and before[one.name] <= own)]
        told.append(Rehearsed(replace(file, name=name), file.name, own, tuple(replaced), ()))
    gone = {name for one in told for name in one.replaces}
    staying = [file for file in lying if file.name not in gone]
    kept = frozenset().union(*(one.asked for one in told), *(before.get(file.name, ()) for file in staying))
    work = _made(_with(inputs, key, [*staying, *(one.file for one in told)]), tables_of_findings())
    found = published.findings(work, key)
    shut = closings.refusal(raw, store.root, key)
    return [
        replace(one, findings=[row for row in found if _is_of(row, one)], loses=_lost(one, before, kept), closed=shut)
        for one in told
    ]


def _lost(
    one: Rehearsed, before: Mapping[str, frozenset[tuple[str, str]]], kept: Collection[tuple[str, str]]
) -> tuple[str, ...]:
    """Return the codes of the forms that a workbook takes away with what it replaces."""
    replaced = (asked for name in one.replaces for asked in before.get(name, ()))
    return tuple(sorted({form for reporter, form in replaced if (reporter, form) not in kept}))


def _is_of(row: Mapping[str, Any], one: Rehearsed) -> bool:
    """Return whether a finding is of a workbook: of a form that came more than once, of each that it came in."""
    twice = row["code"] == Problems.DUPLICATE_RETURN.value.code and (row["reporter"], row["form"]) in one.asked
    return bool(row["file"] == one.file.name) or twice


def lying(raw: Raw, store: Store, key: ReturnSetKey) -> dict[str, frozenset[tuple[str, str]]]:
    """Return the workbooks that lie in a return set, by name, each with the reporters and forms recognised in it."""
    inputs = inputs_of(raw, store, Part.of(raw.batch_of(key)))
    there = inputs.received.sets[key].workbooks if key in inputs.received.sets else ()
    return {one.name: frozenset() for one in there} | _lying(inputs, key, there)


def read_from(raw: Raw, store: Store, key: ReturnSetKey, names: Collection[str]) -> Iterator[dict[str, Any]]:
    """Yield ``schemas.tables.ENTRIES`` of workbooks that lie in a return set, as they lie there now."""
    inputs = inputs_of(raw, store, Part.of(raw.batch_of(key)))
    there = inputs.received.sets[key].workbooks if key in inputs.received.sets else ()
    made = _made(_with(inputs, key, [one for one in there if one.name in names]), ["sheets"])
    for table in made.family("returns", made.part_of(key), commune=key.commune):
        yield from table.to_pylist()


def _lying(inputs: Inputs, key: ReturnSetKey, lying: Sequence[RawFile]) -> dict[str, frozenset[tuple[str, str]]]:
    """Return, by workbook that lies there, what is in it: as a run has read it, or read now where it is another one."""
    store = inputs.store
    read = last_read(store, key) if key in store.sets_in(inputs.part.name) else {}
    new = [one for one in lying if read.get(one.name) != one.sha256]
    known = _asked(store, key) if len(new) < len(lying) else {}
    others = {one.name: known[one.name] for one in lying if one not in new and one.name in known}
    return others | (_asked(_made(_with(inputs, key, new), ["sheets"]), key) if new else {})


def tables_of_findings() -> tuple[str, ...]:
    """Return the names of the tables of findings."""
    return tuple(table.name for table in FLOW.family("findings"))


def _with(inputs: Inputs, key: ReturnSetKey, workbooks: Iterable[RawFile]) -> Inputs:
    """Return the inputs with these workbooks in a return set, and no others."""
    received = inputs.received
    beside = received.sets[key].beside if key in received.sets else {}
    changed = {**received.sets, key: ReceivedSet(tuple(workbooks), beside)}
    return replace(inputs, received=replace(received, sets=dict(sorted(changed.items()))))


def _made(inputs: Inputs, wanted: Collection[str]) -> "_Unpublished":
    """Make tables and publish none."""
    work = Work(inputs, maker, restored)
    for _ in work.run(wanted):
        pass
    return _Unpublished(work.draft)


@dataclass(frozen=True)
class _Unpublished:
    """The tables of a draft, read as published ones are."""

    draft: Draft

    def part_of(self, key: ReturnSetKey) -> str:  # noqa: ARG002 - as of a store
        return self.draft.inputs.part.name

    def rows(self, table: str, part: str, **wanted: str) -> pa.Table:  # noqa: ARG002 - as of a store
        return with_texts(self.draft.table(table), **wanted)

    def listed(self, table: str, part: str, **wanted: str) -> list[dict[str, Any]]:
        return list(self.rows(table, part, **wanted).to_pylist())

    def family(self, family: str, part: str, **wanted: str) -> Iterator[pa.Table]:  # noqa: ARG002 - as of a store
        return (with_texts(self.draft.table(table.name), **wanted) for table in FLOW.family(family))

    def writer_of(self, table: str, part: str) -> Writer:  # noqa: ARG002 - as of a store
        return NOBODY


def _asked(tables: Tables, key: ReturnSetKey) -> dict[str, frozenset[tuple[str, str]]]:
    """Return, by workbook, the reporters and forms that were recognised in it."""
    found: dict[str, set[tuple[str, str]]] = {}
    for row in published.sheets(tables, key):
        found.setdefault(row["file"], set()).add((row["reporter"], row["form"]))
    return {name: frozenset(own) for name, own in found.items()}


def _name(
    file: RawFile,
    own: frozenset[tuple[str, str]],
    others: Iterable[RawFile],
    asked: Mapping[str, frozenset[tuple[str, str]]],
) -> str:
    """Return what a workbook would be called: after its reporter, where it is of one and alone of that one."""
    reporters = {reporter for reporter, _ in own}
    if len(reporters) != 1 or "" in reporters:
        return file.name
    if any(reporters & {reporter for reporter, _ in asked.get(other.name, ())} for other in others):
        return file.name
    return f"{reporters.pop()}{file.suffix}"
