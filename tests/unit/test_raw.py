from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import pytest

from pipelines.steps.collect import read
from pipelines.steps.collect.raw_file import RawFile
from pipelines.store.raw import Raw
from schemas.forms.b01_livestock import Livestock
from schemas.return_sets import ReturnSetKey
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
def test_a_ledger_that_excel_saved_in_another_encoding_is_told_and_stops_nothing(office: Office, encoding: str) -> None:
    line = "2024-07-01,cô Ðào,pa_phao.xlsx,x,D13,1,2,r,,accepted"
    office.send("corrections.csv", f"{LEDGER_HEADING}\n{line}\n".encode(encoding, errors="ignore"))
    office.refresh({"problems/workbooks"})
    assert "LEDGER_UNREADABLE" in {row["problem"] for row in office.rows("problems/workbooks")}


def state(root: Path) -> dict[Path, tuple[bytes, int]]:
    """Content and time of every file."""
    files = [path for path in sorted(root.rglob("*")) if path.is_file()]
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def test_nothing_in_raw_is_changed_by_a_refresh(office: Office) -> None:
    before = state(office.raw.root)
    assert "cells" in office.refresh().made
    assert state(office.raw.root) == before


def test_a_workbook_already_read_is_not_opened_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    real = read.read

    def noting(files: Iterable[RawFile]) -> tuple[pd.DataFrame, pd.DataFrame]:
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
