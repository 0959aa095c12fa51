"""Deciding on a cell, on the command line and at the desk: what is refused beforehand, and what can be taken back.

Belongs here: what needs both the ledger and what was found. Does not belong here: writing the ledger
(``pipelines.store.ledger``), who may decide.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.refresh.closing import ledger_of
from pipelines.refresh.stale import last_read
from pipelines.steps.collect.correct import read_ledger
from pipelines.store import published
from pipelines.store.ledger import CellPlace, LedgerError
from pipelines.store.raw import Raw
from pipelines.store.raw_names import LEDGER
from pipelines.store.tables import Store
from schemas.addresses import as_meant
from schemas.catalogue import CATALOGUE
from schemas.kept import decoded
from schemas.listed import first_of, items_of
from schemas.outcomes import Severity
from schemas.problems import OF_LEDGER, Problems
from schemas.return_sets import ReturnSetKey
from schemas.sentences import Hint
from schemas.text import fold


def may_be_wrong() -> frozenset[str]:
    """Return the codes of the rules that may be wrong, and not the number: those of edits, and that of ranges."""
    edits = {edit.code for form in CATALOGUE.forms for edit in form.edits if edit.confirmable}
    return frozenset({*edits, Problems.OUT_OF_RANGE.value.code})


def tells_of(row: Mapping[str, Any], rule: str) -> bool:
    """Return whether a finding tells of a rule; one may tell of several, and one of a release names no others."""
    return rule in (row["code"], *items_of(row["edits"]))


def refuse_needless(store: Store, key: ReturnSetKey, place: CellPlace, rule: str) -> None:
    """Stop where keeping a number could change nothing: its cell has an error, or no warning that names it first.

    A rule that is said to be wrong must be one that may be, and one that tells of this cell.

    Raises:
        LedgerError: It could change nothing.
    """
    confirmable = may_be_wrong()
    if rule and rule not in confirmable:
        raise LedgerError(
            f"Quy tắc {rule} không thuộc loại được phép bỏ qua, hoặc không có quy tắc này; chỉ ghi được với: "
            f"{', '.join(sorted(confirmable))}. Hỏi lại đơn vị báo cáo rồi ghi đính chính."
        )
    if not published.is_checked(store, key):
        return
    cell = as_meant(place.cell)
    rows = [
        row
        for row in published.findings(store, key)
        if row["file"] == place.file and fold(row["sheet"]) == fold(place.sheet) and cell in items_of(row["cells"])
    ]
    if rule and any(tells_of(row, rule) for row in rows):
        return
    if rule:
        raise LedgerError(f"Không có phát hiện nào theo quy tắc {rule} ở ô {cell}, tệp {place.file}.", Hint.FINDINGS)
    named = [row for row in rows if first_of(row["cells"]) == cell]
    if errors := [row["code"] for row in named if row["severity"] == Severity.ERROR and row["code"] not in OF_LEDGER]:
        raise LedgerError(
            f"Ô {cell}, tệp {place.file} đang có lỗi ({', '.join(errors)}); lỗi thì không giữ nguyên được. "
            "Hỏi lại đơn vị báo cáo rồi ghi đính chính.",
            Hint.RULE,
            Hint.REFRESH,
        )
    if not named:
        warned = (first_of(row["cells"]) for row in rows if row["severity"] != Severity.ERROR)
        first = ", ".join(dict.fromkeys(warned))
        other = f" Cảnh báo có ô này đứng tên ô {first}: ghi giữ nguyên cho ô đó." if first else ""
        raise LedgerError(
            f"Không có cảnh báo nào đứng tên ô {cell}, tệp {place.file}, nên không có gì để giữ nguyên.{other}",
            Hint.FINDINGS,
            Hint.REFRESH,
        )


@dataclass(frozen=True)
class LedgerState:
    """A ledger as it was at a moment, its hash and the number of its rows; of none the hash is empty."""

    content: bytes
    sha256: str
    rows: int

    @classmethod
    def now(cls, raw: Raw, key: ReturnSetKey) -> "LedgerState":
        """Return the ledger as it is."""
        file = raw.beside(key).get(LEDGER)
        if file is None:
            return cls(b"", "", 0)
        return cls(file.content, file.sha256, len(read_ledger({key: decoded(file.content)})[0]))


def take_back(raw: Raw, store: Store, key: ReturnSetKey, before: bytes | None, after: str) -> None:
    """Put a ledger back as it was before a decision, where no run has read that and nothing was decided since.

    Args:
        raw: The raw folder.
        store: The output folder.
        key: The return set.
        before: The ledger before the decision; nothing where there was none.
        after: The hash of the ledger after it.

    Raises:
        LedgerError: A run has read it, or something was written since.
        ClosingError: The return set is closed.
    """
    ledger = ledger_of(raw, store, key)
    if last_read(store, key).get(LEDGER) == after:
        raise LedgerError("Lần chạy đã dùng quyết định này, nên không hoàn tác được nữa. Ghi một quyết định mới.")
    ledger.put_back(before, after)
