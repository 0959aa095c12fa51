"""A design with three crop seasons, and an office that has it beside the home pack: for tests of designs in use."""

from pathlib import Path

from pipelines.handout.design import in_use, of_rows
from pipelines.store.raw_names import DESIGNS
from schemas.design.written import Rows
from tests.unit.builders import PLACES

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

GROWING = {"periods": "6 tháng | 9 tháng", "counts": "từ đầu năm đến hết kỳ"}
"""What is sown, harvested and sprayed since the start of the year, as of the end of June and of September."""

DESIGN: dict[str, list[dict[str, str]]] = {
    "forms": [
        {"code": "R11", "sheet": "Ba vụ", "title": "Cây trồng ba vụ", "reporter": "village", "domain": "ba_vu"}
        | GROWING,
        {"code": "R12", "sheet": "Bảo vệ cây", "title": "Phun thuốc", "reporter": "bvtv", "domain": "bao_ve_cay"}
        | GROWING,
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
ban-moi,commune,Bản Mới,chi-lang,,,,B01 R11 R12,,home ba_vu
mot,village,Bản Một,ban-moi,,,,,,
hai,village,Bản Hai,ban-moi,,,,,,
tram,desk,Trạm bảo vệ cây trồng,ban-moi,,,,,bvtv,
huu-kien,commune,Hữu Kiên,chi-lang,,,,B01,,
"""

PRINTED = """id,section,line,printed,value,unit,scope,period,kind
ba_vu.dt_dx,P1.II.1.a,1,20,20,ha,commune,as-of 2024-06-28,input
ba_vu.phun.ty_le,P1.II.1.a,1,"65,2",65.2,%,commune,as-of 2024-06-28,derived
ba_vu.be,P1.II.1.a,2,"7 bể",7,bể,commune,as-of 2024-06-28,input
"""

CO = {
    "forms": [{"code": "R21", "sheet": "Cỏ", "title": "Đồng cỏ", "reporter": "village", "domain": "dong_co"}],
    "fields": [{"form": "R21", "code": "co", "label": "Diện tích cỏ", "unit": "ha"}],
    "chapters": [{"code": "dong_co", "title": "Đồng cỏ"}],
    "figures": [
        {"chapter": "dong_co", "id": "co.va_cay", "label": "Cỏ và cây", "formula": "R21.co + R11.dt_dx", "unit": "ha"}
    ],
}
"""A design that leans on the other."""


def book(rows: Rows) -> bytes:
    """The workbook of a design."""
    return of_rows(rows, in_use(PLACES))


def put(raw: Path, **designs: Rows) -> None:
    """Put design workbooks into a raw folder, each under a name."""
    (raw / DESIGNS).mkdir(parents=True, exist_ok=True)
    for name, rows in designs.items():
        (raw / DESIGNS / f"{name}.xlsx").write_bytes(book(rows))


def with_unit(unit: str) -> dict[str, list[dict[str, str]]]:
    """The design with another unit of its last field."""
    return {**DESIGN, "fields": [*DESIGN["fields"][:-1], {**DESIGN["fields"][-1], "unit": unit}]}
