"""What is published of one return set, as rows: all that plan, explorer and report are made of.

Belongs here: the rows, the names of what is in them, and what a workbook is called. Does not belong here: reading
tables (``pipelines.refresh``), what is made of the rows (``pipelines.present.plan`` and its neighbours).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from schemas.figure import Chapter
from schemas.form import Form

TableRow = Mapping[str, Any]
"""One row of a published or staged table (``schemas.tables``), by column name."""


@dataclass(frozen=True)
class ReturnSetRows:
    """The published rows of one return set, and the declarations that name what is in them."""

    period: str
    commune: str
    title: str
    """The commune's name."""
    called: str
    """The same as it stands within a sentence, with what it is: «xã Hữu Kiên», «phường Đông Kinh»."""
    period_title: str
    figures: Sequence[TableRow]
    statements: Sequence[TableRow]
    lineage: Sequence[TableRow]
    findings: Sequence[TableRow]
    held: Mapping[str, str]
    """Forms held back, each with the first sentence why."""
    files: Sequence[TableRow]
    cells: Sequence[TableRow]
    superseded: Sequence[TableRow]
    """Cells of workbooks that figures still come from, though another one of that name, or none, lies there now."""
    ledger: Sequence[TableRow]
    reporters: Mapping[str, str]
    """Code to name."""
    chapters: Sequence[Chapter]
    forms: Mapping[str, type[Form]]
    earlier: Mapping[str, Sequence[TableRow]] = field(default_factory=dict)
    """The figures of the periods that this one is compared with (``pipelines.present.compared``), by period."""

    @cached_property
    def hashes(self) -> Mapping[str, str]:
        """The hash of each workbook as it was read last."""
        return {row["file"]: row["sha256"] for row in self.files}

    def workbook(self, file: str, sha256: str) -> str:
        """Return what to call a workbook: its name, and for one that another has replaced the start of its hash."""
        return file if self.hashes.get(file, sha256) == sha256 else f"{file} ({sha256[:8]})"

    @cached_property
    def edges(self) -> Mapping[str, Sequence[TableRow]]:
        """The cells behind each figure, by its id."""
        return grouped(self.lineage, "figure")

    @cached_property
    def drawn(self) -> Sequence[TableRow]:
        """The cells of every sheet that is drawn, under the name of its workbook."""
        earlier = ({**row, "file": self.workbook(row["file"], row["sha256"])} for row in self.superseded)
        return [*self.cells, *earlier]

    @cached_property
    def kinds(self) -> Mapping[tuple[str, str, str], str]:
        """Of which kind each drawn cell is, by its workbook, sheet and address."""
        return {(row["file"], row["sheet"], row["cell"]): row["kind"] for row in self.drawn}

    def reporter(self, code: str) -> str:
        """Return a reporter's name; its code where nobody is called that."""
        return self.reporters.get(code, code)

    def heading(self, form: str) -> str:
        """Return a form's heading by its code; the code itself where there is no such form."""
        return self.forms[form].heading if form in self.forms else form


def grouped(rows: Iterable[TableRow], column: str) -> dict[str, list[TableRow]]:
    """Return rows by what they have in a column."""
    groups: dict[str, list[TableRow]] = {}
    for row in rows:
        groups.setdefault(row[column], []).append(row)
    return groups
