"""The desk over several communes: who has sent nothing, what is held back, the way to each board."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.settings import TODAY_VARIABLE
from pipelines.store.raw import Raw
from pipelines.store.tables import Store
from tests.unit import provinces
from tests.unit.builders import PERIOD
from tests.unit.desks import Desk, desk_at, text

pytestmark = pytest.mark.slow

BOTH = dict.fromkeys(provinces.VILLAGES, 4)
PAGE = f"/communes/{PERIOD.code}"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A district of which one commune is in order, one lacks a village, one is held back and one has sent nothing."""
    raw = tmp_path / "raw"
    codes = ("xa-1", "xa-2", "xa-3", "xa-4")
    provinces.places(raw, *provinces.PROVINCE, *(row for code in codes for row in provinces.commune(code, "huyen-a")))
    provinces.send(raw / PERIOD.code / "xa-1", BOTH)
    provinces.send(raw / PERIOD.code / "xa-2", {"mot": 4})
    provinces.send(raw / PERIOD.code / "xa-3", BOTH)
    (raw / PERIOD.code / "xa-3" / "hai.xlsx").write_bytes(b"no workbook")
    provinces.refreshed(tmp_path)
    monkeypatch.setenv(TODAY_VARIABLE, "2024-07-12")
    with desk_at(tmp_path, monkeypatch) as desk:
        yield desk


def test_who_looks_after_several_communes_sees_first_where_something_is_to_be_done(desk: Desk) -> None:
    browser = desk.signed_in("huyen", "auditor")
    answer = browser.get("/", follow=True)
    assert answer.redirect_chain == [(PAGE, 302)], "and not the board of one commune, on which nothing is to be done"
    page = text(answer)
    for words in (
        "Huyện Mưa, 6 tháng đầu năm 2024: đã nhận báo cáo của 3/4 xã",
        "Hạn gửi thường lệ: 10/07/2024. Đã quá hạn 2 ngày.",
        "Xã Số 3 1/2 1 lỗi Thôn Bản Hai (B01) 1",
        "Xã Số 4 –/2 – Chưa gửi gì –",
        "Xã Số 2 1/2 – Thôn Bản Hai (B01) 1",
        "1 xã đã gửi đủ, không có phát hiện Xã Số 1",
    ):
        assert words in page
    at = [page.index(f"Xã Số {number} ") for number in (3, 4, 2)]
    assert at == sorted(at)
    html = answer.content.decode()
    for code in ("xa-1", "xa-2", "xa-3"):
        board = f"/sets/{PERIOD.code}_{code}"
        assert f'href="{board}"' in html
        assert f'href="{PAGE}"' in browser.get(board).content.decode(), "and back"
    assert f"{PERIOD.code}_xa-4" not in html, "of which there is no board"
    assert browser.get("/communes/2030-H1").status_code == 404
    assert desk.browser().get(PAGE).status_code == 302


def test_a_reporter_is_named_once_with_all_that_it_lacks(tmp_path: Path) -> None:
    from pipelines.desk.communes import District
    from pipelines.present.levels import Territory

    row = {"sent": 0, "expected": 1, "status": "incomplete"}
    rows = [
        {**row, "form": "B01", "missing": "hai mot"},
        {**row, "form": "B02", "missing": "hai"},
        {**row, "form": "B03", "missing": ""},
    ]
    raw = tmp_path / "raw"
    provinces.places(raw, *provinces.PROVINCE, *provinces.commune("xa-1", "huyen-a"))
    places = Raw(raw).places
    (place,) = [one for one in places.rows if one.code == "huyen-a"]
    territory = Territory(Store(tmp_path / "data"), places, PERIOD.code, place)
    territory.come.__dict__["returns"] = {"xa-1": rows}
    district = District(territory, Raw(raw))
    (line,) = [one for one in district.every if one.key.commune == "xa-1"]
    assert line.missing == ["Thôn Bản Hai (B01, B02)", "Thôn Bản Một (B01)"]


def test_communes_are_listed_in_order_and_the_newest_period_first(desk: Desk) -> None:
    later = PERIOD.after
    provinces.send(desk.folders.raw / later.code / "xa-2", BOTH, later)
    page = desk.signed_in("officer", "officer").get("/receive").content.decode()
    keys = [f"{later.code}_xa-2", *(f"{PERIOD.code}_xa-{number}" for number in (1, 2, 3))]
    at = [page.index(f'<option value="{key}"') for key in keys]
    assert at == sorted(at)


def test_an_office_of_one_commune_begins_with_its_board(desk: Desk) -> None:
    later = PERIOD.after
    provinces.send(desk.folders.raw / later.code / "xa-2", BOTH, later)
    page = desk.signed_in("officer", "officer").get("/")
    assert page.status_code == 200
    assert f"Xã Số 2 {later.title}" in text(page)
