"""An outside pack, installed as a Python package, beside the home pack in one raw folder: each commune sees its own."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.unit.builders import ROOT

pytestmark = pytest.mark.slow

PACK = '''
"""The pack of communes that keep bees."""

from schemas.edits import balance
from schemas.fields import field
from schemas.figure import Chapter, fields_of, summed
from schemas.form import DeskForm, VillageForm
from schemas.forms.b01_livestock import Livestock
from schemas.pack import Pack
from schemas.units import Heads


class Bees(VillageForm, code="Z01", sheet="Nuôi ong", title="Đàn ong hiện có", domain="bees"):
    """One row per village: hives present on the reference day."""

    hives = field(Heads, "Tổng số đàn ong")
    wild = field(Heads, "Đàn ong rừng")
    tame = field(Heads, "Đàn ong nhà")

    edits = (balance("Z01-01", "hives", ["wild", "tame"]),)


class Station(DeskForm, code="Z02", sheet="Trạm ong", title="Trạm ong", domain="station", reporter="bee_station"):
    """One row per station: queens it has."""

    queens = field(Heads, "Ong chúa")


PACK = Pack(
    "bees",
    "Xã nuôi ong",
    (Livestock, Bees, Station),
    (
        Chapter("bees", "Nuôi ong", tuple(fields_of(Bees, Station))),
        Chapter("bee_herds", "Chăn nuôi của xã nuôi ong", (summed(Livestock.horse, "bee_herds.horse"),)),
    ),
    "code,level,name,parent,aliases,valid_from,valid_to,forms,kind,packs\\n"
    "tram_ong,desk,Trạm ong,,,,,,bee_station,bees\\n",
)
'''

PLACES = """code,level,name,parent,aliases,valid_from,valid_to,forms,kind,packs
ban-moi,commune,Bản Mới,chi-lang,,,,,,bees
mot,village,Bản Một,ban-moi,,,,,,
huu-kien,commune,Hữu Kiên,chi-lang,,,,B01 B02,,
"""

SCRIPT = """
import json, sys
from pathlib import Path

from pipelines.handout.owed import Handout
from pipelines.refresh.batches import refresh
from pipelines.refresh.stale import stale_batches
from pipelines.store import published
from pipelines.store.raw import Raw
from pipelines.store.tables import Store
from schemas.catalogue import CATALOGUE
from schemas.return_sets import BatchKey, ReturnSetKey
from tests.unit.builders import filled

root = Path(sys.argv[1])
raw, store = Raw(root / "raw"), Store(root / "data")
home, bees = ReturnSetKey("2024-H1", "huu-kien"), ReturnSetKey("2024-H1", "ban-moi")
form = CATALOGUE.by_code

def send(key, code, answers, reporter, commune, name):
    folder = raw.root / key.period / key.commune
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(filled(form[code], answers, reporter=reporter, commune=commune))

herd = dict.fromkeys(form["B01"].fields(), 0)
for village in raw.places.reporters("huu-kien", "village"):
    white = herd | {"horse": 5, "horse_white": 5, "total": 5}
    send(home, "B01", white, village.title, "Hữu Kiên", village.code + ".xlsx")
send(home, "Z01", {"hives": 1, "wild": 1, "tame": 0}, "Thôn Pá Phào", "Hữu Kiên", "ong.xlsx")
send(bees, "B01", herd | {"horse": 7, "horse_white": 7, "total": 7}, "Bản Một", "Bản Mới", "mot.xlsx")
send(bees, "Z01", {"hives": 10, "wild": 4, "tame": 6}, "Bản Một", "Bản Mới", "ong.xlsx")
send(bees, "Z02", {"queens": 3}, "Trạm ong", "Bản Mới", "tram.xlsx")
for key in (home, bees):
    refresh(raw, store, BatchKey(*key), who="test")
refresh(raw, store, BatchKey(*home), who="test")

def seen(key):
    figures = published.figures(store, key)
    return {
        "owed": {place.code: [one.code for one in forms] for place, forms in Handout(raw, store, key).owed().items()},
        "findings": sorted({(row["code"], row["form"]) for row in published.findings(store, key)}),
        "figures": {row["id"]: str(int(row["value"])) for row in figures if row["value"] is not None},
        "chapters": sorted({row["chapter"] for row in figures}),
        "pages": sorted(path.stem for path in (store.root / "explorer" / str(key) / "chapters").iterdir()),
    }

above = {row["id"]: row for row in published.figures_above(store, "2024-H1", "chi-lang")}
print(json.dumps({
    "packs": [pack.name for pack in CATALOGUE.packs],
    "home": seen(home),
    "bees": seen(bees),
    "district": {name: [str(int(above[name]["value"])), above[name]["reported"], above[name]["expected"]] for name in (
        "livestock.horse.heads", "bees.hives", "bee_herds.horse",
    )},
}, default=str))
"""


def install(site: Path, source: str = PACK, point: str = "bees = returns_bees:PACK") -> None:
    """Lay a package into a folder as an installer does."""
    (site / "returns_bees").mkdir(parents=True)
    (site / "returns_bees" / "__init__.py").write_text(source.lstrip(), encoding="utf-8")
    told = site / "returns_bees-1.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: returns-bees\nVersion: 1.0\n", encoding="utf-8")
    (told / "entry_points.txt").write_text(f"[returns.packs]\n{point}\n", encoding="utf-8")


def run_with(site: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(site)])}
    return subprocess.run([sys.executable, *command], env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """What an office says that has two communes, one of them with the installed pack."""
    root = tmp_path_factory.mktemp("office")
    install(root / "site")
    (root / "raw").mkdir()
    (root / "raw" / "places.csv").write_text(PLACES, encoding="utf-8")
    done = run_with(root / "site", "-c", SCRIPT, str(root))
    assert done.returncode == 0, done.stderr
    found: Mapping[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_a_pack_is_found_by_its_entry_point(said: Mapping[str, Any]) -> None:
    assert said["packs"] == ["home", "bees"]


def test_each_commune_owes_the_forms_of_its_packs_and_no_others(said: Mapping[str, Any]) -> None:
    assert said["bees"]["owed"] == {"mot": ["B01", "Z01"], "tram_ong": ["Z02"]}
    assert {code for codes in said["home"]["owed"].values() for code in codes} == {"B01", "B02"}


def test_nothing_is_missed_that_the_packs_do_not_ask_and_what_they_do_not_ask_is_told(said: Mapping[str, Any]) -> None:
    assert said["bees"]["findings"] == []
    assert said["home"]["findings"] == [["H-01", "B02"], ["W-17", ""]]


def test_each_commune_sees_the_chapters_of_its_packs_alone(said: Mapping[str, Any]) -> None:
    assert said["bees"]["chapters"] == ["bee_herds", "bees"] == said["bees"]["pages"]
    assert said["bees"]["figures"]["bees.hives"] == "10"
    assert said["bees"]["figures"]["station.queens"] == "3"
    assert "livestock" in said["home"]["chapters"]
    assert not {"bees", "bee_herds"} & {*said["home"]["chapters"], *said["home"]["pages"]}
    assert said["home"]["figures"]["livestock.horse.heads"] == "40"


def test_the_figures_of_the_district_add_up_what_both_have(said: Mapping[str, Any]) -> None:
    assert said["district"] == {
        "livestock.horse.heads": ["47", 9, 9],
        "bees.hives": ["10", 1, 1],
        "bee_herds.horse": ["47", 9, 9],
    }


@pytest.mark.parametrize(
    ("source", "point", "part"),
    [
        ("raise RuntimeError('hỏng')", "bees = returns_bees:PACK", "«bees» đã cài không dùng được: hỏng"),
        ("PACK = 1", "bees = returns_bees:PACK", "is no pack of that name"),
        (PACK.replace('code="Z02"', 'code="B02"'), "bees = returns_bees:PACK", "B02 is declared twice"),
        (PACK.replace("(Livestock, Bees,", "(Bees,"), "bees = returns_bees:PACK", "reads B01, which is no form"),
    ],
    ids=["that cannot be imported", "that is none", "with a code that is taken", "with a figure of no form of it"],
)
def test_a_pack_is_refused_with_a_sentence(tmp_path: Path, source: str, point: str, part: str) -> None:
    install(tmp_path, source, point)
    folders = ("--raw", str(tmp_path / "raw"), "--data", str(tmp_path / "data"))
    asked = ("forms", "--commune", "huu-kien", "--period", "2024-H1", *folders)
    done = run_with(tmp_path, "-m", "pipelines.cli", *asked)
    assert (done.returncode, done.stdout) == (2, "")
    assert part in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
