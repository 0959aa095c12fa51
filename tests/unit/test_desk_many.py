"""The desk over very many communes: what a page reads and how long it is follow from what it shows, and all is reached.

The output folder is written table by table, without a refresh: what is asked here is which states, folders and links.
"""

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from html import unescape
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipelines.desk import offered
from pipelines.store import closings
from pipelines.store import state as states
from pipelines.store.closings import Closing, Turn
from pipelines.store.parquet import serialized
from pipelines.store.state import State, Written
from pipelines.store.tables import file_of
from schemas.outcomes import Severity, Status
from schemas.periods import Period, PeriodKind
from schemas.return_sets import ReturnSetKey
from schemas.tables import FINDINGS_BY_FORM, SENT_BY_FORM
from tests.unit import provinces
from tests.unit.builders import PERIOD
from tests.unit.desks import Desk, desk_at, text

Office = Callable[[Sequence[int]], AbstractContextManager[Desk]]
ALL = ("officer", "approver", "administrator", "auditor")


def code(district: int, commune: int) -> str:
    return f"xa-{district:02}{commune:03}"


def named(district: int, commune: int) -> ReturnSetKey:
    return ReturnSetKey(PERIOD.code, code(district, commune))


def published(data: Path, part: str, communes: Sequence[str], wrong: Sequence[str] = ()) -> None:
    """Write the state of a batch and what a list of its communes asks for: two returns of each, of some held."""
    where = {"period": PERIOD.code}
    sent = [
        where | {"commune": one, "form": "B01", "expected": 2, "sent": 2, "missing": "", "status": str(status)}
        for one in communes
        for status in [Status.HELD if one in wrong else Status.COMPLETE]
    ]
    found = [where | {"commune": one, "form": "B01", "severity": str(Severity.ERROR), "findings": 3} for one in wrong]
    tables = {
        "sent_by_form": pa.Table.from_pylist(sent, SENT_BY_FORM),
        "findings_by_form": pa.Table.from_pylist(found, FINDINGS_BY_FORM),
    }
    written = {}
    for name, table in tables.items():
        content, path = serialized(table), data / file_of(name, part)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        written[name] = Written(name, "", hashlib.sha256(content).hexdigest(), len(content), len(table))
    states.save(data, part, State(written, communes=tuple(communes)))


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Open the desk of an office whose districts, four to a province, have so many communes; of each lies a file."""

    @contextmanager
    def opened(sizes: Sequence[int]) -> Iterator[Desk]:
        root = tmp_path / "-".join(map(str, sizes))
        rows = [f"tinh-{number},province,Tỉnh {number},vn,,,," for number in range(-(-len(sizes) // 4))]
        for district, size in enumerate(sizes):
            rows.append(f"huyen-{district:02},district,Huyện {district:02},tinh-{district // 4},,,,")
            codes = [code(district, one) for one in range(size)]
            for one in codes:
                rows += provinces.commune(one, f"huyen-{district:02}")
                folder = root / "raw" / PERIOD.code / f"huyen-{district:02}" / one
                folder.mkdir(parents=True)
                (folder / "mot.xlsx").write_bytes(b"x")
            published(root / "data", f"{PERIOD.code}_huyen-{district:02}", codes, codes[:1] if district == 5 else ())
        provinces.places(root / "raw", *rows)
        with desk_at(root, monkeypatch) as desk:
            yield desk

    return opened


def read(desk: Desk, address: str, browser: Any) -> tuple[int, int, int]:
    """Return how many states and closings, and received folders, a page reads, and how many bytes it has."""
    heads: list[str] = []
    folders: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        for module, name, told in (
            (states, "communes_in", heads),
            (states, "load", heads),
            (closings, "closings", heads),
            (os, "scandir", folders),
            (os, "listdir", folders),
            (os, "stat", folders),
        ):
            asked = getattr(module, name)

            def noting(path: Any, *more: Any, asked: Any = asked, told: list[str] = told, **named: Any) -> Any:
                if str(path).startswith(str(desk.folders.raw)) or told is heads:
                    told.append(str(path))
                return asked(path, *more, **named)

            patch.setattr(module, name, noting)
        answer = browser.get(address, follow=True)
    assert answer.status_code == 200, address
    return len(heads), len(folders), len(answer.content)


def test_what_a_page_reads_and_its_length_do_not_follow_from_how_many_communes_there_are(office: Office) -> None:
    one = named(3, 7)
    pages = (
        *("/", f"/communes/{PERIOD.code}/tinh-1", f"/sets/{one}", f"/findings/{one}", f"/estimates/{one}"),
        *("/find", f"/find?set={one}", "/compare", f"/compare/{one}", "/choose/board", "/choose/find?in=tinh-1"),
        *("/receive", f"/receive?commune={one.commune}", f"/blanks/{one}", f"/entry/{one}", "/choose/find?q=Số 03007"),
    )
    counted = []
    for size in (130, 240):
        with office([size] * 8) as desk:
            for other in range(100, size):
                closings.add(desk.folders.data, named(7, other), Closing(Turn.REOPENED, "", "", ""))
            browser = desk.signed_in("all", *ALL)
            browser.get("/", follow=True)  # what is read once in a process is none of this
            counted.append({page: read(desk, page, browser) for page in pages})
    few, many = counted
    assert few == many
    assert max(length for _, _, length in many.values()) < 50_000


def test_whether_there_is_a_set_is_asked_of_one_batch_where_it_is_known_at_once(office: Office) -> None:
    with office([70, 70]) as desk:
        browser = desk.signed_in("all", *ALL)
        heads, _, _ = read(desk, f"/findings/{named(0, 3)}", browser)
        assert browser.get(f"/findings/{PERIOD.code}_xa-99999").status_code == 404
        for wrong in ("", "x", "2024-H1", "2024-h1_xa-00003", "2024-H1_..", "2024-H1_huyen-00", f"{named(0, 3)} "):
            assert browser.get(f"/findings/{wrong}").status_code == 404, wrong
    assert heads <= 6


def test_a_lost_state_is_told_where_the_asked_set_is_in_it_and_stops_no_other(office: Office) -> None:
    with office([70, 70]) as desk:
        browser = desk.signed_in("all", *ALL)
        for path in states.paths(desk.folders.data, f"{PERIOD.code}_huyen-01"):
            path.write_bytes(b"damaged")
        for page in (f"/findings/{named(1, 3)}", f"/compare/{named(1, 3)}", f"/choose/find/{code(1, 3)}"):
            answer = browser.get(page)
            assert answer.status_code == 409, page
            assert f"Sổ trạng thái của {PERIOD.code}_huyen-01" in text(answer)
        assert browser.get(f"/findings/{named(0, 3)}").status_code == 200


@pytest.mark.parametrize(("size", "others"), [(2, 409), (70, 200)])
def test_two_folders_of_a_commune_are_told_on_the_pages_that_it_is_on(office: Office, size: int, others: int) -> None:
    with office([size, size]) as desk:
        browser = desk.signed_in("all", *ALL)
        folder = desk.folders.raw / PERIOD.code / code(1, 1)
        folder.mkdir()
        (folder / "mot.xlsx").write_bytes(b"x")
        of_it = (f"/sets/{named(1, 1)}", f"/findings/{named(1, 1)}", f"/receive?commune={code(1, 1)}")
        for page in (*of_it, f"/communes/{PERIOD.code}"):
            answer = browser.get(page)
            assert answer.status_code == 409, page
            assert f"(mã {code(1, 1)}) có hai thư mục trong kỳ" in text(answer)
        assert browser.get(f"/receive?commune={code(0, 0)}").status_code == others, "where all are offered, also there"
        assert browser.get(f"/findings/{named(0, 0)}").status_code == 200


def links(html: str) -> list[str]:
    return [unescape(one) for one in re.findall(r'<a href="([^"]+)"', html)]


def reached(browser: Any, start: str, through: Sequence[str]) -> tuple[set[str], int]:
    """Return all that links lead to from a page through pages whose addresses begin so, and the longest of these."""
    known, waiting, longest = {start}, [start], 0
    while waiting:
        at = waiting.pop()
        html = browser.get(at, follow=True).content
        longest = max(longest, len(html))
        for link in links(html.decode()):
            there = f"{at.partition('?')[0]}{link}" if link.startswith("?") else link
            if there not in known:
                known.add(there)
                if there.startswith(tuple(through)):
                    waiting.append(there)
    return known, longest


def test_every_commune_is_reached_from_above_by_pages_of_bounded_length(office: Office) -> None:
    sizes = [450, *([30] * 5)]
    with office(sizes) as desk:
        browser = desk.signed_in("all", *ALL)
        every = [named(district, one) for district, size in enumerate(sizes) for one in range(size)]
        lists = f"/communes/{PERIOD.code}"
        known, longest = reached(browser, lists, [lists])
        assert {f"/sets/{key}" for key in every} <= known
        assert longest < 30_000
        first = browser.get(f"{lists}/huyen-00", follow=True).content.decode()
        assert len({one for one in links(first) if one.startswith("/sets/")}) == 200
        for to in ("board", "receive", "compare", "find"):
            known, longest = reached(browser, f"/choose/{to}", [f"/choose/{to}?"])
            assert {f"/choose/{to}/{key.commune}" for key in every} <= known
            assert longest < 30_000


def test_of_many_communes_the_places_one_level_down_are_told_those_with_errors_first(office: Office) -> None:
    with office([60] * 8) as desk:
        browser = desk.signed_in("all", *ALL)
        page = text(browser.get("/", follow=True))
        assert "Nơi Xã đã gửi Biểu đã gửi Xã có lỗi Tỉnh 1 240/240 480/480 1 Tỉnh 0 240/240 480/480 –" in page
        answer = browser.get(f"/communes/{PERIOD.code}/tinh-1")
        page = text(answer)
        assert "Các xã › Việt Nam › Tỉnh 1" in page
        assert f"Huyện 05, {PERIOD.title}: đã nhận báo cáo của 60/60 xã, 120/120 biểu" in page
        assert "Xã Số 05000 2/2 B01 – –" in page
        board = browser.get(f"/sets/{named(5, 1)}").content.decode()
        assert f'href="/communes/{PERIOD.code}/huyen-05"' in board
        assert browser.get(f"/communes/{PERIOD.code}/xa-05000").status_code == 404


def test_of_many_folders_that_are_not_read_the_first_are_told_and_how_many_more_there_are(office: Office) -> None:
    with office([3]) as desk:
        for number in range(24):
            folder = desk.folders.raw / "2024-h1" / code(0, 0) if not number else desk.folders.raw / f"cu-{number:02}"
            folder.mkdir(parents=True)
            (folder / "mot.xlsx").write_bytes(b"x")
        page = text(desk.signed_in("all", *ALL).get("/", follow=True))
    assert page.count("Không đọc mot.xlsx ở thư mục") == 20
    assert "Còn 4 thư mục nữa có tệp không được đọc; xong các thư mục trên thì kể tiếp." in page


def test_every_page_of_an_office_of_which_nothing_has_come_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "mot.xlsx").write_bytes(b"x")
    with desk_at(tmp_path, monkeypatch) as desk:
        browser = desk.signed_in("all", *ALL)
        for page in ("/", "/compare", "/find"):
            answer = browser.get(page)
            assert answer.status_code == 200, page
            assert "Chưa nhận được sổ tính nào" in text(answer)
            assert "Không đọc mot.xlsx ở ngay trong thư mục báo cáo" in text(answer)


def test_a_commune_is_chosen_by_name_and_then_offered_as_in_an_office_of_one(office: Office) -> None:
    with office([70, 70]) as desk:
        provinces.places(
            desk.folders.raw,
            *(desk.folders.raw / "places.csv").read_text("utf-8").splitlines()[1:],
            *provinces.commune("xa-moi", "huyen-01"),
        )
        browser = desk.signed_in("officer", "officer")
        answer = browser.get("/receive", follow=True)
        assert answer.redirect_chain == [("/choose/receive", 302)]
        found = browser.get("/choose/receive", {"q": "so 01007"})
        assert "1 xã mang tên hoặc mã như vậy. Xã Số 01007 xa-01007, Huyện 01, Tỉnh 0, Việt Nam" in text(found)
        answer = browser.get("/choose/receive/xa-01007", follow=True)
        page = answer.content.decode()
        assert {*re.findall(r'<option value="([^"]+)"', page)} == {str(named(1, 7)), f"{PERIOD.after.code}_xa-01007"}
        assert "Xã Số 01007, Huyện 01, Tỉnh 0, Việt Nam. Chọn xã khác" in text(answer)
        assert browser.get(f"/blanks/{PERIOD.after.code}_xa-01007").status_code == 200
        assert "0 xã mang tên" in text(browser.get("/choose/receive", {"q": "Sổ 01007"}))
        for to, there in (("board", "/sets/"), ("compare", "/compare/"), ("find", "/find?set=")):
            assert browser.get(f"/choose/{to}/xa-01007").headers["location"] == f"{there}{named(1, 7)}"
            answer = browser.get(f"/choose/{to}/xa-moi", follow=True)
            assert answer.redirect_chain == [(f"/choose/{to}", 302)]
            assert "Chưa nhận báo cáo nào của Xã Số moi." in text(answer)
        assert "xa-moi" in browser.get("/choose/receive/xa-moi", follow=True).content.decode()
        folder = desk.folders.raw / PERIOD.code / "huyen-01" / "xa-moi"
        folder.mkdir()
        (folder / "mot.xlsx").write_bytes(b"x")
        assert "Báo cáo của Xã Số moi chưa chạy lần nào" in text(browser.get("/choose/find/xa-moi", follow=True))
        assert browser.get("/choose/board/xa-moi").headers["location"] == f"/sets/{PERIOD.code}_xa-moi"
        for wrong in ("/choose/board/khong-co", "/choose/x", "/choose/x/xa-01007", "/choose/board?in=xa-01007"):
            assert browser.get(wrong).status_code == 404, wrong


def test_an_office_of_one_commune_is_offered_all_its_periods_however_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    months = [Period(2010 + year, month, PeriodKind.MONTH).code for year in range(12) for month in range(1, 13)]
    assert len(months) > offered.MOST
    for month in months:
        states.save(tmp_path / "data", f"{month}_huu-kien", State(communes=("huu-kien",)))
    with desk_at(tmp_path, monkeypatch) as desk:
        browser = desk.signed_in("all", *ALL)
        page = browser.get("/").content.decode()
        sets = page[page.index('<details class="sets">') : page.index("</details>")]
        assert links(sets) == [f"/sets/{one}_huu-kien" for one in reversed(months)]
        assert browser.get("/receive").status_code == browser.get("/compare").status_code == 200
