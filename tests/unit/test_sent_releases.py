"""A commune's release in a territory's folder: what was approved stands, and is added up as workbooks are."""

import datetime as dt
import hashlib
import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.present import tracing
from pipelines.refresh import release
from pipelines.refresh.estimating import estimate
from pipelines.refresh.stale import stale_batches
from pipelines.steps.collect.released import MANIFEST, SEAL, is_none, opened, sealed
from pipelines.steps.collect.unreadable import UnreadableError
from pipelines.store import published
from pipelines.store.parquet import serialized
from pipelines.store.raw import Raw
from pipelines.store.releases import ReleaseError, as_sent
from pipelines.store.tables import Store
from schemas.flow import FLOW, Kind
from schemas.forms.b01_livestock import Livestock
from schemas.outcomes import Severity, Status
from schemas.problems import Problems
from schemas.return_sets import ReturnSetKey
from schemas.tables import FIGURES, TOLD
from tests.unit.builders import LEDGER_HEADING, PERIOD, unpacked
from tests.unit.provinces import HORSES, PROVINCE, SHARE, commune, places, refreshed, send

pytestmark = pytest.mark.slow

ONE, TWO = (ReturnSetKey(PERIOD.code, code) for code in ("xa-1", "xa-2"))
HEADS = {ONE: {"mot": 11, "hai": 31}, TWO: {"mot": 50, "hai": 7}}
SENT = "phat-hanh.zip"
OWN = "releases/lan-1"
UNUSABLE = Problems.RELEASE_UNUSABLE.value.code
NOON = dt.datetime(2024, 7, 2, 12, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


def lay_out(root: Path) -> None:
    """The places of a province of two communes."""
    places(root / "raw", *PROVINCE, *commune("xa-1", "huyen-a"), *commune("xa-2", "huyen-a"))


def folder(root: Path, key: ReturnSetKey) -> Path:
    """Where a territory has what a commune sent."""
    return root / "raw" / key.period / "huyen-a" / key.commune


def release_of(root: Path, key: ReturnSetKey, heads: Mapping[str, int], despite: str = "") -> bytes:
    """What a commune sends that has its villages' workbooks in an office of its own, and releases what it computed."""
    lay_out(root)
    send(root / "raw" / key.period / key.commune, heads)
    raw, store = refreshed(root)
    release.make(raw, store, key, "lan-1", despite=despite, now=lambda: NOON)
    return as_sent(store.root, "lan-1")


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Mapping[ReturnSetKey, bytes]:
    """The releases of both communes."""
    root = tmp_path_factory.mktemp("communes")
    return {key: release_of(root / key.commune, key, heads) for key, heads in HEADS.items()}


@pytest.fixture(scope="module")
def of_workbooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The province that has the communes' workbooks; only to be read."""
    root = tmp_path_factory.mktemp("workbooks")
    lay_out(root)
    for key, heads in HEADS.items():
        send(folder(root, key), heads)
    refreshed(root)
    return root


@pytest.fixture(scope="module")
def of_releases(sent: Mapping[ReturnSetKey, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The province that has their releases instead; only to be read and to be copied."""
    root = tmp_path_factory.mktemp("releases")
    lay_out(root)
    for key, content in sent.items():
        folder(root, key).mkdir(parents=True)
        (folder(root, key) / SENT).write_bytes(content)
    refreshed(root)
    return root


@pytest.fixture
def copied(of_releases: Path, tmp_path: Path) -> Path:
    """A copy of it, to be changed."""
    shutil.copytree(of_releases, tmp_path / "copied")
    return tmp_path / "copied"


def packed(files: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        for name, content in files.items():
            package.writestr(name, content)
    return made.getvalue()


def resealed(content: bytes, **said: Any) -> bytes:
    """A release whose manifest says something else, sealed again: as if other software had made it."""
    files = unpacked(content)
    manifest = json.loads(files[f"{OWN}/{MANIFEST}"]) | said
    for file in manifest["files"] if "files" not in said else ():
        file["sha256"] = hashlib.sha256(files[file["path"]]).hexdigest()
    written = json.dumps(manifest).encode()
    return packed(files | {f"{OWN}/{MANIFEST}": written, f"{OWN}/{SEAL}": sealed(written)})


def told(store: Store, key: ReturnSetKey) -> dict[str, str]:
    return {row["code"]: row["message"] for row in published.findings(store, key)}


def horses(store: Store, key: ReturnSetKey) -> Any:
    row = published.figure(store, key, HORSES)
    return None if row is None else row["value"]


def horses_above(store: Store) -> Any:
    (row,) = [one for one in published.figures_above(store, PERIOD.code, "huyen-a") if one["id"] == HORSES]
    return row["value"]


def tables_of(root: Path, *families: str) -> Iterator[tuple[str, bytes]]:
    for table in FLOW.tables:
        if table.family in families and table.kind is not Kind.DOCUMENT:
            for path in sorted((root / "data" / table.name).glob("*.parquet")):
                yield table.name, path.read_bytes()


def test_a_province_of_releases_has_the_bytes_of_one_of_workbooks(of_workbooks: Path, of_releases: Path) -> None:
    said = ("marts", "sums", "levels", "figures", "lineage", "outcomes", "statements")
    one, other = (dict(tables_of(root, *said)) for root in (of_workbooks, of_releases))
    assert [name for name, content in one.items() if other[name] != content] == []
    assert horses_above(Store(of_releases / "data")) == 99


def test_nothing_is_judged_anew_and_nothing_is_told_of_a_release_that_is_in_order(
    of_workbooks: Path, of_releases: Path
) -> None:
    here, there = Store(of_releases / "data"), Store(of_workbooks / "data")
    for key in HEADS:
        assert published.findings(here, key) == published.findings(there, key)
        assert [row["release"] for row in published.approved(here, key)] == ["lan-1"]
    assert not stale_batches(Raw(of_releases / "raw"), here, Raw(of_releases / "raw").batches())


def test_a_trace_leads_from_the_province_to_the_cell_and_to_the_workbook_in_the_release(
    of_releases: Path, sent: Mapping[ReturnSetKey, bytes]
) -> None:
    traced = tracing.trace(Store(of_releases / "data"), ONE, SHARE)
    assert traced["release"]["release"] == "lan-1"
    in_file = {name for name in unpacked(sent[ONE]) if name.startswith("archive/")}
    assert {(one["file"], one["cell"][0]) for one in traced["sources"]} == {("mot.xlsx", "D"), ("hai.xlsx", "D")}
    assert {f"archive/{one['sha256']}.xlsx" for one in traced["sources"]} <= in_file
    words = "\n".join(branch.words for branch in tracing.tree(traced, {}, str).below)
    assert f"Số xã đã duyệt: bản phát hành «lan-1» lúc 12:00 ngày 02/07/2024, tệp {SENT}" in words


DAMAGES: Mapping[str, tuple[Callable[[dict[str, bytes]], bytes], str]] = {
    "cut": (lambda files: packed(files)[:-2000], "chép hoặc tải về chưa xong"),
    "a byte": (lambda files: packed(files).replace(b"PAR1", b"PAR2", 1), "chép hoặc tải về chưa xong"),
    "no zip": (lambda _: b"x" * 100, "không phải tệp nén"),
    "packed anew": (
        lambda files: packed({f"gửi/{name}": one for name, one in files.items()}),
        "gửi nguyên tệp do returns pack làm",
    ),
    "changed": (
        lambda files: packed(files | {f"{OWN}/figures.parquet": files[f"{OWN}/figures.parquet"] + b"x"}),
        "figures.parquet trong đó không còn như lúc phát hành",
    ),
    "a workbook changed": (
        lambda files: packed({name: one + b"x" * name.endswith(".xlsx") for name, one in files.items()}),
        ".xlsx trong đó không còn như lúc phát hành",
    ),
    "lacking": (
        lambda files: packed({name: one for name, one in files.items() if name != f"{OWN}/places.csv"}),
        "places.csv trong đó không có",
    ),
    "more": (lambda files: packed(files | {f"{OWN}/la.txt": b""}), "có thêm tệp releases/lan-1/la.txt"),
    "no seal": (
        lambda files: packed({name: one for name, one in files.items() if not name.endswith(SEAL)}),
        "mã băm của nó trong manifest.sha256, không còn như lúc phát hành",
    ),
    "no manifest": (lambda files: resealed(packed(files), files="?"), "không đọc được"),
    "renamed": (lambda files: resealed(packed(files), name="lan-2"), "đã bị đổi tên"),
    "older": (lambda files: resealed(packed(files), forms={}), "cập nhật phần mềm rồi phát hành lại"),
}
"""What happens to a file on its way, and the reason that is told."""


@pytest.mark.parametrize("what", DAMAGES)
def test_a_release_that_is_not_as_it_was_sealed_is_not_opened(what: str, sent: Mapping[ReturnSetKey, bytes]) -> None:
    damage, words = DAMAGES[what]
    damaged = damage(unpacked(sent[ONE]))
    assert not is_none(damaged)
    with pytest.raises(UnreadableError, match=re.escape(words)):
        opened(damaged)


def test_a_damaged_release_holds_its_commune_and_what_was_accepted_stays_until_it_is_sent_again(
    copied: Path, sent: Mapping[ReturnSetKey, bytes]
) -> None:
    said = ("marts", "sums", "levels", "figures", "lineage", "statements")
    before, path = dict(tables_of(copied, *said)), folder(copied, ONE) / SENT
    path.write_bytes(sent[ONE][: len(sent[ONE]) // 2])
    _, store = refreshed(copied)
    assert "tải về chưa xong" in told(store, ONE)[UNUSABLE]
    assert dict(tables_of(copied, *said)) == before
    assert set(published.held_forms(published.findings(store, ONE))) >= {"B01"}
    assert published.held_forms(published.findings(store, TWO)) == {}
    assert release._held(store, ONE)["B01"] == told(store, ONE)[UNUSABLE]
    assert all(release._held(store, ONE).values())
    assert tracing.trace(store, ONE, SHARE)["status"] == "held"
    path.write_bytes(sent[ONE])
    _, store = refreshed(copied)
    assert told(store, ONE) == {}


@pytest.mark.parametrize(
    ("names", "words"),
    [((SENT, "b.zip"), "chỉ giữ lại một"), ((SENT,), "đó là của kỳ 6 tháng đầu năm 2024 của Xã Số 2")],
)
def test_two_releases_or_one_of_another_commune_are_told_and_none_is_taken(
    copied: Path, sent: Mapping[ReturnSetKey, bytes], names: tuple[str, ...], words: str
) -> None:
    for name in names:
        (folder(copied, ONE) / name).write_bytes(sent[ONE if len(names) > 1 else TWO])
    _, store = refreshed(copied)
    assert words in told(store, ONE)[UNUSABLE]
    assert (horses(store, ONE), horses_above(store)) == (42, 99)


def test_a_damaged_release_of_a_commune_of_which_nothing_was_accepted_gives_no_number(
    sent: Mapping[ReturnSetKey, bytes], tmp_path: Path
) -> None:
    lay_out(tmp_path)
    folder(tmp_path, ONE).mkdir(parents=True)
    (folder(tmp_path, ONE) / SENT).write_bytes(sent[ONE][:-100])
    _, store = refreshed(tmp_path)
    assert horses(store, ONE) is None
    rows = store.rows("sent_by_form", store.part_of(ONE))
    assert rows is not None
    assert set(rows["status"].to_pylist()) == {"held"}


def test_a_newer_release_replaces_the_one_before(copied: Path, tmp_path: Path) -> None:
    newer = release_of(tmp_path / "later", ONE, {"mot": 12, "hai": 31})
    (folder(copied, ONE) / SENT).write_bytes(newer)
    _, store = refreshed(copied)
    assert (horses(store, ONE), horses(store, TWO), horses_above(store)) == (43, 57, 100)
    changed = dict(tables_of(copied, "marts", "sums", "levels", "figures", "lineage"))
    shutil.rmtree(copied / "data")
    refreshed(copied)
    assert dict(tables_of(copied, "marts", "sums", "levels", "figures", "lineage")) == changed


def test_workbooks_beside_a_release_are_told_and_the_release_stands(copied: Path) -> None:
    send(folder(copied, ONE), {"mot": 99, "hai": HEADS[ONE]["hai"]})
    (folder(copied, ONE) / "corrections.csv").write_text(f"{LEDGER_HEADING}\n", encoding="utf-8")
    _, store = refreshed(copied)
    assert horses(store, ONE) == 42
    beside = [row for row in published.findings(store, ONE) if row["code"] == Problems.BESIDE_RELEASE.value.code]
    assert {row["file"] for row in beside} == {"mot.xlsx", "corrections.csv"}
    assert {row["severity"] for row in beside} == {Severity.WARNING}
    assert published.held_forms(published.findings(store, ONE)) == {}


def test_workbooks_in_the_place_of_a_release_are_read_again(copied: Path) -> None:
    (folder(copied, ONE) / SENT).unlink()
    send(folder(copied, ONE), {"mot": 99, "hai": 1})
    _, store = refreshed(copied)
    assert (horses(store, ONE), published.approved(store, ONE)) == (100, [])


def test_a_figure_that_the_commune_approved_is_not_computed_anew(
    copied: Path, sent: Mapping[ReturnSetKey, bytes]
) -> None:
    """As if the software there had another formula: its own figure stands, and levels add up what was accepted."""
    files, name = unpacked(sent[ONE]), f"{OWN}/figures.parquet"
    rows = pq.read_table(io.BytesIO(files[name])).to_pylist()
    other = [row | ({"value": 43, "exact": "43"} if row["id"] == HORSES else {}) for row in rows]
    files[name] = serialized(pa.Table.from_pylist(other, schema=FIGURES))
    (folder(copied, ONE) / SENT).write_bytes(resealed(packed(files)))
    _, store = refreshed(copied)
    assert (horses(store, ONE), horses_above(store)) == (43, 99)


def test_other_versions_of_forms_and_of_the_software_are_told(copied: Path, sent: Mapping[ReturnSetKey, bytes]) -> None:
    manifest = json.loads(unpacked(sent[ONE])[f"{OWN}/{MANIFEST}"])
    newer = Livestock.version + 1
    other = resealed(
        sent[ONE],
        forms=manifest["forms"] | {Livestock.code: newer},
        packages=manifest["packages"] | {"returns": "99.0"},
    )
    before = dict(tables_of(copied, "marts", "levels"))
    (folder(copied, ONE) / SENT).write_bytes(other)
    _, store = refreshed(copied)
    found = told(store, ONE)
    assert f"biểu B01 là phiên bản {newer}, ở đây dùng" in found[Problems.RELEASE_FORM.value.code]
    assert "phiên bản 99.0" in found[Problems.RELEASE_PROGRAM.value.code]
    assert list(published.held_forms(published.findings(store, ONE))) == ["B01"]
    assert dict(tables_of(copied, "marts", "levels")) == before
    assert tracing.trace(store, ONE, SHARE)["status"] == "held"


def test_tables_with_other_columns_and_rows_of_another_commune_are_no_release_of_here(
    copied: Path, sent: Mapping[ReturnSetKey, bytes]
) -> None:
    files, name = unpacked(sent[ONE]), f"{OWN}/figures.parquet"
    figures = pq.read_table(io.BytesIO(files[name]))
    other = figures.set_column(2, "place", [["xa-2"] * len(figures)])
    for rows, words in ((figures.drop_columns(["plan"]), "có cột khác"), (other.cast(figures.schema), "của xã khác")):
        (folder(copied, ONE) / SENT).write_bytes(resealed(packed(files | {name: serialized(rows)})))
        _, store = refreshed(copied)
        assert words in told(store, ONE)[UNUSABLE]


def test_values_that_are_none_of_the_forms_are_told_and_stop_nothing_else(
    copied: Path, sent: Mapping[ReturnSetKey, bytes]
) -> None:
    files, name = unpacked(sent[ONE]), f"{OWN}/accepted.parquet"
    rows = pq.read_table(io.BytesIO(files[name]))
    files[name] = serialized(pa.concat_tables([rows, rows]))
    (folder(copied, ONE) / SENT).write_bytes(resealed(packed(files)))
    _, store = refreshed(copied)
    assert "có giá trị không đọc được" in told(store, ONE)[Problems.RELEASE_FORM.value.code]
    assert (horses(store, ONE), horses_above(store)) == (42, 99)


def larger(row: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**row, "value": row["value"] + (100 if row["field"] == "horse" else 0)}]


@pytest.mark.parametrize(
    ("table", "change", "written"),
    [
        ("accepted", larger, "có số «horse» của mot không khớp: đã nhận 111, chỉ tiêu tính từ 11"),
        ("accepted", lambda _: [], "của mot không khớp: đã nhận trống, chỉ tiêu tính từ"),
        ("lineage", lambda _: [], "của mot đã nhận mà chỉ tiêu không tính"),
    ],
)
def test_a_form_of_which_other_numbers_were_accepted_than_its_figures_are_made_of_is_told_and_not_taken(
    table: str,
    change: Callable[[dict[str, Any]], list[dict[str, Any]]],
    written: str,
    copied: Path,
    sent: Mapping[ReturnSetKey, bytes],
) -> None:
    """The commune's own figure would stand, and the district's be of another sum."""
    files, name = unpacked(sent[ONE]), f"{OWN}/{table}.parquet"
    rows = pq.read_table(io.BytesIO(files[name]))
    other = [new for row in rows.to_pylist() for new in (change(row) if row["reporter"] == "mot" else [row])]
    files[name] = serialized(pa.Table.from_pylist(other, rows.schema))
    (folder(copied, ONE) / SENT).write_bytes(resealed(packed(files)))
    _, store = refreshed(copied)
    assert written in told(store, ONE)[Problems.RELEASE_FORM.value.code]
    assert (horses(store, ONE), horses_above(store)) == (42, 99)


def test_a_village_that_is_not_known_here_is_told_and_its_form_is_not_taken(
    sent: Mapping[ReturnSetKey, bytes], tmp_path: Path
) -> None:
    rows = [row for row in commune("xa-1", "huyen-a") if not row.startswith("hai,")]
    places(tmp_path / "raw", *PROVINCE, *rows)
    folder(tmp_path, ONE).mkdir(parents=True)
    (folder(tmp_path, ONE) / SENT).write_bytes(sent[ONE])
    _, store = refreshed(tmp_path)
    assert "có số của hai, không có trong danh mục ở đây" in told(store, ONE)[Problems.RELEASE_FORM.value.code]
    assert horses(store, ONE) is None


def test_findings_are_shown_as_the_commune_accepted_them(tmp_path: Path) -> None:
    """A release that a commune made despite a missing village: the province sees who is missing, and asks nobody."""
    content = release_of(tmp_path / "commune", ONE, {"mot": 11})
    lay_out(tmp_path)
    folder(tmp_path, ONE).mkdir(parents=True)
    (folder(tmp_path, ONE) / SENT).write_bytes(content)
    _, store = refreshed(tmp_path)
    there = Store(tmp_path / "commune" / "data")
    here, approved = (
        [{name: row[name] for name in TOLD.names} for row in published.findings(one, ONE)] for one in (store, there)
    )
    assert here == approved
    assert Problems.NOT_SENT.value.code in told(store, ONE)
    assert published.figures(store, ONE) == published.figures(there, ONE)


def test_what_was_taken_from_a_release_comes_back_from_the_archive(copied: Path) -> None:
    store = Store(copied / "data")
    before = dict(tables_of(copied, "marts"))
    (folder(copied, ONE) / SENT).write_bytes(b"x")
    store.path("marts/livestock", store.part_of(ONE)).unlink()
    refreshed(copied)
    assert dict(tables_of(copied, "marts")) == before


def test_no_release_is_made_of_a_release(copied: Path) -> None:
    raw, store = Raw(copied / "raw"), Store(copied / "data")
    with pytest.raises(ReleaseError, match=f"tệp {SENT}"):
        release.make(raw, store, ONE, "lan-2")


def test_a_zip_that_is_no_release_is_told_as_any_other_file(copied: Path) -> None:
    (folder(copied, ONE) / SENT).unlink()
    send(folder(copied, ONE), HEADS[ONE])
    (folder(copied, ONE) / "bao-cao.zip").write_bytes(packed({"mot.xlsx": b"x"}))
    _, store = refreshed(copied)
    assert horses(store, ONE) == 42
    assert list(told(store, ONE)) == [Problems.UNSUPPORTED_FILE.value.code]


def test_a_release_that_was_changed_is_not_packed(tmp_path: Path) -> None:
    release_of(tmp_path, ONE, HEADS[ONE])
    (tmp_path / "data" / "releases" / "lan-1" / "figures.parquet").write_bytes(b"x")
    with pytest.raises(ReleaseError, match="returns verify lan-1"):
        as_sent(tmp_path / "data", "lan-1")


def test_what_a_commune_estimated_is_an_estimate_above_too_and_what_lies_beside_is_told(tmp_path: Path) -> None:
    own = tmp_path / "commune"
    lay_out(own)
    send(own / "raw" / ONE.period / ONE.commune, {"mot": 11})
    raw, store = refreshed(own)
    words = {"method": "bằng kỳ trước", "reason": "đường sạt lở", "who": "chủ tịch"}
    estimate(raw, store, ONE, "hai", "B01", "horse", "31", **words)
    raw, store = refreshed(own)
    release.make(raw, store, ONE, "lan-1", now=lambda: NOON)
    above = tmp_path / "above"
    lay_out(above)
    folder(above, ONE).mkdir(parents=True)
    (folder(above, ONE) / SENT).write_bytes(as_sent(store.root, "lan-1"))
    send(folder(above, TWO), HEADS[TWO])
    raw, store = refreshed(above)
    (guessed,) = published.estimates(store, ONE)
    assert (guessed["reporter"], guessed["value"], guessed["method"]) == ("hai", "31", "bằng kỳ trước")
    found = published.figure_above(store, PERIOD.code, "huyen-a", HORSES)
    assert found is not None
    assert (found["value"], found["status"], found["reported"], found["expected"]) == (99, Status.ESTIMATED, 3, 4)
    assert not any(stale_batches(raw, store, raw.batches()).values())

    (folder(above, ONE) / "estimates.csv").write_text("when,who,form,reporter,field,value,method,reason\n")
    raw, store = refreshed(above)
    assert "estimates.csv" in told(store, ONE)[Problems.BESIDE_RELEASE.value.code]
    assert len(published.estimates(store, ONE)) == 1, "what lies beside a release enters nothing"
