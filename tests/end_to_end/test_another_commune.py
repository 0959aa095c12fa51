"""A second commune comes by data alone: places and a raw folder beside those of Hữu Kiên, no line of code."""

import csv
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.handout.layout import Answer, workbook
from schemas.forms import BY_CODE
from schemas.periods import Period

RETURNS = Path(sys.executable).parent / "returns"
SHIPPED = Path(__file__).parents[2] / "raw"
PERIOD = Period(2024, 1)

PLACES = """\
code,level,name,parent,aliases,valid_from,valid_to,forms,kind,successor
thu-nghiem,commune,Thử Nghiệm,chi-lang,,,,B01 B04,,
ban_tren,village,Bản Trên,thu-nghiem,,,,,,
ban_giua,village,Bản Giữa,thu-nghiem,,,,,,
ban_duoi,village,Bản Dưới,thu-nghiem,,,,,,
"""

HORSES = {"ban_tren": (30, 12), "ban_giua": (8, 5), "ban_duoi": (11, 0)}
"""Ordinary and white."""

PRINTED = """\
id,section,printed,value,unit
livestock.horse.heads,I.1,66,66,con
livestock.horse.white.share,I.1,"25,7%",25.7,%
livestock.horse.ordinary.heads,I.1,59,59,con
livestock.total.heads,I.1,trên 60,60,con
forestry.registration.ban_tren.area,I.2,"1,5",1.5,ha
budget.revenue.total,I.3,1.000.000đ,1000000,đồng
"""

SLIP = ("ban_giua", "B01", "poultry", 40)
"""The village adds 30 hens and 5 ducks up to 40."""


def returns(*words: str, raw: Path, data: Path) -> subprocess.CompletedProcess[str]:
    command = [str(RETURNS), *words, "--raw", str(raw), "--data", str(data)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


def rows(*words: str, raw: Path, data: Path, commune: str = "thu-nghiem") -> list[dict[str, str]]:
    told = returns(*words, "--commune", commune, "--format", "csv", raw=raw, data=data)
    assert told.returncode in (0, 1), told.stderr
    return list(csv.DictReader(io.StringIO(told.stdout)))


def answers(village: str) -> dict[tuple[str, str, str], Answer]:
    ordinary, white = HORSES[village]
    filled = {("B01", name): 0 for name in BY_CODE["B01"].fields()} | {
        ("B04", name): 0 for name in BY_CODE["B04"].fields()
    }
    filled |= {("B01", "horse_ordinary"): ordinary, ("B01", "horse_white"): white, ("B01", "horse"): ordinary + white}
    filled |= {("B01", "total"): ordinary + white, ("B01", "chicken"): 30, ("B01", "duck"): 5, ("B01", "poultry"): 35}
    given = {(form, "", name): Answer(value) for (form, name), value in filled.items()}
    if village == "ban_tren":
        given["B04", "", "registered_area"] = given["B04", "", "registered_pine"] = Answer("1,5")
    return given


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """The shipped returns, and beside them those of a commune of three villages, one with a slip."""
    root = tmp_path / "raw"
    shutil.copytree(SHIPPED / "2024-H1", root / "2024-H1")
    (root / "places.csv").write_text(PLACES, encoding="utf-8")
    folder = root / "2024-H1" / "thu-nghiem"
    folder.mkdir()
    (folder / "printed.csv").write_text(PRINTED, encoding="utf-8")
    for village in HORSES:
        name = {"ban_tren": "Bản Trên", "ban_giua": "Bản Giữa", "ban_duoi": "Bản Dưới"}[village]
        given = answers(village)
        if village == SLIP[0]:
            given[SLIP[1], "", SLIP[2]] = Answer(SLIP[3])
        content = workbook(
            [BY_CODE["B01"], BY_CODE["B04"]],
            period=PERIOD,
            commune="Thử Nghiệm",
            reporter=f"Thôn {name}",
            answers=given,
        )
        (folder / f"{village}.xlsx").write_bytes(content)
    return root


def mend(raw: Path) -> None:
    ledger = raw / "2024-H1" / "thu-nghiem" / "corrections.csv"
    row = 9 + list(BY_CODE["B01"].fields()).index("poultry") + 1  # the second section stands above the poultry
    ledger.write_text(
        "when,who,file,sheet,cell,old,new,reason,suggestion,decision\n"
        f"2024-07-02T08:00:00+07:00,cán bộ thống kê,ban_giua.xlsx,Chăn nuôi,D{row},40,35,Cộng nhầm,,accepted\n",
        encoding="utf-8",
    )


def test_second_commune_in_one_run_with_the_first(raw: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    done = returns("refresh", raw=raw, data=data)
    assert done.returncode == 1, done.stderr
    assert "huu-kien, kỳ 2024-H1: Đã chạy xong" in done.stdout

    # Its slip holds its own form back and nothing of the neighbour's.
    (finding,) = rows("findings", raw=raw, data=data)
    assert (finding["code"], finding["file"]) == ("B01-04", "ban_giua.xlsx")
    assert "ghi 40, các phần cộng lại là 35" in finding["message"]
    # The village may as well have written 30 hens for 35; which it was, nobody but the village can say.
    assert "30, có lẽ là 35" in finding["suggestion"]
    ours = {row["id"]: row for row in rows("figures", raw=raw, data=data)}
    assert ours["forestry.registration.ban_tren.area"]["value"] == "1.5"
    assert ours["livestock.horse.heads"]["status"] == "held"
    assert not any(row["id"].startswith("budget.") for row in ours.values())
    theirs = {row["id"]: row["value"] for row in rows("figures", raw=raw, data=data, commune="huu-kien")}
    assert theirs["livestock.total.heads"] == "5373"
    # A district figure waits for the commune that is held; it does not pass the other's sum off as the whole.
    district = {row["id"]: row for row in rows("figures", "--place", "chi-lang", raw=raw, data=data)}
    assert district["livestock.total.heads"]["value"] == ""
    assert district["livestock.total.heads"]["status"] == "incomplete"

    # Corrected, and run for itself.
    mend(raw)
    done = returns("refresh", "--commune", "thu-nghiem", raw=raw, data=data)
    assert done.returncode == 0, done.stdout + done.stderr
    ours = {row["id"]: row for row in rows("figures", raw=raw, data=data)}
    assert (ours["livestock.horse.heads"]["value"], ours["livestock.horse.heads"]["reported"]) == ("66", "3")
    district = {row["id"]: row for row in rows("figures", "--place", "chi-lang", raw=raw, data=data)}
    assert district["livestock.total.heads"]["value"] == str(5373 + 66)
    assert district["livestock.total.heads"]["expected"] == str(8 + 3)
    # A share above the communes is a share of the sums, not a mean of shares: (1482 + 17) of (2478 + 66).
    assert district["livestock.horse.white.share"]["value"] == "58.9"

    verdicts = {row["id"]: row for row in rows("statements", raw=raw, data=data)}
    assert {name: row["verdict"] for name, row in verdicts.items()} == {
        "livestock.horse.heads": "agrees",
        "livestock.horse.white.share": "truncated",
        "livestock.horse.ordinary.heads": "conflict",
        "livestock.total.heads": "agrees",
        "forestry.registration.ban_tren.area": "agrees",
        "budget.revenue.total": "not_recomputable",
    }
    assert "59" in verdicts["livestock.horse.ordinary.heads"]["note"]
    assert verdicts["livestock.horse.ordinary.heads"]["computed"] == "49"


@pytest.mark.slow
def test_second_commune_by_itself_gives_the_same(raw: Path, tmp_path: Path) -> None:
    mend(raw)
    together, alone = tmp_path / "together", tmp_path / "alone"
    assert returns("refresh", raw=raw, data=together).returncode == 0
    assert returns("refresh", "--commune", "thu-nghiem", raw=raw, data=alone).returncode == 0
    assert rows("figures", raw=raw, data=alone) == rows("figures", raw=raw, data=together)
    assert rows("statements", raw=raw, data=alone) == rows("statements", raw=raw, data=together)
    traced = returns(
        "trace", "livestock.horse.white.share", "--commune", "thu-nghiem", "--format", "json", raw=raw, data=alone
    )
    cells = json.loads(traced.stdout)["sources"]
    assert {cell["reporter"] for cell in cells} == set(HORSES)
