from pathlib import Path

import pytest

from pipelines.refresh.layers import locate_returns, read_cells
from pipelines.store.raw import Raw, ReturnSetKey
from pipelines.store.tables import Store
from schemas.forms.b01_livestock import Livestock
from tests.unit.builders import LEDGER_HEADING, PLACE_HEADING, ROOT, filled

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


def test_a_folder_of_a_period_and_a_known_commune_is_a_return_set(raw: Raw) -> None:
    for name in ("2024-H1/khong-co", "2024-H3/huu-kien", "2023-H2/huu-kien", ".git/huu-kien", "2024-H1/_cu"):
        (raw.root / name).mkdir(parents=True)
    assert list(map(str, raw.return_sets())) == ["2023-H2_huu-kien", "2024-H1_huu-kien"]
    assert "2024-H1/khong-co" in raw.unknown_folders()


def test_a_partition_key_is_read_back() -> None:
    assert ReturnSetKey.parse(str(KEY)) == KEY
    with pytest.raises(ValueError, match="2024-H1"):
        ReturnSetKey.parse("2024_huu-kien")


def test_without_a_folder_there_are_no_return_sets(tmp_path: Path) -> None:
    assert Raw(tmp_path / "none").return_sets() == []
    assert list(Raw(tmp_path / "none").files(KEY)) == []


def test_what_office_programs_leave_behind_is_no_return(raw: Raw, folder: Path) -> None:
    for name in ("~$pa_phao.xlsx", ".~lock.pa_phao.xlsx#", ".DS_Store", "corrections.csv", "printed.csv"):
        (folder / name).write_bytes(b"x")
    assert [file.name for file in raw.files(KEY)] == ["pa_phao.xlsx"]


@pytest.mark.parametrize("name", ["pa_phao.xlsx", "corrections.csv", "new.xlsx"])
def test_a_changed_byte_in_anything_that_decides_changes_the_hashes(raw: Raw, folder: Path, name: str) -> None:
    before = raw.hashes(KEY)
    with (folder / name).open("ab") as file:
        file.write(b"x")
    assert raw.hashes(KEY) != before


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
def test_a_ledger_that_excel_saved_in_another_encoding_is_told_and_stops_nothing(
    raw: Raw, folder: Path, tmp_path: Path, encoding: str
) -> None:
    line = "2024-07-01,cô Ðào,pa_phao.xlsx,x,D13,1,2,r,,accepted"
    (folder / "corrections.csv").write_bytes(f"{LEDGER_HEADING}\n{line}\n".encode(encoding, errors="ignore"))
    store = Store(tmp_path / "data")
    read_cells(raw, store, [KEY])
    locate_returns(raw, store, [KEY])
    problems = [row for part in store.read("problems", [str(KEY)]) for row in part.to_pylist()]
    assert "LEDGER_UNREADABLE" in {row["problem"] for row in problems}


def state(root: Path) -> dict[Path, tuple[bytes, int]]:
    """Content and time of every file."""
    files = [path for path in sorted(root.rglob("*")) if path.is_file()]
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def test_nothing_in_raw_is_changed_by_reading_it(raw: Raw, folder: Path, tmp_path: Path) -> None:
    before = state(raw.root)
    read_cells(raw, Store(tmp_path / "data"), [KEY])
    after = state(raw.root)
    assert before == after


def test_a_workbook_already_read_is_not_opened_again(raw: Raw, folder: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "data")
    assert len(read_cells(raw, store, [KEY]).read) == 1
    again = read_cells(raw, store, [KEY])
    assert (again.read, len(again.reused)) == ((), 1)
    (folder / "suoi_ma.xlsx").write_bytes(filled(Livestock, {"horse": 8}, reporter="Thôn Suối Mạ"))
    third = read_cells(raw, store, [KEY])
    assert (third.read, third.reused) == ((f"{KEY}/suoi_ma.xlsx",), (f"{KEY}/pa_phao.xlsx",))
    assert len(read_cells(raw, store, [KEY], reread=True).read) == 2


def test_the_shipped_folder_holds_the_return_set_of_the_plan() -> None:
    assert KEY in Raw(ROOT / "raw").return_sets()
    assert Raw(ROOT / "raw").unknown_folders() == []
