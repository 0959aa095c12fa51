"""A commune whose forms are given by a design workbook in ``raw/bieu-mau`` and nothing else, beside Hữu Kiên.

From the workbooks to the figures of the district and a release that is verified without the raw folder; the batches are
worked on by processes of their own.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.handout.owed import Handout, HandoutError
from pipelines.refresh.batches import refresh, refresh_each
from pipelines.refresh.designs import Standing, take_in, withdraw
from pipelines.refresh.release import make, verify
from pipelines.store import designs, published
from pipelines.store.raw import Raw
from pipelines.store.raw_names import DESIGNS
from pipelines.store.releases import Release
from pipelines.store.tables import Store
from schemas.catalogue import CATALOGUE
from schemas.periods import Period
from schemas.return_sets import BatchKey, ReturnSetKey
from tests.unit.builders import filled
from tests.unit.designed import DESIGN, PLACES_CSV, PRINTED, put, with_unit

pytestmark = pytest.mark.slow

HOME, OWN = ReturnSetKey("2024-H1", "huu-kien"), ReturnSetKey("2024-H1", "ban-moi")
NINE = ReturnSetKey("2024-9M", "ban-moi")
RELEASED = "ban-moi-lan-1"


class Site:
    """One raw folder with both communes, and the output folder beside it."""

    def __init__(self, root: Path) -> None:
        self.raw_folder, self.store = root / "raw", Store(root / "data")

    @property
    def raw(self) -> Raw:
        return Raw(self.raw_folder)

    def send(self, key: ReturnSetKey, code: str, answers: dict[str, Any], reporter: str, name: str) -> None:
        folder = self.raw_folder / key.period / key.commune
        folder.mkdir(parents=True, exist_ok=True)
        commune = {"huu-kien": "Hữu Kiên", "ban-moi": "Bản Mới"}[key.commune]
        form, period = CATALOGUE.by_code[code], Period.parse(key.period)
        (folder / name).write_bytes(filled(form, answers, reporter=reporter, commune=commune, period=period))

    def seen(self, key: ReturnSetKey) -> dict[str, Any]:
        figures = published.figures(self.store, key)
        return {
            "owed": {place.code: [one.code for one in forms] for place, forms in self.owed(key).items()},
            "findings": sorted({(row["code"], row["form"]) for row in published.findings(self.store, key)}),
            "figures": {row["id"]: float(row["value"]) for row in figures if row["value"] is not None},
            "chapters": {row["chapter"] for row in figures},
        }

    def owed(self, key: ReturnSetKey) -> Any:
        return Handout(self.raw, self.store, key).owed()

    def bytes_of(self, key: ReturnSetKey) -> dict[str, bytes]:
        """Every published table of a commune."""
        tables = (path for path in self.store.root.rglob(f"{key}.parquet") if path.parent.name != "openlineage")
        return {path.relative_to(self.store.root).as_posix(): path.read_bytes() for path in tables}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("office"))
    put(made.raw_folder, ba_vu=DESIGN)
    (made.raw_folder / "places.csv").write_text(PLACES_CSV, encoding="utf-8")
    take_in(made.raw, made.store, who="thử")
    herd = dict.fromkeys(CATALOGUE.by_code["B01"].fields(), 0)
    white = herd | {"horse": 5, "horse_white": 5, "total": 5}
    for village in made.raw.places.reporters("huu-kien", "village"):
        made.send(HOME, "B01", white, village.title, f"{village.code}.xlsx")
    crops = dict.fromkeys(CATALOGUE.by_code["R11"].fields(), 0)
    crops |= {"dt_dx": 10, "dt_dx_ngo": 8, "dt_dx_lac": 2, "sl_dx": 40, "sl_dx_ngo": 40}
    made.send(OWN, "B01", white, "Bản Một", "mot-vat-nuoi.xlsx")
    made.send(OWN, "B01", herd, "Bản Hai", "hai-vat-nuoi.xlsx")
    made.send(OWN, "R11", crops, "Bản Một", "mot.xlsx")
    made.send(OWN, "R11", crops | {"dt_ht": 5, "dt_ht_rau": 4}, "Bản Hai", "hai.xlsx")
    made.send(OWN, "R12", {"phun": 15, "be": 7}, "Trạm bảo vệ cây trồng", "tram.xlsx")
    (made.raw.folder(OWN) / "printed.csv").write_text(PRINTED, encoding="utf-8")
    batches = [BatchKey(*HOME), BatchKey(*OWN)]
    assert len(list(refresh_each(made.raw, made.store, batches, who="test", engine="processes:2"))) == 2
    made.first = [(row["code"], row["form"]) for row in published.findings(made.store, OWN)]  # type: ignore[attr-defined]
    made.send(OWN, "R11", crops | {"dt_ht": 4, "dt_ht_rau": 4}, "Bản Hai", "hai.xlsx")
    refresh(made.raw, made.store, BatchKey(*OWN), who="test")
    make(made.raw, made.store, OWN, RELEASED)
    later = crops | {"dt_ht": 9, "dt_ht_rau": 9, "dt_m": 6, "dt_m_sen": 6}
    made.send(NINE, "R11", later, "Bản Một", "mot.xlsx")
    made.send(NINE, "R11", later | {"dt_dx": 9, "dt_dx_ngo": 7}, "Bản Hai", "hai.xlsx")
    made.send(NINE, "R12", {"phun": 24, "be": 11}, "Trạm bảo vệ cây trồng", "tram.xlsx")
    refresh(made.raw, made.store, BatchKey(*NINE), who="test")
    made.fewer = list(published.findings(made.store, NINE))  # type: ignore[attr-defined]
    made.send(NINE, "R11", later, "Bản Hai", "hai.xlsx")
    refresh(made.raw, made.store, BatchKey(*NINE), who="test")
    yield made
    designs.use(made.store.root, ())


def test_whoever_names_the_design_is_asked_for_its_forms_and_nobody_else(site: Site) -> None:
    assert site.seen(OWN)["owed"] == {"mot": ["B01", "R11"], "hai": ["B01", "R11"], "tram": ["R12"]}
    assert {code for codes in site.seen(HOME)["owed"].values() for code in codes} == {"B01"}


def test_its_rules_are_checked_by_processes_of_their_own_like_any_others(site: Site) -> None:
    assert ("R11-dt_ht", "R11") in site.first  # type: ignore[attr-defined]
    assert site.seen(OWN)["findings"] == []


def test_its_figures_are_made_and_the_district_adds_up_what_both_have(site: Site) -> None:
    own, home = site.seen(OWN), site.seen(HOME)
    of_design = [name for name in own["figures"] if name.startswith("ba_vu.")]
    assert len(of_design) > 40
    assert own["figures"]["ba_vu.dt_dx"] == 20
    assert own["figures"]["ba_vu.dt_ht_rau"] == 4
    assert own["figures"]["ba_vu.ngo.nang_suat"] == 50
    assert own["figures"]["ba_vu.phun.ty_le"] == 62.5
    assert "ba_vu" in own["chapters"]
    assert "ba_vu" not in home["chapters"]
    above = {row["id"]: row["value"] for row in published.figures_above(site.store, "2024-H1", "chi-lang")}
    horses = "livestock.horse.heads"
    assert above[horses] == home["figures"][horses] + own["figures"][horses] > home["figures"][horses] > 0
    assert above["ba_vu.dt_dx"] == 20


def test_nine_months_are_asked_by_the_design_alone_and_hold_what_half_a_year_had(site: Site) -> None:
    assert site.seen(NINE)["owed"] == {"mot": ["R11"], "hai": ["R11"], "tram": ["R12"]}
    with pytest.raises(HandoutError, match="Hữu Kiên không có biểu nào gửi theo kỳ 9 tháng đầu năm 2024"):
        site.owed(ReturnSetKey("2024-9M", "huu-kien"))
    told = {row["code"]: row["message"] for row in site.fewer}  # type: ignore[attr-defined]
    assert "biểu R11 6 tháng đầu năm 2024: 10 (tệp hai.xlsx" in told["R11-L-dt_dx"]


def test_figures_of_nine_months_stand_beside_those_of_half_a_year(site: Site) -> None:
    nine = site.seen(NINE)
    assert (nine["findings"], nine["chapters"]) == ([], {"ba_vu"})
    assert len(nine["figures"]) > 40
    assert [nine["figures"][f"ba_vu.{name}"] for name in ("dt_dx", "dt_ht", "dt_m", "be")] == [20, 18, 12, 11]
    assert nine["figures"]["ba_vu.phun.ty_le"] == 48
    above = {row["id"]: row["value"] for row in published.figures_above(site.store, "2024-9M", "chi-lang")}
    assert {name: value for name, value in above.items() if value is not None}.keys() <= nine["figures"].keys()
    assert above["ba_vu.dt_m"] == 12
    assert site.seen(OWN)["figures"]["ba_vu.dt_ht"] == 4, "half a year stays what it was"


def test_what_its_plan_prints_is_held_against_them(site: Site) -> None:
    told = [(row["id"], row["verdict"]) for row in site.store.rows("statements", str(OWN)).to_pylist()]  # type: ignore[union-attr]
    assert told == [("ba_vu.dt_dx", "agrees"), ("ba_vu.phun.ty_le", "conflict"), ("ba_vu.be", "agrees")]


def test_a_fault_in_the_design_changes_no_figure_of_anybody(site: Site) -> None:
    before = site.bytes_of(OWN), site.bytes_of(HOME)
    assert before[0]
    put(site.raw_folder, ba_vu=with_unit("bễ"))
    (held,) = take_in(site.raw, site.store, who="thử")
    assert held.standing is Standing.HELD
    for batch, done in refresh_each(site.raw, site.store, [BatchKey(*HOME), BatchKey(*OWN)], who="test"):
        assert not done.made, batch
    assert (site.bytes_of(OWN), site.bytes_of(HOME)) == before


def test_a_release_is_verified_by_the_designs_of_then_where_there_is_no_raw_folder(site: Site, tmp_path: Path) -> None:
    shutil.copytree(site.store.root, tmp_path / "data")
    for record in (designs.RECORD, designs.COPY):
        (tmp_path / "data" / record).unlink()
    designs.use(tmp_path / "data")
    assert "R11" not in CATALOGUE.by_code
    found = verify(tmp_path / "data", RELEASED)
    assert (found.differences, list(found.notes)) == ([], [])
    assert found.figures > 40
    assert "R11" not in CATALOGUE.by_code
    (kept,) = Release(tmp_path / "data", RELEASED).designs
    path = tmp_path / "data" / "archive" / f"{kept.sha256}.xlsx"
    path.write_bytes(path.read_bytes() + b"0")
    assert [one.where for one in verify(tmp_path / "data", RELEASED).differences] == [path.name]


def test_a_withdrawn_design_leaves_what_the_others_have_and_its_release_as_they_are(site: Site, tmp_path: Path) -> None:
    shutil.copytree(site.raw_folder.parent, tmp_path / "office")
    later = Site(tmp_path / "office")
    shutil.rmtree(later.raw_folder / DESIGNS)
    shutil.rmtree(later.raw_folder / OWN.period / OWN.commune)
    (later.raw_folder / "places.csv").write_text(
        PLACES_CSV.replace("home ba_vu", "home").replace("B01 R11 R12", "B01"), encoding="utf-8"
    )
    before = later.bytes_of(HOME)
    withdraw(later.raw, later.store, "ba_vu", who="thử")
    refresh(later.raw, later.store, BatchKey(*HOME), who="test")
    assert later.bytes_of(HOME) == before
    assert verify(later.store.root, RELEASED).differences == []
    designs.use(site.store.root)
