"""From what is published to documents: who makes the explorer, the report, the OpenLineage events, the data package.

Belongs here: gathering what a document shows, and listing the files it is made of. Does not belong here: what is said
and drawn (``pipelines.present``).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from pipelines.present import compared, data_package
from pipelines.present.explorer.addresses import EXPLORER
from pipelines.present.rows import ReturnSetRows
from pipelines.refresh.given import Given, Made
from pipelines.settings import now
from pipelines.steps.collect import read
from pipelines.steps.collect.raw_file import RawFile, suffix_of
from pipelines.store import published
from pipelines.store.archive import Archive
from pipelines.store.parquet import with_texts
from pipelines.store.tables import Tables
from schemas import tables
from schemas.catalogue import CATALOGUE
from schemas.flow import FLOW, Extent
from schemas.periods import Period
from schemas.places import Places
from schemas.return_sets import BatchKey, ReturnSetKey


def write_explorer(given: Given) -> Mapping[str, Made]:
    """Make the static site of a return set: only the pages that show something else than before, or are not there."""
    # What draws pages takes as long to import as a hundred workbooks to read, and a territory has none drawn.
    from pipelines.present.explorer import site

    folder = f"{EXPLORER}/{given.key}"
    before = {row["file"]: row for row in given.before("explorer").to_pylist()}
    rows, made = [], dict[str, bytes]()
    for name, file in site.files(_shown(given)).items():
        path = f"{folder}/{name}"
        known = before.pop(path, None)
        if known is None or known["key"] != file.key or not given.is_there(path, known["sha256"]):
            made[path] = file.content()
            known = {"sha256": hashlib.sha256(made[path]).hexdigest(), "bytes": len(made[path])}
        rows.append({**given.key._asdict(), "file": path, **known, "key": file.key})
    return {"explorer": Made(pa.Table.from_pylist(rows, tables.PAGES), made, tuple(before))}


def write_report(given: Given) -> Mapping[str, Made]:
    """Make the Word and the Excel annex of a return set."""
    # Word, Excel and the drawing of charts take a second to import.
    from pipelines.present.report.files import files

    made = files(_shown(given))
    named = {f"report/{given.key}/{name}": content for name, content in made.items()}
    return {"report": Made(_inventory(given.key, named), named)}


def write_events(given: Given) -> Mapping[str, Made]:
    """Make the OpenLineage events of a batch."""
    # OpenLineage takes longer to import than a refresh with nothing to do takes.
    from pipelines.present import openlineage

    files = given.table("files")
    made_of = given.tables[0].made_of
    seen = openlineage.Seen(
        _workbooks(files, given.batch),
        {name: given.content(name) for name in made_of},
        frozenset(name for name in made_of if given.held(name)),
        now(),
    )
    events = openlineage.lines(openlineage.run_events(given.batch, seen))
    named = {f"openlineage/{given.batch}.ndjson": events}
    return {"openlineage": Made(_inventory(ReturnSetKey(*given.batch), named), named)}


def _workbooks(files: pa.Table, batch: BatchKey) -> dict[str, str]:
    """Return what was read, with its hash: the workbooks of a commune; of a territory, its communes' folders."""
    rows = list(zip(*(files[name].to_pylist() for name in ("commune", "file", "sha256")), strict=True))
    if all(commune == batch.folder for commune, *_ in rows):
        return {file: sha256 for _, file, sha256 in rows}
    folders: dict[str, list[str]] = {}
    for commune, file, sha256 in rows:
        folders.setdefault(commune, []).append(f"{file} {sha256}")
    return {commune: hashlib.sha256("\n".join(own).encode()).hexdigest() for commune, own in folders.items()}


def write_data_package(given: Given) -> Mapping[str, Made]:
    """Make the descriptor and the views of all published tables."""
    package = json.dumps(data_package.package(given.parts), ensure_ascii=False, indent=2) + "\n"
    texts = {data_package.PACKAGE: package, data_package.VIEWS: data_package.views(given.parts)}
    named = {name: text.encode() for name, text in texts.items()}
    assert given.part.extent is Extent.OFFICE
    return {"data_package": Made(_inventory(ReturnSetKey("", ""), named), named)}


def _inventory(key: ReturnSetKey, files: Mapping[str, bytes]) -> pa.Table:
    """Return what is written of a return set: name, hash and size of every file."""
    rows = [(*key, name, hashlib.sha256(content).hexdigest(), len(content)) for name, content in files.items()]
    schema = tables.DOCUMENTS
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema)


def _shown(given: Given) -> ReturnSetRows:
    """Return what is published of the return set of a commune's own folder."""
    wanted = compared.periods(given.key.period)
    earlier: dict[str, list[dict[str, Any]]] = {}
    for table in FLOW.family("figures"):
        for row in with_texts(given.earlier(table.name, *wanted), place=given.key.commune).to_pylist():
            earlier.setdefault(row["period"], []).append(row)
    return shown(given.places, given, given.key, given.archive, earlier)


def shown(
    places: Places,
    source: Tables,
    key: ReturnSetKey,
    archive: Archive,
    earlier: Mapping[str, Sequence[Mapping[str, Any]]] = MappingProxyType({}),
) -> ReturnSetRows:
    """Return what is published of a return set, for those who only present it.

    Args:
        places: The places.
        source: The tables.
        key: The return set.
        archive: What was accepted before, as it was received.
        earlier: The figures of the periods that it is compared with, by period; it is not with those in which the
            commune was less.
    """
    now = Period.parse(key.period)
    as_large = {code: rows for code, rows in earlier.items() if not places.grew(key.commune, Period.parse(code), now)}
    found, edges = published.findings(source, key), published.every_edge(source, key)
    staged: dict[str, list[dict[str, Any]]] = {}
    for table in ("files", "cells", "ledger"):
        rows = source.rows(table, source.part_of(key), commune=key.commune)
        staged[table] = [] if rows is None else rows.to_pylist()
    commune = places.commune(key.commune)
    reporters = {row["reporter"] for row in (*found, *edges)}
    return ReturnSetRows(
        period=key.period,
        commune=key.commune,
        title=commune.name if commune else key.commune,
        called=commune.called if commune else key.commune,
        period_title=Period.parse(key.period).title,
        figures=published.figures(source, key),
        statements=published.statements(source, key),
        lineage=edges,
        findings=found,
        held=published.held_forms(found),
        superseded=_superseded(archive, key, edges, staged["files"]),
        **staged,
        reporters={code: places.title(key.commune, code) for code in sorted(reporters)},
        chapters=[
            chapter.in_force(Period.parse(key.period))
            for chapter in CATALOGUE.of(places.packs_of(key.commune)).chapters
        ],
        forms=CATALOGUE.by_code,
        earlier=as_large,
    )


def _superseded(
    archive: Archive, key: ReturnSetKey, edges: Iterable[published.PublishedRow], files: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return the cells of archived workbooks that figures come from, where another lies in the raw folder, or none."""
    present = {(row["file"], row["sha256"]) for row in files}
    earlier = sorted({(row["file"], row["sha256"]) for row in edges} - present)
    archived = [
        RawFile(*key, name, content)
        for name, sha256 in earlier
        if (content := archive.get(sha256, suffix_of(name))) is not None
    ]
    return list(read.read(archived).cells.to_pylist())
