"""An office: a raw folder and an output folder of a test's own, worked on as people do, with the ``returns`` command.

Belongs here: running the command, reading what it prints or leaves.
Does not belong here: any other of the product's functions.

A command is run in one of three ways, the cheapest that shows what a test is about: ``run`` starts it as a terminal
does; ``ask`` runs it in this process, which spares Python's start; ``refresh`` does the work of ``returns refresh`` in
this process and tells no Dagster of it.
"""

import contextlib
import csv
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest import mock

import openpyxl
import pyarrow.parquet as pq
from openpyxl.worksheet.worksheet import Worksheet

from pipelines import cli
from pipelines.refresh import batches
from pipelines.refresh.stale import stale_batches
from pipelines.store import published
from pipelines.store.raw import Raw
from pipelines.store.tables import Store
from schemas.harmless import of_csv
from schemas.outcomes import Severity

PROJECT = Path(__file__).parents[2]
COMMAND = Path(sys.executable).parent / "returns"
RETURN_SET = "2024-H1_huu-kien"
SHIPPED = PROJECT / "raw" / "2024-H1" / "huu-kien"

CLEAN, HELD, CANNOT = 0, 1, 2
"""Exit codes."""

PATIENCE = 600
"""Seconds after which a command hangs, on however busy a machine."""

Row = dict[str, str]


@dataclass(frozen=True)
class Office:
    """Two folders, and the command that works on them."""

    root: Path
    return_set: str = RETURN_SET

    @property
    def raw(self) -> Path:
        """The raw folder."""
        return self.root / "raw"

    @property
    def data(self) -> Path:
        """The output folder."""
        return self.root / "data"

    @property
    def returns(self) -> Path:
        """The folder of the one return set."""
        return self.raw.joinpath(*self.return_set.split("_", 1))

    @property
    def environment(self) -> dict[str, str]:
        """An environment in which all of our processes work on these folders."""
        ours = {
            "RETURNS_RAW": str(self.raw),
            "RETURNS_DATA": str(self.data),
            "DAGSTER_HOME": str(self.data / "dagster"),
            # The code beside these tests, wherever the environment was installed from.
            "PYTHONPATH": str(PROJECT),
            # A terminal's width must not decide what a test reads.
            "COLUMNS": "80",
        }
        return {**os.environ, **ours}

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """Start ``returns WORDS`` and do not wait for it."""
        return subprocess.Popen(
            # As a terminal does: what a shell runs in the background, such as these tests, ignores Ctrl+C.
            ["env", "--default-signal=INT", COMMAND, *words],
            cwd=self.root,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str, expect: int | None = CLEAN) -> str:
        """Run ``returns WORDS``; return what it prints. ``expect`` is the exit code, or nothing if any will do."""
        process = self.start(*words)
        try:
            out, err = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        said = f"returns {' '.join(words)} ended with {process.returncode}.\n{out}\n{err}"
        assert "Traceback" not in err, said
        assert expect is None or process.returncode == expect, said
        return out

    @contextlib.contextmanager
    def entered(self, **more: str) -> Iterator[None]:
        """Let this process work on these folders, until the block ends; ``more`` is for its environment too."""
        with mock.patch.dict(os.environ, {**self.environment, **more}), contextlib.chdir(self.root):
            yield

    def ask(self, *words: str, expect: int | None = CLEAN) -> str:
        """Run ``returns WORDS`` in this process; return what it prints, on the error stream where it cannot run."""
        out, err = io.StringIO(), io.StringIO()
        with (
            self.entered(),
            mock.patch.object(sys, "argv", ["returns", *words]),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            try:
                cli.main()
            except SystemExit as end:
                code = end.code
        said = f"returns {' '.join(words)} ended with {code}.\n{out.getvalue()}\n{err.getvalue()}"
        assert expect is None or code == expect, said
        return err.getvalue() if code == CANNOT else out.getvalue()

    def refresh(self, *, expect: int = CLEAN) -> None:
        """Do the work of ``returns refresh`` in this process; ``expect`` is the exit code that it would have."""
        raw, store = Raw(self.raw), Store(self.data)
        lying = list(raw.batches())
        batches.tidy_all(store, lying)
        while stale := stale_batches(raw, store, lying):
            for batch in stale:
                batches.refresh(raw, store, batch, who="a test")
        found = [
            row
            for key in raw.return_sets()
            for row in published.findings(store, key)
            if row["severity"] == Severity.ERROR
        ]
        assert (HELD if found else CLEAN) == expect, found

    def rows(self, *words: str, expect: int | None = None) -> list[Row]:
        """Return the table that a verb prints; texts that it marked so that no spreadsheet works them out, without."""
        rows = csv.DictReader(io.StringIO(self.ask(*words, "--format", "csv", expect=expect)))
        return [{name: of_csv(text) for name, text in row.items()} for row in rows]

    def findings(self) -> list[Row]:
        """Return what ``returns findings`` lists."""
        return self.rows("findings")

    def blocking(self) -> list[Row]:
        """Return those that hold something back; the returns as shipped have a few others, which only warn."""
        return [row for row in self.findings() if row["severity"] == "error"]

    def figures(self) -> dict[str, Row]:
        """Return what ``returns figures`` lists, by id."""
        return {row["id"]: row for row in self.rows("figures")}

    def values(self, *ids: str) -> list[str]:
        """Return the printed values of some figures."""
        figures = self.figures()
        return [figures[figure]["value"] for figure in ids]

    def trace(self, figure: str, *words: str) -> dict[str, Any]:
        """Return what ``returns trace`` tells of a figure; of a return set, where ``words`` choose one."""
        told: dict[str, Any] = json.loads(self.ask("trace", figure, *words, "--format", "json"))
        return told

    def tables(self, family: str) -> dict[str, bytes]:
        """Return the tables of a family of the return set, such as its marts, byte by byte."""
        parts = sorted((self.data / family).glob(f"*/{self.return_set}.parquet"))
        return {path.parent.name: path.read_bytes() for path in parts}

    def numbers(self) -> dict[str, list[dict[str, Any]]]:
        """Return the rows of every mart, less how their values were written and where: only what they say."""
        written = {"sources", "sha256", "text", "correction"}
        rows = {name: pq.read_table(io.BytesIO(content)) for name, content in self.tables("marts").items()}
        return {
            name: table.select([column for column in table.column_names if column not in written]).to_pylist()
            for name, table in rows.items()
        }

    def value(self, workbook: str, sheet: str, cell: str) -> Any:
        """Return what a cell of a workbook holds now."""
        return openpyxl.load_workbook(self.returns / workbook)[sheet][cell].value

    def edit(self, workbook: str, change: Callable[[openpyxl.Workbook], None]) -> None:
        """Do something to a workbook as somebody with a spreadsheet program would."""
        path = self.returns / workbook
        book = openpyxl.load_workbook(path)
        change(book)
        book.save(path)

    def fill(self, workbook: str, sheet: str, cells: Mapping[str, Any]) -> None:
        """Put values into cells of a workbook."""

        def change(book: openpyxl.Workbook) -> None:
            page = book[sheet]
            assert isinstance(page, Worksheet)
            for cell, value in cells.items():
                page[cell] = value

        self.edit(workbook, change)

    def correct(self, workbook: str, sheet: str, cell: str, *, old: str, new: str, reason: str) -> None:
        """Append a line to the ledger of corrections."""
        with (self.returns / "corrections.csv").open("a", encoding="utf-8", newline="") as file:
            at = ("2024-07-02T08:00:00+07:00", "cán bộ kiểm thử", workbook, sheet, cell)
            csv.writer(file, lineterminator="\n").writerow([*at, old, new, reason, "", "accepted"])

    def copy(self, root: Path) -> "Office":
        """Return a copy of everything, the Dagster home included, in another place."""
        shutil.copytree(self.root, root, dirs_exist_ok=True)
        return replace(self, root=root)

    @classmethod
    def founded(cls, root: Path) -> "Office":
        """Return a new office that holds the returns as shipped and has run nothing yet."""
        office = cls(root)
        shutil.copytree(SHIPPED, office.returns)
        return office
