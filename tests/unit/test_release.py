"""Releases of the shipped returns, refreshed in this process and without Dagster."""

import datetime as dt
import hashlib
import json
import operator
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
import pytest

from pipelines.present import data_package, revisions, tracing
from pipelines.refresh import release
from pipelines.refresh.release import HeldBackError, make, verify
from pipelines.refresh.restoring import ArchiveError
from pipelines.refresh.stamps import code_version
from pipelines.steps.collect.released import MANIFEST, SEAL, sealed
from pipelines.steps.validate import gate
from pipelines.store import published, releases
from pipelines.store.archive import WORKBOOK
from pipelines.store.files import whole_folder, write_whole
from pipelines.store.releases import Difference, Release, ReleaseError, differences, found, opened
from pipelines.store.state import Writer
from pipelines.store.tables import Store
from schemas.outcomes import Cause
from schemas.return_sets import ReturnSetKey
from schemas.sentences import Hint
from schemas.tables import TOLD
from tests.unit.builders import ROOT
from tests.unit.offices import EXAMPLE_WRITER, KEY, Office

NOON = dt.datetime(2024, 7, 2, 12, 0, 30, 999, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
HORSES = ("na_lia.xlsx", "Chăn nuôi", "D13")
"""The shipped ledger corrects this cell from 207 to 267."""

ORDINARY, SHARE = "livestock.horse.ordinary.heads", "livestock.horse.white.share"
BUDGET = "budget.revenue.total"


class ReleasingOffice(Office):
    """An office whose releases are made at noon."""

    def make(self, name: str, despite: str = "") -> Release:
        return make(self.raw, Store(self.store.root), KEY, name, despite=despite, now=lambda: NOON)

    def figures(self, name: str = "") -> dict[str, object]:
        source = opened(self.store.root, name).tables if name else Store(self.store.root)
        return {row["id"]: row["value"] for row in published.figures(source, KEY)}

    def of_releases(self) -> set[Path]:
        return {path for path in (self.store.root / "releases").rglob("*") if path.is_file() and path.name != ".lock"}


@pytest.fixture(scope="module")
def refreshed(example_office: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example office with its release ``first``; only to be read and to be copied."""
    root = tmp_path_factory.mktemp("releasing") / "office"
    ReleasingOffice.copied(example_office, root).make("first")
    return root


@pytest.fixture
def office(refreshed: Path, tmp_path: Path) -> ReleasingOffice:
    """A copy of it."""
    return ReleasingOffice.copied(refreshed, tmp_path / "office")


def test_the_manifest_names_what_was_released_and_covers_every_file(office: ReleasingOffice) -> None:
    first = found(office.store.root, "first")
    manifest = first.manifest
    assert manifest["created"] == "2024-07-02T12:00:30+07:00"
    assert (manifest["period"], manifest["commune"], manifest["held"], manifest["up_to_date"]) == (*KEY, [], True)
    assert manifest["code_version"] == code_version()
    assert manifest["packages"]["pandas"] == "3.1.1"
    assert "pytest" not in manifest["packages"]
    listed = {file["path"]: file for file in manifest["files"]}
    own = {path.name for path in first.folder.iterdir()} - {MANIFEST, SEAL}
    assert own == {
        *(f"{table}.parquet" for table in release.TABLES),
        *("corrections.csv", "printed.csv", "places.csv", "desks.csv", "written.json"),
    }
    for name, file in listed.items():
        content = (office.store.root / name).read_bytes()
        assert (file["sha256"], file["size"]) == (hashlib.sha256(content).hexdigest(), len(content))
    assert {name.split("/")[-1] for name in listed if name.startswith("releases/first/")} == own
    workbooks = {hashlib.sha256(path.read_bytes()).hexdigest() for path in office.folder.glob("*.xlsx")}
    assert {name for name in listed if name.endswith(".xlsx")} == {f"archive/{one}.xlsx" for one in workbooks}
    for name in ("corrections.csv", "printed.csv"):
        assert (first.folder / name).read_bytes() == (office.folder / name).read_bytes()
    assert (first.folder / SEAL).read_text("utf-8") == f"{first.seal}  {MANIFEST}\n"


def test_the_seal_is_one_that_sha256sum_reads(office: ReleasingOffice) -> None:
    folder = found(office.store.root, "first").folder
    subprocess.run(["sha256sum", "--check", "--strict", SEAL], cwd=folder, check=True, capture_output=True)


def test_frozen_tables_answer_as_the_published_ones_do(office: ReleasingOffice) -> None:
    tables = opened(office.store.root, "first").tables
    assert published.figures(tables, KEY) == published.figures(office.store, KEY)
    assert published.statements(tables, KEY) == published.statements(office.store, KEY)
    frozen, told = (
        [{name: row[name] for name in TOLD.names} for row in published.findings(one, KEY)]
        for one in (tables, office.store)
    )
    assert frozen == told
    for figure in (ORDINARY, SHARE, BUDGET):
        edges = published.lineage(tables, KEY, figure)
        assert edges
        assert edges == published.lineage(office.store, KEY, figure)


@pytest.mark.slow
def test_a_trace_from_a_release_is_the_trace_of_that_day(office: ReleasingOffice) -> None:
    then = tracing.trace(office.store, KEY, SHARE)
    assert then["made"] == asdict(EXAMPLE_WRITER)
    assert then["accepted"] == [{"form": "B01", **then["made"]}]
    assert {edit["outcome"] for source in then["sources"] for edit in source["edits"]} == {"holds"}
    office.signed(Writer("33333333-cccc", "44444444dddd"))
    office.write(HORSES, 208)  # the ledger no longer fits, so the form is held: accepted then, computed now
    office.refresh()
    assert tracing.trace(office.store, KEY, SHARE)["made"] == then["made"]  # the figures came out as they were
    office.write(("co_huong.xlsx", "Xuất bán", "D16"), 192)  # poultry sold, of the same chapter
    office.refresh()
    now = tracing.trace(office.store, KEY, SHARE)
    assert (now["status"], now["made"]["run"]) == ("held", "33333333-cccc")
    assert now["accepted"] == then["accepted"]
    told = "\n".join(branch.words for branch in tracing.tree(now, {}, str).below[-1].below)
    assert "Chấp nhận trong lần chạy 11111111, bản phần mềm 22222222bbbb" in told
    assert tracing.trace(opened(office.store.root, "first").tables, KEY, SHARE) == then


def test_every_figure_is_computed_again_and_none_differs(office: ReleasingOffice) -> None:
    verified = verify(office.store.root, "first")
    assert (list(verified.differences), list(verified.notes)) == ([], [])
    assert verified.figures == len(office.figures()) > 504


def test_verifying_needs_neither_the_raw_folder_nor_the_published_tables(office: ReleasingOffice) -> None:
    shutil.rmtree(office.raw.root)
    for path in office.store.root.iterdir():
        if path.name not in ("archive", "releases"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert verify(office.store.root, "first").differences == []


def bytes_of_a_release(root: Path) -> list[Path]:
    folder = root / "data" / "releases" / "first"
    listed = [root / "data" / file["path"] for file in json.loads((folder / MANIFEST).read_bytes())["files"]]
    return [*listed, folder / MANIFEST, folder / SEAL]


def named(path: Path, difference: Difference) -> bool:
    """Whether the sentence says which file it is, and what to do; seal and manifest are told together."""
    names = {MANIFEST, SEAL} if path.name in (MANIFEST, SEAL) else {path.name}
    return all(name in difference.message for name in names) and "Lấy lại từ bản sao lưu" in difference.message


def flip(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def test_a_flipped_byte_in_any_file_is_caught(refreshed: Path, subtests: pytest.Subtests) -> None:
    paths = bytes_of_a_release(refreshed)
    assert len(paths) > 40
    assert set(paths) >= ReleasingOffice(refreshed).of_releases()
    for path in paths:
        content = path.read_bytes()
        for at in {0, len(content) // 2, len(content) - 1}:
            with subtests.test(path=path.name, at=at):
                path.write_bytes(flip(content, at))
                try:
                    verified = verify(refreshed / "data", "first")
                finally:
                    path.write_bytes(content)
                (difference,) = verified.differences
                assert named(path, difference)
                assert "không còn như lúc phát hành" in difference.message
                assert (difference.cause, verified.figures) == (Cause.DAMAGE, 0)
    assert verify(refreshed / "data", "first").differences == []


def test_a_missing_file_is_caught(refreshed: Path, subtests: pytest.Subtests) -> None:
    for path in bytes_of_a_release(refreshed):
        with subtests.test(path=path.name):
            content = path.read_bytes()
            path.unlink()
            try:
                verified = verify(refreshed / "data", "first")
            finally:
                path.write_bytes(content)
            (difference,) = verified.differences
            assert named(path, difference)
            # Whoever loses the seal has the manifest still, but it proves nothing any more.
            assert ("không còn." in difference.message) == (path.name != SEAL), difference.message
            assert (difference.cause, verified.figures) == (Cause.DAMAGE, 0)


def test_a_file_that_was_not_released_is_caught(office: ReleasingOffice) -> None:
    (found(office.store.root, "first").folder / "figures").mkdir()
    (difference,) = verify(office.store.root, "first").differences
    assert "không có trong bản kê" in difference.message


def test_a_release_under_another_name_is_caught(office: ReleasingOffice) -> None:
    folder = found(office.store.root, "first").folder
    folder.rename(folder.with_name("second"))
    (difference,) = verify(office.store.root, "second").differences
    assert "đổi tên" in difference.message


def test_nothing_is_answered_from_a_release_that_was_changed(office: ReleasingOffice) -> None:
    path = found(office.store.root, "first").folder / "figures.parquet"
    path.write_bytes(flip(path.read_bytes(), 100))
    with pytest.raises(ReleaseError, match=r"returns verify first"):
        opened(office.store.root, "first")


Change = Callable[[dict[str, list[object]]], object]


def forge(made: Release, table: str, change: Change) -> None:
    """Change a frozen table and seal the release again, as only somebody who knows how it is made could."""
    path = made.folder / f"{table}.parquet"
    rows = pq.read_table(path)
    columns = rows.to_pydict()
    change(columns)
    pq.write_table(type(rows).from_pydict(columns, schema=rows.schema), path)
    manifest = json.loads((made.folder / MANIFEST).read_bytes())
    for file in manifest["files"]:
        if file["path"].endswith(path.name):
            file["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    content = json.dumps(manifest).encode()
    (made.folder / MANIFEST).write_bytes(content)
    (made.folder / SEAL).write_bytes(sealed(content))


@pytest.mark.parametrize(
    ("table", "column", "value", "word"),
    [
        ("figures", "value", 12345, "Chỉ tiêu"),
        ("figures", "exact", "1/3", "Chỉ tiêu"),
        ("lineage", "cell", "Z9", "Ô nguồn của"),
        ("statements", "computed", "12345", "Đối chiếu"),
    ],
)
def test_a_forged_value_is_caught_by_computing_it_again(
    office: ReleasingOffice, table: str, column: str, value: object, word: str
) -> None:
    first = found(office.store.root, "first")
    forge(first, table, lambda columns: columns[column].__setitem__(5, value))
    (difference,) = verify(office.store.root, "first").differences
    assert difference.message.startswith(word)
    assert str(value)[-3:] in difference.message
    assert difference.released != difference.now
    assert difference.cause == Cause.FORGERY


def test_a_figure_that_the_plan_prints_at_two_positions_is_two_rows_of_every_table(office: ReleasingOffice) -> None:
    plan = office.folder / "printed.csv"
    heading, first, *_ = plan.read_text("utf-8-sig").splitlines()
    row = dict(zip(heading.split(","), first.split(","), strict=True))
    again = row | {"section": "fn99", "printed": "1.111", "value": "1111"}
    with plan.open("a", encoding="utf-8") as file:
        file.write(",".join(again.values()) + "\n")
    office.refresh()
    made = office.make("both")
    schema = next(
        one["schema"]
        for one in data_package.package([str(KEY)])["resources"]
        if one["path"] == f"statements/{KEY}.parquet"
    )
    key = operator.itemgetter(*schema["primaryKey"])
    rows = published.statements(office.store, KEY)
    assert len({key(one) for one in rows}) == len(rows)
    assert [one["section"] for one in rows if one["id"] == row["id"]] == [row["section"], "fn99"]
    assert verify(office.store.root, "both").differences == []
    forge(made, "statements", lambda columns: columns["printed"].__setitem__(columns["id"].index(row["id"]), "1"))
    (difference,) = verify(office.store.root, "both").differences
    assert difference.message.startswith(f"Đối chiếu {row['id']} · {row['section']}:")


def test_a_figure_left_out_is_caught(office: ReleasingOffice) -> None:
    def shorten(columns: dict[str, list[object]]) -> None:
        for column in columns.values():
            column.pop()

    forge(found(office.store.root, "first"), "figures", shorten)
    (difference,) = verify(office.store.root, "first").differences
    assert "bản phát hành không có" in difference.message


def test_other_code_and_packages_are_told_and_the_values_still_compared(
    office: ReleasingOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release, "code_version", lambda: "f" * 64)
    monkeypatch.setattr(release, "packages", lambda: {"pandas": "9.9"})
    verified = verify(office.store.root, "first")
    assert verified.differences == []
    assert verified.figures > 504
    told = " ".join(verified.notes)
    assert "Phần mềm đã đổi" in told
    assert "Gói pandas lúc phát hành là 3.1.1, nay là 9.9" in told


def test_edges_of_former_software_to_figures_that_it_did_not_publish_are_no_difference(
    office: ReleasingOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def more(columns: dict[str, list[object]]) -> None:
        for name, column in columns.items():
            column.append("livestock.horse.na_lia.none" if name == "figure" else column[0])

    forge(found(office.store.root, "first"), "lineage", more)
    (difference,) = verify(office.store.root, "first").differences
    assert (difference.where.split(" · ")[0], difference.now) == ("Ô nguồn của livestock.horse.na_lia.none", "")
    monkeypatch.setattr(release, "code_version", lambda: "f" * 64)
    assert verify(office.store.root, "first").differences == []


@pytest.mark.parametrize(
    ("version", "cause", "sentence"),
    [
        (
            "f" * 64,
            Cause.RULE,
            "quy tắc đã đổi giữa hai phiên bản; số đã phát hành vẫn đúng theo quy tắc lúc phát hành",
        ),
        ("", Cause.FORGERY, "đã bị sửa rồi lập lại bản kê"),
    ],
    ids=["another version", "the same version"],
)
def test_what_is_computed_otherwise_from_whole_files_is_told_figure_by_figure_and_why(
    office: ReleasingOffice, monkeypatch: pytest.MonkeyPatch, version: str, cause: Cause, sentence: str
) -> None:
    """Of another version it is the rule that changed, of the very version somebody has forged the release."""
    if version:
        monkeypatch.setattr(release, "code_version", lambda: version)
    real = gate.admit

    def doubled(form: type, *rest: object) -> object:
        table = real(form, *rest)  # type: ignore[arg-type]
        if form.code != "T01":  # type: ignore[attr-defined]
            return table
        names = table.column_names
        values = [None if one is None else one * 2 for one in table["revenue_total"].to_pylist()]
        column = type(table).from_pydict({"x": values})["x"].cast(table.schema.field("revenue_total").type)
        return table.set_column(names.index("revenue_total"), table.schema.field("revenue_total"), column)

    monkeypatch.setattr(gate, "admit", doubled)
    verified = verify(office.store.root, "first")
    told = {difference.where for difference in verified.differences}
    assert {difference.cause for difference in verified.differences} == {cause}
    assert sentence in verified.notes[-1]
    assert len(verified.notes) == 1 + bool(version)
    assert f"Chỉ tiêu {BUDGET}" in told
    assert f"Chỉ tiêu {ORDINARY}" not in told


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", "../first", "a/b", "/tmp/x", "a\\b", "A", "Đợt-1", "một"),
        *(".a", "-a", "a.", "a..b", "a b", "a\n", "a" * 65),
    ],
)
def test_names_that_will_not_do_are_refused(office: ReleasingOffice, name: str) -> None:
    with pytest.raises(ReleaseError, match="không dùng được"):
        office.make(name)
    with pytest.raises(ReleaseError, match="không dùng được"):
        found(office.store.root, name)


@pytest.mark.parametrize("name", ["a", "2024-h1", "2024_h1.lan-2", "0" * 64])
def test_names_that_do(name: str) -> None:
    assert releases.folder_of(Path("/x"), name) == Path("/x/releases") / name


def test_a_name_is_used_once(office: ReleasingOffice) -> None:
    before = {path: path.read_bytes() for path in office.of_releases()}
    with pytest.raises(ReleaseError, match="không ghi đè"):
        office.make("first", despite="vẫn muốn")
    with pytest.raises(FileExistsError), whole_folder(office.store.root / "releases" / "first"):
        pass
    assert {path: path.read_bytes() for path in office.of_releases()} == before


def test_a_release_that_is_not_there_names_those_that_are(office: ReleasingOffice) -> None:
    with pytest.raises(ReleaseError, match=r"Các bản đã có: first\."):
        verify(office.store.root, "second")


@pytest.mark.slow
def test_two_releases_share_the_workbooks(office: ReleasingOffice) -> None:
    archive = {path.name for path in (office.store.root / "archive").iterdir()}
    office.make("second")
    assert {path.name for path in (office.store.root / "archive").iterdir()} == archive
    assert verify(office.store.root, "second").differences == []


KILLED = """
import datetime as dt, os, signal, sys
from pathlib import Path
from pipelines.refresh import release
from pipelines.store.raw import Raw
from schemas.return_sets import ReturnSetKey
from pipelines.store.tables import Store
rename = Path.rename
def die(path, target):
    if Path(target).parent.name == "releases":
        os.kill(os.getpid(), signal.SIGKILL)
    return rename(path, target)
Path.rename = die
root = Path(sys.argv[1])
release.make(Raw(root / "raw"), Store(root / "data"), ReturnSetKey("2024-H1", "huu-kien"), "second", despite="x")
"""


@pytest.mark.slow
def test_a_kill_between_writing_and_renaming_leaves_no_release(office: ReleasingOffice) -> None:
    root = office.store.root.parent
    command = [sys.executable, "-c", KILLED, str(root)]
    done = subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, check=False, capture_output=True, text=True)
    assert done.returncode == -9, done.stderr
    assert releases.names(office.store.root) == ["first"]
    assert list((office.store.root / "releases").glob(".second.*.tmp"))
    with pytest.raises(ReleaseError, match="Không có bản phát hành"):
        found(office.store.root, "second")
    office.make("second")
    assert verify(office.store.root, "second").differences == []
    assert not list((office.store.root / "releases").glob(".*.tmp"))


@pytest.mark.slow
def test_a_full_disk_leaves_no_release(office: ReleasingOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    real = write_whole

    def full(path: Path, content: bytes) -> None:
        if path.name == MANIFEST:
            raise OSError(28, "No space left on device")
        real(path, content)

    monkeypatch.setattr("pipelines.refresh.release.write_whole", full)
    before = office.of_releases()
    with pytest.raises(OSError, match="No space"):
        office.make("second")
    assert office.of_releases() == before


@pytest.mark.slow
def test_figures_behind_the_raw_folder_are_not_released_without_a_reason(office: ReleasingOffice) -> None:
    office.write(HORSES, 208)
    with pytest.raises(HeldBackError, match="chưa theo kịp") as refusal:
        office.make("second")
    assert refusal.value.hints == (Hint.OUTDATED, Hint.DESPITE)
    with pytest.raises(HeldBackError):
        office.make("second", despite="  ")
    second = office.make("second", despite="Trình gấp, số cũ")
    assert (second.manifest["despite"], second.manifest["up_to_date"]) == ("Trình gấp, số cũ", False)
    # What is frozen is what was published, with the ledger it was made by; the newer workbook is no part of it.
    assert verify(office.store.root, "second").differences == []
    assert differences(found(office.store.root, "first"), second) == []


@pytest.fixture
def held(office: ReleasingOffice) -> ReleasingOffice:
    """Livestock held back: a workbook was sent again with a slip, and its ledger entry no longer fits."""
    office.write(HORSES, 208)
    office.write(("finance.xlsx", "Ngân sách", "H40"), "gửi lại")
    office.refresh()
    return office


@pytest.mark.slow
def test_a_form_held_back_is_released_for_a_reason_only_and_verifies_from_the_older_workbook(
    held: ReleasingOffice,
) -> None:
    with pytest.raises(HeldBackError, match="B01") as refusal:
        held.make("second")
    assert refusal.value.hints == (Hint.FINDINGS, Hint.DESPITE)
    second = held.make("second", despite="Chờ Nà Lìa")
    assert "B01" in {one["form"] for one in second.manifest["held"]}
    assert all(one["reason"] for one in second.manifest["held"])
    assert (second.manifest["despite"], second.manifest["up_to_date"]) == ("Chờ Nà Lìa", True)
    older, newer = sorted(second.manifest["accepted"], key=lambda one: "T01" in one["forms"])
    assert "B01" in older["forms"]
    now = hashlib.sha256((held.folder / HORSES[0]).read_bytes()).hexdigest()
    assert older["workbooks"][HORSES[0]] != now
    assert newer["workbooks"]["finance.xlsx"] == hashlib.sha256((held.folder / "finance.xlsx").read_bytes()).hexdigest()
    assert now not in older["workbooks"].values()
    assert verify(held.store.root, "second").differences == []
    assert held.figures("second") == held.figures("first")


@pytest.mark.slow
def test_forms_held_since_an_older_ledger_are_computed_by_that_ledger(held: ReleasingOffice) -> None:
    """The ledger has since got another entry for the accepted cell; the accepted value was made by the first."""
    held.decide(f"{','.join(HORSES)},208,209,nghe nhầm")
    held.refresh()
    second = held.make("second", despite="Chờ Nà Lìa")
    (edge,) = [
        row
        for row in published.lineage(second.tables, KEY, ORDINARY)
        if (row["file"], row["cell"]) == (HORSES[0], HORSES[2])
    ]
    assert (edge["received"], edge["text"]) == ("207", "267")
    assert verify(held.store.root, "second").differences == []


@pytest.mark.slow
def test_an_accepted_workbook_that_is_no_longer_archived_stops_the_release(held: ReleasingOffice) -> None:
    older = next(one for one in held.make("x", "thử").manifest["accepted"] if "B01" in one["forms"])
    path = held.store.archive.path(older["workbooks"][HORSES[0]], WORKBOOK)
    content = path.read_bytes()
    for harm in (path.unlink, lambda: path.write_bytes(flip(content, 7))):
        harm()
        with pytest.raises(ArchiveError, match=r"returns refresh --all"):
            held.make("second", despite="Chờ")
        assert releases.names(held.store.root) == ["first", "x"]


def test_what_does_not_follow_from_the_archive_is_not_released(
    office: ReleasingOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is handed a release that cannot be verified."""
    real = release._frozen

    def other(store: Store, table: str, key: ReturnSetKey) -> object:
        rows = real(store, table, key)
        return rows.slice(1) if table == "figures" else rows

    monkeypatch.setattr(release, "_frozen", other)
    with pytest.raises(ReleaseError, match="không ra số đã công bố"):
        office.make("second")
    assert releases.names(office.store.root) == ["first"]


@pytest.mark.slow
def test_the_difference_names_the_changed_cell_and_its_correction(office: ReleasingOffice) -> None:
    # One horse more: the totals in a workbook sent again, the part of it in the ledger.
    office.write((*HORSES[:2], "D9"), 1438)
    office.write((*HORSES[:2], "D12"), 664)
    office.decide(f"{','.join(HORSES)},207,268,Đếm lại đàn")
    office.refresh()
    second = office.make("second")
    found_changes = differences(opened(office.store.root, "first"), second)
    titled = office.raw.places.titled(KEY)
    shown = revisions.page(opened(office.store.root, "first"), second, found_changes, [], titled)
    assert "Kỳ 6 tháng đầu năm 2024 của Xã Hữu Kiên. " in shown
    assert "Đính chính «207» thành «268» (thống kê: Đếm lại đàn)." in shown
    assert "Đếm lại đàn" in revisions.table(found_changes)
    changes = {change["id"]: change for change in found_changes}
    horse = changes[ORDINARY]
    assert horse["change"] == ["value", "exact"]
    assert horse["new"]["value"] - horse["old"]["value"] == 1
    (cell,) = horse["cells"]
    assert (cell["form"], cell["field"], cell["reporter"]) == ("B01", "horse_ordinary", "na_lia")
    assert tuple(cell["new"][name] for name in ("file", "sheet", "cell")) == HORSES
    assert (cell["old"]["received"], cell["new"]["received"]) == ("207", "207")
    assert (cell["old"]["text"], cell["new"]["text"]) == ("267", "268")
    assert (cell["new"]["correction"], cell["new"]["corrected_by"]) == ("Đếm lại đàn", "thống kê")
    assert cell["old"]["correction"] != cell["new"]["correction"]
    # A ratio is explained by the operand that changed; other figures are not in it, nor other villages.
    (cell,) = changes[SHARE]["cells"]
    assert (cell["reporter"], cell["field"]) == ("na_lia", "horse")
    assert (cell["old"]["received"], cell["new"]["received"], cell["new"]["correction"]) == ("663", "664", "")
    assert {change["id"].split(".")[0] for change in changes.values()} == {"livestock"}
    assert {cell["reporter"] for change in changes.values() for cell in change["cells"]} == {"na_lia"}
    assert verify(office.store.root, "second").differences == []
    before, after = office.figures("first"), office.figures("second")
    assert {name for name in after if before[name] != after[name]} == {
        change["id"] for change in changes.values() if "value" in change["change"]
    }


def test_figures_that_appear_vanish_or_have_another_formula(office: ReleasingOffice) -> None:
    first, second = found(office.store.root, "first"), office.make("second")

    def change(columns: dict[str, list[object]]) -> None:
        at = columns["id"].index(BUDGET)
        columns["formula"][at] = "đoán"
        columns["id"][columns["id"].index(ORDINARY)] = "livestock.new"

    forge(second, "figures", change)
    changes = {row["id"]: row for row in differences(first, found(office.store.root, "second"))}
    assert {name: row["change"] for name, row in changes.items()} == {
        BUDGET: ["formula"],
        "livestock.new": ["appeared"],
        ORDINARY: ["disappeared"],
    }
    assert changes["livestock.new"]["old"] is None
    assert changes[ORDINARY]["new"] is None
    assert (changes[BUDGET]["new"]["formula"], changes[BUDGET]["cells"]) == ("đoán", [])


def test_a_release_and_itself_do_not_differ(office: ReleasingOffice) -> None:
    first = found(office.store.root, "first")
    assert differences(first, first) == []


def archived(office: ReleasingOffice) -> Iterator[str]:
    for path in (office.store.root / "archive").iterdir():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == path.stem
        yield path.name


def test_the_archive_holds_all_that_was_read_under_its_hash_and_nothing_that_was_not(office: ReleasingOffice) -> None:
    before = set(archived(office))
    assert {path.suffix for path in map(Path, before)} == {".xlsx", ".csv", ".json"}
    office.refresh({"cells"})
    assert set(archived(office)) == before
    (office.folder / "hỏng.xlsx").write_bytes(b"not a workbook")
    (office.folder / "ghi chú.docx").write_bytes(b"not a workbook either")
    office.write(HORSES, 300)
    office.refresh({"cells"})
    new = set(archived(office)) - before
    assert sorted(Path(name).suffix for name in new) == [".json", ".xlsx"]
    assert hashlib.sha256((office.folder / HORSES[0]).read_bytes()).hexdigest() in {Path(name).stem for name in new}
    (state,) = [
        json.loads((office.store.root / "archive" / name).read_bytes()) for name in new if name.endswith("json")
    ]
    assert set(state["files"]) == {path.name for path in office.folder.iterdir()}


def test_an_archive_that_was_lost_is_filled_again_where_all_is_read_anew(office: ReleasingOffice) -> None:
    before = set(archived(office))
    shutil.rmtree(office.store.root / "archive")
    with pytest.raises(ArchiveError, match=r"Không có bản lưu .* returns refresh --all"):
        office.make("second")
    office.refresh({"cells"}, anew=True)
    assert {name for name in before if not name.endswith(".json")} <= set(archived(office))
    assert verify(office.store.root, "first").differences == []


def test_of_which_set_each_release_is_is_read_once_while_it_looks_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"lan-{number}" for number in range(6)]
    manifests = {name: tmp_path / "releases" / name / MANIFEST for name in names}

    def is_of(name: str, key: ReturnSetKey) -> None:
        manifests[name].parent.mkdir(parents=True, exist_ok=True)
        manifests[name].write_text(json.dumps(key._asdict()))

    other = ReturnSetKey(KEY.period, "xa-khac")
    for number, name in enumerate(names):
        is_of(name, KEY if number % 2 else other)
    parsed: list[bytes] = []
    loads = json.loads

    def parsing(content: bytes) -> object:
        parsed.append(content)
        return loads(content)

    monkeypatch.setattr(json, "loads", parsing)
    assert [one.name for one in releases.of_set(tmp_path, KEY)] == ["lan-1", "lan-3", "lan-5"]
    assert len(parsed) == len(names)
    assert [one.name for one in releases.of_set(tmp_path, other)] == ["lan-0", "lan-2", "lan-4"]
    assert len(parsed) == len(names)
    is_of("lan-1", other)
    shutil.rmtree(manifests["lan-3"].parent)
    assert [one.name for one in releases.of_set(tmp_path, KEY)] == ["lan-5"]
    (tmp_path / "releases" / "tep").write_bytes(b"no release")
    with pytest.raises(ReleaseError, match="Không có bản phát hành «tep»"):
        releases.of_set(tmp_path, KEY)
