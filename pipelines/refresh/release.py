"""Releases: freezing the figures of one return set with all they were made of, and computing them again from that.

Belongs here: what goes into a release, when one is refused, and its recomputation by the very steps of the pipeline, in
memory. Does not belong here: reading a release that has been made (``pipelines.store.releases``), the steps themselves.

A release is made from the output folder alone, never from the raw folder, where another workbook may lie by now: each
form is computed again from the workbooks, ledger and places of the very state in which it was accepted, which the stamp
of its mart names in the archive. That is done before anything is released, so that what is handed out can be verified.
"""

import hashlib
import json
import platform
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.refresh import layers
from pipelines.steps.analyse import figures, statements
from pipelines.steps.analyse.sources import cells
from pipelines.steps.collect import correct, locate, read
from pipelines.steps.collect.read import RawFile, suffix_of
from pipelines.steps.frames import to_frame, to_table, together
from pipelines.steps.numbers import vietnamese
from pipelines.steps.validate import gate
from pipelines.store import published
from pipelines.store.ledger import Clock, now_in_vietnam
from pipelines.store.raw import LEDGER, PRINTED, Raw, ReturnSetKey, ledger_text, places_of, table_text
from pipelines.store.releases import (
    MANIFEST,
    RELEASES,
    SEAL,
    Difference,
    Release,
    ReleaseError,
    archive_path,
    folder_of,
    found,
    sealed,
)
from pipelines.store.tables import STATE, TABLE, Store, Writer, whole_folder, write_whole
from schemas import tables
from schemas.figures import CHAPTERS
from schemas.forms import FORMS
from schemas.places import Places

DISTRIBUTION = "returns"

TABLES = {
    "figures": tables.FIGURES,
    "lineage": tables.LINEAGE,
    "statements": tables.STATEMENTS,
    "findings": tables.FINDINGS,
    "outcomes": tables.OUTCOMES,
}
"""The frozen tables."""


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
    raw: Raw, store: Store, key: ReturnSetKey, name: str, *, despite: str = "", now: Clock = now_in_vietnam
) -> Release:
    """Freeze one return set as published now.

    Args:
        raw: The raw folder, to tell whether what is published is up to date with it.
        store: The output folder.
        key: The return set.
        name: What to call the release; never used again.
        despite: Why to release although a form is held back or the figures are not up to date.
        now: The clock.

    Raises:
        HeldBackError: A form is held back, or the figures are not up to date, and no reason was given.
        ReleaseError: The name will not do or is taken, or the figures do not follow from what is archived.
    """
    folder = folder_of(store.root, name)
    if folder.exists():
        raise ReleaseError(f"Đã có bản phát hành «{name}»; bản đã phát hành thì không ghi đè. Chọn tên khác.")
    held, stale = _held(store, key), not layers.figures_current(raw, store, key)
    _refuse(held, stale, despite)
    states = _states(store, key)
    frozen = {table: _frozen(store, table, key) for table in TABLES}
    latest = store.stamps("cells", str(key)).get(str(key), "")
    if not len(frozen["figures"]):
        raise ReleaseError(f"Chưa có chỉ tiêu nào của {key.commune}, kỳ {key.period}. Chạy trước: returns refresh")
    recomputed = _recompute(store, key, latest, states)
    for difference in _compare(frozen, recomputed):
        raise ReleaseError(
            f"Chưa phát hành được, vì tính lại từ bản lưu không ra số đã công bố. {difference.message} "
            "Chạy returns refresh --all rồi phát hành lại."
        )
    try:
        with whole_folder(folder) as made:
            for table, rows in frozen.items():
                write_whole(made / f"{table}.parquet", lambda file, rows=rows: pq.write_table(rows, file))  # type: ignore[misc]
            written = {name: astuple(who) for name, who in _writers(store, key).items()}
            beside = _beside(store, latest) | {published.WRITTEN: json.dumps(written, indent=1).encode()}
            for file, content in beside.items():
                write_whole(made / file, lambda out, content=content: out.write(content))  # type: ignore[misc]
            manifest = {
                "name": name,
                "created": now().isoformat(timespec="seconds"),
                "period": key.period,
                "commune": key.commune,
                "despite": despite.strip(),
                "held": [{"form": form, "reason": reason} for form, reason in held.items()],
                "up_to_date": not stale,
                "code_version": layers.code_version(),
                "packages": packages(),
                "rows": {table: len(rows) for table, rows in frozen.items()},
                "state": latest,
                "accepted": [asdict(state) for state in states],
                "files": [*_own_files(made, name), *_archived_files(store, latest, states)],
            }
            content = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
            write_whole(made / MANIFEST, lambda file: file.write(content))
            write_whole(made / SEAL, lambda file: file.write(sealed(content)))
    except FileExistsError:
        raise ReleaseError(f"Bản phát hành «{name}» vừa được tạo ở nơi khác. Chọn tên khác.") from None
    return Release(store.root, name)


def packages() -> dict[str, str]:
    """Return the version of Python and of every package that the software names."""
    wanted = (one for one in metadata.requires(DISTRIBUTION) or () if "extra ==" not in one)
    named = [found[0] for one in wanted if (found := re.match(r"[\w.-]+", one))]
    return {"python": platform.python_version()} | {name: metadata.version(name) for name in (DISTRIBUTION, *named)}


def _held(store: Store, key: ReturnSetKey) -> dict[str, str]:
    """Return, per form (or file no form can answer for) that is held back, the first sentence why."""
    told = [row for row in published.findings(store, *key.pair) if row["severity"] == "error"]
    reasons: dict[str, str] = {}
    for row in told:
        for what in row["form"].split() or [row["file"]]:
            reasons.setdefault(what, row["message"])
    ledger = reasons.get(LEDGER, "")
    return reasons | {
        form.code: reasons.get(form.code, ledger) for form in FORMS if layers.held_now(store, form, [key])
    }


def _refuse(held: Mapping[str, str], stale: bool, despite: str) -> None:
    if despite.strip():
        return
    why = []
    if stale:
        why.append(
            "Tệp nhận về hoặc phần mềm đã thay đổi từ lần chạy trước, nên số đã công bố chưa theo kịp. "
            "Chạy: returns refresh."
        )
    if held:
        why.append(f"Đang giữ lại: {', '.join(held)}. Xem: returns findings.")
    if why:
        why.append("Nếu vẫn cần phát hành, ghi rõ lý do bằng --despite.")
        raise HeldBackError(" ".join(why))


def _states(store: Store, key: ReturnSetKey) -> list[Accepted]:
    """Return from what each form's published records were accepted, forms of one state together."""
    forms: dict[str, list[str]] = {}
    behind: dict[str, dict[str, str]] = {}
    for form in FORMS:
        stamp = store.stamps(f"marts/{form.domain}").get(str(key))
        mart = store.read_published(f"marts/{form.domain}")
        if stamp is None or mart is None:
            continue
        used = cells(form, together([mart], tables.mart(form)), [key.pair]).group_by(["file", "sha256"]).aggregate([])
        forms.setdefault(stamp, []).append(form.code)
        behind.setdefault(stamp, {}).update(zip(used["file"].to_pylist(), used["sha256"].to_pylist(), strict=True))
    return [Accepted(stamp, tuple(codes), dict(sorted(behind[stamp].items()))) for stamp, codes in forms.items()]


def _frozen(store: Store, table: str, key: ReturnSetKey) -> pa.Table:
    """Return the rows of one return set, as the release keeps them."""
    schema, place = TABLES[table], "place" if table == "figures" else "commune"
    if table in ("findings", "outcomes"):
        domains = [form.domain for form in FORMS] + (["workbooks"] if table == "findings" else [])
        parts = [part for domain in domains for part in store.read(f"{table}/{domain}", [str(key)])]
    elif table == "statements":
        parts = [part for part in [store.read_published(table)] if part is not None]
    else:
        codes = sorted(chapter.code for chapter in CHAPTERS)
        parts = [part for code in codes if (part := store.read_published(f"{table}/{code}")) is not None]
    rows = together(parts, schema)
    rows = rows.filter(gate.belongs(rows, place, [key.pair]))
    return rows.filter(pc.equal(rows["level"], "commune")) if table == "figures" else rows


def _writers(store: Store, key: ReturnSetKey) -> dict[str, Writer]:
    """Return who wrote the set's rows of every mart and every chapter's figures."""
    names = [f"marts/{form.domain}" for form in FORMS] + [f"figures/{chapter.code}" for chapter in CHAPTERS]
    return {name: published.writer(store, *key.pair, name) for name in names if store.path(name).exists()}


def _beside(store: Store, stamp: str) -> dict[str, bytes]:
    """Return the ledger, the plan and the places of a state."""
    state = _state(store, stamp)
    return {name: _archived(store, sha256, TABLE) for name, sha256 in _tables(state).items()}


def _tables(state: Mapping[str, Any]) -> dict[str, str]:
    own = {name: sha256 for name, sha256 in state["files"].items() if name in (LEDGER, PRINTED)}
    return own | dict(state["places"])


def _own_files(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.iterdir()):
        yield _file(f"{RELEASES}/{name}/{path.name}", path.read_bytes())


def _archived_files(store: Store, latest: str, states: Iterable[Accepted]) -> list[dict[str, Any]]:
    """Return every archived file that computing the figures again needs."""
    states = list(states)
    needed = {(sha256, suffix_of(name)) for state in states for name, sha256 in state.workbooks.items()}
    for stamp in {latest, *(state.stamp for state in states)}:
        needed |= {(stamp, STATE), *((sha256, TABLE) for sha256 in _tables(_state(store, stamp)).values())}
    return [_file(archive_path(*one), _archived(store, *one)) for one in sorted(needed)]


def _file(path: str, content: bytes) -> dict[str, Any]:
    return {"path": path, "sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}


def _archived(store: Store, sha256: str, suffix: str) -> bytes:
    path = store.archived(sha256, suffix)
    content = path.read_bytes() if path.is_file() else None
    if content is None or hashlib.sha256(content).hexdigest() != sha256:
        raise ReleaseError(
            f"{'Không có bản lưu' if content is None else 'Bản lưu đã bị thay đổi:'} {path.relative_to(store.root)}, "
            "mà số đã công bố được tính từ đó. Lấy lại tệp này từ bản sao lưu. Nếu không có bản sao lưu: xóa tệp hỏng, "
            "rồi chạy returns refresh --all đến khi không còn biểu nào bị giữ lại."
        )
    return content


def _state(store: Store, stamp: str) -> dict[str, Any]:
    state: dict[str, Any] = json.loads(_archived(store, stamp, STATE))
    return state


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
    manifest, store = release.manifest, Store(data)
    key = ReturnSetKey(manifest["period"], manifest["commune"])
    recomputed = _recompute(store, key, manifest["state"], [Accepted(**one) for one in manifest["accepted"]])
    frozen = {table: together([pq.read_table(release.folder / f"{table}.parquet")], TABLES[table]) for table in TABLES}
    return Verified(release, list(_compare(frozen, recomputed)), list(_notes(manifest)), len(recomputed["figures"]))


def _notes(manifest: Mapping[str, Any]) -> Iterator[str]:
    then, now = manifest["code_version"], layers.code_version()
    if then != now:
        yield f"Phần mềm đã đổi từ khi phát hành (mã {then[:12]}, nay {now[:12]}); các số vẫn được tính lại và so sánh."
    current = packages()
    for name, version in manifest["packages"].items():
        if current.get(name) != version:
            yield f"Gói {name} lúc phát hành là {version}, nay là {current.get(name, 'không còn dùng')}."


def _recompute(store: Store, key: ReturnSetKey, latest: str, states: Iterable[Accepted]) -> dict[str, pa.Table]:
    """Return figures, lineage and statements as the archive gives them, by the steps of the pipeline.

    Args:
        store: The output folder.
        key: The return set.
        latest: The state that was read last; its places say who is expected to report, and its plan is compared with.
        states: The states the forms were accepted in.
    """
    marts = {form: tables.mart(form).empty_table() for form in FORMS}
    unchecked = tables.OUTCOMES.empty_table()  # what came of the edits decides no figure, and is not computed again
    for state in states:
        entries = to_table(_entries(store, key, state), tables.ENTRIES)
        for form in (form for form in FORMS if form.code in state.forms):
            marts[form] = gate.admit(form, entries, unchecked, marts[form], [key.pair])
    places, plan = _places(store, _state(store, latest)), _beside(store, latest).get(PRINTED)
    evaluated = [
        figures.evaluate(chapter, {form: marts[form] for form in chapter.forms}, [key.pair], places)
        for chapter in CHAPTERS
    ]
    rows = together([to_table(one.figures, tables.FIGURES) for one in evaluated], tables.FIGURES)
    rows = rows.filter(pc.and_(gate.belongs(rows, "place", [key.pair]), pc.equal(rows["level"], "commune")))
    edges = together([one.lineage for one in evaluated], tables.LINEAGE)
    compared = statements.compare(
        statements.read_printed({} if plan is None else {key.pair: table_text(plan)}),
        to_frame([rows], tables.FIGURES),
        statements.behind(edges, FORMS),
        [figure for chapter in CHAPTERS for figure in chapter.figures],
    )
    return {"figures": rows, "lineage": edges, "statements": to_table(compared, tables.STATEMENTS)}


def _entries(store: Store, key: ReturnSetKey, accepted: Accepted) -> pd.DataFrame:
    """Return the entries of a state: its workbooks read, corrected by its ledger, located among its places."""
    state = _state(store, accepted.stamp)
    workbooks = accepted.workbooks.items()
    files = [RawFile(*key.pair, name, _archived(store, sha256, suffix_of(name))) for name, sha256 in workbooks]
    text = ledger_text(_beside(store, accepted.stamp).get(LEDGER, b""))
    ledger, _ = correct.read_ledger({key.pair: text} if text else {})
    corrected, _ = correct.correct(read.read(files)[1], ledger)
    return locate.locate(corrected, FORMS, _places(store, state)).entries


def _places(store: Store, state: Mapping[str, Any]) -> Places:
    return places_of(_archived(store, sha256, TABLE) for _, sha256 in state["places"])


_IDENTITY = {
    "figures": ("id", "reporter", "line"),
    "lineage": ("figure", "form", "field", "reporter", "line"),
    "statements": ("id", "section"),
}
_COMPARED = {
    "figures": ("value", "exact", "unit", "status", "reported", "expected"),
    "lineage": ("file", "sha256", "sheet", "cell", "received", "text", "value", "correction", "confirmed"),
    "statements": ("printed", "computed", "verdict"),
}
_CALLED = {"figures": "Chỉ tiêu", "lineage": "Ô nguồn của", "statements": "Đối chiếu"}


def _compare(released: Mapping[str, pa.Table], now: Mapping[str, pa.Table]) -> Iterator[Difference]:
    """Yield every figure, edge and statement that does not come out as released."""
    for table, identity in _IDENTITY.items():
        before, after = (_by_identity(side[table], identity, _COMPARED[table]) for side in (released, now))
        for key in dict.fromkeys([*before, *after]):
            if before.get(key) != after.get(key):
                yield _difference(table, key, before.get(key), after.get(key))


_Rows = dict[tuple[str, ...], dict[str, Any]]


def _by_identity(table: pa.Table, identity: Sequence[str], compared: Sequence[str]) -> _Rows:
    rows = table.select([*dict.fromkeys([*identity, *compared])]).to_pylist()
    return {tuple(row[name] for name in identity): {name: row[name] for name in compared} for row in rows}


def _difference(
    table: str, key: Sequence[str], released: dict[str, Any] | None, now: dict[str, Any] | None
) -> Difference:
    where = f"{_CALLED[table]} {' · '.join(part for part in key if part)}"
    names = [name for name in _COMPARED[table] if (released or {}).get(name) != (now or {}).get(name)]
    then, today = (_told(side, names) for side in (released, now))
    if released is None:
        message = f"{where}: bản phát hành không có, tính lại thì có ({today})."
    elif now is None:
        message = f"{where}: bản phát hành có ({then}), tính lại không ra nữa."
    else:
        message = f"{where}: bản phát hành ghi {then}, tính lại được {today}."
    return Difference(where, then, today, message)


def _told(row: Mapping[str, Any] | None, names: Sequence[str]) -> str:
    shown = [] if row is None else [(name, row[name]) for name in names]
    return ", ".join(f"{name} {_text(value)}" for name, value in shown)


def _text(value: Any) -> str:
    if value is None or value == "":
        return "trống"
    return str(value) if isinstance(value, str | int) else vietnamese(value)
