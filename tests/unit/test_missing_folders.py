"""A folder that has been read and is no more, or lies where it is not read, is told wherever findings are."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.desk.board import board_of
from pipelines.refresh.stale import vanished
from pipelines.settings import today
from pipelines.store.raw import Raw
from tests.unit.desks import desk_at, text
from tests.unit.offices import KEY, Office
from tests.unit.test_cli import typed

ELSEWHERE = f"{KEY.period}/bac-son/{KEY.commune}"
GONE = f"Thư mục {KEY.commune} của Xã Hữu Kiên không còn."
KEPT = "Số đã công bố trước đó được giữ nguyên. Đưa thư mục về chỗ cũ, hoặc lấy lại từ bản sao lưu, rồi chạy lại."


def removed(office: Office) -> None:
    shutil.rmtree(office.folder)


def of_a_commune_that_is_none(office: Office) -> None:
    office.folder.rename(office.folder.with_name("xa-la"))


def below_another_territory(office: Office) -> None:
    (office.raw.root / "places.csv").write_text("code,level,name,parent\nbac-son,district,Bắc Sơn,lang-son\n", "utf-8")
    there = office.raw.root / ELSEWHERE
    there.parent.mkdir()
    office.folder.rename(there)


def findings(office: Office, *words: str) -> tuple[int, str, str]:
    return typed("findings", "--raw", str(office.raw.root), "--data", str(office.store.root), *words)


@pytest.mark.parametrize(
    ("lose", "told"),
    [
        (removed, GONE),
        (of_a_commune_that_is_none, GONE),
        (
            below_another_territory,
            f"Thư mục {KEY.commune} của Xã Hữu Kiên nằm ở {ELSEWHERE}, nơi không được đọc.",
        ),
    ],
)
def test_the_list_of_findings_and_the_board_tell_of_a_folder_that_is_gone(
    office: Office, lose: Callable[[Office], None], told: str
) -> None:
    assert findings(office)[0] == 0
    lose(office)
    code, out, _ = findings(office)
    assert (code, f"{told} {KEPT}" in out) == (1, True)
    code, out, err = findings(office, "--format", "json")
    assert (code, told in out, f"{told} {KEPT}" in err) == (1, False, True)
    code, out, _ = findings(office, "--place", "lang-son")
    assert (code, f"{told} {KEPT}" in out) == (1, True)

    board = board_of(Raw(office.raw.root), office.store, KEY, today())
    assert (board.missing, board.unread) == (f"{told} {KEPT}", []), "there is nothing to run"


def test_the_desk_tells_of_it_on_the_board_and_among_the_findings(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk_at(office.root, monkeypatch) as desk:
        officer = desk.signed_in("officer", "officer")
        pages = ("/", f"/findings/{KEY}")
        assert not [page for page in pages if "Thư mục của" in text(officer.get(page))]
        removed(office)
        shown = [text(officer.get(page)) for page in pages]
        assert all(f"{GONE} {KEPT}" in page for page in shown)
        assert not [page for page in shown if "mà chưa chạy" in page]


def test_what_is_told_of_one_return_set_is_what_a_refresh_finds_of_all(office: Office) -> None:
    def both() -> tuple[bool, bool]:
        raw = Raw(office.raw.root)
        return bool(raw.missing(KEY)), bool(vanished(office.store, raw.batches()))

    assert both() == (False, False)
    inside = office.folder.parent / "chi-lang" / KEY.commune
    inside.parent.mkdir()
    office.folder.rename(inside)
    assert both() == (False, False), "it lies below what the commune lies in"
    shutil.rmtree(inside)
    inside.mkdir()
    assert both() == (True, True), "an empty one in a territory is none"
    inside.rename(office.folder)
    assert both() == (False, False), "an empty one of its own is read, and every workbook told"
    office.folder.rmdir()
    assert both() == (True, True)


def test_where_there_is_no_raw_folder_nothing_is_told_of_what_lies_in_it(office: Office, tmp_path: Path) -> None:
    office.raw = Raw(tmp_path / "elsewhere")
    assert (findings(office)[0], office.raw.missing(KEY)) == (0, "")
