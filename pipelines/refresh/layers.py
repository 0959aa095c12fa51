"""The layers of the pipeline: for each, what is loaded, which step is applied, what is stored.

Belongs here: joining storage and steps, for any number of return sets. Does not belong here: Dagster (``assets`` wraps
each of these functions), rules, formats.

Every table carries a stamp per return set, a hash of all that decided its rows: the raw files, the ledger, the places
and this software. A layer hands on the stamp of what it was made from, so that a table made of old input can never pass
for new, whichever way the layers are run.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.present import data_package
from pipelines.present.explorer import pages, render
from pipelines.steps import problems
from pipelines.steps.analyse import divisions, figures, observations, sources, statements
from pipelines.steps.collect import correct, locate, read
from pipelines.steps.collect.read import RawFile
from pipelines.steps.frames import to_frame, to_table, together
from pipelines.steps.validate import check, gate
from pipelines.store import published
from pipelines.store.raw import LEDGER, OWN_PLACES, SHIPPED_PLACES, Raw, ReturnSetKey, ledger_text, places_of
from pipelines.store.releases import Release
from pipelines.store.tables import STATE, TABLE, Store, write_whole
from schemas import tables
from schemas.edits import Agreement
from schemas.figure import Chapter
from schemas.figures import CHAPTERS
from schemas.form import Form
from schemas.forms import BY_CODE, FORMS
from schemas.periods import Period
from schemas.places import Places
from schemas.problems import Problems

if TYPE_CHECKING:
    from pipelines.present import openlineage

Keys = Sequence[ReturnSetKey]


_CODE = (".py", ".csv", ".html", ".css", ".js", ".jinja", ".docx")


@cache
def code_version() -> str:
    """Return a hash of the source of this software: change it, and everything is made anew."""
    digest = hashlib.sha256()
    for package in ("schemas", "pipelines", "assets"):
        root = Path(str(resources.files(package)))
        for path in sorted(path for path in root.rglob("*") if path.suffix in _CODE):
            digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def _state(raw: Raw, hashes: Mapping[str, str]) -> bytes:
    """Return the list of all that decides a return set's rows; its hash is their stamp."""
    places = [(name, hashlib.sha256(table).hexdigest()) for name, table in raw.place_tables().items()]
    state = {"code": code_version(), "places": places, "files": dict(hashes)}
    return json.dumps(state, sort_keys=True, ensure_ascii=False).encode()


def fingerprint(raw: Raw, key: ReturnSetKey) -> str:
    """Return the stamp that tables made from a return set as it lies in the raw folder now would carry."""
    return hashlib.sha256(_state(raw, raw.hashes(key))).hexdigest()


@dataclass(frozen=True)
class ReadReport:
    """What the reading layer did."""

    read: tuple[str, ...]
    reused: tuple[str, ...]


def read_cells(raw: Raw, store: Store, keys: Keys, *, reread: bool = False) -> ReadReport:
    """Stage files, cells and ledger of the return sets.

    A workbook whose bytes this very software has read before is not opened again, unless ``reread`` asks for it.

    All that decides what the set says is archived before anything is made of it, the list of it under the stamp itself.
    So whatever is accepted later, and however long it then stays published, its bytes are there, also when the village
    has sent another workbook since. What cannot be opened is never accepted, and is not kept.
    """
    opened: list[str] = []
    reused: list[str] = []
    for key in keys:
        present = list(raw.files(key))
        old_files = to_frame(store.read("files", [str(key)]), tables.FILES)
        old_cells = to_frame(store.read("cells", [str(key)]), tables.CELLS)
        usable = not reread and _same_code(store, key)
        known = set(old_files[["file", "sha256"]].itertuples(index=False, name=None)) if usable else set()
        new = [file for file in present if (file.name, file.sha256) not in known]
        kept = {(file.name, file.sha256) for file in present} & known
        files, cells = read.read(new)
        files = pd.concat([old_files[_in(old_files, kept)], files], ignore_index=True).sort_values(
            "file", ignore_index=True
        )
        cells = pd.concat([old_cells[_in(old_cells, kept)], cells], ignore_index=True)
        beside = raw.beside(key)
        text = ledger_text(beside.get(LEDGER, b""))
        ledger, ledger_problems = correct.read_ledger({key.pair: text} if text else {})
        readable = set(files.loc[files["problem"] == "", "sha256"])
        for file in (file for file in present if file.sha256 in readable):
            store.archive(file.content, file.suffix)
        tables_beside = {name: store.archive(content, TABLE) for name, content in beside.items()}
        for content in raw.place_tables().values():
            store.archive(content, TABLE)
        # Hashed from the bytes that were read, not from a second look at the folder.
        hashes = {file.name: file.sha256 for file in present} | tables_beside
        stamp = store.archive(_state(raw, hashes), STATE)
        store.stage("files", str(key), to_table(files, tables.FILES), stamp)
        store.stage("cells", str(key), to_table(cells, tables.CELLS), stamp)
        store.stage("ledger", str(key), to_table(ledger, tables.LEDGER), stamp)
        store.stage("ledger_problems", str(key), to_table(ledger_problems, tables.PROBLEMS), stamp)
        store.stage("readers", str(key), pa.table({"code": [code_version()]}), stamp)
        opened += [f"{key}/{file.name}" for file in new]
        reused += [f"{key}/{name}" for name, _ in sorted(kept)]
    return ReadReport(tuple(opened), tuple(reused))


def _same_code(store: Store, key: ReturnSetKey) -> bool:
    return any(part["code"].to_pylist() == [code_version()] for part in store.read("readers", [str(key)]))


def _in(frame: pd.DataFrame, kept: set[tuple[str, str]]) -> list[bool]:
    return [pair in kept for pair in frame[["file", "sha256"]].itertuples(index=False, name=None)]


def locate_returns(raw: Raw, store: Store, keys: Keys) -> dict[str, int]:
    """Stage the entries of every form, and the problems met; return the number of entries per domain."""
    names = [str(key) for key in keys]
    files, cells, ledger, ledger_problems = (
        to_frame(store.read(table, names), schema)
        for table, schema in (
            ("files", tables.FILES),
            ("cells", tables.CELLS),
            ("ledger", tables.LEDGER),
            ("ledger_problems", tables.PROBLEMS),
        )
    )
    corrected, correction_problems = correct.correct(cells, ledger)
    located = locate.locate(corrected, FORMS, raw.places)
    whence = {form: sources.whence(_mart(store, form)) for form in FORMS} if len(correction_problems) else {}
    stale = correct.not_lost(correction_problems, files, located.sheets, whence)
    met = pd.concat(
        [
            _file_problems(files),
            located.problems,
            _with_form(pd.concat([ledger_problems, stale]), located.sheets),
        ],
        ignore_index=True,
    )
    counts = {}
    entries = to_table(located.entries, tables.ENTRIES)
    for form in FORMS:
        own = entries.filter(pc.equal(entries["form"], form.code))
        _stage_parts(store, f"returns/{form.domain}", own, keys)
        counts[form.domain] = len(own)
    _stage_parts(store, "problems", to_table(met, tables.PROBLEMS), keys)
    return counts


def _file_problems(files: pd.DataFrame) -> pd.DataFrame:
    troubled = files[files["problem"] != ""]
    told = [
        problems.problem_rows(
            Problems[str(name)],
            rows.rename(columns={"detail": "written"})[["period", "commune", "file", "written"]].to_dict("records"),
        )
        for name, rows in troubled.groupby("problem")
    ]
    return pd.concat(told, ignore_index=True) if told else problems.problem_rows(Problems.UNREADABLE_FILE, [])


def _with_form(met: pd.DataFrame, sheets: pd.DataFrame) -> pd.DataFrame:
    """Give problems of the ledger the form and reporter of the sheet they point at."""
    known = sheets[[*locate.SHEET, "form", "reporter"]]
    return (
        met.drop(columns=["form", "reporter"])
        .merge(known, on=locate.SHEET, how="left")
        .fillna({"form": "", "reporter": ""})
    )


def _stage_parts(store: Store, table: str, rows: pa.Table, keys: Keys, base: str = "cells") -> None:
    """Stage each return set's rows under the stamp of the table they were made from."""
    for key in keys:
        part = rows if len(keys) == 1 else rows.filter(gate.belongs(rows, "commune", [key.pair]))
        store.stage(table, str(key), part, store.stamps(base, str(key))[str(key)])


def _problems(store: Store, keys: Keys) -> pd.DataFrame:
    return to_frame(store.read("problems", [str(key) for key in keys]), tables.PROBLEMS)


def forms_read_by(form: type[Form]) -> tuple[type[Form], ...]:
    """Return the forms whose returns a form's edits look at, its own first."""
    others = {field.form for edit in form.edits if isinstance(edit, Agreement) for field in edit.others}
    return (form, *sorted(others, key=lambda other: other.code))


@dataclass(frozen=True)
class CheckReport:
    """What checking a form of some return sets gave."""

    findings: pd.DataFrame
    outcomes: pd.DataFrame
    held: tuple[ReturnSetKey, ...]


def check_form(raw: Raw, store: Store, form: type[Form], keys: Keys) -> CheckReport:
    """Stage the findings and edit outcomes of one form."""
    names = [str(key) for key in keys]
    parts = [part for other in forms_read_by(form) for part in store.read(f"returns/{other.domain}", names)]
    met = _problems(store, keys)
    mart = _mart(store, form)
    checked = check.check(
        form,
        together(parts, tables.ENTRIES),
        met,
        to_frame([mart.drop_columns(["sources"])], form.arrow()),
        [key.pair for key in keys],
        raw.places,
        to_frame(store.read("ledger", names), tables.LEDGER),
        sources.whence(mart),
    )
    base = f"returns/{form.domain}"
    _stage_parts(store, f"outcomes/{form.domain}", to_table(checked.outcomes, tables.OUTCOMES), keys, base)
    _stage_parts(store, f"findings/{form.domain}", to_table(checked.findings, tables.FINDINGS), keys, base)
    held = gate.held(checked.findings, met, form)
    return CheckReport(checked.findings, checked.outcomes, tuple(key for key in keys if key.pair in held))


def check_workbooks(raw: Raw, store: Store, keys: Keys) -> CheckReport:
    """Stage the findings on files and sheets that no form can answer for."""
    met = _problems(store, keys)
    told = check.formless(met, raw.places)
    _stage_parts(store, "findings/workbooks", to_table(told, tables.FINDINGS), keys, "problems")
    return CheckReport(told, to_frame([], tables.OUTCOMES), ())


def _mart(store: Store, form: type[Form]) -> pa.Table:
    published = store.read_published(f"marts/{form.domain}")
    return together([] if published is None else [published], tables.mart(form))


@dataclass(frozen=True)
class AdmitReport:
    """What the gate did with some return sets."""

    admitted: tuple[ReturnSetKey, ...]
    held: tuple[ReturnSetKey, ...]
    rows: int


def admit_records(store: Store, form: type[Form], keys: Keys) -> AdmitReport:
    """Publish a form's mart: sets that passed with their new records, held ones with the records they had.

    A return set whose findings were not made from the returns that lie staged now has not been checked, and is held.
    """
    schema, domain = tables.mart(form), form.domain
    checked = [
        key
        for key in keys
        if store.stamps(f"findings/{domain}", str(key)) == store.stamps(f"returns/{domain}", str(key)) != {}
    ]
    names = [str(key) for key in checked]
    entries = together(store.read(f"returns/{domain}", names), tables.ENTRIES)
    outcomes = together(store.read(f"outcomes/{domain}", names), tables.OUTCOMES)
    held = held_now(store, form, checked)
    admitted = [key for key in checked if key not in held]
    stamps = {str(key): store.stamps(f"returns/{domain}", str(key))[str(key)] for key in admitted}

    def change(mart: pa.Table | None) -> pa.Table:
        now = together([] if mart is None else [mart], schema)
        return gate.admit(form, entries, outcomes, now, [key.pair for key in admitted])

    table = store.publish(f"marts/{domain}", change, stamps)
    return AdmitReport(tuple(admitted), tuple(key for key in keys if key not in admitted), len(table))


def _chapter_stamp(store: Store, chapter: Chapter, key: ReturnSetKey) -> str:
    return _marts_stamp(store, chapter.forms, key)


def _marts_stamp(store: Store, forms: Sequence[type[Form]], key: ReturnSetKey) -> str:
    made_from = [store.stamps(f"marts/{form.domain}").get(str(key), "") for form in forms]
    return hashlib.sha256(json.dumps([code_version(), made_from]).encode()).hexdigest()


def evaluate_chapter(raw: Raw, store: Store, chapter: Chapter, keys: Keys) -> pd.DataFrame:
    """Publish the figures and the lineage of one chapter; return the figures of the return sets."""
    stamps = {str(key): _chapter_stamp(store, chapter, key) for key in keys}
    marts = {form: _mart(store, form) for form in chapter.forms}
    pairs = [key.pair for key in keys]
    evaluated = figures.evaluate(chapter, marts, pairs, raw.places)
    touched = {*pairs, *zip(evaluated.figures["period"], evaluated.figures["place"], strict=True)}
    rows = to_table(evaluated.figures, tables.FIGURES)
    _publish_rows(store, f"lineage/{chapter.code}", evaluated.lineage, "commune", set(pairs), stamps)
    _publish_rows(store, f"figures/{chapter.code}", rows, "place", touched, stamps)
    return evaluated.figures


def publish_observations(store: Store, keys: Keys) -> int:
    """Publish the long table of every accepted value of the return sets; return its number of rows."""
    pairs = [key.pair for key in keys]
    stamps = {str(key): _marts_stamp(store, FORMS, key) for key in keys}
    rows = observations.observe({form: _mart(store, form) for form in FORMS}, pairs)
    return _publish_rows(store, OBSERVATIONS, rows, "commune", set(pairs), stamps)


def publish_places(raw: Raw, store: Store, keys: Keys) -> int:
    """Publish the places dimension; return its number of rows."""
    official = resources.files("vietnam_provinces").joinpath("data", "nested-divisions.json").read_text("utf-8")
    table = to_table(divisions.dimension(raw.places, json.loads(official)), tables.PLACES)
    store.publish("marts/places", lambda _: table, {str(key): code_version() for key in keys})
    return len(table)


def compare_statements(raw: Raw, store: Store, keys: Keys) -> pd.DataFrame:
    """Publish, for each return set whose plan is known, what it prints against what was computed."""
    stamps = {str(key): _statements_stamp(raw, store, key) for key in keys}
    pairs = [key.pair for key in keys]
    printed = statements.read_printed({key.pair: text for key in keys if (text := raw.printed(key)) is not None})
    computed = [table for chapter in CHAPTERS if (table := store.read_published(f"figures/{chapter.code}")) is not None]
    lineage = [table for chapter in CHAPTERS if (table := store.read_published(f"lineage/{chapter.code}")) is not None]
    figures_now, edges = together(computed, tables.FIGURES), together(lineage, tables.LINEAGE)
    own = figures_now.filter(gate.belongs(figures_now, "place", pairs))
    own = own.filter(pc.equal(own["level"], "commune"))
    behind = statements.behind(edges.filter(gate.belongs(edges, "commune", pairs)), FORMS)
    catalogue = [figure for chapter in CHAPTERS for figure in chapter.figures]
    compared = statements.compare(printed, to_frame([own], tables.FIGURES), behind, catalogue)
    _publish_rows(store, "statements", to_table(compared, tables.STATEMENTS), "commune", set(pairs), stamps)
    return compared


def _statements_stamp(raw: Raw, store: Store, key: ReturnSetKey) -> str:
    made_from = [store.stamps(f"figures/{chapter.code}").get(str(key), "") for chapter in CHAPTERS]
    return hashlib.sha256(json.dumps([made_from, raw.printed(key)]).encode()).hexdigest()


def publish_interchange(store: Store, keys: Keys) -> pd.DataFrame:
    """Write, for other programs, the package and the views of all published tables, and each return set's events.

    Returns:
        What was written of each return set.
    """
    # OpenLineage takes longer to import than everything a refresh with nothing to do needs.
    from pipelines.present import openlineage

    present = [table.name for table in data_package.published() if store.path(table.name).exists()]
    package = json.dumps(data_package.package(present), ensure_ascii=False, indent=2) + "\n"
    for name, text in ((data_package.PACKAGE, package), (data_package.VIEWS, data_package.views(present))):
        _write(store, name, text.encode())
    rows = []
    for key in keys:
        told = openlineage.run_events(key, _seen(store, key))
        lines = openlineage.lines(told)
        _write(store, _events_file(key), lines)
        row = {
            **dict(zip(("period", "commune"), key.pair, strict=True)),
            "file": _events_file(key),
            "sha256": hashlib.sha256(lines).hexdigest(),
            "events": len(told),
            "columns": openlineage.traced_columns(told),
        }
        rows.append(row)
        part = to_table(pd.DataFrame([row]), tables.INTERCHANGE)
        store.stage("interchange", str(key), part, _interchange_stamp(store, key))
    return pd.DataFrame(rows, columns=tables.INTERCHANGE.names)


def _write(store: Store, name: str, content: bytes) -> None:
    write_whole(store.root / name, lambda file: file.write(content))


def _events_file(key: ReturnSetKey) -> str:
    return f"openlineage/{key}.ndjson"


def _seen(store: Store, key: ReturnSetKey) -> "openlineage.Seen":
    """Return what lies there of a return set once its refresh is through."""
    from pipelines.present import openlineage

    name = str(key)
    staged = ["cells", "ledger", *(f"{layer}/{form.domain}" for layer in ("returns", "findings") for form in FORMS)]
    versions = {table: store.stamps(table, name).get(name, "") for table in staged}
    versions |= {table.name: store.stamps(table.name).get(name, "") for table in data_package.published()}
    held = [form.domain for form in FORMS if versions[f"marts/{form.domain}"] != versions[f"returns/{form.domain}"]]
    files = to_frame(store.read("files", [name]), tables.FILES)
    return openlineage.Seen(
        dict(zip(files["file"], files["sha256"], strict=True)),
        versions,
        frozenset(held),
        # A refresh begins by staging the cells, whatever it is that changed.
        datetime.fromtimestamp(store.path("cells", name).stat().st_mtime, UTC),
        datetime.now(UTC),
    )


def _interchange_stamp(store: Store, key: ReturnSetKey) -> str:
    made_from = [store.stamps(table).get(str(key), "") for table in ("statements", OBSERVATIONS, "marts/places")]
    staged = store.stamps("cells", str(key))  # also where the gate held all of it back
    return hashlib.sha256(json.dumps([code_version(), staged, made_from]).encode()).hexdigest()


def _interchanged(store: Store, key: ReturnSetKey) -> bool:
    written = (data_package.PACKAGE, data_package.VIEWS, _events_file(key))
    return store.stamps("interchange", str(key)).get(str(key)) == _interchange_stamp(store, key) and all(
        (store.root / name).exists() for name in written
    )


EXPLORER = "explorer"


def write_explorer(raw: Raw, store: Store, keys: Keys) -> dict[ReturnSetKey, Path]:
    """Write the static site of each return set, its start page last; return where the start pages lie.

    A page that says what it said before is not written again.
    """
    return {key: _write_site(raw, store, key) for key in keys}


def _write_site(raw: Raw, store: Store, key: ReturnSetKey) -> Path:
    stamp, folder = _shown_stamp(raw, store, key), f"{EXPLORER}/{key}"
    files = render.files(shown(raw.places, store, key))
    for name, content in files.items():
        path = store.root / folder / name
        if not path.is_file() or path.read_bytes() != content:
            _write(store, f"{folder}/{name}", content)
    # Pages of sheets that are no more: nothing leads to them any longer, but a bookmark would.
    for path in (store.root / folder).rglob("*.html"):
        if path.relative_to(store.root / folder).as_posix() not in files:
            path.unlink(missing_ok=True)
    store.stage(EXPLORER, str(key), _inventory(key, files, tables.EXPLORER), stamp)
    return explorer_page(store, key)


def _inventory(key: ReturnSetKey, files: Mapping[str, bytes], schema: pa.Schema) -> pa.Table:
    """Return what was written of a return set: its period and commune, and name, hash and size of every file."""
    rows = [(*key.pair, name, hashlib.sha256(content).hexdigest(), len(content)) for name, content in files.items()]
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema)


def explorer_page(store: Store, key: ReturnSetKey, page: str = render.INDEX) -> Path:
    """Return where a page of a return set's site lies, or would lie: the start page where none is named."""
    return store.root / EXPLORER / str(key) / page


REPORT = "report"


def write_report(raw: Raw, store: Store, keys: Keys) -> dict[ReturnSetKey, list[Path]]:
    """Write the Word and the Excel annex of each return set; return where they lie.

    Annexes that lie there as they were written, made of what is published now, are not made again.
    """
    return {key: _write_report(raw, store, key) for key in keys}


def _write_report(raw: Raw, store: Store, key: ReturnSetKey) -> list[Path]:
    if not _reported(raw, store, key):
        # Word, Excel and the drawing of charts take a second to import, which a refresh with nothing to do has not.
        from pipelines.present.report.files import files

        stamp = _shown_stamp(raw, store, key)
        made = files(shown(raw.places, store, key))
        for name, content in made.items():
            _write(store, f"{REPORT}/{key}/{name}", content)
        store.stage(REPORT, str(key), _inventory(key, made, tables.REPORT), stamp)
    return report_files(store, key)


def report_files(store: Store, key: ReturnSetKey) -> list[Path]:
    """Return where the annexes of a return set lie, as they were written last; none where they never were."""
    return [store.root / REPORT / str(key) / name for name in _report_hashes(store, key)]


def _report_hashes(store: Store, key: ReturnSetKey) -> dict[str, str]:
    parts = store.read(REPORT, [str(key)])
    return {row["file"]: row["sha256"] for part in parts for row in part.to_pylist()}


def _reported(raw: Raw, store: Store, key: ReturnSetKey) -> bool:
    written = _report_hashes(store, key)
    return store.stamps(REPORT, str(key)).get(str(key)) == _shown_stamp(raw, store, key) and all(
        path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == written[path.name]
        for path in report_files(store, key)
    )


def release_report(release: Release) -> dict[str, bytes]:
    """Return the annexes of a release, by file name: of its frozen figures, with the places of its time."""
    from pipelines.present.report.files import files

    own = (release.folder / name for name in (*SHIPPED_PLACES, OWN_PLACES))
    places = places_of(path.read_bytes() for path in own if path.is_file())
    key = ReturnSetKey(release.period, release.commune)
    return files(shown(places, release.tables, key), release.name)


def shown(places: Places, store: Store, key: ReturnSetKey) -> pages.Published:
    """Return what is published of a return set, for those who only present it."""
    found, edges = published.findings(store, *key.pair), published.every_edge(store, *key.pair)
    staged = {
        table: [row for part in store.read(table, [str(key)]) for row in part.to_pylist()]
        for table in ("files", "cells", "ledger")
    }
    commune = places.commune(key.commune)
    reporters = {row["reporter"] for row in (*found, *edges)}
    return pages.Published(
        period=key.period,
        commune=key.commune,
        title=commune.name if commune else key.commune,
        period_title=Period.parse(key.period).title,
        figures=published.figures(store, *key.pair),
        statements=published.statements(store, *key.pair),
        lineage=edges,
        findings=found,
        held=published.held_forms(found),
        superseded=_superseded(store, key, edges, staged["files"]),
        **staged,
        reporters={code: places.title(key.commune, code) for code in sorted(reporters)},
        chapters=CHAPTERS,
        forms=BY_CODE,
    )


def _superseded(
    store: Store, key: ReturnSetKey, edges: Iterable[published.Row], files: Iterable[published.Row]
) -> list[published.Row]:
    """Return the cells of archived workbooks that figures come from, where another lies in the raw folder, or none."""
    now = {(row["file"], row["sha256"]) for row in files}
    earlier = sorted({(row["file"], row["sha256"]) for row in edges} - now)
    archived = [
        RawFile(*key.pair, name, path.read_bytes())
        for name, sha256 in earlier
        if (path := store.archived(sha256, read.suffix_of(name))).is_file()
    ]
    return to_table(read.read(archived)[1], tables.CELLS).to_pylist() if archived else []


def _shown_stamp(raw: Raw, store: Store, key: ReturnSetKey) -> str:
    """Return the hash of all that site and report show: with the statements' stamp also the figures and the plan."""
    staged = ["cells", "findings/workbooks", *(f"findings/{form.domain}" for form in FORMS)]
    made_from = [store.stamps(table, str(key)) for table in staged]
    return hashlib.sha256(
        json.dumps([code_version(), made_from, _statements_stamp(raw, store, key)]).encode()
    ).hexdigest()


def _explorer_written(raw: Raw, store: Store, key: ReturnSetKey) -> bool:
    stamp = store.stamps(EXPLORER, str(key)).get(str(key))
    return stamp == _shown_stamp(raw, store, key) and explorer_page(store, key).exists()


OBSERVATIONS = "marts/observations"


def _publish_rows(
    store: Store, table: str, rows: pa.Table, place: str, touched: set[tuple[str, str]], stamps: Mapping[str, str]
) -> int:
    """Publish a table: the rows of the touched periods and places are replaced by ``rows``, and all others stay."""

    def change(published: pa.Table | None) -> pa.Table:
        now = together([] if published is None else [published], rows.schema)
        return pa.concat_tables([now.filter(pc.invert(gate.belongs(now, place, touched))), rows])

    return len(store.publish(table, change, stamps))


def stale_return_sets(raw: Raw, store: Store, keys: Iterable[ReturnSetKey] | None = None) -> list[ReturnSetKey]:
    """Return the return sets that something still has to be done for: changed files, or a run that did not get through.

    A set that was checked as it lies now and held back is not stale: another run would hold it back again.
    """
    return [key for key in (raw.return_sets() if keys is None else keys) if not _settled(raw, store, key)]


def _settled(raw: Raw, store: Store, key: ReturnSetKey) -> bool:
    return _admitted(raw, store, key) and not stale_followers(raw, store, key)


def figures_current(raw: Raw, store: Store, key: ReturnSetKey) -> bool:
    """Return whether figures and statements follow from the raw files as they lie now, forms held back excepted.

    What only presents them (observations, explorer, report, files for other programs) may lag behind.
    """
    behind = [
        name
        for name in stale_followers(raw, store, key)
        if name == "statements" or name.startswith(("marts/", "figures/"))
    ]
    return _admitted(raw, store, key) and set(behind) <= {OBSERVATIONS}


def _admitted(raw: Raw, store: Store, key: ReturnSetKey) -> bool:
    """Return whether the raw files as they lie now have been checked, and all that is not held has been published."""
    now = {str(key): fingerprint(raw, key)}
    if store.stamps("findings/workbooks", str(key)) != now:
        return False
    for form in FORMS:
        if store.stamps(f"findings/{form.domain}", str(key)) != now:
            return False
        if not held_now(store, form, [key]) and store.stamps(f"marts/{form.domain}").get(str(key)) != now[str(key)]:
            return False
    return True


def stale_followers(raw: Raw, store: Store, key: ReturnSetKey) -> list[str]:
    """Return the tables not made from what lies before them now: marts that may enter, and what is made of marts.

    Within a run a red check stops what follows its step, also what is in order; that is then caught up.
    """
    stale = [f"marts/{form.domain}" for form in FORMS if _may_enter(store, form, key)]
    stale += [
        f"figures/{chapter.code}"
        for chapter in CHAPTERS
        if store.stamps(f"figures/{chapter.code}").get(str(key)) != _chapter_stamp(store, chapter, key)
    ]
    if store.stamps(OBSERVATIONS).get(str(key)) != _marts_stamp(store, FORMS, key):
        stale.append(OBSERVATIONS)
    if store.stamps("statements").get(str(key)) != _statements_stamp(raw, store, key):
        stale.append("statements")
    if not _interchanged(store, key):
        stale.append("interchange")
    if not _explorer_written(raw, store, key):
        stale.append(EXPLORER)
    if not _reported(raw, store, key):
        stale.append(REPORT)
    return stale


def _may_enter(store: Store, form: type[Form], key: ReturnSetKey) -> bool:
    """Return whether a form has been checked as it lies staged, is not held, and has not been published yet."""
    staged = store.stamps(f"returns/{form.domain}", str(key))
    checked = staged and store.stamps(f"findings/{form.domain}", str(key)) == staged
    return bool(
        checked
        and store.stamps(f"marts/{form.domain}").get(str(key)) != staged[str(key)]
        and not held_now(store, form, [key])
    )


def held_now(store: Store, form: type[Form], keys: Keys) -> list[ReturnSetKey]:
    """Return the return sets whose form the staged findings hold back."""
    told = to_frame(store.read(f"findings/{form.domain}", [str(key) for key in keys]), tables.FINDINGS)
    held = gate.held(told, _problems(store, keys), form)
    return [key for key in keys if key.pair in held]
