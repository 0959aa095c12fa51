"""Offices for tests: a raw folder and an output folder, refreshed in this process and without Dagster."""

import hashlib
import shutil
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import openpyxl
import pyarrow as pa

from pipelines.refresh.batches import Done, refresh
from pipelines.refresh.stale import stale_batches
from pipelines.store.parquet import serialized
from pipelines.store.raw import Raw
from pipelines.store.raw_names import LEDGER
from pipelines.store.state import Writer, Written
from pipelines.store.tables import Publication, Store, file_of
from schemas.return_sets import BatchKey, ReturnSetKey
from tests.unit.builders import LEDGER_HEADING, ROOT

SHIPPED = Raw(ROOT / "raw")
KEY = ReturnSetKey("2024-H1", "huu-kien")
BATCH = BatchKey(*KEY)
EXAMPLE_WRITER = Writer("11111111-aaaa", "22222222bbbb")
"""Who is noted as the writer of the refreshed example."""

DAY = "2024-07-03T08:00:00+07:00,thống kê"


class Office:
    """A raw folder with one return set, and the output folder beside it."""

    def __init__(self, root: Path, key: ReturnSetKey = KEY) -> None:
        self.root, self.key = root, key
        self.raw, self.store = Raw(root / "raw"), Store(root / "data")

    @classmethod
    def copied(cls, other: Path, root: Path) -> Self:
        """An office of its own, as another one is now."""
        shutil.copytree(other, root)
        return cls(root)

    @property
    def folder(self) -> Path:
        """Where the workbooks lie."""
        return self.raw.root / self.key.period / self.key.commune

    @property
    def batch(self) -> BatchKey:
        return BatchKey(*self.key)

    @property
    def part(self) -> str:
        return str(self.batch)

    def send(self, name: str, content: bytes) -> None:
        """A reporter sends a workbook."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_bytes(content)

    def write(self, address: tuple[str, str, str], value: object) -> None:
        """The reporter sends the workbook again, with another value in one cell: file, sheet, cell."""
        path = self.folder / address[0]
        book = openpyxl.load_workbook(path)
        book[address[1]][address[2]] = value
        book.save(path)

    def slipped(self, address: tuple[str, str, str], value: object) -> bytes:
        """What the reporter would send with another value in one cell; the raw folder stays as it was."""
        path = self.folder / address[0]
        before = path.read_bytes()
        self.write(address, value)
        content = path.read_bytes()
        path.write_bytes(before)
        return content

    def decide(self, *rows: str) -> None:
        """Each row is ``file,sheet,cell,old,new,reason``."""
        ledger = self.folder / LEDGER
        if not ledger.is_file():
            ledger.write_text(f"{LEDGER_HEADING}\n", encoding="utf-8")
        with ledger.open("a", encoding="utf-8") as file:
            file.writelines(f"{DAY},{row},,accepted\n" for row in rows)

    def signed(self, writer: Writer) -> None:
        """From now on somebody else is noted as the writer."""
        self.store = Store(self.store.root, writer)

    def refresh(self, wanted: Collection[str] | None = None, *, anew: bool = False) -> Done:
        """What the job does, or of it what makes some tables."""
        return refresh(self.raw, self.store, self.batch, who="test", wanted=wanted, anew=anew)

    def stale(self) -> set[str]:
        """The tables that a refresh would look at."""
        return stale_batches(self.raw, Store(self.store.root), [self.batch]).get(self.batch, set())

    def rows(self, table: str, part: str = "") -> list[dict[str, Any]]:
        """A table as it is published now."""
        found = Store(self.store.root).rows(table, part or self.part)
        return [] if found is None else [dict(row) for row in found.to_pylist()]

    def files(self) -> dict[str, bytes]:
        """Every file of the output folder by its name, without locks: two of equal files are in the same state."""
        paths = (path for path in sorted(self.store.root.rglob("*")) if path.is_file() and path.parent.name != "locks")
        return {path.relative_to(self.store.root).as_posix(): path.read_bytes() for path in paths}


def publish(store: Store, key: ReturnSetKey, tables: Mapping[str, pa.Table], held: Collection[str] = ()) -> None:
    """Publish tables of a return set that no refresh has made; what else there is of it stays."""
    part = str(key)
    publication, state = Publication(store, part), store.state(part, anew=True)
    written = dict(state.tables)
    for name, rows in tables.items():
        content = serialized(rows)
        publication.put(file_of(name, part), content)
        sha256, of = hashlib.sha256(content).hexdigest(), (key.commune,) * (name in held)
        written[name] = Written(name, "", sha256, len(content), len(rows), held=of)
    publication.commit(replace(state, tables=written, communes=(key.commune,)))
