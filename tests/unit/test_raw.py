import errno
import hashlib
import os
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from pipelines.steps.collect import read
from pipelines.steps.collect.limits import LIMITS
from pipelines.steps.collect.raw_file import RawFile
from pipelines.store import lying
from pipelines.store.index import Noted
from pipelines.store.lying import LyingFile
from pipelines.store.raw import Raw
from pipelines.store.received import Received
from schemas.forms.b01_livestock import Livestock
from schemas.return_sets import ReturnSetKey
from schemas.sentences import SentenceError
from tests.unit.builders import LEDGER_HEADING, PLACE_HEADING, ROOT, filled
from tests.unit.offices import Office

KEY = ReturnSetKey("2024-H1", "huu-kien")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of one return set with one workbook."""
    made = tmp_path / "raw" / KEY.period / KEY.commune
    made.mkdir(parents=True)
    (made / "pa_phao.xlsx").write_bytes(filled(Livestock, {"horse": 7}))
    return made


@pytest.fixture
def raw(folder: Path) -> Raw:
    return Raw(folder.parents[1])


@pytest.fixture
def office(raw: Raw) -> Office:
    """The office with that folder, and an output folder where nothing has been written."""
    return Office(raw.root.parent, KEY)


def test_a_folder_of_a_period_and_a_known_commune_is_a_return_set(raw: Raw) -> None:
    for name in ("2024-H1/khong-co", "2024-H3/huu-kien", "2023-H2/huu-kien", ".git/huu-kien", "2024-H1/_cu"):
        (raw.root / name).mkdir(parents=True)
    assert list(map(str, raw.return_sets())) == ["2023-H2_huu-kien", "2024-H1_huu-kien"]
    assert "2024-H1/khong-co" in raw.unknown_folders()


def test_one_return_set_is_asked_for_without_asking_of_any_other(raw: Raw, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = ["cao-loc,district,Cao Lộc,lang-son", *(f"xa-{number},commune,Số {number},cao-loc" for number in range(9))]
    (raw.root / "places.csv").write_text("\n".join(["code,level,name,parent", *rows, ""]), "utf-8")
    with_files = ("2024-H1/cao-loc/xa-0", "2024-H1/lang-son/xa-1", "2024-H2/cao-loc/xa-0", "2024-H1/chi-lang/xa-2")
    empty = ("2024-H1/cao-loc/xa-3", "2024-H1/xa-4", "2024-H3/xa-5", ".git/xa-6", "2024-H1/.cu/xa-6", "2024-H1/la/xa-7")
    for name in (*with_files, *empty):
        (raw.root / name).mkdir(parents=True)
    for name in with_files:
        (raw.root / name / "mot.xlsx").write_bytes(b"x")
    (raw.root / "2024-H1" / "xa-8").write_bytes(b"a file, and no folder")
    communes = ("huu-kien", *(f"xa-{number}" for number in range(9)), "cao-loc", "khong-co", ".", "..", "", "x" * 300)
    asked = [ReturnSetKey(period, code) for period in ("2024-H1", "2024-H2", "2024-H3", "", "..") for code in communes]
    there = {*map(str, raw.return_sets())}
    assert there == {"2024-H1_huu-kien", "2024-H1_xa-0", "2024-H1_xa-1", "2024-H1_xa-4", "2024-H2_xa-0"}
    listed: list[Path] = []
    looked = lying.holds_files

    def looking(path: Path) -> bool:
        listed.append(path)
        return looked(path)

    monkeypatch.setattr("pipelines.store.folders.holds_files", looking)
    assert {str(key) for key in asked if raw.has(key)} == there
    assert {path.name for path in listed} <= {"xa-0", "xa-1", "xa-3"}, "each where it was asked for itself"
    listed.clear()
    assert raw.has(ReturnSetKey("2024-H1", "xa-0"))
    assert [path.name for path in listed] == ["xa-0"]


def test_a_commune_with_two_folders_is_told_to_who_asks_for_it_and_to_nobody_else(raw: Raw) -> None:
    (raw.root / "2024-H1" / "chi-lang" / "huu-kien").mkdir(parents=True)
    with pytest.raises(SentenceError, match=r"huu-kien.*hai thư mục"):
        raw.has(KEY)
    assert not raw.has(ReturnSetKey("2024-H1", "quan-son"))
    assert not raw.has(ReturnSetKey("2024-H2", "huu-kien"))


def test_workbooks_where_none_is_read_are_told_with_where_they_belong(raw: Raw) -> None:
    known = {*raw.misplaced()}
    for name in ("a.xlsx", "2024-H1/b.ods", "2024-H1/Hữu Kiên/c.xlsx", "2024-H1/chi-lang/d.xls", "2024-H1/la/~$e.xlsx"):
        (raw.root / name).parent.mkdir(exist_ok=True)
        (raw.root / name).write_bytes(b"x")
    (raw.root / "places.csv").write_text(PLACE_HEADING)
    told = [one for one in Raw(raw.root).misplaced() if one not in known]
    assert {(one.folder, one.files, one.belong) for one in told} == {
        ("", ("a.xlsx",), ""),
        ("2024-H1", ("b.ods",), "2024-H1/huu-kien"),
        ("2024-H1/Hữu Kiên", ("c.xlsx",), "2024-H1/huu-kien"),
        ("2024-H1/chi-lang", ("d.xls",), ""),
    }
    assert told[2].sentence == (
        "Không đọc c.xlsx ở thư mục «2024-H1/Hữu Kiên»: chuyển vào 2024-H1/huu-kien, hoặc nhận ở «Nhận sổ tính» "
        "rồi xóa ở đây."
    )
    assert "ở ngay trong thư mục báo cáo: chuyển vào thư mục của kỳ và xã" in told[0].sentence


@pytest.mark.parametrize(("others", "belong"), [(("Vân An",), "2024-H1/huu-kien"), (("Hữu Kiên",), "")])
def test_no_guess_is_made_of_two_communes_with_one_name(raw: Raw, others: tuple[str, ...], belong: str) -> None:
    rows = [f"xa-{number},commune,{name},cao-loc,,,," for number, name in enumerate(others)]
    (raw.root / "places.csv").write_text("\n".join([PLACE_HEADING, "cao-loc,district,Cao Lộc,lang-son,,,,", *rows, ""]))
    (raw.root / "2024-H1" / "Hữu Kiên").mkdir()
    (raw.root / "2024-H1" / "Hữu Kiên" / "c.xlsx").write_bytes(b"x")
    assert [one.belong for one in Raw(raw.root).misplaced() if one.folder == "2024-H1/Hữu Kiên"] == [belong]


@pytest.mark.parametrize(
    ("name", "belong"),
    [
        ("2024-h2/huu-kien", "2024-H2/huu-kien"),
        ("2024-H1 (1)/huu-kien", "2024-H1/huu-kien"),
        ("2024_H1/chi-lang/huu-kien", "2024-H1/chi-lang/huu-kien"),
        ("6 tháng cuối năm 2024/huu-kien", "2024-H2/huu-kien"),
        ("2024-h2", "2024-H2/huu-kien"),
        ("thang-6/huu-kien", ""),
        ("2024-M13/huu-kien", ""),
        ("huu-kien", ""),
    ],
)
def test_what_lies_below_no_period_is_told_with_where_it_belongs(raw: Raw, name: str, belong: str) -> None:
    (raw.root / name).mkdir(parents=True)
    (raw.root / name / "na_lia.xlsx").write_bytes(b"x")
    (told,) = [one for one in Raw(raw.root).misplaced() if one.folder == name]
    assert (told.files, told.belong) == (("na_lia.xlsx",), belong)


@pytest.mark.parametrize(
    ("name", "beside", "belong"),
    [
        ("2024-H1/cao-loc/huu-kien", "", "chi-lang/huu-kien"),
        ("2024-H1/cao-loc/huu-kien", "lang-son", "lang-son/huu-kien"),
        ("2024-H1/cao-loc/huu-kien", "huu-kien", "huu-kien"),
        ("2024-H1/la-hoac/huu-kien", "", "chi-lang/huu-kien"),
        ("2024-h1/cao-loc/huu-kien", "", "chi-lang/huu-kien"),
    ],
)
def test_a_commune_below_a_territory_in_which_it_does_not_lie_is_told_with_where_it_lies(
    tmp_path: Path, name: str, beside: str, belong: str
) -> None:
    period = tmp_path / KEY.period
    period.mkdir()
    for file in ("a.xlsx", "corrections.csv", "thon/b.xlsx", "~$a.xlsx"):
        (tmp_path / name / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name / file).write_bytes(b"x")
    if beside:
        (period / beside).mkdir()
    (tmp_path / "places.csv").write_text(f"{PLACE_HEADING}\ncao-loc,district,Cao Lộc,lang-son,,,,\n", "utf-8")
    raw = Raw(tmp_path)
    (told,) = raw.misplaced()
    assert (told.folder, told.belong) == (name, f"{KEY.period}/{belong}")
    assert told.files == ("a.xlsx", "corrections.csv", "thon")
    assert "theo danh mục địa bàn, Xã Hữu Kiên thuộc Huyện Chi Lăng (chi-lang); chuyển vào" in told.sentence
    assert raw.away(KEY) == (told.folder if told.folder.startswith(KEY.period) else "")
    assert told.folder not in raw.unknown_folders()


def test_where_a_return_set_lies_that_the_list_of_places_does_not_have_is_told(raw: Raw, folder: Path) -> None:
    assert raw.away(KEY) == ""
    folder.rename(folder.with_name("khong-co"))
    assert Raw(raw.root).away(ReturnSetKey(KEY.period, "khong-co")) == f"{KEY.period}/khong-co"
    assert Raw(raw.root).away(KEY) == ""


def test_a_ledger_below_no_period_is_told_and_other_folders_are_left_alone(raw: Raw) -> None:
    known = {*raw.misplaced()}
    for name in ("2024-h2/huu-kien/corrections.csv", "bieu-mau/b.xlsx", "_cu/huu-kien/c.xlsx", "tools/read.py"):
        (raw.root / name).parent.mkdir(parents=True)
        (raw.root / name).write_bytes(b"x")
    told = [one for one in Raw(raw.root).misplaced() if one not in known]
    assert [(one.folder, one.files) for one in told] == [("2024-h2/huu-kien", ("corrections.csv",))]


def test_without_a_folder_there_are_no_return_sets(tmp_path: Path) -> None:
    assert Raw(tmp_path / "none").return_sets() == []
    assert list(Raw(tmp_path / "none").files(KEY)) == []


def test_what_office_programs_leave_behind_is_no_return(raw: Raw, folder: Path) -> None:
    for name in ("~$pa_phao.xlsx", ".~lock.pa_phao.xlsx#", ".DS_Store", "corrections.csv", "printed.csv"):
        (folder / name).write_bytes(b"x")
    assert [file.name for file in raw.files(KEY)] == ["pa_phao.xlsx"]


@pytest.mark.parametrize("name", ["pa_phao.xlsx", "corrections.csv", "new.xlsx"])
def test_a_changed_byte_in_anything_that_decides_changes_the_hashes(raw: Raw, folder: Path, name: str) -> None:
    before = Received.of(raw, [KEY]).contents
    with (folder / name).open("ab") as file:
        file.write(b"x")
    assert Received.of(raw, [KEY]).contents != before


def test_an_own_table_of_places_is_read_with_a_byte_order_mark(raw: Raw) -> None:
    (raw.root / "places.csv").write_text(
        f"{PLACE_HEADING}\nban-moi,commune,Bản Mới,chi-lang,,,,\n", encoding="utf-8-sig"
    )
    assert raw.places.commune("ban-moi") is not None


def test_the_ledger_is_read_with_or_without_a_byte_order_mark(raw: Raw, folder: Path) -> None:
    assert raw.ledger(KEY) is None
    (folder / "corrections.csv").write_text(LEDGER_HEADING, encoding="utf-8-sig")
    assert raw.ledger(KEY) == LEDGER_HEADING


@pytest.mark.parametrize("encoding", ["utf-16", "cp1258"])
def test_a_ledger_that_excel_saved_in_another_encoding_is_told_and_stops_nothing(office: Office, encoding: str) -> None:
    line = "2024-07-01,cô Ðào,pa_phao.xlsx,x,D13,1,2,r,,accepted"
    office.send("corrections.csv", f"{LEDGER_HEADING}\n{line}\n".encode(encoding, errors="ignore"))
    office.refresh({"problems/workbooks"})
    assert "LEDGER_UNREADABLE" in {row["problem"] for row in office.rows("problems/workbooks")}


def state(root: Path) -> dict[Path, tuple[bytes, int]]:
    """Content and time of every file."""
    files = [path for path in sorted(root.rglob("*")) if path.is_file()]
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


@pytest.mark.slow
def test_nothing_in_raw_is_changed_by_a_refresh(office: Office) -> None:
    before = state(office.raw.root)
    assert "cells" in office.refresh().made
    assert state(office.raw.root) == before


def test_a_workbook_already_read_is_not_opened_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    real = read.read

    def noting(files: Iterable[RawFile]) -> read.Reading:
        given = list(files)
        opened.extend(file.name for file in given)
        return real(given)

    monkeypatch.setattr(read, "read", noting)

    def read_anew(**how: bool) -> list[str]:
        opened.clear()
        office.refresh({"cells"}, **how)
        return sorted(opened)

    assert read_anew() == ["pa_phao.xlsx"]
    assert read_anew() == []
    office.send("suoi_ma.xlsx", filled(Livestock, {"horse": 8}, reporter="Thôn Suối Mạ"))
    assert read_anew() == ["suoi_ma.xlsx"]
    assert {row["file"] for row in office.rows("cells")} == {"pa_phao.xlsx", "suoi_ma.xlsx"}
    assert read_anew(anew=True) == ["pa_phao.xlsx", "suoi_ma.xlsx"]


def test_the_shipped_folder_holds_the_return_set_of_the_plan() -> None:
    assert KEY in Raw(ROOT / "raw").return_sets()
    assert Raw(ROOT / "raw").unknown_folders() == []


def received(raw: Raw) -> dict[str, str]:
    """Names of the files that are handed on, and why one cannot be read."""
    return {file.name: file.trouble for file in raw.files(KEY)}


@pytest.mark.parametrize(
    "name",
    [
        "pa_phao.xlsx:Zone.Identifier",
        "pa_phao.xlsx\uf03aZone.Identifier",
        "pa_phao.xlsx:Zone.Identifier:$DATA",
        "pa_phao.xlsx:SmartScreen",
        "~WRL0001.tmp",
        "ehthumbs.db",
        "Desktop.ini",
        "Icon\r",
        "._pa_phao.xlsx",
    ],
)
def test_what_systems_leave_beside_a_workbook_is_passed_over(raw: Raw, folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"x")
    assert received(raw) == {"pa_phao.xlsx": ""}


@pytest.mark.parametrize("name", ["@eaDir", "System Volume Information", "$RECYCLE.BIN", "lost+found", "__MACOSX"])
def test_folders_that_disks_keep_are_no_subfolders(raw: Raw, folder: Path, name: str) -> None:
    (folder / name).mkdir()
    (folder / name / "x.xlsx").write_bytes(b"x")
    assert received(raw) == {"pa_phao.xlsx": ""}


def test_a_file_that_only_looks_like_one_of_a_system_is_handed_on(raw: Raw, folder: Path) -> None:
    for name in ("thumbs.db.xlsx", "Zone.Identifier.xlsx", "desktop.ini.csv"):
        (folder / name).write_bytes(b"x")
    assert len(received(raw)) == 4


@pytest.mark.parametrize(
    ("number", "told"), [(errno.EIO, "ổ đĩa báo lỗi"), (errno.EACCES, "không có quyền đọc"), (errno.ESTALE, "Stale")]
)
def test_one_file_that_cannot_be_read_is_told_and_all_others_are_read(
    raw: Raw, folder: Path, monkeypatch: pytest.MonkeyPatch, number: int, told: str
) -> None:
    (folder / "hong.xlsx").write_bytes(b"x")
    read_bytes = Path.read_bytes

    def broken(path: Path) -> bytes:
        if path.name == "hong.xlsx":
            raise OSError(number, "Stale file handle")
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", broken)
    found = received(raw)
    assert told in found.pop("hong.xlsx")
    assert found == {"pa_phao.xlsx": ""}
    files, cells, _ = read.read(raw.files(KEY))
    assert dict(zip(files["file"].to_pylist(), files["problem"].to_pylist(), strict=True)) == {
        "hong.xlsx": "UNREADABLE_FILE",
        "pa_phao.xlsx": "",
    }
    assert set(cells["file"].to_pylist()) == {"pa_phao.xlsx"}


def test_a_folder_that_cannot_be_looked_into_is_told(raw: Raw, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "thang_6").mkdir()
    iterdir = Path.iterdir

    def closed(path: Path) -> Iterator[Path]:
        if path.name == "thang_6":
            raise PermissionError(errno.EACCES, "Permission denied")
        return iterdir(path)

    monkeypatch.setattr(Path, "iterdir", closed)
    assert "không có quyền đọc" in received(raw)["thang_6/"]


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("khong_co.xlsx", "liên kết tới một tệp không có"),
        ("vong.xlsx", "liên kết vòng quanh"),
        ("../../../ngoai.xlsx", "ngoài thư mục báo cáo"),
    ],
)
def test_a_link_that_leads_nowhere_or_out_is_told(raw: Raw, folder: Path, target: str, told: str) -> None:
    (raw.root.parent / "ngoai.xlsx").write_bytes(b"x")
    (folder / "vong.xlsx").symlink_to(folder / target)
    assert told in received(raw)["vong.xlsx"]


def test_a_link_within_the_raw_folder_is_read(raw: Raw, folder: Path) -> None:
    (raw.root / "kho").mkdir()
    (folder / "pa_phao.xlsx").rename(raw.root / "kho" / "pa_phao.xlsx")
    (folder / "pa_phao.xlsx").symlink_to(raw.root / "kho" / "pa_phao.xlsx")
    (file,) = raw.files(KEY)
    assert (file.trouble, file.content[:2]) == ("", b"PK")


def test_a_raw_folder_that_is_itself_a_link_is_read(raw: Raw, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(raw.root)
    assert received(Raw(tmp_path / "link")) == {"pa_phao.xlsx": ""}


def test_a_name_that_is_no_utf8_is_told_in_letters_that_can_be_stored(raw: Raw, folder: Path) -> None:
    (folder / os.fsdecode(b"co_h\xf9ng.xlsx")).write_bytes(b"x")
    found = received(raw)
    assert "UTF-8" in found["co_h\\xf9ng.xlsx"]
    assert found["pa_phao.xlsx"] == ""
    assert read.read(raw.files(KEY)).files["problem"].to_pylist() == ["UNREADABLE_FILE", ""]


def test_a_pipe_is_told_and_not_waited_for(raw: Raw, folder: Path) -> None:
    os.mkfifo(folder / "ong.xlsx")
    assert "không phải một tệp thường" in received(raw)["ong.xlsx"]


def test_a_file_larger_than_any_return_is_told_and_not_read(raw: Raw, folder: Path) -> None:
    with (folder / "to.csv").open("wb") as file:
        file.truncate(LIMITS.file + 1)
    assert "quá lớn" in received(raw)["to.csv"]


def test_a_file_that_can_be_read_again_is_another_file(raw: Raw, folder: Path) -> None:
    (folder / "rong.xlsx").symlink_to(folder / "khong_co.xlsx")

    def sha256() -> str:
        return next(file.sha256 for file in raw.files(KEY) if file.name == "rong.xlsx")

    before = sha256()
    (folder / "khong_co.xlsx").write_bytes(b"")
    assert sha256() != before


COMPOSED, DECOMPOSED = (unicodedata.normalize(form, "Thôn Pá Phào.xlsx") for form in ("NFC", "NFD"))


def test_a_name_that_looks_the_same_is_that_of_the_same_file(raw: Raw, folder: Path) -> None:
    (folder / "pa_phao.xlsx").rename(folder / DECOMPOSED)
    assert received(raw) == {COMPOSED: ""}
    assert (raw.names(KEY), [*raw.arrived(KEY)]) == ([COMPOSED], [COMPOSED])
    content = (folder / DECOMPOSED).read_bytes()
    for name in (COMPOSED, DECOMPOSED):
        file = raw.file(KEY, name)
        assert file is not None
        assert (file.name, file.content) == (COMPOSED, content)
    noted = {(KEY, COMPOSED): Noted(*raw_seen(folder / DECOMPOSED), hashlib.sha256(content).hexdigest())}
    (lying,) = raw.files(KEY, noted)
    assert (type(lying), lying.name, lying.content) == (LyingFile, COMPOSED, content)


def raw_seen(path: Path) -> tuple[int, int, int]:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns


def test_of_two_files_that_look_alike_each_is_read_and_one_is_known_by_its_marks(raw: Raw, folder: Path) -> None:
    (folder / DECOMPOSED).write_bytes(b"1")
    (folder / COMPOSED).write_bytes(b"2")
    found = {file.name: file.content for file in raw.files(KEY)}
    marked = "Tho\\u0302n Pa\\u0301 Pha\\u0300o.xlsx"
    assert (found[COMPOSED], found[marked]) == (b"2", b"1")
    assert {"pa_phao.xlsx", COMPOSED, marked} == {*raw.names(KEY)}
    file = raw.file(KEY, marked)
    assert file is not None
    assert file.content == b"1"


def test_no_file_is_lost_whose_name_is_shown_like_another_ones(raw: Raw, folder: Path) -> None:
    for name in ("a\x01.xlsx", "a\\x01.xlsx"):
        (folder / name).write_bytes(b"1")
    assert len(received(raw)) == 3
