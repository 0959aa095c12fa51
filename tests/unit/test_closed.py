"""A closed return set: what comes later is told and enters nothing, until somebody opens it again with a reason."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.refresh import closing
from pipelines.refresh.batches import refresh, tidy_all
from pipelines.refresh.closing import ClosingError, ledger_of, release_and_close, reopen
from pipelines.refresh.health import symptoms
from pipelines.refresh.rehearsal import rehearse
from pipelines.refresh.release import make, verify
from pipelines.refresh.stale import stale_batches
from pipelines.settings import Settings
from pipelines.steps.collect.raw_file import RawFile
from pipelines.store.archive import ARCHIVE
from pipelines.store.closings import CLOSINGS, Turn, closed, closings, keep_twice
from pipelines.store.raw import Raw
from pipelines.store.raw_names import LEDGER, PRINTED
from pipelines.store.receiving import ReceivingError, take
from pipelines.store.releases import ReleaseError, folder_of, names
from pipelines.store.state import STATE
from pipelines.store.tables import Store
from schemas.sentences import SentenceError
from tests.unit.offices import KEY, Office
from tests.unit.territories import SHIPPED, TERRITORY, commune, territory, workbook
from tests.unit.test_cli import typed

pytestmark = pytest.mark.slow

WHO, NAME = "chủ tịch xã", "2024-h1-lan-1"


@pytest.fixture(scope="module")
def closed_office(example_office: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example office, closed; only to be copied."""
    office = Office.copied(example_office, tmp_path_factory.mktemp("closed") / "office")
    close(office)
    return office.root


@pytest.fixture
def shut(closed_office: Path, tmp_path: Path) -> Office:
    """A copy of the closed office, to be changed."""
    return Office.copied(closed_office, tmp_path / "office")


def close(office: Office, name: str = NAME) -> None:
    release_and_close(office.raw, office.store, KEY, name, who=WHO)


def published(office: Office) -> dict[str, bytes]:
    """What analysts read, without what is known of it and when it was told to others."""
    aside = (STATE, ARCHIVE, CLOSINGS, "openlineage")
    return {name: content for name, content in office.files().items() if not name.startswith(aside)}


def refreshed_by_hand(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """What the command does."""
    where = ["--data", str(root / "data"), "--raw", str(root / "raw")]
    command = [str(Path(sys.executable).parent / "returns"), "refresh", *where, *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


def told(office: Office) -> tuple[str, ...]:
    return tuple(file for one in closing.later(office.raw, office.store) for file in one.files)


def change_all(office: Office) -> tuple[str, ...]:
    """A workbook comes again, one comes, one goes; the ledger and the plan are changed."""
    office.write(("na_lia.xlsx", "Xuất bán", "D16"), 813)
    shutil.copy(office.folder / "na_lia.xlsx", office.folder / "na_lia_2.xlsx")
    (office.folder / "pa_phao.xlsx").unlink()
    office.decide("thcs.xlsx,THCS,D21,1,2,Trường báo")
    path = office.folder / PRINTED
    path.write_text(path.read_text("utf-8").rstrip("\n").rpartition("\n")[0] + "\n", "utf-8")
    return (LEDGER, "na_lia.xlsx", "na_lia_2.xlsx", "pa_phao.xlsx", PRINTED)


@pytest.mark.slow
def test_what_changes_after_the_closing_is_told_and_published_only_when_reopened(shut: Office) -> None:
    before = published(shut)
    names = change_all(shut)
    assert shut.stale() == set()
    shut.refresh()
    assert published(shut) == before
    assert told(shut) == names
    assert verify(shut.store.root, NAME).differences == []
    reopen(shut.raw, shut.store, KEY, who=WHO, reason="Theo kết luận kiểm tra")
    assert told(shut) == ()
    assert shut.stale()
    shut.refresh()
    assert published(shut) != before
    assert verify(shut.store.root, NAME).differences == []


@pytest.mark.slow
def test_a_closed_set_is_made_anew_of_what_it_was_closed_with_though_its_folder_is_lost(shut: Office) -> None:
    before = published(shut)
    shutil.rmtree(shut.folder)
    shutil.rmtree(shut.store.root / "marts")
    shut.store = Store(shut.store.root, shut.store.writer)
    shut.refresh(anew=True)
    assert published(shut) == before
    assert "na_lia.xlsx" in told(shut)


@pytest.mark.slow
def test_places_that_change_after_the_closing_change_nothing_of_it(shut: Office) -> None:
    before = shut.rows("figures/livestock")
    (shut.raw.root / "places.csv").write_text(
        "code,level,name,parent,valid_to\nna_lia,village,Nà Lìa,huu-kien,2023-12-31\n", "utf-8"
    )
    shut.refresh()
    assert shut.rows("figures/livestock") == before


@pytest.mark.slow
def test_a_release_alone_closes_nothing(office: Office) -> None:
    make(office.raw, office.store, KEY, NAME)
    assert closed(office.store.root, KEY) is None
    before = published(office)
    office.write(("na_lia.xlsx", "Xuất bán", "D16"), 813)
    office.refresh()
    assert published(office) != before


@pytest.mark.slow
def test_a_release_that_is_refused_closes_nothing(office: Office) -> None:
    office.write(("na_lia.xlsx", "Chăn nuôi", "D12"), 664)
    office.refresh()
    with pytest.raises(ReleaseError):
        close(office)
    assert closed(office.store.root, KEY) is None


def test_nothing_is_taken_or_decided_for_a_closed_set(shut: Office) -> None:
    content = (shut.folder / "na_lia.xlsx").read_bytes()
    files = shut.files()
    with pytest.raises(ReceivingError, match="đã đóng bằng bản phát hành «2024-h1-lan-1»"):
        take(shut.raw, shut.store, RawFile(*KEY, "moi.xlsx", content), {}, who="test")
    with pytest.raises(ClosingError, match="người duyệt mở lại kỳ"):
        ledger_of(shut.raw, shut.store, KEY)
    (one,) = rehearse(shut.raw, shut.store, KEY, {"na_lia.xlsx": content})
    assert "đã đóng" in one.refusal
    assert shut.files() == files
    assert not (shut.folder / "moi.xlsx").exists()


@pytest.mark.slow
def test_a_workbook_that_could_not_be_read_is_kept_with_the_closing(office: Office) -> None:
    office.send("la.xlsx", b"no workbook")
    office.refresh()
    release_and_close(office.raw, office.store, KEY, NAME, who=WHO, despite="Chờ gửi lại")
    before = published(office)
    (office.folder / "la.xlsx").unlink()
    assert office.stale() == set()
    office.refresh(anew=True)
    assert published(office) == before


@pytest.mark.slow
def test_what_is_lost_and_never_was_kept_cannot_be_closed(office: Office) -> None:
    office.send("la.xlsx", b"no workbook")
    office.refresh()
    (office.folder / "la.xlsx").unlink()
    with pytest.raises(ClosingError, match=r"Tệp la\.xlsx lúc chạy không đọc được và không có bản lưu"):
        release_and_close(office.raw, office.store, KEY, NAME, who=WHO, despite="Chờ gửi lại")
    assert names(office.store.root) == []


def test_who_closed_and_reopened_stays_written(shut: Office) -> None:
    with pytest.raises(ClosingError, match="đã đóng"):
        close(shut, "2024-h1-lan-2")
    with pytest.raises(ClosingError, match="lý do"):
        reopen(shut.raw, shut.store, KEY, who=WHO, reason=" ")
    reopen(shut.raw, shut.store, KEY, who="phó chủ tịch", reason="Theo kết luận kiểm tra")
    with pytest.raises(ClosingError, match="Kỳ 6 tháng đầu năm 2024 của Xã Hữu Kiên không đóng"):
        reopen(shut.raw, shut.store, KEY, who=WHO, reason="x")
    close(shut, "2024-h1-lan-2")
    lines = closings(shut.store.root, KEY)
    assert [(one.turn, one.who, one.release, one.reason) for one in lines] == [
        (Turn.CLOSED, WHO, NAME, ""),
        (Turn.REOPENED, "phó chủ tịch", NAME, "Theo kết luận kiểm tra"),
        (Turn.CLOSED, WHO, "2024-h1-lan-2", ""),
    ]


@pytest.mark.slow
def test_a_release_of_what_is_published_no_more_closes_nothing(office: Office) -> None:
    make(office.raw, office.store, KEY, NAME)
    office.write(("na_lia.xlsx", "Xuất bán", "D16"), 813)
    office.refresh()
    with pytest.raises(ClosingError, match="Phát hành lại"):
        closing.close(office.raw, Store(office.store.root), NAME, who=WHO)
    make(office.raw, office.store, KEY, "2024-h1-lan-2")
    closing.close(office.raw, Store(office.store.root), "2024-h1-lan-2", who=WHO)
    assert closed(office.store.root, KEY)


@pytest.mark.slow
def test_a_release_that_is_no_longer_what_was_released_closes_nothing(office: Office) -> None:
    made = make(office.raw, office.store, KEY, NAME)
    with (made.folder / "figures.parquet").open("ab") as file:
        file.write(b"\n")
    with pytest.raises(ReleaseError, match=r"figures\.parquet không còn như lúc phát hành"):
        closing.close(office.raw, Store(office.store.root), NAME, who=WHO)
    assert closed(office.store.root, KEY) is None


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (shutil.rmtree, f"Không có bản phát hành «{NAME}»"),
        (lambda folder: (folder / "statements.parquet").unlink(), r"Tệp .*statements\.parquet không còn"),
    ],
)
def test_a_closed_set_whose_release_is_lost_is_told(shut: Office, harm: Callable[[Path], None], told: str) -> None:
    assert list(closing.lost(shut.raw, shut.store)) == []
    harm(folder_of(shut.store.root, NAME))
    (sentence,) = closing.lost(shut.raw, shut.store)
    assert re.search(rf"đã đóng bằng bản phát hành «{NAME}» .* {told}", sentence)
    settings = Settings(shut.raw.root, shut.store.root)
    assert {one.what: one.wrong for one in symptoms(settings)}["Kỳ đã đóng"] == sentence
    code, out, _ = typed("closings", "--raw", str(shut.raw.root), "--data", str(shut.store.root))
    assert (code, out.splitlines()[-1]) == (1, sentence)
    code, out, told_beside = typed(
        "closings", "--format", "csv", "--raw", str(shut.raw.root), "--data", str(shut.store.root)
    )
    assert (code, out.count("\n"), told_beside) == (1, 2, f"{sentence}\n")


def test_a_damaged_record_of_closings_is_told_and_not_taken_for_open(shut: Office) -> None:
    shut.write(("na_lia.xlsx", "Xuất bán", "D16"), 813)
    before = published(shut)
    path = shut.store.root / CLOSINGS / f"{KEY}.ndjson"
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(SentenceError, match="bị hỏng"):
        shut.refresh()
    assert published(shut) == before


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (Path.unlink, "đã mất"),
        (lambda path: shutil.rmtree(path.parent), "đã mất"),
        (lambda path: path.write_bytes(path.read_bytes().splitlines(keepends=True)[0]), "không còn đủ dòng"),
    ],
    ids=["the file", "the folder", "lines of it"],
)
def test_a_record_of_closings_that_is_gone_is_told_and_not_taken_for_open(
    shut: Office, harm: Callable[[Path], None], told: str
) -> None:
    reopen(shut.raw, shut.store, KEY, who=WHO, reason="Theo kết luận kiểm tra")
    close(shut, "2024-h1-lan-2")
    shut.refresh()
    before, lines = published(shut), closings(shut.store.root, KEY)
    shut.write(("na_lia.xlsx", "Xuất bán", "D16"), 813)
    path, copy = shut.store.root / CLOSINGS / f"{KEY}.ndjson", shut.store.root / STATE / CLOSINGS / f"{KEY}.ndjson"
    harm(path)
    keep_twice(shut.store.root)
    sentence = f"ghi việc đóng và mở kỳ {told}, nên chưa biết kỳ 6 tháng đầu năm 2024 của huu-kien đang đóng hay mở"
    with pytest.raises(SentenceError, match=sentence) as why:
        shut.refresh()
    assert published(shut) == before
    where = ("--raw", str(shut.raw.root), "--data", str(shut.store.root))
    for verb in ("refresh", "closings", "findings"):
        code, _, err = typed(verb, *where)
        assert (code, sentence in err) == (2, True), verb
    settings = Settings(shut.raw.root, shut.store.root)
    assert {one.what: one.wrong for one in symptoms(settings)}["Kỳ đã đóng"] == str(why.value)

    assert f"hoặc chép {copy} vào chỗ đó." in str(why.value)
    path.parent.mkdir(exist_ok=True)
    shutil.copy(copy, path)
    assert closings(shut.store.root, KEY) == lines
    shut.refresh()
    assert published(shut) == before


def test_the_second_record_of_closings_is_put_right_where_it_is_gone_damaged_or_behind(shut: Office) -> None:
    path, copy = shut.store.root / CLOSINGS / f"{KEY}.ndjson", shut.store.root / STATE / CLOSINGS / f"{KEY}.ndjson"
    reopen(shut.raw, shut.store, KEY, who=WHO, reason="x")
    lines = closings(shut.store.root, KEY)
    first = path.read_bytes().splitlines(keepends=True)[0]
    for there in (None, b"no record", first):
        if there is None:
            copy.unlink()
        else:
            copy.write_bytes(there)
        assert closings(shut.store.root, KEY) == lines, "what is written first is believed"
        tidy_all(shut.store, [])
        assert copy.read_bytes() == path.read_bytes()


def test_doctor_tells_of_changes_after_a_closing(shut: Office) -> None:
    settings = Settings(shut.raw.root, shut.store.root)

    def looked() -> str:
        return next(one for one in symptoms(settings) if one.what == "Kỳ đã đóng").wrong

    assert looked() == ""
    shut.write(("na_lia.xlsx", "Xuất bán", "D16"), 813)
    assert "Đổi sau khi đóng nên không công bố: na_lia.xlsx." in looked()


@pytest.mark.slow
def test_of_a_territory_one_commune_is_closed_and_the_other_goes_on(tmp_path: Path) -> None:
    territory(tmp_path / "raw", {1: 1, 2: 3})
    raw, store = Raw(tmp_path / "raw"), Store(tmp_path / "data")

    def figures(number: int) -> list[object]:
        rows = Store(store.root).rows("figures/livestock", str(TERRITORY), place=commune(number).commune)
        return [] if rows is None else rows.to_pylist()

    refresh(raw, store, TERRITORY, who="test")
    release_and_close(raw, store, commune(1), NAME, who=WHO)
    before = {number: figures(number) for number in (1, 2)}
    for number in (1, 2):
        again = workbook(SHIPPED / "pa_phao.xlsx", f"Thử {number:05}", 7, KEY.period)
        (raw.folder(commune(number)) / "pa_phao.xlsx").write_bytes(again)
    refresh(raw, store, TERRITORY, who="test")
    assert figures(1) == before[1]
    assert figures(2) != before[2]
    assert stale_batches(raw, Store(store.root), [TERRITORY]) == {}
    assert [one.key for one in closing.later(raw, store)] == [commune(1)]
    reopen(raw, store, commune(1), who=WHO, reason="Sửa")
    assert TERRITORY in stale_batches(raw, Store(store.root), [TERRITORY])
    refresh(raw, store, TERRITORY, who="test")
    assert figures(1) != before[1]


@pytest.mark.slow
def test_a_closed_commune_whose_folder_is_gone_from_its_territory_is_told_and_the_refresh_ends_with_one(
    tmp_path: Path,
) -> None:
    territory(tmp_path / "raw", {1: 1, 2: 3})
    raw, store = Raw(tmp_path / "raw"), Store(tmp_path / "data")
    refresh(raw, store, TERRITORY, who="test")
    release_and_close(raw, store, commune(1), NAME, who=WHO)
    shutil.rmtree(raw.folder(commune(1)))
    refresh(raw, store, TERRITORY, who="test")
    done = refreshed_by_hand(tmp_path)
    assert done.returncode == 1
    assert "Đổi sau khi đóng nên không công bố: " in done.stderr
    assert " tệp nữa." in done.stderr
    assert (
        f"Thư mục {commune(1).commune} của Xã Thử 00001 không còn; số đã công bố trước đó được giữ nguyên."
        in done.stdout
    )
    rows = json.loads(refreshed_by_hand(tmp_path, "--format", "json").stdout)
    assert ["na_lia.xlsx" in row["unpublished"].split() for row in rows] == [True, False]


@pytest.mark.slow
def test_a_refresh_that_may_use_nothing_of_what_came_tells_so_and_ends_with_one(shut: Office) -> None:
    shut.write(("na_lia.xlsx", "Xuất bán", "D16"), 813)
    before = published(shut)
    done = refreshed_by_hand(shut.root)
    assert done.returncode == 1
    assert "Đổi sau khi đóng nên không công bố: na_lia.xlsx." in done.stderr
    assert published(shut) == before
