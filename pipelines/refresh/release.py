"""Releases: freezing the figures of one return set with all they were made of, and computing them again from that.

Belongs here: what goes into a release, when one is refused, and its recomputation by the very steps of the pipeline, in
memory. Does not belong here: reading a release that has been made (``pipelines.store.releases``), the steps themselves.

A release is made from the output folder alone, never from the raw folder, where another workbook may lie by now: each
form is computed again from the workbooks, ledger and places of the very state in which it was accepted: the hash of the
archived list of all that was received then stands with its mart in the batch's state. That is done before anything is
released, so that what is handed out can be verified.
"""

import hashlib
import json
import platform
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.refresh.batches import held_still
from pipelines.refresh.restoring import (
    beside,
    entries_then,
    estimates_then,
    kept,
    list_of,
    listed,
    places_then,
    tables_of,
)
from pipelines.refresh.stale import figures_current
from pipelines.refresh.stamps import code_version
from pipelines.settings import Clock, now
from pipelines.steps.analyse import figures, statements, sums
from pipelines.steps.analyse.behind import Behind
from pipelines.steps.collect import printed_plan
from pipelines.steps.collect.raw_file import suffix_of
from pipelines.steps.collect.released import DISTRIBUTION, MANIFEST, RELEASES, SEAL, sealed
from pipelines.steps.frames import together
from pipelines.steps.numbers import vietnamese
from pipelines.steps.sources import accepted, cells
from pipelines.steps.validate import gate
from pipelines.store import designs, published
from pipelines.store.archive import RECEIVED, TABLE, Archive
from pipelines.store.files import whole_folder, write_whole
from pipelines.store.parquet import serialized
from pipelines.store.raw import Raw
from pipelines.store.raw_names import PRINTED
from pipelines.store.releases import Difference, Release, ReleaseError, archive_path, folder_of, found
from pipelines.store.state import Writer
from pipelines.store.tables import WRITERS, Store
from schemas import tables
from schemas.catalogue import CATALOGUE
from schemas.flow import FLOW
from schemas.form import Form
from schemas.kept import decoded
from schemas.outcomes import Cause
from schemas.periods import Period
from schemas.problems import Problems
from schemas.return_sets import ReturnSetKey
from schemas.sentences import Hint

TABLES = tables.RELEASED
"""The frozen tables."""

ACCEPTED = "accepted"
"""The one of them in which all marts are."""


_UNFOUNDED = Problems.ESTIMATES_SHORTER.value.code
"""What tells that estimates are in use that the last list of what was received does not have: no reason helps."""


class HeldBackError(ReleaseError):
    """A release that is refused for the state of its return set; with a reason given it would be made."""


@dataclass(frozen=True)
class Accepted:
    """Forms that were accepted in one state of their return set, and what they were accepted from."""

    stamp: str
    forms: tuple[str, ...]
    workbooks: Mapping[str, str]
    """File name to hash, of the workbooks behind the accepted values."""


def make(
    raw: Raw,
    store: Store,
    key: ReturnSetKey,
    name: str,
    *,
    despite: str = "",
    now: Clock = now,
    guard: Callable[[], None] = lambda: None,
    then: Callable[[Release], None] = lambda _: None,
) -> Release:
    """Freeze one return set as published now.

    Args:
        raw: The raw folder, to tell whether what is published is up to date with it.
        store: The output folder.
        key: The return set.
        name: What to call the release; never used again.
        despite: Why to release although a form is held back or the figures are not up to date.
        now: The clock.
        guard: Asked before anything else, when nothing published of it can change any more; what it raises stops it.
        then: Told of the release while that still is so.

    Raises:
        HeldBackError: A form is held back, or the figures are not up to date, and no reason was given.
        ReleaseError: The name will not do or is taken, or the figures do not follow from what is archived.
        ArchiveError: What was accepted is not in the archive as it was.
    """
    folder = folder_of(store.root, name)
    if folder.exists():
        raise ReleaseError(f"Đã có bản phát hành «{name}»; bản đã phát hành thì không ghi đè. Chọn tên khác.")
    with held_still(store, key, who=f"returns release {name}"):
        guard()
        made = _make(raw, store, key, name, despite, now)
        then(made)
        return made


@dataclass(frozen=True)
class _Content:
    """What a release is made of: the tables as published, from what they were accepted, and what is said against it."""

    tables: Mapping[str, pa.Table]
    states: Sequence[Accepted]
    latest: str
    held: Mapping[str, str]
    stale: bool
    in_force: designs.Designs


def _make(raw: Raw, store: Store, key: ReturnSetKey, name: str, despite: str, now: Clock) -> Release:
    frozen = _to_release(raw, store, key, despite)
    try:
        with whole_folder(folder_of(store.root, name)) as made:
            _write(made, store, key, frozen)
            manifest = {"name": name, "created": now().isoformat(timespec="seconds")}
            manifest |= _manifest(made, name, store, key, frozen, despite)
            content = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
            write_whole(made / MANIFEST, content)
            write_whole(made / SEAL, sealed(content))
    except FileExistsError:
        raise ReleaseError(f"Bản phát hành «{name}» vừa được tạo ở nơi khác. Chọn tên khác.") from None
    return Release(store.root, name)


def _to_release(raw: Raw, store: Store, key: ReturnSetKey, despite: str) -> _Content:
    """Return what to release, or refuse what is sent as a release, held, stale, empty or not computed again alike."""
    for sent in published.approved(store, key):
        raise ReleaseError(
            f"Số kỳ {raw.places.titled(key)} là của bản phát hành mà xã đã gửi, tệp {sent['file']}. Dùng chính bản đó."
        )
    in_force = designs.use(store.root)
    held, stale = _held(store, key), not figures_current(raw, store, key)
    if not despite.strip() and (why := _in_the_way(held, stale=stale)):
        raise why
    for row in published.findings(store, key):
        if row["code"] == _UNFOUNDED:
            raise ReleaseError(f"Chưa phát hành được. {row['message']}")
    states = _states(store, key)
    frozen = {table: _frozen(store, table, key) for table in TABLES}
    latest = list_of(_archive(store, key), store.state(store.part_of(key)).received, key)
    if not len(frozen["figures"]):
        raise ReleaseError(f"Chưa có chỉ tiêu nào của kỳ {raw.places.titled(key)}.", Hint.OUTDATED)
    recomputed = _recompute(store, key, latest, states)
    for difference in _compare(frozen, recomputed, Cause.FORGERY):
        raise ReleaseError(
            f"Chưa phát hành được, vì tính lại từ bản lưu không ra số đã công bố. {difference.message}", Hint.ANEW
        )
    return _Content(frozen, states, latest, held, stale, in_force)


def _write(made: Path, store: Store, key: ReturnSetKey, frozen: _Content) -> None:
    """Write all of a release but its manifest: the tables, what lay beside the workbooks, who wrote what."""
    for table, rows in frozen.tables.items():
        write_whole(made / f"{table}.parquet", serialized(rows))
    written = {name: astuple(who) for name, who in _writers(store, key).items()}
    kept = beside(_archive(store, key), frozen.latest) | {WRITERS: json.dumps(written, indent=1).encode()}
    for file, content in kept.items():
        write_whole(made / file, content)


def _manifest(made: Path, name: str, store: Store, key: ReturnSetKey, frozen: _Content, despite: str) -> dict[str, Any]:
    """Return what a manifest says beside its name and time, of a release whose other files are written."""
    period = Period.parse(key.period)
    return {
        "period": key.period,
        "commune": key.commune,
        "despite": despite.strip(),
        "held": [{"form": form, "reason": reason} for form, reason in frozen.held.items()],
        "up_to_date": not frozen.stale,
        "code_version": code_version(),
        "packages": packages(),
        "forms": {form.code: form.in_force(period).version for form in CATALOGUE.forms},
        "rows": {table: len(rows) for table, rows in frozen.tables.items()},
        "state": frozen.latest,
        "accepted": [asdict(state) for state in frozen.states],
        "designs": [asdict(one) for one in frozen.in_force],
        "files": [
            *_own_files(made, name),
            *_archived_files(_archive(store, key), frozen.latest, frozen.states),
            *_designs(store, frozen.in_force),
        ],
    }


def packages() -> dict[str, str]:
    """Return the version of Python and of every package that the software names."""
    wanted = (one for one in metadata.requires(DISTRIBUTION) or () if "extra ==" not in one)
    named = [found[0] for one in wanted if (found := re.match(r"[\w.-]+", one))]
    return {"python": platform.python_version()} | {name: metadata.version(name) for name in (DISTRIBUTION, *named)}


def _held(store: Store, key: ReturnSetKey) -> dict[str, str]:
    """Return, per form (or file no form can answer for) that is held back, the first sentence why."""
    found = published.findings(store, key)
    # A form's own sentence, where it has one, says more than what is true of every form.
    reasons = published.held_files(found) | published.held_forms(row for row in found if row["form"])
    every = published.held_forms(found)
    state = store.state(store.part_of(key))
    marts = ((mart.form, state.get(mart.name)) for mart in FLOW.family("marts"))
    held = [form.code for form, written in marts if form and written and key.commune in written.held]
    return reasons | {code: reasons.get(code) or every.get(code, "") for code in held}


def in_the_way(raw: Raw, store: Store, key: ReturnSetKey) -> HeldBackError | None:
    """Return why a return set is released only for a reason; nothing where it needs none."""
    return _in_the_way(_held(store, key), stale=not figures_current(raw, store, key))


def _in_the_way(held: Mapping[str, str], *, stale: bool) -> HeldBackError | None:
    why, hints = [], []
    if stale:
        why.append("Tệp nhận về hoặc phần mềm đã thay đổi từ lần chạy trước, nên số đã công bố chưa theo kịp.")
        hints.append(Hint.OUTDATED)
    if held:
        why.append(f"Đang giữ lại: {', '.join(held)}.")
        hints.append(Hint.FINDINGS)
    return HeldBackError(" ".join(why), *hints, Hint.DESPITE) if why else None


def _states(store: Store, key: ReturnSetKey) -> list[Accepted]:
    """Return from what each form's published records were accepted, forms of one state together."""
    forms: dict[str, list[str]] = {}
    behind: dict[str, dict[str, str]] = {}
    for form in CATALOGUE.forms:
        name = f"marts/{form.domain}"
        part = store.part_of(key)
        written, mart = store.written(name, part), store.rows(name, part, commune=key.commune)
        received = list_of(_archive(store, key), written.received, key) if written else ""
        if mart is None or not received:
            continue
        used = cells(form, together([mart], tables.mart(form)), [key]).group_by(["file", "sha256"]).aggregate([])
        forms.setdefault(received, []).append(form.code)
        pairs = zip(used["file"].to_pylist(), used["sha256"].to_pylist(), strict=True)
        behind.setdefault(received, {}).update(pairs)
    return [Accepted(stamp, tuple(codes), dict(sorted(behind[stamp].items()))) for stamp, codes in forms.items()]


def _frozen(store: Store, table: str, key: ReturnSetKey) -> pa.Table:
    """Return the rows of one return set, as the release keeps them."""
    part = store.part_of(key)
    if table == ACCEPTED:
        marts = {form: store.rows(f"marts/{form.domain}", part, commune=key.commune) for form in CATALOGUE.forms}
        return _accepted({form: mart for form, mart in marts.items() if mart is not None}, key)
    own = {tables.commune_of(TABLES[table]): key.commune}
    return together(list(store.family(table, part, **own)), TABLES[table])


def _accepted(marts: Mapping[type[Form], pa.Table], key: ReturnSetKey) -> pa.Table:
    """Return all that marts say of a return set, ``schemas.tables.ACCEPTED``."""
    found = (accepted(form, together([mart], tables.mart(form)), [key]) for form, mart in marts.items())
    return together(list(found), tables.ACCEPTED)


def _writers(store: Store, key: ReturnSetKey) -> dict[str, Writer]:
    """Return who wrote the set's rows of every mart and every chapter's figures."""
    state = store.state(store.part_of(key))
    named = [table.name for family in ("marts", "figures") for table in FLOW.family(family)]
    return {name: written.writer for name in named if (written := state.get(name)) is not None}


def _own_files(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.iterdir()):
        yield _file(f"{RELEASES}/{name}/{path.name}", path.read_bytes())


def _archive(store: Store, key: ReturnSetKey) -> Archive:
    return store.archive_of(store.part_of(key))


def _archived_files(archive: Archive, latest: str, states: Iterable[Accepted]) -> list[dict[str, Any]]:
    """Return every archived file that computing the figures again needs; of what lies in a pack, a file is made."""
    states = list(states)
    needed = {(sha256, suffix_of(name)) for state in states for name, sha256 in state.workbooks.items()}
    for received in {latest, *(state.stamp for state in states)}:
        own = tables_of(listed(archive, received)).values()
        needed |= {(received, RECEIVED), *((sha256, TABLE) for sha256 in own)}
    return [_file(archive_path(*one), _loose(archive, *one)) for one in sorted(needed)]


def _designs(store: Store, in_force: designs.Designs) -> Iterator[dict[str, Any]]:
    """Yield the workbooks of the designs by which the figures are computed again."""
    for one in (one for one in in_force if one.sha256):
        yield _file(archive_path(one.sha256, suffix_of(one.file)), designs.workbook(store.root, one))


def _loose(archive: Archive, sha256: str, suffix: str) -> bytes:
    content = kept(archive, sha256, suffix)
    archive.keep(content, suffix)
    return content


def _file(path: str, content: bytes) -> dict[str, Any]:
    return {"path": path, "sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}


@dataclass(frozen=True)
class Verified:
    """What verifying a release gave."""

    release: Release
    differences: Sequence[Difference]
    notes: Sequence[str] = field(default=())
    """What has changed since and makes no difference by itself: the software, its packages."""
    figures: int = 0
    """How many were computed again; none where bytes have changed, since it would then prove nothing."""


def verify(data: Path, name: str) -> Verified:
    """Check every byte of a release, compute it again from the archive, and compare.

    Raises:
        ReleaseError: There is no release of this name.
    """
    release = found(data, name)
    if damage := list(release.damage()):
        return Verified(release, damage, ["Chưa tính lại, vì tệp của bản phát hành không còn nguyên vẹn."])
    with designs.using(data, release.designs):
        return _verified(data, release)


def _verified(data: Path, release: Release) -> Verified:
    """Compute a release again whose bytes are as they were released, by the designs of then."""
    manifest, store = release.manifest, Store(data)
    key = ReturnSetKey(manifest["period"], manifest["commune"])
    recomputed = _recompute(store, key, manifest["state"], [Accepted(**one) for one in manifest["accepted"]])
    # Those that were made before releases held all marts do without.
    frozen = {
        table: together(list(release.tables.family(table, str(key))), TABLES[table])
        for table in TABLES
        if table in manifest["rows"]
    }
    notes = list(_notes(manifest))
    cause = Cause.RULE if notes else Cause.FORGERY
    if cause is Cause.RULE:
        frozen["lineage"] = figures.of_figures(frozen["lineage"], frozen["figures"])
    if cause is Cause.RULE and (later := _later_figures(frozen, recomputed)):
        notes.append(f"Phiên bản này tính thêm {len(later)} chỉ tiêu mà lúc phát hành chưa có; không xét các số đó.")
        # The plan may print such a figure: then the release knew of the printed number that it could not be computed.
        frozen, recomputed = (
            {table: _without(rows, later) for table, rows in side.items()} for side in (frozen, recomputed)
        )
    differences = list(_compare(frozen, recomputed, cause))
    if differences:
        notes.append(_CAUSES[cause])
    return Verified(release, differences, notes, len(recomputed["figures"]))


def _later_figures(released: Mapping[str, pa.Table], now: Mapping[str, pa.Table]) -> set[str]:
    """Return the ids of the figures that the software of now computes and that of the release did not know."""
    before, after = (set(side["figures"]["id"].to_pylist()) for side in (released, now))
    return after - before


def _without(rows: pa.Table, figures: Collection[str]) -> pa.Table:
    """Return the rows of a table that are not about some figures."""
    column = next((name for name in ("figure", "id") if name in rows.column_names), "")
    if not column:
        return rows
    return rows.filter(pa.array([one not in figures for one in rows[column].to_pylist()], pa.bool_()))


_CAUSES = {
    Cause.RULE: "Mọi tệp của bản phát hành còn nguyên vẹn. Các số dưới đây tính lại ra khác vì quy tắc đã đổi giữa hai "
    "phiên bản; số đã phát hành vẫn đúng theo quy tắc lúc phát hành.",
    Cause.FORGERY: "Mọi tệp khớp với bản kê và phần mềm không đổi, mà tính lại không ra số đã phát hành: bản phát hành "
    "đã bị sửa rồi lập lại bản kê. Lấy lại từ bản sao lưu.",
}


def _notes(manifest: Mapping[str, Any]) -> Iterator[str]:
    then, now = manifest["code_version"], code_version()
    if then != now:
        yield f"Phần mềm đã đổi từ khi phát hành (mã {then[:12]}, nay {now[:12]}); các số vẫn được tính lại và so sánh."
    current = packages()
    for name, version in manifest["packages"].items():
        if current.get(name) != version:
            yield f"Gói {name} lúc phát hành là {version}, nay là {current.get(name, 'không còn dùng')}."


def _recompute(store: Store, key: ReturnSetKey, latest: str, states: Iterable[Accepted]) -> dict[str, pa.Table]:
    """Return figures, lineage, statements and marts as the archive gives them, by the steps of the pipeline.

    Args:
        store: The output folder.
        key: The return set.
        latest: The state that was read last; its places say who is expected to report, and its plan is compared with.
        states: The states the forms were accepted in.
    """
    marts = {form: tables.mart(form).empty_table() for form in CATALOGUE.forms}
    unchecked = tables.OUTCOMES.empty_table()  # what came of the edits decides no figure, and is not computed again
    for state in states:
        entries = entries_then(_archive(store, key), key, state.stamp, state.workbooks).entries
        for form in (form for form in CATALOGUE.forms if form.code in state.forms):
            marts[form] = gate.admit(form, entries, unchecked, marts[form], [key])
    places, lay_beside = places_then(_archive(store, key), latest), beside(_archive(store, key), latest)
    plan, guessed = lay_beside.get(PRINTED), estimates_then(_archive(store, key), key, latest)
    wanted = figures.of_communes([key], places)
    # In the order of their names, as they are frozen.
    chapters = sorted(CATALOGUE.of(places.packs_of(key.commune)).chapters, key=lambda chapter: chapter.code)
    own = {chapter.code: {form: marts[form] for form in chapter.forms} for chapter in chapters}
    added = sums.of_forms(marts, places, chapters, guessed)
    evaluated = [figures.evaluate(chapter, added, wanted, places, marts, estimates=guessed) for chapter in chapters]
    rows = together(evaluated, tables.FIGURES)
    edges = together(
        [
            figures.lineage(chapter, own[chapter.code], [key], of_chapter, guessed)
            for chapter, of_chapter in zip(chapters, evaluated, strict=True)
        ],
        tables.LINEAGE,
    )
    printed, _ = printed_plan.read_printed({} if plan is None else {key: decoded(plan)})
    compared = statements.compare(
        printed,
        rows,
        Behind(edges, CATALOGUE.forms),
        [figure for chapter in CATALOGUE.chapters for figure in chapter.figures],
    )
    return {"figures": rows, "lineage": edges, "statements": compared, ACCEPTED: _accepted(marts, key)}


_CELL = ("file", "sha256", "sheet", "cell", "received", "text", "value", "correction", "confirmed")
_COMPARED = {
    "figures": ("value", "exact", "unit", "status", "reported", "expected"),
    "lineage": _CELL,
    "statements": ("printed", "computed", "verdict"),
    ACCEPTED: (*_CELL, "line_name"),
}
_CALLED = {
    "figures": "Chỉ tiêu",
    "lineage": "Ô nguồn của",
    "statements": "Đối chiếu",
    ACCEPTED: "Giá trị đã nhận",
}


def _compare(released: Mapping[str, pa.Table], now: Mapping[str, pa.Table], cause: Cause) -> Iterator[Difference]:
    """Yield every figure, edge and statement that does not come out as released."""
    for table, compared in _COMPARED.items():
        if table not in released:
            continue
        before, after = (_by_identity(side[table], _identity(table), compared) for side in (released, now))
        for key in dict.fromkeys([*before, *after]):
            if before.get(key) != after.get(key):
                yield _difference(table, key, before.get(key), after.get(key), cause)


def _identity(table: str) -> Sequence[str]:
    """Return what tells the rows of a frozen table apart, as the flow says of the published ones with the same rows."""
    declared = FLOW["marts/observations"] if table == ACCEPTED else FLOW.family(table)[0]
    return [name for name in declared.keys if name not in ("period", "commune", "place")]


_Rows = dict[tuple[str, ...], dict[str, Any]]


def _by_identity(table: pa.Table, identity: Sequence[str], compared: Sequence[str]) -> _Rows:
    rows = table.select([*dict.fromkeys([*identity, *compared])]).to_pylist()
    return {tuple(row[name] for name in identity): {name: row[name] for name in compared} for row in rows}


def _difference(
    table: str, key: Sequence[str], released: dict[str, Any] | None, now: dict[str, Any] | None, cause: Cause
) -> Difference:
    where = f"{_CALLED[table]} {' · '.join(part for part in key if part)}"
    names = [name for name in _COMPARED[table] if (released or {}).get(name) != (now or {}).get(name)]
    then, today = (_columns_of(side, names) for side in (released, now))
    if released is None:
        message = f"{where}: bản phát hành không có, tính lại thì có ({today})."
    elif now is None:
        message = f"{where}: bản phát hành có ({then}), tính lại không ra nữa."
    else:
        message = f"{where}: bản phát hành ghi {then}, tính lại được {today}."
    return Difference(where, then, today, message, cause)


def _columns_of(row: Mapping[str, Any] | None, names: Sequence[str]) -> str:
    shown = [] if row is None else [(name, row[name]) for name in names]
    return ", ".join(f"{name} {_text(value)}" for name, value in shown)


def _text(value: Any) -> str:
    if value is None or value == "":
        return "trống"
    return str(value) if isinstance(value, str | int) else vietnamese(value)
