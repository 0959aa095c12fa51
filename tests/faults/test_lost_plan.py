"""What ``returns statements`` says of a plan whose printed numbers are not all there, or were never there."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.store.raw_names import PRINTED
from tests.faults.asking import CANNOT, CLEAN, HELD, said
from tests.faults.office import CHANGES, VILLAGES, Office

ASKED = ("statements", "statements --format csv", "statements --format json", "statements --by-chapter")


def a_row_goes(path: Path) -> None:
    path.write_text("".join(path.read_text("utf-8").splitlines(keepends=True)[:-1]), "utf-8")


def a_row_is_unreadable(path: Path) -> None:
    path.write_text(path.read_text("utf-8").replace(",7,7,", ",7,bảy,"), "utf-8")


@pytest.fixture
def office(small: None, tmp_path: Path) -> Office:
    office = Office(tmp_path / "office")
    office.opens(*VILLAGES)
    return office


@pytest.mark.parametrize(
    ("harm", "code", "told"),
    [
        (a_row_goes, HELD, "thiếu 1 dòng (vet.disinfection.households) so với bản đã đọc trước đó"),
        (a_row_is_unreadable, HELD, "có chỗ không đọc được: dòng 4, vet.disinfection.households: giá trị «bảy»"),
        (Path.unlink, CANNOT, "thiếu 3 dòng (livestock.horse.heads, livestock.total.heads, "),
    ],
)
def test_a_plan_that_has_lost_numbers_is_told_by_who_is_asked_to_compare(
    harm: Callable[[Path], None], code: int, told: str, office: Office
) -> None:
    office.refresh()
    assert [said(office, words).code for words in ASKED] == [CLEAN] * len(ASKED)
    harm(office.folder() / PRINTED)
    office.refresh()
    for words in ASKED:
        answer = said(office, words)
        assert answer.code == code, words
        assert told in answer.printed + answer.told, words
        if words != "statements":
            assert told in answer.told, words


def test_a_plan_that_was_never_there_is_told_and_fails_no_refresh(office: Office) -> None:
    (office.folder() / PRINTED).unlink()
    office.refresh()
    for words in ASKED:
        answer = said(office, words)
        assert (answer.code, answer.printed) == (CANNOT, ""), words
        assert "chưa có tệp printed.csv" in answer.told
    assert said(office, "findings").code == CLEAN


def test_a_comparison_with_what_was_published_before_a_form_was_held_back_is_not_clean(office: Office) -> None:
    office.refresh()
    CHANGES["slip"][1](office)
    office.refresh()
    for words in ASKED:
        answer = said(office, words)
        assert answer.code == HELD, words
        assert "Biểu đang bị giữ lại: B01" in answer.printed + answer.told


def test_a_cell_that_no_figure_uses_because_its_form_is_held_back_is_no_clean_answer(office: Office) -> None:
    CHANGES["slip"][1](office)
    office.refresh()
    for words in ("uses ban_tren.xlsx Chăn~nuôi D12", "uses ban_tren.xlsx Chăn~nuôi D12 --format csv"):
        answer = said(office, words)
        assert answer.code == HELD, words
        assert "biểu B01 đang bị giữ lại nên số này chưa được dùng" in answer.printed + answer.told
