"""The example's district, province and nation have pages, however few communes have sent anything."""

import re
from pathlib import Path

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
