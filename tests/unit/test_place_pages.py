"""The example's district, province and nation have pages, however few communes have sent anything."""

import re
from pathlib import Path

from pipelines.desk.communes import IN_ORDER, District
from pipelines.present.levels import Territory
from pipelines.refresh.documents import place_pages
from pipelines.store.raw import Raw
from pipelines.store.tables import Store
from tests.unit.builders import ROOT
from tests.unit.offices import KEY


def test_the_pages_of_the_nation_and_of_all_places_in_it_are_written(example: Store, tmp_path: Path) -> None:
    places = Raw(ROOT / "raw").places
    nation = places.place_above("vn")
    assert nation is not None
    starts = list(place_pages(Territory(example, places, KEY.period, nation), tmp_path))
    assert [page.parent.name for page in starts] == [f"{KEY.period}_{name}" for name in ("vn", "lang-son", "chi-lang")]
    for folder in (page.parent for page in starts):
        shown = (folder / "trace" / "livestock.html").read_text("utf-8")
        (value,) = re.findall(r'Tổng đàn gia súc <span class="amount">([\d.]+) ', shown)
        assert value == "5.373"
        assert re.search(r"\d", (folder / "findings.html").read_text("utf-8"))


def test_who_is_asked_for_nothing_in_such_a_period_is_not_told_as_silent(example: Store, tmp_path: Path) -> None:
    places = Raw(ROOT / "raw").places
    district = places.place_above("chi-lang")
    assert district is not None
    due, not_due = (Territory(example, places, period, district) for period in ("2023-H2", "2024-M01"))
    assert [one.code for one in due.silent] == [KEY.commune]
    assert (not_due.silent, list(not_due.communes)) == ([], [KEY.commune])
    assert "0/1 xã" in next(due.lines())
    assert "0/0 xã" in next(not_due.lines())
    districts = [District(one, Raw(ROOT / "raw")) for one in (due, not_due)]
    to_do = [[line.key.commune for line in one.every if line.rank < IN_ORDER] for one in districts]
    assert to_do == [[KEY.commune], []]
    (start,) = place_pages(not_due, tmp_path)
    shown = start.read_text("utf-8")
    assert "Hữu Kiên" in shown
    assert "Xã chưa gửi gì" not in shown


def test_a_chapter_of_which_a_place_has_no_figure_has_no_page(example: Store, tmp_path: Path) -> None:
    places = Raw(ROOT / "raw").places
    district = places.place_above("chi-lang")
    assert district is not None
    (start,) = place_pages(Territory(example, places, "2024-M01", district), tmp_path)
    assert not (start.parent / "trace").exists()
    assert "trace/livestock.html" not in start.read_text("utf-8")
