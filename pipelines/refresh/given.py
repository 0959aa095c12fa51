"""What a maker of tables is given and what it hands back.

Belongs here: that, and that nothing can be read which the flow does not declare. Does not belong here: in what order
makers are called (``pipelines.refresh.making``), any of them (``pipelines.refresh.makers``).
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pyarrow as pa

from pipelines.refresh.draft import Draft
from pipelines.refresh.parts import Part
from pipelines.refresh.rows import of_communes
from pipelines.refresh.stale import files_in
from pipelines.steps.collect.raw_file import RawFile
from pipelines.store.archive import TABLE, Archive
from pipelines.store.parquet import with_texts
from pipelines.store.raw_names import ESTIMATES, LEDGER
from pipelines.store.raw_names import PRINTED as PRINTED_FILE
from pipelines.store.state import Writer
from schemas.flow import CORRECTIONS, FLOW, PARTS, PLACES, PRINTED, RECORDED, WORKBOOKS, Table
from schemas.places import Places
from schemas.return_sets import BatchKey, ReturnSetKey


class UndeclaredInputError(LookupError):
    """A maker read what the flow does not say that its tables are made of: our fault, never the data's."""


@dataclass(frozen=True)
class Made:
    """What a maker hands back for one table.

    Args:
        rows: The table; nothing where what was there stays, because the gate held back what came.
        files: Of a document, the bytes of the files to be written, by name from the top of the output folder.
        removals: Files that are no more.
        held: The return sets whose rows are those that were there, because the gate held back what came of them.
    """

    rows: pa.Table | None
    files: Mapping[str, bytes] = field(default_factory=dict)
    removals: tuple[str, ...] = ()
    held: Collection[ReturnSetKey] = ()


Maker = Callable[["Given"], Mapping[str, Made]]
"""A function that makes tables, by name, from what it is given."""


@dataclass(frozen=True)
class Given:
    """What a maker is given: the inputs of its tables, and nothing else can be read through it.

    Args:
        tables: The tables it is to make.
        sets: The return sets of which it is to make them: of a batch those that have changed, where the rows of the
            others can stay; or those below a period or the office. A table of the batch as a whole it makes whole.
    """

    tables: Sequence[Table]
    sets: Sequence[ReturnSetKey]
    _draft: Draft

    @property
    def batch(self) -> BatchKey:
        """The batch that is worked on."""
        return self._draft.inputs.part.batch

    @property
    def key(self) -> ReturnSetKey:
        """The one return set of a batch that is a commune's own folder."""
        (key,) = self.sets
        return key

    @property
    def part(self) -> Part:
        """The part that is worked on."""
        return self._draft.inputs.part

    @property
    def subject(self) -> str:
        """Domain of the form, or code of the chapter."""
        return self.tables[0].maker.subject

    @property
    def parts(self) -> Sequence[str]:
        """The names of all parts that have tables."""
        self._declared(PARTS)
        return self._draft.inputs.store.filled_parts()

    @property
    def workbooks(self) -> Iterator[RawFile]:
        """The files as received."""
        self._declared(WORKBOOKS)
        return self._draft.inputs.received.workbooks_of(self.sets)

    @property
    def ledgers(self) -> Mapping[ReturnSetKey, str]:
        """The text of each ledger of corrections."""
        self._declared(CORRECTIONS)
        return _of_keys(self._draft.inputs.received.ledgers, self.sets)

    @property
    def unread_ledgers(self) -> Sequence[Mapping[str, str]]:
        """The ledgers of corrections that lie there and cannot be read, as a problem tells of them."""
        self._declared(CORRECTIONS)
        return _unread(self._draft.inputs.received.unread(LEDGER, self.sets))

    @property
    def printed(self) -> Mapping[ReturnSetKey, str]:
        """The text of what each plan prints."""
        self._declared(PRINTED)
        return _of_keys(self._draft.inputs.received.printed, self.sets)

    @property
    def unread_plans(self) -> Sequence[Mapping[str, str]]:
        """What plans print that lies there and cannot be read, as a problem tells of it."""
        self._declared(PRINTED)
        return _unread(self._draft.inputs.received.unread(PRINTED_FILE, self.sets))

    @property
    def estimates(self) -> Mapping[ReturnSetKey, bytes]:
        """The bytes of each file of estimates."""
        self._declared(RECORDED)
        return _of_keys(self._draft.inputs.received.estimates, self.sets)

    @property
    def unread_estimates(self) -> Sequence[Mapping[str, str]]:
        """The files of estimates that lie there and cannot be read, as a problem tells of them."""
        self._declared(RECORDED)
        return _unread(self._draft.inputs.received.unread(ESTIMATES, self.sets))

    def read_last(self, file: str) -> Mapping[ReturnSetKey, str]:
        """Return the hash of a file beside the workbooks as it was read last, where any set has another one now."""
        name = _RECEIVED_AS[file]
        self._declared(name)
        known, inputs = self._draft.known, self._draft.inputs
        if not known.received or known.contents.get(name) == inputs.received.contents[name]:
            return {}
        found = files_in(self.archive, known.received, self.sets)
        return {key: files[file] for key, files in found.items() if file in files}

    @property
    def places(self) -> Places:
        """The places."""
        self._declared(PLACES)
        return self._draft.inputs.received.places

    def table(self, name: str) -> pa.Table:
        """Return a table of this part as it is now, made in this run or before.

        Raises:
            UndeclaredInputError: The flow does not say that it is read.
        """
        self._declared(name)
        return self._draft.table(name, self.sets)

    def part_of(self, _: ReturnSetKey) -> str:
        """Return the part that is worked on."""
        return self.part.name

    def family(self, family: str, part: str = "", **wanted: str) -> Iterator[pa.Table]:  # noqa: ARG002 - as of a store
        """Yield the declared tables of a family, such as ``figures``, by name, with the rows that have some texts."""
        declared = {name for table in self.tables for name in table.made_of}
        for name in sorted(declared):
            if name.partition("/")[0] == family:
                self._draft.read.add((self.tables[0].name, name))
                yield with_texts(self._draft.table(name, self.sets), **wanted)

    def rows(self, table: str, part: str = "", **wanted: str) -> pa.Table:  # noqa: ARG002 - as of a store
        """Return the rows of a table that have some texts: as ``Tables`` has it, for those who present."""
        return with_texts(self.table(table), **wanted)

    def listed(self, table: str, part: str = "", **wanted: str) -> list[dict[str, Any]]:
        """Return the same rows one by one."""
        return list(self.rows(table, part, **wanted).to_pylist())

    def writer_of(self, table: str, part: str = "") -> Writer:  # noqa: ARG002 - as of a store
        """Return who wrote a table."""
        self._declared(table)
        written = self._draft.state.get(table)
        return written.writer if written else Writer()

    def each(self, name: str) -> pa.Table:
        """Return a table of all batches of the period, one under the other."""
        self._declared(name)
        return self._draft.of_parts(name, self._draft.inputs.below)

    def earlier(self, name: str, *periods: str) -> pa.Table:
        """Return a table of the batches of earlier periods, one under the other; of those named, if any are.

        Raises:
            UndeclaredInputError: The flow does not say that these tables are made of it.
        """
        if not any(name in table.earlier for table in self.tables):
            raise UndeclaredInputError(f"{self.tables[0].name} does not declare that it reads earlier {name}.")
        self._draft.read.add((self.tables[0].name, f"earlier {name}"))
        wanted = [one for one in self._draft.inputs.earlier if not periods or one.partition("_")[0] in periods]
        return self._draft.of_parts(name, wanted)

    def accepted(self, name: str) -> pa.Table:
        """Return the rows of a mart as they were accepted before this run; none where none ever were.

        Raises:
            UndeclaredInputError: The flow does not say that these tables are made of it.
        """
        if not any(name in table.accepted for table in self.tables):
            raise UndeclaredInputError(f"{self.tables[0].name} does not declare that it looks at accepted {name}.")
        self._draft.read.add((self.tables[0].name, f"accepted {name}"))
        return self._draft.before(name, self.sets)

    def previous(self, name: str) -> pa.Table | None:
        """Return one of the maker's own tables as it was made before by the very code of now; nothing otherwise."""
        assert name in [table.name for table in self.tables]
        return self._draft.reusable(FLOW[name], self.sets)

    def is_as_it_was(self, name: str) -> bool:
        """Return whether a table is unchanged since the maker's own tables were made, so that those rows can stay."""
        self._declared(name)
        return self._draft.is_some(self.sets) and name not in self._draft.touched

    def held(self, mart: str) -> bool:
        """Return whether a mart still is what it was, because the gate held back all that came."""
        self._declared(mart)
        written = self._draft.state.get(mart)
        return written is not None and len(written.held) == len(self.sets)

    def content(self, name: str) -> str:
        """Return the hash of a table's bytes: its version, for those who tell it to other programs."""
        self._declared(name)
        return self._draft.inputs.content(name, self._draft.state)

    def before(self, name: str) -> pa.Table:
        """Return one of the maker's own tables as it was before, whoever made it; empty where it never was."""
        assert name in [table.name for table in self.tables]
        return self._draft.before(name, self.sets)

    @property
    def others(self) -> Sequence[ReturnSetKey]:
        """The other return sets of the batch, which are what they were when the maker's own tables were made."""
        own = set(self.sets)
        return [key for key in self._draft.inputs.sets if key not in own]

    def of_others(self, name: str) -> pa.Table:
        """Return the rows of these in one of the maker's own tables."""
        assert name in [table.name for table in self.tables]
        return of_communes(self._draft.before(name), self.others)

    def is_there(self, file: str, sha256: str) -> bool:
        """Return whether a file of a document lies there as it was written."""
        return self._draft.inputs.store.holds(file, sha256, self._draft.inputs.part.name)

    @property
    def archive(self) -> Archive:
        """What was accepted before, as it was received."""
        return self._draft.inputs.store.archive_of(self.part.name)

    def kept(self, sha256: str) -> bytes | None:
        """Return a file that lay beside the workbooks once, by its hash; nothing where the archive has lost it."""
        return self.archive.get(sha256, TABLE)

    def _declared(self, name: str) -> None:
        if not any(name in table.made_of for table in self.tables):
            raise UndeclaredInputError(f"{self.tables[0].name} does not declare that it is made of {name}.")
        self._draft.read.add((self.tables[0].name, name))


_RECEIVED_AS = {ESTIMATES: RECORDED, PRINTED_FILE: PRINTED}


def _unread(files: Iterable[RawFile]) -> list[Mapping[str, str]]:
    return [
        {"period": file.period, "commune": file.commune, "file": file.name, "written": file.trouble} for file in files
    ]


Value = TypeVar("Value")


def _of_keys(found: Mapping[ReturnSetKey, Value], keys: Iterable[ReturnSetKey]) -> dict[ReturnSetKey, Value]:
    return {key: found[key] for key in keys if key in found}
