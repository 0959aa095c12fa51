"""A commune whose forms a design workbook gives and nothing else, beside the home pack: each sees its own."""

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pipelines.handout.design import in_use, of_rows
from tests.unit.builders import PLACES
from tests.wiring.test_installed_pack import run_with

pytestmark = pytest.mark.slow

SEASONS = {"dx": "Đông - Xuân", "ht": "Hè - Thu", "m": "Mùa"}
CROPS = {"ngo": "ngô", "lac": "lạc", "khoai": "khoai lang", "dau": "đậu tương", "rau": "rau các loại", "sen": "sen"}
AREA = {f"dt_{season}": f"Diện tích cây trồng vụ {words}" for season, words in SEASONS.items()}
YIELD = {f"sl_{season}": f"Sản lượng cây trồng vụ {words}" for season, words in SEASONS.items()}


def field(code: str, label: str, unit: str, section: str, **more: str) -> dict[str, str]:
    return {"form": "R11", "code": code, "label": label, "unit": unit, "section": section, **more}


def seasonal(kind: str, unit: str, total: str, label: str) -> list[dict[str, str]]:
    """The fields of one season: a total and its crops."""
    crops = {f"{total}_{crop}": f"{kind} {words}, vụ {SEASONS[total[3:]]}" for crop, words in CROPS.items()}
    section = f"{kind} vụ {SEASONS[total[3:]]}"
    whole = field(total, label, unit, section, parts=" + ".join(crops))
    return [whole, *(field(code, words, unit, section) for code, words in crops.items())]


FIELDS = [
    *(one for code, label in AREA.items() for one in seasonal("Diện tích", "ha", code, label)),
    *(one for code, label in YIELD.items() for one in seasonal("Sản lượng", "tấn", code, label)),
]

DESIGN = {
    "forms": [
        {"code": "R11", "sheet": "Ba vụ", "title": "Cây trồng ba vụ", "reporter": "village", "domain": "ba_vu"},
        {"code": "R12", "sheet": "Bảo vệ cây", "title": "Phun thuốc", "reporter": "bvtv", "domain": "bao_ve_cay"},
    ],
    "fields": [
        *FIELDS,
        {"form": "R12", "code": "phun", "label": "Diện tích phun thuốc", "unit": "ha"},
        {"form": "R12", "code": "be", "label": "Bể thuốc đã pha", "unit": "bể"},
    ],
    "rules": [
        {"form": "R12", "code": "R12-01", "rule": "phun <= sum(R11.dt_dx; R11.dt_ht; R11.dt_m)", "severity": "Lỗi"},
        {"form": "R11", "code": "R11-01", "rule": "dt_ht <= dt_dx", "severity": "Cảnh báo"},
    ],
    "chapters": [{"code": "ba_vu", "title": "Cây trồng ba vụ"}],
    "figures": [
        *({"chapter": "ba_vu", "id": f"ba_vu.{one['code']}", "formula": f"R11.{one['code']}"} for one in FIELDS),
        {"chapter": "ba_vu", "id": "ba_vu.be", "formula": "R12.be"},
        {
            "chapter": "ba_vu",
            "id": "ba_vu.phun.ty_le",
            "label": "Tỷ lệ diện tích được phun",
            "formula": "100 * R12.phun / (R11.dt_dx + R11.dt_ht + R11.dt_m)",
            "unit": "%",
            "decimals": "1",
            "plan": "P1.II.1.a",
        },
        {
            "chapter": "ba_vu",
            "id": "ba_vu.ngo.nang_suat",
            "label": "Năng suất ngô vụ Đông - Xuân",
            "formula": "10 * R11.sl_dx_ngo / R11.dt_dx_ngo",
            "unit": "tạ/ha",
            "decimals": "2",
        },
    ],
    "units": [{"label": "bể"}],
}

PLACES_CSV = """code,level,name,parent,aliases,valid_from,valid_to,forms,kind,packs
ban-moi,commune,Bản Mới,chi-lang,,,,,,ba_vu
mot,village,Bản Một,ban-moi,,,,,,
hai,village,Bản Hai,ban-moi,,,,,,
tram,desk,Trạm bảo vệ cây trồng,ban-moi,,,,,bvtv,
huu-kien,commune,Hữu Kiên,chi-lang,,,,B01,,
"""

SCRIPT = """
import json, sys
from pathlib import Path

from pipelines.handout.owed import Handout
from pipelines.refresh.batches import refresh
from pipelines.store import published
from pipelines.store.raw import Raw
from pipelines.store.tables import Store
from schemas.catalogue import CATALOGUE
from schemas.return_sets import BatchKey, ReturnSetKey
from tests.unit.builders import filled

root = Path(sys.argv[1])
raw, store = Raw(root / "raw"), Store(root / "data")
home, own = ReturnSetKey("2024-H1", "huu-kien"), ReturnSetKey("2024-H1", "ban-moi")
form = CATALOGUE.by_code

def send(key, code, answers, reporter, commune, name):
    folder = raw.root / key.period / key.commune
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(filled(form[code], answers, reporter=reporter, commune=commune))

herd = dict.fromkeys(form["B01"].fields(), 0)
for village in raw.places.reporters("huu-kien", "village"):
    send(home, "B01", herd, village.title, "Hữu Kiên", village.code + ".xlsx")
crops = dict.fromkeys(form["R11"].fields(), 0)
crops |= {"dt_dx": 10, "dt_dx_ngo": 8, "dt_dx_lac": 2, "sl_dx": 40, "sl_dx_ngo": 40}
send(own, "R11", crops, "Bản Một", "Bản Mới", "mot.xlsx")
send(own, "R11", crops | {"dt_ht": 5, "dt_ht_rau": 4}, "Bản Hai", "Bản Mới", "hai.xlsx")
send(own, "R12", {"phun": 15, "be": 7}, "Trạm bảo vệ cây trồng", "Bản Mới", "tram.xlsx")
(raw.folder(own) / "printed.csv").write_text(sys.argv[2], encoding="utf-8")
refresh(raw, store, BatchKey(*home), who="test")
refresh(raw, store, BatchKey(*own), who="test")
held = [(row["code"], row["form"], row["cells"], row["message"]) for row in published.findings(store, own)]
send(own, "R11", crops | {"dt_ht": 4, "dt_ht_rau": 4}, "Bản Hai", "Bản Mới", "hai.xlsx")
refresh(raw, store, BatchKey(*own), who="test")

def seen(key):
    figures = published.figures(store, key)
    owed = Handout(raw, store, key).owed()
    return {
        "owed": {place.code: [one.code for one in forms] for place, forms in owed.items()},
        "findings": sorted({(row["code"], row["form"]) for row in published.findings(store, key)}),
        "figures": {row["id"]: str(row["value"]) for row in figures if row["value"] is not None},
        "chapters": sorted({row["chapter"] for row in figures}),
    }

verdicts = [(row["id"], row["verdict"]) for row in store.rows("statements", str(own)).to_pylist()]
above = {row["id"]: str(row["value"]) for row in published.figures_above(store, "2024-H1", "chi-lang")}
told = {"home": seen(home), "own": seen(own), "held": held, "verdicts": verdicts, "above": above}
print(json.dumps(told, default=str))
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the design is installed: packed by the verb, and laid out as an installer does."""
    root = tmp_path_factory.mktemp("site")
    (root / "ba vu.xlsx").write_bytes(of_rows(DESIGN, in_use(PLACES)))
    (root / "raw").mkdir()
    (root / "raw" / "places.csv").write_text(PLACES_CSV.replace("ba_vu\n", "\n"), encoding="utf-8")
    words = ["design", "pack", str(root / "ba vu.xlsx"), "--output", str(root), "--raw", str(root / "raw")]
    done = run_with(root, "-m", "pipelines.cli", *words)
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = root.glob("*.whl")
    zipfile.ZipFile(io.BytesIO(made.read_bytes())).extractall(root / "site")
    return root / "site"


@pytest.fixture(scope="module")
def said(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """What an office says that has two communes, one of them with the design alone."""
    root = tmp_path_factory.mktemp("office")
    (root / "raw").mkdir()
    (root / "raw" / "places.csv").write_text(PLACES_CSV, encoding="utf-8")
    printed = """id,section,line,printed,value,unit,scope,period,kind
ba_vu.dt_dx,P1.II.1.a,1,20,20,ha,commune,as-of 2024-06-28,input
ba_vu.phun.ty_le,P1.II.1.a,1,"65,2",65.2,%,commune,as-of 2024-06-28,derived
ba_vu.be,P1.II.1.a,2,"7 bể",7,bể,commune,as-of 2024-06-28,input
"""
    done = run_with(site, "-c", SCRIPT, str(root), printed)
    assert done.returncode == 0, done.stderr
    found: Mapping[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_whoever_has_the_design_is_asked_for_its_forms_and_nobody_else(said: Mapping[str, Any]) -> None:
    assert said["own"]["owed"] == {"mot": ["R11"], "hai": ["R11"], "tram": ["R12"]}
    assert {code for codes in said["home"]["owed"].values() for code in codes} == {"B01"}


def test_its_rules_are_checked_like_any_others(said: Mapping[str, Any]) -> None:
    assert ["R11-dt_ht", "R11"] in [one[:2] for one in said["held"]]
    assert said["own"]["findings"] == []


def test_its_figures_are_added_up_and_made_like_any_others(said: Mapping[str, Any]) -> None:
    figures = said["own"]["figures"]
    assert len(figures) > 40
    assert float(figures["ba_vu.dt_dx"]) == 20
    assert float(figures["ba_vu.dt_ht_rau"]) == 4
    assert float(figures["ba_vu.ngo.nang_suat"]) == 50
    assert float(figures["ba_vu.phun.ty_le"]) == 62.5
    assert said["own"]["chapters"] == ["ba_vu"]
    assert "ba_vu" not in said["home"]["chapters"]
    assert float(said["above"]["ba_vu.dt_dx"]) == 20


def test_what_its_plan_prints_is_held_against_them(said: Mapping[str, Any]) -> None:
    assert said["verdicts"] == [["ba_vu.dt_dx", "agrees"], ["ba_vu.phun.ty_le", "conflict"], ["ba_vu.be", "agrees"]]


def test_an_installed_design_may_be_changed_but_not_called_otherwise(site: Path) -> None:
    book = site.parent / "ba vu.xlsx"
    other = site.parent / "khac.xlsx"
    changed = {**DESIGN, "fields": [{**one, "label": f"{one['label']} "} for one in DESIGN["fields"]]}
    changed["fields"][-1] = {**changed["fields"][-1], "label": "Số bể thuốc"}
    changed["forms"] = [{**one, "version": "2"} for one in DESIGN["forms"]]
    for path in (book, other):
        path.write_bytes(of_rows(changed, in_use(PLACES)))
    words = ["-m", "pipelines.cli", "design", "check"]
    raw = ["--raw", str(site.parent / "raw")]
    assert run_with(site, *words, str(book), *raw).returncode == 0
    taken = run_with(site, *words, str(other), *raw)
    assert (taken.returncode, "«R12» đã có" in taken.stdout) == (1, True)


def test_a_design_that_leans_on_another_installed_one_is_not_packed_for_it_could_not_be_read(site: Path) -> None:
    design = {
        "forms": [{"code": "R21", "sheet": "Cỏ", "title": "Đồng cỏ", "reporter": "village", "domain": "dong_co"}],
        "fields": [{"form": "R21", "code": "co", "label": "Diện tích cỏ", "unit": "ha"}],
        "chapters": [{"code": "dong_co", "title": "Đồng cỏ"}],
        "figures": [
            {
                "chapter": "dong_co",
                "id": "co.va_cay",
                "label": "Cỏ và cây",
                "formula": "R21.co + R11.dt_dx",
                "unit": "ha",
            }
        ],
    }
    book = site.parent / "dong co.xlsx"
    book.write_bytes(of_rows(design, in_use(PLACES)))
    words = ["-m", "pipelines.cli", "design"]
    raw = ["--raw", str(site.parent / "raw")]
    assert run_with(site, *words, "check", str(book), *raw).returncode == 0
    packed = run_with(site, *words, "pack", str(book), "--output", str(site.parent / "w"), *raw)
    assert (packed.returncode, packed.stdout) == (2, "")
    assert "Gói «dong_co» sẽ không cài được" in packed.stderr
    assert "R11.dt_dx" in packed.stderr
