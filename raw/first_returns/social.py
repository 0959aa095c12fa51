"""What the social affairs desk fills in: relief, allowances, poor households, and the gifts of footnote 5."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from raw.first_returns.common import Filled, Given, as_printed, place, printed

TET_MONTHS_NOTE = "Tính ngược từ 1.065 kg gạo : 71 người : 15 kg, không phải số báo cáo"
LEAN_MONTHS_NOTE = (
    "Tính ngược từ 2.220 kg gạo, không phải số báo cáo. Kế hoạch mâu thuẫn: 75 người × 2 tháng × 15 kg là 2.250 kg; "
    "giữ 75 người vì 2.220 kg chỉ đúng với 74 người"
)
ELECTRICITY_NOTE = (
    "Tính ngược từ 66.198.000 đồng, không phải số báo cáo: đúng bằng 187 hộ nghèo × 6 tháng (quý I, II) × 59.000 đồng"
)
_ELECTRICITY_RATE, _ELECTRICITY_MONTHS = Decimal(59_000), Decimal(6)

GIFT_NOTE = (
    "Kế hoạch, chú thích 5; tổng trị giá lấy số suất nhân trị giá một suất. Kế hoạch mâu thuẫn: "
    "các dòng cộng đúng 309 suất, nhưng không ra 163.840.000 đồng, vì mọi dòng đều chẵn trăm nghìn"
)
COMMUNE_GIFT_NOTE = "Kế hoạch, chú thích 5, chỉ in tổng trị giá; trị giá một suất là tổng chia số suất"
_IN_MILLIONS = ("veterans_central",)
"""Lines whose unit value is printed in triệu đồng."""


@dataclass(frozen=True)
class _Donor:
    """A line of footnote 5: who gives, and what it says besides numbers of the list of figures."""

    name: str
    form: str = ""
    """``cash`` or ``kind`` where the whole package is one of the two."""
    to_households: bool = False
    """Whether each package went to one household."""


_DONORS: Mapping[str, _Donor] = {
    "veterans_central": _Donor("Trung ương Hội Cựu chiến binh Việt Nam", "cash", to_households=True),
    "veterans_district": _Donor("Hội Cựu chiến binh huyện", to_households=True),
    "district_leaders": _Donor("Đoàn lãnh đạo UBND huyện", to_households=True),
    "province_committee": _Donor("UBND tỉnh", "cash"),
    "district_committee": _Donor("UBND huyện", "cash"),
    "fatherland_front_fuel": _Donor("UBMTTQ huyện phối hợp với Chi nhánh xăng dầu Lạng Sơn"),
    "red_cross_donors": _Donor("Các nhà hảo tâm phối hợp cùng Hội Chữ thập đỏ huyện", "kind"),
    "procuracy": _Donor("Viện kiểm sát huyện"),
    "insurance_company": _Donor("Tổng công ty cổ phần bảo hiểm Prolimex", "kind"),
    "youth_union_companies": _Donor(
        "Huyện đoàn phối hợp cùng Công ty đo đạc Nam Phương và Chi nhánh Văn phòng đăng ký đất đai"
    ),
    "commune_committee": _Donor("UBND xã", "kind", to_households=True),
    "state_merit.president": _Donor("Chủ tịch nước"),
    "state_merit.province": _Donor("UBND tỉnh, quà người có công"),
    "cement_factory": _Donor("Nhà máy xi măng Đồng Bành", "cash"),
    "province_council_official": _Donor("Trưởng ban Dân tộc HĐND tỉnh", "cash"),
}


def answers() -> dict[str, Filled]:
    """Return the desk's answers."""
    filled: Filled = {**_relief(), **_protection(), **_poverty()}
    for line, donor in _DONORS.items():
        filled |= _gift(line, donor)
    return {"social": filled}


def _relief() -> Filled:
    figures = {
        f"{season}_{who}": f"relief.{season}.{who}" for season in ("tet", "lean") for who in ("households", "persons")
    }
    return {
        **as_printed("X01", figures, place("II.2.a")),
        ("X01", "", "tet_months"): Given(Decimal(1), TET_MONTHS_NOTE),
        ("X01", "", "lean_months"): Given(Decimal(2), LEAN_MONTHS_NOTE),
    }


def _protection() -> Filled:
    return as_printed(
        "X02",
        {
            "disability_rounds": "disability.assessment.rounds",
            "disability_persons": "disability.assessment.persons",
            "children_under3": "allowance.children_under3.persons",
            "disabled": "allowance.disabled.persons",
            "carers": "allowance.carers.households",
            "adjusted": "allowance.adjusted.persons",
            "funeral": "allowance.funeral.persons",
            "insurance_cards": "health_insurance.new_cards",
        },
        place("II.2.a"),
    )


def _poverty() -> Filled:
    plan = printed()
    figures = {name: f"poverty.{name}.households" for name in ("new_poor", "poor", "near_poor")}
    households = plan["electricity_support.amount"] / (_ELECTRICITY_RATE * _ELECTRICITY_MONTHS)
    return {
        **as_printed("X03", figures, place("II.2.a")),
        ("X03", "", "electricity_households"): Given(households, ELECTRICITY_NOTE),
        ("X03", "", "electricity_months"): Given(_ELECTRICITY_MONTHS, ELECTRICITY_NOTE),
        ("X03", "", "electricity_rate"): Given(_ELECTRICITY_RATE, ELECTRICITY_NOTE),
    }


def _gift(line: str, donor: _Donor) -> Filled:
    plan, figure = printed(), f"tet.gifts.{line}"
    packages = plan[f"{figure}.packages"]
    value, note = plan.get(f"{figure}.value"), GIFT_NOTE
    if value is not None:
        unit_value, note = value / packages, COMMUNE_GIFT_NOTE
    else:
        unit_value = plan[f"{figure}.unit_value"] * (1_000_000 if line in _IN_MILLIONS else 1)
    values = {
        "packages": packages,
        "unit_value": unit_value,
        "value": packages * unit_value,
        "unit_cash": plan.get(f"{figure}.unit_cash"),
        "unit_kind": plan.get(f"{figure}.unit_kind"),
    }
    if donor.form:
        values |= {"unit_cash": Decimal(0), "unit_kind": Decimal(0), f"unit_{donor.form}": unit_value}
    if donor.to_households:
        values["households"] = plan.get(f"{figure}.households", packages)
    return {("X04", line, name): Given(own, note, donor.name) for name, own in values.items() if own is not None}
