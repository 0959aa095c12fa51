"""A commune of three villages and two forms, Thử Nghiệm: quick to refresh, and nothing of it is in any code.

Belongs here: its places, its workbooks, the slip in one of them. Does not belong here: the plan's own commune, which is
shipped (``raw/2024-H1/huu-kien``).
"""

from collections.abc import Mapping
from pathlib import Path

from pipelines.handout.layout import Answer, workbook
from schemas.forms import BY_CODE
from schemas.periods import Period
from tests.end_to_end.office import Office

PERIOD, COMMUNE = Period.parse("2024-H1"), "thu-nghiem"
RETURN_SET = f"{PERIOD.code}_{COMMUNE}"

PLACES = """\
code,level,name,parent,aliases,valid_from,valid_to,forms,kind,successor
thu-nghiem,commune,Thử Nghiệm,chi-lang,,,,B01 B04,,
ban_tren,village,Bản Trên,thu-nghiem,,,,,,
ban_giua,village,Bản Giữa,thu-nghiem,,,,,,
ban_duoi,village,Bản Dưới,thu-nghiem,,,,,,
"""

VILLAGES = {"ban_tren": "Bản Trên", "ban_giua": "Bản Giữa", "ban_duoi": "Bản Dưới"}

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

SHEET = "Chăn nuôi"
SLIP = ("ban_giua", "B01", "poultry", 40)
"""The village adds 30 hens and 5 ducks up to 40."""
SLIPPED = "D{}".format(9 + list(BY_CODE["B01"].fields()).index("poultry") + 1)
"""Its cell; the heading of the second section stands above it."""


def answers(village: str) -> dict[tuple[str, str, str], Answer]:
    """Return what a village answers, without the slip."""
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


def send_to(raw: Path, *, slip: bool = False) -> None:
    """Put its places and its returns into a raw folder."""
    folder = raw / PERIOD.code / COMMUNE
    folder.mkdir(parents=True)
    (raw / "places.csv").write_text(PLACES, encoding="utf-8")
    (folder / "printed.csv").write_text(PRINTED, encoding="utf-8")
    for village, name in VILLAGES.items():
        given = answers(village)
        if slip and village == SLIP[0]:
            given[SLIP[1], "", SLIP[2]] = Answer(SLIP[3])
        (folder / f"{village}.xlsx").write_bytes(returned(name, given))


def returned(village: str, given: Mapping[tuple[str, str, str], Answer], period: Period = PERIOD) -> bytes:
    """Return the workbook that a village of this name sends."""
    return workbook(
        [BY_CODE["B01"], BY_CODE["B04"]],
        period=period,
        commune="Thử Nghiệm",
        reporter=f"Thôn {village}",
        answers=given,
    )


def mend(raw: Path) -> None:
    """Put the slip right in the ledger."""
    (raw / PERIOD.code / COMMUNE / "corrections.csv").write_text(
        "when,who,file,sheet,cell,old,new,reason,suggestion,decision\n"
        f"2024-07-02T08:00:00+07:00,cán bộ thống kê,{SLIP[0]}.xlsx,{SHEET},{SLIPPED},40,35,Cộng nhầm,,accepted\n",
        encoding="utf-8",
    )


def founded(root: Path) -> Office:
    """Return an office of this commune alone, without the slip, that has run nothing yet."""
    send_to(root / "raw")
    return Office(root, RETURN_SET)
