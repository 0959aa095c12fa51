"""From the archive back to records: what was accepted once, made again of the very bytes it was accepted from.

Belongs here: reading the list of a state of the raw folder, and the steps from its workbooks to entries and marts. Does
not belong here: keeping bytes (``pipelines.store.archive``), releases (``pipelines.refresh.release``).
"""

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pyarrow as pa

from pipelines.refresh.stale import Inputs
from pipelines.steps.analyse.estimates import read_estimates
from pipelines.steps.collect import aim, correct, locate, read, released
from pipelines.steps.collect.raw_file import RawFile, suffix_of
from pipelines.steps.frames import to_frame, to_table
from pipelines.steps.validate import check, gate
from pipelines.store.archive import RECEIVED, TABLE, Archive
from pipelines.store.place_tables import places_of
from pipelines.store.raw_names import BESIDE, ESTIMATES, LEDGER
from pipelines.store.state import Written
from schemas import tables
from schemas.catalogue import CATALOGUE
from schemas.flow import Table
from schemas.kept import decoded
from schemas.places import Places
from schemas.return_sets import ReturnSetKey
from schemas.sentences import SentenceError


class ArchiveError(SentenceError):
    """What was accepted is not in the archive as it was; the message says what to do."""


def kept(archive: Archive, sha256: str, suffix: str) -> bytes:
    """Return archived bytes.

    Raises:
        ArchiveError: They are not there, or not those that were kept.
    """
    path, content = archive.path(sha256, suffix), archive.get(sha256, suffix)
    if content is None:
        raise ArchiveError(
            f"{'Bản lưu đã bị thay đổi:' if path.is_file() else 'Không có bản lưu'} "
            f"{path.relative_to(archive.root)}, "
            "mà số đã công bố được tính từ đó. Lấy lại tệp này từ bản sao lưu. Nếu không có bản sao lưu: xóa tệp hỏng, "
            "rồi chạy returns refresh --all đến khi không còn biểu nào bị giữ lại."
        )
    return content


def listed(archive: Archive, received: str) -> dict[str, Any]:
    """Return the list of what lay in the raw folder, by its hash: ``code``, ``places`` and ``files`` with hashes."""
    found: dict[str, Any] = json.loads(kept(archive, received, RECEIVED))
    return found


def list_of(archive: Archive, received: str, key: ReturnSetKey) -> str:
    """Return the hash of the list of a return set, or nothing; ``received`` may be that of a territory."""
    if not received:
        return ""
    found: str = listed(archive, received).get("sets", {key.commune: received}).get(key.commune, "")
    return found


def tables_of(state: Mapping[str, Any]) -> dict[str, str]:
    """Return what lay beside the workbooks of a list, and the tables of places, with their hashes."""
    own = {name: sha256 for name, sha256 in state["files"].items() if name in BESIDE}
    return own | dict(state["places"])


def beside(archive: Archive, received: str) -> dict[str, bytes]:
    """Return what lay beside the workbooks of a list, and the tables of places."""
    return {name: kept(archive, sha256, TABLE) for name, sha256 in tables_of(listed(archive, received)).items()}


def places_then(archive: Archive, received: str) -> Places:
    """Return the places of a list."""
    return places_of(kept(archive, sha256, TABLE) for _, sha256 in listed(archive, received)["places"])


def entries_then(archive: Archive, key: ReturnSetKey, received: str, workbooks: Mapping[str, str]) -> locate.Located:
    """Return the entries of some workbooks, by name and hash, corrected by the ledger and located by the places."""
    files = [RawFile(*key, name, kept(archive, sha256, suffix_of(name))) for name, sha256 in workbooks.items()]
    cells, ledger = read.read(files).cells, ledger_then(archive, key, received)
    return aim.located(cells, ledger, CATALOGUE.forms, places_then(archive, received))[2]


def ledger_then(archive: Archive, key: ReturnSetKey, received: str) -> pd.DataFrame:
    """Return the ledger of a list, ``schemas.tables.LEDGER``."""
    text = decoded(beside(archive, received).get(LEDGER, b""))
    return correct.read_ledger({key: text} if text else {})[0]


def estimates_then(archive: Archive, key: ReturnSetKey, received: str) -> pa.Table:
    """Return the estimates that were in use, ``schemas.tables.ESTIMATES``."""
    content = beside(archive, received).get(ESTIMATES)
    if content is None:
        return tables.ESTIMATES.empty_table()
    files = listed(archive, received)["files"]
    workbooks = {
        name: sha256
        for name, sha256 in files.items()
        if name not in BESIDE and archive.get(sha256, suffix_of(name)) is not None
    }
    sheets = to_table(entries_then(archive, key, received, workbooks).sheets, tables.SHEETS)
    return read_estimates({key: content}, sheets, places_then(archive, received))[0]


def restored(inputs: Inputs, table: Table, written: Written) -> pa.Table:
    """Make a mart again of the archive, where its file was lost and what came since is held.

    Raises:
        ArchiveError: The archive does not have it either.
    """
    archive = inputs.store.archive_of(inputs.part.name)
    lists = {key: list_of(archive, written.received, key) for key in inputs.store.sets_in(inputs.part.name)}
    made = [_restored(archive, table, key, received) for key, received in lists.items() if received]
    return pa.concat_tables([table.schema.empty_table(), *made])


def _restored(archive: Archive, table: Table, key: ReturnSetKey, received: str) -> pa.Table:
    """Make the rows of one return set."""
    form = table.form
    if form is None:
        return table.schema.empty_table()
    state = listed(archive, received)
    names = {name: sha256 for name, sha256 in state["files"].items() if name not in BESIDE}
    if sent := [sha256 for name, sha256 in names.items() if suffix_of(name) == released.SUFFIX]:
        accepted = [released.opened(kept(archive, sha256, released.SUFFIX)).tables["accepted"] for sha256 in sent]
        return gate.readmitted(form, pa.concat_tables(accepted)).cast(table.schema)
    present = {name: sha256 for name, sha256 in names.items() if archive.get(sha256, suffix_of(name)) is not None}
    located = entries_then(archive, key, received, present)
    outcomes = check.check(
        form,
        located.entries,
        located.problems,
        to_frame([], form.arrow()),
        [key],
        places_then(archive, received),
        ledger_then(archive, key, received),
    ).outcomes
    made = gate.admit(form, located.entries, outcomes, table.schema.empty_table(), [key])
    return made.cast(table.schema)
