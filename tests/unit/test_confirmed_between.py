"""A number that was kept beside what other periods had: it is so beside no other numbers of these."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.refresh.batches import refresh_each
from pipelines.refresh.closing import ledger_of
from pipelines.refresh.designs import take_in
from pipelines.store import designs, published
from pipelines.store.ledger import CellPlace
from pipelines.store.raw import Raw
from pipelines.store.tables import Store
from schemas.catalogue import CATALOGUE
from schemas.periods import Period
from schemas.return_sets import ReturnSetKey
from tests.unit.builders import address_of, filled
from tests.unit.designed import put

RULE = "R41-K-tre"
KEY = ReturnSetKey("2024-H1", "ban-moi")

DESIGN = {
    "forms": [
        {"code": "R41", "sheet": "Sinh", "title": "Trẻ mới sinh", "reporter": "village", "domain": "sinh"}
        | {"periods": "quý | 6 tháng"}
    ],
    "fields": [{"form": "R41", "code": "tre", "label": "Trẻ sinh trong kỳ", "unit": "trẻ"}],
    "chapters": [{"code": "sinh", "title": "Sinh"}],
    "figures": [{"chapter": "sinh", "id": "sinh.tre", "formula": "R41.tre"}],
}
PLACES_CSV = """code,level,name,parent,aliases,valid_from,valid_to,forms,kind,packs
ban-moi,commune,Bản Mới,chi-lang,,,,,,sinh
mot,village,Bản Một,ban-moi,,,,,,
"""

pytestmark = pytest.mark.slow


class Site:
    """An office with a form that is asked for quarters and half-years."""

    def __init__(self, root: Path) -> None:
        self.folder, self.store = root / "raw", Store(root / "data")
        put(self.folder, sinh=DESIGN)
        (self.folder / "places.csv").write_text(PLACES_CSV, encoding="utf-8")
        take_in(self.raw, self.store, who="thử")

    @property
    def raw(self) -> Raw:
        return Raw(self.folder)

    def send(self, **births: int) -> None:
        """The village sends its return of each period, ``_`` for the hyphen."""
        for code, value in births.items():
            period = Period.parse(code[1:].replace("_", "-"))
            folder = self.folder / period.code / KEY.commune
            folder.mkdir(parents=True, exist_ok=True)
            form = CATALOGUE.by_code["R41"]
            content = filled(form, {"tre": value}, reporter="Bản Một", commune="Bản Mới", period=period)
            (folder / "mot.xlsx").write_bytes(content)

    def told(self) -> dict[str, str]:
        """What is told of the half-year once all is refreshed, by code."""
        for _ in refresh_each(self.raw, self.store, list(self.raw.batches()), who="test"):
            pass
        self.store = Store(self.store.root)
        return {row["code"]: row["message"] for row in published.findings(self.store, KEY)}

    def keep(self) -> str:
        """Keep the number of the half-year, since the rule is wrong; return what was noted beside it."""
        place = CellPlace("mot.xlsx", "Sinh", address_of(CATALOGUE.by_code["R41"], "tre"))
        ledger = ledger_of(self.raw, self.store, KEY)
        return ledger.confirm(place, reason="nhận thêm một xóm", who="cán bộ", rule=RULE)["operands"]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    yield made
    designs.use(made.store.root, ())


def test_it_is_told_again_when_another_period_has_another_number(site: Site) -> None:
    site.send(_2024_Q1=6, _2024_Q2=9, _2024_H1=16)
    assert set(site.told()) == {RULE}
    assert site.keep() == f"{RULE} compared=15"
    assert set(site.told()) == {"H-08"}

    site.send(_2024_Q2=90)
    told = site.told()
    assert f"Số này đã được giữ nguyên khi số đem so theo {RULE} là 15, nay là 96." in told[RULE]
    assert "H-08" not in told

    assert site.keep() == f"{RULE} compared=96"
    assert set(site.told()) == {"H-08"}
