"""An output folder of the format before this one, taken over: what was accepted stays accepted.

Belongs here: bringing the marts of format 1 into format 2, and clearing its other tables away, which the next refresh
makes anew. Does not belong here: anything about the format of now (``pipelines.store.tables``).

In format 1 a published table was one file for all return sets, with the hash of the raw files from which each set's
rows were accepted in its metadata; what was staged had a stamp beside it. Archive and releases are the same in both.
"""

import hashlib
import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.store.locks import locked
from pipelines.store.parquet import serialized, with_texts
from pipelines.store.state import READERS, State, Written, is_of_before
from pipelines.store.tables import Publication, Store, file_of
from schemas.flow import FLOW, OFFICE
from schemas.return_sets import ReturnSetKey

_STAMPS, _WRITERS = b"returns.stamps", b"returns.writers"

_FOLDERS = (
    *("cells", "files", "ledger", "ledger_problems", "problems", "interchange"),
    *("returns", "findings", "outcomes", "figures", "lineage", "explorer", "report", "openlineage"),
)
"""What format 1 wrote and the next refresh makes anew."""


def take_over(root: Path) -> None:
    """Bring an output folder of format 1 into this one; of any other, do nothing. After a kill it is done again."""
    if not is_of_before(root):
        return
    with locked(root, OFFICE, "chuyển thư mục kết quả của phiên bản trước"):
        if is_of_before(root):
            _take_over(root)


def _take_over(root: Path) -> None:
    store = Store(root)
    old = sorted((root / "marts").glob("*.parquet"))
    for key in sorted(ReturnSetKey.parse(path.stem) for path in (root / "cells").glob("*.parquet")):
        publication, tables = Publication(store, str(key)), {}
        for path in old:
            name = f"marts/{path.stem}"
            if name not in FLOW.by_name or FLOW[name].form is None:
                continue
            with pq.ParquetFile(path) as file:
                rows = with_texts(file.read(), period=key.period, commune=key.commune)
                noted = file.schema_arrow.metadata or {}
            stamps, writers = (json.loads(noted.get(note, b"{}")) for note in (_STAMPS, _WRITERS))
            run, code = writers.get(str(key), ("", ""))
            content = serialized(_now(rows, FLOW[name].schema))
            publication.put(file_of(name, str(key)), content)
            tables[name] = Written(
                name,
                "",
                hashlib.sha256(content).hexdigest(),
                len(content),
                len(rows),
                received=stamps.get(str(key), ""),
                run=run,
                code=code,
            )
        publication.commit(State(tables, communes=(key.commune,)))
    for name in _FOLDERS:
        shutil.rmtree(root / name, ignore_errors=True)
    for path in [
        *old,
        *(root / "marts").glob(".*.lock"),
        root / "statements.parquet",
        root / ".statements.parquet.lock",
    ]:
        path.unlink(missing_ok=True)
    shutil.rmtree(root / READERS)


def _now(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return rows of before with the columns of now; what they lack is missing."""
    columns = [
        rows[field.name].cast(field.type) if field.name in rows.column_names else pa.nulls(len(rows), field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)
