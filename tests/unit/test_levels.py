"""A figure of the nation leads down to a cell, one level at a time; who is missing and what is held back is named."""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from html import unescape
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipelines.present import levels
from pipelines.present.levels import Territory
from pipelines.store import published
from pipelines.store.raw import Raw
from pipelines.store.tables import Store
from schemas.forms.b01_livestock import Livestock
from schemas.return_sets import ReturnSetKey
from schemas.sentences import SentenceError
from tests.unit.builders import PERIOD, address_of
from tests.unit.provinces import HORSES, PROVINCE, SHARE, commune, places, refreshed, send

pytestmark = pytest.mark.slow

RETURNS = Path(sys.executable).parent / "returns"
CLEAN, HELD, CANNOT = 0, 1, 2

OF_A_DESK, RATE = "L01", "media.relay.sessions_per_day"
"""A form that one commune is to send, and nobody has sent, and a figure of it that does not add up."""


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two communes that sent all, one that lacks a village and whose other one is held back; two that sent nothing."""
    root = tmp_path_factory.mktemp("province")
    period = root / "raw" / PERIOD.code
    below = {"xa-1": "huyen-a", "xa-2": "huyen-a", "xa-3": "huyen-b", "xa-4": "huyen-b", "xa-5": "huyen-c"}
    forms = dict.fromkeys(below, "B01") | {"xa-1": f"B01 {OF_A_DESK}"}
    rows = (row for code, parent in below.items() for row in commune(code, parent, forms=forms[code]))
    places(root / "raw", *PROVINCE, *rows)
    send(period / "huyen-a" / "xa-1", {"mot": 10, "hai": 20})
    send(period / "huyen-a" / "xa-2", {"mot": 30, "hai": 40})
    send(period / "huyen-b" / "xa-3", {"mot": 50, "hai": 60})
    refreshed(root)
    path = period / "huyen-b" / "xa-3" / "mot.xlsx"
    book = openpyxl.load_workbook(path)
    book[Livestock.sheet][address_of(Livestock, "horse")] = 7  # no more the sum of its parts
    book.save(path)
    (path.parent / "hai.xlsx").unlink()
    refreshed(root)
    return root


def territory(root: Path, place: str) -> Territory:
    raw = Raw(root / "raw")
    found = raw.places.place_above(place)
    assert found is not None
    return Territory(Store(root / "data"), raw.places, PERIOD.code, found)


def returns(root: Path, *words: str, expect: int = CLEAN) -> str:
    """What a verb prints; where it cannot run, its one sentence."""
    where = ["--raw", str(root / "raw"), "--data", str(root / "data")]
    done = subprocess.run([str(RETURNS), *words, *where], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == expect, done.stderr
    return done.stderr.rstrip("\n") if expect == CANNOT else done.stdout


def by_place(traced: Mapping[str, Any]) -> dict[str, tuple[Any, ...]]:
    return {one["place"]: (one["value"], one["status"], one["reported"], one["expected"]) for one in traced["parts"]}


def test_a_figure_of_the_nation_leads_to_a_cell_in_as_many_steps_as_there_are_levels(province: Path) -> None:
    traced = json.loads(returns(province, "trace", HORSES, "--place", "vn", "--format", "json"))
    way = []
    while "parts" in traced:
        way.append(traced["level"])
        assert traced["value"] == sum(one["value"] or 0 for one in traced["parts"])
        command = shlex.split(max(traced["parts"], key=lambda one: one["value"] or 0)["next"])
        traced = json.loads(returns(province, *command[1:], "--format", "json"))
    assert way == ["nation", "province", "district"]
    assert {(one["file"], one["sheet"], one["text"]) for one in traced["sources"]} == {
        ("mot.xlsx", Livestock.sheet, "50"),
        ("hai.xlsx", Livestock.sheet, "60"),
    }


def test_each_part_has_its_value_its_status_and_how_many_reported(province: Path) -> None:
    assert by_place(levels.trace(territory(province, "tinh-a"), HORSES)) == {
        "huyen-a": (100, "complete", 4, 4),
        "huyen-b": (110, "held", 2, 4),
        "huyen-c": (None, "incomplete", 0, 2),
    }
    assert by_place(levels.trace(territory(province, "huyen-b"), HORSES)) == {
        "xa-3": (110, "held", 2, 2),
        "xa-4": (None, "incomplete", 0, 2),
    }


@pytest.mark.parametrize(("place", "status"), [("vn", "held"), ("huyen-b", "held"), ("huyen-a", "complete")])
def test_figures_that_stand_on_what_is_held_back_say_so_on_every_level(province: Path, place: str, status: str) -> None:
    code = HELD if status == "held" else CLEAN
    asked = ("figures", "--place", place, "--chapter", "livestock")
    found = {row["id"]: row for row in json.loads(returns(province, *asked, "--format", "json", expect=code))}
    assert found[HORSES]["status"] == status
    assert {row["status"] for name, row in found.items() if ".sold." in name} <= {"incomplete"}
    assert json.loads(returns(province, "trace", HORSES, "--place", place, "--format", "json"))["status"] == status
    (line,) = [one for one in returns(province, *asked, expect=code).splitlines() if f" {HORSES} " in one]
    assert ("Giữ lại" in line) is (status == "held")


def test_who_is_missing_and_what_is_held_back_is_named(province: Path) -> None:
    traced = levels.trace(territory(province, "tinh-a"), HORSES)
    missing = {one["place"]: one["reporters"] for one in traced["missing"]}
    assert missing == {"xa-3": {"B01": ["hai"]}, "xa-4": None, "xa-5": None}
    assert [(one["place"], one["forms"]) for one in traced["held_back"]] == [("xa-3", ["B01"])]
    assert (traced["communes_sent"], traced["communes_expected"]) == (3, 5)
    assert traced["left_out"] == []
    others = levels.tree(traced | {"left_out": [{"place": "xa-9", "name": "Xã Chín"}]}).below
    assert any("chỉ phải gửi một phần các biểu của chỉ tiêu: Xã Chín (xa-9)" in one.words for one in others)
    told = returns(province, "trace", HORSES, "--place", "tinh-a")
    for words in ("Chưa gửi gì: Xã Số 4 (xa-4)", "Xã Số 3 (B01: hai)", "số đã chấp nhận trước đó"):
        assert words in told
    assert "Huyện Nắng (huyen-b): 110 con; 2/4 đơn vị, 1/2 xã đã gửi báo cáo; có số đã chấp nhận trước đó" in told


def test_communes_that_send_some_of_the_forms_of_a_figure_are_left_out_of_it(tmp_path: Path) -> None:
    forms = {"xa-1": "B03 K01", "xa-2": "K01", "xa-3": "B03", "xa-4": "B01"}
    places(tmp_path / "raw", *PROVINCE, *(row for code in forms for row in commune(code, "huyen-a", forms=forms[code])))
    here = territory(tmp_path, "huyen-a")
    assert [one.code for one in here.left_out(("B03", "K01"))] == ["xa-2", "xa-3"]
    assert here.left_out(("B03",)) == []


def test_a_share_is_that_of_the_sums_and_not_the_sum_of_the_shares(province: Path) -> None:
    traced = levels.trace(territory(province, "huyen-a"), SHARE)
    assert (traced["value"], {one["value"] for one in traced["parts"]}) == (50, {50})


def test_the_place_of_a_commune_is_traced_as_the_commune(province: Path) -> None:
    asked = (["--place", "xa-1"], ["--commune", "xa-1"])
    assert len({returns(province, "trace", HORSES, *place, "--format", "json") for place in asked}) == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["trace", HORSES, "--place", "huyen"],
            "Không có địa bàn «huyen». Gần nhất: huyen-c (Huyện Gió), huyen-b (Huyện Nắng), huyen-a (Huyện Mưa).",
        ),
        (["trace", "livestock.hors.heads", "--place", "vn"], f"Gần nhất: {HORSES}, "),
        (["findings", "--place", "tinh  A"], "Gần nhất: tinh-a (Tỉnh Mây)"),
        (["figures", "--place", "xyzzy"], "Không có địa bàn «xyzzy». Xem mã địa bàn trong places.csv."),
        (
            ["trace", HORSES, "--place", "xa-4"],
            "«xa-4») chưa có chỉ tiêu nào trong kỳ 6 tháng đầu năm 2024: chưa gửi báo cáo nào.",
        ),
        (["trace", HORSES, "--place", "huyen-c"], "chưa xã nào gửi báo cáo."),
        (["findings", "--place", "vn", "--workbook", "x"], "Chọn xã bằng --commune."),
    ],
)
def test_a_place_or_a_figure_that_is_not_there_is_told_with_the_nearest(
    words: list[str], told: str, province: Path
) -> None:
    said = returns(province, *words, expect=CANNOT)
    assert told in said
    assert "\n" not in said


def test_the_findings_of_a_place_are_those_of_its_communes_with_the_commune_told(province: Path) -> None:
    found = json.loads(returns(province, "findings", "--place", "vn", "--format", "json", expect=HELD))
    store, alone = Store(province / "data"), []
    for code in ("xa-1", "xa-2", "xa-3"):
        alone += [
            (code, row["code"], row["message"]) for row in published.findings(store, ReturnSetKey(PERIOD.code, code))
        ]
    assert [(row["commune"], row["code"], row["message"]) for row in found] == alone
    assert {"xa-3"} == {row["commune"] for row in found if row["severity"] == "error"}
    in_order = json.loads(returns(province, "findings", "--place", "huyen-a", "--format", "json"))
    assert [row["commune"] for row in in_order] == [code for code, *_ in alone if code != "xa-3"]


def test_they_are_counted_by_commune_and_form_with_who_is_missing(province: Path) -> None:
    here = territory(province, "tinh-a")
    counts = {(row["commune"], row["form"]): row for row in here.counts()}
    row = counts["xa-3", "B01"]
    assert (row["sent"], row["expected"], row["missing"], row["status"]) == (1, 2, "Thôn Bản Hai", "held")
    listed = [row for key, rows in here.come.listed() for row in rows if key.commune == "xa-3" and row["form"] == "B01"]
    assert (row["error"], row["warning"]) == tuple(
        sum(one["severity"] == severity for one in listed) for severity in ("error", "warning")
    )
    first, *others = here.lines()
    assert "3/5 xã, 5/11 biểu" in first
    assert others == [
        "Chưa gửi gì: Xã Số 4 (xa-4); Xã Số 5 (xa-5).",
        "Còn thiếu: Xã Số 1 (xa-1) 1 biểu; Xã Số 3 (xa-3) 1 biểu.",
        "Đang bị giữ lại: Xã Số 3 (xa-3) B01.",
    ]


@pytest.fixture(scope="module")
def sites(province: Path) -> Path:
    """The folder of the sites of the nation and all places in it, and of one commune's that has been made before."""
    root = province / "sites"
    (root / f"{PERIOD.code}_xa-3" / "trace").mkdir(parents=True)
    (root / f"{PERIOD.code}_xa-3" / "index.html").write_text("", encoding="utf-8")
    told = returns(province, "report", "--place", "vn", "--output", str(root)).splitlines()
    names = ("vn", "lang-son", "chi-lang", "tinh-a", "huyen-a", "huyen-b", "huyen-c")
    assert told == [str(root / f"{PERIOD.code}_{name}" / "index.html") for name in names]
    return root


def test_every_page_of_a_place_leads_to_pages_that_are_there(sites: Path) -> None:
    links = 0
    for page in sites.rglob("*.html"):
        text = page.read_text("utf-8")
        for href in re.findall(r'(?:href|src)="([^"#]+)(#[^"]*)?"', text):
            name, anchor = href
            target = (page.parent / name).resolve()
            assert name.startswith("data:") or target.exists() or "xa-3/" in name, (page, name)
            if anchor and "xa-3/" not in name:
                assert f'id="{anchor[1:]}"' in target.read_text("utf-8"), (page, href)
                links += 1
    assert links > 20


def test_the_pages_of_a_place_tell_its_figures_who_is_missing_and_the_findings(sites: Path) -> None:
    def words(name: str) -> str:
        text = re.sub(r"<[^>]+>", " ", (sites / f"{PERIOD.code}_{name}").read_text("utf-8"))
        return " ".join(unescape(text).split())

    start = words("tinh-a/index.html")
    assert "Xã đã gửi 3 /5" in start
    assert "Xã chưa gửi gì (2) Xã Số 4 (xa-4); Xã Số 5 (xa-5)" in start
    figures = words("huyen-b/trace/livestock.html")
    assert "Đàn ngựa 110 con" in figures
    assert "Tình trạng Giữ lại (2/4" in figures
    assert "Xã Số 3 Giữ lại 110 2/2 Xã Số 4 Thiếu 2/2 – 0/2" in figures
    found = words("huyen-b/findings.html")
    assert "Giữ lại 1 /2 2 0 Thôn Bản Hai" in found
    assert "returns report --commune xa-1" in words("huyen-a/index.html")


def test_a_figure_that_does_not_add_up_is_said_to_be_of_communes_only(province: Path) -> None:
    with pytest.raises(SentenceError, match="chỉ có ở từng xã"):
        levels.trace(territory(province, "huyen-a"), RATE)
